//! Nothing that a stranger wrote stands in an error, and nothing unescaped in any `Debug` output: every vector, judged
//! by the public functions, with the text of whatever came of it searched for what was put in.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::Value;
use std::collections::BTreeSet;
use std::error::Error;
use std::fmt::Debug;
use std::fs;
use std::path::Path;
use wardkey::ceremony::{authentication, registration};
use wardkey::client::{ClientData, Origins, Site, data};
use wardkey::crypto::{Algorithm, AwsLcRs};
use wardkey::{AuthenticationResponse, CredentialId, CredentialRecord, RegistrationResponse, UserHandle};

/// Words of the standard and of this library, which may stand in an error though a message has them too.
const WORDS: &[&str] = &[
    "public-key",
    "webauthn.create",
    "webauthn.get",
    "platform",
    "internal",
    "cross-platform",
    "clientDataJSON",
    "attestationObject",
    "authenticatorData",
    "signature",
    "userHandle",
    "response",
    "packed",
    "android-key",
    "android-safetynet",
    "fido-u2f",
    "compound",
    "hybrid",
    "credProps",
    "origin",
    "challenge",
    "topOrigin",
    "clientExtensionResults",
    "credBlob",
    "largeBlob",
    "minPinLength",
    "credProtect",
    "publicKey",
    "publicKeyAlgorithm",
    "transports",
    "authenticatorAttachment",
    "crossOrigin",
    "appidExclude",
    "hmac-secret",
    "certificate",
    "payment",
];

/// Every string of a message, and what those in base64url hold where that is text, or JSON with strings of its own.
fn strings(value: &Value, found: &mut BTreeSet<String>) {
    match value {
        Value::String(text) => {
            found.insert(text.clone());
            let inner = URL_SAFE_NO_PAD.decode(text).ok().and_then(|bytes| String::from_utf8(bytes).ok());
            if let Some(inner) = inner {
                if let Ok(json @ Value::Object(_)) = serde_json::from_str(&inner) {
                    strings(&json, found);
                }
                found.insert(inner);
            }
        }
        Value::Array(items) => items.iter().for_each(|item| strings(item, found)),
        Value::Object(members) => members.iter().for_each(|(name, value)| {
            found.insert(name.clone());
            strings(value, found);
        }),
        _ => {}
    }
}

