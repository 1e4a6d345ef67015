//! What a relying party accepts, as data (§7.1 steps 23 and 24).
//!
//! [`AttestationPolicy::decide`] takes a verified registration and returns a [`Registered`]. Before you store it, call
//! [`Registered::claim`] to check that the credential id is new.

mod anchors;
mod attestation;
#[cfg(feature = "mds")]
mod by_metadata;
#[cfg(feature = "assurance")]
mod characteristics;
mod judged;
#[cfg(feature = "mds")]
mod metadata;
mod path;
#[cfg(feature = "mds")]
mod reassessment;
mod registered;

pub use anchors::TrustAnchors;
pub use attestation::{AttestationPolicy, Trust};
#[cfg(feature = "assurance")]
pub use characteristics::Characteristics;
#[cfg(feature = "mds")]
pub use metadata::{MetadataPolicy, MetadataPolicyError, MetadataTrust, ModelVerdict};
#[cfg(feature = "mds")]
pub use reassessment::{MetadataDecision, Reassessment};
pub use registered::Registered;
