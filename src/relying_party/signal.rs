//! Who may be told what by the signal methods (§5.1.10).

use super::{Authenticated, RelyingParty, User};
use crate::client::AuthenticationResponse;
use crate::client::signal::{AllAcceptedCredentials, CurrentUserDetails, UnknownCredential};
use crate::credential::{CredentialId, CredentialRecord};
use crate::error::Error;
use std::collections::BTreeSet;

impl RelyingParty {
    /// For a sign-in that failed because no record has the response's credential id: the provider stops offering it.
    /// `None` where the id cannot be one. Tells nothing that the browser does not know.
    ///
    /// Where you answer enumeration by decoys, send it after discoverable sign-ins only: an answer that comes with
    /// unknown credentials and not with bad signatures tells them apart.
    #[must_use]
    pub fn signal_unknown_credential(&self, response: &AuthenticationResponse) -> Option<UnknownCredential> {
        let credential_id = CredentialId::new(response.credential_id()).ok()?;
        Some(UnknownCredential { rp_id: self.site.rp_id.clone(), credential_id })
    }

    /// For a user who has just signed in: all credentials of the account. `all` is every record that the account has;
    /// whatever is left out is hidden or deleted on the user's devices. Records that occur twice are named once.
    ///
    /// # Errors
    /// [`Error::NoCredentials`], [`Error::ForeignCredential`], and [`Error::CredentialLeftOut`] where the one just used
    /// is not among them: the user would be locked out.
    pub fn signal_all_accepted_credentials(
        &self,
        authenticated: &Authenticated,
        all: &[CredentialRecord],
    ) -> Result<AllAcceptedCredentials, Error> {
        if all.is_empty() {
            return Err(Error::NoCredentials);
        }
        if all.iter().any(|record| record.user_handle != authenticated.user) {
            return Err(Error::ForeignCredential);
        }
        let mut seen = BTreeSet::new();
        let each_once = all.iter().map(|record| &record.id).filter(|id| seen.insert(*id));
        let all_accepted_credential_ids: Vec<CredentialId> = each_once.cloned().collect();
        if !seen.contains(&authenticated.credential_id) {
            return Err(Error::CredentialLeftOut);
        }
        Ok(AllAcceptedCredentials {
            rp_id: self.site.rp_id.clone(),
            user_id: authenticated.user.clone(),
            all_accepted_credential_ids,
        })
    }

    /// For a user who has just signed in: the names of the account as they are now.
    ///
    /// # Errors
    /// [`Error::ForeignCredential`] where `user` is another account's.
    pub fn signal_current_user_details(
        &self,
        authenticated: &Authenticated,
        user: &User,
    ) -> Result<CurrentUserDetails, Error> {
        if user.handle != authenticated.user {
            return Err(Error::ForeignCredential);
        }
        Ok(CurrentUserDetails {
            rp_id: self.site.rp_id.clone(),
            user_id: user.handle.clone(),
            name: user.name.clone(),
            display_name: user.display_name.clone(),
        })
    }
}
