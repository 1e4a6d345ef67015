//! Tests of each importer with rows as the documentation of its library shows them, and with keys of these tests.

use super::*;
use crate::ceremony::{BackupEligibility, BackupState};
use crate::codec::base64url;
use crate::codec::cbor::encode::{Item, map};
use crate::credential::{CredentialId, CredentialRecord, Transport, UserHandle};
use crate::crypto::cose::Error as CoseError;
use crate::crypto::{Algorithm, Backend, CryptoError, default_backend};
use crate::relying_party::RelyingParty;
use crate::x509::{Malformed, Rule};
use serde_json::{Value, json};
use std::error::Error;

/// The base point of P-256.
const G: [u8; 64] = [
    0x6b, 0x17, 0xd1, 0xf2, 0xe1, 0x2c, 0x42, 0x47, 0xf8, 0xbc, 0xe6, 0xe5, 0x63, 0xa4, 0x40, 0xf2, 0x77, 0x03, 0x7d,
    0x81, 0x2d, 0xeb, 0x33, 0xa0, 0xf4, 0xa1, 0x39, 0x45, 0xd8, 0x98, 0xc2, 0x96, 0x4f, 0xe3, 0x42, 0xe2, 0xfe, 0x1a,
    0x7f, 0x9b, 0x8e, 0xe7, 0xeb, 0x4a, 0x7c, 0x0f, 0x9e, 0x16, 0x2b, 0xce, 0x33, 0x57, 0x6b, 0x31, 0x5e, 0xce, 0xcb,
    0xb6, 0x40, 0x68, 0x37, 0xbf, 0x51, 0xf5,
];

fn rp(backend: &'static dyn Backend) -> RelyingParty {
    let builder = RelyingParty::builder("example.org", "Example").backend(backend);
    builder.algorithms([Algorithm::Es256]).build().unwrap()
}

pub(super) fn point() -> Vec<u8> {
    [&[4][..], &G].concat()
}

pub(super) fn es256() -> Vec<u8> {
    key::es256(&point()).unwrap()
}

/// The base point of Ed25519.
fn ed25519() -> [u8; 32] {
    let mut x = [0x66; 32];
    x[0] = 0x58;
    x
}

pub(super) fn user() -> UserHandle {
    UserHandle::new(*b"user handle of 1").unwrap()
}

pub(super) fn url(bytes: &[u8]) -> String {
    base64url::encode(bytes)
}

pub(super) fn padded(bytes: &[u8]) -> String {
    base64url::encode_standard(bytes)
}

pub(super) const UV: u8 = 0x04;

/// Returns the attestation object of a credential that was registered with UP and these flags.
pub(super) fn attestation_object(id: &[u8], flags: u8) -> Vec<u8> {
    let data = [&[7; 32][..], &[0x41 | flags, 0, 0, 0, 0], &attested(id, &es256())].concat();
    let authenticator_data = [b"hauthData\x58", &[data.len() as u8][..], &data].concat();
    [b"\xa3cfmtdnonegattStmt\xa0", &authenticator_data[..]].concat()
}

/// Returns attested credential data.
fn attested(id: &[u8], key: &[u8]) -> Vec<u8> {
    [&[7; 16][..], &[0, id.len() as u8], id, key].concat()
}

type Backup = (Option<bool>, Option<bool>);
const UNKNOWN: Backup = (None, None);
const SYNCED: Backup = (Some(true), Some(true));
const BOUND: Backup = (Some(false), Some(false));

/// An importer. If its rows have user handles, it is called without a function of the caller.
type Records = fn(&str) -> Vec<Result<Imported, ImportError>>;

macro_rules! of {
    ($library:ident) => {
        |json| $library::records(json, |_| Some(user())).collect()
    };
    ($library:ident, its own handles) => {
        |json| $library::records(json).collect()
    };
}

/// A row, and the items of the expected record.
struct Good {
    row: Value,
    count: u32,
    uv: bool,
    backup: Backup,
    transports: &'static [Transport],
}

fn good(row: Value, count: u32, uv: bool, backup: Backup, transports: &'static [Transport]) -> Good {
    Good { row, count, uv, backup, transports }
}

/// Checks that every good row makes its record (alone, in an array and in JSON lines), and that a bad row among them is an
/// error at its position.
fn rows(records: Records, good: &[Good], bad: &[(Value, &str)]) {
    let check = |imported: &Imported, expected: &Good| {
        let record = &imported.record;
        assert_eq!(record.id.as_bytes(), b"credential");
        assert_eq!((&record.user_handle, &record.public_key), (&user(), &es256()), "{}", expected.row);
        assert_eq!((record.sign_count, record.uv_initialized), (expected.count, expected.uv), "{}", expected.row);
        assert_eq!((record.backup_eligible, record.backup_state), expected.backup, "{}", expected.row);
        assert_eq!(record.transports, expected.transports, "{}", expected.row);
        assert_eq!(super::check([record], &rp(default_backend())), []);
    };
    for expected in good {
        let alone = records(&serde_json::to_string_pretty(&expected.row).unwrap());
        let [Ok(imported)] = &alone[..] else { panic!("{}: {alone:?}", expected.row) };
        check(imported, expected);
    }
    for (bad, code) in bad {
        let mut rows = vec![bad.clone()];
        rows.extend(good.iter().flat_map(|expected| [expected.row.clone(), bad.clone()]));
        let lines: String = rows.iter().map(|row| format!("{row}\n")).collect();
        for text in [Value::Array(rows).to_string(), lines] {
            let found = records(&text);
            assert_eq!(found.len(), 1 + 2 * good.len());
            for (index, row) in found.into_iter().enumerate() {
                match row {
                    Ok(imported) => {
                        assert_eq!((index % 2, imported.row), (1, index), "{bad}");
                        check(&imported, &good[index / 2]);
                    }
                    Err(error) => {
                        assert_eq!((index % 2, error.row, error.code()), (0, Some(index), *code), "{bad}");
                    }
                }
            }
        }
    }
}

