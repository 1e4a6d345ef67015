//! Staff under the clinician profile, with FIDO metadata that the tests sign.

#[path = "../../../../tests/metadata/make.rs"]
#[allow(dead_code, reason = "tests/metadata uses the rest")]
mod make;

use crate::world::{Browser, RP_ID, World, lacks};
use make::{AT, HOST, Service, entry, report};
use portal::operator;
use portal::staff::MetadataFile;
use serde_json::{Value, json};
use std::fs::File;
use std::time::{Duration, UNIX_EPOCH};
use wardkey::authenticator::Aaguid;
use wardkey::crypto::default_backend;
use wardkey::metadata::{Metadata, Roots, Seen, keep_blob, verify};
use wardkey::x509::TrustAnchor;
use wardkey_authenticator::{Algorithm, Packed, Registration};

/// The model of the passkey that a browser of this name registers with this number, and its roots.
fn model(name: &str) -> (String, Vec<Vec<u8>>) {
    let mut made = Registration::new(name, Algorithm::Es256).format(Packed::new());
    let aaguid = made.authenticator_data.attested().aaguid.clone();
    (Aaguid::from_bytes(aaguid.try_into().unwrap()).to_string(), made.expected.trust_anchors.clone())
}

/// An entry that reports this of the model.
fn reporting(name: &str, statuses: &[&str]) -> Value {
    let (aaguid, roots) = model(name);
    let reports: Vec<Value> = statuses.iter().map(|status| report(status, "2026-11-20")).collect();
    entry(&aaguid, &reports, &roots)
}

fn service(number: u64, entries: &[Value]) -> Service {
    Service::new(&json!({ "legalHeader": "made up", "no": number, "nextUpdate": "2026-12-01", "entries": entries }))
}

fn roots(service: &Service) -> Roots {
    Roots::of(HOST, [TrustAnchor::from_der(&service.root.der()).unwrap()])
}

fn metadata(number: u64, entries: &[Value]) -> Metadata {
    let service = service(number, entries);
    verify(service.blob().as_bytes(), &roots(&service), Seen::nothing(), make::at(), default_backend()).unwrap()
}

const GOOD: &[&str] = &["FIDO_CERTIFIED_L1"];

async fn clinic(entries: &[Value]) -> (World, Browser) {
    let world = World::with(Some(metadata(1, entries)), None).await;
    let mut king = world.browser("king");
    king.attests = true;
    king.by_code(&world).await;
    (world, king)
}

async fn try_sign_in(browser: &mut Browser) -> (u16, Value) {
    let options = browser.post("/sign-in", json!({})).await;
    let posted = browser.get(&options);
    browser.try_post("/signed-in", posted).await
}

#[tokio::test]
async fn staff_register_models_that_the_metadata_certifies_and_patients_any() {
    let (world, mut king) = clinic(&[reporting("king.1", GOOD), reporting("king.2", &["NOT_FIDO_CERTIFIED"])]).await;
    let lines = ["portal_metadata_number 1", "portal_metadata_fresh 1"];
    let mut operator = Browser { app: operator(world.portal.clone()), ..world.browser("operator") };
    let (_, metrics) = operator.request("GET", "/metrics", String::new()).await;
    assert!(lines.iter().all(|line| metrics.lines().any(|found| found == *line)), "{metrics}");

    // king.0 is not in the metadata, king.2 is not certified, and without an attestation nothing is known.
    for (number, attests) in [(0, true), (2, true), (1, false)] {
        let mut visitor = king.clone();
        visitor.attests = attests;
        visitor.passkeys = vec![Registration::new("other", Algorithm::Es256); number];
        let options = visitor.post("/register", json!({})).await;
        assert_eq!(options["attestation"], "direct");
        let posted = visitor.create(&options);
        let (status, answer) = visitor.try_post("/registered", posted).await;
        assert_eq!(status, 400, "{number} {attests}: {answer}");
        assert!(answer["unknownCredential"].is_object(), "the key forgets it: {answer}");
    }
    assert_eq!(king.try_post("/register", json!({ "conditional": true })).await.0, 409, "it has no attestation");
    king.passkeys = vec![Registration::new("other", Algorithm::Es256)];
    king.register().await;
    king.sign_in().await;
    let me = king.post("/me", json!({})).await;
    assert_eq!((&me["passkeys"][0]["model"], &me["modelsUnchecked"]), (&json!("Made-up model"), &json!(false)));
    let started = king.post("/prescribe", json!({ "patient": "ada", "items": ["Metformin 500 mg"] })).await;
    let posted = king.get(&started["options"]);
    king.post("/prescribed", posted).await;

    let mut ada = Browser::enrolled(&world, "ada").await;
    let me = ada.post("/me", json!({})).await;
    assert_eq!((&me["passkeys"][0]["model"], &me["modelsUnchecked"]), (&Value::Null, &json!(false)));
    let mut auditor = world.browser("auditor");
    auditor.by_code(&world).await;
    let audit = auditor.post("/audit", json!({})).await;
    assert_eq!(audit["metadata"], json!({ "number": 1, "fresh": true }));
    let policies: Vec<&str> =
        audit["lines"].as_array().unwrap().iter().filter_map(|line| line["evidence"]["policy"].as_str()).collect();
    let registered = |profile: &str| policies.iter().any(|policy| policy.starts_with(profile));
    assert!(registered("clinician@") && registered("patient@"), "{policies:?}");
}

