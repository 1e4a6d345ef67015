//! RegistrationResponseJSON and AuthenticationResponseJSON (§5.1): what the browser posts.
//!
//! The values are parsed and untrusted. A known member must have the type of the standard, and must be present if the standard
//! requires it. An unknown member is skipped; its value may be any JSON that is Unicode text and at most 127 levels deep.
//!
//! Four kinds of objects are strict: the response as a whole, `response`, `clientExtensionResults`, and each known output in
//! it. In these objects no member occurs twice, known or unknown, also if one name contains escapes; and each has at most
//! [`MAX_UNKNOWN_MEMBERS`] unknown members.
//!
//! Some members count as absent if they are missing, `null` or `""`, because some front ends omit them and some mobile SDKs
//! write `""`: `transports`, `authenticatorAttachment`, and the unsigned copies that browsers add for convenience
//! (`authenticatorData` of a registration, `publicKey`, `publicKeyAlgorithm`). A ceremony compares each copy that is present
//! with the signed value.

pub use crate::codec::json::MAX_UNKNOWN_MEMBERS;

use super::AuthenticatorAttachment;
use crate::client::data::{self, ClientData};
use crate::codec::base64url;
use crate::codec::json::{self, ByteString, MemberError, Object, Text, members};
use crate::credential::Transport;
use crate::extensions::ClientExtensionResults;
use core::fmt;
use core::marker::PhantomData;
use serde::Deserialize;
use serde::de::{DeserializeOwned, Deserializer, Error as _, MapAccess, SeqAccess, Visitor};
use serde_json::{Value, json};

/// The maximum length of the JSON of a response in bytes.
///
/// Serde does not show the text. So if a response is read through serde, its byte strings and blobs together may have at most
/// as many bytes as base64url of this length encodes.
pub const MAX_LEN: usize = 1024 * 1024;
/// The number of transports of a registration that are read and kept. More than twice as many as the standard defines (§5.8.4).
pub const MAX_TRANSPORTS: usize = 16;
/// The maximum length of a transport in bytes. A longer one is not kept.
pub const MAX_TRANSPORT_LEN: usize = 32;