#[test]
fn simplewebauthn_passkeys() {
    let numbered: Value = es256().iter().enumerate().map(|(i, &byte)| (i.to_string(), json!(byte))).collect();
    let passkey = |public_key: Value| {
        json!({
            "id": url(b"credential"), "publicKey": public_key, "user": {"id": 1}, "webauthnUserID": url(user().as_bytes()),
            "counter": 5, "deviceType": "multiDevice", "backedUp": true, "transports": ["internal", "hybrid"],
        })
    };
    let old = json!({
        "id": 7, "credentialID": {"type": "Buffer", "data": b"credential"}, "credentialPublicKey": es256(),
        "counter": "0", "credentialDeviceType": "singleDevice", "credentialBackedUp": 0, "transports": "usb,nfc",
        "userVerified": true,
    });
    let oldest = json!({"credentialID": url(b"credential"), "credentialPublicKey": url(&es256()), "counter": 0});
    let mut good: Vec<_> = [json!(url(&es256())), json!(padded(&es256())), json!(es256()), numbered]
        .map(|key| good(passkey(key), 5, false, SYNCED, &[Transport::Internal, Transport::Hybrid]))
        .into();
    good.push(self::good(old, 0, true, BOUND, &[Transport::Usb, Transport::Nfc]));
    good.push(self::good(oldest.clone(), 0, false, UNKNOWN, &[]));
    let with = |member: &str, value: Value| {
        let mut row = oldest.clone();
        row[member] = value;
        row
    };
    rows(
        of!(simplewebauthn),
        &good,
        &[
            (json!(7), "not-an-object"),
            ((0..512).map(|member| (member.to_string(), json!(0))).collect(), "too-many-members"),
            (json!({}), "member-missing"),
            (with("credentialID", json!("?")), "member-malformed"),
            (with("credential_id", json!("AA")), "member-repeated"),
            (with("credentialID", json!("")), "credential-id-length"),
            (with("credentialPublicKey", json!("AA")), "public-key"),
            (with("counter", json!(-1)), "member-malformed"),
            (with("counter", Value::Null), "member-missing"),
            (with("deviceType", json!("tripleDevice")), "member-malformed"),
            (with("backedUp", json!("yes")), "member-malformed"),
            (with("transports", json!("{usb")), "member-malformed"),
            (with("webauthnUserID", json!(url(b"user handle of 2"))), "user-handle-mismatch"),
        ],
    );
}

#[test]
fn go_webauthn_credentials() {
    let registered = |flags: Value, object: Value| {
        json!({
            "id": padded(b"credential"), "publicKey": padded(&es256()), "transport": ["internal"], "flags": flags,
            "authenticator": {"AAGUID": padded(&[0; 16]), "signCount": 9, "cloneWarning": false, "attachment": "platform"},
            "attestationType": "", "attestationFormat": "none",
            "attestation": {"clientDataJSON": null, "publicKeyAlgorithm": -7, "object": object},
        })
    };
    let with = |flags| registered(flags, json!(null));
    let flags =
        |up, uv, be, bs| json!({"userPresent": up, "userVerified": uv, "backupEligible": be, "backupState": bs});
    let of_registration = |login, flags_byte| {
        registered(flags(true, login, true, true), padded(&attestation_object(b"credential", flags_byte)).into())
    };
    let old = json!({
        "ID": padded(b"credential"), "PublicKey": padded(&es256()), "AttestationType": "none",
        "Authenticator": {"AAGUID": padded(&[0; 16]), "SignCount": 3, "CloneWarning": true},
    });
    let u2f = json!({
        "id": padded(b"credential"), "publicKey": padded(&point()), "attestationType": "fido-u2f", "transport": null,
        "authenticator": {"AAGUID": null, "SignCount": 3, "CloneWarning": false},
    });
    const INTERNAL: &[Transport] = &[Transport::Internal];
    let text = old.to_string();
    let suspects = go_webauthn::records(&text, |_| Some(user())).map(|row| row.unwrap().concerns);
    assert_eq!(suspects.collect::<Vec<_>>(), [[Concern::CloneWarning]]);
    rows(
        of!(go_webauthn),
        &[
            good(with(flags(true, true, true, true)), 9, false, SYNCED, INTERNAL),
            good(with(flags(true, false, false, false)), 9, false, BOUND, INTERNAL),
            good(with(flags(false, false, false, false)), 9, false, UNKNOWN, INTERNAL),
            good(with(flags(true, true, false, true)), 9, false, UNKNOWN, INTERNAL),
            good(with(json!(null)), 9, false, UNKNOWN, INTERNAL),
            good(of_registration(true, 0), 9, false, SYNCED, INTERNAL),
            good(of_registration(false, UV), 9, true, SYNCED, INTERNAL),
            good(old, 3, false, UNKNOWN, &[]),
            good(u2f, 3, false, UNKNOWN, &[]),
        ],
        &[
            (json!({"id": padded(b"credential"), "publicKey": padded(&es256())}), "member-missing"),
            (with(json!(7)), "member-malformed"),
        ],
    );
}

#[test]
fn py_webauthn_registrations() {
    let stored = |device: &str, object: Vec<u8>, transports: Value| {
        json!({
            "credential_id": url(b"credential"), "credential_public_key": url(&es256()), "sign_count": 23,
            "aaguid": "00000000-0000-0000-0000-000000000000", "fmt": "none", "credential_type": "public-key",
            "user_verified": true, "attestation_object": url(&object), "credential_device_type": device,
            "credential_backed_up": false, "transports": transports,
        })
    };
    rows(
        of!(py_webauthn),
        &[
            good(stored("multi_device", b"...".into(), Value::Null), 23, true, (Some(true), Some(false)), &[]),
            good(stored("single_device", b"...".into(), json!(["usb"])), 23, true, BOUND, &[Transport::Usb]),
            good(stored("single_device", attestation_object(b"credential", 0), json!("[]")), 23, false, BOUND, &[]),
        ],
        &[(json!({"credential_id": url(b"credential")}), "member-missing")],
    );
}

#[test]
fn java_webauthn_server_credentials() {
    let stored = |handle: &[u8], backup: Option<bool>| {
        json!({
            "credentialId": url(b"credential"), "userHandle": url(handle), "publicKeyCose": url(&es256()),
            "signatureCount": 2, "backupEligible": backup, "backupState": backup,
        })
    };
    rows(
        of!(java_webauthn_server, its own handles),
        &[
            good(stored(user().as_bytes(), None), 2, false, UNKNOWN, &[]),
            good(stored(user().as_bytes(), Some(true)), 2, false, SYNCED, &[]),
        ],
        &[
            (stored(&[0; 65], None), "user-handle-length"),
            (json!({"credentialId": url(b"credential"), "publicKeyCose": url(&es256())}), "member-missing"),
        ],
    );
}

