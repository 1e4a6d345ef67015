//! Ignoring the result of a registration, or the record, must not compile.
#![deny(unused_must_use)]

use wardkey::policy::Registered;
use wardkey::{CredentialRecord, RecordUpdate, RegistrationResponse, RegistrationState, RelyingParty, UnixTime, Session};

fn finish(rp: &RelyingParty, state: RegistrationState, response: &RegistrationResponse, now: UnixTime) {
    rp.finish_registration(state, response, Session::unbound(), now);
}

fn claim(registered: Registered) {
    registered.claim(None);
}

fn apply(record: &mut CredentialRecord, update: &RecordUpdate) {
    record.apply(update);
}

fn unclaimed(rp: &RelyingParty, state: RegistrationState, response: &RegistrationResponse, now: UnixTime) {
    rp.finish_registration(state, response, Session::unbound(), now).unwrap();
}

fn main() {}
