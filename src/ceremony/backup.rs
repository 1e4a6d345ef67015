//! Policies for the backup of credentials (§6.1.3): one for BE, which never changes, and one for BS, which does.

use serde::{Deserialize, Serialize};

/// Which values of BE are accepted: §7.1 step 18 at a registration, §7.2 step 19 at a sign-in.
///
/// A sign-in is checked by the flag in the assertion. So the policy also applies to records that are older than the policy, and
/// to imported records without BE. A user whose only credential is refused is locked out:
/// [`interop::check`](crate::interop::check) lists the records that a policy would refuse.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum BackupEligibility {
    /// Both values.
    #[default]
    Any,
    /// Multi-device credentials only (BE set). They survive the loss of a device.
    MultiDevice,
    /// Single-device credentials only (BE clear). They never leave the device.
    SingleDevice,
}

impl BackupEligibility {
    pub(crate) const fn admits(self, backup_eligible: bool) -> bool {
        match self {
            Self::Any => true,
            Self::MultiDevice => backup_eligible,
            Self::SingleDevice => !backup_eligible,
        }
    }
}

/// What to do if BE of an assertion differs from that of the record (§7.2 step 19).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum BackupEligibilityChange {
    /// Refuses the authentication, as the standard demands.
    #[default]
    Refuse,
    /// Accepts it, reports it, and updates the record.
    Report,
    /// Accepts a change from clear to set. UV does not count as a factor, and the record does not change, until the user has given an
    /// additional factor.
    AcceptCorrection,
}

/// Which values of BS are accepted: §7.1 step 19 at a registration, §7.2 step 19 at a sign-in.
///
/// A credential is backed up some time after it was created, or never. So a policy other than [`BackupState::Any`] can lock out
/// users with valid passkeys.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum BackupState {
    /// Both values.
    #[default]
    Any,
    /// Credentials that are backed up now (BS set). They survive the loss of a device.
    BackedUp,
    /// Credentials that are not backed up now (BS clear).
    NotBackedUp,
}

impl BackupState {
    pub(super) const fn admits(self, backed_up: bool) -> bool {
        match self {
            Self::Any => true,
            Self::BackedUp => backed_up,
            Self::NotBackedUp => !backed_up,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Stored evidence contains the names.
    #[test]
    fn each_policy_has_its_name_and_what_it_admits() {
        for (policy, name, clear, set) in [
            (BackupEligibility::Any, "any", true, true),
            (BackupEligibility::MultiDevice, "multi_device", false, true),
            (BackupEligibility::SingleDevice, "single_device", true, false),
        ] {
            assert_eq!((policy.admits(false), policy.admits(true)), (clear, set));
            assert_eq!(serde_json::to_value(policy).unwrap(), name);
        }
        for (policy, name, clear, set) in [
            (BackupState::Any, "any", true, true),
            (BackupState::BackedUp, "backed_up", false, true),
            (BackupState::NotBackedUp, "not_backed_up", true, false),
        ] {
            assert_eq!((policy.admits(false), policy.admits(true)), (clear, set));
            assert_eq!(serde_json::to_value(policy).unwrap(), name);
        }
    }
}
