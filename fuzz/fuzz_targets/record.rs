//! Credential records and updates: parse, write, parse is equal; an update is a compare-and-set.
//!
//! Input: a record and an update, with a line break between them.
#![no_main]

use libfuzzer_sys::fuzz_target;
use wardkey::{CredentialRecord, RecordState, RecordUpdate};
use wardkey_fuzz::round_trip;

fuzz_target!(|text: &str| {
    let (record, update) = text.split_once('\n').unwrap_or((text, ""));
    let record = round_trip::<CredentialRecord>(record);
    let update = round_trip::<RecordUpdate>(update);
    if let (Some((mut record, before)), Some((update, _))) = (record, update) {
        let current = RecordState::of(&record) == update.expect;
        assert_eq!(record.apply(&update), current);
        assert_eq!(RecordState::of(&record), if current { update.set } else { RecordState::of(&before) });
        assert_eq!((&record.id, &record.public_key), (&before.id, &before.public_key));
    }
});
