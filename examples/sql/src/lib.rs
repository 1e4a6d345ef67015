//! What a portal with wardkey stores, in SQLite and PostgreSQL: the tables are in `sqlite.sql` and `postgresql.sql`, and the
//! statements, which are the same for both, in this file. Copy what you need; with sqlx or diesel the SQL stays the same.
//!
//! | fact | type in Rust | in SQL |
//! |---|---|---|
//! | credential id, user handle, public key | bytes | `BYTEA` or `BLOB` |
//! | signature counter | `u32` | `BIGINT`, because SQL has no unsigned type: `i64::from(count)`, and `u32::try_from(column)` |
//! | backup eligibility, backup state | `Option<bool>` | `BOOLEAN` (in SQLite `INTEGER`); `NULL` is unknown |
//! | transports | `Vec<Transport>` | `TEXT`, a JSON array |
//! | state of a ceremony | a serde type | `TEXT`, JSON |

mod postgresql;
mod sqlite;

use serde::Serialize;
use serde::de::DeserializeOwned;
use wardkey::{CredentialId, CredentialRecord, RecordState, RecordUpdate, UnixTime, UserHandle};

/// The tables in SQLite.
pub const SQLITE: &str = include_str!("../sqlite.sql");
/// The tables in PostgreSQL.
pub const POSTGRESQL: &str = include_str!("../postgresql.sql");

/// Stores a new record. Writes no row if the credential id exists already, in whichever account (§7.1 step 26).
pub const INSERT: &str = "INSERT INTO credential \
    (id, user_handle, public_key, sign_count, uv_initialized, backup_eligible, backup_state, transports) \
    VALUES ($1, $2, $3, $4, $5, $6, $7, $8) ON CONFLICT (id) DO NOTHING";

/// Reads the record of a response.
pub const BY_ID: &str = "SELECT id, user_handle, public_key, sign_count, uv_initialized, backup_eligible, backup_state, \
    transports FROM credential WHERE id = $1";

/// Reads the records of an account.
pub const BY_USER: &str = "SELECT id, user_handle, public_key, sign_count, uv_initialized, backup_eligible, backup_state, \
    transports FROM credential WHERE user_handle = $1 ORDER BY id";

/// Writes the update of a sign-in: compare-and-set. Writes no row if another sign-in changed the record first.
pub const UPDATE: &str = "UPDATE credential SET sign_count = $1, uv_initialized = $2, backup_eligible = $3, backup_state = $4 \
    WHERE id = $5 AND sign_count = $6 AND uv_initialized = $7 \
    AND backup_eligible IS NOT DISTINCT FROM $8 AND backup_state IS NOT DISTINCT FROM $9";

/// Stores the state of a ceremony.
pub const KEEP: &str = "INSERT INTO ceremony (id, state, expires_at) VALUES ($1, $2, $3)";

/// Reads a state and deletes it, so that no second request can use it, whatever the outcome of the ceremony.
pub const TAKE: &str = "DELETE FROM ceremony WHERE id = $1 RETURNING state";

/// Spends a re-authentication. Writes no row if it was spent before.
pub const SPEND: &str = "INSERT INTO spent (id, expires_at) VALUES ($1, $2) ON CONFLICT (id) DO NOTHING";

/// Delete what has expired, for example once an hour.
pub const EXPIRED: [&str; 2] =
    ["DELETE FROM ceremony WHERE expires_at < $1", "DELETE FROM spent WHERE expires_at < $1"];

/// An error of the database, or a row that is not what these statements wrote.
pub type Error = Box<dyn std::error::Error + Send + Sync>;
pub type Result<T> = std::result::Result<T, Error>;

/// A value of a column.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Value {
    Null,
    Bool(bool),
    Int(i64),
    Text(String),
    Bytes(Vec<u8>),
}

/// A connection.
pub trait Database {
    /// Executes a statement. Returns the number of rows that it wrote.
    fn execute(&mut self, sql: &str, values: &[Value]) -> Result<u64>;
    /// Executes a statement that returns rows.
    fn query(&mut self, sql: &str, values: &[Value]) -> Result<Vec<Vec<Value>>>;
}

/// Stores a new record. Returns `false` if the credential id exists already; then refuse the registration.
pub fn insert(database: &mut impl Database, record: &CredentialRecord) -> Result<bool> {
    let [count, uv, eligible, backed_up] = columns(&RecordState::of(record));
    let values = [
        bytes(&record.id),
        bytes(&record.user_handle),
        bytes(&record.public_key),
        count,
        uv,
        eligible,
        backed_up,
        Value::Text(serde_json::to_string(&record.transports)?),
    ];
    Ok(database.execute(INSERT, &values)? == 1)
}

