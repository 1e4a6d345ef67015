//! Every action through [`wardkey_json::call`].

mod common;

use common::{ADA, Browser, NOW, answer, context, of_action, ok, refused, register, request, sign_in};
use serde_json::{Value, json};
use std::collections::BTreeSet;
use wardkey::{CredentialRecord, RecordUpdate};
use wardkey_json::{ACTIONS, Config, Context, MAX_REQUEST_LEN, call, schema};

#[test]
fn a_registration_and_a_sign_in_as_json() {
    let (context, mut browser) = (context(), Browser::default());
    let registered = register(&context, &mut browser);
    assert_eq!(registered["record"]["userHandle"], ADA);
    assert_eq!(registered["evidence"]["accepted"], true);
    assert_eq!(registered["evidence"]["stateId"], registered["spend"]);

    let mut members = sign_in(&context, &browser, &registered["record"], 5);
    let ids = ok(&context, "read-response", json!({ "response": members["response"] }));
    assert_eq!(ids["credential_id"], registered["record"]["id"]);
    members["accepted"] = json!([registered["record"]]);
    let done = ok(&context, "finish-authentication", members);
    assert_eq!((&done["user"], &done["factor"]), (&json!(ADA), &json!(true)));
    assert_eq!(done["spend"], ids["state_id"], "the id of the state is spent");
    assert_eq!(done["signal"]["allAcceptedCredentialIds"], json!([registered["record"]["id"]]));

    let mut record: CredentialRecord = serde_json::from_value(registered["record"].clone()).unwrap();
    let update: RecordUpdate = serde_json::from_value(done["update"].clone()).unwrap();
    assert!(record.apply(&update));
    assert_eq!(record.sign_count, 5);

    // With the new record, a counter that went back is refused at its step.
    let members = sign_in(&context, &browser, &serde_json::to_value(&record).unwrap(), 4);
    let answer = refused(&context, "finish-authentication", members);
    assert_eq!((&answer["error"]["step"], &answer["error"]["fault"]), (&json!("7.2/22"), &json!("response")));
    assert_eq!(answer["error"]["tell"]["code"], "failed");
    assert!(answer["spend"].is_string() && answer["evidence"]["accepted"] == false);
}

#[test]
fn a_response_may_be_an_object_or_the_posted_text() {
    let (context, mut browser) = (context(), Browser::default());
    let record = register(&context, &mut browser)["record"].clone();
    let mut members = sign_in(&context, &browser, &record, 1);
    members["response"] = serde_json::from_str(members["response"].as_str().unwrap()).unwrap();
    assert_eq!(ok(&context, "finish-authentication", members.clone())["user"], ADA);
    members["response"] = json!("{");
    let answer = refused(&context, "finish-authentication", members);
    assert_eq!(answer["error"]["code"], "response-malformed", "a posted text is the browser's fault, not the caller's");
    assert!(answer["spend"].is_string(), "the state is used up");
}

#[test]
fn an_unknown_credential_is_refused_as_the_library_refuses_it() {
    let (context, mut browser) = (context(), Browser::default());
    let record = register(&context, &mut browser)["record"].clone();
    let mut members = sign_in(&context, &browser, &Value::Null, 1);
    let by_null = refused(&context, "finish-authentication", members.clone());
    members.as_object_mut().unwrap().remove("record");
    let by_name = refused(&context, "refuse", members.clone());
    assert_eq!(by_null["error"], by_name["error"]);
    assert_eq!(by_null["error"]["code"], "credential-unknown");
    assert_eq!(by_null["error"]["tell"]["unknownCredential"]["credentialId"], record["id"]);
    let left_out = refused(&context, "finish-authentication", members);
    assert_eq!(left_out["error"]["code"], "request", "a record that is left out is no record that is null");
    let signal = ok(&context, "signal-unknown", json!({ "credential_id": record["id"], "stored": null }));
    assert_eq!(signal["signal"]["credentialId"], record["id"]);
    let known = ok(&context, "signal-unknown", json!({ "credential_id": record["id"], "stored": record }));
    assert!(known["signal"].is_null());
}

