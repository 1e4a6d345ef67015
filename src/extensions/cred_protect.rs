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
    /// 2: without user verification, only somebody who knows the credential id can use it.
    #[serde(rename = "userVerificationOptionalWithCredentialIDList")]
    UserVerificationOptionalWithCredentialIdList,
    /// 3: nobody can use it without user verification.
    UserVerificationRequired,
}

impl CredentialProtection {
    /// Returns the level with this number.
    #[must_use]
    pub const fn from_level(level: u64) -> Option<Self> {
        match level {
            1 => Some(Self::UserVerificationOptional),
            2 => Some(Self::UserVerificationOptionalWithCredentialIdList),
            3 => Some(Self::UserVerificationRequired),
            _ => None,
        }
    }

    /// Returns the number of the level.
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
    /// Returns `credProtect`: the level that the credential has.
    pub(crate) fn cred_protect(&self) -> Shaped<CredentialProtection> {
        self.shaped(Extension::CredProtect, |value| unsigned(value).and_then(CredentialProtection::from_level))
    }
}

/// Checks CTAP §12.1: the level is at least the requested one. An authenticator without output protects by level 1, so a
/// missing output passes unless a higher level was enforced. An output that nobody vouches for is used only if it is too low;
/// otherwise it counts as missing.
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
