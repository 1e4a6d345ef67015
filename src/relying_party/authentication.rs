//! Starts and finishes an authentication (§7.2).

use super::registration::descriptor;
use super::request::choice_setters;
use super::{RelyingParty, check_time};
use crate::ceremony::authentication::{
    self, ExpectedAuthentication, SignCount, UserVerification, VerifiedAuthentication,
};
use crate::ceremony::evidence::Evidence;
use crate::client::AuthenticationResponse;
use crate::client::json::{Hint, RequestOptions, UserVerificationRequirement};
use crate::credential::{CredentialDescriptor, CredentialId, CredentialRecord, RecordUpdate, UserHandle, Version};
use crate::error::Error;
use crate::extensions::{
    AppId, AuthenticationExtensions, AuthenticationOutputs, ClientExtensionResults, RequestExtensions, SignedOutputs,
};
use crate::invalid::InvalidValue;
use crate::macros::setters;
use crate::state::{AuthenticationState, Purpose, Session};
use crate::time::UnixTime;
use core::time::Duration;

/// Whose credentials may answer.
#[derive(Clone, Debug)]
enum Account {
    /// Everybody's: the credential identifies the account.
    Any,
    Known(Listed),
    /// Of a name that a stranger typed; `None` if there is no account, or if it has no credential.
    Named(String, Option<Listed>),
}

/// The credentials of one account, as the options list them.
#[derive(Clone, Debug)]
struct Listed {
    user: UserHandle,
    credentials: Vec<CredentialDescriptor>,
    /// Whether a record belongs to another account.
    foreign: bool,
}

impl Listed {
    fn new(user: &UserHandle, records: &[CredentialRecord]) -> Self {
        let mut credentials: Vec<_> = records.iter().map(descriptor).collect();
        credentials.sort_by(|a, b| a.id.cmp(&b.id)); // as decoys are
        Self { user: user.clone(), credentials, foreign: records.iter().any(|record| record.user_handle != *user) }
    }

    fn checked(self) -> Result<(UserHandle, Vec<CredentialDescriptor>), Error> {
        if self.credentials.is_empty() {
            return Err(Error::NoCredentials);
        }
        if self.foreign { Err(Error::ForeignCredential) } else { Ok((self.user, self.credentials)) }
    }
}

/// One sign-in, or one payment: whose credentials may answer, and the choices that differ from those of the relying party.
///
/// | the user | request |
/// |---|---|
/// | has not said who they are: a button, or passkey autofill | [`discoverable`](Self::discoverable) |
/// | typed a name | [`named`](Self::named), which does not reveal whether the account exists |
/// | already proved something, such as a password | [`known`](Self::known) |
///
/// ```
/// # use std::time::Duration;
/// # use wardkey::AuthenticationRequest;
/// let autofill = AuthenticationRequest::discoverable().timeout(Duration::from_secs(3600));
/// ```
#[derive(Clone, Debug)]
#[must_use = "pass it to `start_authentication`"]
pub struct AuthenticationRequest {
    account: Account,
    hints: Vec<Hint>,
    user_verification: Option<UserVerificationRequirement>,
    timeout: Option<Duration>,
    extensions: RequestExtensions,
    outputs: AuthenticationOutputs,
}

impl AuthenticationRequest {
    fn of(account: Account) -> Self {
        Self {
            account,
            hints: Vec::new(),
            user_verification: None,
            timeout: None,
            extensions: RequestExtensions::default(),
            outputs: AuthenticationOutputs::default(),
        }
    }

    /// Asks for any discoverable credential, which identifies the account. Also for a page with passkey autofill
    /// (`mediation: "conditional"`), which starts it when it loads. Such a page may wait long, so set a
    /// [`timeout`](Self::timeout) of an hour.
    pub fn discoverable() -> Self {
        Self::of(Account::Any)
    }

    /// Asks for a credential of the account with this name. `records` are all records of that account; none if there is no such
    /// account, or if it has no passkey. Then the options list [`Decoys`](crate::Decoys), so that a stranger cannot find out
    /// whether the account exists (§14.6.2). Pass the name in one spelling (for example in lower case), because decoys depend on
    /// it.
    ///
    /// `prf.evalByCredential` can reveal whether the account exists: in a list of decoys either every credential has an entry, or
    /// none has. So use [`Prf::eval`](crate::extensions::Prf::eval) for every name, or see
    /// [`Prf::by_credential`](crate::extensions::Prf::by_credential).
    pub fn named(name: impl Into<String>, records: &[CredentialRecord]) -> Self {
        let listed = records.first().map(|first| Listed::new(&first.user_handle, records));
        Self::of(Account::Named(name.into(), listed))
    }

