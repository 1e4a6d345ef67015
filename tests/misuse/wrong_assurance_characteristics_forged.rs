//! Making `Characteristics` of a registration that no policy decided about must not compile.

use wardkey::ceremony::registration::VerifiedRegistration;
use wardkey::policy::Characteristics;

fn keep(verified: &VerifiedRegistration<'_>) -> Characteristics {
    verified.characteristics()
}

fn main() {
    let _forged = Characteristics {};
}
