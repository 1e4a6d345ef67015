//! Web sessions: a ceremony ends in the session in which it began, and in no other.

use crate::browser::Browser;
use crate::{NOW, ada, clinic, new_passkey, register};
use serde_json::{Value, json};
use std::slice::from_ref;
use std::time::Duration;
use wardkey::ceremony::payment::ExpectedPayment;
use wardkey::client::payment::{Amount, Instrument, PaymentDetails};
use wardkey::{
    AuthenticationRequest, AuthenticationState, CredentialRecord, Error, Fault, ReauthenticationRequest,
    RegistrationState, RelyingParty, Session,
};

fn confirmation(record: &CredentialRecord) -> ReauthenticationRequest {
    ReauthenticationRequest::new(&ada(), from_ref(record), "delete-passkey", Duration::from_secs(120))
}

fn shown() -> PaymentDetails {
    let instrument = Instrument::new("Card", "https://bank.example/card.png");
    PaymentDetails::new("https://shop.example", "https://shop.example", Amount::new("EUR", "12.50"), instrument)
}

/// Starts each ceremony in one session and finishes it in another. Returns the result of each.
fn attempts(begin: Session, end: Session) -> Vec<(&'static str, Result<(), Error>)> {
    let (rp, mut browser) = (clinic(), Browser::new("front-door.session"));
    let record = register(&rp, &mut browser);
    let (options, state) = rp.start_registration(new_passkey(), begin, NOW).unwrap();
    let response = Browser::new("front-door.session.more").create(&options, |made| made).unwrap();
    let mut results = vec![("registration", rp.finish_registration(state, &response, end, NOW).map(drop))];
    let own = from_ref(&record);
    for (what, request) in
        [("known", AuthenticationRequest::known(&ada(), own)), ("discoverable", AuthenticationRequest::discoverable())]
    {
        for (what, stored) in [(what, Some(&record)), ("unknown credential", None)] {
            let (options, state) = rp.start_authentication(request.clone(), begin, NOW).unwrap();
            let response = browser.get(&options, |made| made).unwrap();
            results.push((what, rp.finish_authentication(state, &response, stored, end, NOW).map(drop)));
        }
    }
    let (options, state) = rp.start_reauthentication(confirmation(&record), begin, NOW).unwrap();
    let response = browser.get(&options, |made| made).unwrap();
    results
        .push(("re-authentication", rp.finish_reauthentication(state, &response, Some(&record), end, NOW).map(drop)));
    let (_, state) = rp.start_payment(AuthenticationRequest::known(&ada(), own), begin, NOW).unwrap();
    let paid = rp.finish_payment(state, &response, Some(&record), &ExpectedPayment::new(&shown()), end, NOW);
    results.push(("payment", paid.map(drop)));
    results
}

#[test]
fn a_ceremony_ends_in_the_session_in_which_it_began() {
    let sessions = || [Session::bound("ada"), Session::bound("mallory"), Session::unbound()];
    for (at, begin) in sessions().into_iter().enumerate() {
        for (other, end) in sessions().into_iter().enumerate() {
            for (what, result) in attempts(begin, end) {
                let described = format!("{what}: {at} {other} {result:?}");
                if at != other {
                    let error = result.unwrap_err();
                    assert_eq!((error.code(), error.fault()), ("session-mismatch", Fault::Response), "{described}");
                    assert_eq!(error, Error::SessionMismatch, "{described}");
                } else if what == "unknown credential" {
                    assert_eq!(result.unwrap_err().code(), "credential-unknown", "{described}");
                } else if what == "payment" {
                    assert_eq!(result.unwrap_err().code(), "type-mismatch", "{described}");
                } else {
                    assert_eq!(result, Ok(()), "{described}");
                }
            }
        }
    }
}

/// All visitors without a session would share the empty one.
#[test]
fn an_empty_session_id_is_refused() {
    let (rp, mut browser) = (clinic(), Browser::new("front-door.session.empty"));
    let record = register(&rp, &mut browser);
    let (options, state) =
        rp.start_authentication(AuthenticationRequest::discoverable(), Session::bound("ada"), NOW).unwrap();
    let response = browser.get(&options, |made| made).unwrap();
    let (empty, own) = (Session::bound(""), from_ref(&record));
    for error in [
        rp.start_registration(new_passkey(), empty, NOW).unwrap_err(),
        rp.start_authentication(AuthenticationRequest::discoverable(), empty, NOW).unwrap_err(),
        rp.start_reauthentication(confirmation(&record), empty, NOW).unwrap_err(),
        rp.start_payment(AuthenticationRequest::known(&ada(), own), empty, NOW).unwrap_err(),
        rp.finish_authentication(state, &response, Some(&record), empty, NOW).unwrap_err(),
    ] {
        assert_eq!((error.code(), error.fault()), ("session-empty", Fault::Caller));
    }
}

