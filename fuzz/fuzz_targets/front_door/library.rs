//! Calls of the front door. Each function is one call, with plain values where that is possible.

use crate::model::{PARTIES, Party, Wrong};
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;
use std::sync::LazyLock;
use std::time::Duration;
use wardkey::attestation::AttestationType;
use wardkey::ceremony::authentication::SignCountPolicy;
use wardkey::ceremony::payment::ExpectedPayment;
use wardkey::ceremony::{BackupEligibility, BackupState};
use wardkey::client::json::{AttestationConveyance, CreationOptions, RequestOptions};
use wardkey::client::payment::{Amount, Instrument, PaymentDetails};
use wardkey::crypto::Algorithm;
use wardkey::extensions::{AppId, RequestExtensions};
use wardkey::policy::{AttestationPolicy, Registered};
use wardkey::quirk::Quirk;
use wardkey::{
    Authenticated, AuthenticationRequest, AuthenticationResponse, AuthenticationState, CredentialId, CredentialRecord,
    Decoys, Error, Paid, Reauthentication, ReauthenticationRequest, RegistrationRequest, RegistrationResponse,
    RegistrationState, RelyingParty, Session, UnixTime, UserHandle,
};
use wardkey_fuzz::toy::Toy;

static RELYING_PARTIES: LazyLock<Vec<RelyingParty>> = LazyLock::new(|| PARTIES.iter().map(build).collect());

fn build(party: &Party) -> RelyingParty {
    let mut hardware = AttestationPolicy::any();
    hardware.types = vec![AttestationType::SelfAttestation];
    let mut builder = RelyingParty::builder(party.rp_id, "A relying party")
        .backend(&Toy)
        .decoys(Decoys::new(*b"decoy secret number 9, 32 bytes."))
        .timeout(Duration::from_secs(party.timeout as u64))
        .attestation_named(party.named_policy, hardware, AttestationConveyance::Direct);
    for origin in party.origins {
        builder = builder.origin(*origin);
    }
    for origin in party.elsewhere {
        let web = origin.starts_with("https");
        builder = if web { builder.related_origin(*origin) } else { builder.native_origin(*origin) };
    }
    let offered = |algorithm: &Algorithm| party.offers(algorithm.cose());
    builder = builder.algorithms(Algorithm::OFFERABLE.into_iter().chain([Algorithm::LegacyRs1]).filter(offered));
    builder = if party.subdomains { builder.allow_subdomains() } else { builder };
    builder = if party.any_port { builder.allow_any_port() } else { builder };
    if let Some(tops) = party.framed_by {
        builder = builder.framed_by(tops.iter().copied());
    }
    builder = if party.frames_are_named { builder.require_top_origin() } else { builder };
    builder = if party.accepts_rs1 { builder.accept_rs1_at_sign_in() } else { builder };
    let refused = Algorithm::OFFERABLE.into_iter().filter(|algorithm| party.refuses.contains(&algorithm.cose()));
    builder = builder.refuse_at_sign_in(refused);
    if !party.verification_required {
        builder = builder.user_verification_preferred();
    }
    if let Some(eligible) = party.eligible {
        builder = builder.backup_eligibility(match eligible {
            true => BackupEligibility::MultiDevice,
            false => BackupEligibility::SingleDevice,
        });
    }
    if let Some(backed_up) = party.backed_up_at_sign_in {
        let wanted = if backed_up { BackupState::BackedUp } else { BackupState::NotBackedUp };
        builder = builder.backup_state_at_authentication(wanted);
    }
    if party.counter_reported {
        builder = builder.sign_count(SignCountPolicy::Report);
    }
    if party.empty_handle_is_none {
        builder = builder.quirk(Quirk::EmptyUserHandle);
    }
    if party.refuses_unsolicited {
        builder = builder.refuse_unsolicited_extensions();
    }
    builder.build().expect("a relying party")
}

fn rp(party: usize) -> &'static RelyingParty {
    &RELYING_PARTIES[party]
}

