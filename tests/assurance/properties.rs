//! Better evidence never lowers the ceiling, a missing favourable fact never raises it, and demands form a join.

use crate::NOW;
use proptest::prelude::*;
use proptest::sample::{select, subsequence};
use std::time::Duration;
use wardkey::UnixTime;
use wardkey::assurance::{
    AssuranceLevel, AttestationFacts, Demand, Facts, Fips, ModelFacts, OriginKind, OtherFactor, ProvenSession, Rules,
    Signal, SignalTable, assess,
};
use wardkey::ceremony::authentication::UserVerification;
use wardkey::ceremony::evidence::TrustOutcome;
use wardkey::crypto::Algorithm;
use wardkey::metadata::{Incident, KeyProtection, MatcherProtection};

fn models() -> impl Strategy<Value = ModelFacts> {
    let key = subsequence(vec![KeyProtection::Hardware, KeyProtection::Tee, KeyProtection::Software], 0..=3);
    let matcher = subsequence(vec![MatcherProtection::OnChip, MatcherProtection::Software], 0..=2);
    let fips = proptest::option::of((0_u8..3, select(vec![None, Some(NOW), Some(NOW.plus(Duration::from_secs(1)))])));
    let incidents = subsequence(Incident::ALL.to_vec(), 0..=1);
    (key, matcher, fips, incidents).prop_map(|(key, matcher, fips, incidents)| {
        let mut model = ModelFacts::default();
        model.key_protection = key;
        model.matcher_protection = matcher;
        model.fips = fips.map(|(level, sunset)| Fips { level, sunset });
        model.incidents = incidents.into_iter().collect();
        model
    })
}

fn other_factors() -> impl Strategy<Value = OtherFactor> {
    use OtherFactor::{Biometric, Key, LookUp, None, Otp, Password, Sms};
    select(vec![None, Password, Biometric, Otp, Sms, LookUp, Key])
}

fn facts() -> impl Strategy<Value = Facts> {
    use TrustOutcome::{LegacyRs1, NoCertificates, NotJudged, Trusted, Untrusted};
    let algorithm = select(vec![Some(Algorithm::Es256), Some(Algorithm::MlDsa65), Some(Algorithm::Es256k), None]);
    let verification =
        select(vec![UserVerification::Performed, UserVerification::First, UserVerification::NotPerformed]);
    let signed = (
        algorithm,
        select(vec![0_u32, 63, 64, 256]),
        any::<bool>(),
        verification,
        any::<Option<bool>>(),
        select(vec![OriginKind::Own, OriginKind::Related, OriginKind::Native]),
    );
    let attested = (
        select(vec![Trusted, Trusted, Trusted, NoCertificates, NotJudged, Untrusted, LegacyRs1]),
        any::<bool>(),
        any::<Option<bool>>(),
        proptest::option::weighted(0.8, models()),
    );
    let declared =
        (other_factors(), select(vec![None, Some(0), Some(1)]), any::<bool>(), select(vec![-1_i64, 0, 43_200, 90_000]));
    (signed, attested, declared).prop_map(|(signed, attested, declared)| {
        let mut facts = Facts::unknown(NOW);
        let challenge;
        (
            facts.algorithm,
            challenge,
            facts.user_present,
            facts.user_verification,
            facts.backup_eligible,
            facts.origin,
        ) = signed;
        facts.challenge_bits = challenge;
        let (trust, aaguid, key_in_hardware, model) = attested;
        facts.attestation = AttestationFacts::NOTHING;
        facts.attestation.trust = trust;
        facts.attestation.aaguid = aaguid;
        facts.attestation.key_in_hardware = key_in_hardware;
        facts.metadata = model;
        (facts.declared.other_factor, facts.declared.verifier_fips_level, facts.declared.federal, facts.age_secs) =
            declared;
        facts
    })
}

fn ceiling(facts: &Facts) -> AssuranceLevel {
    assess(facts, Rules::Nist80063B4).ceiling().unwrap()
}

