//! Whether an act may be done, what is lacking, and who is told.

use super::model::{Account, AccountSession, AddressKind};
use super::recovery::Proof;
use crate::assurance::AssuranceLevel;
use crate::macros::named;
use crate::time::UnixTime;
use serde::{Deserialize, Serialize};

/// An act that changes how an account is signed in to.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "do", rename_all = "snake_case", deny_unknown_fields)]
#[non_exhaustive]
pub enum AccountAct {
    /// Adding a passkey of this level.
    Bind {
        /// The level of the new passkey.
        level: AssuranceLevel,
    },
    /// Setting or changing the number that gets SMS codes: it binds a new authenticator (SP 800-63B-4 3.1.3.1).
    ChangePhone,
    /// Coming back after a loss.
    Recover {
        /// What was proved.
        proofs: Vec<Proof>,
    },
    /// Turning SMS codes off.
    RetireSms,
    /// Removing a passkey.
    RemovePasskey {
        /// The passkey.
        id: String,
    },
    /// Suspending a passkey, for example one that was lost.
    SuspendPasskey {
        /// The passkey.
        id: String,
    },
    /// Resuming a passkey that was suspended.
    ResumePasskey {
        /// The passkey.
        id: String,
    },
    /// Making a new saved recovery code, which replaces the old one (SP 800-63B-4 4.2.1.1).
    ReplaceSavedCode,
    /// Deleting the account. A rule of this library: no standard covers it.
    DeleteAccount,
}

/// The time limits of the relying party.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[allow(clippy::exhaustive_structs, reason = "two numbers")]
pub struct AccountPolicy {
    /// How many seconds after a recovery [`AccountAct::ChangePhone`], [`RetireSms`](AccountAct::RetireSms),
    /// [`RemovePasskey`](AccountAct::RemovePasskey), [`ResumePasskey`](AccountAct::ResumePasskey) and
    /// [`DeleteAccount`](AccountAct::DeleteAccount) are refused. In a session that comes from a recovery they are always refused. A
    /// rule of this library: NIST asks for a notice, not for a delay.
    pub cooling_off_secs: u64,
    /// The maximum age of the sign-in or recovery in seconds, for all acts except [`AccountAct::SuspendPasskey`] and
    /// [`AccountAct::Recover`].
    pub fresh_secs: u64,
}

impl Default for AccountPolicy {
    /// Cooling-off of three days, and sign-ins of at most five minutes.
    fn default() -> Self {
        Self { cooling_off_secs: 3 * 24 * 60 * 60, fresh_secs: 300 }
    }
}

named! {
    /// Why an act may not be done: what is lacking, or what prevents it.
    #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize)]
    #[serde(rename_all = "kebab-case")]
    pub enum Need without ALL;
    /// Returns the word, which does not change, such as `independent-means`.
    fn name;

    /// A sign-in of a higher level.
    Level = "level";
    /// A re-authentication.
    Freshness = "freshness";
    /// Time since the recovery.
    CoolingOff = "cooling-off";
    /// There are no SMS codes to turn off.
    NoSms = "no-sms";
    /// A strong passkey: confirmed, not suspended, and of AAL2 or higher.
    ConfirmedPasskey = "confirmed-passkey";
    /// A second, independent way to sign in, or a way to recover the account: see [`Account::is_resilient`].
    IndependentMeans = "independent-means";
    /// The account has no such passkey.
    UnknownPasskey = "unknown-passkey";
    /// It is the last strong passkey: confirmed, not suspended, and of AAL2 or higher.
    LastPasskey = "last-passkey";
    /// The passkey is not suspended.
    NotSuspended = "not-suspended";
    /// A recovery code, or another proof.
    Proof = "proof";
    /// A second proof, by another method.
    SecondProof = "second-proof";
}

named! {
    /// What to tell the person about an act (SP 800-63B-4 4.6). Your text must also say how to object.
    #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize)]
    #[serde(rename_all = "kebab-case")]
    pub enum Notice;
    /// Returns the key of the text, such as `passkey-added`.
    fn name;

    /// A passkey was added.
    PasskeyAdded = "passkey-added";
    /// The number for SMS codes was changed.
    PhoneChanged = "phone-changed";
    /// SMS codes were turned off.
    SmsRetired = "sms-retired";
    /// A passkey was removed.
    PasskeyRemoved = "passkey-removed";
    /// A passkey was suspended.
    PasskeySuspended = "passkey-suspended";
    /// A passkey was resumed.
    PasskeyResumed = "passkey-resumed";
    /// The account was recovered.
    AccountRecovered = "account-recovered";
    /// A new saved recovery code replaced the old one.
    SavedCodeReplaced = "saved-code-replaced";
    /// The account was deleted.
    AccountDeleted = "account-deleted";
}

