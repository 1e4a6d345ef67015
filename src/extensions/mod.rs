//! Extensions (§9, §10; FIDO CTAP 2.2 §12), one file per extension.
//!
//! | what | type | trust |
//! |---|---|---|
//! | client extension inputs | [`CreationExtensions`], [`RequestExtensions`] | the relying party's own |
//! | client extension outputs | [`ClientExtensionResults`] | unsigned: any script in the page could have written them |
//! | authenticator extension outputs | [`SignedMap`], [`SignedOutputs`] | in authenticator data, signed as [`voucher`](crate::attestation::voucher) says |
//! | what a ceremony requires of outputs | [`RegistrationOutputs`], [`AuthenticationOutputs`] | |
//! | what it found | the [evidence](crate::ceremony::evidence), [`OutputRefusal`] | |
//!
//! A client extension and the authenticator extension behind it may have different identifiers: a client that is asked
//! for `prf` has the authenticator answer under `hmac-secret`. [`Extension::answers`] pairs them.
//!
//! To add an extension, write its file, add its rows to the tables in this file, and, if its output can be required, add
//! the requirement to `expected.rs`.
//!
//! # Unsigned outputs
//!
//! An output that has not the JSON type of its section is refused as JSON, with two exceptions. Results of
//! pseudo-random functions are secrets that should not have been sent: only the fact that they came is kept, so that they
//! cannot reach a log or a record. A byte string that is not base64url text counts as absent, because front ends that
//! serialise by hand post `{}`, which is what `JSON.stringify` makes of an `ArrayBuffer`.
//!
//! # Where each is checked
//!
//! An input is checked when its value is made (*made*), when the ceremony starts (*started*), or cannot be wrong (*by
//! construction*). An output is checked in the last step of a ceremony (§7.1 step 28, §7.2 step 23). A signed output that was
//! asked for must have the type of its section. That it is there, and its value, is checked only if
//! [`RegistrationOutputs`] or [`AuthenticationOutputs`] require it; unsigned outputs have requirements of their own. An
//! output that is *read* is passed on and decides nothing.
//!
//! | extension | input | output |
//! |---|---|---|
//! | `appid` §10.1.1 | made: https | unsigned, and the signed RP ID hash must agree: §7.2/15 |
//! | `appidExclude` §10.1.2 | made: https | unsigned: read |
//! | `credProps` §10.1.3 | by construction | unsigned: `rk` not false, where required |
//! | `prf` create §10.1.4 | started: no evalByCredential | unsigned: `enabled`, where required |
//! | `prf` get §10.1.4 | started: evalByCredential only of allowCredentials; ids by construction | read |
//! | `prf` results §10.1.4 |  | never kept; reported, or refused, signed or unsigned |
//! | `largeBlob` create §10.1.5 | by construction: no read, no write | unsigned: `supported`, where `required` was asked for |
//! | `largeBlobKey` CTAP §12.3 | none: the client's own | never kept; as `prf` results |
//! | `largeBlob` read §10.1.5 | by construction: read xor write | unsigned: read |
//! | `largeBlob` write §10.1.5 | started: exactly one credential | unsigned: `written`, where required |
//! | `credentialProtectionPolicy` CTAP §12.1 | by construction: a level that is known | signed: at least the level asked for |
//! | `enforceCredentialProtectionPolicy` CTAP §12.1 | by construction: true or false, started: never true without the policy | signed: `credProtect` is there, above level 1 |
//! | `credBlob` CTAP §12.2 | started: 32 bytes at most | signed: a boolean; true, where required |
//! | `getCredBlob` CTAP §12.2 | by construction | signed, under `credBlob`: bytes; there and not empty, where required. The unsigned copy does not count |
//! | `minPinLength` CTAP §12.4 | by construction | signed: a number; at least what is required |
//! | `pinComplexityPolicy` CTAP §12.6 | by construction | signed: a boolean; true, where required |
//! | `hmacCreateSecret` CTAP §12.5 | by construction | signed, under `hmac-secret`: of its shape; true, where required |
//! | `hmacGetSecret` CTAP §12.5 | started: salts of 32 bytes | signed, under `hmac-secret`: a length of ciphertext; results as of `prf` |
//! | `hmac-secret-mc` CTAP §12.8 | `prf` with `eval`; `hmacGetSecret` among `others` | signed: a length of ciphertext |
//! | `uvm` Level 2 §10.3 | by construction | signed: 1 to 3 methods; there, where required of an authentication |
//! | `thirdPartyPayment` CTAP §12.7 | none in WebAuthn | signed: read |
//! | `payment` Secure Payment Confirmation | by construction: isPayment; started: the selection that clients want | client data of [`ceremony::payment`](crate::ceremony::payment) |
//! | `browserBoundSignature` Secure Payment Confirmation |  | over client data |
//! | `cmtgKey`, a draft | by name, as any other | unsigned: read, not verified |
//! | `any other` §9 | by name; started: none that has a field | tolerated, reported or refused; once |
//! | `the signed map` §9.5 |  | one canonical map, if and only if ED is set: §7.1/13 |
//!
//! | option | checked |
//! |---|---|
//! | `rp.id`, `rpId` §5.4.2, §5.1.9 | a bare domain, always sent; its hash §7.1/14, §7.2/15 |
//! | `rp.name`, `user.name`, `user.displayName` §5.4.1, §5.4.3 | any text: clients cut and show it |
//! | `challenge` §13.4.3 | 32 random bytes; compared §7.1/8, §7.2/11 |
//! | `user.id` §5.4.3, §14.6.1 | 1 to 64 bytes by construction; random by default; §7.2/6 |
//! | `pubKeyCredParams` §5.3 | the build can verify them; §7.1/20 |
//! | `timeout` §15.1 | not zero; the state expires |
//! | `excludeCredentials` §5.4 | all of one account; what is excluded is refused where it comes all the same: §7.1/26 |
//! | `allowCredentials` §5.5 | all of one account; §7.2/5 |
//! | `authenticatorAttachment`, `hints` §5.4.5, §5.8.8 | a hint's attachment is set |
//! | `residentKey`, `requireResidentKey` §5.4.4 | agree by construction; read as the standard has it |
//! | `userVerification` §5.8.6 | kept in the state; §7.1/16, §7.2/17 |
//! | `attestation`, `attestationFormats` §5.4.7 | sent as chosen; whatever comes, the policy decides: §7.1/24 |
//! | `mediation` §5.1.3 | kept in the state; §7.1/15 |
//! | `any member` §5.1.8, §5.1.9 | read from JSON. Absent: its default. Unknown value: kept where the standard has clients ignore it, an error elsewhere. Unknown member: an extension is kept, any other is read over |
//!
//! Not built: `remoteClientDataJSON` (in no Recommendation yet), and verifying `cmtgKey` (a draft).