/// The ways in which evidence can become better, each a change of one fact.
fn better(facts: &Facts) -> Vec<(&'static str, Facts)> {
    let mut all = Vec::new();
    let mut with = |name, change: &dyn Fn(&mut Facts)| {
        let mut changed = facts.clone();
        change(&mut changed);
        all.push((name, changed));
    };
    with("an approved algorithm", &|facts| facts.algorithm = Some(Algorithm::Es256));
    with("a longer challenge", &|facts| facts.challenge_bits += 64);
    with("UP", &|facts| facts.user_present = true);
    with("BE clear", &|facts| facts.backup_eligible = Some(false));
    with("its own origin", &|facts| facts.origin = OriginKind::Own);
    with("a password", &|facts| facts.declared.other_factor = OtherFactor::Password);
    with("a validated verifier", &|facts| facts.declared.verifier_fips_level = Some(1));
    with("no federal rules", &|facts| facts.declared.federal = false);
    with("no time since", &|facts| facts.age_secs = 0);
    with("no incident", &|facts| {
        if let Some(model) = &mut facts.metadata {
            model.incidents = [].into_iter().collect();
        }
    });
    with("a FIPS certificate", &|facts| {
        if let Some(model) = &mut facts.metadata {
            model.fips = Some(Fips { level: 1, sunset: None });
        }
    });
    with("a matcher in hardware", &|facts| {
        if let Some(model) = &mut facts.metadata {
            model.matcher_protection = vec![MatcherProtection::OnChip];
        }
    });
    // A first verification beside a password needs no protected matcher, so UV is better only where the factor is UV.
    with("UV that counts", &|facts| facts.user_verification = UserVerification::Performed);
    with("a trusted attestation", &|facts| {
        facts.attestation.trust = TrustOutcome::Trusted;
        facts.attestation.aaguid = true;
    });
    all
}

/// The ways in which a favourable fact can be missing.
fn worse(facts: &Facts) -> Vec<(&'static str, Facts)> {
    let mut all = Vec::new();
    let mut with = |name, change: &dyn Fn(&mut Facts)| {
        let mut changed = facts.clone();
        change(&mut changed);
        all.push((name, changed));
    };
    with("no algorithm", &|facts| facts.algorithm = None);
    with("no challenge", &|facts| facts.challenge_bits = 0);
    with("no UP", &|facts| facts.user_present = false);
    with("no UV", &|facts| facts.user_verification = UserVerification::NotPerformed);
    with("a first UV", &|facts| facts.user_verification = UserVerification::First);
    with("unknown BE", &|facts| facts.backup_eligible = None);
    with("an unknown origin", &|facts| facts.origin = OriginKind::Native);
    with("no attestation", &|facts| facts.attestation = AttestationFacts::NOTHING);
    with("an attestation without AAGUID", &|facts| facts.attestation.aaguid = false);
    with("no other factor", &|facts| facts.declared.other_factor = OtherFactor::None);
    with("a text message", &|facts| facts.declared.other_factor = OtherFactor::Sms);
    with("no declared module", &|facts| facts.declared.verifier_fips_level = None);
    // Software is no favourable fact: without it, an attested key in hardware counts.
    with("no key protection in hardware", &|facts| {
        if let Some(model) = &mut facts.metadata {
            model.key_protection.retain(|protection| {
                !matches!(protection, KeyProtection::Hardware | KeyProtection::Tee | KeyProtection::SecureElement)
            });
        }
    });
    with("no matcher protection", &|facts| {
        if let Some(model) = &mut facts.metadata {
            model.matcher_protection.clear();
        }
    });
    with("no FIPS certificate", &|facts| {
        if let Some(model) = &mut facts.metadata {
            model.fips = None;
        }
    });
    all
}