#[test]
fn webauthn4j_records() {
    let stored = |data: &[u8], object: Option<Vec<u8>>| {
        json!({
            "attestedCredentialData": url(data), "counter": 1, "uvInitialized": true, "backupEligible": false,
            "backupState": false, "transports": ["nfc"], "attestationStatement": {"fmt": "none"}, "clientData": null,
            "attestationObject": object.map(|object| url(&object)),
        })
    };
    let data = attested(b"credential", &es256());
    let bad: Vec<_> = [(0, "authenticator-data"), (15, "authenticator-data"), (17, "authenticator-data")]
        .into_iter()
        .chain([(27, "authenticator-data"), (28, "public-key"), (40, "public-key")])
        .map(|(len, code)| (stored(&data[..len], None), code))
        .collect();
    rows(
        of!(webauthn4j),
        &[
            good(stored(&data, None), 1, false, BOUND, &[Transport::Nfc]),
            good(stored(&data, Some(attestation_object(b"credential", UV))), 1, true, BOUND, &[Transport::Nfc]),
            good(stored(&[&data[..], &[0]].concat(), None), 1, false, BOUND, &[Transport::Nfc]),
        ],
        &bad,
    );
}

#[test]
fn fido2_net_lib_credentials() {
    let four = json!({
        "Id": padded(b"credential"), "PublicKey": padded(&es256()), "SignCount": 6, "Transports": ["internal"],
        "IsBackupEligible": true, "IsBackedUp": true, "AttestationObject": padded(b"..."),
        "AttestationClientDataJson": padded(b"..."), "DevicePublicKeys": [], "UserId": padded(user().as_bytes()),
        "UserHandle": padded(user().as_bytes()), "AttestationFormat": "none", "RegDate": "2026-01-02T03:04:05Z",
        "AaGuid": "00000000-0000-0000-0000-000000000000", "Descriptor": {"type": "public-key", "id": url(b"credential")},
    });
    let registered = json!({
        "type": "public-key", "id": padded(b"credential"), "publicKey": url(&es256()), "transports": ["usb"],
        "signCount": 1, "isBackupEligible": false, "isBackedUp": false,
        "attestationObject": padded(&attestation_object(b"credential", UV)),
        "user": {"name": "ada", "id": url(user().as_bytes()), "displayName": "Ada"},
    });
    let three = json!({
        "UserId": padded(user().as_bytes()), "PublicKey": padded(&es256()), "UserHandle": padded(user().as_bytes()),
        "SignatureCounter": 8, "CredType": "none", "RegDate": "2021-01-02T03:04:05Z",
        "Descriptor": {"Type": "public-key", "Id": url(b"credential"), "Transports": ["ble"]},
    });
    let mut another = registered.clone();
    another["user"]["id"] = url(b"user handle of 2").into();
    rows(
        of!(fido2_net_lib),
        &[
            good(four, 6, false, SYNCED, &[Transport::Internal]),
            good(registered, 1, true, BOUND, &[Transport::Usb]),
            good(three, 8, false, UNKNOWN, &[Transport::Ble]),
        ],
        &[
            (another, "user-handle-mismatch"),
            (json!({"publicKey": url(&es256()), "signCount": 0}), "member-missing"),
            (json!({"descriptor": {}, "publicKey": url(&es256()), "signCount": 0}), "member-missing"),
        ],
    );
}

#[test]
fn u2f_registrations() {
    let stored = |key: &[u8]| json!({"keyHandle": url(b"credential"), "publicKey": url(key), "counter": 4});
    rows(
        of!(u2f),
        &[
            good(stored(&point()), 4, false, UNKNOWN, &[]),
            good(json!({"key_handle": url(b"credential"), "public_key": url(&point())}), 0, false, UNKNOWN, &[]),
        ],
        &[(stored(&G), "public-key"), (stored(&point()[..64]), "public-key")],
    );
}

#[test]
fn python_fido2_credentials() {
    let data = attested(b"credential", &es256());
    let auth_data = |flags: u8| [&[7; 32][..], &[flags, 0, 0, 0, 3], &data].concat();
    let without = [&[7; 32][..], &[1, 0, 0, 0, 3]].concat();
    rows(
        of!(python_fido2),
        &[
            good(json!(url(&data)), 0, false, UNKNOWN, &[]),
            good(json!({"credential_data": padded(&data)}), 0, false, UNKNOWN, &[]),
            good(json!({"credential_data": data, "counter": 5}), 5, false, UNKNOWN, &[]),
            good(json!({"auth_data": url(&auth_data(0x45))}), 3, true, BOUND, &[]),
            good(json!({"auth_data": url(&auth_data(0x41))}), 3, false, BOUND, &[]),
            good(
                json!({"auth_data": url(&auth_data(0x5d)), "counter": 9, "transports": ["usb"]}),
                9,
                true,
                SYNCED,
                &[Transport::Usb],
            ),
        ],
        &[
            (json!(7), "not-an-object"),
            (json!("?"), "member-malformed"),
            (json!(url(&data[..20])), "authenticator-data"),
            (json!({"auth_data": url(&without)}), "authenticator-data"),
            (json!({}), "member-missing"),
        ],
    );
}

#[test]
fn webauthn_framework_records() {
    let normalized = json!({
        "publicKeyCredentialId": url(b"credential"), "type": "public-key", "transports": ["internal"],
        "attestationType": "none", "trustPath": {}, "aaguid": "00000000-0000-0000-0000-000000000000",
        "credentialPublicKey": url(&es256()), "userHandle": url(user().as_bytes()), "counter": 12,
        "backupEligible": true, "backupStatus": true, "uvInitialized": true, "rpId": "example.org",
    });
    let columns = json!({
        "id": 1, "public_key_credential_id": padded(b"credential"), "type": "public-key", "transports": "[\"usb\"]",
        "attestation_type": "none", "trust_path": "{}", "aaguid": "00000000-0000-0000-0000-000000000000",
        "credential_public_key": padded(&es256()), "user_handle": "user handle of 1", "counter": 0, "other_ui": null,
        "backup_eligible": 0, "backup_status": 0, "uv_initialized": 1,
    });
    let mut without = columns.clone();
    without["user_handle"] = Value::Null;
    let mut plain = normalized.clone();
    plain["userHandle"] = json!("user handle of 1");
    rows(
        of!(webauthn_framework, its own handles),
        &[
            good(normalized, 12, false, SYNCED, &[Transport::Internal]),
            good(columns, 0, false, BOUND, &[Transport::Usb]),
        ],
        &[(without, "user-handle-missing"), (plain, "member-malformed"), (json!({}), "member-missing")],
    );
}

