//! RegistrationResponseJSON and AuthenticationResponseJSON (§5.1): what the browser posts.
//!
//! Parsed, untrusted. Members that the standard does not know are read over; those it knows have the one type it gives
//! them and are there if it requires them. No member of the envelope, of `response`, of `clientExtensionResults` or of an
//! output that is known occurs twice, known or not, however its name is spelt; what is inside members that are read over
//! is not looked at. The unsigned copies that browsers add for convenience may be missing, as front ends leave them out;
//! a ceremony compares those that are there with what is signed.

mod members;
mod transports;
mod wire;

pub use transports::{MAX_TRANSPORT_LEN, MAX_TRANSPORTS};

use super::text::Text;
pub use crate::client::extensions::{ClientExtensionResults, CredentialProperties};
use crate::codec::base64url::Decoded;
use crate::credential::Transport;
use core::fmt;
use core::ops::Range;
use members::{ByteStrings, Members, ObjectOf};
use serde::de::{Deserialize, DeserializeSeed as _, Deserializer, Error as _};
use transports::Transports;
use wire::{Assertion, Attestation, Envelope, Wire};

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

/// A response, by the JSON that it is read from.
trait Posted<'a>: Sized {
    type Members: Members<'a> + Default;

    fn open(wire: &mut Wire<'a, Self::Members>, bytes: ByteStrings) -> Result<Self, ResponseError>;

    fn parse(json: &'a str) -> Result<Self, ResponseError> {
        if json.len() > MAX_LEN {
            return Err(ResponseError::TooLong);
        }
        let (mut wire, mut bytes) = (Wire::default(), ByteStrings::of(json));
        let mut from = serde_json::Deserializer::from_str(json);
        let read = ObjectOf { members: &mut wire, bytes: &mut bytes }.deserialize(&mut from);
        let read = read.and_then(|()| from.end());
        read.map_err(|e| ResponseError::Json { line: e.line(), column: e.column() })?;
        Self::open(&mut wire, bytes)
    }

    /// What serde reads. Its own errors repeat what they cannot read, so none of them is handed on.
    fn read<D: Deserializer<'a>>(from: D) -> Result<Self, D::Error> {
        let (mut wire, mut bytes) = (Wire::default(), ByteStrings::default());
        ObjectOf { members: &mut wire, bytes: &mut bytes }
            .deserialize(from)
            .map_err(|_| D::Error::custom(ResponseError::Json { line: 0, column: 0 }))?;
        Self::open(&mut wire, bytes).map_err(D::Error::custom)
    }
}

/// Two responses are equal where all their members are, in whichever order those came.
macro_rules! equal_by_members {
    ($response:ident: $($member:ident)*) => {
        impl PartialEq for $response {
            fn eq(&self, other: &Self) -> bool {
                $(self.$member() == other.$member())&&*
            }
        }

        impl Eq for $response {}
    };
}

equal_by_members! {
    RegistrationResponse: credential_id client_data_json authenticator_attachment client_extension_results
    attestation_object transports authenticator_data_copy public_key_copy public_key_algorithm_copy
}
equal_by_members! {
    AuthenticationResponse: credential_id client_data_json authenticator_attachment client_extension_results
    authenticator_data signature user_handle
}

