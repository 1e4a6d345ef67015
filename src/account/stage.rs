//! What follows from what an account has.

use super::model::{Account, AddressKind};
use crate::assurance::AssuranceLevel;
use crate::macros::named;
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;

named! {
    /// The stage of an account on the way from SMS codes to passkeys. It is derived, never stored.
    #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
    #[serde(rename_all = "kebab-case")]
    pub enum Stage;
    /// Returns the name, such as `sms-only`.
    fn name;

    /// SMS codes are on, and there is no passkey that is not suspended.
    SmsOnly = "sms-only";
    /// SMS codes are on, and no passkey is strong.
    Enrolled = "enrolled";
    /// SMS codes are on, and a passkey is strong.
    Confirmed = "confirmed";
    /// SMS codes are on, and the account would survive the loss of any one means: SMS codes may go.
    Resilient = "resilient";
    /// SMS codes are off, and no passkey is strong.
    Without = "without";
    /// SMS codes are off, and the account would not survive the loss of a means.
    Fragile = "fragile";
    /// SMS codes are off, and the account is resilient.
    SmsRetired = "sms-retired";
}

impl Account {
    /// Returns the highest level that the account can prove. Suspended passkeys count, because a suspension is made with one factor
    /// and must not lower what later acts need (SP 800-63B-4 4.1.2.1 and 4.3).
    #[must_use]
    pub fn max_level(&self) -> AssuranceLevel {
        let code = self.sms.is_some() || self.totp;
        let shared = match (self.password, code) {
            (true, true) => AssuranceLevel::Aal2,
            (true, false) | (false, true) => AssuranceLevel::Aal1,
            (false, false) => AssuranceLevel::None,
        };
        let passkeys = self.passkeys.iter().filter(|passkey| passkey.confirmed).map(|passkey| passkey.level);
        passkeys.fold(shared, AssuranceLevel::max)
    }

    /// Returns the stage.
    #[must_use]
    pub fn stage(&self) -> Stage {
        let strong = self.passkeys.iter().any(super::Passkey::is_strong);
        match (self.sms.is_some(), strong) {
            (true, _) if self.passkeys.iter().all(|passkey| passkey.suspended) => Stage::SmsOnly,
            (true, false) => Stage::Enrolled,
            (true, true) if self.is_resilient() => Stage::Resilient,
            (true, true) => Stage::Confirmed,
            (false, false) => Stage::Without,
            (false, true) if self.is_resilient() => Stage::SmsRetired,
            (false, true) => Stage::Fragile,
        }
    }

    /// Returns whether the account can still sign in with two factors, and come back after losing any one means. Our rule: NIST asks
    /// to encourage two means (SP 800-63B-4 4.1.2.1) and does not say which are independent.
    #[must_use]
    pub fn is_resilient(&self) -> bool {
        let strong = self.passkeys.iter().any(super::Passkey::is_strong);
        strong && (self.independent() >= 2 || self.comes_back())
    }

    /// How many of the strong passkeys are independent (ours): each device-bound one is its own, the others count by provider,
    /// and all unknown providers are one more.
    fn independent(&self) -> usize {
        let strong = || self.passkeys.iter().filter(|passkey| passkey.is_strong());
        let bound = strong().filter(|passkey| passkey.device_bound).count();
        let synced = strong().filter(|passkey| !passkey.device_bound);
        let providers: BTreeSet<_> = synced.map(|passkey| passkey.provider.as_deref()).collect();
        bound.saturating_add(providers.len())
    }

    /// Whether SP 800-63B-4 4.2.2 lets the account be recovered without a passkey and without SMS codes.
    fn comes_back(&self) -> bool {
        if self.is_of_the_highest_levels() {
            return self.reproofing; // 4.2.2.3: a biometric comparison with the enrolment sample
        }
        let by_code = [self.saved_code, self.has_lasting_recovery_address(), self.contacts > 0];
        let codes = by_code.into_iter().filter(|has| *has).count();
        let authenticator = self.password || self.totp;
        codes >= 2 || codes == 1 && authenticator || self.reproofing && self.ial >= 1
    }

    /// AAL3 and IAL3 (SP 800-63B-4 4.2.2.3).
    pub(super) fn is_of_the_highest_levels(&self) -> bool {
        self.max_level() == AssuranceLevel::Aal3 && self.ial == 3
    }

    /// A recovery address by email or post.
    fn has_lasting_recovery_address(&self) -> bool {
        let lasts = |id: &String| matches!(self.address(id), Some(AddressKind::Email | AddressKind::Postal));
        self.recovery_addresses.iter().any(lasts)
    }

    pub(super) fn address(&self, id: &str) -> Option<AddressKind> {
        self.addresses.iter().find(|address| address.id == id).map(|address| address.kind)
    }
}
