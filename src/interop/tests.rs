//! Each importer on the JSON that its library's documentation shows, with keys of ours.

use super::*;
use crate::ceremony::{BackupEligibility, BackupState};
use crate::codec::base64url;
use crate::crypto::{Algorithm, Backend, KeyError, default_backend};
use serde_json::{Value, json};

/// The base points of P-256 and Ed25519.
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
    cose::es256(&point()).unwrap()
}

fn ed25519() -> Vec<u8> {
    let mut x = [0x66; 32];
    x[0] = 0x58;
    use cose::Parameter::{Bytes, Integer};
    cose::encode(&[(1, Integer(1)), (3, Integer(-8)), (-1, Integer(6)), (-2, Bytes(&x))])
}

pub(super) fn user() -> UserHandle {
    UserHandle::new(*b"user-1").unwrap()
}

fn url(bytes: &[u8]) -> String {
    base64url::encode(bytes)
}

fn padded(bytes: &[u8]) -> String {
    base64url::encode_standard(bytes)
}

/// The attestation object of `credential`, registered with UP and these flags.
fn attestation_object(id: &[u8], flags: u8) -> Vec<u8> {
    let data = [&[7; 32][..], &[0x41 | flags, 0, 0, 0, 0], &[0; 16], &[0, id.len() as u8], id, &es256()].concat();
    let authenticator_data = [b"hauthData\x58", &[data.len() as u8][..], &data].concat();
    [b"\xa3cfmtdnonegattStmt\xa0", &authenticator_data[..]].concat()
}

const UV: u8 = 0x04;

/// The record of `credential` with these items, and that the lock-out check has nothing to say of it.
fn expect(
    record: &CredentialRecord,
    count: u32,
    uv: bool,
    backup: (Option<bool>, Option<bool>),
    transports: &[Transport],
) {
    assert_eq!(record.id.as_bytes(), b"credential");
    assert_eq!(record.user_handle, user());
    assert_eq!(record.public_key, es256());
    assert_eq!((record.sign_count, record.uv_initialized), (count, uv));
    assert_eq!((record.backup_eligible, record.backup_state), backup);
    assert_eq!(record.transports, transports);
    assert_eq!(check([record], &rp(default_backend())), []);
}

const UNKNOWN: (Option<bool>, Option<bool>) = (None, None);
const SYNCED: (Option<bool>, Option<bool>) = (Some(true), Some(true));
const BOUND: (Option<bool>, Option<bool>) = (Some(false), Some(false));

#[test]
fn simplewebauthn_passkeys() {
    let read = |json: Value| serde_json::from_value::<simplewebauthn::Passkey>(json).unwrap().into_record(user());
    let numbered: Value = es256().iter().enumerate().map(|(i, &byte)| (i.to_string(), json!(byte))).collect();
    for public_key in [json!(url(&es256())), json!(padded(&es256())), json!(es256()), numbered] {
        let record = read(json!({
            "id": url(b"credential"), "publicKey": public_key, "user": {"id": 1}, "webauthnUserID": url(b"user-1"),
            "counter": 5, "deviceType": "multiDevice", "backedUp": true, "transports": ["internal", "hybrid"],
        }));
        expect(&record.unwrap(), 5, false, SYNCED, &[Transport::Internal, Transport::Hybrid]);
    }
    let old = json!({
        "credentialID": {"type": "Buffer", "data": b"credential"}, "credentialPublicKey": es256(),
        "counter": 0, "credentialDeviceType": "singleDevice", "credentialBackedUp": false, "transports": "usb,nfc",
        "userVerified": true,
    });
    expect(&read(old).unwrap(), 0, true, BOUND, &[Transport::Usb, Transport::Nfc]);
    let oldest = json!({"credentialID": url(b"credential"), "credentialPublicKey": url(&es256()), "counter": 0});
    expect(&read(oldest).unwrap(), 0, false, UNKNOWN, &[]);
    let another = json!({
        "id": url(b"credential"), "publicKey": url(&es256()), "counter": 0, "webauthnUserID": url(b"user-2"),
    });
    assert_eq!(read(another), Err(Unusable::UserHandle));
}

