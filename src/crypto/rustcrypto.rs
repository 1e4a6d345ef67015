//! The pure Rust backend: RustCrypto.
//!
//! It supports every scheme of the backend AWS-LC, with the same verdicts. If a crate is stricter or more lenient than its
//! standard, this module corrects it, and a comment says so.

use super::curve::{MAX_SPKI_LEN, uncompressed};
use super::{Backend, CryptoError, Curve, ED448_MODULE, Hash, MlDsa, PublicKey, RSA_BITS, Scheme};
use hmac::{Hmac, KeyInit, Mac as _};
use ml_dsa::{EncodedVerifyingKey, MlDsa44, MlDsa65, MlDsa87, MlDsaParams};
use p256::ecdsa::signature::{Verifier as _, hazmat::PrehashVerifier as _};
use sha1::Sha1;
use sha2::{Sha256, Sha384, Sha512};

/// The backend RustCrypto. Builds for every target, without a C compiler.
#[derive(Clone, Copy, Debug, Default)]
#[expect(clippy::exhaustive_structs, reason = "callers write the unit value, and it will never have a field")]
pub struct RustCrypto;

/// Verifies ECDSA (FIPS 186-5 §6.4.2). The crates truncate or pad the hash to the length of the order.
///
/// k256 accepts only the lower of s and n − s. The standard accepts both, so s is normalised for every curve.
fn ecdsa(curve: Curve, point: &[u8], hash: &[u8], signature: &[u8]) -> Option<()> {
    macro_rules! verify {
        ($curve:ident) => {{
            let key = $curve::ecdsa::VerifyingKey::from_sec1_bytes(point).ok()?;
            let signature = $curve::ecdsa::Signature::from_der(signature).ok()?;
            key.verify_prehash(hash, &signature.normalize_s()).ok()
        }};
    }
    match curve {
        Curve::P256 => verify!(p256),
        Curve::P384 => verify!(p384),
        Curve::P521 => verify!(p521),
        Curve::Secp256k1 => verify!(k256),
    }
}

/// Returns whether 04 ‖ x ‖ y is a point of the curve (SEC1 §2.3.4).
fn is_on_curve(curve: Curve, point: &[u8]) -> bool {
    match curve {
        Curve::P256 => p256::PublicKey::from_sec1_bytes(point).is_ok(),
        Curve::P384 => p384::PublicKey::from_sec1_bytes(point).is_ok(),
        Curve::P521 => p521::PublicKey::from_sec1_bytes(point).is_ok(),
        Curve::Secp256k1 => k256::PublicKey::from_sec1_bytes(point).is_ok(),
    }
}

/// Verifies Ed25519 (RFC 8032 §5.1.7), cofactorless, with S < L. Does not use `verify_strict`, because that function refuses
/// signatures that RFC 8032 accepts.
fn ed25519(key: &[u8; 32], message: &[u8], signature: &[u8]) -> Option<()> {
    let key = ed25519_dalek::VerifyingKey::from_bytes(key).ok()?;
    let signature = ed25519_dalek::Signature::from_slice(signature).ok()?;
    key.verify(message, &signature).ok()
}

/// The DigestInfo of SHA-1 without the hash (RFC 8017 §9.2 note 1). The crate has only those of SHA-2.
const SHA1_DIGEST_INFO: [u8; 15] = *b"\x30\x21\x30\x09\x06\x05\x2b\x0e\x03\x02\x1a\x05\x00\x04\x14";

/// Verifies RSASSA-PKCS1-v1_5 and RSASSA-PSS (RFC 8017 §8). The crate hashes with its own versions of the hash functions.
fn rsa(scheme: Scheme, modulus: &[u8], exponent: &[u8], message: &[u8], signature: &[u8]) -> Option<()> {
    use rsa::signature::Verifier as _;
    use rsa::{pkcs1v15, pss, sha2};
    let [n, e] = [modulus, exponent].map(rsa::BigUint::from_bytes_be);
    let key = rsa::RsaPublicKey::new_with_max_size(n, e, *RSA_BITS.end()).ok()?;
    macro_rules! verify {
        ($padding:ident, $hash:ty) => {{
            let signature = $padding::Signature::try_from(signature).ok()?;
            $padding::VerifyingKey::<$hash>::new(key).verify(message, &signature).ok()
        }};
    }
    match scheme {
        Scheme::RsaPkcs1(Hash::Sha1) => {
            let padding = rsa::Pkcs1v15Sign { hash_len: Some(20), prefix: SHA1_DIGEST_INFO.into() };
            key.verify(padding, &hash::<Sha1>(&[message]), signature).ok()
        }
        Scheme::RsaPkcs1(Hash::Sha256) => verify!(pkcs1v15, sha2::Sha256),
        Scheme::RsaPkcs1(Hash::Sha384) => verify!(pkcs1v15, sha2::Sha384),
        Scheme::RsaPkcs1(Hash::Sha512) => verify!(pkcs1v15, sha2::Sha512),
        Scheme::RsaPss(Hash::Sha256) => verify!(pss, sha2::Sha256),
        Scheme::RsaPss(Hash::Sha384) => verify!(pss, sha2::Sha384),
        Scheme::RsaPss(Hash::Sha512) => verify!(pss, sha2::Sha512),
        _ => None,
    }
}

