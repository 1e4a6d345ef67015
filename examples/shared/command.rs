//! What the command lines of the examples share: `--help`, exit codes, and errors in one line.

use std::error::Error;
use std::io::{self, Write};
use std::process::ExitCode;

/// Whether everything is as it should be, or why the command could not finish.
pub(crate) type Answer = Result<bool, Box<dyn Error>>;

/// Runs a command. `--help` prints `help` and ends with 0. Otherwise `body` gets the arguments and the output, and the exit code is
/// 0 if all is good, 1 if not, and 2, with one line on standard error, if the command could not finish.
pub(crate) fn run(
    help: &str,
    arguments: Vec<String>,
    body: impl FnOnce(Vec<String>, &mut dyn Write) -> Answer,
) -> ExitCode {
    let mut out = io::BufWriter::new(io::stdout().lock());
    let mut done = if arguments.iter().any(|argument| argument == "--help" || argument == "-h") {
        writeln!(out, "{help}").map(|()| true).map_err(Into::into)
    } else {
        body(arguments, &mut out)
    };
    if let (Err(error), true) = (out.flush(), done.is_ok()) {
        done = Err(error.into());
    }
    match done {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(error) => {
            // `head` and others close the pipe when they have read enough.
            let closed =
                error.downcast_ref().is_some_and(|error: &io::Error| error.kind() == io::ErrorKind::BrokenPipe);
            let text = if closed { "standard output was closed before the end".to_owned() } else { error.to_string() };
            let _nobody_reads = writeln!(io::stderr(), "{text}");
            ExitCode::from(2)
        }
    }
}

/// The error of a file: its name and what is wrong. An `io::Error` without a name is one of the output.
#[allow(dead_code, reason = "not every example reads files")]
pub(crate) fn in_file(file: &str, error: impl std::fmt::Display) -> Box<dyn Error> {
    format!("{file}: {error}").into()
}

/// The error of an argument that starts with `-` and that the command does not know, if there is one. `-` alone is standard input.
#[allow(dead_code, reason = "not every example takes options")]
pub(crate) fn no_options(arguments: &[String]) -> Result<(), Box<dyn Error>> {
    match arguments.iter().find(|argument| argument.starts_with('-') && *argument != "-") {
        Some(option) => Err(format!("unknown option {option}; --help lists the options").into()),
        None => Ok(()),
    }
}
