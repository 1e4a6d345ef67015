//! One ceremony as a person reads it.

use super::vector::{Judgement, Vector};
use serde_json::Value;
use std::fmt::Write as _;
use wardkey::ceremony::evidence::Evidence;
use wardkey::ceremony::{Ceremony, StepNumber};

/// Explains a vector: who said what, each step with its outcome, what was not required, and what the library cannot know.
/// `json` is the vector, `judged` its judgement.
pub(crate) fn explain(vector: &Vector, json: &Value, judged: &Judgement) -> String {
    let mut out = String::new();
    let kind = json["kind"].as_str().unwrap_or_default();
    let verdict = match (judged.accept, &judged.reason, judged.code) {
        (true, _, _) => "accepted".to_owned(),
        (false, Some(reason), Some(code)) => format!("refused: {reason}, code {code}"),
        _ => format!("not judged: {}", judged.error.map(|member| member.to_string()).unwrap_or_default()),
    };
    writeln!(out, "{}: {kind}, {verdict}", vector.id).ok();
    let Some(evidence) = &judged.evidence else { return out };
    writeln!(out, "\nWho said what").ok();
    for (who, what) in statements(json, evidence) {
        writeln!(out, "  {who:<14} {what}").ok();
    }
    writeln!(out, "\nSteps").ok();
    let mut steps: Vec<(StepNumber, &str)> = [
        (&evidence.steps_passed, "passed"),
        (&evidence.steps_waived, "fails, and the policy accepts that"),
        (&evidence.steps_not_required, "not required"),
        (&evidence.steps_not_known, "not known: the record lacks the value"),
        (&evidence.steps_refused, "REFUSED"),
        (&evidence.steps_not_reached, "not reached"),
    ]
    .into_iter()
    .flat_map(|(steps, outcome)| steps.iter().map(move |step| (*step, outcome)))
    .collect();
    steps.sort_by_key(|(step, _)| step.number);
    for (step, outcome) in steps {
        // The evidence of a judgement is from before the store is asked.
        let by_the_store = evidence.accepted && outcome == "not reached";
        let outcome = if by_the_store { "decided by the caller's store" } else { outcome };
        writeln!(out, "  {:<7} {:<22} {outcome}", step.to_string(), words(step)).ok();
    }
    writeln!(out, "\nWhat was not required").ok();
    let spared: Vec<_> = evidence.steps_not_required.iter().map(|step| words(*step)).collect();
    writeln!(out, "  {}", if spared.is_empty() { "nothing".to_owned() } else { spared.join(", ") }).ok();
    writeln!(out, "\nWhat the library cannot know").ok();
    for unknown in unknowns(evidence) {
        writeln!(out, "  {unknown}").ok();
    }
    out
}

/// The name of a step in words: `user verified`.
fn words(step: StepNumber) -> String {
    let mut words = String::new();
    for letter in format!("{:?}", step.step).chars() {
        if letter.is_uppercase() && !words.is_empty() {
            words.push(' ');
        }
        words.push(letter.to_ascii_lowercase());
    }
    words
}

/// What each party said, as far as the ceremony got.
fn statements(json: &Value, evidence: &Evidence) -> Vec<(&'static str, String)> {
    let expected = &json["expected"];
    let yes = |is: bool, yes: &str, no: &str| if is { yes.to_owned() } else { no.to_owned() };
    let required = expected["uv_required"] == true;
    let mut said = vec![
        ("relying party", format!("RP ID {}, origins {}", json["rp"]["id"], json["rp"]["origins"])),
        ("", yes(required, "user verification is required", "user verification is not required")),
    ];
    if let Some(policy) = expected["attestation_policy"].as_object() {
        let anchors = expected["trust_anchors"].as_array().map_or(0, Vec::len);
        said.push(("", format!("attestation: trust {}, {anchors} trust anchors", policy["trust"])));
    }
    match &evidence.origin {
        Some(origin) => said.push(("browser", format!("the page is {origin}"))),
        None => said.push(("browser", "nothing that was accepted".to_owned())),
    }
    if let Some(flags) = evidence.flags {
        let user = match (flags.user_present(), flags.user_verified()) {
            (true, true) => "present and verified",
            (true, false) => "present, not verified",
            (false, _) => "not present",
        };
        let backup = match (flags.backup_eligible(), flags.backup_state()) {
            (false, _) => "the key stays on one device",
            (true, false) => "the key may be backed up",
            (true, true) => "the key is backed up",
        };
        said.push(("authenticator", format!("the user was {user}; {backup}")));
        said.extend(evidence.sign_count.map(|count| ("", format!("signature counter {count}"))));
    }
    for statement in &evidence.statements {
        let trust = serde_json::to_value(statement.trust).ok();
        let trust = trust.as_ref().and_then(Value::as_str).unwrap_or("left out by the policy").replace('_', " ");
        said.push(("attestation", format!("{}, type {}, {trust}", statement.format, statement.attestation_type)));
    }
    said
}

/// What no relying party learns from a ceremony.
fn unknowns(evidence: &Evidence) -> Vec<&'static str> {
    let mut unknown = vec!["who the person is: an authenticator verifies its user, not a name"];
    if evidence.accepted && evidence.ceremony == Ceremony::Registration {
        unknown.push("whether the id is new: the caller's store decides step 7.1/26");
        if evidence.attested_aaguid.is_none() {
            unknown.push("which model the authenticator is: no trusted statement vouches for it");
        }
    }
    if !evidence.accepted {
        unknown.push("whether the steps that were not reached would have passed");
        unknown.push("who sent the response: the account is only claimed");
    }
    unknown
}
