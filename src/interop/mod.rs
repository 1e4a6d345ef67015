//! Coming from elsewhere: what other libraries stored becomes [`CredentialRecord`]s, and nobody registers again.
//!
//! Each module reads one library's published shape and is a plain serde type: fill it from JSON, or field by field
//! from database columns, and call `into_record` with the user handle of the account. None of them needs the library.
//!
//! | from | read by |
//! |---|---|
//! | webauthn-rs 0.3 to 0.6 | [`webauthn_rs::StoredCredential`]; the [guide] puts its calls and ours side by side |
//! | SimpleWebAuthn | [`simplewebauthn::Passkey`] |
//! | go-webauthn | [`go_webauthn::Credential`] |
//! | py_webauthn | [`py_webauthn::VerifiedRegistration`] |
//! | java-webauthn-server | [`java_webauthn_server::RegisteredCredential`] |
//! | webauthn4j | [`webauthn4j::CredentialRecord`] |
//! | fido2-net-lib | [`fido2_net_lib::StoredCredential`] |
//! | U2F | [`u2f::Registration`] |
//!
//! # In three steps
//!
//! 1. Import every record. What is stored in a form that is not read here, or could be no credential, is an error now.
//! 2. [`check`] the records: which could never verify, before anyone is told to use them.
//! 3. Store them, and sign people in.
//!
//! ```
//! use wardkey::interop::{check, simplewebauthn::Passkey};
//! use wardkey::{RelyingParty, UserHandle};
//!
//! let stored = r#"{"id": "Y3JlZGVudGlhbA", "publicKey": "pAEBAycgBiFYIFhmZmZmZmZmZmZmZmZmZmZmZmZmZmZmZmZmZmZmZmZm",
//!                  "counter": 7, "deviceType": "singleDevice", "backedUp": false, "transports": ["usb"]}"#;
//! let passkey: Passkey = serde_json::from_str(stored)?;
//! let record = passkey.into_record(UserHandle::new(*b"user-1")?)?;
//! assert_eq!((record.sign_count, record.backup_eligible), (7, Some(false)));
//! let rp = RelyingParty::new("clinic.example", "Example Clinic")?;
//! assert!(check(&[record], &rp).is_empty());
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! # What is not known stays unknown
//!
//! | not stored there | becomes | what the ceremonies make of it |
//! |---|---|---|
//! | backup eligibility, backup state | `None` | learnt at the next sign-in, fixed from then on |
//! | signature counter | 0 | any counter is an advance, so the first sign-in cannot tell a clone from the original; it teaches the counter, and the next one can |
//! | UV at registration | `false` | [`First`](crate::ceremony::authentication::UserVerification::First): not yet a factor; [the guide](guide#from-first-to-a-factor) says how it becomes one |
//! | transports | the empty sequence | as the standard has it for unknown (§5.2.1): the client asks everywhere |
//!
//! A `false` that a library wrote because it had never looked is not knowledge either; where the stored shape shows
//! that it was so, it is `None` here. Nor is a `true` that it wrote at a sign-in: uvInitialized (§4) is UV at
//! registration, or beside another factor.
//!
//! | from | UV is taken from |
//! |---|---|
//! | webauthn-rs | `user_verified`, which no sign-in changes |
//! | go-webauthn, fido2-net-lib, webauthn4j | the attestation object, where it was kept: go-webauthn and webauthn4j let sign-ins set their own columns, fido2-net-lib has none |
//! | py_webauthn | the attestation object, else `user_verified` of the verified registration |
//! | SimpleWebAuthn | `userVerified` of the registration, where the application kept it |
//! | java-webauthn-server, U2F | nothing: they keep none |
//!
//! # The user handle
//!
//! It must be the very bytes that were sent as `user.id` when the credential was registered: authenticators answer
//! with them, and a record with others refuses every discoverable sign-in. Shapes that hold it are compared with it.

mod cose;
pub mod fido2_net_lib;
pub mod go_webauthn;
#[cfg(not(doctest))] // its examples need webauthn-rs: tests/interop compiles and runs them
#[doc = include_str!("guide.md")]
pub mod guide {}
pub mod java_webauthn_server;
mod octets;
pub mod py_webauthn;
mod registered;
pub mod simplewebauthn;
mod transports;
pub mod u2f;
pub mod webauthn4j;
pub mod webauthn_rs;

use crate::credential::{CredentialId, CredentialRecord, LengthError, Transport, UserHandle};
use crate::crypto::Algorithm;
use crate::crypto::cose::{CoseKey, Error as CoseError};
use crate::relying_party::RelyingParty;
use std::collections::HashSet;

