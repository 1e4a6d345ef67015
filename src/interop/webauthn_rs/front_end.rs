//! What front ends that were written for webauthn-rs are sent and post, so that they keep working unchanged.
//!
//! They are sent the options in `{"publicKey": …}`; they post `extensions`, or nothing, where the standard has
//! `clientExtensionResults`. The rest is the same JSON, but that webauthn-rs up to 0.5 took bytes in either alphabet of
//! base64, padded or not: [`any_spelling`](super::any_spelling) is for front ends that made use of it.

use crate::client::json::{CreationOptions, MAX_LEN, RequestOptions, ResponseError};
use crate::client::{AuthenticationResponse, RegistrationResponse};
use crate::codec::base64url;
use crate::codec::json::Object;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;
use serde_json::{Map, Value, json};

/// Options that do not mean the same as types of webauthn-rs, or of this crate.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{member} cannot be represented on the other side")]
#[non_exhaustive]
pub struct NotRepresentable {
    /// The first member that would be lost or changed; `publicKey`: the options as a whole.
    pub member: &'static str,
}

/// What `CreationChallengeResponse` is as JSON: `{"publicKey": …}`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct CreationChallenge<'o> {
    #[serde(rename = "publicKey")]
    options: &'o CreationOptions,
}

impl<'o> CreationChallenge<'o> {
    /// These options, for such a front end.
    #[must_use]
    pub const fn new(options: &'o CreationOptions) -> Self {
        Self { options }
    }
}

/// What `RequestChallengeResponse` is as JSON: `{"publicKey": …}`, with `"mediation": "conditional"` for autofill.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct RequestChallenge<'o> {
    #[serde(rename = "publicKey")]
    options: WithAllowCredentials<'o>,
    #[serde(skip_serializing_if = "Option::is_none")]
    mediation: Option<&'static str>,
}

/// webauthn-rs always sends `allowCredentials`, and front ends may walk it without looking.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
struct WithAllowCredentials<'o> {
    #[serde(flatten)]
    options: &'o RequestOptions,
    #[serde(rename = "allowCredentials", skip_serializing_if = "Option::is_none")]
    empty: Option<[(); 0]>,
}

impl<'o> RequestChallenge<'o> {
    /// These options, for such a front end.
    #[must_use]
    pub const fn new(options: &'o RequestOptions) -> Self {
        let empty = if options.allow_credentials.is_empty() { Some([]) } else { None };
        Self { options: WithAllowCredentials { options, empty }, mediation: None }
    }

    /// For autofill, as its `start_discoverable_authentication` answers.
    #[must_use]
    pub const fn conditional(mut self) -> Self {
        self.mediation = Some("conditional");
        self
    }
}

/// A challenge as a type of webauthn-rs: [`CreationChallenge`] as its `CreationChallengeResponse`,
/// [`RequestChallenge`] as its `RequestChallengeResponse`. Any other pair compiles too, and is refused when it is
/// called, because [no type of it is named here](super#why-no-type-of-it-is-named).
///
/// # Errors
/// [`NotRepresentable`]: its type would say something else.
pub fn to_wire<T: DeserializeOwned + Serialize>(challenge: &impl Serialize) -> Result<T, NotRepresentable> {
    const WHOLE: NotRepresentable = NotRepresentable { member: "publicKey" };
    let ours = serde_json::to_value(challenge).map_err(|_| WHOLE)?;
    let theirs: T = T::deserialize(&ours).map_err(|_| WHOLE)?;
    same(&ours, &serde_json::to_value(&theirs).map_err(|_| WHOLE)?).map(|()| theirs)
}

/// The options in a `CreationChallengeResponse` of webauthn-rs; any other type is refused when it is called.
///
/// # Errors
/// [`NotRepresentable`].
pub fn creation_options(challenge: &impl Serialize) -> Result<CreationOptions, NotRepresentable> {
    from_wire(challenge, |options| serde_json::to_value(CreationChallenge::new(options)))
}

/// The options in a `RequestChallengeResponse` of webauthn-rs; any other type is refused when it is called. Its
/// `mediation` stands beside them, not in them.
///
/// # Errors
/// [`NotRepresentable`].
pub fn request_options(challenge: &impl Serialize) -> Result<RequestOptions, NotRepresentable> {
    from_wire(challenge, |options| serde_json::to_value(RequestChallenge::new(options)))
}

fn from_wire<T: DeserializeOwned>(
    challenge: &impl Serialize,
    again: impl Fn(&T) -> serde_json::Result<Value>,
) -> Result<T, NotRepresentable> {
    const WHOLE: NotRepresentable = NotRepresentable { member: "publicKey" };
    let mut theirs = serde_json::to_value(challenge).map_err(|_| WHOLE)?;
    if let Some(Value::Object(extensions)) = theirs.pointer_mut("/publicKey/extensions") {
        extensions.remove("uvm"); // always asked for, but Level 3 has no such extension and no client answers it
    }
    let options = T::deserialize(theirs.get("publicKey").ok_or(WHOLE)?).map_err(|_| WHOLE)?;
    same(&theirs, &again(&options).map_err(|_| WHOLE)?).map(|()| options)
}

