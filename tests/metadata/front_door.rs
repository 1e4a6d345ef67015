//! The metadata at the front door, and the policy as data.

use crate::make::{AT, HOST, Service, at, base64 as encoded, entry, merge, payload, policy, report, report_with};
use crate::models::aaguid_of;
use base64::Engine as _;
use serde_json::{Value, json};
use std::time::Duration;
use wardkey::assurance::ModelFacts;
use wardkey::authenticator::Aaguid;
use wardkey::ceremony::Refusal;
use wardkey::ceremony::evidence::TrustOutcome;
use wardkey::ceremony::registration;
use wardkey::ceremony::{Origins, Site};
use wardkey::client::json::AttestationConveyance;
use wardkey::crypto::{Algorithm as Known, default_backend};
use wardkey::metadata::{
    AttachmentHint, Attested, BlobError, Circumstance, FipsLevel, Incident, KeyProtection, Level, MatcherProtection,
    Metadata, MetadataEvidence, ModelId, MultiDevice, Profile, Reason, Reasons, Roots, Seen, StatedAttestation,
    TransactionDisplay, UserVerificationMethod as Method, verify,
};
use wardkey::policy::{
    AttestationPolicy, MetadataDecision, MetadataPolicy, MetadataPolicyError, MetadataTrust, Registered, Trust,
    TrustAnchors,
};
use wardkey::x509::TrustAnchor;
use wardkey::{RegistrationRequest, RegistrationResponse, RelyingParty, Session, UnixTime, UserHandle};
use wardkey_authenticator::hash::sha256;
use wardkey_authenticator::{
    Algorithm, AndroidKey, Authority, Certified as _, Chain, Compound, FidoU2f, Packed, Registration, Tpm,
};

pub(crate) fn packed() -> Registration {
    Registration::new("metadata.front-door", Algorithm::Es256).format(Packed::new())
}

pub(crate) fn model() -> Aaguid {
    let bytes = packed().authenticator_data.attested().aaguid.clone();
    Aaguid::from_bytes(bytes.try_into().unwrap())
}

pub(crate) fn metadata(entries: &[Value]) -> Metadata {
    let service = Service::new(&payload(entries));
    let roots = Roots::of(HOST, [TrustAnchor::from_der(&service.root.der()).unwrap()]);
    verify(service.blob().as_bytes(), &roots, Seen::nothing(), at(), default_backend()).unwrap()
}

fn decide(trust: MetadataTrust, metadata: Option<&Metadata>) -> Result<Registered, Refusal> {
    decide_about(&packed(), trust, metadata)
}

pub(crate) fn decide_about(
    made: &Registration,
    trust: MetadataTrust,
    metadata: Option<&Metadata>,
) -> Result<Registered, Refusal> {
    let expected = &made.expected;
    let site = Site::new(&expected.rp.id, Origins::exact(&expected.rp.origins));
    let response = RegistrationResponse::from_json(&made.response().to_string()).unwrap();
    let backend = default_backend();
    let algorithms = [Known::Es256];
    let mut expected = registration::ExpectedRegistration::new(&site, &expected.challenge, &algorithms);
    expected.time = Some(at());
    expected.metadata = metadata;
    let verified = registration::verify(&expected, &response, backend).unwrap();
    let mut policy = AttestationPolicy::any();
    policy.trust = Trust::Metadata(trust);
    policy.decide(verified, &UserHandle::new([0]).unwrap()).map_err(|failure| failure.refusal)
}

fn reasons(reasons: &[Reason]) -> Reasons {
    reasons.iter().copied().collect()
}

pub(crate) fn roots() -> Vec<Vec<u8>> {
    packed().expected.trust_anchors.clone()
}

#[test]
fn without_metadata_the_policy_refuses() {
    let refused = decide(MetadataTrust::prefer(MetadataPolicy::open()), None).map(|_| ());
    assert_eq!(refused, Err(Refusal::Metadata(reasons(&[Reason::NoMetadata]))));
}

