//! Stand-in public keys, one for each algorithm. They replace the key of a credential that is not stored, so that its refusal
//! takes as long as that of a wrong signature (§14.6.2). Nobody knows the private key of any of them.
//!
//! | key | derivation |
//! |---|---|
//! | ECDSA | the point with the least x above 0, and the even y |
//! | Ed25519 | the point with the least y above 1, and the even x |
//! | Ed448 | the point of the prime-order group with the least y above 1, and the even x |
//! | RSA | an odd modulus of 2048 pseudo-random bits, the first 16 distributed as in a product of two primes; exponent 65537 |
//! | ML-DSA | pseudo-random bytes, all of which encode a key |
//!
//! With [`Decoys`](super::Decoys), an RSA modulus is secret and differs for each credential id, because a signature greater than
//! the modulus is refused without arithmetic. If an attacker knew the modulus, they could choose such signatures and measure the
//! faster refusal. Without `Decoys` there is no secret: the modulus can be computed and is the same for every id. With the other
//! algorithms, early refusals do not depend on the key.

use crate::crypto::cose::CoseKey;
use crate::crypto::{Algorithm, Curve, PublicKey, Scheme};

/// The y of the points whose x is 5 on P-256, 2 on P-384, and 1 on P-521 and secp256k1.
const Y_P256: [u8; 32] = *b"\x45\x92\x43\xb9\xaa\x58\x18\x06\xfe\x91\x3b\xce\x99\x81\x7a\xde\
    \x11\xca\x50\x3c\x64\xd9\xa3\xc5\x33\x41\x5c\x08\x32\x48\xfb\xcc";
const Y_P384: [u8; 48] = *b"\x8c\xde\xad\xbb\xd0\x49\x11\xa3\xc1\x93\x1e\x26\xdf\x3f\xa6\x43\
    \x9d\xca\x9c\x7e\xb2\x86\xfb\xd4\x6f\xc3\x19\xf0\xe2\xbb\x78\x02\
    \x32\xba\xf5\x78\x25\xfc\x0c\x19\x12\xad\xa2\xfe\xfe\x84\x02\x4c";
const Y_P521: [u8; 66] = *b"\x00\x10\xe5\x9b\xe9\x3c\x4f\x26\x9c\x02\x69\xc7\x9e\x2a\xfd\x65\
    \xd6\xae\xaa\x9b\x70\x1e\xac\xc1\x94\xfb\x3e\xe0\x3d\xf4\x78\x49\
    \xbf\x55\x0e\xc6\x36\xeb\xee\x0d\xdd\x4a\x16\xf1\xcd\x94\x06\x60\
    \x5a\xf3\x8f\x58\x45\x67\x77\x0e\x3f\x27\x2d\x68\x8c\x83\x2e\x84\
    \x35\x64";
const Y_SECP256K1: [u8; 32] = *b"\x42\x18\xf2\x0a\xe6\xc6\x46\xb3\x63\xdb\x68\x60\x58\x22\xfb\x14\
    \x26\x4c\xa8\xd2\x58\x7f\xdd\x6f\xbc\x75\x0d\x58\x7e\x76\xa7\xee";
/// The points of Ed25519 and Ed448, little-endian.
const ED25519: [u8; 32] = first(3);
const ED448: [u8; 57] = first(19);

/// The length of a modulus in bytes: 2048 bits, as in nearly all credentials of Windows Hello. The exponent is 65537.
const MODULUS_LEN: usize = 256;
const EXPONENT: &[u8] = &[1, 0, 1];
/// The number of bytes of a modulus that differ from credential to credential. The rest may be equal, because nobody sees it.
pub(super) const MODULUS_HEAD_LEN: usize = 24;

const fn first<const N: usize>(byte: u8) -> [u8; N] {
    let mut bytes = [0; N];
    if let Some(first) = bytes.first_mut() {
        *first = byte;
    }
    bytes
}

const fn last<const N: usize>(byte: u8) -> [u8; N] {
    let mut bytes = [0; N];
    if let Some(last) = bytes.last_mut() {
        *last = byte;
    }
    bytes
}

/// The stand-in keys of one algorithm.
#[derive(Clone, Debug)]
pub(super) enum StandInKey {
    /// One COSE_Key for all credentials.
    Fixed(Vec<u8>),
    /// The modulus. Its first bytes are replaced for each credential.
    Rsa(Algorithm, Vec<u8>),
}

