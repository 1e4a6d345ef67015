//! Client data (§5.8.1): the JSON whose hash the authenticator signs.
//!
//! The hash covers the bytes as received. [`decode`] removes one byte order mark; [`ClientData::parse`] then reads one JSON
//! object and refuses trailing text. It refuses a member that occurs twice, also if one name contains escapes, because two
//! conforming readers may see different values. Members may come in any order. Unknown members are skipped; there may be at
//! most [`MAX_UNKNOWN_MEMBERS`] of them.

use crate::codec::json::{MAX_UNKNOWN_MEMBERS, MemberError, Text, UnknownNames, expecting};
use serde::de::{Deserialize, Deserializer, MapAccess, Visitor};
use serde_json::value::RawValue;
use std::borrow::Cow;

/// The maximum length of client data in bytes. Clients send a few hundred.
pub(crate) const MAX_LEN: usize = 128 * 1024;

/// The maximum levels of nested arrays and objects. Clients send one or two.
pub(crate) const MAX_DEPTH: usize = 128;

/// Why bytes are not client data.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// More than 128 KiB.
    #[error("the client data has more than {MAX_LEN} bytes")]
    TooLong,
    /// Not UTF-8 text.
    #[error("the client data is not UTF-8")]
    NotUtf8,
    /// Not exactly one JSON object.
    #[error("the client data is not one JSON object (line {line}, column {column})")]
    #[non_exhaustive]
    NotJson {
        /// The line of the error, from 1.
        line: usize,
        /// The column of the error, in bytes, from 1.
        column: usize,
    },
    /// More than 128 levels.
    #[error("the client data has more than {MAX_DEPTH} levels of arrays and objects")]
    TooDeep,
    /// A member occurs twice.
    #[error("a member of the client data occurs twice")]
    DuplicateMember,
    /// More than [`MAX_UNKNOWN_MEMBERS`] unknown members.
    #[error("the client data has more than {MAX_UNKNOWN_MEMBERS} unknown members")]
    TooManyMembers,
}

impl From<MemberError> for Error {
    fn from(error: MemberError) -> Self {
        match error {
            MemberError::Twice => Self::DuplicateMember,
            MemberError::TooMany => Self::TooManyMembers,
        }
    }
}

/// Runs UTF-8 decode (§7.1 step 5, §7.2 step 8): removes one byte order mark, and replaces octets that are not UTF-8 by U+FFFD.
///
/// Returns `Cow::Owned` if something was replaced. A ceremony refuses such client data: at the step of the member that contains
/// the replaced octets, or, if that step passes, as not UTF-8.
///
/// # Errors
/// [`Error::TooLong`]; [`Error::NotUtf8`] for UTF-16 and UTF-32. These begin with their own byte order mark, or have two NULs
/// among the first four bytes (RFC 4627 §3), as no JSON text in UTF-8 does.
pub fn decode(bytes: &[u8]) -> Result<Cow<'_, str>, Error> {
    if bytes.len() > MAX_LEN {
        return Err(Error::TooLong);
    }
    let nuls = bytes.iter().take(4).filter(|&&byte| byte == 0).count();
    if nuls >= 2 || bytes.starts_with(b"\xfe\xff") || bytes.starts_with(b"\xff\xfe") {
        return Err(Error::NotUtf8);
    }
    let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
    // `from_utf8` first, because it is five times as fast as `from_utf8_lossy`, and there is rarely anything to replace.
    Ok(str::from_utf8(bytes).map_or_else(|_| String::from_utf8_lossy(bytes), Cow::Borrowed))
}

/// The value of a member, as the ceremonies need it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum Member<'a> {
    /// The member is absent.
    #[default]
    Absent,
    /// A string, unescaped. A lone surrogate becomes three U+FFFD (UTF-8 decode per the Encoding Standard).
    Text(Cow<'a, str>),
    /// `true` or `false`.
    Bool(bool),
    /// null, a number, an array or an object. The standard defines no such value for these members.
    Other,
}

