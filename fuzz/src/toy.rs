//! A backend with toy signatures: the hash of the scheme, the public key and the message. A target can sign with any
//! key, and knows exactly which signatures are valid.
//!
//! Its random numbers are a counter, so that an input always gives the same result. [`begin`] resets the counters.

use crate::keys::Key;
use std::cell::Cell;
use wardkey::crypto::{AwsLcRs, Backend, CryptoError, PublicKey, Scheme};
use wardkey::internals::CoseKey;

thread_local! {
    static DRAWN: Cell<u64> = const { Cell::new(0) };
    static VERIFIED: Cell<u64> = const { Cell::new(0) };
}

/// Resets the counters. Each input calls this first.
pub fn begin() {
    DRAWN.set(0);
    VERIFIED.set(0);
}

/// How many signatures were verified since [`begin`].
pub fn verified() -> u64 {
    VERIFIED.get()
}

/// SHA-256.
pub fn sha256(parts: &[&[u8]]) -> [u8; 32] {
    AwsLcRs.sha256(parts)
}

/// The signature of this key over a message, under the scheme of its algorithm.
pub fn sign(key: Key, message: &[u8]) -> Vec<u8> {
    let scheme = key.algorithm.scheme();
    let cose = key.cose();
    seal(scheme, CoseKey::read(&cose).expect("a key").key(), message)
}

/// The signature. It covers the scheme, so it verifies under no other scheme.
fn seal(scheme: Scheme, key: &PublicKey<'_>, message: &[u8]) -> Vec<u8> {
    let parts: [&[u8]; 2] = match key {
        PublicKey::Ec { x, y, .. } => [x, y],
        PublicKey::Ed25519 { 0: key, .. } => [&key[..], &[]],
        PublicKey::Ed448 { 0: key, .. } => [&key[..], &[]],
        PublicKey::Rsa { modulus, exponent, .. } => [modulus, exponent],
        PublicKey::MlDsa { 1: key, .. } => [key, &[]],
        other => panic!("no toy signatures for {other:?}"),
    };
    sha256(&[format!("toy {scheme:?}").as_bytes(), parts[0], parts[1], message]).to_vec()
}

/// The backend.
#[derive(Debug)]
pub struct Toy;

impl Backend for Toy {
    fn name(&self) -> &'static str {
        "toy"
    }

    fn supports(&self, _: Scheme) -> bool {
        true
    }

    fn sha256(&self, parts: &[&[u8]]) -> [u8; 32] {
        sha256(parts)
    }

    fn hmac_sha256(&self, key: &[u8], parts: &[&[u8]]) -> [u8; 32] {
        AwsLcRs.hmac_sha256(key, parts)
    }

    fn check_key(&self, _: &PublicKey<'_>) -> Result<(), CryptoError> {
        Ok(())
    }

    fn verify(&self, scheme: Scheme, key: &PublicKey<'_>, message: &[u8], signature: &[u8]) -> Result<(), CryptoError> {
        assert!(key.fits(scheme), "{scheme:?} with {key:?}");
        VERIFIED.set(VERIFIED.get() + 1);
        if seal(scheme, key, message) == signature { Ok(()) } else { Err(CryptoError::BadSignature) }
    }

    /// Never returns the same octets twice within an input.
    fn random(&self, out: &mut [u8]) -> Result<(), CryptoError> {
        DRAWN.set(DRAWN.get() + 1);
        let block = |n: u64| sha256(&[b"drawn", &DRAWN.get().to_be_bytes(), &n.to_be_bytes()]);
        out.iter_mut().zip((0..).flat_map(block)).for_each(|(to, from)| *to = from);
        Ok(())
    }
}
