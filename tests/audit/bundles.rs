//! Bundles: `bundles.jsonl` has an accepted and a refused one of each kind and format, made from the vectors by
//! `WRITE_VECTORS=1 cargo test --test audit`.

use proptest::prelude::*;
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::fs;
use std::sync::OnceLock;
use wardkey::audit::{Bundle, BundleError, MAX_BUNDLE_LEN};
use wardkey::crypto::{AwsLcRs, RustCrypto};
use wardkey::internals;

const BUNDLES: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/audit/bundles.jsonl");

/// The lines of all own vectors.
pub(crate) fn vectors() -> Vec<String> {
    let mut files: Vec<_> = fs::read_dir(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/vectors")).unwrap().collect();
    files.sort_by_key(|file| file.as_ref().unwrap().path());
    let mut lines = Vec::new();
    for file in files {
        let path = file.unwrap().path();
        if path.extension().is_some_and(|extension| extension == "jsonl") {
            lines.extend(fs::read_to_string(path).unwrap().lines().map(str::to_owned));
        }
    }
    lines
}

fn committed() -> &'static [String] {
    static BUNDLES_READ: OnceLock<Vec<String>> = OnceLock::new();
    BUNDLES_READ.get_or_init(|| {
        if std::env::var_os("WRITE_VECTORS").is_some() {
            fs::write(BUNDLES, made().join("\n") + "\n").unwrap();
        }
        fs::read_to_string(BUNDLES).unwrap().lines().map(str::to_owned).collect()
    })
}

/// The bundles of the first accepted and the first refused vector of each kind and format.
fn made() -> Vec<String> {
    let mut first = BTreeMap::new();
    for line in vectors() {
        let vector: Value = serde_json::from_str(&line).unwrap();
        let Ok(bundle) = Bundle::of_vector(&line, &AwsLcRs) else { continue };
        let json = bundle.to_json();
        let file: Value = serde_json::from_str(&json).unwrap();
        let format = vector["id"].as_str().unwrap().split('/').take(1).collect::<String>();
        let stated = file["evidence"]["attestationFormat"].as_str().map_or(format, str::to_owned);
        let key = (vector["kind"].to_string(), stated, file["verdict"]["accept"].to_string());
        first.entry(key).or_insert(json);
    }
    first.into_values().collect()
}

#[test]
fn committed_bundles_verify_with_both_backends() {
    let (mut formats, mut refused) = (Vec::new(), 0);
    for json in committed() {
        let bundle = Bundle::from_json(json).unwrap();
        assert_eq!(&bundle.to_json(), json);
        let one = bundle.verify(&AwsLcRs).unwrap();
        assert_eq!(one, bundle.verify(&RustCrypto).unwrap());
        assert!(one.is_intact() && one.agrees(), "{json}: {one:?}");
        let judged = one.judged.unwrap();
        let value: Value = serde_json::from_str(json).unwrap();
        let id: String = bundle.id().iter().map(|byte| format!("{byte:02x}")).collect();
        assert_eq!(value["id"], id);
        let expected = value["ceremony"]["expected"].as_object().unwrap();
        assert!(
            expected
                .values()
                .chain(value["evidence"].as_object().into_iter().flat_map(|all| all.values()))
                .all(|value| !value.is_null())
        );
        refused += usize::from(!judged.accept);
        assert_eq!(value["evidence"].is_null(), !judged.accept);
        formats.extend(value["evidence"]["attestationFormat"].as_str().map(str::to_owned));
    }
    formats.sort();
    formats.dedup();
    let all = ["android-key", "android-safetynet", "apple", "compound", "fido-u2f", "none", "packed", "tpm"];
    assert_eq!(formats, all);
    assert!(refused >= 2, "{refused} refused");
}

/// Every own vector that canonical JSON can say becomes a bundle that agrees, and has the step that refuses.
#[test]
fn every_vector_becomes_a_bundle_that_agrees() {
    let (mut bundled, mut unwritable) = (0, Vec::new());
    for line in vectors() {
        match Bundle::of_vector(&line, &AwsLcRs) {
            Ok(bundle) => {
                let again = Bundle::from_json(&bundle.to_json()).unwrap();
                assert!(again.verify(&AwsLcRs).unwrap().agrees(), "{line}");
                bundled += 1;
            }
            Err(error) => unwritable.push(error),
        }
    }
    unwritable.dedup();
    assert!(
        bundled > 1_700 && unwritable.iter().all(|error| *error == BundleError::Unwritable),
        "{bundled} {unwritable:?}"
    );
}

