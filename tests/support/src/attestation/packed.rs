//! §8.2 Packed attestation: by an attestation key with its certificate, or by the credential itself.

use super::{Format, Inputs, attestation_key, x5c};
use crate::cbor::Cbor;
use crate::change::{Changes, kept};
use crate::keys::{Algorithm, Key};
use crate::seed::Seed;
use crate::x509::{Certified, Chain};

/// The format `packed` with x5c: basic attestation, or by an attestation CA.
#[derive(Clone, Debug)]
pub struct Packed {
    /// The algorithm of the attestation key.
    pub algorithm: Algorithm,
    chain: Chain,
    signing: Signing,
}

/// The format `packed` without x5c: self attestation.
#[derive(Clone, Debug, Default)]
pub struct PackedSelf {
    signing: Signing,
}

/// What is signed, and the signature.
#[derive(Clone, Debug, Default)]
struct Signing {
    message: Changes<Vec<u8>>,
    signature: Changes<Vec<u8>>,
}

impl Signing {
    fn sign(&self, key: &Key, inputs: &Inputs<'_>) -> Vec<u8> {
        self.signature.apply(key.sign(&self.message.apply(inputs.to_be_signed())))
    }
}

impl Packed {
    /// Attests with an ES256 key, whose certificate is issued by the default root.
    pub fn new() -> Self {
        Self::by(Algorithm::Es256)
    }

    /// Sets the algorithm of the attestation key.
    pub fn by(algorithm: Algorithm) -> Self {
        Self { algorithm, chain: Chain::new(), signing: Signing::default() }
    }

    kept! {
        /// Changes the signed message: authenticatorData ‖ clientDataHash.
        message(Vec<u8>) in signing;
        /// Changes the signature.
        signature(Vec<u8>) in signing;
    }
}

impl Default for Packed {
    fn default() -> Self {
        Self::new()
    }
}

impl Certified for Packed {
    fn chain_mut(&mut self) -> &mut Chain {
        &mut self.chain
    }
}

impl Format for Packed {
    fn identifier(&self) -> String {
        "packed".into()
    }

    fn attestation_type(&self) -> &'static str {
        "basic_or_attca"
    }

    fn statement(&self, inputs: &Inputs<'_>, seed: &mut Seed) -> Cbor {
        let key = attestation_key(self.algorithm, seed);
        let certificates = self.chain.issue(&key, seed.draw(16), |_| ());
        Cbor::map([
            ("alg", key.algorithm.id().into()),
            ("sig", self.signing.sign(&key, inputs).into()),
            ("x5c", x5c(certificates)),
        ])
    }

    fn trust_anchors(&self) -> Vec<Vec<u8>> {
        self.chain.trust_anchors()
    }
}

impl PackedSelf {
    /// Attests with the credential key.
    pub fn new() -> Self {
        Self::default()
    }

    kept! {
        /// Changes the signed message: authenticatorData ‖ clientDataHash.
        message(Vec<u8>) in signing;
        /// Changes the signature.
        signature(Vec<u8>) in signing;
    }
}

impl Format for PackedSelf {
    fn identifier(&self) -> String {
        "packed".into()
    }

    fn attestation_type(&self) -> &'static str {
        "self"
    }

    fn statement(&self, inputs: &Inputs<'_>, _: &mut Seed) -> Cbor {
        let signature = self.signing.sign(inputs.key, inputs);
        Cbor::map([("alg", inputs.key.algorithm.id().into()), ("sig", signature.into())])
    }
}
