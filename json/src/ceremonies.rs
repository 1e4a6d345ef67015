//! The actions of ceremonies. Each fills in a call of [`wardkey::RelyingParty`].

use crate::answer::Stop;
use crate::config::Context;
use crate::request::{Nullable, Posted, Stored};
use crate::schema::Action;
use crate::shape::{answer, request};
use std::time::Duration;
use wardkey::ceremony::authentication::{SignCount, UserVerification};
use wardkey::ceremony::evidence::Evidence;
use wardkey::ceremony::payment::{BrowserBinding, ExpectedPayment};
use wardkey::client::json::{
    AuthenticatorAttachment, CreationOptions, Hint, RequestOptions, ResidentKey, UserVerificationRequirement,
};
use wardkey::client::payment::PaymentDetails;
use wardkey::client::signal::Signal;
use wardkey::confirmation::{Confirmed, Document, Part, PartError, Receipt};
use wardkey::crypto::default_backend;
use wardkey::extensions::{
    AuthenticationOutputs, Blob, ClientExtensionResults, CreationExtensions, RegistrationOutputs, RequestExtensions,
    SignedOutputs,
};
use wardkey::metadata::Attested;
use wardkey::policy::Characteristics;
use wardkey::{
    AuthenticationRequest, AuthenticationState, ConfirmationState, CredentialId, CredentialRecord, Reauthentication,
    ReauthenticationRequest, RecordUpdate, RegistrationRequest, RegistrationState, Session, UnixTime, UserHandle,
};

/// Adds the id of the state to an error: the state is used up whatever the verdict is.
fn spent<T>(result: Result<T, impl Into<Stop>>, id: &str) -> Result<T, Stop> {
    result.map_err(|error| error.into().spending(id))
}

request! {
    /// Reads the ids in a posted response, so that you can find the state and the record. Nothing is verified.
    ReadResponse() {
        /// The response of either ceremony.
        response: Posted,
    }
}

answer! {
    Ids {
        credential_id: CredentialId,
        state_id: Option<String>,
        user_handle: Option<UserHandle>,
        claimed_origin: Option<String>,
    }
}

impl Action for ReadResponse {
    type Output = Ids;

    fn run(self, _: &Context) -> Result<Ids, Stop> {
        let id = |bytes: &[u8]| CredentialId::new(bytes).map_err(|error| Stop::caller("credential-id", error));
        let registration = match self.response.authentication() {
            Ok(response) => {
                let user_handle = response.user_handle().and_then(|handle| UserHandle::new(handle).ok());
                return Ok(Ids {
                    credential_id: id(response.credential_id())?,
                    state_id: response.state_id(),
                    user_handle,
                    claimed_origin: response.claimed_origin(),
                });
            }
            Err(stop) => self.response.registration().map_err(|_| stop)?,
        };
        Ok(Ids {
            credential_id: id(registration.credential_id())?,
            state_id: registration.state_id(),
            user_handle: None,
            claimed_origin: registration.claimed_origin(),
        })
    }
}

request! {
    /// Starts the registration of a passkey (§7.1).
    StartRegistration(rp, session, now) {
        /// The user handle of the account.
        user: UserHandle,
        /// The account name.
        name: String,
        /// The records that the account has, so that no authenticator is registered twice.
        existing: Vec<CredentialRecord>,
        display_name: Option<String>,
        /// A profile of the configuration: `patient`, `clinician` or `prescriber`.
        profile: Option<String>,
        /// A named policy of the configuration.
        policy: Option<String>,
        /// Whether the page asks with conditional mediation.
        conditional(default): bool,
        resident_key: Option<ResidentKey>,
        attachment: Option<AuthenticatorAttachment>,
        hints: Option<Vec<Hint>>,
        user_verification: Option<UserVerificationRequirement>,
        timeout_secs: Option<u64>,
        extensions: Option<CreationExtensions>,
        require: Option<RegistrationOutputs>,
    }
}

answer! {
    StartedRegistration {
        options: CreationOptions,
        state: RegistrationState,
        /// The id of the state, under which you store it.
        state_id: String,
        expires_at: UnixTime,
    }
    StartedAuthentication {
        options: RequestOptions,
        state: AuthenticationState,
        /// The id of the state, under which you store it.
        state_id: String,
        expires_at: UnixTime,
    }
    StartedConfirmation {
        options: RequestOptions,
        state: ConfirmationState,
        /// The id of the state, under which you store it.
        state_id: String,
        expires_at: UnixTime,
    }
}

