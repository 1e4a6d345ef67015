//! Documents: what is read is equal after writing and reading again; a change of a text, or of the boundary between two, changes the
//! challenge.
#![no_main]

use libfuzzer_sys::fuzz_target;
use wardkey::confirmation::{Document, Draft, Nonce};
use wardkey::crypto::{AwsLcRs, RustCrypto};

fuzz_target!(|input: &[u8]| {
    let Ok(document) = serde_json::from_slice::<Document>(input) else { return };
    let json = serde_json::to_string(&document).expect("a document is JSON");
    assert_eq!(serde_json::from_str::<Document>(&json).expect("as written"), document);
    let nonce = Nonce::new([7; Nonce::LEN]).expect("32 bytes");
    let digests = document.digests("clinic.example", &nonce, &AwsLcRs);
    assert_eq!(digests, document.digests("clinic.example", &nonce, &RustCrypto));
    assert_eq!(digests.items().len(), document.items().len());
    let mut moved = Draft::new(document.purpose(), document.subject(), document.time());
    moved.signer = document.meaning().to_owned();
    moved.meaning = document.signer().to_owned();
    moved.items = document.items().to_vec();
    if let Ok(moved) = Document::new(moved) {
        let other = moved.digests("clinic.example", &nonce, &AwsLcRs);
        assert_eq!(moved == document, other.challenge() == digests.challenge());
    }
});
