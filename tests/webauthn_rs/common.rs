//! One authenticator, two relying parties, and ceremonies with either.

use ::webauthn_rs::prelude::{Url, Uuid, Webauthn, WebauthnBuilder};
use serde_json::Value;
use wardkey::interop::webauthn_rs;
use wardkey::{
    AuthenticationRequest, CredentialRecord, RegistrationRequest, RegistrationResponse, RelyingParty, Session,
    UnixTime, UserHandle,
};
use wardkey_authenticator::json::base64url;
use wardkey_authenticator::{Algorithm, Authentication, Registration};

pub const NOW: UnixTime = UnixTime::from_secs(1_795_392_000);

/// The algorithms that webauthn-rs verifies.
pub const SHARED: [Algorithm; 3] = [Algorithm::Es256, Algorithm::Es384, Algorithm::Rs256];

pub fn theirs() -> Webauthn {
    let origin = Url::parse("https://example.org").unwrap();
    WebauthnBuilder::new("example.org", &origin).unwrap().rp_name("Example").build().unwrap()
}

/// Makes both relying parties from the same inputs, with all algorithms offered.
pub fn ours() -> RelyingParty {
    let origin = Url::parse("https://example.org").unwrap();
    let builder = webauthn_rs::relying_party("example.org", "Example", [origin]);
    let verified =
        wardkey::crypto::Algorithm::OFFERABLE.into_iter().filter(|&a| a != wardkey::crypto::Algorithm::Ed448);
    builder.algorithms(verified).build().unwrap()
}

pub fn uuid() -> Uuid {
    Uuid::from_bytes([7; 16])
}

pub fn user() -> UserHandle {
    UserHandle::new(uuid().as_bytes()).unwrap()
}

/// Registers a new credential for this challenge.
pub fn create(name: &str, algorithm: Algorithm, challenge: &[u8]) -> Registration {
    let challenge = base64url(challenge);
    Registration::new(name, algorithm)
        .client_data(|data| data.set("challenge", challenge))
        .expecting(|expected| expected.user_handle = uuid().as_bytes().to_vec())
}

/// Signs this challenge.
pub fn get(registration: &Registration, challenge: &[u8], sign_count: u32) -> Authentication {
    let challenge = base64url(challenge);
    Authentication::of(registration)
        .client_data(|data| data.set("challenge", challenge))
        .authenticator_data(|data| data.sign_count = sign_count)
}

/// Signs in with wardkey, first with a user name, then without. Updates `record`.
pub fn sign_in_with_ours(registration: &Registration, record: &mut CredentialRecord, sign_count: u32) {
    let rp = ours();
    for step in 0..2 {
        let started = match step {
            0 => rp.start_authentication(
                AuthenticationRequest::known(&user(), std::slice::from_ref(record)),
                Session::unbound(),
                NOW,
            ),
            _ => rp.start_authentication(AuthenticationRequest::discoverable(), Session::unbound(), NOW),
        };
        let (options, state) = started.unwrap();
        let posted = get(registration, &options.challenge, sign_count + step).response();
        let response = serde_json::from_value(posted).unwrap();
        let authenticated = rp.finish_authentication(state, &response, Some(record), Session::unbound(), NOW).unwrap();
        assert_eq!(authenticated.user, user());
        if let Some(update) = authenticated.update {
            assert!(record.apply(&update));
        }
    }
}

/// Registers with wardkey.
pub fn register_with_ours(name: &str, algorithm: Algorithm) -> (Registration, CredentialRecord) {
    let rp = ours();
    let (options, state) = rp
        .start_registration(RegistrationRequest::new(&user(), "ada@mail.example", &[]), Session::unbound(), NOW)
        .unwrap();
    let registration = create(name, algorithm, &options.challenge);
    let response: RegistrationResponse = serde_json::from_value(registration.response()).unwrap();
    let registered = rp.finish_registration(state, &response, Session::unbound(), NOW).unwrap();
    (registration, registered.claim(None).unwrap().0)
}

/// Passes a value through JSON text, as a client does.
pub fn sent(value: &impl serde::Serialize) -> Value {
    serde_json::from_str(&serde_json::to_string(value).unwrap()).unwrap()
}
