//! Validation of a certification path (RFC 5280 §6.1) along x5c: an ordered list, leaf first. The path is given, so it is
//! only validated, never built.
//!
//! - The path ends at the first certificate with an anchor's name and key. It may be another issue of the anchor's
//!   certificate than the one handed in, and its dates are not judged: an anchor is a name and a key (§6.1.1 (d)).
//!   The root may also be left out.
//! - A leaf that *is* an anchor, octet by octet, is trusted directly; the path has length zero.
//! - What follows the anchor in x5c is not looked at. Authenticators send whole chains, and a relying party may have
//!   chosen a certificate in the middle. It cannot add trust: everything below the anchor was verified without it.
//! - Nothing in the message becomes an anchor, self-signed or not.
//! - Where the relying party handed in a revocation list of an issuer, the list must not name what the issuer issued. The
//!   anchor itself, and a leaf that is one, are the relying party's own choice and are checked against none.
//!
//! Signatures are verified after names, dates and extensions, from the anchor downwards, so an attacker cannot make us
//! verify signatures under keys that no anchor vouches for. What the path may cost is spent from the message's [`Budget`].

use super::algorithm::SubjectPublicKey;
use super::anchor::TrustAnchor;
use super::certificate::{Certificate, Version};
use super::error::{Error, Rule};
use super::extensions::{BasicConstraints, KeyUsage};
use super::name::Name;
use super::oid;
use super::revocation::{Revocation, Work};
use crate::budget::Budget;
use crate::codec::Few;
use crate::crypto::Backend;
use crate::time::UnixTime;

/// Certificates in x5c. The longest recorded chain has 6.
pub(crate) const MAX_CERTIFICATES: usize = 10;

/// Anchors of one name whose keys are tried. Google's attestation roots share one name and have two keys.
const MAX_SAME_NAME: usize = 8;

/// What the format and the relying party change in RFC 5280; nothing, by default.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Rules<'h> {
    /// The leaf's issuer may be an intermediate of some Sony phones: see [`is_sony_intermediate`].
    pub(crate) sony_intermediate: bool,
    /// The host name that the leaf was accepted for, perhaps by its common name: name constraints hold for it too.
    pub(crate) host: Option<&'h str>,
}

/// A certification path that was verified up to an anchor.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Path {
    /// Which of the anchors.
    pub(crate) anchor: usize,
    /// The certificates of x5c that were verified, from the leaf on: all below the anchor, or the leaf that is one.
    pub(crate) certificates: usize,
    /// How many of them have an issuer whose revocation list was handed in, and are on none. An issuer without a list
    /// lets them pass.
    pub(crate) checked_for_revocation: usize,
    /// Whether [`Rules::sony_intermediate`] was needed.
    pub(crate) sony_intermediate: bool,
}

/// x5c, read but not verified.
#[derive(Clone, Debug)]
pub(crate) struct Chain<'a>(Few<Certificate<'a>, 4>);

/// Where the certification path ends.
enum End {
    /// The leaf is this anchor.
    Leaf(usize),
    /// The certificate above the first `below` of them has the name and key of this anchor.
    Included { below: usize, anchor: usize },
    /// x5c holds no anchor; one may have issued its last certificate.
    LeftOut,
}

impl<'a> Chain<'a> {
    /// Reads every certificate; too many are refused before the first.
    #[cfg(test)]
    pub(crate) fn read<I>(x5c: I) -> Result<Self, Error>
    where
        I: IntoIterator<Item = &'a [u8], IntoIter: Clone>,
    {
        Self::continued(None, x5c)
    }

