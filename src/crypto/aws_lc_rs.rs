//! The default backend: AWS-LC through `aws-lc-rs`.
//!
//! This module encodes keys from checked parts, because AWS-LC also accepts compressed and hybrid points, any
//! SubjectPublicKeyInfo, and any Ed25519 key. To verify a signature, it passes a point in a SubjectPublicKeyInfo, because
//! `aws-lc-rs` would check a bare point twice, which is a fifth slower.

use super::ED448_MODULE;
use super::curve::{MAX_SPKI_LEN, uncompressed};
use super::{Backend, CryptoError, Curve, Hash, PublicKey, Scheme};
use aws_lc_rs::agreement::{self, ParsedPublicKey as Peer, UnparsedPublicKey as Unparsed};
use aws_lc_rs::signature::{self as lc, ParsedPublicKey, RsaParameters, RsaPublicKeyComponents, VerificationAlgorithm};
use aws_lc_rs::{digest, hmac as mac, rand::SecureRandom as _, rand::SystemRandom, try_fips_mode};

/// The backend AWS-LC. Needs a C compiler to build. With the feature `fips` it is linked as its FIPS 140-3 module.
#[derive(Clone, Copy, Debug, Default)]
#[expect(clippy::exhaustive_structs, reason = "callers write the unit value, and it will never have a field")]
pub struct AwsLcRs;

type Algorithm = &'static dyn VerificationAlgorithm;

fn ecdsa(curve: Curve, hash: Hash) -> Option<Algorithm> {
    Some(match (curve, hash) {
        (Curve::P256, Hash::Sha256) => &lc::ECDSA_P256_SHA256_ASN1,
        (Curve::P256, Hash::Sha384) => &lc::ECDSA_P256_SHA384_ASN1,
        (Curve::P256, Hash::Sha512) => &lc::ECDSA_P256_SHA512_ASN1,
        (Curve::P384, Hash::Sha256) => &lc::ECDSA_P384_SHA256_ASN1,
        (Curve::P384, Hash::Sha384) => &lc::ECDSA_P384_SHA384_ASN1,
        (Curve::P384, Hash::Sha512) => &lc::ECDSA_P384_SHA512_ASN1,
        (Curve::P521, Hash::Sha256) => &lc::ECDSA_P521_SHA256_ASN1,
        (Curve::P521, Hash::Sha384) => &lc::ECDSA_P521_SHA384_ASN1,
        (Curve::P521, Hash::Sha512) => &lc::ECDSA_P521_SHA512_ASN1,
        (Curve::Secp256k1, Hash::Sha256) => &lc::ECDSA_P256K1_SHA256_ASN1,
        (Curve::Secp256k1, _) | (_, Hash::Sha1) => return None,
    })
}

/// Returns the key agreement algorithm of a curve. Its constructor makes the same checks of a point as the ECDSA constructor,
/// and is a sixth faster.
fn ecdh(curve: Curve) -> Option<&'static agreement::Algorithm> {
    Some(match curve {
        Curve::P256 => &agreement::ECDH_P256,
        Curve::P384 => &agreement::ECDH_P384,
        Curve::P521 => &agreement::ECDH_P521,
        Curve::Secp256k1 => return None,
    })
}

fn rsa(scheme: Scheme) -> Option<&'static RsaParameters> {
    Some(match scheme {
        Scheme::RsaPkcs1(Hash::Sha1) => &lc::RSA_PKCS1_2048_8192_SHA1_FOR_LEGACY_USE_ONLY,
        Scheme::RsaPkcs1(Hash::Sha256) => &lc::RSA_PKCS1_2048_8192_SHA256,
        Scheme::RsaPkcs1(Hash::Sha384) => &lc::RSA_PKCS1_2048_8192_SHA384,
        Scheme::RsaPkcs1(Hash::Sha512) => &lc::RSA_PKCS1_2048_8192_SHA512,
        Scheme::RsaPss(Hash::Sha256) => &lc::RSA_PSS_2048_8192_SHA256,
        Scheme::RsaPss(Hash::Sha384) => &lc::RSA_PSS_2048_8192_SHA384,
        Scheme::RsaPss(Hash::Sha512) => &lc::RSA_PSS_2048_8192_SHA512,
        _ => return None,
    })
}

#[cfg(feature = "ml-dsa")]
fn ml_dsa(set: super::MlDsa) -> Option<Algorithm> {
    Some(match set {
        super::MlDsa::MlDsa44 => &lc::ML_DSA_44,
        super::MlDsa::MlDsa65 => &lc::ML_DSA_65,
        super::MlDsa::MlDsa87 => &lc::ML_DSA_87,
    })
}

#[cfg(not(feature = "ml-dsa"))]
fn ml_dsa(_: super::MlDsa) -> Option<Algorithm> {
    None
}

/// Copies the output of a hash function. `N` is the output length of that function.
#[expect(clippy::expect_used, reason = "the algorithm fixes the length of its output; a made-up digest would be worse")]
fn array<const N: usize>(output: &[u8]) -> [u8; N] {
    output.try_into().expect("a digest has the length of its algorithm")
}

