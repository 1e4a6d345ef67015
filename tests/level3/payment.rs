//! Secure Payment Confirmation: what was shown is what was signed.

use crate::*;
use wardkey::ceremony::authentication;
use wardkey::ceremony::payment::{self, BrowserBinding};
use wardkey::client::extensions::PaymentCreation;
use wardkey::client::payment::{Amount, Instrument, Logo, Member, PaymentDetails};
use wardkey::client::{Origins, Site};
use wardkey::crypto::AwsLcRs;
use wardkey_authenticator::Key;

fn shown() -> PaymentDetails {
    let instrument = Instrument::new("Card ·· 1234", "https://bank.example/card.png");
    let mut shown =
        PaymentDetails::new("https://shop.example", "https://shop.example", Amount::new("EUR", "12.50"), instrument);
    shown.logos = ["a", "b", "c"].map(|logo| Logo::new(format!("https://{logo}.example"), logo)).into();
    shown
}

fn collected() -> Value {
    json!({
        "rpId": "example.org",
        "topOrigin": "https://shop.example",
        "payeeOrigin": "https://shop.example",
        "paymentEntitiesLogos": [
            {"url": "https://a.example", "label": "a"},
            {"url": "https://c.example", "label": "c"},
        ],
        "total": {"currency": "EUR", "value": "12.50"},
        "instrument": {
            "displayName": "Card ·· 1234", "icon": "https://bank.example/card.png", "iconMustBeShown": true,
        },
    })
}

fn payment(collected: Value) -> Authentication {
    authentication().client_data(|data| {
        data.set("type", "payment.get");
        data.set("payment", collected);
    })
}

fn finish(made: Authentication, details: &PaymentDetails) -> Result<Authenticated, Error> {
    let (options, state) = rp().start_authentication(&user().handle, &[record()], NOW)?;
    rp().finish_payment(state, &get(made, &options.challenge), &record(), details, NOW)
}

#[test]
fn what_was_shown_is_what_was_signed() {
    let paid = finish(payment(collected()), &shown()).unwrap();
    assert_eq!(paid.user, user().handle);
    assert_eq!(serde_json::to_value(&paid.evidence).unwrap()["ceremony"], "payment", "and no sign-in");
    for (pointer, value, member) in [
        ("/rpId", json!("evil.example"), Member::RpId),
        ("/topOrigin", json!("https://evil.example"), Member::TopOrigin),
        ("/payeeOrigin", json!("https://evil.example"), Member::PayeeOrigin),
        ("/payeeOrigin", json!(null), Member::PayeeOrigin),
        ("/paymentEntitiesLogos/0/label", json!("c"), Member::PaymentEntitiesLogos),
        ("/total/value", json!("1250"), Member::Total),
        ("/total/value", json!("12.5"), Member::Total),
        ("/total/currency", json!("USD"), Member::Total),
        ("/instrument/displayName", json!("Card"), Member::Instrument),
        ("/instrument/icon", json!(""), Member::Instrument),
        ("/instrument/iconMustBeShown", json!(false), Member::Instrument),
        ("/total", json!(null), Member::Payment),
        ("", json!([]), Member::Payment),
    ] {
        let mut broken = collected();
        *broken.pointer_mut(pointer).unwrap() = value;
        assert_eq!(refusal(finish(payment(broken), &shown())), Refusal::Payment(member), "{pointer}");
    }
    for (name, value, member) in
        [("payeeName", json!("Shop"), Member::PayeeName), ("rp", json!("evil.example"), Member::RpId)]
    {
        let mut broken = collected();
        broken[name] = value;
        assert_eq!(refusal(finish(payment(broken), &shown())), Refusal::Payment(member), "{name}");
    }
    let swapped = {
        let mut broken = collected();
        broken["paymentEntitiesLogos"].as_array_mut().unwrap().reverse();
        broken
    };
    let logos = Refusal::Payment(Member::PaymentEntitiesLogos);
    assert_eq!(refusal(finish(payment(swapped), &shown())), logos, "an ordered subset");
    let none = payment(collected()).client_data(|data| data.remove("payment"));
    let failure = refusal(finish(none, &shown()));
    assert_eq!((failure, failure.code()), (Refusal::Payment(Member::Payment), "payment-mismatch"));
}

#[test]
fn older_names_and_icons_that_could_not_be_shown() {
    let mut older = collected();
    older.as_object_mut().unwrap().remove("rpId");
    older["rp"] = json!("example.org");
    assert!(finish(payment(older), &shown()).is_ok());
    let mut details = shown();
    details.instrument.icon_must_be_shown = false;
    let mut without = collected();
    without["instrument"]["icon"] = json!("");
    without["instrument"]["iconMustBeShown"] = json!(false);
    assert!(finish(payment(without), &details).is_ok());
}

