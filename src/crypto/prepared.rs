//! Public keys that are parsed once for many verifications.

use super::cose::{Algorithm, CoseKey};
use super::{Backend, BadSignature, PublicKey, Scheme};
use core::fmt;
use core::hash::{Hash, Hasher};
use std::sync::{Arc, OnceLock};

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
    algorithm: Algorithm,
    parsed: ParsedFor,
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
        let key = self.0.as_deref().filter(|key| *key.cose == *cose)?;
        Some((key.algorithm, key.parsed.key(key.algorithm.scheme(), backend)?))
    }
}

impl Key {
    fn new(cose: &[u8], backend: &dyn Backend) -> Option<Self> {
        let read = CoseKey::read(cose).ok()?;
        let parsed = ParsedFor::new(read.algorithm().scheme(), read.key(), backend)?;
        Some(Self { cose: cose.into(), algorithm: read.algorithm(), parsed })
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
        f.write_str(self.0.as_ref().map_or("nothing", |key| key.parsed.module))
    }
}

/// What the first to ask has worked out, for all who ask after it. It is part of no comparison, and a clone begins anew.
pub(crate) struct FirstUse<T>(OnceLock<T>);

impl<T> FirstUse<T> {
    pub(crate) fn get(&self, first: impl FnOnce() -> T) -> &T {
        self.0.get_or_init(first)
    }
}

impl<T> Default for FirstUse<T> {
    fn default() -> Self {
        Self(OnceLock::new())
    }
}

impl<T> Clone for FirstUse<T> {
    fn clone(&self) -> Self {
        Self::default()
    }
}

impl<T> PartialEq for FirstUse<T> {
    fn eq(&self, _: &Self) -> bool {
        true
    }
}

impl<T> Eq for FirstUse<T> {}

impl<T> Hash for FirstUse<T> {
    fn hash<H: Hasher>(&self, _: &mut H) {}
}

impl<T> fmt::Debug for FirstUse<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("FirstUse")
    }
}

/// A key that was parsed by this backend for this scheme.
pub(crate) struct ParsedFor {
    scheme: Scheme,
    /// Who parsed it, by name, so that no module answers for another: see [`Backend::name`].
    module: &'static str,
    key: Box<dyn PreparedKey>,
}

impl ParsedFor {
    /// `None`: there is nothing to gain.
    pub(crate) fn new(scheme: Scheme, key: &PublicKey<'_>, backend: &dyn Backend) -> Option<Self> {
        Some(Self { scheme, module: backend.name(), key: backend.prepare(scheme, key)? })
    }

    /// The key, for the same backend and the same scheme alone.
    pub(crate) fn key(&self, scheme: Scheme, backend: &dyn Backend) -> Option<&dyn PreparedKey> {
        (self.scheme == scheme && self.module == backend.name()).then_some(&*self.key)
    }
}
