//! Confirmations at the front door: from the document to the receipt of another reader.

use crate::NOW;
use crate::browser::Browser;
use serde_json::Value;
use std::slice::from_ref;
use std::time::Duration;
use wardkey::account::Shown;
use wardkey::assurance::{ConfirmationFacts, Facts, Rules, Verdict, assess};
use wardkey::ceremony::evidence::Purpose;
use wardkey::ceremony::{Origins, Site};
use wardkey::confirmation::{Document, Draft, Item, Part, Receipt};
use wardkey::crypto::{AwsLcRs, RustCrypto};
use wardkey::{
    AuthenticationRequest, AuthenticationResponse, AuthenticationState, Confirmation, ConfirmationState,
    CredentialRecord, Error, ReauthenticationRequest, RegistrationRequest, RelyingParty, Session, UserHandle,
};
use wardkey_authenticator::Authentication;

fn ada() -> UserHandle {
    UserHandle::new(*b"ada's handle").unwrap()
}

fn session() -> Session {
    Session::bound("the session of ada's browser")
}

fn party() -> RelyingParty {
    RelyingParty::builder("clinic.example", "Example Clinic").framed_by(["https://hospital.example"]).build().unwrap()
}

fn site() -> Site {
    Site::new("clinic.example", Origins::exact(["https://clinic.example"]))
}

fn register(rp: &RelyingParty, browser: &mut Browser) -> CredentialRecord {
    let request = RegistrationRequest::new(&ada(), "ada@mail.example", &[]);
    let (options, state) = rp.start_registration(request, session(), NOW).unwrap();
    let response = browser.create(&options, |made| made).unwrap();
    rp.finish_registration(state, &response, session(), NOW).unwrap().claim(None).unwrap().0
}

fn document() -> Document {
    let mut draft = Draft::new("prescription", "pseud-7", NOW);
    draft.signer = "Dr. Ada King".to_owned();
    draft.meaning = "I prescribe this list.".to_owned();
    draft.items = ["Metformin 500 mg, 60", "Ramipril 5 mg, 30"].map(Item::text).to_vec();
    Document::new(draft).unwrap()
}

fn other_document() -> Document {
    let mut draft = Draft::new("prescription", "pseud-7", NOW);
    draft.items = vec![Item::text("Metformin 5000 mg, 60")];
    Document::new(draft).unwrap()
}

fn confirm(
    rp: &RelyingParty,
    browser: &Browser,
    record: &CredentialRecord,
    shown: &Document,
    change: impl FnOnce(Authentication) -> Authentication,
) -> Result<Confirmation, Error> {
    let (options, state) = rp.start_confirmation(&ada(), from_ref(record), &document(), session(), NOW).unwrap();
    let stored = serde_json::to_string(&state).unwrap();
    let state: ConfirmationState = serde_json::from_str(&stored).unwrap();
    let response = browser.get(&options, change).unwrap();
    assert_eq!((response.state_id(), state.user_handle()), (Some(state.id()), Some(&ada())));
    rp.finish_confirmation(state, shown, &response, Some(record), session(), NOW)
}

#[test]
fn a_receipt_is_verified_years_later_and_a_part_of_it_elsewhere() {
    let (rp, mut browser) = (party(), Browser::new("confirmation.receipt"));
    let record = register(&rp, &mut browser);
    let done = confirm(&rp, &browser, &record, &document(), |made| made).unwrap();
    assert!(done.confirmed.user_verification().is_factor());
    assert_eq!((done.confirmed.user(), done.confirmed.items()), (&ada(), 2));
    let evidence = &done.authenticated.evidence;
    assert_eq!(
        (evidence.purpose, evidence.purpose_text.as_deref()),
        (Some(Purpose::Confirmation), Some("prescription"))
    );

    let stored = serde_json::to_string(&done.receipt).unwrap();
    let receipt: Receipt = serde_json::from_str(&stored).unwrap();
    assert_eq!(receipt, done.receipt);
    let confirmed = receipt.verify(&site(), &record, &AwsLcRs).unwrap();
    assert_eq!(confirmed.challenge(), done.confirmed.challenge());
    assert_eq!(receipt.verify(&site(), &record, &RustCrypto).unwrap().challenge(), confirmed.challenge());

    let part = serde_json::to_string(&receipt.part("clinic.example", true, &[2], &AwsLcRs)).unwrap();
    assert!(!part.contains("TWV0Zm9ybWlu"), "the hidden item is not in the part");
    let response = AuthenticationResponse::from_json(&receipt.response_json()).unwrap();
    let part: Part = serde_json::from_str(&part).unwrap();
    let seen = part.verify(&site(), &record, &response, &AwsLcRs).unwrap();
    assert_eq!(seen.challenge(), confirmed.challenge());
    assert_eq!(
        part.items().map(|(number, item)| (number, item.content.clone())).next(),
        Some((2, b"Ramipril 5 mg, 30".to_vec()))
    );

    let mut facts = Facts::of(evidence, None, NOW).unwrap();
    facts.confirmation = Some(ConfirmationFacts::from(&confirmed));
    assert_eq!(ConfirmationFacts::from(&done.confirmed), ConfirmationFacts::from(&confirmed));
    let part_11 = assess(&facts, Rules::Cfr11);
    assert!(part_11.findings().all(|(_, verdict)| verdict == Verdict::Met));
    facts.confirmation = Some(ConfirmationFacts::from(&part_without_head(&receipt, &record, &response)));
    assert_eq!(assess(&facts, Rules::Cfr11).verdict("21cfr11.50-manifest"), Some(Verdict::NotMet));
    let shown = assess(&facts, Rules::Nist80063B4).shown(evidence);
    assert_eq!(shown, [Shown::SignedInWithPasskey, Shown::TwoThingsProved, Shown::OnlyThisSite, Shown::DocumentSigned]);
}

