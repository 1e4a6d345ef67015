//! §7.1 Registering a New Credential: the steps that depend only on the response and the expectations.
//!
//! [`verify`] is pure. It takes steps 3 to 22, 25, 27 and 28. The [`policy`](crate::policy) takes steps 23 and 24, and the
//! caller's store takes part in step 26.

use super::common::{extension_setters, verified_values};
use super::evidence::Purpose;
use super::recorder::Recorder;
use super::{
    BackupEligibility, BackupState, Ceremony, Failure, Outcome, Refusal, Site, Step, client_data,
    client_extension_results,
};
use crate::attestation::voucher::{Fact, Voucher};
use crate::attestation::{self, Attestation, AttestationObject, AttestationType, CompoundPolicy, Format, Inputs};
use crate::attestation::{KeyEnforcement, Made};
use crate::authenticator::{self, Aaguid, AttestedCredentialData, AuthenticatorData, Flags};
use crate::budget::Budget;
use crate::client::{ClientData, RegistrationResponse};
use crate::credential::{CredentialId, Transport};
use crate::crypto::{Algorithm, Backend, cose};
use crate::extensions::{
    ClientExtensionResults, CreationExtensions, RegistrationExtensions, RegistrationOutputs, SignedOutputs, Vouched,
};
use crate::macros::getters;
use crate::quirk::Quirks;
use crate::time::UnixTime;
use crate::x509::algorithm::SubjectPublicKey;
use core::cell::Cell;

/// What a registration is verified against. Every value comes from the relying party, none from the message.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub struct ExpectedRegistration<'e> {
    /// RP ID, origins and frames.
    pub site: &'e Site,
    /// The challenge that was issued.
    pub challenge: &'e [u8],
    /// The algorithms that were offered.
    pub algorithms: &'e [Algorithm],
    /// Whether user verification is required.
    pub user_verification_required: bool,
    /// Whether this is a conditional create (`mediation: "conditional"`), in which UP may be clear.
    pub conditional: bool,
    /// The policy for BE.
    pub backup_eligibility: BackupEligibility,
    /// The policy for BS.
    pub backup_state: BackupState,
    /// The time at which certificates, and statements with a time, must be valid. `None`: no time is checked.
    pub time: Option<UnixTime>,
    /// How many statements of a compound attestation must verify.
    pub compound: CompoundPolicy,
    /// What a statement must state about the credential key, if its format states anything about it.
    pub key_enforcement: KeyEnforcement,
    /// Whether the attestation statement is not judged.
    pub(crate) attestation_unjudged: bool,
    /// The expected extension outputs. The default checks nothing.
    #[doc(hidden)]
    pub extensions: RegistrationExtensions,
    /// The quirks that are enabled.
    pub quirks: Quirks,
    /// The FIDO metadata, for [`Trust::Metadata`](crate::policy::Trust::Metadata). The verification does not need it.
    #[cfg(feature = "mds")]
    pub metadata: Option<&'e crate::metadata::Metadata>,
}

impl<'e> ExpectedRegistration<'e> {
    extension_setters!(CreationExtensions, RegistrationOutputs, RegistrationExtensions);

    /// Makes the expectations of a registration with a dialogue that requires user verification, without quirks.
    #[must_use]
    pub const fn new(site: &'e Site, challenge: &'e [u8], algorithms: &'e [Algorithm]) -> Self {
        Self {
            site,
            challenge,
            algorithms,
            user_verification_required: true,
            conditional: false,
            backup_eligibility: BackupEligibility::Any,
            backup_state: BackupState::Any,
            time: None,
            compound: CompoundPolicy::All,
            key_enforcement: KeyEnforcement::Any,
            attestation_unjudged: false,
            extensions: RegistrationExtensions::NONE,
            quirks: Quirks::NONE,
            #[cfg(feature = "mds")]
            metadata: None,
        }
    }

    /// Begins the evidence with what is known before the first step.
    fn begin(&self, response: &RegistrationResponse, backend: &dyn Backend) -> Box<Recorder> {
        let mut recorder = Box::new(Recorder::new(Ceremony::Registration));
        let evidence = &mut recorder.evidence;
        evidence.purpose = Some(Purpose::Registration);
        evidence.credential_id = CredentialId::new(response.credential_id()).ok();
        evidence.time = self.time;
        evidence.rp_id = Some(self.site.rp_id.clone());
        evidence.backend = Some(backend.name().into());
        evidence.user_verification_required = Some(self.user_verification_required);
        evidence.conditional = Some(self.conditional);
        evidence.backup_eligibility_wanted = Some(self.backup_eligibility);
        evidence.backup_state_wanted = Some(self.backup_state);
        recorder
    }

