//! Certificate revocation lists (RFC 5280 §5): handed in by the relying party, as anchors are. Nothing is fetched.
//!
//! A list speaks for one issuer, whole and by itself: delta lists, indirect ones and those of a single distribution
//! point say so in critical extensions, of which none is understood.

use super::algorithm::{SignatureAlgorithm, SubjectPublicKey};
use super::anchor::range;
use super::certificate::Certificate;
use super::error::{CertificateError, Rule};
use super::extensions::Extensions;
use super::name::{Canonical, Name};
use crate::codec::der::{self, Reader, Tag};
use crate::codec::pem;
use crate::crypto::Backend;
use crate::time::UnixTime;
use core::fmt;
use core::ops::Range;

/// What an issuer has revoked.
///
/// A list is an issuer's if it is in the issuer's name and verifies with a key that the certification path has for the
/// issuer. Every certificate in that issuer's name is checked against it.
///
/// A list that cannot be applied refuses the certification path instead of being passed over: one that has expired, and
/// one in the name of an issuer of the path that does not verify with that issuer's key. Hand in the newest list of each
/// issuer, and only that. Where two issuers share a name and have two keys, as Google's roots do, hand in the certificate
/// of each as a [`TrustAnchor`](super::TrustAnchor), so that it can be seen whose a list is.
///
/// An issuer without a list lets its certificates pass, because a list that was forgotten looks like one that there never
/// was. Hand in the lists of every CA below the anchor, and of the anchor itself.
///
/// Nothing is remembered from one registration to the next. Each one that has a certificate of the issuer in its path
/// hashes the whole list and verifies its signature, once for each path, after the path has led to an anchor. So a list
/// of many megabytes costs every such registration the time to hash it; looking a certificate up costs next to nothing.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct Crl {
    der: Box<[u8]>,
    tbs: Range<usize>,
    issuer: Canonical,
    algorithm: Range<usize>,
    signature: Range<usize>,
    this_update: UnixTime,
    next_update: UnixTime,
    /// Serial numbers, sorted by their octets.
    revoked: Box<[Range<usize>]>,
}

impl Crl {
    /// The list that a DER CertificateList holds.
    ///
    /// # Errors
    /// [`CertificateError`].
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
        if fields.optional(Tag::INTEGER)? != Some(&[1]) {
            return Err(Rule::CrlVersion);
        }
        if fields.element(Tag::SEQUENCE)?.encoding != algorithm {
            return Err(Rule::AlgorithmsDiffer);
        }
        let issuer = Name::read(&mut fields)?;
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
        extensions.refuse_critical()?;
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

    /// The lists in a PEM text (RFC 7468): one or more `X509 CRL`s; what stands between them is ignored.
    ///
    /// # Errors
    /// [`CertificateError`]: if one of them is none, none is returned.
    pub fn from_pem(text: &str) -> Result<Vec<Self>, CertificateError> {
        pem::crls(text).map_err(Rule::from)?.iter().map(|der| Self::from_der(der)).collect()
    }

    /// The list, as it was given.
    #[must_use]
    pub fn der(&self) -> &[u8] {
        &self.der
    }

    /// From when on it tells what is revoked (RFC 5280 §5.1.2.4).
    #[must_use]
    pub const fn this_update(&self) -> UnixTime {
        self.this_update
    }

    /// When the next one is there, at the latest (RFC 5280 §5.1.2.5): until then, hand in that one.
    #[must_use]
    pub const fn next_update(&self) -> UnixTime {
        self.next_update
    }

    fn part(&self, range: &Range<usize>) -> &[u8] {
        self.der.get(range.clone()).unwrap_or_default()
    }

    /// In whose name it is.
    pub(super) const fn issuer(&self) -> &Canonical {
        &self.issuer
    }

    /// Verifies it with a key of its issuer (§6.3.3 (g)).
    pub(super) fn verify(&self, key: &SubjectPublicKey<'_>, backend: &dyn Backend) -> Result<(), Rule> {
        let algorithm = SignatureAlgorithm::read(self.part(&self.algorithm))?;
        let scheme = algorithm.scheme(key).map_err(|_| Rule::CrlKeyMismatch)?;
        let (message, signature) = (self.part(&self.tbs), self.part(&self.signature));
        backend.verify(scheme, &key.key, message, signature).map_err(|_| Rule::CrlSignature)
    }

    /// Whether its issuer may sign it (§6.3.3 (f)), and whether it is current at `time`; without a time, dates are not judged.
    pub(super) fn check(&self, issuer: &Certificate<'_>, time: Option<UnixTime>) -> Result<(), Rule> {
        if !matches!(issuer.extensions.key_usage(), Ok(usage) if usage.is_none_or(|usage| usage.crl_sign())) {
            return Err(Rule::CrlKeyUsage);
        }
        match time {
            Some(time) if time < self.this_update => Err(Rule::CrlNotYetValid),
            Some(time) if time > self.next_update => Err(Rule::CrlExpired),
            _ => Ok(()),
        }
    }

    /// Whether it lists this serial number.
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

/// §5.1.2.5: optional by its syntax, demanded by its text.
fn next_update(fields: &mut Reader<'_>) -> Result<UnixTime, Rule> {
    let mut ahead = *fields;
    match ahead.any().map(|next| next.tag) {
        Ok(Tag::UTC_TIME | Tag::GENERALIZED_TIME) => Ok(fields.time()?),
        _ => Err(Rule::CrlNoNextUpdate),
    }
}

/// §5.1.2.6: the serial numbers. Whatever the reason, a certificate that stands here is revoked.
fn revoked<'a>(fields: &mut Reader<'a>) -> Result<Vec<&'a [u8]>, Rule> {
    let mut revoked = Vec::new();
    let Some(contents) = fields.optional(Tag::SEQUENCE)? else { return Ok(revoked) };
    if contents.is_empty() {
        return Err(der::Malformed::Empty.into());
    }
    let mut entries = Reader::new(contents);
    while !entries.is_empty() {
        let mut entry = entries.sequence()?;
        revoked.push(entry.integer()?);
        entry.time()?;
        if !entry.is_empty() {
            Extensions::read(&mut entry)?.refuse_critical()?;
        }
        entry.finish()?;
    }
    Ok(revoked)
}