/// Returns the record with this id.
pub fn by_id(database: &mut impl Database, id: &[u8]) -> Result<Option<CredentialRecord>> {
    database.query(BY_ID, &[bytes(id)])?.into_iter().next().map(record).transpose()
}

/// Returns the records of an account.
pub fn by_user(database: &mut impl Database, user: &UserHandle) -> Result<Vec<CredentialRecord>> {
    database.query(BY_USER, &[bytes(user)])?.into_iter().map(record).collect()
}

/// Writes the update of a sign-in. Returns `false` if another sign-in changed the record first; then start again.
pub fn update(database: &mut impl Database, id: &CredentialId, update: &RecordUpdate) -> Result<bool> {
    let values = [&columns(&update.set)[..], &[bytes(id)], &columns(&update.expect)].concat();
    Ok(database.execute(UPDATE, &values)? == 1)
}

/// Stores a state. It holds a hash of the web session that it belongs to.
pub fn keep(database: &mut impl Database, id: String, expires_at: UnixTime, state: &impl Serialize) -> Result<()> {
    let values = [Value::Text(id), Value::Text(serde_json::to_string(state)?), Value::Int(expires_at.secs())];
    database.execute(KEEP, &values).map(drop)
}

/// Reads and deletes the state that a response answers: pass its `state_id`. Returns `None` if there is none, or if it was used.
pub fn take<S: DeserializeOwned>(database: &mut impl Database, id: &str) -> Result<Option<S>> {
    let rows = database.query(TAKE, &[Value::Text(id.into())])?;
    let Some(row) = rows.into_iter().next() else { return Ok(None) };
    match &row[..] {
        [Value::Text(state)] => Ok(Some(serde_json::from_str(state)?)),
        _ => Err("the state is not text".into()),
    }
}

/// Spends a re-authentication: `id` is what `Reauthentication::spend` returned. Returns `false` if it was spent before.
pub fn spend(database: &mut impl Database, id: &str, expires_at: UnixTime) -> Result<bool> {
    Ok(database.execute(SPEND, &[Value::Text(id.into()), Value::Int(expires_at.secs())])? == 1)
}

/// Deletes the states and spent re-authentications that have expired.
pub fn delete_expired(database: &mut impl Database, now: UnixTime) -> Result<()> {
    EXPIRED.iter().try_for_each(|sql| database.execute(sql, &[Value::Int(now.secs())]).map(drop))
}

fn bytes(bytes: impl AsRef<[u8]>) -> Value {
    Value::Bytes(bytes.as_ref().to_vec())
}

/// The columns that a sign-in may change, in the order of the statements.
fn columns(state: &RecordState) -> [Value; 4] {
    let known = |value: Option<bool>| value.map_or(Value::Null, Value::Bool);
    [
        Value::Int(state.sign_count.into()),
        Value::Bool(state.uv_initialized),
        known(state.backup_eligible),
        known(state.backup_state),
    ]
}

fn record(row: Vec<Value>) -> Result<CredentialRecord> {
    let Ok(
        [
            Value::Bytes(id),
            Value::Bytes(user),
            Value::Bytes(key),
            Value::Int(count),
            uv,
            eligible,
            backed_up,
            Value::Text(transports),
        ],
    ) = <[Value; 8]>::try_from(row)
    else {
        return Err("the row is not one of this table".into());
    };
    let mut record = CredentialRecord::new(CredentialId::new(id)?, UserHandle::new(user)?, key);
    record.sign_count = count.try_into()?;
    record.uv_initialized = flag(uv)?.ok_or("uv_initialized is NULL")?;
    record.backup_eligible = flag(eligible)?;
    record.backup_state = flag(backed_up)?;
    record.transports = serde_json::from_str(&transports)?;
    Ok(record)
}

/// Reads a boolean column, which SQLite stores as 0 or 1.
fn flag(value: Value) -> Result<Option<bool>> {
    match value {
        Value::Null => Ok(None),
        Value::Bool(value) => Ok(Some(value)),
        Value::Int(value @ (0 | 1)) => Ok(Some(value == 1)),
        _ => Err("a column is not a boolean".into()),
    }
}
