//! The body of the stored compact form, its checksum right: what is read writes a form that reads as the same.
#![no_main]

use libfuzzer_sys::fuzz_target;
use wardkey::crypto::Backend as _;
use wardkey::metadata::Metadata;
use wardkey_fuzz::Yes;

fuzz_target!(|body: &[u8]| {
    let sum = Yes.sha256(&[]);
    let bytes = [&b"wardkey-mds-c\0\x03\n"[..], &sum, body].concat();
    let Ok(metadata) = Metadata::from_bytes(&bytes, &Yes) else { return };
    let written = metadata.to_bytes(&Yes);
    let again = Metadata::from_bytes(&written, &Yes).expect("what was written can be read");
    assert_eq!(metadata.models(), again.models());
    assert_eq!(metadata.skipped(), again.skipped());
    assert_eq!((metadata.number(), metadata.signer()), (again.number(), again.signer()));
});
