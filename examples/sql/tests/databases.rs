//! The same test on both databases. SQLite is built in; for PostgreSQL, `DATABASE_URL` must name a database that may be changed:
//! the script `test` starts one.

use serde_json::json;
use std::sync::Barrier;
use std::sync::atomic::{AtomicUsize, Ordering};
use wardkey::{
    CredentialId, CredentialRecord, RecordState, RecordUpdate, RegistrationRequest, RegistrationState, RelyingParty,
    Session, Transport, UnixTime, UserHandle,
};
use wardkey_sql::{Database, Value, by_id, by_user, delete_expired, insert, keep, spend, take, update};

const NOW: UnixTime = UnixTime::from_secs(1_795_392_000);
const RACERS: usize = 8;

fn record(id: &[u8], user: [u8; 16]) -> CredentialRecord {
    CredentialRecord::new(CredentialId::new(id).unwrap(), UserHandle::new(user).unwrap(), vec![0xa1, 0, 0xff])
}

/// The update of a sign-in, as a queue would deliver it.
fn to(record: &CredentialRecord, set: RecordState) -> RecordUpdate {
    serde_json::from_value(json!({"version": 1, "expect": RecordState::of(record), "set": set})).unwrap()
}

fn state(rp: &RelyingParty) -> RegistrationState {
    let user = UserHandle::new([7; 16]).unwrap();
    rp.start_registration(RegistrationRequest::new(&user, "ada", &[]), Session::bound("session"), NOW).unwrap().1
}

/// Calls `attempt` on as many connections at once. Returns how many were told `true`.
fn winners<D: Database>(open: impl Fn() -> D + Sync, attempt: impl Fn(&mut D) -> bool + Sync) -> usize {
    let (ready, won) = (Barrier::new(RACERS), AtomicUsize::new(0));
    std::thread::scope(|scope| {
        for _ in 0..RACERS {
            scope.spawn(|| {
                let mut database = open();
                ready.wait();
                won.fetch_add(attempt(&mut database).into(), Ordering::Relaxed);
            });
        }
    });
    won.into_inner()
}

fn check<D: Database>(open: impl Fn() -> D + Sync) {
    let database = &mut open();

    // Records: every value is read as it was written.
    let mut full = record(&[0, 0xff, 0x27], [1; 16]);
    (full.sign_count, full.uv_initialized) = (u32::MAX, true);
    (full.backup_eligible, full.backup_state) = (Some(true), Some(false));
    full.transports = vec![Transport::Hybrid, Transport::Other("carrier \"pigeon\"".into())];
    let unknown = record(&[9; 1023], [1; 16]);
    for record in [&full, &unknown] {
        assert!(insert(database, record).unwrap());
        assert_eq!(by_id(database, record.id.as_bytes()).unwrap().as_ref(), Some(record));
    }
    assert_eq!(by_user(database, &full.user_handle).unwrap(), [full.clone(), unknown.clone()]);
    assert_eq!(by_user(database, &UserHandle::new([2; 16]).unwrap()).unwrap(), []);
    assert_eq!(by_id(database, b"nobody").unwrap(), None);

    // A credential id is unique over all accounts.
    assert!(!insert(database, &record(full.id.as_bytes(), [2; 16])).unwrap());
    assert_eq!(by_id(database, full.id.as_bytes()).unwrap(), Some(full.clone()));
    let mut new = record(b"new", [3; 16]);
    assert_eq!(winners(&open, |database| insert(database, &new).unwrap()), 1);

    // Compare-and-set, from unknown to known, and only from the state that the sign-in saw.
    let set = |sign_count| {
        let mut set = RecordState::of(&full);
        (set.sign_count, set.backup_state) = (sign_count, Some(true));
        set
    };
    let first = to(&new, set(1));
    assert_eq!(winners(&open, |database| update(database, &new.id, &first).unwrap()), 1);
    assert!(!update(database, &new.id, &to(&new, set(2))).unwrap(), "the record is no longer as it was");
    assert!(new.apply(&first));
    assert_eq!(by_id(database, b"new").unwrap(), Some(new.clone()));
    for changed in 0..4 {
        let mut other = new.clone();
        match changed {
            0 => other.sign_count = 9,
            1 => other.uv_initialized = false,
            2 => other.backup_eligible = None,
            _ => other.backup_state = Some(false),
        }
        assert!(!update(database, &new.id, &to(&other, set(3))).unwrap(), "{changed}");
    }
    assert!(update(database, &new.id, &to(&new, set(u32::MAX))).unwrap());

    // A sign count that does not fit is refused by the table.
    let too_large = [Value::Int(1 << 32), Value::Bytes(b"new".to_vec())];
    assert!(database.execute("UPDATE credential SET sign_count = $1 WHERE id = $2", &too_large).is_err());

    // States: once, and deleted when they have expired.
    let rp = RelyingParty::new("clinic.example", "Clinic").unwrap();
    let states = [state(&rp), state(&rp)];
    for state in &states {
        keep(database, state.id(), state.expires_at(), state).unwrap();
    }
    let [id, expired] = states.each_ref().map(RegistrationState::id);
    let taken = |database: &mut D| {
        let found = take::<RegistrationState>(database, &id).unwrap();
        assert!(found.is_none() || found.as_ref() == Some(&states[0]));
        found.is_some()
    };
    assert_eq!(winners(&open, taken), 1);
    delete_expired(database, UnixTime::from_secs(NOW.secs() + 299)).unwrap();
    let kept = database.query("SELECT id FROM ceremony", &[]).unwrap();
    assert_eq!(kept, [[Value::Text(expired.clone())]]);
    delete_expired(database, UnixTime::from_secs(NOW.secs() + 301)).unwrap();
    assert_eq!(take::<RegistrationState>(database, &expired).unwrap(), None);

    // A re-authentication is spent once.
    assert_eq!(winners(&open, |database| spend(database, "id", NOW).unwrap()), 1);
}

#[test]
fn sqlite() {
    let file = std::env::temp_dir().join(format!("wardkey-{}.db", std::process::id()));
    let open = || {
        let connection = rusqlite::Connection::open(&file).unwrap();
        connection
            .execute_batch("PRAGMA busy_timeout = 5000; PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL;")
            .unwrap();
        connection
    };
    open().execute_batch(wardkey_sql::SQLITE).unwrap();
    check(open);
    for suffix in ["", "-shm", "-wal"] {
        let _ = std::fs::remove_file(format!("{}{suffix}", file.display()));
    }
}

#[test]
fn postgresql() {
    let Ok(url) = std::env::var("DATABASE_URL") else {
        eprintln!("skipped: PostgreSQL needs DATABASE_URL");
        return;
    };
    let open = || postgres::Client::connect(&url, postgres::NoTls).unwrap();
    open().batch_execute(wardkey_sql::POSTGRESQL).unwrap();
    check(open);
}
