//! A copy of a state, to use it twice after all.

use wardkey::{AuthenticationState, RegistrationState};

fn registration(state: &RegistrationState) -> RegistrationState {
    state.clone()
}

fn authentication(state: &AuthenticationState) -> AuthenticationState {
    state.clone()
}

fn main() {}
