//! SimpleWebAuthn (TypeScript): the `Passkey` that its documentation stores, and what releases before 11 called an
//! authenticator.
//!
//! Source: simplewebauthn.dev, "@simplewebauthn/server", "Additional data structures" (release 13), and the guide to
//! release 11 for the earlier names. `publicKey` may be what JavaScript makes of its `Uint8Array`, or base64 text;
//! `transports` an array, or text with commas, as the page advises for SQL columns.
//!
//! The shape has no UV. `userVerified` is read where the application stored that of the registration; leave a column out
//! that sign-ins overwrite, because it would make UV a factor that it is not.

use super::{ImportError, Imported, Items, Members, Reason, Row, import};
use crate::credential::UserHandle;

/// Converts stored passkeys: an array, JSON lines or one object.
///
/// `user` returns the user handle of a row; it may return `None` where the row has `webauthnUserID`.
pub fn records(
    json: &str,
    user: impl FnMut(&Row<'_>) -> Option<UserHandle>,
) -> impl Iterator<Item = Result<Imported, ImportError>> {
    import(json, read, user)
}

fn read(row: &Members<'_>, to: &mut Items) -> Result<(), Reason> {
    to.id = row.bytes(&["credentialID", "id"])?; // in this order: rows of before 11 may have an `id` of their own
    to.public_key = row.public_key(&["credentialPublicKey", "publicKey"])?;
    to.sign_count = row.count(&["counter"])?;
    to.backup_eligible = row.device_type(&["deviceType", "credentialDeviceType"])?;
    to.backup_state = row.flag(&["backedUp", "credentialBackedUp"])?;
    to.transports = row.transports(&["transports"])?;
    to.user_verified = row.flag(&["userVerified"])?;
    to.user_handle = row.optional_bytes(&["webauthnUserID"])?;
    Ok(())
}
