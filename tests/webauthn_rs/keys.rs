//! Credentials are converted from webauthn-rs to wardkey and back, and sign in with both.

use crate::common::*;
use wardkey::client::json::UserVerificationRequirement;
use wardkey::interop::check;
use wardkey::interop::webauthn_rs::{ToRecord, record, records, stored};
use wardkey::{CredentialRecord, Transport};
use wardkey_authenticator::{Algorithm, Authentication, Packed, Registration, flags};
use webauthn_rs::prelude::*;

fn register_with_theirs(name: &str, algorithm: Algorithm) -> (Registration, Result<Passkey, WebauthnError>) {
    let webauthn = theirs();
    let (options, state) = webauthn.start_passkey_registration(uuid(), "ada", "Ada", None).unwrap();
    let registration = create(name, algorithm, &options.public_key.challenge);
    let response = serde_json::from_value(registration.response()).unwrap();
    let registered = webauthn.finish_passkey_registration(&response, &state);
    (registration, registered)
}

fn sign_in_with_theirs(registration: &Registration, passkey: &mut Passkey, sign_count: u32) {
    let webauthn = theirs();
    let (options, state) = webauthn.start_passkey_authentication(std::slice::from_ref(passkey)).unwrap();
    let posted = get(registration, &options.public_key.challenge, sign_count).response();
    let response = serde_json::from_value(posted).unwrap();
    let result = webauthn.finish_passkey_authentication(&response, &state).unwrap();
    passkey.update_credential(&result);
}

fn ours_of(key: &impl ToRecord) -> CredentialRecord {
    key.to_record(user()).unwrap()
}

#[test]
fn registered_with_webauthn_rs_signs_in_with_wardkey() {
    for algorithm in SHARED {
        let (registration, passkey) = register_with_theirs("theirs", algorithm);
        let mut passkey = passkey.unwrap();
        sign_in_with_theirs(&registration, &mut passkey, 3);

        let mut imported = ours_of(&passkey);
        let row = serde_json::to_string(&passkey).unwrap();
        let rows: Vec<_> = records(&row, |_| Some(user())).map(|row| row.unwrap().record).collect();
        assert_eq!(rows, [imported.clone()], "the row says the same as the value");
        assert_eq!(imported.id.as_bytes(), registration.credential_id());
        assert_eq!(imported.public_key, registration.public_key_bytes(), "{algorithm:?}");
        assert_eq!((imported.sign_count, imported.uv_initialized), (3, true));
        assert_eq!((imported.backup_eligible, imported.backup_state), (None, None));
        assert!(check([&imported], &ours()).is_empty());

        sign_in_with_ours(&registration, &mut imported, 4);
        assert_eq!(
            (imported.sign_count, imported.backup_eligible, imported.backup_state),
            (5, Some(false), Some(false))
        );
    }
}

#[test]
fn both_support_these_algorithms_and_no_others() {
    for algorithm in [
        Algorithm::Es512,
        Algorithm::Es256k,
        Algorithm::Esp256,
        Algorithm::EdDsa,
        Algorithm::Ed25519,
        Algorithm::Rs384,
        Algorithm::Rs512,
        Algorithm::Ps256,
        Algorithm::MlDsa44,
    ] {
        assert!(register_with_theirs("neither", algorithm).1.is_err(), "{algorithm:?}");
        let (_, registered) = register_with_ours("neither", algorithm);
        let refused = Passkey::try_from(&registered).unwrap_err();
        assert_eq!(refused.code(), "export-algorithm", "{algorithm:?}: {refused}");
    }
}

#[test]
fn registered_with_wardkey_signs_in_with_webauthn_rs() {
    for algorithm in SHARED {
        let (registration, mut registered) = register_with_ours("ours", algorithm);
        sign_in_with_ours(&registration, &mut registered, 1);
        let mut passkey = Passkey::try_from(&registered).unwrap();
        let exported = stored(&registered, &UserVerificationRequirement::Required).unwrap();
        let row: Passkey = serde_json::from_value(exported).unwrap();
        assert_eq!(sent(&row), sent(&passkey), "the row says the same as the value");
        sign_in_with_theirs(&registration, &mut passkey, 3);
        sign_in_with_theirs(&registration, &mut passkey, 4);
        let credential = Credential::try_from(&registered).unwrap();
        assert_eq!((credential.counter, credential.user_verified), (2, true));

        let mut back = ours_of(&passkey);
        assert_eq!(
            (back.sign_count, &back.public_key, &back.transports),
            (4, &registered.public_key, &registered.transports)
        );
        sign_in_with_ours(&registration, &mut back, 5);
    }
}

#[test]
fn a_value_that_is_no_key_is_refused_when_the_function_runs() {
    for none in [serde_json::json!(7), serde_json::json!({"cred": {}})] {
        assert!(record(&none, user()).is_err());
    }
    assert!(record(&uuid(), user()).is_err());
}

/// Signs the challenge of `$start` and returns the result of `$finish`.
macro_rules! sign_in_as {
    ($registration:expr, $count:expr, $start:expr, |$response:ident, $state:ident| $finish:expr) => {{
        let (options, $state) = $start.unwrap();
        let made: Authentication = get($registration, &options.public_key.challenge, $count);
        let $response: PublicKeyCredential = serde_json::from_value(made.response()).unwrap();
        $finish.unwrap()
    }};
}

