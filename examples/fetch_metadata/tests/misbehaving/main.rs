//! A server on loopback that misbehaves in each way that was seen, and some more. The last good BLOB always survives.

#[path = "../../../../tests/examples/command_line.rs"]
#[allow(dead_code, reason = "tests/examples uses the rest")]
mod command_line;
#[path = "../../../../tests/metadata/make.rs"]
#[allow(dead_code, reason = "tests/metadata uses the rest")]
mod make;
mod server;

use fetch_metadata::{Failure, FetchError, Outcome, Report, Settings, health, update};
use make::{HOST, MODEL, Service, entry, payload, report};
use serde_json::Value;
use server::{Answer, Server};
use std::fs::File;
use std::path::Path;
use std::sync::OnceLock;
use std::time::Duration;
use tempfile::TempDir;
use wardkey::UnixTime;
use wardkey::metadata::Roots;
use wardkey::x509::TrustAnchor;

const DAY: i64 = 86_400;

/// A BLOB with this number.
fn blob(number: u64) -> Vec<u8> {
    let mut payload = payload(&[entry(MODEL, &[report("FIDO_CERTIFIED_L1", "2024-05-14")], &[])]);
    payload["no"] = number.into();
    Service::new(&payload).blob().into_bytes()
}

/// The BLOB that every test begins with.
fn first() -> &'static [u8] {
    static FIRST: OnceLock<Vec<u8>> = OnceLock::new();
    FIRST.get_or_init(|| blob(291))
}

fn at(days: i64) -> UnixTime {
    UnixTime::from_secs(make::AT + days * DAY)
}

/// A directory, and a server that is asked from it.
struct Fetcher {
    server: Server,
    directory: TempDir,
}

impl Fetcher {
    /// Without a BLOB.
    fn empty() -> Self {
        Self { server: Server::start(), directory: tempfile::tempdir().unwrap() }
    }

    /// With a good BLOB that was fetched on day 0.
    fn new() -> Self {
        let fetcher = Self::empty();
        let report = fetcher.fetch(0, Answer::ok(first()).header("etag", "243"));
        assert_eq!((report.outcome, fetcher.number()), (Outcome::Updated, Some(291)), "{report:?}");
        fetcher
    }

    fn settings(&self) -> Settings {
        let root = Service::new(&Value::Null).root.der();
        Settings {
            url: self.server.url("/"),
            roots: Roots::of(HOST, [TrustAnchor::from_der(&root).unwrap()]),
            directory: self.directory.path().to_owned(),
            tls_roots: Some(self.server.ca.clone()),
            timeout: Duration::from_secs(20),
            now: false,
        }
    }

    /// Asks on a day; the server answers so.
    fn fetch(&self, day: i64, answer: Answer) -> Report {
        self.server.will(answer);
        update(&self.settings(), at(day))
    }

    /// The number of the BLOB in the directory, verified again.
    fn number(&self) -> Option<u64> {
        health(&self.settings(), at(0)).unwrap().map(|health| health.number)
    }

    fn files(&self) -> Vec<String> {
        let files = std::fs::read_dir(self.directory.path()).unwrap();
        let mut names: Vec<String> = files.map(|file| file.unwrap().file_name().into_string().unwrap()).collect();
        names.sort();
        names
    }
}

#[test]
fn a_new_blob_takes_the_place_of_the_last() {
    let fetcher = Fetcher::new();
    let report = fetcher.fetch(1, Answer::ok(&blob(293)));
    assert_eq!(report.outcome, Outcome::Updated);
    let health = report.health.unwrap();
    assert_eq!((health.number, health.models, health.unreadable, health.age_secs), (293, 1, 0, 0));
    assert_eq!((health.received_at, health.fresh), (at(1).secs(), Some(true)));
    assert!(health.signer_not_after > at(1).secs());
    assert_eq!(fetcher.files(), ["blob.kept", "fetch.json", "fetch.lock"], "nothing beside them remains");
    let much_later = fetch_metadata::health(&fetcher.settings(), at(4_000)).unwrap().unwrap();
    assert_eq!(
        (much_later.age_secs, much_later.fresh),
        (3_999 * DAY, Some(false)),
        "kept although the signer has expired"
    );
}

