//! Public keys that are refused because of their bytes, or because they are not points of the curve.

use super::*;
use crate::crypto::CryptoError::{Exponent, KeyLength, LowOrder, Modulus, NotOnCurve};

/// The base point of a curve (SEC 2; FIPS 186-5), which is the public key of the private key 1.
fn base_point(curve: Curve) -> (Vec<u8>, Vec<u8>) {
    macro_rules! point {
        ($curve:ident) => {{
            let mut one = $curve::FieldBytes::default();
            *one.last_mut().unwrap() = 1;
            let key = $curve::ecdsa::SigningKey::from_bytes(&one).unwrap();
            key.verifying_key().to_sec1_point(false).as_bytes()[1..].to_vec()
        }};
    }
    let point = match curve {
        Curve::P256 => point!(p256),
        Curve::P384 => point!(p384),
        Curve::P521 => point!(p521),
        Curve::Secp256k1 => point!(k256),
    };
    let (x, y) = point.split_at(curve.coordinate_len());
    (x.to_vec(), y.to_vec())
}

/// Returns the prime of the field, big-endian.
fn prime(curve: Curve) -> Vec<u8> {
    match curve {
        Curve::P256 => hex("ffffffff00000001000000000000000000000000ffffffffffffffffffffffff"),
        Curve::P384 => [vec![0xff; 31], hex("feffffffff0000000000000000ffffffff")].concat(),
        Curve::P521 => [vec![0x01], vec![0xff; 65]].concat(),
        Curve::Secp256k1 => [vec![0xff; 27], hex("fefffffc2f")].concat(),
    }
}

/// Returns x and y of a point, and x + p. The x is so small that x + p still has the length of a coordinate.
fn small_point(curve: Curve) -> (Vec<u8>, Vec<u8>, Vec<u8>) {
    macro_rules! decompress {
        ($curve:ident, $x:expr) => {{
            let point = $curve::ecdsa::VerifyingKey::from_sec1_bytes(&[&[2][..], $x].concat()).ok();
            point.map(|point| point.to_sec1_point(false).as_bytes()[1..].to_vec())
        }};
    }
    (1..=255_u8)
        .find_map(|small| {
            let mut x = vec![0; curve.coordinate_len()];
            *x.last_mut().unwrap() = small;
            let point = match curve {
                Curve::P256 => decompress!(p256, &x),
                Curve::P384 => decompress!(p384, &x),
                Curve::P521 => decompress!(p521, &x),
                Curve::Secp256k1 => decompress!(k256, &x),
            }?;
            let mut sum = prime(curve);
            let mut carry = small;
            for byte in sum.iter_mut().rev() {
                let (digit, over) = byte.overflowing_add(carry);
                (*byte, carry) = (digit, over.into());
            }
            Some((x, point[curve.coordinate_len()..].to_vec(), sum))
        })
        .unwrap()
}

#[test]
fn ec_coordinates_must_have_full_length() {
    for curve in CURVES {
        let len = curve.coordinate_len();
        let key = |x: usize, y: usize| PublicKey::ec(curve, &[1; 140][..x], &[1; 140][..y]).map(drop);
        assert_eq!(key(len, len), Ok(()));
        for (x, y) in
            [(0, 0), (len - 1, len), (len, len - 1), (len + 1, len), (len, len + 1), (len, 0), (1 + 2 * len, 0)]
        {
            assert_eq!(key(x, y), Err(KeyLength), "{curve:?} {x} {y}");
        }
    }
}

#[test]
fn ec_keys_are_points_in_reduced_coordinates() {
    for curve in CURVES {
        let (x, y) = base_point(curve);
        let (small_x, small_y, unreduced_x) = small_point(curve);
        let zero = vec![0; curve.coordinate_len()];
        let mut altered = y.clone();
        *altered.last_mut().unwrap() ^= 1;
        let mut top = x.clone();
        top[0] ^= 0x80;
        for (what, x, y, expected) in [
            ("the base point", &x, &y, Ok(())),
            ("a point with a small x", &small_x, &small_y, Ok(())),
            ("x + p", &unreduced_x, &small_y, Err(NotOnCurve)),
            ("swapped", &y, &x, Err(NotOnCurve)),
            ("y altered", &x, &altered, Err(NotOnCurve)),
            ("x with its first bit changed", &top, &y, Err(NotOnCurve)),
            ("(0, 0)", &zero, &zero, Err(NotOnCurve)),
            ("(x, 0)", &x, &zero, Err(NotOnCurve)),
            ("x = p", &prime(curve), &y, Err(NotOnCurve)),
            ("y = p", &x, &prime(curve), Err(NotOnCurve)),
            ("all ones", &vec![0xff; zero.len()], &vec![0xff; zero.len()], Err(NotOnCurve)),
        ] {
            let key = PublicKey::ec(curve, x, y).unwrap();
            for backend in BACKENDS {
                assert_eq!(key.check(backend), expected, "{what} on {curve:?}, {}", backend.name());
            }
        }
    }
}

