//! py_webauthn (Python): the items of its `VerifiedRegistration`, under their names, with bytes in base64url as its helpers
//! write them.
//!
//! Source: duo-labs.github.io/py_webauthn, "Registration", `VerifiedRegistration` (releases 1 to 2). The backup items came
//! with release 1.3. Transports are not among the items; they are read if the application stored them too.
//!
//! `user_verified` must be UV at registration. Omit the column if sign-ins overwrite it.

use super::{ImportError, Imported, Items, Members, Reason, Row, UserHandle, import};

/// Converts stored registrations: an array, JSON lines or one object.
///
/// `user` returns the user handle of a row: the `user_id` that was given to `generate_registration_options`.
pub fn records(
    json: &str,
    user: impl FnMut(&Row<'_>) -> Option<UserHandle>,
) -> impl Iterator<Item = Result<Imported, ImportError>> {
    import(json, read, user)
}

fn read(row: &Members<'_>, to: &mut Items) -> Result<(), Reason> {
    to.id = row.bytes(&["credential_id"])?;
    to.public_key = row.public_key(&["credential_public_key"])?;
    to.sign_count = row.count(&["sign_count"])?;
    to.user_verified = row.flag(&["user_verified"])?;
    to.backup_eligible = row.device_type(&["credential_device_type"])?;
    to.backup_state = row.flag(&["credential_backed_up"])?;
    to.attestation_object = row.optional_bytes(&["attestation_object"])?;
    to.transports = row.transports(&["transports"])?;
    Ok(())
}
