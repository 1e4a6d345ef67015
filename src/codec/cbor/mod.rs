//! CBOR in CTAP2 canonical form (§2.4, FIDO CTAP 2.2 §8): one value has one encoding.
//!
//! Refuses non-minimal heads, indefinite lengths, tags, floats, `undefined` and other simple values, unsorted or duplicate
//! map keys, invalid UTF-8, and trailing bytes. The reader allocates and copies nothing: an [`Array`] or a [`Map`] is a
//! checked slice that is parsed again when it is used, so a declared length costs nothing. Nesting is bounded by
//! [`MAX_DEPTH`].

pub(crate) mod encode;
mod keys;

use super::before;
use keys::Keys;

/// The maximum levels of nested arrays and maps. CTAP2 messages have at most 4; a compound attestation with certificates
/// (§8.9) needs 5.
pub const MAX_DEPTH: u8 = 8;

/// Why bytes are not a canonical CBOR value.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// The input ends inside a value, or a length is greater than the rest of the input.
    #[error("the input ends inside a CBOR value")]
    Truncated,
    /// Bytes follow the value.
    #[error("bytes follow the CBOR value")]
    TrailingBytes,
    /// A length or number is not written in the fewest bytes.
    #[error("a CBOR head is not minimal")]
    NonMinimal,
    /// An indefinite length.
    #[error("a CBOR length is indefinite")]
    Indefinite,
    /// Additional information 28 to 30, or a break outside an indefinite length.
    #[error("a CBOR head is reserved")]
    Reserved,
    /// A tag.
    #[error("a CBOR value has a tag")]
    Tag,
    /// A float, `undefined`, or a simple value other than true, false and null.
    #[error("a CBOR value is a float, or a simple value other than true, false and null")]
    Simple,
    /// A map key is out of canonical order.
    #[error("CBOR map keys are not in canonical order")]
    KeyOrder,
    /// A map key occurs twice.
    #[error("a CBOR map key occurs twice")]
    DuplicateKey,
    /// More than [`MAX_DEPTH`] levels.
    #[error("the CBOR value has more than {MAX_DEPTH} levels")]
    TooDeep,
    /// An unsorted map of more than 64 entries, or more than 512 keys out of order in one message: too many to compare.
    #[error("too many CBOR map keys are out of order")]
    TooLarge,
    /// A text string is not UTF-8.
    #[error("a CBOR text string is not UTF-8")]
    NotUtf8,
}

/// The allowed deviations from canonical form; none by default.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Rules {
    /// Map keys may be in any order. Duplicates are still refused.
    pub(crate) any_key_order: bool,
    /// Arrays and maps may have an indefinite length. Strings of indefinite length are still refused, because no client sends
    /// them.
    pub(crate) indefinite_length: bool,
}

/// A value. Strings borrow from the input.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
#[repr(u64)] // because fields in the padding of a smaller discriminant make each move slower
pub enum Value<'a> {
    /// Major type 0.
    Unsigned(u64),
    /// Major type 1: the value is −1 − n.
    Negative(u64),
    /// Major type 2.
    Bytes(&'a [u8]),
    /// Major type 3.
    Text(&'a str),
    /// Major type 4.
    Array(Array<'a>),
    /// Major type 5.
    Map(Map<'a>),
    /// Simple values 20 and 21.
    Bool(bool),
    /// Simple value 22.
    Null,
}

impl<'a> Value<'a> {
    /// Reads `bytes` as one value.
    ///
    /// # Errors
    /// [`Error`], at the first byte that is not canonical.
    pub fn read(bytes: &'a [u8]) -> Result<Self, Error> {
        Self::read_with(bytes, Rules::default()).map(|(value, _)| value)
    }

    /// Like [`Value::read`], with `rules`. Also returns which of the deviations occurred.
    pub(crate) fn read_with(bytes: &'a [u8], rules: Rules) -> Result<(Self, Rules), Error> {
        let mut reader = Reader::new(bytes, rules);
        let value = reader.value(MAX_DEPTH)?;
        if reader.rest.is_empty() { Ok((value, reader.used)) } else { Err(Error::TrailingBytes) }
    }

    /// Like [`Value::read_with`], and passes the entries of a map to `entry` while it reads them. That saves a second reading,
    /// which takes 2 % of a registration with `none`.
    pub(crate) fn read_each(
        bytes: &'a [u8],
        rules: Rules,
        entry: impl FnMut(Self, Self),
    ) -> Result<(Self, Rules), Error> {
        let mut reader = Reader::new(bytes, rules);
        let (5, argument) = reader.head()? else { return Self::read_with(bytes, rules) };
        let map = reader.map(argument, MAX_DEPTH, entry)?;
        if reader.rest.is_empty() { Ok((map, reader.used)) } else { Err(Error::TrailingBytes) }
    }

    /// Reads the first value of `bytes` and returns it with the rest.
    pub(crate) fn read_first(bytes: &'a [u8]) -> Result<(Self, &'a [u8]), Error> {
        let mut reader = Reader::new(bytes, Rules::default());
        let value = reader.value(MAX_DEPTH)?;
        Ok((value, reader.rest))
    }

    /// Returns an integer that fits into `i64`, or `None`.
    #[must_use]
    pub fn integer(self) -> Option<i64> {
        match self {
            Self::Unsigned(n) => i64::try_from(n).ok(),
            Self::Negative(n) => i64::try_from(n).ok().and_then(|n| (-1_i64).checked_sub(n)),
            _ => None,
        }
    }

    /// Returns a byte string, or `None`.
    #[must_use]
    pub const fn bytes(self) -> Option<&'a [u8]> {
        if let Self::Bytes(bytes) = self { Some(bytes) } else { None }
    }

    /// Returns a text string, or `None`.
    #[must_use]
    pub const fn text(self) -> Option<&'a str> {
        if let Self::Text(text) = self { Some(text) } else { None }
    }

    /// Returns an array, or `None`.
    #[must_use]
    pub const fn array(self) -> Option<Array<'a>> {
        if let Self::Array(array) = self { Some(array) } else { None }
    }

    /// Returns a map, or `None`.
    #[must_use]
    pub const fn map(self) -> Option<Map<'a>> {
        if let Self::Map(map) = self { Some(map) } else { None }
    }
}

