//! Signature verification behind the trait [`Backend`].
//!
//! A [`Scheme`] fixes key type, curve, hash and padding together, so a message cannot choose any of them. A [`PublicKey`]
//! exists only with checked lengths and ranges. A [`Backend`] computes, and decides nothing else. The two backends of this
//! crate give the same verdicts.

pub(crate) mod cose;
mod cost;
mod curve;
mod ed25519;

#[cfg(feature = "aws-lc-rs")]
mod aws_lc_rs;
#[cfg(feature = "ed448")]
mod ed448;
#[cfg(feature = "rustcrypto")]
mod rustcrypto;

#[cfg(feature = "aws-lc-rs")]
pub use self::aws_lc_rs::AwsLcRs;
pub use cose::Algorithm;
pub use curve::Curve;
#[cfg(feature = "rustcrypto")]
pub use rustcrypto::RustCrypto;

use crate::codec::Few;

#[cfg(not(any(feature = "aws-lc-rs", feature = "rustcrypto")))]
compile_error!("wardkey needs a crypto backend: enable the feature `aws-lc-rs` or `rustcrypto`");

/// A hash function. SHA-1 is used only where formats of the standard still need it: TPM names and RS1 signatures.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, serde::Serialize, serde::Deserialize)]
#[non_exhaustive]
pub enum Hash {
    /// SHA-1, 20 bytes.
    #[serde(rename = "sha-1")]
    Sha1,
    /// SHA-256, 32 bytes.
    #[serde(rename = "sha-256")]
    Sha256,
    /// SHA-384, 48 bytes.
    #[serde(rename = "sha-384")]
    Sha384,
    /// SHA-512, 64 bytes.
    #[serde(rename = "sha-512")]
    Sha512,
}

/// The output of a [`Hash`](enum@Hash), with the length of that hash.
pub(crate) type Digest = Few<u8, 64>;

/// A parameter set of ML-DSA (FIPS 204).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum MlDsa {
    /// ML-DSA-44.
    MlDsa44,
    /// ML-DSA-65.
    MlDsa65,
    /// ML-DSA-87.
    MlDsa87,
}

impl MlDsa {
    /// Returns the length of a public key, in bytes (FIPS 204, table 2).
    #[must_use]
    pub const fn public_key_len(self) -> usize {
        match self {
            Self::MlDsa44 => 1312,
            Self::MlDsa65 => 1952,
            Self::MlDsa87 => 2592,
        }
    }
}

/// A signature scheme: key type, curve, hash and padding together, so a message cannot choose any of them.
///
/// Signatures are encoded as in §6.5.5: ECDSA as strict DER, all others as raw bytes of a fixed length.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Scheme {
    /// ECDSA on a curve, with a hash.
    Ecdsa(Curve, Hash),
    /// Ed25519 (RFC 8032): cofactorless, S reduced.
    Ed25519,
    /// Ed448 (RFC 8032).
    Ed448,
    /// RSASSA-PKCS1-v1_5 (RFC 8017 §8.2). The encoded message is compared as a whole.
    RsaPkcs1(Hash),
    /// RSASSA-PSS (RFC 8017 §8.1) with MGF1 of the same hash and a salt of the length of the hash (RFC 8230 §2).
    RsaPss(Hash),
    /// ML-DSA (FIPS 204), pure, with an empty context string.
    MlDsa(MlDsa),
}

/// The allowed length of an RSA modulus in bits: the minimum of NIST SP 800-131A, and a maximum that bounds the work.
const RSA_BITS: core::ops::RangeInclusive<usize> = 2048..=8192;
/// The maximum length of an RSA exponent in bits, because verification takes one squaring per bit. Both backends have this
/// limit too, so without this check a key with a longer exponent could be registered but would never verify.
const RSA_EXPONENT_BITS: usize = 33;

/// Why a key is not usable, a signature does not verify, or there are no random bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, thiserror::Error)]
#[non_exhaustive]
pub enum CryptoError {
    /// The signature does not verify. Contains no reason, so that an attacker learns none.
    #[error("the signature does not verify")]
    BadSignature,
    /// The random source failed.
    #[error("the system's random source failed")]
    Random,
    /// A key or a coordinate of a point has the wrong length.
    #[error("the public key, or a coordinate of it, has the wrong length")]
    KeyLength,
    /// The coordinates are not a point on the curve, or not reduced.
    #[error("the public key is not a point on the curve")]
    NotOnCurve,
    /// An Ed25519 or Ed448 key of low order, for which anyone can make signatures without a private key. For Ed448 also a point
    /// with a component of low order, which no key generation yields.
    #[error("the EdDSA key has low order")]
    LowOrder,
    /// An RSA modulus of fewer than 2048 or more than 8192 bits, with a leading zero byte, or even.
    #[error("expected an odd RSA modulus of 2048 to 8192 bits without padding, found another")]
    Modulus,
    /// An RSA exponent that is even, 1, of more than 33 bits, or with a leading zero byte.
    #[error("expected an odd RSA exponent from 3 up to 33 bits without padding, found another")]
    Exponent,
    /// This build cannot verify with a key of this kind.
    #[error("this build cannot verify with a key of this kind")]
    Unsupported,
}

