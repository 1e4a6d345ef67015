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
use super::name::Canonical;
use crate::budget::Budget;
use crate::crypto::Backend;
use crate::time::UnixTime;
use std::collections::BTreeSet;

/// What verifying a signature needs: the backend, and the remaining budget of the message.
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

/// A certificate of the path, with its issuer.
struct Issued<'p, 'a> {
    /// The place of the certificate in the path; 0 is the leaf.
    index: usize,
    certificate: &'p Certificate<'a>,
    issuer: &'p Certificate<'a>,
    /// The name of the issuer, as RFC 5280 §7.1 compares names.
    issuer_name: Canonical,
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
        let anchor = Certificate::read(anchor.der()).map_err(|rule| rule.at(path.len()))?;
        let issuers = path.iter().skip(1).chain([&anchor]);
        let pairs = path.iter().zip(issuers).enumerate();
        let path: Vec<_> = pairs
            .map(|(index, (certificate, issuer))| {
                let issuer_name = issuer.subject.canonical();
                Issued { index, certificate, issuer, issuer_name }
            })
            .collect();
        let mut listed = BTreeSet::new();
        for crl in self.crls {
            // From the anchor downwards, so that an error names the highest certificate of the issuer.
            let issued: Vec<_> = path.iter().rev().filter(|issued| issued.issuer_name == crl.issuer).collect();
            let Some(highest) = issued.first() else { continue };
            let Some(signer) = self.signer(crl, &issued, highest.index, work)? else { continue };
            crl.check(signer, time).map_err(|rule| rule.at(highest.index))?;
            for issued in issued {
                // §6.1.3 (a) (3): the certificate is not revoked.
                if crl.revokes(issued.certificate.serial) {
                    return Err(Rule::Revoked.at(issued.index));
                }
                listed.insert(issued.index);
            }
        }
        Ok(listed.len())
    }

    /// Returns the issuer in the path with whose key the list verifies (§6.3.3 (g)). `issued` are the certificates whose issuer has
    /// the name in the list. An error names the certificate at `index`.
    ///
    /// Returns `None` if the list verifies with the key of an anchor of the same name that is not in the path: then it does not
    /// concern this path. For example, Google's roots share a name and have two keys.
    fn signer<'p, 'a>(
        self,
        crl: &Crl,
        issued: &[&Issued<'p, 'a>],
        index: usize,
        work: &mut Work<'_>,
    ) -> Result<Option<&'p Certificate<'a>>, CertificateError> {
        let in_path = issued.iter().map(|issued| (issued.issuer.spki, Some(issued.issuer)));
        let anchors = self.anchors.iter().filter(|anchor| anchor.is_named(&crl.issuer));
        let (mut tried, mut refusal) = (Vec::new(), None);
        for (spki, issuer) in in_path.chain(anchors.map(|anchor| (anchor.spki(), None))) {
            // A key is tried once: x5c may contain a self-signed certificate several times, and the path may end at an anchor.
            if tried.contains(&spki) {
                continue;
            }
            tried.push(spki);
            match verify_with_key(crl, spki, work) {
                Ok(()) => return Ok(issuer),
                // The budget is that of the whole message, so its error names no certificate.
                Err(rule) if rule == Rule::VerificationBudget => return Err(rule.into()),
                // The reason of the first key counts, which is that of an issuer in the path.
                Err(rule) => refusal = refusal.or(Some(rule)),
            }
        }
        // §6.3.3 (g): the signature of the list verifies.
        Err(refusal.unwrap_or(Rule::CrlSignature).at(index))
    }
}

/// Verifies a list with a key (§6.3.3 (g)). The relying party chose the list, so its length is not charged to the budget.
fn verify_with_key(crl: &Crl, spki: &[u8], work: &mut Work<'_>) -> Result<(), Rule> {
    let key = SubjectPublicKey::read(spki).map_err(|_| Rule::CrlKeyMismatch)?;
    work.budget.spend_verification(key.key.cost(0)).map_err(|_| Rule::VerificationBudget)?;
    crl.verify(&key, work.backend)
}
