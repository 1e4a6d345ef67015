//! §5.8.5 COSEAlgorithmIdentifier, §6.5.5 signature formats: key pairs of every algorithm, deterministic signatures.
//!
//! ECDSA takes its nonce from RFC 6979, and s may be high or low; PSS takes its salt from a seed; ML-DSA is the deterministic
//! variant. So a key always makes the same signature for the same message.

mod cose;
pub mod ecdsa;
pub mod rsa;
mod spki;
pub(crate) use spki::ml_dsa as ml_dsa_oid;

use crate::hash::Hash;
use crate::seed::Seed;
use ecdsa::Curve;
use ed25519_dalek::Signer as _;
use ml_dsa::{MlDsa44, MlDsa65, MlDsa87, MlDsaParams};
pub use rsa::Modulus;

/// A signature algorithm of the COSE registry.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[allow(missing_docs)]
pub enum Algorithm {
    Es256,
    Es384,
    Es512,
    Es256k,
    Esp256,
    Esp384,
    Esp512,
    EdDsa,
    Ed25519,
    Ed448,
    Rs256,
    Rs384,
    Rs512,
    Ps256,
    Ps384,
    Ps512,
    /// RSASSA-PKCS1-v1_5 with SHA-1: only TPMs sign with it.
    Rs1,
    MlDsa44,
    MlDsa65,
    MlDsa87,
}

/// How an algorithm signs.
#[derive(Clone, Copy)]
enum Family {
    Ecdsa(Curve),
    Ed25519,
    Ed448,
    RsaPkcs1,
    RsaPss,
    MlDsa,
}

impl Algorithm {
    /// Every algorithm, the legacy one last.
    pub const ALL: [Self; 20] = [
        Self::Es256,
        Self::Es384,
        Self::Es512,
        Self::Es256k,
        Self::Esp256,
        Self::Esp384,
        Self::Esp512,
        Self::EdDsa,
        Self::Ed25519,
        Self::Ed448,
        Self::Rs256,
        Self::Rs384,
        Self::Rs512,
        Self::Ps256,
        Self::Ps384,
        Self::Ps512,
        Self::MlDsa44,
        Self::MlDsa65,
        Self::MlDsa87,
        Self::Rs1,
    ];

    /// The number in the COSE registry, the name there, how it signs, and the hash. Ed25519, Ed448 and ML-DSA hash
    /// for themselves; the hash beside them is the one a TPM would use.
    fn row(self) -> (i64, &'static str, Family, Hash) {
        use Family::{Ecdsa, RsaPkcs1, RsaPss};
        match self {
            Self::Es256 => (-7, "ES256", Ecdsa(Curve::P256), Hash::Sha256),
            Self::Es384 => (-35, "ES384", Ecdsa(Curve::P384), Hash::Sha384),
            Self::Es512 => (-36, "ES512", Ecdsa(Curve::P521), Hash::Sha512),
            Self::Es256k => (-47, "ES256K", Ecdsa(Curve::Secp256k1), Hash::Sha256),
            Self::Esp256 => (-9, "ESP256", Ecdsa(Curve::P256), Hash::Sha256),
            Self::Esp384 => (-51, "ESP384", Ecdsa(Curve::P384), Hash::Sha384),
            Self::Esp512 => (-52, "ESP512", Ecdsa(Curve::P521), Hash::Sha512),
            Self::EdDsa => (-8, "EdDSA", Family::Ed25519, Hash::Sha256),
            Self::Ed25519 => (-19, "Ed25519", Family::Ed25519, Hash::Sha256),
            Self::Ed448 => (-53, "Ed448", Family::Ed448, Hash::Sha256),
            Self::Rs256 => (-257, "RS256", RsaPkcs1, Hash::Sha256),
            Self::Rs384 => (-258, "RS384", RsaPkcs1, Hash::Sha384),
            Self::Rs512 => (-259, "RS512", RsaPkcs1, Hash::Sha512),
            Self::Ps256 => (-37, "PS256", RsaPss, Hash::Sha256),
            Self::Ps384 => (-38, "PS384", RsaPss, Hash::Sha384),
            Self::Ps512 => (-39, "PS512", RsaPss, Hash::Sha512),
            Self::Rs1 => (-65535, "RS1", RsaPkcs1, Hash::Sha1),
            Self::MlDsa44 => (-48, "ML-DSA-44", Family::MlDsa, Hash::Sha256),
            Self::MlDsa65 => (-49, "ML-DSA-65", Family::MlDsa, Hash::Sha256),
            Self::MlDsa87 => (-50, "ML-DSA-87", Family::MlDsa, Hash::Sha256),
        }
    }

    /// Returns the COSEAlgorithmIdentifier.
    pub fn id(self) -> i64 {
        self.row().0
    }

    /// Returns the name in the COSE registry.
    pub fn name(self) -> &'static str {
        self.row().1
    }

    /// Returns the hash function of the algorithm, or SHA-256 if the algorithm names none.
    pub fn hash(self) -> Hash {
        self.row().3
    }

    /// Returns whether its keys are RSA keys.
    pub fn is_rsa(self) -> bool {
        matches!(self.row().2, Family::RsaPkcs1 | Family::RsaPss)
    }
}

/// A key pair, and the algorithm it signs with.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Key {
    /// The algorithm. Set another one to sign with the right key by the wrong algorithm.
    pub algorithm: Algorithm,
    secret: Secret,
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Secret {
    Ecdsa(Curve, Vec<u8>),
    Ed25519([u8; 32]),
    Ed448([u8; 57]),
    Rsa(Modulus),
    MlDsa(Algorithm, [u8; 32]),
}

