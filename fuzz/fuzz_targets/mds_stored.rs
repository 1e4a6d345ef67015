//! The body of the stored compact form, its checksum right: what is read writes a form that reads as the same.
#![no_main]

use libfuzzer_sys::fuzz_target;
use wardkey::metadata::Metadata;

fuzz_target!(|body: &[u8]| {
    let name = b"wardkey-mds-c\0\x04\n";
    let sum = crc32fast::hash(&[name, body].concat()).to_be_bytes();
    let bytes = [name, &sum[..], body].concat();
    let Ok(metadata) = Metadata::from_bytes(&bytes) else { return };
    let written = metadata.to_bytes();
    let again = Metadata::from_bytes(&written).expect("what was written can be read");
    assert_eq!(metadata.models(), again.models());
    assert_eq!(metadata.skipped(), again.skipped());
    assert_eq!((metadata.number(), metadata.signer()), (again.number(), again.signer()));
});
