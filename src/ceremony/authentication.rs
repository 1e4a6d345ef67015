//! §7.2 Verifying an Authentication Assertion: steps 3 to 24.
//!
//! [`verify`] is pure. The caller loads the credential record and stores its update.

pub use super::results::{SignCount, SignCountPolicy, UserVerification};

use super::common::{extension_setters, verified_values};
use super::evidence::{Evidence, Purpose};
use super::recorder::Recorder;
use super::{
    BackupEligibility, BackupEligibilityChange, BackupState, Ceremony, Failure, Outcome, Refusal, Site, Step,
    client_data, client_extension_results,
};
use crate::authenticator::{self, AuthenticatorData, Flags};
use crate::client::{AuthenticationResponse, ClientData};
use crate::codec::base64url;
use crate::credential::{CredentialId, CredentialRecord, RecordState, RecordUpdate};
use crate::crypto::{Algorithm, Backend, CryptoError, cose::CoseKey};
use crate::extensions::{
    AuthenticationExtensions, AuthenticationOutputs, ClientExtensionResults, RequestExtensions, SignedOutputs,
};
use crate::macros::getters;
use crate::quirk::{Quirk, Quirks};
use crate::time::UnixTime;

/// What an authentication is verified against. Every value comes from the relying party, none from the message.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub struct ExpectedAuthentication<'e> {
    /// RP ID, origins and frames.
    pub site: &'e Site,
    /// The challenge that was issued.
    pub challenge: &'e [u8],
    /// The ids sent in `allowCredentials`; empty if none were sent.
    pub allow_credentials: &'e [CredentialId],
    /// The user handle of the account that was known before the ceremony. `None` if the credential identifies the account.
    pub user_handle: Option<&'e [u8]>,
    /// Whether user verification is required.
    pub user_verification_required: bool,
    /// The algorithms that may sign in, whether or not they are still offered. By default all except RS1.
    pub algorithms: &'e [Algorithm],
    /// The policy for BE.
    pub backup_eligibility: BackupEligibility,
    /// The policy for a BE that changed.
    pub(crate) backup_eligibility_change: BackupEligibilityChange,
    /// The policy for BS.
    pub backup_state: BackupState,
    /// The AppID, if the `appid` extension was requested (§10.1.1).
    pub appid: Option<&'e str>,
    /// What to do if the signature counter did not advance.
    pub sign_count: SignCountPolicy,
    /// The time, for the evidence. No step depends on it.
    pub time: Option<UnixTime>,
    /// The expected extension outputs. The default checks nothing.
    #[doc(hidden)]
    pub extensions: AuthenticationExtensions,
    /// The quirks that are enabled.
    pub quirks: Quirks,
}

impl<'e> ExpectedAuthentication<'e> {
    extension_setters!(RequestExtensions, AuthenticationOutputs, AuthenticationExtensions);

    /// Makes the expectations of a discoverable authentication that requires user verification, without quirks.
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
            backup_eligibility_change: BackupEligibilityChange::Refuse,
            backup_state: BackupState::Any,
            appid: None,
            sign_count: SignCountPolicy::Reject,
            time: None,
            extensions: AuthenticationExtensions::NONE,
            quirks: Quirks::NONE,
        }
    }

    /// Begins the evidence with what is known before the first step. If a step refuses, `user` is the user that was known
    /// before the ceremony: the message has not proved any other.
    pub(crate) fn begin(&self, response: &AuthenticationResponse, backend: &dyn Backend) -> Recorder {
        let mut recorder = Recorder::new(Ceremony::Authentication);
        let evidence = &mut recorder.evidence;
        evidence.user = self.user_handle.map(base64url::encode);
        evidence.credential_id = CredentialId::new(response.credential_id()).ok();
        evidence.time = self.time;
        evidence.rp_id = Some(self.site.rp_id.clone());
        evidence.backend = Some(backend.name().into());
        evidence.user_verification_required = Some(self.user_verification_required);
        evidence.backup_eligibility_wanted = Some(self.backup_eligibility);
        evidence.backup_state_wanted = Some(self.backup_state);
        recorder
    }

    /// Accepts a changed BE, and reports it: see
    /// [`RelyingPartyBuilder`](crate::RelyingPartyBuilder::report_backup_eligibility_change).
    #[must_use]
    pub const fn report_backup_eligibility_change(mut self) -> Self {
        self.backup_eligibility_change = BackupEligibilityChange::Report;
        self
    }

    /// Accepts a BE that changed from clear to set: see
    /// [`RelyingPartyBuilder`](crate::RelyingPartyBuilder::accept_backup_eligibility_correction).
    #[must_use]
    pub const fn accept_backup_eligibility_correction(mut self) -> Self {
        self.backup_eligibility_change = BackupEligibilityChange::AcceptCorrection;
        self
    }

    /// Returns whether BE changed from clear to set and the policy accepts that as a correction. It counts only after an additional
    /// factor: until then the record keeps its BE and BS, and UV is not a factor.
    fn is_correction(&self, record: &CredentialRecord, flags: Flags) -> bool {
        let became_eligible = record.backup_eligible == Some(false) && flags.backup_eligible();
        became_eligible && self.backup_eligibility_change == BackupEligibilityChange::AcceptCorrection
    }
}