    /// Like `read`, but reuses the leaf that was read before.
    pub(crate) fn continued<I>(leaf: Option<&Certificate<'a>>, x5c: I) -> Result<Self, Error>
    where
        I: IntoIterator<Item = &'a [u8], IntoIter: Clone>,
    {
        let x5c = x5c.into_iter();
        let len = x5c.clone().take(MAX_CERTIFICATES.saturating_add(1)).count();
        if len == 0 {
            return Err(Rule::Empty.into());
        }
        if len > MAX_CERTIFICATES {
            return Err(Rule::TooLong.into());
        }
        let mut certificates = Few::new();
        for (index, bytes) in x5c.enumerate() {
            let known = leaf.filter(|leaf| index == 0 && leaf.encoding == bytes).copied();
            let read = known.map_or_else(|| Certificate::read(bytes), Ok);
            certificates.push(read.map_err(|rule: Rule| rule.at(index))?);
        }
        Ok(Self(certificates))
    }

    /// Verifies the certification path from the leaf to one of `anchors` at `time`; without a time, dates are not judged.
    pub(crate) fn verify(
        &self,
        anchors: &[TrustAnchor],
        revocation: Revocation<'_>,
        time: Option<UnixTime>,
        rules: Rules<'_>,
        backend: &dyn Backend,
        budget: &mut Budget,
    ) -> Result<Path, Error> {
        if anchors.is_empty() {
            return Err(Rule::NoAnchors.into());
        }
        let (length, included) = match self.end(anchors)? {
            End::Leaf(anchor) => {
                return Ok(Path { anchor, certificates: 1, checked_for_revocation: 0, sony_intermediate: false });
            }
            End::Included { below, anchor } => (below, Some(anchor)),
            End::LeftOut => (self.0.len(), None),
        };
        let path = self.0.get(..length).unwrap_or_default();
        let mut sony_intermediate = false;
        for (index, certificate) in path.iter().enumerate() {
            check_extensions(index, certificate)?;
            check_validity(index, certificate, time)?;
            if index > 0 {
                sony_intermediate |= check_issuer(index, path, rules)?;
            }
        }
        let mut work = Work { backend, budget };
        let (number, anchor) = verify_signatures(path, anchors, included, &mut work)?;
        if sony_intermediate && anchor.subject() != GOOGLE {
            return Err(Rule::NotCa.at(1));
        }
        check_name_constraints(path, rules, work.budget)?;
        let checked_for_revocation = revocation.check(path, anchor, time, &mut work)?;
        Ok(Path { anchor: number, certificates: length, checked_for_revocation, sony_intermediate })
    }

    /// Whether the names lead to one of these anchors, whoever signed.
    pub(crate) fn is_in_the_name_of(&self, anchors: &[TrustAnchor]) -> bool {
        match self.end(anchors) {
            Ok(End::Leaf(_) | End::Included { .. }) => true,
            Ok(End::LeftOut) => {
                let is_issuer = |last: &Certificate<'_>| {
                    anchors.iter().any(|anchor| anchor.issues() && anchor.subject() == last.issuer.encoding)
                };
                self.0.last().is_some_and(is_issuer)
            }
            Err(_) => false,
        }
    }

    /// Follows the names.
    fn end(&self, anchors: &[TrustAnchor]) -> Result<End, Error> {
        for (index, certificate) in self.0.iter().enumerate() {
            let is_this = |anchor: &TrustAnchor| match index {
                0 => anchor.der() == certificate.encoding,
                _ => anchor.issues() && anchor.has_name_and_key_of(certificate),
            };
            if let Some(anchor) = anchors.iter().position(is_this) {
                return Ok(if index == 0 { End::Leaf(anchor) } else { End::Included { below: index, anchor } });
            }
            match self.0.get(index.saturating_add(1)) {
                Some(next) if next.subject != certificate.issuer => return Err(Rule::IssuerName.at(index)),
                _ => {}
            }
        }
        Ok(End::LeftOut)
    }
}

/// §6.1.4 (o), §6.1.5 (f)
fn check_extensions(index: usize, certificate: &Certificate<'_>) -> Result<(), Error> {
    certificate.extensions.check_critical().map_err(|rule: Rule| rule.at(index))
}

/// §6.1.3 (a) (2)
fn check_validity(index: usize, certificate: &Certificate<'_>, time: Option<UnixTime>) -> Result<(), Error> {
    match time {
        Some(time) if time < certificate.validity.not_before => Err(Rule::NotYetValid.at(index)),
        Some(time) if time > certificate.validity.not_after => Err(Rule::Expired.at(index)),
        _ => Ok(()),
    }
}