mod appid;
mod cmtg_key;
mod cred_blob;
mod cred_props;
mod cred_protect;
pub(crate) mod expected;
mod hmac_secret;
mod large_blob;
mod min_pin_length;
mod payment;
mod pin_complexity_policy;
mod prf;
pub(crate) mod signed;
mod tables;
mod uvm;
mod values;

use crate::invalid::InvalidValue;
pub use appid::AppId;
use cmtg_key::CmtgKeyOutputs;
use cred_props::CredentialProperties;
pub use cred_protect::CredentialProtection;
pub(crate) use expected::{AuthenticationExtensions, ExtensionReport, RegistrationExtensions, Vouched};
pub use expected::{AuthenticationOutputs, RegistrationOutputs};
pub(crate) use hmac_secret::HmacSecret;
use large_blob::LargeBlobOutputs;
pub use large_blob::{LargeBlobRequest, LargeBlobSupport};
use payment::PaymentOutputs;
use prf::PrfOutputs;
pub use prf::{Prf, PrfValues};
pub(crate) use signed::SignedMap;
pub use uvm::UserVerificationMethod;
pub use values::Blob;

use crate::codec::json::{Buffered, Object, Skipped, Text, UnknownNames};
use crate::credential::CredentialDescriptor;
use crate::crypto::Algorithm;
use crate::set::bit_set;
use core::fmt;
use serde::de::{Error as _, MapAccess, Visitor};
use serde::{Deserialize, Deserializer, Serialize};
use signed::Shaped;
use tables::{Input as _, identifiers, inputs, output_refusals, results};
use values::{BlobMember, WithheldMember, flag};

