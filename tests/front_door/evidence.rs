//! The evidence of a sign-in, and that it contains no received text.

use crate::browser::Browser;
use crate::{NOW, ada, builder, clinic, register};
use serde_json::{Value, json};
use std::slice::from_ref;
use wardkey::ceremony::authentication::SignCountPolicy;
use wardkey::ceremony::{BackupState, Outcome};
use wardkey::crypto::{Algorithm, default_backend};
use wardkey::extensions::AppId;
use wardkey::{AuthenticationRequest, CredentialRecord, RegistrationRequest, RelyingParty, RelyingPartyBuilder};
use wardkey_authenticator::Authentication;
use wardkey_authenticator::flags::{BE, BS, UP, UV};
use wardkey_authenticator::hash::sha256;

fn evidence(
    rp: &RelyingParty,
    browser: &Browser,
    record: &CredentialRecord,
    change: impl FnOnce(Authentication) -> Authentication,
) -> wardkey::evidence::Evidence {
    let (options, state) = rp.start_discoverable_authentication(NOW).unwrap();
    let response = browser.get(&options, change).unwrap();
    rp.finish_authentication(state, &response, record, NOW).unwrap().evidence
}

/// The list that contains a step.
fn outcome(evidence: &wardkey::evidence::Evidence, number: &str) -> Outcome {
    let mut steps = evidence.steps().filter(|(step, _)| step.to_string() == number).map(|(_, outcome)| outcome);
    let found = steps.next().unwrap();
    assert_eq!(steps.next(), None, "{number} is there once");
    found
}

