//! A sign-in that never was: all its fields can be read, so all have to be kept from being written.

use wardkey::relying_party::Authenticated;

fn forge(real: Authenticated) -> Authenticated {
    Authenticated { backup_state: true, ..real }
}

fn main() {}
