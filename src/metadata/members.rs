//! Reads JSON objects of the payload: each member once, unknown members counted.
//!
//! With [`Texts::Any`], a value is taken as raw JSON first, so that a value of an unexpected type is a fact about its object and not
//! an error of the whole payload. With [`Texts::Plain`] it is such an error, and the caller reads again with `Any`. `Plain` is
//! faster and fits the usual payload. Skipped values are read as `IgnoredAny`, which serde_json scans without recursion.

use super::vocabulary::Word;
use crate::codec::json::{Text, expecting, scalars};
use core::marker::PhantomData;
use serde::de::{Deserialize, DeserializeSeed, Deserializer, IgnoredAny, MapAccess, SeqAccess, Visitor};
use serde_json::value::RawValue;
use std::borrow::Cow;
use std::collections::HashSet;

/// The names of members.
macro_rules! names {
    ($($name:ident)*) => {
        &[$(stringify!($name)),*]
    };
}
pub(super) use names;

/// An object that is read member by member.
pub(super) trait Reader<'de> {
    /// The members that the standard defines: at most 64, because a u64 has one bit for each.
    const NAMES: &'static [&'static str];

    /// Reads or skips the value of a member of `NAMES`.
    fn member<A: MapAccess<'de>>(&mut self, name: &'static str, map: &mut A) -> Result<(), A::Error>;

    /// Reads or skips the value of a member of `NAMES` that occurs again.
    fn repeated<A: MapAccess<'de>>(&mut self, _: &'static str, map: &mut A) -> Result<(), A::Error> {
        map.next_value::<IgnoredAny>().map(drop)
    }
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

/// Reads an object with a [`Reader`], and skips any other value. Returns what was found.
pub(super) struct Members<'r, R>(pub(super) &'r mut R);

impl<'de, R: Reader<'de>> DeserializeSeed<'de> for Members<'_, R> {
    type Value = Found;
    fn deserialize<D: Deserializer<'de>>(self, from: D) -> Result<Found, D::Error> {
        from.deserialize_any(self)
    }
}

impl<'de, R: Reader<'de>> Visitor<'de> for Members<'_, R> {
    type Value = Found;
    expecting!("any value");
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
        // Names are read as bytes, because an escape in one may be a lone surrogate, which serde_json refuses in a text.
        while let Some(Long(name)) = map.next_key::<Long<'de>>()? {
            // Members mostly come in the order of the standard.
            let (before, after) = R::NAMES.split_at_checked(next).unwrap_or((R::NAMES, &[]));
            let number = match after.iter().position(|one| one.as_bytes() == &*name) {
                Some(ahead) => next.checked_add(ahead),
                None => before.iter().position(|one| one.as_bytes() == &*name),
            };
            next = number.map_or(next, |number| number.saturating_add(1));
            match number
                .and_then(|number| Some((R::NAMES.get(number)?, 1_u64.checked_shl(u32::try_from(number).ok()?)?)))
            {
                Some((name, bit)) if known & bit == 0 => {
                    known |= bit;
                    self.0.member(name, &mut map)?;
                }
                Some((name, _)) => {
                    found.twice = true;
                    self.0.repeated(name, &mut map)?;
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

/// A name or a long text, read as bytes because that is faster: serde_json looks for the end with memchr and does not check for
/// control characters. Only for payloads that have none in a text. Any other value is an error.
struct Long<'de>(Cow<'de, [u8]>);

impl<'de> Deserialize<'de> for Long<'de> {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        struct Bytes;
        impl<'de> Visitor<'de> for Bytes {
            type Value = Long<'de>;
            expecting!("a string");
            fn visit_borrowed_bytes<E>(self, bytes: &'de [u8]) -> Result<Long<'de>, E> {
                Ok(Long(Cow::Borrowed(bytes)))
            }
            fn visit_bytes<E>(self, bytes: &[u8]) -> Result<Long<'de>, E> {
                Ok(Long(Cow::Owned(bytes.to_owned())))
            }
        }
        from.deserialize_bytes(Bytes)
    }
}

/// How texts are read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Texts {
    /// As strings, in a payload without control characters. Any other value in the place of a text is an error.
    Plain,
    /// Any other value is `None`.
    Any,
}

