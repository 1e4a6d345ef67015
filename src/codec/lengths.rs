//! Digests over several parts, of which no two lists have one.

/// Passes each part behind its length in bytes, as four bytes, big endian. No part is nearly 4 GiB long.
pub(crate) fn with_lengths<T>(parts: &[&[u8]], hash: impl FnOnce(&[&[u8]]) -> T) -> T {
    let length = |part: &&[u8]| u32::try_from(part.len()).unwrap_or(u32::MAX).to_be_bytes();
    let lengths: Vec<[u8; 4]> = parts.iter().map(length).collect();
    let parts: Vec<&[u8]> = lengths.iter().zip(parts).flat_map(|(length, part)| [length.as_slice(), *part]).collect();
    hash(&parts)
}

#[cfg(test)]
mod tests {
    use super::with_lengths;

    #[test]
    fn the_lengths_of_the_parts_count() {
        let of = |parts: &[&[u8]]| with_lengths(parts, |parts| parts.concat());
        assert_eq!(of(&[b"ab", b""]), b"\0\0\0\x02ab\0\0\0\0");
        assert_ne!(of(&[b"ab", b"c"]), of(&[b"a", b"bc"]));
    }
}
