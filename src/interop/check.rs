//! The lock-out check: finds records that can never sign in, and records that a person should look at.

use crate::credential::{CredentialId, CredentialRecord, UserHandle};
use crate::crypto::Algorithm;
use crate::crypto::cose::CoseKey;
use crate::macros::texts;
use crate::parse::ParseError;
use crate::relying_party::RelyingParty;
use std::collections::HashSet;

texts! {
    /// A problem of a record that a person should know about.
    ///
    /// [`check`] returns those of stored records; [`Imported::concerns`](super::Imported::concerns) has those of an import.
    #[derive(Clone, Copy, Debug, PartialEq, Eq)]
    pub enum Concern;

    /// The public key is malformed, of an unknown algorithm, or not a point on its curve. It never verifies a signature.
    PublicKey(_value: ParseError) = "the public key can never verify a signature";
    /// The backend does not verify the key's algorithm.
    Algorithm(value: Algorithm) = "COSE algorithm {} is not verified by this backend", value.cose();
    /// The relying party does not accept the key's algorithm at sign-ins, because it is configured to refuse it, or because the
    /// algorithm is RS1 and was not accepted by name.
    AlgorithmNotAccepted(value: Algorithm) =
        "COSE algorithm {} is not accepted by this relying party at sign-ins", value.cose();
    /// The relying party's policies on backup refuse every sign-in of a credential with this backup eligibility.
    BackupEligibility = "the relying party's policy on backup refuses the stored backup eligibility";
    /// An earlier record has the same credential id (§7.1 step 26). A store can keep only one of them, so decide which
    /// account owns it.
    RepeatedId = "an earlier record has the same credential id";

    /// The user handle is text with an `@`, so it is probably a mail address. An authenticator may reveal it without user
    /// verification (§14.6.1). The record can sign in; give new accounts random handles.
    UserHandleNamesPerson = "the user handle is text with an @, so it may name a person";
    /// The user handle has fewer than 16 bytes, so it may be guessed. The record can sign in; §5.4.3 recommends 64 random
    /// bytes for new accounts.
    #[non_exhaustive]
    UserHandleShort {
        /// The length in bytes.
        len: usize
    } = "the user handle has {len} bytes, fewer than {SHORT}";

    /// Import: bytes followed the stored key. The record has the key without them.
    #[non_exhaustive]
    KeyHadTrailingBytes {
        /// The number of bytes that were removed.
        len: usize
    } = "{len} bytes followed the stored public key and were removed";
    /// Import: the stored key was not a canonical COSE_Key (parameters out of order, or more than required). The record has the
    /// same key in canonical form.
    KeyRewritten = "the stored public key was rewritten in canonical form";
    /// Import: the other library recorded that the signature counter once did not increase, which may mean that the
    /// authenticator was cloned.
    CloneWarning = "the other library recorded that the signature counter once did not increase";
}

/// A user handle below this length is reported: the length of a UUID.
const SHORT: usize = 16;

impl Concern {
    /// Returns whether the record can never sign in, so that its user would be locked out.
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

    /// Returns a stable code for logs and metrics.
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

/// Returns the records that can never sign in at this relying party ([`Concern::locks_out`]), and those that a person should
/// look at, by credential id. Run it over all imported records before you switch, and over all records before you refuse an
/// algorithm at sign-ins or change a policy on backup.
///
/// The result is in the order of the records; one record may have several concerns. The function does not check that a key
/// belongs to its user. Nor does it check facts that a record does not hold: a relying party that requires user verification
/// refuses authenticators without it, such as those of U2F, and a policy on backup eligibility may refuse records whose
/// eligibility is unknown.
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

/// Finds a key that cannot pass §7.2 step 21: the backend cannot verify with it, or the relying party does not accept its
/// algorithm.
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

/// Finds backup eligibility that the policy refuses (§7.2 step 19). It never changes, so every sign-in would be refused.
fn refused_by_backup(record: &CredentialRecord, rp: &RelyingParty) -> Option<Concern> {
    let refused = record.backup_eligible.is_some_and(|eligible| !rp.admits_backup_eligibility(eligible));
    refused.then_some(Concern::BackupEligibility)
}

/// Finds a user handle that may contain personally identifying information (§14.6.1).
fn names_person(handle: &UserHandle) -> Option<Concern> {
    let text = std::str::from_utf8(handle.as_bytes()).ok()?;
    text.contains('@').then_some(Concern::UserHandleNamesPerson)
}

fn short(handle: &UserHandle) -> Option<Concern> {
    let len = handle.as_bytes().len();
    (len < SHORT).then_some(Concern::UserHandleShort { len })
}