identifiers! {
    /// FIDO AppID Extension (§10.1.1): client.
    Appid = "appid";
    /// FIDO AppID Exclusion Extension (§10.1.2): client.
    AppidExclude = "appidExclude";
    /// Credential Properties Extension (§10.1.3): client.
    CredProps = "credProps";
    /// Pseudo-random function extension (§10.1.4): client.
    Prf = "prf";
    /// Large blob storage extension (§10.1.5): client.
    LargeBlob = "largeBlob";
    /// The key of a large blob (CTAP §12.3): what an authenticator tells the client, and nobody else is to see.
    LargeBlobKey = "largeBlobKey";
    /// Credential protection (CTAP §12.1): the client's input.
    CredentialProtectionPolicy = "credentialProtectionPolicy";
    /// Credential protection (CTAP §12.1): the client's second input.
    EnforceCredentialProtectionPolicy = "enforceCredentialProtectionPolicy";
    /// Credential protection (CTAP §12.1): the authenticator's output.
    CredProtect = "credProtect";
    /// Credential blob (CTAP §12.2): both, in a registration; the authenticator's output in an authentication.
    CredBlob = "credBlob";
    /// Credential blob (CTAP §12.2): the client's, in an authentication.
    GetCredBlob = "getCredBlob";
    /// Minimum PIN length (CTAP §12.4): both.
    MinPinLength = "minPinLength";
    /// PIN complexity policy (CTAP §12.6): both.
    PinComplexityPolicy = "pinComplexityPolicy";
    /// HMAC secret (CTAP §12.5): the authenticator's output.
    HmacSecret = "hmac-secret";
    /// HMAC secret at registration (CTAP §12.8): the authenticator's output.
    HmacSecretMc = "hmac-secret-mc";
    /// HMAC secret (CTAP §12.5): the client's, in a registration.
    HmacCreateSecret = "hmacCreateSecret";
    /// HMAC secret (CTAP §12.5): the client's, in an authentication.
    HmacGetSecret = "hmacGetSecret";
    /// User verification methods (Level 2 §10.3): both.
    Uvm = "uvm";
    /// Third-party payment (CTAP §12.7): the authenticator's output.
    ThirdPartyPayment = "thirdPartyPayment";
    /// Secure Payment Confirmation (its §5): client.
    Payment = "payment";
    /// A key of the trust group (a draft for Level 4): both.
    CmtgKey = "cmtgKey";
}

impl Extension {
    /// Whether an output under this identifier may be the answer to `input`.
    #[must_use]
    pub const fn answers(self, input: Self) -> bool {
        match self {
            Self::CredProtect => matches!(input, Self::CredentialProtectionPolicy),
            Self::CredBlob => matches!(input, Self::CredBlob | Self::GetCredBlob),
            Self::HmacSecret => matches!(input, Self::Prf | Self::HmacCreateSecret | Self::HmacGetSecret),
            Self::HmacSecretMc => matches!(input, Self::Prf | Self::HmacGetSecret),
            Self::ThirdPartyPayment => matches!(input, Self::Payment),
            _ => self.index() == input.index(),
        }
    }

    /// Its place in [`Self::ALL`].
    #[allow(clippy::as_conversions, reason = "the discriminant of an enumeration without fields")]
    const fn index(self) -> usize {
        self as usize
    }
}

impl fmt::Display for Extension {
    /// Its identifier.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.identifier())
    }
}

bit_set! {
    /// A set of [`Extension`]s. In JSON: their identifiers.
    ExtensionSet of Extension, by identifier
}

impl ExtensionSet {
    /// Returns those that answer none of `inputs`.
    #[must_use]
    pub fn unsolicited(self, inputs: Self) -> Self {
        self.iter().filter(|output| !inputs.iter().any(|input| output.answers(input))).collect()
    }
}

/// Returns the known extensions among inputs by name.
fn named(others: &serde_json::Map<String, serde_json::Value>) -> impl Iterator<Item = Extension> {
    others.keys().filter_map(|identifier| Extension::from_identifier(identifier))
}

