//! The arguments of `PublicKeyCredential.signal…()` (§5.1.10). With them, passkey providers hide credentials that are no longer
//! accepted, and update names.

use crate::credential::{CredentialId, UserHandle};
use serde::Serialize;

/// The argument of one signal method, made by [`RelyingParty`](crate::RelyingParty). Send it to the page as JSON;
/// [`Signal::method`] names the method that takes it.
///
/// Send a list of all accepted credentials only to the user who is signed in, because it reveals the credentials of the account
/// (§14.6.3). The list must be complete: passkey providers hide or delete a credential that is not in it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(untagged, rename_all_fields = "camelCase")]
#[non_exhaustive]
pub enum Signal {
    /// UnknownCredentialOptions: a credential that the relying party does not know.
    #[non_exhaustive]
    UnknownCredential {
        /// The RP ID.
        rp_id: String,
        /// The id of the credential without a record.
        credential_id: CredentialId,
    },
    /// AllAcceptedCredentialsOptions: the complete list of an account's credentials.
    #[non_exhaustive]
    AllAcceptedCredentials {
        /// The RP ID.
        rp_id: String,
        /// The account.
        user_id: UserHandle,
        /// The ids of all credentials of the account.
        all_accepted_credential_ids: Vec<CredentialId>,
    },
    /// CurrentUserDetailsOptions: the current names of an account.
    #[non_exhaustive]
    CurrentUserDetails {
        /// The RP ID.
        rp_id: String,
        /// The account.
        user_id: UserHandle,
        /// The name of the account.
        name: String,
        /// The name of the person.
        display_name: String,
    },
}

impl Signal {
    /// Returns the name of the method of `PublicKeyCredential` that takes this argument.
    #[must_use]
    pub const fn method(&self) -> &'static str {
        match self {
            Self::UnknownCredential { .. } => "signalUnknownCredential",
            Self::AllAcceptedCredentials { .. } => "signalAllAcceptedCredentials",
            Self::CurrentUserDetails { .. } => "signalCurrentUserDetails",
        }
    }
}
