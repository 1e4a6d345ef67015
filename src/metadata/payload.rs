//! The payload of a BLOB (FIDO Metadata Service §3.1.6): strict JSON, read in one pass.

use super::Anchor;
use super::entry::{EntrySeed, Shared, read_alone};
use super::members::{Members, Reader, Texts, items, text};
use super::model::{Model, Skipped};
use super::status::Day;
use crate::codec::json::expecting;
use crate::crypto::Backend;
use serde::de::{DeserializeSeed, Deserializer, IgnoredAny, MapAccess, SeqAccess, Visitor};
use serde_json::value::RawValue;

/// The greatest `no`: 2^53 - 1, the greatest whole number that every JSON reader reads exactly.
const MAX_NO: u64 = (1 << 53) - 1;

/// What the payload says.
pub(super) struct Payload {
    pub(super) no: u64,
    pub(super) next_update: Option<Day>,
    pub(super) models: Vec<Model>,
    pub(super) skipped: Vec<Skipped>,
    pub(super) anchors: Vec<Anchor>,
    pub(super) unknown: usize,
}

impl Payload {
    /// Reads the payload. `None` if it is not what a payload must be, whatever its entries are.
    ///
    /// A value of an unexpected type ends the pass [`Pass::Plain`]. An entry beyond the bounds of the JSON reader, such as a number
    /// that no float can hold, ends [`Pass::Whole`] too. The next pass begins again. Before them the payload is read as any JSON,
    /// because they do not look for control characters in names. So a payload is read at most four times.
    pub(super) fn read(payload: &[u8], backend: &dyn Backend) -> Option<Self> {
        let payload = core::str::from_utf8(payload).ok()?;
        let pass = |pass| Self::pass(serde_json::Deserializer::from_str(payload), backend, pass);
        // The usual payload is in one line. In it, a control character can stand nowhere, so the end of a long text can be
        // looked for without looking for them.
        let has_no_controls = payload.bytes().fold(u8::MAX, u8::min) >= 0x20;
        if has_no_controls && let Ok(read) = pass(Pass::Plain) {
            return read;
        }
        serde_json::from_str::<IgnoredAny>(payload).ok()?;
        pass(Pass::Whole).or_else(|_| pass(Pass::EachEntry)).ok().flatten()
    }

    fn pass<'de>(
        mut json: serde_json::Deserializer<serde_json::de::StrRead<'de>>,
        backend: &dyn Backend,
        pass: Pass,
    ) -> Result<Option<Self>, serde_json::Error> {
        let mut reader = PayloadReader {
            shared: Shared::new(backend, if pass == Pass::Plain { Texts::Plain } else { Texts::Any }),
            each_alone: pass == Pass::EachEntry,
            no: None,
            next_update: Some(None),
            entries: None,
        };
        let found = Members(&mut reader).deserialize(&mut json)?;
        json.end()?;
        let (Some(no), Some(next_update), Some(entries)) = (reader.no, reader.next_update, reader.entries) else {
            return Ok(None);
        };
        if !found.object || found.twice {
            return Ok(None);
        }
        let Entries { models, skipped } = entries;
        Ok(Some(Self { no, next_update, models, skipped, anchors: reader.shared.anchors, unknown: found.unknown }))
    }
}

/// How a payload is read.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Pass {
    /// In one pass; the payload has no control characters.
    Plain,
    /// In one pass.
    Whole,
    /// Each entry by itself.
    EachEntry,
}

/// The entries that were read, and the others.
#[derive(Default)]
struct Entries {
    models: Vec<Model>,
    skipped: Vec<Skipped>,
}

impl Entries {
    fn place(&self) -> usize {
        self.models.len().saturating_add(self.skipped.len())
    }

    fn add(&mut self, entry: Result<Model, Skipped>) {
        match entry {
            Ok(model) => self.models.push(model),
            Err(skipped) => self.skipped.push(skipped),
        }
    }
}

struct PayloadReader<'de, 'b> {
    shared: Shared<'de, 'b>,
    each_alone: bool,
    no: Option<u64>,
    /// `None`: there is one, and it is no date.
    next_update: Option<Option<Day>>,
    entries: Option<Entries>,
}

impl<'de> Reader<'de> for PayloadReader<'de, '_> {
    const NAMES: &'static [&'static str] = &["legalHeader", "no", "nextUpdate", "entries"];

    fn member<A: MapAccess<'de>>(&mut self, name: &'static str, map: &mut A) -> Result<(), A::Error> {
        if name == "entries" && !self.each_alone {
            self.entries = Some(map.next_value_seed(EntriesSeed(&mut self.shared))?);
            return Ok(());
        }
        let raw: &'de RawValue = map.next_value()?;
        match name {
            "no" => self.no = serde_json::from_str(raw.get()).ok().filter(|no| *no <= MAX_NO),
            "nextUpdate" => self.next_update = text(raw).and_then(|text| Day::read(&text)).map(Some),
            "entries" => {
                self.entries = items(raw).map(|items| {
                    let mut entries = Entries::default();
                    for item in items {
                        entries.add(read_alone(entries.place(), item, &mut self.shared));
                    }
                    entries
                });
            }
            _ => {}
        }
        Ok(())
    }
}

struct EntriesSeed<'s, 'de, 'b>(&'s mut Shared<'de, 'b>);

impl<'de> DeserializeSeed<'de> for EntriesSeed<'_, 'de, '_> {
    type Value = Entries;
    fn deserialize<D: Deserializer<'de>>(self, from: D) -> Result<Entries, D::Error> {
        from.deserialize_seq(self)
    }
}

impl<'de> Visitor<'de> for EntriesSeed<'_, 'de, '_> {
    type Value = Entries;
    expecting!("an array of entries");
    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Entries, A::Error> {
        let mut entries = Entries::default();
        while let Some(entry) = items.next_element_seed(EntrySeed { place: entries.place(), shared: &mut *self.0 })? {
            entries.add(entry);
        }
        Ok(entries)
    }
}

/// The icon in the statement of the entry at this place.
pub(super) fn icon(payload: &[u8], place: usize) -> Option<String> {
    #[derive(serde::Deserialize)]
    struct Payload<'a> {
        #[serde(borrow)]
        entries: Vec<&'a RawValue>,
    }
    #[derive(serde::Deserialize)]
    #[serde(rename_all = "camelCase")]
    struct Entry<'a> {
        #[serde(borrow)]
        metadata_statement: Option<Statement<'a>>,
    }
    #[derive(serde::Deserialize)]
    struct Statement<'a> {
        #[serde(borrow)]
        icon: Option<&'a RawValue>,
    }
    let payload: Payload<'_> = serde_json::from_slice(payload).ok()?;
    let entry: Entry<'_> = serde_json::from_str(payload.entries.get(place)?.get()).ok()?;
    text(entry.metadata_statement?.icon?).map(std::borrow::Cow::into_owned)
}
