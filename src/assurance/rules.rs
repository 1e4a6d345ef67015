//! The rules, as data.

use super::level::{AssuranceLevel, Verdict};
use super::view::View;
use core::fmt;
use serde::{Deserialize, Serialize};

/// A set of rules. Each set is one table.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[non_exhaustive]
pub enum Rules {
    /// NIST SP 800-63B-4, of August 2025.
    #[serde(rename = "nist-800-63b-4")]
    Nist80063B4,
    /// 21 CFR part 1311: electronic prescriptions for controlled substances in the United States.
    #[serde(rename = "21cfr1311")]
    Cfr1311,
    /// 21 CFR part 11: electronic records and signatures in the United States.
    #[serde(rename = "21cfr11")]
    Cfr11,
}

impl Rules {
    /// All sets.
    pub const ALL: [Self; 3] = [Self::Nist80063B4, Self::Cfr1311, Self::Cfr11];

    /// The date of the tables. It changes when a rule is added, or when the verdict of one changes.
    pub const VERSION: &'static str = "2026-11-29";

    /// Returns the name: `nist-800-63b-4`, `21cfr1311` or `21cfr11`.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Nist80063B4 => "nist-800-63b-4",
            Self::Cfr1311 => "21cfr1311",
            Self::Cfr11 => "21cfr11",
        }
    }

    /// Returns the set with this name.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|rules| rules.name() == name)
    }

    /// Returns the rules of the set, in the order of the table.
    #[must_use]
    pub const fn table(self) -> &'static [Rule] {
        match self {
            Self::Nist80063B4 => &super::nist::RULES,
            Self::Cfr1311 => &super::cfr::RULES_1311,
            Self::Cfr11 => &super::cfr::RULES_11,
        }
    }

    /// Whether the set has levels.
    pub(super) const fn has_levels(self) -> bool {
        matches!(self, Self::Nist80063B4)
    }
}

impl fmt::Display for Rules {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// Whether a rule binds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum RuleStatus {
    /// The text is in force, and the verdict follows from it.
    InForce,
    /// The text is proposed.
    Proposed,
    /// The text is in force, but it does not speak of passkeys in these words: the verdict is our reading.
    OurReading,
}

impl RuleStatus {
    /// Returns the words of the tables: `in force`, `proposed` or `our reading`.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::InForce => "in force",
            Self::Proposed => "proposed",
            Self::OurReading => "our reading",
        }
    }
}

/// One rule of a table.
#[derive(Clone, Copy)]
pub struct Rule {
    pub(super) id: &'static str,
    pub(super) keyword: &'static str,
    pub(super) citation: &'static str,
    pub(super) status: RuleStatus,
    pub(super) level: Option<AssuranceLevel>,
    pub(super) says: &'static str,
    pub(super) verdict: fn(&View<'_>) -> Verdict,
}

impl Rule {
    /// Returns the id, which never changes.
    #[must_use]
    pub const fn id(&self) -> &'static str {
        self.id
    }

    /// Returns the keyword of the text, such as `SHALL`.
    #[must_use]
    pub const fn keyword(&self) -> &'static str {
        self.keyword
    }

    /// Returns where the text is.
    #[must_use]
    pub const fn citation(&self) -> &'static str {
        self.citation
    }

    /// Returns whether the rule binds.
    #[must_use]
    pub const fn status(&self) -> RuleStatus {
        self.status
    }

    /// Returns the lowest level that needs the rule. `None`: no level does.
    #[must_use]
    pub const fn level(&self) -> Option<AssuranceLevel> {
        self.level
    }

    /// Returns what the rule asks, in one sentence.
    #[must_use]
    pub const fn says(&self) -> &'static str {
        self.says
    }
}

impl fmt::Debug for Rule {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.id)
    }
}

impl PartialEq for Rule {
    fn eq(&self, other: &Self) -> bool {
        self.id == other.id
    }
}

impl Eq for Rule {}
