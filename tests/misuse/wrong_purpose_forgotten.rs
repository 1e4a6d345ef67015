//! A re-authentication without a purpose, without a lifetime, or whose lifetime is a bare number must not compile, and its
//! proof must not be spent without saying for what.

use std::time::Duration;
use wardkey::{CredentialRecord, Reauthentication, ReauthenticationRequest, RelyingParty, UnixTime, UserHandle};

fn without_purpose(user: &UserHandle, own: &[CredentialRecord]) -> ReauthenticationRequest {
    ReauthenticationRequest::new(user, own, Duration::from_secs(120))
}

fn without_unit(user: &UserHandle, own: &[CredentialRecord]) -> ReauthenticationRequest {
    ReauthenticationRequest::new(user, own, "delete-passkey", u32::MAX)
}

fn spend(rp: &RelyingParty, proof: Reauthentication, user: &UserHandle, now: UnixTime) {
    let _id = proof.spend(rp, user, now);
}

fn main() {}
