//! Asking somebody who is signed in to prove it again, before something that matters: bound to the user, and to how
//! long it may count.

use super::{Authenticated, AuthenticationRequest, RelyingParty};
use crate::client::AuthenticationResponse;
use crate::client::json::{RequestOptions, UserVerification};
use crate::credential::{CredentialRecord, UserHandle};
use crate::error::Error;
use crate::state::AuthenticationState;
use crate::time::UnixTime;
use serde::{Deserialize, Serialize};

/// That a user was re-authenticated, and how long that counts. Keep it in the user's web session.
///
/// Made by [`RelyingParty::finish_reauthentication`]; serde is for your session store, not for anything that a browser
/// could write to.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Reauthentication {
    user: UserHandle,
    at: UnixTime,
    until: UnixTime,
}

impl Reauthentication {
    /// Whose it is.
    #[must_use]
    pub const fn user(&self) -> &UserHandle {
        &self.user
    }

    /// When it was.
    #[must_use]
    pub const fn at(&self) -> UnixTime {
        self.at
    }

    /// The last second in which it counts.
    #[must_use]
    pub const fn until(&self) -> UnixTime {
        self.until
    }

    /// Call it before what the re-authentication was for. A time before it does not count either: clocks go back.
    ///
    /// # Errors
    /// [`Error::NotFresh`].
    pub fn require(&self, user: &UserHandle, now: UnixTime) -> Result<(), Error> {
        let fresh = self.user == *user && (self.at..=self.until).contains(&now);
        if fresh { Ok(()) } else { Err(Error::NotFresh) }
    }
}

/// A re-authentication that is all that §7.2 says.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
#[must_use = "the record must be brought up to date"]
pub struct Reauthenticated {
    /// The proof, for the session.
    pub proof: Reauthentication,
    /// The sign-in behind it; write its update first.
    pub authenticated: Authenticated,
}

impl RelyingParty {
    /// Starts to ask a signed-in user again, with user verification whatever the relying party's own choice is.
    ///
    /// # Errors
    /// [`Error::NoCredentials`], [`Error::ForeignCredential`], [`Error::Random`].
    pub fn start_reauthentication(
        &self,
        user: &UserHandle,
        credentials: &[CredentialRecord],
        now: UnixTime,
    ) -> Result<(RequestOptions, AuthenticationState), Error> {
        let request = AuthenticationRequest {
            user_verification: Some(UserVerification::Required),
            ..AuthenticationRequest::default()
        };
        self.start_authentication_with(&request, user, credentials, now)
    }

    /// Finishes it. It counts for `fresh_secs` seconds from `now`.
    ///
    /// # Errors
    /// [`Error::NotAReauthentication`] where the state is of another user, of nobody in particular, or does not require
    /// user verification; else as [`Self::finish_authentication`].
    pub fn finish_reauthentication(
        &self,
        state: AuthenticationState,
        user: &UserHandle,
        response: &AuthenticationResponse,
        record: &CredentialRecord,
        fresh_secs: u32,
        now: UnixTime,
    ) -> Result<Reauthenticated, Error> {
        if state.user_handle.as_ref() != Some(user) || !state.user_verification_required {
            return Err(Error::NotAReauthentication);
        }
        let authenticated = self.finish_authentication(state, response, record, now)?;
        let proof = Reauthentication { user: authenticated.user.clone(), at: now, until: now.plus_secs(fresh_secs) };
        Ok(Reauthenticated { proof, authenticated })
    }
}
