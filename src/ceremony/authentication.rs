//! §7.2 Verifying an Authentication Assertion: steps 3 to 24.
//!
//! [`verify`] is pure. The caller looks the credential record up and stores its update.

pub use super::outcome::{SignCount, SignCountPolicy, UserVerification};

use super::{BackupEligibility, BackupState, Basis, Ceremony, Failure, Outcome, Outcomes, Refusal, Site, Step};
use super::{client_data, client_extension_results};
use crate::authenticator::{self, AuthenticatorData, Flags};
use crate::client::{AuthenticationResponse, ClientData};
use crate::credential::{CredentialId, CredentialRecord, RecordState, RecordUpdate};
use crate::crypto::{Algorithm, Backend, CryptoError, cose::CoseKey};
use crate::extensions::{
    AuthenticationExtensions, AuthenticationOutputs, ClientExtensionResults, ExtensionReport, RequestExtensions,
    SignedOutputs,
};
use crate::quirk::{Quirk, Quirks};

/// What an authentication is judged by. All of it comes from the relying party; nothing from the message.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub struct ExpectedAuthentication<'e> {
    /// RP ID, origins and frames.
    pub site: &'e Site,
    /// The challenge that was sent.
    pub challenge: &'e [u8],
    /// The ids that were sent in `allowCredentials`; empty where none were.
    pub allow_credentials: &'e [CredentialId],
    /// The user handle of the account that was known before the ceremony; `None` where the credential is to tell.
    pub user_handle: Option<&'e [u8]>,
    /// Whether user verification was required.
    pub user_verification_required: bool,
    /// The algorithms that may sign in, whether they are still offered or not; every one but RS1 by default.
    pub algorithms: &'e [Algorithm],
    /// What is wanted of BE.
    pub backup_eligibility: BackupEligibility,
    /// What is wanted of BS.
    pub backup_state: BackupState,
    /// The AppID, where the `appid` extension was requested (§10.1.1).
    pub appid: Option<&'e str>,
    /// What is done about a counter that does not advance.
    pub sign_count: SignCountPolicy,
    /// What is expected of extensions; the default judges nothing.
    #[doc(hidden)]
    pub extensions: AuthenticationExtensions,
    /// The leniencies that were switched on.
    pub quirks: Quirks,
}

impl<'e> ExpectedAuthentication<'e> {
    /// A discoverable authentication that requires user verification, with no leniency.
    #[must_use]
    pub const fn new(site: &'e Site, challenge: &'e [u8]) -> Self {
        Self {
            site,
            challenge,
            allow_credentials: &[],
            user_handle: None,
            user_verification_required: true,
            algorithms: &Algorithm::OFFERABLE,
            backup_eligibility: BackupEligibility::Any,
            backup_state: BackupState::Any,
            appid: None,
            sign_count: SignCountPolicy::Reject,
            extensions: AuthenticationExtensions::NONE,
            quirks: Quirks::NONE,
        }
    }

    /// Expects outputs of extensions: `inputs` were sent, and `required` must come back.
    #[must_use]
    pub fn with_extensions(mut self, inputs: &RequestExtensions, required: AuthenticationOutputs) -> Self {
        let Self { extensions, .. } = self;
        self.extensions = AuthenticationExtensions {
            refuse_unsolicited: extensions.refuse_unsolicited,
            refuse_secret_results: extensions.refuse_secret_results,
            ..AuthenticationExtensions::of(inputs).requiring(required)
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

/// An authentication that is all that §7.2 says.
///
/// Made by [`verify`] and nowhere else; borrows from the response and from what was expected.
#[derive(Clone, Debug)]
#[must_use = "the record must be brought up to date"]
pub struct VerifiedAuthentication<'a> {
    authenticator_data: AuthenticatorData<'a>,
    client_data: ClientData<'a>,
    credential_id: CredentialId,
    algorithm: Algorithm,
    sign_count: SignCount,
    user_verification: UserVerification,
    payment: bool,
    credentials_named: bool,
    appid_used: bool,
    backup_eligibility: BackupEligibility,
    basis: Basis<&'a str>,
    expect: RecordState,
    set: RecordState,
    extension_results: Option<&'a ClientExtensionResults>,
    extension_report: ExtensionReport,
    quirks: Quirks,
    outcomes: Outcomes,
}

impl<'a> VerifiedAuthentication<'a> {
    /// Returns the flags of authenticator data.
    #[must_use]
    pub const fn flags(&self) -> Flags {
        self.authenticator_data.flags()
    }

    /// Returns what the authenticator signed of extensions.
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

    /// The client data.
    #[doc(hidden)]
    #[must_use]
    pub const fn client_data(&self) -> &ClientData<'a> {
        &self.client_data
    }

    /// The credential id.
    #[must_use]
    pub const fn credential_id(&self) -> &CredentialId {
        &self.credential_id
    }

    /// What it was judged by.
    #[must_use]
    pub const fn basis(&self) -> &Basis<&'a str> {
        &self.basis
    }

