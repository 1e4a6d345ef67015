//! Using one state for two responses must not compile.

use wardkey::{AuthenticationResponse, AuthenticationState, CredentialRecord, RegistrationResponse, RegistrationState, RelyingParty, UnixTime, Session};

fn registration(rp: &RelyingParty, state: RegistrationState, response: &RegistrationResponse, now: UnixTime) {
    let _first = rp.finish_registration(state, response, Session::unbound(), now);
    let _second = rp.finish_registration(state, response, Session::unbound(), now);
}

fn authentication(
    rp: &RelyingParty,
    state: AuthenticationState,
    response: &AuthenticationResponse,
    record: &CredentialRecord,
    now: UnixTime,
) {
    let _first = rp.finish_authentication(state, response, Some(record), Session::unbound(), now);
    let _second = rp.finish_authentication(state, response, Some(record), Session::unbound(), now);
}

fn main() {}
