//! The statements. They are the same for SQLite and PostgreSQL.

use crate::staff::Kept;
use serde::Serialize;
use serde::de::DeserializeOwned;
use sqlx::any::{AnyPoolOptions, AnyRow, install_default_drivers};
use sqlx::{AnyPool, Row};
use wardkey::account::{Account as Means, Address, AddressKind, Passkey as Mean};
use wardkey::assurance::AssuranceLevel;
use wardkey::{CredentialId, CredentialRecord, RecordUpdate, UnixTime, UserHandle};

pub type Result<T> = std::result::Result<T, sqlx::Error>;

#[derive(Clone)]
pub struct Store {
    pub pool: AnyPool,
}

/// A row of `account`.
#[derive(Clone, Debug)]
pub struct Account {
    pub user: UserHandle,
    pub name: String,
    pub display_name: String,
    pub role: String,
    pub password: String,
    pub phone: String,
    pub saved_code: String,
    pub recovered_at: i64,
    pub version: i64,
}

/// A row of `credential`.
#[derive(Clone, Debug)]
pub struct Passkey {
    pub record: CredentialRecord,
    /// The text of the column, for compare-and-set.
    stored: String,
    pub label: String,
    pub aaguid: String,
    /// `None`: the registration is from before the portal kept it.
    pub kept: Option<Kept>,
    pub level: AssuranceLevel,
    pub confirmed: bool,
    pub suspended: bool,
    pub created_at: i64,
    pub last_used_at: i64,
}

/// A row of `notice`.
pub struct NoticeRow {
    pub id: String,
    pub kind: String,
    pub at: i64,
    /// When the person said that it was somebody else, or 0.
    pub objected_at: i64,
}

/// A row of `prescription`.
pub struct Prescription {
    pub id: String,
    pub patient: String,
    pub receipt: String,
    pub record: String,
    pub confirmed_at: i64,
}

/// A row of `audit`.
pub struct AuditRow {
    pub chain: String,
    pub seq: i64,
    pub line: String,
    pub evidence: String,
    pub bundle: String,
}

/// What makes the tables, in order. Never change a version that a portal has run: add one.
const MIGRATIONS: [(i64, &str); 3] =
    [(1, include_str!("schema.sql")), (2, include_str!("schema.2.sql")), (3, include_str!("schema.3.sql"))];

/// The text of a value that is stored as JSON. The types of wardkey always have one.
fn json(value: &impl Serialize) -> Result<String> {
    serde_json::to_string(value).map_err(|error| sqlx::Error::Encode(error.into()))
}

fn read<T: DeserializeOwned>(text: &str) -> Result<T> {
    serde_json::from_str(text).map_err(|error| sqlx::Error::Decode(error.into()))
}

const ACCOUNT: &str =
    "SELECT user_handle, name, display_name, role, password, phone, saved_code, recovered_at, version FROM account";
const CREDENTIAL: &str =
    "SELECT record, label, aaguid, level, confirmed, suspended, created_at, last_used_at, kept FROM credential";

fn account(row: &AnyRow) -> Result<Account> {
    let user: String = row.try_get(0)?;
    Ok(Account {
        user: user.parse().map_err(|error| sqlx::Error::Decode(Box::new(error)))?,
        name: row.try_get(1)?,
        display_name: row.try_get(2)?,
        role: row.try_get(3)?,
        password: row.try_get(4)?,
        phone: row.try_get(5)?,
        saved_code: row.try_get(6)?,
        recovered_at: row.try_get(7)?,
        version: row.try_get(8)?,
    })
}

