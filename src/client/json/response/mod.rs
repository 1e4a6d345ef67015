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

pub use error::ResponseError;

mod envelope;
mod error;

use super::AuthenticatorAttachment;
use crate::client::data::{self, ClientData};
use crate::codec::base64url;
use crate::codec::json::ByteString;
use crate::credential::Transport;
use crate::extensions::ClientExtensionResults;
use crate::macros::getters;
use core::marker::PhantomData;
use envelope::{AlgorithmCopy, Assertion, Attestation, Base64Url, Bytes, Common, Envelope, Open, Posted, Transports};
use envelope::{copy, from_json, optional, required};
use serde::de::{Deserialize, Deserializer, Error as _};
use serde_json::{Value, json};

/// The maximum length of the JSON of a response in bytes. All byte strings together may have at most 774,144 bytes, decoded, so that
/// `from_json` can read again what `to_json` writes.
pub const MAX_LEN: usize = 1024 * 1024;
/// The maximum length of all byte strings of a response together, decoded. It leaves room for the other members that `to_json` writes:
/// at most [`MAX_TRANSPORTS`] transports, [`MAX_UNKNOWN_MEMBERS`] unknown outputs, the known outputs, and the names. Through serde, which
/// does not show the text, this is the only limit.
pub(crate) const MAX_BYTES_LEN: usize = base64url::decoded_len(MAX_LEN - 16 * 1024);
/// The number of transports of a registration that are read and kept. More than twice as many as the standard defines (§5.8.4).
pub const MAX_TRANSPORTS: usize = 16;
/// The maximum length of a transport in bytes. A longer one is not kept.
pub const MAX_TRANSPORT_LEN: usize = 32;

macro_rules! response {
    ($response:ident, posted after $call:literal: decoded: $($bytes:ident)*, optional: $($optional:ident)*) => {
        impl $response {
            #[doc = concat!("Parses the JSON that a browser posts after `", $call, "`.")]
            ///
            /// # Errors
            /// [`ResponseError`]. No check of a ceremony is made here.
            pub fn from_json(json: &str) -> Result<Self, ResponseError> {
                from_json(json, Self::decoded_len)
            }

            getters! {
                /// Returns `rawId`: the credential id that the client claims. Look up the record by it.
                pub fn credential_id(&self) -> &[u8] = &self.common.raw_id.0;
                /// Returns `response.clientDataJSON`, decoded. The authenticator signs its hash.
                pub fn client_data_json(&self) -> &[u8] = &self.client_data_json.0;
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

            getters! {
                /// Returns `authenticatorAttachment`, a hint. `None` if it is absent or unknown.
                pub const fn authenticator_attachment(&self) -> Option<&AuthenticatorAttachment> =
                    self.common.attachment.as_ref();
                /// Returns `clientExtensionResults`, which is unsigned, or `None` if the member is missing.
                pub const fn client_extension_results(&self) -> Option<&ClientExtensionResults> =
                    self.common.client_extension_results.as_ref();
            }

            /// Returns the sum of the lengths of all byte strings and blobs. `id` and `rawId` are both written.
            fn decoded_len(&self) -> usize {
                let blobs = self.client_extension_results().map_or(0, ClientExtensionResults::blobs_len);
                let required = [&self.common.raw_id, &self.common.raw_id, $(&self.$bytes),*];
                let optional = [$(&self.$optional),*];
                let all = required.into_iter().chain(optional.into_iter().flatten());
                all.map(|bytes| bytes.0.len()).fold(blobs, usize::saturating_add)
            }
        }

        /// For web frameworks that read JSON bodies themselves, from text or bytes. As strict as `from_json`; errors contain no
        /// received text, and have line and column if the format knows them. Limit the length of the body in the framework,
        /// because only byte strings are limited here: see [`MAX_LEN`].
        ///
        /// Do not read from a `serde_json::Value`: it has already dropped all but the last of members that occur twice, which
        /// this type refuses, and an error has no place.
        impl<'de> Deserialize<'de> for $response {
            fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
                let mut outcome = None;
                let posted = Posted { outcome: &mut outcome, shown: true, bytes: PhantomData::<ByteString> };
                let response: Self = match (from.deserialize_map(posted), outcome) {
                    (Ok(()), Some(Ok(response))) => response,
                    (Err(error), Some(Err(_))) => return Err(error),
                    // The visitor did not run, because the value is not an object; or the format failed after it.
                    _ => return Err(D::Error::custom(ResponseError::NOT_JSON)),
                };
                if response.decoded_len() > MAX_BYTES_LEN {
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
    RegistrationResponse, posted after "navigator.credentials.create()":
        decoded: client_data_json attestation_object, optional: authenticator_data public_key
}

impl Open for RegistrationResponse {
    type Wire<B: Base64Url> = Attestation<B>;

    fn open<B: Base64Url>(envelope: Envelope<'_, Attestation<B>>) -> Result<Self, ResponseError> {
        let (common, response) = envelope.open()?;
        let Transports(transports) = response.transports.flatten().unwrap_or_default();
        Ok(Self {
            common,
            client_data_json: required("response.clientDataJSON", response.client_data_json)?,
            attestation_object: required("response.attestationObject", response.attestation_object)?,
            transports,
            authenticator_data: copy("response.authenticatorData", response.authenticator_data)?,
            public_key: copy("response.publicKey", response.public_key)?,
            public_key_algorithm: response.public_key_algorithm.flatten().and_then(|AlgorithmCopy(number)| number),
        })
    }
}

impl RegistrationResponse {
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

    getters! {
        /// Returns `response.attestationObject`, decoded; see [`attestation`](crate::attestation).
        pub fn attestation_object(&self) -> &[u8] = &self.attestation_object.0;
        /// Returns `response.transports`, hints to keep with the record. Only the first [`MAX_TRANSPORTS`] that the client sent,
        /// each once, without those of more than [`MAX_TRANSPORT_LEN`] bytes.
        pub fn transports(&self) -> &[Transport] = &self.transports;
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
    AuthenticationResponse, posted after "navigator.credentials.get()":
        decoded: client_data_json authenticator_data signature, optional: user_handle
}

impl Open for AuthenticationResponse {
    type Wire<B: Base64Url> = Assertion<B>;

    fn open<B: Base64Url>(envelope: Envelope<'_, Assertion<B>>) -> Result<Self, ResponseError> {
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
    /// Returns the response as JSON, to keep it and to verify it again later: `from_json` reads it as an equal response.
    ///
    /// As for [`RegistrationResponse::to_json`], unknown members are omitted, and secrets of extensions are replaced by `true`.
    ///
    /// ```
    /// # fn keep(response: &wardkey::AuthenticationResponse) {
    /// assert_eq!(wardkey::AuthenticationResponse::from_json(&response.to_json()).as_ref(), Ok(response));
    /// # }
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

    getters! {
        /// Returns `response.authenticatorData`, decoded.
        pub fn authenticator_data(&self) -> &[u8] = &self.authenticator_data.0;
        /// Returns `response.signature`, decoded.
        pub fn signature(&self) -> &[u8] = &self.signature.0;
        /// Returns `response.userHandle`, decoded: the account that the client claims. `None` if it is missing or null. The
        /// ceremony compares it with the user handle of the record.
        pub fn user_handle(&self) -> Option<&[u8]> = self.user_handle.as_ref().map(|bytes| &*bytes.0);
    }
}

#[cfg(test)]
mod tests;
