//! RegistrationResponseJSON, and the whole ceremony behind it: what is accepted is accepted again when it is written
//! from its parts.
#![no_main]

use libfuzzer_sys::fuzz_target;
use wardkey::RegistrationResponse;
use wardkey::ceremony::registration::{ExpectedRegistration, verify};
use wardkey_fuzz::keys::ALGORITHMS;
use wardkey_fuzz::{CHALLENGE, Yes};

fuzz_target!(|json: &str| {
    let read = RegistrationResponse::from_json(json);
    let by_serde: Result<RegistrationResponse, _> = serde_json::from_str(json);
    let Ok(response) = read else {
        assert!(by_serde.is_err(), "serde accepts what from_json refuses");
        return;
    };
    assert_eq!(by_serde.expect("serde accepts what from_json accepts"), response);
    let site = wardkey_fuzz::site(0);
    let expected = ExpectedRegistration::new(&site, &CHALLENGE, &ALGORITHMS);
    let Ok(verified) = verify(&expected, &response, &Yes) else { return };
    let again = wardkey_fuzz::registration_json(
        response.credential_id(),
        response.client_data_json(),
        response.attestation_object(),
    );
    let again = RegistrationResponse::from_json(&again).expect("what was accepted, written again");
    let again = verify(&expected, &again, &Yes).expect("what was accepted, without the copies");
    assert_eq!(verified.credential_id(), again.credential_id());
});
