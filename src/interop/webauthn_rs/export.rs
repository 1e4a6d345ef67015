//! Converts a record to the form in which webauthn-rs stores its keys, if nothing is lost and webauthn-rs can verify it.

use crate::client::json::UserVerificationRequirement;
use crate::codec::base64url;
use crate::credential::{CredentialRecord, Transport};
use crate::crypto::cose::CoseKey;
use crate::crypto::{Algorithm, PublicKey};
use crate::interop::{ImportError, Reason};
use serde_json::{Value, json};

/// Returns a record as the JSON of a `Passkey`, `SecurityKey` or `DiscoverableKey` of webauthn-rs 0.4 to 0.6, for its
/// database or for `serde_json::from_value`. The bare `Credential` is the member `cred`. The user handle is not part of the
/// JSON.
///
/// `registered_with` is the user verification that was requested when the credential was registered, which webauthn-rs stores.
/// Attestation and extensions, which it stores too, are written as absent.
///
/// So an attested key loses its attestation. The JSON can be read as an `AttestedPasskey` and signs in, but its attestation is
/// `None`, and webauthn-rs cannot verify it again. Keep the original row of such a key as long as you may switch back.
///
/// # Errors
/// [`ImportError`], with a code that begins with `export-`, or `public-key`.
pub fn stored(record: &CredentialRecord, registered_with: &UserVerificationRequirement) -> Result<Value, ImportError> {
    write(record, registered_with).map_err(|reason| reason.of(None, Some(record.id.clone())))
}

fn write(record: &CredentialRecord, registered_with: &UserVerificationRequirement) -> Result<Value, Reason> {
    let (Some(backup_eligible), Some(backup_state)) = (record.backup_eligible, record.backup_state) else {
        return Err(Reason::ExportBackup);
    };
    if matches!(registered_with, UserVerificationRequirement::Other(_)) {
        return Err(Reason::ExportRequirement);
    }
    if matches!(registered_with, UserVerificationRequirement::Required) && !record.uv_initialized {
        return Err(Reason::ExportUserVerification);
    }
    let transports: Result<Vec<_>, _> = record.transports.iter().map(transport).collect();
    Ok(json!({"cred": {
        "cred_id": record.id.to_base64url(),
        "cred": key(&record.public_key)?,
        "counter": record.sign_count,
        "transports": Some(transports?).filter(|transports| !transports.is_empty()),
        "user_verified": record.uv_initialized,
        "backup_eligible": backup_eligible,
        "backup_state": backup_state,
        "registration_policy": registered_with,
        "extensions": {},
        "attestation": {"data": "None", "metadata": "None"},
        "attestation_format": "none",
    }}))
}

fn transport(transport: &Transport) -> Result<&str, Reason> {
    match transport {
        Transport::Usb | Transport::Nfc | Transport::Ble | Transport::Hybrid | Transport::Internal => {
            Ok(transport.name())
        }
        Transport::SmartCard | Transport::Other(_) => Err(Reason::ExportTransport),
    }
}

fn key(public_key: &[u8]) -> Result<Value, Reason> {
    let key = CoseKey::read(public_key).map_err(Reason::PublicKey)?;
    let ec =
        |name, curve, x, y| json!({"type_": name, "key": {"EC_EC2": {"curve": curve, "x": text(x), "y": text(y)}}});
    match (key.algorithm(), key.key()) {
        (Algorithm::Es256, PublicKey::Ec { x, y, .. }) => Ok(ec("ES256", "SECP256R1", x, y)),
        (Algorithm::Es384, PublicKey::Ec { x, y, .. }) => Ok(ec("ES384", "SECP384R1", x, y)),
        (Algorithm::Rs256, PublicKey::Rsa { modulus, exponent }) if modulus.len() == 256 && exponent.len() == 3 => {
            Ok(json!({"type_": "RS256", "key": {"RSA": {"n": text(modulus), "e": exponent}}}))
        }
        (Algorithm::Rs256, _) => Err(Reason::ExportRsaKey),
        (algorithm, _) => Err(Reason::ExportAlgorithm(algorithm)),
    }
}

fn text(bytes: &[u8]) -> String {
    base64url::encode(bytes)
}
