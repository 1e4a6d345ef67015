//! Signing in: the two halves of §7.2.

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

/// What one authentication asks for beyond the relying party's own choices.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct AuthenticationRequest {
    /// Where the user interface should lead to, most wanted first.
    pub hints: Vec<Hint>,
    /// User verification for this one; the relying party's own choice without. What is asked for here is what
    /// `finish_authentication` judges by.
    pub user_verification: Option<json::UserVerificationRequirement>,
    /// Seconds until the state expires, from 1 to 86 400 (a day). `None`: the relying party's own choice. Set 3600 (an hour) for a
    /// page with passkey autofill, because the user may answer late.
    pub timeout_secs: Option<u32>,
    /// Client extension inputs, the AppID of credentials that were registered with U2F (§10.1.1) among them.
    pub extensions: RequestExtensions,
    /// What is required of their outputs.
    pub outputs: AuthenticationOutputs,
}

/// A sign-in that is all that §7.2 says.
///
/// Write [`Self::update`] first, and check the account's own state: whether it is locked is not the standard's to say.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
#[must_use = "the record must be brought up to date"]
pub struct Authenticated {
    /// The account.
    pub user: UserHandle,
    /// The credential that signed.
    pub credential_id: CredentialId,
    /// User verification, as far as it may be relied on.
    pub user_verification: UserVerification,
    /// The signature counter.
    pub sign_count: SignCount,
    /// Whether the credential is backed up now.
    pub backup_state: bool,
    /// What the authenticator signed of extensions.
    pub signed_extensions: SignedOutputs,
    /// What the client says of extensions. Nobody signed it: decide nothing by it that matters.
    pub unsigned_extensions: ClientExtensionResults,
    /// What to write to the record, by compare-and-set; `None` where nothing changed. No compiler warns where it is
    /// dropped: `#[must_use]` ends where a field of a value is read, such as `user`, and all fields can be read on
    /// purpose. Take the value apart where it arrives.
    pub update: Option<RecordUpdate>,
    /// What to write after that, once an additional factor as strong as user verification stood beside this sign-in, in
    /// this request or a later one: from the next sign-in on, user verification counts as a factor. Without it, a
    /// credential whose user verification is [`First`](UserVerification::First) stays so.
    pub update_after_additional_factor: Option<RecordUpdate>,
    /// The [evidence](crate::ceremony::evidence), for your log.
    pub evidence: Evidence,
}

impl RelyingParty {
    /// Starts a sign-in of an account that is known, with its credentials, which must be of one account and at least
    /// one. The options name them sorted by id, because decoys are sorted as well.
    ///
    /// Whoever asks learns whether the account has passkeys, so ask it only of users who have proved something
    /// already; else start a discoverable sign-in (§14.6.2), or answer names that nobody has by
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

    /// As [`Self::start_authentication`], with choices for this one.
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

    /// As [`Self::start_discoverable_authentication`], with choices for this one.
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

    /// Finishes a sign-in. `record` is what your store holds under the response's credential id; in a discoverable
    /// sign-in it names the account. Where it holds nothing, [`Self::refuse_authentication`].
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
    /// [`Error::WrongRelyingParty`], [`Error::OtherPurpose`] where the state is of a re-authentication or a payment.
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

    /// As [`Self::admit`], and the state must have been started for this.
    pub(super) fn admit_for(
        &self,
        purpose: fn(&Purpose) -> bool,
        state: &AuthenticationState,
        now: UnixTime,
    ) -> Result<(), Error> {
        self.admit(&state.rp_id, state.issued_at, state.expires_at, now)?;
        if purpose(&state.purpose) { Ok(()) } else { Err(Error::OtherPurpose) }
    }

    /// What a state says that its response is judged by.
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
