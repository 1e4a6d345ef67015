//! The certificate (RFC 5280 §4.1), as a borrowed view: no allocation, no copy.

use super::algorithm::{SignatureAlgorithm, SubjectPublicKey};
use super::error::Rule;
use super::extensions::Extensions;
use super::name::Name;
use crate::codec::der::{self, Reader, Tag};
use crate::time::UnixTime;

/// The most bytes of a certificate. The largest in use, with ML-DSA keys and signatures, have 10 kB.
pub(crate) const MAX_LEN: usize = 16 * 1024;

/// §4.1.2.1
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Version {
    V1,
    V2,
    V3,
}

/// §4.1.2.5: both ends belong to it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Validity {
    pub(crate) not_before: UnixTime,
    pub(crate) not_after: UnixTime,
}

/// A certificate whose syntax was judged; nothing else was.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Certificate<'a> {
    /// The whole certificate.
    pub(crate) encoding: &'a [u8],
    /// What is signed.
    pub(crate) tbs: &'a [u8],
    pub(crate) version: Version,
    /// Two's complement; negative ones exist (§4.1.2.2 asks to handle them).
    pub(crate) serial: &'a [u8],
    pub(crate) issuer: Name<'a>,
    pub(crate) validity: Validity,
    pub(crate) subject: Name<'a>,
    /// The whole SubjectPublicKeyInfo.
    pub(crate) spki: &'a [u8],
    pub(crate) extensions: Extensions<'a>,
    /// The AlgorithmIdentifier beside the signature.
    algorithm: &'a [u8],
    /// The contents of the BIT STRING.
    signature: &'a [u8],
}

impl<'a> Certificate<'a> {
    /// Reads the one certificate that `encoding` is.
    pub(crate) fn read(encoding: &'a [u8]) -> Result<Self, Rule> {
        if encoding.len() > MAX_LEN {
            return Err(Rule::TooLarge);
        }
        let mut outer = der::read_all(encoding, Reader::sequence)?;
        let tbs = outer.element(Tag::SEQUENCE)?;
        let algorithm = algorithm_identifier(&mut outer)?;
        let signature = outer.contents(Tag::BIT_STRING)?;
        if !matches!(signature, [0..=7, _, ..]) {
            return Err(der::Malformed::BitString.into());
        }
        outer.finish()?;

        let mut fields = Reader::new(tbs.contents);
        let version = version(&mut fields)?;
        let serial = fields.integer()?;
        if fields.element(Tag::SEQUENCE)?.encoding != algorithm {
            return Err(Rule::AlgorithmsDiffer);
        }
        let issuer = Name::read(&mut fields)?;
        if issuer.is_empty() {
            return Err(Rule::NoIssuer);
        }
        let validity = validity(&mut fields)?;
        let subject = Name::read(&mut fields)?;
        let spki = fields.element(Tag::SEQUENCE)?.encoding;
        unique_identifiers(&mut fields, version)?;
        let extensions = match fields.optional(Tag::constructed(3))? {
            None => Extensions::default(),
            Some(_) if version < Version::V3 => return Err(Rule::Version),
            Some(explicit) => der::read_all(explicit, Extensions::read)?,
        };
        fields.finish()?;
        let tbs = tbs.encoding;
        Ok(Self { encoding, tbs, version, serial, issuer, validity, subject, spki, extensions, algorithm, signature })
    }

    /// §4.1.2.7
    pub(crate) fn public_key(&self) -> Result<SubjectPublicKey<'a>, Rule> {
        SubjectPublicKey::read(self.spki)
    }

    /// §4.1.1.2
    pub(crate) fn signature_algorithm(&self) -> Result<SignatureAlgorithm, Rule> {
        SignatureAlgorithm::read(self.algorithm)
    }

    /// §4.1.1.3: of whole octets, which is judged where it is verified. The certificates of the first U2F keys of Yubico say
    /// that some of their bits are not used: nobody can verify those, but their keys sign as any (§8.6).
    pub(crate) fn signature(&self) -> Result<&'a [u8], Rule> {
        Ok(der::octets(self.signature)?)
    }

    /// §6.1: the same name on both sides. Says nothing about who signed.
    pub(crate) fn is_self_issued(&self) -> bool {
        self.issuer == self.subject
    }
}

/// §4.1.1.2, whatever it identifies: not every certificate's signature is verified, and none is held less strictly.
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

/// `[0] EXPLICIT Version DEFAULT v1`: X.690 §11.5 leaves v1 out.
fn version(fields: &mut Reader<'_>) -> Result<Version, Rule> {
    match fields.optional(Tag::constructed(0))? {
        None => Ok(Version::V1),
        Some([2, 1, 1]) => Ok(Version::V2),
        Some([2, 1, 2]) => Ok(Version::V3),
        Some(_) => Err(Rule::Version),
    }
}

fn validity(fields: &mut Reader<'_>) -> Result<Validity, der::Malformed> {
    let mut times = fields.sequence()?;
    let validity = Validity { not_before: times.time()?, not_after: times.time()? };
    times.finish()?;
    Ok(validity)
}

/// §4.1.2.8: from version 2 on; nothing uses them.
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
