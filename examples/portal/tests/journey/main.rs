//! The whole journey and the attacks over HTTP, with the software authenticator in place of a browser.
//!
//! With the `DATABASE_URL` of a PostgreSQL database the tests use that, and each drops the tables first: see
//! `examples/portal/test`, which runs one test after the other.

mod given_up;
mod phone;
mod staff;
mod stranger;
mod world;

use axum::body::Body;
use axum::extract::ConnectInfo;
use axum::http::{Request, StatusCode, header};
use http_body_util::BodyExt;
use portal::operator;
use serde_json::{Value, json};
use std::net::SocketAddr;
use tower::ServiceExt;
use wardkey_authenticator::{Authentication, hash::sha256};
use world::{Browser, World, empty, lacks};

#[tokio::test]
async fn the_journey_from_sms_codes_to_passkeys() {
    let world = World::new().await;
    let mut ada = world.browser("ada");
    assert_eq!(ada.by_code(&world).await["offerPasskey"], true);
    let before = ada.post("/me", json!({})).await;
    assert_eq!((before["stage"].clone(), before["shown"].clone()), (json!("sms-only"), json!(["sms-still-on"])));

    let id = ada.register().await["id"].clone();
    let me = ada.post("/me", json!({})).await;
    assert_eq!((&me["stage"], &me["notices"][0]["key"]), (&json!("enrolled"), &json!("passkey-added")));
    assert_eq!(me["retireLacks"], json!(["confirmed-passkey"]), "a test sign-in comes first");

    let old = ada.cookie.clone();
    let answer = ada.sign_in().await;
    assert_eq!(answer["allAcceptedCredentials"]["allAcceptedCredentialIds"], json!([id]));
    assert_eq!(answer["currentUserDetails"]["displayName"], "Ada Lovelace");
    assert_ne!(ada.cookie, old, "a sign-in has a new session");
    let me = ada.post("/me", json!({})).await;
    assert_eq!(me["stage"], "confirmed");
    let shown = ["signed-in-with-passkey", "two-things-proved", "only-this-site", "sms-still-on"];
    assert_eq!(me["shown"], json!(shown));
    assert_eq!(me["retireLacks"], json!(["independent-means"]));

    // A saved code is the way back, so SMS codes may go.
    assert_eq!(lacks(&ada.try_post("/saved-code", json!({})).await), ["confirmation"]);
    ada.confirm("saved-code").await;
    let saved = ada.post("/saved-code", json!({})).await["code"].clone();
    assert_eq!(ada.post("/me", json!({})).await["stage"], "resilient");
    assert_eq!(lacks(&ada.try_post("/retire-sms", json!({})).await), ["confirmation"]);
    ada.confirm("retire-sms").await;
    ada.post("/retire-sms", json!({})).await;
    let me = ada.post("/me", json!({})).await;
    assert_eq!((&me["stage"], &me["sms"]), (&json!("sms-retired"), &json!(false)));

    let mut stranger = world.browser("ada");
    let password = json!({ "name": "ada", "password": "password of ada" });
    let (status, answer) = stranger.try_post("/password", password.clone()).await;
    assert_eq!((status, &answer["usePasskey"]), (403, &json!(true)), "no code is sent any more");

    // The phone is lost: the saved code and the password bring her back, and end the old session.
    let mut new_phone = world.browser("ada");
    let mut recovery = password;
    recovery["saved_code"] = saved;
    new_phone.post("/recover", recovery.clone()).await;
    assert_eq!(new_phone.try_post("/recover", recovery).await.0, 403, "a saved code is used once");
    assert_eq!(ada.try_post("/me", json!({})).await.0, 401);
    assert_eq!(lacks(&new_phone.try_post("/results", json!({})).await)[0], "level");
    let lost = json!({ "id": id });
    assert_eq!(lacks(&new_phone.try_post("/remove", lost.clone()).await), ["last-passkey", "cooling-off"]);
    new_phone.name = "ada.new".to_owned();
    new_phone.register().await;
    new_phone.sign_in().await;
    new_phone.post("/suspend", lost).await;
    assert_eq!(new_phone.post("/me", json!({})).await["stage"], "fragile");
}

