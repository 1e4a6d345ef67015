//! Every algorithm and every attestation format can be made, with the same bytes each time; every layer can be changed.

use wardkey_authenticator::attestation::formats;
use wardkey_authenticator::hash::sha256;
use wardkey_authenticator::*;

/// The SHA-256 of every registration and every authentication, one after the other. It changes when any byte of any
/// of them does: then the vectors made with this crate change as well.
const DIGEST: &str = "bceb5a4e5eb0b2030be62e58154fd9a736ff91dce629aefd9ac97ac3dc9ae351";

#[test]
fn every_format_attests_every_algorithm_for_ever_the_same() {
    let mut made = Vec::new();
    for algorithm in Algorithm::ALL {
        for (_, format) in formats(algorithm) {
            made.extend(Registration::new("support.every", algorithm).format(format).make().attestation_object);
        }
        made.extend(Authentication::new("support.every", algorithm).make().signature);
    }
    let digest: String = sha256(&made).iter().map(|byte| format!("{byte:02x}")).collect();
    assert_eq!(digest, DIGEST);
}

#[test]
fn every_layer_of_a_registration_can_be_broken() {
    let tpm = || Registration::new("support.layers", Algorithm::Es256).format(Tpm::new());
    let with = |format: Tpm| tpm().format(format);
    let broken = [
        tpm(),
        tpm().client_data(|data| data.set("origin", "https://evil.example")),
        tpm().client_data(|data| data.push("type", "webauthn.get")),
        tpm().client_data_json(|text| text.push(b' ')),
        tpm().authenticator_data(|data| data.clear_flags(flags::UP)),
        tpm().authenticator_data(|data| data.extension("credProtect", 2)),
        tpm().authenticator_data_bytes(|bytes| bytes.push(0)),
        tpm().public_key(|key| key.set(3, -257)),
        with(Tpm::new().leaf(|leaf| leaf.version = None)),
        with(Tpm::new().x5c(|x5c| x5c.clear())),
        with(Tpm::new().chain(Chain::of(3, Algorithm::Es384))),
        with(Tpm::new().chain(Chain::self_signed())),
        with(Tpm::new().chain(Chain::of(2, Algorithm::Rs256)).authority(1, |ca| ca.certificate.extensions.clear())),
        with(Tpm::new().pub_area(|area| area.kind = 0)),
        with(Tpm::new().pub_area_bytes(|area| area.push(0))),
        with(Tpm::new().cert_info(|info| info.magic = 0)),
        with(Tpm::new().cert_info_bytes(|info| info.push(0))),
        with(Tpm::new().signature(|signature| signature[8] ^= 1)),
        with(Tpm::new().tpmt_signature()),
        tpm().statement(|statement| statement.remove("ver")),
        tpm().attestation_object(|object| object.get("authData").bytes()[0] ^= 1),
        tpm().posted(|posted| posted.client_data_json.push(b' ')),
        tpm().json(|json| json["id"] = "AA==".into()),
    ];
    let responses = broken.map(|registration| registration.response());
    for (i, response) in responses.iter().enumerate() {
        assert!(!responses[..i].contains(response), "change {i} changes nothing");
    }
}

#[test]
fn every_layer_of_an_authentication_can_be_broken() {
    let authentication = || Authentication::new("support.layers", Algorithm::Es256);
    let broken = [
        authentication(),
        authentication().key(Key::new("support.other", Algorithm::Es256)),
        authentication().client_data(|data| data.remove("challenge")),
        authentication().client_data_json(|text| text.push(b' ')),
        authentication().authenticator_data(|data| data.sign_count = 1),
        authentication().authenticator_data_bytes(|bytes| bytes.truncate(36)),
        authentication().message(|message| message[0] ^= 1),
        authentication().signature(|signature| signature.clear()),
        authentication().posted(|posted| posted.user_handle = None),
        authentication().json(|json| json["type"] = "password".into()),
    ];
    let responses = broken.map(|authentication| authentication.response());
    for (i, response) in responses.iter().enumerate() {
        assert!(!responses[..i].contains(response), "change {i} changes nothing");
    }
}

#[test]
fn a_vector_is_one_line_in_a_fixed_order() {
    let registration = Registration::new("support.vector", Algorithm::Es256).format(Packed::new());
    let line = Vector::registration("wardkey/packed", &registration).line();
    let vector: serde_json::Value = serde_json::from_str(&line).expect("JSON");
    assert!(!line.contains('\n'));
    assert!(line.starts_with(r#"{"id":"wardkey/packed","kind":"registration","rp":{"#));
    assert_eq!(vector["verdict"]["attestation_type"], "basic_or_attca");
    assert_eq!(vector["expected"]["trust_anchors"].as_array().map(Vec::len), Some(1));

    let authentication = Authentication::of(&registration);
    let line = Vector::authentication("wardkey/x", &authentication).refused("§7.2 step 24", "why").strict().line();
    let vector: serde_json::Value = serde_json::from_str(&line).expect("JSON");
    assert_eq!(vector["verdict"]["accept"], false);
    assert_eq!(vector["strict"], true);
    assert_eq!(vector["expected"]["credential"]["id"], vector["response"]["id"]);
}
