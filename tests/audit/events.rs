//! Events and their FHIR resources.

use serde_json::{Value, json};
use wardkey::UnixTime;
use wardkey::assurance::AssuranceLevel;
use wardkey::audit::{
    AuditEvent, CredentialDigest, EventError, EventOutcome, EventType, FhirVersion, Label, MAX_LABEL_LEN,
};
use wardkey::ceremony::evidence::Purpose;
use wardkey::crypto::{AwsLcRs, default_backend};
use wardkey::{CredentialId, internals};

fn label(text: &str) -> Label {
    Label::new(text).unwrap()
}

fn event(kind: EventType, outcome: EventOutcome) -> AuditEvent {
    AuditEvent::new(kind, outcome, UnixTime::from_secs(1_795_392_007), label("auth-svc-3")).unwrap()
}

fn fhir(event: &AuditEvent, version: FhirVersion) -> Value {
    serde_json::from_str(&event.fhir(version)).unwrap()
}

/// Each type with class, code and action, and the grades of its three outcomes.
#[test]
fn every_type_has_its_codes() {
    let rows = [
        ("sign-in", "110114", "110122", "E"),
        ("reauthentication", "110114", "110122", "E"),
        ("confirmation", "110114", "110143", "E"),
        ("registration", "110113", "110137", "C"),
        ("passkey-suspended", "110113", "110137", "U"),
        ("passkey-resumed", "110113", "110137", "U"),
        ("recovery", "110113", "110137", "U"),
        ("phone-changed", "110113", "110137", "U"),
        ("clone-suspected", "110113", "110137", "U"),
        ("model-revoked", "110113", "110137", "U"),
        ("passkey-removed", "110113", "110137", "D"),
        ("sms-retired", "110113", "110137", "D"),
        ("emergency-started", "110113", "110127", "E"),
        ("emergency-stopped", "110113", "110138", "E"),
    ];
    for (word, class, code, action) in rows {
        let kind: EventType = serde_json::from_value(json!(word)).unwrap();
        let alert = matches!(word, "clone-suspected" | "model-revoked");
        for (outcome, r4, r5, severity) in
            [(EventOutcome::Success, "0", "success", "informational"), (EventOutcome::Refused, "4", "error", "warning")]
        {
            let (r4, r5, severity) = if alert { ("8", "warning", "alert") } else { (r4, r5, severity) };
            let event = event(kind, outcome);
            let old = fhir(&event, FhirVersion::R4);
            assert_eq!(old["type"]["code"], class, "{word}");
            assert_eq!((&old["subtype"][0]["code"], &old["action"]), (&json!(code), &json!(action)), "{word}");
            assert_eq!(old["outcome"], r4, "{word}");
            let new = fhir(&event, FhirVersion::R5);
            assert_eq!(new["category"][0]["coding"][0]["code"], class, "{word}");
            assert_eq!((&new["code"]["coding"][0]["code"], &new["action"]), (&json!(code), &json!(action)), "{word}");
            assert_eq!((&new["outcome"]["code"]["code"], &new["severity"]), (&json!(r5), &json!(severity)), "{word}");
        }
    }
}

#[test]
fn a_whole_event_in_both_versions() {
    let credential = CredentialDigest::of(&CredentialId::new([7; 16]).unwrap(), default_backend());
    let event = event(EventType::SignIn, EventOutcome::Refused)
        .claimed_by(label("pseud-8"))
        .acting_for(label("pseud-12"))
        .credential(credential)
        .refused_by(label("signature-invalid"), Some(label("7.2/21")))
        .level(AssuranceLevel::Aal2)
        .policy(label("patient 1"))
        .site(label("portal-eu-1"))
        .purpose(label("FAMRQT"));
    let dcm = |code: &str, display: &str| json!({ "system": "http://dicom.nema.org/resources/ontology/DCM", "code": code, "display": display });
    let named = |name: &str| json!({ "identifier": { "value": name } });
    let purpose =
        json!([{ "coding": [{ "system": "http://terminology.hl7.org/CodeSystem/v3-ActReason", "code": "FAMRQT" }] }]);
    let agent = json!([{
        "who": { "display": "nobody was authenticated" }, "requestor": true, "policy": ["urn:wardkey:policy:patient%201"],
        "extension": [{
            "url": "https://profiles.ihe.net/ITI/BALP/StructureDefinition/ihe-assuranceLevel",
            "valueCodeableConcept": {
                "text": "evidence consistent with NIST SP 800-63B-4 AAL2; not a determination of compliance",
            },
        }],
    }]);
    let entity = json!([
        { "what": named(&credential.to_string()) }, { "what": named("pseud-12") }, { "what": named("pseud-8") },
    ]);
    assert_eq!(
        fhir(&event, FhirVersion::R4),
        json!({
            "resourceType": "AuditEvent", "action": "E", "recorded": "2026-11-23T00:00:07Z",
            "type": dcm("110114", "User Authentication"), "subtype": [dcm("110122", "Login")],
            "outcome": "4", "outcomeDesc": "signature-invalid", "purposeOfEvent": purpose, "agent": agent,
            "source": { "observer": named("auth-svc-3"), "site": "portal-eu-1" }, "entity": entity,
        })
    );
    assert_eq!(
        fhir(&event, FhirVersion::R5),
        json!({
            "resourceType": "AuditEvent", "action": "E", "recorded": "2026-11-23T00:00:07Z", "severity": "warning",
            "category": [{ "coding": [dcm("110114", "User Authentication")] }],
            "code": { "coding": [dcm("110122", "Login")] },
            "outcome": {
                "code": { "system": "http://hl7.org/fhir/issue-severity", "code": "error" },
                "detail": [{ "coding": [{ "code": "signature-invalid" }] }],
            },
            "authorization": purpose, "agent": agent,
            "source": { "observer": named("auth-svc-3"), "site": { "display": "portal-eu-1" } }, "entity": entity,
        })
    );
    let json = serde_json::to_string(&event).unwrap();
    assert_eq!(serde_json::from_str::<AuditEvent>(&json).unwrap(), event);
}