    /// Leaves the attestation statement unjudged: see
    /// [`RelyingPartyBuilder`](crate::RelyingPartyBuilder::ignore_unrequested_attestation).
    #[must_use]
    pub const fn leave_attestation_unjudged(mut self) -> Self {
        self.attestation_unjudged = true;
        self
    }
}

/// A registration that passed §7.1, except steps 23 and 24 (trust in the attestation) and 26 (uniqueness of the credential id).
/// Only [`verify`] makes it. It borrows from the response and the expectations.
#[derive(Clone, Debug)]
#[must_use = "a verified registration is not stored yet"]
pub struct VerifiedRegistration<'a> {
    checked: Checked<'a>,
    pub(crate) expected: ExpectedRegistration<'a>,
    pub(crate) backend: &'a dyn Backend,
    /// On the heap, because it is large and is moved until the registration is claimed.
    pub(crate) recorder: Box<Recorder>,
}

/// What the steps return.
#[derive(Clone, Debug)]
struct Checked<'a> {
    credential_id: CredentialId,
    attested: AttestedCredentialData<'a>,
    authenticator_data: AuthenticatorData<'a>,
    algorithm: Algorithm,
    attestation: Attestation<'a>,
    client_data: ClientData<'a>,
    client_data_json: &'a [u8],
    transports: &'a [Transport],
    extension_results: Option<&'a ClientExtensionResults>,
    budget: Budget,
}

impl<'a> VerifiedRegistration<'a> {
    verified_values!();

    getters! {
        /// Returns the credential id.
        pub const fn credential_id(&self) -> &CredentialId = &self.checked.credential_id;
        /// Returns the attested credential data: the credential public key as a COSE_Key, and the AAGUID, which is not trusted yet.
        #[doc(hidden)]
        pub const fn attested_credential_data(&self) -> &AttestedCredentialData<'a> = &self.checked.attested;
        /// Returns the credential public key: a COSE_Key, with the bytes that were attested.
        pub const fn credential_public_key(&self) -> &'a [u8] = self.attested_credential_data().credential_public_key();
        /// Returns the AAGUID of the model. Untrusted until the attestation is trusted.
        pub const fn claimed_aaguid(&self) -> Aaguid = self.attested_credential_data().aaguid();
        /// Returns what the attestation statement proved.
        pub const fn attestation(&self) -> &Attestation<'a> = &self.checked.attestation;
        /// Returns the client data as received. Signatures cover the hash of these bytes.
        pub const fn client_data_json(&self) -> &'a [u8] = self.checked.client_data_json;
        /// Returns the transports that the client named. They are hints.
        pub const fn transports(&self) -> &'a [Transport] = self.checked.transports;
    }

    /// Checks step 28 again, for a policy that accepts only some of the statements: then fewer vouch for extension outputs.
    pub(crate) fn check_extensions_vouched(&self, voucher: Voucher) -> Result<(), Refusal> {
        Ok(self.expected.extensions.check_vouched(self.authenticator_data().extensions(), vouched(voucher))?)
    }

    /// Returns the cost that verifying the certification paths may have: the rest that the statement left.
    pub(crate) const fn budget(&self) -> Budget {
        self.checked.budget
    }
}

/// Verifies a registration: §7.1 steps 3 to 22, 25, 27 and 28.
///
/// The order is that of the standard, with two exceptions. Unsigned copies (step 3) are compared after step 13, because they
/// must equal what the attestation object contains. Trust in the attestation (steps 23 and 24) is decided afterwards by
/// [`AttestationPolicy::decide`](crate::policy::AttestationPolicy::decide), and uniqueness of the credential id (step 26) by
/// [`Registered::claim`](crate::policy::Registered::claim). So a response that fails step 24 and also step 25, 27 or 28 is
/// refused at the later step.
///
/// # Errors
/// [`Failure`] with the first step that refuses, and the evidence.
pub fn verify<'a>(
    expected: &ExpectedRegistration<'a>,
    response: &'a RegistrationResponse,
    backend: &'a dyn Backend,
) -> Result<VerifiedRegistration<'a>, Failure> {
    let mut recorder = expected.begin(response, backend);
    match steps(expected, response, backend, &mut recorder) {
        Ok(checked) => Ok(VerifiedRegistration { checked, expected: *expected, backend, recorder }),
        Err(refusal) => Err(Failure::after(recorder, *refusal)),
    }
}

