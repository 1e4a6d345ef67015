//! U2F registrations: a key handle and a raw point on P-256 become a credential with ES256.
//!
//! The key handle is the credential id. Such a credential was made for an AppID, not for the RP ID, so ask for it with
//! [`RequestExtensions::appid`](crate::extensions::RequestExtensions::appid): the client then says whether
//! it used the AppID (§10.1.1), and the ceremony compares. U2F knows no user verification and no discoverable
//! credentials: a relying party that requires user verification cannot use it, and the account must be known.
//!
//! ```
//! use wardkey::extensions::AppId;
//! use wardkey::interop::u2f::Registration;
//! use wardkey::relying_party::{AuthenticationRequest, RelyingParty};
//! use wardkey::{UnixTime, UserHandle};
//! # let registration: Registration = serde_json::from_str(r#"{"keyHandle": "a2V5IGhhbmRsZQ", "publicKey":
//! #   "BGsX0fLhLEJH-Lzm5WOkQPJ3A32BLeszoPShOUXYmMKWT-NC4v4af5uO5-tKfA-eFivOM1drMV7Oy7ZAaDe_UfU", "counter": 3}"#)?;
//! let user = UserHandle::new(*b"user-1")?;
//! let record = registration.into_record(user.clone())?;
//!
//! let rp = RelyingParty::builder("clinic.example", "Example Clinic").user_verification_preferred().build()?;
//! let mut request = AuthenticationRequest::default();
//! request.extensions.appid = Some(AppId::new("https://clinic.example/u2f.json")?);
//! let (options, state) = rp.start_authentication_with(&request, &user, &[record], UnixTime::from_secs(0))?;
//! # assert_eq!(serde_json::to_value(&options)?["extensions"]["appid"], "https://clinic.example/u2f.json");
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

use super::{Items, Unusable, octets, transports};
use crate::credential::{CredentialRecord, Transport, UserHandle};
use serde::Deserialize;

/// A stored registration.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct Registration {
    /// The key handle.
    #[serde(alias = "key_handle", deserialize_with = "octets::read")]
    pub key_handle: Vec<u8>,
    /// The public key: 04, x, y.
    #[serde(alias = "public_key", deserialize_with = "octets::read")]
    pub public_key: Vec<u8>,
    /// The counter of the last authentication, where it was kept.
    #[serde(default, alias = "signCount", alias = "sign_count")]
    pub counter: Option<u32>,
    /// Transports, from the attestation certificate.
    #[serde(default, deserialize_with = "transports::optional")]
    pub transports: Option<Vec<Transport>>,
}

impl Registration {
    /// The record, for the account with this user handle: make one, if it has none yet.
    ///
    /// # Errors
    /// [`Unusable`].
    pub fn into_record(self, user: UserHandle) -> Result<CredentialRecord, Unusable> {
        Items {
            id: self.key_handle,
            public_key: self.public_key,
            sign_count: self.counter.unwrap_or_default(),
            transports: self.transports,
            ..Items::default()
        }
        .into_record(user)
    }
}
