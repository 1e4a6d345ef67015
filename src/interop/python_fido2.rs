//! python-fido2 (Yubico, Python): the bytes of its `AttestedCredentialData`, or of the `AuthenticatorData` that
//! `Fido2Server.register_complete` returns.
//!
//! Source: github.com/Yubico/python-fido2, `examples/server/server.py`, which stores `auth_data.credential_data`, and
//! `fido2/webauthn.py` (releases 0.9 to 2.2). Both types are `bytes`, which applications store in base64, base64url
//! (`websafe_encode`) or as a number array.
//!
//! | row | items that are read |
//! |---|---|
//! | a JSON string, or an object with `credential_data` | credential id and key (§6.5.1); `counter`, if it is present |
//! | an object with `auth_data` | the same, and UV, backup flags and counter of the registration (§6.1); `counter` replaces that counter, if it is present |
//!
//! The library does not store or check the counter.

use super::octets::Octets;
use super::rows::import_values;
use super::{ImportError, Imported, Items, Members, Reason, Row, UserHandle};
use crate::authenticator::AuthenticatorData;
use crate::authenticator::data::Error;

/// Converts stored credentials: an array, JSON lines or one value.
///
/// `user` returns the user handle of a row: the `id` of the `PublicKeyCredentialUserEntity` that was given to
/// `register_begin`.
pub fn records(
    json: &str,
    user: impl FnMut(&Row<'_>) -> Option<UserHandle>,
) -> impl Iterator<Item = Result<Imported, ImportError>> {
    import_values(json, read, user)
}

fn read(row: &str, to: &mut Items) -> Result<(), Reason> {
    const BYTES: Reason = Reason::Malformed { member: "credential_data", expected: Octets::EXPECTED };
    if row.starts_with('"') {
        let Octets(data) = serde_json::from_str(row).map_err(|_| BYTES)?;
        return to.attested(&data);
    }
    let row = Members::read(row)?;
    match row.optional_bytes(&["auth_data"])? {
        Some(data) => registered(&data, to)?,
        None => to.attested(&row.bytes(&["credential_data"])?)?,
    }
    to.sign_count = row.optional_count(&["counter"])?.unwrap_or(to.sign_count);
    to.transports = row.transports(&["transports"])?;
    Ok(())
}

/// Sets the items from the authenticator data of the registration.
fn registered(data: &[u8], to: &mut Items) -> Result<(), Reason> {
    let data = AuthenticatorData::read(data).map_err(Reason::AuthenticatorData)?;
    let attested = data.attested_credential_data();
    let attested = attested.ok_or(Reason::AuthenticatorData(Error::NoAttestedCredentialData))?;
    to.id = attested.credential_id().to_vec();
    to.public_key = attested.credential_public_key().to_vec();
    to.sign_count = data.sign_count();
    to.user_verified = Some(data.flags().user_verified());
    to.backup_eligible = Some(data.flags().backup_eligible());
    to.backup_state = Some(data.flags().backup_state());
    Ok(())
}
