//! The lock-out check: who could not sign in with what was imported, and what should be looked at otherwise.

use crate::credential::{CredentialId, CredentialRecord, UserHandle};
use crate::crypto::Algorithm;
use crate::crypto::cose::CoseKey;
use crate::parse::ParseError;
use crate::relying_party::RelyingParty;
use std::collections::HashSet;

/// What a person should know of a record.
///
/// [`check`] returns those of records; [`Imported::concerns`](super::Imported::concerns) has those of a row.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Concern {
    /// The public key is malformed, of an unknown algorithm, or not a point on its curve. It never verifies a signature.
    PublicKey(ParseError),
    /// The backend does not verify the key's algorithm.
    Algorithm(Algorithm),
    /// The relying party does not accept the key's algorithm at sign-ins: it refuses the algorithm there, or the algorithm
    /// is RS1, which must be accepted by name.
    AlgorithmNotAccepted(Algorithm),
    /// The relying party's policies on backup refuse every sign-in of a credential with this backup eligibility.
    BackupEligibility,
    /// An earlier record has the same credential id (§7.1 step 26). A store keeps one of them, so decide whose it is.
    RepeatedId,

    /// The user handle is text with an `@`, so probably a mail address. Authenticators show it to whoever holds them
    /// (§14.6.1). The record signs in; give new accounts random handles.
    UserHandleNamesPerson,
    /// The user handle has fewer than 16 bytes, so it can be guessed or counted. The record signs in; §5.4.3 recommends
    /// 64 random bytes for new accounts.
    #[non_exhaustive]
    UserHandleShort {
        /// Its bytes.
        len: usize,
    },

    /// Import: so many bytes followed the stored key. The record has the key without them.
    #[non_exhaustive]
    KeyHadTrailingBytes {
        /// The bytes that were removed.
        len: usize,
    },
    /// Import: the stored key was not a canonical COSE_Key (members out of order, or more than required). The record has
    /// the same key in canonical form.
    KeyRewritten,
    /// Import: the other library noted once that the signature counter did not advance, which a clone would explain.
    CloneWarning,
}

impl core::fmt::Display for Concern {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        match self {
            Self::PublicKey(_) => f.write_str("the public key can never verify a signature"),
            Self::Algorithm(value) => write!(f, "COSE algorithm {} is not verified by this backend", value.cose()),
            Self::AlgorithmNotAccepted(value) => {
                write!(f, "COSE algorithm {} is not accepted by this relying party at sign-ins", value.cose())
            }
            Self::BackupEligibility => {
                f.write_str("the relying party's policy on backup refuses the stored backup eligibility")
            }
            Self::RepeatedId => f.write_str("an earlier record has the same credential id"),
            Self::UserHandleNamesPerson => f.write_str("the user handle is text with an @, so it may name a person"),
            Self::UserHandleShort { len } => write!(f, "the user handle has {len} bytes, fewer than {}", SHORT),
            Self::KeyHadTrailingBytes { len } => {
                write!(f, "{len} bytes followed the stored public key and were removed")
            }
            Self::KeyRewritten => f.write_str("the stored public key was rewritten in canonical form"),
            Self::CloneWarning => {
                f.write_str("the other library noted that the signature counter once did not advance")
            }
        }
    }
}

/// A user handle below this length is reported: the length of a UUID.
const SHORT: usize = 16;

impl Concern {
    /// Whether the record can never sign in, so that its user would be locked out. All others sign in.
    #[must_use]
    pub const fn locks_out(self) -> bool {
        matches!(
            self,
            Self::PublicKey(_)
                | Self::Algorithm(_)
                | Self::AlgorithmNotAccepted(_)
                | Self::BackupEligibility
                | Self::RepeatedId
        )
    }

    /// A stable name for logs and metrics.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::PublicKey(_) => "public-key",
            Self::Algorithm(_) => "algorithm",
            Self::AlgorithmNotAccepted(_) => "algorithm-not-accepted",
            Self::BackupEligibility => "backup-eligibility",
            Self::RepeatedId => "repeated-id",
            Self::UserHandleNamesPerson => "user-handle-names-person",
            Self::UserHandleShort { .. } => "user-handle-short",
            Self::KeyHadTrailingBytes { .. } => "key-had-trailing-bytes",
            Self::KeyRewritten => "key-rewritten",
            Self::CloneWarning => "clone-warning",
        }
    }
}

