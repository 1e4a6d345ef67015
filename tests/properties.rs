//! What holds for every input: one wrong bit is refused, the order of members is nothing, no bytes panic, and what
//! CBOR is accepted has one encoding.

use proptest::collection::vec;
use proptest::prelude::*;
use serde_json::Value as Json;
use wardkey::attestation::AttestationObject;
use wardkey::authenticator::AuthenticatorData;
use wardkey::ceremony::{authentication, registration};
use wardkey::client::{ClientData, Framing, Origins, Site, data};
use wardkey::codec::cbor::Value;
use wardkey::crypto::cose::CoseKey;
use wardkey::crypto::{Algorithm, AwsLcRs};
use wardkey::quirk::{Quirk, Quirks};
use wardkey::{AuthenticationResponse, CredentialId, CredentialRecord, RegistrationResponse, UserHandle};
use wardkey_authenticator as made;
use wardkey_authenticator::json::base64url;
use wardkey_authenticator::{Authentication, Cbor, PackedSelf, Registration, flags};

/// One of each family of signatures.
const ALGORITHMS: [made::Algorithm; 3] = [made::Algorithm::Es256, made::Algorithm::Ed25519, made::Algorithm::Rs256];

fn site() -> Site {
    Site::new("example.org", Origins::exact(["https://example.org"]), Framing::SameOrigin)
}

/// Posts a registration: its code, or that it was accepted.
fn register(made: &Registration, json: &str) -> &'static str {
    let Ok(response) = RegistrationResponse::from_json(json) else { return "response-malformed" };
    let (site, algorithms) = (site(), Algorithm::ALL);
    let expected = registration::Expected::new(&site, &made.expected.challenge, &algorithms);
    registration::verify(&expected, &response, &AwsLcRs).map_or_else(|failure| failure.code(), |_| "accepted")
}

/// Posts an authentication: its code, or that it was accepted.
fn authenticate(made: &Authentication, json: &str) -> &'static str {
    let Ok(response) = AuthenticationResponse::from_json(json) else { return "response-malformed" };
    let stored = made.expected.credential.as_ref().unwrap();
    let (id, user) = (CredentialId::new(stored.id.clone()), UserHandle::new(stored.user_handle.clone().unwrap()));
    let mut record = CredentialRecord::new(id.unwrap(), user.unwrap(), stored.public_key.encode());
    record.backup_eligible = Some(stored.backup_eligible);
    let site = site();
    let expected = authentication::Expected::new(&site, &made.expected.challenge);
    authentication::verify(&expected, &response, &record, &AwsLcRs)
        .map_or_else(|failure| failure.code(), |_| "accepted")
}

/// The texts that differ from this JSON in one bit of one member of `response`. All bits, not some: there are few
/// enough.
fn one_bit_flipped(json: &Json, member: &'static str) -> impl Iterator<Item = (usize, String)> {
    let mut json = json.clone();
    let bytes = from_base64url(json["response"][member].as_str().unwrap());
    (0..bytes.len() * 8).map(move |bit| {
        let mut flipped = bytes.clone();
        flipped[bit / 8] ^= 1 << (bit % 8);
        json["response"][member] = base64url(&flipped).into();
        (bit, json.to_string())
    })
}

fn from_base64url(text: &str) -> Vec<u8> {
    use base64::Engine as _;
    base64::engine::general_purpose::URL_SAFE_NO_PAD.decode(text).unwrap()
}

#[test]
fn every_single_bit_of_an_authentication_matters() {
    for algorithm in ALGORITHMS {
        let made = Authentication::new("properties.bits", algorithm);
        let json = made.response();
        assert_eq!(authenticate(&made, &json.to_string()), "accepted");
        for member in ["clientDataJSON", "authenticatorData", "signature"] {
            for (bit, json) in one_bit_flipped(&json, member) {
                assert_ne!(authenticate(&made, &json), "accepted", "{algorithm:?}: {member}, bit {bit}");
            }
        }
    }
}

/// The same of a registration that its own key attests, without the unsigned copies, which would tell.
#[test]
fn every_single_bit_of_a_registration_matters() {
    for algorithm in ALGORITHMS {
        let made = Registration::new("properties.bits", algorithm).format(PackedSelf::new()).json(|json| {
            let response = json["response"].as_object_mut().unwrap();
            response.retain(|name, _| matches!(name.as_str(), "clientDataJSON" | "attestationObject"));
        });
        let json = made.response();
        assert_eq!(register(&made, &json.to_string()), "accepted");
        for member in ["clientDataJSON", "attestationObject"] {
            for (bit, json) in one_bit_flipped(&json, member) {
                assert_ne!(register(&made, &json), "accepted", "{algorithm:?}: {member}, bit {bit}");
            }
        }
    }
}

/// A JSON object with its members in this order, and this white space wherever there may be some.
fn spaced(members: &[(String, String)], spaces: &[String]) -> String {
    let mut spaces = spaces.iter().cycle();
    let mut space = || spaces.next().unwrap();
    let mut json = String::from("{");
    for (i, (name, value)) in members.iter().enumerate() {
        json += if i == 0 { "" } else { "," };
        let name = Json::from(name.as_str());
        json += &format!("{}{name}{}:{}{value}{}", space(), space(), space(), space());
    }
    json + "}"
}

