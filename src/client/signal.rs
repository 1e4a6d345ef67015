//! What `PublicKeyCredential.signal…()` receives (§5.1.10), so that passkey providers show neither a credential that is not
//! accepted any more, nor a name that is out of date.

use crate::credential::{CredentialId, UserHandle};
use serde::Serialize;

/// The argument of one signal method, made by [`RelyingParty`](crate::RelyingParty). Send it to the page as JSON;
/// [`Signal::method`] names the method that takes it.
///
/// Send a list of all accepted credentials only to the user who is signed in, because it tells which credentials the account
/// has (§14.6.3). A credential that it lacks is hidden or deleted on the user's devices.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(untagged, rename_all_fields = "camelCase")]
#[non_exhaustive]
pub enum Signal {
    /// UnknownCredentialOptions.
    #[non_exhaustive]
    UnknownCredential {
        /// The RP ID.
        rp_id: String,
        /// The credential that is in no record.
        credential_id: CredentialId,
    },
    /// AllAcceptedCredentialsOptions.
    #[non_exhaustive]
    AllAcceptedCredentials {
        /// The RP ID.
        rp_id: String,
        /// The account.
        user_id: UserHandle,
        /// All its credentials.
        all_accepted_credential_ids: Vec<CredentialId>,
    },
    /// CurrentUserDetailsOptions.
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
    /// Returns the name of the method of `PublicKeyCredential` that takes it.
    #[must_use]
    pub const fn method(&self) -> &'static str {
        match self {
            Self::UnknownCredential { .. } => "signalUnknownCredential",
            Self::AllAcceptedCredentials { .. } => "signalAllAcceptedCredentials",
            Self::CurrentUserDetails { .. } => "signalCurrentUserDetails",
        }
    }
}