    /// Whether it is that of a payment, by [`payment::verify`](super::payment::verify).
    #[must_use]
    pub const fn is_payment(&self) -> bool {
        self.payment
    }

    /// Whether ids of credentials were sent, so that this one had to be among them.
    #[must_use]
    pub const fn credentials_named(&self) -> bool {
        self.credentials_named
    }

    /// Whether the AppID stood for the RP ID (§10.1.1).
    #[must_use]
    pub const fn appid_used(&self) -> bool {
        self.appid_used
    }

    /// What was wanted of BE.
    #[must_use]
    pub const fn backup_eligibility(&self) -> BackupEligibility {
        self.backup_eligibility
    }

    /// What the record said before.
    #[must_use]
    pub const fn record_state(&self) -> &RecordState {
        &self.expect
    }

    /// The algorithm of the signature.
    #[must_use]
    pub const fn algorithm(&self) -> Algorithm {
        self.algorithm
    }

    /// The counter.
    #[must_use]
    pub const fn sign_count(&self) -> SignCount {
        self.sign_count
    }

    /// User verification.
    #[must_use]
    pub const fn user_verification(&self) -> UserVerification {
        self.user_verification
    }

    /// What changes in the record; `None` where nothing does, as with synced passkeys most of the time.
    #[must_use]
    pub fn update(&self) -> Option<RecordUpdate> {
        RecordUpdate::between(self.expect, self.set)
    }

    /// What changes after [`Self::update`] was written, once an additional factor as strong as user verification stood
    /// beside this sign-in, at once or in a later request (§7.2, "Update credentialRecord"): from the next sign-in on, UV
    /// counts as a factor.
    #[must_use]
    pub fn update_after_additional_factor(&self) -> Option<RecordUpdate> {
        let uv_initialized = self.set.uv_initialized || self.authenticator_data.flags().user_verified();
        RecordUpdate::between(self.set, RecordState { uv_initialized, ..self.set })
    }

    /// What the client says of extensions: unsigned. What the authenticator signed is in [`Self::signed_extensions`].
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

    /// The outcome of each step.
    #[must_use]
    pub const fn outcomes(&self) -> &Outcomes {
        &self.outcomes
    }
}

/// Verifies an authentication against the record of its credential: §7.2 steps 3 to 24.
///
/// The order is that of the standard, with two exceptions. Authenticator data that cannot be read (step 7) is refused where
/// it is first needed, after client data (steps 8 to 14). Step 19 checks the policies before the record: a refusal that depends on the
/// stored record must not come before one that does not, because that would tell accounts apart.
///
/// # Errors
/// [`Failure`]: the first step that refuses, and the outcome of each step before it.
pub fn verify<'a>(
    expected: &ExpectedAuthentication<'a>,
    response: &'a AuthenticationResponse,
    record: &CredentialRecord,
    backend: &dyn Backend,
) -> Result<VerifiedAuthentication<'a>, Failure> {
    verify_type("webauthn.get", expected, response, record, backend)
}

/// `type` of a Secure Payment Confirmation.
const PAYMENT: &str = "payment.get";

/// The same for Secure Payment Confirmation, whose client data has a type of its own.
pub(super) fn verify_payment<'a>(
    expected: &ExpectedAuthentication<'a>,
    response: &'a AuthenticationResponse,
    record: &CredentialRecord,
    backend: &dyn Backend,
) -> Result<VerifiedAuthentication<'a>, Failure> {
    verify_type(PAYMENT, expected, response, record, backend)
}

fn verify_type<'a>(
    ceremony_type: &str,
    expected: &ExpectedAuthentication<'a>,
    response: &'a AuthenticationResponse,
    record: &CredentialRecord,
    backend: &dyn Backend,
) -> Result<VerifiedAuthentication<'a>, Failure> {
    let mut outcomes = Outcomes::new(Ceremony::Authentication);
    steps(expected, response, record, backend, ceremony_type, &mut outcomes)
        .map_err(|refusal| Failure::after(outcomes, refusal))
}

