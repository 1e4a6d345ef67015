//! Writes the only CBOR that this crate needs: a map with integer keys, such as a COSE_Key (RFC 9052 §7).
//!
//! The form is canonical (FIDO CTAP 2.2 §8): heads are as short as possible, and keys are sorted.

/// A value to write into a map.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Item<'a> {
    /// Major type 0 or 1.
    Integer(i64),
    /// Major type 2.
    Bytes(&'a [u8]),
}

/// Writes a map with these labels and values. Sorts them; each label must occur once.
pub(crate) fn map(entries: &[(i64, Item<'_>)]) -> Vec<u8> {
    let mut entries: Vec<_> = entries.iter().map(|(label, item)| (encode(Item::Integer(*label)), *item)).collect();
    // The shortest head of a larger number is longer or larger, so encoded integers sort as CTAP 2.2 §8 orders them.
    entries.sort_by(|(one, _), (other, _)| one.cmp(other));
    let mut out = Vec::new();
    head(5, length(entries.len()), &mut out);
    for (label, item) in entries {
        out.extend(label);
        out.extend(encode(item));
    }
    out
}

fn encode(item: Item<'_>) -> Vec<u8> {
    let mut out = Vec::new();
    match item {
        Item::Integer(value) => match u64::try_from(value) {
            Ok(value) => head(0, value, &mut out),
            Err(_) => head(1, value.unsigned_abs().saturating_sub(1), &mut out), // −1 − n
        },
        Item::Bytes(bytes) => {
            head(2, length(bytes.len()), &mut out);
            out.extend_from_slice(bytes);
        }
    }
    out
}

fn length(len: usize) -> u64 {
    u64::try_from(len).unwrap_or(u64::MAX) // no platform has longer ones
}

/// Writes the major type and its argument in the fewest bytes (RFC 8949 §4.2.1).
fn head(major: u8, argument: u64, out: &mut Vec<u8>) {
    let major = major << 5;
    match (u8::try_from(argument), u16::try_from(argument), u32::try_from(argument)) {
        (Ok(argument @ 0..=23), ..) => out.push(major | argument),
        (Ok(argument), ..) => out.extend_from_slice(&[major | 24, argument]),
        (_, Ok(argument), _) => {
            out.push(major | 25);
            out.extend_from_slice(&argument.to_be_bytes());
        }
        (.., Ok(argument)) => {
            out.push(major | 26);
            out.extend_from_slice(&argument.to_be_bytes());
        }
        _ => {
            out.push(major | 27);
            out.extend_from_slice(&argument.to_be_bytes());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::codec::cbor::Value;

    #[test]
    fn heads_are_minimal() {
        for number in [0, 23, 24, 255, 256, 65535, 65536, 4_294_967_295, 4_294_967_296] {
            let mut out = Vec::new();
            head(0, number, &mut out);
            assert_eq!(Value::read(&out), Ok(Value::Unsigned(number)));
        }
        for number in [-1, -24, -25, -257, -65535, i64::MIN, i64::MAX] {
            assert_eq!(Value::read(&encode(Item::Integer(number))).unwrap().integer(), Some(number));
        }
    }

    #[test]
    fn maps_are_in_canonical_order() {
        let labels = [-3, 3, -1, 1000, -2, 1, -25, 24];
        let entries = labels.map(|label| (label, Item::Bytes(b"x")));
        let out = map(&entries);
        let read = Value::read(&out).unwrap().map().unwrap();
        let read: Vec<_> = read.iter().map(|(label, value)| (label.integer().unwrap(), value.bytes())).collect();
        assert_eq!(read, [1, 3, 24, 1000, -1, -2, -3, -25].map(|label| (label, Some(&b"x"[..]))));
    }
}
