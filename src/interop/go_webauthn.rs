//! go-webauthn (Go): its `Credential` as `encoding/json` writes it, bytes in base64 with padding.
//!
//! `flags.userVerified` is not read: up to release 0.17.4 every login overwrites it, and later ones let a login set it.
//! UV at registration is in `attestation.object`, which releases from 0.11 on keep; for older rows it is unknown.
//!
//! `authenticator.cloneWarning` says that the counter once did not advance. Records have no place for it, so look at it
//! before the credential is used up:
//!
//! ```
//! use wardkey::{CredentialRecord, UserHandle, interop::{Unusable, go_webauthn::Credential}};
//!
//! /// The record, and whether somebody should look into it.
//! fn import(credential: Credential, user: UserHandle) -> Result<(CredentialRecord, bool), Unusable> {
//!     let suspect = credential.authenticator.clone_warning;
//!     Ok((credential.into_record(user)?, suspect))
//! }
//! ```
//!
//! Go has no missing booleans: credentials stored before the library kept flags come back, once saved again, with all
//! of them false. None was ever registered without user presence, so without UP the flags are read as never kept.
//!
//! Credentials that were taken over from U2F have a raw point as their key and the type `fido-u2f`; they are read, and
//! sign in as [`u2f`](super::u2f) says.

use super::{Items, Unusable, octets, transports};
use crate::credential::{CredentialRecord, Transport, UserHandle};
use serde::Deserialize;

/// A stored credential.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct Credential {
    /// The credential id.
    #[serde(alias = "ID", deserialize_with = "octets::read")]
    pub id: Vec<u8>,
    /// The COSE_Key, or a raw point.
    #[serde(alias = "PublicKey", deserialize_with = "octets::read")]
    pub public_key: Vec<u8>,
    /// Transports.
    #[serde(default, alias = "Transport", deserialize_with = "transports::optional")]
    pub transport: Option<Vec<Transport>>,
    /// Flags, since release 0.8.
    #[serde(default)]
    pub flags: Option<Flags>,
    /// The authenticator.
    #[serde(alias = "Authenticator")]
    pub authenticator: Authenticator,
    /// What was kept of the registration, since release 0.11.
    #[serde(default)]
    pub attestation: Option<Attestation>,
}

/// `CredentialAttestation`, as far as it is needed.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[non_exhaustive]
pub struct Attestation {
    /// The attestation object.
    #[serde(default, deserialize_with = "octets::optional")]
    pub object: Option<Vec<u8>>,
}

/// The flags of authenticator data.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase", default)]
#[non_exhaustive]
pub struct Flags {
    /// UP.
    pub user_present: bool,
    /// UV at the last login, or at any: not carried over.
    pub user_verified: bool,
    /// BE.
    pub backup_eligible: bool,
    /// BS.
    pub backup_state: bool,
}

/// What was kept of the authenticator.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct Authenticator {
    /// The signature counter.
    #[serde(alias = "SignCount")]
    pub sign_count: u32,
    /// Whether the counter once did not advance. A record has no place for it: look before `into_record`.
    #[serde(default, alias = "CloneWarning")]
    pub clone_warning: bool,
}

impl Credential {
    /// The record, for the account with this user handle (`WebAuthnID()`).
    ///
    /// # Errors
    /// [`Unusable`].
    pub fn into_record(self, user: UserHandle) -> Result<CredentialRecord, Unusable> {
        let flags = self.flags.filter(|flags| flags.user_present);
        Items {
            id: self.id,
            public_key: self.public_key,
            sign_count: self.authenticator.sign_count,
            user_verified: None,
            backup_eligible: flags.map(|flags| flags.backup_eligible),
            backup_state: flags.map(|flags| flags.backup_state),
            transports: self.transport,
            user_handle: None,
            attestation_object: self.attestation.and_then(|attestation| attestation.object),
        }
        .into_record(user)
    }
}