// Refusals are boxed here, because moving large results takes 0.1 µs of a registration.
fn steps<'a>(
    expected: &ExpectedRegistration<'a>,
    response: &'a RegistrationResponse,
    backend: &dyn Backend,
    recorder: &mut Recorder,
) -> Result<Checked<'a>, Box<Refusal>> {
    // Step 3: the response. It was parsed as the JSON of §5.1. Its unsigned copies are compared after step 13.
    recorder.evidence.quirks = client_extension_results(response.client_extension_results(), expected.quirks)?;

    // Steps 5 to 11: client data
    let client_data = client_data::verify(
        response.client_data_json(),
        "webauthn.create",
        expected.challenge,
        expected.site,
        recorder,
    )?;

    let object = attestation_object(expected, response, recorder)?;
    let authenticator_data = object.authenticator_data();
    let attested = *authenticator_data
        .attested_credential_data()
        .ok_or(Refusal::AuthenticatorData(authenticator::data::Error::NoAttestedCredentialData.into()))?;
    recorder.passed(Step::AuthenticatorData);

    let key = authenticator_data_and_key(expected, response, authenticator_data, &attested, backend, recorder)?;

    let inputs = Inputs {
        backend,
        client_data_json: response.client_data_json(),
        authenticator_data,
        attested: &attested,
        key,
        time: expected.time,
        compound: expected.compound,
        key_enforcement: expected.key_enforcement,
        made: Made::default(),
        budget: Cell::new(Budget::of_a_message()),
    };
    let attestation = attestation(expected, &object, &inputs, recorder)?;

    let credential_id = credential_id(response, &attested, recorder)?;

    // Step 28: extension outputs
    let extension_results = response.client_extension_results();
    let outputs = authenticator_data.extensions();
    let voucher = attestation.voucher(Fact::Extensions);
    let report = expected.extensions.check(outputs, vouched(voucher), extension_results).map_err(Refusal::from)?;
    recorder.extensions(expected.extensions != RegistrationExtensions::NONE, report);

    Ok(Checked {
        budget: inputs.budget.get(),
        credential_id,
        attested,
        authenticator_data: object.into_authenticator_data(),
        algorithm: key.algorithm(),
        attestation,
        client_data,
        client_data_json: response.client_data_json(),
        transports: response.transports(),
        extension_results,
    })
}

/// Reads the attestation object, which contains the authenticator data.
fn attestation_object<'a>(
    expected: &ExpectedRegistration<'_>,
    response: &'a RegistrationResponse,
    recorder: &mut Recorder,
) -> Result<AttestationObject<'a>, Box<Refusal>> {
    // Step 13: the attestation object
    let object =
        AttestationObject::read(response.attestation_object(), expected.quirks).map_err(Refusal::AttestationObject)?;
    recorder.passed(Step::AttestationObject);
    recorder.evidence.quirks = recorder.evidence.quirks.union(object.quirks());
    recorder.evidence.flags = Some(object.authenticator_data().flags());
    recorder.evidence.sign_count = Some(object.authenticator_data().sign_count());
    Ok(object)
}

/// Steps 14 to 20: authenticator data, and the credential public key in it. Also the unsigned copies of both (step 3).
fn authenticator_data_and_key<'a>(
    expected: &ExpectedRegistration<'_>,
    response: &RegistrationResponse,
    authenticator_data: &AuthenticatorData<'_>,
    attested: &AttestedCredentialData<'a>,
    backend: &dyn Backend,
    recorder: &mut Recorder,
) -> Result<cose::CoseKey<'a>, Box<Refusal>> {
    // Step 3, continued: unsigned copies. If step 20 will refuse the key, its copies are not compared.
    let key = public_key(expected, attested, backend);
    copies(response, authenticator_data, key.as_ref().ok())?;
    recorder.passed(Step::Response);

    // Step 14: rpIdHash
    let same = *authenticator_data.rp_id_hash() == expected.site.rp_id_hash(backend);
    recorder.check(Step::RpIdHash, true, same, Refusal::RpIdHash)?;

    // Steps 15 to 19: UP, UV, BS and BE
    check_flags(expected, authenticator_data.flags(), recorder)?;

    // Step 20: the algorithm was offered, and the key is valid for that algorithm
    let key = key?;
    recorder.algorithm(key.algorithm(), backend);
    recorder.passed(Step::Algorithm);
    Ok(key)
}

/// Steps 21 and 22: the attestation statement.
fn attestation<'a>(
    expected: &ExpectedRegistration<'_>,
    object: &AttestationObject<'a>,
    inputs: &Inputs<'_, 'a>,
    recorder: &mut Recorder,
) -> Result<Attestation<'a>, Box<Refusal>> {
    if expected.attestation_unjudged && object.format() != Format::None.identifier() {
        recorder.evidence.attestation_format = Format::from_identifier(object.format());
        recorder.evidence.attestation_type = Some(AttestationType::None);
        recorder.record(Step::AttestationFormat, Outcome::NotRequired);
        recorder.record(Step::AttestationStatement, Outcome::NotRequired);
        return Ok(Attestation::unjudged());
    }
    // Step 21: the attestation statement format
    let format = Format::from_identifier(object.format()).ok_or(Refusal::AttestationFormat)?;
    recorder.evidence.attestation_format = Some(format);
    recorder.passed(Step::AttestationFormat);

    // Step 22: the attestation statement
    let is_signed = format != Format::None;
    recorder.evidence.signed_sha256 = is_signed.then(|| *inputs.signed_sha256());
    let attestation = attestation::verify(format, object.statement(), inputs).map_err(Refusal::AttestationStatement)?;
    recorder.evidence.attestation_type = Some(attestation.attestation_type);
    recorder.passed(Step::AttestationStatement);
    Ok(attestation)
}

