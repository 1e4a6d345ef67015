//! The compact form as bytes, and the BLOB with the time of its receipt.
//!
//! Both forms begin with a name, a version and a checksum. The checksum finds damage and does not stop an attacker.
//!
//! * The compact form is believed: whoever can write it decides which authenticators are trusted.
//! * The BLOB is verified again when it is read, at the stored time of its receipt: only its signer decides. Prefer this form. Its
//!   checksum covers the time, and its signature the BLOB. Whoever can write the file can change the time, or replace the BLOB
//!   by an older one, which [`Seen::number`] refuses.

use super::blob::{Roots, Seen, verify};
use super::error::StoredError;
use super::model::{EntryError, Model, Skipped, Traits};
use super::payload::Payload;
use super::status::{Day, Report, Status};
use super::vocabulary::Word;
use super::{Anchor, Metadata, Signer};
use crate::authenticator::Aaguid;
use crate::crypto::Backend;
use crate::time::UnixTime;
use crate::x509::TrustAnchor;
use std::collections::BTreeMap;
use std::sync::Arc;

/// The beginning of each form, with its version.
const COMPACT: &[u8; 16] = b"wardkey-mds-c\0\x05\n";
const WITH_BLOB: &[u8; 16] = b"wardkey-mds-b\0\x02\n";

/// The CRC-32 of `parts`, one after another. It finds every change of up to four successive bytes. A SHA-256 would take
/// 30 % of the time of [`Metadata::from_bytes`]. It would not stop an attacker, who can write the hash too.
fn checksum(parts: &[&[u8]]) -> [u8; 4] {
    let mut hasher = crc32fast::Hasher::new();
    parts.iter().for_each(|part| hasher.update(part));
    hasher.finalize().to_be_bytes()
}

/// Makes a file of a BLOB that [`verify`] accepted, and the time at which it was received. Read it with
/// [`Metadata::from_kept_blob`].
#[must_use]
pub fn keep_blob(blob: &[u8], received_at: UnixTime) -> Vec<u8> {
    let time = received_at.secs().to_be_bytes();
    let sum = checksum(&[WITH_BLOB, &time]);
    [WITH_BLOB.as_slice(), &sum, &time, blob].concat()
}

impl Metadata {
    /// Reads what [`keep_blob`] made, and verifies the BLOB again at the time of its receipt. So the certificate of its signer may
    /// have expired since. [`Seen::with_grace`] is compared with that time too, not with the present: use [`Self::is_fresh`] to
    /// check whether the BLOB is stale now.
    ///
    /// # Errors
    /// [`StoredError`].
    pub fn from_kept_blob(bytes: &[u8], roots: &Roots, seen: Seen, backend: &dyn Backend) -> Result<Self, StoredError> {
        let rest = bytes.strip_prefix(WITH_BLOB).ok_or(StoredError::Version)?;
        let (sum, rest) = rest.split_first_chunk().ok_or(StoredError::Damaged)?;
        let (time, blob) = rest.split_first_chunk().ok_or(StoredError::Damaged)?;
        if *sum != checksum(&[WITH_BLOB, time]) {
            return Err(StoredError::Damaged);
        }
        Ok(verify(blob, roots, seen, UnixTime::from_secs(i64::from_be_bytes(*time)), backend)?)
    }

    /// Makes the bytes of the compact form. Whoever can write them where you read them decides about trust; see
    /// [`keep_blob`] for a form without this weakness.
    #[must_use]
    pub fn to_bytes(&self) -> Vec<u8> {
        let mut to = Writer::default();
        self.write(&mut to);
        let mut words: Vec<_> = to.words.iter().collect();
        words.sort_unstable_by_key(|(_, number)| **number);
        let mut list = Writer::default();
        list.list(&words, |to, (word, _)| to.text(word));
        let sum = checksum(&[COMPACT, &list.bytes, &to.bytes]);
        [COMPACT.as_slice(), &sum, &list.bytes, &to.bytes].concat()
    }

