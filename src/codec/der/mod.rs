//! DER (X.690 §8 to §11): one value has one encoding.
//!
//! Refuses indefinite and non-minimal lengths, constructed strings, non-minimal integers, booleans other than 00 and FF, and
//! trailing bytes. The reader allocates and copies nothing and does not recurse: a constructed value is a slice with its
//! own [`Reader`].
//!
//! The crate `der` is not used because it has no dates before 1970 and no UniversalString, which certificates in use have. It
//! is the oracle of the tests.

pub(crate) mod encode;
pub(crate) mod time;

use super::before;
use crate::macros::texts;

texts! {
    /// How bytes differ from the DER value that was expected (X.690).
    #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
    pub enum Malformed;

    /// The input ends inside a value; also a length that reaches past the end.
    Truncated = "the input ends inside a value";
    /// Bytes follow the value.
    TrailingBytes = "bytes follow the value";
    /// A length is indefinite, not written in the fewest octets, or above 2^24 (§10.1).
    Length = "a length is indefinite, not minimal, or too large";
    /// A tag is malformed, or not the expected one (§8.1.2).
    Tag = "expected another tag";
    /// A BOOLEAN is neither 00 nor FF, or spells out a default value (§11.1, §11.5).
    Boolean = "a BOOLEAN is neither 00 nor FF, or spells out its default";
    /// An INTEGER is empty, not minimal, or outside the range of its field (§8.3.2).
    Integer = "an INTEGER is empty, not minimal, or out of range";
    /// A BIT STRING has set padding bits, or unused bits where whole octets are required (§11.2.1).
    BitString = "a BIT STRING has set padding bits, or unused bits";
    /// A NULL has contents (§8.8.2).
    Null = "a NULL has contents";
    /// An OBJECT IDENTIFIER is empty, cut short, or not minimal (§8.19).
    ObjectIdentifier = "an OBJECT IDENTIFIER is empty, cut short, or not minimal";
    /// A UTCTime or GeneralizedTime is no date, or not in the form of RFC 5280 §4.1.2.5.
    Time = "a time is no date, or not in the form of RFC 5280";
    /// A string has characters outside its type's alphabet (§8.23).
    String = "a string has characters that its type does not allow";
    /// A SEQUENCE OF or SET OF is empty where at least one element is required.
    Empty = "a SEQUENCE OF or SET OF is empty";
}

/// A tag: class and form, as bits of the identifier octet, and the number.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Tag {
    form: u8,
    number: u16,
}

const CONSTRUCTED: u8 = 0x20;
const CONTEXT: u8 = 0x80;

impl Tag {
    pub(crate) const BOOLEAN: Self = Self::universal(1);
    pub(crate) const INTEGER: Self = Self::universal(2);
    pub(crate) const BIT_STRING: Self = Self::universal(3);
    pub(crate) const OCTET_STRING: Self = Self::universal(4);
    pub(crate) const NULL: Self = Self::universal(5);
    pub(crate) const OBJECT_IDENTIFIER: Self = Self::universal(6);
    pub(crate) const ENUMERATED: Self = Self::universal(10);
    pub(crate) const UTF8_STRING: Self = Self::universal(12);
    pub(crate) const PRINTABLE_STRING: Self = Self::universal(19);
    pub(crate) const IA5_STRING: Self = Self::universal(22);
    pub(crate) const UTC_TIME: Self = Self::universal(23);
    pub(crate) const GENERALIZED_TIME: Self = Self::universal(24);
    pub(crate) const SEQUENCE: Self = Self { form: CONSTRUCTED, number: 16 };
    pub(crate) const SET: Self = Self { form: CONSTRUCTED, number: 17 };

    const fn universal(number: u16) -> Self {
        Self { form: 0, number }
    }

    /// `[number] IMPLICIT` of a primitive type.
    pub(crate) const fn primitive(number: u16) -> Self {
        Self { form: CONTEXT, number }
    }

    /// `[number] EXPLICIT`, or `[number] IMPLICIT` of a SEQUENCE or SET.
    pub(crate) const fn constructed(number: u16) -> Self {
        Self { form: CONTEXT | CONSTRUCTED, number }
    }

