//! Records that the importers make of other libraries' rows sign in; records that the lock-out check lists never could.

use serde_json::{Value, json};
use wardkey::ceremony::authentication::{SignCount, UserVerification};
use wardkey::ceremony::{Origins, Refusal, Site, authentication};
use wardkey::crypto::{AwsLcRs, Backend, RustCrypto};
use wardkey::extensions::{AppId, RequestExtensions};
use wardkey::interop::{Concern, ImportError, Imported, Row, check};
use wardkey::{
    AuthenticationRequest, AuthenticationResponse, CredentialId, CredentialRecord, RelyingParty, Session, UnixTime,
    UserHandle, interop,
};
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

/// Signs in and returns the updated record.
fn sign_in(registration: &Registration, mut record: CredentialRecord) -> CredentialRecord {
    let (options, state) = rp()
        .start_authentication(
            AuthenticationRequest::known(&record.user_handle, &[record.clone()]),
            Session::unbound(),
            NOW,
        )
        .unwrap();
    let counted = |data: &mut wardkey_authenticator::AuthenticatorData| data.sign_count = record.sign_count + 1;
    let response = answer(Authentication::of(registration).authenticator_data(counted), &options.challenge);
    let authenticated = rp().finish_authentication(state, &response, Some(&record), Session::unbound(), NOW).unwrap();
    assert_eq!(authenticated.sign_count, SignCount::Advanced);
    assert!(record.apply(&authenticated.update.unwrap()));
    record
}

/// The records of all rows; a row that is an error fails the test.
fn records(rows: impl Iterator<Item = Result<Imported, ImportError>>) -> Vec<CredentialRecord> {
    rows.map(|row| row.unwrap().record).collect()
}

/// The record of the one row that there is.
fn only(rows: impl Iterator<Item = Result<Imported, ImportError>>) -> CredentialRecord {
    let [record] = records(rows).try_into().unwrap();
    record
}

/// What the lock-out check says of records that could not sign in.
fn locked_out(record: &CredentialRecord, rp: &RelyingParty) -> Option<Concern> {
    check([record], rp).into_iter().map(|(_, concern)| concern).find(|concern| concern.locks_out())
}

/// A public key as OpenSSL writes it.
fn pem(spki: &[u8]) -> String {
    format!("-----BEGIN PUBLIC KEY-----\n{}\n-----END PUBLIC KEY-----\n", base64(spki))
}

/// PEM names no algorithm of an RSA key: lbuchs/WebAuthn offers RS256 alone.
#[test]
fn an_rsa_key_in_pem_signs_in() {
    let registration = Registration::new("pem", Algorithm::Rs256);
    let row = json!({
        "credentialId": base64(registration.credential_id()), "signatureCounter": 4,
        "credentialPublicKey": pem(&registration.key.spki()),
    });
    let record = only(interop::lbuchs::records(&row.to_string(), |_| Some(user(&registration))));
    assert_eq!(record.public_key, registration.public_key_bytes());
    sign_in(&registration, record);
}

