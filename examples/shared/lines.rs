//! Reads cases line by line and prints an answer to each: the command line of the examples `assurance` and `audit`.

use serde_json::Value;
use std::io::{self, BufRead, BufReader, Write};
use std::process::ExitCode;

/// Answers the lines of the files named as arguments; `-`, or no argument, is standard input. Exits with 2 if a file cannot be
/// read.
pub(crate) fn run(answer: fn(&[u8]) -> Option<Value>) -> ExitCode {
    let mut files: Vec<String> = std::env::args().skip(1).collect();
    if files.is_empty() {
        files.push("-".to_owned());
    }
    match answer_all(&files, answer) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("{error}");
            ExitCode::from(2)
        }
    }
}

fn answer_all(files: &[String], answer: fn(&[u8]) -> Option<Value>) -> Result<(), String> {
    let mut out = io::BufWriter::new(io::stdout().lock());
    for file in files {
        let error = |error: io::Error| format!("{file}: {error}");
        let lines: Box<dyn BufRead> = match file.as_str() {
            "-" => Box::new(io::stdin().lock()),
            file => Box::new(BufReader::new(std::fs::File::open(file).map_err(error)?)),
        };
        for line in lines.split(b'\n') {
            if let Some(answer) = answer(&line.map_err(error)?) {
                writeln!(out, "{answer}").map_err(error)?;
            }
        }
    }
    out.flush().map_err(|error| error.to_string())
}
