//! Trust anchors (RFC 5280 §6.1.1 (d)): a name and a key that the relying party trusts.
//!
//! The relying party configures an anchor as a certificate. Its dates, path length and name constraints are not checked,
//! because the relying party trusts it. Only one property is read from it: whether it may issue certificates. An end entity
//! may be an anchor (WebAuthn §7.1: "itself an acceptable certificate"), but it issues nothing, because whoever owns an
//! authenticator can use the key of its certificate.
//!
//! A certificate that another CA issued may issue only if it is a CA. A self-issued certificate may be a root without saying
//! so: the FIDO metadata contains roots of version 3 without basic constraints (Egistec, Atos), and roots with `cA = FALSE`
//! and a key usage of keyCertSign (GoTrust). So a self-issued certificate may issue if its key usage has keyCertSign, or if it
//! has neither extension. A certificate with `cA = FALSE` and no key usage is not an issuer.

use super::certificate::{Certificate, Version};
use super::error::{CertificateError, Rule};
use super::name::{Canonical, Name};
use crate::codec::{der, pem};
use crate::crypto::Backend;
use core::fmt;
use core::ops::Range;
use std::sync::Arc;

/// A certificate at which a certification path may end.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct TrustAnchor {
    /// Shared, so that a clone copies no certificate.
    der: Arc<[u8]>,
    subject: Range<usize>,
    spki: Range<usize>,
    /// Whether it may issue certificates.
    pub(crate) issues: bool,
}

/// Where the subject and the SubjectPublicKeyInfo are in the certificate of an anchor, and whether it may issue certificates.
#[cfg(feature = "mds")]
pub(crate) type Parts = (Range<usize>, Range<usize>, bool);

impl TrustAnchor {
    /// Reads a DER certificate.
    ///
    /// # Errors
    /// [`CertificateError`] if the certificate is malformed, or if this crate refuses its key, for example RSA below 2048 bits.
    ///
    /// ```
    /// use wardkey::x509::TrustAnchor;
    ///
    /// assert_eq!(TrustAnchor::from_der(b"text").unwrap_err().code(), "x509-malformed");
    /// ```
    pub fn from_der(der: &[u8]) -> Result<Self, CertificateError> {
        let certificate = Certificate::read(der)?;
        certificate.public_key()?;
        let issues = may_issue(&certificate)? && !certificate.subject.is_empty(); // §4.1.2.4: an issuer has a name
        let (subject, spki) = (range(der, certificate.subject.encoding), range(der, certificate.spki));
        Ok(Self { subject, spki, issues, der: der.into() })
    }

    /// Makes an anchor of its certificate and [`Self::parts`], without reading the certificate again. `None` if a part is outside of it.
    #[cfg(feature = "mds")]
    pub(crate) fn from_parts(der: &[u8], (subject, spki, issues): Parts) -> Option<Self> {
        let is_inside = |part: &Range<usize>| der.get(part.clone()).is_some();
        (is_inside(&subject) && is_inside(&spki)).then(|| Self { der: der.into(), subject, spki, issues })
    }

    /// Returns where the subject and the key are, and whether it may issue certificates.
    #[cfg(feature = "mds")]
    pub(crate) fn parts(&self) -> Parts {
        (self.subject.clone(), self.spki.clone(), self.issues)
    }

    /// Reads every `CERTIFICATE` block of a PEM text (RFC 7468). Text between the blocks is ignored.
    ///
    /// # Errors
    /// [`CertificateError`] if the text has no such block, or if one of the certificates cannot be an anchor.
    ///
    /// ```
    /// use wardkey::x509::TrustAnchor;
    ///
    /// fn read(path: &str) -> Result<Vec<TrustAnchor>, Box<dyn std::error::Error>> {
    ///     Ok(TrustAnchor::from_pem(&std::fs::read_to_string(path)?)?)
    /// }
    /// ```
    pub fn from_pem(text: &str) -> Result<Vec<Self>, CertificateError> {
        pem::certificates(text).map_err(Rule::from)?.iter().map(|der| Self::from_der(der)).collect()
    }

    /// Returns the DER certificate.
    #[must_use]
    pub fn der(&self) -> &[u8] {
        &self.der
    }

    /// Returns the SHA-256 of the DER certificate. Evidence names the anchor by this value.
    #[must_use]
    pub fn fingerprint(&self, backend: &dyn Backend) -> [u8; 32] {
        backend.sha256(&[&self.der])
    }

    /// Returns the encoded subject.
    pub(crate) fn subject(&self) -> &[u8] {
        self.der.get(self.subject.clone()).unwrap_or_default()
    }

    /// Returns whether it may issue certificates and its subject is the issuer of `certificate`.
    pub(super) fn may_have_issued(&self, certificate: &Certificate<'_>) -> bool {
        self.issues && self.subject() == certificate.issuer.encoding
    }

    /// Returns whether the certificate has this anchor's name and key. It may be another issue of the certificate.
    pub(crate) fn has_name_and_key_of(&self, certificate: &Certificate<'_>) -> bool {
        self.subject() == certificate.subject.encoding && self.spki() == certificate.spki
    }

    /// Returns whether it has this name, as RFC 5280 §7.1 compares names.
    pub(super) fn is_named(&self, name: &Canonical) -> bool {
        der::read_all(self.subject(), Name::read).is_ok_and(|subject| subject.canonical() == *name)
    }

    /// Returns the encoded SubjectPublicKeyInfo.
    pub(crate) fn spki(&self) -> &[u8] {
        self.der.get(self.spki.clone()).unwrap_or_default()
    }
}

/// Returns whether the certificate is that of a CA, or of a root that does not say so.
fn may_issue(certificate: &Certificate<'_>) -> Result<bool, Rule> {
    let ca = certificate.extensions.basic_constraints_of_an_anchor()?.map(|constraints| constraints.ca);
    match ca {
        Some(true) => Ok(true),
        None if certificate.version < Version::V3 => Ok(true), // these versions have no extensions
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

/// Returns the range of `part` in `whole`. `part` must be a slice of `whole`.
pub(super) fn range(whole: &[u8], part: &[u8]) -> Range<usize> {
    let start = part.as_ptr().addr().saturating_sub(whole.as_ptr().addr());
    start..start.saturating_add(part.len())
}
