//! Client extensions (§9, §10; FIDO CTAP 2.2 §12): what clients are asked for, and what they say of it.
//!
//! Inputs are [`CreationExtensions`] and [`RequestExtensions`]; outputs are [`ClientExtensionResults`], unsigned. What
//! the authenticator signed is in [`authenticator::extensions`](crate::authenticator::extensions); what is made of both
//! in [`ceremony::extensions`](crate::ceremony::extensions).
//!
//! # Where each is checked, and what refuses it
//!
//! Inputs are judged when they are made (*made*), when the options are (*started*), or cannot be wrong by construction.
//! Outputs are judged in the last step of a ceremony (§7.1/28, §7.2/23): *signed* ones as facts, *unsigned* ones only
//! where a field under a name that says `unsigned` asks for it. What is *read* is handed on and decides nothing. The last
//! column names tests of `tests/level3` and of this module, and vectors of `tests/vectors/extensions.jsonl`.
//!
//! | extension | input | output | refused by |
//! |---|---|---|---|
//! | `appid` §10.1.1 | made: https | unsigned, and the signed RP ID hash must agree: §7.2/15 | `appid`, `an_appid_is_an_https_url`, `appid-said-and-not-used`, `appid-used-and-denied`, `appid-used-and-not-said`, `appid-not-asked` |
//! | `appidExclude` §10.1.2 | made: https | unsigned: read | `appid_exclude`, `what_the_standard_forbids_cannot_be_read` |
//! | `credProps` §10.1.3 | by construction | unsigned: `rk` not false | `cred_props`, `cred-props-no-object` |
//! | `prf` create §10.1.4 | by construction: no evalByCredential | unsigned: `enabled` | `prf_enabled`, `what_the_standard_forbids_cannot_be_read`, `prf-no-object` |
//! | `prf` get §10.1.4 | started: evalByCredential only of allowCredentials; ids by construction | read | `prf_eval_by_credential`, `inputs_fit_the_credentials_that_may_answer` |
//! | `prf` results §10.1.4 | | never kept; reported, or refused | `prf_results` |
//! | `largeBlob` create §10.1.5 | by construction: no read, no write | unsigned: `supported` | `large_blob_support`, `what_the_standard_forbids_cannot_be_read` |
//! | `largeBlob` read §10.1.5 | by construction: read xor write | unsigned: read | `large_blob_read`, `what_the_standard_forbids_cannot_be_read` |
//! | `largeBlob` write §10.1.5 | started: exactly one credential | unsigned: `written` | `large_blob_write`, `inputs_fit_the_credentials_that_may_answer` |
//! | `credentialProtectionPolicy` CTAP §12.1 | by construction | signed: at least the level asked for | `cred_protect` |
//! | `enforceCredentialProtectionPolicy` CTAP §12.1 | by construction: never without the policy | signed: there, above level 1 | `cred_protect` |
//! | `credBlob` CTAP §12.2 | started: 32 bytes at most | signed: stored | `cred_blob`, `inputs_fit_the_credentials_that_may_answer` |
//! | `getCredBlob` CTAP §12.2 | by construction | signed: there, and not empty | `get_cred_blob` |
//! | `minPinLength` CTAP §12.4 | by construction | signed: at least the policy's | `min_pin_length` |
//! | `pinComplexityPolicy` CTAP §12.6 | by construction | signed: true | `pin_complexity_policy` |
//! | `hmacCreateSecret` CTAP §12.5 | by construction | signed: true | `hmac_secret` |
//! | `hmacGetSecret` CTAP §12.5 | started: salts of 32 bytes | signed: a length of ciphertext; results as of `prf` | `hmac_get_secret`, `inputs_fit_the_credentials_that_may_answer` |
//! | `uvm` Level 2 §10.3 | by construction | signed: 1 to 3 methods | `uvm` |
//! | `thirdPartyPayment` CTAP §12.7 | none in WebAuthn | signed: read | `third_party_payment` |
//! | `payment` Secure Payment Confirmation | by construction: isPayment; started: the selection that clients want | client data of [`ceremony::payment`](crate::ceremony::payment) | `what_was_shown_is_what_was_signed`, `a_payment_is_no_sign_in`, `payment-is-no-sign-in`, `a_payment_credential_is_of_the_device` |
//! | `browserBoundSignature` Secure Payment Confirmation | | over client data | `browser_bound_signature`, `what_a_payment_answers_was_asked_for`, `browser_bound_key_at_registration` |
//! | `cmtgKey`, a draft | by name, as any other | unsigned: read, not verified | `real_outputs_have_their_types` |
//! | `any other` §9 | by name | tolerated, reported or refused | `unsolicited`, `unknown-signed-output`, `unknown-unsigned-output` |
//! | `the signed map` §9.5 | | one canonical map, if and only if ED is set: §7.1/13 | `signed-output-twice`, `signed-outputs-unsorted`, `signed-outputs-no-map`, `signed-outputs-without-flag`, `flag-without-signed-outputs` |
//!
//! | option | checked | refused or told by |
//! |---|---|---|
//! | `challenge` §13.4.3 | 32 random bytes; compared §7.1/8, §7.2/11 | `lint_creation` |
//! | `user.id` §5.4.3, §14.6.1 | 1 to 64 bytes by construction; random by default | `lint_creation` |
//! | `pubKeyCredParams` §5.3 | the build can verify them; §7.1/20 | `algorithm-not-offered`, `lint_creation` |
//! | `timeout` §15.1 | the state expires | `lint_creation` |
//! | `excludeCredentials`, `allowCredentials` §5.4, §5.5 | of one account; §7.2/5 | `lint_request`, `every_refusal_costs_and_says_the_same` |
//! | `authenticatorAttachment`, `hints` §5.4.5, §5.8.8 | a hint's attachment is set | `hints_set_the_attachment`, `lint_creation` |
//! | `residentKey`, `requireResidentKey` §5.4.4 | agree by construction | `resident_key`, `lint_creation` |
//! | `userVerification` §5.8.6 | kept in the state; §7.1/16, §7.2/17 | `user_verification_of_one_request`, `uv-required-and-clear` |
//! | `attestation`, `attestationFormats` §5.4.7 | the policy decides: §7.1/24 | `attestation_formats`, `lint_creation` |
//! | `mediation` §5.1.3 | kept in the state; §7.1/15 | `conditional_create`, `modal-create-without-up` |
//! | `any member` §5.1.8, §5.1.9 | absent: its default; unknown value: kept | `absent_members_have_their_defaults`, `unknown_values_are_kept`, `creation_options_survive_json`, `request_options_survive_json` |
//!
//! Not built: `remoteClientDataJSON` (in no Recommendation yet), and verifying `cmtgKey` (a draft).