/// Why JSON is not a response.
///
/// `line` and `column` (in bytes) count from 1: where the JSON cannot be read, or where the object ends whose member is wrong.
/// `line` is 0 if the place is unknown, as in a response that was read by serde: there the format adds the place to its error.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, thiserror::Error)]
#[non_exhaustive]
#[expect(missing_docs, reason = "each `line` and `column` is documented above")]
pub enum ResponseError {
    /// More than [`MAX_LEN`] bytes.
    #[error("the response has more than {MAX_LEN} bytes")]
    TooLong,
    /// Not JSON, or a member that has the wrong type or occurs twice.
    #[error("the response is not valid JSON, or a member has the wrong type or occurs twice{}", place(.line, .column))]
    #[non_exhaustive]
    Json { line: usize, column: usize },
    /// An object with more than [`MAX_UNKNOWN_MEMBERS`] unknown members.
    #[error("an object of the response has more than {MAX_UNKNOWN_MEMBERS} unknown members{}", place(.line, .column))]
    #[non_exhaustive]
    TooManyMembers { line: usize, column: usize },
    /// A required member is missing or null.
    #[error("{member} is missing{}", place(.line, .column))]
    #[non_exhaustive]
    Missing { member: &'static str, line: usize, column: usize },
    /// A member that is not base64url without padding.
    #[error("{member} is not base64url{}", place(.line, .column))]
    #[non_exhaustive]
    NotBase64Url { member: &'static str, line: usize, column: usize },
    /// A member without bytes.
    #[error("{member} is empty{}", place(.line, .column))]
    #[non_exhaustive]
    Empty { member: &'static str, line: usize, column: usize },
    /// `type` is not `public-key`.
    #[error("type is not public-key{}", place(.line, .column))]
    #[non_exhaustive]
    Type { line: usize, column: usize },
    /// `id` is not the base64url encoding of `rawId`.
    #[error("id and rawId differ{}", place(.line, .column))]
    #[non_exhaustive]
    IdMismatch { line: usize, column: usize },
}

fn place(line: &usize, column: &usize) -> String {
    if *line == 0 { String::new() } else { format!(" (line {line}, column {column})") }
}

impl ResponseError {
    const NOT_JSON: Self = Self::Json { line: 0, column: 0 };

    const fn missing(member: &'static str) -> Self {
        Self::Missing { member, line: 0, column: 0 }
    }

    const fn not_base64url(member: &'static str) -> Self {
        Self::NotBase64Url { member, line: 0, column: 0 }
    }

    /// Returns the place and kind of a JSON error, without the text of `error`, which may contain received text.
    pub(crate) fn unreadable(error: serde_json::Error) -> Self {
        Self::kind(&error).at(&error)
    }

    /// Returns the kind of an error of serde.
    fn kind(error: &impl fmt::Display) -> Self {
        if MemberError::TooMany.is(error) { Self::TooManyMembers { line: 0, column: 0 } } else { Self::NOT_JSON }
    }

    /// Returns this error with the place of `error`.
    fn at(mut self, error: &serde_json::Error) -> Self {
        match &mut self {
            Self::TooLong => {}
            Self::Json { line, column }
            | Self::TooManyMembers { line, column }
            | Self::Missing { line, column, .. }
            | Self::NotBase64Url { line, column, .. }
            | Self::Empty { line, column, .. }
            | Self::Type { line, column }
            | Self::IdMismatch { line, column } => (*line, *column) = (error.line(), error.column()),
        }
        self
    }
}

fn attachment(name: &str) -> Option<AuthenticatorAttachment> {
    match name {
        "platform" => Some(AuthenticatorAttachment::Platform),
        "cross-platform" => Some(AuthenticatorAttachment::CrossPlatform),
        _ => None,
    }
}

/// The JSON as it is read, before required members are checked. `R` is the type of `response`.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase", bound(deserialize = "'de: 'a, R: Deserialize<'de>"))]
struct Envelope<'a, R> {
    id: Option<Text<'a>>,
    raw_id: Option<Text<'a>>,
    #[serde(rename = "type")]
    credential_type: Option<Text<'a>>,
    response: Option<Object<R>>,
    authenticator_attachment: Option<Text<'a>>,
    client_extension_results: Option<ClientExtensionResults>,
}

/// AuthenticatorAttestationResponseJSON as it is read. Signatures cover only the first two members.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Attestation {
    #[serde(rename = "clientDataJSON")]
    client_data_json: Option<ByteString>,
    attestation_object: Option<ByteString>,
    transports: Option<Transports>,
    authenticator_data: Option<ByteString>,
    public_key: Option<ByteString>,
    public_key_algorithm: Option<AlgorithmCopy>,
}

/// AuthenticatorAssertionResponseJSON as it is read.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Assertion {
    #[serde(rename = "clientDataJSON")]
    client_data_json: Option<ByteString>,
    authenticator_data: Option<ByteString>,
    signature: Option<ByteString>,
    user_handle: Option<ByteString>,
}

/// Transports are hints, which are kept with the record and sent in every request. Repeated, long and surplus ones are skipped
/// instead of refused, because a hint must not lock anybody out.
#[derive(Default)]
struct Transports(Vec<Transport>);

impl<'de> Deserialize<'de> for Transports {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        struct Texts;
        impl<'de> Visitor<'de> for Texts {
            type Value = Transports;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an array of strings")
            }
            fn visit_str<E: serde::de::Error>(self, text: &str) -> Result<Transports, E> {
                empty(text).map(|()| Transports::default())
            }
            fn visit_seq<A: SeqAccess<'de>>(self, mut texts: A) -> Result<Transports, A::Error> {
                let mut kept = Vec::new();
                for _ in 0..MAX_TRANSPORTS {
                    let Some(Text(text)) = texts.next_element()? else { return Ok(Transports(kept)) };
                    let transport = Transport::from_name(&text);
                    if text.len() <= MAX_TRANSPORT_LEN && !kept.contains(&transport) {
                        kept.push(transport);
                    }
                }
                while texts.next_element::<Text<'_>>()?.is_some() {}
                Ok(Transports(kept))
            }
        }
        from.deserialize_any(Texts)
    }
}

