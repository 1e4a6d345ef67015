//! Curves of ECDSA, and their points as octets.

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
    /// The length of one coordinate, in bytes.
    #[must_use]
    pub const fn coordinate_len(self) -> usize {
        match self {
            Self::P256 | Self::Secp256k1 => 32,
            Self::P384 => 48,
            Self::P521 => 66,
        }
    }

    /// What stands before the octets of a point in its SubjectPublicKeyInfo (RFC 5480 §2; SEC 2 §2.4.1).
    pub(crate) const fn before_point(self) -> &'static [u8] {
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

/// Room for a point of P-521, 133 bytes, and for the 25 that stand before it in a SubjectPublicKeyInfo.
pub(super) const POINT_ROOM: usize = 158;

/// 04 ‖ x ‖ y (SEC1 §2.3.3), behind what is to stand before it: no other form of a point is ever handed to a module.
pub(super) fn uncompressed<'b>(before: &[u8], x: &[u8], y: &[u8], buffer: &'b mut [u8; POINT_ROOM]) -> &'b [u8] {
    let mut len = 0_usize;
    for part in [before, &[4], x, y] {
        let end = len.saturating_add(part.len());
        if let Some(room) = buffer.get_mut(len..end) {
            room.copy_from_slice(part);
        }
        len = end;
    }
    buffer.get(..len).unwrap_or_default()
}
