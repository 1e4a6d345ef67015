//! What the authenticator says (§6): [authenticator data](data), signed, byte for byte. Extension outputs are in
//! [`extensions`](crate::extensions).

mod aaguid;
pub mod data;

pub use aaguid::{Aaguid, NotAnAaguid};
pub use data::{AttestedCredentialData, AuthenticatorData, Flags};
