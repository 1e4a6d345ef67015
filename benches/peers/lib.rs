//! Each peer as a contestant, through its published API. Everything that can be prepared before a response arrives is prepared
//! once; the measurement starts with the posted JSON and ends with the verdict.
//!
//! A peer that cannot verify a ceremony, or refuses it, is not measured on it.

pub mod passki;
pub mod webauthn_rp;
pub mod webauthn_rs;

/// One verdict, and whether it was to accept.
pub type Verdict<'a> = Box<dyn FnMut() -> bool + 'a>;
