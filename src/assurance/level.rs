//! Levels of assurance, and the verdicts on single rules. In JSON both have the words that `name` returns.

use crate::macros::named;
use core::fmt;
use serde::{Deserialize, Serialize};

/// An authentication assurance level (AAL) of NIST SP 800-63B-4. The facts of a sign-in can be consistent with a level. That never
/// determines that the level is reached, because no library sees everything that the level asks.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[allow(clippy::exhaustive_enums, reason = "the standard has three levels; a fourth would be another standard")]
pub enum AssuranceLevel {
    /// Less than AAL1.
    #[default]
    None,
    /// AAL1: one factor.
    Aal1,
    /// AAL2: two factors, of which one authenticator resists replay.
    Aal2,
    /// AAL3: two factors, resistance to phishing, and a key that cannot be exported.
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

named! {
    /// What the facts of a sign-in show about one rule.
    #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
    #[serde(rename_all = "snake_case")]
    pub enum Verdict without ALL;
    /// Returns the word in logs: `met`, `not_met`, `not_evaluable`, `not_applicable` or `contradicted`.
    fn name, Display;

    /// The facts show that the rule is met.
    Met = "met";
    /// The facts show that the rule is not met.
    NotMet = "not_met";
    /// The facts do not show whether the rule is met, or no relying party can see it.
    NotEvaluable = "not_evaluable";
    /// The rule does not concern this sign-in.
    NotApplicable = "not_applicable";
    /// Two trusted sources contradict each other, such as the attestation statement and the FIDO metadata.
    Contradicted = "contradicted";
}

impl Verdict {
    /// Returns whether a level that needs the rule can be reached: the rule is met, or it does not concern this sign-in.
    #[must_use]
    pub const fn lets_pass(self) -> bool {
        matches!(self, Self::Met | Self::NotApplicable)
    }

    /// Returns the verdict on a rule that the facts decide.
    pub(super) const fn of(is_met: bool) -> Self {
        if is_met { Self::Met } else { Self::NotMet }
    }
}
