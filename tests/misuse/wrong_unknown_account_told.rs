//! A sign-in by name that leaves out what the store has must not compile: the answer would depend on whether the account exists.

use wardkey::{AuthenticationRequest, AuthenticationResponse, AuthenticationState, RelyingParty, Session, UnixTime};

fn start() -> AuthenticationRequest {
    AuthenticationRequest::named("ada@mail.example")
}

fn finish(rp: &RelyingParty, state: AuthenticationState, posted: &AuthenticationResponse, session: Session, now: UnixTime) {
    let _finished = rp.finish_authentication(state, posted, session, now);
}

fn main() {}