/// §6.1.4 (k) to (n), of a certificate that issued the one before it. Answers whether a leniency was needed.
fn check_issuer(index: usize, path: &[Certificate<'_>], rules: Rules<'_>) -> Result<bool, Error> {
    let Some((issuer, below)) = path.get(..=index).and_then(<[_]>::split_last) else { return Ok(false) };
    let of_extensions = |rule: Rule| rule.at(index);
    let constraints = issuer.extensions.basic_constraints().map_err(of_extensions)?;
    let usage = issuer.extensions.key_usage().map_err(of_extensions)?;
    let Some(constraints) = constraints.filter(|_| issuer.version == Version::V3) else {
        return Err(Rule::NotCa.at(index));
    };
    if !constraints.ca {
        let lenient = rules.sony_intermediate && index == 1 && is_sony_intermediate(issuer);
        return if lenient { Ok(true) } else { Err(Rule::NotCa.at(index)) };
    }
    if usage.is_some_and(|usage| !usage.key_cert_sign()) {
        return Err(Rule::KeyUsage.at(index));
    }
    // Self-issued certificates do not count, nor does the leaf (§4.2.1.9).
    let intermediates = below.iter().skip(1).filter(|certificate| !certificate.is_self_issued()).count();
    let longest = constraints.path_length.map(|longest| usize::try_from(longest).unwrap_or(usize::MAX));
    if longest.is_some_and(|longest| intermediates > longest) { Err(Rule::PathLength.at(index)) } else { Ok(false) }
}

/// The subject of Google's hardware attestation roots: serialNumber = f92009e853b6b045.
const GOOGLE: &[u8] = b"\x30\x1b\x31\x19\x30\x17\x06\x03\x55\x04\x05\x13\x10f92009e853b6b045";

/// Whether it has the shape of the intermediate that some Sony phones have (recorded: Xperia 10 III), which Google issued in
/// 2016 as an end entity: a name of one serial number, issued in the name of one, no CA, a key usage of digitalSignature
/// alone, and none but the extensions that the recorded one has. So no certificate that describes a key of its own
/// (§8.4.1) and none with another purpose (extendedKeyUsage) or another name (subjectAltName) passes for it.
fn is_sony_intermediate(certificate: &Certificate<'_>) -> bool {
    const EXTENSIONS: &[&[u8]] = &[
        oid::SUBJECT_KEY_IDENTIFIER,
        oid::AUTHORITY_KEY_IDENTIFIER,
        oid::BASIC_CONSTRAINTS,
        oid::KEY_USAGE,
        oid::NAME_CONSTRAINTS,
        oid::CRL_DISTRIBUTION_POINTS,
    ];
    let is_serial_number = |name: Name<'_>| name.attributes().map(|one| one.oid).eq([oid::SERIAL_NUMBER]);
    let Certificate { subject, issuer, extensions, .. } = *certificate;
    is_serial_number(subject)
        && is_serial_number(issuer)
        && extensions.basic_constraints() == Ok(Some(BasicConstraints { ca: false, path_length: None }))
        && extensions.key_usage() == Ok(Some(KeyUsage::DIGITAL_SIGNATURE))
        && extensions.iter().all(|extension| EXTENSIONS.contains(&extension.oid))
}

/// §6.1.3 (a) (1), from the anchor downwards. Returns the anchor and its number.
fn verify_signatures<'t>(
    path: &[Certificate<'_>],
    anchors: &'t [TrustAnchor],
    included: Option<usize>,
    work: &mut Work<'_>,
) -> Result<(usize, &'t TrustAnchor), Error> {
    let Some(top) = path.len().checked_sub(1) else { return Err(Rule::Empty.into()) };
    let Some(last) = path.get(top) else { return Err(Rule::Empty.into()) };
    let is_candidate = |(index, anchor): &(usize, &TrustAnchor)| match included {
        Some(anchor) => *index == anchor,
        None => anchor.issues() && anchor.subject() == last.issuer.encoding,
    };
    let mut verdict: Result<_, Error> = Err(Rule::NoAnchor.into());
    for (tried, candidate) in anchors.iter().enumerate().filter(is_candidate).enumerate() {
        if tried >= MAX_SAME_NAME {
            return Err(Rule::TooManyAnchors.into());
        }
        verdict = verify_signature(top, last, candidate.1.public_key(), work).map(|()| candidate);
        if verdict.is_ok() || verdict.is_err_and(|error| error.rule() == Rule::VerificationBudget) {
            break;
        }
    }
    let anchor = verdict?;
    for (index, pair) in path.windows(2).enumerate().rev() {
        let [certificate, issuer] = pair else { continue };
        verify_signature(index, certificate, issuer.public_key(), work)?;
    }
    Ok(anchor)
}

/// §6.1.3 (a) (1): the signature of one certificate, by its issuer's key.
fn verify_signature(
    index: usize,
    certificate: &Certificate<'_>,
    key: Result<SubjectPublicKey<'_>, Rule>,
    work: &mut Work<'_>,
) -> Result<(), Error> {
    let of_algorithm = |rule: Rule| rule.at(index);
    let key = key.map_err(of_algorithm)?;
    let scheme = certificate.signature_algorithm().and_then(|by| by.scheme(&key)).map_err(of_algorithm)?;
    let signature = certificate.signature().map_err(|rule: Rule| rule.at(index))?;
    work.budget.spend_verification(key.key.cost(certificate.tbs.len())).map_err(|_| Rule::VerificationBudget)?;
    work.backend.verify(scheme, &key.key, certificate.tbs, signature).map_err(|_| Rule::Signature.at(index))
}

/// §6.1.3 (b), (c): every CA's constraints on everything below it, but for self-issued intermediates.
fn check_name_constraints(path: &[Certificate<'_>], rules: Rules<'_>, budget: &mut Budget) -> Result<(), Error> {
    for (index, ca) in path.iter().enumerate().skip(1) {
        let of_extensions = |at| move |rule: Rule| rule.at(at);
        let Some(constraints) = ca.extensions.name_constraints().map_err(of_extensions(index))? else { continue };
        for (below, certificate) in path.iter().enumerate().take(index) {
            if below == 0 || !certificate.is_self_issued() {
                let alternatives = certificate.extensions.subject_alt_name().map_err(of_extensions(below))?;
                let allowed = constraints.allow(certificate.subject, alternatives, budget);
                allowed.map_err(|rule: Rule| rule.at(below))?;
            }
        }
        if let Some(host) = rules.host {
            constraints.allow_host(host, budget).map_err(|rule: Rule| rule.at(0))?;
        }
    }
    Ok(())
}
