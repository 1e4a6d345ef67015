//! SimpleWebAuthn (TypeScript): the `Passkey` that its documentation stores, and what releases before 11 called an
//! authenticator.
//!
//! `publicKey` may be what JavaScript makes of its `Uint8Array`, or base64 text; `transports` a list or a text with
//! commas, as its advice for SQL columns has it.

use super::{Items, Unusable, octets, transports};
use crate::credential::{CredentialRecord, Transport, UserHandle};
use serde::Deserialize;

/// `credentialDeviceType`: BE in words.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Deserialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub enum DeviceType {
    /// BE is clear.
    SingleDevice,
    /// BE is set.
    MultiDevice,
}

/// A stored passkey.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct Passkey {
    /// The credential id; `credentialID` before release 11.
    #[serde(alias = "credentialID", deserialize_with = "octets::read")]
    pub id: Vec<u8>,
    /// The COSE_Key; `credentialPublicKey` before release 11.
    #[serde(alias = "credentialPublicKey", deserialize_with = "octets::read")]
    pub public_key: Vec<u8>,
    /// The signature counter.
    pub counter: u32,
    /// BE in words.
    #[serde(default, alias = "credentialDeviceType")]
    pub device_type: Option<DeviceType>,
    /// BS.
    #[serde(default, alias = "credentialBackedUp")]
    pub backed_up: Option<bool>,
    /// Transports.
    #[serde(default, deserialize_with = "transports::optional")]
    pub transports: Option<Vec<Transport>>,
    /// `userVerified` of the registration, where it was kept beside the passkey. Leave a column out that sign-ins
    /// overwrite: it would make UV a factor that it is not.
    #[serde(default)]
    pub user_verified: Option<bool>,
    /// The user handle.
    #[serde(default, rename = "webauthnUserID", alias = "webAuthnUserID", deserialize_with = "octets::optional")]
    pub webauthn_user_id: Option<Vec<u8>>,
}

impl Passkey {
    /// The record, for the account with this user handle.
    ///
    /// # Errors
    /// [`Unusable`].
    pub fn into_record(self, user: UserHandle) -> Result<CredentialRecord, Unusable> {
        Items {
            id: self.id,
            public_key: self.public_key,
            sign_count: self.counter,
            user_verified: self.user_verified,
            backup_eligible: self.device_type.map(|device| device == DeviceType::MultiDevice),
            backup_state: self.backed_up,
            transports: self.transports,
            user_handle: self.webauthn_user_id,
            attestation_object: None,
        }
        .into_record(user)
    }
}
