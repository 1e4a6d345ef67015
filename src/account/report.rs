//! Counts for the migration plan of SP 800-63B-4 3.2.9.

use super::model::Account;
use super::stage::Stage;
use serde::Serialize;

/// How many accounts are at which stage, for the migration plan that SP 800-63B-4 3.2.9 asks for. The plan belongs in the Digital
/// Identity Acceptance Statement (SP 800-63-4 3.4.4).
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Report {
    /// The number of accounts.
    pub accounts: usize,
    /// The number of accounts that get SMS codes.
    pub with_sms: usize,
    /// The number of accounts that could retire SMS codes today.
    pub ready: usize,
    stages: [usize; Stage::ALL.len()],
}

impl Report {
    /// Returns the number of accounts at a stage.
    #[must_use]
    pub fn at(&self, stage: Stage) -> usize {
        Stage::ALL.iter().zip(self.stages).filter(|(one, _)| **one == stage).map(|(_, count)| count).sum()
    }
}

/// Counts stages and SMS codes.
///
/// ```
/// use wardkey::account::{Account, Stage, report};
/// let mut account = Account::default();
/// account.sms = Some("phone-1".to_owned());
/// let counts = report([&account, &Account::default()]);
/// assert_eq!((counts.accounts, counts.with_sms, counts.ready), (2, 1, 0));
/// assert_eq!(counts.at(Stage::SmsOnly), 1);
/// ```
#[must_use]
pub fn report<'a>(accounts: impl IntoIterator<Item = &'a Account>) -> Report {
    let mut report = Report::default();
    for account in accounts {
        let stage = account.stage();
        report.accounts = report.accounts.saturating_add(1);
        report.with_sms = report.with_sms.saturating_add(usize::from(account.sms.is_some()));
        report.ready = report.ready.saturating_add(usize::from(stage == Stage::Resilient));
        let counts = Stage::ALL.iter().zip(&mut report.stages);
        for (_, count) in counts.filter(|(one, _)| **one == stage) {
            *count = count.saturating_add(1);
        }
    }
    report
}
