//! Verifies BLOBs of the FIDO Metadata Service, shows what they say of a model, and judges metadata cases.
//!
//! ```text
//! cargo run --release --features mds --example metadata -- COMMAND ...
//!
//! verify [--json] --roots FILE|DIR... --at TIME [--name HOST|--any-name] [--last-no N] [--grace SECS] [--crl FILE]... BLOB
//! list   (the same)  BLOB                         a table of models with their status
//! show   (the same)  AAGUID|KEY-IDENTIFIER BLOB   one model in full
//! judge  [--json] CASES...                        - is standard input
//! ```
//!
//! TIME is RFC 3339 in UTC (`2026-11-23T00:00:00Z`) or Unix seconds. A DIR gives its `.pem`, `.crt`, `.cer` and `.der` files.
//! `verify`, `list` and `show` exit with 0 if the BLOB is accepted, 1 if it is refused, 2 if they could not ask. `judge` exits
//! with 1 if a case disagrees, 2 if there is no case.

pub(crate) mod case;
#[path = "../shared/command.rs"]
mod command;

use case::Case;
use command::{Answer, in_file};
use serde_json::{Value, json};
use std::fs::File;
use std::io::{self, BufRead, BufReader, Write};
use std::path::Path;
use std::process::ExitCode;
use std::time::Duration;
use wardkey::UnixTime;
use wardkey::crypto::default_backend;
use wardkey::metadata::{self, Circumstance, FIDO_HOST, Metadata, ModelId, Roots, Seen, Standing};
use wardkey::x509::{Crl, TrustAnchor};

const HELP: &str = "\
Verifies BLOBs of the FIDO Metadata Service, shows what they say of a model, and judges metadata cases.

usage: metadata verify [--json] OPTIONS BLOB
       metadata list OPTIONS BLOB                          a table of models with their status
       metadata show OPTIONS AAGUID|KEY-IDENTIFIER BLOB    one model in full
       metadata judge [--json] CASES...                    (- is standard input)

  --roots FILE|DIR...  the roots of the signer, in PEM or DER; a DIR gives its .pem, .crt, .cer and .der files
  --at TIME            RFC 3339 in UTC (2026-11-23T00:00:00Z), or Unix seconds
  --name HOST          the DNS name in the certificate of the signer (that of the FIDO Alliance)
  --any-name           accept every name
  --last-no N          the greatest number seen so far
  --grace SECS         how long after its nextUpdate a BLOB is accepted
  --crl FILE           a revocation list; more than one may be given

The exit code of verify, list and show is 0 if the BLOB is accepted, 1 if it is refused; that of judge is 1 if a case disagrees.
It is 2 if the command could not finish.";

fn main() -> ExitCode {
    command::run(HELP, std::env::args().skip(1).collect(), |mut arguments, out| {
        let json = arguments.iter().any(|argument| argument == "--json");
        arguments.retain(|argument| argument != "--json");
        match arguments.split_first().map(|(command, rest)| (command.as_str(), rest)) {
            Some(("judge", rest)) => judge(rest, json, out),
            Some((command @ ("verify" | "list" | "show"), rest)) => blob(command, rest, json, out),
            _ => Err("usage: metadata verify|list|show|judge ...; see metadata --help".into()),
        }
    })
}

/// The arguments of `verify`, `list` and `show`.
struct Request {
    roots: Roots,
    seen: Seen,
    at: UnixTime,
    rest: Vec<String>,
}

