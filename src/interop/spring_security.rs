//! Spring Security (Java): the columns of its table `user_credentials`, or the properties of its `CredentialRecord`.
//!
//! Source: docs.spring.io/spring-security, "Passkeys", and the schema that `JdbcUserCredentialRepository` requires,
//! `org/springframework/security/user-credentials-schema.sql` (releases 6.5 and 7.0). Ids are in base64url; the columns
//! with bytes are BLOBs, which PostgreSQL writes as `\x…` in JSON and others in base64.
//!
//! `user_entity_user_id` is the user handle. UV at registration is taken from the attestation object, or else from
//! `uv_initialized`, which no sign-in changes.

use super::{ImportError, Imported, Items, Members, Reason, import};

/// Converts stored credentials: an array, JSON lines or one object. Each row holds its user handle.
pub fn records(json: &str) -> impl Iterator<Item = Result<Imported, ImportError>> {
    import(json, read, |_| None)
}

fn read(row: &Members<'_>, to: &mut Items) -> Result<(), Reason> {
    to.id = row.bytes(&["credential_id"])?;
    to.user_handle = Some(row.bytes(&["user_entity_user_id"])?);
    to.public_key = row.public_key(&["public_key"])?;
    to.sign_count = row.optional_count(&["signature_count"])?.unwrap_or_default();
    to.user_verified = row.flag(&["uv_initialized"])?;
    to.backup_eligible = row.flag(&["backup_eligible"])?;
    to.backup_state = row.flag(&["backup_state"])?;
    to.transports = row.transports(&["authenticator_transports", "transports"])?;
    to.attestation_object = row.optional_bytes(&["attestation_object"])?;
    Ok(())
}