#[test]
fn a_vector_without_a_record_is_only_parsed() {
    let of_a_sign_in = |vector: &Value| vector["kind"] == "authentication" && vector["verdict"]["accept"] == true;
    let mut all = vectors().into_iter().map(|line| serde_json::from_str::<Value>(&line).unwrap());
    let mut vector = all.find(of_a_sign_in).unwrap();
    vector["expected"].as_object_mut().unwrap().remove("credential").unwrap();
    let accepted = |vector: &Value| {
        let bundle = Bundle::of_vector(&vector.to_string(), &AwsLcRs).unwrap();
        serde_json::from_str::<Value>(&bundle.to_json()).unwrap()["verdict"]["accept"].clone()
    };
    assert_eq!(accepted(&vector), true);
    let mut text = vector.clone();
    text["response"]["response"]["clientDataJSON"] = "eyJ4Ijoi_yJ9".into(); // {"x":"\xff"}
    assert_eq!(accepted(&text), false);
    vector["response"]["response"]["authenticatorData"] = "AA".into();
    assert_eq!(accepted(&vector), false);
}

/// What a page posts by mistake is replaced by zeros of its length, and the verdict stays.
#[test]
fn a_bundle_has_no_secret() {
    let results = |vector: &Value| vector.pointer("/response/clientExtensionResults").cloned().unwrap_or_default();
    let zeros = |value: &Value| value.as_str().is_none_or(|text| text.bytes().all(|byte| byte == b'A'));
    let mut secrets = 0;
    for line in vectors() {
        let vector: Value = serde_json::from_str(&line).unwrap();
        let Ok(bundle) = Bundle::of_vector(&line, &AwsLcRs) else { continue };
        let file: Value = serde_json::from_str(&bundle.to_json()).unwrap();
        assert_eq!(file["verdict"]["accept"], vector["verdict"]["accept"], "{}", vector["id"]);
        for secret in ["/prf/results/first", "/prf/results/second", "/largeBlob/blob", "/hmacGetSecret/output1"] {
            let (posted, kept) = (results(&vector), results(&file["ceremony"]));
            let (Some(posted), Some(kept)) = (posted.pointer(secret), kept.pointer(secret)) else { continue };
            assert!(zeros(kept), "{}: {kept}", vector["id"]);
            assert_eq!(posted.as_str().map(str::len), kept.as_str().map(str::len), "{}", vector["id"]);
            secrets += 1;
        }
    }
    assert!(secrets > 3, "{secrets} secrets");

    let secret = "c2VjcmV0";
    let zeros = "AAAAAAAA";
    for (posted, kept) in [
        (
            json!({ "largeBlobKey": secret, "prf": [secret, { "first": secret }] }),
            json!({ "largeBlobKey": zeros, "prf": [zeros, { "first": zeros }] }),
        ),
        (json!({ "prf": secret, "largeBlob": secret }), json!({ "prf": zeros, "largeBlob": zeros })),
        (json!({ "prf": { "enabled": true, "first": secret } }), json!({ "prf": { "enabled": true, "first": zeros } })),
        (json!({ "prf": { "enabled": secret } }), json!({ "prf": { "enabled": zeros } })),
        (json!({ "prf": { "first": [7, 8] } }), json!({ "prf": { "first": [0, 0] } })),
        (
            json!({ "largeBlob": { "supported": true, "written": false, "result": { "blob": secret } } }),
            json!({ "largeBlob": { "supported": true, "written": false, "result": { "blob": zeros } } }),
        ),
        (json!({ "largeBlob": { "written": secret } }), json!({ "largeBlob": { "written": zeros } })),
        (json!([{ "prf": secret }]), json!([{ "prf": zeros }])),
        (json!({ "prf": { "results": { "first": null } } }), json!({ "prf": { "results": { "first": null } } })),
        (json!({ "prf": null, "largeBlob": {} }), json!({ "prf": null, "largeBlob": {} })),
    ] {
        for line in vectors().into_iter().filter(|line| line.contains("extensions/prf-results-refused-")).take(2) {
            let mut vector: Value = serde_json::from_str(&line).unwrap();
            vector["response"]["clientExtensionResults"] = posted.clone();
            let live = serde_json::from_str::<internals::Vector>(&vector.to_string()).unwrap().judge(&AwsLcRs);
            let bundle = Bundle::of_vector(&vector.to_string(), &AwsLcRs).unwrap();
            let report = bundle.verify(&AwsLcRs).unwrap();
            assert!(report.agrees(), "{posted}");
            let judged = report.judged.unwrap();
            assert_eq!((judged.accept, judged.step), (live.accept, live.step), "{posted}");
            let json = bundle.to_json();
            let file: Value = serde_json::from_str(&json).unwrap();
            assert!(!json.contains(secret), "{posted}: {json}");
            assert_eq!(results(&file["ceremony"]), kept, "{posted}");
        }
    }
}

