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
    let json = files.iter().any(|argument| argument == "--json");
    files.retain(|argument| argument != "--json");
    if files.is_empty() {
        eprintln!("usage: verify_vectors [--json] FILE...    (- is standard input)");
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
