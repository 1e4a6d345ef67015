//! Revocation along a certification path (RFC 5280 §6.3.3), by the lists that the relying party configured.
//!
//! A list with an issuer's name belongs to the issuer if it verifies with the issuer's key in the path. The subject key
//! identifiers of the certificates are ignored, because an issuer may have several certificates, and the message chooses
//! among them.

use super::algorithm::SubjectPublicKey;
use super::anchor::TrustAnchor;
use super::certificate::Certificate;
use super::crl::Crl;
use super::error::{CertificateError, Rule};
use crate::budget::Budget;
use crate::crypto::Backend;
use crate::time::UnixTime;
use std::collections::BTreeSet;

/// The backend that verifies signatures, and the remaining budget.
pub(super) struct Work<'w> {
    pub(super) backend: &'w dyn Backend,
    pub(super) budget: &'w mut Budget,
}

/// The configured revocation lists, and the anchors that tell issuers of one name apart.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Revocation<'r> {
    pub(crate) crls: &'r [Crl],
    /// All anchors of the relying party, for every model and format.
    pub(crate) anchors: &'r [&'r TrustAnchor],
}

impl Revocation<'_> {
    /// Checks the certificates of a path against the lists of their issuers. Returns the number of certificates whose issuer
    /// has a list.
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
        let above = anchor.certificate().map_err(|rule| rule.at(path.len()))?;
        let issuers = path.iter().skip(1).chain([&above]).map(|issuer| (issuer.subject.canonical(), issuer));
        let issuers: Vec<_> = issuers.collect();
        let mut listed = BTreeSet::new();
        for crl in self.crls {
            // The certificates whose issuer has the name in the list, from the anchor downwards
            let path = path.iter().zip(&issuers).enumerate().rev();
            let issued: Vec<_> = path.filter(|(_, (_, (name, _)))| *name == crl.issuer).collect();
            let Some(&(first, _)) = issued.first() else { continue };
            let named = issued.iter().map(|(_, (_, (_, issuer)))| *issuer);
            let Some(signer) = self.signer(crl, named, first, work)? else { continue };
            crl.check(signer, time).map_err(|rule| rule.at(first))?;
            for (index, (certificate, _)) in issued {
                // §6.1.3 (a) (3): the certificate is not revoked.
                if crl.revokes(certificate.serial) {
                    return Err(Rule::Revoked.at(index));
                }
                listed.insert(index);
            }
        }
        Ok(listed.len())
    }

    /// Returns the certificate of the path with whose key the list verifies. Returns `None` if the list verifies with another
    /// key of the same name, of which the relying party has an anchor: then the list does not concern this path. For example,
    /// Google's roots share a name and have two keys.
    fn signer<'c, 'a>(
        self,
        crl: &Crl,
        named: impl Iterator<Item = &'c Certificate<'a>>,
        index: usize,
        work: &mut Work<'_>,
    ) -> Result<Option<&'c Certificate<'a>>, CertificateError> {
        let (mut tried, mut first) = (Vec::new(), None);
        for issuer in named {
            // x5c may contain a self-signed certificate several times. Its key is tried once.
            if !tried.contains(&issuer.spki) {
                tried.push(issuer.spki);
                match is_signed_by(crl, issuer.spki, work)? {
                    Ok(()) => return Ok(Some(issuer)),
                    Err(rule) => first = first.or(Some(rule)),
                }
            }
        }
        for anchor in self.anchors.iter().filter(|anchor| anchor.is_named(&crl.issuer)) {
            if !tried.contains(&anchor.spki()) {
                tried.push(anchor.spki());
                if is_signed_by(crl, anchor.spki(), work)?.is_ok() {
                    return Ok(None);
                }
            }
        }
        // §6.3.3 (g): the signature of the list verifies.
        Err(first.unwrap_or(Rule::CrlSignature).at(index))
    }
}

/// Verifies a list with a key (§6.3.3 (g)). The relying party chose the list, so its length is not charged to the budget.
fn is_signed_by(crl: &Crl, key: &[u8], work: &mut Work<'_>) -> Result<Result<(), Rule>, CertificateError> {
    let key = match SubjectPublicKey::read(key) {
        Ok(key) => key,
        Err(_) => return Ok(Err(Rule::CrlKeyMismatch)),
    };
    work.budget.spend_verification(key.key.cost(0)).map_err(|_| Rule::VerificationBudget)?;
    Ok(crl.verify(&key, work.backend))
}
