//! §8.6 FIDO U2F attestation: an ES256 credential, one certificate, and the signed message of U2F.

use super::{Format, Inputs, attestation_key, x5c};
use crate::cbor::Cbor;
use crate::change::{Changes, kept};
use crate::keys::{Algorithm, PublicKey};
use crate::seed::Seed;
use crate::x509::{Certified, Chain};

/// The format `fido-u2f`.
#[derive(Clone, Debug)]
pub struct FidoU2f {
    /// The algorithm of the attestation key. Only ES256 is valid.
    pub algorithm: Algorithm,
    chain: Chain,
    message: Changes<Vec<u8>>,
    signature: Changes<Vec<u8>>,
}

impl FidoU2f {
    /// Attests with a key, whose certificate is issued by the default root.
    pub fn new() -> Self {
        Self {
            algorithm: Algorithm::Es256,
            chain: Chain::new(),
            message: Changes::default(),
            signature: Changes::default(),
        }
    }

    kept! {
        /// Changes the signed message: 00 ‖ rpIdHash ‖ clientDataHash ‖ credentialId ‖ the point.
        message(Vec<u8>);
        /// Changes the signature.
        signature(Vec<u8>);
    }
}

impl Default for FidoU2f {
    fn default() -> Self {
        Self::new()
    }
}

impl Certified for FidoU2f {
    fn chain_mut(&mut self) -> &mut Chain {
        &mut self.chain
    }
}

impl Format for FidoU2f {
    fn identifier(&self) -> String {
        "fido-u2f".into()
    }

    fn attestation_type(&self) -> &'static str {
        "basic_or_attca"
    }

    fn statement(&self, inputs: &Inputs<'_>, seed: &mut Seed) -> Cbor {
        let key = attestation_key(self.algorithm, seed);
        let certificates = self.chain.issue(&key, seed.draw(16), |_| ());
        let signature = self.signature.apply(key.sign(&self.message.apply(verification_data(inputs))));
        Cbor::map([("sig", signature.into()), ("x5c", x5c(certificates))])
    }

    fn trust_anchors(&self) -> Vec<Vec<u8>> {
        self.chain.trust_anchors()
    }
}

/// verificationData.
fn verification_data(inputs: &Inputs<'_>) -> Vec<u8> {
    let PublicKey::Ec2 { x, y, .. } = inputs.key.public() else { panic!("U2F credentials are ES256") };
    let data = inputs.authenticator_data;
    let credential_id = &data.attested.as_ref().expect("a registration").credential_id;
    [&[0], &data.rp_id_hash[..], inputs.client_data_hash, credential_id, &[4], &x, &y].concat()
}
