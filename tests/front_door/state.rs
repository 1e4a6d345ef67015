//! Stored states: an incomplete or invalid state is refused when it is read, never read as a less strict one. A state is valid
//! for its time, and only for a build that verifies the offered algorithms.

use crate::browser::Browser;
use crate::{NOW, ada, builder, clinic, new_passkey, register, session};
use serde_json::{Value, json};
use std::slice::from_ref;
use std::time::Duration;
use wardkey::crypto::{AwsLcRs, Backend, CryptoError, PublicKey, Scheme};
use wardkey::{
    AuthenticationRequest, AuthenticationState, Error, ReauthenticationRequest, RegistrationState, UnixTime,
};

/// The kind of state, its JSON, and a function that reads and writes it.
type Kind = (&'static str, Value, fn(Value) -> Result<Value, String>);

fn states() -> [Kind; 5] {
    fn registration(json: Value) -> Result<Value, String> {
        let state: RegistrationState = serde_json::from_value(json).map_err(|error| error.to_string())?;
        Ok(serde_json::to_value(&state).unwrap())
    }
    fn authentication(json: Value) -> Result<Value, String> {
        let state: AuthenticationState = serde_json::from_value(json).map_err(|error| error.to_string())?;
        Ok(serde_json::to_value(&state).unwrap())
    }
    let rp = clinic();
    let record = register(&rp, &mut Browser::new("front-door.states"));
    let (user, own) = (ada(), from_ref(&record));
    let json = |state: &AuthenticationState| serde_json::to_value(state).unwrap();
    [
        (
            "registration",
            serde_json::to_value(rp.start_registration(new_passkey(), session(), NOW).unwrap().1).unwrap(),
            registration,
        ),
        (
            "sign-in",
            json(&rp.start_authentication(AuthenticationRequest::known(&user, own), session(), NOW).unwrap().1),
            authentication,
        ),
        (
            "discoverable",
            json(&rp.start_authentication(AuthenticationRequest::discoverable(), session(), NOW).unwrap().1),
            authentication,
        ),
        (
            "reauthentication",
            json(
                &rp.start_reauthentication(
                    ReauthenticationRequest::new(&user, own, "x", Duration::from_secs(60)),
                    session(),
                    NOW,
                )
                .unwrap()
                .1,
            ),
            authentication,
        ),
        (
            "payment",
            json(&rp.start_payment(AuthenticationRequest::known(&user, own), session(), NOW).unwrap().1),
            authentication,
        ),
    ]
}

/// The JSON Pointers of all members of all objects in a value.
fn members(json: &Value, at: &str, found: &mut Vec<String>) {
    for (name, value) in json.as_object().into_iter().flatten() {
        let pointer = format!("{at}/{name}");
        members(value, &pointer, found);
        found.push(pointer);
    }
}

fn object<'j>(json: &'j mut Value, pointer: &str) -> (&'j mut serde_json::Map<String, Value>, String) {
    let (parent, name) = pointer.rsplit_once('/').unwrap();
    (json.pointer_mut(parent).unwrap().as_object_mut().unwrap(), name.to_owned())
}

#[test]
fn no_member_may_be_missing() {
    for (kind, whole, read) in states() {
        assert_eq!(read(whole.clone()), Ok(whole.clone()), "{kind}");
        let mut pointers = Vec::new();
        members(&whole, "", &mut pointers);
        assert!(pointers.len() >= 16, "{pointers:?}");
        for pointer in pointers {
            let mut edited = whole.clone();
            let (parent, name) = object(&mut edited, &pointer);
            parent.remove(&name);
            // Version 0.1 wrote states without sessions.
            assert_eq!(read(edited).is_ok(), pointer == "/session", "{kind} without {pointer}");
        }
    }
}

