//! What a ceremony expects of extension outputs (§7.1 step 28, §7.2 step 23).
//!
//! Without expectations nothing is checked: a relying party must cope with missing and with unsolicited outputs. A
//! requirement applies to *signed* outputs. Requirements for outputs that only the client reports are in structures whose
//! names begin with `Unsigned`, because any script in the page could have written these outputs.
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

/// What is done about outputs that nobody asked for. Their type is never checked: a relying party must cope with them (§9).
///
/// Chromium asks security keys for `credProtect` on its own for discoverable credentials, so refusing locks people out.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum Unsolicited {
    /// They are ignored and named in the [`ExtensionReport`].
    #[default]
    Report,
    /// They are refused, including those that this version does not know.
    Refuse,
}

/// What is done about results of a pseudo-random function (`prf`, `hmacGetSecret`), which should stay in the browser.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum SecretResults {
    /// The [`ExtensionReport`] says that they came. They are never kept.
    #[default]
    Report,
    /// They are refused, so that a front end that leaks them does not go unnoticed.
    Refuse,
}

/// What a verdict found out about extensions, for evidence and alerts.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct ExtensionReport {
    /// Outputs that nobody asked for, signed and unsigned.
    pub unsolicited: ExtensionSet,
    /// How many outputs came that this version does not know.
    pub unknown: u32,
    /// Results of a pseudo-random function were sent to the server. Mend the front end: they are secrets.
    pub secret_results: bool,
}

/// What is required of a registration by outputs that nobody signed: a convenience, and no protection.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct UnsignedRegistrationOutputs {
    /// `credProps.rk` must not be false. (Absent means unknown, and passes.)
    pub discoverable: bool,
    /// `largeBlob.supported` must be true. Set where `largeBlob` was asked for with `support: "required"`.
    pub large_blob_supported: bool,
    /// `prf.enabled` must be true.
    pub prf_enabled: bool,
}

/// What is required of the outputs of a registration. All but `unsigned` must be signed, by the attestation statement:
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
    /// The same, by what nobody signed.
    pub unsigned: UnsignedRegistrationOutputs,
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
    /// Outputs that nobody asked for.
    pub unsolicited: Unsolicited,
    /// Secrets that should have stayed in the browser.
    pub secret_results: SecretResults,
}

/// What is required of an authentication by outputs that nobody signed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct UnsignedAuthenticationOutputs {
    /// `largeBlob.written` must be true.
    pub large_blob_written: bool,
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
    /// The same, by what nobody signed.
    pub unsigned: UnsignedAuthenticationOutputs,
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
    /// Outputs that nobody asked for.
    pub unsolicited: Unsolicited,
    /// Secrets that should have stayed in the browser.
    pub secret_results: SecretResults,
}

impl RegistrationExtensions {
    /// Nothing was asked for, and nothing is judged.
    pub const NONE: Self = Self {
        requested: ExtensionSet::NONE,
        cred_protect: None,
        cred_protect_enforced: false,
        required: RegistrationOutputs {
            min_pin_length: None,
            pin_complexity_policy: false,
            cred_blob_stored: false,
            hmac_secret: false,
            unsigned: UnsignedRegistrationOutputs {
                discoverable: false,
                large_blob_supported: false,
                prf_enabled: false,
            },
        },
        unsolicited: Unsolicited::Report,
        secret_results: SecretResults::Report,
    };

    /// What these inputs lead to expect.
    #[must_use]
    pub fn of(inputs: &CreationExtensions) -> Self {
        let mut expected = Self { requested: inputs.requested(), ..Self::default() };
        if let Some(protection) = inputs.cred_protect {
            expected.cred_protect = Some(protection.policy);
            expected.cred_protect_enforced = protection.enforce;
        }
        let support = inputs.large_blob.map(|large_blob| large_blob.support);
        expected.required.unsigned.large_blob_supported = support == Some(LargeBlobSupport::Required);
        expected
    }

