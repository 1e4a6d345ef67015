//! What the authenticator says (§6): [authenticator data](data) and [extension outputs](extensions), signed, byte for
//! byte.

pub mod data;
pub mod extensions;

pub use data::{Aaguid, AttestedCredentialData, AuthenticatorData, Extensions, Flags};
pub use extensions::SignedOutputs;
