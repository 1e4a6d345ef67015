//! Extensions (RFC 5280 §4.2), and views of those that attestation and path validation look into.

use super::constraints::NameConstraints;
use super::error::Rule;
use super::name::GeneralNames;
use super::oid;
use crate::codec::der::{self, Reader, Tag};

/// Extensions a certificate may have; the most seen in use is 12.
const MAX_EXTENSIONS: usize = 32;

/// One extension.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Extension<'a> {
    pub(crate) oid: &'a [u8],
    pub(crate) critical: bool,
    /// The contents of extnValue: the DER of the extension's own type.
    pub(crate) value: &'a [u8],
}

impl<'a> Extension<'a> {
    fn read(from: &mut Reader<'a>) -> Result<Self, der::Malformed> {
        let mut fields = from.sequence()?;
        let oid = fields.oid()?;
        Self::read_after(oid, fields)
    }

    /// Reads what follows the identifier.
    fn read_after(oid: &'a [u8], mut fields: Reader<'a>) -> Result<Self, der::Malformed> {
        let extension = Self { oid, critical: fields.default_false()?, value: fields.octet_string()? };
        fields.finish()?;
        Ok(extension)
    }

    /// Reads the value, or refuses a critical extension that nobody here understands. Certificate policies are
    /// understood: none is asked for, so RFC 5280 §6.1 is satisfied by any, and their syntax is what is left.
    fn check_understood(&self) -> Result<(), Rule> {
        let read = |read: fn(&[u8]) -> Result<(), der::Malformed>| read(self.value).map_err(Rule::Malformed);
        match self.oid {
            oid::BASIC_CONSTRAINTS => read(|value| BasicConstraints::read(value).map(drop)),
            oid::KEY_USAGE => read(|value| KeyUsage::read(value).map(drop)),
            oid::EXTENDED_KEY_USAGE => read(|value| ExtendedKeyUsage::read(value).map(drop)),
            oid::SUBJECT_ALT_NAME => read(|value| der::read_all(value, GeneralNames::read).map(drop)),
            oid::CERTIFICATE_POLICIES => read(|value| der::read_all(value, certificate_policies)),
            oid::SUBJECT_KEY_IDENTIFIER => read(|value| der::read_all(value, Reader::octet_string).map(drop)),
            oid::AUTHORITY_KEY_IDENTIFIER => read(|value| authority_key_identifier(value).map(drop)),
            // Path validation applies those of a CA. A leaf has no use for them, but their syntax is checked.
            oid::NAME_CONSTRAINTS => read(|value| NameConstraints::read(value).map(drop)),
            _ => Err(Rule::UnknownCritical),
        }
    }
}

/// The extensions of a certificate: none twice. Without any, empty.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Extensions<'a>(&'a [u8]);

impl<'a> Extensions<'a> {
    /// `SEQUENCE SIZE (1..MAX) OF Extension`, in one pass.
    pub(crate) fn read(from: &mut Reader<'a>) -> Result<Self, Rule> {
        let contents = from.contents(Tag::SEQUENCE)?;
        let mut rest = Reader::new(contents);
        let mut seen = [&[][..]; MAX_EXTENSIONS];
        let mut slots = seen.iter_mut();
        if rest.is_empty() {
            return Err(der::Malformed::Empty.into());
        }
        while !rest.is_empty() {
            *slots.next().ok_or(Rule::TooManyExtensions)? = Extension::read(&mut rest)?.oid;
        }
        let count = MAX_EXTENSIONS.saturating_sub(slots.len());
        let mut later = seen.iter().take(count);
        while let Some(oid) = later.next() {
            if later.clone().any(|other| other == oid) {
                return Err(Rule::DuplicateExtension);
            }
        }
        Ok(Self(contents))
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = Extension<'a>> + use<'a> {
        let mut rest = Reader::new(self.0);
        core::iter::from_fn(move || Extension::read(&mut rest).ok())
    }

    /// The extension with this identifier: attestation formats look theirs up here. Each was judged when the list was read;
    /// only this one is read again.
    pub(crate) fn find(&self, oid: &[u8]) -> Option<Extension<'a>> {
        let mut rest = Reader::new(self.0);
        loop {
            let mut fields = rest.sequence().ok()?;
            let found = fields.contents(Tag::OBJECT_IDENTIFIER).ok()?;
            if found == oid {
                return Extension::read_after(found, fields).ok();
            }
        }
    }

    /// Refuses a critical extension that is not understood, or malformed.
    pub(crate) fn check_critical(&self) -> Result<(), Rule> {
        self.iter().filter(|extension| extension.critical).try_for_each(|extension| extension.check_understood())
    }

    /// Refuses every critical extension: for lists of which none is understood.
    pub(crate) fn refuse_critical(&self) -> Result<(), Rule> {
        if self.iter().any(|extension| extension.critical) { Err(Rule::UnknownCritical) } else { Ok(()) }
    }

    fn view<T>(&self, oid: &[u8], read: impl FnOnce(&'a [u8]) -> Result<T, der::Malformed>) -> Result<Option<T>, Rule> {
        self.find(oid).map(|extension| read(extension.value)).transpose().map_err(Rule::Malformed)
    }

    /// §4.2.1.9
    pub(crate) fn basic_constraints(&self) -> Result<Option<BasicConstraints>, Rule> {
        self.view(oid::BASIC_CONSTRAINTS, BasicConstraints::read)
    }

    /// The same of a trust anchor, which the relying party chose: roots of the FIDO metadata write TRUE as 01 (AuthenTrend).
    pub(crate) fn basic_constraints_of_an_anchor(&self) -> Result<Option<BasicConstraints>, Rule> {
        self.view(oid::BASIC_CONSTRAINTS, BasicConstraints::read_ber)
    }

    /// §4.2.1.3
    pub(crate) fn key_usage(&self) -> Result<Option<KeyUsage>, Rule> {
        self.view(oid::KEY_USAGE, KeyUsage::read)
    }

    /// §4.2.1.12
    pub(crate) fn extended_key_usage(&self) -> Result<Option<ExtendedKeyUsage<'a>>, Rule> {
        self.view(oid::EXTENDED_KEY_USAGE, ExtendedKeyUsage::read)
    }

