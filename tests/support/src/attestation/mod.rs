//! §8 Defined attestation statement formats: the signing procedure of each, one file a format.

pub mod android_key;
pub mod android_safetynet;
pub mod apple;
pub mod compound;
pub mod fido_u2f;
pub mod none;
pub mod packed;
pub mod tpm;

use crate::authenticator_data::AuthenticatorData;
use crate::cbor::Cbor;
use crate::keys::{Algorithm, Key, Modulus};
use crate::seed::Seed;
pub use android_key::AndroidKey;
pub use android_safetynet::AndroidSafetyNet;
pub use apple::Apple;
pub use compound::Compound;
pub use fido_u2f::FidoU2f;
pub use none::NoAttestation;
pub use packed::{Packed, PackedSelf};
use std::fmt;
use std::sync::Arc;
pub use tpm::Tpm;

/// An attestation statement format, ready to attest.
pub trait Format: fmt::Debug + Send + Sync {
    /// The attestation statement format identifier.
    fn identifier(&self) -> String;

    /// The attestation type that a relying party finds.
    fn attestation_type(&self) -> &'static str;

    /// The signing procedure: `attStmt`.
    fn statement(&self, inputs: &Inputs<'_>, seed: &mut Seed) -> Cbor;

    /// The certificates to be trusted, in DER.
    fn trust_anchors(&self) -> Vec<Vec<u8>> {
        Vec::new()
    }
}

impl<F: Format + ?Sized> Format for Arc<F> {
    fn identifier(&self) -> String {
        (**self).identifier()
    }

    fn attestation_type(&self) -> &'static str {
        (**self).attestation_type()
    }

    fn statement(&self, inputs: &Inputs<'_>, seed: &mut Seed) -> Cbor {
        (**self).statement(inputs, seed)
    }

    fn trust_anchors(&self) -> Vec<Vec<u8>> {
        (**self).trust_anchors()
    }
}

/// What a signing procedure is given.
#[derive(Clone, Copy, Debug)]
pub struct Inputs<'a> {
    /// The authenticator data, member by member.
    pub authenticator_data: &'a AuthenticatorData,
    /// The authenticator data.
    pub authenticator_data_bytes: &'a [u8],
    /// The hash of the serialized client data.
    pub client_data_hash: &'a [u8],
    /// The credential's key pair.
    pub key: &'a Key,
}

impl Inputs<'_> {
    /// authenticatorData ‖ clientDataHash.
    pub fn to_be_signed(&self) -> Vec<u8> {
        [self.authenticator_data_bytes, self.client_data_hash].concat()
    }
}

/// Every format that can attest a credential of this algorithm, by name.
pub fn formats(algorithm: Algorithm) -> Vec<(&'static str, Arc<dyn Format>)> {
    let mut formats: Vec<(&'static str, Arc<dyn Format>)> = vec![
        ("none", Arc::new(NoAttestation)),
        ("packed-self", Arc::new(PackedSelf::new())),
        ("packed", Arc::new(Packed::new())),
        ("android-key", Arc::new(AndroidKey::new())),
        ("android-safetynet", Arc::new(AndroidSafetyNet::new())),
        ("apple", Arc::new(Apple::new())),
        ("compound", Arc::new(Compound::new().with(Packed::new()).with(AndroidKey::new()))),
    ];
    if Tpm::can_hold(algorithm) {
        formats.push(("tpm", Arc::new(Tpm::new())));
    }
    if algorithm == Algorithm::Es256 {
        formats.push(("fido-u2f", Arc::new(FidoU2f::new())));
    }
    formats
}

/// The key of an attestation certificate.
fn attestation_key(algorithm: Algorithm, seed: &mut Seed) -> Key {
    Key::draw(algorithm, Modulus::Attestation, seed)
}

/// x5c as a CBOR array.
fn x5c(certificates: Vec<Vec<u8>>) -> Cbor {
    Cbor::Array(certificates.into_iter().map(Cbor::Bytes).collect())
}
