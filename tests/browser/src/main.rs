//! `examples/journey` over HTTP, for `scenarios.mjs`. Only for this test: one request at a time, no TLS, and a clock that a
//! request can move forward.
//!
//! Prints the port that it listens on. The header `x-session` takes the place of a session cookie. A `POST` calls the function of
//! the portal that has its path; `/test/…` is for the scenarios.

#[path = "../../../examples/journey/back_end.rs"]
#[expect(dead_code, reason = "nobody prescribes here")]
mod back_end;

use back_end::{ADD_PASSKEY, Portal, Refused, WebSession, delete_passkey};
use serde_json::{Value, json};
use std::collections::HashMap;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::time::SystemTime;
use wardkey::UnixTime;
use wardkey::policy::AttestationPolicy;

const PAGE: &str = r#"<!doctype html><html lang="en"><title>Example Clinic</title>
<input aria-label="Name" autocomplete="username webauthn">
<script type="module">
import * as wardkey from "/wardkey.js";
window.wardkey = wardkey;
document.documentElement.dataset.ready = "";
</script>"#;

/// Longer than any response that the library reads.
const MAX_BODY: usize = 2 * wardkey::client::json::MAX_LEN;

struct Server {
    portal: Portal,
    sessions: HashMap<String, WebSession>,
    /// Seconds by which this clock is ahead.
    ahead: i64,
}

struct Request {
    method: String,
    path: String,
    session: String,
    body: String,
}

fn main() -> std::io::Result<()> {
    let portal = Portal::new(AttestationPolicy::default(), *b"random bytes of a secret store :");
    let portal = portal.map_err(std::io::Error::other)?;
    let mut server = Server { portal, sessions: HashMap::new(), ahead: 0 };
    let listener = TcpListener::bind("127.0.0.1:0")?;
    println!("{}", listener.local_addr()?.port());
    for stream in listener.incoming() {
        if let Err(error) = stream.and_then(|stream| server.serve(stream)) {
            eprintln!("{error}");
        }
    }
    Ok(())
}

/// Reads a request. Reads only the headers that this test sends.
fn read(stream: &TcpStream) -> std::io::Result<Request> {
    let mut from = BufReader::new(stream).take(MAX_BODY as u64);
    let mut line = String::new();
    from.read_line(&mut line)?;
    let mut words = line.split_whitespace().map(str::to_owned);
    let (method, path) = (words.next().unwrap_or_default(), words.next().unwrap_or_default());
    let (mut length, mut session) = (0, String::new());
    loop {
        let mut line = String::new();
        from.read_line(&mut line)?;
        let Some((name, value)) = line.split_once(':') else { break };
        match name.to_ascii_lowercase().as_str() {
            "content-length" => length = value.trim().parse().map_err(std::io::Error::other)?,
            "x-session" => value.trim().clone_into(&mut session),
            _ => {}
        }
    }
    let mut body = String::new();
    from.take(length).read_to_string(&mut body)?;
    Ok(Request { method, path, session, body })
}

impl Server {
    fn serve(&mut self, mut stream: TcpStream) -> std::io::Result<()> {
        let request = read(&stream)?;
        let (status, kind, body) = match (&*request.method, &*request.path) {
            ("GET", "/") => (200, "text/html", PAGE.to_owned()),
            ("GET", "/wardkey.js") => (200, "text/javascript", wardkey::BROWSER_JS.to_owned()),
            ("POST", _) => match self.answer(&request) {
                Ok(answer) => (200, "application/json", answer.to_string()),
                Err(refused) => (refused.status, "application/json", refused.body.to_string()),
            },
            _ => (404, "text/plain", String::new()),
        };
        let length = body.len();
        write!(
            stream,
            "HTTP/1.1 {status} -\r\ncontent-type: {kind}; charset=utf-8\r\ncontent-length: {length}\r\nconnection: close\r\n\r\n{body}"
        )
    }

    fn now(&self) -> UnixTime {
        let since = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default();
        UnixTime::from_secs(since.as_secs() as i64 + self.ahead)
    }

    fn answer(&mut self, request: &Request) -> Result<Value, Refused> {
        let now = self.now();
        let posted: Value = serde_json::from_str(&request.body).unwrap_or_default();
        let text = |member: &str| posted[member].as_str().unwrap_or_default();
        let (portal, body) = (&mut self.portal, &request.body);
        let new = || WebSession { id: request.session.clone(), user: None, confirmed: None };
        let session = self.sessions.entry(request.session.clone()).or_insert_with(new);
        match &*request.path {
            "/account" => portal.open_account(session, text("name"), false),
            "/register" => portal.register(session, now),
            "/registered" => portal.registered(session, body, now),
            "/sign-in" => portal.sign_in(session, posted["name"].as_str(), now),
            "/signed-in" => portal.signed_in(session, body, now),
            "/confirm-add" => portal.confirm(session, ADD_PASSKEY, now),
            "/confirm-delete" => portal.confirm(session, &delete_passkey(text("id")), now),
            "/confirmed" => portal.confirmed(session, body, now),
            "/delete" => portal.delete(session, text("id"), now),
            "/passkeys" => portal.passkeys(session),
            "/test/sign-out" => {
                *session = new();
                Ok(json!({}))
            }
            "/test/advance" => {
                self.ahead += posted["seconds"].as_i64().unwrap_or_default();
                Ok(json!({}))
            }
            "/test/log" => Ok(std::mem::take(&mut portal.log)
                .iter()
                .map(|line| serde_json::from_str(line).unwrap_or(Value::Null))
                .collect()),
            _ => Err(Refused { status: 404, body: json!({}) }),
        }
    }
}
