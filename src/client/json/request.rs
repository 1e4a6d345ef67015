//! PublicKeyCredentialRequestOptionsJSON (§5.1.9): the options of an authentication, which the browser receives.

use super::creation::{preferred, timeout};
use super::{Hint, UserVerificationRequirement};
use crate::codec::base64url;
use crate::credential::CredentialDescriptor;
use crate::extensions::RequestExtensions;
use serde::{Deserialize, Serialize};

/// PublicKeyCredentialRequestOptionsJSON (§5.1.9). Send it as JSON to the page, which passes it to
/// `PublicKeyCredential.parseRequestOptionsFromJSON()`.
///
/// Do not change it, because the state holds the expectations that belong to it. To ask for something else, change the
/// request.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct RequestOptions {
    #[doc(hidden)]
    /// The challenge.
    #[serde(with = "base64url::text")]
    pub challenge: Vec<u8>,
    #[doc(hidden)]
    /// The timeout in milliseconds, a hint for the client. 300,000 if JSON has none.
    #[serde(default = "timeout")]
    pub timeout: u32,
    #[doc(hidden)]
    /// The RP ID. `None` means the domain of the page; this crate always sends the RP ID.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rp_id: Option<String>,
    #[doc(hidden)]
    /// The credentials that may answer. If the list is empty, any discoverable credential may.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub allow_credentials: Vec<CredentialDescriptor>,
    #[doc(hidden)]
    /// Whether UV is required.
    #[serde(default = "preferred")]
    pub user_verification: UserVerificationRequirement,
    #[doc(hidden)]
    /// The kinds of authenticators that the user interface should offer first, most wanted first.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub hints: Vec<Hint>,
    #[doc(hidden)]
    /// Client extension inputs (§9).
    #[serde(default, skip_serializing_if = "RequestExtensions::is_empty")]
    pub extensions: RequestExtensions,
}