#[test]
fn lbuchs_registrations() {
    let info = [crate::crypto::Curve::P256.spki_prefix(), &point()].concat();
    let pem = format!("-----BEGIN PUBLIC KEY-----\n{}\n-----END PUBLIC KEY-----\n", padded(&info));
    let stored = |id: Value, pem: &str, count: Value| {
        json!({
            "rpId": "example.org", "attestationFormat": "none", "credentialId": id, "credentialPublicKey": pem,
            "certificateChain": null, "certificate": null, "certificateIssuer": "", "certificateSubject": "",
            "signatureCounter": count, "AAGUID": padded(&[0; 16]), "rootValid": false, "userPresent": true,
            "userVerified": true,
        })
    };
    let id = json!(padded(b"credential"));
    let mut newer = stored(json!("\\x63726564656e7469616c"), &pem, json!(8));
    (newer["isBackupEligible"], newer["isBackedUp"], newer["userVerified"]) = (true.into(), true.into(), false.into());
    rows(
        of!(lbuchs),
        &[
            good(stored(id.clone(), &pem, Value::Null), 0, true, UNKNOWN, &[]),
            good(stored(json!("=?BINARY?B?Y3JlZGVudGlhbA==?="), &pem, json!(7)), 7, true, UNKNOWN, &[]),
            good(newer, 8, false, SYNCED, &[]),
        ],
        &[
            (stored(id.clone(), &pem.replace("PUBLIC KEY", "CERTIFICATE"), Value::Null), "member-malformed"),
            (stored(id.clone(), &pem.replace("MFk", "MFo"), Value::Null), "subject-public-key-info"),
            (stored(json!("?"), &pem, Value::Null), "member-malformed"),
            (json!({"credentialId": id}), "member-missing"),
        ],
    );
}

#[test]
fn webauthn_ruby_credentials() {
    let readme = json!({"webauthn_id": url(b"credential"), "public_key": url(&es256()), "sign_count": 3});
    let demo = json!({
        "id": 1, "external_id": padded(b"credential"), "public_key": padded(&point()), "nickname": "phone",
        "sign_count": "0", "user_id": 7, "webauthn_id": url(user().as_bytes()),
    });
    rows(
        of!(webauthn_ruby),
        &[good(readme, 3, false, UNKNOWN, &[]), good(demo, 0, false, UNKNOWN, &[])],
        &[
            (json!({"public_key": url(&es256()), "sign_count": 0}), "member-missing"),
            (json!({"webauthn_id": url(b"credential"), "public_key": "AA", "sign_count": 0}), "public-key"),
        ],
    );
}

#[test]
fn spring_security_credentials() {
    let row = |key: Value, object: Value| {
        json!({
            "credential_id": url(b"credential"), "user_entity_user_id": url(user().as_bytes()), "public_key": key,
            "signature_count": 6, "uv_initialized": true, "backup_eligible": false,
            "authenticator_transports": "internal,hybrid", "public_key_credential_type": "public-key",
            "backup_state": false, "attestation_object": object, "attestation_client_data_json": null,
            "created": "2026-01-02T03:04:05", "last_used": null, "label": "phone",
        })
    };
    const BOTH: &[Transport] = &[Transport::Internal, Transport::Hybrid];
    let postgres: String = es256().iter().map(|byte| format!("{byte:02x}")).collect();
    let record = json!({
        "credentialId": url(b"credential"), "userEntityUserId": url(user().as_bytes()), "publicKey": url(&es256()),
        "signatureCount": 0, "uvInitialized": false, "backupEligible": true, "backupState": true, "transports": [],
    });
    let mut another = record.clone();
    another["userEntityUserId"] = Value::Null;
    rows(
        of!(spring_security, its own handles),
        &[
            good(row(json!(padded(&es256())), Value::Null), 6, true, BOUND, BOTH),
            good(row(json!(format!("\\x{postgres}")), Value::Null), 6, true, BOUND, BOTH),
            good(row(json!(es256()), json!(attestation_object(b"credential", 0))), 6, false, BOUND, BOTH),
            good(record, 0, false, SYNCED, &[]),
        ],
        &[(another, "member-missing"), (row(json!("\\xa5"), Value::Null), "public-key")],
    );
}

#[test]
fn aspnet_identity_passkeys() {
    let hexadecimal = |bytes: &[u8]| bytes.iter().map(|byte| format!("{byte:02X}")).collect::<String>();
    let data = |notation: &dyn Fn(&[u8]) -> String, object: &[u8]| {
        json!({
            "PublicKey": notation(&es256()), "Name": "phone", "CreatedAt": "2026-01-02T03:04:05+00:00", "SignCount": 5,
            "Transports": ["internal"], "IsUserVerified": true, "IsBackupEligible": true, "IsBackedUp": true,
            "AttestationObject": notation(object), "ClientDataJson": notation(b"{}"),
        })
    };
    let row = |id: String, data: Value| json!({"CredentialId": id, "UserId": "user handle of 1", "Data": data});
    let server = data(&|bytes| padded(bytes), b"...");
    let sqlite = data(&|bytes| hexadecimal(bytes), &attestation_object(b"credential", 0));
    // Only a COSE_Key may be in hexadecimal digits, because those of another key are base64 too.
    let mut info = server.clone();
    info["PublicKey"] =
        hexadecimal(&[b"\x30\x2a\x30\x05\x06\x03\x2b\x65\x70\x03\x21\0", &ed25519()[..]].concat()).into();
    let mut flat = server.clone();
    (flat["CredentialId"], flat["UserId"]) = (json!(padded(b"credential")), json!("user handle of 1"));
    let numbered = json!({"CredentialId": padded(b"credential"), "UserId": 4711, "Data": server});
    let [Ok(imported)] = &aspnet_identity::records(&numbered.to_string()).collect::<Vec<_>>()[..] else { panic!() };
    assert_eq!(imported.record.user_handle.as_bytes(), b"4711");
    const INTERNAL: &[Transport] = &[Transport::Internal];
    rows(
        of!(aspnet_identity, its own handles),
        &[
            good(row(padded(b"credential"), json!(server.to_string())), 5, true, SYNCED, INTERNAL),
            good(row(padded(b"credential"), server.clone()), 5, true, SYNCED, INTERNAL),
            good(row(hexadecimal(b"credential"), json!(sqlite.to_string())), 5, false, SYNCED, INTERNAL),
            good(row(padded(b"credential"), sqlite), 5, false, SYNCED, INTERNAL),
            good(flat, 5, true, SYNCED, INTERNAL),
        ],
        &[
            (row(padded(b"credential"), json!("{")), "member-malformed"),
            (row(padded(b"credential"), json!({"SignCount": 0})), "member-missing"),
            (row(padded(b"credential"), info), "public-key"),
            (json!({"UserId": "user handle of 1", "Data": server}), "member-missing"),
            (json!({"CredentialId": padded(b"credential"), "Data": server}), "user-handle-missing"),
        ],
    );
}

