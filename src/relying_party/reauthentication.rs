//! Re-authentication of a signed-in user before a sensitive action. The proof is bound to the relying party, the user, a purpose
//! and a time, and it is spent once.

use super::{Authenticated, AuthenticationRequest, CLOCK_SKEW, RelyingParty, check_time};
use crate::ceremony::authentication::UserVerification;
use crate::client::AuthenticationResponse;
use crate::client::json::{Hint, RequestOptions, UserVerificationRequirement};
use crate::credential::{CredentialId, CredentialRecord, UserHandle, Version};
use crate::error::Error;
use crate::macros::getters;
use crate::state::{AuthenticationState, Purpose, Session, lifetime_secs};
use crate::time::UnixTime;
use core::time::Duration;
use serde::{Deserialize, Serialize};

/// Proof that a user was re-authenticated at a relying party for a purpose, and until when it counts. Keep it in the user's web
/// session.
///
/// [`RelyingParty::finish_reauthentication`] returns it. Use serde for your session store only, because nothing in it is
/// verified again: a browser must not be able to write to it. If it cannot be read, for example because its version differs,
/// re-authenticate the user again.
///
/// # Single use
///
/// One confirmation must not allow two actions, such as two prescriptions. The library has no store, so [`Self::spend`] returns an
/// id that you store under a unique index, in the transaction of the action. If the id is there already, refuse the action. You
/// may delete the id after [`Self::until`]. [`Self::require`] only checks the proof: use it for what may be repeated, such as
/// opening a page.
///
/// ```
/// # use std::collections::HashSet;
/// # use wardkey::{Error, Reauthentication, RelyingParty, UnixTime, UserHandle};
/// fn delete(
///     rp: &RelyingParty, proof: Reauthentication, user: &UserHandle, spent: &mut HashSet<String>, now: UnixTime,
/// ) -> Result<bool, Error> {
///     let id = proof.spend(rp, user, "delete-passkey", now)?;
///     Ok(spent.insert(id)) // false: spent before, so refuse; true: delete the passkey
/// }
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Reauthentication {
    version: Version,
    id: String,
    rp_id: String,
    purpose: String,
    user: UserHandle,
    credential_id: CredentialId,
    user_verification: UserVerification,
    at: UnixTime,
    until: UnixTime,
}

impl Reauthentication {
    getters! {
        /// Returns the id of this re-authentication: the [`state_id`](crate::ceremony::evidence::Evidence::state_id) of its
        /// evidence.
        pub fn id(&self) -> &str = &self.id;
        /// Returns the RP ID of the relying party.
        pub fn rp_id(&self) -> &str = &self.rp_id;
        /// Returns the purpose.
        pub fn purpose(&self) -> &str = &self.purpose;
        /// Returns the account.
        pub const fn user(&self) -> &UserHandle = &self.user;
        /// Returns the credential that signed. Log its evidence with the action.
        pub const fn credential_id(&self) -> &CredentialId = &self.credential_id;
        /// Returns the user verification. [`Self::require`] needs one that counts as a factor ([`UserVerification::is_factor`]).
        pub const fn user_verification(&self) -> UserVerification = self.user_verification;
        /// Returns when the challenge was issued. The user answered later.
        pub const fn at(&self) -> UnixTime = self.at;
        /// Returns the last second in which it counts.
        pub const fn until(&self) -> UnixTime = self.until;
    }

    /// Checks that this is a re-authentication of the user at the relying party, for the purpose, and that it counts at `now`. A
    /// time more than five minutes before the challenge was issued is refused too, because the clock of one machine may be behind
    /// that of another, but not by more. User verification must count as a factor; the first user verification of a credential
    /// does not (§4, uvInitialized).
    ///
    /// This does not spend the re-authentication: see [`Self::spend`].
    ///
    /// # Errors
    /// [`Error::ReauthenticationMismatch`], [`Error::NotFresh`], [`Error::NotAFactor`], [`Error::TimeNotInSeconds`].
    pub fn require(&self, rp: &RelyingParty, user: &UserHandle, purpose: &str, now: UnixTime) -> Result<(), Error> {
        self.check(rp, user, purpose, now)?;
        if self.user_verification.is_factor() { Ok(()) } else { Err(Error::NotAFactor) }
    }

