//! The process `wardkey`: requests as lines, answers as lines, in the same order.
//!
//! ```text
//! wardkey [--config FILE]                            standard input and output
//! wardkey [--config FILE] --socket PATH [--connections N] [--timeout SECONDS]
//! wardkey check FILE                                 explains a configuration
//! wardkey rotate FILE RELYING_PARTY NEW_SECRET_FILE  writes `decoys.rotated` for a new secret
//! wardkey health PATH                                asks the process that serves this socket; ends with 0 if it answers
//! wardkey schema                                     the JSON Schema of the requests
//! wardkey verify-vectors [--json] FILE...
//! wardkey explain ID [FILE...]
//! ```
//!
//! The configuration is `wardkey.toml`, or what `--config` names; a name that ends in `.json` is JSON.

mod lines;
#[cfg_attr(not(unix), path = "no_socket.rs")]
mod socket;
#[path = "../../examples/verify_vectors/main.rs"]
#[allow(dead_code, reason = "its `main` is of the example")]
mod vectors;

use std::fs;
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::Duration;
use wardkey_json::{Config, Context, schema};

const USAGE: &str = "usage: wardkey [--config FILE] [--socket PATH [--connections N] [--timeout SECONDS]]
       wardkey check FILE
       wardkey rotate FILE RELYING_PARTY NEW_SECRET_FILE
       wardkey health PATH
       wardkey schema
       wardkey verify-vectors [--json] FILE...
       wardkey explain ID [FILE...]";

/// What the command line says of the process.
struct Options {
    config: PathBuf,
    socket: Option<PathBuf>,
    connections: usize,
    timeout: Duration,
}

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let words: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let done = match *words {
        ["check", file] => load(Path::new(file)).map(|context| print!("{}", context.explain())),
        ["rotate", file, party, secret] => rotate(Path::new(file), party, Path::new(secret)),
        ["health", path] => socket::health(Path::new(path)),
        ["schema"] => serde_json::to_string_pretty(&schema()).map(|text| println!("{text}")).map_err(|e| e.to_string()),
        ["verify-vectors", ..] => return vectors::answer(arguments[1..].to_vec()),
        ["explain", _, ..] => {
            let explain = ["--explain".to_owned()].into_iter();
            return vectors::answer(explain.chain(arguments[1..].iter().cloned()).collect());
        }
        _ => options(&arguments).and_then(|options| serve(&options)),
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("wardkey: {error}");
            ExitCode::from(2)
        }
    }
}

fn options(arguments: &[String]) -> Result<Options, String> {
    let mut options =
        Options { config: "wardkey.toml".into(), socket: None, connections: 64, timeout: Duration::from_secs(60) };
    let mut arguments = arguments.iter();
    while let Some(argument) = arguments.next() {
        let mut value = || arguments.next().ok_or_else(|| format!("{argument} needs a value\n{USAGE}"));
        let number = |text: &String| match text.parse::<u32>() {
            Ok(number) if number > 0 => Ok(number),
            _ => Err(format!("{argument}: expected a number above 0")),
        };
        match argument.as_str() {
            "--config" => options.config = value()?.into(),
            "--socket" => options.socket = Some(value()?.into()),
            "--connections" => {
                options.connections = usize::try_from(number(value()?)?).map_err(|error| error.to_string())?
            }
            "--timeout" => options.timeout = Duration::from_secs(number(value()?)?.into()),
            _ => return Err(USAGE.to_owned()),
        }
    }
    Ok(options)
}

fn serve(options: &Options) -> Result<(), String> {
    let context = load(&options.config)?;
    match &options.socket {
        Some(path) => socket::serve(&context, path, options.connections, options.timeout),
        None => match lines::serve(&context, io::stdin().lock(), io::stdout().lock()) {
            // The reader of the answers is gone, so nobody waits for the rest.
            Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(()),
            done => done,
        }
        .map_err(|error| error.to_string()),
    }
}

/// Reads a configuration and its files. Paths are relative to the folder of the configuration.
fn load(path: &Path) -> Result<Context, String> {
    let at = |error: &dyn std::fmt::Display| format!("{}: {error}", path.display());
    let text = fs::read_to_string(path).map_err(|error| at(&error))?;
    let is_json = path.extension().is_some_and(|extension| extension == "json");
    let config = if is_json { Config::from_json(&text) } else { Config::from_toml(&text) };
    let folder = path.parent().unwrap_or(Path::new("."));
    Context::new(&config.map_err(|error| at(&error))?, |named| read(folder, named)).map_err(|error| at(&error))
}

/// A file of the configuration; `credential:NAME` is a credential of systemd.
fn read(folder: &Path, named: &str) -> Result<Vec<u8>, String> {
    let path = match named.strip_prefix("credential:") {
        Some(name) if name.contains('/') => return Err("a credential is named without its folder".to_owned()),
        Some(name) => {
            let folder = std::env::var_os("CREDENTIALS_DIRECTORY").ok_or("systemd passed no credentials")?;
            Path::new(&folder).join(name)
        }
        None => folder.join(named),
    };
    fs::read(&path).map_err(|error| format!("{}: {error}", path.display()))
}

fn rotate(config: &Path, party: &str, secret: &Path) -> Result<(), String> {
    let secret = fs::read(secret).map_err(|error| format!("{}: {error}", secret.display()))?;
    // A secret in hexadecimal is read as the configuration reads it.
    let rotated = load(config)?.rotate(party, &secret).map_err(|error| error.to_string())?;
    writeln!(io::stdout(), "{rotated}").map_err(|error| error.to_string())
}
