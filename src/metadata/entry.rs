//! The entries of the payload (FIDO Metadata Service §3.1.1), read one by one. An entry that cannot be read is reported and
//! does not prevent the reading of others. Its ids are unreadable, which is not the same as absent, because the entry may be
//! the one that says REVOKED.

use super::members::{Found, Items, Loose, Members, Reader, SkippedText, items, number, text, texts};
use super::status::{Circumstance, Day, Report, Short, Standing, Status};
use super::vocabulary::{
    AttachmentHint, KeyProtection, MatcherProtection, MultiDevice, Profile, StatedAttestation, TransactionDisplay,
    UserVerificationMethod, Word,
};
use crate::authenticator::Aaguid;
use crate::codec::der::{self, Tag};
use crate::codec::{base64url, hex};
use crate::crypto::Backend;
use crate::set::named;
use crate::x509::TrustAnchor;
use crate::x509::certificate::Certificate;
use serde::de::{DeserializeSeed, Deserializer, IgnoredAny, MapAccess};
use serde_json::value::RawValue;
use std::borrow::Cow;
use std::collections::HashMap;
use std::hash::{BuildHasher, Hasher, RandomState};
use std::sync::Arc;

/// The SHA-1 of the public key in an attestation certificate (RFC 5280 §4.2.1.2, method 1), by which U2F models are known.
pub type KeyIdentifier = [u8; 20];

/// An authenticator model, as one entry describes it.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Model {
    /// The number of the entry in the BLOB; the first is 0.
    pub place: usize,
    /// The AAGUID of a FIDO2 model.
    pub aaguid: Option<Aaguid>,
    /// The AAID of a UAF model.
    pub aaid: Option<Box<str>>,
    /// The key identifiers of a U2F model.
    pub key_identifiers: Vec<KeyIdentifier>,
    /// The name of the model, in English (`description`).
    pub name: Option<Box<str>>,
    /// The firmware version that the statement describes.
    pub authenticator_version: Option<u32>,
    /// The status reports, in the order of the entry.
    pub reports: Vec<Report>,
    /// What the statement says of the model. Entries with equal statements share one value.
    pub traits: Arc<Traits>,
    /// Which of the anchors of all models are this model's.
    pub(super) anchors: Vec<u32>,
    /// How many items of `attestationRootCertificates` are no anchors.
    pub unusable_anchors: usize,
    /// How many members the entry, its statement and its reports have that this library does not know.
    pub unknown_members: usize,
}

impl Model {
    /// Reads the reports of the model at a time.
    #[must_use]
    pub fn standing(&self, circumstance: &Circumstance<'_>) -> Standing {
        Standing::of(&self.reports, circumstance)
    }

    /// Whether a report is about some certificates of the model only.
    pub(crate) fn names_a_batch(&self) -> bool {
        self.reports.iter().any(|report| report.batch.is_some())
    }
}

/// Properties of a model that a policy may ask for. Nothing here needs them, so missing and unreadable ones are left out.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub struct Traits {
    /// How keys of users are protected.
    pub key_protection: Vec<KeyProtection>,
    /// How the comparison of biometrics or a PIN is protected.
    pub matcher_protection: Vec<MatcherProtection>,
    /// How the model is attached.
    pub attachment_hint: Vec<AttachmentHint>,
    /// The display for transactions.
    pub transaction_display: Vec<TransactionDisplay>,
    /// The alternatives of user verification, each a combination of methods.
    pub user_verification: Vec<Vec<UserVerificationMethod>>,
    /// Whether keys cannot sign anything but assertions.
    pub key_restricted: Option<bool>,
    /// Whether each use of a key needs its own user verification.
    pub fresh_user_verification_required: Option<bool>,
    /// Whether credentials can be on several devices.
    pub multi_device: Option<MultiDevice>,
    /// How the model attests.
    pub attestation_types: Vec<StatedAttestation>,
    /// For whom the model was certified, from all reports.
    pub profiles: Vec<Profile>,
}

