//! The items that importers read from a row, and the record that is made from them.

use super::check::Concern;
use super::error::Reason;
use super::key;
use crate::attestation::AttestationObject;
use crate::authenticator::AttestedCredentialData;
use crate::credential::{CredentialId, CredentialRecord, Transport, UserHandle};
use crate::quirk::{Quirk, Quirks};

/// A record that was imported from a row, with its concerns.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Imported {
    /// The number of the row, from 0.
    pub row: usize,
    /// The record. [`check`](super::check()) returns whether it can sign in.
    pub record: CredentialRecord,
    /// What the import changed, and facts of the row that a record cannot hold. None of them locks out.
    pub concerns: Vec<Concern>,
}

/// The items of a row that the other library stores.
#[derive(Debug, Default)]
pub(super) struct Items {
    pub(super) id: Vec<u8>,
    /// A COSE_Key, a raw point or a SubjectPublicKeyInfo.
    pub(super) public_key: Vec<u8>,
    pub(super) sign_count: u32,
    /// UV at registration. An importer must not set it from a flag that sign-ins change.
    pub(super) user_verified: Option<bool>,
    pub(super) backup_eligible: Option<bool>,
    pub(super) backup_state: Option<bool>,
    pub(super) transports: Vec<Transport>,
    pub(super) user_handle: Option<Vec<u8>>,
    /// The source of UV at registration, preferred to `user_verified`.
    pub(super) attestation_object: Option<Vec<u8>>,
    pub(super) clone_warning: bool,
}

impl Items {
    /// Sets the credential id and the key from attested credential data (§6.5.1).
    pub(super) fn attested(&mut self, data: &[u8]) -> Result<(), Reason> {
        let (_, id, key) = AttestedCredentialData::split(data).map_err(Reason::AuthenticatorData)?;
        self.id = id.to_vec();
        self.public_key = key.to_vec();
        Ok(())
    }

    /// Makes the record. `user` is the user handle that the caller gives.
    pub(super) fn imported(self, row: usize, id: CredentialId, user: Option<UserHandle>) -> Result<Imported, Reason> {
        let user = user_handle(self.user_handle, user)?;
        let (public_key, mended) = key::canonical(self.public_key)?;
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

/// Returns the user handle of the row or of the caller. If there are both, they must be equal.
fn user_handle(stored: Option<Vec<u8>>, given: Option<UserHandle>) -> Result<UserHandle, Reason> {
    match (stored, given) {
        (Some(stored), Some(given)) if stored != given.as_bytes() => Err(Reason::OtherUserHandle),
        (_, Some(given)) => Ok(given),
        (Some(stored), None) => UserHandle::new(stored).map_err(Reason::UserHandle),
        (None, None) => Err(Reason::NoUserHandle),
    }
}

/// Returns UV of the registration of this credential, or `None` if the object cannot be read or belongs to another credential.
///
/// uvInitialized (§4) is UV at registration, or at a later sign-in together with another factor. Otherwise somebody who finds a
/// security key without a PIN could set a PIN, and it would count as a factor.
fn user_verified(attestation_object: &[u8], id: &CredentialId) -> Option<bool> {
    let quirks = Quirks::NONE.with(Quirk::CborKeyOrder).with(Quirk::CborIndefiniteLength);
    let object = AttestationObject::read(attestation_object, quirks).ok()?;
    let data = object.authenticator_data();
    let registered = data.attested_credential_data()?.credential_id() == id.as_bytes();
    registered.then(|| data.flags().user_verified())
}

/// Returns consistent backup flags (§6.1.3): a credential that is not eligible is not backed up, and a backed-up credential is
/// eligible. A contradiction becomes unknown.
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
