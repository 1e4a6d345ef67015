//! Converts stored public keys to the canonical COSE_Key that an authentication reads.
//!
//! An authentication reads keys strictly, so a key with parameters out of order would lock out its user. Rewriting is safe,
//! because signatures depend on the numbers of a key and not on its notation.
//!
//! | stored as | recognised by | becomes |
//! |---|---|---|
//! | COSE_Key (RFC 9052 §7) | the head of a CBOR map | the same, in canonical form |
//! | raw point of U2F (FIDO registry §3.6.2) | 65 bytes that begin with 04 | ES256 |
//! | SubjectPublicKeyInfo (RFC 5280 §4.1.2.7) | the DER tag 30 | the usual algorithm of its kind of key; RS256 for rsaEncryption |
//! | the same in PEM (RFC 7468) | `-----BEGIN PUBLIC KEY-----` | the same |
//! | JWK (RFC 7517) | an object with `kty` | the algorithm in `alg`, or else as above |
//!
//! An RSA key without an algorithm becomes RS256, because no supported library offers another RSA algorithm for keys in these
//! notations.

use super::check::Concern;
use super::error::Reason;
use super::members::Members;
use crate::codec::before;
use crate::codec::cbor::{Map, Rules, Value};
use crate::codec::pem;
use crate::crypto::Algorithm;
use crate::crypto::cose::encode::{self, akp};
use crate::crypto::cose::{CoseKey, Error};
use crate::x509::algorithm::SubjectPublicKey;

pub(super) use crate::crypto::cose::encode::{ec, okp};

impl Members<'_> {
    /// Reads a required public key in any of the notations above: a COSE_Key, a raw point or a SubjectPublicKeyInfo, for
    /// [`canonical`].
    pub(super) fn public_key(&self, names: &[&'static str]) -> Result<Vec<u8>, Reason> {
        if let Some((member, value)) = self.raw(names)?
            && let Ok(jwk) = Members::read(value)
            && let Some(kty) = jwk.text(&["kty"]).unwrap_or_default()
        {
            return of_jwk(&kty, &jwk)?.ok_or(Reason::Malformed { member, expected: "a public key in JWK" });
        }
        let text = self.text(names).unwrap_or_default();
        if let Some(text) = text.filter(|text| text.contains("-----BEGIN")) {
            let member = names.first().copied().unwrap_or_default();
            return pem::public_key(&text).ok_or(Reason::Malformed { member, expected: "one public key in PEM" });
        }
        self.bytes(names)
    }
}

/// Writes an RSA key. Removes leading zeros of the numbers.
pub(super) fn rsa(alg: i64, n: &[u8], e: &[u8]) -> Vec<u8> {
    let [n, e] = [n, e].map(|number| {
        let zeros = number.iter().position(|&byte| byte != 0).unwrap_or_default();
        number.get(zeros..).unwrap_or_default()
    });
    encode::rsa(alg, n, e)
}

/// Makes an ES256 key from a raw point (FIDO registry §3.6.2, ALG_KEY_ECC_X962_RAW): 04, x, y.
pub(super) fn es256(point: &[u8]) -> Option<Vec<u8>> {
    let (x, y) = point.strip_prefix(&[4])?.split_at_checked(32)?;
    (y.len() == 32).then(|| ec(-7, 1, x, y))
}

/// Returns the canonical COSE_Key of a stored key, and a concern if the stored key was changed.
pub(super) fn canonical(key: Vec<u8>) -> Result<(Vec<u8>, Option<Concern>), Reason> {
    if key.first() == Some(&0x30) { Ok((of_info(&key)?, None)) } else { readable(key).map_err(Reason::PublicKey) }
}

/// Returns a key that can be read: the key itself, an ES256 key made from a raw point, the key with only the parameters that
/// its type requires in canonical order, or the same without trailing bytes.
///
/// # Errors
/// Why the stored key cannot be read, if none of these can be read.
fn readable(key: Vec<u8>) -> Result<(Vec<u8>, Option<Concern>), Error> {
    let Err(error) = CoseKey::read(&key) else { return Ok((key, None)) };
    let is_readable = |key: &Vec<u8>| CoseKey::read(key).is_ok();
    if let Some(key) = es256(&key).filter(is_readable) {
        return Ok((key, None));
    }
    if let Some(key) = rewrite(&key).filter(is_readable) {
        return Ok((key, Some(Concern::KeyRewritten)));
    }
    let (_, behind) = Value::read_first(&key).map_err(|_| error)?;
    let first = before(&key, behind);
    let mended = Some(first.to_vec()).filter(is_readable).or_else(|| rewrite(first).filter(is_readable));
    let concern = Concern::KeyHadTrailingBytes { len: behind.len() };
    mended.map(|key| (key, Some(concern))).ok_or(error)
}

