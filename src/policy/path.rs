//! Decides whether the error of a certification path shows that the authenticator is bad.
//!
//! [`Trust::Prefer`](super::Trust::Prefer) accepts an unknown authenticator, but refuses one that the relying party's anchors
//! and revocation lists show to be bad.

use crate::attestation::android_key::SONY_INTERMEDIATE;
use crate::budget::Budget;
use crate::x509::path::{CertificationPath, Inputs};
use crate::x509::{CertificateError, Rule};

/// Returns the error that shows the authenticator to be bad, or `None` if nothing is known about it. `error` is the error of
/// the path.
///
/// If a certificate is outside its validity period, or the path has an issuer without `cA`
/// ([`Quirk::AttestationIntermediateWithoutCa`](crate::quirk::Quirk::AttestationIntermediateWithoutCa)), it is validated again
/// without this check, because its certificates may be revoked too. These checks come before the first signature, so this
/// verifies no signature twice.
pub(super) fn known_bad(
    mut error: CertificateError,
    path: &CertificationPath<'_>,
    mut inputs: Inputs<'_>,
    budget: &mut Budget,
) -> Option<CertificateError> {
    loop {
        match error.rule() {
            Rule::NotYetValid | Rule::Expired if !inputs.outside_validity => inputs.outside_validity = true,
            Rule::NotCa if inputs.issuer_without_ca.is_none() => inputs.issuer_without_ca = Some(SONY_INTERMEDIATE),
            rule => return is_known_bad(rule, path.is_in_the_name_of(inputs.anchors)).then_some(error),
        }
        error = path.validate(&inputs, budget).err()?;
    }
}

/// Returns whether a broken rule shows that the authenticator is bad. `in_our_name` is whether the issuer names in the path
/// lead to an anchor of the relying party.
const fn is_known_bad(rule: Rule, in_our_name: bool) -> bool {
    match rule {
        // The path has no relation to an anchor.
        Rule::Empty | Rule::NoAnchors | Rule::NoAnchor | Rule::IssuerName => false,
        // A bound of this library, not a fault of the authenticator.
        Rule::TooLong | Rule::TooManyAnchors | Rule::TooLarge | Rule::TooManyExtensions => false,
        // A certificate that cannot be read shows nothing.
        Rule::Malformed(_) | Rule::Version | Rule::NoIssuer | Rule::AlgorithmsDiffer => false,
        Rule::DuplicateExtension | Rule::UnknownCritical | Rule::NameConstraintUnsupported => false,
        // A signature that cannot be verified shows nothing. The certificates of Yubico's first U2F keys have such signatures.
        Rule::UnknownSignature | Rule::UnknownKey | Rule::Parameters | Rule::BrokenHash => false,
        Rule::PointFormat | Rule::Key(_) => false,
        // The path is valid at another time, and a clock may be wrong.
        Rule::NotYetValid | Rule::Expired => false,
        // A certificate that may not issue has issued. This matters only in the hierarchy of an anchor.
        Rule::NotCa | Rule::KeyUsage | Rule::PathLength => in_our_name,
        // A CA below an anchor may not issue this name.
        Rule::NameNotPermitted => true,
        // An anchor, or a CA below it, did not sign the certificate that names it as issuer.
        Rule::Signature | Rule::KeyMismatch => true,
        // The message requires more work than any recorded attestation, so its path was not validated to the end.
        Rule::VerificationBudget | Rule::ComparisonBudget => true,
        // The issuer revoked it.
        Rule::Revoked => true,
        // The issuer may have revoked it, but the list cannot be applied.
        Rule::CrlKeyUsage | Rule::CrlKeyMismatch | Rule::CrlSignature => true,
        Rule::CrlNotYetValid | Rule::CrlExpired | Rule::CrlVersion | Rule::CrlNoNextUpdate => true,
        // Only files of the relying party break these rules.
        Rule::CrlScope | Rule::NoPem | Rule::PemNoEnd | Rule::PemBase64 => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::crypto::CryptoError;
    use crate::x509::Malformed;
    use std::collections::BTreeSet;

    /// Each row: a rule, and whether breaking it shows that the authenticator is bad, if the names lead to an anchor and if
    /// they do not.
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
            (Rule::Key(CryptoError::Modulus), unknown),
            (Rule::KeyMismatch, bad),
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
            (Rule::CrlScope, unknown),
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