macro_rules! envelope_accessors {
    () => {
        /// `rawId`: the credential's id, by the client's word. Look the record up under it.
        #[must_use]
        pub fn credential_id(&self) -> &[u8] {
            self.bytes.get(&self.envelope.raw_id)
        }

        /// `response.clientDataJSON`, decoded; see [`client::data`](crate::client::data).
        #[must_use]
        pub fn client_data_json(&self) -> &[u8] {
            self.bytes.get(&self.client_data_json)
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
#[derive(Clone, Debug)]
pub struct RegistrationResponse {
    bytes: Decoded,
    envelope: Envelope,
    client_data_json: Range<usize>,
    attestation_object: Range<usize>,
    transports: Transports,
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
        Self::parse(json)
    }

    envelope_accessors!();

    /// `response.attestationObject`, decoded; see [`attestation`](crate::attestation).
    #[must_use]
    pub fn attestation_object(&self) -> &[u8] {
        self.bytes.get(&self.attestation_object)
    }

    /// `response.transports`: hints, to be kept with the record. Each once; at most [`MAX_TRANSPORTS`] of at most
    /// [`MAX_TRANSPORT_LEN`] bytes, and no more of what the client said.
    #[must_use]
    pub fn transports(&self) -> &[Transport] {
        &self.transports.0
    }

    /// The unsigned copy of authenticator data.
    pub(crate) fn authenticator_data_copy(&self) -> Option<&[u8]> {
        self.authenticator_data.as_ref().map(|place| self.bytes.get(place))
    }

    /// The unsigned copy of the public key: a SubjectPublicKeyInfo.
    pub(crate) fn public_key_copy(&self) -> Option<&[u8]> {
        self.public_key.as_ref().map(|place| self.bytes.get(place))
    }

    /// The unsigned copy of the COSE number.
    pub(crate) const fn public_key_algorithm_copy(&self) -> Option<i64> {
        self.public_key_algorithm
    }
}

impl<'a> Posted<'a> for RegistrationResponse {
    type Members = Attestation;

    fn open(wire: &mut Wire<'a, Attestation>, mut bytes: ByteStrings) -> Result<Self, ResponseError> {
        let envelope = wire.open(&mut bytes)?;
        let members = &mut wire.members;
        Ok(Self {
            envelope,
            client_data_json: members.client_data_json.required(Member::ClientDataJson)?,
            attestation_object: members.attestation_object.required(Member::AttestationObject)?,
            transports: members.transports.take().unwrap_or_default(),
            authenticator_data: members.authenticator_data.optional(Member::AuthenticatorData)?,
            public_key: members.public_key.optional(Member::PublicKey)?,
            public_key_algorithm: members.public_key_algorithm.take(),
            bytes: bytes.decoded,
        })
    }
}

/// The response to an authentication, parsed and untrusted.
#[derive(Clone, Debug)]
pub struct AuthenticationResponse {
    bytes: Decoded,
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
        Self::parse(json)
    }

    envelope_accessors!();

    /// `response.authenticatorData`, decoded; see [`authenticator::data`](crate::authenticator::data).
    #[must_use]
    pub fn authenticator_data(&self) -> &[u8] {
        self.bytes.get(&self.authenticator_data)
    }

    /// `response.signature`, decoded.
    #[must_use]
    pub fn signature(&self) -> &[u8] {
        self.bytes.get(&self.signature)
    }

    /// `response.userHandle`: the account, by the client's word; `None` where it is missing or null. In a
    /// discoverable sign-in, look the account up under it; the ceremony compares it with the record's.
    #[must_use]
    pub fn user_handle(&self) -> Option<&[u8]> {
        self.user_handle.as_ref().map(|place| self.bytes.get(place))
    }
}

impl<'a> Posted<'a> for AuthenticationResponse {
    type Members = Assertion;

    fn open(wire: &mut Wire<'a, Assertion>, mut bytes: ByteStrings) -> Result<Self, ResponseError> {
        let envelope = wire.open(&mut bytes)?;
        let members = &wire.members;
        Ok(Self {
            envelope,
            client_data_json: members.client_data_json.required(Member::ClientDataJson)?,
            authenticator_data: members.authenticator_data.required(Member::AuthenticatorData)?,
            signature: members.signature.required(Member::Signature)?,
            user_handle: members.user_handle.optional(Member::UserHandle)?,
            bytes: bytes.decoded,
        })
    }
}

/// For web frameworks that read JSON bodies by themselves. As strict as `from_json`, and as silent about what was
/// received; how long a body may be is theirs to say, while no more than [`MAX_LEN`] of it is kept.
impl<'de> Deserialize<'de> for RegistrationResponse {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        Self::read(from)
    }
}

/// For web frameworks that read JSON bodies by themselves. As strict as `from_json`, and as silent about what was
/// received; how long a body may be is theirs to say, while no more than [`MAX_LEN`] of it is kept.
impl<'de> Deserialize<'de> for AuthenticationResponse {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        Self::read(from)
    }
}

#[cfg(test)]
mod tests;