/// The complete evidence in its order, which auditors rely on.
#[test]
fn the_evidence_of_an_authentication() {
    let rp = builder().framed_by(["https://hospital.example"]).sign_count(SignCountPolicy::Report).build().unwrap();
    let mut browser = Browser::new("front-door.evidence");
    let mut record = register(&rp, &mut browser);
    record.sign_count = 9;
    let found = evidence(&rp, &browser, &record, |made| {
        let made = made.client_data(|data| data.set("crossOrigin", true));
        let made = made.client_data(|data| data.set("topOrigin", "https://hospital.example"));
        made.authenticator_data(|data| data.sign_count = 7)
    });
    let name = default_backend().name();
    let expected = [
        r#"{"version":1,"edition":"REC-webauthn-3-20260825","ceremony":"authentication","#,
        &format!(r#""credentialId":"{}","#, record.id.to_base64url()),
        r#""rpId":"clinic.example","appidUsed":false,"origin":"https://clinic.example","originRule":"listed","#,
        r#""crossOrigin":true,"topOrigin":"https://hospital.example","#,
        &format!(r#""time":{},"#, NOW.secs()),
        r#""stepsPassed":["7.2/3","7.2/6","7.2/7","7.2/8","7.2/9","7.2/10","7.2/11","7.2/12","7.2/13","7.2/14","#,
        r#""7.2/15","7.2/16","7.2/17","7.2/18","7.2/19","7.2/21"],"stepsWaived":["7.2/22"],"#,
        r#""stepsNotRequired":["7.2/5","7.2/23"],"stepsNotKnown":[],"#,
        &format!(r#""backend":"{name}","module":"{name}","algorithm":-8,"flags":5,"#),
        r#""userVerificationRequired":true,"userVerification":"performed","#,
        r#""signCount":7,"signCountStored":9,"signCountOutcome":"regressed","conditional":null,"#,
        r#""backupEligibilityWanted":"any","backupEligibilityKnown":true,"backupStateWanted":"any","#,
        r#""attestationFormat":null,"attestationType":null,"attestationTrust":null,"#,
        r#""attestationTrustReason":null,"attestationTime":null,"attestedAaguid":null,"#,
        r#""statementFormats":null,"statementTypes":null,"statementTrusts":null,"#,
        r#""statementAlgorithms":null,"statementAnchors":null,"statementCertificates":null,"#,
        r#""statementCertificatesCheckedForRevocation":null,"statementsDropped":null,"#,
        r#""statementKeysInHardware":null,"statementRootsOfTrust":null,"statementDevicesLocked":null,"#,
        r#""statementTpmObjectAttributes":null,"statementTpmNameAlgorithms":null,"vouchedByAttestationKey":null,"#,
        r#""vouchedByCredentialKey":null,"vouchedByCaller":null,"vouchedByNobody":null,"unattested":null,"#,
        r#""unsolicitedExtensions":[],"unknownExtensions":0,"secretExtensionResults":false,"quirks":[]}"#,
    ];
    assert_eq!(serde_json::to_string(&found).unwrap(), expected.concat());
}

#[test]
fn every_step_has_its_outcome_in_the_evidence() {
    use Outcome::{NotKnown, NotRequired, Passed, Waived};
    let mut browser = Browser::new("front-door.outcomes");
    let record = register(&clinic(), &mut browser);
    let unknown = {
        let mut unknown = record.clone();
        unknown.backup_eligible = None;
        unknown
    };
    let counted = |count| move |made: Authentication| made.authenticator_data(|data| data.sign_count = count);
    let build = |change: fn(RelyingPartyBuilder) -> RelyingPartyBuilder| change(builder()).build().unwrap();
    let (strict, preferred) = (clinic(), build(|builder| builder.user_verification_preferred()));
    let report = build(|builder| builder.sign_count(SignCountPolicy::Report));
    let single = build(|builder| builder.backup_state_at_authentication(BackupState::NotBackedUp));
    let stored = |count| {
        let mut stored = record.clone();
        stored.sign_count = count;
        stored
    };
    for (rp, record, count, step, expected) in [
        (&strict, &record, 0, "7.2/5", NotRequired),
        (&strict, &record, 0, "7.2/13", NotRequired),
        (&strict, &record, 0, "7.2/14", NotRequired),
        (&strict, &record, 0, "7.2/17", Passed),
        (&preferred, &record, 0, "7.2/17", NotRequired),
        (&strict, &record, 0, "7.2/19", Passed),
        (&single, &record, 0, "7.2/19", Passed),
        (&strict, &unknown, 0, "7.2/19", NotKnown),
        (&strict, &record, 0, "7.2/22", NotRequired),
        (&strict, &record, 1, "7.2/22", Passed),
        (&report, &stored(2), 1, "7.2/22", Waived),
        (&strict, &record, 0, "7.2/23", NotRequired),
    ] {
        assert_eq!(outcome(&evidence(rp, &browser, record, counted(count)), step), expected, "{step}");
    }
    let (options, state) = strict.start_authentication(&ada().handle, from_ref(&record), NOW).unwrap();
    let response = browser.get(&options, |made| made).unwrap();
    let named = strict.finish_authentication(state, &response, &record, NOW).unwrap().evidence;
    assert_eq!(outcome(&named, "7.2/5"), Passed);

    // A conditional create does not require UP and UV.
    let mut request = RegistrationRequest::default();
    request.conditional = true;
    let rp = build(|builder| {
        let builder = builder.backup_eligibility(wardkey::ceremony::BackupEligibility::MultiDevice);
        builder.backup_state_at_registration(BackupState::BackedUp)
    });
    let (options, state) = rp.start_registration_with(&request, &ada(), &[], NOW).unwrap();
    let unattended = |made: wardkey_authenticator::Registration| {
        made.authenticator_data(|data| {
            data.clear_flags(UP | UV);
            data.set_flags(BE | BS);
        })
    };
    let response = Browser::new("front-door.evidence.conditional").create(&options, unattended).unwrap();
    let registered = rp.finish_registration(state, &response, NOW).unwrap();
    for (step, expected) in [("7.1/15", NotRequired), ("7.1/16", NotRequired), ("7.1/18", Passed), ("7.1/19", Passed)] {
        assert_eq!(outcome(registered.evidence(), step), expected, "{step}");
    }
    let json = serde_json::to_value(registered.evidence()).unwrap();
    assert_eq!((&json["conditional"], &json["userVerification"]), (&json!(true), &json!("not_performed")));
    assert_eq!(
        (&json["backupEligibilityWanted"], &json["backupStateWanted"]),
        (&json!("multi_device"), &json!("backed_up"))
    );
}

/// An origin that is not listed is not in the evidence; the rule that accepted it is.
#[test]
fn the_evidence_contains_no_received_text() {
    let mut browser = Browser::new("front-door.evidence.origins");
    let record = register(&clinic(), &mut browser);
    let build = |change: fn(RelyingPartyBuilder) -> RelyingPartyBuilder| change(builder()).build().unwrap();
    let (below, port) = (build(|builder| builder.allow_subdomains()), build(|builder| builder.allow_any_port()));
    let both = build(|builder| builder.allow_subdomains().allow_any_port());
    for (rp, origin, rule) in [
        (&below, "https://clinic.example", "listed"),
        (&below, "https://canary.clinic.example", "subdomain"),
        (&port, "https://clinic.example:8443", "any_port"),
        (&both, "https://clinic.example:8443", "any_port"),
        (&both, "https://canary.clinic.example", "subdomain"),
        (&both, "https://canary.clinic.example:8443", "subdomain_and_port"),
    ] {
        let found = evidence(rp, &browser, &record, |made| made.client_data(|data| data.set("origin", origin)));
        let json = serde_json::to_value(&found).unwrap();
        assert_eq!(
            (&json["origin"], &json["originRule"]),
            (&json!("https://clinic.example"), &json!(rule)),
            "{origin}"
        );
        let said = format!("{found:?} {json}");
        assert!(!said.contains("canary") && !said.contains("8443"), "{said}");
    }
}

#[test]
fn the_evidence_reports_the_use_of_an_appid() {
    let (rp, mut browser) = (clinic(), Browser::new("front-door.evidence.appid"));
    let record = register(&rp, &mut browser);
    let mut request = AuthenticationRequest::default();
    request.extensions.appid = Some(AppId::new("https://clinic.example/u2f").unwrap());
    for used in [true, false] {
        let credentials = from_ref(&record);
        let (options, state) = rp.start_authentication_with(&request, &ada().handle, credentials, NOW).unwrap();
        let response = browser.get(&options, |made| {
            let made = made.posted(move |posted| posted.client_extension_results = json!({"appid": used}));
            let stands = if used { "https://clinic.example/u2f" } else { "clinic.example" };
            made.authenticator_data(|data| data.rp_id_hash = sha256(stands.as_bytes()))
        });
        let found = rp.finish_authentication(state, &response.unwrap(), &record, NOW).unwrap().evidence;
        let json: Value = serde_json::to_value(&found).unwrap();
        assert_eq!((&json["appidUsed"], &json["rpId"]), (&json!(used), &json!("clinic.example")));
        assert_eq!(outcome(&found, "7.2/23"), Outcome::Passed, "something was asked of extensions");
    }
}

/// The module is the one that verified, not the backend that delegated to it.
#[test]
fn the_evidence_names_the_module_of_ed448() {
    let rp = builder().algorithms([Algorithm::Ed448]).build().unwrap();
    let mut browser = Browser::new("front-door.evidence.ed448");
    let record = register(&rp, &mut browser);
    let found = evidence(&rp, &browser, &record, |made| made);
    assert_eq!((found.basis.backend, found.basis.module), (default_backend().name(), "ed448-goldilocks"));
}

/// The module reports its own name, and it is the one that the feature selects.
#[test]
fn the_evidence_names_the_linked_module() {
    use wardkey::crypto::{AwsLcRs, Backend as _};
    let expected = if cfg!(feature = "fips") { "AWS-LC FIPS" } else { "AWS-LC" };
    assert_eq!(AwsLcRs.name(), expected);
}