/// What a receipt does not keep decides nothing, so its JSON has the verdict of the response.
#[test]
fn a_receipt_of_parts_is_judged_like_its_response() {
    let (rp, mut browser) = (party(), Browser::new("confirmation.parts"));
    let record = register(&rp, &mut browser);
    let done = confirm(&rp, &browser, &record, &document(), |made| made).unwrap();
    let posted: serde_json::Value = serde_json::from_str(&done.receipt.response_json()).unwrap();
    let outputs = serde_json::json!({ "appid": true, "prf": { "results": { "first": "AA" } }, "uvm": 7, "new": 1 });
    let long = "A".repeat(88); // 66 bytes: no user handle
    for (member, value, expected) in [
        ("/clientExtensionResults", outputs, None),
        ("/response/userHandle", "".into(), Some("user-handle-empty")),
        ("/response/userHandle", long.into(), Some("user-handle-mismatch")),
        ("/response/userHandle", serde_json::Value::Null, None),
    ] {
        let mut posted = posted.clone();
        *posted.pointer_mut(member).unwrap() = value;
        let response = AuthenticationResponse::from_json(&posted.to_string()).unwrap();
        let receipt = Receipt::new(document(), done.receipt.nonce().clone(), response.clone());
        let again: Receipt = serde_json::from_str(&serde_json::to_string(&receipt).unwrap()).unwrap();
        assert_eq!(again, receipt, "{member}");
        let whole = receipt.part("clinic.example", true, &[1, 2], &AwsLcRs);
        let live = whole.verify(&site(), &record, &response, &AwsLcRs);
        assert_eq!(live.is_err(), expected.is_some(), "{member}");
        let verdicts = [&receipt, &again].map(|receipt| receipt.verify(&site(), &record, &AwsLcRs));
        for verdict in verdicts {
            assert_eq!(verdict.err().map(|failure| failure.refusal.code()), expected, "{member}");
        }
    }
}

/// Nobody confirms a document in a frame, whatever the site allows for sign-ins.
#[test]
fn a_response_from_a_frame_confirms_nothing() {
    let (rp, mut browser) = (party(), Browser::new("confirmation.frames"));
    let record = register(&rp, &mut browser);
    let (options, state) = rp.start_confirmation(&ada(), from_ref(&record), &document(), session(), NOW).unwrap();
    let own = browser.get(&options, |made| made).unwrap();
    let framed = |made: Authentication| {
        made.client_data(|data| data.set("crossOrigin", true))
            .client_data(|data| data.set("topOrigin", "https://hospital.example"))
    };
    let framed = browser.get(&options, framed).unwrap();
    let done = rp.finish_confirmation(state, &document(), &own, Some(&record), session(), NOW).unwrap();
    let part = done.receipt.part("clinic.example", true, &[1], &AwsLcRs);
    let site = site().framed_by(["https://hospital.example"]);
    assert!(part.verify(&site, &record, &own, &AwsLcRs).is_ok());
    assert!(part.verify(&site, &record, &framed, &AwsLcRs).is_err());
}

fn part_without_head(
    receipt: &Receipt,
    record: &CredentialRecord,
    response: &AuthenticationResponse,
) -> wardkey::confirmation::Confirmed {
    receipt.part("clinic.example", false, &[1], &AwsLcRs).verify(&site(), record, response, &AwsLcRs).unwrap()
}

