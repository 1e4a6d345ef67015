//! AAGUID (§6.5.1): the model that an authenticator claims to be.

use crate::invalid::InvalidValue;
use crate::macros::serde_by_text;
use core::fmt;

/// An AAGUID: the model of an authenticator, as the authenticator claims. Rely on it only if the attestation is trusted.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Aaguid([u8; 16]);

impl Aaguid {
    /// The AAGUID of an authenticator that has none, or does not disclose it.
    pub const ZERO: Self = Self([0; 16]);

    /// Makes an AAGUID from its 16 bytes.
    #[must_use]
    pub const fn from_bytes(bytes: [u8; 16]) -> Self {
        Self(bytes)
    }

    /// Returns the 16 bytes.
    #[must_use]
    pub const fn as_bytes(&self) -> &[u8; 16] {
        &self.0
    }
}

impl fmt::Display for Aaguid {
    /// Writes it as FIDO metadata does: `01020304-0506-0708-0102-030405060708`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (i, byte) in self.0.iter().enumerate() {
            if matches!(i, 4 | 6 | 8 | 10) {
                f.write_str("-")?;
            }
            write!(f, "{byte:02x}")?;
        }
        Ok(())
    }
}

impl fmt::Debug for Aaguid {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl core::str::FromStr for Aaguid {
    type Err = InvalidValue;

    fn from_str(text: &str) -> Result<Self, InvalidValue> {
        let mut number = 0_u128;
        for (place, character) in text.chars().enumerate() {
            match (place, character) {
                (8 | 13 | 18 | 23, '-') => {}
                (8 | 13 | 18 | 23, _) => return Err(InvalidValue::Aaguid),
                _ => number = number << 4 | u128::from(character.to_digit(16).ok_or(InvalidValue::Aaguid)?),
            }
        }
        if text.len() == 36 { Ok(Self(number.to_be_bytes())) } else { Err(InvalidValue::Aaguid) }
    }
}

serde_by_text!(Aaguid);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn aaguids_have_one_text() {
        let text = "00112233-4455-6677-8899-aabbccddeeff";
        let aaguid: Aaguid = text.parse().unwrap();
        assert_eq!(aaguid.to_string(), text);
        let json = serde_json::to_string(&aaguid).unwrap();
        assert_eq!(json, format!("{text:?}"));
        assert_eq!(serde_json::from_str::<Aaguid>(&json).unwrap(), aaguid);
        assert!(serde_json::from_str::<Aaguid>(&json.replace('-', "")).is_err());
        for bad in [
            "",
            "00112233445566778899aabbccddeeff",
            "00112233-4455-6677-8899-aabbccddeefg",
            "00112233-4455-6677-8899-aabbccddeef",
            "00112233-4455-6677-8899-aabbccddeeff0",
            "00112233-4455-6677-8899-aabbccddeeff-",
            "00112233-4455-6677-88990aabbccddeeff",
            "0011-223344556677-8899-aabb-ccddeeff",
            "+0112233-4455-6677-8899-aabbccddeeff",
            "é112233-4455-6677-8899-aabbccddeeff",
        ] {
            assert_eq!(bad.parse::<Aaguid>(), Err(InvalidValue::Aaguid), "{bad}");
        }
    }
}
