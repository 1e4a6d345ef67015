//! Every scheme is signed by RustCrypto and verified by both backends. Changed messages, keys and signatures must not verify.

use super::*;
use ed25519_dalek::Signer as _;
use p256::ecdsa::signature::hazmat::PrehashSigner as _;
use rsa::rand_core;

const MESSAGE: &[u8] = b"authenticator data, and the hash of the client data";

/// A scheme, the arguments of the constructor of its public key, and a signature over [`MESSAGE`].
struct Signed {
    scheme: Scheme,
    key: [Vec<u8>; 2],
    signature: Vec<u8>,
}

impl Signed {
    fn key(&self) -> PublicKey<'_> {
        let [first, second] = &self.key;
        match self.scheme {
            Scheme::Ecdsa(curve, _) => PublicKey::ec(curve, first, second),
            Scheme::Ed25519 => PublicKey::ed25519(first),
            Scheme::Ed448 => PublicKey::ed448(first),
            Scheme::RsaPkcs1(_) | Scheme::RsaPss(_) => PublicKey::rsa(first, second),
            Scheme::MlDsa(set) => PublicKey::ml_dsa(set, first),
        }
        .unwrap()
    }
}

fn ecdsa(curve: Curve, hash: Hash) -> Signed {
    let backend: &dyn Backend = &RustCrypto;
    let hashed = backend.digest(hash, &[MESSAGE]).unwrap();
    macro_rules! sign {
        ($curve:ident) => {{
            let mut secret = $curve::FieldBytes::default();
            secret[1..].fill(0x5a);
            let key = $curve::ecdsa::SigningKey::from_bytes(&secret).unwrap();
            let signature: $curve::ecdsa::Signature = key.sign_prehash(hashed.as_ref()).unwrap();
            (key.verifying_key().to_sec1_point(false).as_bytes().to_vec(), signature.to_der().as_bytes().to_vec())
        }};
    }
    let (point, signature) = match curve {
        Curve::P256 => sign!(p256),
        Curve::P384 => sign!(p384),
        Curve::P521 => sign!(p521),
        Curve::Secp256k1 => sign!(k256),
    };
    let (x, y) = point[1..].split_at(curve.coordinate_len());
    Signed { scheme: Scheme::Ecdsa(curve, hash), key: [x.to_vec(), y.to_vec()], signature }
}

/// A deterministic generator of random numbers. Salts and blinding in tests must be distinct, but need not be secret.
struct Counter(u64);

impl rand_core::RngCore for Counter {
    fn next_u32(&mut self) -> u32 {
        let [.., a, b, c, d] = self.next_u64().to_be_bytes();
        u32::from_be_bytes([a, b, c, d])
    }
    fn next_u64(&mut self) -> u64 {
        self.0 += 1;
        self.0.wrapping_mul(0x9e37_79b9_7f4a_7c15)
    }
    fn fill_bytes(&mut self, out: &mut [u8]) {
        rand_core::impls::fill_bytes_via_next(self, out);
    }
    fn try_fill_bytes(&mut self, out: &mut [u8]) -> Result<(), rand_core::Error> {
        self.fill_bytes(out);
        Ok(())
    }
}

impl rand_core::CryptoRng for Counter {}

/// The primes of two moduli. The first has 2049 bits, so that the encoded message EM of PSS is one byte shorter than the
/// modulus. The second has 3482 bits, which is not a multiple of 8.
const PRIMES: [[&str; 2]; 2] = [
    [
        "01fb9ec5754e006a8fec85f7e9fc6db6bd9845dc1f3e737e8907948aed5ecbab8f794a12a1c79ab17d6f3a2d30fd37f8
         0a3d741ca763f7d9cae3033b7669e344c14592d0f0e32ab7ffa5a899543de35ff9db31db64ccd985f2acf261bec71e0f
         5f0203ff61f41c3cb09f58bd591c1c3b17f04030c121e6c92ab7dd39910d84e0ef",
        "cea4281fd4c742166286e4b6af8101963470b5f26b8adf44dd4dd99cadcddcf619fa3499cd3adc78ab669dd6f329f052
         9c924007ef04e638b75e95d0a7ef0e3b95d2d8da1457b9b26f3bacf8644789db53820702a7a196bbba509dbb4d8fde00
         e1fb81598e7d7f5e1dc055af0c7e975488c4a66e38c6960ef688e3a5fb9c1aed",
    ],
    [
        "1c74a3cecb0b92e4b0093dc7575b08d790fa8f02fc83026a4f1353adb992d9989064c2b816a913ba9f5c22b612f737ad
         4b4464a54711e5a8964f7df49a2c24f133a63b528f08cfae744b32595bc69cf4a475dff2f59fe2cc2f6bb4590fe0eaf0
         0786f6b892671de0af89d38322909eef47b5073fa348e28a3f0a3774530ef6f39138417643beed67cbde76e26fea7f3a
         8fc4272383d20599542e9c18a3b10ce8a945cb5640aae76a1c8184d3662a2748f310b6ece87ad9799ee6d68fa6ef9e94
         c2f0975cafb7c727025c104046f8c55877629b09a1e93698df65",
        "1cb0d94e9220119da6089f6bdb59a09251b930af71247e51db713c54df8334f497639c738249b90936e0fd6098bb8f97
         34273c1aa59426d70afb544b7088091fe03acab29eb5a2cce7af0ba789d67011151878422c27ec291c5e97ed7e06bc69
         33152d23545ec36a1de667ea5e8ef436c32c3080ac6effae07460957d57ffd67955e95cc0d4c04ad6835d477cf66afb6
         d3f9ec94d93d112c94cb5cf91a15192336081b72bde26e443c4228ae6ee8cfdd3e63efe29015289b4f80d80fdae8cab1
         e6c44629762b225cbdb540b32de4b16e3c4b16a3569009bee4c7",
    ],
];
/// The usual exponent, and the longest accepted one: 2^33 − 9.
const EXPONENTS: [u64; 2] = [65537, (1 << 33) - 9];

