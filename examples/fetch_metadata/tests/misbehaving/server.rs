//! An https server on loopback that answers as it is told, one connection after another.

use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, IsCa, KeyPair};
use rustls::pki_types::PrivateKeyDer;
use rustls::{ServerConfig, ServerConnection, StreamOwned};
use std::collections::VecDeque;
use std::io::{BufRead as _, BufReader, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::Duration;
use url::Url;

/// How the server answers one request. If it has no answer left, it repeats the last.
#[derive(Clone, Debug)]
pub(crate) struct Answer {
    status: u16,
    headers: Vec<(String, String)>,
    body: Vec<u8>,
    framing: Framing,
    /// Only so many bytes of the body are sent.
    sent: Option<usize>,
    /// After that the server neither sends nor closes.
    stalls: bool,
    /// Sent in place of all that.
    raw: Option<Vec<u8>>,
}

#[derive(Clone, Copy, Debug)]
enum Framing {
    Length,
    Chunks,
    UntilClosed,
    Endless,
}

impl Answer {
    pub(crate) fn ok(body: &[u8]) -> Self {
        Self { body: body.to_vec(), ..Self::status(200) }
    }

    pub(crate) fn status(status: u16) -> Self {
        let (headers, body) = (Vec::new(), Vec::new());
        Self { status, headers, body, framing: Framing::Length, sent: None, stalls: false, raw: None }
    }

    pub(crate) fn raw(bytes: &[u8]) -> Self {
        Self { raw: Some(bytes.to_vec()), ..Self::status(200) }
    }

    pub(crate) fn header(mut self, name: &str, value: &str) -> Self {
        self.headers.push((name.to_owned(), value.to_owned()));
        self
    }

    pub(crate) fn cut_off(self, sent: usize) -> Self {
        Self { sent: Some(sent), ..self }
    }

    pub(crate) fn stalled(self, sent: usize) -> Self {
        Self { sent: Some(sent), stalls: true, ..self }
    }

    pub(crate) fn chunked(self) -> Self {
        Self { framing: Framing::Chunks, ..self }
    }

    pub(crate) fn unbounded(self) -> Self {
        Self { framing: Framing::UntilClosed, ..self }
    }

    pub(crate) fn endless(self) -> Self {
        Self { framing: Framing::Endless, ..self }
    }

    fn send(&self, to: &mut impl Write) -> std::io::Result<()> {
        if let Some(raw) = &self.raw {
            return to.write_all(raw);
        }
        write!(to, "HTTP/1.1 {} Something\r\nconnection: close\r\n", self.status)?;
        for (name, value) in &self.headers {
            write!(to, "{name}: {value}\r\n")?;
        }
        let body = &self.body[..self.sent.unwrap_or(self.body.len())];
        match self.framing {
            Framing::Length => write!(to, "content-length: {}\r\n\r\n", self.body.len())?,
            Framing::Chunks => write!(to, "transfer-encoding: chunked\r\n\r\n{:x}\r\n", self.body.len())?,
            Framing::UntilClosed | Framing::Endless => write!(to, "\r\n")?,
        }
        to.write_all(body)?;
        if matches!(self.framing, Framing::Endless) {
            loop {
                to.write_all(&[b'A'; 1 << 16])?; // until the client closes
            }
        }
        if self.stalls {
            to.flush()?;
            thread::sleep(Duration::from_secs(5));
        }
        Ok(())
    }
}

/// A request as the server read it.
#[derive(Clone, Debug)]
pub(crate) struct Asked {
    pub(crate) target: String,
    headers: Vec<(String, String)>,
}

impl Asked {
    pub(crate) fn header(&self, name: &str) -> Option<String> {
        let found = self.headers.iter().find(|(header, _)| header.eq_ignore_ascii_case(name));
        found.map(|(_, value)| value.clone())
    }
}

#[derive(Default)]
struct Shared {
    answers: VecDeque<Answer>,
    last: Option<Answer>,
    asked: Vec<Asked>,
}

pub(crate) struct Server {
    /// The CA of its certificate, in PEM.
    pub(crate) ca: String,
    address: SocketAddr,
    shared: Arc<Mutex<Shared>>,
}

impl Server {
    pub(crate) fn start() -> Self {
        let mut params = CertificateParams::new([]).unwrap();
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        let issuer = CertifiedIssuer::self_signed(params, KeyPair::generate().unwrap()).unwrap();
        let key = KeyPair::generate().unwrap();
        let names = vec!["127.0.0.1".to_owned(), "localhost".to_owned()];
        let certificate = CertificateParams::new(names).unwrap().signed_by(&key, &issuer).unwrap();
        let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
        let config = ServerConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()
            .unwrap()
            .with_no_client_auth()
            .with_single_cert(vec![certificate.der().clone()], PrivateKeyDer::Pkcs8(key.serialize_der().into()))
            .unwrap();
        let listener = TcpListener::bind(("127.0.0.1", 0)).unwrap();
        let address = listener.local_addr().unwrap();
        let shared = Arc::new(Mutex::new(Shared::default()));
        let (config, of_thread) = (Arc::new(config), Arc::clone(&shared));
        thread::spawn(move || {
            for stream in listener.incoming().map_while(Result::ok) {
                let (config, shared) = (Arc::clone(&config), Arc::clone(&of_thread));
                thread::spawn(move || serve(stream, config, &shared));
            }
        });
        Self { ca: issuer.pem(), address, shared }
    }

    pub(crate) fn url(&self, path: &str) -> Url {
        format!("https://{}{path}", self.address).parse().unwrap()
    }

    /// The next answer, after those that were not asked for yet.
    pub(crate) fn will(&self, answer: Answer) {
        self.shared.lock().unwrap().answers.push_back(answer);
    }

    /// All requests so far.
    pub(crate) fn asked(&self) -> Vec<Asked> {
        self.shared.lock().unwrap().asked.clone()
    }
}

/// Reads one request and answers it. A client that leaves early ends it.
fn serve(stream: TcpStream, config: Arc<ServerConfig>, shared: &Mutex<Shared>) -> Option<()> {
    let connection = ServerConnection::new(config).ok()?;
    let mut stream = BufReader::new(StreamOwned::new(connection, stream));
    let mut line = String::new();
    stream.read_line(&mut line).ok().filter(|read| *read > 0)?;
    let target = line.split(' ').nth(1)?.to_owned();
    let mut headers = Vec::new();
    loop {
        line.clear();
        stream.read_line(&mut line).ok().filter(|read| *read > 0)?;
        let Some((name, value)) = line.trim_end().split_once(": ") else { break };
        headers.push((name.to_owned(), value.to_owned()));
    }
    let answer = {
        let mut shared = shared.lock().ok()?;
        shared.asked.push(Asked { target, headers });
        if let Some(answer) = shared.answers.pop_front() {
            shared.last = Some(answer);
        }
        shared.last.clone()
    }?;
    let stream = stream.get_mut();
    answer.send(stream).ok()?;
    stream.conn.send_close_notify();
    stream.flush().ok()
}
