//! Conversions from and to the types of webauthn-rs 0.6 (feature `webauthn-rs`).
//!
//! They go through the JSON of the types, like the functions without this feature, so both give the same results. Only
//! `Credential` has public members; the keys show what they hold only to serde.

use super::{authentication_response, posted_authentication, posted_registration, record, stored};
use super::{creation_challenge, creation_options, registration_response, request_challenge, request_options, to_wire};
use crate::client::json::{CreationOptions, RequestOptions, ResponseError, UserVerificationRequirement};
use crate::client::{AuthenticationResponse, RegistrationResponse};
use crate::credential::{CredentialRecord, UserHandle};
use crate::interop::{ImportError, Reason};
use ::webauthn_rs::prelude::{
    AttestedPasskey, AttestedResidentKey, CreationChallengeResponse, Credential, DiscoverableKey, Passkey,
    PublicKeyCredential, RegisterPublicKeyCredential, RequestChallengeResponse, SecurityKey,
};
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;

/// A key of webauthn-rs 0.6, which becomes a record: `Passkey`, `SecurityKey`, `AttestedPasskey`, `AttestedResidentKey`,
/// `DiscoverableKey` or `Credential`.
///
/// `Passkey`, `SecurityKey`, `DiscoverableKey` and `Credential` can be made from a record with `try_from`. `AttestedPasskey` and
/// `AttestedResidentKey` cannot, because a record does not hold their attestation.
///
/// ```
/// use wardkey::interop::webauthn_rs::ToRecord;
/// use wardkey::{CredentialRecord, UserHandle};
/// use webauthn_rs::prelude::Passkey;
///
/// # let row = r#"{"cred":{"cred_id":"Y3JlZGVudGlhbA","cred":{"type_":"ES256","key":{"EC_EC2":{"curve":"SECP256R1",
/// #   "x":"axfR8uEsQkf4vOblY6RA8ncDfYEt6zOg9KE5RdiYwpY","y":"T-NC4v4af5uO5-tKfA-eFivOM1drMV7Oy7ZAaDe_UfU"}}},
/// #   "counter":7,"transports":null,"user_verified":true,"backup_eligible":true,"backup_state":true,
/// #   "registration_policy":"required","extensions":{},"attestation":{"data":"None","metadata":"None"},
/// #   "attestation_format":"none"}}"#;
/// # let user_unique_id = [7; 16];
/// let passkey: Passkey = serde_json::from_str(row)?;
/// let record: CredentialRecord = passkey.to_record(UserHandle::new(user_unique_id)?)?;
/// assert_eq!(record.sign_count, 7);
/// assert_eq!(Passkey::try_from(&record)?, passkey);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[cfg_attr(docsrs, doc(cfg(feature = "webauthn-rs")))]
pub trait ToRecord: Serialize {
    /// Returns the record of this key, as [`record`] makes it. `user` is the `user_unique_id` that the key was registered for, as
    /// bytes, because no key holds it.
    ///
    /// # Errors
    /// [`ImportError`].
    fn to_record(&self, user: UserHandle) -> Result<CredentialRecord, ImportError>
    where
        Self: Sized,
    {
        record(self, user)
    }
}

macro_rules! keys {
    ($($key:ident)*) => {$(
        #[cfg_attr(docsrs, doc(cfg(feature = "webauthn-rs")))]
        impl ToRecord for $key {}
    )*};
}

keys!(AttestedPasskey AttestedResidentKey Credential DiscoverableKey Passkey SecurityKey);

/// Makes a key from the JSON of a stored key. `Required` is written only for a record with UV, because webauthn-rs refuses all
/// others.
fn key<T: DeserializeOwned>(record: &CredentialRecord, member: fn(Value) -> Value) -> Result<T, ImportError> {
    let required = record.uv_initialized;
    let requirement =
        if required { UserVerificationRequirement::Required } else { UserVerificationRequirement::Preferred };
    stored(record, &requirement).and_then(|json| typed(member(json)))
}

/// Makes a type of webauthn-rs from JSON that this crate wrote.
fn typed<T: DeserializeOwned>(json: Value) -> Result<T, ImportError> {
    serde_json::from_value(json).map_err(|_| Reason::NotRepresentable { member: "cred" }.alone())
}

macro_rules! made_from_records {
    ($($key:ident $member:expr;)*) => {$(
        /// Without attestation and extensions. Fails with the code `public-key`, or one that begins with `export-`, if
        /// webauthn-rs could not verify the key, or would lose a fact.
        #[cfg_attr(docsrs, doc(cfg(feature = "webauthn-rs")))]
        impl TryFrom<&CredentialRecord> for $key {
            type Error = ImportError;

            fn try_from(record: &CredentialRecord) -> Result<Self, ImportError> {
                key(record, $member)
            }
        }
    )*};
}

made_from_records! {
    Passkey |json| json;
    SecurityKey |json| json;
    DiscoverableKey |json| json;
    Credential |mut json| json.get_mut("cred").map(Value::take).unwrap_or_default();
}

macro_rules! conversions {
    ($($(#[$doc:meta])* $from:ident => $to:ident, $error:ident, $convert:expr;)*) => {$(
        $(#[$doc])*
        #[cfg_attr(docsrs, doc(cfg(feature = "webauthn-rs")))]
        impl TryFrom<&$from> for $to {
            type Error = $error;

            fn try_from(value: &$from) -> Result<Self, $error> {
                $convert(value)
            }
        }
    )*};
}

conversions! {
    /// Fails with the code `not-representable` if the type would lose or change a member.
    CreationOptions => CreationChallengeResponse, ImportError, |options| to_wire(&creation_challenge(options));
    /// Without `mediation`: set it to `Some(Mediation::Conditional)` for autofill. Fails with the code `not-representable` if the
    /// type would lose or change a member.
    RequestOptions => RequestChallengeResponse, ImportError, |options| to_wire(&request_challenge(options));
    /// Fails with the code `not-representable` if a member has no place in the options of the standard.
    CreationChallengeResponse => CreationOptions, ImportError, creation_options;
    /// Without `mediation`. Fails with the code `not-representable` if a member has no place in the options of the standard.
    RequestChallengeResponse => RequestOptions, ImportError, request_options;
    /// Reads what a front end of webauthn-rs posted, as strictly as [`RegistrationResponse::from_json`].
    RegisterPublicKeyCredential => RegistrationResponse, ResponseError,
        |posted| json(posted).and_then(|json| registration_response(&json));
    /// Reads what a front end of webauthn-rs posted, as strictly as [`AuthenticationResponse::from_json`].
    PublicKeyCredential => AuthenticationResponse, ResponseError,
        |posted| json(posted).and_then(|json| authentication_response(&json));
    /// Without the members that the type does not have: the unsigned copies, and outputs of other extensions than `credProps`.
    RegistrationResponse => RegisterPublicKeyCredential, ImportError, |response| typed(posted_registration(response));
    /// Without the members that the type does not have: outputs of other extensions than `appid`.
    AuthenticationResponse => PublicKeyCredential, ImportError, |response| typed(posted_authentication(response));
}

fn json(posted: &impl Serialize) -> Result<String, ResponseError> {
    serde_json::to_string(posted).map_err(ResponseError::unreadable)
}
