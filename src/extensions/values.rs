//! Values that several extensions share.

use crate::codec::base64url;
use core::fmt;
use serde::de::Error as _;
use serde::{Deserialize, Deserializer, Serialize};
use serde_json::Value;

/// Bytes of a large blob, a credential blob, a key, a signature, or an input of `prf`. `Debug` does not print them because
/// they may be a secret of the relying party.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
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

/// An output that is one byte string.
#[derive(Deserialize)]
pub(super) struct BlobMember(#[serde(deserialize_with = "blob")] pub(super) Option<Blob>);

/// Returns whether a value may be a secret. Drops the value. Null and an object with only null members are no secret: front
/// ends post those when they remove the results.
pub(super) fn withheld<'de, D: Deserializer<'de>>(from: D) -> Result<bool, D::Error> {
    Ok(match Value::deserialize(from)? {
        Value::Null => false,
        Value::Object(members) => members.values().any(|value| !value.is_null()),
        _ => true,
    })
}

/// An output that is one secret.
#[derive(Deserialize)]
pub(super) struct WithheldMember(#[serde(deserialize_with = "withheld")] pub(super) bool);

/// Reads a flag. Null is `false`.
pub(super) fn flag<'de, D: Deserializer<'de>>(from: D) -> Result<bool, D::Error> {
    Ok(Option::deserialize(from)?.unwrap_or_default())
}

/// Returns whether a member has its default value, so that JSON omits it.
pub(super) fn is_default<T: Default + PartialEq>(value: &T) -> bool {
    *value == T::default()
}