#[tokio::test]
async fn passkeys_are_renamed_suspended_and_removed() {
    let world = World::new().await;
    let mut ada = Browser::enrolled(&world, "ada").await;
    let first = ada.post("/me", json!({})).await["passkeys"][0]["id"].clone();

    assert_eq!(lacks(&ada.try_post("/register", json!({})).await), ["confirmation"], "only with the first passkey");
    ada.confirm("add-passkey").await;
    let second = ada.register().await["id"].clone();
    let before = ada.clone();
    ada.sign_in().await;
    assert_eq!(before.clone().try_post("/me", json!({})).await.0, 401, "the old session ended");

    ada.post("/rename", json!({ "id": second, "label": "Ada's phone" })).await;
    assert_eq!(ada.try_post("/rename", json!({ "id": second, "label": " " })).await.0, 400);
    let me = ada.post("/me", json!({})).await;
    let labels: Vec<&Value> = me["passkeys"].as_array().unwrap().iter().map(|one| &one["label"]).collect();
    assert!(labels.contains(&&json!("Ada's phone")), "{me}");

    ada.confirm("change-name").await;
    let answer = ada.post("/name", json!({ "name": "Ada King" })).await;
    assert_eq!(answer["currentUserDetails"]["displayName"], "Ada King");

    // A passkey that is suspended cannot sign in, until it is resumed.
    let mut phone = ada.clone();
    phone.passkeys.truncate(1);
    ada.post("/suspend", json!({ "id": first })).await;
    let options = phone.post("/sign-in", json!({})).await;
    let posted = phone.get(&options);
    assert_eq!(phone.try_post("/signed-in", posted).await.0, 403);
    ada.confirm(&format!("resume-passkey {}", first.as_str().unwrap())).await;
    ada.post("/resume", json!({ "id": first })).await;

    // The first passkey begins a session, and is removed by the second: its session ends.
    let mut old_phone = world.browser("ada");
    old_phone.passkeys = ada.passkeys[..1].to_vec();
    old_phone.sign_in().await;
    let remove = json!({ "id": first });
    assert_eq!(lacks(&ada.try_post("/remove", remove.clone()).await), ["confirmation"]);
    ada.confirm(&format!("remove-passkey {}", second.as_str().unwrap())).await;
    assert_eq!(lacks(&ada.try_post("/remove", remove.clone()).await), ["confirmation"], "for another passkey");
    ada.confirm(&format!("remove-passkey {}", first.as_str().unwrap())).await;
    let answer = ada.post("/remove", remove).await;
    assert_eq!(answer["unknownCredential"]["credentialId"], first);
    assert_eq!(old_phone.try_post("/me", json!({})).await.0, 401);
    let options = old_phone.post("/sign-in", json!({})).await;
    let posted = old_phone.get(&options);
    let (status, answer) = old_phone.try_post("/signed-in", posted).await;
    assert_eq!((status, &answer["code"]), (400, &json!("unknown-credential")));
    assert_eq!(answer["unknownCredential"]["credentialId"], first);

    assert_eq!(lacks(&ada.try_post("/remove", json!({ "id": second })).await), ["last-passkey"]);

    assert_eq!(lacks(&ada.try_post("/delete", json!({})).await), ["confirmation"]);
    ada.confirm("delete-account").await;
    let answer = ada.post("/delete", json!({})).await;
    assert_eq!(answer["unknownCredentials"][0]["credentialId"], second);
    assert_eq!(ada.try_post("/me", json!({})).await.0, 401);
    assert!(world.portal.store.account_named("ada").await.unwrap().is_none());
}

#[tokio::test]
async fn results_need_a_fresh_sign_in() {
    let world = World::new().await;
    let mut ada = Browser::enrolled(&world, "ada").await;
    assert_eq!(ada.post("/results", json!({})).await["results"].as_array().unwrap().len(), 2);
    world.wait(301);
    assert_eq!(lacks(&ada.try_post("/results", json!({})).await), ["freshness"]);
    ada.confirm("read-results").await;
    ada.post("/results", json!({})).await;
    let mut nobody = world.browser("nobody");
    assert_eq!(nobody.try_post("/results", json!({})).await.0, 401);
}

