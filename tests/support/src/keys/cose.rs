//! §6.5.1.1 credentialPublicKey: the COSE_Key encoding (RFC 9053 §7, RFC 8230 §4, RFC 9964 §3).

use super::ecdsa::Curve;
use super::{Key, PublicKey};
use crate::cbor::Cbor;

impl Key {
    /// Returns the COSE_Key: kty, alg and the parameters of the key, and nothing else.
    pub fn cose(&self) -> Cbor {
        let (kty, parameters) = match self.public() {
            PublicKey::Okp { crv, x } => (1, vec![(-1, crv.into()), (-2, x.into())]),
            PublicKey::Ec2 { curve, x, y } => (2, vec![(-1, crv(curve).into()), (-2, x.into()), (-3, y.into())]),
            PublicKey::Rsa { n, e } => (3, vec![(-1, n.into()), (-2, e.into())]),
            PublicKey::Akp { public } => (7, vec![(-1, public.into())]),
        };
        let common = [(1, Cbor::from(kty)), (3, self.algorithm.id().into())];
        Cbor::map(common.into_iter().chain(parameters))
    }
}

/// The number of a curve in the COSE registry.
fn crv(curve: Curve) -> i64 {
    match curve {
        Curve::P256 => 1,
        Curve::P384 => 2,
        Curve::P521 => 3,
        Curve::Secp256k1 => 8,
    }
}
