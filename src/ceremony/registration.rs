//! §7.1 Registering a New Credential: the steps that depend only on the response and on what was expected.
//!
//! [`verify`] is pure. It takes steps 3 to 22, 25, 27 and 28. The [`policy`](crate::policy) takes steps 23 and 24, and the
//! caller's store takes part in step 26.

use super::{BackupEligibility, BackupState, Basis, Ceremony, Failure, Outcome, Outcomes, Refusal, Site, Step};
use super::{client_data, client_extension_results};
use crate::attestation::voucher::{Fact, Voucher};
use crate::attestation::{self, Attestation, AttestationObject, CompoundPolicy, Format, Inputs};
use crate::attestation::{KeyEnforcement, Made};
use crate::authenticator::{self, Aaguid, AttestedCredentialData, AuthenticatorData, Flags};
use crate::budget::Budget;
use crate::client::{ClientData, RegistrationResponse};
use crate::credential::{CredentialId, Transport};
use crate::crypto::{Algorithm, Backend, cose};
use crate::extensions::{
    ClientExtensionResults, CreationExtensions, ExtensionReport, RegistrationExtensions, RegistrationOutputs,
    SignedOutputs, Vouched,
};
use crate::quirk::Quirks;
use crate::time::UnixTime;
use crate::x509::algorithm::SubjectPublicKey;
use core::cell::Cell;

/// What a registration is judged by. All of it comes from the relying party; nothing from the message.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub struct ExpectedRegistration<'e> {
    /// RP ID, origins and frames.
    pub site: &'e Site,
    /// The challenge that was sent.
    pub challenge: &'e [u8],
    /// The algorithms that were offered.
    pub algorithms: &'e [Algorithm],
    /// Whether user verification was required.
    pub user_verification_required: bool,
    /// Whether the ceremony was a conditional create (`mediation: "conditional"`), for which UP may be clear.
    pub conditional: bool,
    /// What is wanted of BE.
    pub backup_eligibility: BackupEligibility,
    /// What is wanted of BS.
    pub backup_state: BackupState,
    /// The time, for statements that carry one; `None`: no time matters.
    pub time: Option<UnixTime>,
    /// How many statements of a compound attestation must verify.
    pub compound: CompoundPolicy,
    /// What a statement must say of its key, where its format says anything of it.
    pub key_enforcement: KeyEnforcement,
    /// What is expected of extensions; the default judges nothing.
    #[doc(hidden)]
    pub extensions: RegistrationExtensions,
    /// The leniencies that were switched on.
    pub quirks: Quirks,
}

impl<'e> ExpectedRegistration<'e> {
    /// A modal registration that requires user verification, with no leniency.
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
            extensions: RegistrationExtensions::NONE,
            quirks: Quirks::NONE,
        }
    }

    /// Expects outputs of extensions: `inputs` were sent, and `required` must come back.
    #[must_use]
    pub fn with_extensions(mut self, inputs: &CreationExtensions, required: RegistrationOutputs) -> Self {
        let Self { extensions, .. } = self;
        self.extensions = RegistrationExtensions {
            refuse_unsolicited: extensions.refuse_unsolicited,
            refuse_secret_results: extensions.refuse_secret_results,
            ..RegistrationExtensions::of(inputs).requiring(required)
        };
        self
    }

    /// Refuses outputs that nobody asked for, including those that this version does not know.
    #[must_use]
    pub const fn refuse_unsolicited_extensions(mut self) -> Self {
        self.extensions.refuse_unsolicited = true;
        self
    }

    /// Refuses results of a pseudo-random function, which should have stayed in the browser.
    #[must_use]
    pub const fn refuse_secret_results(mut self) -> Self {
        self.extensions.refuse_secret_results = true;
        self
    }
}

