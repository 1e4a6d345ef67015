//! What the server remembers between the two halves of a ceremony.
//!
//! A state goes into your store under its [`id`](RegistrationState::id), belongs to one web session, and comes out
//! once: `finish_*` takes it by value, so a second use does not compile, and the store must delete it as it hands it
//! out (`DELETE … RETURNING`), whatever the outcome, so that a second machine cannot use it either.
//! It is not signed: keep it on the server, never in a cookie or a form.

use crate::ceremony::extensions::{AuthenticationExtensions, RegistrationExtensions};
use crate::client::{AuthenticationResponse, ClientData, RegistrationResponse, data};
use crate::codec::base64url;
use crate::credential::{CredentialId, UserHandle, Version};
use crate::crypto::default_backend;
use crate::time::UnixTime;
use serde::{Deserialize, Serialize};

fn id_of(challenge: &[u8]) -> String {
    base64url::encode(&default_backend().sha256(&[challenge]))
}

macro_rules! state {
    ($name:ident answered by $response:ident) => {
        impl $response {
            /// The [`id`](crate::state) of the state that this answers, by the client's word: for services that do not keep
            /// the id in the page, so that two tabs do not disturb each other. See that the state belongs to the web
            /// session that the response came in. `None` where the client data names no challenge.
            #[must_use]
            pub fn state_id(&self) -> Option<String> {
                let text = data::decode(self.client_data_json()).ok()?;
                let challenge = base64url::decode(ClientData::parse(&text).ok()?.challenge.text()?).ok()?;
                Some(id_of(&challenge))
            }
        }

        impl $name {
            /// The key to store the state under: the SHA-256 of its challenge, in base64url. A response says which one it
            /// answers: its `state_id`.
            #[must_use]
            pub fn id(&self) -> String {
                id_of(&self.challenge)
            }

            /// The challenge that was sent.
            #[must_use]
            pub fn challenge(&self) -> &[u8] {
                &self.challenge
            }

            /// When it expires: delete what is older.
            #[must_use]
            pub const fn expires_at(&self) -> UnixTime {
                self.expires_at
            }
        }
    };
}

/// A registration that was started. Not `Clone`, on purpose.
#[derive(Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[must_use = "store it under its id until the browser answers"]
pub struct RegistrationState {
    pub(crate) version: Version,
    pub(crate) rp_id: String,
    #[serde(with = "base64url::text")]
    pub(crate) challenge: Vec<u8>,
    pub(crate) user_handle: UserHandle,
    pub(crate) algorithms: Vec<i32>,
    pub(crate) user_verification_required: bool,
    pub(crate) conditional: bool,
    // Required, be it null: a state that lost it would be judged by another policy.
    #[serde(deserialize_with = "Option::deserialize")]
    pub(crate) attestation: Option<String>,
    #[serde(default)]
    pub(crate) extensions: RegistrationExtensions,
    pub(crate) expires_at: UnixTime,
}

state!(RegistrationState answered by RegistrationResponse);

impl RegistrationState {
    /// The account that the credential will belong to.
    #[must_use]
    pub const fn user_handle(&self) -> &UserHandle {
        &self.user_handle
    }
}

/// What an authentication was started for: it is finished as that and as nothing else. A state that does not say is of
/// a sign-in, which passes for neither of the others.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Purpose {
    #[default]
    SignIn,
    Reauthentication,
    Payment,
}

/// An authentication that was started. Not `Clone`, on purpose.
#[derive(Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[must_use = "store it under its id until the browser answers"]
pub struct AuthenticationState {
    pub(crate) version: Version,
    pub(crate) rp_id: String,
    #[serde(with = "base64url::text")]
    pub(crate) challenge: Vec<u8>,
    #[serde(default)]
    pub(crate) purpose: Purpose,
    // Required, be it null: a state that lost it would be of anybody.
    #[serde(deserialize_with = "Option::deserialize")]
    pub(crate) user_handle: Option<UserHandle>,
    pub(crate) allow_credentials: Vec<CredentialId>,
    pub(crate) user_verification_required: bool,
    pub(crate) appid: Option<String>,
    #[serde(default)]
    pub(crate) extensions: AuthenticationExtensions,
    pub(crate) expires_at: UnixTime,
}

state!(AuthenticationState answered by AuthenticationResponse);

impl AuthenticationState {
    /// The account that was asked; `None` where the credential is to tell.
    #[must_use]
    pub const fn user_handle(&self) -> Option<&UserHandle> {
        self.user_handle.as_ref()
    }

    /// The credentials that were asked for; empty where any discoverable one may answer.
    #[must_use]
    pub fn allow_credentials(&self) -> &[CredentialId] {
        &self.allow_credentials
    }
}
