//! Levels and verdicts.

use core::fmt;
use serde::{Deserialize, Serialize};

/// A level of assurance of NIST SP 800-63B-4: what evidence is consistent with up to, never a determination.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[allow(clippy::exhaustive_enums, reason = "the standard has three levels; a fourth would be another standard")]
pub enum AssuranceLevel {
    /// No level.
    #[default]
    None,
    /// AAL1: one factor.
    Aal1,
    /// AAL2: two factors, one of them resistant to replay.
    Aal2,
    /// AAL3: two factors and a key that cannot be exported.
    Aal3,
}

impl AssuranceLevel {
    /// All levels, the lowest first.
    pub const ALL: [Self; 4] = [Self::None, Self::Aal1, Self::Aal2, Self::Aal3];

    /// Returns `none`, `aal1`, `aal2` or `aal3`.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::None => "none",
            Self::Aal1 => "aal1",
            Self::Aal2 => "aal2",
            Self::Aal3 => "aal3",
        }
    }
}

impl fmt::Display for AssuranceLevel {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// What the facts say of one rule.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Verdict {
    /// The facts show that the rule is met.
    Met,
    /// The facts show that the rule is not met.
    NotMet,
    /// The facts do not show whether the rule is met, or no relying party can see it.
    NotEvaluable,
    /// The rule does not concern this sign-in.
    NotApplicable,
    /// Two sources that are both trusted contradict each other.
    Contradicted,
}

impl Verdict {
    /// Returns the word in logs: `met`, `not_met`, `not_evaluable`, `not_applicable` or `contradicted`.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Met => "met",
            Self::NotMet => "not_met",
            Self::NotEvaluable => "not_evaluable",
            Self::NotApplicable => "not_applicable",
            Self::Contradicted => "contradicted",
        }
    }

    /// Returns whether a level that needs the rule can be reached.
    #[must_use]
    pub const fn lets_pass(self) -> bool {
        matches!(self, Self::Met | Self::NotApplicable)
    }

    pub(super) const fn of(is_met: bool) -> Self {
        if is_met { Self::Met } else { Self::NotMet }
    }
}

impl fmt::Display for Verdict {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}