/// A registration that is all that §7.1 says, but for trust in its attestation and that its id is new.
///
/// Made by [`verify`] and nowhere else; borrows from the response and from what was expected.
#[derive(Clone, Debug)]
#[must_use = "a verified registration is not stored yet"]
pub struct VerifiedRegistration<'a> {
    credential_id: CredentialId,
    attested: AttestedCredentialData<'a>,
    authenticator_data: AuthenticatorData<'a>,
    algorithm: Algorithm,
    attestation: Attestation<'a>,
    client_data: ClientData<'a>,
    client_data_json: &'a [u8],
    transports: &'a [Transport],
    extension_results: Option<&'a ClientExtensionResults>,
    extension_report: ExtensionReport,
    extensions: RegistrationExtensions,
    basis: Basis<&'a str>,
    conditional: bool,
    backup_eligibility: BackupEligibility,
    time: Option<UnixTime>,
    quirks: Quirks,
    budget: Budget,
    outcomes: Outcomes,
}

impl<'a> VerifiedRegistration<'a> {
    /// The credential id.
    #[must_use]
    pub const fn credential_id(&self) -> &CredentialId {
        &self.credential_id
    }

    /// The attested credential data.
    #[doc(hidden)]
    #[must_use]
    pub const fn attested_credential_data(&self) -> &AttestedCredentialData<'a> {
        &self.attested
    }

    /// Returns the credential public key: a COSE_Key, with the bytes that were attested.
    #[must_use]
    pub const fn credential_public_key(&self) -> &'a [u8] {
        self.attested.credential_public_key()
    }

    /// Returns the AAGUID of the model. Untrusted until the attestation is trusted.
    #[must_use]
    pub const fn claimed_aaguid(&self) -> Aaguid {
        self.attested.aaguid()
    }

    /// Returns the flags of authenticator data.
    #[must_use]
    pub const fn flags(&self) -> Flags {
        self.authenticator_data.flags()
    }

    /// Returns what the authenticator says of extensions. [`Attestation::voucher`] says who signed it.
    #[must_use]
    pub fn signed_extensions(&self) -> SignedOutputs {
        SignedOutputs::of(self.authenticator_data.extensions())
    }

    /// The authenticator data.
    #[doc(hidden)]
    #[must_use]
    pub const fn authenticator_data(&self) -> &AuthenticatorData<'a> {
        &self.authenticator_data
    }

    /// What it was judged by.
    #[must_use]
    pub const fn basis(&self) -> &Basis<&'a str> {
        &self.basis
    }

    /// Whether it was a conditional create, for which UP may be clear.
    #[must_use]
    pub const fn conditional(&self) -> bool {
        self.conditional
    }

    /// What was wanted of BE.
    #[must_use]
    pub const fn backup_eligibility(&self) -> BackupEligibility {
        self.backup_eligibility
    }

    /// The time that its statement was judged at.
    #[must_use]
    pub const fn time(&self) -> Option<UnixTime> {
        self.time
    }

    /// The algorithm of the credential public key.
    #[must_use]
    pub const fn algorithm(&self) -> Algorithm {
        self.algorithm
    }

    /// What the attestation statement proved.
    #[must_use]
    pub const fn attestation(&self) -> &Attestation<'a> {
        &self.attestation
    }

    /// The client data.
    #[doc(hidden)]
    #[must_use]
    pub const fn client_data(&self) -> &ClientData<'a> {
        &self.client_data
    }

    /// The same, as received: what is hashed.
    #[must_use]
    pub const fn client_data_json(&self) -> &'a [u8] {
        self.client_data_json
    }

    /// The transports that the client named: hints.
    #[must_use]
    pub const fn transports(&self) -> &'a [Transport] {
        self.transports
    }

    /// What the client says of extensions: unsigned. What the authenticator says is in [`Self::signed_extensions`].
    #[must_use]
    pub const fn unsigned_extension_results(&self) -> Option<&'a ClientExtensionResults> {
        self.extension_results
    }

    /// What was found out about extensions.
    #[must_use]
    pub const fn extension_report(&self) -> ExtensionReport {
        self.extension_report
    }

    /// Step 28 again, for a policy that accepts some of the statements: who vouches for extension outputs then.
    pub(crate) fn check_extensions_vouched(&self, voucher: Voucher) -> Result<(), Refusal> {
        Ok(self.extensions.check_vouched(self.authenticator_data.extensions(), vouched(voucher))?)
    }

    /// The leniencies that were needed.
    #[must_use]
    pub const fn quirks(&self) -> Quirks {
        self.quirks
    }

    /// What verifying its certification paths may cost: what the statement has left.
    pub(crate) const fn budget(&self) -> Budget {
        self.budget
    }

    /// The outcome of each step. Steps 24 and 26 are not reached yet.
    #[must_use]
    pub const fn outcomes(&self) -> &Outcomes {
        &self.outcomes
    }
}

