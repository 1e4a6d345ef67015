//! Fetches the BLOB of the FIDO Metadata Service, verifies it, and only then puts it in the place of the last one.
//!
//! The directory of a fetcher has three files:
//!
//! | file | content |
//! |---|---|
//! | `blob.kept` | the last good BLOB with the time of its receipt ([`wardkey::metadata::keep_blob`]) |
//! | `fetch.json` | the greatest number, the ETag of the BLOB, the time of the last request, and when the next is allowed |
//! | `fetch.lock` | held by the one process that writes |
//!
//! A file is replaced by a new file beside it, fsync and rename, so that a reader sees the old one or the new one whole.

mod download;
mod files;

pub use download::FetchError;

use download::Download;
use files::{Directory, State};
use serde::Serialize;
use std::path::PathBuf;
use std::time::Duration;
use url::Url;
use wardkey::UnixTime;
use wardkey::crypto::default_backend;
use wardkey::metadata::{BlobError, Metadata, Roots, Seen, StoredError, keep_blob, verify};

/// Where the BLOB comes from, who may sign it, and where it is kept.
#[derive(Clone, Debug)]
pub struct Settings {
    /// The service. It must be `https`.
    pub url: Url,
    /// Who may sign the BLOB.
    pub roots: Roots,
    /// The directory of the fetcher. It must exist.
    pub directory: PathBuf,
    /// The CAs of the server's TLS certificate, in PEM; `None`: those of the public web.
    pub tls_roots: Option<String>,
    /// The longest time of a whole request.
    pub timeout: Duration,
    /// Whether to ask although a request was made on this day. The service's `Retry-After` is obeyed in any case.
    pub now: bool,
}

/// How a run ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Outcome {
    /// A BLOB was verified and kept.
    Updated,
    /// The service has no other BLOB than the kept one.
    Unchanged,
    /// Nothing was asked: a request was made on this day (UTC), or the service demands more time.
    NotDue,
    /// Nothing was kept; the last good BLOB stays where it was.
    Failed,
}

/// Why nothing was kept. `code` is stable.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Failure {
    /// Another process holds the lock.
    #[error("another process holds the lock")]
    Busy,
    /// A file cannot be read or written.
    #[error("a file of the directory cannot be read or written")]
    File(#[from] std::io::Error),
    /// The download failed.
    #[error("the download failed")]
    Fetch(#[from] FetchError),
    /// The download is a page instead of a BLOB.
    #[error("expected a BLOB, found a page of HTML")]
    Html,
    /// The download is refused as a BLOB.
    #[error("the BLOB is refused")]
    Blob(#[from] BlobError),
}

impl Failure {
    /// Returns a stable word for logs.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::Busy => "busy",
            Self::File(_) => "file",
            Self::Fetch(error) => error.code(),
            Self::Html => "html",
            Self::Blob(error) => error.code(),
        }
    }
}

/// The state of the kept BLOB, for monitoring.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Health {
    /// The number of the BLOB.
    pub number: u64,
    /// How many models it has.
    pub models: usize,
    /// How many entries cannot be read. Their models are refused.
    pub unreadable: usize,
    /// When it was received, in seconds since 1970.
    pub received_at: i64,
    /// Its age in seconds.
    pub age_secs: i64,
    /// Whether `nextUpdate` is not over; null if the BLOB has none.
    pub fresh: Option<bool>,
    /// The end of the certificate of its signer, in seconds since 1970.
    pub signer_not_after: i64,
}

impl Health {
    fn of(metadata: &Metadata, now: UnixTime) -> Self {
        Self {
            number: metadata.number(),
            models: metadata.models().len(),
            unreadable: metadata.skipped().len(),
            received_at: metadata.received_at().secs(),
            age_secs: now.secs().saturating_sub(metadata.received_at().secs()),
            fresh: metadata.is_fresh(now),
            signer_not_after: metadata.signer().not_after.secs(),
        }
    }
}

/// What a run did: one line of JSON.
#[derive(Debug, Serialize)]
pub struct Report {
    /// How it ended.
    pub outcome: Outcome,
    /// The code of the failure.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cause: Option<&'static str>,
    /// Why the kept file cannot be used: `stored-version`, `stored-damaged`, or the class of a [`BlobError`].
    #[serde(skip_serializing_if = "Option::is_none")]
    pub kept_refused: Option<&'static str>,
    /// No request is made before this time, in seconds since 1970.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub not_before: Option<i64>,
    /// The kept BLOB after the run; null if there is none.
    pub health: Option<Health>,
    /// The failure, with its source.
    #[serde(skip)]
    pub failure: Option<Failure>,
}