#[test]
fn keycloak_credentials() {
    let data = |id: &str| {
        json!({
            "aaguid": "00000000-0000-0000-0000-000000000000", "credentialId": id, "counter": 2,
            "credentialPublicKey": url(&es256()), "attestationStatementFormat": "none", "transports": ["usb"],
        })
    };
    let credential = |kind: &str, data: Value| json!({"id": "c", "type": kind, "userLabel": "key", "createdDate": 1, "secretData": "{}", "credentialData": data});
    let id = padded(b"credential");
    let row =
        |data: Value| json!({"id": "c", "user_id": "user handle of 1", "type": "webauthn", "credential_data": data});
    rows(
        of!(keycloak, its own handles),
        &[
            good(row(json!(data(&id).to_string())), 2, false, UNKNOWN, &[Transport::Usb]),
            good(row(data(&id)), 2, false, UNKNOWN, &[Transport::Usb]),
        ],
        &[
            (row(json!("{")), "member-malformed"),
            (row(data("?")), "member-malformed"),
            (row(Value::Null), "member-missing"),
            (credential("webauthn", data(&id)), "user-handle-missing"),
            (json!(7), "not-an-object"),
        ],
    );

    // An export: users with passwords and keys, one of them bad, and a user without credentials.
    let text = |data: Value| json!(data.to_string());
    let users = json!([
        {"id": "user handle of 1", "username": "ada", "credentials": [
            credential("password", text(json!({"hashIterations": 5}))),
            credential("webauthn", text(data(&id))),
            credential("webauthn-passwordless", text(json!({"credentialId": id}))),
        ]},
        {"id": "user handle of 2", "username": "bob"},
        {"id": "user handle of 1", "username": "ada", "credentials": [credential("webauthn-passwordless", text(data(&id)))]},
        {"id": "user handle of 3", "credentials": []},
    ]);
    let lines: String = users.as_array().unwrap().iter().map(|user| format!("{user}\n")).collect();
    let realm = json!({"realm": "clinic", "users": users}).to_string();
    for text in [realm, users.to_string(), lines] {
        let found: Vec<_> = keycloak::records(&text).collect();
        let [Ok(first), Err(bad), Ok(second)] = &found[..] else { panic!("{found:?}") };
        assert_eq!((first.row, second.row), (1, 3));
        assert_eq!((&first.record.user_handle, &second.record.user_handle), (&user(), &user()));
        assert_eq!((bad.row, bad.code()), (Some(2), "member-missing"));
        assert_eq!(bad.credential_id(), Some(&CredentialId::new(*b"credential").unwrap()));
    }
}

/// The caller's function receives the number of the row, its credential id and its JSON.
#[test]
fn user_handles_of_many_users() {
    let row = |id: &[u8]| json!({"credential_id": url(id), "credential_public_key": url(&es256()), "sign_count": 0});
    let text = json!([row(b"1"), {}, row(b"2"), row(b"3")]).to_string();
    let mut seen = Vec::new();
    let records = py_webauthn::records(&text, |row| {
        seen.push((row.index(), row.credential_id().as_bytes().to_vec(), row.json().to_owned()));
        (row.index() != 2).then(|| UserHandle::new(row.credential_id().as_bytes()).unwrap())
    });
    let records: Vec<_> = records.map(|row| row.map(|imported| imported.record.user_handle)).collect();
    assert_eq!(records[0].as_ref().unwrap().as_bytes(), b"1");
    assert_eq!(records[3].as_ref().unwrap().as_bytes(), b"3");
    let error = records[2].as_ref().unwrap_err();
    assert_eq!((error.reason, error.row), (Reason::NoUserHandle, Some(2)));
    assert_eq!(error.credential_id(), Some(&CredentialId::new(*b"2").unwrap()));
    assert_eq!(records[1].as_ref().unwrap_err().credential_id(), None);
    let expected = [(0, b"1"), (2, b"2"), (3, b"3")].map(|(at, id)| (at, id.to_vec(), row(id).to_string()));
    assert_eq!(seen, expected);
}

/// If a text ends early or has a broken line, no row before it is lost, and no line after it.
#[test]
fn broken_json_loses_no_good_row() {
    let row = json!({"keyHandle": url(b"credential"), "publicKey": url(&point())}).to_string();
    let read = |text: String| -> Vec<_> {
        u2f::records(&text, |_| Some(user())).map(|row| row.map_err(|error| error.reason)).collect()
    };
    for (text, good) in [
        (format!("[{row},{row},{}", &row[..row.len() - 1]), vec![true, true, false]),
        (format!("[{row},{row}"), vec![true, true, false]),
        (format!("{row}\n{}\n{row}", &row[..row.len() - 1]), vec![true, false, true]),
        (format!("{row}\n{}\n{row}\n", &row[..30]), vec![true, false, true]),
    ] {
        let found = read(text.clone());
        assert_eq!(found.iter().map(Result::is_ok).collect::<Vec<_>>(), good, "{text}");
        let errors = found.into_iter().filter_map(Result::err).map(|error| matches!(error, Reason::Json { .. }));
        assert_eq!(errors.collect::<Vec<_>>(), [true], "{text}");
    }
}