/// `publicKeyAlgorithm`: a number, or `""`, which counts as absent.
struct AlgorithmCopy(Option<i64>);

impl<'de> Deserialize<'de> for AlgorithmCopy {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        struct Number;
        impl<'de> Visitor<'de> for Number {
            type Value = AlgorithmCopy;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an integer")
            }
            fn visit_i64<E>(self, number: i64) -> Result<AlgorithmCopy, E> {
                Ok(AlgorithmCopy(Some(number)))
            }
            fn visit_u64<E: serde::de::Error>(self, number: u64) -> Result<AlgorithmCopy, E> {
                i64::try_from(number).map(|number| AlgorithmCopy(Some(number))).map_err(E::custom)
            }
            fn visit_str<E: serde::de::Error>(self, text: &str) -> Result<AlgorithmCopy, E> {
                empty(text).map(|()| AlgorithmCopy(None))
            }
            fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<AlgorithmCopy, A::Error> {
                let number = json::number_of_map(map)?;
                number.as_i64().map(|number| AlgorithmCopy(Some(number))).ok_or_else(|| A::Error::custom("not an i64"))
            }
        }
        from.deserialize_any(Number)
    }
}

/// Accepts `""`, which counts as an absent member, and no other text.
fn empty<E: serde::de::Error>(text: &str) -> Result<(), E> {
    if text.is_empty() { Ok(()) } else { Err(E::custom("a text that is not empty")) }
}

/// Decoded bytes. `Debug` prints only their number, because they may contain secrets.
#[derive(Clone, PartialEq, Eq)]
struct Bytes(Vec<u8>);

impl Bytes {
    fn to_value(&self) -> Value {
        base64url::encode(&self.0).into()
    }
}

impl fmt::Debug for Bytes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} bytes", self.0.len())
    }
}

fn optional(member: &'static str, value: Option<ByteString>) -> Result<Option<Bytes>, ResponseError> {
    value.map(|ByteString(bytes)| bytes.map(Bytes).ok_or(ResponseError::not_base64url(member))).transpose()
}

/// Reads an unsigned copy of signed bytes. An empty copy counts as absent.
fn copy(member: &'static str, value: Option<ByteString>) -> Result<Option<Bytes>, ResponseError> {
    Ok(optional(member, value)?.filter(|bytes| !bytes.0.is_empty()))
}

fn required(member: &'static str, value: Option<ByteString>) -> Result<Bytes, ResponseError> {
    optional(member, value)?.ok_or(ResponseError::missing(member))
}

/// The checked members that both responses have.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Common {
    raw_id: Bytes,
    attachment: Option<AuthenticatorAttachment>,
    client_extension_results: Option<ClientExtensionResults>,
}

impl<R> Envelope<'_, R> {
    fn open(self) -> Result<(Common, R), ResponseError> {
        let Text(id) = self.id.ok_or(ResponseError::missing("id"))?;
        let Text(raw_id) = self.raw_id.ok_or(ResponseError::missing("rawId"))?;
        let bytes = base64url::decode(&raw_id).map_err(|_| ResponseError::not_base64url("rawId"))?;
        if bytes.is_empty() {
            return Err(ResponseError::Empty { member: "rawId", line: 0, column: 0 });
        }
        // Each byte string has one encoding, so comparing the texts compares the bytes.
        if id != raw_id {
            return Err(ResponseError::IdMismatch { line: 0, column: 0 });
        }
        match self.credential_type {
            Some(Text(name)) if name == "public-key" => {}
            Some(_) => return Err(ResponseError::Type { line: 0, column: 0 }),
            None => return Err(ResponseError::missing("type")),
        }
        let attachment = self.authenticator_attachment.and_then(|Text(name)| attachment(&name));
        let Object(response) = self.response.ok_or(ResponseError::missing("response"))?;
        let client_extension_results = self.client_extension_results;
        Ok((Common { raw_id: Bytes(bytes), attachment, client_extension_results }, response))
    }
}

