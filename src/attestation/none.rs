//! §8.7 None attestation: the empty map.

use super::{Attestation, AttestationType, Format, Reason};
use crate::codec::cbor::Map;

pub(super) fn verify<'a>(statement: Map<'a>) -> Result<Attestation<'a>, Reason> {
    // §8.7, syntax: `emptyMap = {}`
    if !statement.is_empty() {
        return Err(Reason::NotEmpty);
    }
    Ok(Attestation::without_path(Format::None, AttestationType::None))
}
