//! Signature verification behind the trait [`Backend`].
//!
//! A [`Scheme`] fixes key type, curve, hash and padding together, so a message cannot choose any of them. A [`PublicKey`]
//! exists only with checked lengths and ranges. A [`Backend`] computes and decides nothing else. The two backends of this
//! crate give the same verdicts (`tests/wycheproof.rs`, `tests/vectors.rs`).

pub mod cose;
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

#[cfg(not(any(feature = "aws-lc-rs", feature = "rustcrypto")))]
compile_error!("wardkey verifies nothing without a crypto backend: switch on the feature `aws-lc-rs` or `rustcrypto`");

/// A hash function. SHA-1 only where the standard's formats still meet it: TPM names and RS1 signatures.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Hash {
    /// SHA-1, 20 bytes.
    Sha1,
    /// SHA-256, 32 bytes.
    Sha256,
    /// SHA-384, 48 bytes.
    Sha384,
    /// SHA-512, 64 bytes.
    Sha512,
}

/// The output of a [`Hash`](enum@Hash), of that hash's length: made by [`Backend`]'s functions and nowhere else.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Digest {
    bytes: [u8; 64],
    len: usize,
}

impl Digest {
    fn of<const N: usize>(digest: [u8; N]) -> Self {
        let mut bytes = [0; 64];
        for (to, from) in bytes.iter_mut().zip(digest) {
            *to = from;
        }
        Self { bytes, len: N }
    }
}

impl AsRef<[u8]> for Digest {
    fn as_ref(&self) -> &[u8] {
        self.bytes.get(..self.len).unwrap_or_default()
    }
}

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
    /// The length of a public key, in bytes (FIPS 204, table 2).
    #[must_use]
    pub const fn public_key_len(self) -> usize {
        match self {
            Self::MlDsa44 => 1312,
            Self::MlDsa65 => 1952,
            Self::MlDsa87 => 2592,
        }
    }
}

/// One whole way to sign: nothing in it is left for a message to choose.
///
/// Signatures are encoded as §6.5.5 says: ECDSA as strict DER, everything else as raw bytes of one length.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Scheme {
    /// ECDSA over a curve with a hash.
    Ecdsa(Curve, Hash),
    /// Ed25519 (RFC 8032): cofactorless, S reduced.
    Ed25519,
    /// Ed448 (RFC 8032).
    Ed448,
    /// RSASSA-PKCS1-v1_5 (RFC 8017 §8.2): the whole encoded message is compared.
    RsaPkcs1(Hash),
    /// RSASSA-PSS (RFC 8017 §8.1) with MGF1 of the same hash and a salt of its length (RFC 8230 §2).
    RsaPss(Hash),
    /// ML-DSA (FIPS 204), pure, with an empty context string.
    MlDsa(MlDsa),
}

/// The fewest and the most bits of an RSA modulus: NIST SP 800-131A, and a bound on the work.
const RSA_BITS: core::ops::RangeInclusive<usize> = 2048..=8192;
/// The most bits of an RSA exponent. Verification costs as many squarings as it has bits, and both backends stop here:
/// a key above it could be registered and never verify.
const RSA_EXPONENT_BITS: usize = 33;

/// Why bytes are not a public key that could verify anything.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, thiserror::Error)]
#[non_exhaustive]
pub enum KeyError {
    /// A coordinate or key does not have the length that its kind demands.
    #[error("a public key or coordinate of the wrong length")]
    Length,
    /// The coordinates are not those of a point on the curve, or not reduced.
    #[error("not a point on the curve")]
    NotOnCurve,
    /// An Ed25519 or Ed448 key whose order is small: it verifies signatures that nobody made. For Ed448 also a point
    /// with a part of small order, which no key generation yields.
    #[error("an EdDSA key of low order")]
    LowOrder,
    /// An RSA modulus of fewer than 2048 or more than 8192 bits, with a leading zero byte, or even.
    #[error("an RSA modulus that is even, padded, or not of 2048 to 8192 bits")]
    Modulus,
    /// An RSA exponent that is even, 1, of more than 33 bits, or with a leading zero byte.
    #[error("an RSA exponent that is even, below 3, padded, or above 33 bits")]
    Exponent,
    /// This build cannot verify with such a key.
    #[error("a kind of key that this build cannot verify")]
    Unsupported,
}

