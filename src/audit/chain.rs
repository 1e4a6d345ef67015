//! The chain: a log in which each line has the digest of the line before.
//!
//! A line is the canonical JSON of `{chain, digest, event, prev, seq, v}`. One chain has one writer, so that no lock is needed;
//! several writers have a chain each. Give the digest of a line to somebody else from time to time (a checkpoint): whoever can
//! rewrite the whole log cannot rewrite that.

use crate::codec::{canonical, hex};
use crate::crypto::Backend;
use crate::macros::getters;
use serde::{Deserialize, Deserializer, Serialize, de::Error as _};
use serde_json::{Value, json};

/// The greatest length of a line in bytes: as much as a posted response may have, and far more than an event has. It bounds the
/// memory of whoever reads a foreign log.
pub const MAX_LINE_LEN: usize = 1024 * 1024;
/// The greatest length of the name of a chain in bytes.
pub const MAX_CHAIN_NAME_LEN: usize = 256;

const VERSION: i64 = 1;
const FIRST: [u8; 32] = [0; 32];

/// The digest of a line, to give to somebody else.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct Checkpoint {
    /// The number of the line, from 0.
    pub seq: u64,
    /// Its digest; in JSON in lower-case hexadecimal.
    #[serde(with = "hex::sha256")]
    pub digest: [u8; 32],
}

impl Checkpoint {
    /// Makes a checkpoint of the number of a line and its digest.
    #[must_use]
    pub const fn new(seq: u64, digest: [u8; 32]) -> Self {
        Self { seq, digest }
    }
}

/// What is wrong with a line or with a chain.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, thiserror::Error)]
#[non_exhaustive]
pub enum ChainFault {
    /// The line is not canonical JSON with the six members of their types, or is too long.
    #[error("expected canonical JSON with the members chain, digest, event, prev, seq and v")]
    Text,
    /// The version is not 1.
    #[error("expected version 1, found another")]
    Version,
    /// The line is of another chain.
    #[error("the line is of another chain")]
    Chain,
    /// The number is not that of the line before and one.
    #[error("the line does not have the number after the line before")]
    Seq,
    /// `prev` is not the digest of the line before; zeros for the first line.
    #[error("prev is not the digest of the line before")]
    Prev,
    /// `digest` is not the digest of the line.
    #[error("digest is not the digest of the line")]
    Digest,
    /// A line of a checkpoint is missing at the end.
    #[error("the line of a checkpoint is missing at the end")]
    Cut,
    /// The line of a checkpoint has another digest.
    #[error("the line of a checkpoint has another digest")]
    Forked,
    /// What is to be appended is not an object that canonical JSON can say, or the line would be too long, or the name of the
    /// chain has no byte or too many.
    #[error("expected an event that is an object in canonical JSON, and a chain with a name")]
    Unwritable,
}

impl ChainFault {
    /// Returns a stable word: `text`, `version`, `chain`, `seq`, `prev`, `digest`, `cut`, `forked` or `unwritable`.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::Text => "text",
            Self::Version => "version",
            Self::Chain => "chain",
            Self::Seq => "seq",
            Self::Prev => "prev",
            Self::Digest => "digest",
            Self::Cut => "cut",
            Self::Forked => "forked",
            Self::Unwritable => "unwritable",
        }
    }
}

/// The first fault of a chain.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, thiserror::Error)]
#[error("line {at}: {fault}")]
#[non_exhaustive]
pub struct Broken {
    /// The number of the line, from 0. For [`ChainFault::Cut`] the number of lines, for [`ChainFault::Forked`] the number in the
    /// checkpoint.
    pub at: u64,
    /// What is wrong.
    pub fault: ChainFault,
}

