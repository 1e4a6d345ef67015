//! A browser with a software authenticator that knows only JSON, and the configuration of the tests.
#![allow(dead_code, reason = "each test file uses a part")]

use serde_json::{Value, json};
use wardkey::extensions::Blob;
use wardkey_authenticator::hash::sha256;
use wardkey_authenticator::{Algorithm, Authentication, Registration, RelyingParty};
use wardkey_json::{Config, Context, call};

pub const NOW: i64 = 1_795_392_000;
pub const ADA: &str = "YWRhJ3MgaGFuZGxlLCAxNiBieXRlcw";

/// A relying party for patients, with decoys.
pub const CONFIG: &str = r#"
version = 1

[relying_parties.portal]
id = "clinic.example"
name = "Example Clinic"
profiles = ["patient"]
decoys = { secret = "file:decoys.secret" }

[signals.location_unusual]
level = "aal2"
fresh_secs = 60
confirmation = false
second_credential = false
notify = true
hold = false
deny = false
"#;

pub fn secret(_: &str) -> Result<Vec<u8>, String> {
    Ok((0..32).collect())
}

pub fn context() -> Context {
    Context::new(&Config::from_toml(CONFIG).unwrap(), secret).unwrap()
}

/// A whole request: the envelope, and what is common to most actions.
pub fn request(action: &str, members: Value) -> String {
    let mut all = json!({ "v": 1, "id": 1, "do": action });
    let all_members = all.as_object_mut().unwrap();
    all_members.extend(members.as_object().unwrap().clone());
    all.to_string()
}

pub fn answer(context: &Context, action: &str, members: Value) -> Value {
    serde_json::from_str(&call(context, &request(action, members))).unwrap()
}

/// Returns the result of an action that must succeed.
pub fn ok(context: &Context, action: &str, members: Value) -> Value {
    let mut answer = answer(context, action, members);
    assert!(answer["error"].is_null(), "{action}: {answer}");
    answer["ok"].take()
}

/// Returns the whole answer of an action that must be refused.
pub fn refused(context: &Context, action: &str, members: Value) -> Value {
    let answer = answer(context, action, members);
    assert!(answer["ok"].is_null(), "{action}: {answer}");
    let error = answer["error"].as_object().unwrap();
    assert_eq!(error.keys().collect::<Vec<_>>(), ["code", "fault", "step", "tell"]);
    answer
}

/// A browser and its passkeys.
#[derive(Default)]
pub struct Browser {
    passkeys: Vec<Registration>,
}

fn bytes(json: &Value) -> Vec<u8> {
    serde_json::from_value::<Blob>(json.clone()).unwrap().as_bytes().to_vec()
}

fn ids(descriptors: &Value) -> Vec<Vec<u8>> {
    descriptors.as_array().into_iter().flatten().map(|descriptor| bytes(&descriptor["id"])).collect()
}

impl Browser {
    /// `navigator.credentials.create()`; returns the text that the page posts.
    pub fn create(&mut self, options: &Value) -> String {
        let wanted = options["pubKeyCredParams"].as_array().unwrap();
        assert!(wanted.iter().any(|parameters| parameters["alg"] == -7), "the page asks for ES256");
        let rp_id = options["rp"]["id"].as_str().unwrap().to_owned();
        let origin = format!("https://{rp_id}");
        let rp = RelyingParty { id: rp_id.clone(), origins: vec![origin.clone()], ..RelyingParty::default() };
        let passkey = Registration::new(&format!("json.{}", self.passkeys.len()), Algorithm::Es256)
            .client_data(|data| data.set("challenge", options["challenge"].clone()))
            .client_data(|data| data.set("origin", origin))
            .authenticator_data(|data| data.rp_id_hash = sha256(rp_id.as_bytes()))
            .expecting(|expected| expected.user_handle = bytes(&options["user"]["id"]))
            .expecting(|expected| expected.rp = rp);
        let response = passkey.response().to_string();
        self.passkeys.push(passkey);
        response
    }

    /// `navigator.credentials.get()` with the newest allowed passkey and this counter.
    pub fn get(&self, options: &Value, count: u32) -> String {
        self.get_with(options, count, &json!({}))
    }

    /// The same, with these members of the client data too.
    pub fn get_with(&self, options: &Value, count: u32, members: &Value) -> String {
        let allowed = ids(&options["allowCredentials"]);
        let may = |key: &&Registration| allowed.is_empty() || allowed.iter().any(|id| id == key.credential_id());
        let passkey = self.passkeys.iter().rev().find(may).unwrap();
        let mut made = Authentication::of(passkey)
            .client_data(|data| data.set("challenge", options["challenge"].clone()))
            .authenticator_data(|data| data.sign_count = count);
        for (name, member) in members.as_object().unwrap() {
            made = made.client_data(|data| data.set(name, member.clone()));
        }
        made.response().to_string()
    }
}

/// Registers a passkey and returns what the registration answered.
pub fn register(context: &Context, browser: &mut Browser) -> Value {
    let session = "ada's session";
    let started = ok(
        context,
        "start-registration",
        json!({ "session": session, "now": NOW, "user": ADA, "name": "ada@mail.example", "existing": [] }),
    );
    let posted = browser.create(&started["options"]);
    ok(
        context,
        "finish-registration",
        json!({ "session": session, "now": NOW, "state": started["state"], "response": posted, "stored": null }),
    )
}

/// Starts a sign-in and returns the members of its finish.
pub fn sign_in(context: &Context, browser: &Browser, record: &Value, count: u32) -> Value {
    let started = ok(context, "start-authentication", json!({ "session": "ada's session", "now": NOW }));
    let posted = browser.get(&started["options"], count);
    json!({ "session": "ada's session", "now": NOW, "state": started["state"], "response": posted, "record": record })
}