/// A checked array.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Array<'a> {
    items: &'a [u8],
    len: u64,
}

impl<'a> Array<'a> {
    /// Returns the number of items.
    #[must_use]
    pub const fn len(&self) -> u64 {
        self.len
    }

    /// Returns whether there are no items.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.len == 0
    }

    /// Iterates over the items in order.
    pub fn iter(&self) -> impl Iterator<Item = Value<'a>> + use<'a> {
        let mut reader = Reader::again(self.items);
        (0..self.len).map_while(move |_| reader.value(MAX_DEPTH).ok()) // already checked, so it does not end early
    }
}

/// A checked map. No key occurs twice.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Map<'a> {
    entries: &'a [u8],
    len: u64,
}

impl<'a> Map<'a> {
    /// Returns the number of entries.
    #[must_use]
    pub const fn len(&self) -> u64 {
        self.len
    }

    /// Returns whether there are no entries.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.len == 0
    }

    /// Iterates over the entries in the order of the input.
    pub fn iter(&self) -> impl Iterator<Item = (Value<'a>, Value<'a>)> + use<'a> {
        let mut reader = Reader::again(self.entries);
        (0..self.len).map_while(move |_| Some((reader.value(MAX_DEPTH).ok()?, reader.value(MAX_DEPTH).ok()?)))
    }

    /// Returns the value of a text key.
    #[must_use]
    pub fn get(&self, key: &str) -> Option<Value<'a>> {
        self.iter().find_map(|(k, value)| (k.text() == Some(key)).then_some(value))
    }

    /// Returns the value of an integer key.
    #[must_use]
    pub fn label(&self, key: i64) -> Option<Value<'a>> {
        self.iter().find_map(|(k, value)| (k.integer() == Some(key)).then_some(value))
    }
}

const BREAK: u8 = 0xff;

struct Reader<'a> {
    rest: &'a [u8],
    rules: Rules,
    used: Rules,
    /// The number of keys that were out of order, or that followed such a key in the same map.
    unsorted_keys: usize,
    /// Set for a value that was already checked. Its keys are not compared again, because the comparisons of nested maps would
    /// multiply.
    checked: bool,
}

impl<'a> Reader<'a> {
    fn new(bytes: &'a [u8], rules: Rules) -> Self {
        Self { rest: bytes, rules, used: Rules::default(), unsorted_keys: 0, checked: false }
    }

    /// Reads values that were already checked. Any length may be indefinite, and keys are not compared, because the first reading
    /// has decided both.
    fn again(bytes: &'a [u8]) -> Self {
        Self { checked: true, ..Self::new(bytes, Rules { indefinite_length: true, ..Rules::default() }) }
    }
}

/// The argument of a head: a number or an indefinite length.
enum Argument {
    Definite(u64),
    Indefinite,
}

