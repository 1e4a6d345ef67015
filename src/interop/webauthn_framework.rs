//! webauthn-framework (web-auth, PHP): the `CredentialRecord` of release 5.3, before it `PublicKeyCredentialSource`.
//!
//! Source: webauthn-doc.spomky-labs.com, "Credential Record"; github.com/web-auth/webauthn-framework,
//! `CredentialRecordDenormalizer.php` and `CredentialRecord.orm.xml` (releases 3 to 5.3).
//!
//! | stored as | user handle |
//! |---|---|
//! | the JSON of its normalizer, or of `jsonSerialize` before release 5 | `userHandle`, in base64url |
//! | the columns of its Doctrine mapping, as Symfony names them | `user_handle`, as plain text |
//!
//! The spelling of this member decides how it is read, so rename the column if it has neither name. `uvInitialized` is not
//! read, because a sign-in with UV sets it without another factor.

use super::{ImportError, Imported, Items, Members, Reason, import};

/// Converts stored credentials: an array, JSON lines or one object. Each row holds its user handle.
pub fn records(json: &str) -> impl Iterator<Item = Result<Imported, ImportError>> {
    import(json, read, |_| None)
}

fn read(row: &Members<'_>, to: &mut Items) -> Result<(), Reason> {
    to.id = row.bytes(&["publicKeyCredentialId"])?;
    to.public_key = row.public_key(&["credentialPublicKey"])?;
    to.sign_count = row.count(&["counter"])?;
    to.transports = row.transports(&["transports"])?;
    to.backup_eligible = row.flag(&["backupEligible"])?;
    to.backup_state = row.flag(&["backupStatus"])?;
    let plain = row.0.iter().any(|(name, _)| name == "user_handle");
    to.user_handle =
        if plain { row.text(&["user_handle"])?.map(String::into_bytes) } else { Some(row.bytes(&["userHandle"])?) };
    Ok(())
}
