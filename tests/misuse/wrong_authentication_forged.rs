//! An authentication that nobody verified.

use wardkey::ceremony::authentication::VerifiedAuthentication;

fn main() {
    let _forged = VerifiedAuthentication {};
}