/// Verifies a registration: §7.1 steps 3 to 22, 25, 27 and 28.
///
/// The order is that of the standard, with two exceptions. Unsigned copies (step 3) are compared after step 13, because
/// the attestation object holds what they must agree with. Trust in the attestation (steps 23 and 24) is decided
/// afterwards by [`AttestationPolicy::decide`](crate::policy::AttestationPolicy::decide), and uniqueness of the credential
/// id (step 26) by [`Registered::claim`](crate::policy::Registered::claim). So a response that fails step 24 and also step
/// 25, 27 or 28 is refused at the later step.
///
/// # Errors
/// [`Failure`]: the first step that refuses, and the outcome of each step before it.
pub fn verify<'a>(
    expected: &ExpectedRegistration<'a>,
    response: &'a RegistrationResponse,
    backend: &dyn Backend,
) -> Result<VerifiedRegistration<'a>, Failure> {
    let mut outcomes = Outcomes::new(Ceremony::Registration);
    steps(expected, response, backend, &mut outcomes).map_err(|refusal| Failure::after(outcomes, refusal))
}

fn steps<'a>(
    expected: &ExpectedRegistration<'a>,
    response: &'a RegistrationResponse,
    backend: &dyn Backend,
    outcomes: &mut Outcomes,
) -> Result<VerifiedRegistration<'a>, Refusal> {
    // Step 3: the response. It was read as the JSON of §5.1; its unsigned copies are compared below.
    let quirks = client_extension_results(response.client_extension_results(), expected.quirks)?;

    // Steps 5 to 11: client data
    let (client_data, place) = client_data::verify(
        response.client_data_json(),
        "webauthn.create",
        expected.challenge,
        expected.site,
        outcomes,
    )?;

    // Step 13: the attestation object, and the authenticator data in it
    let object =
        AttestationObject::read(response.attestation_object(), expected.quirks).map_err(Refusal::AttestationObject)?;
    outcomes.passed(Step::AttestationObject);
    let authenticator_data = *object.authenticator_data();
    let attested = *authenticator_data
        .attested_credential_data()
        .ok_or(Refusal::AuthenticatorData(authenticator::data::Error::NoAttestedCredentialData.into()))?;
    outcomes.passed(Step::AuthenticatorData);

    // Step 3, continued: unsigned copies. A key that step 20 will refuse has no copy to agree with.
    let key = public_key(expected, attested.credential_public_key(), backend);
    copies(response, &authenticator_data, key.as_ref().ok())?;
    outcomes.passed(Step::Response);

    // Step 14: rpIdHash
    let same = *authenticator_data.rp_id_hash() == expected.site.rp_id_hash(backend);
    outcomes.check(Step::RpIdHash, true, same, Refusal::RpIdHash)?;

    // Steps 15 to 19: UP, UV, BS and BE
    flags(expected, authenticator_data.flags(), outcomes)?;

    // Step 20: the algorithm was offered, and the key is one of that algorithm
    let key = key?;
    outcomes.passed(Step::Algorithm);

    // Step 21: the attestation statement format
    let format = Format::from_identifier(object.format()).ok_or(Refusal::AttestationFormat)?;
    outcomes.passed(Step::AttestationFormat);

    // Step 22: the attestation statement
    let inputs = Inputs {
        backend,
        client_data_json: response.client_data_json(),
        authenticator_data: &authenticator_data,
        attested: &attested,
        key,
        time: expected.time,
        compound: expected.compound,
        key_enforcement: expected.key_enforcement,
        made: Made::default(),
        budget: Cell::new(Budget::of_a_message()),
    };
    let attestation =
        attestation::verify(format, object.statement(), &inputs).map_err(Refusal::AttestationStatement)?;
    outcomes.passed(Step::AttestationStatement);

    // Step 25: the credential id has at most 1023 bytes
    let credential_id = CredentialId::new(attested.credential_id()).map_err(|_| Refusal::CredentialIdTooLong)?;
    outcomes.passed(Step::CredentialIdLength);

    // Step 27: the record takes the attested id, so the response must name the same one
    let same = response.credential_id() == attested.credential_id();
    outcomes.check(Step::CredentialRecord, true, same, Refusal::CredentialIdMismatch)?;

    // Step 28: extension outputs
    let extension_results = response.client_extension_results();
    let outputs = authenticator_data.extensions();
    let voucher = attestation.voucher(Fact::Extensions);
    let extension_report = expected.extensions.check(outputs, vouched(voucher), extension_results)?;
    let extensions_judged = expected.extensions != RegistrationExtensions::NONE;
    outcomes.record(Step::Extensions, Outcome::of_required(extensions_judged));

    Ok(VerifiedRegistration {
        credential_id,
        attested,
        authenticator_data,
        algorithm: key.algorithm(),
        attestation,
        client_data,
        client_data_json: response.client_data_json(),
        transports: response.transports(),
        extension_results,
        extension_report,
        extensions: expected.extensions,
        basis: Basis {
            place,
            backend: backend.name(),
            module: backend.module(key.algorithm().scheme()),
            user_verification_required: expected.user_verification_required,
            backup_state: expected.backup_state,
            extensions_judged,
        },
        conditional: expected.conditional,
        backup_eligibility: expected.backup_eligibility,
        time: expected.time,
        quirks: quirks.union(object.quirks()),
        budget: inputs.budget.get(),
        outcomes: *outcomes,
    })
}

