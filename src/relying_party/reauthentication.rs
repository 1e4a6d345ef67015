//! Asking somebody who is signed in to prove it again, before something that matters: bound to the user, and to how
//! long it may count.

use super::{Authenticated, AuthenticationRequest, RelyingParty};
use crate::ceremony::authentication::UserVerification;
use crate::client::AuthenticationResponse;
use crate::client::json::{self, RequestOptions};
use crate::credential::{CredentialId, CredentialRecord, UserHandle, Version};
use crate::error::Error;
use crate::state::{AuthenticationState, Purpose};
use crate::time::UnixTime;
use serde::{Deserialize, Serialize};

/// That a user was re-authenticated, and how long that counts. Keep it in the user's web session.
///
/// Made by [`RelyingParty::finish_reauthentication`]; serde is for your session store, not for anything that a browser
/// could write to. One that cannot be read, of another version for example, is none: ask again.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Reauthentication {
    version: Version,
    user: UserHandle,
    credential_id: CredentialId,
    user_verification: UserVerification,
    at: UnixTime,
    until: UnixTime,
}

impl Reauthentication {
    /// Whose it is.
    #[must_use]
    pub const fn user(&self) -> &UserHandle {
        &self.user
    }

    /// The credential that signed, whose evidence belongs to what this allows.
    #[must_use]
    pub const fn credential_id(&self) -> &CredentialId {
        &self.credential_id
    }

    /// User verification, as far as it may be relied on: whether [`Self::require`] will do is known now
    /// ([`UserVerification::is_factor`]).
    #[must_use]
    pub const fn user_verification(&self) -> UserVerification {
        self.user_verification
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
    /// User verification must count as a factor, which that of a credential's first time does not (§4, uvInitialized).
    ///
    /// # Errors
    /// [`Error::NotFresh`], [`Error::NotAFactor`].
    pub fn require(&self, user: &UserHandle, now: UnixTime) -> Result<(), Error> {
        self.require_one_of(&[UserVerification::Performed], user, now)
    }

    /// As [`Self::require`], where an additional factor as strong as user verification stood beside this
    /// re-authentication: then its first time will do as well. Write `update_after_additional_factor` to the record, after
    /// `update`, so that it counts by itself from then on.
    ///
    /// # Errors
    /// [`Error::NotFresh`], [`Error::NotAFactor`].
    pub fn require_with_additional_factor(&self, user: &UserHandle, now: UnixTime) -> Result<(), Error> {
        self.require_one_of(&[UserVerification::Performed, UserVerification::First], user, now)
    }

    fn require_one_of(&self, accepted: &[UserVerification], user: &UserHandle, now: UnixTime) -> Result<(), Error> {
        if self.user != *user || !(self.at..=self.until).contains(&now) {
            return Err(Error::NotFresh);
        }
        if accepted.contains(&self.user_verification) { Ok(()) } else { Err(Error::NotAFactor) }
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
            user_verification: Some(json::UserVerification::Required),
            ..AuthenticationRequest::default()
        };
        self.start_known(Purpose::Reauthentication, &request, user, credentials, now)
    }

    /// Finishes it. It counts for `fresh_secs` seconds from `now`.
    ///
    /// `Ok` says that the credential answered. Where its user verification counts as no factor yet, as with most imported
    /// credentials, [`Reauthentication::require`] will refuse the proof, each time anew: look at
    /// [`Reauthentication::user_verification`] here, ask for the factor that the account had before, and write
    /// [`Authenticated::update_after_additional_factor`].
    ///
    /// # Errors
    /// [`Error::NotAReauthentication`] where the state is of another user, or was not started by
    /// [`Self::start_reauthentication`]; else as [`Self::finish_authentication`].
    pub fn finish_reauthentication(
        &self,
        state: AuthenticationState,
        user: &UserHandle,
        response: &AuthenticationResponse,
        record: &CredentialRecord,
        fresh_secs: u32,
        now: UnixTime,
    ) -> Result<Reauthenticated, Error> {
        let bound = state.purpose == Purpose::Reauthentication && state.user_handle.as_ref() == Some(user);
        if !bound || !state.user_verification_required {
            return Err(Error::NotAReauthentication);
        }
        let authenticated = self.finish(Purpose::Reauthentication, &state, response, record, now)?;
        let proof = Reauthentication {
            version: Version,
            user: authenticated.user.clone(),
            credential_id: authenticated.credential_id.clone(),
            user_verification: authenticated.user_verification,
            at: now,
            until: now.plus_secs(fresh_secs),
        };
        Ok(Reauthenticated { proof, authenticated })
    }
}
