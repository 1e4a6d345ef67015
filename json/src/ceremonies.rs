//! The actions of ceremonies. Each fills in a call of [`wardkey::RelyingParty`].

use crate::answer::Stop;
use crate::config::{Context, Party};
use crate::request::{self as shape, Json, Stored, request};
use crate::schema::Action;
use serde::Serialize;
use std::time::Duration;
use wardkey::ceremony::authentication::{SignCount, UserVerification};
use wardkey::ceremony::evidence::Evidence;
use wardkey::ceremony::payment::{BrowserBinding, ExpectedPayment};
use wardkey::client::json::{
    AuthenticatorAttachment, CreationOptions, Hint, RequestOptions, ResidentKey, UserVerificationRequirement,
};
use wardkey::client::payment::{Amount, Instrument, Logo, PaymentDetails};
use wardkey::client::signal::Signal;
use wardkey::confirmation::{Confirmed, Document, Part, PartError, Receipt};
use wardkey::crypto::default_backend;
use wardkey::extensions::{AuthenticationOutputs, Blob, CreationExtensions, RegistrationOutputs, RequestExtensions};
use wardkey::metadata::Attested;
use wardkey::policy::Characteristics;
use wardkey::{
    Authenticated, AuthenticationRequest, AuthenticationState, ConfirmationState, CredentialId, CredentialRecord,
    Reauthentication, ReauthenticationRequest, RecordUpdate, RegistrationRequest, RegistrationState, Session, UnixTime,
    UserHandle,
};

/// Adds the id of the state to an error: the state is used up whatever the verdict is.
fn spent<T>(result: Result<T, impl Into<Stop>>, id: &str) -> Result<T, Stop> {
    result.map_err(|error| error.into().spending(id.to_owned()))
}

request! {
    /// Reads the ids in a posted response, so that you can find the state and the record. Nothing is verified.
    ReadResponse {
        /// The response of either ceremony.
        #[schemars(with = "shape::PostedResponse")]
        response: Json,
    }
}

#[derive(Serialize)]
pub(crate) struct Ids {
    credential_id: CredentialId,
    state_id: Option<String>,
    user_handle: Option<UserHandle>,
    claimed_origin: Option<String>,
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
    StartRegistration {
        /// The name of the relying party in the configuration; may be left out if there is one only.
        rp: Option<String>,
        /// The id of the web session.
        session: String,
        #[schemars(with = "shape::Time")]
        now: UnixTime,
        /// The user handle of the account.
        #[schemars(with = "shape::Bytes")]
        user: UserHandle,
        /// The account name.
        name: String,
        /// The records that the account has, so that no authenticator is registered twice.
        #[schemars(with = "Vec<shape::Record>")]
        existing: Vec<CredentialRecord>,
        display_name: Option<String>,
        /// A profile of the configuration: `patient`, `clinician` or `prescriber`.
        profile: Option<String>,
        /// A named policy of the configuration.
        policy: Option<String>,
        /// Whether the page asks with conditional mediation.
        #[serde(default)]
        conditional: bool,
        #[schemars(with = "Option<shape::Word>")]
        resident_key: Option<ResidentKey>,
        #[schemars(with = "Option<shape::Word>")]
        attachment: Option<AuthenticatorAttachment>,
        #[schemars(with = "Option<Vec<shape::Word>>")]
        hints: Option<Vec<Hint>>,
        #[schemars(with = "Option<shape::Word>")]
        user_verification: Option<UserVerificationRequirement>,
        timeout_secs: Option<u64>,
        #[schemars(with = "Option<shape::Extensions>")]
        extensions: Option<CreationExtensions>,
        #[schemars(with = "Option<shape::Outputs>")]
        require: Option<RegistrationOutputs>,
    }
}

#[derive(Serialize)]
pub(crate) struct Started<O, S> {
    options: O,
    state: S,
    state_id: String,
    expires_at: UnixTime,
}

impl Action for StartRegistration {
    type Output = Started<CreationOptions, RegistrationState>;

