//! Answers the cases of audit: one JSON object per line, as `tests/audit/README.md` describes them.
//!
//! ```text
//! cargo run --release --features audit --example audit -- [FILE|-]...
//! ```
//!
//! Each line is a case `{"id", "kind", ...}`. The program prints one line for each case of the kinds `chain`, `event` and `bundle`,
//! and ignores other kinds. A line that is no case is answered `{"id":null,"error":"case"}`. It never looks at `expect`. Without
//! a file, and for `-`, it reads standard input.

mod answer;

use std::io::{self, BufRead, BufReader, Write};
use std::process::ExitCode;

fn main() -> ExitCode {
    let mut files: Vec<String> = std::env::args().skip(1).collect();
    if files.is_empty() {
        files.push("-".to_owned());
    }
    match answer_all(&files) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("{error}");
            ExitCode::from(2)
        }
    }
}

fn answer_all(files: &[String]) -> Result<(), String> {
    let mut out = io::BufWriter::new(io::stdout().lock());
    for file in files {
        let error = |error: io::Error| format!("{file}: {error}");
        let lines: Box<dyn BufRead> = match file.as_str() {
            "-" => Box::new(io::stdin().lock()),
            file => Box::new(BufReader::new(std::fs::File::open(file).map_err(error)?)),
        };
        for line in lines.split(b'\n') {
            if let Some(answer) = answer::answer(&line.map_err(error)?) {
                writeln!(out, "{answer}").map_err(error)?;
            }
        }
    }
    out.flush().map_err(|error| error.to_string())
}