/// A decision about an act.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[must_use = "do the act only if nothing is lacking, and send the notice"]
#[non_exhaustive]
pub struct Decision {
    /// What is lacking, in the order of the checks. Empty: the act may be done.
    pub lacks: Vec<Need>,
    /// What to tell. `None` if the act may not be done.
    pub notice: Option<Notice>,
    /// The ids of the addresses to send it to, sorted. If the act changes an address, send the notice before you do the act.
    pub notify: Vec<String>,
}

impl Decision {
    /// Returns whether nothing is lacking.
    #[must_use]
    pub const fn is_allowed(&self) -> bool {
        self.lacks.is_empty()
    }
}

/// The circumstances of an act.
struct Circumstances<'a> {
    account: &'a Account,
    session: &'a AccountSession,
    policy: &'a AccountPolicy,
    now: UnixTime,
}

impl Account {
    /// Decides about an act in a session at `now`.
    ///
    /// Follows SP 800-63B-4 4.1.2.1 (binding), 4.2 (recovery), 4.3 (loss) and 4.6 (notices). Three rules are this library's own:
    /// the cooling-off, the independence of providers, and that one phone number is one proof.
    ///
    /// ```
    /// use wardkey::UnixTime;
    /// use wardkey::account::{Account, AccountAct, AccountPolicy, Need};
    /// use wardkey::assurance::{AssuranceLevel, ProvenSession};
    /// let now = UnixTime::from_secs(1_795_392_000);
    /// let mut account = Account::default();
    /// account.sms = Some("phone-1".to_owned());
    /// let session = ProvenSession::new(AssuranceLevel::Aal1, now).into();
    /// let decision = account.decide(&AccountAct::RetireSms, &session, &AccountPolicy::default(), now);
    /// assert_eq!(decision.lacks, [Need::ConfirmedPasskey]);
    /// ```
    pub fn decide(
        &self,
        act: &AccountAct,
        session: &AccountSession,
        policy: &AccountPolicy,
        now: UnixTime,
    ) -> Decision {
        let (lacks, notice) = Circumstances { account: self, session, policy, now }.judge(act);
        if lacks.is_empty() {
            let proofs = if let AccountAct::Recover { proofs } = act { Some(proofs.as_slice()) } else { None };
            Decision { lacks, notice: Some(notice), notify: self.to_notify(proofs) }
        } else {
            Decision { lacks, notice: None, notify: Vec::new() }
        }
    }

    /// 4.6: the ids of all addresses that are not postal. Postal addresses are added if there are no others. At a recovery, which
    /// has `proofs`, they are also added if the account can prove AAL3, or if valid codes were sent to all other addresses.
    fn to_notify(&self, proofs: Option<&[Proof]>) -> Vec<String> {
        let others = || self.addresses.iter().filter(|address| address.kind != AddressKind::Postal);
        let got_codes = |proofs: &[Proof]| {
            let went_to = |id: &str| proofs.iter().any(|proof| proof.valid_issued_to(self) == Some(id));
            others().all(|address| went_to(&address.id))
        };
        let highest = self.max_level() == AssuranceLevel::Aal3;
        let post_too = others().next().is_none() || proofs.is_some_and(|proofs| highest || got_codes(proofs));
        let told = self.addresses.iter().filter(|address| post_too || address.kind != AddressKind::Postal);
        let mut notify: Vec<String> = told.map(|address| address.id.clone()).collect();
        notify.sort();
        notify
    }
}

