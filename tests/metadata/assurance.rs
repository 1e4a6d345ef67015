//! What a registration under the metadata gives out for later sign-ins, and what the metadata says of the model then.

use crate::front_door::{decide_about, metadata, model, packed, roots};
use crate::make::{at, entry, report};
use serde_json::{Value, json};
use wardkey::assurance::{AssuranceLevel, AttestationFacts, Facts, ModelFacts, OriginKind, Rules, Verdict, assess};
use wardkey::authenticator::Aaguid;
use wardkey::ceremony::authentication::UserVerification;
use wardkey::ceremony::evidence::TrustOutcome;
use wardkey::crypto::Algorithm as Known;
use wardkey::metadata::{Incident, KeyProtection};
use wardkey::policy::{Characteristics, MetadataPolicy, MetadataTrust, Registered};
use wardkey_authenticator::{Algorithm, AndroidKey, Registration};

fn prefer() -> MetadataTrust {
    MetadataTrust::prefer(MetadataPolicy::open())
}

fn kept(registered: &Registered) -> Characteristics {
    let json = serde_json::to_string(&registered.characteristics()).unwrap();
    assert!(serde_json::from_str::<Characteristics>(&json.replacen(":1", ":2", 1)).is_err(), "another version");
    assert!(serde_json::from_str::<Characteristics>(&json.replacen('{', r#"{"serial":"7","#, 1)).is_err());
    let kept = serde_json::from_str(&json).unwrap();
    assert_eq!(registered.characteristics(), kept);
    kept
}

/// A sign-in with all that AAL3 needs, except what registration and metadata have to show.
fn sign_in() -> Facts {
    let mut facts = Facts::unknown(at());
    facts.algorithm = Some(Known::Es256);
    facts.challenge_bits = 256;
    facts.user_present = true;
    facts.user_verification = UserVerification::Performed;
    facts.backup_eligible = Some(false);
    facts.origin = OriginKind::Own;
    facts.declared.verifier_fips_level = Some(1);
    facts
}

#[test]
fn hardware_that_is_attested_validated_and_not_broken_reaches_the_highest_level() {
    let reports = |more: &[(&str, &str)]| {
        let all = [("FIDO_CERTIFIED_L1", "2020-01-01"), ("FIPS140_CERTIFIED_L2", "2020-01-01")];
        all.iter().chain(more).map(|(status, day)| report(status, day)).collect::<Vec<_>>()
    };
    let made = packed();
    for (more, ceiling, incident) in [
        (&[][..], AssuranceLevel::Aal3, Verdict::Met),
        (&[("USER_VERIFICATION_BYPASS", "2020-02-02")], AssuranceLevel::Aal1, Verdict::NotMet),
        (&[("REVOKED", "2020-02-02")], AssuranceLevel::None, Verdict::NotMet),
        (&[("RETIRED", "2020-02-02")], AssuranceLevel::Aal3, Verdict::NotMet),
        (&[("REVOKED", "2099-02-02")], AssuranceLevel::Aal3, Verdict::Met),
    ] {
        let service = |reports: &[Value]| metadata(&[entry(&model().to_string(), reports, &roots())]);
        let (now, good) = (service(&reports(more)), service(&reports(&[])));
        let registered = decide_about(&made, prefer(), Some(&good)).unwrap();
        let kept_facts = kept(&registered);
        assert_eq!((kept_facts.trust(), kept_facts.attested_aaguid()), (TrustOutcome::Trusted, Some(model())));
        assert_eq!(kept_facts.attestation_algorithm(), Some(Known::Es256));
        let mut facts = sign_in();
        facts.attestation = AttestationFacts::from(&kept_facts);
        facts.metadata = ModelFacts::of(&now, &registered.attested(), at());
        let stored: ModelFacts =
            serde_json::from_str(&serde_json::to_string(&facts.metadata.clone().unwrap()).unwrap()).unwrap();
        assert_eq!(Some(stored), facts.metadata);
        let assurance = assess(&facts, Rules::Nist80063B4);
        assert_eq!(assurance.ceiling(), Some(ceiling), "{more:?}");
        assert_eq!(assurance.verdict("fido-mds/incident"), Some(incident), "{more:?}");
        facts.metadata = None;
        assert!(assess(&facts, Rules::Nist80063B4).ceiling() < Some(AssuranceLevel::Aal3));
    }
}

/// Entries that share an id are joined, so that the weaker statement counts.
#[test]
fn of_two_entries_the_weaker_statement_counts() {
    let entry = |reports: &[Value]| entry(&model().to_string(), reports, &roots());
    let certified = entry(&[report("FIPS140_CERTIFIED_L2", "2020-01-01")]);
    let mut soft = entry(&[report("USER_KEY_PHYSICAL_COMPROMISE", "2020-01-01")]);
    soft["metadataStatement"]["keyProtection"] = json!(["software"]);
    let registered = decide_about(&packed(), prefer(), Some(&metadata(std::slice::from_ref(&certified)))).unwrap();
    let both = metadata(&[certified, soft]);
    let facts = ModelFacts::of(&both, &registered.attested(), at()).unwrap();
    assert!(facts.key_protection.contains(&KeyProtection::Software) && facts.fips.is_none());
    assert!(facts.incidents.contains(Incident::UserKeyPhysicalCompromise));
    assert_eq!(ModelFacts::of(&metadata(&[]), &registered.attested(), at()), None);
}

/// An Android statement says itself whether the key is in hardware.
#[test]
fn a_statement_that_says_where_the_key_is_is_kept() {
    let mut made = Registration::new("metadata.assurance", Algorithm::Es256).format(AndroidKey::new());
    let bytes = made.authenticator_data.attested().aaguid.clone();
    let aaguid = Aaguid::from_bytes(bytes.try_into().unwrap());
    let known = metadata(&[entry(&aaguid.to_string(), &[], &made.expected.trust_anchors)]);
    let registered = decide_about(&made, prefer(), Some(&known)).unwrap();
    let kept = kept(&registered);
    assert_eq!((kept.trust(), kept.key_in_hardware()), (TrustOutcome::Trusted, Some(true)));
    let untrusted = decide_about(&made, prefer(), Some(&metadata(&[]))).unwrap().characteristics();
    let mut facts = sign_in();
    for (kept, verdict) in [(kept, Verdict::Met), (untrusted, Verdict::NotEvaluable)] {
        facts.attestation = AttestationFacts::from(&kept);
        assert_eq!(assess(&facts, Rules::Nist80063B4).verdict("63b-4/3.2.13-isolated"), Some(verdict));
    }
}
