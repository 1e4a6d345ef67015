//! SubjectPublicKeyInfo in DER (RFC 5280 §4.1.2.7, RFC 5480, RFC 8410, RFC 9881): §5.2.1.1 `getPublicKey()`, and
//! the key of a certificate.

use super::ecdsa::Curve;
use super::{Algorithm, Key, PublicKey};
use crate::der;

impl Key {
    /// Returns the SubjectPublicKeyInfo.
    pub fn spki(&self) -> Vec<u8> {
        let bits = der::bit_string(&self.public_key_bits(), 0);
        match self.public() {
            PublicKey::Ec2 { curve, .. } => {
                info(&[&der::oid("1.2.840.10045.2.1"), &der::oid(named_curve(curve))], &bits)
            }
            PublicKey::Okp { crv: 7, .. } => info(&[&der::oid("1.3.101.113")], &bits),
            PublicKey::Okp { .. } => info(&[&der::oid("1.3.101.112")], &bits),
            PublicKey::Rsa { .. } => info(&[&der::oid("1.2.840.113549.1.1.1"), &der::null()], &bits),
            PublicKey::Akp { .. } => info(&[&der::oid(ml_dsa(self.algorithm))], &bits),
        }
    }

    /// The contents of its BIT STRING, of which a key identifier is the SHA-1.
    pub fn public_key_bits(&self) -> Vec<u8> {
        match self.public() {
            PublicKey::Ec2 { x, y, .. } => [&[4], &x[..], &y].concat(),
            PublicKey::Okp { x, .. } => x,
            PublicKey::Rsa { n, e } => der::sequence(&[&der::unsigned(&n), &der::unsigned(&e)]),
            PublicKey::Akp { public } => public,
        }
    }
}

fn info(algorithm: &[&[u8]], bits: &[u8]) -> Vec<u8> {
    der::sequence(&[&der::sequence(algorithm), bits])
}

fn named_curve(curve: Curve) -> &'static str {
    match curve {
        Curve::P256 => "1.2.840.10045.3.1.7",
        Curve::P384 => "1.3.132.0.34",
        Curve::P521 => "1.3.132.0.35",
        Curve::Secp256k1 => "1.3.132.0.10",
    }
}

/// FIPS 204's parameter sets in NIST's arc.
pub(crate) fn ml_dsa(algorithm: Algorithm) -> &'static str {
    match algorithm {
        Algorithm::MlDsa44 => "2.16.840.1.101.3.4.3.17",
        Algorithm::MlDsa65 => "2.16.840.1.101.3.4.3.18",
        _ => "2.16.840.1.101.3.4.3.19",
    }
}