/// The members of an object, each value in JSON.
fn members(json: &Json) -> Vec<(String, String)> {
    json.as_object().unwrap().iter().map(|(name, value)| (name.clone(), value.to_string())).collect()
}

/// The same JSON in other words: both objects in some order, with some white space.
fn reworded(json: Json) -> impl Strategy<Value = String> {
    let spaces = vec("[ \t\r\n]{0,3}", 1..20);
    let (inner, outer) = (Just(members(&json["response"])).prop_shuffle(), Just(members(&json)).prop_shuffle());
    (inner, outer, spaces).prop_map(|(inner, mut outer, spaces)| {
        let response = outer.iter_mut().find(|(name, _)| name == "response").unwrap();
        response.1 = spaced(&inner, &spaces);
        format!("{}{}{}", spaces[0], spaced(&outer, &spaces), spaces[spaces.len() - 1])
    })
}

/// Ceremonies that end in different steps.
fn registrations() -> Vec<Registration> {
    let made = Registration::new("properties.order", made::Algorithm::Es256);
    vec![
        made.clone(),
        made.clone().client_data(|data| data.set("origin", "https://evil.example")),
        made.clone().authenticator_data(|data| data.clear_flags(flags::UP)),
        made.clone().posted(|posted| posted.id.push(0)),
        made.posted(|posted| posted.public_key_algorithm = -257),
    ]
}

fn authentications() -> Vec<Authentication> {
    let made = Authentication::new("properties.order", made::Algorithm::Es256);
    vec![
        made.clone(),
        made.clone().posted(|posted| posted.user_handle = None),
        made.clone().authenticator_data(|data| data.set_flags(flags::BE)),
        made.signature(|signature| signature[9] ^= 1),
    ]
}

fn few() -> ProptestConfig {
    ProptestConfig { cases: 256, failure_persistence: None, ..ProptestConfig::default() }
}

fn many() -> ProptestConfig {
    ProptestConfig { cases: 4096, failure_persistence: None, ..ProptestConfig::default() }
}

#[test]
fn the_order_and_the_spacing_of_the_json_decide_nothing() {
    for made in registrations() {
        let response = made.response();
        let verdict = register(&made, &response.to_string());
        proptest!(few(), |(json in reworded(response))| prop_assert_eq!(register(&made, &json), verdict));
    }
    for made in authentications() {
        let response = made.response();
        let verdict = authenticate(&made, &response.to_string());
        proptest!(few(), |(json in reworded(response))| prop_assert_eq!(authenticate(&made, &json), verdict));
    }
}

/// Gives these bytes to everything that parses bytes.
fn parse_all(bytes: &[u8]) {
    let lenient: Quirks = Quirk::ALL.into_iter().collect();
    let _ = Value::read(bytes);
    let _ = AuthenticatorData::read(bytes);
    let _ = AttestationObject::read(bytes, Quirks::NONE);
    let _ = AttestationObject::read(bytes, lenient);
    let _ = CoseKey::read(bytes);
    let _ = data::decode(bytes).map(|text| ClientData::parse(&text).is_ok());
    if let Ok(text) = std::str::from_utf8(bytes) {
        let _ = RegistrationResponse::from_json(text);
        let _ = AuthenticationResponse::from_json(text);
    }
}

/// Bytes that some parser takes, for others to be made of.
fn seeds() -> Vec<Vec<u8>> {
    let registration = Registration::new("properties.seeds", made::Algorithm::Es256).format(PackedSelf::new());
    let rsa = Registration::new("properties.seeds", made::Algorithm::Rs256)
        .authenticator_data(|data| data.extension("credProtect", 2));
    let authentication = Authentication::new("properties.seeds", made::Algorithm::Es256);
    let posted = [registration.make(), rsa.make()];
    let mut seeds = vec![registration.public_key_bytes(), rsa.public_key_bytes()];
    seeds.extend(posted.into_iter().flat_map(|p| [p.attestation_object, p.authenticator_data, p.client_data_json]));
    seeds.extend([authentication.make().authenticator_data, authentication.response().to_string().into()]);
    seeds.push(registration.response().to_string().into());
    seeds
}

/// One of these with a part cut out and something else put in.
fn mutated(seeds: Vec<Vec<u8>>) -> impl Strategy<Value = Vec<u8>> {
    let splice = (any::<prop::sample::Index>(), 0_usize..9, vec(any::<u8>(), 0..9));
    (prop::sample::select(seeds), vec(splice, 1..4)).prop_map(|(mut bytes, splices)| {
        for (at, len, new) in splices {
            let at = at.index(bytes.len() + 1);
            bytes.splice(at..(at + len).min(bytes.len()), new);
        }
        bytes
    })
}

