//! Which credentials are wanted as to backup (§6.1.3): a policy each for BE, which never changes, and BS, which does.

/// Which values of BE are accepted: §7.1 step 18 at a registration, §7.2 step 19 at a sign-in.
///
/// At a sign-in the received flag is judged, so the policy also holds for records from before the policy and for imported
/// records that do not know BE. Whoever has no other credential than one that is refused is locked out:
/// [`interop::check`](crate::interop::check) lists the records that say so.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum BackupEligibility {
    /// Either.
    #[default]
    Any,
    /// Multi-device credentials only (BE set): they survive the loss of a device.
    MultiDevice,
    /// Single-device credentials only (BE clear): they never leave it.
    SingleDevice,
}

impl BackupEligibility {
    /// Its name, in the evidence.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Any => "any",
            Self::MultiDevice => "multi_device",
            Self::SingleDevice => "single_device",
        }
    }

    pub(crate) const fn admits(self, backup_eligible: bool) -> bool {
        match self {
            Self::Any => true,
            Self::MultiDevice => backup_eligible,
            Self::SingleDevice => !backup_eligible,
        }
    }
}

/// What §7.1 step 19 and §7.2 step 19 make of BS.
///
/// Credentials are backed up some time after they were made, and some never: whoever wants one or the other of every
/// sign-in locks people out whose passkeys are what they ought to be.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum BackupState {
    /// Either.
    #[default]
    Any,
    /// Backed up now (BS set): the loss of a device does not lose it.
    BackedUp,
    /// Not backed up now (BS clear).
    NotBackedUp,
}

impl BackupState {
    /// Its name, in the evidence.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Any => "any",
            Self::BackedUp => "backed_up",
            Self::NotBackedUp => "not_backed_up",
        }
    }

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

    /// Whoever keeps evidence relies on the names.
    #[test]
    fn each_policy_has_its_name_and_what_it_admits() {
        for (policy, name, clear, set) in [
            (BackupEligibility::Any, "any", true, true),
            (BackupEligibility::MultiDevice, "multi_device", false, true),
            (BackupEligibility::SingleDevice, "single_device", true, false),
        ] {
            assert_eq!((policy.name(), policy.admits(false), policy.admits(true)), (name, clear, set));
        }
        for (policy, name, clear, set) in [
            (BackupState::Any, "any", true, true),
            (BackupState::BackedUp, "backed_up", false, true),
            (BackupState::NotBackedUp, "not_backed_up", true, false),
        ] {
            assert_eq!((policy.name(), policy.admits(false), policy.admits(true)), (name, clear, set));
        }
    }
}
