//! Shared code of the fuzz targets: the backend `Yes`, one set of expectations, and the framing of inputs.
//!
//! The targets use the public API, and those of a single parser use `wardkey::internals`. There is no feature and no cfg for
//! fuzzing, so a fuzzer reaches the code that an integrator reaches.

pub mod cbor;
mod ceremonies;
pub mod der;
pub mod keys;
pub mod mds;
pub mod toy;

pub use ceremonies::{
    CHALLENGE, authentication_json, authenticator_data, authority, certified, creation_client_data, decide, es256,
    leaf, policy, registration_json, request_client_data, site, verified,
};

use wardkey::crypto::{AwsLcRs, Backend, CryptoError, PublicKey, RustCrypto, Scheme};

/// The real backends.
pub const BACKENDS: [&dyn Backend; 2] = [&AwsLcRs, &RustCrypto];

/// What [`Yes`] answers for every hash: an octet that no real value is full of, so that seeds show where one stood.
pub const DIGEST: u8 = 0x57;

/// A backend that accepts every key and every signature, and returns the same digest for every message, so that a fuzzer
/// reaches the code after signatures and hashes.
#[derive(Debug)]
pub struct Yes;

impl Backend for Yes {
    fn name(&self) -> &'static str {
        "yes"
    }

    fn supports(&self, _: Scheme) -> bool {
        true
    }

    fn sha256(&self, _: &[&[u8]]) -> [u8; 32] {
        [DIGEST; 32]
    }

    fn sha1(&self, _: &[&[u8]]) -> Option<[u8; 20]> {
        Some([DIGEST; 20])
    }

    fn sha384(&self, _: &[&[u8]]) -> Option<[u8; 48]> {
        Some([DIGEST; 48])
    }

    fn sha512(&self, _: &[&[u8]]) -> Option<[u8; 64]> {
        Some([DIGEST; 64])
    }

    fn hmac_sha256(&self, key: &[u8], parts: &[&[u8]]) -> [u8; 32] {
        AwsLcRs.hmac_sha256(key, parts)
    }

    fn check_key(&self, _: &PublicKey<'_>) -> Result<(), CryptoError> {
        Ok(())
    }

    fn verify(&self, scheme: Scheme, key: &PublicKey<'_>, _: &[u8], _: &[u8]) -> Result<(), CryptoError> {
        // The contract of `Backend`: keys and schemes were checked.
        assert!(key.fits(scheme), "{scheme:?} with {key:?}");
        Ok(())
    }

    fn random(&self, out: &mut [u8]) -> Result<(), CryptoError> {
        out.fill(0);
        Ok(())
    }
}

/// An input of several parts: an octet here, a block with its length in two octets there. A length that reaches past
/// the end means the rest, so that every input is some input.
pub struct Parts<'a>(pub &'a [u8]);

impl<'a> Parts<'a> {
    pub fn octet(&mut self) -> u8 {
        let (&first, rest) = self.0.split_first().unwrap_or((&0, &[]));
        self.0 = rest;
        first
    }

    pub fn block(&mut self) -> &'a [u8] {
        let len = usize::from(u16::from_be_bytes([self.octet(), self.octet()]));
        let (block, rest) = self.0.split_at(len.min(self.0.len()));
        self.0 = rest;
        block
    }

    /// So many blocks, or as many as there are.
    pub fn blocks(&mut self, count: u8) -> Vec<&'a [u8]> {
        (0..count).map_while(|_| (!self.0.is_empty()).then(|| self.block())).collect()
    }
}

/// The leniencies of CBOR and JSON that these bits name.
pub fn quirks(bits: u8) -> wardkey::quirk::Quirks {
    let all = wardkey::quirk::Quirk::ALL.into_iter().enumerate();
    all.filter(|(i, _)| bits >> i & 1 == 1).map(|(_, quirk)| quirk).collect()
}

/// Parses, writes and parses again, checks that both values are equal, and returns both.
pub fn round_trip<T>(json: &str) -> Option<(T, T)>
where
    T: serde::de::DeserializeOwned + serde::Serialize + PartialEq + core::fmt::Debug,
{
    let one: T = serde_json::from_str(json).ok()?;
    let written = serde_json::to_string(&one).expect("what was read can be written");
    let other: T = serde_json::from_str(&written).expect("what was written can be read");
    assert_eq!(one, other);
    Some((one, other))
}
