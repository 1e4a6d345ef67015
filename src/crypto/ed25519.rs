//! Checks of an Ed25519 key (RFC 8032 §5.1.3): y is reduced, the key is a point, and its order is not low.
//!
//! The checks are needed because backends accept some of these keys. Of five backends that were tested, four accept the
//! identity as a key, and with that key one signature verifies for every message.

use super::CryptoError;
use curve25519_dalek::edwards::CompressedEdwardsY;

/// p = 2^255 − 19, little-endian.
const P: [u8; 32] = {
    let mut p = [0xff; 32];
    p[0] = 0xed;
    p[31] = 0x7f;
    p
};

/// The y coordinates of the eight points of low order, little-endian. Each stands for both signs of x.
const LOW_ORDER: [[u8; 32]; 5] = [
    [0; 32],
    {
        let mut one = [0; 32];
        one[0] = 1;
        one
    },
    {
        let mut minus_one = P;
        minus_one[0] = 0xec;
        minus_one
    },
    [
        0x26, 0xe8, 0x95, 0x8f, 0xc2, 0xb2, 0x27, 0xb0, 0x45, 0xc3, 0xf4, 0x89, 0xf2, 0xef, 0x98, 0xf0, 0xd5, 0xdf,
        0xac, 0x05, 0xd3, 0xc6, 0x33, 0x39, 0xb1, 0x38, 0x02, 0x88, 0x6d, 0x53, 0xfc, 0x05,
    ],
    [
        0xc7, 0x17, 0x6a, 0x70, 0x3d, 0x4d, 0xd8, 0x4f, 0xba, 0x3c, 0x0b, 0x76, 0x0d, 0x10, 0x67, 0x0f, 0x2a, 0x20,
        0x53, 0xfa, 0x2c, 0x39, 0xcc, 0xc6, 0x4e, 0xc7, 0xfd, 0x77, 0x92, 0xac, 0x03, 0x7a,
    ],
];

/// Checks that y is reduced and is not the y of a point of low order. Cheap, so it is done for every key that is read.
pub(super) fn check_encoding(key: &[u8; 32]) -> Result<(), CryptoError> {
    let mut y = *key;
    y[31] &= 0x7f; // the sign of x
    if y.iter().rev().ge(P.iter().rev()) {
        return Err(CryptoError::NotOnCurve);
    }
    if LOW_ORDER.contains(&y) { Err(CryptoError::LowOrder) } else { Ok(()) }
}

/// Checks that a point with this y exists. Needs a square root, so it is done only before a key is stored.
pub(super) fn check_point(key: &[u8; 32]) -> Result<(), CryptoError> {
    let point = CompressedEdwardsY(*key).decompress().ok_or(CryptoError::NotOnCurve)?;
    if point.is_small_order() { Err(CryptoError::LowOrder) } else { Ok(()) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use curve25519_dalek::constants::{ED25519_BASEPOINT_COMPRESSED, EIGHT_TORSION};

    #[test]
    fn refuses_every_point_of_small_order() {
        for point in EIGHT_TORSION {
            let key = point.compress().to_bytes();
            assert_eq!(check_encoding(&key), Err(CryptoError::LowOrder), "{key:02x?}");
            let mut negative = key;
            negative[31] ^= 0x80;
            assert_eq!(check_encoding(&negative), Err(CryptoError::LowOrder));
        }
        assert_eq!(check_point(&EIGHT_TORSION[1].compress().to_bytes()), Err(CryptoError::LowOrder));
    }

    #[test]
    fn refuses_a_y_that_is_not_reduced_or_has_no_point() {
        for low in 0..=18 {
            let mut key = P;
            key[0] = key[0].wrapping_add(low);
            assert_eq!(check_encoding(&key), Err(CryptoError::NotOnCurve), "p + {low}");
        }
        let mut two = [0; 32];
        two[0] = 2;
        assert_eq!(check_encoding(&two), Ok(()));
        assert_eq!(check_point(&two), Err(CryptoError::NotOnCurve), "y = 2 has no x");
    }

    #[test]
    fn accepts_the_base_point() {
        let key = ED25519_BASEPOINT_COMPRESSED.to_bytes();
        assert_eq!(check_encoding(&key), Ok(()));
        assert_eq!(check_point(&key), Ok(()));
    }
}
