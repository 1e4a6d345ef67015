//! Authenticator data (§6.1) and attested credential data (§6.5.1).
//!
//! The bytes describe their own length. AT is set if and only if there is attested credential data, ED if and only if there
//! is an extension map; trailing bytes are refused. Reading copies no bytes.
//!
//! | bytes | content |
//! |---|---|
//! | 32 | rpIdHash |
//! | 1 | flags |
//! | 4 | signCount, big-endian |
//! | 16, 2, n, key | if AT is set: AAGUID, length of the credential id, the id, a COSE_Key |
//! | rest | if ED is set: a CBOR map of extension outputs |

use super::Aaguid;
use crate::codec::base64url::Bytes;
use crate::codec::before;
use crate::codec::cbor::{self, Map, Value};
use crate::extensions::SignedMap;
use crate::macros::getters;
use core::fmt;

/// The flags octet of authenticator data.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(transparent)]
pub struct Flags(u8);

impl Flags {
    const fn bit(self, bit: u8) -> bool {
        self.0 & 1 << bit != 0
    }

    /// Returns the octet. Bits 1 and 5 are reserved for future use and are not checked.
    #[must_use]
    pub const fn bits(self) -> u8 {
        self.0
    }

    /// Returns UP: whether a test of user presence succeeded.
    #[must_use]
    pub const fn user_present(self) -> bool {
        self.bit(0)
    }

    /// Returns UV: whether the user was verified.
    #[must_use]
    pub const fn user_verified(self) -> bool {
        self.bit(2)
    }

    /// Returns BE: whether the credential may be backed up. It never changes (§6.1.3).
    #[must_use]
    pub const fn backup_eligible(self) -> bool {
        self.bit(3)
    }

    /// Returns BS: whether the credential is backed up now.
    #[must_use]
    pub const fn backup_state(self) -> bool {
        self.bit(4)
    }

    /// Returns AT: whether there is attested credential data.
    #[must_use]
    pub const fn attested_credential_data(self) -> bool {
        self.bit(6)
    }

    /// Returns ED: whether there are extension outputs.
    #[must_use]
    pub const fn extension_data(self) -> bool {
        self.bit(7)
    }
}

/// Attested credential data (§6.5.1), which only a registration has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct AttestedCredentialData<'a> {
    aaguid: Aaguid,
    credential_id: &'a [u8],
    credential_public_key: &'a [u8],
    /// The COSE_Key as a map.
    parameters: Map<'a>,
}

impl<'a> AttestedCredentialData<'a> {
    /// Splits bytes that begin with attested credential data into the AAGUID, the credential id, and the rest: the public
    /// key, and in authenticator data the extension outputs.
    ///
    /// # Errors
    /// [`Error::Truncated`], [`Error::EmptyCredentialId`].
    pub(crate) fn split(bytes: &'a [u8]) -> Result<(Aaguid, &'a [u8], &'a [u8]), Error> {
        let (aaguid, rest) = bytes.split_first_chunk::<16>().ok_or(Error::Truncated)?;
        let (len, rest) = rest.split_first_chunk::<2>().ok_or(Error::Truncated)?;
        let len = usize::from(u16::from_be_bytes(*len));
        let (credential_id, rest) = rest.split_at_checked(len).ok_or(Error::Truncated)?;
        if credential_id.is_empty() {
            Err(Error::EmptyCredentialId)
        } else {
            Ok((Aaguid::from_bytes(*aaguid), credential_id, rest))
        }
    }

    getters! {
        /// Returns the AAGUID. Rely on it only if the attestation is trusted.
        pub const fn aaguid(&self) -> Aaguid = self.aaguid;
        /// Returns the credential id, of 1 to 65535 bytes. §7.1 step 25 limits it to 1023.
        pub const fn credential_id(&self) -> &'a [u8] = self.credential_id;
        /// Returns the encoded COSE_Key, a canonical CBOR map.
        pub const fn credential_public_key(&self) -> &'a [u8] = self.credential_public_key;
    }

    /// Returns the parameters of the COSE_Key.
    pub(crate) const fn parameters(&self) -> Map<'a> {
        self.parameters
    }
}

/// Why bytes are not authenticator data.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// Fewer bytes than the flags announce.
    #[error("the authenticator data ends inside a field")]
    Truncated,
    /// The credential id is empty.
    #[error("the credential id is empty")]
    EmptyCredentialId,
    /// The credential public key is not canonical CBOR.
    #[error("credential public key: {0}")]
    PublicKey(cbor::Error),
    /// The credential public key is not a map.
    #[error("the credential public key is not a map")]
    PublicKeyNotAMap,
    /// The extension outputs are not canonical CBOR.
    #[error("extension outputs: {0}")]
    Extensions(cbor::Error),
    /// The extension outputs are not a map with text keys.
    #[error("the extension outputs are not a map with text keys")]
    ExtensionsNotAMap,
    /// Bytes that no flag announces.
    #[error("bytes follow the authenticator data")]
    TrailingBytes,
    /// AT clear in a registration (§7.1).
    #[error("the registration has no attested credential data")]
    NoAttestedCredentialData,
    /// AT set in an assertion, where it must not be (§6.1).
    #[error("the assertion has attested credential data")]
    AttestedCredentialData,
}