/// Prefer reports what is unknown or below, and refuses what is known to be bad.
#[test]
fn prefer_lets_in_what_is_not_known_to_be_bad() {
    let model = model().to_string();
    let stranger = Authority::root("metadata.stranger", Algorithm::Es256).der();
    let l1 = report("FIDO_CERTIFIED_L1", "2024-05-14");
    let mut unreadable = entry(&model, &[], &roots());
    unreadable["statusReports"] = json!(5);
    let level = MetadataPolicy::certified(Level::L2);
    let noted = |entries: &[Value], policy: MetadataPolicy| {
        let registered = decide(MetadataTrust::prefer(policy), Some(&metadata(entries)))?;
        Ok::<_, Refusal>((registered.trust(), registered.metadata()[0].notes))
    };
    let below = noted(&[entry(&model, std::slice::from_ref(&l1), &roots())], level).unwrap();
    assert_eq!(below, (TrustOutcome::Trusted, reasons(&[Reason::LevelBelow])));
    let absent = noted(&[], MetadataPolicy::known()).unwrap();
    assert_eq!(absent, (TrustOutcome::Untrusted, reasons(&[Reason::NotInMetadata])));
    let absent = decide(MetadataTrust::prefer(MetadataPolicy::known()), Some(&metadata(&[]))).unwrap();
    assert_eq!(absent.untrusted_reason().map(|error| error.code()), Some("x509-no-anchors"));
    let untrusted = noted(&[entry(&model, &[l1], std::slice::from_ref(&stranger))], level).unwrap();
    assert!(untrusted.0 == TrustOutcome::Untrusted);
    assert_eq!(untrusted.1, reasons(&[Reason::NotAttested]));
    let revoked = noted(&[entry(&model, &[report("REVOKED", "2024-05-14")], &roots())], level);
    assert_eq!(revoked, Err(Refusal::Metadata(reasons(&[Reason::Revoked, Reason::LevelBelow]))));
    let unread = noted(&[unreadable], MetadataPolicy::open());
    assert_eq!(unread, Err(Refusal::Metadata(reasons(&[Reason::EntryUnreadable]))));
    // One of the certificates that the report is about cannot be read, so it is about all.
    let certificates = json!({ "batchCertificate": "?", "certificate": encoded(&stranger) });
    let batch = entry(&model, &[report_with("REVOKED", "2024-05-14", certificates)], &roots());
    let revoked = noted(&[batch], MetadataPolicy::known());
    assert_eq!(revoked, Err(Refusal::Metadata(reasons(&[Reason::Revoked]))));
}

/// A path proves nothing if the statement is signed with RS1 and the policy does not accept that, or if the whole compound
/// attestation is not trusted.
#[test]
fn what_is_not_trusted_is_no_proof() {
    let rs1 = Registration::new("metadata.rs1", Algorithm::Es256).format(Tpm::by(Algorithm::Rs1));
    let compound = Compound::new().with(Packed::new()).with(FidoU2f::new());
    let compound = Registration::new("metadata.compound", Algorithm::Es256).format(compound);
    let l1 = report("FIDO_CERTIFIED_L1", "2024-05-14");
    for (made, trust) in [(rs1, TrustOutcome::LegacyRs1), (compound, TrustOutcome::Untrusted)] {
        let known = metadata(&[entry(&aaguid_of(&made), std::slice::from_ref(&l1), &made.expected.trust_anchors)]);
        let policy = MetadataPolicy::certified(Level::L1);
        let registered = decide_about(&made, MetadataTrust::prefer(policy), Some(&known)).unwrap();
        assert_eq!((registered.trust(), registered.attested().is_attested()), (trust, false));
        let found = known.reassess(&registered.attested(), &policy, at());
        assert_eq!((found.decision, found.reasons), (MetadataDecision::StepUp, reasons(&[Reason::NotAttested])));
    }
}

/// The evidence names the metadata also for a credential without certificates, whose model is only a claim.
#[test]
fn a_claim_leaves_evidence() {
    let made = Registration::new("metadata.claim", Algorithm::Es256);
    let metadata = metadata(&[entry(&model().to_string(), &[], &roots())]);
    for (policy, notes) in [
        (MetadataPolicy::known(), Reasons::NONE),
        (MetadataPolicy::certified(Level::L1), reasons(&[Reason::NotAttested])),
    ] {
        let registered = decide_about(&made, MetadataTrust::prefer(policy), Some(&metadata)).unwrap();
        assert_eq!((registered.trust(), registered.attested().is_attested()), (TrustOutcome::NoCertificates, false));
        let evidence = registered.metadata().iter().map(|evidence| (evidence.no, evidence.notes)).collect::<Vec<_>>();
        assert_eq!(evidence, [(291, notes)]);
    }
}

