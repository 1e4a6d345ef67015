//! The answer to one case.

use base64::Engine as _;
use serde::Deserialize;
use serde_json::{Value, json};
use wardkey::assurance::AssuranceLevel;
use wardkey::audit::{
    AuditEvent, Bundle, ChainCheck, Checkpoint, CredentialDigest, EventOutcome, EventType, FhirVersion, Label,
};
use wardkey::crypto::default_backend;
use wardkey::{CredentialId, UnixTime};

/// Returns the answer; `None` to a case of another kind.
pub(crate) fn answer(line: &[u8]) -> Option<Value> {
    #[derive(Deserialize)]
    struct Head {
        id: String,
        kind: String,
    }
    let Ok(Head { id, kind }) = serde_json::from_slice(line) else {
        return Some(json!({ "id": null, "error": "case" }));
    };
    let answered = match kind.as_str() {
        "chain" => chain(line),
        "event" => event(line),
        "bundle" => bundle(line),
        _ => return None,
    };
    let mut answer = answered.unwrap_or_else(|code| json!({ "error": code }));
    answer["id"] = id.into();
    Some(answer)
}

fn read<'l, T: Deserialize<'l>>(line: &'l [u8]) -> Result<T, &'static str> {
    serde_json::from_slice(line).map_err(|_| "case")
}

fn hex(digest: [u8; 32]) -> String {
    digest.iter().map(|byte| format!("{byte:02x}")).collect()
}

fn chain(line: &[u8]) -> Result<Value, &'static str> {
    #[derive(Deserialize)]
    struct Case {
        chain: String,
        lines: Vec<String>,
        #[serde(default)]
        checkpoints: Vec<Checkpoint>,
    }
    let case: Case = read(line)?;
    let mut check = ChainCheck::new(case.chain, case.checkpoints);
    let lines = case.lines.iter().try_for_each(|line| check.line(line, default_backend()));
    let broken = lines.and_then(|()| check.finish()).err();
    Ok(json!({
        "intact": broken.is_none(),
        "at": broken.map(|broken| broken.at),
        "fault": broken.map(|broken| broken.fault.code()),
        "count": check.count(),
        "head": check.head().map(hex),
    }))
}

#[derive(Deserialize)]
struct Event {
    #[serde(rename = "type")]
    kind: EventType,
    outcome: EventOutcome,
    code: Option<Label>,
    step: Option<Label>,
    time: UnixTime,
    actor: Option<Label>,
    claimed: Option<Label>,
    subject: Option<Label>,
    credential: Option<String>,
    level: Option<AssuranceLevel>,
    policy: Option<Label>,
    service: Label,
    site: Option<Label>,
    purpose: Option<Label>,
}

impl Event {
    fn event(self) -> Result<AuditEvent, &'static str> {
        let mut event = AuditEvent::new(self.kind, self.outcome, self.time, self.service).map_err(|_| "event")?;
        if let Some(id) = self.credential {
            let id = base64::engine::general_purpose::URL_SAFE_NO_PAD.decode(id).map_err(|_| "event")?;
            let id = CredentialId::new(id).map_err(|_| "event")?;
            event = event.credential(CredentialDigest::of(&id, default_backend()));
        }
        let with = |event: AuditEvent, label: Option<Label>, add: fn(AuditEvent, Label) -> AuditEvent| match label {
            Some(label) => add(event, label),
            None => event,
        };
        event = with(event, self.actor, AuditEvent::by);
        event = with(event, self.claimed, AuditEvent::claimed_by);
        event = with(event, self.subject, AuditEvent::acting_for);
        event = with(event, self.policy, AuditEvent::policy);
        event = with(event, self.site, AuditEvent::site);
        event = with(event, self.purpose, AuditEvent::purpose);
        if let Some(code) = self.code {
            event = event.refused_by(code, self.step);
        }
        Ok(self.level.map_or_else(|| event.clone(), |level| event.clone().level(level)))
    }
}

fn event(line: &[u8]) -> Result<Value, &'static str> {
    #[derive(Deserialize)]
    struct Case {
        event: Event,
        fhir: String,
    }
    let Case { event, fhir } = serde_json::from_slice(line).map_err(|_| "event")?;
    let version = match fhir.as_str() {
        "R4" => FhirVersion::R4,
        "R5" => FhirVersion::R5,
        _ => return Err("case"),
    };
    let resource: Value = serde_json::from_str(&event.event()?.fhir(version)).map_err(|_| "event")?;
    Ok(json!({ "resource": resource }))
}

fn bundle(line: &[u8]) -> Result<Value, &'static str> {
    #[derive(Deserialize)]
    struct Case {
        bundle: Value,
    }
    let Case { bundle } = read(line)?;
    let bundle = Bundle::from_json(&canonical(&bundle)).map_err(|error| error.code())?;
    let report = bundle.verify(default_backend()).map_err(|error| error.code())?;
    let mut answer = json!({
        "changed": report.changed, "id_matches": report.id_matches, "intact": report.is_intact(),
    });
    if let Some(judged) = &report.judged {
        answer["accept"] = judged.accept.into();
        answer["step"] = judged.step.as_deref().into();
        answer["disagrees"] = judged.disagrees.clone().into();
        answer["agrees"] = report.agrees().into();
    }
    Ok(answer)
}

/// The spelling that the library asks for: members sorted by name. The library refuses a value that has none.
fn canonical(value: &Value) -> String {
    match value {
        Value::Object(members) => {
            let mut names: Vec<&String> = members.keys().collect();
            names.sort();
            let spelled = |name: &String| format!("{}:{}", Value::from(name.as_str()), canonical(&members[name]));
            format!("{{{}}}", names.into_iter().map(spelled).collect::<Vec<_>>().join(","))
        }
        Value::Array(items) => format!("[{}]", items.iter().map(canonical).collect::<Vec<_>>().join(",")),
        other => other.to_string(),
    }
}
