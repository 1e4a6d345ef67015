//! Records the outcome of each step while a ceremony runs, and makes the lists of steps of the [`Evidence`].
//!
//! A ceremony begins with every step [`NotReached`](Outcome::NotReached), and each check records its own outcome. So no step
//! becomes "passed" by default.

use super::evidence::{Evidence, voucher};
use super::refusal::Refusal;
use super::step::{Ceremony, LAST, Outcome, Step, StepNumber};
use crate::attestation::voucher::Fact;
use crate::crypto::{Algorithm, Backend};
use crate::extensions::ExtensionReport;

/// The evidence of a running ceremony, and the outcome of each check so far. [`Self::finish`] makes the lists of steps.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Recorder {
    pub(crate) evidence: Evidence,
    outcomes: [Outcome; Step::ALL.len()],
}

impl Recorder {
    pub(crate) const fn new(ceremony: Ceremony) -> Self {
        Self { evidence: Evidence::new(ceremony), outcomes: [Outcome::NotReached; Step::ALL.len()] }
    }

    pub(crate) fn record(&mut self, step: Step, outcome: Outcome) {
        if let Some(of) = self.outcomes.get_mut(step.index()) {
            *of = outcome;
        }
    }

    pub(crate) fn passed(&mut self, step: Step) {
        self.record(step, Outcome::Passed);
    }

    /// Records that the step passed or was not required. If the check is required and does not hold, returns `refusal` and records
    /// nothing; [`Self::refused`] records it later.
    pub(crate) fn check(&mut self, step: Step, required: bool, holds: bool, refusal: Refusal) -> Result<(), Refusal> {
        match (required, holds) {
            (false, _) => self.record(step, Outcome::NotRequired),
            (true, true) => self.passed(step),
            (true, false) => return Err(refusal),
        }
        Ok(())
    }

    /// Records the algorithm of the credential, and the module that verifies its signatures.
    pub(crate) fn algorithm(&mut self, algorithm: Algorithm, backend: &dyn Backend) {
        self.evidence.algorithm = Some(algorithm);
        self.evidence.module = Some(backend.module(algorithm.scheme()).into());
    }

    /// Records the step of the extension outputs, which were checked if anything was `expected`.
    pub(crate) fn extensions(&mut self, expected: bool, report: ExtensionReport) {
        self.record(Step::Extensions, if expected { Outcome::Passed } else { Outcome::NotRequired });
        self.evidence.unsolicited_extensions = Some(report.unsolicited);
        self.evidence.unknown_extensions = Some(report.unknown);
        self.evidence.secret_extension_results = Some(report.secret_results);
    }

    /// Removes what a stand-in for a missing credential record determined. `allowed` is the outcome of step 5, if it was reached;
    /// `user` is the user that was known before the ceremony.
    pub(crate) fn without_record(&mut self, allowed: Outcome, user: Option<String>) {
        for (step, without_record) in [(Step::AllowCredentials, allowed), (Step::User, Outcome::NotKnown)] {
            if let Some(outcome @ (Outcome::Passed | Outcome::NotRequired)) = self.outcomes.get_mut(step.index()) {
                *outcome = without_record;
            }
        }
        self.evidence.user = user;
        (self.evidence.algorithm, self.evidence.module) = (None, None);
        (self.evidence.sign_count_stored, self.evidence.user_verification) = (None, None);
    }

    /// Records the refusal and its step.
    pub(crate) fn refused(&mut self, refusal: &Refusal) {
        self.record(refusal.step(), Outcome::Refused);
        self.evidence.accepted = false;
        self.evidence.refusal = Some(refusal.code().into());
        self.evidence.refusal_reason = Some(refusal.to_string());
    }

    /// Returns the evidence with its lists of steps.
    pub(crate) fn finish(self) -> Evidence {
        let mut evidence = self.evidence;
        if !evidence.statements.is_empty() {
            let vouchers = Fact::ALL.into_iter().map(|fact| (fact, voucher(&evidence.statements, fact)));
            evidence.vouchers = Some(vouchers.collect());
        }
        let mut steps: [Option<(StepNumber, Outcome)>; LAST + 1] = [None; LAST + 1];
        for (step, outcome) in Step::ALL.into_iter().zip(self.outcomes) {
            let Some(number) = step.number(evidence.ceremony) else { continue };
            let Some(slot) = steps.get_mut(usize::from(number.number)) else { continue };
            *slot = Some(match *slot {
                None => (number, outcome),
                Some((first, earlier)) => (first, earlier.max(outcome)),
            });
        }
        let list = |wanted| {
            let found = || steps.iter().flatten().filter(|(_, outcome)| *outcome == wanted).map(|(step, _)| *step);
            let mut list = Vec::with_capacity(found().count()); // one allocation
            list.extend(found());
            list
        };
        evidence.steps_passed = list(Outcome::Passed);
        evidence.steps_waived = list(Outcome::Waived);
        evidence.steps_not_required = list(Outcome::NotRequired);
        evidence.steps_not_known = list(Outcome::NotKnown);
        evidence.steps_refused = list(Outcome::Refused);
        evidence.steps_not_reached = list(Outcome::NotReached);
        evidence
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_greater_outcome_of_two_checks_of_one_step_counts() {
        for (first, second, passed, refused, not_reached) in [
            (Outcome::Passed, Outcome::Passed, 1, 0, 22),
            (Outcome::Passed, Outcome::NotReached, 0, 0, 23),
            (Outcome::Refused, Outcome::NotReached, 0, 1, 22),
            (Outcome::NotRequired, Outcome::Passed, 1, 0, 22),
        ] {
            let mut recorder = Recorder::new(Ceremony::Registration);
            recorder.record(Step::AttestationObject, first);
            recorder.record(Step::AuthenticatorData, second);
            let found = recorder.finish();
            let counts = (found.steps_passed.len(), found.steps_refused.len(), found.steps_not_reached.len());
            assert_eq!(counts, (passed, refused, not_reached), "{first:?}, {second:?}");
        }
    }
}
