//! The clients in Python, Node, Java and PHP: each portal registers, signs in, re-authenticates, has a document confirmed, and
//! refuses a state that is used twice. The test plays the browser. A language that the machine lacks is skipped with a line that
//! says so; `WARDKEY_CLIENTS=all` demands every one.

mod common;

use common::{Browser, CONFIG};
use serde_json::{Value, json};
use std::fs;
use std::io::{BufRead, BufReader, Write};
use std::os::unix::net::UnixStream;
use std::path::PathBuf;
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

const CLIENTS: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/clients");

/// The process with its socket in a folder of its own.
struct Process {
    child: Child,
    folder: PathBuf,
}

impl Process {
    fn start(name: &str) -> Self {
        let folder = std::env::temp_dir().join(format!("wardkey-clients-{}-{name}", std::process::id()));
        fs::create_dir_all(&folder).unwrap();
        fs::write(folder.join("wardkey.toml"), CONFIG).unwrap();
        fs::write(folder.join("decoys.secret"), common::secret("").unwrap()).unwrap();
        Self { child: Self::spawn(&folder), folder }
    }

    fn spawn(folder: &std::path::Path) -> Child {
        let socket = folder.join("socket");
        let mut command = Command::new(env!("CARGO_BIN_EXE_wardkey"));
        let child =
            command.arg("--config").arg(folder.join("wardkey.toml")).arg("--socket").arg(&socket).spawn().unwrap();
        let until = Instant::now() + Duration::from_secs(30);
        while UnixStream::connect(&socket).is_err() {
            assert!(Instant::now() < until, "no socket");
            thread::sleep(Duration::from_millis(5));
        }
        child
    }

    /// Replaces the process by a new one, as an upgrade does.
    fn restart(&mut self) {
        assert!(Command::new("kill").arg("-TERM").arg(self.child.id().to_string()).status().unwrap().success());
        assert!(self.child.wait().unwrap().success());
        self.child = Self::spawn(&self.folder);
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        self.child.kill().ok();
        self.child.wait().ok();
        fs::remove_dir_all(&self.folder).ok();
    }
}

/// A portal in another language.
struct Portal {
    child: Child,
    to: ChildStdin,
    from: BufReader<ChildStdout>,
}

impl Portal {
    fn start(mut command: Command, process: &Process) -> Self {
        command.arg(process.folder.join("socket"));
        let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
        let (to, from) = (child.stdin.take().unwrap(), BufReader::new(child.stdout.take().unwrap()));
        Self { child, to, from }
    }

    fn post(&mut self, route: &str, session: &str, body: &str) -> (u64, Value) {
        writeln!(self.to, "{}", json!({ "route": route, "session": session, "body": body })).unwrap();
        let mut line = String::new();
        self.from.read_line(&mut line).unwrap();
        let mut answer: Value = serde_json::from_str(&line).unwrap();
        (answer["status"].as_u64().unwrap(), answer["body"].take())
    }
}

fn has(program: &str) -> bool {
    let found = Command::new(program).arg("--version").output().is_ok_and(|output| output.status.success());
    if !found {
        assert!(std::env::var_os("WARDKEY_CLIENTS").is_none_or(|which| which != "all"), "{program} is not installed");
        // Not `eprintln!`, which the test harness captures.
        std::io::stderr().write_all(format!("skipped: {program} is not installed\n").as_bytes()).unwrap();
    }
    found
}

