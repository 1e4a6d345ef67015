//! Names (RFC 5280 §4.1.2.4) and general names (§4.2.1.6).
//!
//! Names are compared octet by octet. RFC 5280 §7.1 also allows a comparison that ignores case, white space and string types,
//! but every recorded certification path repeats the issuer's name octet by octet, and the strict comparison is unambiguous.
//! Where a difference would be an advantage, other spellings count as equal: see `is_plainly_outside` and `canonical`.

use crate::budget::{Budget, Exhausted};
use crate::codec::der::{self, Element, Reader, Tag};

/// An issuer or subject: a sequence of relative distinguished names, each a set of attributes. It may be empty.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Name<'a> {
    /// The encoded name, which is compared.
    pub(crate) encoding: &'a [u8],
    contents: &'a [u8],
}

/// A name for comparisons under RFC 5280 §7.1, which ignore string types, case, white space and the order of the attributes in
/// a relative distinguished name.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Canonical(Vec<Vec<(Vec<u8>, Vec<u8>)>>);

/// One attribute of a name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Attribute<'a> {
    pub(crate) oid: &'a [u8],
    pub(crate) tag: Tag,
    pub(crate) contents: &'a [u8],
}

impl<'a> Attribute<'a> {
    /// Returns the characters of a PrintableString, UTF8String or IA5String. Other types are an error.
    pub(crate) fn text(&self) -> Result<&'a str, der::Malformed> {
        der::text(self.tag, self.contents)
    }

    /// Returns the lower-case letters and digits of an ASCII text. Texts that are equal under RFC 5280 §7.1 have the same.
    fn folded(&self) -> Option<impl Iterator<Item = u8> + use<'a>> {
        let text = self.text().ok().filter(|text| text.bytes().all(|byte| matches!(byte, b' '..=b'~')))?;
        Some(text.bytes().filter(u8::is_ascii_alphanumeric).map(|byte| byte.to_ascii_lowercase()))
    }

    /// Returns the text in lower case with single spaces between words, or the contents if it is not a text.
    fn canonical(&self) -> Vec<u8> {
        match self.text() {
            Ok(text) => text.split_whitespace().collect::<Vec<_>>().join(" ").to_lowercase().into_bytes(),
            Err(_) => self.contents.to_vec(),
        }
    }

    fn read(set: &mut Reader<'a>) -> Result<Self, der::Malformed> {
        let mut attribute = set.sequence()?;
        let oid = attribute.oid()?;
        let Element { tag, contents, .. } = attribute.any()?;
        attribute.finish()?;
        Ok(Self { oid, tag, contents })
    }
}

impl<'a> Name<'a> {
    /// Reads a Name (RFC 5280 §4.1.2.4). The order within a SET OF (X.690 §11.6) is not checked, because certificates in use
    /// have it wrong.
    pub(crate) fn read(from: &mut Reader<'a>) -> Result<Self, der::Malformed> {
        let Element { contents, encoding, .. } = from.element(Tag::SEQUENCE)?;
        let mut names = Reader::new(contents);
        while !names.is_empty() {
            der::each(names.nested(Tag::SET)?, |set| Attribute::read(set).map(drop))?;
        }
        Ok(Self { encoding, contents })
    }

    pub(crate) const fn is_empty(&self) -> bool {
        self.contents.is_empty()
    }

    /// Returns the relative distinguished names, each as the contents of its SET.
    pub(crate) fn relative_names(&self) -> impl Iterator<Item = &'a [u8]> + use<'a> {
        let mut names = Reader::new(self.contents);
        core::iter::from_fn(move || names.contents(Tag::SET).ok())
    }

    /// Returns every attribute, in order.
    pub(crate) fn attributes(&self) -> impl Iterator<Item = Attribute<'a>> + use<'a> {
        self.relative_names().flat_map(attributes)
    }

    /// Returns the attributes of one type, in order.
    pub(crate) fn attributes_of(&self, oid: &'static [u8]) -> impl Iterator<Item = Attribute<'a>> + use<'a> {
        self.attributes().filter(move |attribute| attribute.oid == oid)
    }

    /// Returns the name for comparisons under RFC 5280 §7.1.
    pub(crate) fn canonical(&self) -> Canonical {
        let one = |attribute: Attribute<'_>| (attribute.oid.to_vec(), attribute.canonical());
        let sorted = |set| {
            let mut all: Vec<_> = attributes(set).map(one).collect();
            all.sort_unstable();
            all
        };
        Canonical(self.relative_names().map(sorted).collect())
    }