/// Writes a chain. Its serde form is what the writer keeps: the name, the number of the next line, and the digest of the last.
/// Reading refuses a name that [`Self::new`] refuses, and a state that no chain has.
///
/// ```
/// # fn main() -> Result<(), Box<dyn std::error::Error>> {
/// use wardkey::audit::{AuditChain, ChainCheck};
/// use wardkey::crypto::default_backend;
///
/// let mut chain = AuditChain::new("portal-eu-1/writer-2")?;
/// let line = chain.append(&serde_json::json!({ "type": "sign-in", "actor": "pseud-7" }), default_backend())?;
/// let checkpoint = chain.checkpoint(); // give it to somebody else
///
/// let mut check = ChainCheck::new("portal-eu-1/writer-2", checkpoint);
/// check.line(&line, default_backend())?;
/// assert_eq!(check.finish()?, 1);
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct AuditChain {
    name: String,
    next: u64,
    #[serde(with = "hex::sha256")]
    head: [u8; 32],
}

impl<'de> Deserialize<'de> for AuditChain {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        #[derive(Deserialize)]
        #[serde(deny_unknown_fields)]
        struct Kept {
            name: String,
            next: u64,
            #[serde(with = "hex::sha256")]
            head: [u8; 32],
        }
        let Kept { name, next, head } = Kept::deserialize(from)?;
        let chain = Self::new(name).map_err(D::Error::custom)?;
        if (next == 0) != (head == FIRST) {
            return Err(D::Error::custom("expected a head of zeros before the first line, and a digest after it"));
        }
        Ok(Self { next, head, ..chain })
    }
}

impl AuditChain {
    /// Begins a chain. Choose a name that says which writer it is; never begin a second one of the same name.
    ///
    /// # Errors
    /// [`ChainFault::Unwritable`] for a name without a byte or of more than [`MAX_CHAIN_NAME_LEN`].
    pub fn new(name: impl Into<String>) -> Result<Self, ChainFault> {
        let name = name.into();
        let fits = (1..=MAX_CHAIN_NAME_LEN).contains(&name.len());
        if fits { Ok(Self { name, next: 0, head: FIRST }) } else { Err(ChainFault::Unwritable) }
    }

    /// Returns the next line, without a line break. Write it, and keep this value, before the next one.
    ///
    /// # Errors
    /// [`ChainFault::Unwritable`]; the chain is then as it was.
    pub fn append(&mut self, event: &impl Serialize, backend: &dyn Backend) -> Result<String, ChainFault> {
        let event = serde_json::to_value(event).ok().filter(Value::is_object).ok_or(ChainFault::Unwritable)?;
        let mut entry = json!({
            "chain": self.name, "event": event, "prev": hex::encode(&self.head), "seq": self.next, "v": VERSION,
        });
        let digest = digest(&entry, backend).ok_or(ChainFault::Unwritable)?;
        if let Value::Object(members) = &mut entry {
            members.insert("digest".to_owned(), hex::encode(&digest).into());
        }
        // A line that `ChainCheck` cannot read, such as one with too many levels, must not be written.
        let is_readable = |line: &String| line.len() <= MAX_LINE_LEN && canonical::read(line).is_some();
        let line = canonical::write(&entry).filter(is_readable);
        let line = line.ok_or(ChainFault::Unwritable)?;
        self.next = self.next.checked_add(1).ok_or(ChainFault::Unwritable)?;
        self.head = digest;
        Ok(line)
    }

    /// Returns the digest of the last line; `None` before the first.
    #[must_use]
    pub fn checkpoint(&self) -> Option<Checkpoint> {
        Some(Checkpoint { seq: self.next.checked_sub(1)?, digest: self.head })
    }
}

/// The digest of an entry without its member `digest`.
fn digest(entry: &Value, backend: &dyn Backend) -> Option<[u8; 32]> {
    Some(super::digest(backend, &[b"wardkey/1/audit", canonical::write(entry)?.as_bytes()]))
}

