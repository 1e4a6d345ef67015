//! The requirements for extension outputs, and their check (§7.1 step 28, §7.2 step 23).
//!
//! By default nothing is required, because a relying party must cope with missing and with unsolicited outputs. A requirement
//! applies to a *signed* output. If only the client reports an output, the name of its requirement begins with `unsigned`,
//! because any script in the page could have written the output.
//!
//! In an authentication, the credential key signs all outputs of the authenticator. In a registration, the attestation
//! statement decides who signs them ([`voucher`](crate::attestation::voucher)). With `none` and `fido-u2f` nobody does, so
//! outputs then fulfil no requirement. The level of `credProtect` is not a requirement in this sense: it protects the user's
//! own credential, so it is used as received, except with `fido-u2f`, because U2F has no extensions.

use super::{
    ClientExtensionResults, CreationExtensions, CredentialProtection, Extension, ExtensionSet, LargeBlobSupport,
    OutputRefusal, RequestExtensions, Shaped, SignedMap, cred_blob, cred_props, cred_protect, hmac_secret, large_blob,
    min_pin_length, pin_complexity_policy, prf, uvm,
};
use serde::{Deserialize, Serialize};

/// Who vouches for the signed outputs of a registration.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Vouched {
    /// Nobody: the statement signs other data, without the outputs.
    Nobody,
    /// Nobody, because there is no statement. Outputs are used as received.
    Unattested,
    /// A signature covers the outputs.
    Signed,
}

/// What the evidence reports about extensions.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct ExtensionReport {
    pub(crate) unsolicited: ExtensionSet,
    pub(crate) unknown: u32,
    pub(crate) secret_results: bool,
}

/// Requirements for the outputs of a registration. Outputs must be signed by the attestation statement, except those whose name
/// begins with `unsigned`. So ask for attestation, because `none` signs nothing.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct RegistrationOutputs {
    /// The minimum of `minPinLength`, in code points. Authenticators without PIN do not pass.
    #[serde(deserialize_with = "Option::deserialize")] // required even if null
    pub min_pin_length: Option<u32>,
    /// `pinComplexityPolicy` must be true.
    pub pin_complexity_policy: bool,
    /// `credBlob` must be true: the blob was stored.
    pub cred_blob_stored: bool,
    /// `hmac-secret` must be true.
    pub hmac_secret: bool,
    /// `credProps.rk` must not be false. Absent means unknown, and passes. Unsigned, so a convenience and no protection.
    pub unsigned_discoverable: bool,
    /// `largeBlob.supported` must be true. Unsigned. Also set if `largeBlob` was requested with `support: "required"`.
    pub unsigned_large_blob_supported: bool,
    /// `prf.enabled` must be true. Unsigned.
    pub unsigned_prf_enabled: bool,
}

/// The expectations of step 28 of a registration.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct RegistrationExtensions {
    /// The inputs that were sent.
    pub requested: ExtensionSet,
    /// The minimum level of `credProtect`, if the authenticator returns one.
    #[serde(deserialize_with = "Option::deserialize")] // required even if null
    pub cred_protect: Option<CredentialProtection>,
    /// Whether the authenticator must return a level, if the minimum is above 1. (Level 1 is what a missing output means.) An
    /// output with a `fido-u2f` statement does not count, because U2F authenticators do not make one.
    pub cred_protect_enforced: bool,
    /// The required outputs.
    pub required: RegistrationOutputs,
    /// Whether outputs that were not requested are refused.
    pub refuse_unsolicited: bool,
    /// Whether results of a pseudo-random function, which must stay in the browser, are refused.
    pub refuse_secret_results: bool,
}

/// Requirements for the outputs of an authentication.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct AuthenticationOutputs {
    /// `credBlob` must be present and not empty. (Empty means that none was stored.)
    pub cred_blob: bool,
    /// `uvm` must be present.
    pub uvm: bool,
    /// `largeBlob.written` must be true. Unsigned, so a convenience and no protection.
    pub unsigned_large_blob_written: bool,
}

/// The expectations of step 23 of an authentication. The AppID is not here, because it belongs to step 15.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct AuthenticationExtensions {
    /// The inputs that were sent.
    pub requested: ExtensionSet,
    /// The required outputs.
    pub required: AuthenticationOutputs,
    /// Whether outputs that were not requested are refused.
    pub refuse_unsolicited: bool,
    /// Whether results of a pseudo-random function, which must stay in the browser, are refused.
    pub refuse_secret_results: bool,
}

