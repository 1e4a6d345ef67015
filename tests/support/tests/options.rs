//! A ceremony answers the options of a relying party, or says why no authenticator would.

use serde_json::{Value, json};
use wardkey_authenticator::*;

const ORIGIN: &str = "https://clinic.example";

fn creation() -> Value {
    json!({
        "rp": {"id": "clinic.example", "name": "Example Clinic"},
        "user": {"id": "dXNlcg", "name": "ada", "displayName": "Ada"},
        "challenge": "AAECAwQFBgcICQoLDA0ODw",
        "pubKeyCredParams": [{"type": "public-key", "alg": -1}, {"type": "public-key", "alg": -8}, {"type": "public-key", "alg": -7}],
    })
}

fn request(id: &str) -> Value {
    json!({
        "rpId": "clinic.example",
        "challenge": "Dw4NDAsKCQgHBgUEAwIBAA",
        "allowCredentials": [{"type": "public-key", "id": "AA"}, {"type": "public-key", "id": id}],
    })
}

fn member(posted: &[u8], name: &str) -> Value {
    serde_json::from_slice::<Value>(posted).unwrap()[name].clone()
}

#[test]
fn a_registration_answers_its_options() {
    let passkey = Registration::answering("options.create", &creation(), ORIGIN).unwrap();
    assert_eq!(passkey.key.algorithm, Algorithm::EdDsa, "the first that the authenticator has");
    assert_eq!(passkey.expected.user_handle, b"user");
    let made = passkey.make();
    assert_eq!(member(&made.client_data_json, "challenge"), "AAECAwQFBgcICQoLDA0ODw");
    assert_eq!(member(&made.client_data_json, "origin"), ORIGIN);
    assert_eq!(made.authenticator_data[..32], hash::sha256(b"clinic.example"));
    let another = Registration::answering("options.another", &creation(), ORIGIN).unwrap();
    assert_ne!(another.credential_id(), passkey.credential_id());
}

#[test]
fn a_sign_in_answers_its_options() {
    let passkey = Registration::answering("options.get", &creation(), ORIGIN).unwrap();
    let mut options = request(&json::base64url(passkey.credential_id()));
    for allowed in [true, false] {
        if !allowed {
            options.as_object_mut().unwrap().remove("allowCredentials"); // a discoverable sign-in
        }
        let made = Authentication::answering(&passkey, &options).unwrap().make();
        assert_eq!(member(&made.client_data_json, "challenge"), options["challenge"]);
        assert_eq!(member(&made.client_data_json, "origin"), ORIGIN);
        assert_eq!(made.user_handle.as_deref(), Some(&b"user"[..]));
        assert_eq!(
            (&made.id[..], &made.authenticator_data[..32]),
            (passkey.credential_id(), &hash::sha256(b"clinic.example")[..])
        );
    }
}

#[test]
fn what_no_authenticator_would_answer_is_an_error() {
    let without = |mut options: Value, pointer: &str| {
        *options.pointer_mut(pointer).unwrap() = Value::Null;
        options
    };
    for (pointer, name) in [
        ("/rp/id", "rp.id"),
        ("/user/id", "user.id"),
        ("/challenge", "challenge"),
        ("/pubKeyCredParams", "pubKeyCredParams"),
    ] {
        let refused = Registration::answering("options.bad", &without(creation(), pointer), ORIGIN).unwrap_err();
        assert_eq!(refused, OptionsError::Member(name));
        assert_eq!(refused.to_string(), format!("the options have no usable `{name}`"));
    }
    let mut unknown = creation();
    unknown["pubKeyCredParams"] = json!([{"type": "public-key", "alg": -1}]);
    assert_eq!(Registration::answering("options.bad", &unknown, ORIGIN).unwrap_err(), OptionsError::Algorithms);

    let passkey = Registration::answering("options.get", &creation(), ORIGIN).unwrap();
    let good = request(&json::base64url(passkey.credential_id()));
    let refused = |options: &Value| Authentication::answering(&passkey, options).unwrap_err();
    assert_eq!(refused(&without(good.clone(), "/challenge")), OptionsError::Member("challenge"));
    assert_eq!(refused(&without(good.clone(), "/rpId")), OptionsError::Member("rpId"));
    let mut elsewhere = good;
    elsewhere["rpId"] = "hospital.example".into();
    assert_eq!(refused(&elsewhere), OptionsError::RpId);
    assert_eq!(refused(&request("AQ")), OptionsError::NotAllowed);
}
