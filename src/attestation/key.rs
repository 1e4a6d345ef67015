//! How the credential key is kept, according to `tpm` and `android-key` statements.
//!
//! [`Attestation::key_properties`](super::Attestation::key_properties) reports the facts. §8.3 and §8.4 require few of them; a
//! [`KeyEnforcement`] requires more.
//!
//! | required by | `android-key` | `tpm` |
//! |---|---|---|
//! | [`Any`](KeyEnforcement::Any) | origin and purpose, enforced by software or hardware (§8.4) | nothing (§8.3) |
//! | [`Hardware`](KeyEnforcement::Hardware) | hardware made the attestation and enforces origin and purpose; rootOfTrust, if there is one, is well-formed, of a locked device and of a verified or self-signed boot | fixedTPM, fixedParent, sensitiveDataOrigin; nameAlg is not SHA-1 |
//! | [`VerifiedBoot`](KeyEnforcement::VerifiedBoot) | the same, and there is a rootOfTrust, of a verified boot | the same |
//!
//! Statements of other formats do not say how the key is kept, and are always accepted. To exclude them, restrict
//! [`types`](crate::policy::AttestationPolicy::types) and the anchors.

use super::Reason;
use crate::codec::der::{self, Tag};
use crate::crypto::Hash;
use crate::macros::named;
use serde::{Deserialize, Serialize};

/// How the credential key must be kept, if the statement has a format that says so.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum KeyEnforcement {
    /// As §8 requires. For `android-key`, origin and purpose by "the union of teeEnforced and softwareEnforced".
    #[default]
    Any,
    /// Hardware keeps the key. For `android-key`, a trusted execution environment or StrongBox made the attestation and enforces
    /// origin and purpose, and rootOfTrust does not show an unlocked device or an unverified boot. For `tpm`, the TPM made the
    /// key and does not export it.
    Hardware,
    /// Like [`KeyEnforcement::Hardware`], and the rootOfTrust of an Android device must show that it is locked and booted a
    /// system that its manufacturer signed. A system that the owner signed (`SelfSigned`) is refused.
    VerifiedBoot,
}

/// How the credential key is kept, according to a statement.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum KeyProperties {
    /// `pubArea` of a `tpm` statement.
    Tpm(TpmProperties),
    /// The key description of an `android-key` statement.
    Android(AndroidProperties),
}

/// Properties of the credential key in `pubArea` (TPM 2.0 Part 2, TPMT_PUBLIC). The TPM certifies them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct TpmProperties {
    /// objectAttributes (TPMA_OBJECT).
    pub object_attributes: u32,
    /// nameAlg, the hash algorithm of the key's name in `certInfo`.
    pub name_algorithm: Hash,
}

/// Properties of the credential key in an Android key description.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct AndroidProperties {
    /// Whether hardware made the attestation, and enforces the key's origin and purpose.
    pub in_hardware: bool,
    /// rootOfTrust in the list that hardware enforces.
    pub root_of_trust: RootOfTrust,
}

/// How an Android device was booted when it made the key: rootOfTrust, field 704 of the list that hardware enforces.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", rename_all_fields = "camelCase")]
#[non_exhaustive]
pub enum RootOfTrust {
    /// There is no rootOfTrust.
    Absent,
    /// rootOfTrust is malformed.
    Malformed,
    /// There is a rootOfTrust.
    #[non_exhaustive]
    Stated {
        /// deviceLocked: the bootloader boots only signed systems.
        device_locked: bool,
        /// verifiedBootState.
        boot_state: VerifiedBootState,
    },
}

named! {
    /// VerifiedBootState of an Android key description.
    #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
    #[serde(rename_all = "snake_case")]
    pub enum VerifiedBootState without ALL;
    /// Returns the name that evidence uses.
    fn name;

    /// 0: the manufacturer signed the booted system.
    Verified = "verified";
    /// 1: the owner of the device signed the booted system.
    SelfSigned = "self_signed";
    /// 2: the booted system was not verified.
    Unverified = "unverified";
    /// 3: the verification of the booted system failed.
    Failed = "failed";
}