/// The last good BLOB, or why there is none.
fn kept(directory: &Directory, roots: &Roots) -> Result<Option<Metadata>, StoredError> {
    let Some(bytes) = directory.blob() else { return Ok(None) };
    Metadata::from_kept_blob(&bytes, roots, Seen::nothing(), default_backend()).map(Some)
}

/// Returns the health of the kept BLOB without a request: `None` if there is none.
///
/// # Errors
/// [`StoredError`] if the kept file is damaged, or refused under these roots.
pub fn health(settings: &Settings, now: UnixTime) -> Result<Option<Health>, StoredError> {
    let metadata = kept(&Directory::new(&settings.directory), &settings.roots)?;
    Ok(metadata.map(|metadata| Health::of(&metadata, now)))
}

/// Asks the service for a BLOB if a request is due, verifies it, and keeps it.
#[must_use]
pub fn update(settings: &Settings, now: UnixTime) -> Report {
    let directory = Directory::new(&settings.directory);
    let kept = kept(&directory, &settings.roots);
    let kept_refused = kept.as_ref().err().map(StoredError::code);
    let kept = kept.ok().flatten();
    let mut state = directory.state();
    let ended = directory.lock().and_then(|_lock| run(settings, &directory, &mut state, kept.as_ref(), now));
    let (outcome, replaced, failure) = match ended {
        Ok((outcome, replaced)) => (outcome, replaced, None),
        Err(failure) => (Outcome::Failed, None, Some(failure)),
    };
    Report {
        outcome,
        cause: failure.as_ref().map(Failure::code),
        kept_refused,
        not_before: state.not_before.filter(|time| *time > now.secs()),
        health: replaced.or(kept).map(|metadata| Health::of(&metadata, now)),
        failure,
    }
}

const DAY_SECS: i64 = 86_400;

/// The longest time of `Retry-After` that is obeyed. A service that names more, or a wrong clock, must not end the updates.
const MAX_RETRY_SECS: i64 = 7 * DAY_SECS;

fn run(
    settings: &Settings,
    directory: &Directory,
    state: &mut State,
    kept: Option<&Metadata>,
    now: UnixTime,
) -> Result<(Outcome, Option<Metadata>), Failure> {
    *state = directory.state(); // of this moment: a run before this one may have changed it until now
    let waits =
        state.not_before.is_some_and(|time| now.secs() < time && time <= now.secs().saturating_add(MAX_RETRY_SECS));
    let asked_today = state.asked_at.is_some_and(|time| time.div_euclid(DAY_SECS) == now.secs().div_euclid(DAY_SECS));
    if waits || (asked_today && !settings.now) {
        return Ok((Outcome::NotDue, None));
    }
    // Written before the request, so that a run that is killed has asked as well.
    (state.asked_at, state.not_before) = (Some(now.secs()), None);
    directory.keep_state(state)?;
    // The ETag belongs to the newest BLOB. After a restore from a backup, an older BLOB may be kept.
    let etag = state.etag.as_deref().filter(|_| kept.is_some_and(|kept| Some(kept.number()) == state.number));
    let (blob, etag) = match download::download(settings, etag, now)? {
        Download::Body { blob, etag } => (blob, etag),
        Download::NotModified if kept.is_some() => return Ok((Outcome::Unchanged, None)),
        Download::NotModified => return Err(FetchError::Status(304).into()),
        Download::TryLater { status, seconds } => {
            let wait = seconds.map(|seconds| now.secs().saturating_add(seconds.clamp(0, MAX_RETRY_SECS)));
            state.not_before = wait;
            directory.keep_state(state)?;
            return Err(FetchError::Status(status).into());
        }
    };
    if blob.trim_ascii_start().starts_with(b"<") {
        return Err(Failure::Html);
    }
    // The number in the state remains when the kept file is lost, so that the loss of a file brings back no old BLOB.
    let last = state.number.into_iter().chain(kept.map(Metadata::number)).max();
    let seen = last.map_or(Seen::nothing(), Seen::number);
    let metadata = verify(&blob, &settings.roots, seen, now, default_backend())?;
    let same = kept.is_some_and(|kept| kept.signature_sha256() == metadata.signature_sha256());
    directory.keep_blob(&keep_blob(&blob, now))?;
    (state.number, state.etag) = (Some(metadata.number()), etag);
    directory.keep_state(state)?;
    Ok((if same { Outcome::Unchanged } else { Outcome::Updated }, Some(metadata)))
}
