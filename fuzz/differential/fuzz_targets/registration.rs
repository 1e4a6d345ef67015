//! Registrations without attestation, judged by both libraries.
//!
//! Input: two octets of choices, the client data as a block, the attestation object, as `registration` has them.
#![no_main]

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use libfuzzer_sys::fuzz_target;
use wardkey::RegistrationResponse;
use wardkey::ceremony::registration::{ExpectedRegistration, verify};
use wardkey::ceremony::{Ceremony, Failure, Origins, Refusal, Site};
use wardkey::crypto::{Algorithm, default_backend};
use wardkey::internals::AttestationObject;
use wardkey::quirk::Quirks;
use wardkey_differential::Registration;
use wardkey_fuzz_differential::compare;

const RP_ID: &str = "example.org";
const ALGORITHMS: [Algorithm; 2] = [Algorithm::Es256, Algorithm::Rs256];

fuzz_target!(|input: &[u8]| {
    let [choices, _, high, low, rest @ ..] = input else { return };
    let len = usize::from(u16::from_be_bytes([*high, *low]));
    let (client_data, object) = rest.split_at(len.min(rest.len()));
    let Ok(read) = AttestationObject::read(object, Quirks::NONE) else { return };
    let id = read.authenticator_data().attested_credential_data().map_or(&[1][..], |data| data.credential_id());
    let [id, client_data, object] = [id, client_data, object].map(|part| URL_SAFE_NO_PAD.encode(part));
    let json = format!(
        r#"{{"id":"{id}","rawId":"{id}","type":"public-key","clientExtensionResults":{{}},"response":{{"clientDataJSON":"{client_data}","attestationObject":"{object}"}}}}"#
    );
    let required = choices & 2 != 0;
    let origins = ["https://example.org".to_owned()];
    let theirs = Registration {
        rp_id: RP_ID,
        origins: &origins,
        challenge: &URL_SAFE_NO_PAD.encode([0; 32]),
        user_verification_required: required,
        algorithms: &ALGORITHMS.map(|algorithm| algorithm.cose().into()),
        known_credential_ids: &[],
    }
    .judge(&json);
    let site = Site::new(RP_ID, Origins::exact(origins));
    let mut expected = ExpectedRegistration::new(&site, &[0; 32], &ALGORITHMS);
    expected.user_verification_required = required;
    let malformed = |error| Failure::new(Ceremony::Registration, Refusal::Response(error));
    match RegistrationResponse::from_json(&json) {
        Ok(response) => compare(verify(&expected, &response, default_backend()), &theirs),
        Err(error) => compare(Err::<(), _>(malformed(error)), &theirs),
    }
});
