//! What a relying party accepts, as data (§7.1 steps 23 and 24).
//!
//! A policy looks only at what was verified, and answers with a [`Registered`], which is not stored yet: the store has
//! to be asked whether the credential id is new, by [`Registered::claim`].

mod anchors;
mod attestation;
mod path;
mod registered;

pub use anchors::TrustAnchors;
pub use attestation::{AttestationPolicy, Circumstances, Trust};
pub use registered::Registered;