#[tokio::test]
async fn a_prescription_is_confirmed_and_verified_by_the_pharmacy() {
    let world = World::new().await;
    let mut king = Browser::enrolled(&world, "king").await;
    let mut pharmacy = world.browser("pharmacy");
    pharmacy.by_code(&world).await;
    let prescription =
        json!({ "patient": "ada", "items": ["Metformin 500 mg tablets, 60", "Ramipril 5 mg tablets, 30"] });
    let started = king.post("/prescribe", prescription.clone()).await;
    assert_eq!(started["document"]["signer"], "Dr. Noor King");
    let posted = king.get(&started["options"]);
    assert_eq!(king.try_post("/signed-in", posted.clone()).await.0, 400, "a prescription signs nobody in");
    let id = king.post("/prescribed", posted.clone()).await["id"].clone();
    assert_eq!(king.try_post("/prescribed", posted).await.0, 400, "once");

    let verified = pharmacy.post("/verify", json!({ "id": id })).await;
    assert_eq!((&verified["verified"], &verified["userVerified"]), (&json!(true), &json!(true)), "{verified}");
    assert_eq!(verified["items"][1], "Ramipril 5 mg tablets, 30");

    // Somebody changes the patient in the row. The document names the patient that was signed.
    for (patient, verifies) in [("king", false), ("ada", true)] {
        sqlx::query("UPDATE prescription SET patient = $1")
            .bind(patient)
            .execute(&world.portal.store.pool)
            .await
            .unwrap();
        assert_eq!(pharmacy.post("/verify", json!({ "id": id })).await["verified"], verifies, "{patient}");
    }

    // Somebody changes the receipt in the store.
    let receipts = world.portal.store.prescriptions().await.unwrap();
    let changed = receipts[0].receipt.replace("\"ada\"", "\"eve\"");
    assert_ne!(changed, receipts[0].receipt);
    sqlx::query("UPDATE prescription SET receipt = $1").bind(changed).execute(&world.portal.store.pool).await.unwrap();
    let verified = pharmacy.post("/verify", json!({ "id": id })).await;
    assert_eq!(verified, json!({ "verified": false, "reason": "challenge-mismatch" }));

    let mut ada = Browser::enrolled(&world, "ada").await;
    assert_eq!(ada.try_post("/prescribe", prescription).await.0, 403);
    assert_eq!(
        king.try_post("/name", json!({ "name": "Dr. Ada" })).await.0,
        403,
        "the pharmacy reads it as the signer's"
    );
    assert_eq!(ada.try_post("/verify", json!({ "id": id })).await.0, 403);
    assert_eq!(ada.try_post("/audit", json!({})).await.0, 403);

    let mut auditor = world.browser("auditor");
    auditor.by_code(&world).await;
    let audit = auditor.post("/audit", json!({})).await;
    let lines = audit["lines"].as_array().unwrap();
    let confirmed = lines.iter().find(|line| line["line"]["event"]["type"] == "confirmation").unwrap();
    assert_eq!(confirmed["bundle"], "agrees");
}