fn time(now: i64) -> UnixTime {
    UnixTime::from_secs(now)
}

pub fn handle(account: &[u8]) -> UserHandle {
    UserHandle::new(account).expect("a handle")
}

/// The web session in which somebody starts a ceremony for this account.
pub fn session_of(account: Option<&[u8]>) -> &[u8] {
    account.unwrap_or(b"a visitor")
}

fn seconds(seconds: u32) -> Duration {
    Duration::from_secs(seconds.into())
}

/// The members of the options that matter here, and the state.
pub struct Started<S> {
    pub challenge: Vec<u8>,
    /// `excludeCredentials` or `allowCredentials`.
    pub credentials: Vec<Vec<u8>>,
    pub algorithms: Vec<i32>,
    pub state: S,
}

fn creation((options, state): (CreationOptions, RegistrationState)) -> Started<RegistrationState> {
    let credentials = options.exclude_credentials.iter().map(|credential| credential.id.as_bytes().to_vec()).collect();
    let algorithms = options.pub_key_cred_params.iter().map(|parameters| parameters.alg).collect();
    Started { challenge: options.challenge, credentials, algorithms, state }
}

fn request((options, state): (RequestOptions, AuthenticationState)) -> Started<AuthenticationState> {
    let credentials = options.allow_credentials.iter().map(|credential| credential.id.as_bytes().to_vec()).collect();
    Started { challenge: options.challenge, credentials, algorithms: Vec::new(), state }
}

pub fn start_registration(
    party: usize,
    account: &[u8],
    existing: &[CredentialRecord],
    (conditional, policy, timeout): (bool, Option<&str>, Option<u32>),
    now: i64,
) -> Result<Started<RegistrationState>, Error> {
    let mut asked = RegistrationRequest::new(&handle(account), "name", existing).display_name("display name");
    asked = if conditional { asked.conditional() } else { asked };
    asked = if let Some(policy) = policy { asked.attestation_policy(policy) } else { asked };
    asked = if let Some(timeout) = timeout { asked.timeout(seconds(timeout)) } else { asked };
    rp(party).start_registration(asked, Session::unbound(), time(now)).map(creation)
}

fn asked(asked: AuthenticationRequest, appid: Option<&str>, timeout: Option<u32>) -> AuthenticationRequest {
    let appid = appid.map(|appid| AppId::new(appid).expect("an AppID"));
    let asked = asked.extensions(RequestExtensions::default().appid(appid));
    if let Some(timeout) = timeout { asked.timeout(seconds(timeout)) } else { asked }
}

pub fn start_authentication(
    party: usize,
    account: &[u8],
    records: &[CredentialRecord],
    (appid, timeout): (Option<&str>, Option<u32>),
    now: i64,
) -> Result<Started<AuthenticationState>, Error> {
    let asked = asked(AuthenticationRequest::known(&handle(account), records), appid, timeout);
    rp(party).start_authentication(asked, Session::bound(account), time(now)).map(request)
}

pub fn start_discoverable(party: usize, timeout: Option<u32>, now: i64) -> Started<AuthenticationState> {
    let asked = asked(AuthenticationRequest::discoverable(), None, timeout);
    let started = rp(party).start_authentication(asked, Session::bound(session_of(None)), time(now));
    request(started.expect("a discoverable sign-in"))
}

pub fn start_reauthentication(
    party: usize,
    account: &[u8],
    records: &[CredentialRecord],
    (purpose, fresh): (&str, u32),
    now: i64,
) -> Result<Started<AuthenticationState>, Error> {
    let asked = ReauthenticationRequest::new(&handle(account), records, purpose, seconds(fresh));
    rp(party).start_reauthentication(asked, Session::bound(account), time(now)).map(request)
}

pub fn start_payment(
    party: usize,
    account: &[u8],
    records: &[CredentialRecord],
    now: i64,
) -> Result<Started<AuthenticationState>, Error> {
    let asked = AuthenticationRequest::known(&handle(account), records);
    rp(party).start_payment(asked, Session::bound(account), time(now)).map(request)
}