#[test]
fn no_bytes_make_a_parser_panic() {
    proptest!(many(), |(bytes in vec(any::<u8>(), 0..200))| parse_all(&bytes));
    proptest!(many(), |(bytes in mutated(seeds()))| parse_all(&bytes));
    proptest!(many(), |(text in ".{0,100}")| parse_all(text.as_bytes()));
}

#[test]
fn no_bytes_make_a_ceremony_panic() {
    let made = Registration::new("properties.seeds", made::Algorithm::Es256).format(PackedSelf::new());
    let (json, posted) = (made.response(), made.make());
    let with = |json: &Json, member, bytes: &[u8]| {
        let mut json = json.clone();
        json["response"][member] = base64url(bytes).into();
        json.to_string()
    };
    proptest!(few(), |(object in mutated(vec![posted.attestation_object]))| {
        register(&made, &with(&json, "attestationObject", &object));
    });
    let made = Authentication::new("properties.seeds", made::Algorithm::Es256);
    let (json, posted) = (made.response(), made.make());
    proptest!(few(), |(signature in mutated(vec![posted.signature]))| {
        authenticate(&made, &with(&json, "signature", &signature));
    });
    proptest!(few(), |(data in mutated(vec![posted.authenticator_data]))| {
        authenticate(&made, &with(&json, "authenticatorData", &data));
    });
}

/// The one encoding of a value that was read.
fn write(value: Value<'_>) -> Vec<u8> {
    fn head(major: u8, n: u64) -> Vec<u8> {
        let be = n.to_be_bytes();
        let (info, argument) = match n {
            0..=23 => (n as u8, &be[8..]),
            24..=0xff => (24, &be[7..]),
            0x100..=0xffff => (25, &be[6..]),
            0x1_0000..=0xffff_ffff => (26, &be[4..]),
            _ => (27, &be[..]),
        };
        [&[major << 5 | info], argument].concat()
    }
    match value {
        Value::Unsigned(n) => head(0, n),
        Value::Negative(n) => head(1, n),
        Value::Bytes(bytes) => [head(2, bytes.len() as u64), bytes.to_vec()].concat(),
        Value::Text(text) => [head(3, text.len() as u64), text.into()].concat(),
        Value::Array(array) => [head(4, array.len()), array.iter().flat_map(write).collect()].concat(),
        Value::Map(map) => {
            let mut entries: Vec<_> = map.iter().map(|(key, value)| (write(key), write(value))).collect();
            entries.sort_by(|(a, _), (b, _)| (a[0] >> 5, a.len(), a).cmp(&(b[0] >> 5, b.len(), b)));
            [head(5, map.len()), entries.into_iter().flat_map(|(key, value)| [key, value].concat()).collect()].concat()
        }
        Value::Bool(value) => vec![0xf4 + u8::from(value)],
        Value::Null => vec![0xf6],
        other => panic!("{other:?}"),
    }
}

/// Any value that CTAP2 can say, as the software authenticator writes it.
fn values() -> impl Strategy<Value = Cbor> {
    let leaf = prop_oneof![
        any::<i64>().prop_map(Cbor::Integer),
        (-300_i64..300).prop_map(Cbor::Integer),
        vec(any::<u8>(), 0..30).prop_map(Cbor::Bytes),
        ".{0,20}".prop_map(Cbor::Text),
        any::<bool>().prop_map(Cbor::Bool),
        Just(Cbor::Null),
    ];
    leaf.prop_recursive(5, 40, 6, |inner| {
        let key = prop_oneof![(-40_i64..40).prop_map(Cbor::Integer), "[a-z]{0,3}".prop_map(Cbor::Text)];
        prop_oneof![vec(inner.clone(), 0..6).prop_map(Cbor::Array), vec((key, inner), 0..6).prop_map(Cbor::Map)]
    })
}

#[test]
fn accepted_cbor_has_one_encoding() {
    let one_encoding = |bytes: &[u8]| {
        if let Ok(value) = Value::read(bytes) {
            assert_eq!(write(value), bytes);
        }
    };
    proptest!(many(), |(bytes in vec(any::<u8>(), 0..12))| one_encoding(&bytes));
    proptest!(many(), |(bytes in mutated(seeds()))| one_encoding(&bytes));
    proptest!(many(), |(value in values(), at: prop::sample::Index, byte: u8)| {
        let mut bytes = value.encode();
        one_encoding(&bytes);
        let at = at.index(bytes.len());
        bytes[at] = byte;
        one_encoding(&bytes);
    });
}

#[test]
fn whatever_is_written_canonically_is_read() {
    // A key twice is the one thing that the strategy may write and nobody may read.
    fn unique(value: &Cbor) -> bool {
        match value {
            Cbor::Array(items) => items.iter().all(unique),
            Cbor::Map(entries) => {
                let twice = |i: usize| entries[..i].iter().any(|(key, _)| *key == entries[i].0);
                (0..entries.len()).all(|i| !twice(i)) && entries.iter().all(|(_, value)| unique(value))
            }
            _ => true,
        }
    }
    proptest!(many(), |(value in values())| {
        let bytes = value.encode();
        prop_assert_eq!(Value::read(&bytes).map(write).ok(), unique(&value).then_some(bytes.clone()));
    });
}