/// The public key, with the parameters of its COSE_Key.
#[derive(Clone, Debug, PartialEq, Eq)]
#[allow(missing_docs)]
pub enum PublicKey {
    Ec2 { curve: Curve, x: Vec<u8>, y: Vec<u8> },
    Okp { crv: i64, x: Vec<u8> },
    Rsa { n: Vec<u8>, e: Vec<u8> },
    Akp { public: Vec<u8> },
}

impl Key {
    /// Draws a private key from the seed. For an RSA algorithm it is the fixed key with this modulus, because searching primes is
    /// slow.
    pub fn draw(algorithm: Algorithm, rsa: Modulus, seed: &mut Seed) -> Self {
        let secret = match algorithm.row().2 {
            Family::Ecdsa(curve) => Secret::Ecdsa(curve, curve.pad(&seed.draw(curve.seed_len()))),
            Family::Ed25519 => Secret::Ed25519(array(&seed.draw(32))),
            Family::Ed448 => Secret::Ed448(array(&seed.draw(57))),
            Family::RsaPkcs1 | Family::RsaPss => Secret::Rsa(rsa),
            Family::MlDsa => Secret::MlDsa(algorithm, array(&seed.draw(32))),
        };
        Self { algorithm, secret }
    }

    /// Makes the key that is drawn first from this name.
    pub fn new(info: &str, algorithm: Algorithm) -> Self {
        Self::draw(algorithm, Modulus::Other, &mut Seed::new(info))
    }

    /// Returns the fixed RSA key with this modulus.
    pub fn rsa(algorithm: Algorithm, modulus: Modulus) -> Self {
        Self { algorithm, secret: Secret::Rsa(modulus) }
    }

    /// Returns this key with another algorithm.
    pub fn signing_as(&self, algorithm: Algorithm) -> Self {
        Self { algorithm, secret: self.secret.clone() }
    }

    /// Returns the signature over a message, encoded by §6.5.5: ECDSA in DER, all others raw.
    pub fn sign(&self, message: &[u8]) -> Vec<u8> {
        match &self.secret {
            Secret::Ecdsa(..) => self.sign_ecdsa(message).to_der(),
            Secret::Ed25519(seed) => ed25519_dalek::SigningKey::from_bytes(seed).sign(message).to_bytes().to_vec(),
            Secret::Ed448(seed) => ed448(seed).sign_raw(message).to_bytes().to_vec(),
            Secret::Rsa(modulus) => match self.algorithm.row().2 {
                Family::RsaPss => modulus.sign_pss(self.algorithm.hash(), message),
                _ => modulus.sign_pkcs1(self.algorithm.hash(), message),
            },
            Secret::MlDsa(Algorithm::MlDsa44, seed) => sign_ml_dsa::<MlDsa44>(seed, message),
            Secret::MlDsa(Algorithm::MlDsa65, seed) => sign_ml_dsa::<MlDsa65>(seed, message),
            Secret::MlDsa(_, seed) => sign_ml_dsa::<MlDsa87>(seed, message),
        }
    }

    /// Returns r and s of an ECDSA signature, for tests that encode them in another way.
    pub fn sign_ecdsa(&self, message: &[u8]) -> ecdsa::Signature {
        match &self.secret {
            Secret::Ecdsa(curve, d) => curve.sign(d, self.algorithm.hash(), message),
            _ => panic!("{:?} is no ECDSA key", self.algorithm),
        }
    }

    /// Returns the public key.
    pub fn public(&self) -> PublicKey {
        match &self.secret {
            Secret::Ecdsa(curve, d) => {
                let (x, y) = curve.public(d);
                PublicKey::Ec2 { curve: *curve, x, y }
            }
            Secret::Ed25519(seed) => PublicKey::Okp {
                crv: 6,
                x: ed25519_dalek::SigningKey::from_bytes(seed).verifying_key().to_bytes().into(),
            },
            Secret::Ed448(seed) => PublicKey::Okp { crv: 7, x: ed448(seed).verifying_key().to_bytes().to_vec() },
            Secret::Rsa(modulus) => PublicKey::Rsa { n: modulus.n(), e: rsa::EXPONENT.to_vec() },
            Secret::MlDsa(Algorithm::MlDsa44, seed) => PublicKey::Akp { public: public_ml_dsa::<MlDsa44>(seed) },
            Secret::MlDsa(Algorithm::MlDsa65, seed) => PublicKey::Akp { public: public_ml_dsa::<MlDsa65>(seed) },
            Secret::MlDsa(_, seed) => PublicKey::Akp { public: public_ml_dsa::<MlDsa87>(seed) },
        }
    }
}

fn ed448(seed: &[u8; 57]) -> ed448_goldilocks::SigningKey {
    ed448_goldilocks::SigningKey::try_from(&seed[..]).expect("57 bytes")
}

fn sign_ml_dsa<P: MlDsaParams>(seed: &[u8; 32], message: &[u8]) -> Vec<u8> {
    let key = ml_dsa::ExpandedSigningKey::<P>::from_seed(&(*seed).into());
    key.sign_deterministic(message, b"").expect("an empty context").encode().to_vec()
}

fn public_ml_dsa<P: MlDsaParams>(seed: &[u8; 32]) -> Vec<u8> {
    ml_dsa::ExpandedSigningKey::<P>::from_seed(&(*seed).into()).verifying_key().encode().to_vec()
}

fn array<const N: usize>(bytes: &[u8]) -> [u8; N] {
    bytes.try_into().expect("as many bytes as were drawn")
}
