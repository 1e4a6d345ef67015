//! The record of a ceremony, for logs and auditors: what was verified, against what, and with which outcome.
//!
//! Every ceremony that ran has evidence, whether it was accepted or refused:
//!
//! | ceremony | evidence |
//! |---|---|
//! | a registration, accepted | [`Registered::claim`](crate::policy::Registered::claim) returns it with the record |
//! | a sign-in or a payment, accepted | the field `evidence` of [`Authenticated`](crate::relying_party::Authenticated) and [`Paid`](crate::relying_party::Paid) |
//! | refused | [`Error::evidence`](crate::Error::evidence) |
//! | verified by the functions of [`ceremony`](crate::ceremony) | `evidence` of what they return, and of [`Failure`](super::Failure) |
//!
//! Evidence contains no secrets and no received text: only numbers, names that this library defines, texts of your own
//! configuration, and the ids of the credential and the user. It is for logs only. Never send it to the browser, because the
//! step that refused can tell whether the account exists (§14.6.2).
//!
//! An accepted ceremony can have steps that did not pass: a policy can accept that a check fails or not ask for it, and a record
//! can lack the value to compare with. So each step of the ceremony is on exactly one list. A step that passed only because of
//! a [quirk](crate::quirk) counts as passed, and `quirks` names the quirk.
//!
//! # Again, years later
//!
//! The same bytes give the same verdict and the same evidence at any time. Keep:
//!
//! * the JSON that was posted;
//! * the expectations: your configuration, and the JSON of the state from before `finish_…`, which contains the challenge;
//! * for an authentication, the credential record from *before* its update.
//!
//! [`ceremony::registration::verify`](crate::ceremony::registration::verify) and
//! [`ceremony::authentication::verify`](crate::ceremony::authentication::verify) then verify again, with the time of the
//! ceremony as [`ExpectedAuthentication::time`](crate::ceremony::authentication::ExpectedAuthentication::time). In that evidence, the members that only
//! [`RelyingParty`](crate::RelyingParty) knows are null. The table marks them with "front door".
//!
//! # As JSON
//!
//! One flat object with every member. A member is `null` if it does not apply, or if the ceremony ended before its value was
//! known.
//!
//! `Evidence` reads back what it wrote. It refuses another `version` or `edition`, and names that it does not know, such as a
//! later attestation statement format. It ignores members that it does not know, so that a release can read the evidence of a
//! later release with the same version. Reading verifies nothing: store evidence where only you can write.
//!
//! The JSON Schema is `docs/evidence.schema.json` in the repository. For each member it says who vouches for it: the
//! credential's signature, the attestation, the metadata, the client, the caller or this library.
//!
//! | member | value |
//! |---|---|
//! | `version` | 1: the version of this JSON |
//! | `edition` | [`EDITION`]: the edition of the standard whose step numbers are used |
//! | `ceremony` | `registration` (§7.1) or `authentication` (§7.2) |
//! | `purpose` | `registration`, `payment`, or, by the front door, `sign-in`, `reauthentication` or `confirmation`: see [`Purpose`] |
//! | `purposeText` | front door: the purpose given to [`start_reauthentication`](crate::RelyingParty::start_reauthentication) |
//! | `stateId` | front door: the id of the [state](crate::AuthenticationState) |
//! | `user` | the user handle in base64url, or your pseudonym: see [`Evidence::with_user`]. If refused: the user that was known before |
//! | `credentialId` | base64url. If refused: the id that the response names |
//! | `time` | the time that was passed in, in seconds since 1970 |
//! | `accepted` | `true` or `false` |
//! | `refusal`, `refusalReason` | if refused: the [code](super::Refusal::code) of the refusal, and its text with its facts |
//! | `stepsPassed` | the steps whose check was made and holds, such as `7.2/11` |
//! | `stepsWaived` | the steps whose check does not hold, which the policy accepts |
//! | `stepsNotRequired` | the steps that the policy did not ask for, or that had nothing to check |
//! | `stepsNotKnown` | the steps that could not be checked, because there is no record, or the record lacks the value to compare with |
//! | `stepsRefused` | the step that refused the ceremony |
//! | `stepsNotReached` | the steps that the ceremony did not reach. `7.1/26` is here until [`claim`](crate::policy::Registered::claim) decides it and returns the final evidence |
//! | `rpId`, `appidUsed` | the RP ID, and whether the AppID was used in its place (§10.1.1) |
//! | `origin`, `originRule` | the listed origin that accepts the origin of the ceremony, and [the rule](crate::ceremony::OriginRule) that it used |
//! | `crossOrigin`, `topOrigin` | whether the ceremony ran in a cross-origin frame, and the listed origin of the top-level page |
//! | `backend`, `module` | the name of the crypto backend, and of the module that verifies signatures of the credential |
//! | `algorithm` | the COSE number of the credential's algorithm |
//! | `signedSha256` | SHA-256 of authenticatorData ‖ SHA-256(clientDataJSON), which the signature covers; in lower-case hexadecimal. Formats of attestation statements that sign other bytes have it as well; `none` signs nothing and has `null` |
//! | `flags` | the flags of the authenticator data, as a number |
//! | `userVerificationRequired`, `userVerification` | whether it was required; `not_performed`, `first` or `performed` |
//! | `signCount`, `signCountStored` | the signature counter in the authenticator data, and in the record before |
//! | `conditional` | whether a registration was a conditional create |
//! | `backupEligibilityWanted`, `backupStateWanted` | the policies for BE and BS |
//! | `policy` | front door: the name of the attestation policy; null for the policy without a name |
//! | `attestationFormat`, `attestationType` | of the attestation statement |
//! | `attestationTrust`, `attestationTrustReason` | the [outcome](TrustOutcome) of step 24; if untrusted, the reason |
//! | `attestedAaguid` | the AAGUID of the authenticator, if a trusted statement vouches for it |
//! | `statements` | one object for each statement: [`StatementEvidence`]. Several for a `compound` attestation, none for an authentication |
//! | `statementsDropped` | how many statements of a compound attestation do not verify |
//! | `vouchers` | who vouches for each [fact](Fact) of the authenticator data: a [`Voucher`] |
//! | `unsolicitedExtensions`, `unknownExtensions` | the extension outputs that were not requested; how many outputs this library does not know |
//! | `secretExtensionResults` | whether the front end sent results of a pseudo-random function, which are secret: repair it |
//! | `quirks` | the quirks that were needed |
//! | `metadata` | with the feature `mds`, and only under a policy of the FIDO metadata: one object for each statement, with the BLOB, the model, what its reports say, and what was let pass |

