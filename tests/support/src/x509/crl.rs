//! Certificate revocation lists (RFC 5280 §5.1). Every field can be changed before the list is signed.

use super::{Authority, Extension, Name, signature_algorithm};
use crate::der;
use crate::keys::Key;

/// A revocation list before it is signed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RevocationList {
    /// 1 means version 2. `None` leaves the field out, which means version 1.
    pub version: Option<u32>,
    /// issuer.
    pub issuer: Name,
    /// thisUpdate, in DER.
    pub this_update: Vec<u8>,
    /// nextUpdate, in DER.
    pub next_update: Option<Vec<u8>>,
    /// revokedCertificates: serial numbers, each with the extensions of its entry. If it is empty, the field is left out.
    pub revoked: Vec<(Vec<u8>, Vec<Extension>)>,
    /// crlExtensions. If it is empty, the field is left out.
    pub extensions: Vec<Extension>,
    /// The AlgorithmIdentifier inside the signed part; `None`: that of the signing key.
    pub signature: Option<Vec<u8>>,
    /// The AlgorithmIdentifier beside the signature; `None`: that of the signing key.
    pub signature_algorithm: Option<Vec<u8>>,
    /// The signing key.
    pub key: Key,
}

impl RevocationList {
    /// Makes a list of this authority that revokes these serial numbers, issued on 2026-11-01 and valid for a month.
    pub fn of(issuer: &Authority, serial_numbers: &[&[u8]]) -> Self {
        Self {
            version: Some(1),
            issuer: issuer.certificate.subject.clone(),
            this_update: der::utc_time("261101000000Z"),
            next_update: Some(der::utc_time("261201000000Z")),
            revoked: serial_numbers.iter().map(|serial| (serial.to_vec(), Vec::new())).collect(),
            extensions: vec![
                Extension::authority_key_identifier(&issuer.key),
                Extension::new("2.5.29.20", der::integer(7)), // cRLNumber
            ],
            signature: None,
            signature_algorithm: None,
            key: issuer.key.clone(),
        }
    }

    /// Returns the list with a change.
    pub fn with(mut self, change: impl FnOnce(&mut Self)) -> Self {
        change(&mut self);
        self
    }

    /// Returns the signed list, in DER.
    pub fn der(&self) -> Vec<u8> {
        let algorithm = signature_algorithm(self.key.algorithm);
        let tbs = self.to_be_signed(self.signature.as_deref().unwrap_or(&algorithm));
        let outer = self.signature_algorithm.as_deref().unwrap_or(&algorithm);
        der::sequence(&[&tbs, outer, &der::bit_string(&self.key.sign(&tbs), 0)])
    }

    /// TBSCertList.
    fn to_be_signed(&self, signature: &[u8]) -> Vec<u8> {
        let entry = |(serial, extensions): &(Vec<u8>, Vec<Extension>)| {
            der::sequence(&[&der::unsigned(serial), &der::utc_time("260601000000Z"), &sequence_of(extensions)])
        };
        let entries: Vec<u8> = self.revoked.iter().flat_map(entry).collect();
        let extensions = sequence_of(&self.extensions);
        der::sequence(&[
            &self.version.map(der::integer).unwrap_or_default(),
            signature,
            &self.issuer.encode(),
            &self.this_update,
            self.next_update.as_deref().unwrap_or_default(),
            &if entries.is_empty() { entries } else { der::sequence(&[&entries]) },
            &if extensions.is_empty() { extensions } else { der::explicit(0, &extensions) },
        ])
    }
}

/// Extensions, where there are some.
fn sequence_of(extensions: &[Extension]) -> Vec<u8> {
    let encoded: Vec<u8> = extensions.iter().flat_map(Extension::encode).collect();
    if encoded.is_empty() { encoded } else { der::sequence(&[&encoded]) }
}