/// An authentication that passed §7.2. Only [`verify`] makes it. It borrows from the response and the expectations.
#[derive(Clone, Debug)]
#[must_use = "the record must be updated"]
pub struct VerifiedAuthentication<'a> {
    checked: Checked<'a>,
    pub(crate) recorder: Recorder,
}

/// What the steps find in an accepted authentication.
#[derive(Clone, Debug)]
struct Checked<'a> {
    authenticator_data: AuthenticatorData<'a>,
    client_data: ClientData<'a>,
    algorithm: Algorithm,
    sign_count: SignCount,
    user_verification: UserVerification,
    /// The record that the response was verified against.
    before: RecordState,
    /// The record after step 24.
    after: RecordState,
    backup_eligibility_changed: bool,
    extension_results: Option<&'a ClientExtensionResults>,
}

impl<'a> VerifiedAuthentication<'a> {
    verified_values!();

    getters! {
        /// Returns the result for the signature counter.
        pub const fn sign_count(&self) -> SignCount = self.checked.sign_count;
        /// Returns the result for user verification.
        pub const fn user_verification(&self) -> UserVerification = self.checked.user_verification;
        /// Returns whether BE differs from that of the record, and the policy accepts that.
        pub const fn backup_eligibility_changed(&self) -> bool = self.checked.backup_eligibility_changed;
        /// Returns the changes of the record, or `None` if nothing changed, as usual with synced passkeys.
        pub fn update(&self) -> Option<RecordUpdate> = RecordUpdate::between(self.checked.before, self.checked.after);
    }

    /// Returns the changes to write after [`Self::update`], once the user also proved an additional factor as strong as user
    /// verification, in this request or a later one (§7.2, "Update credentialRecord"). From the next sign-in on, UV counts as
    /// a factor.
    #[must_use]
    pub fn update_after_additional_factor(&self) -> Option<RecordUpdate> {
        let (after, flags) = (self.checked.after, self.flags());
        let with_factor = RecordState {
            uv_initialized: after.uv_initialized || flags.user_verified(),
            backup_eligible: Some(flags.backup_eligible()),
            backup_state: Some(flags.backup_state()),
            ..after
        };
        RecordUpdate::between(after, with_factor)
    }

    /// Returns the evidence.
    #[must_use]
    pub fn evidence(&self) -> Evidence {
        self.recorder.clone().finish()
    }
}

/// Verifies an authentication with the record of its credential: §7.2 steps 3 to 24.
///
/// The order is that of the standard, with two exceptions. Authenticator data that cannot be decoded (step 7) is refused after
/// client data (steps 8 to 14), where it is first needed. Step 19 checks the policies first and the record last: if the record
/// could refuse before the policy does, the answer would tell accounts apart.
///
/// # Errors
/// [`Failure`] with the first step that refuses, and the evidence.
pub fn verify<'a>(
    expected: &ExpectedAuthentication<'a>,
    response: &'a AuthenticationResponse,
    record: &CredentialRecord,
    backend: &dyn Backend,
) -> Result<VerifiedAuthentication<'a>, Failure> {
    verify_with_type("webauthn.get", None, expected, response, record, backend)
}

