//! Base64url encoding (§3): RFC 4648 §5 without padding, line breaks, white space or any other character.
//!
//! Strict: one byte string has one spelling, so trailing bits must be zero (RFC 4648 §3.5).

use super::Few;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use core::ops::{Deref, Range};

/// What the processor has for it, asked once. Both engines read the same texts, and refuse the same.
#[cfg(any(target_arch = "x86_64", target_arch = "aarch64"))]
static URL_SAFE_NO_PAD: std::sync::LazyLock<base64::engine::Simd> =
    std::sync::LazyLock::new(|| base64::engine::Simd::url_safe(base64::engine::general_purpose::NO_PAD));
#[cfg(not(any(target_arch = "x86_64", target_arch = "aarch64")))]
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

/// Bytes of no fixed number that stay on the stack as a rule.
pub(crate) type Bytes = Few<u8, 512>;
/// Bytes of an id or a user handle, which clients make of 16 to 64, or of a configured name.
#[derive(PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct ShortBytes(Few<u8, 64>);

impl ShortBytes {
    pub(crate) fn from_slice(bytes: &[u8]) -> Self {
        Self(Few::from_slice(bytes))
    }
}

impl Clone for ShortBytes {
    /// All at once: a list's own clone goes one by one.
    fn clone(&self) -> Self {
        Self::from_slice(self)
    }
}

impl Deref for ShortBytes {
    type Target = [u8];

    fn deref(&self) -> &[u8] {
        &self.0
    }
}

/// The text is not the base64url encoding of any byte string.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not base64url without padding")]
pub(crate) struct NotBase64Url;

/// Decodes a whole text.
pub(crate) fn decode(text: &str) -> Result<Bytes, NotBase64Url> {
    let mut bytes = Bytes::from_elem(0, base64::decoded_len_estimate(text.len()));
    let written = URL_SAFE_NO_PAD.decode_slice(text, &mut bytes).map_err(|_| NotBase64Url)?;
    bytes.truncate(written);
    Ok(bytes)
}

/// The bytes that so many characters stand for: three for four.
const fn decoded_len(characters: usize) -> usize {
    characters.saturating_sub(characters.div_ceil(4))
}

/// What an assertion carries has room on the stack, up to an RSA signature of 4096 bits; for more there is one allocation.
const ROOM: usize = 1024;

/// Texts decoded one after the other into one buffer.
pub(crate) struct Decoded {
    buffer: Few<u8, ROOM>,
    used: usize,
    /// How many bytes there can be at most, as far as that is known: what is allocated, if anything is.
    most: usize,
}

/// Only how many bytes there are: signed secrets may be among them.
impl core::fmt::Debug for Decoded {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        write!(f, "Decoded({} bytes)", self.used)
    }
}

impl Clone for Decoded {
    /// All at once, as [`ShortBytes`] do.
    fn clone(&self) -> Self {
        Self { buffer: Few::from_slice(&self.buffer), ..*self }
    }
}

impl Default for Decoded {
    fn default() -> Self {
        Self { buffer: Few::from_buf([0; ROOM]), used: 0, most: 0 }
    }
}

impl Decoded {
    /// For texts of at most so many characters together.
    pub(crate) fn of_at_most(characters: usize) -> Self {
        Self { most: decoded_len(characters), ..Self::default() }
    }

    /// Decodes a whole text; answers where its bytes are.
    pub(crate) fn push(&mut self, text: &[u8]) -> Result<Range<usize>, NotBase64Url> {
        let start = self.used;
        let end = start.saturating_add(decoded_len(text.len()));
        if end > self.buffer.len() {
            let len = end.max(self.most);
            let mut longer = Vec::with_capacity(len);
            longer.extend_from_slice(&self.buffer);
            longer.resize(len, 0);
            self.buffer = Few::from_vec(longer);
        }
        let room = self.buffer.get_mut(start..end).unwrap_or_default();
        let written = URL_SAFE_NO_PAD.decode_slice(text, room).map_err(|_| NotBase64Url)?;
        self.used = start.saturating_add(written);
        Ok(start..self.used)
    }

    /// The bytes at `place`.
    pub(crate) fn get(&self, place: &Range<usize>) -> &[u8] {
        self.buffer.get(place.clone()).unwrap_or_default()
    }
}

/// Encodes a whole byte string.
pub(crate) fn encode(bytes: &[u8]) -> String {
    URL_SAFE_NO_PAD.encode(bytes)
}

