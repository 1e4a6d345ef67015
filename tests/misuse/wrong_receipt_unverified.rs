//! Using a receipt or a part that was not verified must not compile.

use wardkey::assurance::ConfirmationFacts;
use wardkey::confirmation::{Confirmed, Part, Receipt};

fn archived(receipt: &Receipt) -> ConfirmationFacts {
    ConfirmationFacts::from(receipt)
}

fn disclosed(part: &Part) -> ConfirmationFacts {
    ConfirmationFacts::from(part)
}

fn main() {
    let _forged = Confirmed {};
}
