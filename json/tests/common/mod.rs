//! A browser with a software authenticator that knows only JSON, and the configuration of the tests.
#![allow(dead_code, reason = "each test file uses a part")]

use serde_json::{Value, json};
use std::sync::OnceLock;
use wardkey::extensions::Blob;
use wardkey_authenticator::hash::sha256;
use wardkey_authenticator::{Algorithm, Authentication, Registration, RelyingParty};
use wardkey_json::{Config, Context, call, schema};

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

/// Sends a request. The answer must have its schema, and a request that is answered must have its own: with a member less, or with
/// one more, it is refused.
pub fn answer(context: &Context, action: &str, members: Value) -> Value {
    let request = request(action, members);
    let answer: Value = serde_json::from_str(&call(context, &request)).unwrap();
    let schema = SCHEMA.get_or_init(schema);
    assert_eq!(mismatch(schema, &schema["$defs"]["Answer"], &answer), None, "{action}: {answer}");
    if answer["ok"].is_object() {
        let of = of_action(schema, action);
        assert_eq!(mismatch(schema, of, &serde_json::from_str(&request).unwrap()), None, "{action}: {request}");
        assert_eq!(mismatch(schema, &of["x-ok"], &answer["ok"]), None, "{action}: {answer}");
        let whole: Value = serde_json::from_str(&request).unwrap();
        for name in of["required"].as_array().unwrap().iter().map(|name| name.as_str().unwrap()) {
            let mut without = whole.clone();
            without.as_object_mut().unwrap().remove(name).unwrap();
            assert!(call(context, &without.to_string()).contains(r#""code":"request""#), "{action} without {name}");
        }
        let mut more = whole;
        more["other"] = Value::Null;
        assert!(call(context, &more.to_string()).contains(r#""code":"request""#), "{action} with another member");
    }
    answer
}

static SCHEMA: OnceLock<Value> = OnceLock::new();

fn resolved<'s>(schema: &'s Value, part: &'s Value) -> &'s Value {
    part["$ref"].as_str().map_or(part, |name| &schema["$defs"][name.strip_prefix("#/$defs/").unwrap()])
}

/// Returns the schema of the requests with this action.
pub fn of_action<'s>(schema: &'s Value, action: &str) -> &'s Value {
    let all = schema["oneOf"].as_array().unwrap().iter().map(|choice| resolved(schema, choice));
    all.into_iter().find(|one| one["properties"]["do"]["const"] == action).unwrap()
}

/// Compares a value with a part of the schema, by the keywords that it uses. Returns the first place that differs. A member that
/// an object's schema does not have is a difference, so that each member is documented.
pub fn mismatch(schema: &Value, part: &Value, value: &Value) -> Option<String> {
    let part = resolved(schema, part);
    for choices in ["anyOf", "oneOf"] {
        if let Some(choices) = part[choices].as_array() {
            let found: Vec<_> = choices.iter().map(|choice| mismatch(schema, choice, value)).collect();
            return if found.contains(&None) { None } else { found.into_iter().next().unwrap() };
        }
    }
    let differs = |what: &str| Some(format!("{what}: {value}"));
    if part.get("const").is_some_and(|wanted| wanted != value) {
        return differs("const");
    }
    if part["enum"].as_array().is_some_and(|words| !words.contains(value)) {
        return differs("enum");
    }
    let is = |name: &Value| match name.as_str().unwrap() {
        "object" => value.is_object(),
        "array" => value.is_array(),
        "string" => value.is_string(),
        "integer" => value.is_i64() || value.is_u64(),
        "boolean" => value.is_boolean(),
        "null" => value.is_null(),
        other => panic!("{other}"),
    };
    match &part["type"] {
        Value::Null => {}
        Value::Array(names) if names.iter().any(is) => {}
        name @ Value::String(_) if is(name) => {}
        _ => return differs("type"),
    }
    if let (Some(properties), Some(members)) = (part["properties"].as_object(), value.as_object()) {
        let required = part["required"].as_array().unwrap();
        if let Some(name) = required.iter().find(|name| !members.contains_key(name.as_str().unwrap())) {
            return differs(&format!("without {name}"));
        }
        for (name, member) in members {
            let Some(of) = properties.get(name) else { return differs(&format!("with {name}")) };
            if let Some(found) = mismatch(schema, of, member) {
                return Some(format!("{name}: {found}"));
            }
        }
    }
    let (items, members) = (value.as_array().into_iter().flatten(), value.as_object().into_iter().flatten());
    let of_items =
        part.get("items").and_then(|of| items.map(|item| mismatch(schema, of, item)).find_map(|found| found));
    let of_all = part.get("additionalProperties").filter(|of| of.is_object());
    of_items.or_else(|| {
        of_all.and_then(|of| members.map(|(_, member)| mismatch(schema, of, member)).find_map(|found| found))
    })
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
