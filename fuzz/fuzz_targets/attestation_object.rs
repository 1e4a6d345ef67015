//! Attestation objects with any set of quirks: a quirk only accepts more, and is reported.
#![no_main]

use libfuzzer_sys::fuzz_target;
use wardkey::internals::AttestationObject;
use wardkey::quirk::Quirks;
use wardkey_fuzz::{Parts, quirks};

fuzz_target!(|input: &[u8]| {
    let mut parts = Parts(input);
    let chosen = quirks(parts.octet());
    let (strict, lenient) = (AttestationObject::read(parts.0, Quirks::NONE), AttestationObject::read(parts.0, chosen));
    match (strict, lenient) {
        (Ok(strict), Ok(lenient)) => {
            assert!(lenient.quirks().is_empty());
            assert_eq!(strict.format(), lenient.format());
            assert_eq!(strict.authenticator_data(), lenient.authenticator_data());
        }
        (Ok(_), Err(error)) => panic!("a leniency refuses: {error}"),
        (Err(_), Ok(lenient)) => {
            assert!(!lenient.quirks().is_empty());
            assert!(lenient.quirks().iter().all(|quirk| chosen.contains(quirk)));
        }
        (Err(_), Err(_)) => {}
    }
});
