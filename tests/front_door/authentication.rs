//! Sign-ins: which credentials are accepted, what they prove, and which update is returned.

use crate::browser::{Browser, state_id};
use crate::{NOW, ada, builder, clinic, is_of, new_passkey, register, session};
use serde_json::json;
use std::slice::from_ref;
use std::time::Duration;
use wardkey::ceremony::BackupState;
use wardkey::ceremony::authentication::{SignCount, SignCountPolicy, UserVerification};
use wardkey::client::json::Hint;
use wardkey::extensions::{AppId, RequestExtensions};
use wardkey::quirk::{Quirk, Quirks};
use wardkey::{
    Authenticated, AuthenticationRequest, AuthenticationState, CredentialRecord, Error, RegistrationRequest,
    RelyingParty, RelyingPartyBuilder, UserHandle,
};
use wardkey_authenticator::Authentication;
use wardkey_authenticator::flags::{BE, BS, UV};
use wardkey_authenticator::hash::sha256;
use wardkey_authenticator::json::base64url;

const DAY: Duration = Duration::from_secs(86_400);

/// Signs in with `record`, without naming the user.
fn sign_in(
    rp: &RelyingParty,
    browser: &Browser,
    record: &CredentialRecord,
    change: impl FnOnce(Authentication) -> Authentication,
) -> Result<Authenticated, Error> {
    let (options, state) = rp.start_authentication(AuthenticationRequest::discoverable(), session(), NOW).unwrap();
    let response = browser.get(&options, change).unwrap();
    rp.finish_authentication(state, &response, Some(record), session(), NOW)
}

fn counted(count: u32) -> impl FnOnce(Authentication) -> Authentication {
    move |made| made.authenticator_data(|data| data.sign_count = count)
}

#[test]
fn the_options_are_what_the_standard_calls_them() {
    let (rp, mut browser) = (clinic(), Browser::new("front-door.options"));
    let record = register(&rp, &mut browser);
    let (options, state) = rp.start_authentication(AuthenticationRequest::discoverable(), session(), NOW).unwrap();
    let expected = json!({
        "challenge": base64url(&options.challenge), "timeout": 300_000, "rpId": "clinic.example",
        "userVerification": "required",
    });
    assert_eq!(serde_json::to_value(&options).unwrap(), expected);
    assert_eq!((options.challenge.len(), state.id()), (32, state_id(&options.challenge)));
    assert_eq!((state.user_handle(), state.allow_credentials()), (None, &[][..]));
    let response = browser.get(&options, |made| made).unwrap();
    assert_eq!(response.state_id(), Some(state.id()));

    let request = AuthenticationRequest::known(&ada(), from_ref(&record))
        .hints([Hint::ClientDevice])
        .timeout(Duration::from_secs(3600))
        .extensions(RequestExtensions::default().appid(AppId::new("https://clinic.example/u2f").unwrap()));
    let rp = builder().user_verification_preferred().build().unwrap();
    let (options, state) = rp.start_authentication(request, session(), NOW).unwrap();
    let expected = json!({
        "challenge": base64url(&options.challenge), "timeout": 3_600_000, "rpId": "clinic.example",
        "userVerification": "preferred",
        "allowCredentials": [{"type": "public-key", "id": record.id.to_base64url(), "transports": ["internal"]}],
        "hints": ["client-device"],
        "extensions": {"appid": "https://clinic.example/u2f"},
    });
    assert_eq!(serde_json::to_value(&options).unwrap(), expected);
    assert_eq!((state.expires_at(), state.user_handle()), (NOW.plus(Duration::from_secs(3600)), Some(&ada())));
    let of = |timeout| AuthenticationRequest::discoverable().timeout(timeout);
    for (timeout, seconds) in [(Duration::from_secs(1), 1), (Duration::from_millis(1999), 1), (DAY, 86_400)] {
        let (options, state) = rp.start_authentication(of(timeout), session(), NOW).unwrap();
        assert_eq!((options.timeout, state.expires_at().secs()), (seconds * 1000, NOW.secs() + i64::from(seconds)));
        let stored = serde_json::to_string(&state).unwrap();
        assert_eq!(serde_json::from_str::<AuthenticationState>(&stored).unwrap(), state, "it can be read");
    }
    for timeout in [Duration::ZERO, Duration::from_millis(999), DAY + Duration::from_secs(1), Duration::MAX] {
        let error = rp.start_authentication(of(timeout), session(), NOW).unwrap_err();
        assert_eq!((error.code(), error), ("timeout-out-of-range", Error::Timeout), "{timeout:?}");
    }
}

