//! The JSON of front ends that were written for webauthn-rs, so that they keep working unchanged.
//!
//! They receive the options in `{"publicKey": …}`. They post `extensions`, or nothing, instead of `clientExtensionResults`.
//! The rest is the JSON of the standard, except that webauthn-rs up to 0.5 accepted bytes in either alphabet of base64, with
//! or without padding: [`any_spelling`](super::any_spelling) is for front ends that rely on that.

use super::spelling::Object;
use crate::client::json::{CreationOptions, MAX_LEN, RequestOptions, ResponseError};
use crate::client::{AuthenticationResponse, RegistrationResponse};
use crate::codec::base64url;
use crate::interop::members::Members;
use crate::interop::{ImportError, Reason};
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::value::RawValue;
use serde_json::{Value, json};
use std::borrow::Cow;

/// The options as a whole have the wrong type, or serde cannot write them.
const WHOLE: Reason = Reason::NotRepresentable { member: "publicKey" };

/// Returns the JSON of a `CreationChallengeResponse` with these options, `{"publicKey": …}`, for
/// `serde_json::to_string` or [`to_wire`].
#[must_use]
pub fn creation_challenge(options: &CreationOptions) -> impl Serialize {
    CreationChallenge { options }
}

/// Returns the JSON of a `RequestChallengeResponse` with these options, `{"publicKey": …}`, for
/// `serde_json::to_string` or [`to_wire`].
#[must_use]
pub fn request_challenge(options: &RequestOptions) -> impl Serialize {
    RequestChallenge::new(options, None)
}

/// Like [`request_challenge`], with `"mediation": "conditional"` for autofill, as `start_discoverable_authentication` of
/// webauthn-rs writes it.
#[must_use]
pub fn conditional_request_challenge(options: &RequestOptions) -> impl Serialize {
    RequestChallenge::new(options, Some("conditional"))
}

#[derive(Serialize)]
struct CreationChallenge<'o> {
    #[serde(rename = "publicKey")]
    options: &'o CreationOptions,
}

#[derive(Serialize)]
struct RequestChallenge<'o> {
    #[serde(rename = "publicKey")]
    options: WithAllowCredentials<'o>,
    #[serde(skip_serializing_if = "Option::is_none")]
    mediation: Option<&'static str>,
}

/// Options that always have `allowCredentials`, as webauthn-rs writes them, because front ends may iterate over it without a
/// check.
#[derive(Serialize)]
struct WithAllowCredentials<'o> {
    #[serde(flatten)]
    options: &'o RequestOptions,
    #[serde(rename = "allowCredentials", skip_serializing_if = "Option::is_none")]
    empty: Option<[(); 0]>,
}

impl<'o> RequestChallenge<'o> {
    const fn new(options: &'o RequestOptions, mediation: Option<&'static str>) -> Self {
        let empty = if options.allow_credentials.is_empty() { Some([]) } else { None };
        Self { options: WithAllowCredentials { options, empty }, mediation }
    }
}

/// Converts a challenge to a type of webauthn-rs: [`creation_challenge`] to its `CreationChallengeResponse`,
/// [`request_challenge`] to its `RequestChallengeResponse`. Any other pair compiles too and returns an error, because the
/// type is checked only with the feature [`webauthn-rs`](super#by-type).
///
/// # Errors
/// [`ImportError`] with the code `not-representable` if the type would lose or change a member.
pub fn to_wire<T: DeserializeOwned + Serialize>(challenge: &impl Serialize) -> Result<T, ImportError> {
    let convert = || {
        let ours = serde_json::to_value(challenge).map_err(|_| WHOLE)?;
        let theirs: T = T::deserialize(&ours).map_err(|_| WHOLE)?;
        same(&ours, &serde_json::to_value(&theirs).map_err(|_| WHOLE)?).map(|()| theirs)
    };
    convert().map_err(Reason::alone)
}

/// Returns the options in a `CreationChallengeResponse` of webauthn-rs. Returns an error for any other type.
///
/// # Errors
/// [`ImportError`] with the code `not-representable`.
pub fn creation_options(challenge: &impl Serialize) -> Result<CreationOptions, ImportError> {
    from_wire(challenge, |options| serde_json::to_value(creation_challenge(options))).map_err(Reason::alone)
}

/// Returns the options in a `RequestChallengeResponse` of webauthn-rs, without its `mediation`. Returns an error for any
/// other type.
///
/// # Errors
/// [`ImportError`] with the code `not-representable`.
pub fn request_options(challenge: &impl Serialize) -> Result<RequestOptions, ImportError> {
    from_wire(challenge, |options| serde_json::to_value(request_challenge(options))).map_err(Reason::alone)
}

fn from_wire<T: DeserializeOwned>(
    challenge: &impl Serialize,
    again: impl Fn(&T) -> serde_json::Result<Value>,
) -> Result<T, Reason> {
    let mut theirs = serde_json::to_value(challenge).map_err(|_| WHOLE)?;
    if let Some(Value::Object(extensions)) = theirs.pointer_mut("/publicKey/extensions") {
        extensions.remove("uvm"); // webauthn-rs always requests it, but Level 3 does not have it and no client answers it
    }
    let options = T::deserialize(theirs.get("publicKey").ok_or(WHOLE)?).map_err(|_| WHOLE)?;
    same(&theirs, &again(&options).map_err(|_| WHOLE)?).map(|()| options)
}

