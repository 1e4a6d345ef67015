//! Client extension inputs of an authentication: AuthenticationExtensionsClientInputsJSON (§5.1.8), and CTAP §12.

use super::values::flag;
use super::{AppId, Blob, InputError, PrfInput, PrfValues};
use crate::client::json::CredentialDescriptor;
use crate::credential::CredentialId;
use crate::extension::{Extension, ExtensionSet};
use serde::{Deserialize, Deserializer, Serialize, Serializer, de::Error as _, ser::SerializeMap as _};
use std::collections::{BTreeMap, BTreeSet};

/// `prf` of an authentication (§10.1.4).
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct PrfRequest {
    /// What to evaluate with any credential that is not listed below.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub eval: Option<PrfValues>,
    /// What to evaluate with each of these: ids of `allowCredentials`, or every client throws.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub eval_by_credential: BTreeMap<CredentialId, PrfValues>,
}

impl PrfRequest {
    /// The same inputs for every credential.
    #[must_use]
    pub const fn eval(values: PrfValues) -> Self {
        Self { eval: Some(values), eval_by_credential: BTreeMap::new() }
    }

    /// Inputs of their own for these credentials.
    #[must_use]
    pub const fn by_credential(values: BTreeMap<CredentialId, PrfValues>) -> Self {
        Self { eval: None, eval_by_credential: values }
    }
}

/// `largeBlob` of an authentication (§10.1.5): one or the other, by construction.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum LargeBlobRequest {
    /// `read`: fetch the blob.
    Read,
    /// `write`: store this one. `allowCredentials` must hold exactly one credential.
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
            #[serde(default, deserialize_with = "flag::read")]
            read: bool,
            write: Option<Blob>,
        }
        match Members::deserialize(from)? {
            Members { read: true, write: None } => Ok(Self::Read),
            Members { read: false, write: Some(blob) } => Ok(Self::Write(blob)),
            _ => Err(D::Error::custom(InputError::LargeBlobReadAndWrite)),
        }
    }
}

/// `hmacGetSecret` (CTAP §12.5): salts of 32 bytes. What native clients have for `prf`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct HmacGetSecret {
    /// `salt1`.
    pub salt1: PrfInput,
    /// `salt2`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub salt2: Option<PrfInput>,
}

impl HmacGetSecret {
    /// One salt, or two.
    #[must_use]
    pub fn new(salt1: [u8; 32], salt2: Option<[u8; 32]>) -> Self {
        Self { salt1: salt1.to_vec().into(), salt2: salt2.map(|salt| salt.to_vec().into()) }
    }
}

/// Client extension inputs of an authentication. None, unless a field says so.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct RequestExtensions {
    /// `appid` (§10.1.1): credentials that were registered with U2F may answer for this AppID.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub appid: Option<AppId>,
    /// `prf` (§10.1.4).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub prf: Option<PrfRequest>,
    /// `largeBlob` (§10.1.5).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub large_blob: Option<LargeBlobRequest>,
    /// `getCredBlob` (CTAP §12.2).
    #[serde(default, deserialize_with = "flag::read", skip_serializing_if = "flag::is_clear")]
    pub get_cred_blob: bool,
    /// `hmacGetSecret` (CTAP §12.5).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub hmac_get_secret: Option<HmacGetSecret>,
    /// `uvm` (Level 2 §10.3).
    #[serde(default, deserialize_with = "flag::read", skip_serializing_if = "flag::is_clear")]
    pub uvm: bool,
    /// Inputs that have no field here, as they are. Outputs that this version does not know are read over.
    #[serde(flatten)]
    pub others: serde_json::Map<String, serde_json::Value>,
}

/// Inputs that have a field of their own.
const TYPED: ExtensionSet = ExtensionSet::NONE
    .with(Extension::Appid)
    .with(Extension::Prf)
    .with(Extension::LargeBlob)
    .with(Extension::GetCredBlob)
    .with(Extension::HmacGetSecret)
    .with(Extension::Uvm);

impl RequestExtensions {
    /// Whether there is none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.requested().is_empty() && self.others.is_empty()
    }

    /// Which of the known ones there are.
    #[must_use]
    pub fn requested(&self) -> ExtensionSet {
        ExtensionSet::NONE
            .with_if(Extension::Appid, self.appid.is_some())
            .with_if(Extension::Prf, self.prf.is_some())
            .with_if(Extension::LargeBlob, self.large_blob.is_some())
            .with_if(Extension::GetCredBlob, self.get_cred_blob)
            .with_if(Extension::HmacGetSecret, self.hmac_get_secret.is_some())
            .with_if(Extension::Uvm, self.uvm)
            .union(super::named(&self.others))
    }

    /// What no single field can say: that the inputs fit the credentials that may answer, and that nothing among the
    /// others has a field.
    ///
    /// # Errors
    /// [`InputError`].
    pub fn check(&self, allow_credentials: &[CredentialDescriptor]) -> Result<(), InputError> {
        super::check_others(&self.others, TYPED)?;
        // §10.1.4: evalByCredential has only credentials of allowCredentials. A set, so that lists of n take no n² steps.
        let asked = self.prf.as_ref().map(|prf| &prf.eval_by_credential).filter(|asked| !asked.is_empty());
        if let Some(asked) = asked {
            let allowed: BTreeSet<_> = allow_credentials.iter().map(|credential| &credential.id).collect();
            if !asked.keys().all(|id| allowed.contains(id)) {
                return Err(InputError::PrfCredential);
            }
        }
        match &self.large_blob {
            Some(LargeBlobRequest::Write(_)) if allow_credentials.len() != 1 => {
                return Err(InputError::LargeBlobWriteNeedsOne);
            }
            _ => {}
        }
        let salt = |salt: &PrfInput| salt.as_bytes().len() == 32;
        match &self.hmac_get_secret {
            Some(secret) if !(salt(&secret.salt1) && secret.salt2.as_ref().is_none_or(salt)) => {
                Err(InputError::HmacSaltLength)
            }
            _ => Ok(()),
        }
    }
}
