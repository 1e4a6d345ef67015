//! Payloads in a BLOB whose signature verifies: what another JSON reader refuses is refused, every entry is a model or skipped,
//! and the stored form answers as the metadata does.
#![no_main]

use libfuzzer_sys::fuzz_target;
use serde_json::Value;
use wardkey::metadata::{Circumstance, Metadata};
use wardkey_fuzz::mds::{AT, metadata};

fuzz_target!(|payload: &[u8]| {
    let Some(metadata) = metadata(payload) else { return };
    if let Ok(json) = serde_json::from_slice::<Value>(payload) {
        let entries = json["entries"].as_array().expect("an array").len();
        assert_eq!(metadata.models().len() + metadata.skipped().len(), entries);
        assert_eq!(json["no"].as_u64(), Some(metadata.number()));
    }
    let again = Metadata::from_bytes(&metadata.to_bytes()).expect("what was written can be read");
    assert_eq!(metadata.models(), again.models());
    assert_eq!(metadata.skipped(), again.skipped());
    for model in metadata.models() {
        assert!(metadata.anchors_of(model).eq(again.anchors_of(model)));
        let _ = model.standing(&Circumstance::at(AT));
    }
});
