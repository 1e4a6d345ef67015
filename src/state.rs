//! The state that the server stores between the two halves of a ceremony.
//!
//! Store a state under its [`id`](RegistrationState::id), and use it once. `finish_*` takes it by value, so a second use does
//! not compile. Delete it in the same statement that reads it (`DELETE … RETURNING`), whatever the outcome, so that a second
//! machine cannot use it either. The state keeps the hash of its [`Session`], and `finish_*` refuses every other session.
//!
//! A state is not signed: keep it on the server, never in a cookie or a form. Reading a state refuses what no `start_*`
//! writes: a missing member, a challenge of fewer than 16 bytes, an expiry that is not 1 second to 1 day after the time of
//! issue, a re-authentication or payment without user verification. That finds a damaged store or a mistake in your code.
//! It is not an integrity check: if somebody replaces the user handle or the challenge by another valid one, reading
//! accepts it.
//!
//! # Rolling upgrades
//!
//! Every version so far writes version 1 of the format. A member that a later version added has a default, and earlier versions
//! ignore it. So in a format that names its members (JSON, CBOR), machines with different versions finish the ceremonies of
//! each other. `session` is such a member: a state without it was written before the first release, and is accepted in every
//! session. In a format that does not name its members (bincode, postcard), start again: states live for minutes.

use crate::ceremony::evidence::{self, Evidence};
use crate::client::{AuthenticationResponse, ClientData, RegistrationResponse, data};
use crate::codec::base64url;
use crate::credential::{CredentialId, UserHandle, Version};
use crate::crypto::default_backend;
use crate::extensions::{AppId, AuthenticationExtensions, RegistrationExtensions};
use crate::macros::getters;
use crate::time::UnixTime;
use core::time::Duration;
use serde::{Deserialize, Deserializer, Serialize, de::Error as _};

/// §13.4.3: a challenge has at least 16 bytes.
const MIN_CHALLENGE_LEN: usize = 16;

/// The maximum number of seconds between issue and expiry. §15.1 recommends 300 to 600; a page with autofill may wait for
/// hours.
const MAX_LIFETIME_SECS: u32 = 24 * 60 * 60;

/// Returns the whole seconds of a duration, if they are 1 second to 1 day.
pub(crate) fn lifetime_secs(duration: Duration) -> Option<u32> {
    let secs = u32::try_from(duration.as_secs()).ok()?;
    (1..=MAX_LIFETIME_SECS).contains(&secs).then_some(secs)
}

/// Why a stored state is refused: no `start_*` writes it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
enum StateError {
    /// §13.4.3: a challenge has at least 16 bytes.
    #[error("a challenge must have at least 16 bytes, found {0}")]
    ChallengeTooShort(usize),
    /// The times do not limit the ceremony.
    #[error("a state must expire 1 second to 1 day after it was issued")]
    Lifetime,
    /// The hash of the session is no SHA-256.
    #[error("the hash of a session must have 32 bytes")]
    Session,
    /// §7.1 step 20 would refuse every registration.
    #[error("a registration state must offer at least one algorithm, and none twice")]
    Algorithms,
    /// §7.2 step 6: with allowed credentials the account is known; without, the credential identifies it.
    #[error("a state must name both a user and credentials, or neither")]
    Account,
    /// Only a sign-in may leave out user verification or the account.
    #[error("the state of a re-authentication or a payment must require user verification and name a user")]
    Purpose,
    /// A re-authentication must count for some time, and for at most a day.
    #[error("the state of a re-authentication must count for 1 second to 1 day")]
    Freshness,
}

/// The web session that a ceremony belongs to. A state that was started in one session is refused in every other one, so that
/// nobody can start a ceremony in their own browser and have a victim's browser finish it, or the other way round (login CSRF).
///
/// ```
/// use wardkey::Session;
/// let session = Session::bound("oSBnvPbCgZ"); // the id that your framework gave to this web session
/// # let _ = session;
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[must_use = "pass it to `start_…` and `finish_…`"]
pub struct Session(Option<[u8; 32]>);

impl Session {
    /// Makes a value for the web session with this id. Also give anonymous visitors a session with a random id of their own,
    /// before they sign in. The state keeps a hash of the id only.
    ///
    /// An empty id is no session: `start_*` and `finish_*` refuse it with
    /// [`Error::SessionEmpty`](crate::Error::SessionEmpty), because all visitors without a session would share it.
    pub fn bound(id: impl AsRef<[u8]>) -> Self {
        let id = id.as_ref();
        Self((!id.is_empty()).then(|| default_backend().sha256(&[b"wardkey session bound ", id])))
    }