/// Authenticator data (§6.1).
#[derive(Clone, PartialEq, Eq)]
pub struct AuthenticatorData<'a> {
    bytes: &'a [u8],
    rp_id_hash: &'a [u8; 32],
    flags: Flags,
    sign_count: u32,
    attested_credential_data: Option<AttestedCredentialData<'a>>,
    /// On the heap, because it is large and most ceremonies have none.
    extensions: Option<Box<SignedMap<'a>>>,
}

impl<'a> AuthenticatorData<'a> {
    /// Reads authenticator data. Refuses trailing bytes.
    ///
    /// # Errors
    /// [`Error`], except [`Error::NoAttestedCredentialData`] and [`Error::AttestedCredentialData`], which the ceremonies
    /// return.
    pub fn read(bytes: &'a [u8]) -> Result<Self, Error> {
        let (rp_id_hash, rest) = bytes.split_first_chunk::<32>().ok_or(Error::Truncated)?;
        let (&flags, rest) = rest.split_first().ok_or(Error::Truncated)?;
        let (sign_count, rest) = rest.split_first_chunk::<4>().ok_or(Error::Truncated)?;
        let flags = Flags(flags);
        let (attested_credential_data, rest) = if flags.attested_credential_data() {
            let (attested, rest) = attested_credential_data(rest)?;
            (Some(attested), rest)
        } else {
            (None, rest)
        };
        let (extensions, rest) = if flags.extension_data() {
            let (extensions, rest) = extensions(rest)?;
            (Some(Box::new(extensions)), rest)
        } else {
            (None, rest)
        };
        if !rest.is_empty() {
            return Err(Error::TrailingBytes);
        }
        let sign_count = u32::from_be_bytes(*sign_count);
        Ok(Self { bytes, rp_id_hash, flags, sign_count, attested_credential_data, extensions })
    }

    /// Returns the bytes as received, which the authenticator signed.
    #[must_use]
    pub const fn bytes(&self) -> &'a [u8] {
        self.bytes
    }

    /// Returns authenticatorData ‖ SHA-256(clientDataJSON), the message of nearly every signature in the standard.
    pub(crate) fn followed_by(&self, client_data_hash: &[u8; 32]) -> Bytes {
        let mut message = Bytes::from_slice(self.bytes);
        message.extend_from_slice(client_data_hash);
        message
    }

    getters! {
        /// Returns the SHA-256 of the RP ID, or of the AppID if the client used the extension `appid`.
        pub const fn rp_id_hash(&self) -> &'a [u8; 32] = self.rp_id_hash;
        /// Returns the flags.
        pub const fn flags(&self) -> Flags = self.flags;
        /// Returns the signature counter. 0 if the authenticator has none.
        pub const fn sign_count(&self) -> u32 = self.sign_count;
        /// Returns the attested credential data, which only a registration has.
        pub const fn attested_credential_data(&self) -> Option<&AttestedCredentialData<'a>> =
            self.attested_credential_data.as_ref();
        /// Returns the signed extension outputs, if any.
        pub fn extensions(&self) -> Option<&SignedMap<'a>> = self.extensions.as_deref();
    }
}

/// Prints the length instead of the bytes, because the bytes contain the outputs that [`SignedMap`] does not print.
impl fmt::Debug for AuthenticatorData<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("AuthenticatorData")
            .field("len", &self.bytes.len())
            .field("rp_id_hash", &self.rp_id_hash)
            .field("flags", &self.flags)
            .field("sign_count", &self.sign_count)
            .field("attested_credential_data", &self.attested_credential_data)
            .field("extensions", &self.extensions)
            .finish()
    }
}

fn attested_credential_data(bytes: &[u8]) -> Result<(AttestedCredentialData<'_>, &[u8]), Error> {
    let (aaguid, credential_id, key) = AttestedCredentialData::split(bytes)?;
    let (value, rest) = Value::read_first(key).map_err(Error::PublicKey)?;
    let parameters = value.map().ok_or(Error::PublicKeyNotAMap)?;
    let credential_public_key = before(key, rest);
    Ok((AttestedCredentialData { aaguid, credential_id, credential_public_key, parameters }, rest))
}