/// Makes the answer of a start.
macro_rules! started {
    ($answer:ident, $started:expr) => {{
        let (options, state) = $started?;
        Ok($answer { options, state_id: state.id(), expires_at: state.expires_at(), state })
    }};
}

/// Passes members that were given to the methods of a request.
macro_rules! given {
    ($request:ident: $($method:ident $value:expr),*) => {
        $(if let Some(value) = $value {
            $request = $request.$method(value);
        })*
    };
}

impl Action for StartRegistration {
    type Output = StartedRegistration;

    fn run(self, context: &Context) -> Result<Self::Output, Stop> {
        let party = context.party(self.rp.as_deref())?;
        let mut request = RegistrationRequest::new(&self.user, self.name, &self.existing);
        if let Some(name) = &self.profile {
            request = party.profile(name)?.request(request);
        }
        if self.conditional {
            request = request.conditional();
        }
        given!(request: attestation_policy self.policy, display_name self.display_name, resident_key self.resident_key,
            attachment self.attachment, hints self.hints, user_verification self.user_verification,
            timeout self.timeout_secs.map(Duration::from_secs), extensions self.extensions, require self.require);
        started!(StartedRegistration, party.rp.start_registration(request, Session::bound(self.session), self.now))
    }
}

request! {
    /// Finishes a registration and claims the credential. Store the record under a unique id, with its `attested` and
    /// `characteristics` beside it.
    FinishRegistration(rp, session, now) {
        state: RegistrationState,
        response: Posted,
        /// The record that your store has already under the id of the credential, or null. It must be present.
        stored: Stored,
    }
}

answer! {
    Claimed {
        record: CredentialRecord,
        evidence: Evidence,
        attested: Attested,
        characteristics: Characteristics,
        /// The outputs that the attestation signs.
        signed_extensions: SignedOutputs,
        /// The outputs in the authenticator data, signed or not. They must not grant anything.
        claimed_extensions: SignedOutputs,
        unsigned_extensions: ClientExtensionResults,
        /// The key of the browser, if the credential is for payments. Store it with the record.
        browser_bound_key: Option<Blob>,
        /// The code of the refusal, if the signature of the browser does not verify. The registration is valid all the same.
        browser_bound_failure: Option<&'static str>,
        spend: String,
    }
}

impl Action for FinishRegistration {
    type Output = Claimed;

    fn run(self, context: &Context) -> Result<Claimed, Stop> {
        let rp = &context.party(self.rp.as_deref())?.rp;
        let (spend, session) = (self.state.id(), Session::bound(self.session));
        let response = spent(self.response.registration(), &spend)?;
        let registered = match context.metadata() {
            Some(metadata) => rp.finish_registration_with_metadata(self.state, &response, metadata, session, self.now),
            None => rp.finish_registration(self.state, &response, session, self.now),
        };
        let registered = spent(registered, &spend)?;
        let (attested, characteristics) = (registered.attested(), registered.characteristics());
        let (signed_extensions, claimed_extensions) =
            (registered.signed_extensions().clone(), registered.claimed_extensions().clone());
        let unsigned_extensions = registered.unsigned_extensions().clone();
        let (browser_bound_key, browser_bound_failure) = match registered.browser_bound_key() {
            Ok(key) => (key.cloned(), None),
            Err(error) => (None, Some(error.code())),
        };
        let (record, evidence) = spent(registered.claim(self.stored.0.as_ref()), &spend)?;
        Ok(Claimed {
            record,
            evidence,
            attested,
            characteristics,
            signed_extensions,
            claimed_extensions,
            unsigned_extensions,
            browser_bound_key,
            browser_bound_failure,
            spend,
        })
    }
}

