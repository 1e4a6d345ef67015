//! The cases: one JSON object per line, with the answer that is expected. `cases.jsonl` (levels and demands),
//! `confirmations.jsonl` (documents and receipts) and `accounts.jsonl` have one for every edge of every rule. Their answers come
//! from a second implementation, in another language, of the contract.

use crate::answer::answer;
use serde_json::Value;
use std::collections::BTreeSet;
use std::path::Path;
use wardkey::account::{Notice, Stage};
use wardkey::assurance::{Rules, Verdict};

const OWN: &str = include_str!("cases.jsonl");
const CONFIRMATIONS: &str = include_str!("confirmations.jsonl");
const ACCOUNTS: &str = include_str!("accounts.jsonl");

fn all() -> impl Iterator<Item = &'static str> {
    OWN.lines().chain(CONFIRMATIONS.lines()).chain(ACCOUNTS.lines())
}

/// Compares the members that `expect` has. A `code` of null is not compared. Returns what differs.
fn difference(line: &str) -> Option<String> {
    let case: Value = serde_json::from_str(line).unwrap();
    let answer = answer(line.as_bytes())?;
    let expect = case["expect"].as_object().unwrap();
    let differs = |(name, value): &(&String, &Value)| answer[*name] != **value && !(*name == "code" && value.is_null());
    let mut wrong: Vec<_> = expect.iter().filter(differs).map(|(name, _)| name.as_str()).collect();
    if answer.get("error").is_some() && !expect.contains_key("error") {
        wrong.push("error");
    }
    (!wrong.is_empty()).then(|| format!("{}: {wrong:?}: {answer}", case["id"]))
}

/// Checks every line, and returns how many were of our kinds.
fn check(text: &str) -> usize {
    let wrong: Vec<_> = text.lines().filter_map(difference).collect();
    assert!(wrong.is_empty(), "{} cases:\n{}", wrong.len(), wrong.join("\n"));
    text.lines().filter(|line| answer(line.as_bytes()).is_some()).count()
}

#[test]
fn every_own_case_has_the_expected_answer() {
    for text in [OWN, CONFIRMATIONS, ACCOUNTS] {
        assert_eq!(check(text), text.lines().count());
    }
    let id = |line| serde_json::from_str::<Value>(line).unwrap()["id"].to_string();
    let ids: BTreeSet<String> = all().map(id).collect();
    assert_eq!(ids.len(), all().count(), "ids are unique");
}

#[test]
fn every_shared_case_has_the_expected_answer() {
    let path = Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/../shared/vectors/assurance-shared.jsonl"));
    match std::fs::read_to_string(path) {
        Ok(text) => println!("{} cases of ../shared/vectors are right", check(&text)),
        Err(_) => println!("no ../shared/vectors: only the project's own cases were checked"),
    }
}

fn own() -> impl Iterator<Item = Value> {
    OWN.lines().map(|line| serde_json::from_str(line).unwrap())
}

/// Every verdict that a rule can have is the answer to a case.
#[test]
fn every_rule_has_a_case_for_each_of_its_verdicts() {
    use Verdict::{Contradicted, Met, NotApplicable, NotEvaluable, NotMet};
    let verdicts = |id: &str| -> &[Verdict] {
        match id {
            "63b-4/2.1.2-verifier-fips" | "63b-4/3.2.10-activation-isolated" => {
                &[Met, NotMet, NotEvaluable, NotApplicable]
            }
            "webauthn-3/4-uv-initialized" | "63b-4/3.2.4-attestation-strength" => &[Met, NotMet, NotApplicable],
            "63b-4/3.2.13-isolated" => &[Met, NotMet, NotEvaluable, Contradicted],
            "63b-4/2.2.2-channel" => &[NotEvaluable],
            "63b-4/B.2-sync-fabric" | "63b-4/3.2.3-biometric" => &[NotEvaluable, NotApplicable],
            "63b-4/3.2.5.2-name-binding"
            | "63b-4/2.3.2-not-syncable"
            | "63b-4/2.3.2-authenticator-fips"
            | "63b-4/2.3.2-verifier-fips"
            | "fido-mds/incident"
            | "21cfr1311.115(a)(1)-know"
            | "21cfr1311.115(a)(2)-are"
            | "21cfr1311.115(a)(3)-have-separate"
            | "21cfr1311.115(a)-two-of-three"
            | "21cfr1311.115(b)-fips" => &[Met, NotMet, NotEvaluable],
            _ => &[Met, NotMet],
        }
    };
    for rule in Rules::ALL.into_iter().flat_map(Rules::table) {
        let expected: BTreeSet<_> = verdicts(rule.id()).iter().map(|verdict| verdict.name().to_owned()).collect();
        let verdict = |case: Value| case["expect"]["rules"][rule.id()].as_str().map(str::to_owned);
        assert_eq!(own().filter_map(verdict).collect::<BTreeSet<_>>(), expected, "{rule:?}");
    }
}

