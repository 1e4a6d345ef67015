//! COSE_Key: an accepted key encodes to the same bytes, and both backends agree on it.
#![no_main]

use libfuzzer_sys::fuzz_target;
use wardkey::internals::CoseKey;
use wardkey::internals::cbor::Value;
use wardkey_fuzz::BACKENDS;

fuzz_target!(|bytes: &[u8]| {
    let Ok(key) = CoseKey::read(bytes) else { return };
    assert!(key.key().fits(key.algorithm().scheme()));
    let value = Value::read(bytes).expect("a key is CBOR");
    assert_eq!(wardkey_fuzz::cbor::encode(value), bytes);
    let [a, b] = BACKENDS.map(|backend| key.key().check(backend));
    assert_eq!(a.is_ok(), b.is_ok(), "{a:?} {b:?}");
});