request! {
    /// Starts a sign-in (§7.2). Without `user` and `name` any passkey of the site may answer.
    StartAuthentication(rp, session, now) {
        /// The account, if it is known, such as after a password.
        user: Option<UserHandle>,
        /// What was typed as user name; for unknown names there are decoys.
        name: Option<String>,
        /// The records of the account; empty for a name that has no account.
        records(default): Vec<CredentialRecord>,
        hints: Option<Vec<Hint>>,
        user_verification: Option<UserVerificationRequirement>,
        timeout_secs: Option<u64>,
        extensions: Option<RequestExtensions>,
        require: Option<AuthenticationOutputs>,
    }
}

impl Action for StartAuthentication {
    type Output = StartedAuthentication;

    fn run(self, context: &Context) -> Result<Self::Output, Stop> {
        let rp = &context.party(self.rp.as_deref())?.rp;
        let mut request = match (self.user, self.name) {
            (None, None) if self.records.is_empty() => AuthenticationRequest::discoverable(),
            (Some(user), None) => AuthenticationRequest::known(&user, &self.records),
            (None, Some(name)) => AuthenticationRequest::named(name, &self.records),
            _ => return Err(Stop::caller("request", "expected one of user and name, and records only with one")),
        };
        given!(request: hints self.hints, user_verification self.user_verification,
            timeout self.timeout_secs.map(Duration::from_secs), extensions self.extensions, require self.require);
        started!(StartedAuthentication, rp.start_authentication(request, Session::bound(self.session), self.now))
    }
}

request! {
    /// Finishes a sign-in. Apply `update` to the record by compare-and-set before you let the user in.
    FinishAuthentication(rp, session, now) {
        state: AuthenticationState,
        response: Posted,
        /// The record that your store has under the id of the credential. Null refuses, at the cost of a sign-in.
        record: Stored,
        /// All records of the account, if the answer should have the signal with which providers tidy up.
        accepted: Option<Vec<CredentialRecord>>,
    }
}

answer! {
    SignedIn {
        user: UserHandle,
        credential_id: CredentialId,
        user_verification: UserVerification,
        /// Whether user verification counts as a factor.
        factor: bool,
        /// Apply it to the record by compare-and-set before you let the user in; null if nothing changed.
        update: Option<RecordUpdate>,
        /// Apply it after `update`, once the user has given an additional factor.
        update_after_additional_factor: Option<RecordUpdate>,
        sign_count_regressed: bool,
        backup_state: bool,
        backup_eligibility_changed: bool,
        signed_extensions: SignedOutputs,
        unsigned_extensions: ClientExtensionResults,
        /// The signal with the credentials of the account, if the request has `accepted`.
        signal: Option<Signal>,
        evidence: Evidence,
        /// The id of the state, which is used up.
        spend: String,
    }
}

/// Makes the answer of a sign-in or of a payment, which have the same fields.
macro_rules! signed_in {
    ($done:expr, $signal:expr, $spend:expr) => {{
        let done = $done;
        SignedIn {
            user: done.user,
            credential_id: done.credential_id,
            user_verification: done.user_verification,
            factor: done.user_verification.is_factor(),
            update: done.update,
            update_after_additional_factor: done.update_after_additional_factor,
            sign_count_regressed: matches!(done.sign_count, SignCount::Regressed { .. }),
            backup_state: done.backup_state,
            backup_eligibility_changed: done.backup_eligibility_changed,
            signed_extensions: done.signed_extensions,
            unsigned_extensions: done.unsigned_extensions,
            signal: $signal,
            evidence: done.evidence,
            spend: $spend,
        }
    }};
}

impl Action for FinishAuthentication {
    type Output = SignedIn;

    fn run(self, context: &Context) -> Result<SignedIn, Stop> {
        let rp = &context.party(self.rp.as_deref())?.rp;
        let spend = self.state.id();
        let response = spent(self.response.authentication(), &spend)?;
        let (record, session) = (self.record.0.as_ref(), Session::bound(self.session));
        let done = spent(rp.finish_authentication(self.state, &response, record, session, self.now), &spend)?;
        let signal = self.accepted.map(|all| done.signal_all_accepted_credentials(rp, &all)).transpose();
        let signal = spent(signal, &spend)?;
        Ok(signed_in!(done, signal, spend))
    }
}

request! {
    /// Refuses a sign-in whose record you do not have: the same as `finish-authentication` with the record null. It costs as much
    /// time as a sign-in, and the answer is always an error.
    Refuse(rp, session, now) {
        state: AuthenticationState,
        response: Posted,
    }
}

