//! Verifies ceremony vectors (format 1, see `tests/vectors/README.md`).
//!
//! ```text
//! cargo run --release -p verify_vectors -- [--json] FILE...      (- is standard input)
//! ```
//!
//! Prints each disagreement with its reason, then `N passed, N failed`. Exits with 1 if a vector disagrees, and with 2 if a
//! file cannot be read or contains no vector. With `--json` it prints one line per vector instead, and the count to standard
//! error. A line that is not a vector, or that the library cannot express, fails: `accept` is null and `error` gives the
//! reason. A build that cannot verify Ed448 skips the vectors that need it, says how many, and gives `error` for each.
//!
//! `--explain ID [FILE...]` prints one vector as a person reads it: who said what, each step with its outcome, what was not
//! required, and what the library cannot know. Without a file it searches `tests/vectors`.

#[path = "../shared/command.rs"]
mod command;
pub(crate) mod explain;
pub(crate) mod vector;

use command::{Answer, in_file};
use std::fs::File;
use std::io::{self, BufRead, BufReader, Write};
use std::process::ExitCode;
use vector::{Judgement, Vector};
use wardkey::crypto::{Backend, Scheme, default_backend};

const HELP: &str = "\
Verifies ceremony vectors (tests/vectors/README.md describes the format).

usage: verify_vectors [--json] FILE...            (- is standard input)
       verify_vectors --explain ID [FILE...]      (without a file, those of tests/vectors)

Prints each vector with an unexpected verdict and its reason, then `N passed, N failed`. With --json it prints one line per vector,
and the count to standard error. --explain prints one vector as a person reads it: who said what, and each step.
The exit code is 0; 1 if a vector disagrees; 2 if a file cannot be read or contains no vector.";

fn main() -> ExitCode {
    answer(std::env::args().skip(1).collect())
}

/// Runs the command line and returns the exit code.
pub(crate) fn answer(arguments: Vec<String>) -> ExitCode {
    command::run(HELP, arguments, |mut files, out| {
        if files.first().is_some_and(|first| first == "--explain") && files.len() >= 2 {
            let id = files.remove(1);
            write!(out, "{}", explained(&id, &files.split_off(1), default_backend())?)?;
            return Ok(true);
        }
        let json = files.iter().any(|argument| argument == "--json");
        files.retain(|argument| argument != "--json");
        command::no_options(&files)?;
        if files.is_empty() {
            return Err("usage: verify_vectors [--json] FILE...; see verify_vectors --help".into());
        }
        run(&files, json, default_backend(), out)
    })
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

/// Verifies the vectors of the files. Returns whether none disagrees.
pub(crate) fn run(files: &[String], json: bool, backend: &dyn Backend, out: &mut dyn Write) -> Answer {
    let (mut passed, mut failed, mut skipped) = (0, 0, 0);
    for file in files {
        let lines: Box<dyn BufRead> = if file == "-" {
            Box::new(io::stdin().lock())
        } else {
            Box::new(BufReader::new(File::open(file).map_err(|error| in_file(file, error))?))
        };
        for (number, line) in lines.split(b'\n').enumerate() {
            let place = format!("{file}, line {}", number + 1);
            let line = line.map_err(|error| in_file(&place, error))?;
            if line.trim_ascii().is_empty() {
                continue;
            }
            let (id, report, disagreement) = match serde_json::from_slice::<Vector>(&line) {
                Ok(vector) => {
                    let judged = vector.judge(backend);
                    let disagreement = vector.disagreement(&judged);
                    if disagreement.is_some() && !backend.supports(Scheme::Ed448) && needs_ed448(&line) {
                        skipped += 1;
                        if json {
                            writeln!(out, "{}", report(&vector.id, &judged, Some("this build cannot verify Ed448")))?;
                        }
                        continue;
                    }
                    let error = judged.error.map(|member| member.to_string());
                    (vector.id.clone(), report(&vector.id, &judged, error.as_deref()), disagreement)
                }
                Err(error) => {
                    let error = format!("not a vector: {error}");
                    (place.clone(), report(&place, &Judgement::default(), Some(&error)), Some(error))
                }
            };
            *(if disagreement.is_none() { &mut passed } else { &mut failed }) += 1;
            match (json, disagreement) {
                (true, _) => writeln!(out, "{report}")?,
                (false, Some(why)) => writeln!(out, "{id}: {why}")?,
                (false, None) => {}
            }
        }
    }
    if passed + failed + skipped == 0 {
        return Err(format!("nothing to verify in {}", files.join(", ")).into());
    }
    let mut count = format!("{passed} passed, {failed} failed");
    if skipped > 0 {
        count += &format!(", {skipped} skipped because they need Ed448 (build with --features ed448)");
    }
    if json {
        out.flush()?;
        eprintln!("{count}")
    } else {
        writeln!(out, "{count}")?;
    }
    Ok(failed == 0)
}

/// Whether a vector contains an Ed448 key or certificate: the member `3: -53` of a COSE_Key, or the OID 1.3.101.113.
fn needs_ed448(vector: &[u8]) -> bool {
    const MARKS: [&[u8]; 2] = [&[0x03, 0x38, 0x34], &[0x06, 0x03, 0x2b, 0x65, 0x71]];
    let texts = vector.split(|&byte| byte == b'"');
    texts.map(decoded).any(|bytes| MARKS.iter().any(|mark| bytes.windows(mark.len()).any(|part| part == *mark)))
}

/// The bytes of a text in base64url; none if it is not base64url.
fn decoded(text: &[u8]) -> Vec<u8> {
    const ALPHABET: &[u8] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
    let (mut bytes, mut bits) = (Vec::new(), 0_u16);
    for (place, letter) in text.iter().enumerate() {
        let Some(value) = ALPHABET.iter().position(|of| of == letter) else { return Vec::new() };
        bits = bits << 6 | value as u16;
        // The bits that are left over: 6, 4, 2, 0.
        match place % 4 {
            0 => {}
            rest => bytes.push((bits >> (6 - 2 * rest)) as u8),
        }
    }
    bytes
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
