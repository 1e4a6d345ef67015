//! §8 Defined attestation statement formats: the signing procedure of each, one file for each format.

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

/// An attestation statement format.
pub trait Format: fmt::Debug + Send + Sync {
    /// Returns the attestation statement format identifier.
    fn identifier(&self) -> String;

    /// Returns the attestation type that a relying party determines.
    fn attestation_type(&self) -> &'static str;

    /// Returns `attStmt`, by the signing procedure of the format.
    fn statement(&self, inputs: &Inputs<'_>, seed: &mut Seed) -> Cbor;

    /// Returns the trust anchors that the relying party needs, in DER.
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

/// The inputs of a signing procedure.
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

/// Returns every format that can attest a credential of this algorithm, with its name.
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