mod creation;
mod outputs;
mod request;
mod values;

pub use creation::{
    CreationExtensions, CredentialProtectionInput, LargeBlobCreation, LargeBlobSupport, PaymentCreation, PrfCreation,
};
pub use outputs::{
    BrowserBoundSignature, ClientExtensionResults, CmtgKeyOutputs, CredentialProperties, LargeBlobOutputs,
    PaymentOutputs, PrfOutputs, Withheld,
};
pub use request::{HmacGetSecret, LargeBlobRequest, PrfRequest, RequestExtensions};
pub use values::{AppId, Blob, PrfInput, PrfValues};

use crate::extension::{Extension, ExtensionSet};

/// Why extension inputs cannot be sent. The caller's fault, all of them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, thiserror::Error)]
#[non_exhaustive]
pub enum InputError {
    /// An AppID that is not an https URL.
    #[error("an AppID that is not an https URL, such as https://clinic.example/u2f.json")]
    AppId,
    /// `credBlob` of more than [`Blob::MAX_CRED_BLOB_LEN`] bytes.
    #[error("a credBlob of more than 32 bytes, which not every authenticator could store")]
    CredBlobTooLong,
    /// `prf.evalByCredential` for a credential that is not in `allowCredentials`: clients throw (§10.1.4).
    #[error("prf.evalByCredential names a credential that is not in allowCredentials")]
    PrfCredential,
    /// `largeBlob` that reads and writes, or neither (§10.1.5).
    #[error("largeBlob must either read or write")]
    LargeBlobReadAndWrite,
    /// `largeBlob.write` without exactly one credential in `allowCredentials` (§10.1.5).
    #[error("largeBlob.write needs exactly one credential in allowCredentials")]
    LargeBlobWriteNeedsOne,
    /// A salt of `hmacGetSecret` that has not 32 bytes.
    #[error("a salt of hmacGetSecret that has not 32 bytes")]
    HmacSaltLength,
    /// A member whose only value is true.
    #[error("a member that must be true")]
    NotTrue,
    /// `payment` for another authenticator than the client device's: clients throw (Secure Payment Confirmation §5).
    #[error("payment needs authenticatorAttachment platform")]
    PaymentAttachment,
    /// `payment` with a credential that need not be discoverable: clients throw.
    #[error("payment needs residentKey required or preferred")]
    PaymentResidentKey,
    /// `payment` without required user verification, as in a conditional create: clients throw.
    #[error("payment needs userVerification required")]
    PaymentUserVerification,
    /// An output is required of an extension that is not asked for.
    #[error("an output of {0} is required, and not asked for")]
    RequiredButNotRequested(Extension),
}

/// Which known extensions are among inputs by name.
fn named(others: &serde_json::Map<String, serde_json::Value>) -> ExtensionSet {
    others.keys().filter_map(|identifier| Extension::from_identifier(identifier)).collect()
}

#[cfg(test)]
mod tests;
