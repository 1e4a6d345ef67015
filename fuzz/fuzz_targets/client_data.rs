//! Client data: a second JSON reader accepts every accepted text, and sees the same members.
#![no_main]

use libfuzzer_sys::fuzz_target;
use serde_json::Value;
use wardkey::internals::{ClientData, ClientDataError, Member, decode_client_data};

fn same(member: &Member<'_>, value: Option<&Value>) -> bool {
    match (member, value) {
        (Member::Absent, None) => true,
        (Member::Text(text), Some(Value::String(other))) => text == other,
        (Member::Bool(truth), Some(Value::Bool(other))) => truth == other,
        (Member::Other, Some(Value::Null | Value::Number(_) | Value::Array(_) | Value::Object(_))) => true,
        _ => false,
    }
}

fuzz_target!(|bytes: &[u8]| {
    let Ok(text) = decode_client_data(bytes) else { return };
    let other: Result<Value, _> = serde_json::from_str(&text);
    match (ClientData::parse(&text), other) {
        (Ok(data), Ok(other)) => {
            assert!(other.is_object());
            let members = [(&data.ceremony_type, "type"), (&data.challenge, "challenge"), (&data.origin, "origin")];
            let frames = [(&data.cross_origin, "crossOrigin"), (&data.top_origin, "topOrigin")];
            for (member, name) in members.into_iter().chain(frames) {
                assert!(same(member, other.get(name)), "{name}: {member:?}");
            }
        }
        // The other reader refuses lone surrogates, and numbers that no double holds.
        (Ok(_), Err(_)) => assert!(text.contains("\\u") || text.contains(|c: char| c.is_ascii_digit())),
        // And takes the last of two members, any number of them, and any JSON value.
        (Err(error), Ok(other)) => {
            let stricter = matches!(error, ClientDataError::DuplicateMember | ClientDataError::TooManyMembers);
            assert!(stricter || !other.is_object(), "{error}");
        }
        (Err(_), Err(_)) => {}
    }
});
