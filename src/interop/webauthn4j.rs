//! webauthn4j (Java): the items of its `CredentialRecord` under their names, `attestedCredentialData` as its
//! `AttestedCredentialDataConverter` writes it: the bytes of §6.5.1, mostly stored in base64url.
//!
//! Source: webauthn4j.github.io/webauthn4j, "CredentialRecord serialization and deserialization" (releases 0.26 to 0.29).
//!
//! `uvInitialized` is not read: an authentication with UV sets it, without any other factor beside it. The whole
//! attestation object, where an application stored it as well, tells UV at registration.

use super::{ImportError, Imported, Items, Members, Reason, Row, import};
use crate::credential::UserHandle;

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
