//! A registration that was accepted, and the last question before it is stored (§7.1 steps 26 and 27).

use super::TrustOutcome;
use super::attestation::Judged;
use crate::attestation::{AttestationType, Fact, Format, KeyProperties, Voucher};
use crate::authenticator::Aaguid;
use crate::ceremony::registration::VerifiedRegistration;
use crate::ceremony::{Failure, Refusal, Step};
use crate::credential::{CredentialRecord, UserHandle};
use crate::crypto::Algorithm;
use crate::evidence::{Details, Evidence, RegistrationEvidence};
use crate::extensions::{Blob, ClientExtensionResults, SignedOutputs};
use crate::quirk::Quirks;
use crate::time::UnixTime;

/// A registration that the policy accepts, not yet known to be new. Not `Clone`, on purpose: it is claimed once.
#[derive(Debug)]
#[must_use = "call `claim` with what the store holds under this credential id, then store the record"]
pub struct Registered {
    record: CredentialRecord,
    format: Format,
    attestation_type: AttestationType,
    aaguid: Aaguid,
    attested: bool,
    device_serial: Option<Vec<u8>>,
    trust: TrustOutcome,
    signed_extensions: SignedOutputs,
    claimed_extensions: SignedOutputs,
    unsigned_extensions: ClientExtensionResults,
    pub(crate) attestation_policy: Option<String>,
    pub(crate) browser_bound_key: Result<Option<Blob>, Failure>,
    evidence: Evidence,
    #[cfg(feature = "mds")]
    metadata: Vec<crate::metadata::MetadataEvidence>,
    #[cfg(feature = "mds")]
    proofs: Vec<crate::metadata::Proof>,
}

impl Registered {
    pub(super) fn new(
        verified: &VerifiedRegistration<'_>,
        user: &UserHandle,
        judged: Judged<'_>,
        trust_time: Option<UnixTime>,
    ) -> Self {
        let authenticator_data = verified.authenticator_data();
        let attested = verified.attested_credential_data();
        let flags = authenticator_data.flags();
        let mut record = CredentialRecord::new(
            verified.credential_id().clone(),
            user.clone(),
            attested.credential_public_key().to_vec(),
        );
        record.transports = verified.transports().to_vec();
        let attestation = verified.attestation();
        // §7.1 step 27 stores what authenticator data says. Where a statement signs other facts and leaves these out, no
        // authenticator said so: an item that would raise trust, or that would lock its owner out if it is false, stays
        // as CTAP 2.2 §10.2 has it or becomes unknown, and the next sign-in, which the credential key signs, teaches it.
        let vouched = |fact| judged.voucher(fact) != Voucher::Nobody;
        let unless_claimed = |flag: bool| (vouched(Fact::Backup) || !flag).then_some(flag);
        record.sign_count = if vouched(Fact::SignCount) { authenticator_data.sign_count() } else { 0 };
        record.uv_initialized = flags.user_verified() && vouched(Fact::UserVerified);
        record.backup_eligible = unless_claimed(flags.backup_eligible());
        record.backup_state = unless_claimed(flags.backup_state());
        let claimed_extensions = SignedOutputs::of(authenticator_data.extensions());
        let signed = judged.voucher(Fact::Extensions).is_signature();
        let signed_extensions = if signed { claimed_extensions.clone() } else { SignedOutputs::default() };
        // Step 24: trust in the attestation
        let mut outcomes = *verified.outcomes();
        outcomes.record(Step::AttestationTrust, judged.trust.outcome());
        let evidence = Evidence {
            credential_id: verified.credential_id().clone(),
            basis: verified.basis().keep(),
            time: verified.time(),
            algorithm: verified.algorithm(),
            flags,
            sign_count: authenticator_data.sign_count(),
            details: Details::Registration(RegistrationEvidence {
                conditional: verified.conditional(),
                backup_eligibility: verified.backup_eligibility(),
                format: attestation.format,
                attestation_type: attestation.attestation_type,
                trust: judged.trust,
                trust_time,
                attested_aaguid: judged.attested.then_some(attested.aaguid()),
                statement: judged.statement,
                compound: judged.compound,
                statements_dropped: attestation.dropped,
            }),
            extensions: verified.extension_report(),
            quirks: verified.quirks().union(judged.quirks),
            outcomes,
        };
        Self {
            record,
            format: attestation.format,
            attestation_type: attestation.attestation_type,
            aaguid: attested.aaguid(),
            attested: judged.attested,
            device_serial: judged.device_serial.map(<[u8]>::to_vec),
            trust: judged.trust,
            signed_extensions,
            claimed_extensions,
            unsigned_extensions: verified.unsigned_extension_results().cloned().unwrap_or_default(),
            attestation_policy: None,
            browser_bound_key: Ok(None),
            evidence,
            #[cfg(feature = "mds")]
            metadata: judged.metadata,
            #[cfg(feature = "mds")]
            proofs: judged.proofs,
        }
    }

