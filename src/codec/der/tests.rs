//! One row for every rule of the reader. Heads are compared with the crate `der`, dates by counting days.

#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "tests")]
#![allow(clippy::arithmetic_side_effects, clippy::as_conversions, reason = "tests")]

use super::*;
use crate::time::UnixTime;

fn any(bytes: &[u8]) -> Result<Element<'_>, Malformed> {
    read_all(bytes, Reader::any)
}

#[test]
fn heads() {
    for (bytes, why) in [
        (&[0x04, 0x00][..], "empty OCTET STRING"),
        (&[0x30, 0x02, 0x05, 0x00], "SEQUENCE"),
        (&[0x80, 0x00], "[0] primitive"),
        (&[0xbf, 0x1f, 0x00], "[31], the first number of two octets"),
        (&[0xbf, 0x84, 0x58, 0x00], "[600]"),
        (&[0xbf, 0xff, 0x7f, 0x00], "[16383]"),
    ] {
        assert!(any(bytes).is_ok(), "{why}");
    }
    assert_eq!(any(&[0xbf, 0x84, 0x58, 0x00]).map(|element| element.tag), Ok(Tag::constructed(600)));
    for (bytes, error, why) in [
        (&[][..], Malformed::Truncated, "nothing"),
        (&[0x04], Malformed::Truncated, "no length"),
        (&[0x04, 0x01], Malformed::Truncated, "no contents"),
        (&[0x04, 0x82, 0x01], Malformed::Truncated, "half a length"),
        (&[0x04, 0x83, 0xff, 0xff, 0xff], Malformed::Truncated, "a length past the end"),
        (&[0x04, 0x00, 0x00], Malformed::TrailingBytes, "a byte more"),
        (&[0x30, 0x80, 0x00, 0x00], Malformed::Length, "indefinite"),
        (&[0x04, 0x81, 0x01, 0x00], Malformed::Length, "81 where the short form would do"),
        (&[0x04, 0x82, 0x00, 0xff], Malformed::Length, "82 where 81 would do"),
        (&[0x04, 0x83, 0x00, 0xff, 0xff], Malformed::Length, "83 where 82 would do"),
        (&[0x04, 0x84, 0x01, 0x00, 0x00, 0x00], Malformed::Length, "above 2^24"),
        (&[0x04, 0xff], Malformed::Length, "reserved"),
        (&[0x00, 0x00], Malformed::Tag, "end of contents"),
        (&[0x24, 0x00], Malformed::Tag, "constructed OCTET STRING"),
        (&[0x10, 0x00], Malformed::Tag, "primitive SEQUENCE"),
        (&[0x11, 0x00], Malformed::Tag, "primitive SET"),
        (&[0xbf, 0x1e, 0x00], Malformed::Tag, "a long tag that fits the short form"),
        (&[0xbf, 0x80, 0x01, 0x00], Malformed::Tag, "a long tag with a leading zero"),
        (&[0xbf, 0x81, 0x80, 0x00, 0x00], Malformed::Tag, "a tag of three octets"),
    ] {
        assert_eq!(any(bytes), Err(error), "{why}");
    }
}

#[test]
fn elements_know_their_encoding() {
    let mut reader = Reader::new(&[0x04, 0x01, 0x07, 0x05, 0x00]);
    let first = reader.element(Tag::OCTET_STRING).unwrap();
    assert_eq!((first.contents, first.encoding), (&[0x07][..], &[0x04, 0x01, 0x07][..]));
    assert_eq!(reader.optional(Tag::BOOLEAN), Ok(None));
    assert_eq!(reader.null(), Ok(()));
    assert_eq!(reader.optional(Tag::BOOLEAN), Ok(None));
    assert_eq!(reader.finish(), Ok(()));
    assert_eq!(Reader::new(&[0x05, 0x00]).element(Tag::BOOLEAN), Err(Malformed::Tag));
    for (bytes, found, why) in [
        (&[0xbf, 0x84, 0x58, 0x01, 0x07][..], Ok(Some(&[0x07][..])), "[600]"),
        (&[0xbf, 0x84, 0x59, 0x00], Ok(None), "[601]"),
        (&[0xbf, 0x84, 0x58, 0x80], Err(Malformed::Length), "[600] with an indefinite length"),
        (&[0x24, 0x00], Err(Malformed::Tag), "a constructed OCTET STRING, which DER does not have"),
        (&[0xbf], Err(Malformed::Truncated), "half a tag"),
    ] {
        assert_eq!(Reader::new(bytes).optional(Tag::constructed(600)), found, "{why}");
    }
    assert_eq!(Reader::new(&[0x01, 0x80]).optional(Tag::BOOLEAN), Err(Malformed::Length));
    assert_eq!(Reader::new(&[0x05, 0x01, 0x00]).null(), Err(Malformed::Null));
}

