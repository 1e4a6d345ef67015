//! A new number, a lost phone, objections to a notice, and accounts without a passkey.

use crate::world::{Browser, World, lacks};
use serde_json::json;

/// Where a notice was sent to, sorted.
fn told(world: &World, key: &str) -> Vec<String> {
    let notices = world.notices.lock().unwrap();
    let mut told: Vec<String> = notices.iter().filter(|(_, found)| found == key).map(|(to, _)| to.clone()).collect();
    told.sort();
    told
}

#[tokio::test]
async fn the_phone_number_changes_with_the_passkey_and_a_code_to_the_new_number() {
    let world = World::new().await;
    let mut ada = Browser::enrolled(&world, "ada").await;
    let number = json!({ "phone": "+1 (202) 555-0142" });
    assert_eq!(lacks(&ada.try_post("/phone", json!({ "phone": "0142" })).await), ["number"]);
    assert_eq!(lacks(&ada.try_post("/phone", number.clone()).await), ["confirmation"]);
    ada.confirm("change-phone").await;
    ada.post("/phone", number.clone()).await;
    assert_eq!(world.message().0, "+12025550142");
    let code = json!({ "code": world.code() });
    assert_eq!(ada.try_post("/code", code.clone()).await.0, 400, "it signs nobody in");
    assert_eq!(ada.try_post("/phone-code", json!({ "code": "00000000" })).await.0, 400);
    assert_eq!(ada.post("/me", json!({})).await["phoneEnd"], "00", "not changed yet");
    ada.post("/phone-code", code.clone()).await;
    assert_eq!(ada.post("/me", json!({})).await["phoneEnd"], "42");
    assert_eq!(told(&world, "phone-changed"), ["+1 202 555 0100", "the inbox of ada"], "the old number is told");
    assert_eq!(ada.try_post("/phone-code", code).await.0, 400, "once");
    ada.by_code(&world).await;
    assert_eq!(world.message().0, "+12025550142");

    // A confirmation counts for one change, and a session that waited too long asks again.
    assert_eq!(lacks(&ada.try_post("/phone", number.clone()).await), ["confirmation"]);
    world.wait(301);
    assert_eq!(lacks(&ada.try_post("/phone", number).await), ["freshness"]);
}

#[tokio::test]
async fn a_code_to_a_new_number_expires_and_counts_in_its_session() {
    let world = World::new().await;
    let mut ada = world.browser("ada");
    ada.by_code(&world).await;
    let mut tablet = world.browser("ada");
    tablet.by_code(&world).await;
    ada.post("/phone", json!({ "phone": "+12025550142" })).await;
    let code = json!({ "code": world.code() });
    assert_eq!(tablet.try_post("/phone-code", code.clone()).await.0, 400);
    world.wait(301);
    assert_eq!(lacks(&ada.try_post("/phone-code", code).await), ["freshness"]);
    assert_eq!(ada.post("/me", json!({})).await["phoneEnd"], "00");
}

#[tokio::test]
async fn a_lost_phone_is_reported_with_the_password_alone() {
    let world = World::new().await;
    let mut phone = Browser::enrolled(&world, "ada").await;
    let mut reporter = world.browser("ada");
    assert_eq!(reporter.try_post("/lost", json!({ "name": "ada", "password": "guessed" })).await.0, 400);
    let mut by_code = world.browser("ada");
    by_code.by_code(&world).await;
    phone.post("/me", json!({})).await;
    reporter.post("/lost", json!({ "name": "ada", "password": "password of ada" })).await;
    assert_eq!(phone.try_post("/me", json!({})).await.0, 401, "the phone is signed out");
    assert_eq!(by_code.try_post("/me", json!({})).await.0, 401, "also if a code began its session");
    let options = phone.post("/sign-in", json!({})).await;
    let posted = phone.get(&options);
    assert_eq!(phone.try_post("/signed-in", posted).await.0, 403, "its passkey is suspended");
    let audit = world.portal.store.audit().await.unwrap();
    let last: serde_json::Value = serde_json::from_str(&audit.iter().max_by_key(|row| row.seq).unwrap().line).unwrap();
    let event = &last["event"];
    assert_eq!((&event["outcome"], &event["code"]), (&json!("refused"), &json!("suspended")));
    assert!(event["actor"].is_null() && event["claimed"].is_string(), "{event}");
    assert_eq!(reporter.try_post("/me", json!({})).await.0, 401, "a report gives no access");
    assert_eq!(told(&world, "passkey-suspended"), ["+1 202 555 0100", "the inbox of ada"]);

    // The phone is found again.
    let mut ada = world.browser("ada");
    ada.by_code(&world).await;
    let me = ada.post("/me", json!({})).await;
    assert_eq!((&me["stage"], &me["passkeys"][0]["suspended"]), (&json!("sms-only"), &json!(true)));
    assert_eq!(lacks(&ada.try_post("/register", json!({})).await), ["confirmation"], "a report makes nothing easier");
    ada.post("/resume", json!({ "id": me["passkeys"][0]["id"] })).await;
    phone.sign_in().await;
}

