//! SimpleWebAuthn (TypeScript): the `Passkey` of its documentation, which releases before 11 called an authenticator.
//!
//! Source: simplewebauthn.dev, "@simplewebauthn/server", "Additional data structures" (release 13), and the guide to release
//! 11 for the earlier names. `publicKey` may be a `Uint8Array` as JavaScript writes it, or base64 text; `transports` may be
//! an array, or text with commas, as the documentation recommends for SQL columns.
//!
//! The shape has no UV. `userVerified` is read if the application stored UV at registration. Omit the column if sign-ins
//! overwrite it, because UV would then count as a factor that it is not.

use super::{ImportError, Imported, Items, Members, Reason, Row, UserHandle, import};

/// Converts stored passkeys: an array, JSON lines or one object.
///
/// `user` returns the user handle of a row. It may return `None` if the row has `webauthnUserID`.
pub fn records(
    json: &str,
    user: impl FnMut(&Row<'_>) -> Option<UserHandle>,
) -> impl Iterator<Item = Result<Imported, ImportError>> {
    import(json, read, user)
}

fn read(row: &Members<'_>, to: &mut Items) -> Result<(), Reason> {
    to.id = row.bytes(&["credentialID", "id"])?; // in this order, because rows from before 11 may have a different `id`
    to.public_key = row.public_key(&["credentialPublicKey", "publicKey"])?;
    to.sign_count = row.count(&["counter"])?;
    to.backup_eligible = row.device_type(&["deviceType", "credentialDeviceType"])?;
    to.backup_state = row.flag(&["backedUp", "credentialBackedUp"])?;
    to.transports = row.transports(&["transports"])?;
    to.user_verified = row.flag(&["userVerified"])?;
    to.user_handle = row.optional_bytes(&["webauthnUserID"])?;
    Ok(())
}
