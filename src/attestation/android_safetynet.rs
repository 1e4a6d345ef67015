//! §8.5 Android SafetyNet attestation: a JSON Web Signature by a Google service. Google switched it off in 2025, but credential
//! records of earlier registrations may contain such statements.
//!
//! The algorithm is always RS256, and the key is that of the first certificate in `x5c`. The header of the JWS cannot choose others.
//!
//! §8.5 refers to Google's documentation, called "SafetyNet online documentation" here, for the checks of the response.

use super::certificate::{Leaf, X5c};
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

/// The host name of the service that signs.
pub(crate) const HOST_NAME: &str = "attest.android.com";
/// The maximum age of a response in seconds: the longest timeout that §15.1 recommends.
const MAX_AGE: i64 = 600;
/// The maximum number of seconds that the service's clock may be ahead.
const MAX_AHEAD: i64 = 60;

/// The members of the payload that are checked. Others, such as `apkPackageName`, are ignored.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Payload {
    nonce: Option<String>,
    timestamp_ms: Option<i64>,
    #[serde(default)]
    cts_profile_match: bool,
}

/// Checks the syntax of the statement. Returns the member `response`.
fn parse<'a>(statement: Map<'a>) -> Option<&'a [u8]> {
    let [ver, response] = fields(statement, ["ver", "response"])?;
    // §8.5: `ver` is the version of Google Play Services. There is one format of responses, so any version is accepted.
    ver.text().filter(|version| !version.is_empty())?;
    response.bytes()
}

pub(super) fn verify<'a>(statement: Map<'a>, inputs: &Inputs<'_, 'a>) -> Result<Attestation<'a>, Reason> {
    // §8.5: "attStmt is valid CBOR conforming to the syntax"
    let response = parse(statement).ok_or(Reason::Syntax)?;
    // RFC 7515 §7.1: three parts in base64url, separated by periods
    let jws = Jws::read(response).ok_or(Reason::Jws)?;

    // RFC 7515 §4.1.1, §4.1.6: `alg` is RS256, and `x5c` has at least one certificate.
    let x5c = x5c(&jws).ok_or(Reason::Header)?;
    let leaf = Leaf::read(x5c.first().map(AsRef::as_ref).unwrap_or_default())?;
    // §8.5, SafetyNet online documentation: the certificate is issued to the host name attest.android.com.
    if !is_issued_to(&leaf.certificate, HOST_NAME)? {
        return Err(Reason::HostName);
    }
    // §8.5, SafetyNet online documentation: the certificate verifies the signature.
    leaf.verify(Algorithm::Rs256, jws.signed, &jws.signature, inputs)?;
    check_payload(&jws.payload, inputs)?;
    // The policy verifies the certification path.
    let attestation_type = AttestationType::BasicOrAttCa;
    Ok(Attestation::with_path(Format::AndroidSafetynet, attestation_type, x5c, None, Some(Algorithm::Rs256)))
}

/// Returns whether the certificate is issued to a host name (RFC 2818 §3.1). If the subject alternative name has DNS names, one of
/// them must be the host name; otherwise a common name must be it. Path validation applies name constraints to the host name too.
fn is_issued_to(certificate: &Certificate<'_>, host: &str) -> Result<bool, Reason> {
    let names = certificate.extensions.subject_alt_name()?;
    let mut names = names.iter().flat_map(|names| names.dns()).peekable();
    if names.peek().is_some() {
        return Ok(names.any(|name| name == host));
    }
    let mut common_names = certificate.subject.attributes_of(oid::COMMON_NAME);
    Ok(common_names.any(|name| name.text() == Ok(host)))
}

/// Returns the certificates in the header, leaf first. `None` if `alg` is not RS256, or if there are none.
fn x5c(jws: &Jws<'_>) -> Option<X5c<'static>> {
    let header = jws.header().filter(|header| header.alg == "RS256" && header.len() > 0)?;
    Some(header.certificates()?.into_iter().map(Cow::Owned).collect())
}

/// Checks the payload, which must be UTF-8 (RFC 8259 §8.1).
fn check_payload(payload: &[u8], inputs: &Inputs<'_, '_>) -> Result<(), Reason> {
    let payload = core::str::from_utf8(payload).map_err(|_| Reason::Payload)?;
    let Object::<Payload>(payload) = serde_json::from_str(payload).map_err(|_| Reason::Payload)?;
    // §8.5: nonce "is identical to the Base64 encoding of the SHA-256 hash of the concatenation of authenticatorData and
    // clientDataHash".
    let nonce = payload.nonce.ok_or(Reason::Nonce)?;
    if nonce != base64url::encode_standard(inputs.signed_sha256()) {
        return Err(Reason::Nonce);
    }
    // SafetyNet online documentation: ctsProfileMatch is true.
    if !payload.cts_profile_match {
        return Err(Reason::CtsProfileMatch);
    }
    // SafetyNet online documentation: timestampMs is about the time of the request. Without a time, it only has to be there.
    let made_at = payload.timestamp_ms.ok_or(Reason::Timestamp)?.div_euclid(1000);
    let is_recent = |now: UnixTime| {
        let age = now.secs().saturating_sub(made_at);
        (MAX_AHEAD.saturating_neg()..=MAX_AGE).contains(&age)
    };
    if inputs.time.is_none_or(is_recent) { Ok(()) } else { Err(Reason::Timestamp) }
}