#[test]
fn exported_as_every_type_of_key_it_signs_in_with_webauthn_rs() {
    let webauthn = theirs();
    let (registration, registered) = register_with_ours("every type", Algorithm::Es256);

    let mut key = SecurityKey::try_from(&registered).unwrap();
    let result =
        sign_in_as!(&registration, 1, webauthn.start_securitykey_authentication(&[key.clone()]), |response, state| {
            webauthn.finish_securitykey_authentication(&response, &state)
        });
    assert_eq!(key.update_credential(&result), Some(true));
    assert_eq!(ours_of(&key).sign_count, 1);

    let key = DiscoverableKey::try_from(&registered).unwrap();
    let result = sign_in_as!(&registration, 2, webauthn.start_discoverable_authentication(), |response, state| {
        let (found, id) = webauthn.identify_discoverable_authentication(&response).unwrap();
        assert_eq!((found, id), (uuid(), registered.id.as_bytes()));
        webauthn.finish_discoverable_authentication_v2(&response, state, &key)
    });
    assert_eq!((result.counter(), result.user_verified()), (2, true));
    assert_eq!(ours_of(&key).id, registered.id);

    let mut key = AttestedPasskey::from(Credential::try_from(&registered).unwrap());
    let result = sign_in_as!(
        &registration,
        3,
        webauthn.start_attested_passkey_authentication(&[key.clone()]),
        |response, state| { webauthn.finish_attested_passkey_authentication(&response, &state) }
    );
    assert_eq!(key.update_credential(&result), Some(true));
    let credential = Credential::from(key);
    assert!(matches!(credential.attestation.data, ParsedAttestationData::None), "its attestation is lost");
    assert_eq!(ours_of(&credential).sign_count, 3);
}

#[test]
fn every_type_of_key_becomes_the_same_record() {
    let (_, passkey) = register_with_theirs("types", Algorithm::Es256);
    let passkey = passkey.unwrap();
    let expected = ours_of(&passkey);
    assert_eq!(ours_of(&passkey), expected);
    let credential = Credential::from(passkey.clone());
    assert_eq!(ours_of(&credential), expected);
    assert_eq!(ours_of(&SecurityKey::from(credential.clone())), expected);
    assert_eq!(ours_of(&AttestedPasskey::from(credential.clone())), expected);
    assert_eq!(ours_of(&AttestedResidentKey::from(credential)), expected);
    assert_eq!(ours_of(&DiscoverableKey::from(passkey)), expected);
}

#[test]
fn backup_eligibility_is_carried_over_where_it_was_told() {
    let webauthn = theirs();
    let register = |name: &str, bits| {
        let (options, state) = webauthn.start_securitykey_registration(uuid(), "ada", "Ada", None, None, None).unwrap();
        let registration = create(name, Algorithm::Es256, &options.public_key.challenge)
            .authenticator_data(|data| data.set_flags(bits))
            .format(Packed::new());
        let response = serde_json::from_value(registration.response()).unwrap();
        (ours_of(&webauthn.finish_securitykey_registration(&response, &state).unwrap()), registration)
    };
    let (mut bound, registration) = register("bound", 0);
    assert_eq!((bound.backup_eligible, bound.backup_state), (Some(false), Some(false)));
    sign_in_with_ours(&registration, &mut bound, 1);
    let (mut synced, registration) = register("synced", flags::BE | flags::BS);
    assert_eq!((synced.backup_eligible, synced.backup_state), (Some(true), Some(true)));
    sign_in_with_ours(&registration, &mut synced, 1);
}

/// kanidm/webauthn-rs#185, #510: registered without BE, like all credentials before 2022, and synced since.
#[test]
fn eligibility_that_nobody_knew_of_locks_nobody_out() {
    let (registration, passkey) = register_with_theirs("flip", Algorithm::Es256);
    let mut record = ours_of(&passkey.unwrap());
    let upgraded = registration.authenticator_data(|data| data.set_flags(flags::BE | flags::BS));
    sign_in_with_ours(&upgraded, &mut record, 0);
    assert_eq!((record.backup_eligible, record.backup_state), (Some(true), Some(true)));
}

#[test]
fn a_record_that_webauthn_rs_has_no_place_for_is_an_error() {
    let (registration, registered) = register_with_ours("loss", Algorithm::Es256);
    let export = |record: &CredentialRecord| Passkey::try_from(record).map_err(|error| error.code());
    let mut record = registered.clone();
    record.transports.push(Transport::SmartCard);
    assert_eq!(export(&record), Err("export-transport"));
    record.transports.pop();
    assert!(export(&record).is_ok());
    record.backup_state = None;
    assert_eq!(export(&record), Err("export-backup"));
    assert_eq!(Credential::try_from(&record).unwrap_err().credential_id(), Some(&registered.id));

    let mut unverified = registered;
    unverified.uv_initialized = false;
    sign_in_with_theirs(&registration, &mut export(&unverified).unwrap(), 1);
    let required = stored(&unverified, &UserVerificationRequirement::Required);
    assert_eq!(required.unwrap_err().code(), "export-user-verification", "webauthn-rs refuses it at every sign-in");
}
