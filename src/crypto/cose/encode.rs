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

    /// Encodes the COSE_Key. The crv of Ed25519 is 6, that of Ed448 is 7 (RFC 9053 §7.1).
    pub(crate) fn encode(&self) -> Vec<u8> {
        let alg = self.algorithm.cose().into();
        match self.key {
            PublicKey::Ec { curve, x, y } => ec(alg, crv(curve), x, y),
            PublicKey::Ed25519(x) => okp(alg, 6, x),
            PublicKey::Ed448(x) => okp(alg, 7, x),
            PublicKey::Rsa { modulus, exponent } => rsa(alg, modulus, exponent),
            PublicKey::MlDsa(_, key) => akp(alg, key),
        }
    }
}

/// Writes an elliptic-curve key (EC2, kty 2, RFC 9053 §7.1.1).
pub(crate) fn ec(alg: i64, crv: i64, x: &[u8], y: &[u8]) -> Vec<u8> {
    map(&[(1, Integer(2)), (3, Integer(alg)), (-1, Integer(crv)), (-2, Bytes(x)), (-3, Bytes(y))])
}

/// Writes an octet key pair (OKP, kty 1, RFC 9053 §7.2).
pub(crate) fn okp(alg: i64, crv: i64, x: &[u8]) -> Vec<u8> {
    map(&[(1, Integer(1)), (3, Integer(alg)), (-1, Integer(crv)), (-2, Bytes(x))])
}

/// Writes an RSA key (kty 3, RFC 8230 §4).
pub(crate) fn rsa(alg: i64, n: &[u8], e: &[u8]) -> Vec<u8> {
    map(&[(1, Integer(3)), (3, Integer(alg)), (-1, Bytes(n)), (-2, Bytes(e))])
}

/// Writes a key of the type AKP (kty 7, RFC 9964 §3).
pub(crate) fn akp(alg: i64, key: &[u8]) -> Vec<u8> {
    map(&[(1, Integer(7)), (3, Integer(alg)), (-1, Bytes(key))])
}
