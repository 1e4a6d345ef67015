//! Writes COSE_Keys in canonical CBOR (CTAP2 §8).

use super::{Algorithm, CoseKey, crv};
use crate::crypto::PublicKey;
use Parameter::{Bytes, Integer};

/// The value of a parameter of a COSE_Key.
#[derive(Clone, Copy)]
pub(crate) enum Parameter<'a> {
    Integer(i64),
    Bytes(&'a [u8]),
}

/// Encodes a COSE_Key with these parameters. The caller must pass them in canonical order: 1, 3, −1, −2, −3.
pub(crate) fn encode(parameters: &[(i64, Parameter<'_>)]) -> Vec<u8> {
    let mut out = Vec::new();
    head(0xa0, wide(parameters.len()), &mut out);
    for (label, parameter) in parameters {
        integer(*label, &mut out);
        match parameter {
            Integer(value) => integer(*value, &mut out),
            Bytes(bytes) => {
                head(0x40, wide(bytes.len()), &mut out);
                out.extend_from_slice(bytes);
            }
        }
    }
    out
}

fn wide(len: usize) -> u64 {
    u64::try_from(len).unwrap_or(u64::MAX)
}

fn integer(value: i64, out: &mut Vec<u8>) {
    match u64::try_from(value) {
        Ok(value) => head(0x00, value, out),
        Err(_) => head(0x20, value.unsigned_abs().saturating_sub(1), out),
    }
}

/// Writes the major type in the upper three bits, then the number in the shortest form.
fn head(major: u8, number: u64, out: &mut Vec<u8>) {
    match (u8::try_from(number), u16::try_from(number), u32::try_from(number)) {
        (Ok(number @ 0..=23), ..) => out.push(major | number),
        (Ok(number), ..) => out.extend_from_slice(&[major | 24, number]),
        (_, Ok(number), _) => {
            out.push(major | 25);
            out.extend_from_slice(&number.to_be_bytes());
        }
        (.., Ok(number)) => {
            out.push(major | 26);
            out.extend_from_slice(&number.to_be_bytes());
        }
        _ => {
            out.push(major | 27);
            out.extend_from_slice(&number.to_be_bytes());
        }
    }
}

impl<'a> CoseKey<'a> {
    /// Makes a COSE_Key, or returns `None` if the key does not fit the scheme of the algorithm.
    pub(crate) fn new(algorithm: Algorithm, key: PublicKey<'a>) -> Option<Self> {
        key.fits(algorithm.scheme()).then_some(Self { algorithm, key })
    }

    /// Encodes the COSE_Key.
    pub(crate) fn encode(&self) -> Vec<u8> {
        let alg = Integer(self.algorithm.cose().into());
        match self.key {
            PublicKey::Ec { curve, x, y } => {
                encode(&[(1, Integer(2)), (3, alg), (-1, Integer(crv(curve))), (-2, Bytes(x)), (-3, Bytes(y))])
            }
            PublicKey::Ed25519(x) => encode(&[(1, Integer(1)), (3, alg), (-1, Integer(6)), (-2, Bytes(x))]),
            PublicKey::Ed448(x) => encode(&[(1, Integer(1)), (3, alg), (-1, Integer(7)), (-2, Bytes(x))]),
            PublicKey::Rsa { modulus, exponent } => {
                encode(&[(1, Integer(3)), (3, alg), (-1, Bytes(modulus)), (-2, Bytes(exponent))])
            }
            PublicKey::MlDsa(_, key) => encode(&[(1, Integer(7)), (3, alg), (-1, Bytes(key))]),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::codec::cbor::Value;

    #[test]
    fn numbers_are_encoded_in_the_shortest_form() {
        let mut out = Vec::new();
        for number in [0, 23, 24, 255, 256, 65535, 65536, 4_294_967_295, 4_294_967_296] {
            out.clear();
            head(0, number, &mut out);
            assert_eq!(Value::read(&out), Ok(Value::Unsigned(number)));
        }
        for number in [-1, -24, -25, -257, -65535] {
            out.clear();
            integer(number, &mut out);
            assert_eq!(Value::read(&out).unwrap().integer(), Some(number));
        }
    }
}
