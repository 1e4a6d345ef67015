//! The wire form of both responses: the envelope, its `response`, and how they are read.

use super::{MAX_BYTES_LEN, MAX_LEN, MAX_TRANSPORT_LEN, MAX_TRANSPORTS, ResponseError};
use crate::client::json::AuthenticatorAttachment;
use crate::codec::base64url;
use crate::codec::json::{self, ByteString, Known, Members, Text, expecting, once, once_object, read_members};
use crate::credential::Transport;
use crate::extensions::ClientExtensionResults;
use core::fmt;
use core::marker::PhantomData;
use serde::Deserialize;
use serde::de::{DeserializeOwned, Deserializer, Error as _, MapAccess, SeqAccess, Visitor};
use serde_json::{Value, json};

fn attachment(name: &str) -> Option<AuthenticatorAttachment> {
    match name {
        "platform" => Some(AuthenticatorAttachment::Platform),
        "cross-platform" => Some(AuthenticatorAttachment::CrossPlatform),
        _ => None,
    }
}

/// A string that should be base64url without padding.
pub(super) trait Base64Url: DeserializeOwned + Default {
    /// Returns the bytes; `None` if it is not base64url.
    fn decoded(self) -> Option<Vec<u8>>;
}

impl Base64Url for ByteString {
    fn decoded(self) -> Option<Vec<u8>> {
        self.0
    }
}

/// A base64url string of [`from_json`], read as bytes, because serde_json then looks for its end with memchr. That saves 2 % of a
/// sign-in with ML-DSA-44. serde_json then checks neither for control characters nor for Unicode, so the visitor does. Only
/// `from_json` uses it, because other formats do not accept text as bytes.
#[derive(Default)]
struct Scanned(Option<Vec<u8>>);

impl Base64Url for Scanned {
    fn decoded(self) -> Option<Vec<u8>> {
        self.0
    }
}

impl<'de> Deserialize<'de> for Scanned {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        struct Decode;
        impl<'de> Visitor<'de> for Decode {
            type Value = Scanned;
            expecting!("a string");
            fn visit_borrowed_bytes<E: serde::de::Error>(self, text: &'de [u8]) -> Result<Scanned, E> {
                match base64url::decode_bytes(text) {
                    Err(_) if text.iter().any(|byte| *byte < b' ') => Err(E::custom("a control character")),
                    bytes => Ok(Scanned(bytes.ok())),
                }
            }
            // The text had an escape. A control character in it is refused as "not base64url".
            fn visit_bytes<E: serde::de::Error>(self, text: &[u8]) -> Result<Scanned, E> {
                let text = core::str::from_utf8(text).map_err(E::custom)?;
                Ok(Scanned(base64url::decode(text).ok()))
            }
        }
        from.deserialize_bytes(Decode)
    }
}

/// The JSON as it is read, before required members are checked. `R` is the type of `response`. A member is `None` if it is
/// missing, and `Some(None)` if it is null.
#[derive(Default)]
pub(super) struct Envelope<'a, R> {
    pub(super) id: Option<Option<Text<'a>>>,
    pub(super) raw_id: Option<Option<Text<'a>>>,
    pub(super) credential_type: Option<Option<Text<'a>>>,
    pub(super) response: Option<Option<R>>,
    pub(super) authenticator_attachment: Option<Option<Text<'a>>>,
    pub(super) client_extension_results: Option<Option<ClientExtensionResults>>,
}

impl<'de: 'a, 'a, R: Members<'de>> Members<'de> for Envelope<'a, R> {
    fn read<A: MapAccess<'de>>(&mut self, name: &str, map: &mut A) -> Result<Known, A::Error> {
        match name {
            "id" => once(&mut self.id, map),
            "rawId" => once(&mut self.raw_id, map),
            "type" => once(&mut self.credential_type, map),
            "response" => once_object(&mut self.response, map),
            "authenticatorAttachment" => once(&mut self.authenticator_attachment, map),
            "clientExtensionResults" => once(&mut self.client_extension_results, map),
            _ => Ok(Known::No),
        }
    }
}

