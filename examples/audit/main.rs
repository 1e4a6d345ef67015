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

fn main() -> std::process::ExitCode {
    lines::run(answer::answer)
}
