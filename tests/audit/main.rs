//! Audit: chains, events and bundles. `README.md` describes the cases.

#[path = "../../examples/audit/answer.rs"]
mod answer;
#[path = "../front_door/browser.rs"]
#[allow(dead_code, reason = "the tests of the front door use the rest")]
mod browser;

mod bundles;
mod cases;
mod chains;
mod events;
mod front_door;
