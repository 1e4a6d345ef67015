//! Revocation along a certification path (RFC 5280 §6.3.3), by the lists that the relying party configured.
//!
//! A list with an issuer's name belongs to the issuer if it verifies with the issuer's key in the path. The subject key
//! identifiers of the certificates are ignored, because an issuer may have several certificates, and the message chooses
//! among them.

use super::algorithm::SubjectPublicKey;
use super::anchor::TrustAnchor;
use super::certificate::Certificate;
use super::crl::Crl;
use super::error::{Error, Rule};
use super::name::Canonical;
use crate::budget::Budget;
use crate::crypto::Backend;
use crate::time::UnixTime;

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
    ) -> Result<usize, Error> {
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
                // §6.1.3 (a) (3): the certificate is not revoked.
                if crl.revokes(certificate.serial) {
                    return Err(Rule::Revoked.at(index));
                }
                *listed = true;
            }
        }
        Ok(listed.into_iter().filter(|listed| *listed).count())
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
    ) -> Result<Option<&'c Certificate<'a>>, Error> {
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
        for anchor in self.anchors.iter().filter(|anchor| anchor.is_named(crl.issuer())) {
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

/// Verifies a list with a key (§6.3.3 (g)). The relying party chose the list, so its length is not charged to the budget.
fn is_signed_by(crl: &Crl, key: &[u8], work: &mut Work<'_>) -> Result<Result<(), Rule>, Error> {
    let key = match SubjectPublicKey::read(key) {
        Ok(key) => key,
        Err(_) => return Ok(Err(Rule::CrlKeyMismatch)),
    };
    work.budget.spend_verification(key.key.cost(0)).map_err(|_| Rule::VerificationBudget)?;
    Ok(crl.verify(&key, work.backend))
}