/// Nobody who signed in has paid, and nobody who paid has signed in.
#[test]
fn a_payment_is_no_sign_in() {
    let signed_in = payment(collected()).client_data(|data| data.set("type", "webauthn.get"));
    assert_eq!(refusal(finish(signed_in, &shown())), Refusal::Type);
    let sign_in = authenticate(&rp(), &AuthenticationRequest::default(), payment(collected()));
    assert_eq!(refusal(sign_in), Refusal::Type);
}

/// Verifies at the pure level, on a page of the shop, with a browser-bound key.
fn verify(made: Authentication, known: &[Vec<u8>], required: bool) -> Result<BrowserBinding, Error> {
    let site = Site::new("example.org", Origins::exact(["https://example.org"]), Default::default());
    let response = get(made, &[5; 32]);
    let details = shown();
    let mut expected = payment::Expected::new(authentication::Expected::new(&site, &[5; 32]), &details);
    expected.browser_bound_keys = known;
    expected.browser_bound_required = required;
    let verified = payment::verify(&expected, &response, &record(), &AwsLcRs)?;
    Ok(verified.browser_binding().clone())
}

#[test]
fn browser_bound_signature() {
    let key = Key::new("level3.browser", Algorithm::Es256);
    let cose = key.cose().encode();
    let mut with_key = collected();
    with_key["browserBoundPublicKey"] = json!(base64url(&cose));
    let signature = {
        let made = payment(with_key.clone()).client_data(|data| data.set("challenge", base64url(&[5; 32])));
        key.sign(&made.make().client_data_json)
    };
    let signed = |signature: &[u8]| {
        let output = json!({"browserBoundSignature": {"signature": base64url(signature)}});
        payment(with_key.clone()).json(unsigned("payment", output))
    };
    let known = [cose.clone()];
    assert_eq!(verify(signed(&signature), &known, true), Ok(BrowserBinding::Known));
    assert!(matches!(verify(signed(&signature), &[], false), Ok(BrowserBinding::New(key)) if key.as_bytes() == cose));
    assert_eq!(verify(payment(collected()), &known, false), Ok(BrowserBinding::Absent));
    assert_eq!(verify(payment(with_key.clone()), &known, false), Ok(BrowserBinding::Absent), "a key proves nothing");
    let refused = |made, known: &[Vec<u8>]| refusal(verify(made, known, true));
    assert_eq!(refused(payment(with_key.clone()), &known), Refusal::BrowserBoundSignatureMissing);
    assert_eq!(refused(signed(&signature), &[]), Refusal::BrowserBoundKeyUnknown);
    let mut forged = signature.clone();
    *forged.last_mut().unwrap() ^= 1;
    assert_eq!(refusal(verify(signed(&forged), &known, false)), Refusal::BrowserBoundSignature);
    let output = json!({"browserBoundSignature": {"signature": base64url(&signature)}});
    let keyless = payment(collected()).json(unsigned("payment", output));
    assert_eq!(refusal(verify(keyless, &known, false)), Refusal::BrowserBoundSignature);
}

#[test]
fn browser_bound_key_at_registration() {
    let mut request = RegistrationRequest::default();
    request.extensions.payment = Some(PaymentCreation::new());
    let key = Key::new("level3.browser", Algorithm::Es256);
    let named = json!({"browserBoundPublicKey": base64url(&key.cose().encode())});
    let made = registration().client_data(|data| {
        data.set("challenge", base64url(&[5; 32]));
        data.set("payment", named);
    });
    let signature = key.sign(&made.make().client_data_json);
    let signed = |signature: &[u8]| {
        made.clone().json(unsigned("payment", json!({"browserBoundSignature": {"signature": base64url(signature)}})))
    };
    let found = payment::browser_bound_key(&create(signed(&signature), &[5; 32]), &AwsLcRs).unwrap();
    assert_eq!(found.unwrap().as_bytes(), key.cose().encode());
    assert_eq!(payment::browser_bound_key(&create(made.clone(), &[5; 32]), &AwsLcRs).unwrap(), None);
    let failure = payment::browser_bound_key(&create(signed(b"forged"), &[5; 32]), &AwsLcRs).unwrap_err();
    assert_eq!(failure.refusal, Refusal::BrowserBoundSignature);
    let (options, _) = rp().start_registration_with(&request, &user(), &[], NOW).unwrap();
    assert_eq!(serde_json::to_value(&options).unwrap()["extensions"], json!({"payment": {"isPayment": true}}));
}