#[test]
fn a_known_user_answers_with_one_of_their_own_credentials() {
    let (rp, mut browser) = (clinic(), Browser::new("front-door.known"));
    let (first, second) = (register(&rp, &mut browser), register(&rp, &mut browser));
    let (options, state) =
        rp.start_authentication(AuthenticationRequest::known(&ada(), from_ref(&first)), session(), NOW).unwrap();
    let response = browser.get(&options, |made| made).unwrap();
    assert!(is_of(&response, &first), "the second was not asked for");
    assert_eq!(rp.finish_authentication(state, &response, Some(&first), session(), NOW).unwrap().user, ada());

    let step_and_code = |error: Error| (error.step().map(|step| step.to_string()), error.code());
    // The browser responds with a credential that was not allowed.
    let (options, state) =
        rp.start_authentication(AuthenticationRequest::known(&ada(), from_ref(&first)), session(), NOW).unwrap();
    let (open, _) = rp.start_authentication(AuthenticationRequest::discoverable(), session(), NOW).unwrap();
    let challenge = base64url(&options.challenge);
    let response = browser.get(&open, |made| made.client_data(|data| data.set("challenge", challenge))).unwrap();
    let error = rp.finish_authentication(state, &response, Some(&second), session(), NOW).unwrap_err();
    assert_eq!(step_and_code(error), (Some("7.2/5".into()), "credential-not-allowed"));
    // The store returns the wrong record.
    let (options, state) = rp.start_authentication(AuthenticationRequest::discoverable(), session(), NOW).unwrap();
    let response = browser.get(&options, |made| made).unwrap();
    let error = rp.finish_authentication(state, &response, Some(&first), session(), NOW).unwrap_err();
    assert_eq!(step_and_code(error), (Some("7.2/6".into()), "credential-mismatch"));
    // The record now belongs to a different account.
    let (options, state) =
        rp.start_authentication(AuthenticationRequest::known(&ada(), from_ref(&first)), session(), NOW).unwrap();
    let response = browser.get(&options, |made| made).unwrap();
    let mut stolen = first.clone();
    stolen.user_handle = UserHandle::new(*b"somebody else").unwrap();
    let error = rp.finish_authentication(state, &response, Some(&stolen), session(), NOW).unwrap_err();
    assert_eq!(step_and_code(error), (Some("7.2/6".into()), "user-mismatch"));
}

#[test]
fn whom_to_ask_is_checked_before() {
    let (rp, mut browser) = (clinic(), Browser::new("front-door.whom"));
    let record = register(&rp, &mut browser);
    let other = UserHandle::new(*b"somebody else").unwrap();
    assert_eq!(
        rp.start_authentication(AuthenticationRequest::known(&ada(), &[]), session(), NOW).unwrap_err(),
        Error::NoCredentials
    );
    assert_eq!(
        rp.start_authentication(AuthenticationRequest::known(&other, from_ref(&record)), session(), NOW).unwrap_err(),
        Error::ForeignCredential
    );
    assert_eq!(
        rp.start_registration(RegistrationRequest::new(&other, "eve@mail.example", &[record]), session(), NOW)
            .unwrap_err(),
        Error::ForeignCredential
    );
}

#[test]
fn a_discoverable_sign_in_says_who_it_is() {
    let (rp, mut browser) = (clinic(), Browser::new("front-door.discoverable"));
    let record = register(&rp, &mut browser);
    assert_eq!(sign_in(&rp, &browser, &record, |made| made).unwrap().user, ada());
    let code =
        |change: fn(Authentication) -> Authentication| sign_in(&rp, &browser, &record, change).unwrap_err().code();
    assert_eq!(code(|made| made.posted(|p| p.user_handle = None)), "user-handle-missing");
    assert_eq!(code(|made| made.posted(|p| p.user_handle = Some(b"eve".to_vec()))), "user-handle-mismatch");
}