use super::OriginRule;
use super::backup::{BackupEligibility, BackupState};
use super::results::UserVerification;
use super::step::{Ceremony, Outcome, StepNumber};
use crate::attestation::voucher::{Fact, Voucher};
use crate::attestation::{AttestationType, Format, KeyProperties};
use crate::authenticator::{Aaguid, Flags};
use crate::credential::{CredentialId, Version};
use crate::crypto::Algorithm;
use crate::extensions::ExtensionSet;
use crate::quirk::Quirks;
use crate::time::UnixTime;
use serde::{Deserialize, Deserializer, Serialize, Serializer, de::Error as _};
use std::borrow::Cow;
use std::collections::BTreeMap;

/// The edition of the standard whose step numbers the evidence uses.
pub const EDITION: &str = "REC-webauthn-3-20260825";

/// What a ceremony was for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum Purpose {
    /// Registering a credential.
    Registration,
    /// Signing in.
    SignIn,
    /// Re-authenticating a signed-in user before an action.
    Reauthentication,
    /// Confirming a payment (Secure Payment Confirmation).
    Payment,
    /// Confirming a document (feature `assurance`).
    Confirmation,
}

impl Purpose {
    /// Returns the word that the evidence has in JSON.
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Registration => "registration",
            Self::SignIn => "sign-in",
            Self::Reauthentication => "reauthentication",
            Self::Payment => "payment",
            Self::Confirmation => "confirmation",
        }
    }
}

/// The outcome for the certificates of an attestation (§7.1 step 24).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum TrustOutcome {
    /// There are no certificates: no attestation, or self attestation.
    NoCertificates,
    /// The policy does not verify certificates.
    NotJudged,
    /// The certification path ends at a trust anchor.
    Trusted,
    /// The certification path does not end at a trust anchor, and the policy accepts that.
    Untrusted,
    /// The certification path ends at a trust anchor, but the statement is signed with RS1. That does not count as trusted, and
    /// the policy accepts it.
    LegacyRs1,
}

impl TrustOutcome {
    /// Returns the outcome of step 24.
    pub(crate) const fn outcome(self) -> Outcome {
        match self {
            Self::NoCertificates | Self::Trusted => Outcome::Passed,
            Self::NotJudged => Outcome::NotRequired,
            Self::Untrusted | Self::LegacyRs1 => Outcome::Waived,
        }
    }
}

/// The evidence of one attestation statement.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct StatementEvidence {
    /// The format.
    pub format: Format,
    /// The attestation type.
    #[serde(rename = "type")]
    pub attestation_type: AttestationType,
    /// The outcome for its certificates. `None` if the policy refused this statement of a compound attestation and accepted
    /// others.
    pub trust: Option<TrustOutcome>,
    /// The algorithm with which its certificate signed it. `None` if no certificate did.
    pub algorithm: Option<Algorithm>,
    /// What it states about the credential key, trusted or not. Only `tpm` and `android-key` statements do.
    pub key: Option<KeyProperties>,
    /// The SHA-256 of the trust anchor's certificate, if its certification path ends at one. In JSON in hexadecimal.
    #[serde(default, with = "sha256")]
    pub anchor: Option<[u8; 32]>,
    /// The number of certificates of that path.
    pub certificates: usize,
    /// The number of those certificates whose issuer has a revocation list among yours.
    pub checked_for_revocation: usize,
}