/// Writes the parameters that the key type requires in canonical form.
fn rewrite(key: &[u8]) -> Option<Vec<u8>> {
    let rules = Rules { any_key_order: true, indefinite_length: true };
    let map = Value::read_with(key, rules).ok()?.0.map()?;
    let integer = |map: Map<'_>, label| map.label(label)?.integer();
    let (kty, alg) = (integer(map, 1)?, integer(map, 3)?);
    let bytes = |label| map.label(label)?.bytes();
    Some(match kty {
        1 => okp(alg, integer(map, -1)?, bytes(-2)?),
        2 => ec(alg, integer(map, -1)?, bytes(-2)?, bytes(-3)?),
        3 => rsa(alg, bytes(-1)?, bytes(-2)?),
        7 => akp(alg, bytes(-1)?),
        _ => return None,
    })
}

/// Makes a COSE_Key from a SubjectPublicKeyInfo. Its algorithm is the first of [`Algorithm::OFFERABLE`] that fits the key.
fn of_info(info: &[u8]) -> Result<Vec<u8>, Reason> {
    let info = SubjectPublicKey::read(info).map_err(|rule| Reason::SubjectPublicKeyInfo(rule.into()))?;
    let algorithm = Algorithm::OFFERABLE.into_iter().find(|algorithm| info.fits(algorithm.scheme()));
    let algorithm = algorithm.ok_or(Reason::PublicKey(Error::NoAlgorithm))?;
    let key = CoseKey::new(algorithm, info.key).ok_or(Reason::PublicKey(Error::NoAlgorithm))?;
    Ok(key.encode())
}

/// The COSE numbers of JWK algorithms (IANA, JSON Web Signature and Encryption Algorithms).
const JWK_ALGORITHMS: [(&str, Algorithm); 16] = [
    ("ES256", Algorithm::Es256),
    ("ES384", Algorithm::Es384),
    ("ES512", Algorithm::Es512),
    ("ES256K", Algorithm::Es256k),
    ("EdDSA", Algorithm::EdDsa),
    ("Ed25519", Algorithm::Ed25519),
    ("Ed448", Algorithm::Ed448),
    ("RS256", Algorithm::Rs256),
    ("RS384", Algorithm::Rs384),
    ("RS512", Algorithm::Rs512),
    ("PS256", Algorithm::Ps256),
    ("PS384", Algorithm::Ps384),
    ("PS512", Algorithm::Ps512),
    ("ML-DSA-44", Algorithm::MlDsa44),
    ("ML-DSA-65", Algorithm::MlDsa65),
    ("ML-DSA-87", Algorithm::MlDsa87),
];

/// Makes a COSE_Key from a JWK (RFC 7518 §6, RFC 8037 §2, RFC 8812 §3.1, RFC 9964 §3). Returns `None` for an unknown type,
/// curve or algorithm.
fn of_jwk(kty: &str, jwk: &Members<'_>) -> Result<Option<Vec<u8>>, Reason> {
    let named = jwk.text(&["alg"])?;
    let curve = jwk.text(&["crv"])?;
    let (crv, usual) = match (kty, curve.as_deref()) {
        ("EC", Some("P-256")) => (1, Some(Algorithm::Es256)),
        ("EC", Some("P-384")) => (2, Some(Algorithm::Es384)),
        ("EC", Some("P-521")) => (3, Some(Algorithm::Es512)),
        ("EC", Some("secp256k1")) => (8, Some(Algorithm::Es256k)),
        ("OKP", Some("Ed25519")) => (6, Some(Algorithm::EdDsa)),
        ("OKP", Some("Ed448")) => (7, Some(Algorithm::Ed448)),
        ("RSA", _) => (0, Some(Algorithm::Rs256)),
        ("AKP", _) => (0, None),
        _ => return Ok(None),
    };
    let algorithm = match named {
        // RFC 8037 §3.1: EdDSA on either curve
        Some(named) if named == "EdDSA" && kty == "OKP" => usual,
        Some(named) => JWK_ALGORITHMS.into_iter().find(|(name, _)| *name == named).map(|(_, algorithm)| algorithm),
        None => usual,
    };
    let Some(algorithm) = algorithm else { return Ok(None) };
    let alg = i64::from(algorithm.cose());
    Ok(Some(match kty {
        "EC" => ec(alg, crv, &jwk.bytes(&["x"])?, &jwk.bytes(&["y"])?),
        "OKP" => okp(alg, crv, &jwk.bytes(&["x"])?),
        "RSA" => rsa(alg, &jwk.bytes(&["n"])?, &jwk.bytes(&["e"])?),
        _ => akp(alg, &jwk.bytes(&["pub"])?),
    }))
}
