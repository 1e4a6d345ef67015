//! What a ceremony expects of extension outputs (§7.1 step 28, §7.2 step 23).
//!
//! Without expectations nothing is checked: a relying party must cope with missing and with unsolicited outputs. A
//! requirement applies to *signed* outputs. The names of requirements for outputs that only the
//! client reports begin with `unsigned`, because any script in the page could have written these outputs.
//!
//! In an authentication, the credential key signs all outputs of the authenticator. In a registration, the attestation
//! statement decides who signs them ([`voucher`](crate::attestation::voucher)): nobody does with `none` and `fido-u2f`, so
//! that an output beside these fulfils no requirement. The level of `credProtect` is not a requirement in this sense: it
//! protects the user's own credential and is taken as received, except with `fido-u2f`, which has no extensions.

use super::{
    ClientExtensionResults, CreationExtensions, CredentialProtection, Extension, ExtensionSet, LargeBlobSupport,
    OutputRefusal, RequestExtensions, Shaped, SignedMap, cred_blob, cred_props, cred_protect, hmac_secret, large_blob,
    min_pin_length, pin_complexity_policy, prf, uvm,
};
use serde::{Deserialize, Serialize};

/// Who vouches for the signed outputs of a registration.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Vouched {
    /// Nobody: the statement signs other data and leaves the outputs out.
    Nobody,
    /// Nobody, because there is no statement: outputs are taken as received.
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

/// What is required of the outputs of a registration. All but those whose name begins with `unsigned` must be signed, by the attestation statement:
/// ask for attestation, because `none` signs nothing.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct RegistrationOutputs {
    /// The least `minPinLength`, in code points. Authenticators without PIN do not pass.
    #[serde(deserialize_with = "Option::deserialize")] // required, be it null
    pub min_pin_length: Option<u32>,
    /// `pinComplexityPolicy` must be true.
    pub pin_complexity_policy: bool,
    /// `credBlob` must be true: the blob was stored.
    pub cred_blob_stored: bool,
    /// `hmac-secret` must be true.
    pub hmac_secret: bool,
    /// `credProps.rk` must not be false. (Absent means unknown, and passes.) Unsigned: a convenience, and no protection.
    pub unsigned_discoverable: bool,
    /// `largeBlob.supported` must be true. Unsigned. Set if `largeBlob` was asked for with `support: "required"`.
    pub unsigned_large_blob_supported: bool,
    /// `prf.enabled` must be true. Unsigned.
    pub unsigned_prf_enabled: bool,
}

/// What step 28 of a registration judges by.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct RegistrationExtensions {
    /// The inputs that were sent.
    pub requested: ExtensionSet,
    /// The least level of `credProtect`, where the authenticator answers at all.
    #[serde(deserialize_with = "Option::deserialize")] // required, be it null
    pub cred_protect: Option<CredentialProtection>,
    /// Whether it has to answer, where the level is above the 1 that silence means. An answer beside a `fido-u2f` statement
    /// is not the authenticator's.
    pub cred_protect_enforced: bool,
    /// What is required.
    pub required: RegistrationOutputs,
    /// Whether outputs that nobody asked for are refused.
    pub refuse_unsolicited: bool,
    /// Whether results of a pseudo-random function are refused, which should have stayed in the browser.
    pub refuse_secret_results: bool,
}

/// What is required of the outputs of an authentication.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct AuthenticationOutputs {
    /// `credBlob` must be there, and not empty: an empty one says that none was stored.
    pub cred_blob: bool,
    /// `uvm` must be there.
    pub uvm: bool,
    /// `largeBlob.written` must be true. Unsigned: a convenience, and no protection.
    pub unsigned_large_blob_written: bool,
}

/// What step 23 of an authentication judges by. The AppID is not here: it decides step 15.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct AuthenticationExtensions {
    /// The inputs that were sent.
    pub requested: ExtensionSet,
    /// What is required.
    pub required: AuthenticationOutputs,
    /// Whether outputs that nobody asked for are refused.
    pub refuse_unsolicited: bool,
    /// Whether results of a pseudo-random function are refused, which should have stayed in the browser.
    pub refuse_secret_results: bool,
}

impl RegistrationExtensions {
    /// Nothing was asked for, and nothing is judged.
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

    /// What these inputs lead to expect.
    #[must_use]
    pub(crate) fn of(inputs: &CreationExtensions) -> Self {
        let mut expected = Self { requested: inputs.requested(), ..Self::default() };
        expected.cred_protect = inputs.cred_protect;
        expected.cred_protect_enforced = inputs.enforce_cred_protect;
        expected.required.unsigned_large_blob_supported = inputs.large_blob == Some(LargeBlobSupport::Required);
        expected
    }

    /// Also requires `outputs`.
    #[must_use]
    pub(crate) const fn requiring(mut self, outputs: RegistrationOutputs) -> Self {
        let large_blob_supported = self.required.unsigned_large_blob_supported;
        self.required = outputs;
        self.required.unsigned_large_blob_supported |= large_blob_supported;
        self
    }

    /// An extension whose output is required though nobody asked for it: hardly any credential would ever pass.
    #[must_use]
    pub(crate) fn required_but_not_requested(&self) -> Option<Extension> {
        let RegistrationOutputs { min_pin_length, pin_complexity_policy, cred_blob_stored, hmac_secret, .. } =
            self.required;
        first_unrequested(
            self.requested,
            &[
                (min_pin_length.is_some(), Extension::MinPinLength),
                (pin_complexity_policy, Extension::PinComplexityPolicy),
                (cred_blob_stored, Extension::CredBlob),
                (hmac_secret, Extension::HmacSecret),
                (self.required.unsigned_discoverable, Extension::CredProps),
                (self.required.unsigned_large_blob_supported, Extension::LargeBlob),
                (self.required.unsigned_prf_enabled, Extension::Prf),
            ],
        )
    }

