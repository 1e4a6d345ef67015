//! §7.1 steps 23 and 24: what a relying party accepts, as data, and what it is told of what it accepted.

#![allow(clippy::unwrap_used, clippy::panic, reason = "tests")]

mod compound;
mod evidence;

use wardkey::attestation::{AttestationType, CompoundPolicy, Format, KeyEnforcement};
use wardkey::authenticator::Aaguid;
use wardkey::ceremony::{Refusal, registration};
use wardkey::client::{Framing, Origins, Site};
use wardkey::crypto::{Algorithm as Known, default_backend};
use wardkey::evidence::Details;
use wardkey::policy::{AttestationPolicy, Circumstances, Registered, Trust, TrustAnchor, TrustAnchors, TrustOutcome};
use wardkey::quirk::{Quirk, Quirks};
use wardkey::x509::{Crl, PathError};
use wardkey::{RegistrationResponse, UnixTime, UserHandle};
use wardkey_authenticator::attestation::Format as Attests;
use wardkey_authenticator::expected::VALIDATE_AT;
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
    change: impl FnOnce(&mut registration::Expected<'_>),
) -> Result<Registered, Refusal> {
    let backend = default_backend();
    let site = Site::new(&made.expected.rp.id, Origins::exact(&made.expected.rp.origins), Framing::SameOrigin);
    let mut expected = registration::Expected::new(&site, &made.expected.challenge, &Known::RECOMMENDED);
    expected.time = Some(UnixTime::from_secs(VALIDATE_AT));
    expected.quirks = quirks;
    change(&mut expected);
    let response = RegistrationResponse::from_json(&made.response().to_string()).unwrap();
    let verified = registration::verify(&expected, &response, backend).map_err(|failure| failure.refusal)?;
    let mut circumstances = Circumstances::at(expected.time, backend);
    circumstances.quirks = quirks;
    let user = UserHandle::new(made.expected.user_handle.clone()).unwrap();
    policy.decide(&verified, &user, &circumstances).map_err(|failure| failure.refusal)
}

/// What every registration here claims to be.
fn model() -> Aaguid {
    let mut made = es256();
    Aaguid::from_bytes(made.authenticator_data.attested().aaguid.clone().try_into().unwrap())
}

const OTHER: Aaguid = Aaguid::from_bytes([7; 16]);

/// The root of everything that the authenticator makes without being told otherwise.
fn root() -> [TrustAnchor; 1] {
    anchor(&Chain::new())
}

/// A root that signed nothing here.
fn stranger() -> [TrustAnchor; 1] {
    anchor(&evil())
}

fn evil() -> Chain {
    Chain::under(vec![Authority::root("wardkey.evil", Algorithm::Es256)])
}

fn anchor(chain: &Chain) -> [TrustAnchor; 1] {
    [TrustAnchor::from_der(&chain.trust_anchors()[0]).unwrap()]
}

fn trusting(anchors: TrustAnchors) -> AttestationPolicy {
    AttestationPolicy::trusted(anchors)
}

fn preferring(anchors: TrustAnchors) -> AttestationPolicy {
    with(AttestationPolicy::any(), |policy| policy.trust = Trust::Prefer(anchors))
}

fn with(mut policy: AttestationPolicy, change: impl FnOnce(&mut AttestationPolicy)) -> AttestationPolicy {
    change(&mut policy);
    policy
}

fn both(first: impl Attests + 'static, second: impl Attests + 'static) -> Compound {
    Compound::new().with(first).with(second)
}

const NO_ANCHOR: Refusal = Refusal::AttestationUntrusted(PathError::NoAnchor);

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
        (es256().format(both(Packed::new(), Packed::new())), Several),
    ] {
        let accepted = finish(&registration, &AttestationPolicy::any(), Quirks::NONE).unwrap();
        assert_eq!(accepted.attestation_type(), kind);
        let without = with(AttestationPolicy::any(), |policy| policy.types.retain(|other| *other != kind));
        let refused = finish(&registration, &without, Quirks::NONE).unwrap_err();
        assert_eq!(refused, Refusal::AttestationTypeNotAccepted(kind));
    }
    let trusted = trusting(TrustAnchors::new(root()));
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
        let refused = register(Packed::new(), &trusting(anchors)).unwrap_err();
        assert_eq!(refused, Refusal::AttestationUntrusted(PathError::NoAnchors));
    }
}

