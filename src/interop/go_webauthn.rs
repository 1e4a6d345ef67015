//! go-webauthn (Go): its `Credential` as `encoding/json` writes it, bytes in base64 with padding.
//!
//! Source: pkg.go.dev/github.com/go-webauthn/webauthn/webauthn, `type Credential` (releases 0.8 to 0.17).
//!
//! * `flags.userVerified` is not read: up to release 0.17.4 every login overwrites it, and later ones let a login set
//!   it. `attestation.object`, which releases from 0.11 on keep, tells UV at registration.
//! * Go has no missing booleans: credentials from before the library kept flags have, once they were saved again, all of
//!   them false. No credential was ever registered without user presence, so flags without it were never kept.
//! * `authenticator.cloneWarning` becomes [`Concern::CloneWarning`](super::Concern::CloneWarning).
//! * Credentials that came from U2F have a raw point as their key; they sign in as [`u2f`](super::u2f) says.

use super::{ImportError, Imported, Items, Members, Reason, Row, import};
use crate::credential::UserHandle;

/// Converts stored credentials: an array, JSON lines or one object.
///
/// `user` returns the user handle of a row: what `WebAuthnID()` returns for its user.
pub fn records(
    json: &str,
    user: impl FnMut(&Row<'_>) -> Option<UserHandle>,
) -> impl Iterator<Item = Result<Imported, ImportError>> {
    import(json, read, user)
}

fn read(row: &Members<'_>, to: &mut Items) -> Result<(), Reason> {
    to.id = row.bytes(&["id"])?;
    to.public_key = row.public_key(&["publicKey"])?;
    let authenticator = row.object(&["authenticator"])?;
    to.sign_count = authenticator.count(&["signCount"])?;
    to.clone_warning = authenticator.flag(&["cloneWarning"])?.unwrap_or_default();
    to.transports = row.transports(&["transport"])?;
    if let Some(flags) = row.optional_object(&["flags"])?
        && flags.flag(&["userPresent"])? == Some(true)
    {
        to.backup_eligible = Some(flags.flag(&["backupEligible"])?.unwrap_or_default());
        to.backup_state = Some(flags.flag(&["backupState"])?.unwrap_or_default());
    }
    if let Some(attestation) = row.optional_object(&["attestation"])? {
        to.attestation_object = attestation.optional_bytes(&["object"])?;
    }
    Ok(())
}