    /// Returns whether the name is outside of `base` under every comparison that RFC 5280 §7.1 allows: a relative
    /// distinguished name of `base` is missing, or has other types of attributes, or a value with other letters or digits.
    pub(crate) fn is_plainly_outside(&self, base: Self, budget: &mut Budget) -> Result<bool, Exhausted> {
        let mut names = self.relative_names();
        for base in base.relative_names() {
            let Some(name) = names.next() else { return Ok(true) };
            if lacks_one_of(name, base, budget)? || lacks_one_of(base, name, budget)? {
                return Ok(true);
            }
        }
        Ok(false)
    }
}

/// Returns the attributes of one relative distinguished name.
fn attributes<'a>(set: &'a [u8]) -> impl Iterator<Item = Attribute<'a>> + Clone + use<'a> {
    let mut set = Reader::new(set);
    core::iter::from_fn(move || Attribute::read(&mut set).ok())
}

/// Returns whether one of the attributes of `b` differs from every attribute of `a`.
fn lacks_one_of(a: &[u8], b: &[u8], budget: &mut Budget) -> Result<bool, Exhausted> {
    'next: for b in attributes(b) {
        for a in attributes(a) {
            budget.spend_comparison(Budget::comparison_of(a.contents.len().saturating_add(b.contents.len())))?;
            if !differ(&a, &b) {
                continue 'next;
            }
        }
        return Ok(true);
    }
    Ok(false)
}

/// Returns whether two attributes have different types, or different letters and digits.
fn differ(a: &Attribute<'_>, b: &Attribute<'_>) -> bool {
    let values = || a.folded().zip(b.folded());
    a.oid != b.oid || values().is_some_and(|(a, b)| a.ne(b))
}

/// A general name (RFC 5280 §4.2.1.6). Only host names and directory names are read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum GeneralName<'a> {
    /// `[2]`
    Dns(&'a str),
    /// `[4]`
    Directory(Name<'a>),
    /// Any other kind.
    Other(Tag),
}

impl<'a> GeneralName<'a> {
    const DNS: Tag = Tag::primitive(2);
    const DIRECTORY: Tag = Tag::constructed(4);

    pub(crate) fn read(from: &mut Reader<'a>) -> Result<Self, der::Malformed> {
        let element = from.any()?;
        match element.tag {
            Self::DNS => der::text(Tag::IA5_STRING, element.contents).map(Self::Dns),
            // Name is a CHOICE, so its tag is EXPLICIT (X.680 §31.2.7).
            Self::DIRECTORY => der::read_all(element.contents, Name::read).map(Self::Directory),
            // RFC 5280 §4.2.1.6: the kinds [0] to [8]
            tag if (0..=8).any(|n| tag == Tag::primitive(n) || tag == Tag::constructed(n)) => Ok(Self::Other(tag)),
            _ => Err(der::Malformed::Tag),
        }
    }

    /// Returns the number of octets that a comparison reads.
    pub(crate) const fn len(&self) -> usize {
        match self {
            Self::Dns(name) => name.len(),
            Self::Directory(name) => name.encoding.len(),
            Self::Other(_) => 0,
        }
    }
}

/// `GeneralNames ::= SEQUENCE SIZE (1..MAX) OF GeneralName` (RFC 5280 §4.2.1.6)
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct GeneralNames<'a>(&'a [u8]);

impl<'a> GeneralNames<'a> {
    pub(crate) fn read(from: &mut Reader<'a>) -> Result<Self, der::Malformed> {
        let contents = from.contents(Tag::SEQUENCE)?;
        der::each(Reader::new(contents), |names| GeneralName::read(names).map(drop))?;
        Ok(Self(contents))
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = GeneralName<'a>> + use<'a> {
        let mut names = Reader::new(self.0);
        core::iter::from_fn(move || GeneralName::read(&mut names).ok())
    }

    /// Returns every dNSName.
    pub(crate) fn dns(&self) -> impl Iterator<Item = &'a str> + use<'a> {
        self.iter().filter_map(|name| if let GeneralName::Dns(dns) = name { Some(dns) } else { None })
    }

    /// Returns every directoryName.
    pub(crate) fn directory(&self) -> impl Iterator<Item = Name<'a>> + use<'a> {
        self.iter().filter_map(|name| if let GeneralName::Directory(name) = name { Some(name) } else { None })
    }
}