fn journey(name: &str, command: Command) {
    let mut process = Process::start(name);
    let mut portal = Portal::start(command, &process);
    let mut browser = Browser::default();
    let session = "the session of ada's browser";

    let (status, options) = portal.post("/register/start", session, "");
    assert_eq!(status, 200, "{options}");
    let posted = browser.create(&options);
    let (status, registered) = portal.post("/register/finish", session, &posted);
    assert_eq!(status, 200, "{registered}");
    assert_eq!(portal.post("/register/finish", session, &posted).0, 400, "a state counts once");

    let (_, options) = portal.post("/sign-in/start", session, "");
    let posted = browser.get(&options, 3);
    let (status, body) = portal.post("/sign-in/finish", session, &posted);
    assert_eq!((status, &body["user"], &body["factor"]), (200, &json!(common::ADA), &json!(true)));
    let replayed = portal.post("/sign-in/finish", session, &posted);
    assert_eq!(replayed, (400, json!({ "code": "failed" })), "the store refuses a state that is used");

    // The record was brought up to date: a counter that goes back is refused.
    let (_, options) = portal.post("/sign-in/start", session, "");
    assert_eq!(portal.post("/sign-in/finish", session, &browser.get(&options, 2)), (400, json!({ "code": "failed" })));
    // The state of another session is refused, and it is used up.
    let (_, options) = portal.post("/sign-in/start", session, "");
    let posted = browser.get(&options, 4);
    assert_eq!(portal.post("/sign-in/finish", "the session of eve's browser", &posted).0, 400);
    assert_eq!(portal.post("/sign-in/finish", session, &posted).0, 400);
    // An act needs a re-authentication for it, and uses it up.
    assert_eq!(portal.post("/export", session, "").0, 400, "not re-authenticated");
    let (_, options) = portal.post("/sign-in/start", session, "");
    let posted = browser.get(&options, 4);
    assert_eq!(portal.post("/confirm/finish", session, &posted).0, 400, "a sign-in is no re-authentication");
    let (_, options) = portal.post("/confirm/start", session, "");
    let (status, body) = portal.post("/confirm/finish", session, &browser.get(&options, 4));
    assert_eq!((status, &body["user"]), (200, &json!(common::ADA)), "{body}");
    assert_eq!(portal.post("/export", "the session of eve's browser", "").0, 400);
    assert_eq!(portal.post("/export", session, ""), (200, json!({ "receipts": 0 })));
    assert_eq!(portal.post("/export", session, "").0, 400, "a re-authentication counts once");
    // A document is confirmed: the challenge is its digest.
    let (_, options) = portal.post("/consent/start", session, "");
    let posted = browser.get(&options, 5);
    assert_eq!(portal.post("/consent/finish", "the session of eve's browser", &posted).0, 400);
    assert_eq!(portal.post("/consent/finish", session, &posted).0, 400, "the state is used up");
    let (_, options) = portal.post("/consent/start", session, "");
    let (status, body) = portal.post("/consent/finish", session, &browser.get(&options, 5));
    assert_eq!((status, &body["factor"]), (200, &json!(true)), "{body}");
    let (_, options) = portal.post("/confirm/start", session, "");
    assert_eq!(portal.post("/confirm/finish", session, &browser.get(&options, 6)).0, 200);
    assert_eq!(portal.post("/export", session, ""), (200, json!({ "receipts": 1 })), "the receipt is kept");
    // A ceremony that was started before an upgrade of the process is finished after it.
    let (_, options) = portal.post("/sign-in/start", session, "");
    process.restart();
    let (status, body) = portal.post("/sign-in/finish", session, &browser.get(&options, 7));
    assert_eq!(status, 200, "{body}");
    // An unknown credential: the page gets the signal for the provider.
    let mut other = Browser::default();
    let (_, options) = portal.post("/register/start", session, "");
    other.create(&options);
    other.create(&options);
    let (_, options) = portal.post("/sign-in/start", session, "");
    let (status, tell) = portal.post("/sign-in/finish", session, &other.get(&options, 1));
    assert_eq!(status, 400);
    assert_eq!(tell["unknownCredential"]["rpId"], "clinic.example", "{tell}");

    drop(portal.to);
    assert!(portal.child.wait().unwrap().success());
}

#[test]
fn a_portal_in_python() {
    if has("python3") {
        let mut command = Command::new("python3");
        command.arg("-B").arg(format!("{CLIENTS}/python/portal.py"));
        journey("python", command);
    }
}

#[test]
fn a_portal_in_node() {
    if has("node") {
        let mut command = Command::new("node");
        command.arg(format!("{CLIENTS}/node/portal.mjs"));
        journey("node", command);
    }
}

#[test]
fn a_portal_in_php() {
    if has("php") {
        let mut command = Command::new("php");
        command.arg(format!("{CLIENTS}/php/portal.php"));
        journey("php", command);
    }
}

#[test]
fn a_portal_in_java() {
    if has("javac") && has("java") {
        let classes = std::env::temp_dir().join(format!("wardkey-classes-{}", std::process::id()));
        let files = ["Json", "Wardkey", "Portal"].map(|name| format!("{CLIENTS}/java/{name}.java"));
        let compiled =
            Command::new("javac").arg("-Xlint:all,-serial").arg("-Werror").arg("-d").arg(&classes).args(files).status();
        assert!(compiled.unwrap().success());
        let mut command = Command::new("java");
        command.arg("-cp").arg(&classes).arg("Portal");
        journey("java", command);
        fs::remove_dir_all(classes).unwrap();
    }
}

#[test]
fn each_client_has_at_most_60_lines() {
    for file in ["python/wardkey.py", "node/wardkey.mjs", "java/Wardkey.java", "php/wardkey.php"] {
        let lines = fs::read_to_string(format!("{CLIENTS}/{file}")).unwrap().lines().count();
        assert!(lines <= 60, "{file}: {lines}");
    }
}