    fn run(self, context: &Context) -> Result<Self::Output, Stop> {
        let party = context.party(self.rp.as_deref())?;
        let mut request = RegistrationRequest::new(&self.user, self.name, &self.existing);
        if let Some(name) = &self.profile {
            request = party.profile(name)?.request(request);
        }
        if let Some(name) = self.policy {
            request = request.attestation_policy(name);
        }
        if let Some(name) = self.display_name {
            request = request.display_name(name);
        }
        if self.conditional {
            request = request.conditional();
        }
        if let Some(wanted) = self.resident_key {
            request = request.resident_key(wanted);
        }
        if let Some(wanted) = self.attachment {
            request = request.attachment(wanted);
        }
        if let Some(hints) = self.hints {
            request = request.hints(hints);
        }
        if let Some(wanted) = self.user_verification {
            request = request.user_verification(wanted);
        }
        if let Some(seconds) = self.timeout_secs {
            request = request.timeout(Duration::from_secs(seconds));
        }
        if let Some(inputs) = self.extensions {
            request = request.extensions(inputs);
        }
        if let Some(outputs) = self.require {
            request = request.require(outputs);
        }
        let (options, state) = party.rp.start_registration(request, Session::bound(self.session), self.now)?;
        Ok(Started { options, state_id: state.id(), expires_at: state.expires_at(), state })
    }
}

request! {
    /// Finishes a registration and claims the credential. Store the record under a unique id, with its `attested` and
    /// `characteristics` beside it.
    FinishRegistration {
        rp: Option<String>,
        session: String,
        #[schemars(with = "shape::Time")]
        now: UnixTime,
        #[schemars(with = "shape::State")]
        state: RegistrationState,
        #[schemars(with = "shape::PostedResponse")]
        response: Json,
        /// The record that your store has already under the id of the credential, or null.
        #[schemars(with = "shape::StoredRecord")]
        stored: Stored,
    }
}

#[derive(Serialize)]
pub(crate) struct Claimed {
    record: CredentialRecord,
    evidence: Evidence,
    attested: Attested,
    characteristics: Characteristics,
    browser_bound_key: Option<Blob>,
    spend: String,
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
        let browser_bound_key = spent(registered.browser_bound_key(), &spend)?.cloned();
        let (record, evidence) = spent(registered.claim(self.stored.0.as_ref()), &spend)?;
        Ok(Claimed { record, evidence, attested, characteristics, browser_bound_key, spend })
    }
}

request! {
    /// Starts a sign-in (§7.2). Without `user` and `name` any passkey of the site may answer.
    StartAuthentication {
        rp: Option<String>,
        session: String,
        #[schemars(with = "shape::Time")]
        now: UnixTime,
        /// The account, if it is known, such as after a password.
        #[schemars(with = "Option<shape::Bytes>")]
        user: Option<UserHandle>,
        /// What was typed as user name; for unknown names there are decoys.
        name: Option<String>,
        /// The records of the account; empty for a name that has no account.
        #[serde(default)]
        #[schemars(with = "Vec<shape::Record>")]
        records: Vec<CredentialRecord>,
        #[schemars(with = "Option<Vec<shape::Word>>")]
        hints: Option<Vec<Hint>>,
        #[schemars(with = "Option<shape::Word>")]
        user_verification: Option<UserVerificationRequirement>,
        timeout_secs: Option<u64>,
        #[schemars(with = "Option<shape::Extensions>")]
        extensions: Option<RequestExtensions>,
        #[schemars(with = "Option<shape::Outputs>")]
        require: Option<AuthenticationOutputs>,
    }
}

type StartedAuthentication = Started<RequestOptions, AuthenticationState>;

fn started((options, state): (RequestOptions, AuthenticationState)) -> StartedAuthentication {
    Started { options, state_id: state.id(), expires_at: state.expires_at(), state }
}

impl Action for StartAuthentication {
    type Output = StartedAuthentication;

    fn run(self, context: &Context) -> Result<Self::Output, Stop> {
        let Party { rp, .. } = context.party(self.rp.as_deref())?;
        let mut request = match (self.user, self.name) {
            (None, None) if self.records.is_empty() => AuthenticationRequest::discoverable(),
            (Some(user), None) => AuthenticationRequest::known(&user, &self.records),
            (None, Some(name)) => AuthenticationRequest::named(name, &self.records),
            _ => return Err(Stop::caller("request", "expected one of user and name, and records only with one")),
        };
        if let Some(hints) = self.hints {
            request = request.hints(hints);
        }
        if let Some(wanted) = self.user_verification {
            request = request.user_verification(wanted);
        }
        if let Some(seconds) = self.timeout_secs {
            request = request.timeout(Duration::from_secs(seconds));
        }
        if let Some(inputs) = self.extensions {
            request = request.extensions(inputs);
        }
        if let Some(outputs) = self.require {
            request = request.require(outputs);
        }
        Ok(started(rp.start_authentication(request, Session::bound(self.session), self.now)?))
    }
}

