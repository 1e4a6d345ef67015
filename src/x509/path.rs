//! Validation of a certification path (RFC 5280 §6.1) along x5c: an ordered list, leaf first. The path is given, so it is
//! only validated, never built.
//!
//! - The path ends at the first certificate after the leaf that has the name and the key of an anchor that may issue. Its dates
//!   are not checked, and it may differ from the configured certificate, because an anchor is a name and a key (§6.1.1 (d)). x5c
//!   may also omit it.
//! - A leaf that equals the certificate of an anchor is trusted directly; the path has length zero.
//! - Certificates after the anchor in x5c are read and counted, but not validated, because authenticators send their root too,
//!   although the relying party may trust an intermediate.
//! - No certificate of the message becomes an anchor, self-signed or not.
//! - If the relying party configured a revocation list of an issuer, the list must not contain what this issuer issued. The
//!   anchor itself, and a leaf that is an anchor, are not checked, because the relying party chose them.
//!
//! Names, dates, critical extensions and the rules for issuers are checked first, on the whole path. Then signatures are verified
//! from the anchor downwards, so that an attacker cannot make us verify signatures under keys that no anchor vouches for. Name
//! constraints and revocation are checked last. The cost is spent from the [`Budget`] of the message.

use super::algorithm::SubjectPublicKey;
use super::anchor::TrustAnchor;
use super::certificate::{Certificate, Version};
use super::error::{CertificateError, Rule};
use super::name::GeneralName;
use super::revocation::{Revocation, Work};
use crate::budget::Budget;
use crate::codec::Few;
use crate::crypto::Backend;
use crate::time::UnixTime;

/// The maximum number of certificates in x5c. The longest recorded path has 6.
pub(crate) const MAX_CERTIFICATES: usize = 10;

/// The maximum number of anchors of one name whose keys are tried. Google's attestation roots share one name and have two
/// keys.
const MAX_SAME_NAME: usize = 8;

/// The inputs of the validation, besides the path (RFC 5280 §6.1.1).
#[derive(Clone, Copy, Debug)]
pub(crate) struct Inputs<'i> {
    pub(crate) anchors: &'i [TrustAnchor],
    pub(crate) revocation: Revocation<'i>,
    /// The time at which every certificate and revocation list must be valid; `None`: dates are not checked.
    pub(crate) time: Option<UnixTime>,
    /// Whether to accept certificates outside their validity periods. The times of revocation lists are checked all the same.
    pub(crate) outside_validity: bool,
    /// The host name for which the caller accepted the leaf. Name constraints apply to it, also if the leaf has it only as its
    /// common name.
    pub(crate) host: Option<&'i str>,
    /// An exception for the issuer of the leaf.
    pub(crate) issuer_without_ca: Option<IssuerWithoutCa>,
    pub(crate) backend: &'i dyn Backend,
}

/// A kind of certificate that may issue the leaf although its basic constraints have `cA = FALSE`.
#[derive(Clone, Copy, Debug)]
pub(crate) struct IssuerWithoutCa {
    /// Returns whether the certificate is of this kind.
    pub(crate) matches: fn(&Certificate<'_>) -> bool,
    /// The encoded subject of the anchor at which the path must end.
    pub(crate) anchor: &'static [u8],
}

/// The result for a certification path that leads to an anchor.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct ValidPath {
    /// The index of the anchor.
    pub(crate) anchor: usize,
    /// The number of validated certificates: all below the anchor, or the leaf that is an anchor.
    pub(crate) certificates: usize,
    /// The number of validated certificates whose issuer has a revocation list. A certificate whose issuer has no list passes.
    pub(crate) checked_for_revocation: usize,
    /// Whether [`Inputs::issuer_without_ca`] was needed.
    pub(crate) issuer_without_ca: bool,
}

/// The certificates of x5c, read but not validated.
#[derive(Clone, Debug)]
pub(crate) struct CertificationPath<'a>(Vec<Certificate<'a>>);

/// Where a certification path ends.
enum End {
    /// The leaf is this anchor.
    Leaf(usize),
    /// The certificate after the first `below` ones has the name and key of this anchor.
    Included { below: usize, anchor: usize },
    /// x5c contains no anchor. An anchor may have issued its last certificate.
    Omitted,
}

impl<'a> CertificationPath<'a> {
    /// Reads the certificates of x5c. `leaf` is the first one, if the caller has already read it. Refuses an empty x5c, and one with
    /// too many certificates, before it reads any.
    pub(crate) fn read(
        leaf: Option<&Certificate<'a>>,
        x5c: impl ExactSizeIterator<Item = &'a [u8]>,
    ) -> Result<Self, CertificateError> {
        // §6.1: a path has n certificates, and n is at least 1.
        if x5c.len() == 0 {
            return Err(Rule::Empty.into());
        }
        // A bound of this library; RFC 5280 has none.
        if x5c.len() > MAX_CERTIFICATES {
            return Err(Rule::TooLong.into());
        }
        let read = |(index, bytes)| match leaf {
            Some(leaf) if index == 0 => Ok(*leaf),
            _ => Certificate::read(bytes).map_err(|rule: Rule| rule.at(index)),
        };
        x5c.enumerate().map(read).collect::<Result<_, _>>().map(Self)
    }