impl Texts {
    /// Reads the text of a member.
    pub(super) fn member<'de, A: MapAccess<'de>>(self, map: &mut A) -> Result<Option<Cow<'de, str>>, A::Error> {
        match self {
            Self::Plain => map.next_value().map(|Text(text)| Some(text)),
            Self::Any => map.next_value().map(text),
        }
    }

    /// Reads each text in the array of a member with a function, which gets `None` for any other item. Returns whether it is an
    /// array.
    pub(super) fn each<'de, A: MapAccess<'de>>(
        self,
        map: &mut A,
        mut read: impl FnMut(Option<Cow<'de, str>>),
    ) -> Result<bool, A::Error> {
        match self {
            Self::Plain => map.next_value_seed(Array(&mut Each(|Text(text)| read(Some(text)), PhantomData))),
            Self::Any => {
                let Some(items) = items(map.next_value()?) else { return Ok(false) };
                items.into_iter().for_each(|raw| read(text(raw)));
                Ok(true)
            }
        }
    }

    /// Reads each text as [`Self::each`] does, as bytes, which is faster for long texts.
    pub(super) fn each_long<'de, A: MapAccess<'de>>(
        self,
        map: &mut A,
        mut read: impl FnMut(Option<Cow<'de, [u8]>>),
    ) -> Result<bool, A::Error> {
        match self {
            Self::Plain => map.next_value_seed(Array(&mut Each(|Long(bytes)| read(Some(bytes)), PhantomData))),
            Self::Any => self.each(map, |text| read(text.map(bytes))),
        }
    }

    /// Skips a member that is a long text.
    pub(super) fn skip<'de, A: MapAccess<'de>>(self, map: &mut A) -> Result<(), A::Error> {
        match self {
            Self::Plain => map.next_value::<Long<'de>>().map(drop),
            Self::Any => map.next_value::<IgnoredAny>().map(drop),
        }
    }
}

/// Reads each item of an array with a function. An item of another type is an error.
struct Each<T, F>(F, PhantomData<T>);

impl<'de, T: Deserialize<'de>, F: FnMut(T)> Items<'de> for Each<T, F> {
    fn item<A: SeqAccess<'de>>(&mut self, items: &mut A) -> Result<bool, A::Error> {
        Ok(items.next_element()?.map(&mut self.0).is_some())
    }
}

fn bytes(text: Cow<'_, str>) -> Cow<'_, [u8]> {
    match text {
        Cow::Borrowed(text) => text.as_bytes().into(),
        Cow::Owned(text) => text.into_bytes().into(),
    }
}

/// Reads the items of an array one by one.
pub(super) trait Items<'de> {
    /// Reads the next item. Returns whether there was one.
    fn item<A: SeqAccess<'de>>(&mut self, items: &mut A) -> Result<bool, A::Error>;
}

/// Reads a value with [`Items`], whatever it is. Returns whether it is an array.
pub(super) struct Array<'r, R>(pub(super) &'r mut R);

impl<'de, R: Items<'de>> DeserializeSeed<'de> for Array<'_, R> {
    type Value = bool;
    fn deserialize<D: Deserializer<'de>>(self, from: D) -> Result<bool, D::Error> {
        from.deserialize_any(self)
    }
}

impl<'de, R: Items<'de>> Visitor<'de> for Array<'_, R> {
    type Value = bool;
    expecting!("any value");
    scalars!(bool: false);
    fn visit_str<E>(self, _: &str) -> Result<bool, E> {
        Ok(false)
    }
    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<bool, A::Error> {
        while map.next_entry::<IgnoredAny, IgnoredAny>()?.is_some() {}
        Ok(false)
    }
    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<bool, A::Error> {
        while self.0.item(&mut items)? {}
        Ok(true)
    }
}

/// A value of this type, such as a boolean or a whole number below 2^32; `None` for any other value.
pub(super) fn value<'de, T: Deserialize<'de>>(raw: &'de RawValue) -> Option<T> {
    serde_json::from_str(raw.get()).ok()
}

/// The text of a string; `None` for any other value.
pub(super) fn text(raw: &RawValue) -> Option<Cow<'_, str>> {
    value(raw).map(|Text(text)| text)
}

/// The items of an array; `None` for any other value.
pub(super) fn items(raw: &RawValue) -> Option<Vec<&RawValue>> {
    value(raw)
}

/// The words of an array. With [`Texts::Any`], other items are left out. Empty if the value is not an array.
pub(super) fn words<'de, A: MapAccess<'de>, W: Word>(texts: Texts, map: &mut A) -> Result<Vec<W>, A::Error> {
    let mut words = Vec::new();
    texts.each(map, |text| words.extend(text.map(|word| W::of(&word))))?;
    Ok(words)
}
