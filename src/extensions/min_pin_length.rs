//! Minimum PIN length (`minPinLength`, CTAP §12.4).

use super::signed::unsigned;
use super::{Extension, OutputRefusal, Shaped, SignedMap};

impl SignedMap<'_> {
    /// Returns `minPinLength`: the minimum length of a PIN in code points.
    pub(crate) fn min_pin_length(&self) -> Shaped<u64> {
        self.shaped(Extension::MinPinLength, unsigned)
    }
}

/// Requires a minimum of at least `least` code points.
pub(super) fn check(output: Option<u64>, least: Option<u32>) -> Result<(), OutputRefusal> {
    match (least, output) {
        (Some(_), None) => Err(OutputRefusal::MinPinLengthMissing),
        (Some(least), Some(length)) if length < u64::from(least) => Err(OutputRefusal::MinPinLength(length)),
        _ => Ok(()),
    }
}
