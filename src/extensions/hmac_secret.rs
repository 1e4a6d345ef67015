//! HMAC secret (`hmac-secret`, CTAP §12.5; `hmac-secret-mc`, CTAP §12.8): the authenticator extension that `prf` uses.
//! Native clients offer it as `hmacCreateSecret` and `hmacGetSecret`.

use super::{Blob, Extension, OutputRefusal, PrfValues, Shaped, SignedMap};
use crate::codec::cbor::Value;
use crate::invalid::InvalidValue;

/// Serde for `hmacGetSecret` (CTAP §12.5), whose members are `salt1` and `salt2`.
pub(super) mod salts {
    use super::{Blob, PrfValues};
    use serde::{Deserialize, Deserializer, Serialize, Serializer};

    #[derive(Serialize, Deserialize)]
    struct Members<T> {
        salt1: T,
        #[serde(default = "Option::default", skip_serializing_if = "Option::is_none")]
        salt2: Option<T>,
    }

    #[allow(clippy::ref_option, reason = "what serde calls")]
    pub(in super::super) fn serialize<S: Serializer>(values: &Option<PrfValues>, to: S) -> Result<S::Ok, S::Error> {
        let members = values.as_ref().map(|values| Members { salt1: &values.first, salt2: values.second.as_ref() });
        members.serialize(to)
    }

    pub(in super::super) fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<Option<PrfValues>, D::Error> {
        let members = Option::<Members<Blob>>::deserialize(from)?;
        Ok(members.map(|Members { salt1: first, salt2: second }| PrfValues { first, second }))
    }
}

/// Checks that each salt has 32 bytes (CTAP §12.5).
pub(super) fn check_salts(salts: &PrfValues) -> Result<(), InvalidValue> {
    let is_salt = |salt: &Blob| salt.as_bytes().len() == 32;
    let valid = is_salt(&salts.first) && salts.second.as_ref().is_none_or(is_salt);
    if valid { Ok(()) } else { Err(InvalidValue::HmacSaltLength) }
}

/// The output of `hmac-secret`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum HmacSecret {
    /// Of a registration: whether the credential has a secret.
    Created(bool),
    /// Of an authentication: results, encrypted for the client. Only their length is kept.
    Encrypted {
        /// 32 or 64 bytes under PIN protocol 1, 48 or 80 under PIN protocol 2.
        len: usize,
    },
}

/// Returns whether one or two encrypted results have this length: 32 bytes each, and with PIN protocol 2 another 16 bytes
/// before them.
#[allow(clippy::trivially_copy_pass_by_ref, reason = "what Option::filter calls")]
const fn is_ciphertext(len: &usize) -> bool {
    matches!(*len, 32 | 48 | 64 | 80)
}

impl SignedMap<'_> {
    /// Returns `hmac-secret`.
    pub(crate) fn hmac_secret(&self) -> Shaped<HmacSecret> {
        self.shaped(Extension::HmacSecret, |value| match value {
            Value::Bool(created) => Some(HmacSecret::Created(created)),
            Value::Bytes(bytes) if is_ciphertext(&bytes.len()) => Some(HmacSecret::Encrypted { len: bytes.len() }),
            _ => None,
        })
    }

    /// Returns the length of `hmac-secret-mc`: results, encrypted for the client.
    pub(crate) fn hmac_secret_mc(&self) -> Shaped<usize> {
        self.shaped(Extension::HmacSecretMc, |value| value.bytes().map(<[u8]>::len).filter(is_ciphertext))
    }
}

/// Requires at a registration that the credential has a secret.
pub(super) fn check(output: Option<HmacSecret>, required: bool) -> Result<(), OutputRefusal> {
    if required && output != Some(HmacSecret::Created(true)) { Err(OutputRefusal::HmacSecret) } else { Ok(()) }
}