    /// Checks as [`Self::require`], and returns the id to store so that the re-authentication is spent once. Take the proof out of
    /// the web session (`Option::take`), and call this before the action that the re-authentication was for. Refuse the action if
    /// your store has the id already.
    ///
    /// # Errors
    /// As [`Self::require`].
    pub fn spend(self, rp: &RelyingParty, user: &UserHandle, purpose: &str, now: UnixTime) -> Result<String, Error> {
        self.require(rp, user, purpose, now)?;
        Ok(self.id)
    }

    /// Checks as [`Self::require`], and also accepts the first user verification of a credential. Call it if an additional factor
    /// as strong as user verification was checked with this re-authentication. Then write `update_after_additional_factor` to
    /// the record, after `update`, so that user verification counts by itself from then on. Store [`Self::id`] as for
    /// [`Self::spend`].
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
        self.check(rp, user, purpose, now)?;
        if self.user_verification == UserVerification::NotPerformed { Err(Error::NotAFactor) } else { Ok(()) }
    }

    /// Checks everything but user verification.
    fn check(&self, rp: &RelyingParty, user: &UserHandle, purpose: &str, now: UnixTime) -> Result<(), Error> {
        check_time(now)?;
        if self.rp_id != rp.site.rp_id || self.user != *user || self.purpose != purpose {
            return Err(Error::ReauthenticationMismatch);
        }
        self.check_fresh(now)
    }

    /// Checks that it counts at `now`. The clock may be behind that of the machine that issued the challenge.
    pub(super) fn check_fresh(&self, now: UnixTime) -> Result<(), Error> {
        if self.at <= now.plus(CLOCK_SKEW) && now <= self.until { Ok(()) } else { Err(Error::NotFresh) }
    }
}

/// One re-authentication of a signed-in user: what it is for, and how long it counts.
///
/// ```
/// # use std::time::Duration;
/// # use wardkey::{CredentialRecord, ReauthenticationRequest, UserHandle};
/// fn request(user: &UserHandle, own: &[CredentialRecord]) -> ReauthenticationRequest {
///     ReauthenticationRequest::new(user, own, "prescription 4711", Duration::from_secs(120))
/// }
/// ```
#[derive(Clone, Debug)]
#[must_use = "pass it to `start_reauthentication`"]
pub struct ReauthenticationRequest {
    request: AuthenticationRequest,
    purpose: String,
    lifetime: Duration,
}

impl ReauthenticationRequest {
    /// Asks the signed-in `user` to confirm `purpose`. `records` are the records of the account that may confirm it, at least
    /// one. If the account has none, [`Error::NoCredentials`] is the answer, so check before, and ask for the factor that it has.
    ///
    /// `purpose` is what the user confirms, in your own words: an action, and what it acts on if that matters
    /// (`"delete-passkey"`, `"prescription 4711"`). [`Reauthentication::spend`] compares it. The proof counts for `lifetime`, in
    /// whole seconds, from 1 second to 1 day, usually a few minutes. It counts from the time when the challenge is issued,
    /// because nobody knows when the user answered, so the user must answer within it.
    pub fn new(
        user: &UserHandle,
        records: &[CredentialRecord],
        purpose: impl Into<String>,
        lifetime: Duration,
    ) -> Self {
        let request = AuthenticationRequest::known(user, records);
        let request = request.user_verification(UserVerificationRequirement::Required);
        Self { request, purpose: purpose.into(), lifetime }
    }

    /// Sets the hints for the user interface of the client, most preferred first.
    pub fn hints(mut self, hints: impl IntoIterator<Item = Hint>) -> Self {
        self.request = self.request.hints(hints);
        self
    }
}

