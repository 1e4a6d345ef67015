//! webauthn-ruby (cedarcode, Ruby): the columns of its README and of its demo applications.
//!
//! Source: github.com/cedarcode/webauthn-ruby, README.md, "Credential Registration" (releases 2 and 3): `webauthn_id`,
//! `public_key`, `sign_count`; the demo application for Rails calls the first `external_id`. Ids and keys are in the
//! encoding of the library's configuration: base64url, base64, or none.
//!
//! Release 1 stored the key as a raw point, which is read too. The library stores neither UV, backup flags nor transports;
//! transports are read if the application stored them too.

use super::{ImportError, Imported, Items, Members, Reason, Row, UserHandle, import};

/// Converts stored credentials: an array, JSON lines or one object.
///
/// `user` returns the user handle of a row: the `webauthn_id` of its user, decoded.
pub fn records(
    json: &str,
    user: impl FnMut(&Row<'_>) -> Option<UserHandle>,
) -> impl Iterator<Item = Result<Imported, ImportError>> {
    import(json, read, user)
}

fn read(row: &Members<'_>, to: &mut Items) -> Result<(), Reason> {
    // In this order, because a row that is joined with the table of users has their `webauthn_id` and an `external_id`.
    to.id = match row.optional_bytes(&["external_id"])? {
        Some(id) => id,
        None => row.bytes(&["webauthn_id"])?,
    };
    to.public_key = row.public_key(&["public_key"])?;
    to.sign_count = row.count(&["sign_count"])?;
    to.transports = row.transports(&["transports"])?;
    Ok(())
}
