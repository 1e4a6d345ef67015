//! Answers the cases of assurance: one JSON object per line, as `FORMAT-assurance.md` describes them.
//!
//! ```text
//! cargo run --release --features assurance --example assurance -- [FILE|-]...
//! ```
//!
//! Each line is a case `{"id", "kind", ...}`. The program prints one line for each case of its kinds, and ignores other kinds. A
//! line that is no case is answered `{"id":null,"error":"case"}`. It never looks at `expect`. Without a file, and for `-`, it
//! reads standard input.

mod answer;
#[path = "../shared/lines.rs"]
mod lines;

const HELP: &str = "\
Answers the cases of assurance: levels, demands, documents, receipts, accounts. One JSON object per line, in and out.

usage: assurance [FILE|-]...      (without a file, and for -, standard input)

Prints one line for each case of its kinds, and ignores other kinds. It never looks at `expect`.
The exit code is 0, or 2 if a file cannot be read.";

fn main() -> std::process::ExitCode {
    lines::run(HELP, answer::answer)
}