#[test]
fn integers() {
    for (contents, value) in [
        (&[0x00][..], Ok(0)),
        (&[0x7f], Ok(127)),
        (&[0x00, 0x80], Ok(128)),
        (&[0x80], Ok(-128)),
        (&[0xff], Ok(-1)),
        (&[0x7f, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff], Ok(i64::MAX)),
        (&[0x80, 0, 0, 0, 0, 0, 0, 0], Ok(i64::MIN)),
        (&[], Err(Malformed::Integer)),
        (&[0x00, 0x7f], Err(Malformed::Integer)),
        (&[0xff, 0x80], Err(Malformed::Integer)),
        (&[0x00, 0x80, 0, 0, 0, 0, 0, 0, 0], Err(Malformed::Integer)),
    ] {
        assert_eq!(number(contents), value, "{contents:02x?}");
    }
    assert_eq!(Reader::new(&[0x02, 0x02, 0x00, 0x80]).unsigned(), Ok(&[0x80][..]));
    assert_eq!(Reader::new(&[0x02, 0x01, 0x00]).unsigned(), Ok(&[][..]));
    assert_eq!(Reader::new(&[0x02, 0x01, 0x80]).unsigned(), Err(Malformed::Integer));
    assert_eq!(Reader::new(&[0x02, 0x01, 0x80]).small(), Err(Malformed::Integer));
    assert_eq!(Reader::new(&[0x02, 0x05, 0x00, 0xff, 0xff, 0xff, 0xff]).small(), Ok(u32::MAX));
}

#[test]
fn booleans_default_to_false() {
    for (bytes, value) in [
        (&[][..], Ok(false)),
        (&[0x05, 0x00], Ok(false)),
        (&[0x01, 0x01, 0xff], Ok(true)),
        (&[0x01, 0x01, 0x00], Err(Malformed::Boolean)),
        (&[0x01, 0x01, 0x01], Err(Malformed::Boolean)),
        (&[0x01, 0x00], Err(Malformed::Boolean)),
    ] {
        assert_eq!(Reader::new(bytes).default_false(), value, "{bytes:02x?}");
    }
}

#[test]
fn object_identifiers() {
    for (contents, good) in [
        (&[0x2a][..], true),
        (&[0x2a, 0x86, 0x48], true),
        (&[0x88, 0x37], true),
        (&[0x2a, 0x81, 0x80, 0x80, 0x01], true),
        (&[], false),
        (&[0x2a, 0x81, 0x80], false),
        (&[0x2a, 0x86], false),
        (&[0x80, 0x01], false),
        (&[0x2a, 0x80, 0x01], false),
    ] {
        assert_eq!(oid(contents).is_ok(), good, "{contents:02x?}");
    }
}

#[test]
fn bit_strings() {
    for (contents, whole, named) in [
        (&[0x00, 0xa0][..], Ok(&[0xa0][..]), Ok(&[0xa0][..])),
        (&[0x00], Ok(&[]), Ok(&[])),
        (&[0x05, 0xa0], Err(Malformed::BitString), Ok(&[0xa0])),
        (&[0x06, 0xa0], Err(Malformed::BitString), Err(Malformed::BitString)),
        (&[0x01], Err(Malformed::BitString), Err(Malformed::BitString)),
        (&[0x08, 0x00], Err(Malformed::BitString), Err(Malformed::BitString)),
        (&[], Err(Malformed::BitString), Err(Malformed::BitString)),
    ] {
        let mut bytes = vec![0x03, u8::try_from(contents.len()).unwrap()];
        bytes.extend(contents);
        assert_eq!(Reader::new(&bytes).bit_string(), whole, "{contents:02x?}");
        assert_eq!(Reader::new(&bytes).bits(), named, "{contents:02x?}");
    }
}

#[test]
fn strings_have_only_characters_of_their_type() {
    assert_eq!(text(Tag::PRINTABLE_STRING, b"Az 09'()+,-./:=?"), Ok("Az 09'()+,-./:=?"));
    assert_eq!(text(Tag::UTF8_STRING, "Löw".as_bytes()), Ok("Löw"));
    assert_eq!(text(Tag::IA5_STRING, b"id:*@_"), Ok("id:*@_"));
    for (tag, contents, error) in [
        (Tag::PRINTABLE_STRING, &b"a*"[..], Malformed::String),
        (Tag::PRINTABLE_STRING, b"a@b", Malformed::String),
        (Tag::PRINTABLE_STRING, "ö".as_bytes(), Malformed::String),
        (Tag::IA5_STRING, "ö".as_bytes(), Malformed::String),
        (Tag::UTF8_STRING, &[0xff], Malformed::String),
        (Tag::OCTET_STRING, b"a", Malformed::Tag),
    ] {
        assert_eq!(text(tag, contents), Err(error), "{contents:02x?}");
    }
}

fn time_of(tag: u8, digits: &str) -> Result<i64, Malformed> {
    let mut bytes = vec![tag, u8::try_from(digits.len()).unwrap()];
    bytes.extend(digits.as_bytes());
    read_all(&bytes, Reader::time).map(UnixTime::secs)
}

