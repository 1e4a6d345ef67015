//! §8.9 Compound attestation: which statements count, and how far the whole is trusted.

use super::*;

#[test]
fn so_many_must_be_accepted() {
    let stranger = || AndroidKey::new().chain(evil());
    let at_least =
        |least| with(trusting(TrustAnchors::new(root())), |policy| policy.compound = CompoundPolicy::AtLeast(least));
    let trust =
        |format: Compound, policy: &AttestationPolicy| register(format, policy).map(|registered| registered.trust());
    let trusted = Ok(TrustOutcome::Trusted);
    assert_eq!(trust(both(Packed::new(), Tpm::new()), &trusting(TrustAnchors::new(root()))), trusted);
    assert_eq!(trust(both(Packed::new(), stranger()), &trusting(TrustAnchors::new(root()))), Err(NO_ANCHOR));
    assert_eq!(trust(both(Packed::new(), stranger()), &at_least(1)), trusted);
    assert_eq!(trust(both(Packed::new(), stranger()), &at_least(2)), Err(NO_ANCHOR));
    assert_eq!(trust(both(stranger(), stranger()), &at_least(0)), Err(NO_ANCHOR), "none is not enough");
    let own = Refusal::AttestationTypeNotAccepted(AttestationType::SelfAttestation);
    assert_eq!(trust(both(Packed::new(), PackedSelf::new()), &trusting(TrustAnchors::new(root()))), Err(own));
    assert_eq!(trust(both(Packed::new(), PackedSelf::new()), &at_least(1)), trusted);
}

/// The authenticator chooses the order of its statements.
#[test]
fn the_least_trusted_decides_in_any_order() {
    let preferred = preferring(TrustAnchors::new(root()));
    let untrusted = TrustOutcome::Untrusted(PathError::NoAnchor);
    type Add = fn(Compound) -> Compound;
    let statements: [(Add, _); 4] = [
        (|all| all.with(Packed::new().chain(evil())), untrusted),
        (|all| all.with(Tpm::by(Algorithm::Rs1)), TrustOutcome::LegacyRs1),
        (|all| all.with(PackedSelf::new()), TrustOutcome::NoCertificates),
        (|all| all.with(Packed::new()), TrustOutcome::Trusted),
    ];
    for (i, (less, least)) in statements.iter().enumerate() {
        for (more, _) in &statements[i..] {
            for compound in [more(less(Compound::new())), less(more(Compound::new()))] {
                let registered = register(compound, &preferred).unwrap();
                assert_eq!(registered.trust(), *least);
                assert_eq!(registered.attested_aaguid().is_some(), *least == TrustOutcome::Trusted);
            }
        }
    }
    for compound in [both(PackedSelf::new(), Packed::new()), both(Packed::new(), PackedSelf::new())] {
        let registered = register(compound, &AttestationPolicy::any()).unwrap();
        assert_eq!(registered.trust(), TrustOutcome::NotJudged);
    }
}