impl Request {
    fn read(arguments: &[String]) -> Result<Self, String> {
        let (mut anchors, mut crls, mut rest) = (Vec::new(), Vec::new(), Vec::new());
        let (mut name, mut at, mut seen) = (Some(FIDO_HOST.to_owned()), None, Seen::nothing());
        let mut arguments = arguments.iter().peekable();
        while let Some(argument) = arguments.next() {
            let mut value = || arguments.next().ok_or_else(|| format!("{argument} needs a value"));
            match argument.as_str() {
                "--roots" => {
                    anchors.extend(certificates(Path::new(value()?))?);
                    // More files may follow, up to the next option. The last argument is the BLOB.
                    while let Some(next) = arguments.next_if(|next| is_certificate(Path::new(next))) {
                        anchors.extend(certificates(Path::new(next))?);
                    }
                }
                "--at" => at = Some(time(value()?)?),
                "--name" => name = Some(value()?.clone()),
                "--any-name" => name = None,
                "--last-no" => seen.number = Some(value()?.parse().map_err(|_| "--last-no: expected a number")?),
                "--grace" => {
                    seen.grace = Some(Duration::from_secs(value()?.parse().map_err(|_| "--grace: expected seconds")?))
                }
                "--crl" => crls.extend(crl(Path::new(value()?))?),
                option if option.starts_with("--") => return Err(format!("unknown option {option}")),
                _ => rest.push(argument.clone()),
            }
        }
        let roots = match name {
            Some(name) => Roots::of(name, anchors),
            None => Roots::any_name(anchors),
        };
        Ok(Self { roots: roots.with_crls(crls), seen, at: at.ok_or("--at TIME is missing")?, rest })
    }
}

/// RFC 3339, or Unix seconds.
fn time(text: &str) -> Result<UnixTime, String> {
    if let Ok(seconds) = text.parse() {
        return Ok(UnixTime::from_secs(seconds));
    }
    let read = || {
        let (date, clock) = text.split_once(['T', 't'])?;
        let day: metadata::Day = date.parse().ok()?;
        let (clock, offset) = match clock.strip_suffix(['Z', 'z']) {
            Some(clock) => (clock, 0),
            None => {
                let (clock, offset) = clock.split_at_checked(clock.len().checked_sub(6)?)?;
                let [hour @ 0..24, minute @ 0..60] = numbers(offset.strip_prefix(['+', '-'])?)?[..] else {
                    return None;
                };
                (clock, (hour * 60 + minute) * if offset.starts_with('-') { -60 } else { 60 })
            }
        };
        let (clock, fraction) = clock.split_once('.').unwrap_or((clock, "0"));
        let [hour @ 0..24, minute @ 0..60, second @ 0..60] = numbers(clock)?[..] else { return None };
        let is_fraction = !fraction.is_empty() && fraction.bytes().all(|digit| digit.is_ascii_digit());
        let seconds = day.starts().secs() + (hour * 60 + minute) * 60 + second - offset;
        is_fraction.then(|| UnixTime::from_secs(seconds))
    };
    read().ok_or_else(|| format!("{text}: expected RFC 3339, such as 2026-11-23T00:00:00Z, or Unix seconds"))
}

/// Numbers of two digits with colons between them.
fn numbers(text: &str) -> Option<Vec<i64>> {
    let number = |field: &str| field.bytes().all(|digit| digit.is_ascii_digit()).then(|| field.parse().ok()).flatten();
    text.split(':').map(|field| Some(field).filter(|field| field.len() == 2).and_then(number)).collect()
}

fn is_certificate(path: &Path) -> bool {
    let extension = path.extension().and_then(|extension| extension.to_str());
    path.is_dir() || extension.is_some_and(|extension| ["pem", "crt", "cer", "der"].contains(&extension))
}

fn certificates(path: &Path) -> Result<Vec<TrustAnchor>, String> {
    let at = |error: &dyn std::fmt::Display| format!("{}: {error}", path.display());
    if path.is_dir() {
        let files = std::fs::read_dir(path).map_err(|error| at(&error))?;
        let mut paths: Vec<_> = files.filter_map(|file| Some(file.ok()?.path())).collect();
        paths.retain(|path| !path.is_dir() && is_certificate(path));
        paths.sort();
        return Ok(paths.iter().map(|path| certificates(path)).collect::<Result<Vec<_>, _>>()?.concat());
    }
    let bytes = std::fs::read(path).map_err(|error| at(&error))?;
    match std::str::from_utf8(&bytes) {
        Ok(pem) if pem.contains("-----BEGIN") => TrustAnchor::from_pem(pem),
        _ => TrustAnchor::from_der(&bytes).map(|anchor| vec![anchor]),
    }
    .map_err(|error| at(&error))
}

