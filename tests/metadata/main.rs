//! The FIDO Metadata Service: a table of cases, made by the software authenticator, and their answers.
//!
//! The cases are also a file for the command line, `tests/metadata/cases.jsonl`; `README.md` beside it describes the format.
//! After a change of the table:
//!
//! ```text
//! WRITE_VECTORS=1 cargo test --test metadata
//! ```

#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "tests")]

mod assurance;
mod blobs;
#[path = "../../examples/metadata/case.rs"]
#[allow(dead_code, reason = "the command line uses the rest")]
mod case;
mod front_door;
mod make;
mod models;
mod properties;

use serde_json::Value;
use std::collections::BTreeSet;
use std::path::Path;
use std::sync::LazyLock;

/// All cases, made once.
static CASES: LazyLock<Vec<Value>> = LazyLock::new(|| [blobs::cases(), models::cases()].concat());

fn answer(case: &Value) -> case::Answer {
    serde_json::from_value::<case::Case>(case.clone())
        .map_or_else(|error| panic!("{}: {error}", case["id"]), |case| case.answer())
}

#[test]
fn every_case_has_the_expected_answer() {
    let mut wrong = Vec::new();
    for case in CASES.iter() {
        if let Some(why) = answer(case).disagreement {
            wrong.push(format!("{}: {why}", case["id"]));
        }
    }
    assert!(wrong.is_empty(), "{} of {} cases:\n{}", wrong.len(), CASES.len(), wrong.join("\n"));
}

#[test]
fn case_names_are_unique() {
    let names: BTreeSet<String> = CASES.iter().map(|case| case["id"].to_string()).collect();
    assert_eq!(names.len(), CASES.len());
}

/// Every class of refusal and every reason has a case that it decides.
#[test]
fn every_class_and_every_reason_has_a_case() {
    let words = |member: &str| -> BTreeSet<String> {
        let lists = CASES.iter().filter_map(|case| case["expect"][member].as_array());
        lists.flatten().filter_map(|word| word.as_str().map(str::to_owned)).collect()
    };
    let classes = "jws header algorithm chain revoked name signature payload rollback stale";
    assert_eq!(words("class"), classes.split(' ').map(str::to_owned).collect());
    // `no-metadata` is in front_door.rs; the others are words of the command line.
    let other = ["untrusted", "type-not-accepted", "ceremony"].map(str::to_owned);
    let told: BTreeSet<String> = words("reasons").union(&words("notes")).cloned().collect();
    let all = wardkey::metadata::Reason::ALL.into_iter().filter(|reason| reason.name() != "no-metadata");
    assert_eq!(told, all.map(|reason| reason.name().to_owned()).chain(other).collect());
}

#[test]
fn the_committed_cases_equal_the_table() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/metadata/cases.jsonl");
    let made: String = CASES.iter().map(|case| format!("{case}\n")).collect();
    if std::env::var_os("WRITE_VECTORS").is_some() {
        std::fs::write(&path, &made).unwrap();
    }
    let committed = std::fs::read_to_string(&path).unwrap_or_default();
    assert!(committed == made, "tests/metadata/cases.jsonl is not what the table makes: run with WRITE_VECTORS=1");
}

/// The cases of the project's shared folder, where it exists.
#[test]
fn shared_cases() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/vectors/mds-shared.jsonl");
    let Ok(cases) = std::fs::read_to_string(&path) else { return println!("skipped: no {}", path.display()) };
    let cases: Vec<Value> = cases.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let wrong: Vec<_> =
        cases.iter().filter_map(|case| answer(case).disagreement.map(|why| format!("{}: {why}", case["id"]))).collect();
    assert!(wrong.is_empty(), "{} of {}:\n{}", wrong.len(), cases.len(), wrong.join("\n"));
}
