//! What other libraries stored, sent and posted: an imported record has a key that a ceremony can read, both backends find the same
//! lock-outs, and a record that goes to webauthn-rs and back is the same.
#![no_main]

use libfuzzer_sys::fuzz_target;
use serde_json::Value;
use std::sync::LazyLock;
use wardkey::client::json::UserVerificationRequirement;
use wardkey::internals::CoseKey;
use wardkey::interop::{ImportError, Imported, Row, webauthn_rs};
use wardkey::{AuthenticationResponse, CredentialRecord, RegistrationResponse, RelyingParty, UserHandle, interop};
use wardkey_fuzz::BACKENDS;

/// One relying party for each backend.
static RPS: LazyLock<[RelyingParty; 2]> = LazyLock::new(|| {
    BACKENDS.map(|backend| {
        RelyingParty::builder("example.org", "Example").backend(backend).build().expect("a relying party")
    })
});

/// The account of every record whose row has no handle.
fn user() -> UserHandle {
    UserHandle::new([1; 16]).expect("a handle")
}

/// Reads rows of one library; each is a record or an error in its place.
fn import(rows: impl Iterator<Item = Result<Imported, ImportError>>) {
    for (index, row) in rows.enumerate() {
        match row {
            Ok(imported) => {
                assert_eq!(imported.row, index);
                assert!(imported.concerns.iter().all(|concern| !concern.locks_out()));
                record(&imported.record);
            }
            Err(error) => assert_eq!(error.row, Some(index)),
        }
    }
}

/// A record is kept, is checked, and is exported if webauthn-rs can store it.
fn record(record: &CredentialRecord) {
    assert!(CoseKey::read(&record.public_key).is_ok(), "a key that no ceremony reads");
    assert!(record.backup_eligible != Some(false) || record.backup_state == Some(false));
    let kept = serde_json::to_string(&record).expect("JSON");
    assert_eq!(serde_json::from_str::<CredentialRecord>(&kept).expect("JSON"), *record);
    let locked_out = |records: &[&CredentialRecord], rp: &RelyingParty| {
        let found = interop::check(records.iter().copied(), rp);
        found.into_iter().filter(|(_, concern)| concern.locks_out()).count()
    };
    let unusable = RPS.each_ref().map(|rp| locked_out(&[record], rp));
    assert_eq!(unusable[0], unusable[1]);
    assert_eq!(locked_out(&[record, record], &RPS[0]), 2 * unusable[0] + 1);

    let Ok(exported) = webauthn_rs::stored(record, &UserVerificationRequirement::Required) else { return };
    let again = webauthn_rs::record(&exported, record.user_handle.clone()).expect("what was exported");
    let items = |record: &CredentialRecord| {
        (
            record.id.clone(),
            record.public_key.clone(),
            record.sign_count,
            record.uv_initialized,
            record.transports.clone(),
        )
    };
    assert_eq!(items(&again), items(record));
    // webauthn-rs writes `false` also where nothing is known, so a `false` is imported as `None`.
    let eligible = record.backup_eligible == Some(true);
    assert_eq!(
        (again.backup_eligible, again.backup_state),
        (eligible.then_some(true), record.backup_state.filter(|_| eligible))
    );
}

/// Responses of its front ends: one with exactly the members of the standard has the same meaning.
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

/// Options written by its types: our options made from them are sent to its front ends unchanged.
fn options(json: &str) {
    let Ok(challenge) = serde_json::from_str::<Value>(json) else { return };
    if let Ok(options) = webauthn_rs::creation_options(&challenge) {
        let sent =
            webauthn_rs::to_wire::<Value>(&webauthn_rs::creation_challenge(&options)).expect("any JSON is a Value");
        assert_eq!(webauthn_rs::creation_options(&sent), Ok(options));
    }
    if let Ok(options) = webauthn_rs::request_options(&challenge) {
        let sent =
            webauthn_rs::to_wire::<Value>(&webauthn_rs::request_challenge(&options)).expect("any JSON is a Value");
        assert_eq!(webauthn_rs::request_options(&sent), Ok(options));
    }
}

fuzz_target!(|json: &str| {
    let of = |_: &Row<'_>| Some(user());
    import(webauthn_rs::records(json, of));
    import(interop::simplewebauthn::records(json, of));
    import(interop::go_webauthn::records(json, of));
    import(interop::py_webauthn::records(json, of));
    import(interop::java_webauthn_server::records(json));
    import(interop::webauthn4j::records(json, of));
    import(interop::fido2_net_lib::records(json, of));
    import(interop::python_fido2::records(json, of));
    import(interop::webauthn_framework::records(json));
    import(interop::lbuchs::records(json, of));
    import(interop::webauthn_ruby::records(json, of));
    import(interop::spring_security::records(json));
    import(interop::aspnet_identity::records(json));
    import(interop::keycloak::records(json));
    import(interop::u2f::records(json, of));
    responses(json);
    options(json);
});
