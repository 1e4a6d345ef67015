//! Authenticator models, as entries of the payload describe them (FIDO Metadata Service §3.1.1), and the entries that cannot be
//! read.

use super::status::{Circumstance, Report, Short, Standing};
use super::vocabulary::{
    AttachmentHint, KeyProtection, MatcherProtection, MultiDevice, Profile, StatedAttestation, TransactionDisplay,
    UserVerificationMethod,
};
use crate::authenticator::Aaguid;
use crate::codec::der::{self, Tag};
use crate::crypto::Backend;
use crate::macros::named;
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
    /// Its AAGUIDs, as far as they can be read: more than one if the member occurs twice.
    pub aaguids: Vec<Aaguid>,
    /// Its AAID, if it can be read.
    pub aaid: Option<Box<str>>,
    /// Its key identifiers, as far as they can be read.
    pub key_identifiers: Vec<KeyIdentifier>,
    /// The first cause that was found.
    pub cause: EntryError,
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

/// The first 16 bytes of the SHA-256 of `parts`.
pub(crate) fn short(backend: &dyn Backend, parts: &[&[u8]]) -> Short {
    let [digest @ .., _, _, _, _, _, _, _, _, _, _, _, _, _, _, _, _] = backend.sha256(parts);
    digest
}