#[test]
fn the_narrowest_list_of_anchors_decides() {
    let any = || TrustAnchors::new(root());
    for (anchors, verdict, why) in [
        (any(), Ok(()), "for everything"),
        (any().for_format(Format::Tpm, stranger()), Ok(()), "another format has its own"),
        (any().for_aaguid(OTHER, stranger()), Ok(()), "another model has its own"),
        (any().for_format(Format::Packed, stranger()), Err(NO_ANCHOR), "the format has its own"),
        (any().for_aaguid(model(), stranger()), Err(NO_ANCHOR), "the model has its own"),
        (TrustAnchors::new(stranger()).for_format(Format::Packed, root()), Ok(()), "by its format"),
        (TrustAnchors::new(stranger()).for_aaguid(model(), root()), Ok(()), "by its model"),
        (any().for_format(Format::Packed, stranger()).for_aaguid(model(), root()), Ok(()), "model before format"),
        (any().for_format(Format::Packed, root()).for_aaguid(model(), stranger()), Err(NO_ANCHOR), "and only that"),
        (any().for_aaguid(model(), stranger()).for_aaguid(model(), root()), Ok(()), "lists add up"),
        (any().for_format(Format::Packed, stranger()).for_format(Format::Packed, root()), Ok(()), "lists add up"),
    ] {
        assert_eq!(register(Packed::new(), &trusting(anchors)).map(drop), verdict, "{why}");
    }
}

/// An AAGUID on the list was believed though nobody had attested it, or the credential's own key had.
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
    let trusted = || trusting(TrustAnchors::new(root()));
    assert_eq!(packed(&allowing(trusted())), Ok(Some(model())));
    let another = with(trusted(), |policy| policy.allow_aaguids = Some(vec![OTHER]));
    assert_eq!(packed(&another), Err(Refusal::AaguidNotAccepted));
    let none = with(trusted(), |policy| policy.allow_aaguids = Some(Vec::new()));
    assert_eq!(packed(&none), Err(Refusal::AaguidNotAccepted), "an empty list is not no list");

    let denying = |policy: AttestationPolicy| with(policy, |policy| policy.deny_aaguids = vec![OTHER, model()]);
    assert_eq!(packed(&denying(trusted())), Err(Refusal::AaguidNotAccepted));
    assert_eq!(packed(&denying(AttestationPolicy::any())), Ok(None), "whoever attests nothing can claim anything");
    assert_eq!(register(NoAttestation, &denying(AttestationPolicy::any())).map(drop), Ok(()));
    let beside = |other: PackedSelf| Compound::new().with(other).with(Packed::new());
    let with_self = with(trusted(), |policy| policy.types.push(AttestationType::SelfAttestation));
    assert_eq!(register(beside(PackedSelf::new()), &with_self).map(drop), Ok(()));
    let refused = register(beside(PackedSelf::new()), &denying(with_self)).unwrap_err();
    assert_eq!(refused, Refusal::AaguidNotAccepted, "one trusted statement is enough, whatever stands beside it");
}

