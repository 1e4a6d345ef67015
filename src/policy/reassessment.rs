//! The metadata at a sign-in: what a [`MetadataPolicy`] says of a credential that was registered before.

use super::MetadataPolicy;
use crate::macros::named;
use crate::metadata::{Attested, Circumstance, Incidents, Lookup, Metadata, ModelId, Proof, Reason, Reasons, Short};
use crate::time::UnixTime;

named! {
    /// What a policy asks for at a sign-in.
    #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
    pub enum MetadataDecision without ALL;
    /// Returns a stable word for logs: `accept`, `step_up` or `suspend`.
    fn name;

    /// The credential is acceptable.
    Accept = "accept";
    /// The user must also show another credential, or be checked by a person.
    StepUp = "step_up";
    /// Do not accept this credential until a person has looked at it.
    Suspend = "suspend";
}

/// What a policy says of a sign-in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[must_use = "the library never refuses a sign-in by the metadata: act on `decision`"]
#[non_exhaustive]
pub struct Reassessment {
    /// What the policy asks for.
    pub decision: MetadataDecision,
    /// Every reason for it.
    pub reasons: Reasons,
    /// What was found, but needs no action.
    pub notes: Reasons,
}

impl Metadata {
    /// Judges the model of a credential again, at a sign-in. Verifies no signature.
    pub fn reassess(&self, attested: &Attested, policy: &MetadataPolicy, now: UnixTime) -> Reassessment {
        let mut found =
            Reassessment { decision: MetadataDecision::Accept, reasons: Reasons::NONE, notes: Reasons::NONE };
        if self.is_fresh(now) == Some(false) {
            found.notes = found.notes.with(Reason::MetadataStale);
        }
        if attested.proofs.is_empty() {
            self.reassess_claim(attested, policy, now, &mut found);
        }
        for proof in &attested.proofs {
            self.reassess_proof(attested, proof, policy, now, &mut found);
        }
        found
    }

    fn reassess_proof(
        &self,
        attested: &Attested,
        proof: &Proof,
        policy: &MetadataPolicy,
        now: UnixTime,
        found: &mut Reassessment,
    ) {
        let mut circumstance = Circumstance::at(now);
        circumstance.keys = Some(proof.keys());
        circumstance.firmware = attested.firmware.or(proof.firmware);
        let numbers = match proof.id(attested.aaguid).map_or(Lookup::Absent, |id| self.lookup(&id)) {
            Lookup::Absent if policy.accept_unknown || proof.own_anchor => {
                found.notes = found.notes.with(Reason::NotInMetadata);
                return policy.below_for_unknown().iter().for_each(|reason| found.step_up(reason));
            }
            Lookup::Absent => return found.step_up(Reason::NotInMetadata),
            Lookup::Unreadable(others) => {
                found.step_up(Reason::EntryUnreadable);
                others
            }
            Lookup::Entries(numbers) => numbers,
        };
        if numbers.is_empty() {
            return;
        }
        let all = policy.assess(self, numbers, &circumstance);
        all.below.iter().for_each(|reason| found.step_up(reason));
        found.incidents(all.standing.incidents, policy);
        if all.standing.update_available && policy.step_up_for_update {
            found.step_up(Reason::UpdateAvailable);
        } else if all.standing.update_available {
            found.notes = found.notes.with(Reason::UpdateAvailable);
        }
        let mut models = numbers.iter().filter_map(|number| self.model(*number));
        if !proof.own_anchor && !models.any(|model| self.has_anchor_of(model, proof)) {
            found.step_up(Reason::AnchorGone);
        }
    }

    /// Nobody vouches for the model or the firmware. The claim can count against the credential, and never for it.
    fn reassess_claim(&self, attested: &Attested, policy: &MetadataPolicy, now: UnixTime, found: &mut Reassessment) {
        if policy.demands_attestation() {
            found.step_up(Reason::NotAttested);
        } else {
            found.notes = found.notes.with(Reason::NotAttested);
        }
        if policy.claims_count_against {
            let id = ModelId::Aaguid(attested.aaguid);
            match self.lookup(&id) {
                Lookup::Absent => {}
                Lookup::Unreadable(numbers) | Lookup::Entries(numbers) => {
                    if self.is_unreadable(&id) {
                        found.step_up(Reason::EntryUnreadable);
                    }
                    found.incidents(policy.assess(self, numbers, &Circumstance::at(now)).standing.incidents, policy);
                }
            }
        }
    }
}

impl Reassessment {
    fn step_up(&mut self, reason: Reason) {
        self.reasons = self.reasons.with(reason);
        self.decision = self.decision.max(MetadataDecision::StepUp);
    }

    fn incidents(&mut self, incidents: Incidents, policy: &MetadataPolicy) {
        for incident in incidents.iter() {
            if policy.suspend.contains(incident) {
                self.reasons = self.reasons.with(incident.into());
                self.decision = MetadataDecision::Suspend;
            } else if policy.step_up.contains(incident) {
                self.step_up(incident.into());
            }
        }
    }
}

/// Digests of the keys in the certificates of a statement and in the anchor.
pub(super) fn keys_of<'a>(keys: impl Iterator<Item = &'a [u8]>, backend: &dyn crate::crypto::Backend) -> Vec<Short> {
    keys.map(|key| crate::metadata::short(backend, &[key])).collect()
}
