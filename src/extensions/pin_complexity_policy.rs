//! PIN complexity policy (`pinComplexityPolicy`, CTAP §12.6).

use super::signed::boolean;
use super::{Extension, OutputRefusal, Shaped, SignedMap};

impl SignedMap<'_> {
    /// Returns `pinComplexityPolicy`: whether the authenticator enforces more than a minimum length.
    pub(crate) fn pin_complexity_policy(&self) -> Shaped<bool> {
        self.shaped(Extension::PinComplexityPolicy, boolean)
    }
}

/// Requires that there is a policy.
pub(super) fn check(output: Option<bool>, required: bool) -> Result<(), OutputRefusal> {
    if required && output != Some(true) { Err(OutputRefusal::PinComplexityPolicy) } else { Ok(()) }
}
