//! Each peer, through its published API, made a contestant: what can be prepared before a response arrives is prepared
//! once; what is timed begins with the posted JSON and ends with the verdict.
//!
//! A peer that cannot verify a ceremony, or refuses it, does not take part in its race.

pub mod passki;
pub mod webauthn_rp;
pub mod webauthn_rs;

/// One verdict, and whether it was to accept.
pub type Verdict<'a> = Box<dyn FnMut() -> bool + 'a>;