/// §4, uvInitialized: the sign-in that sets it must not rely on it.
#[test]
fn user_verification_counts_only_after_it_was_initialized() {
    let (rp, mut browser) = (clinic(), Browser::new("front-door.uv"));
    let request = new_passkey().conditional();
    let (options, state) = rp.start_registration(request, session(), NOW).unwrap();
    let response = browser.create(&options, |made| made.authenticator_data(|data| data.clear_flags(UV))).unwrap();
    let mut record = rp.finish_registration(state, &response, session(), NOW).unwrap().claim(None).unwrap().0;
    assert!(!record.uv_initialized);

    for _ in 0..2 {
        let authenticated = sign_in(&rp, &browser, &record, |made| made).unwrap();
        assert_eq!(authenticated.user_verification, UserVerification::First);
        assert!(!authenticated.user_verification.is_factor());
        assert_eq!(authenticated.update, None, "it is not initialized by itself");
    }
    // The user also gives a one-time code, in a separate request.
    let authenticated = sign_in(&rp, &browser, &record, counted(1)).unwrap();
    assert!(!authenticated.user_verification.is_factor(), "not in the very ceremony that sets it");
    let [update, after] = [authenticated.update, authenticated.update_after_additional_factor].map(Option::unwrap);
    assert!(!record.clone().apply(&after), "it follows the other");
    assert!(record.apply(&update) && !record.uv_initialized);
    assert!(record.apply(&after) && record.uv_initialized);
    let authenticated = sign_in(&rp, &browser, &record, counted(2)).unwrap();
    assert_eq!(authenticated.user_verification, UserVerification::Performed);
    assert!(authenticated.user_verification.is_factor());
    assert_eq!(authenticated.update.unwrap().set.sign_count, 2);
    assert_eq!(authenticated.update_after_additional_factor, None);

    let clear = |made: Authentication| counted(3)(made).authenticator_data(|data| data.clear_flags(UV));
    assert_eq!(sign_in(&rp, &browser, &record, clear).unwrap_err().code(), "user-not-verified");
    let lenient = builder().user_verification_preferred().build().unwrap();
    let authenticated = sign_in(&lenient, &browser, &record, clear).unwrap();
    assert_eq!(authenticated.user_verification, UserVerification::NotPerformed);
    assert_eq!(authenticated.update_after_additional_factor, None, "it stays initialized");
    record.uv_initialized = false;
    let authenticated = sign_in(&lenient, &browser, &record, clear).unwrap();
    assert_eq!(authenticated.user_verification, UserVerification::NotPerformed);
    let after = authenticated.update_after_additional_factor;
    assert_eq!(after, None, "another factor stood beside nothing that could become one");
}

#[test]
fn a_counter_is_not_kept_or_advances_or_regresses() {
    let mut browser = Browser::new("front-door.counter");
    let (strict, report) = (clinic(), builder().sign_count(SignCountPolicy::Report).build().unwrap());
    let mut record = register(&strict, &mut browser);
    for rp in [&strict, &report] {
        let authenticated = sign_in(rp, &browser, &record, counted(0)).unwrap();
        assert_eq!((authenticated.sign_count, authenticated.update), (SignCount::NotKept, None));
        let authenticated = sign_in(rp, &browser, &record, counted(5)).unwrap();
        assert_eq!(authenticated.sign_count, SignCount::Advanced);
        assert_eq!(authenticated.update.unwrap().set.sign_count, 5);
    }
    record.sign_count = 5;
    for count in [5, 4, 0] {
        let error = sign_in(&strict, &browser, &record, counted(count)).unwrap_err();
        assert_eq!((error.code(), error.step().unwrap().to_string().as_str()), ("sign-count-regressed", "7.2/22"));
        let authenticated = sign_in(&report, &browser, &record, counted(count)).unwrap();
        let SignCount::Regressed { stored, received, .. } = authenticated.sign_count else { panic!("{count}") };
        assert_eq!((stored, received), (5, count));
        assert_eq!(authenticated.update, None, "what is stored never goes back");
    }
}

#[test]
fn backup_state_follows_and_backup_eligibility_never_changes() {
    let (rp, mut browser) = (clinic(), Browser::new("front-door.backup"));
    let (options, state) = rp.start_registration(new_passkey(), session(), NOW).unwrap();
    let response = browser.create(&options, |made| made.authenticator_data(|data| data.set_flags(BE))).unwrap();
    let mut record = rp.finish_registration(state, &response, session(), NOW).unwrap().claim(None).unwrap().0;
    let synced = |made: Authentication| made.authenticator_data(|data| data.set_flags(BE | BS));

    let authenticated = sign_in(&rp, &browser, &record, synced).unwrap();
    assert!(authenticated.backup_state);
    assert!(record.apply(&authenticated.update.unwrap()));
    assert!(record.backup_state == Some(true));
    assert_eq!(sign_in(&rp, &browser, &record, synced).unwrap().update, None, "no write from now on");
    let error =
        sign_in(&rp, &browser, &record, |made| made.authenticator_data(|d| d.clear_flags(BE | BS))).unwrap_err();
    assert_eq!(error.code(), "backup-eligibility-changed");

    // In an imported record BE may be unknown; the sign-in sets it once.
    record.backup_eligible = None;
    let authenticated = sign_in(&rp, &browser, &record, synced).unwrap();
    assert!(record.apply(&authenticated.update.unwrap()));
    assert_eq!(record.backup_eligible, Some(true));
    assert_eq!(sign_in(&rp, &browser, &record, synced).unwrap().update, None);
}

