//! The values for the signal methods (§5.1.10), and who may receive them.

use super::{Authenticated, Reauthentication, RelyingParty, User, check_time};
use crate::client::signal::Signal;
use crate::credential::{CredentialId, CredentialRecord, UserHandle};
use crate::error::Error;
use crate::time::UnixTime;
use std::collections::HashSet;

/// The signed-in user, the relying party and the credential. Convert an [`Authenticated`] to it, or, in a later request, the
/// [`Reauthentication`] that the web session keeps.
///
/// A re-authentication of any purpose will do, until it no longer counts. Both count at their own relying party only.
#[derive(Clone, Copy, Debug)]
pub struct SignedIn<'a> {
    rp_id: &'a str,
    user: &'a UserHandle,
    credential_id: &'a CredentialId,
    /// The first and the last second in which a re-authentication counts.
    counts: Option<(UnixTime, UnixTime)>,
}

impl<'a> From<&'a Authenticated> for SignedIn<'a> {
    fn from(authenticated: &'a Authenticated) -> Self {
        Self {
            rp_id: authenticated.evidence.rp_id.as_deref().unwrap_or_default(),
            user: &authenticated.user,
            credential_id: &authenticated.credential_id,
            counts: None,
        }
    }
}

impl<'a> From<&'a Reauthentication> for SignedIn<'a> {
    fn from(proof: &'a Reauthentication) -> Self {
        Self {
            rp_id: proof.rp_id(),
            user: proof.user(),
            credential_id: proof.credential_id(),
            counts: Some((proof.at(), proof.until())),
        }
    }
}

impl SignedIn<'_> {
    /// # Errors
    /// [`Error::TimeNotInSeconds`], [`Error::WrongRelyingParty`], [`Error::NotFresh`].
    fn require(&self, rp: &RelyingParty, now: UnixTime) -> Result<(), Error> {
        check_time(now)?;
        if self.rp_id != rp.site.rp_id {
            return Err(Error::WrongRelyingParty);
        }
        if self.counts.is_none_or(|(at, until)| (at..=until).contains(&now)) { Ok(()) } else { Err(Error::NotFresh) }
    }
}

impl RelyingParty {
    /// Returns the signal that a credential is unknown, so that the passkey provider stops offering it. Send it after a sign-in
    /// with an unknown credential, after a registration that was refused or could not be stored, and after the owner deleted the
    /// credential here. `stored` is the record that your store has under the id, for any account. Returns `None` if there is one,
    /// or if the id is malformed. Reveals nothing that the browser does not already know.
    ///
    /// If you use decoys, send it after discoverable sign-ins only: otherwise a stranger could tell a decoy, for which there is a
    /// signal, from a real credential, for which there is none.
    ///
    /// ```
    /// # use wardkey::{CredentialRecord, RelyingParty};
    /// fn signal(rp: &RelyingParty, id: &[u8], stored: Option<&CredentialRecord>) -> Option<String> {
    ///     let signal = rp.signal_unknown_credential(id, stored)?;
    ///     serde_json::to_string(&signal).ok() // for PublicKeyCredential.signalUnknownCredential()
    /// }
    /// ```
    #[must_use]
    pub fn signal_unknown_credential(&self, id: impl AsRef<[u8]>, stored: Option<&CredentialRecord>) -> Option<Signal> {
        let credential_id = CredentialId::new(id).ok().filter(|_| stored.is_none())?;
        Some(Signal::UnknownCredential { rp_id: self.site.rp_id.clone(), credential_id })
    }

    /// Returns the signal that lists all credentials of the signed-in user. `all` is every record of the account: a credential that
    /// is left out is hidden or deleted on the user's devices. A record that occurs twice is listed once.
    ///
    /// ```
    /// # use wardkey::{Authenticated, CredentialRecord, Error, RelyingParty, UnixTime, client::signal::Signal};
    /// fn signal(rp: &RelyingParty, done: &Authenticated, all: &[CredentialRecord], now: UnixTime) -> Result<Signal, Error> {
    ///     rp.signal_all_accepted_credentials(done, all, now) // every record of the account
    /// }
    /// ```
    ///
    /// # Errors
    /// [`Error::WrongRelyingParty`], [`Error::NotFresh`] if the re-authentication no longer counts, [`Error::NoCredentials`],
    /// [`Error::ForeignCredential`], and [`Error::CredentialLeftOut`] if `all` lacks the credential that was just used, because
    /// the user would be locked out. (For one credential that the user deleted, use [`Self::signal_unknown_credential`].)
    pub fn signal_all_accepted_credentials<'a>(
        &self,
        signed_in: impl Into<SignedIn<'a>>,
        all: &[CredentialRecord],
        now: UnixTime,
    ) -> Result<Signal, Error> {
        let signed_in = signed_in.into();
        signed_in.require(self, now)?;
        let SignedIn { user, credential_id, .. } = signed_in;
        if all.is_empty() {
            return Err(Error::NoCredentials);
        }
        if all.iter().any(|record| record.user_handle != *user) {
            return Err(Error::ForeignCredential);
        }
        let mut seen = HashSet::new();
        let each_once = all.iter().map(|record| &record.id).filter(|id| seen.insert(*id));
        let all_accepted_credential_ids: Vec<CredentialId> = each_once.cloned().collect();
        if !seen.contains(credential_id) {
            return Err(Error::CredentialLeftOut);
        }
        Ok(Signal::AllAcceptedCredentials {
            rp_id: self.site.rp_id.clone(),
            user_id: user.clone(),
            all_accepted_credential_ids,
        })
    }

    /// Returns the signal with the current names of the signed-in user.
    ///
    /// ```
    /// # use wardkey::{Authenticated, Error, RelyingParty, UnixTime, User, client::signal::Signal};
    /// fn signal(rp: &RelyingParty, done: &Authenticated, user: &User, now: UnixTime) -> Result<Signal, Error> {
    ///     rp.signal_current_user_details(done, user, now)
    /// }
    /// ```
    ///
    /// # Errors
    /// [`Error::WrongRelyingParty`], [`Error::NotFresh`] if the re-authentication no longer counts, [`Error::ForeignCredential`] if
    /// `user` is a different account.
    pub fn signal_current_user_details<'a>(
        &self,
        signed_in: impl Into<SignedIn<'a>>,
        user: &User,
        now: UnixTime,
    ) -> Result<Signal, Error> {
        let signed_in = signed_in.into();
        signed_in.require(self, now)?;
        if user.handle != *signed_in.user {
            return Err(Error::ForeignCredential);
        }
        Ok(Signal::CurrentUserDetails {
            rp_id: self.site.rp_id.clone(),
            user_id: user.handle.clone(),
            name: user.name.clone(),
            display_name: user.display_name.clone(),
        })
    }
}
