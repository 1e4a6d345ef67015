//! Whole registrations, all signatures accepted: a registered credential can sign in, and every required refusal happens.
//!
//! Input: two octets of choices, the client data as a block, the attestation object.
#![no_main]

use libfuzzer_sys::fuzz_target;
use wardkey::ceremony::payment::browser_bound_key;
use wardkey::ceremony::registration::{ExpectedRegistration, verify};
use wardkey::ceremony::{Refusal, authentication};
use wardkey::internals::{AttestationObject, CoseKey};
use wardkey::policy::AttestationPolicy;
use wardkey::{AuthenticationResponse, CredentialId, RegistrationResponse, UserHandle};
use wardkey_fuzz::keys::ALGORITHMS;
use wardkey_fuzz::{CHALLENGE, Parts, Yes, quirks};

fuzz_target!(|input: &[u8]| {
    let mut parts = Parts(input);
    let (choices, leniencies) = (parts.octet(), quirks(parts.octet()));
    let client_data = parts.block();
    let object = parts.0;
    let id = AttestationObject::read(object, leniencies)
        .ok()
        .and_then(|object| object.authenticator_data().attested_credential_data().map(|data| data.credential_id()));
    let json = wardkey_fuzz::registration_json(id.unwrap_or(&[1]), client_data, object);
    let signed_by_browser = r#""clientExtensionResults":{"payment":{"browserBoundSignature":{"signature":"AQ"}}}"#;
    let json = json.replacen(r#""clientExtensionResults":{}"#, signed_by_browser, 1);
    let Ok(response) = RegistrationResponse::from_json(&json) else { return };
    let site = wardkey_fuzz::site(choices);
    let mut expected = ExpectedRegistration::new(&site, &CHALLENGE, &ALGORITHMS);
    expected.conditional = choices & 1 != 0;
    expected.user_verification_required = choices & 2 != 0;
    expected.quirks = leniencies;
    let verified = match verify(&expected, &response, &Yes) {
        Ok(verified) => verified,
        Err(failure) => {
            assert!(failure.step().is_some(), "{failure}");
            return;
        }
    };

    let flags = verified.authenticator_data().flags();
    assert!(flags.user_present() || expected.conditional);
    assert!(flags.user_verified() || !expected.user_verification_required);
    assert!(flags.backup_eligible() || !flags.backup_state());
    assert!(ALGORITHMS.contains(&verified.algorithm()));
    assert!(verified.credential_id().as_bytes().len() <= CredentialId::MAX_LEN);
    assert!(verified.quirks().iter().all(|quirk| leniencies.contains(quirk)));

    // A browser-bound signature without its key is refused, and an accepted key is readable.
    match browser_bound_key(&verified, &Yes) {
        Ok(found) => assert!(found.is_some_and(|key| CoseKey::read(key.as_bytes()).is_ok())),
        Err(failure) => assert_eq!(failure.refusal, Refusal::BrowserBoundSignature),
    }

    let user = UserHandle::new([1]).expect("a handle");
    let decide = || AttestationPolicy::any().decide(verified.clone(), &user);
    let Ok(registered) = decide() else { return };
    let record = registered.claim(None).expect("new").0;
    let refused = decide().expect("the same verdict").claim(Some(&record)).expect_err("known");
    assert_eq!(refused.code(), "credential-already-registered");
    let stored = serde_json::to_string(&record).expect("JSON");
    assert_eq!(serde_json::from_str::<wardkey::CredentialRecord>(&stored).expect("JSON"), record);

    // A registered credential can sign in. RS1 must be accepted by name.
    let mut data = [&[wardkey_fuzz::DIGEST; 32][..], &[flags.bits() & 0x1d | 1]].concat();
    data.extend([0xff; 4]);
    let client_data = wardkey_fuzz::request_client_data();
    let json = wardkey_fuzz::authentication_json(record.id.as_bytes(), Some(&[1]), &client_data, &data, b"signature");
    let response = AuthenticationResponse::from_json(&json).expect("a response");
    let mut expected = authentication::ExpectedAuthentication::new(&site, &CHALLENGE);
    expected.algorithms = &ALGORITHMS;
    expected.user_verification_required = false;
    let signed_in = authentication::verify(&expected, &response, &record, &Yes);
    let counter = matches!(&signed_in, Err(failure) if failure.refusal == Refusal::SignCount);
    assert!(signed_in.is_ok() || counter && record.sign_count == u32::MAX, "{signed_in:?}");
});
