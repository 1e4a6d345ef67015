//! What a verdict rests on: facts for a log or an auditor, and nothing that is secret or was put in by a stranger. Texts
//! are the relying party's own configuration; what was received is here as numbers, names of this crate and the
//! credential's id.
//!
//! A value of this type exists only where nothing refused. That is not to say that every step passed: a policy may let
//! a check fail, or not ask for it, and a record may not know what to compare with. So each step has its [`Outcome`].
//! What only a leniency let pass counts as passed, and the leniency is among the `quirks`.
//!
//! # Again, years later
//!
//! The same bytes give the same verdict and the same evidence at any time. What has to be kept for it: the posted JSON;
//! what was expected, that is the state's own JSON, before `finish_…` takes it, with the challenge in it, and your
//! configuration; and, of an authentication, the record as it was *before* its update. Then
//! [`ceremony::registration::verify`](crate::ceremony::registration::verify) and
//! [`ceremony::authentication::verify`](crate::ceremony::authentication::verify) judge again, at the time of then.
//!
//! # As JSON
//!
//! One flat object, its members always all there and in this order; `null` where there is nothing to say.
//!
//! | member | what |
//! |---|---|
//! | `version` | [`VERSION`], of this shape |
//! | `edition` | [`EDITION`], which numbers the steps |
//! | `ceremony` | `registration`, `authentication` or `payment` |
//! | `credentialId` | base64url |
//! | `rpId`, `appidUsed` | the RP ID, and whether the AppID stood for it |
//! | `origin`, `originRule` | the listed origin that let the ceremony in, and [how](crate::ceremony::OriginRule) |
//! | `crossOrigin`, `topOrigin` | whether it was in a frame, and the listed origin of the page around it |
//! | `time` | the time handed in, in seconds since 1970 |
//! | `stepsPassed`, `stepsWaived`, `stepsNotRequired`, `stepsNotKnown` | every step, by its [`Outcome`] |
//! | `backend`, `module` | the crypto backend; the module that verifies signatures of the credential |
//! | `algorithm` | the credential's, as a COSE number |
//! | `flags` | of the authenticator data, as a number |
//! | `userVerificationRequired`, `userVerification` | what was required; `not_performed`, `first` or `performed` |
//! | `signCount`, `signCountStored`, `signCountOutcome` | received; in the record before; what came of it |
//! | `conditional` | whether it was a conditional create |
//! | `backupEligibilityWanted`, `backupEligibilityKnown` | the policy; whether the record knew BE |
//! | `backupStateWanted` | the policy |
//! | `attestationFormat`, `attestationType` | of the statement |
//! | `attestationTrust`, `attestationTrustReason`, `attestationTime` | what came of its certificates, why, and when |
//! | `attestedAaguid` | the model, where a trusted statement vouches for it |
//! | `statementFormats`, `statementTypes`, `statementTrusts`, `statementAlgorithms`, `statementAnchors`, `statementCertificates`, `statementCertificatesCheckedForRevocation` | the same for each statement: several under `compound`; see [`StatementEvidence`] |
//! | `statementsDropped` | statements of a compound attestation that do not verify |
//! | `statementKeysInHardware`, `statementRootsOfTrust`, `statementDevicesLocked` | what each `android-key` statement says of its key: whether hardware holds it; the [boot state](crate::attestation::VerifiedBootState), `absent` or `malformed`; deviceLocked |
//! | `statementTpmObjectAttributes`, `statementTpmNameAlgorithms` | what each `tpm` statement says of its key: objectAttributes as a number; `sha-1`, `sha-256`, `sha-384` or `sha-512` |
//! | `vouchedByAttestationKey`, `vouchedByCredentialKey`, `vouchedByCaller`, `vouchedByNobody`, `unattested` | the [facts](crate::attestation::voucher::Fact) of the authenticator data, each on the list of its [`Voucher`] |
//! | `unsolicitedExtensions`, `unknownExtensions`, `secretExtensionResults` | see [`ExtensionReport`] |
//! | `quirks` | the leniencies that were needed |

