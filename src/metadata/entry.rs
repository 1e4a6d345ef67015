//! The entries of the payload (FIDO Metadata Service §3.1.1), read one by one. An entry that cannot be read is reported and
//! does not prevent the reading of others. Its ids are unreadable, which is not the same as absent, because the entry may be
//! the one that says REVOKED.

use super::Anchor;
use super::members::{Array, Found, Members, Reader, Texts, names};
use super::model::{EntryError, KeyIdentifier, Model, Skipped, Traits, short};
use super::report::Reports;
use super::statement::{Statement, StatementReader};
use super::status::{Report, Short, Status};
use super::vocabulary::Profile;
use crate::authenticator::Aaguid;
use crate::codec::{Few, base64url, hex};
use crate::crypto::Backend;
use crate::x509::TrustAnchor;
use foldhash::quality::RandomState;
use serde::de::{DeserializeSeed, Deserializer, IgnoredAny, MapAccess};
use serde_json::value::RawValue;
use std::borrow::Cow;
use std::collections::hash_map::Entry;
use std::collections::{HashMap, HashSet};
use std::sync::Arc;

/// Values that entries share: each anchor and each [`Traits`] is kept once.
pub(super) struct Shared<'de, 'b> {
    pub(super) backend: &'b dyn Backend,
    pub(super) texts: Texts,
    by_text: HashMap<Cow<'de, [u8]>, Option<u32>, RandomState>,
    pub(super) anchors: Vec<Anchor>,
    by_der: HashMap<Short, u32, RandomState>,
    traits: HashSet<Arc<Traits>, RandomState>,
}

impl<'de, 'b> Shared<'de, 'b> {
    pub(super) fn new(backend: &'b dyn Backend, texts: Texts) -> Self {
        Self {
            backend,
            texts,
            by_text: HashMap::default(),
            anchors: Vec::new(),
            by_der: HashMap::default(),
            traits: HashSet::default(),
        }
    }

    /// The number of an anchor; `None` if the text is none.
    pub(super) fn anchor(&mut self, text: Cow<'de, [u8]>) -> Option<u32> {
        let entry = match self.by_text.entry(text) {
            Entry::Occupied(known) => return *known.get(),
            Entry::Vacant(new) => new,
        };
        let read = || TrustAnchor::from_der(&certificate(entry.key())?).ok();
        let number = read().and_then(|anchor| {
            let digest = short(self.backend, &[anchor.der()]);
            if let Some(number) = self.by_der.get(&digest) {
                return Some(*number);
            }
            let number = u32::try_from(self.anchors.len()).ok()?;
            self.by_der.insert(digest, number);
            self.anchors.push(Anchor::new(anchor, digest, self.backend));
            Some(number)
        });
        *entry.insert(number)
    }

    fn traits(&mut self, traits: Traits) -> Arc<Traits> {
        if let Some(known) = self.traits.get(&traits) {
            return Arc::clone(known);
        }
        let traits = Arc::new(traits);
        self.traits.insert(Arc::clone(&traits));
        traits
    }
}

/// The DER in a text of canonical, padded base64 in which white space may stand anywhere.
pub(super) fn certificate(text: &[u8]) -> Option<Vec<u8>> {
    if let Ok(der) = base64url::decode_standard(text) {
        return Some(der);
    }
    let text: Vec<u8> = text.iter().copied().filter(|byte| !matches!(byte, b' ' | b'\t' | b'\r' | b'\n')).collect();
    base64url::decode_standard(&text).ok()
}

/// An entry as far as it was read.
#[derive(Default)]
pub(super) struct Draft<'de> {
    /// More than one if the member occurs twice: then the entry cannot be read, and each of them is unreadable.
    aaguids: Few<Aaguid, 1>,
    aaid: Option<Cow<'de, str>>,
    key_identifiers: Vec<KeyIdentifier>,
    reports: Option<Vec<Report>>,
    pub(super) profiles: Vec<Profile>,
    statement: Option<Statement<'de>>,
    unknown: usize,
    /// The first cause that was found.
    cause: Option<EntryError>,
}

impl Draft<'_> {
    pub(super) fn fail(&mut self, cause: EntryError) {
        self.cause.get_or_insert(cause);
    }

    pub(super) fn note(&mut self, found: Found, other: EntryError) {
        self.unknown = self.unknown.saturating_add(found.unknown);
        if !found.object {
            self.fail(other);
        } else if found.twice {
            self.fail(EntryError::MemberTwice);
        }
    }
}