/// As [`verify`], for Secure Payment Confirmation, whose client data has its own `type`.
pub(super) fn verify_payment<'a>(
    expected: &ExpectedAuthentication<'a>,
    response: &'a AuthenticationResponse,
    record: &CredentialRecord,
    backend: &dyn Backend,
) -> Result<VerifiedAuthentication<'a>, Failure> {
    verify_with_type("payment.get", Some(Purpose::Payment), expected, response, record, backend)
}

/// As [`verify`], with the `type` that client data must have, and the purpose for the evidence.
fn verify_with_type<'a>(
    ceremony_type: &str,
    purpose: Option<Purpose>,
    expected: &ExpectedAuthentication<'a>,
    response: &'a AuthenticationResponse,
    record: &CredentialRecord,
    backend: &dyn Backend,
) -> Result<VerifiedAuthentication<'a>, Failure> {
    let mut recorder = expected.begin(response, backend);
    recorder.evidence.purpose = purpose;
    match steps(ceremony_type, expected, response, record, backend, &mut recorder) {
        Ok(checked) => {
            recorder.evidence.user.get_or_insert_with(|| record.user_handle.to_base64url());
            Ok(VerifiedAuthentication { checked, recorder })
        }
        Err(refusal) => Err(Failure::after(recorder, refusal)),
    }
}

/// Performs the steps in their order, and records their outcomes.
fn steps<'a>(
    ceremony_type: &str,
    expected: &ExpectedAuthentication<'a>,
    response: &'a AuthenticationResponse,
    record: &CredentialRecord,
    backend: &dyn Backend,
    recorder: &mut Recorder,
) -> Result<Checked<'a>, Refusal> {
    // Steps 3 to 6: the response, and the credential that it names
    credential(expected, response, record, recorder)?;

    // Steps 8 to 14: client data
    let client_data =
        client_data::verify(response.client_data_json(), ceremony_type, expected.challenge, expected.site, recorder)?;

    // Steps 7 and 15 to 19: authenticator data
    let authenticator_data = authenticator_data(expected, response, record, backend, recorder)?;

    // Steps 20 and 21: the signature over authenticator data and the hash of client data
    let algorithm = signature(response, &authenticator_data, record, backend, recorder)?;
    // The algorithm of the record must be one that may sign in. This rule of the relying party comes after the signature, so that
    // the refusal takes as long as one for a wrong signature.
    if !expected.algorithms.contains(&algorithm) {
        return Err(Refusal::AlgorithmNotAccepted(algorithm.cose().into()));
    }
    recorder.passed(Step::Signature);

    // Step 22: the signature counter
    let flags = authenticator_data.flags();
    let sign_count = sign_count(expected.sign_count, flags, record.sign_count, authenticator_data.sign_count())?;
    recorder.record(Step::SignCount, sign_count.outcome());

    // Step 23: extension outputs
    let extension_results = response.client_extension_results();
    let report = expected.extensions.check(authenticator_data.extensions(), extension_results)?;
    recorder.extensions(expected.extensions != AuthenticationExtensions::NONE, report);

    // Step 24: the update of the record. The caller stores it.
    let before = RecordState::of(record);
    let after = updated(expected, record, &authenticator_data);
    let user_verification = user_verification(expected, flags, record);
    Ok(Checked {
        authenticator_data,
        client_data,
        algorithm,
        sign_count,
        user_verification,
        before,
        after,
        backup_eligibility_changed: record.backup_eligible.is_some_and(|eligible| eligible != flags.backup_eligible()),
        extension_results,
    })
}