named! {
    /// Why an entry cannot be read.
    #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, thiserror::Error)]
    pub enum EntryError;
    /// Returns a stable word for logs.
    fn code;

    /// The entry is no JSON object, or its JSON is beyond the bounds of the reader.
    #[error("expected an object as an entry")]
    NotAnObject = "entry-not-an-object";
    /// A member of the entry, its statement or a report occurs twice.
    #[error("a member of the entry occurs twice")]
    MemberTwice = "entry-member-twice";
    /// `aaguid` is no text of 8, 4, 4, 4 and 12 hexadecimal digits.
    #[error("expected an aaguid of 8-4-4-4-12 hexadecimal digits")]
    Aaguid = "entry-aaguid";
    /// There is no AAGUID, AAID or key identifier.
    #[error("the entry has no id: no aaguid, aaid or attestationCertificateKeyIdentifiers")]
    NoId = "entry-no-id";
    /// `statusReports` is no array of objects with a text `status`.
    #[error("expected an array of objects with a text status in statusReports")]
    StatusReports = "entry-status-reports";
    /// `effectiveDate` or `sunsetDate` is no date.
    #[error("expected a date of the form YYYY-MM-DD in a status report")]
    Date = "entry-date";
    /// A number of a report is no whole number below 2^32.
    #[error("expected a whole number below 2^32 in a status report")]
    Number = "entry-number";
    /// `metadataStatement` is no object.
    #[error("expected an object as metadataStatement")]
    Statement = "entry-statement";
    /// The statement names another AAGUID than the entry.
    #[error("the metadata statement names another aaguid than its entry")]
    StatementOfAnother = "entry-statement-of-another";
    /// `attestationRootCertificates` is no array.
    #[error("expected an array as attestationRootCertificates")]
    RootCertificates = "entry-root-certificates";
    /// An update after an incident has a higher version than the statement, which was not renewed (§3.1.4).
    #[error("an UPDATE_AVAILABLE after an incident has a higher version than the metadata statement")]
    StatementOutdated = "entry-statement-outdated";
}

impl EntryError {
    pub(super) fn of_code(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|one| one.code() == code)
    }
}

/// An entry that cannot be read.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Skipped {
    /// The number of the entry in the BLOB; the first is 0.
    pub place: usize,
    /// Its AAGUID, if it can be read.
    pub aaguid: Option<Aaguid>,
    /// Its key identifiers, as far as they can be read.
    pub key_identifiers: Vec<KeyIdentifier>,
    /// The first cause that was found.
    pub cause: EntryError,
}

/// Values that entries share: each anchor and each [`Traits`] is kept once.
pub(super) struct Shared<'de, 'b> {
    backend: &'b dyn Backend,
    /// Whether the payload has no control characters.
    plain: bool,
    by_text: HashMap<Cow<'de, str>, Option<u32>, Mixing>,
    pub(super) anchors: Vec<(TrustAnchor, Short)>,
    by_der: HashMap<Short, u32>,
    traits: HashMap<Arc<Traits>, ()>,
}

impl<'de, 'b> Shared<'de, 'b> {
    pub(super) fn new(backend: &'b dyn Backend, plain: bool) -> Self {
        Self {
            backend,
            plain,
            by_text: HashMap::default(),
            anchors: Vec::new(),
            by_der: HashMap::new(),
            traits: HashMap::new(),
        }
    }

    /// The number of an anchor; `None` if the text is none.
    fn anchor(&mut self, text: Cow<'de, str>) -> Option<u32> {
        if let Some(known) = self.by_text.get(&text) {
            return *known;
        }
        let read = || TrustAnchor::from_der(&certificate(&text)?).ok();
        let number = read().and_then(|anchor| {
            let digest = short(self.backend, &[anchor.der()]);
            if let Some(number) = self.by_der.get(&digest) {
                return Some(*number);
            }
            let number = u32::try_from(self.anchors.len()).ok()?;
            self.by_der.insert(digest, number);
            self.anchors.push((anchor, digest));
            Some(number)
        });
        self.by_text.insert(text, number);
        number
    }

    fn traits(&mut self, traits: Traits) -> Arc<Traits> {
        if let Some((known, ())) = self.traits.get_key_value(&traits) {
            return Arc::clone(known);
        }
        let traits = Arc::new(traits);
        self.traits.insert(Arc::clone(&traits), ());
        traits
    }
}