impl RelyingParty {
    /// Starts a re-authentication. User verification is required, whatever the relying party's own choice is.
    ///
    /// ```
    /// # use std::time::Duration;
    /// # use wardkey::{AuthenticationState, CredentialRecord, Error, ReauthenticationRequest, RelyingParty, Session, UnixTime};
    /// # use wardkey::{UserHandle, client::json::RequestOptions};
    /// fn confirm(
    ///     rp: &RelyingParty, user: &UserHandle, own: &[CredentialRecord], session: Session, now: UnixTime,
    /// ) -> Result<(RequestOptions, AuthenticationState), Error> {
    ///     let request = ReauthenticationRequest::new(user, own, "delete-passkey", Duration::from_secs(120));
    ///     rp.start_reauthentication(request, session, now)
    /// }
    /// ```
    ///
    /// # Errors
    /// [`Error::ReauthenticationLifetime`], [`Error::NoCredentials`], [`Error::ForeignCredential`], [`Error::SessionEmpty`],
    /// [`Error::TimeNotInSeconds`], [`Error::Random`].
    pub fn start_reauthentication(
        &self,
        request: ReauthenticationRequest,
        session: Session,
        now: UnixTime,
    ) -> Result<(RequestOptions, AuthenticationState), Error> {
        let ReauthenticationRequest { request, purpose, lifetime } = request;
        let fresh_secs = lifetime_secs(lifetime).ok_or(Error::ReauthenticationLifetime)?;
        let timeout_secs = self.timeout_secs(None)?.min(fresh_secs);
        let request = request.timeout(Duration::from_secs(timeout_secs.into()));
        self.start(Purpose::Reauthentication { purpose, fresh_secs }, request, session, now)
    }

    /// Finishes a re-authentication. `stored` is the record that your store has under the credential id of the response. Returns
    /// the proof for the web session, and the sign-in that it comes from: write its update first.
    ///
    /// If user verification of the credential does not count as a factor yet, as with most imported credentials,
    /// [`Reauthentication::require`] refuses every proof. So check [`Reauthentication::user_verification`] here. If it does not
    /// count, ask for the factor that the account had before, and write [`Authenticated::update_after_additional_factor`].
    ///
    /// ```
    /// # use wardkey::{AuthenticationResponse, AuthenticationState, CredentialRecord, Error, RelyingParty, Session};
    /// # use wardkey::{UnixTime, UserHandle};
    /// # fn confirm(
    /// #     rp: &RelyingParty, state: AuthenticationState, user: &UserHandle, response: &AuthenticationResponse,
    /// #     record: &mut CredentialRecord, session: Session, now: UnixTime,
    /// # ) -> Result<(), Error> {
    /// let (proof, authenticated) = rp.finish_reauthentication(state, response, Some(record), session, now)?;
    /// assert!(authenticated.update.is_none_or(|update| record.apply(&update))); // in your store: compare and set
    /// let id = proof.spend(rp, user, "delete-passkey", now)?; // `user` is signed in to this web session
    /// // In one transaction: insert `id` under a unique index, and delete the passkey.
    /// # let _ = id;
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// As [`Self::finish_authentication`]; [`Error::OtherPurpose`] if the state was not started by
    /// [`Self::start_reauthentication`].
    pub fn finish_reauthentication(
        &self,
        state: AuthenticationState,
        response: &AuthenticationResponse,
        stored: Option<&CredentialRecord>,
        session: Session,
        now: UnixTime,
    ) -> Result<(Reauthentication, Authenticated), Error> {
        let Purpose::Reauthentication { purpose, fresh_secs } = self.admit_state(&state, session, now)? else {
            return Err(Error::OtherPurpose);
        };
        let authenticated = self.finish(&state, response, stored, now)?;
        let proof = Reauthentication {
            version: Version,
            id: state.id(),
            rp_id: state.rp_id.clone(),
            purpose: purpose.clone(),
            user: authenticated.user.clone(),
            credential_id: authenticated.credential_id.clone(),
            user_verification: authenticated.user_verification,
            at: state.issued_at,
            until: state.issued_at.plus(Duration::from_secs((*fresh_secs).into())),
        };
        Ok((proof, authenticated))
    }
}
