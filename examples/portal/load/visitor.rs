//! A visitor: a browser, an address of its own, and the software authenticator.

use crate::instance::{Log, ORIGIN};
use serde_json::{Value, json};
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::atomic::{AtomicU32, AtomicU64, Ordering};
use std::time::Duration;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpSocket;
use wardkey_authenticator::{Authentication, Registration};

/// A passkey of the software authenticator.
#[derive(Clone)]
pub struct Passkey {
    made: Registration,
    /// The counter of the last signature.
    pub counter: u32,
}

impl Passkey {
    /// Makes a passkey. Returns it with the response.
    pub fn create(options: &Value) -> (Self, Value) {
        static NEXT: AtomicU64 = AtomicU64::new(0);
        let mut options = options.clone();
        options["pubKeyCredParams"] = json!([{ "type": "public-key", "alg": -7 }]); // ES256, as most passkeys
        let name = format!("load.{}", NEXT.fetch_add(1, Ordering::Relaxed));
        let made = Registration::answering(&name, &options, ORIGIN).expect("options");
        let made = made.authenticator_data(|data| data.sign_count = 1);
        let response = made.response();
        (Self { made, counter: 1 }, response)
    }

    /// Signs, and counts.
    pub fn get(&mut self, options: &Value) -> Value {
        self.counter += 1;
        self.get_counting(options, self.counter)
    }

    /// Signs with this counter.
    pub fn get_counting(&self, options: &Value, counter: u32) -> Value {
        let made = Authentication::answering(&self.made, options).expect("options");
        made.authenticator_data(|data| data.sign_count = counter).response()
    }

    pub fn id(&self) -> &[u8] {
        self.made.credential_id()
    }
}

/// A status, and JSON. `None`: the portal did not answer.
pub type Answer = Option<(u16, Value)>;

/// A browser with its cookie. Each has an address of its own in 127.0.0.0/8, because the portal limits requests by address.
#[derive(Clone)]
pub struct Visitor {
    cookie: String,
    address: Ipv4Addr,
}

impl Visitor {
    pub fn new() -> Self {
        static NEXT: AtomicU32 = AtomicU32::new(u32::from_be_bytes([127, 1, 0, 1]));
        Self { cookie: String::new(), address: Ipv4Addr::from(NEXT.fetch_add(1, Ordering::Relaxed)) }
    }

    /// Posts JSON to `/api`, over a connection of its own.
    pub async fn try_post(&mut self, port: u16, path: &str, body: &Value) -> Answer {
        let answer = tokio::time::timeout(Duration::from_secs(30), self.exchange(port, path, body.to_string()));
        let (head, body) = answer.await.ok()??;
        if let Some((_, rest)) = head.split_once("set-cookie: ") {
            rest.split(';').next()?.clone_into(&mut self.cookie);
        }
        Some((head.split(' ').nth(1)?.parse().ok()?, serde_json::from_str(&body).ok()?))
    }

    async fn exchange(&self, port: u16, path: &str, body: String) -> Option<(String, String)> {
        let socket = TcpSocket::new_v4().ok()?;
        socket.bind(SocketAddr::from((self.address, 0))).ok()?;
        let mut stream = socket.connect(SocketAddr::from((Ipv4Addr::LOCALHOST, port))).await.ok()?;
        let head = format!(
            "POST /api{path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nContent-Type: application/json\r\n\
             Cookie: {}\r\nContent-Length: {}\r\n\r\n",
            self.cookie,
            body.len()
        );
        stream.write_all((head + &body).as_bytes()).await.ok()?;
        let mut answer = String::new();
        stream.read_to_string(&mut answer).await.ok()?;
        let (head, body) = answer.split_once("\r\n\r\n")?;
        Some((head.to_owned(), body.to_owned()))
    }

    /// Posts JSON. The answer must be 200.
    pub async fn post(&mut self, port: u16, path: &str, body: &Value) -> Value {
        match self.try_post(port, path, body).await {
            Some((200, answer)) => answer,
            other => panic!("{path}: {other:?}"),
        }
    }

    /// Signs in with the password and the code by text message.
    pub async fn by_code(&mut self, port: u16, log: &Log, (name, password, number): (&str, &str, &str)) {
        self.post(port, "/password", &json!({ "name": name, "password": password })).await;
        self.post(port, "/code", &json!({ "code": log.code(number).await })).await;
    }

    /// Registers a passkey.
    pub async fn register(&mut self, port: u16) -> Passkey {
        let (passkey, response) = Passkey::create(&self.post(port, "/register", &json!({})).await);
        self.post(port, "/registered", &response).await;
        passkey
    }

    pub async fn sign_in(&mut self, port: u16, passkey: &mut Passkey) {
        let options = self.post(port, "/sign-in", &json!({})).await;
        self.post(port, "/signed-in", &passkey.get(&options)).await;
    }
}
