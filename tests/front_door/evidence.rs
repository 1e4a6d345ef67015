//! The evidence of a sign-in, and that it contains no received text.

use crate::browser::Browser;
use crate::{NOW, ada, builder, clinic, new_passkey, register, session};
use serde_json::{Value, json};
use std::slice::from_ref;
use std::time::Duration;
use wardkey::ceremony::BackupState;
use wardkey::ceremony::authentication::SignCountPolicy;
use wardkey::ceremony::evidence::{Evidence, Purpose};
use wardkey::client::json::AttestationConveyance;
use wardkey::crypto::{Algorithm, default_backend};
use wardkey::extensions::{AppId, RequestExtensions};
use wardkey::policy::AttestationPolicy;
use wardkey::quirk::{Quirk, Quirks};
use wardkey::{
    AuthenticationRequest, CredentialRecord, Decoys, Error, ReauthenticationRequest, RelyingParty, RelyingPartyBuilder,
    UserHandle,
};
use wardkey_authenticator::Authentication;
use wardkey_authenticator::flags::{BE, BS, UP, UV};
use wardkey_authenticator::hash::sha256;
use wardkey_authenticator::json::base64url;

fn evidence(
    rp: &RelyingParty,
    browser: &Browser,
    record: &CredentialRecord,
    change: impl FnOnce(Authentication) -> Authentication,
) -> Evidence {
    let (options, state) = rp.start_authentication(AuthenticationRequest::discoverable(), session(), NOW).unwrap();
    let response = browser.get(&options, change).unwrap();
    rp.finish_authentication(state, &response, Some(record), session(), NOW).unwrap().evidence
}

/// The list that contains a step.
fn outcome(evidence: &Evidence, number: &str) -> &'static str {
    let lists = [
        ("passed", &evidence.steps_passed),
        ("waived", &evidence.steps_waived),
        ("not required", &evidence.steps_not_required),
        ("not known", &evidence.steps_not_known),
        ("refused", &evidence.steps_refused),
        ("not reached", &evidence.steps_not_reached),
    ];
    let has =
        |list: &&(_, &Vec<_>)| list.1.iter().any(|step: &wardkey::ceremony::StepNumber| step.to_string() == number);
    let found: Vec<_> = lists.iter().filter(has).map(|(name, _)| *name).collect();
    assert_eq!(found.len(), 1, "{number} is on {found:?}");
    found[0]
}

