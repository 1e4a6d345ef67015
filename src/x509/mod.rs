//! X.509 certificates (RFC 5280): trust anchors and revocation lists, which the relying party configures, and the validation
//! of certification paths, which messages contain.
//!
//! | file | section |
//! |---|---|
//! | `oid` | object identifiers |
//! | `name` | 4.1.2.4 issuer and subject, 4.2.1.6 general names |
//! | `algorithm` | 4.1.1.2 signature algorithms, 4.1.2.7 subject public keys |
//! | `constraints` | 4.2.1.10 name constraints |
//! | `extensions` | 4.2 extensions |
//! | `certificate` | 4.1 the certificate |
//! | `anchor` | 6.1.1 (d) trust anchors |
//! | `crl` | 5 certificate revocation lists |
//! | `revocation` | 6.3 revocation along a certification path |
//! | `error` | the reasons for a refusal |
//! | `path` | 6.1 validation of a certification path |
//!
//! No certificate of a message becomes an anchor. This module does not know attestation formats: the caller passes what a
//! format demands of its path.

pub(crate) mod algorithm;
mod anchor;
pub(crate) mod certificate;
mod constraints;
mod crl;
pub(crate) mod error;
pub(crate) mod extensions;
pub(crate) mod name;
pub(crate) mod oid;
pub(crate) mod path;
pub(crate) mod revocation;

#[cfg(test)]
pub(crate) use crate::codec::der::Malformed;
pub use anchor::TrustAnchor;
pub use crl::Crl;
pub use error::CertificateError;
pub(crate) use error::{Rule, reasons};

#[cfg(test)]
pub(crate) mod tests;
