//! The document that a person confirms, and its bounds.

use crate::macros::getters;
use crate::time::UnixTime;
use serde::{Deserialize, Deserializer, Serialize, de::Error as _};

/// Why a document or a nonce is refused when it is made.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, thiserror::Error)]
#[non_exhaustive]
pub enum DocumentError {
    /// The nonce does not have [`Nonce::LEN`](super::Nonce::LEN) bytes.
    #[error("expected a nonce of 32 bytes")]
    Nonce,
    /// The purpose.
    #[error("expected a purpose of 1 to 64 characters a-z, 0-9, dot and hyphen")]
    Purpose,
    /// The subject.
    #[error("expected a subject of 1 to 256 bytes without control characters and without characters that reorder text")]
    Subject,
    /// The signer.
    #[error(
        "expected a signer of at most 256 bytes without control characters and without characters that reorder text"
    )]
    Signer,
    /// The meaning.
    #[error(
        "expected a meaning of at most 1024 bytes without control characters and without characters that reorder text"
    )]
    Meaning,
    /// The time.
    #[error("expected a time from 0 to 2^53-1 seconds since 1970")]
    Time,
    /// The number of items.
    #[error("expected 1 to 64 items")]
    Items,
    /// The type of an item.
    #[error("expected an item type of 1 to 128 ASCII characters without control characters")]
    ItemType,
    /// The content of an item.
    #[error("expected 1 to 65536 bytes as the content of an item")]
    ItemContent,
}

impl DocumentError {
    /// Returns the code, which does not change: `nonce`, `purpose`, `subject`, `signer`, `meaning`, `time`, `items`, `item-type`
    /// or `item-content`.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::Nonce => "nonce",
            Self::Purpose => "purpose",
            Self::Subject => "subject",
            Self::Signer => "signer",
            Self::Meaning => "meaning",
            Self::Time => "time",
            Self::Items => "items",
            Self::ItemType => "item-type",
            Self::ItemContent => "item-content",
        }
    }
}

/// One item of a document, such as one medicine of a prescription.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
#[allow(clippy::exhaustive_structs, reason = "a type and its content")]
pub struct Item {
    /// The media type, such as `text/plain;charset=utf-8`.
    pub content_type: String,
    /// The bytes that are shown, in the form that you archive.
    pub content: Vec<u8>,
}

impl Item {
    /// Makes an item of text.
    #[must_use]
    pub fn text(text: impl Into<String>) -> Self {
        Self { content_type: "text/plain;charset=utf-8".to_owned(), content: text.into().into_bytes() }
    }
}

/// A document before its bounds are checked. [`Document::new`] checks it.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Draft {
    /// What the confirmation is for, such as `prescription`.
    pub purpose: String,
    /// Whom the document is about: your pseudonym for the patient.
    pub subject: String,
    /// The printed name of the signer. May be empty.
    pub signer: String,
    /// What the signature means, as it is shown, such as `I prescribe these medicines.` May be empty.
    pub meaning: String,
    /// The time that is shown.
    pub time: UnixTime,
    /// The items, in the order in which they are shown.
    pub items: Vec<Item>,
}

impl Draft {
    /// Makes a draft without signer, meaning and items.
    pub fn new(purpose: impl Into<String>, subject: impl Into<String>, time: UnixTime) -> Self {
        let (purpose, subject) = (purpose.into(), subject.into());
        Self { purpose, subject, signer: String::new(), meaning: String::new(), time, items: Vec::new() }
    }
}

/// What a person confirms by one ceremony. Its bounds were checked when it was made.
///
/// Texts are UTF-8 and are never normalised: what is hashed is what you passed. Characters that reorder text (U+202A to U+202E,
/// U+2066 to U+2069) and control characters are refused, because they let a page show one text and hash another.
///
/// # What remains with the page
///
/// WebAuthn has no trusted display. Show every member and every item, in this order, before the ceremony starts, and let nothing
/// cover it. Other characters can mislead too: letters that look alike, spaces without width, the marks U+200E, U+200F and U+061C,
/// combining marks. Show text in a font that tells them apart, and isolate each text from its surroundings (`<bdi>`). The content
/// of items can be anything: escape text, and render other types the same way each time.
///
/// ```
/// use wardkey::UnixTime;
/// use wardkey::confirmation::{Document, DocumentError, Draft, Item};
/// let mut draft = Draft::new("prescription", "pseud-7", UnixTime::from_secs(1_795_392_000));
/// draft.signer = "Dr. Grace Hopper".to_owned();
/// draft.meaning = "I prescribe these medicines.".to_owned();
/// assert_eq!(Document::new(draft.clone()), Err(DocumentError::Items));
/// draft.items.push(Item::text("Amoxicillin 500 mg capsules, 21, one three times a day"));
/// assert_eq!(Document::new(draft)?.items().len(), 1);
/// # Ok::<(), DocumentError>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Document(Draft);

