//! The rest of Level 3: extensions, options, payments, and what protects against enumeration. One test for each row of
//! the tables in `src/client/extensions/mod.rs`, through the front door.

mod browsers;
mod documents;
mod enumeration;
mod extensions;
mod json;
mod options;
mod payment;
mod reauthentication;
mod vectors;

use serde_json::{Value, json};
use wardkey::ceremony::Refusal;
use wardkey::policy::Registered;
use wardkey::relying_party::{Authenticated, AuthenticationRequest, RegistrationRequest};
use wardkey::{
    AuthenticationResponse, AuthenticationState, CredentialRecord, Error, RegistrationResponse, RelyingParty, UnixTime,
};
use wardkey::{User, UserHandle};
use wardkey_authenticator::json::base64url;
use wardkey_authenticator::{Algorithm, Authentication, Registration};

const NOW: UnixTime = UnixTime::from_secs(1_795_392_000);

fn rp() -> RelyingParty {
    RelyingParty::new("example.org", "Example").unwrap()
}

fn user() -> User {
    User::new(UserHandle::new([7; 32]).unwrap(), "ada@mail.example", "Ada")
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
fn register(rp: &RelyingParty, request: &RegistrationRequest, made: Registration) -> Result<Registered, Error> {
    let (options, state) = rp.start_registration_with(request, &user(), &[], NOW)?;
    rp.finish_registration(state, &create(made, &options.challenge), NOW)
}

/// The record of the credential that these tests use.
fn record() -> CredentialRecord {
    let registered = register(&rp(), &RegistrationRequest::default(), registration()).unwrap();
    registered.claim(None::<()>).unwrap()
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
    request: &AuthenticationRequest,
    made: Authentication,
) -> Result<Authenticated, Error> {
    let (options, state) = rp.start_authentication_with(request, &user().handle, &[record()], NOW)?;
    rp.finish_authentication(state, &get(made, &options.challenge), &record(), NOW)
}

/// Adds an unsigned output to the posted JSON.
fn unsigned(identifier: &'static str, output: Value) -> impl Fn(&mut Value) + Send + Sync + 'static {
    move |json| json["clientExtensionResults"][identifier] = output.clone()
}

/// Returns the refusal, or panics if no step refused.
fn refusal<T: std::fmt::Debug>(result: Result<T, Error>) -> Refusal {
    match result {
        Err(Error::Failed(failure) | Error::Payment(failure)) => failure.refusal,
        other => panic!("not refused by a step: {other:?}"),
    }
}

/// Every test in the files of a folder, or in a file: what stands as a function under `#[test]`, there or in a macro.
fn tests_in(path: &str) -> Vec<String> {
    let path = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join(path);
    let files = match std::fs::read_dir(&path) {
        Ok(entries) => entries.map(|entry| entry.unwrap().path()).collect(),
        Err(_) => vec![path],
    };
    let text: String = files.iter().map(|file| std::fs::read_to_string(file).unwrap()).collect();
    let after = text.split("#[test]\n").skip(1);
    let names = after.map(|rest| rest.split_once("fn ").unwrap().1.split_once('(').unwrap().0.to_owned());
    names.collect()
}

/// Every test and every vector that the tables name is there.
#[test]
fn the_tables_name_tests_that_exist() {
    let tables = include_str!("../../src/client/extensions/mod.rs");
    let tests: Vec<String> = [
        "tests/level3",
        "tests/front_door",
        "src/client/extensions",
        "src/client/json/lint.rs",
        "src/authenticator/extensions.rs",
        "src/credential.rs",
    ]
    .into_iter()
    .flat_map(tests_in)
    .collect();
    let vectors = [include_str!("../vectors/extensions.jsonl"), include_str!("../vectors/steps.jsonl")].concat();
    let rows: Vec<&str> = tables.lines().filter(|line| line.starts_with("//! | `")).collect();
    assert!(rows.len() >= 37, "{}", rows.len());
    for row in rows {
        let last = row.trim_end_matches(" |").rsplit(" | ").next().unwrap();
        let named: Vec<&str> = last.split('`').skip(1).step_by(2).collect();
        assert!(!named.is_empty(), "{row}");
        for name in named {
            let vector = |file: &str| vectors.contains(&format!("{{\"id\":\"{file}/{name}\","));
            let known = tests.iter().any(|test| test == name) || vector("extensions") || vector("steps");
            assert!(known, "{name}, named in {row}");
        }
    }
}
