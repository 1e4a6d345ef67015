//! Values that inputs are made of, each judged when it is made.

use super::InputError;
use crate::client::origin::is_https_url;
use crate::codec::base64url;
use core::fmt;
use serde::{Deserialize, Serialize};

/// The AppID of credentials that were registered with U2F (§10.1.1): an https URL, such as
/// `https://clinic.example/u2f.json`.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct AppId(String);

impl AppId {
    /// The AppID that `url` is.
    ///
    /// # Errors
    /// [`InputError::AppId`].
    pub fn new(url: impl Into<String>) -> Result<Self, InputError> {
        let url = url.into();
        if is_https_url(&url) { Ok(Self(url)) } else { Err(InputError::AppId) }
    }

    /// The URL.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl TryFrom<String> for AppId {
    type Error = InputError;

    fn try_from(url: String) -> Result<Self, InputError> {
        Self::new(url)
    }
}

impl From<AppId> for String {
    fn from(appid: AppId) -> Self {
        appid.0
    }
}

macro_rules! hidden_bytes {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
        #[serde(transparent)]
        pub struct $name(#[serde(with = "base64url::text")] Vec<u8>);

        impl $name {
            /// The bytes.
            #[must_use]
            pub fn as_bytes(&self) -> &[u8] {
                &self.0
            }
        }

        /// Only how many bytes there are.
        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, "{}({} bytes)", stringify!($name), self.0.len())
            }
        }
    };
}

hidden_bytes! {
    /// An input of the pseudo-random function (§10.1.4), of any length. Not printed: who knows it and holds the
    /// authenticator can have the result.
    PrfInput
}

impl From<Vec<u8>> for PrfInput {
    fn from(bytes: Vec<u8>) -> Self {
        Self(bytes)
    }
}

hidden_bytes! {
    /// A blob to be stored with a credential. Not printed: it may be a secret of the relying party.
    Blob
}

impl From<Vec<u8>> for Blob {
    fn from(bytes: Vec<u8>) -> Self {
        Self(bytes)
    }
}

impl Blob {
    /// The most bytes of `credBlob` that every authenticator with that extension can store (CTAP §12.2).
    pub const MAX_CRED_BLOB_LEN: usize = 32;
}

/// AuthenticationExtensionsPRFValues (§10.1.4): one input or two. The client hashes them with a prefix of its own
/// before an authenticator sees them.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct PrfValues {
    /// `first`.
    pub first: PrfInput,
    /// `second`: to rotate a key in one ceremony.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub second: Option<PrfInput>,
}

impl PrfValues {
    /// One input.
    pub fn new(first: impl Into<Vec<u8>>) -> Self {
        Self { first: PrfInput(first.into()), second: None }
    }

    /// Two.
    #[must_use]
    pub fn with_second(mut self, second: impl Into<Vec<u8>>) -> Self {
        self.second = Some(PrfInput(second.into()));
        self
    }
}

/// Serde for a member that is `true` or not there.
pub(super) mod flag {
    use serde::{Deserialize as _, Deserializer};

    #[allow(clippy::trivially_copy_pass_by_ref, reason = "what serde calls")]
    pub(in super::super) const fn is_clear(flag: &bool) -> bool {
        !*flag
    }

    pub(in super::super) fn read<'de, D: Deserializer<'de>>(from: D) -> Result<bool, D::Error> {
        Ok(Option::<bool>::deserialize(from)?.unwrap_or_default())
    }
}
