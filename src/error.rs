//! Errors of the front door, and who has to act on them.

use crate::ceremony::evidence::Evidence;
use crate::ceremony::{Failure, StepNumber};
use crate::client::json::ResponseError;
use crate::invalid::InvalidValue;
use serde::ser::{Serialize, SerializeStruct, Serializer};

/// Who is at fault for an [`Error`]. Choose the HTTP status by it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Fault {
    /// The response is refused. Answer 400, or whatever a failed sign-in answers in your portal: 401 or 403.
    ///
    /// Also used for an unusable or mismatched stored record: a distinct answer would reveal that the account exists. So
    /// raise an alert for the codes `stored-public-key-unusable` and `credential-mismatch`.
    Response,
    /// The user must start again or do more. Answer 403.
    User,
    /// The code or the data of the back end is wrong. Answer 500, and raise an alert.
    Caller,
    /// The machine failed. Answer 503.
    Machine,
}

/// Why a ceremony failed. For logs: contains facts, but no secrets and no received text.
///
/// During a sign-in, show the same answer for every error: [`Self::public`] (§14.6.2). A user who is signed in and registers
/// another passkey may be told the reason, so that they can act on it: [`Expired`](Self::Expired); the code
/// `credential-already-registered` of [`claim`](crate::policy::Registered::claim); and the codes of a policy
/// (`attestation-type-not-accepted`, `attestation-untrusted`, `aaguid-not-attested`, `aaguid-not-accepted`).
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// A step of the standard refuses the response.
    #[error(transparent)]
    Failed(#[from] Failure),
    /// The response could not be parsed.
    #[error(transparent)]
    Response(#[from] ResponseError),
    /// The ceremony took longer than its timeout. Usually the user waited too long.
    #[error("the ceremony took longer than its timeout")]
    Expired,
    /// The state was started in a different web session, or in one that was written as unbound.
    #[error("the state was started in a different web session")]
    SessionMismatch,
    /// The id of the web session is empty. Give every visitor a session, also before they sign in.
    #[error("expected the id of a web session, found an empty one")]
    SessionEmpty,
    /// The timeout of a request is shorter than 1 second, or longer than 1 day.
    #[error("expected a timeout of 1 second to 1 day")]
    Timeout,
    /// The time is after the year 9999. Usually it was given in milliseconds instead of seconds.
    #[error("expected the time in seconds, found one after the year 9999; was it given in milliseconds?")]
    TimeNotInSeconds,
    /// The state was issued more than 5 minutes after `now`: the clocks of your machines differ.
    #[error("the state was issued more than 5 minutes after the given time; compare the clocks of your machines")]
    NotYetIssued,
    /// The state, or the sign-in that a signal follows, belongs to a different relying party: the response was posted to the
    /// wrong address, or the state was read from the wrong store.
    #[error("the RP ID of the state or sign-in is not that of this relying party")]
    WrongRelyingParty,
    /// The state offers a COSE algorithm that this build cannot verify, because a different build started the registration.
    #[error("the registration offers COSE algorithm {0}, which this build cannot verify")]
    UnverifiableAlgorithm(i32),
    /// The builder was given no attestation policy with this name.
    #[error("no attestation policy has the requested name")]
    UnknownPolicy,
    /// The list of records is empty. Use a discoverable authentication.
    #[error("expected at least one credential record, found none")]
    NoCredentials,
    /// The relying party was built without [`Decoys`](crate::relying_party::Decoys), so it cannot answer for a name without
    /// an account.
    #[error("the relying party was built without decoys")]
    NoDecoys,
    /// The list of records contains a record of a different account.
    #[error("expected credential records of one account, found a record of a different account")]
    ForeignCredential,
    /// Clients would refuse the extension inputs.
    #[error(transparent)]
    Extension(InvalidValue),
    /// The list of accepted credentials lacks the credential that was just used. The user's devices would hide or delete it.
    #[error("the list of accepted credentials lacks the credential that was just used")]
    CredentialLeftOut,
    /// The state was started for a different purpose (sign-in, re-authentication or payment): the response was posted to the
    /// wrong address.
    #[error("the state was started for a different purpose: sign-in, re-authentication or payment")]
    OtherPurpose,
    /// The last re-authentication is too old, or later than `now`.
    #[error("the re-authentication is too old, or later than the given time")]
    NotFresh,
    /// The last re-authentication was made at a different relying party, by a different user, or for a different purpose.
    #[error(
        "the re-authentication was made at a different relying party, by a different user, or for a different purpose"
    )]
    ReauthenticationMismatch,
    /// A re-authentication was asked to count for no time, or for more than a day.
    #[error("expected a re-authentication that counts for 1 second to 1 day")]
    ReauthenticationLifetime,
    /// User verification of the last re-authentication does not count as a factor, because it was not performed, or performed
    /// for the first time (§4, uvInitialized).
    #[error("user verification of the re-authentication does not count as a factor")]
    NotAFactor,
    /// The random source failed.
    #[error("the system's random source failed")]
    Random,
}

