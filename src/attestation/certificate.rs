//! What the formats ask of attestation certificates in common: the leaf that signs, and its profile.
//!
//! Whether a certification path leads from it to an anchor is judged by the [`policy`](crate::policy), not here.

use super::{Inputs, Reason};
use crate::authenticator::Aaguid;
use crate::codec::Few;
use crate::codec::cbor::Value;
use crate::codec::der::{self, Reader};
use crate::crypto::{Algorithm, PublicKey};
use crate::x509::certificate::{Certificate, Version};
use crate::x509::extensions::KeyUsage;
use crate::x509::oid;

/// Certificates that a statement may carry. What is too long for a path is refused there (§7.1 step 24); this bounds
/// the reading.
const MAX_CERTIFICATES: usize = 128;

/// The certificates of a statement, leaf first.
pub(super) type X5c<'a> = Few<&'a [u8], 4>;

/// `x5c`: one or more byte strings.
pub(super) fn x5c(value: Value<'_>) -> Option<X5c<'_>> {
    let array = value.array()?;
    if array.is_empty() || array.len() > MAX_CERTIFICATES.try_into().ok()? {
        return None;
    }
    array.iter().map(Value::bytes).collect()
}

/// The first certificate of a path: the one whose key signs.
pub(super) struct Leaf<'a>(Certificate<'a>);

impl<'a> From<Leaf<'a>> for Certificate<'a> {
    fn from(leaf: Leaf<'a>) -> Self {
        leaf.0
    }
}

impl<'a> Leaf<'a> {
    /// Reads the first certificate of x5c, and refuses one that claims a CA's powers without being a CA. A CA's certificate
    /// is refused where the format demands an end entity's: see [`end_entity`].
    pub(super) fn read(first: Option<&'a [u8]>) -> Result<Self, Reason> {
        let certificate = Certificate::read(first.unwrap_or_default())?;
        let constraints = certificate.extensions.basic_constraints()?;
        if !constraints.is_some_and(|constraints| constraints.ca) {
            // RFC 5280 §4.2.1.3: "If the keyCertSign bit is asserted, then the cA bit [...] MUST also be asserted."
            if certificate.extensions.key_usage()?.is_some_and(KeyUsage::key_cert_sign) {
                return Err(Reason::KeyCertSign);
            }
            // §4.2.1.9: "CAs MUST NOT include the pathLenConstraint field unless the cA boolean is asserted".
            if constraints.is_some_and(|constraints| constraints.path_length.is_some()) {
                return Err(Reason::PathLength);
            }
        }
        Ok(Self(certificate))
    }

    pub(super) const fn certificate(&self) -> &Certificate<'a> {
        &self.0
    }

    pub(super) fn key(&self) -> Result<PublicKey<'a>, Reason> {
        Ok(self.0.public_key()?.key)
    }

    /// Verifies a signature by the certificate's key under the COSE number that the statement names.
    pub(super) fn verify(
        &self,
        alg: i64,
        message: &[u8],
        signature: &[u8],
        inputs: &Inputs<'_, '_>,
    ) -> Result<Algorithm, Reason> {
        self.signer(alg)?.verify(message, signature, inputs)
    }

    /// The certificate's key and the algorithm behind `alg`, where the key may sign with it.
    pub(super) fn signer(&self, alg: i64) -> Result<Signer<'a>, Reason> {
        let algorithm = Algorithm::from_cose(alg).ok_or(Reason::Algorithm)?;
        let key = self.0.public_key()?;
        if !key.fits(algorithm.scheme()) {
            return Err(Reason::Algorithm);
        }
        match self.0.extensions.key_usage()? {
            Some(usage) if !usage.digital_signature() => Err(Reason::KeyUsage),
            _ => Ok(Signer { algorithm, key: key.key }),
        }
    }

    /// id-fido-gen-ce-aaguid (§8.2.1): the AAGUID in an OCTET STRING of its own, not critical, equal.
    pub(super) fn check_aaguid(&self, aaguid: Aaguid) -> Result<(), Reason> {
        let Some(extension) = self.0.extensions.find(oid::FIDO_AAGUID) else { return Ok(()) };
        let value = der::read_all(extension.value, Reader::octet_string)
            .map_err(|_: der::Malformed| Reason::AaguidExtension)?;
        if extension.critical || value.len() != 16 {
            return Err(Reason::AaguidExtension);
        }
        if value == aaguid.as_bytes() { Ok(()) } else { Err(Reason::Aaguid) }
    }
}

/// A key that may sign under an algorithm.
pub(super) struct Signer<'a> {
    pub(super) algorithm: Algorithm,
    key: PublicKey<'a>,
}

impl Signer<'_> {
    pub(super) fn verify(
        &self,
        message: &[u8],
        signature: &[u8],
        inputs: &Inputs<'_, '_>,
    ) -> Result<Algorithm, Reason> {
        let verified = inputs.verify_signature(self.algorithm.scheme(), &self.key, message, signature);
        verified.map(|()| self.algorithm).map_err(|_| Reason::Signature)
    }
}

/// "Version MUST be set to 3."
pub(super) fn version_3(certificate: &Certificate<'_>) -> Result<(), Reason> {
    if certificate.version == Version::V3 { Ok(()) } else { Err(Reason::CertificateVersion) }
}

/// "The Basic Constraints extension MUST have the CA component set to false."
pub(super) fn end_entity(certificate: &Certificate<'_>) -> Result<(), Reason> {
    match certificate.extensions.basic_constraints()? {
        Some(constraints) if !constraints.ca => Ok(()),
        _ => Err(Reason::BasicConstraints),
    }
}
