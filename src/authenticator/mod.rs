//! Authenticator data (§6), which the authenticator signs byte by byte. Its extension outputs are in
//! [`extensions`](crate::extensions).

mod aaguid;
pub(crate) mod data;

pub use aaguid::Aaguid;
pub use data::Flags;
pub(crate) use data::{AttestedCredentialData, AuthenticatorData};