fn rsa(primes: [&str; 2], exponent: u64) -> Vec<Signed> {
    use rsa::sha2::{Digest as _, Sha256, Sha384, Sha512};
    use rsa::traits::PublicKeyParts as _;
    use rsa::{BigUint, Pkcs1v15Sign, Pss};
    let [p, q] = primes.map(|prime| BigUint::from_bytes_be(&hex(prime)));
    let key = rsa::RsaPrivateKey::from_p_q(p, q, BigUint::from(exponent)).unwrap();
    let sha1 = {
        let digest_info = hex("3021300906052b0e03021a05000414").into(); // RFC 8017 §9.2 note 1
        let hash = RustCrypto.sha1(&[MESSAGE]).unwrap();
        key.sign(Pkcs1v15Sign { hash_len: Some(hash.len()), prefix: digest_info }, &hash)
    };
    macro_rules! pkcs1 {
        ($hash:ident) => {
            (Scheme::RsaPkcs1(Hash::$hash), key.sign(Pkcs1v15Sign::new::<$hash>(), &$hash::digest(MESSAGE)))
        };
    }
    macro_rules! pss {
        ($hash:ident) => {{
            let signed = key.sign_with_rng(&mut Counter(0), Pss::new::<$hash>(), &$hash::digest(MESSAGE));
            (Scheme::RsaPss(Hash::$hash), signed)
        }};
    }
    [
        (Scheme::RsaPkcs1(Hash::Sha1), sha1),
        pkcs1!(Sha256),
        pkcs1!(Sha384),
        pkcs1!(Sha512),
        pss!(Sha256),
        pss!(Sha384),
        pss!(Sha512),
    ]
    .into_iter()
    .map(|(scheme, signed)| Signed {
        scheme,
        key: [key.n().to_bytes_be(), key.e().to_bytes_be()],
        signature: signed.unwrap(),
    })
    .collect()
}

fn ml_dsa<P: ml_dsa::MlDsaParams>(set: MlDsa) -> Signed {
    let key = ml_dsa::SigningKey::<P>::from_seed(&[9; 32].into());
    let public: &ml_dsa::VerifyingKey<P> = key.as_ref();
    Signed {
        scheme: Scheme::MlDsa(set),
        key: [public.encode().to_vec(), vec![]],
        signature: key.sign(MESSAGE).encode().to_vec(),
    }
}

/// Returns a signature of every scheme that RustCrypto supports.
fn signed() -> Vec<Signed> {
    let supported = |scheme: &Scheme| RustCrypto.supports(*scheme);
    let curves = schemes().into_iter().filter(supported).filter_map(|scheme| match scheme {
        Scheme::Ecdsa(curve, hash) => Some(ecdsa(curve, hash)),
        _ => None,
    });
    let ed25519 = ed25519_dalek::SigningKey::from_bytes(&[7; 32]);
    let ed448 = ed448_goldilocks::SigningKey::from(&[7; 57].into());
    let edwards = [
        Signed {
            scheme: Scheme::Ed25519,
            key: [ed25519.verifying_key().to_bytes().to_vec(), vec![]],
            signature: ed25519.sign(MESSAGE).to_bytes().to_vec(),
        },
        Signed {
            scheme: Scheme::Ed448,
            key: [ed448.verifying_key().to_bytes().to_vec(), vec![]],
            signature: ed448.sign_raw(MESSAGE).to_bytes().to_vec(),
        },
    ];
    let lattices = [
        ml_dsa::<ml_dsa::MlDsa44>(MlDsa::MlDsa44),
        ml_dsa::<ml_dsa::MlDsa65>(MlDsa::MlDsa65),
        ml_dsa::<ml_dsa::MlDsa87>(MlDsa::MlDsa87),
    ];
    let rsa = PRIMES.into_iter().flat_map(|primes| EXPONENTS.into_iter().flat_map(move |e| rsa(primes, e)));
    curves.chain(edwards).chain(lattices).chain(rsa).collect()
}

