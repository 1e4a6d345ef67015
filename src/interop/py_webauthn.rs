//! py_webauthn (Python): the items of its `VerifiedRegistration`, under their names.
//!
//! Bytes in base64url, as the library's own helpers write them. Transports are not among its items; where an
//! application kept them beside, they are read.

use super::{Items, Unusable, octets, transports};
use crate::credential::{CredentialRecord, Transport, UserHandle};
use serde::Deserialize;

/// `credential_device_type`: BE in words.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum DeviceType {
    /// BE is clear.
    SingleDevice,
    /// BE is set.
    MultiDevice,
}

/// A verified registration, as it was kept.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[non_exhaustive]
pub struct VerifiedRegistration {
    /// The credential id.
    #[serde(deserialize_with = "octets::read")]
    pub credential_id: Vec<u8>,
    /// The COSE_Key.
    #[serde(deserialize_with = "octets::read")]
    pub credential_public_key: Vec<u8>,
    /// The signature counter.
    pub sign_count: u32,
    /// UV at the registration. A `user_verified` of later authentications is another thing.
    #[serde(default)]
    pub user_verified: Option<bool>,
    /// BE in words; not told before release 1.3.
    #[serde(default)]
    pub credential_device_type: Option<DeviceType>,
    /// BS; not told before release 1.3.
    #[serde(default)]
    pub credential_backed_up: Option<bool>,
    /// The attestation object, which tells UV first.
    #[serde(default, deserialize_with = "octets::optional")]
    pub attestation_object: Option<Vec<u8>>,
    /// Transports.
    #[serde(default, deserialize_with = "transports::optional")]
    pub transports: Option<Vec<Transport>>,
}

impl VerifiedRegistration {
    /// The record, for the account with this user handle.
    ///
    /// # Errors
    /// [`Unusable`].
    pub fn into_record(self, user: UserHandle) -> Result<CredentialRecord, Unusable> {
        Items {
            id: self.credential_id,
            public_key: self.credential_public_key,
            sign_count: self.sign_count,
            user_verified: self.user_verified,
            backup_eligible: self.credential_device_type.map(|device| device == DeviceType::MultiDevice),
            backup_state: self.credential_backed_up,
            transports: self.transports,
            user_handle: None,
            attestation_object: self.attestation_object,
        }
        .into_record(user)
    }
}
