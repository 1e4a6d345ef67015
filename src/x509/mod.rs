//! Certificates as attestation needs them (RFC 5280): reading them, and validating a certification path to a trust anchor.
//!
//! | file | section |
//! |---|---|
//! | `oid` | the names of everything below |
//! | `name` | 4.1.2.4 issuer and subject, 4.2.1.6 general names |
//! | `algorithm` | 4.1.1.2 signature algorithms, 4.1.2.7 subject public keys |
//! | `constraints` | 4.2.1.10 name constraints |
//! | `extensions` | 4.2 extensions |
//! | `certificate` | 4.1 the certificate |
//! | `anchor` | 6.1.1 (d) trust anchors |
//! | `crl` | 5 certificate revocation lists |
//! | `revocation` | 6.3 revocation along a certification path |
//! | `error` | why one of them is refused |
//! | `chain` | 6.1 validation of the certification path in x5c |
//!
//! Everything borrows from the message. Nothing in a message is ever an anchor. What is public are the anchors and
//! revocation lists, which the relying party makes, and the reasons for a refusal.

pub(crate) mod algorithm;
pub(crate) mod anchor;
pub(crate) mod certificate;
pub(crate) mod chain;
pub(crate) mod constraints;
pub(crate) mod crl;
pub(crate) mod error;
pub(crate) mod extensions;
pub(crate) mod name;
pub(crate) mod oid;
pub(crate) mod revocation;

#[cfg(test)]
pub(crate) use crate::codec::der::Malformed;
pub use anchor::TrustAnchor;
pub use crl::Crl;
pub use error::CertificateError;
pub(crate) use error::Rule;

#[cfg(test)]
mod tests;
