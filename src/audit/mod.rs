//! Logs and archives that somebody else can check: audit events, a chain of log lines, and bundles of ceremonies
//! (feature `audit`).
//!
//! | question of an auditor | answer |
//! |---|---|
//! | what happened, by whom? | [`AuditEvent`], also as a FHIR AuditEvent |
//! | was the log changed? | [`AuditChain`] writes it, [`ChainCheck`] checks it line by line |
//! | was this sign-in right? | [`Bundle`] contains all that is needed to judge it again, also by another library |
//!
//! A line of a chain and a bundle have exactly one encoding: canonical JSON. [`ChainCheck::line`] ([`ChainFault::Text`]) and
//! [`Bundle::from_json`] ([`BundleError::NotCanonical`]) refuse every other one. An event has one encoding as part of a line. On its
//! own it is read like any JSON: white space, the order of members and missing optional members do not matter.
//!
//! [The manual](crate::manual::audit) has retention, access, erasure and pseudonyms, and the mapping of events to OCSF and ECS.

mod bundle;
mod chain;
mod event;
mod fhir;
mod front_door;

pub use bundle::{Bundle, BundleError, BundleReport, JudgedAgain, MAX_BUNDLE_LEN};
pub use chain::{AuditChain, Broken, ChainCheck, ChainFault, Checkpoint, MAX_CHAIN_NAME_LEN, MAX_LINE_LEN};
pub use event::{AuditEvent, CredentialDigest, EventError, EventOutcome, EventType, Label, MAX_LABEL_LEN};
pub use fhir::FhirVersion;

use crate::codec::lengths::with_lengths;
use crate::crypto::Backend;

/// Returns SHA-256 of the parts, each preceded by its length, so that no two lists of parts have one digest.
fn digest(backend: &dyn Backend, parts: &[&[u8]]) -> [u8; 32] {
    with_lengths(parts, |parts| backend.sha256(parts))
}