#[test]
fn unknown_names_get_decoys_and_other_sessions_are_refused() {
    let (context, mut browser) = (context(), Browser::default());
    let record = register(&context, &mut browser)["record"].clone();
    let named = |name: &str, records: Value| {
        ok(&context, "start-authentication", json!({ "session": "s", "now": NOW, "name": name, "records": records }))
    };
    let decoys = named("nobody", json!([]))["options"]["allowCredentials"].clone();
    assert_eq!(decoys, named("nobody", json!([]))["options"]["allowCredentials"]);
    assert_eq!(named("ada", json!([record]))["options"]["allowCredentials"][0]["id"], record["id"]);

    let mut members = sign_in(&context, &browser, &record, 1);
    members["session"] = json!("another session");
    assert_eq!(refused(&context, "finish-authentication", members.clone())["error"]["code"], "session-mismatch");
    members["session"] = json!("");
    assert_eq!(refused(&context, "finish-authentication", members)["error"]["code"], "session-empty");
}

#[test]
fn a_reauthentication_is_spent_for_its_purpose() {
    let (context, mut browser) = (context(), Browser::default());
    let record = register(&context, &mut browser)["record"].clone();
    let started = ok(
        &context,
        "start-reauthentication",
        json!({ "session": "s", "now": NOW, "user": ADA, "records": [record], "purpose": "delete", "lifetime_secs": 60 }),
    );
    let posted = browser.get(&started["options"], 2);
    let finish = json!({ "session": "s", "now": NOW, "state": started["state"], "response": posted, "record": record });
    let done = ok(&context, "finish-reauthentication", finish);
    let proof = &done["reauthentication"];
    let spend = |purpose: &str, now: i64, factor: bool| {
        answer(
            &context,
            "spend-reauthentication",
            json!({ "reauthentication": proof, "user": ADA, "purpose": purpose, "now": now, "additional_factor": factor }),
        )
    };
    assert_eq!(spend("delete", NOW, false)["ok"]["spend"], done["spend"]);
    assert_eq!(spend("delete", NOW, true)["ok"]["spend"], done["spend"]);
    assert_eq!(spend("other", NOW, false)["error"]["code"], "reauthentication-mismatch");
    assert_eq!(spend("delete", NOW + 61, false)["error"]["code"], "not-fresh");
    let signals =
        json!({ "reauthentication": proof, "now": NOW, "accepted": [record], "name": "ada", "display_name": "Ada" });
    let signals = ok(&context, "signals", signals);
    assert_eq!((&signals["details"]["name"], &signals["accepted"]["userId"]), (&json!("ada"), &json!(ADA)));
}

/// The client did not sign its outputs, so a signature of the browser that does not verify refuses the key of the browser only.
#[test]
fn a_bad_signature_of_the_browser_refuses_its_key_and_not_the_registration() {
    let (context, mut browser) = (context(), Browser::default());
    let start = json!({ "session": "s", "now": NOW, "user": ADA, "name": "ada@mail.example", "existing": [],
        "extensions": { "payment": { "isPayment": true } } });
    let started = ok(&context, "start-registration", start);
    let mut posted: Value = serde_json::from_str(&browser.create(&started["options"])).unwrap();
    posted["clientExtensionResults"]["payment"] = json!({ "browserBoundSignature": { "signature": "AAAA" } });
    let finish = json!({ "session": "s", "now": NOW, "state": started["state"], "response": posted, "stored": null });
    let done = ok(&context, "finish-registration", finish);
    assert_eq!(done["browser_bound_failure"], "browser-bound-signature-invalid");
    assert_eq!((&done["browser_bound_key"], &done["evidence"]["accepted"]), (&Value::Null, &json!(true)));
    assert_eq!(done["record"]["userHandle"], ADA);
}