use crate::attestation::voucher::{Fact, Voucher};
use crate::attestation::{AttestationType, Format, KeyProperties};
use crate::authenticator::{Aaguid, Flags};
use crate::ceremony::authentication::{SignCount, UserVerification, VerifiedAuthentication};
use crate::ceremony::{BackupEligibility, Basis, Ceremony, Outcome, Outcomes, Step, StepNumber};
use crate::credential::CredentialId;
use crate::crypto::{Algorithm, Hash};
use crate::extensions::ExtensionReport;
use crate::quirk::Quirks;
use crate::time::UnixTime;
use crate::x509;
use serde::ser::{Serialize, SerializeStruct, Serializer};

/// The version of this shape.
pub const VERSION: u8 = 1;

/// The edition of the standard that steps are numbered by.
pub const EDITION: &str = "REC-webauthn-3-20260825";

/// What came of the certificates of an attestation (§7.1 step 24).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum TrustOutcome {
    /// There were none: no attestation, or self attestation.
    NoCertificates,
    /// They were not judged.
    NotJudged,
    /// They lead to an anchor.
    Trusted,
    /// They lead to none, for this reason, and the policy lets that pass.
    Untrusted(x509::CertificateError),
    /// They lead to an anchor, but the statement is signed with RS1, which does not count, and the policy lets that
    /// pass.
    LegacyRs1,
}

impl TrustOutcome {
    /// Its name, in logs.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::NoCertificates => "no_certificates",
            Self::NotJudged => "not_judged",
            Self::Trusted => "trusted",
            Self::Untrusted(_) => "untrusted",
            Self::LegacyRs1 => "legacy_rs1",
        }
    }

    /// The outcome of step 24.
    pub(crate) const fn outcome(self) -> Outcome {
        match self {
            Self::NoCertificates | Self::Trusted => Outcome::Passed,
            Self::NotJudged => Outcome::NotRequired,
            Self::Untrusted(_) | Self::LegacyRs1 => Outcome::Waived,
        }
    }

    /// Why the certificates lead to no anchor.
    fn reason(self) -> Option<String> {
        match self {
            Self::Untrusted(error) => Some(error.to_string()),
            _ => None,
        }
    }
}

/// One attestation statement.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct StatementEvidence {
    /// Its format.
    pub format: Format,
    /// Its type.
    pub attestation_type: AttestationType,
    /// What came of its certificates; `None` (as JSON `refused`) for a statement of a compound attestation that the
    /// policy refused and went on without.
    pub trust: Option<TrustOutcome>,
    /// The algorithm by which its certificate signed it, where one did.
    pub algorithm: Option<Algorithm>,
    /// What it says of how the credential key is kept, trusted or not.
    pub key: Option<KeyProperties>,
    /// The SHA-256 of the trust anchor's certificate, where its certificates lead to one. As JSON in hexadecimal.
    pub anchor: Option<[u8; 32]>,
    /// How many certificates led there.
    pub certificates: usize,
    /// How many of them are of an issuer whose revocation list was handed in.
    pub checked_for_revocation: usize,
}

impl StatementEvidence {
    /// Who vouches for `fact` by this statement; nobody, where the policy refused it.
    #[must_use]
    pub const fn voucher(&self, fact: Fact) -> Voucher {
        match self.trust {
            Some(_) => Voucher::of(self.format, self.attestation_type, fact),
            None => Voucher::Nobody,
        }
    }
}

/// What only a registration has.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct RegistrationEvidence {
    /// Whether it was a conditional create.
    pub conditional: bool,
    /// What was wanted of BE.
    pub backup_eligibility: BackupEligibility,
    /// The format of the statement.
    pub format: Format,
    /// The type of the attestation.
    pub attestation_type: AttestationType,
    /// What came of its certificates: as far as the least trusted of them that count.
    pub trust: TrustOutcome,
    /// The time at which certificates had to be valid.
    pub trust_time: Option<UnixTime>,
    /// The authenticator's model, where a statement that led to an anchor vouches for it.
    pub attested_aaguid: Option<Aaguid>,
    /// The statement; `None` for a compound attestation.
    pub statement: Option<StatementEvidence>,
    /// The statements of a compound attestation that verify.
    pub compound: Vec<StatementEvidence>,
    /// How many statements of a compound attestation do not.
    pub statements_dropped: usize,
}

impl RegistrationEvidence {
    /// The one statement that there is, or those of a compound attestation.
    pub fn statements(&self) -> impl Iterator<Item = &StatementEvidence> {
        self.statement.iter().chain(&self.compound)
    }

