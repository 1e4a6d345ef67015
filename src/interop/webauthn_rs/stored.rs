//! Keys as webauthn-rs 0.3 to 0.6 wrote them to databases.
//!
//! | release | shape |
//! |---|---|
//! | 0.3 | the bare credential; bytes as arrays of numbers; UV as `verified`; nothing of backup or transports |
//! | 0.4 | bytes as base64url, keys in `{"cred": …}`; backup flags, transports, extensions, attestation |
//! | 0.5, 0.6 | the same, attestation formats under their registered names |
//!
//! Its own migration from 0.3 wrote `backup_eligible: false` without having looked, and its passkeys of 0.4 on may
//! turn out to be eligible later on (it allows the change). So `false` is believed only where a maker's attestation was
//! kept (`Basic`, `AttCa`, `AnonCa`, `ECDAA`), which migrated credentials do not have, and passkeys that turned
//! eligible by a software update did not. Else (`None`, `Self_`, `Uncertain`) it is unknown, and the next sign-in
//! teaches it.
//!
//! `user_verified` is UV at registration in every release: no sign-in changes it.

use crate::credential::{CredentialRecord, Transport, UserHandle};
use crate::interop::cose::{Parameter, encode};
use crate::interop::{Items, Unusable, octets, transports};
use serde::{Deserialize, Serialize, de::IgnoredAny};

