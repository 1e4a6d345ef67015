//! Every attestation statement, with signatures that all verify and hashes that are all the same.
//!
//! Input: an octet that selects the format (the top bit: at least one statement of a compound attestation must verify),
//! the authenticator data as a block, the statement.
#![no_main]

use libfuzzer_sys::fuzz_target;
use wardkey::RegistrationResponse;
use wardkey::attestation::{AttestationType, CompoundPolicy, Format};
use wardkey::ceremony::registration::{ExpectedRegistration, verify};
use wardkey::internals::AuthenticatorData;
use wardkey_fuzz::keys::ALGORITHMS;
use wardkey_fuzz::{CHALLENGE, Parts, Yes, cbor};

fuzz_target!(|input: &[u8]| {
    let mut parts = Parts(input);
    let choice = parts.octet();
    let format = Format::ALL[usize::from(choice & 0x7f) % Format::ALL.len()];
    let authenticator_data = parts.block();
    let Ok(data) = AuthenticatorData::read(authenticator_data) else { return };
    let Some(attested) = data.attested_credential_data() else { return };
    let object = cbor::attestation_object(format.identifier(), parts.0, authenticator_data);
    let client_data = wardkey_fuzz::creation_client_data();
    let json = wardkey_fuzz::registration_json(attested.credential_id(), &client_data, &object);
    let response = RegistrationResponse::from_json(&json).expect("a response");
    let site = wardkey_fuzz::site(0);
    let mut expected = ExpectedRegistration::new(&site, &CHALLENGE, &ALGORITHMS);
    expected.user_verification_required = false;
    if choice & 0x80 != 0 {
        expected.compound = CompoundPolicy::AtLeast(1);
    }
    let Ok(verified) = verify(&expected, &response, &Yes) else { return };
    let attestation = verified.attestation();
    assert_eq!(attestation.format, format);
    assert_eq!(attestation.attestation_type == AttestationType::None, format == Format::None);
});
