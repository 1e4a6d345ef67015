//! Pseudo-random function extension (`prf`, §10.1.4).

use super::values::withheld;
use super::{Blob, ClientExtensionResults, OutputRefusal};
use crate::credential::{CredentialDescriptor, CredentialId};
use crate::invalid::InvalidValue;
use serde::{Deserialize, Deserializer, Serialize};
use std::collections::{BTreeMap, BTreeSet};

/// AuthenticationExtensionsPRFValues (§10.1.4): one input or two. The client hashes them with a prefix of its own
/// before an authenticator sees them.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct PrfValues {
    /// `first`.
    pub first: Blob,
    /// `second`: to rotate a key in one ceremony.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub second: Option<Blob>,
}

impl PrfValues {
    /// One input.
    pub fn new(first: impl Into<Vec<u8>>) -> Self {
        Self { first: first.into().into(), second: None }
    }

    /// Two.
    #[must_use]
    pub fn with_second(mut self, second: impl Into<Vec<u8>>) -> Self {
        self.second = Some(second.into().into());
        self
    }
}

/// `prf` (§10.1.4): asks for a pseudo-random function of the credential, and for its values.
///
/// [`Prf::default`] asks a registration for a credential that has the function, without a value.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct Prf {
    /// The inputs for every credential that is not listed below. Few authenticators evaluate at a registration.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub eval: Option<PrfValues>,
    /// The inputs for single credentials: only for an authentication, and only ids of `allowCredentials`. For other ids
    /// every client throws.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub eval_by_credential: BTreeMap<CredentialId, PrfValues>,
}

impl Prf {
    /// Asks for the values of the same inputs, for every credential.
    #[must_use]
    pub const fn eval(values: PrfValues) -> Self {
        Self { eval: Some(values), eval_by_credential: BTreeMap::new() }
    }

    /// Asks for the values of different inputs for these credentials.
    #[must_use]
    pub const fn by_credential(values: BTreeMap<CredentialId, PrfValues>) -> Self {
        Self { eval: None, eval_by_credential: values }
    }

    /// §10.1.4: `evalByCredential` names only credentials of `allowCredentials`, which a registration does not have. Looks
    /// ids up in a set, so that the cost of long lists is not quadratic.
    pub(super) fn check(&self, allow_credentials: &[CredentialDescriptor]) -> Result<(), InvalidValue> {
        if self.eval_by_credential.is_empty() {
            return Ok(());
        }
        let allowed: BTreeSet<_> = allow_credentials.iter().map(|credential| &credential.id).collect();
        let known = self.eval_by_credential.keys().all(|id| allowed.contains(id));
        if known { Ok(()) } else { Err(InvalidValue::PrfCredential) }
    }
}

/// Reads `prf` of a registration: §10.1.4 allows `eval` alone.
pub(super) fn read_creation<'de, D: Deserializer<'de>>(from: D) -> Result<Option<Prf>, D::Error> {
    #[derive(Deserialize)]
    #[serde(deny_unknown_fields)]
    struct Members {
        eval: Option<PrfValues>,
    }
    Ok(Option::<Members>::deserialize(from)?.map(|Members { eval }| Prf { eval, ..Prf::default() }))
}

/// AuthenticationExtensionsPRFOutputs (§10.1.4), without the results.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
pub(crate) struct PrfOutputs {
    /// Whether the credential has the function; in registrations.
    pub(crate) enabled: Option<bool>,
    /// Whether results came with it.
    #[serde(default, deserialize_with = "withheld")]
    pub(crate) results: bool,
}

/// Requires `enabled: true` at a registration.
pub(super) fn check(results: Option<&ClientExtensionResults>, required: bool) -> Result<(), OutputRefusal> {
    let enabled = results.and_then(|results| results.prf).and_then(|prf| prf.enabled) == Some(true);
    if required && !enabled { Err(OutputRefusal::UnsignedPrfNotEnabled) } else { Ok(()) }
}
