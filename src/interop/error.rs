//! The error of a conversion: a stored credential that cannot be imported, or a value that the other library cannot represent.

use crate::authenticator::data::Error as DataError;
use crate::credential::CredentialId;
use crate::crypto::Algorithm;
use crate::crypto::cose::Error as CoseError;
use crate::invalid::InvalidValue;
use crate::x509;
use std::fmt;

/// Why one row, record or value was not converted. The rows after it are still converted.
///
/// The text has the number of the row and the reason; [`ImportError::code`] is stable. Neither contains text of the row.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct ImportError {
    /// The number of the row, from 0. `None` if a single value was converted.
    pub row: Option<usize>,
    pub(crate) reason: Reason,
    credential_id: Option<Box<CredentialId>>, // boxed, so that results stay small
}

/// The reason of an [`ImportError`].
///
/// The texts in it (`member`, `expected`) are constants of this crate, never text of the row.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum Reason {
    /// In an array, no later row can be read; in JSON lines, the next line can. The line is that of the whole text, from 1; the
    /// column is in bytes, from 1.
    #[error("not JSON at line {line}, column {column}")]
    Json { line: usize, column: usize },
    #[error("the row is not a JSON object")]
    NotAnObject,
    #[error("the row has more members than any library writes")]
    TooManyMembers,
    /// The other library always stores this member. `member` is its spelling.
    #[error("the member `{member}` is missing or null")]
    Missing { member: &'static str },
    /// The names may differ in case and underscores.
    #[error("the member `{member}` occurs twice")]
    Repeated { member: &'static str },
    #[error("the member `{member}` is not {expected}")]
    Malformed { member: &'static str, expected: &'static str },
    /// The length must be 1 to 1023 bytes (§7.1 step 25).
    #[error("the credential id does not have a valid length")]
    CredentialId(#[source] InvalidValue),
    /// The length must be 1 to 64 bytes (§5.4.3).
    #[error("the stored user handle does not have a valid length")]
    UserHandle(#[source] InvalidValue),
    #[error("neither the row nor the caller has a user handle")]
    NoUserHandle,
    #[error("the user handle of the row is not the one that the caller returned")]
    OtherUserHandle,
    /// No ceremony could read the key, and it cannot be rewritten.
    #[error("the public key cannot be read as a COSE_Key")]
    PublicKey(#[source] CoseError),
    /// The key cannot be read, or COSE has no number for its algorithm.
    #[error("the public key cannot be read as a SubjectPublicKeyInfo")]
    SubjectPublicKeyInfo(#[source] x509::CertificateError),
    /// Attested credential data (§6.5.1) or authenticator data (§6.1).
    #[error("the stored authenticator data cannot be read")]
    AuthenticatorData(#[source] DataError),

    /// webauthn-rs verifies ES256, ES384 and RS256.
    #[error("webauthn-rs does not verify COSE algorithm {}", .0.cose())]
    ExportAlgorithm(Algorithm),
    #[error("webauthn-rs verifies RSA keys of 2048 bits with an exponent of three bytes only")]
    ExportRsaKey,
    /// webauthn-rs cannot represent unknown flags. The next sign-in sets them.
    #[error("backup eligibility or backup state is unknown; sign in once")]
    ExportBackup,
    /// Remove the transport to export the record without it.
    #[error("webauthn-rs has no name for a transport of the record")]
    ExportTransport,
    /// The caller says that user verification was required.
    #[error("user verification was not performed at registration, or that is unknown")]
    ExportUserVerification,
    #[error("webauthn-rs has no name for this user verification requirement")]
    ExportRequirement,
    /// Options: the first member that the other side would lose or change. `publicKey` means the options as a whole.
    #[error("the member `{member}` of the options cannot be represented on the other side")]
    NotRepresentable { member: &'static str },
}

impl Reason {
    /// Makes the error of a single value.
    pub(super) const fn alone(self) -> ImportError {
        ImportError { row: None, reason: self, credential_id: None }
    }

    /// Makes the error of a row, with the credential id if it could be read.
    pub(super) fn of(self, row: Option<usize>, credential_id: Option<CredentialId>) -> ImportError {
        ImportError { row, reason: self, credential_id: credential_id.map(Box::new) }
    }
}

impl ImportError {
    /// Returns the credential id, if it could be read.
    #[must_use]
    pub fn credential_id(&self) -> Option<&CredentialId> {
        self.credential_id.as_deref()
    }

    /// Returns a stable code for logs and metrics.
    #[must_use]
    pub const fn code(&self) -> &'static str {
        match self.reason {
            Reason::Json { .. } => "not-json",
            Reason::NotAnObject => "not-an-object",
            Reason::TooManyMembers => "too-many-members",
            Reason::Missing { .. } => "member-missing",
            Reason::Repeated { .. } => "member-repeated",
            Reason::Malformed { .. } => "member-malformed",
            Reason::CredentialId(_) => "credential-id-length",
            Reason::UserHandle(_) => "user-handle-length",
            Reason::NoUserHandle => "user-handle-missing",
            Reason::OtherUserHandle => "user-handle-mismatch",
            Reason::PublicKey(_) => "public-key",
            Reason::SubjectPublicKeyInfo(_) => "subject-public-key-info",
            Reason::AuthenticatorData(_) => "authenticator-data",
            Reason::ExportAlgorithm(_) => "export-algorithm",
            Reason::ExportRsaKey => "export-rsa-key",
            Reason::ExportBackup => "export-backup",
            Reason::ExportTransport => "export-transport",
            Reason::ExportUserVerification => "export-user-verification",
            Reason::ExportRequirement => "export-requirement",
            Reason::NotRepresentable { .. } => "not-representable",
        }
    }
}

impl fmt::Display for ImportError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.row {
            Some(row) => write!(f, "row {row}: {}", self.reason),
            None => self.reason.fmt(f),
        }
    }
}

impl std::error::Error for ImportError {
    /// Returns the source of the reason, because the text already contains the reason itself.
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        std::error::Error::source(&self.reason)
    }
}
