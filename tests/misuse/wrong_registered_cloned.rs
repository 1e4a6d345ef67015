//! A copy of a registration, to claim it twice after all.

use wardkey::policy::Registered;

fn claim(registered: &Registered) {
    let _first = registered.clone().claim(None::<()>);
    let _second = registered.clone().claim(None::<()>);
}

fn main() {}