/// Hashes certificates as text, eight bytes at a time, which is faster than the standard hasher for texts of a kilobyte. Its
/// key is random, so that nobody can choose texts of one hash in advance.
#[derive(Clone, Default)]
struct Mixing(RandomState);

struct Mixer {
    hash: u64,
    key: u64,
}

impl BuildHasher for Mixing {
    type Hasher = Mixer;
    fn build_hasher(&self) -> Mixer {
        let key = self.0.hash_one(0_u8);
        Mixer { hash: key, key: key | 1 }
    }
}

impl Hasher for Mixer {
    fn write(&mut self, bytes: &[u8]) {
        let (words, rest) = bytes.as_chunks::<8>();
        let mut last = [0; 8];
        for (to, from) in last.iter_mut().zip(rest) {
            *to = *from;
        }
        for word in words.iter().chain([&last]) {
            let mixed = u128::from(self.hash ^ u64::from_le_bytes(*word)).wrapping_mul(u128::from(self.key));
            let [a, b, c, d, e, f, g, h, high @ ..] = mixed.to_le_bytes();
            self.hash = u64::from_le_bytes([a, b, c, d, e, f, g, h]) ^ u64::from_le_bytes(high);
        }
        self.hash = self.hash.rotate_left(23).wrapping_add(u64::try_from(bytes.len()).unwrap_or(u64::MAX));
    }

    fn finish(&self) -> u64 {
        self.hash
    }
}

/// The first 16 bytes of the SHA-256 of `parts`.
pub(crate) fn short(backend: &dyn Backend, parts: &[&[u8]]) -> Short {
    let [digest @ .., _, _, _, _, _, _, _, _, _, _, _, _, _, _, _, _] = backend.sha256(parts);
    digest
}

/// The DER in a text of canonical, padded base64 in which white space may stand anywhere.
fn certificate(text: &str) -> Option<Vec<u8>> {
    if let Ok(der) = base64url::decode_standard(text) {
        return Some(der);
    }
    let text: String = text.chars().filter(|c| !matches!(c, ' ' | '\t' | '\r' | '\n')).collect();
    base64url::decode_standard(&text).ok()
}

/// An entry as far as it was read.
#[derive(Default)]
struct Draft<'de> {
    aaguid: Option<Aaguid>,
    aaid: Option<Cow<'de, str>>,
    key_identifiers: Vec<KeyIdentifier>,
    reports: Option<Vec<Report>>,
    profiles: Vec<Profile>,
    statement: Option<Statement<'de>>,
    unknown: usize,
    /// The first cause that was found.
    cause: Option<EntryError>,
}

impl Draft<'_> {
    fn fail(&mut self, cause: EntryError) {
        self.cause.get_or_insert(cause);
    }

    fn note(&mut self, found: Found, other: EntryError) {
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
    const NAMES: &'static [&'static str] = &[
        "aaguid",
        "aaid",
        "attestationCertificateKeyIdentifiers",
        "metadataStatement",
        "statusReports",
        "timeOfLastStatusChange",
        "biometricStatusReports",
        "rogueListURL",
        "rogueListHash",
    ];

    fn member<A: MapAccess<'de>>(&mut self, name: &'static str, map: &mut A) -> Result<(), A::Error> {
        if name == "metadataStatement" {
            let mut statement = Statement::default();
            let found =
                map.next_value_seed(Members(&mut StatementReader { statement: &mut statement, shared: self.shared }))?;
            self.draft.note(found, EntryError::Statement);
            self.draft.statement = Some(statement);
            return Ok(());
        }
        let raw: &'de RawValue = map.next_value()?;
        match name {
            "aaguid" => match text(raw).and_then(|text| text.parse::<Aaguid>().ok()) {
                Some(aaguid) => self.draft.aaguid = Some(aaguid).filter(|aaguid| *aaguid != Aaguid::ZERO),
                None => self.draft.fail(EntryError::Aaguid),
            },
            "aaid" => self.draft.aaid = text(raw).filter(|aaid| !aaid.is_empty()),
            "attestationCertificateKeyIdentifiers" => {
                let mut identifiers: Vec<_> = texts(raw).filter_map(|text| hex::decode_array(&text)).collect();
                identifiers.sort_unstable();
                identifiers.dedup();
                self.draft.key_identifiers = identifiers;
            }
            "statusReports" => match items(raw) {
                Some(items) => {
                    let mut reports = Vec::with_capacity(items.len());
                    for item in items {
                        reports.extend(self.report(item));
                    }
                    self.draft.reports = Some(reports);
                }
                None => self.draft.fail(EntryError::StatusReports),
            },
            _ => {}
        }
        Ok(())
    }
}