/// Whether `text` is *the* encoding of `bytes`, compared as a string: nothing that was received is decoded.
pub(crate) fn is_encoding_of(text: &str, bytes: &[u8]) -> bool {
    let mut buffer = [0; 86]; // a challenge of 64 bytes, too few for vectors
    match base64::engine::general_purpose::URL_SAFE_NO_PAD.encode_slice(bytes, &mut buffer) {
        Ok(written) => buffer.get(..written) == Some(text.as_bytes()),
        Err(_) => encode(bytes) == text,
    }
}

/// Decodes standard Base64 (RFC 4648 §4) with its padding: what PEM is made of, and `x5c` in
/// a JSON Web Signature (RFC 7515 §4.1.6).
pub(crate) fn decode_standard(text: &str) -> Result<Vec<u8>, NotBase64Url> {
    STANDARD.decode(text).map_err(|_| NotBase64Url)
}

/// Encodes in standard Base64: what SafetyNet has as its nonce (§8.5).
pub(crate) fn encode_standard(bytes: &[u8]) -> String {
    STANDARD.encode(bytes)
}

/// Serde for byte fields that are base64url text in JSON.
pub(crate) mod text {
    use serde::{Deserialize as _, Deserializer, Serializer, de::Error as _};

    pub(crate) fn serialize<S: Serializer>(bytes: &[u8], to: S) -> Result<S::Ok, S::Error> {
        to.serialize_str(&super::encode(bytes))
    }

    pub(crate) fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<Vec<u8>, D::Error> {
        let text = String::deserialize(from)?;
        super::decode(&text).map(|bytes| bytes.into_vec()).map_err(D::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_byte_string_has_one_spelling() {
        for (text, bytes) in [("", &b""[..]), ("AA", &[0]), ("__79", &[255, 254, 253]), ("Zm9v", b"foo")] {
            assert_eq!(decode(text).as_deref(), Ok(bytes));
            assert_eq!(Decoded::default().push(text.as_bytes()), Ok(0..bytes.len()));
            assert_eq!(encode(bytes), text);
            assert!(is_encoding_of(text, bytes));
        }
    }

    #[test]
    fn refuses_every_other_spelling() {
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
            assert_eq!(Decoded::default().push(text.as_bytes()), Err(NotBase64Url), "{why}");
            assert!(!is_encoding_of(text, b"foo"), "{why}");
        }
    }

    /// Long texts are decoded many characters at a time: whatever stands where, as one at a time says.
    #[test]
    fn long_texts_are_as_strict_as_short_ones() {
        let one_at_a_time = base64::engine::general_purpose::URL_SAFE_NO_PAD;
        let bytes: Vec<u8> = (0..=255).cycle().step_by(7).take(150).collect();
        for len in 60..=bytes.len() {
            let text = encode(&bytes[..len]);
            assert_eq!(text, one_at_a_time.encode(&bytes[..len]));
            assert_eq!(decode(&text).as_deref(), Ok(&bytes[..len]));
        }
        let text = encode(&bytes);
        for at in 0..text.len() {
            for c in 0..=255_u8 {
                let mut other = text.clone().into_bytes();
                other[at] = c;
                let alike = one_at_a_time.decode(&other).ok();
                let mut decoded = Decoded::default();
                let found = decoded.push(&other).ok().map(|place| decoded.get(&place).to_vec());
                assert_eq!(found, alike, "{c:02x} at {at}");
                let is_base64url = c.is_ascii_alphanumeric() || matches!(c, b'-' | b'_');
                assert!(alike.is_some() == is_base64url || at == text.len() - 1, "{c:02x} at {at}");
            }
        }
    }

    #[test]
    fn texts_lie_one_after_the_other() {
        let mut decoded = Decoded::default();
        let long = encode(&[7; 3000]);
        let places = ["Zm9v", "", "__79", &long].map(|text| decoded.push(text.as_bytes()).unwrap());
        let bytes = places.each_ref().map(|place| decoded.get(place));
        assert_eq!(bytes, [&b"foo"[..], b"", &[255, 254, 253], &[7; 3000]]);
        assert_eq!(places.each_ref().map(|place| decoded.clone().get(place).to_vec()), bytes);
    }

    #[test]
    fn compares_strings_longer_than_its_buffer() {
        let long = vec![7; 4096];
        assert!(is_encoding_of(&encode(&long), &long));
        assert!(!is_encoding_of(&encode(&long[1..]), &long));
    }
}