#[test]
fn conditional_requests_send_the_etag_as_it_was_received() {
    let fetcher = Fetcher::new();
    let report = fetcher.fetch(1, Answer::status(304));
    assert_eq!((report.outcome, report.health.unwrap().received_at), (Outcome::Unchanged, at(0).secs()));
    assert_eq!(fetcher.server.asked().last().unwrap().header("if-none-match").as_deref(), Some("243"));
    let same = fetcher.fetch(2, Answer::ok(first()));
    assert_eq!(same.outcome, Outcome::Unchanged, "the same BLOB again");
    let without = fetcher.fetch(3, Answer::ok(&blob(292)).header("etag", "\"244\""));
    assert_eq!(without.outcome, Outcome::Updated);
    let asked = fetcher.server.asked();
    assert_eq!(asked.last().unwrap().header("if-none-match"), None, "the answer of day 2 had no ETag");
    drop(fetcher.fetch(4, Answer::status(304)));
    assert_eq!(fetcher.server.asked().last().unwrap().header("if-none-match").as_deref(), Some("\"244\""));
    // 304 is no answer for who has no BLOB.
    std::fs::remove_file(fetcher.directory.path().join("blob.kept")).unwrap();
    let report = fetcher.fetch(5, Answer::status(304));
    assert_eq!((report.outcome, report.cause), (Outcome::Failed, Some("http-status")));
    assert_eq!(fetcher.server.asked().last().unwrap().header("if-none-match"), None);
}

#[test]
fn one_request_a_day_unless_told() {
    let fetcher = Fetcher::new();
    let count = || fetcher.server.asked().len();
    let midnight = UnixTime::from_secs(at(0).secs() - at(0).secs().rem_euclid(DAY) + DAY);
    let report = update(&fetcher.settings(), UnixTime::from_secs(midnight.secs() - 1));
    assert_eq!((report.outcome, report.cause, count()), (Outcome::NotDue, None, 1));
    assert!(report.health.is_some());
    fetcher.server.will(Answer::status(304));
    let told = update(&Settings { now: true, ..fetcher.settings() }, at(0));
    assert_eq!((told.outcome, count()), (Outcome::Unchanged, 2));
    fetcher.server.will(Answer::status(304));
    assert_eq!((update(&fetcher.settings(), midnight).outcome, count()), (Outcome::Unchanged, 3));
    // A run that failed has asked as well.
    assert_eq!(fetcher.fetch(2, Answer::status(500)).outcome, Outcome::Failed);
    assert_eq!((update(&fetcher.settings(), at(2)).outcome, count()), (Outcome::NotDue, 4));
}

#[test]
fn retry_after_is_obeyed_even_if_told_to_ask_now() {
    let date = |days| httpdate_of(at(days));
    for (value, until) in [("172800".to_owned(), at(3)), (date(3), at(3)), ("999999999".to_owned(), at(8))] {
        let fetcher = Fetcher::new();
        let report = fetcher.fetch(1, Answer::status(429).header("retry-after", &value).header("etag", "999"));
        assert_eq!((report.outcome, report.cause), (Outcome::Failed, Some("http-status")));
        assert_eq!(report.not_before, Some(until.secs()), "{value}");
        let told = Settings { now: true, ..fetcher.settings() };
        let early = update(&told, UnixTime::from_secs(until.secs() - 1));
        assert_eq!((early.outcome, fetcher.server.asked().len()), (Outcome::NotDue, 2), "{value}");
        fetcher.server.will(Answer::status(304));
        assert_eq!(update(&told, until).outcome, Outcome::Unchanged, "{value}");
        let etag = fetcher.server.asked().last().unwrap().header("if-none-match");
        assert_eq!(etag.as_deref(), Some("243"), "the ETag of a 429 is not kept");
        assert_eq!(fetcher.number(), Some(291));
    }
    for value in ["", "soon", "-5", "99999999999999999999999"] {
        let fetcher = Fetcher::new();
        let report = fetcher.fetch(1, Answer::status(503).header("retry-after", value));
        assert_eq!((report.cause, report.not_before), (Some("http-status"), None), "{value}");
    }
}

fn httpdate_of(time: UnixTime) -> String {
    let seconds = Duration::from_secs(time.secs().try_into().unwrap());
    httpdate::fmt_http_date(std::time::SystemTime::UNIX_EPOCH + seconds)
}

