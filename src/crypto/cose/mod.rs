//! COSE_Key as a credential public key (§5.8.5, §6.5.1; RFC 9052 §7, RFC 9053, RFC 8230, RFC 8812, RFC 9864,
//! RFC 9964).
//!
//! The algorithm fixes kty and curve. The key must be canonical CBOR with the parameters that its kind requires and no
//! others: no private key, no key_ops, no compressed point.

pub(crate) mod encode;

use super::{CryptoError, Curve, Hash, MlDsa, PublicKey, Scheme};
use crate::codec::cbor::{self, Map, Value};
use serde::{Deserialize, Serialize};

/// A known COSEAlgorithmIdentifier (§5.8.5). In JSON: its number.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(into = "i32", try_from = "i32")]
#[non_exhaustive]
pub enum Algorithm {
    /// −7: ECDSA on P-256 with SHA-256.
    Es256,
    /// −35: ECDSA on P-384 with SHA-384.
    Es384,
    /// −36: ECDSA on P-521 with SHA-512.
    Es512,
    /// −47: ECDSA on secp256k1 with SHA-256.
    Es256k,
    /// −9: the same as ES256, with the curve in its name (RFC 9864). Not recommended in pubKeyCredParams.
    Esp256,
    /// −51: the same as ES384 (RFC 9864). Not recommended in pubKeyCredParams.
    Esp384,
    /// −52: the same as ES512 (RFC 9864). Not recommended in pubKeyCredParams.
    Esp512,
    /// −8: EdDSA. §5.8.5 allows only Ed25519.
    EdDsa,
    /// −19: Ed25519 (RFC 9864). Not recommended in pubKeyCredParams.
    Ed25519,
    /// −53: Ed448 (RFC 9864).
    Ed448,
    /// −257: RSASSA-PKCS1-v1_5 with SHA-256.
    Rs256,
    /// −258: RSASSA-PKCS1-v1_5 with SHA-384.
    Rs384,
    /// −259: RSASSA-PKCS1-v1_5 with SHA-512.
    Rs512,
    /// −37: RSASSA-PSS with SHA-256.
    Ps256,
    /// −38: RSASSA-PSS with SHA-384.
    Ps384,
    /// −39: RSASSA-PSS with SHA-512.
    Ps512,
    /// −48: ML-DSA-44 (RFC 9964).
    MlDsa44,
    /// −49: ML-DSA-65 (RFC 9964).
    MlDsa65,
    /// −50: ML-DSA-87 (RFC 9964).
    MlDsa87,
    /// −65535: RS1 of old TPMs, RSASSA-PKCS1-v1_5 with SHA-1. Verified in attestation statements. A registration accepts a
    /// credential with it only if it is offered by name; a sign-in only if it is offered or
    /// [accepted](crate::relying_party::RelyingPartyBuilder::accept_rs1_at_sign_in) by name.
    LegacyRs1,
}

impl Algorithm {
    /// All algorithms except [`Algorithm::LegacyRs1`], which is used only if you name it. In order of preference: the
    /// algorithms that §5.4 does not recommend to offer are last. [`interop`](crate::interop) takes the first that fits a key that
    /// is stored without an algorithm.
    pub const OFFERABLE: [Self; 19] = [
        Self::EdDsa,
        Self::Es256,
        Self::Es384,
        Self::Es512,
        Self::Rs256,
        Self::Rs384,
        Self::Rs512,
        Self::Ps256,
        Self::Ps384,
        Self::Ps512,
        Self::MlDsa44,
        Self::MlDsa65,
        Self::MlDsa87,
        Self::Es256k,
        Self::Ed448,
        Self::Esp256,
        Self::Esp384,
        Self::Esp512,
        Self::Ed25519,
    ];

    /// The algorithms that §5.4 recommends to offer, so that every client supports one of them.
    pub const RECOMMENDED: [Self; 3] = [Self::EdDsa, Self::Es256, Self::Rs256];

    /// Returns the COSEAlgorithmIdentifier.
    #[must_use]
    pub const fn cose(self) -> i32 {
        match self {
            Self::Es256 => -7,
            Self::Es384 => -35,
            Self::Es512 => -36,
            Self::Es256k => -47,
            Self::Esp256 => -9,
            Self::Esp384 => -51,
            Self::Esp512 => -52,
            Self::EdDsa => -8,
            Self::Ed25519 => -19,
            Self::Ed448 => -53,
            Self::Rs256 => -257,
            Self::Rs384 => -258,
            Self::Rs512 => -259,
            Self::Ps256 => -37,
            Self::Ps384 => -38,
            Self::Ps512 => -39,
            Self::MlDsa44 => -48,
            Self::MlDsa65 => -49,
            Self::MlDsa87 => -50,
            Self::LegacyRs1 => -65535,
        }
    }

