//! Authenticator extension outputs (§9.5; FIDO CTAP 2.2 §12; Level 2 §10.3), typed: what the signed map says.
//!
//! | identifier | registration | authentication |
//! |---|---|---|
//! | `credProtect` | 1, 2 or 3 | |
//! | `credBlob` | whether it was stored | the blob |
//! | `minPinLength` | code points | |
//! | `pinComplexityPolicy` | whether there is one | |
//! | `hmac-secret` | whether one was made | ciphertext, of no use to a server |
//! | `hmac-secret-mc` | ciphertext | |
//! | `uvm` | 1 to 3 methods | 1 to 3 methods |
//! | `thirdPartyPayment` | | whether the credential may pay elsewhere |
//! | `prf`, `largeBlobKey` | a secret that no authenticator signs: never kept | the same |
//!
//! An output that is not of its shape is [`Malformed`]: a ceremony refuses it where it was asked for, and reads over it
//! where it was not (§9: a relying party must cope with outputs that nobody asked for).

use super::data::Extensions;
use crate::codec::cbor::Value;
use crate::extension::Extension;
use core::fmt;

pub use crate::extension::{CredentialProtection, UserVerificationMethod};

/// The most methods that `uvm` may list.
pub const MAX_METHODS: u64 = 3;

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

/// A signed output that is not of its extension's shape.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, thiserror::Error)]
#[error("the signed output of {0} is malformed")]
#[allow(clippy::exhaustive_structs, reason = "one fact")]
pub struct Malformed(pub Extension);

fn shaped<'a, T>(outputs: &Extensions<'a>, extension: Extension, shape: impl Fn(Value<'a>) -> Option<T>) -> Shaped<T> {
    outputs.output(extension).map(|value| shape(value).ok_or(Malformed(extension))).transpose()
}

/// One result or two, of 32 bytes each; under PIN protocol 2 a block of 16 comes before.
#[allow(clippy::trivially_copy_pass_by_ref, reason = "what Option::filter calls")]
const fn is_ciphertext(len: &usize) -> bool {
    matches!(*len, 32 | 48 | 64 | 80)
}

type Shaped<T> = Result<Option<T>, Malformed>;

const fn boolean(value: Value<'_>) -> Option<bool> {
    if let Value::Bool(value) = value { Some(value) } else { None }
}

fn unsigned(value: Value<'_>) -> Option<u64> {
    value.integer().and_then(|number| u64::try_from(number).ok())
}

fn methods(value: Value<'_>) -> Option<Vec<UserVerificationMethod>> {
    let list = value.array()?;
    if !(1..=MAX_METHODS).contains(&list.len()) {
        return None;
    }
    let number = |value: Option<Value<'_>>| u32::try_from(unsigned(value?)?).ok();
    let method = |value: Value<'_>| {
        let entry = value.array().filter(|entry| entry.len() == 3)?;
        let mut numbers = entry.iter();
        Some((number(numbers.next())?, number(numbers.next())?, number(numbers.next())?).into())
    };
    list.iter().map(method).collect()
}

/// The outputs, by extension. `None`: there is none; absence says nothing, as an authenticator may ignore any input.
impl<'a> Extensions<'a> {
    /// `credProtect`: the level that the credential got.
    ///
    /// # Errors
    /// [`Malformed`].
    pub fn cred_protect(&self) -> Result<Option<CredentialProtection>, Malformed> {
        let level = |value: Value<'_>| unsigned(value).and_then(CredentialProtection::from_level);
        shaped(self, Extension::CredProtect, level)
    }

    /// `credBlob` of a registration: whether the blob was stored.
    ///
    /// # Errors
    /// [`Malformed`].
    pub fn cred_blob_stored(&self) -> Result<Option<bool>, Malformed> {
        shaped(self, Extension::CredBlob, boolean)
    }

