//! The process: lines, the socket, and the commands.

mod common;

use common::{Browser, CONFIG, NOW, context, ok, register, request, sign_in};
use serde_json::{Value, json};
use std::fs;
use std::io::{BufRead, BufReader, Read, Write};
use std::os::fd::OwnedFd;
use std::os::unix::net::UnixStream;
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, ChildStdout, Command, Output, Stdio};
use std::thread;
use std::time::{Duration, Instant};
use wardkey_json::call;

const WARDKEY: &str = env!("CARGO_BIN_EXE_wardkey");
const VECTORS: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../tests/vectors");

/// A folder with the configuration, removed at the end.
struct Folder(PathBuf);

impl Folder {
    fn new(name: &str) -> Self {
        let folder = std::env::temp_dir().join(format!("wardkey-json-{}-{name}", std::process::id()));
        fs::create_dir_all(&folder).unwrap();
        fs::write(folder.join("wardkey.toml"), CONFIG).unwrap();
        fs::write(folder.join("decoys.secret"), common::secret("").unwrap()).unwrap();
        Self(folder)
    }

    fn file(&self, name: &str) -> PathBuf {
        self.0.join(name)
    }

    fn command(&self) -> Command {
        let mut command = Command::new(WARDKEY);
        command.arg("--config").arg(self.file("wardkey.toml"));
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        command
    }

    fn pipe(&self) -> (Child, ChildStdin, BufReader<ChildStdout>) {
        let mut child = self.command().spawn().unwrap();
        let (input, output) = (child.stdin.take().unwrap(), child.stdout.take().unwrap());
        (child, input, BufReader::new(output))
    }

    /// Starts a process with a socket and waits until it answers.
    fn socket(&self, arguments: &[&str]) -> (Child, PathBuf) {
        let path = self.file("socket");
        let child = self.command().arg("--socket").arg(&path).args(arguments).spawn().unwrap();
        let until = Instant::now() + Duration::from_secs(30);
        while UnixStream::connect(&path).is_err() {
            assert!(Instant::now() < until, "no socket");
            thread::sleep(Duration::from_millis(5));
        }
        (child, path)
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        fs::remove_dir_all(&self.0).ok();
    }
}

fn next(output: &mut impl BufRead) -> Value {
    let mut line = String::new();
    output.read_line(&mut line).unwrap();
    serde_json::from_str(&line).unwrap()
}

fn vectors() -> Vec<String> {
    let mut files: Vec<_> = fs::read_dir(VECTORS).unwrap().map(|entry| entry.unwrap().path()).collect();
    files.retain(|path| path.extension().is_some_and(|extension| extension == "jsonl"));
    files.sort();
    files
        .iter()
        .flat_map(|path| fs::read_to_string(path).unwrap().lines().map(str::to_owned).collect::<Vec<_>>())
        .collect()
}

/// Ends a process as systemd does.
fn terminate(child: &Child) {
    assert!(Command::new("kill").arg("-TERM").arg(child.id().to_string()).status().unwrap().success());
}