impl RegistrationExtensions {
    /// Nothing was requested, and nothing is required.
    pub(crate) const NONE: Self = Self {
        requested: ExtensionSet::NONE,
        cred_protect: None,
        cred_protect_enforced: false,
        required: RegistrationOutputs {
            min_pin_length: None,
            pin_complexity_policy: false,
            cred_blob_stored: false,
            hmac_secret: false,
            unsigned_discoverable: false,
            unsigned_large_blob_supported: false,
            unsigned_prf_enabled: false,
        },
        refuse_unsolicited: false,
        refuse_secret_results: false,
    };

    /// Returns the expectations that follow from these inputs.
    #[must_use]
    pub(crate) fn of(inputs: &CreationExtensions) -> Self {
        let mut expected = Self { requested: inputs.requested(), ..Self::default() };
        expected.cred_protect = inputs.cred_protect;
        expected.cred_protect_enforced = inputs.enforce_cred_protect;
        expected.required.unsigned_large_blob_supported = inputs.large_blob == Some(LargeBlobSupport::Required);
        expected
    }

    /// Returns the expectations with `outputs` required.
    #[must_use]
    pub(crate) const fn requiring(mut self, outputs: RegistrationOutputs) -> Self {
        let large_blob_supported = self.required.unsigned_large_blob_supported;
        self.required = outputs;
        self.required.unsigned_large_blob_supported |= large_blob_supported;
        self
    }

    /// Returns an extension whose output is required but not requested. Hardly any response would ever pass.
    #[must_use]
    pub(crate) fn required_but_not_requested(&self) -> Option<Extension> {
        let unsigned = [
            (self.required.unsigned_discoverable, Extension::CredProps),
            (self.required.unsigned_large_blob_supported, Extension::LargeBlob),
            (self.required.unsigned_prf_enabled, Extension::Prf),
        ];
        first_unrequested(self.requested, self.signed().into_iter().chain(unsigned))
    }

    /// Returns the first extension whose output is required and must be signed.
    #[must_use]
    pub(crate) fn required_signed(&self) -> Option<Extension> {
        self.signed().into_iter().find_map(|(required, extension)| required.then_some(extension))
    }

    /// Returns the extensions whose output must be signed, and whether the output is required.
    const fn signed(&self) -> [(bool, Extension); 4] {
        [
            (self.required.min_pin_length.is_some(), Extension::MinPinLength),
            (self.required.pin_complexity_policy, Extension::PinComplexityPolicy),
            (self.required.cred_blob_stored, Extension::CredBlob),
            (self.required.hmac_secret, Extension::HmacSecret),
        ]
    }

    /// Checks the requirements that depend on who vouches for signed outputs. The policy repeats this check for the
    /// statements that it accepts.
    pub(crate) fn check_vouched(&self, signed: Option<&SignedMap<'_>>, vouched: Vouched) -> Result<(), OutputRefusal> {
        if let Some(least) = self.cred_protect {
            cred_protect::check(signed, vouched, least, self.cred_protect_enforced)?;
        }
        let unsigned = self.required_signed().is_some() && vouched != Vouched::Signed;
        if unsigned { Err(OutputRefusal::NotSigned) } else { Ok(()) }
    }

    /// Checks all outputs (§7.1 step 28).
    pub(crate) fn check(
        &self,
        signed: Option<&SignedMap<'_>>,
        vouched: Vouched,
        results: Option<&ClientExtensionResults>,
    ) -> Result<ExtensionReport, OutputRefusal> {
        self.check_vouched(signed, vouched)?;
        let required = self.required;
        let answers = Answers { requested: self.requested, signed, results };
        min_pin_length::check(answers.signed(SignedMap::min_pin_length)?, required.min_pin_length)?;
        pin_complexity_policy::check(
            answers.signed(SignedMap::pin_complexity_policy)?,
            required.pin_complexity_policy,
        )?;
        cred_blob::check_stored(answers.signed(SignedMap::cred_blob_stored)?, required.cred_blob_stored)?;
        hmac_secret::check(answers.signed(SignedMap::hmac_secret)?, required.hmac_secret)?;
        answers.signed(SignedMap::hmac_secret_mc)?;
        answers.signed(SignedMap::uvm)?;
        cred_props::check(results, required.unsigned_discoverable)?;
        large_blob::check_supported(results, required.unsigned_large_blob_supported)?;
        prf::check(results, required.unsigned_prf_enabled)?;
        answers.report(self.refuse_unsolicited, self.refuse_secret_results)
    }
}

impl AuthenticationExtensions {
    /// Nothing was requested, and nothing is required.
    pub(crate) const NONE: Self = Self {
        requested: ExtensionSet::NONE,
        required: AuthenticationOutputs { cred_blob: false, uvm: false, unsigned_large_blob_written: false },
        refuse_unsolicited: false,
        refuse_secret_results: false,
    };

