//! Faults while others sign in. The portal must keep what it answered, and must use a state only once.

use crate::instance::{Instance, Log, until};
use crate::patients::{Patient, enrolled};
use crate::visitor::{Answer, Passkey, Visitor};
use portal::store::Store;
use serde_json::{Value, json};
use sqlx::Row;
use std::collections::{BTreeMap, HashMap, HashSet};
use std::process::{Command, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::{Duration, Instant};
use tokio::task::{JoinHandle, JoinSet};
use wardkey::{AuthenticationResponse, CredentialId};

/// How many users sign in, add passkeys and rename them meanwhile.
const OTHERS: u64 = 8;
const MAX_PASSKEYS: usize = 12;
const RESTARTS: u32 = 3;

struct World {
    database: String,
    log: Log,
    store: Store,
    one: Instance,
    two: Instance,
}

impl World {
    fn ports(&self) -> [u16; 2] {
        [self.one.port, self.two.port]
    }

    async fn patients(&self, count: u64) -> Vec<Patient> {
        enrolled(&self.store, self.one.port, &self.log, count).await
    }

    async fn patient(&self) -> Patient {
        self.patients(1).await.remove(0)
    }

    async fn counter(&self, passkey: &Passkey) -> u32 {
        let stored = self.store.passkey(passkey.id()).await.unwrap().expect("the passkey is stored");
        stored.record.sign_count
    }
}

/// Runs every fault, and prints a row of the table for each.
pub async fn all(database: &str) {
    let log = Log::default();
    let (one, two) = (Instance::start(database, &log, "info"), Instance::start(database, &log, "info"));
    let store = Store::open(database).await.unwrap();
    let mut world = World { database: database.to_owned(), log, store, one, two };
    println!("| fault | what happened |\n|---|---|");

    let others = Others::start(&world).await;
    println!("| the same response is posted 4 times at once, 2 at each instance | {} |", replays(&world).await);
    println!("| 2 sign-ins with one passkey race, with different counters | {} |", races(&world).await);
    let kept = others.stop().await;
    println!("| meanwhile | {} |", verified(&world, &kept).await);

    let others = Others::start(&world).await;
    others.until_answered(200).await;
    world.one.kill();
    others.until_answered(200).await;
    let kept = others.stop().await;
    world.one = Instance::start(&world.database, &world.log, "info");
    println!("| SIGKILL of one instance | {} |", verified(&world, &kept).await);

    let restart = std::env::var("POSTGRES_RESTART").expect("POSTGRES_RESTART: a command");
    let mut patient = world.patient().await;
    let others = Others::start(&world).await;
    let (mut took, mut waited) = (Duration::ZERO, Duration::ZERO);
    for _ in 0..RESTARTS {
        others.until_answered(100).await;
        took += restarted(&restart).await;
        waited += recovered(&world, &mut patient.passkey).await;
    }
    others.until_answered(100).await;
    let kept = others.stop().await;
    let [took, waited] = [took, waited].map(|all| (all / RESTARTS).as_millis());
    println!(
        "| the database is killed and restarted {RESTARTS} times | it is away for {took} ms; both instances sign in {waited} ms \
         later; {} |",
        verified(&world, &kept).await
    );
}

/// Kills the database without warning, and starts it again. Returns how long it was away.
async fn restarted(command: &str) -> Duration {
    let started = Instant::now();
    let mut words = command.split(' ');
    let mut command = Command::new(words.next().expect("a command"));
    command.args(words).stdout(Stdio::null());
    let status = tokio::task::spawn_blocking(move || command.status()).await.unwrap().unwrap();
    assert!(status.success(), "the database did not start again");
    started.elapsed()
}

/// Waits until this user can sign in at both instances. Returns how long it took.
async fn recovered(world: &World, passkey: &mut Passkey) -> Duration {
    let mut waited = Duration::ZERO;
    for port in world.ports() {
        waited += until("a sign-in is accepted again", async || {
            let mut visitor = Visitor::new();
            let Some((200, options)) = visitor.try_post(port, "/sign-in", &json!({})).await else { return false };
            matches!(visitor.try_post(port, "/signed-in", &passkey.get(&options)).await, Some((200, _)))
        })
        .await;
    }
    waited
}

/// Posts at once, each to its port, in one session. Returns the statuses and the browser of each.
async fn at_once(visitor: &Visitor, path: &'static str, posts: Vec<(u16, Value)>) -> Vec<(Answer, Visitor)> {
    let tasks: Vec<JoinHandle<_>> = posts
        .into_iter()
        .map(|(port, body)| {
            let mut visitor = visitor.clone();
            tokio::spawn(async move { (visitor.try_post(port, path, &body).await, visitor) })
        })
        .collect();
    let mut answers = Vec::new();
    for task in tasks {
        answers.push(task.await.unwrap());
    }
    answers
}

/// Returns the browser of the only post that was accepted. The others must have this status.
fn only_winner(answers: Vec<(Answer, Visitor)>, refused: u16, what: &str) -> Visitor {
    let statuses: Vec<Option<u16>> =
        answers.iter().map(|(answer, _)| answer.as_ref().map(|(status, _)| *status)).collect();
    let (mut winners, losers): (Vec<_>, Vec<_>) =
        answers.into_iter().partition(|(answer, _)| matches!(answer, Some((200, _))));
    let lost = losers.iter().all(|(answer, _)| answer.as_ref().is_some_and(|(status, _)| *status == refused));
    assert!(winners.len() == 1 && lost, "{what}: {statuses:?}");
    winners.remove(0).1
}

/// Sign-ins, registrations, re-authentications and acts after them, each posted four times.
async fn replays(world: &World) -> String {
    let [one, two] = world.ports();
    let four = |body: &Value| [one, two, one, two].map(|port| (port, body.clone())).to_vec();
    let mut patient = world.patient().await;
    let sign_ins = 40;
    let mut visitor = Visitor::new();
    for _ in 0..sign_ins {
        visitor = Visitor::new();
        let options = visitor.post(one, "/sign-in", &json!({})).await;
        let posted = patient.passkey.get(&options);
        visitor = only_winner(at_once(&visitor, "/signed-in", four(&posted)).await, 400, "a sign-in");
    }
    let registrations = 10;
    for _ in 0..registrations {
        let options = visitor.post(two, "/confirm", &json!({ "purpose": "add-passkey" })).await;
        let posted = patient.passkey.get(&options);
        only_winner(at_once(&visitor, "/confirmed", four(&posted)).await, 400, "a re-authentication");
        let answers = at_once(&visitor, "/register", four(&json!({}))).await;
        let options = answers.iter().find_map(|(answer, _)| match answer {
            Some((200, options)) => Some(options.clone()),
            _ => None,
        });
        only_winner(answers, 403, "a re-authentication that was spent");
        let (_, posted) = Passkey::create(&options.expect("one was accepted"));
        only_winner(at_once(&visitor, "/registered", four(&posted)).await, 400, "a registration");
    }
    format!(
        "one is accepted each time, 3 are refused: {sign_ins} sign-ins; {registrations} re-authentications, acts with them, and registrations"
    )
}

/// Two valid sign-ins of one passkey. First each waits at the statement that writes the record, so that both have read the old
/// one; then they run freely.
async fn races(world: &World) -> String {
    let Patient { mut passkey, .. } = world.patient().await;
    let [one, two] = world.ports();
    let (held, free) = (10, 40);
    let mut found: BTreeMap<&str, u32> = BTreeMap::new();
    for round in 0..held + free {
        let mut posts = Vec::new();
        let mut visitors = Vec::new();
        let lower = passkey.counter + 1;
        passkey.counter += 2;
        // In turns the lower counter is posted to the first instance, and to the second.
        for (port, counter) in
            if round % 2 == 0 { [(one, lower), (two, lower + 1)] } else { [(one, lower + 1), (two, lower)] }
        {
            let mut visitor = Visitor::new();
            let options = visitor.post(port, "/sign-in", &json!({})).await;
            posts.push((port, counter, passkey.get_counting(&options, counter)));
            visitors.push(visitor);
        }
        let mut lock = None;
        if round < held {
            let mut transaction = world.store.pool.begin().await.unwrap();
            let id = CredentialId::new(passkey.id()).unwrap().to_base64url();
            let query = sqlx::query("SELECT 1 FROM credential WHERE id = $1 FOR UPDATE").bind(id);
            query.execute(&mut *transaction).await.unwrap();
            lock = Some(transaction);
        }
        let tasks: Vec<_> = posts
            .into_iter()
            .zip(visitors)
            .map(|((port, counter, body), mut visitor)| {
                tokio::spawn(async move { (counter, visitor.try_post(port, "/signed-in", &body).await) })
            })
            .collect();
        if let Some(transaction) = lock {
            until("both sign-ins wait for the row", async || {
                let sql = "SELECT COUNT(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND query LIKE 'UPDATE credential%'";
                sqlx::query(sql).fetch_one(&world.store.pool).await.unwrap().try_get::<i64, _>(0).unwrap() == 2
            })
            .await;
            transaction.rollback().await.unwrap();
        }
        let mut accepted = Vec::new();
        let mut refused = Vec::new();
        for task in tasks {
            match task.await.unwrap() {
                (counter, Some((200, _))) => accepted.push(counter),
                (counter, Some((status, _))) => refused.push((counter, status)),
                (_, None) => panic!("no answer"),
            }
        }
        let highest = accepted.iter().copied().max().expect("one is accepted");
        assert_eq!(world.counter(&passkey).await, highest, "the record has the highest counter that was accepted");
        let kind = match refused[..] {
            [] => "both one after the other",
            [(_, 409)] => "the slower one is refused (409)",
            [(counter, 400)] if counter < highest => "the lower one came second (400)",
            _ => panic!("accepted {accepted:?}, refused {refused:?}"),
        };
        assert!(round >= held || kind.contains("409"), "both had read the old record, so one is refused: {kind}");
        *found.entry(kind).or_default() += 1;
    }
    let found: Vec<String> = found.into_iter().map(|(kind, count)| format!("{kind}: {count}")).collect();
    format!(
        "the record has the highest accepted counter each time; {held} held at the write, {free} free: {}",
        found.join("; ")
    )
}

/// What a user was told, and so must be there afterwards.
#[derive(Default)]
struct Kept {
    name: String,
    passkeys: Vec<KeptPasskey>,
    /// Browsers that are signed in.
    sessions: Vec<Visitor>,
    /// The states of the ceremonies that were accepted.
    states: Vec<String>,
    /// How often each status was answered; 0 is no answer.
    statuses: BTreeMap<u16, u64>,
}

struct KeptPasskey {
    passkey: Passkey,
    /// The counter of the last sign-in that was accepted.
    counter: u32,
    /// The label that the portal saved, and the label of a later request, which may be unanswered.
    label: Option<String>,
    posted_label: Option<String>,
}

impl From<Passkey> for KeptPasskey {
    fn from(passkey: Passkey) -> Self {
        Self { counter: passkey.counter, passkey, label: None, posted_label: None }
    }
}

/// Users that sign in, add passkeys and rename them until they are stopped.
struct Others {
    tasks: JoinSet<Kept>,
    ended: Arc<AtomicBool>,
    answered: Arc<AtomicU64>,
}

/// A user between the two instances: each request goes to the next one.
struct Other {
    ports: [u16; 2],
    turn: usize,
    answered: Arc<AtomicU64>,
    kept: Kept,
}

impl Others {
    async fn start(world: &World) -> Self {
        let (ended, answered) = <(Arc<AtomicBool>, Arc<AtomicU64>)>::default();
        let mut tasks = JoinSet::new();
        for (n, patient) in world.patients(OTHERS).await.into_iter().enumerate() {
            let kept = Kept { name: patient.name, passkeys: vec![patient.passkey.into()], ..Kept::default() };
            let mut other = Other { ports: world.ports(), turn: n, answered: answered.clone(), kept };
            let ended = ended.clone();
            tasks.spawn(async move {
                while !ended.load(Ordering::Relaxed) {
                    if other.round().await.is_none() {
                        tokio::time::sleep(Duration::from_millis(20)).await;
                    }
                }
                other.kept
            });
        }
        Self { tasks, ended, answered }
    }

    /// Waits for this many more answers of 200.
    async fn until_answered(&self, more: u64) {
        let goal = self.answered.load(Ordering::Relaxed) + more;
        until("others are answered", async || self.answered.load(Ordering::Relaxed) >= goal).await;
    }

    async fn stop(self) -> Vec<Kept> {
        self.ended.store(true, Ordering::Relaxed);
        self.tasks.join_all().await
    }
}

impl Other {
    /// Posts to the next instance. Returns an answer of 200.
    async fn ask(&mut self, visitor: &mut Visitor, path: &str, body: &Value) -> Option<Value> {
        self.turn += 1;
        let answer = visitor.try_post(self.ports[self.turn % 2], path, body).await;
        let status = answer.as_ref().map_or(0, |(status, _)| *status);
        *self.kept.statuses.entry(status).or_default() += 1;
        let (_, answer) = answer.filter(|_| status == 200)?;
        self.answered.fetch_add(1, Ordering::Relaxed);
        Some(answer)
    }

    /// Signs in with one of the passkeys, adds another one and renames it. `None`: something was not answered with 200.
    async fn round(&mut self) -> Option<()> {
        let mut visitor = Visitor::new();
        let which = self.turn % self.kept.passkeys.len();
        let options = self.ask(&mut visitor, "/sign-in", &json!({})).await?;
        let response = self.kept.passkeys[which].passkey.get(&options);
        self.ask(&mut visitor, "/signed-in", &response).await?;
        self.accepted(which, &response);
        self.kept.sessions.push(visitor.clone());

        let name = format!("label {}", self.turn);
        let id = CredentialId::new(self.kept.passkeys[which].passkey.id()).unwrap();
        self.kept.passkeys[which].posted_label = Some(name.clone());
        self.ask(&mut visitor, "/rename", &json!({ "id": id, "label": name })).await?;
        self.kept.passkeys[which].label = Some(name);

        if self.kept.passkeys.len() < MAX_PASSKEYS {
            let options = self.ask(&mut visitor, "/confirm", &json!({ "purpose": "add-passkey" })).await?;
            let response = self.kept.passkeys[which].passkey.get(&options);
            self.ask(&mut visitor, "/confirmed", &response).await?;
            self.accepted(which, &response);
            let options = self.ask(&mut visitor, "/register", &json!({})).await?;
            let (passkey, response) = Passkey::create(&options);
            self.ask(&mut visitor, "/registered", &response).await?;
            self.kept.passkeys.push(passkey.into());
        }
        Some(())
    }

    fn accepted(&mut self, which: usize, response: &Value) {
        let kept = &mut self.kept.passkeys[which];
        kept.counter = kept.passkey.counter;
        let response = AuthenticationResponse::from_json(&response.to_string()).unwrap();
        self.kept.states.push(response.state_id().expect("a challenge of the library"));
    }
}

/// Checks that everything that was answered is there, at both instances. Returns what was checked.
async fn verified(world: &World, all: &[Kept]) -> String {
    let audit = world.store.audit().await.unwrap();
    let evidence = audit.iter().filter_map(|row| serde_json::from_str::<Value>(&row.evidence).ok());
    let accepted = evidence.filter(|evidence| evidence["accepted"] == true);
    let recorded: HashSet<String> =
        accepted.filter_map(|evidence| evidence["stateId"].as_str().map(str::to_owned)).collect();
    let mut statuses: BTreeMap<u16, u64> = BTreeMap::new();
    let (mut passkeys, mut sessions, mut states) = (0, 0, 0);
    for kept in all {
        for (status, count) in &kept.statuses {
            *statuses.entry(*status).or_default() += count;
        }
        for (n, session) in kept.sessions.iter().enumerate() {
            let me = session.clone().post(world.ports()[n % 2], "/me", &json!({})).await;
            assert_eq!(me["name"], kept.name.as_str(), "the session");
            sessions += 1;
        }
        let mut labels: HashMap<String, String> = HashMap::new();
        for (n, expected) in kept.passkeys.iter().enumerate() {
            assert!(world.counter(&expected.passkey).await >= expected.counter, "the counter of the last sign-in");
            let mut visitor = Visitor::new();
            let port = world.ports()[n % 2];
            visitor.sign_in(port, &mut expected.passkey.clone()).await;
            if labels.is_empty() {
                let me = visitor.post(port, "/me", &json!({})).await;
                let cards = me["passkeys"].as_array().expect("passkeys").iter();
                let text = |value: &Value| value.as_str().expect("text").to_owned();
                labels = cards.map(|card| (text(&card["id"]), text(&card["label"]))).collect();
            }
            let id = CredentialId::new(expected.passkey.id()).unwrap().to_base64url();
            let label = labels.get(&id).expect("the card of the passkey");
            let known = [&expected.label, &expected.posted_label].into_iter().any(|kept| kept.as_ref() == Some(label));
            assert!(expected.label.is_none() || known, "the label that was saved");
            passkeys += 1;
        }
        assert!(kept.states.iter().all(|state| recorded.contains(state)), "the audit log has every ceremony");
        states += kept.states.len();
    }
    let mut auditor = Visitor::new();
    auditor.by_code(world.two.port, &world.log, ("auditor", "password of auditor", "+1 202 555 0100")).await;
    let audit = auditor.post(world.two.port, "/audit", &json!({})).await;
    let chains = audit["chains"].as_array().expect("chains");
    assert!(chains.iter().all(|chain| chain["broken"].is_null()), "{chains:?}");
    let unexpected: Vec<_> = statuses.keys().filter(|status| ![0, 200, 409, 503].contains(*status)).collect();
    let statuses: Vec<String> = statuses
        .iter()
        .map(|(status, count)| if *status == 0 { format!("no answer {count}") } else { format!("{status} {count}") })
        .collect();
    let statuses = statuses.join(", ");
    assert!(unexpected.is_empty(), "the statuses are {statuses}");
    format!(
        "answers: {statuses}; all there: {} accounts, {passkeys} passkeys that sign in, {sessions} sessions, \
         {states} ceremonies in {} audit chains that hold",
        all.len(),
        chains.len()
    )
}