/// What an application may ask for.
#[test]
fn traits_are_those_of_the_statement_and_of_the_reports() {
    let profiles = json!({ "certificationProfiles": ["consumer", "of a clinic"] });
    let mut entry = entry(&model().to_string(), &[report_with("FIDO_CERTIFIED_L1", "2024-05-14", profiles)], &[]);
    let method = |name: &str| json!({ "userVerificationMethod": name });
    let more = json!({
        "tcDisplay": ["hardware"], "isKeyRestricted": true, "isFreshUserVerificationRequired": false,
        "multiDeviceCredentialSupport": "explicit",
        "userVerificationDetails": [[method("passcode_external"), method("presence_internal")], [method("none")]],
    });
    merge(&mut entry["metadataStatement"], more);
    let metadata = metadata(&[entry]);
    assert_eq!((metadata.duplicates(), metadata.unknown_members()), (0, 0));
    let traits = &metadata.models()[0].traits;
    assert_eq!(traits.key_protection, [KeyProtection::Hardware, KeyProtection::SecureElement]);
    assert_eq!(traits.matcher_protection, [MatcherProtection::OnChip]);
    assert_eq!(traits.attachment_hint, [AttachmentHint::External, AttachmentHint::Nfc]);
    assert_eq!(traits.transaction_display, [TransactionDisplay::Hardware]);
    assert_eq!(traits.attestation_types, [StatedAttestation::BasicFull]);
    assert_eq!(traits.multi_device, Some(MultiDevice::Explicit));
    assert_eq!((traits.key_restricted, traits.fresh_user_verification_required), (Some(true), Some(false)));
    let methods = [vec![Method::PasscodeExternal, Method::Presence], vec![Method::None]];
    assert_eq!(traits.user_verification, methods);
    assert_eq!(traits.profiles, [Profile::Consumer, Profile::Other("of a clinic".into())]);
}

/// A certification of newer firmware than that of the authenticator does not count.
#[test]
fn a_certification_is_that_of_a_firmware() {
    let certified = report_with("FIPS140_CERTIFIED_L2", "2024-05-14", json!({ "authenticatorVersion": 6 }));
    let metadata = metadata(&[entry(&model().to_string(), &[certified], &[])]);
    for (firmware, fips) in [(Some(5), None), (Some(6), Some(2)), (None, Some(2))] {
        let mut circumstance = Circumstance::at(at());
        circumstance.firmware = firmware;
        assert_eq!(metadata.models()[0].standing(&circumstance).fips, fips, "{firmware:?}");
    }
}

/// A BLOB is refused when its grace time is over; without one, staleness is only reported.
#[test]
fn a_grace_time_bounds_the_age() {
    let (service, december) = (Service::new(&payload(&[])), UnixTime::from_secs(1_796_083_200));
    let roots = Roots::of(HOST, [TrustAnchor::from_der(&service.root.der()).unwrap()]);
    let blob = service.blob();
    let verify = |seen, at| verify(blob.as_bytes(), &roots, seen, at, default_backend()).map(|_| ());
    let seen = Seen::number(291).with_grace(Duration::from_secs(3600));
    assert_eq!(verify(Seen::number(291), december.plus(Duration::from_secs(1_000_000))), Ok(()));
    assert_eq!((verify(seen, december), seen.number), (Ok(()), Some(291)));
    assert_eq!(verify(seen, december.plus(Duration::from_secs(1_000_000))), Err(BlobError::Stale));
}

