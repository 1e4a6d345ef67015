//! Errors of the front door: each has a stable code and contains no received text.

use crate::browser::Browser;
use crate::{NOW, clinic, new_passkey, register, session};
use std::collections::BTreeSet;
use std::error::Error as StdError;
use std::time::Duration;
use wardkey::attestation::StatementError;
use wardkey::ceremony::{Ceremony, Failure, Refusal};
use wardkey::client::json::ResponseError;
use wardkey::crypto::CryptoError;
use wardkey::extensions::OutputRefusal;
use wardkey::internals::{AuthenticatorDataError, ClientDataError, CoseError, Reason, Rule, cbor};
use wardkey::x509::CertificateError;
use wardkey::{AuthenticationRequest, RelyingParty, UserHandle, interop};
use wardkey::{AuthenticationResponse, CredentialId, Error, Fault, InvalidValue, ParseError, RegistrationResponse};
use wardkey_authenticator::{Authentication, Cbor, Registration};

#[test]
fn every_error_has_a_code_and_only_refusals_have_a_step() {
    let refused = Failure::new(Ceremony::Registration, Refusal::Challenge);
    let missing = RegistrationResponse::from_json("{}").unwrap_err();
    for (error, code, step, fault) in [
        (Error::from(refused.clone()), "challenge-mismatch", Some("7.1/8"), Fault::Response),
        (Error::from(missing), "response-malformed", None, Fault::Response),
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
        (Error::SessionMismatch, "session-mismatch", None, Fault::Response),
        (Error::SessionEmpty, "session-empty", None, Fault::Caller),
        (Error::Timeout, "timeout-out-of-range", None, Fault::Caller),
        (Error::NotFresh, "not-fresh", None, Fault::User),
        (Error::ReauthenticationLifetime, "reauthentication-lifetime", None, Fault::Caller),
        (Error::TimeNotInSeconds, "time-not-in-seconds", None, Fault::Caller),
        (Error::ReauthenticationMismatch, "reauthentication-mismatch", None, Fault::User),
        (Error::NotAFactor, "not-a-factor", None, Fault::User),
        (Error::Random, "random-failed", None, Fault::Machine),
    ] {
        assert_eq!((error.code(), error.fault()), (code, fault));
        assert_eq!(error.step().map(|step| step.to_string()).as_deref(), step, "{code}");
        assert!(!error.to_string().is_empty());
    }
    assert_eq!(Error::from(refused.clone()).to_string(), "challenge is not the one that was issued (step 7.1/8)");
    assert_eq!(Error::from(missing).to_string(), "id is missing (line 1, column 2)");
    assert!(Error::from(refused.clone()).source().is_none(), "the text above contains all of it");
}

