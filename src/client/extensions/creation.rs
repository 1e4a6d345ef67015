//! Client extension inputs of a registration: AuthenticationExtensionsClientInputsJSON (§5.1.8), and CTAP §12.

use super::values::flag;
use super::{AppId, Blob, InputError, PrfValues};
use crate::client::json::CredentialParameters;
use crate::extension::{CredentialProtection, Extension, ExtensionSet};
use serde::{Deserialize, Deserializer, Serialize, de::Error as _};

/// `credentialProtectionPolicy` and `enforceCredentialProtectionPolicy` (CTAP §12.1).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct CredentialProtectionInput {
    /// The least level that will do.
    #[serde(rename = "credentialProtectionPolicy")]
    pub policy: CredentialProtection,
    /// Whether a client is to refuse authenticators without this extension, and the server a credential without its
    /// output, where the level is above 1: silence means 1. A security key that does not know the extension cannot be
    /// registered then, nor can most platforms.
    #[serde(rename = "enforceCredentialProtectionPolicy", skip_serializing_if = "flag::is_clear")]
    pub enforce: bool,
}

/// Reads the two members. (An `Option` that is flattened would be none where either is of another type, and the
/// protection lost without a word.)
fn protection<'de, D: Deserializer<'de>>(from: D) -> Result<Option<CredentialProtectionInput>, D::Error> {
    #[derive(Deserialize)]
    #[serde(rename_all = "camelCase")]
    struct Members {
        credential_protection_policy: Option<CredentialProtection>,
        #[serde(default, deserialize_with = "flag::read")]
        enforce_credential_protection_policy: bool,
    }
    let Members { credential_protection_policy, enforce_credential_protection_policy: enforce } =
        Members::deserialize(from)?;
    match credential_protection_policy {
        None if enforce => Err(D::Error::custom(InputError::EnforceWithoutPolicy)),
        policy => Ok(policy.map(|policy| CredentialProtectionInput { policy, enforce })),
    }
}

impl CredentialProtectionInput {
    /// At least this level, where the authenticator has the extension.
    #[must_use]
    pub const fn at_least(policy: CredentialProtection) -> Self {
        Self { policy, enforce: false }
    }

    /// At least this level, or no credential.
    #[must_use]
    pub const fn enforced(policy: CredentialProtection) -> Self {
        Self { policy, enforce: true }
    }
}

/// `prf` of a registration (§10.1.4). It has no `evalByCredential`: there is no credential yet.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct PrfCreation {
    /// Inputs to evaluate at once; few authenticators can.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub eval: Option<PrfValues>,
}

impl PrfCreation {
    /// Makes a credential that has the function, without evaluating it.
    #[must_use]
    pub const fn enable() -> Self {
        Self { eval: None }
    }

    /// Also evaluates it, where the authenticator can.
    #[must_use]
    pub const fn eval(values: PrfValues) -> Self {
        Self { eval: Some(values) }
    }
}

/// LargeBlobSupport (§10.1.5).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum LargeBlobSupport {
    /// Only an authenticator that can store large blobs.
    Required,
    /// One that can, where there is one.
    Preferred,
}

/// `largeBlob` of a registration (§10.1.5). It has no `read` and no `write`: there is nothing to read yet.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[allow(clippy::exhaustive_structs, reason = "the one member that the standard has here")]
pub struct LargeBlobCreation {
    /// `support`.
    pub support: LargeBlobSupport,
}

/// `payment` of a registration (Secure Payment Confirmation §5): the credential may be used to confirm payments.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct PaymentCreation {
    is_payment: True,
    /// `browserBoundPubKeyCredParams`: algorithms of a second key that never leaves this browser; empty: as
    /// `pubKeyCredParams`.
    #[serde(default, rename = "browserBoundPubKeyCredParams", skip_serializing_if = "Vec::is_empty")]
    pub browser_bound_algorithms: Vec<CredentialParameters>,
}

impl PaymentCreation {
    /// A credential for payments.
    #[must_use]
    pub const fn new() -> Self {
        Self { is_payment: True, browser_bound_algorithms: Vec::new() }
    }
}

impl Default for PaymentCreation {
    fn default() -> Self {
        Self::new()
    }
}

/// `true`: the only value that means anything.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "bool", into = "bool")]
struct True;

impl TryFrom<bool> for True {
    type Error = InputError;

    fn try_from(value: bool) -> Result<Self, InputError> {
        if value { Ok(Self) } else { Err(InputError::NotTrue) }
    }
}

