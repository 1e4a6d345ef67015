//! §8.8 Apple anonymous attestation: a certificate for the credential's own key, with a nonce in it; no signature.

use super::{Format, Inputs, x5c};
use crate::cbor::Cbor;
use crate::change::{Changes, kept};
use crate::der;
use crate::hash::sha256;
use crate::seed::Seed;
use crate::x509::{Certified, Chain, Extension};

/// The certificate extension that holds the nonce.
pub const NONCE: &str = "1.2.840.113635.100.8.2";

/// The format `apple`.
#[derive(Clone, Debug, Default)]
pub struct Apple {
    chain: Chain,
    nonce: Changes<Vec<u8>>,
}

impl Apple {
    /// Attests with a certificate issued by the default root.
    pub fn new() -> Self {
        Self::default()
    }

    kept! {
        /// Changes the nonce: the hash of authenticatorData ‖ clientDataHash.
        nonce(Vec<u8>);
    }
}

impl Certified for Apple {
    fn chain_mut(&mut self) -> &mut Chain {
        &mut self.chain
    }
}

impl Format for Apple {
    fn identifier(&self) -> String {
        "apple".into()
    }

    fn attestation_type(&self) -> &'static str {
        "anonca"
    }

    fn statement(&self, inputs: &Inputs<'_>, seed: &mut Seed) -> Cbor {
        let nonce = self.nonce.apply(sha256(&inputs.to_be_signed()));
        let extension = Extension::new(NONCE, der::sequence(&[&der::explicit(1, &der::octet_string(&nonce))]));
        let certificates = self.chain.issue(inputs.key, seed.draw(16), |leaf| leaf.set(extension));
        Cbor::map([("x5c", x5c(certificates))])
    }

    fn trust_anchors(&self) -> Vec<Vec<u8>> {
        self.chain.trust_anchors()
    }
}
