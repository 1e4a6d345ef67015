//! Confirmations: one ceremony that signs the digest of a document (feature `assurance`).
//!
//! **What it is not.** WebAuthn has no trusted display: a receipt proves what was hashed, not what the person saw. And it is no
//! statement that a law accepts it: it gives the evidence that such a law asks for.
//!
//! A prescriber signs a list for one patient, or a patient signs a consent. [`Document`] is what is shown.
//! [`RelyingParty::start_confirmation`](crate::RelyingParty::start_confirmation) draws a [`Nonce`] and sends the digest of the
//! document as the challenge, so the authenticator signs it. The result is a [`Receipt`], which anybody who has the public key
//! can verify years later, and of which one reader can get a [`Part`]: the pharmacy sees its line and nothing of the others.
//!
//! [`digest`](Digests) is the format: SHA-256 with domain separation and lengths, so that no two documents have one challenge. The
//! nonce is in the receipt, and only who may read the whole document may have it: without it, nobody who sees the challenge can
//! try documents out. The manual shows [the whole way](crate::manual::documents).

mod digest;
mod document;
mod part;
mod receipt;

pub use digest::{Digests, Nonce};
pub use document::{Document, DocumentError, Draft, Item};
pub use part::{Part, PartError};
pub use receipt::{Confirmed, Receipt};