    /// Reads what [`Self::to_bytes`] made. Nothing is verified but that the bytes are undamaged.
    ///
    /// # Errors
    /// [`StoredError`].
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, StoredError> {
        let rest = bytes.strip_prefix(COMPACT).ok_or(StoredError::Version)?;
        let (sum, body) = rest.split_first_chunk().ok_or(StoredError::Damaged)?;
        if *sum != checksum(&[COMPACT, body]) {
            return Err(StoredError::Damaged);
        }
        let mut from = Source { rest: body, words: Vec::new() };
        let read = from.list(|from| from.text().filter(|word| word.len() <= MAX_WORD_LEN)).and_then(|words| {
            from.words = words;
            Self::read(&mut from)
        });
        read.filter(|_| from.rest.is_empty()).ok_or(StoredError::Damaged)
    }

    fn write(&self, to: &mut Writer) {
        to.number(self.no);
        to.option(self.next_update, Writer::day);
        to.bytes(&self.signature_sha256);
        to.time(self.received_at);
        to.option(self.signer.name.as_deref(), Writer::text);
        to.time(self.signer.not_after);
        to.size(self.signer.checked_for_revocation);
        to.size(self.unknown_members);
        to.list(&self.anchors, |to, anchor| {
            let (subject, spki, issues) = anchor.anchor.parts();
            to.bytes(anchor.anchor.der());
            for place in [subject.start, subject.end, spki.start, spki.end] {
                to.size(place);
            }
            to.flag(issues);
            for digest in [&anchor.certificate].into_iter().chain(&anchor.authority) {
                to.bytes.extend(digest);
            }
        });
        // Each value once, in the order of its first model.
        let (mut traits, mut places) = (Vec::new(), BTreeMap::new());
        for model in &self.models {
            places.entry(Arc::as_ptr(&model.traits)).or_insert_with(|| {
                traits.push(&model.traits);
                traits.len().saturating_sub(1)
            });
        }
        to.list(&traits, |to, traits| to.traits(traits));
        to.list(&self.models, |to, model| {
            to.size(model.place);
            to.option(model.aaguid, |to, aaguid| to.bytes(aaguid.as_bytes()));
            to.option(model.aaid.as_deref(), Writer::text);
            to.list(&model.key_identifiers, |to, identifier| to.bytes(identifier));
            to.option(model.name.as_deref(), Writer::text);
            to.option(model.authenticator_version, |to, version| to.number(version.into()));
            to.list(&model.reports, |to, report| to.report(report));
            to.size(places.get(&Arc::as_ptr(&model.traits)).copied().unwrap_or_default());
            to.list(&model.anchors, |to, anchor| to.number((*anchor).into()));
            to.size(model.unusable_anchors);
            to.size(model.unknown_members);
        });
        to.list(&self.skipped, |to, skipped| {
            to.size(skipped.place);
            to.list(&skipped.aaguids, |to, aaguid| to.bytes(aaguid.as_bytes()));
            to.option(skipped.aaid.as_deref(), Writer::text);
            to.list(&skipped.key_identifiers, |to, identifier| to.bytes(identifier));
            to.word(skipped.cause.code());
        });
    }

    fn read(from: &mut Source<'_>) -> Option<Self> {
        let no = from.number()?;
        let next_update = from.option(Source::day)?;
        let signature_sha256 = from.array()?;
        let received_at = from.time()?;
        let name = from.option(Source::boxed)?;
        let signer = Signer { name, not_after: from.time()?, checked_for_revocation: from.size()? };
        let unknown = from.size()?;
        let anchors = from.list(|from| {
            let der = from.bytes()?;
            let parts = (from.size()?..from.size()?, from.size()?..from.size()?, from.flag()?);
            Some(Anchor {
                anchor: TrustAnchor::from_parts(der, parts)?,
                certificate: from.take()?,
                authority: [from.take()?, from.take()?],
            })
        })?;
        let traits = from.list(|from| from.traits().map(Arc::new))?;
        let models = from.list(|from| {
            Some(Model {
                place: from.size()?,
                aaguid: from.option(|from| from.array().map(Aaguid::from_bytes))?,
                aaid: from.option(Source::boxed)?,
                key_identifiers: from.list(Source::array)?,
                name: from.option(Source::boxed)?,
                authenticator_version: from.option(Source::small)?,
                reports: from.list(Source::report)?,
                traits: Arc::clone(traits.get(from.size()?)?),
                anchors: from.list(Source::small)?,
                unusable_anchors: from.size()?,
                unknown_members: from.size()?,
            })
        })?;
        let skipped = from.list(|from| {
            Some(Skipped {
                place: from.size()?,
                aaguids: from.list(|from| from.array().map(Aaguid::from_bytes))?,
                aaid: from.option(Source::boxed)?,
                key_identifiers: from.list(Source::array)?,
                cause: EntryError::of_code(from.word()?)?,
            })
        })?;
        let payload = Payload { no, next_update, models, skipped, anchors, unknown };
        Some(Self::new(payload, signature_sha256, received_at, signer))
    }
}