#[test]
fn every_imported_shape_signs_in() {
    let registration = Registration::new("importers", Algorithm::Es256);
    let (id, key) = (registration.credential_id(), registration.public_key_bytes());
    let (handle, user) = (registration.expected.user_handle.clone(), user(&registration));
    let attested = [&[0; 16][..], &[0, 32], id, &key].concat();
    let of = |_: &Row<'_>| Some(user.clone());

    let all = [
        only(interop::simplewebauthn::records(
            &json!({
                "id": base64url(id), "publicKey": key, "counter": 0, "deviceType": "singleDevice", "backedUp": false,
            })
            .to_string(),
            of,
        )),
        only(interop::py_webauthn::records(
            &json!({
                "credential_id": base64url(id), "credential_public_key": base64url(&key), "sign_count": 4,
            })
            .to_string(),
            of,
        )),
        only(interop::go_webauthn::records(
            &json!({
                "id": base64(id), "publicKey": base64(&key), "authenticator": {"AAGUID": "", "signCount": 4},
                "flags": {"userPresent": true, "userVerified": true, "backupEligible": false, "backupState": false},
            })
            .to_string(),
            of,
        )),
        only(interop::java_webauthn_server::records(
            &json!({
                "credentialId": base64url(id), "userHandle": base64url(&handle), "publicKeyCose": base64url(&key),
                "signatureCount": 4, "backupEligible": false,
            })
            .to_string(),
        )),
        only(interop::webauthn4j::records(
            &json!({"attestedCredentialData": base64url(&attested), "counter": 4}).to_string(),
            of,
        )),
        only(interop::webauthn_framework::records(
            &json!({
                "publicKeyCredentialId": base64url(id), "credentialPublicKey": base64url(&key), "counter": 4,
                "userHandle": base64url(&handle), "type": "public-key", "transports": [], "trustPath": {},
            })
            .to_string(),
        )),
        only(interop::lbuchs::records(
            &json!({"credentialId": base64(id), "credentialPublicKey": pem(&registration.key.spki())}).to_string(),
            of,
        )),
        only(interop::webauthn_ruby::records(
            &json!({"webauthn_id": base64url(id), "public_key": base64url(&key), "sign_count": 4}).to_string(),
            of,
        )),
        only(interop::spring_security::records(
            &json!({
                "credential_id": base64url(id), "user_entity_user_id": base64url(&handle), "public_key": base64(&key),
                "signature_count": 4, "uv_initialized": true, "backup_eligible": false, "backup_state": false,
                "authenticator_transports": "",
            })
            .to_string(),
        )),
        only(interop::python_fido2::records(&json!(base64url(&attested)).to_string(), of)),
        only(interop::fido2_net_lib::records(
            &json!({
                "Id": base64(id), "PublicKey": base64(&key), "SignCount": 4, "UserHandle": base64(&handle),
            })
            .to_string(),
            of,
        )),
    ];
    for record in all {
        let count = record.sign_count;
        let record = sign_in(&registration, record);
        assert_eq!(
            (record.sign_count, record.backup_eligible, record.backup_state),
            (count + 1, Some(false), Some(false))
        );
    }
}

/// Where the user handle is the text of the user's id.
#[test]
fn handles_made_of_text_sign_in() {
    const USER: &str = "3f2504e0-4f89-11d3-9a0c-0305e82c3301";
    let registration = Registration::new("text", Algorithm::Es256).expecting(|expected| {
        expected.user_handle = USER.into();
    });
    let (id, key) = (registration.credential_id(), registration.public_key_bytes());
    let data = json!({
        "PublicKey": base64(&key), "SignCount": 4, "Transports": [], "IsUserVerified": true, "IsBackupEligible": false,
        "IsBackedUp": false, "AttestationObject": registration.response()["response"]["attestationObject"], "ClientDataJson": "e30=",
    });
    let row = json!({"CredentialId": base64(id), "UserId": USER, "Data": data.to_string()}).to_string();
    let credential = json!({
        "type": "webauthn", "secretData": "{}", "credentialData": json!({
            "credentialId": base64(id), "credentialPublicKey": base64url(&key), "counter": 4, "transports": [],
        }).to_string(),
    });
    let realm = json!({"realm": "clinic", "users": [{"id": USER, "credentials": [credential]}]}).to_string();
    for record in [only(interop::aspnet_identity::records(&row)), only(interop::keycloak::records(&realm))] {
        assert_eq!(record.user_handle.as_bytes(), USER.as_bytes());
        sign_in(&registration, record);
    }
}

/// Rows written by webauthn-rs 0.4 and 0.5: see tests/importers/README.md.
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
        let row = line["row"].to_string();
        let record = only(interop::webauthn_rs::records(&row, |_| Some(user(&registration))));
        assert_eq!(record.id.as_bytes(), registration.credential_id(), "{release} {name}");
        assert_eq!(record.public_key, registration.public_key_bytes(), "{release} {name}");
        let eligible = match name {
            "rows-basic" => Some(false), // attested by its manufacturer
            "rows-synced" | "rows-upgraded" => Some(true),
            _ => None,
        };
        let backed_up = eligible.map(|_| name == "rows-synced");
        assert_eq!((record.backup_eligible, record.backup_state), (eligible, backed_up), "{release} {name}");
        assert_eq!((record.sign_count, record.uv_initialized), (if name == "rows-es256" { 3 } else { 0 }, true));
        assert_eq!(line["row"].get("cred_id").is_some(), kind == "Credential");
        assert_eq!(locked_out(&record, &rp()), None);

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
    let stored = json!({
        "keyHandle": base64url(registration.credential_id()), "publicKey": base64url(&[&[4], &x[..], &y].concat()),
        "counter": 41,
    });
    let record = only(interop::u2f::records(&stored.to_string(), |_| Some(user(&registration))));

    let attempt = |used: bool, sign_count| {
        let request = AuthenticationRequest::known(&user(&registration), std::slice::from_ref(&record))
            .extensions(RequestExtensions::default().appid(AppId::new(APPID).unwrap()));
        let (options, state) = rp().start_authentication(request, Session::unbound(), NOW).unwrap();
        let mut made = Authentication::of(&registration).authenticator_data(|data| {
            (data.rp_id_hash, data.sign_count) = (sha256(APPID.as_bytes()), sign_count);
            data.clear_flags(flags::UV);
        });
        made.user_handle = None; // U2F has none
        let response = answer(
            made.posted(move |posted| posted.client_extension_results = json!({"appid": used})),
            &options.challenge,
        );
        rp().finish_authentication(state, &response, Some(&record), Session::unbound(), NOW)
    };
    let authenticated = attempt(true, 42).unwrap();
    assert_eq!(authenticated.user_verification, UserVerification::NotPerformed);
    assert_eq!(authenticated.update.unwrap().set.sign_count, 42);
    assert_eq!(attempt(true, 41).unwrap_err().code(), "sign-count-regressed");
    assert_eq!(attempt(false, 42).unwrap_err().code(), "rp-id-mismatch");
}

