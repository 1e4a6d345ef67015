//! 21 CFR part 1311 (prescriptions for controlled substances) and part 11 (electronic records and signatures).

use super::facts::{ConfirmationFacts, OtherFactor};
use super::level::Verdict;
use super::nist::{authenticator_fips, rules};
use super::rules::{Rule, RuleStatus};
use super::view::View;
use RuleStatus::{InForce, OurReading};
use Verdict::{Met, NotEvaluable, NotMet};

pub(super) static RULES_1311: [Rule; 6] = rules! {
    "21cfr1311.115(a)(1)-know", "must", "21 CFR 1311.115(a)(1)", OurReading, None,
        "Something that only the practitioner knows: a password, or a passcode that the authenticator verified.", know;
    "21cfr1311.115(a)(2)-are", "must", "21 CFR 1311.115(a)(2), 1311.116", OurReading, None,
        "Biometric data: compared at the server or by the authenticator, if the subsystem passes 1311.116.", are;
    "21cfr1311.115(a)(3)-have-separate", "must", "21 CFR 1311.115(a)(3)", OurReading, None,
        "A device that is separate from the computer.", have;
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
        "The signature is linked to its record.", linked;
    "21cfr11.50-manifest", "shall", "21 CFR 11.50(a)", OurReading, None,
        "The signed record has the name of the signer, the time and the meaning.", manifest;
};

/// One of the worlds that the facts allow.
#[derive(Clone, Copy)]
struct World {
    by_passcode: bool,
    subsystem_passes: bool,
    separate: bool,
}

/// Returns the verdict on which every world that the facts allow agrees.
fn in_every_world(view: &View<'_>, holds: impl Fn(World) -> bool) -> Verdict {
    let open = |is_known: bool| if is_known { &[true][..] } else { &[true, false] };
    let separate = match view.separate() {
        Some(true) => &[true][..],
        Some(false) => &[false],
        None => &[true, false],
    };
    let (mut held, mut failed) = (false, false);
    for &by_passcode in open(view.passcode_only) {
        for &subsystem_passes in open(view.facts.declared.biometric_1311_116) {
            for &separate in separate {
                let holds = holds(World { by_passcode, subsystem_passes, separate });
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

fn knows(view: &View<'_>, world: World) -> bool {
    view.facts.declared.other_factor == OtherFactor::Password || view.uv_counts && world.by_passcode
}

fn is(view: &View<'_>, world: World) -> bool {
    let compared = view.facts.declared.other_factor == OtherFactor::Biometric || view.uv_counts && !world.by_passcode;
    compared && world.subsystem_passes
}

fn know(view: &View<'_>) -> Verdict {
    in_every_world(view, |world| knows(view, world))
}

fn are(view: &View<'_>) -> Verdict {
    in_every_world(view, |world| is(view, world))
}

fn have(view: &View<'_>) -> Verdict {
    in_every_world(view, |world| world.separate)
}

fn two_of_three(view: &View<'_>) -> Verdict {
    in_every_world(view, |world| {
        let categories = [knows(view, world), is(view, world), world.separate];
        categories.into_iter().filter(|holds| *holds).count() >= 2
    })
}

fn displayed_list(view: &View<'_>) -> Verdict {
    let is_a_list = |document: ConfirmationFacts| document.subject && document.items >= 1;
    Verdict::of(view.facts.confirmation.is_some_and(is_a_list))
}

fn components(view: &View<'_>) -> Verdict {
    let in_a_series = view.facts.series.is_some_and(|series| series.signed_before && series.continuous);
    Verdict::of(view.two_factors || in_a_series)
}

fn linked(view: &View<'_>) -> Verdict {
    Verdict::of(view.facts.confirmation.is_some())
}

fn manifest(view: &View<'_>) -> Verdict {
    let is_manifest = |document: ConfirmationFacts| document.signer && document.meaning && document.time;
    Verdict::of(view.facts.confirmation.is_some_and(is_manifest))
}
