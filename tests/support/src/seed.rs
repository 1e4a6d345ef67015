//! §16 Test vectors: every random value is derived from the name of the vector, so anyone can audit it.
//!
//! value_i = HKDF-SHA-256(IKM = "WebAuthn test vectors", salt = one byte i, info = the vector's name, L).
//! The values that are drawn, in order:
//!
//! | name | values |
//! |---|---|
//! | of a registration | challenge 32, credential private key, AAGUID 16, credential id 32, user handle 32, then what the attestation format draws: attestation private key, certificate serial number 16 |
//! | of a registration, then `.get` | challenge 32 |
//! | of a certification authority | private key, certificate serial number 16 |
//! | of an RSA key | its two primes: see [`Modulus`](crate::keys::Modulus) |
//!
//! A private key is 32 bytes, 48 for P-384, 65 for P-521, 57 for Ed448; RSA keys are fixed and draw nothing.
//! The standard's own vectors draw in the standard's order, which [`w3c`](crate::w3c) follows.

use hkdf::Hkdf;
use sha2::Sha256;

/// A name, and the number of values that were drawn from it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Seed {
    /// The name: HKDF's `info`.
    pub info: String,
    /// The number of the next value: HKDF's `salt`.
    pub next: u8,
}

impl Seed {
    /// Makes the seed of this name.
    pub fn new(info: impl Into<String>) -> Self {
        Self { info: info.into(), next: 0 }
    }

    /// Draws the next value.
    pub fn draw(&mut self, len: usize) -> Vec<u8> {
        let value = self.value(self.next, len);
        self.next += 1;
        value
    }

    /// Returns value number `i`, independently of what was drawn.
    pub fn value(&self, i: u8, len: usize) -> Vec<u8> {
        let mut value = vec![0; len];
        let hkdf = Hkdf::<Sha256>::new(Some(&[i]), b"WebAuthn test vectors");
        hkdf.expand(self.info.as_bytes(), &mut value).expect("shorter than 255 blocks");
        value
    }
}
