//! Errors of the front door: each has a stable code and contains no received text.

use crate::browser::Browser;
use crate::{NOW, ada, clinic, register};
use std::error::Error as _;
use wardkey::ceremony::{Ceremony, Failure, Refusal};
use wardkey::client::json::ResponseError;
use wardkey::{AuthenticationResponse, Error, Fault, InvalidValue, RegistrationResponse};
use wardkey_authenticator::{Authentication, Cbor, Registration};

#[test]
fn every_error_has_a_code_and_only_refusals_have_a_step() {
    let refused = Failure::new(Ceremony::Registration, Refusal::Challenge);
    for (error, code, step, fault) in [
        (Error::from(refused), "challenge-mismatch", Some("7.1/8"), Fault::Response),
        (Error::Payment(refused), "challenge-mismatch", Some("7.1/8"), Fault::Response),
        (Error::from(ResponseError::Type), "response-malformed", None, Fault::Response),
        (Error::Expired, "expired", None, Fault::User),
        (Error::NotYetIssued, "not-yet-issued", None, Fault::Caller),
        (Error::UnverifiableAlgorithm(-300), "unverifiable-algorithm", None, Fault::Caller),
        (Error::WrongRelyingParty, "wrong-relying-party", None, Fault::Response),
        (Error::UnknownPolicy, "unknown-policy", None, Fault::Caller),
        (Error::NoDecoys, "no-decoys", None, Fault::Caller),
        (Error::NoCredentials, "no-credentials", None, Fault::Caller),
        (Error::ForeignCredential, "foreign-credential", None, Fault::Caller),
        (Error::Extension(InvalidValue::PrfCredential), "extension-input", None, Fault::Caller),
        (Error::CredentialLeftOut, "credential-left-out", None, Fault::Caller),
        (Error::OtherPurpose, "other-purpose", None, Fault::Response),
        (Error::NotAReauthentication, "not-a-reauthentication", None, Fault::Response),
        (Error::NotFresh, "not-fresh", None, Fault::User),
        (Error::ReauthenticationMismatch, "reauthentication-mismatch", None, Fault::User),
        (Error::NotAFactor, "not-a-factor", None, Fault::User),
        (Error::Random, "random-failed", None, Fault::Machine),
    ] {
        assert_eq!((error.code(), error.fault()), (code, fault));
        assert_eq!(error.step().map(|step| step.to_string()).as_deref(), step, "{code}");
        assert!(!error.to_string().is_empty());
    }
    assert_eq!(Error::from(refused).to_string(), "another challenge (step 7.1/8)");
    assert_eq!(Error::from(ResponseError::Missing("rawId")).to_string(), "rawId is missing");
    assert!(Error::from(refused).source().is_none(), "the text above contains all of it");
    assert_eq!(Error::Payment(refused).to_string(), Error::from(refused).to_string());
}

/// A text that an attacker writes where an error could repeat it.
const CANARY: &str = "canary<script>";

/// A code, and a change that makes a ceremony fail with it.
type Row<C> = (&'static str, fn(C) -> C);

fn silent(error: &dyn std::fmt::Debug, text: &str, what: &str) {
    for said in [text.to_owned(), format!("{error:?}"), format!("{error:#?}")] {
        assert!(!said.contains("canary"), "{what}: {said}");
    }
}

#[test]
fn errors_of_registrations_contain_no_received_text() {
    let rows: [Row<Registration>; 11] = [
        ("origin-not-allowed", |r| r.client_data(|d| d.set("origin", CANARY))),
        ("type-mismatch", |r| r.client_data(|d| d.set("type", CANARY))),
        ("challenge-mismatch", |r| r.client_data(|d| d.set("challenge", CANARY))),
        ("top-origin-not-allowed", |r| r.client_data(|d| d.set("topOrigin", CANARY))),
        ("client-data-malformed", |r| r.client_data(|d| d.push(CANARY, 1)).client_data(|d| d.push(CANARY, 1))),
        ("client-data-malformed", |r| r.client_data_json(|t| t.extend(CANARY.bytes()))),
        ("attestation-format-unknown", |r| r.attestation_object(|o| o.set("fmt", CANARY))),
        ("attestation-object-malformed", |r| r.attestation_object(|o| o.set(CANARY, CANARY))),
        ("attestation-invalid", |r| r.statement(|s| s.set(CANARY, CANARY))),
        ("public-key-malformed", |r| r.public_key(|k| k.set(CANARY, CANARY))),
        ("credential-id-mismatch", |r| r.posted(|p| p.id = CANARY.into())),
    ];
    for (code, change) in rows {
        let (options, state) = clinic().start_registration(&ada(), &[], NOW).unwrap();
        let response = Browser::new("front-door.canary").create(&options, change).unwrap();
        let error = clinic().finish_registration(state, &response, NOW).unwrap_err();
        assert_eq!(error.code(), code);
        silent(&error, &error.to_string(), code);
    }
}

#[test]
fn errors_of_authentications_contain_no_received_text() {
    let mut browser = Browser::new("front-door.canary");
    let record = register(&clinic(), &mut browser);
    let rows: [Row<Authentication>; 5] = [
        ("origin-not-allowed", |a| a.client_data(|d| d.set("origin", CANARY))),
        ("user-handle-mismatch", |a| a.posted(|p| p.user_handle = Some(CANARY.into()))),
        ("credential-mismatch", |a| a.posted(|p| p.id = CANARY.into())),
        ("authenticator-data-malformed", |a| a.authenticator_data(|d| d.extensions = Some(Cbor::from(CANARY)))),
        ("signature-invalid", |a| a.signature(|s| *s = CANARY.into())),
    ];
    for (code, change) in rows {
        let (options, state) = clinic().start_discoverable_authentication(NOW).unwrap();
        let response = browser.get(&options, change).unwrap();
        let error = clinic().finish_authentication(state, &response, &record, NOW).unwrap_err();
        assert_eq!(error.code(), code);
        silent(&error, &error.to_string(), code);
    }
}

#[test]
fn errors_of_json_contain_no_received_text() {
    for json in [
        CANARY.to_owned(),
        format!("\"{CANARY}\""),
        format!("{{\"{CANARY}\":1}}"),
        format!("{{\"id\":\"{CANARY}\",\"rawId\":\"{CANARY}\"}}"),
        format!("{{\"id\":\"AA\",\"rawId\":\"AA\",\"type\":\"{CANARY}\"}}"),
        format!("{{\"id\":\"AA\",\"rawId\":\"AA\",\"type\":\"public-key\",\"response\":\"{CANARY}\"}}"),
        format!(
            "{{\"id\":\"AA\",\"rawId\":\"AA\",\"type\":\"public-key\",\"response\":{{\"clientDataJSON\":\"{CANARY}\"}}}}"
        ),
        format!("{{\"clientExtensionResults\":{{\"appid\":\"{CANARY}\"}}}}"),
        format!("{{\"response\":{{\"transports\":\"{CANARY}\",\"userHandle\":[\"{CANARY}\"]}}}}"),
    ] {
        let error = RegistrationResponse::from_json(&json).unwrap_err();
        silent(&error, &error.to_string(), &json);
        let error = AuthenticationResponse::from_json(&json).unwrap_err();
        silent(&error, &error.to_string(), &json);
    }
}
