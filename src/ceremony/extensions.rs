//! Extension outputs, as both ceremonies judge them: §7.1 step 28, §7.2 step 23.
//!
//! Without expectations nothing is judged, as the standard has it: a relying party must cope with outputs that are
//! missing and with outputs that nobody asked for. What is required is required of *signed* outputs, whether they were
//! asked for or not; what only the client says is in structures of their own whose names begin with `Unsigned`, because
//! any script in the page could have written it.
//!
//! At an authentication the credential key signs all outputs of the authenticator. At a registration the attestation
//! statement decides who signs them ([`voucher`](crate::attestation::voucher)): nobody does beside `none` and `fido-u2f`, so
//! that an output beside these fulfils no requirement. The level of `credProtect` is no requirement in this sense: it
//! protects the user's own credential and is taken as it was received, except beside `fido-u2f`, which knows no
//! extensions.

use super::Refusal;
use crate::attestation::Voucher;
use crate::authenticator::Extensions;
use crate::authenticator::extensions::{HmacSecret, Malformed};
use crate::client::extensions::{ClientExtensionResults, CreationExtensions, LargeBlobSupport, RequestExtensions};
use crate::extension::{CredentialProtection, Extension, ExtensionSet};
use serde::{Deserialize, Serialize};

/// What is done about outputs that nobody asked for.
///
/// Chromium asks security keys for `credProtect` on its own for discoverable credentials, so refusing locks people out.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum Unsolicited {
    /// They are read over, as §9 wants relying parties to be able to.
    #[default]
    Tolerate,
    /// They are named in the [`ExtensionReport`].
    Report,
    /// They are refused, those that this version does not know among them.
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
    /// Outputs that nobody asked for, signed and unsigned; empty under [`Unsolicited::Tolerate`].
    pub unsolicited: ExtensionSet,
    /// How many outputs came that this version does not know; 0 under [`Unsolicited::Tolerate`].
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
        unsolicited: Unsolicited::Tolerate,
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

    /// Checks what depends on who vouches for the outputs of the authenticator. The policy asks again, with the statements
    /// that it accepts.
    pub(super) fn check_vouched(&self, outputs: Option<&Extensions<'_>>, voucher: Voucher) -> Result<(), Refusal> {
        self.cred_protect(outputs, voucher)?;
        let unsigned = self.required_signed().is_some() && !voucher.is_signature();
        if unsigned { Err(Refusal::ExtensionsNotSigned) } else { Ok(()) }
    }

    pub(super) fn judge(
        &self,
        signed: Option<&Extensions<'_>>,
        voucher: Voucher,
        results: Option<&ClientExtensionResults>,
    ) -> Result<ExtensionReport, Refusal> {
        self.check_vouched(signed, voucher)?;
        let RegistrationOutputs { min_pin_length, pin_complexity_policy, cred_blob_stored, hmac_secret, unsigned } =
            self.required;
        let asked = |extension| self.requested.iter().any(|input| Extension::answers(extension, input));
        let length = output(signed, asked(Extension::MinPinLength), Extensions::min_pin_length)?;
        match (min_pin_length, length) {
            (Some(_), None) => return Err(Refusal::MinPinLengthMissing),
            (Some(least), Some(length)) if length < u64::from(least) => return Err(Refusal::MinPinLength(length)),
            _ => {}
        }
        let complex = output(signed, asked(Extension::PinComplexityPolicy), Extensions::pin_complexity_policy)?;
        require(pin_complexity_policy, complex == Some(true), Refusal::PinComplexityPolicy)?;
        let stored = output(signed, asked(Extension::CredBlob), Extensions::cred_blob_stored)?;
        require(cred_blob_stored, stored == Some(true), Refusal::CredBlobNotStored)?;
        let secret = output(signed, asked(Extension::HmacSecret), Extensions::hmac_secret)?;
        let created = secret == Some(HmacSecret::Created(true));
        require(hmac_secret, created, Refusal::HmacSecret)?;
        output(signed, asked(Extension::HmacSecretMc), Extensions::hmac_secret_mc)?;
        output(signed, asked(Extension::Uvm), Extensions::uvm)?;
        let discoverable = results.and_then(|results| results.cred_props).and_then(|props| props.rk) != Some(false);
        require(unsigned.discoverable, discoverable, Refusal::UnsignedNotDiscoverable)?;
        let large_blob = results.and_then(|results| results.large_blob.as_ref()).and_then(|blob| blob.supported);
        require(unsigned.large_blob_supported, large_blob == Some(true), Refusal::UnsignedLargeBlobUnsupported)?;
        let prf = results.and_then(|results| results.prf).and_then(|prf| prf.enabled);
        require(unsigned.prf_enabled, prf == Some(true), Refusal::UnsignedPrfNotEnabled)?;
        report(self.requested, self.unsolicited, self.secret_results, signed, results)
    }

    /// The level is at least the one asked for. An authenticator that is silent protects by level 1, which is enough where
    /// no more was asked for; beyond that it passes unless more was enforced (CTAP §12.1). An answer that nobody vouches
    /// for can only lower the level: otherwise it is silence.
    fn cred_protect(&self, outputs: Option<&Extensions<'_>>, voucher: Voucher) -> Result<(), Refusal> {
        let Some(least) = self.cred_protect else { return Ok(()) };
        match output(outputs, true, Extensions::cred_protect)? {
            Some(level) if level < least => Err(Refusal::CredProtectTooWeak(level.level())),
            Some(_) if voucher != Voucher::Nobody => Ok(()),
            _ => {
                let enough = least <= CredentialProtection::UserVerificationOptional;
                require(self.cred_protect_enforced, enough, Refusal::CredProtectMissing)
            }
        }
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
        unsolicited: Unsolicited::Tolerate,
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

    pub(super) fn judge(
        &self,
        signed: Option<&Extensions<'_>>,
        results: Option<&ClientExtensionResults>,
    ) -> Result<ExtensionReport, Refusal> {
        let AuthenticationOutputs { cred_blob, uvm, unsigned } = self.required;
        let asked = |extension| self.requested.iter().any(|input| Extension::answers(extension, input));
        let blob = output(signed, asked(Extension::CredBlob), |map| map.cred_blob())?;
        require(cred_blob, blob.is_some_and(|blob| !blob.is_empty()), Refusal::CredBlobMissing)?;
        let methods = output(signed, asked(Extension::Uvm), Extensions::uvm)?;
        require(uvm, methods.is_some(), Refusal::UvmMissing)?;
        output(signed, asked(Extension::HmacSecret), Extensions::hmac_secret)?;
        output(signed, asked(Extension::ThirdPartyPayment), Extensions::third_party_payment)?;
        let written = results.and_then(|results| results.large_blob.as_ref()).and_then(|blob| blob.written);
        require(unsigned.large_blob_written, written == Some(true), Refusal::UnsignedLargeBlobNotWritten)?;
        report(self.requested, self.unsolicited, self.secret_results, signed, results)
    }
}

