//! Claiming a registration twice must not compile.

use wardkey::policy::Registered;

fn claim(registered: Registered) {
    let _first = registered.claim(None);
    let _second = registered.claim(None);
}

fn main() {}
