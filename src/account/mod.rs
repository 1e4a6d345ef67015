//! Accounts on the way from SMS codes to passkeys (feature `assurance`).
//!
//! The stage of an account is computed from what it has and never stored, so that the two cannot disagree. [`Account`] is a plain value
//! that you make of your store; [`Account::stage`], [`Account::max_level`] and [`Account::decide`] are pure functions of it.
//!
//! | to | use |
//! |---|---|
//! | see how far an account is | [`Account::stage`], [`Account::is_resilient`] |
//! | decide about adding, removing, suspending or resuming a passkey, changing the phone, retiring SMS codes, recovering | [`Account::decide`] |
//! | tell the person | [`Decision::notice`], [`Decision::notify`], [`Shown`] |
//! | write the migration plan | [`report`] |
//!
//! | rule | source |
//! |---|---|
//! | binding at the lower of both levels; notices to all addresses, to postal ones only if needed | SP 800-63B-4 4.1.2.1, 4.6 |
//! | recovery by codes of two methods, a code and an authenticator, or proofing; by a biometric comparison at AAL3 and IAL3 | 4.2.2 |
//! | one factor is enough to report a loss | 4.3 |
//! | suspending a passkey makes no other act easier | ours |
//! | which providers are independent; cooling-off after a recovery; one phone number is one proof | ours |
//!
//! The manual shows [the whole way](crate::manual::sms).

mod decide;
mod model;
mod recovery;
mod report;
mod shown;
mod stage;

pub use decide::{AccountAct, AccountPolicy, Decision, Need, Notice};
pub use model::{Account, AccountError, AccountSession, Address, AddressKind, Passkey};
pub use recovery::Proof;
pub use report::{Report, report};
pub use shown::Shown;
pub use stage::Stage;
