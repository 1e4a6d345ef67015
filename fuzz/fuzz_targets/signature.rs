//! Signatures over arbitrary keys: both backends give the same verdict.
//!
//! Input: the key as a block (a COSE_Key), the message as a block, the signature.
#![no_main]

use libfuzzer_sys::fuzz_target;
use wardkey::internals::CoseKey;
use wardkey_fuzz::{BACKENDS, Parts};

fuzz_target!(|input: &[u8]| {
    let mut parts = Parts(input);
    let (key, message) = (parts.block(), parts.block());
    let Ok(key) = CoseKey::read(key) else { return };
    if BACKENDS.iter().any(|backend| key.key().check(*backend).is_err()) {
        return; // no such key is ever stored
    }
    let verdicts = BACKENDS.map(|backend| backend.verify(key.algorithm().scheme(), key.key(), message, parts.0));
    assert_eq!(verdicts[0], verdicts[1], "AWS-LC and RustCrypto differ on {:?}", key.algorithm());
});