    /// Who vouches for a fact of the authenticator data: the strongest of the statements that the policy accepts.
    #[must_use]
    pub fn voucher(&self, fact: Fact) -> Voucher {
        self.statements().map(|statement| statement.voucher(fact)).max().unwrap_or(Voucher::Nobody)
    }
}

/// What only an authentication has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct AuthenticationEvidence {
    /// Whether it is that of a payment (Secure Payment Confirmation).
    pub payment: bool,
    /// Whether ids of credentials were sent, so that this one had to be among them.
    pub credentials_named: bool,
    /// Whether the AppID stood for the RP ID (§10.1.1).
    pub appid_used: bool,
    /// User verification, as far as it may be relied on.
    pub user_verification: UserVerification,
    /// The signature counter, compared with the record's.
    pub sign_count: SignCount,
    /// The record's signature counter before.
    pub stored_sign_count: u32,
    /// What was wanted of BE.
    pub backup_eligibility: BackupEligibility,
    /// Whether the record knew BE.
    pub backup_eligibility_known: bool,
}

/// What only one of the ceremonies has.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Details {
    /// §7.1.
    Registration(RegistrationEvidence),
    /// §7.2.
    Authentication(AuthenticationEvidence),
}

impl Details {
    /// What only a registration has; `None` for an authentication.
    #[must_use]
    pub const fn registration(&self) -> Option<&RegistrationEvidence> {
        match self {
            Self::Registration(of) => Some(of),
            Self::Authentication(_) => None,
        }
    }
}

/// What a verdict rests on.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Evidence {
    /// The credential id.
    pub credential_id: CredentialId,
    /// What the ceremony was judged by.
    pub basis: Basis,
    /// The time handed in, where one was.
    pub time: Option<UnixTime>,
    /// The algorithm of the credential.
    pub algorithm: Algorithm,
    /// The flags of the authenticator data.
    pub flags: Flags,
    /// The signature counter of the authenticator data.
    pub sign_count: u32,
    /// What only one of the ceremonies has.
    pub details: Details,
    /// What was found out about extensions.
    pub extensions: ExtensionReport,
    /// The leniencies that were needed.
    pub quirks: Quirks,
    /// The outcome of each step, as the ceremony and the policy recorded it.
    pub outcomes: Outcomes,
}

impl Evidence {
    /// What an authentication rests on. `time` is when it was verified: the caller's word, for nothing in §7.2 depends
    /// on it. (That of a registration is [`Registered::evidence`](crate::policy::Registered::evidence).)
    #[must_use]
    pub fn of_authentication(verified: &VerifiedAuthentication<'_>, time: Option<UnixTime>) -> Self {
        let (authenticator_data, record) = (verified.authenticator_data(), verified.record_state());
        Self {
            credential_id: verified.credential_id().clone(),
            basis: verified.basis().keep(),
            time,
            algorithm: verified.algorithm(),
            flags: authenticator_data.flags(),
            sign_count: authenticator_data.sign_count(),
            details: Details::Authentication(AuthenticationEvidence {
                payment: verified.is_payment(),
                credentials_named: verified.credentials_named(),
                appid_used: verified.appid_used(),
                user_verification: verified.user_verification(),
                sign_count: verified.sign_count(),
                stored_sign_count: record.sign_count,
                backup_eligibility: verified.backup_eligibility(),
                backup_eligibility_known: record.backup_eligible.is_some(),
            }),
            extensions: verified.extension_report(),
            quirks: verified.quirks(),
            outcomes: *verified.outcomes(),
        }
    }

    /// The ceremony.
    #[must_use]
    pub const fn ceremony(&self) -> Ceremony {
        match self.details {
            Details::Registration(_) => Ceremony::Registration,
            Details::Authentication(_) => Ceremony::Authentication,
        }
    }

    /// The outcome of each step. The last step of a registration, that the credential id is new, is decided by
    /// [`Registered::claim`](crate::policy::Registered::claim) and is not listed.
    pub fn steps(&self) -> impl Iterator<Item = (StepNumber, Outcome)> {
        self.outcomes.iter().filter(|(step, _)| step.step != Step::CredentialIdUnique)
    }

