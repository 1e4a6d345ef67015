//! Extension outputs (§7.1 step 28, §7.2 step 23), and answers that give no account away (§14.6.2).

use serde_json::{Value, json};
use wardkey::authenticator::AuthenticatorData;
use wardkey::ceremony::extensions::{AuthenticationExtensions, RegistrationExtensions, SecretResults, Unsolicited};
use wardkey::ceremony::{authentication, registration};
use wardkey::client::{Framing, Origins, Site};
use wardkey::crypto::{Algorithm as Alg, default_backend};
use wardkey::extension::{CredentialProtection, Extension, ExtensionSet};
use wardkey::{AuthenticationResponse, CredentialId, CredentialRecord, RegistrationResponse, UserHandle};
use wardkey_authenticator::{Algorithm, Authentication, Registration};

fn site() -> Site {
    Site::new("example.org", Origins::exact(["https://example.org"]), Framing::SameOrigin)
}

fn asking(extensions: impl IntoIterator<Item = Extension>) -> ExtensionSet {
    extensions.into_iter().collect()
}

/// The code of the refusal; empty where the registration is accepted.
fn register(made: &Registration, extensions: RegistrationExtensions) -> &'static str {
    let response = RegistrationResponse::from_json(&made.response().to_string()).unwrap();
    let site = site();
    let mut expected = registration::Expected::new(&site, &made.expected.challenge, &[Alg::Es256]);
    expected.user_verification_required = false;
    expected.extensions = extensions;
    match registration::verify(&expected, &response, default_backend()) {
        Ok(_) => "",
        Err(failure) => {
            assert_eq!(failure.step().unwrap().to_string(), "7.1/28");
            failure.code()
        }
    }
}

fn sign_in(made: &Authentication, extensions: AuthenticationExtensions) -> &'static str {
    let response = AuthenticationResponse::from_json(&made.response().to_string()).unwrap();
    let kept = made.expected.credential.as_ref().unwrap();
    let user = UserHandle::new(kept.user_handle.clone().unwrap()).unwrap();
    let id = CredentialId::new(kept.id.clone()).unwrap();
    let record = CredentialRecord::new(id, user, kept.public_key.encode());
    let site = site();
    let mut expected = authentication::Expected::new(&site, &made.expected.challenge);
    expected.user_verification_required = false;
    expected.extensions = extensions;
    match authentication::verify(&expected, &response, &record, default_backend()) {
        Ok(_) => "",
        Err(failure) => {
            assert_eq!(failure.step().unwrap().to_string(), "7.2/23");
            failure.code()
        }
    }
}

fn made() -> Registration {
    Registration::new("level3", Algorithm::Es256)
}

/// With a signed output.
fn signed(identifier: &'static str, output: i64) -> Registration {
    made().authenticator_data(|data| data.extension(identifier, output))
}

fn signed_bool(identifier: &'static str, output: bool) -> Registration {
    made().authenticator_data(|data| data.extension(identifier, output))
}

/// With unsigned outputs.
fn unsigned(results: Value) -> Registration {
    made().json(move |json| json["clientExtensionResults"] = results.clone())
}

#[test]
fn a_registration_without_expectations_judges_no_output() {
    for made in [made(), signed("credProtect", 9), signed_bool("minPinLength", true), signed("unheardOf", 1)] {
        assert_eq!(register(&made, RegistrationExtensions::NONE), "");
    }
    assert_eq!(
        register(
            &unsigned(json!({"prf": {"enabled": true, "results": {"first": "AAAA"}}, "x": 1})),
            RegistrationExtensions::NONE
        ),
        ""
    );
}

