//! Starts and finishes an authentication (§7.2).

use super::enumeration::Verify;
use super::registration::descriptor;
use super::{RelyingParty, check_time};
use crate::ceremony::authentication::{
    self, ExpectedAuthentication, SignCount, UserVerification, VerifiedAuthentication,
};
use crate::ceremony::evidence::Evidence;
use crate::client::AuthenticationResponse;
use crate::client::json::{self, Hint, RequestOptions};
use crate::credential::{CredentialDescriptor, CredentialId, CredentialRecord, RecordUpdate, UserHandle, Version};
use crate::error::Error;
use crate::extensions::{
    AppId, AuthenticationExtensions, AuthenticationOutputs, ClientExtensionResults, RequestExtensions, SignedOutputs,
};
use crate::invalid::InvalidValue;
use crate::state::{AuthenticationState, Purpose};
use crate::time::UnixTime;

/// The choices of one authentication that differ from those of the relying party.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct AuthenticationRequest {
    /// The hints for the user interface of the client, most preferred first.
    pub hints: Vec<Hint>,
    /// User verification. `None`: the relying party's own choice. `finish_authentication` checks what is requested here.
    pub user_verification: Option<json::UserVerificationRequirement>,
    /// Seconds until the state expires, from 1 to 86 400 (a day). `None`: the relying party's own choice. Set 3600 (an hour) for a
    /// page with passkey autofill, because the user may answer late.
    pub timeout_secs: Option<u32>,
    /// The client extension inputs, such as the AppID for credentials that were registered with U2F (§10.1.1).
    pub extensions: RequestExtensions,
    /// The extension outputs that are required.
    pub outputs: AuthenticationOutputs,
}

/// A sign-in that passed every step of §7.2.
///
/// Write [`Self::update`] first. Then check whether the account is locked, which the standard does not cover.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
#[must_use = "the record must be brought up to date"]
pub struct Authenticated {
    /// The account.
    pub user: UserHandle,
    /// The credential that signed.
    pub credential_id: CredentialId,
    /// User verification, and whether it counts as a factor.
    pub user_verification: UserVerification,
    /// The signature counter.
    pub sign_count: SignCount,
    /// Whether the credential is backed up now.
    pub backup_state: bool,
    /// The extension outputs that the authenticator signed.
    pub signed_extensions: SignedOutputs,
    /// The client extension outputs. Nobody signed them, so they must not grant anything.
    pub unsigned_extensions: ClientExtensionResults,
    /// The update to write to the record, by compare-and-set. `None` if nothing changed. The compiler does not warn if you ignore
    /// this field. Destructure `Authenticated` so that you cannot forget it.
    pub update: Option<RecordUpdate>,
    /// The update to write after [`Self::update`], once the user has given an additional factor as strong as user verification, in
    /// this request or a later one. From the next sign-in on, user verification counts as a factor. Until then, it stays
    /// [`First`](UserVerification::First).
    pub update_after_additional_factor: Option<RecordUpdate>,
    /// The [evidence](crate::ceremony::evidence), for your log.
    pub evidence: Evidence,
}

impl RelyingParty {
    /// Starts a sign-in of a known account. `credentials` are the records of that account, at least one. The options list them
    /// sorted by id, as decoys are.
    ///
    /// The options reveal whether the account has passkeys. So call this only for users who have already proved something.
    /// Otherwise start a discoverable sign-in (§14.6.2), or answer for names without an account with
    /// [`Self::start_decoy_authentication`].
    ///
    /// ```
    /// # use wardkey::{CredentialRecord, Error, RelyingParty, UnixTime, UserHandle};
    /// fn begin(rp: &RelyingParty, user: &UserHandle, own: &[CredentialRecord], now: UnixTime) -> Result<String, Error> {
    ///     let (options, state) = rp.start_authentication(user, own, now)?;
    ///     # let _ = options;
    ///     Ok(state.id()) // store the state under it, and send the options as JSON
    /// }
    /// ```
    ///
    /// # Errors
    /// [`Error::NoCredentials`], [`Error::ForeignCredential`], [`Error::Random`].
    pub fn start_authentication(
        &self,
        user: &UserHandle,
        credentials: &[CredentialRecord],
        now: UnixTime,
    ) -> Result<(RequestOptions, AuthenticationState), Error> {
        self.start_authentication_with(&AuthenticationRequest::default(), user, credentials, now)
    }