impl Circumstances<'_> {
    fn judge(&self, act: &AccountAct) -> (Vec<Need>, Notice) {
        let (account, max) = (self.account, self.account.max_level());
        match act {
            // 4.1.2.1: at the lower of the account's highest level and the level of the new authenticator
            AccountAct::Bind { level } => (self.lacks_sign_in(max.min(*level)), Notice::PasskeyAdded),
            AccountAct::ChangePhone => {
                let level = if account.password { AssuranceLevel::Aal2 } else { AssuranceLevel::Aal1 };
                (self.lacks_sign_in_and_rest(max.min(level)), Notice::PhoneChanged)
            }
            AccountAct::RetireSms => (self.to_retire_sms(max), Notice::SmsRetired),
            AccountAct::RemovePasskey { id } => (self.to_remove(id, max), Notice::PasskeyRemoved),
            AccountAct::SuspendPasskey { id } => (self.to_suspend(id), Notice::PasskeySuspended),
            AccountAct::ResumePasskey { id } => (self.to_resume(id, max), Notice::PasskeyResumed),
            // 4.2.1.1: a saved code can recover the account, so replacing it needs the same sign-in as adding a passkey of AAL2.
            AccountAct::ReplaceSavedCode => {
                (self.lacks_sign_in(max.min(AssuranceLevel::Aal2)), Notice::SavedCodeReplaced)
            }
            AccountAct::DeleteAccount => {
                (self.lacks_sign_in_and_rest(max.min(AssuranceLevel::Aal2)), Notice::AccountDeleted)
            }
            AccountAct::Recover { proofs } => {
                (account.lacks_for_recovery(proofs).into_iter().collect(), Notice::AccountRecovered)
            }
        }
    }

    /// What is lacking of a sign-in of at least this level, at most [`AccountPolicy::fresh_secs`] ago. In a session that comes from
    /// a recovery, only the time is checked, because a recovery has no level.
    fn lacks_sign_in(&self, level: AssuranceLevel) -> Vec<Need> {
        let too_low = !self.session.recovered && self.session.level < level;
        let age = self.now.secs().checked_sub(self.session.authenticated_at.secs());
        let is_fresh = age.and_then(|age| u64::try_from(age).ok()).is_some_and(|age| age <= self.policy.fresh_secs);
        lacks([(Need::Level, too_low), (Need::Freshness, !is_fresh)])
    }

    /// The same. Also lacking during the cooling-off after a recovery.
    fn lacks_sign_in_and_rest(&self, level: AssuranceLevel) -> Vec<Need> {
        let mut needs = self.lacks_sign_in(level);
        needs.extend(lacks([(Need::CoolingOff, self.is_cooling_off())]));
        needs
    }

    fn is_cooling_off(&self) -> bool {
        let since = |at: UnixTime| i128::from(self.now.secs()).saturating_sub(i128::from(at.secs()));
        let recently = |at| since(at) < i128::from(self.policy.cooling_off_secs);
        self.session.recovered || self.account.recovered_at.is_some_and(recently)
    }

    fn to_retire_sms(&self, max: AssuranceLevel) -> Vec<Need> {
        let strong = self.account.passkeys.iter().any(super::Passkey::is_strong);
        let mut needs = lacks([
            (Need::NoSms, self.account.sms.is_none()),
            (Need::ConfirmedPasskey, !strong),
            (Need::IndependentMeans, strong && !self.account.is_resilient()),
        ]);
        needs.extend(self.lacks_sign_in_and_rest(max.min(AssuranceLevel::Aal2)));
        needs
    }

    fn to_remove(&self, id: &str, max: AssuranceLevel) -> Vec<Need> {
        let Some(passkey) = self.passkey(id) else { return vec![Need::UnknownPasskey] };
        let another = self.account.passkeys.iter().any(|other| other.id != passkey.id && other.is_strong());
        let mut needs = self.lacks_sign_in(max.min(passkey.level));
        let last = passkey.is_strong() && !another;
        needs.extend(lacks([(Need::LastPasskey, last), (Need::CoolingOff, self.is_cooling_off())]));
        needs
    }

    fn to_suspend(&self, id: &str) -> Vec<Need> {
        if self.passkey(id).is_none() {
            return vec![Need::UnknownPasskey];
        }
        // 4.3: one factor is enough to report a loss, however old the sign-in. A session of a recovery has no level, so it is refused.
        lacks([(Need::Level, self.session.level < AssuranceLevel::Aal1)])
    }

    fn to_resume(&self, id: &str, max: AssuranceLevel) -> Vec<Need> {
        match self.passkey(id) {
            None => vec![Need::UnknownPasskey],
            Some(passkey) if !passkey.suspended => vec![Need::NotSuspended],
            Some(passkey) => self.lacks_sign_in_and_rest(max.min(passkey.level)),
        }
    }

    fn passkey(&self, id: &str) -> Option<&super::Passkey> {
        self.account.passkeys.iter().find(|passkey| passkey.id == id)
    }
}

fn lacks<const N: usize>(checks: [(Need, bool); N]) -> Vec<Need> {
    checks.into_iter().filter(|(_, lacks)| *lacks).map(|(need, _)| need).collect()
}