request! {
    /// Finishes a sign-in. Apply `update` to the record by compare-and-set before you let the user in.
    FinishAuthentication {
        rp: Option<String>,
        session: String,
        #[schemars(with = "shape::Time")]
        now: UnixTime,
        #[schemars(with = "shape::State")]
        state: AuthenticationState,
        #[schemars(with = "shape::PostedResponse")]
        response: Json,
        #[schemars(with = "shape::StoredRecord")]
        record: Stored,
        /// All records of the account, if the answer should have the signal with which providers tidy up.
        #[schemars(with = "Option<Vec<shape::Record>>")]
        accepted: Option<Vec<CredentialRecord>>,
    }
}

#[derive(Serialize)]
pub(crate) struct SignedIn {
    user: UserHandle,
    credential_id: CredentialId,
    user_verification: UserVerification,
    factor: bool,
    update: Option<RecordUpdate>,
    update_after_additional_factor: Option<RecordUpdate>,
    sign_count_regressed: bool,
    backup_state: bool,
    backup_eligibility_changed: bool,
    signal: Option<Signal>,
    evidence: Evidence,
    spend: String,
}

impl SignedIn {
    fn of(done: Authenticated, signal: Option<Signal>, spend: String) -> Self {
        Self {
            user: done.user,
            credential_id: done.credential_id,
            user_verification: done.user_verification,
            factor: done.user_verification.is_factor(),
            update: done.update,
            update_after_additional_factor: done.update_after_additional_factor,
            sign_count_regressed: matches!(done.sign_count, SignCount::Regressed { .. }),
            backup_state: done.backup_state,
            backup_eligibility_changed: done.backup_eligibility_changed,
            signal,
            evidence: done.evidence,
            spend,
        }
    }
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
        Ok(SignedIn::of(done, signal, spend))
    }
}

request! {
    /// Refuses a sign-in whose record you do not have: the same as `finish-authentication` with the record null. It costs as much
    /// time as a sign-in, and the answer is always an error.
    Refuse {
        rp: Option<String>,
        session: String,
        #[schemars(with = "shape::Time")]
        now: UnixTime,
        #[schemars(with = "shape::State")]
        state: AuthenticationState,
        #[schemars(with = "shape::PostedResponse")]
        response: Json,
    }
}

impl Action for Refuse {
    type Output = SignedIn;

    fn run(self, context: &Context) -> Result<SignedIn, Stop> {
        let Self { rp, session, now, state, response, _version, _id, _action } = self;
        let (record, accepted) = (Stored(None), None);
        FinishAuthentication { rp, session, now, state, response, record, accepted, _version, _id, _action }
            .run(context)
    }
}

request! {
    /// Starts a re-authentication of a signed-in user for one purpose.
    StartReauthentication {
        rp: Option<String>,
        session: String,
        #[schemars(with = "shape::Time")]
        now: UnixTime,
        #[schemars(with = "shape::Bytes")]
        user: UserHandle,
        #[schemars(with = "Vec<shape::Record>")]
        records: Vec<CredentialRecord>,
        /// What the user wants to do, such as `delete-passkey`.
        purpose: String,
        /// How long it counts: 1 second to 1 day.
        lifetime_secs: u64,
        #[schemars(with = "Option<Vec<shape::Word>>")]
        hints: Option<Vec<Hint>>,
    }
}

impl Action for StartReauthentication {
    type Output = StartedAuthentication;

    fn run(self, context: &Context) -> Result<Self::Output, Stop> {
        let rp = &context.party(self.rp.as_deref())?.rp;
        let lifetime = Duration::from_secs(self.lifetime_secs);
        let mut request = ReauthenticationRequest::new(&self.user, &self.records, self.purpose, lifetime);
        if let Some(hints) = self.hints {
            request = request.hints(hints);
        }
        Ok(started(rp.start_reauthentication(request, Session::bound(self.session), self.now)?))
    }
}

request! {
    /// Finishes a re-authentication. Keep the result in the web session until the act.
    FinishReauthentication {
        rp: Option<String>,
        session: String,
        #[schemars(with = "shape::Time")]
        now: UnixTime,
        #[schemars(with = "shape::State")]
        state: AuthenticationState,
        #[schemars(with = "shape::PostedResponse")]
        response: Json,
        #[schemars(with = "shape::StoredRecord")]
        record: Stored,
    }
}