fn passkey(row: &AnyRow) -> Result<Passkey> {
    let stored: String = row.try_get(0)?;
    let (level, kept): (String, String) = (row.try_get(3)?, row.try_get(8)?);
    Ok(Passkey {
        record: read(&stored)?,
        stored,
        label: row.try_get(1)?,
        aaguid: row.try_get(2)?,
        kept: if kept.is_empty() { None } else { Some(read(&kept)?) },
        level: read(&level)?,
        confirmed: row.try_get::<i64, _>(4)? == 1,
        suspended: row.try_get::<i64, _>(5)? == 1,
        created_at: row.try_get(6)?,
        last_used_at: row.try_get(7)?,
    })
}

impl Account {
    pub fn is_staff(&self) -> bool {
        self.role != "patient"
    }

    /// The ids of the addresses for notices.
    pub fn addresses(&self) -> Vec<String> {
        self.means(&[]).addresses.into_iter().map(|address| address.id).collect()
    }

    /// What the account has, for a decision of the library.
    pub fn means(&self, passkeys: &[Passkey]) -> Means {
        let mut means = Means::default();
        means.password = true;
        means.saved_code = !self.saved_code.is_empty();
        if !self.phone.is_empty() {
            means.sms = Some("phone".to_owned());
            means.addresses.push(Address { id: "phone".to_owned(), kind: AddressKind::Sms });
        }
        means.addresses.push(Address { id: "inbox".to_owned(), kind: AddressKind::Email });
        means.recovered_at = (self.recovered_at > 0).then(|| UnixTime::from_secs(self.recovered_at));
        for passkey in passkeys {
            let eligible = passkey.record.backup_eligible == Some(true);
            let mut mean = Mean::new(passkey.record.id.to_base64url(), passkey.level, !eligible);
            (mean.confirmed, mean.suspended) = (passkey.confirmed, passkey.suspended);
            mean.provider = Some(passkey.aaguid.clone());
            means.passkeys.push(mean);
        }
        means
    }
}

impl Store {
    /// Connects, and creates or changes the tables.
    pub async fn open(url: &str) -> Result<Self> {
        install_default_drivers();
        let sqlite = url.starts_with("sqlite");
        let options = AnyPoolOptions::new().max_connections(8);
        let options = options.after_connect(move |connection, _| {
            Box::pin(async move {
                if sqlite {
                    for pragma in ["PRAGMA busy_timeout = 5000", "PRAGMA journal_mode = WAL"] {
                        sqlx::query(pragma).execute(&mut *connection).await?;
                    }
                }
                Ok(())
            })
        });
        let pool = options.connect(url).await?;
        let store = Self { pool };
        store.migrate().await?;
        Ok(store)
    }

    /// Brings the tables to the newest version.
    async fn migrate(&self) -> Result<()> {
        let sql = "CREATE TABLE IF NOT EXISTS migration (number BIGINT PRIMARY KEY)";
        // Two instances of PostgreSQL that start at once can collide here, so the second try counts.
        if sqlx::query(sql).execute(&self.pool).await.is_err() {
            sqlx::query(sql).execute(&self.pool).await?;
        }
        for (number, text) in MIGRATIONS {
            let mut transaction = self.pool.begin().await?;
            // An instance that starts at the same time waits here until the other one has changed the tables.
            let sql = "INSERT INTO migration (number) VALUES ($1) ON CONFLICT (number) DO NOTHING";
            if sqlx::query(sql).bind(number).execute(&mut *transaction).await?.rows_affected() == 1 {
                let lines: Vec<&str> = text.lines().map(|line| line.split("--").next().unwrap_or_default()).collect();
                for statement in lines.join("\n").split(';').filter(|text| !text.trim().is_empty()) {
                    sqlx::query(statement).execute(&mut *transaction).await?;
                }
            }
            transaction.commit().await?;
        }
        Ok(())
    }

    /// The secret of this name, which the first instance draws. A real portal has a secret store.
    pub async fn secret(&self, name: &str, drawn: &str) -> Result<String> {
        let sql = "INSERT INTO secret (name, value) VALUES ($1, $2) ON CONFLICT (name) DO NOTHING";
        sqlx::query(sql).bind(name).bind(drawn).execute(&self.pool).await?;
        let row = sqlx::query("SELECT value FROM secret WHERE name = $1").bind(name).fetch_one(&self.pool).await?;
        row.try_get(0)
    }

