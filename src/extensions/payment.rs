//! Secure Payment Confirmation (`payment`, its §5) and third-party payment (`thirdPartyPayment`, CTAP §12.7).
//!
//! The details of a payment are in client data: see [`client::payment`](crate::client::payment) for their types, and
//! [`ceremony::payment`](crate::ceremony::payment) for their check.

use super::signed::boolean;
use super::values::blob;
use super::{Blob, Extension, Shaped, SignedMap};
use crate::codec::json::object;
use crate::credential::CredentialParameters;
use crate::crypto::Algorithm;
use crate::invalid::InvalidValue;
use serde::{Deserialize, Serialize};

/// Serde for `payment` of a registration (Secure Payment Confirmation §5), as the algorithms of
/// `browserBoundPubKeyCredParams`.
pub(super) mod creation {
    use super::{Algorithm, CredentialParameters, InvalidValue};
    use serde::{Deserialize, Deserializer, Serialize, Serializer, de::Error as _};

    #[derive(Serialize, Deserialize)]
    #[serde(rename_all = "camelCase")]
    struct Members {
        #[serde(deserialize_with = "only_true")]
        is_payment: bool,
        #[serde(default, rename = "browserBoundPubKeyCredParams", skip_serializing_if = "Vec::is_empty")]
        algorithms: Vec<CredentialParameters>,
    }

    fn only_true<'de, D: Deserializer<'de>>(from: D) -> Result<bool, D::Error> {
        if bool::deserialize(from)? { Ok(true) } else { Err(D::Error::custom(InvalidValue::NotTrue)) }
    }

    #[allow(clippy::ref_option, reason = "what serde calls")]
    pub(in super::super) fn serialize<S: Serializer>(
        algorithms: &Option<Vec<Algorithm>>,
        to: S,
    ) -> Result<S::Ok, S::Error> {
        let members = algorithms.as_ref().map(|algorithms| Members {
            is_payment: true,
            algorithms: algorithms.iter().copied().map(CredentialParameters::of).collect(),
        });
        members.serialize(to)
    }

    pub(in super::super) fn deserialize<'de, D: Deserializer<'de>>(
        from: D,
    ) -> Result<Option<Vec<Algorithm>>, D::Error> {
        let Some(Members { algorithms, .. }) = Option::deserialize(from)? else { return Ok(None) };
        let known = |parameters: CredentialParameters| Algorithm::from_cose(parameters.alg.into());
        let read: Option<Vec<Algorithm>> = algorithms.into_iter().map(known).collect();
        read.map(Some).ok_or_else(|| D::Error::custom("expected a known COSE algorithm"))
    }
}

/// BrowserBoundSignature of Secure Payment Confirmation (§5).
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize, Serialize)]
pub(crate) struct BrowserBoundSignature {
    /// The signature over the posted client data.
    #[serde(default, deserialize_with = "blob")]
    pub(crate) signature: Option<Blob>,
}

/// AuthenticationExtensionsPaymentOutputs of Secure Payment Confirmation (§5).
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct PaymentOutputs {
    /// The signature by the key that never leaves the browser.
    #[serde(default, deserialize_with = "object")]
    pub(crate) browser_bound_signature: Option<BrowserBoundSignature>,
}

impl SignedMap<'_> {
    /// Returns `thirdPartyPayment`: whether the credential may confirm payments on other sites.
    pub(crate) fn third_party_payment(&self) -> Shaped<bool> {
        self.shaped(Extension::ThirdPartyPayment, boolean)
    }
}
