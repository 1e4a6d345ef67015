//! Extensions (§9, §10; FIDO CTAP 2.2 §12), one file per extension.
//!
//! | values | type | trust |
//! |---|---|---|
//! | client extension inputs | [`CreationExtensions`], [`RequestExtensions`] | chosen by the relying party |
//! | client extension outputs | [`ClientExtensionResults`] | unsigned: any script in the page could have written them |
//! | authenticator extension outputs | [`SignedMap`], [`SignedOutputs`] | in authenticator data, signed if [`voucher`](crate::attestation::voucher) says so |
//! | required outputs | [`RegistrationOutputs`], [`AuthenticationOutputs`] | chosen by the relying party |
//! | results of the check | the [evidence](crate::ceremony::evidence), [`OutputRefusal`] | |
//!
//! A client extension and the authenticator extension that it uses may have different identifiers. For example, the
//! authenticator output for the client input `prf` has the identifier `hmac-secret`. [`Extension::answers`] pairs them.
//!
//! To add an extension, write its file, add its rows to the tables in this file, and, if its output can be required, add
//! the requirement to `expected.rs`.
//!
//! # Unsigned outputs
//!
//! An output that does not have the JSON type of its section is [malformed](ClientExtensionResults::malformed), with two
//! exceptions. Results of pseudo-random functions are secrets that must not be sent: only the fact that they were sent is
//! kept, so that they cannot reach a log or a record. A byte string that is not base64url text counts as absent, because
//! front ends that serialise by hand post `{}`, which is what `JSON.stringify` makes of an `ArrayBuffer`.
//!
//! # Where inputs and outputs are checked
//!
//! An input is checked when its value is made (*made*) or when the ceremony starts (*started*), or its type excludes wrong
//! values (*by construction*). An output is checked in the extension step of a ceremony (§7.1 step 28, §7.2 step 23). An
//! output that was requested must have the type of its section. Its presence and its value are checked only if
//! [`RegistrationOutputs`] or [`AuthenticationOutputs`] require them. An output that is *read* is passed on and decides
//! nothing.
//!
//! | extension | input | output |
//! |---|---|---|
//! | `appid` §10.1.1 | made: https | unsigned, and the signed RP ID hash must agree: §7.2/15 |
//! | `appidExclude` §10.1.2 | made: https | unsigned: read |
//! | `credProps` §10.1.3 | by construction | unsigned: `rk` not false, if required |
//! | `prf` create §10.1.4 | started: no evalByCredential | unsigned: `enabled`, if required |
//! | `prf` get §10.1.4 | started: evalByCredential only for ids of allowCredentials; ids by construction | read |
//! | `prf` results §10.1.4 |  | never kept; reported, or refused, signed or unsigned |
//! | `largeBlob` create §10.1.5 | by construction: no read, no write | unsigned: `supported`, if `required` was requested |
//! | `largeBlobKey` CTAP §12.3 | none; only clients use it | never kept; reported or refused like `prf` results |
//! | `largeBlob` read §10.1.5 | by construction: read xor write | unsigned: read |
//! | `largeBlob` write §10.1.5 | started: exactly one credential | unsigned: `written`, if required |
//! | `credentialProtectionPolicy` CTAP §12.1 | by construction: a known level | signed: at least the requested level |
//! | `enforceCredentialProtectionPolicy` CTAP §12.1 | by construction: true or false, started: never true without the policy | signed: `credProtect` is present, if the level is above 1 |
//! | `credBlob` CTAP §12.2 | started: at most 32 bytes | signed: a boolean; true, if required |
//! | `getCredBlob` CTAP §12.2 | by construction | signed, under `credBlob`: bytes; present and not empty, if required. The unsigned copy does not count |
//! | `minPinLength` CTAP §12.4 | by construction | signed: a number; at least what is required |
//! | `pinComplexityPolicy` CTAP §12.6 | by construction | signed: a boolean; true, if required |
//! | `hmacCreateSecret` CTAP §12.5 | by construction | signed, under `hmac-secret`: a boolean or ciphertext; true, if required |
//! | `hmacGetSecret` CTAP §12.5 | started: salts of 32 bytes | signed, under `hmac-secret`: a valid length of ciphertext; results like those of `prf` |
//! | `hmac-secret-mc` CTAP §12.8 | `prf` with `eval`; `hmacGetSecret` among `others` | signed: a valid length of ciphertext |
//! | `uvm` Level 2 §10.3 | by construction | signed: 1 to 3 methods; present, if required of an authentication |
//! | `thirdPartyPayment` CTAP §12.7 | none in WebAuthn | signed: read |
//! | `payment` Secure Payment Confirmation | by construction: isPayment; started: the authenticator selection that clients require | client data of [`ceremony::payment`](crate::ceremony::payment) |
//! | `browserBoundSignature` Secure Payment Confirmation | chosen by `payment` | over client data; verified by [`ceremony::payment`](crate::ceremony::payment) |
//! | `cmtgKey`, a draft | by name, like any other | unsigned: read, not verified |
//! | `any other` §9 | by name; started: none that has a field of its own | reported or refused; no output occurs twice |
//! | `the signed map` §9.5 |  | one canonical map, if and only if ED is set: §7.1/13 |
//!
//! | option | checked |
//! |---|---|
//! | `rp.id`, `rpId` §5.4.2, §5.1.9 | a bare domain, always sent; its hash §7.1/14, §7.2/15 |
//! | `rp.name`, `user.name`, `user.displayName` §5.4.1, §5.4.3 | any text, which clients may truncate |
//! | `challenge` §13.4.3 | 32 random bytes; compared §7.1/8, §7.2/11 |
//! | `user.id` §5.4.3, §14.6.1 | 1 to 64 bytes by construction; random by default; §7.2/6 |
//! | `pubKeyCredParams` §5.3 | only algorithms that the build can verify; §7.1/20 |
//! | `timeout` §15.1 | not zero; the state expires |
//! | `excludeCredentials` §5.4 | all of one account; an excluded credential is refused too: §7.1/26 |
//! | `allowCredentials` §5.5 | all of one account; §7.2/5 |
//! | `authenticatorAttachment`, `hints` §5.4.5, §5.8.8 | the attachment of a hint is set |
//! | `residentKey`, `requireResidentKey` §5.4.4 | consistent by construction; absent members have the defaults of the standard |
//! | `userVerification` §5.8.6 | kept in the state; §7.1/16, §7.2/17 |
//! | `attestation`, `attestationFormats` §5.4.7 | sent as chosen; the policy decides about the response: §7.1/24 |
//! | `mediation` §5.1.3 | kept in the state; §7.1/15 |
//! | `any member` §5.1.8, §5.1.9 | read from JSON. Absent: the default. Unknown value: kept if the standard requires clients to ignore it, else an error. Unknown member: kept if it is an extension, else skipped |
//!
//! Not implemented: `remoteClientDataJSON` (not in a Recommendation yet), and the verification of `cmtgKey` (a draft).

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