#[test]
fn an_aaguid_is_attested_by_those_who_sign_it() {
    let flat = || TrustAnchors::new(root());
    let own = || TrustAnchors::default().for_aaguid(model(), root());
    for (made, with_any_anchor, with_its_own) in [
        (es256().format(Packed::new()), true, true),
        (es256().format(Tpm::new()), true, true),
        (es256().format(Apple::new()), true, true),
        (es256().format(AndroidKey::new()), false, true),
        (es256().format(AndroidSafetyNet::new()), false, true),
        (es256().format(both(FidoU2f::new(), Tpm::new())), true, false),
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
    let denying = with(trusting(flat()), |policy| policy.deny_aaguids = vec![model()]);
    assert_eq!(register(AndroidSafetyNet::new(), &denying).unwrap_err(), Refusal::AaguidNotAccepted, "by its own word");
}

/// §8.6: the AAGUID beside a U2F statement is signed by nobody, and chooses no anchors.
#[test]
fn a_u2f_statement_has_no_aaguid() {
    let u2f = |anchors| register(FidoU2f::new(), &trusting(anchors));
    assert_eq!(u2f(TrustAnchors::new(root())).unwrap().attested_aaguid(), None);
    assert_eq!(u2f(TrustAnchors::new(root()).for_aaguid(model(), stranger())).map(drop), Ok(()));
    let only_by_model = TrustAnchors::new(stranger()).for_aaguid(model(), root());
    assert_eq!(u2f(only_by_model).map(drop), Err(NO_ANCHOR));
}

#[test]
fn an_aaguid_of_zeros_names_no_model() {
    let made = es256().authenticator_data(|data| data.attested().aaguid.fill(0)).format(Apple::new());
    let policy = trusting(TrustAnchors::new(root()));
    let registered = finish(&made, &policy, Quirks::NONE).unwrap();
    assert_eq!((registered.trust(), registered.attested_aaguid()), (TrustOutcome::Trusted, None));
    let allowing = with(policy, |policy| policy.allow_aaguids = Some(vec![Aaguid::ZERO]));
    assert_eq!(finish(&made, &allowing, Quirks::NONE).unwrap_err(), Refusal::AaguidNotAttested);
}

#[test]
fn trust_that_is_preferred_is_not_required() {
    let trust = |format: Packed, anchors| {
        let registered = register(format, &preferring(anchors)).unwrap();
        (registered.trust(), registered.attested_aaguid())
    };
    let untrusted = |error| (TrustOutcome::Untrusted(error), None);
    assert_eq!(trust(Packed::new(), TrustAnchors::new(root())), (TrustOutcome::Trusted, Some(model())));
    assert_eq!(trust(Packed::new(), TrustAnchors::new(stranger())), untrusted(PathError::NoAnchor));
    assert_eq!(trust(Packed::new(), TrustAnchors::default()), untrusted(PathError::NoAnchors));
    let expired = Packed::new().leaf(|leaf| leaf.not_after = der::utc_time("260101000000Z"));
    assert_eq!(trust(expired, TrustAnchors::new(root())), untrusted(PathError::Expired(0)));
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
    assert_eq!(tpm(&trusting(anchors())), Err(Refusal::AttestationLegacyRs1));
    assert_eq!(tpm(&preferring(anchors())), Ok(TrustOutcome::LegacyRs1));
    assert_eq!(tpm(&with(trusting(anchors()), |policy| policy.accept_legacy_rs1 = true)), Ok(TrustOutcome::Trusted));
    assert_eq!(tpm(&trusting(TrustAnchors::new(stranger()))), Err(NO_ANCHOR), "a path is judged first");
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
    for policy in [AttestationPolicy::any(), trusting(TrustAnchors::new(root()))] {
        assert_eq!(serial(&policy), Err(Refusal::EnterpriseAttestation));
    }
    assert_eq!(serial(&asked(trusting(TrustAnchors::new(root())))), Ok(Some(b"device 7".to_vec())));
    assert_eq!(serial(&asked(AttestationPolicy::any())), Ok(None), "not before its certificate is trusted");
    assert_eq!(serial(&asked(preferring(TrustAnchors::new(stranger())))), Ok(None));
    let usual = register(Packed::new(), &asked(trusting(TrustAnchors::new(root())))).unwrap();
    assert_eq!(usual.device_serial(), None);
}

#[test]
fn an_android_key_can_be_required_to_be_in_hardware() {
    let hardware =
        with(trusting(TrustAnchors::new(root())), |policy| policy.key_enforcement = KeyEnforcement::Hardware);
    assert_eq!(register(AndroidKey::new(), &hardware).map(drop), Ok(()));
    let software = || {
        AndroidKey::new().key_description(|description| {
            std::mem::swap(&mut description.software_enforced, &mut description.hardware_enforced);
        })
    };
    assert!(matches!(register(software(), &hardware), Err(Refusal::AttestationStatement(_))));
    assert_eq!(register(software(), &trusting(TrustAnchors::new(root()))).map(drop), Ok(()));
}

/// Whoever calls the pure functions may expect less than their policy says, or nothing of it.
#[test]
fn a_policy_does_not_rely_on_what_was_expected() {
    let software = AndroidKey::new().key_description(|description| {
        std::mem::swap(&mut description.software_enforced, &mut description.hardware_enforced);
    });
    let broken = || both(Packed::new().signature(Vec::clear), Tpm::new());
    let in_two = both(Packed::new(), software.clone());
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
        (es256().format(both(Packed::new(), Tpm::new())), of(at_least(3)), Err(too_few)),
    ] {
        let found = finish_by(&made, &policy, Quirks::NONE, |expected| expected.compound = at_least(1));
        assert_eq!(found.map(drop), verdict, "{policy:?}");
    }
}

