//! What a verdict rests on: facts for a log or an auditor, and nothing that is secret or was put in by a stranger.
//!
//! A value of this type exists only where every step of its ceremony passed, so the list of steps needs no outcomes.

use crate::attestation::{AttestationType, Format};
use crate::authenticator::{Aaguid, AuthenticatorData};
use crate::ceremony::extensions::ExtensionReport;
use crate::ceremony::{Ceremony, Step};
use crate::crypto::Algorithm;
use crate::quirk::Quirks;
use crate::x509::PathError;
use serde::ser::{Serialize, SerializeStruct, Serializer};

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
    Untrusted(PathError),
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

    /// Why the certificates lead to no anchor.
    fn reason(self) -> Option<String> {
        match self {
            Self::Untrusted(error) => Some(error.to_string()),
            _ => None,
        }
    }
}

/// What a registration adds to the evidence.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct AttestationEvidence {
    /// The format of the statement.
    pub format: Format,
    /// The type of the attestation.
    pub attestation_type: AttestationType,
    /// What came of its certificates.
    pub trust: TrustOutcome,
    /// The authenticator's model, where a statement that led to an anchor vouches for it.
    pub attested_aaguid: Option<Aaguid>,
}

/// What a verdict rests on. Serialises as one flat JSON object.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Evidence {
    /// The ceremony.
    pub ceremony: Ceremony,
    /// The crypto module that verified.
    pub module: &'static str,
    /// The algorithm of the credential.
    pub algorithm: Algorithm,
    /// The flags octet of the authenticator data.
    pub flags: u8,
    /// The signature counter of the authenticator data.
    pub sign_count: u32,
    /// The attestation; `None` for an authentication.
    pub attestation: Option<AttestationEvidence>,
    /// What was found out about extensions.
    pub extensions: ExtensionReport,
    /// The leniencies that were needed.
    pub quirks: Quirks,
}

impl Evidence {
    pub(crate) const fn new(
        ceremony: Ceremony,
        module: &'static str,
        algorithm: Algorithm,
        authenticator_data: &AuthenticatorData<'_>,
        extensions: ExtensionReport,
        quirks: Quirks,
    ) -> Self {
        Self {
            ceremony,
            module,
            algorithm,
            flags: authenticator_data.flags().bits(),
            sign_count: authenticator_data.sign_count(),
            attestation: None,
            extensions,
            quirks,
        }
    }

    /// The steps that passed. The last of a registration, that the credential id is new, is
    /// [`Registered::claim`](crate::policy::Registered::claim)'s, and is not among them.
    pub fn steps(&self) -> impl Iterator<Item = crate::ceremony::StepNumber> {
        self.ceremony.steps().filter(|step| step.step != Step::CredentialIdUnique)
    }
}

impl Serialize for Evidence {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        let mut json = to.serialize_struct("Evidence", 15)?;
        let steps: Vec<String> = self.steps().map(|step| step.to_string()).collect();
        let quirks: Vec<&str> = self.quirks.iter().map(crate::quirk::Quirk::name).collect();
        json.serialize_field("edition", EDITION)?;
        json.serialize_field("steps", &steps)?;
        json.serialize_field("module", self.module)?;
        json.serialize_field("algorithm", &self.algorithm.cose())?;
        json.serialize_field("flags", &self.flags)?;
        json.serialize_field("signCount", &self.sign_count)?;
        json.serialize_field("attestationFormat", &self.attestation.map(|a| a.format.identifier()))?;
        json.serialize_field("attestationType", &self.attestation.map(|a| a.attestation_type.name()))?;
        json.serialize_field("attestationTrust", &self.attestation.map(|a| a.trust.name()))?;
        json.serialize_field("attestationTrustReason", &self.attestation.and_then(|a| a.trust.reason()))?;
        json.serialize_field("attestedAaguid", &self.attestation.and_then(|a| a.attested_aaguid))?;
        json.serialize_field("unsolicitedExtensions", &self.extensions.unsolicited)?;
        json.serialize_field("unknownExtensions", &self.extensions.unknown)?;
        json.serialize_field("secretExtensionResults", &self.extensions.secret_results)?;
        json.serialize_field("quirks", &quirks)?;
        json.end()
    }
}