impl<'de> EntryReader<'_, 'de, '_, '_> {
    /// Reads a status report; `None` if it has no text `status`.
    fn report(&mut self, raw: &'de RawValue) -> Option<Report> {
        let mut reader = ReportReader { backend: Some(self.shared.backend), ..ReportReader::default() };
        let mut json = serde_json::Deserializer::from_str(raw.get());
        let Ok(found) = Members(&mut reader).deserialize(&mut json) else {
            self.draft.fail(EntryError::StatusReports);
            return None;
        };
        self.draft.note(found, EntryError::StatusReports);
        if let Some(cause) = reader.cause {
            self.draft.fail(cause);
        }
        self.draft.profiles.extend(reader.profiles);
        let Some(status) = reader.status else {
            self.draft.fail(EntryError::StatusReports);
            return None;
        };
        Some(Report {
            status,
            effective: reader.effective,
            sunset: reader.sunset,
            authenticator_version: reader.authenticator_version,
            fips_revision: reader.fips_revision,
            fips_physical_level: reader.fips_physical_level,
            batch: reader.batch,
        })
    }
}

/// Reads one status report.
#[derive(Default)]
struct ReportReader<'b> {
    backend: Option<&'b dyn Backend>,
    status: Option<Status>,
    effective: Option<Day>,
    sunset: Option<Day>,
    authenticator_version: Option<u32>,
    fips_revision: Option<u32>,
    fips_physical_level: Option<u32>,
    batch: Option<Box<[Short]>>,
    /// Whether a certificate of the batch cannot be read.
    batch_unknown: bool,
    profiles: Vec<Profile>,
    cause: Option<EntryError>,
}

impl ReportReader<'_> {
    fn day(&mut self, raw: &RawValue) -> Option<Day> {
        let day = text(raw).and_then(|text| Day::read(&text));
        if day.is_none() {
            self.cause.get_or_insert(EntryError::Date);
        }
        day
    }

    fn number(&mut self, raw: &RawValue) -> Option<u32> {
        let number = number(raw);
        if number.is_none() {
            self.cause.get_or_insert(EntryError::Number);
        }
        number
    }

    /// A certificate that the report is about. One that cannot be read makes the report be about all.
    fn certificate(&mut self, raw: &RawValue) {
        let der = text(raw).and_then(|text| certificate(&text));
        let certificate = der.as_deref().and_then(|der| Certificate::read(der).ok());
        match certificate.zip(self.backend) {
            Some((certificate, backend)) if !self.batch_unknown => {
                let key = short(backend, &[certificate.spki]);
                self.batch = Some(self.batch.iter().flatten().copied().chain([key]).collect());
            }
            _ => (self.batch, self.batch_unknown) = (None, true),
        }
    }
}

impl<'de> Reader<'de> for ReportReader<'_> {
    const NAMES: &'static [&'static str] = &[
        "status",
        "effectiveDate",
        "sunsetDate",
        "authenticatorVersion",
        "fipsRevision",
        "fipsPhysicalSecurityLevel",
        "certificate",
        "batchCertificate",
        "certificationProfiles",
        "url",
        "certificationDescriptor",
        "certificateNumber",
        "certificationPolicyVersion",
        "certificationRequirementsVersion",
    ];

    fn member<A: MapAccess<'de>>(&mut self, name: &'static str, map: &mut A) -> Result<(), A::Error> {
        let raw: &'de RawValue = map.next_value()?;
        match name {
            "status" => self.status = text(raw).map(|text| Status::of(&text)),
            "effectiveDate" => self.effective = self.day(raw),
            "sunsetDate" => self.sunset = self.day(raw),
            "authenticatorVersion" => self.authenticator_version = self.number(raw),
            "fipsRevision" => self.fips_revision = self.number(raw),
            "fipsPhysicalSecurityLevel" => self.fips_physical_level = self.number(raw),
            "certificate" | "batchCertificate" => self.certificate(raw),
            "certificationProfiles" => self.profiles = texts(raw).map(|word| Profile::of(&word)).collect(),
            _ => {}
        }
        Ok(())
    }
}

