//! Certificates, through a trust anchor: another reader accepts whatever is accepted here, and nothing is left over.
#![no_main]

use libfuzzer_sys::fuzz_target;
use wardkey::policy::TrustAnchor;
use x509_parser::nom::Parser as _;
use x509_parser::prelude::X509CertificateParser;

fuzz_target!(|der: &[u8]| {
    let Ok(anchor) = TrustAnchor::from_der(der) else { return };
    assert_eq!(anchor.der(), der);
    // What an extension holds that nobody looks at is not read here; by itself it would be there.
    let mut reader = X509CertificateParser::new().with_deep_parse_extensions(false);
    let (rest, other) = reader.parse(der).expect("x509-parser reads it too");
    assert!(rest.is_empty());
    assert!(other.validity().not_before.timestamp() <= i64::MAX / 2);
    let _ = format!("{anchor:?}");
});