const fn require(required: bool, fulfilled: bool, refusal: Refusal) -> Result<(), Refusal> {
    if required && !fulfilled { Err(refusal) } else { Ok(()) }
}

/// A signed output. A malformed one is refused where it was asked for, and read over where it was not.
fn output<'a, T>(
    signed: Option<&Extensions<'a>>,
    asked: bool,
    read: impl FnOnce(&Extensions<'a>) -> Result<Option<T>, Malformed>,
) -> Result<Option<T>, Refusal> {
    match signed.map(read).transpose() {
        Ok(output) => Ok(output.flatten()),
        Err(Malformed(extension)) if asked => Err(Refusal::ExtensionOutputMalformed(extension)),
        Err(_) => Ok(None),
    }
}

fn first_unrequested(requested: ExtensionSet, required: &[(bool, Extension)]) -> Option<Extension> {
    let asked = |output: Extension| requested.iter().any(|input| output.answers(input));
    required.iter().find(|(required, extension)| *required && !asked(*extension)).map(|(_, extension)| *extension)
}

/// What came unasked, and what should have stayed in the browser.
fn report(
    requested: ExtensionSet,
    unsolicited: Unsolicited,
    secrets: SecretResults,
    signed: Option<&Extensions<'_>>,
    results: Option<&ClientExtensionResults>,
) -> Result<ExtensionReport, Refusal> {
    let secret_results =
        results.is_some_and(ClientExtensionResults::has_secrets) || signed.is_some_and(Extensions::has_secrets);
    if secret_results && secrets == SecretResults::Refuse {
        return Err(Refusal::SecretResults);
    }
    let mut report = ExtensionReport { secret_results, ..ExtensionReport::default() };
    if unsolicited == Unsolicited::Tolerate {
        return Ok(report);
    }
    let (signed_set, signed_unknown) = signed.map(Extensions::identifiers).unwrap_or_default();
    let (unsigned_set, unsigned_unknown) =
        results.map(|results| (results.present, results.unknown)).unwrap_or_default();
    report.unsolicited = signed_set.union(unsigned_set).unsolicited(requested);
    report.unknown = signed_unknown.saturating_add(unsigned_unknown);
    match (unsolicited, report.unsolicited.iter().next()) {
        (Unsolicited::Refuse, Some(extension)) => Err(Refusal::ExtensionUnsolicited(Some(extension))),
        (Unsolicited::Refuse, None) if report.unknown > 0 => Err(Refusal::ExtensionUnsolicited(None)),
        _ => Ok(report),
    }
}