#[test]
fn a_payment_is_confirmed_with_the_details_that_were_shown() {
    let (context, mut browser) = (context(), Browser::default());
    let record = register(&context, &mut browser)["record"].clone();
    let start = json!({ "session": "s", "now": NOW, "user": ADA, "records": [record] });
    let mut details = json!({
        "topOrigin": "https://clinic.example", "payeeOrigin": "https://clinic.example",
        "total": { "currency": "EUR", "value": "10.00" },
        "instrument": { "displayName": "Card", "icon": "https://clinic.example/i" },
    });
    let mut shown = details.clone();
    shown["rpId"] = json!("clinic.example");
    let finish = |members: &Value, details: &Value| {
        let started = ok(&context, "start-payment", start.clone());
        let posted = browser.get_with(&started["options"], 2, members);
        answer(
            &context,
            "finish-payment",
            json!({ "session": "s", "now": NOW, "state": started["state"], "response": posted, "record": record,
                "details": details }),
        )
    };
    let payment = json!({ "type": "payment.get", "payment": shown });
    let done = finish(&payment, &details);
    assert_eq!(done["ok"]["user"], ADA, "{done}");
    assert!(done["ok"]["spend"].is_string());
    assert_eq!((&done["ok"]["browser_binding"], &done["ok"]["browser_bound_key"]), (&json!("absent"), &Value::Null));
    let sign_in = finish(&json!({}), &details);
    assert_eq!((&sign_in["error"]["code"], &sign_in["error"]["step"]), (&json!("type-mismatch"), &json!("7.2/10")));
    details["total"]["value"] = json!("1000.00");
    let other = finish(&payment, &details);
    assert_eq!(other["error"]["fault"], "response", "{other}");
    assert!(other["spend"].is_string());
}

/// A merchant's page has no web session of the portal, and its origin is named.
#[test]
fn a_payment_of_a_merchant_has_no_session() {
    let (context, mut browser) = (context(), Browser::default());
    let record = register(&context, &mut browser)["record"].clone();
    let details = json!({
        "topOrigin": "https://shop.example", "payeeName": "Shop",
        "paymentEntitiesLogos": [{ "url": "https://bank.example/logo", "label": "Bank" }],
        "total": { "currency": "EUR", "value": "10.00" },
        "instrument": { "displayName": "Card", "icon": "https://clinic.example/i" },
    });
    let mut shown = details.clone();
    shown["rpId"] = json!("clinic.example");
    let payment = json!({ "type": "payment.get", "payment": shown, "origin": "https://shop.example" });
    let mut start = json!({ "now": NOW, "user": ADA, "records": [record] });
    assert_eq!(refused(&context, "start-payment", start.clone())["error"]["code"], "request", "left out is not null");
    start["session"] = Value::Null;
    let started = ok(&context, "start-payment", start);
    let posted = browser.get_with(&started["options"], 2, &payment);
    let mut finish = json!({ "session": null, "now": NOW, "state": started["state"], "response": posted, "record": record,
        "details": details });
    assert_eq!(refused(&context, "finish-payment", finish.clone())["error"]["code"], "origin-not-allowed");
    finish["called_by"] = json!(["https://shop.example"]);
    assert_eq!(ok(&context, "finish-payment", finish.clone())["user"], ADA);
    finish["called_by"] = json!(["https://other.example"]);
    assert_eq!(refused(&context, "finish-payment", finish.clone())["error"]["code"], "origin-not-allowed");
    finish["called_by"] = json!([]);
    let answer = refused(&context, "finish-payment", finish.clone());
    assert_eq!((&answer["error"]["code"], &answer["spend"]), (&json!("called-by"), &started["state_id"]));
    finish["called_by"] = json!(["https://shop.example"]);
    finish["session"] = json!("a session of the portal");
    assert_eq!(refused(&context, "finish-payment", finish)["error"]["code"], "session-mismatch");
}

/// The outputs of extensions come with the answer, and who signed them.
#[test]
fn extension_outputs_are_answered() {
    let (context, mut browser) = (context(), Browser::default());
    let registered = register(&context, &mut browser);
    assert_eq!((&registered["signed_extensions"], &registered["unsigned_extensions"]), (&json!({}), &json!({})));
    let mut members = sign_in(&context, &browser, &registered["record"], 1);
    let mut posted: Value = serde_json::from_str(members["response"].as_str().unwrap()).unwrap();
    posted["clientExtensionResults"] =
        json!({ "prf": { "results": { "first": "c2VjcmV0" } }, "largeBlob": { "blob": "YQ" } });
    members["response"] = posted;
    let done = ok(&context, "finish-authentication", members);
    assert_eq!(done["unsigned_extensions"]["largeBlob"]["blob"], "YQ");
    assert!(!done.to_string().contains("c2VjcmV0"), "a secret of the page is not kept: {done}");
}

