//! Two processes over one database: one is killed between and during requests, and nothing that was answered is lost.

use serde_json::{Value, json};
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::{Receiver, channel};
use std::thread;
use wardkey_authenticator::{Authentication, Registration};

const ORIGIN: &str = "http://localhost:8080";

/// A process of the portal.
struct Instance {
    process: Child,
    port: u16,
    log: Receiver<String>,
}

impl Instance {
    fn start(database: &str) -> Self {
        // Both ports are free until the process takes them.
        let [port, operator] = [0; 2].map(|_| TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port());
        let mut process = Command::new(env!("CARGO_BIN_EXE_portal"))
            .envs([("DATABASE_URL", database), ("ORIGIN", ORIGIN), ("RP_ID", "localhost"), ("RUST_LOG", "info")])
            .envs([("PORT", port.to_string()), ("OPERATOR_PORT", operator.to_string())])
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let out = BufReader::new(process.stdout.take().unwrap());
        let (to, log) = channel();
        thread::spawn(move || out.lines().map_while(Result::ok).for_each(|line| drop(to.send(line))));
        let instance = Self { process, port, log };
        instance.logged("open http");
        instance
    }

    /// Waits for a line with this text.
    fn logged(&self, text: &str) -> String {
        self.log.iter().find(|line| line.contains(text)).expect("the process ended")
    }

    fn address(&self) -> Address {
        Address(self.port)
    }
}

/// Where a process listens.
#[derive(Clone, Copy)]
struct Address(u16);

impl Address {
    /// Posts JSON. Returns `None` if the process did not answer.
    fn post(&self, cookie: &mut String, path: &str, body: &Value) -> Option<(u16, Value)> {
        let mut stream = TcpStream::connect(("127.0.0.1", self.0)).ok()?;
        let body = body.to_string();
        let head = format!(
            "POST /api{path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nContent-Type: application/json\r\n\
             Cookie: {cookie}\r\nContent-Length: {}\r\n\r\n{body}",
            body.len()
        );
        stream.write_all(head.as_bytes()).ok()?;
        let mut answer = String::new();
        stream.read_to_string(&mut answer).ok()?;
        let (head, body) = answer.split_once("\r\n\r\n")?;
        if let Some((_, rest)) = head.split_once("set-cookie: ") {
            *cookie = rest.split(';').next()?.to_owned();
        }
        Some((head.split(' ').nth(1)?.parse().ok()?, serde_json::from_str(body).ok()?))
    }
}

impl Drop for Instance {
    fn drop(&mut self) {
        self.process.kill().ok();
        self.process.wait().ok();
    }
}

fn get(passkey: &Registration, options: &Value) -> Value {
    Authentication::answering(passkey, options).unwrap().response()
}

#[test]
fn an_instance_is_killed_and_nothing_that_was_answered_is_lost() {
    let file = std::env::temp_dir().join(format!("portal-instances-{}.db", std::process::id()));
    let database = format!("sqlite://{}?mode=rwc", file.display());
    let (mut one, two) = (Instance::start(&database), Instance::start(&database));

    // The password at one instance, the code at the other.
    let mut cookie = String::new();
    let post = |instance: &Instance, cookie: &mut String, path: &str, body: Value| {
        let (status, answer) = instance.address().post(cookie, path, &body).unwrap();
        assert_eq!(status, 200, "{path}: {answer}");
        answer
    };
    post(&one, &mut cookie, "/password", json!({ "name": "ada", "password": "password of ada" }));
    let line = one.logged("the code is");
    let code = line.rsplit(' ').next().unwrap();
    post(&two, &mut cookie, "/code", json!({ "code": code }));
    let options = post(&one, &mut cookie, "/register", json!({}));
    let passkey = Registration::answering("instances", &options, ORIGIN).unwrap();
    post(&two, &mut cookie, "/registered", passkey.response());
    let options = post(&two, &mut cookie, "/sign-in", json!({}));
    post(&one, &mut cookie, "/signed-in", get(&passkey, &options));

    // Eight visitors sign in again and again at both; the first instance is killed while they do.
    let (answered, answers) = channel();
    let load = |visitor: usize| {
        let answered = answered.clone();
        let (one, two, passkey) = (one.address(), two.address(), passkey.clone());
        thread::spawn(move || {
            let mut sessions = Vec::new();
            for round in 0..6 {
                let [start, finish] = if (visitor + round).is_multiple_of(2) { [one, two] } else { [two, one] };
                let mut cookie = String::new();
                let Some((200, options)) = start.post(&mut cookie, "/sign-in", &json!({})) else { continue };
                let posted = get(&passkey, &options);
                if let Some((200, _)) = finish.post(&mut cookie, "/signed-in", &posted) {
                    sessions.push(cookie);
                    answered.send(()).unwrap();
                }
            }
            sessions
        })
    };
    let visitors: Vec<_> = (0..8).map(load).collect();
    assert_eq!(answers.iter().take(5).count(), 5);
    one.process.kill().unwrap();
    let sessions: Vec<String> = visitors.into_iter().flat_map(|visitor| visitor.join().unwrap()).collect();
    assert!(!sessions.is_empty());

    // Every session that was answered works at the instance that is left.
    for mut session in sessions {
        assert_eq!(post(&two, &mut session, "/me", json!({}))["name"], "ada");
    }
    // The chain of the dead instance holds up to its last line.
    let mut auditor = String::new();
    post(&two, &mut auditor, "/password", json!({ "name": "auditor", "password": "password of auditor" }));
    let line = two.logged("the code is");
    post(&two, &mut auditor, "/code", json!({ "code": line.rsplit(' ').next().unwrap() }));
    let audit = post(&two, &mut auditor, "/audit", json!({}));
    let chains = audit["chains"].as_array().unwrap();
    assert!(chains.len() == 2 && chains.iter().all(|chain| chain["broken"].is_null()), "{chains:?}");

    // SIGTERM ends an instance gracefully.
    let mut two = two;
    let ended = Command::new("kill").args(["-TERM", &two.process.id().to_string()]).status().unwrap();
    assert!(ended.success() && two.process.wait().unwrap().success());
    drop((one, two));
    for end in ["", "-wal", "-shm"] {
        std::fs::remove_file(format!("{}{end}", file.display())).ok();
    }
}
