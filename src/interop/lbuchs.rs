//! lbuchs/WebAuthn (PHP): the data that `processCreate` returns "to be stored for future logins", under its names.
//!
//! Source: github.com/lbuchs/WebAuthn, `src/WebAuthn.php`, `processCreate`, and `_test/server.php` (release 2).
//!
//! * `credentialPublicKey` is in PEM, which names no algorithm: the library offers ES256 and RS256, newer releases EdDSA too.
//! * `credentialId` is a binary string, which an application encodes to store it: base64 and base64url are read, as
//!   is the notation of the library's own `ByteBuffer`. If yours is hexadecimal, put `\x` before the digits.
//! * `signatureCounter` is null where the authenticator counts none.
//! * `userVerified` is that of the registration; leave a column out that sign-ins overwrite.
//! * Newer releases return `isBackupEligible` and `isBackedUp` as well.

use super::{ImportError, Imported, Items, Members, Reason, Row, import};
use crate::credential::UserHandle;

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