impl StatementEvidence {
    /// Returns who vouches for `fact` by this statement: nobody if the policy refused it.
    #[must_use]
    pub const fn voucher(&self, fact: Fact) -> Voucher {
        match self.trust {
            Some(_) => Voucher::of(self.format, self.attestation_type, fact),
            None => Voucher::Nobody,
        }
    }
}

/// Returns who vouches for `fact`: the strongest voucher of the statements that the policy accepts.
pub(crate) fn voucher(statements: &[StatementEvidence], fact: Fact) -> Voucher {
    statements.iter().map(|statement| statement.voucher(fact)).max().unwrap_or(Voucher::Nobody)
}

/// The record of a ceremony. [The module](self) describes each member.
///
/// ```
/// use wardkey::Error;
/// use wardkey::ceremony::evidence::Evidence;
/// fn log(evidence: &Evidence) -> serde_json::Result<String> {
///     serde_json::to_string(&evidence.clone().with_user("patient-4711"))
/// }
/// fn refused(error: &Error) -> serde_json::Result<Option<String>> {
///     error.evidence().map(|evidence| log(&evidence)).transpose()
/// }
/// fn read(line: &str) -> serde_json::Result<Evidence> {
///     serde_json::from_str(line)
/// }
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct Evidence {
    version: Version,
    #[serde(deserialize_with = "this_edition")]
    edition: Cow<'static, str>,
    /// The ceremony.
    pub ceremony: Ceremony,
    /// The purpose.
    pub purpose: Option<Purpose>,
    /// The purpose of a re-authentication, in your words.
    pub purpose_text: Option<String>,
    /// The id of the state.
    pub state_id: Option<String>,
    /// The user handle in base64url, or your pseudonym.
    pub user: Option<String>,
    /// The credential id.
    pub credential_id: Option<CredentialId>,
    /// The time that was passed in.
    pub time: Option<UnixTime>,
    /// Whether the ceremony was accepted.
    pub accepted: bool,
    /// The code of the refusal.
    pub refusal: Option<Cow<'static, str>>,
    /// The text of the refusal.
    pub refusal_reason: Option<String>,
    /// The steps whose check was made and holds.
    pub steps_passed: Vec<StepNumber>,
    /// The steps whose check does not hold, which the policy accepts.
    pub steps_waived: Vec<StepNumber>,
    /// The steps that the policy did not ask for, or that had nothing to check.
    pub steps_not_required: Vec<StepNumber>,
    /// The steps that could not be checked, because there is no record, or the record lacks the value to compare with.
    pub steps_not_known: Vec<StepNumber>,
    /// The step that refused the ceremony.
    pub steps_refused: Vec<StepNumber>,
    /// The steps that the ceremony did not reach.
    pub steps_not_reached: Vec<StepNumber>,
    /// The RP ID.
    pub rp_id: Option<String>,
    /// Whether the AppID was used in place of the RP ID.
    pub appid_used: Option<bool>,
    /// The listed origin that accepts the origin of the ceremony.
    pub origin: Option<String>,
    /// The rule by which it does. Only under [`OriginRule::Listed`] is it the origin that the client data names.
    pub origin_rule: Option<OriginRule>,
    /// Whether the ceremony ran in a cross-origin frame.
    pub cross_origin: Option<bool>,
    /// The listed origin of the top-level page, if the client data names it.
    pub top_origin: Option<String>,
    /// The name of the crypto backend.
    pub backend: Option<Cow<'static, str>>,
    /// The name of the module that verifies signatures of the credential.
    pub module: Option<Cow<'static, str>>,
    /// The algorithm of the credential.
    pub algorithm: Option<Algorithm>,
    /// SHA-256 of authenticatorData ‖ SHA-256(clientDataJSON). `None` for a registration with `none`, where nothing is signed.
    #[serde(default, with = "sha256")]
    pub signed_sha256: Option<[u8; 32]>,
    /// The flags of the authenticator data.
    pub flags: Option<Flags>,
    /// Whether user verification was required.
    pub user_verification_required: Option<bool>,
    /// User verification.
    pub user_verification: Option<UserVerification>,
    /// The signature counter of the authenticator data.
    pub sign_count: Option<u32>,
    /// The signature counter of the record before.
    pub sign_count_stored: Option<u32>,
    /// Whether a registration was a conditional create.
    pub conditional: Option<bool>,
    /// The policy for BE.
    pub backup_eligibility_wanted: Option<BackupEligibility>,
    /// The policy for BS.
    pub backup_state_wanted: Option<BackupState>,
    /// The name of the attestation policy.
    pub policy: Option<String>,
    /// The attestation statement format.
    pub attestation_format: Option<Format>,
    /// The attestation type.
    pub attestation_type: Option<AttestationType>,
    /// The outcome for the certificates: the least trusted one of a compound attestation.
    pub attestation_trust: Option<TrustOutcome>,
    /// The reason, if the certificates are untrusted.
    pub attestation_trust_reason: Option<String>,
    /// The AAGUID, if a trusted statement vouches for it.
    pub attested_aaguid: Option<Aaguid>,
    /// The attestation statements that verify.
    pub statements: Vec<StatementEvidence>,
    /// The number of statements of a compound attestation that do not verify.
    pub statements_dropped: Option<usize>,
    /// Who vouches for each fact of the authenticator data: the strongest voucher of the statements that the policy accepts.
    pub vouchers: Option<BTreeMap<Fact, Voucher>>,
    /// The extension outputs that were not requested.
    pub unsolicited_extensions: Option<ExtensionSet>,
    /// The number of extension outputs that this library does not know.
    pub unknown_extensions: Option<u32>,
    /// Whether the front end sent results of a pseudo-random function.
    pub secret_extension_results: Option<bool>,
    /// The quirks that were needed.
    pub quirks: Quirks,
    /// What the FIDO metadata says of each statement, under [`Trust::Metadata`](crate::policy::Trust::Metadata).
    #[cfg(feature = "mds")]
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub metadata: Vec<crate::metadata::MetadataEvidence>,
}