/// The maximum length of a word in the list. A longer word is written in full each time, because a short file could name one long
/// word many times, and reading it would make a large value.
const MAX_WORD_LEN: usize = 32;

/// Writes values one after another. Numbers are LEB128 in the shortest form, and [`Source`] refuses longer forms. A word is its
/// number in the list of words, from 1; a word longer than [`MAX_WORD_LEN`] is 0 and its text.
#[derive(Default)]
struct Writer {
    bytes: Vec<u8>,
    words: BTreeMap<String, usize>,
}

impl Writer {
    fn number(&mut self, mut number: u64) {
        loop {
            let [low, ..] = number.to_le_bytes();
            number >>= 7;
            if number == 0 {
                self.bytes.push(low & 0x7f);
                return;
            }
            self.bytes.push(low | 0x80);
        }
    }

    fn size(&mut self, size: usize) {
        self.number(u64::try_from(size).unwrap_or(u64::MAX));
    }

    fn time(&mut self, time: UnixTime) {
        self.bytes.extend(time.secs().to_be_bytes());
    }

    fn day(&mut self, day: Day) {
        let (year, month, day) = day.fields();
        self.bytes.extend(year.to_be_bytes());
        self.bytes.extend([month, day]);
    }

    fn bytes(&mut self, bytes: &[u8]) {
        self.size(bytes.len());
        self.bytes.extend_from_slice(bytes);
    }

    fn text(&mut self, text: &str) {
        self.bytes(text.as_bytes());
    }

    fn word(&mut self, word: &str) {
        if word.len() > MAX_WORD_LEN {
            self.size(0);
            self.text(word);
            return;
        }
        let number = self.words.get(word).copied().unwrap_or_else(|| {
            let next = self.words.len().saturating_add(1);
            self.words.insert(word.to_owned(), next);
            next
        });
        self.size(number);
    }

    fn flag(&mut self, flag: bool) {
        self.bytes.push(u8::from(flag));
    }

    fn option<T>(&mut self, value: Option<T>, write: impl Fn(&mut Self, T)) {
        self.flag(value.is_some());
        if let Some(value) = value {
            write(self, value);
        }
    }

    fn list<T>(&mut self, items: &[T], write: impl Fn(&mut Self, &T)) {
        self.size(items.len());
        for item in items {
            write(self, item);
        }
    }

    fn words<W: Word>(&mut self, words: &[W]) {
        self.list(words, |to, word| to.word(word.name()));
    }

    fn report(&mut self, report: &Report) {
        self.word(&report.status.to_string());
        self.option(report.effective, Self::day);
        self.option(report.sunset, Self::day);
        for number in [report.authenticator_version, report.fips_revision, report.fips_physical_level] {
            self.option(number, |to, number| to.number(number.into()));
        }
        self.option(report.batch.as_deref(), |to, batch| to.list(batch, |to, key| to.bytes(key)));
    }

    fn traits(&mut self, traits: &Traits) {
        self.words(&traits.key_protection);
        self.words(&traits.matcher_protection);
        self.words(&traits.attachment_hint);
        self.words(&traits.transaction_display);
        self.list(&traits.user_verification, |to, methods| to.words(methods));
        for flag in [traits.key_restricted, traits.fresh_user_verification_required] {
            self.option(flag, Self::flag);
        }
        self.option(traits.multi_device.as_ref(), |to, word| to.word(word.name()));
        self.words(&traits.attestation_types);
        self.words(&traits.profiles);
    }
}

/// Reads what [`Writer`] wrote. `None` for anything else.
struct Source<'a> {
    rest: &'a [u8],
    words: Vec<&'a str>,
}

