//! What follows from the facts, and what several rules use.

use super::facts::{Facts, OtherFactor};
use super::model::ModelFacts;
use crate::ceremony::authentication::UserVerification;
use crate::ceremony::evidence::TrustOutcome;
use crate::metadata::{AttachmentHint, Incident, UserVerificationMethod};

/// The facts with what follows from them. Metadata and statements that nobody vouches for are already left out.
pub(super) struct View<'a> {
    pub(super) facts: &'a Facts,
    /// The model, if a trusted statement vouches for the AAGUID.
    pub(super) model: Option<&'a ModelFacts>,
    /// What the statement says of the key, if it is sound.
    pub(super) key_in_hardware: Option<bool>,
    /// UV counts as a factor.
    pub(super) uv_counts: bool,
    /// A password or a biometric comparison at the server stood beside the passkey.
    pub(super) password_or_biometric: bool,
    /// Two factors of different kinds.
    pub(super) two_factors: bool,
    /// The model verifies users by passcode or pattern only.
    pub(super) passcode_only: bool,
}

impl<'a> View<'a> {
    pub(super) fn of(facts: &'a Facts) -> Self {
        let incident = |incident| Self::has(facts, incident);
        let is_trusted = matches!(facts.attestation.trust, TrustOutcome::Trusted);
        let sound = is_trusted && !incident(Incident::AttestationKeyCompromise);
        let attested = sound && facts.attestation.aaguid;
        let model = facts.metadata.as_ref().filter(|_| attested);
        // WebAuthn §4, uvInitialized: the first user verification is not a factor.
        let performed = matches!(facts.user_verification, UserVerification::Performed);
        let uv_counts = performed && !incident(Incident::UserVerificationBypass);
        // SP 800-63B-4 2.2.1: "something you have" goes with a password or a biometric comparison. A text message beside a
        // key is two things that one has.
        let password_or_biometric =
            matches!(facts.declared.other_factor, OtherFactor::Password | OtherFactor::Biometric);
        let passcode_only = model.is_some_and(|model| {
            let is_passcode = |method: &UserVerificationMethod| {
                use UserVerificationMethod::{Passcode, PasscodeExternal, Pattern, PatternExternal};
                matches!(method, Passcode | PasscodeExternal | Pattern | PatternExternal)
            };
            !model.user_verification.is_empty() && model.user_verification.iter().all(is_passcode)
        });
        Self {
            facts,
            model,
            key_in_hardware: facts.attestation.key_in_hardware.filter(|_| sound),
            uv_counts,
            password_or_biometric,
            two_factors: uv_counts || password_or_biometric,
            passcode_only,
        }
    }

    fn has(facts: &Facts, incident: Incident) -> bool {
        facts.metadata.as_ref().is_some_and(|model| model.incidents.contains(incident))
    }

    /// Whether this incident is in effect. It counts for a claimed model too, because a claim may lower.
    pub(super) fn incident(&self, incident: Incident) -> bool {
        Self::has(self.facts, incident)
    }

    /// Whether the sign-in is at most so many seconds ago. A time before the sign-in never counts.
    pub(super) fn is_within(&self, seconds: i64) -> bool {
        (0..=seconds).contains(&self.facts.age_secs)
    }

    /// Whether the device is separate from the computer; `None`: not known.
    pub(super) fn separate(&self) -> Option<bool> {
        let hints = &self.model?.attachment;
        (!hints.is_empty()).then(|| !hints.contains(&AttachmentHint::Internal))
    }
}
