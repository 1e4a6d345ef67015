//! Pseudo-random function extension (`prf`, §10.1.4).

use super::values::{hidden_bytes, withheld};
use super::{ClientExtensionResults, InputError, OutputRefusal};
use crate::credential::{CredentialDescriptor, CredentialId};
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};

hidden_bytes! {
    /// An input of the pseudo-random function (§10.1.4), of any length. Not printed: who knows it and holds the
    /// authenticator can have the result.
    PrfInput
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

impl PrfRequest {
    /// §10.1.4: `evalByCredential` names only credentials of `allowCredentials`. Looks ids up in a set, so that the cost of
    /// long lists is not quadratic.
    pub(super) fn check(&self, allow_credentials: &[CredentialDescriptor]) -> Result<(), InputError> {
        if self.eval_by_credential.is_empty() {
            return Ok(());
        }
        let allowed: BTreeSet<_> = allow_credentials.iter().map(|credential| &credential.id).collect();
        let known = self.eval_by_credential.keys().all(|id| allowed.contains(id));
        if known { Ok(()) } else { Err(InputError::PrfCredential) }
    }
}

/// AuthenticationExtensionsPRFOutputs (§10.1.4), without the results.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[non_exhaustive]
pub struct PrfOutputs {
    /// Whether the credential has the function; in registrations.
    pub enabled: Option<bool>,
    /// Whether results came with it.
    #[serde(default, deserialize_with = "withheld")]
    pub results: bool,
}

/// Requires `enabled: true` at a registration.
pub(super) fn check(results: Option<&ClientExtensionResults>, required: bool) -> Result<(), OutputRefusal> {
    let enabled = results.and_then(|results| results.prf).and_then(|prf| prf.enabled) == Some(true);
    if required && !enabled { Err(OutputRefusal::UnsignedPrfNotEnabled) } else { Ok(()) }
}