    /// Returns the encoding of the tag; `None` if it has more than one octet.
    const fn leading(self) -> Option<u8> {
        let [number, high] = self.number.to_le_bytes();
        if high == 0 && number < 0x1f { Some(self.form | number) } else { None }
    }

    /// Returns whether it is context-specific and constructed, like `[number] EXPLICIT`.
    pub(crate) const fn is_explicit(self) -> bool {
        self.form == CONTEXT | CONSTRUCTED
    }

    /// Returns whether X.690 allows the form of this tag: of the universal types only SEQUENCE and SET are constructed in DER.
    const fn is_possible(self) -> bool {
        match self.form {
            0 => matches!(self.number, 1..=15 | 18..=30),
            CONSTRUCTED => self.number == 16 || self.number == 17,
            _ => true,
        }
    }
}

/// A tagged value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Element<'a> {
    pub(crate) tag: Tag,
    pub(crate) contents: &'a [u8],
    /// Tag, length and contents.
    pub(crate) encoding: &'a [u8],
}

/// Reads a series of values.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Reader<'a> {
    rest: &'a [u8],
}

/// Reads `bytes` with `read`, and refuses trailing bytes.
pub(crate) fn read_all<'a, T, E: From<Malformed>>(
    bytes: &'a [u8],
    read: impl FnOnce(&mut Reader<'a>) -> Result<T, E>,
) -> Result<T, E> {
    let mut reader = Reader::new(bytes);
    let value = read(&mut reader)?;
    reader.finish()?;
    Ok(value)
}

/// Reads every element of a `SEQUENCE SIZE (1..MAX) OF` or `SET SIZE (1..MAX) OF`.
pub(crate) fn each<'a, E: From<Malformed>>(
    mut elements: Reader<'a>,
    mut read: impl FnMut(&mut Reader<'a>) -> Result<(), E>,
) -> Result<(), E> {
    if elements.is_empty() {
        return Err(Malformed::Empty.into());
    }
    while !elements.is_empty() {
        read(&mut elements)?;
    }
    Ok(())
}

impl<'a> Reader<'a> {
    pub(crate) const fn new(bytes: &'a [u8]) -> Self {
        Self { rest: bytes }
    }

    pub(crate) const fn is_empty(&self) -> bool {
        self.rest.is_empty()
    }

    /// Refuses trailing bytes.
    pub(crate) const fn finish(&self) -> Result<(), Malformed> {
        if self.rest.is_empty() { Ok(()) } else { Err(Malformed::TrailingBytes) }
    }

    #[inline]
    fn octet(&mut self) -> Result<u8, Malformed> {
        let (&octet, rest) = self.rest.split_first().ok_or(Malformed::Truncated)?;
        self.rest = rest;
        Ok(octet)
    }

    /// Reads a tag (X.690 §8.1.2). Numbers of 31 and above may take two octets, up to 16383.
    #[inline]
    fn tag(&mut self) -> Result<Tag, Malformed> {
        let leading = self.octet()?;
        let number = match leading & 0x1f {
            0x1f => self.high_tag_number()?,
            number => u16::from(number),
        };
        let tag = Tag { form: leading & 0xe0, number };
        if tag.is_possible() { Ok(tag) } else { Err(Malformed::Tag) }
    }

    /// Reads a tag. Returns whether it is this one.
    #[inline]
    fn next_tag_is(&mut self, tag: Tag) -> Result<bool, Malformed> {
        match self.rest {
            [leading, rest @ ..] if Some(*leading) == tag.leading() => {
                self.rest = rest;
                Ok(true)
            }
            _ => Ok(self.tag()? == tag),
        }
    }

    fn high_tag_number(&mut self) -> Result<u16, Malformed> {
        match self.octet()? {
            octet @ 0x1f..=0x7f => Ok(u16::from(octet)),
            octet @ 0x81.. => match self.octet()? {
                last @ ..=0x7f => Ok(u16::from(octet & 0x7f) << 7 | u16::from(last)),
                _ => Err(Malformed::Tag),
            },
            _ => Err(Malformed::Tag),
        }
    }

