//! The evidence of a registration.

use crate::{es256, evil, finish, model, preferring, root, stranger, trusting, with};
use serde_json::json;
use wardkey::attestation::voucher::Fact;
use wardkey::attestation::{CompoundPolicy, KeyProperties};
use wardkey::crypto::default_backend;
use wardkey::policy::{AttestationPolicy, TrustAnchors};
use wardkey::quirk::Quirks;
use wardkey_authenticator::expected::VALIDATE_AT;
use wardkey_authenticator::*;

/// The complete evidence in its order, which auditors rely on.
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
        r#""statementKeysInHardware":[null],"statementRootsOfTrust":[null],"statementDevicesLocked":[null],"#,
        r#""statementTpmObjectAttributes":[null],"statementTpmNameAlgorithms":[null],"#,
        r#""vouchedByAttestationKey":["credential_key","credential_id","aaguid","user_present","user_verified","backup","#,
        r#""sign_count","extensions"],"vouchedByCredentialKey":[],"vouchedByCaller":[],"vouchedByNobody":[],"#,
        r#""unattested":[],"#,
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

/// The properties of keys that statements report are in the evidence, whatever the policy is.
#[test]
fn the_evidence_has_the_key_properties_of_each_statement() {
    let of = |made: Registration, policy: &AttestationPolicy| {
        let registered = finish(&made, policy, Quirks::NONE).unwrap();
        let evidence = serde_json::to_value(registered.evidence()).unwrap();
        let members = [
            "statementKeysInHardware",
            "statementRootsOfTrust",
            "statementDevicesLocked",
            "statementTpmObjectAttributes",
            "statementTpmNameAlgorithms",
        ];
        (registered.key_properties().collect::<Vec<_>>(), members.map(|member| evidence[member].clone()))
    };
    let any = AttestationPolicy::any();
    let tpm = |attributes: u32, name_alg: u16| {
        Tpm::new().pub_area(move |area| (area.object_attributes, area.name_alg) = (attributes, name_alg))
    };
    let booted = |locked: bool, state: u8| {
        let hash = der::octet_string(&[0; 32]);
        let root = der::sequence(&[&hash, &der::boolean(locked), &der::enumerated(state), &hash]);
        AndroidKey::new().key_description(move |description| description.hardware_enforced.set(704, root.clone()))
    };
    for (attributes, fixed_tpm, fixed_parent, sensitive_data_origin) in [
        (0x0004_0072, true, true, true),
        (0x02, true, false, false),
        (0x10, false, true, false),
        (0x20, false, false, true),
    ] {
        let (keys, _) = of(es256().format(tpm(attributes, 0x000b)), &any);
        let [KeyProperties::Tpm(key)] = keys[..] else { panic!("{keys:?}") };
        assert_eq!(key.fixed_tpm(), fixed_tpm);
        assert_eq!((key.fixed_parent(), key.sensitive_data_origin()), (fixed_parent, sensitive_data_origin));
    }
    let null = || json!([null]);
    for (name_alg, name) in [(0x0004, "sha-1"), (0x000b, "sha-256"), (0x000c, "sha-384"), (0x000d, "sha-512")] {
        let (_, members) = of(es256().format(tpm(0x0004_0000, name_alg)), &any);
        assert_eq!(members, [null(), null(), null(), json!([0x0004_0000]), json!([name])]);
    }
    for (locked, state, name) in
        [(true, 0, "verified"), (true, 1, "self_signed"), (false, 2, "unverified"), (false, 3, "failed")]
    {
        let (keys, members) = of(es256().format(booted(locked, state)), &any);
        assert!(matches!(&keys[..], [KeyProperties::Android(key)] if key.in_hardware), "{keys:?}");
        assert_eq!(members, [json!([true]), json!([name]), json!([locked]), null(), null()]);
    }
    let (_, members) = of(es256().format(booted(true, 4)), &any);
    assert_eq!(members, [json!([true]), json!(["malformed"]), null(), null(), null()]);
    let software =
        AndroidKey::new().key_description(|d| std::mem::swap(&mut d.software_enforced, &mut d.hardware_enforced));
    let (_, members) = of(es256().format(software), &any);
    assert_eq!(members, [json!([false]), json!(["absent"]), null(), null(), null()]);
    let (keys, members) = of(es256().format(Packed::new()), &any);
    assert_eq!((keys, members), (Vec::new(), [null(), null(), null(), null(), null()]));

    // The key of a refused statement is in the evidence, but is not that of the registration.
    let policy = with(trusting(TrustAnchors::new(root())), |policy| policy.compound = CompoundPolicy::AtLeast(1));
    let compound = Compound::new().with(booted(true, 0).chain(evil())).with(tpm(0x72, 0x000b));
    let (keys, members) = of(es256().format(compound), &policy);
    assert!(matches!(&keys[..], [KeyProperties::Tpm(_)]), "{keys:?}");
    assert_eq!(members[0], json!([true, null]));
    assert_eq!(members[3], json!([null, 0x72]));
}

/// Each fact is on one list, and the lists follow the table of `attestation::voucher`.
#[test]
fn the_evidence_says_who_vouches_for_what() {
    let all = [
        "credential_key",
        "credential_id",
        "aaguid",
        "user_present",
        "user_verified",
        "backup",
        "sign_count",
        "extensions",
    ];
    let lists = |made: Registration| {
        let registered = finish(&made, &AttestationPolicy::any(), Quirks::NONE).unwrap();
        let evidence = serde_json::to_value(registered.evidence()).unwrap();
        let names =
            ["vouchedByAttestationKey", "vouchedByCredentialKey", "vouchedByCaller", "vouchedByNobody", "unattested"];
        for fact in Fact::ALL {
            let on = names.map(|name| evidence[name].as_array().unwrap().contains(&fact.name().into()));
            assert_eq!(on.into_iter().filter(|on| *on).count(), 1, "{fact:?}");
        }
        names.map(|name| evidence[name].clone())
    };
    let nothing = || json!([]);
    assert_eq!(lists(es256()), [nothing(), nothing(), nothing(), nothing(), json!(all)]);
    assert_eq!(lists(es256().format(PackedSelf::new())), [nothing(), json!(all), nothing(), nothing(), nothing()]);
    assert_eq!(lists(es256().format(Tpm::new())), [json!(all[..1]), nothing(), json!(all[1..]), nothing(), nothing()]);
    let u2f = Compound::new().with(FidoU2f::new()).with(AndroidKey::new());
    let signed = json!(["credential_key", "credential_id", "user_present"]);
    let added = json!(["aaguid", "user_verified", "backup", "sign_count", "extensions"]);
    assert_eq!(lists(es256().format(u2f)), [signed, added, nothing(), nothing(), nothing()]);
}
