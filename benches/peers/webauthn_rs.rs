//! webauthn-rs-core 0.6.2, whose backend is pure Rust.

use crate::Verdict;
use serde_json::json;
use std::time::Duration;
use url::Url;
use wardkey_authenticator::{Authentication, Registration, json::base64url};
use webauthn_attestation_ca::{AttestationCaList, AttestationCaListBuilder};
use webauthn_rs_core::WebauthnCore;
use webauthn_rs_core::proto::{
    AttestationFormat, AuthenticationState, COSEKey, Credential, PublicKeyCredential, RegisterPublicKeyCredential,
    RegistrationState,
};

fn core() -> WebauthnCore {
    let origin = Url::parse("https://example.org").expect("an origin");
    WebauthnCore::new_unsafe_experts_only("Example", "example.org", vec![origin], Duration::from_secs(60), None, None)
}

/// The anchors as it takes them: each for an authenticator model.
fn anchors(made: &Registration) -> Option<AttestationCaList> {
    let aaguid = &made.authenticator_data.attested.as_ref()?.aaguid;
    let mut list = AttestationCaListBuilder::new();
    for anchor in &made.expected.trust_anchors {
        let model = aaguid.iter().map(|byte| format!("{byte:02x}")).collect::<String>();
        list.insert_device_der(anchor, model.parse().ok()?, "bench".into(), Default::default()).ok()?;
    }
    Some(list.build())
}

/// Its verdict on a registration.
pub fn registration(made: &Registration) -> Option<Verdict<'static>> {
    let core = core();
    let anchors = anchors(made).filter(|list| !list.is_empty());
    let state: RegistrationState = serde_json::from_value(json!({
        "policy": "required",
        "exclude_credentials": [],
        "challenge": base64url(&made.expected.challenge),
        "credential_algorithms": ["ES256", "ES384", "RS256"],
        "require_resident_key": false,
        "authenticator_attachment": null,
        "extensions": {},
        "allow_synchronised_authenticators": true,
    }))
    .ok()?;
    let posted = made.response().to_string();
    Some(Box::new(move || {
        let response: Result<RegisterPublicKeyCredential, _> = serde_json::from_str(&posted);
        response.is_ok_and(|response| core.register_credential(&response, &state, anchors.as_ref()).is_ok())
    }))
}

/// Its verdict on an authentication.
pub fn authentication(made: &Authentication) -> Option<Verdict<'static>> {
    let core = core();
    let record = made.expected.credential.as_ref()?;
    let key: serde_cbor_2::Value = serde_cbor_2::from_slice(&record.public_key.encode()).ok()?;
    let credential = Credential {
        cred_id: record.id.clone(),
        cred: COSEKey::try_from(&key).ok()?,
        counter: record.sign_count,
        transports: None,
        user_verified: true,
        backup_eligible: record.backup_eligible,
        backup_state: record.backup_state,
        registration_policy: serde_json::from_value("required".into()).ok()?,
        extensions: Default::default(),
        attestation: Default::default(),
        attestation_format: AttestationFormat::None,
    };
    let state: AuthenticationState = serde_json::from_value(json!({
        "credentials": [credential],
        "policy": "required",
        "challenge": base64url(&made.expected.challenge),
        "appid": null,
        "allow_backup_eligible_upgrade": false,
    }))
    .ok()?;
    let posted = made.response().to_string();
    Some(Box::new(move || {
        let response: Result<PublicKeyCredential, _> = serde_json::from_str(&posted);
        response.is_ok_and(|response| core.authenticate_credential(&response, &state).is_ok())
    }))
}
