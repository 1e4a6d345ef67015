//! What all requests share.

use crate::store::{Account, AuditRow, Store};
use crate::web::Refused;
use argon2::password_hash::{PasswordHasher, SaltString};
use argon2::{Argon2, PasswordHash, PasswordVerifier};
use sha2::{Digest, Sha256};
use std::collections::{BTreeMap, HashMap};
use std::net::IpAddr;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant, SystemTime};
use wardkey::account::Stage;
use wardkey::assurance::{AssuranceLevel, Profile};
use wardkey::audit::{AuditChain, AuditEvent, CredentialDigest, EventOutcome, EventType, Label};
use wardkey::ceremony::evidence::{Evidence, Purpose};
use wardkey::crypto::default_backend;
use wardkey::{CredentialId, Decoys, Error, RelyingParty, UnixTime, UserHandle};

pub type Failure = Box<dyn std::error::Error + Send + Sync>;
type Clock = Arc<dyn Fn() -> UnixTime + Send + Sync>;
/// Sends a text message: the number, and the code.
type Sender = Arc<dyn Fn(&str, &str) + Send + Sync>;

/// How to start a portal.
pub struct Config {
    /// The origin of the pages, such as `https://portal.clinic.example`. Plain http works on `localhost` only.
    pub origin: String,
    /// A domain name; the host of the origin or a parent of it.
    pub rp_id: String,
    /// A URL of SQLite or PostgreSQL.
    pub database: String,
    /// The time.
    pub clock: Clock,
    /// Sends SMS codes.
    pub sender: Sender,
}

impl Config {
    /// Serves `http://localhost:PORT`. The code of a text message is in the log, as a stand-in.
    pub fn local(port: u16, database: &str) -> Self {
        Self {
            origin: format!("http://localhost:{port}"),
            rp_id: "localhost".to_owned(),
            database: database.to_owned(),
            clock: Arc::new(|| UnixTime::from(SystemTime::now())),
            sender: Arc::new(|phone, code| {
                tracing::info!("STAND-IN for a text message to {phone}: the code is {code}")
            }),
        }
    }
}

/// The accounts that an empty database gets: name, name of the person, role. The password of each is `password of NAME`.
pub const DEMO: [(&str, &str, &str); 4] = [
    ("ada", "Ada Lovelace", "patient"),
    ("king", "Dr. Noor King", "prescriber"),
    ("pharmacy", "Old Town Pharmacy", "pharmacy"),
    ("auditor", "Sam Auditor", "auditor"),
];

#[derive(Clone)]
pub struct Portal(Arc<Shared>);

pub struct Shared {
    pub rp: RelyingParty,
    pub store: Store,
    pub origin: String,
    pub patient: Profile,
    pub clinician: Profile,
    pub clock: Clock,
    pub sender: Sender,
    /// A hash of no password, so that an unknown name takes as long as a known one.
    no_password: String,
    chain: tokio::sync::Mutex<AuditChain>,
    chain_name: String,
    pub counters: Mutex<Counters>,
    /// Requests of each address in the current minute, of this instance.
    pub requests: Mutex<(i64, HashMap<IpAddr, u32>)>,
}

/// What `/metrics` shows.
#[derive(Default)]
pub struct Counters {
    /// By ceremony, outcome, code and step.
    pub ceremonies: BTreeMap<(&'static str, &'static str, String, String), u64>,
    pub seconds: Duration,
    pub timed: u64,
}

impl std::ops::Deref for Portal {
    type Target = Shared;
    fn deref(&self) -> &Shared {
        &self.0
    }
}

impl Portal {
    /// Connects, creates the tables and the demonstration accounts if they do not exist.
    pub async fn start(config: Config) -> Result<Self, Failure> {
        let store = Store::open(&config.database).await?;
        let secret = store.secret("decoys", &random::<32>()?).await?;
        let (patient, clinician) = (Profile::patient(), Profile::clinician());
        // Staff need attested models as soon as there is FIDO metadata. This portal loads none, and says so.
        tracing::warn!("no FIDO metadata: the passkeys of staff are not attested, so their model is not checked");
        let rp = RelyingParty::builder(config.rp_id, "Example Clinic")
            .origin(&config.origin)
            .decoys(Decoys::new(sha256(&secret)))
            .attestation_named(patient.label(), patient.policy(), patient.attestation.clone())
            .build()?;
        let chain_name = format!("portal/{}", random::<8>()?);
        let portal = Self(Arc::new(Shared {
            rp,
            store,
            origin: config.origin,
            patient,
            clinician,
            clock: config.clock,
            sender: config.sender,
            no_password: hash_password("no account has this password").await?,
            chain: tokio::sync::Mutex::new(AuditChain::new(chain_name.clone())?),
            chain_name,
            counters: Mutex::default(),
            requests: Mutex::default(),
        }));
        portal.demo().await?;
        Ok(portal)
    }

