//! The kind `account`: what may be done, what is lacking, who is told.

use serde::Deserialize;
use serde_json::{Value, json};
use wardkey::UnixTime;
use wardkey::account::{
    Account, AccountAct, AccountError, AccountPolicy, AccountSession, Address, Need, Notice, Passkey,
};
use wardkey::assurance::{AssuranceLevel, ProvenSession};

#[derive(Deserialize)]
pub(super) struct Case {
    account: CaseAccount,
    session: CaseSession,
    act: AccountAct,
    policy: AccountPolicy,
    now: i64,
}

#[derive(Deserialize)]
struct CaseAccount {
    ial: u8,
    password: bool,
    totp: bool,
    sms: Option<String>,
    passkeys: Vec<Passkey>,
    saved_code: bool,
    reproofing: bool,
    addresses: Vec<Address>,
    recovery_addresses: Vec<String>,
    contacts: u32,
    recovered_at: Option<i64>,
}

#[derive(Deserialize)]
struct CaseSession {
    level: AssuranceLevel,
    age_secs: i64,
    recovered: bool,
}

impl CaseAccount {
    fn account(self) -> Result<Account, &'static str> {
        let mut account = Account::default();
        account.ial = self.ial;
        account.password = self.password;
        account.totp = self.totp;
        account.sms = self.sms;
        account.passkeys = self.passkeys;
        account.saved_code = self.saved_code;
        account.reproofing = self.reproofing;
        account.addresses = self.addresses;
        account.recovery_addresses = self.recovery_addresses;
        account.contacts = self.contacts;
        account.recovered_at = self.recovered_at.map(UnixTime::from_secs);
        account.check().map_err(AccountError::code)?;
        Ok(account)
    }
}

impl CaseSession {
    /// A case gives an age instead of a time.
    fn session(&self, now: UnixTime) -> AccountSession {
        let at = UnixTime::from_secs(now.secs().saturating_sub(self.age_secs));
        let mut session = AccountSession::from(ProvenSession::new(self.level, at));
        session.recovered = self.recovered;
        session
    }
}

pub(super) fn answer(case: Case) -> Result<Value, &'static str> {
    let account = case.account.account()?;
    let now = UnixTime::from_secs(case.now);
    let decision = account.decide(&case.act, &case.session.session(now), &case.policy, now);
    Ok(json!({
        "stage": account.stage().name(),
        "max_level": account.max_level().name(),
        "allowed": decision.is_allowed(),
        "lacks": decision.lacks.iter().copied().map(Need::name).collect::<Vec<_>>(),
        "notice": decision.notice.map(Notice::name),
        "notify": decision.notify,
    }))
}
