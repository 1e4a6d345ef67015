//! Writes the one DER structure that the library makes: an ECDSA signature.

/// Writes an Ecdsa-Sig-Value (RFC 3279 §2.2.3) of two big-endian numbers, each of less than 32 KiB. Leading zeros are dropped.
pub(crate) fn ecdsa_signature(r: &[u8], s: &[u8]) -> Vec<u8> {
    tagged(0x30, &[unsigned(r), unsigned(s)].concat())
}

/// Writes a non-negative INTEGER (X.690 §8.3).
fn unsigned(magnitude: &[u8]) -> Vec<u8> {
    let minimal: Vec<u8> = magnitude.iter().copied().skip_while(|&byte| byte == 0).collect();
    let sign = minimal.first().is_none_or(|&first| first >= 0x80);
    tagged(0x02, &[if sign { &[0][..] } else { &[] }, &minimal].concat())
}

/// Writes a value of less than 64 KiB.
fn tagged(tag: u8, contents: &[u8]) -> Vec<u8> {
    let [_, _, .., high, low] = contents.len().to_be_bytes();
    let head: &[u8] = match (high, low) {
        (0, 0..=0x7f) => &[tag, low],
        (0, _) => &[tag, 0x81, low],
        _ => &[tag, 0x82, high, low],
    };
    [head, contents].concat()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lengths_and_numbers_are_minimal() {
        for (r, s, head) in [
            (&[1][..], &[0xff; 32][..], &[0x30, 0x26, 2, 1, 1, 2, 33, 0][..]),
            (&[0, 0, 1], &[0], &[0x30, 6, 2, 1, 1, 2, 1, 0]),
            (&[], &[0; 32], &[0x30, 6, 2, 1, 0, 2, 1, 0]),
            // The shortest contents whose length takes two octets, and three
            (&[1; 62], &[1; 62], &[0x30, 0x81, 128, 2, 62]),
            (&[1; 126], &[1; 126], &[0x30, 0x82, 1, 0, 2, 126]),
            (&[1; 256], &[1], &[0x30, 0x82, 1, 7, 2, 0x82, 1, 0, 1]),
        ] {
            let written = ecdsa_signature(r, s);
            assert_eq!(&written[..head.len()], head);
            let mut sequence = super::super::Reader::new(&written).sequence().unwrap();
            let numbers = [sequence.unsigned().unwrap(), sequence.unsigned().unwrap()];
            let minimal = [r, s].map(|number| &number[number.iter().take_while(|byte| **byte == 0).count()..]);
            assert_eq!(numbers, minimal);
        }
    }
}
