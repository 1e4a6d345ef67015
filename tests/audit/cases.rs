//! The cases of chains and events in `cases.jsonl`, and the shared ones, also of bundles, where they exist.

use super::answer::answer;
use serde_json::Value;
use std::path::Path;

/// Returns how the answer to a case differs from what is expected, or `None`.
fn disagreement(case: &Value) -> Option<String> {
    let answer = answer(case.to_string().as_bytes()).expect("a case of audit");
    let expect = &case["expect"];
    let differs = match case["kind"].as_str() {
        Some("event") if expect.get("error").is_none() => event(&answer["resource"], expect),
        _ => expect
            .as_object()
            .unwrap()
            .iter()
            .any(|(name, value)| answer.get(name) != Some(value))
            .then(|| answer.to_string()),
    };
    differs.map(|how| format!("{}: {how}", case["id"]))
}

fn event(resource: &Value, expect: &Value) -> Option<String> {
    let list = |name: &str| expect[name].as_array().cloned().unwrap_or_default();
    for pair in list("equal") {
        let pointer = format!("/{}", pair[0].as_str().unwrap().replace('.', "/"));
        if resource.pointer(&pointer) != Some(&pair[1]) {
            return Some(format!("{pointer} is {:?}", resource.pointer(&pointer)));
        }
    }
    let within = |what: &Value, text: &Value| what.to_string().contains(text.as_str().unwrap());
    let wrong = list("entities").iter().any(|name| !within(&resource["entity"], name))
        || list("not_agent").iter().any(|name| within(&resource["agent"], name))
        || list("absent").iter().any(|name| within(resource, name));
    wrong.then(|| resource.to_string())
}

fn all_agree(file: &Path, at_least: usize) {
    let text = std::fs::read_to_string(file).unwrap();
    let cases = text.lines().map(|line| serde_json::from_str::<Value>(line).unwrap());
    let cases: Vec<Value> =
        cases.filter(|case| matches!(case["kind"].as_str(), Some("chain" | "event" | "bundle"))).collect();
    let wrong: Vec<String> = cases.iter().filter_map(disagreement).collect();
    assert!(wrong.is_empty(), "{} of {}:\n{}", wrong.len(), cases.len(), wrong.join("\n"));
    assert!(cases.len() >= at_least, "{} cases", cases.len());
}

#[test]
fn own_cases() {
    all_agree(Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/audit/cases.jsonl")), 30);
}

#[test]
fn shared_cases() {
    let file = Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/../shared/vectors/assurance-shared.jsonl"));
    if file.exists() {
        all_agree(file, 62);
    } else {
        eprintln!("skipped: no shared cases; `cases.jsonl` proves the same rules");
    }
}

#[test]
fn a_malformed_case_is_answered_and_one_of_another_kind_is_not() {
    for line in ["", "  ", "7", "{}", "[]", "{\"id\":1,\"kind\":\"chain\"}", "\u{0}"] {
        assert_eq!(answer(line.as_bytes()).unwrap().to_string(), r#"{"error":"case","id":null}"#, "{line}");
    }
    assert_eq!(answer(br#"{"id":"a","kind":"another"}"#), None);
    for kind in ["chain", "event", "bundle"] {
        let code = answer(format!("{{\"id\":\"a\",\"kind\":\"{kind}\"}}").as_bytes()).unwrap();
        assert_eq!(code["error"], if kind == "event" { "event" } else { "case" });
    }
}
