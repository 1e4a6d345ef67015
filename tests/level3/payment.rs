//! Secure Payment Confirmation: the shown payment is the signed one.

use crate::*;
use wardkey::ceremony::evidence::Purpose;
use wardkey::ceremony::payment::{BrowserBinding, ExpectedPayment};
use wardkey::ceremony::{Origins, Site, StepNumber, authentication, payment};
use wardkey::client::json::{AuthenticatorAttachment, Hint, Lint, ResidentKey, UserVerificationRequirement};
use wardkey::client::payment::{Amount, Instrument, Logo, PaymentDetails};
use wardkey::crypto::AwsLcRs;
use wardkey::extensions::{CreationExtensions, Extension, ExtensionSet, OutputRefusal};
use wardkey::{InvalidValue, Paid};
use wardkey_authenticator::{Cbor, Key};

pub(crate) fn shown() -> PaymentDetails {
    let instrument = Instrument::new("Card ·· 1234", "https://bank.example/card.png");
    let mut shown =
        PaymentDetails::new("https://shop.example", "https://shop.example", Amount::new("EUR", "12.50"), instrument);
    shown.logos = ["a", "b", "c"].map(|logo| Logo::new(format!("https://{logo}.example"), logo)).into();
    shown
}

pub(crate) fn collected() -> Value {
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

pub(crate) fn payment(collected: Value) -> Authentication {
    authentication().client_data(|data| {
        data.set("type", "payment.get");
        data.set("payment", collected);
    })
}

fn pay(rp: &RelyingParty, made: Authentication, expected: &ExpectedPayment<'_>) -> Result<Paid, Error> {
    let (options, state) = rp.start_payment(AuthenticationRequest::known(&user(), &[record()]), session(), NOW)?;
    rp.finish_payment(state, &get(made, &options.challenge), Some(&record()), expected, session(), NOW)
}

fn finish(made: Authentication, details: &PaymentDetails) -> Result<Paid, Error> {
    pay(&rp(), made, &ExpectedPayment::new(details))
}

#[test]
fn what_was_shown_is_what_was_signed() {
    let paid = finish(payment(collected()), &shown()).unwrap();
    assert_eq!((paid.user, paid.credential_id), (user(), record().id));
    assert_eq!(paid.browser_binding, BrowserBinding::Absent);
    let evidence = serde_json::to_value(&paid.evidence).unwrap();
    assert_eq!((&evidence["ceremony"], &evidence["purpose"]), (&"authentication".into(), &"payment".into()));
    for (pointer, value, member) in [
        ("/rpId", json!("evil.example"), "payment.rpId"),
        ("/topOrigin", json!("https://evil.example"), "payment.topOrigin"),
        ("/payeeOrigin", json!("https://evil.example"), "payment.payeeOrigin"),
        ("/payeeOrigin", json!(null), "payment.payeeOrigin"),
        ("/paymentEntitiesLogos/0/label", json!("c"), "payment.paymentEntitiesLogos"),
        ("/total/value", json!("1250"), "payment.total"),
        ("/total/value", json!("12.5"), "payment.total"),
        ("/total/currency", json!("USD"), "payment.total"),
        ("/instrument/displayName", json!("Card"), "payment.instrument"),
        ("/instrument/icon", json!(""), "payment.instrument"),
        ("/instrument/iconMustBeShown", json!(false), "payment.instrument"),
        ("/total", json!(null), "payment"),
        ("", json!([]), "payment"),
    ] {
        let mut broken = collected();
        *broken.pointer_mut(pointer).unwrap() = value;
        assert_eq!(refusal(finish(payment(broken), &shown())), Refusal::Payment(member), "{pointer}");
    }
    for (name, value, member) in
        [("payeeName", json!("Shop"), "payment.payeeName"), ("rp", json!("evil.example"), "payment.rpId")]
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
    let logos = Refusal::Payment("payment.paymentEntitiesLogos");
    assert_eq!(refusal(finish(payment(swapped), &shown())), logos, "an ordered subset");
    let none = payment(collected()).client_data(|data| data.remove("payment"));
    let refused = finish(none, &shown());
    let evidence = refused.as_ref().unwrap_err().evidence().unwrap();
    assert_eq!((evidence.accepted, evidence.refusal.as_deref()), (false, Some("payment-mismatch")));
    let step = |list: &[StepNumber]| list.iter().any(|step| step.to_string() == "7.2/23");
    assert!(step(&evidence.steps_refused) && !step(&evidence.steps_not_required) && !step(&evidence.steps_passed));
    assert_eq!((evidence.purpose, evidence.state_id.is_some()), (Some(Purpose::Payment), true));
    assert_eq!(refusal(refused), Refusal::Payment("payment"));
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

/// A sign-in is not accepted as a payment, and a payment not as a sign-in.
/// The member's default in the standard's dictionary is true.
#[test]
fn an_icon_must_be_shown_unless_it_is_said_not_to() {
    let instrument = Instrument::new("Card", "https://bank.example/card.png");
    let mut json = serde_json::to_value(&instrument).unwrap();
    assert_eq!(json.as_object_mut().unwrap().remove("iconMustBeShown"), Some(json!(true)));
    assert_eq!(serde_json::from_value::<Instrument>(json).unwrap(), instrument);
}

#[test]
fn a_payment_is_no_sign_in() {
    let signed_in = payment(collected()).client_data(|data| data.set("type", "webauthn.get"));
    assert_eq!(refusal(finish(signed_in, &shown())), Refusal::Type);
    let sign_in = authenticate(&rp(), signing_in(), payment(collected()));
    assert_eq!(refusal(sign_in), Refusal::Type);
    let rp = rp();
    let details = shown();
    let expected = ExpectedPayment::new(&details);
    let payment_state =
        || rp.start_payment(AuthenticationRequest::known(&user(), &[record()]), session(), NOW).unwrap().1;
    let sign_in_state = || rp.start_authentication(signing_in(), session(), NOW).unwrap().1;
    let again_state = || {
        rp.start_reauthentication(
            ReauthenticationRequest::new(&user(), &[record()], "x", Duration::from_secs(300)),
            session(),
            NOW,
        )
        .unwrap()
        .1
    };
    let response = get(authentication(), &[0; 32]);
    let errors = [
        rp.finish_authentication(payment_state(), &response, Some(&record()), session(), NOW).unwrap_err(),
        rp.finish_authentication(again_state(), &response, Some(&record()), session(), NOW).unwrap_err(),
        rp.finish_payment(sign_in_state(), &response, Some(&record()), &expected, session(), NOW).unwrap_err(),
        rp.finish_payment(again_state(), &response, Some(&record()), &expected, session(), NOW).unwrap_err(),
        rp.finish_authentication(payment_state(), &response, None, session(), NOW).unwrap_err(),
        rp.finish_payment(sign_in_state(), &response, None, &expected, session(), NOW).unwrap_err(),
    ];
    for error in errors {
        assert_eq!((error.clone(), error.code()), (Error::OtherPurpose, "other-purpose"));
    }
    let error = finish(payment(collected()).signature(|s| s.clear()), &details).unwrap_err();
    assert_eq!(error.to_string(), "the signature does not verify (step 7.2/21)");
    assert_eq!((error.code(), error.step().unwrap().number), ("signature-invalid", 21));
}

/// A payment names the credentials that may confirm it.
#[test]
fn a_payment_is_not_discoverable() {
    let error = rp().start_payment(AuthenticationRequest::discoverable(), session(), NOW).unwrap_err();
    assert_eq!(error, Error::NoCredentials);
}

/// The client requires user verification, so the server requires it too, whatever the relying party chose.
#[test]
fn a_payment_takes_user_verification() {
    use wardkey_authenticator::flags::UV;
    let lax = RelyingParty::builder("example.org", "x").user_verification_preferred().build().unwrap();
    let unverified = payment(collected()).authenticator_data(|data| data.clear_flags(UV));
    assert_eq!(refusal(pay(&lax, unverified, &ExpectedPayment::new(&shown()))), Refusal::UserNotVerified);
}

/// A payment may be started by the page of a merchant, or by a frame in it.
#[test]
fn who_may_call_for_a_payment() {
    let details = shown();
    let own = || ExpectedPayment::new(&details);
    let merchants = || own().called_by(["https://shop.example", "https://pay.example"]).unwrap();
    let from = |origin: &'static str| payment(collected()).client_data(move |data| data.set("origin", origin));
    let framed = |origin, top: &'static str| {
        from(origin).client_data(move |data| {
            data.set("crossOrigin", true);
            data.set("topOrigin", top);
        })
    };
    assert!(pay(&rp(), from("https://shop.example"), &merchants()).is_ok());
    assert!(pay(&rp(), framed("https://pay.example", "https://shop.example"), &merchants()).is_ok());
    assert!(pay(&rp(), framed("https://example.org", "https://shop.example"), &own()).is_ok());
    for (made, expected, refused) in [
        (from("https://evil.example"), merchants(), Refusal::Origin),
        (from("https://shop.example"), own(), Refusal::Origin),
        (from("https://example.org"), merchants(), Refusal::Origin),
        (framed("https://pay.example", "https://evil.example"), merchants(), Refusal::TopOrigin),
        (framed("https://example.org", "https://evil.example"), own(), Refusal::TopOrigin),
    ] {
        assert_eq!(refusal(pay(&rp(), made, &expected)), refused);
    }
    // `framed_by` does not matter here, because the payment names the page.
    let own_frames = RelyingParty::builder("example.org", "x").framed_by(["https://partner.example"]);
    for rp in [own_frames.clone().build().unwrap(), own_frames.require_top_origin().build().unwrap()] {
        assert!(pay(&rp, framed("https://pay.example", "https://shop.example"), &merchants()).is_ok());
        assert!(pay(&rp, from("https://shop.example"), &merchants()).is_ok());
        let by_partner = pay(&rp, framed("https://pay.example", "https://partner.example"), &merchants());
        assert_eq!(refusal(by_partner), Refusal::TopOrigin);
    }
    assert_eq!(own().called_by(["https://shop.example/"]).unwrap_err(), InvalidValue::Origin);
    assert_eq!(own().called_by(Vec::<String>::new()).unwrap_err(), InvalidValue::NoOrigin);
}

/// Every payment requests the extension `payment`, so its output is never unsolicited.
#[test]
fn what_a_payment_answers_was_asked_for() {
    let details = shown();
    let expected = ExpectedPayment::new(&details);
    for refuse in [false, true] {
        let builder = RelyingParty::builder("example.org", "x");
        let builder = if refuse { builder.refuse_unsolicited_extensions() } else { builder };
        let rp = builder.build().unwrap();
        let signed = |output: Cbor| {
            let data = move |data: &mut wardkey_authenticator::AuthenticatorData| {
                data.extension("thirdPartyPayment", output);
            };
            payment(collected()).authenticator_data(data).json(unsigned("payment", json!({})))
        };
        let paid = pay(&rp, signed(Cbor::Bool(true)), &expected).unwrap();
        assert_eq!(paid.signed_extensions.third_party_payment, Some(true));
        assert_eq!(paid.evidence.unsolicited_extensions, Some(ExtensionSet::NONE), "{refuse}");
        let malformed = Refusal::Extension(OutputRefusal::Malformed(Extension::ThirdPartyPayment));
        assert_eq!(refusal(pay(&rp, signed(Cbor::Integer(1)), &expected)), malformed, "{refuse}");
        let surprise = pay(&rp, payment(collected()).json(unsigned("appid", json!(false))), &expected);
        if refuse {
            assert_eq!(refusal(surprise), Refusal::Extension(OutputRefusal::Unsolicited(Some(Extension::Appid))));
        } else {
            assert!(surprise.unwrap().evidence.unsolicited_extensions.unwrap().contains(Extension::Appid));
        }
    }
}

#[test]
fn a_payment_credential_is_of_the_device() {
    let asking = || registering().extensions(CreationExtensions::default().payment(Vec::new()));
    let lax = RelyingParty::builder("example.org", "x").user_verification_preferred().build().unwrap();
    for request in [
        asking(),
        asking().hints([Hint::ClientDevice]),
        asking().attachment(AuthenticatorAttachment::Other("platform".into())),
    ] {
        let (options, _) = lax.start_registration(request, session(), NOW).unwrap();
        let selection = &options.authenticator_selection;
        assert_eq!(selection.authenticator_attachment, Some(AuthenticatorAttachment::Platform));
        assert_eq!(selection.user_verification, UserVerificationRequirement::Required);
        assert_eq!(options.lint(), []);
    }
    for (request, error) in [
        (asking().attachment(AuthenticatorAttachment::CrossPlatform), InvalidValue::PaymentAttachment),
        (asking().hints([Hint::Hybrid]), InvalidValue::PaymentAttachment),
        (asking().resident_key(ResidentKey::Discouraged), InvalidValue::PaymentResidentKey),
        (asking().user_verification(UserVerificationRequirement::Preferred), InvalidValue::PaymentUserVerification),
        (asking().conditional(), InvalidValue::PaymentUserVerification),
    ] {
        let result = rp().start_registration(request, session(), NOW);
        assert_eq!(result.unwrap_err(), Error::Extension(error));
    }
    let (mut options, _) = rp().start_registration(asking(), session(), NOW).unwrap();
    options.authenticator_selection.authenticator_attachment = None;
    assert_eq!(options.lint(), [Lint::Payment(InvalidValue::PaymentAttachment)]);
}

/// Verifies with a browser-bound key through the pure function, and through the front door with a state of that challenge.
fn verify(made: Authentication, known: &[Vec<u8>], required: bool) -> Result<BrowserBinding, Error> {
    let site = Site::new("example.org", Origins::exact(["https://example.org"]));
    let response = get(made, &[5; 32]);
    let details = shown();
    let (_, state) = rp().start_payment(AuthenticationRequest::known(&user(), &[record()]), session(), NOW)?;
    let mut state = serde_json::to_value(state).unwrap();
    state["challenge"] = json!(base64url(&[5; 32]));
    let mut front = ExpectedPayment::new(&details);
    front.browser_bound_keys = known;
    front.browser_bound_required = required;
    let state = serde_json::from_value(state).unwrap();
    let paid =
        rp().finish_payment(state, &response, Some(&record()), &front, session(), NOW).map(|paid| paid.browser_binding);
    let expected = authentication::ExpectedAuthentication::new(&site, &[5; 32]);
    let verified = payment::verify(&expected, &front, &response, &record(), &AwsLcRs);
    let pure = verified.map(|(_, browser_binding)| browser_binding).map_err(Error::Failed);
    // The recorded steps differ, because the front door sends allowCredentials.
    assert_eq!(pure.as_ref().map_err(Error::code), paid.as_ref().map_err(Error::code));
    paid
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

/// A browser-bound key may have every algorithm that signs in without being named. RS1 is refused, whether the key is known
/// or not.
#[test]
fn a_browser_bound_key_is_not_of_rs1() {
    for (algorithm, expected) in
        [(Algorithm::Rs256, Ok(BrowserBinding::Known)), (Algorithm::Rs1, Err(Refusal::BrowserBoundSignature))]
    {
        let key = Key::new("level3.browser", algorithm);
        let mut with_key = collected();
        with_key["browserBoundPublicKey"] = json!(base64url(&key.cose().encode()));
        let made = || payment(with_key.clone()).client_data(|data| data.set("challenge", base64url(&[5; 32])));
        let signature = key.sign(&made().make().client_data_json);
        let output = json!({"browserBoundSignature": {"signature": base64url(&signature)}});
        let made = payment(with_key.clone()).json(unsigned("payment", output));
        let found = verify(made, &[key.cose().encode()], false);
        assert_eq!(found.map_err(|error| refusal::<()>(Err(error))), expected, "{algorithm:?}");
    }
}

#[test]
fn browser_bound_key_at_registration() {
    let asked = || registering().extensions(CreationExtensions::default().payment(Vec::new()));
    let key = Key::new("level3.browser", Algorithm::Es256);
    let named = json!({"browserBoundPublicKey": base64url(&key.cose().encode())});
    let registered_by = |request: RegistrationRequest, sign: fn(&Key, &[u8]) -> Option<Vec<u8>>| {
        let (options, state) = rp().start_registration(request, session(), NOW).unwrap();
        let made = registration().client_data(|data| {
            data.set("challenge", base64url(&options.challenge));
            data.set("payment", named.clone());
        });
        let made = match sign(&key, &made.make().client_data_json) {
            Some(signature) => {
                made.json(unsigned("payment", json!({"browserBoundSignature": {"signature": base64url(&signature)}})))
            }
            None => made,
        };
        rp().finish_registration(state, &create(made, &options.challenge), session(), NOW).unwrap()
    };
    let registered = |sign| registered_by(asked(), sign);
    let found = registered(|key, client_data| Some(key.sign(client_data)));
    assert_eq!(found.browser_bound_key().unwrap().unwrap().as_bytes(), key.cose().encode());
    assert_eq!(registered(|_, _| None).browser_bound_key(), Ok(None), "a key proves nothing");
    let unasked = registered_by(registering(), |key, client_data| Some(key.sign(client_data)));
    assert_eq!(unasked.browser_bound_key(), Ok(None), "nobody asked for payments");
    let (options, _) = rp().start_registration(asked(), session(), NOW).unwrap();
    assert_eq!(serde_json::to_value(&options).unwrap()["extensions"], json!({"payment": {"isPayment": true}}));
    let forged = registered(|_, _| Some(b"forged".to_vec()));
    assert_eq!(refusal(forged.browser_bound_key()), Refusal::BrowserBoundSignature);
    assert_eq!(forged.attestation_format(), wardkey::attestation::Format::None, "the credential itself is good");
}