    /// Notes a number. Returns the greatest one that any instance has noted.
    pub async fn see(&self, name: &str, number: i64) -> Result<i64> {
        let sql = "INSERT INTO seen (name, number) VALUES ($1, $2) ON CONFLICT (name) DO UPDATE SET number = \
            CASE WHEN excluded.number > seen.number THEN excluded.number ELSE seen.number END RETURNING number";
        sqlx::query(sql).bind(name).bind(number).fetch_one(&self.pool).await?.try_get(0)
    }

    // ---- Accounts ----

    /// Returns whether the account is new.
    pub async fn insert_account(&self, account: &Account) -> Result<bool> {
        let sql = "INSERT INTO account (user_handle, name, display_name, role, password, phone, saved_code, \
            recovered_at, version) VALUES ($1, $2, $3, $4, $5, $6, '', 0, 0) ON CONFLICT (name) DO NOTHING";
        let query = sqlx::query(sql).bind(account.user.to_base64url()).bind(&account.name).bind(&account.display_name);
        let query = query.bind(&account.role).bind(&account.password).bind(&account.phone);
        Ok(query.execute(&self.pool).await?.rows_affected() == 1)
    }

    pub async fn account_named(&self, name: &str) -> Result<Option<Account>> {
        let sql = format!("{ACCOUNT} WHERE name = $1");
        sqlx::query(&sql).bind(name).fetch_optional(&self.pool).await?.as_ref().map(account).transpose()
    }

    pub async fn account_of(&self, user: &str) -> Result<Option<Account>> {
        let sql = format!("{ACCOUNT} WHERE user_handle = $1");
        sqlx::query(&sql).bind(user).fetch_optional(&self.pool).await?.as_ref().map(account).transpose()
    }

    pub async fn accounts(&self) -> Result<Vec<Account>> {
        let sql = format!("{ACCOUNT} ORDER BY name");
        sqlx::query(&sql).fetch_all(&self.pool).await?.iter().map(account).collect()
    }

    pub async fn set_display_name(&self, user: &str, display_name: &str) -> Result<()> {
        let query = sqlx::query("UPDATE account SET display_name = $1 WHERE user_handle = $2");
        query.bind(display_name).bind(user).execute(&self.pool).await.map(drop)
    }

    pub async fn set_saved_code(&self, user: &str, hash: &str) -> Result<()> {
        let query = sqlx::query("UPDATE account SET saved_code = $1 WHERE user_handle = $2");
        query.bind(hash).bind(user).execute(&self.pool).await.map(drop)
    }

    /// Uses the saved code. Returns `false` if it is another one, or was used.
    pub async fn use_saved_code(&self, user: &str, hash: &str, now: i64) -> Result<bool> {
        let sql = "UPDATE account SET saved_code = '', recovered_at = $1, version = version + 1 \
            WHERE user_handle = $2 AND saved_code = $3 AND saved_code <> ''";
        Ok(sqlx::query(sql).bind(now).bind(user).bind(hash).execute(&self.pool).await?.rows_affected() == 1)
    }

    /// Sets the number that gets SMS codes. Returns `false` if the account changed after it was read.
    pub async fn set_phone(&self, account: &Account, phone: &str) -> Result<bool> {
        let sql = "UPDATE account SET phone = $1, version = version + 1 WHERE user_handle = $2 AND version = $3";
        let query = sqlx::query(sql).bind(phone).bind(account.user.to_base64url()).bind(account.version);
        Ok(query.execute(&self.pool).await?.rows_affected() == 1)
    }

