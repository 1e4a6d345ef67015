//! Errors of the front door, and who has to act on them.

use crate::ceremony::evidence::Evidence;
use crate::ceremony::{Failure, StepNumber};
use crate::client::json::ResponseError;
use crate::client::signal::Signal;
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
/// Answer the page with [`Self::public`], which is the same whether the account exists or not (§14.6.2). Everybody may be told
/// that the ceremony [expired](Self::Expired), and it says so. A user who is signed in and registers another passkey may also be
/// told the reason, so that they can act on it, such as `credential-already-registered` of
/// [`claim`](crate::policy::Registered::claim), or `aaguid-not-accepted` of a policy. The
/// [manual](crate::manual::errors) says for each code what to tell.
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
    /// The state was started in a different web session. A bound and an unbound session differ too.
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
    /// The re-authentication is too old, or later than `now`.
    #[error("the re-authentication is too old, or later than the given time")]
    NotFresh,
    /// The re-authentication was made at a different relying party, by a different user, or for a different purpose.
    #[error(
        "the re-authentication was made at a different relying party, by a different user, or for a different purpose"
    )]
    ReauthenticationMismatch,
    /// A re-authentication was asked to count for no time, or for more than a day.
    #[error("expected a re-authentication that counts for 1 second to 1 day")]
    ReauthenticationLifetime,
    /// User verification of the re-authentication does not count as a factor, because it was not performed, or performed
    /// for the first time (§4, uvInitialized).
    #[error("user verification of the re-authentication does not count as a factor")]
    NotAFactor,
    /// The random source failed.
    #[error("the system's random source failed")]
    Random,
}

/// The answer for the page: serialize it into the body of the response. It is the same whether the account and the credential
/// exist or not (§14.6.2). Write the [`Error`] itself to the log ([`Error::log_line`]).
///
/// * `code` is `failed`, or `expired` if the user took too long, which depends on no account, or `unknown-credential` together
///   with the next member. `browser/wardkey.js` has words for each, in the language of the person.
/// * `unknownCredential` is there after a discoverable sign-in with a credential that your store does not have. The page passes it
///   to `PublicKeyCredential.signalUnknownCredential()`, so that the passkey provider stops offering the passkey. It is never
///   there for a [decoy](crate::Decoys).
///
/// ```
/// use wardkey::{Error, PublicFailure};
/// assert_eq!(serde_json::to_string(&PublicFailure::default())?, r#"{"code":"failed"}"#);
/// assert_eq!(serde_json::to_string(&Error::Expired.public())?, r#"{"code":"expired"}"#);
/// # Ok::<(), serde_json::Error>(())
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[must_use = "it is the body of the response"]
pub struct PublicFailure {
    expired: bool,
    unknown_credential: Option<Box<Signal>>,
}

impl PublicFailure {
    /// Returns the word for the page: `failed`, `expired` or `unknown-credential`.
    #[must_use]
    pub const fn code(&self) -> &'static str {
        match &self.unknown_credential {
            _ if self.expired => "expired",
            Some(_) => "unknown-credential",
            None => "failed",
        }
    }
}

impl core::fmt::Display for PublicFailure {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.write_str(if self.expired {
            "that took too long; please try again"
        } else {
            "that did not work; please try again"
        })
    }
}

impl Serialize for PublicFailure {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        let signal = self.unknown_credential.as_ref();
        let mut json = to.serialize_struct("PublicFailure", 1_usize.saturating_add(signal.iter().count()))?;
        json.serialize_field("code", self.code())?;
        if let Some(signal) = signal {
            json.serialize_field("unknownCredential", signal)?;
        }
        json.end()
    }
}

impl ResponseError {
    /// Returns the answer for the page, as for every [`Error`].
    pub fn public(&self) -> PublicFailure {
        PublicFailure::default()
    }
}

impl Error {
    /// Returns the answer for the page.
    pub fn public(&self) -> PublicFailure {
        let unknown_credential = match self {
            Self::Failed(failure) => failure.unknown_credential.clone(),
            _ => None,
        };
        PublicFailure { expired: *self == Self::Expired, unknown_credential }
    }

    /// Returns one line for your log: the [code](Self::code), the facts as `name=value`, and the text. It names the account and the
    /// credential, so never send it to the browser. It contains no received text.
    ///
    /// `state`, `rp`, `purpose`, `user` and `credential` are there if a step refuses the response. For any other error, log
    /// `state_id` of the response beside it.
    ///
    /// ```
    /// # use wardkey::Error;
    /// let line = Error::Expired.log_line();
    /// assert_eq!(line, "expired: the ceremony took longer than its timeout");
    /// ```
    #[must_use]
    pub fn log_line(&self) -> String {
        let mut line = self.code().to_owned();
        let mut fact = |name: &str, value: Option<String>| {
            if let Some(value) = value {
                line.extend([" ", name, "=", &value]);
            }
        };
        if let Some(found) = self.evidence() {
            fact("step", self.step().map(|step| step.to_string()));
            fact("state", found.state_id);
            fact("rp", found.rp_id);
            fact("purpose", found.purpose.map(|purpose| purpose.name().to_owned()));
            fact("user", found.user);
            fact("credential", found.credential_id.map(|id| id.to_base64url()));
            fact("sign_count", found.sign_count.map(|count| count.to_string()));
            fact("sign_count_stored", found.sign_count_stored.map(|count| count.to_string()));
        }
        format!("{line}: {self}")
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
    /// `response-malformed`, `session-mismatch`, `session-empty`, `expired`, `timeout-out-of-range`, `time-not-in-seconds`,
    /// `not-yet-issued`, `wrong-relying-party`, `unverifiable-algorithm`, `unknown-policy`, `no-credentials`, `no-decoys`,
    /// `foreign-credential`, `extension-input`, `credential-left-out`, `other-purpose`, `not-fresh`,
    /// `reauthentication-mismatch`, `not-a-factor`, `reauthentication-lifetime`,
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