impl KeyProperties {
    /// Checks the requirements of `enforcement` that §8 does not have. For `android-key`, it checks rootOfTrust only;
    /// [`AndroidProperties::in_hardware`] contains the rest.
    pub(crate) fn check(&self, enforcement: KeyEnforcement) -> Result<(), Reason> {
        match (self, enforcement) {
            (_, KeyEnforcement::Any) => Ok(()),
            (Self::Tpm(key), _) => key.check(),
            (Self::Android(key), _) => key.root_of_trust.check(enforcement),
        }
    }
}

impl TpmProperties {
    const FIXED_TPM: u32 = 1 << 1;
    const FIXED_PARENT: u32 = 1 << 4;
    const SENSITIVE_DATA_ORIGIN: u32 = 1 << 5;

    /// Returns fixedTPM: the key and the keys above it cannot be duplicated.
    #[must_use]
    pub const fn fixed_tpm(&self) -> bool {
        self.object_attributes & Self::FIXED_TPM != 0
    }

    /// Returns fixedParent: the key's parent cannot be changed.
    #[must_use]
    pub const fn fixed_parent(&self) -> bool {
        self.object_attributes & Self::FIXED_PARENT != 0
    }

    /// Returns sensitiveDataOrigin: the TPM made the private key, so it was not imported.
    #[must_use]
    pub const fn sensitive_data_origin(&self) -> bool {
        self.object_attributes & Self::SENSITIVE_DATA_ORIGIN != 0
    }

    /// TPM 2.0 Part 2, TPMA_OBJECT; not in §8.3.
    fn check(&self) -> Result<(), Reason> {
        if !(self.fixed_tpm() && self.fixed_parent() && self.sensitive_data_origin()) {
            return Err(Reason::ObjectAttributes);
        }
        // TPM 2.0 Part 1, 16: the name is a hash, so a collision gives two keys one name.
        if self.name_algorithm == Hash::Sha1 { Err(Reason::NameAlgorithm) } else { Ok(()) }
    }
}

impl RootOfTrust {
    /// Reads the contents of field 704 (Android's RootOfTrust; not in §8.4).
    pub(super) fn read(explicit: &[u8]) -> Self {
        let read = der::read_all(explicit, |value| {
            let mut fields = value.sequence()?;
            fields.octet_string()?; // verifiedBootKey
            let device_locked = match fields.contents(Tag::BOOLEAN)? {
                [0x00] => false,
                [0xff] => true,
                _ => return Err(der::Malformed::Boolean),
            };
            let boot_state = match fields.contents(Tag::ENUMERATED)? {
                [0] => VerifiedBootState::Verified,
                [1] => VerifiedBootState::SelfSigned,
                [2] => VerifiedBootState::Unverified,
                [3] => VerifiedBootState::Failed,
                _ => return Err(der::Malformed::Integer),
            };
            // verifiedBootHash exists since version 3.
            if !fields.is_empty() {
                fields.octet_string()?;
            }
            fields.finish()?;
            Ok(Self::Stated { device_locked, boot_state })
        });
        read.unwrap_or(Self::Malformed)
    }

    /// Returns deviceLocked, if there is a rootOfTrust.
    #[must_use]
    pub const fn device_locked(&self) -> Option<bool> {
        match self {
            Self::Stated { device_locked, .. } => Some(*device_locked),
            Self::Absent | Self::Malformed => None,
        }
    }

    /// Android's key attestation documentation, RootOfTrust; not in §8.4.
    fn check(self, enforcement: KeyEnforcement) -> Result<(), Reason> {
        let strict = enforcement == KeyEnforcement::VerifiedBoot;
        match self {
            Self::Absent if strict => Err(Reason::NoRootOfTrust),
            Self::Absent => Ok(()),
            Self::Malformed => Err(Reason::RootOfTrust),
            Self::Stated { device_locked: false, .. } => Err(Reason::DeviceUnlocked),
            Self::Stated { boot_state: VerifiedBootState::Verified, .. } => Ok(()),
            Self::Stated { boot_state: VerifiedBootState::SelfSigned, .. } if !strict => Ok(()),
            Self::Stated { boot_state, .. } => Err(Reason::BootState(boot_state)),
        }
    }
}