/// A public key, with lengths and ranges judged when it was made.
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
    /// An ML-DSA key of its parameter set's length.
    #[non_exhaustive]
    MlDsa(MlDsa, &'a [u8]),
}

impl<'a> PublicKey<'a> {
    /// An elliptic-curve key from full-length coordinates.
    ///
    /// # Errors
    /// [`KeyError::Length`].
    pub fn ec(curve: Curve, x: &'a [u8], y: &'a [u8]) -> Result<Self, KeyError> {
        let len = curve.coordinate_len();
        if x.len() == len && y.len() == len { Ok(Self::Ec { curve, x, y }) } else { Err(KeyError::Length) }
    }

    /// An Ed25519 key (RFC 8032 §5.1.2).
    ///
    /// # Errors
    /// [`KeyError::Length`], [`KeyError::NotOnCurve`] where y is not reduced, [`KeyError::LowOrder`].
    pub fn ed25519(key: &'a [u8]) -> Result<Self, KeyError> {
        let key = key.try_into().map_err(|_| KeyError::Length)?;
        ed25519::check_encoding(key).map(|()| Self::Ed25519(key))
    }

    /// An Ed448 key (RFC 8032 §5.2.2).
    ///
    /// # Errors
    /// [`KeyError::Length`].
    pub fn ed448(key: &'a [u8]) -> Result<Self, KeyError> {
        key.try_into().map(Self::Ed448).map_err(|_| KeyError::Length)
    }

    /// An RSA key from minimal big-endian integers.
    ///
    /// # Errors
    /// [`KeyError::Modulus`], [`KeyError::Exponent`].
    pub fn rsa(modulus: &'a [u8], exponent: &'a [u8]) -> Result<Self, KeyError> {
        let bits = |n: &[u8]| -> Option<usize> {
            let zeros = n.first()?.leading_zeros();
            n.len().checked_mul(8)?.checked_sub(usize::try_from(zeros).ok()?)
        };
        let (minimal, odd) = (
            |n: &[u8]| n.first().is_some_and(|&first| first != 0),
            |n: &[u8]| n.last().is_some_and(|last| last & 1 == 1),
        );
        if !(minimal(modulus) && odd(modulus) && bits(modulus).is_some_and(|bits| RSA_BITS.contains(&bits))) {
            return Err(KeyError::Modulus);
        }
        let small = bits(exponent).is_some_and(|bits| (2..=RSA_EXPONENT_BITS).contains(&bits));
        if !(minimal(exponent) && odd(exponent) && small) {
            return Err(KeyError::Exponent);
        }
        Ok(Self::Rsa { modulus, exponent })
    }

    /// An ML-DSA key.
    ///
    /// # Errors
    /// [`KeyError::Length`].
    pub fn ml_dsa(set: MlDsa, key: &'a [u8]) -> Result<Self, KeyError> {
        if key.len() == set.public_key_len() { Ok(Self::MlDsa(set, key)) } else { Err(KeyError::Length) }
    }

    /// Whether a key of this kind verifies under `scheme`.
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

    /// The last check before a key is stored: that it is a point, and one this backend can verify with.
    ///
    /// # Errors
    /// [`KeyError::NotOnCurve`], [`KeyError::LowOrder`], [`KeyError::Unsupported`].
    pub fn check(&self, backend: &dyn Backend) -> Result<(), KeyError> {
        if let Self::Ed25519(key) = self {
            ed25519::check_point(key)?;
        }
        backend.check_key(self)
    }
}

/// The signature does not verify. Says nothing more, on purpose.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, thiserror::Error)]
#[error("the signature does not verify")]
#[allow(clippy::exhaustive_structs, reason = "a backend outside this crate answers with it")]
pub struct BadSignature;

