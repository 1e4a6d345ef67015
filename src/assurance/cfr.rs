//! 21 CFR part 1311 (prescriptions for controlled substances) and part 11 (electronic records and signatures).

use super::facts::{ConfirmationFacts, OtherFactor};
use super::level::Verdict;
use super::nist::authenticator_fips;
use super::rules::{Rule, RuleStatus, rules};
use super::view::View;
use RuleStatus::{InForce, OurReading};
use Verdict::{Met, NotEvaluable, NotMet};

pub(super) static RULES_1311: [Rule; 6] = rules! {
    "21cfr1311.115(a)(1)-know", "must", "21 CFR 1311.115(a)(1)", OurReading, None,
        "Something that only the practitioner knows: a password, or a passcode that the authenticator verified.",
        |view| in_every_possibility(view, |case| proves_knowledge(view, case));
    "21cfr1311.115(a)(2)-are", "must", "21 CFR 1311.115(a)(2), 1311.116", OurReading, None,
        "Biometric data: compared at the server or by the authenticator, if the subsystem passes 1311.116.",
        |view| in_every_possibility(view, |case| proves_biometrics(view, case));
    "21cfr1311.115(a)(3)-have-separate", "must", "21 CFR 1311.115(a)(3)", OurReading, None,
        "A device that is separate from the computer.",
        |view| in_every_possibility(view, |case| case.device_is_separate);
    "21cfr1311.115(a)-two-of-three", "must", "21 CFR 1311.115(a)", OurReading, None,
        "Two of these three.", two_of_three;
    "21cfr1311.115(b)-fips", "must", "21 CFR 1311.115(b)", OurReading, None,
        "The device is validated at FIPS 140 level 1 or higher. The text names FIPS 140-2.", authenticator_fips;
    "21cfr1311.140(a)-displayed-list", "must", "21 CFR 1311.140(a)", OurReading, None,
        "The ceremony signs a list of prescriptions for one patient.", displayed_list;
};

pub(super) static RULES_11: [Rule; 3] = rules! {
    "21cfr11.200(a)(1)-components", "shall", "21 CFR 11.200(a)(1)", InForce, None,
        "Two components, or one in a series of signings within one continuous session.", components;
    "21cfr11.70-linked", "shall", "21 CFR 11.70", OurReading, None,
        "The signature is linked to its record.",
        // The signature of a confirmation covers the digest of the document.
        |view| Verdict::of(view.facts.confirmation.is_some());
    "21cfr11.50-manifest", "shall", "21 CFR 11.50(a)", OurReading, None,
        "The signed record has the name of the signer, the time and the meaning.", manifest;
};

/// One way to fill in what the facts leave open. User verification was done by a passcode or by a biometric comparison, never by
/// both, and the UV flag does not say which.
#[derive(Clone, Copy)]
struct Possibility {
    verified_by_passcode: bool,
    biometric_passes_1311_116: bool,
    device_is_separate: bool,
}

/// Returns the values that a fact may have. `None`: it is not known.
const fn values(fact: Option<bool>) -> &'static [bool] {
    match fact {
        Some(true) => &[true],
        Some(false) => &[false],
        None => &[true, false],
    }
}

/// Judges every possibility that the facts allow. Returns the verdict on which they agree, or `NotEvaluable`.
///
/// A rule can hold although the facts leave its parts open. For example, a separate device and user verification that counts are
/// two of the three categories, whether the user gave a passcode or a fingerprint, if the biometric subsystem passes 1311.116.
fn in_every_possibility(view: &View<'_>, holds: impl Fn(Possibility) -> bool) -> Verdict {
    // The metadata can rule out biometrics, but never passcodes. The caller declares that a test was passed, never that it failed.
    let by_passcode = view.passcode_only.then_some(true);
    let passes = view.facts.declared.biometric_1311_116.then_some(true);
    let (mut held, mut failed) = (false, false);
    for &verified_by_passcode in values(by_passcode) {
        for &biometric_passes_1311_116 in values(passes) {
            for &device_is_separate in values(view.separate()) {
                let holds = holds(Possibility { verified_by_passcode, biometric_passes_1311_116, device_is_separate });
                held |= holds;
                failed |= !holds;
            }
        }
    }
    match (held, failed) {
        (true, false) => Met,
        (false, true) => NotMet,
        _ => NotEvaluable,
    }
}

/// Returns whether the practitioner proved to know something.
fn proves_knowledge(view: &View<'_>, case: Possibility) -> bool {
    view.facts.declared.other_factor == OtherFactor::Password || view.uv_counts && case.verified_by_passcode
}

/// Returns whether biometric data were compared by a subsystem that passes 1311.116.
fn proves_biometrics(view: &View<'_>, case: Possibility) -> bool {
    let at_the_server = view.facts.declared.other_factor == OtherFactor::Biometric;
    let by_the_authenticator = view.uv_counts && !case.verified_by_passcode;
    (at_the_server || by_the_authenticator) && case.biometric_passes_1311_116
}

fn two_of_three(view: &View<'_>) -> Verdict {
    in_every_possibility(view, |case| {
        let categories = [proves_knowledge(view, case), proves_biometrics(view, case), case.device_is_separate];
        categories.into_iter().filter(|holds| *holds).count() >= 2
    })
}

fn displayed_list(view: &View<'_>) -> Verdict {
    let is_a_list = |document: ConfirmationFacts| document.subject && document.items >= 1;
    Verdict::of(view.facts.confirmation.is_some_and(is_a_list))
}

fn components(view: &View<'_>) -> Verdict {
    // 11.200(a)(1)(i): the first signing of a series uses all components; each later one may use one.
    let in_a_series = view.facts.series.is_some_and(|series| series.signed_before && series.continuous);
    Verdict::of(view.two_factors || in_a_series)
}

fn manifest(view: &View<'_>) -> Verdict {
    let is_manifest = |document: ConfirmationFacts| document.signer && document.meaning && document.time;
    Verdict::of(view.facts.confirmation.is_some_and(is_manifest))
}
