//! Values that several extensions share.

use crate::codec::base64url;
use crate::codec::json::Skipped;
use core::fmt;
use serde::de::{Deserialize, Deserializer, MapAccess, SeqAccess, Visitor};

/// Bytes of a large blob, a credential blob, a key, a signature, or an input of `prf`. `Debug` does not print them because
/// they may be a secret of the relying party.
#[derive(Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(transparent)]
pub struct Blob(#[serde(with = "base64url::text")] Vec<u8>);

impl Blob {
    /// The bytes.
    #[must_use]
    pub fn as_bytes(&self) -> &[u8] {
        &self.0
    }
}

/// Prints only the number of bytes.
impl fmt::Debug for Blob {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Blob({} bytes)", self.0.len())
    }
}

impl From<Vec<u8>> for Blob {
    fn from(bytes: Vec<u8>) -> Self {
        Self(bytes)
    }
}

/// Base64url text, or nothing: what pages make of bytes that they write as JSON themselves counts as nothing.
pub(super) fn blob<'de, D: Deserializer<'de>>(from: D) -> Result<Option<Blob>, D::Error> {
    struct Bytes;
    impl<'de> Visitor<'de> for Bytes {
        type Value = Option<Blob>;
        fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str("base64url text")
        }
        fn visit_str<E>(self, text: &str) -> Result<Option<Blob>, E> {
            Ok(base64url::decode(text).ok().map(Blob::from))
        }
        fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Option<Blob>, A::Error> {
            while map.next_entry::<Skipped, Skipped>()?.is_some() {}
            Ok(None)
        }
        fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Option<Blob>, A::Error> {
            while seq.next_element::<Skipped>()?.is_some() {}
            Ok(None)
        }
        fn visit_unit<E>(self) -> Result<Option<Blob>, E> {
            Ok(None)
        }
    }
    from.deserialize_any(Bytes)
}

/// A byte string as a member of its own.
pub(super) struct BlobMember(pub(super) Option<Blob>);

impl<'de> Deserialize<'de> for BlobMember {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        blob(from).map(Self)
    }
}

/// Secrets, or nothing: null, and an object all of whose members are null. Front ends that hold results back post that.
pub(super) fn withheld<'de, D: Deserializer<'de>>(from: D) -> Result<bool, D::Error> {
    struct Secrets;
    impl<'de> Visitor<'de> for Secrets {
        type Value = bool;
        fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str("anything")
        }
        fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
            let mut secrets = false;
            while let Some((_, value)) = map.next_entry::<Skipped, Option<Skipped>>()? {
                secrets |= value.is_some();
            }
            Ok(secrets)
        }
        fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Self::Value, A::Error> {
            while seq.next_element::<Skipped>()?.is_some() {}
            Ok(true)
        }
        fn visit_str<E>(self, _: &str) -> Result<Self::Value, E> {
            Ok(true)
        }
        fn visit_bool<E>(self, _: bool) -> Result<Self::Value, E> {
            Ok(true)
        }
        fn visit_u64<E>(self, _: u64) -> Result<Self::Value, E> {
            Ok(true)
        }
        fn visit_i64<E>(self, _: i64) -> Result<Self::Value, E> {
            Ok(true)
        }
        fn visit_f64<E>(self, _: f64) -> Result<Self::Value, E> {
            Ok(true)
        }
        fn visit_unit<E>(self) -> Result<Self::Value, E> {
            Ok(false)
        }
    }
    from.deserialize_any(Secrets)
}

/// Secrets as a member of their own.
pub(super) struct WithheldMember(pub(super) bool);

impl<'de> Deserialize<'de> for WithheldMember {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        withheld(from).map(Self)
    }
}

/// Serde for a member that is `true` or not there.
pub(super) mod flag {
    use serde::{Deserialize as _, Deserializer};

    #[allow(clippy::trivially_copy_pass_by_ref, reason = "what serde calls")]
    pub(in super::super) const fn is_clear(flag: &bool) -> bool {
        !*flag
    }

    pub(in super::super) fn read<'de, D: Deserializer<'de>>(from: D) -> Result<bool, D::Error> {
        Ok(Option::<bool>::deserialize(from)?.unwrap_or_default())
    }
}
