//! Checks of a command line. The tests of `examples/fetch_metadata` use this file too.

use std::path::Path;
use std::process::{Command, Output, Stdio};

fn run(program: &Path, arguments: &[&str], stdout: Stdio) -> Output {
    let mut command = Command::new(program);
    command.args(arguments).stdin(Stdio::null()).stdout(stdout).stderr(Stdio::piped());
    let started = command.spawn().unwrap_or_else(|error| panic!("{}: {error}", program.display()));
    started.wait_with_output().unwrap()
}

/// One line on standard error that contains `text`, and exit code 2.
fn fails(program: &Path, arguments: &[&str], stdout: Stdio, text: &str) {
    let done = run(program, arguments, stdout);
    let said = String::from_utf8_lossy(&done.stderr);
    let what = format!("{} {arguments:?}: {:?}\n{said}", program.display(), done.status);
    assert_eq!(done.status.code(), Some(2), "{what}");
    assert!(said.lines().next().is_some_and(|line| line.contains(text)) && !said.contains("panicked"), "{what}");
}

/// `--help` prints what the program does and how it is called, and ends with 0, also among other arguments.
pub(crate) fn prints_help(program: &Path, name: &str, arguments: &[&str]) {
    for arguments in [&["--help"][..], &[arguments, &["--help"]].concat()] {
        let done = run(program, arguments, Stdio::piped());
        let said = String::from_utf8(done.stdout).unwrap();
        assert!(done.status.success() && done.stderr.is_empty(), "{name} {arguments:?}: {:?}", done.status);
        assert!(said.contains(&format!("usage: {name}")) && said.contains("exit code"), "{name}: {said}");
    }
    ends_at_a_closed_pipe(program, &["--help"]);
}

/// An output that nobody reads ends the program with one line, without a panic.
pub(crate) fn ends_at_a_closed_pipe(program: &Path, arguments: &[&str]) {
    let (reader, writer) = std::io::pipe().unwrap();
    drop(reader);
    fails(program, arguments, writer.into(), "standard output was closed");
}

/// A file that does not exist is named.
pub(crate) fn names_a_missing_file(program: &Path, before: &[&str]) {
    fails(program, &[before, &["no/such.file"]].concat(), Stdio::piped(), "no/such.file: ");
}

/// An option that does not exist is named.
pub(crate) fn names_an_unknown_option(program: &Path, before: &[&str]) {
    fails(program, &[before, &["--no-such-option"]].concat(), Stdio::piped(), "--no-such-option");
}

/// A program without arguments refuses one.
pub(crate) fn refuses_arguments(program: &Path) {
    fails(program, &["more"], Stdio::piped(), "unexpected argument more");
}
