//! The rest of Level 3: extensions, options, payments, and what protects against enumeration. All of it
//! goes through the front door.

mod browsers;
mod coverage;
mod documents;
mod enumeration;
mod extensions;
mod json;
mod options;
mod payment;
mod reauthentication;
mod vectors;

use serde_json::{Value, json};
use std::time::Duration;
use wardkey::ceremony::Refusal;
use wardkey::policy::Registered;
use wardkey::{
    Authenticated, AuthenticationRequest, AuthenticationResponse, AuthenticationState, CredentialRecord, Error,
    ReauthenticationRequest, RegistrationRequest, RegistrationResponse, RelyingParty, Session, UnixTime, UserHandle,
};
use wardkey_authenticator::json::base64url;
use wardkey_authenticator::{Algorithm, Authentication, Registration};

const NOW: UnixTime = UnixTime::from_secs(1_795_392_000);

fn rp() -> RelyingParty {
    RelyingParty::new("example.org", "Example").unwrap()
}

fn user() -> UserHandle {
    UserHandle::new([7; 32]).unwrap()
}

fn session() -> Session {
    Session::bound("level3")
}

/// A registration for the user, who has no other credential.
fn registering() -> RegistrationRequest {
    RegistrationRequest::new(&user(), "ada@mail.example", &[])
}

/// A sign-in of the user, who has the credential of these tests.
fn signing_in() -> AuthenticationRequest {
    AuthenticationRequest::known(&user(), &[record()])
}

/// A registration of the authenticator, before it knows the challenge.
fn registration() -> Registration {
    Registration::new("level3", Algorithm::Es256)
}

/// The response of a browser to options with this challenge.
fn create(made: Registration, challenge: &[u8]) -> RegistrationResponse {
    let made = made.client_data(|data| data.set("challenge", base64url(challenge)));
    RegistrationResponse::from_json(&made.response().to_string()).unwrap()
}

fn get(made: Authentication, challenge: &[u8]) -> AuthenticationResponse {
    let made = made.client_data(|data| data.set("challenge", base64url(challenge)));
    AuthenticationResponse::from_json(&made.response().to_string()).unwrap()
}

/// A whole registration.
fn register(
    rp: &RelyingParty,
    request: impl Into<RegistrationRequest>,
    made: Registration,
) -> Result<Registered, Error> {
    let (options, state) = rp.start_registration(request.into(), session(), NOW)?;
    rp.finish_registration(state, &create(made, &options.challenge), session(), NOW)
}

/// The record of the credential that these tests use.
fn record() -> CredentialRecord {
    let registered = register(&rp(), registering(), registration()).unwrap();
    registered.claim(None).unwrap().0
}

/// An authentication with this credential.
fn authentication() -> Authentication {
    let mut made = Authentication::of(&registration());
    made.user_handle = Some(vec![7; 32]);
    made
}

/// A whole authentication.
fn authenticate(
    rp: &RelyingParty,
    request: impl Into<AuthenticationRequest>,
    made: Authentication,
) -> Result<Authenticated, Error> {
    let (options, state) = rp.start_authentication(request.into(), session(), NOW)?;
    rp.finish_authentication(state, &get(made, &options.challenge), Some(&record()), session(), NOW)
}

/// Adds an unsigned output to the posted JSON.
fn unsigned(identifier: &'static str, output: Value) -> impl Fn(&mut Value) + Send + Sync + 'static {
    move |json| json["clientExtensionResults"][identifier] = output.clone()
}

/// Returns the refusal, or panics if no step refused.
fn refusal<T: std::fmt::Debug>(result: Result<T, Error>) -> Refusal {
    match result {
        Err(Error::Failed(failure)) => failure.refusal,
        other => panic!("not refused by a step: {other:?}"),
    }
}