#[test]
fn what_is_no_good_blob_leaves_the_last_one_where_it_was() {
    let good = blob(293);
    let mut flipped = good.clone();
    let last = flipped.len() - 2;
    flipped[last] = if flipped[last] == b'A' { b'B' } else { b'A' };
    let mut other = Service::new(&payload(&[]));
    other.root = wardkey_authenticator::Authority::root("another.root", wardkey_authenticator::Algorithm::Es256);
    other.intermediate = wardkey_authenticator::Authority::intermediate(
        "another.intermediate",
        wardkey_authenticator::Algorithm::Es256,
        &other.root,
    );
    let rows: Vec<(&str, Answer, &str)> = vec![
        ("an older BLOB", Answer::ok(&blob(290)), "rollback"),
        ("one wrong bit", Answer::ok(&flipped), "signature"),
        ("signed under another root", Answer::ok(other.blob().as_bytes()), "chain"),
        ("empty", Answer::ok(b""), "jws"),
        ("a page", Answer::ok(b"\r\n <!DOCTYPE html><html>Please log in</html>"), "html"),
        ("JSON", Answer::ok(b"{\"entries\": []}"), "jws"),
        ("cut off, with its length", Answer::ok(&good).cut_off(good.len() / 2), "cut-off"),
        ("cut off, in chunks", Answer::ok(&good).chunked().cut_off(good.len() / 2), "cut-off"),
        ("cut off, without a length", Answer::ok(&good[..good.len() / 2]).unbounded(), "jws"),
        ("too long", Answer::ok(b"").endless(), "too-long"),
        ("forbidden", Answer::status(403), "http-status"),
        ("an error of the server", Answer::status(500), "http-status"),
        ("no content", Answer::status(204), "http-status"),
        ("another host", Answer::status(302).header("location", "https://localhost:1/"), "redirected"),
        ("another port", Answer::status(301).header("location", "https://127.0.0.1:1/"), "redirected"),
        ("plain http", Answer::status(307).header("location", "http://127.0.0.1/"), "redirected"),
        ("nowhere", Answer::status(302), "redirected"),
        ("in circles", Answer::status(302).header("location", "/again"), "redirections"),
        ("not HTTP", Answer::raw(b"\0\x01\x02 nonsense\r\n\r\n"), "request"),
        ("closed at once", Answer::raw(b""), "request"),
    ];
    let fetcher = Fetcher::new();
    for (day, (name, answer, cause)) in (1..).zip(rows) {
        let report = fetcher.fetch(day, answer);
        assert_eq!((report.outcome, report.cause), (Outcome::Failed, Some(cause)), "{name}: {:?}", report.failure);
        assert_eq!((report.health.unwrap().number, fetcher.number()), (291, Some(291)), "{name}");
        assert_eq!(fetcher.files(), ["blob.kept", "fetch.json", "fetch.lock"], "{name}");
        let line = serde_json::to_string(&update(&fetcher.settings(), at(day))).unwrap();
        assert!(line.contains("not-due") && !line.contains('\n'), "{name}: {line}");
    }
    assert_eq!(fetcher.fetch(99, Answer::ok(&good)).outcome, Outcome::Updated, "and then a good one is taken");
}

#[test]
fn a_redirection_on_the_same_host_is_followed() {
    let fetcher = Fetcher::empty();
    fetcher.server.will(Answer::status(302).header("location", "/blob.jwt"));
    let report = fetcher.fetch(0, Answer::ok(first()));
    assert_eq!(report.outcome, Outcome::Updated);
    assert_eq!(fetcher.server.asked().last().unwrap().target, "/blob.jwt");
}

#[test]
fn a_server_that_stalls_is_left() {
    let fetcher = Fetcher::new();
    for (day, answer) in [(1, Answer::ok(first()).stalled(0)), (2, Answer::ok(first()).stalled(100))] {
        fetcher.server.will(answer);
        let report = update(&Settings { timeout: Duration::from_millis(500), ..fetcher.settings() }, at(day));
        assert_eq!((report.outcome, report.cause), (Outcome::Failed, Some("timeout")), "{:?}", report.failure);
        assert_eq!(fetcher.number(), Some(291));
    }
}

#[test]
fn only_https_and_only_a_server_of_the_cas() {
    let fetcher = Fetcher::new();
    let mut plain = Settings { now: true, ..fetcher.settings() };
    plain.url = "http://127.0.0.1:1/".parse().unwrap();
    let mut secret = Settings { now: true, ..fetcher.settings() };
    secret.url.set_username("a").unwrap();
    let public = Settings { now: true, tls_roots: None, ..fetcher.settings() };
    let wrong = Settings { now: true, tls_roots: Some("-----BEGIN CERTIFICATE-----\n".into()), ..fetcher.settings() };
    let rows = [(plain, "not-https"), (secret, "not-https"), (public, "request"), (wrong, "tls-roots")];
    for (settings, cause) in rows {
        let report = update(&settings, at(1));
        assert_eq!((report.outcome, report.cause), (Outcome::Failed, Some(cause)), "{:?}", report.failure);
    }
    assert_eq!(fetcher.server.asked().len(), 1, "none of them was a request");
    assert_eq!(fetcher.number(), Some(291));
}

