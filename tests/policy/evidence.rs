//! The evidence of a registration.

use crate::{es256, evil, finish, model, preferring, root, stranger, with};
use serde_json::json;
use wardkey::attestation::voucher::{Fact, Voucher};
use wardkey::attestation::{CompoundPolicy, KeyProperties};
use wardkey::ceremony::evidence::Evidence;
use wardkey::crypto::default_backend;
use wardkey::policy::{AttestationPolicy, TrustAnchors};
use wardkey::quirk::Quirks;
use wardkey_authenticator::expected::VALIDATE_AT;
use wardkey_authenticator::*;

/// The complete evidence in its order, which auditors rely on.
#[test]
fn the_evidence_of_a_registration() {
    let made = es256().format(Packed::new());
    let registered = finish(&made, &AttestationPolicy::trusted(TrustAnchors::new(root())), Quirks::NONE).unwrap();
    let hex = |digest: Vec<u8>| digest.iter().map(|byte| format!("{byte:02x}")).collect::<String>();
    let posted = made.make();
    let (anchor, client_data_hash) = (hash::sha256(root()[0].der()), hash::sha256(&posted.client_data_json));
    let signed = hash::sha256(&[&posted.authenticator_data[..], &client_data_hash].concat());
    let user = json::base64url(&made.expected.user_handle);
    let name = default_backend().name();
    let expected = [
        r#"{"version":1,"edition":"REC-webauthn-3-20260825","ceremony":"registration","purpose":"registration","#,
        &format!(r#""purposeText":null,"stateId":null,"user":"{user}","#),
        &format!(r#""credentialId":"{}","#, registered.credential_id().to_base64url()),
        &format!(r#""time":{VALIDATE_AT},"accepted":true,"refusal":null,"refusalReason":null,"#),
        r#""stepsPassed":["7.1/3","7.1/5","7.1/6","7.1/7","7.1/8","7.1/9","7.1/13","7.1/14","7.1/15","7.1/16","7.1/17","#,
        r#""7.1/20","7.1/21","7.1/22","7.1/24","7.1/25","7.1/27"],"stepsWaived":[],"#,
        r#""stepsNotRequired":["7.1/10","7.1/11","7.1/18","7.1/19","7.1/28"],"stepsNotKnown":[],"#,
        r#""stepsRefused":[],"stepsNotReached":["7.1/26"],"#,
        r#""rpId":"example.org","appidUsed":null,"origin":"https://example.org","originRule":"listed","#,
        r#""crossOrigin":false,"topOrigin":null,"#,
        &format!(r#""backend":"{name}","module":"{name}","algorithm":-7,"signedSha256":"{}","flags":69,"#, hex(signed)),
        r#""userVerificationRequired":true,"userVerification":"performed","#,
        r#""signCount":0,"signCountStored":null,"conditional":false,"#,
        r#""backupEligibilityWanted":"any","backupStateWanted":"any","policy":null,"#,
        r#""attestationFormat":"packed","attestationType":"basic_or_attca","attestationTrust":"trusted","#,
        &format!(r#""attestationTrustReason":null,"attestedAaguid":"{}","#, model()),
        r#""statements":[{"format":"packed","type":"basic_or_attca","trust":"trusted","algorithm":-7,"key":null,"#,
        &format!(r#""anchor":"{}","certificates":1,"checkedForRevocation":0}}],"statementsDropped":0,"#, hex(anchor)),
        r#""vouchers":{"credential_key":"attestation_key","credential_id":"attestation_key","aaguid":"attestation_key","#,
        r#""user_present":"attestation_key","user_verified":"attestation_key","backup":"attestation_key","#,
        r#""sign_count":"attestation_key","extensions":"attestation_key"},"#,
        r#""unsolicitedExtensions":[],"unknownExtensions":0,"secretExtensionResults":false,"quirks":[]}"#,
    ];
    let written = serde_json::to_string(&registered.evidence()).unwrap();
    assert_eq!(written, expected.concat());
    assert_eq!(serde_json::from_str::<Evidence>(&written).unwrap(), registered.evidence());
}

#[test]
fn the_evidence_says_what_was_trusted() {
    let evidence = |made: Registration, policy: &AttestationPolicy| {
        let registered = finish(&made, policy, Quirks::NONE).unwrap();
        serde_json::to_value(registered.evidence()).unwrap()
    };
    let of_each = |evidence: &serde_json::Value, member: &str| -> Vec<serde_json::Value> {
        evidence["statements"].as_array().unwrap().iter().map(|statement| statement[member].clone()).collect()
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
    assert_eq!(of_each(&downgraded, "anchor"), [serde_json::Value::Null]);
    assert_eq!(of_24(&downgraded), ["stepsWaived"]);
    let ignored = packed(&AttestationPolicy::any());
    assert_eq!((&ignored["attestationTrust"], of_24(&ignored)), (&"not_judged".into(), vec!["stepsNotRequired"]));
    let none = evidence(es256(), &AttestationPolicy::any());
    assert_eq!((&none["attestationTrust"], of_24(&none)), (&"no_certificates".into(), vec!["stepsPassed"]));
    let rs1 = evidence(es256().format(Tpm::by(Algorithm::Rs1)), &preferring(TrustAnchors::new(root())));
    assert_eq!((&rs1["attestationTrust"], of_24(&rs1)), (&"legacy_rs1".into(), vec!["stepsWaived"]));
    assert_eq!(of_each(&rs1, "algorithm"), [-65535]);

    // Three statements: one that does not verify, one that is not trusted, one that is.
    let policy = with(AttestationPolicy::trusted(TrustAnchors::new(root())), |policy| {
        policy.compound = CompoundPolicy::AtLeast(1)
    });
    let three = Compound::new().with(Packed::new().signature(Vec::clear)).with(AndroidKey::new().chain(evil()));
    let several = evidence(es256().format(three.with(Tpm::new())), &policy);
    assert_eq!(several["attestationTrust"], "trusted");
    assert_eq!(several["statementsDropped"], 1);
    assert_eq!(of_each(&several, "format"), ["android-key", "tpm"]);
    assert_eq!(of_each(&several, "type"), ["basic_or_attca", "attca"]);
    assert_eq!(of_each(&several, "trust"), [serde_json::Value::Null, "trusted".into()], "the policy refused one");
    assert_eq!(of_each(&several, "certificates"), [0, 1]);
}

/// The properties of keys that statements report are in the evidence, whatever the policy is.
#[test]
fn the_evidence_has_the_key_properties_of_each_statement() {
    let of = |made: Registration, policy: &AttestationPolicy| {
        let registered = finish(&made, policy, Quirks::NONE).unwrap();
        let evidence = serde_json::to_value(registered.evidence()).unwrap();
        assert_eq!(serde_json::from_value::<Evidence>(evidence.clone()).unwrap(), registered.evidence());
        let stated = evidence["statements"].as_array().unwrap().iter().map(|statement| statement["key"].clone());
        (registered.key_properties().collect::<Vec<_>>(), stated.collect::<Vec<_>>())
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
    for (name_alg, name) in [(0x0004, "sha-1"), (0x000b, "sha-256"), (0x000c, "sha-384"), (0x000d, "sha-512")] {
        let (_, stated) = of(es256().format(tpm(0x0004_0000, name_alg)), &any);
        assert_eq!(stated, [json!({"tpm": {"objectAttributes": 0x0004_0000, "nameAlgorithm": name}})]);
    }
    let android = |in_hardware: bool, root_of_trust: serde_json::Value| {
        [json!({"android": {"inHardware": in_hardware, "rootOfTrust": root_of_trust}})]
    };
    for (locked, state, name) in
        [(true, 0, "verified"), (true, 1, "self_signed"), (false, 2, "unverified"), (false, 3, "failed")]
    {
        let (keys, stated) = of(es256().format(booted(locked, state)), &any);
        assert!(matches!(&keys[..], [KeyProperties::Android(key)] if key.in_hardware), "{keys:?}");
        assert_eq!(stated, android(true, json!({"stated": {"deviceLocked": locked, "bootState": name}})));
    }
    let (_, stated) = of(es256().format(booted(true, 4)), &any);
    assert_eq!(stated, android(true, json!("malformed")));
    let software =
        AndroidKey::new().key_description(|d| std::mem::swap(&mut d.software_enforced, &mut d.hardware_enforced));
    let (_, stated) = of(es256().format(software), &any);
    assert_eq!(stated, android(false, json!("absent")));
    let (keys, stated) = of(es256().format(Packed::new()), &any);
    assert_eq!((keys, stated), (Vec::new(), vec![serde_json::Value::Null]));

    // The key of a refused statement is in the evidence, but is not that of the registration.
    let policy = with(AttestationPolicy::trusted(TrustAnchors::new(root())), |policy| {
        policy.compound = CompoundPolicy::AtLeast(1)
    });
    let compound = Compound::new().with(booted(true, 0).chain(evil())).with(tpm(0x72, 0x000b));
    let (keys, stated) = of(es256().format(compound), &policy);
    assert!(matches!(&keys[..], [KeyProperties::Tpm(_)]), "{keys:?}");
    assert_eq!(stated[0]["android"]["inHardware"], true);
    assert_eq!(stated[1]["tpm"]["objectAttributes"], 0x72);
}

/// The evidence follows the table of `attestation::voucher`.
#[test]
fn the_evidence_says_who_vouches_for_what() {
    let vouchers = |made: Registration| {
        let registered = finish(&made, &AttestationPolicy::any(), Quirks::NONE).unwrap();
        registered.evidence().vouchers.unwrap()
    };
    let signed_by_u2f = [Fact::CredentialKey, Fact::CredentialId, Fact::UserPresent];
    let u2f = Compound::new().with(FidoU2f::new()).with(AndroidKey::new());
    let (none, own) = (vouchers(es256()), vouchers(es256().format(PackedSelf::new())));
    let (tpm, both) = (vouchers(es256().format(Tpm::new())), vouchers(es256().format(u2f)));
    for fact in Fact::ALL {
        let if_signed = |signed: bool, otherwise| if signed { Voucher::AttestationKey } else { otherwise };
        assert_eq!((none[&fact], own[&fact]), (Voucher::Unattested, Voucher::CredentialKey), "{fact:?}");
        assert_eq!(tpm[&fact], if_signed(fact == Fact::CredentialKey, Voucher::Caller), "{fact:?}");
        assert_eq!(both[&fact], if_signed(signed_by_u2f.contains(&fact), Voucher::CredentialKey), "{fact:?}");
    }
}