/// A metadata statement as far as it was read.
#[derive(Default)]
struct Statement<'de> {
    /// Not a text, or no AAGUID: `Some(None)`.
    aaguid: Option<Option<Aaguid>>,
    name: Option<Cow<'de, str>>,
    authenticator_version: Option<u32>,
    anchors: Vec<u32>,
    unusable_anchors: usize,
    no_array_of_anchors: bool,
    traits: Traits,
}

struct StatementReader<'d, 'de, 's, 'b> {
    statement: &'d mut Statement<'de>,
    shared: &'s mut Shared<'de, 'b>,
}

impl<'de> Reader<'de> for StatementReader<'_, 'de, '_, '_> {
    const NAMES: &'static [&'static str] = &[
        "legalHeader",
        "aaid",
        "aaguid",
        "attestationCertificateKeyIdentifiers",
        "description",
        "friendlyNames",
        "alternativeDescriptions",
        "authenticatorVersion",
        "protocolFamily",
        "schema",
        "upv",
        "authenticationAlgorithms",
        "publicKeyAlgAndEncodings",
        "attestationTypes",
        "userVerificationDetails",
        "keyProtection",
        "isKeyRestricted",
        "isFreshUserVerificationRequired",
        "matcherProtection",
        "cryptoStrength",
        "operatingEnv",
        "attachmentHint",
        "tcDisplay",
        "tcDisplayContentType",
        "tcDisplayPNGCharacteristics",
        "attestationRootCertificates",
        "ecdaaTrustAnchors",
        "icon",
        "iconDark",
        "providerLogoLight",
        "providerLogoDark",
        "supportedExtensions",
        "keyScope",
        "multiDeviceCredentialSupport",
        "cxConfigURL",
        "authenticatorGetInfo",
    ];

    fn member<A: MapAccess<'de>>(&mut self, name: &'static str, map: &mut A) -> Result<(), A::Error> {
        let statement = &mut *self.statement;
        let traits = &mut statement.traits;
        match name {
            "aaguid" => statement.aaguid = Some(map.next_value::<Loose<'de>>()?.0.and_then(|text| text.parse().ok())),
            "description" => statement.name = map.next_value::<Loose<'de>>()?.0,
            "authenticatorVersion" => statement.authenticator_version = number(map.next_value()?),
            "attestationRootCertificates" => {
                let is_array = map.next_value_seed(Items(|text: Option<Cow<'de, str>>| {
                    match text.and_then(|text| self.shared.anchor(text)) {
                        Some(anchor) => statement.anchors.push(anchor),
                        None => statement.unusable_anchors = statement.unusable_anchors.saturating_add(1),
                    }
                }))?;
                statement.no_array_of_anchors = !is_array;
            }
            "keyProtection" => traits.key_protection = words(map)?,
            "matcherProtection" => traits.matcher_protection = words(map)?,
            "attachmentHint" => traits.attachment_hint = words(map)?,
            "tcDisplay" => traits.transaction_display = words(map)?,
            "attestationTypes" => traits.attestation_types = words(map)?,
            "multiDeviceCredentialSupport" => {
                traits.multi_device = map.next_value::<Loose<'de>>()?.0.map(|word| Word::of(&word));
            }
            "isKeyRestricted" => traits.key_restricted = flag(map.next_value()?),
            "isFreshUserVerificationRequired" => traits.fresh_user_verification_required = flag(map.next_value()?),
            "userVerificationDetails" => traits.user_verification = user_verification(map.next_value()?),
            "icon" | "iconDark" | "providerLogoLight" | "providerLogoDark" if self.shared.plain => {
                map.next_value::<SkippedText>()?;
            }
            _ => {
                map.next_value::<IgnoredAny>()?;
            }
        }
        Ok(())
    }
}

