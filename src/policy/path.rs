//! What a certification path that leads to no anchor says of the authenticator: nothing, or that it is bad.
//!
//! [`Trust::Prefer`](super::Trust::Prefer) accepts an authenticator that is not known. It refuses one of which something bad
//! is known, because nobody who chooses anchors and revocation lists means to accept what they speak against.

use super::{Circumstances, TrustAnchor};
use crate::attestation::Attestation;
use crate::budget::Budget;
use crate::x509::chain::Rules;
use crate::x509::revocation::Revocation;
use crate::x509::{Error, Rule};

/// What is known of an authenticator whose certificates are not trusted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Finding {
    /// Nothing.
    Unknown,
    /// This.
    KnownBad(Error),
}

/// What an untrusted path says, of which this is the error. A path that is out of date, or that has an issuer as some phones
/// have it ([`Quirk::AttestationIntermediateWithoutCa`](crate::quirk::Quirk::AttestationIntermediateWithoutCa)), is looked
/// at again without judging that, so that a certificate which has expired *and* was revoked is found out. Dates and issuers
/// are judged before the first signature, so this costs no signature more.
pub(super) fn finding(
    mut error: Error,
    attestation: &Attestation<'_>,
    trusted: &[TrustAnchor],
    revocation: Revocation<'_>,
    mut rules: Rules<'_>,
    circumstances: &Circumstances<'_>,
    budget: &mut Budget,
) -> Finding {
    let Ok(chain) = attestation.chain() else { return Finding::Unknown };
    let mut time = circumstances.time;
    loop {
        match error.rule() {
            Rule::NotYetValid | Rule::Expired if time.is_some() => time = None,
            Rule::NotCa if !rules.sony_intermediate => rules.sony_intermediate = true,
            _ if is_known_bad(error.rule(), chain.is_in_the_name_of(trusted)) => return Finding::KnownBad(error),
            _ => return Finding::Unknown,
        }
        match chain.verify(trusted, revocation, time, rules, circumstances.backend, budget) {
            Ok(_) => return Finding::Unknown,
            Err(next) => error = next,
        }
    }
}

/// Whether a broken rule speaks against the authenticator. `in_our_name`: the names in the certificates lead to an anchor.
const fn is_known_bad(rule: Rule, in_our_name: bool) -> bool {
    match rule {
        // Nothing was found that an anchor could speak for or against.
        Rule::Empty | Rule::NoAnchors | Rule::NoAnchor | Rule::IssuerName => false,
        // A bound of this library, not a fault of the authenticator.
        Rule::TooLong | Rule::TooManyAnchors | Rule::TooLarge | Rule::TooManyExtensions => false,
        // A certificate that cannot be read here cannot be judged.
        Rule::Malformed(_) | Rule::Version | Rule::NoIssuer | Rule::AlgorithmsDiffer => false,
        Rule::DuplicateExtension | Rule::UnknownCritical | Rule::NameConstraintUnsupported => false,
        // A signature that cannot be verified here cannot be judged. Yubico's first U2F keys are among these.
        Rule::UnknownSignature | Rule::UnknownKey | Rule::Parameters | Rule::BrokenHash => false,
        Rule::PointFormat | Rule::Key(_) | Rule::KeyMismatch => false,
        // It was good once, or will be; a clock may be wrong.
        Rule::NotYetValid | Rule::Expired => false,
        // A certificate that may not issue has issued: in our hierarchy, if the names lead to it. Under the names of another
        // hierarchy, that is the other's affair.
        Rule::NotCa | Rule::KeyUsage | Rule::PathLength => in_our_name,
        // A CA that an anchor vouches for may not issue this name.
        Rule::NameNotPermitted => true,
        // An issuer that an anchor vouches for, or an anchor, did not sign what is issued in its name.
        Rule::Signature => true,
        // The message asks for more work than any recorded attestation, so that its path is not verified to its end.
        Rule::VerificationBudget | Rule::ComparisonBudget => true,
        // Its issuer took it back.
        Rule::Revoked => true,
        // Its issuer may have taken it back, and the list that would say so cannot be relied upon.
        Rule::CrlKeyUsage | Rule::CrlKeyMismatch | Rule::CrlSignature => true,
        Rule::CrlNotYetValid | Rule::CrlExpired | Rule::CrlVersion | Rule::CrlNoNextUpdate => true,
        // The files of the relying party, which no path contains.
        Rule::NoPem | Rule::PemNoEnd | Rule::PemBase64 => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::crypto::KeyError;
    use crate::x509::Malformed;
    use std::collections::BTreeSet;

    /// Every rule, and whether breaking it speaks against the authenticator: with names that lead to an anchor, and with
    /// names that do not.
    #[test]
    fn each_rule_is_unknown_or_known_bad() {
        let (unknown, ours, bad) = ((false, false), (true, false), (true, true));
        let table = [
            (Rule::Malformed(Malformed::Truncated), unknown),
            (Rule::TooLarge, unknown),
            (Rule::Version, unknown),
            (Rule::NoIssuer, unknown),
            (Rule::AlgorithmsDiffer, unknown),
            (Rule::DuplicateExtension, unknown),
            (Rule::TooManyExtensions, unknown),
            (Rule::UnknownCritical, unknown),
            (Rule::UnknownSignature, unknown),
            (Rule::UnknownKey, unknown),
            (Rule::Parameters, unknown),
            (Rule::BrokenHash, unknown),
            (Rule::PointFormat, unknown),
            (Rule::Key(KeyError::Modulus), unknown),
            (Rule::KeyMismatch, unknown),
            (Rule::NameNotPermitted, bad),
            (Rule::NameConstraintUnsupported, unknown),
            (Rule::ComparisonBudget, bad),
            (Rule::Empty, unknown),
            (Rule::TooLong, unknown),
            (Rule::NoAnchors, unknown),
            (Rule::IssuerName, unknown),
            (Rule::NoAnchor, unknown),
            (Rule::TooManyAnchors, unknown),
            (Rule::NotYetValid, unknown),
            (Rule::Expired, unknown),
            (Rule::NotCa, ours),
            (Rule::KeyUsage, ours),
            (Rule::PathLength, ours),
            (Rule::Signature, bad),
            (Rule::VerificationBudget, bad),
            (Rule::Revoked, bad),
            (Rule::CrlKeyUsage, bad),
            (Rule::CrlKeyMismatch, bad),
            (Rule::CrlSignature, bad),
            (Rule::CrlNotYetValid, bad),
            (Rule::CrlExpired, bad),
            (Rule::CrlVersion, bad),
            (Rule::CrlNoNextUpdate, bad),
            (Rule::NoPem, unknown),
            (Rule::PemNoEnd, unknown),
            (Rule::PemBase64, unknown),
        ];
        for (rule, verdict) in table {
            assert_eq!((is_known_bad(rule, true), is_known_bad(rule, false)), verdict, "{rule:?}");
        }
        let codes: BTreeSet<_> = table.iter().map(|(rule, _)| rule.code()).collect();
        assert_eq!(codes, Rule::CODES.iter().copied().collect(), "every rule has a row");
    }
}