/// Reads one entry into a draft.
struct EntryReader<'d, 'de, 's, 'b> {
    draft: &'d mut Draft<'de>,
    shared: &'s mut Shared<'de, 'b>,
}

impl<'de> Reader<'de> for EntryReader<'_, 'de, '_, '_> {
    const NAMES: &'static [&'static str] = names! {
        aaguid aaid attestationCertificateKeyIdentifiers metadataStatement statusReports
        timeOfLastStatusChange biometricStatusReports rogueListURL rogueListHash
    };

    fn member<A: MapAccess<'de>>(&mut self, name: &'static str, map: &mut A) -> Result<(), A::Error> {
        let texts = self.shared.texts;
        match name {
            "aaguid" => match texts.member(map)?.and_then(|text| text.parse::<Aaguid>().ok()) {
                Some(aaguid) => self.draft.aaguids.extend(Some(aaguid).filter(|aaguid| *aaguid != Aaguid::ZERO)),
                None => self.draft.fail(EntryError::Aaguid),
            },
            "aaid" => self.draft.aaid = texts.member(map)?.filter(|aaid| !aaid.is_empty()),
            "attestationCertificateKeyIdentifiers" => key_identifiers(texts, map, &mut self.draft.key_identifiers)?,
            "metadataStatement" => {
                let mut statement = Statement::default();
                let mut reader = StatementReader { statement: &mut statement, shared: self.shared };
                let found = map.next_value_seed(Members(&mut reader))?;
                self.draft.note(found, EntryError::Statement);
                self.draft.statement = Some(statement);
            }
            "statusReports" => {
                let mut reports = Reports { draft: self.draft, shared: self.shared, read: Vec::new() };
                let is_array = map.next_value_seed(Array(&mut reports))?;
                self.draft.reports = Some(reports.read);
                if !is_array {
                    self.draft.fail(EntryError::StatusReports);
                }
            }
            _ => map.next_value::<IgnoredAny>().map(drop)?,
        }
        Ok(())
    }

    /// Each id of the entry is unreadable, because any of them may be the model that the entry is about.
    fn repeated<A: MapAccess<'de>>(&mut self, name: &'static str, map: &mut A) -> Result<(), A::Error> {
        match name {
            "aaguid" | "attestationCertificateKeyIdentifiers" => self.member(name, map),
            _ => map.next_value::<IgnoredAny>().map(drop),
        }
    }
}

/// Adds the key identifiers in the array of a member. Other items are left out; any other value gives none.
fn key_identifiers<'de, A: MapAccess<'de>>(
    texts: Texts,
    map: &mut A,
    to: &mut Vec<KeyIdentifier>,
) -> Result<(), A::Error> {
    texts.each(map, |text| to.extend(text.and_then(|text| hex::decode_array::<20>(&text)))).map(drop)
}

/// Reads an entry as an item of the payload.
pub(super) struct EntrySeed<'s, 'de, 'b> {
    pub(super) place: usize,
    pub(super) shared: &'s mut Shared<'de, 'b>,
}

impl<'de> DeserializeSeed<'de> for EntrySeed<'_, 'de, '_> {
    type Value = Result<Model, Skipped>;

    fn deserialize<D: Deserializer<'de>>(self, from: D) -> Result<Self::Value, D::Error> {
        let mut draft = Draft::default();
        let found = Members(&mut EntryReader { draft: &mut draft, shared: self.shared }).deserialize(from)?;
        draft.note(found, EntryError::NotAnObject);
        Ok(finish(self.place, draft, self.shared))
    }
}

/// Reads an entry by itself, so that one beyond the bounds of the reader is skipped alone. Its ids are then looked for among
/// its members.
pub(super) fn read_alone<'de>(
    place: usize,
    raw: &'de RawValue,
    shared: &mut Shared<'de, '_>,
) -> Result<Model, Skipped> {
    let mut draft = Draft::default();
    let mut json = serde_json::Deserializer::from_str(raw.get());
    match Members(&mut EntryReader { draft: &mut draft, shared }).deserialize(&mut json) {
        Ok(found) => draft.note(found, EntryError::NotAnObject),
        Err(_) => {
            draft.fail(EntryError::NotAnObject);
            let mut json = serde_json::Deserializer::from_str(raw.get());
            let _ids = Members(&mut IdReader(&mut draft)).deserialize(&mut json);
        }
    }
    finish(place, draft, shared)
}

