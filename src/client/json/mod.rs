//! The JSON that browsers post and are sent (§5.1, §5.1.8, §5.1.9).

mod creation;
mod lint;
mod request;
pub(crate) mod response;

pub use crate::credential::{CredentialDescriptor, CredentialParameters, PublicKeyCredentialType};
pub use creation::*;
pub use lint::Lint;
pub use request::*;
pub(crate) use response::{AuthenticationResponse, RegistrationResponse};
pub use response::{
    AuthenticatorAttachment, MAX_LEN, MAX_TRANSPORT_LEN, MAX_TRANSPORTS, MAX_UNKNOWN_MEMBERS, ResponseError,
};
