//! One row for each rule of CTAP2 canonical form.

use super::*;

fn hex(text: &str) -> Vec<u8> {
    let digits: Vec<u32> = text.chars().filter_map(|c| c.to_digit(16)).collect();
    digits.chunks(2).map(|pair| u8::try_from(pair[0] << 4 | pair[1]).unwrap()).collect()
}

#[test]
fn reads_canonical_values() {
    for (encoding, value) in [
        ("00", Value::Unsigned(0)),
        ("17", Value::Unsigned(23)),
        ("1818", Value::Unsigned(24)),
        ("190100", Value::Unsigned(256)),
        ("1a00010000", Value::Unsigned(65536)),
        ("1b0000000100000000", Value::Unsigned(1 << 32)),
        ("1bffffffffffffffff", Value::Unsigned(u64::MAX)),
        ("20", Value::Negative(0)),
        ("390100", Value::Negative(256)),
        ("40", Value::Bytes(&[])),
        ("420102", Value::Bytes(&[1, 2])),
        ("6161", Value::Text("a")),
        ("f4", Value::Bool(false)),
        ("f5", Value::Bool(true)),
        ("f6", Value::Null),
    ] {
        assert_eq!(Value::read(&hex(encoding)), Ok(value), "{encoding}");
    }
    let encoding = hex("a3 01 02 03 26 20 80");
    let map = Value::read(&encoding).unwrap().map().unwrap();
    assert_eq!(map.len(), 3);
    assert_eq!(map.label(1), Some(Value::Unsigned(2)));
    assert_eq!(map.label(3).and_then(Value::integer), Some(-7));
    assert!(map.label(-1).and_then(Value::array).unwrap().is_empty());
    assert_eq!(map.label(2), None);
    let nested = hex("82 61 61 a1 61 62 03");
    let items: Vec<_> = Value::read(&nested).unwrap().array().unwrap().iter().collect();
    assert_eq!(items[0].text(), Some("a"));
    assert_eq!(items[1].map().unwrap().get("b"), Some(Value::Unsigned(3)));
}

#[test]
fn integers_fit_or_are_none() {
    assert_eq!(Value::Negative(0).integer(), Some(-1));
    assert_eq!(Value::Negative(i64::MAX.unsigned_abs()).integer(), Some(i64::MIN));
    assert_eq!(Value::Negative(u64::MAX).integer(), None);
    assert_eq!(Value::Unsigned(u64::MAX).integer(), None);
    assert_eq!(Value::Bool(true).integer(), None);
}

#[test]
fn refuses_values_that_are_not_canonical() {
    for (encoding, error, why) in [
        ("", Error::Truncated, "nothing"),
        ("18", Error::Truncated, "a head without its argument"),
        ("4201", Error::Truncated, "a string past the end"),
        ("5bffffffffffffffff", Error::Truncated, "2^64 - 1 bytes"),
        ("9a7fffffff00", Error::Truncated, "2^31 items"),
        ("ba ffffffff", Error::Truncated, "2^32 - 1 entries"),
        ("a101", Error::Truncated, "a key without its value"),
        ("0000", Error::TrailingBytes, "two values"),
        ("1817", Error::NonMinimal, "23 in one byte"),
        ("190017", Error::NonMinimal, "23 in two"),
        ("1900ff", Error::NonMinimal, "255 in two"),
        ("1a0000ffff", Error::NonMinimal, "65535 in four"),
        ("1b00000000ffffffff", Error::NonMinimal, "2^32 - 1 in eight"),
        ("3817", Error::NonMinimal, "a negative"),
        ("5801 00", Error::NonMinimal, "a string's length"),
        ("9801 00", Error::NonMinimal, "an array's length"),
        ("b801 0000", Error::NonMinimal, "a map's length"),
        ("5f4100ff", Error::Indefinite, "a byte string in chunks"),
        ("7f6161ff", Error::Indefinite, "text in chunks"),
        ("9fff", Error::Indefinite, "an array"),
        ("bfff", Error::Indefinite, "a map"),
        ("1c", Error::Reserved, "additional information 28"),
        ("5e", Error::Reserved, "additional information 30"),
        ("1f", Error::Reserved, "an indefinite number"),
        ("ff", Error::Reserved, "a lone break"),
        ("c000", Error::Tag, "a tag"),
        ("d9d9f700", Error::Tag, "the self-describing tag"),
        ("f7", Error::Simple, "undefined"),
        ("f0", Error::Simple, "simple value 16"),
        ("f814", Error::Simple, "false in two bytes"),
        ("f93c00", Error::Simple, "a half float"),
        ("fa3f800000", Error::Simple, "a float"),
        ("fb3ff0000000000000", Error::Simple, "a double"),
        ("a2 02 00 01 00", Error::KeyOrder, "by value"),
        ("a2 20 00 01 00", Error::KeyOrder, "by major type"),
        ("a2 6161 00 20 00", Error::KeyOrder, "text before a number"),
        ("a2 626161 00 6162 00", Error::KeyOrder, "by length"),
        ("a2 01 00 01 00", Error::DuplicateKey, "twice in a row"),
        ("a3 01 00 02 00 01 00", Error::DuplicateKey, "twice apart"),
        ("a2 6161 00 6161 00", Error::DuplicateKey, "text"),
        ("61ff", Error::NotUtf8, "text"),
        ("62c3a9 00", Error::TrailingBytes, "after text"),
    ] {
        assert_eq!(Value::read(&hex(encoding)), Err(error), "{why}: {encoding}");
    }
}

