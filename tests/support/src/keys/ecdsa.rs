//! ECDSA (SEC 1 §4.1.3) with the deterministic nonce of RFC 6979 §3.2, over the four curves of COSE.
//!
//! Written out over the bare arithmetic of the curves: what the curves' own crates sign with prefers the lower s on
//! secp256k1, and authenticators do not.

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
