//! Correct use, which compiles: each state is used once, the record comes from `claim`, no result is ignored.
#![deny(unused_must_use)]

use wardkey::{
    AuthenticationRequest, AuthenticationResponse, CredentialRecord, Error, RegistrationRequest, RegistrationResponse,
    RelyingParty, Session, UnixTime, UserHandle,
};

fn register(
    rp: &RelyingParty,
    user: &UserHandle,
    session: Session,
    now: UnixTime,
    posted: &str,
) -> Result<CredentialRecord, Error> {
    let request = RegistrationRequest::new(user, "ada@mail.example", &[]);
    let (_options, state) = rp.start_registration(request, session, now)?;
    let response = RegistrationResponse::from_json(posted)?;
    let registered = rp.finish_registration(state, &response, session, now)?;
    let (record, _evidence) = registered.claim(None)?;
    Ok(record)
}

fn sign_in(
    rp: &RelyingParty,
    record: &mut CredentialRecord,
    session: Session,
    now: UnixTime,
    posted: &str,
) -> Result<bool, Error> {
    let (_options, state) = rp.start_authentication(AuthenticationRequest::discoverable(), session, now)?;
    let response = AuthenticationResponse::from_json(posted)?;
    let authenticated = rp.finish_authentication(state, &response, Some(record), session, now)?;
    Ok(authenticated.update.is_none_or(|update| record.apply(&update)))
}

fn main() {
    let _ = (register, sign_in);
}
