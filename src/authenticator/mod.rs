//! What the authenticator says (§6): [authenticator data](data) and [extension outputs](extensions), signed, byte for
//! byte.

mod aaguid;
pub mod data;
pub mod extensions;

pub use aaguid::{Aaguid, NotAnAaguid};
pub use data::{AttestedCredentialData, AuthenticatorData, Extensions, Flags};
pub use extensions::SignedOutputs;