/// The members of both kinds of options (§5.1.8, §5.1.9).
const MEMBERS: [&str; 13] = [
    "rp",
    "user",
    "challenge",
    "pubKeyCredParams",
    "timeout",
    "excludeCredentials",
    "authenticatorSelection",
    "hints",
    "attestation",
    "attestationFormats",
    "extensions",
    "rpId",
    "allowCredentials",
];

/// Whether the options are the same; no list and no extensions are the same as empty ones, and an extension input that
/// is false or null is the same as none.
fn same(one: &Value, other: &Value) -> Result<(), NotRepresentable> {
    let (one, other) = (one.get("publicKey"), other.get("publicKey"));
    let member = |options: Option<&Value>, name: &str| {
        let mut value = options.and_then(|options| options.get(name)).cloned().unwrap_or_default();
        if let (Value::Object(inputs), "extensions") = (&mut value, name) {
            inputs.retain(|_, input| !matches!(input, Value::Null | Value::Bool(false)));
        }
        if value == json!([]) || value == json!({}) { Value::Null } else { value }
    };
    let changed = MEMBERS.into_iter().chain(["userVerification"]).find(|name| member(one, name) != member(other, name));
    changed.map_or(Ok(()), |member| Err(NotRepresentable { member }))
}

/// A registration as such a front end posts it; a `RegisterPublicKeyCredential` through `serde_json::to_string`.
///
/// `extensions` is read as `clientExtensionResults`, and without either there were none, as webauthn-rs has it. All
/// else is as strict as [`RegistrationResponse::from_json`]: base64url without padding, as webauthn-rs 0.6 has it too.
/// For what a front end of an earlier release may post, see [`any_spelling`](super::any_spelling).
///
/// # Errors
/// [`ResponseError`].
pub fn registration_response(json: &str) -> Result<RegistrationResponse, ResponseError> {
    RegistrationResponse::from_json(&standard(json)?)
}

/// An authentication as such a front end posts it; a `PublicKeyCredential` through `serde_json::to_string`. Read as
/// [`registration_response`] is.
///
/// # Errors
/// [`ResponseError`].
pub fn authentication_response(json: &str) -> Result<AuthenticationResponse, ResponseError> {
    AuthenticationResponse::from_json(&standard(json)?)
}

/// What is posted, member by member, each as it stands there.
#[derive(Deserialize, Serialize)]
#[serde(rename_all = "camelCase")]
struct Posted<'a> {
    #[serde(borrow)]
    id: &'a RawValue,
    #[serde(borrow)]
    raw_id: &'a RawValue,
    #[serde(borrow, rename = "type")]
    credential_type: &'a RawValue,
    #[serde(borrow)]
    response: &'a RawValue,
    #[serde(borrow, default, skip_serializing_if = "Option::is_none")]
    authenticator_attachment: Option<&'a RawValue>,
    #[serde(borrow, default, alias = "extensions", serialize_with = "results")]
    client_extension_results: Option<&'a RawValue>,
}

fn results<S: serde::Serializer>(results: &Option<&RawValue>, to: S) -> Result<S::Ok, S::Error> {
    match results {
        Some(results) => results.serialize(to),
        None => Map::new().serialize(to),
    }
}

fn standard(json: &str) -> Result<String, ResponseError> {
    if json.len() > MAX_LEN {
        return Err(ResponseError::TooLong);
    }
    let unreadable = |error: serde_json::Error| ResponseError::unreadable(&error);
    let Object::<Posted<'_>>(posted) = serde_json::from_str(json).map_err(unreadable)?;
    serde_json::to_string(&posted).map_err(unreadable)
}

/// A registration response as such a front end would have posted it, for `RegisterPublicKeyCredential`. It has no
/// place for what is not told here.
#[must_use]
pub fn posted_registration(response: &RegistrationResponse) -> Value {
    let results = response.client_extension_results();
    let mut extensions = Map::new();
    if let Some(properties) = results.and_then(|results| results.cred_props.as_ref()) {
        extensions.insert("credProps".to_owned(), json!({"rk": properties.rk}));
    }
    json!({
        "id": base64url::encode(response.credential_id()),
        "rawId": base64url::encode(response.credential_id()),
        "type": "public-key",
        "response": {
            "clientDataJSON": base64url::encode(response.client_data_json()),
            "attestationObject": base64url::encode(response.attestation_object()),
            "transports": Some(response.transports()).filter(|transports| !transports.is_empty()),
        },
        "extensions": extensions,
    })
}

/// An authentication response as such a front end would have posted it, for `PublicKeyCredential`. It has no place
/// for what is not told here.
#[must_use]
pub fn posted_authentication(response: &AuthenticationResponse) -> Value {
    let appid = response.client_extension_results().and_then(|results| results.appid);
    json!({
        "id": base64url::encode(response.credential_id()),
        "rawId": base64url::encode(response.credential_id()),
        "type": "public-key",
        "response": {
            "clientDataJSON": base64url::encode(response.client_data_json()),
            "authenticatorData": base64url::encode(response.authenticator_data()),
            "signature": base64url::encode(response.signature()),
            "userHandle": response.user_handle().map(base64url::encode),
        },
        "extensions": {"appid": appid},
    })
}

#[cfg(test)]
mod tests;