pub fn start_decoy(party: usize, name: &str, payment: bool, now: i64) -> Started<AuthenticationState> {
    let nobody = format!("decoy {name}");
    let session = Session::bound(session_of(Some(nobody.as_bytes())));
    let started = match payment {
        true => rp(party).start_payment(AuthenticationRequest::named(name, &[]), session, time(now)),
        false => rp(party).start_authentication(AuthenticationRequest::named(name, &[]), session, time(now)),
    };
    request(started.expect("a decoy"))
}

/// The members of a state as they are stored.
pub fn stored(state: &impl Serialize) -> Value {
    serde_json::to_value(state).expect("JSON")
}

/// A state as the store hands it out.
pub fn read<S: DeserializeOwned>(stored: &Value) -> Option<S> {
    serde_json::from_value(stored.clone()).ok()
}

pub fn finish_registration(
    party: usize,
    state: RegistrationState,
    response: &RegistrationResponse,
    now: i64,
) -> Result<Registered, Error> {
    rp(party).finish_registration(state, response, Session::unbound(), time(now))
}

pub fn finish_authentication(
    party: usize,
    state: AuthenticationState,
    response: &AuthenticationResponse,
    record: &CredentialRecord,
    (session, now): (&[u8], i64),
) -> Result<Authenticated, Error> {
    rp(party).finish_authentication(state, response, Some(record), Session::bound(session), time(now))
}

pub fn finish_reauthentication(
    party: usize,
    state: AuthenticationState,
    response: &AuthenticationResponse,
    record: &CredentialRecord,
    (session, now): (&[u8], i64),
) -> Result<(Reauthentication, Authenticated), Error> {
    rp(party).finish_reauthentication(state, response, Some(record), Session::bound(session), time(now))
}

pub fn refuse_reauthentication(
    party: usize,
    state: AuthenticationState,
    response: &AuthenticationResponse,
    (session, now): (&[u8], i64),
) -> Error {
    rp(party).finish_reauthentication(state, response, None, Session::bound(session), time(now)).unwrap_err()
}

/// The details of every payment.
pub fn shown(top: &str) -> PaymentDetails {
    let amount = Amount::new("EUR", "12.50");
    PaymentDetails::new(top, "https://shop.example", amount, Instrument::new("Card", "https://bank.example/card.png"))
}

fn expected_payment<'e>(details: &'e PaymentDetails, callers: &[&str]) -> ExpectedPayment<'e> {
    let expected = ExpectedPayment::new(details);
    if callers.is_empty() { expected } else { expected.called_by(callers.iter().copied()).expect("origins") }
}

pub fn finish_payment(
    party: usize,
    state: AuthenticationState,
    response: &AuthenticationResponse,
    record: &CredentialRecord,
    (top, callers): (&str, &[&str]),
    (session, now): (&[u8], i64),
) -> Result<Paid, Error> {
    let (details, session) = (shown(top), Session::bound(session));
    rp(party).finish_payment(state, response, Some(record), &expected_payment(&details, callers), session, time(now))
}

pub fn refuse_authentication(
    party: usize,
    state: AuthenticationState,
    response: &AuthenticationResponse,
    (session, now): (&[u8], i64),
) -> Error {
    rp(party).finish_authentication(state, response, None, Session::bound(session), time(now)).unwrap_err()
}

pub fn refuse_payment(
    party: usize,
    state: AuthenticationState,
    response: &AuthenticationResponse,
    (top, callers): (&str, &[&str]),
    (session, now): (&[u8], i64),
) -> Error {
    let (details, session) = (shown(top), Session::bound(session));
    let expected = expected_payment(&details, callers);
    rp(party).finish_payment(state, response, None, &expected, session, time(now)).unwrap_err()
}

/// Requires a re-authentication of this account at this relying party.
pub fn require(party: usize, proof: &Reauthentication, account: &[u8], purpose: &str, now: i64) -> Result<(), Error> {
    proof.require(rp(party), &handle(account), purpose, time(now))
}

