//! What can go wrong at the front door, and whose fault it is.

use crate::ceremony::{Failure, StepNumber};
use crate::client::json::ResponseError;
use crate::crypto::RandomFailed;
use crate::extensions::InputError;
use serde::ser::{Serialize, SerializeStruct, Serializer};

/// Whose fault an [`Error`] is: what a back end chooses its answer by.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Fault {
    /// The response's: it is refused. Over HTTP, 400, or what your sign-ins answer where they fail: 401, or 403. So is a
    /// record that cannot verify anything, or another credential's, since an answer of its own would tell accounts apart:
    /// have somebody look at the codes `stored-public-key-unusable` and `credential-mismatch`.
    Response,
    /// The user's, who has to begin again, or to do more: 403.
    User,
    /// The caller's: a mistake in the code or the data of the back end. 500, and somebody should look at it.
    Caller,
    /// The machine's: 503.
    Machine,
}

/// Why a ceremony has no good end. For logs: it holds facts, never secrets, never text that was received.
///
/// Who signs in should see one and the same answer for all of them, [`Self::public`] (§14.6.2). Who is signed in and
/// registers one more passkey may be told what to do about it: [`Expired`](Self::Expired);
/// `credential-already-registered`, by [`claim`](crate::policy::Registered::claim), of a credential that is stored
/// already; what a policy does not admit (`attestation-type-not-accepted`, `attestation-untrusted`,
/// `aaguid-not-attested`, `aaguid-not-accepted`).
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// The response's: a step of the standard refuses it.
    #[error(transparent)]
    Failed(#[from] Failure),
    /// The same of a payment (Secure Payment Confirmation), which is no sign-in that failed.
    #[error("a payment: {0}")]
    Payment(Failure),
    /// The response's: it could not be parsed, so that no ceremony began.
    #[error(transparent)]
    Response(#[from] ResponseError),
    /// The user's, mostly: the ceremony took longer than its timeout.
    #[error("the ceremony has expired")]
    Expired,
    /// The caller's: the state was issued later than the time handed in, by more than 5 minutes. The clocks of your machines
    /// differ, or a time was handed in that is not in seconds.
    #[error("the state was issued more than 5 minutes after the time handed in; compare the clocks of your machines")]
    NotYetIssued,
    /// The state, or the sign-in that a signal is sent after, is of another relying party: it was posted to the wrong
    /// address, or taken from the wrong store.
    #[error("the state or sign-in is of another relying party")]
    WrongRelyingParty,
    /// The caller's: the state offers a COSE algorithm that this build cannot verify, because another build started the
    /// registration.
    #[error("the registration offers COSE algorithm {0}, which this build cannot verify")]
    UnverifiableAlgorithm(i32),
    /// The caller's: there is no attestation policy of this name.
    #[error("no attestation policy of this name")]
    UnknownPolicy,
    /// The caller's: no credential to ask for. Use a discoverable authentication.
    #[error("no credential to ask for")]
    NoCredentials,
    /// The caller's: the relying party was built without decoys, so there are none for a name that nobody has.
    #[error("the relying party has no decoys")]
    NoDecoys,
    /// The caller's: a record of another account among those to ask for.
    #[error("a credential of another account among those to ask for")]
    ForeignCredential,
    /// The caller's: extension inputs that clients would refuse.
    #[error(transparent)]
    Extension(#[from] InputError),
    /// The caller's: the list leaves out the credential that was just used, which the user's devices would then hide or
    /// delete.
    #[error("the credential just used is left out")]
    CredentialLeftOut,
    /// The state is of another kind of ceremony, a sign-in, a re-authentication or a payment: it was posted to the wrong
    /// address.
    #[error("the state was started for something else")]
    OtherPurpose,
    /// The state is not of a re-authentication of this user: it was posted to the wrong address, or in another session.
    #[error("the state is not of a re-authentication of this user")]
    NotAReauthentication,
    /// The user's: the last re-authentication is too long ago, or later than the time handed in.
    #[error("the re-authentication is not recent enough")]
    NotFresh,
    /// The user's: the last re-authentication is of another relying party, of another user, or for another purpose.
    #[error("the re-authentication is of another relying party or user, or for another purpose")]
    ReauthenticationMismatch,
    /// The user's: in the last re-authentication user verification was not performed, or for the first time, and does
    /// not count as a factor (§4, uvInitialized).
    #[error("a re-authentication whose user verification does not count as a factor")]
    NotAFactor,
    /// The machine's: no randomness.
    #[error(transparent)]
    Random(#[from] RandomFailed),
}

/// What the person at the browser is told of a failure: one and the same thing, whatever it was, so that nobody learns
/// from it which accounts and credentials there are (§14.6.2). [`Error`] itself is for the log.
///
/// ```
/// use wardkey::error::{Error, PublicFailure};
/// assert_eq!(Error::Expired.public(), PublicFailure);
/// assert_eq!(serde_json::to_string(&PublicFailure)?, r#"{"error":"failed"}"#);
/// # Ok::<(), serde_json::Error>(())
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, thiserror::Error)]
#[error("that did not work; please try again")]
#[allow(clippy::exhaustive_structs, reason = "that it holds nothing is the point")]
pub struct PublicFailure;

impl Serialize for PublicFailure {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        let mut json = to.serialize_struct("PublicFailure", 1)?;
        json.serialize_field("error", "failed")?;
        json.end()
    }
}