    /// What was wanted of BE.
    const fn backup_eligibility(&self) -> BackupEligibility {
        match &self.details {
            Details::Registration(of) => of.backup_eligibility,
            Details::Authentication(of) => of.backup_eligibility,
        }
    }

    fn numbers(&self, outcome: Outcome) -> Vec<String> {
        self.steps().filter(|(_, found)| *found == outcome).map(|(step, _)| step.to_string()).collect()
    }

    /// `registration`, `authentication` or `payment`.
    const fn kind(&self) -> &'static str {
        match self.details {
            Details::Registration(_) => "registration",
            Details::Authentication(AuthenticationEvidence { payment: true, .. }) => "payment",
            Details::Authentication(_) => "authentication",
        }
    }
}

impl Serialize for Evidence {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        let (registration, authentication) = match &self.details {
            Details::Registration(of) => (Some(of), None),
            Details::Authentication(of) => (None, Some(of)),
        };
        let vouched = registration.is_some_and(|of| of.voucher(Fact::UserVerified) != Voucher::Nobody);
        let user_verification = match authentication {
            Some(of) => of.user_verification,
            None if self.flags.user_verified() && vouched => UserVerification::Performed,
            None => UserVerification::NotPerformed,
        };
        let quirks: Vec<&str> = self.quirks.iter().map(crate::quirk::Quirk::name).collect();
        let (basis, place) = (&self.basis, &self.basis.place);
        let mut json = to.serialize_struct("Evidence", 56)?;
        json.serialize_field("version", &VERSION)?;
        json.serialize_field("edition", EDITION)?;
        json.serialize_field("ceremony", self.kind())?;
        json.serialize_field("credentialId", &self.credential_id)?;
        json.serialize_field("rpId", &place.rp_id)?;
        json.serialize_field("appidUsed", &authentication.map(|of| of.appid_used))?;
        json.serialize_field("origin", &place.origin)?;
        json.serialize_field("originRule", place.origin_rule.name())?;
        json.serialize_field("crossOrigin", &place.cross_origin)?;
        json.serialize_field("topOrigin", &place.top_origin)?;
        json.serialize_field("time", &self.time)?;
        json.serialize_field("stepsPassed", &self.numbers(Outcome::Passed))?;
        json.serialize_field("stepsWaived", &self.numbers(Outcome::Waived))?;
        json.serialize_field("stepsNotRequired", &self.numbers(Outcome::NotRequired))?;
        json.serialize_field("stepsNotKnown", &self.numbers(Outcome::NotKnown))?;
        json.serialize_field("backend", basis.backend)?;
        json.serialize_field("module", basis.module)?;
        json.serialize_field("algorithm", &self.algorithm.cose())?;
        json.serialize_field("flags", &self.flags.bits())?;
        json.serialize_field("userVerificationRequired", &basis.user_verification_required)?;
        json.serialize_field("userVerification", user_verification.name())?;
        json.serialize_field("signCount", &self.sign_count)?;
        json.serialize_field("signCountStored", &authentication.map(|of| of.stored_sign_count))?;
        json.serialize_field("signCountOutcome", &authentication.map(|of| of.sign_count.name()))?;
        json.serialize_field("conditional", &registration.map(|of| of.conditional))?;
        json.serialize_field("backupEligibilityWanted", self.backup_eligibility().name())?;
        json.serialize_field("backupEligibilityKnown", &authentication.map(|of| of.backup_eligibility_known))?;
        json.serialize_field("backupStateWanted", basis.backup_state.name())?;
        json.serialize_field("attestationFormat", &registration.map(|of| of.format.identifier()))?;
        json.serialize_field("attestationType", &registration.map(|of| of.attestation_type.name()))?;
        json.serialize_field("attestationTrust", &registration.map(|of| of.trust.name()))?;
        json.serialize_field("attestationTrustReason", &registration.and_then(|of| of.trust.reason()))?;
        json.serialize_field("attestationTime", &registration.and_then(|of| of.trust_time))?;
        json.serialize_field("attestedAaguid", &registration.and_then(|of| of.attested_aaguid))?;
        statements::<S>(&mut json, registration)?;
        keys::<S>(&mut json, registration)?;
        vouchers::<S>(&mut json, registration)?;
        json.serialize_field("unsolicitedExtensions", &self.extensions.unsolicited)?;
        json.serialize_field("unknownExtensions", &self.extensions.unknown)?;
        json.serialize_field("secretExtensionResults", &self.extensions.secret_results)?;
        json.serialize_field("quirks", &quirks)?;
        json.end()
    }
}

