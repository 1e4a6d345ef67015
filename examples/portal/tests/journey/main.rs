//! The whole journey and the attacks over HTTP, with the software authenticator in place of a browser.
//!
//! With the `DATABASE_URL` of a PostgreSQL database the tests use that, and each drops the tables first: see `examples/portal/test`, which
//! runs one test after the other.

use axum::Router;
use axum::body::Body;
use axum::extract::ConnectInfo;
use axum::http::{Request, StatusCode, header};
use http_body_util::BodyExt;
use portal::{Config, Portal, operator, router};
use serde_json::{Value, json};
use std::net::SocketAddr;
use std::sync::atomic::{AtomicI64, AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use tower::ServiceExt;
use wardkey::UnixTime;
use wardkey_authenticator::{Algorithm, Authentication, Registration, RelyingParty, hash::sha256};

const ORIGIN: &str = "https://portal.clinic.example";
const RP_ID: &str = "portal.clinic.example";
const START: i64 = 1_795_392_000;

/// A portal, its clock, and the text messages that it sent.
struct World {
    portal: Portal,
    app: Router,
    now: Arc<AtomicI64>,
    messages: Arc<Mutex<Vec<String>>>,
    database: String,
}

impl World {
    async fn new() -> Self {
        static NEXT: AtomicU64 = AtomicU64::new(0);
        let number = NEXT.fetch_add(1, Ordering::Relaxed);
        let file = std::env::temp_dir().join(format!("portal-{}-{number}.db", std::process::id()));
        let embedded = format!("sqlite://{}?mode=rwc", file.display());
        let database = std::env::var("DATABASE_URL").unwrap_or(embedded);
        if database.starts_with("postgres") {
            empty(&database).await;
        }
        Self::over(database, Arc::new(AtomicI64::new(START))).await
    }

    async fn over(database: String, now: Arc<AtomicI64>) -> Self {
        let messages = Arc::new(Mutex::new(Vec::new()));
        let (clock, sent) = (now.clone(), messages.clone());
        let portal = Portal::start(Config {
            origin: ORIGIN.to_owned(),
            rp_id: RP_ID.to_owned(),
            database: database.clone(),
            clock: Arc::new(move || UnixTime::from_secs(clock.load(Ordering::Relaxed))),
            sender: Arc::new(move |_, code| sent.lock().unwrap().push(code.to_owned())),
        });
        let portal = portal.await.unwrap();
        Self { app: router(portal.clone()), portal, now, messages, database }
    }

    /// A second instance over the same database.
    async fn instance(&self) -> Self {
        Self::over(self.database.clone(), self.now.clone()).await
    }

    fn wait(&self, seconds: i64) {
        self.now.fetch_add(seconds, Ordering::Relaxed);
    }

    fn code(&self) -> String {
        self.messages.lock().unwrap().last().unwrap().clone()
    }

    fn browser(&self, name: &str) -> Browser {
        Browser { app: self.app.clone(), cookie: None, name: name.to_owned(), passkeys: Vec::new() }
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
async fn empty(database: &str) {
    let store = portal::store::Store::open(database).await.unwrap();
    let tables = "secret account credential session ceremony spent sms_code attempt result prescription notice audit";
    for table in tables.split(' ') {
        sqlx::query(&format!("DROP TABLE {table}")).execute(&store.pool).await.unwrap();
    }
}

/// A browser with its cookie and its passkeys.
#[derive(Clone)]
struct Browser {
    app: Router,
    cookie: Option<String>,
    name: String,
    passkeys: Vec<Registration>,
}

impl Browser {
    async fn request(&mut self, method: &str, path: &str, body: String) -> (StatusCode, String) {
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

    async fn try_post(&mut self, path: &str, body: Value) -> (u16, Value) {
        let (status, text) = self.request("POST", &format!("/api{path}"), body.to_string()).await;
        (status.as_u16(), serde_json::from_str(&text).unwrap_or_default())
    }

    async fn post(&mut self, path: &str, body: Value) -> Value {
        let (status, answer) = self.try_post(path, body).await;
        assert_eq!(status, 200, "{path}: {answer}");
        answer
    }

    async fn by_code(&mut self, world: &World) -> Value {
        self.post("/password", json!({ "name": self.name, "password": format!("password of {}", self.name) })).await;
        self.post("/code", json!({ "code": world.code() })).await
    }

    fn create(&mut self, options: &Value) -> Value {
        let rp = RelyingParty { id: RP_ID.into(), origins: vec![ORIGIN.into()], ..RelyingParty::default() };
        let handle: wardkey::UserHandle = options["user"]["id"].as_str().unwrap().parse().unwrap();
        let made = Registration::new(&format!("{}.{}", self.name, self.passkeys.len()), Algorithm::Es256)
            .client_data(|data| data.set("challenge", options["challenge"].clone()))
            .client_data(|data| data.set("origin", ORIGIN))
            .authenticator_data(|data| data.rp_id_hash = sha256(RP_ID.as_bytes()))
            .expecting(|expected| (expected.rp, expected.user_handle) = (rp, handle.as_bytes().to_vec()));
        self.passkeys.push(made.clone());
        made.response()
    }

    fn get(&self, options: &Value) -> Value {
        self.get_counting(options, 0)
    }

    /// Answers with the newest passkey, whose counter is `more` higher than at the registration.
    fn get_counting(&self, options: &Value, more: u32) -> Value {
        Authentication::of(self.passkeys.last().unwrap())
            .client_data(|data| data.set("challenge", options["challenge"].clone()))
            .authenticator_data(|data| data.sign_count += more)
            .response()
    }

    async fn register(&mut self) -> Value {
        let options = self.post("/register", json!({})).await;
        let posted = self.create(&options);
        self.post("/registered", posted).await
    }

    async fn sign_in(&mut self) -> Value {
        let options = self.post("/sign-in", json!({})).await;
        let posted = self.get(&options);
        self.post("/signed-in", posted).await
    }

    async fn confirm(&mut self, purpose: &str) {
        let options = self.post("/confirm", json!({ "purpose": purpose })).await;
        let posted = self.get(&options);
        self.post("/confirmed", posted).await;
    }

    /// Signs in with a code, registers a passkey and signs in with it.
    async fn enrolled(world: &World, name: &str) -> Self {
        let mut browser = world.browser(name);
        browser.by_code(world).await;
        browser.register().await;
        browser.sign_in().await;
        browser
    }
}

fn lacks(answer: &(u16, Value)) -> Vec<&str> {
    assert_eq!(answer.0, 403, "{}", answer.1);
    answer.1["lacks"].as_array().unwrap().iter().map(|word| word.as_str().unwrap()).collect()
}

#[tokio::test]
async fn the_journey_from_sms_codes_to_passkeys() {
    let world = World::new().await;
    let mut ada = world.browser("ada");
    assert_eq!(ada.by_code(&world).await["offerPasskey"], true);
    let before = ada.post("/me", json!({})).await;
    assert_eq!((before["stage"].clone(), before["shown"].clone()), (json!("sms-only"), json!(["sms-still-on"])));

    let id = ada.register().await["id"].clone();
    let me = ada.post("/me", json!({})).await;
    assert_eq!((&me["stage"], &me["notices"][0]["key"]), (&json!("enrolled"), &json!("passkey-added")));
    assert_eq!(me["retireLacks"], json!(["confirmed-passkey"]), "a test sign-in comes first");

    let old = ada.cookie.clone();
    let answer = ada.sign_in().await;
    assert_eq!(answer["allAcceptedCredentials"]["allAcceptedCredentialIds"], json!([id]));
    assert_eq!(answer["currentUserDetails"]["displayName"], "Ada Lovelace");
    assert_ne!(ada.cookie, old, "a sign-in has a new session");
    let me = ada.post("/me", json!({})).await;
    assert_eq!(me["stage"], "confirmed");
    let shown = ["signed-in-with-passkey", "two-things-proved", "only-this-site", "sms-still-on"];
    assert_eq!(me["shown"], json!(shown));
    assert_eq!(me["retireLacks"], json!(["independent-means"]));

    // A saved code is the way back, so SMS codes may go.
    assert_eq!(lacks(&ada.try_post("/saved-code", json!({})).await), ["confirmation"]);
    ada.confirm("saved-code").await;
    let saved = ada.post("/saved-code", json!({})).await["code"].clone();
    assert_eq!(ada.post("/me", json!({})).await["stage"], "resilient");
    assert_eq!(lacks(&ada.try_post("/retire-sms", json!({})).await), ["confirmation"]);
    ada.confirm("retire-sms").await;
    ada.post("/retire-sms", json!({})).await;
    let me = ada.post("/me", json!({})).await;
    assert_eq!((&me["stage"], &me["sms"]), (&json!("sms-retired"), &json!(false)));

    let mut stranger = world.browser("ada");
    let password = json!({ "name": "ada", "password": "password of ada" });
    let (status, answer) = stranger.try_post("/password", password.clone()).await;
    assert_eq!((status, &answer["usePasskey"]), (403, &json!(true)), "no code is sent any more");

    // The phone is lost: the saved code and the password bring her back, and end the old session.
    let mut new_phone = world.browser("ada");
    let mut recovery = password;
    recovery["saved_code"] = saved;
    new_phone.post("/recover", recovery.clone()).await;
    assert_eq!(new_phone.try_post("/recover", recovery).await.0, 403, "a saved code is used once");
    assert_eq!(ada.try_post("/me", json!({})).await.0, 401);
    assert_eq!(lacks(&new_phone.try_post("/results", json!({})).await)[0], "level");
    let lost = json!({ "id": id });
    assert_eq!(lacks(&new_phone.try_post("/remove", lost.clone()).await), ["last-passkey", "cooling-off"]);
    new_phone.name = "ada.new".to_owned();
    new_phone.register().await;
    new_phone.sign_in().await;
    new_phone.post("/suspend", lost).await;
    assert_eq!(new_phone.post("/me", json!({})).await["stage"], "fragile");
}

#[tokio::test]
async fn passkeys_are_renamed_suspended_and_removed() {
    let world = World::new().await;
    let mut ada = Browser::enrolled(&world, "ada").await;
    let first = ada.post("/me", json!({})).await["passkeys"][0]["id"].clone();

    assert_eq!(lacks(&ada.try_post("/register", json!({})).await), ["confirmation"], "only with the first passkey");
    ada.confirm("add-passkey").await;
    let second = ada.register().await["id"].clone();
    let before = ada.clone();
    ada.sign_in().await;
    assert_eq!(before.clone().try_post("/me", json!({})).await.0, 401, "the old session ended");

    ada.post("/rename", json!({ "id": second, "label": "Ada's phone" })).await;
    assert_eq!(ada.try_post("/rename", json!({ "id": second, "label": " " })).await.0, 400);
    let me = ada.post("/me", json!({})).await;
    let labels: Vec<&Value> = me["passkeys"].as_array().unwrap().iter().map(|one| &one["label"]).collect();
    assert!(labels.contains(&&json!("Ada's phone")), "{me}");

    ada.confirm("change-name").await;
    let answer = ada.post("/name", json!({ "name": "Ada King" })).await;
    assert_eq!(answer["currentUserDetails"]["displayName"], "Ada King");

    // A passkey that is suspended cannot sign in, until it is resumed.
    let mut phone = ada.clone();
    phone.passkeys.truncate(1);
    ada.post("/suspend", json!({ "id": first })).await;
    let options = phone.post("/sign-in", json!({})).await;
    let posted = phone.get(&options);
    assert_eq!(phone.try_post("/signed-in", posted).await.0, 403);
    ada.confirm(&format!("resume-passkey {}", first.as_str().unwrap())).await;
    ada.post("/resume", json!({ "id": first })).await;

    // The first passkey begins a session, and is removed by the second: its session ends.
    let mut old_phone = world.browser("ada");
    old_phone.passkeys = ada.passkeys[..1].to_vec();
    old_phone.sign_in().await;
    let remove = json!({ "id": first });
    assert_eq!(lacks(&ada.try_post("/remove", remove.clone()).await), ["confirmation"]);
    ada.confirm(&format!("remove-passkey {}", second.as_str().unwrap())).await;
    assert_eq!(lacks(&ada.try_post("/remove", remove.clone()).await), ["confirmation"], "for another passkey");
    ada.confirm(&format!("remove-passkey {}", first.as_str().unwrap())).await;
    let answer = ada.post("/remove", remove).await;
    assert_eq!(answer["unknownCredential"]["credentialId"], first);
    assert_eq!(old_phone.try_post("/me", json!({})).await.0, 401);
    let options = old_phone.post("/sign-in", json!({})).await;
    let posted = old_phone.get(&options);
    let (status, answer) = old_phone.try_post("/signed-in", posted).await;
    assert_eq!((status, &answer["code"]), (400, &json!("unknown-credential")));
    assert_eq!(answer["unknownCredential"]["credentialId"], first);

    assert_eq!(lacks(&ada.try_post("/remove", json!({ "id": second })).await), ["last-passkey"]);

    assert_eq!(lacks(&ada.try_post("/delete", json!({})).await), ["confirmation"]);
    ada.confirm("delete-account").await;
    let answer = ada.post("/delete", json!({})).await;
    assert_eq!(answer["unknownCredentials"][0]["credentialId"], second);
    assert_eq!(ada.try_post("/me", json!({})).await.0, 401);
    assert!(world.portal.store.account_named("ada").await.unwrap().is_none());
}

#[tokio::test]
async fn results_need_a_fresh_sign_in() {
    let world = World::new().await;
    let mut ada = Browser::enrolled(&world, "ada").await;
    assert_eq!(ada.post("/results", json!({})).await["results"].as_array().unwrap().len(), 2);
    world.wait(301);
    assert_eq!(lacks(&ada.try_post("/results", json!({})).await), ["freshness"]);
    ada.confirm("read-results").await;
    ada.post("/results", json!({})).await;
    let mut nobody = world.browser("nobody");
    assert_eq!(nobody.try_post("/results", json!({})).await.0, 401);
}

#[tokio::test]
async fn a_prescription_is_confirmed_and_verified_by_the_pharmacy() {
    let world = World::new().await;
    let mut king = Browser::enrolled(&world, "king").await;
    let mut pharmacy = world.browser("pharmacy");
    pharmacy.by_code(&world).await;
    let prescription =
        json!({ "patient": "ada", "items": ["Metformin 500 mg tablets, 60", "Ramipril 5 mg tablets, 30"] });
    let started = king.post("/prescribe", prescription.clone()).await;
    assert_eq!(started["document"]["signer"], "Dr. Noor King");
    let posted = king.get(&started["options"]);
    assert_eq!(king.try_post("/signed-in", posted.clone()).await.0, 400, "a prescription signs nobody in");
    let id = king.post("/prescribed", posted.clone()).await["id"].clone();
    assert_eq!(king.try_post("/prescribed", posted).await.0, 400, "once");

    let verified = pharmacy.post("/verify", json!({ "id": id })).await;
    assert_eq!((&verified["verified"], &verified["userVerified"]), (&json!(true), &json!(true)), "{verified}");
    assert_eq!(verified["items"][1], "Ramipril 5 mg tablets, 30");

    // Somebody changes the receipt in the store.
    let receipts = world.portal.store.prescriptions().await.unwrap();
    let changed = receipts[0].receipt.replace("\"ada\"", "\"eve\"");
    assert_ne!(changed, receipts[0].receipt);
    sqlx::query("UPDATE prescription SET receipt = $1").bind(changed).execute(&world.portal.store.pool).await.unwrap();
    let verified = pharmacy.post("/verify", json!({ "id": id })).await;
    assert_eq!(verified, json!({ "verified": false, "reason": "challenge-mismatch" }));

    let mut ada = Browser::enrolled(&world, "ada").await;
    assert_eq!(ada.try_post("/prescribe", prescription).await.0, 403);
    assert_eq!(ada.try_post("/verify", json!({ "id": id })).await.0, 403);
    assert_eq!(ada.try_post("/audit", json!({})).await.0, 403);
}

#[tokio::test]
async fn the_auditor_reads_the_chain_and_judges_bundles_again() {
    let world = World::new().await;
    let mut ada = Browser::enrolled(&world, "ada").await;
    let options = ada.post("/sign-in", json!({})).await;
    let mut posted = ada.get(&options);
    posted["response"]["signature"] = "MEUCIQ".into();
    assert_eq!(ada.try_post("/signed-in", posted).await.0, 400);

    let mut auditor = world.browser("auditor");
    auditor.by_code(&world).await;
    let audit = auditor.post("/audit", json!({})).await;
    assert_eq!((audit["chains"].as_array().unwrap().len(), &audit["chains"][0]["broken"]), (1, &Value::Null));
    let lines = audit["lines"].as_array().unwrap();
    let with_bundle: Vec<&Value> = lines.iter().filter(|line| !line["bundle"].is_null()).collect();
    assert_eq!(with_bundle.len(), 3, "a registration, a sign-in and a refused sign-in");
    assert!(with_bundle.iter().all(|line| line["bundle"] == "agrees"), "{with_bundle:#?}");
    assert_eq!(with_bundle[0]["line"]["event"]["outcome"], "refused");
    assert!(!audit.to_string().contains("Lovelace"));
    assert!(audit["stages"].as_array().unwrap().contains(&json!(["confirmed", 1])), "{}", audit["stages"]);

    let line = |kind: &str| {
        let chain = with_bundle[0]["chain"].as_str().unwrap().replace('/', "%2F");
        format!("/api/audit/{kind}?chain={chain}&seq={}", with_bundle[0]["seq"])
    };
    let (status, bundle) = auditor.request("GET", &line("bundle"), String::new()).await;
    assert_eq!(status, 200);
    wardkey::audit::Bundle::from_json(&bundle).unwrap();
    let (_, fhir) = auditor.request("GET", &line("fhir"), String::new()).await;
    assert!(fhir.contains("\"resourceType\":\"AuditEvent\""), "{fhir}");
    assert_eq!(ada.request("GET", &line("bundle"), String::new()).await.0, 403);

    let sql = "UPDATE audit SET line = REPLACE(line, 'registration', 'sign-in') WHERE line LIKE '%registration%'";
    sqlx::query(sql).execute(&world.portal.store.pool).await.unwrap();
    let audit = auditor.post("/audit", json!({})).await;
    assert_eq!(audit["chains"][0]["broken"]["fault"], "digest");
}

#[tokio::test]
async fn a_stranger_with_the_sms_code_alone_cannot_take_the_account_over() {
    let world = World::new().await;
    let mut ada = Browser::enrolled(&world, "ada").await;
    let mut stranger = world.browser("ada");
    // Ada signs in with a code in her session; the stranger reads her messages.
    let mut tablet = world.browser("ada");
    tablet.post("/password", json!({ "name": "ada", "password": "password of ada" })).await;
    let code = json!({ "code": world.code() });
    stranger.post("/sign-in", json!({})).await; // a session of their own
    assert_eq!(stranger.try_post("/code", code.clone()).await.0, 400, "the code counts in the session of the password");
    let wrong = json!({ "name": "ada", "password": "guessed" });
    assert_eq!(stranger.try_post("/password", wrong.clone()).await.0, 400);
    assert_eq!(stranger.try_post("/code", code.clone()).await.0, 400);
    for path in ["/me", "/register", "/saved-code", "/retire-sms", "/results"] {
        assert_eq!(stranger.try_post(path, json!({})).await.0, 401, "{path}");
    }
    let recovery = json!({ "name": "ada", "password": "guessed", "saved_code": code["code"] });
    assert_eq!(stranger.try_post("/recover", recovery).await.0, 400);
    for _ in 0..10 {
        stranger.try_post("/password", wrong.clone()).await;
    }
    assert_eq!(stranger.try_post("/password", wrong).await.0, 429, "guesses are limited");

    // With the password too, the stranger is signed in as before passkeys, and still cannot add or remove one.
    tablet.post("/code", code.clone()).await;
    assert_eq!(lacks(&tablet.try_post("/register", json!({})).await), ["confirmation"]);
    assert_eq!(lacks(&tablet.try_post("/saved-code", json!({})).await), ["confirmation"]);
    let id = ada.post("/me", json!({})).await["passkeys"][0]["id"].clone();
    assert_eq!(lacks(&tablet.try_post("/remove", json!({ "id": id })).await), ["last-passkey"]);
    assert_eq!(lacks(&tablet.try_post("/retire-sms", json!({})).await), ["independent-means"]);
    // Nor after suspending the passkey, which one factor may do, because a loss is urgent.
    tablet.post("/suspend", json!({ "id": id })).await;
    for (path, body) in [("/register", json!({})), ("/saved-code", json!({})), ("/remove", json!({ "id": id }))] {
        assert_eq!(lacks(&tablet.try_post(path, body).await), ["confirmation"], "{path}");
    }
    assert_eq!(lacks(&tablet.try_post("/confirm", json!({ "purpose": "add-passkey" })).await), ["passkey"]);
    tablet.post("/resume", json!({ "id": id })).await;
    let mut again = world.browser("ada");
    assert_eq!(again.try_post("/code", code).await.0, 400, "a code is used once");
}

#[tokio::test]
async fn codes_expire_and_are_limited() {
    let world = World::new().await;
    let mut ada = world.browser("ada");
    let password = json!({ "name": "ada", "password": "password of ada" });
    ada.post("/password", password.clone()).await;
    world.wait(601);
    assert_eq!(ada.try_post("/code", json!({ "code": world.code() })).await.0, 400);
    ada.post("/password", password).await;
    for _ in 0..5 {
        ada.try_post("/code", json!({ "code": "00000000" })).await;
    }
    assert_eq!(ada.try_post("/code", json!({ "code": world.code() })).await.0, 429, "also the right one");
}

#[tokio::test]
async fn a_response_counts_once_in_its_session_and_for_its_purpose() {
    let world = World::new().await;
    let mut ada = Browser::enrolled(&world, "ada").await;
    let mut visitor = world.browser("ada");
    visitor.passkeys = ada.passkeys.clone();
    let options = visitor.post("/sign-in", json!({})).await;
    let posted = visitor.get(&options);
    let mut attacker = world.browser("eve");
    attacker.post("/sign-in", json!({})).await;
    assert_eq!(attacker.try_post("/signed-in", posted.clone()).await.0, 400, "another session");
    assert_eq!(visitor.try_post("/signed-in", posted).await.0, 400, "the state was used by the attempt");

    let options = visitor.post("/sign-in", json!({})).await;
    let posted = visitor.get(&options);
    let before = visitor.clone();
    visitor.post("/signed-in", posted.clone()).await;
    assert_eq!(before.clone().try_post("/signed-in", posted).await.0, 400, "replayed");

    let options = ada.post("/confirm", json!({ "purpose": "add-passkey" })).await;
    let posted = ada.get(&options);
    assert_eq!(ada.try_post("/signed-in", posted.clone()).await.0, 400, "a re-authentication is no sign-in");
    ada.post("/confirmed", posted).await;
    assert_eq!(ada.try_post("/confirm", json!({ "purpose": "anything" })).await.0, 400);

    // A session id that an attacker chose is never used.
    let mut fixed = world.browser("ada");
    fixed.cookie = Some("__Host-portal=chosen".to_owned());
    fixed.post("/sign-in", json!({})).await;
    assert_ne!(fixed.cookie.as_deref(), Some("__Host-portal=chosen"));

    let options = fixed.post("/sign-in", json!({ "name": "ada" })).await;
    fixed.passkeys = ada.passkeys.clone();
    world.wait(3600);
    let posted = fixed.get(&options);
    assert_eq!(fixed.try_post("/signed-in", posted).await.0, 400, "the session ended, so the state is of another");
}

#[tokio::test]
async fn what_a_copied_or_changed_passkey_sends_is_refused_and_counted() {
    let world = World::new().await;
    let mut ada = Browser::enrolled(&world, "ada").await;
    let newest = ada.passkeys.last().unwrap().clone();
    let options = ada.post("/sign-in", json!({})).await;
    let posted = ada.get_counting(&options, 5);
    ada.post("/signed-in", posted).await;

    type Change = fn(Authentication) -> Authentication;
    let changes: [(&str, Change); 5] = [
        ("sign-count-regressed", |made| made.authenticator_data(|data| data.sign_count += 4)),
        ("user-not-verified", |made| made.authenticator_data(|data| data.clear_flags(0x04))),
        ("backup-eligibility-changed", |made| made.authenticator_data(|data| data.flags ^= 0x08)),
        ("origin-not-allowed", |made| {
            made.client_data(|data| data.set("origin", "https://portal.clinic.example.evil.example"))
        }),
        ("rp-id-mismatch", |made| made.authenticator_data(|data| data.rp_id_hash = sha256(b"evil.example"))),
    ];
    for (code, change) in changes {
        let mut visitor = world.browser("ada");
        let options = visitor.post("/sign-in", json!({})).await;
        let challenge = options["challenge"].clone();
        let made = Authentication::of(&newest).authenticator_data(|data| data.sign_count += 9);
        let made = if code == "sign-count-regressed" { Authentication::of(&newest) } else { made };
        let made = change(made.client_data(|data| data.set("challenge", challenge)));
        let (status, answer) = visitor.try_post("/signed-in", made.response()).await;
        assert_eq!((status, &answer), (400, &json!({ "code": "failed", "error": "failed" })), "{code}");
        let mut operator = Browser { app: operator(world.portal.clone()), ..world.browser("operator") };
        let (_, metrics) = operator.request("GET", "/metrics", String::new()).await;
        assert!(metrics.contains(&format!("outcome=\"refused\",code=\"{code}\"")), "{code}\n{metrics}");
    }
}

#[tokio::test]
async fn a_name_without_an_account_gets_the_same_answer() {
    let world = World::new().await;
    Browser::enrolled(&world, "ada").await;
    let mut visitor = world.browser("visitor");
    let mut members = Vec::new();
    for name in ["ada", "nobody"] {
        let options = visitor.post("/sign-in", json!({ "name": name })).await;
        assert!(!options["allowCredentials"].as_array().unwrap().is_empty(), "{name}");
        members.push(options.as_object().unwrap().keys().cloned().collect::<Vec<_>>());
        let wrong = json!({ "name": name, "password": "wrong" });
        assert_eq!(visitor.try_post("/password", wrong).await, (400, json!({ "code": "failed" })), "{name}");
    }
    assert_eq!(members[0], members[1]);
}

#[tokio::test]
async fn two_instances_over_one_database_use_a_ceremony_once() {
    let one = World::new().await;
    let ada = Browser::enrolled(&one, "ada").await;
    let two = one.instance().await;
    let mut visitor = one.browser("ada");
    visitor.passkeys = ada.passkeys.clone();
    let options = visitor.post("/sign-in", json!({})).await;
    let posted = visitor.get(&options);
    let (mut left, mut right) = (visitor.clone(), visitor.clone());
    right.app = two.app.clone();
    let (left, right) =
        tokio::join!(left.try_post("/signed-in", posted.clone()), right.try_post("/signed-in", posted.clone()));
    let mut statuses = [left.0, right.0];
    statuses.sort_unstable();
    assert_eq!(statuses, [200, 400]);

    // Two ceremonies with one value of the counter: one of them wins.
    let (mut left, mut right) = (one.browser("ada"), two.browser("ada"));
    (left.passkeys, right.passkeys) = (ada.passkeys.clone(), ada.passkeys.clone());
    let first = left.post("/sign-in", json!({})).await;
    let second = right.post("/sign-in", json!({})).await;
    let (first, second) = (left.get_counting(&first, 9), right.get_counting(&second, 9));
    let (first, second) = tokio::join!(left.try_post("/signed-in", first), right.try_post("/signed-in", second));
    let won = [first.0, second.0].iter().filter(|status| **status == 200).count();
    assert_eq!(won, 1, "{first:?} {second:?}");
    assert!([first.0, second.0].iter().all(|status| [200, 400, 409].contains(status)), "{first:?} {second:?}");

    // Each instance writes a chain of its own, and both hold.
    let mut auditor = two.browser("auditor");
    auditor.by_code(&two).await;
    let audit = auditor.post("/audit", json!({})).await;
    let chains = audit["chains"].as_array().unwrap();
    assert!(chains.len() == 2 && chains.iter().all(|chain| chain["broken"].is_null()), "{chains:?}");

    // A session of one instance is one of the other.
    let mut moved = ada.clone();
    moved.app = two.app.clone();
    assert_eq!(moved.post("/me", json!({})).await["name"], "ada");
}

#[tokio::test]
async fn pages_have_headers_and_other_sites_are_refused() {
    let world = World::new().await;
    for page in ["/", "/account", "/results", "/prescriptions", "/audit"] {
        let request = Request::get(page).body(Body::empty()).unwrap();
        let answer = world.app.clone().oneshot(request).await.unwrap();
        assert_eq!(answer.status(), 200, "{page}");
        let header = |name: &str| answer.headers().get(name).unwrap().to_str().unwrap().to_owned();
        assert!(header("content-security-policy").starts_with("default-src 'none'; script-src 'self';"));
        assert!(header("permissions-policy").contains("publickey-credentials-get=(self)"));
        assert_eq!(header("x-content-type-options"), "nosniff");
        assert_eq!(header("strict-transport-security"), "max-age=31536000");
        let html = answer.into_body().collect().await.unwrap().to_bytes();
        let html = String::from_utf8(html.to_vec()).unwrap();
        assert!(html.contains("<main") && html.contains("lang=\"en\""), "{page}");
        let inline =
            html.split("<script").skip(1).any(|script| !script.starts_with(" type=\"module\" src=\"/portal.js\""));
        assert!(!inline && !html.contains(" style=") && !html.contains(" onclick="), "{page}");
    }
    let request = Request::post("/api/sign-in").header(header::ORIGIN, "https://evil.example");
    let request = request.header(header::CONTENT_TYPE, "application/json").body(Body::from("{}")).unwrap();
    assert_eq!(world.app.clone().oneshot(request).await.unwrap().status(), 403);
    let mut visitor = world.browser("visitor");
    let large = "x".repeat(2 * wardkey::client::json::MAX_LEN + 1);
    assert_eq!(visitor.request("POST", "/api/signed-in", large).await.0, 413);
}

#[tokio::test]
async fn requests_from_one_address_are_limited() {
    let world = World::new().await;
    let visit = async |path: &str, address: [u8; 4]| {
        let mut request = Request::get(path).body(Body::empty()).unwrap();
        request.extensions_mut().insert(ConnectInfo(SocketAddr::from((address, 1))));
        world.app.clone().oneshot(request).await.unwrap().status().as_u16()
    };
    for _ in 0..600 {
        assert_ne!(visit("/api/me", [192, 0, 2, 1]).await, 429);
    }
    assert_eq!(visit("/", [192, 0, 2, 1]).await, 429);
    assert_eq!(visit("/portal.js", [192, 0, 2, 1]).await, 200, "files need no session");
    assert_eq!(visit("/", [192, 0, 2, 2]).await, 200);
    world.wait(60);
    assert_eq!(visit("/", [192, 0, 2, 1]).await, 200);
}

#[tokio::test]
async fn the_operator_sees_ceremonies_and_stages() {
    let world = World::new().await;
    let mut ada = Browser::enrolled(&world, "ada").await;
    let options = ada.post("/sign-in", json!({})).await;
    let mut posted = ada.get(&options);
    posted["response"]["signature"] = "MEUCIQ".into();
    ada.try_post("/signed-in", posted).await;
    let mut operator = Browser { app: operator(world.portal.clone()), ..world.browser("operator") };
    let (_, metrics) = operator.request("GET", "/metrics", String::new()).await;
    for line in [
        "portal_ceremonies_total{ceremony=\"registration\",outcome=\"accepted\",code=\"\",step=\"\"} 1",
        "portal_ceremonies_total{ceremony=\"sign-in\",outcome=\"accepted\",code=\"\",step=\"\"} 1",
        "portal_ceremonies_total{ceremony=\"sign-in\",outcome=\"refused\",code=\"signature-invalid\",step=\"7.2/21\"} 1",
        "portal_accounts{stage=\"confirmed\"} 1",
        "portal_accounts{stage=\"sms-only\"} 3",
    ] {
        assert!(metrics.lines().any(|found| found == line), "{line}\n{metrics}");
    }
    assert_eq!(operator.request("GET", "/health", String::new()).await, (StatusCode::OK, "ok\n".to_owned()));
}

#[test]
fn every_word_of_the_pages_is_in_every_language() {
    let words = include_str!("../pages/words.js");
    let mut used: Vec<&str> = Vec::new();
    for html in [
        include_str!("../pages/sign-in.html"),
        include_str!("../pages/account.html"),
        include_str!("../pages/results.html"),
        include_str!("../pages/prescriptions.html"),
        include_str!("../pages/audit.html"),
    ] {
        used.extend(html.split("data-word=\"").skip(1).map(|rest| rest.split('"').next().unwrap()));
    }
    used.extend(
        include_str!("../pages/portal.js").split("word(\"").skip(1).map(|rest| rest.split('"').next().unwrap()),
    );
    assert!(used.len() > 50);
    for word in used {
        assert_eq!(words.matches(&format!(" {word}: \"")).count(), 3, "{word}");
    }
}
