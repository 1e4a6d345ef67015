//! Which members there are, and what they must be together.

use super::members::{ByteString, ByteStrings, Members, ObjectOf, OrNull, Slot};
use super::transports::Transports;
use super::{AuthenticatorAttachment, ClientExtensionResults, MAX_LEN, Member, ResponseError};
use crate::client::json::{Object, Text};
use core::ops::Range;
use serde::de::MapAccess;

/// What both responses have in common.
#[derive(Clone, Debug)]
pub(super) struct Envelope {
    pub(super) raw_id: Range<usize>,
    pub(super) attachment: Option<AuthenticatorAttachment>,
    pub(super) client_extension_results: Option<ClientExtensionResults>,
}

/// The envelope as it is read, around the members of `response`.
#[derive(Default)]
pub(super) struct Wire<'a, R> {
    id: Slot<Text<'a>>,
    raw_id: Slot<Text<'a>>,
    credential_type: Slot<Text<'a>>,
    response: Slot<()>,
    authenticator_attachment: Slot<Text<'a>>,
    client_extension_results: Slot<Object<ClientExtensionResults>>,
    pub(super) members: R,
}

impl<'a, R: Members<'a>> Members<'a> for Wire<'a, R> {
    fn read<A: MapAccess<'a>>(&mut self, name: &str, from: &mut A, bytes: &mut ByteStrings) -> Result<bool, A::Error> {
        match name {
            "id" => self.id.read(from)?,
            "rawId" => self.raw_id.read(from)?,
            "type" => self.credential_type.read(from)?,
            "response" => {
                let members = ObjectOf { members: &mut self.members, bytes };
                self.response.fill(|| from.next_value_seed(OrNull(members)))?;
            }
            "authenticatorAttachment" => self.authenticator_attachment.read(from)?,
            "clientExtensionResults" => self.client_extension_results.read(from)?,
            _ => return Ok(false),
        }
        Ok(true)
    }
}

/// The members of an AuthenticatorAttestationResponseJSON.
#[derive(Default)]
pub(super) struct Attestation {
    pub(super) client_data_json: ByteString,
    pub(super) attestation_object: ByteString,
    pub(super) transports: Slot<Transports>,
    pub(super) authenticator_data: ByteString,
    pub(super) public_key: ByteString,
    pub(super) public_key_algorithm: Slot<i64>,
}

impl<'a> Members<'a> for Attestation {
    fn read<A: MapAccess<'a>>(&mut self, name: &str, from: &mut A, bytes: &mut ByteStrings) -> Result<bool, A::Error> {
        match name {
            "clientDataJSON" => self.client_data_json.read(from, bytes)?,
            "attestationObject" => self.attestation_object.read(from, bytes)?,
            "transports" => self.transports.read(from)?,
            "authenticatorData" => self.authenticator_data.read(from, bytes)?,
            "publicKey" => self.public_key.read(from, bytes)?,
            "publicKeyAlgorithm" => self.public_key_algorithm.read(from)?,
            _ => return Ok(false),
        }
        Ok(true)
    }
}

/// The members of an AuthenticatorAssertionResponseJSON.
#[derive(Default)]
pub(super) struct Assertion {
    pub(super) client_data_json: ByteString,
    pub(super) authenticator_data: ByteString,
    pub(super) signature: ByteString,
    pub(super) user_handle: ByteString,
}

impl<'a> Members<'a> for Assertion {
    fn read<A: MapAccess<'a>>(&mut self, name: &str, from: &mut A, bytes: &mut ByteStrings) -> Result<bool, A::Error> {
        match name {
            "clientDataJSON" => self.client_data_json.read(from, bytes)?,
            "authenticatorData" => self.authenticator_data.read(from, bytes)?,
            "signature" => self.signature.read(from, bytes)?,
            "userHandle" => self.user_handle.read(from, bytes)?,
            _ => return Ok(false),
        }
        Ok(true)
    }
}

impl ByteString {
    pub(super) fn optional(&self, member: Member) -> Result<Option<Range<usize>>, ResponseError> {
        match self {
            Self::Missing | Self::Null => Ok(None),
            Self::NotBase64Url => Err(ResponseError::NotBase64Url(member)),
            Self::At(place) => Ok(Some(place.clone())),
        }
    }

    pub(super) fn required(&self, member: Member) -> Result<Range<usize>, ResponseError> {
        self.optional(member)?.ok_or(ResponseError::Missing(member))
    }
}

impl<R> Wire<'_, R> {
    pub(super) fn open(&mut self, bytes: &mut ByteStrings) -> Result<Envelope, ResponseError> {
        let Text(id) = self.id.take().ok_or(ResponseError::Missing(Member::Id))?;
        let Text(raw_id) = self.raw_id.take().ok_or(ResponseError::Missing(Member::RawId))?;
        let place = bytes.push(raw_id.as_bytes());
        let client_extension_results = self.client_extension_results.take().map(|Object(results)| results);
        let blobs = client_extension_results.as_ref().map_or(0, ClientExtensionResults::blobs_len);
        if bytes.characters.saturating_add(blobs) > MAX_LEN {
            return Err(ResponseError::TooLong);
        }
        let raw_id_at = place.required(Member::RawId)?;
        if raw_id_at.is_empty() {
            return Err(ResponseError::Empty(Member::RawId));
        }
        // Both are encoded in the same way, and there is one way.
        if id != raw_id {
            return Err(ResponseError::IdMismatch);
        }
        match self.credential_type.take() {
            Some(Text(name)) if name == "public-key" => {}
            Some(_) => return Err(ResponseError::Type),
            None => return Err(ResponseError::Missing(Member::Type)),
        }
        let attachment = self.authenticator_attachment.take();
        let attachment = attachment.and_then(|Text(name)| AuthenticatorAttachment::from_name(&name));
        self.response.take().ok_or(ResponseError::Missing(Member::Response))?;
        Ok(Envelope { raw_id: raw_id_at, attachment, client_extension_results })
    }
}
