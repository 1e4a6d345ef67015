//! No input makes a parser panic, and a value with a writer is accepted only in the form that the writer makes.

use crate::*;
use proptest::collection::vec;
use serde::{Serialize, de::DeserializeOwned};
use serde_json::json;
use wardkey::client::json::{CreationOptions, RequestOptions};
use wardkey::internals::cbor::Value;
use wardkey::internals::{AttestationObject, AuthenticatorData, ClientData, CoseKey, decode_client_data};
use wardkey::quirk::{Quirk, Quirks};
use wardkey::{
    AuthenticationRequest, AuthenticationState, RecordUpdate, RegistrationRequest, RegistrationState, Session,
};

/// Passes these bytes to every parser.
fn parse_all(bytes: &[u8]) {
    let lenient: Quirks = Quirk::ALL.into_iter().collect();
    let _ = Value::read(bytes);
    let _ = AuthenticatorData::read(bytes);
    let _ = AttestationObject::read(bytes, Quirks::NONE);
    let _ = AttestationObject::read(bytes, lenient);
    let _ = CoseKey::read(bytes);
    let _ = decode_client_data(bytes).map(|text| ClientData::parse(&text).is_ok());
    if let Ok(text) = std::str::from_utf8(bytes) {
        let _ = RegistrationResponse::from_json(text);
        let _ = AuthenticationResponse::from_json(text);
    }
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

/// A credential id in JSON is written as the same text; a change of one bit of the text gives a different id or an error.
#[test]
fn a_credential_id_has_one_encoding() {
    let one_spelling = |text: &str| {
        if let Ok(id) = serde_json::from_value::<CredentialId>(text.into()) {
            assert_eq!((id.to_base64url(), base64url(id.as_bytes())), (text.to_owned(), text.to_owned()));
        }
    };
    proptest!(many(), |(text in "[A-Za-z0-9_+/= -]{0,12}")| one_spelling(&text));
    proptest!(many(), |(bytes in vec(any::<u8>(), 1..40), at: prop::sample::Index, other: char)| {
        let text = base64url(&bytes);
        let id: CredentialId = serde_json::from_value(text.as_str().into()).unwrap();
        prop_assert_eq!(id.as_bytes(), bytes);
        let mut changed: Vec<char> = text.chars().collect();
        let at = at.index(changed.len());
        changed[at] = other;
        one_spelling(&changed.iter().collect::<String>());
    });
}

#[test]
fn authenticator_data_encodes_to_the_same_bytes() {
    let same_again = |bytes: &[u8]| {
        let Ok(data) = AuthenticatorData::read(bytes) else { return };
        let mut again = [data.rp_id_hash(), &[data.flags().bits()][..], &data.sign_count().to_be_bytes()].concat();
        if let Some(attested) = data.attested_credential_data() {
            let id = attested.credential_id();
            again.extend([&attested.aaguid().as_bytes()[..], &(id.len() as u16).to_be_bytes(), id].concat());
            again.extend(attested.credential_public_key());
        }
        if let Some(extensions) = data.extensions() {
            let entries: Vec<_> = extensions.iter().collect();
            again.push(0xa0 + entries.len() as u8);
            for (identifier, output) in entries {
                again.extend([made::Cbor::from(identifier).encode(), cbor::write(output)].concat());
            }
        }
        assert_eq!(again, bytes);
    };
    proptest!(many(), |(bytes in mutated(seeds()))| same_again(&bytes));
}

/// Reads a value, writes it and reads it again. Both values and both texts must be equal.
fn round_trip<T: DeserializeOwned + Serialize + PartialEq + std::fmt::Debug>(text: &[u8]) -> bool {
    let Ok(one) = serde_json::from_slice::<T>(text) else { return false };
    let written = serde_json::to_string(&one).unwrap();
    let other: T = serde_json::from_str(&written).unwrap();
    assert_eq!((&other, serde_json::to_string(&other).unwrap()), (&one, written));
    true
}

/// Options, states, records and updates: each valid value is read, and each changed one is refused or round-trips.
#[test]
fn sent_and_stored_values_round_trip() {
    let user = UserHandle::new([1]).unwrap();
    let made = Registration::new("properties.stored", made::Algorithm::Es256);
    let mut record =
        CredentialRecord::new(CredentialId::new(made.credential_id()).unwrap(), user.clone(), made.public_key_bytes());
    record.transports = vec![wardkey::Transport::Internal];
    let rp = wardkey::RelyingParty::new("example.org", "Example").unwrap();
    let now = UnixTime::from_secs(1_795_392_000);
    let (creation, registration) = rp
        .start_registration(
            RegistrationRequest::new(&user, "ada@mail.example", std::slice::from_ref(&record)),
            Session::unbound(),
            now,
        )
        .unwrap();
    let (request, authentication) = rp
        .start_authentication(
            AuthenticationRequest::known(&user, std::slice::from_ref(&record)),
            Session::unbound(),
            now,
        )
        .unwrap();
    let items = |sign_count: u32, known: Option<bool>| json!({"signCount": sign_count, "uvInitialized": true, "backupEligible": known, "backupState": known});
    let update = json!({"version": 1, "expect": items(0, None), "set": items(5, Some(false))});

    type Shape = fn(&[u8]) -> bool;
    let shapes: [(Shape, Json); 6] = [
        (round_trip::<CreationOptions>, serde_json::to_value(&creation).unwrap()),
        (round_trip::<RequestOptions>, serde_json::to_value(&request).unwrap()),
        (round_trip::<RegistrationState>, serde_json::to_value(&registration).unwrap()),
        (round_trip::<AuthenticationState>, serde_json::to_value(&authentication).unwrap()),
        (round_trip::<CredentialRecord>, serde_json::to_value(&record).unwrap()),
        (round_trip::<RecordUpdate>, update),
    ];
    for (round_trip, json) in shapes {
        assert!(round_trip(json.to_string().as_bytes()), "{json}");
        proptest!(few(), |(text in mutated(vec![json.to_string().into_bytes()]))| { round_trip(&text); });
        proptest!(few(), |(text in json::reworded(json.clone()))| prop_assert!(round_trip(text.as_bytes()), "{}", text));
        // Each member alone: removed, or of a different type.
        for name in json.as_object().unwrap().keys() {
            for other in [None, Some(json!(null)), Some(json!(-1)), Some(json!("")), Some(json!([])), Some(json!({}))] {
                let mut json = json.clone();
                match other {
                    None => drop(json.as_object_mut().unwrap().remove(name)),
                    Some(other) => json[name] = other,
                }
                round_trip(json.to_string().as_bytes());
            }
        }
    }
}
