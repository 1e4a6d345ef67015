//! What the formats require of attestation certificates: the leaf that signs, and its profile.
//!
//! The [`policy`](crate::policy) decides whether a certification path leads from the leaf to an anchor.

use super::{Inputs, Reason, oid};
use crate::authenticator::Aaguid;
use crate::codec::cbor::Value;
use crate::codec::der::{self, Reader};
use crate::crypto::{Algorithm, PublicKey};
use crate::x509::certificate::{Certificate, Version};
use crate::x509::extensions::{BasicConstraints, KeyUsage};
use std::borrow::Cow;

/// The maximum number of certificates that are read from a statement. Path validation accepts fewer.
const MAX_CERTIFICATES: u64 = 128;

/// The certificates of a statement, leaf first.
pub(super) type X5c<'a> = Vec<Cow<'a, [u8]>>;

/// Reads `x5c`: one or more byte strings.
pub(super) fn x5c(value: Value<'_>) -> Option<X5c<'_>> {
    let array = value.array().filter(|array| (1..=MAX_CERTIFICATES).contains(&array.len()))?;
    array.iter().map(|item| item.bytes().map(Cow::Borrowed)).collect()
}

/// Returns the algorithm that `alg` identifies.
pub(super) fn algorithm(alg: i64) -> Result<Algorithm, Reason> {
    // §5.8.5: COSEAlgorithmIdentifier
    Algorithm::from_cose(alg).ok_or(Reason::Algorithm)
}

/// The first certificate of `x5c`. Its key signs the statement.
pub(super) struct Leaf<'a> {
    pub(super) certificate: Certificate<'a>,
    constraints: Option<BasicConstraints>,
    usage: Option<KeyUsage>,
}

impl<'a> Leaf<'a> {
    /// Reads the first certificate of `x5c` (§8.2, §8.3, §8.4, §8.6, §8.8), which borrows from the statement.
    pub(super) fn of(x5c: &X5c<'a>) -> Result<Self, Reason> {
        match x5c.first() {
            Some(Cow::Borrowed(leaf)) => Self::read(leaf),
            _ => Err(Reason::Syntax), // not reached: `x5c` has a first certificate, and all borrow from the statement
        }
    }

    /// Reads the certificate. Refuses keyCertSign and a path length unless basic constraints have `cA = TRUE`.
    ///
    /// It accepts the certificate of a CA. [`Self::check_end_entity`] refuses that for the formats that require it.
    pub(super) fn read(leaf: &'a [u8]) -> Result<Self, Reason> {
        let certificate = Certificate::read(leaf)?;
        let constraints = certificate.extensions.basic_constraints()?;
        let usage = certificate.extensions.key_usage()?;
        if !constraints.is_some_and(|constraints| constraints.ca) {
            // RFC 5280 §4.2.1.3: "If the keyCertSign bit is asserted, then the cA bit [...] MUST also be asserted."
            if usage.is_some_and(KeyUsage::key_cert_sign) {
                return Err(Reason::KeyCertSign);
            }
            // RFC 5280 §4.2.1.9: "CAs MUST NOT include the pathLenConstraint field unless the cA boolean is asserted".
            if constraints.is_some_and(|constraints| constraints.path_length.is_some()) {
                return Err(Reason::PathLength);
            }
        }
        Ok(Self { certificate, constraints, usage })
    }

    /// Reads the certificate's key.
    pub(super) fn key(&self) -> Result<PublicKey<'a>, Reason> {
        Ok(self.certificate.public_key()?.key)
    }

    /// Verifies a signature with the certificate's key.
    pub(super) fn verify(
        &self,
        algorithm: Algorithm,
        message: &[u8],
        signature: &[u8],
        inputs: &Inputs<'_, '_>,
    ) -> Result<(), Reason> {
        let key = self.certificate.public_key()?;
        // §8.2 to §8.6: "using the attestation public key [...] with the algorithm specified in alg"
        if !key.fits(algorithm.scheme()) {
            return Err(Reason::Algorithm);
        }
        // RFC 5280 §4.2.1.3: digitalSignature, if there is a key usage
        if self.usage.is_some_and(|usage| !usage.digital_signature()) {
            return Err(Reason::KeyUsage);
        }
        inputs.verify_signature(algorithm.scheme(), &key.key, message, signature)
    }

    /// Checks the version.
    pub(super) fn check_version_3(&self) -> Result<(), Reason> {
        // §8.2.1, §8.3.1: "Version MUST be set to 3"
        if self.certificate.version == Version::V3 { Ok(()) } else { Err(Reason::CertificateVersion) }
    }

    /// Checks that the certificate is not that of a CA.
    pub(super) fn check_end_entity(&self) -> Result<(), Reason> {
        match self.constraints {
            Some(constraints) if !constraints.ca => Ok(()),
            // §8.2.1, §8.3.1: "The Basic Constraints extension MUST have the CA component set to false."
            _ => Err(Reason::BasicConstraints),
        }
    }

    /// Checks the extension id-fido-gen-ce-aaguid, if there is one.
    pub(super) fn check_aaguid(&self, aaguid: Aaguid) -> Result<(), Reason> {
        let Some(extension) = self.certificate.extensions.find(oid::FIDO_AAGUID) else { return Ok(()) };
        // §8.2.1: "a 16-byte OCTET STRING. The extension MUST NOT be marked as critical."
        let value = der::read_all(extension.value, Reader::octet_string)
            .map_err(|_: der::Malformed| Reason::AaguidExtension)?;
        if extension.critical || value.len() != 16 {
            return Err(Reason::AaguidExtension);
        }
        // §8.2, §8.3: "verify that the value of this extension matches the aaguid in authenticatorData"
        if value == aaguid.as_bytes() { Ok(()) } else { Err(Reason::Aaguid) }
    }
}
