//! What the importers make of other libraries' shapes signs in; what the lock-out check names never could.

use serde_json::{Value, json};
use wardkey::ceremony::authentication::{SignCount, UserVerification};
use wardkey::ceremony::{Refusal, authentication};
use wardkey::client::{Framing, Origins, Site};
use wardkey::crypto::{AwsLcRs, Backend, RustCrypto, cose};
use wardkey::extensions::AppId;
use wardkey::interop::webauthn_rs::StoredCredential;
use wardkey::interop::{self, check};
use wardkey::relying_party::{AuthenticationRequest, RelyingParty};
use wardkey::{AuthenticationResponse, CredentialId, CredentialRecord, UnixTime, UserHandle};
use wardkey_authenticator::hash::sha256;
use wardkey_authenticator::json::{base64, base64url};
use wardkey_authenticator::keys::PublicKey;
use wardkey_authenticator::{Algorithm, Authentication, Registration, flags};

const NOW: UnixTime = UnixTime::from_secs(1_795_392_000);
const APPID: &str = "https://example.org/u2f.json";

fn user(registration: &Registration) -> UserHandle {
    UserHandle::new(&registration.expected.user_handle[..]).unwrap()
}

fn rp() -> RelyingParty {
    RelyingParty::builder("example.org", "Example").user_verification_preferred().build().unwrap()
}

fn by(backend: &'static dyn Backend) -> RelyingParty {
    RelyingParty::builder("example.org", "Example").backend(backend).build().unwrap()
}

fn answer(authentication: Authentication, challenge: &[u8]) -> AuthenticationResponse {
    let challenge = base64url(challenge);
    serde_json::from_value(authentication.client_data(|data| data.set("challenge", challenge)).response()).unwrap()
}

/// Signs in, and answers with the record as it is then.
fn sign_in(registration: &Registration, mut record: CredentialRecord) -> CredentialRecord {
    let (options, state) = rp().start_authentication(&record.user_handle, &[record.clone()], NOW).unwrap();
    let counted = |data: &mut wardkey_authenticator::AuthenticatorData| data.sign_count = record.sign_count + 1;
    let response = answer(Authentication::of(registration).authenticator_data(counted), &options.challenge);
    let authenticated = rp().finish_authentication(state, &response, &record, NOW).unwrap();
    assert_eq!(authenticated.sign_count, SignCount::Advanced);
    assert!(record.apply(&authenticated.update.unwrap()));
    record
}

#[test]
fn every_imported_shape_signs_in() {
    let registration = Registration::new("importers", Algorithm::Es256);
    let (id, key) = (registration.credential_id(), registration.public_key_bytes());
    let (handle, user) = (registration.expected.user_handle.clone(), user(&registration));
    let attested = [&[0; 16][..], &[0, 32], id, &key].concat();

    macro_rules! import {
        ($shape:path, $json:tt) => {
            serde_json::from_value::<$shape>(json!($json)).unwrap().into_record(user.clone()).unwrap()
        };
    }
    let records = [
        import!(interop::simplewebauthn::Passkey, {
            "id": base64url(id), "publicKey": key, "counter": 0, "deviceType": "singleDevice", "backedUp": false,
        }),
        import!(interop::py_webauthn::VerifiedRegistration, {
            "credential_id": base64url(id), "credential_public_key": base64url(&key), "sign_count": 4,
        }),
        import!(interop::go_webauthn::Credential, {
            "id": base64(id), "publicKey": base64(&key), "authenticator": {"AAGUID": "", "signCount": 4},
            "flags": {"userPresent": true, "userVerified": true, "backupEligible": false, "backupState": false},
        }),
        import!(interop::java_webauthn_server::RegisteredCredential, {
            "credentialId": base64url(id), "userHandle": base64url(&handle), "publicKeyCose": base64url(&key),
            "signatureCount": 4, "backupEligible": false,
        }),
        import!(interop::webauthn4j::CredentialRecord, {"attestedCredentialData": base64url(&attested), "counter": 4}),
        import!(interop::fido2_net_lib::StoredCredential, {
            "Id": base64(id), "PublicKey": base64(&key), "SignCount": 4, "UserHandle": base64(&handle),
        }),
    ];
    for record in records {
        let count = record.sign_count;
        let record = sign_in(&registration, record);
        assert_eq!(
            (record.sign_count, record.backup_eligible, record.backup_state),
            (count + 1, Some(false), Some(false))
        );
    }
}