#[test]
fn one_writer() {
    let fetcher = Fetcher::new();
    let lock = File::options().write(true).open(fetcher.directory.path().join("fetch.lock")).unwrap();
    lock.lock().unwrap();
    let report = update(&fetcher.settings(), at(1));
    assert_eq!((report.outcome, report.cause, fetcher.server.asked().len()), (Outcome::Failed, Some("busy"), 1));
    drop(lock);
    assert_eq!(fetcher.fetch(1, Answer::status(304)).outcome, Outcome::Unchanged);
}

#[test]
fn damaged_files_bring_back_no_old_blob() {
    let fetcher = Fetcher::new();
    let path = |name: &str| fetcher.directory.path().join(name);
    let damage = |path: &Path| std::fs::write(path, b"damaged").unwrap();
    damage(&path("blob.kept"));
    let report = fetcher.fetch(1, Answer::ok(&blob(290)));
    assert_eq!((report.cause, report.kept_refused), (Some("rollback"), Some("stored-version")));
    assert_eq!(
        fetcher.server.asked().last().unwrap().header("if-none-match"),
        None,
        "what is kept is no answer to 304"
    );
    assert_eq!(fetcher.fetch(2, Answer::ok(first())).outcome, Outcome::Updated);
    damage(&path("fetch.json"));
    assert_eq!(fetcher.fetch(3, Answer::ok(&blob(290))).cause, Some("rollback"), "by the number of the kept BLOB");
    std::fs::remove_file(path("blob.kept")).unwrap();
    assert_eq!(fetcher.fetch(4, Answer::ok(first())).outcome, Outcome::Updated);
}

#[test]
fn a_directory_that_is_missing_is_a_failure() {
    let fetcher = Fetcher::empty();
    let settings = Settings { directory: fetcher.directory.path().join("missing"), ..fetcher.settings() };
    let report = update(&settings, at(0));
    assert_eq!((report.outcome, report.cause, report.health.is_none()), (Outcome::Failed, Some("file"), true));
    assert!(matches!(report.failure, Some(Failure::File(_))));
    assert_eq!(FetchError::Status(500).to_string(), "the server answered with status 500");
}

#[test]
fn the_program_ends_as_cron_expects() {
    let fetcher = Fetcher::empty();
    let settings = fetcher.settings();
    let (roots, tls) = (fetcher.directory.path().join("roots.pem"), fetcher.directory.path().join("tls.pem"));
    std::fs::write(&tls, &fetcher.server.ca).unwrap();
    let der = make::base64(&Service::new(&Value::Null).root.der());
    std::fs::write(&roots, format!("-----BEGIN CERTIFICATE-----\n{der}\n-----END CERTIFICATE-----\n")).unwrap();
    let run = |more: &[&str]| {
        let mut command = std::process::Command::new(env!("CARGO_BIN_EXE_fetch_metadata"));
        command.arg("--roots").arg(&roots).arg("--tls-roots").arg(&tls).args(["--url", settings.url.as_str()]);
        let output = command.args(["--name", HOST]).args(more).arg(fetcher.directory.path()).output().unwrap();
        let line: Value = serde_json::from_slice(&output.stdout).unwrap_or_default();
        (output.status.code(), line)
    };
    let (code, line) = run(&["--health"]);
    assert_eq!((code, &line["health"]), (Some(1), &Value::Null));
    fetcher.server.will(Answer::status(500));
    let (code, line) = run(&[]);
    assert_eq!((code, &line["outcome"], &line["cause"]), (Some(1), &"failed".into(), &"http-status".into()));
    let (code, line) = run(&[]);
    assert_eq!((code, &line["outcome"]), (Some(0), &"not-due".into()));
    for wrong in [&["--unknown"][..], &["--timeout", "0"], &["--timeout"], &["another"]] {
        assert_eq!(run(wrong).0, Some(2), "{wrong:?}");
    }
    let program = Path::new(env!("CARGO_BIN_EXE_fetch_metadata"));
    let [roots, url] = [roots.to_str().unwrap(), settings.url.as_str()];
    let good = ["--roots", roots, "--url", url, "--name", HOST, "--health", fetcher.directory.path().to_str().unwrap()];
    command_line::prints_help(program, "fetch_metadata", &good);
    command_line::ends_at_a_closed_pipe(program, &good);
    command_line::names_a_missing_file(program, &["--roots"]);
    command_line::names_an_unknown_option(program, &[]);
}
