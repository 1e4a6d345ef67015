//! §8.4 Android key attestation: a certificate for the credential's own key, which describes the key.

use super::{Format, Inputs, x5c};
use crate::cbor::Cbor;
use crate::change::{Changes, kept};
use crate::der;
use crate::seed::Seed;
use crate::x509::{Certified, Chain, Extension};

/// The certificate extension that holds the KeyDescription.
pub const KEY_DESCRIPTION: &str = "1.3.6.1.4.1.11129.2.1.17";

/// AuthorizationList: purpose.
pub const PURPOSE: u32 = 1;
/// AuthorizationList: allApplications.
pub const ALL_APPLICATIONS: u32 = 600;
/// AuthorizationList: origin.
pub const ORIGIN: u32 = 702;
/// AuthorizationList: rootOfTrust.
pub const ROOT_OF_TRUST: u32 = 704;

/// The format `android-key`.
#[derive(Clone, Debug, Default)]
pub struct AndroidKey {
    chain: Chain,
    key_description: Changes<KeyDescription>,
    message: Changes<Vec<u8>>,
    signature: Changes<Vec<u8>>,
}

/// KeyDescription, from Android's documentation of key attestation.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KeyDescription {
    /// attestationVersion.
    pub attestation_version: u32,
    /// attestationSecurityLevel, in DER: 0 software, 1 trusted environment, 2 StrongBox.
    pub attestation_security_level: Vec<u8>,
    /// keyMintVersion.
    pub key_mint_version: u32,
    /// keyMintSecurityLevel, in DER.
    pub key_mint_security_level: Vec<u8>,
    /// attestationChallenge: the client data hash.
    pub attestation_challenge: Vec<u8>,
    /// uniqueId.
    pub unique_id: Vec<u8>,
    /// softwareEnforced.
    pub software_enforced: AuthorizationList,
    /// hardwareEnforced, once teeEnforced.
    pub hardware_enforced: AuthorizationList,
}

/// AuthorizationList: values in DER by the number of their tag, written in this order.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct AuthorizationList(pub Vec<(u32, Vec<u8>)>);

impl AuthorizationList {
    /// Makes the list of a key that was generated in the keystore, for signing only.
    pub fn signing() -> Self {
        Self(vec![(PURPOSE, purposes(&[2])), (ORIGIN, der::integer(0))])
    }

    /// Sets the value of a tag. A new tag is added at the end.
    pub fn set(&mut self, tag: u32, value: Vec<u8>) {
        match self.0.iter_mut().find(|(old, _)| *old == tag) {
            Some((_, old)) => *old = value,
            None => self.0.push((tag, value)),
        }
    }

    /// Removes a tag.
    pub fn remove(&mut self, tag: u32) {
        self.0.retain(|(old, _)| *old != tag);
    }

    fn encode(&self) -> Vec<u8> {
        let values: Vec<u8> = self.0.iter().flat_map(|(tag, value)| der::explicit(*tag, value)).collect();
        der::sequence(&[&values])
    }
}

/// SET OF INTEGER: 0 encrypt, 1 decrypt, 2 sign, 3 verify.
pub fn purposes(purposes: &[u32]) -> Vec<u8> {
    let purposes: Vec<_> = purposes.iter().map(|purpose| der::integer(*purpose)).collect();
    der::set(&purposes.iter().map(Vec::as_slice).collect::<Vec<_>>())
}

impl KeyDescription {
    /// Makes the description of a key that was generated in the trusted environment, for signing.
    pub fn new(client_data_hash: &[u8]) -> Self {
        Self {
            attestation_version: 300,
            attestation_security_level: der::enumerated(1),
            key_mint_version: 300,
            key_mint_security_level: der::enumerated(1),
            attestation_challenge: client_data_hash.into(),
            unique_id: Vec::new(),
            software_enforced: AuthorizationList::default(),
            hardware_enforced: AuthorizationList::signing(),
        }
    }

    /// The encoding.
    pub fn encode(&self) -> Vec<u8> {
        der::sequence(&[
            &der::integer(self.attestation_version),
            &self.attestation_security_level,
            &der::integer(self.key_mint_version),
            &self.key_mint_security_level,
            &der::octet_string(&self.attestation_challenge),
            &der::octet_string(&self.unique_id),
            &self.software_enforced.encode(),
            &self.hardware_enforced.encode(),
        ])
    }
}

impl AndroidKey {
    /// Attests with a certificate issued by the default root.
    pub fn new() -> Self {
        Self::default()
    }

    kept! {
        /// Changes the KeyDescription.
        key_description(KeyDescription);
        /// Changes the signed message: authenticatorData ‖ clientDataHash.
        message(Vec<u8>);
        /// Changes the signature.
        signature(Vec<u8>);
    }
}

impl Certified for AndroidKey {
    fn chain_mut(&mut self) -> &mut Chain {
        &mut self.chain
    }
}

impl Format for AndroidKey {
    fn identifier(&self) -> String {
        "android-key".into()
    }

    fn attestation_type(&self) -> &'static str {
        "basic_or_attca"
    }

    fn statement(&self, inputs: &Inputs<'_>, seed: &mut Seed) -> Cbor {
        let description = self.key_description.apply(KeyDescription::new(inputs.client_data_hash)).encode();
        let extension = Extension::new(KEY_DESCRIPTION, description);
        let certificates = self.chain.issue(inputs.key, seed.draw(16), |leaf| leaf.set(extension));
        let signature = self.signature.apply(inputs.key.sign(&self.message.apply(inputs.to_be_signed())));
        Cbor::map([("alg", inputs.key.algorithm.id().into()), ("sig", signature.into()), ("x5c", x5c(certificates))])
    }

    fn trust_anchors(&self) -> Vec<Vec<u8>> {
        self.chain.trust_anchors()
    }
}
