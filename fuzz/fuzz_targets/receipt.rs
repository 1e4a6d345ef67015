//! Receipts, all signatures accepted: what is read reads again as written, and verifying never panics.
#![no_main]

use libfuzzer_sys::fuzz_target;
use wardkey::ceremony::{Origins, Site};
use wardkey::confirmation::Receipt;
use wardkey::{AuthenticationResponse, CredentialId, CredentialRecord, UserHandle};
use wardkey_fuzz::Yes;

fuzz_target!(|input: &[u8]| {
    let Ok(receipt) = serde_json::from_slice::<Receipt>(input) else { return };
    let json = serde_json::to_string(&receipt).expect("a receipt is JSON");
    let again = serde_json::from_str::<Receipt>(&json).expect("as written");
    assert_eq!(again, receipt);
    let response = AuthenticationResponse::from_json(&receipt.response_json()).expect("a response");
    let (Ok(id), Ok(user)) = (CredentialId::new(response.credential_id()), UserHandle::new(b"user")) else { return };
    let record = CredentialRecord::new(id, user, input.to_vec());
    let site = Site::new("clinic.example", Origins::exact(["https://clinic.example"]));
    assert_eq!(receipt.verify(&site, &record, &Yes).is_ok(), again.verify(&site, &record, &Yes).is_ok());
});
