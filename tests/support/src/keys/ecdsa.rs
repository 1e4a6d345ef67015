//! ECDSA (SEC 1 §4.1.3) with the deterministic nonce of RFC 6979 §3.2, over the four curves of COSE.
//!
//! Written on the arithmetic of the curve crates, because their own signing prefers the lower s on secp256k1, and authenticators do
//! not.

use crate::der;
use crate::hash::Hash;
use p256::NistP256;
use p256::elliptic_curve::ops::Reduce as _;
use p256::elliptic_curve::point::AffineCoordinates as _;
use p256::elliptic_curve::{CurveArithmetic, Field as _, FieldBytes, Group as _, PrimeField as _};

/// An elliptic curve.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[allow(missing_docs)]
pub enum Curve {
    P256,
    P384,
    P521,
    Secp256k1,
}

/// An ECDSA signature: two numbers, each as long as a coordinate.
#[derive(Clone, Debug, PartialEq, Eq)]
#[allow(missing_docs)]
pub struct Signature {
    pub r: Vec<u8>,
    pub s: Vec<u8>,
}

impl Signature {
    /// Ecdsa-Sig-Value (RFC 3279 §2.2.3).
    pub fn to_der(&self) -> Vec<u8> {
        der::sequence(&[&der::unsigned(&self.r), &der::unsigned(&self.s)])
    }
}

/// Calls a function generic over the curve.
macro_rules! on_curve {
    ($curve:expr, $function:ident($($argument:expr),*)) => {
        match $curve {
            Curve::P256 => $function::<NistP256>($($argument),*),
            Curve::P384 => $function::<p384::NistP384>($($argument),*),
            Curve::P521 => $function::<p521::NistP521>($($argument),*),
            Curve::Secp256k1 => $function::<k256::Secp256k1>($($argument),*),
        }
    };
}

impl Curve {
    /// The length of a coordinate, and of a scalar.
    pub fn coordinate_len(self) -> usize {
        match self {
            Self::P256 | Self::Secp256k1 => 32,
            Self::P384 => 48,
            Self::P521 => 66,
        }
    }

    /// The bits of the order.
    fn order_bits(self) -> usize {
        if self == Self::P521 { 521 } else { self.coordinate_len() * 8 }
    }

    /// How many bytes of a seed make a private key: as many as surely stay below the order, or nearly so.
    pub(super) fn seed_len(self) -> usize {
        self.order_bits() / 8
    }

    /// Zeros in front, up to the length of a scalar.
    pub(super) fn pad(self, scalar: &[u8]) -> Vec<u8> {
        [&vec![0; self.coordinate_len() - scalar.len()], scalar].concat()
    }

    /// The point of a private key.
    pub(super) fn public(self, d: &[u8]) -> (Vec<u8>, Vec<u8>) {
        on_curve!(self, public(d))
    }

    /// The signature of a private key over a message.
    pub(super) fn sign(self, d: &[u8], hash: Hash, message: &[u8]) -> Signature {
        on_curve!(self, sign(d, hash, &self.bits2int(&hash.digest(&[message])), self))
    }

    /// The other s of a signature: the order less s, which verifies as well.
    pub fn negate(self, s: &[u8]) -> Vec<u8> {
        on_curve!(self, negate(s))
    }

    /// RFC 6979 §2.3.2: the leftmost bits, as many as the order has, as a number of full length.
    fn bits2int(self, bits: &[u8]) -> Vec<u8> {
        let len = self.coordinate_len();
        if bits.len() < len {
            return self.pad(bits);
        }
        let surplus = len * 8 - self.order_bits();
        let shifted = |i: usize| {
            let left = if i == 0 { 0 } else { u16::from(bits[i - 1]) << 8 };
            ((left | u16::from(bits[i])) >> surplus) as u8
        };
        (0..len).map(shifted).collect()
    }
}

fn public<C: CurveArithmetic>(d: &[u8]) -> (Vec<u8>, Vec<u8>) {
    let point: C::AffinePoint = (C::ProjectivePoint::generator() * scalar::<C>(d)).into();
    (point.x().to_vec(), point.y().to_vec())
}

