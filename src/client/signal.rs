//! Payloads of the signal methods (§5.1.10): what the page hands to `PublicKeyCredential.signal…()`, so that passkey
//! providers show no credential that is not accepted any more, and no name that is out of date.
//!
//! They are made by [`RelyingParty`](crate::relying_party::RelyingParty) only. A list of all accepted credentials goes
//! to the user who is signed in, and to nobody else: it tells which credentials an account has (§14.6.3), and a
//! credential that is missing in it is hidden or deleted on the user's devices.

use crate::credential::{CredentialId, UserHandle};
use serde::Serialize;

/// UnknownCredentialOptions: `signalUnknownCredential()`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct UnknownCredential {
    pub(crate) rp_id: String,
    pub(crate) credential_id: CredentialId,
}

/// AllAcceptedCredentialsOptions: `signalAllAcceptedCredentials()`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct AllAcceptedCredentials {
    pub(crate) rp_id: String,
    pub(crate) user_id: UserHandle,
    pub(crate) all_accepted_credential_ids: Vec<CredentialId>,
}

/// CurrentUserDetailsOptions: `signalCurrentUserDetails()`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct CurrentUserDetails {
    pub(crate) rp_id: String,
    pub(crate) user_id: UserHandle,
    pub(crate) name: String,
    pub(crate) display_name: String,
}