#[tokio::test]
async fn the_auditor_reads_the_chain_and_judges_bundles_again() {
    let world = World::new().await;
    let mut ada = Browser::enrolled(&world, "ada").await;
    let options = ada.post("/sign-in", json!({})).await;
    let mut posted = ada.get(&options);
    posted["response"]["signature"] = "MEUCIQ".into();
    assert_eq!(ada.try_post("/signed-in", posted).await.0, 400);

    let mut auditor = world.browser("auditor");
    auditor.by_code(&world).await;
    let audit = auditor.post("/audit", json!({})).await;
    assert_eq!((audit["chains"].as_array().unwrap().len(), &audit["chains"][0]["broken"]), (1, &Value::Null));
    let lines = audit["lines"].as_array().unwrap();
    let with_bundle: Vec<&Value> = lines.iter().filter(|line| !line["bundle"].is_null()).collect();
    assert_eq!(
        with_bundle.len(),
        2,
        "a registration and a sign-in; a refused sign-in has none, because it would take longer"
    );
    assert!(with_bundle.iter().all(|line| line["bundle"] == "agrees"), "{with_bundle:#?}");
    assert!(lines.iter().any(|line| line["line"]["event"]["outcome"] == "refused" && line["bundle"].is_null()));
    assert!(!audit.to_string().contains("Lovelace"));
    assert!(audit["stages"].as_array().unwrap().contains(&json!(["confirmed", 1])), "{}", audit["stages"]);

    let line = |kind: &str| {
        let chain = with_bundle[0]["chain"].as_str().unwrap().replace('/', "%2F");
        format!("/api/audit/{kind}?chain={chain}&seq={}", with_bundle[0]["seq"])
    };
    let (status, bundle) = auditor.request("GET", &line("bundle"), String::new()).await;
    assert_eq!(status, 200);
    wardkey::audit::Bundle::from_json(&bundle).unwrap();
    let (_, fhir) = auditor.request("GET", &line("fhir"), String::new()).await;
    assert!(fhir.contains("\"resourceType\":\"AuditEvent\""), "{fhir}");
    assert_eq!(ada.request("GET", &line("bundle"), String::new()).await.0, 403);

    let report = json!({ "accounts": 4, "withSms": 4, "ready": 0 });
    assert_eq!(audit["report"], report, "the migration report");

    // The auditor keeps the last lines. Somebody who can write the database cuts off what came before.
    let (status, kept) = auditor.request("GET", "/api/audit/checkpoints", String::new()).await;
    assert_eq!(
        (status, ada.request("GET", "/api/audit/checkpoints", String::new()).await.0),
        (StatusCode::OK, StatusCode::FORBIDDEN)
    );
    let kept: Value = serde_json::from_str(&kept).unwrap();
    let check = json!({ "checkpoints": kept });
    let audit = auditor.post("/audit", check.clone()).await;
    assert_eq!((&audit["chains"][0]["broken"], audit["chains"][0]["checkpoint"].is_u64()), (&Value::Null, true));
    let mut forked = check.clone();
    let chain = kept.as_object().unwrap().keys().next().unwrap();
    forked["checkpoints"][chain]["digest"] = "0".repeat(64).into();
    let audit = auditor.post("/audit", forked).await;
    assert_eq!(audit["chains"][0]["broken"]["fault"], "forked");
    let pool = &world.portal.store.pool;
    let last = "DELETE FROM audit WHERE seq = (SELECT MAX(seq) FROM audit)";
    sqlx::query(last).execute(pool).await.unwrap();
    let audit = auditor.post("/audit", json!({})).await;
    assert_eq!(audit["chains"][0]["broken"], Value::Null, "without the file nobody sees it");
    let audit = auditor.post("/audit", check.clone()).await;
    assert_eq!(audit["chains"][0]["broken"]["fault"], "cut");

    let sql = "UPDATE audit SET line = REPLACE(line, 'registration', 'sign-in') WHERE line LIKE '%registration%'";
    sqlx::query(sql).execute(&world.portal.store.pool).await.unwrap();
    let audit = auditor.post("/audit", json!({})).await;
    assert_eq!(audit["chains"][0]["broken"]["fault"], "digest");
    sqlx::query("DELETE FROM audit").execute(pool).await.unwrap();
    let audit = auditor.post("/audit", check).await;
    assert_eq!(audit["chains"][0]["broken"], json!({ "at": 0, "fault": "cut" }), "the whole chain is gone");
}

#[tokio::test]
async fn tables_of_the_first_version_are_changed_and_keep_their_rows() {
    let world = World::new().await;
    empty(&world.database).await;
    let pool = &world.portal.store.pool;
    let lines: Vec<&str> =
        include_str!("../../src/schema.sql").lines().map(|line| line.split("--").next().unwrap()).collect();
    for statement in lines.join("\n").split(';').filter(|text| !text.trim().is_empty()) {
        sqlx::query(statement).execute(pool).await.unwrap();
    }
    let sql = "INSERT INTO notice (id, user_handle, kind, at) VALUES ('n', 'u', 'passkey-added', 5)";
    sqlx::query(sql).execute(pool).await.unwrap();
    let newer = world.instance().await;
    let notices = newer.portal.store.notices("u").await.unwrap();
    assert_eq!(notices.iter().map(|notice| (notice.at, notice.objected_at)).collect::<Vec<_>>(), [(5, 0)]);
    Browser::enrolled(&newer, "ada").await;
    world.instance().await; // nothing to change the second time
    assert!(newer.portal.store.account_named("ada").await.unwrap().is_some());
}