    async fn demo(&self) -> Result<(), Failure> {
        for (name, display_name, role) in DEMO {
            if self.store.account_named(name).await?.is_some() {
                continue;
            }
            let account = Account {
                user: UserHandle::random()?,
                name: name.to_owned(),
                display_name: display_name.to_owned(),
                role: role.to_owned(),
                password: hash_password(&format!("password of {name}")).await?,
                phone: "+1 202 555 0100".to_owned(),
                saved_code: String::new(),
                recovered_at: 0,
                version: 0,
            };
            if self.store.insert_account(&account).await? && role == "patient" {
                let user = account.user.to_base64url();
                for (title, text) in [("Haemoglobin A1c", "5.4 %"), ("Cholesterol", "182 mg/dL")] {
                    self.store.insert_result(&random::<16>()?, &user, title, text).await?;
                }
            }
        }
        Ok(())
    }

    pub fn now(&self) -> UnixTime {
        (self.clock)()
    }

    pub fn is_https(&self) -> bool {
        self.origin.starts_with("https://")
    }

    /// Compares a password with the hash of an account, or of none: both take as long.
    pub async fn check_password(&self, hash: Option<&str>, password: &str) -> bool {
        let (known, hash) = (hash.is_some(), hash.unwrap_or(&self.no_password).to_owned());
        let password = password.to_owned();
        let checked = tokio::task::spawn_blocking(move || {
            let parsed = PasswordHash::new(&hash);
            parsed.is_ok_and(|hash| Argon2::default().verify_password(password.as_bytes(), &hash).is_ok())
        });
        checked.await.unwrap_or(false) && known
    }

    /// Refuses more than `most` attempts of this name in `seconds`, over all instances.
    pub async fn limit(&self, name: &str, most: i64, seconds: i64) -> Result<(), Refused> {
        let now = self.now().secs();
        let slot = now.div_euclid(seconds);
        let count = self.store.attempt(name, slot, now.saturating_add(seconds.saturating_mul(2))).await?;
        if count > most { Err(Refused::new(429, "rate-limited")) } else { Ok(()) }
    }

    /// Returns the number of accounts in each stage on the way from SMS codes to passkeys.
    pub async fn stages(&self) -> Result<Vec<(&'static str, u64)>, Refused> {
        let mut stages = Stage::ALL.map(|stage| (stage, 0_u64));
        for account in self.store.accounts().await? {
            let found = account.means(&self.store.passkeys(&account.user).await?).stage();
            for (stage, count) in &mut stages {
                *count = count.saturating_add(u64::from(*stage == found));
            }
        }
        Ok(stages.map(|(stage, count)| (stage.name(), count)).to_vec())
    }

    /// Writes one line to the log, one to the audit chain, and counts.
    pub async fn ceremony(
        &self,
        name: &'static str,
        started: Instant,
        (evidence, level): (&Evidence, Option<AssuranceLevel>),
        bundle: Option<String>,
    ) -> Result<(), Refused> {
        let actor = evidence.user.as_deref().map(pseudonym).and_then(|name| Label::new(name).ok());
        let mut event = match evidence.purpose {
            Some(Purpose::Confirmation) => confirmation(evidence, actor)?,
            _ => AuditEvent::of(evidence, actor, service()?, default_backend()).map_err(Refused::internal)?,
        };
        if let Some(level) = level {
            event = event.level(level);
        }
        let code = evidence.refusal.as_deref().unwrap_or_default();
        let step = evidence.steps_refused.first().map(ToString::to_string).unwrap_or_default();
        let state = evidence.state_id.as_deref().unwrap_or_default();
        self.count(name, evidence.accepted, (code, &step, state), started);
        let name = evidence.user.as_deref().map(pseudonym).unwrap_or_default();
        let text = serde_json::to_string(&evidence.clone().with_user(name)).map_err(Refused::internal)?;
        self.append(&event, text, bundle.unwrap_or_default()).await
    }

    /// Counts a ceremony, and writes one line to the log.
    fn count(&self, name: &'static str, accepted: bool, (code, step, state): (&str, &str, &str), started: Instant) {
        let outcome = if accepted { "accepted" } else { "refused" };
        let micros = started.elapsed().as_micros();
        tracing::info!(ceremony = name, outcome, code, step, state, micros, "ceremony");
        let mut counters = self.counters.lock().unwrap_or_else(PoisonError::into_inner);
        let key = (name, outcome, code.to_owned(), step.to_owned());
        let count = counters.ceremonies.entry(key).or_default();
        *count = count.saturating_add(1);
        counters.seconds = counters.seconds.saturating_add(started.elapsed());
        counters.timed = counters.timed.saturating_add(1);
    }

