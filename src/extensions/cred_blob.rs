//! Credential blob (`credBlob`, `getCredBlob`; CTAP §12.2).

use super::signed::boolean;
use super::{Blob, Extension, OutputRefusal, Shaped, SignedMap};
use crate::codec::cbor::Value;
use crate::invalid::InvalidValue;

impl Blob {
    /// The maximum length of `credBlob` in bytes: what every authenticator with this extension can store (CTAP §12.2).
    pub const MAX_CRED_BLOB_LEN: usize = 32;

    pub(super) fn check_cred_blob(&self) -> Result<(), InvalidValue> {
        if self.as_bytes().len() > Self::MAX_CRED_BLOB_LEN { Err(InvalidValue::CredBlobTooLong) } else { Ok(()) }
    }
}

impl<'a> SignedMap<'a> {
    /// Returns `credBlob` of a registration: whether the blob was stored.
    pub(crate) fn cred_blob_stored(&self) -> Shaped<bool> {
        self.shaped(Extension::CredBlob, boolean)
    }

    /// Returns `credBlob` of an authentication: the blob, which is empty if none was stored.
    pub(crate) fn cred_blob(&self) -> Shaped<&'a [u8]> {
        self.shaped(Extension::CredBlob, Value::bytes)
    }
}

/// Requires at a registration that the blob was stored.
pub(super) fn check_stored(output: Option<bool>, required: bool) -> Result<(), OutputRefusal> {
    if required && output != Some(true) { Err(OutputRefusal::CredBlobNotStored) } else { Ok(()) }
}

/// Requires a blob at an authentication. An empty one is refused, because it means that none was stored.
pub(super) fn check_present(output: Option<&[u8]>, required: bool) -> Result<(), OutputRefusal> {
    if required && output.is_none_or(<[u8]>::is_empty) { Err(OutputRefusal::CredBlobMissing) } else { Ok(()) }
}