#[test]
fn nesting_is_bounded_before_the_contents_are_read() {
    let deep = |levels: usize| [vec![0x81; levels], vec![0]].concat();
    assert!(Value::read(&deep(usize::from(MAX_DEPTH))).is_ok());
    assert_eq!(Value::read(&deep(usize::from(MAX_DEPTH) + 1)), Err(Error::TooDeep));
    assert_eq!(Value::read(&vec![0x81; 100_000]), Err(Error::TooDeep));
    assert_eq!(Value::read(&vec![0xa1; 100_000]), Err(Error::TooDeep));
    assert_eq!(Value::read(&vec![0xc1; 100_000]), Err(Error::Tag));
}

/// `read_each` returns what `read_with` returns, and passes what `Map::iter` yields.
#[test]
fn the_entries_of_a_map_are_passed_while_it_is_read() {
    for rules in [Rules::default(), Rules { any_key_order: true, indefinite_length: true }] {
        for bytes in [
            "a0",
            "a2 01 a1 05 06 02 81 07",
            "bf 02 9f 00 ff 01 a0 ff",
            "82 01 02",
            "00",
            "f6",
            "",
            "a2 02 00 01 00",
            "a1 01",
            "a2 01 00 01 00",
            "a1 01 00 00",
            "00 00",
            "c1 00",
            "5f ff",
            "a1 01 5f ff",
            "bf 01 ff",
        ] {
            let (bytes, mut passed) = (hex(bytes), Vec::new());
            let read = Value::read_each(&bytes, rules, |key, value| passed.push((key, value)));
            assert_eq!(read, Value::read_with(&bytes, rules), "{bytes:x?}");
            if let Ok((value, _)) = read {
                let entries: Vec<_> = value.map().iter().flat_map(Map::iter).collect();
                assert_eq!(passed, entries, "{bytes:x?}");
            }
        }
    }
}

#[test]
fn deviations_are_accepted_only_by_rule_and_reported() {
    let order = Rules { any_key_order: true, indefinite_length: false };
    let length = Rules { any_key_order: false, indefinite_length: true };
    let unsorted = hex("a3 02 00 01 05 03 00");
    let (value, used) = Value::read_with(&unsorted, order).unwrap();
    assert_eq!(value.map().unwrap().label(1), Some(Value::Unsigned(5)));
    assert_eq!(used, order);
    assert_eq!(
        Value::read_with(&hex("a1 02 00"), order).unwrap().1,
        Rules::default(),
        "canonical, so no deviation is reported"
    );
    for duplicate in ["a3 02 00 01 05 02 00", "a3 02 00 01 05 01 00", "a4 02 00 01 05 03 00 02 00"] {
        assert_eq!(Value::read_with(&hex(duplicate), order), Err(Error::DuplicateKey), "{duplicate}");
    }
    let endless = hex("bf 01 9f 0102 ff 02 bf ff ff");
    let (value, used) = Value::read_with(&endless, length).unwrap();
    let map = value.map().unwrap();
    assert_eq!((map.len(), used), (2, length));
    assert_eq!(map.label(1).and_then(Value::array).unwrap().iter().count(), 2);
    assert_eq!(map.label(2).and_then(Value::map).unwrap().len(), 0);
    for (bytes, error) in [
        ("5f4100ff", Error::Indefinite),
        ("9f00", Error::Truncated),
        ("bf01ff", Error::Reserved),
        ("bf 02 00 01 00 ff", Error::KeyOrder),
    ] {
        assert_eq!(Value::read_with(&hex(bytes), length), Err(error), "{bytes}");
    }
}