#[tokio::test]
async fn a_frame_is_accepted_on_the_page_that_is_named_and_nowhere_else() {
    const OUTER: &str = "https://www.clinic.example";
    for (named, status) in [(Some(OUTER), 200), (None, 400), (Some("https://other.clinic.example"), 400)] {
        let world = World::with(None, named).await;
        let mut ada = Browser::enrolled(&world, "ada").await;
        let options = ada.post("/sign-in", json!({})).await;
        let framed = Authentication::of(ada.passkeys.last().unwrap())
            .client_data(|data| data.set("challenge", options["challenge"].clone()))
            .client_data(|data| data.set("crossOrigin", true))
            .client_data(|data| data.set("topOrigin", OUTER));
        assert_eq!(ada.try_post("/signed-in", framed.response()).await.0, status, "{named:?}");
        let answer = world.app.clone().oneshot(Request::get("/").body(Body::empty()).unwrap()).await.unwrap();
        let policy = answer.headers()[header::CONTENT_SECURITY_POLICY].to_str().unwrap().to_owned();
        assert!(policy.ends_with(&format!("frame-ancestors {}", named.unwrap_or("'none'"))), "{policy}");
    }
}

#[tokio::test]
async fn codes_expire_and_are_limited() {
    let world = World::new().await;
    let mut ada = world.browser("ada");
    let password = json!({ "name": "ada", "password": "password of ada" });
    ada.post("/password", password.clone()).await;
    world.wait(601);
    assert_eq!(ada.try_post("/code", json!({ "code": world.code() })).await.0, 400);
    ada.post("/password", password).await;
    for _ in 0..5 {
        ada.try_post("/code", json!({ "code": "00000000" })).await;
    }
    assert_eq!(ada.try_post("/code", json!({ "code": world.code() })).await.0, 429, "also the right one");
}

#[tokio::test]
async fn a_response_counts_once_in_its_session_and_for_its_purpose() {
    let world = World::new().await;
    let mut ada = Browser::enrolled(&world, "ada").await;
    let mut visitor = world.browser("ada");
    visitor.passkeys = ada.passkeys.clone();
    let options = visitor.post("/sign-in", json!({})).await;
    let posted = visitor.get(&options);
    let mut attacker = world.browser("eve");
    attacker.post("/sign-in", json!({})).await;
    assert_eq!(attacker.try_post("/signed-in", posted.clone()).await.0, 400, "another session");
    assert_eq!(visitor.try_post("/signed-in", posted).await.0, 400, "the state was used by the attempt");

    let options = visitor.post("/sign-in", json!({})).await;
    let posted = visitor.get(&options);
    let before = visitor.clone();
    visitor.post("/signed-in", posted.clone()).await;
    assert_eq!(before.clone().try_post("/signed-in", posted).await.0, 400, "replayed");

    let options = ada.post("/confirm", json!({ "purpose": "add-passkey" })).await;
    let posted = ada.get(&options);
    assert_eq!(ada.try_post("/signed-in", posted.clone()).await.0, 400, "a re-authentication is no sign-in");
    ada.post("/confirmed", posted).await;
    assert_eq!(ada.try_post("/confirm", json!({ "purpose": "anything" })).await.0, 400);

    // A session id that an attacker chose is never used.
    let mut fixed = world.browser("ada");
    fixed.cookie = Some("__Host-portal=chosen".to_owned());
    fixed.post("/sign-in", json!({})).await;
    assert_ne!(fixed.cookie.as_deref(), Some("__Host-portal=chosen"));

    let options = fixed.post("/sign-in", json!({ "name": "ada" })).await;
    fixed.passkeys = ada.passkeys.clone();
    world.wait(3600);
    let posted = fixed.get(&options);
    assert_eq!(fixed.try_post("/signed-in", posted).await.0, 400, "the session ended, so the state is of another");
}

