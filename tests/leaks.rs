//! No error contains received text, and no `Debug` output contains it unescaped. Verifies every vector with the public
//! functions and searches the resulting texts for the input.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};
use std::collections::BTreeSet;
use std::error::Error;
use std::fmt::Debug;
use std::fs;
use std::path::Path;
use wardkey::ceremony::{Origins, Site, authentication, registration};
use wardkey::crypto::{Algorithm, AwsLcRs};
use wardkey::internals::{AttestationObject, ClientData, decode_client_data};
use wardkey::quirk::Quirks;
use wardkey::{AuthenticationResponse, CredentialId, CredentialRecord, RegistrationResponse, UserHandle};
use wardkey_authenticator::{Authentication, Cbor, Registration};

/// Words of the standard and of this library, which an error may contain although a message contains them too.
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

/// Collects every string of a message, including those inside base64url text and inside nested JSON.
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

/// Checks that an error contains nothing of `input`, and no text a control character.
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

/// Verifies a vector with expectations that do not fit, so that nearly all vectors give an error, and with its own.
fn judge(vector: &Value) {
    let id = vector["id"].as_str().unwrap();
    let mut input = BTreeSet::new();
    strings(&vector["response"], &mut input);
    for member in ["challenge", "credential", "allow_credentials"] {
        strings(&vector["expected"][member], &mut input);
    }
    let challenge = URL_SAFE_NO_PAD.decode(vector["expected"]["challenge"].as_str().unwrap()).unwrap();
    let origins = vector["rp"]["origins"].as_array().unwrap().iter().map(|origin| origin.as_str().unwrap());
    let site = Site::new(vector["rp"]["id"].as_str().unwrap(), Origins::exact(origins));
    let elsewhere = Site::new("elsewhere.test", Origins::exact(["https://elsewhere.test"]));
    let json = vector["response"].to_string();
    if vector["kind"] == "registration" {
        check_serde::<RegistrationResponse>(id, &input, &vector["response"]);
        let response = match RegistrationResponse::from_json(&json) {
            Ok(response) => response,
            Err(error) => return check_error(id, &input, &error),
        };
        check_debug(id, &response);
        check_client_data(id, &input, response.client_data_json());
        for (site, algorithms) in
            [(&site, &Algorithm::OFFERABLE[..]), (&site, &[]), (&elsewhere, &Algorithm::OFFERABLE)]
        {
            let mut expected = registration::ExpectedRegistration::new(site, &challenge, algorithms);
            expected.user_verification_required = false;
            match registration::verify(&expected, &response, &AwsLcRs) {
                Ok(verified) => check_debug(id, &verified),
                Err(failure) => check_error(id, &input, &failure),
            }
        }
        return;
    }
    check_serde::<AuthenticationResponse>(id, &input, &vector["response"]);
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
        let mut expected = authentication::ExpectedAuthentication::new(site, &challenge);
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

/// Reading a response through serde, as web frameworks do, reveals no more than `from_json`.
fn check_serde<T: DeserializeOwned>(id: &str, input: &BTreeSet<String>, response: &Value) {
    for error in [
        serde_json::from_str::<T>(&response.to_string()).err(),
        serde_json::from_slice::<T>(response.to_string().as_bytes()).err(),
        serde_json::from_value::<T>(response.clone()).err(),
    ] {
        error.into_iter().for_each(|error| check_error(id, input, &error));
    }
}

fn check_client_data(id: &str, input: &BTreeSet<String>, bytes: &[u8]) {
    match decode_client_data(bytes) {
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
    // `../shared/vectors` also holds cases of other formats: `mds-shared.jsonl`, `assurance-shared.jsonl`.
    let is_ceremonies = |name: &str| name.ends_with(".jsonl") && !name.ends_with("-shared.jsonl");
    let vectors = files.filter(|path| path.file_name().is_some_and(|name| is_ceremonies(&name.to_string_lossy())));
    let lines = vectors.flat_map(|path| {
        let text = fs::read_to_string(path).unwrap();
        text.lines().map(|line| serde_json::from_str(line).unwrap()).collect::<Vec<Value>>()
    });
    lines.inspect(judge).count()
}

#[test]
fn errors_contain_no_received_text() {
    assert!(judge_all("tests/vectors") >= 152);
    println!("and {} of ../shared/vectors", judge_all("../shared/vectors"));
}

/// Replaces each member of a response by a text, which no error may contain.
#[test]
fn errors_contain_no_member_of_the_wrong_type() {
    let made = Registration::new("leaks", wardkey_authenticator::Algorithm::Es256);
    let hostile = "text of\na stranger \u{1b}[31m";
    for response in [made.response(), Authentication::of(&made).response()] {
        let mut pointers = Vec::new();
        for (name, value) in response.as_object().unwrap() {
            pointers.push(format!("/{name}"));
            let members = value.as_object().into_iter().flatten();
            pointers.extend(members.map(|(member, _)| format!("/{name}/{member}")));
        }
        for pointer in pointers {
            for value in [json!(hostile), json!([hostile]), json!({hostile: hostile}), json!({"prf": hostile})] {
                let mut broken = response.clone();
                *broken.pointer_mut(&pointer).unwrap() = value;
                let input = [hostile, "text of", "a stranger"].map(str::to_owned).into();
                check_serde::<RegistrationResponse>(&pointer, &input, &broken);
                check_serde::<AuthenticationResponse>(&pointer, &input, &broken);
            }
        }
    }
}

/// No `Debug` output contains secrets that an authenticator signed by mistake or for the relying party only.
#[test]
fn signed_secrets_are_not_printed() {
    const SECRET: &[u8] = b"secret secret secret secret 32 b";
    let hidden = |value: &dyn Debug| {
        let text = format!("{value:?}{value:#?}").replace(char::is_whitespace, "");
        for spelling in ["115,101,99,114,101,116", "c2VjcmV0", "secretsecret", "736563726574"] {
            assert!(!text.contains(spelling), "{text}");
        }
    };
    for identifier in ["prf", "credBlob", "largeBlobKey", "vendor"] {
        let output = Cbor::Bytes(SECRET.to_vec());
        let registration = Registration::new("leaks", wardkey_authenticator::Algorithm::Es256);
        let signed = output.clone();
        let made = registration.clone().authenticator_data(move |data| data.extension(identifier, signed));
        let site = Site::new("example.org", Origins::exact(["https://example.org"]));
        let response = RegistrationResponse::from_json(&made.response().to_string()).unwrap();
        hidden(&response);
        let expected = registration::ExpectedRegistration::new(&site, &made.expected.challenge, &Algorithm::OFFERABLE);
        let verified = registration::verify(&expected, &response, &AwsLcRs).unwrap();
        hidden(&verified);
        let object = AttestationObject::read(response.attestation_object(), Quirks::NONE).unwrap();
        hidden(&object);

        let made = Authentication::of(&registration).authenticator_data(move |data| data.extension(identifier, output));
        let credential = made.expected.credential.clone().unwrap();
        let user = UserHandle::new(credential.user_handle.unwrap_or_else(|| vec![1])).unwrap();
        let id = CredentialId::new(credential.id).unwrap();
        let record = CredentialRecord::new(id, user, credential.public_key.encode());
        let response = AuthenticationResponse::from_json(&made.response().to_string()).unwrap();
        hidden(&response);
        let mut expected = authentication::ExpectedAuthentication::new(&site, &made.expected.challenge);
        expected.user_handle = Some(record.user_handle.as_bytes());
        let verified = authentication::verify(&expected, &response, &record, &AwsLcRs).unwrap();
        assert!(verified.authenticator_data().extensions().is_some());
        hidden(&verified);
        hidden(verified.authenticator_data());
    }
}

#[test]
fn errors_of_stored_values_do_not_repeat_them() {
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
            // serde_json quotes a string of the wrong type, escaped. These values come from the relying party itself.
            assert!(!error.to_string().contains(char::is_control), "{error}");
        }
    }
}
