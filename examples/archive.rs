//! A sign-in is archived, judged again ten years later, and changed by one byte.
//!
//! ```text
//! cargo run --release --features audit --example archive -- BUNDLE...
//! ```
//!
//! A BUNDLE is a file with a bundle in canonical JSON, or with one in each line. Without a file, the example takes the bundles of
//! the tests. It exits with 1 if a bundle was changed or is judged otherwise than it was.

#[path = "shared/command.rs"]
mod command;

use command::{Answer, in_file};
use std::error::Error;
use std::io::Write;
use std::process::ExitCode;
use wardkey::UnixTime;
use wardkey::audit::{AuditChain, AuditEvent, Bundle, ChainCheck, EventOutcome, EventType, Label};
use wardkey::crypto::default_backend;

/// The bundles of the tests, which the published package does not contain.
const OWN: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/audit/bundles.jsonl");

const HELP: &str = "\
Judges archived bundles again, changes one byte of the first, and shows that the change is found.

usage: archive [BUNDLE...]      (without a file, the bundles of the tests)

A BUNDLE is a file with a bundle in canonical JSON, or with one in each line.
The exit code is 0; 1 if a bundle was changed or is judged otherwise than it was; 2 if a file cannot be read.";

fn main() -> ExitCode {
    command::run(HELP, std::env::args().skip(1).collect(), |mut files, out| {
        command::no_options(&files)?;
        if files.is_empty() {
            files.push(OWN.to_owned());
        }
        let mut good = true;
        for file in &files {
            good &= judge(file, out)?;
        }
        Ok(good)
    })
}

fn judge(file: &str, out: &mut dyn Write) -> Answer {
    let text = std::fs::read_to_string(file).map_err(|error| in_file(file, error))?;
    let mut good = true;
    let mut log = AuditChain::new("archive/reader-1")?;
    let mut lines = Vec::new();
    for (number, json) in text.lines().enumerate() {
        writeln!(out, "{file}, bundle {number}")?;
        let told = tell(json, out)?;
        good &= told;
        let outcome = if told { EventOutcome::Success } else { EventOutcome::Refused };
        lines.push(logged(&mut log, outcome)?);
    }
    let first = text.lines().next().ok_or_else(|| in_file(file, "no bundle"))?;
    writeln!(out, "\nOne byte of the first bundle is changed:")?;
    tell(&changed(first), out)?;
    writeln!(out, "\nThe log of this reading, {} lines:", lines.len())?;
    let mut check = ChainCheck::new("archive/reader-1", log.checkpoint());
    for line in &lines {
        check.line(line, default_backend())?;
    }
    writeln!(out, "  holds up to its last checkpoint: {} lines", check.finish()?)?;
    Ok(good)
}

/// Prints what a bundle says and what the library says of it. Returns whether they agree.
fn tell(json: &str, out: &mut dyn Write) -> Answer {
    let bundle = match Bundle::from_json(json) {
        Ok(bundle) => bundle,
        Err(error) => {
            writeln!(out, "  no bundle: {error}")?;
            return Ok(false);
        }
    };
    let report = bundle.verify(default_backend())?;
    if !report.is_intact() {
        let id = if report.id_matches { "fits" } else { "does not fit" };
        writeln!(out, "  changed: {}; the id {id}", report.changed.join(", "))?;
        return Ok(false);
    }
    if let Some(judged) = &report.judged {
        let verdict = judged.step.as_ref().map_or("accepted".to_owned(), |step| format!("refused at step {step}"));
        let differs = if report.agrees() {
            "as it was".to_owned()
        } else {
            format!("differs in {}", judged.disagrees.join(", "))
        };
        writeln!(out, "  intact; judged again: {verdict}, {differs}")?;
    }
    Ok(report.agrees())
}

/// The bundle with the other verdict in the first place that states one.
fn changed(json: &str) -> String {
    let place = json.find("\"accept\":").map_or(0, |place| place + "\"accept\":".len());
    let (before, after) = json.split_at(place);
    match after.strip_prefix("true") {
        Some(rest) => format!("{before}false{rest}"),
        None => format!("{before}true{}", after.strip_prefix("false").unwrap_or(after)),
    }
}

fn logged(log: &mut AuditChain, outcome: EventOutcome) -> Result<String, Box<dyn Error>> {
    let time = UnixTime::from(std::time::SystemTime::now());
    let event = AuditEvent::new(EventType::SignIn, outcome, time, Label::new("archive")?)?;
    Ok(log.append(&event.by(Label::new("reader-1")?), default_backend())?)
}
