//! Counters and flags in JSON, in the notations of database drivers.

use crate::codec::json::expecting;
use serde::de::{Deserialize, Deserializer, Error, Visitor};

/// A signature counter: a number, or its decimal digits as text, as drivers write 64-bit columns.
pub(super) struct Count(pub(super) u32);

/// A boolean: `true` and `false`, or 1 and 0, as drivers of databases without booleans write it.
pub(super) struct Flag(pub(super) bool);

impl Count {
    pub(super) const EXPECTED: &'static str = "a number from 0 to 4294967295";
}

impl Flag {
    pub(super) const EXPECTED: &'static str = "true, false, 1 or 0";
}

impl<'de> Deserialize<'de> for Count {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        struct Number;

        impl Visitor<'_> for Number {
            type Value = Count;

            expecting!(Count::EXPECTED);

            fn visit_u64<E: Error>(self, number: u64) -> Result<Count, E> {
                u32::try_from(number).map(Count).map_err(|_| E::custom(Count::EXPECTED))
            }

            fn visit_str<E: Error>(self, digits: &str) -> Result<Count, E> {
                let number = digits.parse().ok().filter(|number: &u32| number.to_string() == digits);
                number.map(Count).ok_or_else(|| E::custom(Count::EXPECTED))
            }
        }

        from.deserialize_any(Number)
    }
}

impl<'de> Deserialize<'de> for Flag {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        struct Boolean;

        impl Visitor<'_> for Boolean {
            type Value = Flag;

            expecting!(Flag::EXPECTED);

            fn visit_bool<E>(self, flag: bool) -> Result<Flag, E> {
                Ok(Flag(flag))
            }

            fn visit_u64<E: Error>(self, number: u64) -> Result<Flag, E> {
                match number {
                    0 => Ok(Flag(false)),
                    1 => Ok(Flag(true)),
                    _ => Err(E::custom(Flag::EXPECTED)),
                }
            }
        }

        from.deserialize_any(Boolean)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counters() {
        let read = |json: &str| serde_json::from_str(json).map(|Count(count)| count).ok();
        for (json, count) in [("0", 0), ("7", 7), ("4294967295", u32::MAX), (r#""7""#, 7), (r#""0""#, 0)] {
            assert_eq!(read(json), Some(count), "{json}");
        }
        for json in ["-1", "4294967296", "1.0", "1e3", r#""07""#, r#""+7""#, r#""""#, r#"" 7""#, "true", "null", "[7]"]
        {
            assert_eq!(read(json), None, "{json}");
        }
    }

    #[test]
    fn flags() {
        let read = |json: &str| serde_json::from_str(json).map(|Flag(flag)| flag).ok();
        for (json, flag) in [("true", true), ("false", false), ("1", true), ("0", false)] {
            assert_eq!(read(json), Some(flag), "{json}");
        }
        for json in ["2", "-1", "1.0", r#""true""#, r#""t""#, "null"] {
            assert_eq!(read(json), None, "{json}");
        }
    }
}