/// Reads the ids of an entry that cannot be read otherwise.
struct IdReader<'d, 'de>(&'d mut Draft<'de>);

impl<'de> Reader<'de> for IdReader<'_, 'de> {
    const NAMES: &'static [&'static str] = &["aaguid", "aaid", "attestationCertificateKeyIdentifiers"];

    fn member<A: MapAccess<'de>>(&mut self, name: &'static str, map: &mut A) -> Result<(), A::Error> {
        match name {
            "aaguid" => {
                let aaguid = Texts::Any.member(map)?.and_then(|text| text.parse::<Aaguid>().ok());
                self.0.aaguids.extend(aaguid.filter(|aaguid| *aaguid != Aaguid::ZERO));
            }
            "aaid" => self.0.aaid = Texts::Any.member(map)?.filter(|aaid| !aaid.is_empty()),
            _ => key_identifiers(Texts::Any, map, &mut self.0.key_identifiers)?,
        }
        Ok(())
    }

    fn repeated<A: MapAccess<'de>>(&mut self, name: &'static str, map: &mut A) -> Result<(), A::Error> {
        self.member(name, map)
    }
}

fn finish(place: usize, mut draft: Draft<'_>, shared: &mut Shared<'_, '_>) -> Result<Model, Skipped> {
    let aaguid = draft.aaguids.first().copied();
    if aaguid.is_none() && draft.aaid.is_none() && draft.key_identifiers.is_empty() {
        draft.fail(EntryError::NoId);
    }
    if draft.reports.is_none() {
        draft.fail(EntryError::StatusReports);
    }
    let statement = draft.statement.take().unwrap_or_default();
    let names_another = |stated: Option<Aaguid>| stated != aaguid && stated != Some(Aaguid::ZERO);
    if aaguid.is_some() && statement.aaguid.is_some_and(names_another) {
        draft.fail(EntryError::StatementOfAnother);
    }
    if statement.no_array_of_anchors {
        draft.fail(EntryError::RootCertificates);
    }
    let reports = draft.reports.take().unwrap_or_default();
    if statement.authenticator_version.is_some_and(|version| is_outdated(&reports, version)) {
        draft.fail(EntryError::StatementOutdated);
    }
    draft.key_identifiers.sort_unstable();
    draft.key_identifiers.dedup();
    if let Some(cause) = draft.cause {
        draft.aaguids.sort_unstable();
        draft.aaguids.dedup();
        let (aaguids, key_identifiers) = (draft.aaguids.into_vec(), draft.key_identifiers);
        return Err(Skipped { place, aaguids, aaid: draft.aaid.map(boxed), key_identifiers, cause });
    }
    let mut traits = statement.traits;
    draft.profiles.sort_unstable();
    draft.profiles.dedup();
    traits.profiles = draft.profiles;
    let mut anchors = statement.anchors;
    anchors.sort_unstable();
    anchors.dedup();
    Ok(Model {
        place,
        aaguid,
        aaid: draft.aaid.map(boxed),
        key_identifiers: draft.key_identifiers,
        name: statement.name.map(boxed),
        authenticator_version: statement.authenticator_version,
        reports,
        traits: shared.traits(traits),
        anchors,
        unusable_anchors: statement.unusable_anchors,
        unknown_members: draft.unknown,
    })
}

fn boxed(text: Cow<'_, str>) -> Box<str> {
    text.as_ref().into()
}

/// §3.1.4: an update that follows an incident, with a higher version than the statement.
fn is_outdated(reports: &[Report], version: u32) -> bool {
    let incidents = reports.iter().filter(|report| matches!(report.status, Status::Incident(_)));
    let first = incidents.map(|report| report.effective).min();
    let is_newer = |report: &Report| report.authenticator_version.is_some_and(|update| update > version);
    first.is_some_and(|first| {
        let mut updates = reports.iter().filter(|report| report.status == Status::UpdateAvailable);
        updates.any(|report| report.effective >= first && is_newer(report))
    })
}
