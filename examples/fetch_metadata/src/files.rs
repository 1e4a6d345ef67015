//! The files of the directory.

use super::Failure;
use serde::{Deserialize, Serialize};
use std::fs::{File, TryLockError};
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

/// What is remembered from run to run. Times are in seconds since 1970.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct State {
    /// The greatest number of a BLOB that was verified.
    pub(crate) number: Option<u64>,
    /// The ETag of the kept BLOB, as received: the service sends it without quotes.
    pub(crate) etag: Option<String>,
    /// The time of the last request.
    pub(crate) asked_at: Option<i64>,
    /// What the service demanded by `Retry-After`.
    pub(crate) not_before: Option<i64>,
}

pub(crate) struct Directory(PathBuf);

impl Directory {
    pub(crate) fn new(path: &Path) -> Self {
        Self(path.to_owned())
    }

    /// Takes the lock, which ends with the file that is returned, or with the process.
    pub(crate) fn lock(&self) -> Result<File, Failure> {
        let file = File::options().create(true).truncate(false).write(true).open(self.0.join("fetch.lock"))?;
        match file.try_lock() {
            Ok(()) => Ok(file),
            Err(TryLockError::WouldBlock) => Err(Failure::Busy),
            Err(TryLockError::Error(error)) => Err(error.into()),
        }
    }

    /// Returns the kept BLOB; `None` if there is none that can be read.
    pub(crate) fn blob(&self) -> Option<Vec<u8>> {
        std::fs::read(self.0.join("blob.kept")).ok()
    }

    /// Returns the state. A state that is missing or damaged is empty: then the next run asks without an ETag, and the number of
    /// the kept BLOB still holds.
    pub(crate) fn state(&self) -> State {
        let read = std::fs::read(self.0.join("fetch.json")).ok();
        read.and_then(|json| serde_json::from_slice(&json).ok()).unwrap_or_default()
    }

    pub(crate) fn keep_blob(&self, bytes: &[u8]) -> io::Result<()> {
        self.replace("blob.kept", bytes)
    }

    pub(crate) fn keep_state(&self, state: &State) -> io::Result<()> {
        self.replace("fetch.json", &serde_json::to_vec(state)?)
    }

    /// Replaces a file by a new one: written beside it, on the disk before it takes the name.
    fn replace(&self, name: &str, bytes: &[u8]) -> io::Result<()> {
        let beside = self.0.join(format!("{name}.new"));
        let mut file = File::create(&beside)?;
        file.write_all(bytes)?;
        file.sync_all()?;
        std::fs::rename(&beside, self.0.join(name))?;
        // The new name is on the disk when the directory is. Windows cannot open a directory, and needs no such step.
        if cfg!(unix) { File::open(&self.0)?.sync_all() } else { Ok(()) }
    }
}
