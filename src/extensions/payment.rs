//! Secure Payment Confirmation (`payment`, its §5) and third-party payment (`thirdPartyPayment`, CTAP §12.7).
//!
//! What was paid is in client data: [`client::payment`](crate::client::payment) and
//! [`ceremony::payment`](crate::ceremony::payment) check it.

use super::signed::boolean;
use super::values::blob;
use super::{Blob, Extension, Shaped, SignedMap};
use crate::codec::json::object;
use crate::credential::CredentialParameters;
use crate::crypto::Algorithm;
use crate::invalid::InvalidValue;
use serde::{Deserialize, Serialize};

/// `payment` of a registration (Secure Payment Confirmation §5): the credential may be used to confirm payments.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct PaymentCreation {
    is_payment: True,
    /// `browserBoundPubKeyCredParams`: algorithms of a second key that never leaves this browser; empty: as
    /// `pubKeyCredParams`.
    #[serde(default, rename = "browserBoundPubKeyCredParams", skip_serializing_if = "Vec::is_empty")]
    pub(crate) browser_bound_algorithms: Vec<CredentialParameters>,
}

impl PaymentCreation {
    /// A credential for payments.
    #[must_use]
    pub const fn new() -> Self {
        Self { is_payment: True, browser_bound_algorithms: Vec::new() }
    }

    /// Returns it with `browserBoundPubKeyCredParams`: the algorithms of a second key that never leaves the browser. Without
    /// them, the browser takes those of `pubKeyCredParams`.
    #[must_use]
    pub fn with_browser_bound_algorithms(mut self, algorithms: impl IntoIterator<Item = Algorithm>) -> Self {
        self.browser_bound_algorithms = algorithms.into_iter().map(CredentialParameters::of).collect();
        self
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
    type Error = InvalidValue;

    fn try_from(value: bool) -> Result<Self, InvalidValue> {
        if value { Ok(Self) } else { Err(InvalidValue::NotTrue) }
    }
}

impl From<True> for bool {
    fn from(_: True) -> Self {
        true
    }
}

/// BrowserBoundSignature of Secure Payment Confirmation (§5).
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
pub(crate) struct BrowserBoundSignature {
    /// The signature over client data as it was posted.
    #[serde(default, deserialize_with = "blob")]
    pub(crate) signature: Option<Blob>,
}

/// AuthenticationExtensionsPaymentOutputs of Secure Payment Confirmation (§5).
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct PaymentOutputs {
    /// By the key that never leaves the browser.
    #[serde(default, deserialize_with = "object")]
    pub(crate) browser_bound_signature: Option<BrowserBoundSignature>,
}

impl SignedMap<'_> {
    /// `thirdPartyPayment`: whether the credential may confirm payments on other sites.
    pub(crate) fn third_party_payment(&self) -> Shaped<bool> {
        self.shaped(Extension::ThirdPartyPayment, boolean)
    }
}
