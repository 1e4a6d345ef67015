use super::*;
use crate::client::json::UserVerificationRequirement;
use crate::credential::{CredentialId, Transport};
use crate::crypto::Algorithm;
use crate::interop::check;
use crate::interop::tests::{es256, point, url, user};
use crate::interop::webauthn_rs::stored;
use crate::relying_party::RelyingParty;
use serde_json::{Value, json};

fn ec() -> (Vec<u8>, Vec<u8>) {
    (point()[1..33].to_vec(), point()[33..].to_vec())
}

/// Imports one row.
fn import(json: &Value) -> Result<CredentialRecord, ImportError> {
    let [row] = records(&json.to_string(), |_| Some(user())).collect::<Vec<_>>().try_into().unwrap();
    row.map(|imported| imported.record)
}

fn read(json: Value) -> CredentialRecord {
    import(&json).unwrap()
}

/// A passkey as release 0.6 writes it. Rows that 0.4 and 0.5 wrote are in tests/importers.
fn passkey() -> Value {
    let (x, y) = ec();
    json!({"cred": {
        "cred_id": url(b"credential"),
        "cred": {"type_": "ES256", "key": {"EC_EC2": {"curve": "SECP256R1", "x": url(&x), "y": url(&y)}}},
        "counter": 3,
        "transports": ["internal", "hybrid"],
        "user_verified": true,
        "backup_eligible": true,
        "backup_state": false,
        "registration_policy": "required",
        "extensions": {
            "cred_protect": "Ignored", "hmac_create_secret": "NotRequested", "appid": "NotRequested",
            "cred_props": {"Unsigned": {"rk": true}},
        },
        "attestation": {"data": "None", "metadata": "None"},
        "attestation_format": "none",
    }})
}

#[test]
fn a_passkey_of_0_6() {
    let record = read(passkey());
    assert_eq!(record.id.as_bytes(), b"credential");
    assert_eq!((record.public_key.clone(), record.sign_count, record.uv_initialized), (es256(), 3, true));
    assert_eq!((record.backup_eligible, record.backup_state), (Some(true), Some(false)));
    assert_eq!(record.transports, [Transport::Internal, Transport::Hybrid]);
    assert_eq!(check([&record], &RelyingParty::new("example.org", "Example").unwrap()), []);
    assert_eq!(read(passkey()["cred"].clone()), record, "the bare credential");
    assert_eq!(super::record(&passkey(), user()), Ok(record), "a value in memory");
}

#[test]
fn a_credential_of_0_3() {
    let (x, y) = ec();
    let record = read(json!({
        "cred_id": b"credential",
        "cred": {"type_": "ECDSA_SHA256", "key": {"EC_EC2": {"curve": "SECP256R1", "x": x, "y": y}}},
        "counter": 2, "verified": true, "registration_policy": "preferred",
    }));
    assert_eq!((record.public_key, record.sign_count, record.uv_initialized), (es256(), 2, true));
    assert_eq!((record.backup_eligible, record.backup_state), (None, None));
    assert!(record.transports.is_empty());
}

#[test]
fn not_eligible_is_imported_only_with_the_attestation_of_a_manufacturer() {
    for (data, known) in [
        (json!("None"), None),
        (json!("Self_"), None),
        (json!("Uncertain"), None),
        (json!({"Basic": []}), Some(false)),
        (json!({"AttCa": []}), Some(false)),
        (json!({"AnonCa": []}), Some(false)),
        (json!("ECDAA"), Some(false)),
    ] {
        let mut stored = passkey();
        stored["cred"]["backup_eligible"] = false.into();
        stored["cred"]["attestation"]["data"] = data;
        let record = read(stored);
        assert_eq!((record.backup_eligible, record.backup_state), (known, known));
    }
}

#[test]
fn every_kind_of_key_by_its_name() {
    let okp = |curve, len| json!({"EC_OKP": {"curve": curve, "x": url(&vec![0x66; len])}});
    let rsa = json!({"RSA": {"n": url(&[0x81; 256]), "e": [1, 0, 1]}});
    let ec = |curve, len| json!({"EC_EC2": {"curve": curve, "x": url(&vec![1; len]), "y": url(&vec![1; len])}});
    for (name, key, algorithm) in [
        ("ES384", ec("SECP384R1", 48), Algorithm::Es384),
        ("ECDSA_SHA384", ec("SECP384R1", 48), Algorithm::Es384),
        ("ES512", ec("SECP521R1", 66), Algorithm::Es512),
        ("ECDSA_SHA512", ec("SECP521R1", 66), Algorithm::Es512),
        ("ES521", ec("SECP521R1", 66), Algorithm::Es512),
        ("EDDSA", okp("ED25519", 32), Algorithm::EdDsa),
        ("RS256", rsa.clone(), Algorithm::Rs256),
        ("RS384", rsa.clone(), Algorithm::Rs384),
        ("RS512", rsa.clone(), Algorithm::Rs512),
        ("PS256", rsa.clone(), Algorithm::Ps256),
        ("PS384", rsa.clone(), Algorithm::Ps384),
        ("PS512", rsa.clone(), Algorithm::Ps512),
        ("INSECURE_RS1", rsa, Algorithm::LegacyRs1),
    ] {
        let mut stored = passkey();
        stored["cred"]["cred"] = json!({"type_": name, "key": key});
        let record = read(stored);
        let key = crate::crypto::cose::CoseKey::read(&record.public_key).unwrap();
        assert_eq!(key.algorithm(), algorithm, "{name}");
    }
}

