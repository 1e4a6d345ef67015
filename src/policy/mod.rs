//! What a relying party accepts, as data (§7.1 steps 23 and 24).
//!
//! [`AttestationPolicy::decide`] takes a verified registration and returns a [`Registered`]. Before you store it, call
//! [`Registered::claim`] to check that the credential id is new.

mod anchors;
mod attestation;
mod path;
mod registered;

pub use anchors::TrustAnchors;
pub use attestation::{AttestationPolicy, Circumstances, Trust};
pub use registered::Registered;