#[test]
fn every_vector_has_the_verdict_of_the_library() {
    let folder = Folder::new("vectors");
    let (mut child, mut input, output) = folder.pipe();
    let lines = vectors();
    let sent = lines.clone();
    let writer = thread::spawn(move || {
        for (number, line) in sent.iter().enumerate() {
            // Both forms: the text, and the value.
            let vector = if number % 2 == 0 { Value::from(line.as_str()).to_string() } else { line.clone() };
            writeln!(input, r#"{{"v":1,"id":{number},"do":"judge-vector","vector":{vector}}}"#).unwrap();
        }
    });
    let backend = wardkey::crypto::default_backend();
    let (mut accepted, mut answered) = (0, 0);
    for (number, answer) in output.lines().enumerate() {
        let answer: Value = serde_json::from_str(&answer.unwrap()).unwrap();
        let vector: wardkey::internals::Vector = serde_json::from_str(&lines[number]).unwrap();
        let judged = vector.judge(backend);
        let stated: Value = serde_json::from_str(&lines[number]).unwrap();
        assert_eq!(answer["id"], number, "in order");
        assert_eq!(answer["ok"]["accept"], judged.accept, "{}", stated["id"]);
        assert_eq!(answer["ok"]["accept"], stated["verdict"]["accept"], "{}", stated["id"]);
        assert_eq!(answer["ok"]["step"], json!(judged.step), "{}", stated["id"]);
        assert_eq!(answer["ok"]["code"], json!(judged.code), "{}", stated["id"]);
        accepted += usize::from(judged.accept);
        answered += 1;
    }
    writer.join().unwrap();
    assert!(child.wait().unwrap().success());
    assert_eq!(answered, lines.len());
    assert!(accepted > 100 && answered - accepted > 100);
}

#[test]
fn lines_that_are_no_request_are_answered_in_their_place() {
    let folder = Folder::new("malformed");
    let mut child = folder.command().spawn().unwrap();
    let mut input = child.stdin.take().unwrap();
    let good = request("start-authentication", json!({ "session": "s", "now": NOW }));
    for line in [&b"{"[..], b"\xff\xfe", b"", b"  \t", good.as_bytes(), b"\0", good.as_bytes()] {
        input.write_all(line).unwrap();
        input.write_all(b"\n").unwrap();
    }
    input.write_all(&good.as_bytes()[..20]).unwrap(); // half a line, and the client is gone
    drop(input);
    let Output { status, stdout, .. } = child.wait_with_output().unwrap();
    let lines: Vec<Value> =
        String::from_utf8(stdout).unwrap().lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let codes: Vec<_> = lines.iter().map(|line| line["error"]["code"].as_str().unwrap_or("ok")).collect();
    assert_eq!(codes, ["request", "request", "ok", "request", "ok", "request"]);
    assert!(status.success());
}

/// The peak of resident memory of a process in kB.
fn peak(child: &Child) -> u64 {
    let status = fs::read_to_string(format!("/proc/{}/status", child.id())).unwrap();
    let line = status.lines().find(|line| line.starts_with("VmHWM")).unwrap();
    line.split_whitespace().nth(1).unwrap().parse().unwrap()
}

#[test]
fn a_line_of_100_mb_is_refused_with_bounded_memory() {
    let folder = Folder::new("long");
    let (mut child, mut input, mut output) = folder.pipe();
    let good = request("start-authentication", json!({ "session": "s", "now": NOW }));
    writeln!(input, "{good}").unwrap();
    assert!(next(&mut output)["ok"].is_object());
    let before = peak(&child);
    let part = vec![b'['; 1_000_000];
    for _ in 0..100 {
        input.write_all(&part).unwrap();
    }
    writeln!(input).unwrap();
    assert_eq!(next(&mut output)["error"]["code"], "too-long");
    // The line itself is kept up to 16 MiB, in a buffer that doubles.
    assert!(peak(&child) < before + 50_000, "{} kB before, {} kB after", before, peak(&child));
    writeln!(input, "{good}").unwrap();
    assert!(next(&mut output)["ok"].is_object(), "the next request is answered");
    drop(input);
    assert!(child.wait().unwrap().success());
}

#[test]
fn a_hundred_thousand_requests_are_answered_in_order_with_bounded_memory() {
    let folder = Folder::new("many");
    let (mut child, mut input, output) = folder.pipe();
    let writer = thread::spawn(move || {
        for number in 0..100_000 {
            let line = match number % 3 {
                0 => format!(r#"{{"v":1,"id":{number},"do":"start-authentication","session":"s","now":{NOW}}}"#),
                1 => format!(r#"{{"v":1,"id":{number},"do":"look-up-model","now":{NOW},"model":"x"}}"#),
                _ => format!(r#"{{"v":1,"id":{number},"do":"none"}}"#),
            };
            writeln!(input, "{line}").unwrap();
        }
        input
    });
    let mut after_some = 0;
    let mut lines = output.lines();
    for number in 0..100_000 {
        let answer = lines.next().unwrap().unwrap();
        assert!(answer.starts_with(&format!(r#"{{"v":1,"id":{number},"#)), "{answer}");
        if number == 10_000 {
            after_some = peak(&child);
        }
    }
    assert!(peak(&child) <= after_some + 1_000, "{after_some} kB, then {} kB", peak(&child));
    drop(writer.join().unwrap());
    assert!(child.wait().unwrap().success());
    assert!(lines.next().is_none());
}

/// A client that sends and does not read fills the pipe. The process waits, and no answer is lost.
#[test]
fn a_full_pipe_loses_nothing() {
    let folder = Folder::new("full");
    let (mut child, mut input, output) = folder.pipe();
    let writer = thread::spawn(move || {
        for number in 0..2_000 {
            writeln!(input, r#"{{"v":1,"id":{number},"do":"start-authentication","session":"s","now":{NOW}}}"#)
                .unwrap();
        }
    });
    thread::sleep(Duration::from_millis(300)); // both pipes are full now
    assert_eq!(output.lines().map(Result::unwrap).filter(|line| line.contains(r#""ok":"#)).count(), 2_000);
    writer.join().unwrap();
    assert!(child.wait().unwrap().success());
}

#[test]
fn a_reader_that_is_gone_ends_the_process() {
    let folder = Folder::new("gone");
    let (mut child, mut input, output) = folder.pipe();
    drop(output);
    let good = request("start-authentication", json!({ "session": "s", "now": NOW }));
    while writeln!(input, "{good}").is_ok() {}
    assert!(child.wait().unwrap().success());
}

/// A connection to the socket: what it sends and what it reads.
fn connect(path: &Path) -> (UnixStream, BufReader<UnixStream>) {
    let stream = UnixStream::connect(path).unwrap();
    stream.set_read_timeout(Some(Duration::from_secs(30))).unwrap();
    (stream.try_clone().unwrap(), BufReader::new(stream))
}

#[test]
fn the_socket_serves_a_sign_in_to_each_connection_and_ends_gracefully() {
    let folder = Folder::new("socket");
    let (mut child, path) = folder.socket(&[]);
    let (context, mut browser) = (context(), Browser::default());
    let record = register(&context, &mut browser)["record"].clone();
    let members = sign_in(&context, &browser, &record, 1);
    let finish = request("finish-authentication", members);
    thread::scope(|scope| {
        for _ in 0..8 {
            scope.spawn(|| {
                let (mut to, mut from) = connect(&path);
                for _ in 0..50 {
                    writeln!(to, "{finish}").unwrap();
                    assert_eq!(next(&mut from)["ok"]["factor"], true);
                }
            });
        }
    });
    let health = || Command::new(WARDKEY).arg("health").arg(&path).output().unwrap().status.code();
    assert_eq!(health(), Some(0));
    // A batch that has arrived is answered although the process ends.
    let (mut to, mut from) = connect(&path);
    writeln!(to, "{finish}").unwrap();
    next(&mut from);
    let batch = format!("{finish}\n").repeat(20);
    to.write_all(batch.as_bytes()).unwrap();
    terminate(&child);
    for _ in 0..20 {
        assert_eq!(next(&mut from)["ok"]["factor"], true);
    }
    assert_eq!(from.read(&mut [0]).unwrap(), 0, "then the connection ends");
    assert!(child.wait().unwrap().success());
    assert!(!path.exists(), "the socket is removed");
    assert_eq!(health(), Some(2));
}

/// A client that is killed in the middle of its requests, with answers that it has not read, costs no other client anything.
#[test]
fn a_killed_client_frees_its_place() {
    let folder = Folder::new("killed");
    let (mut child, path) = folder.socket(&["--connections", "1"]);
    let line = request("start-authentication", json!({ "session": "s", "now": NOW }));
    for round in 0..5 {
        // It sends without end and reads nothing, so the process waits for it when it is killed.
        let socket = OwnedFd::from(UnixStream::connect(&path).unwrap());
        let mut client = Command::new("yes").arg(&line).stdout(socket).spawn().unwrap();
        thread::sleep(Duration::from_millis(100));
        client.kill().unwrap();
        client.wait().unwrap();
        let (mut to, mut from) = connect(&path);
        writeln!(to, "{line}").unwrap();
        assert!(next(&mut from)["ok"].is_object(), "{round}");
    }
    terminate(&child);
    assert!(child.wait().unwrap().success());
}

#[test]
fn a_connection_beyond_the_limit_waits_and_a_slow_one_is_closed() {
    let folder = Folder::new("limits");
    let (mut child, path) = folder.socket(&["--connections", "1", "--timeout", "1"]);
    let line = request("start-authentication", json!({ "session": "s", "now": NOW }));
    let (mut first, mut from_first) = connect(&path);
    writeln!(first, "{line}").unwrap();
    assert!(next(&mut from_first)["ok"].is_object());
    let (mut second, mut from_second) = connect(&path);
    writeln!(second, "{line}").unwrap();
    second.set_read_timeout(Some(Duration::from_millis(200))).unwrap();
    assert!(from_second.fill_buf().is_err(), "no answer while the first has the place");
    second.set_read_timeout(Some(Duration::from_secs(30))).unwrap();
    // The first sends a byte now and then, and never a whole request.
    let started = Instant::now();
    while first.write_all(b"{").is_ok() && started.elapsed() < Duration::from_secs(20) {
        thread::sleep(Duration::from_millis(50));
    }
    assert!(started.elapsed() < Duration::from_secs(10), "the slow connection keeps its place");
    assert!(next(&mut from_second)["ok"].is_object(), "then the second has it");
    terminate(&child);
    assert!(child.wait().unwrap().success());
}

#[test]
fn a_socket_that_is_left_over_is_replaced_and_one_that_is_served_is_not() {
    let folder = Folder::new("left");
    let (mut child, path) = folder.socket(&[]);
    let second = folder.command().arg("--socket").arg(&path).output().unwrap();
    assert_eq!(second.status.code(), Some(2));
    child.kill().unwrap();
    child.wait().unwrap();
    assert!(path.exists(), "a killed process leaves its socket");
    let again = folder.command().arg("--socket").arg(&path).spawn().unwrap();
    let until = Instant::now() + Duration::from_secs(30);
    while UnixStream::connect(&path).is_err() && Instant::now() < until {
        thread::sleep(Duration::from_millis(5));
    }
    terminate(&again);
    assert!(again.wait_with_output().unwrap().status.success());
    fs::write(&path, "a file").unwrap();
    let file = folder.command().arg("--socket").arg(&path).output().unwrap();
    assert_eq!(file.status.code(), Some(2));
    assert_eq!(fs::read_to_string(&path).unwrap(), "a file");
}

#[test]
fn the_commands_answer() {
    let folder = Folder::new("commands");
    let run = |arguments: &[&str]| {
        let output = Command::new(WARDKEY).args(arguments).stdin(Stdio::null()).output().unwrap();
        let text = |bytes| String::from_utf8(bytes).unwrap();
        (output.status.code(), text(output.stdout), text(output.stderr))
    };
    let config = folder.file("wardkey.toml").display().to_string();
    let (code, text, _) = run(&["check", &config]);
    assert_eq!(code, Some(0));
    assert!(text.contains("relying party portal: RP ID clinic.example") && text.contains("profile patient"), "{text}");
    let secret = folder.file("new");
    fs::write(&secret, [7_u8; 32]).unwrap();
    let (code, text, _) = run(&["rotate", &config, "portal", &secret.display().to_string()]);
    assert_eq!((code, text.trim().len()), (Some(0), 96));
    fs::write(folder.file("wardkey.toml"), CONFIG.replace("name =", "nme =")).unwrap();
    let (code, _, error) = run(&["check", &config]);
    assert_eq!(code, Some(2));
    assert!(error.contains("relying_parties.portal.nme"), "{error}");
    let (code, text, _) = run(&["schema"]);
    assert_eq!(code, Some(0));
    assert_eq!(serde_json::from_str::<Value>(&text).unwrap(), wardkey_json::schema());
    let file = format!("{VECTORS}/steps.jsonl");
    let (code, text, _) = run(&["verify-vectors", &file]);
    assert!(code == Some(0) && text.contains(" passed, 0 failed"), "{text}");
    let (code, text, _) = run(&["explain", "steps/auth.challenge.other", &file]);
    assert!(code == Some(0) && text.contains("REFUSED"), "{text}");
    assert_eq!(run(&["--no-such"]).0, Some(2));
    assert_eq!(run(&["--config", "/nowhere"]).0, Some(2));
}

/// The example of a configuration, with its secret as a credential of systemd.
#[test]
fn the_example_of_a_configuration_is_right() {
    let folder = Folder::new("example");
    fs::write(folder.file("decoys"), "00112233445566778899aabbccddeeff0123456789abcdef0123456789abcdef\n").unwrap();
    let example = concat!(env!("CARGO_MANIFEST_DIR"), "/deploy/wardkey.toml");
    let check = || Command::new(WARDKEY).args(["check", example]).env_remove("CREDENTIALS_DIRECTORY").output().unwrap();
    let error = String::from_utf8(check().stderr).unwrap();
    assert!(error.contains("relying_parties.portal.decoys.secret"), "{error}");
    let mut with = Command::new(WARDKEY);
    let output = with.args(["check", example]).env("CREDENTIALS_DIRECTORY", &folder.0).output().unwrap();
    assert!(output.status.success(), "{output:?}");
}

/// The process has no state: an answer is that of the library, and a second finish with the same state is the caller's to refuse.
#[test]
fn the_process_answers_as_the_library_does() {
    let folder = Folder::new("same");
    let (context, mut browser) = (context(), Browser::default());
    let record = register(&context, &mut browser)["record"].clone();
    let mut members = sign_in(&context, &browser, &record, 1);
    let good = request("finish-authentication", members.clone());
    members["now"] = json!(NOW + 100_000);
    let late = request("finish-authentication", members);
    let (mut child, mut input, mut output) = folder.pipe();
    for line in [&good, &late, &good] {
        writeln!(input, "{line}").unwrap();
        let by_library: Value = serde_json::from_str(&call(&context, line)).unwrap();
        assert_eq!(next(&mut output), by_library);
    }
    assert_eq!(
        ok(&context, "read-response", json!({ "response": browser.get(&json!({ "challenge": "AA" }), 1) }))["user_handle"],
        common::ADA
    );
    drop(input);
    assert!(child.wait().unwrap().success());
}