fn flags(expected: &ExpectedRegistration<'_>, flags: Flags, outcomes: &mut Outcomes) -> Result<(), Refusal> {
    // Step 15: UP. A conditional create may leave it clear.
    outcomes.check(Step::UserPresent, !expected.conditional, flags.user_present(), Refusal::UserNotPresent)?;
    // Step 16: UV
    let required = expected.user_verification_required;
    outcomes.check(Step::UserVerified, required, flags.user_verified(), Refusal::UserNotVerified)?;
    // Step 17: BS only with BE
    let possible = flags.backup_eligible() || !flags.backup_state();
    outcomes.check(Step::BackupState, true, possible, Refusal::BackupState)?;
    // Step 18: BE, by the policy
    let (policy, eligible) = (expected.backup_eligibility, flags.backup_eligible());
    let asked = policy != BackupEligibility::Any;
    outcomes.check(Step::BackupEligibility, asked, policy.admits(eligible), Refusal::BackupEligibility)?;
    // Step 19: BS, by the policy
    let (policy, backed_up) = (expected.backup_state, flags.backup_state());
    let asked = policy != BackupState::Any;
    outcomes.check(Step::BackupStatePolicy, asked, policy.admits(backed_up), Refusal::BackupStateNotAllowed)
}

/// Reads the credential public key. Its algorithm must be one that was offered (step 20), and this build must be able to
/// verify with the key (§5.8.5).
fn public_key<'a>(
    expected: &ExpectedRegistration<'_>,
    encoding: &'a [u8],
    backend: &dyn Backend,
) -> Result<cose::CoseKey<'a>, Refusal> {
    let parameters = cose::Parameters::read(encoding).map_err(|error| Refusal::PublicKey(error.into()))?;
    let number = parameters.algorithm_number().map_err(|error| Refusal::PublicKey(error.into()))?;
    let offered = |algorithm: &Algorithm| i64::from(algorithm.cose()) == number;
    if !expected.algorithms.iter().any(offered) {
        return Err(Refusal::AlgorithmNotOffered(number));
    }
    let key = cose::CoseKey::of(&parameters).map_err(|error| Refusal::PublicKey(error.into()))?;
    key.key().check(backend).map_err(|error| Refusal::PublicKey(error.into()))?;
    Ok(key)
}

/// Compares the copies that browsers add for convenience (§5.2.1.1). They are not signed: they may be missing, but must
/// not disagree. A key that step 20 refuses has no copy to agree with.
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

/// Who vouches for extension outputs, as far as their checks depend on it.
fn vouched(voucher: Voucher) -> Vouched {
    match voucher {
        Voucher::Nobody => Vouched::Nobody,
        voucher if voucher.is_signature() => Vouched::Signed,
        _ => Vouched::Unattested,
    }
}