    /// `credBlob` of an authentication: the blob; empty where none was stored.
    ///
    /// # Errors
    /// [`Malformed`].
    pub fn cred_blob(&self) -> Result<Option<&'a [u8]>, Malformed> {
        shaped(self, Extension::CredBlob, Value::bytes)
    }

    /// `minPinLength`: the fewest code points that a PIN may have.
    ///
    /// # Errors
    /// [`Malformed`].
    pub fn min_pin_length(&self) -> Result<Option<u64>, Malformed> {
        shaped(self, Extension::MinPinLength, unsigned)
    }

    /// `pinComplexityPolicy`: whether PINs must be more than long.
    ///
    /// # Errors
    /// [`Malformed`].
    pub fn pin_complexity_policy(&self) -> Result<Option<bool>, Malformed> {
        shaped(self, Extension::PinComplexityPolicy, boolean)
    }

    /// `hmac-secret`.
    ///
    /// # Errors
    /// [`Malformed`].
    pub fn hmac_secret(&self) -> Result<Option<HmacSecret>, Malformed> {
        shaped(self, Extension::HmacSecret, |value| match value {
            Value::Bool(created) => Some(HmacSecret::Created(created)),
            Value::Bytes(bytes) if is_ciphertext(&bytes.len()) => Some(HmacSecret::Encrypted { len: bytes.len() }),
            _ => None,
        })
    }

    /// `uvm`: how the user was verified; one to [`MAX_METHODS`].
    ///
    /// # Errors
    /// [`Malformed`].
    pub fn uvm(&self) -> Result<Option<Vec<UserVerificationMethod>>, Malformed> {
        shaped(self, Extension::Uvm, methods)
    }

    /// `thirdPartyPayment`: whether the credential may pay on sites of others.
    ///
    /// # Errors
    /// [`Malformed`].
    pub fn third_party_payment(&self) -> Result<Option<bool>, Malformed> {
        shaped(self, Extension::ThirdPartyPayment, boolean)
    }

    /// `hmac-secret-mc`: results, encrypted for the client. Only the length is of interest here.
    ///
    /// # Errors
    /// [`Malformed`].
    pub fn hmac_secret_mc(&self) -> Result<Option<usize>, Malformed> {
        let ciphertext = |value: Value<'_>| value.bytes().map(<[u8]>::len).filter(is_ciphertext);
        shaped(self, Extension::HmacSecretMc, ciphertext)
    }

    /// Whether there is an output that would be a secret of the client: §10.1.4 has none of an authenticator under `prf`,
    /// and CTAP §12.3 has the key of a large blob beside authenticator data.
    #[must_use]
    pub fn has_secrets(&self) -> bool {
        let (known, _) = self.identifiers();
        known.contains(Extension::Prf) || known.contains(Extension::LargeBlobKey)
    }
}

/// What an authenticator signed of extensions, owned. An output that is malformed is left out: where it was asked for,
/// the ceremony has refused it.
#[derive(Clone, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct SignedOutputs {
    /// `credProtect`.
    pub cred_protect: Option<CredentialProtection>,
    /// `credBlob` of a registration.
    pub cred_blob_stored: Option<bool>,
    /// `credBlob` of an authentication.
    pub cred_blob: Option<Vec<u8>>,
    /// `minPinLength`.
    pub min_pin_length: Option<u64>,
    /// `pinComplexityPolicy`.
    pub pin_complexity_policy: Option<bool>,
    /// `hmac-secret`.
    pub hmac_secret: Option<HmacSecret>,
    /// `uvm`; empty where there is none.
    pub uvm: Vec<UserVerificationMethod>,
    /// `thirdPartyPayment`.
    pub third_party_payment: Option<bool>,
}

impl SignedOutputs {
    /// All that is well-formed in a signed map. Without a map, nothing, and nothing is allocated.
    #[must_use]
    pub fn of(extensions: Option<&Extensions<'_>>) -> Self {
        let Some(map) = extensions else { return Self::default() };
        Self {
            cred_protect: map.cred_protect().unwrap_or_default(),
            cred_blob_stored: map.cred_blob_stored().unwrap_or_default(),
            cred_blob: map.cred_blob().unwrap_or_default().map(<[u8]>::to_vec),
            min_pin_length: map.min_pin_length().unwrap_or_default(),
            pin_complexity_policy: map.pin_complexity_policy().unwrap_or_default(),
            hmac_secret: map.hmac_secret().unwrap_or_default(),
            uvm: map.uvm().unwrap_or_default().unwrap_or_default(),
            third_party_payment: map.third_party_payment().unwrap_or_default(),
        }
    }
}

/// Of the blob, only the length: it may be a secret of the relying party.
impl fmt::Debug for SignedOutputs {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SignedOutputs")
            .field("cred_protect", &self.cred_protect)
            .field("cred_blob_stored", &self.cred_blob_stored)
            .field("cred_blob_len", &self.cred_blob.as_ref().map(Vec::len))
            .field("min_pin_length", &self.min_pin_length)
            .field("pin_complexity_policy", &self.pin_complexity_policy)
            .field("hmac_secret", &self.hmac_secret)
            .field("uvm", &self.uvm)
            .field("third_party_payment", &self.third_party_payment)
            .finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::authenticator::AuthenticatorData;

    /// Authenticator data with one signed output.
    fn signed(identifier: &str, output: &[u8]) -> Vec<u8> {
        let mut bytes = vec![0; 37];
        bytes[32] = 0x80;
        bytes.push(0xa1);
        bytes.push(0x60 | u8::try_from(identifier.len()).unwrap());
        bytes.extend_from_slice(identifier.as_bytes());
        bytes.extend_from_slice(output);
        bytes
    }