    /// Returns the algorithm with this COSEAlgorithmIdentifier.
    #[must_use]
    pub fn from_cose(number: i64) -> Option<Self> {
        let mut all = Self::OFFERABLE.into_iter().chain([Self::LegacyRs1]);
        all.find(|algorithm| i64::from(algorithm.cose()) == number)
    }

    /// Returns the signature scheme of the algorithm.
    #[must_use]
    pub const fn scheme(self) -> Scheme {
        match self {
            Self::Es256 | Self::Esp256 => Scheme::Ecdsa(Curve::P256, Hash::Sha256),
            Self::Es384 | Self::Esp384 => Scheme::Ecdsa(Curve::P384, Hash::Sha384),
            Self::Es512 | Self::Esp512 => Scheme::Ecdsa(Curve::P521, Hash::Sha512),
            Self::Es256k => Scheme::Ecdsa(Curve::Secp256k1, Hash::Sha256),
            Self::EdDsa | Self::Ed25519 => Scheme::Ed25519,
            Self::Ed448 => Scheme::Ed448,
            Self::Rs256 => Scheme::RsaPkcs1(Hash::Sha256),
            Self::Rs384 => Scheme::RsaPkcs1(Hash::Sha384),
            Self::Rs512 => Scheme::RsaPkcs1(Hash::Sha512),
            Self::Ps256 => Scheme::RsaPss(Hash::Sha256),
            Self::Ps384 => Scheme::RsaPss(Hash::Sha384),
            Self::Ps512 => Scheme::RsaPss(Hash::Sha512),
            Self::MlDsa44 => Scheme::MlDsa(MlDsa::MlDsa44),
            Self::MlDsa65 => Scheme::MlDsa(MlDsa::MlDsa65),
            Self::MlDsa87 => Scheme::MlDsa(MlDsa::MlDsa87),
            Self::LegacyRs1 => Scheme::RsaPkcs1(Hash::Sha1),
        }
    }
}

impl From<Algorithm> for i32 {
    fn from(algorithm: Algorithm) -> Self {
        algorithm.cose()
    }
}

impl TryFrom<i32> for Algorithm {
    type Error = Error;

    fn try_from(number: i32) -> Result<Self, Error> {
        Self::from_cose(number.into()).ok_or_else(|| Error::UnknownAlgorithm(number.into()))
    }
}

/// Why bytes are not a COSE_Key of a credential.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// Not canonical CBOR.
    #[error("the COSE_Key is not canonical CBOR: {0}")]
    Cbor(cbor::Error),
    /// Not a map.
    #[error("the COSE_Key is not a CBOR map")]
    NotAMap,
    /// `alg` (3) is missing or not an integer.
    #[error("alg of the COSE_Key is missing or not an integer")]
    NoAlgorithm,
    /// `alg` is not a known algorithm.
    #[error("COSE algorithm {0} is not known")]
    UnknownAlgorithm(i64),
    /// `kty` (1) is missing or is not that of the algorithm.
    #[error("kty of the COSE_Key is missing or does not match its algorithm")]
    KeyType,
    /// `crv` (−1) is missing or does not match the algorithm.
    #[error("crv of the COSE_Key is missing or does not match its algorithm")]
    Curve,
    /// A required parameter is missing or not a byte string. The y of a compressed point is a boolean, so it is refused here.
    #[error("a required parameter of the COSE_Key is missing or not a byte string")]
    Parameter,
    /// A parameter that the algorithm does not require, whether optional or private (§6.5.1).
    #[error("the COSE_Key has a parameter that its algorithm does not require")]
    ExtraParameter,
    /// The key is not usable.
    #[error(transparent)]
    Key(#[from] CryptoError),
}

impl From<cbor::Error> for Error {
    fn from(error: cbor::Error) -> Self {
        Self::Cbor(error)
    }
}

/// A credential public key: an algorithm and a key that fits it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CoseKey<'a> {
    algorithm: Algorithm,
    key: PublicKey<'a>,
}

/// Labels of RFC 9052 §7.1 and RFC 9053 §7. The meaning of −1 to −3 depends on the key type.
const KTY: i64 = 1;
const ALG: i64 = 3;

