//! Properties of accounts.

use crate::NOW;
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::{select, subsequence};
use std::collections::BTreeSet;
use std::time::Duration;
use wardkey::account::{
    Account, AccountAct, AccountError, AccountPolicy, AccountSession, Address, AddressKind, Need, Notice, Passkey,
    Proof, Stage, report,
};
use wardkey::assurance::{AssuranceLevel, ProvenSession};

const POLICY: AccountPolicy = AccountPolicy { cooling_off_secs: 86_400, fresh_secs: 300 };

fn session(level: AssuranceLevel) -> AccountSession {
    ProvenSession::new(level, NOW).into()
}

fn passkeys() -> impl Strategy<Value = Vec<Passkey>> {
    let one = (
        select(AssuranceLevel::ALL.to_vec()),
        any::<bool>(),
        select(vec![None, Some("a"), Some("b")]),
        proptest::bool::weighted(0.8),
        proptest::bool::weighted(0.2),
    );
    vec(one, 0..4).prop_map(|made| {
        let passkey = |(number, (level, bound, provider, confirmed, suspended))| {
            let mut passkey = Passkey::new(format!("p{number}"), level, bound);
            passkey.provider = Option::<&str>::map(provider, str::to_owned);
            (passkey.confirmed, passkey.suspended) = (confirmed, suspended);
            passkey
        };
        made.into_iter().enumerate().map(passkey).collect()
    })
}

fn accounts() -> impl Strategy<Value = Account> {
    let address = |id: &str, kind| Address { id: id.to_owned(), kind };
    let addresses =
        vec![address("e1", AddressKind::Email), address("s1", AddressKind::Sms), address("h1", AddressKind::Postal)];
    let recovery = vec!["e1".to_owned(), "s1".to_owned(), "h1".to_owned()];
    let flags = any::<(bool, bool, bool, bool)>();
    (0..=3_u8, flags, passkeys(), subsequence(addresses, 0..=3), subsequence(recovery, 0..=3), 0..2_u32).prop_map(
        |(ial, (password, totp, saved_code, reproofing), passkeys, addresses, recovery_addresses, contacts)| {
            let mut account = Account::default();
            account.ial = ial;
            account.password = password;
            account.totp = totp;
            account.saved_code = saved_code;
            account.reproofing = reproofing;
            account.sms = Some("s1".to_owned());
            account.passkeys = passkeys;
            account.addresses = addresses;
            account.recovery_addresses = recovery_addresses;
            account.contacts = contacts;
            account
        },
    )
}

fn strong(account: &Account) -> impl Iterator<Item = &Passkey> {
    let is_strong =
        |passkey: &&Passkey| passkey.confirmed && !passkey.suspended && passkey.level >= AssuranceLevel::Aal2;
    account.passkeys.iter().filter(is_strong)
}

/// What a passkey is lost with: itself, or all of its provider.
fn means(passkey: &Passkey) -> (bool, String) {
    let name = if passkey.device_bound { passkey.id.clone() } else { passkey.provider.clone().unwrap_or_default() };
    (passkey.device_bound, name)
}

/// Every proof that the account can give without a passkey and without a text message.
fn all_proofs(account: &Account) -> Vec<Proof> {
    let issued = account.addresses.iter().filter(|address| address.kind != AddressKind::Sms);
    let issued = issued.map(|address| Proof::Issued { address: address.id.clone(), age_secs: 60 });
    let own = ["password", "totp"].map(|which| Proof::Authenticator { which: which.to_owned() });
    let contact = Proof::Contact { via: AddressKind::Email, age_secs: 60 };
    issued.chain(own).chain([Proof::Saved, contact, Proof::Reproofing, Proof::Biometric]).collect()
}

fn can_recover(account: &Account) -> bool {
    let act = AccountAct::Recover { proofs: all_proofs(account) };
    account.decide(&act, &AccountSession::recovered(NOW), &POLICY, NOW).is_allowed()
}

/// A session in which nobody signed in may do none of the acts that a sign-in allows.
#[test]
fn an_anonymous_session_may_do_nothing() {
    let id = || "a".to_owned();
    for act in [
        AccountAct::Bind { level: AssuranceLevel::Aal2 },
        AccountAct::ChangePhone,
        AccountAct::ReplaceSavedCode,
        AccountAct::DeleteAccount,
        AccountAct::RetireSms,
        AccountAct::RemovePasskey { id: id() },
        AccountAct::SuspendPasskey { id: id() },
        AccountAct::ResumePasskey { id: id() },
    ] {
        let decision = Account::default().decide(&act, &AccountSession::anonymous(), &POLICY, NOW);
        assert!(!decision.is_allowed() && decision.notice.is_none(), "{act:?}: {decision:?}");
    }
}

