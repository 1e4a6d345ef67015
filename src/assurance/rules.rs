//! The rules as data: one table for each set, in `nist` and `cfr`. `assess` calls the function of each row.

use super::level::{AssuranceLevel, Verdict};
use super::view::View;
use crate::macros::{getters, named};
use core::fmt;
use serde::{Deserialize, Serialize};

named! {
    /// A set of rules, which is one table. Its name in JSON is that of [`Self::name`].
    #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
    pub enum Rules;
    /// Returns the name: `nist-800-63b-4`, `21cfr1311` or `21cfr11`.
    fn name, Display;

    /// NIST SP 800-63B-4, of August 2025.
    #[serde(rename = "nist-800-63b-4")]
    Nist80063B4 = "nist-800-63b-4";
    /// 21 CFR part 1311: electronic prescriptions for controlled substances in the United States.
    #[serde(rename = "21cfr1311")]
    Cfr1311 = "21cfr1311";
    /// 21 CFR part 11: electronic records and signatures in the United States.
    #[serde(rename = "21cfr11")]
    Cfr11 = "21cfr11";
}

impl Rules {
    /// The date of all tables. It changes when a rule is added to a table, or when the verdict of a rule changes for the same facts.
    pub const VERSION: &'static str = "2026-11-29";

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

    /// Returns whether rules of the set belong to a level, so that [`Assurance::ceiling`](super::Assurance::ceiling) is not `None`.
    pub(super) const fn has_levels(self) -> bool {
        matches!(self, Self::Nist80063B4)
    }
}

named! {
    /// How a rule follows from the text that it cites.
    #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
    pub enum RuleStatus without ALL;
    /// Returns the words of the tables: `in force`, `proposed` or `our reading`.
    fn name;

    /// The text is in force, and the verdict follows from it.
    InForce = "in force";
    /// The text is proposed.
    Proposed = "proposed";
    /// The text is in force, but it was not written for passkeys. The verdict is how this library reads it.
    OurReading = "our reading";
}

/// One rule of a table. Two rules are equal if they have the same id, and `Debug` shows the id.
#[derive(Clone, Copy)]
pub struct Rule {
    pub(super) id: &'static str,
    pub(super) keyword: &'static str,
    pub(super) citation: &'static str,
    pub(super) status: RuleStatus,
    pub(super) level: Option<AssuranceLevel>,
    pub(super) says: &'static str,
    /// Judges the facts of one sign-in.
    pub(super) verdict: fn(&View<'_>) -> Verdict,
}

/// Makes a table. The columns are the id, the keyword, the citation, the status, the level, what the rule asks, and the function
/// that judges it.
macro_rules! rules {
    ($($id:literal, $keyword:literal, $citation:literal, $status:expr, $level:expr, $says:literal, $verdict:expr;)*) => {
        [$(Rule {
            id: $id, keyword: $keyword, citation: $citation, status: $status, level: $level, says: $says, verdict: $verdict,
        },)*]
    };
}
pub(super) use rules;

impl Rule {
    getters! {
        /// Returns the id, which never changes.
        pub const fn id(&self) -> &'static str = self.id;
        /// Returns the keyword of the text, such as `SHALL`, or `-` if the text has none.
        pub const fn keyword(&self) -> &'static str = self.keyword;
        /// Returns the document and the section of the text, such as `SP 800-63B-4 2.2.1`.
        pub const fn citation(&self) -> &'static str = self.citation;
        /// Returns how the rule follows from the text.
        pub const fn status(&self) -> RuleStatus = self.status;
        /// Returns the lowest level that needs the rule: all higher levels need it too. `None`: no level needs it.
        pub const fn level(&self) -> Option<AssuranceLevel> = self.level;
        /// Returns what the rule asks, in one sentence.
        pub const fn says(&self) -> &'static str = self.says;
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