    /// Makes a value for ceremonies that belong to no web session. Then check yourself that the browser that finishes a ceremony
    /// is the one that started it.
    pub fn unbound() -> Self {
        Self(Some(default_backend().sha256(&[b"wardkey session unbound"])))
    }

    pub(crate) const fn is_empty(self) -> bool {
        self.0.is_none()
    }

    /// Returns the hash that a state keeps; `None` if the id is empty.
    pub(crate) fn hash(self) -> Option<SessionHash> {
        self.0.map(|hash| SessionHash(hash.to_vec()))
    }
}

/// SHA-256 of a session, with a label, so that it is the hash of nothing else.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub(crate) struct SessionHash(#[serde(with = "base64url::text")] Vec<u8>);

impl SessionHash {
    pub(crate) fn is_of(&self, session: Session) -> bool {
        session.0.is_some_and(|hash| self.0 == hash)
    }
}

fn id_of(challenge: &[u8]) -> String {
    base64url::encode(&default_backend().sha256(&[challenge]))
}

macro_rules! state {
    (
        $(#[$meta:meta])*
        pub struct $name:ident answered by $response:ident {
            $($(#[$attribute:meta])* $field:ident: $type:ty,)*
        }
    ) => {
        $(#[$meta])*
        #[derive(Debug, PartialEq, Eq, Serialize)]
        #[serde(rename_all = "camelCase")]
        #[must_use = "store it under its id until the browser responds"]
        pub struct $name {
            pub(crate) version: Version,
            pub(crate) rp_id: String,
            #[serde(with = "base64url::text")]
            pub(crate) challenge: Vec<u8>,
            pub(crate) issued_at: UnixTime,
            pub(crate) expires_at: UnixTime,
            $($(#[$attribute])* pub(crate) $field: $type,)*
            pub(crate) session: Option<SessionHash>,
        }

        /// Every member but `session` must be present; a member without a value is null.
        impl<'de> Deserialize<'de> for $name {
            fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
                #[derive(Deserialize)]
                #[serde(rename_all = "camelCase")]
                struct Stored {
                    version: Version,
                    rp_id: String,
                    #[serde(with = "base64url::text")]
                    challenge: Vec<u8>,
                    issued_at: UnixTime,
                    expires_at: UnixTime,
                    $($(#[$attribute])* $field: $type,)*
                    #[serde(default)]
                    session: Option<SessionHash>,
                }
                let Stored { version, rp_id, challenge, issued_at, expires_at, $($field,)* session } =
                    Stored::deserialize(from)?;
                let state = Self { version, rp_id, challenge, issued_at, expires_at, $($field,)* session };
                state.check().map_err(D::Error::custom)?;
                Ok(state)
            }
        }

        impl $response {
            /// Returns the `id` of the state that this response claims to answer, computed from its challenge.
            /// With it, the page need not keep the id, and two tabs do not disturb each other. Check that the state belongs
            /// to the web session of the request. Returns `None` if the client data names no challenge.
            #[must_use]
            pub fn state_id(&self) -> Option<String> {
                let text = data::decode(self.client_data_json()).ok()?;
                let challenge = base64url::decode(ClientData::parse(&text).ok()?.challenge.text()?).ok()?;
                Some(id_of(&challenge))
            }
        }

        impl $name {
            getters! {
                /// Returns the key to store the state under: the SHA-256 of its challenge, in base64url. `state_id` of a response
                /// returns the same text.
                pub fn id(&self) -> String = id_of(&self.challenge);
                /// Returns the challenge that was sent.
                pub fn challenge(&self) -> &[u8] = &self.challenge;
                /// Returns the time of issue.
                pub const fn issued_at(&self) -> UnixTime = self.issued_at;
                /// Returns the time of expiry. Delete states that have expired.
                pub const fn expires_at(&self) -> UnixTime = self.expires_at;
            }

            /// Checks what both kinds of state have in common.
            fn check_issue(&self) -> Result<(), StateError> {
                if self.challenge.len() < MIN_CHALLENGE_LEN {
                    return Err(StateError::ChallengeTooShort(self.challenge.len()));
                }
                if self.session.as_ref().is_some_and(|hash| hash.0.len() != 32) {
                    return Err(StateError::Session);
                }
                let lifetime = self.expires_at.secs().saturating_sub(self.issued_at.secs());
                if (1..=i64::from(MAX_LIFETIME_SECS)).contains(&lifetime) { Ok(()) } else { Err(StateError::Lifetime) }
            }
        }
    };
}

state! {
    /// The state of a registration that was started. Not `Clone`, so that it cannot be used twice.
    pub struct RegistrationState answered by RegistrationResponse {
        user_handle: UserHandle,
        algorithms: Vec<i32>,
        user_verification_required: bool,
        conditional: bool,
        #[serde(deserialize_with = "Option::deserialize")]
        attestation: Option<String>,
        extensions: RegistrationExtensions,
    }
}

impl RegistrationState {
    /// Returns the user handle of the account that the credential will belong to.
    #[must_use]
    pub const fn user_handle(&self) -> &UserHandle {
        &self.user_handle
    }

    /// Adds to the evidence what only the state knows.
    pub(crate) fn identify(&self, evidence: &mut Evidence) {
        evidence.state_id = Some(self.id());
        evidence.user.get_or_insert_with(|| self.user_handle.to_base64url());
        evidence.policy.clone_from(&self.attestation);
    }

    fn check(&self) -> Result<(), StateError> {
        self.check_issue()?;
        let twice = |(i, number)| self.algorithms.iter().take(i).any(|earlier| earlier == number);
        if self.algorithms.is_empty() || self.algorithms.iter().enumerate().any(twice) {
            return Err(StateError::Algorithms);
        }
        Ok(())
    }
}

/// The purpose of an authentication. Only the `finish_*` of the same purpose accepts the state.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", rename_all_fields = "camelCase")]
pub(crate) enum Purpose {
    SignIn,
    Reauthentication {
        /// The action that the re-authentication allows, in the caller's words.
        purpose: String,
        /// How long it counts, in seconds from the time of issue.
        fresh_secs: u32,
    },
    Payment,
    #[cfg(feature = "assurance")]
    Confirmation {
        /// What the digest of the document was made with.
        nonce: crate::confirmation::Nonce,
    },
}

state! {
    /// The state of an authentication that was started. Not `Clone`, so that it cannot be used twice.
    pub struct AuthenticationState answered by AuthenticationResponse {
        purpose: Purpose,
        #[serde(deserialize_with = "Option::deserialize")]
        user_handle: Option<UserHandle>,
        allow_credentials: Vec<CredentialId>,
        user_verification_required: bool,
        #[serde(deserialize_with = "Option::deserialize")]
        appid: Option<AppId>,
        extensions: AuthenticationExtensions,
    }
}

impl AuthenticationState {
    getters! {
        /// Returns the user handle of the account; `None` in a discoverable authentication, where the credential identifies it.
        pub const fn user_handle(&self) -> Option<&UserHandle> = self.user_handle.as_ref();
        /// Returns the ids sent in `allowCredentials`; empty in a discoverable authentication.
        pub fn allow_credentials(&self) -> &[CredentialId] = &self.allow_credentials;
    }

    /// Adds to the evidence what only the state knows.
    pub(crate) fn identify(&self, evidence: &mut Evidence) {
        evidence.state_id = Some(self.id());
        (evidence.purpose, evidence.purpose_text) = match &self.purpose {
            Purpose::SignIn => (Some(evidence::Purpose::SignIn), None),
            Purpose::Reauthentication { purpose, .. } => {
                (Some(evidence::Purpose::Reauthentication), Some(purpose.clone()))
            }
            Purpose::Payment => (Some(evidence::Purpose::Payment), None),
            #[cfg(feature = "assurance")]
            Purpose::Confirmation { .. } => (Some(evidence::Purpose::Confirmation), None),
        };
    }

    fn check(&self) -> Result<(), StateError> {
        self.check_issue()?;
        if self.user_handle.is_none() != self.allow_credentials.is_empty() {
            return Err(StateError::Account);
        }
        match self.purpose {
            Purpose::SignIn => return Ok(()),
            Purpose::Reauthentication { fresh_secs, .. } if !(1..=MAX_LIFETIME_SECS).contains(&fresh_secs) => {
                return Err(StateError::Freshness);
            }
            Purpose::Reauthentication { .. } | Purpose::Payment => {}
            #[cfg(feature = "assurance")]
            Purpose::Confirmation { .. } => {}
        }
        let strict = self.user_verification_required && self.user_handle.is_some();
        if strict { Ok(()) } else { Err(StateError::Purpose) }
    }
}