#[test]
fn every_word_of_an_answer_has_a_case() {
    let of = |kind: &str, member: &str| -> BTreeSet<String> {
        let cases = all().map(|line| serde_json::from_str::<Value>(line).unwrap());
        let answers: Vec<_> =
            cases.filter(|case| case["kind"] == kind).map(|case| case["expect"][member].clone()).collect();
        let text = |value: &Value| value.as_str().map(str::to_owned);
        let lists = answers.iter().filter_map(Value::as_array).flatten();
        lists.chain(&answers).filter_map(text).collect()
    };
    let set = |text: &str| -> BTreeSet<String> { text.split(' ').map(str::to_owned).collect() };
    assert_eq!(of("assurance", "ceiling"), set("none aal1 aal2 aal3"));
    assert_eq!(of("assurance", "amr"), set("hwk mfa otp pop pwd sms swk user"));
    assert_eq!(of("assurance", "acr"), set("phr phrh"));
    assert_eq!(of("demand", "lacks"), set("denied hold level freshness confirmation second-credential"));
    assert_eq!(of("demand", "error"), set("unknown-signal"));
    let documents = set("nonce purpose subject signer meaning time items item-type item-content");
    assert_eq!(of("confirmation", "error"), documents);
    assert!(of("receipt", "code").is_superset(&set("part head item challenge-mismatch user-not-verified")));
    let stages = Stage::ALL.map(Stage::name).map(str::to_owned).into_iter().collect::<BTreeSet<_>>();
    assert_eq!(of("account", "stage"), stages);
    let needs = "level freshness cooling-off no-sms confirmed-passkey independent-means unknown-passkey last-passkey";
    assert_eq!(of("account", "lacks"), set(&format!("{needs} not-suspended proof second-proof")));
    let notices = Notice::ALL.map(Notice::name).map(str::to_owned).into_iter().collect::<BTreeSet<_>>();
    assert_eq!(of("account", "notice"), notices);
}

#[test]
fn a_line_that_is_no_case_is_answered_without_an_id() {
    for line in ["", "not json", "[]", "{}", r#"{"kind":"demand"}"#, r#"{"id":1,"kind":"demand"}"#, "\u{fffe}"] {
        assert_eq!(answer(line.as_bytes()).unwrap().to_string(), r#"{"error":"case","id":null}"#, "{line}");
    }
    assert_eq!(answer(&[0xff]).unwrap()["error"], "case");
    assert_eq!(answer(br#"{"id":"a","kind":"demand"}"#).unwrap().to_string(), r#"{"error":"case","id":"a"}"#);
    assert_eq!(answer(br#"{"id":"a","kind":"chain"}"#), None);
}

/// What the client says, and what signals say, changes nothing.
#[test]
fn clients_and_signals_change_no_answer() {
    for mut case in own().filter(|case| case["kind"] == "assurance") {
        case["facts"]["client"] = serde_json::json!({ "attachment": "platform", "transports": ["internal"] });
        case["facts"]["signals"] = serde_json::json!(["location_unusual"]);
        assert_eq!(difference(&case.to_string()), None);
    }
}