/// A key in every notation, and the imported key or the error.
#[test]
fn stored_keys_by_their_notation() {
    use Concern::{KeyHadTrailingBytes, KeyRewritten};
    let read = |key: Value| -> Result<(Vec<u8>, Vec<Concern>), Reason> {
        let row = json!({"keyHandle": url(b"credential"), "publicKey": key}).to_string();
        let [imported] = u2f::records(&row, |_| Some(user())).collect::<Vec<_>>().try_into().unwrap();
        imported.map(|imported| (imported.record.public_key, imported.concerns)).map_err(|error| error.reason)
    };
    let bytes = |key: &[u8]| json!(url(key));
    let key = es256();
    let (x, y) = (&key[7..42], &key[42..]); // each with its label and head
    let unsorted = [&[0xa5, 0x03, 0x26, 0x01, 0x02][..], y, x, &[0x20, 0x01]].concat();
    let indefinite = [&[0xbf][..], &key[1..], &[0xff]].concat();
    let modulus = [&[0x80][..], &[0x11; 255]].concat();
    let rsa = |alg, n: &[u8], e: &[u8]| {
        map(&[(1, Item::Integer(3)), (3, Item::Integer(alg)), (-1, Item::Bytes(n)), (-2, Item::Bytes(e))])
    };
    let rs256 = rsa(-257, &modulus, &[1, 0, 1]);
    let padded_rsa = rsa(-257, &[&[0][..], &modulus].concat(), &[0, 1, 0, 1]);
    let okp = |alg| {
        map(&[(1, Item::Integer(1)), (3, Item::Integer(alg)), (-1, Item::Integer(6)), (-2, Item::Bytes(&ed25519()))])
    };
    let ec_info = [crate::crypto::Curve::P256.spki_prefix(), &point()].concat();
    let ed_info = [b"\x30\x2a\x30\x05\x06\x03\x2b\x65\x70\x03\x21\0", &ed25519()[..]].concat();
    let rsa_info = |oid_and_parameters: &[u8]| {
        let tlv = |tag: u8, value: &[u8]| [&[tag, 0x82][..], &(value.len() as u16).to_be_bytes(), value].concat();
        let numbers = [tlv(0x02, &[&[0][..], &modulus].concat()), b"\x02\x03\x01\0\x01".to_vec()].concat();
        let bits = [&[0][..], &tlv(0x30, &numbers)].concat();
        let identifier = [&[0x30, oid_and_parameters.len() as u8][..], oid_and_parameters].concat();
        tlv(0x30, &[identifier, tlv(0x03, &bits)].concat())
    };
    let rsa_encryption = rsa_info(b"\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x01\x01\x05\0");
    let pss = rsa_info(b"\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x01\x0a");
    let pem = |info: &[u8]| format!("-----BEGIN PUBLIC KEY-----\n{}\n-----END PUBLIC KEY-----\n", padded(info));
    let ec_jwk = json!({"kty": "EC", "crv": "P-256", "x": url(&G[..32]), "y": url(&G[32..])});
    let rsa_jwk = json!({"kty": "RSA", "n": url(&modulus), "e": "AQAB", "alg": "PS256"});
    let jwk = |kty: &str, crv: &str, len: usize| {
        let number = url(&vec![1; len]);
        json!({"kty": kty, "crv": crv, "x": number, "y": number})
    };
    let ml_dsa = map(&[(1, Item::Integer(7)), (3, Item::Integer(-48)), (-1, Item::Bytes(&[1; 1312]))]);
    // With a `kid` after the key type, which every key begins with.
    let named = |key: &[u8]| [&[key[0] + 1][..], &key[1..3], &[0x02, 0x41, 0x07], &key[3..]].concat();
    for (stored, expected, concerns) in [
        (bytes(&key), &key, vec![]),
        (bytes(&point()), &key, vec![]),
        (bytes(&unsorted), &key, vec![KeyRewritten]),
        (bytes(&indefinite), &key, vec![KeyRewritten]),
        (bytes(&named(&key)), &key, vec![KeyRewritten]),
        (bytes(&named(&okp(-8))), &okp(-8), vec![KeyRewritten]),
        (bytes(&named(&ml_dsa)), &ml_dsa, vec![KeyRewritten]),
        (bytes(&padded_rsa), &rs256, vec![KeyRewritten]),
        (bytes(&[&key[..], &[0xa0]].concat()), &key, vec![KeyHadTrailingBytes { len: 1 }]),
        (bytes(&[&named(&key)[..], &[0xff; 20]].concat()), &key, vec![KeyHadTrailingBytes { len: 20 }]),
        (bytes(&ec_info), &key, vec![]),
        (bytes(&ed_info), &okp(-8), vec![]),
        (bytes(&rsa_encryption), &rs256, vec![]),
        (bytes(&pss), &rsa(-37, &modulus, &[1, 0, 1]), vec![]),
        (json!(pem(&ec_info)), &key, vec![]),
        (json!(pem(&rsa_encryption)), &rs256, vec![]),
        (ec_jwk.clone(), &key, vec![]),
        (json!({"kty": "OKP", "crv": "Ed25519", "x": url(&ed25519())}), &okp(-8), vec![]),
        (json!({"kty": "OKP", "crv": "Ed25519", "x": url(&ed25519()), "alg": "Ed25519"}), &okp(-19), vec![]),
        (rsa_jwk, &rsa(-37, &modulus, &[1, 0, 1]), vec![]),
        (json!({"kty": "RSA", "n": url(&modulus), "e": "AQAB"}), &rs256, vec![]),
        (jwk("EC", "P-384", 48), &key::ec(-35, 2, &[1; 48], &[1; 48]), vec![]),
        (jwk("EC", "P-521", 66), &key::ec(-36, 3, &[1; 66], &[1; 66]), vec![]),
        (jwk("EC", "secp256k1", 32), &key::ec(-47, 8, &[1; 32], &[1; 32]), vec![]),
        (jwk("OKP", "Ed448", 57), &key::okp(-53, 7, &[1; 57]), vec![]),
        (
            json!({"kty": "OKP", "crv": "Ed448", "alg": "EdDSA", "x": url(&[1; 57])}),
            &key::okp(-53, 7, &[1; 57]),
            vec![],
        ),
    ] {
        assert_eq!(read(stored.clone()).as_ref(), Ok(&(expected.clone(), concerns)), "{stored}");
    }
    let malformed = |expected| Reason::Malformed { member: "publicKey", expected };
    let (jwk, one_pem) = (malformed("a public key in JWK"), malformed("one public key in PEM"));
    let public_key = Reason::PublicKey;
    let mut x25519 = ec_jwk.clone();
    x25519["crv"] = json!("X25519");
    let mut unknown = ec_jwk.clone();
    unknown["alg"] = json!("ES999");
    let mut other_curve = ec_jwk;
    other_curve["alg"] = json!("ES384");
    for (stored, reason) in [
        (bytes(&[0xa0]), public_key(CoseError::NoAlgorithm)),
        (
            bytes(&map(&[(1, Item::Integer(2)), (3, Item::Integer(-999))])),
            public_key(CoseError::UnknownAlgorithm(-999)),
        ),
        (bytes(&[&key[..42], &[0x22, 0xf5]].concat()), public_key(CoseError::Parameter)),
        (bytes(&rsa(-257, &[0], &[0])), public_key(CoseError::Key(CryptoError::Modulus))),
        (bytes(&ec_info[..80]), Reason::SubjectPublicKeyInfo(Rule::Malformed(Malformed::Truncated).into())),
        (json!(pem(&ec_info) + &pem(&ec_info)), one_pem),
        (json!("-----BEGIN CERTIFICATE-----"), one_pem),
        (x25519, jwk),
        (unknown, jwk),
        (other_curve, public_key(CoseError::Curve)),
        (json!({"kty": "EC", "crv": "P-256", "x": url(&G[..32])}), Reason::Missing { member: "y" }),
        (json!({"kty": "AKP", "pub": "AA"}), jwk),
        (json!({"kty": "AKP", "alg": "ML-DSA-44", "pub": "AA"}), public_key(CoseError::Key(CryptoError::KeyLength))),
        (json!({"kty": 7}), malformed("bytes, in base64 or as an array of numbers")),
    ] {
        assert_eq!(read(stored.clone()), Err(reason), "{stored}");
    }
    for len in 0..65 {
        assert!(read(bytes(&point()[..len])).is_err(), "{len}");
    }
}

