//! Secure Payment Confirmation, behind a backend that says yes: what is accepted says what was shown, and nobody who
//! paid has signed in, nor the other way round.
//!
//! Input: an octet of choices, whose upper bits select the algorithm in the record, the client data as a block, the
//! client extension results.
#![no_main]

use libfuzzer_sys::fuzz_target;
use serde_json::Value;
use wardkey::ceremony::payment::BrowserBinding;
use wardkey::ceremony::{Refusal, authentication, payment};
use wardkey::client::payment::{Amount, Instrument, Logo, PaymentDetails};
use wardkey::internals::CoseKey;
use wardkey::{AuthenticationResponse, CredentialId, CredentialRecord, UserHandle};
use wardkey_fuzz::keys::{Key, algorithm};
use wardkey_fuzz::{CHALLENGE, DIGEST, Parts, Yes, authentication_json, es256, site};

/// What was shown in every payment; the icon is a choice.
fn shown(icon_must_be_shown: bool) -> PaymentDetails {
    let mut instrument = Instrument::new("Card", "https://bank.example/card.png");
    instrument.icon_must_be_shown = icon_must_be_shown;
    let (shop, total) = ("https://shop.example", Amount::new("EUR", "12.50"));
    let mut shown = PaymentDetails::new(shop, shop, total, instrument);
    shown.logos = ["a", "b", "c"].map(|logo| Logo::new(format!("https://{logo}.example"), logo)).into();
    shown
}

/// The same again, by serde_json. It refuses lone surrogates; such client data is not compared.
fn says_what_was_shown(client_data: &[u8], shown: &PaymentDetails) {
    let Ok(data) = serde_json::from_slice::<Value>(client_data) else { return };
    let payment = &data["payment"];
    assert_eq!(data["type"], "payment.get");
    assert_eq!(payment["topOrigin"], shown.top_origin);
    assert_eq!(payment["payeeOrigin"].as_str(), shown.payee_origin.as_deref());
    assert_eq!(payment["payeeName"].as_str(), shown.payee_name.as_deref());
    assert_eq!(payment["total"]["currency"], shown.total.currency);
    assert_eq!(payment["total"]["value"], shown.total.value);
    assert_eq!(payment["instrument"]["displayName"], shown.instrument.display_name);
    let icon = payment["instrument"]["icon"].as_str();
    assert!(icon == Some(&shown.instrument.icon) || (icon == Some("") && !shown.instrument.icon_must_be_shown));
    assert!(payment["rpId"].as_str().or(payment["rp"].as_str()) == Some("example.org"));
    for logo in payment["paymentEntitiesLogos"].as_array().into_iter().flatten() {
        assert!(shown.logos.iter().any(|shown| logo["url"] == shown.url && logo["label"] == shown.label));
    }
}

fuzz_target!(|input: &[u8]| {
    let mut parts = Parts(input);
    let choices = parts.octet();
    let client_data = parts.block();
    let Ok(results) = core::str::from_utf8(parts.0) else { return };
    let with_results = |json: String| {
        json.replacen(r#""clientExtensionResults":{}"#, &format!(r#""clientExtensionResults":{results}"#), 1)
    };

    let data = [&[DIGEST; 32][..], b"\x05\0\0\0\0"].concat();
    let json = with_results(authentication_json(&[1; 32], Some(&[1]), client_data, &data, b"signature"));
    let Ok(response) = AuthenticationResponse::from_json(&json) else { return };
    let (id, user) = (CredentialId::new([1; 32]).expect("an id"), UserHandle::new([1]).expect("a handle"));
    let record = CredentialRecord::new(id, user, Key::new(algorithm(choices >> 3), 0).cose());
    let (site, shown, known) = (site(0), shown(choices & 1 != 0), [es256()]);
    let authentication = authentication::ExpectedAuthentication::new(&site, &CHALLENGE);
    let mut expected = payment::ExpectedPayment::new(&shown);
    expected.browser_bound_required = choices & 2 != 0;
    if choices & 4 != 0 {
        expected.browser_bound_keys = &known;
    }
    let signed_in = authentication::verify(&authentication, &response, &record, &Yes);
    let binding = match payment::verify(&authentication, &expected, &response, &record, &Yes) {
        Ok((_, binding)) => binding,
        Err(failure) => {
            assert!(failure.step().is_some(), "{failure}");
            return;
        }
    };
    assert_eq!(signed_in.map(drop).map_err(|failure| failure.refusal), Err(Refusal::Type));
    says_what_was_shown(client_data, &shown);
    match binding {
        BrowserBinding::Known => assert!(choices & 4 != 0),
        BrowserBinding::New(key) => {
            assert!(CoseKey::read(key.as_bytes()).is_ok());
            assert!(
                !expected.browser_bound_required && !expected.browser_bound_keys.contains(&key.as_bytes().to_vec())
            );
        }
        other => assert!(matches!(other, BrowserBinding::Absent) && !expected.browser_bound_required),
    }
});
