//! Two results of an accepted authentication: what its signature counter shows, and whether its user verification is a factor.

use super::step::Outcome;

/// What to do if the signature counter did not advance (§7.2 step 22), which is a sign of a cloned authenticator, but no proof.
/// It does not matter if both counters are 0.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum SignCountPolicy {
    /// Refuses the authentication.
    #[default]
    Reject,
    /// Refuses the authentication of a device-bound credential (BE clear). Accepts that of any other, and reports
    /// [`SignCount::Regressed`], because copies of a synced passkey do not share a counter.
    RejectDeviceBound,
    /// Accepts the authentication, and reports [`SignCount::Regressed`].
    Report,
}

/// The signature counter of the assertion, compared with that of the record (§6.1.1).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum SignCount {
    /// Both are 0: the authenticator has no counter.
    NotKept,
    /// It is greater than that of the record.
    Advanced,
    /// It is not greater than that of the record, and the policy accepts that. The cause is a clone, a malfunction, or two
    /// simultaneous sign-ins.
    #[non_exhaustive]
    Regressed {
        /// The counter of the record.
        stored: u32,
        /// The counter of the assertion.
        received: u32,
    },
}

impl SignCount {
    /// Returns the outcome of step 22 if the policy accepted the counter.
    pub(super) const fn outcome(self) -> Outcome {
        match self {
            Self::NotKept => Outcome::NotRequired,
            Self::Advanced => Outcome::Passed,
            Self::Regressed { .. } => Outcome::Waived,
        }
    }
}

/// Whether user verification was performed, and whether it counts as a factor (§4, uvInitialized).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum UserVerification {
    /// UV was clear.
    NotPerformed,
    /// UV was set, but `uv_initialized` of the record was not. It does not count as a factor, unless the user also proved an
    /// additional factor of equal strength. Then, and only then, set `uv_initialized` with
    /// [`update_after_additional_factor`](super::authentication::VerifiedAuthentication::update_after_additional_factor).
    First,
    /// UV was set, and so was `uv_initialized` of the record. It counts as a factor.
    Performed,
}

impl UserVerification {
    /// Returns whether user verification counts as an authentication factor.
    #[must_use]
    pub const fn is_factor(self) -> bool {
        matches!(self, Self::Performed)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Stored evidence contains the names.
    #[test]
    fn each_outcome_has_its_name() {
        for (outcome, name, is_factor) in [
            (UserVerification::NotPerformed, "not_performed", false),
            (UserVerification::First, "first", false),
            (UserVerification::Performed, "performed", true),
        ] {
            assert_eq!((serde_json::to_value(outcome).unwrap(), outcome.is_factor()), (name.into(), is_factor));
        }
    }
}
