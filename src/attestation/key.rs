//! What a statement says of how the credential key is kept, and what a relying party may demand of it.
//!
//! §8.3 and §8.4 ask little of it. [`Attestation::key_properties`](super::Attestation::key_properties) reports the facts;
//! a [`KeyEnforcement`] demands them.
//!
//! | demanded | `android-key` | `tpm` |
//! |---|---|---|
//! | [`Any`](KeyEnforcement::Any) | origin and purpose, enforced by software or hardware (§8.4) | nothing (§8.3) |
//! | [`Hardware`](KeyEnforcement::Hardware) | origin and purpose enforced by hardware, which made the attestation; and no root of trust that is malformed, or of an unlocked device or a boot that is not verified | fixedTPM, fixedParent, sensitiveDataOrigin; a nameAlg other than SHA-1 |
//! | [`VerifiedBoot`](KeyEnforcement::VerifiedBoot) | the same; and a root of trust of a locked device that booted what its manufacturer signed | the same |
//!
//! The other formats say nothing of how the key is kept, and meet every demand: choose by
//! [`types`](crate::policy::AttestationPolicy::types) and anchors which of them are accepted.

use super::Reason;
use crate::codec::der::{self, Tag};
use crate::crypto::Hash;
use serde::{Deserialize, Serialize};

/// What a statement must say of the credential key, where its format says anything of it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum KeyEnforcement {
    /// What §8 asks. Under `android-key`, origin and purpose by "the union of teeEnforced and softwareEnforced".
    #[default]
    Any,
    /// Hardware holds the key. Under `android-key`, a trusted execution environment or StrongBox made the attestation and
    /// enforces origin and purpose, and nothing is stated of an unlocked or unverified device. Under `tpm`, the TPM made
    /// the key and never lets it out.
    Hardware,
    /// As [`KeyEnforcement::Hardware`], and an Android device must state that it is locked and booted what its manufacturer
    /// signed. Devices with an operating system that their owner signed (`SelfSigned`) do not pass.
    VerifiedBoot,
}

/// What a statement says of the credential key.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum KeyProperties {
    /// `pubArea` of a `tpm` statement.
    Tpm(TpmProperties),
    /// The key description of an `android-key` statement.
    Android(AndroidProperties),
}

/// What `pubArea` says of the credential key (TPM 2.0 Library, Part 2, TPMT_PUBLIC). The TPM certifies it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct TpmProperties {
    /// objectAttributes: a TPMA_OBJECT.
    pub object_attributes: u32,
    /// nameAlg: the hash by which `certInfo` names the key.
    pub name_algorithm: Hash,
}

/// What an Android key description says of the credential key.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct AndroidProperties {
    /// Whether hardware made the attestation, and enforces the key's origin and purpose.
    pub in_hardware: bool,
    /// rootOfTrust, of the list that hardware enforces.
    pub root_of_trust: RootOfTrust,
}

/// How an Android device was booted when it made the key: rootOfTrust, tag 704 of the list that hardware enforces.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", rename_all_fields = "camelCase")]
#[non_exhaustive]
pub enum RootOfTrust {
    /// It is not stated.
    Absent,
    /// It is stated, and is not a RootOfTrust.
    Malformed,
    /// It is stated.
    #[non_exhaustive]
    Stated {
        /// deviceLocked: the bootloader lets no unsigned system boot.
        device_locked: bool,
        /// verifiedBootState.
        boot_state: VerifiedBootState,
    },
}

/// VerifiedBootState of an Android key description.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum VerifiedBootState {
    /// 0: the manufacturer signed what was booted.
    Verified,
    /// 1: the owner of the device signed what was booted.
    SelfSigned,
    /// 2: nothing was verified.
    Unverified,
    /// 3: it was verified, and failed.
    Failed,
}

impl KeyProperties {
    /// Checks what `enforcement` demands beyond §8.
    ///
    /// Whether hardware keeps an Android key is not checked here, but by the verification procedure of `android-key`.
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

    /// fixedTPM: the key cannot be duplicated, nor any key above it.
    #[must_use]
    pub const fn fixed_tpm(&self) -> bool {
        self.object_attributes & Self::FIXED_TPM != 0
    }

    /// fixedParent: the key cannot be given another parent.
    #[must_use]
    pub const fn fixed_parent(&self) -> bool {
        self.object_attributes & Self::FIXED_PARENT != 0
    }

    /// sensitiveDataOrigin: the TPM made the private key; it was not imported.
    #[must_use]
    pub const fn sensitive_data_origin(&self) -> bool {
        self.object_attributes & Self::SENSITIVE_DATA_ORIGIN != 0
    }

    fn check(&self) -> Result<(), Reason> {
        if !(self.fixed_tpm() && self.fixed_parent() && self.sensitive_data_origin()) {
            return Err(Reason::ObjectAttributes);
        }
        if self.name_algorithm == Hash::Sha1 { Err(Reason::NameAlgorithm) } else { Ok(()) }
    }
}

impl RootOfTrust {
    /// Reads the contents of tag 704.
    pub(super) fn read(explicit: &[u8]) -> Self {
        let read: Result<_, der::Malformed> = der::read_all(explicit, |value| {
            let mut fields = value.sequence()?;
            fields.octet_string()?; // verifiedBootKey
            let device_locked = match fields.contents(Tag::BOOLEAN)? {
                [0x00] => false,
                [0xff] => true,
                _ => return Err(der::Malformed::Tag),
            };
            let boot_state = der::number(fields.contents(Tag::ENUMERATED)?)?;
            // verifiedBootHash: not before version 3.
            if !fields.is_empty() {
                fields.octet_string()?;
            }
            fields.finish()?;
            Ok((device_locked, boot_state))
        });
        let boot_state = |number| match number {
            0 => Some(VerifiedBootState::Verified),
            1 => Some(VerifiedBootState::SelfSigned),
            2 => Some(VerifiedBootState::Unverified),
            3 => Some(VerifiedBootState::Failed),
            _ => None,
        };
        match read.map(|(device_locked, number)| (device_locked, boot_state(number))) {
            Ok((device_locked, Some(boot_state))) => Self::Stated { device_locked, boot_state },
            _ => Self::Malformed,
        }
    }

    /// deviceLocked, where it is stated.
    #[must_use]
    pub const fn device_locked(&self) -> Option<bool> {
        match self {
            Self::Stated { device_locked, .. } => Some(*device_locked),
            Self::Absent | Self::Malformed => None,
        }
    }

    fn check(self, enforcement: KeyEnforcement) -> Result<(), Reason> {
        let all = enforcement == KeyEnforcement::VerifiedBoot;
        match self {
            Self::Absent if all => Err(Reason::NoRootOfTrust),
            Self::Absent => Ok(()),
            Self::Malformed => Err(Reason::RootOfTrust),
            Self::Stated { device_locked: false, .. } => Err(Reason::DeviceUnlocked),
            Self::Stated { boot_state, .. } => match boot_state {
                VerifiedBootState::Verified => Ok(()),
                VerifiedBootState::SelfSigned if !all => Ok(()),
                _ => Err(Reason::BootState(boot_state)),
            },
        }
    }
}

impl VerifiedBootState {
    /// Its name, in the evidence.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Verified => "verified",
            Self::SelfSigned => "self_signed",
            Self::Unverified => "unverified",
            Self::Failed => "failed",
        }
    }
}