/// Steps 3 to 6: the response, and the credential that it names.
fn credential(
    expected: &ExpectedAuthentication<'_>,
    response: &AuthenticationResponse,
    record: &CredentialRecord,
    recorder: &mut Recorder,
) -> Result<(), Refusal> {
    // Step 3: the response. It was parsed as the JSON of §5.1.
    recorder.evidence.quirks = client_extension_results(response.client_extension_results(), expected.quirks)?;
    recorder.passed(Step::Response);

    // Step 5: allowCredentials, if it was sent
    let allowed = expected.allow_credentials;
    // `iter().eq` compares in place. `==` calls memcmp for each id.
    let is_allowed = allowed.iter().any(|id| id.as_bytes().iter().eq(response.credential_id()));
    recorder.check(Step::AllowCredentials, !allowed.is_empty(), is_allowed, Refusal::CredentialNotAllowed)?;

    // Step 6: the record has the credential id that the response names, and its owner is the user
    if record.id.as_bytes() != response.credential_id() {
        return Err(Refusal::CredentialMismatch);
    }
    let quirks = owner(expected, response, record)?;
    recorder.evidence.quirks = recorder.evidence.quirks.union(quirks);
    recorder.passed(Step::User);
    Ok(())
}

/// Steps 7 and 15 to 19: authenticator data.
fn authenticator_data<'a>(
    expected: &ExpectedAuthentication<'_>,
    response: &'a AuthenticationResponse,
    record: &CredentialRecord,
    backend: &dyn Backend,
    recorder: &mut Recorder,
) -> Result<AuthenticatorData<'a>, Refusal> {
    // Step 7: authenticator data
    let authenticator_data = AuthenticatorData::read(response.authenticator_data())
        .map_err(|error| Refusal::AuthenticatorData(error.into()))?;
    let flags = authenticator_data.flags();
    recorder.evidence.flags = Some(flags);
    recorder.evidence.sign_count = Some(authenticator_data.sign_count());
    recorder.evidence.sign_count_stored = Some(record.sign_count);
    recorder.evidence.user_verification = Some(user_verification(expected, flags, record));
    // §6.1: an assertion has no attested credential data.
    if authenticator_data.attested_credential_data().is_some() {
        return Err(Refusal::AuthenticatorData(authenticator::data::Error::AttestedCredentialData.into()));
    }
    recorder.passed(Step::AuthenticatorData);

    // Step 15: rpIdHash
    let appid_used = rp_id_hash(expected, response, &authenticator_data, backend)?;
    recorder.evidence.appid_used = Some(appid_used);
    recorder.passed(Step::RpIdHash);

    // Steps 16 to 19: UP, UV, BS and BE
    check_flags(expected, record, flags, recorder)?;
    Ok(authenticator_data)
}

