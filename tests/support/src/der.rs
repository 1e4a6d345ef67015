//! DER (X.690), as far as certificates and signatures need it: one function for each type, from bytes to bytes.
//!
//! The contents are not checked, so that a test can write invalid ones.

/// Any tag with these contents. A tag of several bytes is written as it is.
pub fn tagged(tag: &[u8], contents: &[u8]) -> Vec<u8> {
    let len = contents.len();
    let octets: Vec<u8> = len.to_be_bytes().into_iter().skip_while(|byte| *byte == 0).collect();
    let length = if len < 0x80 { vec![len as u8] } else { [vec![0x80 | octets.len() as u8], octets].concat() };
    [tag, &length, contents].concat()
}

/// SEQUENCE.
pub fn sequence(parts: &[&[u8]]) -> Vec<u8> {
    tagged(&[0x30], &parts.concat())
}

/// SET OF: the elements sorted.
pub fn set(parts: &[&[u8]]) -> Vec<u8> {
    let mut parts = parts.to_vec();
    parts.sort_unstable();
    tagged(&[0x31], &parts.concat())
}

/// BOOLEAN.
pub fn boolean(value: bool) -> Vec<u8> {
    tagged(&[0x01], &[if value { 0xff } else { 0x00 }])
}

/// INTEGER of an unsigned number, big-endian.
pub fn unsigned(big_endian: &[u8]) -> Vec<u8> {
    let mut octets: Vec<u8> = big_endian.iter().copied().skip_while(|byte| *byte == 0).collect();
    if octets.first().is_none_or(|first| *first >= 0x80) {
        octets.insert(0, 0);
    }
    tagged(&[0x02], &octets)
}

/// INTEGER of a small number.
pub fn integer(value: u32) -> Vec<u8> {
    unsigned(&value.to_be_bytes())
}

/// ENUMERATED of a small number.
pub fn enumerated(value: u8) -> Vec<u8> {
    tagged(&[0x0a], &[value])
}

/// BIT STRING with this many unused bits at the end.
pub fn bit_string(octets: &[u8], unused: u8) -> Vec<u8> {
    tagged(&[0x03], &[&[unused], octets].concat())
}

/// OCTET STRING.
pub fn octet_string(octets: &[u8]) -> Vec<u8> {
    tagged(&[0x04], octets)
}

/// NULL.
pub fn null() -> Vec<u8> {
    tagged(&[0x05], &[])
}

/// OBJECT IDENTIFIER in dotted form.
pub fn oid(dotted: &str) -> Vec<u8> {
    let mut arcs = dotted.split('.').map(|arc| arc.parse::<u64>().expect("digits between dots"));
    let first = arcs.next().expect("two arcs") * 40 + arcs.next().expect("two arcs");
    tagged(&[0x06], &std::iter::once(first).chain(arcs).flat_map(base_128).collect::<Vec<_>>())
}

/// UTF8String.
pub fn utf8(text: &str) -> Vec<u8> {
    tagged(&[0x0c], text.as_bytes())
}

/// PrintableString.
pub fn printable(text: &str) -> Vec<u8> {
    tagged(&[0x13], text.as_bytes())
}

/// UTCTime, `YYMMDDHHMMSSZ`.
pub fn utc_time(text: &str) -> Vec<u8> {
    tagged(&[0x17], text.as_bytes())
}

/// GeneralizedTime, `YYYYMMDDHHMMSSZ`.
pub fn generalized_time(text: &str) -> Vec<u8> {
    tagged(&[0x18], text.as_bytes())
}

/// `[number] EXPLICIT`: context-specific, constructed.
pub fn explicit(number: u32, contents: &[u8]) -> Vec<u8> {
    tagged(&context(0xa0, number), contents)
}

/// `[number] IMPLICIT` of a primitive type.
pub fn implicit(number: u32, contents: &[u8]) -> Vec<u8> {
    tagged(&context(0x80, number), contents)
}

/// The identifier octets of a context-specific tag.
fn context(class: u8, number: u32) -> Vec<u8> {
    if number < 31 { vec![class | number as u8] } else { [vec![class | 31], base_128(number.into())].concat() }
}

/// Seven bits an octet, all but the last with the high bit set.
fn base_128(value: u64) -> Vec<u8> {
    let mut octets = vec![value as u8 & 0x7f];
    let mut rest = value >> 7;
    while rest > 0 {
        octets.insert(0, 0x80 | rest as u8 & 0x7f);
        rest >>= 7;
    }
    octets
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lengths_are_minimal() {
        assert_eq!(octet_string(&[7; 127])[..2], [0x04, 0x7f]);
        assert_eq!(octet_string(&[7; 128])[..3], [0x04, 0x81, 0x80]);
        assert_eq!(octet_string(&[7; 256])[..4], [0x04, 0x82, 0x01, 0x00]);
    }

    #[test]
    fn integers_are_minimal_and_positive() {
        assert_eq!(integer(0), [2, 1, 0]);
        assert_eq!(integer(127), [2, 1, 127]);
        assert_eq!(integer(128), [2, 2, 0, 128]);
        assert_eq!(unsigned(&[0, 0, 1]), [2, 1, 1]);
    }

    #[test]
    fn large_arcs_and_tags_are_written_in_base_128() {
        assert_eq!(oid("1.2.840.113635.100.8.2"), b"\x06\x09\x2a\x86\x48\x86\xf7\x63\x64\x08\x02");
        assert_eq!(explicit(702, &integer(0)), b"\xbf\x85\x3e\x03\x02\x01\x00");
    }
}
