//! Audit events as FHIR AuditEvent resources, for R4 (4.0.1) and R5 (5.0.0).

use super::event::{AuditEvent, EventOutcome, EventType};
use crate::assurance::AssuranceLevel;
use serde_json::{Map, Value, json};

/// The version of FHIR.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum FhirVersion {
    /// 4.0.1.
    R4,
    /// 5.0.0.
    R5,
}

const DCM: &str = "http://dicom.nema.org/resources/ontology/DCM";
const ACT_REASON: &str = "http://terminology.hl7.org/CodeSystem/v3-ActReason";
const ISSUE_SEVERITY: &str = "http://hl7.org/fhir/issue-severity";
/// The extension of IHE's Basic Audit Log Patterns.
const ASSURANCE_LEVEL: &str = "https://profiles.ihe.net/ITI/BALP/StructureDefinition/ihe-assuranceLevel";

/// A code of DICOM with its meaning (PS3.16: CID 400 for the class of an event, CID 401 for the event).
type Dicom = (&'static str, &'static str);
const USER_AUTHENTICATION: Dicom = ("110114", "User Authentication");
const SECURITY_ALERT: Dicom = ("110113", "Security Alert");
const LOGIN: Dicom = ("110122", "Login");
const SECURITY_ATTRIBUTES_CHANGED: Dicom = ("110137", "User security Attributes Changed");
const EMERGENCY_STARTED: Dicom = ("110127", "Emergency Override Started");
const EMERGENCY_STOPPED: Dicom = ("110138", "Emergency Override Stopped");
const ATTESTED: Dicom = ("110143", "Attest");

/// Returns the class of an event (R4: `type`, R5: `category`), its code (R4: `subtype`, R5: `code`), and its `action`: C creates,
/// U updates, D deletes, E executes.
const fn classified(kind: EventType) -> (Dicom, Dicom, &'static str) {
    match kind {
        EventType::SignIn | EventType::Reauthentication => (USER_AUTHENTICATION, LOGIN, "E"),
        EventType::Confirmation => (USER_AUTHENTICATION, ATTESTED, "E"),
        EventType::Registration => (SECURITY_ALERT, SECURITY_ATTRIBUTES_CHANGED, "C"),
        EventType::PasskeySuspended
        | EventType::PasskeyResumed
        | EventType::Recovery
        | EventType::PhoneChanged
        | EventType::CloneSuspected
        | EventType::ModelRevoked => (SECURITY_ALERT, SECURITY_ATTRIBUTES_CHANGED, "U"),
        EventType::PasskeyRemoved | EventType::SmsRetired => (SECURITY_ALERT, SECURITY_ATTRIBUTES_CHANGED, "D"),
        EventType::EmergencyStarted => (SECURITY_ALERT, EMERGENCY_STARTED, "E"),
        EventType::EmergencyStopped => (SECURITY_ALERT, EMERGENCY_STOPPED, "E"),
    }
}

/// A Coding.
fn coding((code, display): Dicom) -> Value {
    json!({ "system": DCM, "code": code, "display": display })
}

/// A Reference by a name that is not a FHIR id.
fn reference(name: &str) -> Value {
    json!({ "identifier": { "value": name } })
}

impl AuditEvent {
    /// Returns the event as a FHIR AuditEvent, in JSON. Its agent is the actor. Who was only claimed is an entity of it, and never the
    /// agent.
    #[must_use]
    pub fn fhir(&self, version: FhirVersion) -> String {
        let (class, code, action) = classified(self.kind);
        let mut resource = Map::new();
        let mut add = |name: &str, value: Value| resource.insert(name.to_owned(), value);
        add("resourceType", "AuditEvent".into());
        add("action", action.into());
        add("recorded", humantime::format_rfc3339_seconds(self.time.as_system_time()).to_string().into());
        match version {
            FhirVersion::R4 => {
                add("type", coding(class));
                add("subtype", json!([coding(code)]));
                add("outcome", self.by_outcome("0", "4", "8").into());
                if let Some(code) = &self.code {
                    add("outcomeDesc", code.as_str().into());
                }
            }
            FhirVersion::R5 => {
                add("category", json!([{ "coding": [coding(class)] }]));
                add("code", json!({ "coding": [coding(code)] }));
                add("severity", self.by_outcome("informational", "warning", "alert").into());
                let word = self.by_outcome("success", "error", "warning");
                let mut outcome = json!({ "code": { "system": ISSUE_SEVERITY, "code": word } });
                if let (Some(code), Value::Object(outcome)) = (&self.code, &mut outcome) {
                    outcome.insert("detail".to_owned(), json!([{ "coding": [{ "code": code.as_str() }] }]));
                }
                add("outcome", outcome);
            }
        }
        if let Some(purpose) = &self.purpose {
            let purpose = json!([{ "coding": [{ "system": ACT_REASON, "code": purpose.as_str() }] }]);
            add(if version == FhirVersion::R4 { "purposeOfEvent" } else { "authorization" }, purpose);
        }
        add("agent", json!([self.agent()]));
        add("source", self.source(version));
        let entities = self.entities();
        if !entities.is_empty() {
            add("entity", entities.into());
        }
        Value::Object(resource).to_string()
    }

    /// Returns the word for the outcome. An alert has its own word, whatever its outcome.
    fn by_outcome(&self, success: &'static str, refused: &'static str, alert: &'static str) -> &'static str {
        match self.outcome {
            _ if self.kind.is_alert() => alert,
            EventOutcome::Success => success,
            EventOutcome::Refused => refused,
        }
    }

    /// The agent: who acted, under which policy, and at which level.
    fn agent(&self) -> Value {
        let who = self.actor.as_ref().map(|actor| reference(actor.as_str()));
        let mut agent = Map::new();
        agent.insert("who".to_owned(), who.unwrap_or_else(|| json!({ "display": "nobody was authenticated" })));
        agent.insert("requestor".to_owned(), true.into());
        if let Some(policy) = &self.policy {
            // A uri has no white space.
            let policy = policy.as_str().split_whitespace().collect::<Vec<_>>().join("%20");
            agent.insert("policy".to_owned(), json!([format!("urn:wardkey:policy:{policy}")]));
        }
        if let Some(level) = self.level {
            agent.insert("extension".to_owned(), json!([assurance(level)]));
        }
        Value::Object(agent)
    }

    /// The source: the service that reports the event, and its site.
    fn source(&self, version: FhirVersion) -> Value {
        let mut source = json!({ "observer": reference(self.service.as_str()) });
        if let (Some(site), Value::Object(source)) = (&self.site, &mut source) {
            let site = match version {
                FhirVersion::R4 => site.as_str().into(),
                FhirVersion::R5 => json!({ "display": site.as_str() }),
            };
            source.insert("site".to_owned(), site);
        }
        source
    }

    /// The entities: the credential, for whom the actor acted, and who was only claimed.
    fn entities(&self) -> Vec<Value> {
        let credential = self.credential.map(|credential| credential.to_string());
        let accounts = [&self.subject, &self.claimed].into_iter().flatten().map(|account| account.as_str());
        let names = credential.as_deref().into_iter().chain(accounts);
        names.map(|name| json!({ "what": reference(name) })).collect()
    }
}

/// The extension for the level of assurance of an agent.
fn assurance(level: AssuranceLevel) -> Value {
    let level = level.name().to_uppercase();
    let text = format!("evidence consistent with NIST SP 800-63B-4 {level}; not a determination of compliance");
    json!({ "url": ASSURANCE_LEVEL, "valueCodeableConcept": { "text": text } })
}
