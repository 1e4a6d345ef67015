//! `RelyingParty` from end to end: a browser works from the options, and the relying party from the responses.

mod authentication;
mod browser;
mod configuration;
mod errors;
mod evidence;
mod registration;
mod session;
mod state;

use browser::Browser;
use std::slice::from_ref;
use wardkey::{
    AuthenticationRequest, AuthenticationResponse, CredentialRecord, RegistrationRequest, RelyingParty,
    RelyingPartyBuilder, Session, UnixTime, UserHandle,
};

const NOW: UnixTime = UnixTime::from_secs(1_795_392_000);

fn builder() -> RelyingPartyBuilder {
    RelyingParty::builder("clinic.example", "Example Clinic")
}

fn clinic() -> RelyingParty {
    builder().build().unwrap()
}

fn ada() -> UserHandle {
    UserHandle::new(*b"ada's handle").unwrap()
}

/// Asks for the first passkey of Ada.
fn new_passkey() -> RegistrationRequest {
    RegistrationRequest::new(&ada(), "ada@mail.example", &[])
}

fn session() -> Session {
    Session::bound("the session of ada's browser")
}

/// Registers a passkey of this browser for Ada.
fn register(rp: &RelyingParty, browser: &mut Browser) -> CredentialRecord {
    let (options, state) = rp.start_registration(new_passkey(), session(), NOW).unwrap();
    let response = browser.create(&options, |made| made).unwrap();
    let registered = rp.finish_registration(state, &response, session(), NOW).unwrap();
    registered.claim(None).unwrap().0
}

/// Returns whether the response names this credential, as the lookup of a store does.
fn is_of(response: &AuthenticationResponse, record: &CredentialRecord) -> bool {
    response.credential_id() == record.id.as_bytes()
}

/// The journey of the README, with options and states passed as JSON.
#[test]
fn the_whole_journey() {
    let (rp, mut browser) = (clinic(), Browser::new("front-door.journey"));
    let (options, state) = rp.start_registration(new_passkey(), session(), NOW).unwrap();
    let stored = serde_json::to_string(&state).unwrap();
    let response = browser.create(&options, |made| made).unwrap();
    let state = serde_json::from_str(&stored).unwrap();
    let record = rp.finish_registration(state, &response, session(), NOW).unwrap().claim(None).unwrap().0;
    assert_eq!(record.user_handle, ada());
    assert!(record.uv_initialized);
    let mut record: CredentialRecord = serde_json::from_str(&serde_json::to_string(&record).unwrap()).unwrap();

    let (options, state) = rp.start_authentication(AuthenticationRequest::discoverable(), session(), NOW).unwrap();
    let stored = serde_json::to_string(&state).unwrap();
    let response = browser.get(&options, |made| made).unwrap();
    assert!(is_of(&response, &record));
    let state = serde_json::from_str(&stored).unwrap();
    let authenticated = rp.finish_authentication(state, &response, Some(&record), session(), NOW).unwrap();
    assert_eq!(authenticated.user, ada());
    assert!(authenticated.user_verification.is_factor());
    assert_eq!(authenticated.update, None, "a passkey that keeps no counter needs no write");

    let (options, state) =
        rp.start_authentication(AuthenticationRequest::known(&ada(), from_ref(&record)), session(), NOW).unwrap();
    let response = browser.get(&options, |made| made.authenticator_data(|data| data.sign_count = 7)).unwrap();
    let authenticated = rp.finish_authentication(state, &response, Some(&record), session(), NOW).unwrap();
    assert!(record.apply(&authenticated.update.unwrap()));
    assert_eq!(record.sign_count, 7);
}
