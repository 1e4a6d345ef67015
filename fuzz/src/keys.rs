//! Public keys of every algorithm, for the backends [`Yes`](crate::Yes) and [`Toy`](crate::toy::Toy). They have the
//! right form and no private key.

use crate::cbor;
use crate::der::{octets_of, tlv};
use std::sync::LazyLock;
use wardkey::crypto::{Algorithm, Curve, Scheme};

/// Every algorithm that the library knows, RS1 included.
pub static ALGORITHMS: LazyLock<Vec<Algorithm>> =
    LazyLock::new(|| Algorithm::OFFERABLE.into_iter().chain([Algorithm::LegacyRs1]).collect());

/// The algorithm that an octet selects, out of all of them.
pub fn algorithm(octet: u8) -> Algorithm {
    ALGORITHMS[usize::from(octet) % ALGORITHMS.len()]
}

/// A public key.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Key {
    pub algorithm: Algorithm,
    /// Its number: there are four keys of each algorithm.
    pub number: u8,
}

/// Ed25519 keys must be points: those of RFC 8032, section 7.1, tests 1 to 3, and the base point.
const ED25519: [[u8; 32]; 4] = [
    *b"\xd7\x5a\x98\x01\x82\xb1\x0a\xb7\xd5\x4b\xfe\xd3\xc9\x64\x07\x3a\x0e\xe1\x72\xf3\xda\xa6\x23\x25\xaf\x02\x1a\x68\xf7\x07\x51\x1a",
    *b"\x3d\x40\x17\xc3\xe8\x43\x89\x5a\x92\xb7\x0a\xa7\x4d\x1b\x7e\xbc\x9c\x98\x2c\xcf\x2e\xc4\x96\x8c\xc0\xcd\x55\xf1\x2a\xf4\x66\x0c",
    *b"\xfc\x51\xcd\x8e\x62\x18\xa1\xa3\x8d\xa4\x7e\xd0\x02\x30\xf0\x58\x08\x16\xed\x13\xba\x33\x03\xac\x5d\xeb\x91\x15\x48\x90\x80\x25",
    *b"\x58\x66\x66\x66\x66\x66\x66\x66\x66\x66\x66\x66\x66\x66\x66\x66\x66\x66\x66\x66\x66\x66\x66\x66\x66\x66\x66\x66\x66\x66\x66\x66",
];

/// 65537.
const EXPONENT: [u8; 3] = [1, 0, 1];

impl Key {
    pub fn new(algorithm: Algorithm, number: u8) -> Self {
        Self { algorithm, number: number % 4 }
    }

    /// Whether a signature by `other` verifies with this key. Two algorithms may have the same scheme.
    pub fn signs_as(self, other: Self) -> bool {
        self.algorithm.scheme() == other.algorithm.scheme() && self.number == other.number
    }

    /// The part that depends on the number: x, the EdDSA key, the modulus, or the ML-DSA key.
    fn material(self) -> Vec<u8> {
        match self.algorithm.scheme() {
            Scheme::Ecdsa(curve, _) => vec![0x40 | self.number; curve.coordinate_len()],
            Scheme::Ed25519 => ED25519[usize::from(self.number % 4)].to_vec(),
            Scheme::Ed448 => vec![0x40 | self.number; 57],
            Scheme::MlDsa(set) => vec![0x40 | self.number; set.public_key_len()],
            _ => vec![0xc1 | self.number << 1; 256],
        }
    }

    /// Both coordinates. All keys of a curve have the same y.
    fn point(self, curve: Curve) -> (Vec<u8>, Vec<u8>) {
        (self.material(), vec![3; curve.coordinate_len()])
    }

    /// The COSE_Key, in canonical CBOR.
    pub fn cose(self) -> Vec<u8> {
        let negative = |n: i64| cbor::head(1, (-1 - n) as u64);
        let alg = negative(self.algorithm.cose().into());
        let start = |count, kty| [cbor::head(5, count), vec![1], cbor::head(0, kty), vec![3], alg.clone()].concat();
        let octets = |label: u8, octets: &[u8]| [vec![label], cbor::string(2, octets)].concat();
        let curve = |number| [vec![0x20], cbor::head(0, number)].concat();
        let x = self.material();
        match self.algorithm.scheme() {
            Scheme::Ecdsa(on, _) => {
                let number = match on {
                    Curve::P256 => 1,
                    Curve::P384 => 2,
                    Curve::P521 => 3,
                    _ => 8,
                };
                let (x, y) = self.point(on);
                [start(5, 2), curve(number), octets(0x21, &x), octets(0x22, &y)].concat()
            }
            Scheme::Ed25519 => [start(4, 1), curve(6), octets(0x21, &x)].concat(),
            Scheme::Ed448 => [start(4, 1), curve(7), octets(0x21, &x)].concat(),
            Scheme::MlDsa(_) => [start(3, 7), octets(0x20, &x)].concat(),
            _ => [start(4, 3), octets(0x20, &x), octets(0x21, &EXPONENT)].concat(),
        }
    }

