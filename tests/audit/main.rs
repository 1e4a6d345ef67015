//! Audit: chains, events and bundles. `README.md` describes the cases.

#[path = "../../examples/audit/answer.rs"]
mod answer;

mod bundles;
mod cases;
mod chains;
mod events;
