//! §7.1 Registering a New Credential, steps 3 to 22, 25, 27 and 28: everything that bytes and expectations can tell.
//!
//! Trust (23, 24) is the [`policy`](crate::policy)'s, uniqueness (26) is the store's. Both judge a registration that is
//! all that this file asks for, so a response that is wrong in 24 and in 25, 27 or 28 is refused at the later step. The
//! verdict is the same. The rest is in the standard's order, but for the unsigned copies (3): they can be compared only
//! once the attestation object was read (13), and those of a key only where step 20 will not refuse it.

use super::extensions::{ExtensionReport, RegistrationExtensions};
use super::{BackupEligibility, BackupState, Basis, Ceremony, Failure, Refusal};
use super::{client_data, client_extension_results};
use crate::attestation::{self, Attestation, AttestationObject, CompoundPolicy, Format, Inputs, KeyEnforcement, Made};
use crate::authenticator::{self, AttestedCredentialData, AuthenticatorData};
use crate::budget::Budget;
use crate::client::json::ClientExtensionResults;
use crate::client::{ClientData, RegistrationResponse, Site};
use crate::credential::{CredentialId, Transport};
use crate::crypto::{Algorithm, Backend, cose};
use crate::quirk::Quirks;
use crate::time::UnixTime;
use crate::x509::algorithm::SubjectPublicKey;
use core::cell::Cell;

/// What a registration is judged by. All of it comes from the relying party; nothing from the message.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub struct Expected<'e> {
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
    /// Where an Android key must be kept.
    pub key_enforcement: KeyEnforcement,
    /// What is expected of extensions; the default judges nothing.
    pub extensions: RegistrationExtensions,
    /// The leniencies that were switched on.
    pub quirks: Quirks,
}

impl<'e> Expected<'e> {
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
    basis: Basis<&'a str>,
    conditional: bool,
    backup_eligibility: BackupEligibility,
    time: Option<UnixTime>,
    quirks: Quirks,
    budget: Budget,
}

impl<'a> VerifiedRegistration<'a> {
    /// The credential id.
    #[must_use]
    pub const fn credential_id(&self) -> &CredentialId {
        &self.credential_id
    }

    /// The credential public key, a COSE_Key as it was attested, and the model's AAGUID, untrusted so far.
    #[must_use]
    pub const fn attested_credential_data(&self) -> &AttestedCredentialData<'a> {
        &self.attested
    }

    /// The authenticator data.
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

    /// What the client says of extensions: unsigned. What the authenticator signed is in
    /// [`Self::authenticator_data`].
    #[must_use]
    pub const fn unsigned_extension_results(&self) -> Option<&'a ClientExtensionResults> {
        self.extension_results
    }

    /// What was found out about extensions.
    #[must_use]
    pub const fn extension_report(&self) -> ExtensionReport {
        self.extension_report
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
}

/// Verifies a registration.
///
/// # Errors
/// [`Failure`]: the first step that refuses.
pub fn verify<'a>(
    expected: &Expected<'a>,
    response: &'a RegistrationResponse,
    backend: &dyn Backend,
) -> Result<VerifiedRegistration<'a>, Failure> {
    steps(expected, response, backend).map_err(|refusal| Failure::new(Ceremony::Registration, refusal))
}

fn steps<'a>(
    expected: &Expected<'a>,
    response: &'a RegistrationResponse,
    backend: &dyn Backend,
) -> Result<VerifiedRegistration<'a>, Refusal> {
    let quirks = client_extension_results(response.client_extension_results(), expected.quirks)?;
    let (client_data, place) =
        client_data::verify(response.client_data_json(), "webauthn.create", expected.challenge, expected.site)?;
    let mut parameters = cose::Parameters::default();
    let object = AttestationObject::read_with(response.attestation_object(), expected.quirks, |label, value| {
        parameters.add(label, value);
    })
    .map_err(Refusal::AttestationObject)?;
    let authenticator_data = *object.authenticator_data();
    let attested = *authenticator_data
        .attested_credential_data()
        .ok_or(Refusal::AuthenticatorData(authenticator::data::Error::NoAttestedCredentialData))?;
    let key = public_key(expected, &parameters, backend);
    copies(response, &authenticator_data, key.as_ref().ok())?;
    if *authenticator_data.rp_id_hash() != expected.site.rp_id_hash(backend) {
        return Err(Refusal::RpIdHash);
    }
    flags(expected, &authenticator_data)?;
    let key = key?;
    let format = Format::from_identifier(object.format()).ok_or(Refusal::AttestationFormat)?;
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
    let credential_id = CredentialId::new(attested.credential_id()).map_err(|_| Refusal::CredentialIdTooLong)?;
    if response.credential_id() != attested.credential_id() {
        return Err(Refusal::CredentialIdMismatch);
    }
    let extension_results = response.client_extension_results();
    let extension_report = expected.extensions.judge(authenticator_data.extensions(), extension_results)?;
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
        basis: Basis {
            place,
            backend: backend.name(),
            module: backend.module(key.algorithm().scheme()),
            user_verification_required: expected.user_verification_required,
            backup_state: expected.backup_state,
            extensions_judged: expected.extensions != RegistrationExtensions::NONE,
        },
        conditional: expected.conditional,
        backup_eligibility: expected.backup_eligibility,
        time: expected.time,
        quirks: quirks.union(object.quirks()),
        budget: inputs.budget.get(),
    })
}

/// Steps 15 to 19.
fn flags(expected: &Expected<'_>, authenticator_data: &AuthenticatorData<'_>) -> Result<(), Refusal> {
    let flags = authenticator_data.flags();
    if !flags.user_present() && !expected.conditional {
        return Err(Refusal::UserNotPresent);
    }
    if !flags.user_verified() && expected.user_verification_required {
        return Err(Refusal::UserNotVerified);
    }
    if flags.backup_state() && !flags.backup_eligible() {
        return Err(Refusal::BackupState);
    }
    if !expected.backup_eligibility.admits(flags.backup_eligible()) {
        return Err(Refusal::BackupEligibility);
    }
    if expected.backup_state.admits(flags.backup_state()) { Ok(()) } else { Err(Refusal::BackupStateNotAllowed) }
}

/// Step 20, and §5.8.5: an algorithm that was offered, and a key that can verify under it.
fn public_key<'a>(
    expected: &Expected<'_>,
    parameters: &cose::Parameters<'a>,
    backend: &dyn Backend,
) -> Result<cose::CoseKey<'a>, Refusal> {
    let number = parameters.algorithm_number().map_err(Refusal::PublicKey)?;
    let offered = |algorithm: &Algorithm| i64::from(algorithm.cose()) == number;
    if !expected.algorithms.iter().any(offered) {
        return Err(Refusal::AlgorithmNotOffered(number));
    }
    let key = cose::CoseKey::of(parameters).map_err(Refusal::PublicKey)?;
    key.key().check(backend).map_err(|error| Refusal::PublicKey(error.into()))?;
    Ok(key)
}

/// The copies that browsers add for convenience (§5.2.1.1) are not signed: they may be missing, but not disagree. A key
/// that step 20 refuses has no copy to agree with.
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
