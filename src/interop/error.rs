//! Why a stored credential was not imported, or a value has no form on the other side.

use crate::authenticator::data::Error as DataError;
use crate::credential::CredentialId;
use crate::crypto::Algorithm;
use crate::crypto::cose::Error as CoseError;
use crate::invalid::InvalidValue;
use crate::x509;
use std::fmt;

/// Why one row, record or value was not converted. It never stops the rows after it.
///
/// The text names the row and the reason; [`ImportError::code`] is stable. Neither contains anything of the row.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct ImportError {
    /// The row, counted from 0; `None` where a single value was converted.
    pub row: Option<usize>,
    pub(crate) reason: Reason,
    credential_id: Option<Box<CredentialId>>, // boxed: it would make every result large
}

/// The reason of an [`ImportError`].
///
/// The texts in it (`member`, `expected`) are this crate's words, never text of the row.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub(crate) enum Reason {
    /// The text is not JSON at this place. In an array, nothing after it can be read; in JSON lines, the next line can.
    #[error("not JSON at line {line}, column {column}")]
    #[non_exhaustive]
    Json {
        /// The line of the whole text, from 1.
        line: usize,
        /// The column in bytes, from 1.
        column: usize,
    },
    /// The row is JSON, but not an object.
    #[error("the row is not a JSON object")]
    NotAnObject,
    /// A member that the library always stores is missing or null.
    #[error("the member `{member}` is missing or null")]
    #[non_exhaustive]
    Missing {
        /// The member, as the library spells it.
        member: &'static str,
    },
    /// A member occurs twice, perhaps in two spellings, so it is not clear which of them counts.
    #[error("the member `{member}` occurs twice")]
    #[non_exhaustive]
    Repeated {
        /// The member, as the library spells it.
        member: &'static str,
    },
    /// A member has another type or notation than the library writes.
    #[error("the member `{member}` is not {expected}")]
    #[non_exhaustive]
    Malformed {
        /// The member, as the library spells it.
        member: &'static str,
        /// What the library writes there.
        expected: &'static str,
    },
    /// The credential id is empty, or longer than WebAuthn allows (§7.1).
    #[error("the credential id cannot be one")]
    CredentialId(#[source] InvalidValue),
    /// The stored user handle is empty, or longer than WebAuthn allows (§5.4.3).
    #[error("the stored user handle cannot be one")]
    UserHandle(#[source] InvalidValue),
    /// The row holds no user handle, and the caller's function returned none.
    #[error("no user handle: neither the row nor the caller gives one")]
    NoUserHandle,
    /// The caller's function returned another user handle than the row holds.
    #[error("the row holds another user handle than the caller gives")]
    OtherUserHandle,
    /// The public key is not a COSE_Key that a ceremony could read, and cannot be rewritten as one.
    #[error("the public key cannot be read as a COSE_Key")]
    PublicKey(#[source] CoseError),
    /// The public key is a SubjectPublicKeyInfo that cannot be read, or of an algorithm that COSE has no number for.
    #[error("the public key cannot be read as a SubjectPublicKeyInfo")]
    SubjectPublicKeyInfo(#[source] x509::CertificateError),
    /// Attested credential data (§6.5.1) or authenticator data (§6.1) that cannot be read.
    #[error("the stored authenticator data cannot be read")]
    AuthenticatorData(#[source] DataError),

    /// Export: webauthn-rs verifies ES256, ES384 and RS256, and has no name for this algorithm or does not verify it.
    #[error("webauthn-rs does not verify COSE algorithm {}", .0.cose())]
    ExportAlgorithm(Algorithm),
    /// Export: webauthn-rs verifies RSA keys of 2048 bits with an exponent of three bytes only.
    #[error("webauthn-rs verifies RSA keys of 2048 bits with an exponent of three bytes only")]
    ExportRsaKey,
    /// Export: the record does not know backup eligibility or backup state, and webauthn-rs has no word for that. The
    /// next sign-in sets them.
    #[error("backup eligibility or backup state is unknown; sign in once")]
    ExportBackup,
    /// Export: webauthn-rs has no name for a transport of the record. Remove it from the record to export without it.
    #[error("webauthn-rs has no name for a transport of the record")]
    ExportTransport,
    /// Export: the caller says that user verification was required, but the record does not know of any.
    #[error("user verification was not performed at registration, or that is unknown")]
    ExportUserVerification,
    /// Export: webauthn-rs has no name for this user verification requirement.
    #[error("webauthn-rs has no name for this user verification requirement")]
    ExportRequirement,
    /// Options: the other side has no place for this member, or would change it. `publicKey`: the options as a whole.
    #[error("the member `{member}` of the options cannot be represented on the other side")]
    #[non_exhaustive]
    NotRepresentable {
        /// The first member that would be lost or changed.
        member: &'static str,
    },
}

impl Reason {
    /// The error for this reason, of a single value.
    pub(super) const fn alone(self) -> ImportError {
        ImportError { row: None, reason: self, credential_id: None }
    }

    /// The error for this reason, of a credential where its id could be read.
    pub(super) fn of(self, row: Option<usize>, credential_id: Option<CredentialId>) -> ImportError {
        ImportError { row, reason: self, credential_id: credential_id.map(Box::new) }
    }
}

impl ImportError {
    /// The credential id, where it could be read.
    #[must_use]
    pub fn credential_id(&self) -> Option<&CredentialId> {
        self.credential_id.as_deref()
    }

    /// A stable name for logs and metrics.
    #[must_use]
    pub const fn code(&self) -> &'static str {
        match self.reason {
            Reason::Json { .. } => "not-json",
            Reason::NotAnObject => "not-an-object",
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
    /// The cause of the reason: the text above already contains the reason itself.
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        std::error::Error::source(&self.reason)
    }
}
