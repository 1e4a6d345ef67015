//! lbuchs/WebAuthn (PHP): the data that `processCreate` returns "to be stored for future logins", under its names.
//!
//! Source: github.com/lbuchs/WebAuthn, `src/WebAuthn.php`, `processCreate`, and `_test/server.php` (release 2).
//!
//! * `credentialPublicKey` is in PEM, which has no algorithm. The library offers ES256 and RS256, newer releases EdDSA too.
//! * `credentialId` is a binary string that the application encodes. Base64, base64url and the notation of the library's
//!   `ByteBuffer` are read. If yours is hexadecimal, put `\x` before the digits.
//! * `signatureCounter` is null if the authenticator has no counter.
//! * `userVerified` must be UV at registration. Omit the column if sign-ins overwrite it.
//! * Newer releases also return `isBackupEligible` and `isBackedUp`.

use super::{ImportError, Imported, Items, Members, Reason, Row, UserHandle, import};

/// Converts stored credentials: an array, JSON lines or one object.
///
/// `user` returns the user handle of a row: the `$userId` that was given to `getCreateArgs`, as bytes.
pub fn records(
    json: &str,
    user: impl FnMut(&Row<'_>) -> Option<UserHandle>,
) -> impl Iterator<Item = Result<Imported, ImportError>> {
    import(json, read, user)
}

fn read(row: &Members<'_>, to: &mut Items) -> Result<(), Reason> {
    to.id = row.bytes(&["credentialId"])?;
    to.public_key = row.public_key(&["credentialPublicKey"])?;
    to.sign_count = row.optional_count(&["signatureCounter"])?.unwrap_or_default();
    to.user_verified = row.flag(&["userVerified"])?;
    to.backup_eligible = row.flag(&["isBackupEligible"])?;
    to.backup_state = row.flag(&["isBackedUp"])?;
    to.transports = row.transports(&["transports"])?;
    Ok(())
}