#[test]
fn an_unsorted_map_costs_bounded_comparisons() {
    let mut map = hex("b9 0100 18ff 00");
    for key in 0..255_u8 {
        map.extend(if key < 24 { vec![key, 0] } else { vec![0x18, key, 0] });
    }
    let order = Rules { any_key_order: true, indefinite_length: false };
    assert_eq!(Value::read_with(&map, order), Err(Error::TooLarge));
    for (entries, error) in [(64_u8, None), (65, Some(Error::TooLarge))] {
        let keys = (1..entries).flat_map(|key| if key < 24 { vec![key, 0] } else { vec![0x18, key, 0] });
        let map: Vec<u8> = [0xb8, entries].into_iter().chain(keys).chain([0, 0]).collect();
        assert_eq!(Value::read_with(&map, order).err(), error, "the last of {entries} comes first");
    }
}

#[test]
fn many_unsorted_maps_cost_bounded_comparisons() {
    let order = Rules { any_key_order: true, indefinite_length: false };
    let maps = |count: u16, map: &[u8]| {
        let head = [&[0x99][..], &count.to_be_bytes()].concat();
        Value::read_with(&[head, map.repeat(count.into())].concat(), order).map(|(_, used)| used.any_key_order)
    };
    // Of two keys, the second is out of order; of three, the second and the third.
    let (two, three) = (hex("a2 02 00 01 00"), hex("a3 03 00 02 00 04 00"));
    assert_eq!((maps(512, &two), maps(513, &two)), (Ok(true), Err(Error::TooLarge)));
    assert_eq!((maps(256, &three), maps(257, &three)), (Ok(true), Err(Error::TooLarge)));
    assert_eq!(maps(10_000, &hex("a2 01 00 02 00")), Ok(false), "sorted maps are not counted");
}

#[test]
fn an_unsorted_map_does_not_limit_a_sorted_one() {
    let order = Rules { any_key_order: true, indefinite_length: false };
    let keys = (0..100_u8).flat_map(|key| if key < 24 { vec![key, 0] } else { vec![0x18, key, 0] });
    let sorted: Vec<u8> = [0xb8, 100].into_iter().chain(keys).collect();
    let unsorted = hex("a2 02 00 01 00");
    let inside = [&sorted[..3], &unsorted, &sorted[4..]].concat();
    for (what, bytes) in [
        ("before it", [&[0x82], &unsorted[..], &sorted].concat()),
        ("after it", [&[0x82], &sorted[..], &unsorted].concat()),
        ("inside it", inside),
    ] {
        assert_eq!(Value::read_with(&bytes, order).map(|(_, used)| used), Ok(order), "{what}");
    }
}

/// Each level has 63 entries with keys before the first key; the first key contains the next level. Comparing nested keys
/// without a bound would take 64 to the power of the levels.
#[test]
fn nested_unsorted_maps_do_not_multiply() {
    let mut map = vec![0xa0];
    for _ in 0..MAX_DEPTH - 1 {
        let mut outer = vec![0xb8, 64, 0x18, 200];
        outer.extend(map);
        outer.extend((0..63_u8).flat_map(|key| if key < 24 { vec![key, 0] } else { vec![0x18, key, 0] }));
        map = outer;
    }
    assert!(map.len() < 1500, "{}", map.len());
    let order = Rules { any_key_order: true, indefinite_length: false };
    let (value, used) = Value::read_with(&map, order).unwrap();
    assert_eq!((value.map().unwrap().len(), used), (64, order));
}

#[test]
fn reads_the_first_value_and_leaves_the_rest() {
    let bytes = hex("a1 01 02 ff ff");
    let (value, rest) = Value::read_first(&bytes).unwrap();
    assert_eq!((value.map().unwrap().len(), rest), (1, &bytes[3..]));
}