/// The event of every own vector: who was only claimed is no agent, and no raw id or user handle occurs.
#[test]
fn no_event_of_a_ceremony_has_an_id() {
    let (mut accepted, mut refused) = (0, 0);
    for line in super::bundles::vectors() {
        let vector: Value = serde_json::from_str(&line).unwrap();
        let judged = serde_json::from_str::<internals::Vector>(&line).unwrap().judge(&AwsLcRs);
        let Some(evidence) = judged.evidence else { continue };
        let of = AuditEvent::of(&evidence, Some(label("pseud-8")), label("service"), &AwsLcRs);
        let Ok(event) = of else {
            assert_eq!(evidence.time, None);
            continue;
        };
        for version in [FhirVersion::R4, FhirVersion::R5] {
            let resource = fhir(&event, version);
            assert_eq!(resource["agent"].to_string().contains("pseud-8"), judged.accept, "{}", vector["id"]);
            assert_eq!(resource["entity"].to_string().contains("pseud-8"), !judged.accept, "{}", vector["id"]);
            let text = format!("{resource}{}", serde_json::to_string(&event).unwrap());
            for secret in
                [&vector["response"]["id"], &vector["expected"]["credential"]["user_handle"], &vector["rp"]["id"]]
            {
                let Some(secret) = secret.as_str().filter(|secret| secret.len() > 8) else { continue };
                assert!(!text.contains(secret), "{}: {secret}", vector["id"]);
            }
        }
        *(if judged.accept { &mut accepted } else { &mut refused }) += 1;
    }
    assert!(accepted > 100 && refused > 300, "{accepted} accepted, {refused} refused");
}

/// The purpose in the evidence tells a sign-in from a re-authentication and from what was confirmed.
#[test]
fn the_purpose_of_a_ceremony_decides_its_type() {
    let line = super::bundles::vectors()
        .into_iter()
        .find(|line| line.contains("\"auth.good") || line.contains("steps/auth.good"));
    let judged = serde_json::from_str::<internals::Vector>(&line.unwrap()).unwrap().judge(&AwsLcRs);
    let mut evidence = *judged.evidence.unwrap();
    evidence.time = Some(UnixTime::from_secs(0));
    for (purpose, word) in [
        (Purpose::SignIn, "sign-in"),
        (Purpose::Reauthentication, "reauthentication"),
        (Purpose::Payment, "confirmation"),
        (Purpose::Confirmation, "confirmation"),
    ] {
        evidence.purpose = Some(purpose);
        let event = AuditEvent::of(&evidence, None, label("service"), &AwsLcRs).unwrap();
        assert_eq!(serde_json::to_value(&event).unwrap()["type"], word);
    }
}

#[test]
fn labels_and_times_are_bounded() {
    for bad in ["", " a", "a ", "a\nb", "a\u{7f}", &"x".repeat(MAX_LABEL_LEN + 1)] {
        assert_eq!(Label::new(bad), Err(EventError::Label), "{bad:?}");
    }
    assert_eq!(label("Łódź 1").as_str(), "Łódź 1");
    assert!(Label::new("x".repeat(MAX_LABEL_LEN)).is_ok());
    let at = |seconds: i64| {
        AuditEvent::new(EventType::Recovery, EventOutcome::Success, UnixTime::from_secs(seconds), label("s"))
    };
    for seconds in [-1, 253_402_300_800, i64::MIN, i64::MAX] {
        assert_eq!(at(seconds), Err(EventError::Time), "{seconds}");
    }
    for (seconds, text) in [
        (0, "1970-01-01T00:00:00Z"),
        (951_782_399, "2000-02-28T23:59:59Z"),
        (951_782_400, "2000-02-29T00:00:00Z"),
        (4_107_542_400, "2100-03-01T00:00:00Z"),
        (253_402_300_799, "9999-12-31T23:59:59Z"),
    ] {
        assert_eq!(fhir(&at(seconds).unwrap(), FhirVersion::R4)["recorded"], text);
    }
    for bad in [json!({ "type": "sign-in" }), json!(7)] {
        assert!(serde_json::from_value::<AuditEvent>(bad).is_err());
    }
}

/// The table in the manual maps every type to other log formats.
#[test]
fn the_manual_maps_every_type() {
    let source = include_str!("../../src/audit/event.rs");
    let body = source.split("pub enum EventType {\n").nth(1).unwrap().split("\n}").next().unwrap();
    let variants: Vec<_> = body.lines().map(str::trim).filter(|line| !line.starts_with("//")).collect();
    assert!(variants.len() >= 14, "{variants:?}");
    let manual = include_str!("../../src/manual/audit.md");
    for variant in variants {
        let mut name = String::new();
        for letter in variant.trim_end_matches(',').chars() {
            if letter.is_uppercase() && !name.is_empty() {
                name.push('-');
            }
            name.push(letter.to_ascii_lowercase());
        }
        assert_eq!(manual.matches(&format!("\n| `{name}` | ")).count(), 1, "{name}");
    }
}