inputs! {
    /// Client extension inputs of a registration (AuthenticationExtensionsClientInputsJSON, §5.1.8). None, unless a field
    /// says so.
    CreationExtensions {
        /// `appidExclude` (§10.1.2): refuses authenticators that hold a U2F credential of `excludeCredentials`.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        appid_exclude: Option<AppId> = AppidExclude;
        /// `credProps` (§10.1.3): asks whether the credential became discoverable.
        #[serde(default, deserialize_with = "flag::read", skip_serializing_if = "flag::is_clear")]
        cred_props: bool = CredProps;
        /// `prf` (§10.1.4), without `evalByCredential`.
        #[serde(default, deserialize_with = "prf::read_creation", skip_serializing_if = "Option::is_none")]
        prf: Option<Prf> = Prf;
        /// `largeBlob` (§10.1.5).
        #[serde(default, with = "large_blob::support", skip_serializing_if = "Option::is_none")]
        large_blob: Option<LargeBlobSupport> = LargeBlob;
        /// `credentialProtectionPolicy` (CTAP §12.1): the least level that is accepted.
        #[serde(default, rename = "credentialProtectionPolicy", skip_serializing_if = "Option::is_none")]
        cred_protect: Option<CredentialProtection> = CredentialProtectionPolicy;
        /// `enforceCredentialProtectionPolicy` (CTAP §12.1): whether the client must refuse authenticators without this
        /// extension, and the server a credential without its output, if the level is above 1 (silence means 1). A security
        /// key that does not know the extension cannot be registered then, nor can most platforms.
        #[serde(default, rename = "enforceCredentialProtectionPolicy", deserialize_with = "flag::read", skip_serializing_if = "flag::is_clear")]
        enforce_cred_protect: bool = EnforceCredentialProtectionPolicy;
        /// `credBlob` (CTAP §12.2): at most [`Blob::MAX_CRED_BLOB_LEN`] bytes.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        cred_blob: Option<Blob> = CredBlob;
        /// `minPinLength` (CTAP §12.4). Authenticators answer only relying parties that their owner's policy lists.
        #[serde(default, deserialize_with = "flag::read", skip_serializing_if = "flag::is_clear")]
        min_pin_length: bool = MinPinLength;
        /// `pinComplexityPolicy` (CTAP §12.6).
        #[serde(default, deserialize_with = "flag::read", skip_serializing_if = "flag::is_clear")]
        pin_complexity_policy: bool = PinComplexityPolicy;
        /// `hmacCreateSecret` (CTAP §12.5): what native clients have for `prf`.
        #[serde(default, deserialize_with = "flag::read", skip_serializing_if = "flag::is_clear")]
        hmac_create_secret: bool = HmacCreateSecret;
        /// `uvm` (Level 2 §10.3).
        #[serde(default, deserialize_with = "flag::read", skip_serializing_if = "flag::is_clear")]
        uvm: bool = Uvm;
        /// `payment` (Secure Payment Confirmation §5): the credential may confirm payments. The list is
        /// `browserBoundPubKeyCredParams`, the algorithms of a second key that never leaves the browser; empty: those of
        /// `pubKeyCredParams`.
        #[serde(default, with = "payment::creation", skip_serializing_if = "Option::is_none")]
        payment: Option<Vec<Algorithm>> = Payment;
    }
}

impl CreationExtensions {
    /// Checks that `credBlob` fits, that `prf` has no `evalByCredential`, that a policy stands beside
    /// `enforceCredentialProtectionPolicy`, and that no input among the others has a field.
    ///
    /// # Errors
    /// [`InvalidValue`].
    #[doc(hidden)]
    pub fn check(&self) -> Result<(), InvalidValue> {
        self.check_others()?;
        self.prf.as_ref().map_or(Ok(()), |prf| prf.check(&[]))?;
        // CTAP §12.1: there must be a policy to enforce.
        if self.enforce_cred_protect && self.cred_protect.is_none() {
            return Err(InvalidValue::EnforceWithoutPolicy);
        }
        self.cred_blob.as_ref().map_or(Ok(()), Blob::check_cred_blob)
    }
}

