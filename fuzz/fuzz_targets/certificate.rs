//! Certificates, through a trust anchor: another reader accepts every certificate that is accepted here, and its basic
//! constraints decide whether certificates that the anchor issued are trusted.
#![no_main]

use libfuzzer_sys::fuzz_target;
use wardkey::crypto::Algorithm;
use wardkey::x509::TrustAnchor;
use wardkey_fuzz::keys::Key;
use wardkey_fuzz::{decide, leaf};
use x509_parser::error::X509Error;
use x509_parser::extensions::BasicConstraints;
use x509_parser::nom::{self, Parser as _};
use x509_parser::oid_registry::OID_X509_EXT_BASIC_CONSTRAINTS;
use x509_parser::prelude::{FromDer as _, X509CertificateParser, X509Version};

/// One algorithm for each kind of key that a certificate may have, so that one of them fits the anchor's.
const KINDS: [Algorithm; 10] = [
    Algorithm::Es256,
    Algorithm::Rs256,
    Algorithm::Ps256,
    Algorithm::Ps384,
    Algorithm::Ps512,
    Algorithm::EdDsa,
    Algorithm::Ed448,
    Algorithm::MlDsa44,
    Algorithm::MlDsa65,
    Algorithm::MlDsa87,
];

/// The most octets of a certificate that the library reads.
const MAX_LEN: usize = 16 * 1024;

/// Whether a certificate that this anchor issued is trusted; `None` where its name is too long for one.
fn issues(anchor: &[u8], name: &[u8]) -> Option<bool> {
    let leaves = KINDS.map(|kind| leaf(name, &[2], &Key::new(kind, 0).signature_algorithm()));
    let fit = leaves.iter().all(|leaf| leaf.len() <= MAX_LEN);
    fit.then(|| leaves.iter().any(|leaf| decide(&[anchor], &[], &[leaf]).is_ok()))
}

fuzz_target!(|der: &[u8]| {
    let Ok(anchor) = TrustAnchor::from_der(der) else { return };
    assert_eq!(anchor.der(), der);
    // Extensions that the library does not look into are not parsed here either.
    let mut reader = X509CertificateParser::new().with_deep_parse_extensions(false);
    let (rest, other) = match reader.parse(der) {
        // The library reads a signature when it verifies it, and the signature of an anchor is never verified.
        Err(nom::Err::Error(X509Error::InvalidSignatureValue)) => return,
        read => read.expect("x509-parser reads it too"),
    };
    assert!(rest.is_empty());
    let constraints = other.extensions().iter().find(|extension| extension.oid == OID_X509_EXT_BASIC_CONSTRAINTS);
    let is_ca = constraints.is_some_and(|extension| {
        let (rest, constraints) = BasicConstraints::from_der(extension.value).expect("x509-parser reads them too");
        assert!(rest.is_empty());
        constraints.ca
    });
    let Some(issues) = issues(der, other.subject().as_raw()) else { return };
    let has_name = other.subject().iter().next().is_some();
    if is_ca {
        assert_eq!(issues, has_name, "a CA issues certificates if and only if it has a name");
    } else if other.version() == X509Version::V3 && other.subject().as_raw() != other.issuer().as_raw() {
        assert!(!issues, "a certificate that is neither a CA nor self-issued issues nothing");
    }
});