#[tokio::test]
async fn an_objection_suspends_the_new_passkey_and_ends_other_sessions() {
    let world = World::new().await;
    let mut ada = Browser::enrolled(&world, "ada").await;
    let mut other = Browser::enrolled(&world, "king").await;
    let mut thief = ada.clone();
    thief.cookie = None;
    thief.sign_in().await;
    thief.confirm("add-passkey").await;
    world.wait(1);
    let added = thief.register().await["id"].clone();
    thief.sign_in().await;
    let mut second = world.browser("ada");
    second.by_code(&world).await;
    assert_eq!(told(&world, "passkey-added").iter().filter(|to| *to == "the inbox of ada").count(), 2);
    let me = ada.post("/me", json!({})).await;
    let notice = json!({ "id": me["notices"][0]["id"] });
    assert_eq!((&me["notices"][0]["key"], &me["notices"][0]["objected"]), (&json!("passkey-added"), &json!(false)));
    assert_eq!(other.try_post("/not-me", notice.clone()).await.0, 404, "of another account");
    assert_eq!(ada.post("/not-me", notice.clone()).await, json!({ "suspended": true }));
    assert_eq!(ada.try_post("/not-me", notice).await.0, 404, "once");
    let me = ada.post("/me", json!({})).await;
    assert!(me["notices"].as_array().unwrap().iter().any(|notice| notice["objected"] == true), "{me}");
    let suspended = |id: &serde_json::Value| {
        let passkeys = me["passkeys"].as_array().unwrap().iter();
        passkeys.filter(|passkey| passkey["id"] == *id).map(|passkey| passkey["suspended"] == true).collect::<Vec<_>>()
    };
    assert_eq!((suspended(&added), me["passkeys"].as_array().unwrap().len()), (vec![true], 2));
    assert_eq!(thief.try_post("/me", json!({})).await.0, 401, "the session of the thief ended");
    assert_eq!(second.try_post("/me", json!({})).await.0, 401, "also one that no passkey began");
    let options = thief.post("/sign-in", json!({})).await;
    let posted = thief.get(&options);
    assert_eq!(thief.try_post("/signed-in", posted).await.0, 403);
}

#[tokio::test]
async fn an_objection_after_a_recovery_suspends_the_passkey_too() {
    let world = World::new().await;
    let mut ada = Browser::enrolled(&world, "ada").await;
    ada.confirm("saved-code").await;
    let saved = ada.post("/saved-code", json!({})).await["code"].clone();
    let mut thief = ada.clone();
    thief.cookie = None;
    thief.sign_in().await;
    thief.confirm("add-passkey").await;
    world.wait(1);
    thief.register().await;
    let mut again = world.browser("ada");
    again.post("/recover", json!({ "name": "ada", "password": "password of ada", "saved_code": saved })).await;
    let me = again.post("/me", json!({})).await;
    let notice = me["notices"].as_array().unwrap().iter().find(|notice| notice["key"] == "passkey-added").unwrap();
    assert_eq!(again.post("/not-me", json!({ "id": notice["id"] })).await, json!({ "suspended": true }));
    let options = thief.post("/sign-in", json!({})).await;
    let posted = thief.get(&options);
    assert_eq!(thief.try_post("/signed-in", posted).await.0, 403);
}

#[tokio::test]
async fn an_account_without_a_passkey_is_renamed_and_deleted_after_a_fresh_sign_in() {
    let world = World::new().await;
    let mut ada = world.browser("ada");
    ada.by_code(&world).await;
    let answer = ada.post("/name", json!({ "name": "Ada King" })).await;
    assert_eq!(answer, json!({ "currentUserDetails": null }), "no passkey manager to tell");
    assert_eq!(ada.post("/me", json!({})).await["displayName"], "Ada King");
    world.wait(301);
    for (path, body) in [("/name", json!({ "name": "Ada" })), ("/delete", json!({}))] {
        assert_eq!(lacks(&ada.try_post(path, body).await), ["freshness"], "{path}");
    }
    ada.by_code(&world).await;
    ada.post("/delete", json!({})).await;
    assert!(world.portal.store.account_named("ada").await.unwrap().is_none());
}

#[tokio::test]
async fn after_a_recovery_what_weakens_the_account_waits() {
    let world = World::new().await;
    let mut ada = Browser::enrolled(&world, "ada").await;
    ada.confirm("saved-code").await;
    let saved = ada.post("/saved-code", json!({})).await["code"].clone();
    let mut again = world.browser("ada");
    again.post("/recover", json!({ "name": "ada", "password": "password of ada", "saved_code": saved })).await;
    assert_eq!(told(&world, "account-recovered"), ["+1 202 555 0100", "the inbox of ada"]);
    for (path, body) in [("/phone", json!({ "phone": "+12025550142" })), ("/delete", json!({}))] {
        assert_eq!(lacks(&again.try_post(path, body).await), ["cooling-off"], "{path}");
    }
    assert_eq!(lacks(&again.try_post("/name", json!({ "name": "Eve" })).await), ["level", "freshness"]);
    // A new passkey does not shorten the wait.
    again.name = "ada.again".to_owned();
    again.register().await;
    again.sign_in().await;
    assert_eq!(lacks(&again.try_post("/delete", json!({})).await), ["cooling-off"]);
    world.wait(3 * 24 * 60 * 60);
    again.sign_in().await;
    again.confirm("delete-account").await;
    again.post("/delete", json!({})).await;
}