fn hash<const N: usize>(algorithm: &'static digest::Algorithm, parts: &[&[u8]]) -> [u8; N] {
    let digest = if let [whole] = parts {
        digest::digest(algorithm, whole) // a context would be an allocation
    } else {
        let mut context = digest::Context::new(algorithm);
        for part in parts {
            context.update(part);
        }
        context.finish()
    };
    array(digest.as_ref())
}

impl Backend for AwsLcRs {
    /// Asks the module, not the features of this crate, because another crate may decide which module is linked.
    fn name(&self) -> &'static str {
        if try_fips_mode().is_ok() { "AWS-LC FIPS" } else { "AWS-LC" }
    }

    fn module(&self, scheme: Scheme) -> &'static str {
        if scheme == Scheme::Ed448 { ED448_MODULE } else { self.name() }
    }

    fn supports(&self, scheme: Scheme) -> bool {
        match scheme {
            Scheme::Ecdsa(curve, hash) => ecdsa(curve, hash).is_some(),
            Scheme::Ed25519 => true,
            Scheme::Ed448 => cfg!(feature = "ed448"),
            Scheme::RsaPkcs1(_) | Scheme::RsaPss(_) => rsa(scheme).is_some(),
            Scheme::MlDsa(set) => ml_dsa(set).is_some(),
        }
    }

    fn sha256(&self, parts: &[&[u8]]) -> [u8; 32] {
        hash(&digest::SHA256, parts)
    }

    fn sha1(&self, parts: &[&[u8]]) -> Option<[u8; 20]> {
        Some(hash(&digest::SHA1_FOR_LEGACY_USE_ONLY, parts))
    }

    fn sha384(&self, parts: &[&[u8]]) -> Option<[u8; 48]> {
        Some(hash(&digest::SHA384, parts))
    }

    fn sha512(&self, parts: &[&[u8]]) -> Option<[u8; 64]> {
        Some(hash(&digest::SHA512, parts))
    }

    fn hmac_sha256(&self, key: &[u8], parts: &[&[u8]]) -> [u8; 32] {
        let mut context = mac::Context::with_key(&mac::Key::new(mac::HMAC_SHA256, key));
        for part in parts {
            context.update(part);
        }
        array(context.sign().as_ref())
    }

    fn check_key(&self, key: &PublicKey<'_>) -> Result<(), CryptoError> {
        match *key {
            PublicKey::Ec { curve, x, y } => {
                let mut buffer = [0; MAX_SPKI_LEN];
                let on_curve = match ecdh(curve) {
                    Some(algorithm) => {
                        Peer::try_from(Unparsed::new(algorithm, uncompressed(&[], x, y, &mut buffer))).map(drop)
                    }
                    None => {
                        let any_hash = ecdsa(curve, Hash::Sha256).ok_or(CryptoError::Unsupported)?;
                        let info = uncompressed(curve.spki_prefix(), x, y, &mut buffer);
                        ParsedPublicKey::new(any_hash, info).map(drop)
                    }
                };
                on_curve.map_err(|_| CryptoError::NotOnCurve)
            }
            PublicKey::Ed25519(_) | PublicKey::Rsa { .. } => Ok(()),
            #[cfg(feature = "ed448")]
            PublicKey::Ed448(key) => super::ed448::check_key(key),
            #[cfg(not(feature = "ed448"))]
            PublicKey::Ed448(_) => Err(CryptoError::Unsupported),
            PublicKey::MlDsa(set, _) => ml_dsa(set).map(drop).ok_or(CryptoError::Unsupported),
        }
    }

    fn verify(&self, scheme: Scheme, key: &PublicKey<'_>, message: &[u8], signature: &[u8]) -> Result<(), CryptoError> {
        let verify = |algorithm: Option<Algorithm>, key: &[u8]| {
            let verified = algorithm.ok_or(CryptoError::BadSignature)?.verify_sig(key, message, signature);
            verified.map_err(|_| CryptoError::BadSignature)
        };
        match (*key, scheme) {
            (PublicKey::Ec { curve, x, y }, Scheme::Ecdsa(other, hash)) if curve == other => {
                verify(ecdsa(curve, hash), uncompressed(curve.spki_prefix(), x, y, &mut [0; MAX_SPKI_LEN]))
            }
            (PublicKey::Ed25519(key), Scheme::Ed25519) => verify(Some(&lc::ED25519), key),
            #[cfg(feature = "ed448")]
            (PublicKey::Ed448(key), Scheme::Ed448) => super::ed448::verify(key, message, signature),
            (PublicKey::Rsa { modulus, exponent }, Scheme::RsaPkcs1(_) | Scheme::RsaPss(_)) => {
                RsaPublicKeyComponents { n: modulus, e: exponent }
                    .verify(rsa(scheme).ok_or(CryptoError::BadSignature)?, message, signature)
                    .map_err(|_| CryptoError::BadSignature)
            }
            (PublicKey::MlDsa(set, key), Scheme::MlDsa(other)) if set == other => verify(ml_dsa(set), key),
            _ => Err(CryptoError::BadSignature),
        }
    }

    fn random(&self, out: &mut [u8]) -> Result<(), CryptoError> {
        SystemRandom::new().fill(out).map_err(|_| CryptoError::Random)
    }
}
