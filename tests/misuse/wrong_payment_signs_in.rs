//! Using a payment as a sign-in must not compile.

use wardkey::client::signal::Signal;
use wardkey::{Authenticated, CredentialRecord, Paid, RelyingParty, UnixTime};

fn session(paid: Paid) -> Authenticated {
    paid
}

fn signal(rp: &RelyingParty, paid: &Paid, all: &[CredentialRecord], now: UnixTime) -> Option<Signal> {
    rp.signal_all_accepted_credentials(paid, all, now).ok()
}

fn main() {}
