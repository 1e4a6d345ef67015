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
//! where a field under a name that says `unsigned` asks for it. A signed output that was asked for is of its shape or
//! refused; that it is there, or how large, is required only where [`ceremony::extensions`](crate::ceremony::extensions)
//! is told so. At a registration, the attestation statement decides whether an output is signed
//! ([`voucher`](crate::attestation::voucher)): beside `none` and `fido-u2f` none is, and a requirement is not met; started:
//! clients are asked for attestation. What is *read* is handed on and decides nothing. The last column names tests of `tests/level3`,
//! `tests/front_door`, this module and those it is made of, and vectors of `tests/vectors/{extensions,steps}.jsonl`;
//! whether they are there is a test too.
//!
//! | extension | input | output | refused by |
//! |---|---|---|---|
//! | `appid` §10.1.1 | made: https | unsigned, and the signed RP ID hash must agree: §7.2/15 | `appid`, `an_appid_is_an_https_url`, `appid-said-and-not-used`, `appid-used-and-denied`, `appid-used-and-not-said`, `appid-not-asked` |
//! | `appidExclude` §10.1.2 | made: https | unsigned: read | `appid_exclude`, `what_the_standard_forbids_cannot_be_read` |
//! | `credProps` §10.1.3 | by construction | unsigned: `rk` not false, where required | `cred_props`, `cred-props-no-object` |
//! | `prf` create §10.1.4 | by construction: no evalByCredential | unsigned: `enabled`, where required | `prf_enabled`, `what_the_standard_forbids_cannot_be_read`, `prf-no-object` |
//! | `prf` get §10.1.4 | started: evalByCredential only of allowCredentials; ids by construction | read | `prf_eval_by_credential`, `inputs_fit_the_credentials_that_may_answer` |
//! | `prf` results §10.1.4 | | never kept; reported, or refused, signed or unsigned | `prf_results`, `secrets_are_noticed_and_not_kept`, `prf-results-refused-create`, `prf-results-refused-get` |
//! | `largeBlob` create §10.1.5 | by construction: no read, no write | unsigned: `supported`, where `required` was asked for | `large_blob_support`, `what_the_standard_forbids_cannot_be_read`, `large-blob-required` |
//! | `largeBlobKey` CTAP §12.3 | none: the client's own | never kept; as `prf` results | `prf_results`, `secrets_are_noticed_and_not_kept`, `large-blob-key-signed` |
//! | `largeBlob` read §10.1.5 | by construction: read xor write | unsigned: read | `large_blob_read`, `what_the_standard_forbids_cannot_be_read` |
//! | `largeBlob` write §10.1.5 | started: exactly one credential | unsigned: `written`, where required | `large_blob_write`, `inputs_fit_the_credentials_that_may_answer` |
//! | `credentialProtectionPolicy` CTAP §12.1 | by construction: a level that is known | signed: at least the level asked for | `cred_protect`, `what_the_standard_forbids_cannot_be_read`, `cred-protect-too-weak` |
//! | `enforceCredentialProtectionPolicy` CTAP §12.1 | by construction: true or false, and never true without the policy | signed: `credProtect` is there, above level 1 | `cred_protect`, `what_the_standard_forbids_cannot_be_read`, `lint_extensions`, `cred-protect-enforced-and-silent`, `cred-protect-enforced-beside-fido-u2f` |
//! | `credBlob` CTAP §12.2 | started: 32 bytes at most | signed: a boolean; true, where required | `cred_blob`, `inputs_fit_the_credentials_that_may_answer` |
//! | `getCredBlob` CTAP §12.2 | by construction | signed, under `credBlob`: bytes; there and not empty, where required. The unsigned copy does not count | `get_cred_blob`, `each_output_has_its_shape` |
//! | `minPinLength` CTAP §12.4 | by construction | signed: a number; at least what is required | `min_pin_length`, `min-pin-length-too-short`, `min-pin-length-beside-none`, `min-pin-length-beside-fido-u2f` |
//! | `pinComplexityPolicy` CTAP §12.6 | by construction | signed: a boolean; true, where required | `pin_complexity_policy` |
//! | `hmacCreateSecret` CTAP §12.5 | by construction | signed, under `hmac-secret`: of its shape; true, where required | `hmac_secret`, `what_nobody_signs_is_no_required_output` |
//! | `hmacGetSecret` CTAP §12.5 | started: salts of 32 bytes | signed, under `hmac-secret`: a length of ciphertext; results as of `prf` | `hmac_get_secret`, `inputs_fit_the_credentials_that_may_answer` |
//! | `hmac-secret-mc` CTAP §12.8 | `prf` with `eval`; `hmacGetSecret` among `others` | signed: a length of ciphertext | `hmac_secret_mc`, `each_output_has_its_shape` |
//! | `uvm` Level 2 §10.3 | by construction | signed: 1 to 3 methods; there, where required of an authentication | `uvm`, `methods_are_one_to_three_triples` |
//! | `thirdPartyPayment` CTAP §12.7 | none in WebAuthn | signed: read | `third_party_payment` |
//! | `payment` Secure Payment Confirmation | by construction: isPayment; started: the selection that clients want | client data of [`ceremony::payment`](crate::ceremony::payment) | `what_was_shown_is_what_was_signed`, `a_payment_is_no_sign_in`, `payment-is-no-sign-in`, `a_payment_credential_is_of_the_device` |
//! | `browserBoundSignature` Secure Payment Confirmation | | over client data | `browser_bound_signature`, `what_a_payment_answers_was_asked_for`, `browser_bound_key_at_registration` |
//! | `cmtgKey`, a draft | by name, as any other | unsigned: read, not verified | `real_outputs_have_their_types` |
//! | `any other` §9 | by name; started: none that has a field | tolerated, reported or refused; once | `unsolicited`, `others_have_no_field`, `refuses_other_types_and_a_second_time`, `unsolicited-refused`, `unknown-signed-output`, `unknown-unsigned-output` |
//! | `the signed map` §9.5 | | one canonical map, if and only if ED is set: §7.1/13 | `signed-output-twice`, `signed-outputs-unsorted`, `signed-outputs-no-map`, `signed-outputs-without-flag`, `flag-without-signed-outputs` |
//!
//! | option | checked | refused or told by |
//! |---|---|---|
//! | `rp.id`, `rpId` §5.4.2, §5.1.9 | a bare domain, always sent; its hash §7.1/14, §7.2/15 | `what_a_developer_might_type`, `the_rp_id_is_sent`, `reg.rp-id.other`, `auth.rp-id.subdomain` |
//! | `rp.name`, `user.name`, `user.displayName` §5.4.1, §5.4.3 | any text: clients cut and show it | `lint_names`, `lint_creation` |
//! | `challenge` §13.4.3 | 32 random bytes; compared §7.1/8, §7.2/11 | `nothing_starts_without_randomness`, `lint_creation`, `reg.challenge.other`, `auth.challenge.other` |
//! | `user.id` §5.4.3, §14.6.1 | 1 to 64 bytes by construction; random by default; §7.2/6 | `lengths_are_judged_when_a_value_is_made`, `lint_creation`, `personal_data_has_a_look_about_it`, `auth.user.other` |
//! | `pubKeyCredParams` §5.3 | the build can verify them; §7.1/20 | `what_a_developer_might_type`, `only_what_was_offered_when_it_began`, `algorithm-not-offered`, `lint_creation` |
//! | `timeout` §15.1 | not zero; the state expires | `what_a_developer_might_type`, `a_state_is_good_until_it_expires_and_at_its_own_relying_party`, `lint_creation` |
//! | `excludeCredentials` §5.4 | all of one account; what is excluded is refused where it comes all the same: §7.1/26 | `credentials_of_the_account_are_excluded`, `a_credential_is_claimed_once`, `reg.id.known` |
//! | `allowCredentials` §5.5 | all of one account; §7.2/5 | `whom_to_ask_is_checked_before`, `a_known_user_answers_with_one_of_their_own_credentials`, `every_refusal_costs_and_says_the_same`, `lint_request` |
//! | `authenticatorAttachment`, `hints` §5.4.5, §5.8.8 | a hint's attachment is set | `hints_set_the_attachment`, `lint_creation` |
//! | `residentKey`, `requireResidentKey` §5.4.4 | agree by construction; read as the standard has it | `resident_key`, `the_effective_resident_key`, `lint_creation` |
//! | `userVerification` §5.8.6 | kept in the state; §7.1/16, §7.2/17 | `user_verification_of_one_request`, `uv-required-and-clear` |
//! | `attestation`, `attestationFormats` §5.4.7 | sent as chosen; whatever comes, the policy decides: §7.1/24 | `what_is_chosen_is_asked_for`, `attestation_formats`, `lint_creation` |
//! | `mediation` §5.1.3 | kept in the state; §7.1/15 | `conditional_create`, `modal-create-without-up` |
//! | `any member` §5.1.8, §5.1.9 | read from JSON. Absent: its default. Unknown value: kept where the standard has clients ignore it, an error elsewhere. Unknown member: an extension is kept, any other is read over | `absent_members_have_their_defaults`, `unknown_values_are_kept`, `creation_json_is_read_or_refused`, `creation_options_survive_json`, `request_options_survive_json` |
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
    /// `enforceCredentialProtectionPolicy` without a policy (CTAP §12.1).
    #[error("enforceCredentialProtectionPolicy without credentialProtectionPolicy")]
    EnforceWithoutPolicy,
    /// An input among `others` that has a field of its own: JSON would have the member twice.
    #[error("{0} stands among the other inputs, and has a field of its own")]
    HasAField(Extension),
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
    /// A signed output is required of a registration, and clients are asked for no attestation: `none` signs nothing.
    #[error("a signed output of {0} is required; ask for direct or enterprise attestation, because none signs nothing")]
    RequiredButNotAttested(Extension),
}

/// Nothing among inputs by name has a field.
fn check_others(others: &serde_json::Map<String, serde_json::Value>, typed: ExtensionSet) -> Result<(), InputError> {
    match named(others).iter().find(|&extension| typed.contains(extension)) {
        Some(extension) => Err(InputError::HasAField(extension)),
        None => Ok(()),
    }
}

/// Which known extensions are among inputs by name.
fn named(others: &serde_json::Map<String, serde_json::Value>) -> ExtensionSet {
    others.keys().filter_map(|identifier| Extension::from_identifier(identifier)).collect()
}

#[cfg(test)]
mod tests;