#[test]
fn times() {
    for (tag, digits, value) in [
        (0x17, "700101000000Z", Ok(0)),
        (0x17, "500101000000Z", Ok(-631_152_000)),
        (0x17, "491231235959Z", Ok(2_524_607_999)),
        (0x17, "000229120000Z", Ok(951_825_600)),
        (0x18, "19700101000000Z", Ok(0)),
        (0x18, "19691231235959Z", Ok(-1)),
        (0x18, "99991231235959Z", Ok(253_402_300_799)),
        (0x18, "00000101000000Z", Ok(-62_167_219_200)),
        (0x18, "20260825000000Z", Ok(1_787_616_000)),
        (0x17, "010229000000Z", Err(Malformed::Time)), // not a leap year
        (0x18, "19000229000000Z", Err(Malformed::Time)),
        (0x17, "001301000000Z", Err(Malformed::Time)),
        (0x17, "000001000000Z", Err(Malformed::Time)),
        (0x17, "000100000000Z", Err(Malformed::Time)),
        (0x17, "000431000000Z", Err(Malformed::Time)),
        (0x17, "000101240000Z", Err(Malformed::Time)),
        (0x17, "000101006000Z", Err(Malformed::Time)),
        (0x17, "000101000060Z", Err(Malformed::Time)),
        (0x17, "0001010000Z", Err(Malformed::Time)), // no seconds
        (0x17, "000101000000+0000", Err(Malformed::Time)),
        (0x18, "20000101000000.0Z", Err(Malformed::Time)),
        (0x17, "0001010000 0Z", Err(Malformed::Time)),
        (0x18, "", Err(Malformed::Time)),
        (0x04, "700101000000Z", Err(Malformed::Tag)),
    ] {
        assert_eq!(time_of(tag, digits), value, "{digits}");
    }
}

/// Every day of ten thousand years is one day after the previous one.
#[test]
fn days_follow_each_other() {
    let mut expected = -62_167_219_200;
    for year in 0..10_000 {
        let leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
        for (month, days) in (1..).zip([31, if leap { 29 } else { 28 }, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31]) {
            for day in [1, days] {
                let offset = (day - 1) * 86_400;
                assert_eq!(time_of(0x18, &format!("{year:04}{month:02}{day:02}000000Z")), Ok(expected + offset));
            }
            expected += days * 86_400;
        }
    }
    assert_eq!(expected, 253_402_300_800);
}

fn heads_by_the_oracle(bytes: &[u8]) -> Option<usize> {
    use ::der::{Decode as _, Header, Reader as _, SliceReader};
    let mut reader = SliceReader::new(bytes).ok()?;
    let mut count = 0;
    while !reader.is_finished() {
        let header = Header::decode(&mut reader).ok()?;
        let contents = reader.read_slice(header.length()).ok()?;
        count += 1 + if header.is_constructed() { heads_by_the_oracle(contents)? } else { 0 };
    }
    Some(count)
}

fn heads_by_us(bytes: &[u8]) -> Option<usize> {
    let mut reader = Reader::new(bytes);
    let mut count = 0;
    while !reader.is_empty() {
        let element = reader.any().ok()?;
        let constructed = element.tag.form & CONSTRUCTED != 0;
        count += 1 + if constructed { heads_by_us(element.contents)? } else { 0 };
    }
    Some(count)
}

/// The crate `der` gives the same verdict for every head of three bytes, and for every head with a long length or tag.
#[test]
fn heads_agree_with_the_oracle() {
    // Universal types that the oracle does not support. Our reader accepts every tag; the caller checks the type.
    let unknown = |tag: u8| tag < 0x1f && !matches!(tag, 0..=6 | 9 | 10 | 12 | 13 | 16..=24 | 26 | 27 | 30);
    let mut bytes = [0x05; 3 + 256];
    for tag in 0..=u8::MAX {
        for second in 0..=u8::MAX {
            for third in [0, 1, 0x1e, 0x1f, 0x7f, 0x80, 0x81, 0xff] {
                bytes[..3].copy_from_slice(&[tag, second, third]);
                // Lengths between the shortest and the longest short form add nothing.
                let paddings: &[usize] = if (4..0x7c).contains(&second) { &[0, 1] } else { &[0, 1, 127, 128, 256] };
                for padding in paddings {
                    let bytes = &bytes[..3 + padding];
                    let (ours, theirs) = (heads_by_us(bytes), heads_by_the_oracle(bytes));
                    // The oracle also reads tags above 16383.
                    let long = tag & 0x1f == 0x1f && second >= 0x80 && third >= 0x80;
                    if ours != theirs && !long {
                        assert!(
                            unknown(tag) && theirs.is_none(),
                            "{tag:02x} {second:02x} {third:02x} {ours:?} {theirs:?}"
                        );
                    }
                }
            }
        }
    }
}
