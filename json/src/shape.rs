//! Shapes: the JSON Schema of requests and answers, made of the same members that serde reads and writes.

use serde_json::{Map, Value, json};
use std::collections::BTreeMap;
use wardkey::account::{Account, AccountAct, AccountPolicy, Stage};
use wardkey::assurance::{
    Assurance, AssuranceLevel, ConfirmationFacts, Declared, Demand, Facts, ProvenSession, Series,
};
use wardkey::ceremony::authentication::UserVerification;
use wardkey::ceremony::evidence::Evidence;
use wardkey::client::json::{
    AuthenticatorAttachment, CreationOptions, Hint, RequestOptions, ResidentKey, UserVerificationRequirement,
};
use wardkey::client::payment::PaymentDetails;
use wardkey::client::signal::Signal;
use wardkey::confirmation::{Document, Part, Receipt};
use wardkey::extensions::{
    AuthenticationOutputs, Blob, ClientExtensionResults, CreationExtensions, RegistrationOutputs, RequestExtensions,
    SignedOutputs,
};
use wardkey::metadata::{Attested, Incidents, Reasons};
use wardkey::policy::Characteristics;
use wardkey::{
    AuthenticationState, ConfirmationState, CredentialId, CredentialRecord, Reauthentication, RecordUpdate,
    RegistrationState, UnixTime, UserHandle,
};

/// The definitions of a schema, by name.
pub(crate) type Definitions = Map<String, Value>;

/// A type of a member.
pub(crate) trait Shape {
    /// Whether a request may leave out a member of this type.
    const OPTIONAL: bool = false;

    /// Returns the JSON Schema. A type with a name is added to the definitions, and the schema refers to it.
    fn shape(definitions: &mut Definitions) -> Value;
}

/// Refers to a definition, which is made at the first use.
fn named(name: &str, definitions: &mut Definitions, make: impl FnOnce(&mut Definitions) -> Value) -> Value {
    if !definitions.contains_key(name) {
        let made = make(definitions);
        definitions.insert(name.to_owned(), made);
    }
    json!({ "$ref": format!("#/$defs/{name}") })
}

/// Returns the definition that a schema refers to.
pub(crate) fn definition<'d>(schema: &Value, definitions: &'d mut Definitions) -> Option<&'d mut Value> {
    definitions.get_mut(schema.get("$ref")?.as_str()?.rsplit('/').next()?)
}

impl<T: Shape> Shape for Option<T> {
    const OPTIONAL: bool = true;

    fn shape(definitions: &mut Definitions) -> Value {
        json!({ "anyOf": [T::shape(definitions), { "type": "null" }] })
    }
}

impl<T: Shape> Shape for Vec<T> {
    fn shape(definitions: &mut Definitions) -> Value {
        json!({ "type": "array", "items": T::shape(definitions) })
    }
}

impl<T: Shape> Shape for BTreeMap<String, T> {
    fn shape(definitions: &mut Definitions) -> Value {
        json!({ "type": "object", "additionalProperties": T::shape(definitions) })
    }
}

macro_rules! plain {
    ($($type:literal: $($of:ty),*;)*) => {$($(
        impl Shape for $of {
            fn shape(_: &mut Definitions) -> Value {
                json!({ "type": $type })
            }
        }
    )*)*};
}

plain! {
    "boolean": bool;
    "integer": u8, u32, u64, usize;
    "string": String, &'static str;
}

/// The types whose JSON the library defines.
macro_rules! shapes {
    ($($name:ident $type:literal: $($of:ty),*; $text:literal)*) => {$($(
        impl Shape for $of {
            fn shape(definitions: &mut Definitions) -> Value {
                named(stringify!($name), definitions, |_| json!({ "type": $type, "description": $text }))
            }
        }
    )*)*};
}

