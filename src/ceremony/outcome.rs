//! What an authentication reports besides its verdict: the signature counter and user verification.

use super::Outcome;

/// What is done about a signature counter that does not advance (§7.2 step 22: a signal, not proof, of a clone).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum SignCountPolicy {
    /// It is refused.
    #[default]
    Reject,
    /// It is reported as [`SignCount::Regressed`], and the sign-in goes on.
    Report,
}

/// The signature counter, compared with the record's (§6.1.1).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum SignCount {
    /// Both are 0: the authenticator keeps none.
    NotKept,
    /// It advanced.
    Advanced,
    /// It did not advance: a clone, a malfunction, or two sign-ins at once.
    #[non_exhaustive]
    Regressed {
        /// The record's.
        stored: u32,
        /// The assertion's.
        received: u32,
    },
}

impl SignCount {
    /// The outcome of step 22.
    pub(super) const fn outcome(self) -> Outcome {
        match self {
            Self::NotKept => Outcome::NotRequired,
            Self::Advanced => Outcome::Passed,
            Self::Regressed { .. } => Outcome::Waived,
        }
    }

    /// Its name, in the evidence.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::NotKept => "not_kept",
            Self::Advanced => "advanced",
            Self::Regressed { .. } => "regressed",
        }
    }
}

/// User verification, as far as it may be relied on (§4, uvInitialized).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum UserVerification {
    /// UV was clear.
    NotPerformed,
    /// UV was set for the first time: not a factor yet, unless another one of equal strength stood beside it. Only
    /// then set `uv_initialized`, by
    /// [`update_after_additional_factor`](super::authentication::VerifiedAuthentication::update_after_additional_factor).
    First,
    /// UV was set, and the record knows of it: a factor.
    Performed,
}

impl UserVerification {
    /// Its name, in the evidence.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::NotPerformed => "not_performed",
            Self::First => "first",
            Self::Performed => "performed",
        }
    }

    /// Whether it counts as an authentication factor.
    #[must_use]
    pub const fn is_factor(self) -> bool {
        matches!(self, Self::Performed)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Whoever keeps evidence relies on the names.
    #[test]
    fn each_outcome_has_its_name() {
        for (outcome, name) in [
            (SignCount::NotKept, "not_kept"),
            (SignCount::Advanced, "advanced"),
            (SignCount::Regressed { stored: 2, received: 1 }, "regressed"),
        ] {
            assert_eq!(outcome.name(), name);
        }
        for (outcome, name, is_factor) in [
            (UserVerification::NotPerformed, "not_performed", false),
            (UserVerification::First, "first", false),
            (UserVerification::Performed, "performed", true),
        ] {
            assert_eq!((outcome.name(), outcome.is_factor()), (name, is_factor));
        }
    }
}