/// A state that no `start_*` writes is refused when it is read, with a text that gives the reason.
#[test]
fn an_invalid_state_is_refused_when_it_is_read() {
    let other = json!("AAAAAAAAAAAAAAAAAAAAAA");
    let (short, lifetime) = ("at least 16 bytes", "a state must expire 1 second to 1 day after it was issued");
    let (account, purpose) =
        ("a state must name both a user and credentials, or neither", "must require user verification");
    let algorithms = "a registration state must offer at least one algorithm, and none twice";
    let (issued, day) = (NOW.secs(), 86_400);
    for (kinds, pointer, value, expected) in [
        (&["registration", "sign-in", "discoverable"][..], "/challenge", json!(""), Some(short)),
        (&["registration", "sign-in", "discoverable"], "/challenge", json!("AAAAAAAAAAAAAAAAAAAA"), Some(short)),
        (&["registration", "sign-in", "discoverable"], "/challenge", other, None),
        (&["registration", "sign-in", "payment"], "/expiresAt", json!(issued + day + 1), Some(lifetime)),
        (&["registration", "sign-in", "payment"], "/expiresAt", json!(issued + day), None),
        (&["registration", "sign-in", "payment"], "/expiresAt", json!(issued + 1), None),
        (&["registration", "sign-in", "payment"], "/expiresAt", json!(issued), Some(lifetime)),
        (&["registration", "sign-in", "payment"], "/expiresAt", json!(i64::MAX), Some(lifetime)),
        (&["registration", "sign-in", "payment"], "/expiresAt", json!(i64::MIN), Some(lifetime)),
        (&["registration", "sign-in", "payment"], "/issuedAt", json!(i64::MIN), Some(lifetime)),
        (&["registration", "sign-in", "payment"], "/issuedAt", json!(issued + 301), Some(lifetime)),
        (&["registration", "payment"], "/session", json!("AAAAAAAAAAAAAAAAAAAA"), Some("must have 32 bytes")),
        (&["registration", "payment"], "/session", json!(7), Some("")),
        (&["registration"], "/algorithms", json!([]), Some(algorithms)),
        (&["registration"], "/algorithms", json!([-7, -8, -7]), Some(algorithms)),
        (&["registration"], "/algorithms", json!([-300]), None),
        (&["registration"], "/userHandle", json!(""), Some("a user handle must have 1 to 64 bytes")),
        (&["registration", "sign-in"], "/version", json!(2), Some("expected version 1")),
        (&["sign-in", "reauthentication", "payment"], "/userHandle", Value::Null, Some(account)),
        (&["sign-in", "reauthentication", "payment"], "/allowCredentials", json!([]), Some(account)),
        (&["discoverable"], "/userHandle", json!("AA"), Some(account)),
        (&["discoverable"], "/allowCredentials", json!(["AA"]), Some(account)),
        (&["sign-in", "discoverable"], "/userVerificationRequired", json!(false), None),
        (&["reauthentication", "payment"], "/userVerificationRequired", json!(false), Some(purpose)),
        (&["discoverable"], "/purpose", json!("payment"), Some(purpose)),
        (&["sign-in"], "/purpose", json!("new"), Some("unknown variant")),
        (&["sign-in"], "/purpose", Value::Null, Some("")),
        (&["reauthentication"], "/purpose", json!("reauthentication"), Some("")),
        (&["reauthentication"], "/purpose/reauthentication/freshSecs", json!(0), Some("1 second to 1 day")),
        (&["reauthentication"], "/purpose/reauthentication/freshSecs", json!(day), None),
        (&["reauthentication"], "/purpose/reauthentication/freshSecs", json!(day + 1), Some("1 second to 1 day")),
        (&["sign-in"], "/appid", json!("http://clinic.example"), Some("")),
        (&["registration", "sign-in"], "/extensions", json!({}), Some("missing field")),
        (&["registration", "sign-in"], "/extensions/required", json!({}), Some("missing field")),
        (&["registration", "sign-in"], "/extensions/refuseUnsolicited", json!("new"), Some("invalid type")),
    ] {
        for (kind, whole, read) in states().into_iter().filter(|(kind, ..)| kinds.contains(kind)) {
            let mut edited = whole;
            let (parent, name) = object(&mut edited, pointer);
            parent.insert(name, value.clone());
            let found = read(edited).err();
            let described = format!("{kind}, {pointer} {value}: {found:?}");
            assert_eq!(found.is_some(), expected.is_some(), "{described}");
            assert!(found.unwrap_or_default().contains(expected.unwrap_or_default()), "{described}");
        }
    }
}

/// A state of one ceremony is not accepted for the other.
#[test]
fn a_state_is_accepted_only_for_its_ceremony() {
    let [(_, registration, as_registration), (_, sign_in, as_authentication), ..] = states();
    assert!(as_authentication(registration).is_err() && as_registration(sign_in).is_err());
}

