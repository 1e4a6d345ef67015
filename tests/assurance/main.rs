//! Levels of assurance, demands, profiles, confirmations and accounts: the cases of this folder and of `../shared`, properties, and whole sign-ins.

#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "tests")]

mod accounts;
#[path = "../../examples/assurance/answer/mod.rs"]
mod answer;
#[path = "../front_door/browser.rs"]
#[allow(dead_code, reason = "the tests of the front door use the rest")]
mod browser;
mod cases;
mod confirmations;
mod front_door;
mod properties;
mod sign_ins;

use wardkey::UnixTime;

const NOW: UnixTime = UnixTime::from_secs(1_795_392_000);
