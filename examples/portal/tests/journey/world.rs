//! A portal in a test, and browsers with the software authenticator.

use axum::Router;
use axum::body::Body;
use axum::http::{Request, StatusCode, header};
use http_body_util::BodyExt;
use portal::{Config, Portal, router};
use serde_json::{Value, json};
use std::sync::atomic::{AtomicI64, AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use tower::ServiceExt;
use wardkey::UnixTime;
use wardkey::metadata::Metadata;
use wardkey_authenticator::{Algorithm, Authentication, Packed, Registration, RelyingParty, hash::sha256};

pub(crate) const ORIGIN: &str = "https://portal.clinic.example";
pub(crate) const RP_ID: &str = "portal.clinic.example";
pub(crate) const START: i64 = 1_795_392_000;

/// Addresses, and what was sent to them.
type Sent = Arc<Mutex<Vec<(String, String)>>>;

/// A portal, its clock, the text messages and the notices that it sent.
pub(crate) struct World {
    pub(crate) portal: Portal,
    pub(crate) app: Router,
    now: Arc<AtomicI64>,
    messages: Sent,
    pub(crate) notices: Sent,
    pub(crate) database: String,
}

impl World {
    pub(crate) async fn new() -> Self {
        Self::with(None, None).await
    }

    /// A portal with FIDO metadata, or in a frame.
    pub(crate) async fn with(metadata: Option<Metadata>, framed_by: Option<&str>) -> Self {
        static NEXT: AtomicU64 = AtomicU64::new(0);
        let number = NEXT.fetch_add(1, Ordering::Relaxed);
        let file = std::env::temp_dir().join(format!("portal-{}-{number}.db", std::process::id()));
        let embedded = format!("sqlite://{}?mode=rwc", file.display());
        let database = std::env::var("DATABASE_URL").unwrap_or(embedded);
        if database.starts_with("postgres") {
            empty(&database).await;
        }
        Self::over(database, Arc::new(AtomicI64::new(START)), metadata, framed_by).await
    }

    async fn over(database: String, now: Arc<AtomicI64>, metadata: Option<Metadata>, framed_by: Option<&str>) -> Self {
        let (messages, notices) = (Sent::default(), Sent::default());
        let (clock, sent, told) = (now.clone(), messages.clone(), notices.clone());
        let portal = Portal::start(Config {
            origin: ORIGIN.to_owned(),
            rp_id: RP_ID.to_owned(),
            database: database.clone(),
            framed_by: framed_by.map(str::to_owned),
            metadata,
            clock: Arc::new(move || UnixTime::from_secs(clock.load(Ordering::Relaxed))),
            sender: Arc::new(move |to, code| sent.lock().unwrap().push((to.to_owned(), code.to_owned()))),
            notifier: Arc::new(move |to, key| told.lock().unwrap().push((to.to_owned(), key.to_owned()))),
        });
        let portal = portal.await.unwrap();
        Self { app: router(portal.clone()), portal, now, messages, notices, database }
    }

    /// A second instance over the same database.
    pub(crate) async fn instance(&self) -> Self {
        Self::over(self.database.clone(), self.now.clone(), None, None).await
    }

    pub(crate) fn wait(&self, seconds: i64) {
        self.now.fetch_add(seconds, Ordering::Relaxed);
    }

    /// The newest text message: the number, and the code.
    pub(crate) fn message(&self) -> (String, String) {
        self.messages.lock().unwrap().last().unwrap().clone()
    }

    pub(crate) fn code(&self) -> String {
        self.message().1
    }

    pub(crate) fn browser(&self, name: &str) -> Browser {
        Browser { app: self.app.clone(), cookie: None, name: name.to_owned(), passkeys: Vec::new(), attests: false }
    }
}

impl Drop for World {
    fn drop(&mut self) {
        if let Some(file) = self.database.strip_prefix("sqlite://").and_then(|url| url.strip_suffix("?mode=rwc")) {
            for end in ["", "-wal", "-shm"] {
                std::fs::remove_file(format!("{file}{end}")).ok();
            }
        }
    }
}

/// Drops the tables of an earlier test.
pub(crate) async fn empty(database: &str) {
    let store = portal::store::Store::open(database).await.unwrap();
    let tables = "secret account credential session ceremony spent sms_code attempt result prescription notice audit migration seen";
    for table in tables.split(' ') {
        sqlx::query(&format!("DROP TABLE {table}")).execute(&store.pool).await.unwrap();
    }
}

/// A browser with its cookie and its passkeys.
#[derive(Clone)]
pub(crate) struct Browser {
    pub(crate) app: Router,
    pub(crate) cookie: Option<String>,
    pub(crate) name: String,
    pub(crate) passkeys: Vec<Registration>,
    /// Whether new passkeys have an attestation by a certificate.
    pub(crate) attests: bool,
}

impl Browser {
    pub(crate) async fn request(&mut self, method: &str, path: &str, body: String) -> (StatusCode, String) {
        let mut request = Request::builder().method(method).uri(path).header(header::CONTENT_TYPE, "application/json");
        if let Some(cookie) = &self.cookie {
            request = request.header(header::COOKIE, cookie);
        }
        let answer = self.app.clone().oneshot(request.body(Body::from(body)).unwrap()).await.unwrap();
        if let Some(cookie) = answer.headers().get(header::SET_COOKIE) {
            let cookie = cookie.to_str().unwrap();
            assert!(cookie.starts_with("__Host-portal=") && cookie.contains("; Secure"), "{cookie}");
            assert!(cookie.contains("; HttpOnly") && cookie.contains("; SameSite=Strict"), "{cookie}");
            self.cookie = cookie.split(';').next().map(str::to_owned);
        }
        let status = answer.status();
        let bytes = answer.into_body().collect().await.unwrap().to_bytes();
        (status, String::from_utf8(bytes.to_vec()).unwrap())
    }

    pub(crate) async fn try_post(&mut self, path: &str, body: Value) -> (u16, Value) {
        let (status, text) = self.request("POST", &format!("/api{path}"), body.to_string()).await;
        (status.as_u16(), serde_json::from_str(&text).unwrap_or_default())
    }

    pub(crate) async fn post(&mut self, path: &str, body: Value) -> Value {
        let (status, answer) = self.try_post(path, body).await;
        assert_eq!(status, 200, "{path}: {answer}");
        answer
    }

    pub(crate) async fn by_code(&mut self, world: &World) -> Value {
        self.post("/password", json!({ "name": self.name, "password": format!("password of {}", self.name) })).await;
        self.post("/code", json!({ "code": world.code() })).await
    }

    pub(crate) fn create(&mut self, options: &Value) -> Value {
        let rp = RelyingParty { id: RP_ID.into(), origins: vec![ORIGIN.into()], ..RelyingParty::default() };
        let handle: wardkey::UserHandle = options["user"]["id"].as_str().unwrap().parse().unwrap();
        let made = Registration::new(&format!("{}.{}", self.name, self.passkeys.len()), Algorithm::Es256);
        let made = if self.attests { made.format(Packed::new()) } else { made };
        let made = made
            .client_data(|data| data.set("challenge", options["challenge"].clone()))
            .client_data(|data| data.set("origin", ORIGIN))
            .authenticator_data(|data| data.rp_id_hash = sha256(RP_ID.as_bytes()))
            .expecting(|expected| (expected.rp, expected.user_handle) = (rp, handle.as_bytes().to_vec()));
        self.passkeys.push(made.clone());
        made.response()
    }

    pub(crate) fn get(&self, options: &Value) -> Value {
        self.get_counting(options, 0)
    }

    /// Answers with the newest passkey, whose counter is `more` higher than at the registration.
    pub(crate) fn get_counting(&self, options: &Value, more: u32) -> Value {
        Authentication::of(self.passkeys.last().unwrap())
            .client_data(|data| data.set("challenge", options["challenge"].clone()))
            .authenticator_data(|data| data.sign_count += more)
            .response()
    }

    pub(crate) async fn register(&mut self) -> Value {
        let options = self.post("/register", json!({})).await;
        let posted = self.create(&options);
        self.post("/registered", posted).await
    }

    pub(crate) async fn sign_in(&mut self) -> Value {
        let options = self.post("/sign-in", json!({})).await;
        let posted = self.get(&options);
        self.post("/signed-in", posted).await
    }

    pub(crate) async fn confirm(&mut self, purpose: &str) {
        let options = self.post("/confirm", json!({ "purpose": purpose })).await;
        let posted = self.get(&options);
        self.post("/confirmed", posted).await;
    }

    /// Signs in with a code, registers a passkey and signs in with it.
    pub(crate) async fn enrolled(world: &World, name: &str) -> Self {
        let mut browser = world.browser(name);
        browser.by_code(world).await;
        browser.register().await;
        browser.sign_in().await;
        browser
    }
}

pub(crate) fn lacks(answer: &(u16, Value)) -> Vec<&str> {
    assert_eq!(answer.0, 403, "{}", answer.1);
    answer.1["lacks"].as_array().unwrap().iter().map(|word| word.as_str().unwrap()).collect()
}