    /// Reads a length (X.690 §10.1).
    #[inline]
    fn length(&mut self) -> Result<usize, Malformed> {
        let (length, least) = match self.octet()? {
            short @ ..=0x7f => return Ok(usize::from(short)),
            0x81 => (u32::from(self.octet()?), 0x80),
            0x82 => (u32::from_be_bytes([0, 0, self.octet()?, self.octet()?]), 0x100),
            0x83 => (u32::from_be_bytes([0, self.octet()?, self.octet()?, self.octet()?]), 0x1_0000),
            _ => return Err(Malformed::Length),
        };
        if length < least { Err(Malformed::Length) } else { usize::try_from(length).map_err(|_| Malformed::Length) }
    }

    /// Reads a length and as many octets of contents.
    fn length_and_contents(&mut self) -> Result<&'a [u8], Malformed> {
        let length = self.length()?;
        let (contents, rest) = self.rest.split_at_checked(length).ok_or(Malformed::Truncated)?;
        self.rest = rest;
        Ok(contents)
    }

    /// Reads the next value with any tag.
    pub(crate) fn any(&mut self) -> Result<Element<'a>, Malformed> {
        let start = self.rest;
        let (tag, contents) = (self.tag()?, self.length_and_contents()?);
        Ok(Element { tag, contents, encoding: before(start, self.rest) })
    }

    /// Reads the next value, which must have this tag.
    pub(crate) fn element(&mut self, tag: Tag) -> Result<Element<'a>, Malformed> {
        let start = self.rest;
        let contents = self.contents(tag)?;
        Ok(Element { tag, contents, encoding: before(start, self.rest) })
    }

    /// Reads the contents of the next value, which must have this tag.
    #[inline]
    pub(crate) fn contents(&mut self, tag: Tag) -> Result<&'a [u8], Malformed> {
        if self.next_tag_is(tag)? { self.length_and_contents() } else { Err(Malformed::Tag) }
    }

    /// Reads the contents of the next value if it has this tag; otherwise reads nothing.
    #[inline]
    pub(crate) fn optional(&mut self, tag: Tag) -> Result<Option<&'a [u8]>, Malformed> {
        let mut ahead = *self;
        if self.is_empty() || !ahead.next_tag_is(tag)? {
            return Ok(None);
        }
        let contents = ahead.length_and_contents()?;
        *self = ahead;
        Ok(Some(contents))
    }

    /// Returns a reader of the contents of the next value, which must have this constructed tag.
    #[inline]
    pub(crate) fn nested(&mut self, tag: Tag) -> Result<Self, Malformed> {
        self.contents(tag).map(Self::new)
    }

    /// Returns a reader of the contents of the next value, which must be a SEQUENCE (X.690 §8.9, §8.10).
    #[inline]
    pub(crate) fn sequence(&mut self) -> Result<Self, Malformed> {
        self.nested(Tag::SEQUENCE)
    }

    /// Reads an INTEGER (X.690 §8.3): two's complement in the fewest octets.
    pub(crate) fn integer(&mut self) -> Result<&'a [u8], Malformed> {
        integer(self.contents(Tag::INTEGER)?)
    }

    /// Reads a non-negative INTEGER, big-endian, without a leading zero. Zero has no octets.
    pub(crate) fn unsigned(&mut self) -> Result<&'a [u8], Malformed> {
        match self.integer()? {
            [0, magnitude @ ..] => Ok(magnitude),
            [0x80..=0xff, ..] => Err(Malformed::Integer),
            magnitude => Ok(magnitude),
        }
    }

    /// Reads a non-negative INTEGER of at most 32 bits.
    pub(crate) fn small(&mut self) -> Result<u32, Malformed> {
        number(self.integer()?).and_then(|number| u32::try_from(number).map_err(|_| Malformed::Integer))
    }

    /// Reads a `BOOLEAN DEFAULT FALSE`. Refuses an encoded FALSE, because X.690 §11.5 omits a default value.
    pub(crate) fn default_false(&mut self) -> Result<bool, Malformed> {
        match self.optional(Tag::BOOLEAN)? {
            None => Ok(false),
            Some([0xff]) => Ok(true),
            Some(_) => Err(Malformed::Boolean),
        }
    }

    /// Reads the contents of an OBJECT IDENTIFIER, to compare them with a constant (X.690 §8.19).
    #[inline]
    pub(crate) fn oid(&mut self) -> Result<&'a [u8], Malformed> {
        oid(self.contents(Tag::OBJECT_IDENTIFIER)?)
    }

    /// Reads a BIT STRING of whole octets.
    pub(crate) fn bit_string(&mut self) -> Result<&'a [u8], Malformed> {
        octets(self.contents(Tag::BIT_STRING)?)
    }

    /// Reads a BIT STRING of any number of bits. Unused bits must be zero (X.690 §11.2.1).
    pub(crate) fn bits(&mut self) -> Result<&'a [u8], Malformed> {
        bits(self.contents(Tag::BIT_STRING)?)
    }

    pub(crate) fn octet_string(&mut self) -> Result<&'a [u8], Malformed> {
        self.contents(Tag::OCTET_STRING)
    }

    pub(crate) fn null(&mut self) -> Result<(), Malformed> {
        if self.contents(Tag::NULL)?.is_empty() { Ok(()) } else { Err(Malformed::Null) }
    }

    /// Reads a UTCTime or GeneralizedTime (RFC 5280 §4.1.2.5).
    pub(crate) fn time(&mut self) -> Result<crate::time::UnixTime, Malformed> {
        time::read(self.any()?)
    }
}

