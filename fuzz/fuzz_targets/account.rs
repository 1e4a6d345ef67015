//! Accounts and acts: what is read reads again as written; a decision is consistent; whoever may retire SMS codes is resilient.
#![no_main]

use libfuzzer_sys::fuzz_target;
use serde::Deserialize;
use wardkey::UnixTime;
use wardkey::account::{Account, AccountAct, AccountPolicy, AccountSession, Stage};
use wardkey::assurance::ProvenSession;

#[derive(Deserialize)]
struct Input {
    account: Account,
    act: AccountAct,
    session: ProvenSession,
    recovered: bool,
    policy: AccountPolicy,
    now: UnixTime,
}

fuzz_target!(|input: &[u8]| {
    let Ok(Input { account, act, session, recovered, policy, now }) = serde_json::from_slice(input) else { return };
    let json = serde_json::to_string(&account).expect("an account is JSON");
    assert_eq!(serde_json::from_str::<Account>(&json).expect("as written"), account);
    let mut session = AccountSession::from(session);
    session.recovered = recovered;
    let decision = account.decide(&act, &session, &policy, now);
    assert_eq!(decision.is_allowed(), decision.notice.is_some());
    assert!(decision.notify.is_sorted());
    let is_address = |id: &String| account.addresses.iter().any(|address| address.id == *id);
    assert!(decision.notify.iter().all(is_address) && (decision.is_allowed() || decision.notify.is_empty()));
    if act == AccountAct::RetireSms && decision.is_allowed() {
        assert_eq!(account.stage(), Stage::Resilient);
        let mut after = account.clone();
        after.sms = None;
        assert_eq!(after.stage(), Stage::SmsRetired);
    }
    for passkey in 0..account.passkeys.len() {
        let mut suspended = account.clone();
        suspended.passkeys[passkey].suspended = true;
        assert_eq!(suspended.max_level(), account.max_level());
    }
});
