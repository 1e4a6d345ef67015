//! §7.1 steps 23 and 24: attestation policies, and the evidence of what they accepted.

#![allow(clippy::unwrap_used, clippy::panic, reason = "tests")]

mod compound;
mod evidence;

use wardkey::attestation::voucher::Fact;
use wardkey::attestation::{AttestationType, CompoundPolicy, Format, KeyEnforcement};
use wardkey::authenticator::Aaguid;
use wardkey::ceremony::evidence::TrustOutcome;
use wardkey::ceremony::{Failure, Origins, Refusal, Site, registration};
use wardkey::crypto::{Algorithm as Known, default_backend};
use wardkey::extensions::{CreationExtensions, OutputRefusal, RegistrationOutputs};
use wardkey::internals::Rule;
use wardkey::policy::{AttestationPolicy, Registered, Trust, TrustAnchors};
use wardkey::quirk::{Quirk, Quirks};
use wardkey::x509::{Crl, TrustAnchor};
use wardkey::{RegistrationResponse, UnixTime, UserHandle};
use wardkey_authenticator::attestation::Format as Attests;
use wardkey_authenticator::expected::VALIDATE_AT;
use wardkey_authenticator::flags::{BE, BS, UV};
use wardkey_authenticator::*;

fn es256() -> Registration {
    Registration::new("policy", Algorithm::Es256)
}

/// Registers an ES256 credential under a policy.
fn register(format: impl Attests + 'static, policy: &AttestationPolicy) -> Result<Registered, Refusal> {
    finish(&es256().format(format), policy, Quirks::NONE)
}

fn finish(made: &Registration, policy: &AttestationPolicy, quirks: Quirks) -> Result<Registered, Refusal> {
    finish_by(made, policy, quirks, |expected| {
        expected.compound = policy.compound;
        expected.key_enforcement = policy.key_enforcement;
    })
}

