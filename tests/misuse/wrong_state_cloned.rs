//! Cloning a state to use it twice must not compile.

use wardkey::{AuthenticationState, RegistrationState};

fn registration(state: &RegistrationState) -> RegistrationState {
    state.clone()
}

fn authentication(state: &AuthenticationState) -> AuthenticationState {
    state.clone()
}

fn main() {}
