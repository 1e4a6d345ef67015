//! The table of actions: it dispatches requests, and its JSON Schema is generated from the same types.

use crate::answer::{Id, Stop, done};
use crate::config::Context;
use crate::shape::{Definitions, Shape, definition};
use crate::{VERSION, ceremonies as c, judgements as j};
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};
use wardkey::ceremony::evidence::Evidence;

/// What a request does.
pub(crate) trait Action: DeserializeOwned + Shape {
    type Output: Serialize + Shape;
    fn run(self, context: &Context) -> Result<Self::Output, Stop>;
}

fn run<A: Action>(context: &Context, request: &str, id: &Id) -> String {
    let read = serde_json::from_str::<A>(request).map_err(|error| Stop::unreadable(&error));
    match read.and_then(|action| action.run(context)) {
        Ok(output) => done(id, &output),
        Err(stop) => stop.answer(id),
    }
}

macro_rules! actions {
    ($($name:literal $type:ty,)*) => {
        /// The names of all actions.
        pub const ACTIONS: &[&str] = &[$($name),*];

        pub(crate) fn dispatch(context: &Context, action: &str, request: &str, id: &Id) -> String {
            match action {
                $($name => run::<$type>(context, request, id),)*
                _ => Stop::caller("action", "no action has this name").answer(id),
            }
        }

        /// Returns the JSON Schema (2020-12) of the requests and of their answers, as one value.
        ///
        /// The schema describes requests. `$defs` has `Answer`, the envelope of every answer; the keyword `x-ok` of a request refers to
        /// the schema of `ok` in its answer.
        #[must_use]
        pub fn schema() -> Value {
            let mut definitions = Definitions::new();
            let requests = [$(request::<$type>($name, &mut definitions)),*];
            let evidence = Evidence::shape(&mut definitions);
            definitions.insert("Answer".to_owned(), envelope(&evidence));
            json!({
                "$schema": "https://json-schema.org/draft/2020-12/schema",
                "title": "Requests and answers of wardkey-json, version 1",
                "oneOf": requests,
                "$defs": definitions,
            })
        }
    };
}

/// Defines a request with the members of its envelope, and refers to its answer.
fn request<A: Action>(name: &str, definitions: &mut Definitions) -> Value {
    let (request, ok) = (A::shape(definitions), A::Output::shape(definitions));
    if let Some(Value::Object(defined)) = definition(&request, definitions) {
        if let Some(Value::Object(properties)) = defined.get_mut("properties") {
            let members = [("v", json!({ "const": VERSION })), ("id", id()), ("do", json!({ "const": name }))];
            properties.extend(members.map(|(member, schema)| (member.to_owned(), schema)));
        }
        if let Some(Value::Array(required)) = defined.get_mut("required") {
            required.splice(0..0, [json!("v"), json!("do")]);
        }
        defined.insert("x-ok".to_owned(), ok);
    }
    request
}

fn id() -> Value {
    json!({ "type": ["integer", "string", "null"], "description": "Your id of the request, which the answer repeats." })
}

/// The schema of every answer.
fn envelope(evidence: &Value) -> Value {
    let text = |text: &str| json!({ "type": "string", "description": text });
    let done = json!({
        "type": "object",
        "properties": { "v": { "const": VERSION }, "id": id(), "ok": { "type": "object", "description": "x-ok of the request." } },
        "required": ["v", "id", "ok"],
    });
    let step =
        json!({ "type": ["string", "null"], "description": "The step of the standard that refuses, such as 7.2/11." });
    let error = json!({
        "type": "object",
        "properties": {
            "code": text("The stable code of the error."),
            "step": step,
            "fault": { "enum": ["response", "user", "caller", "machine"], "description": "Who must act." },
            "tell": { "type": "object", "description": "The body for the browser." },
        },
        "required": ["code", "step", "fault", "tell"],
    });
    let refused = json!({
        "type": "object",
        "properties": {
            "v": { "const": VERSION },
            "id": id(),
            "error": error,
            "log": text("The line for your log."),
            "spend": text("The id of the state, which is used up."),
            "evidence": evidence,
        },
        "required": ["v", "id", "error", "log"],
    });
    json!({ "oneOf": [done, refused] })
}

actions! {
    "read-response" c::ReadResponse,
    "start-registration" c::StartRegistration,
    "finish-registration" c::FinishRegistration,
    "start-authentication" c::StartAuthentication,
    "finish-authentication" c::FinishAuthentication,
    "refuse" c::Refuse,
    "start-reauthentication" c::StartReauthentication,
    "finish-reauthentication" c::FinishReauthentication,
    "spend-reauthentication" c::SpendReauthentication,
    "start-payment" c::StartPayment,
    "finish-payment" c::FinishPayment,
    "start-confirmation" c::StartConfirmation,
    "finish-confirmation" c::FinishConfirmation,
    "verify-receipt" c::VerifyReceipt,
    "disclose-part" c::DisclosePart,
    "verify-part" c::VerifyPart,
    "signal-unknown" c::SignalUnknown,
    "signals" c::Signals,
    "lint" j::LintOptions,
    "check-records" j::CheckRecords,
    "import" j::Import,
    "facts" j::GetFacts,
    "assess" j::Assess,
    "demand" j::AskDemand,
    "decide" j::Decide,
    "look-up-model" j::LookUpModel,
    "reassess" j::Reassess,
    "bundle-registration" j::BundleRegistration,
    "bundle-authentication" j::BundleAuthentication,
    "verify-bundle" j::VerifyBundle,
    "judge-vector" j::JudgeVector,
}