    /// Returns what to keep beside the record, so that its model can be judged at each sign-in:
    /// [`Metadata::reassess`](crate::metadata::Metadata::reassess). Without [`Trust::Metadata`](super::Trust::Metadata) it says
    /// that nothing is known.
    #[cfg(feature = "mds")]
    #[cfg_attr(docsrs, doc(cfg(feature = "mds")))]
    #[must_use]
    pub fn attested(&self) -> crate::metadata::Attested {
        let at = self.evidence.time.unwrap_or(UnixTime::from_secs(0));
        crate::metadata::Attested::unattested(self.aaguid, at).with_proofs(self.proofs.clone())
    }

    /// Returns what the metadata says of each statement, under [`Trust::Metadata`](super::Trust::Metadata).
    #[cfg(feature = "mds")]
    #[cfg_attr(docsrs, doc(cfg(feature = "mds")))]
    #[must_use]
    pub fn metadata(&self) -> &[crate::metadata::MetadataEvidence] {
        &self.metadata
    }

    /// The credential id to look up in the store, over all accounts.
    #[must_use]
    pub fn credential_id(&self) -> &crate::credential::CredentialId {
        &self.record.id
    }

    /// The record to store. `stored` is what the store holds under [`Self::credential_id`], of any account: it must
    /// be `None` (§7.1 step 26), and a unique index must keep it so until the record is written. What a list of passkeys
    /// shows, such as [`Self::claimed_aaguid`], and the [evidence](Self::evidence) are taken before: this is the end of it.
    ///
    /// # Errors
    /// [`Failure`] with [`Refusal::CredentialKnown`].
    pub fn claim<T>(self, stored: Option<T>) -> Result<CredentialRecord, Failure> {
        match stored {
            None => Ok(self.record),
            Some(_) => Err(Failure::after(self.evidence.outcomes, Refusal::CredentialKnown)),
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

    /// The authenticator's model, where a statement that led to an anchor vouches for it.
    #[must_use]
    pub fn attested_aaguid(&self) -> Option<Aaguid> {
        self.attested.then_some(self.aaguid)
    }

    /// What an enterprise attestation calls this very device (§8.2.2, `id-fido-gen-ce-sernum`), where it was asked for
    /// and its certificate led to an anchor. It is the same for every account: personal data.
    #[must_use]
    pub fn device_serial(&self) -> Option<&[u8]> {
        self.device_serial.as_deref()
    }

    /// The name of the policy that decided, at the front door, where it has one.
    #[must_use]
    pub fn attestation_policy(&self) -> Option<&str> {
        self.attestation_policy.as_deref()
    }

    /// What came of the certificates.
    #[must_use]
    pub const fn trust(&self) -> TrustOutcome {
        self.trust
    }

    /// The extension outputs that the attestation signs: as trustworthy as [`Self::trust`] says the authenticator is.
    /// Empty beside `none` and `fido-u2f`, which sign none; see [`Self::claimed_extensions`].
    #[must_use]
    pub const fn signed_extensions(&self) -> &SignedOutputs {
        &self.signed_extensions
    }

    /// The extension outputs in the authenticator data, whether anybody signs them or not. Use them for what helps the
    /// user, such as offering what `hmac-secret` makes possible; decide nothing by them that they would raise.
    #[must_use]
    pub const fn claimed_extensions(&self) -> &SignedOutputs {
        &self.claimed_extensions
    }

    /// What the accepted statements say of how the credential key is kept: each `tpm` and each `android-key` statement says
    /// something. As trustworthy as [`Self::trust`] says.
    pub fn key_properties(&self) -> impl Iterator<Item = KeyProperties> {
        let statements = self.evidence.details.registration().into_iter().flat_map(RegistrationEvidence::statements);
        statements.filter(|statement| statement.trust.is_some()).filter_map(|statement| statement.key)
    }

    /// Who vouches for a fact of the authenticator data: the strongest of the statements that the policy accepts. Whether
    /// an attestation key is to be trusted, [`Self::trust`] says.
    #[must_use]
    pub fn voucher(&self, fact: Fact) -> Voucher {
        self.evidence.details.registration().map_or(Voucher::Nobody, |of| of.voucher(fact))
    }

    /// What the client says of extensions. Nobody signed it: decide nothing by it that matters.
    #[must_use]
    pub const fn unsigned_extensions(&self) -> &ClientExtensionResults {
        &self.unsigned_extensions
    }

    /// The key of the browser that signed as well, where a credential for payments was asked for: keep it with the record,
    /// as a browser that is known.
    ///
    /// # Errors
    /// [`Failure`] where there is a signature of the browser and it does not verify: the credential itself does.
    pub fn browser_bound_key(&self) -> Result<Option<&Blob>, Failure> {
        self.browser_bound_key.as_ref().map(Option::as_ref).map_err(|failure| *failure)
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