    /// Deletes an account with its passkeys, sessions and notices.
    pub async fn delete_account(&self, user: &str) -> Result<()> {
        let mut transaction = self.pool.begin().await?;
        for table in ["account", "credential", "session", "sms_code", "notice"] {
            let sql = format!("DELETE FROM {table} WHERE user_handle = $1");
            sqlx::query(&sql).bind(user).execute(&mut *transaction).await?;
        }
        transaction.commit().await
    }

    // ---- Credentials ----

    /// Returns `false` if the credential id exists already, in whichever account.
    pub async fn insert_passkey(
        &self,
        record: &CredentialRecord,
        (label, aaguid, kept): (&str, &str, &Kept),
        level: AssuranceLevel,
        now: i64,
    ) -> Result<bool> {
        let sql = "INSERT INTO credential (id, user_handle, record, label, aaguid, level, confirmed, suspended, \
            created_at, last_used_at, kept) VALUES ($1, $2, $3, $4, $5, $6, 0, 0, $7, 0, $8) ON CONFLICT (id) DO NOTHING";
        let query = sqlx::query(sql).bind(record.id.to_base64url()).bind(record.user_handle.to_base64url());
        let query = query.bind(json(record)?).bind(label).bind(aaguid).bind(json(&level)?).bind(now).bind(json(kept)?);
        Ok(query.execute(&self.pool).await?.rows_affected() == 1)
    }

    pub async fn passkey(&self, id: &[u8]) -> Result<Option<Passkey>> {
        let Ok(id) = CredentialId::new(id) else { return Ok(None) };
        let sql = format!("{CREDENTIAL} WHERE id = $1");
        let row = sqlx::query(&sql).bind(id.to_base64url()).fetch_optional(&self.pool).await?;
        row.as_ref().map(passkey).transpose()
    }

    pub async fn passkeys(&self, user: &UserHandle) -> Result<Vec<Passkey>> {
        let sql = format!("{CREDENTIAL} WHERE user_handle = $1 ORDER BY created_at, id");
        sqlx::query(&sql).bind(user.to_base64url()).fetch_all(&self.pool).await?.iter().map(passkey).collect()
    }

    /// Writes what a sign-in changed: compare-and-set. Returns `false` if another sign-in was faster, or the passkey is gone.
    pub async fn update_passkey(
        &self,
        passkey: &Passkey,
        update: Option<&RecordUpdate>,
        level: AssuranceLevel,
        now: i64,
    ) -> Result<bool> {
        let mut record = passkey.record.clone();
        if update.is_some_and(|update| !record.apply(update)) {
            return Ok(false);
        }
        let sql = "UPDATE credential SET record = $1, level = $2, confirmed = $3, last_used_at = $4 \
            WHERE id = $5 AND record = $6 AND suspended = 0";
        let confirmed = i64::from(passkey.confirmed || level >= AssuranceLevel::Aal2);
        let query = sqlx::query(sql).bind(json(&record)?).bind(json(&passkey.level.max(level))?).bind(confirmed);
        let query = query.bind(now).bind(record.id.to_base64url()).bind(&passkey.stored);
        Ok(query.execute(&self.pool).await?.rows_affected() == 1)
    }

    pub async fn rename_passkey(&self, user: &str, id: &str, label: &str) -> Result<bool> {
        let query = sqlx::query("UPDATE credential SET label = $1 WHERE id = $2 AND user_handle = $3");
        Ok(query.bind(label).bind(id).bind(user).execute(&self.pool).await?.rows_affected() == 1)
    }

