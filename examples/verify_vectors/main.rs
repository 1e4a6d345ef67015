//! Verifies ceremony vectors (format 1, see `tests/vectors/README.md`).
//!
//! ```text
//! cargo run --release --example verify_vectors -- [--json] FILE...      (- is standard input)
//! ```
//!
//! Prints each disagreement with its reason, then `N passed, N failed`. Exits with 1 if a vector disagrees, and with 2 if a
//! file cannot be read or contains no vector. With `--json` it prints one line per vector instead, and the count to standard
//! error. A line that is not a vector, or that the library cannot express, fails: `accept` is null and `error` gives the
//! reason.
//!
//! `--explain ID [FILE...]` prints one vector as a person reads it: who said what, each step with its outcome, what was not
//! required, and what the library cannot know. Without a file it searches `tests/vectors`.

pub(crate) mod explain;
pub(crate) mod vector;

use std::io::{self, BufRead, BufReader, Write};
use std::process::ExitCode;
use vector::{Judgement, Vector};
use wardkey::crypto::{Backend, default_backend};

fn main() -> ExitCode {
    answer(std::env::args().skip(1).collect())
}

/// Runs the command line and returns the exit code.
pub(crate) fn answer(mut files: Vec<String>) -> ExitCode {
    if files.first().is_some_and(|first| first == "--explain") && files.len() >= 2 {
        let id = files.remove(1);
        return match explained(&id, &files.split_off(1), default_backend()) {
            Ok(text) => {
                print!("{text}");
                ExitCode::SUCCESS
            }
            Err(error) => {
                eprintln!("{error}");
                ExitCode::from(2)
            }
        };
    }
    let json = files.iter().any(|argument| argument == "--json");
    files.retain(|argument| argument != "--json");
    if files.is_empty() {
        eprintln!("usage: verify_vectors [--json] FILE...    (- is standard input)");
        eprintln!("       verify_vectors --explain ID [FILE...]");
        return ExitCode::from(2);
    }
    match run(&files, json, default_backend()) {
        Ok((passed, failed)) => {
            let count = format!("{passed} passed, {failed} failed");
            if json {
                eprintln!("{count}")
            } else {
                println!("{count}")
            }
            ExitCode::from(u8::from(failed > 0))
        }
        Err(error) => {
            eprintln!("{error}");
            ExitCode::from(2)
        }
    }
}

/// Finds the vector with this id, and explains it.
pub(crate) fn explained(id: &str, files: &[String], backend: &dyn Backend) -> Result<String, String> {
    const FOLDER: &str = "tests/vectors";
    let mut files = files.to_vec();
    if files.is_empty() {
        let entries = std::fs::read_dir(FOLDER).map_err(|error| format!("{FOLDER}: {error}"))?;
        let names = entries.flatten().map(|entry| entry.path().display().to_string());
        files.extend(names.filter(|name| name.ends_with(".jsonl")));
    }
    for file in &files {
        let text = std::fs::read_to_string(file).map_err(|error| format!("{file}: {error}"))?;
        for line in text.lines() {
            let Ok(json) = serde_json::from_str::<serde_json::Value>(line) else { continue };
            if json["id"] == id {
                let vector: Vector = serde_json::from_str(line).map_err(|error| format!("{id}: {error}"))?;
                return Ok(explain::explain(&vector, &json, &vector.judge(backend)));
            }
        }
    }
    Err(format!("no vector {id} in {}", files.join(", ")))
}

fn run(files: &[String], json: bool, backend: &dyn Backend) -> Result<(usize, usize), String> {
    let (mut passed, mut failed) = (0, 0);
    let mut out = io::BufWriter::new(io::stdout().lock());
    for file in files {
        let lines: Box<dyn BufRead> = if file == "-" {
            Box::new(io::stdin().lock())
        } else {
            Box::new(BufReader::new(std::fs::File::open(file).map_err(|error| format!("{file}: {error}"))?))
        };
        for (number, line) in lines.split(b'\n').enumerate() {
            let place = format!("{file}, line {}", number + 1);
            let at = |error: &dyn std::fmt::Display| format!("{place}: {error}");
            let line = line.map_err(|error| at(&error))?;
            if line.trim_ascii().is_empty() {
                continue;
            }
            let (id, report, disagreement) = match serde_json::from_slice::<Vector>(&line) {
                Ok(vector) => {
                    let judged = vector.judge(backend);
                    let disagreement = vector.disagreement(&judged);
                    let error = judged.error.map(|member| member.to_string());
                    (vector.id.clone(), report(&vector.id, &judged, error.as_deref()), disagreement)
                }
                Err(error) => {
                    let error = format!("not a vector: {error}");
                    (place.clone(), report(&place, &Judgement::default(), Some(&error)), Some(error))
                }
            };
            *(if disagreement.is_none() { &mut passed } else { &mut failed }) += 1;
            let printed = if json {
                writeln!(out, "{report}")
            } else {
                disagreement.map_or(Ok(()), |why| writeln!(out, "{id}: {why}"))
            };
            printed.map_err(|error| at(&error))?;
        }
    }
    out.flush().map_err(|error| error.to_string())?;
    match (passed, failed) {
        (0, 0) => Err(format!("nothing to verify in {}", files.join(", "))),
        counts => Ok(counts),
    }
}

fn report(id: &str, judged: &Judgement, error: Option<&str>) -> serde_json::Value {
    let mut report = serde_json::json!({
        "id": id,
        "accept": judged.accept,
        "code": judged.code,
        "step": judged.step,
        "attestation_format": judged.attestation_format,
        "attestation_type": judged.attestation_type,
    });
    if let Some(error) = error {
        report["accept"] = serde_json::Value::Null;
        report["error"] = error.into();
    }
    report
}
