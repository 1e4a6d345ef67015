//! What one reader may see of a document: some items, and nothing about the others.

use super::digest::{self, Head, Nonce};
use super::document::{Document, DocumentError, Item, check_head, check_item};
use super::receipt::{Confirmed, verify};
use crate::ceremony::{Failure, Site};
use crate::client::AuthenticationResponse;
use crate::codec::hex::sha256;
use crate::credential::CredentialRecord;
use crate::crypto::Backend;
use crate::time::UnixTime;
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;

/// Why a part is refused.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum PartError {
    /// The part does not have 1 to [`Document::MAX_ITEMS`] digests, or it discloses nothing.
    #[error("expected 1 to 64 digests, and the head or an item that is disclosed")]
    Part,
    /// The disclosed head does not have the digest of the head.
    #[error("the disclosed head does not have the digest of the head")]
    Head,
    /// A disclosed item does not have the digest at its place, or is disclosed twice.
    #[error("a disclosed item does not have the digest at its place, or is disclosed twice")]
    Item,
    /// What is disclosed has its digest, but is out of the bounds of a document.
    #[error("the disclosed part is out of bounds")]
    Document(#[from] DocumentError),
    /// The ceremony does not verify with the challenge that follows from the digests.
    #[error("the confirmation was not verified")]
    Failed(#[from] Failure),
}

impl PartError {
    /// Returns the code, which does not change: `part`, `head`, `item`, or that of the source.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::Part => "part",
            Self::Head => "head",
            Self::Item => "item",
            Self::Document(error) => error.code(),
            Self::Failed(failure) => failure.code(),
        }
    }
}

/// What one reader may see: the digests of everything, and the disclosed members with their salts.
///
/// [`Receipt::part`](super::Receipt::part) makes it. Send it to the reader as JSON, with the response and the public key. Nothing
/// in it is verified before [`Self::verify`]. Digests of hidden items are salted, so nobody can try contents out.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Part {
    #[serde(with = "sha256")]
    head_digest: [u8; 32],
    digests: Vec<HexDigest>,
    #[serde(deserialize_with = "Option::deserialize")]
    head: Option<DisclosedHead>,
    items: Vec<DisclosedItem>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
struct HexDigest(#[serde(with = "sha256")] [u8; 32]);

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct DisclosedHead {
    purpose: String,
    subject: String,
    signer: String,
    meaning: String,
    time: UnixTime,
    #[serde(with = "crate::codec::base64url::text")]
    salt: Vec<u8>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(from = "WireItem", into = "WireItem")]
struct DisclosedItem {
    /// From 1.
    index: u32,
    salt: Vec<u8>,
    item: Item,
}

/// The serde form of a disclosed item.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct WireItem {
    index: u32,
    #[serde(with = "crate::codec::base64url::text")]
    salt: Vec<u8>,
    #[serde(rename = "type")]
    content_type: String,
    #[serde(with = "crate::codec::base64url::text")]
    content: Vec<u8>,
}

impl From<WireItem> for DisclosedItem {
    fn from(WireItem { index, salt, content_type, content }: WireItem) -> Self {
        Self { index, salt, item: Item { content_type, content } }
    }
}

impl From<DisclosedItem> for WireItem {
    fn from(DisclosedItem { index, salt, item: Item { content_type, content } }: DisclosedItem) -> Self {
        Self { index, salt, content_type, content }
    }
}

impl Part {
    /// Discloses the head, if `head`, and the items with these numbers (from 1). A number without an item discloses nothing.
    pub(super) fn of(
        document: &Document,
        nonce: &Nonce,
        rp_id: &str,
        (head, numbers): (bool, &[u32]),
        backend: &dyn Backend,
    ) -> Self {
        let digests = document.digests(rp_id, nonce, backend);
        let disclosed_head = || DisclosedHead {
            purpose: document.purpose().to_owned(),
            subject: document.subject().to_owned(),
            signer: document.signer().to_owned(),
            meaning: document.meaning().to_owned(),
            time: document.time(),
            salt: nonce.salt(0, backend).to_vec(),
        };
        let item = |(index, item): (u32, &Item)| DisclosedItem {
            index,
            salt: nonce.salt(index, backend).to_vec(),
            item: item.clone(),
        };
        Self {
            head_digest: digests.head,
            digests: digests.items.into_iter().map(HexDigest).collect(),
            head: head.then(disclosed_head),
            items: (1..).zip(document.items()).filter(|(number, _)| numbers.contains(number)).map(item).collect(),
        }
    }