/// The complete evidence in its order, which auditors rely on.
#[test]
fn the_evidence_of_an_authentication() {
    let rp = builder().framed_by(["https://hospital.example"]).sign_count(SignCountPolicy::Report).build().unwrap();
    let mut browser = Browser::new("front-door.evidence");
    let mut record = register(&rp, &mut browser);
    record.sign_count = 9;
    let (options, state) = rp.start_authentication(AuthenticationRequest::discoverable(), session(), NOW).unwrap();
    let (id, mut signed) = (state.id(), None);
    let response = browser.get(&options, |made| {
        let made = made.client_data(|data| data.set("crossOrigin", true));
        let made = made.client_data(|data| data.set("topOrigin", "https://hospital.example"));
        let made = made.authenticator_data(|data| data.sign_count = 7);
        let posted = made.make();
        signed = Some(sha256(&[posted.authenticator_data, sha256(&posted.client_data_json)].concat()));
        made
    });
    let found = rp.finish_authentication(state, &response.unwrap(), Some(&record), session(), NOW).unwrap().evidence;
    let signed: String = signed.unwrap().iter().map(|byte| format!("{byte:02x}")).collect();
    let name = default_backend().name();
    let expected = [
        r#"{"version":1,"edition":"REC-webauthn-3-20260825","ceremony":"authentication","purpose":"sign-in","#,
        &format!(r#""purposeText":null,"stateId":"{id}","user":"{}","#, ada().to_base64url()),
        &format!(r#""credentialId":"{}","time":{},"#, record.id.to_base64url(), NOW.secs()),
        r#""accepted":true,"refusal":null,"refusalReason":null,"#,
        r#""stepsPassed":["7.2/3","7.2/6","7.2/7","7.2/8","7.2/9","7.2/10","7.2/11","7.2/12","7.2/13","7.2/14","#,
        r#""7.2/15","7.2/16","7.2/17","7.2/18","7.2/19","7.2/21"],"stepsWaived":["7.2/22"],"#,
        r#""stepsNotRequired":["7.2/5","7.2/23"],"stepsNotKnown":[],"stepsRefused":[],"stepsNotReached":[],"#,
        r#""rpId":"clinic.example","appidUsed":false,"origin":"https://clinic.example","originRule":"listed","#,
        r#""crossOrigin":true,"topOrigin":"https://hospital.example","#,
        &format!(r#""backend":"{name}","module":"{name}","algorithm":-8,"signedSha256":"{signed}","flags":5,"#),
        r#""userVerificationRequired":true,"userVerification":"performed","#,
        r#""signCount":7,"signCountStored":9,"conditional":null,"#,
        r#""backupEligibilityWanted":"any","backupStateWanted":"any","policy":null,"#,
        r#""attestationFormat":null,"attestationType":null,"attestationTrust":null,"#,
        r#""attestationTrustReason":null,"attestedAaguid":null,"statements":[],"statementsDropped":null,"#,
        r#""vouchers":null,"unsolicitedExtensions":[],"unknownExtensions":0,"secretExtensionResults":false,"#,
        r#""quirks":[]}"#,
    ];
    assert_eq!(serde_json::to_string(&found).unwrap(), expected.concat());
}

/// Reading ignores unknown members, and refuses another version or edition.
#[test]
fn evidence_reads_back_what_it_wrote() {
    let mut browser = Browser::new("front-door.evidence.read");
    let record = register(&clinic(), &mut browser);
    let found = evidence(&clinic(), &browser, &record, |made| made);
    let json = serde_json::to_value(&found).unwrap();
    assert_eq!(serde_json::from_value::<Evidence>(json.clone()).unwrap(), found);
    let changed = |member: &str, value: Value| {
        let mut json = json.clone();
        json[member] = value;
        serde_json::from_value::<Evidence>(json)
    };
    assert_eq!(changed("later", json!([1])).unwrap(), found, "a member of a later release");
    for (member, value) in [
        ("version", json!(2)),
        ("version", json!("1")),
        ("version", Value::Null),
        ("edition", json!("REC-webauthn-4")),
        ("ceremony", json!("payment")),
        ("stepsPassed", json!(["7.2/99"])),
        ("signedSha256", json!("00")),
        ("signedSha256", json!("F".repeat(64))),
        ("quirks", json!(["unknown"])),
        ("unsolicitedExtensions", json!(["unknown"])),
    ] {
        assert!(changed(member, value.clone()).is_err(), "{member}: {value}");
    }
    let named = found.with_user("patient 4711");
    assert_eq!(serde_json::to_value(&named).unwrap()["user"], "patient 4711");
}

#[test]
fn the_evidence_tells_for_what_a_ceremony_was() {
    let rp = builder().attestation_named("staff", AttestationPolicy::any(), AttestationConveyance::Direct);
    let rp = rp.build().unwrap();
    let mut browser = Browser::new("front-door.evidence.purpose");
    let request = new_passkey().attestation_policy("staff");
    let (options, state) = rp.start_registration(request, session(), NOW).unwrap();
    let (id, response) = (state.id(), browser.create(&options, |made| made).unwrap());
    let registered = rp.finish_registration(state, &response, session(), NOW).unwrap();
    let found = registered.evidence();
    assert_eq!((found.purpose, found.policy.as_deref()), (Some(Purpose::Registration), Some("staff")));
    assert_eq!((found.state_id, found.user), (Some(id.clone()), Some(ada().to_base64url())));
    assert_eq!(outcome(&registered.evidence(), "7.1/26"), "not reached");
    let (record, claimed) = registered.claim(None).unwrap();
    assert_eq!((outcome(&claimed, "7.1/26"), claimed.accepted), ("passed", true));

    let (options, state) = rp.start_registration(new_passkey(), session(), NOW).unwrap();
    let response = browser.create(&options, |made| made).unwrap();
    let registered = rp.finish_registration(state, &response, session(), NOW).unwrap();
    let taken = registered.claim(Some(&record)).unwrap_err().evidence().unwrap();
    assert_eq!((outcome(&taken, "7.1/26"), taken.accepted), ("refused", false));
    assert_eq!(taken.refusal.as_deref(), Some("credential-already-registered"));
    assert!(taken.state_id.is_some_and(|other| other != id));

    let user = ada();
    let (options, state) = rp
        .start_reauthentication(
            ReauthenticationRequest::new(&user, from_ref(&record), "delete-passkey", Duration::from_secs(60)),
            session(),
            NOW,
        )
        .unwrap();
    let (id, response) = (state.id(), browser.get(&options, |made| made).unwrap());
    let done = rp.finish_reauthentication(state, &response, Some(&record), session(), NOW).unwrap();
    let found = serde_json::to_value(&done.1.evidence).unwrap();
    assert_eq!((&found["ceremony"], &found["purpose"]), (&json!("authentication"), &json!("reauthentication")));
    assert_eq!((&found["purposeText"], &found["stateId"]), (&json!("delete-passkey"), &json!(id)));
}

#[test]
fn a_refusal_has_evidence() {
    let rp = builder().decoys(Decoys::new(*b"decoy secret number 7, 32 bytes.")).build().unwrap();
    let mut browser = Browser::new("front-door.evidence.refused");
    let record = register(&rp, &mut browser);
    let (user, credentials) = (ada(), from_ref(&record));
    let check = |error: Error, refused: &str, passed: &str, not_reached: &str| {
        let found = error.evidence().unwrap();
        assert_eq!((found.accepted, found.refusal.as_deref()), (false, Some(error.code())));
        assert_eq!(found.refusal_reason.as_deref(), Some(refusal(&error).as_str()));
        for (step, list) in [(refused, "refused"), (passed, "passed"), (not_reached, "not reached")] {
            assert_eq!(outcome(&found, step), list, "{step}, {}", error.code());
        }
        let json = serde_json::to_string(&found).unwrap();
        assert_eq!(serde_json::from_str::<Evidence>(&json).unwrap(), found);
        assert!(found.state_id.is_some() && found.rp_id.as_deref() == Some("clinic.example"));
        assert_eq!((found.time, found.credential_id.as_ref()), (Some(NOW), Some(&record.id)));
        found
    };
    let refused = |change: fn(Authentication) -> Authentication, record: &CredentialRecord| {
        let (options, state) =
            rp.start_authentication(AuthenticationRequest::known(&user, credentials), session(), NOW).unwrap();
        rp.finish_authentication(state, &browser.get(&options, change).unwrap(), Some(record), session(), NOW)
            .unwrap_err()
    };

    let foreign = |made: Authentication| made.client_data(|data| data.set("origin", "https://canary.example"));
    let found = check(refused(foreign, &record), "7.2/12", "7.2/11", "7.2/13");
    assert!(!format!("{found:?}").contains("canary"), "no received text");
    assert_eq!((found.purpose, found.user), (Some(Purpose::SignIn), Some(user.to_base64url())));
    assert_eq!((found.origin, found.flags, found.algorithm, found.signed_sha256), (None, None, None, None));

    let found = check(refused(|made| made.signature(|s| s[0] ^= 1), &record), "7.2/21", "7.2/19", "7.2/22");
    assert!(found.flags.is_some() && found.algorithm == Some(Algorithm::EdDsa) && found.signed_sha256.is_some());

    let mut counted = record.clone();
    counted.sign_count = 9;
    let counter = |made: Authentication| made.authenticator_data(|data| data.sign_count = 7);
    let found = check(refused(counter, &counted), "7.2/22", "7.2/21", "7.2/23");
    assert_eq!((found.sign_count, found.sign_count_stored), (Some(7), Some(9)));

    let mut other = record.clone();
    other.user_handle = UserHandle::new(*b"bob's handle").unwrap();
    let found = check(refused(|made| made, &other), "7.2/6", "7.2/5", "7.2/8");
    assert_eq!(found.user, Some(user.to_base64url()), "the user of the state");

    // Nobody is known before a discoverable sign-in, so nobody is named.
    let (options, state) = rp.start_authentication(AuthenticationRequest::discoverable(), session(), NOW).unwrap();
    let response = browser.get(&options, foreign).unwrap();
    let found = check(
        rp.finish_authentication(state, &response, Some(&record), session(), NOW).unwrap_err(),
        "7.2/12",
        "7.2/6",
        "7.2/13",
    );
    assert_eq!(found.user, None);

    // Without a record, nothing that a stand-in determined is in the evidence.
    for (change, refused, known) in
        [(foreign as fn(Authentication) -> Authentication, "7.2/12", "not known"), (|made| made, "7.2/6", "refused")]
    {
        let (options, state) =
            rp.start_authentication(AuthenticationRequest::known(&user, credentials), session(), NOW).unwrap();
        let response = browser.get(&options, change).unwrap();
        let error = rp.finish_authentication(state, &response, None, session(), NOW).unwrap_err();
        let found = check(error, refused, "7.2/3", "7.2/21");
        assert_eq!((outcome(&found, "7.2/5"), outcome(&found, "7.2/6")), ("passed", known));
        assert_eq!(found.user, Some(user.to_base64url()));
        assert_eq!((found.algorithm, found.module, found.sign_count_stored), (None, None, None));
        assert_eq!(found.user_verification, None);

        let (options, state) = rp.start_authentication(AuthenticationRequest::discoverable(), session(), NOW).unwrap();
        let response = browser.get(&options, change).unwrap();
        let error = rp.finish_authentication(state, &response, None, session(), NOW).unwrap_err();
        let discoverable = check(error, refused, "7.2/3", "7.2/21");
        assert_eq!((outcome(&discoverable, "7.2/5"), outcome(&discoverable, "7.2/6")), ("not required", known));
        assert_eq!(discoverable.user, None);
    }
    // A user handle that cannot be one is not compared with that of the stand-in.
    let (options, state) = rp.start_authentication(AuthenticationRequest::discoverable(), session(), NOW).unwrap();
    let long = |made: Authentication| made.json(|json| json["response"]["userHandle"] = base64url(&[7; 65]).into());
    let error =
        rp.finish_authentication(state, &browser.get(&options, long).unwrap(), None, session(), NOW).unwrap_err();
    assert_eq!(error.code(), "credential-unknown");
    // Step 3 needs the same without a record, and the evidence names a quirk.
    let without: fn(Authentication) -> Authentication =
        |made| made.json(|json| drop(json.as_object_mut().unwrap().remove("clientExtensionResults")));
    let quirk = Quirk::MissingClientExtensionResults;
    for (rp, code, quirks) in [
        (builder().build().unwrap(), "client-extension-results-missing", Quirks::NONE),
        (builder().quirk(quirk).build().unwrap(), "credential-unknown", Quirks::NONE.with(quirk)),
    ] {
        let (options, state) = rp.start_authentication(AuthenticationRequest::discoverable(), session(), NOW).unwrap();
        let response = browser.get(&options, without).unwrap();
        let error = rp.finish_authentication(state, &response, None, session(), NOW).unwrap_err();
        assert_eq!((error.code(), error.evidence().unwrap().quirks), (code, quirks));
    }
    assert_eq!(Error::Expired.evidence(), None, "no ceremony");

    let (options, state) = rp.start_registration(new_passkey(), session(), NOW).unwrap();
    let response = browser.create(&options, |made| made.authenticator_data(|data| data.clear_flags(UV))).unwrap();
    let error = rp.finish_registration(state, &response, session(), NOW).unwrap_err();
    let found = error.evidence().unwrap();
    assert_eq!((outcome(&found, "7.1/16"), outcome(&found, "7.1/22")), ("refused", "not reached"));
    assert_eq!((found.user, found.purpose), (Some(user.to_base64url()), Some(Purpose::Registration)));
    assert!(found.state_id.is_some() && found.flags.is_some());
}

/// The text of the refusal, without the step.
fn refusal(error: &Error) -> String {
    let Error::Failed(failure) = error else { panic!("{error}") };
    failure.refusal.to_string()
}

#[test]
fn every_step_has_its_outcome_in_the_evidence() {
    let (passed, not_required) = ("passed", "not required");
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
        (&strict, &record, 0, "7.2/5", not_required),
        (&strict, &record, 0, "7.2/13", not_required),
        (&strict, &record, 0, "7.2/14", not_required),
        (&strict, &record, 0, "7.2/17", passed),
        (&preferred, &record, 0, "7.2/17", not_required),
        (&strict, &record, 0, "7.2/19", passed),
        (&single, &record, 0, "7.2/19", passed),
        (&strict, &unknown, 0, "7.2/19", "not known"),
        (&strict, &record, 0, "7.2/22", not_required),
        (&strict, &record, 1, "7.2/22", passed),
        (&report, &stored(2), 1, "7.2/22", "waived"),
        (&strict, &record, 0, "7.2/23", not_required),
    ] {
        assert_eq!(outcome(&evidence(rp, &browser, record, counted(count)), step), expected, "{step}");
    }
    let (options, state) =
        strict.start_authentication(AuthenticationRequest::known(&ada(), from_ref(&record)), session(), NOW).unwrap();
    let response = browser.get(&options, |made| made).unwrap();
    let named = strict.finish_authentication(state, &response, Some(&record), session(), NOW).unwrap().evidence;
    assert_eq!(outcome(&named, "7.2/5"), passed);

    // A conditional create does not require UP and UV.
    let rp = build(|builder| {
        let builder = builder.backup_eligibility(wardkey::ceremony::BackupEligibility::MultiDevice);
        builder.backup_state_at_registration(BackupState::BackedUp)
    });
    let (options, state) = rp.start_registration(new_passkey().conditional(), session(), NOW).unwrap();
    let unattended = |made: wardkey_authenticator::Registration| {
        made.authenticator_data(|data| {
            data.clear_flags(UP | UV);
            data.set_flags(BE | BS);
        })
    };
    let response = Browser::new("front-door.evidence.conditional").create(&options, unattended).unwrap();
    let registered = rp.finish_registration(state, &response, session(), NOW).unwrap();
    for (step, expected) in [("7.1/15", not_required), ("7.1/16", not_required), ("7.1/18", passed), ("7.1/19", passed)]
    {
        assert_eq!(outcome(&registered.evidence(), step), expected, "{step}");
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
        assert!(!said.contains("canary") && !said.contains(":8443"), "{said}");
    }
}

#[test]
fn the_evidence_reports_the_use_of_an_appid() {
    let (rp, mut browser) = (clinic(), Browser::new("front-door.evidence.appid"));
    let record = register(&rp, &mut browser);
    let appid = RequestExtensions::default().appid(AppId::new("https://clinic.example/u2f").unwrap());
    for used in [true, false] {
        let request = AuthenticationRequest::known(&ada(), from_ref(&record)).extensions(appid.clone());
        let (options, state) = rp.start_authentication(request, session(), NOW).unwrap();
        let response = browser.get(&options, |made| {
            let made = made.posted(move |posted| posted.client_extension_results = json!({"appid": used}));
            let stands = if used { "https://clinic.example/u2f" } else { "clinic.example" };
            made.authenticator_data(|data| data.rp_id_hash = sha256(stands.as_bytes()))
        });
        let found =
            rp.finish_authentication(state, &response.unwrap(), Some(&record), session(), NOW).unwrap().evidence;
        let json: Value = serde_json::to_value(&found).unwrap();
        assert_eq!((&json["appidUsed"], &json["rpId"]), (&json!(used), &json!("clinic.example")));
        assert_eq!(outcome(&found, "7.2/23"), "passed", "something was asked of extensions");
    }
}

/// The module is the one that verified, not the backend that delegated to it.
#[test]
fn the_evidence_names_the_module_of_ed448() {
    let rp = builder().algorithms([Algorithm::Ed448]).build().unwrap();
    let mut browser = Browser::new("front-door.evidence.ed448");
    let record = register(&rp, &mut browser);
    let found = evidence(&rp, &browser, &record, |made| made);
    assert_eq!(found.backend.as_deref(), Some(default_backend().name()));
    assert_eq!(found.module.as_deref(), Some("ed448-goldilocks"));
}

/// The module reports its own name, and it is the one that the feature selects.
#[test]
fn the_evidence_names_the_linked_module() {
    use wardkey::crypto::{AwsLcRs, Backend as _};
    let expected = if cfg!(feature = "fips") { "AWS-LC FIPS" } else { "AWS-LC" };
    assert_eq!(AwsLcRs.name(), expected);
}