    /// §4.2.1.6
    pub(crate) fn subject_alt_name(&self) -> Result<Option<GeneralNames<'a>>, Rule> {
        self.view(oid::SUBJECT_ALT_NAME, |value| der::read_all(value, GeneralNames::read))
    }

    /// §4.2.1.10
    pub(crate) fn name_constraints(&self) -> Result<Option<NameConstraints<'a>>, Rule> {
        self.view(oid::NAME_CONSTRAINTS, NameConstraints::read)
    }
}

/// §4.2.1.9
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct BasicConstraints {
    pub(crate) ca: bool,
    /// The most intermediate certificates that may follow, the leaf not counted.
    pub(crate) path_length: Option<u32>,
}

impl BasicConstraints {
    fn read(value: &[u8]) -> Result<Self, der::Malformed> {
        Self::read_with(value, Reader::default_false)
    }

    /// As [`Self::read`], but for `cA`, which may be any BOOLEAN of BER: FALSE spelled out, TRUE as other than FF.
    fn read_ber(value: &[u8]) -> Result<Self, der::Malformed> {
        Self::read_with(value, |fields| match fields.optional(Tag::BOOLEAN)? {
            None => Ok(false),
            Some([octet]) => Ok(*octet != 0),
            Some(_) => Err(der::Malformed::Boolean),
        })
    }

    fn read_with<'a>(
        value: &'a [u8],
        boolean: impl FnOnce(&mut Reader<'a>) -> Result<bool, der::Malformed>,
    ) -> Result<Self, der::Malformed> {
        der::read_all(value, |value| {
            let mut fields = value.sequence()?;
            let ca = boolean(&mut fields)?;
            let path_length = if fields.is_empty() { None } else { Some(fields.small()?) };
            fields.finish()?;
            Ok(Self { ca, path_length })
        })
    }
}

/// §4.2.1.3: the first octet of the bits, which holds all but decipherOnly.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct KeyUsage(u8);

impl KeyUsage {
    /// Bit 0 alone.
    pub(crate) const DIGITAL_SIGNATURE: Self = Self(0x80);

    fn read(value: &[u8]) -> Result<Self, der::Malformed> {
        let bits = der::read_all(value, Reader::bits)?;
        Ok(Self(bits.first().copied().unwrap_or(0)))
    }

    /// Bit 0: the key may sign other things than certificates.
    pub(crate) const fn digital_signature(self) -> bool {
        self.0 & 0x80 != 0
    }

    /// Bit 5: the key may sign certificates.
    pub(crate) const fn key_cert_sign(self) -> bool {
        self.0 & 0x04 != 0
    }

    /// Bit 6: the key may sign CRLs.
    pub(crate) const fn crl_sign(self) -> bool {
        self.0 & 0x02 != 0
    }
}

/// §4.2.1.12: one or more purposes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct ExtendedKeyUsage<'a>(&'a [u8]);

impl<'a> ExtendedKeyUsage<'a> {
    fn read(value: &'a [u8]) -> Result<Self, der::Malformed> {
        let contents = der::read_all(value, |value| value.contents(Tag::SEQUENCE))?;
        each(&mut Reader::new(contents), |purposes| purposes.oid().map(drop))?;
        Ok(Self(contents))
    }

    /// Whether this purpose is among them; anyExtendedKeyUsage does not stand for it.
    pub(crate) fn contains(&self, purpose: &[u8]) -> bool {
        let mut purposes = Reader::new(self.0);
        core::iter::from_fn(|| purposes.oid().ok()).any(|oid| oid == purpose)
    }
}

/// Reads one element or more until nothing is left.
fn each<'a>(
    of: &mut Reader<'a>,
    mut read: impl FnMut(&mut Reader<'a>) -> Result<(), der::Malformed>,
) -> Result<(), der::Malformed> {
    if of.is_empty() {
        return Err(der::Malformed::Empty);
    }
    while !of.is_empty() {
        read(of)?;
    }
    Ok(())
}

/// §4.2.1.4
fn certificate_policies(from: &mut Reader<'_>) -> Result<(), der::Malformed> {
    each(&mut from.sequence()?, |policies| {
        let mut policy = policies.sequence()?;
        policy.oid()?;
        if policy.is_empty() {
            return Ok(());
        }
        let mut qualifiers = policy.sequence()?;
        policy.finish()?;
        each(&mut qualifiers, |qualifiers| {
            let mut qualifier = qualifiers.sequence()?;
            qualifier.oid()?;
            qualifier.any()?;
            qualifier.finish()
        })
    })
}

/// §4.2.1.1
fn authority_key_identifier(value: &[u8]) -> Result<Option<&[u8]>, der::Malformed> {
    der::read_all(value, |value| {
        let mut fields = value.sequence()?;
        let identifier = fields.optional(Tag::primitive(0))?;
        fields.optional(Tag::constructed(1))?; // the issuer's issuer and
        fields.optional(Tag::primitive(2))?; // its serial number
        fields.finish()?;
        Ok(identifier)
    })
}
