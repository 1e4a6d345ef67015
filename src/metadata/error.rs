//! Why a BLOB, a set of roots or a stored form is refused. Facts only: no text of the message.

use crate::x509;
use crate::x509::Rule;

/// Why a BLOB is refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum BlobError {
    /// RFC 7515 §3.1: three parts of base64url without padding, and nothing else.
    #[error("expected a compact JSON Web Signature: three parts of base64url without padding")]
    Form,
    /// RFC 7515 §4: the header is an object with each member once, has `alg` and 1 to 10 certificates in `x5c`, and has none of
    /// `crit`, `jwk`, `jku` and `x5u`.
    #[error("expected a JWS header with alg and 1 to 10 certificates in x5c, and without crit, jwk, jku and x5u")]
    Header,
    /// `alg` is not an accepted algorithm, or does not fit the key of the signing certificate.
    #[error("alg is not accepted, or does not fit the key of the signing certificate")]
    Algorithm,
    /// The certification path of the signing certificate does not lead to a root.
    #[error("the certificates of the BLOB do not lead to a root: {0}")]
    Path(x509::CertificateError),
    /// The signing certificate is a CA's, or its key usage lacks digitalSignature.
    #[error("expected a signing certificate of an end entity with digitalSignature, found another")]
    NotASigner,
    /// A certificate of the path is revoked, or its revocation list cannot be applied.
    #[error("a certificate of the BLOB is revoked, or its revocation list cannot be applied: {0}")]
    Revoked(x509::CertificateError),
    /// The signing certificate does not have the DNS name of the service.
    #[error("the signing certificate does not have the DNS name of the metadata service")]
    Name,
    /// The signature does not verify with the key of the signing certificate.
    #[error("the signature of the BLOB does not verify")]
    Signature,
    /// The payload is not a JSON object with a number `no`, an array `entries` and, if there is one, a date `nextUpdate`.
    #[error("expected a JSON object with no, entries and a date nextUpdate as the payload")]
    Payload,
    /// The BLOB is older than one that was seen before.
    #[error("the BLOB has number {no}, and number {last} was seen before")]
    Rollback {
        /// The number of the BLOB.
        no: u64,
        /// The number that was seen.
        last: u64,
    },
    /// The grace time after `nextUpdate` is over, or there is no `nextUpdate` to count from.
    #[error("the BLOB is stale: its nextUpdate and the grace time after it are over, or it has no nextUpdate")]
    Stale,
}

impl BlobError {
    /// Returns the class, a stable word for logs: `jws`, `header`, `algorithm`, `chain`, `revoked`, `name`, `signature`,
    /// `payload`, `rollback` or `stale`.
    #[must_use]
    pub const fn code(&self) -> &'static str {
        match self {
            Self::Form => "jws",
            Self::Header => "header",
            Self::Algorithm => "algorithm",
            Self::Path(_) | Self::NotASigner => "chain",
            Self::Revoked(_) => "revoked",
            Self::Name => "name",
            Self::Signature => "signature",
            Self::Payload => "payload",
            Self::Rollback { .. } => "rollback",
            Self::Stale => "stale",
        }
    }

    pub(super) const fn of_path(error: x509::CertificateError) -> Self {
        match error.rule() {
            Rule::Revoked
            | Rule::CrlKeyUsage
            | Rule::CrlKeyMismatch
            | Rule::CrlSignature
            | Rule::CrlNotYetValid
            | Rule::CrlExpired => Self::Revoked(error),
            _ => Self::Path(error),
        }
    }
}

/// Why certificates are no roots of the FIDO Metadata Service.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum RootsError {
    /// A certificate cannot be a trust anchor.
    #[error(transparent)]
    Anchor(#[from] x509::CertificateError),
    /// A certificate is neither GlobalSign Root R3 nor GlobalSign Root R46.
    #[error("a certificate is neither GlobalSign Root CA R3 nor GlobalSign Root R46")]
    NotFido,
}

/// Why a stored form is refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum StoredError {
    /// The bytes are not this stored form, or of a version that this library does not read.
    #[error("not a stored form of metadata that this version reads")]
    Version,
    /// The bytes are damaged: the checksum or the structure is wrong.
    #[error("the stored form of the metadata is damaged")]
    Damaged,
    /// The BLOB in the stored form does not verify at the time of its receipt.
    #[error("the stored BLOB is refused: {0}")]
    Blob(#[from] BlobError),
}

impl StoredError {
    /// Returns a stable word for logs.
    #[must_use]
    pub const fn code(&self) -> &'static str {
        match self {
            Self::Version => "stored-version",
            Self::Damaged => "stored-damaged",
            Self::Blob(error) => error.code(),
        }
    }
}
