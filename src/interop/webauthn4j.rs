//! webauthn4j (Java): the items of its `CredentialRecord` under their names. `attestedCredentialData` has the bytes of
//! §6.5.1, as its `AttestedCredentialDataConverter` writes them, usually in base64url.
//!
//! Source: webauthn4j.github.io/webauthn4j, "CredentialRecord serialization and deserialization" (releases 0.26 to 0.29).
//!
//! `uvInitialized` is not read, because an authentication with UV sets it without another factor. UV at registration is taken
//! from the attestation object, if the application stored it too.

use super::{ImportError, Imported, Items, Members, Reason, Row, UserHandle, import};

/// Converts stored credential records: an array, JSON lines or one object.
///
/// `user` returns the user handle of a row.
pub fn records(
    json: &str,
    user: impl FnMut(&Row<'_>) -> Option<UserHandle>,
) -> impl Iterator<Item = Result<Imported, ImportError>> {
    import(json, read, user)
}

fn read(row: &Members<'_>, to: &mut Items) -> Result<(), Reason> {
    to.attested(&row.bytes(&["attestedCredentialData"])?)?;
    to.sign_count = row.count(&["counter"])?;
    to.attestation_object = row.optional_bytes(&["attestationObject"])?;
    to.backup_eligible = row.flag(&["backupEligible"])?;
    to.backup_state = row.flag(&["backupState"])?;
    to.transports = row.transports(&["transports"])?;
    Ok(())
}
