//! A registration that was accepted, and the last question before it is stored (§7.1 steps 26 and 27).

use super::TrustOutcome;
use crate::attestation::{AttestationType, Format};
use crate::authenticator::Aaguid;
use crate::ceremony::registration::VerifiedRegistration;
use crate::ceremony::{Ceremony, Failure, Refusal};
use crate::credential::{CredentialRecord, UserHandle};
use crate::crypto::Algorithm;
use crate::evidence::{AttestationEvidence, Evidence};
use crate::quirk::Quirks;

/// A registration that the policy accepts, not yet known to be new.
#[derive(Clone, Debug)]
#[must_use = "call `claim` with what the store holds under this credential id, then store the record"]
pub struct Registered {
    record: CredentialRecord,
    format: Format,
    attestation_type: AttestationType,
    aaguid: Aaguid,
    trust: TrustOutcome,
    evidence: Evidence,
}

impl Registered {
    pub(super) fn new(
        verified: &VerifiedRegistration<'_>,
        user: &UserHandle,
        trust: TrustOutcome,
        quirks: Quirks,
        module: &'static str,
    ) -> Self {
        let authenticator_data = verified.authenticator_data();
        let attested = verified.attested_credential_data();
        let flags = authenticator_data.flags();
        let mut record = CredentialRecord::new(
            verified.credential_id().clone(),
            user.clone(),
            attested.credential_public_key().to_vec(),
        );
        record.sign_count = authenticator_data.sign_count();
        record.uv_initialized = flags.user_verified();
        record.backup_eligible = Some(flags.backup_eligible());
        record.backup_state = Some(flags.backup_state());
        record.transports = verified.transports().to_vec();
        let attestation = verified.attestation();
        let quirks = verified.quirks().union(quirks);
        let ceremony = Ceremony::Registration;
        let mut evidence = Evidence::new(ceremony, module, verified.algorithm(), authenticator_data, quirks);
        evidence.attestation = Some(AttestationEvidence {
            format: attestation.format,
            attestation_type: attestation.attestation_type,
            attested_aaguid: (trust == TrustOutcome::Trusted).then_some(attested.aaguid()),
        });
        Self {
            record,
            format: attestation.format,
            attestation_type: attestation.attestation_type,
            aaguid: attested.aaguid(),
            trust,
            evidence,
        }
    }

    /// The credential id to look up in the store, over all accounts.
    #[must_use]
    pub fn credential_id(&self) -> &crate::credential::CredentialId {
        &self.record.id
    }

    /// The record to store. `stored` is what the store holds under [`Self::credential_id`], of any account: it must
    /// be `None` (§7.1 step 26), and a unique index must keep it so until the record is written.
    ///
    /// # Errors
    /// [`Failure`] with [`Refusal::CredentialKnown`].
    pub fn claim<T>(self, stored: Option<T>) -> Result<CredentialRecord, Failure> {
        match stored {
            None => Ok(self.record),
            Some(_) => Err(Failure::new(Ceremony::Registration, Refusal::CredentialKnown)),
        }
    }

    /// The algorithm of the credential public key.
    #[must_use]
    pub const fn algorithm(&self) -> Algorithm {
        self.evidence.algorithm
    }

    /// The attestation statement format.
    #[must_use]
    pub const fn attestation_format(&self) -> Format {
        self.format
    }

    /// The attestation type.
    #[must_use]
    pub const fn attestation_type(&self) -> AttestationType {
        self.attestation_type
    }

    /// The authenticator's model, by its own word; see [`Self::attested_aaguid`].
    #[must_use]
    pub const fn claimed_aaguid(&self) -> Aaguid {
        self.aaguid
    }

    /// The authenticator's model, where its certificates led to an anchor.
    #[must_use]
    pub fn attested_aaguid(&self) -> Option<Aaguid> {
        (self.trust == TrustOutcome::Trusted).then_some(self.aaguid)
    }

    /// What came of the certificates.
    #[must_use]
    pub const fn trust(&self) -> TrustOutcome {
        self.trust
    }

    /// The leniencies that were needed.
    #[must_use]
    pub const fn quirks(&self) -> Quirks {
        self.evidence.quirks
    }

    /// What this verdict rests on: keep it with the record, for auditors.
    #[must_use]
    pub const fn evidence(&self) -> &Evidence {
        &self.evidence
    }
}