impl Evidence {
    /// Makes the evidence of a ceremony of which nothing is known yet.
    pub(super) const fn new(ceremony: Ceremony) -> Self {
        Self {
            version: Version,
            edition: Cow::Borrowed(EDITION),
            ceremony,
            purpose: None,
            purpose_text: None,
            state_id: None,
            user: None,
            credential_id: None,
            time: None,
            accepted: true,
            refusal: None,
            refusal_reason: None,
            steps_passed: Vec::new(),
            steps_waived: Vec::new(),
            steps_not_required: Vec::new(),
            steps_not_known: Vec::new(),
            steps_refused: Vec::new(),
            steps_not_reached: Vec::new(),
            rp_id: None,
            appid_used: None,
            origin: None,
            origin_rule: None,
            cross_origin: None,
            top_origin: None,
            backend: None,
            module: None,
            algorithm: None,
            signed_sha256: None,
            flags: None,
            user_verification_required: None,
            user_verification: None,
            sign_count: None,
            sign_count_stored: None,
            conditional: None,
            backup_eligibility_wanted: None,
            backup_state_wanted: None,
            policy: None,
            attestation_format: None,
            attestation_type: None,
            attestation_trust: None,
            attestation_trust_reason: None,
            attested_aaguid: None,
            statements: Vec::new(),
            statements_dropped: None,
            vouchers: None,
            unsolicited_extensions: None,
            unknown_extensions: None,
            secret_extension_results: None,
            quirks: Quirks::NONE,
            #[cfg(feature = "mds")]
            metadata: Vec::new(),
        }
    }

    /// Replaces the user handle by your pseudonym for the user.
    #[must_use]
    pub fn with_user(mut self, pseudonym: impl Into<String>) -> Self {
        self.user = Some(pseudonym.into());
        self
    }
}

fn this_edition<'de, D: Deserializer<'de>>(from: D) -> Result<Cow<'static, str>, D::Error> {
    let edition = String::deserialize(from)?;
    if edition == EDITION {
        Ok(EDITION.into())
    } else {
        Err(D::Error::custom(format_args!("expected edition {EDITION}")))
    }
}

/// Serde for a SHA-256 in lower-case hexadecimal.
mod sha256 {
    use super::{Deserialize, Deserializer, Serialize, Serializer};
    use crate::codec::hex;
    use serde::de::Error as _;

    #[expect(clippy::ref_option, reason = "serde passes the field so")]
    pub(super) fn serialize<S: Serializer>(digest: &Option<[u8; 32]>, to: S) -> Result<S::Ok, S::Error> {
        digest.as_ref().map(|digest| hex::encode(digest)).serialize(to)
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<Option<[u8; 32]>, D::Error> {
        let text = Option::<String>::deserialize(from)?;
        let wrong = || D::Error::custom("expected a SHA-256 in lower-case hexadecimal");
        let read = |text: String| hex::decode_lower(&text).ok_or_else(wrong);
        text.map(read).transpose()
    }
}
