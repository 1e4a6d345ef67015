//! The RP ID, the origins and the frames that a relying party expects.

use super::origins::Origins;
use crate::crypto::Backend;

/// Whether ceremonies may run inside a frame of another origin (§7.1 steps 10 and 11, §7.2 steps 13 and 14).
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum Framing {
    /// No: `crossOrigin: true` and any `topOrigin` are refused.
    #[default]
    SameOrigin,
    /// Yes. Where the client names the top-level origin, it must be one of these. Level 2 clients do not name it and are
    /// accepted, also where this list is empty.
    CrossOrigin(Vec<String>),
    /// Yes, and the client must name the top-level origin: one of these.
    CrossOriginNamed(Vec<String>),
}

/// Where the relying party is: its RP ID, its origins, and who may frame it.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Site {
    /// The RP ID.
    pub rp_id: String,
    /// The origins.
    pub origins: Origins,
    /// Frames.
    pub framing: Framing,
}

impl Site {
    /// A site as it is given. Nothing is validated: the front door is
    /// [`RelyingParty`](crate::relying_party::RelyingParty).
    #[must_use]
    pub fn new(rp_id: impl Into<String>, origins: Origins, framing: Framing) -> Self {
        Self { rp_id: rp_id.into(), origins, framing }
    }

    /// The SHA-256 of the RP ID.
    pub(crate) fn rp_id_hash(&self, backend: &dyn Backend) -> [u8; 32] {
        backend.sha256(&[self.rp_id.as_bytes()])
    }
}