#[test]
fn a_confirmation_gives_a_receipt_and_its_parts() {
    let (context, mut browser) = (context(), Browser::default());
    let record = register(&context, &mut browser)["record"].clone();
    let mut document = json!({
        "purpose": "prescription", "subject": "patient 7", "signer": "Dr. Grace", "meaning": "I prescribe", "time": NOW,
        "items": [{ "type": "text/plain", "content": "YQ" }, { "type": "text/plain", "content": "Yg" }],
    });
    let start = json!({ "session": "s", "now": NOW, "user": ADA, "records": [record], "document": document });
    let started = ok(&context, "start-confirmation", start);
    let posted = browser.get(&started["options"], 2);
    let finish = |document: &Value| {
        answer(
            &context,
            "finish-confirmation",
            json!({ "session": "s", "now": NOW, "state": started["state"], "document": document, "response": posted,
                "record": record }),
        )
    };
    let done = finish(&document)["ok"].take();
    assert_eq!((&done["confirmed"]["items"], &done["factor"]), (&json!(2), &json!(true)));
    assert_eq!(done["confirmed"]["challenge"], started["options"]["challenge"]);
    let receipt = ok(&context, "verify-receipt", json!({ "receipt": done["receipt"], "record": record }));
    assert_eq!(receipt["user"], ADA);
    let part = ok(&context, "disclose-part", json!({ "receipt": done["receipt"], "head": false, "items": [2] }));
    let verify = |part: &Value, response: &Value| {
        answer(&context, "verify-part", json!({ "part": part, "response": response, "record": record }))
    };
    assert_eq!(verify(&part["part"], &part["response"])["ok"]["credential_id"], record["id"]);
    let mut changed = part["part"].clone();
    changed["items"][0]["content"] = json!("Yw");
    assert_eq!(verify(&changed, &part["response"])["error"]["code"], "item");
    document["items"][0]["content"] = json!("Yw");
    assert_eq!(finish(&document)["error"]["code"], "challenge-mismatch");
    let mut receipt = done["receipt"].clone();
    receipt["document"] = document;
    let answer = refused(&context, "verify-receipt", json!({ "receipt": receipt, "record": record }));
    assert_eq!(answer["error"]["step"], "7.2/11");
}

#[test]
fn a_sign_in_is_assessed_and_an_act_demands() {
    let (context, mut browser) = (context(), Browser::default());
    let registered = register(&context, &mut browser);
    let members = sign_in(&context, &browser, &registered["record"], 5);
    let done = ok(&context, "finish-authentication", members);
    let facts = json!({ "now": NOW, "evidence": done["evidence"], "characteristics": registered["characteristics"] });
    let facts = ok(&context, "facts", facts)["facts"].take();
    let rules = wardkey::assurance::Rules::Nist80063B4.name();
    let assessed = ok(&context, "assess", json!({ "rules": rules, "facts": facts }));
    assert_eq!(assessed["assurance"]["ceiling"], "aal2");
    let demand = |now: i64, signals: Value| {
        ok(
            &context,
            "demand",
            json!({ "now": now, "profile": "patient", "act": "read", "signals": signals, "proven": assessed["proven"] }),
        )
    };
    assert_eq!(demand(NOW + 90, json!([]))["allowed"], true);
    let asked = demand(NOW + 90, json!(["location_unusual"]));
    assert_eq!((&asked["allowed"], &asked["because"]), (&json!(false), &json!(["location_unusual"])));
    assert_eq!(asked["demand"]["notify"], true);
    let unknown =
        json!({ "now": NOW, "profile": "patient", "act": "read", "signals": ["x"], "proven": assessed["proven"] });
    assert_eq!(refused(&context, "demand", unknown)["error"]["fault"], "caller");
    assert_eq!(refused(&context, "assess", json!({ "rules": "x", "facts": facts }))["error"]["code"], "rules");
}

