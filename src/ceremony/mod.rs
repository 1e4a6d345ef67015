//! The two ceremonies (§7) as pure functions of the expectations and the response.
//!
//! Only this code verifies responses. The same values always give the same verdict: nothing is loaded, stored or timed.
//! Applications use [`RelyingParty`](crate::relying_party::RelyingParty). Call these functions directly if you have expectations
//! of your own, such as test vectors, a fuzzer, or an audit years later.

pub mod authentication;
mod backup;
mod client_data;
mod common;
pub mod evidence;
mod failure;
mod origins;
pub mod payment;
mod recorder;
mod refusal;
pub mod registration;
mod results;
mod site;
mod step;

pub(crate) use backup::BackupEligibilityChange;
pub use backup::{BackupEligibility, BackupState};
pub use failure::Failure;
pub use origins::{OriginRule, Origins};
pub(crate) use recorder::Recorder;
pub use refusal::Refusal;
pub use site::Site;
pub(crate) use step::Outcome;
pub use step::{Ceremony, Step, StepNumber};

use crate::extensions::ClientExtensionResults;
use crate::quirk::{Quirk, Quirks};

/// Checks that `clientExtensionResults` is present, because the IDL of §5.1 requires it. Returns the quirk that was needed.
pub(crate) fn client_extension_results(
    received: Option<&ClientExtensionResults>,
    allowed: Quirks,
) -> Result<Quirks, Refusal> {
    match received {
        Some(_) => Ok(Quirks::NONE),
        None if allowed.contains(Quirk::MissingClientExtensionResults) => {
            Ok(Quirks::NONE.with(Quirk::MissingClientExtensionResults))
        }
        None => Err(Refusal::ClientExtensionResultsMissing),
    }
}