/// The members of both kinds of options (§5.1.8, §5.1.9).
const MEMBERS: [&str; 14] = [
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
    "userVerification",
];

/// Compares the options. A missing list or a missing `extensions` equals an empty one; an extension input that is false or
/// null equals a missing one.
fn same(one: &Value, other: &Value) -> Result<(), Reason> {
    let (one, other) = (one.get("publicKey"), other.get("publicKey"));
    let member = |options: Option<&Value>, name: &str| {
        let mut value = options.and_then(|options| options.get(name)).cloned().unwrap_or_default();
        if let (Value::Object(inputs), "extensions") = (&mut value, name) {
            inputs.retain(|_, input| !matches!(input, Value::Null | Value::Bool(false)));
        }
        if value == json!([]) || value == json!({}) { Value::Null } else { value }
    };
    let changed = MEMBERS.into_iter().find(|name| member(one, name) != member(other, name));
    changed.map_or(Ok(()), |member| Err(Reason::NotRepresentable { member }))
}

/// Parses a registration that such a front end posts, or that `serde_json::to_string` makes from a
/// `RegisterPublicKeyCredential`.
///
/// Reads `extensions` as `clientExtensionResults`. Without either there are no results, as in webauthn-rs. Everything else is
/// as strict as [`RegistrationResponse::from_json`]: bytes are in base64url without padding, as webauthn-rs 0.6 requires. For
/// front ends of earlier releases see [`any_spelling`](super::any_spelling).
///
/// # Errors
/// [`ResponseError`].
pub fn registration_response(json: &str) -> Result<RegistrationResponse, ResponseError> {
    RegistrationResponse::from_json(&standard(json)?)
}

/// Parses an authentication that such a front end posts, or that `serde_json::to_string` makes from a `PublicKeyCredential`.
/// The rules are those of [`registration_response`].
///
/// # Errors
/// [`ResponseError`].
pub fn authentication_response(json: &str) -> Result<AuthenticationResponse, ResponseError> {
    AuthenticationResponse::from_json(&standard(json)?)
}

/// Rewrites a posted response in the form of the standard: renames `extensions` to `clientExtensionResults`, and sets an
/// empty object if it is missing or null. A member that occurs twice (also once under each name) still occurs twice in the
/// result, so the strict reader refuses it.
fn standard(json: &str) -> Result<String, ResponseError> {
    const STANDARD: &str = "clientExtensionResults";
    if json.len() > MAX_LEN {
        return Err(ResponseError::TooLong);
    }
    let none: &RawValue = serde_json::from_str("{}").map_err(ResponseError::unreadable)?;
    let mut posted: Object<'_> = serde_json::from_str::<Members<'_>>(json).map_err(ResponseError::unreadable)?.into();
    let mut named = false;
    for (name, value) in &mut posted.0 {
        if name == "extensions" {
            *name = STANDARD.to_owned();
        }
        if name == STANDARD {
            named = true;
            if value.get() == "null" {
                *value = Cow::Borrowed(none);
            }
        }
    }
    if !named {
        posted.0.push((STANDARD.to_owned(), Cow::Borrowed(none)));
    }
    serde_json::to_string(&posted).map_err(ResponseError::unreadable)
}

/// Returns a registration response in the form that such a front end posts, for `RegisterPublicKeyCredential`. Other members
/// are omitted, because this type does not have them.
#[must_use]
pub fn posted_registration(response: &RegistrationResponse) -> Value {
    let properties = response.client_extension_results().and_then(|results| results.cred_props);
    let extensions = properties.map_or_else(|| json!({}), |properties| json!({"credProps": {"rk": properties.rk}}));
    let response_json = json!({
        "clientDataJSON": base64url::encode(response.client_data_json()),
        "attestationObject": base64url::encode(response.attestation_object()),
        "transports": Some(response.transports()).filter(|transports| !transports.is_empty()),
    });
    posted(response.credential_id(), response_json, extensions)
}

/// Returns an authentication response in the form that such a front end posts, for `PublicKeyCredential`. Other members are
/// omitted, because this type does not have them.
#[must_use]
pub fn posted_authentication(response: &AuthenticationResponse) -> Value {
    let appid = response.client_extension_results().and_then(|results| results.appid);
    let response_json = json!({
        "clientDataJSON": base64url::encode(response.client_data_json()),
        "authenticatorData": base64url::encode(response.authenticator_data()),
        "signature": base64url::encode(response.signature()),
        "userHandle": response.user_handle().map(base64url::encode),
    });
    posted(response.credential_id(), response_json, json!({"appid": appid}))
}

/// Adds what both responses have.
fn posted(id: &[u8], response: Value, extensions: Value) -> Value {
    let id = base64url::encode(id);
    json!({"id": id, "rawId": id, "type": "public-key", "response": response, "extensions": extensions})
}

#[cfg(test)]
mod tests;
