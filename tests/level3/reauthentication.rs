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
    let (_, of_a_stranger) = rp().start_authentication(&user().handle, &[record()], NOW).unwrap();
    let (_, without_uv) = lax.start_authentication(&user().handle, &[record()], NOW).unwrap();
    let response = get(authentication(), &[0; 32]);
    for (state, user) in [(discoverable, user().handle), (of_a_stranger, stranger()), (without_uv, user().handle)] {
        let error = rp().finish_reauthentication(state, &user, &response, &record(), 300, NOW).unwrap_err();
        assert_eq!((error, error.code()), (Error::NotAReauthentication, "not-a-reauthentication"));
    }
    let (options, state) = lax.start_reauthentication(&user().handle, &[record()], NOW).unwrap();
    let unverified = authentication().authenticator_data(|data| data.clear_flags(UV));
    let response = get(unverified, &options.challenge);
    let result = lax.finish_reauthentication(state, &user().handle, &response, &record(), 300, NOW);
    assert_eq!(refusal(result), Refusal::UserNotVerified, "whatever the relying party's own choice is");
}