shapes! {
    Time "integer": UnixTime; "Seconds since 1970-01-01T00:00:00Z."
    Bytes "string": UserHandle, CredentialId, Blob; "Bytes in base64url without padding."
    State "object": RegistrationState, AuthenticationState, ConfirmationState; "The state of a ceremony. Store it under its id, and pass it to the finish as it is."
    Record "object": CredentialRecord; "A credential record, as finish-registration returned it and with all updates."
    Update "object": RecordUpdate; "The columns to compare (`expect`) and to set (`set`) in one statement."
    CreationOptions "object": CreationOptions; "PublicKeyCredentialCreationOptionsJSON, for the browser."
    RequestOptions "object": RequestOptions; "PublicKeyCredentialRequestOptionsJSON, for the browser."
    CreationExtensions "object": CreationExtensions; "The extension inputs, as in the options of the browser."
    RequestExtensions "object": RequestExtensions; "The extension inputs, as in the options of the browser."
    RequiredOutputs "object": RegistrationOutputs, AuthenticationOutputs; "The extension outputs that are required."
    SignedOutputs "object": SignedOutputs; "The extension outputs of the authenticator."
    ClientOutputs "object": ClientExtensionResults; "The extension outputs of the browser. Nobody signed them, so they must not grant anything."
    ResidentKey "string": ResidentKey; "`discouraged`, `preferred` or `required`."
    UserVerificationRequirement "string": UserVerificationRequirement; "`discouraged`, `preferred` or `required`."
    Attachment "string": AuthenticatorAttachment; "`platform` or `cross-platform`."
    Hint "string": Hint; "`security-key`, `client-device` or `hybrid`."
    UserVerification "string": UserVerification; "Whether the user was verified, and whether that counts as a factor."
    Signal "object": Signal; "The argument of a signal method of PublicKeyCredential."
    Payment "object": PaymentDetails; "What the browser showed: topOrigin, payeeName, payeeOrigin, paymentEntitiesLogos, total, instrument."
    Reauthentication "object": Reauthentication; "The re-authentication that finish-reauthentication returned."
    Document "object": Document; "A document: purpose, subject, signer, meaning, time, items [{type, content}]."
    Receipt "object": Receipt; "The receipt of a confirmation. Store it with the act."
    Part "object": Part; "What one reader may see of a receipt."
    Evidence "object": Evidence; "The evidence of a ceremony: docs/evidence.schema.json."
    Attested "object": Attested; "What is known of the model of an authenticator. Keep it beside the record."
    Characteristics "object": Characteristics; "What is known of a passkey. Keep it beside the record."
    Facts "object": Facts; "The facts of a sign-in."
    Declared "object": Declared; "The facts that you state."
    ConfirmationFacts "object": ConfirmationFacts; "The document that the sign-in confirmed."
    Series "object": Series; "An earlier signing."
    Assurance "object": Assurance; "What the facts are consistent with, by the rules of one document, each with its citation."
    AssuranceLevel "string": AssuranceLevel; "`none`, `aal1`, `aal2` or `aal3`."
    Demand "object": Demand; "What an act asks for: level, fresh_secs, confirmation, second_credential, notify, hold, deny."
    Proven "object": ProvenSession; "What the web session has shown: level, authenticated_at, confirmed, second_credential."
    Account "object": Account; "An account, its means and its addresses."
    AccountAct "object": AccountAct; "What the user wants to do with the account: `do`, and its members."
    AccountPolicy "object": AccountPolicy; "The policy of accounts."
    Stage "string": Stage; "How far the account is on its way to passkeys."
    Incidents "array": Incidents; "What the metadata reports of a model."
    Reasons "array": Reasons; "The reasons of a decision about a model."
}

/// The members of an object: their schemas, and which are required.
pub(crate) struct Members<'d> {
    definitions: &'d mut Definitions,
    properties: Map<String, Value>,
    required: Vec<Value>,
    request: bool,
}

impl Members<'_> {
    /// Adds a member. `how` is what serde is told: `default`, `flatten` or nothing.
    pub(crate) fn add<T: Shape>(&mut self, name: &str, text: &str, how: &str) {
        let mut schema = T::shape(self.definitions);
        if how == "flatten" {
            let Some(Value::Object(inner)) = definition(&schema, self.definitions) else { return };
            if let Some(Value::Object(properties)) = inner.get("properties") {
                self.properties.extend(properties.clone());
            }
            if let Some(Value::Array(required)) = inner.get("required") {
                self.required.extend(required.iter().cloned());
            }
            return;
        }
        if let (false, Some(schema)) = (text.is_empty(), schema.as_object_mut()) {
            schema.insert("description".to_owned(), json!(text.trim()));
        }
        self.properties.insert(name.to_owned(), schema);
        // An answer has every member.
        if !self.request || !(T::OPTIONAL || how == "default") {
            self.required.push(json!(name));
        }
    }
}

