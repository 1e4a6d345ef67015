//! What holds for every BLOB: order and unknown members change nothing, and the stored form answers as the metadata does.

use crate::make::{AT, HOST, MODEL, OTHER, Service, at, entry, merge, payload, report, report_with};
use proptest::prelude::*;
use proptest::sample::{Index, subsequence};
use serde_json::{Value, json};
use std::path::Path;
use std::sync::Arc;
use wardkey::UnixTime;
use wardkey::crypto::default_backend;
use wardkey::metadata::{
    BlobError, ChainKeys, Circumstance, EntryError, Level, Metadata, ModelId, Roots, RootsError, Seen, Standing,
    StoredError, keep_blob, verify,
};
use wardkey::policy::MetadataPolicy;
use wardkey::x509::TrustAnchor;
use wardkey_authenticator::{Algorithm, Authority};

const STATUSES: [&str; 14] = [
    "FIDO_CERTIFIED",
    "FIDO_CERTIFIED_L1",
    "FIDO_CERTIFIED_L2",
    "FIDO_CERTIFIED_L3plus",
    "NOT_FIDO_CERTIFIED",
    "REVOKED",
    "RETIRED",
    "USER_VERIFICATION_BYPASS",
    "ATTESTATION_KEY_COMPROMISE",
    "USER_KEY_REMOTE_COMPROMISE",
    "USER_KEY_PHYSICAL_COMPROMISE",
    "UPDATE_AVAILABLE",
    "FIPS140_CERTIFIED_L2",
    "ORBITED",
];

fn roots(service: &Service) -> Roots {
    Roots::of(HOST, [TrustAnchor::from_der(&service.root.der()).unwrap()])
}

fn read(service: &Service) -> Metadata {
    verify(service.blob().as_bytes(), &roots(service), Seen::nothing(), at(), default_backend()).unwrap()
}

fn a_report() -> impl Strategy<Value = Value> {
    let day = prop::option::of((2020..2028_u16, 1..=12_u8, 1..=28_u8));
    (0..STATUSES.len(), day, prop::option::of(0..8_u32)).prop_map(|(status, day, version)| {
        let mut report = json!({ "status": STATUSES[status] });
        if let Some((year, month, day)) = day {
            report["effectiveDate"] = format!("{year}-{month:02}-{day:02}").into();
        }
        if let Some(version) = version {
            report["authenticatorVersion"] = version.into();
        }
        report
    })
}