#[test]
fn the_metadata_names_its_blob_and_counts_what_is_unknown() {
    let mut payload = payload(&[]);
    merge(&mut payload, json!({ "later": 1, "latest": 2 }));
    let service = Service::new(&payload);
    let (blob, root) = (service.blob(), TrustAnchor::from_der(&service.root.der()).unwrap());
    let roots = Roots::of(HOST, [root]);
    let metadata = verify(blob.as_bytes(), &roots, Seen::nothing(), at(), default_backend()).unwrap();
    let signature = base64::engine::general_purpose::URL_SAFE_NO_PAD.decode(blob.rsplit('.').next().unwrap()).unwrap();
    assert_eq!((&metadata.signature_sha256()[..], metadata.unknown_members()), (&sha256(&signature)[..], 2));
}

/// Two entries of one id count as the worse of the two on each axis, in either order.
#[test]
fn the_worse_of_two_entries_counts() {
    let of = |reports: &[Value]| entry(&model().to_string(), reports, &[]);
    let high = of(&[
        report("FIDO_CERTIFIED_L2", "2024-05-14"),
        report("FIDO_CERTIFIED", "2024-05-14"),
        report("FIPS140_CERTIFIED_L1", "2024-05-15"),
    ]);
    let low = of(&[
        report("FIDO_CERTIFIED_L1", "2024-05-16"),
        report("FIPS140_CERTIFIED_L2", "2024-05-17"),
        report_with("UPDATE_AVAILABLE", "2024-05-18", json!({ "authenticatorVersion": 6 })),
    ]);
    for entries in [[high.clone(), low.clone()], [low, high]] {
        let metadata = metadata(&entries);
        assert_eq!(metadata.duplicates(), 1);
        let verdict = MetadataPolicy::known().judge(&metadata, &ModelId::Aaguid(model()), &Circumstance::at(at()));
        let standing = verdict.standing.unwrap();
        let day = |day: Option<wardkey::metadata::Day>| day.map(|day| day.to_string()).unwrap();
        assert_eq!((standing.level, day(standing.level_since)), (Some(Level::L1), "2024-05-16".to_owned()));
        assert_eq!((standing.fips, day(standing.fips_since)), (Some(1), "2024-05-15".to_owned()));
        assert_eq!((standing.functional, standing.update_available), (false, true));
        let facts = ModelFacts::of(&metadata, &Attested::unattested(model(), at()), at()).unwrap();
        assert!(facts.update_available);
    }
}

/// Anchors of the relying party for a model stand before those of the metadata, and make it known.
#[test]
fn own_anchors_for_a_model_stand_before_those_of_the_metadata() {
    let anchors = |der: &[u8]| TrustAnchors::default().for_aaguid(model(), [TrustAnchor::from_der(der).unwrap()]);
    let stranger = Authority::root("metadata.stranger", Algorithm::Es256).der();
    let known = MetadataPolicy::known();
    let with = |own: &[u8], entries: &[Value]| {
        decide(MetadataTrust::verify(known).with_anchors(anchors(own)), Some(&metadata(entries)))
    };
    let registered = with(&roots()[0], &[]).unwrap();
    assert_eq!(registered.attested_aaguid(), Some(model()));
    let later = metadata(&[entry(&model().to_string(), &[], std::slice::from_ref(&stranger))]);
    let found = later.reassess(&registered.attested(), &known, at());
    assert_eq!(found.decision, MetadataDecision::Accept, "the anchor was never one of the metadata's: {found:?}");
    let refused = with(&stranger, &[entry(&model().to_string(), &[], &roots())]).map(|_| ());
    assert!(matches!(refused, Err(Refusal::AttestationUntrusted(_))), "{refused:?}");
    let revoked =
        with(&roots()[0], &[entry(&model().to_string(), &[report("REVOKED", "2024-05-14")], &[])]).map(|_| ());
    assert_eq!(revoked, Err(Refusal::Metadata(reasons(&[Reason::Revoked]))));
}

