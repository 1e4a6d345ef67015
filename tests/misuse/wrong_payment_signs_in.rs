//! Using a payment as a sign-in must not compile.

use wardkey::client::signal::Signal;
use wardkey::{Authenticated, CredentialRecord, Paid, RelyingParty};

fn session(paid: Paid) -> Authenticated {
    paid
}

fn signal(rp: &RelyingParty, paid: &Paid, all: &[CredentialRecord]) -> Option<Signal> {
    paid.signal_all_accepted_credentials(rp, all).ok()
}

fn main() {}
