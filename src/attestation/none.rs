//! §8.7 None attestation: the empty map.

use super::{Attestation, AttestationType, Format};
use crate::codec::cbor::Map;

/// Why a `none` statement is refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, thiserror::Error)]
#[non_exhaustive]
pub enum Problem {
    /// The statement is not empty.
    #[error("the statement is not empty")]
    NotEmpty,
}

pub(super) fn verify<'a>(statement: Map<'a>) -> Result<Attestation<'a>, Problem> {
    if statement.is_empty() {
        Ok(Attestation::without_path(Format::None, AttestationType::None))
    } else {
        Err(Problem::NotEmpty)
    }
}