/// What is kept of a registration is small, holds no certificate, and is judged again by a later BLOB.
#[test]
fn what_is_kept_is_judged_again() {
    let model = model().to_string();
    let now = metadata(&[entry(&model, &[], &roots())]);
    let registered = decide(MetadataTrust::verify(MetadataPolicy::known()), Some(&now)).unwrap();
    let evidence = registered.metadata()[0];
    assert_eq!((evidence.no, evidence.signature_sha256, evidence.signer_named), (291, now.signature_sha256(), true));
    let whole = serde_json::to_value(registered.evidence()).unwrap();
    assert_eq!(whole["metadata"][0]["no"], 291, "the evidence of the registration has it: {whole}");
    let json = serde_json::to_string(&evidence).unwrap();
    assert_eq!(serde_json::from_str::<MetadataEvidence>(&json).unwrap(), evidence, "{json}");
    let kept = serde_json::to_string(&registered.attested()).unwrap();
    assert!(kept.len() < 320, "{} bytes", kept.len());
    let attested: Attested = serde_json::from_str(&kept).unwrap();
    assert_eq!(attested, registered.attested());
    assert!(attested.is_attested());
    let known = MetadataPolicy::known();
    assert_eq!(now.reassess(&attested, &known, at()).decision, MetadataDecision::Accept);
    let later = metadata(&[entry(&model, &[report("REVOKED", "2026-11-24")], &roots())]);
    assert_eq!(later.reassess(&attested, &known, at()).decision, MetadataDecision::Accept);
    let tomorrow = UnixTime::from_secs(AT + 86_400);
    let found = later.reassess(&attested, &known, tomorrow);
    assert_eq!((found.decision, found.reasons), (MetadataDecision::Suspend, reasons(&[Reason::Revoked])));
    for bad in [
        kept.replace("\"v\":1", "\"v\":2"),
        kept.replace("\"path\":\"", "\"path\":\"AAAA"),
        kept.replace("packed", "pakced"),
    ] {
        assert!(serde_json::from_str::<Attested>(&bad).is_err(), "{bad}");
    }
}

/// A compound attestation is judged as each of its statements.
#[test]
fn each_statement_of_a_compound_attestation_is_judged() {
    let format = Compound::new().with(Packed::new()).with(AndroidKey::new().chain(Chain::of(1, Algorithm::Es384)));
    let made = Registration::new("metadata.compound", Algorithm::Es256).format(format);
    let model = Aaguid::from_bytes(made.clone().authenticator_data.attested().aaguid.clone().try_into().unwrap());
    let anchors = made.expected.trust_anchors.clone();
    assert!(anchors.len() > 1, "each statement has its root");
    let of = |anchors: &[Vec<u8>], reports: &[Value]| metadata(&[entry(&model.to_string(), reports, anchors)]);
    let decide =
        |metadata: &Metadata| decide_about(&made, MetadataTrust::verify(MetadataPolicy::known()), Some(metadata));
    let registered = decide(&of(&anchors, &[])).unwrap();
    assert_eq!((registered.metadata().len(), registered.attested_aaguid()), (2, Some(model)));
    assert!(matches!(decide(&of(&anchors[..1], &[])).map(|_| ()), Err(Refusal::AttestationUntrusted(_))));
    let attested = registered.attested();
    let found = of(&anchors[..1], &[]).reassess(&attested, &MetadataPolicy::known(), at());
    assert_eq!(found.reasons, reasons(&[Reason::AnchorGone]), "of the other statement");
    let found = of(&anchors, &[report("REVOKED", "2024-05-14")]).reassess(&attested, &MetadataPolicy::known(), at());
    assert_eq!(found.decision, MetadataDecision::Suspend);
}

