//! Cloning a registration to claim it twice must not compile.

use wardkey::policy::Registered;

fn claim(registered: &Registered) {
    let _first = registered.clone().claim(None);
    let _second = registered.clone().claim(None);
}

fn main() {}
