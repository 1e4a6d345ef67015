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

use case::{Answer, Case};
use serde_json::{Value, json};
use std::io::{self, BufRead, BufReader, Write};
use std::path::Path;
use std::process::ExitCode;
use std::time::Duration;
use wardkey::UnixTime;
use wardkey::crypto::default_backend;
use wardkey::metadata::{self, Circumstance, FIDO_HOST, Metadata, ModelId, Roots, Seen, Standing};
use wardkey::x509::{Crl, TrustAnchor};

fn main() -> ExitCode {
    let mut arguments: Vec<String> = std::env::args().skip(1).collect();
    let json = arguments.iter().any(|argument| argument == "--json");
    arguments.retain(|argument| argument != "--json");
    let (command, rest) = arguments.split_first().map_or(("", &[][..]), |(command, rest)| (command.as_str(), rest));
    let done = match command {
        "judge" => judge(rest, json),
        "verify" | "list" | "show" => blob(command, rest, json),
        _ => Err("usage: metadata verify|list|show|judge ...; see examples/metadata/main.rs".to_owned()),
    };
    match done {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::from(1),
        Err(error) => {
            eprintln!("{error}");
            ExitCode::from(2)
        }
    }
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

/// RFC 3339 in UTC, or Unix seconds.
fn time(text: &str) -> Result<UnixTime, String> {
    if let Ok(seconds) = text.parse() {
        return Ok(UnixTime::from_secs(seconds));
    }
    let read = || {
        let (date, clock) = text.split_once(['T', 't'])?;
        let day: metadata::Day = date.parse().ok()?;
        let clock = clock.strip_suffix(['Z', 'z']).or_else(|| clock.strip_suffix("+00:00"))?;
        let clock = clock.split_once('.').map_or(clock, |(seconds, _)| seconds);
        let fields: Vec<u64> = clock.split(':').map(|field| field.parse().ok()).collect::<Option<_>>()?;
        let [hour @ 0..24, minute @ 0..60, second @ 0..60] = fields[..] else { return None };
        Some(day.starts().plus(Duration::from_secs((hour * 60 + minute) * 60 + second)))
    };
    read().ok_or_else(|| format!("{text}: expected RFC 3339 in UTC, such as 2026-11-23T00:00:00Z, or Unix seconds"))
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

fn blob(command: &str, arguments: &[String], json: bool) -> Result<bool, String> {
    let request = Request::read(arguments)?;
    let (model, file) = match (&request.rest[..], command) {
        ([model, file], "show") => (Some(model_id(model)?), file),
        ([file], "verify" | "list") => (None, file),
        _ => {
            return Err(format!("{command}: expected a BLOB{}", if command == "show" { " after a model" } else { "" }));
        }
    };
    let blob = std::fs::read(file).map_err(|error| format!("{file}: {error}"))?;
    let verified = metadata::verify(&blob, &request.roots, request.seen, request.at, default_backend());
    let verified = match verified {
        Ok(verified) => verified,
        Err(error) => {
            match json {
                true => println!("{}", json!({ "accept": false, "class": error.code() })),
                false => println!("refused ({}): {error}", error.code()),
            }
            return Ok(false);
        }
    };
    let mut out = io::stdout().lock();
    let written = match model {
        _ if command == "verify" => verify(&mut out, &verified, &request, json),
        None => list(&mut out, &verified, request.at),
        Some(id) => show(&mut out, &verified, &id, &blob, request.at),
    };
    written.or_else(|error| match error.kind() {
        io::ErrorKind::BrokenPipe => Ok(()),
        _ => Err(error.to_string()),
    })?;
    Ok(true)
}

fn model_id(text: &str) -> Result<ModelId, String> {
    text.parse().map_err(|_| format!("{text}: expected an AAGUID, or a key identifier of 40 hexadecimal digits"))
}

fn verify(out: &mut impl Write, metadata: &Metadata, request: &Request, json: bool) -> io::Result<()> {
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
        let id = skipped.aaguid.map_or_else(String::new, |aaguid| format!(" ({aaguid})"));
        writeln!(out, "entry {}{id} cannot be read: {}", skipped.place, skipped.cause)?;
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

fn list(out: &mut impl Write, metadata: &Metadata, at: UnixTime) -> io::Result<()> {
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

fn show(out: &mut impl Write, metadata: &Metadata, id: &ModelId, blob: &[u8], at: UnixTime) -> io::Result<()> {
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

fn judge(files: &[String], json: bool) -> Result<bool, String> {
    if files.is_empty() {
        return Err("judge: expected files of cases (- is standard input)".to_owned());
    }
    let (mut passed, mut failed) = (0_usize, 0_usize);
    let mut out = io::BufWriter::new(io::stdout().lock());
    for file in files {
        let lines: Box<dyn BufRead> = match file.as_str() {
            "-" => Box::new(io::stdin().lock()),
            file => Box::new(BufReader::new(std::fs::File::open(file).map_err(|error| format!("{file}: {error}"))?)),
        };
        for (number, line) in lines.split(b'\n').enumerate() {
            let line = line.map_err(|error| format!("{file}: {error}"))?;
            if line.trim_ascii().is_empty() {
                continue;
            }
            let place = format!("{file}, line {}", number + 1);
            let (id, answer) = match serde_json::from_slice::<Case>(&line) {
                Ok(case) => (case.id.clone(), case.answer()),
                Err(error) => (place, Answer::none(format!("not a case: {error}"))),
            };
            *(if answer.disagreement.is_none() { &mut passed } else { &mut failed }) += 1;
            let printed = match (json, &answer.disagreement) {
                (true, _) => writeln!(out, "{}", answer.with_id(&id)),
                (false, Some(why)) => writeln!(out, "{id}: {why}"),
                (false, None) => Ok(()),
            };
            printed.map_err(|error| error.to_string())?;
        }
    }
    out.flush().map_err(|error| error.to_string())?;
    drop(out);
    let count = format!("{passed} passed, {failed} failed");
    if json {
        eprintln!("{count}");
    } else {
        println!("{count}");
    }
    if passed + failed == 0 { Err("there is no case".to_owned()) } else { Ok(failed == 0) }
}
