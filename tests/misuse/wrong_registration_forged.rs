//! A registration that nobody verified.

use wardkey::ceremony::registration::VerifiedRegistration;

fn main() {
    let _forged = VerifiedRegistration {};
}
