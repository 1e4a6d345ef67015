//! What the authenticator says (§6): authenticator data, signed, byte for byte. Extension outputs are in
//! [`extensions`](crate::extensions).

mod aaguid;
pub(crate) mod data;

pub use aaguid::Aaguid;
pub use data::Flags;
pub(crate) use data::{AttestedCredentialData, AuthenticatorData};