impl Action for Refuse {
    type Output = SignedIn;

    fn run(self, context: &Context) -> Result<SignedIn, Stop> {
        let Self { rp, session, now, state, response, _version, _id, _action } = self;
        let (record, accepted) = (Nullable(None), None);
        FinishAuthentication { rp, session, now, state, response, record, accepted, _version, _id, _action }
            .run(context)
    }
}

request! {
    /// Starts a re-authentication of a signed-in user for one purpose.
    StartReauthentication(rp, session, now) {
        user: UserHandle,
        records: Vec<CredentialRecord>,
        /// What the user wants to do, such as `delete-passkey`.
        purpose: String,
        /// How long it counts: 1 second to 1 day.
        lifetime_secs: u64,
        hints: Option<Vec<Hint>>,
    }
}

impl Action for StartReauthentication {
    type Output = StartedAuthentication;

    fn run(self, context: &Context) -> Result<Self::Output, Stop> {
        let rp = &context.party(self.rp.as_deref())?.rp;
        let lifetime = Duration::from_secs(self.lifetime_secs);
        let mut request = ReauthenticationRequest::new(&self.user, &self.records, self.purpose, lifetime);
        given!(request: hints self.hints);
        started!(StartedAuthentication, rp.start_reauthentication(request, Session::bound(self.session), self.now))
    }
}

request! {
    /// Finishes a re-authentication. Keep the result in the web session until the act.
    FinishReauthentication(rp, session, now) {
        state: AuthenticationState,
        response: Posted,
        /// The record that your store has under the id of the credential. Null refuses, at the cost of a sign-in.
        record: Stored,
    }
}

answer! {
    Reauthenticated {
        reauthentication: Reauthentication,
        signed_in(flatten): SignedIn,
    }
}

impl Action for FinishReauthentication {
    type Output = Reauthenticated;

    fn run(self, context: &Context) -> Result<Reauthenticated, Stop> {
        let rp = &context.party(self.rp.as_deref())?.rp;
        let spend = self.state.id();
        let response = spent(self.response.authentication(), &spend)?;
        let (record, session) = (self.record.0.as_ref(), Session::bound(self.session));
        let done = rp.finish_reauthentication(self.state, &response, record, session, self.now);
        let (reauthentication, done) = spent(done, &spend)?;
        Ok(Reauthenticated { reauthentication, signed_in: signed_in!(done, None, spend) })
    }
}

request! {
    /// Spends a re-authentication on an act. Record the id in `spend` as used, in the transaction of the act.
    SpendReauthentication(rp, now) {
        reauthentication: Reauthentication,
        user: UserHandle,
        purpose: String,
        /// Whether the user has proved another factor in this web session.
        additional_factor(default): bool,
    }
}

answer! {
    Spend {
        spend: String,
    }
}

impl Action for SpendReauthentication {
    type Output = Spend;

    fn run(self, context: &Context) -> Result<Spend, Stop> {
        let rp = &context.party(self.rp.as_deref())?.rp;
        let Self { reauthentication, user, purpose, now, .. } = self;
        let spend = if self.additional_factor {
            reauthentication.require_with_additional_factor(rp, &user, &purpose, now)?;
            reauthentication.id().to_owned()
        } else {
            reauthentication.spend(rp, &user, &purpose, now)?
        };
        Ok(Spend { spend })
    }
}

request! {
    /// Starts a payment (Secure Payment Confirmation).
    StartPayment(rp, now) {
        /// The id of the web session; null if a merchant's page calls your back end. It must be present.
        session: Nullable<String>,
        user: UserHandle,
        records: Vec<CredentialRecord>,
    }
}

fn payment_session(id: Nullable<String>) -> Session {
    id.0.map_or_else(Session::unbound, Session::bound)
}

impl Action for StartPayment {
    type Output = StartedAuthentication;

    fn run(self, context: &Context) -> Result<Self::Output, Stop> {
        let rp = &context.party(self.rp.as_deref())?.rp;
        let request = AuthenticationRequest::known(&self.user, &self.records);
        started!(StartedAuthentication, rp.start_payment(request, payment_session(self.session), self.now))
    }
}

