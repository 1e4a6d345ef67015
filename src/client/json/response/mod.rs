//! RegistrationResponseJSON (§5.1.3.1) and AuthenticationResponseJSON (§5.1.4.1): what the browser posts.
//!
//! Parsed, untrusted. Members that the standard does not know are read over; those it knows have the one type it gives
//! them and are there if it requires them. No member of the envelope, of `response`, of `clientExtensionResults` or of an
//! output that is known occurs twice, known or not, however its name is spelt; what is inside members that are read over
//! is not looked at. The unsigned copies that browsers add for convenience may be missing, as front ends leave them out;
//! a ceremony compares those that are there with what is signed.

mod transports;

pub use transports::{MAX_TRANSPORT_LEN, MAX_TRANSPORTS};

use super::text::{Object, Text};
pub use crate::client::extensions::{ClientExtensionResults, CredentialProperties};
use crate::codec::base64url::Decoded;
use crate::credential::Transport;
use core::fmt;
use core::ops::Range;
use serde::{Deserialize, Deserializer, de::Error as _};
use transports::Transports;

/// The most bytes of JSON that are read. By serde, which does not see them: the most characters of all byte strings, and
/// bytes of all blobs, together.
pub const MAX_LEN: usize = 1024 * 1024;

/// A member of the JSON.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Member {
    /// `id`.
    Id,
    /// `rawId`.
    RawId,
    /// `type`.
    Type,
    /// `response`.
    Response,
    /// `response.clientDataJSON`.
    ClientDataJson,
    /// `response.attestationObject`.
    AttestationObject,
    /// `response.authenticatorData`.
    AuthenticatorData,
    /// `response.signature`.
    Signature,
    /// `response.userHandle`.
    UserHandle,
    /// `response.publicKey`.
    PublicKey,
    /// `response.publicKeyAlgorithm`.
    PublicKeyAlgorithm,
    /// `clientExtensionResults`.
    ClientExtensionResults,
}

impl fmt::Display for Member {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Id => "id",
            Self::RawId => "rawId",
            Self::Type => "type",
            Self::Response => "response",
            Self::ClientDataJson => "response.clientDataJSON",
            Self::AttestationObject => "response.attestationObject",
            Self::AuthenticatorData => "response.authenticatorData",
            Self::Signature => "response.signature",
            Self::UserHandle => "response.userHandle",
            Self::PublicKey => "response.publicKey",
            Self::PublicKeyAlgorithm => "response.publicKeyAlgorithm",
            Self::ClientExtensionResults => "clientExtensionResults",
        })
    }
}

/// Why JSON is not a response.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, thiserror::Error)]
#[non_exhaustive]
pub enum ResponseError {
    /// More than [`MAX_LEN`] bytes.
    #[error("a response of more than {MAX_LEN} bytes")]
    TooLong,
    /// Not JSON, or a member of another type, or the same member twice.
    #[error("not the JSON of a response{}", place(.line, .column))]
    #[non_exhaustive]
    Json {
        /// The line where the reader gave up, from 1; 0 where it does not know.
        line: usize,
        /// The column there, in bytes, from 1.
        column: usize,
    },
    /// A required member is missing or null.
    #[error("{0} is missing")]
    Missing(Member),
    /// A member that is not base64url without padding.
    #[error("{0} is not base64url")]
    NotBase64Url(Member),
    /// A member of no bytes.
    #[error("{0} is empty")]
    Empty(Member),
    /// `type` is not `public-key`.
    #[error("type is not public-key")]
    Type,
    /// `id` is not the base64url encoding of `rawId`.
    #[error("id and rawId differ")]
    IdMismatch,
}

