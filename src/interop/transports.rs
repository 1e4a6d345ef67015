//! Stored transports in one of four notations: an array of names; text with commas, as in a VARCHAR column; the same in
//! braces, as PostgreSQL writes an array; or text that contains a JSON array.

use crate::codec::json::expecting;
use crate::credential::Transport;
use serde::de::value::StrDeserializer;
use serde::de::{Deserialize, Deserializer, Error, SeqAccess, Unexpected, Visitor};

/// Transports in one of the notations above.
pub(super) struct List(pub(super) Vec<Transport>);

impl List {
    pub(super) const EXPECTED: &'static str = "transports: an array, or text with commas";
}

/// Reads one name. Refuses characters that belong to other notations.
fn named<E: Error>(name: &str) -> Result<Transport, E> {
    if name.contains(['{', '}', '[', ']', '"', '\\']) {
        return Err(E::invalid_value(Unexpected::Other("a text"), &ListOrText));
    }
    Transport::deserialize(StrDeserializer::<E>::new(name.trim()))
}

impl<'de> Deserialize<'de> for List {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        from.deserialize_any(ListOrText)
    }
}

struct ListOrText;

impl<'de> Visitor<'de> for ListOrText {
    type Value = List;

    expecting!(List::EXPECTED);

    fn visit_str<E: Error>(self, text: &str) -> Result<List, E> {
        if text.trim_start().starts_with('[') {
            return serde_json::from_str(text).map_err(|_| E::invalid_value(Unexpected::Other("a text"), &self));
        }
        let text = text.trim();
        let text = text.strip_prefix('{').and_then(|text| text.strip_suffix('}')).unwrap_or(text);
        text.split(',').filter(|name| !name.trim().is_empty()).map(named).collect::<Result<_, _>>().map(List)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<List, A::Error> {
        let mut transports = Vec::new();
        while let Some(name) = seq.next_element::<String>()? {
            transports.push(named(&name)?);
        }
        Ok(List(transports))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_list_or_a_text() {
        let read = |json: &str| serde_json::from_str(json).map(|List(transports)| transports).ok();
        let both = Some(vec![Transport::Internal, Transport::SmartCard]);
        assert_eq!(read(r#"["internal", "smart-card"]"#), both);
        assert_eq!(read(r#""internal,smart-card""#), both);
        assert_eq!(read(r#""internal, smart-card,""#), both);
        assert_eq!(read(r#""{internal,smart-card}""#), both);
        assert_eq!(read(r#""[\"internal\", \"smart-card\"]""#), both);
        assert_eq!(read(r#""[\"internal\"""#), None);
        assert_eq!(read(r#""""#), Some(vec![]));
        assert_eq!(read(r#""{}""#), Some(vec![]));
        for broken in [r#""{internal""#, r#""internal}""#, r#""{\"internal\"}""#, r#""(internal)[""#] {
            assert_eq!(read(broken), None, "{broken}");
        }
        assert_eq!(read(r#"["cable"]"#), Some(vec![Transport::Other("cable".into())]));
        assert_eq!(read("[1]"), None);
        assert_eq!(read("1"), None);
    }
}
