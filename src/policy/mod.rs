//! What a relying party accepts, as data (§7.1 steps 23 and 24).
//!
//! A policy looks only at what was verified, and answers with a [`Registered`], which is not stored yet: the store has
//! to be asked whether the credential id is new, by [`Registered::claim`].

mod anchors;
mod attestation;
#[cfg(feature = "mds")]
mod by_metadata;
#[cfg(feature = "mds")]
mod metadata;
mod path;
mod registered;

pub use crate::evidence::TrustOutcome;
pub use crate::x509::TrustAnchor;
pub use anchors::TrustAnchors;
pub use attestation::{AttestationPolicy, Circumstances, Trust};
#[cfg(feature = "mds")]
#[cfg_attr(docsrs, doc(cfg(feature = "mds")))]
pub use metadata::{
    MetadataDecision, MetadataEvidence, MetadataPolicy, MetadataPolicyError, MetadataTrust, ModelVerdict, Reassessment,
};
pub use registered::Registered;
