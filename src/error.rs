//! What can go wrong at the front door, and whose fault it is.

use crate::ceremony::{Failure, StepNumber};
use crate::client::json::ResponseError;
use crate::crypto::RandomFailed;

/// Why a ceremony has no good end. For logs: it holds facts, never secrets, never text that was received. The person
/// at the browser should see one and the same answer for all of them (§14.6.2).
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// The response's: a step of the standard refuses it.
    #[error(transparent)]
    Failed(#[from] Failure),
    /// The response's: it could not be parsed, so that no ceremony began.
    #[error(transparent)]
    Response(#[from] ResponseError),
    /// The user's, mostly: the ceremony took longer than its timeout.
    #[error("the ceremony has expired")]
    Expired,
    /// The caller's: the state is of another relying party.
    #[error("the state is of another relying party")]
    WrongRelyingParty,
    /// The caller's: no credential to ask for. Use a discoverable authentication.
    #[error("no credential to ask for")]
    NoCredentials,
    /// The caller's: a record of another account among those to ask for.
    #[error("a credential of another account among those to ask for")]
    ForeignCredential,
    /// The machine's: no randomness.
    #[error(transparent)]
    Random(#[from] RandomFailed),
}

impl Error {
    /// The step of the standard that refuses, where one does.
    #[must_use]
    pub const fn step(&self) -> Option<StepNumber> {
        match self {
            Self::Failed(failure) => failure.step(),
            _ => None,
        }
    }

    /// A stable word for logs and dashboards.
    #[must_use]
    pub const fn code(&self) -> &'static str {
        match self {
            Self::Failed(failure) => failure.code(),
            Self::Response(_) => "response-malformed",
            Self::Expired => "expired",
            Self::WrongRelyingParty => "wrong-relying-party",
            Self::NoCredentials => "no-credentials",
            Self::ForeignCredential => "foreign-credential",
            Self::Random(_) => "random-failed",
        }
    }
}