impl Document {
    /// The maximum length of the purpose. It is a name, not a text.
    pub const MAX_PURPOSE_LEN: usize = 64;
    /// The maximum length of the subject, and of the signer, in bytes. The longest names that registers keep fit.
    pub const MAX_NAME_LEN: usize = 256;
    /// The maximum length of the meaning in bytes. It is a sentence that a person reads before signing.
    pub const MAX_MEANING_LEN: usize = 1024;
    /// The last time: 2^53−1, the greatest integer that JSON keeps everywhere.
    pub const MAX_TIME: UnixTime = UnixTime::from_secs(9_007_199_254_740_991);
    /// The maximum number of items. A person cannot read more before signing.
    pub const MAX_ITEMS: usize = 64;
    /// The maximum length of the type of an item. Media types are shorter.
    pub const MAX_ITEM_TYPE_LEN: usize = 128;
    /// The maximum length of the content of an item in bytes.
    pub const MAX_ITEM_CONTENT_LEN: usize = 65_536;

    /// Checks a draft: purpose, subject, signer, meaning, time, the number of items, then each item in turn.
    ///
    /// # Errors
    /// [`DocumentError`] of the first part that is out of bounds.
    pub fn new(draft: Draft) -> Result<Self, DocumentError> {
        check_head(&draft.purpose, &draft.subject, &draft.signer, &draft.meaning, draft.time)?;
        if !(1..=Self::MAX_ITEMS).contains(&draft.items.len()) {
            return Err(DocumentError::Items);
        }
        draft.items.iter().try_for_each(check_item)?;
        Ok(Self(draft))
    }

    getters! {
        /// Returns the purpose.
        pub fn purpose(&self) -> &str = &self.0.purpose;
        /// Returns the subject.
        pub fn subject(&self) -> &str = &self.0.subject;
        /// Returns the signer; empty if none is named.
        pub fn signer(&self) -> &str = &self.0.signer;
        /// Returns the meaning; empty if none is stated.
        pub fn meaning(&self) -> &str = &self.0.meaning;
        /// Returns the time.
        pub const fn time(&self) -> UnixTime = self.0.time;
        /// Returns the items.
        pub fn items(&self) -> &[Item] = &self.0.items;
    }
}

pub(super) fn check_head(
    purpose: &str,
    subject: &str,
    signer: &str,
    meaning: &str,
    time: UnixTime,
) -> Result<(), DocumentError> {
    let in_purpose = |byte| matches!(byte, b'a'..=b'z' | b'0'..=b'9' | b'.' | b'-');
    if !(1..=Document::MAX_PURPOSE_LEN).contains(&purpose.len()) || !purpose.bytes().all(in_purpose) {
        return Err(DocumentError::Purpose);
    }
    if subject.is_empty() || !is_text(subject, Document::MAX_NAME_LEN) {
        return Err(DocumentError::Subject);
    }
    if !is_text(signer, Document::MAX_NAME_LEN) {
        return Err(DocumentError::Signer);
    }
    if !is_text(meaning, Document::MAX_MEANING_LEN) {
        return Err(DocumentError::Meaning);
    }
    if !(UnixTime::from_secs(0)..=Document::MAX_TIME).contains(&time) {
        return Err(DocumentError::Time);
    }
    Ok(())
}

/// Whether a text has at most `most` bytes, no control character and no character that reorders text (UAX #9: embeddings,
/// overrides and isolates).
fn is_text(text: &str, most: usize) -> bool {
    let is_refused = |c| matches!(c, '\0'..='\u{1f}' | '\u{7f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}');
    text.len() <= most && !text.contains(is_refused)
}

pub(super) fn check_item(item: &Item) -> Result<(), DocumentError> {
    let is_type = |byte| matches!(byte, b' '..=b'~');
    let len = item.content_type.len();
    if !(1..=Document::MAX_ITEM_TYPE_LEN).contains(&len) || !item.content_type.bytes().all(is_type) {
        return Err(DocumentError::ItemType);
    }
    if !(1..=Document::MAX_ITEM_CONTENT_LEN).contains(&item.content.len()) {
        return Err(DocumentError::ItemContent);
    }
    Ok(())
}

/// The serde form of an item.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct WireItem {
    #[serde(rename = "type")]
    content_type: String,
    #[serde(with = "crate::codec::base64url::text")]
    content: Vec<u8>,
}

/// The serde form of a document.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Wire {
    purpose: String,
    subject: String,
    signer: String,
    meaning: String,
    time: UnixTime,
    items: Vec<WireItem>,
}

impl Serialize for Document {
    fn serialize<S: serde::Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        let Draft { purpose, subject, signer, meaning, time, items } = self.0.clone();
        let item = |Item { content_type, content }| WireItem { content_type, content };
        Wire { purpose, subject, signer, meaning, time, items: items.into_iter().map(item).collect() }.serialize(to)
    }
}

/// Reading checks the bounds.
impl<'de> Deserialize<'de> for Document {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        let Wire { purpose, subject, signer, meaning, time, items } = Wire::deserialize(from)?;
        let item = |WireItem { content_type, content }| Item { content_type, content };
        let items = items.into_iter().map(item).collect();
        Self::new(Draft { purpose, subject, signer, meaning, time, items }).map_err(D::Error::custom)
    }
}
