//! A registration that does not say what the account has already must not compile.

use wardkey::{RegistrationRequest, UserHandle};

fn request(user: &UserHandle) -> RegistrationRequest {
    RegistrationRequest::new(user, "ada@mail.example")
}

fn main() {}
