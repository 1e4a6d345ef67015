//! Where a relying party is, as ceremonies expect it.

use super::Origins;
use crate::crypto::{Backend, FirstUse};

/// Whether ceremonies may run inside a frame of another origin (§7.1 steps 10 and 11, §7.2 steps 13 and 14).
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum Framing {
    /// No: `crossOrigin: true` and any `topOrigin` are refused.
    #[default]
    SameOrigin,
    /// Yes; where the client names the top-level origin, it must be one of these. Level 2 clients do not name it.
    CrossOrigin(Vec<String>),
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
    rp_id_hash: FirstUse<RpIdHash>,
}

/// The hash of an RP ID, by this backend.
struct RpIdHash {
    rp_id: String,
    module: &'static str,
    hash: [u8; 32],
}

impl Site {
    /// A site as it is given. Nothing is validated: the front door is
    /// [`RelyingParty`](crate::relying_party::RelyingParty).
    #[must_use]
    pub fn new(rp_id: impl Into<String>, origins: Origins, framing: Framing) -> Self {
        Self { rp_id: rp_id.into(), origins, framing, rp_id_hash: FirstUse::default() }
    }

    /// The SHA-256 of the RP ID, by this backend: remembered for the RP ID and the backend that came first.
    pub(crate) fn rp_id_hash(&self, backend: &dyn Backend) -> [u8; 32] {
        let (module, hash) = (backend.name(), || backend.sha256(&[self.rp_id.as_bytes()]));
        let first = self.rp_id_hash.get(|| RpIdHash { rp_id: self.rp_id.clone(), module, hash: hash() });
        if first.rp_id == self.rp_id && first.module == module { first.hash } else { hash() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::crypto::{default_backend, tests::Plain};

    /// What is remembered of one RP ID, by one backend, answers for no other.
    #[test]
    fn the_hash_of_an_rp_id_is_its_own() {
        let (backend, zeros) = (default_backend(), Plain(|_| [0; 32]));
        let mut site = Site::new("example.org", Origins::exact(["https://example.org"]), Framing::SameOrigin);
        for rp_id in ["example.org", "example.net", "example.org"] {
            site.rp_id = rp_id.to_owned();
            assert_eq!(site.rp_id_hash(backend), backend.sha256(&[rp_id.as_bytes()]), "{rp_id}");
            assert_eq!(site.rp_id_hash(&zeros), [0; 32], "{rp_id}");
            assert_eq!(site.clone().rp_id_hash(&zeros), [0; 32], "{rp_id}");
        }
        assert_eq!(site, site.clone());
    }
}
