//! Client capabilities (§5.8.7, `PublicKeyCredential.getClientCapabilities()`), as a page may post them. Use them only as a
//! hint for the user interface, because any script in the page can write them.

use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// PublicKeyCredentialClientCapabilities: keys and booleans. Unknown keys are kept.
///
/// ```
/// use wardkey::client::capabilities::ClientCapabilities;
/// let json = r#"{"conditionalGet":true,"relatedOrigins":false,"extension:prf":true,"somethingNew":true}"#;
/// let capabilities: ClientCapabilities = serde_json::from_str(json)?;
/// assert_eq!(capabilities.has("conditionalGet"), Some(true));
/// assert_eq!(capabilities.has("conditionalCreate"), None, "the client did not report it");
/// assert_eq!(capabilities.has("extension:prf"), Some(true));
/// # Ok::<(), serde_json::Error>(())
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct ClientCapabilities(BTreeMap<String, bool>);

impl ClientCapabilities {
    /// Returns whether the client has the capability `key`, or `None` if the client did not report it.
    ///
    /// The keys are those of §5.8.7 (`conditionalCreate`, `conditionalGet`, `hybridTransport`, `passkeyPlatformAuthenticator`,
    /// `userVerifyingPlatformAuthenticator`, `relatedOrigins`, `signalAllAcceptedCredentials`, `signalCurrentUserDetails`,
    /// `signalUnknownCredential`), and `extension:` with the identifier of an extension.
    #[must_use]
    pub fn has(&self, key: &str) -> Option<bool> {
        self.0.get(key).copied()
    }
}
