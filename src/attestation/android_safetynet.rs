//! §8.5 Android SafetyNet attestation: a JSON Web Signature by a Google service that was switched off in 2025, and
//! that credentials registered before still carry.
//!
//! The header decides nothing: the algorithm is RS256, the key is that of a certificate whose chain the policy judges.

use super::certificate::Leaf;
use super::{Attestation, AttestationType, Format, Inputs, Reason, fields};
use crate::codec::base64url;
use crate::codec::cbor::Map;
use crate::codec::json::Object;
use crate::crypto::Algorithm;
use crate::time::UnixTime;
use crate::x509::certificate::Certificate;
use crate::x509::oid;
use serde::{Deserialize, Deserializer, de::Error as _};
use std::borrow::Cow;

/// The service that signs.
pub(crate) const HOST_NAME: &str = "attest.android.com";
/// How old a response may be, in seconds: the longest timeout that §15.1 recommends.
const MAX_AGE: i64 = 600;
/// How far a phone's clock may be ahead, in seconds.
const MAX_AHEAD: i64 = 60;

/// What it does not know is read over (RFC 7515 §4), but for what would name a key by itself, or must be understood.
#[derive(Deserialize)]
struct Header {
    alg: String,
    x5c: Vec<String>,
    #[serde(default, rename = "jwk", alias = "jku", alias = "x5u", alias = "crit")]
    _refused: Refused,
}

/// A member that must not be there.
#[derive(Default)]
struct Refused;

impl<'de> Deserialize<'de> for Refused {
    fn deserialize<D: Deserializer<'de>>(_: D) -> Result<Self, D::Error> {
        Err(D::Error::custom("a member that must not be there"))
    }
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Payload {
    nonce: Option<String>,
    timestamp_ms: Option<i64>,
    #[serde(default)]
    cts_profile_match: bool,
}

fn response<'a>(map: Map<'a>) -> Option<&'a [u8]> {
    let [ver, response] = fields(map, ["ver", "response"])?;
    ver.text().filter(|version| !version.is_empty())?;
    response.bytes()
}

pub(super) fn verify<'a>(statement: Map<'a>, inputs: &Inputs<'_, 'a>) -> Result<Attestation<'a>, Reason> {
    let response = response(statement).ok_or(Reason::Syntax)?;
    let response = core::str::from_utf8(response).map_err(|_| Reason::Jws)?;
    let (signed, signature) = response.rsplit_once('.').ok_or(Reason::Jws)?;
    let (header, payload) = signed.split_once('.').ok_or(Reason::Jws)?;
    let [header, payload, signature] = [header, payload, signature].map(base64url::decode);
    let (Ok(header), Ok(payload), Ok(signature)) = (header, payload, signature) else { return Err(Reason::Jws) };

    let x5c = x5c(&header).ok_or(Reason::Header)?;
    let leaf = Leaf::read(x5c.first().map(Vec::as_slice))?;
    if !is_issued_to(leaf.certificate(), HOST_NAME)? {
        return Err(Reason::HostName);
    }
    let rs256 = Algorithm::Rs256;
    leaf.verify(rs256.cose().into(), signed.as_bytes(), &signature, inputs)?;
    judge(&payload, inputs)?;
    let attestation = Attestation::without_path(Format::AndroidSafetynet, AttestationType::BasicOrAttCa);
    let trust_path = x5c.into_iter().map(Cow::Owned).collect();
    Ok(Attestation { trust_path, ..attestation.signed_with(rs256) })
}

/// RFC 2818 §3.1: the names in the subject alternative name where it has one, the common name elsewhere. Name constraints
/// of the CAs above it hold for this name too, which the [`policy`](crate::policy) judges with the certification path.
fn is_issued_to(certificate: &Certificate<'_>, host: &str) -> Result<bool, Reason> {
    let names = certificate.extensions.subject_alt_name()?;
    let mut names = names.iter().flat_map(|names| names.dns()).peekable();
    if names.peek().is_some() {
        return Ok(names.any(|name| name == host));
    }
    let mut common_names = certificate.subject.attributes_of(oid::COMMON_NAME);
    Ok(common_names.any(|name| name.text() == Ok(host)))
}

/// The header's certificates. The header is UTF-8 as a whole (RFC 7515 §5.2, RFC 8259 §8.1), also where nothing reads it.
fn x5c(header: &[u8]) -> Option<Vec<Vec<u8>>> {
    let Object::<Header>(header) = serde_json::from_str(core::str::from_utf8(header).ok()?).ok()?;
    if header.alg != "RS256" || header.x5c.is_empty() {
        return None;
    }
    header.x5c.iter().map(|text| base64url::decode_standard(text).ok()).collect()
}

/// Judges the payload, which is UTF-8 as a whole (RFC 8259 §8.1).
fn judge(payload: &[u8], inputs: &Inputs<'_, '_>) -> Result<(), Reason> {
    let payload = core::str::from_utf8(payload).map_err(|_| Reason::Payload)?;
    let Object::<Payload>(payload) = serde_json::from_str(payload).map_err(|_| Reason::Payload)?;
    let nonce = payload.nonce.ok_or(Reason::Nonce)?;
    if nonce != base64url::encode_standard(&inputs.backend.sha256(&[inputs.signed()])) {
        return Err(Reason::Nonce);
    }
    if !payload.cts_profile_match {
        return Err(Reason::CtsProfileMatch);
    }
    let made = payload.timestamp_ms.ok_or(Reason::Timestamp)?.div_euclid(1000);
    let about = |now: UnixTime| {
        let age = now.secs().saturating_sub(made);
        (MAX_AHEAD.saturating_neg()..=MAX_AGE).contains(&age)
    };
    if inputs.time.is_none_or(about) { Ok(()) } else { Err(Reason::Timestamp) }
}