impl<'a> Member<'a> {
    /// Returns the string, or `None` if the value is not a string.
    #[must_use]
    pub fn text(&self) -> Option<&str> {
        if let Self::Text(text) = self { Some(text) } else { None }
    }

    /// Reads the value of a member that must not have occurred before.
    fn set(&mut self, json: &'a str) -> Result<(), Error> {
        if *self != Self::Absent {
            return Err(Error::DuplicateMember);
        }
        *self = match json.strip_prefix('"').and_then(|rest| rest.strip_suffix('"')) {
            Some(inner) if !inner.contains('\\') => Self::Text(Cow::Borrowed(inner)),
            Some(_) => match serde_json::from_str::<Unescaped>(json) {
                Ok(Unescaped(text)) => Self::Text(Cow::Owned(text)),
                Err(_) => Self::Other,
            },
            None => match json {
                "true" => Self::Bool(true),
                "false" => Self::Bool(false),
                _ => Self::Other,
            },
        };
        if *self == Self::Other { check_depth(json) } else { Ok(()) }
    }
}

/// A JSON string with escapes. Read as bytes, because serde_json refuses a lone surrogate in text.
struct Unescaped(String);

impl<'de> Deserialize<'de> for Unescaped {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        struct Bytes;
        impl Visitor<'_> for Bytes {
            type Value = Unescaped;
            expecting!("a string");
            fn visit_bytes<E>(self, bytes: &[u8]) -> Result<Unescaped, E> {
                Ok(Unescaped(String::from_utf8_lossy(bytes).into_owned()))
            }
        }
        from.deserialize_bytes(Bytes)
    }
}

/// CollectedClientData (§5.8.1): the members that the ceremonies check.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct ClientData<'a> {
    /// `type`.
    pub ceremony_type: Member<'a>,
    /// `challenge`.
    pub challenge: Member<'a>,
    /// `origin`.
    pub origin: Member<'a>,
    /// `crossOrigin`.
    pub cross_origin: Member<'a>,
    /// `topOrigin`.
    pub top_origin: Member<'a>,
    /// `payment` (Secure Payment Confirmation §5), as JSON.
    pub(crate) payment: Option<&'a str>,
}

impl<'a> ClientData<'a> {
    /// Parses decoded client data (§7.1 step 6, §7.2 step 9).
    ///
    /// # Errors
    /// [`Error::NotJson`]; otherwise the first of [`Error::DuplicateMember`], [`Error::TooManyMembers`] and
    /// [`Error::TooDeep`].
    pub fn parse(text: &'a str) -> Result<Self, Error> {
        let (mut members, mut from) = (Members::default(), serde_json::Deserializer::from_str(text));
        let read = from.deserialize_map(&mut members).and_then(|()| from.end());
        read.map_err(|error| Error::NotJson { line: error.line(), column: error.column() })?;
        members.refused.map_or(Ok(members.data), Err)
    }
}

/// Checks the number of arrays and objects that are open at once in the value of a member. serde_json does not limit it,
/// because it needs no stack to skip a value.
fn check_depth(json: &str) -> Result<(), Error> {
    let (mut now, mut most, mut in_string, mut escaped) = (1_usize, 1_usize, false, false); // 1: the client data
    for byte in json.bytes() {
        match byte {
            _ if escaped => escaped = false,
            b'\\' => escaped = in_string,
            b'"' => in_string = !in_string,
            b'[' | b'{' if !in_string => {
                now = now.saturating_add(1);
                most = most.max(now);
            }
            b']' | b'}' if !in_string => now = now.saturating_sub(1),
            _ => {}
        }
    }
    if most > MAX_DEPTH { Err(Error::TooDeep) } else { Ok(()) }
}

/// The members, and the first fault of a name or a value. The fault is kept until the end, so that text that is not JSON is
/// reported as such.
#[derive(Default)]
struct Members<'a> {
    data: ClientData<'a>,
    refused: Option<Error>,
}

