//! Certificates made for one test each, and what a rule, RFC 5280 or another library says of them.

#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "tests")]
#![allow(clippy::arithmetic_side_effects, clippy::as_conversions, reason = "tests")]

mod anchors;
mod certificates;
mod chains;
mod limbo;
mod names;
mod oracles;
mod recorded;
mod revocation;

use super::anchor::TrustAnchor;
use super::chain::{Chain, Path, Rules};
use super::error::{CertificateError, Rule};
use super::oid;
use super::revocation::Revocation;
use crate::budget::Budget;
use crate::crypto::Backend;
use crate::time::UnixTime;
use p256::ecdsa::{DerSignature, SigningKey, signature::Signer as _};

/// 2026-01-01, inside the validity of everything made here.
const NOW: i64 = 1_767_225_600;

/// Validates a path without revocation lists, with the budget of a message.
fn validate(
    chain: &Chain<'_>,
    anchors: &[TrustAnchor],
    time: Option<i64>,
    rules: Rules,
    backend: &dyn Backend,
) -> Result<Path, CertificateError> {
    let time = time.map(UnixTime::from_secs);
    chain.verify(anchors, Revocation::default(), time, rules, backend, &mut Budget::of_a_message())
}

/// A tag, a length in the fewest octets, and the parts one after the other.
pub(super) fn tlv(tag: u8, parts: &[&[u8]]) -> Vec<u8> {
    let contents = parts.concat();
    let [.., high, low] = contents.len().to_be_bytes();
    let mut bytes = match contents.len() {
        ..0x80 => vec![tag, low],
        0x80..0x100 => vec![tag, 0x81, low],
        _ => vec![tag, 0x82, high, low],
    };
    bytes.extend(contents);
    bytes
}

pub(super) fn seq(parts: &[&[u8]]) -> Vec<u8> {
    tlv(0x30, parts)
}

fn object(oid: &[u8]) -> Vec<u8> {
    tlv(0x06, &[oid])
}

fn attribute(oid: &[u8], tag: u8, text: &str) -> Vec<u8> {
    tlv(0x31, &[&seq(&[&object(oid), &tlv(tag, &[text.as_bytes()])])])
}

/// A name of one common name; none for the empty text.
fn name(common: &str) -> Vec<u8> {
    if common.is_empty() { seq(&[]) } else { seq(&[&attribute(oid::COMMON_NAME, 0x0c, common)]) }
}

fn extension(oid: &[u8], critical: bool, value: &[u8]) -> Vec<u8> {
    let critical: &[u8] = if critical { &[1, 1, 0xff] } else { &[] };
    seq(&[&object(oid), critical, &tlv(4, &[value])])
}

fn basic_constraints(ca: bool, path_length: Option<u8>) -> Vec<u8> {
    let ca: &[u8] = if ca { &[1, 1, 0xff] } else { &[] };
    let path_length = path_length.map(|length| vec![2, 1, length]).unwrap_or_default();
    extension(oid::BASIC_CONSTRAINTS, true, &seq(&[ca, &path_length]))
}

/// The first octet of the bits.
fn key_usage(bits: u8) -> Vec<u8> {
    extension(oid::KEY_USAGE, true, &[3, 2, u8::try_from(bits.trailing_zeros()).unwrap(), bits])
}

/// A key of P-256, told apart by a number.
fn key(number: u8) -> SigningKey {
    SigningKey::from_slice(&[number; 32]).unwrap()
}

fn spki(key: &SigningKey) -> Vec<u8> {
    let point = key.verifying_key().to_sec1_point(false);
    let algorithm = seq(&[&object(oid::EC_PUBLIC_KEY), &object(oid::SECP256R1)]);
    seq(&[&algorithm, &tlv(3, &[&[0], point.as_bytes()])])
}

/// A certificate in the making; every field is its encoding.
#[derive(Clone)]
struct Draft {
    version: Vec<u8>,
    serial: Vec<u8>,
    algorithm: Vec<u8>,
    /// The algorithm beside the signature, where it is another.
    outer_algorithm: Option<Vec<u8>>,
    issuer: Vec<u8>,
    validity: Vec<u8>,
    subject: Vec<u8>,
    spki: Vec<u8>,
    /// Between the key and the extensions.
    unique_ids: Vec<u8>,
    extensions: Vec<Vec<u8>>,
    issuer_key: SigningKey,
}

impl Draft {
    /// An end entity with basic constraints.
    fn leaf(subject: (&str, u8), issuer: (&str, u8)) -> Self {
        Self {
            version: vec![0xa0, 3, 2, 1, 2],
            serial: vec![2, 1, subject.1],
            algorithm: seq(&[&object(oid::ECDSA_WITH_SHA256)]),
            outer_algorithm: None,
            issuer: name(issuer.0),
            validity: seq(&[&tlv(0x17, &[b"250101000000Z"]), &tlv(0x17, &[b"300101000000Z"])]),
            subject: name(subject.0),
            spki: spki(&key(subject.1)),
            unique_ids: Vec::new(),
            extensions: vec![basic_constraints(false, None)],
            issuer_key: key(issuer.1),
        }
    }

    /// A CA that may sign certificates.
    fn ca(subject: (&str, u8), issuer: (&str, u8)) -> Self {
        Self { extensions: vec![basic_constraints(true, None), key_usage(0x06)], ..Self::leaf(subject, issuer) }
    }

    fn with(self, extension: Vec<u8>) -> Self {
        let mut draft = self;
        draft.extensions.push(extension);
        draft
    }

    fn extensions(self, extensions: &[Vec<u8>]) -> Self {
        Self { extensions: extensions.to_vec(), ..self }
    }

    fn valid(self, from: &str, until: &str) -> Self {
        let time = |text: &str| tlv(if text.len() == 13 { 0x17 } else { 0x18 }, &[text.as_bytes()]);
        Self { validity: seq(&[&time(from), &time(until)]), ..self }
    }

    fn make(&self) -> Vec<u8> {
        let extensions = match self.extensions.concat() {
            none if none.is_empty() => none,
            some => tlv(0xa3, &[&seq(&[&some])]),
        };
        let tbs = seq(&[
            &self.version,
            &self.serial,
            &self.algorithm,
            &self.issuer,
            &self.validity,
            &self.subject,
            &self.spki,
            &self.unique_ids,
            &extensions,
        ]);
        let signature: DerSignature = self.issuer_key.sign(&tbs);
        let algorithm = self.outer_algorithm.as_ref().unwrap_or(&self.algorithm);
        seq(&[&tbs, algorithm, &tlv(3, &[&[0], signature.as_bytes()])])
    }
}