#[test]
fn an_intermediate_without_ca_takes_a_quirk_and_is_reported() {
    let policy = |chain: &Chain| {
        trusting(TrustAnchors::new(chain.trust_anchors().iter().map(|der| TrustAnchor::from_der(der).unwrap())))
    };
    let (phone, usual) = (Chain::of_a_sony_phone(), Chain::of(3, Algorithm::Es256));
    let quirk = Quirks::NONE.with(Quirk::AttestationIntermediateWithoutCa);
    let not_ca = Refusal::AttestationUntrusted(PathError::NotCa(1));
    let made = |chain: &Chain| es256().format(AndroidKey::new().chain(chain.clone()));
    assert_eq!(finish(&made(&phone), &policy(&phone), Quirks::NONE).unwrap_err(), not_ca);
    let registered = finish(&made(&phone), &policy(&phone), quirk).unwrap();
    assert_eq!((registered.trust(), registered.quirks()), (TrustOutcome::Trusted, quirk));
    let packed = es256().format(Packed::new().chain(phone.clone()));
    assert_eq!(finish(&packed, &policy(&phone), quirk).unwrap_err(), not_ca, "of another format");
    let registered = finish(&made(&usual), &policy(&usual), quirk).unwrap();
    assert_eq!(registered.quirks(), Quirks::NONE, "not reported where it is not needed");
}

/// GHSA-6hxq-p678-4hr2: a self-signed certificate in x5c was taken for the end of the path.
#[test]
fn ghsa_6hxq_p678_4hr2_a_root_in_the_message_is_no_anchor() {
    let its_root = evil().trust_anchors().remove(0);
    let (alone, followed) = (its_root.clone(), [its_root, Chain::new().trust_anchors().remove(0)]);
    let policy = trusting(TrustAnchors::new(root()));
    assert_eq!(register(Packed::new().chain(evil()), &policy).unwrap_err(), NO_ANCHOR);
    let with_root = Packed::new().chain(evil()).x5c(move |x5c| x5c.push(alone.clone()));
    let chosen = register(with_root.clone(), &trusting(TrustAnchors::new(stranger())));
    assert_eq!(chosen.map(drop), Ok(()), "the same chain under an anchor that was chosen");
    assert_eq!(register(with_root, &policy).unwrap_err(), NO_ANCHOR);
    let with_both = Packed::new().chain(evil()).x5c(move |x5c| x5c.extend(followed.clone()));
    assert_eq!(register(with_both, &policy).unwrap_err(), Refusal::AttestationUntrusted(PathError::IssuerName(1)));
    let own = Packed::new().chain(Chain::self_signed());
    assert_eq!(register(own, &policy).unwrap_err(), NO_ANCHOR);
}

#[test]
fn a_revoked_certificate_leads_nowhere() {
    let packed = || {
        let chain = Chain::of(2, Algorithm::Es256);
        Packed::new().chain(chain).leaf(|leaf| leaf.serial_number = vec![0x4a])
    };
    let revoking = |serial: &[u8]| {
        let list = RevocationList::of(&Chain::of(2, Algorithm::Es256).authorities[1], &[serial]);
        TrustAnchors::new(root()).with_crls([Crl::from_der(&list.der()).unwrap()])
    };
    let listed = register(packed(), &trusting(revoking(&[0x4b]))).unwrap();
    let Details::Registration(evidence) = &listed.evidence().details else { panic!() };
    let statement = evidence.statement.as_ref().unwrap();
    assert_eq!((statement.certificates, statement.checked_for_revocation), (2, 1), "the root has no list");
    let revoked = Refusal::AttestationUntrusted(PathError::Revoked(0));
    assert_eq!(register(packed(), &trusting(revoking(&[0x4a]))).unwrap_err(), revoked);
    let registered = register(packed(), &preferring(revoking(&[0x4a]))).unwrap();
    assert_eq!(registered.trust(), TrustOutcome::Untrusted(PathError::Revoked(0)));
    assert_eq!(registered.attested_aaguid(), None);
}
