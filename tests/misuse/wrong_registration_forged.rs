//! Making a verified registration without verification must not compile.

use wardkey::ceremony::registration::VerifiedRegistration;

fn main() {
    let _forged = VerifiedRegistration {};
}
