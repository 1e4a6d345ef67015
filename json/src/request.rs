//! What requests contain besides the values of the library: posted responses, stored records, and JSON of others.

use crate::answer::Stop;
use crate::shape::{Definitions, Shape};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Deserializer};
use serde_json::value::RawValue;
use serde_json::{Value, json};
use std::borrow::Cow;
use wardkey::{AuthenticationResponse, CredentialRecord, RegistrationResponse};

/// A value or `null`. The member must be present, so that nobody leaves it out by mistake.
pub(crate) struct Nullable<T>(pub(crate) Option<T>);

/// The record that the caller's store has under the id of the credential.
pub(crate) type Stored = Nullable<CredentialRecord>;

impl<'de, T: DeserializeOwned> Deserialize<'de> for Nullable<T> {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        // Serde reads an `Option` that is missing as `None`; a raw value that is missing is an error.
        let raw = Box::<RawValue>::deserialize(from)?;
        serde_json::from_str(raw.get()).map(Self).map_err(serde::de::Error::custom)
    }
}

impl<T: Shape> Shape for Nullable<T> {
    fn shape(definitions: &mut Definitions) -> Value {
        let text = "Null if there is none. The member must be present.";
        json!({ "anyOf": [T::shape(definitions), { "type": "null" }], "description": text })
    }
}

/// JSON of somebody else, as a text or as a value. It is read strictly by the library and not by this crate.
pub(crate) struct Json(Box<RawValue>);

impl<'de> Deserialize<'de> for Json {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        Box::<RawValue>::deserialize(from).map(Self)
    }
}

impl Shape for Json {
    fn shape(_: &mut Definitions) -> Value {
        json!({ "type": ["object", "array", "string"], "description": "JSON as a text (preferred), or as a value." })
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
}

/// The response that the browser posted.
#[derive(Deserialize)]
#[serde(transparent)]
pub(crate) struct Posted(Json);

impl Shape for Posted {
    fn shape(_: &mut Definitions) -> Value {
        let text = "The response that the browser posted: the text as it was posted (preferred), or the object.";
        json!({ "type": ["object", "string"], "description": text })
    }
}

impl Posted {
    /// Returns the JSON text.
    pub(crate) fn text(&self) -> Result<Cow<'_, str>, Stop> {
        self.0.text()
    }

    pub(crate) fn registration(&self) -> Result<RegistrationResponse, Stop> {
        Ok(RegistrationResponse::from_json(&self.text()?)?)
    }

    pub(crate) fn authentication(&self) -> Result<AuthenticationResponse, Stop> {
        Ok(AuthenticationResponse::from_json(&self.text()?)?)
    }
}
