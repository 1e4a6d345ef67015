//! Finishing the state of a confirmation as a sign-in must not compile.

use wardkey::{Authenticated, AuthenticationResponse, ConfirmationState, Error, RelyingParty, Session, UnixTime};

fn sign_in(
    rp: &RelyingParty,
    state: ConfirmationState,
    response: &AuthenticationResponse,
    now: UnixTime,
) -> Result<Authenticated, Error> {
    rp.finish_authentication(state, response, None, Session::unbound(), now)
}

fn main() {}
