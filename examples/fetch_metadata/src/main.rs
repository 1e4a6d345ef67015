//! `fetch_metadata [OPTIONS] --roots FILE DIRECTORY`: for cron or a systemd timer. Prints one line of JSON.

#[path = "../../shared/command.rs"]
mod command;

use command::{Answer, in_file};
use fetch_metadata::{Outcome, Settings, health, update};
use std::error::Error;
use std::io::Write;
use std::path::PathBuf;
use std::process::ExitCode;
use std::time::{Duration, SystemTime};
use wardkey::UnixTime;
use wardkey::metadata::Roots;
use wardkey::x509::TrustAnchor;

const HELP: &str = "\
Fetches the BLOB of the FIDO Metadata Service, verifies it, and keeps it in DIRECTORY.

usage: fetch_metadata [OPTIONS] --roots FILE DIRECTORY

  --roots FILE     the roots of the signer, in PEM: GlobalSign Root R3 and R46, from GlobalSign
  --health         print the state of the kept BLOB, without a request
  --now            ask although a request was made on this day
  --url URL        another service; then --name is needed
  --name NAME      the DNS name in the certificate of its signer; the roots may be any
  --tls-roots FILE the CAs of the server, in PEM, in place of those of the public web
  --timeout SECS   the longest time of a whole request (300)

Prints one line of JSON. The exit code is 0 if a BLOB was kept, is unchanged, or no request is due; 1 if not (the last good
BLOB stays where it was), and for --health if there is no BLOB or it is not fresh; 2 if the arguments are wrong or nobody
reads the line.";

/// What the arguments ask for.
struct Asked {
    settings: Settings,
    health: bool,
}

fn asked(arguments: impl Iterator<Item = String>) -> Result<Asked, Box<dyn Error>> {
    let (mut roots, mut url, mut name, mut tls_roots, mut directory) = (None, None, None, None, None);
    let (mut only_health, mut now, mut timeout) = (false, false, Duration::from_secs(300));
    let mut arguments = arguments;
    while let Some(argument) = arguments.next() {
        let mut value = || arguments.next().ok_or(format!("{argument} needs a value"));
        match argument.as_str() {
            "--roots" => roots = Some(read(&value()?)?),
            "--url" => url = Some(value()?),
            "--name" => name = Some(value()?),
            "--tls-roots" => tls_roots = Some(read(&value()?)?),
            "--timeout" => {
                let seconds = value()?.parse().ok().filter(|seconds| *seconds > 0);
                timeout = Duration::from_secs(seconds.ok_or("--timeout needs a number of seconds")?);
            }
            "--health" => only_health = true,
            "--now" => now = true,
            option if option.starts_with('-') => {
                return Err(format!("unknown option {option}; --help lists the options").into());
            }
            _ if directory.is_some() => return Err("more than one directory".into()),
            path => directory = Some(PathBuf::from(path)),
        }
    }
    let pem = roots.ok_or("--roots is missing")?;
    let roots = match (name, &url) {
        (None, None) => Roots::fido(&pem).map_err(|error| format!("--roots: {error}"))?,
        (None, Some(_)) => return Err("--url needs --name".into()),
        (Some(name), _) => Roots::of(name, TrustAnchor::from_pem(&pem).map_err(|error| format!("--roots: {error}"))?),
    };
    let url = url.as_deref().unwrap_or("https://mds.fidoalliance.org/").parse().map_err(|_| "--url is not a URL")?;
    let directory = directory.ok_or("the directory is missing")?;
    Ok(Asked { settings: Settings { url, roots, directory, tls_roots, timeout, now }, health: only_health })
}

fn read(path: &str) -> Result<String, Box<dyn Error>> {
    std::fs::read_to_string(path).map_err(|error| in_file(path, error))
}

fn main() -> ExitCode {
    command::run(HELP, std::env::args().skip(1).collect(), |arguments, out| {
        let asked = asked(arguments.into_iter()).map_err(|error| format!("fetch_metadata: {error}"))?;
        run(asked, out)
    })
}

fn run(Asked { settings, health: only_health }: Asked, out: &mut dyn Write) -> Answer {
    let clock = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH);
    let seconds = clock.map_or(0, |time| time.as_secs());
    let now = UnixTime::from_secs(i64::try_from(seconds).unwrap_or(i64::MAX));
    if only_health {
        let health = health(&settings, now);
        let refused = health.as_ref().err().map(|error| error.code());
        let health = health.ok().flatten();
        writeln!(out, "{}", serde_json::json!({ "kept_refused": refused, "health": health }))?;
        Ok(health.is_some_and(|health| health.fresh != Some(false)))
    } else {
        let report = update(&settings, now);
        writeln!(out, "{}", serde_json::json!(report))?;
        let mut source = report.failure.as_ref().map(|failure| failure as &dyn std::error::Error);
        while let Some(error) = source {
            let _nobody_reads = writeln!(std::io::stderr(), "fetch_metadata: {error}");
            source = error.source();
        }
        Ok(report.outcome != Outcome::Failed)
    }
}