/// A provider corrects BE from 0 to 1, or an authenticator is replaced. Each policy, with both directions.
#[test]
fn a_changed_backup_eligibility_is_refused_reported_or_corrected_once() {
    let refused = Err("backup-eligibility-changed");
    type Policy = fn(RelyingPartyBuilder) -> RelyingPartyBuilder;
    let report: Policy = RelyingPartyBuilder::report_backup_eligibility_change;
    let correct: Policy = RelyingPartyBuilder::accept_backup_eligibility_correction;
    for (policy, registered, received, expected) in [
        (None, 0, BE, refused),
        (None, BE, 0, refused),
        (Some(report), 0, BE, Ok((UserVerification::Performed, Some(true)))),
        (Some(report), BE, 0, Ok((UserVerification::Performed, Some(false)))),
        (Some(correct), 0, BE, Ok((UserVerification::First, None))),
        (Some(correct), 0, BE | BS, Ok((UserVerification::First, None))),
        (Some(correct), BE, 0, refused),
    ] {
        let rp = policy.map_or_else(builder, |policy| policy(builder())).build().unwrap();
        let mut browser = Browser::new("front-door.backup-correction");
        let mut record = register(&rp, &mut browser);
        (record.backup_eligible, record.backup_state) = (Some(registered == BE), Some(false));
        let again = |record: &CredentialRecord| {
            sign_in(&rp, &browser, record, |made| made.authenticator_data(|data| data.set_flags(received)))
        };
        let described = format!("{registered} {received}");
        let found = match (again(&record), expected) {
            (Ok(found), Ok(_)) => found,
            (found, expected) => {
                assert_eq!(found.map(drop).map_err(|error| error.code()), expected.map(drop), "{described}");
                continue;
            }
        };
        let waived: Vec<_> = found.evidence.steps_waived.iter().map(ToString::to_string).collect();
        assert!(found.backup_eligibility_changed && waived == ["7.2/19"], "{described}: {waived:?}");
        let set = found.update.map(|update| update.set.backup_eligible.unwrap());
        assert_eq!(Ok((found.user_verification, set)), expected, "{described}");
        assert_eq!(found.evidence.user_verification, Some(found.user_verification));
        if found.user_verification == UserVerification::First {
            // Without the additional factor, nothing changes.
            assert_eq!(again(&record).unwrap().user_verification, UserVerification::First, "{described}");
            assert!(record.apply(&found.update_after_additional_factor.unwrap()), "{described}");
            assert_eq!(record.backup_state, Some(received & BS != 0));
        } else {
            assert!(record.apply(&found.update.unwrap()), "{described}");
        }
        let after = again(&record).unwrap();
        assert_eq!(after.user_verification, UserVerification::Performed, "{described}");
        assert!(!after.backup_eligibility_changed && after.update.is_none(), "{described}: once");
        assert_eq!(record.backup_eligible, Some(received & BE != 0));
    }
}

/// A synced passkey has no one counter; that of a device-bound one still finds clones.
#[test]
fn counters_of_device_bound_credentials_only() {
    let rp = builder().sign_count(SignCountPolicy::RejectDeviceBound).build().unwrap();
    let mut browser = Browser::new("front-door.counter-bound");
    let mut record = register(&rp, &mut browser);
    record.sign_count = 5;
    for (flags, expected) in [(0, Some("sign-count-regressed")), (BE, None), (BE | BS, None)] {
        record.backup_eligible = Some(flags & BE != 0);
        let found = sign_in(&rp, &browser, &record, |made| {
            made.authenticator_data(|data| (data.sign_count, data.flags) = (4, data.flags | flags))
        });
        if let Ok(found) = &found {
            assert!(matches!(found.sign_count, SignCount::Regressed { stored: 5, received: 4, .. }));
            assert_eq!(found.evidence.steps_waived.iter().map(ToString::to_string).collect::<Vec<_>>(), ["7.2/22"]);
        }
        assert_eq!(found.err().map(|error| error.code()), expected, "{flags}");
    }
}