/// Rows that webauthn-rs 0.4 and 0.5 wrote themselves: see tests/importers/README.md.
#[test]
fn rows_of_webauthn_rs_sign_in() {
    let rows = include_str!("importers/webauthn_rs.jsonl");
    let mut releases = std::collections::BTreeMap::<String, usize>::new();
    for line in rows.lines() {
        let line: Value = serde_json::from_str(line).unwrap();
        let [release, kind, name, algorithm] =
            ["release", "type", "name", "algorithm"].map(|member| line[member].as_str().unwrap());
        *releases.entry(release.to_owned()).or_default() += 1;
        let algorithm = if algorithm == "RS256" { Algorithm::Rs256 } else { Algorithm::Es256 };
        let registration = Registration::new(name, algorithm);
        let stored: StoredCredential = serde_json::from_value(line["row"].clone()).unwrap();
        let record = stored.into_record(user(&registration)).unwrap();
        assert_eq!(record.id.as_bytes(), registration.credential_id(), "{release} {name}");
        assert_eq!(record.public_key, registration.public_key_bytes(), "{release} {name}");
        let eligible = match name {
            "rows-basic" => Some(false), // its maker attested it
            "rows-synced" | "rows-upgraded" => Some(true),
            _ => None,
        };
        let backed_up = eligible.map(|_| name == "rows-synced");
        assert_eq!((record.backup_eligible, record.backup_state), (eligible, backed_up), "{release} {name}");
        assert_eq!((record.sign_count, record.uv_initialized), (if name == "rows-es256" { 3 } else { 0 }, true));
        assert_eq!(line["row"].get("cred_id").is_some(), kind == "Credential");
        assert_eq!(check([&record], &rp()), []);

        let bits = if eligible == Some(true) { flags::BE | flags::BS } else { 0 };
        let registration = registration.authenticator_data(|data| data.set_flags(bits));
        let record = sign_in(&registration, record);
        assert_eq!(record.backup_eligible, Some(eligible == Some(true)), "{release} {name}");
    }
    assert_eq!(releases.into_iter().collect::<Vec<_>>(), [("0.4.8".into(), 8), ("0.5.5".into(), 8)]);
}

#[test]
fn u2f_registrations_sign_in_through_appid() {
    let registration = Registration::new("u2f", Algorithm::Es256);
    let PublicKey::Ec2 { x, y, .. } = registration.key.public() else { panic!("a point") };
    let stored: interop::u2f::Registration = serde_json::from_value(json!({
        "keyHandle": base64url(registration.credential_id()), "publicKey": base64url(&[&[4], &x[..], &y].concat()),
        "counter": 41,
    }))
    .unwrap();
    let record = stored.into_record(user(&registration)).unwrap();

    let mut request = AuthenticationRequest::default();
    request.extensions.appid = Some(AppId::new(APPID).unwrap());
    let attempt = |used: bool, sign_count| {
        let (options, state) =
            rp().start_authentication_with(&request, &record.user_handle, std::slice::from_ref(&record), NOW).unwrap();
        let mut made = Authentication::of(&registration).authenticator_data(|data| {
            (data.rp_id_hash, data.sign_count) = (sha256(APPID.as_bytes()), sign_count);
            data.clear_flags(flags::UV);
        });
        made.user_handle = None; // U2F has none
        let response = answer(
            made.posted(move |posted| posted.client_extension_results = json!({"appid": used})),
            &options.challenge,
        );
        rp().finish_authentication(state, &response, &record, NOW)
    };
    let authenticated = attempt(true, 42).unwrap();
    assert_eq!(authenticated.user_verification, UserVerification::NotPerformed);
    assert_eq!(authenticated.update.unwrap().set.sign_count, 42);
    assert_eq!(attempt(true, 41).unwrap_err().code(), "sign-count-regressed");
    assert_eq!(attempt(false, 42).unwrap_err().code(), "rp-id-mismatch");
}

