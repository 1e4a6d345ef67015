//! Extensions of certificates and revocation lists (RFC 5280 §4.2, §5.2).

use super::constraints::NameConstraints;
use super::error::Rule;
use super::name::GeneralNames;
use super::oid;
use crate::codec::Few;
use crate::codec::der::{self, Reader, Tag};

/// The maximum number of extensions of a certificate. The most seen in use is 12.
const MAX_EXTENSIONS: usize = 32;

/// One extension.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Extension<'a> {
    pub(crate) oid: &'a [u8],
    pub(crate) critical: bool,
    /// The contents of extnValue: the DER of the extension's type.
    pub(crate) value: &'a [u8],
}

impl<'a> Extension<'a> {
    fn read(from: &mut Reader<'a>) -> Result<Self, der::Malformed> {
        let mut fields = from.sequence()?;
        let extension = Self { oid: fields.oid()?, critical: fields.default_false()?, value: fields.octet_string()? };
        fields.finish()?;
        Ok(extension)
    }

    /// Checks the value of a critical extension, and refuses one that is not recognized. Any certificate policy is accepted,
    /// because the relying party requires none (§6.1.1 (c): any-policy), so only their syntax is checked. policyConstraints, policyMappings
    /// and inhibitAnyPolicy are refused if they are critical, because policies are not processed.
    fn check_understood(&self) -> Result<(), Rule> {
        let value = self.value;
        let read = match self.oid {
            oid::BASIC_CONSTRAINTS => BasicConstraints::read(value).map(drop),
            oid::KEY_USAGE => KeyUsage::read(value).map(drop),
            oid::EXTENDED_KEY_USAGE => extended_key_usage(value, &[]).map(drop),
            oid::SUBJECT_ALT_NAME => der::read_all(value, GeneralNames::read).map(drop),
            oid::CERTIFICATE_POLICIES => der::read_all(value, certificate_policies),
            oid::SUBJECT_KEY_IDENTIFIER => der::read_all(value, Reader::octet_string).map(drop),
            oid::AUTHORITY_KEY_IDENTIFIER => der::read_all(value, authority_key_identifier),
            // Path validation applies those of a CA. Those of a leaf have no effect, so only their syntax is checked.
            oid::NAME_CONSTRAINTS => NameConstraints::read(value).map(drop),
            // §4.2: "MUST reject the certificate if it encounters a critical extension it does not recognize"
            _ => return Err(Rule::UnknownCritical),
        };
        read.map_err(Rule::Malformed)
    }
}

/// The extensions of a certificate or revocation list, each at most once.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Extensions<'a>(&'a [u8]);

impl<'a> Extensions<'a> {
    /// §4.1: `Extensions ::= SEQUENCE SIZE (1..MAX) OF Extension`
    pub(crate) fn read(from: &mut Reader<'a>) -> Result<Self, Rule> {
        let contents = from.contents(Tag::SEQUENCE)?;
        let mut seen = Few::<&[u8], MAX_EXTENSIONS>::new();
        der::each(Reader::new(contents), |rest| {
            let Extension { oid, .. } = Extension::read(rest)?;
            // §4.2: "MUST NOT include more than one instance of a particular extension"
            if seen.contains(&oid) {
                return Err(Rule::DuplicateExtension);
            }
            // A bound of this library; RFC 5280 has none.
            if seen.len() == MAX_EXTENSIONS {
                return Err(Rule::TooManyExtensions);
            }
            seen.push(oid);
            Ok(())
        })?;
        Ok(Self(contents))
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = Extension<'a>> + use<'a> {
        let mut rest = Reader::new(self.0);
        core::iter::from_fn(move || Extension::read(&mut rest).ok())
    }

    /// Returns the extension with this identifier.
    pub(crate) fn find(&self, oid: &[u8]) -> Option<Extension<'a>> {
        let mut rest = Reader::new(self.0);
        loop {
            let mut extension = rest;
            // `Self::read` checked every extension, so the others are skipped here.
            if rest.sequence().ok()?.contents(Tag::OBJECT_IDENTIFIER) == Ok(oid) {
                return Extension::read(&mut extension).ok();
            }
        }
    }

    /// Refuses a critical extension that is not recognized, or malformed (§4.2).
    pub(crate) fn check_critical(&self) -> Result<(), Rule> {
        self.iter().filter(|extension| extension.critical).try_for_each(|extension| extension.check_understood())
    }

    /// Refuses every critical extension: in revocation lists none is recognized (§5.2).
    pub(super) fn refuse_critical(&self) -> Result<(), Rule> {
        if self.iter().any(|extension| extension.critical) { Err(Rule::UnknownCritical) } else { Ok(()) }
    }

