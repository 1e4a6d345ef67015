//! One row for each rule of a COSE_Key.

use super::*;
use crate::codec::cbor;
use wardkey_authenticator::cbor::head;

/// A CBOR value to write, canonical or not.
#[derive(Clone, Debug)]
enum Item {
    Int(i64),
    Bytes(Vec<u8>),
    Text(&'static str),
    Raw(&'static [u8]),
}

/// Reads `alg` of an encoded key.
fn algorithm_number(bytes: &[u8]) -> Result<i64, Error> {
    Parameters::of(Value::read(bytes)?.map().ok_or(Error::NotAMap)?).algorithm_number()
}

type Entries = Vec<(i64, Item)>;

fn write(item: &Item) -> Vec<u8> {
    match item {
        Item::Int(n @ 0..) => head(0, n.unsigned_abs()),
        Item::Int(n) => head(1, (-1 - n).unsigned_abs()),
        Item::Bytes(bytes) => [head(2, bytes.len() as u64), bytes.clone()].concat(),
        Item::Text(text) => [&head(3, text.len() as u64), text.as_bytes()].concat(),
        Item::Raw(raw) => raw.to_vec(),
    }
}

/// Writes a map with these entries in this order.
fn map(entries: &[(i64, Item)]) -> Vec<u8> {
    let content = entries.iter().flat_map(|(label, item)| [write(&Item::Int(*label)), write(item)].concat());
    head(5, entries.len() as u64).into_iter().chain(content).collect()
}

fn bytes(len: usize) -> Item {
    Item::Bytes(vec![0xa5; len])
}

fn ec(alg: i64, crv: i64, len: usize) -> Entries {
    vec![(1, Item::Int(2)), (3, Item::Int(alg)), (-1, Item::Int(crv)), (-2, bytes(len)), (-3, bytes(len))]
}

fn okp(alg: i64, crv: i64, x: Item) -> Entries {
    vec![(1, Item::Int(1)), (3, Item::Int(alg)), (-1, Item::Int(crv)), (-2, x)]
}

fn rsa(alg: i64, modulus: Item, exponent: Item) -> Entries {
    vec![(1, Item::Int(3)), (3, Item::Int(alg)), (-1, modulus), (-2, exponent)]
}

fn akp(alg: i64, len: usize) -> Entries {
    vec![(1, Item::Int(7)), (3, Item::Int(alg)), (-1, bytes(len))]
}

/// The base point of Ed25519 (RFC 8032 §5.1).
fn ed25519_key() -> Item {
    let mut y = vec![0x66; 32];
    y[0] = 0x58;
    Item::Bytes(y)
}

/// The usual RSA exponent 65537, the Fermat number F4.
fn f4() -> Item {
    Item::Bytes(vec![1, 0, 1])
}

/// Returns the parameters of a key of this algorithm in canonical order. Reading does not check that a point is on its curve,
/// so coordinates are arbitrary bytes.
fn valid(algorithm: Algorithm) -> Entries {
    let alg = i64::from(algorithm.cose());
    match algorithm.scheme() {
        Scheme::Ecdsa(Curve::P256, _) => ec(alg, 1, 32),
        Scheme::Ecdsa(Curve::P384, _) => ec(alg, 2, 48),
        Scheme::Ecdsa(Curve::P521, _) => ec(alg, 3, 66),
        Scheme::Ecdsa(Curve::Secp256k1, _) => ec(alg, 8, 32),
        Scheme::Ed25519 => okp(alg, 6, ed25519_key()),
        Scheme::Ed448 => okp(alg, 7, bytes(57)),
        Scheme::RsaPkcs1(_) | Scheme::RsaPss(_) => rsa(alg, bytes(256), f4()),
        Scheme::MlDsa(set) => akp(alg, set.public_key_len()),
    }
}

/// Returns `entries` with `item` under `label`, in canonical order.
fn with(entries: Entries, label: i64, item: Item) -> Entries {
    let mut entries = without(entries, label);
    entries.push((label, item));
    entries.sort_by_key(|(label, _)| (*label < 0, label.unsigned_abs()));
    entries
}

fn without(mut entries: Entries, label: i64) -> Entries {
    entries.retain(|(other, _)| *other != label);
    entries
}

/// All algorithms, including RS1.
fn all() -> impl Iterator<Item = Algorithm> {
    Algorithm::OFFERABLE.into_iter().chain([Algorithm::LegacyRs1])
}

#[test]
fn every_algorithm_reads_its_identifier_and_its_key() {
    for algorithm in all() {
        let number = i64::from(algorithm.cose());
        assert_eq!(Algorithm::from_cose(number), Some(algorithm));
        assert_eq!(
            all().filter(|other| other.cose() == algorithm.cose()).count(),
            1,
            "{algorithm:?} has the identifier of another algorithm"
        );
        let encoded = map(&valid(algorithm));
        assert_eq!(algorithm_number(&encoded), Ok(number));
        let key = CoseKey::read(&encoded).unwrap();
        assert_eq!(key.algorithm(), algorithm);
        assert!(key.key().fits(algorithm.scheme()), "{algorithm:?}");
    }
    for number in [0, 1, -1, -6, -54, -46, -65534, -65536, i64::MIN, i64::MAX] {
        assert_eq!(Algorithm::from_cose(number), None, "{number}");
    }
}

/// Compares with a second list of the numbers of the IANA registry (COSE Algorithms).
#[test]
fn identifiers_equal_those_of_the_iana_registry() {
    let numbers: Vec<i32> = all().map(Algorithm::cose).collect();
    let registered =
        [-8, -7, -35, -36, -257, -258, -259, -37, -38, -39, -48, -49, -50, -47, -53, -9, -51, -52, -19, -65535];
    assert_eq!(numbers, registered);
    assert!(Algorithm::RECOMMENDED.iter().map(|algorithm| algorithm.cose()).eq([-8, -7, -257]));
}

#[test]
fn refuses_a_key_that_breaks_one_rule() {
    let es256 = || valid(Algorithm::Es256);
    let eddsa = || valid(Algorithm::EdDsa);
    let rs256 = || valid(Algorithm::Rs256);
    let ml_dsa = || valid(Algorithm::MlDsa44);
    let swapped = |mut entries: Entries, a: usize, b: usize| {
        entries.swap(a, b);
        entries
    };
    let twice = |mut entries: Entries, at: usize| {
        entries.insert(at, entries[at].clone());
        entries
    };
    let rows: Vec<(&str, Entries, Error)> = vec![
        // The map and its order
        ("kty twice", twice(es256(), 0), Error::Cbor(cbor::Error::DuplicateKey)),
        ("a second y", twice(es256(), 4), Error::Cbor(cbor::Error::DuplicateKey)),
        ("alg before kty", swapped(es256(), 0, 1), Error::Cbor(cbor::Error::KeyOrder)),
        ("y before x", swapped(es256(), 3, 4), Error::Cbor(cbor::Error::KeyOrder)),
        ("parameters before kty", swapped(rs256(), 0, 3), Error::Cbor(cbor::Error::KeyOrder)),
        ("alg in two bytes", with(es256(), 3, Item::Raw(&[0x38, 6])), Error::Cbor(cbor::Error::NonMinimal)),
        ("x in chunks", with(es256(), -2, Item::Raw(&[0x5f, 0xff])), Error::Cbor(cbor::Error::Indefinite)),
        // alg
        ("no alg", without(es256(), 3), Error::NoAlgorithm),
        ("alg is text", with(es256(), 3, Item::Text("ES256")), Error::NoAlgorithm),
        ("alg is a byte string", with(es256(), 3, Item::Bytes(vec![0x26])), Error::NoAlgorithm),
        (
            "alg of 64 bits",
            with(es256(), 3, Item::Raw(&[0x3b, 255, 255, 255, 255, 255, 255, 255, 255])),
            Error::NoAlgorithm,
        ),
        ("alg 0, reserved", ec(0, 1, 32), Error::UnknownAlgorithm(0)),
        ("alg 7", ec(7, 1, 32), Error::UnknownAlgorithm(7)),
        ("ES256 with SHA-1", ec(-65534, 1, 32), Error::UnknownAlgorithm(-65534)),
        // kty
        ("no kty", without(es256(), 1), Error::KeyType),
        ("kty is text", with(es256(), 1, Item::Text("EC2")), Error::KeyType),
        ("ES256 as OKP", with(es256(), 1, Item::Int(1)), Error::KeyType),
        ("ES256 as RSA", with(es256(), 1, Item::Int(3)), Error::KeyType),
        ("EdDSA as EC2", with(eddsa(), 1, Item::Int(2)), Error::KeyType),
        ("RS256 as EC2", with(rs256(), 1, Item::Int(2)), Error::KeyType),
        ("RS256 as symmetric", with(rs256(), 1, Item::Int(4)), Error::KeyType),
        ("ML-DSA as OKP", with(ml_dsa(), 1, Item::Int(1)), Error::KeyType),
        ("an EC key under RS256", with(es256(), 3, Item::Int(-257)), Error::KeyType),
        ("an RSA key under ES256", with(rs256(), 3, Item::Int(-7)), Error::KeyType),
        // crv
        ("no crv", without(es256(), -1), Error::Curve),
        ("crv is text", with(es256(), -1, Item::Text("P-256")), Error::Curve),
        ("ES256 on P-384", ec(-7, 2, 48), Error::Curve),
        ("ES256 on P-521", ec(-7, 3, 66), Error::Curve),
        ("ES256 on secp256k1", ec(-7, 8, 32), Error::Curve),
        ("ES384 on P-256", ec(-35, 1, 32), Error::Curve),
        ("ES512 on P-256", ec(-36, 1, 32), Error::Curve),
        ("ES256K on P-256", ec(-47, 1, 32), Error::Curve),
        ("ESP256 on P-384", ec(-9, 2, 48), Error::Curve),
        ("ESP384 on P-256", ec(-51, 1, 32), Error::Curve),
        ("ESP512 on P-384", ec(-52, 2, 48), Error::Curve),
        ("ES256 on the curve number of Ed25519", ec(-7, 6, 32), Error::Curve),
        ("EdDSA on Ed448", okp(-8, 7, bytes(57)), Error::Curve),
        ("EdDSA on X25519", okp(-8, 4, ed25519_key()), Error::Curve),
        ("EdDSA on P-256", okp(-8, 1, ed25519_key()), Error::Curve),
        ("Ed25519 on Ed448", okp(-19, 7, bytes(57)), Error::Curve),
        ("Ed448 on Ed25519", okp(-53, 6, ed25519_key()), Error::Curve),
        ("Ed448 on X448", okp(-53, 5, bytes(57)), Error::Curve),
        // Required parameters
        ("no x", without(es256(), -2), Error::Parameter),
        ("no y", without(es256(), -3), Error::Parameter),
        ("a compressed y, even", with(es256(), -3, Item::Raw(&[0xf4])), Error::Parameter),
        ("a compressed y, odd", with(es256(), -3, Item::Raw(&[0xf5])), Error::Parameter),
        ("x is text", with(es256(), -2, Item::Text("x")), Error::Parameter),
        ("x is null", with(eddsa(), -2, Item::Raw(&[0xf6])), Error::Parameter),
        ("no OKP x", without(eddsa(), -2), Error::Parameter),
        ("no n", without(rs256(), -1), Error::Parameter),
        ("no e", without(rs256(), -2), Error::Parameter),
        ("e is a number", with(rs256(), -2, Item::Int(65537)), Error::Parameter),
        ("no pub", without(ml_dsa(), -1), Error::Parameter),
        // Other parameters, optional or private (§6.5.1)
        ("a key id", with(es256(), 2, bytes(4)), Error::ExtraParameter),
        ("key_ops", with(es256(), 4, Item::Raw(&[0x81, 2])), Error::ExtraParameter),
        ("a base IV", with(es256(), 5, bytes(8)), Error::ExtraParameter),
        ("an EC private key d", with(es256(), -4, bytes(32)), Error::ExtraParameter),
        ("an OKP private key d", with(eddsa(), -4, bytes(32)), Error::ExtraParameter),
        ("a y for Ed25519", with(eddsa(), -3, bytes(32)), Error::ExtraParameter),
        ("an RSA private exponent d", with(rs256(), -3, bytes(256)), Error::ExtraParameter),
        ("an ML-DSA private key", with(ml_dsa(), -2, bytes(32)), Error::ExtraParameter),
        ("an unknown label", with(es256(), -70000, Item::Int(0)), Error::ExtraParameter),
        // The key itself; `crypto/tests/keys.rs` has more cases
        ("x of 31 bytes, without a leading zero", with(es256(), -2, bytes(31)), Error::Key(CryptoError::KeyLength)),
        ("y of 33 bytes, with a leading zero", with(es256(), -3, bytes(33)), Error::Key(CryptoError::KeyLength)),
        ("04 before x", with(es256(), -2, bytes(65)), Error::Key(CryptoError::KeyLength)),
        ("Ed25519 of 31 bytes", with(eddsa(), -2, bytes(31)), Error::Key(CryptoError::KeyLength)),
        (
            "Ed25519, the identity",
            with(eddsa(), -2, Item::Bytes([vec![1], vec![0; 31]].concat())),
            Error::Key(CryptoError::LowOrder),
        ),
        ("Ed25519, y not reduced", with(eddsa(), -2, Item::Bytes(vec![0xff; 32])), Error::Key(CryptoError::NotOnCurve)),
        ("Ed448 of 56 bytes", okp(-53, 7, bytes(56)), Error::Key(CryptoError::KeyLength)),
        ("RSA of 1024 bits", with(rs256(), -1, bytes(128)), Error::Key(CryptoError::Modulus)),
        (
            "RSA, a zero before n",
            with(rs256(), -1, Item::Bytes([vec![0], vec![0xa5; 256]].concat())),
            Error::Key(CryptoError::Modulus),
        ),
        ("RSA, e = 1", with(rs256(), -2, Item::Bytes(vec![1])), Error::Key(CryptoError::Exponent)),
        ("ML-DSA-65 with a key of ML-DSA-44", akp(-49, 1312), Error::Key(CryptoError::KeyLength)),
        ("ML-DSA-44 with a key of ML-DSA-87", akp(-48, 2592), Error::Key(CryptoError::KeyLength)),
    ];
    for (what, entries, error) in rows {
        assert_eq!(CoseKey::read(&map(&entries)), Err(error), "{what}");
    }
}

#[test]
fn refuses_values_that_are_not_maps() {
    for (what, encoded, error) in [
        ("nothing", vec![], Error::Cbor(cbor::Error::Truncated)),
        ("a number", vec![0], Error::NotAMap),
        ("an array", vec![0x80], Error::NotAMap),
        ("a map in a byte string", vec![0x41, 0xa0], Error::NotAMap),
        ("an empty map", vec![0xa0], Error::NoAlgorithm),
        ("an indefinite map", vec![0xbf, 0xff], Error::Cbor(cbor::Error::Indefinite)),
        ("a tagged map", vec![0xc0, 0xa0], Error::Cbor(cbor::Error::Tag)),
        ("a byte after it", [map(&valid(Algorithm::Es256)), vec![0]].concat(), Error::Cbor(cbor::Error::TrailingBytes)),
    ] {
        assert_eq!(CoseKey::read(&encoded), Err(error), "{what}");
        assert_eq!(algorithm_number(&encoded), Err(error), "{what}");
    }
    let mut cut = map(&valid(Algorithm::Es256));
    cut.pop();
    assert_eq!(CoseKey::read(&cut), Err(Error::Cbor(cbor::Error::Truncated)));
}

/// Labels are compared by value and by type: the text "3" is not the integer 3.
#[test]
fn a_text_label_does_not_count_as_an_integer_label() {
    let encoded = [0xa1, 0x61, b'3', 0x26];
    assert_eq!(algorithm_number(&encoded), Err(Error::NoAlgorithm));
}

#[test]
fn an_unknown_algorithm_is_refused_before_the_key_is_read() {
    let encoded = map(&[(3, Item::Int(-65534))]);
    assert_eq!(algorithm_number(&encoded), Ok(-65534));
    assert_eq!(CoseKey::read(&encoded), Err(Error::UnknownAlgorithm(-65534)));
}

#[test]
fn error_texts_state_the_rule_without_received_text() {
    for (error, text) in [
        (
            Error::Cbor(cbor::Error::KeyOrder),
            "the COSE_Key is not canonical CBOR: CBOR map keys are not in canonical order",
        ),
        (Error::NotAMap, "the COSE_Key is not a CBOR map"),
        (Error::NoAlgorithm, "alg of the COSE_Key is missing or not an integer"),
        (Error::UnknownAlgorithm(-65534), "COSE algorithm -65534 is not known"),
        (Error::KeyType, "kty of the COSE_Key is missing or does not match its algorithm"),
        (Error::Curve, "crv of the COSE_Key is missing or does not match its algorithm"),
        (Error::Parameter, "a required parameter of the COSE_Key is missing or not a byte string"),
        (Error::ExtraParameter, "the COSE_Key has a parameter that its algorithm does not require"),
        (Error::Key(CryptoError::KeyLength), "the public key, or a coordinate of it, has the wrong length"),
    ] {
        assert_eq!(error.to_string(), text);
    }
}