    /// The SubjectPublicKeyInfo (RFC 3279, 5480, 8410, 9881).
    pub fn spki(self) -> Vec<u8> {
        let key = self.material();
        let (identifier, key) = match self.algorithm.scheme() {
            Scheme::Ecdsa(on, _) => {
                let curve: &[u8] = match on {
                    Curve::P256 => &[0x2a, 0x86, 0x48, 0xce, 0x3d, 3, 1, 7],
                    Curve::P384 => &[0x2b, 0x81, 0x04, 0, 34],
                    Curve::P521 => &[0x2b, 0x81, 0x04, 0, 35],
                    _ => &[0x2b, 0x81, 0x04, 0, 10],
                };
                let (x, y) = self.point(on);
                (vec![tlv(6, &[&[0x2a, 0x86, 0x48, 0xce, 0x3d, 2, 1]]), tlv(6, &[curve])], [vec![4], x, y].concat())
            }
            Scheme::RsaPkcs1(_) | Scheme::RsaPss(_) => {
                let modulus = tlv(2, &[&[0], &key]);
                let rsa = tlv(6, &[&[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 1, 1]]);
                (vec![rsa, vec![5, 0]], tlv(0x30, &[&modulus, &tlv(2, &[&EXPONENT])]))
            }
            _ => (vec![self.signature_algorithm()[2..].to_vec()], key),
        };
        tlv(0x30, &[&tlv(0x30, &octets_of(&identifier)), &tlv(3, &[&[0], &key])])
    }

    /// The AlgorithmIdentifier of its signatures (RFC 4055, 5758, 8410, 9881).
    pub fn signature_algorithm(self) -> Vec<u8> {
        use Algorithm::*;
        let identifier: &[u8] = match self.algorithm {
            Es256 | Esp256 | Es256k => b"\x06\x08\x2a\x86\x48\xce\x3d\x04\x03\x02",
            Es384 | Esp384 => b"\x06\x08\x2a\x86\x48\xce\x3d\x04\x03\x03",
            Es512 | Esp512 => b"\x06\x08\x2a\x86\x48\xce\x3d\x04\x03\x04",
            EdDsa | Ed25519 => b"\x06\x03\x2b\x65\x70",
            Ed448 => b"\x06\x03\x2b\x65\x71",
            Rs256 => b"\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x01\x0b\x05\x00",
            Rs384 => b"\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x01\x0c\x05\x00",
            Rs512 => b"\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x01\x0d\x05\x00",
            Ps256 => PSS_SHA256,
            Ps384 => PSS_SHA384,
            Ps512 => PSS_SHA512,
            MlDsa44 => b"\x06\x09\x60\x86\x48\x01\x65\x03\x04\x03\x11",
            MlDsa65 => b"\x06\x09\x60\x86\x48\x01\x65\x03\x04\x03\x12",
            MlDsa87 => b"\x06\x09\x60\x86\x48\x01\x65\x03\x04\x03\x13",
            LegacyRs1 => b"\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x01\x05\x05\x00",
            other => panic!("no signature algorithm for {other:?}"),
        };
        tlv(0x30, &[identifier])
    }
}

/// RSASSA-PSS (RFC 4055, section 3.1) with the same hash for the message and for MGF1, and a salt of its length.
const PSS_SHA256: &[u8] = b"\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x01\x0a\x30\x34\
    \xa0\x0f\x30\x0d\x06\x09\x60\x86\x48\x01\x65\x03\x04\x02\x01\x05\x00\
    \xa1\x1c\x30\x1a\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x01\x08\x30\x0d\x06\x09\x60\x86\x48\x01\x65\x03\x04\x02\x01\x05\x00\
    \xa2\x03\x02\x01\x20";
const PSS_SHA384: &[u8] = b"\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x01\x0a\x30\x34\
    \xa0\x0f\x30\x0d\x06\x09\x60\x86\x48\x01\x65\x03\x04\x02\x02\x05\x00\
    \xa1\x1c\x30\x1a\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x01\x08\x30\x0d\x06\x09\x60\x86\x48\x01\x65\x03\x04\x02\x02\x05\x00\
    \xa2\x03\x02\x01\x30";
const PSS_SHA512: &[u8] = b"\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x01\x0a\x30\x34\
    \xa0\x0f\x30\x0d\x06\x09\x60\x86\x48\x01\x65\x03\x04\x02\x03\x05\x00\
    \xa1\x1c\x30\x1a\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x01\x08\x30\x0d\x06\x09\x60\x86\x48\x01\x65\x03\x04\x02\x03\x05\x00\
    \xa2\x03\x02\x01\x40";
