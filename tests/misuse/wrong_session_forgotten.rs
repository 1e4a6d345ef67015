//! A ceremony without a web session must not compile: a response begun in one browser would be finished in another.

use wardkey::{AuthenticationRequest, AuthenticationResponse, AuthenticationState, CredentialRecord, RelyingParty, UnixTime};

fn start(rp: &RelyingParty, now: UnixTime) {
    let _started = rp.start_authentication(AuthenticationRequest::discoverable(), now);
}

fn finish(rp: &RelyingParty, state: AuthenticationState, posted: &AuthenticationResponse, record: &CredentialRecord, now: UnixTime) {
    let _finished = rp.finish_authentication(state, posted, Some(record), now);
}

fn default() -> wardkey::Session {
    Default::default()
}

fn main() {}
