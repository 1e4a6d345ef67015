//! §8.7 None attestation: the empty map.

use super::{Attestation, AttestationType, Format, Reason};
use crate::codec::cbor::Map;

pub(super) fn verify<'a>(statement: Map<'a>) -> Result<Attestation<'a>, Reason> {
    if statement.is_empty() {
        Ok(Attestation::without_path(Format::None, AttestationType::None))
    } else {
        Err(Reason::NotEmpty)
    }
}