/// What a BLOB says of the model at several times.
fn told(metadata: &Metadata) -> Vec<(bool, Option<Standing>)> {
    let id: ModelId = MODEL.parse().unwrap();
    let times = (0..8).map(|year| UnixTime::from_secs(AT - 86_400 * 365 * (6 - year)));
    let judge = |at| {
        let mut circumstance = Circumstance::at(at);
        circumstance.firmware = Some(4);
        MetadataPolicy::certified(Level::L1).judge(metadata, &id, &circumstance)
    };
    times.map(judge).map(|verdict| (verdict.reasons.is_empty(), verdict.standing)).collect()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 48, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn the_order_of_reports_and_entries_changes_no_answer(
        reports in prop::collection::vec(a_report(), 0..6).prop_flat_map(|all| (Just(all.clone()), Just(all).prop_shuffle())),
        first in any::<bool>(),
    ) {
        let other = entry("00000000-0000-0000-0000-000000000001", &[report("REVOKED", "2024-01-01")], &[]);
        let (one, two) = (entry(MODEL, &reports.0, &[]), entry(MODEL, &reports.1, &[]));
        let plain = read(&Service::new(&payload(&[one, other.clone()])));
        let moved = read(&Service::new(&payload(&if first { [other, two] } else { [two, other] })));
        prop_assert_eq!(told(&plain), told(&moved));
    }

    #[test]
    fn one_more_unknown_member_changes_no_answer(reports in prop::collection::vec(a_report(), 0..5), place in 0..4_u8) {
        let plain = payload(&[entry(MODEL, &reports, &[])]);
        let mut more = plain.clone();
        let at = match place {
            0 => &mut more,
            1 => &mut more["entries"][0],
            2 => &mut more["entries"][0]["metadataStatement"],
            _ if reports.is_empty() => &mut more,
            _ => &mut more["entries"][0]["statusReports"][0],
        };
        at["anUnknownMember"] = json!({ "status": "REVOKED", "list": [[[1.5e300]]] });
        prop_assert_eq!(told(&read(&Service::new(&plain))), told(&read(&Service::new(&more))));
    }

    #[test]
    fn one_more_incident_never_makes_a_refusal_an_acceptance(
        reports in prop::collection::vec(a_report(), 0..5),
        incident in 5..11_usize,
        year in 2019..2028_u16,
        place in any::<Index>(),
    ) {
        let mut more = reports.clone();
        more.insert(place.index(reports.len() + 1), report(STATUSES[incident], &format!("{year}-06-01")));
        let before = told(&read(&Service::new(&payload(&[entry(MODEL, &reports, &[])]))));
        let after = told(&read(&Service::new(&payload(&[entry(MODEL, &more, &[])]))));
        for (before, after) in before.iter().zip(&after) {
            prop_assert!(before.0 || !after.0, "{reports:?}");
        }
    }

    #[test]
    fn the_stored_form_answers_as_the_metadata_does(
        reports in prop::collection::vec(a_report(), 0..5),
        broken in subsequence(vec!["aaguid", "statusReports", "metadataStatement"], 0..2),
        flip in any::<Index>(),
    ) {
        let anchor = Authority::root("metadata.anchor", Algorithm::Es256).der();
        let mut other = entry("00000000-0000-0000-0000-000000000001", &reports, &[]);
        for member in broken {
            other[member] = json!(5);
        }
        let metadata = read(&Service::new(&payload(&[entry(MODEL, &reports, &[anchor]), other])));
        let bytes = metadata.to_bytes();
        let again = Metadata::from_bytes(&bytes).unwrap();
        prop_assert_eq!(told(&metadata), told(&again));
        assert_same(&metadata, &again);
        let mut damaged = bytes.clone();
        let place = flip.index(damaged.len());
        damaged[place] ^= 1;
        prop_assert!(Metadata::from_bytes(&damaged).is_err(), "byte {place}");
        prop_assert!(Metadata::from_bytes(&bytes[..flip.index(bytes.len())]).is_err());
    }
}

fn assert_same(one: &Metadata, other: &Metadata) {
    assert_eq!(one.models(), other.models());
    assert_eq!(one.skipped(), other.skipped());
    assert_eq!((one.number(), one.next_update()), (other.number(), other.next_update()));
    assert_eq!((one.signer(), one.received_at()), (other.signer(), other.received_at()));
    assert_eq!((one.signature_sha256(), one.duplicates()), (other.signature_sha256(), other.duplicates()));
    for (model, same) in one.models().iter().zip(other.models()) {
        assert!(one.anchors_of(model).eq(other.anchors_of(same)));
    }
}

