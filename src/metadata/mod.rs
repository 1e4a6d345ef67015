//! The FIDO Metadata Service (MDS 3.0 and 3.1.1): which model an authenticator is, whether it may be trusted, and whether it
//! has been broken since.
//!
//! You fetch the BLOB; this module has no network, store or clock. [`verify`] checks it and makes the compact form
//! [`Metadata`]; share it in an `Arc`. A [`MetadataPolicy`](crate::policy::MetadataPolicy) decides about models at
//! registration and at each sign-in after it.
//!
//! | file | section |
//! |---|---|
//! | `blob` | MDS §3.2: signature, certification path and name of the signer, number, freshness |
//! | `payload`, `members` | MDS §3.1.6: the payload, as strict JSON |
//! | `entry`, `statement`, `report` | MDS §3.1.1: entries, each read by itself |
//! | `model` | what an entry says of a model |
//! | `vocabulary` | the words of metadata statements |
//! | `status` | MDS §3.1.3 and §3.1.4: status reports at a time |
//! | `attested` | what to keep of a registration |
//! | `evidence` | what the metadata said of a registration, for auditors |
//! | `stored` | the compact form as bytes |
//!
//! The [manual](crate::manual::metadata) says who fetches and when, what to keep, and what to do when the root changes.
//!
//! # What the metadata knows
//!
//! Security keys, Windows Hello and Android. Of Apple's passkeys and of almost all password managers it knows nothing. So it
//! says much of the keys of clinicians and little of the passkeys of patients.

mod attested;
mod blob;
mod entry;
mod error;
mod evidence;
mod members;
mod model;
mod payload;
mod reason;
mod report;
mod statement;
mod status;
mod stored;
mod vocabulary;

pub use attested::Attested;
pub use blob::{FIDO_HOST, Roots, Seen, verify};
pub use error::{BlobError, RootsError, StoredError};
pub use evidence::MetadataEvidence;
pub use model::{EntryError, KeyIdentifier, Model, Skipped, Traits};
pub use reason::{Reason, Reasons};
pub use status::{
    ChainKeys, Circumstance, Day, FipsLevel, Incident, Incidents, Level, NotReadable, Report, Standing, Status,
};
pub use stored::keep_blob;
pub use vocabulary::{
    AttachmentHint, KeyProtection, MatcherProtection, MultiDevice, Profile, StatedAttestation, TransactionDisplay,
    UserVerificationMethod,
};

pub(crate) use attested::{Proof, firmware_of};
pub(crate) use model::{key_identifier_of, short};
pub(crate) use status::Short;

use crate::authenticator::Aaguid;
use crate::codec::{Few, hex};
use crate::crypto::Backend;
use crate::macros::getters;
use crate::time::UnixTime;
use crate::x509::TrustAnchor;
use core::fmt;
use core::hash::Hash;
use payload::Payload;
use std::collections::{HashMap, HashSet};

/// Who signed a BLOB.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Signer {
    /// The DNS name that the certificate had to have; `None`: every name was accepted.
    pub name: Option<Box<str>>,
    /// The end of the validity of the certificate.
    pub not_after: UnixTime,
    /// How many certificates were compared with a revocation list.
    pub checked_for_revocation: usize,
}

/// The compact form of a BLOB that was verified: look-ups by model, without the icons.
#[derive(Clone)]
pub struct Metadata {
    no: u64,
    next_update: Option<Day>,
    signature_sha256: [u8; 32],
    received_at: UnixTime,
    signer: Signer,
    unknown_members: usize,
    models: Vec<Model>,
    skipped: Vec<Skipped>,
    duplicates: usize,
    anchors: Vec<Anchor>,
    by_aaguid: HashMap<Aaguid, Entries>,
    by_key_identifier: HashMap<KeyIdentifier, Entries>,
}

/// An anchor, and what a kept certification path is compared with.
#[derive(Clone)]
struct Anchor {
    anchor: TrustAnchor,
    certificate: Short,
    /// Of the name and of the key.
    authority: [Short; 2],
}