#[test]
fn go_webauthn_credentials() {
    let read = |json: Value| serde_json::from_value::<go_webauthn::Credential>(json).unwrap().into_record(user());
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
    let internal = [Transport::Internal];
    expect(&read(with(flags(true, true, true, true))).unwrap(), 9, false, SYNCED, &internal);
    expect(&read(with(flags(true, false, false, false))).unwrap(), 9, false, BOUND, &internal);
    expect(&read(with(flags(false, false, false, false))).unwrap(), 9, false, UNKNOWN, &internal);
    expect(&read(with(flags(true, true, false, true))).unwrap(), 9, false, UNKNOWN, &internal);
    expect(&read(with(json!(null))).unwrap(), 9, false, UNKNOWN, &internal);
    for (of_the_login, of_the_registration) in [(true, false), (false, true)] {
        let object = padded(&attestation_object(b"credential", if of_the_registration { UV } else { 0 }));
        let record = read(registered(flags(true, of_the_login, true, true), object.into())).unwrap();
        expect(&record, 9, of_the_registration, SYNCED, &internal);
    }
    let old = json!({
        "ID": padded(b"credential"), "PublicKey": padded(&es256()), "AttestationType": "none",
        "Authenticator": {"AAGUID": padded(&[0; 16]), "SignCount": 3, "CloneWarning": true},
    });
    expect(&read(old).unwrap(), 3, false, UNKNOWN, &[]);
    let u2f = json!({
        "id": padded(b"credential"), "publicKey": padded(&point()), "attestationType": "fido-u2f", "transport": null,
        "authenticator": {"AAGUID": null, "SignCount": 3, "CloneWarning": false},
    });
    expect(&read(u2f).unwrap(), 3, false, UNKNOWN, &[]);
}

#[test]
fn py_webauthn_registrations() {
    let read =
        |json: Value| serde_json::from_value::<py_webauthn::VerifiedRegistration>(json).unwrap().into_record(user());
    let mut stored = json!({
        "credential_id": url(b"credential"), "credential_public_key": url(&es256()), "sign_count": 23,
        "aaguid": "00000000-0000-0000-0000-000000000000", "fmt": "none", "credential_type": "public-key",
        "user_verified": true, "attestation_object": url(b"..."), "credential_device_type": "multi_device",
        "credential_backed_up": false,
    });
    expect(&read(stored.clone()).unwrap(), 23, true, (Some(true), Some(false)), &[]);
    stored["credential_device_type"] = "single_device".into();
    stored["transports"] = json!(["usb"]);
    expect(&read(stored.clone()).unwrap(), 23, true, BOUND, &[Transport::Usb]);
    stored["attestation_object"] = url(&attestation_object(b"credential", 0)).into();
    expect(&read(stored).unwrap(), 23, false, BOUND, &[Transport::Usb]);
}

#[test]
fn java_webauthn_server_credentials() {
    let read = |json: Value| {
        serde_json::from_value::<java_webauthn_server::RegisteredCredential>(json).unwrap().into_record(user())
    };
    let mut stored = json!({
        "credentialId": url(b"credential"), "userHandle": url(b"user-1"), "publicKeyCose": url(&es256()),
        "signatureCount": 2, "backupEligible": null, "backupState": null,
    });
    expect(&read(stored.clone()).unwrap(), 2, false, UNKNOWN, &[]);
    (stored["backupEligible"], stored["backupState"]) = (true.into(), true.into());
    expect(&read(stored.clone()).unwrap(), 2, false, SYNCED, &[]);
    stored["userHandle"] = url(b"user-2").into();
    assert_eq!(read(stored), Err(Unusable::UserHandle));
}

#[test]
fn webauthn4j_records() {
    let registered = |data: &[u8], object: Option<String>| {
        let json = json!({
            "attestedCredentialData": url(data), "counter": 1, "uvInitialized": true, "backupEligible": false,
            "backupState": false, "transports": ["nfc"], "attestationStatement": {"fmt": "none"}, "clientData": null,
            "attestationObject": object,
        });
        serde_json::from_value::<webauthn4j::CredentialRecord>(json).unwrap().into_record(user())
    };
    let read = |data: &[u8]| registered(data, None);
    let data = [&[7; 16][..], &[0, 10], b"credential", &es256()].concat();
    expect(&read(&data).unwrap(), 1, false, BOUND, &[Transport::Nfc]);
    let object = Some(url(&attestation_object(b"credential", UV)));
    expect(&registered(&data, object).unwrap(), 1, true, BOUND, &[Transport::Nfc]);
    for len in [0, 15, 17, 27] {
        assert_eq!(read(&data[..len]), Err(Unusable::AttestedCredentialData), "{len}");
    }
    assert!(matches!(read(&data[..40]), Err(Unusable::PublicKey(_))));
    assert!(matches!(read(&[&data[..], &[0]].concat()), Err(Unusable::PublicKey(_))));
}