use crate::codec::base64url;
use crate::codec::json::{Buffered, Object, Skipped, Text, UnknownNames, expecting};
use crate::credential::CredentialDescriptor;
use crate::crypto::Algorithm;
use crate::macros::{bit_set, getters, named};
use core::fmt;
use serde::de::{Error as _, MapAccess, Visitor};
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use serde_json::{Value, json};
use signed::Shaped;
use tables::{inputs, output_refusals, results};
use values::{BlobMember, WithheldMember, flag, is_default};

named! {
    /// An extension identifier that this crate knows. Case matters (§9.1).
    #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
    pub enum Extension;

    /// Returns the identifier.
    fn identifier;

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
    /// The key of a large blob (CTAP §12.3). The authenticator sends it to the client; nobody else may see it.
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
    /// Returns the extension with this identifier.
    #[must_use]
    pub fn from_identifier(identifier: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|extension| extension.identifier() == identifier)
    }

    /// Returns whether an output with this identifier may be the answer to `input`.
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

    /// Returns the index in [`Self::ALL`].
    #[allow(clippy::as_conversions, reason = "the discriminant of an enumeration without fields")]
    const fn index(self) -> usize {
        self as usize
    }
}

impl fmt::Display for Extension {
    /// Writes the identifier.
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

/// Returns the known extensions among the inputs in `others`.
fn known(others: &serde_json::Map<String, serde_json::Value>) -> impl Iterator<Item = Extension> {
    others.keys().filter_map(|identifier| Extension::from_identifier(identifier))
}

inputs! {
    /// Client extension inputs of a registration (AuthenticationExtensionsClientInputsJSON, §5.1.8). The default requests none.
    CreationExtensions {
        /// `appidExclude` (§10.1.2): refuses authenticators that hold a U2F credential of `excludeCredentials`.
        appid_exclude: Option<AppId> = AppidExclude;
        /// `credProps` (§10.1.3): asks whether the credential became discoverable.
        #[serde(deserialize_with = "flag")]
        cred_props: bool = CredProps;
        /// `prf` (§10.1.4), without `evalByCredential`.
        #[serde(deserialize_with = "prf::read_creation")]
        prf: Option<Prf> = Prf;
        /// `largeBlob` (§10.1.5).
        #[serde(with = "large_blob::support")]
        large_blob: Option<LargeBlobSupport> = LargeBlob;
        /// `credentialProtectionPolicy` (CTAP §12.1): the minimum level that is accepted.
        #[serde(rename = "credentialProtectionPolicy")]
        cred_protect: Option<CredentialProtection> = CredentialProtectionPolicy;
        /// `enforceCredentialProtectionPolicy` (CTAP §12.1). If it is true and the level is above 1, the client refuses
        /// authenticators without this extension, and the relying party refuses a credential without the output. Then most
        /// platform authenticators, and security keys without the extension, cannot be registered.
        #[serde(rename = "enforceCredentialProtectionPolicy", deserialize_with = "flag")]
        enforce_cred_protect: bool = EnforceCredentialProtectionPolicy;
        /// `credBlob` (CTAP §12.2): at most [`Blob::MAX_CRED_BLOB_LEN`] bytes.
        cred_blob: Option<Blob> = CredBlob;
        /// `minPinLength` (CTAP §12.4). An authenticator answers only the RP IDs that are configured in it.
        #[serde(deserialize_with = "flag")]
        min_pin_length: bool = MinPinLength;
        /// `pinComplexityPolicy` (CTAP §12.6).
        #[serde(deserialize_with = "flag")]
        pin_complexity_policy: bool = PinComplexityPolicy;
        /// `hmacCreateSecret` (CTAP §12.5), which native clients have instead of `prf`.
        #[serde(deserialize_with = "flag")]
        hmac_create_secret: bool = HmacCreateSecret;
        /// `uvm` (Level 2 §10.3).
        #[serde(deserialize_with = "flag")]
        uvm: bool = Uvm;
        /// `payment` (Secure Payment Confirmation §5): the credential may confirm payments. The list is
        /// `browserBoundPubKeyCredParams`, the algorithms of a second key that never leaves the browser. If it is empty, the
        /// algorithms of `pubKeyCredParams` are used.
        #[serde(with = "payment::creation")]
        payment: Option<Vec<Algorithm>> = Payment;
    }
}

impl CreationExtensions {
    /// Checks that `credBlob` is not too long, that `prf` has no `evalByCredential`, that `enforceCredentialProtectionPolicy`
    /// comes with a policy, and that no input in `others` has a field of its own.
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
    /// Client extension inputs of an authentication (AuthenticationExtensionsClientInputsJSON, §5.1.9). The default requests
    /// none.
    RequestExtensions {
        /// `appid` (§10.1.1): credentials that were registered with U2F may answer for this AppID.
        appid: Option<AppId> = Appid;
        /// `prf` (§10.1.4).
        prf: Option<Prf> = Prf;
        /// `largeBlob` (§10.1.5).
        large_blob: Option<LargeBlobRequest> = LargeBlob;
        /// `getCredBlob` (CTAP §12.2).
        #[serde(deserialize_with = "flag")]
        get_cred_blob: bool = GetCredBlob;
        /// `hmacGetSecret` (CTAP §12.5), which native clients have instead of `prf`: one or two salts of 32 bytes.
        #[serde(with = "hmac_secret::salts")]
        hmac_get_secret: Option<PrfValues> = HmacGetSecret;
        /// `uvm` (Level 2 §10.3).
        #[serde(deserialize_with = "flag")]
        uvm: bool = Uvm;
    }
}

impl RequestExtensions {
    /// Checks that the inputs fit the credentials that may answer, and that no input in `others` has a field of its own.
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
    /// `appid` (§10.1.1): whether the assertion was made for the AppID.
    pub appid: bool, bool, Appid, Some;
    /// `appidExclude` (§10.1.2): whether the client processed the extension.
    pub appid_exclude: bool, bool, AppidExclude, Some;
    /// `credProps` (§10.1.3).
    pub(crate) cred_props: CredentialProperties, Object<CredentialProperties>, CredProps, |Object(output)| Some(output);
    /// `prf` (§10.1.4).
    pub(crate) prf: PrfOutputs, prf::PostedOutputs, Prf, |prf::PostedOutputs(output)| Some(output);
    /// `largeBlob` (§10.1.5).
    pub(crate) large_blob: LargeBlobOutputs, Object<LargeBlobOutputs>, LargeBlob, |Object(output)| Some(output);
    /// `credBlob` (CTAP §12.2): whether the blob was stored. The signed output says the same.
    pub cred_blob: bool, bool, CredBlob, Some;
    /// `getCredBlob` (CTAP §12.2): the blob. The signed output says the same.
    pub get_cred_blob: Blob, BlobMember, GetCredBlob, |BlobMember(output)| output;
    /// `hmacCreateSecret` (CTAP §12.5).
    pub hmac_create_secret: bool, bool, HmacCreateSecret, Some;
    /// `hmacGetSecret` (CTAP §12.5): whether results were sent.
    pub hmac_get_secret: bool, WithheldMember, HmacGetSecret, |WithheldMember(output)| Some(output);
    /// `largeBlobKey` (CTAP §12.3): whether the key was sent, which must never leave a client.
    pub large_blob_key: bool, WithheldMember, LargeBlobKey, |WithheldMember(output)| Some(output);
    /// `uvm` (Level 2 §10.3). The signed output says the same.
    pub uvm: Vec<UserVerificationMethod>, uvm::Methods, Uvm, |uvm::Methods(methods)| Some(methods);
    /// `payment` (Secure Payment Confirmation §5).
    pub(crate) payment: PaymentOutputs, Object<PaymentOutputs>, Payment, |Object(output)| Some(output);
    /// `cmtgKey`, a draft for Level 4.
    pub(crate) cmtg_key: CmtgKeyOutputs, Object<CmtgKeyOutputs>, CmtgKey, |Object(output)| Some(output);
}

impl ClientExtensionResults {
    getters! {
        /// Returns `credProps.rk` (§10.1.3): whether the credential is discoverable, if the client says so.
        pub fn discoverable(&self) -> Option<bool> = self.cred_props?.rk;
        /// Returns `prf.enabled` (§10.1.4) of a registration: whether the credential has the function.
        pub fn prf_enabled(&self) -> Option<bool> = self.prf?.enabled;
        /// Returns `largeBlob.supported` (§10.1.5) of a registration.
        pub fn large_blob_supported(&self) -> Option<bool> = self.large_blob.as_ref()?.supported;
        /// Returns `largeBlob.blob` (§10.1.5): the blob that was read.
        pub fn large_blob(&self) -> Option<&Blob> = self.large_blob.as_ref()?.blob.as_ref();
        /// Returns `largeBlob.written` (§10.1.5).
        pub fn large_blob_written(&self) -> Option<bool> = self.large_blob.as_ref()?.written;
        /// Returns the signature of `payment.browserBoundSignature` (Secure Payment Confirmation §5), over client data.
        pub fn browser_bound_signature(&self) -> Option<&Blob> =
            self.payment.as_ref()?.browser_bound_signature.as_ref()?.signature.as_ref();
        /// Returns `cmtgKey` (a draft for Level 4): a COSE_Key of the trust group, not verified.
        pub fn cmtg_key(&self) -> Option<&Blob> = self.cmtg_key.as_ref()?.cmtg_key.as_ref();
        /// Returns the signature of `cmtgKey`, not verified.
        pub fn cmtg_key_signature(&self) -> Option<&Blob> = self.cmtg_key.as_ref()?.signature.as_ref();
    }

