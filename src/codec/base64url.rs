//! Base64url encoding (§3): RFC 4648 §5 without padding, line breaks, white space or any other character.
//!
//! Strict: one byte string has one spelling, so trailing bits must be zero (RFC 4648 §3.5).

use super::Few;
use base64::Engine as _;

/// The SIMD engines, chosen once by CPU detection. They accept the same texts as the scalar engines.
#[cfg(any(target_arch = "x86_64", target_arch = "aarch64"))]
mod engines {
    use base64::engine::Simd;
    use base64::engine::general_purpose::{NO_PAD, PAD};
    use std::sync::LazyLock;

    pub(super) static URL_SAFE_NO_PAD: LazyLock<Simd> = LazyLock::new(|| Simd::url_safe(NO_PAD));
    pub(super) static STANDARD: LazyLock<Simd> = LazyLock::new(|| Simd::standard(PAD));
}
#[cfg(not(any(target_arch = "x86_64", target_arch = "aarch64")))]
use base64::engine::general_purpose as engines;
use engines::{STANDARD, URL_SAFE_NO_PAD};

/// Bytes with inline storage for up to 512.
pub(crate) type Bytes = Few<u8, 512>;
/// Bytes with inline storage for up to 64: clients make credential ids and user handles of 16 to 64 bytes.
pub(crate) type ShortBytes = Few<u8, 64>;

/// The text is not base64url without padding.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not base64url without padding")]
pub(crate) struct NotBase64Url;

/// Decodes `text`.
///
/// # Errors
/// [`NotBase64Url`] if it is not the one encoding of a byte string.
pub(crate) fn decode(text: &str) -> Result<Vec<u8>, NotBase64Url> {
    decode_bytes(text.as_bytes())
}

/// Decodes a text that was not checked to be UTF-8.
///
/// # Errors
/// [`NotBase64Url`] if it is not the one encoding of a byte string.
pub(crate) fn decode_bytes(text: &[u8]) -> Result<Vec<u8>, NotBase64Url> {
    let mut bytes = Vec::with_capacity(base64::decoded_len_estimate(text.len()));
    URL_SAFE_NO_PAD.decode_vec(text, &mut bytes).map_err(|_| NotBase64Url)?;
    Ok(bytes)
}

/// Returns the number of bytes that this many characters encode: four characters encode three bytes.
pub(crate) const fn decoded_len(characters: usize) -> usize {
    characters.saturating_sub(characters.div_ceil(4))
}

/// Encodes `bytes`.
pub(crate) fn encode(bytes: &[u8]) -> String {
    URL_SAFE_NO_PAD.encode(bytes)
}

/// Returns whether `text` is the encoding of `bytes`. Encodes `bytes` and compares, so that received text need not be decoded.
pub(crate) fn is_encoding_of(text: &str, bytes: &[u8]) -> bool {
    let mut buffer = [0; 86]; // room for a challenge of 64 bytes, so that no allocation is needed
    match base64::engine::general_purpose::URL_SAFE_NO_PAD.encode_slice(bytes, &mut buffer) {
        Ok(written) => buffer.get(..written) == Some(text.as_bytes()),
        Err(_) => encode(bytes) == text,
    }
}

/// Decodes standard base64 (RFC 4648 §4) with padding, as in PEM and in `x5c` of a JSON Web Signature (RFC 7515 §4.1.6).
///
/// # Errors
/// [`NotBase64Url`].
pub(crate) fn decode_standard(text: impl AsRef<[u8]>) -> Result<Vec<u8>, NotBase64Url> {
    STANDARD.decode(text).map_err(|_| NotBase64Url)
}

/// Encodes in standard base64 with padding, as in the nonce of SafetyNet (§8.5).
pub(crate) fn encode_standard(bytes: &[u8]) -> String {
    STANDARD.encode(bytes)
}

/// Serde for bytes that are written as base64url text.
pub(crate) mod text {
    use serde::{Deserialize as _, Deserializer, Serializer, de::Error as _};

    pub(crate) fn serialize<S: Serializer>(bytes: &[u8], to: S) -> Result<S::Ok, S::Error> {
        to.serialize_str(&super::encode(bytes))
    }

    pub(crate) fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<Vec<u8>, D::Error> {
        let text = String::deserialize(from)?;
        super::decode(&text).map_err(D::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn decodes_and_encodes() {
        for (text, bytes) in [("", &b""[..]), ("AA", &[0]), ("__79", &[255, 254, 253]), ("Zm9v", b"foo")] {
            assert_eq!(decode(text).as_deref(), Ok(bytes));
            assert_eq!(decoded_len(text.len()), bytes.len());
            assert_eq!(encode(bytes), text);
            assert!(is_encoding_of(text, bytes));
        }
    }

    #[test]
    fn refuses_everything_but_the_one_encoding() {
        for (text, why) in [
            ("AA==", "padding"),
            ("AB", "trailing bits"),
            ("A", "impossible length"),
            ("AAAAA", "impossible length after a full group"),
            ("//79", "standard alphabet"),
            ("++79", "standard alphabet"),
            ("Zm9v\n", "line break"),
            (" Zm9v", "white space"),
            ("Zm 9v", "inner white space"),
            ("Zm9é", "not ASCII"),
        ] {
            assert_eq!(decode(text), Err(NotBase64Url), "{why}");
            assert!(!is_encoding_of(text, b"foo"), "{why}");
        }
    }

    /// Compares the SIMD engine with the scalar engine for every character at every position of a long text.
    #[test]
    fn the_simd_engine_agrees_with_the_scalar_engine() {
        let scalar = base64::engine::general_purpose::URL_SAFE_NO_PAD;
        let bytes: Vec<u8> = (0..=255).cycle().step_by(7).take(150).collect();
        for len in 60..=bytes.len() {
            let text = encode(&bytes[..len]);
            assert_eq!(text, scalar.encode(&bytes[..len]));
            assert_eq!(decode(&text).as_deref(), Ok(&bytes[..len]));
        }
        let text = encode(&bytes);
        for at in 0..text.len() {
            for c in 0..=255_u8 {
                let mut other = text.clone().into_bytes();
                other[at] = c;
                let expected = scalar.decode(&other).ok();
                assert_eq!(URL_SAFE_NO_PAD.decode(&other).ok(), expected, "{c:02x} at {at}");
                let is_base64url = c.is_ascii_alphanumeric() || matches!(c, b'-' | b'_');
                assert!(expected.is_some() == is_base64url || at == text.len() - 1, "{c:02x} at {at}");
            }
        }
    }

    #[test]
    fn compares_texts_longer_than_the_buffer() {
        let long = vec![7; 4096];
        assert!(is_encoding_of(&encode(&long), &long));
        assert!(!is_encoding_of(&encode(&long[1..]), &long));
    }
}