#[test]
fn both_backends_verify_every_scheme_and_no_other() {
    let signed = signed();
    for scheme in schemes() {
        let signatures = signed.iter().filter(|signed| signed.scheme == scheme).count();
        assert_eq!(signatures > 0, RustCrypto.supports(scheme), "{scheme:?}");
    }
    for (case, backend) in signed.iter().flat_map(|case| BACKENDS.map(|backend| (case, backend))) {
        let (key, signature) = (case.key(), &case.signature);
        let what = format!("{:?} {}", case.scheme, backend.name());
        assert_eq!(key.check(backend), Ok(()), "{what}");
        let verify = |message: &[u8], signature: &[u8]| backend.verify(case.scheme, &key, message, signature);
        assert_eq!(verify(MESSAGE, signature), Ok(()), "{what}");
        assert_eq!(verify(&MESSAGE[1..], signature), Err(CryptoError::BadSignature), "{what}: a different message");
        assert_eq!(verify(MESSAGE, &[]), Err(CryptoError::BadSignature), "{what}: no signature");
        assert_eq!(verify(MESSAGE, &vec![0; signature.len()]), Err(CryptoError::BadSignature), "{what}: zeros");
        assert_eq!(verify(MESSAGE, &signature[1..]), Err(CryptoError::BadSignature), "{what}: a byte short");
        assert_eq!(
            verify(MESSAGE, &signature[..signature.len() - 1]),
            Err(CryptoError::BadSignature),
            "{what}: a byte short"
        );
        assert_eq!(
            verify(MESSAGE, &[&signature[..], &[0]].concat()),
            Err(CryptoError::BadSignature),
            "{what}: a byte long"
        );
        assert_eq!(
            verify(MESSAGE, &[&[0], &signature[..]].concat()),
            Err(CryptoError::BadSignature),
            "{what}: a byte long"
        );
        for at in [4, signature.len() / 2, signature.len() - 1] {
            let mut altered = signature.clone();
            altered[at] ^= 1;
            assert_eq!(verify(MESSAGE, &altered), Err(CryptoError::BadSignature), "{what}: altered at {at}");
        }
        for other in schemes().into_iter().filter(|other| *other != case.scheme) {
            assert_eq!(
                backend.verify(other, &key, MESSAGE, signature),
                Err(CryptoError::BadSignature),
                "{what} as {other:?}"
            );
        }
    }
}

#[test]
fn a_key_fits_only_the_schemes_of_its_kind() {
    for case in signed() {
        for scheme in schemes() {
            let same_kind = match (case.scheme, scheme) {
                (Scheme::Ecdsa(curve, _), Scheme::Ecdsa(other, _)) => curve == other,
                (Scheme::RsaPkcs1(_) | Scheme::RsaPss(_), Scheme::RsaPkcs1(_) | Scheme::RsaPss(_)) => true,
                (scheme, other) => scheme == other,
            };
            assert_eq!(case.key().fits(scheme), same_kind, "{:?} {scheme:?}", case.scheme);
        }
    }
}

/// §6.5.5 and FIPS 186-5: only DER is accepted, with s as well as with n − s.
#[test]
fn ecdsa_accepts_s_and_n_minus_s_in_der_only() {
    for case in CURVES.map(|curve| ecdsa(curve, Hash::Sha256)) {
        macro_rules! forms {
            ($curve:ident) => {{
                let one = $curve::ecdsa::Signature::from_der(&case.signature).unwrap();
                let (r, s) = one.split_scalars();
                let other = $curve::ecdsa::Signature::from_scalars(r.to_bytes(), (-s).to_bytes()).unwrap();
                (other.to_der().as_bytes().to_vec(), one.to_bytes().to_vec())
            }};
        }
        let Scheme::Ecdsa(curve, _) = case.scheme else { unreachable!() };
        let (twin, raw) = match curve {
            Curve::P256 => forms!(p256),
            Curve::P384 => forms!(p384),
            Curve::P521 => forms!(p521),
            Curve::Secp256k1 => forms!(k256),
        };
        for backend in BACKENDS {
            let verify = |signature: &[u8]| backend.verify(case.scheme, &case.key(), MESSAGE, signature);
            assert_ne!(twin, case.signature);
            assert_eq!(verify(&twin), Ok(()), "n - s on {curve:?}, {}", backend.name());
            assert_eq!(
                verify(&raw),
                Err(CryptoError::BadSignature),
                "r and s as raw bytes on {curve:?}, {}",
                backend.name()
            );
        }
    }
}

/// A key that was stored without a check must not verify anything.
#[test]
fn a_key_that_is_not_a_point_verifies_nothing() {
    for case in CURVES.map(|curve| ecdsa(curve, Hash::Sha256)) {
        let [x, y] = &case.key;
        for (backend, (x, y)) in BACKENDS.iter().flat_map(|backend| [(y, x), (x, x)].map(|point| (backend, point))) {
            let Scheme::Ecdsa(curve, _) = case.scheme else { unreachable!() };
            let key = PublicKey::ec(curve, x, y).unwrap();
            assert_eq!(
                backend.verify(case.scheme, &key, MESSAGE, &case.signature),
                Err(CryptoError::BadSignature),
                "{curve:?}"
            );
        }
    }
}