#[test]
fn a_new_saved_code_and_a_deletion_need_two_factors() {
    let mut account = Account::default();
    account.password = true;
    account.passkeys = vec![Passkey::new("p", AssuranceLevel::Aal3, true)];
    account.passkeys[0].confirmed = true;
    account.addresses = vec![Address { id: "a".to_owned(), kind: AddressKind::Email }];
    let late = NOW.plus(Duration::from_secs(POLICY.fresh_secs + 1));
    let still = NOW.plus(Duration::from_secs(POLICY.cooling_off_secs - 1));
    for (act, notice) in
        [(AccountAct::ReplaceSavedCode, Notice::SavedCodeReplaced), (AccountAct::DeleteAccount, Notice::AccountDeleted)]
    {
        let decide = |session: &AccountSession, now| account.decide(&act, session, &POLICY, now);
        let done = decide(&session(AssuranceLevel::Aal2), NOW);
        assert_eq!((done.notice, &*done.notify), (Some(notice), &["a".to_owned()][..]));
        assert_eq!(decide(&session(AssuranceLevel::Aal1), NOW).lacks, [Need::Level]);
        assert_eq!(decide(&session(AssuranceLevel::Aal2), late).lacks, [Need::Freshness]);
        // Whoever came back may make a new code at once, and must wait before the account is gone.
        let recovered = decide(&AccountSession::recovered(NOW), NOW).lacks;
        let expected: &[Need] = if notice == Notice::AccountDeleted { &[Need::CoolingOff] } else { &[] };
        assert_eq!(recovered, expected);
    }
    account.recovered_at = Some(NOW);
    let after = ProvenSession::new(AssuranceLevel::Aal2, still).into();
    assert_eq!(account.decide(&AccountAct::DeleteAccount, &after, &POLICY, still).lacks, [Need::CoolingOff]);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(4000))]

    /// The counts of a report are those of its accounts.
    #[test]
    fn a_report_counts_every_account(all in vec(accounts(), 0..4)) {
        let counts = report(&all);
        prop_assert_eq!(counts.accounts, all.len());
        prop_assert_eq!(counts.with_sms, all.iter().filter(|account| account.sms.is_some()).count());
        for stage in Stage::ALL {
            prop_assert_eq!(counts.at(stage), all.iter().filter(|account| account.stage() == stage).count());
        }
        prop_assert_eq!(counts.ready, counts.at(Stage::Resilient));
    }

    /// Whoever may retire SMS codes can still sign in with two factors, and comes back after losing any one means.
    #[test]
    fn nobody_is_locked_out_by_retiring_sms(account in accounts()) {
        let decision = account.decide(&AccountAct::RetireSms, &session(AssuranceLevel::Aal3), &POLICY, NOW);
        prop_assert_eq!(decision.is_allowed(), account.stage() == Stage::Resilient);
        if decision.is_allowed() {
            let mut after = account.clone();
            after.sms = None;
            prop_assert_eq!(after.stage(), Stage::SmsRetired);
            let all: BTreeSet<_> = strong(&after).map(means).collect();
            prop_assert!(!all.is_empty());
            for lost in &all {
                let mut left = after.clone();
                let lost_ones = left.passkeys.iter_mut().filter(|passkey| means(passkey) == *lost);
                lost_ones.for_each(|passkey| passkey.suspended = true);
                prop_assert!(strong(&left).next().is_some() || can_recover(&left), "without {:?}: {:?}", lost, left);
            }
        }
    }

    /// A suspension needs one factor only, so it must not make any other act easier.
    #[test]
    fn a_suspension_makes_no_act_easier(
        account in accounts(),
        which in 0..3_usize,
        level in select(AssuranceLevel::ALL.to_vec()),
    ) {
        let mut suspended = account.clone();
        if let Some(passkey) = suspended.passkeys.get_mut(which) {
            passkey.suspended = true;
        }
        prop_assert_eq!(account.max_level(), suspended.max_level());
        let proofs = all_proofs(&account);
        let id = "p0".to_owned();
        for act in [
            AccountAct::Bind { level: AssuranceLevel::Aal3 },
            AccountAct::ChangePhone,
            AccountAct::ReplaceSavedCode,
            AccountAct::DeleteAccount,
            AccountAct::RetireSms,
            AccountAct::RemovePasskey { id },
            AccountAct::Recover { proofs },
        ] {
            // A suspended passkey is not the last strong one, so removing it needs no other.
            let removes_it = matches!(act, AccountAct::RemovePasskey { .. }) && which == 0;
            let of = |account: &Account| account.decide(&act, &session(level), &POLICY, NOW).is_allowed();
            prop_assert!(of(&account) || !of(&suspended) || removes_it, "{:?}", act);
        }
    }

    /// A recovery cannot weaken the account at once.
    #[test]
    fn a_recovery_weakens_nothing_at_once(account in accounts()) {
        for act in [
            AccountAct::ChangePhone,
            AccountAct::DeleteAccount,
            AccountAct::RetireSms,
            AccountAct::RemovePasskey { id: "p0".to_owned() },
        ] {
            let decision = account.decide(&act, &AccountSession::recovered(NOW), &POLICY, NOW);
            prop_assert!(!decision.is_allowed() && decision.notify.is_empty() && decision.notice.is_none());
        }
    }

    #[test]
    fn accounts_survive_their_json(account in accounts()) {
        let json = serde_json::to_string(&account).unwrap();
        prop_assert_eq!(serde_json::from_str::<Account>(&json).unwrap(), account);
        let wrong = json.replacen("\"version\":1", "\"version\":2", 1);
        prop_assert!(serde_json::from_str::<Account>(&wrong).is_err());
    }
}