    /// Asks for a credential of an account whose user has already proved something. `records` are the records of that account, at
    /// least one. The options reveal whether the account has passkeys, so use [`Self::named`] for a name that a stranger
    /// typed.
    pub fn known(user: &UserHandle, records: &[CredentialRecord]) -> Self {
        Self::of(Account::Known(Listed::new(user, records)))
    }

    pub(super) const fn is_discoverable(&self) -> bool {
        matches!(self.account, Account::Any)
    }

    choice_setters!();

    setters! {
        /// Sets the client extension inputs, such as the AppID for credentials that were registered with U2F (§10.1.1).
        pub fn extensions(self, inputs: RequestExtensions) { extensions: inputs }
        /// Sets the extension outputs that are required.
        pub const fn require(self, outputs: AuthenticationOutputs) { outputs: outputs }
    }
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
    /// Whether the backup eligibility differs from that of the record. Only with
    /// [`report_backup_eligibility_change`](super::RelyingPartyBuilder::report_backup_eligibility_change) or
    /// [`accept_backup_eligibility_correction`](super::RelyingPartyBuilder::accept_backup_eligibility_correction).
    pub backup_eligibility_changed: bool,
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
    /// Starts a sign-in. Send the options to the browser as JSON, and store the state under its id.
    ///
    /// ```
    /// # use wardkey::{AuthenticationRequest, RelyingParty, Session, UnixTime};
    /// let rp = RelyingParty::new("clinic.example", "Clinic")?;
    /// let session = Session::bound("oSBnvPbCgZ"); // the id of the web session
    /// let now = UnixTime::from_secs(1_795_392_000); // your clock
    /// let (options, state) = rp.start_authentication(AuthenticationRequest::discoverable(), session, now)?;
    /// let json = serde_json::to_string(&options)?; // for the page
    /// # let _ = (json, state);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    /// [`Error::NoCredentials`], [`Error::ForeignCredential`], [`Error::NoDecoys`] if a name was given and the relying party was
    /// built without [`decoys`](super::RelyingPartyBuilder::decoys), [`Error::Extension`], [`Error::Timeout`],
    /// [`Error::SessionEmpty`], [`Error::TimeNotInSeconds`], [`Error::Random`].
    ///
    /// For a name without an account, [`Error::Extension`] is as for an account with as many credentials: `largeBlob.write` needs
    /// exactly one credential, so use it only for users who have signed in.
    pub fn start_authentication(
        &self,
        request: AuthenticationRequest,
        session: Session,
        now: UnixTime,
    ) -> Result<(RequestOptions, AuthenticationState), Error> {
        self.start(Purpose::SignIn, request, session, now)
    }

    /// Returns the account that a request is for, and its credentials. For a name without an account they are decoys, and the
    /// inputs of the request for single credentials become those of the decoys.
    fn allowed(
        &self,
        account: Account,
        extensions: &mut RequestExtensions,
    ) -> Result<(Option<UserHandle>, Vec<CredentialDescriptor>), Error> {
        let (user, credentials) = match account {
            Account::Any => return Ok((None, Vec::new())),
            Account::Known(listed) => listed.checked()?,
            Account::Named(name, listed) => self.named(&name, listed.map(Listed::checked).transpose()?, extensions)?,
        };
        Ok((Some(user), credentials))
    }

