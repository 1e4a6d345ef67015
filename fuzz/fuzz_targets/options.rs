//! Creation and request options: parse, write, parse is equal.
#![no_main]

use libfuzzer_sys::fuzz_target;
use wardkey::client::json::{CreationOptions, RequestOptions};
use wardkey_fuzz::round_trip;

fuzz_target!(|json: &str| {
    round_trip::<CreationOptions>(json);
    round_trip::<RequestOptions>(json);
});
