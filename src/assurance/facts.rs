//! What is known of one sign-in, and who vouches for each fact.

use super::model::ModelFacts;
use crate::ceremony::Ceremony;
use crate::ceremony::authentication::UserVerification;
use crate::ceremony::evidence::{Evidence, TrustOutcome};
use crate::confirmation::Confirmed;
use crate::credential::Version;
use crate::crypto::Algorithm;
use crate::policy::Characteristics;
use crate::time::UnixTime;
use serde::{Deserialize, Serialize};

/// Why facts are refused when they are made.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, thiserror::Error)]
#[non_exhaustive]
pub enum FactsError {
    /// The evidence is of a registration, or of a ceremony that was refused.
    #[error("expected the evidence of an accepted authentication")]
    NotASignIn,
    /// The time is after the year 9999: it was given in milliseconds.
    #[error("expected seconds since 1970 before the year 10000")]
    Time,
}

impl FactsError {
    /// Returns the code, which does not change: `not-a-sign-in` or `time`.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::NotASignIn => "not-a-sign-in",
            Self::Time => "time",
        }
    }
}

/// Where the origin of a sign-in is, compared with the RP ID.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum OriginKind {
    /// Its host is the RP ID or below it.
    Own,
    /// Its host is elsewhere: a related origin (§5.11).
    Related,
    /// It belongs to an app.
    Native,
}

/// What the attestation of the credential showed at registration.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct AttestationFacts {
    /// The outcome for the certificates.
    pub trust: TrustOutcome,
    /// Whether a trusted statement vouches for the AAGUID.
    pub aaguid: bool,
    /// Whether the statement itself says that this key is in hardware. `None`: it says nothing.
    #[serde(deserialize_with = "Option::deserialize")]
    pub key_in_hardware: Option<bool>,
}

impl AttestationFacts {
    /// Nothing was shown: there were no certificates, or the registration is from before the library kept [`Characteristics`].
    pub const NOTHING: Self = Self { trust: TrustOutcome::NoCertificates, aaguid: false, key_in_hardware: None };
}

impl From<&Characteristics> for AttestationFacts {
    fn from(kept: &Characteristics) -> Self {
        Self { trust: kept.trust(), aaguid: kept.attested_aaguid().is_some(), key_in_hardware: kept.key_in_hardware() }
    }
}

/// Another authenticator that the user gave in the same sign-in, beside the passkey.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum OtherFactor {
    /// None.
    #[default]
    None,
    /// A password.
    Password,
    /// A biometric characteristic that was compared at the server.
    Biometric,
    /// A one-time password of an app or a device.
    Otp,
    /// A code by text message.
    Sms,
    /// A look-up secret, such as a saved code.
    LookUp,
    /// Another cryptographic authenticator.
    Key,
}

/// What the caller states. The library cannot check any of it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct Declared {
    /// What the user gave beside the passkey.
    pub other_factor: OtherFactor,
    /// The FIPS 140 level of the module that verifies signatures; 0: it is not validated. `None`: not declared.
    #[serde(deserialize_with = "Option::deserialize")]
    pub verifier_fips_level: Option<u8>,
    /// Whether the verifier is operated by or for a US federal agency.
    pub federal: bool,
    /// Whether the biometric subsystem, that of the authenticator or of the server, was tested as 21 CFR 1311.116 asks.
    pub biometric_1311_116: bool,
}

/// What the document had that this ceremony confirmed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[allow(clippy::struct_excessive_bools, reason = "each says whether one member of the document is there")]
#[non_exhaustive]
pub struct ConfirmationFacts {
    /// The number of items.
    pub items: u32,
    /// Whether a subject is named.
    pub subject: bool,
    /// Whether the signer is named.
    pub signer: bool,
    /// Whether the meaning of the signature is stated.
    pub meaning: bool,
    /// Whether the time is stated.
    pub time: bool,
}

impl ConfirmationFacts {
    /// Makes the facts of a document with so many items and nothing else. Set the other members.
    #[must_use]
    pub const fn items(items: u32) -> Self {
        Self { items, subject: false, signer: false, meaning: false, time: false }
    }
}

/// What a confirmation that was verified shows of its document. If its head was not disclosed, nothing but the number of items is
/// known.
impl From<&Confirmed> for ConfirmationFacts {
    fn from(confirmed: &Confirmed) -> Self {
        let head = confirmed.head();
        Self {
            items: u32::try_from(confirmed.items()).unwrap_or(u32::MAX),
            subject: head.is_some(), // a document always has a subject and a time
            signer: head.is_some_and(|(signer, _)| signer),
            meaning: head.is_some_and(|(_, meaning)| meaning),
            time: head.is_some(),
        }
    }
}

/// An earlier signing of the same person (21 CFR 11.200(a)(1)(i)).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct Series {
    /// Whether the person signed before with all components.
    pub signed_before: bool,
    /// Whether the session of access has been continuous since.
    pub continuous: bool,
}

