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

fn main() -> std::process::ExitCode {
    lines::run(answer::answer)
}
