//! §8.9 Compound attestation: which statements count, and how far the whole is trusted.

use super::*;
use wardkey::attestation::Format as Known;
use wardkey::internals::{Reason, Rule};

#[test]
fn at_least_n_statements_must_be_accepted() {
    let stranger = || AndroidKey::new().chain(evil());
    let at_least = |least| {
        with(AttestationPolicy::trusted(TrustAnchors::new(root())), |policy| {
            policy.compound = CompoundPolicy::AtLeast(least)
        })
    };
    let trust =
        |format: Compound, policy: &AttestationPolicy| register(format, policy).map(|registered| registered.trust());
    let trusted = Ok(TrustOutcome::Trusted);
    assert_eq!(
        trust(Compound::both(Packed::new(), Tpm::new()), &AttestationPolicy::trusted(TrustAnchors::new(root()))),
        trusted
    );
    assert_eq!(
        trust(Compound::both(Packed::new(), stranger()), &AttestationPolicy::trusted(TrustAnchors::new(root()))),
        Err(no_anchor())
    );
    assert_eq!(trust(Compound::both(Packed::new(), stranger()), &at_least(1)), trusted);
    assert_eq!(trust(Compound::both(Packed::new(), stranger()), &at_least(2)), Err(no_anchor()));
    assert_eq!(trust(Compound::both(stranger(), stranger()), &at_least(0)), Err(no_anchor()), "none is not enough");
    let own = Refusal::AttestationTypeNotAccepted(AttestationType::SelfAttestation);
    assert_eq!(
        trust(Compound::both(Packed::new(), PackedSelf::new()), &AttestationPolicy::trusted(TrustAnchors::new(root()))),
        Err(own)
    );
    assert_eq!(trust(Compound::both(Packed::new(), PackedSelf::new()), &at_least(1)), trusted);
}

/// The order of the statements does not matter, because the authenticator chooses it.
#[test]
fn the_least_trusted_decides_in_any_order() {
    let preferred = preferring(TrustAnchors::new(root()));
    type Add = fn(Compound) -> Compound;
    // The last value of each row says whether the second statement has the same attestation key.
    let statements: [(Add, _, bool); 4] = [
        (|all| all.with(Packed::new().chain(evil())), TrustOutcome::Untrusted, false),
        (|all| all.with(Tpm::by(Algorithm::Rs1)), TrustOutcome::LegacyRs1, true),
        (|all| all.with(PackedSelf::new()), TrustOutcome::NoCertificates, true),
        (|all| all.with(Packed::new()), TrustOutcome::Trusted, false),
    ];
    for (i, (less, least, one_key)) in statements.iter().enumerate() {
        for (j, (more, ..)) in statements.iter().enumerate().skip(i) {
            for compound in [more(less(Compound::new())), less(more(Compound::new()))] {
                let registered = register(compound, &preferred);
                if i == j && *one_key {
                    assert_eq!(registered.unwrap_err(), Refusal::AttestationStatementsNotIndependent);
                    continue;
                }
                let registered = registered.unwrap();
                assert_eq!(registered.trust(), *least);
                let reason = (*least == TrustOutcome::Untrusted).then(|| Rule::NoAnchor.into());
                assert_eq!(registered.untrusted_reason(), reason);
                assert_eq!(registered.attested_aaguid().is_some(), *least == TrustOutcome::Trusted);
            }
        }
    }
    for compound in [Compound::both(PackedSelf::new(), Packed::new()), Compound::both(Packed::new(), PackedSelf::new())]
    {
        let registered = register(compound, &AttestationPolicy::any()).unwrap();
        assert_eq!(registered.trust(), TrustOutcome::NotJudged);
    }
}

/// Statements count by the keys that signed them. A statement that the policy refuses does not count against another one.
#[test]
fn two_statements_with_one_attestation_key_count_once() {
    let twice = |format: Compound| {
        es256().format(format).statement(|statement| {
            let first = statement.items()[0].clone();
            statement.items().push(first);
        })
    };
    let packed = || twice(Compound::new().with(Packed::new()));
    let one_key = || es256().format(Compound::both(PackedSelf::new(), AndroidKey::new()));
    let all_types = |policy: &mut AttestationPolicy| policy.types = AttestationPolicy::any().types;
    let trusted = || with(AttestationPolicy::trusted(TrustAnchors::new(root())), all_types);
    let with_android = || with(AttestationPolicy::trusted(TrustAnchors::new(root())), |_| ());
    let counting = |policy, compound| with(policy, |policy: &mut AttestationPolicy| policy.compound = compound);
    let at_least = CompoundPolicy::AtLeast;
    let not_independent = Err(Refusal::AttestationStatementsNotIndependent);
    let self_not_accepted = Refusal::AttestationTypeNotAccepted(AttestationType::SelfAttestation);
    for (made, policy, verdict) in [
        (packed(), counting(trusted(), at_least(1)), Ok(TrustOutcome::Trusted)),
        (packed(), counting(trusted(), at_least(2)), not_independent),
        (packed(), counting(AttestationPolicy::any(), at_least(2)), not_independent),
        (packed(), counting(trusted(), CompoundPolicy::All), not_independent),
        (packed(), AttestationPolicy::any(), Ok(TrustOutcome::NotJudged)),
        (twice(Compound::both(Packed::new(), Tpm::new())), counting(trusted(), at_least(2)), Ok(TrustOutcome::Trusted)),
        (twice(Compound::both(Packed::new(), Tpm::new())), counting(trusted(), at_least(3)), not_independent),
        (one_key(), counting(trusted(), at_least(2)), not_independent),
        (one_key(), counting(trusted(), at_least(1)), Ok(TrustOutcome::NoCertificates)),
        (one_key(), counting(with_android(), at_least(1)), Ok(TrustOutcome::Trusted)),
        (one_key(), counting(with_android(), at_least(2)), Err(self_not_accepted)),
        (
            es256().format(Compound::both(NoAttestation, NoAttestation)),
            counting(trusted(), at_least(2)),
            not_independent,
        ),
        (
            es256().format(Compound::both(Packed::new(), NoAttestation)),
            counting(trusted(), at_least(2)),
            Ok(TrustOutcome::NoCertificates),
        ),
    ] {
        // The verification required less than the policy.
        let found = finish_by(&made, &policy, Quirks::NONE, |expected| expected.compound = at_least(1));
        assert_eq!(found.map(|registered| registered.trust()), verdict, "{:?} of {made:?}", policy.compound);
    }
    let repeated = Reason::NotIndependent.of(Known::Compound);
    let refused = finish(&packed(), &counting(trusted(), at_least(2)), Quirks::NONE).unwrap_err();
    assert_eq!(refused, Refusal::AttestationStatement(repeated), "already where statements are verified");
}
