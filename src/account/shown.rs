//! Facts to show to the person, as keys without sentences.

use super::decide::{Decision, Notice};
use super::model::Account;
use crate::assurance::{Assurance, AssuranceLevel, Verdict};
use crate::ceremony::evidence::{Evidence, Purpose};
use crate::time::UnixTime;

/// A fact to show to the person, in words of their language. `browser/wardkey.notices.js` has words for each key in English,
/// Spanish and Arabic. Every notice says how to object (SP 800-63B-4 4.6).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Shown {
    /// Signed in with this passkey.
    SignedInWithPasskey,
    /// Two things were proved.
    TwoThingsProved,
    /// Only this site could ask for it.
    OnlyThisSite,
    /// The passkey is backed up.
    BackedUp,
    /// A document was signed. Show which one.
    DocumentSigned,
    /// SMS codes are still on.
    SmsStillOn,
    /// Something was changed, and when.
    Changed {
        /// What.
        notice: Notice,
        /// When.
        at: UnixTime,
    },
}

impl Shown {
    /// The keys that are not those of a [`Notice`].
    pub const KEYS: [&str; 6] = [
        "signed-in-with-passkey",
        "two-things-proved",
        "only-this-site",
        "backed-up",
        "document-signed",
        "sms-still-on",
    ];

    /// Returns the key of the words, which does not change.
    #[must_use]
    pub const fn key(self) -> &'static str {
        let [signed_in, two_things, only_this_site, backed_up, signed, sms] = Self::KEYS;
        match self {
            Self::SignedInWithPasskey => signed_in,
            Self::TwoThingsProved => two_things,
            Self::OnlyThisSite => only_this_site,
            Self::BackedUp => backed_up,
            Self::DocumentSigned => signed,
            Self::SmsStillOn => sms,
            Self::Changed { notice, .. } => notice.name(),
        }
    }
}

impl Assurance {
    /// Returns what to show after a sign-in or a confirmation. `evidence` is that of the same ceremony.
    ///
    /// ```
    /// use wardkey::account::Shown;
    /// use wardkey::assurance::Assurance;
    /// use wardkey::ceremony::evidence::Evidence;
    /// fn keys(assurance: &Assurance, evidence: &Evidence) -> Vec<&'static str> {
    ///     assurance.shown(evidence).into_iter().map(Shown::key).collect()
    /// }
    /// ```
    #[must_use]
    pub fn shown(&self, evidence: &Evidence) -> Vec<Shown> {
        let met = |id: &str| self.verdict(id) == Some(Verdict::Met);
        let shown = [
            (Shown::SignedInWithPasskey, self.ceiling() > Some(AssuranceLevel::None)),
            (Shown::TwoThingsProved, met("63b-4/2.2.1-two-factors")),
            (Shown::OnlyThisSite, met("63b-4/3.2.5.2-name-binding")),
            (Shown::BackedUp, evidence.flags.is_some_and(|flags| flags.backup_state())),
            (Shown::DocumentSigned, evidence.purpose == Some(Purpose::Confirmation)),
        ];
        shown.into_iter().filter(|(_, holds)| *holds).map(|(shown, _)| shown).collect()
    }
}

impl Decision {
    /// Returns what to show after an act that was done at `at`. `account` is the account after it. Empty if the act was not
    /// allowed.
    #[must_use]
    pub fn shown(&self, account: &Account, at: UnixTime) -> Vec<Shown> {
        let changed = self.notice.map(|notice| Shown::Changed { notice, at });
        let sms = changed.filter(|_| account.sms.is_some()).map(|_| Shown::SmsStillOn);
        changed.into_iter().chain(sms).collect()
    }
}
