//! Credential Properties Extension (`credProps`, §10.1.3).

use super::{ClientExtensionResults, OutputRefusal};

/// CredentialPropertiesOutput (§10.1.3).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, serde::Deserialize)]
pub(crate) struct CredentialProperties {
    /// Whether the credential is discoverable, by the client's word; `None`: it does not know.
    pub(crate) rk: Option<bool>,
}

/// Requires that the client does not say that the credential is not discoverable. Absent means unknown, and passes.
pub(super) fn check(results: Option<&ClientExtensionResults>, required: bool) -> Result<(), OutputRefusal> {
    let rk = results.and_then(|results| results.cred_props).and_then(|properties| properties.rk);
    if required && rk == Some(false) { Err(OutputRefusal::UnsignedNotDiscoverable) } else { Ok(()) }
}
