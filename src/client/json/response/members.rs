//! Members as they arrive: each once, byte strings decoded on the spot into one buffer.

use super::MAX_LEN;
use crate::client::json::{Text, UnknownNames};
use crate::codec::base64url::Decoded;
use core::fmt;
use core::ops::Range;
use serde::de::{Deserialize, DeserializeSeed, Deserializer, Error, IgnoredAny, MapAccess, Unexpected, Visitor};

/// All byte strings of a response, decoded, and how many characters they had.
#[derive(Default)]
pub(super) struct ByteStrings {
    pub(super) decoded: Decoded,
    pub(super) characters: usize,
    /// Whether `from_json` reads them, whose reader is known.
    from_json: bool,
}

impl ByteStrings {
    /// Of this JSON: there can be no more than it has.
    pub(super) fn of(json: &str) -> Self {
        Self { decoded: Decoded::of_at_most(json.len()), characters: 0, from_json: true }
    }

    /// Decodes one more. Of those beyond [`MAX_LEN`], which the response is refused for, nothing is kept.
    pub(super) fn push(&mut self, text: &[u8]) -> ByteString {
        self.characters = self.characters.saturating_add(text.len());
        let text = if self.characters > MAX_LEN { &[] } else { text };
        self.decoded.push(text).map_or(ByteString::NotBase64Url, ByteString::At)
    }
}

/// A member that is a byte string.
#[derive(Default)]
pub(super) enum ByteString {
    #[default]
    Missing,
    Null,
    NotBase64Url,
    At(Range<usize>),
}

impl ByteString {
    pub(super) fn read<'de, A: MapAccess<'de>>(
        &mut self,
        from: &mut A,
        bytes: &mut ByteStrings,
    ) -> Result<(), A::Error> {
        if !matches!(self, Self::Missing) {
            return Err(twice());
        }
        *self = from.next_value_seed(OrNull(bytes))?.unwrap_or(Self::Null);
        Ok(())
    }
}

/// Any other member: not there, null, or this.
pub(super) struct Slot<T>(Option<Option<T>>);

impl<T> Default for Slot<T> {
    fn default() -> Self {
        Self(None)
    }
}

impl<T> Slot<T> {
    pub(super) fn read<'de, A: MapAccess<'de>>(&mut self, from: &mut A) -> Result<(), A::Error>
    where
        T: Deserialize<'de>,
    {
        self.fill(|| from.next_value())
    }

    pub(super) fn fill<E: Error>(&mut self, read: impl FnOnce() -> Result<Option<T>, E>) -> Result<(), E> {
        if self.0.is_some() {
            return Err(twice());
        }
        self.0 = Some(read()?);
        Ok(())
    }

    pub(super) fn take(&mut self) -> Option<T> {
        self.0.take().flatten()
    }
}

fn twice<E: Error>() -> E {
    E::custom("a member that occurs twice")
}

/// The members of an object that are known.
pub(super) trait Members<'de> {
    /// Reads the value of this one; `false` if it is not known, and nothing was read.
    fn read<A: MapAccess<'de>>(&mut self, name: &str, from: &mut A, bytes: &mut ByteStrings) -> Result<bool, A::Error>;
}

/// An object of such members. Those that are not known are read over, and occur once as well.
pub(super) struct ObjectOf<'m, M> {
    pub(super) members: &'m mut M,
    pub(super) bytes: &'m mut ByteStrings,
}

impl<'de, M: Members<'de>> DeserializeSeed<'de> for ObjectOf<'_, M> {
    type Value = ();
    fn deserialize<D: Deserializer<'de>>(self, from: D) -> Result<(), D::Error> {
        from.deserialize_map(self)
    }
}

impl<'de, M: Members<'de>> Visitor<'de> for ObjectOf<'_, M> {
    type Value = ();
    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }
    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<(), A::Error> {
        let mut unknown = UnknownNames::default();
        while let Some(Text(name)) = map.next_key()? {
            if !self.members.read(&name, &mut map, self.bytes)? {
                unknown.add::<A::Error>(name)?;
                map.next_value::<IgnoredAny>()?;
            }
        }
        Ok(())
    }
}

impl<'de> DeserializeSeed<'de> for &mut ByteStrings {
    type Value = ByteString;
    /// As bytes from serde_json, which looks for control characters and half surrogates in what it reads as text: the
    /// decoder refuses them anyway. Of other readers not all take a text for bytes.
    fn deserialize<D: Deserializer<'de>>(self, from: D) -> Result<ByteString, D::Error> {
        if self.from_json { from.deserialize_bytes(self) } else { from.deserialize_str(self) }
    }
}

impl Visitor<'_> for &mut ByteStrings {
    type Value = ByteString;
    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a string")
    }
    fn visit_str<E>(self, text: &str) -> Result<ByteString, E> {
        Ok(self.push(text.as_bytes()))
    }
    fn visit_bytes<E: Error>(self, text: &[u8]) -> Result<ByteString, E> {
        if self.from_json { Ok(self.push(text)) } else { Err(E::invalid_type(Unexpected::Other("bytes"), &self)) }
    }
}

/// What a seed reads, or null.
pub(super) struct OrNull<S>(pub(super) S);

impl<'de, S: DeserializeSeed<'de>> DeserializeSeed<'de> for OrNull<S> {
    type Value = Option<S::Value>;
    fn deserialize<D: Deserializer<'de>>(self, from: D) -> Result<Self::Value, D::Error> {
        from.deserialize_option(self)
    }
}

impl<'de, S: DeserializeSeed<'de>> Visitor<'de> for OrNull<S> {
    type Value = Option<S::Value>;
    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a value or null")
    }
    fn visit_none<E>(self) -> Result<Self::Value, E> {
        Ok(None)
    }
    fn visit_unit<E>(self) -> Result<Self::Value, E> {
        Ok(None)
    }
    fn visit_some<D: Deserializer<'de>>(self, from: D) -> Result<Self::Value, D::Error> {
        self.0.deserialize(from).map(Some)
    }
}