#[test]
fn fido2_net_lib_credentials() {
    let read =
        |json: Value| serde_json::from_value::<fido2_net_lib::StoredCredential>(json).unwrap().into_record(user());
    let four = json!({
        "Id": padded(b"credential"), "PublicKey": padded(&es256()), "SignCount": 6, "Transports": ["internal"],
        "IsBackupEligible": true, "IsBackedUp": true, "AttestationObject": padded(b"..."),
        "AttestationClientDataJson": padded(b"..."), "DevicePublicKeys": [], "UserId": padded(b"user-1"),
        "UserHandle": padded(b"user-1"), "AttestationFormat": "none", "RegDate": "2026-01-02T03:04:05Z",
        "AaGuid": "00000000-0000-0000-0000-000000000000", "Descriptor": {"type": "public-key", "id": url(b"credential")},
    });
    expect(&read(four).unwrap(), 6, false, SYNCED, &[Transport::Internal]);
    let registered = json!({
        "type": "public-key", "id": padded(b"credential"), "publicKey": url(&es256()), "transports": ["usb"],
        "signCount": 1, "isBackupEligible": false, "isBackedUp": false,
        "attestationObject": padded(&attestation_object(b"credential", UV)),
        "user": {"name": "ada", "id": url(b"user-1"), "displayName": "Ada"},
    });
    expect(&read(registered.clone()).unwrap(), 1, true, BOUND, &[Transport::Usb]);
    let three = json!({
        "UserId": padded(b"user-1"), "PublicKey": padded(&es256()), "UserHandle": padded(b"user-1"),
        "SignatureCounter": 8, "CredType": "none", "RegDate": "2021-01-02T03:04:05Z",
        "Descriptor": {"Type": "public-key", "Id": url(b"credential"), "Transports": ["ble"]},
    });
    expect(&read(three).unwrap(), 8, false, UNKNOWN, &[Transport::Ble]);
    let mut another = registered;
    another["user"]["id"] = url(b"user-2").into();
    assert_eq!(read(another), Err(Unusable::UserHandle));
    let without_id = json!({"publicKey": url(&es256()), "signCount": 0});
    assert!(matches!(read(without_id), Err(Unusable::CredentialId(_))));
}

#[test]
fn uv_is_taken_from_the_registration_of_this_credential_alone() {
    let whole = attestation_object(b"credential", UV);
    let verified = |object: &[u8]| registered::user_verified(object, b"credential");
    assert_eq!(verified(&whole), Some(true));
    assert_eq!(verified(&attestation_object(b"credential", 0)), Some(false));
    assert_eq!(verified(&attestation_object(b"credentiaL", UV)), None);
    let unsorted = [&b"\xa3gattStmt\xa0cfmtdnone"[..], &whole[19..]].concat();
    assert_eq!(verified(&unsorted), Some(true));
    for len in [0, 1, whole.len() - 1] {
        assert_eq!(verified(&whole[..len]), None, "{len}");
    }
}

#[test]
fn u2f_registrations() {
    let read = |json: Value| serde_json::from_value::<u2f::Registration>(json).unwrap().into_record(user());
    let stored = |key: &[u8]| json!({"keyHandle": url(b"credential"), "publicKey": url(key), "counter": 4});
    expect(&read(stored(&point())).unwrap(), 4, false, UNKNOWN, &[]);
    expect(
        &read(json!({"key_handle": url(b"credential"), "public_key": url(&point())})).unwrap(),
        0,
        false,
        UNKNOWN,
        &[],
    );
    assert!(matches!(read(stored(&G)), Err(Unusable::PublicKey(_))));
    assert!(matches!(read(stored(&point()[..64])), Err(Unusable::PublicKey(_))));
}

#[test]
fn ids_that_are_none() {
    for id in [&[][..], &[0; 1024]] {
        let items = Items { id: id.to_vec(), public_key: es256(), ..Items::default() };
        assert!(matches!(items.into_record(user()), Err(Unusable::CredentialId(_))));
    }
}