fn steps<'a>(
    expected: &ExpectedAuthentication<'a>,
    response: &'a AuthenticationResponse,
    record: &CredentialRecord,
    backend: &dyn Backend,
    ceremony_type: &str,
    outcomes: &mut Outcomes,
) -> Result<VerifiedAuthentication<'a>, Refusal> {
    // Step 3: the response. It was read as the JSON of §5.1.
    let mut quirks = client_extension_results(response.client_extension_results(), expected.quirks)?;
    outcomes.passed(Step::Response);

    // Step 5: allowCredentials, where it was sent
    let allowed = expected.allow_credentials;
    let named = allowed.iter().any(|allowed| allowed.as_bytes() == response.credential_id());
    outcomes.check(Step::AllowCredentials, !allowed.is_empty(), named, Refusal::CredentialNotAllowed)?;

    // Step 6: the credential record is the one that was named, and belongs to the user
    if record.id.as_bytes() != response.credential_id() {
        return Err(Refusal::CredentialMismatch);
    }
    quirks = quirks.union(user(expected, response, record)?);
    outcomes.passed(Step::User);

    // Steps 8 to 14: client data
    let (client_data, place) =
        client_data::verify(response.client_data_json(), ceremony_type, expected.challenge, expected.site, outcomes)?;

    // Step 7: authenticator data. An assertion carries no attested credential data (§6.1).
    let authenticator_data = AuthenticatorData::read(response.authenticator_data())
        .map_err(|error| Refusal::AuthenticatorData(error.into()))?;
    if authenticator_data.attested_credential_data().is_some() {
        return Err(Refusal::AuthenticatorData(authenticator::data::Error::AttestedCredentialData.into()));
    }
    outcomes.passed(Step::AuthenticatorData);

    // Step 15: rpIdHash
    let appid_used = rp_id_hash(expected, response, &authenticator_data, backend)?;
    outcomes.passed(Step::RpIdHash);

    // Steps 16 to 19: UP, UV, BS and BE
    flags(expected, record, authenticator_data.flags(), outcomes)?;

    // Steps 20 and 21: the signature over authenticator data and the hash of client data
    let algorithm = signature(response, &authenticator_data, record, backend)?;
    // The algorithm, after the signature, so that a refused algorithm costs what an accepted one costs
    if !expected.algorithms.contains(&algorithm) {
        return Err(Refusal::AlgorithmNotAccepted(algorithm.cose().into()));
    }
    outcomes.passed(Step::Signature);

    // Step 22: the signature counter
    let sign_count = sign_count(expected.sign_count, record.sign_count, authenticator_data.sign_count())?;
    outcomes.record(Step::SignCount, sign_count.outcome());

    // Step 23: extension outputs
    let extension_results = response.client_extension_results();
    let extension_report = expected.extensions.check(authenticator_data.extensions(), extension_results)?;
    let extensions_judged = expected.extensions != AuthenticationExtensions::NONE;
    outcomes.record(Step::Extensions, Outcome::of_required(extensions_judged));

    // Step 24: the update of the record. The caller stores it.
    let (expect, set) = update(record, &authenticator_data);
    let user_verification = match (authenticator_data.flags().user_verified(), record.uv_initialized) {
        (false, _) => UserVerification::NotPerformed,
        (true, false) => UserVerification::First,
        (true, true) => UserVerification::Performed,
    };
    Ok(VerifiedAuthentication {
        authenticator_data,
        client_data,
        credential_id: record.id.clone(),
        algorithm,
        sign_count,
        user_verification,
        payment: ceremony_type == PAYMENT,
        credentials_named: !allowed.is_empty(),
        appid_used,
        backup_eligibility: expected.backup_eligibility,
        basis: Basis {
            place,
            backend: backend.name(),
            module: backend.module(algorithm.scheme()),
            user_verification_required: expected.user_verification_required,
            backup_state: expected.backup_state,
            extensions_judged,
        },
        expect,
        set,
        extension_results,
        extension_report,
        quirks,
        outcomes: *outcomes,
    })
}

/// The part of step 6 that says whose credential it is: the account that was named before must own it, and the user handle
/// must be that account's. Returns the quirks that were needed.
fn user(
    expected: &ExpectedAuthentication<'_>,
    response: &AuthenticationResponse,
    record: &CredentialRecord,
) -> Result<Quirks, Refusal> {
    let owner = record.user_handle.as_bytes();
    if expected.user_handle.is_some_and(|known| known != owner) {
        return Err(Refusal::UserMismatch);
    }
    let (received, quirks) = match response.user_handle() {
        Some([]) if expected.quirks.contains(Quirk::EmptyUserHandle) => {
            (None, Quirks::NONE.with(Quirk::EmptyUserHandle))
        }
        Some([]) => return Err(Refusal::UserHandleEmpty),
        received => (received, Quirks::NONE),
    };
    match received {
        Some(received) if received == owner => Ok(quirks),
        Some(_) => Err(Refusal::UserHandleMismatch),
        None if expected.user_handle.is_none() => Err(Refusal::UserHandleMissing),
        None => Ok(quirks),
    }
}