    /// The first extension whose output is required and must be signed.
    #[must_use]
    pub(crate) fn required_signed(&self) -> Option<Extension> {
        let RegistrationOutputs { min_pin_length, pin_complexity_policy, cred_blob_stored, hmac_secret, .. } =
            self.required;
        let required = [
            (min_pin_length.is_some(), Extension::MinPinLength),
            (pin_complexity_policy, Extension::PinComplexityPolicy),
            (cred_blob_stored, Extension::CredBlob),
            (hmac_secret, Extension::HmacSecret),
        ];
        required.into_iter().find_map(|(required, extension)| required.then_some(extension))
    }

    /// Checks what depends on who vouches for signed outputs. The policy repeats it for the statements that it accepts.
    pub(crate) fn check_vouched(&self, signed: Option<&SignedMap<'_>>, vouched: Vouched) -> Result<(), OutputRefusal> {
        if let Some(least) = self.cred_protect {
            cred_protect::check(signed, vouched, least, self.cred_protect_enforced)?;
        }
        let unsigned = self.required_signed().is_some() && vouched != Vouched::Signed;
        if unsigned { Err(OutputRefusal::NotSigned) } else { Ok(()) }
    }

    /// §7.1 step 28
    pub(crate) fn check(
        &self,
        signed: Option<&SignedMap<'_>>,
        vouched: Vouched,
        results: Option<&ClientExtensionResults>,
    ) -> Result<ExtensionReport, OutputRefusal> {
        self.check_vouched(signed, vouched)?;
        let required = self.required;
        let answers = Answers { requested: self.requested, signed, results };
        min_pin_length::check(
            answers.signed(Extension::MinPinLength, SignedMap::min_pin_length)?,
            required.min_pin_length,
        )?;
        pin_complexity_policy::check(
            answers.signed(Extension::PinComplexityPolicy, SignedMap::pin_complexity_policy)?,
            required.pin_complexity_policy,
        )?;
        cred_blob::check_stored(
            answers.signed(Extension::CredBlob, SignedMap::cred_blob_stored)?,
            required.cred_blob_stored,
        )?;
        hmac_secret::check(answers.signed(Extension::HmacSecret, SignedMap::hmac_secret)?, required.hmac_secret)?;
        answers.signed(Extension::HmacSecretMc, SignedMap::hmac_secret_mc)?;
        answers.signed(Extension::Uvm, SignedMap::uvm)?;
        cred_props::check(results, required.unsigned_discoverable)?;
        large_blob::check_supported(results, required.unsigned_large_blob_supported)?;
        prf::check(results, required.unsigned_prf_enabled)?;
        answers.report(self.refuse_unsolicited, self.refuse_secret_results)
    }
}

impl AuthenticationExtensions {
    /// Nothing was asked for, and nothing is judged.
    pub(crate) const NONE: Self = Self {
        requested: ExtensionSet::NONE,
        required: AuthenticationOutputs { cred_blob: false, uvm: false, unsigned_large_blob_written: false },
        refuse_unsolicited: false,
        refuse_secret_results: false,
    };

    /// What these inputs lead to expect.
    #[must_use]
    pub(crate) fn of(inputs: &RequestExtensions) -> Self {
        Self { requested: inputs.requested(), ..Self::default() }
    }

    /// Also requires `outputs`.
    #[must_use]
    pub(crate) const fn requiring(mut self, outputs: AuthenticationOutputs) -> Self {
        self.required = outputs;
        self
    }

    /// An extension whose output is required though nobody asked for it: hardly any credential would ever pass.
    #[must_use]
    pub(crate) fn required_but_not_requested(&self) -> Option<Extension> {
        let AuthenticationOutputs { cred_blob, uvm, unsigned_large_blob_written } = self.required;
        first_unrequested(
            self.requested,
            &[
                (cred_blob, Extension::CredBlob),
                (uvm, Extension::Uvm),
                (unsigned_large_blob_written, Extension::LargeBlob),
            ],
        )
    }

    /// §7.2 step 23
    pub(crate) fn check(
        &self,
        signed: Option<&SignedMap<'_>>,
        results: Option<&ClientExtensionResults>,
    ) -> Result<ExtensionReport, OutputRefusal> {
        let required = self.required;
        let answers = Answers { requested: self.requested, signed, results };
        cred_blob::check_present(answers.signed(Extension::CredBlob, |map| map.cred_blob())?, required.cred_blob)?;
        uvm::check(answers.signed(Extension::Uvm, SignedMap::uvm)?.as_ref(), required.uvm)?;
        answers.signed(Extension::HmacSecret, SignedMap::hmac_secret)?;
        answers.signed(Extension::ThirdPartyPayment, SignedMap::third_party_payment)?;
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
    /// Returns a signed output. Refuses a malformed one that was asked for, and ignores one that was not.
    fn signed<T>(&self, extension: Extension, read: impl FnOnce(&SignedMap<'a>) -> Shaped<T>) -> Shaped<T> {
        match self.signed.map_or(Ok(None), read) {
            Err(_) if !is_requested(self.requested, extension) => Ok(None),
            output => output,
        }
    }

    /// Refuses an unsigned output of the wrong type that was asked for. Reports or refuses unsolicited outputs, and secrets
    /// that should have stayed in the browser.
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

/// Returns the first extension whose output is required although it was not asked for.
fn first_unrequested(requested: ExtensionSet, required: &[(bool, Extension)]) -> Option<Extension> {
    let unrequested = |&&(required, extension): &&(bool, Extension)| required && !is_requested(requested, extension);
    required.iter().find(unrequested).map(|&(_, extension)| extension)
}
