//! What all requests share.

use crate::store::{Account, AuditRow, NoticeRow, Store};
use crate::web::Refused;
use argon2::password_hash::{PasswordHasher, SaltString};
use argon2::{Argon2, PasswordHash, PasswordVerifier};
use sha2::{Digest, Sha256};
use std::collections::{BTreeMap, HashMap};
use std::net::IpAddr;
use std::sync::{Arc, Mutex, PoisonError, RwLock};
use std::time::{Duration, Instant, SystemTime};
use wardkey::account::{Notice, Report, report};
use wardkey::assurance::{AssuranceLevel, Profile};
use wardkey::audit::{AuditChain, AuditEvent, Checkpoint, CredentialDigest, EventOutcome, EventType, Label};
use wardkey::ceremony::evidence::Evidence;
use wardkey::client::json::AttestationConveyance;
use wardkey::crypto::Algorithm::{EdDsa, Es256, MlDsa44, MlDsa65, MlDsa87, Rs256};
use wardkey::crypto::default_backend;
use wardkey::metadata::Metadata;
use wardkey::{CredentialId, Decoys, Error, RelyingParty, UnixTime, UserHandle};

pub type Failure = Box<dyn std::error::Error + Send + Sync>;
type Clock = Arc<dyn Fn() -> UnixTime + Send + Sync>;
/// Sends a text message: the number, and the code.
type Sender = Arc<dyn Fn(&str, &str) + Send + Sync>;
/// Sends a notice: the address, and the key of its words in `browser/wardkey.notices.js`.
type Notifier = Arc<dyn Fn(&str, &str) + Send + Sync>;

/// How to start a portal.
pub struct Config {
    /// The origin of the pages, such as `https://portal.clinic.example`. Plain http works on `localhost` only.
    pub origin: String,
    /// A domain name; the host of the origin or a parent of it.
    pub rp_id: String,
    /// A URL of SQLite or PostgreSQL.
    pub database: String,
    /// The origin of a page that may show the portal in a frame. It must be of the same site, because the cookie is
    /// `SameSite=Strict`.
    pub framed_by: Option<String>,
    /// The FIDO metadata, by which the passkeys of staff are judged. `None`: their models are not checked.
    pub metadata: Option<Metadata>,
    /// The time.
    pub clock: Clock,
    /// Sends SMS codes.
    pub sender: Sender,
    /// Sends notices.
    pub notifier: Notifier,
}