/// Milliseconds where seconds belong are refused by every call that takes a time.
#[test]
fn a_time_after_the_year_9999_is_an_error() {
    let (rp, mut browser) = (clinic(), Browser::new("front-door.milliseconds"));
    let record = register(&rp, &mut browser);
    let last = UnixTime::from_secs(253_402_300_799);
    assert!(
        rp.start_authentication(AuthenticationRequest::discoverable(), session(), last).is_ok(),
        "9999-12-31T23:59:59Z"
    );
    for late in
        [last.plus(Duration::from_secs(1)), UnixTime::from_secs(NOW.secs() * 1000), UnixTime::from_secs(i64::MAX)]
    {
        let (user, own) = (ada(), std::slice::from_ref(&record));
        let started = || {
            rp.start_reauthentication(
                ReauthenticationRequest::new(&user, own, "delete-passkey", Duration::from_secs(60)),
                session(),
                NOW,
            )
            .unwrap()
        };
        let (options, state) = started();
        let response = browser.get(&options, |made| made).unwrap();
        let proof = rp.finish_reauthentication(state, &response, Some(&record), session(), NOW).unwrap().0;
        let (options, state) = rp.start_registration(new_passkey(), session(), NOW).unwrap();
        let created = Browser::new("front-door.milliseconds.more").create(&options, |made| made).unwrap();
        let errors = [
            rp.start_registration(new_passkey(), session(), late).unwrap_err(),
            rp.finish_registration(state, &created, session(), late).unwrap_err(),
            rp.start_authentication(AuthenticationRequest::discoverable(), session(), late).unwrap_err(),
            rp.start_authentication(AuthenticationRequest::known(&user, own), session(), late).unwrap_err(),
            rp.start_payment(AuthenticationRequest::known(&user, own), session(), late).unwrap_err(),
            rp.start_reauthentication(
                ReauthenticationRequest::new(&user, own, "delete-passkey", Duration::from_secs(60)),
                session(),
                late,
            )
            .unwrap_err(),
            rp.finish_reauthentication(started().1, &response, Some(&record), session(), late).unwrap_err(),
            rp.finish_authentication(
                rp.start_authentication(AuthenticationRequest::discoverable(), session(), NOW).unwrap().1,
                &response,
                None,
                session(),
                late,
            )
            .unwrap_err(),
            proof.require(&rp, &user, "delete-passkey", late).unwrap_err(),
            proof.signal_all_accepted_credentials(&rp, own, late).unwrap_err(),
        ];
        assert!(errors.iter().all(|error| *error == Error::TimeNotInSeconds), "{errors:?}");
    }
}

/// The clocks of two machines may differ by some minutes.
#[test]
fn a_state_from_the_future_is_an_error_of_the_caller() {
    let (rp, mut browser) = (clinic(), Browser::new("front-door.clocks"));
    let record = register(&rp, &mut browser);
    for (issued_at, expected) in [
        (NOW, None),
        (NOW.plus(Duration::from_secs(300)), None),
        (NOW.plus(Duration::from_secs(301)), Some("not-yet-issued")),
    ] {
        let (options, state) =
            rp.start_authentication(AuthenticationRequest::discoverable(), session(), issued_at).unwrap();
        let response = browser.get(&options, |made| made).unwrap();
        let found = rp.finish_authentication(state, &response, Some(&record), session(), NOW).err();
        assert_eq!(found.map(|error| error.code()), expected, "{issued_at:?}");
        let (options, state) = rp.start_registration(new_passkey(), session(), issued_at).unwrap();
        let response = Browser::new("front-door.clocks.more").create(&options, |made| made).unwrap();
        let found = rp.finish_registration(state, &response, session(), NOW).err();
        assert_eq!(found.map(|error| error.code()), expected, "{issued_at:?}");
    }
}

/// AWS-LC without RSA.
#[derive(Debug)]
struct WithoutRsa;

impl Backend for WithoutRsa {
    fn name(&self) -> &'static str {
        "without RSA"
    }
    fn supports(&self, scheme: Scheme) -> bool {
        !matches!(scheme, Scheme::RsaPkcs1(_) | Scheme::RsaPss(_)) && AwsLcRs.supports(scheme)
    }
    fn sha256(&self, parts: &[&[u8]]) -> [u8; 32] {
        AwsLcRs.sha256(parts)
    }
    fn hmac_sha256(&self, key: &[u8], parts: &[&[u8]]) -> [u8; 32] {
        AwsLcRs.hmac_sha256(key, parts)
    }
    fn check_key(&self, key: &PublicKey<'_>) -> Result<(), CryptoError> {
        AwsLcRs.check_key(key)
    }
    fn verify(&self, scheme: Scheme, key: &PublicKey<'_>, m: &[u8], signature: &[u8]) -> Result<(), CryptoError> {
        AwsLcRs.verify(scheme, key, m, signature)
    }
    fn random(&self, out: &mut [u8]) -> Result<(), CryptoError> {
        AwsLcRs.random(out)
    }
}

/// §7.1 step 20 depends on the offered algorithms. One that this build cannot verify is an error, not ignored.
#[test]
fn an_offered_algorithm_that_this_build_lacks_is_an_error() {
    use wardkey::crypto::Algorithm::Es256;
    let rp = builder().backend(&WithoutRsa).algorithms([Es256]).build().unwrap();
    for (offered, expected) in [
        (json!([-7]), None),
        (json!([-7, -257]), Some(Error::UnverifiableAlgorithm(-257))),
        (json!([-300, -7]), Some(Error::UnverifiableAlgorithm(-300))),
    ] {
        let (options, state) = rp.start_registration(new_passkey(), session(), NOW).unwrap();
        let mut state = serde_json::to_value(&state).unwrap();
        state["algorithms"] = offered.clone();
        let state = serde_json::from_value(state).unwrap();
        let response = Browser::new("front-door.lacking").create(&options, |made| made).unwrap();
        assert_eq!(rp.finish_registration(state, &response, session(), NOW).err(), expected, "{offered}");
    }
}