    /// Returns the expectations that follow from these inputs.
    #[must_use]
    pub(crate) fn of(inputs: &RequestExtensions) -> Self {
        Self { requested: inputs.requested(), ..Self::default() }
    }

    /// Returns the expectations with `outputs` required.
    #[must_use]
    pub(crate) const fn requiring(mut self, outputs: AuthenticationOutputs) -> Self {
        self.required = outputs;
        self
    }

    /// Returns an extension whose output is required but not requested. Hardly any response would ever pass.
    #[must_use]
    pub(crate) fn required_but_not_requested(&self) -> Option<Extension> {
        let AuthenticationOutputs { cred_blob, uvm, unsigned_large_blob_written } = self.required;
        let required = [
            (cred_blob, Extension::CredBlob),
            (uvm, Extension::Uvm),
            (unsigned_large_blob_written, Extension::LargeBlob),
        ];
        first_unrequested(self.requested, required)
    }

    /// Checks all outputs (§7.2 step 23).
    pub(crate) fn check(
        &self,
        signed: Option<&SignedMap<'_>>,
        results: Option<&ClientExtensionResults>,
    ) -> Result<ExtensionReport, OutputRefusal> {
        let required = self.required;
        let answers = Answers { requested: self.requested, signed, results };
        cred_blob::check_present(answers.signed(|map| map.cred_blob())?, required.cred_blob)?;
        uvm::check(answers.signed(SignedMap::uvm)?.as_ref(), required.uvm)?;
        let secret = answers.signed(SignedMap::hmac_secret)?;
        // CTAP §12.5: the output of an authentication is a byte string.
        let is_boolean = matches!(secret, Some(hmac_secret::HmacSecret::Created(_)));
        if is_boolean && is_requested(self.requested, Extension::HmacSecret) {
            return Err(OutputRefusal::Malformed(Extension::HmacSecret));
        }
        answers.signed(SignedMap::third_party_payment)?;
        large_blob::check_written(results, required.unsigned_large_blob_written)?;
        answers.report(self.refuse_unsolicited, self.refuse_secret_results)
    }
}

/// The outputs of a response, and the inputs that were sent.
struct Answers<'r, 'a> {
    requested: ExtensionSet,
    signed: Option<&'r SignedMap<'a>>,
    results: Option<&'r ClientExtensionResults>,
}

impl<'a> Answers<'_, 'a> {
    /// Returns a signed output. Refuses a malformed output that was requested, and ignores one that was not.
    fn signed<T>(&self, read: impl FnOnce(&SignedMap<'a>) -> Shaped<T>) -> Shaped<T> {
        match self.signed.map_or(Ok(None), read) {
            Err(OutputRefusal::Malformed(extension)) if !is_requested(self.requested, extension) => Ok(None),
            output => output,
        }
    }

    /// Refuses an unsigned output that was requested and has the wrong type. Reports or refuses unsolicited outputs, and
    /// secrets that must stay in the browser.
    fn report(&self, refuse_unsolicited: bool, refuse_secrets: bool) -> Result<ExtensionReport, OutputRefusal> {
        let malformed = self.results.map_or(ExtensionSet::NONE, |results| results.malformed);
        if let Some(extension) = malformed.iter().find(|&extension| is_requested(self.requested, extension)) {
            return Err(OutputRefusal::Malformed(extension));
        }
        let secret_results = self.results.is_some_and(ClientExtensionResults::has_secrets)
            || self.signed.is_some_and(SignedMap::has_secrets);
        if secret_results && refuse_secrets {
            return Err(OutputRefusal::SecretResults);
        }
        let (signed, signed_unknown) = self.signed.map(SignedMap::identifiers).unwrap_or_default();
        let (unsigned, unsigned_unknown) =
            self.results.map(|results| (results.present, results.unknown)).unwrap_or_default();
        let report = ExtensionReport {
            unsolicited: signed.union(unsigned).unsolicited(self.requested),
            unknown: signed_unknown.saturating_add(unsigned_unknown),
            secret_results,
        };
        match report.unsolicited.iter().next() {
            Some(extension) if refuse_unsolicited => Err(OutputRefusal::Unsolicited(Some(extension))),
            None if refuse_unsolicited && report.unknown > 0 => Err(OutputRefusal::Unsolicited(None)),
            _ => Ok(report),
        }
    }
}

fn is_requested(requested: ExtensionSet, output: Extension) -> bool {
    requested.iter().any(|input| output.answers(input))
}

/// Returns the first extension whose output is required although it was not requested.
fn first_unrequested(
    requested: ExtensionSet,
    required: impl IntoIterator<Item = (bool, Extension)>,
) -> Option<Extension> {
    let mut required = required.into_iter().filter_map(|(required, extension)| required.then_some(extension));
    required.find(|&extension| !is_requested(requested, extension))
}
