//! The crate `passkey` (a client and an authenticator) registers and signs in with wardkey.

use passkey::authenticator::{Authenticator, UiHint, UserCheck, UserValidationMethod};
use passkey::client::{Client, DefaultClientData};
use passkey::crypto::coset::iana;
use passkey::crypto::rust_crypto::RustCryptoBackend;
use passkey::types::ctap2::{Aaguid, Ctap2Error};
use passkey::types::{Passkey, webauthn};
use pollster::block_on;
use serde_json::json;
use url::Url;
use wardkey::ceremony::authentication::{SignCount, UserVerification};
use wardkey::crypto::Algorithm;
use wardkey::{
    AuthenticationRequest, AuthenticationResponse, CredentialRecord, Error, RegistrationRequest, RegistrationResponse,
    RelyingParty, Session, UnixTime, UserHandle,
};

const NOW: UnixTime = UnixTime::from_secs(1_795_392_000);

/// A user who accepts every request and is verified.
struct Agrees;

#[async_trait::async_trait]
impl UserValidationMethod for Agrees {
    type PasskeyItem = Passkey;

    async fn check_user<'a>(
        &self,
        _hint: UiHint<'a, Passkey>,
        presence: bool,
        verification: bool,
    ) -> Result<UserCheck, Ctap2Error> {
        Ok(UserCheck { presence, verification })
    }

    fn is_presence_enabled(&self) -> bool {
        true
    }

    fn is_verification_enabled(&self) -> Option<bool> {
        Some(true)
    }
}

/// An authenticator with keys of one algorithm and one passkey.
fn device(algorithm: iana::Algorithm, counts: bool) -> Authenticator<Option<Passkey>, Agrees, RustCryptoBackend> {
    let mut authenticator = Authenticator::new(Aaguid::new_empty(), None, Agrees, RustCryptoBackend);
    authenticator.set_algorithms(&[algorithm]).unwrap();
    authenticator.set_make_credentials_with_signature_counter(counts);
    authenticator
}

fn rp(algorithm: Algorithm) -> RelyingParty {
    RelyingParty::builder("clinic.example", "Example Clinic")
        .origin("https://portal.clinic.example")
        .algorithms([algorithm])
        .build()
        .unwrap()
}

fn user() -> UserHandle {
    UserHandle::new([7; 64]).unwrap()
}

fn origin() -> Url {
    Url::parse("https://portal.clinic.example").unwrap()
}

macro_rules! register {
    ($rp:expr, $device:expr) => {{
        let (options, state) = $rp.start_registration(RegistrationRequest::new(&user(), "ada@mail.example", &[]), Session::unbound(), NOW).unwrap();
        let request: webauthn::CredentialCreationOptions =
            serde_json::from_value(json!({"publicKey": options})).unwrap();
        let created = block_on($device.register(origin(), request, DefaultClientData)).unwrap();
        let response = RegistrationResponse::from_json(&serde_json::to_string(&created).unwrap()).unwrap();
        let registered = $rp.finish_registration(state, &response, Session::unbound(), NOW).unwrap();
        registered.claim(None).unwrap().0
    }};
}

macro_rules! sign_in {
    ($rp:expr, $device:expr, $record:expr, $started:expr) => {{
        let (options, state) = $started.unwrap();
        let request: webauthn::CredentialRequestOptions =
            serde_json::from_value(json!({"publicKey": options})).unwrap();
        let got = block_on($device.authenticate(origin(), request, DefaultClientData)).unwrap();
        let response = AuthenticationResponse::from_json(&serde_json::to_string(&got).unwrap()).unwrap();
        $rp.finish_authentication(state, &response, Some($record), Session::unbound(), NOW)
    }};
}

#[test]
fn registers_and_signs_in_with_every_algorithm_it_has() {
    for (algorithm, name) in [
        (Algorithm::Es256, iana::Algorithm::ES256),
        (Algorithm::EdDsa, iana::Algorithm::EdDSA),
        (Algorithm::MlDsa44, iana::Algorithm::ML_DSA_44),
        (Algorithm::MlDsa65, iana::Algorithm::ML_DSA_65),
        (Algorithm::MlDsa87, iana::Algorithm::ML_DSA_87),
    ] {
        for counts in [false, true] {
            let (rp, mut device) = (rp(algorithm), Client::new(device(name, counts)));
            let mut record: CredentialRecord = register!(rp, device);
            assert_eq!(wardkey::internals::CoseKey::read(&record.public_key).unwrap().algorithm(), algorithm);
            assert_eq!((record.backup_eligible, record.backup_state), (Some(true), Some(true)));
            assert!(record.uv_initialized);

            let credentials = [record.clone()];
            let named = rp.start_authentication(
                AuthenticationRequest::known(&record.user_handle, &credentials),
                Session::unbound(),
                NOW,
            );
            let discoverable = rp.start_authentication(AuthenticationRequest::discoverable(), Session::unbound(), NOW);
            for started in [named, discoverable] {
                let authenticated = sign_in!(rp, device, &record, started).unwrap();
                assert_eq!(authenticated.user, user());
                assert_eq!(authenticated.user_verification, UserVerification::Performed);
                assert_eq!(authenticated.sign_count, if counts { SignCount::Advanced } else { SignCount::NotKept });
                assert_eq!(authenticated.update.is_some(), counts);
                if let Some(update) = authenticated.update {
                    assert!(record.apply(&update));
                }
            }
        }
    }
}

#[test]
fn another_device_is_not_taken_for_this_one() {
    let rp = rp(Algorithm::Es256);
    let client = || Client::new(device(iana::Algorithm::ES256, false));
    let (mut one, mut other) = (client(), client());
    let record = register!(rp, one);
    let _ = register!(rp, other);
    let refused = sign_in!(
        rp,
        other,
        &record,
        rp.start_authentication(AuthenticationRequest::discoverable(), Session::unbound(), NOW)
    )
    .unwrap_err();
    assert!(matches!(refused, Error::Failed(_)), "{refused}");
}
