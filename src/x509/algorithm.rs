//! Algorithms of signatures (RFC 5280 §4.1.1.2) and subject public keys (§4.1.2.7): RFC 3279, 4055, 5480, 5758, 8410
//! and 9881.
//!
//! A [`Scheme`] needs the signature algorithm and the issuer's key, because only the key says which curve it is on.

use super::error::Rule;
use super::oid;
use crate::codec::der::{self, Reader, Tag};
use crate::crypto::{CryptoError, Curve, Hash, MlDsa, PublicKey, Scheme};

/// A signature algorithm, without the curve.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum SignatureAlgorithm {
    Ecdsa(Hash),
    RsaPkcs1(Hash),
    RsaPss(Hash),
    Ed25519,
    Ed448,
    MlDsa(MlDsa),
}

/// The parameters of an AlgorithmIdentifier.
enum Parameters<'a> {
    Absent,
    Null,
    Other(Reader<'a>),
}

/// Reads an AlgorithmIdentifier (RFC 5280 §4.1.1.2).
fn algorithm<'a>(from: &mut Reader<'a>) -> Result<(&'a [u8], Parameters<'a>), Rule> {
    let mut sequence = from.sequence()?;
    let oid = sequence.oid()?;
    let mut ahead = sequence;
    let parameters = if sequence.is_empty() {
        Parameters::Absent
    } else if ahead.null().is_ok() && ahead.is_empty() {
        Parameters::Null
    } else {
        Parameters::Other(sequence)
    };
    Ok((oid, parameters))
}

impl SignatureAlgorithm {
    /// Reads an AlgorithmIdentifier and refuses trailing bytes.
    pub(super) fn read(identifier: &[u8]) -> Result<Self, Rule> {
        let (oid, parameters) = der::read_all(identifier, algorithm)?;
        let (algorithm, null) = match oid {
            oid::ECDSA_WITH_SHA256 => (Self::Ecdsa(Hash::Sha256), false),
            oid::ECDSA_WITH_SHA384 => (Self::Ecdsa(Hash::Sha384), false),
            oid::ECDSA_WITH_SHA512 => (Self::Ecdsa(Hash::Sha512), false),
            oid::SHA256_WITH_RSA => (Self::RsaPkcs1(Hash::Sha256), true),
            oid::SHA384_WITH_RSA => (Self::RsaPkcs1(Hash::Sha384), true),
            oid::SHA512_WITH_RSA => (Self::RsaPkcs1(Hash::Sha512), true),
            oid::ED25519 => (Self::Ed25519, false),
            oid::ED448 => (Self::Ed448, false),
            oid::ML_DSA_44 => (Self::MlDsa(MlDsa::MlDsa44), false),
            oid::ML_DSA_65 => (Self::MlDsa(MlDsa::MlDsa65), false),
            oid::ML_DSA_87 => (Self::MlDsa(MlDsa::MlDsa87), false),
            oid::RSASSA_PSS => return signature_pss(parameters).map(Self::RsaPss),
            // RFC 6194, RFC 6151: collisions of SHA-1 and MD5 give two certificates one signature.
            oid::SHA1_WITH_RSA | oid::MD5_WITH_RSA | oid::ECDSA_WITH_SHA1 => return Err(Rule::BrokenHash),
            // RFC 5280 §4.1.1.2: other algorithms "MAY also be supported"; these are not.
            _ => return Err(Rule::UnknownSignature),
        };
        match parameters {
            // RFC 4055 §5: the parameters of RSA "MUST be NULL", but "Implementations MUST accept the parameters being
            // absent as well as present". RFC 5758 §3.2, RFC 8410 §3, RFC 9881 §2: the others have none.
            Parameters::Absent => Ok(algorithm),
            Parameters::Null if null => Ok(algorithm),
            _ => Err(Rule::Parameters),
        }
    }

