//! What the stored shapes have in common, and the record that it makes.

use super::check::Concern;
use super::error::Reason;
use super::key::StoredKey;
use crate::attestation::AttestationObject;
use crate::authenticator::AttestedCredentialData;
use crate::credential::{CredentialId, CredentialRecord, Transport, UserHandle};
use crate::quirk::{Quirk, Quirks};

/// A record out of a row, and what a person should know of it.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Imported {
    /// The row, counted from 0.
    pub row: usize,
    /// The record. Whether it can sign in is for [`check`](super::check()) to say.
    pub record: CredentialRecord,
    /// What the import changed, and what the row says that a record has no place for. None of them locks out.
    pub concerns: Vec<Concern>,
}

/// The items of a row, as far as the library stores them.
#[derive(Debug, Default)]
pub(super) struct Items {
    pub(super) id: Vec<u8>,
    pub(super) public_key: StoredKey,
    pub(super) sign_count: u32,
    /// UV at registration; a flag that sign-ins change is not.
    pub(super) user_verified: Option<bool>,
    pub(super) backup_eligible: Option<bool>,
    pub(super) backup_state: Option<bool>,
    pub(super) transports: Vec<Transport>,
    pub(super) user_handle: Option<Vec<u8>>,
    /// Tells UV at registration, before `user_verified`.
    pub(super) attestation_object: Option<Vec<u8>>,
    pub(super) clone_warning: bool,
}

impl Items {
    /// Takes the credential id and the key out of attested credential data (§6.5.1).
    pub(super) fn attested(&mut self, data: &[u8]) -> Result<(), Reason> {
        let (_, id, key) = AttestedCredentialData::split(data).map_err(Reason::AuthenticatorData)?;
        self.id = id.to_vec();
        self.public_key = key.to_vec().into();
        Ok(())
    }

    /// The record of the account with this user handle.
    pub(super) fn imported(self, row: usize, id: CredentialId, user: Option<UserHandle>) -> Result<Imported, Reason> {
        let user = user_handle(self.user_handle, user)?;
        let (public_key, mended) = self.public_key.canonical()?;
        let registered = self.attestation_object.and_then(|object| user_verified(&object, &id));
        let mut record = CredentialRecord::new(id, user, public_key);
        record.sign_count = self.sign_count;
        record.uv_initialized = registered.or(self.user_verified).unwrap_or_default();
        (record.backup_eligible, record.backup_state) = backup(self.backup_eligible, self.backup_state);
        record.transports = self.transports;
        let warning = self.clone_warning.then_some(Concern::CloneWarning);
        Ok(Imported { row, record, concerns: mended.into_iter().chain(warning).collect() })
    }
}

/// The row's handle and the caller's must be the same where both are there.
fn user_handle(stored: Option<Vec<u8>>, given: Option<UserHandle>) -> Result<UserHandle, Reason> {
    match (stored, given) {
        (Some(stored), Some(given)) if stored != given.as_bytes() => Err(Reason::OtherUserHandle),
        (_, Some(given)) => Ok(given),
        (Some(stored), None) => UserHandle::new(stored).map_err(Reason::UserHandle),
        (None, None) => Err(Reason::NoUserHandle),
    }
}

/// Returns UV as the registration of this credential said it, or `None` where the object is not that registration.
///
/// uvInitialized (§4) is UV at registration, or at a later sign-in with another factor beside it: else someone who finds a
/// security key without a PIN could set one, and it would count as a factor.
fn user_verified(attestation_object: &[u8], id: &CredentialId) -> Option<bool> {
    let quirks = Quirks::NONE.with(Quirk::CborKeyOrder).with(Quirk::CborIndefiniteLength);
    let object = AttestationObject::read(attestation_object, quirks).ok()?;
    let data = object.authenticator_data();
    let registered = data.attested_credential_data()?.credential_id() == id.as_bytes();
    registered.then(|| data.flags().user_verified())
}

/// A credential that is not eligible is not backed up; a pair that says otherwise (§6.1.3) is unknown.
const fn backup(eligible: Option<bool>, state: Option<bool>) -> (Option<bool>, Option<bool>) {
    match (eligible, state) {
        (Some(false), Some(true)) => (None, None),
        (Some(false), _) => (Some(false), Some(false)),
        (None, Some(true)) => (Some(true), Some(true)),
        (None, _) => (None, None),
        known => known,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::interop::tests::{UV, attestation_object};

    #[test]
    fn uv_is_taken_from_the_registration_of_this_credential_alone() {
        let id = CredentialId::new(*b"credential").unwrap();
        let whole = attestation_object(b"credential", UV);
        let verified = |object: &[u8]| user_verified(object, &id);
        assert_eq!(verified(&whole), Some(true));
        assert_eq!(verified(&attestation_object(b"credential", 0)), Some(false));
        assert_eq!(verified(&attestation_object(b"credentiaL", UV)), None);
        let unsorted = [&b"\xa3gattStmt\xa0cfmtdnone"[..], &whole[19..]].concat();
        assert_eq!(verified(&unsorted), Some(true));
        for len in [0, 1, whole.len() - 1] {
            assert_eq!(verified(&whole[..len]), None, "{len}");
        }
    }
}