impl Config {
    /// Serves `http://localhost:PORT`. The code of a text message is in the log, as a stand-in.
    pub fn local(port: u16, database: &str) -> Self {
        Self {
            origin: format!("http://localhost:{port}"),
            rp_id: "localhost".to_owned(),
            database: database.to_owned(),
            framed_by: None,
            metadata: None,
            clock: Arc::new(|| UnixTime::from(SystemTime::now())),
            sender: Arc::new(|phone, code| {
                tracing::info!("STAND-IN for a text message to {phone}: the code is {code}")
            }),
            notifier: Arc::new(|address, notice| tracing::info!("STAND-IN for a message to {address}: {notice}")),
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
    /// The same without metadata: any model.
    pub unchecked: Profile,
    pub models: RwLock<Option<Arc<Metadata>>>,
    pub framed_by: Option<String>,
    pub clock: Clock,
    pub sender: Sender,
    notifier: Notifier,
    /// A hash of no password, so that an unknown name takes as long as a known one.
    no_password: String,
    /// Bounds the passwords that are checked at the same time, because each check takes 19 MiB.
    password_checks: tokio::sync::Semaphore,
    /// The audit chain of this instance and its name. `None` before the first line, and while a line is written: see `append`.
    chain: tokio::sync::Mutex<Option<(String, AuditChain)>>,
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
    /// How many ceremonies took at most this long.
    pub within: [u64; BUCKETS.len()],
}

/// The bounds of the histogram in milliseconds.
pub const BUCKETS: [u64; 7] = [1, 2, 5, 10, 50, 250, 1000];

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
        let (patient, clinician, mut unchecked) = (Profile::patient(), Profile::clinician(), Profile::clinician());
        (unchecked.models, unchecked.attestation) = (None, AttestationConveyance::None);
        if config.metadata.is_none() {
            tracing::warn!("no FIDO metadata: the passkeys of staff are not attested, so their model is not checked");
        }
        let mut rp = RelyingParty::builder(config.rp_id, "Example Clinic")
            .origin(&config.origin)
            // Post-quantum algorithms come last: an authenticator makes a key of the first algorithm that it knows.
            .algorithms([EdDsa, Es256, Rs256, MlDsa44, MlDsa65, MlDsa87])
            .decoys(Decoys::new(sha256(&secret)));
        for profile in [&patient, &clinician, &unchecked] {
            rp = rp.attestation_named(profile.label(), profile.policy(), profile.attestation.clone());
        }
        if let Some(origin) = &config.framed_by {
            rp = rp.framed_by([origin]);
        }
        let rp = rp.build()?;
        let portal = Self(Arc::new(Shared {
            rp,
            store,
            origin: config.origin,
            patient,
            clinician,
            unchecked,
            models: RwLock::default(),
            framed_by: config.framed_by,
            clock: config.clock,
            sender: config.sender,
            notifier: config.notifier,
            no_password: hash_password("no account has this password").await?,
            password_checks: tokio::sync::Semaphore::new(4),
            chain: tokio::sync::Mutex::default(),
            counters: Mutex::default(),
            requests: Mutex::default(),
        }));
        portal.demo().await?;
        if let Some(metadata) = config.metadata {
            portal.set_metadata(metadata).await?;
        }
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
        let Ok(_one) = self.password_checks.acquire().await else { return false };
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

    /// Returns how far the accounts are on the way from SMS codes to passkeys.
    pub async fn report(&self) -> Result<Report, Refused> {
        let mut means = Vec::new();
        for account in self.store.accounts().await? {
            means.push(account.means(&self.store.passkeys(&account.user).await?));
        }
        Ok(report(&means))
    }

    /// Writes one line to the log, one to the audit chain, and counts.
    pub async fn ceremony(
        &self,
        name: &'static str,
        started: Instant,
        (evidence, level): (&Evidence, Option<AssuranceLevel>),
        bundle: Option<String>,
    ) -> Result<(), Refused> {
        self.write(name, started, (evidence, evidence), level, bundle).await
    }

    /// Does the same for a ceremony that the library accepted and the portal refuses because of `code`. The audit chain names the
    /// user as claimed only. Returns the answer for the page.
    pub async fn turned_away(
        &self,
        name: &'static str,
        started: Instant,
        evidence: &Evidence,
        code: &'static str,
        refused: Refused,
    ) -> Refused {
        let mut judged = evidence.clone();
        (judged.accepted, judged.refusal) = (false, Some(code.into()));
        self.write(name, started, (evidence, &judged), None, None).await.err().unwrap_or(refused)
    }

    /// `judged` is the evidence as the portal judged it.
    async fn write(
        &self,
        name: &'static str,
        started: Instant,
        (evidence, judged): (&Evidence, &Evidence),
        level: Option<AssuranceLevel>,
        bundle: Option<String>,
    ) -> Result<(), Refused> {
        let actor = evidence.user.as_deref().map(pseudonym).and_then(|name| Label::new(name).ok());
        let mut event = AuditEvent::of(judged, actor, service()?, default_backend()).map_err(Refused::internal)?;
        if let Some(level) = level {
            event = event.level(level);
        }
        let code = judged.refusal.as_deref().unwrap_or_default();
        let step = judged.steps_refused.first().map(ToString::to_string).unwrap_or_default();
        let state = evidence.state_id.as_deref().unwrap_or_default();
        self.count(name, judged.accepted, (code, &step, state), started);
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
        for (bound, within) in BUCKETS.iter().zip(&mut counters.within) {
            *within = within.saturating_add(u64::from(started.elapsed() <= Duration::from_millis(*bound)));
        }
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
                let mut written = self.ceremony(name, started, (&evidence, None), bundle).await;
                if written.is_ok() && evidence.refusal.as_deref() == Some("sign-count-regressed") {
                    written = self.clone_suspected(&evidence).await;
                }
                if let Err(refused) = written {
                    return refused;
                }
            }
            None => self.count(name, false, (error.code(), "", state.unwrap_or_default()), started),
        }
        tracing::debug!("{}", error.log_line());
        error.into()
    }

    /// A signature counter went back, so the key may have been copied. Somebody must look at it.
    async fn clone_suspected(&self, evidence: &Evidence) -> Result<(), Refused> {
        let (kind, outcome) = (EventType::CloneSuspected, EventOutcome::Refused);
        let mut event = AuditEvent::new(kind, outcome, self.now(), service()?).map_err(Refused::internal)?;
        if let Some(user) = &evidence.user {
            event = event.claimed_by(Label::new(pseudonym(user)).map_err(Refused::internal)?);
        }
        if let Some(id) = &evidence.credential_id {
            event = event.credential(CredentialDigest::of(id, default_backend()));
        }
        tracing::warn!("a signature counter went back: the passkey may have been copied");
        self.append(&event, String::new(), String::new()).await
    }

    /// Writes a change of an account to the audit chain.
    pub async fn changed(
        &self,
        kind: EventType,
        user: &UserHandle,
        credential: Option<&CredentialId>,
    ) -> Result<(), Refused> {
        let user = user.to_base64url();
        let event = AuditEvent::new(kind, EventOutcome::Success, self.now(), service()?).map_err(Refused::internal)?;
        let mut event = event.by(Label::new(pseudonym(&user)).map_err(Refused::internal)?);
        if let Some(id) = credential {
            event = event.credential(CredentialDigest::of(id, default_backend()));
        }
        self.append(&event, String::new(), String::new()).await
    }

    /// Sends a notice to addresses of the account (SP 800-63B-4 4.6), and puts it into the inbox of the account page.
    pub async fn tell(
        &self,
        account: &Account,
        notice: Notice,
        addresses: &[String],
        credential: Option<&CredentialId>,
    ) -> Result<(), Refused> {
        let inbox = format!("the inbox of {}", account.name);
        for address in addresses {
            (self.notifier)(if address == "phone" { &account.phone } else { &inbox }, notice.name());
        }
        let credential = credential.map(CredentialId::to_base64url).unwrap_or_default();
        let row =
            NoticeRow { id: random::<16>()?, kind: notice.name().to_owned(), at: self.now().secs(), objected_at: 0 };
        Ok(self.store.insert_notice(&row, &account.user.to_base64url(), &credential).await?)
    }

    /// Writes a line to the audit chain. If the database fails, nobody knows whether it has the line. Then this chain has ended,
    /// and the next line begins another one: a second line of the same number would be refused for ever.
    async fn append(&self, event: &AuditEvent, evidence: String, bundle: String) -> Result<(), Refused> {
        let mut kept = self.chain.lock().await;
        let (name, mut chain) = match kept.take() {
            Some(kept) => kept,
            None => {
                let name = format!("portal/{}", random::<8>()?);
                (name.clone(), AuditChain::new(name).map_err(Refused::internal)?)
            }
        };
        let line = chain.append(event, default_backend()).map_err(Refused::internal)?;
        let seq = chain.checkpoint().and_then(|last| i64::try_from(last.seq).ok()).unwrap_or_default();
        self.store.insert_audit(&AuditRow { chain: name.clone(), seq, line, evidence, bundle }).await?;
        *kept = Some((name, chain));
        Ok(())
    }

    /// Returns the name of this instance's chain, and its last line. Give both to somebody who cannot write the database: what is
    /// cut off before this line is then seen.
    pub async fn checkpoint(&self) -> Option<(String, Checkpoint)> {
        let (name, chain) = self.chain.lock().await.clone()?;
        Some((name, chain.checkpoint()?))
    }
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