/// Each public error type, with each kind of cause that it can have. No text repeats that of its source, and the snapshot of
/// the public API names no error type that is missing here.
#[test]
fn no_error_repeats_its_source() {
    let mut missing: BTreeSet<&str> = include_str!("../public-api.txt")
        .lines()
        .filter_map(|line| line.strip_suffix(" impl Error")?.rsplit("::").next())
        .collect();
    assert!(missing.len() > 8, "{missing:?}");
    let mut walk = |error: &dyn StdError, name: &'static str| {
        missing.remove(name.rsplit("::").next().unwrap());
        let mut link = Some(error);
        while let Some(error) = link {
            let text = error.to_string();
            assert!(!text.is_empty() && !text.ends_with('.'), "{name}: {text}");
            link = error.source();
            let source = link.map(ToString::to_string);
            assert!(source.as_ref().is_none_or(|source| !text.contains(source)), "{name}: {text}: {source:?}");
        }
    };
    macro_rules! walk {
        ($($error:expr),* $(,)?) => {
            $(let error = $error; walk(&error, std::any::type_name_of_val(&error));)*
        };
    }
    let (cbor, data) = (cbor::Error::Tag, AuthenticatorDataError::PublicKey(cbor::Error::Tag));
    let (client_data, cose) = (ClientDataError::TooDeep, CoseError::Key(CryptoError::LowOrder));
    walk![cbor, data, client_data, cose, CoseError::Cbor(cbor)];
    walk![ParseError::from(cbor), ParseError::from(data), ParseError::from(client_data), ParseError::from(cose)];
    walk![CryptoError::BadSignature, CryptoError::Random, CryptoError::Modulus];
    let certificate = CertificateError::from(Rule::Key(CryptoError::Modulus));
    let statement = StatementError::from(Reason::AuthenticatorData(data.into()));
    walk![
        certificate,
        CertificateError::from(Rule::NoAnchor),
        statement,
        StatementError::from(Reason::Cbor(cbor.into()))
    ];
    let response = RegistrationResponse::from_json("{}").unwrap_err();
    walk![response, ResponseError::TooLong, InvalidValue::PrfCredential];
    walk![CredentialId::new([]).unwrap_err(), "=".parse::<CredentialId>().unwrap_err()];
    walk![
        RelyingParty::new("", "x").unwrap_err(),
        RelyingParty::builder("a.example", "x").timeout(Duration::from_secs(0)).build().unwrap_err()
    ];
    for json in
        ["{", "[{}]", r#"[{"id":"","publicKey":"AA","counter":0}]"#, r#"[{"id":"AA","publicKey":"AA","counter":0}]"#]
    {
        let user = UserHandle::new([1]).unwrap();
        let imported = interop::simplewebauthn::records(json, |_| Some(user.clone())).next().unwrap();
        walk![imported.unwrap_err()];
    }
    for refusal in [
        Refusal::Response(response),
        Refusal::ClientData(client_data.into()),
        Refusal::AuthenticatorData(data.into()),
        Refusal::PublicKey(cose.into()),
        Refusal::StoredPublicKey(cose.into()),
        Refusal::AttestationObject(statement),
        Refusal::AttestationStatement(statement),
        Refusal::AttestedKey(statement),
        Refusal::AttestationUntrusted(certificate),
        Refusal::Payment("payment.total"),
        Refusal::Extension(OutputRefusal::NotSigned),
    ] {
        let failure = Failure::new(Ceremony::Registration, refusal);
        walk![refusal, failure.clone(), Error::from(failure)];
    }
    walk![Error::from(response), Error::Extension(InvalidValue::PrfCredential), Error::Random];
    assert!(missing.is_empty(), "without a row: {missing:?}");
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
        let (options, state) = clinic().start_registration(new_passkey(), session(), NOW).unwrap();
        let response = Browser::new("front-door.canary").create(&options, change).unwrap();
        let error = clinic().finish_registration(state, &response, session(), NOW).unwrap_err();
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
        let (options, state) =
            clinic().start_authentication(AuthenticationRequest::discoverable(), session(), NOW).unwrap();
        let response = browser.get(&options, change).unwrap();
        let error = clinic().finish_authentication(state, &response, Some(&record), session(), NOW).unwrap_err();
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

/// One line for the log, with the facts of the ceremony. It contains nothing that was received.
#[test]
fn every_refusal_is_one_line_of_a_log() {
    let (rp, mut browser) = (clinic(), Browser::new("front-door.log"));
    let mut record = register(&rp, &mut browser);
    record.sign_count = 7;
    let request = || AuthenticationRequest::known(&crate::ada(), std::slice::from_ref(&record));
    let (options, state) = rp.start_authentication(request(), session(), NOW).unwrap();
    let id = state.id();
    let response = browser.get(&options, |made| made.authenticator_data(|data| data.sign_count = 5)).unwrap();
    let line = rp.finish_authentication(state, &response, Some(&record), session(), NOW).unwrap_err().log_line();
    let expected = format!(
        "sign-count-regressed step=7.2/22 state={id} rp=clinic.example purpose=sign-in user={} credential={} \
         sign_count=5 sign_count_stored=7: ",
        crate::ada().to_base64url(),
        record.id.to_base64url()
    );
    assert!(line.starts_with(&expected) && !line.contains('\n'), "{line}\n{expected}");
    let (options, state) = rp.start_authentication(request(), session(), NOW).unwrap();
    let canary = |made: wardkey_authenticator::Authentication| {
        made.client_data(|data| data.set("origin", "https://canary.example\nforged=line"))
    };
    let response = browser.get(&options, canary).unwrap();
    let line = rp.finish_authentication(state, &response, Some(&record), session(), NOW).unwrap_err().log_line();
    assert!(line.starts_with("origin-not-allowed step=7.2/12 state="), "{line}");
    assert!(!line.contains("canary") && !line.contains('\n'), "{line}");
    assert_eq!(
        wardkey::Error::SessionMismatch.log_line(),
        "session-mismatch: the state was started in a different web session"
    );
}