fn extensions(bytes: &[u8]) -> Result<(SignedMap<'_>, &[u8]), Error> {
    if bytes.is_empty() {
        return Err(Error::Truncated);
    }
    let (value, rest) = Value::read_first(bytes).map_err(Error::Extensions)?;
    let map = value.map().ok_or(Error::ExtensionsNotAMap)?;
    Ok((SignedMap::of(map).ok_or(Error::ExtensionsNotAMap)?, rest))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn data(flags: u8, rest: &[u8]) -> Vec<u8> {
        [&[7; 32][..], &[flags], &[0, 0, 1, 2], rest].concat()
    }

    fn attested(id: &[u8], key: &[u8]) -> Vec<u8> {
        [&[9; 16][..], &u16::try_from(id.len()).unwrap().to_be_bytes(), id, key].concat()
    }

    #[test]
    fn reads_every_field() {
        let bytes = data(0xdd, &[attested(b"id", &[0xa1, 1, 2]), vec![0xa1, 0x61, b'x', 0xf5]].concat());
        let read = AuthenticatorData::read(&bytes).unwrap();
        assert_eq!((read.bytes(), read.rp_id_hash(), read.sign_count()), (&bytes[..], &[7; 32], 258));
        let flags = read.flags();
        assert_eq!(flags.bits(), 0xdd);
        assert!(flags.user_present() && flags.user_verified() && flags.backup_eligible() && flags.backup_state());
        let credential = read.attested_credential_data().unwrap();
        assert_eq!(credential.aaguid().to_string(), "09090909-0909-0909-0909-090909090909");
        assert_eq!(credential.credential_id(), b"id");
        assert_eq!(credential.credential_public_key(), &[0xa1, 1, 2]);
        let extensions = read.extensions().unwrap();
        assert_eq!(extensions.get("x"), Some(Value::Bool(true)));
        assert_eq!(extensions.iter().collect::<Vec<_>>(), [("x", Value::Bool(true))]);
    }

    #[test]
    fn each_flag_has_its_own_bit() {
        let one = |bit: u8| Flags(1 << bit);
        let seen = |f: Flags| {
            [f.user_present(), f.user_verified(), f.backup_eligible(), f.backup_state()]
                .into_iter()
                .chain([f.attested_credential_data(), f.extension_data()])
                .collect::<Vec<_>>()
        };
        for (i, bit) in [0, 2, 3, 4, 6, 7].into_iter().enumerate() {
            let expected: Vec<_> = (0..6).map(|j| i == j).collect();
            assert_eq!(seen(one(bit)), expected, "bit {bit}");
        }
        assert_eq!(seen(Flags(0b10_0010)), [false; 6], "reserved bits mean nothing");
    }

    #[test]
    fn refuses_bytes_that_do_not_match_the_flags() {
        let key = [0xa1, 1, 2];
        let id = attested(b"id", &key);
        for (bytes, error, why) in [
            (vec![], Error::Truncated, "nothing"),
            (vec![0; 36], Error::Truncated, "36 bytes"),
            (data(0x01, &[0]), Error::TrailingBytes, "one byte too many"),
            (data(0x01, &[0xa0]), Error::TrailingBytes, "an extension map without ED"),
            (data(0x01, &id), Error::TrailingBytes, "attested credential data without AT"),
            (data(0x81, &[]), Error::Truncated, "ED without a map"),
            (data(0x81, &[0xa0, 0]), Error::TrailingBytes, "a byte after the map"),
            (data(0x81, &[0x80]), Error::ExtensionsNotAMap, "an array"),
            (data(0x81, &[0xf6]), Error::ExtensionsNotAMap, "null"),
            (data(0x81, &[0xa1, 1, 2]), Error::ExtensionsNotAMap, "an integer identifier"),
            (data(0x81, &[0xa1, 0x61]), Error::Extensions(cbor::Error::Truncated), "half a map"),
            (data(0x41, &[]), Error::Truncated, "AT without data"),
            (data(0x41, &id[..15]), Error::Truncated, "half an AAGUID"),
            (data(0x41, &id[..17]), Error::Truncated, "half a length"),
            (data(0x41, &id[..19]), Error::Truncated, "half an id"),
            (data(0x41, &attested(b"", &key)), Error::EmptyCredentialId, "no id"),
            (data(0x41, &id[..20]), Error::PublicKey(cbor::Error::Truncated), "no key"),
            (data(0x41, &id[..22]), Error::PublicKey(cbor::Error::Truncated), "half a key"),
            (data(0x41, &attested(b"id", &[4; 65])), Error::PublicKeyNotAMap, "a raw point"),
            (data(0x41, &[id.clone(), vec![0]].concat()), Error::TrailingBytes, "a byte after the key"),
        ] {
            assert_eq!(AuthenticatorData::read(&bytes), Err(error), "{why}");
        }
    }
}
