//! An encoder of CTAP2 canonical CBOR, for round trips.

use wardkey::internals::cbor::Value;
pub use wardkey_authenticator::cbor::head;

/// The one encoding of a value that was read by the default rules.
pub fn encode(value: Value<'_>) -> Vec<u8> {
    match value {
        Value::Unsigned(n) => head(0, n),
        Value::Negative(n) => head(1, n),
        Value::Bytes(bytes) => string(2, bytes),
        Value::Text(text) => string(3, text.as_bytes()),
        Value::Array(array) => {
            let items: Vec<u8> = array.iter().flat_map(encode).collect();
            [head(4, array.len()), items].concat()
        }
        Value::Map(map) => {
            let entries: Vec<u8> = map.iter().flat_map(|(key, value)| [encode(key), encode(value)].concat()).collect();
            [head(5, map.len()), entries].concat()
        }
        Value::Bool(value) => vec![0xf4 + u8::from(value)],
        Value::Null => vec![0xf6],
        other => panic!("what is {other:?}?"),
    }
}

pub fn string(major: u8, bytes: &[u8]) -> Vec<u8> {
    [head(major, bytes.len() as u64), bytes.to_vec()].concat()
}

/// An attestation object of these parts.
pub fn attestation_object(format: &str, statement: &[u8], authenticator_data: &[u8]) -> Vec<u8> {
    let text = |text: &str| string(3, text.as_bytes());
    let object: [&[u8]; 7] = [
        &head(5, 3),
        &text("fmt"),
        &text(format),
        &text("attStmt"),
        statement,
        &text("authData"),
        &string(2, authenticator_data),
    ];
    object.concat()
}