/// Returns which records could never sign in at this relying party, and which should be looked at otherwise, by credential
/// id. Run it over everything that was imported, before anyone depends on it, and over all records before you refuse an
/// algorithm at sign-ins or change a policy on backup.
///
/// One record may have several concerns; they are in the order of the records. Does not check that a key is its owner's,
/// nor facts that a record does not have: a relying party that requires user verification refuses authenticators that
/// have none, such as those of U2F, and a policy on backup eligibility may refuse records that do not know theirs.
///
/// ```
/// use wardkey::interop::{check, simplewebauthn};
/// use wardkey::{RelyingParty, UserHandle};
///
/// let stored = r#"{"id": "Y3JlZGVudGlhbA", "publicKey": "pAEBAycgBiFYIFhmZmZmZmZmZmZmZmZmZmZmZmZmZmZmZmZmZmZmZmZm",
///                  "counter": 7}"#;
/// let user = UserHandle::new(*b"ada@clinic.example")?;
/// let records: Vec<_> = simplewebauthn::records(stored, |_| Some(user.clone())).map(|row| row.map(|row| row.record)).collect::<Result<_, _>>()?;
/// let rp = RelyingParty::new("clinic.example", "Example Clinic")?;
/// let found: Vec<_> = check(&records, &rp).iter().map(|(id, concern)| (id.to_base64url(), concern.code())).collect();
/// assert_eq!(found, [("Y3JlZGVudGlhbA".to_owned(), "user-handle-names-person")]);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[must_use]
pub fn check<'r>(
    records: impl IntoIterator<Item = &'r CredentialRecord>,
    rp: &RelyingParty,
) -> Vec<(CredentialId, Concern)> {
    let mut ids = HashSet::new();
    let mut found = Vec::new();
    for record in records {
        let repeated = if ids.insert(&record.id) { None } else { Some(Concern::RepeatedId) };
        let (key, backup) = (unverifiable(record, rp), refused_by_backup(record, rp));
        let concerns = [key, backup, repeated, names_person(&record.user_handle), short(&record.user_handle)];
        found.extend(concerns.into_iter().flatten().map(|concern| (record.id.clone(), concern)));
    }
    found
}

/// §7.2 step 21: the stored key is one that the backend verifies with and the relying party accepts.
fn unverifiable(record: &CredentialRecord, rp: &RelyingParty) -> Option<Concern> {
    let key = match CoseKey::read(&record.public_key) {
        Ok(key) => key,
        Err(error) => return Some(Concern::PublicKey(error.into())),
    };
    if !rp.backend().supports(key.algorithm().scheme()) {
        return Some(Concern::Algorithm(key.algorithm()));
    }
    if let Err(error) = key.key().check(rp.backend()) {
        return Some(Concern::PublicKey(error.into()));
    }
    let accepted = rp.sign_in_algorithms().contains(&key.algorithm());
    (!accepted).then_some(Concern::AlgorithmNotAccepted(key.algorithm()))
}

/// §7.2 step 19: backup eligibility never changes, so a policy that refuses it refuses every sign-in.
fn refused_by_backup(record: &CredentialRecord, rp: &RelyingParty) -> Option<Concern> {
    let refused = record.backup_eligible.is_some_and(|eligible| !rp.admits_backup_eligibility(eligible));
    refused.then_some(Concern::BackupEligibility)
}

/// §14.6.1: a user handle must not contain personally identifying information.
fn names_person(handle: &UserHandle) -> Option<Concern> {
    let text = std::str::from_utf8(handle.as_bytes()).ok()?;
    text.contains('@').then_some(Concern::UserHandleNamesPerson)
}

fn short(handle: &UserHandle) -> Option<Concern> {
    let len = handle.as_bytes().len();
    (len < SHORT).then_some(Concern::UserHandleShort { len })
}
