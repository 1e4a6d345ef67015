//! The order of members, white space and escapes do not change a verdict.

use crate::*;
use proptest::collection::vec;
use serde_json::json;
use wardkey::interop::webauthn_rs;
use wardkey_authenticator::attestation::formats;
use wardkey_authenticator::flags;

/// Writes JSON with the members of each object in a random order, and with random white space.
fn write(json: &Json, noise: &mut impl Iterator<Item = u8>) -> String {
    let space = |noise: &mut dyn Iterator<Item = u8>| {
        let byte = usize::from(noise.next().unwrap_or_default());
        ["", " ", "\n", "\t \r"][byte % 4].repeat(byte / 4 % 3)
    };
    let value = match json {
        Json::Object(members) => {
            let mut members: Vec<_> = members.iter().map(|(name, value)| (noise.next(), name, value)).collect();
            members.sort_by_key(|(order, ..)| *order);
            let mut written = Vec::new();
            for (_, name, value) in members {
                written.push(format!("{}{}{}:{}", space(noise), spell(name, noise), space(noise), write(value, noise)));
            }
            format!("{{{}{}}}", written.join(","), space(noise))
        }
        Json::Array(items) => {
            let items: Vec<_> = items.iter().map(|item| write(item, noise)).collect();
            format!("[{}{}]", items.join(","), space(noise))
        }
        Json::String(text) => spell(text, noise),
        other => other.to_string(),
    };
    format!("{}{value}{}", space(noise), space(noise))
}

/// Writes a string, with one character escaped or none.
fn spell(text: &str, noise: &mut impl Iterator<Item = u8>) -> String {
    let inside = |part: &str| {
        let quoted = Json::from(part).to_string();
        quoted[1..quoted.len() - 1].to_owned()
    };
    match text.char_indices().nth(noise.next().unwrap_or_default().into()) {
        Some((at, letter)) if letter.is_ascii() => {
            format!("\"{}\\u{:04x}{}\"", inside(&text[..at]), u32::from(letter), inside(&text[at + 1..]))
        }
        _ => format!("\"{}\"", inside(text)),
    }
}

/// The same JSON in a different notation.
pub(crate) fn reworded(json: Json) -> impl Strategy<Value = String> {
    vec(any::<u8>(), 1..64).prop_map(move |noise| write(&json, &mut noise.into_iter().cycle()))
}

/// Registrations that end at different steps, with all kinds of attestation and extension outputs.
fn registrations() -> Vec<Registration> {
    let made = Registration::new("properties.order", made::Algorithm::Es256);
    let results = json!({
        "credProps": {"rk": true}, "prf": {"enabled": true, "results": {"first": base64url(&[7; 32])}},
        "largeBlob": {"supported": true}, "somethingNew": {"a": [1, {"b": null}]},
    });
    let mut all = vec![
        made.clone(),
        made.clone().client_data(|data| data.set("origin", "https://evil.example")),
        made.clone().authenticator_data(|data| data.clear_flags(flags::UP)),
        made.clone().posted(|posted| posted.id.push(0)),
        made.clone().posted(|posted| posted.public_key_algorithm = -257),
        made.clone().posted(move |posted| posted.client_extension_results = results.clone()),
    ];
    all.extend(formats(made::Algorithm::Es256).into_iter().map(|(_, format)| made.clone().format(format)));
    all
}

fn authentications() -> Vec<Authentication> {
    let made = Authentication::new("properties.order", made::Algorithm::Es256);
    let results = json!({
        "appid": false, "largeBlob": {"blob": "AQID"}, "prf": {"results": {"first": base64url(&[7; 32])}},
        "payment": {"browserBoundSignature": {"signature": "AQID"}},
    });
    vec![
        made.clone(),
        made.clone().posted(|posted| posted.user_handle = None),
        made.clone().authenticator_data(|data| data.set_flags(flags::BE)),
        made.clone().signature(|signature| signature[9] ^= 1),
        made.posted(move |posted| posted.client_extension_results = results.clone()),
    ]
}

#[test]
fn the_notation_of_the_json_does_not_change_the_verdict() {
    for made in registrations() {
        let response = made.response();
        let verdict = register(&made, &response.to_string());
        proptest!(some(), |(json in reworded(response))| prop_assert_eq!(register(&made, &json), verdict, "{}", json));
    }
    for made in authentications() {
        let response = made.response();
        let verdict = authenticate(&made, &response.to_string());
        proptest!(some(), |(json in reworded(response))| {
            prop_assert_eq!(authenticate(&made, &json), verdict, "{}", json);
        });
    }
}

/// Client data is JSON too: a client may write it in any notation, if it signs the bytes it posts.
#[test]
fn the_notation_of_client_data_does_not_change_the_verdict() {
    for origin in ["https://example.org", "https://evil.example"] {
        let creation = Registration::new("properties.order", made::Algorithm::Es256).format(PackedSelf::new());
        let creation = creation.client_data(|data| data.set("origin", origin));
        let request = Authentication::of(&creation).client_data(|data| data.set("origin", origin));
        let texts =
            [&creation.client_data, &request.client_data].map(|data| serde_json::from_slice(&data.to_json()).unwrap());
        let [create, get] = texts.map(reworded);
        let verdicts = [
            register(&creation, &creation.response().to_string()),
            authenticate(&request, &request.response().to_string()),
        ];
        proptest!(few(), |(create in create, get in get)| {
            let creation = creation.clone().client_data_json(move |text| *text = create.clone().into());
            prop_assert_eq!(register(&creation, &creation.response().to_string()), verdicts[0]);
            let request = request.clone().client_data_json(move |text| *text = get.clone().into());
            prop_assert_eq!(authenticate(&request, &request.response().to_string()), verdicts[1]);
        });
    }
}

/// The responses of front ends of webauthn-rs.
#[test]
fn the_notation_of_webauthn_rs_responses_does_not_change_the_verdict() {
    let creation = RegistrationResponse::from_json(&registrations()[0].response().to_string()).unwrap();
    let request = AuthenticationResponse::from_json(&authentications()[0].response().to_string()).unwrap();
    let [create, get] = [webauthn_rs::posted_registration(&creation), webauthn_rs::posted_authentication(&request)];
    let wanted = [create.to_string(), get.to_string()];
    let wanted = (webauthn_rs::registration_response(&wanted[0]), webauthn_rs::authentication_response(&wanted[1]));
    assert!(wanted.0.is_ok() && wanted.1.is_ok());
    proptest!(few(), |(create in reworded(create), get in reworded(get))| {
        prop_assert_eq!(&webauthn_rs::registration_response(&create), &wanted.0, "{}", create);
        prop_assert_eq!(&webauthn_rs::authentication_response(&get), &wanted.1, "{}", get);
    });
}