/// A public key whose lengths and ranges were checked when it was made.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum PublicKey<'a> {
    /// An uncompressed point.
    #[non_exhaustive]
    Ec {
        /// The curve.
        curve: Curve,
        /// The x coordinate, of full length.
        x: &'a [u8],
        /// The y coordinate, of full length.
        y: &'a [u8],
    },
    /// An Ed25519 key: reduced and not of low order.
    #[non_exhaustive]
    Ed25519(&'a [u8; 32]),
    /// An Ed448 key.
    #[non_exhaustive]
    Ed448(&'a [u8; 57]),
    /// An RSA key of 2048 to 8192 bits.
    #[non_exhaustive]
    Rsa {
        /// The modulus, big-endian, without a leading zero.
        modulus: &'a [u8],
        /// The public exponent, big-endian, without a leading zero, at most 33 bits.
        exponent: &'a [u8],
    },
    /// An ML-DSA key with the length of its parameter set.
    #[non_exhaustive]
    MlDsa(MlDsa, &'a [u8]),
}

impl<'a> PublicKey<'a> {
    /// Makes an elliptic-curve key from coordinates. [`Self::check`] checks that they are a point of the curve.
    ///
    /// # Errors
    /// [`CryptoError::KeyLength`] unless both coordinates have full length.
    pub fn ec(curve: Curve, x: &'a [u8], y: &'a [u8]) -> Result<Self, CryptoError> {
        let len = curve.coordinate_len();
        if x.len() == len && y.len() == len { Ok(Self::Ec { curve, x, y }) } else { Err(CryptoError::KeyLength) }
    }

    /// Makes an Ed25519 key (RFC 8032 §5.1.2).
    ///
    /// # Errors
    /// [`CryptoError::KeyLength`], [`CryptoError::NotOnCurve`] if y is not reduced, [`CryptoError::LowOrder`].
    pub fn ed25519(key: &'a [u8]) -> Result<Self, CryptoError> {
        let key = key.try_into().map_err(|_| CryptoError::KeyLength)?;
        ed25519::check_encoding(key).map(|()| Self::Ed25519(key))
    }

    /// Makes an Ed448 key (RFC 8032 §5.2.2).
    ///
    /// # Errors
    /// [`CryptoError::KeyLength`].
    pub fn ed448(key: &'a [u8]) -> Result<Self, CryptoError> {
        key.try_into().map(Self::Ed448).map_err(|_| CryptoError::KeyLength)
    }

    /// Makes an RSA key from big-endian integers without leading zeros.
    ///
    /// # Errors
    /// [`CryptoError::Modulus`], [`CryptoError::Exponent`].
    pub fn rsa(modulus: &'a [u8], exponent: &'a [u8]) -> Result<Self, CryptoError> {
        let bits = |n: &[u8]| -> Option<usize> {
            let zeros = n.first()?.leading_zeros();
            n.len().checked_mul(8)?.checked_sub(usize::try_from(zeros).ok()?)
        };
        let (minimal, odd) = (
            |n: &[u8]| n.first().is_some_and(|&first| first != 0),
            |n: &[u8]| n.last().is_some_and(|last| last & 1 == 1),
        );
        if !(minimal(modulus) && odd(modulus) && bits(modulus).is_some_and(|bits| RSA_BITS.contains(&bits))) {
            return Err(CryptoError::Modulus);
        }
        let small = bits(exponent).is_some_and(|bits| (2..=RSA_EXPONENT_BITS).contains(&bits));
        if !(minimal(exponent) && odd(exponent) && small) {
            return Err(CryptoError::Exponent);
        }
        Ok(Self::Rsa { modulus, exponent })
    }

    /// Makes an ML-DSA key.
    ///
    /// # Errors
    /// [`CryptoError::KeyLength`].
    pub fn ml_dsa(set: MlDsa, key: &'a [u8]) -> Result<Self, CryptoError> {
        if key.len() == set.public_key_len() { Ok(Self::MlDsa(set, key)) } else { Err(CryptoError::KeyLength) }
    }

    /// Returns whether `scheme` verifies with a key of this kind.
    #[must_use]
    pub fn fits(&self, scheme: Scheme) -> bool {
        match (self, scheme) {
            (Self::Ec { curve, .. }, Scheme::Ecdsa(other, _)) => *curve == other,
            (Self::MlDsa(set, _), Scheme::MlDsa(other)) => *set == other,
            (Self::Rsa { .. }, Scheme::RsaPkcs1(_) | Scheme::RsaPss(_))
            | (Self::Ed25519(_), Scheme::Ed25519)
            | (Self::Ed448(_), Scheme::Ed448) => true,
            _ => false,
        }
    }

    /// Checks, before the key is stored, that it is a point of its curve and that `backend` can verify with it.
    ///
    /// # Errors
    /// [`CryptoError::NotOnCurve`], [`CryptoError::LowOrder`], [`CryptoError::Unsupported`].
    pub fn check(&self, backend: &dyn Backend) -> Result<(), CryptoError> {
        if let Self::Ed25519(key) = self {
            ed25519::check_point(key)?;
        }
        backend.check_key(self)
    }
}

/// The module that verifies Ed448 with either backend.
const ED448_MODULE: &str = "ed448-goldilocks";

/// A crypto module. It receives checked keys and schemes, computes, and decides nothing else.
///
/// Each hash is returned as an array of its length, so that a backend cannot return a digest of the wrong length.
pub trait Backend: core::fmt::Debug + Send + Sync {
    /// Returns the name of the module, for the evidence.
    fn name(&self) -> &'static str;

    /// Returns the name of the module that verifies this scheme, for the evidence. By default it is [`Self::name`]; a backend
    /// that delegates the scheme to another crate returns the name of that crate.
    fn module(&self, scheme: Scheme) -> &'static str {
        let _ = scheme;
        self.name()
    }

    /// Returns whether [`Backend::verify`] supports this scheme. An unsupported algorithm is never offered or registered.
    fn supports(&self, scheme: Scheme) -> bool;

    /// Returns SHA-256 of the concatenation of `parts`.
    fn sha256(&self, parts: &[&[u8]]) -> [u8; 32];

    /// Returns SHA-1 of the concatenation of `parts`, or `None` (the default) if the backend does not have it. Only TPM
    /// statements need SHA-1, SHA-384 and SHA-512; without the hash such a statement is refused.
    fn sha1(&self, parts: &[&[u8]]) -> Option<[u8; 20]> {
        let _ = parts;
        None
    }

    /// Returns SHA-384 of the concatenation of `parts`, or `None` (the default).
    fn sha384(&self, parts: &[&[u8]]) -> Option<[u8; 48]> {
        let _ = parts;
        None
    }

    /// Returns SHA-512 of the concatenation of `parts`, or `None` (the default).
    fn sha512(&self, parts: &[&[u8]]) -> Option<[u8; 64]> {
        let _ = parts;
        None
    }

    /// Returns HMAC-SHA-256 (RFC 2104, FIPS 198-1) of the concatenation of `parts`. Decoys are derived with it.
    fn hmac_sha256(&self, key: &[u8], parts: &[&[u8]]) -> [u8; 32];

    /// Checks what [`PublicKey`] cannot check by itself: that the key is a point of its curve, and that the backend supports
    /// keys of this kind.
    ///
    /// # Errors
    /// [`CryptoError::NotOnCurve`], [`CryptoError::LowOrder`] for Ed448, [`CryptoError::Unsupported`].
    fn check_key(&self, key: &PublicKey<'_>) -> Result<(), CryptoError>;

    /// Verifies `signature` over `message`.
    ///
    /// # Errors
    /// [`CryptoError::BadSignature`], also if the key does not fit the scheme.
    fn verify(&self, scheme: Scheme, key: &PublicKey<'_>, message: &[u8], signature: &[u8]) -> Result<(), CryptoError>;

    /// Fills `out` with random bytes, for challenges and user handles.
    ///
    /// # Errors
    /// [`CryptoError::Random`].
    fn random(&self, out: &mut [u8]) -> Result<(), CryptoError>;
}

impl dyn Backend + '_ {
    /// Returns the hash of the concatenation of `parts`, or `None` if the backend does not have this hash function.
    #[must_use]
    pub(crate) fn digest(&self, hash: Hash, parts: &[&[u8]]) -> Option<Digest> {
        match hash {
            Hash::Sha1 => self.sha1(parts).map(|digest| Digest::from_slice(&digest)),
            Hash::Sha256 => Some(Digest::from_slice(&self.sha256(parts))),
            Hash::Sha384 => self.sha384(parts).map(|digest| Digest::from_slice(&digest)),
            Hash::Sha512 => self.sha512(parts).map(|digest| Digest::from_slice(&digest)),
        }
    }
}

/// Returns the default backend of this build: AWS-LC if it is compiled in, else RustCrypto.
#[must_use]
pub fn default_backend() -> &'static dyn Backend {
    #[cfg(feature = "aws-lc-rs")]
    return &AwsLcRs;
    #[cfg(all(feature = "rustcrypto", not(feature = "aws-lc-rs")))]
    return &RustCrypto;
}

#[cfg(test)]
pub(crate) mod tests;
