//! Byte strings in JSON, in the notations of other languages and of databases.
//!
//! | notation | written by |
//! |---|---|
//! | base64 or base64url, padded or not, but one alphabet throughout | most |
//! | an array of numbers | Rust, Python |
//! | `{"0": 1, "1": 2}`, `{"type": "Buffer", "data": [1, 2]}` | JavaScript, for `Uint8Array` and `Buffer` |
//! | `\\x0102` | PostgreSQL, for `bytea` (its manual, "bytea Hex Format") |
//! | `=?BINARY?B?AQI=?=` | lbuchs/WebAuthn, for its `ByteBuffer` |
//!
//! Each text has one meaning: the two alphabets of base64 differ in two characters, trailing bits must be zero, and the other
//! notations contain characters that are not in base64.

use crate::codec::json::{Skipped, expecting};
use crate::codec::{base64url, hex};
use serde::de::value::SeqAccessDeserializer;
use serde::de::{Deserialize, Deserializer, Error, MapAccess, SeqAccess, Visitor};
use std::collections::BTreeMap;

/// Bytes in one of the notations above.
pub(super) struct Octets(pub(super) Vec<u8>);

impl Octets {
    pub(super) const EXPECTED: &'static str = "bytes, in base64 or as an array of numbers";

    /// Decodes text.
    pub(super) fn of(text: &str) -> Option<Self> {
        let bytes = if let Some(digits) = text.strip_prefix(r"\x") {
            hex::decode(digits)
        } else if let Some(word) = text.strip_prefix("=?BINARY?B?") {
            base64(word.strip_suffix("?=")?)
        } else {
            base64(text)
        };
        bytes.map(Self)
    }
}

/// Decodes base64 or base64url, with complete padding or none.
fn base64(text: &str) -> Option<Vec<u8>> {
    let bare = text.trim_end_matches('=');
    let padded = bare.len() != text.len();
    if padded && (!text.len().is_multiple_of(4) || text.len().abs_diff(bare.len()) > 2) {
        return None;
    }
    let standard = bare.contains(['+', '/']);
    if standard && bare.contains(['-', '_']) {
        return None;
    }
    let url = if standard { bare.replace('+', "-").replace('/', "_") } else { bare.to_owned() };
    base64url::decode(&url).ok()
}

impl<'de> Deserialize<'de> for Octets {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        from.deserialize_any(Spellings)
    }
}

struct Spellings;

impl<'de> Visitor<'de> for Spellings {
    type Value = Octets;

    expecting!(Self::Value::EXPECTED);

    fn visit_str<E: Error>(self, text: &str) -> Result<Octets, E> {
        Octets::of(text).ok_or_else(|| E::custom(Octets::EXPECTED))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, seq: A) -> Result<Octets, A::Error> {
        Vec::deserialize(SeqAccessDeserializer::new(seq)).map(Octets)
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Octets, A::Error> {
        let neither = || A::Error::custom("neither a Buffer nor a Uint8Array");
        let (mut bytes, mut data) = (BTreeMap::new(), None);
        while let Some(key) = map.next_key::<String>()? {
            match key.as_str() {
                "type" => {
                    map.next_value::<Skipped>()?;
                }
                "data" if data.is_none() => data = Some(map.next_value::<Vec<u8>>()?),
                index => {
                    let at = index.parse::<usize>().ok().filter(|at| at.to_string() == index).ok_or_else(neither)?;
                    if bytes.insert(at, map.next_value()?).is_some() {
                        return Err(neither());
                    }
                }
            }
        }
        let complete = bytes.last_key_value().is_none_or(|(last, _)| last.checked_add(1) == Some(bytes.len()));
        match data {
            Some(data) if bytes.is_empty() => Ok(Octets(data)),
            None if complete => Ok(Octets(bytes.into_values().collect())),
            _ => Err(neither()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn octets(json: &str) -> Option<Vec<u8>> {
        serde_json::from_str(json).ok().map(|Octets(bytes)| bytes)
    }

    #[test]
    fn every_spelling_of_the_same_bytes() {
        for json in [
            r#""-_8A""#,
            r#""+/8A""#,
            "[251, 255, 0]",
            r#"{"0": 251, "1": 255, "2": 0}"#,
            r#"{"2": 0, "0": 251, "1": 255}"#,
            r#"{"type": "Buffer", "data": [251, 255, 0]}"#,
            r#""\\xfbff00""#,
            r#""\\xFBff00""#,
            r#""=?BINARY?B?+/8A?=""#,
        ] {
            assert_eq!(octets(json), Some(vec![251, 255, 0]), "{json}");
        }
        for json in [r#""AQ""#, r#""AQ==""#, "[1]"] {
            assert_eq!(octets(json), Some(vec![1]), "{json}");
        }
        assert_eq!(octets(r#""""#), Some(vec![]));
    }

    #[test]
    fn ambiguous_or_malformed_bytes_are_refused() {
        for json in [
            r#""+_8A""#,
            r#""AR""#,
            r#""AQ=""#,
            r#""AQ===""#,
            r#""AA=A""#,
            r#""A Q""#,
            r#""====""#,
            r#""\\xfbff0""#,
            r#""\\xfbffg0""#,
            r#""\\x+1""#,
            r#""=?BINARY?B?+/8A""#,
            r#""=?BINARY?B?+_8A?=""#,
            "[256]",
            "[-1]",
            r#"{"1": 1}"#,
            r#"{"0": 1, "2": 1}"#,
            r#"{"-1": 1}"#,
            r#"{"0": 1, "0": 1}"#,
            r#"{"0": 1, "0": 2, "00": 3}"#,
            r#"{"00": 1}"#,
            r#"{"+0": 1}"#,
            r#"{"type": "Buffer", "data": [1], "data": [1]}"#,
            r#"{"0": 1, "data": [1]}"#,
            "true",
            "null",
        ] {
            assert_eq!(octets(json), None, "{json}");
        }
    }
}
