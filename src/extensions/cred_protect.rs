//! Credential protection (`credentialProtectionPolicy`, `credProtect`; CTAP §12.1).

use super::signed::unsigned;
use super::values::flag;
use super::{Extension, InputError, OutputRefusal, Shaped, SignedMap, Vouched};
use serde::{Deserialize, Deserializer, Serialize, de::Error as _};

/// How well a credential is protected (CTAP §12.1), weakest first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub enum CredentialProtection {
    /// 1: anyone who holds the authenticator can use it.
    UserVerificationOptional,
    /// 2: without user verification, only who knows the credential id can use it.
    #[serde(rename = "userVerificationOptionalWithCredentialIDList")]
    UserVerificationOptionalWithCredentialIdList,
    /// 3: nobody can use it without user verification.
    UserVerificationRequired,
}

impl CredentialProtection {
    /// The level of this number.
    #[must_use]
    pub const fn from_level(level: u64) -> Option<Self> {
        match level {
            1 => Some(Self::UserVerificationOptional),
            2 => Some(Self::UserVerificationOptionalWithCredentialIdList),
            3 => Some(Self::UserVerificationRequired),
            _ => None,
        }
    }

    /// Its number.
    #[must_use]
    pub const fn level(self) -> u8 {
        match self {
            Self::UserVerificationOptional => 1,
            Self::UserVerificationOptionalWithCredentialIdList => 2,
            Self::UserVerificationRequired => 3,
        }
    }
}

/// `credentialProtectionPolicy` and `enforceCredentialProtectionPolicy` (CTAP §12.1).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct CredentialProtectionInput {
    /// The least level that will do.
    #[serde(rename = "credentialProtectionPolicy")]
    pub policy: CredentialProtection,
    /// Whether a client is to refuse authenticators without this extension, and the server a credential without its
    /// output, where the level is above 1: silence means 1. A security key that does not know the extension cannot be
    /// registered then, nor can most platforms.
    #[serde(rename = "enforceCredentialProtectionPolicy", skip_serializing_if = "flag::is_clear")]
    pub enforce: bool,
}

/// Reads the two members. (An `Option` that is flattened would be none where either is of another type, and the
/// protection lost without a word.)
pub(super) fn read<'de, D: Deserializer<'de>>(from: D) -> Result<Option<CredentialProtectionInput>, D::Error> {
    #[derive(Deserialize)]
    #[serde(rename_all = "camelCase")]
    struct Members {
        credential_protection_policy: Option<CredentialProtection>,
        #[serde(default, deserialize_with = "flag::read")]
        enforce_credential_protection_policy: bool,
    }
    let Members { credential_protection_policy, enforce_credential_protection_policy: enforce } =
        Members::deserialize(from)?;
    match credential_protection_policy {
        None if enforce => Err(D::Error::custom(InputError::EnforceWithoutPolicy)),
        policy => Ok(policy.map(|policy| CredentialProtectionInput { policy, enforce })),
    }
}

impl CredentialProtectionInput {
    /// At least this level, where the authenticator has the extension.
    #[must_use]
    pub const fn at_least(policy: CredentialProtection) -> Self {
        Self { policy, enforce: false }
    }

    /// At least this level, or no credential.
    #[must_use]
    pub const fn enforced(policy: CredentialProtection) -> Self {
        Self { policy, enforce: true }
    }
}

impl SignedMap<'_> {
    /// `credProtect`: the level that the credential got.
    pub(crate) fn cred_protect(&self) -> Shaped<CredentialProtection> {
        self.shaped(Extension::CredProtect, |value| unsigned(value).and_then(CredentialProtection::from_level))
    }
}

/// CTAP §12.1: the level must be at least the one asked for. A silent authenticator protects by level 1, so silence passes
/// unless more was enforced. An output that nobody vouches for can only lower the level; otherwise it counts as silence.
pub(super) fn check(
    signed: Option<&SignedMap<'_>>,
    vouched: Vouched,
    least: CredentialProtection,
    enforced: bool,
) -> Result<(), OutputRefusal> {
    match signed.map_or(Ok(None), SignedMap::cred_protect)? {
        Some(level) if level < least => Err(OutputRefusal::CredProtectTooWeak(level.level())),
        Some(_) if vouched != Vouched::Nobody => Ok(()),
        _ if enforced && least > CredentialProtection::UserVerificationOptional => {
            Err(OutputRefusal::CredProtectMissing)
        }
        _ => Ok(()),
    }
}