#[test]
fn the_lock_out_check_lists_records_by_id() {
    use Concern::{PublicKey, RepeatedId, UserHandleNamesPerson, UserHandleShort};
    let record = |id: &[u8], user: &[u8], key: Vec<u8>| {
        CredentialRecord::new(CredentialId::new(id).unwrap(), UserHandle::new(user).unwrap(), key)
    };
    let ed25519 = key::okp(-8, 6, &ed25519());
    let mut off_curve = es256();
    *off_curve.last_mut().unwrap() ^= 1;
    let low_order = key::okp(-8, 6, &[0; 32]);
    let unknown = key::ec(-100, 1, &G[..32], &G[32..]);
    let handle = user();
    let handle = handle.as_bytes();
    let records = [
        record(b"1", handle, es256()),
        record(b"2", handle, ed25519.clone()),
        record(b"3", handle, off_curve),
        record(b"4", handle, low_order),
        record(b"5", handle, unknown),
        record(b"6", handle, point()),
        record(b"7", handle, Vec::new()),
        record(b"1", handle, ed25519),
        record(b"8", b"ada@clinic.example", es256()),
        record(b"9", &handle[..15], es256()),
        record(b"0", b"a@b", point()),
        record(b"a", b"\xff@ not UTF-8, so no text", es256()),
    ];
    let found = check(&records, &rp(default_backend()));
    let found: Vec<_> = found.iter().map(|(id, concern)| (id.as_bytes()[0], *concern)).collect();
    assert!(
        matches!(
            found[..],
            [
                (b'3', PublicKey(off_curve)),
                (b'4', PublicKey(low_order)),
                (b'5', PublicKey(unknown)),
                (b'6', PublicKey(_)),
                (b'7', PublicKey(_)),
                (b'1', RepeatedId),
                (b'8', UserHandleNamesPerson),
                (b'9', UserHandleShort { len: 15 }),
                (b'0', PublicKey(_)),
                (b'0', UserHandleNamesPerson),
                (b'0', UserHandleShort { len: 3 }),
            ] if off_curve == CryptoError::NotOnCurve.into()
                && low_order == CryptoError::LowOrder.into()
                && unknown == CoseError::UnknownAlgorithm(-100).into()
        ),
        "{found:?}"
    );
    let locked_out: Vec<_> = found.iter().filter(|(_, concern)| concern.locks_out()).map(|(id, _)| *id).collect();
    assert_eq!(locked_out, *b"3456710");
}

/// Every reason and every concern: its code, its text, and its source, which the text does not repeat.
#[test]
fn every_reason_and_concern_has_a_code_and_a_text() {
    let length = UserHandle::new([]).unwrap_err();
    let data = crate::authenticator::data::Error::Truncated;
    let (member, expected) = ("counter", "a number");
    let reasons = [
        (Reason::Json { line: 2, column: 3 }, "not-json", "not JSON at line 2, column 3"),
        (Reason::NotAnObject, "not-an-object", "the row is not a JSON object"),
        (Reason::TooManyMembers, "too-many-members", "the row has more members than any library writes"),
        (Reason::Missing { member }, "member-missing", "the member `counter` is missing or null"),
        (Reason::Repeated { member }, "member-repeated", "the member `counter` occurs twice"),
        (Reason::Malformed { member, expected }, "member-malformed", "the member `counter` is not a number"),
        (Reason::CredentialId(length), "credential-id-length", "the credential id does not have a valid length"),
        (Reason::UserHandle(length), "user-handle-length", "the stored user handle does not have a valid length"),
        (Reason::NoUserHandle, "user-handle-missing", "neither the row nor the caller has a user handle"),
        (
            Reason::OtherUserHandle,
            "user-handle-mismatch",
            "the user handle of the row is not the one that the caller returned",
        ),
        (Reason::PublicKey(CoseError::NotAMap), "public-key", "the public key cannot be read as a COSE_Key"),
        (
            Reason::SubjectPublicKeyInfo(Rule::UnknownKey.into()),
            "subject-public-key-info",
            "the public key cannot be read as a SubjectPublicKeyInfo",
        ),
        (Reason::AuthenticatorData(data), "authenticator-data", "the stored authenticator data cannot be read"),
        (
            Reason::ExportAlgorithm(Algorithm::EdDsa),
            "export-algorithm",
            "webauthn-rs does not verify COSE algorithm -8",
        ),
        (
            Reason::ExportRsaKey,
            "export-rsa-key",
            "webauthn-rs verifies RSA keys of 2048 bits with an exponent of three bytes only",
        ),
        (Reason::ExportBackup, "export-backup", "backup eligibility or backup state is unknown; sign in once"),
        (Reason::ExportTransport, "export-transport", "webauthn-rs has no name for a transport of the record"),
        (
            Reason::ExportUserVerification,
            "export-user-verification",
            "user verification was not performed at registration, or that is unknown",
        ),
        (
            Reason::ExportRequirement,
            "export-requirement",
            "webauthn-rs has no name for this user verification requirement",
        ),
        (
            Reason::NotRepresentable { member },
            "not-representable",
            "the member `counter` of the options cannot be represented on the other side",
        ),
    ];
    for (reason, code, text) in reasons {
        let error = reason.alone();
        assert_eq!((error.code(), error.to_string()), (code, text.to_owned()));
        let in_a_row = reason.of(Some(3), None);
        assert_eq!(in_a_row.to_string(), format!("row 3: {text}"));
        let cause = in_a_row.source().map(ToString::to_string);
        assert!(cause.is_none_or(|cause| !text.contains(&cause)), "{text}");
    }
    let source = Reason::PublicKey(CoseError::NotAMap).alone().source().map(ToString::to_string);
    assert_eq!(source, Some(CoseError::NotAMap.to_string()));
    let concerns = [
        (Concern::PublicKey(CoseError::NotAMap.into()), "public-key", "the public key can never verify a signature"),
        (Concern::Algorithm(Algorithm::EdDsa), "algorithm", "COSE algorithm -8 is not verified by this backend"),
        (
            Concern::AlgorithmNotAccepted(Algorithm::LegacyRs1),
            "algorithm-not-accepted",
            "COSE algorithm -65535 is not accepted by this relying party at sign-ins",
        ),
        (
            Concern::BackupEligibility,
            "backup-eligibility",
            "the relying party's policy on backup refuses the stored backup eligibility",
        ),
        (Concern::RepeatedId, "repeated-id", "an earlier record has the same credential id"),
        (
            Concern::UserHandleNamesPerson,
            "user-handle-names-person",
            "the user handle is text with an @, so it may name a person",
        ),
        (Concern::UserHandleShort { len: 4 }, "user-handle-short", "the user handle has 4 bytes, fewer than 16"),
        (
            Concern::KeyHadTrailingBytes { len: 4 },
            "key-had-trailing-bytes",
            "4 bytes followed the stored public key and were removed",
        ),
        (Concern::KeyRewritten, "key-rewritten", "the stored public key was rewritten in canonical form"),
        (
            Concern::CloneWarning,
            "clone-warning",
            "the other library recorded that the signature counter once did not increase",
        ),
    ];
    for (concern, code, text) in concerns {
        assert_eq!((concern.code(), concern.to_string()), (code, text.to_owned()));
    }
}