    /// As [`Self::start_authentication`], with the choices of a request.
    ///
    /// ```
    /// # use wardkey::{AuthenticationRequest, CredentialRecord, Error, RelyingParty, UnixTime, UserHandle};
    /// fn begin(rp: &RelyingParty, user: &UserHandle, own: &[CredentialRecord], now: UnixTime) -> Result<String, Error> {
    ///     let mut request = AuthenticationRequest::default();
    ///     request.timeout_secs = Some(60);
    ///     let (options, state) = rp.start_authentication_with(&request, user, own, now)?;
    ///     # let _ = options;
    ///     Ok(state.id())
    /// }
    /// ```
    ///
    /// # Errors
    /// [`Error::NoCredentials`], [`Error::ForeignCredential`], [`Error::Extension`], [`Error::Random`].
    pub fn start_authentication_with(
        &self,
        request: &AuthenticationRequest,
        user: &UserHandle,
        credentials: &[CredentialRecord],
        now: UnixTime,
    ) -> Result<(RequestOptions, AuthenticationState), Error> {
        self.start_known(Purpose::SignIn, request, user, credentials, now)
    }

    pub(super) fn start_known(
        &self,
        purpose: Purpose,
        request: &AuthenticationRequest,
        user: &UserHandle,
        credentials: &[CredentialRecord],
        now: UnixTime,
    ) -> Result<(RequestOptions, AuthenticationState), Error> {
        if credentials.is_empty() {
            return Err(Error::NoCredentials);
        }
        if credentials.iter().any(|record| record.user_handle != *user) {
            return Err(Error::ForeignCredential);
        }
        let mut allowed: Vec<_> = credentials.iter().map(descriptor).collect();
        allowed.sort_by(|a, b| a.id.cmp(&b.id));
        if matches!(purpose, Purpose::SignIn | Purpose::Payment) {
            let prf = request.extensions.prf.as_ref().map(|prf| &prf.eval_by_credential);
            self.work_of_decoys(user, &allowed, prf);
        }
        self.start(purpose, request, Some(user.clone()), allowed, now)
    }

    /// Starts a sign-in with any discoverable credential: the passkey itself says who it is. Also what a page with
    /// passkey autofill (`mediation: "conditional"`, a conditional get) starts when it loads: the steps are the same, and
    /// nothing has to be remembered of the mediation. Such a page may wait long:
    /// [`AuthenticationRequest::timeout_secs`].
    ///
    /// ```
    /// # use wardkey::{RelyingParty, UnixTime};
    /// let rp = RelyingParty::new("clinic.example", "Clinic")?;
    /// let now = UnixTime::from_secs(1_795_392_000); // your clock
    /// let (options, state) = rp.start_discoverable_authentication(now)?;
    /// let json = serde_json::to_string(&options)?; // for the page
    /// # let _ = (json, state);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    /// [`Error::Random`].
    pub fn start_discoverable_authentication(
        &self,
        now: UnixTime,
    ) -> Result<(RequestOptions, AuthenticationState), Error> {
        self.start(Purpose::SignIn, &AuthenticationRequest::default(), None, Vec::new(), now)
    }

    /// As [`Self::start_discoverable_authentication`], with the choices of a request.
    ///
    /// ```
    /// # use wardkey::{AuthenticationRequest, RelyingParty, UnixTime};
    /// # let rp = RelyingParty::new("clinic.example", "Clinic")?;
    /// # let now = UnixTime::from_secs(1_795_392_000);
    /// let mut request = AuthenticationRequest::default();
    /// request.timeout_secs = Some(3600); // a page with autofill waits long
    /// let (options, state) = rp.start_discoverable_authentication_with(&request, now)?;
    /// # let _ = (options, state);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    /// [`Error::Extension`], [`Error::Random`].
    pub fn start_discoverable_authentication_with(
        &self,
        request: &AuthenticationRequest,
        now: UnixTime,
    ) -> Result<(RequestOptions, AuthenticationState), Error> {
        self.start(Purpose::SignIn, request, None, Vec::new(), now)
    }

    pub(super) fn start(
        &self,
        purpose: Purpose,
        request: &AuthenticationRequest,
        user_handle: Option<UserHandle>,
        allow_credentials: Vec<CredentialDescriptor>,
        now: UnixTime,
    ) -> Result<(RequestOptions, AuthenticationState), Error> {
        check_time(now)?;
        request.extensions.check(&allow_credentials).map_err(Error::Extension)?;
        let mut extensions = AuthenticationExtensions::of(&request.extensions).requiring(request.outputs);
        if let Some(extension) = extensions.required_but_not_requested() {
            return Err(Error::Extension(InvalidValue::RequiredButNotRequested(extension.identifier())));
        }
        extensions.refuse_unsolicited = self.refuse_unsolicited;
        extensions.refuse_secret_results = self.refuse_secret_results;
        let user_verification = self.user_verification(request.user_verification.as_ref());
        let user_verification_required = user_verification == json::UserVerificationRequirement::Required;
        let timeout = self.timeout(request.timeout_secs);
        let challenge = self.challenge()?;
        let state = AuthenticationState {
            version: Version,
            rp_id: self.site.rp_id.clone(),
            challenge: challenge.clone(),
            purpose,
            user_handle,
            allow_credentials: allow_credentials.iter().map(|credential| credential.id.clone()).collect(),
            user_verification_required,
            appid: request.extensions.appid.clone(),
            extensions,
            issued_at: now,
            expires_at: now.plus_secs(timeout),
        };
        let options = RequestOptions {
            challenge,
            timeout: timeout.saturating_mul(1000),
            rp_id: Some(self.site.rp_id.clone()),
            allow_credentials,
            user_verification,
            hints: request.hints.clone(),
            extensions: request.extensions.clone(),
        };
        Ok((options, state))
    }

