//! Asking somebody who is signed in to prove it again, before something that matters. The proof is bound to the relying
//! party, to the user, to a purpose, and to how long it may count.

use super::{Authenticated, AuthenticationRequest, RelyingParty, check_time};
use crate::ceremony::authentication::UserVerification;
use crate::client::AuthenticationResponse;
use crate::client::json::{self, RequestOptions};
use crate::credential::{CredentialId, CredentialRecord, UserHandle, Version};
use crate::error::Error;
use crate::state::{AuthenticationState, MAX_LIFETIME_SECS, Purpose};
use crate::time::UnixTime;
use serde::{Deserialize, Serialize};

/// That a user was re-authenticated at a relying party for a purpose, and how long that counts. Keep it in the user's web
/// session.
///
/// Made by [`RelyingParty::finish_reauthentication`]; serde is for your session store, not for anything that a browser
/// could write to. One that cannot be read, of another version for example, is none: ask again.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Reauthentication {
    version: Version,
    rp_id: String,
    purpose: String,
    user: UserHandle,
    credential_id: CredentialId,
    user_verification: UserVerification,
    at: UnixTime,
    until: UnixTime,
}

impl Reauthentication {
    /// The RP ID of the relying party that made it.
    #[must_use]
    pub fn rp_id(&self) -> &str {
        &self.rp_id
    }

    /// What it was asked for.
    #[must_use]
    pub fn purpose(&self) -> &str {
        &self.purpose
    }

    /// The account.
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

    /// When the challenge was issued. The user answered later.
    #[must_use]
    pub const fn at(&self) -> UnixTime {
        self.at
    }

    /// The last second in which it counts.
    #[must_use]
    pub const fn until(&self) -> UnixTime {
        self.until
    }

    /// Call it before what the re-authentication was for, with the relying party, the user and the purpose that it must be
    /// of. A time before the challenge was issued does not count either: clocks go back. User verification must count as
    /// a factor, which that of a credential's first time does not (§4, uvInitialized).
    ///
    /// # Errors
    /// [`Error::ReauthenticationMismatch`], [`Error::NotFresh`], [`Error::NotAFactor`].
    pub fn require(&self, rp: &RelyingParty, user: &UserHandle, purpose: &str, now: UnixTime) -> Result<(), Error> {
        self.require_one_of(&[UserVerification::Performed], rp, user, purpose, now)
    }

    /// As [`Self::require`], where an additional factor as strong as user verification was checked beside this
    /// re-authentication: then its first time will do as well. Write `update_after_additional_factor` to the record, after
    /// `update`, so that it counts by itself from then on.
    ///
    /// # Errors
    /// As [`Self::require`].
    pub fn require_with_additional_factor(
        &self,
        rp: &RelyingParty,
        user: &UserHandle,
        purpose: &str,
        now: UnixTime,
    ) -> Result<(), Error> {
        self.require_one_of(&[UserVerification::Performed, UserVerification::First], rp, user, purpose, now)
    }

    fn require_one_of(
        &self,
        accepted: &[UserVerification],
        rp: &RelyingParty,
        user: &UserHandle,
        purpose: &str,
        now: UnixTime,
    ) -> Result<(), Error> {
        check_time(now)?;
        if self.rp_id != rp.site.rp_id || self.user != *user || self.purpose != purpose {
            return Err(Error::ReauthenticationMismatch);
        }
        if !(self.at..=self.until).contains(&now) {
            return Err(Error::NotFresh);
        }
        if accepted.contains(&self.user_verification) { Ok(()) } else { Err(Error::NotAFactor) }
    }
}

impl RelyingParty {
    /// Starts to ask a signed-in user again, with user verification whatever the relying party's own choice is.
    ///
    /// `purpose` is what the user confirms, in your own words: an action, and what it acts on where that matters
    /// (`"delete-passkey"`, `"prescription 4711"`). [`Reauthentication::require`] asks for the same text. The proof counts
    /// for `fresh_secs` seconds from `now`, when the challenge is issued, because nobody knows when the user answered; at
    /// most a day. So the user has no longer than that to answer.
    ///
    /// ```
    /// use wardkey::{CredentialRecord, Error, RelyingParty, UnixTime, UserHandle};
    ///
    /// fn confirm(rp: &RelyingParty, user: &UserHandle, own: &[CredentialRecord], now: UnixTime) -> Result<String, Error> {
    ///     let (options, state) = rp.start_reauthentication(user, own, "delete-passkey", 120, now)?;
    ///     # let _ = (options, &state);
    ///     Ok(state.id()) // store the state under it, and send the options to the page
    /// }
    /// ```
    ///
    /// # Errors
    /// [`Error::NoCredentials`], [`Error::ForeignCredential`], [`Error::Random`].
    pub fn start_reauthentication(
        &self,
        user: &UserHandle,
        credentials: &[CredentialRecord],
        purpose: impl Into<String>,
        fresh_secs: u32,
        now: UnixTime,
    ) -> Result<(RequestOptions, AuthenticationState), Error> {
        let fresh_secs = fresh_secs.clamp(1, MAX_LIFETIME_SECS);
        let request = AuthenticationRequest {
            user_verification: Some(json::UserVerificationRequirement::Required),
            timeout_secs: Some(self.timeout(None).min(fresh_secs)),
            ..AuthenticationRequest::default()
        };
        let purpose = Purpose::Reauthentication { purpose: purpose.into(), fresh_secs };
        self.start_known(purpose, &request, user, credentials, now)
    }

    /// Finishes a re-authentication. `user` is the account of the web session. Returns the proof, for the session, and the
    /// sign-in behind it: write its update first.
    ///
    /// `Ok` says that the credential answered. Where its user verification counts as no factor yet, as with most imported
    /// credentials, [`Reauthentication::require`] will refuse the proof, each time anew: look at
    /// [`Reauthentication::user_verification`] here, ask for the factor that the account had before, and write
    /// [`Authenticated::update_after_additional_factor`].
    ///
    /// ```
    /// # use wardkey::{AuthenticationResponse, AuthenticationState, CredentialRecord, Error, RelyingParty, UnixTime, UserHandle};
    /// # fn confirm(
    /// #     rp: &RelyingParty, state: AuthenticationState, user: &UserHandle, response: &AuthenticationResponse,
    /// #     record: &mut CredentialRecord, now: UnixTime,
    /// # ) -> Result<(), Error> {
    /// let (proof, authenticated) = rp.finish_reauthentication(state, user, response, record, now)?;
    /// assert!(authenticated.update.is_none_or(|update| record.apply(&update))); // in your store: compare and set
    /// proof.require(rp, user, "delete-passkey", now)
    /// # }
    /// ```
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
        now: UnixTime,
    ) -> Result<(Reauthentication, Authenticated), Error> {
        let Purpose::Reauthentication { purpose, fresh_secs } = &state.purpose else {
            return Err(Error::NotAReauthentication);
        };
        if state.user_handle.as_ref() != Some(user) {
            return Err(Error::NotAReauthentication);
        }
        self.admit(&state.rp_id, state.issued_at, state.expires_at, now)?;
        let authenticated = self.finish(&state, response, record, now)?;
        let proof = Reauthentication {
            version: Version,
            rp_id: state.rp_id.clone(),
            purpose: purpose.clone(),
            user: authenticated.user.clone(),
            credential_id: authenticated.credential_id.clone(),
            user_verification: authenticated.user_verification,
            at: state.issued_at,
            until: state.issued_at.plus_secs(*fresh_secs),
        };
        Ok((proof, authenticated))
    }
}