#[test]
fn the_policy_decides_about_backup_state() {
    let mut browser = Browser::new("front-door.backup-state");
    let mut record = register(&clinic(), &mut browser);
    record.backup_eligible = None;
    let code = |wanted, flags| {
        let rp = builder().backup_state_at_authentication(wanted).build().unwrap();
        let made = sign_in(&rp, &browser, &record, |made| made.authenticator_data(|data| data.set_flags(flags)));
        made.err().map(|error| error.code())
    };
    let not_allowed = Some("backup-state-not-allowed");
    for (wanted, backed_up, not_yet) in [
        (BackupState::Any, None, None),
        (BackupState::BackedUp, None, not_allowed),
        (BackupState::NotBackedUp, not_allowed, None),
    ] {
        assert_eq!((code(wanted, BE | BS), code(wanted, BE)), (backed_up, not_yet), "{wanted:?}");
    }
}

/// §7.2 step 21: an algorithm that is no longer offered still signs in, RS1 only if it is named, a refused one never.
#[test]
fn algorithms_at_sign_in() {
    use wardkey::crypto::Algorithm::{Es256, LegacyRs1, Rs256};
    let es256 = || builder().algorithms([Es256]);
    let (rs256, rs1) = ([Rs256], [LegacyRs1]);
    let refused = Some("algorithm-not-accepted");
    for (what, offered, built, expected) in [
        ("no longer offered", rs256, es256(), None),
        ("refused", rs256, es256().refuse_at_sign_in([Rs256]), refused),
        ("another refused", rs256, es256().refuse_at_sign_in([LegacyRs1]), None),
        ("RS1, never named", rs1, es256(), refused),
        ("RS1, accepted by name", rs1, es256().accept_rs1_at_sign_in(), None),
        ("RS1, offered", rs1, builder().algorithms([Es256, LegacyRs1]), None),
    ] {
        let mut browser = Browser::new("front-door.sign-in-algorithms");
        let record = register(&builder().algorithms(offered).build().unwrap(), &mut browser);
        let rp = built.build().unwrap();
        let found = sign_in(&rp, &browser, &record, |made| made).err();
        assert_eq!(found.clone().map(|error| error.code()), expected, "{what}");
        assert_eq!(found.map(|error| error.step().unwrap().to_string()), expected.map(|_| "7.2/21".into()), "{what}");
        let forged = sign_in(&rp, &browser, &record, |made| made.signature(|signature| signature[20] ^= 1));
        assert_eq!(forged.unwrap_err().code(), "signature-invalid", "{what}: the signature is verified first");
    }
}

/// §7.2 step 19: the policy checks the received flag, whatever the record contains.
#[test]
fn the_policy_decides_about_backup_eligibility() {
    use wardkey::ceremony::BackupEligibility;
    let (before, refused) = (clinic(), Some("backup-eligibility-not-allowed"));
    for (flags, policy, expected) in [
        (BE | BS, BackupEligibility::Any, None),
        (BE | BS, BackupEligibility::SingleDevice, refused),
        (BE | BS, BackupEligibility::MultiDevice, None),
        (0, BackupEligibility::Any, None),
        (0, BackupEligibility::SingleDevice, None),
        (0, BackupEligibility::MultiDevice, refused),
    ] {
        let rp = builder().backup_eligibility(policy).build().unwrap();
        let mut browser = Browser::new("front-door.backup-eligibility");
        let (options, state) = before.start_registration(new_passkey(), session(), NOW).unwrap();
        let response = browser.create(&options, |made| made.authenticator_data(|data| data.set_flags(flags))).unwrap();
        let record = before.finish_registration(state, &response, session(), NOW).unwrap().claim(None).unwrap().0;
        let mut imported = record.clone();
        (imported.backup_eligible, imported.backup_state) = (None, None);
        for (what, record) in [("registered before the policy", &record), ("imported, BE unknown", &imported)] {
            let found = sign_in(&rp, &browser, record, |made| made);
            if let Ok(found) = &found {
                assert_eq!(found.evidence.backup_eligibility_wanted, Some(policy));
            }
            let found = found.err().map(|error| (error.code(), error.step().unwrap().to_string()));
            assert_eq!(found, expected.map(|code| (code, "7.2/19".to_owned())), "{policy:?}, {flags}: {what}");
        }
    }
}

