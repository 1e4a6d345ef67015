//! Descriptors of credentials and algorithms in options (§5.3, §5.8.2, §5.8.3).

use super::{CredentialId, Transport};
use crate::crypto::Algorithm;
use serde::{Deserialize, Serialize};

/// PublicKeyCredentialType (§5.8.2). Unknown values are kept (§2.1.1).
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum PublicKeyCredentialType {
    /// `public-key`, the only type that the standard defines.
    #[default]
    PublicKey,
    /// A value that this version does not know, as received.
    #[serde(untagged)]
    Other(String),
}

/// PublicKeyCredentialParameters (§5.3).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct CredentialParameters {
    /// `public-key`. Clients ignore parameters of other types.
    #[serde(rename = "type")]
    pub credential_type: PublicKeyCredentialType,
    /// The COSE algorithm number.
    pub alg: i32,
}

impl CredentialParameters {
    /// Returns the parameters of a public key with this algorithm.
    pub(crate) const fn of(algorithm: Algorithm) -> Self {
        Self { credential_type: PublicKeyCredentialType::PublicKey, alg: algorithm.cose() }
    }
}

/// PublicKeyCredentialDescriptorJSON (§5.1.8).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct CredentialDescriptor {
    /// `public-key`. Clients ignore descriptors of other types.
    #[serde(rename = "type")]
    pub credential_type: PublicKeyCredentialType,
    /// The credential id.
    pub id: CredentialId,
    /// The transports, hints for the client.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub transports: Vec<Transport>,
}

impl CredentialDescriptor {
    /// Makes a descriptor.
    #[must_use]
    pub const fn new(credential_type: PublicKeyCredentialType, id: CredentialId, transports: Vec<Transport>) -> Self {
        Self { credential_type, id, transports }
    }
}
