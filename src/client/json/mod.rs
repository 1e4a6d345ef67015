//! The JSON that browsers receive (options, §5.1.8 and §5.1.9) and post (responses, §5.1).

pub(crate) mod creation;
mod lint;
mod request;
pub(crate) mod response;

pub use creation::{
    AttestationConveyance, AuthenticatorAttachment, CreationOptions, Hint, ResidentKey, UserVerificationRequirement,
};
pub(crate) use creation::{AuthenticatorSelection, RpEntity, UserEntity};
pub use lint::Lint;
pub use request::RequestOptions;
pub(crate) use response::{AuthenticationResponse, RegistrationResponse};
pub use response::{MAX_LEN, MAX_TRANSPORT_LEN, MAX_TRANSPORTS, MAX_UNKNOWN_MEMBERS, ResponseError};