/// Errors hold none of `input`; no text holds a control character.
fn check_error(id: &str, input: &BTreeSet<String>, error: &(dyn Error + 'static)) {
    let mut next = Some(error);
    while let Some(error) = next {
        for text in [error.to_string(), format!("{error:?}"), format!("{error:#?}").replace('\n', " ")] {
            assert!(!text.contains(char::is_control), "{id}: {text:?}");
            for put_in in input.iter().filter(|text| text.len() >= 6 && !WORDS.contains(&text.as_str())) {
                assert!(!text.contains(put_in.as_str()), "{id}: {put_in:?} stands in {text:?}");
            }
        }
        next = error.source();
    }
}

fn check_debug(id: &str, value: &impl Debug) {
    assert!(!format!("{value:?}").contains(char::is_control), "{id}: {value:?}");
}

/// Judges a vector by an RP that expects something else, so that nearly all of them end in an error, and by the one it
/// names.
fn judge(vector: &Value) {
    let id = vector["id"].as_str().unwrap();
    let mut input = BTreeSet::new();
    strings(&vector["response"], &mut input);
    for member in ["challenge", "credential", "allow_credentials"] {
        strings(&vector["expected"][member], &mut input);
    }
    let challenge = URL_SAFE_NO_PAD.decode(vector["expected"]["challenge"].as_str().unwrap()).unwrap();
    let origins = vector["rp"]["origins"].as_array().unwrap().iter().map(|origin| origin.as_str().unwrap());
    let site = Site::new(vector["rp"]["id"].as_str().unwrap(), Origins::exact(origins), Default::default());
    let elsewhere = Site::new("elsewhere.test", Origins::exact(["https://elsewhere.test"]), Default::default());
    let json = vector["response"].to_string();
    if vector["kind"] == "registration" {
        let read = RegistrationResponse::from_json(&json);
        if let Err(error) = serde_json::from_str::<RegistrationResponse>(&json) {
            assert!(!error.to_string().contains(char::is_control), "{id}: {error}");
        }
        let response = match read {
            Ok(response) => response,
            Err(error) => return check_error(id, &input, &error),
        };
        check_debug(id, &response);
        check_client_data(id, &input, response.client_data_json());
        for (site, algorithms) in [(&site, &Algorithm::ALL[..]), (&site, &[]), (&elsewhere, &Algorithm::ALL)] {
            let mut expected = registration::Expected::new(site, &challenge, algorithms);
            expected.user_verification_required = false;
            match registration::verify(&expected, &response, &AwsLcRs) {
                Ok(verified) => check_debug(id, &verified),
                Err(failure) => check_error(id, &input, &failure),
            }
        }
        return;
    }
    let response = match AuthenticationResponse::from_json(&json) {
        Ok(response) => response,
        Err(error) => return check_error(id, &input, &error),
    };
    check_debug(id, &response);
    check_client_data(id, &input, response.client_data_json());
    let credential = &vector["expected"]["credential"];
    let bytes = |name: &str| credential[name].as_str().map(|text| URL_SAFE_NO_PAD.decode(text).unwrap());
    let (Some(own), Some(key)) = (bytes("id"), bytes("public_key_cose")) else { return };
    for (site, key) in [(&site, key.clone()), (&elsewhere, key), (&site, vec![0xa0])] {
        let user = UserHandle::new(bytes("user_handle").unwrap_or_else(|| vec![1])).unwrap();
        let record = CredentialRecord::new(CredentialId::new(own.clone()).unwrap(), user, key);
        check_debug(id, &record);
        let mut expected = authentication::Expected::new(site, &challenge);
        expected.user_verification_required = false;
        for known in [None, Some(&b"somebody else"[..]), Some(record.user_handle.as_bytes())] {
            expected.user_handle = known;
            match authentication::verify(&expected, &response, &record, &AwsLcRs) {
                Ok(verified) => check_debug(id, &verified),
                Err(failure) => check_error(id, &input, &failure),
            }
        }
    }
}

fn check_client_data(id: &str, input: &BTreeSet<String>, bytes: &[u8]) {
    match data::decode(bytes) {
        Ok(text) => match ClientData::parse(&text) {
            Ok(data) => check_debug(id, &data),
            Err(error) => check_error(id, input, &error),
        },
        Err(error) => check_error(id, input, &error),
    }
}

fn judge_all(folder: &str) -> usize {
    let Ok(entries) = fs::read_dir(Path::new(env!("CARGO_MANIFEST_DIR")).join(folder)) else { return 0 };
    let files = entries.map(|entry| entry.unwrap().path());
    let vectors = files.filter(|path| path.extension().is_some_and(|extension| extension == "jsonl"));
    let lines = vectors.flat_map(|path| {
        let text = fs::read_to_string(path).unwrap();
        text.lines().map(|line| serde_json::from_str(line).unwrap()).collect::<Vec<Value>>()
    });
    lines.inspect(judge).count()
}

#[test]
fn errors_hold_facts_and_no_text_that_was_received() {
    assert!(judge_all("tests/vectors") >= 152);
    println!("and {} of ../shared/vectors", judge_all("../shared/vectors"));
}

#[test]
fn stored_shapes_are_refused_without_repeating_them() {
    let hostile = "line one\nline two \u{1b}[31m";
    for json in [
        format!(r#"{{"version":1,"id":{}}}"#, Value::from(hostile)),
        format!(r#"{{"version":{}}}"#, Value::from(hostile)),
        Value::from(hostile).to_string(),
    ] {
        for error in [
            serde_json::from_str::<CredentialRecord>(&json).unwrap_err(),
            serde_json::from_str::<wardkey::RegistrationState>(&json).unwrap_err(),
            serde_json::from_str::<wardkey::AuthenticationState>(&json).unwrap_err(),
            serde_json::from_str::<wardkey::RecordUpdate>(&json).unwrap_err(),
        ] {
            // serde_json quotes a string of the wrong type, escaped: these shapes are the relying party's own.
            assert!(!error.to_string().contains(char::is_control), "{error}");
        }
    }
}
