//! The RP ID, the origins and the frames that a relying party expects.

use super::origins::Origins;
use crate::crypto::Backend;

/// Where the relying party is: its RP ID, its origins, and the pages that may frame it.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Site {
    /// The RP ID.
    pub rp_id: String,
    /// The origins.
    pub origins: Origins,
    /// The origins of the pages that may frame a ceremony (§7.1 steps 10 and 11, §7.2 steps 13 and 14). `None`: no page of
    /// another origin. If the client names the page (`topOrigin`), the list must contain it. Level 2 clients do not name it,
    /// so their frames are accepted, even if the list is empty.
    pub top_origins: Option<Vec<String>>,
    /// Whether a frame is refused if the client does not name the page around it.
    pub top_origin_required: bool,
}

impl Site {
    /// Returns a site that no page of another origin may frame. Does not check the values:
    /// [`RelyingParty`](crate::RelyingParty) does.
    #[must_use]
    pub fn new(rp_id: impl Into<String>, origins: Origins) -> Self {
        Self { rp_id: rp_id.into(), origins, top_origins: None, top_origin_required: false }
    }

    /// Returns the site with these pages that may frame a ceremony.
    #[must_use]
    pub fn framed_by(mut self, top_origins: impl IntoIterator<Item = impl Into<String>>) -> Self {
        self.top_origins = Some(top_origins.into_iter().map(Into::into).collect());
        self
    }

    /// Returns the site with the requirement that the client names the page around a frame.
    #[must_use]
    pub const fn require_top_origin(mut self) -> Self {
        self.top_origin_required = true;
        self
    }

    /// Returns the site of a ceremony whose receipt must verify everywhere: no page of another origin may frame it.
    #[cfg(feature = "assurance")]
    pub(crate) fn without_frames(&self) -> Self {
        Self { top_origins: None, ..self.clone() }
    }

    /// The SHA-256 of the RP ID.
    pub(crate) fn rp_id_hash(&self, backend: &dyn Backend) -> [u8; 32] {
        backend.sha256(&[self.rp_id.as_bytes()])
    }
}
