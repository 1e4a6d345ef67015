//! Large blob storage extension (`largeBlob`, §10.1.5).

use super::values::{blob, flag};
use super::{Blob, ClientExtensionResults, OutputRefusal};
use crate::credential::CredentialDescriptor;
use crate::invalid::InvalidValue;
use serde::{Deserialize, Deserializer, Serialize, Serializer, de::Error as _, ser::SerializeMap as _};

/// `largeBlob` of a registration (§10.1.5): LargeBlobSupport.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum LargeBlobSupport {
    /// Requires an authenticator that can store large blobs.
    Required,
    /// Prefers an authenticator that can store large blobs.
    Preferred,
}

/// Serde for `largeBlob` of a registration, whose only member is `support`.
pub(super) mod support {
    use super::LargeBlobSupport;
    use serde::{Deserialize, Deserializer, Serialize, Serializer};

    #[derive(Serialize, Deserialize)]
    #[serde(deny_unknown_fields)]
    struct Members {
        support: LargeBlobSupport,
    }

    #[allow(clippy::trivially_copy_pass_by_ref, clippy::ref_option, reason = "what serde calls")]
    pub(in super::super) fn serialize<S: Serializer>(
        value: &Option<LargeBlobSupport>,
        to: S,
    ) -> Result<S::Ok, S::Error> {
        value.map(|support| Members { support }).serialize(to)
    }

    pub(in super::super) fn deserialize<'de, D: Deserializer<'de>>(
        from: D,
    ) -> Result<Option<LargeBlobSupport>, D::Error> {
        Ok(Option::<Members>::deserialize(from)?.map(|Members { support }| support))
    }
}

/// `largeBlob` of an authentication (§10.1.5): either read or write.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum LargeBlobRequest {
    /// `read`: returns the blob.
    Read,
    /// `write`: stores this blob. `allowCredentials` must have exactly one credential.
    Write(Blob),
}

impl Serialize for LargeBlobRequest {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        let mut map = to.serialize_map(Some(1))?;
        match self {
            Self::Read => map.serialize_entry("read", &true)?,
            Self::Write(blob) => map.serialize_entry("write", blob)?,
        }
        map.end()
    }
}

impl<'de> Deserialize<'de> for LargeBlobRequest {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        #[derive(Deserialize)]
        #[serde(deny_unknown_fields)]
        struct Members {
            #[serde(default, deserialize_with = "flag")]
            read: bool,
            write: Option<Blob>,
        }
        match Members::deserialize(from)? {
            Members { read: true, write: None } => Ok(Self::Read),
            Members { read: false, write: Some(blob) } => Ok(Self::Write(blob)),
            _ => Err(D::Error::custom(InvalidValue::LargeBlobReadAndWrite)),
        }
    }
}

impl LargeBlobRequest {
    /// Checks §10.1.5: `write` needs exactly one credential in `allowCredentials`.
    pub(super) const fn check(&self, allow_credentials: &[CredentialDescriptor]) -> Result<(), InvalidValue> {
        match self {
            Self::Write(_) if allow_credentials.len() != 1 => Err(InvalidValue::LargeBlobWriteNeedsOne),
            _ => Ok(()),
        }
    }
}

/// AuthenticationExtensionsLargeBlobOutputs (§10.1.5).
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize, Serialize)]
pub(crate) struct LargeBlobOutputs {
    /// Of a registration: whether the credential can have a blob.
    pub(crate) supported: Option<bool>,
    /// The blob that was read.
    #[serde(default, deserialize_with = "blob")]
    pub(crate) blob: Option<Blob>,
    /// Whether the blob was written.
    pub(crate) written: Option<bool>,
}

fn output(results: Option<&ClientExtensionResults>) -> Option<&LargeBlobOutputs> {
    results.and_then(|results| results.large_blob.as_ref())
}

/// Requires `supported: true` at a registration.
pub(super) fn check_supported(results: Option<&ClientExtensionResults>, required: bool) -> Result<(), OutputRefusal> {
    let supported = output(results).and_then(|output| output.supported) == Some(true);
    if required && !supported { Err(OutputRefusal::UnsignedLargeBlobUnsupported) } else { Ok(()) }
}

/// Requires `written: true` at an authentication.
pub(super) fn check_written(results: Option<&ClientExtensionResults>, required: bool) -> Result<(), OutputRefusal> {
    let written = output(results).and_then(|output| output.written) == Some(true);
    if required && !written { Err(OutputRefusal::UnsignedLargeBlobNotWritten) } else { Ok(()) }
}
