//! The order of map keys, and duplicates among them.

use super::{Error, MAX_DEPTH, Reader};
use crate::codec::{Few, before};

/// The maximum entries of an unsorted map under the rule `any_key_order`. Every pair of keys is compared to find duplicates. The
/// maps of §8 have at most six entries.
const MAX_UNSORTED: usize = 64;

/// The maximum number of keys of one message out of order: a full map at each level of nesting. It bounds the comparisons of a
/// message with many small unsorted maps. Eight statements of §8.9 have fewer than 100 keys.
pub(super) const MAX_UNSORTED_KEYS: usize = 512;

/// The keys of one map, in the order in which they are read. In canonical form each key sorts after the previous one. In an
/// unsorted map each key must differ from all previous ones.
pub(super) struct Keys<'a> {
    entries: &'a [u8],
    count: usize,
    last: &'a [u8],
    /// Set when a key of this map was out of order. Per map, so that an unsorted map does not limit a sorted one.
    unsorted: bool,
    /// Under the rule `any_key_order`: the first keys of this map, so that they need not be parsed again.
    seen: Few<&'a [u8], MAX_UNSORTED>,
}

impl<'a> Keys<'a> {
    pub(super) fn of(entries: &'a [u8]) -> Self {
        Self { entries, count: 0, last: &[], unsorted: false, seen: Few::new() }
    }

    pub(super) fn check(&mut self, key: &'a [u8], reader: &mut Reader<'a>) -> Result<(), Error> {
        let ascends = ascends(self.last, key);
        if !reader.rules.any_key_order {
            if !ascends {
                let twice = self.again().any(|earlier| earlier == key);
                return Err(if twice { Error::DuplicateKey } else { Error::KeyOrder });
            }
        } else {
            let room = self.seen.len() < MAX_UNSORTED;
            if !ascends || self.unsorted {
                if self.last == key || self.seen.contains(&key) {
                    return Err(Error::DuplicateKey);
                }
                (self.unsorted, reader.used.any_key_order) = (true, true);
                reader.unsorted_keys = reader.unsorted_keys.saturating_add(1);
                if !room || reader.unsorted_keys > MAX_UNSORTED_KEYS {
                    return Err(Error::TooLarge);
                }
            }
            if room {
                self.seen.push(key);
            }
        }
        self.last = key;
        self.count = self.count.saturating_add(1);
        Ok(())
    }

    /// Reads the previous keys again. Called only for a map that is refused.
    fn again(&self) -> impl Iterator<Item = &'a [u8]> + use<'a> {
        let mut reader = Reader::again(self.entries);
        (0..self.count).map_while(move |_| {
            let start = reader.rest;
            reader.value(MAX_DEPTH).ok()?;
            let encoding = before(start, reader.rest);
            reader.value(MAX_DEPTH).ok()?;
            Some(encoding)
        })
    }
}

/// Returns whether `key` sorts after `last`, the previous key. `last` is empty before the first key.
fn ascends(last: &[u8], key: &[u8]) -> bool {
    last.is_empty() || rank(last) < rank(key)
}

/// Returns what CTAP2 canonical order compares: the major type, then the length, then the bytes.
fn rank(key: &[u8]) -> (Option<u8>, usize, &[u8]) {
    (key.first().map(|head| head >> 5), key.len(), key)
}