/// A payload in one line and the same in many lines are read in different ways, and so is one that has an entry beyond the bounds of
/// the reader.
#[test]
fn the_layout_of_a_payload_changes_no_answer() {
    let anchor = Authority::root("metadata.anchor", Algorithm::Es256).der();
    let good = entry(MODEL, &[report("FIDO_CERTIFIED_L1", "2024-05-14")], &[anchor]);
    let text = "a \"text\" \u{e9}\n";
    let values = [
        json!(null),
        json!(true),
        json!(5),
        json!(-1.5),
        json!(text),
        json!("L1"),
        json!([]),
        json!([text, "hardware"]),
        json!(["hardware", 5, null]),
        json!([[{ "userVerificationMethod": text }, { "userVerificationMethod": 5 }, {}, [text]], text, []]),
        json!({}),
        json!({ "status": "REVOKED" }),
        json!([{ "status": "REVOKED", "effectiveDate": "2024-01-01", "more": text }, { "status": text }]),
    ];
    let own = ["aaguid", "aaid", "attestationCertificateKeyIdentifiers", "metadataStatement", "statusReports"];
    let reports =
        ["status", "effectiveDate", "sunsetDate", "certificate", "certificationProfiles", "fipsRevision", "url"];
    let of_statement = good["metadataStatement"].as_object().unwrap().keys().map(String::as_str).chain(["legalHeader"]);
    let pointers = own
        .iter()
        .map(|name| format!("/{name}"))
        .chain(of_statement.map(|name| format!("/metadataStatement/{name}")))
        .chain(reports.iter().map(|name| format!("/statusReports/0/{name}")));
    let mut skipped = 0;
    for pointer in pointers {
        for value in &values {
            let mut changed = good.clone();
            let (object, name) = pointer.rsplit_once('/').unwrap();
            changed.pointer_mut(object).unwrap()[name] = value.clone();
            let service = Service::new(&payload(&[changed]));
            let lines =
                serde_json::to_string_pretty(&serde_json::from_str::<Value>(&service.payload).unwrap()).unwrap();
            let beyond = "\"entries\":[{\"aaguid\":\"\",\"statusReports\":[1e999]},";
            let beyond = service.payload.replacen("\"entries\":[", beyond, 1);
            let one = read(&service);
            let other = read(&service.clone().with(|service| service.payload = lines));
            assert_eq!((one.models(), one.skipped()), (other.models(), other.skipped()), "{pointer}: {value}");
            for (model, same) in one.models().iter().zip(other.models()) {
                assert!(one.anchors_of(model).eq(other.anchors_of(same)), "{pointer}: {value}");
            }
            let alone = read(&service.with(|service| service.payload = beyond));
            assert_eq!(alone.skipped().len(), one.skipped().len() + 1, "{pointer}: {value}");
            assert_eq!(told(&one), told(&alone), "{pointer}: {value}");
            skipped += one.skipped().len();
        }
    }
    assert!(skipped > 50, "{skipped}");
}

/// The real BLOBs of the project's shared folder, where it exists.
#[test]
fn real_blobs() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/vectors/mds");
    let Ok(manifest) = std::fs::read(folder.join("manifest.json")) else {
        return println!("skipped: no {}", folder.display());
    };
    let manifest: Value = serde_json::from_slice(&manifest).unwrap();
    for case in manifest["cases"].as_array().unwrap() {
        let path = |member: &str| folder.join(case[member].as_str().unwrap());
        let pem = std::fs::read_to_string(path("root")).unwrap();
        let (blob, roots) =
            (std::fs::read(path("blob")).unwrap(), Roots::any_name(TrustAnchor::from_pem(&pem).unwrap()));
        let time = UnixTime::from_secs(case["validate_at"].as_i64().unwrap_or(1_618_918_507));
        let verified = verify(&blob, &roots, Seen::nothing(), time, default_backend());
        assert_eq!(verified.is_ok(), case["accept"] == json!(true), "{case}: {verified:?}");
        if let Ok(metadata) = verified {
            let bytes = metadata.to_bytes();
            assert_same(&metadata, &Metadata::from_bytes(&bytes).unwrap());
        }
    }
}

#[test]
fn a_kept_blob_is_verified_at_the_time_of_its_receipt() {
    let backend = default_backend();
    let service = Service::new(&payload(&[]));
    let roots = roots(&service);
    let kept = keep_blob(service.blob().as_bytes(), at());
    let metadata = Metadata::from_kept_blob(&kept, &roots, Seen::number(291), backend).unwrap();
    assert_eq!((metadata.number(), metadata.received_at()), (291, at()));
    let rollback = Metadata::from_kept_blob(&kept, &roots, Seen::number(292), backend).map(|_| ());
    assert_eq!(rollback, Err(StoredError::Blob(BlobError::Rollback { no: 291, last: 292 })));
    for place in [0, 15, 16, 19, 20, 27, 32, kept.len() - 2] {
        let mut damaged = kept.clone();
        damaged[place] ^= 1;
        assert!(Metadata::from_kept_blob(&damaged, &roots, Seen::nothing(), backend).is_err(), "byte {place}");
    }
    // The compact form decides about trust, so it is not read in the place of a BLOB.
    let compact = metadata.to_bytes();
    assert_eq!(
        Metadata::from_kept_blob(&compact, &roots, Seen::nothing(), backend).map(|_| ()),
        Err(StoredError::Version)
    );
    for (error, code) in [
        (StoredError::Version, "stored-version"),
        (StoredError::Damaged, "stored-damaged"),
        (StoredError::Blob(BlobError::Stale), "stale"),
    ] {
        assert_eq!(error.code(), code);
    }
}