/// Randomness could not be had.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, thiserror::Error)]
#[error("the system's random source failed")]
#[allow(clippy::exhaustive_structs, reason = "a backend outside this crate answers with it")]
pub struct RandomFailed;

/// What Ed448 is verified by, under either backend.
const ED448_MODULE: &str = "ed448-goldilocks";

/// A crypto module. Keys and schemes arrive judged; what is left is arithmetic.
///
/// Hashes are arrays of their own length, so that no backend can answer with a digest of another.
pub trait Backend: core::fmt::Debug + Send + Sync {
    /// The name of the module. Evidence reports it.
    fn name(&self) -> &'static str;

    /// The module that verifies this scheme, for the evidence: the backend itself, unless it hands the scheme on.
    fn module(&self, scheme: Scheme) -> &'static str {
        let _ = scheme;
        self.name()
    }

    /// Whether [`Backend::verify`] can answer for this scheme. What it cannot is never offered and never registered.
    fn supports(&self, scheme: Scheme) -> bool;

    /// SHA-256 of `parts`, one after the other.
    fn sha256(&self, parts: &[&[u8]]) -> [u8; 32];

    /// SHA-1 of `parts`. Only TPM statements need this one and the next two: a backend that answers `None`, as it does
    /// unless it says otherwise, refuses the statements that do.
    fn sha1(&self, parts: &[&[u8]]) -> Option<[u8; 20]> {
        let _ = parts;
        None
    }

    /// SHA-384 of `parts`.
    fn sha384(&self, parts: &[&[u8]]) -> Option<[u8; 48]> {
        let _ = parts;
        None
    }

    /// SHA-512 of `parts`.
    fn sha512(&self, parts: &[&[u8]]) -> Option<[u8; 64]> {
        let _ = parts;
        None
    }

    /// HMAC-SHA-256 (RFC 2104, FIPS 198-1) of the concatenation of `parts`. Decoys are derived with it.
    fn hmac_sha256(&self, key: &[u8], parts: &[&[u8]]) -> [u8; 32];

    /// Whether the key can be used: a point on its curve, for the curves that [`PublicKey`] cannot judge by itself.
    ///
    /// # Errors
    /// [`KeyError::NotOnCurve`], [`KeyError::LowOrder`] for Ed448, [`KeyError::Unsupported`].
    fn check_key(&self, key: &PublicKey<'_>) -> Result<(), KeyError>;

    /// Verifies `signature` over `message`. A key that does not fit the scheme verifies nothing.
    ///
    /// # Errors
    /// [`BadSignature`].
    fn verify(&self, scheme: Scheme, key: &PublicKey<'_>, message: &[u8], signature: &[u8])
    -> Result<(), BadSignature>;

    /// Fills `out` with random bytes: challenges and user handles are the only things that need them.
    ///
    /// # Errors
    /// [`RandomFailed`].
    fn random(&self, out: &mut [u8]) -> Result<(), RandomFailed>;
}

impl dyn Backend + '_ {
    /// The hash of `parts`, one after the other, by a function that was chosen at run time; `None` where the backend has
    /// none such.
    #[must_use]
    pub fn digest(&self, hash: Hash, parts: &[&[u8]]) -> Option<Digest> {
        match hash {
            Hash::Sha1 => self.sha1(parts).map(Digest::of),
            Hash::Sha256 => Some(Digest::of(self.sha256(parts))),
            Hash::Sha384 => self.sha384(parts).map(Digest::of),
            Hash::Sha512 => self.sha512(parts).map(Digest::of),
        }
    }
}

/// The backend that this build verifies with unless told otherwise: AWS-LC where it is compiled in.
#[must_use]
pub fn default_backend() -> &'static dyn Backend {
    #[cfg(feature = "aws-lc-rs")]
    return &AwsLcRs;
    #[cfg(all(feature = "rustcrypto", not(feature = "aws-lc-rs")))]
    return &RustCrypto;
}

#[cfg(test)]
pub(crate) mod tests;
