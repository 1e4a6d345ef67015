//! A change of one bit in any signed part is refused, for every algorithm and every attestation format.

use crate::*;
use wardkey_authenticator::attestation::formats;
use wardkey_authenticator::{Compound, Format, Packed, seed::Seed};

/// One algorithm of each family, for which all bits are tried.
const WHOLE: [made::Algorithm; 3] = [made::Algorithm::Es256, made::Algorithm::Ed25519, made::Algorithm::Rs256];

/// The bits of a member that are tried.
#[derive(Clone, Copy)]
enum Bits {
    All,
    /// One bit of each byte, drawn from the name of the member.
    OneOfEach,
    /// The same, for at most this many bytes.
    Some(usize),
}

/// The algorithms of credentials. (The authenticator uses RS1 only for TPMs.)
fn algorithms() -> impl Iterator<Item = made::Algorithm> {
    let offered = |made: &made::Algorithm| Algorithm::OFFERABLE.iter().any(|ours| i64::from(ours.cose()) == made.id());
    made::Algorithm::ALL.into_iter().filter(offered)
}

/// The texts that differ from this JSON in one bit of one member of `response`.
fn one_bit_flipped(json: &Json, member: &'static str, which: Bits) -> impl Iterator<Item = (usize, String)> {
    let (json, original) = (json.to_string(), json["response"][member].as_str().unwrap());
    let mut bytes = from_base64url(original);
    let (before, after) = json.split_once(original).map(|(a, b)| (a.to_owned(), b.to_owned())).unwrap();
    let drawn = Seed::new(format!("properties.{member}")).draw(bytes.len());
    let every = match which {
        Bits::Some(most) => bytes.len().div_ceil(most),
        _ => 1,
    };
    let tried = move |bit: &usize| match which {
        Bits::All => true,
        _ => bit % 8 == usize::from(drawn[bit / 8] & 7) && (bit / 8).is_multiple_of(every),
    };
    (0..bytes.len() * 8).filter(tried).map(move |bit| {
        bytes[bit / 8] ^= 1 << (bit % 8);
        let flipped = format!("{before}{}{after}", base64url(&bytes));
        bytes[bit / 8] ^= 1 << (bit % 8);
        (bit, flipped)
    })
}

fn from_base64url(text: &str) -> Vec<u8> {
    use base64::Engine as _;
    base64::engine::general_purpose::URL_SAFE_NO_PAD.decode(text).unwrap()
}

/// Removes the unsigned copies, because they would reveal the change.
fn without_copies(made: Registration) -> Registration {
    made.json(|json| {
        let response = json["response"].as_object_mut().unwrap();
        response.retain(|name, _| matches!(name.as_str(), "clientDataJSON" | "attestationObject"));
    })
}

/// The parts of an attestation object that no signature covers: the version of SafetyNet, whose text is not checked; and for
/// U2F the flags, the counter and the AAGUID.
fn unsigned(made: &Registration, object: &[u8]) -> Vec<usize> {
    let after = |name: &[u8]| object.windows(name.len()).position(|part| part == name).unwrap() + name.len();
    match made.attestation.identifier().as_str() {
        "android-safetynet" => (after(b"\x63ver") + 1..after(b"\x63ver\x6814799021")).collect(),
        "fido-u2f" => (after(b"authData\x58\xa4") + 32..after(b"authData\x58\xa4") + 53).collect(),
        _ => Vec::new(),
    }
}

fn every_bit_matters(made: Registration, which: Bits) {
    let (name, made) = (made.attestation.identifier(), without_copies(made));
    let json = made.response();
    let unsigned = unsigned(&made, &made.make().attestation_object);
    assert_eq!(register(&made, &json.to_string()), "accepted", "{name}");
    for member in ["clientDataJSON", "attestationObject"] {
        for (bit, json) in one_bit_flipped(&json, member, which) {
            if member == "clientDataJSON" || !unsigned.contains(&(bit / 8)) {
                assert_ne!(register(&made, &json), "accepted", "{name}, {:?}: {member}, bit {bit}", made.key.algorithm);
            }
        }
    }
}

/// As many bits as are cheap.
fn cheap(algorithm: made::Algorithm) -> Bits {
    if WHOLE.contains(&algorithm) { Bits::All } else { Bits::Some(300) }
}

#[test]
fn every_single_bit_of_an_authentication_matters() {
    for algorithm in algorithms() {
        let made = Authentication::new("properties.bits", algorithm);
        let json = made.response();
        assert_eq!(authenticate(&made, &json.to_string()), "accepted");
        for member in ["clientDataJSON", "authenticatorData", "signature"] {
            for (bit, json) in one_bit_flipped(&json, member, cheap(algorithm)) {
                assert_ne!(authenticate(&made, &json), "accepted", "{algorithm:?}: {member}, bit {bit}");
            }
        }
    }
}

#[test]
fn every_single_bit_of_a_registration_that_its_own_key_attests_matters() {
    for algorithm in algorithms() {
        let made = Registration::new("properties.bits", algorithm).format(PackedSelf::new());
        every_bit_matters(made, cheap(algorithm));
    }
}

/// Formats with a certification path to an anchor: packed, TPM, Android, Apple, U2F, and a compound of several. (`none` signs
/// nothing.)
#[test]
fn every_single_byte_of_a_registration_with_certificates_matters() {
    for (name, format) in formats(made::Algorithm::Es256) {
        if !matches!(name, "none" | "packed-self") {
            every_bit_matters(attested_by(format), Bits::OneOfEach);
        }
    }
    every_bit_matters(attested_by(Compound::new().with(Packed::new()).with(PackedSelf::new())), Bits::Some(300));
}

/// Attestation keys of every algorithm.
#[test]
fn what_an_attestation_key_signs_matters() {
    for algorithm in algorithms() {
        every_bit_matters(attested_by(Packed::by(algorithm)), Bits::Some(100));
    }
}

fn attested_by(format: impl Format + 'static) -> Registration {
    Registration::new("properties.bits", made::Algorithm::Es256).format(format)
}