/// The answer to show at the browser. It is the same for every error, so that an attacker cannot find out which accounts and
/// credentials exist (§14.6.2). Write the [`Error`] itself to the log.
///
/// ```
/// use wardkey::{Error, PublicFailure};
/// assert_eq!(Error::Expired.public(), PublicFailure);
/// assert_eq!(serde_json::to_string(&PublicFailure)?, r#"{"error":"failed"}"#);
/// # Ok::<(), serde_json::Error>(())
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[allow(clippy::exhaustive_structs, reason = "it must never have a field, because all errors have the same answer")]
pub struct PublicFailure;

impl core::fmt::Display for PublicFailure {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.write_str("that did not work; please try again")
    }
}

impl Serialize for PublicFailure {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        let mut json = to.serialize_struct("PublicFailure", 1)?;
        json.serialize_field("error", "failed")?;
        json.end()
    }
}

impl Failure {
    /// Returns the answer to show at the browser, as for every [`Error`].
    #[must_use]
    pub const fn public(&self) -> PublicFailure {
        PublicFailure
    }
}

impl ResponseError {
    /// Returns the answer to show at the browser, as for every [`Error`].
    #[must_use]
    pub const fn public(&self) -> PublicFailure {
        PublicFailure
    }
}

impl Error {
    /// Returns the answer to show at the browser.
    #[must_use]
    pub const fn public(&self) -> PublicFailure {
        PublicFailure
    }

    /// Returns who is at fault.
    #[must_use]
    pub const fn fault(&self) -> Fault {
        match self {
            Self::Failed(_)
            | Self::Response(_)
            | Self::WrongRelyingParty
            | Self::SessionMismatch
            | Self::OtherPurpose => Fault::Response,
            Self::Expired | Self::NotFresh | Self::ReauthenticationMismatch | Self::NotAFactor => Fault::User,
            Self::TimeNotInSeconds
            | Self::SessionEmpty
            | Self::Timeout
            | Self::ReauthenticationLifetime
            | Self::NotYetIssued
            | Self::UnverifiableAlgorithm(_)
            | Self::UnknownPolicy
            | Self::NoCredentials
            | Self::NoDecoys
            | Self::ForeignCredential
            | Self::Extension(_)
            | Self::CredentialLeftOut => Fault::Caller,
            Self::Random => Fault::Machine,
        }
    }

    /// Returns the step of the standard that refuses the response, if a step does.
    #[must_use]
    pub const fn step(&self) -> Option<StepNumber> {
        match self {
            Self::Failed(failure) => failure.step(),
            _ => None,
        }
    }

    /// Returns the [evidence](crate::ceremony::evidence) of the refused ceremony, if a step refuses the response. For logs only:
    /// it names the credential and may tell whether the account exists (§14.6.2).
    #[must_use]
    pub fn evidence(&self) -> Option<Evidence> {
        match self {
            Self::Failed(failure) => Some(failure.evidence()),
            _ => None,
        }
    }

    /// Returns a stable code for logs and dashboards: the code of the refusal
    /// ([`Refusal::codes`](crate::ceremony::Refusal::codes)), or
    /// `response-malformed`, `session-mismatch`, `session-empty`, `expired`, `timeout-out-of-range`, `time-not-in-seconds`, `not-yet-issued`, `wrong-relying-party`, `unverifiable-algorithm`,
    /// `unknown-policy`, `no-credentials`, `no-decoys`, `foreign-credential`, `extension-input`, `credential-left-out`,
    /// `other-purpose`, `not-fresh`, `reauthentication-mismatch`, `not-a-factor`,
    /// `reauthentication-lifetime`,
    /// `random-failed`.
    #[must_use]
    pub const fn code(&self) -> &'static str {
        match self {
            Self::Failed(failure) => failure.code(),
            Self::Response(_) => "response-malformed",
            Self::Expired => "expired",
            Self::SessionMismatch => "session-mismatch",
            Self::SessionEmpty => "session-empty",
            Self::Timeout => "timeout-out-of-range",
            Self::TimeNotInSeconds => "time-not-in-seconds",
            Self::NotYetIssued => "not-yet-issued",
            Self::UnverifiableAlgorithm(_) => "unverifiable-algorithm",
            Self::WrongRelyingParty => "wrong-relying-party",
            Self::UnknownPolicy => "unknown-policy",
            Self::NoDecoys => "no-decoys",
            Self::NoCredentials => "no-credentials",
            Self::ForeignCredential => "foreign-credential",
            Self::Extension(_) => "extension-input",
            Self::CredentialLeftOut => "credential-left-out",
            Self::OtherPurpose => "other-purpose",
            Self::NotFresh => "not-fresh",
            Self::ReauthenticationMismatch => "reauthentication-mismatch",
            Self::ReauthenticationLifetime => "reauthentication-lifetime",
            Self::NotAFactor => "not-a-factor",
            Self::Random => "random-failed",
        }
    }
}
