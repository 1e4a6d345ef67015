//! wardkey
pub mod attestation;
pub mod authenticator;
pub mod ceremony;
pub mod client;
pub mod codec;
pub mod credential;
pub mod crypto;
pub mod error;
pub mod policy;
pub mod quirk;
pub mod relying_party;
pub mod state;
pub mod time;

pub use client::{AuthenticationResponse, RegistrationResponse};
pub use credential::{CredentialId, CredentialRecord, RecordUpdate, UserHandle};
pub use error::Error;
pub use relying_party::{RelyingParty, User};
pub use state::{AuthenticationState, RegistrationState};
pub use time::UnixTime;
