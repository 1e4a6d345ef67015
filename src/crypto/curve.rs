//! The curves of ECDSA, and the encoding of their points.

/// An elliptic curve of ECDSA.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Curve {
    /// NIST P-256.
    P256,
    /// NIST P-384.
    P384,
    /// NIST P-521.
    P521,
    /// secp256k1.
    Secp256k1,
}

impl Curve {
    /// Returns the length of one coordinate, in bytes.
    #[must_use]
    pub const fn coordinate_len(self) -> usize {
        match self {
            Self::P256 | Self::Secp256k1 => 32,
            Self::P384 => 48,
            Self::P521 => 66,
        }
    }

    /// Returns the octets that precede the point in a SubjectPublicKeyInfo (RFC 5480 §2; SEC 2 §2.4.1).
    pub(crate) const fn spki_prefix(self) -> &'static [u8] {
        match self {
            Self::P256 => {
                b"\x30\x59\x30\x13\x06\x07\x2a\x86\x48\xce\x3d\x02\x01\x06\x08\x2a\x86\x48\xce\x3d\x03\x01\x07\x03\x42\0"
            }
            Self::P384 => b"\x30\x76\x30\x10\x06\x07\x2a\x86\x48\xce\x3d\x02\x01\x06\x05\x2b\x81\x04\0\x22\x03\x62\0",
            Self::P521 => {
                b"\x30\x81\x9b\x30\x10\x06\x07\x2a\x86\x48\xce\x3d\x02\x01\x06\x05\x2b\x81\x04\0\x23\x03\x81\x86\0"
            }
            Self::Secp256k1 => {
                b"\x30\x56\x30\x10\x06\x07\x2a\x86\x48\xce\x3d\x02\x01\x06\x05\x2b\x81\x04\0\x0a\x03\x42\0"
            }
        }
    }
}

/// The maximum length of a SubjectPublicKeyInfo of a point: 25 octets of prefix and 133 of a point of P-521.
pub(super) const MAX_SPKI_LEN: usize = 158;

/// Writes `prefix` and the uncompressed point 04 ‖ x ‖ y (SEC1 §2.3.3) to `buffer`. Backends receive points in this form only.
pub(super) fn uncompressed<'b>(prefix: &[u8], x: &[u8], y: &[u8], buffer: &'b mut [u8; MAX_SPKI_LEN]) -> &'b [u8] {
    let mut len = 0_usize;
    for part in [prefix, &[4], x, y] {
        let end = len.saturating_add(part.len());
        if let Some(room) = buffer.get_mut(len..end) {
            room.copy_from_slice(part);
        }
        len = end;
    }
    buffer.get(..len).unwrap_or_default()
}