/// Why a record could never verify, so that whoever relies on it would be locked out.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Unusable {
    /// The credential id is empty, or longer than any that is accepted.
    #[error(transparent)]
    CredentialId(#[from] LengthError),
    /// The credential belongs to another user handle than the one handed in.
    #[error("stored for another user handle")]
    UserHandle,
    /// The public key: malformed, of an unknown algorithm, or not a point on its curve.
    #[error(transparent)]
    PublicKey(#[from] CoseError),
    /// The backend does not verify the key's algorithm.
    #[error("COSE algorithm {} is not verified by this backend", .0.cose())]
    Algorithm(Algorithm),
    /// The relying party does not accept the key's algorithm at sign-ins: it is refused there, or it is RS1 and not
    /// accepted by name.
    #[error("COSE algorithm {} is not accepted by this relying party at sign-ins", .0.cose())]
    AlgorithmNotAccepted(Algorithm),
    /// The relying party's policies on backup refuse every sign-in with what the record says of backup eligibility.
    #[error("a credential whose backup eligibility is not what the relying party's policy wants")]
    BackupEligibility,
    /// Attested credential data that ends early, or goes on after the key.
    #[error("not attested credential data")]
    AttestedCredentialData,
    /// An earlier record has the same credential id: a store keeps one of them.
    #[error("an earlier record has the same credential id")]
    Twice,
}

/// The lock-out check: returns the records that could never sign in at this relying party, and why. Run it over everything
/// that was imported, before anyone is told to use what is in it, and over all records before you refuse an algorithm at
/// sign-ins or change a policy on backup.
///
/// Nothing here says that a key is its owner's: only that a signature by it could be accepted. What a record does not say
/// cannot be checked: a relying party that requires user verification refuses authenticators that have none, such as
/// those of U2F, and a policy on backup eligibility may refuse records that do not know theirs.
#[must_use]
pub fn check<'r>(
    records: impl IntoIterator<Item = &'r CredentialRecord>,
    rp: &RelyingParty,
) -> Vec<(&'r CredentialRecord, Unusable)> {
    let mut ids = HashSet::new();
    let unusable = |record: &'r CredentialRecord| {
        let first = ids.insert(&record.id);
        let verdict = verifiable(record, rp).and(if first { Ok(()) } else { Err(Unusable::Twice) });
        verdict.err().map(|why| (record, why))
    };
    records.into_iter().filter_map(unusable).collect()
}

/// Exactly what an authentication will ask of the record (§7.2 steps 19 and 21), and that the key is a point.
fn verifiable(record: &CredentialRecord, rp: &RelyingParty) -> Result<(), Unusable> {
    let key = CoseKey::read(&record.public_key)?;
    if !rp.backend().supports(key.algorithm().scheme()) {
        return Err(Unusable::Algorithm(key.algorithm()));
    }
    key.key().check(rp.backend()).map_err(|error| Unusable::PublicKey(error.into()))?;
    if !rp.sign_in_algorithms().contains(&key.algorithm()) {
        return Err(Unusable::AlgorithmNotAccepted(key.algorithm()));
    }
    match record.backup_eligible {
        Some(eligible) if !rp.admits_backup_eligibility(eligible) => Err(Unusable::BackupEligibility),
        _ => Ok(()),
    }
}

/// What the shapes have in common, as far as each of them knows it.
#[derive(Debug, Default)]
struct Items {
    id: Vec<u8>,
    public_key: Vec<u8>,
    sign_count: u32,
    user_verified: Option<bool>,
    backup_eligible: Option<bool>,
    backup_state: Option<bool>,
    transports: Option<Vec<Transport>>,
    user_handle: Option<Vec<u8>>,
    attestation_object: Option<Vec<u8>>,
}

impl Items {
    fn into_record(self, user: UserHandle) -> Result<CredentialRecord, Unusable> {
        if self.user_handle.is_some_and(|stored| stored != user.as_bytes()) {
            return Err(Unusable::UserHandle);
        }
        let public_key = cose::canonical(&self.public_key)?;
        let registered = self.attestation_object.and_then(|object| registered::user_verified(&object, &self.id));
        let mut record = CredentialRecord::new(CredentialId::new(self.id)?, user, public_key);
        record.sign_count = self.sign_count;
        record.uv_initialized = registered.or(self.user_verified).unwrap_or_default();
        (record.backup_eligible, record.backup_state) = backup(self.backup_eligible, self.backup_state);
        record.transports = self.transports.unwrap_or_default();
        Ok(record)
    }
}

/// What is not eligible is not backed up; a pair that says otherwise (§6.1.3) says nothing.
const fn backup(eligible: Option<bool>, state: Option<bool>) -> (Option<bool>, Option<bool>) {
    match (eligible, state) {
        (Some(false), Some(true)) => (None, None),
        (Some(false), _) => (Some(false), Some(false)),
        (None, Some(true)) => (Some(true), Some(true)),
        (None, _) => (None, None),
        known => known,
    }
}

#[cfg(test)]
mod tests;
