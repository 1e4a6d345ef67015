//! passki 0.5, with AWS-LC as its backend.

use crate::Verdict;
use ::passki::{
    AttestationTrustPolicy, AuthenticationCredential, AuthenticationOptions, Passki, RegistrationCredential,
    RegistrationOptions, StoredPasskey,
};
use serde_json::json;
use wardkey_authenticator::{Authentication, Registration};

fn rp(anchors: &[Vec<u8>]) -> Option<Passki> {
    let rp = Passki::new("example.org", &["https://example.org"], "Example");
    if anchors.is_empty() {
        return Some(rp);
    }
    rp.with_attestation_trust(anchors, AttestationTrustPolicy::VerifyWhenPresent).ok()
}

/// Its verdict on a registration.
pub fn registration(made: &Registration) -> Option<Verdict<'static>> {
    let rp = rp(&made.expected.trust_anchors)?;
    let user = &made.expected.user_handle;
    let (_, mut state) = rp.start_passkey_registration(user, "ada", "Ada", RegistrationOptions::default()).ok()?;
    state.challenge = made.expected.challenge.clone();
    let posted = made.response().to_string();
    Some(Box::new(move || {
        let response: Result<RegistrationCredential, _> = serde_json::from_str(&posted);
        response.is_ok_and(|response| rp.finish_passkey_registration(&response, &state).is_ok())
    }))
}

/// Its verdict on an authentication.
pub fn authentication(made: &Authentication) -> Option<Verdict<'static>> {
    let rp = rp(&[])?;
    let record = made.expected.credential.as_ref()?;
    let stored: StoredPasskey = serde_json::from_value(json!({
        "credential_id": record.id,
        "public_key": record.public_key.encode(),
        "counter": record.sign_count,
        "algorithm": made.key.algorithm.id(),
    }))
    .ok()?;
    let only = std::slice::from_ref(&stored);
    let (_, mut state) = rp.start_passkey_authentication(only, AuthenticationOptions::default()).ok()?;
    state.challenge = made.expected.challenge.clone();
    let posted = made.response().to_string();
    Some(Box::new(move || {
        let response: Result<AuthenticationCredential, _> = serde_json::from_str(&posted);
        response.is_ok_and(|response| rp.finish_passkey_authentication(&response, &state, &stored).is_ok())
    }))
}