/// The members that say the same of each statement, so lists of one length.
fn statements<S: Serializer>(
    json: &mut S::SerializeStruct,
    registration: Option<&RegistrationEvidence>,
) -> Result<(), S::Error> {
    let trust = |of: &StatementEvidence| of.trust.map_or("refused", TrustOutcome::name);
    let hex = |digest: [u8; 32]| digest.iter().map(|byte| format!("{byte:02x}")).collect::<String>();
    json.serialize_field("statementFormats", &list(registration, |of| of.format.identifier()))?;
    json.serialize_field("statementTypes", &list(registration, |of| of.attestation_type.name()))?;
    json.serialize_field("statementTrusts", &list(registration, trust))?;
    json.serialize_field("statementAlgorithms", &list(registration, |of| of.algorithm.map(Algorithm::cose)))?;
    json.serialize_field("statementAnchors", &list(registration, |of| of.anchor.map(hex)))?;
    json.serialize_field("statementCertificates", &list(registration, |of| of.certificates))?;
    let checked = list(registration, |of| of.checked_for_revocation);
    json.serialize_field("statementCertificatesCheckedForRevocation", &checked)?;
    json.serialize_field("statementsDropped", &registration.map(|of| of.statements_dropped))
}

/// The same of what each statement says of its key.
fn keys<S: Serializer>(
    json: &mut S::SerializeStruct,
    registration: Option<&RegistrationEvidence>,
) -> Result<(), S::Error> {
    let android = |of: &StatementEvidence| match of.key {
        Some(KeyProperties::Android(key)) => Some(key),
        _ => None,
    };
    let tpm = |of: &StatementEvidence| match of.key {
        Some(KeyProperties::Tpm(key)) => Some(key),
        _ => None,
    };
    let hash = |hash| match hash {
        Hash::Sha1 => "sha-1",
        Hash::Sha256 => "sha-256",
        Hash::Sha384 => "sha-384",
        Hash::Sha512 => "sha-512",
    };
    let in_hardware = list(registration, |of| android(of).map(|key| key.in_hardware));
    let roots_of_trust = list(registration, |of| android(of).map(|key| key.root_of_trust.name()));
    let devices_locked = list(registration, |of| android(of).and_then(|key| key.root_of_trust.device_locked()));
    json.serialize_field("statementKeysInHardware", &in_hardware)?;
    json.serialize_field("statementRootsOfTrust", &roots_of_trust)?;
    json.serialize_field("statementDevicesLocked", &devices_locked)?;
    let object_attributes = list(registration, |of| tpm(of).map(|key| key.object_attributes));
    let name_algorithms = list(registration, |of| tpm(of).map(|key| hash(key.name_algorithm)));
    json.serialize_field("statementTpmObjectAttributes", &object_attributes)?;
    json.serialize_field("statementTpmNameAlgorithms", &name_algorithms)
}

/// Each fact of the authenticator data on the list of who vouches for it.
fn vouchers<S: Serializer>(
    json: &mut S::SerializeStruct,
    registration: Option<&RegistrationEvidence>,
) -> Result<(), S::Error> {
    let by = |voucher: Voucher| {
        let vouched = |of: &RegistrationEvidence| -> Vec<&str> {
            Fact::ALL.into_iter().filter(|fact| of.voucher(*fact) == voucher).map(Fact::name).collect()
        };
        registration.map(vouched)
    };
    json.serialize_field("vouchedByAttestationKey", &by(Voucher::AttestationKey))?;
    json.serialize_field("vouchedByCredentialKey", &by(Voucher::CredentialKey))?;
    json.serialize_field("vouchedByCaller", &by(Voucher::Caller))?;
    json.serialize_field("vouchedByNobody", &by(Voucher::Nobody))?;
    json.serialize_field("unattested", &by(Voucher::Unattested))
}

/// What each statement says.
fn list<T>(of: Option<&RegistrationEvidence>, what: impl Fn(&StatementEvidence) -> T) -> Option<Vec<T>> {
    of.map(|of| of.statements().map(what).collect())
}