/// Checks the contents of an INTEGER or ENUMERATED (X.690 §8.3.2).
pub(crate) const fn integer(contents: &[u8]) -> Result<&[u8], Malformed> {
    match contents {
        [] | [0, 0..=0x7f, ..] | [0xff, 0x80..=0xff, ..] => Err(Malformed::Integer),
        _ => Ok(contents),
    }
}

/// Returns the contents of an INTEGER or ENUMERATED as a number of at most 64 bits.
pub(crate) fn number(contents: &[u8]) -> Result<i64, Malformed> {
    let contents = integer(contents)?;
    if contents.len() > 8 {
        return Err(Malformed::Integer);
    }
    let sign = if contents.first().is_some_and(|first| *first >= 0x80) { -1 } else { 0 };
    Ok(contents.iter().fold(sign, |number: i64, octet| number << 8 | i64::from(*octet)))
}

/// Checks the contents of an OBJECT IDENTIFIER: every subidentifier ends, and none has a leading zero.
pub(crate) fn oid(contents: &[u8]) -> Result<&[u8], Malformed> {
    let another_begins_with_zero = || contents.windows(2).any(|octets| matches!(octets, [..=0x7f, 0x80]));
    match contents {
        [] | [0x80, ..] | [.., 0x80..=0xff] => Err(Malformed::ObjectIdentifier),
        _ if another_begins_with_zero() => Err(Malformed::ObjectIdentifier),
        _ => Ok(contents),
    }
}

/// Checks the contents of a BIT STRING of whole octets and returns the octets.
pub(crate) fn octets(contents: &[u8]) -> Result<&[u8], Malformed> {
    match contents {
        [0, octets @ ..] => Ok(octets),
        _ => Err(Malformed::BitString),
    }
}

/// Checks the contents of a BIT STRING and returns them without the count of unused bits.
pub(crate) fn bits(contents: &[u8]) -> Result<&[u8], Malformed> {
    match contents {
        [0, octets @ ..] => Ok(octets),
        [unused @ 1..=7, octets @ ..] => match octets.last() {
            Some(last) if last.trailing_zeros() >= u32::from(*unused) => Ok(octets),
            _ => Err(Malformed::BitString),
        },
        _ => Err(Malformed::BitString),
    }
}

/// Decodes a string of one of the types that a name may contain: UTF8String, PrintableString or IA5String.
pub(crate) fn text(tag: Tag, contents: &[u8]) -> Result<&str, Malformed> {
    let alphabet: fn(&u8) -> bool = match tag {
        Tag::UTF8_STRING => |_| true,
        Tag::PRINTABLE_STRING => |c| c.is_ascii_alphanumeric() || b" '()+,-./:=?".contains(c),
        Tag::IA5_STRING => u8::is_ascii,
        _ => return Err(Malformed::Tag),
    };
    if contents.iter().all(alphabet) {
        str::from_utf8(contents).map_err(|_| Malformed::String)
    } else {
        Err(Malformed::String)
    }
}

#[cfg(test)]
mod tests;
