//! PublicKeyCredentialRequestOptionsJSON (§5.1.9): what the browser is sent to sign in.

use super::creation::{preferred, timeout};
use super::{Hint, UserVerificationRequirement};
use crate::codec::base64url;
use crate::credential::CredentialDescriptor;
use crate::extensions::RequestExtensions;
use serde::{Deserialize, Serialize};

/// PublicKeyCredentialRequestOptionsJSON (§5.1.9): give it to the browser's
/// `PublicKeyCredential.parseRequestOptionsFromJSON()` as it is.
///
/// Send it as JSON, unchanged: the state remembers what was sent. To ask for something else, change the request.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct RequestOptions {
    #[doc(hidden)]
    /// The challenge.
    #[serde(with = "base64url::text")]
    pub challenge: Vec<u8>,
    #[doc(hidden)]
    /// Milliseconds; a hint. 300 000 where JSON has none.
    #[serde(default = "timeout")]
    pub timeout: u32,
    #[doc(hidden)]
    /// The RP ID; `None`, which this crate never sends: the domain of the page.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rp_id: Option<String>,
    #[doc(hidden)]
    /// The credentials that may answer; empty: any discoverable one.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub allow_credentials: Vec<CredentialDescriptor>,
    #[doc(hidden)]
    /// UV.
    #[serde(default = "preferred")]
    pub user_verification: UserVerificationRequirement,
    #[doc(hidden)]
    /// Where the user interface should lead to, most wanted first.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub hints: Vec<Hint>,
    #[doc(hidden)]
    /// Client extension inputs (§9).
    #[serde(default, skip_serializing_if = "RequestExtensions::is_empty")]
    pub extensions: RequestExtensions,
}
