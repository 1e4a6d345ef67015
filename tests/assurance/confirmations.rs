//! Properties of documents and parts, with both backends.

use crate::NOW;
use proptest::collection::vec;
use proptest::prelude::*;
use serde_json::Value;
use wardkey::AuthenticationResponse;
use wardkey::UnixTime;
use wardkey::client::json::MAX_LEN;
use wardkey::confirmation::{Document, Draft, Item, Nonce, Part, PartError, Receipt};
use wardkey::crypto::{AwsLcRs, RustCrypto};

const RP_ID: &str = "clinic.example";

/// Short texts of few letters, so that boundaries between them move.
fn documents() -> impl Strategy<Value = Document> {
    let items = vec(("[ab]{1,2}", vec(0_u8..2, 1..3)), 1..4);
    ("[ab]{1,2}", "[ab]{1,2}", "[ab]{0,2}", "[ab]{0,2}", 0..2_i64, items).prop_map(
        |(purpose, subject, signer, meaning, time, items)| {
            let mut draft = Draft::new(purpose, subject, UnixTime::from_secs(time));
            draft.signer = signer;
            draft.meaning = meaning;
            draft.items = items.into_iter().map(|(content_type, content)| Item { content_type, content }).collect();
            Document::new(draft).unwrap()
        },
    )
}

fn nonce() -> Nonce {
    Nonce::new([7; 32]).unwrap()
}

fn response() -> AuthenticationResponse {
    let json = r#"{"id":"aWQ","rawId":"aWQ","type":"public-key","clientExtensionResults":{},
        "response":{"clientDataJSON":"e30","authenticatorData":"AA","signature":"AA"}}"#;
    AuthenticationResponse::from_json(json).unwrap()
}

/// What no receipt keeps: outputs that are not signed.
fn with_unsigned_outputs() -> AuthenticationResponse {
    let json = r#"{"id":"aWQ","rawId":"aWQ","type":"public-key","authenticatorAttachment":"platform",
        "clientExtensionResults":{"appid":true,"prf":{"results":{"first":"AA"}},"new":1},
        "response":{"clientDataJSON":"e30","authenticatorData":"AA","signature":"AA","userHandle":""}}"#;
    AuthenticationResponse::from_json(json).unwrap()
}