    /// Removes (`None`) a passkey, or suspends or resumes it, and ends the sessions that it began. Returns `false` if the
    /// account changed after it was read: two requests cannot remove the last two passkeys.
    pub async fn change_passkey(&self, account: &Account, id: &str, suspended: Option<bool>) -> Result<bool> {
        let user = account.user.to_base64url();
        let mut transaction = self.pool.begin().await?;
        let sql = "UPDATE account SET version = version + 1 WHERE user_handle = $1 AND version = $2";
        let query = sqlx::query(sql).bind(&user).bind(account.version);
        if query.execute(&mut *transaction).await?.rows_affected() != 1 {
            return Ok(false);
        }
        let done = match suspended {
            None => sqlx::query("DELETE FROM credential WHERE id = $1 AND user_handle = $2"),
            Some(true) => sqlx::query("UPDATE credential SET suspended = 1 WHERE id = $1 AND user_handle = $2"),
            Some(false) => sqlx::query("UPDATE credential SET suspended = 0 WHERE id = $1 AND user_handle = $2"),
        };
        let done = done.bind(id).bind(&user).execute(&mut *transaction).await?.rows_affected() == 1;
        if suspended != Some(false) {
            sqlx::query("DELETE FROM session WHERE credential_id = $1").bind(id).execute(&mut *transaction).await?;
        }
        transaction.commit().await?;
        Ok(done)
    }

    // ---- Sessions, by the hash of their id ----

    pub async fn session(&self, id: &str, now: i64) -> Result<Option<(String, String)>> {
        let sql = "SELECT user_handle, data FROM session WHERE id = $1 AND expires_at > $2";
        let row = sqlx::query(sql).bind(id).bind(now).fetch_optional(&self.pool).await?;
        row.map(|row| Ok((row.try_get(0)?, row.try_get(1)?))).transpose()
    }

    pub async fn insert_session(
        &self,
        id: &str,
        user: &str,
        credential: &str,
        data: &impl Serialize,
        expires_at: i64,
    ) -> Result<()> {
        let sql = "INSERT INTO session (id, user_handle, credential_id, data, expires_at) VALUES ($1, $2, $3, $4, $5)";
        let query = sqlx::query(sql).bind(id).bind(user).bind(credential).bind(json(data)?).bind(expires_at);
        query.execute(&self.pool).await.map(drop)
    }

    pub async fn update_session(&self, id: &str, data: &impl Serialize) -> Result<()> {
        let query = sqlx::query("UPDATE session SET data = $1 WHERE id = $2").bind(json(data)?).bind(id);
        query.execute(&self.pool).await.map(drop)
    }

    pub async fn delete_session(&self, id: &str) -> Result<()> {
        sqlx::query("DELETE FROM session WHERE id = $1").bind(id).execute(&self.pool).await.map(drop)
    }

    /// Ends every session of a user.
    pub async fn end_sessions(&self, user: &str) -> Result<()> {
        sqlx::query("DELETE FROM session WHERE user_handle = $1").bind(user).execute(&self.pool).await.map(drop)
    }

    /// Ends every session of a user but this one.
    pub async fn end_other_sessions(&self, user: &str, id: &str) -> Result<()> {
        let query = sqlx::query("DELETE FROM session WHERE user_handle = $1 AND id <> $2");
        query.bind(user).bind(id).execute(&self.pool).await.map(drop)
    }

    // ---- Ceremonies ----

    pub async fn keep(
        &self,
        id: &str,
        kind: &str,
        state: &impl Serialize,
        document: &str,
        expires_at: UnixTime,
    ) -> Result<()> {
        let sql = "INSERT INTO ceremony (id, kind, state, document, expires_at) VALUES ($1, $2, $3, $4, $5)";
        let query = sqlx::query(sql).bind(id).bind(kind).bind(json(state)?).bind(document).bind(expires_at.secs());
        query.execute(&self.pool).await.map(drop)
    }

    /// Reads a state and deletes it, so that no second request can use it, whatever the outcome and whichever the instance.
    pub async fn take<S: DeserializeOwned>(&self, id: &str, kind: &str) -> Result<Option<(S, String)>> {
        let sql = "DELETE FROM ceremony WHERE id = $1 AND kind = $2 RETURNING state, document";
        let Some(row) = sqlx::query(sql).bind(id).bind(kind).fetch_optional(&self.pool).await? else { return Ok(None) };
        Ok(Some((read(row.try_get(0)?)?, row.try_get(1)?)))
    }

