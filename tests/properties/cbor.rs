//! CBOR that is accepted has one encoding, and whatever is written canonically is accepted.

use crate::*;
use proptest::collection::vec;
use wardkey::internals::cbor::Value;
use wardkey_authenticator::Cbor;
use wardkey_authenticator::cbor::head;

/// Writes a value in its one encoding.
pub(crate) fn write(value: Value<'_>) -> Vec<u8> {
    match value {
        Value::Unsigned(n) => head(0, n),
        Value::Negative(n) => head(1, n),
        Value::Bytes(bytes) => [head(2, bytes.len() as u64), bytes.to_vec()].concat(),
        Value::Text(text) => [head(3, text.len() as u64), text.into()].concat(),
        Value::Array(array) => [head(4, array.len()), array.iter().flat_map(write).collect()].concat(),
        Value::Map(map) => {
            let mut entries: Vec<_> = map.iter().map(|(key, value)| (write(key), write(value))).collect();
            entries.sort_by(|(a, _), (b, _)| (a[0] >> 5, a.len(), a).cmp(&(b[0] >> 5, b.len(), b)));
            [head(5, map.len()), entries.into_iter().flat_map(|(key, value)| [key, value].concat()).collect()].concat()
        }
        Value::Bool(value) => vec![0xf4 + u8::from(value)],
        Value::Null => vec![0xf6],
        other => panic!("{other:?}"),
    }
}

/// Any value of CTAP2, for the writer of the software authenticator.
fn values() -> impl Strategy<Value = Cbor> {
    let leaf = prop_oneof![
        any::<i64>().prop_map(Cbor::Integer),
        (-300_i64..300).prop_map(Cbor::Integer),
        vec(any::<u8>(), 0..30).prop_map(Cbor::Bytes),
        ".{0,20}".prop_map(Cbor::Text),
        any::<bool>().prop_map(Cbor::Bool),
        Just(Cbor::Null),
    ];
    leaf.prop_recursive(5, 40, 6, |inner| {
        let key = prop_oneof![(-40_i64..40).prop_map(Cbor::Integer), "[a-z]{0,3}".prop_map(Cbor::Text)];
        prop_oneof![vec(inner.clone(), 0..6).prop_map(Cbor::Array), vec((key, inner), 0..6).prop_map(Cbor::Map)]
    })
}

#[test]
fn accepted_cbor_has_one_encoding() {
    let one_encoding = |bytes: &[u8]| {
        if let Ok(value) = Value::read(bytes) {
            assert_eq!(write(value), bytes);
        }
    };
    proptest!(many(), |(bytes in vec(any::<u8>(), 0..12))| one_encoding(&bytes));
    proptest!(many(), |(bytes in mutated(seeds()))| one_encoding(&bytes));
    proptest!(many(), |(value in values(), at: prop::sample::Index, byte: u8)| {
        let mut bytes = value.encode();
        one_encoding(&bytes);
        let at = at.index(bytes.len());
        bytes[at] = byte;
        one_encoding(&bytes);
    });
}

#[test]
fn whatever_is_written_canonically_is_read() {
    // The strategy can write a key twice; reading must refuse that.
    fn unique(value: &Cbor) -> bool {
        match value {
            Cbor::Array(items) => items.iter().all(unique),
            Cbor::Map(entries) => {
                let twice = |i: usize| entries[..i].iter().any(|(key, _)| *key == entries[i].0);
                (0..entries.len()).all(|i| !twice(i)) && entries.iter().all(|(_, value)| unique(value))
            }
            _ => true,
        }
    }
    proptest!(many(), |(value in values())| {
        let bytes = value.encode();
        prop_assert_eq!(Value::read(&bytes).map(write).ok(), unique(&value).then_some(bytes.clone()));
    });
}