#[test]
fn an_account_keeps_sms_until_it_is_safe() {
    let account = json!({
        "version": 1, "ial": 2, "password": true, "totp": false, "sms": "phone", "passkeys": [], "saved_code": false,
        "reproofing": false, "addresses": [], "recovery_addresses": [], "contacts": 0, "recovered_at": null,
    });
    let members = json!({
        "now": NOW, "account": account, "act": { "do": "retire_sms" },
        "proven": { "level": "aal2", "authenticated_at": NOW, "confirmed": false, "second_credential": false },
    });
    let decided = ok(&context(), "decide", members);
    assert_eq!(decided["allowed"], false);
    assert!(!decided["lacks"].as_array().unwrap().is_empty(), "{decided}");
}

#[test]
fn a_bundle_of_each_ceremony_verifies_and_a_changed_one_does_not() {
    let (context, mut browser) = (context(), Browser::default());
    let start = json!({ "session": "s", "now": NOW, "user": ADA, "name": "ada@mail.example", "existing": [] });
    let started = ok(&context, "start-registration", start);
    let posted = browser.create(&started["options"]);
    let members = json!({ "now": NOW, "state": started["state"], "response": posted, "stored": null });
    let registration = ok(&context, "bundle-registration", members)["bundle"].clone();
    let record = register(&context, &mut browser)["record"].clone();
    let members = sign_in(&context, &browser, &record, 1);
    let members = json!({ "now": NOW, "state": members["state"], "response": members["response"], "record": record });
    let authentication = ok(&context, "bundle-authentication", members)["bundle"].clone();
    for bundle in [registration, authentication] {
        let verified = ok(&context, "verify-bundle", json!({ "bundle": bundle }));
        assert_eq!(
            (&verified["intact"], &verified["agrees"], &verified["accept"]),
            (&json!(true), &json!(true), &json!(true))
        );
        let changed = bundle.as_str().unwrap().replace("\"accept\":true", "\"accept\":false");
        let verified = ok(&context, "verify-bundle", json!({ "bundle": changed }));
        assert_eq!((&verified["intact"], &verified["changed"]), (&json!(false), &json!(["verdict"])));
    }
}

#[test]
fn options_records_and_imports_are_looked_over() {
    let (context, mut browser) = (context(), Browser::default());
    let start = json!({ "session": "s", "now": NOW, "user": ADA, "name": "", "existing": [], "timeout_secs": 1 });
    let options = ok(&context, "start-registration", start)["options"].clone();
    let warnings = ok(&context, "lint", json!({ "creation": options }))["warnings"].clone();
    let codes: Vec<_> = warnings.as_array().unwrap().iter().map(|warning| warning["code"].as_str().unwrap()).collect();
    assert!(codes.contains(&"timeout") && codes.contains(&"empty-user-name"), "{codes:?}");
    let mut record = register(&context, &mut browser)["record"].clone();
    let check = |record: &Value| ok(&context, "check-records", json!({ "records": [record] }))["concerns"].clone();
    assert!(!check(&record).as_array().unwrap().iter().any(|concern| concern["locks_out"] == true));
    record["publicKey"] = json!("oA");
    assert_eq!(check(&record)[0]["locks_out"], true);
    let row = json!([
        { "user_handle": ADA, "id": "Y3JlZGVudGlhbA==", "authenticator": { "signCount": 3 },
          "publicKey": "pAEBAycgBiFYIFhmZmZmZmZmZmZmZmZmZmZmZmZmZmZmZmZmZmZmZmZm" },
        { "id": 7 },
    ]);
    let import = json!({ "library": "go_webauthn", "rows": row.to_string(), "users": { "Y3JlZGVudGlhbA": ADA } });
    let imported = ok(&context, "import", import);
    assert_eq!(imported["imported"][0]["record"]["signCount"], 3);
    assert_eq!(imported["failed"][0]["row"], 1);
    assert_eq!(refused(&context, "import", json!({ "library": "x", "rows": [] }))["error"]["code"], "library");
}