impl<'a> Source<'a> {
    fn byte(&mut self) -> Option<u8> {
        let (byte, rest) = self.rest.split_first()?;
        self.rest = rest;
        Some(*byte)
    }

    fn number(&mut self) -> Option<u64> {
        let mut number = 0_u64;
        for shift in (0..64).step_by(7) {
            let byte = self.byte()?;
            let bits = u64::from(byte & 0x7f);
            let placed = bits.checked_shl(shift)?;
            (placed.checked_shr(shift)? == bits).then_some(())?;
            number |= placed;
            if byte & 0x80 == 0 {
                return (byte != 0 || shift == 0).then_some(number);
            }
        }
        None
    }

    fn size(&mut self) -> Option<usize> {
        self.number()?.try_into().ok()
    }

    fn small(&mut self) -> Option<u32> {
        self.number()?.try_into().ok()
    }

    fn take<const N: usize>(&mut self) -> Option<[u8; N]> {
        let (bytes, rest) = self.rest.split_first_chunk()?;
        self.rest = rest;
        Some(*bytes)
    }

    fn time(&mut self) -> Option<UnixTime> {
        self.take().map(|bytes| UnixTime::from_secs(i64::from_be_bytes(bytes)))
    }

    fn day(&mut self) -> Option<Day> {
        let [y0, y1, month, day] = self.take()?;
        Day::new(u16::from_be_bytes([y0, y1]), month, day)
    }

    fn bytes(&mut self) -> Option<&'a [u8]> {
        let len = self.size()?;
        let (bytes, rest) = self.rest.split_at_checked(len)?;
        self.rest = rest;
        Some(bytes)
    }

    fn array<const N: usize>(&mut self) -> Option<[u8; N]> {
        self.bytes()?.try_into().ok()
    }

    fn text(&mut self) -> Option<&'a str> {
        core::str::from_utf8(self.bytes()?).ok()
    }

    fn word(&mut self) -> Option<&'a str> {
        match self.size()?.checked_sub(1) {
            Some(place) => self.words.get(place).copied(),
            None => self.text().filter(|word| word.len() > MAX_WORD_LEN),
        }
    }

    fn boxed(&mut self) -> Option<Box<str>> {
        self.text().map(Box::from)
    }

    fn flag(&mut self) -> Option<bool> {
        match self.byte()? {
            0 => Some(false),
            1 => Some(true),
            _ => None,
        }
    }

    /// The outer `None` is an error.
    #[expect(clippy::option_option, reason = "an error, or an absent value")]
    fn option<T>(&mut self, read: impl FnOnce(&mut Self) -> Option<T>) -> Option<Option<T>> {
        if self.flag()? { read(self).map(Some) } else { Some(None) }
    }

    fn list<T>(&mut self, mut read: impl FnMut(&mut Self) -> Option<T>) -> Option<Vec<T>> {
        let count = self.size()?;
        // A count alone allocates 1024 items at most, because it may be wrong.
        let mut items = Vec::with_capacity(count.min(1024));
        for _ in 0..count {
            items.push(read(self)?);
        }
        Some(items)
    }

    fn words<W: Word>(&mut self) -> Option<Vec<W>> {
        self.list(|from| from.word().map(W::of))
    }

    fn report(&mut self) -> Option<Report> {
        Some(Report {
            status: Status::of(self.word()?),
            effective: self.option(Self::day)?,
            sunset: self.option(Self::day)?,
            authenticator_version: self.option(Self::small)?,
            fips_revision: self.option(Self::small)?,
            fips_physical_level: self.option(Self::small)?,
            batch: self.option(|from| from.list(Self::array))?.map(Vec::into_boxed_slice),
        })
    }

    fn traits(&mut self) -> Option<Traits> {
        Some(Traits {
            key_protection: self.words()?,
            matcher_protection: self.words()?,
            attachment_hint: self.words()?,
            transaction_display: self.words()?,
            user_verification: self.list(Self::words)?,
            key_restricted: self.option(Self::flag)?,
            fresh_user_verification_required: self.option(Self::flag)?,
            multi_device: self.option(|from| from.word().map(Word::of))?,
            attestation_types: self.words()?,
            profiles: self.words()?,
        })
    }
}
