//! Making an `Authenticated` from its public fields must not compile.

use wardkey::Authenticated;

fn forge(real: Authenticated) -> Authenticated {
    Authenticated { backup_state: true, ..real }
}

fn main() {}
