//! What an auditor is told of a registration.

use crate::{es256, evil, finish, model, preferring, root, stranger, trusting, with};
use wardkey::attestation::CompoundPolicy;
use wardkey::crypto::default_backend;
use wardkey::policy::{AttestationPolicy, TrustAnchors};
use wardkey::quirk::Quirks;
use wardkey_authenticator::expected::VALIDATE_AT;
use wardkey_authenticator::*;

/// The whole of it, in its order: who keeps evidence relies on it.
#[test]
fn the_evidence_of_a_registration() {
    let made = es256().format(Packed::new());
    let registered = finish(&made, &trusting(TrustAnchors::new(root())), Quirks::NONE).unwrap();
    let anchor: String = hash::sha256(root()[0].der()).iter().map(|byte| format!("{byte:02x}")).collect();
    let name = default_backend().name();
    let expected = [
        r#"{"version":1,"edition":"REC-webauthn-3-20260825","ceremony":"registration","#,
        &format!(r#""credentialId":"{}","#, registered.credential_id().to_base64url()),
        r#""rpId":"example.org","appidUsed":null,"origin":"https://example.org","originRule":"listed","#,
        r#""crossOrigin":false,"topOrigin":null,"#,
        &format!(r#""time":{VALIDATE_AT},"#),
        r#""stepsPassed":["7.1/3","7.1/5","7.1/6","7.1/7","7.1/8","7.1/9","7.1/13","7.1/14","7.1/15","7.1/16","7.1/17","#,
        r#""7.1/20","7.1/21","7.1/22","7.1/24","7.1/25","7.1/27"],"stepsWaived":[],"#,
        r#""stepsNotRequired":["7.1/10","7.1/11","7.1/18","7.1/19","7.1/28"],"stepsNotKnown":[],"#,
        &format!(r#""backend":"{name}","module":"{name}","algorithm":-7,"flags":69,"#),
        r#""userVerificationRequired":true,"userVerification":"performed","#,
        r#""signCount":0,"signCountStored":null,"signCountOutcome":null,"conditional":false,"#,
        r#""backupEligibilityWanted":"any","backupEligibilityKnown":null,"backupStateWanted":"any","#,
        r#""attestationFormat":"packed","attestationType":"basic_or_attca","attestationTrust":"trusted","#,
        &format!(r#""attestationTrustReason":null,"attestationTime":{VALIDATE_AT},"attestedAaguid":"{}","#, model()),
        r#""statementFormats":["packed"],"statementTypes":["basic_or_attca"],"statementTrusts":["trusted"],"#,
        &format!(r#""statementAlgorithms":[-7],"statementAnchors":["{anchor}"],"statementCertificates":[1],"#),
        r#""statementCertificatesCheckedForRevocation":[0],"statementsDropped":0,"#,
        r#""unsolicitedExtensions":[],"unknownExtensions":0,"secretExtensionResults":false,"quirks":[]}"#,
    ];
    assert_eq!(serde_json::to_string(registered.evidence()).unwrap(), expected.concat());
}

#[test]
fn the_evidence_says_what_was_trusted() {
    let evidence = |made: Registration, policy: &AttestationPolicy| {
        let registered = finish(&made, policy, Quirks::NONE).unwrap();
        serde_json::to_value(registered.evidence()).unwrap()
    };
    let packed = |policy: &AttestationPolicy| evidence(es256().format(Packed::new()), policy);
    let of_24 = |evidence: &serde_json::Value| {
        let lists = ["stepsPassed", "stepsWaived", "stepsNotRequired", "stepsNotKnown"];
        let has = |list: &&str| evidence[*list].as_array().unwrap().iter().any(|step| step == "7.1/24");
        lists.into_iter().filter(has).collect::<Vec<_>>()
    };
    let downgraded = packed(&preferring(TrustAnchors::new(stranger())));
    assert_eq!(downgraded["attestationTrust"], "untrusted");
    assert_eq!(downgraded["attestationTrustReason"], "the certification path does not end at a trust anchor");
    assert_eq!(downgraded["attestedAaguid"], serde_json::Value::Null);
    assert_eq!(downgraded["statementAnchors"], serde_json::json!([null]));
    assert_eq!(of_24(&downgraded), ["stepsWaived"]);
    let ignored = packed(&AttestationPolicy::any());
    assert_eq!((&ignored["attestationTrust"], of_24(&ignored)), (&"not_judged".into(), vec!["stepsNotRequired"]));
    let none = evidence(es256(), &AttestationPolicy::any());
    assert_eq!((&none["attestationTrust"], of_24(&none)), (&"no_certificates".into(), vec!["stepsPassed"]));
    let rs1 = evidence(es256().format(Tpm::by(Algorithm::Rs1)), &preferring(TrustAnchors::new(root())));
    assert_eq!((&rs1["attestationTrust"], of_24(&rs1)), (&"legacy_rs1".into(), vec!["stepsWaived"]));
    assert_eq!(rs1["statementAlgorithms"], serde_json::json!([-65535]));

    // Three statements: one that does not verify, one that is not trusted, one that is.
    let policy = with(trusting(TrustAnchors::new(root())), |policy| policy.compound = CompoundPolicy::AtLeast(1));
    let three = Compound::new().with(Packed::new().signature(Vec::clear)).with(AndroidKey::new().chain(evil()));
    let several = evidence(es256().format(three.with(Tpm::new())), &policy);
    assert_eq!(several["attestationTrust"], "trusted");
    assert_eq!(several["statementsDropped"], 1);
    assert_eq!(several["statementFormats"], serde_json::json!(["android-key", "tpm"]));
    assert_eq!(several["statementTypes"], serde_json::json!(["basic_or_attca", "attca"]));
    assert_eq!(several["statementTrusts"], serde_json::json!(["refused", "trusted"]));
    assert_eq!(several["statementCertificates"], serde_json::json!([0, 1]));
}
