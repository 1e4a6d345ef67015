//! The values for the signal methods (§5.1.10), and who may receive them.

use super::{Authenticated, Reauthentication, RelyingParty, check_time};
use crate::client::signal::Signal;
use crate::credential::{CredentialId, CredentialRecord, UserHandle};
use crate::error::Error;
use crate::time::UnixTime;
use std::collections::HashSet;

impl RelyingParty {
    /// Returns the signal that a credential is unknown, so that the passkey provider stops offering it. Send it after a
    /// registration that was refused or could not be stored, and after the owner deleted the credential here. (After a sign-in,
    /// [`Error::public`] contains it if it may be sent.) `stored` is the record that your store has under the id, for any
    /// account.
    ///
    /// Returns `None` if there is a record, if the id is malformed, or if it is that of a [decoy](crate::Decoys): a stranger must
    /// not tell decoys from real credentials.
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
        let decoy = self.stand_ins.of(credential_id.as_bytes()).decoy;
        (!decoy).then(|| self.unknown_credential(credential_id))
    }

    pub(super) fn unknown_credential(&self, credential_id: CredentialId) -> Signal {
        Signal::UnknownCredential { rp_id: self.site.rp_id.clone(), credential_id }
    }
}

/// Who is signed in at which relying party, and with which credential.
struct SignedIn<'a> {
    rp_id: &'a str,
    user: &'a UserHandle,
    credential_id: &'a CredentialId,
}

impl SignedIn<'_> {
    /// Returns itself. Refuses another relying party.
    fn checked_for(self, rp: &RelyingParty) -> Result<Self, Error> {
        if self.rp_id == rp.site.rp_id { Ok(self) } else { Err(Error::WrongRelyingParty) }
    }

    fn all_accepted_credentials(&self, all: &[CredentialRecord]) -> Result<Signal, Error> {
        if all.is_empty() {
            return Err(Error::NoCredentials);
        }
        if all.iter().any(|record| record.user_handle != *self.user) {
            return Err(Error::ForeignCredential);
        }
        let mut seen = HashSet::new();
        let each_once = all.iter().map(|record| &record.id).filter(|id| seen.insert(*id));
        let all_accepted_credential_ids: Vec<CredentialId> = each_once.cloned().collect();
        if !seen.contains(self.credential_id) {
            return Err(Error::CredentialLeftOut);
        }
        Ok(Signal::AllAcceptedCredentials {
            rp_id: self.rp_id.to_owned(),
            user_id: self.user.clone(),
            all_accepted_credential_ids,
        })
    }

    fn current_user_details(&self, name: String, display_name: String) -> Signal {
        Signal::CurrentUserDetails { rp_id: self.rp_id.to_owned(), user_id: self.user.clone(), name, display_name }
    }
}

impl Authenticated {
    fn signed_in(&self, rp: &RelyingParty) -> Result<SignedIn<'_>, Error> {
        let rp_id = self.evidence.rp_id.as_deref().unwrap_or_default();
        SignedIn { rp_id, user: &self.user, credential_id: &self.credential_id }.checked_for(rp)
    }

    /// Returns the signal that lists all credentials of the user who signed in. `all` is every record of the account: a
    /// credential that is left out is hidden or deleted on the user's devices. A record that occurs twice is listed once.
    ///
    /// ```
    /// # use wardkey::{Authenticated, CredentialRecord, Error, RelyingParty, client::signal::Signal};
    /// fn signal(rp: &RelyingParty, done: &Authenticated, all: &[CredentialRecord]) -> Result<Signal, Error> {
    ///     done.signal_all_accepted_credentials(rp, all) // every record of the account
    /// }
    /// ```
    ///
    /// # Errors
    /// [`Error::WrongRelyingParty`], [`Error::NoCredentials`], [`Error::ForeignCredential`], and [`Error::CredentialLeftOut`] if
    /// `all` lacks the credential that was just used, because the user would be locked out. (For one credential that the user
    /// deleted, use [`RelyingParty::signal_unknown_credential`].)
    pub fn signal_all_accepted_credentials(
        &self,
        rp: &RelyingParty,
        all: &[CredentialRecord],
    ) -> Result<Signal, Error> {
        self.signed_in(rp)?.all_accepted_credentials(all)
    }

    /// Returns the signal with the current names of the user who signed in: the account name, and the person's name, as in
    /// [`RegistrationRequest`](super::RegistrationRequest).
    ///
    /// ```
    /// # use wardkey::{Authenticated, Error, RelyingParty, client::signal::Signal};
    /// fn signal(rp: &RelyingParty, done: &Authenticated) -> Result<Signal, Error> {
    ///     done.signal_current_user_details(rp, "ada@mail.example", "Ada Lovelace")
    /// }
    /// ```
    ///
    /// # Errors
    /// [`Error::WrongRelyingParty`].
    pub fn signal_current_user_details(
        &self,
        rp: &RelyingParty,
        name: impl Into<String>,
        display_name: impl Into<String>,
    ) -> Result<Signal, Error> {
        Ok(self.signed_in(rp)?.current_user_details(name.into(), display_name.into()))
    }
}

impl Reauthentication {
    /// Returns who re-authenticated, for any purpose, if it still counts.
    fn signed_in(&self, rp: &RelyingParty, now: UnixTime) -> Result<SignedIn<'_>, Error> {
        check_time(now)?;
        let signed_in =
            SignedIn { rp_id: self.rp_id(), user: self.user(), credential_id: self.credential_id() }.checked_for(rp)?;
        self.check_fresh(now).map(|()| signed_in)
    }

    /// Returns the signal as [`Authenticated::signal_all_accepted_credentials`] does, in a later request of the web session, such
    /// as that of a settings page. A re-authentication of any purpose will do, until it no longer counts.
    ///
    /// # Errors
    /// [`Error::NotFresh`], [`Error::TimeNotInSeconds`]; otherwise as [`Authenticated::signal_all_accepted_credentials`].
    pub fn signal_all_accepted_credentials(
        &self,
        rp: &RelyingParty,
        all: &[CredentialRecord],
        now: UnixTime,
    ) -> Result<Signal, Error> {
        self.signed_in(rp, now)?.all_accepted_credentials(all)
    }

    /// Returns the signal as [`Authenticated::signal_current_user_details`] does, in a later request of the web session, such as
    /// that of a settings page.
    ///
    /// # Errors
    /// [`Error::NotFresh`], [`Error::TimeNotInSeconds`], [`Error::WrongRelyingParty`].
    pub fn signal_current_user_details(
        &self,
        rp: &RelyingParty,
        name: impl Into<String>,
        display_name: impl Into<String>,
        now: UnixTime,
    ) -> Result<Signal, Error> {
        Ok(self.signed_in(rp, now)?.current_user_details(name.into(), display_name.into()))
    }
}