/// A backend that supports only ES256.
#[derive(Debug)]
struct OnlyEs256;

impl Backend for OnlyEs256 {
    fn name(&self) -> &'static str {
        "only ES256"
    }
    fn supports(&self, scheme: crate::crypto::Scheme) -> bool {
        scheme == Algorithm::Es256.scheme()
    }
    fn sha256(&self, parts: &[&[u8]]) -> [u8; 32] {
        default_backend().sha256(parts)
    }
    fn hmac_sha256(&self, key: &[u8], parts: &[&[u8]]) -> [u8; 32] {
        default_backend().hmac_sha256(key, parts)
    }
    fn check_key(&self, key: &crate::crypto::PublicKey<'_>) -> Result<(), CryptoError> {
        default_backend().check_key(key)
    }
    fn verify(
        &self,
        _: crate::crypto::Scheme,
        _: &crate::crypto::PublicKey<'_>,
        _: &[u8],
        _: &[u8],
    ) -> Result<(), CryptoError> {
        Err(CryptoError::BadSignature)
    }
    fn random(&self, _: &mut [u8]) -> Result<(), CryptoError> {
        Err(CryptoError::Random)
    }
}

#[test]
fn the_lock_out_check_asks_the_backend_that_will_verify() {
    let record = |id: &[u8], key: Vec<u8>| CredentialRecord::new(CredentialId::new(id).unwrap(), user(), key);
    let records = [record(b"1", es256()), record(b"2", key::okp(-8, 6, &ed25519()))];
    assert_eq!(check(&records, &rp(default_backend())), []);
    assert_eq!(check(&records, &rp(&OnlyEs256)), [(records[1].id.clone(), Concern::Algorithm(Algorithm::EdDsa))]);
}

/// The policies of the relying party on algorithms (§7.2 step 21) and backup (step 19) lock out too.
#[test]
fn the_lock_out_check_asks_the_relying_party() {
    let record = |key: Vec<u8>, eligible| {
        let mut record = CredentialRecord::new(CredentialId::new(*b"id").unwrap(), user(), key);
        record.backup_eligible = eligible;
        record
    };
    let builder = || RelyingParty::builder("example.org", "Example").algorithms([Algorithm::Es256]);
    let not_accepted = |algorithm| Some(Concern::AlgorithmNotAccepted(algorithm));
    let [rs1, rs256] = [-65535, -257].map(|alg| record(key::rsa(alg, &[0x91; 256], &[1, 0, 1]), None));
    let [unknown, synced, bound] = [None, Some(true), Some(false)].map(|eligible| record(es256(), eligible));
    let backup = Some(Concern::BackupEligibility);
    for (builder, record, expected) in [
        (builder(), &rs256, None),
        (builder().refuse_at_sign_in([Algorithm::Rs256]), &rs256, not_accepted(Algorithm::Rs256)),
        (builder(), &rs1, not_accepted(Algorithm::LegacyRs1)),
        (builder().accept_rs1_at_sign_in(), &rs1, None),
        (builder().algorithms([Algorithm::LegacyRs1]), &rs1, None),
        (builder().backup_eligibility(BackupEligibility::MultiDevice), &unknown, None),
        (builder().backup_eligibility(BackupEligibility::MultiDevice), &synced, None),
        (builder().backup_eligibility(BackupEligibility::MultiDevice), &bound, backup),
        (builder().backup_eligibility(BackupEligibility::SingleDevice), &synced, backup),
        (builder().backup_eligibility(BackupEligibility::SingleDevice), &bound, None),
        (builder().backup_state_at_authentication(BackupState::BackedUp), &synced, None),
        (builder().backup_state_at_authentication(BackupState::BackedUp), &bound, backup),
        (builder().backup_state_at_authentication(BackupState::NotBackedUp), &synced, None),
    ] {
        let built = builder.build().unwrap();
        let found: Vec<_> = check([record], &built).into_iter().map(|(_, concern)| concern).collect();
        assert_eq!(found, expected.into_iter().collect::<Vec<_>>(), "{built:?} {record:?}");
        assert!(found.iter().all(|concern| concern.locks_out()));
    }
}
