//! Revocation along a certification path (RFC 5280 §6.3.3), by the lists that the relying party handed in.
//!
//! A list in an issuer's name is the issuer's if it verifies with a key that the path has for the issuer. What the
//! certificates of the message say of their keys (subjectKeyIdentifier) decides nothing, because an issuer may have several
//! certificates, and the message chooses among them.

use super::algorithm::SubjectPublicKey;
use super::anchor::TrustAnchor;
use super::certificate::Certificate;
use super::crl::Crl;
use super::error::{CertificateError, Rule};
use super::name::Canonical;
use crate::budget::Budget;
use crate::crypto::Backend;
use crate::time::UnixTime;

/// Who verifies signatures, and what they may still cost.
pub(super) struct Work<'w> {
    pub(super) backend: &'w dyn Backend,
    pub(super) budget: &'w mut Budget,
}

/// Revocation lists, and how to tell whose they are.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Revocation<'r> {
    pub(crate) crls: &'r [Crl],
    /// Every anchor that the relying party has, for whatever model or format.
    pub(crate) anchors: &'r [&'r TrustAnchor],
}

impl Revocation<'_> {
    /// Checks the certificates of a path against the lists of their issuers. Returns how many have an issuer with a list.
    pub(super) fn check(
        self,
        path: &[Certificate<'_>],
        anchor: &TrustAnchor,
        time: Option<UnixTime>,
        work: &mut Work<'_>,
    ) -> Result<usize, CertificateError> {
        if self.crls.is_empty() {
            return Ok(0);
        }
        let of_anchor = |rule: Rule| rule.at(path.len());
        let issuers = path.iter().skip(1).copied().map(Ok).chain([anchor.certificate().map_err(of_anchor)]);
        let issuers: Vec<_> = issuers.map(|issuer| issuer.map(Issuer::of)).collect::<Result<_, _>>()?;
        let mut listed = vec![false; path.len()];
        for crl in self.crls {
            let of_this_issuer = |issuer: &Issuer<'_>| issuer.name == *crl.issuer();
            let Some(index) = issuers.iter().rposition(of_this_issuer) else { continue };
            let named = issuers.iter().rev().filter(|issuer| of_this_issuer(issuer)).map(|issuer| &issuer.certificate);
            let Some(signer) = self.signer(crl, named, index, work)? else { continue };
            crl.check(signer, time).map_err(|rule| rule.at(index))?;
            let issued = path.iter().zip(&issuers).zip(&mut listed).enumerate().rev();
            for (index, ((certificate, _), listed)) in issued.filter(|(_, ((_, issuer), _))| of_this_issuer(issuer)) {
                if crl.revokes(certificate.serial) {
                    return Err(Rule::Revoked.at(index));
                }
                *listed = true;
            }
        }
        Ok(listed.into_iter().filter(|listed| *listed).count())
    }

    /// The certificate of the path with whose key the list verifies. `None` where it verifies with another key of that name,
    /// for which the relying party has an anchor: then it says nothing of this path. Google's roots, for one, share a name
    /// and have two keys.
    fn signer<'c, 'a>(
        self,
        crl: &Crl,
        named: impl Iterator<Item = &'c Certificate<'a>>,
        index: usize,
        work: &mut Work<'_>,
    ) -> Result<Option<&'c Certificate<'a>>, CertificateError> {
        let (mut tried, mut first) = (Vec::new(), None);
        for issuer in named {
            // A certificate that signed itself may be in x5c again and again: its key is tried once.
            if !tried.contains(&issuer.spki) {
                tried.push(issuer.spki);
                match is_signed_by(crl, issuer.spki, work)? {
                    Ok(()) => return Ok(Some(issuer)),
                    Err(rule) => first = first.or(Some(rule)),
                }
            }
        }
        for anchor in self.anchors.iter().filter(|anchor| anchor.is_named(crl.issuer())) {
            if !tried.contains(&anchor.spki()) {
                tried.push(anchor.spki());
                if is_signed_by(crl, anchor.spki(), work)?.is_ok() {
                    return Ok(None);
                }
            }
        }
        Err(first.unwrap_or(Rule::CrlSignature).at(index))
    }
}

/// An issuer in the path, or the anchor above it.
struct Issuer<'a> {
    certificate: Certificate<'a>,
    name: Canonical,
}

impl<'a> Issuer<'a> {
    fn of(certificate: Certificate<'a>) -> Self {
        Self { name: certificate.subject.canonical(), certificate }
    }
}

/// Verifies a list with a key. Its length is the relying party's choice, so only the arithmetic is spent.
fn is_signed_by(crl: &Crl, key: &[u8], work: &mut Work<'_>) -> Result<Result<(), Rule>, CertificateError> {
    let key = match SubjectPublicKey::read(key) {
        Ok(key) => key,
        Err(_) => return Ok(Err(Rule::CrlKeyMismatch)),
    };
    work.budget.spend_verification(key.key.cost(0)).map_err(|_| Rule::VerificationBudget)?;
    Ok(crl.verify(&key, work.backend))
}
