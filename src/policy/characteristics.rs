//! What to keep of a registration so that the strength of later sign-ins can be told.

use super::Registered;
use crate::attestation::{Format, KeyProperties};
use crate::authenticator::Aaguid;
use crate::ceremony::evidence::TrustOutcome;
use crate::credential::Version;
use crate::crypto::Algorithm;
use crate::macros::getters;
use serde::{Deserialize, Serialize};

/// What a registration showed of its authenticator. Keep it beside the credential record: NIST SP 800-63B-4 section 4.1 asks to
/// determine the characteristics of every authenticator and to keep them.
///
/// [`Registered::characteristics`] returns it, and nothing else makes one. Nothing in it identifies a device. Use serde for your
/// own store only, because nothing in it is verified again. Reading refuses unknown members and other versions.
///
/// ```
/// use wardkey::policy::{Characteristics, Registered};
/// fn keep(registered: &Registered) -> serde_json::Result<String> {
///     serde_json::to_string(&registered.characteristics())
/// }
/// fn read(kept: &str) -> serde_json::Result<Characteristics> {
///     serde_json::from_str(kept)
/// }
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Characteristics {
    version: Version,
    format: Format,
    trust: TrustOutcome,
    #[serde(deserialize_with = "Option::deserialize")]
    attested_aaguid: Option<Aaguid>,
    #[serde(deserialize_with = "Option::deserialize")]
    key_in_hardware: Option<bool>,
    #[serde(deserialize_with = "Option::deserialize")]
    attestation_algorithm: Option<Algorithm>,
}

impl Characteristics {
    getters! {
        /// Returns the attestation statement format.
        pub const fn format(&self) -> Format = self.format;
        /// Returns the outcome for the certificates of the attestation.
        pub const fn trust(&self) -> TrustOutcome = self.trust;
        /// Returns the AAGUID, if a trusted statement vouches for it.
        pub const fn attested_aaguid(&self) -> Option<Aaguid> = self.attested_aaguid;
        /// Returns whether the statement itself says that this key is in hardware, as Android key attestation does. `None`: it
        /// says nothing. Trust it as far as [`Self::trust`] allows.
        pub const fn key_in_hardware(&self) -> Option<bool> = self.key_in_hardware;
        /// Returns the algorithm with which the attestation certificate signed. `None` if no certificate signed.
        pub const fn attestation_algorithm(&self) -> Option<Algorithm> = self.attestation_algorithm;
    }
}

impl Registered {
    /// Returns what to keep beside the record, so that [`Facts`](crate::assurance::Facts) of later sign-ins can be made.
    #[must_use]
    pub fn characteristics(&self) -> Characteristics {
        let in_hardware = |key| match key {
            KeyProperties::Android(key) => Some(key.in_hardware),
            // A `pubArea` does not say whether the TPM is hardware or firmware.
            KeyProperties::Tpm(_) => None,
        };
        let accepted = || self.recorder.evidence.statements.iter().filter(|statement| statement.trust.is_some());
        Characteristics {
            version: Version,
            format: self.attestation_format(),
            trust: self.trust(),
            attested_aaguid: self.attested_aaguid(),
            // Of several statements, one that says "software" decides, because a claim may lower.
            key_in_hardware: self.key_properties().filter_map(in_hardware).min(),
            attestation_algorithm: accepted().find_map(|statement| statement.algorithm),
        }
    }
}
