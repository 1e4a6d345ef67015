//! One row for each rule of a public key. Every scheme is signed once and verified by both backends. Malformed signatures are
//! tested with Project Wycheproof (`tests/wycheproof.rs`).

mod keys;
mod signatures;

use super::*;

const BACKENDS: [&dyn Backend; 2] = [&AwsLcRs, &RustCrypto];
const HASHES: [Hash; 4] = [Hash::Sha1, Hash::Sha256, Hash::Sha384, Hash::Sha512];
const CURVES: [Curve; 4] = [Curve::P256, Curve::P384, Curve::P521, Curve::Secp256k1];
const SETS: [MlDsa; 3] = [MlDsa::MlDsa44, MlDsa::MlDsa65, MlDsa::MlDsa87];

/// All values of [`Scheme`], supported or not.
fn schemes() -> Vec<Scheme> {
    let ecdsa = CURVES.iter().flat_map(|curve| HASHES.map(|hash| Scheme::Ecdsa(*curve, hash)));
    let rsa = HASHES.iter().flat_map(|hash| [Scheme::RsaPkcs1(*hash), Scheme::RsaPss(*hash)]);
    let others = [Scheme::Ed25519, Scheme::Ed448].into_iter().chain(SETS.map(Scheme::MlDsa));
    ecdsa.chain(rsa).chain(others).collect()
}

/// Decodes hex digits; ignores other characters.
fn hex(text: &str) -> Vec<u8> {
    let digits: Vec<u32> = text.chars().filter_map(|c| c.to_digit(16)).collect();
    digits.chunks(2).map(|pair| u8::try_from(pair[0] << 4 | pair[1]).unwrap()).collect()
}

#[test]
fn backends_support_the_same_schemes() {
    for scheme in schemes() {
        let supported = match scheme {
            Scheme::Ecdsa(Curve::Secp256k1, hash) => hash == Hash::Sha256,
            Scheme::Ecdsa(_, hash) | Scheme::RsaPss(hash) => hash != Hash::Sha1,
            _ => true,
        };
        for backend in BACKENDS {
            assert_eq!(backend.supports(scheme), supported, "{scheme:?} {}", backend.name());
        }
    }
    for algorithm in Algorithm::OFFERABLE.into_iter().chain([Algorithm::LegacyRs1]) {
        assert!(BACKENDS.iter().all(|backend| backend.supports(algorithm.scheme())), "{algorithm:?}");
    }
}

/// A backend with only the required functions. It verifies no signature.
#[derive(Debug)]
struct Plain;

impl Backend for Plain {
    fn name(&self) -> &'static str {
        "plain"
    }
    fn supports(&self, _: Scheme) -> bool {
        false
    }
    fn sha256(&self, parts: &[&[u8]]) -> [u8; 32] {
        AwsLcRs.sha256(parts)
    }
    fn hmac_sha256(&self, key: &[u8], parts: &[&[u8]]) -> [u8; 32] {
        AwsLcRs.hmac_sha256(key, parts)
    }
    fn check_key(&self, _: &PublicKey<'_>) -> Result<(), CryptoError> {
        Err(CryptoError::Unsupported)
    }
    fn verify(&self, _: Scheme, _: &PublicKey<'_>, _: &[u8], _: &[u8]) -> Result<(), CryptoError> {
        Err(CryptoError::BadSignature)
    }
    fn random(&self, _: &mut [u8]) -> Result<(), CryptoError> {
        Err(CryptoError::Random)
    }
}

/// RFC 4231 test cases 1, 2 and 6: keys of 20 and 4 bytes, and one longer than a block.
#[test]
fn hmac_agrees_with_rfc_4231() {
    for (key, message, hmac) in [
        (vec![0x0b; 20], "Hi There", "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7"),
        (
            b"Jefe".to_vec(),
            "what do ya want for nothing?",
            "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843",
        ),
        (
            vec![0xaa; 131],
            "Test Using Larger Than Block-Size Key - Hash Key First",
            "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54",
        ),
    ] {
        let (head, tail) = message.as_bytes().split_at(5);
        for backend in [&AwsLcRs as &dyn Backend, &RustCrypto] {
            assert_eq!(backend.hmac_sha256(&key, &[head, tail])[..], hex(hmac)[..], "{}", backend.name());
        }
    }
}

/// The example "abc" of FIPS 180-4, in one part and in four.
#[test]
fn digests_cover_all_parts() {
    for (algorithm, digest) in [
        (Hash::Sha1, "a9993e364706816aba3e25717850c26c9cd0d89d"),
        (Hash::Sha256, "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"),
        (
            Hash::Sha384,
            "cb00753f45a35e8bb5a03d699ac65007272c32ab0eded1631a8b605a43ff5bed8086072ba1e7cc2358baeca134c825a7",
        ),
        (
            Hash::Sha512,
            "ddaf35a193617abacc417349ae20413112e6fa4e89a97ea20a9eeee64b55d39a
             2192992a274fc1a836ba3c23a3feebbd454d4423643ce80e2a9ac94fa54ca49f",
        ),
    ] {
        for backend in BACKENDS {
            for parts in [&[&b"abc"[..]][..], &[b"a", b"", b"b", b"c"]] {
                let found = backend.digest(algorithm, parts).unwrap();
                assert_eq!(found.as_ref(), hex(digest), "{algorithm:?} {}", backend.name());
            }
        }
    }
    assert_eq!(AwsLcRs.sha256(&[b"ab", b"c"]), RustCrypto.sha256(&[b"abc"]));
}

/// A digest has the length of its hash. A hash that the backend does not have is not replaced by another.
#[test]
fn a_backend_returns_only_the_hashes_it_has() {
    let plain: &dyn Backend = &Plain;
    let lengths = |backend: &dyn Backend| HASHES.map(|hash| backend.digest(hash, &[]).map(|d| d.as_ref().len()));
    assert_eq!(lengths(plain), [None, Some(32), None, None]);
    for backend in BACKENDS {
        assert_eq!(lengths(backend), [20, 32, 48, 64].map(Some), "{}", backend.name());
    }
}

#[test]
fn random_bytes_fill_the_buffer_and_differ() {
    for backend in BACKENDS {
        let mut drawn = [[0; 32]; 4];
        for buffer in &mut drawn {
            assert_eq!(backend.random(buffer), Ok(()));
        }
        assert!(drawn.iter().all(|a| drawn.iter().filter(|b| a == *b).count() == 1), "{}", backend.name());
        assert_eq!(backend.random(&mut []), Ok(()));
    }
}

#[test]
fn backends_have_names_and_the_default_is_aws_lc() {
    let aws_lc = if cfg!(feature = "fips") { "AWS-LC FIPS" } else { "AWS-LC" };
    assert_eq!(BACKENDS.map(Backend::name), [aws_lc, "RustCrypto"], "the name comes from the linked module");
    assert_eq!(default_backend().name(), AwsLcRs.name());
}

/// The evidence names the module that verified, also if the backend delegates.
#[test]
fn ed448_is_reported_with_its_own_module() {
    for backend in BACKENDS {
        for scheme in schemes() {
            let module = if scheme == Scheme::Ed448 { "ed448-goldilocks" } else { backend.name() };
            assert_eq!(backend.module(scheme), module, "{scheme:?}");
        }
    }
    assert_eq!(Plain.module(Scheme::Ed448), "plain", "a backend that delegates no scheme");
}