impl Anchor {
    fn new(anchor: TrustAnchor, certificate: Short, backend: &dyn Backend) -> Self {
        let authority = [short(backend, &[anchor.subject()]), short(backend, &[anchor.spki()])];
        Self { anchor, certificate, authority }
    }
}

/// The entries of one id.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
struct Entries {
    models: Few<u32, 2>,
    unreadable: bool,
}

/// The id of a model.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ModelId {
    /// Of a FIDO2 model.
    Aaguid(Aaguid),
    /// Of a U2F model: the identifier of the key in its attestation certificate.
    KeyIdentifier(KeyIdentifier),
}

impl fmt::Display for ModelId {
    /// As the metadata writes it.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Aaguid(aaguid) => aaguid.fmt(f),
            Self::KeyIdentifier(identifier) => f.write_str(&hex::encode(identifier)),
        }
    }
}

impl core::str::FromStr for ModelId {
    type Err = NotReadable;
    fn from_str(text: &str) -> Result<Self, NotReadable> {
        let identifier = hex::decode_array(text).map(Self::KeyIdentifier);
        identifier.or_else(|| text.parse().ok().map(Self::Aaguid)).ok_or(NotReadable)
    }
}

/// What the metadata has under an id.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Lookup<'m> {
    /// One entry or more.
    Entries(&'m [u32]),
    /// No entry.
    Absent,
    /// An entry that cannot be read, and the others.
    Unreadable(&'m [u32]),
}

impl Metadata {
    fn new(payload: Payload, signature_sha256: [u8; 32], at: UnixTime, signer: Signer) -> Self {
        let models = payload.models.len();
        let mut metadata = Self {
            no: payload.no,
            next_update: payload.next_update,
            signature_sha256,
            received_at: at,
            signer,
            unknown_members: payload.unknown,
            anchors: payload.anchors,
            models: payload.models,
            skipped: payload.skipped,
            duplicates: 0,
            by_aaguid: HashMap::with_capacity(models),
            by_key_identifier: HashMap::new(),
        };
        metadata.index();
        metadata
    }

    /// Makes the tables of ids.
    fn index(&mut self) {
        fn add<K: Eq + Hash>(table: &mut HashMap<K, Entries>, id: K, model: Option<u32>) -> usize {
            let entries = table.entry(id).or_default();
            let known = entries.unreadable || !entries.models.is_empty();
            match model {
                Some(model) => entries.models.push(model),
                None => entries.unreadable = true,
            }
            usize::from(known)
        }
        let (mut duplicates, mut aaids) = (0_usize, HashSet::new());
        let models = self.models.iter().filter_map(|model| model.aaid.as_ref());
        for aaid in models.chain(self.skipped.iter().filter_map(|skipped| skipped.aaid.as_ref())) {
            duplicates = duplicates.saturating_add(usize::from(!aaids.insert(aaid)));
        }
        for (number, model) in (0_u32..).zip(&self.models) {
            if let Some(aaguid) = model.aaguid {
                duplicates = duplicates.saturating_add(add(&mut self.by_aaguid, aaguid, Some(number)));
            }
            for identifier in &model.key_identifiers {
                duplicates = duplicates.saturating_add(add(&mut self.by_key_identifier, *identifier, Some(number)));
            }
        }
        for skipped in &self.skipped {
            for aaguid in &skipped.aaguids {
                duplicates = duplicates.saturating_add(add(&mut self.by_aaguid, *aaguid, None));
            }
            for identifier in &skipped.key_identifiers {
                duplicates = duplicates.saturating_add(add(&mut self.by_key_identifier, *identifier, None));
            }
        }
        self.duplicates = duplicates;
    }

    /// Returns the number of the BLOB. Keep the greatest one, for [`Seen::number`].
    #[must_use]
    pub const fn number(&self) -> u64 {
        self.no
    }

    /// Returns the day on which the next BLOB is due.
    #[must_use]
    pub const fn next_update(&self) -> Option<Day> {
        self.next_update
    }

    /// Returns whether the BLOB is fresh: through the whole day of its `nextUpdate`. `None` if it has none.
    #[must_use]
    pub fn is_fresh(&self, at: UnixTime) -> Option<bool> {
        self.next_update.map(|day| at < day.ends())
    }

    getters! {
        /// Returns the SHA-256 of the decoded signature, which covers every byte of the header and the payload. It names the BLOB
        /// in evidence. A hash of the whole BLOB would cost as much again as verifying it.
        pub const fn signature_sha256(&self) -> [u8; 32] = self.signature_sha256;
        /// Returns the time at which the BLOB was verified.
        pub const fn received_at(&self) -> UnixTime = self.received_at;
        /// Returns who signed the BLOB.
        pub const fn signer(&self) -> &Signer = &self.signer;
        /// Returns the models of all entries that can be read, in the order of the BLOB.
        pub fn models(&self) -> &[Model] = &self.models;
        /// Returns the entries that cannot be read. Report them: their models are refused.
        pub fn skipped(&self) -> &[Skipped] = &self.skipped;
        /// Returns how many ids an entry has that another entry has already.
        pub const fn duplicates(&self) -> usize = self.duplicates;
        /// Returns how many members of the payload this library does not know. [`Model::unknown_members`] counts those of entries.
        pub const fn unknown_members(&self) -> usize = self.unknown_members;
    }

    /// Returns the models with this id: none, one, or several if entries share the id.
    pub fn models_of(&self, id: &ModelId) -> impl Iterator<Item = &Model> {
        let numbers = self.entries(id).map_or(&[][..], |entries| &*entries.models);
        numbers.iter().filter_map(|number| self.model(*number))
    }

    /// Returns whether an entry with this id cannot be read.
    #[must_use]
    pub fn is_unreadable(&self, id: &ModelId) -> bool {
        self.entries(id).is_some_and(|entries| entries.unreadable)
    }

    /// Returns the name of a model, for a list of passkeys.
    #[must_use]
    pub fn name(&self, aaguid: &Aaguid) -> Option<&str> {
        self.models_of(&ModelId::Aaguid(*aaguid)).find_map(|model| model.name.as_deref())
    }

    /// Returns the icon of a model, as a `data:` URL, from the BLOB that this metadata was made of. `None` without an icon, and
    /// for another BLOB. The BLOB is not verified again: pass bytes that [`verify`] accepted, and treat the URL as untrusted
    /// input of your page.
    #[must_use]
    pub fn icon(&self, blob: &[u8], model: &Model, backend: &dyn Backend) -> Option<String> {
        let jws = crate::codec::jws::Jws::read(blob)?;
        if backend.sha256(&[&jws.signature]) != self.signature_sha256 {
            return None;
        }
        payload::icon(&jws.payload, model.place)
    }

    /// Returns the anchors of a model.
    pub fn anchors_of<'m>(&'m self, model: &'m Model) -> impl Iterator<Item = &'m TrustAnchor> {
        self.anchors_with_digests(model).map(|anchor| &anchor.anchor)
    }

    fn anchors_with_digests<'m>(&'m self, model: &'m Model) -> impl Iterator<Item = &'m Anchor> {
        model.anchors.iter().filter_map(|number| self.anchors.get(usize::try_from(*number).ok()?))
    }

    fn entries(&self, id: &ModelId) -> Option<&Entries> {
        match id {
            ModelId::Aaguid(aaguid) => self.by_aaguid.get(aaguid).filter(|_| *aaguid != Aaguid::ZERO),
            ModelId::KeyIdentifier(identifier) => self.by_key_identifier.get(identifier),
        }
    }

    pub(crate) fn lookup(&self, id: &ModelId) -> Lookup<'_> {
        match self.entries(id) {
            None => Lookup::Absent,
            Some(entries) if entries.unreadable => Lookup::Unreadable(&entries.models),
            Some(entries) => Lookup::Entries(&entries.models),
        }
    }

    pub(crate) fn model(&self, number: u32) -> Option<&Model> {
        self.models.get(usize::try_from(number).ok()?)
    }
}

impl fmt::Debug for Metadata {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Metadata")
            .field("no", &self.no)
            .field("models", &self.models.len())
            .field("skipped", &self.skipped.len())
            .finish_non_exhaustive()
    }
}