impl Common {
    /// Returns the envelope with this `response`.
    fn to_json(&self, response: impl Iterator<Item = (&'static str, Option<Value>)>) -> String {
        let id = self.raw_id.to_value();
        let attachment = self.attachment.as_ref().map(|attachment| json!(attachment));
        let results = self.client_extension_results.as_ref().map(ClientExtensionResults::to_value);
        let members = [
            ("id", Some(id.clone())),
            ("rawId", Some(id)),
            ("type", Some("public-key".into())),
            ("response", Some(present(response))),
            ("authenticatorAttachment", attachment),
            ("clientExtensionResults", results),
        ];
        present(members.into_iter()).to_string()
    }
}

/// Makes an object of the members that are present.
fn present(members: impl Iterator<Item = (&'static str, Option<Value>)>) -> Value {
    members.filter_map(|(name, value)| Some((name.to_owned(), value?))).collect()
}

/// Reads a response, and notes in `refused` why it is refused. serde_json adds line and column to an error of the visitor, so
/// all checks are made inside it.
struct Posted<'a, R> {
    refused: &'a mut Option<ResponseError>,
    /// Whether the caller sees the error of serde.
    shown: bool,
    response: PhantomData<R>,
}

/// A response that is made of an envelope with `Wire` as its `response`.
trait Open: Sized {
    type Wire: DeserializeOwned;
    /// Checks the members.
    fn open(envelope: Envelope<'_, Self::Wire>) -> Result<Self, ResponseError>;
}

impl<'de, R: Open> Visitor<'de> for Posted<'_, R> {
    type Value = R;
    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }
    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<R, A::Error> {
        let envelope = members(map).map_err(|error: A::Error| {
            let kind = self.refused.insert(ResponseError::kind(&error));
            // Texts of serde repeat what they cannot read. `from_json` needs only the place of the error.
            if self.shown { A::Error::custom(kind) } else { error }
        })?;
        R::open(envelope).map_err(|refused| A::Error::custom(self.refused.insert(refused)))
    }
}

fn from_json<R: Open>(json: &str) -> Result<R, ResponseError> {
    if json.len() > MAX_LEN {
        return Err(ResponseError::TooLong);
    }
    let (mut refused, mut from) = (None, serde_json::Deserializer::from_str(json));
    let posted = Posted { refused: &mut refused, shown: false, response: PhantomData };
    let response = from.deserialize_map(posted).and_then(|response| from.end().map(|()| response));
    response.map_err(|error| refused.unwrap_or(ResponseError::NOT_JSON).at(&error))
}

macro_rules! response {
    ($response:ident: decoded: $($bytes:ident)*, optional: $($optional:ident)*) => {
        impl $response {
            /// Returns `rawId`: the credential id that the client claims. Look up the record by it.
            #[must_use]
            pub fn credential_id(&self) -> &[u8] {
                &self.common.raw_id.0
            }

            /// Returns `response.clientDataJSON`, decoded. The authenticator signs its hash.
            #[must_use]
            pub fn client_data_json(&self) -> &[u8] {
                &self.client_data_json.0
            }

            /// Returns the `origin` that the client data claims, for the log entry of a refusal with the code
            /// `origin-not-allowed`. At most 256 characters, escaped as in a Rust string. It is received text: never compare
            /// it, and never show it in a page.
            #[must_use]
            pub fn claimed_origin(&self) -> Option<String> {
                let text = data::decode(self.client_data_json()).ok()?;
                let client_data = ClientData::parse(&text).ok()?;
                Some(client_data.origin.text()?.escape_debug().take(256).collect())
            }

            /// Returns `authenticatorAttachment`, a hint. `None` if it is absent or unknown.
            #[must_use]
            pub const fn authenticator_attachment(&self) -> Option<&AuthenticatorAttachment> {
                self.common.attachment.as_ref()
            }

            /// Returns `clientExtensionResults`, which is unsigned, or `None` if the member is missing.
            #[must_use]
            pub const fn client_extension_results(&self) -> Option<&ClientExtensionResults> {
                self.common.client_extension_results.as_ref()
            }

            /// Returns the sum of the lengths of all byte strings and blobs.
            fn decoded_len(&self) -> usize {
                let blobs = self.client_extension_results().map_or(0, ClientExtensionResults::blobs_len);
                let required = [&self.common.raw_id, $(&self.$bytes),*];
                let optional = [$(&self.$optional),*];
                let all = required.into_iter().chain(optional.into_iter().flatten());
                all.map(|bytes| bytes.0.len()).fold(blobs, usize::saturating_add)
            }
        }

        /// For web frameworks that read JSON bodies themselves, from text or bytes. As strict as `from_json`; errors contain no
        /// received text, and have line and column if the format knows them. Limit the length of the body in the framework,
        /// because only byte strings and blobs are limited here: see [`MAX_LEN`].
        ///
        /// Do not read from a `serde_json::Value`: it has already dropped all but the last of members that occur twice, which
        /// this type refuses, and an error has no place.
        impl<'de> Deserialize<'de> for $response {
            fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
                let mut refused = None;
                let posted = Posted { refused: &mut refused, shown: true, response: PhantomData };
                let response: Self = from.deserialize_map(posted).map_err(|error| match refused {
                    Some(_) => error,
                    // The visitor did not run, because the value is not an object.
                    None => D::Error::custom(ResponseError::NOT_JSON),
                })?;
                if response.decoded_len() > base64url::decoded_len(MAX_LEN) {
                    return Err(D::Error::custom(ResponseError::TooLong));
                }
                Ok(response)
            }
        }
    };
}

