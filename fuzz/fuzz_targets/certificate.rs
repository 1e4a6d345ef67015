//! Certificates, through a trust anchor: another reader accepts whatever is accepted here, and nothing is left over.
#![no_main]

use libfuzzer_sys::fuzz_target;
use wardkey::policy::TrustAnchor;
use x509_parser::prelude::{FromDer as _, X509Certificate};

fuzz_target!(|der: &[u8]| {
    let Ok(anchor) = TrustAnchor::from_der(der) else { return };
    assert_eq!(anchor.der(), der);
    let (rest, other) = X509Certificate::from_der(der).expect("x509-parser reads it too");
    assert!(rest.is_empty());
    assert!(other.validity().not_before.timestamp() <= i64::MAX / 2);
    let _ = format!("{anchor:?}");
});