fn demands() -> impl Strategy<Value = Demand> {
    let flags = (any::<bool>(), any::<bool>(), any::<bool>(), any::<bool>(), any::<bool>());
    (select(AssuranceLevel::ALL.to_vec()), any::<Option<u16>>(), flags).prop_map(|(level, fresh, flags)| {
        let mut demand = Demand::at(level);
        demand.fresh_secs = fresh.map(u64::from);
        (demand.confirmation, demand.second_credential, demand.notify, demand.hold, demand.deny) = flags;
        demand
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2000))]

    #[test]
    fn better_evidence_never_lowers_the_ceiling(facts in facts()) {
        for (name, better) in better(&facts) {
            prop_assert!(ceiling(&better) >= ceiling(&facts), "{name}: {:?} to {:?}", ceiling(&facts), ceiling(&better));
        }
    }

    #[test]
    fn a_missing_favourable_fact_never_raises_the_ceiling(facts in facts()) {
        for (name, worse) in worse(&facts) {
            prop_assert!(ceiling(&worse) <= ceiling(&facts), "{name}: {:?} to {:?}", ceiling(&facts), ceiling(&worse));
        }
    }

    /// What the traps of the design are about.
    #[test]
    fn no_level_without_its_proof(facts in facts()) {
        let ceiling = ceiling(&facts);
        if ceiling >= AssuranceLevel::Aal2 {
            let password = matches!(facts.declared.other_factor, OtherFactor::Password | OtherFactor::Biometric);
            prop_assert!(password || facts.user_verification.is_factor());
        }
        if ceiling == AssuranceLevel::Aal3 {
            prop_assert_eq!(facts.backup_eligible, Some(false));
            prop_assert!(facts.attestation.trust == TrustOutcome::Trusted && facts.attestation.aaguid);
            prop_assert!(facts.metadata.unwrap().fips.unwrap().level >= 1);
        }
    }

    #[test]
    fn facts_survive_their_json(facts in facts()) {
        let json = serde_json::to_string(&facts).unwrap();
        prop_assert_eq!(serde_json::from_str::<Facts>(&json).unwrap(), facts);
        let other_version = json.replacen("\"version\":1", "\"version\":2", 1);
        let with_signals = json.replacen('{', "{\"signals\":[],", 1);
        for wrong in [other_version, with_signals] {
            prop_assert!(serde_json::from_str::<Facts>(&wrong).is_err(), "{}", wrong);
        }
    }

    #[test]
    fn demands_form_a_join(one in demands(), two in demands(), three in demands()) {
        prop_assert_eq!(one.join(two), two.join(one));
        prop_assert_eq!(one.join(one), one);
        prop_assert_eq!(one.join(two).join(three), one.join(two.join(three)));
        prop_assert_eq!(one.join(Demand::default()), one);
    }

    /// A signal can only ask for more: whoever meets the joined demand meets the demand without signals.
    #[test]
    fn signals_only_ask_for_more(
        base in demands(),
        rows in proptest::collection::vec(demands(), 1..5),
        level in select(AssuranceLevel::ALL.to_vec()),
        age in -10_i64..70_000,
        proofs in any::<(bool, bool)>(),
    ) {
        let signal = |number: usize| Signal::new(format!("signal-{number}")).unwrap();
        let table = SignalTable::new(rows.iter().copied().enumerate().map(|(n, demand)| (signal(n), demand))).unwrap();
        let mut session = ProvenSession::new(level, UnixTime::from_secs(NOW.secs() - age));
        (session.confirmed, session.second_credential) = proofs;
        let names: Vec<_> = (0..rows.len()).map(signal).collect();
        let reversed: Vec<_> = names.iter().rev().chain(&names).cloned().collect();
        let (asked, again) = (table.ask(base, &names).unwrap(), table.ask(base, &reversed).unwrap());
        let lacks = asked.lacks(&session, NOW);
        prop_assert_eq!(&lacks, &again.lacks(&session, NOW));
        prop_assert!(lacks.missing.is_sorted());
        for missing in base.lacks(&session, NOW) {
            prop_assert!(lacks.missing.contains(&missing));
        }
        prop_assert!(lacks.because.is_empty() || !lacks.is_allowed());
        if age < 0 {
            prop_assert!(asked.demand().fresh_secs.is_none() || lacks.missing.contains(&wardkey::assurance::Lack::Freshness));
        }
    }
}
