//! Reading JSON objects of the payload: each member once, unknown members counted, and no value that ends the reading of the
//! objects around it.
//!
//! A value that is read is taken as raw text first, so that a value of an unexpected type is a fact about its object and not
//! an error of the whole payload. Skipped values are scanned without recursion.

use crate::codec::json::{Text, scalars};
use core::fmt;
use serde::de::{Deserialize, DeserializeSeed, Deserializer, IgnoredAny, MapAccess, SeqAccess, Visitor};
use serde_json::value::RawValue;
use std::borrow::Cow;
use std::collections::HashSet;

/// An object that is read member by member.
pub(super) trait Reader<'de> {
    /// The members that the standard defines, at most 64.
    const NAMES: &'static [&'static str];

    /// Reads or skips the value of a member of `NAMES`.
    fn member<A: MapAccess<'de>>(&mut self, name: &'static str, map: &mut A) -> Result<(), A::Error>;
}

/// What stands in the place of an object.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Found {
    /// Whether it is an object.
    pub(super) object: bool,
    /// Whether a member occurs twice.
    pub(super) twice: bool,
    /// How many members are unknown.
    pub(super) unknown: usize,
}

/// Reads a value with a [`Reader`], whatever it is.
pub(super) struct Members<'r, R>(pub(super) &'r mut R);

impl<'de, R: Reader<'de>> DeserializeSeed<'de> for Members<'_, R> {
    type Value = Found;
    fn deserialize<D: Deserializer<'de>>(self, from: D) -> Result<Found, D::Error> {
        from.deserialize_any(self)
    }
}

impl<'de, R: Reader<'de>> Visitor<'de> for Members<'_, R> {
    type Value = Found;
    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("any value")
    }
    scalars!(Found: Found::default());
    fn visit_str<E>(self, _: &str) -> Result<Found, E> {
        Ok(Found::default())
    }
    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Found, A::Error> {
        while items.next_element::<IgnoredAny>()?.is_some() {}
        Ok(Found::default())
    }
    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Found, A::Error> {
        let mut found = Found { object: true, ..Found::default() };
        let (mut known, mut unknown, mut next) = (0_u64, HashSet::new(), 0);
        while let Some(Text(name)) = map.next_key::<Text<'de>>()? {
            // Members mostly come in the order of the standard.
            let (before, after) = R::NAMES.split_at_checked(next).unwrap_or((R::NAMES, &[]));
            let number = match after.iter().position(|one| *one == name) {
                Some(ahead) => next.checked_add(ahead),
                None => before.iter().position(|one| *one == name),
            };
            next = number.map_or(next, |number| number.saturating_add(1));
            match number
                .and_then(|number| Some((R::NAMES.get(number)?, 1_u64.checked_shl(u32::try_from(number).ok()?)?)))
            {
                Some((name, bit)) if known & bit == 0 => {
                    known |= bit;
                    self.0.member(name, &mut map)?;
                }
                Some(_) => {
                    found.twice = true;
                    map.next_value::<IgnoredAny>()?;
                }
                None => {
                    found.twice |= !unknown.insert(name);
                    map.next_value::<IgnoredAny>()?;
                }
            }
        }
        found.unknown = unknown.len();
        Ok(found)
    }
}

/// The text of a string; `None` for any other value. Reads in one pass, and copies only a text with escapes.
pub(super) struct Loose<'de>(pub(super) Option<Cow<'de, str>>);

impl<'de> Deserialize<'de> for Loose<'de> {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        struct Any;
        impl<'de> Visitor<'de> for Any {
            type Value = Loose<'de>;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("any value")
            }
            fn visit_borrowed_str<E>(self, text: &'de str) -> Result<Loose<'de>, E> {
                Ok(Loose(Some(Cow::Borrowed(text))))
            }
            fn visit_str<E>(self, text: &str) -> Result<Loose<'de>, E> {
                Ok(Loose(Some(Cow::Owned(text.to_owned()))))
            }
            scalars!(Loose<'de>: Loose(None));
            fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Loose<'de>, A::Error> {
                while items.next_element::<IgnoredAny>()?.is_some() {}
                Ok(Loose(None))
            }
            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Loose<'de>, A::Error> {
                while map.next_entry::<IgnoredAny, IgnoredAny>()?.is_some() {}
                Ok(Loose(None))
            }
        }
        from.deserialize_any(Any)
    }
}

/// A long text that is skipped. As a byte string, because serde_json looks for the end of one with memchr, which does not see
/// control characters. Any other value is an error.
pub(super) struct SkippedText;

impl<'de> Deserialize<'de> for SkippedText {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        struct Over;
        impl Visitor<'_> for Over {
            type Value = SkippedText;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a string")
            }
            fn visit_bytes<E>(self, _: &[u8]) -> Result<SkippedText, E> {
                Ok(SkippedText)
            }
        }
        from.deserialize_bytes(Over)
    }
}

/// Reads each item of an array with a function, in one pass. Returns whether it is an array.
pub(super) struct Items<F>(pub(super) F);

impl<'de, F: FnMut(Option<Cow<'de, str>>)> DeserializeSeed<'de> for Items<F> {
    type Value = bool;
    fn deserialize<D: Deserializer<'de>>(self, from: D) -> Result<bool, D::Error> {
        from.deserialize_any(self)
    }
}

impl<'de, F: FnMut(Option<Cow<'de, str>>)> Visitor<'de> for Items<F> {
    type Value = bool;
    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("any value")
    }
    scalars!(bool: false);
    fn visit_str<E>(self, _: &str) -> Result<bool, E> {
        Ok(false)
    }
    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<bool, A::Error> {
        while map.next_entry::<IgnoredAny, IgnoredAny>()?.is_some() {}
        Ok(false)
    }
    fn visit_seq<A: SeqAccess<'de>>(mut self, mut items: A) -> Result<bool, A::Error> {
        while let Some(Loose(text)) = items.next_element()? {
            (self.0)(text);
        }
        Ok(true)
    }
}

/// The text of a string; `None` for any other value.
pub(super) fn text(raw: &RawValue) -> Option<Cow<'_, str>> {
    serde_json::from_str::<Text<'_>>(raw.get()).ok().map(|text| text.0)
}

/// A whole number below 2^32; `None` for any other value.
pub(super) fn number(raw: &RawValue) -> Option<u32> {
    serde_json::from_str(raw.get()).ok()
}

/// The items of an array; `None` for any other value.
pub(super) fn items(raw: &RawValue) -> Option<Vec<&RawValue>> {
    serde_json::from_str(raw.get()).ok()
}

/// The texts in an array. Other items are left out; any other value gives none.
pub(super) fn texts(raw: &RawValue) -> impl Iterator<Item = Cow<'_, str>> {
    items(raw).into_iter().flatten().filter_map(text)
}