fn crl(path: &Path) -> Result<Vec<Crl>, String> {
    let at = |error: &dyn std::fmt::Display| format!("{}: {error}", path.display());
    let bytes = std::fs::read(path).map_err(|error| at(&error))?;
    match std::str::from_utf8(&bytes) {
        Ok(pem) if pem.contains("-----BEGIN") => Crl::from_pem(pem),
        _ => Crl::from_der(&bytes).map(|crl| vec![crl]),
    }
    .map_err(|error| at(&error))
}

fn blob(command: &str, arguments: &[String], json: bool, out: &mut dyn Write) -> Answer {
    let request = Request::read(arguments)?;
    let (model, file) = match (&request.rest[..], command) {
        ([model, file], "show") => (Some(model_id(model)?), file),
        ([file], "verify" | "list") => (None, file),
        (_, "show") => return Err("show: expected a BLOB after a model".into()),
        _ => return Err(format!("{command}: expected a BLOB").into()),
    };
    let blob = std::fs::read(file).map_err(|error| in_file(file, error))?;
    let verified = metadata::verify(&blob, &request.roots, request.seen, request.at, default_backend());
    let verified = match verified {
        Ok(verified) => verified,
        Err(error) => {
            match json {
                true => writeln!(out, "{}", json!({ "accept": false, "class": error.code() }))?,
                false => writeln!(out, "refused ({}): {error}", error.code())?,
            }
            return Ok(false);
        }
    };
    match model {
        _ if command == "verify" => verify(out, &verified, &request, json),
        None => list(out, &verified, request.at),
        Some(id) => show(out, &verified, &id, &blob, request.at),
    }?;
    Ok(true)
}

fn model_id(text: &str) -> Result<ModelId, String> {
    text.parse().map_err(|_| format!("{text}: expected an AAGUID, or a key identifier of 40 hexadecimal digits"))
}

fn verify(out: &mut dyn Write, metadata: &Metadata, request: &Request, json: bool) -> io::Result<()> {
    let answer = case::accepted(metadata, request.seen, request.at);
    if json {
        return writeln!(out, "{answer}");
    }
    writeln!(out, "accepted: number {}, {} entries", metadata.number(), metadata.models().len())?;
    if let Value::Object(members) = answer {
        for (name, value) in members.iter().filter(|(name, _)| *name != "accept") {
            writeln!(out, "{name}: {value}")?;
        }
    }
    for skipped in metadata.skipped() {
        let ids: String = skipped.aaguids.iter().map(|aaguid| format!(" ({aaguid})")).collect();
        writeln!(out, "entry {}{ids} cannot be read: {}", skipped.place, skipped.cause)?;
    }
    writeln!(out, "the signer's certificate ends at {}", metadata.signer().not_after.secs())
}

/// Text for a terminal: what a BLOB says may contain control characters.
fn printable(text: &str) -> String {
    text.chars().map(|c| if c.is_control() { '\u{fffd}' } else { c }).collect()
}

fn status(standing: &Standing) -> String {
    let level = standing.level.map(|level| level.name().to_owned());
    let functional = (level.is_none() && standing.functional).then(|| "functional".to_owned());
    let fips = standing.fips.map(|level| format!("FIPS-{level}"));
    let incidents = standing.incidents.iter().map(|incident| incident.name().to_owned());
    let words: Vec<String> = [level, functional, fips].into_iter().flatten().chain(incidents).collect();
    if words.is_empty() { "none".to_owned() } else { words.join(" ") }
}

