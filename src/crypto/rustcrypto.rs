//! The pure Rust backend: RustCrypto. The only file that names its crates.

use super::{Backend, BadSignature, Digest, Hash, KeyError, PublicKey, RandomFailed, Scheme};

/// RustCrypto: no C compiler, every target.
#[derive(Clone, Copy, Debug, Default)]
#[non_exhaustive]
pub struct RustCrypto;

impl Backend for RustCrypto {
    fn name(&self) -> &'static str {
        "RustCrypto"
    }
    fn supports(&self, _: Scheme) -> bool {
        false
    }
    fn digest(&self, _: Hash, _: &[&[u8]]) -> Digest {
        Digest::new(&[])
    }
    fn check_key(&self, _: &PublicKey<'_>) -> Result<(), KeyError> {
        Err(KeyError::Unsupported)
    }
    fn verify(&self, _: Scheme, _: &PublicKey<'_>, _: &[u8], _: &[u8]) -> Result<(), BadSignature> {
        Err(BadSignature)
    }
    fn random(&self, _: &mut [u8]) -> Result<(), RandomFailed> {
        Err(RandomFailed)
    }
}