/// Defines an object. That of a request has the members of the envelope too, and no others.
pub(crate) fn object(
    name: &str,
    text: &str,
    request: bool,
    definitions: &mut Definitions,
    add: impl FnOnce(&mut Members<'_>),
) -> Value {
    named(name, definitions, |definitions| {
        let mut members = Members { definitions, properties: Map::new(), required: Vec::new(), request };
        add(&mut members);
        let Members { properties, required, .. } = members;
        let mut object = json!({ "type": "object", "properties": properties, "required": required });
        if let Some(object) = object.as_object_mut() {
            if request {
                object.insert("additionalProperties".to_owned(), json!(false));
            }
            if !text.is_empty() {
                object.insert("description".to_owned(), json!(text.trim()));
            }
        }
        object
    })
}

/// Defines a request: its members after those of the envelope. In parentheses are members that many requests have. A member that is
/// marked `(default)` may be left out.
macro_rules! request {
    ($(#[doc = $doc:literal])* $name:ident(rp $(, $common:ident)*) { $($members:tt)* }) => {
        $crate::shape::request! { $(#[doc = $doc])* $name($($common),*) {
            /// The name of the relying party in the configuration; may be left out if there is only one.
            rp: Option<String>,
            $($members)*
        } }
    };
    ($(#[doc = $doc:literal])* $name:ident(session $(, $common:ident)*) { $($members:tt)* }) => {
        $crate::shape::request! { $(#[doc = $doc])* $name($($common),*) {
            /// The id of the web session.
            session: String,
            $($members)*
        } }
    };
    ($(#[doc = $doc:literal])* $name:ident(now) { $($members:tt)* }) => {
        $crate::shape::request! { $(#[doc = $doc])* $name() {
            now: wardkey::UnixTime,
            $($members)*
        } }
    };
    ($(#[doc = $doc:literal])* $name:ident() {
        $($(#[doc = $text:literal])* $member:ident $(($how:ident))?: $type:ty,)*
    }) => {
        $(#[doc = $doc])*
        #[derive(serde::Deserialize)]
        #[serde(deny_unknown_fields)]
        pub(crate) struct $name {
            #[serde(rename = "v")]
            _version: serde::de::IgnoredAny,
            #[serde(default, rename = "id")]
            _id: serde::de::IgnoredAny,
            #[serde(rename = "do")]
            _action: serde::de::IgnoredAny,
            $($(#[doc = $text])* $(#[serde($how)])? pub(crate) $member: $type,)*
        }

        impl $crate::shape::Shape for $name {
            fn shape(definitions: &mut $crate::shape::Definitions) -> serde_json::Value {
                $crate::shape::object(stringify!($name), concat!($($doc),*), true, definitions, |members| {
                    $(members.add::<$type>(stringify!($member), concat!($($text),*), stringify!($($how)?));)*
                })
            }
        }
    };
}
pub(crate) use request;

/// Defines what answers contain. The members of one that is marked `(flatten)` are those of the answer.
macro_rules! answer {
    ($($(#[doc = $doc:literal])* $name:ident {
        $($(#[doc = $text:literal])* $member:ident $(($how:ident))?: $type:ty,)*
    })*) => {$(
        $(#[doc = $doc])*
        #[derive(serde::Serialize)]
        pub(crate) struct $name {
            $($(#[doc = $text])* $(#[serde($how)])? pub(crate) $member: $type,)*
        }

        impl $crate::shape::Shape for $name {
            fn shape(definitions: &mut $crate::shape::Definitions) -> serde_json::Value {
                $crate::shape::object(stringify!($name), concat!($($doc),*), false, definitions, |members| {
                    $(members.add::<$type>(stringify!($member), concat!($($text),*), stringify!($($how)?));)*
                })
            }
        }
    )*};
}
pub(crate) use answer;
