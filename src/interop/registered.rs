//! UV as the registration said it, for records whose own column says something else.
//!
//! A record's uvInitialized (§4) is UV at registration, or at a later sign-in that another factor stood beside: else
//! whoever found a security key without a PIN would set one, and it would count. Columns that a library sets at every
//! sign-in are neither; the attestation object, where it was kept, is.

use crate::attestation::AttestationObject;
use crate::quirk::{Quirk, Quirks};

/// UV in the attestation object that this credential was registered with; `None` where it is not that.
pub(super) fn user_verified(attestation_object: &[u8], credential_id: &[u8]) -> Option<bool> {
    let quirks = Quirks::NONE.with(Quirk::CborKeyOrder).with(Quirk::CborIndefiniteLength);
    let object = AttestationObject::read(attestation_object, quirks).ok()?;
    let data = object.authenticator_data();
    let registered = data.attested_credential_data()?.credential_id() == credential_id;
    registered.then(|| data.flags().user_verified())
}
