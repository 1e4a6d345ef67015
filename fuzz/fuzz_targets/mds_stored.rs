//! Reads a stored compact form with a correct checksum. What is read must be equal after writing and reading again.
#![no_main]

use libfuzzer_sys::fuzz_target;
use wardkey::metadata::{Metadata, StoredError};

fuzz_target!(|body: &[u8]| {
    let name = b"wardkey-mds-c\0\x05\n";
    let sum = crc32fast::hash(&[name, body].concat()).to_be_bytes();
    let bytes = [name, &sum[..], body].concat();
    let metadata = match Metadata::from_bytes(&bytes) {
        Ok(metadata) => metadata,
        Err(StoredError::Version) => panic!("the name above is that of another version"),
        Err(_) => return,
    };
    let written = metadata.to_bytes();
    let again = Metadata::from_bytes(&written).expect("what was written can be read");
    assert_eq!(again.to_bytes(), written);
    assert_eq!((metadata.models(), metadata.skipped()), (again.models(), again.skipped()));
});
