//! Certificate revocation lists (RFC 5280 §5), which the relying party configures as it does anchors. Nothing is fetched.
//!
//! A list must be the complete list of one issuer. Delta lists, indirect lists and lists of a single distribution point have
//! a critical extension, and every list with a critical extension is refused.

use super::algorithm::{SignatureAlgorithm, SubjectPublicKey};
use super::anchor::range;
use super::certificate::Certificate;
use super::error::{CertificateError, Rule};
use super::extensions::Extensions;
use super::name::{Canonical, Name};
use super::oid;
use crate::codec::der::{self, Reader, Tag};
use crate::codec::pem;
use crate::crypto::Backend;
use crate::macros::getters;
use crate::time::UnixTime;
use core::fmt;
use core::ops::Range;

/// A certificate revocation list of one issuer.
///
/// Configure it with [`TrustAnchors::with_crls`](crate::policy::TrustAnchors::with_crls). A list belongs to an issuer of the
/// certification path if it has the issuer's name and its signature verifies with the issuer's key. Every certificate with
/// that issuer's name is checked.
///
/// A certification path is refused if a list cannot be applied to it: if the list has expired, or if it has the name of an
/// issuer of the path but does not verify with that issuer's key. So configure only the newest list of each issuer. If two
/// issuers share a name and have two keys, as Google's roots do, configure the certificate of each as a
/// [`TrustAnchor`](super::TrustAnchor), so that each list can be matched with its issuer.
///
/// A certificate whose issuer has no list passes, because a missing list cannot be told from an issuer that publishes none.
/// Configure the lists of the anchor and of every CA below it.
///
/// Nothing is cached between registrations. Every registration with a certificate of the issuer in its path hashes the whole
/// list and verifies its signature, once for each path, after the path has led to an anchor. So a list of many megabytes
/// costs every such registration the time to hash it. The lookup itself is a binary search.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct Crl {
    der: Box<[u8]>,
    tbs: Range<usize>,
    pub(super) issuer: Canonical,
    algorithm: Range<usize>,
    signature: Range<usize>,
    this_update: UnixTime,
    next_update: UnixTime,
    /// Serial numbers, sorted by their octets.
    revoked: Box<[Range<usize>]>,
}

impl Crl {
    /// Reads a DER CertificateList.
    ///
    /// # Errors
    /// [`CertificateError`] if the list is malformed, is not of version 2, has no nextUpdate, or has a critical extension.
    ///
    /// ```
    /// use wardkey::x509::Crl;
    ///
    /// assert_eq!(Crl::from_der(b"text").unwrap_err().code(), "x509-malformed");
    /// ```
    pub fn from_der(der: &[u8]) -> Result<Self, CertificateError> {
        Ok(Self::read(der)?)
    }

    fn read(der: &[u8]) -> Result<Self, Rule> {
        let at = |part: &[u8]| range(der, part);
        let mut outer = der::read_all(der, Reader::sequence)?;
        let tbs = outer.element(Tag::SEQUENCE)?;
        let algorithm = outer.element(Tag::SEQUENCE)?.encoding;
        let signature = outer.bit_string()?;
        outer.finish()?;
        SignatureAlgorithm::read(algorithm)?;

        let mut fields = Reader::new(tbs.contents);
        // §5.1.2.1: version 2, which is encoded as 1
        if fields.optional(Tag::INTEGER)? != Some(&[1]) {
            return Err(Rule::CrlVersion);
        }
        // §5.1.1.2: signatureAlgorithm and the field signature are the same.
        if fields.element(Tag::SEQUENCE)?.encoding != algorithm {
            return Err(Rule::AlgorithmsDiffer);
        }
        let issuer = Name::read(&mut fields)?;
        // §5.1.2.3: "The issuer field MUST contain a non-empty X.500 distinguished name (DN)."
        if issuer.is_empty() {
            return Err(Rule::NoIssuer);
        }
        let this_update = fields.time()?;
        let next_update = next_update(&mut fields)?;
        let mut revoked = revoked(&mut fields)?;
        let extensions = match fields.optional(Tag::constructed(0))? {
            Some(explicit) => der::read_all(explicit, Extensions::read)?,
            None => Extensions::default(),
        };
        fields.finish()?;
        extensions.refuse_critical()?; // §5.2
        // §5.2.4, §5.2.5: a delta list, or a list that covers only some certificates or reasons. "MUST be critical", but a list
        // that omits the flag is no more complete.
        if [oid::DELTA_CRL_INDICATOR, oid::ISSUING_DISTRIBUTION_POINT].iter().any(|oid| extensions.find(oid).is_some())
        {
            return Err(Rule::CrlScope);
        }
        revoked.sort_unstable();
        Ok(Self {
            tbs: at(tbs.encoding),
            issuer: issuer.canonical(),
            algorithm: at(algorithm),
            signature: at(signature),
            this_update,
            next_update,
            revoked: revoked.into_iter().map(at).collect(),
            der: der.into(),
        })
    }

