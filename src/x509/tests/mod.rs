//! Tests with certificates that each test makes, and comparisons with other libraries.

#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "tests")]
#![allow(clippy::arithmetic_side_effects, clippy::as_conversions, reason = "tests")]

mod anchors;
mod certificates;
mod limbo;
mod names;
mod oracles;
pub(crate) mod paths;
mod recorded;
mod revocation;

use super::anchor::TrustAnchor;
use super::error::{CertificateError, Rule};
use super::oid;
use super::path::{CertificationPath, Inputs, ValidPath};
use super::revocation::Revocation;
use crate::budget::Budget;
use crate::crypto;
use crate::time::UnixTime;
use p256::ecdsa::{DerSignature, SigningKey, signature::Signer as _};

/// 2026-01-01, within the validity period of all certificates here.
pub(crate) const NOW: i64 = 1_767_225_600;

/// Returns inputs with these anchors and the time of the tests.
pub(crate) fn inputs(anchors: &[TrustAnchor]) -> Inputs<'_> {
    Inputs {
        anchors,
        revocation: Revocation::default(),
        time: Some(UnixTime::from_secs(NOW)),
        host: None,
        outside_validity: false,
        issuer_without_ca: None,
        backend: crypto::default_backend(),
    }
}

/// Validates a path with the budget of a message.
pub(crate) fn validate(x5c: &[Vec<u8>], inputs: &Inputs<'_>) -> Result<ValidPath, CertificateError> {
    CertificationPath::read(None, x5c.iter().map(Vec::as_slice))?.validate(inputs, &mut Budget::of_a_message())
}

/// Writes a DER value.
pub(crate) fn tlv(tag: u8, parts: &[&[u8]]) -> Vec<u8> {
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

/// Writes a SEQUENCE.
pub(crate) fn seq(parts: &[&[u8]]) -> Vec<u8> {
    tlv(0x30, parts)
}

/// Writes an OBJECT IDENTIFIER.
pub(crate) fn object(oid: &[u8]) -> Vec<u8> {
    tlv(0x06, &[oid])
}

/// Writes a relative distinguished name with one attribute. `tag` is the tag of its string type.
pub(crate) fn attribute(oid: &[u8], tag: u8, text: &str) -> Vec<u8> {
    tlv(0x31, &[&seq(&[&object(oid), &tlv(tag, &[text.as_bytes()])])])
}

/// Returns a name with one common name, or an empty name for the empty text.
pub(crate) fn name(common: &str) -> Vec<u8> {
    if common.is_empty() { seq(&[]) } else { seq(&[&attribute(oid::COMMON_NAME, 0x0c, common)]) }
}

/// Writes an extension. `value` is the DER of its type.
pub(crate) fn extension(oid: &[u8], critical: bool, value: &[u8]) -> Vec<u8> {
    let critical: &[u8] = if critical { &[1, 1, 0xff] } else { &[] };
    seq(&[&object(oid), critical, &tlv(4, &[value])])
}

pub(crate) fn basic_constraints(ca: bool, path_length: Option<u8>) -> Vec<u8> {
    let ca: &[u8] = if ca { &[1, 1, 0xff] } else { &[] };
    let path_length = path_length.map(|length| vec![2, 1, length]).unwrap_or_default();
    extension(oid::BASIC_CONSTRAINTS, true, &seq(&[ca, &path_length]))
}

/// Writes a key usage extension. `bits` is the first octet of the BIT STRING.
pub(crate) fn key_usage(bits: u8) -> Vec<u8> {
    extension(oid::KEY_USAGE, true, &[3, 2, u8::try_from(bits.trailing_zeros()).unwrap(), bits])
}

/// Returns the P-256 key with this number.
pub(crate) fn key(number: u8) -> SigningKey {
    SigningKey::from_slice(&[number; 32]).unwrap()
}

/// Writes the SubjectPublicKeyInfo of a key.
pub(crate) fn spki(key: &SigningKey) -> Vec<u8> {
    let point = key.verifying_key().to_sec1_point(false);
    let algorithm = seq(&[&object(oid::EC_PUBLIC_KEY), &object(oid::SECP256R1)]);
    seq(&[&algorithm, &tlv(3, &[&[0], point.as_bytes()])])
}

/// The fields of a certificate to make, each as DER.
#[derive(Clone)]
pub(crate) struct Draft {
    pub(crate) version: Vec<u8>,
    pub(crate) serial: Vec<u8>,
    pub(crate) algorithm: Vec<u8>,
    /// The algorithm outside of the signed part, if it differs.
    pub(crate) outer_algorithm: Option<Vec<u8>>,
    pub(crate) issuer: Vec<u8>,
    pub(crate) validity: Vec<u8>,
    pub(crate) subject: Vec<u8>,
    pub(crate) spki: Vec<u8>,
    /// The fields between the key and the extensions.
    pub(crate) unique_ids: Vec<u8>,
    pub(crate) extensions: Vec<Vec<u8>>,
    pub(crate) issuer_key: SigningKey,
}

impl Draft {
    /// Returns an end entity with basic constraints. Subject and issuer are a common name and the number of a [`key`].
    pub(crate) fn leaf(subject: (&str, u8), issuer: (&str, u8)) -> Self {
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

    /// Returns a CA that may sign certificates and revocation lists. The arguments are those of [`Self::leaf`].
    pub(crate) fn ca(subject: (&str, u8), issuer: (&str, u8)) -> Self {
        Self { extensions: vec![basic_constraints(true, None), key_usage(0x06)], ..Self::leaf(subject, issuer) }
    }

    /// Adds an extension.
    pub(crate) fn with(self, extension: Vec<u8>) -> Self {
        let mut draft = self;
        draft.extensions.push(extension);
        draft
    }

    /// Replaces all extensions.
    pub(crate) fn extensions(self, extensions: &[Vec<u8>]) -> Self {
        Self { extensions: extensions.to_vec(), ..self }
    }

    /// Sets the validity. A text of 13 characters is a UTCTime, a longer one a GeneralizedTime.
    pub(crate) fn valid(self, from: &str, until: &str) -> Self {
        let time = |text: &str| tlv(if text.len() == 13 { 0x17 } else { 0x18 }, &[text.as_bytes()]);
        Self { validity: seq(&[&time(from), &time(until)]), ..self }
    }

    /// Signs the certificate with `issuer_key` and returns its DER.
    pub(crate) fn make(&self) -> Vec<u8> {
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