#[tokio::test]
async fn what_a_copied_or_changed_passkey_sends_is_refused_and_counted() {
    let world = World::new().await;
    let mut ada = Browser::enrolled(&world, "ada").await;
    let newest = ada.passkeys.last().unwrap().clone();
    let options = ada.post("/sign-in", json!({})).await;
    let posted = ada.get_counting(&options, 5);
    ada.post("/signed-in", posted).await;

    type Change = fn(Authentication) -> Authentication;
    let changes: [(&str, Change); 5] = [
        ("sign-count-regressed", |made| made.authenticator_data(|data| data.sign_count += 4)),
        ("user-not-verified", |made| made.authenticator_data(|data| data.clear_flags(0x04))),
        ("backup-eligibility-changed", |made| made.authenticator_data(|data| data.flags ^= 0x08)),
        ("origin-not-allowed", |made| {
            made.client_data(|data| data.set("origin", "https://portal.clinic.example.evil.example"))
        }),
        ("rp-id-mismatch", |made| made.authenticator_data(|data| data.rp_id_hash = sha256(b"evil.example"))),
    ];
    for (code, change) in changes {
        let mut visitor = world.browser("ada");
        let options = visitor.post("/sign-in", json!({})).await;
        let challenge = options["challenge"].clone();
        let made = Authentication::of(&newest).authenticator_data(|data| data.sign_count += 9);
        let made = if code == "sign-count-regressed" { Authentication::of(&newest) } else { made };
        let made = change(made.client_data(|data| data.set("challenge", challenge)));
        let (status, answer) = visitor.try_post("/signed-in", made.response()).await;
        assert_eq!((status, &answer), (400, &json!({ "code": "failed" })), "{code}");
        let mut operator = Browser { app: operator(world.portal.clone()), ..world.browser("operator") };
        let (_, metrics) = operator.request("GET", "/metrics", String::new()).await;
        assert!(metrics.contains(&format!("outcome=\"refused\",code=\"{code}\"")), "{code}\n{metrics}");
    }
    let sql = "SELECT COUNT(*) FROM audit WHERE line LIKE '%\"clone-suspected\"%'";
    let alerts: i64 = sqlx::query_scalar(sql).fetch_one(&world.portal.store.pool).await.unwrap();
    assert_eq!(alerts, 1, "somebody looks at a counter that went back");
}

#[tokio::test]
async fn a_name_without_an_account_gets_the_same_answer() {
    let world = World::new().await;
    Browser::enrolled(&world, "ada").await;
    let mut visitor = world.browser("visitor");
    let mut members = Vec::new();
    for name in ["ada", "nobody"] {
        let options = visitor.post("/sign-in", json!({ "name": name })).await;
        assert!(!options["allowCredentials"].as_array().unwrap().is_empty(), "{name}");
        members.push(options.as_object().unwrap().keys().cloned().collect::<Vec<_>>());
        let wrong = json!({ "name": name, "password": "wrong" });
        assert_eq!(visitor.try_post("/password", wrong).await, (400, json!({ "code": "failed" })), "{name}");
    }
    assert_eq!(members[0], members[1]);
}

#[tokio::test]
async fn two_instances_over_one_database_use_a_ceremony_once() {
    let one = World::new().await;
    let ada = Browser::enrolled(&one, "ada").await;
    let two = one.instance().await;
    let mut visitor = one.browser("ada");
    visitor.passkeys = ada.passkeys.clone();
    let options = visitor.post("/sign-in", json!({})).await;
    let posted = visitor.get(&options);
    let (mut left, mut right) = (visitor.clone(), visitor.clone());
    right.app = two.app.clone();
    let (left, right) =
        tokio::join!(left.try_post("/signed-in", posted.clone()), right.try_post("/signed-in", posted.clone()));
    let mut statuses = [left.0, right.0];
    statuses.sort_unstable();
    assert_eq!(statuses, [200, 400]);

    // Two ceremonies with one value of the counter: one of them wins.
    let (mut left, mut right) = (one.browser("ada"), two.browser("ada"));
    (left.passkeys, right.passkeys) = (ada.passkeys.clone(), ada.passkeys.clone());
    let first = left.post("/sign-in", json!({})).await;
    let second = right.post("/sign-in", json!({})).await;
    let (first, second) = (left.get_counting(&first, 9), right.get_counting(&second, 9));
    let (first, second) = tokio::join!(left.try_post("/signed-in", first), right.try_post("/signed-in", second));
    let won = [first.0, second.0].iter().filter(|status| **status == 200).count();
    assert_eq!(won, 1, "{first:?} {second:?}");
    assert!([first.0, second.0].iter().all(|status| [200, 400, 409].contains(status)), "{first:?} {second:?}");

    // Each instance writes a chain of its own, and both hold.
    let mut auditor = two.browser("auditor");
    auditor.by_code(&two).await;
    let audit = auditor.post("/audit", json!({})).await;
    let chains = audit["chains"].as_array().unwrap();
    assert!(chains.len() == 2 && chains.iter().all(|chain| chain["broken"].is_null()), "{chains:?}");

    // A session of one instance is one of the other.
    let mut moved = ada.clone();
    moved.app = two.app.clone();
    assert_eq!(moved.post("/me", json!({})).await["name"], "ada");
}

