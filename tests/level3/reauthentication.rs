//! Proving it again: whose it is, how long it counts, and that nothing else passes for it.

use crate::*;
use wardkey::client::json::UserVerification;
use wardkey::relying_party::Reauthentication;
use wardkey_authenticator::flags::UV;

fn later(seconds: u32) -> UnixTime {
    NOW.plus_secs(seconds)
}

fn stranger() -> UserHandle {
    UserHandle::new([8; 32]).unwrap()
}

#[test]
fn it_is_bound_to_the_user_and_to_a_time() {
    let rp = rp();
    let (options, state) = rp.start_reauthentication(&user().handle, &[record()], NOW).unwrap();
    assert_eq!(options.user_verification, UserVerification::Required);
    let response = get(authentication(), &options.challenge);
    let done = rp.finish_reauthentication(state, &user().handle, &response, &record(), 300, NOW).unwrap();
    let proof: Reauthentication = serde_json::from_str(&serde_json::to_string(&done.proof).unwrap()).unwrap();
    assert_eq!((proof.user(), proof.at(), proof.until()), (&user().handle, NOW, later(300)));
    assert_eq!(proof.require(&user().handle, NOW), Ok(()));
    assert_eq!(proof.require(&user().handle, later(300)), Ok(()));
    for (user, time) in
        [(user().handle, later(301)), (user().handle, UnixTime::from_secs(NOW.secs() - 1)), (stranger(), NOW)]
    {
        assert_eq!(proof.require(&user, time), Err(Error::NotFresh));
    }
}

#[test]
fn nothing_else_passes_for_it() {
    let lax = RelyingParty::builder("example.org", "x").user_verification_preferred().build().unwrap();
    let (_, discoverable) = rp().start_discoverable_authentication(NOW).unwrap();
    let (_, of_a_stranger) = rp().start_reauthentication(&user().handle, &[record()], NOW).unwrap();
    let (_, sign_in) = rp().start_authentication(&user().handle, &[record()], NOW).unwrap();
    let (_, payment) = rp().start_payment(&user().handle, &[record()], NOW).unwrap();
    let unstated = {
        let (_, state) = rp().start_reauthentication(&user().handle, &[record()], NOW).unwrap();
        let mut json = serde_json::to_value(&state).unwrap();
        assert_eq!(json["purpose"], "reauthentication");
        json.as_object_mut().unwrap().remove("purpose");
        serde_json::from_value(json).unwrap()
    };
    let response = get(authentication(), &[0; 32]);
    for (state, user) in [
        (discoverable, user().handle),
        (of_a_stranger, stranger()),
        (sign_in, user().handle),
        (payment, user().handle),
        (unstated, user().handle),
    ] {
        let error = rp().finish_reauthentication(state, &user, &response, &record(), 300, NOW).unwrap_err();
        assert_eq!((error, error.code()), (Error::NotAReauthentication, "not-a-reauthentication"));
    }
    let (options, state) = lax.start_reauthentication(&user().handle, &[record()], NOW).unwrap();
    let unverified = authentication().authenticator_data(|data| data.clear_flags(UV));
    let response = get(unverified, &options.challenge);
    let result = lax.finish_reauthentication(state, &user().handle, &response, &record(), 300, NOW);
    assert_eq!(refusal(result), Refusal::UserNotVerified, "whatever the relying party's own choice is");
}

/// §4, uvInitialized: the first time is no factor, unless another one stood beside it.
#[test]
fn the_first_user_verification_is_no_factor() {
    let rp = rp();
    let again = |record: &CredentialRecord| {
        let (options, state) = rp.start_reauthentication(&user().handle, std::slice::from_ref(record), NOW).unwrap();
        let response = get(authentication(), &options.challenge);
        rp.finish_reauthentication(state, &user().handle, &response, record, 300, NOW).unwrap()
    };
    let mut fresh = record();
    fresh.uv_initialized = false;
    let first = again(&fresh);
    assert_eq!(first.proof.user_verification(), wardkey::ceremony::authentication::UserVerification::First);
    let stored: Reauthentication = serde_json::from_str(&serde_json::to_string(&first.proof).unwrap()).unwrap();
    let error = stored.require(&user().handle, NOW).unwrap_err();
    assert_eq!((error, error.code()), (Error::NotAFactor, "not-a-factor"));
    assert_eq!(stored.require_with_additional_factor(&user().handle, NOW), Ok(()));
    assert_eq!(stored.require_with_additional_factor(&stranger(), NOW), Err(Error::NotFresh));
    assert_eq!(first.authenticated.update, None, "nothing else has changed");
    assert!(fresh.apply(&first.authenticated.update_after_additional_factor.unwrap()));
    assert_eq!(again(&fresh).proof.require(&user().handle, NOW), Ok(()));
    let mut json = serde_json::to_value(&stored).unwrap();
    json["userVerification"] = json!("not_performed");
    let unverified: Reauthentication = serde_json::from_value(json.clone()).unwrap();
    assert_eq!(unverified.require_with_additional_factor(&user().handle, NOW), Err(Error::NotAFactor));
    for version in [json!(2), json!(null)] {
        json["version"] = version;
        assert!(serde_json::from_value::<Reauthentication>(json.clone()).is_err());
    }
}