impl StandInKey {
    /// Makes the keys of an algorithm. `random` returns the requested number of pseudo-random bytes.
    pub(super) fn new(algorithm: Algorithm, random: impl Fn(usize) -> Vec<u8>) -> Self {
        let bytes;
        let key = match algorithm.scheme() {
            Scheme::Ecdsa(Curve::P256, _) => PublicKey::ec(Curve::P256, const { &last::<32>(5) }, &Y_P256),
            Scheme::Ecdsa(Curve::P384, _) => PublicKey::ec(Curve::P384, const { &last::<48>(2) }, &Y_P384),
            Scheme::Ecdsa(Curve::P521, _) => PublicKey::ec(Curve::P521, const { &last::<66>(1) }, &Y_P521),
            Scheme::Ecdsa(Curve::Secp256k1, _) => {
                PublicKey::ec(Curve::Secp256k1, const { &last::<32>(1) }, &Y_SECP256K1)
            }
            Scheme::Ed25519 => PublicKey::ed25519(&ED25519),
            Scheme::Ed448 => PublicKey::ed448(&ED448),
            Scheme::MlDsa(set) => {
                bytes = random(set.public_key_len());
                PublicKey::ml_dsa(set, &bytes)
            }
            Scheme::RsaPkcs1(_) | Scheme::RsaPss(_) => return Self::Rsa(algorithm, random(MODULUS_LEN)),
        };
        Self::Fixed(encode(algorithm, key.ok()))
    }

    /// Returns the COSE_Key for the credential with these pseudo-random bytes.
    pub(super) fn public_key(&self, head: [u8; MODULUS_HEAD_LEN]) -> Vec<u8> {
        match self {
            Self::Fixed(key) => key.clone(),
            Self::Rsa(algorithm, modulus) => {
                let mut modulus = modulus.clone();
                for (to, from) in modulus.iter_mut().zip(head) {
                    *to = from;
                }
                // FIPS 186-5 §A.1, approximately: the two highest bits of both primes are set, and both are odd.
                if let [first, second, .., last] = &mut *modulus {
                    let product = u16::from(*first | 0xc0).saturating_mul(u16::from(*second | 0xc0));
                    [*first, *second] = product.to_be_bytes();
                    *last |= 1;
                }
                encode(*algorithm, PublicKey::rsa(&modulus, EXPONENT).ok())
            }
        }
    }
}

fn encode(algorithm: Algorithm, key: Option<PublicKey<'_>>) -> Vec<u8> {
    key.and_then(|key| CoseKey::new(algorithm, key)).map(|key| key.encode()).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::crypto::default_backend;

    fn random(len: usize) -> Vec<u8> {
        (0..len).map(|at| u8::try_from(at % 251).unwrap()).collect()
    }

    /// A ceremony reads every key, and a backend verifies with it.
    #[test]
    fn there_is_a_key_of_every_algorithm() {
        for algorithm in Algorithm::OFFERABLE.into_iter().chain([Algorithm::LegacyRs1]) {
            for head in [[0; 24], [0xff; 24], [0x80; 24]] {
                let cose = StandInKey::new(algorithm, random).public_key(head);
                let key = CoseKey::read(&cose).unwrap();
                assert_eq!(key.algorithm(), algorithm);
                assert_eq!(key.key().check(default_backend()), Ok(()), "{algorithm:?}");
            }
        }
    }

    /// The moduli differ in their first bytes, which are possible for a product of two primes of 1024 bits.
    #[test]
    fn moduli_differ_from_credential_to_credential() {
        let rsa = StandInKey::new(Algorithm::Rs256, random);
        for (head, first) in [([0; 24], 0x90), ([0xff; 24], 0xfe)] {
            let cose = rsa.public_key(head);
            let PublicKey::Rsa { modulus, exponent } = *CoseKey::read(&cose).unwrap().key() else { panic!("RSA") };
            assert_eq!((modulus[0], &modulus[2..24], exponent), (first, &head[2..], EXPONENT));
            assert_eq!(modulus[24..255], random(256)[24..255]);
        }
    }

    /// Derives the points again: no lower coordinate belongs to a point.
    #[test]
    fn nobody_chose_a_point() {
        let backend = default_backend();
        let ed25519 = |y: u8| PublicKey::ed25519(&first::<32>(y)).is_ok_and(|key| key.check(backend).is_ok());
        assert_eq!((2..).find(|&y| ed25519(y)), Some(3));
        let ed448 = |y: u8| PublicKey::Ed448(&first(y)).check(backend).is_ok();
        assert_eq!((2..).find(|&y| ed448(y)), Some(19));
    }

    /// The same by decompression (SEC1 §2.3.4): x with the even y is the point, and no lower x belongs to one.
    #[cfg(feature = "rustcrypto")]
    #[test]
    fn nobody_chose_a_point_of_an_elliptic_curve() {
        macro_rules! least {
            ($curve:ident, $x:literal, $y:ident) => {{
                let point = |sec1: &[u8]| $curve::PublicKey::from_sec1_bytes(sec1).ok();
                let even = |x| point(&[&[2][..], &last::<{ $y.len() }>(x)].concat());
                assert!((1..$x).all(|x| even(x).is_none()));
                let uncompressed = point(&[&[4][..], &last::<{ $y.len() }>($x), &$y].concat());
                assert!(even($x).is_some() && even($x) == uncompressed);
            }};
        }
        least!(p256, 5, Y_P256);
        least!(p384, 2, Y_P384);
        least!(p521, 1, Y_P521);
        least!(k256, 1, Y_SECP256K1);
    }
}