/// A BLOB of the cases of metadata, with its roots.
fn metadata_context() -> (Context, Value) {
    let cases = include_str!("../../tests/metadata/cases.jsonl");
    let case = cases.lines().map(|line| serde_json::from_str::<Value>(line).unwrap());
    let case = case.into_iter().find(|case| case["expect"]["accept"] == true && case["roots"].is_array()).unwrap();
    let pem = format!(
        "-----BEGIN CERTIFICATE-----\n{}\n-----END CERTIFICATE-----\n",
        standard(case["roots"][0].as_str().unwrap())
    );
    let blob = case["blob"].as_str().unwrap().to_owned();
    let metadata =
        json!({ "file": "blob", "roots": "roots", "server_name": "mds.fidoalliance.org", "received_at": case["at"] });
    let config = json!({ "version": 1, "metadata": metadata, "relying_parties": { "portal": {
        "id": "clinic.example", "name": "Clinic", "profiles": ["clinician"] } } });
    let read = |name: &str| Ok(if name == "blob" { blob.clone() } else { pem.clone() }.into_bytes());
    (Context::new(&Config::from_json(&config.to_string()).unwrap(), read).unwrap(), case)
}

/// From base64url without padding to base64 with it.
fn standard(text: &str) -> String {
    let mut text = text.replace('-', "+").replace('_', "/");
    while !text.len().is_multiple_of(4) {
        text.push('=');
    }
    text
}

#[test]
fn models_are_looked_up_and_judged_again() {
    let (metadata, case) = metadata_context();
    let unknown = "00000000-0000-0000-0000-000000000001";
    let found = ok(&metadata, "look-up-model", json!({ "now": case["at"], "model": unknown }));
    assert_eq!((&found["models"], &found["unreadable"]), (&json!([]), &json!(false)));
    assert!(found["number"].is_u64());
    let known = "4d2a85c5-bed7-3a79-19b6-08c88a9afe48";
    let found = ok(&metadata, "look-up-model", json!({ "now": case["at"], "model": known }));
    assert!(found["models"][0]["name"].is_string() && found["models"][0]["incidents"].is_array(), "{found}");
    let attested = register(&context(), &mut Browser::default())["attested"].clone();
    let policy = wardkey::assurance::Profile::clinician().label();
    let judged = ok(&metadata, "reassess", json!({ "now": case["at"], "attested": attested, "policy": policy }));
    assert_eq!((&judged["decision"], &judged["reasons"]), (&json!("step_up"), &json!(["not-attested"])));
    let none = ok(&metadata, "reassess", json!({ "now": case["at"], "attested": attested, "policy": null }));
    assert!(none["decision"].is_null());
    // A clinician needs a model of the metadata; a patient does not.
    let (mut browser, at) = (Browser::default(), &case["at"]);
    let mut finish = |profile: Value| {
        let start = json!({ "session": "s", "now": at, "user": ADA, "name": "a", "existing": [], "profile": profile });
        let started = ok(&metadata, "start-registration", start);
        let posted = browser.create(&started["options"]);
        let finish =
            json!({ "session": "s", "now": at, "state": started["state"], "response": posted, "stored": null });
        answer(&metadata, "finish-registration", finish)
    };
    assert_eq!(finish(json!("clinician"))["error"]["step"], "7.1/24");
    assert_eq!(finish(Value::Null)["ok"]["record"]["userHandle"], ADA);
    let without = refused(&context(), "look-up-model", json!({ "now": NOW, "model": unknown }));
    assert_eq!(without["error"]["code"], "no-metadata");
    assert_eq!(refused(&metadata, "look-up-model", json!({ "now": NOW, "model": "x" }))["error"]["code"], "model");
}