    /// Finds the extension with this identifier (§4.2) and reads its value. `None` if there is none.
    fn view<T>(&self, oid: &[u8], read: impl FnOnce(&'a [u8]) -> Result<T, der::Malformed>) -> Result<Option<T>, Rule> {
        self.find(oid).map(|extension| read(extension.value)).transpose().map_err(Rule::Malformed)
    }

    /// Reads basic constraints (§4.2.1.9).
    pub(crate) fn basic_constraints(&self) -> Result<Option<BasicConstraints>, Rule> {
        self.view(oid::BASIC_CONSTRAINTS, BasicConstraints::read)
    }

    /// Reads basic constraints of a trust anchor, which may use BER because the relying party trusts it: a root of the FIDO
    /// metadata encodes TRUE as 01 (AuthenTrend).
    pub(super) fn basic_constraints_of_an_anchor(&self) -> Result<Option<BasicConstraints>, Rule> {
        // X.690 §8.2.2: TRUE is any octet but 0.
        self.view(oid::BASIC_CONSTRAINTS, |value| BasicConstraints::read_with(value, |octet| Ok(octet != 0)))
    }

    /// Reads the key usage (§4.2.1.3).
    pub(crate) fn key_usage(&self) -> Result<Option<KeyUsage>, Rule> {
        self.view(oid::KEY_USAGE, KeyUsage::read)
    }

    /// Returns whether the extended key usage contains this purpose (§4.2.1.12).
    pub(crate) fn has_purpose(&self, purpose: &[u8]) -> Result<bool, Rule> {
        let found = self.view(oid::EXTENDED_KEY_USAGE, |value| extended_key_usage(value, purpose))?;
        Ok(found.unwrap_or(false))
    }

    /// Reads the subject alternative name (§4.2.1.6).
    pub(crate) fn subject_alt_name(&self) -> Result<Option<GeneralNames<'a>>, Rule> {
        self.view(oid::SUBJECT_ALT_NAME, |value| der::read_all(value, GeneralNames::read))
    }

    /// Reads name constraints (§4.2.1.10).
    pub(super) fn name_constraints(&self) -> Result<Option<NameConstraints<'a>>, Rule> {
        self.view(oid::NAME_CONSTRAINTS, NameConstraints::read)
    }
}

/// §4.2.1.9: basic constraints
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct BasicConstraints {
    pub(crate) ca: bool,
    /// The maximum number of intermediate certificates below. The leaf does not count.
    pub(crate) path_length: Option<u32>,
}

impl BasicConstraints {
    /// X.690 §11.1: TRUE is FF. X.690 §11.5: FALSE, the default, is not encoded.
    fn read(value: &[u8]) -> Result<Self, der::Malformed> {
        Self::read_with(value, |octet| if octet == 0xff { Ok(true) } else { Err(der::Malformed::Boolean) })
    }

    /// Reads the extension. `boolean` decodes the one octet of `cA`, if it is present.
    fn read_with(
        value: &[u8],
        boolean: impl FnOnce(u8) -> Result<bool, der::Malformed>,
    ) -> Result<Self, der::Malformed> {
        der::read_all(value, |value| {
            let mut fields = value.sequence()?;
            let ca = match fields.optional(Tag::BOOLEAN)? {
                None => false,
                Some([octet]) => boolean(*octet)?,
                Some(_) => return Err(der::Malformed::Boolean), // X.690 §8.2.1: one octet
            };
            let path_length = if fields.is_empty() { None } else { Some(fields.small()?) };
            fields.finish()?;
            Ok(Self { ca, path_length })
        })
    }
}

/// §4.2.1.3: key usage. Holds only the first octet of the BIT STRING, which has all bits except decipherOnly (bit 8).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct KeyUsage(u8);

impl KeyUsage {
    /// A key usage with bit 0 only.
    pub(crate) const DIGITAL_SIGNATURE: Self = Self(0x80);

    fn read(value: &[u8]) -> Result<Self, der::Malformed> {
        let bits = der::read_all(value, Reader::bits)?;
        Ok(Self(bits.first().copied().unwrap_or(0)))
    }

    /// Bit 0: the key may sign data other than certificates and revocation lists.
    pub(crate) const fn digital_signature(self) -> bool {
        self.0 & 0x80 != 0
    }

    /// Bit 5: the key may sign certificates.
    pub(crate) const fn key_cert_sign(self) -> bool {
        self.0 & 0x04 != 0
    }

    /// Bit 6: the key may sign revocation lists.
    pub(super) const fn crl_sign(self) -> bool {
        self.0 & 0x02 != 0
    }
}

/// §4.2.1.12: extended key usage. Returns whether it contains this purpose. anyExtendedKeyUsage does not count.
fn extended_key_usage(value: &[u8], purpose: &[u8]) -> Result<bool, der::Malformed> {
    let mut found = false;
    der::each(der::read_all(value, Reader::sequence)?, |purposes| {
        found |= purposes.oid()? == purpose;
        Ok::<_, der::Malformed>(())
    })?;
    Ok(found)
}

/// §4.2.1.4: certificate policies
fn certificate_policies(from: &mut Reader<'_>) -> Result<(), der::Malformed> {
    der::each(from.sequence()?, |policies| {
        let mut policy = policies.sequence()?;
        policy.oid()?;
        if policy.is_empty() {
            return Ok(());
        }
        let qualifiers = policy.sequence()?;
        policy.finish()?;
        der::each(qualifiers, |qualifiers| {
            let mut qualifier = qualifiers.sequence()?;
            qualifier.oid()?;
            qualifier.any()?;
            qualifier.finish()
        })
    })
}

/// §4.2.1.1: authority key identifier
fn authority_key_identifier(from: &mut Reader<'_>) -> Result<(), der::Malformed> {
    let mut fields = from.sequence()?;
    fields.optional(Tag::primitive(0))?; // keyIdentifier
    fields.optional(Tag::constructed(1))?; // authorityCertIssuer
    fields.optional(Tag::primitive(2))?; // authorityCertSerialNumber
    fields.finish()
}