inputs! {
    /// Client extension inputs of an authentication (AuthenticationExtensionsClientInputsJSON, §5.1.9). None, unless a
    /// field says so.
    RequestExtensions {
        /// `appid` (§10.1.1): credentials that were registered with U2F may answer for this AppID.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        appid: Option<AppId> = Appid;
        /// `prf` (§10.1.4).
        #[serde(default, skip_serializing_if = "Option::is_none")]
        prf: Option<Prf> = Prf;
        /// `largeBlob` (§10.1.5).
        #[serde(default, skip_serializing_if = "Option::is_none")]
        large_blob: Option<LargeBlobRequest> = LargeBlob;
        /// `getCredBlob` (CTAP §12.2).
        #[serde(default, deserialize_with = "flag::read", skip_serializing_if = "flag::is_clear")]
        get_cred_blob: bool = GetCredBlob;
        /// `hmacGetSecret` (CTAP §12.5): one salt of 32 bytes, or two. What native clients have for `prf`.
        #[serde(default, with = "hmac_secret::salts", skip_serializing_if = "Option::is_none")]
        hmac_get_secret: Option<PrfValues> = HmacGetSecret;
        /// `uvm` (Level 2 §10.3).
        #[serde(default, deserialize_with = "flag::read", skip_serializing_if = "flag::is_clear")]
        uvm: bool = Uvm;
    }
}

impl RequestExtensions {
    /// Checks that the inputs fit the credentials that may answer, and that no input among the others has a field.
    ///
    /// # Errors
    /// [`InvalidValue`].
    #[doc(hidden)]
    pub fn check(&self, allow_credentials: &[CredentialDescriptor]) -> Result<(), InvalidValue> {
        self.check_others()?;
        self.prf.as_ref().map_or(Ok(()), |prf| prf.check(allow_credentials))?;
        self.large_blob.as_ref().map_or(Ok(()), |large_blob| large_blob.check(allow_credentials))?;
        self.hmac_get_secret.as_ref().map_or(Ok(()), hmac_secret::check_salts)
    }
}

results! {
    /// `appid` (§10.1.1): the assertion was made for the AppID.
    pub appid: bool, bool, Appid, Some;
    /// `appidExclude` (§10.1.2): the extension was acted upon.
    pub appid_exclude: bool, bool, AppidExclude, Some;
    /// `credProps` (§10.1.3).
    pub(crate) cred_props: CredentialProperties, Object<CredentialProperties>, CredProps, |Object(output)| Some(output);
    /// `prf` (§10.1.4).
    pub(crate) prf: PrfOutputs, Object<PrfOutputs>, Prf, |Object(output)| Some(output);
    /// `largeBlob` (§10.1.5).
    pub(crate) large_blob: LargeBlobOutputs, Object<LargeBlobOutputs>, LargeBlob, |Object(output)| Some(output);
    /// `credBlob` (CTAP §12.2): the blob was stored. The signed output says the same.
    pub cred_blob: bool, bool, CredBlob, Some;
    /// `getCredBlob` (CTAP §12.2): the blob. The signed output says the same.
    pub get_cred_blob: Blob, BlobMember, GetCredBlob, |BlobMember(output)| output;
    /// `hmacCreateSecret` (CTAP §12.5).
    pub hmac_create_secret: bool, bool, HmacCreateSecret, Some;
    /// `hmacGetSecret` (CTAP §12.5): results came with it.
    pub hmac_get_secret: bool, WithheldMember, HmacGetSecret, |WithheldMember(output)| Some(output);
    /// `largeBlobKey` (CTAP §12.3): the key came, which never leaves a client.
    pub large_blob_key: bool, WithheldMember, LargeBlobKey, |WithheldMember(output)| Some(output);
    /// `uvm` (Level 2 §10.3). The signed output says the same.
    pub uvm: Vec<UserVerificationMethod>, uvm::Methods, Uvm, |uvm::Methods(methods)| Some(methods);
    /// `payment` (Secure Payment Confirmation §5).
    pub(crate) payment: PaymentOutputs, Object<PaymentOutputs>, Payment, |Object(output)| Some(output);
    /// `cmtgKey`, a draft for Level 4.
    pub(crate) cmtg_key: CmtgKeyOutputs, Object<CmtgKeyOutputs>, CmtgKey, |Object(output)| Some(output);
}

impl ClientExtensionResults {
    /// Returns `credProps.rk` (§10.1.3): whether the credential is discoverable, if the client says so.
    #[must_use]
    pub fn discoverable(&self) -> Option<bool> {
        self.cred_props?.rk
    }

