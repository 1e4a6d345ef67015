//! §8.5 Android SafetyNet attestation: a JSON Web Signature by a Google service that was switched off in 2025, and
//! that credentials registered before still carry.
//!
//! The header decides nothing: the algorithm is RS256, the key is that of a certificate whose chain the policy judges.

use super::certificate::Leaf;
use super::{Attestation, AttestationType, Format, Inputs, Reason, fields};
use crate::codec::base64url;
use crate::codec::cbor::Map;
use crate::codec::json::Object;
use crate::codec::jws::Jws;
use crate::crypto::Algorithm;
use crate::time::UnixTime;
use crate::x509::certificate::Certificate;
use crate::x509::oid;
use serde::Deserialize;
use std::borrow::Cow;

/// The service that signs.
pub(crate) const HOST_NAME: &str = "attest.android.com";
/// How old a response may be, in seconds: the longest timeout that §15.1 recommends.
const MAX_AGE: i64 = 600;
/// How far a phone's clock may be ahead, in seconds.
const MAX_AHEAD: i64 = 60;

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
    let jws = Jws::read(response).ok_or(Reason::Jws)?;
    let x5c = x5c(&jws).ok_or(Reason::Header)?;
    let leaf = Leaf::read(x5c.first().map(Vec::as_slice))?;
    if !is_issued_to(leaf.certificate(), HOST_NAME)? {
        return Err(Reason::HostName);
    }
    let rs256 = Algorithm::Rs256;
    leaf.verify(rs256.cose().into(), jws.signed, &jws.signature, inputs)?;
    judge(&jws.payload, inputs)?;
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

/// The certificates of the header.
fn x5c(jws: &Jws<'_>) -> Option<Vec<Vec<u8>>> {
    let header = jws.header().filter(|header| header.alg == "RS256" && header.len() > 0)?;
    header.certificates()
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