fn part(document: &Document, head: bool, items: &[u32]) -> Part {
    Receipt::new(document.clone(), nonce(), response()).part(RP_ID, head, items, &AwsLcRs)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2000))]

    #[test]
    fn no_two_documents_have_one_challenge(one in documents(), two in documents()) {
        let of = |document: &Document| *document.digests(RP_ID, &nonce(), &AwsLcRs).challenge();
        prop_assert_eq!(of(&one) == of(&two), one == two);
        let elsewhere = one.digests("other.example", &nonce(), &AwsLcRs);
        prop_assert_ne!(of(&one), *elsewhere.challenge());
        let again = one.digests(RP_ID, &Nonce::new([8; 32]).unwrap(), &AwsLcRs);
        prop_assert_ne!(of(&one), *again.challenge());
    }

    #[test]
    fn both_backends_make_the_same_digests(document in documents()) {
        prop_assert_eq!(document.digests(RP_ID, &nonce(), &AwsLcRs), document.digests(RP_ID, &nonce(), &RustCrypto));
    }

    /// The bytes of a part depend on what it hides by the digests only.
    #[test]
    fn a_part_shows_nothing_of_what_it_leaves_out(one in documents(), two in documents(), head in any::<bool>()) {
        let (mut left, mut right) = (draft(&one), draft(&two));
        right.items[0] = left.items[0].clone();
        right.items.resize(left.items.len(), Item::text("x"));
        if head {
            (left.purpose, left.subject) = (right.purpose.clone(), right.subject.clone());
            (left.signer, left.meaning, left.time) = (right.signer.clone(), right.meaning.clone(), right.time);
        }
        let without_digests = |draft: Draft| {
            let mut json = serde_json::to_value(part(&Document::new(draft).unwrap(), head, &[1])).unwrap();
            json["digests"].as_array_mut().unwrap().iter_mut().skip(1).for_each(|digest| *digest = Value::Null);
            if !head {
                json["head_digest"] = Value::Null;
            }
            json
        };
        prop_assert_eq!(without_digests(left), without_digests(right));
    }

    #[test]
    fn a_part_that_is_changed_is_refused(document in documents(), which in 0..5_usize) {
        let part = part(&document, true, &[1]);
        prop_assert!(part.check(RP_ID, &AwsLcRs).is_ok());
        prop_assert_eq!(part.check("other.example", &AwsLcRs), Err(PartError::Head));
        let mut json = serde_json::to_value(&part).unwrap();
        prop_assert_eq!(&serde_json::from_value::<Part>(json.clone()).unwrap(), &part);
        let (member, code) = [
            ("/head/subject", "head"),
            ("/head/meaning", "head"),
            ("/items/0/type", "item"),
            ("/items/0/content", "item"),
            ("/items/0/salt", "item"),
        ][which];
        let value = json.pointer_mut(member).unwrap();
        *value = format!("{}AAAA", value.as_str().unwrap()).into();
        let changed = serde_json::from_value::<Part>(json);
        prop_assert_eq!(changed.unwrap().check(RP_ID, &AwsLcRs).unwrap_err().code(), code);
    }

    #[test]
    fn a_part_discloses_an_item_once(document in documents()) {
        let mut json = serde_json::to_value(part(&document, true, &[1])).unwrap();
        let items = json["items"].as_array_mut().unwrap();
        items.push(items[0].clone());
        prop_assert_eq!(serde_json::from_value::<Part>(json).unwrap().check(RP_ID, &AwsLcRs), Err(PartError::Item));
    }

    #[test]
    fn documents_and_receipts_survive_their_json(document in documents()) {
        let json = serde_json::to_string(&document).unwrap();
        prop_assert_eq!(&serde_json::from_str::<Document>(&json).unwrap(), &document);
        let unsigned = Receipt::new(document.clone(), nonce(), with_unsigned_outputs());
        let json = serde_json::to_string(&unsigned).unwrap();
        prop_assert_eq!(serde_json::from_str::<Receipt>(&json).unwrap(), unsigned);
        let receipt = Receipt::new(document, nonce(), response());
        let json = serde_json::to_string(&receipt).unwrap();
        prop_assert_eq!(serde_json::from_str::<Receipt>(&json).unwrap(), receipt);
        let version = json.replacen("\"version\":1", "\"version\":2", 1);
        let unknown = json.replacen('{', "{\"x\":1,", 1);
        let purpose = json.replacen("\"purpose\":\"", "\"purpose\":\"A", 1);
        for wrong in [version, unknown, purpose] {
            prop_assert!(serde_json::from_str::<Receipt>(&wrong).is_err(), "{}", wrong);
        }
    }
}

/// The longest response that serde accepts has a receipt that can be read again, although the receipt writes one more member.
#[test]
fn the_receipt_of_the_longest_response_survives_its_json() {
    let read = |len: usize| {
        let json = format!(
            r#"{{"id":"aWQ","rawId":"aWQ","type":"public-key","response":{{"clientDataJSON":"e30","authenticatorData":"{}","signature":"AA"}}}}"#,
            "A".repeat(len)
        );
        serde_json::from_str::<AuthenticationResponse>(&json).ok()
    };
    let longest = (0..100).find_map(|less| read(MAX_LEN - 16 * 1024 - 4 * less)).unwrap();
    let mut draft = Draft::new("p", "s", NOW);
    draft.items.push(Item::text("x"));
    let receipt = Receipt::new(Document::new(draft).unwrap(), nonce(), longest);
    let json = serde_json::to_string(&receipt).unwrap();
    assert!(serde_json::from_str::<Receipt>(&json).unwrap() == receipt);
    assert!(AuthenticationResponse::from_json(&receipt.response_json()).is_ok());
}

fn draft(document: &Document) -> Draft {
    let mut draft = Draft::new(document.purpose(), document.subject(), document.time());
    draft.signer = document.signer().to_owned();
    draft.meaning = document.meaning().to_owned();
    draft.items = document.items().to_vec();
    draft
}

/// The nonce lets anybody try documents out, so no log shows it.
#[test]
fn a_nonce_is_not_shown() {
    let mut draft = Draft::new("p", "s", NOW);
    draft.items.push(Item::text("x"));
    let document = Document::new(draft);
    let receipt = Receipt::new(document.unwrap(), nonce(), response());
    assert!(format!("{receipt:?}").contains("nonce: Nonce,"), "{receipt:?}");
    assert_eq!(format!("{:?}", nonce()), "Nonce");
}
