//! What the authenticator says (§6): [authenticator data](data), signed, byte for byte.

pub mod data;

pub use data::{Aaguid, AttestedCredentialData, AuthenticatorData, Extensions, Flags};