    /// Returns the scheme of this algorithm with the issuer's key.
    pub(super) fn scheme(self, issuer: &SubjectPublicKey<'_>) -> Result<Scheme, Rule> {
        let scheme = match (self, issuer.key) {
            (Self::Ecdsa(hash), PublicKey::Ec { curve, .. }) => Scheme::Ecdsa(curve, hash),
            (Self::RsaPkcs1(hash), _) => Scheme::RsaPkcs1(hash),
            (Self::RsaPss(hash), _) => Scheme::RsaPss(hash),
            (Self::Ed25519, _) => Scheme::Ed25519,
            (Self::Ed448, _) => Scheme::Ed448,
            (Self::MlDsa(set), _) => Scheme::MlDsa(set),
            // RFC 5280 §6.1.3 (a) (1): the signature can be verified with the issuer's key.
            (Self::Ecdsa(_), _) => return Err(Rule::KeyMismatch),
        };
        // RFC 4055 §1.2: the issuer's key may be restricted to RSASSA-PSS.
        if issuer.fits(scheme) { Ok(scheme) } else { Err(Rule::KeyMismatch) }
    }
}

/// Reads the RSASSA-PSS-params of a signature (RFC 4055 §3.1): the salt has the length of the hash.
fn signature_pss(parameters: Parameters<'_>) -> Result<Hash, Rule> {
    let (hash, salt, len) = pss(parameters)?;
    if salt == len { Ok(hash) } else { Err(Rule::Parameters) }
}

/// Reads the RSASSA-PSS-params of a key. RFC 4055 §3.3: the salt of a signature is at least as long as the key says.
fn key_pss(parameters: Parameters<'_>) -> Result<Hash, Rule> {
    let (hash, salt, len) = pss(parameters)?;
    if salt <= len { Ok(hash) } else { Err(Rule::Parameters) }
}

/// Reads RSASSA-PSS-params (RFC 4055 §3.1): one hash for the message and for MGF1, the length of the salt, and trailer BC. A missing
/// hash means SHA-1, and a missing length 20. Returns the hash, the length of the salt, and that of the hash.
fn pss(parameters: Parameters<'_>) -> Result<(Hash, u32, u32), Rule> {
    let Parameters::Other(mut parameters) = parameters else { return Err(Rule::Parameters) };
    let mut fields = parameters.sequence()?;
    parameters.finish()?;
    let mut explicit = |number| fields.optional(Tag::constructed(number));
    let (Some(hash), Some(mask), salt) = (explicit(0)?, explicit(1)?, explicit(2)?) else {
        return Err(Rule::BrokenHash);
    };
    fields.finish()?;
    let hash = der::read_all(hash, hash_algorithm)?;
    let mask_hash = der::read_all(mask, |mask| match algorithm(mask)? {
        (oid::MGF1, Parameters::Other(mut of)) => {
            let hash = hash_algorithm(&mut of)?;
            of.finish()?;
            Ok(hash)
        }
        _ => Err(Rule::Parameters),
    })?;
    let salt = salt.map_or(Ok(20), |salt| der::read_all(salt, Reader::small))?;
    let len = match hash {
        Hash::Sha256 => 32,
        Hash::Sha384 => 48,
        Hash::Sha512 => 64,
        Hash::Sha1 => return Err(Rule::BrokenHash),
    };
    if mask_hash == hash { Ok((hash, salt, len)) } else { Err(Rule::Parameters) }
}

/// Reads the AlgorithmIdentifier of a hash (RFC 4055 §2.1).
fn hash_algorithm(from: &mut Reader<'_>) -> Result<Hash, Rule> {
    match algorithm(from)? {
        (_, Parameters::Other(_)) => Err(Rule::Parameters),
        (oid::SHA256, _) => Ok(Hash::Sha256),
        (oid::SHA384, _) => Ok(Hash::Sha384),
        (oid::SHA512, _) => Ok(Hash::Sha512),
        (oid::SHA1, _) => Ok(Hash::Sha1),
        _ => Err(Rule::Parameters),
    }
}

/// A key, and the schemes to which its algorithm restricts it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct SubjectPublicKey<'a> {
    pub(crate) key: PublicKey<'a>,
    use_for: UseFor,
}

/// RFC 4055 §1.2: an RSA key with id-RSASSA-PSS signs only with PSS, and with its parameters if it has any.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum UseFor {
    Any,
    AnyPss,
    Pss(Hash),
}

impl<'a> SubjectPublicKey<'a> {
    /// Returns whether the key can sign under `scheme`, and may.
    pub(crate) fn fits(&self, scheme: Scheme) -> bool {
        let may = match self.use_for {
            UseFor::Any => true,
            UseFor::AnyPss => matches!(scheme, Scheme::RsaPss(_)),
            UseFor::Pss(hash) => scheme == Scheme::RsaPss(hash),
        };
        may && self.key.fits(scheme)
    }

