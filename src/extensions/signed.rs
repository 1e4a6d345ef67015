//! The signed map of authenticator extension outputs (§9.5).
//!
//! An output that does not have the type of its extension is [`OutputRefusal::Malformed`]. A ceremony refuses it if it was
//! requested, and ignores it otherwise, because a relying party must cope with unsolicited outputs (§9).

use super::{Extension, ExtensionSet, OutputRefusal};
use crate::codec::cbor::{Map, Value};
use core::fmt;

/// Authenticator extension outputs (§9.5). Known outputs are indexed when the map is read.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct SignedMap<'a> {
    map: Map<'a>,
    outputs: [Option<Value<'a>>; Extension::ALL.len()],
    known: ExtensionSet,
    unknown: u32,
}

/// Prints identifiers and no values, because a blob may be a secret of the relying party, and a faulty authenticator may sign a
/// secret of the client.
impl fmt::Debug for SignedMap<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SignedMap").field("known", &self.known).field("unknown", &self.unknown).finish()
    }
}

/// An output, or `None` if there is none. An authenticator may ignore any input, so `None` does not mean "no".
pub(crate) type Shaped<T> = Result<Option<T>, OutputRefusal>;

impl<'a> SignedMap<'a> {
    /// Reads the outputs of a map. Returns `None` if a key is not text.
    pub(crate) fn of(map: Map<'a>) -> Option<Self> {
        let mut signed = Self { map, outputs: [None; Extension::ALL.len()], known: ExtensionSet::NONE, unknown: 0 };
        for (key, value) in map.iter() {
            let Some(extension) = Extension::from_identifier(key.text()?) else {
                signed.unknown = signed.unknown.saturating_add(1);
                continue;
            };
            signed.known = signed.known.with(extension);
            if let Some(output) = signed.outputs.get_mut(extension.index()) {
                *output = Some(value);
            }
        }
        Some(signed)
    }

    /// Returns the output of an extension, converted by `shape`, which returns `None` for a wrong type.
    pub(super) fn shaped<T>(&self, extension: Extension, shape: impl Fn(Value<'a>) -> Option<T>) -> Shaped<T> {
        let output = self.outputs.get(extension.index()).copied().flatten();
        output.map(|value| shape(value).ok_or(OutputRefusal::Malformed(extension))).transpose()
    }

    /// Returns the output under an extension identifier. Walks the map.
    #[must_use]
    pub fn get(&self, identifier: &str) -> Option<Value<'a>> {
        self.map.get(identifier)
    }

    /// Returns identifiers and outputs, in canonical order.
    pub fn iter(&self) -> impl Iterator<Item = (&'a str, Value<'a>)> + use<'a> {
        self.map.iter().filter_map(|(key, value)| Some((key.text()?, value)))
    }

    /// Returns the identifiers that are known, and the number of others.
    #[must_use]
    pub const fn identifiers(&self) -> (ExtensionSet, u32) {
        (self.known, self.unknown)
    }

    /// Returns whether there is an output that would be a secret of the client. No correct authenticator makes one: §10.1.4
    /// defines no authenticator output with the identifier `prf`, and CTAP §12.3 sends the key of a large blob outside of
    /// authenticator data.
    #[must_use]
    pub const fn has_secrets(&self) -> bool {
        self.known.contains(Extension::Prf) || self.known.contains(Extension::LargeBlobKey)
    }
}

pub(super) const fn boolean(value: Value<'_>) -> Option<bool> {
    if let Value::Bool(value) = value { Some(value) } else { None }
}

pub(super) fn unsigned(value: Value<'_>) -> Option<u64> {
    value.integer().and_then(|number| u64::try_from(number).ok())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::extensions::{CredentialProtection, HmacSecret, SignedOutputs, UserVerificationMethod};

    /// A map with one output.
    fn signed(identifier: &str, output: &[u8]) -> Vec<u8> {
        let mut bytes = vec![0xa1];
        bytes.push(0x60 | u8::try_from(identifier.len()).unwrap());
        bytes.extend_from_slice(identifier.as_bytes());
        bytes.extend_from_slice(output);
        bytes
    }

    fn map(bytes: &[u8]) -> SignedMap<'_> {
        SignedMap::of(Value::read(bytes).unwrap().map().unwrap()).unwrap()
    }

    fn of<T>(identifier: &str, output: &[u8], read: impl Fn(&SignedMap<'_>) -> Shaped<T>) -> Shaped<T> {
        read(&map(&signed(identifier, output)))
    }

    #[test]
    fn secrets_are_told_from_other_outputs() {
        for (identifier, secret) in
            [("prf", true), ("largeBlobKey", true), ("hmac-secret", false), ("credBlob", false), ("x", false)]
        {
            let bytes = signed(identifier, &[0xf5]);
            assert_eq!(map(&bytes).has_secrets(), secret, "{identifier}");
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
            assert_eq!(protection(other), Err(OutputRefusal::Malformed(Extension::CredProtect)), "{other:?}");
        }
        assert_eq!(of("credBlob", &[0xf5], |map| map.cred_blob_stored()), Ok(Some(true)));
        assert!(of("credBlob", &[1], |map| map.cred_blob_stored()).is_err());
        let blob = signed("credBlob", &[0x41, 7]);
        assert_eq!(map(&blob).cred_blob(), Ok(Some(&[7][..])));
        let not_a_blob = signed("credBlob", &[0xf5]);
        assert!(map(&not_a_blob).cred_blob().is_err());
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
            let malformed = Err(OutputRefusal::Malformed(Extension::HmacSecretMc));
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
            assert_eq!(uvm(bad), Err(OutputRefusal::Malformed(Extension::Uvm)), "{bad:?}");
        }
    }

    #[test]
    fn a_blob_is_not_printed() {
        let bytes = signed("credBlob", &[0x43, 1, 2, 3]);
        let outputs = SignedOutputs::of(Some(&map(&bytes)));
        assert_eq!(outputs.cred_blob.as_deref(), Some(&[1, 2, 3][..]));
        assert!(format!("{outputs:?}").contains("cred_blob_len: Some(3)"));
        assert!(!format!("{outputs:?}").contains("[1, 2, 3]"));
    }
}