    /// Returns `prf.enabled` (§10.1.4) of a registration: whether the credential has the function.
    #[must_use]
    pub fn prf_enabled(&self) -> Option<bool> {
        self.prf?.enabled
    }

    /// Returns `largeBlob.supported` (§10.1.5) of a registration.
    #[must_use]
    pub fn large_blob_supported(&self) -> Option<bool> {
        self.large_blob.as_ref()?.supported
    }

    /// Returns `largeBlob.blob` (§10.1.5): the blob that was read.
    #[must_use]
    pub fn large_blob(&self) -> Option<&Blob> {
        self.large_blob.as_ref()?.blob.as_ref()
    }

    /// Returns `largeBlob.written` (§10.1.5).
    #[must_use]
    pub fn large_blob_written(&self) -> Option<bool> {
        self.large_blob.as_ref()?.written
    }

    /// Returns the signature of `payment.browserBoundSignature` (Secure Payment Confirmation §5), over client data.
    #[must_use]
    pub fn browser_bound_signature(&self) -> Option<&Blob> {
        self.payment.as_ref()?.browser_bound_signature.as_ref()?.signature.as_ref()
    }

    /// Returns `cmtgKey` (a draft for Level 4): a COSE_Key of the trust group, not verified.
    #[must_use]
    pub fn cmtg_key(&self) -> Option<&Blob> {
        self.cmtg_key.as_ref()?.cmtg_key.as_ref()
    }

    /// Returns the signature of `cmtgKey`, not verified.
    #[must_use]
    pub fn cmtg_key_signature(&self) -> Option<&Blob> {
        self.cmtg_key.as_ref()?.signature.as_ref()
    }

    /// Returns whether results of a pseudo-random function were sent that should have stayed in the browser, or the key of a
    /// large blob. A `prf` of another type counts, because it was not read.
    #[must_use]
    pub fn has_secrets(&self) -> bool {
        self.prf.is_some_and(|prf| prf.results)
            || self.hmac_get_secret == Some(true)
            || self.large_blob_key == Some(true)
            || self.malformed.contains(Extension::Prf)
    }

    /// The bytes of all blobs together.
    pub(crate) fn blobs_len(&self) -> usize {
        let blobs = [
            self.large_blob(),
            self.get_cred_blob.as_ref(),
            self.browser_bound_signature(),
            self.cmtg_key(),
            self.cmtg_key_signature(),
        ];
        blobs.iter().flatten().map(|blob| blob.as_bytes().len()).fold(0, usize::saturating_add)
    }
}

/// What an authenticator signed of extensions, owned. An output that is malformed is left out: where it was asked for,
/// the ceremony has refused it.
#[derive(Clone, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct SignedOutputs {
    /// `credProtect`.
    pub cred_protect: Option<CredentialProtection>,
    /// `credBlob` of a registration.
    pub cred_blob_stored: Option<bool>,
    /// `credBlob` of an authentication.
    pub cred_blob: Option<Vec<u8>>,
    /// `minPinLength`.
    pub min_pin_length: Option<u64>,
    /// `pinComplexityPolicy`.
    pub pin_complexity_policy: Option<bool>,
    /// `hmac-secret` of a registration: whether the credential has a secret.
    pub hmac_secret: Option<bool>,
    /// `hmac-secret` of an authentication: the length of the results, which are encrypted for the client. 32 or 64 bytes
    /// under PIN protocol 1, 48 or 80 under PIN protocol 2.
    pub hmac_secret_len: Option<usize>,
    /// `uvm`; empty where there is none.
    pub uvm: Vec<UserVerificationMethod>,
    /// `thirdPartyPayment`.
    pub third_party_payment: Option<bool>,
}