#[test]
fn keys_that_cannot_be_read_are_refused() {
    for (pointer, value, code) in [
        ("/cred/cred/type_", json!("ES384"), "public-key"),
        ("/cred/cred/key/EC_EC2/x", json!("AAAA"), "public-key"),
        ("/cred/cred/key/EC_EC2/curve", json!("SECP384R1"), "public-key"),
        ("/cred/cred/key/EC_EC2/curve", json!("SECP256K1"), "member-malformed"),
        ("/cred/cred/key", json!({"EC_X25519": {}}), "member-missing"),
        ("/cred/cred/type_", json!("PinUvProtocol"), "member-malformed"),
        ("/cred/cred", json!(null), "member-missing"),
        ("/cred/user_verified", json!(null), "member-missing"),
        ("/cred/attestation", json!({}), "member-missing"),
        ("/cred/cred_id", json!(""), "credential-id-length"),
        ("/cred", json!({}), "member-missing"),
        ("/cred", json!(7), "member-malformed"),
    ] {
        let mut stored = passkey();
        *stored.pointer_mut(pointer).unwrap() = value;
        let error = import(&stored).unwrap_err();
        assert_eq!((error.code(), error.row), (code, Some(0)), "{pointer}");
        let alone = super::record(&stored, user()).unwrap_err();
        assert_eq!((alone.code(), alone.row), (code, None), "{pointer}");
    }
}

/// Rows of two releases, with a bad row among them.
#[test]
fn a_bad_row_loses_no_good_one() {
    let text = json!([passkey(), {"cred": {"cred_id": url(b"another")}}, passkey()["cred"]]).to_string();
    let rows: Vec<_> = records(&text, |_| Some(user())).collect();
    let [Ok(first), Err(error), Ok(third)] = &rows[..] else { panic!("{rows:?}") };
    assert_eq!((&first.record, first.row, third.row), (&third.record, 0, 2));
    assert_eq!((error.row, error.reason), (Some(1), Reason::Missing { member: "cred" }));
    assert_eq!(error.credential_id(), Some(&CredentialId::new(*b"another").unwrap()));
}

#[test]
fn an_exported_record_imports_equal() {
    let record = read(passkey());
    let exported = stored(&record, &UserVerificationRequirement::Required).unwrap();
    assert_eq!(read(exported.clone()), record);
    let mut expected = passkey();
    expected["cred"]["extensions"] = json!({});
    assert_eq!(exported, expected);
}

#[test]
fn a_record_is_not_exported_if_a_fact_would_be_lost_or_guessed() {
    let whole = read(passkey());
    let refused = |change: fn(&mut CredentialRecord)| {
        let mut record = whole.clone();
        change(&mut record);
        let error = stored(&record, &UserVerificationRequirement::Preferred).unwrap_err();
        assert_eq!((error.row, error.credential_id()), (None, Some(&record.id)));
        error.reason
    };
    assert_eq!(refused(|record| record.backup_eligible = None), Reason::ExportBackup);
    assert_eq!(refused(|record| record.backup_state = None), Reason::ExportBackup);
    assert_eq!(refused(|record| record.transports.push(Transport::SmartCard)), Reason::ExportTransport);
    assert!(matches!(refused(|record| record.public_key.clear()), Reason::PublicKey(_)));
    let never_verified = |registered_with| {
        let mut record = whole.clone();
        record.uv_initialized = false;
        stored(&record, &registered_with).map(|_| ()).map_err(|error| error.reason)
    };
    assert_eq!(never_verified(UserVerificationRequirement::Required), Err(Reason::ExportUserVerification));
    assert_eq!(never_verified(UserVerificationRequirement::Preferred), Ok(()));
    let other = UserVerificationRequirement::Other("never".into());
    assert_eq!(stored(&whole, &other).unwrap_err().reason, Reason::ExportRequirement);

    let export = |n: usize, algorithm: i64| {
        let key = rsa(algorithm, &vec![0x81; n], &[1, 0, 1]);
        let mut record = CredentialRecord::new(CredentialId::new(*b"id").unwrap(), user(), key);
        (record.backup_eligible, record.backup_state) = (Some(false), Some(false));
        stored(&record, &UserVerificationRequirement::Preferred).map(|_| ()).map_err(|error| error.reason)
    };
    assert_eq!(export(256, -257), Ok(()));
    assert_eq!(export(384, -257), Err(Reason::ExportRsaKey));
    assert_eq!(export(256, -258), Err(Reason::ExportAlgorithm(Algorithm::Rs384)));
}