/// The response of a registration, parsed and untrusted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RegistrationResponse {
    common: Common,
    client_data_json: Bytes,
    attestation_object: Bytes,
    transports: Vec<Transport>,
    authenticator_data: Option<Bytes>,
    public_key: Option<Bytes>,
    public_key_algorithm: Option<i64>,
}

response! {
    RegistrationResponse: decoded: client_data_json attestation_object, optional: authenticator_data public_key
}

impl Open for RegistrationResponse {
    type Wire = Attestation;

    fn open(envelope: Envelope<'_, Attestation>) -> Result<Self, ResponseError> {
        let (common, response) = envelope.open()?;
        let Transports(transports) = response.transports.unwrap_or_default();
        Ok(Self {
            common,
            client_data_json: required("response.clientDataJSON", response.client_data_json)?,
            attestation_object: required("response.attestationObject", response.attestation_object)?,
            transports,
            authenticator_data: copy("response.authenticatorData", response.authenticator_data)?,
            public_key: copy("response.publicKey", response.public_key)?,
            public_key_algorithm: response.public_key_algorithm.and_then(|AlgorithmCopy(number)| number),
        })
    }
}

impl RegistrationResponse {
    /// Parses the JSON that a browser posts after `navigator.credentials.create()`.
    ///
    /// # Errors
    /// [`ResponseError`]. No check of a ceremony is made here.
    pub fn from_json(json: &str) -> Result<Self, ResponseError> {
        from_json(json)
    }

    /// Returns the response as JSON, to keep it and to verify it again later: `from_json` reads it as an equal response.
    ///
    /// It is not the posted text, but has its meaning: unknown members are omitted, and `true` stands for secrets of extensions,
    /// which are never kept. If you need the very text, keep what you passed to `from_json`.
    ///
    /// ```
    /// use wardkey::RegistrationResponse;
    ///
    /// let posted = r#"{"id":"AQ","rawId":"AQ","type":"public-key","clientExtensionResults":{},
    ///     "response":{"clientDataJSON":"e30","attestationObject":"oA"}}"#;
    /// let response = RegistrationResponse::from_json(posted)?;
    /// assert_eq!(RegistrationResponse::from_json(&response.to_json()), Ok(response));
    /// # Ok::<(), wardkey::client::json::ResponseError>(())
    /// ```
    #[must_use]
    pub fn to_json(&self) -> String {
        let bytes = |bytes: &Option<Bytes>| bytes.as_ref().map(Bytes::to_value);
        let members = [
            ("clientDataJSON", Some(self.client_data_json.to_value())),
            ("attestationObject", Some(self.attestation_object.to_value())),
            ("transports", Some(json!(self.transports))),
            ("authenticatorData", bytes(&self.authenticator_data)),
            ("publicKey", bytes(&self.public_key)),
            ("publicKeyAlgorithm", self.public_key_algorithm.map(Value::from)),
        ];
        self.common.to_json(members.into_iter())
    }

    /// Returns `response.attestationObject`, decoded; see [`attestation`](crate::attestation).
    #[must_use]
    pub fn attestation_object(&self) -> &[u8] {
        &self.attestation_object.0
    }

