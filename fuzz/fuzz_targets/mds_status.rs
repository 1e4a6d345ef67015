//! Status reports of a model at a time: their order changes nothing, and one more incident never turns a refusal into an
//! acceptance. A date is read as it is written.
//!
//! Input: firmware, year, then the JSON array of reports.
#![no_main]

use libfuzzer_sys::fuzz_target;
use serde_json::{Value, json};
use wardkey::UnixTime;
use wardkey::metadata::{Circumstance, Day, Level, ModelId, Standing};
use wardkey::policy::MetadataPolicy;
use wardkey_fuzz::Parts;
use wardkey_fuzz::mds::metadata;

const MODEL: &str = "4d2a85c5-bed7-3a79-19b6-08c88a9afe48";

fn told(reports: &[Value], circumstance: &Circumstance<'_>) -> Option<(bool, Option<Standing>)> {
    let payload = json!({ "no": 1, "entries": [{ "aaguid": MODEL, "statusReports": reports }] }).to_string();
    let metadata = metadata(payload.as_bytes())?;
    let id: ModelId = MODEL.parse().expect("a model");
    let verdict = MetadataPolicy::certified(Level::L1).judge(&metadata, &id, circumstance);
    Some((verdict.reasons.is_empty(), verdict.standing))
}

fuzz_target!(|input: &[u8]| {
    let mut parts = Parts(input);
    let (firmware, years) = (parts.octet(), parts.octet());
    if let Ok(text) = core::str::from_utf8(parts.0)
        && let Ok(day) = text.parse::<Day>()
    {
        assert_eq!(day.to_string(), text);
        assert!(day.starts() < day.ends());
    }
    let Ok(mut reports) = serde_json::from_slice::<Vec<Value>>(parts.0) else { return };
    let mut circumstance = Circumstance::at(UnixTime::from_secs(i64::from(years) * 31_556_952));
    circumstance.firmware = (firmware > 0).then_some(firmware.into());
    let before = told(&reports, &circumstance);
    reports.reverse();
    assert_eq!(before, told(&reports, &circumstance), "the order changes nothing");
    reports.push(json!({ "status": "USER_KEY_REMOTE_COMPROMISE", "effectiveDate": "2020-01-01" }));
    let after = told(&reports, &circumstance);
    if let (Some((false, _)), Some((accepted, _))) = (before, after) {
        assert!(!accepted, "an incident made a refusal an acceptance");
    }
});
