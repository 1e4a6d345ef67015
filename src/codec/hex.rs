//! Hexadecimal digits, two for each byte.

/// Encodes `bytes` with digits in lower case.
pub(crate) fn encode(bytes: &[u8]) -> String {
    let digits = bytes.iter().flat_map(|byte| [byte >> 4, byte & 0xf]);
    digits.filter_map(|digit| char::from_digit(digit.into(), 16)).collect()
}

/// Decodes digits of either case. Returns `None` for any other text.
pub(crate) fn decode(digits: &str) -> Option<Vec<u8>> {
    let digit = |byte: u8| char::from(byte).to_digit(16).and_then(|digit| u8::try_from(digit).ok());
    let (pairs, rest) = digits.as_bytes().as_chunks::<2>();
    rest.is_empty().then(|| pairs.iter().map(|&[high, low]| Some(digit(high)? << 4 | digit(low)?)).collect())?
}

/// Decodes exactly `N` bytes.
pub(crate) fn decode_array<const N: usize>(digits: &str) -> Option<[u8; N]> {
    decode(digits)?.try_into().ok()
}

/// Decodes exactly `N` bytes of digits in lower case.
pub(crate) fn decode_lower<const N: usize>(digits: &str) -> Option<[u8; N]> {
    decode_array(digits).filter(|_| !digits.bytes().any(|digit| digit.is_ascii_uppercase()))
}

/// Serde for a SHA-256 that is written as digits in lower case.
#[cfg(feature = "assurance")]
pub(crate) mod sha256 {
    use serde::{Deserialize as _, Deserializer, Serializer, de::Error as _};

    pub(crate) fn serialize<S: Serializer>(digest: &[u8; 32], to: S) -> Result<S::Ok, S::Error> {
        to.serialize_str(&super::encode(digest))
    }

    pub(crate) fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<[u8; 32], D::Error> {
        let text = String::deserialize(from)?;
        super::decode_lower(&text).ok_or_else(|| D::Error::custom("expected a SHA-256 in lower-case hexadecimal"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_what_it_wrote_and_nothing_else() {
        let all: Vec<u8> = (0..=255).collect();
        assert_eq!(decode(&encode(&all)), Some(all));
        assert_eq!(encode(&[0x0a, 0xf0]), "0af0");
        assert_eq!(decode_array("0AF0"), Some([0x0a, 0xf0]));
        for bad in ["0", "0af", "+af0", "0g", " 0", "é"] {
            assert_eq!(decode(bad), None, "{bad}");
        }
        assert_eq!(decode_array::<1>("0af0"), None);
        let digest = "af".repeat(32);
        assert_eq!(decode_lower(&digest), Some([0xaf; 32]));
        for bad in [&digest[1..], &digest.to_uppercase(), &format!("{digest}00"), &digest.replace('a', "g"), ""] {
            assert_eq!(decode_lower::<32>(bad), None, "{bad}");
        }
        assert_eq!((decode_lower("0af0"), decode_lower::<2>("0aF0")), (Some([0x0a, 0xf0]), None));
    }
}
