//! Reads the members of a JSON object one by one, so that an error can name the member.
//!
//! Databases and serialisers change the case of names and add underscores (`publicKey`, `PublicKey`, `public_key`), so names
//! are compared without case and underscores. A member that occurs twice after this comparison is refused, and so is an object
//! with more members than any library writes.

use super::error::Reason;
use super::octets::Octets;
use super::scalar::{Count, Flag};
use super::transports::List;
use crate::codec::json::{MAX_UNKNOWN_MEMBERS, MemberError, expecting};
use crate::credential::Transport;
use serde::de::{Deserialize, Deserializer, Error as _, MapAccess, Visitor};
use serde_json::value::RawValue;
use std::borrow::Cow;

/// The maximum number of members of an object: those that the strict reader of responses passes over, and the known ones.
const MAX_MEMBERS: usize = MAX_UNKNOWN_MEMBERS + 32;

/// The members of an object in order, including those that occur twice. At most [`MAX_MEMBERS`].
pub(super) struct Members<'a>(pub(super) Vec<(String, &'a RawValue)>);

impl<'de: 'a, 'a> Deserialize<'de> for Members<'a> {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        struct Each;

        impl<'de> Visitor<'de> for Each {
            type Value = Members<'de>;

            expecting!("an object");

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Members<'de>, A::Error> {
                let mut members = Vec::new();
                while let Some(member) = map.next_entry()? {
                    if members.len() == MAX_MEMBERS {
                        return Err(A::Error::custom(MemberError::TooMany));
                    }
                    members.push(member);
                }
                Ok(Members(members))
            }
        }

        from.deserialize_map(Each)
    }
}

/// Returns the bytes of a name that count: without underscores, in lower case.
fn letters(name: &str) -> impl Iterator<Item = u8> {
    name.bytes().filter(|&byte| byte != b'_').map(|byte| byte.to_ascii_lowercase())
}

/// Returns the name of a member in error texts: the first of the names that the other library uses.
fn first(names: &[&'static str]) -> &'static str {
    names.first().copied().unwrap_or_default()
}

/// Refuses a missing member that the other library always writes.
fn required<T>(value: Option<T>, names: &[&'static str]) -> Result<T, Reason> {
    value.ok_or(Reason::Missing { member: first(names) })
}

impl<'a> Members<'a> {
    /// Reads an object.
    pub(super) fn read(json: &'a str) -> Result<Self, Reason> {
        serde_json::from_str(json)
            .map_err(|error| if MemberError::TooMany.is(&error) { Reason::TooManyMembers } else { Reason::NotAnObject })
    }

    /// Returns the JSON of the first of `names` that is present and not null, with the name.
    pub(super) fn raw(&self, names: &[&'static str]) -> Result<Option<(&'static str, &'a str)>, Reason> {
        for &member in names {
            let mut found =
                self.0.iter().filter(|(name, _)| letters(name).eq(letters(member))).map(|(_, value)| value.get());
            match (found.next(), found.next()) {
                (Some(_), Some(_)) => return Err(Reason::Repeated { member }),
                (Some(value), None) if value != "null" => return Ok(Some((member, value))),
                _ => {}
            }
        }
        Ok(None)
    }

    fn get<T: Deserialize<'a>>(&self, names: &[&'static str], expected: &'static str) -> Result<Option<T>, Reason> {
        let Some((member, value)) = self.raw(names)? else { return Ok(None) };
        serde_json::from_str(value).map(Some).map_err(|_| Reason::Malformed { member, expected })
    }

    /// Reads required bytes.
    pub(super) fn bytes(&self, names: &[&'static str]) -> Result<Vec<u8>, Reason> {
        required(self.optional_bytes(names)?, names)
    }

    /// Reads bytes. `None` if they are missing or null.
    pub(super) fn optional_bytes(&self, names: &[&'static str]) -> Result<Option<Vec<u8>>, Reason> {
        Ok(self.get(names, Octets::EXPECTED)?.map(|Octets(bytes)| bytes))
    }

    /// Reads a required signature counter.
    pub(super) fn count(&self, names: &[&'static str]) -> Result<u32, Reason> {
        required(self.optional_count(names)?, names)
    }

    /// Reads a signature counter. `None` if it is missing or null.
    pub(super) fn optional_count(&self, names: &[&'static str]) -> Result<Option<u32>, Reason> {
        Ok(self.get(names, Count::EXPECTED)?.map(|Count(count)| count))
    }

    /// Reads a flag. `None` if it is missing or null.
    pub(super) fn flag(&self, names: &[&'static str]) -> Result<Option<bool>, Reason> {
        Ok(self.get(names, Flag::EXPECTED)?.map(|Flag(flag)| flag))
    }

    /// Reads text. `None` if it is missing or null.
    pub(super) fn text(&self, names: &[&'static str]) -> Result<Option<String>, Reason> {
        self.get(names, "text")
    }

    /// Reads an identifier: text, or a whole number as its decimal digits. `None` if it is missing or null.
    pub(super) fn name(&self, names: &[&'static str]) -> Result<Option<String>, Reason> {
        match self.raw(names)? {
            Some((_, digits)) if digits.bytes().all(|byte| byte.is_ascii_digit()) => Ok(Some(digits.to_owned())),
            _ => self.text(names),
        }
    }

    /// Reads JSON that is the member itself, or that is in a text, as in a text column. `None` if it is missing or null.
    pub(super) fn json(&self, names: &[&'static str]) -> Result<Option<Cow<'a, str>>, Reason> {
        match self.raw(names)? {
            Some((_, json)) if !json.starts_with('"') => Ok(Some(Cow::Borrowed(json))),
            _ => Ok(self.text(names)?.map(Cow::Owned)),
        }
    }

    /// Reads transports. Empty if they are missing or null.
    pub(super) fn transports(&self, names: &[&'static str]) -> Result<Vec<Transport>, Reason> {
        Ok(self.get(names, List::EXPECTED)?.map(|List(transports)| transports).unwrap_or_default())
    }

    /// Reads a required object.
    pub(super) fn object(&self, names: &[&'static str]) -> Result<Self, Reason> {
        required(self.optional_object(names)?, names)
    }

    /// Reads an object. `None` if it is missing or null.
    pub(super) fn optional_object(&self, names: &[&'static str]) -> Result<Option<Self>, Reason> {
        self.get(names, "an object")
    }

    /// Reads backup eligibility as two libraries write it: `singleDevice` or `multiDevice`, in two spellings.
    pub(super) fn device_type(&self, names: &[&'static str]) -> Result<Option<bool>, Reason> {
        let Some((member, _)) = self.raw(names)? else { return Ok(None) };
        match self.text(names)?.as_deref() {
            Some("singleDevice" | "single_device") => Ok(Some(false)),
            Some("multiDevice" | "multi_device") => Ok(Some(true)),
            _ => Err(Reason::Malformed { member, expected: "singleDevice or multiDevice" }),
        }
    }
}
