//! A stranger who reads Ada's text messages, at each step on the way to her account. Then the same stranger with her password
//! too, who is signed in as before passkeys, and still gains nothing that lasts.

use crate::world::{Browser, World, lacks};
use serde_json::{Value, json};

struct Attack {
    world: World,
    /// Has a passkey that signed in.
    ada: Browser,
    /// Has the code that was sent when Ada signed in somewhere, and a web session.
    stranger: Browser,
    code: String,
}

impl Attack {
    async fn new() -> Self {
        let world = World::new().await;
        let ada = Browser::enrolled(&world, "ada").await;
        let mut tablet = world.browser("ada");
        tablet.post("/password", json!({ "name": "ada", "password": "password of ada" })).await;
        let (code, mut stranger) = (world.code(), world.browser("ada"));
        stranger.post("/sign-in", json!({})).await;
        Self { world, ada, stranger, code }
    }

    /// The stranger with the password too.
    async fn with_password(&self) -> Browser {
        let mut thief = self.world.browser("ada");
        thief.by_code(&self.world).await;
        thief
    }

    /// Posts as the stranger without the password.
    async fn refused(&mut self, path: &str, body: Value) {
        assert_eq!(self.stranger.try_post(path, body).await.0, 401, "{path}");
    }

    async fn passkey(&mut self) -> Value {
        self.ada.post("/me", json!({})).await["passkeys"][0]["id"].clone()
    }
}

#[tokio::test]
async fn a_stranger_with_the_code_does_not_sign_in() {
    let mut attack = Attack::new().await;
    let code = json!({ "code": attack.code });
    let stranger = &mut attack.stranger;
    assert_eq!(stranger.try_post("/code", code.clone()).await.0, 400, "the code counts in the session of the password");
    let wrong = json!({ "name": "ada", "password": "guessed" });
    for _ in 0..8 {
        assert_eq!(stranger.try_post("/password", wrong.clone()).await.0, 400);
    }
    assert_eq!(stranger.try_post("/code", code).await.0, 400, "a wrong password does not bind the code");
    assert_eq!(stranger.try_post("/password", wrong).await.0, 429, "guesses are limited");
    attack.refused("/me", json!({})).await;
    attack.refused("/results", json!({})).await;
}

#[tokio::test]
async fn a_stranger_with_the_code_adds_no_passkey() {
    let mut attack = Attack::new().await;
    attack.refused("/register", json!({})).await;
    attack.refused("/saved-code", json!({})).await;
    let mut thief = attack.with_password().await;
    let id = attack.passkey().await;
    let acts = [("/register", json!({})), ("/saved-code", json!({})), ("/register", json!({ "conditional": true }))];
    for (path, body) in acts.clone() {
        assert_eq!(lacks(&thief.try_post(path, body).await), ["confirmation"], "{path}");
    }
    assert_eq!(lacks(&thief.try_post("/remove", json!({ "id": id })).await), ["last-passkey"]);
    // Nor after suspending the passkey, which one factor may do, because a loss is urgent.
    thief.post("/suspend", json!({ "id": id })).await;
    for (path, body) in acts.into_iter().chain([("/remove", json!({ "id": id }))]) {
        assert_eq!(lacks(&thief.try_post(path, body).await), ["confirmation"], "{path}");
    }
    assert_eq!(lacks(&thief.try_post("/confirm", json!({ "purpose": "add-passkey" })).await), ["passkey"]);
    // Ada brings it back.
    attack.with_password().await.post("/resume", json!({ "id": id })).await;
    attack.ada.sign_in().await;
}

#[tokio::test]
async fn a_stranger_with_the_code_does_not_change_the_phone() {
    let mut attack = Attack::new().await;
    let number = json!({ "phone": "+1 202 555 0166" });
    attack.refused("/phone", number.clone()).await;
    attack.refused("/phone-code", json!({ "code": attack.code })).await;
    let mut thief = attack.with_password().await;
    assert_eq!(lacks(&thief.try_post("/phone", number.clone()).await), ["confirmation"]);
    assert_eq!(thief.try_post("/phone-code", json!({ "code": attack.world.code() })).await.0, 400, "nothing was begun");
    let id = attack.passkey().await;
    thief.post("/suspend", json!({ "id": id })).await;
    assert_eq!(lacks(&thief.try_post("/phone", number).await), ["confirmation"]);
    assert_eq!(attack.world.message().0, "+1 202 555 0100");
}

#[tokio::test]
async fn a_stranger_with_the_code_does_not_recover_the_account() {
    let mut attack = Attack::new().await;
    attack.ada.confirm("saved-code").await;
    attack.ada.post("/saved-code", json!({})).await;
    let recovery = |password: &str| json!({ "name": "ada", "password": password, "saved_code": attack.code });
    let (guessed, right) = (recovery("guessed"), recovery("password of ada"));
    assert_eq!(attack.stranger.try_post("/recover", guessed).await.0, 400);
    assert_eq!(attack.stranger.try_post("/recover", right).await.0, 403, "a code by text message is no saved code");
    attack.refused("/me", json!({})).await;
    assert_eq!(attack.ada.post("/me", json!({})).await["savedCode"], true, "it was not used up");
}

#[tokio::test]
async fn a_stranger_with_the_code_does_not_turn_text_messages_off() {
    let mut attack = Attack::new().await;
    attack.refused("/retire-sms", json!({})).await;
    let mut thief = attack.with_password().await;
    assert_eq!(lacks(&thief.try_post("/retire-sms", json!({})).await), ["independent-means"]);
    attack.ada.confirm("saved-code").await;
    attack.ada.post("/saved-code", json!({})).await;
    assert_eq!(lacks(&thief.try_post("/retire-sms", json!({})).await), ["confirmation"]);
}

#[tokio::test]
async fn a_stranger_with_the_code_neither_deletes_nor_renames_the_account() {
    let mut attack = Attack::new().await;
    attack.refused("/delete", json!({})).await;
    attack.refused("/name", json!({ "name": "Eve" })).await;
    let mut thief = attack.with_password().await;
    let id = attack.passkey().await;
    for suspended in [false, true] {
        assert_eq!(lacks(&thief.try_post("/delete", json!({})).await), ["confirmation"], "{suspended}");
        assert_eq!(lacks(&thief.try_post("/name", json!({ "name": "Eve" })).await), ["confirmation"], "{suspended}");
        thief.post("/suspend", json!({ "id": id })).await;
    }
}

#[tokio::test]
async fn a_code_is_used_once() {
    let world = World::new().await;
    let mut ada = world.browser("ada");
    ada.by_code(&world).await;
    let mut again = world.browser("ada");
    again.post("/password", json!({ "name": "ada", "password": "password of ada" })).await;
    let code = json!({ "code": world.code() });
    again.clone().post("/code", code.clone()).await;
    assert_eq!(again.try_post("/code", code).await.0, 400);
}
