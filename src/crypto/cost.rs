//! The cost of verifying a signature, for the [`Budget`](crate::budget::Budget) of a message.

use super::{Curve, MlDsa, PublicKey};

/// The octets of a message that one unit of cost hashes: SHA-512 reads about 6 KiB in 10 µs, SHA-256 18 KiB.
const OCTETS_PER_UNIT: usize = 8 * 1024;

impl PublicKey<'_> {
    /// Returns the cost of one verification over a message of this length. One unit is about 10 µs with AWS-LC (for Ed448: with
    /// `ed448-goldilocks`) on one core of a server. RustCrypto takes up to seven times as long.
    pub(crate) fn cost(&self, message_len: usize) -> u32 {
        let arithmetic = match *self {
            Self::Ec { curve: Curve::P256, .. } => 5,
            Self::Ec { curve: Curve::P384, .. } => 19,
            Self::Ec { curve: Curve::P521, .. } => 33,
            Self::Ec { curve: Curve::Secp256k1, .. } => 25,
            Self::Ed25519(_) => 4,
            Self::Ed448(_) => 164,
            Self::Rsa { modulus, exponent } => rsa(modulus.len(), exponent),
            Self::MlDsa(MlDsa::MlDsa44, _) => 2,
            Self::MlDsa(MlDsa::MlDsa65, _) => 4,
            Self::MlDsa(MlDsa::MlDsa87, _) => 6,
        };
        let hashing = u32::try_from(message_len.checked_div(OCTETS_PER_UNIT).unwrap_or(0)).unwrap_or(u32::MAX);
        arithmetic.saturating_add(hashing)
    }
}

/// Returns the cost of an RSA verification. One multiplication costs the square of the length of the modulus; with a modulus
/// of 1024 octets that is one unit. There is one multiplication per bit of the exponent, one more per set bit, and five for the
/// setup.
fn rsa(modulus_len: usize, exponent: &[u8]) -> u32 {
    let bits = u32::try_from(exponent.len()).unwrap_or(u32::MAX).saturating_mul(8);
    let leading = exponent.first().map_or(0, |first| first.leading_zeros());
    let set = exponent.iter().fold(0_u32, |set, octet| set.saturating_add(octet.count_ones()));
    let multiplications = bits.saturating_sub(leading).saturating_add(set).saturating_add(5);
    let len = u32::try_from(modulus_len).unwrap_or(u32::MAX);
    let octets = len.saturating_mul(len).saturating_mul(multiplications);
    octets.checked_shr(20).unwrap_or(0).saturating_add(1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_cost_of_rsa_grows_with_modulus_and_exponent() {
        for (bits, exponent, cost) in [
            (2048, &[3][..], 1),
            (2048, &[1, 0, 1], 2),
            (3072, &[1, 0, 1], 4),
            (4096, &[1, 0, 1], 7),
            (8192, &[3], 10),
            (8192, &[1, 0, 1], 25),
            (8192, &[1, 0xff, 0xff, 0xff, 0xff], 72),
        ] {
            let modulus = vec![0xff; bits / 8];
            let key = PublicKey::rsa(&modulus, exponent).unwrap();
            assert_eq!(key.cost(0), cost, "{bits} bits, {exponent:02x?}");
            assert_eq!(key.cost(OCTETS_PER_UNIT - 1), cost);
            assert_eq!(key.cost(3 * OCTETS_PER_UNIT), cost + 3);
        }
    }
}
