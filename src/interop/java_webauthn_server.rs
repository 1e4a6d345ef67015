//! java-webauthn-server (Yubico, Java): its `RegisteredCredential` as Jackson writes it, bytes in base64url.
//!
//! Source: developers.yubico.com/java-webauthn-server, JavaDoc of `com.yubico.webauthn.RegisteredCredential` (releases 1 to
//! 2). `transports` is read if the application stored them too.

use super::{ImportError, Imported, Items, Members, Reason, import};

/// Converts stored credentials: an array, JSON lines or one object. Each row holds its user handle.
pub fn records(json: &str) -> impl Iterator<Item = Result<Imported, ImportError>> {
    import(json, read, |_| None)
}

fn read(row: &Members<'_>, to: &mut Items) -> Result<(), Reason> {
    to.id = row.bytes(&["credentialId"])?;
    to.user_handle = Some(row.bytes(&["userHandle"])?);
    to.public_key = row.public_key(&["publicKeyCose"])?;
    to.sign_count = row.optional_count(&["signatureCount"])?.unwrap_or_default();
    to.backup_eligible = row.flag(&["backupEligible"])?;
    to.backup_state = row.flag(&["backupState", "backedUp"])?;
    to.transports = row.transports(&["transports"])?;
    Ok(())
}
