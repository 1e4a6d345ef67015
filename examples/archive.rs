//! A sign-in is archived, judged again ten years later, and changed by one byte.
//!
//! ```text
//! cargo run --release --features audit --example archive -- BUNDLE...
//! ```
//!
//! A BUNDLE is a file with a bundle in canonical JSON, or with one in each line. Without a file, the example takes the bundles of
//! the tests. It exits with 1 if a bundle was changed or is judged otherwise than it was.

use std::process::ExitCode;
use wardkey::UnixTime;
use wardkey::audit::{AuditChain, AuditEvent, Bundle, ChainCheck, EventOutcome, EventType, Label};
use wardkey::crypto::default_backend;

/// The bundles of the tests, which the published package does not contain.
const OWN: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/audit/bundles.jsonl");

fn main() -> ExitCode {
    let mut files: Vec<String> = std::env::args().skip(1).collect();
    if files.is_empty() {
        files.push(OWN.to_owned());
    }
    let judged: Result<Vec<bool>, String> = files.iter().map(|file| judge(file)).collect();
    match judged {
        Ok(good) if good.iter().all(|good| *good) => ExitCode::SUCCESS,
        Ok(_) => ExitCode::FAILURE,
        Err(error) => {
            eprintln!("{error}");
            ExitCode::from(2)
        }
    }
}

fn judge(file: &str) -> Result<bool, String> {
    let text = std::fs::read_to_string(file).map_err(|error| format!("{file}: {error}"))?;
    let mut good = true;
    let mut log = AuditChain::new("archive/reader-1").map_err(|error| error.to_string())?;
    let mut lines = Vec::new();
    for (number, json) in text.lines().enumerate() {
        println!("{file}, bundle {number}");
        let told = tell(json)?;
        good &= told;
        let outcome = if told { EventOutcome::Success } else { EventOutcome::Refused };
        lines.push(logged(&mut log, outcome)?);
    }
    let first = text.lines().next().ok_or(format!("{file}: no bundle"))?;
    println!("\nOne byte of the first bundle is changed:");
    tell(&changed(first))?;
    println!("\nThe log of this reading, {} lines:", lines.len());
    let mut check = ChainCheck::new("archive/reader-1", log.checkpoint());
    for line in &lines {
        check.line(line, default_backend()).map_err(|broken| broken.to_string())?;
    }
    println!("  holds up to its last checkpoint: {} lines", check.finish().map_err(|broken| broken.to_string())?);
    Ok(good)
}

/// Prints what a bundle says and what the library says of it. Returns whether they agree.
fn tell(json: &str) -> Result<bool, String> {
    let bundle = match Bundle::from_json(json) {
        Ok(bundle) => bundle,
        Err(error) => {
            println!("  no bundle: {error}");
            return Ok(false);
        }
    };
    let report = bundle.verify(default_backend()).map_err(|error| error.to_string())?;
    if !report.is_intact() {
        println!(
            "  changed: {}; the id {}",
            report.changed.join(", "),
            if report.id_matches { "fits" } else { "does not fit" }
        );
        return Ok(false);
    }
    if let Some(judged) = &report.judged {
        let verdict = judged.step.as_ref().map_or("accepted".to_owned(), |step| format!("refused at step {step}"));
        let differs = if report.agrees() {
            "as it was".to_owned()
        } else {
            format!("differs in {}", judged.disagrees.join(", "))
        };
        println!("  intact; judged again: {verdict}, {differs}");
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

fn logged(log: &mut AuditChain, outcome: EventOutcome) -> Result<String, String> {
    let text = |text: &str| Label::new(text).map_err(|error| error.to_string());
    let time = UnixTime::from(std::time::SystemTime::now());
    let event =
        AuditEvent::new(EventType::SignIn, outcome, time, text("archive")?).map_err(|error| error.to_string())?;
    log.append(&event.by(text("reader-1")?), default_backend()).map_err(|fault| fault.to_string())
}
