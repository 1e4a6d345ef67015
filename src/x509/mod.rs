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
pub(crate) mod extensions;
pub(crate) mod name;
pub(crate) mod oid;
pub(crate) mod revocation;

pub use crate::codec::der::Error as DerError;
pub use crate::codec::pem::Error as PemError;
pub use algorithm::Error as AlgorithmError;
pub use anchor::{Error as TrustAnchorError, TrustAnchor};
pub use certificate::Error as CertificateError;
pub use chain::Error as PathError;
pub use constraints::Error as NameConstraintsError;
pub use crl::{Crl, Error as CrlError, Problem as CrlProblem};
pub use extensions::Error as ExtensionsError;

#[cfg(test)]
mod tests;