/// A word of up to 32 bytes is written once, and a longer one each time.
#[test]
fn the_stored_form_has_each_short_word_once() {
    let form = |word: &str| {
        let mut made = entry(MODEL, &[], &[]);
        made["metadataStatement"] = json!({ "keyProtection": [word, "hardware"], "matcherProtection": [word] });
        let metadata = read(&Service::new(&payload(&[made])));
        let bytes = metadata.to_bytes();
        assert_same(&metadata, &Metadata::from_bytes(&bytes).unwrap());
        bytes.windows(word.len()).filter(|found| *found == word.as_bytes()).count()
    };
    let word = "word".repeat(8);
    assert_eq!((form(&word), form(&(word + "s"))), (1, 2));
}

/// The smallest form with a model, its list of words and the words of `keyProtection` by themselves.
#[test]
fn a_stored_form_is_refused_if_its_words_are_not_as_written() {
    let read = |words: &[u8], key_protection: &[u8]| {
        let head = [&[1, 0, 32][..], &[7; 32], &[0; 17], &[0, 0, 0]].concat();
        let traits = [&[1][..], key_protection, &[0; 9]].concat();
        let model = [&[1, 0, 1, 16][..], &[9; 16], &[0; 9]].concat();
        let body = [words, &head, &traits, &model, &[0]].concat();
        let name = b"wardkey-mds-c\0\x05\n";
        let sum = crc32fast::hash(&[name, &body[..]].concat()).to_be_bytes();
        let metadata = Metadata::from_bytes(&[name, &sum[..], &body].concat())?;
        Ok(metadata.models()[0].traits.key_protection[0].to_string())
    };
    let hardware = [&[1, 8][..], b"hardware"].concat();
    let long = "w".repeat(33);
    let of_long = |first: &[u8]| [first, &[33], long.as_bytes()].concat();
    assert_eq!(read(&hardware, &[1, 1]).as_deref(), Ok("hardware"));
    assert_eq!(read(&[0], &of_long(&[1, 0])).as_ref(), Ok(&long));
    for (what, words, key_protection) in [
        ("a number beyond the list", hardware.clone(), vec![1, 2]),
        ("a short word in full", vec![0], [&[1, 0, 8][..], b"hardware"].concat()),
        ("a long word in the list", of_long(&[1]), vec![1, 1]),
        ("a word that is not UTF-8", vec![1, 1, 0xff], vec![1, 1]),
        ("more words than there are octets", [vec![0xff; 8], vec![0x7f]].concat(), vec![1, 1]),
    ] {
        assert_eq!(read(&words, &key_protection), Err(StoredError::Damaged), "{what}");
    }
}

#[test]
fn the_roots_of_fido_are_known_by_fingerprint() {
    let pem =
        |der: &[u8]| format!("-----BEGIN CERTIFICATE-----\n{}\n-----END CERTIFICATE-----\n", crate::make::base64(der));
    let stranger = pem(&Authority::root("metadata.stranger", Algorithm::Es256).der());
    assert_eq!(Roots::fido(&stranger).map(|_| ()), Err(RootsError::NotFido));
    assert!(matches!(Roots::fido("no PEM"), Err(RootsError::Anchor(_))));
    let r3 = Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/vectors/mds/roots/globalsign-root-r3.pem");
    if let Ok(r3) = std::fs::read_to_string(r3) {
        assert!(Roots::fido(&r3).is_ok());
        assert_eq!(Roots::fido(&format!("{r3}{stranger}")).map(|_| ()), Err(RootsError::NotFido));
    }
}

/// Only a compromised attestation key can be about some certificates of a model. Any other incident is about all of them.
#[test]
fn a_certificate_in_a_report_narrows_one_incident_only() {
    let stranger = Authority::root("metadata.stranger", Algorithm::Es256).der();
    let own = Authority::root("metadata.own", Algorithm::Es256).der();
    let keys = ChainKeys::of([own.as_slice()], default_backend()).unwrap();
    let about = json!({ "certificate": crate::make::base64(&stranger) });
    for status in ["REVOKED", "RETIRED", "USER_VERIFICATION_BYPASS", "ATTESTATION_KEY_COMPROMISE"] {
        let report = report_with(status, "2024-05-14", about.clone());
        let metadata = read(&Service::new(&payload(&[entry(MODEL, &[report], &[])])));
        let standing = metadata.models()[0].standing(&Circumstance::at(at()).with_keys(&keys));
        let found = !standing.incidents.is_empty();
        assert_eq!(found, status != "ATTESTATION_KEY_COMPROMISE", "{status}");
    }
}

