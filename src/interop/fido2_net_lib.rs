//! fido2-net-lib (.NET): the `StoredCredential` of releases 2 to 4, and the `RegisteredPublicKeyCredential` of
//! release 4.
//!
//! Member names as System.Text.Json writes them with its own or with web defaults, bytes in base64 or base64url.
//! UV is not among their columns; the attestation object, which release 4 keeps, tells it of the registration.
//!
//! Before release 4 the id stood in the descriptor, the counter was `SignatureCounter`, and nothing was kept of backup.

use super::{Items, Unusable, octets, transports};
use crate::credential::{CredentialRecord, Transport, UserHandle};
use serde::Deserialize;

/// A stored credential.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct StoredCredential {
    /// The credential id; where there is none, the descriptor has it.
    #[serde(default, alias = "Id", deserialize_with = "octets::optional")]
    pub id: Option<Vec<u8>>,
    /// The COSE_Key.
    #[serde(alias = "PublicKey", deserialize_with = "octets::read")]
    pub public_key: Vec<u8>,
    /// The signature counter.
    #[serde(alias = "SignCount", alias = "signatureCounter", alias = "SignatureCounter")]
    pub sign_count: u32,
    /// Transports.
    #[serde(default, alias = "Transports", deserialize_with = "transports::optional")]
    pub transports: Option<Vec<Transport>>,
    /// The attestation object, since release 4.
    #[serde(default, alias = "AttestationObject", deserialize_with = "octets::optional")]
    pub attestation_object: Option<Vec<u8>>,
    /// BE. Make it `None` for rows that are older than the column: their `false` is only its default.
    #[serde(default, alias = "IsBackupEligible")]
    pub is_backup_eligible: Option<bool>,
    /// BS.
    #[serde(default, alias = "IsBackedUp")]
    pub is_backed_up: Option<bool>,
    /// The user handle.
    #[serde(default, alias = "UserHandle", deserialize_with = "octets::optional")]
    pub user_handle: Option<Vec<u8>>,
    /// The user, whose id is the user handle.
    #[serde(default, alias = "User")]
    pub user: Option<User>,
    /// The descriptor.
    #[serde(default, alias = "Descriptor")]
    pub descriptor: Option<Descriptor>,
}

/// `Fido2User`, as far as it is needed.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[non_exhaustive]
pub struct User {
    /// The user handle.
    #[serde(alias = "Id", deserialize_with = "octets::read")]
    pub id: Vec<u8>,
}

/// `PublicKeyCredentialDescriptor`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[non_exhaustive]
pub struct Descriptor {
    /// The credential id.
    #[serde(alias = "Id", deserialize_with = "octets::read")]
    pub id: Vec<u8>,
    /// Transports.
    #[serde(default, alias = "Transports", deserialize_with = "transports::optional")]
    pub transports: Option<Vec<Transport>>,
}

impl StoredCredential {
    /// The record, for the account with this user handle, which must be the stored one where there is one.
    ///
    /// # Errors
    /// [`Unusable`].
    pub fn into_record(self, user: UserHandle) -> Result<CredentialRecord, Unusable> {
        let descriptor = self.descriptor.unwrap_or_default();
        Items {
            id: self.id.unwrap_or(descriptor.id),
            public_key: self.public_key,
            sign_count: self.sign_count,
            user_verified: None,
            backup_eligible: self.is_backup_eligible,
            backup_state: self.is_backed_up,
            transports: self.transports.or(descriptor.transports),
            user_handle: self.user_handle.or(self.user.map(|user| user.id)),
            attestation_object: self.attestation_object,
        }
        .into_record(user)
    }
}