#[test]
fn ed25519_keys_are_reduced_points_not_of_low_order() {
    let little = |low: u8, middle: u8, top: u8| [&[low][..], &[middle; 30], &[top]].concat();
    for (what, key, made, checked) in [
        ("the base point", little(0x58, 0x66, 0x66), Ok(()), Ok(())),
        ("its negative", little(0x58, 0x66, 0xe6), Ok(()), Ok(())),
        ("no point: y = 2", little(2, 0, 0), Ok(()), Err(NotOnCurve)),
        ("31 bytes", vec![0x66; 31], Err(KeyLength), Ok(())),
        ("33 bytes", vec![0x66; 33], Err(KeyLength), Ok(())),
        ("nothing", vec![], Err(KeyLength), Ok(())),
        ("the identity", little(1, 0, 0), Err(LowOrder), Ok(())),
        ("the identity, x = −0", little(1, 0, 0x80), Err(LowOrder), Ok(())),
        ("order 4", little(0, 0, 0), Err(LowOrder), Ok(())),
        ("order 2: y = p − 1", little(0xec, 0xff, 0x7f), Err(LowOrder), Ok(())),
        ("y = p", little(0xed, 0xff, 0x7f), Err(NotOnCurve), Ok(())),
        ("y = p + 1, the identity unreduced", little(0xee, 0xff, 0x7f), Err(NotOnCurve), Ok(())),
        ("all ones", vec![0xff; 32], Err(NotOnCurve), Ok(())),
    ] {
        let key = PublicKey::ed25519(&key);
        assert_eq!(key.map(drop), made, "{what}");
        for (key, backend) in key.iter().flat_map(|key| BACKENDS.map(|backend| (key, backend))) {
            assert_eq!(key.check(backend), checked, "{what}, {}", backend.name());
        }
    }
}

#[test]
fn ed448_keys_have_57_bytes() {
    for len in [0, 56, 58, 114] {
        assert_eq!(PublicKey::ed448(&vec![1; len]), Err(KeyLength), "{len}");
    }
    let key = PublicKey::ed448(&[0; 57]).unwrap();
    assert!(BACKENDS.iter().all(|backend| key.check(*backend) == Err(LowOrder)), "more in ed448.rs");
}

/// Returns 2^(bits − 1) + 1, an odd number with `bits` bits.
fn odd(bits: usize) -> Vec<u8> {
    let mut n = vec![0; bits.div_ceil(8)];
    n[0] = 1 << ((bits - 1) % 8);
    *n.last_mut().unwrap() |= 1;
    n
}

#[test]
fn rsa_moduli_are_odd_minimal_and_of_2048_to_8192_bits() {
    let f4 = [1, 0, 1];
    for bits in [2048, 2049, 2055, 2056, 2057, 3072, 3482, 4096, 8191, 8192] {
        let modulus = odd(bits);
        let key = PublicKey::rsa(&modulus, &f4).unwrap();
        assert!(BACKENDS.iter().all(|backend| key.check(*backend) == Ok(())), "{bits}");
    }
    let mut even = odd(2048);
    *even.last_mut().unwrap() = 0;
    let rows = [512, 1024, 2040, 2047, 8193, 8200, 16384].map(|bits| (format!("{bits} bits"), odd(bits)));
    let others = [
        ("nothing", vec![]),
        ("0", vec![0]),
        ("1", vec![1]),
        ("even", even),
        ("a zero before it", [vec![0], odd(2048)].concat()),
        ("zeros up to 2048 bits", [vec![0; 128], odd(1024)].concat()),
        ("zero, 2048 bits of it", vec![0; 256]),
    ];
    for (what, modulus) in rows.into_iter().chain(others.map(|(what, modulus)| (what.to_owned(), modulus))) {
        assert_eq!(PublicKey::rsa(&modulus, &f4), Err(Modulus), "{what}");
    }
}

#[test]
fn rsa_exponents_are_odd_minimal_and_of_2_to_33_bits() {
    let modulus = odd(2048);
    for exponent in [&[3][..], &[5], &[17], &[1, 0, 1], &[1, 255, 255, 255, 255]] {
        assert!(PublicKey::rsa(&modulus, exponent).is_ok(), "{exponent:?}");
    }
    for (what, exponent) in [
        ("nothing", vec![]),
        ("0", vec![0]),
        ("1", vec![1]),
        ("2", vec![2]),
        ("65536", vec![1, 0, 0]),
        ("a zero before 3", vec![0, 3]),
        ("a zero before 1", vec![0, 1]),
        ("34 bits", vec![2, 0, 0, 0, 1]),
        ("64 bits", vec![0xff; 8]),
        ("65 bits: 2^64 + 1", vec![1, 0, 0, 0, 0, 0, 0, 0, 1]),
        ("as long as n", odd(2048)),
    ] {
        assert_eq!(PublicKey::rsa(&modulus, &exponent), Err(Exponent), "{what}");
    }
}

#[test]
fn ml_dsa_keys_have_the_length_of_their_parameter_set() {
    for set in SETS {
        for other in SETS.map(MlDsa::public_key_len).into_iter().chain([0, 32, 1311, 1313, 2593]) {
            let expected = if other == set.public_key_len() { Ok(()) } else { Err(KeyLength) };
            let bytes = vec![1; other];
            let key = PublicKey::ml_dsa(set, &bytes);
            assert_eq!(key.map(drop), expected, "{set:?} {other}");
            assert!(key.iter().all(|key| BACKENDS.iter().all(|backend| key.check(*backend) == Ok(()))));
        }
    }
}

#[test]
fn error_texts_state_the_rule() {
    for (error, text) in [
        (KeyLength, "the public key, or a coordinate of it, has the wrong length"),
        (NotOnCurve, "the public key is not a point on the curve"),
        (LowOrder, "the EdDSA key has low order"),
        (Modulus, "expected an odd RSA modulus of 2048 to 8192 bits without padding, found another"),
        (Exponent, "expected an odd RSA exponent from 3 up to 33 bits without padding, found another"),
        (CryptoError::Unsupported, "this build cannot verify with a key of this kind"),
    ] {
        assert_eq!(error.to_string(), text);
    }
    assert_eq!(CryptoError::BadSignature.to_string(), "the signature does not verify");
    assert_eq!(CryptoError::Random.to_string(), "the system's random source failed");
}
