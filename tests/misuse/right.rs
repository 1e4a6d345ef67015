//! Correct use, which compiles: each state is used once, the record comes from `claim`, no result is ignored.
#![deny(unused_must_use)]

use wardkey::{AuthenticationResponse, CredentialRecord, Error, RegistrationResponse, RelyingParty, UnixTime, User};

fn register(rp: &RelyingParty, user: &User, now: UnixTime, posted: &str) -> Result<CredentialRecord, Error> {
    let (_options, state) = rp.start_registration(user, &[], now)?;
    let response = RegistrationResponse::from_json(posted)?;
    let registered = rp.finish_registration(state, &response, now)?;
    let stored: Option<CredentialRecord> = None;
    let (record, _evidence) = registered.claim(stored.as_ref())?;
    Ok(record)
}

fn sign_in(rp: &RelyingParty, record: &mut CredentialRecord, now: UnixTime, posted: &str) -> Result<bool, Error> {
    let (_options, state) = rp.start_discoverable_authentication(now)?;
    let response = AuthenticationResponse::from_json(posted)?;
    let authenticated = rp.finish_authentication(state, &response, record, now)?;
    Ok(authenticated.update.is_none_or(|update| record.apply(&update)))
}

fn main() {
    let _ = (register, sign_in);
}