/// AuthenticatorAttestationResponseJSON as it is read. Signatures cover only the first two members.
#[derive(Default)]
pub(super) struct Attestation<B> {
    pub(super) client_data_json: Option<Option<B>>,
    pub(super) attestation_object: Option<Option<B>>,
    pub(super) transports: Option<Option<Transports>>,
    pub(super) authenticator_data: Option<Option<B>>,
    pub(super) public_key: Option<Option<B>>,
    pub(super) public_key_algorithm: Option<Option<AlgorithmCopy>>,
}

impl<'de, B: Deserialize<'de> + Default> Members<'de> for Attestation<B> {
    fn read<A: MapAccess<'de>>(&mut self, name: &str, map: &mut A) -> Result<Known, A::Error> {
        match name {
            "clientDataJSON" => once(&mut self.client_data_json, map),
            "attestationObject" => once(&mut self.attestation_object, map),
            "transports" => once(&mut self.transports, map),
            "authenticatorData" => once(&mut self.authenticator_data, map),
            "publicKey" => once(&mut self.public_key, map),
            "publicKeyAlgorithm" => once(&mut self.public_key_algorithm, map),
            _ => Ok(Known::No),
        }
    }
}

/// AuthenticatorAssertionResponseJSON as it is read.
#[derive(Default)]
pub(super) struct Assertion<B> {
    pub(super) client_data_json: Option<Option<B>>,
    pub(super) authenticator_data: Option<Option<B>>,
    pub(super) signature: Option<Option<B>>,
    pub(super) user_handle: Option<Option<B>>,
}

impl<'de, B: Deserialize<'de> + Default> Members<'de> for Assertion<B> {
    fn read<A: MapAccess<'de>>(&mut self, name: &str, map: &mut A) -> Result<Known, A::Error> {
        match name {
            "clientDataJSON" => once(&mut self.client_data_json, map),
            "authenticatorData" => once(&mut self.authenticator_data, map),
            "signature" => once(&mut self.signature, map),
            "userHandle" => once(&mut self.user_handle, map),
            _ => Ok(Known::No),
        }
    }
}

/// The transports: an array of strings, or `""`, which counts as absent. They are hints, which are kept with the record and sent in
/// every request. Repeated, long and surplus ones are skipped instead of refused, because a hint must not lock anybody out.
#[derive(Default)]
pub(super) struct Transports(pub(super) Vec<Transport>);

impl<'de> Deserialize<'de> for Transports {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        struct Texts;
        impl<'de> Visitor<'de> for Texts {
            type Value = Transports;
            expecting!("an array of strings");
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
pub(super) struct AlgorithmCopy(pub(super) Option<i64>);

impl<'de> Deserialize<'de> for AlgorithmCopy {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        struct Number;
        impl<'de> Visitor<'de> for Number {
            type Value = AlgorithmCopy;
            expecting!("an integer");
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

/// Decoded bytes. `Debug` prints only their number, because they identify a person and do not belong in logs.
#[derive(Clone, PartialEq, Eq)]
pub(super) struct Bytes(pub(super) Vec<u8>);

impl Bytes {
    pub(super) fn to_value(&self) -> Value {
        base64url::encode(&self.0).into()
    }
}

impl fmt::Debug for Bytes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} bytes", self.0.len())
    }
}

pub(super) fn optional(
    member: &'static str,
    value: Option<Option<impl Base64Url>>,
) -> Result<Option<Bytes>, ResponseError> {
    value.flatten().map(|text| text.decoded().map(Bytes).ok_or(ResponseError::not_base64url(member))).transpose()
}

/// Reads an unsigned copy of signed bytes. An empty copy counts as absent.
pub(super) fn copy(
    member: &'static str,
    value: Option<Option<impl Base64Url>>,
) -> Result<Option<Bytes>, ResponseError> {
    Ok(optional(member, value)?.filter(|bytes| !bytes.0.is_empty()))
}

pub(super) fn required(member: &'static str, value: Option<Option<impl Base64Url>>) -> Result<Bytes, ResponseError> {
    optional(member, value)?.ok_or(ResponseError::missing(member))
}

/// The checked members that both responses have.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Common {
    pub(super) raw_id: Bytes,
    pub(super) attachment: Option<AuthenticatorAttachment>,
    pub(super) client_extension_results: Option<ClientExtensionResults>,
}

