//! The members of the JSON (§5.1) that both ceremonies have, and `clientExtensionResults`: §7.1 and §7.2, step 3.

use crate::change::{ids, remove, set, text, trailing_bits, unknown};
use crate::table::{Ceremony, Group, accepted, refused};
use serde_json::{Value, json};

pub(crate) fn table<C: Ceremony>() -> Vec<Group<C>> {
    let step = C::either("7.1/3", "7.2/3");
    vec![
        refused(step, "response-malformed").rows([
            ("json.no-id", |c: C| c.json(|j| remove(j, "/id"))),
            ("json.id-null", |c| c.json(|j| set(j, "/id", Value::Null))),
            ("json.no-raw-id", |c| c.json(|j| remove(j, "/rawId"))),
            ("json.raw-id-array", |c| c.json(|j| set(j, "/rawId", json!([1, 2, 3])))),
            ("json.ids-empty", |c| c.json(|j| ids(j, |_| String::new()))),
            ("json.no-type", |c| c.json(|j| remove(j, "/type"))),
            ("json.type-null", |c| c.json(|j| set(j, "/type", Value::Null))),
            ("json.type-case", |c| c.json(|j| set(j, "/type", "Public-Key"))),
            ("json.type-password", |c| c.json(|j| set(j, "/type", "password"))),
            ("json.no-response", |c| c.json(|j| remove(j, "/response"))),
            ("json.response-null", |c| c.json(|j| set(j, "/response", Value::Null))),
            ("json.response-array", |c| c.json(|j| set(j, "/response", json!([])))),
            ("json.no-client-data", |c| c.json(|j| remove(j, "/response/clientDataJSON"))),
            ("json.client-data-null", |c| c.json(|j| set(j, "/response/clientDataJSON", Value::Null))),
            ("json.array-around", |c| c.json(|j| *j = json!([j]))),
            ("base64url.standard-alphabet", |c| c.json(|j| ids(j, |_| "+/+/".into()))),
            ("base64url.foreign-character", |c| c.json(|j| ids(j, |id| id.replacen(&id[5..6], "!", 1)))),
            ("base64url.impossible-length", |c| c.json(|j| ids(j, |_| "AAAAA".into()))),
        ]),
        refused(step, "response-malformed").strict().rows([
            ("base64url.ids-padded", |c: C| c.json(|j| ids(j, |id| format!("{id}=")))),
            ("base64url.ids-trailing-bits", |c| c.json(|j| ids(j, trailing_bits))),
            ("base64url.id-padded", |c| c.json(|j| text(j, "/id", |id| format!("{id}=")))),
            ("base64url.client-data-newline", |c| {
                c.json(|j| text(j, "/response/clientDataJSON", |text| format!("{text}\n")))
            }),
            ("base64url.client-data-space", |c| {
                c.json(|j| text(j, "/response/clientDataJSON", |text| format!(" {text}")))
            }),
            ("json.id-other", |c| c.json(|j| text(j, "/id", |_| "AAAA".into()))),
            ("json.extension-results-array", |c| c.json(|j| set(j, "/clientExtensionResults", json!([])))),
            ("json.257-unknown-members", |c| c.json(|j| unknown(j, "", 257))),
            ("json.257-unknown-members-of-response", |c| c.json(|j| unknown(j, "/response", 257))),
            ("json.257-unknown-extension-results", |c| c.json(|j| unknown(j, "/clientExtensionResults", 257))),
        ]),
        refused(step, "client-extension-results-missing").strict().rows([
            ("json.no-extension-results+strict", |c: C| c.json(|j| remove(j, "/clientExtensionResults"))),
            ("json.extension-results-null", |c| c.json(|j| set(j, "/clientExtensionResults", Value::Null))),
        ]),
        accepted().rows([
            ("json.no-extension-results", |c: C| {
                c.quirk("missing-client-extension-results").json(|j| remove(j, "/clientExtensionResults"))
            }),
            ("json.unknown-members", |c| {
                c.json(|j| set(j, "/new", json!({"deep": [[[1]]]}))).json(|j| set(j, "/response/new", Value::Null))
            }),
            ("json.256-unknown-members", |c| c.json(|j| unknown(j, "", 256))),
            ("json.unknown-extension-result", |c| c.json(|j| set(j, "/clientExtensionResults", json!({"new": [1]})))),
            // §9: nobody asked for these outputs, so their type does not matter.
            ("json.unsolicited-cred-props-true", |c| {
                c.json(|j| set(j, "/clientExtensionResults", json!({"credProps": true})))
            }),
            ("json.unsolicited-uvm-object", |c| c.json(|j| set(j, "/clientExtensionResults", json!({"uvm": {}})))),
            ("json.unsolicited-outputs-of-other-types", |c| {
                let outputs =
                    json!({"appid": "true", "prf": [], "largeBlob": {"blob": 1}, "payment": 7, "cmtgKey": ""});
                c.json(move |j| set(j, "/clientExtensionResults", outputs.clone()))
            }),
            ("json.prf-result", |c| {
                c.json(|j| set(j, "/clientExtensionResults", json!({"prf": {"results": {"first": "AAAA"}}})))
            }),
            ("json.unknown-attachment", |c| c.json(|j| set(j, "/authenticatorAttachment", "telepathy"))),
            ("json.no-attachment", |c| c.json(|j| remove(j, "/authenticatorAttachment"))),
        ]),
    ]
}
