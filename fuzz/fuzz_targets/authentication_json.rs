//! AuthenticationResponseJSON: an accepted response is accepted again after writing it from its parts.
#![no_main]

use libfuzzer_sys::fuzz_target;
use wardkey::AuthenticationResponse;

fuzz_target!(|json: &str| {
    let by_serde: Result<AuthenticationResponse, _> = serde_json::from_str(json);
    let Ok(response) = AuthenticationResponse::from_json(json) else {
        assert!(by_serde.is_err(), "serde accepts what from_json refuses");
        return;
    };
    assert_eq!(by_serde.expect("serde accepts what from_json accepts"), response);
    let again = wardkey_fuzz::authentication_json(
        response.credential_id(),
        response.user_handle(),
        response.client_data_json(),
        response.authenticator_data(),
        response.signature(),
    );
    let again = AuthenticationResponse::from_json(&again).expect("what was accepted, written again");
    assert_eq!(again.credential_id(), response.credential_id());
    assert_eq!(again.user_handle(), response.user_handle());
    assert_eq!(again.client_data_json(), response.client_data_json());
    assert_eq!(again.authenticator_data(), response.authenticator_data());
    assert_eq!(again.signature(), response.signature());
});
