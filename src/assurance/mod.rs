//! How strong a sign-in was, and whether that is enough for an act (feature `assurance`).
//!
//! A verified sign-in says who it is. A portal also has to know how strong the proof was before it issues a token or allows an
//! act. [`Facts`] is what is known of a sign-in, [`assess`] judges it by a table of [`Rules`], and a [`Demand`] says what an act
//! requires. Everything is a pure function of plain values.
//!
//! **An unsigned claim of the client may lower a level, never raise it.** So what clients say without a signature, and risk
//! signals, have no member in [`Facts`]. What you declare ([`Facts::declared`]) may raise a level, and nothing here checks it. The
//! result is the highest level that the evidence is consistent with. It is not a determination of compliance.
//!
//! | to | use |
//! |---|---|
//! | keep what a registration showed | [`Characteristics`](crate::policy::Characteristics) |
//! | judge a sign-in | [`Facts::of`], [`ModelFacts::of`], [`assess`] |
//! | issue a token | [`Assurance::acr`], [`Assurance::amr`], [`Assurance::auth_time`], [`AcrTable`] |
//! | decide about an act | [`Demand`], [`ProvenSession`], [`SignalTable`] |
//! | see what went wrong | [`Assurance::missing_for`], [`Asked::lacks`], [`Signal::seen`] |
//! | start from a named set of choices | [`Profile`] |
//!
//! The manual has pages for [developers](crate::manual::levels) and for [security officers](crate::manual::officers). [`tables`]
//! lists every rule and every profile.
//!
//! | file | content |
//! |---|---|
//! | `level` | levels, verdicts |
//! | `model`, `facts` | what is known of a sign-in |
//! | `view` | what follows from the facts |
//! | `rules`, `nist`, `cfr` | the tables of rules |
//! | `assess`, `acr` | the ceiling, and the claims of a token |
//! | `signal`, `demand` | what acts and signals ask |
//! | `profile` | the three profiles |

mod acr;
mod assess;
mod cfr;
mod demand;
mod facts;
mod level;
mod model;
mod nist;
mod profile;
mod rules;
mod signal;
mod view;

#[doc = include_str!("tables.md")]
pub mod tables {}

pub use acr::{AcrTable, AcrTableError};
pub use assess::{Acr, Assurance, assess};
pub use demand::{Asked, Demand, Lack, Lacks, ProvenSession, SignalTable};
pub use facts::{AttestationFacts, ConfirmationFacts, Declared, Facts, FactsError, OriginKind, OtherFactor, Series};
pub use level::{AssuranceLevel, Verdict};
pub use model::{Fips, ModelFacts};
pub use profile::{Act, Profile};
pub use rules::{Rule, RuleStatus, Rules};
pub use signal::{Signal, SignalError};

#[cfg(test)]
mod tests;
