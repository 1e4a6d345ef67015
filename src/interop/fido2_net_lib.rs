//! fido2-net-lib (.NET): the `StoredCredential` of releases 2 to 4, and the `RegisteredPublicKeyCredential` of release 4, as
//! System.Text.Json writes them; bytes in base64 or base64url.
//!
//! Source: github.com/passwordless-lib/fido2-net-lib, `Src/Fido2.Development/StoredCredential.cs` and
//! `Src/Fido2.Models/RegisteredPublicKeyCredential.cs` (release 4), which its documentation names as what to store.
//!
//! Before release 4 the id was in the descriptor, the counter was `SignatureCounter`, and backup flags were not stored. Rows
//! that are older than the column `IsBackupEligible` have its default `false`: set it to null in these rows, or omit it. UV
//! is not stored; it is taken from the attestation object, which release 4 stores.

use super::{ImportError, Imported, Items, Members, Reason, Row, UserHandle, import};

/// Converts stored credentials: an array, JSON lines or one object.
///
/// `user` returns the user handle of a row. It may return `None` if the row has `UserHandle` or `User.Id`.
pub fn records(
    json: &str,
    user: impl FnMut(&Row<'_>) -> Option<UserHandle>,
) -> impl Iterator<Item = Result<Imported, ImportError>> {
    import(json, read, user)
}

fn read(row: &Members<'_>, to: &mut Items) -> Result<(), Reason> {
    let descriptor = row.optional_object(&["Descriptor"])?;
    to.id = match (row.optional_bytes(&["Id"])?, &descriptor) {
        (Some(id), _) => id,
        (None, Some(descriptor)) => descriptor.bytes(&["Id"])?,
        (None, None) => return Err(Reason::Missing { member: "Id" }),
    };
    to.public_key = row.public_key(&["PublicKey"])?;
    to.sign_count = row.count(&["SignCount", "SignatureCounter"])?;
    to.transports = match &descriptor {
        Some(descriptor) if row.raw(&["Transports"])?.is_none() => descriptor.transports(&["Transports"])?,
        _ => row.transports(&["Transports"])?,
    };
    to.attestation_object = row.optional_bytes(&["AttestationObject"])?;
    to.backup_eligible = row.flag(&["IsBackupEligible"])?;
    to.backup_state = row.flag(&["IsBackedUp"])?;
    to.user_handle = match (row.optional_bytes(&["UserHandle"])?, row.optional_object(&["User"])?) {
        (None, Some(user)) => Some(user.bytes(&["Id"])?),
        (handle, _) => handle,
    };
    Ok(())
}