#[test]
fn registration_outputs_are_what_was_required() {
    type Expect = fn(&mut RegistrationExtensions);
    let requires: &[(Expect, Registration, &str)] = &[
        (|e| e.cred_protect = Some(CredentialProtection::UserVerificationRequired), signed("credProtect", 3), ""),
        (
            |e| e.cred_protect = Some(CredentialProtection::UserVerificationRequired),
            signed("credProtect", 2),
            "cred-protect-too-weak",
        ),
        (
            |e| e.cred_protect = Some(CredentialProtection::UserVerificationOptional),
            signed("credProtect", 4),
            "extension-output-malformed",
        ),
        (|e| e.cred_protect = Some(CredentialProtection::UserVerificationRequired), made(), ""),
        (
            |e| {
                e.cred_protect = Some(CredentialProtection::UserVerificationRequired);
                e.cred_protect_enforced = true;
            },
            made(),
            "cred-protect-missing",
        ),
        (|e| e.required.min_pin_length = Some(8), signed("minPinLength", 8), ""),
        (|e| e.required.min_pin_length = Some(8), signed("minPinLength", 7), "min-pin-length-too-short"),
        (|e| e.required.min_pin_length = Some(8), made(), "min-pin-length-missing"),
        (|e| e.required.pin_complexity_policy = true, signed_bool("pinComplexityPolicy", true), ""),
        (
            |e| e.required.pin_complexity_policy = true,
            signed_bool("pinComplexityPolicy", false),
            "pin-complexity-policy-missing",
        ),
        (|e| e.required.cred_blob_stored = true, signed_bool("credBlob", true), ""),
        (|e| e.required.cred_blob_stored = true, signed_bool("credBlob", false), "cred-blob-not-stored"),
        (|e| e.required.hmac_secret = true, signed_bool("hmac-secret", true), ""),
        (|e| e.required.hmac_secret = true, made(), "hmac-secret-missing"),
        (|e| e.required.unsigned.discoverable = true, unsigned(json!({"credProps": {"rk": true}})), ""),
        (|e| e.required.unsigned.discoverable = true, unsigned(json!({"credProps": {}})), ""),
        (
            |e| e.required.unsigned.discoverable = true,
            unsigned(json!({"credProps": {"rk": false}})),
            "unsigned-not-discoverable",
        ),
        (|e| e.required.unsigned.large_blob_supported = true, unsigned(json!({"largeBlob": {"supported": true}})), ""),
        (|e| e.required.unsigned.large_blob_supported = true, made(), "unsigned-large-blob-unsupported"),
        (|e| e.required.unsigned.prf_enabled = true, unsigned(json!({"prf": {"enabled": true}})), ""),
        (
            |e| e.required.unsigned.prf_enabled = true,
            unsigned(json!({"prf": {"enabled": false}})),
            "unsigned-prf-not-enabled",
        ),
        (|e| e.secret_results = SecretResults::Refuse, unsigned(json!({"prf": {"enabled": true}})), ""),
        (
            |e| e.secret_results = SecretResults::Refuse,
            unsigned(json!({"prf": {"enabled": true, "results": {"first": "AAAA"}}})),
            "extension-secret-results",
        ),
        (|e| e.unsolicited = Unsolicited::Refuse, made(), ""),
        (|e| e.unsolicited = Unsolicited::Report, signed("credProtect", 1), ""),
        (|e| e.unsolicited = Unsolicited::Refuse, signed("thirdPartyPayment", 1), "extension-unsolicited"),
        (|e| e.unsolicited = Unsolicited::Refuse, signed("unheardOf", 1), "extension-unsolicited"),
        (|e| e.unsolicited = Unsolicited::Refuse, unsigned(json!({"unheardOf": true})), "extension-unsolicited"),
    ];
    for (i, (expect, made, code)) in requires.iter().enumerate() {
        let mut extensions = RegistrationExtensions::default();
        extensions.requested = asking([Extension::CredProps, Extension::LargeBlob, Extension::Prf]);
        expect(&mut extensions);
        assert_eq!(register(made, extensions), *code, "row {i}");
    }
}

#[test]
fn authentication_outputs_are_what_was_required() {
    type Expect = fn(&mut AuthenticationExtensions);
    let sign = || Authentication::of(&made());
    let blob = || sign().authenticator_data(|data| data.extension("credBlob", vec![1_u8, 2]));
    let results = |results: Value| sign().json(move |json| json["clientExtensionResults"] = results.clone());
    let rows: Vec<(Expect, Authentication, &str)> = vec![
        (|_| {}, blob(), ""),
        (|e| e.required.cred_blob = true, blob(), ""),
        (|e| e.required.cred_blob = true, sign(), "cred-blob-missing"),
        (|e| e.required.uvm = true, sign(), "uvm-missing"),
        (|e| e.required.unsigned.large_blob_written = true, results(json!({"largeBlob": {"written": true}})), ""),
        (
            |e| e.required.unsigned.large_blob_written = true,
            results(json!({"largeBlob": {"written": false}})),
            "unsigned-large-blob-not-written",
        ),
        (
            |e| e.secret_results = SecretResults::Refuse,
            results(json!({"prf": {"results": {"first": "AAAA"}}})),
            "extension-secret-results",
        ),
        (|e| e.unsolicited = Unsolicited::Refuse, results(json!({"payment": {}})), "extension-unsolicited"),
    ];
    for (i, (expect, made, code)) in rows.into_iter().enumerate() {
        let mut extensions = AuthenticationExtensions::default();
        extensions.requested = asking([Extension::GetCredBlob, Extension::Uvm, Extension::LargeBlob, Extension::Prf]);
        expect(&mut extensions);
        assert_eq!(sign_in(&made, extensions), code, "row {i}");
    }
}

#[test]
fn recorded_outputs_of_browsers_are_read() {
    let file = std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/vectors/browsers.jsonl")).unwrap();
    let (mut prf, mut large_blob, mut signed) = (0, 0, 0);
    for line in file.lines() {
        let vector: Value = serde_json::from_str(line).unwrap();
        let posted = vector["response"].to_string();
        if vector["kind"] == "registration" {
            let response = RegistrationResponse::from_json(&posted).unwrap();
            let results = response.client_extension_results().unwrap();
            prf += usize::from(results.prf.is_some());
            large_blob += usize::from(results.large_blob.is_some());
            assert!(!format!("{response:?}").contains("first"), "results of prf are no business of a log");
        } else {
            let response = AuthenticationResponse::from_json(&posted).unwrap();
            let results = response.client_extension_results().unwrap();
            prf += usize::from(results.prf.is_some());
            large_blob += usize::from(results.large_blob.is_some());
            let data = AuthenticatorData::read(response.authenticator_data());
            signed += usize::from(data.is_ok_and(|data| data.extensions().is_some()));
        }
    }
    assert!(prf >= 4 && large_blob >= 4 && signed >= 1, "{prf} {large_blob} {signed}");
}
