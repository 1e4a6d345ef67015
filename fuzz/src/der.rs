//! A writer of DER, and of the parts of certificates and revocation lists that the targets need.

/// An element: the tag, the length, and the contents, concatenated.
pub fn tlv(tag: u8, contents: &[&[u8]]) -> Vec<u8> {
    let contents = contents.concat();
    let len = contents.len();
    let head = match len {
        0..=0x7f => vec![tag, len as u8],
        0x80..=0xff => vec![tag, 0x81, len as u8],
        0x100..=0xffff => vec![tag, 0x82, (len >> 8) as u8, len as u8],
        _ => vec![tag, 0x83, (len >> 16) as u8, (len >> 8) as u8, len as u8],
    };
    [head, contents].concat()
}

/// Encoded elements, as [`tlv`] takes them.
pub fn octets_of(elements: &[Vec<u8>]) -> Vec<&[u8]> {
    elements.iter().map(Vec::as_slice).collect()
}

/// INTEGER, not negative and below 32,768.
pub fn integer(n: u16) -> Vec<u8> {
    match n.to_be_bytes() {
        [0, low @ 0..=0x7f] => tlv(2, &[&[low]]),
        [0, low] => tlv(2, &[&[0, low]]),
        both => tlv(2, &[&both]),
    }
}

/// A BIT STRING of named bits, without trailing zeros (X.690, section 11.2.2). Bit 0 is the highest of `bits`.
pub fn named_bits(bits: u8) -> Vec<u8> {
    if bits == 0 { vec![3, 1, 0] } else { tlv(3, &[&[bits.trailing_zeros() as u8, bits]]) }
}

/// The first second of a year (RFC 5280, section 4.1.2.5: UTCTime up to 2049).
pub fn new_year(year: u16) -> Vec<u8> {
    match year {
        1950..=2049 => tlv(0x17, &[format!("{:02}0101000000Z", year % 100).as_bytes()]),
        _ => tlv(0x18, &[format!("{year:04}0101000000Z").as_bytes()]),
    }
}

/// The first second of a year from 1970 on, in seconds since 1970.
pub fn seconds(year: u16) -> i64 {
    let leap = |year: u16| year.is_multiple_of(4) && (!year.is_multiple_of(100) || year.is_multiple_of(400));
    (1970..year).map(|year| if leap(year) { 366 } else { 365 }).sum::<i64>() * 86_400
}

/// Extension (RFC 5280, section 4.1).
pub fn extension(identifier: &[u8], critical: bool, value: &[u8]) -> Vec<u8> {
    let critical: &[u8] = if critical { &[1, 1, 0xff] } else { &[] };
    tlv(0x30, &[&tlv(6, &[identifier]), critical, &tlv(4, &[value])])
}

/// A relative distinguished name with one attribute: an arc of 2.5.4, the string type, the text.
pub fn attribute(arc: u8, tag: u8, text: &[u8]) -> Vec<u8> {
    tlv(0x31, &[&tlv(0x30, &[&[6, 3, 0x55, 4, arc], &tlv(tag, &[text])])])
}

/// Certificate or CertificateList (RFC 5280, sections 4.1 and 5.1).
pub fn signed(tbs: &[u8], algorithm: &[u8], signature: &[u8]) -> Vec<u8> {
    tlv(0x30, &[tbs, algorithm, &tlv(3, &[&[0], signature])])
}

/// TBSCertificate of version 3.
pub struct Tbs<'a> {
    /// The contents of the INTEGER.
    pub serial: &'a [u8],
    pub algorithm: &'a [u8],
    pub issuer: &'a [u8],
    pub subject: &'a [u8],
    pub spki: &'a [u8],
    pub extensions: &'a [Vec<u8>],
}

impl Tbs<'_> {
    /// Valid from 2000 to 2100.
    pub fn der(&self) -> Vec<u8> {
        let validity = tlv(0x30, &[&new_year(2000), &new_year(2100)]);
        let extensions = tlv(0xa3, &[&tlv(0x30, &octets_of(self.extensions))]);
        let fields =
            [&[0xa0, 3, 2, 1, 2][..], &tlv(2, &[self.serial]), self.algorithm, self.issuer, &validity, self.subject];
        tlv(0x30, &[&fields.concat(), self.spki, &extensions])
    }
}
