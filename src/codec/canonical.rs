//! Canonical JSON: each value has one spelling, so a digest of it means the value.
//!
//! Members are sorted by name, names are ASCII, there is no white space, numbers are integers of at most 2^53 - 1 in amount,
//! and strings are escaped only where JSON demands it.

use serde_json::Value;
use std::fmt::Write as _;

/// The greatest amount of an integer: the greatest that every JSON reader reads exactly.
pub(crate) const MAX_INTEGER: i64 = (1 << 53) - 1;

/// Returns the canonical JSON; `None` if the value has none: a number that is no such integer, or a name beyond ASCII.
pub(crate) fn write(value: &Value) -> Option<String> {
    let mut text = String::new();
    add(&mut text, value)?;
    Some(text)
}

fn add(to: &mut String, value: &Value) -> Option<()> {
    match value {
        Value::Null => to.push_str("null"),
        Value::Bool(value) => to.push_str(if *value { "true" } else { "false" }),
        Value::Number(number) => {
            let number = number.as_i64().filter(|number| (-MAX_INTEGER..=MAX_INTEGER).contains(number))?;
            write!(to, "{number}").ok()?;
        }
        Value::String(text) => to.push_str(&serde_json::to_string(text).ok()?),
        Value::Array(items) => {
            to.push('[');
            for (place, item) in items.iter().enumerate() {
                if place > 0 {
                    to.push(',');
                }
                add(to, item)?;
            }
            to.push(']');
        }
        Value::Object(members) => {
            let mut members: Vec<_> = members.iter().collect();
            members.sort_unstable_by_key(|(name, _)| *name);
            to.push('{');
            for (place, (name, value)) in members.into_iter().enumerate() {
                if !name.is_ascii() {
                    return None;
                }
                if place > 0 {
                    to.push(',');
                }
                to.push_str(&serde_json::to_string(name).ok()?);
                to.push(':');
                add(to, value)?;
            }
            to.push('}');
        }
    }
    Some(())
}

/// Reads canonical JSON; `None` for every other text. A member that occurs twice is refused, because the text is not the
/// spelling of what was read.
pub(crate) fn read(text: &str) -> Option<Value> {
    let value = serde_json::from_str(text).ok()?;
    (write(&value)? == text).then_some(value)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_value_has_one_spelling() {
        for text in [
            "null",
            "[]",
            "{}",
            r#"{"A":1,"a":[true,false,null,-5],"b":{"c":"\"\\\b\f\n\r\t\u001f/é\u007f"}}"#,
            "9007199254740991",
            "-9007199254740991",
        ] {
            let text = text.replace(r"\u007f", "\u{7f}");
            assert_eq!(read(&text).and_then(|value| write(&value)).as_deref(), Some(&*text));
        }
        for text in [
            "",
            " null",
            "[1, 2]",
            r#"{"b":1,"a":2}"#,
            r#"{"a":1,"a":1}"#,
            r#"{"é":1}"#,
            "9007199254740992",
            "-9007199254740992",
            "1.0",
            "1e2",
            "-0",
            "01",
            r#""\/""#,
            r#""\u0041""#,
            r#""\u001F""#,
            r#""\u000a""#,
            r#""\ud800""#,
            "\u{feff}null",
            "null\n",
        ] {
            assert_eq!(read(text), None, "{text}");
        }
        assert_eq!(read(&"[".repeat(100_000)), None);
    }
}
