//! Ceremony vectors, format 1: a ceremony and its verdict, as one line of JSON.
//!
//! `tests/vectors/README.md` of wardkey describes the members; [`expected`](crate::expected) has the same names.

use crate::authentication::Authentication;
use crate::expected::{CredentialRecord, RelyingParty};
use crate::json::base64url;
use crate::registration::Registration;
use serde_json::{Value, json};

/// A vector. Give it a verdict.
#[derive(Clone, Debug)]
pub struct Vector {
    id: String,
    kind: &'static str,
    rp: Value,
    expected: Value,
    response: Value,
    verdict: Value,
    strict: bool,
    source: String,
}

impl Vector {
    /// Makes a vector of a registration that must be accepted, unless [`refused`](Self::refused) says otherwise.
    pub fn registration(id: &str, registration: &Registration) -> Self {
        let mut vector =
            Self::new(id, "registration", &registration.expected.rp, expected_of_registration(registration));
        vector.response = registration.response();
        vector.verdict["attestation_format"] = registration.attestation.identifier().into();
        vector.verdict["attestation_type"] = registration.attestation.attestation_type().into();
        vector.source(&format!("made from the seed {}", registration.name))
    }

    /// Makes a vector of a sign-in that must be accepted, unless [`refused`](Self::refused) says otherwise.
    pub fn authentication(id: &str, authentication: &Authentication) -> Self {
        let mut vector =
            Self::new(id, "authentication", &authentication.expected.rp, expected_of_authentication(authentication));
        vector.response = authentication.response();
        vector.source(&format!("made from the seed {}", authentication.name))
    }

    fn new(id: &str, kind: &'static str, rp: &RelyingParty, expected: Value) -> Self {
        Self {
            id: id.into(),
            kind,
            rp: relying_party(rp),
            expected,
            response: Value::Null,
            verdict: json!({ "accept": true, "step": null, "reason": "valid ceremony" }),
            strict: false,
            source: String::new(),
        }
    }

    /// Sets what the relying party expects of extensions.
    pub fn extensions(mut self, expected: Value) -> Self {
        self.expected["extensions"] = expected;
        self
    }

    /// Must be accepted, by a rule that an implementation may get wrong.
    pub fn accepted(mut self, step: &str, reason: &str) -> Self {
        self.verdict["step"] = step.into();
        self.verdict["reason"] = reason.into();
        self
    }

    /// Must be refused in this step of the standard, for this reason.
    pub fn refused(mut self, step: &str, reason: &str) -> Self {
        self.verdict = json!({ "accept": false, "step": step, "reason": reason });
        self
    }

    /// Must be refused by a strict reading of the standard only.
    pub fn strict(self) -> Self {
        Self { strict: true, ..self }
    }

    /// Sets the source of the vector.
    pub fn source(self, source: &str) -> Self {
        Self { source: source.into(), ..self }
    }

    /// Returns the line, without a line break.
    pub fn line(&self) -> String {
        let mut members = vec![
            ("id", json!(self.id)),
            ("kind", json!(self.kind)),
            ("rp", self.rp.clone()),
            ("expected", self.expected.clone()),
            ("response", self.response.clone()),
            ("verdict", self.verdict.clone()),
        ];
        if self.strict {
            members.push(("strict", json!(true)));
        }
        members.push(("source", json!(self.source)));
        let members: Vec<_> = members.into_iter().map(|(name, value)| format!("\"{name}\":{value}")).collect();
        format!("{{{}}}", members.join(","))
    }
}

fn relying_party(rp: &RelyingParty) -> Value {
    let mut json = json!({ "id": rp.id, "origins": rp.origins });
    if rp.allow_cross_origin {
        json["allow_cross_origin"] = true.into();
        json["top_origins"] = json!(rp.top_origins);
    }
    json
}

fn expected_of_registration(registration: &Registration) -> Value {
    let expected = &registration.expected;
    let trust = if expected.verify_trust { "verify" } else { "ignore" };
    let mut json = json!({
        "challenge": base64url(&expected.challenge),
        "uv_required": expected.uv_required,
        "algs": expected.algs,
        "trust_anchors": all_base64url(&expected.trust_anchors),
        "validate_at": expected.validate_at,
        "attestation_policy": {
            "accept_none": expected.accept_none,
            "accept_self": expected.accept_self,
            "trust": trust,
        },
        "compound_policy": "all",
        "known_credential_ids": all_base64url(&expected.known_credential_ids),
    });
    if expected.conditional {
        json["mediation"] = "conditional".into();
    }
    with_quirks(json, &expected.quirks)
}

fn expected_of_authentication(authentication: &Authentication) -> Value {
    let expected = &authentication.expected;
    let mut json = json!({
        "challenge": base64url(&expected.challenge),
        "uv_required": expected.uv_required,
        "allow_credentials": expected.allow_credentials.as_deref().map(all_base64url),
        "user_identified": expected.user_identified,
        "counter_policy": if expected.refuse_counter { "reject" } else { "report" },
        "backup_policy": "verify",
        "credential": expected.credential.as_ref().map(record),
    });
    if let Some(algs) = &expected.algs {
        json["algs"] = json!(algs);
    }
    if let Some(appid) = &expected.appid {
        json["appid"] = appid.as_str().into();
    }
    with_quirks(json, &expected.quirks)
}

fn record(record: &CredentialRecord) -> Value {
    json!({
        "id": base64url(&record.id),
        "public_key_cose": base64url(&record.public_key.encode()),
        "sign_count": record.sign_count,
        "user_handle": record.user_handle.as_deref().map(base64url),
        "backup_eligible": record.backup_eligible,
        "backup_state": record.backup_state,
        "uv_initialized": record.uv_initialized,
        "transports": record.transports,
    })
}

fn with_quirks(mut json: Value, quirks: &[String]) -> Value {
    if !quirks.is_empty() {
        json["quirks"] = json!(quirks);
    }
    json
}

fn all_base64url(values: &[Vec<u8>]) -> Vec<String> {
    values.iter().map(|value| base64url(value)).collect()
}
