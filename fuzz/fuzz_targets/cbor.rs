//! CBOR: an accepted value encodes to the same bytes, and its counts are right.
#![no_main]

use libfuzzer_sys::fuzz_target;
use wardkey::internals::cbor::Value;

fn check(value: Value<'_>, depth: u8) {
    match value {
        Value::Array(array) => {
            assert!(depth > 0, "nested too deeply");
            assert_eq!(array.iter().count() as u64, array.len());
            array.iter().for_each(|item| check(item, depth - 1));
        }
        Value::Map(map) => {
            assert!(depth > 0, "nested too deeply");
            assert_eq!(map.iter().count() as u64, map.len());
            for (key, value) in map.iter() {
                if let Some(key) = key.text() {
                    assert_eq!(map.get(key), Some(value));
                }
                if let Some(key) = key.integer() {
                    assert_eq!(map.label(key), Some(value));
                }
                check(key, depth - 1);
                check(value, depth - 1);
            }
        }
        _ => {}
    }
}

fuzz_target!(|bytes: &[u8]| {
    if let Ok(value) = Value::read(bytes) {
        check(value, wardkey::internals::cbor::MAX_DEPTH);
        assert_eq!(wardkey_fuzz::cbor::encode(value), bytes);
    }
});
