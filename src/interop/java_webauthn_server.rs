//! java-webauthn-server (Yubico, Java): its `RegisteredCredential` as Jackson writes it, bytes in base64url.

use super::{Items, Unusable, octets, transports};
use crate::credential::{CredentialRecord, Transport, UserHandle};
use serde::Deserialize;

/// A stored credential.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct RegisteredCredential {
    /// The credential id.
    #[serde(deserialize_with = "octets::read")]
    pub credential_id: Vec<u8>,
    /// The user handle.
    #[serde(deserialize_with = "octets::read")]
    pub user_handle: Vec<u8>,
    /// The COSE_Key, or a raw point of U2F.
    #[serde(deserialize_with = "octets::read")]
    pub public_key_cose: Vec<u8>,
    /// The signature counter.
    #[serde(default)]
    pub signature_count: u32,
    /// BE, where it is known.
    #[serde(default)]
    pub backup_eligible: Option<bool>,
    /// BS, where it is known.
    #[serde(default, alias = "backedUp")]
    pub backup_state: Option<bool>,
    /// Transports, where they were kept beside it.
    #[serde(default, deserialize_with = "transports::optional")]
    pub transports: Option<Vec<Transport>>,
}

impl RegisteredCredential {
    /// The record, for the account with this user handle, which must be the stored one.
    ///
    /// # Errors
    /// [`Unusable`].
    pub fn into_record(self, user: UserHandle) -> Result<CredentialRecord, Unusable> {
        Items {
            id: self.credential_id,
            public_key: self.public_key_cose,
            sign_count: self.signature_count,
            user_verified: None,
            backup_eligible: self.backup_eligible,
            backup_state: self.backup_state,
            transports: self.transports,
            user_handle: Some(self.user_handle),
            attestation_object: None,
        }
        .into_record(user)
    }
}