#[test]
fn the_lock_out_check_says_who_could_never_sign_in() {
    let record = |id: &[u8], key: Vec<u8>| CredentialRecord::new(CredentialId::new(id).unwrap(), user(), key);
    let mut off_curve = es256();
    *off_curve.last_mut().unwrap() ^= 1;
    let mut low_order = ed25519();
    let at = low_order.len() - 32;
    low_order[at..].fill(0);
    let mut unknown = es256();
    unknown[4] = 0x38; // alg −7 becomes a number of two bytes
    unknown.insert(5, 0x63); // −100
    let records = [
        record(b"1", es256()),
        record(b"2", ed25519()),
        record(b"3", off_curve),
        record(b"4", low_order),
        record(b"5", unknown),
        record(b"6", point()),
        record(b"7", Vec::new()),
        record(b"1", ed25519()),
    ];
    let found = check(&records, &rp(default_backend()));
    let found: Vec<_> = found.iter().map(|(record, why)| (record.id.as_bytes()[0], *why)).collect();
    assert!(
        matches!(
            found[..],
            [
                (b'3', Unusable::PublicKey(CoseError::Key(KeyError::NotOnCurve))),
                (b'4', Unusable::PublicKey(CoseError::Key(KeyError::LowOrder))),
                (b'5', Unusable::PublicKey(CoseError::UnknownAlgorithm(-100))),
                (b'6', Unusable::PublicKey(_)),
                (b'7', Unusable::PublicKey(_)),
                (b'1', Unusable::Twice),
            ]
        ),
        "{found:?}"
    );
}

/// A backend that verifies ES256 alone.
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
    fn check_key(&self, key: &crate::crypto::PublicKey<'_>) -> Result<(), KeyError> {
        default_backend().check_key(key)
    }
    fn verify(
        &self,
        _: crate::crypto::Scheme,
        _: &crate::crypto::PublicKey<'_>,
        _: &[u8],
        _: &[u8],
    ) -> Result<(), crate::crypto::BadSignature> {
        Err(crate::crypto::BadSignature)
    }
    fn random(&self, _: &mut [u8]) -> Result<(), crate::crypto::RandomFailed> {
        Err(crate::crypto::RandomFailed)
    }
}

#[test]
fn the_lock_out_check_asks_the_backend_that_will_verify() {
    let record = |key: Vec<u8>| CredentialRecord::new(CredentialId::new(key.clone()).unwrap(), user(), key);
    let records = [record(es256()), record(ed25519())];
    assert_eq!(check(&records, &rp(default_backend())), []);
    assert_eq!(check(&records, &rp(&OnlyEs256)), [(&records[1], Unusable::Algorithm(Algorithm::EdDsa))]);
    assert_eq!(Unusable::Algorithm(Algorithm::EdDsa).to_string(), "COSE algorithm -8 is not verified by this backend");
}

/// Whom the relying party's own choices lock out: by algorithm (§7.2 step 21), by backup (step 19).
#[test]
fn the_lock_out_check_asks_the_relying_party() {
    use cose::Parameter::{Bytes, Integer};
    let rsa = |alg| {
        let modulus = [&[0x80][..], &[0x11; 255]].concat();
        cose::encode(&[(1, Integer(3)), (3, Integer(alg)), (-1, Bytes(&modulus)), (-2, Bytes(&[1, 0, 1]))])
    };
    let record = |key: Vec<u8>, eligible| {
        let mut record = CredentialRecord::new(CredentialId::new(*b"id").unwrap(), user(), key);
        record.backup_eligible = eligible;
        record
    };
    let builder = || RelyingParty::builder("example.org", "Example").algorithms([Algorithm::Es256]);
    let not_accepted = |algorithm| Some(Unusable::AlgorithmNotAccepted(algorithm));
    let (rs1, rs256) = (record(rsa(-65535), None), record(rsa(-257), None));
    let [unknown, synced, bound] = [None, Some(true), Some(false)].map(|eligible| record(es256(), eligible));
    let backup = Some(Unusable::BackupEligibility);
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
        let found = check([record], &built).first().map(|(_, why)| *why);
        assert_eq!(found, expected, "{built:?} {record:?}");
    }
    let text = Unusable::AlgorithmNotAccepted(Algorithm::LegacyRs1).to_string();
    assert_eq!(text, "COSE algorithm -65535 is not accepted by this relying party at sign-ins");
}