    /// Returns whether the client sent secrets that must stay in the browser: results of a pseudo-random function, or the key
    /// of a large blob. A malformed `prf` counts as secret, because it was not read. So does a member of `prf` that is unknown and
    /// neither null nor a boolean, because some front ends post the results there.
    #[must_use]
    pub fn has_secrets(&self) -> bool {
        self.prf.is_some_and(|prf| prf.results)
            || self.hmac_get_secret == Some(true)
            || self.large_blob_key == Some(true)
            || self.malformed.contains(Extension::Prf)
    }

    /// Returns the sum of the lengths of all blobs.
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

/// The authenticator extension outputs as owned values. A malformed output is left out; if it was requested, the ceremony has
/// refused it before. Its JSON has the outputs that there are.
#[derive(Clone, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct SignedOutputs {
    /// `credProtect`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cred_protect: Option<CredentialProtection>,
    /// `credBlob` of a registration.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cred_blob_stored: Option<bool>,
    /// `credBlob` of an authentication.
    #[serde(serialize_with = "blob_text", skip_serializing_if = "Option::is_none")]
    pub cred_blob: Option<Vec<u8>>,
    /// `minPinLength`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub min_pin_length: Option<u64>,
    /// `pinComplexityPolicy`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub pin_complexity_policy: Option<bool>,
    /// `hmac-secret` of a registration: whether the credential has a secret.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub hmac_secret: Option<bool>,
    /// `hmac-secret` of an authentication: the length of the results, which are encrypted for the client. 32 or 64 bytes
    /// under PIN protocol 1, 48 or 80 under PIN protocol 2.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub hmac_secret_len: Option<usize>,
    /// `uvm`; empty if there is none.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub uvm: Vec<UserVerificationMethod>,
    /// `thirdPartyPayment`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub third_party_payment: Option<bool>,
}

/// Writes `credBlob` as base64url, as the browser does.
fn blob_text<S: Serializer>(blob: &Option<Vec<u8>>, to: S) -> Result<S::Ok, S::Error> {
    blob.as_deref().map(base64url::encode).serialize(to)
}

impl SignedOutputs {
    /// No outputs.
    pub(crate) const NONE: Self = Self {
        cred_protect: None,
        cred_blob_stored: None,
        cred_blob: None,
        min_pin_length: None,
        pin_complexity_policy: None,
        hmac_secret: None,
        hmac_secret_len: None,
        uvm: Vec::new(),
        third_party_payment: None,
    };