    /// Also requires `outputs`.
    #[must_use]
    pub const fn requiring(mut self, outputs: RegistrationOutputs) -> Self {
        let large_blob_supported = self.required.unsigned.large_blob_supported;
        self.required = outputs;
        self.required.unsigned.large_blob_supported |= large_blob_supported;
        self
    }

    /// An extension whose output is required though nobody asked for it: hardly any credential would ever pass.
    #[must_use]
    pub fn required_but_not_requested(&self) -> Option<Extension> {
        let RegistrationOutputs { min_pin_length, pin_complexity_policy, cred_blob_stored, hmac_secret, unsigned } =
            self.required;
        first_unrequested(
            self.requested,
            &[
                (min_pin_length.is_some(), Extension::MinPinLength),
                (pin_complexity_policy, Extension::PinComplexityPolicy),
                (cred_blob_stored, Extension::CredBlob),
                (hmac_secret, Extension::HmacSecret),
                (unsigned.discoverable, Extension::CredProps),
                (unsigned.large_blob_supported, Extension::LargeBlob),
                (unsigned.prf_enabled, Extension::Prf),
            ],
        )
    }

    /// The first extension whose output is required and must be signed.
    #[must_use]
    pub fn required_signed(&self) -> Option<Extension> {
        let RegistrationOutputs { min_pin_length, pin_complexity_policy, cred_blob_stored, hmac_secret, unsigned: _ } =
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
        cred_props::check(results, required.unsigned.discoverable)?;
        large_blob::check_supported(results, required.unsigned.large_blob_supported)?;
        prf::check(results, required.unsigned.prf_enabled)?;
        answers.report(self.unsolicited, self.secret_results)
    }
}

impl AuthenticationExtensions {
    /// Nothing was asked for, and nothing is judged.
    pub const NONE: Self = Self {
        requested: ExtensionSet::NONE,
        required: AuthenticationOutputs {
            cred_blob: false,
            uvm: false,
            unsigned: UnsignedAuthenticationOutputs { large_blob_written: false },
        },
        unsolicited: Unsolicited::Report,
        secret_results: SecretResults::Report,
    };

    /// What these inputs lead to expect.
    #[must_use]
    pub fn of(inputs: &RequestExtensions) -> Self {
        Self { requested: inputs.requested(), ..Self::default() }
    }

    /// Also requires `outputs`.
    #[must_use]
    pub const fn requiring(mut self, outputs: AuthenticationOutputs) -> Self {
        self.required = outputs;
        self
    }

    /// An extension whose output is required though nobody asked for it: hardly any credential would ever pass.
    #[must_use]
    pub fn required_but_not_requested(&self) -> Option<Extension> {
        let AuthenticationOutputs { cred_blob, uvm, unsigned } = self.required;
        first_unrequested(
            self.requested,
            &[
                (cred_blob, Extension::CredBlob),
                (uvm, Extension::Uvm),
                (unsigned.large_blob_written, Extension::LargeBlob),
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
        large_blob::check_written(results, required.unsigned.large_blob_written)?;
        answers.report(self.unsolicited, self.secret_results)
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
    fn report(&self, unsolicited: Unsolicited, secrets: SecretResults) -> Result<ExtensionReport, OutputRefusal> {
        let malformed = self.results.map_or(ExtensionSet::NONE, |results| results.malformed);
        if let Some(extension) = malformed.iter().find(|&extension| is_requested(self.requested, extension)) {
            return Err(OutputRefusal::Malformed(extension));
        }
        let secret_results = self.results.is_some_and(ClientExtensionResults::has_secrets)
            || self.signed.is_some_and(SignedMap::has_secrets);
        if secret_results && secrets == SecretResults::Refuse {
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
        match (unsolicited, report.unsolicited.iter().next()) {
            (Unsolicited::Refuse, Some(extension)) => Err(OutputRefusal::Unsolicited(Some(extension))),
            (Unsolicited::Refuse, None) if report.unknown > 0 => Err(OutputRefusal::Unsolicited(None)),
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
