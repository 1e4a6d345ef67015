//! Whole authentications, all signatures accepted: an accepted response and its update fit the record.
//!
//! Input: two octets of choices, the counter and the algorithm in the record, then client data, authenticator data and
//! user handle as blocks.
#![no_main]

use libfuzzer_sys::fuzz_target;
use wardkey::ceremony::authentication::{ExpectedAuthentication, SignCount, SignCountPolicy, verify};
use wardkey::{AuthenticationResponse, CredentialId, CredentialRecord, RecordState, UserHandle};
use wardkey_fuzz::keys::{Key, algorithm};
use wardkey_fuzz::{CHALLENGE, Parts, Yes, quirks};

fuzz_target!(|input: &[u8]| {
    let mut parts = Parts(input);
    let (choices, leniencies, counter) = (parts.octet(), quirks(parts.octet()), parts.octet());
    let key = Key::new(algorithm(parts.octet()), 0);
    let (client_data, data, handle) = (parts.block(), parts.block(), parts.block());
    let handle = (choices & 1 != 0).then_some(handle);
    let json = wardkey_fuzz::authentication_json(&[1; 32], handle, client_data, data, parts.0);
    let response = AuthenticationResponse::from_json(&json).expect("a response");

    let id = CredentialId::new([1; 32]).expect("an id");
    let user = UserHandle::new([1]).expect("a handle");
    let mut record = CredentialRecord::new(id.clone(), user.clone(), key.cose());
    record.sign_count = u32::from(counter);
    record.uv_initialized = choices & 2 != 0;
    record.backup_eligible = (choices & 4 != 0).then_some(choices & 8 != 0);
    let site = wardkey_fuzz::site(choices);
    let ids = [id];
    let mut expected = ExpectedAuthentication::new(&site, &CHALLENGE);
    expected.user_handle = (choices & 16 != 0).then_some(user.as_bytes());
    expected.user_verification_required = choices & 32 != 0;
    expected.allow_credentials = if choices & 64 != 0 { &ids } else { &[] };
    expected.sign_count = if counter & 1 != 0 { SignCountPolicy::Report } else { SignCountPolicy::Reject };
    expected.quirks = leniencies;
    let verified = match verify(&expected, &response, &record, &Yes) {
        Ok(verified) => verified,
        Err(failure) => {
            assert!(failure.step().is_some(), "{failure}");
            return;
        }
    };

    assert_eq!(verified.algorithm(), key.algorithm);
    let flags = verified.authenticator_data().flags();
    assert!(flags.user_present() && (flags.user_verified() || !expected.user_verification_required));
    assert!(handle == Some(&[1]) || expected.user_handle.is_some());
    assert!(
        verified.sign_count() != SignCount::Advanced || verified.authenticator_data().sign_count() > record.sign_count
    );
    let before = RecordState::of(&record);
    let mut after = record.clone();
    for update in [verified.update(), verified.update_after_additional_factor()].into_iter().flatten() {
        assert!(update.set.sign_count >= before.sign_count, "a counter goes back");
        assert!(update.set.backup_eligible.is_some());
        assert!(after.apply(&update), "one after the other");
    }
});