/// Requires the same, where the user gave an additional factor.
pub fn require_with_factor(
    party: usize,
    proof: &Reauthentication,
    account: &[u8],
    purpose: &str,
    now: i64,
) -> Result<(), Error> {
    proof.require_with_additional_factor(rp(party), &handle(account), purpose, time(now))
}

/// Proof of who is signed in.
pub enum SignedIn<'a> {
    Authenticated(&'a Authenticated),
    Reauthenticated(&'a Reauthentication),
}

pub fn signal_all(party: usize, session: &SignedIn<'_>, all: &[CredentialRecord], now: i64) -> Result<Value, Error> {
    let signal = match *session {
        SignedIn::Authenticated(authenticated) => authenticated.signal_all_accepted_credentials(rp(party), all),
        SignedIn::Reauthenticated(proof) => proof.signal_all_accepted_credentials(rp(party), all, time(now)),
    };
    signal.map(|signal| stored(&signal))
}

pub fn signal_details(party: usize, session: &SignedIn<'_>, now: i64) -> Result<Value, Error> {
    let signal = match *session {
        SignedIn::Authenticated(authenticated) => {
            authenticated.signal_current_user_details(rp(party), "name", "display name")
        }
        SignedIn::Reauthenticated(proof) => {
            proof.signal_current_user_details(rp(party), "name", "display name", time(now))
        }
    };
    signal.map(|signal| stored(&signal))
}

pub fn signal_unknown(party: usize, id: &[u8], known: Option<&CredentialRecord>) -> Option<Value> {
    rp(party).signal_unknown_credential(id, known).map(|signal| stored(&signal))
}

pub fn import(id: &[u8], account: &[u8], key: Vec<u8>) -> CredentialRecord {
    CredentialRecord::new(CredentialId::new(id).expect("an id"), handle(account), key)
}

/// The fault that a code names.
pub fn reason(code: &str) -> Wrong {
    match code {
        "wrong-relying-party" => Wrong::RelyingParty,
        "expired" => Wrong::Expired,
        "not-yet-issued" => Wrong::NotYetIssued,
        "unknown-policy" => Wrong::PolicyName,
        "other-purpose" => Wrong::Purpose,
        "session-mismatch" => Wrong::Session,
        "type-mismatch" => Wrong::Type,
        "challenge-mismatch" => Wrong::Challenge,
        "origin-not-allowed" => Wrong::Origin,
        "cross-origin-not-allowed" | "top-origin-not-allowed" | "top-origin-missing" => Wrong::Frame,
        "rp-id-mismatch" => Wrong::RpIdHash,
        "user-not-present" => Wrong::UserPresent,
        "user-not-verified" => Wrong::UserVerified,
        "backup-state-invalid" => Wrong::BackupState,
        "backup-eligibility-not-allowed" | "backup-state-not-allowed" => Wrong::BackupPolicy,
        "backup-eligibility-changed" => Wrong::BackupEligibility,
        "algorithm-not-offered" | "algorithm-not-accepted" => Wrong::Algorithm,
        "attestation-invalid" => Wrong::Statement,
        "attestation-type-not-accepted" => Wrong::AttestationType,
        "credential-id-mismatch" => Wrong::Id,
        "extension-unsolicited" => Wrong::Extensions,
        "credential-not-allowed" => Wrong::NotAsked,
        "credential-unknown" | "credential-mismatch" => Wrong::Record,
        "user-mismatch" => Wrong::Account,
        "user-handle-missing" | "user-handle-mismatch" => Wrong::Handle,
        "user-handle-empty" => Wrong::HandleEmpty,
        "stored-public-key-unusable" => Wrong::StoredKey,
        "signature-invalid" => Wrong::Signature,
        "sign-count-regressed" => Wrong::Counter,
        "payment-mismatch" => Wrong::Payment,
        other => panic!("the model has no rule for {other}"),
    }
}
