//! Pseudo-random function extension (`prf`, §10.1.4).

use super::values::{is_default, withheld};
use super::{Blob, ClientExtensionResults, OutputRefusal};
use crate::codec::json::Object;
use crate::credential::{CredentialDescriptor, CredentialId};
use crate::invalid::InvalidValue;
use serde::{Deserialize, Deserializer, Serialize, de::Error as _};
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};

/// AuthenticationExtensionsPRFValues (§10.1.4): one or two inputs. The client hashes each with a fixed prefix before it sends
/// it to the authenticator.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct PrfValues {
    /// `first`.
    pub first: Blob,
    /// `second`, for example to rotate a key in one ceremony.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub second: Option<Blob>,
}

impl PrfValues {
    /// Makes one input.
    pub fn new(first: impl Into<Vec<u8>>) -> Self {
        Self { first: first.into().into(), second: None }
    }

    /// Adds a second input.
    #[must_use]
    pub fn with_second(mut self, second: impl Into<Vec<u8>>) -> Self {
        self.second = Some(second.into().into());
        self
    }
}

/// `prf` (§10.1.4): requests a pseudo-random function of the credential, and its results.
///
/// [`Prf::default`] requests a credential with the function at a registration, without results.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct Prf {
    /// The inputs for every credential that is not in `eval_by_credential`. Few authenticators return results at a
    /// registration.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub eval: Option<PrfValues>,
    /// The inputs for single credentials. Allowed only in an authentication, and only for ids in `allowCredentials`; for
    /// other ids clients fail.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub eval_by_credential: BTreeMap<CredentialId, PrfValues>,
}

impl Prf {
    /// Requests the results of the same inputs for every credential.
    #[must_use]
    pub const fn eval(values: PrfValues) -> Self {
        Self { eval: Some(values), eval_by_credential: BTreeMap::new() }
    }

    /// Requests the results of different inputs for these credentials.
    ///
    /// With [`AuthenticationRequest::named`](crate::AuthenticationRequest::named), this tells accounts from decoys unless every
    /// credential of the account has an entry, because every decoy gets one. [`Prf::eval`] is the same for both, so prefer it for a
    /// name that a stranger typed, whether or not the account exists. If you need inputs for single credentials, pass
    ///
    /// * for an account, an entry for every one of its credentials;
    /// * for a name without an account, one entry: any id, and inputs as long as those of accounts. Each decoy gets inputs of this
    ///   length, and the id is not sent. Without an entry, no decoy gets one.
    #[must_use]
    pub const fn by_credential(values: BTreeMap<CredentialId, PrfValues>) -> Self {
        Self { eval: None, eval_by_credential: values }
    }

    /// Checks §10.1.4: `evalByCredential` has only ids of `allowCredentials`, which is empty in a registration. Uses a set,
    /// so that the cost of long lists is not quadratic.
    pub(super) fn check(&self, allow_credentials: &[CredentialDescriptor]) -> Result<(), InvalidValue> {
        if self.eval_by_credential.is_empty() {
            return Ok(());
        }
        let allowed: BTreeSet<_> = allow_credentials.iter().map(|credential| &credential.id).collect();
        let known = self.eval_by_credential.keys().all(|id| allowed.contains(id));
        if known { Ok(()) } else { Err(InvalidValue::PrfCredential) }
    }
}

/// Reads `prf` of a registration. §10.1.4 allows only `eval`.
pub(super) fn read_creation<'de, D: Deserializer<'de>>(from: D) -> Result<Option<Prf>, D::Error> {
    #[derive(Deserialize)]
    #[serde(deny_unknown_fields)]
    struct Members {
        eval: Option<PrfValues>,
    }
    Ok(Option::<Members>::deserialize(from)?.map(|Members { eval }| Prf { eval, ..Prf::default() }))
}

/// AuthenticationExtensionsPRFOutputs (§10.1.4), without the results.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, Serialize)]
pub(crate) struct PrfOutputs {
    /// Of a registration: whether the credential has the function.
    pub(crate) enabled: Option<bool>,
    /// Whether results were sent, in `results` or in a member that the standard does not define.
    #[serde(default, deserialize_with = "withheld", skip_serializing_if = "is_default")]
    pub(crate) results: bool,
}

/// [`PrfOutputs`] as posted. Some front ends post the results as members of `prf`, so an unknown member counts as results,
/// unless it is null or a boolean.
pub(super) struct PostedOutputs(pub(super) PrfOutputs);

impl<'de> Deserialize<'de> for PostedOutputs {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        let output = Value::deserialize(from)?;
        let Object(mut read) = Object::<PrfOutputs>::deserialize(&output).map_err(D::Error::custom)?;
        let mut members = output.as_object().into_iter().flatten();
        let may_be_secret = |value: &Value| !value.is_null() && !value.is_boolean();
        read.results |= members.any(|(name, value)| name != "enabled" && name != "results" && may_be_secret(value));
        Ok(Self(read))
    }
}

/// Requires `enabled: true` at a registration.
pub(super) fn check(results: Option<&ClientExtensionResults>, required: bool) -> Result<(), OutputRefusal> {
    let enabled = results.and_then(|results| results.prf).and_then(|prf| prf.enabled) == Some(true);
    if required && !enabled { Err(OutputRefusal::UnsignedPrfNotEnabled) } else { Ok(()) }
}
