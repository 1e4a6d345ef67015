//! Making a verified authentication without verification must not compile.

use wardkey::ceremony::authentication::VerifiedAuthentication;

fn main() {
    let _forged = VerifiedAuthentication {};
}
