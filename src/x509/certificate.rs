//! The certificate (RFC 5280 §4.1), as a view of its octets.

use super::algorithm::{SignatureAlgorithm, SubjectPublicKey};
use super::error::Rule;
use super::extensions::Extensions;
use super::name::Name;
use crate::codec::der::{self, Reader, Tag};
use crate::time::UnixTime;

/// The maximum length of a certificate. The longest in use, with ML-DSA keys and signatures, have 10 kB.
pub(crate) const MAX_LEN: usize = 16 * 1024;

/// §4.1.2.1: version
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Version {
    V1,
    V2,
    V3,
}

/// A certificate of which only the syntax was checked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Certificate<'a> {
    /// The encoded certificate.
    pub(crate) encoding: &'a [u8],
    /// The encoded TBSCertificate, which is signed.
    pub(crate) tbs: &'a [u8],
    pub(crate) version: Version,
    /// Two's complement. It may be negative: §4.1.2.2 says to handle such certificates.
    pub(crate) serial: &'a [u8],
    pub(crate) issuer: Name<'a>,
    /// §4.1.2.5: validity, which includes both dates
    pub(crate) not_before: UnixTime,
    pub(crate) not_after: UnixTime,
    pub(crate) subject: Name<'a>,
    /// The encoded SubjectPublicKeyInfo.
    pub(crate) spki: &'a [u8],
    pub(crate) extensions: Extensions<'a>,
    /// The encoded signatureAlgorithm.
    algorithm: &'a [u8],
    /// The contents of the BIT STRING signatureValue.
    signature: &'a [u8],
}

impl<'a> Certificate<'a> {
    /// Reads a certificate and refuses trailing bytes.
    pub(crate) fn read(encoding: &'a [u8]) -> Result<Self, Rule> {
        // A bound of this library; RFC 5280 has none.
        if encoding.len() > MAX_LEN {
            return Err(Rule::TooLarge);
        }
        let mut outer = der::read_all(encoding, Reader::sequence)?;
        let tbs = outer.element(Tag::SEQUENCE)?;
        let algorithm = algorithm_identifier(&mut outer)?;
        let signature = outer.contents(Tag::BIT_STRING)?;
        // X.690 §8.6.2: the first octet counts the unused bits. §4.1.1.3: a signature is not empty.
        if !matches!(signature, [0..=7, _, ..]) {
            return Err(der::Malformed::BitString.into());
        }
        outer.finish()?;

        let mut fields = Reader::new(tbs.contents);
        let version = version(&mut fields)?;
        let serial = fields.integer()?;
        // §4.1.1.2: signatureAlgorithm and the field signature are the same.
        if fields.element(Tag::SEQUENCE)?.encoding != algorithm {
            return Err(Rule::AlgorithmsDiffer);
        }
        let issuer = Name::read(&mut fields)?;
        // §4.1.2.4: "The issuer field MUST contain a non-empty distinguished name (DN)."
        if issuer.is_empty() {
            return Err(Rule::NoIssuer);
        }
        let mut validity = fields.sequence()?;
        let (not_before, not_after) = (validity.time()?, validity.time()?);
        validity.finish()?;
        let subject = Name::read(&mut fields)?;
        let spki = fields.element(Tag::SEQUENCE)?.encoding;
        unique_identifiers(&mut fields, version)?;
        let extensions = match fields.optional(Tag::constructed(3))? {
            None => Extensions::default(),
            // §4.1.2.9: extensions only in version 3
            Some(_) if version < Version::V3 => return Err(Rule::Version),
            Some(explicit) => der::read_all(explicit, Extensions::read)?,
        };
        fields.finish()?;
        Ok(Self {
            encoding,
            tbs: tbs.encoding,
            version,
            serial,
            issuer,
            not_before,
            not_after,
            subject,
            spki,
            extensions,
            algorithm,
            signature,
        })
    }

    /// Reads the public key (§4.1.2.7).
    pub(crate) fn public_key(&self) -> Result<SubjectPublicKey<'a>, Rule> {
        SubjectPublicKey::read(self.spki)
    }

    /// Reads the signature algorithm (§4.1.1.2).
    pub(crate) fn signature_algorithm(&self) -> Result<SignatureAlgorithm, Rule> {
        SignatureAlgorithm::read(self.algorithm)
    }

    /// Returns the signature, which must consist of whole octets (§4.1.1.3). Only verification needs it, so reading a
    /// certificate does not check it: the certificates of Yubico's first U2F keys have a non-zero unused-bits count. Their
    /// signatures cannot be verified, but their keys sign correctly (WebAuthn §8.6).
    pub(crate) fn signature(&self) -> Result<&'a [u8], Rule> {
        Ok(der::octets(self.signature)?)
    }

    /// Returns whether issuer and subject are the same name (§6.1). Another key may have signed it.
    pub(crate) fn is_self_issued(&self) -> bool {
        self.issuer == self.subject
    }
}

/// Reads an AlgorithmIdentifier (§4.1.1.2) of any algorithm, because not every certificate's signature is verified.
fn algorithm_identifier<'a>(from: &mut Reader<'a>) -> Result<&'a [u8], der::Malformed> {
    let identifier = from.element(Tag::SEQUENCE)?;
    let mut fields = Reader::new(identifier.contents);
    fields.oid()?;
    if !fields.is_empty() {
        fields.any()?;
    }
    fields.finish()?;
    Ok(identifier.encoding)
}

/// §4.1.2.1: `[0] EXPLICIT Version DEFAULT v1`. X.690 §11.5: the default value is not encoded.
fn version(fields: &mut Reader<'_>) -> Result<Version, Rule> {
    match fields.optional(Tag::constructed(0))? {
        None => Ok(Version::V1),
        Some([2, 1, 1]) => Ok(Version::V2),
        Some([2, 1, 2]) => Ok(Version::V3),
        Some(_) => Err(Rule::Version),
    }
}

/// §4.1.2.8: unique identifiers "MUST only appear if the version is 2 or 3". Nothing uses them.
fn unique_identifiers(fields: &mut Reader<'_>, version: Version) -> Result<(), Rule> {
    for number in [1, 2] {
        if let Some(bits) = fields.optional(Tag::primitive(number))? {
            der::bits(bits)?;
            if version == Version::V1 {
                return Err(Rule::Version);
            }
        }
    }
    Ok(())
}