request! {
    /// Finishes a payment. It signs nobody in.
    FinishPayment(rp, now) {
        /// As at the start.
        session: Nullable<String>,
        state: AuthenticationState,
        response: Posted,
        /// The record that your store has under the id of the credential. Null refuses, at the cost of a sign-in.
        record: Stored,
        details: PaymentDetails,
        /// The browser-bound keys that you know of this credential.
        browser_bound_keys(default): Vec<Blob>,
        browser_bound_required(default): bool,
        /// The origins of the merchants whose pages may call for a payment, in place of your own.
        called_by: Option<Vec<String>>,
    }
}

answer! {
    Paid {
        /// `absent`, `known`, or `new`: the browser signed with `browser_bound_key`, which you did not know.
        browser_binding: &'static str,
        /// A new browser-bound key to keep.
        browser_bound_key: Option<Blob>,
        signed_in(flatten): SignedIn,
    }
}

impl Action for FinishPayment {
    type Output = Paid;

    fn run(self, context: &Context) -> Result<Paid, Stop> {
        let rp = &context.party(self.rp.as_deref())?.rp;
        let spend = self.state.id();
        let keys: Vec<Vec<u8>> = self.browser_bound_keys.iter().map(|key| key.as_bytes().to_vec()).collect();
        let mut expected = ExpectedPayment::new(&self.details);
        (expected.browser_bound_keys, expected.browser_bound_required) = (&keys, self.browser_bound_required);
        if let Some(origins) = self.called_by {
            expected =
                expected.called_by(origins).map_err(|error| Stop::caller("called-by", error).spending(&spend))?;
        }
        let response = spent(self.response.authentication(), &spend)?;
        let (record, session) = (self.record.0.as_ref(), payment_session(self.session));
        let done = spent(rp.finish_payment(self.state, &response, record, &expected, session, self.now), &spend)?;
        let (browser_binding, browser_bound_key) = match &done.browser_binding {
            BrowserBinding::New(key) => ("new", Some(key.clone())),
            BrowserBinding::Known => ("known", None),
            _ => ("absent", None),
        };
        Ok(Paid { browser_binding, browser_bound_key, signed_in: signed_in!(done, None, spend) })
    }
}

request! {
    /// Starts the confirmation of a document. Show the whole document first.
    StartConfirmation(rp, session, now) {
        user: UserHandle,
        records: Vec<CredentialRecord>,
        document: Document,
    }
}

impl Action for StartConfirmation {
    type Output = StartedConfirmation;

    fn run(self, context: &Context) -> Result<Self::Output, Stop> {
        let (rp, session) = (&context.party(self.rp.as_deref())?.rp, Session::bound(self.session));
        let started = rp.start_confirmation(&self.user, &self.records, &self.document, session, self.now);
        started!(StartedConfirmation, started)
    }
}

request! {
    /// Finishes the confirmation of a document. Store the receipt with the act.
    FinishConfirmation(rp, session, now) {
        state: ConfirmationState,
        /// The document that the confirmation was started with.
        document: Document,
        response: Posted,
        /// The record that your store has under the id of the credential. Null refuses, at the cost of a sign-in.
        record: Stored,
    }
}

answer! {
    Signed {
        receipt: Receipt,
        confirmed: ConfirmedBy,
        signed_in(flatten): SignedIn,
    }
}

answer! {
    /// What was verified of a receipt or of a part.
    ConfirmedBy {
        challenge: String,
        user: UserHandle,
        credential_id: CredentialId,
        user_verification: UserVerification,
        factor: bool,
        items: usize,
        evidence: Evidence,
    }
}

impl From<Confirmed> for ConfirmedBy {
    fn from(confirmed: Confirmed) -> Self {
        Self {
            challenge: base64url(confirmed.challenge()),
            user: confirmed.user().clone(),
            credential_id: confirmed.credential_id().clone(),
            user_verification: confirmed.user_verification(),
            factor: confirmed.user_verification().is_factor(),
            items: confirmed.items(),
            evidence: confirmed.evidence().clone(),
        }
    }
}

/// A challenge in base64url. A credential id has the same spelling.
fn base64url(challenge: &[u8; 32]) -> String {
    CredentialId::new(challenge).map(|bytes| bytes.to_base64url()).unwrap_or_default()
}

