//! PEM texts of trust anchors: each certificate is the same anchor as its DER.
#![no_main]

use libfuzzer_sys::fuzz_target;
use wardkey::x509::TrustAnchor;

fuzz_target!(|text: &str| {
    if let Ok(anchors) = TrustAnchor::from_pem(text) {
        assert!(!anchors.is_empty());
        for anchor in anchors {
            assert_eq!(TrustAnchor::from_der(anchor.der()).as_ref(), Ok(&anchor));
        }
    }
});