#[derive(Serialize)]
pub(crate) struct Reauthenticated {
    reauthentication: Reauthentication,
    #[serde(flatten)]
    signed_in: SignedIn,
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
        Ok(Reauthenticated { reauthentication, signed_in: SignedIn::of(done, None, spend) })
    }
}

request! {
    /// Spends a re-authentication on an act. Record the id in `spend` as used, in the transaction of the act.
    SpendReauthentication {
        rp: Option<String>,
        #[schemars(with = "shape::Time")]
        now: UnixTime,
        #[schemars(with = "shape::Reauthenticated")]
        reauthentication: Reauthentication,
        #[schemars(with = "shape::Bytes")]
        user: UserHandle,
        purpose: String,
        /// Whether the user has proved another factor in this web session.
        #[serde(default)]
        additional_factor: bool,
    }
}

#[derive(Serialize)]
pub(crate) struct Spend {
    spend: String,
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
    /// Starts the confirmation of a payment.
    StartPayment {
        rp: Option<String>,
        session: String,
        #[schemars(with = "shape::Time")]
        now: UnixTime,
        #[schemars(with = "shape::Bytes")]
        user: UserHandle,
        #[schemars(with = "Vec<shape::Record>")]
        records: Vec<CredentialRecord>,
    }
}

impl Action for StartPayment {
    type Output = StartedAuthentication;

    fn run(self, context: &Context) -> Result<Self::Output, Stop> {
        let rp = &context.party(self.rp.as_deref())?.rp;
        let request = AuthenticationRequest::known(&self.user, &self.records);
        Ok(started(rp.start_payment(request, Session::bound(self.session), self.now)?))
    }
}

/// What the browser showed of a payment.
#[derive(serde::Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct Details {
    top_origin: String,
    payee_name: Option<String>,
    payee_origin: Option<String>,
    #[serde(default)]
    #[schemars(with = "Vec<shape::Other>")]
    logos: Vec<Logo>,
    #[schemars(with = "shape::Other")]
    total: Amount,
    #[schemars(with = "shape::Other")]
    instrument: Instrument,
}

request! {
    /// Finishes the confirmation of a payment.
    FinishPayment {
        rp: Option<String>,
        session: String,
        #[schemars(with = "shape::Time")]
        now: UnixTime,
        #[schemars(with = "shape::State")]
        state: AuthenticationState,
        #[schemars(with = "shape::PostedResponse")]
        response: Json,
        #[schemars(with = "shape::StoredRecord")]
        record: Stored,
        details: Details,
        /// The browser-bound keys that you know of this credential.
        #[serde(default)]
        #[schemars(with = "Vec<shape::Bytes>")]
        browser_bound_keys: Vec<Blob>,
        #[serde(default)]
        browser_bound_required: bool,
    }
}

#[derive(Serialize)]
pub(crate) struct Paid {
    user: UserHandle,
    credential_id: CredentialId,
    user_verification: UserVerification,
    factor: bool,
    update: Option<RecordUpdate>,
    update_after_additional_factor: Option<RecordUpdate>,
    sign_count_regressed: bool,
    /// A new browser-bound key to keep.
    browser_bound_key: Option<Blob>,
    evidence: Evidence,
    spend: String,
}

impl Action for FinishPayment {
    type Output = Paid;

    fn run(self, context: &Context) -> Result<Paid, Stop> {
        let rp = &context.party(self.rp.as_deref())?.rp;
        let spend = self.state.id();
        let Details { top_origin, payee_name, payee_origin, logos, total, instrument } = self.details;
        let mut details = PaymentDetails::new(top_origin, String::new(), total, instrument);
        (details.payee_name, details.payee_origin, details.logos) = (payee_name, payee_origin, logos);
        let keys: Vec<Vec<u8>> = self.browser_bound_keys.iter().map(|key| key.as_bytes().to_vec()).collect();
        let mut expected = ExpectedPayment::new(&details);
        (expected.browser_bound_keys, expected.browser_bound_required) = (&keys, self.browser_bound_required);
        let response = spent(self.response.authentication(), &spend)?;
        let (record, session) = (self.record.0.as_ref(), Session::bound(self.session));
        let done = spent(rp.finish_payment(self.state, &response, record, &expected, session, self.now), &spend)?;
        let browser_bound_key = match done.browser_binding {
            BrowserBinding::New(key) => Some(key),
            _ => None,
        };
        Ok(Paid {
            user: done.user,
            credential_id: done.credential_id,
            user_verification: done.user_verification,
            factor: done.user_verification.is_factor(),
            update: done.update,
            update_after_additional_factor: done.update_after_additional_factor,
            sign_count_regressed: matches!(done.sign_count, SignCount::Regressed { .. }),
            browser_bound_key,
            evidence: done.evidence,
            spend,
        })
    }
}