/// Steps 25 and 27: the credential id.
fn credential_id(
    response: &RegistrationResponse,
    attested: &AttestedCredentialData<'_>,
    recorder: &mut Recorder,
) -> Result<CredentialId, Box<Refusal>> {
    // Step 25: the credential id has at most 1023 bytes
    let credential_id = CredentialId::new(attested.credential_id()).map_err(|_| Refusal::CredentialIdTooLong)?;
    recorder.passed(Step::CredentialIdLength);

    // Step 27: the record takes the attested id, so the response must name the same one
    let same = response.credential_id() == attested.credential_id();
    recorder.check(Step::CredentialRecord, true, same, Refusal::CredentialIdMismatch)?;
    Ok(credential_id)
}

fn check_flags(expected: &ExpectedRegistration<'_>, flags: Flags, recorder: &mut Recorder) -> Result<(), Refusal> {
    // Step 15: UP. A conditional create may leave it clear.
    recorder.check(Step::UserPresent, !expected.conditional, flags.user_present(), Refusal::UserNotPresent)?;
    // Step 16: UV
    let required = expected.user_verification_required;
    recorder.check(Step::UserVerified, required, flags.user_verified(), Refusal::UserNotVerified)?;
    // Step 17: BS is set only if BE is set
    let possible = flags.backup_eligible() || !flags.backup_state();
    recorder.check(Step::BackupState, true, possible, Refusal::BackupState)?;
    // Step 18: the policy for BE
    let (policy, eligible) = (expected.backup_eligibility, flags.backup_eligible());
    let asked = policy != BackupEligibility::Any;
    recorder.check(Step::BackupEligibility, asked, policy.admits(eligible), Refusal::BackupEligibility)?;
    // Step 19: the policy for BS
    let (policy, backed_up) = (expected.backup_state, flags.backup_state());
    let asked = policy != BackupState::Any;
    recorder.check(Step::BackupStatePolicy, asked, policy.admits(backed_up), Refusal::BackupStateNotAllowed)
}

/// Reads the credential public key. Its algorithm must have been offered (step 20), and this build must be able to verify
/// signatures with the key (§5.8.5).
fn public_key<'a>(
    expected: &ExpectedRegistration<'_>,
    attested: &AttestedCredentialData<'a>,
    backend: &dyn Backend,
) -> Result<cose::CoseKey<'a>, Box<Refusal>> {
    let parameters = cose::Parameters::of(attested.parameters());
    let number = parameters.algorithm_number().map_err(|error| Refusal::PublicKey(error.into()))?;
    let offered = |algorithm: &Algorithm| i64::from(algorithm.cose()) == number;
    if !expected.algorithms.iter().any(offered) {
        return Err(Refusal::AlgorithmNotOffered(number).into());
    }
    let key = cose::CoseKey::of(&parameters).map_err(|error| Refusal::PublicKey(error.into()))?;
    key.key().check(backend).map_err(|error| Refusal::PublicKey(error.into()))?;
    Ok(key)
}

/// Compares the unsigned copies that browsers add for convenience (§5.2.1.1). A copy may be absent. If it is present, it must
/// equal the original. `key` is `None` if step 20 will refuse the key.
fn copies(
    response: &RegistrationResponse,
    authenticator_data: &AuthenticatorData<'_>,
    key: Option<&cose::CoseKey<'_>>,
) -> Result<(), Refusal> {
    let same_key = |copy| key.is_none_or(|key| SubjectPublicKey::is_of(copy, key.key()));
    let same_algorithm = |copy| key.is_none_or(|key| copy == i64::from(key.algorithm().cose()));
    let agrees = response.authenticator_data_copy().is_none_or(|copy| copy == authenticator_data.bytes())
        && response.public_key_algorithm_copy().is_none_or(same_algorithm)
        && response.public_key_copy().is_none_or(same_key);
    if agrees { Ok(()) } else { Err(Refusal::CopyMismatch) }
}

/// Returns what the checks of extension outputs need to know about the voucher.
fn vouched(voucher: Voucher) -> Vouched {
    match voucher {
        Voucher::Nobody => Vouched::Nobody,
        voucher if voucher.is_signature() => Vouched::Signed,
        _ => Vouched::Unattested,
    }
}