    /// Validates the path from the leaf to one of the anchors.
    pub(crate) fn validate(&self, inputs: &Inputs<'_>, budget: &mut Budget) -> Result<ValidPath, CertificateError> {
        // §6.1.1 (d): trust anchor information is an input.
        if inputs.anchors.is_empty() {
            return Err(Rule::NoAnchors.into());
        }
        let (length, included) = match self.end(inputs.anchors)? {
            End::Leaf(anchor) => {
                return Ok(ValidPath { anchor, certificates: 1, checked_for_revocation: 0, issuer_without_ca: false });
            }
            End::Included { below, anchor } => (below, Some(anchor)),
            End::Omitted => (self.0.len(), None),
        };
        let path = self.0.get(..length).unwrap_or_default();
        let mut issuer_without_ca = None;
        for (index, certificate) in path.iter().enumerate() {
            // §6.1.4 (o), §6.1.5 (f): critical extensions
            certificate.extensions.check_critical().map_err(|rule: Rule| rule.at(index))?;
            check_validity(index, certificate, inputs.time.filter(|_| !inputs.outside_validity))?;
            if index > 0 {
                issuer_without_ca =
                    issuer_without_ca.or(check_issuer(index, certificate, path, inputs.issuer_without_ca)?);
            }
        }
        let mut work = Work { backend: inputs.backend, budget };
        let (index, anchor) = verify_signatures(path, inputs.anchors, included, &mut work)?;
        // §6.1.4 (k): an issuer without cA is accepted only below the anchor of the exception.
        if issuer_without_ca.is_some_and(|exception| exception.anchor != anchor.subject()) {
            return Err(Rule::NotCa.at(1));
        }
        check_name_constraints(path, inputs.host, work.budget)?;
        Ok(ValidPath {
            anchor: index,
            certificates: length,
            checked_for_revocation: inputs.revocation.check(path, anchor, inputs.time, &mut work)?,
            issuer_without_ca: issuer_without_ca.is_some(),
        })
    }

    /// Returns whether the issuer names lead to one of these anchors. Verifies no signature.
    pub(crate) fn is_in_the_name_of(&self, anchors: &[TrustAnchor]) -> bool {
        match self.end(anchors) {
            Ok(End::Leaf(_) | End::Included { .. }) => true,
            Ok(End::Omitted) => {
                self.0.last().is_some_and(|last| anchors.iter().any(|anchor| anchor.may_have_issued(last)))
            }
            Err(_) => false,
        }
    }

    /// Follows the names from the leaf to an anchor.
    fn end(&self, anchors: &[TrustAnchor]) -> Result<End, CertificateError> {
        for (index, certificate) in self.0.iter().enumerate() {
            let is_this = |anchor: &TrustAnchor| match index {
                0 => anchor.der() == certificate.encoding,
                _ => anchor.issues && anchor.has_name_and_key_of(certificate),
            };
            if let Some(anchor) = anchors.iter().position(is_this) {
                return Ok(if index == 0 { End::Leaf(anchor) } else { End::Included { below: index, anchor } });
            }
            // §6.1.3 (a) (4): the issuer name is the subject of the next certificate.
            if self.0.get(index.saturating_add(1)).is_some_and(|next| next.subject != certificate.issuer) {
                return Err(Rule::IssuerName.at(index));
            }
        }
        Ok(End::Omitted)
    }
}

/// §6.1.3 (a) (2): the validity period includes the time.
fn check_validity(index: usize, certificate: &Certificate<'_>, time: Option<UnixTime>) -> Result<(), CertificateError> {
    match time {
        Some(time) if time < certificate.not_before => Err(Rule::NotYetValid.at(index)),
        Some(time) if time > certificate.not_after => Err(Rule::Expired.at(index)),
        _ => Ok(()),
    }
}