    /// Returns `false` if the re-authentication was spent before.
    pub async fn spend(&self, id: &str, expires_at: i64) -> Result<bool> {
        let sql = "INSERT INTO spent (id, expires_at) VALUES ($1, $2) ON CONFLICT (id) DO NOTHING";
        Ok(sqlx::query(sql).bind(id).bind(expires_at).execute(&self.pool).await?.rows_affected() == 1)
    }

    // ---- SMS codes and rate limits ----

    pub async fn keep_code(&self, session: &str, user: &str, hash: &str, expires_at: i64) -> Result<()> {
        let sql = "INSERT INTO sms_code (session, user_handle, code, expires_at) VALUES ($1, $2, $3, $4) \
            ON CONFLICT (session) DO UPDATE SET user_handle = excluded.user_handle, code = excluded.code, \
            expires_at = excluded.expires_at";
        let query = sqlx::query(sql).bind(session).bind(user).bind(hash).bind(expires_at);
        query.execute(&self.pool).await.map(drop)
    }

    /// Returns the account whose code is waiting in this session.
    pub async fn code_of(&self, session: &str) -> Result<Option<String>> {
        let sql = "SELECT user_handle FROM sms_code WHERE session = $1";
        sqlx::query(sql).bind(session).fetch_optional(&self.pool).await?.map(|row| row.try_get(0)).transpose()
    }

    /// Uses a code: returns its account, or `None` if it is another code, is too old or was used.
    pub async fn use_code(&self, session: &str, hash: &str, now: i64) -> Result<Option<String>> {
        let sql = "DELETE FROM sms_code WHERE session = $1 AND code = $2 AND expires_at > $3 RETURNING user_handle";
        let row = sqlx::query(sql).bind(session).bind(hash).bind(now).fetch_optional(&self.pool).await?;
        row.map(|row| row.try_get(0)).transpose()
    }

    /// Counts an attempt. Returns the count in this slot.
    pub async fn attempt(&self, name: &str, slot: i64, expires_at: i64) -> Result<i64> {
        let sql = "INSERT INTO attempt (name, slot, count, expires_at) VALUES ($1, $2, 1, $3) \
            ON CONFLICT (name, slot) DO UPDATE SET count = attempt.count + 1 RETURNING count";
        sqlx::query(sql).bind(name).bind(slot).bind(expires_at).fetch_one(&self.pool).await?.try_get(0)
    }

    // ---- Records ----

    pub async fn insert_result(&self, id: &str, user: &str, title: &str, text: &str) -> Result<()> {
        let sql = "INSERT INTO result (id, user_handle, title, text) VALUES ($1, $2, $3, $4)";
        sqlx::query(sql).bind(id).bind(user).bind(title).bind(text).execute(&self.pool).await.map(drop)
    }

    pub async fn results(&self, user: &str) -> Result<Vec<(String, String)>> {
        let sql = "SELECT title, text FROM result WHERE user_handle = $1 ORDER BY id";
        let rows = sqlx::query(sql).bind(user).fetch_all(&self.pool).await?;
        rows.iter().map(|row| Ok((row.try_get(0)?, row.try_get(1)?))).collect()
    }

    pub async fn insert_prescription(&self, kept: &Prescription, prescriber: &str) -> Result<()> {
        let sql = "INSERT INTO prescription (id, prescriber, patient, receipt, record, confirmed_at) \
            VALUES ($1, $2, $3, $4, $5, $6)";
        let query = sqlx::query(sql).bind(&kept.id).bind(prescriber).bind(&kept.patient).bind(&kept.receipt);
        query.bind(&kept.record).bind(kept.confirmed_at).execute(&self.pool).await.map(drop)
    }

