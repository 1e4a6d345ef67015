//! BLOBs of the metadata service, behind a backend that accepts all signatures: without a root each is refused, an accepted one can be
//! read from its stored form, and after a greater number it is refused.
#![no_main]

use libfuzzer_sys::fuzz_target;
use wardkey::metadata::{Metadata, Roots, Seen, keep_blob, verify};
use wardkey_fuzz::Yes;
use wardkey_fuzz::mds::{AT, roots};

fuzz_target!(|blob: &[u8]| {
    assert!(verify(blob, &Roots::any_name([]), Seen::nothing(), AT, &Yes).is_err());
    let Ok(metadata) = verify(blob, roots(), Seen::nothing(), AT, &Yes) else { return };
    let kept = keep_blob(blob, AT);
    let again = Metadata::from_kept_blob(&kept, roots(), Seen::number(metadata.number()), &Yes).expect("as before");
    assert_eq!(metadata.models(), again.models());
    assert!(verify(blob, roots(), Seen::number(metadata.number() + 1), AT, &Yes).is_err(), "a rollback");
});
