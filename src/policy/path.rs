//! What a certification path that leads to no anchor says of the authenticator: nothing, or that it is bad.
//!
//! [`Trust::Prefer`](super::Trust::Prefer) accepts an authenticator that is not known. It refuses one of which something bad
//! is known, because nobody who chooses anchors and revocation lists means to accept what they speak against.

use super::{Circumstances, TrustAnchor};
use crate::attestation::Attestation;
use crate::budget::Budget;
use crate::x509::chain::Rules;
use crate::x509::revocation::Revocation;
use crate::x509::{NameConstraintsError, PathError};

/// What is known of an authenticator whose certificates are not trusted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Finding {
    /// Nothing.
    Unknown,
    /// This.
    KnownBad(PathError),
}

/// What an untrusted path says, of which this is the error. A path that is out of date, or that has an issuer as some phones
/// have it ([`Quirk::AttestationIntermediateWithoutCa`](crate::quirk::Quirk::AttestationIntermediateWithoutCa)), is looked
/// at again without judging that, so that a certificate which has expired *and* was revoked is found out. Dates and issuers
/// are judged before the first signature, so this costs no signature more.
pub(super) fn finding(
    mut error: PathError,
    attestation: &Attestation<'_>,
    trusted: &[TrustAnchor],
    revocation: Revocation<'_>,
    mut rules: Rules,
    circumstances: &Circumstances<'_>,
    budget: &mut Budget,
) -> Finding {
    let Ok(chain) = attestation.chain() else { return Finding::Unknown };
    let mut time = circumstances.time;
    loop {
        match error {
            PathError::NotYetValid(_) | PathError::Expired(_) if time.is_some() => time = None,
            PathError::NotCa(_) if !rules.sony_intermediate => rules.sony_intermediate = true,
            _ if is_known_bad(error, chain.is_in_the_name_of(trusted)) => return Finding::KnownBad(error),
            _ => return Finding::Unknown,
        }
        match chain.verify(trusted, revocation, time, rules, circumstances.backend, budget) {
            Ok(_) => return Finding::Unknown,
            Err(next) => error = next,
        }
    }
}

/// Whether an error speaks against the authenticator. `in_our_name`: the names in the certificates lead to an anchor.
const fn is_known_bad(error: PathError, in_our_name: bool) -> bool {
    match error {
        // Nothing was found that an anchor could speak for or against.
        PathError::Empty | PathError::NoAnchors | PathError::NoAnchor | PathError::IssuerName(_) => false,
        // A bound of this library, not a fault of the authenticator.
        PathError::TooLong | PathError::TooManyAnchors => false,
        // What cannot be read or computed here cannot be judged. Yubico's first U2F keys are among these.
        PathError::Certificate(..) | PathError::Extensions(..) | PathError::Algorithm(..) => false,
        PathError::NameConstraints(_, NameConstraintsError::Unsupported) => false,
        // It was good once, or will be; a clock may be wrong.
        PathError::NotYetValid(_) | PathError::Expired(_) => false,
        // A certificate that may not issue has issued: by the word of our hierarchy, if the names lead to it. Under a
        // stranger's names it is the stranger's affair.
        PathError::NotCa(_) | PathError::KeyUsage(_) | PathError::PathLength(_) => in_our_name,
        // A CA that an anchor vouches for may not issue this name.
        PathError::NameConstraints(_, NameConstraintsError::Violated) => true,
        // An issuer that an anchor vouches for, or an anchor, did not sign what is issued in its name.
        PathError::Signature(_) => true,
        // The message asks for more work than any recorded attestation, so that its path is not verified to its end.
        PathError::VerificationBudget | PathError::NameConstraints(_, NameConstraintsError::ComparisonBudget) => true,
        // Its issuer took it back.
        PathError::Revoked(_) => true,
        // Its issuer may have taken it back, and the list that would say so cannot be relied upon.
        PathError::Crl(..) => true,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::x509::{AlgorithmError, CertificateError, CrlProblem, DerError, ExtensionsError};

    /// Every error of a path, and whether it speaks against the authenticator: with names that lead to an anchor, and
    /// with names that do not.
    #[test]
    fn each_error_is_unknown_or_known_bad() {
        let der = CertificateError::Der(DerError::Truncated);
        let table = [
            (PathError::Empty, false, false),
            (PathError::TooLong, false, false),
            (PathError::Certificate(0, der), false, false),
            (PathError::NoAnchors, false, false),
            (PathError::IssuerName(0), false, false),
            (PathError::NoAnchor, false, false),
            (PathError::TooManyAnchors, false, false),
            (PathError::NotYetValid(0), false, false),
            (PathError::Expired(0), false, false),
            (PathError::NotCa(1), true, false),
            (PathError::KeyUsage(1), true, false),
            (PathError::PathLength(1), true, false),
            (PathError::Extensions(0, ExtensionsError::Duplicate), false, false),
            (PathError::NameConstraints(0, NameConstraintsError::Unsupported), false, false),
            (PathError::NameConstraints(0, NameConstraintsError::Violated), true, true),
            (PathError::Algorithm(0, AlgorithmError::BrokenHash), false, false),
            (PathError::Signature(0), true, true),
            (PathError::VerificationBudget, true, true),
            (PathError::NameConstraints(0, NameConstraintsError::ComparisonBudget), true, true),
            (PathError::Revoked(0), true, true),
            (PathError::Crl(0, CrlProblem::Expired), true, true),
        ];
        for (error, in_our_name, in_anothers) in table {
            assert_eq!(
                (is_known_bad(error, true), is_known_bad(error, false)),
                (in_our_name, in_anothers),
                "{error:?}"
            );
        }
        let source = include_str!("../x509/chain.rs");
        let body = source.split("pub enum Error {\n").nth(1).and_then(|rest| rest.split("\n}").next()).unwrap();
        let name = |text: &str| text.chars().take_while(|c| c.is_alphanumeric()).collect::<String>();
        let variants = body.lines().filter_map(|line| line.strip_prefix("    ").map(name));
        for variant in variants.filter(|variant| variant.starts_with(char::is_uppercase)) {
            assert!(table.iter().any(|(error, ..)| name(&format!("{error:?}")) == variant), "{variant} has no row");
        }
    }
}
