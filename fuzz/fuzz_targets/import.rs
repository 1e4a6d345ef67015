//! What other libraries stored, sent and posted: what is imported could verify or is told apart by the lock-out check,
//! and what goes back to webauthn-rs comes in again as the same.
#![no_main]

use libfuzzer_sys::fuzz_target;
use serde::de::DeserializeOwned;
use serde_json::Value;
use std::sync::LazyLock;
use wardkey::client::json::UserVerificationRequirement;
use wardkey::crypto::cose::CoseKey;
use wardkey::interop::webauthn_rs::{self, CreationChallenge, RequestChallenge, StoredCredential};
use wardkey::interop::{self, Unusable};
use wardkey::{AuthenticationResponse, CredentialRecord, RegistrationResponse, RelyingParty, UserHandle};
use wardkey_fuzz::BACKENDS;

/// One relying party for each backend.
static RPS: LazyLock<[RelyingParty; 2]> = LazyLock::new(|| {
    BACKENDS.map(|backend| {
        RelyingParty::builder("example.org", "Example").backend(backend).build().expect("a relying party")
    })
});

/// The account of every record.
fn user() -> UserHandle {
    UserHandle::new([1]).expect("a handle")
}

/// Reads one stored shape; what comes of it is kept, is checked, and is exported where webauthn-rs has room for it.
fn import<T: DeserializeOwned>(json: &str, into_record: impl Fn(T) -> Result<CredentialRecord, Unusable>) {
    let Ok(stored) = serde_json::from_str(json) else { return };
    let Ok(record) = into_record(stored) else { return };
    assert_eq!(record.user_handle, user());
    assert!(CoseKey::read(&record.public_key).is_ok(), "a key that no ceremony reads");
    assert!(record.backup_eligible != Some(false) || record.backup_state == Some(false));
    let kept = serde_json::to_string(&record).expect("JSON");
    assert_eq!(serde_json::from_str::<CredentialRecord>(&kept).expect("JSON"), record);
    let unusable = RPS.each_ref().map(|rp| interop::check([&record], rp).into_iter().map(|(_, why)| why).next());
    assert_eq!(unusable[0].is_some(), unusable[1].is_some(), "{unusable:?}");
    let twice = interop::check([&record, &record], &RPS[0]).len();
    assert_eq!(twice, if unusable[0].is_some() { 2 } else { 1 });

    let Ok(exported) = webauthn_rs::stored(&record, &UserVerification::Required) else { return };
    let again = webauthn_rs::record(&exported, user()).expect("what was exported");
    let items = |record: &CredentialRecord| {
        (
            record.id.clone(),
            record.public_key.clone(),
            record.sign_count,
            record.uv_initialized,
            record.transports.clone(),
        )
    };
    assert_eq!(items(&again), items(&record));
    // It writes `false` for what it never asked, so that is not believed again.
    let eligible = record.backup_eligible == Some(true);
    assert_eq!(
        (again.backup_eligible, again.backup_state),
        (eligible.then_some(true), record.backup_state.filter(|_| eligible))
    );
}

/// Responses as its front ends post them: those that have what the standard has, and no more, mean the same.
fn responses(json: &str) {
    let ours = serde_json::from_str::<Value>(json)
        .is_ok_and(|json| json.get("extensions").is_none() && json["clientExtensionResults"].is_object());
    let front_end = webauthn_rs::registration_response(json);
    if let (Ok(response), true) = (RegistrationResponse::from_json(json), ours) {
        assert_eq!(front_end.as_ref(), Ok(&response));
    }
    if let Ok(response) = front_end {
        let again = webauthn_rs::posted_registration(&response);
        let again = webauthn_rs::registration_response(&again.to_string()).expect("what was posted");
        assert_eq!(again.credential_id(), response.credential_id());
        assert_eq!(again.client_data_json(), response.client_data_json());
        assert_eq!(again.attestation_object(), response.attestation_object());
        assert_eq!(again.transports(), response.transports());
    }
    let front_end = webauthn_rs::authentication_response(json);
    if let (Ok(response), true) = (AuthenticationResponse::from_json(json), ours) {
        assert_eq!(front_end.as_ref(), Ok(&response));
    }
    if let Ok(response) = front_end {
        let again = webauthn_rs::posted_authentication(&response);
        let again = webauthn_rs::authentication_response(&again.to_string()).expect("what was posted");
        assert_eq!(again.credential_id(), response.credential_id());
        assert_eq!(again.client_data_json(), response.client_data_json());
        assert_eq!(again.authenticator_data(), response.authenticator_data());
        assert_eq!(again.signature(), response.signature());
        assert_eq!(again.user_handle(), response.user_handle());
    }
}

/// Options as its types write them: what is read as ours is sent to its front ends as the same.
fn options(json: &str) {
    let Ok(challenge) = serde_json::from_str::<Value>(json) else { return };
    if let Ok(options) = webauthn_rs::creation_options(&challenge) {
        let sent = webauthn_rs::to_wire::<Value>(&CreationChallenge::new(&options)).expect("any JSON is a Value");
        assert_eq!(webauthn_rs::creation_options(&sent), Ok(options));
    }
    if let Ok(options) = webauthn_rs::request_options(&challenge) {
        let sent = webauthn_rs::to_wire::<Value>(&RequestChallenge::new(&options)).expect("any JSON is a Value");
        assert_eq!(webauthn_rs::request_options(&sent), Ok(options));
    }
}

fuzz_target!(|json: &str| {
    import(json, |stored: StoredCredential| stored.into_record(user()));
    import(json, |stored: interop::simplewebauthn::Passkey| stored.into_record(user()));
    import(json, |stored: interop::go_webauthn::Credential| stored.into_record(user()));
    import(json, |stored: interop::py_webauthn::VerifiedRegistration| stored.into_record(user()));
    import(json, |stored: interop::java_webauthn_server::RegisteredCredential| stored.into_record(user()));
    import(json, |stored: interop::webauthn4j::CredentialRecord| stored.into_record(user()));
    import(json, |stored: interop::fido2_net_lib::StoredCredential| stored.into_record(user()));
    import(json, |stored: interop::u2f::Registration| stored.into_record(user()));
    responses(json);
    options(json);
});