/// The front door passes the metadata of the call, and finds the policy of the registration again at a sign-in.
#[test]
fn the_relying_party_takes_the_metadata_with_each_call() {
    let mut policy = AttestationPolicy::any();
    policy.trust = Trust::Metadata(MetadataTrust::verify(MetadataPolicy::known()));
    policy.allow_aaguids = Some(vec![model()]);
    let rp = RelyingParty::builder("example.org", "Example").attestation(policy, AttestationConveyance::Direct);
    let rp = rp.build().unwrap();
    let user = UserHandle::new([7]).unwrap();
    let made = packed();
    let finish = |metadata: Option<&Metadata>| {
        let (options, state) = rp
            .start_registration(RegistrationRequest::new(&user, "ada@mail.example", &[]), Session::unbound(), at())
            .unwrap();
        let challenge = serde_json::to_value(&options).unwrap()["challenge"].clone();
        let made = made.clone().client_data(|data| data.set("challenge", challenge.as_str().unwrap()));
        let response = RegistrationResponse::from_json(&made.response().to_string()).unwrap();
        match metadata {
            Some(metadata) => {
                rp.finish_registration_with_metadata(state, &response, metadata, Session::unbound(), at())
            }
            None => rp.finish_registration(state, &response, Session::unbound(), at()),
        }
    };
    let good = metadata(&[entry(&model().to_string(), &[], &roots())]);
    let bad = metadata(&[entry(&model().to_string(), &[report("REVOKED", "2024-05-14")], &roots())]);
    let registered = finish(Some(&good)).unwrap();
    assert_eq!(registered.attested_aaguid(), Some(model()));
    assert_eq!(finish(Some(&bad)).unwrap_err().code(), "attestation-metadata");
    assert_eq!(finish(None).unwrap_err().code(), "attestation-metadata");
    let found = rp.reassess(&bad, &registered.attested(), registered.attestation_policy(), at()).unwrap().unwrap();
    assert_eq!(found.decision, MetadataDecision::Suspend);
    assert!(rp.reassess(&bad, &registered.attested(), Some("no such policy"), at()).is_err());
}

#[test]
fn a_policy_is_data_and_one_that_cannot_be_met_is_refused() {
    let read = |change: Value| serde_json::from_value::<MetadataPolicy>(policy(change));
    for policy in [
        MetadataPolicy::open(),
        MetadataPolicy::known(),
        MetadataPolicy::certified(Level::L2Plus),
        MetadataPolicy::fips(FipsLevel::new(2, Some(3))).unwrap(),
        MetadataPolicy::known().refuse([Incident::Revoked]).suspend([]).step_up([Incident::Retired], false),
        MetadataPolicy::open().accept_unknown(false).update_resolves(false).claims_count_against(true),
    ] {
        let json = serde_json::to_string(&policy).unwrap();
        assert_eq!(serde_json::from_str::<MetadataPolicy>(&json).unwrap(), policy, "{json}");
    }
    let known = policy(json!({}));
    let step_up: Vec<_> =
        known["step_up"].as_array().unwrap().iter().filter(|name| *name != "UPDATE_AVAILABLE").collect();
    let broken = ["REVOKED", "ATTESTATION_KEY_COMPROMISE", "USER_KEY_REMOTE_COMPROMISE"];
    for (change, made) in [
        (json!({ "unknown_model": "accept", "refuse": broken, "step_up": step_up }), MetadataPolicy::open()),
        (json!({ "min_level": "L2" }), MetadataPolicy::certified(Level::L2)),
        (
            json!({ "min_fips": { "level": 2, "revision": 3, "physical": null } }),
            MetadataPolicy::fips(FipsLevel::new(2, Some(3))).unwrap(),
        ),
        (json!({ "unknown_model": "accept" }), MetadataPolicy::known().accept_unknown(true)),
        (json!({ "refuse": ["REVOKED"] }), MetadataPolicy::known().refuse([Incident::Revoked])),
        (json!({ "suspend": ["RETIRED"] }), MetadataPolicy::known().suspend([Incident::Retired])),
        (json!({ "step_up": ["RETIRED"] }), MetadataPolicy::known().step_up([Incident::Retired], false)),
        (json!({ "update_resolves": false }), MetadataPolicy::known().update_resolves(false)),
        (json!({ "claims": "against" }), MetadataPolicy::known().claims_count_against(true)),
    ] {
        assert_eq!(read(change.clone()).unwrap(), made, "{change}");
    }
    assert_eq!(MetadataPolicy::fips(FipsLevel::new(5, None)), Err(MetadataPolicyError::FipsLevel));
    for bad in [
        json!({ "min_level": "L4" }),
        json!({ "min_fips": { "level": 0, "revision": null, "physical": null } }),
        json!({ "min_fips": { "level": 1, "revision": null, "physical": 5 } }),
        json!({ "refuse": ["UPDATE_AVAILABLE"] }),
        json!({ "suspend": ["REVOKE"] }),
        json!({ "unknown_model": "maybe" }),
        json!({ "minimum": 5 }),
    ] {
        assert!(read(bad.clone()).is_err(), "{bad}");
    }
}
