//! The two ceremonies (§7): pure functions over what was expected and what was posted.
//!
//! This is the only code that verifies. It is total: the same values give the same verdict, and nothing is looked up,
//! stored or timed. [`RelyingParty`](crate::relying_party::RelyingParty) is the front door; whoever has their own
//! expectations, a vector, a fuzzer, an auditor years later, calls these.

pub mod authentication;
mod client_data;
mod refusal;
pub mod registration;
mod step;

pub use refusal::{Failure, Refusal};
pub use step::{Ceremony, Step, StepNumber};

use crate::codec::base64url::Bytes;
use crate::crypto::{Backend, sha256};

/// authenticatorData ‖ SHA-256(clientDataJSON): the message of nearly every signature in the standard.
fn signed_message(backend: &dyn Backend, authenticator_data: &[u8], client_data_json: &[u8]) -> Bytes {
    let mut message = Bytes::with_capacity(authenticator_data.len().saturating_add(32));
    message.extend_from_slice(authenticator_data);
    message.extend_from_slice(&sha256(backend, &[client_data_json]));
    message
}
