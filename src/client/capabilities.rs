//! Client capabilities (§5.8.7, `PublicKeyCredential.getClientCapabilities()`), as a page may post them. A hint for the
//! user interface: any script can write them.

use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// A capability that the standard names. Anything else can be asked for by [`ClientCapabilities::get`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ClientCapability {
    /// `create()` without a dialogue.
    ConditionalCreate,
    /// Passkey autofill.
    ConditionalGet,
    /// Phones, by proximity.
    HybridTransport,
    /// A passkey in this device or by hybrid transport.
    PasskeyPlatformAuthenticator,
    /// User verification by this device.
    UserVerifyingPlatformAuthenticator,
    /// §5.11.
    RelatedOrigins,
    /// §5.1.10.
    SignalAllAcceptedCredentials,
    /// §5.1.10.
    SignalCurrentUserDetails,
    /// §5.1.10.
    SignalUnknownCredential,
}

impl ClientCapability {
    /// Its key.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::ConditionalCreate => "conditionalCreate",
            Self::ConditionalGet => "conditionalGet",
            Self::HybridTransport => "hybridTransport",
            Self::PasskeyPlatformAuthenticator => "passkeyPlatformAuthenticator",
            Self::UserVerifyingPlatformAuthenticator => "userVerifyingPlatformAuthenticator",
            Self::RelatedOrigins => "relatedOrigins",
            Self::SignalAllAcceptedCredentials => "signalAllAcceptedCredentials",
            Self::SignalCurrentUserDetails => "signalCurrentUserDetails",
            Self::SignalUnknownCredential => "signalUnknownCredential",
        }
    }
}

/// PublicKeyCredentialClientCapabilities: keys and booleans, those that nobody knows among them.
///
/// ```
/// use wardkey::client::capabilities::{ClientCapabilities, ClientCapability};
/// let json = r#"{"conditionalGet":true,"relatedOrigins":false,"extension:prf":true,"somethingNew":true}"#;
/// let capabilities: ClientCapabilities = serde_json::from_str(json)?;
/// assert_eq!(capabilities.has(ClientCapability::ConditionalGet), Some(true));
/// assert_eq!(capabilities.has(ClientCapability::ConditionalCreate), None, "the client does not say");
/// assert_eq!(capabilities.has_extension("prf"), Some(true));
/// # Ok::<(), serde_json::Error>(())
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct ClientCapabilities(BTreeMap<String, bool>);

impl ClientCapabilities {
    /// Whether the client has it; `None`: it does not say (§5.8.7: then nothing is known).
    #[must_use]
    pub fn has(&self, capability: ClientCapability) -> Option<bool> {
        self.get(capability.name())
    }

    /// Whether the client has an extension, by its identifier.
    #[must_use]
    pub fn has_extension(&self, identifier: &str) -> Option<bool> {
        self.get(&format!("extension:{identifier}"))
    }

    /// What the client says under any key.
    #[must_use]
    pub fn get(&self, key: &str) -> Option<bool> {
        self.0.get(key).copied()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// §5.8.7
    #[test]
    fn each_capability_has_its_key() {
        use ClientCapability::*;
        for (capability, key) in [
            (ConditionalCreate, "conditionalCreate"),
            (ConditionalGet, "conditionalGet"),
            (HybridTransport, "hybridTransport"),
            (PasskeyPlatformAuthenticator, "passkeyPlatformAuthenticator"),
            (UserVerifyingPlatformAuthenticator, "userVerifyingPlatformAuthenticator"),
            (RelatedOrigins, "relatedOrigins"),
            (SignalAllAcceptedCredentials, "signalAllAcceptedCredentials"),
            (SignalCurrentUserDetails, "signalCurrentUserDetails"),
            (SignalUnknownCredential, "signalUnknownCredential"),
        ] {
            let posted = ClientCapabilities(BTreeMap::from([(key.to_owned(), true)]));
            assert_eq!(posted.has(capability), Some(true), "{key}");
        }
        let posted = ClientCapabilities(BTreeMap::from([("extension:prf".to_owned(), false)]));
        assert_eq!((posted.has_extension("prf"), posted.has_extension("uvm")), (Some(false), None));
    }
}
