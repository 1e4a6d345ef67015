//! webauthn4j (Java): the items of its `CredentialRecord` under their names, `attestedCredentialData` as its
//! `AttestedCredentialDataConverter` writes it: the bytes of §6.5.1, mostly kept in base64url.
//!
//! Its `uvInitialized` is not read: an authentication with UV sets it, without any other factor beside it. The whole
//! attestation object, where an application kept it as well, tells UV of the registration.

use super::{Items, Unusable, octets, transports};
use crate::credential::{CredentialRecord as Record, Transport, UserHandle};
use serde::Deserialize;

/// A stored credential record.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct CredentialRecord {
    /// Attested credential data: AAGUID, credential id, COSE_Key.
    #[serde(deserialize_with = "octets::read")]
    pub attested_credential_data: Vec<u8>,
    /// The signature counter.
    pub counter: u32,
    /// The attestation object, where it was kept beside.
    #[serde(default, deserialize_with = "octets::optional")]
    pub attestation_object: Option<Vec<u8>>,
    /// BE, where it is known.
    #[serde(default)]
    pub backup_eligible: Option<bool>,
    /// BS, where it is known.
    #[serde(default)]
    pub backup_state: Option<bool>,
    /// Transports.
    #[serde(default, deserialize_with = "transports::optional")]
    pub transports: Option<Vec<Transport>>,
}

/// The credential id and what follows it: 16 bytes of AAGUID, 2 of length, the id, the key to the end.
fn split(data: &[u8]) -> Option<(&[u8], &[u8])> {
    let (_aaguid, rest) = data.split_at_checked(16)?;
    let (len, rest) = rest.split_first_chunk::<2>()?;
    rest.split_at_checked(usize::from(u16::from_be_bytes(*len)))
}

impl CredentialRecord {
    /// The record, for the account with this user handle.
    ///
    /// # Errors
    /// [`Unusable`].
    pub fn into_record(self, user: UserHandle) -> Result<Record, Unusable> {
        let (id, key) = split(&self.attested_credential_data).ok_or(Unusable::AttestedCredentialData)?;
        Items {
            id: id.to_vec(),
            public_key: key.to_vec(),
            sign_count: self.counter,
            user_verified: None,
            backup_eligible: self.backup_eligible,
            backup_state: self.backup_state,
            transports: self.transports,
            user_handle: None,
            attestation_object: self.attestation_object,
        }
        .into_record(user)
    }
}
