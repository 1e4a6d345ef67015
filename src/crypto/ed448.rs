//! Ed448 (RFC 8032 §5.2) for both backends, because AWS-LC does not have it.
//!
//! The crate `ed448-goldilocks` accepts several encodings of a point; §5.2.3 allows one. So this module checks the encoding of
//! the key and of R first.

use super::CryptoError;
use ed448_goldilocks::{CompressedEdwardsY, Signature, VerifyingKey};

/// p = 2^448 − 2^224 − 1, little-endian.
const P: [u8; 56] = {
    let mut p = [0xff; 56];
    p[28] = 0xfe;
    p
};

/// Returns whether the 57 bytes are the encoding of §5.2.2: y is reduced, and only the sign of x follows it.
fn is_canonical(point: &[u8; 57]) -> bool {
    let [y @ .., sign] = point;
    y.iter().rev().lt(P.iter().rev()) && sign & 0x7f == 0
}

/// Checks that the key is a point of the prime-order group. §5.2.5 generates no other keys.
pub(super) fn check_key(key: &[u8; 57]) -> Result<(), CryptoError> {
    if !is_canonical(key) {
        return Err(CryptoError::NotOnCurve);
    }
    // Distinguishes the two errors: `from_bytes` refuses both kinds of keys.
    CompressedEdwardsY(*key).decompress_unchecked().into_option().ok_or(CryptoError::NotOnCurve)?;
    VerifyingKey::from_bytes(key).map(drop).map_err(|_| CryptoError::LowOrder)
}

/// Verifies a signature (§5.2.7), cofactorless.
pub(super) fn verify(key: &[u8; 57], message: &[u8], signature: &[u8]) -> Result<(), CryptoError> {
    let (r, _) = signature.split_first_chunk::<57>().ok_or(CryptoError::BadSignature)?;
    if !(is_canonical(key) && is_canonical(r)) {
        return Err(CryptoError::BadSignature);
    }
    let key = VerifyingKey::from_bytes(key).map_err(|_| CryptoError::BadSignature)?;
    let signature = Signature::from_slice(signature).map_err(|_| CryptoError::BadSignature)?;
    key.verify_raw(&signature, message).map_err(|_| CryptoError::BadSignature)
}

#[cfg(test)]
mod tests {
    use super::*;
    use ed448_goldilocks::SigningKey;

    /// Encodes y, little-endian, with the sign of x.
    fn encode(y: [u8; 56], sign: u8) -> [u8; 57] {
        core::array::from_fn(|at| y.get(at).copied().unwrap_or(sign))
    }

    /// A small y, little-endian.
    fn small(y: u8) -> [u8; 56] {
        core::array::from_fn(|at| if at == 0 { y } else { 0 })
    }

    /// Returns p − y.
    fn negative(y: &[u8]) -> [u8; 56] {
        let mut borrow = false;
        core::array::from_fn(|at| {
            let (once, under) = P[at].overflowing_sub(y[at]);
            let (twice, again) = once.overflowing_sub(borrow.into());
            borrow = under || again;
            twice
        })
    }

    /// A good signature is refused if the key or R is not canonically encoded.
    #[test]
    fn refuses_other_encodings_of_the_key_and_of_r() {
        use ed448_goldilocks::signature::Signer as _;
        let signer = SigningKey::from(&[7; 57].into());
        let key = *signer.verifying_key().as_bytes();
        let signature = signer.sign(b"message").to_bytes();
        let set_unused_bit = |point: &mut [u8; 57]| point[56] |= 1;
        let (mut other_key, mut other_r) = (key, signature);
        set_unused_bit(&mut other_key);
        set_unused_bit(other_r.first_chunk_mut().unwrap());
        assert_eq!(verify(&key, b"message", &signature), Ok(()));
        assert_eq!(verify(&other_key, b"message", &signature), Err(CryptoError::BadSignature));
        assert_eq!(verify(&key, b"message", &other_r), Err(CryptoError::BadSignature));
        assert_eq!(verify(&other_key, b"message", &other_r), Err(CryptoError::BadSignature));
    }

    #[test]
    fn accepts_only_canonical_points_of_the_prime_order_group() {
        let key = *SigningKey::from(&[7; 57].into()).verifying_key().as_bytes();
        let [y @ .., sign] = key;
        for (what, key, expected) in [
            ("a key", key, Ok(())),
            ("its negative", encode(y, sign ^ 0x80), Ok(())),
            ("a key and a point of order 2", encode(negative(&y), sign ^ 0x80), Err(CryptoError::LowOrder)),
            ("the identity", encode(small(1), 0), Err(CryptoError::LowOrder)),
            ("order 2: y = −1", encode(negative(&small(1)), 0), Err(CryptoError::LowOrder)),
            ("order 4: y = 0", encode(small(0), 0), Err(CryptoError::LowOrder)),
            ("order 4: y = 0, x negative", encode(small(0), 0x80), Err(CryptoError::LowOrder)),
            ("y = p", encode(P, 0), Err(CryptoError::NotOnCurve)),
            (
                "y = p + 1, the identity unreduced",
                encode([[0; 28], [0xff; 28]].concat().try_into().unwrap(), 0),
                Err(CryptoError::NotOnCurve),
            ),
            ("all ones", [0xff; 57], Err(CryptoError::NotOnCurve)),
            ("an unused bit next to the sign of x", encode(y, sign | 1), Err(CryptoError::NotOnCurve)),
            ("no point: y = 2", encode(small(2), 0), Err(CryptoError::NotOnCurve)),
        ] {
            assert_eq!(check_key(&key), expected, "{what}");
        }
    }
}