impl Failure {
    /// What the person at the browser is told, as of any [`Error`].
    #[must_use]
    pub const fn public(&self) -> PublicFailure {
        PublicFailure
    }
}

impl ResponseError {
    /// What the person at the browser is told, as of any [`Error`].
    #[must_use]
    pub const fn public(&self) -> PublicFailure {
        PublicFailure
    }
}

impl Error {
    /// What the person at the browser is told.
    #[must_use]
    pub const fn public(&self) -> PublicFailure {
        PublicFailure
    }

    /// Whose fault it is.
    #[must_use]
    pub const fn fault(&self) -> Fault {
        match self {
            Self::Failed(_)
            | Self::Payment(_)
            | Self::Response(_)
            | Self::WrongRelyingParty
            | Self::OtherPurpose
            | Self::NotAReauthentication => Fault::Response,
            Self::Expired | Self::NotFresh | Self::ReauthenticationMismatch | Self::NotAFactor => Fault::User,
            Self::NotYetIssued
            | Self::UnverifiableAlgorithm(_)
            | Self::UnknownPolicy
            | Self::NoCredentials
            | Self::NoDecoys
            | Self::ForeignCredential
            | Self::Extension(_)
            | Self::CredentialLeftOut => Fault::Caller,
            Self::Random(_) => Fault::Machine,
        }
    }

    /// The step of the standard that refuses, where one does.
    #[must_use]
    pub const fn step(&self) -> Option<StepNumber> {
        match self {
            Self::Failed(failure) | Self::Payment(failure) => failure.step(),
            _ => None,
        }
    }

    /// A stable word for logs and dashboards: the refusal's ([`Refusal::codes`](crate::ceremony::Refusal::codes)), or
    /// `response-malformed`, `expired`, `not-yet-issued`, `wrong-relying-party`, `unverifiable-algorithm`,
    /// `unknown-policy`, `no-credentials`, `no-decoys`, `foreign-credential`, `extension-input`, `credential-left-out`,
    /// `other-purpose`, `not-a-reauthentication`, `not-fresh`, `reauthentication-mismatch`, `not-a-factor`,
    /// `random-failed`.
    #[must_use]
    pub const fn code(&self) -> &'static str {
        match self {
            Self::Failed(failure) | Self::Payment(failure) => failure.code(),
            Self::Response(_) => "response-malformed",
            Self::Expired => "expired",
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
            Self::NotAReauthentication => "not-a-reauthentication",
            Self::NotFresh => "not-fresh",
            Self::ReauthenticationMismatch => "reauthentication-mismatch",
            Self::NotAFactor => "not-a-factor",
            Self::Random(_) => "random-failed",
        }
    }
}
