//! Writes COSE_Keys in canonical CBOR (FIDO CTAP 2.2 §8).

use super::{Algorithm, CoseKey, crv};
use crate::codec::cbor::encode::Item::{Bytes, Integer};
use crate::codec::cbor::encode::map;
use crate::crypto::PublicKey;

impl<'a> CoseKey<'a> {
    /// Makes a COSE_Key, or returns `None` if the key does not fit the scheme of the algorithm.
    pub(crate) fn new(algorithm: Algorithm, key: PublicKey<'a>) -> Option<Self> {
        key.fits(algorithm.scheme()).then_some(Self { algorithm, key })
    }

    /// Encodes the COSE_Key. The values of kty (1) are OKP 1, EC2 2 (RFC 9053 §7), RSA 3 (RFC 8230 §4) and AKP 7 (RFC 9964 §3);
    /// those of crv (−1) for OKP are Ed25519 6 and Ed448 7 (RFC 9053 §7.1).
    pub(crate) fn encode(&self) -> Vec<u8> {
        let alg = Integer(self.algorithm.cose().into());
        match self.key {
            PublicKey::Ec { curve, x, y } => {
                map(&[(1, Integer(2)), (3, alg), (-1, Integer(crv(curve))), (-2, Bytes(x)), (-3, Bytes(y))])
            }
            PublicKey::Ed25519(x) => map(&[(1, Integer(1)), (3, alg), (-1, Integer(6)), (-2, Bytes(x))]),
            PublicKey::Ed448(x) => map(&[(1, Integer(1)), (3, alg), (-1, Integer(7)), (-2, Bytes(x))]),
            PublicKey::Rsa { modulus, exponent } => {
                map(&[(1, Integer(3)), (3, alg), (-1, Bytes(modulus)), (-2, Bytes(exponent))])
            }
            PublicKey::MlDsa(_, key) => map(&[(1, Integer(7)), (3, alg), (-1, Bytes(key))]),
        }
    }
}