#[tokio::test]
async fn a_model_that_is_revoked_is_suspended_at_the_next_sign_in() {
    let (world, mut king) = clinic(&[reporting("king.0", GOOD)]).await;
    king.register().await;
    king.sign_in().await;
    let revoked = metadata(2, &[reporting("king.0", &["FIDO_CERTIFIED_L1", "REVOKED"])]);
    world.portal.set_metadata(revoked).await.unwrap();
    let older = world.portal.set_metadata(metadata(1, &[reporting("king.0", GOOD)])).await;
    assert!(older.unwrap_err().to_string().contains("number 2"), "nobody brings back what was known before");
    let mut laptop = king.clone();
    assert_eq!(lacks(&try_sign_in(&mut laptop).await), ["model"]);
    assert_eq!(king.try_post("/me", json!({})).await.0, 401, "the sessions of the passkey end");
    assert_eq!(lacks(&try_sign_in(&mut laptop).await), ["suspended"], "it stays suspended");
    let told = world.notices.lock().unwrap().iter().filter(|(_, key)| key == "passkey-suspended").count();
    assert_eq!(told, 2, "by text message and in the inbox");
    let sql = "SELECT COUNT(*) FROM audit WHERE line LIKE '%\"model-revoked\"%'";
    let alerts: i64 = sqlx::query_scalar(sql).fetch_one(&world.portal.store.pool).await.unwrap();
    assert_eq!(alerts, 1);
}

#[tokio::test]
async fn a_model_below_the_demand_needs_another_credential_beside_it() {
    let (world, mut king) = clinic(&[reporting("king.0", GOOD)]).await;
    king.register().await;
    king.sign_in().await;
    let prescription = json!({ "patient": "ada", "items": ["Metformin 500 mg"] });
    let begun = king.post("/prescribe", prescription).await;
    let below = metadata(2, &[reporting("king.0", &[]), reporting("king.1", GOOD)]);
    world.portal.set_metadata(below).await.unwrap();

    assert_eq!(lacks(&try_sign_in(&mut king.clone()).await), ["another-credential"]);
    let posted = king.get(&begun["options"]);
    assert_eq!(
        lacks(&king.try_post("/prescribed", posted).await),
        ["another-credential"],
        "a session that was begun before"
    );
    let confirm = async |browser: &mut Browser, purpose: &str| {
        let options = browser.post("/confirm", json!({ "purpose": purpose })).await;
        let posted = browser.get(&options);
        browser.try_post("/confirmed", posted).await
    };
    assert_eq!(
        lacks(&confirm(&mut king, "add-passkey").await),
        ["another-credential"],
        "the session has no other proof"
    );

    // The password and a code are the other credential, and let a better key in.
    king.by_code(&world).await;
    assert_eq!(lacks(&confirm(&mut king, "saved-code").await), ["another-credential"]);
    assert_eq!(lacks(&king.try_post("/register", json!({})).await), ["confirmation"]);
    assert_eq!(confirm(&mut king, "add-passkey").await.0, 200);
    king.register().await;
    king.sign_in().await;
}

#[tokio::test]
async fn without_metadata_the_portal_says_so_and_with_it_old_passkeys_are_not_enough() {
    let world = World::new().await;
    let mut king = Browser::enrolled(&world, "king").await;
    assert_eq!(king.post("/me", json!({})).await["modelsUnchecked"], true);
    let mut auditor = world.browser("auditor");
    auditor.by_code(&world).await;
    assert_eq!(auditor.post("/audit", json!({})).await["metadata"], Value::Null);
    let mut ada = Browser::enrolled(&world, "ada").await;
    assert_eq!(ada.post("/me", json!({})).await["modelsUnchecked"], false, "patients may use any passkey");

    world.portal.set_metadata(metadata(1, &[reporting("king.1", GOOD)])).await.unwrap();
    assert_eq!(lacks(&try_sign_in(&mut king).await), ["another-credential"]);
    ada.sign_in().await;
    // A row from before the portal kept what the registration gave out.
    sqlx::query("UPDATE credential SET kept = ''").execute(&world.portal.store.pool).await.unwrap();
    assert_eq!(lacks(&try_sign_in(&mut king).await), ["another-credential"]);
    ada.sign_in().await;
}

#[tokio::test]
async fn the_file_of_the_metadata_is_verified_in_both_forms() {
    let service = service(7, &[reporting("king.0", GOOD)]);
    let path = std::env::temp_dir().join(format!("portal-{}.{RP_ID}.mds", std::process::id()));
    let file = MetadataFile { path: path.clone(), roots: roots(&service) };
    assert!(file.read().is_err(), "there is no file");
    let write = |bytes: &[u8]| {
        std::fs::write(&path, bytes).unwrap();
        let received = UNIX_EPOCH + Duration::from_secs(AT.try_into().unwrap());
        File::options().write(true).open(&path).unwrap().set_modified(received).unwrap();
    };
    let blob = service.blob();
    for bytes in [blob.clone().into_bytes(), keep_blob(blob.as_bytes(), make::at())] {
        write(&bytes);
        assert_eq!(file.read().unwrap().number(), 7);
        let mut damaged = bytes;
        *damaged.last_mut().unwrap() ^= 1;
        write(&damaged);
        assert!(file.read().is_err());
    }
    write(blob.as_bytes());
    let stranger = wardkey_authenticator::Authority::root("metadata.stranger", Algorithm::Es256).der();
    let roots = Roots::of(HOST, [TrustAnchor::from_der(&stranger).unwrap()]);
    assert!(MetadataFile { path: path.clone(), roots }.read().is_err(), "signed by somebody else");
    std::fs::remove_file(path).unwrap();
}