/// What a ceremony says of a genuine signature by this registration's key, against this record.
fn verdict(registration: &Registration, record: &CredentialRecord, backend: &dyn Backend) -> Result<(), Refusal> {
    let site = Site::new("example.org", Origins::exact(["https://example.org"]), Framing::SameOrigin);
    let made = Authentication::of(registration);
    let response = serde_json::from_value::<AuthenticationResponse>(made.response()).unwrap();
    let expected = authentication::Expected::new(&site, &made.expected.challenge);
    authentication::verify(&expected, &response, record, backend).map(|_| ()).map_err(|failure| failure.refusal)
}

/// Every change of one byte in every kind of key: what still signs in was not accused, and what is not a key was.
#[test]
fn the_lock_out_check_agrees_with_the_ceremony() {
    for algorithm in [
        Algorithm::Es256,
        Algorithm::Es384,
        Algorithm::Es512,
        Algorithm::Es256k,
        Algorithm::Esp256,
        Algorithm::EdDsa,
        Algorithm::Ed25519,
        Algorithm::Ed448,
        Algorithm::Rs256,
        Algorithm::Ps256,
        Algorithm::MlDsa44,
    ] {
        let registration = Registration::new("lock-out", algorithm);
        let id = CredentialId::new(registration.credential_id()).unwrap();
        let key = registration.public_key_bytes();
        let record = |key: Vec<u8>| CredentialRecord::new(id.clone(), user(&registration), key);
        for backend in [&AwsLcRs as &'static dyn Backend, &RustCrypto] {
            let whole = record(key.clone());
            assert_eq!(check([&whole], &by(backend)), [], "{algorithm:?}");
            assert_eq!(verdict(&registration, &whole, backend), Ok(()), "{algorithm:?}");
            for at in 0..key.len().min(90) {
                let mut changed = key.clone();
                changed[at] ^= 1;
                let changed = record(changed);
                let accused = !check([&changed], &by(backend)).is_empty();
                match verdict(&registration, &changed, backend) {
                    Ok(()) => assert!(!accused, "{algorithm:?} at {at}"),
                    Err(Refusal::StoredPublicKey(_)) => assert!(accused, "{algorithm:?} at {at}"),
                    Err(refusal) => assert_eq!(refusal, Refusal::Signature, "another key, or none"),
                }
            }
        }
    }
}

#[test]
fn an_off_curve_point_is_told_before_it_locks_anybody_out() {
    let registration = Registration::new("off-curve", Algorithm::Es256);
    let mut key = registration.public_key_bytes();
    *key.last_mut().unwrap() ^= 1;
    let json: Value = json!({"id": base64url(registration.credential_id()), "publicKey": key, "counter": 0});
    let passkey: interop::simplewebauthn::Passkey = serde_json::from_value(json).unwrap();
    let record = passkey.into_record(user(&registration)).unwrap();
    for backend in [&AwsLcRs as &'static dyn Backend, &RustCrypto] {
        let [(_, interop::Unusable::PublicKey(cose::Error::Key(why)))] = check([&record], &by(backend))[..] else {
            panic!("{}", backend.name())
        };
        assert_eq!(why, wardkey::crypto::KeyError::NotOnCurve);
        assert_eq!(verdict(&registration, &record, backend), Err(Refusal::Signature));
    }
}