fn sign<C: CurveArithmetic>(d: &[u8], hash: Hash, digest: &[u8], curve: Curve) -> Signature {
    let z = C::Scalar::reduce(&field_bytes::<C>(digest));
    let mut nonces = Nonces::new(hash, d, &z.to_repr());
    let k = std::iter::repeat_with(|| nonces.next(curve))
        .find_map(|candidate| {
            let k = C::Scalar::from_repr(field_bytes::<C>(&candidate)).into_option()?;
            (!bool::from(k.is_zero())).then_some(k)
        })
        .expect("an endless iterator");
    let point: C::AffinePoint = (C::ProjectivePoint::generator() * k).into();
    let r = C::Scalar::reduce(&point.x());
    let s = k.invert().unwrap() * (z + r * scalar::<C>(d));
    Signature { r: r.to_repr().to_vec(), s: s.to_repr().to_vec() }
}

fn negate<C: CurveArithmetic>(s: &[u8]) -> Vec<u8> {
    (-scalar::<C>(s)).to_repr().to_vec()
}

fn scalar<C: CurveArithmetic>(bytes: &[u8]) -> C::Scalar {
    C::Scalar::from_repr(field_bytes::<C>(bytes)).into_option().expect("below the order")
}

fn field_bytes<C: CurveArithmetic>(bytes: &[u8]) -> FieldBytes<C> {
    FieldBytes::<C>::try_from(bytes).expect("as long as a scalar")
}

/// The candidates for k (RFC 6979 §3.2).
struct Nonces {
    hash: Hash,
    k: Vec<u8>,
    v: Vec<u8>,
}

impl Nonces {
    /// Steps b to g.
    fn new(hash: Hash, d: &[u8], digest: &[u8]) -> Self {
        let mut nonces = Self { hash, k: vec![0; hash.output_len()], v: vec![1; hash.output_len()] };
        nonces.step(&[&[0], d, digest]);
        nonces.step(&[&[1], d, digest]);
        nonces
    }

    /// K = HMAC_K(V ‖ …), V = HMAC_K(V).
    fn step(&mut self, parts: &[&[u8]]) {
        self.k = self.hash.hmac(&self.k, &[&self.v, &parts.concat()]);
        self.v = self.hash.hmac(&self.k, &[&self.v]);
    }

    /// Step h: the next candidate, and the state made ready for the one after it.
    fn next(&mut self, curve: Curve) -> Vec<u8> {
        let mut bits = Vec::new();
        while bits.len() < curve.coordinate_len() {
            self.v = self.hash.hmac(&self.k, &[&self.v]);
            bits.extend(&self.v);
        }
        self.step(&[&[0]]);
        curve.bits2int(&bits)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn hex(bytes: &[u8]) -> String {
        bytes.iter().map(|byte| format!("{byte:02X}")).collect()
    }

    /// RFC 6979 §A.2.5: P-256, the message "sample".
    #[test]
    fn signs_as_rfc_6979_says() {
        let d = [
            0xc9, 0xaf, 0xa9, 0xd8, 0x45, 0xba, 0x75, 0x16, 0x6b, 0x5c, 0x21, 0x57, 0x67, 0xb1, 0xd6, 0x93, //
            0x4e, 0x50, 0xc3, 0xdb, 0x36, 0xe8, 0x9b, 0x12, 0x7b, 0x8a, 0x62, 0x2b, 0x12, 0x0f, 0x67, 0x21,
        ];
        for (hash, s) in [
            (Hash::Sha1, "6D7F147DAC089441BB2E2FE8F7A3FA264B9C475098FDCF6E00D7C996E1B8B7EB"),
            (Hash::Sha256, "F7CB1C942D657C41D436C7A1B6E29F65F3E900DBB9AFF4064DC4AB2F843ACDA8"),
            (Hash::Sha512, "2362AB1ADBE2B8ADF9CB9EDAB740EA6049C028114F2460F96554F61FAE3302FE"),
        ] {
            assert_eq!(hex(&Curve::P256.sign(&d, hash, b"sample").s), s, "{hash:?}");
        }
    }

    #[test]
    fn secp256k1_signatures_have_either_s() {
        let d = Curve::Secp256k1.pad(&[1]);
        let high = (0..32_u8).filter(|i| Curve::Secp256k1.sign(&d, Hash::Sha256, &[*i]).s[0] >= 0x80).count();
        assert!((1..32).contains(&high), "{high} of 32 are high");
    }

    #[test]
    fn the_other_s_adds_up_to_the_order() {
        let s = Curve::P256.pad(&[5]);
        assert_eq!(Curve::P256.negate(&Curve::P256.negate(&s)), s);
        assert_eq!(hex(&Curve::P256.negate(&s)[..4]), "FFFFFFFF");
    }
}