    pub(super) fn start(
        &self,
        purpose: Purpose,
        mut request: AuthenticationRequest,
        session: Session,
        now: UnixTime,
    ) -> Result<(RequestOptions, AuthenticationState), Error> {
        check_time(now)?;
        let session = session.hash().ok_or(Error::SessionEmpty)?;
        let timeout_secs = self.timeout_secs(request.timeout)?;
        let (user_handle, allow_credentials) = self.allowed(request.account, &mut request.extensions)?;
        request.extensions.check(&allow_credentials).map_err(Error::Extension)?;
        let mut extensions = AuthenticationExtensions::of(&request.extensions).requiring(request.outputs);
        if let Some(extension) = extensions.required_but_not_requested() {
            return Err(Error::Extension(InvalidValue::RequiredButNotRequested(extension.identifier())));
        }
        extensions.refuse_unsolicited = self.choices.refuse_unsolicited;
        extensions.refuse_secret_results = self.choices.refuse_secret_results;
        let user_verification = self.user_verification(request.user_verification.as_ref());
        let user_verification_required = user_verification == UserVerificationRequirement::Required;
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
            expires_at: now.plus(Duration::from_secs(timeout_secs.into())),
            session: Some(session),
        };
        let options = RequestOptions {
            challenge,
            timeout: timeout_secs.saturating_mul(1000),
            rp_id: Some(self.site.rp_id.clone()),
            allow_credentials,
            user_verification,
            hints: request.hints,
            extensions: request.extensions,
        };
        Ok((options, state))
    }

    /// Finishes a sign-in. `stored` is the record that your store has under the credential id of the response, for any account.
    /// In a discoverable sign-in, it names the account. `None` refuses (`credential-unknown`), and takes as long as a wrong
    /// signature.
    ///
    /// ```
    /// # use wardkey::{Authenticated, AuthenticationResponse, AuthenticationState, CredentialId, CredentialRecord, Error};
    /// # use wardkey::{RelyingParty, Session, UnixTime, UserHandle};
    /// # use std::collections::HashMap;
    /// # fn end(
    /// #     rp: &RelyingParty, state: AuthenticationState, response: &AuthenticationResponse,
    /// #     store: &mut HashMap<CredentialId, CredentialRecord>, session: Session, now: UnixTime,
    /// # ) -> Result<UserHandle, Error> {
    /// let stored = store.get(response.credential_id());
    /// let Authenticated { user, credential_id, update, .. } =
    ///     rp.finish_authentication(state, response, stored, session, now)?;
    /// if let Some(update) = update {
    ///     let record = store.get_mut(&credential_id).unwrap();
    ///     assert!(record.apply(&update)); // in your store: compare and set
    /// }
    /// Ok(user)
    /// # }
    /// ```
    ///
    /// # Errors
    /// [`Error::Failed`] with the step that refuses, [`Error::SessionMismatch`], [`Error::Expired`], [`Error::NotYetIssued`],
    /// [`Error::TimeNotInSeconds`], [`Error::SessionEmpty`], [`Error::WrongRelyingParty`], [`Error::OtherPurpose`] if the state
    /// is that of a re-authentication or a payment.
    pub fn finish_authentication(
        &self,
        state: AuthenticationState,
        response: &AuthenticationResponse,
        stored: Option<&CredentialRecord>,
        session: Session,
        now: UnixTime,
    ) -> Result<Authenticated, Error> {
        if *self.admit_state(&state, session, now)? != Purpose::SignIn {
            return Err(Error::OtherPurpose);
        }
        self.finish(&state, response, stored, now)
    }

    pub(super) fn finish(
        &self,
        state: &AuthenticationState,
        response: &AuthenticationResponse,
        stored: Option<&CredentialRecord>,
        now: UnixTime,
    ) -> Result<Authenticated, Error> {
        let expected = self.expected_of(state, now);
        self.judge(expected, state, response, stored, authentication::verify, |expected, record| {
            let verified = authentication::verify(expected, response, record, self.backend)?;
            Ok(Self::authenticated(state, record, verified))
        })
    }

    /// Checks as [`Self::admit`]. Returns the purpose of the state, which must be that of the caller.
    pub(super) fn admit_state<'s>(
        &self,
        state: &'s AuthenticationState,
        session: Session,
        now: UnixTime,
    ) -> Result<&'s Purpose, Error> {
        self.admit(&state.rp_id, state.session.as_ref(), session, state.issued_at..=state.expires_at, now)?;
        Ok(&state.purpose)
    }

    /// Returns the expectations that a state keeps for its response.
    pub(crate) fn expected_of<'s>(
        &'s self,
        state: &'s AuthenticationState,
        now: UnixTime,
    ) -> ExpectedAuthentication<'s> {
        let mut expected = ExpectedAuthentication::new(&self.site, &state.challenge);
        expected.allow_credentials = &state.allow_credentials;
        expected.user_handle = state.user_handle.as_ref().map(UserHandle::as_bytes);
        expected.user_verification_required = state.user_verification_required;
        expected.algorithms = &self.sign_in_algorithms;
        expected.backup_eligibility = self.choices.backup_eligibility;
        expected.backup_eligibility_change = self.choices.backup_eligibility_change;
        expected.backup_state = self.choices.backup_state_at_authentication;
        expected.appid = state.appid.as_ref().map(AppId::as_str);
        expected.extensions = state.extensions;
        expected.sign_count = self.choices.sign_count;
        expected.time = Some(now);
        expected.quirks = self.choices.quirks;
        expected
    }

    pub(super) fn authenticated(
        state: &AuthenticationState,
        record: &CredentialRecord,
        mut verified: VerifiedAuthentication<'_>,
    ) -> Authenticated {
        state.identify(&mut verified.recorder.evidence);
        Authenticated {
            user: record.user_handle.clone(),
            credential_id: record.id.clone(),
            user_verification: verified.user_verification(),
            sign_count: verified.sign_count(),
            backup_state: verified.authenticator_data().flags().backup_state(),
            backup_eligibility_changed: verified.backup_eligibility_changed(),
            signed_extensions: SignedOutputs::of(verified.authenticator_data().extensions()),
            unsigned_extensions: verified.unsigned_extension_results().cloned().unwrap_or_default(),
            update: verified.update(),
            update_after_additional_factor: verified.update_after_additional_factor(),
            evidence: verified.recorder.finish(),
        }
    }
}