impl<R> Envelope<'_, R> {
    pub(super) fn open(self) -> Result<(Common, R), ResponseError> {
        let Text(id) = self.id.flatten().ok_or(ResponseError::missing("id"))?;
        let Text(raw_id) = self.raw_id.flatten().ok_or(ResponseError::missing("rawId"))?;
        let bytes = base64url::decode(&raw_id).map_err(|_| ResponseError::not_base64url("rawId"))?;
        if bytes.is_empty() {
            return Err(ResponseError::Empty { member: "rawId", line: 0, column: 0 });
        }
        // Each byte string has one encoding, so comparing the texts compares the bytes.
        if id != raw_id {
            return Err(ResponseError::IdMismatch { line: 0, column: 0 });
        }
        match self.credential_type.flatten() {
            Some(Text(name)) if name == "public-key" => {}
            Some(_) => return Err(ResponseError::Type { line: 0, column: 0 }),
            None => return Err(ResponseError::missing("type")),
        }
        let attachment = self.authenticator_attachment.flatten().and_then(|Text(name)| attachment(&name));
        let response = self.response.flatten().ok_or(ResponseError::missing("response"))?;
        let client_extension_results = self.client_extension_results.flatten();
        Ok((Common { raw_id: Bytes(bytes), attachment, client_extension_results }, response))
    }
}

impl Common {
    /// Returns the envelope with this `response`.
    pub(super) fn to_json(&self, response: impl Iterator<Item = (&'static str, Option<Value>)>) -> String {
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
pub(super) fn present(members: impl Iterator<Item = (&'static str, Option<Value>)>) -> Value {
    members.filter_map(|(name, value)| Some((name.to_owned(), value?))).collect()
}

/// Reads a response into `outcome`. All checks are made in the visitor, because serde_json adds line and column to its errors.
pub(super) struct Posted<'a, R, B> {
    /// `None` until the visitor runs.
    pub(super) outcome: &'a mut Option<Result<R, ResponseError>>,
    /// Whether the caller sees the error of serde, which then must not contain received text.
    pub(super) shown: bool,
    pub(super) bytes: PhantomData<B>,
}

/// A response that is made of an envelope with `Wire` as its `response`.
pub(super) trait Open: Sized {
    type Wire<B: Base64Url>: for<'de> Members<'de>;
    /// Checks the members.
    fn open<B: Base64Url>(envelope: Envelope<'_, Self::Wire<B>>) -> Result<Self, ResponseError>;
}

impl<'de, R: Open, B: Base64Url> Visitor<'de> for Posted<'_, R, B> {
    type Value = ();
    expecting!("an object");
    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<(), A::Error> {
        let mut envelope = Envelope::default();
        read_members(&mut envelope, map).map_err(|error: A::Error| {
            let kind = ResponseError::kind(&error);
            *self.outcome = Some(Err(kind));
            // An error of serde may contain received text, so only its kind is shown. `from_json` needs only its place.
            if self.shown { A::Error::custom(kind) } else { error }
        })?;
        match self.outcome.insert(R::open::<B>(envelope)) {
            Ok(_) => Ok(()),
            Err(refused) => Err(A::Error::custom(refused)),
        }
    }
}

/// Reads a response. `decoded_len` returns the length of its byte strings.
pub(super) fn from_json<R: Open>(json: &str, decoded_len: impl Fn(&R) -> usize) -> Result<R, ResponseError> {
    if json.len() > MAX_LEN {
        return Err(ResponseError::TooLong);
    }
    let (mut outcome, mut from) = (None, serde_json::Deserializer::from_str(json));
    let posted = Posted { outcome: &mut outcome, shown: false, bytes: PhantomData::<Scanned> };
    let Err(error) = from.deserialize_map(posted).and_then(|()| from.end()) else {
        if matches!(&outcome, Some(Ok(read)) if decoded_len(read) > MAX_BYTES_LEN) {
            return Err(ResponseError::TooLong);
        }
        return outcome.unwrap_or(Err(ResponseError::NOT_JSON));
    };
    let refused = outcome.and_then(Result::err).unwrap_or(ResponseError::NOT_JSON);
    Err(refused.at(&error))
}
