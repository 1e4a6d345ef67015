//! The outcome of each step of a ceremony, recorded by the check itself.
//!
//! A ceremony begins with every step [`NotReached`](Outcome::NotReached). Each check records what it found. A step that
//! no check recorded therefore stays "not reached": nothing becomes "passed" by default.

use super::refusal::Refusal;
use super::step::{Ceremony, Step, StepNumber};
use core::fmt;

/// The outcome of one step.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum Outcome {
    /// The policy did not ask for the check, or there was nothing to check.
    NotRequired,
    /// The check was made and holds. Where it holds only because of a [`Quirk`](crate::quirk::Quirk), the evidence names
    /// the quirk.
    Passed,
    /// The check could not be made, because the credential record lacks the value to compare with.
    NotKnown,
    /// The check was made and does not hold. The policy accepts that.
    Waived,
    /// The ceremony ended before the check.
    NotReached,
    /// The check refused the ceremony.
    Refused,
}

impl Outcome {
    /// The outcome of a check that holds: `Passed` where it was required.
    pub(crate) const fn of_required(required: bool) -> Self {
        if required { Self::Passed } else { Self::NotRequired }
    }
}

/// The outcome of each step of one ceremony.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct Outcomes {
    ceremony: Ceremony,
    of: [Outcome; Step::ALL.len()],
}

impl fmt::Debug for Outcomes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_map().entries(self.iter().map(|(step, outcome)| (step.step, outcome))).finish()
    }
}

impl Outcomes {
    pub(crate) const fn new(ceremony: Ceremony) -> Self {
        Self { ceremony, of: [Outcome::NotReached; Step::ALL.len()] }
    }

    /// The ceremony.
    #[must_use]
    pub const fn ceremony(&self) -> Ceremony {
        self.ceremony
    }

    /// The outcome of one check.
    #[must_use]
    pub fn of(&self, step: Step) -> Outcome {
        self.of.get(step.index()).copied().unwrap_or(Outcome::NotReached)
    }

    /// Every step of the ceremony in the order of the standard, each once. Where two checks belong to one step, the more
    /// serious outcome counts: `Refused` before `NotReached`, `Waived`, `NotKnown`, `Passed` and `NotRequired`.
    pub fn iter(&self) -> impl Iterator<Item = (StepNumber, Outcome)> + use<> {
        let outcomes = *self;
        self.ceremony.steps().map(move |step| {
            let same_number = |check: &Step| check.number(outcomes.ceremony).is_some_and(|is| is.number == step.number);
            let checks = Step::ALL.into_iter().filter(same_number).map(|check| outcomes.of(check));
            (step, checks.max().unwrap_or(Outcome::NotReached))
        })
    }

    pub(crate) fn record(&mut self, step: Step, outcome: Outcome) {
        if let Some(of) = self.of.get_mut(step.index()) {
            *of = outcome;
        }
    }

    pub(crate) fn passed(&mut self, step: Step) {
        self.record(step, Outcome::Passed);
    }

    /// Records the outcome of a check that is made only where it is `required`.
    pub(crate) fn check(&mut self, step: Step, required: bool, holds: bool, refusal: Refusal) -> Result<(), Refusal> {
        match (required, holds) {
            (false, _) => self.record(step, Outcome::NotRequired),
            (true, true) => self.passed(step),
            (true, false) => return Err(refusal),
        }
        Ok(())
    }

    /// Marks the step that refused.
    pub(crate) fn refused(mut self, refusal: &Refusal) -> Self {
        self.record(refusal.step(), Outcome::Refused);
        self
    }
}