/// An AAID is an id too, and a statement with an AAGUID of zeros names none.
#[test]
fn ids_of_entries_and_statements() {
    let report = report("FIDO_CERTIFIED", "2024-05-14");
    let uaf = json!({ "aaid": "4e4e#4005", "statusReports": [report] });
    let mut zeros = entry(MODEL, std::slice::from_ref(&report), &[]);
    zeros["metadataStatement"]["aaguid"] = "00000000-0000-0000-0000-000000000000".into();
    let metadata = read(&Service::new(&payload(&[uaf.clone(), zeros, uaf])));
    assert_eq!((metadata.models().len(), metadata.skipped().len(), metadata.duplicates()), (3, 0, 1));
    // A number beyond the reader, before the AAGUID.
    let far =
        format!(r#"{{"attestationCertificateKeyIdentifiers":1e999,"aaguid":"{MODEL}","statusReports":[{report}]}}"#);
    let text = format!(r#"{{"no":1,"nextUpdate":"2099-01-01","entries":[{far}]}}"#);
    let metadata = read(&Service::new(&payload(&[])).with(|service| service.payload = text));
    assert_eq!((metadata.models().len(), metadata.skipped().len()), (1, 0));
}

/// Nested, repeated and endless input is answered, and one such entry takes no other with it.
#[test]
fn hostile_entries_are_bounded() {
    let good = entry(MODEL, &[report("FIDO_CERTIFIED_L1", "2024-05-14")], &[]).to_string();
    let deep = format!("{}{}", "[".repeat(200_000), "]".repeat(200_000));
    let many = (0..50_000).map(|number| format!("\"m{number}\":1")).collect::<Vec<_>>().join(",");
    let reports = vec![r#"{"status":"UPDATE_AVAILABLE"}"#; 20_000].join(",");
    for hostile in [
        format!(r#"{{"aaguid":"{MODEL}x","deep":{deep}}}"#),
        format!(r#"{{"aaguid":{deep}}}"#),
        deep.clone(),
        format!(r#"{{"metadataStatement":{{"userVerificationDetails":{deep}}}}}"#),
        format!("{{{many}}}"),
        format!(r#"{{"statusReports":[{reports}]}}"#),
    ] {
        let text = format!(r#"{{"no":1,"entries":[{hostile},{good}]}}"#);
        let metadata = read(&Service::new(&payload(&[])).with(|service| service.payload = text));
        assert_eq!((metadata.models().len(), metadata.skipped().len()), (1, 1));
        assert_eq!((metadata.skipped()[0].place, metadata.models()[0].place), (0, 1));
        assert!(told(&metadata).last().unwrap().0);
    }
}

/// Line breaks and escaped characters change nothing, also in the long texts of certificates.
#[test]
fn the_notation_of_the_json_changes_nothing() {
    let root = Authority::root("metadata.notation", Algorithm::Es256).der();
    let payload = payload(&[entry(MODEL, &[report("FIDO_CERTIFIED_L1", "2024-05-14")], std::slice::from_ref(&root))]);
    let read_as = |text: String| read(&Service::new(&payload).with(|service| service.payload = text));
    let plain = read_as(payload.to_string());
    let pretty = serde_json::to_string_pretty(&payload).unwrap();
    for text in [payload.to_string().replace('/', r"\/"), pretty.replace('/', r"\/"), pretty] {
        let metadata = read_as(text);
        assert_eq!(metadata.models(), plain.models());
        let anchors = metadata.anchors_of(&metadata.models()[0]).map(TrustAnchor::der).collect::<Vec<_>>();
        assert_eq!(anchors, [&root[..]]);
    }
    // A line break inside a text or a name is no JSON.
    for (text, broken) in [
        ("data:image", "data:\nimage"),
        ("\"entries\"", "\"a\nb\":1,\"entries\""),
        ("\"aaguid\"", "\"\\u0061\n\":1,\"aaguid\""),
    ] {
        let broken = payload.to_string().replacen(text, broken, 1);
        let service = Service::new(&payload).with(|service| service.payload = broken);
        let verdict = verify(service.blob().as_bytes(), &roots(&service), Seen::nothing(), at(), default_backend());
        assert!(verdict.is_err(), "{text}");
    }
}

#[test]
fn each_entry_that_cannot_be_read_has_its_cause() {
    let changed = |change: Value| {
        let mut entry = entry(MODEL, &[report("FIDO_CERTIFIED_L1", "2024-05-14")], &[]);
        merge(&mut entry, change);
        entry.to_string()
    };
    let twice = changed(json!({})).replacen('{', &format!("{{\"aaguid\":\"{MODEL}\","), 1);
    let endless = format!(r#"{{"statusReports":1e999,"aaguid":"{MODEL}"}}"#);
    let reported = |more: Value| changed(json!({ "statusReports": [report_with("REVOKED", "2024-05-14", more)] }));
    let stating = |statement: Value| changed(json!({ "metadataStatement": statement }));
    let update = report_with("UPDATE_AVAILABLE", "2024-06-14", json!({ "authenticatorVersion": 6 }));
    let outdated = json!({ "statusReports": [report("USER_KEY_REMOTE_COMPROMISE", "2024-05-14"), update] });
    for (entry, cause, is_named) in [
        ("5".to_owned(), EntryError::NotAnObject, false),
        ("[[1]]".to_owned(), EntryError::NotAnObject, false),
        (endless, EntryError::NotAnObject, true),
        (twice, EntryError::MemberTwice, true),
        (changed(json!({ "aaguid": "x" })), EntryError::Aaguid, false),
        (r#"{"statusReports":[]}"#.to_owned(), EntryError::NoId, false),
        (changed(json!({ "statusReports": "x" })), EntryError::StatusReports, true),
        (changed(json!({ "statusReports": { "x": 1 } })), EntryError::StatusReports, true),
        (changed(json!({ "statusReports": [[1]] })), EntryError::StatusReports, true),
        (changed(json!({ "statusReports": [{}] })), EntryError::StatusReports, true),
        (reported(json!({ "effectiveDate": 5 })), EntryError::Date, true),
        (reported(json!({ "fipsRevision": -1 })), EntryError::Number, true),
        (stating(json!([])), EntryError::Statement, true),
        (stating(json!({ "aaguid": OTHER })), EntryError::StatementOfAnother, true),
        (stating(json!({ "attestationRootCertificates": 5 })), EntryError::RootCertificates, true),
        (changed(outdated), EntryError::StatementOutdated, true),
    ] {
        let text = format!(r#"{{"no":1,"entries":[{entry}]}}"#);
        let metadata = read(&Service::new(&payload(&[])).with(|service| service.payload = text));
        let found = metadata.skipped().first().map(|skipped| (skipped.cause, skipped.aaguids.first().copied()));
        assert_eq!(found, Some((cause, is_named.then(|| MODEL.parse().unwrap()))), "{entry}");
    }
}

#[test]
fn metadata_is_shared_between_threads() {
    fn shared<T: Send + Sync + 'static>(_: &T) {}
    let metadata = Arc::new(read(&Service::new(&payload(&[entry(MODEL, &[], &[])]))));
    shared(&metadata);
    assert_eq!(metadata.name(&MODEL.parse().unwrap()), Some("Made-up model"));
}

#[test]
fn an_icon_is_read_from_the_blob_of_the_metadata_and_no_other() {
    let service = Service::new(&payload(&[entry(MODEL, &[], &[])]));
    let (metadata, backend) = (read(&service), default_backend());
    let icon = |blob: String| metadata.icon(blob.as_bytes(), &metadata.models()[0], backend);
    assert_eq!(icon(service.blob()).as_deref(), Some("data:image/png;base64,iVBORw0KGgo="));
    assert_eq!(icon(Service::new(&payload(&[entry(MODEL, &[report("REVOKED", "2024-01-01")], &[])])).blob()), None);
}