/// Checks a chain line by line. It keeps nothing of the lines but the last digest, whatever their number.
#[derive(Clone, Debug)]
pub struct ChainCheck {
    name: String,
    count: u64,
    head: Option<[u8; 32]>,
    /// By number, the greatest first.
    checkpoints: Vec<Checkpoint>,
    forked: Option<u64>,
}

impl ChainCheck {
    /// Begins a check of the chain of this name, with the checkpoints that you have.
    #[must_use]
    pub fn new(name: impl Into<String>, checkpoints: impl IntoIterator<Item = Checkpoint>) -> Self {
        let mut checkpoints: Vec<Checkpoint> = checkpoints.into_iter().collect();
        checkpoints.sort_by_key(|checkpoint| core::cmp::Reverse(checkpoint.seq));
        Self { name: name.into(), count: 0, head: None, checkpoints, forked: None }
    }

    getters! {
        /// Returns how many lines hold.
        pub const fn count(&self) -> u64 = self.count;
        /// Returns the digest of the last line that holds.
        pub const fn head(&self) -> Option<[u8; 32]> = self.head;
    }

    /// Checks the next line, without its line break. After an error the chain is broken: check no more lines.
    ///
    /// # Errors
    /// [`Broken`] with the number of the line, and the first fault in the order of [`ChainFault`].
    pub fn line(&mut self, line: &str, backend: &dyn Backend) -> Result<(), Broken> {
        let digest = self.fault(line, backend).map_err(|fault| Broken { at: self.count, fault })?;
        while let Some(checkpoint) = self.checkpoints.pop_if(|checkpoint| checkpoint.seq == self.count) {
            if checkpoint.digest != digest {
                self.forked.get_or_insert(checkpoint.seq);
            }
        }
        self.head = Some(digest);
        self.count = self.count.saturating_add(1);
        Ok(())
    }

    fn fault(&self, line: &str, backend: &dyn Backend) -> Result<[u8; 32], ChainFault> {
        if line.len() > MAX_LINE_LEN {
            return Err(ChainFault::Text);
        }
        let Some(Value::Object(mut entry)) = canonical::read(line) else { return Err(ChainFault::Text) };
        let stated = entry.remove("digest").as_ref().and_then(Value::as_str).and_then(hex::decode_lower::<32>);
        let stated = stated.ok_or(ChainFault::Text)?;
        let text = |name| entry.get(name).and_then(Value::as_str);
        let (chain, prev) = (text("chain"), text("prev").and_then(hex::decode_lower::<32>));
        let (seq, version) = (entry.get("seq").and_then(Value::as_u64), entry.get("v").and_then(Value::as_i64));
        let is_event = entry.get("event").is_some_and(Value::is_object);
        let (Some(chain), Some(prev), Some(seq), Some(version), true, 5) =
            (chain, prev, seq, version, is_event, entry.len())
        else {
            return Err(ChainFault::Text);
        };
        if version != VERSION {
            return Err(ChainFault::Version);
        }
        if chain != self.name {
            return Err(ChainFault::Chain);
        }
        if seq != self.count {
            return Err(ChainFault::Seq);
        }
        if prev != self.head.unwrap_or(FIRST) {
            return Err(ChainFault::Prev);
        }
        if Some(stated) != digest(&Value::Object(entry), backend) {
            return Err(ChainFault::Digest);
        }
        Ok(stated)
    }

    /// Ends the check and returns how many lines hold.
    ///
    /// **Lines that were cut off after the last checkpoint cannot be seen**: the chain before them holds. Compare the count
    /// with what you expect, or make a checkpoint of the last line.
    ///
    /// # Errors
    /// [`ChainFault::Forked`] and [`ChainFault::Cut`], for the checkpoint with the least number.
    pub fn finish(&self) -> Result<u64, Broken> {
        if let Some(at) = self.forked {
            return Err(Broken { at, fault: ChainFault::Forked });
        }
        if !self.checkpoints.is_empty() {
            return Err(Broken { at: self.count, fault: ChainFault::Cut });
        }
        Ok(self.count)
    }
}
