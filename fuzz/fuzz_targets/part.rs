//! Parts. A part that discloses something passes its check. One that discloses nothing is refused. A part whose JSON was changed is
//! refused, or discloses the same.
#![no_main]

use libfuzzer_sys::fuzz_target;
use wardkey::AuthenticationResponse;
use wardkey::confirmation::{Document, Item, Nonce, Part, Receipt};
use wardkey::crypto::AwsLcRs;

const RP_ID: &str = "clinic.example";

fn disclosed(part: &Part) -> (serde_json::Value, Vec<(u32, Item)>) {
    let json = serde_json::to_value(part).expect("a part is JSON");
    (json["head"].clone(), part.items().map(|(number, item)| (number, item.clone())).collect())
}

fuzz_target!(|input: &[u8]| {
    if let Ok(part) = serde_json::from_slice::<Part>(input) {
        let _ = part.check(RP_ID, &AwsLcRs); // never panics
    }
    let [mask, place, place_low, change, json @ ..] = input else { return };
    let Ok(document) = serde_json::from_slice::<Document>(json) else { return };
    let response = r#"{"id":"aWQ","rawId":"aWQ","type":"public-key","clientExtensionResults":{},"response":{"clientDataJSON":"e30","authenticatorData":"AA","signature":"AA"}}"#;
    let response = AuthenticationResponse::from_json(response).expect("a response");
    let receipt = Receipt::new(document, Nonce::new([7; Nonce::LEN]).expect("32 bytes"), response);
    let numbers: Vec<u32> = (1..8).filter(|number| mask >> number & 1 == 1).collect();
    let part = receipt.part(RP_ID, mask & 1 == 1, &numbers, &AwsLcRs);
    let discloses = mask & 1 == 1 || part.items().next().is_some();
    assert_eq!(part.check(RP_ID, &AwsLcRs).is_ok(), discloses);
    let mut json = serde_json::to_vec(&part).expect("a part is JSON");
    let place = usize::from(u16::from_be_bytes([*place, *place_low])) % json.len();
    json[place] ^= change;
    if let Ok(changed) = serde_json::from_slice::<Part>(&json)
        && changed.check(RP_ID, &AwsLcRs).is_ok()
    {
        assert_eq!(disclosed(&changed), disclosed(&part));
    }
});