/// Returns the COSE identifier of an elliptic curve (RFC 9053 §7.1, RFC 8812 §3.1).
const fn crv(curve: Curve) -> i64 {
    match curve {
        Curve::P256 => 1,
        Curve::P384 => 2,
        Curve::P521 => 3,
        Curve::Secp256k1 => 8,
    }
}

/// The parameters of a COSE_Key, not yet checked.
#[derive(Clone, Copy, Default)]
pub(crate) struct Parameters<'a> {
    kty: Option<i64>,
    alg: Option<i64>,
    /// The parameters −1, −2 and −3.
    of_kind: [Option<Value<'a>>; 3],
    /// The number of all parameters, known or unknown.
    number: u64,
}

impl<'a> Parameters<'a> {
    /// Finds the parameters in a map. No label occurs twice, because canonical CBOR forbids it.
    pub(crate) fn of(map: Map<'a>) -> Self {
        let mut parameters = Self { number: map.len(), ..Self::default() };
        let Self { kty, alg, of_kind: [first, second, third], .. } = &mut parameters;
        for (label, value) in map.iter() {
            match label.integer() {
                Some(KTY) => *kty = value.integer(),
                Some(ALG) => *alg = value.integer(),
                Some(-1) => *first = Some(value),
                Some(-2) => *second = Some(value),
                Some(-3) => *third = Some(value),
                _ => {}
            }
        }
        parameters
    }

    /// Returns `alg`. The caller checks it before it reads the key, so that an algorithm that was not offered is refused as
    /// such.
    pub(crate) fn algorithm_number(&self) -> Result<i64, Error> {
        self.alg.ok_or(Error::NoAlgorithm)
    }
}

impl<'a> CoseKey<'a> {
    /// Reads a COSE_Key. Does not check that a point is on its curve: call [`PublicKey::check`] before you store the key.
    ///
    /// # Errors
    /// [`Error`]; the checks run in the order of its variants.
    pub fn read(bytes: &'a [u8]) -> Result<Self, Error> {
        let map = Value::read(bytes)?.map().ok_or(Error::NotAMap)?;
        Self::of(&Parameters::of(map))
    }

    /// Makes the key from its parameters.
    ///
    /// # Errors
    /// [`Error`], from [`Error::NoAlgorithm`] on.
    pub(crate) fn of(parameters: &Parameters<'a>) -> Result<Self, Error> {
        let Parameters { kty, of_kind: [first, second, third], .. } = *parameters;
        let number = parameters.algorithm_number()?;
        let algorithm = Algorithm::from_cose(number).ok_or(Error::UnknownAlgorithm(number))?;
        let is_kind = |kind| if kty == Some(kind) { Ok(()) } else { Err(Error::KeyType) };
        let is_curve = |curve| match first.and_then(Value::integer) {
            Some(found) if found == curve => Ok(()),
            _ => Err(Error::Curve),
        };
        let octets = |value: Option<Value<'a>>| value.and_then(Value::bytes).ok_or(Error::Parameter);
        let (required, key) = match algorithm.scheme() {
            Scheme::Ecdsa(curve, _) => {
                is_kind(2)?;
                is_curve(crv(curve))?;
                (5, PublicKey::ec(curve, octets(second)?, octets(third)?))
            }
            Scheme::Ed25519 => {
                is_kind(1)?;
                is_curve(6)?;
                (4, PublicKey::ed25519(octets(second)?))
            }
            Scheme::Ed448 => {
                is_kind(1)?;
                is_curve(7)?;
                (4, PublicKey::ed448(octets(second)?))
            }
            Scheme::RsaPkcs1(_) | Scheme::RsaPss(_) => {
                is_kind(3)?;
                (4, PublicKey::rsa(octets(first)?, octets(second)?))
            }
            Scheme::MlDsa(set) => {
                is_kind(7)?;
                (3, PublicKey::ml_dsa(set, octets(first)?))
            }
        };
        if parameters.number == required { Ok(Self { algorithm, key: key? }) } else { Err(Error::ExtraParameter) }
    }

    /// Returns the algorithm.
    #[must_use]
    pub const fn algorithm(&self) -> Algorithm {
        self.algorithm
    }

    /// Returns the key.
    #[must_use]
    pub const fn key(&self) -> &PublicKey<'a> {
        &self.key
    }
}

#[cfg(test)]
mod tests;