fn list(out: &mut dyn Write, metadata: &Metadata, at: UnixTime) -> io::Result<()> {
    for model in metadata.models() {
        let standing = model.standing(&Circumstance::at(at));
        let id = match (&model.aaguid, &model.aaid, &model.key_identifiers[..]) {
            (Some(aaguid), _, _) => aaguid.to_string(),
            (_, Some(aaid), _) => printable(aaid),
            (_, _, identifiers) => {
                identifiers.first().map_or_else(String::new, |key| ModelId::KeyIdentifier(*key).to_string())
            }
        };
        writeln!(out, "{id:40} {:24} {}", status(&standing), printable(model.name.as_deref().unwrap_or_default()))?;
    }
    Ok(())
}

fn show(out: &mut dyn Write, metadata: &Metadata, id: &ModelId, blob: &[u8], at: UnixTime) -> io::Result<()> {
    if metadata.is_unreadable(id) {
        writeln!(out, "an entry of this model cannot be read")?;
    }
    let mut found = false;
    for model in metadata.models_of(id) {
        found = true;
        writeln!(out, "name: {}", printable(model.name.as_deref().unwrap_or("none")))?;
        writeln!(out, "entry: {}", model.place)?;
        writeln!(out, "status now: {}", status(&model.standing(&Circumstance::at(at))))?;
        for report in &model.reports {
            let day = |day: Option<metadata::Day>| day.map_or_else(|| "no date".to_owned(), |day| day.to_string());
            let sunset = report.sunset.map_or_else(String::new, |day| format!(", until {day}"));
            let version = report.authenticator_version.map_or_else(String::new, |of| format!(", version {of}"));
            writeln!(
                out,
                "report: {}, {}{sunset}{version}",
                printable(&report.status.to_string()),
                day(report.effective)
            )?;
        }
        if let Some(version) = model.authenticator_version {
            writeln!(out, "authenticator version: {version}")?;
        }
        writeln!(out, "traits: {}", printable(&format!("{:?}", model.traits)))?;
        writeln!(out, "anchors: {}, not usable: {}", metadata.anchors_of(model).count(), model.unusable_anchors)?;
        writeln!(out, "unknown members: {}", model.unknown_members)?;
        let icon = metadata.icon(blob, model, default_backend()).map_or(0, |icon| icon.len());
        writeln!(out, "icon: {icon} characters")?;
    }
    if !found && !metadata.is_unreadable(id) {
        writeln!(out, "the metadata does not have this model")?;
    }
    Ok(())
}

fn judge(files: &[String], json: bool, out: &mut dyn Write) -> Answer {
    command::no_options(files)?;
    if files.is_empty() {
        return Err("judge: expected files of cases (- is standard input)".into());
    }
    let (mut passed, mut failed) = (0_usize, 0_usize);
    for file in files {
        let lines: Box<dyn BufRead> = match file.as_str() {
            "-" => Box::new(io::stdin().lock()),
            file => Box::new(BufReader::new(File::open(file).map_err(|error| in_file(file, error))?)),
        };
        for (number, line) in lines.split(b'\n').enumerate() {
            let line = line.map_err(|error| in_file(file, error))?;
            if line.trim_ascii().is_empty() {
                continue;
            }
            let place = format!("{file}, line {}", number + 1);
            let (id, answer) = match serde_json::from_slice::<Case>(&line) {
                Ok(case) => (case.id.clone(), case.answer()),
                Err(error) => (place, case::Answer::none(format!("not a case: {error}"))),
            };
            *(if answer.disagreement.is_none() { &mut passed } else { &mut failed }) += 1;
            match (json, &answer.disagreement) {
                (true, _) => writeln!(out, "{}", answer.with_id(&id))?,
                (false, Some(why)) => writeln!(out, "{id}: {why}")?,
                (false, None) => {}
            }
        }
    }
    let count = format!("{passed} passed, {failed} failed");
    if json {
        out.flush()?;
        eprintln!("{count}");
    } else {
        writeln!(out, "{count}")?;
    }
    if passed + failed == 0 { Err("there is no case".into()) } else { Ok(failed == 0) }
}
