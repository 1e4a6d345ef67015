//! A registration that was accepted, and the last check before it is stored (§7.1 steps 26 and 27).

use super::judged::Judged;
use crate::attestation::voucher::{Fact, Voucher};
use crate::attestation::{Attestation, AttestationType, Format, KeyProperties};
use crate::authenticator::Aaguid;
use crate::ceremony::authentication::UserVerification;
use crate::ceremony::evidence::{Evidence, TrustOutcome, voucher};
use crate::ceremony::registration::VerifiedRegistration;
use crate::ceremony::{Failure, Recorder, Refusal, Step};
use crate::credential::{CredentialRecord, UserHandle};
use crate::crypto::Algorithm;
use crate::error::Error;
use crate::extensions::{Blob, ClientExtensionResults, SignedOutputs};
use crate::macros::getters;
use crate::quirk::Quirks;
use crate::x509;

static NO_OUTPUTS: SignedOutputs = SignedOutputs::NONE;

/// A registration that the policy accepts. Whether its credential id is new is not checked yet: see [`Self::claim`]. Not `Clone`,
/// so that it is claimed once.
#[derive(Debug)]
#[must_use = "call `claim` with what your store has under this credential id, then store the record"]
pub struct Registered {
    record: CredentialRecord,
    algorithm: Algorithm,
    format: Format,
    attestation_type: AttestationType,
    aaguid: Aaguid,
    judged: Judged,
    claimed_extensions: SignedOutputs,
    /// Whether the attestation signs them.
    signs_extensions: bool,
    unsigned_extensions: ClientExtensionResults,
    pub(crate) browser_bound_key: Result<Option<Blob>, Failure>,
    pub(crate) recorder: Box<Recorder>,
}

impl Registered {
    pub(super) fn new(verified: VerifiedRegistration<'_>, user: &UserHandle, mut judged: Judged) -> Self {
        let vouched = |fact| judged.voucher(fact) != Voucher::Nobody;
        let record = record(&verified, user, vouched);
        let user_verified = verified.authenticator_data().flags().user_verified() && vouched(Fact::UserVerified);
        let claimed_extensions = SignedOutputs::of(verified.authenticator_data().extensions());
        let signs_extensions = judged.voucher(Fact::Extensions).is_signature();
        let unsigned_extensions = verified.unsigned_extension_results().cloned().unwrap_or_default();
        let aaguid = verified.attested_credential_data().aaguid();
        let &Attestation { format, attestation_type, dropped, .. } = verified.attestation();
        let algorithm = verified.algorithm();
        let mut recorder = verified.recorder;
        judged.record(aaguid, &mut recorder);
        let evidence = &mut recorder.evidence;
        evidence.user = Some(user.to_base64url());
        evidence.user_verification =
            Some(if user_verified { UserVerification::Performed } else { UserVerification::NotPerformed });
        evidence.statements_dropped = Some(dropped);
        Self {
            record,
            algorithm,
            format,
            attestation_type,
            aaguid,
            judged,
            claimed_extensions,
            signs_extensions,
            unsigned_extensions,
            browser_bound_key: Ok(None),
            recorder,
        }
    }

    /// Returns what to keep beside the record, so that its model can be judged at each sign-in:
    /// [`Metadata::reassess`](crate::metadata::Metadata::reassess). Without [`Trust::Metadata`](super::Trust::Metadata) it says
    /// that nothing is known. If the registration was verified without a time, its time is 1970-01-01, so every report of the model
    /// is later.
    #[cfg(feature = "mds")]
    #[must_use]
    pub fn attested(&self) -> crate::metadata::Attested {
        let at = self.recorder.evidence.time.unwrap_or(crate::time::UnixTime::from_secs(0));
        crate::metadata::Attested::unattested(self.aaguid, at).with_proofs(self.judged.proofs.clone())
    }

    /// Returns what the metadata says of each statement, under [`Trust::Metadata`](super::Trust::Metadata).
    #[cfg(feature = "mds")]
    #[must_use]
    pub fn metadata(&self) -> &[crate::metadata::MetadataEvidence] {
        &self.recorder.evidence.metadata
    }

    /// Returns the credential id. Look it up in your store, over all accounts.
    #[must_use]
    pub const fn credential_id(&self) -> &crate::credential::CredentialId {
        &self.record.id
    }

    /// Returns the record to store, and the evidence for your log, in which step 26 has passed. `stored` is the record that your
    /// store has under [`Self::credential_id`], for any account. If there is one, the registration is refused (§7.1 step 26). Use a
    /// unique index, so that no other registration can write this id in between. This call consumes `self`, so read other facts
    /// before, such as [`Self::claimed_aaguid`].
    ///
    /// ```
    /// # use wardkey::{CredentialRecord, Error, ceremony::evidence::Evidence, policy::Registered};
    /// fn store(registered: Registered, stored: Option<&CredentialRecord>) -> Result<(CredentialRecord, Evidence), Error> {
    ///     let (record, evidence) = registered.claim(stored)?;
    ///     assert!(evidence.steps_passed.iter().any(|step| step.to_string() == "7.1/26"));
    ///     Ok((record, evidence)) // write the record to your store, and the evidence to your log
    /// }
    /// ```
    ///
    /// # Errors
    /// [`Error::Failed`] with [`Refusal::CredentialKnown`]. Its evidence names step 26 as refused.
    pub fn claim(mut self, stored: Option<&CredentialRecord>) -> Result<(CredentialRecord, Evidence), Error> {
        // Step 26: the credential id is not registered for any user
        if stored.is_some() {
            return Err(Error::Failed(Failure::after(self.recorder, Refusal::CredentialKnown)));
        }
        self.recorder.passed(Step::CredentialIdUnique);
        Ok((self.record, self.recorder.finish()))
    }

