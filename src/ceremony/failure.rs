//! A ceremony that was refused.

use super::outcomes::Outcomes;
use super::refusal::Refusal;
use super::step::{Ceremony, StepNumber};
use core::fmt;

/// A refusal, the ceremony it ended, and the outcome of each step until then.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub struct Failure {
    /// The ceremony.
    pub ceremony: Ceremony,
    /// The reason.
    pub refusal: Refusal,
    /// Which steps passed, which one refused, and which were not reached.
    pub outcomes: Outcomes,
}

impl Failure {
    pub(crate) fn after(outcomes: Outcomes, refusal: Refusal) -> Self {
        Self { ceremony: outcomes.ceremony(), refusal, outcomes: outcomes.refused(&refusal) }
    }

    /// A ceremony that ended before any other step.
    #[must_use]
    pub fn new(ceremony: Ceremony, refusal: Refusal) -> Self {
        Self::after(Outcomes::new(ceremony), refusal)
    }

    /// The step of the standard that refuses.
    #[must_use]
    pub const fn step(&self) -> Option<StepNumber> {
        self.refusal.step().number(self.ceremony)
    }

    /// A stable word for logs and dashboards, such as `challenge-mismatch`.
    #[must_use]
    pub const fn code(&self) -> &'static str {
        self.refusal.code()
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
        assert_eq!(failure.to_string(), "an origin that is not expected (step 7.2/12)");
        assert_eq!(failure.code(), "origin-not-allowed");
        let failure = Failure::new(Ceremony::Registration, Refusal::AlgorithmNotOffered(-65535));
        assert_eq!(failure.to_string(), "COSE algorithm -65535 was not offered (step 7.1/20)");
    }
}
