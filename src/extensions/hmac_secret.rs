//! HMAC secret (`hmac-secret`, CTAP §12.5; `hmac-secret-mc`, CTAP §12.8): the extension of authenticators behind `prf`.
//! Native clients pass it on as `hmacCreateSecret` and `hmacGetSecret`.

use super::{Extension, InputError, OutputRefusal, PrfInput, Shaped, SignedMap};
use crate::codec::cbor::Value;
use serde::{Deserialize, Serialize};

/// `hmacGetSecret` (CTAP §12.5): salts of 32 bytes. What native clients have for `prf`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct HmacGetSecret {
    /// `salt1`.
    pub salt1: PrfInput,
    /// `salt2`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub salt2: Option<PrfInput>,
}

impl HmacGetSecret {
    /// One salt, or two.
    #[must_use]
    pub fn new(salt1: [u8; 32], salt2: Option<[u8; 32]>) -> Self {
        Self { salt1: salt1.to_vec().into(), salt2: salt2.map(|salt| salt.to_vec().into()) }
    }
}

impl HmacGetSecret {
    /// CTAP §12.5: each salt has 32 bytes.
    pub(super) fn check(&self) -> Result<(), InputError> {
        let is_salt = |salt: &PrfInput| salt.as_bytes().len() == 32;
        let valid = is_salt(&self.salt1) && self.salt2.as_ref().is_none_or(is_salt);
        if valid { Ok(()) } else { Err(InputError::HmacSaltLength) }
    }
}

/// What an authenticator says of `hmac-secret`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum HmacSecret {
    /// Whether the credential has one: what a registration says.
    Created(bool),
    /// Results, encrypted for the client: what an authentication says. Only the length is of interest here.
    #[non_exhaustive]
    Encrypted {
        /// 32 or 64 bytes under PIN protocol 1, 48 or 80 under PIN protocol 2.
        len: usize,
    },
}

/// One result or two, of 32 bytes each; under PIN protocol 2 a block of 16 comes before.
#[allow(clippy::trivially_copy_pass_by_ref, reason = "what Option::filter calls")]
const fn is_ciphertext(len: &usize) -> bool {
    matches!(*len, 32 | 48 | 64 | 80)
}

impl SignedMap<'_> {
    /// `hmac-secret`.
    pub(crate) fn hmac_secret(&self) -> Shaped<HmacSecret> {
        self.shaped(Extension::HmacSecret, |value| match value {
            Value::Bool(created) => Some(HmacSecret::Created(created)),
            Value::Bytes(bytes) if is_ciphertext(&bytes.len()) => Some(HmacSecret::Encrypted { len: bytes.len() }),
            _ => None,
        })
    }

    /// `hmac-secret-mc`: the length of results that are encrypted for the client.
    pub(crate) fn hmac_secret_mc(&self) -> Shaped<usize> {
        self.shaped(Extension::HmacSecretMc, |value| value.bytes().map(<[u8]>::len).filter(is_ciphertext))
    }
}

/// Requires at a registration that the credential has a secret.
pub(super) fn check(output: Option<HmacSecret>, required: bool) -> Result<(), OutputRefusal> {
    if required && output != Some(HmacSecret::Created(true)) { Err(OutputRefusal::HmacSecret) } else { Ok(()) }
}