/// Verifies ML-DSA (FIPS 204 Algorithm 3) with an empty context.
fn ml_dsa<P: MlDsaParams>(key: &[u8], message: &[u8], signature: &[u8]) -> Option<()> {
    let key = ml_dsa::VerifyingKey::<P>::decode(&EncodedVerifyingKey::<P>::try_from(key).ok()?);
    key.verify(message, &ml_dsa::Signature::try_from(signature).ok()?).ok()
}

fn hash<D: sha2::Digest>(parts: &[&[u8]]) -> sha2::digest::Output<D> {
    parts.iter().fold(D::new(), |hash, part| hash.chain_update(part)).finalize()
}

impl Backend for RustCrypto {
    fn name(&self) -> &'static str {
        "RustCrypto"
    }

    fn module(&self, scheme: Scheme) -> &'static str {
        if scheme == Scheme::Ed448 { ED448_MODULE } else { self.name() }
    }

    fn supports(&self, scheme: Scheme) -> bool {
        match scheme {
            Scheme::Ecdsa(Curve::Secp256k1, hash) => hash == Hash::Sha256,
            Scheme::Ecdsa(_, hash) | Scheme::RsaPss(hash) => hash != Hash::Sha1,
            Scheme::Ed448 => cfg!(feature = "ed448"),
            Scheme::Ed25519 | Scheme::RsaPkcs1(_) | Scheme::MlDsa(_) => true,
        }
    }

    fn sha256(&self, parts: &[&[u8]]) -> [u8; 32] {
        hash::<Sha256>(parts).into()
    }

    fn sha1(&self, parts: &[&[u8]]) -> Option<[u8; 20]> {
        Some(hash::<Sha1>(parts).into())
    }

    fn sha384(&self, parts: &[&[u8]]) -> Option<[u8; 48]> {
        Some(hash::<Sha384>(parts).into())
    }

    fn sha512(&self, parts: &[&[u8]]) -> Option<[u8; 64]> {
        Some(hash::<Sha512>(parts).into())
    }

    #[expect(clippy::expect_used, reason = "HMAC takes a key of any length (RFC 2104 §2)")]
    fn hmac_sha256(&self, key: &[u8], parts: &[&[u8]]) -> [u8; 32] {
        let mac = <Hmac<Sha256> as KeyInit>::new_from_slice(key).expect("HMAC takes a key of any length");
        parts.iter().fold(mac, |mac, part| mac.chain_update(part)).finalize().into_bytes().into()
    }

    fn check_key(&self, key: &PublicKey<'_>) -> Result<(), CryptoError> {
        match *key {
            PublicKey::Ec { curve, x, y } => {
                if is_on_curve(curve, uncompressed(&[], x, y, &mut [0; MAX_SPKI_LEN])) {
                    Ok(())
                } else {
                    Err(CryptoError::NotOnCurve)
                }
            }
            PublicKey::Ed25519(_) | PublicKey::Rsa { .. } | PublicKey::MlDsa(..) => Ok(()),
            #[cfg(feature = "ed448")]
            PublicKey::Ed448(key) => super::ed448::check_key(key),
            #[cfg(not(feature = "ed448"))]
            PublicKey::Ed448(_) => Err(CryptoError::Unsupported),
        }
    }

    fn verify(&self, scheme: Scheme, key: &PublicKey<'_>, message: &[u8], signature: &[u8]) -> Result<(), CryptoError> {
        let verified = match (*key, scheme) {
            (PublicKey::Ec { curve, x, y }, Scheme::Ecdsa(other, hash)) if curve == other && self.supports(scheme) => {
                let backend: &dyn Backend = self;
                let hash = backend.digest(hash, &[message]);
                hash.and_then(|hash| {
                    ecdsa(curve, uncompressed(&[], x, y, &mut [0; MAX_SPKI_LEN]), hash.as_ref(), signature)
                })
            }
            (PublicKey::Ed25519(key), Scheme::Ed25519) => ed25519(key, message, signature),
            #[cfg(feature = "ed448")]
            (PublicKey::Ed448(key), Scheme::Ed448) => return super::ed448::verify(key, message, signature),
            (PublicKey::Rsa { modulus, exponent }, Scheme::RsaPkcs1(_) | Scheme::RsaPss(_)) => {
                rsa(scheme, modulus, exponent, message, signature)
            }
            (PublicKey::MlDsa(set, key), Scheme::MlDsa(other)) if set == other => match set {
                MlDsa::MlDsa44 => ml_dsa::<MlDsa44>(key, message, signature),
                MlDsa::MlDsa65 => ml_dsa::<MlDsa65>(key, message, signature),
                MlDsa::MlDsa87 => ml_dsa::<MlDsa87>(key, message, signature),
            },
            _ => None,
        };
        verified.ok_or(CryptoError::BadSignature)
    }

    fn random(&self, out: &mut [u8]) -> Result<(), CryptoError> {
        getrandom::fill(out).map_err(|_| CryptoError::Random)
    }
}