    /// Returns whether `info` is a SubjectPublicKeyInfo of `key`.
    pub(crate) fn is_of(info: &[u8], key: &PublicKey<'_>) -> bool {
        if let PublicKey::Ec { curve, x, y } = *key {
            // Octets are compared, because `read` accepts one encoding of each point: DER, a named curve, uncompressed.
            let point = info.strip_prefix(curve.spki_prefix()).and_then(|rest| rest.strip_prefix(&[4]));
            return point.and_then(|point| point.split_at_checked(x.len())) == Some((x, y));
        }
        SubjectPublicKey::read(info).is_ok_and(|info| info.key == *key)
    }

    /// Reads a SubjectPublicKeyInfo and refuses trailing bytes.
    pub(crate) fn read(info: &'a [u8]) -> Result<Self, Rule> {
        let ((oid, parameters), key) = der::read_all(info, |info| {
            let mut info = info.sequence()?;
            let algorithm = algorithm(&mut info)?;
            let key = info.bit_string()?;
            info.finish()?;
            Ok::<_, Rule>((algorithm, key))
        })?;
        let unrestricted = |key: Result<PublicKey<'a>, CryptoError>| match parameters {
            Parameters::Absent => Ok(Self { key: key?, use_for: UseFor::Any }),
            // RFC 8410 §3, RFC 9881 §2: the parameters are absent.
            _ => Err(Rule::Parameters),
        };
        match oid {
            oid::ED25519 => unrestricted(PublicKey::ed25519(key)),
            oid::ED448 => unrestricted(PublicKey::ed448(key)),
            oid::ML_DSA_44 => unrestricted(PublicKey::ml_dsa(MlDsa::MlDsa44, key)),
            oid::ML_DSA_65 => unrestricted(PublicKey::ml_dsa(MlDsa::MlDsa65, key)),
            oid::ML_DSA_87 => unrestricted(PublicKey::ml_dsa(MlDsa::MlDsa87, key)),
            oid::EC_PUBLIC_KEY => Ok(Self { key: ec(parameters, key)?, use_for: UseFor::Any }),
            oid::RSA_ENCRYPTION if matches!(parameters, Parameters::Null) => {
                Ok(Self { key: rsa(key)?, use_for: UseFor::Any })
            }
            // RFC 3279 §2.3.1: the parameters are NULL.
            oid::RSA_ENCRYPTION => Err(Rule::Parameters),
            oid::RSASSA_PSS => {
                let use_for = match parameters {
                    Parameters::Absent => UseFor::AnyPss,
                    parameters => UseFor::Pss(key_pss(parameters)?),
                };
                Ok(Self { key: rsa(key)?, use_for })
            }
            // RFC 5280 §4.1.2.7: the algorithms of RFC 3279, 4055, 5480, 8410 and 9881
            _ => Err(Rule::UnknownKey),
        }
    }
}

/// Reads a point on a named curve (RFC 5480 §2.1.1). Only the uncompressed form is accepted (§2.2).
fn ec<'a>(parameters: Parameters<'_>, point: &'a [u8]) -> Result<PublicKey<'a>, Rule> {
    let Parameters::Other(mut parameters) = parameters else { return Err(Rule::Parameters) };
    let curve = match parameters.oid().map_err(|_| Rule::UnknownKey)? {
        oid::SECP256R1 => Curve::P256,
        oid::SECP384R1 => Curve::P384,
        oid::SECP521R1 => Curve::P521,
        oid::SECP256K1 => Curve::Secp256k1,
        _ => return Err(Rule::UnknownKey),
    };
    parameters.finish()?;
    let [4, coordinates @ ..] = point else { return Err(Rule::PointFormat) };
    let (x, y) = coordinates.split_at_checked(curve.coordinate_len()).ok_or(CryptoError::KeyLength)?;
    Ok(PublicKey::ec(curve, x, y)?)
}

/// Reads an RSAPublicKey (RFC 8017 appendix A.1.1).
fn rsa(key: &[u8]) -> Result<PublicKey<'_>, Rule> {
    let (modulus, exponent) = der::read_all(key, |key| {
        let mut key = key.sequence()?;
        let numbers = (key.unsigned()?, key.unsigned()?);
        key.finish()?;
        Ok::<_, der::Malformed>(numbers)
    })?;
    Ok(PublicKey::rsa(modulus, exponent)?)
}
