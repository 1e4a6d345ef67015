//! CBOR (RFC 8949) in the canonical form of CTAP2 (§6), unless a test asks for something else.

/// A data item.
#[derive(Clone, Debug, PartialEq)]
#[allow(missing_docs)]
pub enum Cbor {
    Integer(i64),
    Bytes(Vec<u8>),
    Text(String),
    Array(Vec<Cbor>),
    /// Written in canonical order. A key that occurs twice is written twice.
    Map(Vec<(Cbor, Cbor)>),
    /// Written in the order given: a deliberate violation.
    MapAsGiven(Vec<(Cbor, Cbor)>),
    Bool(bool),
    Null,
    /// Bytes that are written as they are: every other deliberate violation.
    Raw(Vec<u8>),
}

impl Cbor {
    /// Makes a map of these entries.
    pub fn map<K: Into<Self>>(entries: impl IntoIterator<Item = (K, Self)>) -> Self {
        Self::Map(entries.into_iter().map(|(key, value)| (key.into(), value)).collect())
    }

    /// Returns the encoding.
    pub fn encode(&self) -> Vec<u8> {
        match self {
            Self::Integer(value) if *value >= 0 => head(0, *value as u64),
            Self::Integer(value) => head(1, !*value as u64),
            Self::Bytes(bytes) => [head(2, bytes.len() as u64), bytes.clone()].concat(),
            Self::Text(text) => [head(3, text.len() as u64), text.clone().into_bytes()].concat(),
            Self::Array(items) => [head(4, items.len() as u64), items.iter().flat_map(Self::encode).collect()].concat(),
            Self::Map(entries) => {
                let mut entries = encode_entries(entries);
                // CTAP2: by major type, then by length, then byte by byte.
                entries.sort_by(|(a, _), (b, _)| (a[0] >> 5, a.len(), a).cmp(&(b[0] >> 5, b.len(), b)));
                encode_map(&entries)
            }
            Self::MapAsGiven(entries) => encode_map(&encode_entries(entries)),
            Self::Bool(value) => vec![0xf4 + u8::from(*value)],
            Self::Null => vec![0xf6],
            Self::Raw(bytes) => bytes.clone(),
        }
    }

    /// Returns the items of an array.
    pub fn items(&mut self) -> &mut Vec<Self> {
        match self {
            Self::Array(items) => items,
            other => panic!("not an array: {other:?}"),
        }
    }

    /// Returns the entries of a map.
    pub fn entries(&mut self) -> &mut Vec<(Self, Self)> {
        match self {
            Self::Map(entries) | Self::MapAsGiven(entries) => entries,
            other => panic!("not a map: {other:?}"),
        }
    }

    /// Returns the value of a key.
    pub fn get(&mut self, key: impl Into<Self>) -> &mut Self {
        let key = key.into();
        match self.entries().iter_mut().find(|(k, _)| *k == key) {
            Some((_, value)) => value,
            None => panic!("no such key: {key:?}"),
        }
    }

    /// Returns the contents of a byte string.
    pub fn bytes(&mut self) -> &mut Vec<u8> {
        match self {
            Self::Bytes(bytes) => bytes,
            other => panic!("not a byte string: {other:?}"),
        }
    }

    /// Sets the value of a key, and adds the key if it is missing.
    pub fn set(&mut self, key: impl Into<Self>, value: impl Into<Self>) {
        let key = key.into();
        self.entries().retain(|(k, _)| *k != key);
        self.entries().push((key, value.into()));
    }

    /// Removes a key.
    pub fn remove(&mut self, key: impl Into<Self>) {
        let key = key.into();
        self.entries().retain(|(k, _)| *k != key);
    }

    /// Adds a key, also if the map has it already, to make duplicates.
    pub fn push(&mut self, key: impl Into<Self>, value: impl Into<Self>) {
        self.entries().push((key.into(), value.into()));
    }
}

/// The shortest head of a major type with its argument.
pub fn head(major: u8, argument: u64) -> Vec<u8> {
    match argument {
        0..24 => vec![major << 5 | argument as u8],
        24..0x100 => wide_head(major, argument, 1),
        0x100..0x1_0000 => wide_head(major, argument, 2),
        0x1_0000..0x1_0000_0000 => wide_head(major, argument, 4),
        _ => wide_head(major, argument, 8),
    }
}

/// A head whose argument takes 1, 2, 4 or 8 bytes, needed or not.
pub fn wide_head(major: u8, argument: u64, width: usize) -> Vec<u8> {
    let additional = 24 + width.trailing_zeros() as u8;
    [&[major << 5 | additional], &argument.to_be_bytes()[8 - width..]].concat()
}

fn encode_entries(entries: &[(Cbor, Cbor)]) -> Vec<(Vec<u8>, Vec<u8>)> {
    entries.iter().map(|(key, value)| (key.encode(), value.encode())).collect()
}

fn encode_map(entries: &[(Vec<u8>, Vec<u8>)]) -> Vec<u8> {
    let mut out = head(5, entries.len() as u64);
    for (key, value) in entries {
        out.extend(key);
        out.extend(value);
    }
    out
}

impl From<i64> for Cbor {
    fn from(value: i64) -> Self {
        Self::Integer(value)
    }
}

impl From<bool> for Cbor {
    fn from(value: bool) -> Self {
        Self::Bool(value)
    }
}

impl From<&str> for Cbor {
    fn from(value: &str) -> Self {
        Self::Text(value.into())
    }
}

impl From<String> for Cbor {
    fn from(value: String) -> Self {
        Self::Text(value)
    }
}

impl From<Vec<u8>> for Cbor {
    fn from(value: Vec<u8>) -> Self {
        Self::Bytes(value)
    }
}

impl From<&[u8]> for Cbor {
    fn from(value: &[u8]) -> Self {
        Self::Bytes(value.into())
    }
}

impl From<Vec<Self>> for Cbor {
    fn from(value: Vec<Self>) -> Self {
        Self::Array(value)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn writes_the_shortest_heads() {
        for (value, encoded) in [
            (0, &b"\x00"[..]),
            (23, b"\x17"),
            (24, b"\x18\x18"),
            (256, b"\x19\x01\x00"),
            (65_536, b"\x1a\x00\x01\x00\x00"),
            (1 << 32, b"\x1b\x00\x00\x00\x01\x00\x00\x00\x00"),
            (-1, b"\x20"),
            (-257, b"\x39\x01\x00"),
            (i64::MIN, b"\x3b\x7f\xff\xff\xff\xff\xff\xff\xff"),
        ] {
            assert_eq!(Cbor::Integer(value).encode(), encoded, "{value}");
        }
    }

    #[test]
    fn sorts_map_keys_unless_told_not_to() {
        let mut map = Cbor::map([("authData", true.into()), ("fmt", true.into())]);
        map.set(-1, 0);
        map.set(1, 0);
        assert_eq!(map.encode(), b"\xa4\x01\x00\x20\x00\x63fmt\xf5\x68authData\xf5");
        let Cbor::Map(entries) = map else { unreachable!() };
        assert_eq!(Cbor::MapAsGiven(entries).encode(), b"\xa4\x68authData\xf5\x63fmt\xf5\x20\x00\x01\x00");
    }

    #[test]
    fn writes_what_a_canonical_reader_refuses() {
        assert_eq!(wide_head(3, 3, 2), b"\x79\x00\x03");
        let mut map = Cbor::map([("a", true.into())]);
        map.push("a", false);
        assert_eq!(map.encode(), b"\xa2\x61a\xf5\x61a\xf4");
    }
}
