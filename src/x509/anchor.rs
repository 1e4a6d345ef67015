//! Trust anchors (RFC 5280 §6.1.1 (d)): a name and a key that the relying party chose.
//!
//! A certificate is only the envelope they come in: its dates, path length and name constraints are not judged, for
//! whoever chose it trusts it. What stays of it is whether it is the certificate of an end entity. Those are
//! acceptable themselves (§7.1 of the standard: "itself an acceptable certificate") but issue nothing: the key of an
//! authenticator's own certificate is in the hands of whoever has the authenticator.
//!
//! A certificate issued by another that does not say it is a CA is an end entity. A self-issued one may still be a
//! root: in the FIDO metadata are roots of version 3 without basic constraints (Egistec, Atos) and roots that are no CA
//! by them, yet may sign certificates by their key usage (GoTrust). So a self-issued one issues if its key usage lets it,
//! or if it has neither extension. One that only says it is no CA is taken at its word.

use super::algorithm::SubjectPublicKey;
use super::certificate::{Certificate, Version};
use super::error::{Error, Rule};
use super::name::{Canonical, Name};
use crate::codec::{der, pem};
use crate::crypto::Backend;
use core::fmt;
use core::ops::Range;
use std::sync::Arc;

/// A certificate that a path may end at.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct TrustAnchor {
    /// Shared, so that a clone copies no certificate.
    der: Arc<[u8]>,
    subject: Range<usize>,
    spki: Range<usize>,
    issues: bool,
}

impl TrustAnchor {
    /// The anchor that a DER certificate holds.
    ///
    /// # Errors
    /// [`Error`]: also for a key that this crate refuses, such as RSA below 2048 bits.
    pub fn from_der(der: &[u8]) -> Result<Self, Error> {
        let certificate = Certificate::read(der)?;
        certificate.public_key()?;
        let issues = may_issue(&certificate)? && !certificate.subject.is_empty(); // §8.3.1 leaves have no name to issue in
        let (subject, spki) = (range(der, certificate.subject.encoding), range(der, certificate.spki));
        Ok(Self { subject, spki, issues, der: der.into() })
    }

    /// The anchors in a PEM text (RFC 7468): one or more `CERTIFICATE`s; what stands between them is ignored.
    ///
    /// # Errors
    /// [`Error`]: if one of them cannot be an anchor, none is returned.
    pub fn from_pem(text: &str) -> Result<Vec<Self>, Error> {
        pem::certificates(text).map_err(Rule::from)?.iter().map(|der| Self::from_der(der)).collect()
    }

    /// The certificate, as it was given.
    #[must_use]
    pub fn der(&self) -> &[u8] {
        &self.der
    }

    /// The SHA-256 of the certificate. Evidence names the anchor by it.
    #[must_use]
    pub fn fingerprint(&self, backend: &dyn Backend) -> [u8; 32] {
        backend.sha256(&[&self.der])
    }

    /// The encoded subject name.
    pub(crate) fn subject(&self) -> &[u8] {
        self.der.get(self.subject.clone()).unwrap_or_default()
    }

    /// Whether certificates may be issued in its name: not by an end entity.
    pub(crate) fn issues(&self) -> bool {
        self.issues
    }

    /// The key.
    pub(crate) fn public_key(&self) -> Result<SubjectPublicKey<'_>, Rule> {
        SubjectPublicKey::read(self.spki())
    }

    /// Whether the certificate is this anchor, perhaps another issue of it: the same name and the same key.
    pub(crate) fn has_name_and_key_of(&self, certificate: &Certificate<'_>) -> bool {
        self.subject() == certificate.subject.encoding && self.spki() == certificate.spki
    }

    /// Whether it has this name, as RFC 5280 §7.1 compares names.
    pub(super) fn is_named(&self, name: &Canonical) -> bool {
        der::read_all(self.subject(), Name::read).is_ok_and(|subject| subject.canonical() == *name)
    }

    /// The certificate that the anchor came in.
    pub(crate) fn certificate(&self) -> Result<Certificate<'_>, Rule> {
        Certificate::read(&self.der)
    }

    /// The whole SubjectPublicKeyInfo.
    pub(crate) fn spki(&self) -> &[u8] {
        self.der.get(self.spki.clone()).unwrap_or_default()
    }
}

/// Whether it is the certificate of a CA, or of a root that only fails to say so.
fn may_issue(certificate: &Certificate<'_>) -> Result<bool, Rule> {
    let ca = certificate.extensions.basic_constraints_of_an_anchor()?.map(|constraints| constraints.ca);
    match ca {
        Some(true) => Ok(true),
        None if certificate.version < Version::V3 => Ok(true), // which had no way to say it
        _ if !certificate.is_self_issued() => Ok(false),
        _ => Ok(certificate.extensions.key_usage()?.map_or(ca.is_none(), |usage| usage.key_cert_sign())),
    }
}

impl fmt::Debug for TrustAnchor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("TrustAnchor")
            .field("len", &self.der.len())
            .field("issues", &self.issues)
            .finish_non_exhaustive()
    }
}

/// Where `part` lies in `whole`, which it was read from.
pub(super) fn range(whole: &[u8], part: &[u8]) -> Range<usize> {
    let start = part.as_ptr().addr().saturating_sub(whole.as_ptr().addr());
    start..start.saturating_add(part.len())
}
