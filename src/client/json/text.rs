//! Strings and objects in JSON, as strictly as they are meant.

use serde::de::value::{BorrowedStrDeserializer, MapAccessDeserializer, StringDeserializer};
use serde::de::{Deserialize, DeserializeSeed, Deserializer, MapAccess, Visitor};
use serde::forward_to_deserialize_any;
use std::borrow::Cow;
use std::collections::BTreeSet;
use std::fmt;
use std::marker::PhantomData;

/// A string, borrowed where it holds no escape. (A plain `Cow` inside an `Option` would be copied even so.)
pub(crate) struct Text<'a>(pub(crate) Cow<'a, str>);

impl<'de> Text<'de> {
    /// What `seed` makes of it, borrowed where it is.
    pub(crate) fn read<S: DeserializeSeed<'de>, E: serde::de::Error>(self, seed: S) -> Result<S::Value, E> {
        match self.0 {
            Cow::Borrowed(text) => seed.deserialize(BorrowedStrDeserializer::new(text)),
            Cow::Owned(text) => seed.deserialize(StringDeserializer::new(text)),
        }
    }
}

impl<'de: 'a, 'a> Deserialize<'de> for Text<'a> {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        struct Borrow;
        impl<'de> Visitor<'de> for Borrow {
            type Value = Text<'de>;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a string")
            }
            fn visit_borrowed_str<E>(self, text: &'de str) -> Result<Text<'de>, E> {
                Ok(Text(Cow::Borrowed(text)))
            }
            fn visit_str<E>(self, text: &str) -> Result<Text<'de>, E> {
                Ok(Text(Cow::Owned(text.to_owned())))
            }
            fn visit_string<E>(self, text: String) -> Result<Text<'de>, E> {
                Ok(Text(Cow::Owned(text)))
            }
        }
        from.deserialize_str(Borrow)
    }
}

/// A JSON object, each of whose members occurs once. (A derived struct alone would take an array of its members as well,
/// and a member twice where it does not know it.)
pub(crate) struct Object<T>(pub(crate) T);

impl<'de, T: Deserialize<'de>> Deserialize<'de> for Object<T> {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        struct Members<T>(PhantomData<T>);
        impl<'de, T: Deserialize<'de>> Visitor<'de> for Members<T> {
            type Value = Object<T>;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object")
            }
            fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Object<T>, A::Error> {
                T::deserialize(OfAStruct(map)).map(Object)
            }
        }
        from.deserialize_map(Members(PhantomData))
    }
}

/// Names that a reader does not know, each once. Nothing is allocated before there is one.
#[derive(Default)]
pub(crate) struct UnknownNames<'a>(BTreeSet<Cow<'a, str>>);

impl<'a> UnknownNames<'a> {
    pub(crate) fn add<E: serde::de::Error>(&mut self, name: Cow<'a, str>) -> Result<(), E> {
        if self.0.insert(name) { Ok(()) } else { Err(E::custom("a member that occurs twice")) }
    }
}

/// Members for a derived struct, which says by itself which names it knows and refuses those twice. Any other type is
/// handed the members as they are, and sees to it itself.
struct OfAStruct<A>(A);

impl<'de, A: MapAccess<'de>> Deserializer<'de> for OfAStruct<A> {
    type Error = A::Error;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, A::Error> {
        MapAccessDeserializer::new(self.0).deserialize_any(visitor)
    }

    fn deserialize_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        known: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, A::Error> {
        visitor.visit_map(Once { members: self.0, known, unknown: UnknownNames::default() })
    }

    forward_to_deserialize_any! {
        bool i8 i16 i32 i64 i128 u8 u16 u32 u64 u128 f32 f64 char str string bytes byte_buf option unit unit_struct
        newtype_struct seq tuple tuple_struct map enum identifier ignored_any
    }
}

struct Once<'de, A> {
    members: A,
    known: &'static [&'static str],
    unknown: UnknownNames<'de>,
}

impl<'de, A: MapAccess<'de>> MapAccess<'de> for Once<'de, A> {
    type Error = A::Error;

    fn next_key_seed<K: DeserializeSeed<'de>>(&mut self, seed: K) -> Result<Option<K::Value>, A::Error> {
        let Some(Text(name)) = self.members.next_key()? else { return Ok(None) };
        if !self.known.contains(&&*name) {
            self.unknown.add::<A::Error>(name.clone())?;
        }
        Text(name).read(seed).map(Some)
    }

    fn next_value_seed<V: DeserializeSeed<'de>>(&mut self, seed: V) -> Result<V::Value, A::Error> {
        self.members.next_value_seed(seed)
    }
}

/// Serde for a member that is an object, null, or not there.
pub(crate) fn object<'de, D: Deserializer<'de>, T: Deserialize<'de>>(from: D) -> Result<Option<T>, D::Error> {
    Ok(Option::<Object<T>>::deserialize(from)?.map(|Object(value)| value))
}
