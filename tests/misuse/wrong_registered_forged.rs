//! Making a `Registered` without a policy must not compile.

use wardkey::policy::Registered;

fn main() {
    let _forged = Registered {};
}