/// Why a key of webauthn-rs does not become a record.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ImportError {
    /// Its JSON is not that of a key.
    #[error("not a key of webauthn-rs")]
    Shape(#[source] serde_json::Error),
    /// It could never verify.
    #[error(transparent)]
    Unusable(#[from] Unusable),
}

/// The record of a key in memory: `Passkey`, `SecurityKey`, `AttestedPasskey`, `AttestedResidentKey`,
/// `DiscoverableKey` or `Credential`, of any release from 0.4 on (there also `PasswordlessKey` and `DeviceKey`). `user`
/// is the `user_unique_id` that it was registered for, as bytes.
///
/// Any other type compiles too, and is refused when it is called: the types are known by what they write, because
/// [none of them is named here](super#why-no-type-of-it-is-named).
///
/// # Errors
/// [`ImportError`]; [`ImportError::Shape`] for a value that is no key.
pub fn record(key: &impl Serialize, user: UserHandle) -> Result<CredentialRecord, ImportError> {
    let json = serde_json::to_value(key).map_err(ImportError::Shape)?;
    let stored: StoredCredential = serde_json::from_value(json).map_err(ImportError::Shape)?;
    Ok(stored.into_record(user)?)
}

/// A key as it was stored, by any release from 0.3 to 0.6: `Passkey` and its like, or the bare `Credential`.
#[derive(Debug, Deserialize)]
#[serde(from = "Shape")]
pub struct StoredCredential(Credential);

#[derive(Debug, Deserialize)]
#[serde(untagged)]
enum Shape {
    Bare(Credential),
    Key { cred: Credential },
}

impl From<Shape> for StoredCredential {
    fn from(shape: Shape) -> Self {
        match shape {
            Shape::Bare(cred) | Shape::Key { cred } => Self(cred),
        }
    }
}

#[derive(Debug, Deserialize)]
struct Credential {
    #[serde(deserialize_with = "octets::read")]
    cred_id: Vec<u8>,
    cred: Key,
    counter: u32,
    #[serde(default, deserialize_with = "transports::optional")]
    transports: Option<Vec<Transport>>,
    #[serde(alias = "verified")]
    user_verified: bool,
    #[serde(default)]
    backup_eligible: Option<bool>,
    #[serde(default)]
    backup_state: Option<bool>,
    #[serde(default)]
    attestation: Option<Attestation>,
}

#[derive(Debug, Deserialize)]
struct Attestation {
    data: AttestationData,
}

/// The type of attestation, some with their certificates.
#[derive(Debug, Deserialize)]
#[serde(untagged)]
enum AttestationData {
    Name(String),
    Chain(#[allow(dead_code, reason = "only that there is one")] IgnoredAny),
}

impl Attestation {
    /// Whether a maker vouches for the model of the authenticator, so that what it says of itself stays so.
    fn is_by_maker(&self) -> bool {
        match &self.data {
            AttestationData::Name(name) => name == "ECDAA",
            AttestationData::Chain(_) => true,
        }
    }
}

#[derive(Debug, Deserialize)]
struct Key {
    type_: KeyAlgorithm,
    key: KeyType,
}

/// Its names of algorithms, those of 0.3 among them.
#[derive(Clone, Copy, Debug, Deserialize)]
enum KeyAlgorithm {
    #[serde(rename = "ES256", alias = "ECDSA_SHA256")]
    Es256,
    #[serde(rename = "ES384", alias = "ECDSA_SHA384")]
    Es384,
    #[serde(rename = "ES512", alias = "ES521", alias = "ECDSA_SHA512")]
    Es512,
    #[serde(rename = "EDDSA")]
    EdDsa,
    #[serde(rename = "RS256")]
    Rs256,
    #[serde(rename = "RS384")]
    Rs384,
    #[serde(rename = "RS512")]
    Rs512,
    #[serde(rename = "PS256")]
    Ps256,
    #[serde(rename = "PS384")]
    Ps384,
    #[serde(rename = "PS512")]
    Ps512,
    #[serde(rename = "INSECURE_RS1")]
    Rs1,
}

impl KeyAlgorithm {
    const fn cose(self) -> i64 {
        match self {
            Self::Es256 => -7,
            Self::Es384 => -35,
            Self::Es512 => -36,
            Self::EdDsa => -8,
            Self::Rs256 => -257,
            Self::Rs384 => -258,
            Self::Rs512 => -259,
            Self::Ps256 => -37,
            Self::Ps384 => -38,
            Self::Ps512 => -39,
            Self::Rs1 => -65535,
        }
    }
}

#[derive(Debug, Deserialize)]
enum KeyType {
    #[serde(rename = "EC_EC2")]
    Ec2 {
        curve: Curve,
        #[serde(deserialize_with = "octets::read")]
        x: Vec<u8>,
        #[serde(deserialize_with = "octets::read")]
        y: Vec<u8>,
    },
    #[serde(rename = "EC_OKP")]
    Okp {
        curve: Curve,
        #[serde(deserialize_with = "octets::read")]
        x: Vec<u8>,
    },
    #[serde(rename = "RSA")]
    Rsa {
        #[serde(deserialize_with = "octets::read")]
        n: Vec<u8>,
        #[serde(deserialize_with = "octets::read")]
        e: Vec<u8>,
    },
}

/// Its names of curves.
#[derive(Clone, Copy, Debug, Deserialize)]
enum Curve {
    #[serde(rename = "SECP256R1")]
    P256,
    #[serde(rename = "SECP384R1")]
    P384,
    #[serde(rename = "SECP521R1")]
    P521,
    #[serde(rename = "ED25519")]
    Ed25519,
    #[serde(rename = "ED448")]
    Ed448,
}

impl Curve {
    const fn cose(self) -> i64 {
        match self {
            Self::P256 => 1,
            Self::P384 => 2,
            Self::P521 => 3,
            Self::Ed25519 => 6,
            Self::Ed448 => 7,
        }
    }
}

impl Key {
    fn cose(&self) -> Vec<u8> {
        use Parameter::{Bytes, Integer};
        let alg = (3, Integer(self.type_.cose()));
        match &self.key {
            KeyType::Ec2 { curve, x, y } => {
                encode(&[(1, Integer(2)), alg, (-1, Integer(curve.cose())), (-2, Bytes(x)), (-3, Bytes(y))])
            }
            KeyType::Okp { curve, x } => encode(&[(1, Integer(1)), alg, (-1, Integer(curve.cose())), (-2, Bytes(x))]),
            KeyType::Rsa { n, e } => encode(&[(1, Integer(3)), alg, (-1, Bytes(n)), (-2, Bytes(e))]),
        }
    }
}

impl StoredCredential {
    /// The credential id.
    #[must_use]
    pub fn credential_id(&self) -> &[u8] {
        &self.0.cred_id
    }

    /// The record, for the account with this user handle: the `user_unique_id` that it was registered for, as bytes.
    ///
    /// # Errors
    /// [`Unusable`].
    pub fn into_record(self, user: UserHandle) -> Result<CredentialRecord, Unusable> {
        let Self(stored) = self;
        let attested = stored.attestation.as_ref().is_some_and(Attestation::is_by_maker);
        let backup_eligible = stored.backup_eligible.filter(|&eligible| eligible || attested);
        Items {
            id: stored.cred_id,
            public_key: stored.cred.cose(),
            sign_count: stored.counter,
            user_verified: Some(stored.user_verified),
            backup_eligible,
            backup_state: stored.backup_state.filter(|_| backup_eligible.is_some()),
            transports: stored.transports,
            user_handle: None,
            attestation_object: None,
        }
        .into_record(user)
    }
}

#[cfg(test)]
mod tests;