    getters! {
        /// Returns the algorithm of the credential public key.
        pub const fn algorithm(&self) -> Algorithm = self.algorithm;
        /// Returns the attestation statement format.
        pub const fn attestation_format(&self) -> Format = self.format;
        /// Returns the attestation type.
        pub const fn attestation_type(&self) -> AttestationType = self.attestation_type;
        /// Returns the AAGUID that the authenticator claims. It may be false: see [`Self::attested_aaguid`].
        pub const fn claimed_aaguid(&self) -> Aaguid = self.aaguid;
        /// Returns the AAGUID, if a statement whose certification path ends at a trust anchor vouches for it.
        pub fn attested_aaguid(&self) -> Option<Aaguid> = self.judged.attested.then_some(self.aaguid);
        /// Returns the serial number of the device in an enterprise attestation (§8.2.2, `id-fido-gen-ce-sernum`), if the policy
        /// asks for enterprise attestation and the certification path ends at a trust anchor. It is the same for every account,
        /// so it is personal data.
        pub fn device_serial(&self) -> Option<&[u8]> = self.judged.device_serial.as_deref();
        /// Returns the name of the attestation policy that decided, if it has one.
        pub fn attestation_policy(&self) -> Option<&str> = self.recorder.evidence.policy.as_deref();
        /// Returns the outcome for the certificates.
        pub const fn trust(&self) -> TrustOutcome = self.judged.trust;
        /// Returns why the certificates are untrusted, if [`Self::trust`] is [`TrustOutcome::Untrusted`].
        pub const fn untrusted_reason(&self) -> Option<x509::CertificateError> = self.judged.reason;
        /// Returns the extension outputs that the attestation signs. Trust them as far as [`Self::trust`] allows. Empty for
        /// `none` and `fido-u2f`, which sign none: see [`Self::claimed_extensions`].
        pub const fn signed_extensions(&self) -> &SignedOutputs =
            if self.signs_extensions { &self.claimed_extensions } else { &NO_OUTPUTS };
        /// Returns the extension outputs in the authenticator data, signed or not. Use them only to help the user, such as to
        /// offer what `hmac-secret` makes possible. They must not grant anything.
        pub const fn claimed_extensions(&self) -> &SignedOutputs = &self.claimed_extensions;
    }

    /// Returns what the accepted statements state about how the credential key is kept. Each `tpm` and each `android-key`
    /// statement states something. Trust it as far as [`Self::trust`] allows.
    pub fn key_properties(&self) -> impl Iterator<Item = KeyProperties> {
        let accepted = self.recorder.evidence.statements.iter().filter(|statement| statement.trust.is_some());
        accepted.filter_map(|statement| statement.key)
    }

    /// Returns who vouches for a fact of the authenticator data: the strongest voucher of the statements that the policy accepts.
    /// [`Self::trust`] tells whether an attestation key is trusted.
    #[must_use]
    pub fn voucher(&self, fact: Fact) -> Voucher {
        voucher(&self.recorder.evidence.statements, fact)
    }

    /// Returns the client extension outputs. Nobody signed them, so they must not grant anything.
    #[must_use]
    pub const fn unsigned_extensions(&self) -> &ClientExtensionResults {
        &self.unsigned_extensions
    }

    /// Returns the browser-bound key, if a credential for payments was requested and the browser signed with one. Store it with
    /// the record as a known browser.
    ///
    /// # Errors
    /// [`Error::Failed`] if the signature of the browser does not verify. The registration of the credential itself is valid.
    pub fn browser_bound_key(&self) -> Result<Option<&Blob>, Error> {
        self.browser_bound_key.as_ref().map(Option::as_ref).map_err(|failure| Error::Failed(failure.clone()))
    }

    getters! {
        /// Returns the quirks that were needed.
        pub const fn quirks(&self) -> Quirks = self.recorder.evidence.quirks;
        /// Returns the evidence before step 26. For your log, use the evidence that [`Self::claim`] returns.
        pub fn evidence(&self) -> Evidence = self.recorder.clone().finish();
    }
}

/// Step 27: makes the record from the authenticator data. If nobody vouches for a fact, an attacker on the way may have changed it.
/// So BE and BS that are set become unknown, the counter becomes 0, and uvInitialized stays false. The next sign-in sets BE, BS and
/// the counter, because the credential key signs them. uvInitialized needs an additional factor (§7.2 step 24).
fn record(verified: &VerifiedRegistration<'_>, user: &UserHandle, vouched: impl Fn(Fact) -> bool) -> CredentialRecord {
    let (data, key) = (verified.authenticator_data(), verified.attested_credential_data().credential_public_key());
    let flags = data.flags();
    let unless_claimed = |flag: bool| (vouched(Fact::Backup) || !flag).then_some(flag);
    let mut record = CredentialRecord::new(verified.credential_id().clone(), user.clone(), key.to_vec());
    record.transports = verified.transports().to_vec();
    record.sign_count = if vouched(Fact::SignCount) { data.sign_count() } else { 0 };
    record.uv_initialized = flags.user_verified() && vouched(Fact::UserVerified);
    record.backup_eligible = unless_claimed(flags.backup_eligible());
    record.backup_state = unless_claimed(flags.backup_state());
    record
}
