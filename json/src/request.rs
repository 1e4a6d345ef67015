//! What requests contain: the members of several of them, and the shapes of the library's values for the schema.

use crate::answer::Stop;
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Deserialize, Deserializer};
use serde_json::value::RawValue;
use std::borrow::Cow;
use wardkey::{AuthenticationResponse, CredentialRecord, RegistrationResponse};

/// A request: the members of the envelope, which were read before, and those of the action.
macro_rules! request {
    ($(#[$doc:meta])* $name:ident { $($(#[$meta:meta])* $field:ident: $type:ty,)* }) => {
        $(#[$doc])*
        #[derive(serde::Deserialize, schemars::JsonSchema)]
        #[serde(deny_unknown_fields)]
        pub(crate) struct $name {
            #[serde(rename = "v")]
            #[schemars(skip)]
            _version: serde::de::IgnoredAny,
            #[serde(default, rename = "id")]
            #[schemars(skip)]
            _id: serde::de::IgnoredAny,
            #[serde(rename = "do")]
            #[schemars(skip)]
            _action: serde::de::IgnoredAny,
            $($(#[$meta])* pub(crate) $field: $type,)*
        }
    };
}
pub(crate) use request;

/// The shapes that the library reads by itself. The schema gives their JSON type and where they come from.
macro_rules! shapes {
    ($($name:ident $type:tt $text:literal;)*) => {$(
        pub(crate) struct $name;
        impl JsonSchema for $name {
            fn schema_name() -> Cow<'static, str> {
                stringify!($name).into()
            }
            fn json_schema(_: &mut SchemaGenerator) -> Schema {
                json_schema!({ "type": $type, "description": $text })
            }
        }
    )*};
}

shapes! {
    Time "integer" "Seconds since 1970-01-01T00:00:00Z.";
    Bytes "string" "Bytes in base64url without padding.";
    State "object" "The state that the start of the ceremony returned.";
    Record "object" "A credential record, as finish-registration returned it and with all updates.";
    StoredRecord (["object", "null"]) "The record that your store has under the id of the credential, or null. Null refuses a sign-in.";
    PostedResponse (["object", "string"]) "The response that the browser posted: the text as it was posted (preferred), or the object.";
    Text (["object", "array", "string"]) "JSON as a text (preferred), or as a value.";
    Extensions "object" "The extension inputs, as in the options of the browser.";
    Outputs "object" "The extension outputs that are required.";
    Word "string" "A value of the WebAuthn enumeration.";
    Document "object" "A document: purpose, subject, signer, meaning, time, items [{type, content}].";
    ReceiptJson "object" "The receipt that finish-confirmation returned.";
    PartJson "object" "The part that disclose-part returned.";
    EvidenceJson "object" "The evidence of a sign-in.";
    CharacteristicsJson "object" "The characteristics that finish-registration returned.";
    AttestedJson "object" "What finish-registration returned as attested.";
    FactsJson "object" "The facts of a sign-in, as the action facts returns them.";
    DemandJson "object" "A demand: level, fresh_secs, confirmation, second_credential, notify, hold, deny.";
    Proven "object" "What the web session has shown: level, authenticated_at, confirmed, second_credential.";
    AccountJson "object" "An account, its means and its addresses.";
    Reauthenticated "object" "The re-authentication that finish-reauthentication returned.";
    Other "object" "A value of the library.";
}

/// A record or `null`. The member must be present, so that nobody leaves it out by mistake.
pub(crate) struct Stored(pub(crate) Option<CredentialRecord>);

impl<'de> Deserialize<'de> for Stored {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        // Serde reads an `Option` that is missing as `None`; a raw value that is missing is an error.
        let raw = Box::<RawValue>::deserialize(from)?;
        serde_json::from_str(raw.get()).map(Self).map_err(serde::de::Error::custom)
    }
}

/// JSON of somebody else, as a text or as a value. It is read strictly by the library and not by this crate.
pub(crate) struct Json(Box<RawValue>);

impl<'de> Deserialize<'de> for Json {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        Box::<RawValue>::deserialize(from).map(Self)
    }
}

impl Json {
    /// Returns the JSON text.
    pub(crate) fn text(&self) -> Result<Cow<'_, str>, Stop> {
        let raw = self.0.get();
        if raw.starts_with('"') {
            return serde_json::from_str::<String>(raw).map(Cow::Owned).map_err(|error| Stop::unreadable(&error));
        }
        Ok(Cow::Borrowed(raw))
    }

    pub(crate) fn registration(&self) -> Result<RegistrationResponse, Stop> {
        Ok(RegistrationResponse::from_json(&self.text()?)?)
    }

    pub(crate) fn authentication(&self) -> Result<AuthenticationResponse, Stop> {
        Ok(AuthenticationResponse::from_json(&self.text()?)?)
    }
}