fn finish_by(
    made: &Registration,
    policy: &AttestationPolicy,
    quirks: Quirks,
    change: impl FnOnce(&mut registration::ExpectedRegistration<'_>),
) -> Result<Registered, Refusal> {
    judge_by(made, policy, quirks, change).map_err(|failure| failure.refusal)
}

fn judge_by(
    made: &Registration,
    policy: &AttestationPolicy,
    quirks: Quirks,
    change: impl FnOnce(&mut registration::ExpectedRegistration<'_>),
) -> Result<Registered, Failure> {
    let backend = default_backend();
    let site = Site::new(&made.expected.rp.id, Origins::exact(&made.expected.rp.origins));
    let mut expected = registration::ExpectedRegistration::new(&site, &made.expected.challenge, &Known::RECOMMENDED);
    expected.time = Some(UnixTime::from_secs(VALIDATE_AT));
    expected.quirks = quirks;
    change(&mut expected);
    let response = RegistrationResponse::from_json(&made.response().to_string()).unwrap();
    let verified = registration::verify(&expected, &response, backend)?;
    let user = UserHandle::new(made.expected.user_handle.clone()).unwrap();
    policy.decide(verified, &user)
}

/// The model that every registration here claims.
fn model() -> Aaguid {
    let mut made = es256();
    Aaguid::from_bytes(made.authenticator_data.attested().aaguid.clone().try_into().unwrap())
}

const OTHER: Aaguid = Aaguid::from_bytes([7; 16]);

/// The default root of the software authenticator.
fn root() -> [TrustAnchor; 1] {
    anchor(&Chain::new())
}

/// A root that signed none of these certificates.
fn stranger() -> [TrustAnchor; 1] {
    anchor(&evil())
}

fn evil() -> Chain {
    Chain::under(vec![Authority::root("wardkey.evil", Algorithm::Es256)])
}

fn anchor(chain: &Chain) -> [TrustAnchor; 1] {
    [TrustAnchor::from_der(&chain.trust_anchors()[0]).unwrap()]
}

fn preferring(anchors: TrustAnchors) -> AttestationPolicy {
    with(AttestationPolicy::any(), |policy| policy.trust = Trust::Prefer(anchors))
}

fn with(mut policy: AttestationPolicy, change: impl FnOnce(&mut AttestationPolicy)) -> AttestationPolicy {
    change(&mut policy);
    policy
}

fn no_anchor() -> Refusal {
    Refusal::AttestationUntrusted(Rule::NoAnchor.into())
}

#[test]
fn types_are_accepted_by_name() {
    use AttestationType::{
        AnonCa, AttCa, BasicOrAttCa, Compound as Several, None as NoAttestationType, SelfAttestation,
    };
    for (registration, kind) in [
        (es256(), NoAttestationType),
        (es256().format(PackedSelf::new()), SelfAttestation),
        (es256().format(Packed::new()), BasicOrAttCa),
        (es256().format(Tpm::new()), AttCa),
        (es256().format(Apple::new()), AnonCa),
        (es256().format(Compound::both(Packed::new(), Packed::new())), Several),
    ] {
        let accepted = finish(&registration, &AttestationPolicy::any(), Quirks::NONE).unwrap();
        assert_eq!(accepted.attestation_type(), kind);
        let without = with(AttestationPolicy::any(), |policy| policy.types.retain(|other| *other != kind));
        let refused = finish(&registration, &without, Quirks::NONE).unwrap_err();
        assert_eq!(refused, Refusal::AttestationTypeNotAccepted(kind));
    }
    let trusted = AttestationPolicy::trusted(TrustAnchors::new(root()));
    assert_eq!(register(NoAttestation, &trusted).unwrap_err(), Refusal::AttestationTypeNotAccepted(NoAttestationType));
    assert_eq!(
        register(PackedSelf::new(), &trusted).unwrap_err(),
        Refusal::AttestationTypeNotAccepted(SelfAttestation)
    );
}

#[test]
fn no_anchors_fail_closed() {
    for anchors in [
        TrustAnchors::default(),
        TrustAnchors::new([]),
        TrustAnchors::new(root()).for_format(Format::Packed, []),
        TrustAnchors::new(root()).for_aaguid(model(), []),
        TrustAnchors::default().for_format(Format::Tpm, root()),
        TrustAnchors::default().for_aaguid(OTHER, root()),
    ] {
        let refused = register(Packed::new(), &AttestationPolicy::trusted(anchors)).unwrap_err();
        assert_eq!(refused, Refusal::AttestationUntrusted(Rule::NoAnchors.into()));
    }
}

#[test]
fn the_narrowest_list_of_anchors_decides() {
    let any = || TrustAnchors::new(root());
    for (anchors, verdict, why) in [
        (any(), Ok(()), "for everything"),
        (any().for_format(Format::Tpm, stranger()), Ok(()), "another format has its own"),
        (any().for_aaguid(OTHER, stranger()), Ok(()), "another model has its own"),
        (any().for_format(Format::Packed, stranger()), Err(no_anchor()), "the format has its own"),
        (any().for_aaguid(model(), stranger()), Err(no_anchor()), "the model has its own"),
        (TrustAnchors::new(stranger()).for_format(Format::Packed, root()), Ok(()), "by its format"),
        (TrustAnchors::new(stranger()).for_aaguid(model(), root()), Ok(()), "by its model"),
        (any().for_format(Format::Packed, stranger()).for_aaguid(model(), root()), Ok(()), "model before format"),
        (any().for_format(Format::Packed, root()).for_aaguid(model(), stranger()), Err(no_anchor()), "and only that"),
        (any().for_aaguid(model(), stranger()).for_aaguid(model(), root()), Ok(()), "lists add up"),
        (any().for_format(Format::Packed, stranger()).for_format(Format::Packed, root()), Ok(()), "lists add up"),
    ] {
        assert_eq!(register(Packed::new(), &AttestationPolicy::trusted(anchors)).map(drop), verdict, "{why}");
    }
}

/// The fault: an accepted AAGUID counted without attestation, or with self attestation.
#[test]
fn cve_2026_6856_and_cve_2025_12150_aaguid_lists_bite_only_after_trust() {
    let allowing = |policy: AttestationPolicy| with(policy, |policy| policy.allow_aaguids = Some(vec![model()]));
    for policy in [AttestationPolicy::any(), preferring(TrustAnchors::new(root()))].map(allowing) {
        assert_eq!(register(NoAttestation, &policy).unwrap_err(), Refusal::AaguidNotAttested);
        assert_eq!(register(PackedSelf::new(), &policy).unwrap_err(), Refusal::AaguidNotAttested);
    }
    let packed =
        |policy: &AttestationPolicy| register(Packed::new(), policy).map(|registered| registered.attested_aaguid());
    assert_eq!(packed(&allowing(AttestationPolicy::any())), Err(Refusal::AaguidNotAttested), "not judged");
    let untrusted = allowing(preferring(TrustAnchors::new(stranger())));
    assert_eq!(packed(&untrusted), Err(Refusal::AaguidNotAttested), "judged, and not trusted");
    let trusted = || AttestationPolicy::trusted(TrustAnchors::new(root()));
    assert_eq!(packed(&allowing(trusted())), Ok(Some(model())));
    let another = with(trusted(), |policy| policy.allow_aaguids = Some(vec![OTHER]));
    assert_eq!(packed(&another), Err(Refusal::AaguidNotAccepted));
    let none = with(trusted(), |policy| policy.allow_aaguids = Some(Vec::new()));
    assert_eq!(packed(&none), Err(Refusal::AaguidNotAccepted), "an empty list is not no list");
}

/// A claim may lower trust: a denied model is refused by its claim, whether it is attested or not.
#[test]
fn a_denied_model_is_refused_by_its_claim() {
    let trusted = || {
        with(AttestationPolicy::trusted(TrustAnchors::new(root())), |policy| {
            policy.types = AttestationPolicy::any().types
        })
    };
    let untrusted = || preferring(TrustAnchors::new(stranger()));
    for policy in [AttestationPolicy::any(), trusted(), preferring(TrustAnchors::new(root())), untrusted()] {
        for made in [
            es256(),
            es256().format(PackedSelf::new()),
            es256().format(Packed::new()),
            es256().format(Tpm::new()),
            es256().format(AndroidKey::new()),
            es256().format(AndroidSafetyNet::new()),
            es256().format(FidoU2f::new()),
            es256().format(Apple::new()),
            es256().format(Compound::both(PackedSelf::new(), Packed::new())),
        ] {
            let name = made.attestation.identifier();
            let denying = |models: &[Aaguid]| with(policy.clone(), |policy| policy.deny_aaguids = models.to_vec());
            let other = finish(&made, &denying(&[OTHER]), Quirks::NONE).map(drop);
            assert_eq!(other, finish(&made, &policy, Quirks::NONE).map(drop), "{name}: another model is denied");
            if other.is_ok() {
                let refused = finish(&made, &denying(&[OTHER, model()]), Quirks::NONE).unwrap_err();
                assert_eq!(refused, Refusal::AaguidNotAccepted, "{name}");
            }
        }
    }
    // A U2F key has no AAGUID in its authenticator data, but its certificate may have one.
    let named = FidoU2f::new().leaf(|leaf| leaf.set(Extension::aaguid(OTHER.as_bytes())));
    let zero = |data: &mut AuthenticatorData| data.attested().aaguid.fill(0);
    for made in [
        es256().authenticator_data(zero).format(named.clone()),
        es256().authenticator_data(zero).format(Compound::both(named.clone(), PackedSelf::new())),
    ] {
        for (denied, verdict) in [(OTHER, Err(Refusal::AaguidNotAccepted)), (model(), Ok(()))] {
            let denying = with(AttestationPolicy::any(), |policy| policy.deny_aaguids = vec![denied]);
            assert_eq!(finish(&made, &denying, Quirks::NONE).map(drop), verdict);
        }
    }
    let nameless = with(AttestationPolicy::any(), |policy| policy.deny_aaguids = vec![Aaguid::ZERO]);
    let refused = finish(&es256().authenticator_data(zero), &nameless, Quirks::NONE).unwrap_err();
    assert_eq!(refused, Refusal::AaguidNotAccepted, "all zeros denies who names no model");
    assert_eq!(register(NoAttestation, &nameless).map(drop), Ok(()));
    let both_lists = with(AttestationPolicy::trusted(TrustAnchors::new(root())), |policy| {
        (policy.allow_aaguids, policy.deny_aaguids) = (Some(vec![model()]), vec![model()]);
    });
    assert_eq!(register(Packed::new(), &both_lists).unwrap_err(), Refusal::AaguidNotAccepted);
}

#[test]
fn an_aaguid_counts_only_with_a_voucher_for_it() {
    let flat = || TrustAnchors::new(root());
    let own = || TrustAnchors::default().for_aaguid(model(), root());
    for (made, with_any_anchor, with_its_own) in [
        (es256().format(Packed::new()), true, true),
        (es256().format(Tpm::new()), false, true),
        (es256().format(named_tpm()), true, true),
        (es256().format(Apple::new()), false, true),
        (es256().format(AndroidKey::new()), false, true),
        (es256().format(AndroidSafetyNet::new()), false, true),
        (es256().format(FidoU2f::new().leaf(|leaf| leaf.set(Extension::aaguid(model().as_bytes())))), false, false),
        (es256().format(AndroidKey::new().leaf(|leaf| leaf.set(Extension::aaguid(model().as_bytes())))), false, true),
        (es256().format(Compound::both(FidoU2f::new(), Packed::new())), true, false),
        (es256().format(Compound::both(AndroidKey::new(), Tpm::new())), false, true),
        (es256().format(Compound::both(AndroidKey::new(), named_tpm())), true, true),
    ] {
        let name = made.attestation.identifier();
        for (anchors, attested) in [(flat(), with_any_anchor), (own(), with_its_own)] {
            let policy = preferring(anchors);
            let registered = finish(&made, &policy, Quirks::NONE).unwrap();
            assert_eq!(registered.attested_aaguid(), attested.then(model), "{name}");
            assert_eq!(registered.claimed_aaguid(), model());
            let allowing = with(policy, |policy| policy.allow_aaguids = Some(vec![model()]));
            let verdict = if attested { Ok(()) } else { Err(Refusal::AaguidNotAttested) };
            assert_eq!(finish(&made, &allowing, Quirks::NONE).map(drop), verdict, "{name}");
        }
    }
}

/// The caller of TPM2_Certify chooses `extraData` (TPM 2.0 Library, Part 2, TPMS_ATTEST), and with it the AAGUID.
#[test]
fn a_tpm_attests_no_other_model() {
    let vendor = || TrustAnchors::default().for_format(Format::Packed, stranger());
    let beside_tpms = vendor().for_format(Format::Tpm, root()).for_format(Format::Apple, root());
    let allowing =
        |anchors| with(AttestationPolicy::trusted(anchors), |policy| policy.allow_aaguids = Some(vec![model()]));
    for made in [es256().format(Tpm::new()), es256().format(Apple::new())] {
        let refused = finish(&made, &allowing(beside_tpms.clone()), Quirks::NONE).unwrap_err();
        assert_eq!(refused, Refusal::AaguidNotAttested);
        let own = allowing(beside_tpms.clone().for_aaguid(model(), root()));
        assert_eq!(finish(&made, &own, Quirks::NONE).map(drop), Ok(()), "a CA of that model alone");
        let another = allowing(beside_tpms.clone().for_aaguid(OTHER, root()));
        assert_eq!(finish(&made, &another, Quirks::NONE).unwrap_err(), Refusal::AaguidNotAttested);
    }
    assert_eq!(register(named_tpm(), &allowing(beside_tpms)).map(drop), Ok(()), "the certificate names the model");
    let unnamed = allowing(TrustAnchors::new(stranger()).for_format(Format::Tpm, root()));
    assert_eq!(register(named_tpm().chain(evil()), &unnamed).unwrap_err(), no_anchor());
    let legacy = Tpm::by(Algorithm::Rs1).leaf(|leaf| leaf.set(Extension::aaguid(model().as_bytes())));
    let preferred = register(legacy, &preferring(TrustAnchors::new(root()))).unwrap();
    assert_eq!((preferred.trust(), preferred.attested_aaguid()), (TrustOutcome::LegacyRs1, None));
}

/// Attested by a TPM whose certificate names the model.
fn named_tpm() -> Tpm {
    Tpm::new().leaf(|leaf| leaf.set(Extension::aaguid(model().as_bytes())))
}

/// §8.6: a U2F statement signs only UP of the flags, and neither the counter nor extensions. Changing these on the way must not
/// raise trust or lock the user out.
#[test]
fn unsigned_data_of_a_u2f_statement_raises_nothing() {
    let genuine = es256().authenticator_data(|data| data.clear_flags(UV)).format(FidoU2f::new());
    let forged = genuine.clone().authenticator_data(|data| {
        data.set_flags(UV | BE | BS);
        data.sign_count = 77;
        data.extension("minPinLength", 63);
    });
    let sent = |made: &Registration| {
        let object = made.make().attestation_object;
        let at = object.windows(8).position(|window| window == b"authData").unwrap();
        object[..at].to_vec()
    };
    assert_eq!(sent(&genuine), sent(&forged), "the same statement, beside other authenticator data");
    let policy = AttestationPolicy::trusted(TrustAnchors::new(root()));
    let of = |made: &Registration| {
        let registered = finish_by(made, &policy, Quirks::NONE, |expected| {
            expected.user_verification_required = false;
        });
        registered.unwrap()
    };
    let registered = of(&forged);
    assert_eq!(registered.trust(), TrustOutcome::Trusted);
    assert_eq!(registered.signed_extensions().min_pin_length, None);
    assert_eq!(registered.claimed_extensions().min_pin_length, Some(63));
    let evidence = serde_json::to_value(registered.evidence()).unwrap();
    assert_eq!(evidence["userVerification"], "not_performed");
    assert_eq!((&evidence["flags"], &evidence["signCount"]), (&0xdd.into(), &77.into()), "as received");
    let vouchers = serde_json::json!({
        "credential_key": "attestation_key", "credential_id": "attestation_key", "user_present": "attestation_key",
        "aaguid": "nobody", "user_verified": "nobody", "backup": "nobody", "sign_count": "nobody", "extensions": "nobody",
    });
    assert_eq!(evidence["vouchers"], vouchers);
    let record = registered.claim(None).unwrap().0;
    assert_eq!((record.uv_initialized, record.sign_count), (false, 0));
    assert_eq!((record.backup_eligible, record.backup_state), (None, None), "the first sign-in teaches them");
    let record = of(&genuine).claim(None).unwrap().0;
    assert_eq!((record.uv_initialized, record.sign_count), (false, 0));
    assert_eq!((record.backup_eligible, record.backup_state), (Some(false), Some(false)));

    // With signed authenticator data, or with `none`, the record is that of §7.1 step 27.
    let any = AttestationPolicy::any();
    for made in [
        es256(),
        es256().format(PackedSelf::new()),
        es256().format(Packed::new()),
        es256().format(Tpm::new()),
        es256().format(AndroidKey::new()),
        es256().format(AndroidSafetyNet::new()),
        es256().format(Apple::new()),
        es256().format(Compound::both(FidoU2f::new(), PackedSelf::new())),
        es256().format(Compound::both(FidoU2f::new(), NoAttestation)),
    ] {
        let made = made.authenticator_data(|data| {
            data.set_flags(UV | BE | BS);
            data.sign_count = 77;
            data.extension("minPinLength", 63);
        });
        let name = made.attestation.identifier();
        let registered = finish(&made, &any, Quirks::NONE).unwrap();
        let signed = registered.voucher(Fact::Extensions).is_signature();
        assert_eq!(registered.signed_extensions().min_pin_length, signed.then_some(63), "{name}");
        let record = registered.claim(None).unwrap().0;
        assert_eq!((record.uv_initialized, record.sign_count), (true, 77), "{name}");
        assert_eq!((record.backup_eligible, record.backup_state), (Some(true), Some(true)), "{name}");
    }
}

/// A statement that the policy refuses vouches for nothing, also in a compound attestation.
#[test]
fn a_refused_statement_vouches_for_nothing() {
    let mut outputs = RegistrationOutputs::default();
    outputs.min_pin_length = Some(8);
    let policy = with(AttestationPolicy::trusted(TrustAnchors::new(root())), |policy| {
        policy.compound = CompoundPolicy::AtLeast(1)
    });
    let made = |other: Packed| {
        let made = es256().format(Compound::both(FidoU2f::new(), other));
        made.authenticator_data(|data| data.extension("minPinLength", 63))
    };
    let required = |made: &Registration| {
        judge_by(made, &policy, Quirks::NONE, |expected| {
            expected.compound = policy.compound;
            *expected = expected.with_extensions(&CreationExtensions::default(), outputs);
        })
    };
    assert_eq!(required(&made(Packed::new())).unwrap().signed_extensions().min_pin_length, Some(63));
    let forged = made(Packed::new().chain(evil()));
    let refused = required(&forged).unwrap_err();
    assert_eq!(refused.refusal, Refusal::Extension(OutputRefusal::NotSigned));
    // Step 24 was taken before step 28 refused.
    let evidence = refused.evidence();
    assert!(evidence.steps_passed.iter().any(|step| step.to_string() == "7.1/24"), "{:?}", evidence.steps_passed);
    assert_eq!((evidence.attestation_trust, evidence.statements.len()), (Some(TrustOutcome::Trusted), 2));
    let registered = finish(&forged, &policy, Quirks::NONE).unwrap();
    assert_eq!((registered.trust(), registered.signed_extensions().min_pin_length), (TrustOutcome::Trusted, None));
    assert!(!registered.claim(None).unwrap().0.uv_initialized);
}

/// §8.6: a U2F statement does not sign the AAGUID, so the AAGUID must not select anchors.
#[test]
fn a_u2f_statement_has_no_aaguid() {
    let u2f = |anchors| register(FidoU2f::new(), &AttestationPolicy::trusted(anchors));
    assert_eq!(u2f(TrustAnchors::new(root())).unwrap().attested_aaguid(), None);
    assert_eq!(u2f(TrustAnchors::new(root()).for_aaguid(model(), stranger())).map(drop), Ok(()));
    let only_by_model = TrustAnchors::new(stranger()).for_aaguid(model(), root());
    assert_eq!(u2f(only_by_model).map(drop), Err(no_anchor()));
}

#[test]
fn an_aaguid_of_zeros_names_no_model() {
    let made = es256().authenticator_data(|data| data.attested().aaguid.fill(0)).format(Apple::new());
    let policy = AttestationPolicy::trusted(TrustAnchors::new(root()));
    let registered = finish(&made, &policy, Quirks::NONE).unwrap();
    assert_eq!((registered.trust(), registered.attested_aaguid()), (TrustOutcome::Trusted, None));
    let allowing = with(policy, |policy| policy.allow_aaguids = Some(vec![Aaguid::ZERO]));
    assert_eq!(finish(&made, &allowing, Quirks::NONE).unwrap_err(), Refusal::AaguidNotAttested);
}

#[test]
fn preferred_trust_accepts_unknown_authenticators() {
    let trust = |format: Packed, anchors| {
        let registered = register(format, &preferring(anchors)).unwrap();
        (registered.trust(), registered.untrusted_reason(), registered.attested_aaguid())
    };
    let untrusted = |error| (TrustOutcome::Untrusted, Some(error), None);
    assert_eq!(trust(Packed::new(), TrustAnchors::new(root())), (TrustOutcome::Trusted, None, Some(model())));
    assert_eq!(trust(Packed::new(), TrustAnchors::new(stranger())), untrusted(Rule::NoAnchor.into()));
    assert_eq!(trust(Packed::new(), TrustAnchors::default()), untrusted(Rule::NoAnchors.into()));
    let expired = || Packed::new().leaf(|leaf| leaf.not_after = der::utc_time("260101000000Z"));
    assert_eq!(trust(expired(), TrustAnchors::new(root())), untrusted(Rule::Expired.at(0)));
    let registered = register(NoAttestation, &preferring(TrustAnchors::new(root()))).unwrap();
    assert_eq!(registered.trust(), TrustOutcome::NoCertificates);
    let registered = register(Packed::new(), &AttestationPolicy::any()).unwrap();
    assert_eq!(registered.trust(), TrustOutcome::NotJudged);
    let broken = register(Packed::new().signature(Vec::clear), &preferring(TrustAnchors::new(root())));
    assert!(matches!(broken, Err(Refusal::AttestationStatement(_))), "a statement must verify all the same");
}

#[test]
fn rs1_counts_only_where_it_is_named() {
    let tpm =
        |policy: &AttestationPolicy| register(Tpm::by(Algorithm::Rs1), policy).map(|registered| registered.trust());
    let anchors = || TrustAnchors::new(root());
    assert_eq!(tpm(&AttestationPolicy::trusted(anchors())), Err(Refusal::AttestationLegacyRs1));
    assert_eq!(tpm(&preferring(anchors())), Ok(TrustOutcome::LegacyRs1));
    assert_eq!(
        tpm(&with(AttestationPolicy::trusted(anchors()), |policy| policy.accept_legacy_rs1 = true)),
        Ok(TrustOutcome::Trusted)
    );
    assert_eq!(
        tpm(&AttestationPolicy::trusted(TrustAnchors::new(stranger()))),
        Err(no_anchor()),
        "a path is judged first"
    );
    let allowing = with(preferring(anchors()), |policy| policy.allow_aaguids = Some(vec![model()]));
    assert_eq!(tpm(&allowing), Err(Refusal::AaguidNotAttested));
}

#[test]
fn a_device_is_named_only_where_enterprise_attestation_was_asked_for() {
    let enterprise = || Packed::new().leaf(|leaf| leaf.set(Extension::serial_number(b"device 7")));
    let asked = |policy| with(policy, |policy: &mut AttestationPolicy| policy.enterprise = true);
    let serial = |policy: &AttestationPolicy| {
        register(enterprise(), policy).map(|registered| registered.device_serial().map(<[u8]>::to_vec))
    };
    for policy in [AttestationPolicy::any(), AttestationPolicy::trusted(TrustAnchors::new(root()))] {
        assert_eq!(serial(&policy), Err(Refusal::EnterpriseAttestation));
    }
    assert_eq!(serial(&asked(AttestationPolicy::trusted(TrustAnchors::new(root())))), Ok(Some(b"device 7".to_vec())));
    assert_eq!(serial(&asked(AttestationPolicy::any())), Ok(None), "not before its certificate is trusted");
    assert_eq!(serial(&asked(preferring(TrustAnchors::new(stranger())))), Ok(None));
    let usual = register(Packed::new(), &asked(AttestationPolicy::trusted(TrustAnchors::new(root())))).unwrap();
    assert_eq!(usual.device_serial(), None);
}

#[test]
fn an_android_key_can_be_required_to_be_in_hardware() {
    let hardware = with(AttestationPolicy::trusted(TrustAnchors::new(root())), |policy| {
        policy.key_enforcement = KeyEnforcement::Hardware
    });
    assert_eq!(register(AndroidKey::new(), &hardware).map(drop), Ok(()));
    let software = || {
        AndroidKey::new().key_description(|description| {
            std::mem::swap(&mut description.software_enforced, &mut description.hardware_enforced);
        })
    };
    assert!(matches!(register(software(), &hardware), Err(Refusal::AttestationStatement(_))));
    assert_eq!(register(software(), &AttestationPolicy::trusted(TrustAnchors::new(root()))).map(drop), Ok(()));
}

/// A caller of the pure functions may verify with weaker expectations than those of the policy.
#[test]
fn a_policy_does_not_rely_on_the_expectations_of_the_verification() {
    let software = AndroidKey::new().key_description(|description| {
        std::mem::swap(&mut description.software_enforced, &mut description.hardware_enforced);
    });
    let broken = || Compound::both(Packed::new().signature(Vec::clear), Tpm::new());
    let in_two = Compound::both(Packed::new(), software.clone());
    let hardware = || with(AttestationPolicy::any(), |policy| policy.key_enforcement = KeyEnforcement::Hardware);
    let of = |compound| with(AttestationPolicy::any(), |policy| policy.compound = compound);
    let at_least = CompoundPolicy::AtLeast;
    let (too_few, in_software) = (Refusal::AttestationStatementsTooFew, Refusal::AttestedKeyNotInHardware);
    for (made, policy, verdict) in [
        (es256().format(software), hardware(), Err(in_software)),
        (es256().format(AndroidKey::new()), hardware(), Ok(())),
        (es256().format(Packed::new()), hardware(), Ok(())),
        (es256().format(in_two.clone()), hardware(), Err(in_software)),
        (es256().format(in_two), with(hardware(), |policy| policy.compound = at_least(1)), Ok(())),
        (es256().format(broken()), of(CompoundPolicy::All), Err(too_few)),
        (es256().format(broken()), of(at_least(2)), Err(too_few)),
        (es256().format(broken()), of(at_least(1)), Ok(())),
        (es256().format(Compound::both(Packed::new(), Tpm::new())), of(at_least(3)), Err(too_few)),
    ] {
        let found = finish_by(&made, &policy, Quirks::NONE, |expected| expected.compound = at_least(1));
        assert_eq!(found.map(drop), verdict, "{policy:?}");
    }
}

#[test]
fn an_intermediate_without_ca_takes_a_quirk_and_is_reported() {
    let anchors =
        |chain: &Chain| TrustAnchors::new(chain.trust_anchors().iter().map(|der| TrustAnchor::from_der(der).unwrap()));
    let policy = |chain: &Chain| AttestationPolicy::trusted(anchors(chain));
    let (phone, usual) = (Chain::of_a_sony_phone(), Chain::of(3, Algorithm::Es256));
    let quirk = Quirks::NONE.with(Quirk::AttestationIntermediateWithoutCa);
    let not_ca = Refusal::AttestationUntrusted(Rule::NotCa.at(1));
    let made = |chain: &Chain| es256().format(AndroidKey::new().chain(chain.clone()));
    assert_eq!(finish(&made(&phone), &policy(&phone), Quirks::NONE).unwrap_err(), not_ca);
    let registered = finish(&made(&phone), &policy(&phone), quirk).unwrap();
    assert_eq!((registered.trust(), registered.quirks()), (TrustOutcome::Trusted, quirk));
    let registered = finish(&made(&phone), &preferring(anchors(&phone)), Quirks::NONE).unwrap();
    assert_eq!(
        (registered.trust(), registered.untrusted_reason()),
        (TrustOutcome::Untrusted, Some(Rule::NotCa.at(1))),
        "without the quirk, the intermediate is no evidence against the phone"
    );
    let packed = es256().format(Packed::new().chain(phone.clone()));
    assert_eq!(finish(&packed, &policy(&phone), quirk).unwrap_err(), not_ca, "of another format");
    let registered = finish(&made(&usual), &policy(&usual), quirk).unwrap();
    assert_eq!(registered.quirks(), Quirks::NONE, "not reported where it is not needed");
}

/// GHSA-6hxq-p678-4hr2: a self-signed certificate in x5c was accepted as trust anchor.
#[test]
fn ghsa_6hxq_p678_4hr2_a_root_in_the_message_is_no_anchor() {
    let its_root = evil().trust_anchors().remove(0);
    let (alone, followed) = (its_root.clone(), [its_root, Chain::new().trust_anchors().remove(0)]);
    let policy = AttestationPolicy::trusted(TrustAnchors::new(root()));
    assert_eq!(register(Packed::new().chain(evil()), &policy).unwrap_err(), no_anchor());
    let with_root = Packed::new().chain(evil()).x5c(move |x5c| x5c.push(alone.clone()));
    let chosen = register(with_root.clone(), &AttestationPolicy::trusted(TrustAnchors::new(stranger())));
    assert_eq!(chosen.map(drop), Ok(()), "the same chain under an anchor that was chosen");
    assert_eq!(register(with_root, &policy).unwrap_err(), no_anchor());
    let with_both = Packed::new().chain(evil()).x5c(move |x5c| x5c.extend(followed.clone()));
    assert_eq!(register(with_both, &policy).unwrap_err(), Refusal::AttestationUntrusted(Rule::IssuerName.at(1)));
    let own = Packed::new().chain(Chain::self_signed());
    assert_eq!(register(own, &policy).unwrap_err(), no_anchor());
}

#[test]
fn a_revoked_certificate_is_not_trusted() {
    let packed = || {
        let chain = Chain::of(2, Algorithm::Es256);
        Packed::new().chain(chain).leaf(|leaf| leaf.serial_number = vec![0x4a])
    };
    let revoking = |serial: &[u8]| {
        let list = RevocationList::of(&Chain::of(2, Algorithm::Es256).authorities[1], &[serial]);
        TrustAnchors::new(root()).with_crls([Crl::from_der(&list.der()).unwrap()])
    };
    let listed = register(packed(), &AttestationPolicy::trusted(revoking(&[0x4b]))).unwrap();
    let statement = &listed.evidence().statements[0];
    assert_eq!((statement.certificates, statement.checked_for_revocation), (2, 1), "the root has no list");
    let revoked = Refusal::AttestationUntrusted(Rule::Revoked.at(0));
    assert_eq!(register(packed(), &AttestationPolicy::trusted(revoking(&[0x4a]))).unwrap_err(), revoked);
    assert_eq!(
        register(packed(), &preferring(revoking(&[0x4a]))).unwrap_err(),
        revoked,
        "preferred trust refuses it too"
    );
}

/// `Trust::Prefer` accepts an unknown authenticator, and refuses one that is known to be bad.
#[test]
fn preferred_trust_refuses_what_is_known_to_be_bad() {
    let two = || Chain::of(2, Algorithm::Es256);
    let list = |authority: usize, serial: &[u8]| RevocationList::of(&two().authorities[authority], &[serial]);
    let crls = |lists: &[RevocationList]| {
        let crls = lists.iter().map(|list| Crl::from_der(&list.der()).unwrap());
        TrustAnchors::new(root()).with_crls(crls.collect::<Vec<_>>())
    };
    let leaf = |change: fn(&mut Certificate)| {
        Packed::new().chain(two()).leaf(|leaf| leaf.serial_number = vec![0x4a]).leaf(change)
    };
    let ca = |change: fn(&mut Authority)| Packed::new().chain(two()).authority(1, change);
    let expired: fn(&mut Certificate) = |leaf| leaf.not_after = der::utc_time("260101000000Z");
    let early: fn(&mut Certificate) = |leaf| leaf.not_before = der::utc_time("270101000000Z");
    let no_ca: fn(&mut Authority) = |ca| ca.certificate.set(Extension::basic_constraints(false, None));
    let no_usage: fn(&mut Authority) = |ca| ca.certificate.set(Extension::digital_signature());
    let no_issuers: fn(&mut Authority) = |ca| ca.certificate.set(Extension::basic_constraints(true, Some(0)));
    let above = |change: fn(&mut Authority)| Packed::new().chain(Chain::of(3, Algorithm::Es256)).authority(1, change);
    let ca_serial = two().authorities[1].certificate.serial_number.clone();
    let others = || TrustAnchors::new(stranger());
    let other_key: fn(&mut Authority) = |ca| ca.issuer = Key::new("policy.other", Algorithm::Es256);
    let none = || TrustAnchors::new(root());
    let mut late = list(1, &[0x4b]);
    late.next_update = Some(der::utc_time("260101000000Z"));
    let (unknown, bad) = (true, false);
    for (why, format, anchors, error, tolerated) in [
        ("no anchor of its", leaf(|_| ()).chain(evil()), none(), Rule::NoAnchor.into(), unknown),
        ("expired", leaf(expired), none(), Rule::Expired.at(0), unknown),
        ("not yet valid", leaf(early), none(), Rule::NotYetValid.at(0), unknown),
        ("expired, and on no list", leaf(expired), crls(&[list(1, &[0x4b])]), Rule::Expired.at(0), unknown),
        ("revoked", leaf(|_| ()), crls(&[list(1, &[0x4a])]), Rule::Revoked.at(0), bad),
        ("expired and revoked", leaf(expired), crls(&[list(1, &[0x4a])]), Rule::Revoked.at(0), bad),
        ("not yet valid and revoked", leaf(early), crls(&[list(1, &[0x4a])]), Rule::Revoked.at(0), bad),
        ("a list of yesterday", leaf(|_| ()), crls(&[late.clone()]), Rule::CrlExpired.at(0), bad),
        ("expired, and a list of yesterday", leaf(expired), crls(&[late]), Rule::CrlExpired.at(0), bad),
        ("not signed by its issuer", ca(other_key), none(), Rule::Signature.at(1), bad),
        ("an issuer that is no CA", ca(no_ca), none(), Rule::NotCa.at(1), bad),
        ("an issuer that is revoked", ca(|_| ()), crls(&[list(0, &ca_serial)]), Rule::Revoked.at(1), bad),
        ("an issuer that nobody has", above(no_ca), none(), Rule::NotCa.at(2), bad),
        ("an issuer that may not issue", ca(no_usage), none(), Rule::KeyUsage.at(1), bad),
        ("an issuer of issuers that may not be", above(no_issuers), none(), Rule::PathLength.at(2), bad),
        ("a stranger's issuer that may not issue", ca(no_usage), others(), Rule::KeyUsage.at(1), unknown),
        ("a stranger's issuer that nobody has", above(no_ca), others(), Rule::NotCa.at(2), unknown),
    ] {
        let preferred = register(format.clone(), &preferring(anchors.clone()));
        let preferred = preferred.map(|registered| (registered.trust(), registered.untrusted_reason()));
        let expected = match tolerated {
            true => Ok((TrustOutcome::Untrusted, Some(error))),
            false => Err(Refusal::AttestationUntrusted(error)),
        };
        assert_eq!(preferred, expected, "{why}");
        assert!(register(format, &AttestationPolicy::trusted(anchors)).is_err(), "{why}");
    }
    // The same faults under an unknown root are not evidence against the authenticator.
    let strangers = Packed::new().chain(two()).authority(1, other_key);
    let registered = register(strangers, &preferring(TrustAnchors::new(stranger()))).unwrap();
    assert_eq!(registered.untrusted_reason(), Some(Rule::NoAnchor.into()));
}
