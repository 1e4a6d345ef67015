//! The error of a refused ceremony: the refusal, and the evidence up to it.

use super::evidence::Evidence;
use super::recorder::Recorder;
use super::refusal::Refusal;
use super::step::{Ceremony, StepNumber};
use crate::client::signal::Signal;
use crate::macros::getters;
use core::fmt;

/// A refused ceremony: which one, why, and the [evidence](Self::evidence) of its steps.
#[derive(Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Failure {
    /// The ceremony.
    pub ceremony: Ceremony,
    /// The reason.
    pub refusal: Refusal,
    /// What was recorded up to the refusal, and the refusal.
    pub(crate) recorder: Box<Recorder>,
    /// The signal that asks the client to forget the passkey. Only the front door sets it, in a discoverable sign-in with a
    /// credential that has no record.
    pub(crate) unknown_credential: Option<Box<Signal>>,
}

impl Failure {
    /// Records the refusal, which ends the ceremony.
    pub(crate) fn after(recorder: impl Into<Box<Recorder>>, refusal: Refusal) -> Self {
        let mut recorder = recorder.into();
        recorder.refused(&refusal);
        let ceremony = recorder.evidence.ceremony;
        Self { ceremony, refusal, recorder, unknown_credential: None }
    }

    /// Makes the failure of a ceremony in which no step passed before the refusal, such as a response that cannot be parsed.
    #[must_use]
    pub fn new(ceremony: Ceremony, refusal: Refusal) -> Self {
        Self::after(Recorder::new(ceremony), refusal)
    }

    getters! {
        /// Returns the step of the standard that refuses. `None` if the ceremony has no step for this refusal, which only
        /// [`Self::new`] can make.
        pub const fn step(&self) -> Option<StepNumber> = self.refusal.step().number(self.ceremony);
        /// Returns a stable word for logs and dashboards, such as `challenge-mismatch`.
        pub const fn code(&self) -> &'static str = self.refusal.code();
        /// Returns the evidence of the refused ceremony: which steps passed, which one refused, and which were not reached. For
        /// logs only: never send it to the browser.
        pub fn evidence(&self) -> Evidence = (*self.recorder).clone().finish();
    }
}

/// Shows no evidence, because it contains the ids of the credential and the user.
impl fmt::Debug for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Failure")
            .field("ceremony", &self.ceremony)
            .field("refusal", &self.refusal)
            .finish_non_exhaustive()
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.step() {
            Some(step) => write!(f, "{} (step {step})", self.refusal),
            None => write!(f, "{}", self.refusal),
        }
    }
}

/// It has no source, because `Display` already contains the text of the refusal.
impl core::error::Error for Failure {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_failure_names_its_step() {
        let failure = Failure::new(Ceremony::Authentication, Refusal::Origin);
        assert_eq!(failure.to_string(), "origin is not among the expected origins (step 7.2/12)");
        assert_eq!(failure.code(), "origin-not-allowed");
        let failure = Failure::new(Ceremony::Registration, Refusal::AlgorithmNotOffered(-65535));
        assert_eq!(failure.to_string(), "COSE algorithm -65535 was not offered (step 7.1/20)");
    }
}
