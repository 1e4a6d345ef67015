//! Credential Properties Extension (`credProps`, §10.1.3).

use super::{ClientExtensionResults, OutputRefusal};

/// CredentialPropertiesOutput (§10.1.3).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, serde::Deserialize, serde::Serialize)]
pub(crate) struct CredentialProperties {
    /// Whether the credential is discoverable, as the client reports. `None` if the client does not know.
    pub(crate) rk: Option<bool>,
}

/// Refuses `rk: false` if discoverable credentials are required. An absent `rk` passes, because it means unknown.
pub(super) fn check(results: Option<&ClientExtensionResults>, required: bool) -> Result<(), OutputRefusal> {
    let rk = results.and_then(|results| results.cred_props).and_then(|properties| properties.rk);
    if required && rk == Some(false) { Err(OutputRefusal::UnsignedNotDiscoverable) } else { Ok(()) }
}