#[test]
fn what_must_not_be_confirmed_is_refused() {
    let (rp, mut browser) = (party(), Browser::new("confirmation.refused"));
    let record = register(&rp, &mut browser);
    let code = |shown: &Document, change: fn(Authentication) -> Authentication| {
        confirm(&rp, &browser, &record, shown, change).map(|_| ()).map_err(|error| error.code())
    };
    assert_eq!(code(&document(), |made| made), Ok(()));
    assert_eq!(code(&other_document(), |made| made), Err("challenge-mismatch"));
    assert_eq!(code(&document(), |made| made.authenticator_data(|data| data.flags = 1)), Err("user-not-verified"));
    let framed = |made: Authentication| {
        made.client_data(|data| data.set("crossOrigin", true))
            .client_data(|data| data.set("topOrigin", "https://hospital.example"))
    };
    assert_eq!(code(&document(), framed), Err("cross-origin-not-allowed"), "the relying party frames sign-ins only");
    assert_eq!(
        code(&document(), |made| made.client_data(|data| data.set("type", "payment.get"))),
        Err("type-mismatch")
    );
}

#[test]
fn a_confirmation_needs_its_session_its_time_and_a_stored_record() {
    let (rp, mut browser) = (party(), Browser::new("confirmation.state"));
    let record = register(&rp, &mut browser);
    let begin = || rp.start_confirmation(&ada(), from_ref(&record), &document(), session(), NOW).unwrap();
    let finish = |session: Session, now, stored: Option<&CredentialRecord>| {
        let (options, state) = begin();
        let response = browser.get(&options, |made| made).unwrap();
        rp.finish_confirmation(state, &document(), &response, stored, session, now).map(|_| ()).map_err(|e| e.code())
    };
    assert_eq!(finish(session(), NOW, Some(&record)), Ok(()));
    let elsewhere = finish(Session::bound("another"), NOW, Some(&record)).unwrap_err();
    let late = finish(session(), NOW.plus(Duration::from_secs(100_000)), Some(&record)).unwrap_err();
    let unknown = finish(session(), NOW, None).unwrap_err();
    assert_eq!([elsewhere, late, unknown], ["session-mismatch", "expired", "credential-unknown"]);
    let (one, two) = (begin(), begin());
    assert_ne!(one.0.challenge, two.0.challenge, "a fresh nonce each time");
    assert!(rp.start_confirmation(&ada(), &[], &document(), session(), NOW).is_err());
}

/// The types keep the ceremonies apart in a program; the purpose keeps them apart in a store.
#[test]
fn the_state_of_a_ceremony_finishes_no_other() {
    let (rp, mut browser) = (party(), Browser::new("confirmation.purpose"));
    let record = register(&rp, &mut browser);
    let (options, state) = rp.start_confirmation(&ada(), from_ref(&record), &document(), session(), NOW).unwrap();
    let response = browser.get(&options, |made| made).unwrap();
    let state: AuthenticationState = serde_json::from_str(&serde_json::to_string(&state).unwrap()).unwrap();
    let refused = rp.finish_authentication(state, &response, Some(&record), session(), NOW).unwrap_err();
    assert!(matches!(refused, Error::OtherPurpose), "{refused}");
    let known = || AuthenticationRequest::known(&ada(), from_ref(&record));
    let again = ReauthenticationRequest::new(&ada(), from_ref(&record), "export", Duration::from_secs(60));
    let states = [
        rp.start_authentication(known(), session(), NOW).unwrap().1,
        rp.start_payment(known(), session(), NOW).unwrap().1,
        rp.start_reauthentication(again, session(), NOW).unwrap().1,
    ];
    for state in states {
        let json = serde_json::to_value(&state).unwrap();
        assert!(serde_json::from_value::<ConfirmationState>(json).is_err());
    }
}

/// Whoever sees the challenge cannot try documents out: the options and the response have no nonce.
#[test]
fn the_nonce_stays_with_the_state() {
    let (rp, mut browser) = (party(), Browser::new("confirmation.nonce"));
    let record = register(&rp, &mut browser);
    let (options, state) = rp.start_confirmation(&ada(), from_ref(&record), &document(), session(), NOW).unwrap();
    let state: Value = serde_json::to_value(&state).unwrap();
    let nonce = state["purpose"]["confirmation"]["nonce"].as_str().unwrap();
    assert_eq!(nonce.len(), 43);
    assert!(!serde_json::to_string(&options).unwrap().contains(nonce));
}