#[tokio::test]
async fn pages_have_headers_and_other_sites_are_refused() {
    let world = World::new().await;
    for page in ["/", "/account", "/results", "/prescriptions", "/audit"] {
        let request = Request::get(page).body(Body::empty()).unwrap();
        let answer = world.app.clone().oneshot(request).await.unwrap();
        assert_eq!(answer.status(), 200, "{page}");
        let header = |name: &str| answer.headers().get(name).unwrap().to_str().unwrap().to_owned();
        assert!(header("content-security-policy").starts_with("default-src 'none'; script-src 'self';"));
        assert!(header("permissions-policy").contains("publickey-credentials-get=(self)"));
        assert_eq!(header("x-content-type-options"), "nosniff");
        assert_eq!(header("strict-transport-security"), "max-age=31536000");
        let html = answer.into_body().collect().await.unwrap().to_bytes();
        let html = String::from_utf8(html.to_vec()).unwrap();
        assert!(html.contains("<main") && html.contains("lang=\"en\""), "{page}");
        let inline =
            html.split("<script").skip(1).any(|script| !script.starts_with(" type=\"module\" src=\"/portal.js\""));
        assert!(!inline && !html.contains(" style=") && !html.contains(" onclick="), "{page}");
    }
    let request = Request::post("/api/sign-in").header(header::ORIGIN, "https://evil.example");
    let request = request.header(header::CONTENT_TYPE, "application/json").body(Body::from("{}")).unwrap();
    assert_eq!(world.app.clone().oneshot(request).await.unwrap().status(), 403);
    let mut visitor = world.browser("visitor");
    let large = "x".repeat(2 * wardkey::client::json::MAX_LEN + 1);
    assert_eq!(visitor.request("POST", "/api/signed-in", large).await.0, 413);
}

#[tokio::test]
async fn requests_from_one_address_are_limited() {
    let world = World::new().await;
    let visit = async |path: &str, address: [u8; 4]| {
        let mut request = Request::get(path).body(Body::empty()).unwrap();
        request.extensions_mut().insert(ConnectInfo(SocketAddr::from((address, 1))));
        world.app.clone().oneshot(request).await.unwrap().status().as_u16()
    };
    for _ in 0..600 {
        assert_ne!(visit("/api/me", [192, 0, 2, 1]).await, 429);
    }
    assert_eq!(visit("/", [192, 0, 2, 1]).await, 429);
    assert_eq!(visit("/portal.js", [192, 0, 2, 1]).await, 200, "files need no session");
    assert_eq!(visit("/", [192, 0, 2, 2]).await, 200);
    world.wait(60);
    assert_eq!(visit("/", [192, 0, 2, 1]).await, 200);
}

#[tokio::test]
async fn the_operator_sees_ceremonies_and_stages() {
    let world = World::new().await;
    let mut ada = Browser::enrolled(&world, "ada").await;
    let options = ada.post("/sign-in", json!({})).await;
    let mut posted = ada.get(&options);
    posted["response"]["signature"] = "MEUCIQ".into();
    ada.try_post("/signed-in", posted).await;
    let mut operator = Browser { app: operator(world.portal.clone()), ..world.browser("operator") };
    let (_, metrics) = operator.request("GET", "/metrics", String::new()).await;
    for line in [
        "portal_ceremonies_total{ceremony=\"registration\",outcome=\"accepted\",code=\"\",step=\"\"} 1",
        "portal_ceremonies_total{ceremony=\"sign-in\",outcome=\"accepted\",code=\"\",step=\"\"} 1",
        "portal_ceremonies_total{ceremony=\"sign-in\",outcome=\"refused\",code=\"signature-invalid\",step=\"7.2/21\"} 1",
        "portal_accounts{stage=\"confirmed\"} 1",
        "portal_accounts{stage=\"sms-only\"} 3",
        "portal_ceremony_seconds_bucket{le=\"+Inf\"} 3",
        "portal_ceremony_seconds_count 3",
        "portal_accounts_with_sms 4",
        "portal_accounts_ready_to_retire_sms 0",
        "portal_metadata_number 0",
    ] {
        assert!(metrics.lines().any(|found| found == line), "{line}\n{metrics}");
    }
    assert_eq!(operator.request("GET", "/health", String::new()).await, (StatusCode::OK, "ok\n".to_owned()));
}

