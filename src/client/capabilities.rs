//! Client capabilities (§5.8.7, `PublicKeyCredential.getClientCapabilities()`), as a page may post them. A hint for the
//! user interface: any script can write them.

use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// PublicKeyCredentialClientCapabilities: keys and booleans, those that nobody knows among them.
///
/// ```
/// use wardkey::client::capabilities::ClientCapabilities;
/// let json = r#"{"conditionalGet":true,"relatedOrigins":false,"extension:prf":true,"somethingNew":true}"#;
/// let capabilities: ClientCapabilities = serde_json::from_str(json)?;
/// assert_eq!(capabilities.has("conditionalGet"), Some(true));
/// assert_eq!(capabilities.has("conditionalCreate"), None, "the client does not say");
/// assert_eq!(capabilities.has("extension:prf"), Some(true));
/// # Ok::<(), serde_json::Error>(())
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct ClientCapabilities(BTreeMap<String, bool>);

impl ClientCapabilities {
    /// Returns whether the client has a capability, by its key in §5.8.7: `conditionalCreate`, `conditionalGet`,
    /// `hybridTransport`, `passkeyPlatformAuthenticator`, `userVerifyingPlatformAuthenticator`, `relatedOrigins`,
    /// `signalAllAcceptedCredentials`, `signalCurrentUserDetails`, `signalUnknownCredential`, or `extension:` and the
    /// identifier of an extension. `None` if the client does not say, so that nothing is known.
    #[must_use]
    pub fn has(&self, key: &str) -> Option<bool> {
        self.0.get(key).copied()
    }
}