#[test]
fn accounts_have_bounds() {
    let passkey = |number: usize| Passkey::new(format!("p{number}"), AssuranceLevel::Aal2, true);
    let address = |number: usize| Address { id: format!("a{number}"), kind: AddressKind::Email };
    let check = |change: &dyn Fn(&mut Account)| {
        let mut account = Account::default();
        change(&mut account);
        let json = serde_json::to_string(&account).unwrap();
        assert_eq!(serde_json::from_str::<Account>(&json).is_ok(), account.check().is_ok(), "reading checks too");
        account.check().map_err(AccountError::code)
    };
    assert_eq!(check(&|account| account.ial = 3), Ok(()));
    assert_eq!(check(&|account| account.ial = 4), Err("ial"));
    assert_eq!(check(&|account| account.passkeys = (0..256).map(passkey).collect()), Ok(()));
    assert_eq!(check(&|account| account.passkeys = (0..257).map(passkey).collect()), Err("passkeys"));
    assert_eq!(check(&|account| account.addresses = (0..64).map(address).collect()), Ok(()));
    assert_eq!(check(&|account| account.addresses = (0..65).map(address).collect()), Err("addresses"));
    assert_eq!(check(&|account| account.recovery_addresses = vec!["a".to_owned(); 65]), Err("addresses"));
    assert_eq!(check(&|account| account.sms = Some(String::new())), Err("id"));
    assert_eq!(check(&|account| account.sms = Some("x".repeat(256))), Ok(()));
    assert_eq!(check(&|account| account.sms = Some("x".repeat(257))), Err("id"));
    assert_eq!(check(&|account| account.passkeys = vec![passkey(1), passkey(1)]), Err("same-id"));
    assert_eq!(check(&|account| account.addresses = vec![address(1), address(1)]), Err("same-id"));
}

/// The page has words for every key in each language, and every notice says how to object.
#[test]
fn every_key_has_words() {
    const WORDS: &str = include_str!("../../browser/wardkey.notices.js");
    use wardkey::account::Shown;
    let words = |key: &str| -> Vec<String> {
        let name = format!("\"{key}\":");
        WORDS.split(&name).skip(1).map(|rest| rest.split("\",\n").next().unwrap().to_owned()).collect()
    };
    for key in Shown::KEYS {
        assert!(words(key).len() == 3 && words(key).iter().all(|text| !text.contains("{contact}")), "{key}");
    }
    for notice in Notice::ALL {
        let words = words(notice.name());
        assert!(words.len() == 3 && words.iter().all(|text| text.contains("{contact}")), "{notice:?}");
    }
}

#[test]
fn a_decision_shows_what_was_changed_and_that_sms_codes_are_still_on() {
    use wardkey::account::Shown;
    let mut account = Account::default();
    account.sms = Some("s1".to_owned());
    let bind = AccountAct::Bind { level: AssuranceLevel::Aal2 };
    let decision = account.decide(&bind, &session(AssuranceLevel::Aal1), &POLICY, NOW);
    let keys = |account: &Account| -> Vec<_> { decision.shown(account, NOW).into_iter().map(Shown::key).collect() };
    assert_eq!(keys(&account), ["passkey-added", "sms-still-on"]);
    assert_eq!(decision.shown(&account, NOW)[0], Shown::Changed { notice: Notice::PasskeyAdded, at: NOW });
    account.sms = None;
    assert_eq!(keys(&account), ["passkey-added"]);
    let refused = account.decide(&AccountAct::RetireSms, &session(AssuranceLevel::Aal1), &POLICY, NOW);
    assert_eq!(refused.shown(&account, NOW), []);
}