    fn of<T>(identifier: &str, output: &[u8], read: impl Fn(&Extensions<'_>) -> Shaped<T>) -> Shaped<T> {
        let bytes = signed(identifier, output);
        read(AuthenticatorData::read(&bytes).unwrap().extensions().unwrap())
    }

    #[test]
    fn secrets_are_told_from_other_outputs() {
        for (identifier, secret) in
            [("prf", true), ("largeBlobKey", true), ("hmac-secret", false), ("credBlob", false), ("x", false)]
        {
            let bytes = signed(identifier, &[0xf5]);
            let data = AuthenticatorData::read(&bytes).unwrap();
            assert_eq!(data.extensions().unwrap().has_secrets(), secret, "{identifier}");
        }
    }

    #[test]
    fn each_output_has_its_shape() {
        use CredentialProtection::*;
        let protection = |output: &[u8]| of("credProtect", output, |map| map.cred_protect());
        for (output, level) in [
            (1, UserVerificationOptional),
            (2, UserVerificationOptionalWithCredentialIdList),
            (3, UserVerificationRequired),
        ] {
            assert_eq!(protection(&[output]), Ok(Some(level)));
            assert_eq!(level.level(), output);
        }
        for other in [&[0][..], &[4], &[0x20], &[0xf5], &[0x41, 3]] {
            assert_eq!(protection(other), Err(Malformed(Extension::CredProtect)), "{other:?}");
        }
        assert_eq!(of("credBlob", &[0xf5], |map| map.cred_blob_stored()), Ok(Some(true)));
        assert!(of("credBlob", &[1], |map| map.cred_blob_stored()).is_err());
        let blob = signed("credBlob", &[0x41, 7]);
        let blob = AuthenticatorData::read(&blob).unwrap();
        assert_eq!(blob.extensions().unwrap().cred_blob(), Ok(Some(&[7][..])));
        let not_a_blob = signed("credBlob", &[0xf5]);
        let not_a_blob = AuthenticatorData::read(&not_a_blob).unwrap();
        assert!(not_a_blob.extensions().unwrap().cred_blob().is_err());
        assert_eq!(of("minPinLength", &[8], |map| map.min_pin_length()), Ok(Some(8)));
        assert!(of("minPinLength", &[0x20], |map| map.min_pin_length()).is_err());
        assert_eq!(of("pinComplexityPolicy", &[0xf4], |map| map.pin_complexity_policy()), Ok(Some(false)));
        assert!(of("pinComplexityPolicy", &[0xf6], |map| map.pin_complexity_policy()).is_err());
        assert_eq!(of("hmac-secret", &[0xf5], |map| map.hmac_secret()), Ok(Some(HmacSecret::Created(true))));
        let ciphertext = [&[0x58, 48][..], &[9; 48]].concat();
        let encrypted = of("hmac-secret", &ciphertext, |map| map.hmac_secret());
        assert_eq!(encrypted, Ok(Some(HmacSecret::Encrypted { len: 48 })));
        assert!(of("hmac-secret", &[0x41, 9], |map| map.hmac_secret()).is_err());
        assert_eq!(of("hmac-secret-mc", &ciphertext, |map| map.hmac_secret_mc()), Ok(Some(48)));
        for bad in [&[0x41, 9][..], &[0xf5]] {
            let malformed = Err(Malformed(Extension::HmacSecretMc));
            assert_eq!(of("hmac-secret-mc", bad, |map| map.hmac_secret_mc()), malformed);
        }
        assert_eq!(of("thirdPartyPayment", &[0xf5], |map| map.third_party_payment()), Ok(Some(true)));
        assert!(of("thirdPartyPayment", &[1], |map| map.third_party_payment()).is_err());
        assert_eq!(of("other", &[1], |map| map.cred_protect()), Ok(None));
    }

    #[test]
    fn methods_are_one_to_three_triples() {
        let uvm = |output: &[u8]| of("uvm", output, |map| map.uvm());
        let one = UserVerificationMethod::from((2, 4, 2));
        assert_eq!(uvm(&[0x81, 0x83, 2, 4, 2]), Ok(Some(vec![one])));
        assert_eq!(uvm(&[0x82, 0x83, 2, 4, 2, 0x83, 2, 4, 2]).unwrap().unwrap().len(), 2);
        let four = [&[0x84][..], &[0x83, 2, 4, 2].repeat(4)].concat();
        for bad in [&[0x80][..], &[0x81, 0x82, 2, 4], &[0x81, 0x83, 2, 4, 0x20], &[0x81, 2], &[2], &four] {
            assert_eq!(uvm(bad), Err(Malformed(Extension::Uvm)), "{bad:?}");
        }
    }

    #[test]
    fn a_blob_is_not_printed() {
        let bytes = signed("credBlob", &[0x43, 1, 2, 3]);
        let outputs = SignedOutputs::of(AuthenticatorData::read(&bytes).unwrap().extensions());
        assert_eq!(outputs.cred_blob.as_deref(), Some(&[1, 2, 3][..]));
        assert!(format!("{outputs:?}").contains("cred_blob_len: Some(3)"));
        assert!(!format!("{outputs:?}").contains("[1, 2, 3]"));
    }
}
