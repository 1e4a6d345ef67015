//! Claiming with anything but the record of the store must not compile: an absent `()` would switch step 26 off.

use wardkey::RelyingParty;
use wardkey::policy::Registered;

fn claim(registered: Registered) {
    let _record = registered.claim(None::<()>);
}

fn signal(rp: &RelyingParty) {
    let _signal = rp.signal_unknown_credential([1], None::<()>);
}

fn main() {}