#[test]
fn a_request_that_cannot_be_read_is_answered() {
    let context = context();
    for (text, code) in [
        ("", "request"),
        ("{", "request"),
        ("[]", "request"),
        ("null", "request"),
        ("{}", "request"),
        (r#"{"v":1,"id":1}"#, "request"),
        (r#"{"v":1,"id":1,"do":7}"#, "request"),
        (r#"{"v":1,"v":1,"do":"schema"}"#, "request"),
        (r#"{"v":2,"id":1,"do":"refuse"}"#, "version"),
        (r#"{"v":1,"id":1,"do":"no such"}"#, "action"),
        (r#"{"v":1,"id":{},"do":"refuse"}"#, "request"),
        (r#"{"v":1,"id":1,"do":"refuse"} x"#, "request"),
    ] {
        let answer: Value = serde_json::from_str(&call(&context, text)).unwrap();
        assert_eq!((&answer["error"]["code"], &answer["error"]["fault"]), (&json!(code), &json!("caller")), "{text}");
    }
    let deep = format!(r#"{{"v":1,"id":1,"do":"lint","creation":{}"#, "[".repeat(200_000));
    assert!(call(&context, &deep).contains(r#""code":"request""#));
    let long = " ".repeat(MAX_REQUEST_LEN + 1);
    assert!(call(&context, &long).contains(r#""code":"too-long""#));
    let secret = r#"{"v":1,"id":"x","do":"refuse","hunter2":"hunter2"}"#;
    let answer = call(&context, secret);
    assert!(!answer.contains("hunter2") && answer.starts_with(r#"{"v":1,"id":"x","error""#), "{answer}");
}

/// Cuts a request at each place, and changes each byte of it. Every answer is one line of JSON with a result or an error, and only
/// an error of the browser or of the caller.
#[test]
fn a_request_with_any_byte_changed_is_answered() {
    let (context, mut browser) = (context(), Browser::default());
    let record = register(&context, &mut browser)["record"].clone();
    let whole = request("finish-authentication", sign_in(&context, &browser, &record, 1));
    let (mut accepted, mut refused) = (0, 0);
    let mut check = |text: &str| {
        let line = call(&context, text);
        assert!(!line.contains('\n'));
        let answer: Value = serde_json::from_str(&line).unwrap();
        match answer["error"]["fault"].as_str() {
            None => accepted += usize::from(answer["ok"]["user"] == ADA),
            Some("response" | "caller" | "user") => refused += 1,
            Some(fault) => panic!("{fault}: {answer}"),
        }
    };
    check(&whole);
    for place in 0..whole.len() {
        check(&whole[..place]);
        let mut changed = whole.clone().into_bytes();
        for byte in [b'"', b'A', b'0'] {
            changed[place] = byte;
            check(std::str::from_utf8(&changed).unwrap());
        }
    }
    assert!(refused > 2 * whole.len(), "{refused} of {}", whole.len());
    assert!(accepted > 1, "some bytes change nothing, such as those of the id");
}

#[test]
fn the_schema_is_that_of_the_code() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/schema.json");
    let made = serde_json::to_string_pretty(&schema()).unwrap() + "\n";
    if std::env::var_os("WRITE_SCHEMA").is_some() {
        std::fs::write(path, &made).unwrap();
    }
    assert!(
        std::fs::read_to_string(path).unwrap() == made,
        "schema.json is not that of the code: run with WRITE_SCHEMA=1"
    );
}

/// `common::answer` compares requests and answers with the schema, and the reader with what the schema requires. This makes sure
/// that a test sends each action.
#[test]
fn every_action_has_a_schema_and_a_test() {
    let vector = include_str!("../../tests/vectors/steps.jsonl").lines().next().unwrap();
    assert!(ok(&context(), "judge-vector", json!({ "vector": vector }))["accept"].is_boolean());
    let schema = schema();
    assert_eq!(schema["oneOf"].as_array().unwrap().len(), ACTIONS.len());
    for action in ACTIONS {
        let of = of_action(&schema, action);
        assert_eq!(of["additionalProperties"], false, "{action}");
        assert!(of["description"].is_string() && of["x-ok"]["$ref"].is_string(), "{action}");
        assert!(include_str!("library.rs").contains(&format!("\"{action}\"")), "{action}");
    }
    let required = of_action(&schema, "finish-authentication")["required"].as_array().unwrap();
    let required: BTreeSet<&str> = required.iter().map(|name| name.as_str().unwrap()).collect();
    assert_eq!(required, BTreeSet::from(["do", "now", "record", "response", "session", "state", "v"]));
}

#[test]
fn an_error_of_the_configuration_names_its_member() {
    let load = |text: &str| {
        let config = Config::from_toml(text)?;
        Context::new(&config, |name| match name {
            "short" => Ok(vec![1; 31]),
            "same" => Ok(vec![1; 32]),
            "hex" => Ok(b"000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f\n".to_vec()),
            _ => Err(format!("{name}: not found")),
        })
    };
    let party = |rest: &str| format!("version = 1\n[relying_parties.a]\nid = \"clinic.example\"\nname = \"A\"\n{rest}");
    let member = |text: &str| load(text).unwrap_err().member().to_owned();
    assert_eq!(member("version = 2\nrelying_parties = {}"), "version");
    assert_eq!(member("version = 1\nrelying_parties = {}"), "relying_parties");
    assert_eq!(member(&party("nme = \"x\"")), "relying_parties.a.nme");
    assert_eq!(member(&party("timeout_secs = \"x\"")), "relying_parties.a.timeout_secs");
    assert_eq!(member(&party("timeout_secs = 0")), "relying_parties.a");
    assert_eq!(member(&party("algorithms = [-7, 5]")), "relying_parties.a.algorithms[1]");
    assert_eq!(member(&party("profiles = [\"nurse\"]")), "relying_parties.a.profiles[0]");
    assert_eq!(member(&party("quirks = [\"x\"]")), "relying_parties.a.quirks[0]");
    assert_eq!(member(&party("attestation = { conveyance = \"drect\" }")), "relying_parties.a.attestation.conveyance");
    assert_eq!(
        member(&party("attestation = { conveyance = \"direct\", trust = \"metadata\" }")),
        "relying_parties.a.attestation.metadata"
    );
    for secret in ["hunter2", "file:short", "file:none"] {
        let text = party(&format!("decoys = {{ secret = \"{secret}\" }}"));
        let error = load(&text).unwrap_err();
        assert_eq!(error.member(), "relying_parties.a.decoys.secret");
        assert!(!error.to_string().contains("hunter2"));
    }
    assert_eq!(member(&party("decoys = { secret = \"file:same\" }")), "relying_parties.a");
    let whole = load(&party("decoys = { secret = \"file:hex\" }")).unwrap();
    assert!(whole.explain().contains("hides which user names exist"));
    assert!(load("version = \n").unwrap_err().to_string().starts_with("line 1:"));
    let json = r#"{"version":1,"relying_parties":{"a":{"id":"clinic.example","name":7}}}"#;
    assert_eq!(Config::from_json(json).unwrap_err().member(), "relying_parties.a.name");
}

/// After a rotation, the decoys of unknown names are those from before.
#[test]
fn the_secret_of_decoys_is_rotated() {
    let load = |decoys: &str, files: &dyn Fn(&str) -> Result<Vec<u8>, String>| {
        let text =
            format!("version = 1\n[relying_parties.a]\nid = \"clinic.example\"\nname = \"A\"\ndecoys = {decoys}");
        Context::new(&Config::from_toml(&text).unwrap(), files).unwrap()
    };
    let old: Vec<u8> = (0..32).collect();
    let new: Vec<u8> = (32..64).collect();
    let before = load("{ secret = \"file:old\" }", &|_| Ok(old.clone()));
    let rotated = before.rotate("a", &new).unwrap();
    let after = load("{ secret = \"file:new\", rotated = \"file:rotated\" }", &|name| {
        Ok(if name == "new" { new.clone() } else { rotated.clone().into_bytes() })
    });
    let options = |context: &Context| {
        ok(context, "start-authentication", json!({ "session": "s", "now": NOW, "name": "x", "records": [] }))["options"]
            ["allowCredentials"]
            .clone()
    };
    assert_eq!(options(&before), options(&after));
    assert!(before.rotate("b", &new).is_err() && before.rotate("a", b"short").is_err());
}