/// Where a reader gave up, if it knows: who reads by serde is told by serde's own reader.
fn place(line: &usize, column: &usize) -> String {
    if *line == 0 { String::new() } else { format!(" (line {line}, column {column})") }
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Wire<'a, R> {
    #[serde(borrow)]
    id: Option<Text<'a>>,
    #[serde(borrow)]
    raw_id: Option<Text<'a>>,
    #[serde(borrow, rename = "type")]
    credential_type: Option<Text<'a>>,
    response: Option<Object<R>>,
    #[serde(borrow)]
    authenticator_attachment: Option<Text<'a>>,
    client_extension_results: Option<Object<ClientExtensionResults>>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct AttestationWire<'a> {
    #[serde(borrow, rename = "clientDataJSON")]
    client_data_json: Option<Text<'a>>,
    #[serde(borrow)]
    attestation_object: Option<Text<'a>>,
    transports: Option<Transports>,
    #[serde(borrow)]
    authenticator_data: Option<Text<'a>>,
    #[serde(borrow)]
    public_key: Option<Text<'a>>,
    public_key_algorithm: Option<i64>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct AssertionWire<'a> {
    #[serde(borrow, rename = "clientDataJSON")]
    client_data_json: Option<Text<'a>>,
    #[serde(borrow)]
    authenticator_data: Option<Text<'a>>,
    #[serde(borrow)]
    signature: Option<Text<'a>>,
    #[serde(borrow)]
    user_handle: Option<Text<'a>>,
}

/// AuthenticatorAttachment (§5.4.5), by the client's word; values that are not known count as none.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum AuthenticatorAttachment {
    /// Part of the client device.
    Platform,
    /// Roaming.
    CrossPlatform,
}

impl AuthenticatorAttachment {
    fn from_name(name: &str) -> Option<Self> {
        match name {
            "platform" => Some(Self::Platform),
            "cross-platform" => Some(Self::CrossPlatform),
            _ => None,
        }
    }
}

type Field<'a> = Option<Text<'a>>;

fn len(texts: &[&Field<'_>]) -> usize {
    texts.iter().filter_map(|text| text.as_ref()).map(|text| text.0.len()).fold(0, usize::saturating_add)
}

/// What both responses have in common, and every decoded member.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Envelope {
    bytes: Decoded,
    raw_id: Range<usize>,
    attachment: Option<AuthenticatorAttachment>,
    client_extension_results: Option<ClientExtensionResults>,
}

impl Envelope {
    fn decode(&mut self, member: Member, text: Field<'_>) -> Result<Option<Range<usize>>, ResponseError> {
        let decoded = text.map(|Text(text)| self.bytes.push(&text));
        decoded.transpose().map_err(|_| ResponseError::NotBase64Url(member))
    }

    fn require(&mut self, member: Member, text: Field<'_>) -> Result<Range<usize>, ResponseError> {
        self.decode(member, text)?.ok_or(ResponseError::Missing(member))
    }
}

/// The members of a `response` that are base64url text.
trait Encoded {
    /// The length of all of them together.
    fn len(&self) -> usize;
}

impl Encoded for AttestationWire<'_> {
    fn len(&self) -> usize {
        len(&[&self.client_data_json, &self.attestation_object, &self.authenticator_data, &self.public_key])
    }
}

impl Encoded for AssertionWire<'_> {
    fn len(&self) -> usize {
        len(&[&self.client_data_json, &self.authenticator_data, &self.signature, &self.user_handle])
    }
}