#[test]
fn only_one_of_two_concurrent_sign_ins_updates_the_record() {
    let (rp, mut browser) = (clinic(), Browser::new("front-door.race"));
    let mut record = register(&rp, &mut browser);
    let first = sign_in(&rp, &browser, &record, counted(1)).unwrap().update.unwrap();
    let second = sign_in(&rp, &browser, &record, counted(1)).unwrap().update.unwrap();
    assert!(record.apply(&first));
    let stored = record.clone();
    assert!(!record.apply(&second), "two sign-ins with the same counter: one of them is a clone's");
    assert_eq!(record, stored);
    assert_eq!(sign_in(&rp, &browser, &record, counted(1)).unwrap_err().code(), "sign-count-regressed");
    let update = serde_json::to_string(&first).unwrap();
    assert_eq!(serde_json::from_str::<wardkey::RecordUpdate>(&update).unwrap(), first);
}

#[test]
fn an_appid_is_accepted_only_if_requested() {
    let (rp, mut browser) = (clinic(), Browser::new("front-door.appid"));
    let record = register(&rp, &mut browser);
    let appid = "https://clinic.example/u2f";
    let with_appid = |made: Authentication| {
        let made = made.posted(|p| p.client_extension_results = json!({"appid": true}));
        made.authenticator_data(|data| data.rp_id_hash = sha256(appid.as_bytes()))
    };
    for (asked, code) in [(None, Some("rp-id-mismatch")), (Some(AppId::new(appid).unwrap()), None)] {
        let extensions = RequestExtensions::default().appid(asked.clone());
        let request = AuthenticationRequest::known(&ada(), from_ref(&record)).extensions(extensions);
        let (options, state) = rp.start_authentication(request, session(), NOW).unwrap();
        let state = serde_json::from_str(&serde_json::to_string(&state).unwrap()).unwrap();
        let response = browser.get(&options, with_appid).unwrap();
        let error = rp.finish_authentication(state, &response, Some(&record), session(), NOW).err();
        assert_eq!(error.map(|error| error.code()), code, "{asked:?}");
    }
}

#[test]
fn quirks_are_reported() {
    let (mut browser, quirk) = (Browser::new("front-door.quirks"), Quirk::EmptyUserHandle);
    let record = register(&clinic(), &mut browser);
    for (rp, expected) in
        [(builder().quirk(quirk).build().unwrap(), Ok(Quirks::NONE.with(quirk))), (clinic(), Err("user-handle-empty"))]
    {
        let (options, state) =
            rp.start_authentication(AuthenticationRequest::known(&ada(), from_ref(&record)), session(), NOW).unwrap();
        let response = browser.get(&options, |made| made.posted(|p| p.user_handle = Some(Vec::new()))).unwrap();
        let found = rp.finish_authentication(state, &response, Some(&record), session(), NOW);
        assert_eq!(found.map(|authenticated| authenticated.evidence.quirks).map_err(|error| error.code()), expected);
    }
}

#[test]
fn a_state_is_good_until_it_expires_and_at_its_own_relying_party() {
    let (rp, mut browser) =
        (builder().timeout(Duration::from_secs(60)).build().unwrap(), Browser::new("front-door.sign-in-expiry"));
    let record = register(&rp, &mut browser);
    let finish = |rp: &RelyingParty, state: AuthenticationState, response, seconds| {
        rp.finish_authentication(state, &response, Some(&record), session(), NOW.plus(Duration::from_secs(seconds)))
            .map(drop)
            .map_err(|e| e.code())
    };
    let start = || {
        let (options, state) = rp.start_authentication(AuthenticationRequest::discoverable(), session(), NOW).unwrap();
        (state, browser.get(&options, |made| made).unwrap())
    };
    let hospital = RelyingParty::new("hospital.example", "Hospital").unwrap();
    for (at, seconds, expected) in
        [(&rp, 60, Ok(())), (&rp, 61, Err("expired")), (&hospital, 0, Err("wrong-relying-party"))]
    {
        let (state, response) = start();
        assert_eq!(finish(at, state, response, seconds), expected, "{seconds}");
    }
    let ((state, _), (_, response)) = (start(), start());
    assert_eq!(finish(&rp, state, response, 0), Err("challenge-mismatch"), "another ceremony's");

    let (state, _) = start();
    let mut stored = serde_json::to_value(&state).unwrap();
    assert_eq!(serde_json::from_value::<AuthenticationState>(stored.clone()).unwrap(), state);
    stored["version"] = 2.into();
    assert!(serde_json::from_value::<AuthenticationState>(stored).is_err());
}