    /// Checks that what is disclosed has the digests of the part. Says nothing about who confirmed it: see [`Self::verify`].
    ///
    /// # Errors
    /// [`PartError`]: the number of digests, the head, then each item in turn, then their bounds.
    pub fn check(&self, rp_id: &str, backend: &dyn Backend) -> Result<(), PartError> {
        let is_disclosed = self.head.is_some() || !self.items.is_empty();
        if !(1..=Document::MAX_ITEMS).contains(&self.digests.len()) || !is_disclosed {
            return Err(PartError::Part);
        }
        if let Some(DisclosedHead { purpose, subject, signer, meaning, time, salt }) = &self.head {
            let head = Head { purpose, subject, signer, meaning, time: *time };
            if head.digest(salt, rp_id, backend) != self.head_digest {
                return Err(PartError::Head);
            }
        }
        // An item that is disclosed twice would be shown twice.
        let indices: BTreeSet<u32> = self.items.iter().map(|disclosed| disclosed.index).collect();
        if indices.len() < self.items.len() {
            return Err(PartError::Item);
        }
        for DisclosedItem { index, salt, item } in &self.items {
            let place = usize::try_from(*index).ok().and_then(|index| index.checked_sub(1));
            let expected = place.and_then(|place| self.digests.get(place));
            if expected != Some(&HexDigest(digest::item_digest(salt, *index, item, backend))) {
                return Err(PartError::Item);
            }
        }
        if let Some(head) = &self.head {
            check_head(&head.purpose, &head.subject, &head.signer, &head.meaning, head.time)?;
        }
        self.items.iter().try_for_each(|disclosed| check_item(&disclosed.item))?;
        Ok(())
    }

    /// Verifies that the credential of `record` confirmed a document with this part, at the relying party of `site`. Frames are
    /// refused, user verification is required, and the counter is reported, as for [`Receipt::verify`](super::Receipt::verify).
    ///
    /// ```
    /// use wardkey::ceremony::{Origins, Site};
    /// use wardkey::confirmation::{Part, PartError};
    /// use wardkey::crypto::default_backend;
    /// use wardkey::{AuthenticationResponse, CredentialRecord};
    /// fn at_the_pharmacy(part: &Part, record: &CredentialRecord, response: &AuthenticationResponse) -> Result<(), PartError> {
    ///     let site = Site::new("clinic.example", Origins::exact(["https://portal.clinic.example"]));
    ///     part.verify(&site, record, response, default_backend())?;
    ///     part.items().for_each(|(number, item)| println!("{number}: {} bytes", item.content.len()));
    ///     Ok(())
    /// }
    /// ```
    ///
    /// # Errors
    /// Those of [`Self::check`], then [`PartError::Failed`] with the step that refuses.
    pub fn verify(
        &self,
        site: &Site,
        record: &CredentialRecord,
        response: &AuthenticationResponse,
        backend: &dyn Backend,
    ) -> Result<Confirmed, PartError> {
        self.check(&site.rp_id, backend)?;
        let digests: Vec<[u8; 32]> = self.digests.iter().map(|HexDigest(digest)| *digest).collect();
        let challenge = digest::challenge(&self.head_digest, &digests, backend);
        let stated = self.head.as_ref().map(|head| (&*head.signer, &*head.meaning));
        Ok(verify(challenge, (digests.len(), stated), site, record, response, backend)?)
    }

    /// Returns the disclosed items with their numbers, from 1. Unverified before [`Self::verify`].
    pub fn items(&self) -> impl Iterator<Item = (u32, &Item)> {
        self.items.iter().map(|disclosed| (disclosed.index, &disclosed.item))
    }
}
