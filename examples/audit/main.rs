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
#[path = "../shared/lines.rs"]
mod lines;

const HELP: &str = "\
Answers the cases of audit: chains, events, bundles. One JSON object per line, in and out.

usage: audit [FILE|-]...      (without a file, and for -, standard input)

Prints one line for each case of its kinds, and ignores other kinds. It never looks at `expect`.
The exit code is 0, or 2 if a file cannot be read.";

fn main() -> std::process::ExitCode {
    lines::run(HELP, answer::answer)
}
