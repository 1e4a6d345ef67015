//! Certificates, through a trust anchor: another reader accepts whatever is accepted here, nothing is left over, and
//! what it says of a CA decides whether the anchor issues.
#![no_main]

use libfuzzer_sys::fuzz_target;
use wardkey::policy::TrustAnchor;
use x509_parser::error::X509Error;
use x509_parser::extensions::BasicConstraints;
use x509_parser::nom::{self, Parser as _};
use x509_parser::oid_registry::OID_X509_EXT_BASIC_CONSTRAINTS;
use x509_parser::prelude::{FromDer as _, X509CertificateParser, X509Version};

fuzz_target!(|der: &[u8]| {
    let Ok(anchor) = TrustAnchor::from_der(der) else { return };
    assert_eq!(anchor.der(), der);
    // What an extension holds that nobody looks at is not read here; by itself it would be there.
    let mut reader = X509CertificateParser::new().with_deep_parse_extensions(false);
    let (rest, other) = match reader.parse(der) {
        // Here a signature is judged where it is verified, and an anchor's own is nobody's concern.
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
    let issues = format!("{anchor:?}").contains("issues: true");
    let has_name = other.subject().iter().next().is_some();
    if is_ca {
        assert_eq!(issues, has_name, "a CA issues, in its name");
    } else if other.version() == X509Version::V3 && other.subject().as_raw() != other.issuer().as_raw() {
        assert!(!issues, "who is no CA issues nothing, unless it is a root");
    }
});
