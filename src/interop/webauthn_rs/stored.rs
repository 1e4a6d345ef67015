//! Keys in the form in which webauthn-rs 0.3 to 0.6 stores them.
//!
//! | release | shape |
//! |---|---|
//! | 0.3 | the bare credential; bytes as arrays of numbers; UV as `verified`; no backup flags or transports |
//! | 0.4 | bytes as base64url, keys in `{"cred": …}`; backup flags, transports, extensions, attestation |
//! | 0.5, 0.6 | the same, attestation formats under their registered names |
//!
//! `backup_eligible: false` is not reliable: the library's own migration from 0.3 wrote it for all credentials, and from 0.4
//! on the library allows that a passkey becomes eligible later. So `false` is imported only if the attestation of a
//! manufacturer was stored (`Basic`, `AttCa`, `AnonCa`, `ECDAA`), because neither migrated credentials nor passkeys that
//! became eligible by a software update have one. Otherwise (`None`, `Self_`, `Uncertain`) it becomes unknown, and the next
//! sign-in sets it.
//!
//! `user_verified` is UV at registration in every release, because no sign-in changes it.

use crate::credential::{CredentialRecord, UserHandle};
use crate::interop::key::{ec, okp, rsa};
use crate::interop::{ImportError, Imported, Items, Members, Reason, Row, import};
use serde::Serialize;

/// Converts the stored keys (such as `Passkey`, or the bare `Credential`) of any release from 0.3 to 0.6: an array, JSON
/// lines or one object.
///
/// `user` returns the user handle of a row: the `user_unique_id` that the key was registered for, as bytes.
pub fn records(
    json: &str,
    user: impl FnMut(&Row<'_>) -> Option<UserHandle>,
) -> impl Iterator<Item = Result<Imported, ImportError>> {
    import(json, read, user)
}

/// Converts a key in memory: `Passkey`, `SecurityKey`, `AttestedPasskey`, `AttestedResidentKey`, `DiscoverableKey` or
/// `Credential`, of any release from 0.4 on (there also `PasswordlessKey` and `DeviceKey`). `user` is the
/// `user_unique_id` that it was registered for, as bytes.
///
/// A value of any other type compiles too and returns an error, because the type
/// is checked only with the feature [`webauthn-rs`](super#by-type).
///
/// # Errors
/// [`ImportError`].
pub fn record(key: &impl Serialize, user: UserHandle) -> Result<CredentialRecord, ImportError> {
    let json = serde_json::to_string(key).map_err(|_| Reason::NotAnObject.alone())?;
    let first = records(&json, |_| Some(user.clone())).next();
    let imported = first.unwrap_or_else(|| Err(Reason::NotAnObject.alone()));
    imported.map(|imported| imported.record).map_err(|mut error| {
        error.row = None;
        error
    })
}

fn read(row: &Members<'_>, to: &mut Items) -> Result<(), Reason> {
    let wrapped = if row.raw(&["cred_id"])?.is_some() { None } else { row.optional_object(&["cred"])? };
    let row = wrapped.as_ref().unwrap_or(row);
    to.id = row.bytes(&["cred_id"])?;
    to.public_key = key(row)?;
    to.sign_count = row.count(&["counter"])?;
    to.transports = row.transports(&["transports"])?;
    to.user_verified =
        Some(row.flag(&["user_verified", "verified"])?.ok_or(Reason::Missing { member: "user_verified" })?);
    let attested = is_attested_by_maker(row)?;
    to.backup_eligible = row.flag(&["backup_eligible"])?.filter(|&eligible| eligible || attested);
    to.backup_state = row.flag(&["backup_state"])?.filter(|_| to.backup_eligible.is_some());
    Ok(())
}

/// Returns whether the attestation of a manufacturer was stored, so that the backup eligibility cannot change later.
fn is_attested_by_maker(row: &Members<'_>) -> Result<bool, Reason> {
    let Some(attestation) = row.optional_object(&["attestation"])? else { return Ok(false) };
    match attestation.raw(&["data"])? {
        // The types with certificates are objects, `{"Basic": […]}`; the others are names.
        Some((_, data)) => Ok(data.starts_with('{') || data == r#""ECDAA""#),
        None => Err(Reason::Missing { member: "data" }),
    }
}

/// Reads the key as a COSE_Key: `{"type_": "ES256", "key": {"EC_EC2": {"curve": "SECP256R1", "x": …, "y": …}}}`.
fn key(row: &Members<'_>) -> Result<Vec<u8>, Reason> {
    let cred = row.object(&["cred"])?;
    let alg = named(&cred, "type_", "an algorithm of webauthn-rs", &ALGORITHMS)?;
    let key = cred.object(&["key"])?;
    let curve = |key: &Members<'_>| named(key, "curve", "a curve of webauthn-rs", &CURVES);
    if let Some(key) = key.optional_object(&["EC_EC2"])? {
        Ok(ec(alg, curve(&key)?, &key.bytes(&["x"])?, &key.bytes(&["y"])?))
    } else if let Some(key) = key.optional_object(&["EC_OKP"])? {
        Ok(okp(alg, curve(&key)?, &key.bytes(&["x"])?))
    } else if let Some(key) = key.optional_object(&["RSA"])? {
        Ok(rsa(alg, &key.bytes(&["n"])?, &key.bytes(&["e"])?))
    } else {
        Err(Reason::Missing { member: "key" })
    }
}

/// Reads a name and returns its COSE number.
fn named(
    from: &Members<'_>,
    member: &'static str,
    expected: &'static str,
    numbers: &[(&str, i64)],
) -> Result<i64, Reason> {
    let name = from.text(&[member])?.ok_or(Reason::Missing { member })?;
    let number = numbers.iter().find(|(other, _)| *other == name).map(|(_, number)| *number);
    number.ok_or(Reason::Malformed { member, expected })
}

/// The algorithm names of webauthn-rs, including those of 0.3.
const ALGORITHMS: [(&str, i64); 15] = [
    ("ES256", -7),
    ("ECDSA_SHA256", -7),
    ("ES384", -35),
    ("ECDSA_SHA384", -35),
    ("ES512", -36),
    ("ES521", -36),
    ("ECDSA_SHA512", -36),
    ("EDDSA", -8),
    ("RS256", -257),
    ("RS384", -258),
    ("RS512", -259),
    ("PS256", -37),
    ("PS384", -38),
    ("PS512", -39),
    ("INSECURE_RS1", -65535),
];

/// The curve names of webauthn-rs.
const CURVES: [(&str, i64); 5] = [("SECP256R1", 1), ("SECP384R1", 2), ("SECP521R1", 3), ("ED25519", 6), ("ED448", 7)];

#[cfg(test)]
mod tests;
