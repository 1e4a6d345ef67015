//! The verdict of webauthn-rs-core 0.6.2 on a ceremony, through its published API.
//!
//! Both libraries are compared only on what webauthn-rs-core can express. Left out are trust (it uses the clock of the machine
//! for certificates) and the user handle (its callers compare that).

use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::time::Duration;
use url::Url;
use webauthn_rs_core::WebauthnCore;
use webauthn_rs_core::proto::{AuthenticationState, COSEKey, PublicKeyCredential, RegisterPublicKeyCredential};
use webauthn_rs_core::proto::{Credential, RegistrationState};

/// The verdict of webauthn-rs-core.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Opinion {
    /// Accepted.
    Accept,
    /// Refused, with its error text.
    Refuse(String),
}

impl Opinion {
    /// Returns whether it accepts.
    #[must_use]
    pub fn accepts(&self) -> bool {
        *self == Self::Accept
    }

    fn of<T, E: core::fmt::Debug>(result: Result<T, E>) -> Self {
        match result {
            Ok(_) => Self::Accept,
            // Only the first word, because the rest may contain received text.
            Err(error) => {
                Self::Refuse(format!("{error:?}").split(['(', ' ', '{']).next().unwrap_or_default().to_owned())
            }
        }
    }
}

fn core(rp_id: &str, origins: &[String]) -> WebauthnCore {
    let origins = origins.iter().filter_map(|origin| Url::parse(origin).ok()).collect();
    WebauthnCore::new_unsafe_experts_only("", rp_id, origins, Duration::from_secs(60), None, None)
}

fn verification(required: bool) -> &'static str {
    if required { "required" } else { "preferred" }
}

/// The expectations of a registration.
pub struct Registration<'a> {
    pub rp_id: &'a str,
    pub origins: &'a [String],
    /// In base64url.
    pub challenge: &'a str,
    pub user_verification_required: bool,
    /// COSE numbers.
    pub algorithms: &'a [i64],
    /// In base64url.
    pub known_credential_ids: &'a [String],
}

/// Its names of COSE algorithms.
const ALGORITHMS: [(i64, &str); 11] = [
    (-7, "ES256"),
    (-35, "ES384"),
    (-36, "ES521"),
    (-257, "RS256"),
    (-258, "RS384"),
    (-259, "RS512"),
    (-37, "PS256"),
    (-38, "PS384"),
    (-39, "PS512"),
    (-8, "EDDSA"),
    (-65535, "INSECURE_RS1"),
];

impl Registration<'_> {
    /// Verifies a response.
    #[must_use]
    pub fn judge(&self, response: &str) -> Opinion {
        let names: BTreeMap<i64, &str> = ALGORITHMS.into();
        let state: RegistrationState = serde_json::from_value(json!({
            "policy": verification(self.user_verification_required),
            "exclude_credentials": self.known_credential_ids,
            "challenge": self.challenge,
            "credential_algorithms": self.algorithms.iter().filter_map(|number| names.get(number)).collect::<Vec<_>>(),
            "require_resident_key": false,
            "authenticator_attachment": null,
            "extensions": {},
            "allow_synchronised_authenticators": true,
        }))
        .expect("a state");
        let response: RegisterPublicKeyCredential = match serde_json::from_str(response) {
            Ok(response) => response,
            Err(_) => return Opinion::Refuse("Json".to_owned()),
        };
        Opinion::of(core(self.rp_id, self.origins).register_credential(&response, &state, None))
    }
}

/// The expectations of an authentication.
pub struct Authentication<'a> {
    pub rp_id: &'a str,
    pub origins: &'a [String],
    /// In base64url.
    pub challenge: &'a str,
    pub user_verification_required: bool,
    pub appid: Option<&'a str>,
    pub record: Record<'a>,
}

/// The items of the credential that it needs.
pub struct Record<'a> {
    pub id: &'a [u8],
    pub public_key: &'a [u8],
    pub sign_count: u32,
    pub user_verified: bool,
    pub backup_eligible: bool,
    pub backup_state: bool,
}

impl Record<'_> {
    fn credential(&self) -> Option<Credential> {
        let key: serde_cbor_2::Value = serde_cbor_2::from_slice(self.public_key).ok()?;
        Some(Credential {
            cred_id: self.id.to_vec(),
            cred: COSEKey::try_from(&key).ok()?,
            counter: self.sign_count,
            transports: None,
            user_verified: self.user_verified,
            backup_eligible: self.backup_eligible,
            backup_state: self.backup_state,
            registration_policy: serde_json::from_value(Value::from("preferred")).ok()?,
            extensions: Default::default(),
            attestation: Default::default(),
            attestation_format: webauthn_rs_core::proto::AttestationFormat::None,
        })
    }
}

impl Authentication<'_> {
    /// Verifies a response.
    #[must_use]
    pub fn judge(&self, response: &str) -> Opinion {
        let Some(credential) = self.record.credential() else { return Opinion::Refuse("StoredKey".to_owned()) };
        let state: AuthenticationState = serde_json::from_value(json!({
            "credentials": [credential],
            "policy": verification(self.user_verification_required),
            "challenge": self.challenge,
            "appid": self.appid,
            "allow_backup_eligible_upgrade": false,
        }))
        .expect("a state");
        let response: PublicKeyCredential = match serde_json::from_str(response) {
            Ok(response) => response,
            Err(_) => return Opinion::Refuse("Json".to_owned()),
        };
        Opinion::of(core(self.rp_id, self.origins).authenticate_credential(&response, &state))
    }
}