/// Compares rpIdHash. The AppID counts instead of the RP ID only if it was requested and the client says that it used it
/// (§10.1.1). Returns whether the AppID was used.
fn rp_id_hash(
    expected: &ExpectedAuthentication<'_>,
    response: &AuthenticationResponse,
    authenticator_data: &AuthenticatorData<'_>,
    backend: &dyn Backend,
) -> Result<bool, Refusal> {
    let used = response.client_extension_results().and_then(|results| results.appid) == Some(true);
    let appid = expected.appid.filter(|_| used);
    let hash = match appid {
        Some(appid) => backend.sha256(&[appid.as_bytes()]),
        None => expected.site.rp_id_hash(backend),
    };
    if *authenticator_data.rp_id_hash() == hash { Ok(appid.is_some()) } else { Err(Refusal::RpIdHash) }
}

fn flags(
    expected: &ExpectedAuthentication<'_>,
    record: &CredentialRecord,
    flags: Flags,
    outcomes: &mut Outcomes,
) -> Result<(), Refusal> {
    // Step 16: UP
    outcomes.check(Step::UserPresent, true, flags.user_present(), Refusal::UserNotPresent)?;
    // Step 17: UV
    let required = expected.user_verification_required;
    outcomes.check(Step::UserVerified, required, flags.user_verified(), Refusal::UserNotVerified)?;
    // Step 18: BS only with BE
    let possible = flags.backup_eligible() || !flags.backup_state();
    outcomes.check(Step::BackupState, true, possible, Refusal::BackupState)?;
    // Step 19: the policies on BE and BS. They come first, because they do not depend on the record: a refusal without a
    // signature check must not show what a record holds.
    if !expected.backup_eligibility.admits(flags.backup_eligible()) {
        return Err(Refusal::BackupEligibility);
    }
    let (policy, backed_up) = (expected.backup_state, flags.backup_state());
    let asked = policy != BackupState::Any;
    outcomes.check(Step::BackupStatePolicy, asked, policy.admits(backed_up), Refusal::BackupStateNotAllowed)?;
    // Step 19: BE never changes
    match record.backup_eligible {
        None => outcomes.record(Step::BackupEligibility, Outcome::NotKnown),
        Some(eligible) if eligible == flags.backup_eligible() => outcomes.passed(Step::BackupEligibility),
        Some(_) => return Err(Refusal::BackupEligibilityChanged),
    }
    Ok(())
}

/// Steps 20 and 21: the record fixes the key and its algorithm. Nothing in the message chooses them. Nothing is hashed for a
/// key that verifies nothing.
pub(crate) fn signature(
    response: &AuthenticationResponse,
    authenticator_data: &AuthenticatorData<'_>,
    record: &CredentialRecord,
    backend: &dyn Backend,
) -> Result<Algorithm, Refusal> {
    let message = || authenticator_data.followed_by(&backend.sha256(&[response.client_data_json()]));
    let key = CoseKey::read(&record.public_key).map_err(|error| Refusal::StoredPublicKey(error.into()))?;
    if !backend.supports(key.algorithm().scheme()) {
        return Err(Refusal::StoredPublicKey(CryptoError::Unsupported.into()));
    }
    backend
        .verify(key.algorithm().scheme(), key.key(), &message(), response.signature())
        .map_err(|_| Refusal::Signature)?;
    Ok(key.algorithm())
}

/// Step 22: compares the signature counters.
fn sign_count(policy: SignCountPolicy, stored: u32, received: u32) -> Result<SignCount, Refusal> {
    match (stored, received) {
        (0, 0) => Ok(SignCount::NotKept),
        _ if received > stored => Ok(SignCount::Advanced),
        _ if policy == SignCountPolicy::Reject => Err(Refusal::SignCount),
        _ => Ok(SignCount::Regressed { stored, received }),
    }
}

/// Step 24: the record before and after. A counter never goes back, or the next clone would go unnoticed.
/// `uvInitialized` is not touched: setting it takes another factor, which only the caller knows of.
fn update(record: &CredentialRecord, authenticator_data: &AuthenticatorData<'_>) -> (RecordState, RecordState) {
    let expect = RecordState::of(record);
    let set = RecordState {
        sign_count: expect.sign_count.max(authenticator_data.sign_count()),
        backup_eligible: Some(authenticator_data.flags().backup_eligible()),
        backup_state: Some(authenticator_data.flags().backup_state()),
        ..expect
    };
    (expect, set)
}