/// The words of an array. Other items are left out; any other value gives none.
fn words<'de, A: MapAccess<'de>, W: Word>(map: &mut A) -> Result<Vec<W>, A::Error> {
    let mut words = Vec::new();
    map.next_value_seed(Items(|text: Option<Cow<'de, str>>| words.extend(text.map(|word| W::of(&word)))))?;
    Ok(words)
}

/// A boolean; `None` for any other value.
fn flag(raw: &RawValue) -> Option<bool> {
    serde_json::from_str(raw.get()).ok()
}

/// The alternatives of `userVerificationDetails`, each an array of objects with a method.
fn user_verification(raw: &RawValue) -> Vec<Vec<UserVerificationMethod>> {
    #[derive(serde::Deserialize)]
    struct Detail<'a> {
        #[serde(borrow, rename = "userVerificationMethod")]
        method: Option<&'a RawValue>,
    }
    let method = |raw: &RawValue| {
        let detail: Detail<'_> = serde_json::from_str(raw.get()).ok()?;
        text(detail.method?).map(|word| Word::of(&word))
    };
    let alternatives = items(raw).into_iter().flatten();
    alternatives.map(|methods| items(methods).into_iter().flatten().filter_map(method).collect()).collect()
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
    const NAMES: &'static [&'static str] = &["aaguid", "attestationCertificateKeyIdentifiers"];

    fn member<A: MapAccess<'de>>(&mut self, name: &'static str, map: &mut A) -> Result<(), A::Error> {
        let raw: &'de RawValue = map.next_value()?;
        match name {
            "aaguid" => self.0.aaguid = text(raw).and_then(|text| text.parse().ok()),
            _ => self.0.key_identifiers = texts(raw).filter_map(|text| hex::decode_array(&text)).collect(),
        }
        Ok(())
    }
}

fn finish(place: usize, mut draft: Draft<'_>, shared: &mut Shared<'_, '_>) -> Result<Model, Skipped> {
    if draft.aaguid.is_none() && draft.aaid.is_none() && draft.key_identifiers.is_empty() {
        draft.fail(EntryError::NoId);
    }
    if draft.reports.is_none() {
        draft.fail(EntryError::StatusReports);
    }
    let statement = draft.statement.take().unwrap_or_default();
    if draft.aaguid.is_some() && statement.aaguid.is_some_and(|stated| stated != draft.aaguid) {
        draft.fail(EntryError::StatementOfAnother);
    }
    if statement.no_array_of_anchors {
        draft.fail(EntryError::RootCertificates);
    }
    let reports = draft.reports.take().unwrap_or_default();
    if statement.authenticator_version.is_some_and(|version| is_outdated(&reports, version)) {
        draft.fail(EntryError::StatementOutdated);
    }
    if let Some(cause) = draft.cause {
        return Err(Skipped { place, aaguid: draft.aaguid, key_identifiers: draft.key_identifiers, cause });
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
        aaguid: draft.aaguid,
        aaid: draft.aaid.map(|aaid| aaid.as_ref().into()),
        key_identifiers: draft.key_identifiers,
        name: statement.name.map(|name| name.as_ref().into()),
        authenticator_version: statement.authenticator_version,
        reports,
        traits: shared.traits(traits),
        anchors,
        unusable_anchors: statement.unusable_anchors,
        unknown_members: draft.unknown,
    })
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

/// The key identifier of a whole SubjectPublicKeyInfo; `None` if the backend has no SHA-1.
pub(crate) fn key_identifier_of(spki: &[u8], backend: &dyn Backend) -> Option<KeyIdentifier> {
    let key = der::read_all(spki, |spki| {
        let mut fields = spki.sequence()?;
        fields.element(Tag::SEQUENCE)?;
        let key = fields.bit_string()?;
        fields.finish()?;
        Ok::<_, der::Malformed>(key)
    });
    backend.sha1(&[key.ok()?])
}