impl<'de: 'a, 'a> Visitor<'de> for &mut Members<'a> {
    type Value = ();
    expecting!("an object");
    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<(), A::Error> {
        let (data, mut unknown) = (&mut self.data, UnknownNames::default());
        while let Some(Text(name)) = map.next_key()? {
            let json = map.next_value::<&RawValue>()?.get();
            let checked = match &*name {
                "type" => data.ceremony_type.set(json),
                "challenge" => data.challenge.set(json),
                "origin" => data.origin.set(json),
                "crossOrigin" => data.cross_origin.set(json),
                "topOrigin" => data.top_origin.set(json),
                "payment" => match data.payment.replace(json) {
                    None => check_depth(json),
                    Some(_) => Err(Error::DuplicateMember),
                },
                _ => unknown.add(name).map_err(Error::from).and_then(|()| check_depth(json)),
            };
            self.refused = self.refused.or(checked.err());
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(s: &str) -> Member<'_> {
        Member::Text(Cow::Borrowed(s))
    }

    #[test]
    fn reads_the_five_members_in_any_order() {
        let json = r#"{"topOrigin":"https://t","x":[{"type":"y"}],"crossOrigin":true,"origin":"https://o","type":"t","challenge":"c"}"#;
        let expected = ClientData {
            ceremony_type: text("t"),
            challenge: text("c"),
            origin: text("https://o"),
            cross_origin: Member::Bool(true),
            top_origin: text("https://t"),
            payment: None,
        };
        assert_eq!(ClientData::parse(json), Ok(expected));
        assert_eq!(ClientData::parse(" { } "), Ok(ClientData::default()));
    }

    #[test]
    fn each_kind_of_value_is_told_apart() {
        for (json, member) in [
            (r#"{"origin":null}"#, Member::Other),
            (r#"{"origin":1}"#, Member::Other),
            (r#"{"origin":["a"]}"#, Member::Other),
            (r#"{"origin":{"origin":"a"}}"#, Member::Other),
            (r#"{"origin":false}"#, Member::Bool(false)),
            (r#"{"origin":""}"#, text("")),
            (r#"{"\u006frigin":"a\u002f\"b"}"#, text("a/\"b")),
            (r#"{"origin":"\ud83d\ude00"}"#, text("😀")),
            (r#"{"origin":"a\ud800"}"#, text("a\u{fffd}\u{fffd}\u{fffd}")),
        ] {
            assert_eq!(ClientData::parse(json).unwrap().origin, member, "{json}");
        }
    }

    #[test]
    fn refuses_text_that_is_not_one_object() {
        for json in [
            "",
            "{",
            r#"{"type":"t""#,
            r#"{"type":"t"}x"#,
            "{}{}",
            "{}\0",
            "[{}]",
            r#""{}""#,
            "null",
            r#"{"type":"t",}"#,
            "{/**/}",
            "\u{feff}{}",
            "{\"type\":\"\u{1}\"}",
            r#"{"x":NaN}"#,
            r#"{"x":01}"#,
            r#"{"x":"\q"}"#,
            "{'type':'t'}",
        ] {
            assert!(matches!(ClientData::parse(json), Err(Error::NotJson { .. })), "{json}");
        }
        let deep = format!("{{\"x\":{}", "{\"a\":".repeat(100_000));
        assert!(matches!(ClientData::parse(&deep), Err(Error::NotJson { .. })));
        let nested = |levels| format!("{{\"x\":{}{}}}", "[".repeat(levels), "]".repeat(levels));
        assert_eq!(ClientData::parse(&nested(MAX_DEPTH - 1)), Ok(ClientData::default()));
        assert_eq!(ClientData::parse(&nested(MAX_DEPTH)), Err(Error::TooDeep));
        for member in ["type", "payment"] {
            let nested = |levels| nested(levels).replacen('x', member, 1);
            assert!(ClientData::parse(&nested(MAX_DEPTH - 1)).is_ok());
            assert_eq!(ClientData::parse(&nested(MAX_DEPTH)), Err(Error::TooDeep), "{member}");
        }
        let brackets = "[".repeat(MAX_DEPTH);
        let strings = format!(r#"{{"x":"{brackets}\"{brackets}","y":"{brackets}"}}"#);
        assert_eq!(ClientData::parse(&strings), Ok(ClientData::default()), "brackets in a string do not count");
        let (open, close) = ("[".repeat(100), "]".repeat(100));
        let hidden = format!(r#"{{"x":{open}"{close}",{open}{close}{close}}}"#);
        assert_eq!(ClientData::parse(&hidden), Err(Error::TooDeep), "a closing bracket in a string closes nothing");
        let wide = format!(r#"{{"x":[{}[]]}}"#, "[],".repeat(MAX_DEPTH));
        assert_eq!(ClientData::parse(&wide), Ok(ClientData::default()), "closed arrays do not count");
    }

    #[test]
    fn refuses_a_member_named_twice() {
        for json in [
            r#"{"type":"a","type":"a"}"#,
            r#"{"type":null,"type":"a"}"#,
            r#"{"origin":"a","\u006frigin":"a"}"#,
            r#"{"x":1,"x":1}"#,
            r#"{"x":1,"y":1,"y":1}"#,
            r#"{"x":1,"y":1,"z":1,"\u0078":1}"#,
            r#"{"payment":{},"payment":{}}"#,
            r#"{"payment":null,"payment":null}"#,
        ] {
            assert_eq!(ClientData::parse(json), Err(Error::DuplicateMember), "{json}");
        }
        assert!(
            ClientData::parse(r#"{"x":{"a":1,"a":1},"y":1,"z":1}"#).is_ok(),
            "members of an inner object may occur twice"
        );
    }

    /// If names have two faults, the first is reported. Text that is not JSON is reported before a fault in names.
    #[test]
    fn refuses_too_many_unknown_members() {
        let names = |count| (0..count).map(|name| format!(",\"{name}\":0")).collect::<String>();
        let with = |names: &str| format!(r#"{{"type":"t"{names}}}"#);
        let (most, more) = (names(MAX_UNKNOWN_MEMBERS), names(MAX_UNKNOWN_MEMBERS + 1));
        for (json, verdict) in [
            (with(&most), None),
            (with(&format!(r#"{most},"origin":"o""#)), None),
            (with(&format!(r#"{most},"0":0"#)), Some(Error::DuplicateMember)),
            (with(&more), Some(Error::TooManyMembers)),
            (with(&format!(r#"{more},"0":0,"type":"t""#)), Some(Error::TooManyMembers)),
            (with(&format!(r#","type":"t"{more}"#)), Some(Error::DuplicateMember)),
            (with(&names(1000)), Some(Error::TooManyMembers)),
        ] {
            assert_eq!(ClientData::parse(&json).err(), verdict, "{json}");
        }
        assert!(matches!(ClientData::parse(&(with(&more) + "x")), Err(Error::NotJson { .. })));
    }

    #[test]
    fn decodes_utf8_and_drops_one_bom() {
        assert_eq!(decode(b"\xef\xbb\xbf{}").unwrap(), "{}");
        assert_eq!(decode(b"\xef\xbb\xbf\xef\xbb\xbf{}").unwrap(), "\u{feff}{}");
        assert!(matches!(decode("{\"é\":1}".as_bytes()), Ok(Cow::Borrowed(_))));
        assert!(matches!(decode(b"{\"\xff\":1}"), Ok(Cow::Owned(text)) if text == "{\"\u{fffd}\":1}"));
        for utf16 in [&b"{\0\"\0"[..], b"\0{\0\"", b"\xff\xfe{\0"] {
            assert_eq!(decode(utf16), Err(Error::NotUtf8));
        }
        assert_eq!(decode(&vec![b' '; MAX_LEN]).unwrap().len(), MAX_LEN);
        assert_eq!(decode(&vec![b' '; MAX_LEN + 1]), Err(Error::TooLong));
    }
}