/// Checks a certificate that issued the one before it (§6.1.4 (k) to (n)). Returns the exception, if it was needed.
fn check_issuer(
    index: usize,
    issuer: &Certificate<'_>,
    path: &[Certificate<'_>],
    exception: Option<IssuerWithoutCa>,
) -> Result<Option<IssuerWithoutCa>, CertificateError> {
    let here = |rule: Rule| rule.at(index);
    let constraints = issuer.extensions.basic_constraints().map_err(here)?;
    let usage = issuer.extensions.key_usage().map_err(here)?;
    // §6.1.4 (k): version 3, and basic constraints with cA TRUE
    let Some(constraints) = constraints.filter(|_| issuer.version == Version::V3) else {
        return Err(Rule::NotCa.at(index));
    };
    if !constraints.ca {
        let exception = exception.filter(|exception| index == 1 && (exception.matches)(issuer));
        return exception.map(Some).ok_or(Rule::NotCa.at(index));
    }
    // §6.1.4 (n): keyCertSign, if there is a key usage
    if usage.is_some_and(|usage| !usage.key_cert_sign()) {
        return Err(Rule::KeyUsage.at(index));
    }
    // §6.1.4 (l), (m): pathLenConstraint. The leaf and self-issued certificates do not count (§4.2.1.9).
    let between = path.iter().take(index).skip(1);
    let intermediates = between.filter(|certificate| !certificate.is_self_issued()).count();
    let longest = constraints.path_length.map(|longest| usize::try_from(longest).unwrap_or(usize::MAX));
    if longest.is_some_and(|longest| intermediates > longest) { Err(Rule::PathLength.at(index)) } else { Ok(None) }
}

/// Verifies the signatures from the anchor downwards (§6.1.3 (a) (1)). Returns the anchor and its index.
fn verify_signatures<'t>(
    path: &[Certificate<'_>],
    anchors: &'t [TrustAnchor],
    included: Option<usize>,
    work: &mut Work<'_>,
) -> Result<(usize, &'t TrustAnchor), CertificateError> {
    // §6.1: a path has at least one certificate.
    let Some((last, below)) = path.split_last() else { return Err(Rule::Empty.into()) };
    let is_candidate = |(index, anchor): &(usize, &TrustAnchor)| match included {
        Some(anchor) => *index == anchor,
        None => anchor.may_have_issued(last),
    };
    let (mut found, mut error) = (None, CertificateError::from(Rule::NoAnchor));
    let mut tried = Few::<&[u8], MAX_SAME_NAME>::new();
    for candidate in anchors.iter().enumerate().filter(is_candidate) {
        let key = candidate.1.spki();
        // §6.1.1 (d): an anchor is a name and a key, so a copy of a certificate is no other anchor.
        if tried.contains(&key) {
            continue;
        }
        if tried.len() == MAX_SAME_NAME {
            return Err(Rule::TooManyAnchors.into());
        }
        tried.push(key);
        match verify_signature(below.len(), last, SubjectPublicKey::read(key), work) {
            Ok(()) => {
                found = Some(candidate);
                break;
            }
            Err(failed) if failed.rule() == Rule::VerificationBudget => return Err(failed),
            Err(failed) => error = failed, // that of the last candidate counts
        }
    }
    let anchor = found.ok_or(error)?;
    for (index, (certificate, issuer)) in path.iter().zip(path.iter().skip(1)).enumerate().rev() {
        verify_signature(index, certificate, issuer.public_key(), work)?;
    }
    Ok(anchor)
}

/// Verifies the signature of one certificate with its issuer's key (§6.1.3 (a) (1)).
fn verify_signature(
    index: usize,
    certificate: &Certificate<'_>,
    key: Result<SubjectPublicKey<'_>, Rule>,
    work: &mut Work<'_>,
) -> Result<(), CertificateError> {
    let here = |rule: Rule| rule.at(index);
    let key = key.map_err(here)?;
    let scheme = certificate.signature_algorithm().and_then(|by| by.scheme(&key)).map_err(here)?;
    let signature = certificate.signature().map_err(here)?;
    work.budget.spend_verification(key.key.cost(certificate.tbs.len())).map_err(|_| Rule::VerificationBudget)?;
    work.backend.verify(scheme, &key.key, certificate.tbs, signature).map_err(|_| Rule::Signature.at(index))
}

/// Checks the names below every CA, except those of self-issued intermediates (§6.1.3 (b), (c)).
fn check_name_constraints(
    path: &[Certificate<'_>],
    host: Option<&str>,
    budget: &mut Budget,
) -> Result<(), CertificateError> {
    for (index, ca) in path.iter().enumerate().skip(1) {
        let at = |index| move |rule: Rule| rule.at(index);
        let Some(constraints) = ca.extensions.name_constraints().map_err(at(index))? else { continue };
        for (below, certificate) in path.iter().enumerate().take(index) {
            if below == 0 || !certificate.is_self_issued() {
                let alternatives = certificate.extensions.subject_alt_name().map_err(at(below))?;
                constraints.allow(certificate.subject, alternatives, budget).map_err(at(below))?;
            }
        }
        if let Some(host) = host {
            constraints.allow_name(GeneralName::Dns(host), budget).map_err(at(0))?;
        }
    }
    Ok(())
}