    pub async fn prescriptions(&self) -> Result<Vec<Prescription>> {
        let sql = "SELECT id, patient, receipt, record, confirmed_at FROM prescription ORDER BY confirmed_at, id";
        let rows = sqlx::query(sql).fetch_all(&self.pool).await?;
        let prescription = |row: &AnyRow| {
            Ok(Prescription {
                id: row.try_get(0)?,
                patient: row.try_get(1)?,
                receipt: row.try_get(2)?,
                record: row.try_get(3)?,
                confirmed_at: row.try_get(4)?,
            })
        };
        rows.iter().map(prescription).collect()
    }

    pub async fn insert_notice(&self, notice: &NoticeRow, user: &str, credential: &str) -> Result<()> {
        let sql = "INSERT INTO notice (id, user_handle, kind, at, credential_id) VALUES ($1, $2, $3, $4, $5)";
        let query = sqlx::query(sql).bind(&notice.id).bind(user).bind(&notice.kind).bind(notice.at).bind(credential);
        query.execute(&self.pool).await.map(drop)
    }

    pub async fn notices(&self, user: &str) -> Result<Vec<NoticeRow>> {
        let sql = "SELECT id, kind, at, objected_at FROM notice WHERE user_handle = $1 ORDER BY at DESC, id LIMIT 5";
        let rows = sqlx::query(sql).bind(user).fetch_all(&self.pool).await?;
        let notice = |row: &AnyRow| {
            Ok(NoticeRow {
                id: row.try_get(0)?,
                kind: row.try_get(1)?,
                at: row.try_get(2)?,
                objected_at: row.try_get(3)?,
            })
        };
        rows.iter().map(notice).collect()
    }

    /// Returns the passkey (or '') that a notice is about; `None` if there is no such notice without an objection.
    pub async fn notice_about(&self, user: &str, id: &str) -> Result<Option<String>> {
        let sql = "SELECT credential_id FROM notice WHERE id = $1 AND user_handle = $2 AND objected_at = 0";
        let row = sqlx::query(sql).bind(id).bind(user).fetch_optional(&self.pool).await?;
        row.map(|row| row.try_get(0)).transpose()
    }

    /// Notes that the person objects to a notice.
    pub async fn object(&self, user: &str, id: &str, now: i64) -> Result<()> {
        let sql = "UPDATE notice SET objected_at = $1 WHERE id = $2 AND user_handle = $3 AND objected_at = 0";
        sqlx::query(sql).bind(now).bind(id).bind(user).execute(&self.pool).await.map(drop)
    }

    // ---- Audit ----

    pub async fn insert_audit(&self, row: &AuditRow) -> Result<()> {
        let sql = "INSERT INTO audit (chain, seq, line, evidence, bundle) VALUES ($1, $2, $3, $4, $5)";
        let query = sqlx::query(sql).bind(&row.chain).bind(row.seq).bind(&row.line).bind(&row.evidence);
        query.bind(&row.bundle).execute(&self.pool).await.map(drop)
    }

    pub async fn audit(&self) -> Result<Vec<AuditRow>> {
        let sql = "SELECT chain, seq, line, evidence, bundle FROM audit ORDER BY chain, seq";
        let rows = sqlx::query(sql).fetch_all(&self.pool).await?;
        let audit = |row: &AnyRow| {
            Ok(AuditRow {
                chain: row.try_get(0)?,
                seq: row.try_get(1)?,
                line: row.try_get(2)?,
                evidence: row.try_get(3)?,
                bundle: row.try_get(4)?,
            })
        };
        rows.iter().map(audit).collect()
    }

    /// Deletes what has expired.
    pub async fn sweep(&self, now: i64) -> Result<()> {
        for table in ["session", "ceremony", "spent", "sms_code", "attempt"] {
            let sql = format!("DELETE FROM {table} WHERE expires_at <= $1");
            sqlx::query(&sql).bind(now).execute(&self.pool).await?;
        }
        Ok(())
    }
}
