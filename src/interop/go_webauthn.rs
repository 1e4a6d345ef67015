//! go-webauthn (Go): its `Credential` as `encoding/json` writes it, bytes in base64 with padding.
//!
//! Source: pkg.go.dev/github.com/go-webauthn/webauthn/webauthn, `type Credential` (releases 0.8 to 0.17).
//!
//! * `flags.userVerified` is not read, because logins overwrite it (always up to release 0.17.4, and possibly later). UV at
//!   registration is taken from `attestation.object`, which releases from 0.11 on store.
//! * Backup flags are read only if `flags.userPresent` is true. Go writes missing booleans as `false`, so a credential from
//!   before the library stored flags has only `false` after it was saved again. A registration requires user presence, so
//!   without it the flags were never stored.
//! * `authenticator.cloneWarning` becomes [`Concern::CloneWarning`](super::Concern::CloneWarning).
//! * Credentials from U2F have a raw point as key; they sign in as [`u2f`](super::u2f) describes.

use super::{ImportError, Imported, Items, Members, Reason, Row, UserHandle, import};

/// Converts stored credentials: an array, JSON lines or one object.
///
/// `user` returns the user handle of a row: the result of `WebAuthnID()` for its user.
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
