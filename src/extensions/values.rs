//! Values that several extensions share.

use crate::codec::base64url;
use core::fmt;
use serde::de::{Deserialize, Deserializer, Error as _};
use serde_json::Value;

/// Bytes of a large blob, a credential blob, a key, a signature, or an input of `prf`. `Debug` does not print them because
/// they may be a secret of the relying party.
#[derive(Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(transparent)]
pub struct Blob(#[serde(with = "base64url::text")] Vec<u8>);

impl Blob {
    /// Returns the bytes.
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

/// Reads base64url text. Returns `None` for other text, null, an object or a list, because pages that serialise byte strings by
/// hand post those.
pub(super) fn blob<'de, D: Deserializer<'de>>(from: D) -> Result<Option<Blob>, D::Error> {
    match Value::deserialize(from)? {
        Value::String(text) => Ok(base64url::decode(&text).ok().map(Blob)),
        Value::Null | Value::Object(_) | Value::Array(_) => Ok(None),
        Value::Bool(_) | Value::Number(_) => Err(D::Error::custom("expected base64url text")),
    }
}

/// An output that is one byte string, read by [`blob`].
pub(super) struct BlobMember(pub(super) Option<Blob>);

impl<'de> Deserialize<'de> for BlobMember {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        blob(from).map(Self)
    }
}

/// Returns whether a value may be a secret. Drops the value. Null and an object with only null members are no secret: front
/// ends post those when they remove the results.
pub(super) fn withheld<'de, D: Deserializer<'de>>(from: D) -> Result<bool, D::Error> {
    Ok(match Value::deserialize(from)? {
        Value::Null => false,
        Value::Object(members) => members.values().any(|value| !value.is_null()),
        _ => true,
    })
}

/// An output that is one secret, read by [`withheld`].
pub(super) struct WithheldMember(pub(super) bool);

impl<'de> Deserialize<'de> for WithheldMember {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        withheld(from).map(Self)
    }
}

/// Serde for a member that is `true` or absent.
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
