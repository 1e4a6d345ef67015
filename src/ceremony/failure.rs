//! A ceremony that was refused.

use super::evidence::Evidence;
use super::recorder::Recorder;
use super::refusal::Refusal;
use super::step::{Ceremony, StepNumber};
use crate::client::signal::Signal;
use core::fmt;

/// A refusal, and the ceremony that it ended.
#[derive(Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Failure {
    /// The ceremony.
    pub ceremony: Ceremony,
    /// The reason.
    pub refusal: Refusal,
    pub(crate) recorder: Box<Recorder>,
    /// The signal that the page may send, if the credential is known to be unknown.
    pub(crate) unknown_credential: Option<Box<Signal>>,
}

impl Failure {
    pub(crate) fn after(mut recorder: Recorder, refusal: Refusal) -> Self {
        recorder.refused(&refusal);
        let ceremony = recorder.evidence.ceremony;
        Self { ceremony, refusal, recorder: Box::new(recorder), unknown_credential: None }
    }

    /// Makes the failure of a ceremony that ended before any other step, such as a response that cannot be parsed.
    #[must_use]
    pub fn new(ceremony: Ceremony, refusal: Refusal) -> Self {
        Self::after(Recorder::new(ceremony), refusal)
    }

    /// Returns the step of the standard that refuses.
    #[must_use]
    pub const fn step(&self) -> Option<StepNumber> {
        self.refusal.step().number(self.ceremony)
    }

    /// Returns a stable word for logs and dashboards, such as `challenge-mismatch`.
    #[must_use]
    pub const fn code(&self) -> &'static str {
        self.refusal.code()
    }

    /// Returns the evidence of the refused ceremony: which steps passed, which one refused, and which were not reached. For
    /// logs only: never show it at the browser.
    #[must_use]
    pub fn evidence(&self) -> Evidence {
        (*self.recorder).clone().finish()
    }
}

/// Shows the refusal only. The evidence names the credential.
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

/// The text above already contains that of the refusal.
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
