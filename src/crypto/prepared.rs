//! Public keys that are parsed once for many verifications.

use super::cose::{Algorithm, CoseKey};
use super::{Backend, BadSignature};
use core::fmt;
use std::sync::Arc;

/// A public key that a [`Backend`] has parsed for one scheme: it verifies what [`Backend::verify`] verifies with that
/// key under that scheme, and nothing else.
pub trait PreparedKey: fmt::Debug + Send + Sync {
    /// Verifies `signature` over `message`.
    ///
    /// # Errors
    /// [`BadSignature`].
    fn verify(&self, message: &[u8], signature: &[u8]) -> Result<(), BadSignature>;
}

/// A place beside a COSE_Key for the key that was parsed out of it. It is part of no comparison: what a record says
/// does not depend on it.
#[derive(Clone, Default)]
pub(crate) struct Prepared(Option<Arc<Key>>);

struct Key {
    /// The COSE_Key that was parsed, so that the parsed key is used for no other.
    cose: Box<[u8]>,
    /// Who parsed it, by name, so that no module answers for another: see [`Backend::name`].
    module: &'static str,
    algorithm: Algorithm,
    key: Box<dyn PreparedKey>,
}

impl Prepared {
    /// Nothing was parsed.
    pub(crate) const NOTHING: Self = Self(None);

    /// Parses `cose`; nothing, where it is no key or where `backend` has nothing to gain from it.
    pub(crate) fn new(cose: &[u8], backend: &dyn Backend) -> Self {
        Self(Key::new(cose, backend).map(Arc::new))
    }

    /// What was parsed, if it is this COSE_Key and was parsed by a backend of this name.
    pub(crate) fn of(&self, cose: &[u8], backend: &dyn Backend) -> Option<(Algorithm, &dyn PreparedKey)> {
        let key = self.0.as_deref()?;
        (*key.cose == *cose && key.module == backend.name()).then_some((key.algorithm, &*key.key))
    }
}

impl Key {
    fn new(cose: &[u8], backend: &dyn Backend) -> Option<Self> {
        let read = CoseKey::read(cose).ok()?;
        let key = backend.prepare(read.algorithm().scheme(), read.key())?;
        Some(Self { cose: cose.into(), module: backend.name(), algorithm: read.algorithm(), key })
    }
}

impl PartialEq for Prepared {
    fn eq(&self, _: &Self) -> bool {
        true
    }
}

impl Eq for Prepared {}

impl fmt::Debug for Prepared {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0.as_ref().map_or("nothing", |key| key.module))
    }
}
