//! Certificates (RFC 5280 §4.1) of attestation. Every field can be changed before the certificate is signed.

mod algorithm;
mod chain;
mod crl;
pub mod extension;
pub mod name;

use crate::der;
use crate::keys::Key;
pub use algorithm::signature_algorithm;
pub use chain::{Authority, Certified, Chain};
pub use crl::RevocationList;
pub use extension::Extension;
pub use name::Name;

/// A certificate before it is signed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Certificate {
    /// 2 means version 3. `None` leaves the field out, which means version 1.
    pub version: Option<u32>,
    /// serialNumber, big-endian and positive.
    pub serial_number: Vec<u8>,
    /// issuer.
    pub issuer: Name,
    /// subject.
    pub subject: Name,
    /// notBefore, in DER.
    pub not_before: Vec<u8>,
    /// notAfter, in DER.
    pub not_after: Vec<u8>,
    /// subjectPublicKeyInfo, in DER.
    pub public_key: Vec<u8>,
    /// extensions, in this order. If there are none, the field is left out.
    pub extensions: Vec<Extension>,
    /// The AlgorithmIdentifier inside the signed part; `None`: that of the signing key.
    pub signature: Option<Vec<u8>>,
    /// The AlgorithmIdentifier beside the signature; `None`: that of the signing key.
    pub signature_algorithm: Option<Vec<u8>>,
}

impl Certificate {
    /// Makes a certificate for this key, valid from 2024 to 3024, without extensions.
    pub fn new(issuer: Name, subject: Name, serial_number: Vec<u8>, key: &Key) -> Self {
        Self {
            version: Some(2),
            serial_number,
            issuer,
            subject,
            not_before: der::utc_time("240101000000Z"),
            not_after: der::generalized_time("30240101000000Z"),
            public_key: key.spki(),
            extensions: Vec::new(),
            signature: None,
            signature_algorithm: None,
        }
    }

    /// Sets an extension. It replaces the one with the same name, if there is one.
    pub fn set(&mut self, extension: Extension) {
        match self.extensions.iter_mut().find(|old| old.oid == extension.oid) {
            Some(old) => *old = extension,
            None => self.extensions.push(extension),
        }
    }

    /// Returns the extension with this name.
    pub fn extension(&mut self, oid: &str) -> &mut Extension {
        self.extensions.iter_mut().find(|extension| extension.oid == oid).expect("no such extension")
    }

    /// Removes an extension.
    pub fn remove(&mut self, oid: &str) {
        self.extensions.retain(|extension| extension.oid != oid);
    }

    /// Returns the certificate, signed with this key, in DER.
    pub fn sign(&self, key: &Key) -> Vec<u8> {
        let algorithm = signature_algorithm(key.algorithm);
        let tbs = self.to_be_signed(self.signature.as_deref().unwrap_or(&algorithm));
        let outer = self.signature_algorithm.as_deref().unwrap_or(&algorithm);
        der::sequence(&[&tbs, outer, &der::bit_string(&key.sign(&tbs), 0)])
    }

    /// TBSCertificate.
    fn to_be_signed(&self, signature: &[u8]) -> Vec<u8> {
        let version = self.version.map(|version| der::explicit(0, &der::integer(version))).unwrap_or_default();
        let extensions: Vec<u8> = self.extensions.iter().flat_map(Extension::encode).collect();
        let extensions =
            if extensions.is_empty() { Vec::new() } else { der::explicit(3, &der::sequence(&[&extensions])) };
        der::sequence(&[
            &version,
            &der::unsigned(&self.serial_number),
            signature,
            &self.issuer.encode(),
            &der::sequence(&[&self.not_before, &self.not_after]),
            &self.subject.encode(),
            &self.public_key,
            &extensions,
        ])
    }
}
