//! The command line of every example: `--help`, a closed pipe, a missing file, an unknown option.

mod command_line;

use std::path::{Path, PathBuf};
use std::process::Command;

type Arguments = &'static [&'static str];

/// Each example: arguments with which it prints something and ends with 0, and the arguments before a file, if it reads one.
const EXAMPLES: &[(&str, Arguments, Option<Arguments>)] = &[
    ("archive", &["tests/audit/bundles.jsonl"], Some(&[])),
    ("assurance", &["tests/assurance/cases.jsonl"], Some(&[])),
    ("audit", &["tests/audit/cases.jsonl"], Some(&[])),
    ("journey", &[], None),
    ("metadata", &["judge", "tests/metadata/cases.jsonl"], Some(&["judge"])),
    ("metadata", &["judge", "--json", "tests/metadata/cases.jsonl"], Some(&["verify", "--at", "0"])),
    ("prescription", &[], None),
    ("verify_vectors", &["tests/vectors/extensions.jsonl"], Some(&[])),
    ("verify_vectors", &["--json", "tests/vectors/extensions.jsonl"], Some(&["--json"])),
    (
        "verify_vectors",
        &["--explain", "steps/auth.challenge.other"],
        Some(&["--explain", "steps/auth.challenge.other"]),
    ),
];

/// The programs, beside this test. `cargo test` builds them; `cargo test --test examples` alone does not.
fn folder() -> PathBuf {
    let test = std::env::current_exe().unwrap();
    test.parent().and_then(Path::parent).unwrap().join("examples")
}

#[test]
fn every_example_has_a_row() {
    let entries = std::fs::read_dir(concat!(env!("CARGO_MANIFEST_DIR"), "/examples")).unwrap();
    let paths = entries.map(|entry| entry.unwrap().path());
    let examples = paths.filter(|path| path.extension().is_some_and(|is| is == "rs") || path.join("main.rs").exists());
    let mut names: Vec<_> = examples.map(|path| path.file_stem().unwrap().to_str().unwrap().to_owned()).collect();
    names.sort();
    let mut rows: Vec<_> = EXAMPLES.iter().map(|(name, ..)| *name).collect();
    rows.dedup();
    assert_eq!(names, rows);
}

#[test]
fn every_example_has_a_help_and_survives_a_closed_pipe_and_a_missing_file() {
    for (name, good, before_a_file) in EXAMPLES {
        let program = folder().join(name);
        assert!(program.exists(), "{} is not built: run `cargo build --examples` first", program.display());
        let done = Command::new(&program).args(*good).output().unwrap();
        assert!(done.status.success() && !done.stdout.is_empty(), "{name}: {done:?}");
        command_line::prints_help(&program, name, good);
        command_line::ends_at_a_closed_pipe(&program, good);
        match before_a_file {
            Some(before) => {
                command_line::names_a_missing_file(&program, before);
                command_line::names_an_unknown_option(&program, before);
            }
            None => command_line::refuses_arguments(&program),
        }
    }
}
