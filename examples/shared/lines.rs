//! Reads cases line by line and prints an answer to each: the command line of the examples `assurance` and `audit`.

#[path = "command.rs"]
mod command;

use command::{Answer, in_file};
use serde_json::Value;
use std::fs::File;
use std::io::{self, BufRead, BufReader, Write};
use std::process::ExitCode;

/// Answers the lines of the files named as arguments; `-`, or no argument, is standard input.
pub(crate) fn run(help: &str, answer: fn(&[u8]) -> Option<Value>) -> ExitCode {
    command::run(help, std::env::args().skip(1).collect(), |mut files, out| {
        command::no_options(&files)?;
        if files.is_empty() {
            files.push("-".to_owned());
        }
        answer_all(&files, answer, out)
    })
}

fn answer_all(files: &[String], answer: fn(&[u8]) -> Option<Value>, out: &mut dyn Write) -> Answer {
    for file in files {
        let lines: Box<dyn BufRead> = match file.as_str() {
            "-" => Box::new(io::stdin().lock()),
            file => Box::new(BufReader::new(File::open(file).map_err(|error| in_file(file, error))?)),
        };
        for line in lines.split(b'\n') {
            if let Some(answer) = answer(&line.map_err(|error| in_file(file, error))?) {
                writeln!(out, "{answer}")?;
            }
        }
    }
    Ok(true)
}