impl<'a> Reader<'a> {
    /// Reads one value with at most `depth` levels inside it.
    fn value(&mut self, depth: u8) -> Result<Value<'a>, Error> {
        let (major, argument) = self.head()?;
        let definite = match argument {
            Argument::Definite(n) => Ok(n),
            Argument::Indefinite => Err(Error::Indefinite),
        };
        match major {
            0 => Ok(Value::Unsigned(definite?)),
            1 => Ok(Value::Negative(definite?)),
            2 => Ok(Value::Bytes(self.take(definite?)?)),
            3 => std::str::from_utf8(self.take(definite?)?).map(Value::Text).map_err(|_| Error::NotUtf8),
            4 => {
                let (items, len) = self.sequence(argument, depth, |reader, depth| reader.value(depth).map(drop))?;
                Ok(Value::Array(Array { items, len }))
            }
            5 => self.map(argument, depth, |_, _| {}),
            6 => Err(Error::Tag),
            _ => match definite? {
                20 => Ok(Value::Bool(false)),
                21 => Ok(Value::Bool(true)),
                22 => Ok(Value::Null),
                _ => Err(Error::Simple),
            },
        }
    }

    /// Reads the entries of a map, and passes each to `entry`.
    fn map(
        &mut self,
        argument: Argument,
        depth: u8,
        mut entry: impl FnMut(Value<'a>, Value<'a>),
    ) -> Result<Value<'a>, Error> {
        let mut keys = Keys::of(self.rest);
        let (entries, len) = self.sequence(argument, depth, |reader, depth| {
            let start = reader.rest;
            let key = reader.value(depth)?;
            if !reader.checked {
                keys.check(before(start, reader.rest), reader)?;
            }
            entry(key, reader.value(depth)?);
            Ok(())
        })?;
        Ok(Value::Map(Map { entries, len }))
    }

    /// Reads the items of an array or the entries of a map. Returns their encoding and their number.
    fn sequence(
        &mut self,
        argument: Argument,
        depth: u8,
        mut one: impl FnMut(&mut Self, u8) -> Result<(), Error>,
    ) -> Result<(&'a [u8], u64), Error> {
        let depth = depth.checked_sub(1).ok_or(Error::TooDeep)?;
        let start = self.rest;
        let mut len = 0_u64;
        loop {
            let done = match argument {
                Argument::Definite(declared) => len == declared,
                Argument::Indefinite => self.rest.first() == Some(&BREAK),
            };
            if done {
                break;
            }
            one(self, depth)?;
            len = len.saturating_add(1);
        }
        let content = before(start, self.rest);
        if let Argument::Indefinite = argument {
            self.take(1)?; // the break
        }
        Ok((content, len))
    }

    #[inline(always)] // most values are a head and a few bytes
    fn head(&mut self) -> Result<(u8, Argument), Error> {
        let (&first, rest) = self.rest.split_first().ok_or(Error::Truncated)?;
        self.rest = rest;
        let (major, info) = (first >> 5, first & 0x1f);
        let (argument, least) = match info {
            0..=23 => (u64::from(info), 0),
            24 => (self.number::<1>()?, 24),
            25 => (self.number::<2>()?, 0x100),
            26 => (self.number::<4>()?, 0x1_0000),
            27 => (self.number::<8>()?, 0x1_0000_0000),
            31 if matches!(major, 4 | 5) && self.rules.indefinite_length => {
                self.used.indefinite_length = true;
                return Ok((major, Argument::Indefinite));
            }
            31 if matches!(major, 2..=5) => return Err(Error::Indefinite),
            _ => return Err(Error::Reserved),
        };
        if major == 7 && info >= 24 {
            return Err(Error::Simple); // floats and the long form of simple values
        }
        if argument < least {
            return Err(Error::NonMinimal);
        }
        Ok((major, Argument::Definite(argument)))
    }

    fn number<const N: usize>(&mut self) -> Result<u64, Error> {
        let (bytes, rest) = self.rest.split_first_chunk::<N>().ok_or(Error::Truncated)?;
        self.rest = rest;
        Ok(bytes.iter().fold(0, |n, &byte| n << 8 | u64::from(byte)))
    }

    fn take(&mut self, len: u64) -> Result<&'a [u8], Error> {
        let len = usize::try_from(len).map_err(|_| Error::Truncated)?;
        let (taken, rest) = self.rest.split_at_checked(len).ok_or(Error::Truncated)?;
        self.rest = rest;
        Ok(taken)
    }
}

#[cfg(test)]
mod tests;
