//! NIST SP 800-63B-4 (final, August 2025), with the WebAuthn and FIDO rules that it builds on.

use super::facts::{OriginKind, OtherFactor};
use super::level::{AssuranceLevel, Verdict};
use super::model::Fips;
use super::rules::{Rule, RuleStatus, rules};
use super::view::View;
use crate::ceremony::authentication::UserVerification;
use crate::ceremony::evidence::TrustOutcome;
use crate::crypto::Algorithm;
use crate::metadata::{Incident, KeyProtection, MatcherProtection};
use crate::time::UnixTime;
use AssuranceLevel::{Aal1, Aal2, Aal3};
use RuleStatus::{InForce, OurReading};
use Verdict::{Contradicted, Met, NotApplicable, NotEvaluable, NotMet};

/// 3.1.6.2: a nonce has at least 64 bits.
const MIN_CHALLENGE_BITS: u32 = 64;
/// 2.2.3: 24 hours.
const AAL2_TIMEOUT_SECS: i64 = 24 * 60 * 60;
/// 2.3.3: 12 hours.
const AAL3_TIMEOUT_SECS: i64 = 12 * 60 * 60;

pub(super) static RULES: [Rule; 22] = rules! {
    "63b-4/3.1.6.2-approved", "SHALL", "SP 800-63B-4 3.1.6.2", InForce, Some(Aal1),
        "The key uses approved cryptography.", approved;
    "63b-4/3.1.6.2-nonce", "SHALL", "SP 800-63B-4 3.1.6.2", InForce, Some(Aal1),
        "The challenge has at least 64 bits.", nonce;
    "63b-4/2.1.2-verifier-fips", "SHALL", "SP 800-63B-4 2.1.2", InForce, Some(Aal1),
        "The verifier of a federal agency uses a validated module.",
        |view| if view.facts.declared.federal { verifier_fips(view) } else { NotApplicable };
    "63b-4/2.2.1-two-factors", "SHALL", "SP 800-63B-4 2.2.1", InForce, Some(Aal2),
        "Two factors: user verification that counts, or a password or a biometric comparison beside the key.",
        |view| Verdict::of(view.two_factors);
    "63b-4/3.1.7.2-uv-flag", "SHALL", "SP 800-63B-4 3.1.7.2", InForce, None,
        "Without user verification the authenticator is single-factor.",
        |view| Verdict::of(view.facts.user_verification != UserVerification::NotPerformed);
    "webauthn-3/4-uv-initialized", "MUST NOT", "WebAuthn Level 3, section 4, uvInitialized", InForce, None,
        "The first user verification is not relied on as a factor.", uv_initialized;
    "63b-4/2.2.2-replay", "SHALL", "SP 800-63B-4 2.2.2, 3.2.7", InForce, Some(Aal2),
        "One authenticator resists replay.", nonce;
    "63b-4/2.2.2-intent", "SHOULD", "SP 800-63B-4 2.2.2, 3.2.8", InForce, None,
        "The user shows the intent to sign in.", intent;
    "63b-4/2.2.3-overall-timeout", "SHOULD", "SP 800-63B-4 2.2.3", InForce, None,
        "The sign-in is at most 24 hours ago.",
        |view| Verdict::of(view.is_within(AAL2_TIMEOUT_SECS));
    "63b-4/3.2.5.2-name-binding", "SHALL", "SP 800-63B-4 3.2.5.2", OurReading, Some(Aal3),
        "The host that the client authenticated is the RP ID or below it. A related origin is not; for an app nobody says.",
        name_binding;
    "63b-4/2.3.2-intent", "SHALL", "SP 800-63B-4 2.3.2, 3.2.8", InForce, Some(Aal3),
        "The user shows the intent to sign in.", intent;
    "63b-4/2.3.2-not-syncable", "SHALL NOT", "SP 800-63B-4 2.3.2", InForce, Some(Aal3),
        "The key cannot be synced.",
        |view| view.facts.backup_eligible.map_or(NotEvaluable, |eligible| Verdict::of(!eligible));
    "63b-4/3.2.13-isolated", "SHALL", "SP 800-63B-4 2.3.2, 3.2.13", OurReading, Some(Aal3),
        "The key is in hardware or an isolated environment and cannot be exported, as an attestation proves.", isolated;
    "63b-4/3.2.4-attestation-strength", "SHALL", "SP 800-63B-4 3.2.4", InForce, None,
        "The signature of the attestation has at least 112 bits of strength.", attestation_strength;
    "63b-4/2.3.2-authenticator-fips", "SHALL", "SP 800-63B-4 2.3.2, Table 1", InForce, Some(Aal3),
        "The authenticator is validated at FIPS 140 level 1 or higher.", authenticator_fips;
    "63b-4/2.3.2-verifier-fips", "SHALL", "SP 800-63B-4 2.3.2, Table 1", InForce, Some(Aal3),
        "The verifier is validated at FIPS 140 level 1 or higher.", verifier_fips;
    "63b-4/3.2.10-activation-isolated", "SHALL", "SP 800-63B-4 3.2.10", OurReading, Some(Aal3),
        "The authenticator verifies its activation secret in protected hardware.", activation_isolated;
    "63b-4/2.3.3-overall-timeout", "SHALL", "SP 800-63B-4 2.3.3", InForce, Some(Aal3),
        "The sign-in is at most 12 hours ago.",
        |view| Verdict::of(view.is_within(AAL3_TIMEOUT_SECS));
    "fido-mds/incident", "-", "FIDO Metadata Service 3.1.1, section 3.1.4", OurReading, None,
        "The metadata has no incident of the model in effect.", incident;
    "63b-4/2.2.2-channel", "SHALL", "SP 800-63B-4 2.2.2", InForce, None,
        "The channel is authenticated and protected. A relying-party library does not see it.",
        |_| NotEvaluable;
    "63b-4/B.2-sync-fabric", "SHALL", "SP 800-63B-4 appendix B.2", InForce, None,
        "The sync fabric protects the keys. No relying party sees it.",
        |view| if view.facts.backup_eligible == Some(false) { NotApplicable } else { NotEvaluable };
    "63b-4/3.2.3-biometric", "SHALL", "SP 800-63B-4 3.2.3", InForce, None,
        "The biometric system is accurate and detects presentation attacks. No relying party sees it.", biometric;
};