#[tokio::test]
async fn every_word_of_the_pages_is_in_every_language() {
    let world = World::new().await;
    let mut used: Vec<String> = Vec::new();
    let words = |text: &str, before: &str| -> Vec<String> {
        text.split(before).skip(1).map(|rest| rest.split('"').next().unwrap().to_owned()).collect()
    };
    for page in ["/", "/account", "/results", "/prescriptions", "/audit"] {
        let (_, html) = world.browser("visitor").request("GET", page, String::new()).await;
        let found = words(&html, "data-word=\"");
        assert!(found.len() > 10 && !html.contains('{'), "{page}");
        used.extend(found);
    }
    used.extend(words(include_str!("../../pages/portal.js"), "word(\""));
    let texts = include_str!("../../pages/words.js");
    for word in used {
        assert_eq!(texts.matches(&format!(" {word}: \"")).count(), 3, "{word}");
    }
    // What an act can lack has words too.
    let needs = ["another-credential", "model", "number", "cooling-off", "confirmation", "passkey", "suspended"];
    for need in needs {
        assert_eq!(texts.matches(&format!("\"need-{need}\": \"")).count(), 3, "{need}");
    }
}

/// `file` `name` in the README: the file has a function, a type, a constant, a method call or a variable of this name.
#[test]
fn what_the_readme_names_exists() {
    let root = env!("CARGO_MANIFEST_DIR");
    let readme = std::fs::read_to_string(format!("{root}/README.md")).unwrap();
    let mut named = 0;
    for line in readme.lines() {
        let parts: Vec<&str> = line.split('`').collect();
        for pair in parts.windows(4).filter(|pair| pair[2] == " ") {
            let folder = match pair[1].rsplit_once('.') {
                Some((_, "rs")) => "src",
                Some((_, "js")) => "pages",
                _ => continue,
            };
            let text = std::fs::read_to_string(format!("{root}/{folder}/{}", pair[1])).unwrap();
            let name = pair[3];
            let kinds = ["fn ", "function ", "struct ", "const ", "`", "."];
            let is_there = kinds.iter().any(|before| {
                let wanted = format!("{before}{name}");
                let mut found = text.match_indices(&wanted);
                let ends = |rest: &str| !rest.starts_with(|next: char| next.is_alphanumeric() || next == '_');
                found.any(|(at, all)| ends(&text[at + all.len()..]))
            });
            assert!(is_there, "{} has no {name}", pair[1]);
            named += 1;
        }
    }
    assert!(named > 40, "{named}");
    let questions = readme.split("## Questions of a portal developer").nth(1).unwrap().split("\n## ").next().unwrap();
    assert_eq!(questions.lines().filter(|line| is_numbered(line)).count(), 25);
}

#[test]
fn the_readme_counts_the_lines_of_glue() {
    let root = env!("CARGO_MANIFEST_DIR");
    let readme = std::fs::read_to_string(format!("{root}/README.md")).unwrap();
    let mut files = Vec::new();
    for row in
        readme.split("| part | lines | files |").nth(1).unwrap().lines().skip(2).take_while(|row| !row.is_empty())
    {
        let cells: Vec<&str> = row.split('|').map(str::trim).collect();
        let mut count = 0;
        for file in cells[3].split(", ").map(|file| file.trim_matches('`')) {
            let text = std::fs::read_to_string(format!("{root}/src/{file}")).unwrap();
            count += text.lines().map(str::trim).filter(|line| !line.is_empty() && !line.starts_with("//")).count();
            files.push(file.to_owned());
        }
        assert_eq!(cells[2], count.to_string(), "{}: run examples/portal/glue --write", cells[1]);
    }
    let sources = std::fs::read_dir(format!("{root}/src")).unwrap();
    let sources = sources.filter(|file| file.as_ref().unwrap().file_name().to_str().unwrap().ends_with(".rs")).count();
    assert_eq!(files.len(), sources, "every file is in one part: {files:?}");
}

/// A row of a table whose first cell is a number.
fn is_numbered(line: &str) -> bool {
    line.split('|').nth(1).is_some_and(|cell| cell.trim().parse::<u32>().is_ok())
}