    /// Returns `response.transports`, hints to keep with the record. Only the first [`MAX_TRANSPORTS`] that the client sent,
    /// each once, without those of more than [`MAX_TRANSPORT_LEN`] bytes.
    #[must_use]
    pub fn transports(&self) -> &[Transport] {
        &self.transports
    }

    /// Returns the unsigned copy of authenticator data.
    pub(crate) fn authenticator_data_copy(&self) -> Option<&[u8]> {
        self.authenticator_data.as_ref().map(|bytes| &*bytes.0)
    }

    /// Returns the unsigned copy of the public key, a SubjectPublicKeyInfo.
    pub(crate) fn public_key_copy(&self) -> Option<&[u8]> {
        self.public_key.as_ref().map(|bytes| &*bytes.0)
    }

    /// Returns the unsigned copy of the COSE algorithm number.
    pub(crate) const fn public_key_algorithm_copy(&self) -> Option<i64> {
        self.public_key_algorithm
    }
}

/// The response of an authentication, parsed and untrusted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AuthenticationResponse {
    common: Common,
    client_data_json: Bytes,
    authenticator_data: Bytes,
    signature: Bytes,
    user_handle: Option<Bytes>,
}

response! {
    AuthenticationResponse: decoded: client_data_json authenticator_data signature, optional: user_handle
}

impl Open for AuthenticationResponse {
    type Wire = Assertion;

    fn open(envelope: Envelope<'_, Assertion>) -> Result<Self, ResponseError> {
        let (common, response) = envelope.open()?;
        Ok(Self {
            common,
            client_data_json: required("response.clientDataJSON", response.client_data_json)?,
            authenticator_data: required("response.authenticatorData", response.authenticator_data)?,
            signature: required("response.signature", response.signature)?,
            user_handle: optional("response.userHandle", response.user_handle)?,
        })
    }
}

impl AuthenticationResponse {
    /// Parses the JSON that a browser posts after `navigator.credentials.get()`.
    ///
    /// # Errors
    /// [`ResponseError`]. No check of a ceremony is made here.
    pub fn from_json(json: &str) -> Result<Self, ResponseError> {
        from_json(json)
    }

    /// Returns the response as JSON, to keep it and to verify it again later: `from_json` reads it as an equal response.
    ///
    /// It is not the posted text, but has its meaning: unknown members are omitted, and `true` stands for secrets of extensions,
    /// which are never kept. If you need the very text, keep what you passed to `from_json`.
    ///
    /// ```
    /// use wardkey::AuthenticationResponse;
    ///
    /// let posted = r#"{"id":"AQ","rawId":"AQ","type":"public-key","clientExtensionResults":{},
    ///     "response":{"clientDataJSON":"e30","authenticatorData":"AA","signature":"AA"}}"#;
    /// let response = AuthenticationResponse::from_json(posted)?;
    /// assert_eq!(AuthenticationResponse::from_json(&response.to_json()), Ok(response));
    /// # Ok::<(), wardkey::client::json::ResponseError>(())
    /// ```
    #[must_use]
    pub fn to_json(&self) -> String {
        let members = [
            ("clientDataJSON", Some(self.client_data_json.to_value())),
            ("authenticatorData", Some(self.authenticator_data.to_value())),
            ("signature", Some(self.signature.to_value())),
            ("userHandle", self.user_handle.as_ref().map(Bytes::to_value)),
        ];
        self.common.to_json(members.into_iter())
    }

    /// Returns `response.authenticatorData`, decoded.
    #[must_use]
    pub fn authenticator_data(&self) -> &[u8] {
        &self.authenticator_data.0
    }

    /// Returns `response.signature`, decoded.
    #[must_use]
    pub fn signature(&self) -> &[u8] {
        &self.signature.0
    }

    /// Returns `response.userHandle`, decoded: the account that the client claims. `None` if it is missing or null. The
    /// ceremony compares it with the user handle of the record.
    #[must_use]
    pub fn user_handle(&self) -> Option<&[u8]> {
        self.user_handle.as_ref().map(|bytes| &*bytes.0)
    }
}

#[cfg(test)]
mod tests;
