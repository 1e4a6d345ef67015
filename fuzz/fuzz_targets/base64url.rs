//! Base64url, through a credential id in JSON: one byte string has one encoding.
#![no_main]

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use libfuzzer_sys::fuzz_target;
use wardkey::CredentialId;

fuzz_target!(|text: &str| {
    let json = serde_json::Value::from(text);
    let id: Result<CredentialId, _> = serde_json::from_value(json);
    match id {
        Ok(id) => assert_eq!(id.to_base64url(), text),
        Err(_) => {
            // Refused for its spelling, or for its length: nothing else is wrong with a string.
            let spelt = URL_SAFE_NO_PAD.decode(text).is_ok_and(|bytes| URL_SAFE_NO_PAD.encode(bytes) == text);
            assert!(!spelt || text.is_empty() || text.len() > 1364);
        }
    }
});
