//! The two ceremonies (§7): pure functions over what was expected and what was posted.
//!
//! This is the only code that judges a response. It is total: the same values give the same verdict, and nothing is
//! looked up, stored or timed. [`RelyingParty`](crate::relying_party::RelyingParty) is the front door; whoever has
//! their own expectations, a vector, a fuzzer, an auditor years later, calls these.

pub mod authentication;
mod backup;
mod basis;
mod client_data;
mod failure;
mod origins;
mod outcome;
mod outcomes;
pub mod payment;
mod refusal;
pub mod registration;
mod site;
mod step;

pub use backup::{BackupEligibility, BackupState};
pub use basis::{Basis, Configured, Place};
pub use failure::Failure;
pub use origins::{OriginRule, Origins};
pub use outcomes::{Outcome, Outcomes};
pub use refusal::Refusal;
pub use site::Site;
pub use step::{Ceremony, Step, StepNumber};

use crate::extensions::ClientExtensionResults;
use crate::quirk::{Quirk, Quirks};

/// §5.1: the IDL requires `clientExtensionResults`.
fn client_extension_results(received: Option<&ClientExtensionResults>, allowed: Quirks) -> Result<Quirks, Refusal> {
    match received {
        Some(_) => Ok(Quirks::NONE),
        None if allowed.contains(Quirk::MissingClientExtensionResults) => {
            Ok(Quirks::NONE.with(Quirk::MissingClientExtensionResults))
        }
        None => Err(Refusal::ClientExtensionResultsMissing),
    }
}
