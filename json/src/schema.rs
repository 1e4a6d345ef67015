//! The table of actions: it dispatches requests, and its JSON Schema is generated from the same types.

use crate::answer::{Id, Stop, done};
use crate::config::Context;
use crate::{ceremonies as c, judgements as j};
use schemars::generate::SchemaSettings;
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};

/// What a request does.
pub(crate) trait Action: DeserializeOwned {
    type Output: Serialize;
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

        /// Returns the JSON Schema (2020-12) of the requests, as one value.
        #[must_use]
        pub fn schema() -> Value {
            let mut generator = SchemaSettings::draft2020_12().into_generator();
            let requests = [$(($name, generator.subschema_for::<$type>())),*];
            let mut all = generator.take_definitions(true);
            let mut choices = Vec::new();
            for (name, schema) in requests {
                let reference = schema.as_value()["$ref"].as_str().unwrap_or_default().to_owned();
                if let Some(definition) = reference.rsplit('/').next().and_then(|key| all.get_mut(key)) {
                    envelope(definition, name);
                }
                choices.push(json!({ "$ref": reference }));
            }
            json!({
                "$schema": "https://json-schema.org/draft/2020-12/schema",
                "title": "Requests of wardkey-json, version 1",
                "oneOf": choices,
                "$defs": all,
            })
        }
    };
}

/// Adds the members of the envelope, which are read before those of the action.
fn envelope(definition: &mut Value, name: &str) {
    let Value::Object(definition) = definition else { return };
    if let Value::Object(properties) = definition.entry("properties").or_insert_with(|| json!({})) {
        properties.insert("v".to_owned(), json!({ "const": crate::VERSION }));
        properties.insert("id".to_owned(), json!({ "type": ["integer", "string", "null"] }));
        properties.insert("do".to_owned(), json!({ "const": name }));
    }
    if let Value::Array(required) = definition.entry("required").or_insert_with(|| json!([])) {
        required.splice(0..0, [json!("v"), json!("do")]);
    }
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
