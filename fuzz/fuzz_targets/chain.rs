//! Chains of certificates up to anchors, behind signatures that all verify: what is trusted ends at an anchor.
//!
//! Input: the count of anchors and of certificates, a time, then each certificate as a block.
#![no_main]

use libfuzzer_sys::fuzz_target;
use wardkey::ceremony::registration::{Expected, verify};
use wardkey::policy::{Circumstances, TrustOutcome};
use wardkey::{RegistrationResponse, UnixTime, UserHandle};
use wardkey_fuzz::{CHALLENGE, Parts, Yes, cbor, policy, quirks};

fuzz_target!(|input: &[u8]| {
    let mut parts = Parts(input);
    let (counts, bits, years) = (parts.octet(), parts.octet(), parts.octet());
    let anchors = parts.blocks(counts & 0x0f);
    let x5c = parts.blocks(counts >> 4);
    let certificates: Vec<u8> = x5c.iter().flat_map(|der| cbor::string(2, der)).collect();
    let statement = [&b"\xa3\x63alg\x26\x63sig\x40\x63x5c"[..], &cbor::head(4, x5c.len() as u64), &certificates];
    let object = cbor::attestation_object("packed", &statement.concat(), &wardkey_fuzz::authenticator_data());
    let json = wardkey_fuzz::registration_json(&[1; 32], &wardkey_fuzz::creation_client_data(), &object);
    let response = RegistrationResponse::from_json(&json).expect("a response");
    let site = wardkey_fuzz::site(0);
    let algorithms = wardkey::crypto::Algorithm::ALL;
    let expected = Expected::new(&site, &CHALLENGE, &algorithms);
    let Ok(verified) = verify(&expected, &response, &Yes) else { return };

    let time = (years > 0).then(|| UnixTime::from_secs(i64::from(years) * 31_556_952));
    let mut circumstances = Circumstances::at(time, &Yes);
    circumstances.quirks = quirks(bits);
    let user = UserHandle::new([1]).expect("a handle");
    let decided = policy(&anchors).decide(&verified, &user, &circumstances);
    if let Ok(registered) = decided {
        assert_eq!(registered.trust(), TrustOutcome::Trusted);
        assert!(!policy(&anchors).decide(&verified, &user, &circumstances).is_err(), "the same again");
        let nobody = policy(&[]).decide(&verified, &user, &circumstances);
        assert!(nobody.is_err(), "trusted without an anchor");
    }
});
