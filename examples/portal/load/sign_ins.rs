//! How many sign-ins, and where their time goes.

use crate::instance::{Instance, Log, Usage};
use crate::patients::enrolled;
use crate::visitor::Visitor;
use portal::store::Store;
use serde_json::json;
use sqlx::Row;
use std::collections::BTreeMap;
use std::time::{Duration, Instant};
use tokio::task::JoinSet;

pub const HEAD: &str = "\
| database | sign-ins | per second | p50 ms | p99 ms | not 200 | processor ms each: portal | PostgreSQL | the users' program |
|---|---|---|---|---|---|---|---|---|";

fn milliseconds(time: Duration) -> f64 {
    time.as_secs_f64() * 1000.0
}

/// The process that started the servers of PostgreSQL. `None` for SQLite, which is a part of the portal.
async fn postmaster(store: &Store) -> Option<u32> {
    let row = sqlx::query("SELECT pg_backend_pid()").fetch_one(&store.pool).await.ok()?;
    let backend: i32 = row.try_get(0).ok()?;
    Usage::of(backend.try_into().ok()?).map(|usage| usage.parent)
}

/// Users sign in again and again, each time as a new visitor. Returns a row of the table.
pub async fn throughput(name: &str, database: &str, users: u64, seconds: u64) -> String {
    let log = Log::default();
    let instance = Instance::start(database, &log, "info");
    let store = Store::open(database).await.unwrap();
    let postmaster = postmaster(&store).await;
    let patients = enrolled(&store, instance.port, &log, users).await;

    let own = || Usage::of(std::process::id()).map(|usage| usage.own).unwrap_or_default();
    let used = || [instance.used(), postmaster.map(Usage::of_family).unwrap_or_default(), own()];
    let (before, started, port) = (used(), Instant::now(), instance.port);
    let end = started + Duration::from_secs(seconds);
    let mut tasks = JoinSet::new();
    for mut patient in patients {
        tasks.spawn(async move {
            let (mut times, mut failed) = (Vec::new(), 0_u64);
            while Instant::now() < end {
                let mut visitor = Visitor::new();
                let asked = Instant::now();
                let options = visitor.try_post(port, "/sign-in", &json!({})).await;
                let first = asked.elapsed();
                let Some((200, options)) = options else {
                    failed += 1;
                    continue;
                };
                let response = patient.passkey.get(&options);
                let posted = Instant::now();
                match visitor.try_post(port, "/signed-in", &response).await {
                    Some((200, _)) => times.push(first + posted.elapsed()),
                    _ => failed += 1,
                }
            }
            (times, failed)
        });
    }
    let (mut times, mut failed) = (Vec::new(), 0);
    for (some, more) in tasks.join_all().await {
        times.extend(some);
        failed += more;
    }
    let took = started.elapsed();
    let after = used();
    assert!(!times.is_empty(), "nobody signed in");
    times.sort_unstable();
    let part = |hundredths: usize| milliseconds(times[(times.len() - 1) * hundredths / 100]);
    let mut row = format!(
        "| {name} | {} | {:.0} | {:.1} | {:.1} | {failed} |",
        times.len(),
        times.len() as f64 / took.as_secs_f64(),
        part(50),
        part(99)
    );
    for (n, (before, after)) in before.into_iter().zip(after).enumerate() {
        let each = milliseconds(after - before) / times.len() as f64;
        row += &if n == 1 && postmaster.is_none() { " in the portal |".to_owned() } else { format!(" {each:.2} |") };
    }
    row
}

pub const ROUNDS: u32 = 200;
const VERIFICATION: &str = "response read and verified, evidence, bundle";
const REST: &str = "HTTP, JSON, sessions, waiting";

/// Milliseconds of a sign-in by what they were spent for. The portal logs the time of each statement and of each ceremony.
pub async fn split(database: &str) -> BTreeMap<String, f64> {
    let log = Log::default();
    let instance = Instance::start(database, &log, "info,sqlx::query=debug");
    let store = Store::open(database).await.unwrap();
    let mut patient = enrolled(&store, instance.port, &log, 1).await.remove(0);
    for _ in 0..20 {
        Visitor::new().sign_in(instance.port, &mut patient.passkey).await;
    }
    log.lines();
    let mut total = Duration::ZERO;
    for _ in 0..ROUNDS {
        let mut visitor = Visitor::new();
        let asked = Instant::now();
        let options = visitor.post(instance.port, "/sign-in", &json!({})).await;
        total += asked.elapsed();
        let response = patient.passkey.get(&options);
        let posted = Instant::now();
        visitor.post(instance.port, "/signed-in", &response).await;
        total += posted.elapsed();
    }
    tokio::time::sleep(Duration::from_millis(200)).await; // until the last lines were read
    let mut parts: BTreeMap<String, f64> = BTreeMap::new();
    // A ceremony is timed from the state that is taken to the verdict, with the statements between.
    let (mut verified, mut within, mut ceremonies) = (0.0, 0.0, 0);
    for line in log.lines() {
        if let Some(micros) = field(&line, "micros=") {
            verified += micros / 1000.0 - within;
            ceremonies += 1;
        } else if let Some(seconds) = field(&line, "elapsed_secs=") {
            let Some(statement) = statement(&line) else { continue };
            within = if statement.starts_with("DELETE ceremony") { 0.0 } else { within } + seconds * 1000.0;
            *parts.entry(statement).or_default() += seconds * 1000.0;
        }
    }
    assert_eq!(ceremonies, ROUNDS, "a line of the log for each sign-in");
    let total = milliseconds(total);
    let statements: f64 = parts.values().sum();
    parts.insert(VERIFICATION.to_owned(), verified);
    parts.insert(REST.to_owned(), total - statements - verified);
    parts.insert("all".to_owned(), total);
    parts.values_mut().for_each(|sum| *sum /= f64::from(ROUNDS));
    parts
}

fn field(line: &str, name: &str) -> Option<f64> {
    let (_, rest) = line.split_once(name)?;
    rest.split([' ', ',']).next()?.parse().ok()
}

/// The verb and the table of a statement. `None` for the set-up of a connection.
fn statement(line: &str) -> Option<String> {
    let text = ["db.statement=\"\\n\\n", "summary=\""].iter().find_map(|start| Some(line.split_once(start)?.1))?;
    let mut words = text.split([' ', '\\', '"']);
    let verb = words.next()?.to_owned();
    let before = |word: &&str| !["FROM", "INTO"].contains(word);
    let table = if verb == "UPDATE" { words.next()? } else { words.skip_while(before).nth(1)? };
    Some(format!("{verb} {table}"))
}

/// Prints the parts of each database side by side, the greatest first.
pub fn print(splits: &[(&str, BTreeMap<String, f64>)]) {
    let names: Vec<&str> = splits.iter().map(|(name, _)| *name).collect();
    println!("| part | {} |\n|---|{}", names.join(" | "), "---|".repeat(names.len()));
    let of = |(_, parts): &(&str, BTreeMap<String, f64>), part: &str| parts.get(part).copied().unwrap_or_default();
    let mut parts: Vec<&str> = splits.iter().flat_map(|(_, parts)| parts.keys().map(String::as_str)).collect();
    let sum = |part: &str| splits.iter().map(|split| of(split, part)).sum::<f64>();
    parts.sort_by(|one, other| sum(other).total_cmp(&sum(one)).then(one.cmp(other)));
    parts.dedup();
    for part in parts {
        let row: Vec<String> = splits.iter().map(|split| format!("{:.2}", of(split, part))).collect();
        println!("| {part} | {} |", row.join(" | "));
    }
}