impl From<True> for bool {
    fn from(_: True) -> Self {
        true
    }
}

/// Client extension inputs of a registration. None, unless a field says so.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct CreationExtensions {
    /// `appidExclude` (§10.1.2): refuses authenticators that hold a U2F credential of `excludeCredentials`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub appid_exclude: Option<AppId>,
    /// `credProps` (§10.1.3): asks whether the credential became discoverable.
    #[serde(default, deserialize_with = "flag::read", skip_serializing_if = "flag::is_clear")]
    pub cred_props: bool,
    /// `prf` (§10.1.4).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub prf: Option<PrfCreation>,
    /// `largeBlob` (§10.1.5).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub large_blob: Option<LargeBlobCreation>,
    /// `credentialProtectionPolicy` (CTAP §12.1).
    #[serde(flatten, deserialize_with = "protection")]
    pub cred_protect: Option<CredentialProtectionInput>,
    /// `credBlob` (CTAP §12.2): at most [`Blob::MAX_CRED_BLOB_LEN`] bytes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cred_blob: Option<Blob>,
    /// `minPinLength` (CTAP §12.4). Authenticators answer only relying parties that their owner's policy lists.
    #[serde(default, deserialize_with = "flag::read", skip_serializing_if = "flag::is_clear")]
    pub min_pin_length: bool,
    /// `pinComplexityPolicy` (CTAP §12.6).
    #[serde(default, deserialize_with = "flag::read", skip_serializing_if = "flag::is_clear")]
    pub pin_complexity_policy: bool,
    /// `hmacCreateSecret` (CTAP §12.5): what native clients have for `prf`.
    #[serde(default, deserialize_with = "flag::read", skip_serializing_if = "flag::is_clear")]
    pub hmac_create_secret: bool,
    /// `uvm` (Level 2 §10.3).
    #[serde(default, deserialize_with = "flag::read", skip_serializing_if = "flag::is_clear")]
    pub uvm: bool,
    /// `payment` (Secure Payment Confirmation §5).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub payment: Option<PaymentCreation>,
    /// Inputs that have no field here, as they are. Outputs that this version does not know are read over.
    #[serde(flatten)]
    pub others: serde_json::Map<String, serde_json::Value>,
}

/// Inputs that have a field of their own.
const TYPED: ExtensionSet = ExtensionSet::NONE
    .with(Extension::AppidExclude)
    .with(Extension::CredProps)
    .with(Extension::Prf)
    .with(Extension::LargeBlob)
    .with(Extension::CredentialProtectionPolicy)
    .with(Extension::EnforceCredentialProtectionPolicy)
    .with(Extension::CredBlob)
    .with(Extension::MinPinLength)
    .with(Extension::PinComplexityPolicy)
    .with(Extension::HmacCreateSecret)
    .with(Extension::Uvm)
    .with(Extension::Payment);

impl CreationExtensions {
    /// Whether there is none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.requested().is_empty() && self.others.is_empty()
    }

    /// Which of the known ones there are.
    #[must_use]
    pub fn requested(&self) -> ExtensionSet {
        ExtensionSet::NONE
            .with_if(Extension::AppidExclude, self.appid_exclude.is_some())
            .with_if(Extension::CredProps, self.cred_props)
            .with_if(Extension::Prf, self.prf.is_some())
            .with_if(Extension::LargeBlob, self.large_blob.is_some())
            .with_if(Extension::CredentialProtectionPolicy, self.cred_protect.is_some())
            .with_if(Extension::CredBlob, self.cred_blob.is_some())
            .with_if(Extension::MinPinLength, self.min_pin_length)
            .with_if(Extension::PinComplexityPolicy, self.pin_complexity_policy)
            .with_if(Extension::HmacCreateSecret, self.hmac_create_secret)
            .with_if(Extension::Uvm, self.uvm)
            .with_if(Extension::Payment, self.payment.is_some())
            .union(super::named(&self.others))
    }

    /// What no single field can say: a blob that fits, and nothing among the others that has a field.
    ///
    /// # Errors
    /// [`InputError`].
    pub fn check(&self) -> Result<(), InputError> {
        super::check_others(&self.others, TYPED)?;
        match &self.cred_blob {
            Some(blob) if blob.as_bytes().len() > Blob::MAX_CRED_BLOB_LEN => Err(InputError::CredBlobTooLong),
            _ => Ok(()),
        }
    }
}
