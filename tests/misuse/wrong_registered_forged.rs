//! A registration that no policy accepted.

use wardkey::policy::Registered;

fn main() {
    let _forged = Registered {};
}
