//! Credential protection (`credentialProtectionPolicy`, `credProtect`; CTAP §12.1).

use super::signed::unsigned;
use super::{Extension, OutputRefusal, Shaped, SignedMap, Vouched};
use serde::{Deserialize, Serialize};

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
