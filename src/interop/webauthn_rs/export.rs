//! The way back: a record as webauthn-rs stores its keys, where nothing is lost and it could verify.

use crate::client::json::UserVerificationRequirement;
use crate::codec::base64url;
use crate::credential::{CredentialRecord, Transport};
use crate::crypto::cose::{CoseKey, Error as CoseError};
use crate::crypto::{Algorithm, PublicKey};
use serde_json::{Value, json};

/// What of a record webauthn-rs has no place for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum NotExportable {
    /// The public key: it could not verify here either.
    #[error(transparent)]
    PublicKey(#[from] CoseError),
    /// An algorithm that webauthn-rs has no name for, or cannot verify: it verifies ES256, ES384 and RS256.
    #[error("webauthn-rs does not verify COSE algorithm {}", .0.cose())]
    Algorithm(Algorithm),
    /// An RSA key other than of 2048 bits with an exponent of three bytes.
    #[error("webauthn-rs verifies RSA keys of 2048 bits with an exponent of three bytes only")]
    RsaKey,
    /// Backup eligibility or backup state is unknown: webauthn-rs would have to be told a guess.
    #[error("backup eligibility or backup state is unknown; sign in once")]
    Backup,
    /// A transport that webauthn-rs has no name for. Take it out of the record to do without.
    #[error("webauthn-rs has no name for a transport of the record")]
    Transport,
    /// User verification is said to have been required, but the record does not know of any: it would have been
    /// refused at registration. Hand in what was asked for, or have another factor set `uv_initialized` first.
    #[error("user verification was not performed at registration, or that is unknown")]
    NotVerified,
    /// A user verification requirement that webauthn-rs has no name for.
    #[error("webauthn-rs has no name for this user verification requirement")]
    UserVerification,
}

/// A record as the JSON of a `Passkey`, `SecurityKey` or `DiscoverableKey` of webauthn-rs 0.4 to 0.6: for its database,
/// or for `serde_json::from_value`. The bare `Credential` is its member `cred`. The user handle is not part of it.
///
/// `registered_with` is the user verification that was asked for when the credential was registered, which webauthn-rs
/// keeps; attestation and extensions, which it keeps as well, are told as absent.
///
/// So attested keys lose their attestation: the JSON reads as an `AttestedPasskey` too and signs in, but what it says
/// of its authenticator is `None`, and nothing can be verified again by webauthn-rs's own means. Keep the original row
/// of such a key until there is no way back.
///
/// # Errors
/// [`NotExportable`].
pub fn stored(
    record: &CredentialRecord,
    registered_with: &UserVerificationRequirement,
) -> Result<Value, NotExportable> {
    let (Some(backup_eligible), Some(backup_state)) = (record.backup_eligible, record.backup_state) else {
        return Err(NotExportable::Backup);
    };
    if matches!(registered_with, UserVerificationRequirement::Other(_)) {
        return Err(NotExportable::UserVerification);
    }
    if matches!(registered_with, UserVerificationRequirement::Required) && !record.uv_initialized {
        return Err(NotExportable::NotVerified);
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

const fn transport(transport: &Transport) -> Result<&'static str, NotExportable> {
    Ok(match transport {
        Transport::Usb => "usb",
        Transport::Nfc => "nfc",
        Transport::Ble => "ble",
        Transport::Hybrid => "hybrid",
        Transport::Internal => "internal",
        Transport::SmartCard | Transport::Other(_) => return Err(NotExportable::Transport),
    })
}

fn key(public_key: &[u8]) -> Result<Value, NotExportable> {
    let key = CoseKey::read(public_key)?;
    let ec =
        |name, curve, x, y| json!({"type_": name, "key": {"EC_EC2": {"curve": curve, "x": text(x), "y": text(y)}}});
    match (key.algorithm(), key.key()) {
        (Algorithm::Es256, PublicKey::Ec { x, y, .. }) => Ok(ec("ES256", "SECP256R1", x, y)),
        (Algorithm::Es384, PublicKey::Ec { x, y, .. }) => Ok(ec("ES384", "SECP384R1", x, y)),
        (Algorithm::Rs256, PublicKey::Rsa { modulus, exponent }) if modulus.len() == 256 && exponent.len() == 3 => {
            Ok(json!({"type_": "RS256", "key": {"RSA": {"n": text(modulus), "e": exponent}}}))
        }
        (Algorithm::Rs256, _) => Err(NotExportable::RsaKey),
        (algorithm, _) => Err(NotExportable::Algorithm(algorithm)),
    }
}

fn text(bytes: &[u8]) -> String {
    base64url::encode(bytes)
}
