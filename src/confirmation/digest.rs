//! From a document to a challenge.
//!
//! `LP(a, b, …)` is each part behind its length in bytes, as four bytes, big endian.
//!
//! ```text
//! salt(i)   = HMAC-SHA-256(nonce, LP("wardkey/1/salt", i as 4 bytes))
//! head      = SHA-256(LP("wardkey/1/head", salt(0), RP ID, purpose, subject, signer, meaning, time as 8 bytes))
//! item(i)   = SHA-256(LP("wardkey/1/item", salt(i), i as 4 bytes, type, content))        i = 1, 2, …
//! challenge = SHA-256(LP("wardkey/1/confirmation", head, item(1), item(2), …))
//! ```
//!
//! Two documents never have one challenge unless SHA-256 has a collision: each text stands behind its length, each hash has a
//! name of its own, and the number of items follows from the length.

use super::document::{Document, DocumentError, Item};
use crate::codec::lengths::with_lengths;
use crate::crypto::Backend;
use crate::macros::getters;
use crate::time::UnixTime;
use core::fmt;
use serde::{Deserialize, Deserializer, Serialize, Serializer, de::Error as _};

/// The random bytes of a confirmation. Keep them with the document, and give them only to whoever may read the whole document:
/// without them, nobody who sees the challenge can try documents out.
#[derive(Clone, PartialEq, Eq)]
pub struct Nonce([u8; Self::LEN]);

impl Nonce {
    /// The number of bytes.
    pub const LEN: usize = 32;

    /// Makes a nonce of bytes that you stored. A new one must be random.
    ///
    /// # Errors
    /// [`DocumentError::Nonce`].
    pub fn new(bytes: impl AsRef<[u8]>) -> Result<Self, DocumentError> {
        bytes.as_ref().try_into().map(Self).map_err(|_| DocumentError::Nonce)
    }

    /// Returns the bytes.
    #[must_use]
    pub const fn as_bytes(&self) -> &[u8; Self::LEN] {
        &self.0
    }

    /// The salt of the head (0) or of an item (from 1).
    pub(super) fn salt(&self, number: u32, backend: &dyn Backend) -> [u8; 32] {
        let number = number.to_be_bytes();
        with_lengths(&[b"wardkey/1/salt", &number], |parts| backend.hmac_sha256(&self.0, parts))
    }
}

/// Shows no bytes.
impl fmt::Debug for Nonce {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Nonce")
    }
}

impl Serialize for Nonce {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        crate::codec::base64url::text::serialize(&self.0, to)
    }
}

impl<'de> Deserialize<'de> for Nonce {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        Self::new(crate::codec::base64url::text::deserialize(from)?).map_err(D::Error::custom)
    }
}

/// The digests of a document, and the challenge that follows from them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Digests {
    pub(super) head: [u8; 32],
    pub(super) items: Vec<[u8; 32]>,
    pub(super) challenge: [u8; 32],
}

impl Digests {
    getters! {
        /// Returns the digest of everything but the items.
        pub const fn head(&self) -> &[u8; 32] = &self.head;
        /// Returns the digest of each item.
        pub fn items(&self) -> &[[u8; 32]] = &self.items;
        /// Returns the challenge of the ceremony.
        pub const fn challenge(&self) -> &[u8; 32] = &self.challenge;
    }
}

impl Document {
    /// Returns the digests of the document at the relying party with this RP ID.
    ///
    /// ```
    /// use wardkey::confirmation::{Document, Nonce};
    /// use wardkey::crypto::default_backend;
    /// fn challenge(document: &Document, nonce: &Nonce) -> [u8; 32] {
    ///     *document.digests("clinic.example", nonce, default_backend()).challenge()
    /// }
    /// ```
    #[must_use]
    pub fn digests(&self, rp_id: &str, nonce: &Nonce, backend: &dyn Backend) -> Digests {
        let head = Head {
            purpose: self.purpose(),
            subject: self.subject(),
            signer: self.signer(),
            meaning: self.meaning(),
            time: self.time(),
        };
        let head = head.digest(&nonce.salt(0, backend), rp_id, backend);
        let item = |(number, item)| item_digest(&nonce.salt(number, backend), number, item, backend);
        let items: Vec<_> = (1..).zip(self.items()).map(item).collect();
        let challenge = challenge(&head, &items, backend);
        Digests { head, items, challenge }
    }
}

/// The members of a document that are not items.
pub(super) struct Head<'a> {
    pub(super) purpose: &'a str,
    pub(super) subject: &'a str,
    pub(super) signer: &'a str,
    pub(super) meaning: &'a str,
    pub(super) time: UnixTime,
}

impl Head<'_> {
    pub(super) fn digest(&self, salt: &[u8], rp_id: &str, backend: &dyn Backend) -> [u8; 32] {
        let texts = [rp_id, self.purpose, self.subject, self.signer, self.meaning].map(str::as_bytes);
        let [rp_id, purpose, subject, signer, meaning] = texts;
        let time = self.time.secs().to_be_bytes();
        let parts = [b"wardkey/1/head", salt, rp_id, purpose, subject, signer, meaning, &time];
        with_lengths(&parts, |parts| backend.sha256(parts))
    }
}

pub(super) fn item_digest(salt: &[u8], number: u32, item: &Item, backend: &dyn Backend) -> [u8; 32] {
    let number = number.to_be_bytes();
    let parts = [b"wardkey/1/item", salt, &number, item.content_type.as_bytes(), &item.content];
    with_lengths(&parts, |parts| backend.sha256(parts))
}

pub(super) fn challenge(head: &[u8; 32], items: &[[u8; 32]], backend: &dyn Backend) -> [u8; 32] {
    let own: [&[u8]; 2] = [b"wardkey/1/confirmation", head];
    let parts: Vec<&[u8]> = own.into_iter().chain(items.iter().map(<[u8; 32]>::as_slice)).collect();
    with_lengths(&parts, |parts| backend.sha256(parts))
}