fn approved(view: &View<'_>) -> Verdict {
    use Algorithm::{
        Ed448, Ed25519, EdDsa, Es256, Es384, Es512, Esp256, Esp384, Esp512, MlDsa44, MlDsa65, MlDsa87, Ps256, Ps384,
        Ps512, Rs256, Rs384, Rs512,
    };
    // FIPS 186-5, SP 800-186 and FIPS 204. Not secp256k1 (ES256K), not SHA-1 (RS1).
    match view.facts.algorithm {
        Some(
            Es256 | Es384 | Es512 | Esp256 | Esp384 | Esp512 | Rs256 | Rs384 | Rs512 | Ps256 | Ps384 | Ps512 | EdDsa
            | Ed25519 | Ed448 | MlDsa44 | MlDsa65 | MlDsa87,
        ) => Met,
        Some(Algorithm::Es256k | Algorithm::LegacyRs1) | None => NotMet,
    }
}

fn nonce(view: &View<'_>) -> Verdict {
    Verdict::of(view.facts.challenge_bits >= MIN_CHALLENGE_BITS)
}

fn intent(view: &View<'_>) -> Verdict {
    Verdict::of(view.facts.user_present)
}

fn uv_initialized(view: &View<'_>) -> Verdict {
    match view.facts.user_verification {
        UserVerification::Performed => Met,
        UserVerification::First => NotMet,
        UserVerification::NotPerformed => NotApplicable,
    }
}

fn name_binding(view: &View<'_>) -> Verdict {
    match view.facts.origin {
        OriginKind::Own => Met,
        OriginKind::Related => NotMet,
        OriginKind::Native => NotEvaluable,
    }
}

pub(super) fn isolated(view: &View<'_>) -> Verdict {
    let protection = view.model.map_or(&[][..], |model| &model.key_protection);
    let is_hard = |word: &KeyProtection| {
        matches!(word, KeyProtection::Hardware | KeyProtection::SecureElement | KeyProtection::Tee)
    };
    // The statement and the metadata speak of one key: who says "hardware", and who says otherwise.
    let says = protection.iter().any(is_hard) || view.key_in_hardware == Some(true);
    let denies = protection.iter().any(|word| !is_hard(word)) || view.key_in_hardware == Some(false);
    let extracted = view.incident(Incident::UserKeyPhysicalCompromise);
    match (says, denies) {
        (true, _) if denies || extracted => Contradicted,
        (true, _) => Met,
        (false, true) => NotMet,
        (false, false) => NotEvaluable,
    }
}

fn attestation_strength(view: &View<'_>) -> Verdict {
    match view.facts.attestation.trust {
        TrustOutcome::Trusted => Met,
        TrustOutcome::LegacyRs1 => NotMet,
        TrustOutcome::NoCertificates | TrustOutcome::NotJudged | TrustOutcome::Untrusted => NotApplicable,
    }
}

pub(super) fn authenticator_fips(view: &View<'_>) -> Verdict {
    // Without the metadata of an attested model, nothing says whether it is validated.
    let Some(model) = view.model else { return NotEvaluable };
    let is_in_effect = |end: UnixTime| view.facts.now < end;
    let counts = |fips: Fips| fips.level >= 1 && fips.sunset.is_none_or(is_in_effect);
    Verdict::of(model.fips.is_some_and(counts))
}

fn verifier_fips(view: &View<'_>) -> Verdict {
    view.facts.declared.verifier_fips_level.map_or(NotEvaluable, |level| Verdict::of(level >= 1))
}

fn activation_isolated(view: &View<'_>) -> Verdict {
    // The activation secret is a factor only if UV counts and no other factor stood beside the key.
    if !view.uv_counts || view.password_or_biometric {
        return NotApplicable;
    }
    match view.model.map(|model| &model.matcher_protection) {
        Some(words) if !words.is_empty() => Verdict::of(!words.contains(&MatcherProtection::Software)),
        _ => NotEvaluable,
    }
}

fn incident(view: &View<'_>) -> Verdict {
    // An available update is not an incident.
    view.facts.metadata.as_ref().map_or(NotEvaluable, |model| Verdict::of(model.incidents.is_empty()))
}

fn biometric(view: &View<'_>) -> Verdict {
    let at_the_server = view.facts.declared.other_factor == OtherFactor::Biometric;
    let none_on_device = view.facts.user_verification == UserVerification::NotPerformed || view.passcode_only;
    if !at_the_server && none_on_device { NotApplicable } else { NotEvaluable }
}