impl Action for FinishConfirmation {
    type Output = Signed;

    fn run(self, context: &Context) -> Result<Signed, Stop> {
        let rp = &context.party(self.rp.as_deref())?.rp;
        let spend = self.state.id();
        let response = spent(self.response.authentication(), &spend)?;
        let (record, session) = (self.record.0.as_ref(), Session::bound(self.session));
        let done = rp.finish_confirmation(self.state, &self.document, &response, record, session, self.now);
        let done = spent(done, &spend)?;
        let signed_in = signed_in!(done.authenticated, None, spend);
        Ok(Signed { receipt: done.receipt, confirmed: done.confirmed.into(), signed_in })
    }
}

request! {
    /// Verifies a receipt. The record needs the credential id, the user handle and the public key.
    VerifyReceipt(rp) {
        receipt: Receipt,
        record: CredentialRecord,
    }
}

impl Action for VerifyReceipt {
    type Output = ConfirmedBy;

    fn run(self, context: &Context) -> Result<ConfirmedBy, Stop> {
        let site = context.party(self.rp.as_deref())?.rp.site();
        Ok(self.receipt.verify(site, &self.record, default_backend())?.into())
    }
}

request! {
    /// Returns what one reader may see of a receipt. Nothing is verified.
    DisclosePart(rp) {
        receipt: Receipt,
        /// Whether the reader may see the members that are not items.
        head: bool,
        /// The numbers of the items, from 1.
        items: Vec<u32>,
    }
}

answer! {
    Disclosed {
        part: Part,
        /// The response as a text, which goes to the reader with the part.
        response: String,
    }
}

impl Action for DisclosePart {
    type Output = Disclosed;

    fn run(self, context: &Context) -> Result<Disclosed, Stop> {
        let site = context.party(self.rp.as_deref())?.rp.site();
        let part = self.receipt.part(&site.rp_id, self.head, &self.items, default_backend());
        Ok(Disclosed { part, response: self.receipt.response_json() })
    }
}

request! {
    /// Verifies a part of a document that somebody else sent.
    VerifyPart(rp) {
        part: Part,
        response: Posted,
        record: CredentialRecord,
    }
}

impl Action for VerifyPart {
    type Output = ConfirmedBy;

    fn run(self, context: &Context) -> Result<ConfirmedBy, Stop> {
        let site = context.party(self.rp.as_deref())?.rp.site();
        let response = self.response.authentication()?;
        let confirmed = self.part.verify(site, &self.record, &response, default_backend());
        confirmed.map(ConfirmedBy::from).map_err(|error| match error {
            PartError::Failed(failure) => failure.into(),
            other => Stop::caller(other.code(), &other),
        })
    }
}

request! {
    /// Returns the signal that a credential is unknown, or null if your store has its record.
    SignalUnknown(rp) {
        credential_id: CredentialId,
        /// The record that your store has under this id, or null. It must be present.
        stored: Stored,
    }
}

answer! {
    OneSignal {
        signal: Option<Signal>,
    }
}

impl Action for SignalUnknown {
    type Output = OneSignal;

    fn run(self, context: &Context) -> Result<OneSignal, Stop> {
        let rp = &context.party(self.rp.as_deref())?.rp;
        Ok(OneSignal { signal: rp.signal_unknown_credential(&self.credential_id, self.stored.0.as_ref()) })
    }
}

request! {
    /// Returns the signals after a change of the account, for a user who re-authenticated for it.
    Signals(rp, now) {
        reauthentication: Reauthentication,
        /// All records of the account.
        accepted: Vec<CredentialRecord>,
        name: String,
        display_name: String,
    }
}

answer! {
    AllSignals {
        accepted: Signal,
        details: Signal,
    }
}

impl Action for Signals {
    type Output = AllSignals;

    fn run(self, context: &Context) -> Result<AllSignals, Stop> {
        let rp = &context.party(self.rp.as_deref())?.rp;
        let by = &self.reauthentication;
        let accepted = by.signal_all_accepted_credentials(rp, &self.accepted, self.now)?;
        let details = by.signal_current_user_details(rp, self.name, self.display_name, self.now)?;
        Ok(AllSignals { accepted, details })
    }
}
