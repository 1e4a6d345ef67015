//! Certification paths up to anchors, with signatures that all verify: a path that is trusted ends at an anchor.
//!
//! Input: the count of anchors and of certificates, leniencies, a time, the algorithm of the attestation key, then each
//! certificate as a block.
#![no_main]

use libfuzzer_sys::fuzz_target;
use wardkey::ceremony::evidence::TrustOutcome;
use wardkey::{UnixTime, UserHandle};
use wardkey_fuzz::keys::algorithm;
use wardkey_fuzz::{Parts, certified, policy, quirks, verified};

fuzz_target!(|input: &[u8]| {
    let mut parts = Parts(input);
    let (counts, bits, years, algorithm) = (parts.octet(), parts.octet(), parts.octet(), algorithm(parts.octet()));
    let anchors = parts.blocks(counts & 0x0f);
    let x5c = parts.blocks(counts >> 4);
    let response = certified(algorithm, &x5c);
    let time = (years > 0).then(|| UnixTime::from_secs(i64::from(years) * 31_556_952));
    let Some(verified) = verified(&response, time, quirks(bits)) else { return };
    let user = UserHandle::new([1]).expect("a handle");
    let decided = policy(&anchors, &[]).decide(verified.clone(), &user);
    if let Ok(registered) = decided {
        assert_eq!(registered.trust(), TrustOutcome::Trusted);
        assert!(policy(&anchors, &[]).decide(verified.clone(), &user).is_ok(), "the same again");
        let nobody = policy(&[], &[]).decide(verified.clone(), &user);
        assert!(nobody.is_err(), "trusted without an anchor");
    }
});
