//! Spending a re-authentication twice must not compile.

use wardkey::{Error, Reauthentication, RelyingParty, UnixTime, UserHandle};

fn act(rp: &RelyingParty, proof: Reauthentication, user: &UserHandle, now: UnixTime) -> Result<(), Error> {
    let _first = proof.spend(rp, user, "prescription 1", now)?;
    let _second = proof.spend(rp, user, "prescription 2", now)?;
    Ok(())
}

fn main() {}