    /// Reads every `X509 CRL` block of a PEM text (RFC 7468). Text between the blocks is ignored.
    ///
    /// # Errors
    /// [`CertificateError`] if the text has no such block, or if [`Self::from_der`] refuses one of the lists.
    ///
    /// ```
    /// use wardkey::x509::Crl;
    ///
    /// assert_eq!(Crl::from_pem("no list").unwrap_err().code(), "x509-no-pem");
    /// ```
    pub fn from_pem(text: &str) -> Result<Vec<Self>, CertificateError> {
        pem::crls(text).map_err(Rule::from)?.iter().map(|der| Self::from_der(der)).collect()
    }

    /// Returns the DER CertificateList.
    #[must_use]
    pub fn der(&self) -> &[u8] {
        &self.der
    }

    getters! {
        /// Returns the date of issue (RFC 5280 §5.1.2.4).
        pub const fn this_update(&self) -> UnixTime = self.this_update;
        /// Returns the latest date at which the issuer publishes the next list (RFC 5280 §5.1.2.5). After this date, paths with
        /// certificates of the issuer are refused, so replace the list before.
        ///
        /// ```
        /// use wardkey::UnixTime;
        /// use wardkey::x509::Crl;
        ///
        /// fn needs_renewal(list: &Crl, now: UnixTime) -> bool {
        ///     list.next_update().secs() - now.secs() < 24 * 3600
        /// }
        /// ```
        pub const fn next_update(&self) -> UnixTime = self.next_update;
    }

    fn part(&self, range: &Range<usize>) -> &[u8] {
        self.der.get(range.clone()).unwrap_or_default()
    }

    /// Verifies the signature with a key of the issuer (§6.3.3 (g)).
    pub(super) fn verify(&self, key: &SubjectPublicKey<'_>, backend: &dyn Backend) -> Result<(), Rule> {
        let algorithm = SignatureAlgorithm::read(self.part(&self.algorithm))?;
        let scheme = algorithm.scheme(key).map_err(|_| Rule::CrlKeyMismatch)?;
        let (message, signature) = (self.part(&self.tbs), self.part(&self.signature));
        backend.verify(scheme, &key.key, message, signature).map_err(|_| Rule::CrlSignature)
    }

    /// Checks that the issuer may sign the list, and that the list is current at `time`. Without a time, dates are not checked.
    pub(super) fn check(&self, issuer: &Certificate<'_>, time: Option<UnixTime>) -> Result<(), Rule> {
        // §6.3.3 (f): cRLSign, if there is a key usage
        if !matches!(issuer.extensions.key_usage(), Ok(usage) if usage.is_none_or(|usage| usage.crl_sign())) {
            return Err(Rule::CrlKeyUsage);
        }
        // §5.1.2.4, §5.1.2.5: thisUpdate and nextUpdate
        match time {
            Some(time) if time < self.this_update => Err(Rule::CrlNotYetValid),
            Some(time) if time > self.next_update => Err(Rule::CrlExpired),
            _ => Ok(()),
        }
    }

    /// Returns whether the list contains this serial number.
    pub(super) fn revokes(&self, serial: &[u8]) -> bool {
        self.revoked.binary_search_by(|range| self.part(range).cmp(serial)).is_ok()
    }
}

impl fmt::Debug for Crl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Crl")
            .field("revoked", &self.revoked.len())
            .field("next_update", &self.next_update)
            .finish_non_exhaustive()
    }
}

/// §5.1.2.5: nextUpdate, which is optional in the syntax but required by the text
fn next_update(fields: &mut Reader<'_>) -> Result<UnixTime, Rule> {
    let mut ahead = *fields;
    match ahead.any().map(|next| next.tag) {
        Ok(Tag::UTC_TIME | Tag::GENERALIZED_TIME) => Ok(fields.time()?),
        _ => Err(Rule::CrlNoNextUpdate),
    }
}

/// The CRLReason removeFromCRL, encoded (§5.3.1).
const REMOVE_FROM_CRL: &[u8] = &[0x0a, 1, 8];

/// §5.1.2.6: the serial numbers of the revoked certificates, whatever the reason of the revocation
fn revoked<'a>(fields: &mut Reader<'a>) -> Result<Vec<&'a [u8]>, Rule> {
    let mut revoked = Vec::new();
    let Some(contents) = fields.optional(Tag::SEQUENCE)? else { return Ok(revoked) };
    der::each(Reader::new(contents), |entries| {
        let mut entry = entries.sequence()?;
        revoked.push(entry.integer()?);
        entry.time()?;
        if !entry.is_empty() {
            let extensions = Extensions::read(&mut entry)?;
            extensions.refuse_critical()?; // §5.3
            // §5.3.3: an entry of another issuer, as only an indirect list has. §5.3.1: an entry of a delta list.
            let is_removal = extensions.find(oid::CRL_REASON).is_some_and(|reason| reason.value == REMOVE_FROM_CRL);
            if is_removal || extensions.find(oid::CERTIFICATE_ISSUER).is_some() {
                return Err(Rule::CrlScope);
            }
        }
        Ok::<_, Rule>(entry.finish()?)
    })?;
    Ok(revoked)
}