request! {
    /// Starts the confirmation of a document. Show the whole document first.
    StartConfirmation {
        rp: Option<String>,
        session: String,
        #[schemars(with = "shape::Time")]
        now: UnixTime,
        #[schemars(with = "shape::Bytes")]
        user: UserHandle,
        #[schemars(with = "Vec<shape::Record>")]
        records: Vec<CredentialRecord>,
        #[schemars(with = "shape::Document")]
        document: Document,
    }
}

impl Action for StartConfirmation {
    type Output = Started<RequestOptions, ConfirmationState>;

    fn run(self, context: &Context) -> Result<Self::Output, Stop> {
        let rp = &context.party(self.rp.as_deref())?.rp;
        let session = Session::bound(self.session);
        let (options, state) = rp.start_confirmation(&self.user, &self.records, &self.document, session, self.now)?;
        Ok(Started { options, state_id: state.id(), expires_at: state.expires_at(), state })
    }
}

request! {
    /// Finishes the confirmation of a document. Store the receipt with the act.
    FinishConfirmation {
        rp: Option<String>,
        session: String,
        #[schemars(with = "shape::Time")]
        now: UnixTime,
        #[schemars(with = "shape::State")]
        state: ConfirmationState,
        /// The document that the confirmation was started with.
        #[schemars(with = "shape::Document")]
        document: Document,
        #[schemars(with = "shape::PostedResponse")]
        response: Json,
        #[schemars(with = "shape::StoredRecord")]
        record: Stored,
    }
}

#[derive(Serialize)]
pub(crate) struct Signed {
    receipt: Receipt,
    confirmed: ConfirmedBy,
    #[serde(flatten)]
    signed_in: SignedIn,
}

/// What was verified of a receipt or of a part.
#[derive(Serialize)]
pub(crate) struct ConfirmedBy {
    challenge: String,
    user: UserHandle,
    credential_id: CredentialId,
    user_verification: UserVerification,
    factor: bool,
    items: usize,
    evidence: Evidence,
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
        let signed_in = SignedIn::of(done.authenticated, None, spend);
        Ok(Signed { receipt: done.receipt, confirmed: done.confirmed.into(), signed_in })
    }
}

request! {
    /// Verifies a receipt. The record needs the credential id, the user handle and the public key.
    VerifyReceipt {
        rp: Option<String>,
        #[schemars(with = "shape::ReceiptJson")]
        receipt: Receipt,
        #[schemars(with = "shape::Record")]
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
    DisclosePart {
        rp: Option<String>,
        #[schemars(with = "shape::ReceiptJson")]
        receipt: Receipt,
        /// Whether the reader may see the members that are not items.
        head: bool,
        /// The numbers of the items, from 1.
        items: Vec<u32>,
    }
}

#[derive(Serialize)]
pub(crate) struct Disclosed {
    part: Part,
    /// The response as a text, which goes to the reader with the part.
    response: String,
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
    VerifyPart {
        rp: Option<String>,
        #[schemars(with = "shape::PartJson")]
        part: Part,
        #[schemars(with = "shape::PostedResponse")]
        response: Json,
        #[schemars(with = "shape::Record")]
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
    SignalUnknown {
        rp: Option<String>,
        #[schemars(with = "shape::Bytes")]
        credential_id: CredentialId,
        #[schemars(with = "shape::StoredRecord")]
        stored: Stored,
    }
}

#[derive(Serialize)]
pub(crate) struct OneSignal {
    signal: Option<Signal>,
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
    Signals {
        rp: Option<String>,
        #[schemars(with = "shape::Time")]
        now: UnixTime,
        #[schemars(with = "shape::Reauthenticated")]
        reauthentication: Reauthentication,
        /// All records of the account.
        #[schemars(with = "Vec<shape::Record>")]
        accepted: Vec<CredentialRecord>,
        name: String,
        display_name: String,
    }
}

#[derive(Serialize)]
pub(crate) struct AllSignals {
    accepted: Signal,
    details: Signal,
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