impl<R: Encoded> Wire<'_, R> {
    fn open(self) -> Result<(Envelope, R), ResponseError> {
        let Text(id) = self.id.ok_or(ResponseError::Missing(Member::Id))?;
        let Text(raw_id) = self.raw_id.ok_or(ResponseError::Missing(Member::RawId))?;
        let others = self.response.as_ref().map_or(0, |Object(response)| response.len());
        let blobs = self.client_extension_results.as_ref().map_or(0, |Object(results)| results.blobs_len());
        let characters = raw_id.len().saturating_add(others);
        if characters.saturating_add(blobs) > MAX_LEN {
            return Err(ResponseError::TooLong);
        }
        let mut bytes = Decoded::with_room_for(characters);
        let place = bytes.push(&raw_id).map_err(|_| ResponseError::NotBase64Url(Member::RawId))?;
        if place.is_empty() {
            return Err(ResponseError::Empty(Member::RawId));
        }
        // Both are encoded in the same way, and there is one way.
        if id != raw_id {
            return Err(ResponseError::IdMismatch);
        }
        match self.credential_type {
            Some(Text(name)) if name == "public-key" => {}
            Some(_) => return Err(ResponseError::Type),
            None => return Err(ResponseError::Missing(Member::Type)),
        }
        let attachment = self.authenticator_attachment.and_then(|Text(name)| AuthenticatorAttachment::from_name(&name));
        let client_extension_results = self.client_extension_results.map(|Object(results)| results);
        let Object(response) = self.response.ok_or(ResponseError::Missing(Member::Response))?;
        Ok((Envelope { bytes, raw_id: place, attachment, client_extension_results }, response))
    }
}

fn parse<'a, T: Deserialize<'a>>(json: &'a str) -> Result<T, ResponseError> {
    if json.len() > MAX_LEN {
        return Err(ResponseError::TooLong);
    }
    let read: Result<Object<T>, _> = serde_json::from_str(json);
    read.map(|Object(wire)| wire).map_err(|e| ResponseError::Json { line: e.line(), column: e.column() })
}

macro_rules! envelope_accessors {
    () => {
        /// `rawId`: the credential's id, by the client's word. Look the record up under it.
        #[must_use]
        pub fn credential_id(&self) -> &[u8] {
            self.envelope.bytes.get(&self.envelope.raw_id)
        }

        /// `response.clientDataJSON`, decoded; see [`client::data`](crate::client::data).
        #[must_use]
        pub fn client_data_json(&self) -> &[u8] {
            self.envelope.bytes.get(&self.client_data_json)
        }

        /// `authenticatorAttachment`: a hint.
        #[must_use]
        pub const fn authenticator_attachment(&self) -> Option<AuthenticatorAttachment> {
            self.envelope.attachment
        }

        /// `clientExtensionResults`: unsigned; `None` where the member is missing.
        #[must_use]
        pub const fn client_extension_results(&self) -> Option<&ClientExtensionResults> {
            self.envelope.client_extension_results.as_ref()
        }
    };
}

/// The response to a registration, parsed and untrusted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RegistrationResponse {
    envelope: Envelope,
    client_data_json: Range<usize>,
    attestation_object: Range<usize>,
    transports: Vec<Transport>,
    authenticator_data: Option<Range<usize>>,
    public_key: Option<Range<usize>>,
    public_key_algorithm: Option<i64>,
}

impl RegistrationResponse {
    /// Parses the JSON that a browser posts after `navigator.credentials.create()`.
    ///
    /// # Errors
    /// [`ResponseError`]. No check of a ceremony is made here.
    pub fn from_json(json: &str) -> Result<Self, ResponseError> {
        Self::open(parse(json)?)
    }

    fn open(wire: Wire<'_, AttestationWire<'_>>) -> Result<Self, ResponseError> {
        let (mut envelope, response) = wire.open()?;
        Ok(Self {
            client_data_json: envelope.require(Member::ClientDataJson, response.client_data_json)?,
            attestation_object: envelope.require(Member::AttestationObject, response.attestation_object)?,
            transports: response.transports.map(|Transports(kept)| kept).unwrap_or_default(),
            authenticator_data: envelope.decode(Member::AuthenticatorData, response.authenticator_data)?,
            public_key: envelope.decode(Member::PublicKey, response.public_key)?,
            public_key_algorithm: response.public_key_algorithm,
            envelope,
        })
    }

    envelope_accessors!();

    /// `response.attestationObject`, decoded; see [`attestation`](crate::attestation).
    #[must_use]
    pub fn attestation_object(&self) -> &[u8] {
        self.envelope.bytes.get(&self.attestation_object)
    }