#[test]
fn what_is_no_bundle_is_refused_by_name() {
    assert_eq!(MAX_BUNDLE_LEN, 8_388_608, "every later version reads what this one writes");
    let json = &committed()[0];
    let value: Value = serde_json::from_str(json).unwrap();
    let with = |name: &str, to: Value| {
        let mut value = value.clone();
        value[name] = to;
        value.to_string()
    };
    let without = |name: &str| {
        let mut value = value.clone();
        value.as_object_mut().unwrap().remove(name);
        value.to_string()
    };
    let mut rows = vec![
        (format!(" {json}"), BundleError::NotCanonical),
        (String::new(), BundleError::NotCanonical),
        ("[]".to_owned(), BundleError::NotCanonical),
        (json.replace("\"accept\":", "\"accept\": "), BundleError::NotCanonical),
        (" ".repeat(MAX_BUNDLE_LEN), BundleError::NotCanonical),
        (" ".repeat(MAX_BUNDLE_LEN + 1), BundleError::TooLong),
        (with("version", json!(2)), BundleError::Version),
        (with("version", json!("1")), BundleError::Members),
        (with("more", json!(1)), BundleError::Members),
        (with("id", json!(value["id"].as_str().unwrap().to_uppercase())), BundleError::Members),
        (with("digests", json!({})), BundleError::Members),
        (with("verdict", json!({ "accept": true })), BundleError::Members),
        (with("verdict", json!({ "accept": 1, "step": null })), BundleError::Members),
        (with("evidence", json!([])), BundleError::Members),
        (with("ceremony", json!(null)), BundleError::Members),
    ];
    rows.extend(
        ["version", "ceremony", "verdict", "evidence", "digests", "id"]
            .map(|name| (without(name), BundleError::Members)),
    );
    for (text, error) in rows {
        assert_eq!(Bundle::from_json(&text), Err(error), "{}", &text[..text.len().min(80)]);
    }
    assert_eq!(Bundle::of_vector("{}", &AwsLcRs), Err(BundleError::Ceremony));
    assert_eq!(Bundle::of_vector(&" ".repeat(MAX_BUNDLE_LEN), &AwsLcRs), Err(BundleError::Ceremony));
    assert_eq!(Bundle::of_vector(&" ".repeat(MAX_BUNDLE_LEN + 1), &AwsLcRs), Err(BundleError::TooLong));
    for error in [
        (BundleError::TooLong, "too-long"),
        (BundleError::NotCanonical, "not-canonical"),
        (BundleError::Version, "version"),
        (BundleError::Members, "members"),
        (BundleError::Ceremony, "ceremony"),
        (BundleError::Unwritable, "unwritable"),
    ] {
        assert_eq!(error.0.code(), error.1);
    }
}

proptest! {
    /// A changed byte makes another text that is no bundle, or names the member that was changed.
    #[test]
    fn any_changed_byte_is_noticed(which in any::<prop::sample::Index>(), at in any::<prop::sample::Index>(), to in 0x20_u8..0x7f) {
        let json = which.get(committed());
        let mut bytes = json.clone().into_bytes();
        let at = at.index(bytes.len());
        prop_assume!(bytes[at] != to);
        bytes[at] = to;
        let Ok(bundle) = Bundle::from_json(std::str::from_utf8(&bytes).unwrap()) else { return Ok(()) };
        let report = bundle.verify(&AwsLcRs).unwrap();
        prop_assert!(!report.is_intact() && report.judged.is_none());
        let members = ["ceremony", "evidence", "verdict"];
        let value: Value = serde_json::from_str(json).unwrap();
        let changed: Value = serde_json::from_slice(&bytes).unwrap();
        let named: Vec<&str> = members.into_iter().filter(|name| value[name] != changed[name] || value["digests"][name] != changed["digests"][name]).collect();
        prop_assert_eq!(&report.changed, &named);
        prop_assert_eq!(report.id_matches, value["id"] == changed["id"] && value["digests"] == changed["digests"]);
    }
}