    /// Logs and counts a ceremony that failed, and returns the answer for the page.
    pub async fn failed(
        &self,
        name: &'static str,
        started: Instant,
        state: Option<&str>,
        error: Error,
        bundle: Option<String>,
    ) -> Refused {
        match error.evidence() {
            Some(evidence) => {
                if let Err(refused) = self.ceremony(name, started, (&evidence, None), bundle).await {
                    return refused;
                }
            }
            None => self.count(name, false, (error.code(), "", state.unwrap_or_default()), started),
        }
        tracing::debug!("{}", error.log_line());
        error.into()
    }

    /// Writes a change of an account to the audit chain, and tells the person.
    pub async fn changed(
        &self,
        kind: EventType,
        user: &UserHandle,
        credential: Option<&CredentialId>,
        notice: Option<&'static str>,
    ) -> Result<(), Refused> {
        let user = user.to_base64url();
        let event = AuditEvent::new(kind, EventOutcome::Success, self.now(), service()?).map_err(Refused::internal)?;
        let mut event = event.by(Label::new(pseudonym(&user)).map_err(Refused::internal)?);
        if let Some(id) = credential {
            event = event.credential(CredentialDigest::of(id, default_backend()));
        }
        self.append(&event, String::new(), String::new()).await?;
        match notice {
            Some(notice) => self.notify(&user, notice).await,
            None => Ok(()),
        }
    }

    /// Puts a notice into the inbox of the person. A real portal also sends it to every address (SP 800-63B-4 4.6).
    pub async fn notify(&self, user: &str, notice: &'static str) -> Result<(), Refused> {
        tracing::info!(notice, "STAND-IN for a message to the owner of the account");
        Ok(self.store.insert_notice(&random::<16>()?, user, notice, self.now().secs()).await?)
    }

    async fn append(&self, event: &AuditEvent, evidence: String, bundle: String) -> Result<(), Refused> {
        let mut chain = self.chain.lock().await;
        let mut next = chain.clone();
        let line = next.append(event, default_backend()).map_err(Refused::internal)?;
        let seq = next.checkpoint().and_then(|last| i64::try_from(last.seq).ok()).unwrap_or_default();
        self.store.insert_audit(&AuditRow { chain: self.chain_name.clone(), seq, line, evidence, bundle }).await?;
        *chain = next; // only after the line was written
        Ok(())
    }
}

/// The event of a confirmed document.
fn confirmation(evidence: &Evidence, actor: Option<Label>) -> Result<AuditEvent, Refused> {
    let outcome = if evidence.accepted { EventOutcome::Success } else { EventOutcome::Refused };
    let time = evidence.time.ok_or_else(|| Refused::internal("a ceremony without a time"))?;
    let event = AuditEvent::new(EventType::Confirmation, outcome, time, service()?).map_err(Refused::internal)?;
    let mut event = match actor {
        Some(actor) if evidence.accepted => event.by(actor),
        Some(claimed) => event.claimed_by(claimed),
        None => event,
    };
    if let Some(id) = &evidence.credential_id {
        event = event.credential(CredentialDigest::of(id, default_backend()));
    }
    if let Some(code) = evidence.refusal.as_deref().and_then(|code| Label::new(code).ok()) {
        let step = evidence.steps_refused.first().and_then(|step| Label::new(step.to_string()).ok());
        event = event.refused_by(code, step);
    }
    Ok(event)
}

fn service() -> Result<Label, Refused> {
    Label::new("portal").map_err(Refused::internal)
}

/// The name of a user in the audit log.
pub fn pseudonym(user: &str) -> String {
    format!("user-{}", hex(&sha256(user)).get(..16).unwrap_or_default())
}

pub async fn hash_password(password: &str) -> Result<String, Failure> {
    let (password, salt) = (password.to_owned(), random::<16>()?);
    let hash = tokio::task::spawn_blocking(move || {
        let salt = SaltString::encode_b64(salt.get(..16).unwrap_or_default().as_bytes())?;
        Argon2::default().hash_password(password.as_bytes(), &salt).map(|hash| hash.to_string())
    });
    hash.await?.map_err(|error| error.to_string().into())
}

pub fn sha256(text: &str) -> [u8; 32] {
    Sha256::digest(text.as_bytes()).into()
}

pub fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// `N` random bytes in hexadecimal.
pub fn random<const N: usize>() -> Result<String, getrandom::Error> {
    let mut bytes = [0; N];
    getrandom::fill(&mut bytes)?;
    Ok(hex(&bytes))
}

/// A code of eight digits.
pub fn digits() -> Result<String, getrandom::Error> {
    let number = getrandom::u64()?;
    Ok(format!("{:08}", number.checked_rem(100_000_000).unwrap_or_default())) // the bias is below 10^-11
}