    /// `response.transports`: hints, to be kept with the record. Each once; at most [`MAX_TRANSPORTS`] of at most
    /// [`MAX_TRANSPORT_LEN`] bytes, and no more of what the client said.
    #[must_use]
    pub fn transports(&self) -> &[Transport] {
        &self.transports
    }

    /// The unsigned copy of authenticator data.
    pub(crate) fn authenticator_data_copy(&self) -> Option<&[u8]> {
        self.authenticator_data.as_ref().map(|place| self.envelope.bytes.get(place))
    }

    /// The unsigned copy of the public key: a SubjectPublicKeyInfo.
    pub(crate) fn public_key_copy(&self) -> Option<&[u8]> {
        self.public_key.as_ref().map(|place| self.envelope.bytes.get(place))
    }

    /// The unsigned copy of the COSE number.
    pub(crate) const fn public_key_algorithm_copy(&self) -> Option<i64> {
        self.public_key_algorithm
    }
}

/// The response to an authentication, parsed and untrusted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AuthenticationResponse {
    envelope: Envelope,
    client_data_json: Range<usize>,
    authenticator_data: Range<usize>,
    signature: Range<usize>,
    user_handle: Option<Range<usize>>,
}

impl AuthenticationResponse {
    /// Parses the JSON that a browser posts after `navigator.credentials.get()`.
    ///
    /// # Errors
    /// [`ResponseError`]. No check of a ceremony is made here.
    pub fn from_json(json: &str) -> Result<Self, ResponseError> {
        Self::open(parse(json)?)
    }

    fn open(wire: Wire<'_, AssertionWire<'_>>) -> Result<Self, ResponseError> {
        let (mut envelope, response) = wire.open()?;
        Ok(Self {
            client_data_json: envelope.require(Member::ClientDataJson, response.client_data_json)?,
            authenticator_data: envelope.require(Member::AuthenticatorData, response.authenticator_data)?,
            signature: envelope.require(Member::Signature, response.signature)?,
            user_handle: envelope.decode(Member::UserHandle, response.user_handle)?,
            envelope,
        })
    }

    envelope_accessors!();

    /// `response.authenticatorData`, decoded; see [`authenticator::data`](crate::authenticator::data).
    #[must_use]
    pub fn authenticator_data(&self) -> &[u8] {
        self.envelope.bytes.get(&self.authenticator_data)
    }

    /// `response.signature`, decoded.
    #[must_use]
    pub fn signature(&self) -> &[u8] {
        self.envelope.bytes.get(&self.signature)
    }

    /// `response.userHandle`: the account, by the client's word; `None` where it is missing or null. In a
    /// discoverable sign-in, look the account up under it; the ceremony compares it with the record's.
    #[must_use]
    pub fn user_handle(&self) -> Option<&[u8]> {
        self.user_handle.as_ref().map(|place| self.envelope.bytes.get(place))
    }
}

/// What serde reads. Its own errors repeat what they cannot read, so none of them is handed on.
fn read<'de, D: Deserializer<'de>, T: Deserialize<'de>>(from: D) -> Result<T, D::Error> {
    match Object::deserialize(from) {
        Ok(Object(wire)) => Ok(wire),
        Err(_) => Err(D::Error::custom(ResponseError::Json { line: 0, column: 0 })),
    }
}

/// For web frameworks that read JSON bodies by themselves. As strict as `from_json`, and as silent about what was
/// received; how long a body may be is theirs to say, while no more than [`MAX_LEN`] of it is kept.
impl<'de> Deserialize<'de> for RegistrationResponse {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        Self::open(read(from)?).map_err(D::Error::custom)
    }
}

/// For web frameworks that read JSON bodies by themselves. As strict as `from_json`, and as silent about what was
/// received; how long a body may be is theirs to say, while no more than [`MAX_LEN`] of it is kept.
impl<'de> Deserialize<'de> for AuthenticationResponse {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        Self::open(read(from)?).map_err(D::Error::custom)
    }
}

#[cfg(test)]
mod tests;