impl SignedOutputs {
    /// All that is well-formed in a signed map. Without a map, nothing, and nothing is allocated.
    #[must_use]
    #[doc(hidden)]
    pub fn of(extensions: Option<&SignedMap<'_>>) -> Self {
        let Some(map) = extensions else { return Self::default() };
        let (hmac_secret, hmac_secret_len) = match map.hmac_secret() {
            Ok(Some(HmacSecret::Created(created))) => (Some(created), None),
            Ok(Some(HmacSecret::Encrypted { len })) => (None, Some(len)),
            _ => (None, None),
        };
        Self {
            cred_protect: map.cred_protect().unwrap_or_default(),
            cred_blob_stored: map.cred_blob_stored().unwrap_or_default(),
            cred_blob: map.cred_blob().unwrap_or_default().map(<[u8]>::to_vec),
            min_pin_length: map.min_pin_length().unwrap_or_default(),
            pin_complexity_policy: map.pin_complexity_policy().unwrap_or_default(),
            hmac_secret,
            hmac_secret_len,
            uvm: map.uvm().unwrap_or_default().unwrap_or_default(),
            third_party_payment: map.third_party_payment().unwrap_or_default(),
        }
    }
}

/// Of the blob, only the length: it may be a secret of the relying party.
impl fmt::Debug for SignedOutputs {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SignedOutputs")
            .field("cred_protect", &self.cred_protect)
            .field("cred_blob_stored", &self.cred_blob_stored)
            .field("cred_blob_len", &self.cred_blob.as_ref().map(Vec::len))
            .field("min_pin_length", &self.min_pin_length)
            .field("pin_complexity_policy", &self.pin_complexity_policy)
            .field("hmac_secret", &self.hmac_secret)
            .field("hmac_secret_len", &self.hmac_secret_len)
            .field("uvm", &self.uvm)
            .field("third_party_payment", &self.third_party_payment)
            .finish()
    }
}

output_refusals! {
    /// An output that was asked for does not have the type of its extension.
    Malformed(extension: Extension) => "extension-output-malformed", "the output of {extension} does not have the type of its extension";
    /// An output that nobody asked for, where the policy refuses that; `None`: of an extension that is not known.
    Unsolicited(_extension: Option<Extension>) => "extension-unsolicited", "an extension output that nobody asked for";
    /// Results of a pseudo-random function were sent, where the policy refuses that.
    SecretResults => "extension-secret-results", "secret results that should have stayed in the browser";
    /// An output of the authenticator is required, and no attestation statement that counts signs its outputs.
    NotSigned => "extension-outputs-not-signed", "an extension output must be signed, and the attestation signs none";
    /// Credential protection was enforced, and the authenticator signed none.
    CredProtectMissing => "cred-protect-missing", "no credential protection, where it was enforced";
    /// The signed level of credential protection is below the one asked for.
    CredProtectTooWeak(level: u8) => "cred-protect-too-weak", "credential protection of level {level} only";
    /// A least PIN length was required, and the authenticator signed none.
    MinPinLengthMissing => "min-pin-length-missing", "the authenticator does not tell its minimum PIN length";
    /// The signed minimum PIN length is below the one required.
    MinPinLength(length: u64) => "min-pin-length-too-short", "a minimum PIN length of {length} only";
    /// A PIN complexity policy was required, and the authenticator signed none.
    PinComplexityPolicy => "pin-complexity-policy-missing", "the authenticator has no PIN complexity policy";
    /// The blob had to be stored, and was not.
    CredBlobNotStored => "cred-blob-not-stored", "the credential blob was not stored";
    /// The blob had to come, and did not.
    CredBlobMissing => "cred-blob-missing", "the credential blob did not come";
    /// An HMAC secret was required, and the authenticator signed that there is none.
    HmacSecret => "hmac-secret-missing", "the credential has no HMAC secret";
    /// User verification methods were required, and the authenticator signed none.
    UvmMissing => "uvm-missing", "the authenticator does not tell how it verified the user";
    /// By the client's unsigned word, the credential is not discoverable.
    UnsignedNotDiscoverable => "unsigned-not-discoverable", "not discoverable, by the client's word";
    /// By the client's unsigned word, the credential can have no large blob, or it says nothing.
    UnsignedLargeBlobUnsupported => "unsigned-large-blob-unsupported", "no support for large blobs, by the client's word";
    /// By the client's unsigned word, the large blob was not written, or it says nothing.
    UnsignedLargeBlobNotWritten => "unsigned-large-blob-not-written", "the large blob was not written, by the client's word";
    /// By the client's unsigned word, the credential has no pseudo-random function, or it says nothing.
    UnsignedPrfNotEnabled => "unsigned-prf-not-enabled", "no pseudo-random function, by the client's word";
}

#[cfg(test)]
mod tests;
