//! Making a record from its fields, without `claim`, must not compile.

use wardkey::{CredentialId, CredentialRecord, UserHandle};

fn forge(id: CredentialId, user_handle: UserHandle) -> CredentialRecord {
    CredentialRecord {
        id,
        user_handle,
        public_key: Vec::new(),
        sign_count: 0,
        uv_initialized: true,
        backup_eligible: None,
        backup_state: None,
        transports: Vec::new(),
    }
}

fn main() {}