/// Verifies a genuine signature of the key of this registration against this record.
fn verdict(registration: &Registration, record: &CredentialRecord, backend: &dyn Backend) -> Result<(), Refusal> {
    let site = Site::new("example.org", Origins::exact(["https://example.org"]));
    let made = Authentication::of(registration);
    let response = serde_json::from_value::<AuthenticationResponse>(made.response()).unwrap();
    let expected = authentication::ExpectedAuthentication::new(&site, &made.expected.challenge);
    authentication::verify(&expected, &response, record, backend).map(|_| ()).map_err(|failure| failure.refusal)
}

/// For every change of one byte in every kind of key: `check` reports it exactly if it cannot sign in.
#[test]
fn check_agrees_with_the_ceremony() {
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
            assert_eq!(locked_out(&whole, &by(backend)), None, "{algorithm:?}");
            assert_eq!(verdict(&registration, &whole, backend), Ok(()), "{algorithm:?}");
            for at in 0..key.len().min(90) {
                let mut changed = key.clone();
                changed[at] ^= 1;
                let changed = record(changed);
                let accused = locked_out(&changed, &by(backend)).is_some();
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
fn check_reports_a_point_that_is_not_on_its_curve() {
    let registration = Registration::new("off-curve", Algorithm::Es256);
    let mut key = registration.public_key_bytes();
    *key.last_mut().unwrap() ^= 1;
    let json = json!({"id": base64url(registration.credential_id()), "publicKey": key, "counter": 0}).to_string();
    let record = only(interop::simplewebauthn::records(&json, |_| Some(user(&registration))));
    for backend in [&AwsLcRs as &'static dyn Backend, &RustCrypto] {
        let Some(Concern::PublicKey(why)) = locked_out(&record, &by(backend)) else { panic!("{}", backend.name()) };
        assert_eq!(why, wardkey::crypto::CryptoError::NotOnCurve.into());
        assert_eq!(verdict(&registration, &record, backend), Err(Refusal::Signature));
    }
}

/// Keys that some libraries stored with bytes behind them, or out of order, sign in after the import, and are reported.
#[test]
fn mended_keys_sign_in() {
    let registration = Registration::new("mended", Algorithm::Es256);
    let key = registration.public_key_bytes();
    let (x, y) = (&key[7..42], &key[42..]); // each with its label and head
    let unsorted = [&[0xa5, 0x03, 0x26, 0x01, 0x02][..], y, x, &[0x20, 0x01]].concat();
    for (stored, code) in
        [([&key[..], b"\xa1\x6bcredProtect\x02"].concat(), "key-had-trailing-bytes"), (unsorted, "key-rewritten")]
    {
        let json =
            json!({"id": base64url(registration.credential_id()), "publicKey": stored, "counter": 0}).to_string();
        let [row] = interop::simplewebauthn::records(&json, |_| Some(user(&registration)))
            .collect::<Vec<_>>()
            .try_into()
            .unwrap();
        let imported = row.unwrap();
        assert_eq!(imported.concerns.iter().map(|concern| concern.code()).collect::<Vec<_>>(), [code]);
        sign_in(&registration, imported.record);
    }
}
