//! webauthn_rp 0.3. Its challenges are its own and 16 bytes long, so every ceremony of this bench answers one of them. A
//! verdict uses up a state, so as many as a race can use are made ready before it.

use crate::Verdict;
use ::webauthn_rp::bin::{Decode, Encode};
use ::webauthn_rp::request::auth::AuthenticationVerificationOptions;
use ::webauthn_rp::request::register::{RegistrationVerificationOptions, UserHandle};
use ::webauthn_rp::request::{AsciiDomain, RpId};
use ::webauthn_rp::response::auth::DiscoverableAuthentication;
use ::webauthn_rp::response::register::{CompressedPubKey, StaticState};
use ::webauthn_rp::{
    AuthenticatedCredential, DiscoverableAuthenticationServerState, DiscoverableCredentialRequestOptions,
    PublicKeyCredentialCreationOptions, Registration as Posted, RegistrationServerState,
};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::Serialize;
use wardkey_authenticator::{Authentication, Registration};

type Key = CompressedPubKey<[u8; 32], [u8; 32], [u8; 48], Vec<u8>>;

/// The length of the software authenticator's user handles.
const USER: usize = 32;

fn rp() -> RpId {
    RpId::Domain(AsciiDomain::try_from("example.org".to_owned()).expect("a domain"))
}

fn user(made: &Registration) -> UserHandle<USER> {
    let handle = made.expected.user_handle.as_slice().try_into().expect("32 bytes");
    <UserHandle<USER> as Decode>::decode(handle).unwrap_or_else(|_| panic!("a user handle"))
}

/// Both ceremonies, begun: their challenges, and its states as it stores them.
pub struct Begun {
    /// The challenge of every registration.
    pub registration: Vec<u8>,
    /// The challenge of every authentication.
    pub authentication: Vec<u8>,
    registration_state: Vec<u8>,
    authentication_state: Vec<u8>,
}

impl Begun {
    /// Begins both, for the user of this registration.
    pub fn new(made: &Registration) -> Self {
        let (rp, user) = (rp(), user(made));
        let creation = PublicKeyCredentialCreationOptions::first_passkey_with_blank_user_info(&rp, &user);
        let (registration, creation) = creation.start_ceremony().expect("a registration");
        let request = DiscoverableCredentialRequestOptions::passkey(&rp);
        let (authentication, request) = request.start_ceremony().expect("an authentication");
        Self {
            registration: challenge(&creation),
            authentication: challenge(&request),
            registration_state: registration.encode().expect("a state"),
            authentication_state: authentication.encode().expect("a state"),
        }
    }

    /// Its verdict on a registration, `races` times without making a state ready.
    pub fn registration(&self, made: &Registration, races: usize) -> Option<Verdict<'static>> {
        let (rp, posted) = (rp(), made.response().to_string());
        let stored = self.registration_state.clone();
        let state = move || RegistrationServerState::<USER>::decode(&stored).unwrap_or_else(|_| panic!("a state"));
        let mut ready = Ready::new(races, state);
        let options = RegistrationVerificationOptions::<&str, &str>::default();
        Some(Box::new(move || {
            let response = Posted::from_json_relaxed(posted.as_bytes());
            response.is_ok_and(|response| ready.take().verify(&rp, &response, &options).is_ok())
        }))
    }

    /// Its verdict on an authentication with what it registered.
    pub fn authentication(
        &self,
        registered: &Registration,
        made: &Authentication,
        races: usize,
    ) -> Option<Verdict<'static>> {
        let rp = rp();
        // The record borrows both for as long as the bench runs.
        let user = &*Box::leak(Box::new(user(registered)));
        let posted =
            &*Box::leak(Box::new(Posted::from_json_relaxed(registered.response().to_string().as_bytes()).ok()?));
        let state = RegistrationServerState::<USER>::decode(&self.registration_state).ok()?;
        let registered = state.verify(&rp, posted, &RegistrationVerificationOptions::<&str, &str>::default()).ok()?;
        let key = registered.static_state().encode().expect("a key");
        let key = <StaticState<Key> as Decode>::decode(key.as_slice()).ok()?;
        let mut record = AuthenticatedCredential::new(registered.id(), user, key, registered.dynamic_state()).ok()?;

        let posted = made.response().to_string();
        let stored = self.authentication_state.clone();
        let state =
            move || DiscoverableAuthenticationServerState::decode(&stored).unwrap_or_else(|_| panic!("a state"));
        let mut ready = Ready::new(races, state);
        let options = AuthenticationVerificationOptions::<&str, &str>::default();
        Some(Box::new(move || {
            let response = DiscoverableAuthentication::<USER>::from_json_relaxed(posted.as_bytes());
            response.is_ok_and(|response| ready.take().verify(&rp, &response, &mut record, &options).is_ok())
        }))
    }
}

/// What the browser is asked, whichever member holds the options.
fn challenge(options: &impl Serialize) -> Vec<u8> {
    let options = serde_json::to_value(options).expect("options");
    let challenge = options.pointer("/publicKey/challenge").or_else(|| options.get("challenge")).expect("a challenge");
    URL_SAFE_NO_PAD.decode(challenge.as_str().expect("text")).expect("base64url")
}

/// States that are ready.
struct Ready<F, T>(Vec<T>, F);

impl<T, F: Fn() -> T> Ready<F, T> {
    fn new(count: usize, state: F) -> Self {
        Self((0..count).map(|_| state()).collect(), state)
    }

    fn take(&mut self) -> T {
        self.0.pop().unwrap_or_else(&self.1)
    }
}
