//! The states between the halves of a ceremony: parse, write, parse gives an equal state with an equal id.
#![no_main]

use libfuzzer_sys::fuzz_target;
use wardkey::{AuthenticationState, RegistrationState};
use wardkey_fuzz::round_trip;

fuzz_target!(|json: &str| {
    if let Some((one, other)) = round_trip::<RegistrationState>(json) {
        assert_eq!(one.id(), other.id());
    }
    if let Some((one, other)) = round_trip::<AuthenticationState>(json) {
        assert_eq!(one.id(), other.id());
    }
});