/// Checks the owner of the record (step 6): if the user was known before the ceremony, the record must be that user's. A user
/// handle in the response must be that of the record, and it must be there if the user was not known. Returns the quirks that were
/// needed.
fn owner(
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

/// Compares rpIdHash (step 15). The AppID counts instead of the RP ID only if it was requested and the client says that it used it
/// (§10.1.1). Returns whether the AppID was used.
fn rp_id_hash(
    expected: &ExpectedAuthentication<'_>,
    response: &AuthenticationResponse,
    authenticator_data: &AuthenticatorData<'_>,
    backend: &dyn Backend,
) -> Result<bool, Refusal> {
    let says_used = response.client_extension_results().and_then(|results| results.appid) == Some(true);
    let appid = expected.appid.filter(|_| says_used);
    let hash = match appid {
        Some(appid) => backend.sha256(&[appid.as_bytes()]),
        None => expected.site.rp_id_hash(backend),
    };
    if *authenticator_data.rp_id_hash() == hash { Ok(appid.is_some()) } else { Err(Refusal::RpIdHash) }
}

/// Checks the flags (steps 16 to 19).
fn check_flags(
    expected: &ExpectedAuthentication<'_>,
    record: &CredentialRecord,
    flags: Flags,
    recorder: &mut Recorder,
) -> Result<(), Refusal> {
    // Step 16: UP
    recorder.check(Step::UserPresent, true, flags.user_present(), Refusal::UserNotPresent)?;
    // Step 17: UV
    let required = expected.user_verification_required;
    recorder.check(Step::UserVerified, required, flags.user_verified(), Refusal::UserNotVerified)?;
    // Step 18: BS is set only if BE is set
    let is_possible = flags.backup_eligible() || !flags.backup_state();
    recorder.check(Step::BackupState, true, is_possible, Refusal::BackupState)?;
    // Step 19: the policies for BE and BS. They come before the record, because a refusal before the signature check must not
    // depend on the record.
    if !expected.backup_eligibility.admits(flags.backup_eligible()) {
        return Err(Refusal::BackupEligibility);
    }
    let policy = expected.backup_state;
    let is_admitted = policy.admits(flags.backup_state());
    recorder.check(Step::BackupStatePolicy, policy != BackupState::Any, is_admitted, Refusal::BackupStateNotAllowed)?;
    // Step 19: BE equals that of the record
    let reports = expected.backup_eligibility_change == BackupEligibilityChange::Report;
    let outcome = match record.backup_eligible {
        None => Outcome::NotKnown,
        Some(eligible) if eligible == flags.backup_eligible() => Outcome::Passed,
        Some(_) if reports || expected.is_correction(record, flags) => Outcome::Waived,
        Some(_) => return Err(Refusal::BackupEligibilityChanged),
    };
    recorder.record(Step::BackupEligibility, outcome);
    Ok(())
}

/// Verifies the signature (steps 20 and 21). Returns the algorithm of the key. The record determines both; nothing in the message
/// does. If the key is unusable, nothing is hashed.
pub(crate) fn signature(
    response: &AuthenticationResponse,
    authenticator_data: &AuthenticatorData<'_>,
    record: &CredentialRecord,
    backend: &dyn Backend,
    recorder: &mut Recorder,
) -> Result<Algorithm, Refusal> {
    let key = CoseKey::read(&record.public_key).map_err(|error| Refusal::StoredPublicKey(error.into()))?;
    let scheme = key.algorithm().scheme();
    if !backend.supports(scheme) {
        return Err(Refusal::StoredPublicKey(CryptoError::Unsupported.into()));
    }
    // Step 20: the hash of client data
    let message = authenticator_data.followed_by(&backend.sha256(&[response.client_data_json()]));
    recorder.algorithm(key.algorithm(), backend);
    recorder.evidence.signed_sha256 = Some(backend.sha256(&[&message]));
    // Step 21: the signature
    backend.verify(scheme, key.key(), &message, response.signature()).map_err(|_| Refusal::Signature)?;
    Ok(key.algorithm())
}

/// Compares the signature counters (step 22). Counters that are both 0 are not kept, so there is nothing to compare.
fn sign_count(policy: SignCountPolicy, flags: Flags, stored: u32, received: u32) -> Result<SignCount, Refusal> {
    let rejects = match policy {
        SignCountPolicy::Reject => true,
        SignCountPolicy::RejectDeviceBound => !flags.backup_eligible(),
        SignCountPolicy::Report => false,
    };
    match (stored, received) {
        (0, 0) => Ok(SignCount::NotKept),
        _ if received > stored => Ok(SignCount::Advanced),
        _ if rejects => Err(Refusal::SignCount),
        _ => Ok(SignCount::Regressed { stored, received }),
    }
}

/// Returns whether user verification was performed, and whether it counts as a factor (§4, uvInitialized).
fn user_verification(
    expected: &ExpectedAuthentication<'_>,
    flags: Flags,
    record: &CredentialRecord,
) -> UserVerification {
    let counts = record.uv_initialized && !expected.is_correction(record, flags);
    match (flags.user_verified(), counts) {
        (false, _) => UserVerification::NotPerformed,
        (true, false) => UserVerification::First,
        (true, true) => UserVerification::Performed,
    }
}

/// Returns the updated record (step 24).
fn updated(
    expected: &ExpectedAuthentication<'_>,
    record: &CredentialRecord,
    authenticator_data: &AuthenticatorData<'_>,
) -> RecordState {
    let (mut after, flags) = (RecordState::of(record), authenticator_data.flags());
    // The counter never decreases, so that the next use of a clone is noticed.
    after.sign_count = after.sign_count.max(authenticator_data.sign_count());
    if !expected.is_correction(record, flags) {
        (after.backup_eligible, after.backup_state) = (Some(flags.backup_eligible()), Some(flags.backup_state()));
    }
    // uvInitialized stays: setting it requires an additional factor, which only the caller can check.
    after
}