/// What is known of one sign-in. [`assess`](super::assess) judges it.
///
/// | member | who vouches for it |
/// |---|---|
/// | `algorithm`, `user_present`, `backup_eligible`, `origin` | the credential, which signed it in this sign-in |
/// | `user_verification` | the credential, and the record (`uvInitialized`) |
/// | `attestation` | the attestation at registration, as the policy judged it |
/// | `metadata` | the FIDO metadata |
/// | `confirmation` | the credential, which signed the digest of the document |
/// | `challenge_bits`, `declared`, `series`, `age_secs`, `now` | you |
///
/// What clients say without a signature (transports, `authenticatorAttachment`, extension results) has no member here, and
/// neither have risk signals. So neither can raise a level: **a claim may lower, only proof may raise.** For signals see
/// [`Demand`](super::Demand).
///
/// As JSON it has one member for each field and `version` 1. Reading refuses unknown and missing members and other versions.
///
/// ```
/// use wardkey::UnixTime;
/// use wardkey::assurance::{AssuranceLevel, Facts, OriginKind, Rules, assess};
/// use wardkey::ceremony::authentication::UserVerification;
/// use wardkey::crypto::Algorithm;
///
/// let mut facts = Facts::unknown(UnixTime::from_secs(1_795_392_000));
/// facts.algorithm = Some(Algorithm::Es256);
/// facts.challenge_bits = 256;
/// facts.user_present = true;
/// facts.user_verification = UserVerification::Performed;
/// facts.origin = OriginKind::Own;
/// let assurance = assess(&facts, Rules::Nist80063B4);
/// assert_eq!(assurance.ceiling(), Some(AssuranceLevel::Aal2));
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct Facts {
    version: Version,
    /// The algorithm of the credential. `None`: one that this library does not know.
    #[serde(deserialize_with = "Option::deserialize")]
    pub algorithm: Option<Algorithm>,
    /// The length of the challenge, in bits.
    pub challenge_bits: u32,
    /// UP.
    pub user_present: bool,
    /// User verification, and whether it counts as a factor.
    pub user_verification: UserVerification,
    /// BE. `None`: unknown.
    #[serde(deserialize_with = "Option::deserialize")]
    pub backup_eligible: Option<bool>,
    /// Where the origin is.
    pub origin: OriginKind,
    /// The attestation at registration.
    pub attestation: AttestationFacts,
    /// What the metadata says of the model, claimed or attested. `None`: nothing.
    #[serde(deserialize_with = "Option::deserialize")]
    pub metadata: Option<ModelFacts>,
    /// What you state.
    pub declared: Declared,
    /// The seconds since the sign-in. A negative age is never fresh.
    pub age_secs: i64,
    /// The time at which the facts are judged.
    pub now: UnixTime,
    /// The document that this ceremony confirmed.
    #[serde(deserialize_with = "Option::deserialize")]
    pub confirmation: Option<ConfirmationFacts>,
    /// An earlier signing.
    #[serde(deserialize_with = "Option::deserialize")]
    pub series: Option<Series>,
}

impl Facts {
    /// Makes facts of which nothing is known: no rule that a level needs is met. Set what you know.
    #[must_use]
    pub const fn unknown(now: UnixTime) -> Self {
        Self {
            version: Version,
            algorithm: None,
            challenge_bits: 0,
            user_present: false,
            user_verification: UserVerification::NotPerformed,
            backup_eligible: None,
            origin: OriginKind::Native,
            attestation: AttestationFacts::NOTHING,
            metadata: None,
            declared: Declared {
                other_factor: OtherFactor::None,
                verifier_fips_level: None,
                federal: false,
                biometric_1311_116: false,
            },
            age_secs: 0,
            now,
            confirmation: None,
            series: None,
        }
    }

    /// Makes the facts of a sign-in, a re-authentication or a payment that was accepted.
    ///
    /// * `evidence` is that of the ceremony, and `kept` is what the registration of the credential gave out: `None` if it is
    ///   from before you kept it.
    /// * `now` is the time at which the facts are judged. It may be later than the sign-in.
    ///
    /// Then set [`Self::metadata`] with [`ModelFacts::of`], and [`Self::declared`]. The challenge counts 256 bits, because
    /// `start_…` draws 32 bytes. Set [`Self::challenge_bits`] if you used the pure functions with a challenge of your own.
    ///
    /// # Errors
    /// [`FactsError::NotASignIn`], [`FactsError::Time`].
    pub fn of(evidence: &Evidence, kept: Option<&Characteristics>, now: UnixTime) -> Result<Self, FactsError> {
        if !evidence.accepted || evidence.ceremony != Ceremony::Authentication {
            return Err(FactsError::NotASignIn);
        }
        if now > UnixTime::MAX_PLAUSIBLE {
            return Err(FactsError::Time);
        }
        let (Some(flags), Some(time)) = (evidence.flags, evidence.time) else { return Err(FactsError::NotASignIn) };
        Ok(Self {
            algorithm: evidence.algorithm,
            challenge_bits: FRONT_DOOR_CHALLENGE_BITS,
            user_present: flags.user_present(),
            user_verification: evidence.user_verification.unwrap_or(UserVerification::NotPerformed),
            backup_eligible: Some(flags.backup_eligible()),
            origin: origin_of(evidence),
            attestation: kept.map_or(AttestationFacts::NOTHING, AttestationFacts::from),
            age_secs: now.secs().saturating_sub(time.secs()),
            ..Self::unknown(now)
        })
    }

    /// Returns the time of the sign-in.
    #[must_use]
    pub const fn authenticated_at(&self) -> UnixTime {
        UnixTime::from_secs(self.now.secs().saturating_sub(self.age_secs))
    }
}

/// The length of a challenge of the front door.
const FRONT_DOOR_CHALLENGE_BITS: u32 = 256;

/// Compares the listed origin that accepted the ceremony with the RP ID. An origin "below" a listed one has a host below it.
fn origin_of(evidence: &Evidence) -> OriginKind {
    let (Some(origin), Some(rp_id)) = (evidence.origin.as_deref(), evidence.rp_id.as_deref()) else {
        return OriginKind::Native;
    };
    let Some(rest) = origin.strip_prefix("https://").or_else(|| origin.strip_prefix("http://")) else {
        return OriginKind::Native;
    };
    let host = rest.split_once(':').map_or(rest, |(host, _)| host);
    if crate::client::origin::is_within(host, rp_id) { OriginKind::Own } else { OriginKind::Related }
}