    /// Returns the well-formed outputs of a signed map. Without a map there are none, and nothing is allocated.
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

/// Prints only the length of the blob, because it may be a secret of the relying party.
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
    /// A requested output does not have the type of its extension.
    Malformed(extension: Extension) => "extension-output-malformed", "the output of {extension} does not have the type of its extension";
    /// The response has an output that was not requested, and the policy refuses such outputs. `None` for an unknown extension.
    Unsolicited(_extension: Option<Extension>) => "extension-unsolicited", "the response has an extension output that was not requested";
    /// The response has results of a pseudo-random function, and the policy refuses them.
    SecretResults => "extension-secret-results", "the response has secret results, which must stay in the browser";
    /// An output of the authenticator is required, but no accepted attestation statement signs it.
    NotSigned => "extension-outputs-not-signed", "a required extension output is not signed by the attestation";
    /// Credential protection was enforced, but the authenticator returned no level.
    CredProtectMissing => "cred-protect-missing", "credential protection was enforced, but the authenticator returned no level";
    /// The level of credential protection is below the requested one.
    CredProtectTooWeak(level: u8) => "cred-protect-too-weak", "the credential protection level {level} is below the requested one";
    /// A minimum PIN length is required, but the authenticator returned none.
    MinPinLengthMissing => "min-pin-length-missing", "the authenticator returned no minimum PIN length";
    /// The minimum PIN length is below the required one.
    MinPinLength(length: u64) => "min-pin-length-too-short", "the minimum PIN length {length} is below the required one";
    /// A PIN complexity policy is required, but the authenticator has none or returned none.
    PinComplexityPolicy => "pin-complexity-policy-missing", "the authenticator has no PIN complexity policy";
    /// The credential blob must be stored, but was not.
    CredBlobNotStored => "cred-blob-not-stored", "the credential blob was not stored";
    /// The credential blob is required, but is missing or empty.
    CredBlobMissing => "cred-blob-missing", "the credential blob is missing or empty";
    /// An HMAC secret is required, but the credential has none or the authenticator returned no output.
    HmacSecret => "hmac-secret-missing", "the credential has no HMAC secret";
    /// User verification methods are required, but the authenticator returned none.
    UvmMissing => "uvm-missing", "the authenticator returned no user verification methods";
    /// The client reports, unsigned, that the credential is not discoverable.
    UnsignedNotDiscoverable => "unsigned-not-discoverable", "the client reports that the credential is not discoverable";
    /// The client does not report, unsigned, that the credential can have a large blob.
    UnsignedLargeBlobUnsupported => "unsigned-large-blob-unsupported", "the client does not report support for large blobs";
    /// The client does not report, unsigned, that the large blob was written.
    UnsignedLargeBlobNotWritten => "unsigned-large-blob-not-written", "the client does not report that the large blob was written";
    /// The client does not report, unsigned, that the credential has a pseudo-random function.
    UnsignedPrfNotEnabled => "unsigned-prf-not-enabled", "the client does not report a pseudo-random function";
}

#[cfg(test)]
mod tests;