    /// Finishes a sign-in. `record` is the record that your store has under the credential id of the response. In a discoverable
    /// sign-in, it names the account. If there is none, call [`Self::refuse_authentication`].
    ///
    /// ```
    /// # use wardkey::{Authenticated, AuthenticationResponse, AuthenticationState, CredentialRecord, Error, RelyingParty, UnixTime, UserHandle};
    /// # fn end(
    /// #     rp: &RelyingParty, state: AuthenticationState, response: &AuthenticationResponse,
    /// #     record: &mut CredentialRecord, now: UnixTime,
    /// # ) -> Result<UserHandle, Error> {
    /// let Authenticated { user, update, .. } = rp.finish_authentication(state, response, record, now)?;
    /// if let Some(update) = update {
    ///     assert!(record.apply(&update)); // in your store: compare and set
    /// }
    /// Ok(user)
    /// # }
    /// ```
    ///
    /// # Errors
    /// [`Error::Failed`] with the step that refuses, [`Error::Expired`], [`Error::NotYetIssued`], [`Error::TimeNotInSeconds`],
    /// [`Error::WrongRelyingParty`], [`Error::OtherPurpose`] if the state is that of a re-authentication or a payment.
    pub fn finish_authentication(
        &self,
        state: AuthenticationState,
        response: &AuthenticationResponse,
        record: &CredentialRecord,
        now: UnixTime,
    ) -> Result<Authenticated, Error> {
        self.admit_for(|purpose| *purpose == Purpose::SignIn, &state, now)?;
        self.finish(&state, response, record, now)
    }

    pub(super) fn finish(
        &self,
        state: &AuthenticationState,
        response: &AuthenticationResponse,
        record: &CredentialRecord,
        now: UnixTime,
    ) -> Result<Authenticated, Error> {
        let expected = self.expected_of(state, now);
        let stand_in = self.stand_ins.of(response.credential_id()); // as for a credential that is not stored
        let verify: Verify = authentication::verify;
        match verify(&expected, response, record, self.backend) {
            Ok(mut verified) => {
                state.identify(&mut verified.recorder.evidence);
                Ok(Self::authenticated(record, verified))
            }
            Err(mut failure) => {
                self.level(&failure.refusal, expected, response, record, stand_in, verify);
                state.identify(&mut failure.recorder.evidence);
                Err(Error::Failed(failure))
            }
        }
    }

    /// Checks as [`Self::admit`], and that the state was started for this purpose.
    pub(super) fn admit_for(
        &self,
        purpose: fn(&Purpose) -> bool,
        state: &AuthenticationState,
        now: UnixTime,
    ) -> Result<(), Error> {
        self.admit(&state.rp_id, state.issued_at, state.expires_at, now)?;
        if purpose(&state.purpose) { Ok(()) } else { Err(Error::OtherPurpose) }
    }

    /// Returns the expectations that a state keeps for its response.
    pub(super) fn expected_of<'s>(
        &'s self,
        state: &'s AuthenticationState,
        now: UnixTime,
    ) -> ExpectedAuthentication<'s> {
        let mut expected = ExpectedAuthentication::new(&self.site, &state.challenge);
        expected.allow_credentials = &state.allow_credentials;
        expected.user_handle = state.user_handle.as_ref().map(UserHandle::as_bytes);
        expected.user_verification_required = state.user_verification_required;
        expected.algorithms = &self.sign_in_algorithms;
        expected.backup_eligibility = self.backup_eligibility;
        expected.backup_state = self.backup_state_at_authentication;
        expected.appid = state.appid.as_ref().map(AppId::as_str);
        expected.extensions = state.extensions;
        expected.sign_count = self.sign_count;
        expected.time = Some(now);
        expected.quirks = self.quirks;
        expected
    }

    pub(super) fn authenticated(record: &CredentialRecord, verified: VerifiedAuthentication<'_>) -> Authenticated {
        Authenticated {
            user: record.user_handle.clone(),
            credential_id: record.id.clone(),
            user_verification: verified.user_verification(),
            sign_count: verified.sign_count(),
            backup_state: verified.authenticator_data().flags().backup_state(),
            signed_extensions: SignedOutputs::of(verified.authenticator_data().extensions()),
            unsigned_extensions: verified.unsigned_extension_results().cloned().unwrap_or_default(),
            update: verified.update(),
            update_after_additional_factor: verified.update_after_additional_factor(),
            evidence: verified.recorder.finish(),
        }
    }
}