/// The state keeps a hash with a label, so that it reveals no session id, and no other hash of an id is taken for it.
#[test]
fn a_state_contains_no_session_id() {
    let of = |session| {
        let request = AuthenticationRequest::discoverable();
        serde_json::to_value(clinic().start_authentication(request, session, NOW).unwrap().1).unwrap()
    };
    let state = of(Session::bound("the id of a session"));
    assert!(!state.to_string().contains("the id of a session"));
    let hash = state["session"].as_str().unwrap();
    assert_eq!(hash.len(), 43);
    let plain = wardkey_authenticator::hash::sha256(b"the id of a session");
    assert_ne!(hash, wardkey_authenticator::json::base64url(&plain));
    assert_eq!(of(Session::bound("the id of a session"))["session"], hash, "the same each time");
    assert_ne!(of(Session::bound("unbound"))["session"], of(Session::unbound())["session"]);
}

/// A state of each kind, as version 0.1 wrote it, which knew no sessions.
const OLD: &str = include_str!("states-0.1.jsonl");
const KINDS: [&str; 5] = ["registration", "sign-in", "discoverable", "reauthentication", "payment"];

/// While machines are upgraded one after the other, each finishes the ceremonies that another version started. Version 0.1
/// ignores members that it does not know, so its machines finish ours if no other member changes.
#[test]
fn a_rolling_upgrade_finishes_every_ceremony() {
    let (rp, mut browser) = (clinic(), Browser::new("front-door.upgrade"));
    let record = register(&rp, &mut browser);
    for session in [Session::bound("ada"), Session::unbound()] {
        for (kind, old) in KINDS.into_iter().zip(OLD.lines()) {
            // The states were written for a credential with this id.
            let old = old.replace("dGhlIGlkIG9mIHRoZSBjcmVkZW50aWFs", &record.id.to_base64url());
            let stored: Value = serde_json::from_str(&old).unwrap();
            let answered = json!({"challenge": stored["challenge"], "rpId": "clinic.example"});
            if kind == "registration" {
                let state: RegistrationState = serde_json::from_str(&old).unwrap();
                same_members(&stored, &serde_json::to_value(started(&rp, &record).0).unwrap());
                let (options, _) = rp.start_registration(new_passkey(), session, NOW).unwrap();
                let mut options = serde_json::to_value(&options).unwrap();
                options["challenge"] = stored["challenge"].clone();
                let response = Browser::new("front-door.upgrade.more").create(&options, |made| made).unwrap();
                assert!(rp.finish_registration(state, &response, session, NOW).is_ok());
                continue;
            }
            let state: AuthenticationState = serde_json::from_str(&old).unwrap();
            let ours = started(&rp, &record).1.into_iter().find(|(name, _)| *name == kind).unwrap().1;
            same_members(&stored, &serde_json::to_value(&ours).unwrap());
            let response = browser.get(&answered, |made| made).unwrap();
            let found = match kind {
                "reauthentication" => {
                    let done = rp.finish_reauthentication(state, &response, Some(&record), session, NOW);
                    done.map(|(proof, _)| assert_eq!(proof.purpose(), "delete-passkey"))
                }
                "payment" => {
                    let (shown, record) = (shown(), Some(&record));
                    let paid = rp.finish_payment(state, &response, record, &ExpectedPayment::new(&shown), session, NOW);
                    assert_eq!(paid.unwrap_err().code(), "type-mismatch", "the response is that of a sign-in");
                    Ok(())
                }
                _ => rp.finish_authentication(state, &response, Some(&record), session, NOW).map(drop),
            };
            assert_eq!(found, Ok(()), "{kind}");
        }
    }
}

/// A state of each kind, as this version writes it.
fn started(
    rp: &RelyingParty,
    record: &CredentialRecord,
) -> (RegistrationState, [(&'static str, AuthenticationState); 4]) {
    let (own, session) = (from_ref(record), Session::bound("ada"));
    let sign_in = |request| rp.start_authentication(request, session, NOW).unwrap().1;
    (
        rp.start_registration(new_passkey(), session, NOW).unwrap().1,
        [
            ("sign-in", sign_in(AuthenticationRequest::known(&ada(), own))),
            ("discoverable", sign_in(AuthenticationRequest::discoverable())),
            ("reauthentication", rp.start_reauthentication(confirmation(record), session, NOW).unwrap().1),
            ("payment", rp.start_payment(AuthenticationRequest::known(&ada(), own), session, NOW).unwrap().1),
        ],
    )
}

/// Both have the same members with the same values, but for the challenge and the session.
fn same_members(old: &Value, new: &Value) {
    let mut new = new.clone();
    assert!(new.as_object_mut().unwrap().remove("session").is_some());
    new["challenge"] = old["challenge"].clone();
    assert_eq!(*old, new);
}
