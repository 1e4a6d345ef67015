//! Registrations: the options, and the result of the response.

use crate::browser::{Browser, state_id};
use crate::{NOW, ada, builder, clinic, new_passkey, register, session};
use serde_json::json;
use std::slice::from_ref;
use std::time::Duration;
use wardkey::attestation::{AttestationType, Format, KeyEnforcement};
use wardkey::ceremony::{BackupEligibility, BackupState};
use wardkey::client::json::{AttestationConveyance, AuthenticatorAttachment, Hint, ResidentKey};
use wardkey::crypto::Algorithm;
use wardkey::policy::{AttestationPolicy, TrustAnchors};
use wardkey::quirk::{Quirk, Quirks};
use wardkey::x509::TrustAnchor;
use wardkey::{Error, RegistrationRequest, RegistrationResponse, RegistrationState, Transport};
use wardkey_authenticator::attestation::android_key::{AuthorizationList, ORIGIN, PURPOSE, purposes};
use wardkey_authenticator::flags::{BE, BS, UP, UV};
use wardkey_authenticator::json::base64url;
use wardkey_authenticator::{AndroidKey, Chain, Packed, PackedSelf, Registration, der};

/// Returns the code of a registration at `rp` with a changed response.
fn refusal(rp: &wardkey::RelyingParty, change: impl FnOnce(Registration) -> Registration) -> Option<&'static str> {
    let (options, state) = rp.start_registration(new_passkey(), session(), NOW).unwrap();
    let response = Browser::new("front-door.refused").create(&options, change).unwrap();
    rp.finish_registration(state, &response, session(), NOW).err().map(|error| error.code())
}

#[test]
fn the_options_are_what_the_standard_calls_them() {
    let (options, state) = clinic().start_registration(new_passkey(), session(), NOW).unwrap();
    let expected = json!({
        "rp": {"id": "clinic.example", "name": "Example Clinic"},
        "user": {"id": base64url(b"ada's handle"), "name": "ada@mail.example", "displayName": "ada@mail.example"},
        "challenge": base64url(&options.challenge),
        "pubKeyCredParams": [
            {"type": "public-key", "alg": -8}, {"type": "public-key", "alg": -7}, {"type": "public-key", "alg": -257},
        ],
        "timeout": 300_000,
        "authenticatorSelection": {
            "residentKey": "required", "requireResidentKey": true, "userVerification": "required",
        },
        "attestation": "none",
    });
    assert_eq!(serde_json::to_value(&options).unwrap(), expected);
    assert_eq!(options.challenge.len(), 32);
    assert_eq!((state.id(), state.challenge()), (state_id(&options.challenge), &*options.challenge));
    let response = Browser::new("front-door.state").create(&options, |made| made).unwrap();
    assert_eq!(response.state_id(), Some(state.id()), "a response says which state it answers");
    assert_eq!(state.user_handle(), &ada());
    assert_eq!(state.expires_at().secs(), NOW.secs() + 300);
    let (again, _state) = clinic().start_registration(new_passkey(), session(), NOW).unwrap();
    assert_ne!(again.challenge, options.challenge);
}

#[test]
fn what_is_chosen_is_asked_for() {
    let rp = builder()
        .algorithms([Algorithm::Es384])
        .user_verification_preferred()
        .timeout(Duration::from_secs(600))
        .attestation(AttestationPolicy::any(), AttestationConveyance::Direct)
        .build()
        .unwrap();
    let request = new_passkey()
        .display_name("Ada Lovelace")
        .resident_key(ResidentKey::Discouraged)
        .attachment(AuthenticatorAttachment::CrossPlatform)
        .hints([Hint::SecurityKey, Hint::Hybrid])
        .attestation_formats([Format::Packed])
        .timeout(Duration::from_secs(420));
    let (options, state) = rp.start_registration(request, session(), NOW).unwrap();
    let options = serde_json::to_value(&options).unwrap();
    for (pointer, value) in [
        ("/pubKeyCredParams", json!([{"type": "public-key", "alg": -35}])),
        ("/user/displayName", json!("Ada Lovelace")),
        ("/timeout", json!(420_000)),
        ("/attestation", json!("direct")),
        ("/attestationFormats", json!(["packed"])),
        ("/hints", json!(["security-key", "hybrid"])),
        (
            "/authenticatorSelection",
            json!({
                "authenticatorAttachment": "cross-platform", "residentKey": "discouraged",
                "requireResidentKey": false, "userVerification": "preferred",
            }),
        ),
    ] {
        assert_eq!(options.pointer(pointer), Some(&value), "{pointer}");
    }
    assert_eq!(state.expires_at().secs(), NOW.secs() + 420);
}

/// A registration is finished under the policy that it was started with, or fails if that policy is gone.
#[test]
fn a_state_is_finished_under_its_policy() {
    let strict =
        || AttestationPolicy::trusted(TrustAnchors::new(TrustAnchor::from_der(&Chain::new().trust_anchors()[0])));
    let rp = builder().attestation_named("prescribers", strict(), AttestationConveyance::Direct).build().unwrap();
    for (name, conveyance, attested, ends) in [
        (None, None, false, None),
        (None, None, true, None),
        (Some("prescribers"), Some(json!("direct")), false, Some("attestation-type-not-accepted")),
        (Some("prescribers"), Some(json!("direct")), true, None),
    ] {
        let request = name.map_or_else(new_passkey, |name| new_passkey().attestation_policy(name));
        let (options, state) = rp.start_registration(request, session(), NOW).unwrap();
        let asked = serde_json::to_value(&options).unwrap();
        assert_eq!(asked["attestation"], conveyance.unwrap_or(json!("none")));
        let change = |made: Registration| if attested { made.format(Packed::new()) } else { made };
        let response = Browser::new("front-door.policy").create(&options, change).unwrap();
        let stored = serde_json::to_string(&state).unwrap();
        let finished = rp.finish_registration(state, &response, session(), NOW);
        if let Ok(registered) = &finished {
            assert_eq!(registered.attestation_policy(), name);
        }
        assert_eq!(finished.err().map(|error| error.code()), ends, "{name:?} {attested}");
        if name.is_some() {
            let state: RegistrationState = serde_json::from_str(&stored).unwrap();
            let error = clinic().finish_registration(state, &response, session(), NOW).unwrap_err();
            assert_eq!(error, Error::UnknownPolicy);
        }
        let mut lost: serde_json::Value = serde_json::from_str(&stored).unwrap();
        lost.as_object_mut().unwrap().remove("attestation");
        assert!(serde_json::from_value::<RegistrationState>(lost).is_err(), "a state must say");
    }
    assert_eq!(
        rp.start_registration(new_passkey().attestation_policy("nobody's"), session(), NOW).unwrap_err(),
        Error::UnknownPolicy
    );
}

#[test]
fn the_record_is_what_was_attested() {
    let (rp, mut browser) =
        (builder().algorithms([Algorithm::Es256]).build().unwrap(), Browser::new("front-door.record"));
    let (options, state) = rp.start_registration(new_passkey(), session(), NOW).unwrap();
    let mut expected = None;
    let response = browser.create(&options, |made| {
        let made = made.format(PackedSelf::new()).authenticator_data(|data| data.set_flags(BE | BS));
        let made = made.authenticator_data(|data| data.sign_count = 3).posted(|p| p.transports.push("hybrid".into()));
        expected = Some((made.credential_id().to_vec(), made.public_key_bytes()));
        made
    });
    let registered = rp.finish_registration(state, &response.unwrap(), session(), NOW).unwrap();
    assert_eq!(registered.algorithm(), Algorithm::Es256);
    assert_eq!(registered.attestation_format(), Format::Packed);
    assert_eq!(registered.attestation_type(), AttestationType::SelfAttestation);
    assert_eq!(registered.attested_aaguid(), None, "nobody vouches for it");
    assert_eq!(registered.quirks(), Quirks::NONE);
    let record = registered.claim(None).unwrap().0;
    let (id, key) = expected.unwrap();
    assert_eq!((record.id.as_bytes(), &record.public_key), (&id[..], &key));
    assert_eq!(record.user_handle, ada());
    assert_eq!((record.sign_count, record.uv_initialized), (3, true));
    assert_eq!((record.backup_eligible, record.backup_state), (Some(true), Some(true)));
    assert_eq!(record.transports, [Transport::Internal, Transport::Hybrid]);
}

#[test]
fn a_credential_is_claimed_once() {
    let (rp, mut browser) = (clinic(), Browser::new("front-door.claim"));
    let record = register(&rp, &mut browser);
    let mut again = Browser::new("front-door.claim"); // the same authenticator without its passkeys
    let (options, state) = rp.start_registration(new_passkey(), session(), NOW).unwrap();
    let response = again.create(&options, |made| made).unwrap();
    let registered = rp.finish_registration(state, &response, session(), NOW).unwrap();
    assert_eq!(registered.credential_id(), &record.id);
    let failure = registered.claim(Some(&record)).unwrap_err();
    assert_eq!(
        (failure.code(), failure.step().unwrap().to_string().as_str()),
        ("credential-already-registered", "7.1/26")
    );
}

#[test]
fn credentials_of_the_account_are_excluded() {
    let (rp, mut browser) = (clinic(), Browser::new("front-door.exclude"));
    let record = register(&rp, &mut browser);
    let (options, _state) = rp
        .start_registration(RegistrationRequest::new(&ada(), "ada@mail.example", from_ref(&record)), session(), NOW)
        .unwrap();
    let descriptor = json!({"type": "public-key", "id": record.id.to_base64url(), "transports": ["internal"]});
    assert_eq!(serde_json::to_value(&options).unwrap()["excludeCredentials"], json!([descriptor]));
    assert_eq!(browser.create(&options, |made| made), None);
    assert!(Browser::new("front-door.another-device").create(&options, |made| made).is_some());
}

#[test]
fn a_conditional_create_needs_neither_presence_nor_verification() {
    let rp = clinic();
    let (options, state) = rp.start_registration(new_passkey().conditional(), session(), NOW).unwrap();
    assert_eq!(serde_json::to_value(&options).unwrap()["authenticatorSelection"]["userVerification"], "preferred");
    let unattended = |made: Registration| made.authenticator_data(|data| data.clear_flags(UP | UV));
    let response = Browser::new("front-door.conditional").create(&options, unattended).unwrap();
    let record = rp.finish_registration(state, &response, session(), NOW).unwrap().claim(None).unwrap().0;
    assert!(!record.uv_initialized);
    assert_eq!(refusal(&rp, unattended), Some("user-not-present"), "where it was not asked for");
    assert_eq!(refusal(&rp, |made| made.authenticator_data(|d| d.clear_flags(UV))), Some("user-not-verified"));
}

#[test]
fn the_policy_decides_about_backup_eligibility() {
    let eligible = |made: Registration| made.authenticator_data(|data| data.set_flags(BE));
    let only = |wanted| builder().backup_eligibility(wanted).build().unwrap();
    let not_allowed = Some("backup-eligibility-not-allowed");
    for (wanted, synced, bound) in [
        (BackupEligibility::Any, None, None),
        (BackupEligibility::MultiDevice, None, not_allowed),
        (BackupEligibility::SingleDevice, not_allowed, None),
    ] {
        assert_eq!(refusal(&only(wanted), eligible), synced, "{wanted:?}");
        assert_eq!(refusal(&only(wanted), |made| made), bound, "{wanted:?}");
    }
}

#[test]
fn the_policy_decides_about_backup_state() {
    let flags = |flags| move |made: Registration| made.authenticator_data(|data| data.set_flags(flags));
    let only = |wanted| builder().backup_state_at_registration(wanted).build().unwrap();
    let not_allowed = Some("backup-state-not-allowed");
    for (wanted, backed_up, not_yet) in [
        (BackupState::Any, None, None),
        (BackupState::BackedUp, None, not_allowed),
        (BackupState::NotBackedUp, not_allowed, None),
    ] {
        assert_eq!(refusal(&only(wanted), flags(BE | BS)), backed_up, "{wanted:?}");
        assert_eq!(refusal(&only(wanted), flags(BE)), not_yet, "{wanted:?}");
    }
}

#[test]
fn only_what_was_offered_when_it_began() {
    let (es256, es384) = (builder().algorithms([Algorithm::Es256]), builder().algorithms([Algorithm::Es384]));
    let (es256, es384) = (es256.build().unwrap(), es384.build().unwrap());
    let (options, _) = es256.start_registration(new_passkey(), session(), NOW).unwrap();
    let (other, state) = es384.start_registration(new_passkey(), session(), NOW).unwrap();
    let challenge = base64url(&other.challenge);
    let response = Browser::new("front-door.offered")
        .create(&options, |made| made.client_data(|data| data.set("challenge", challenge)))
        .unwrap();
    // The state contains the offered algorithms, whatever the relying party offers now.
    let error = es256.finish_registration(state, &response, session(), NOW).unwrap_err();
    assert_eq!((error.code(), error.step().unwrap().to_string().as_str()), ("algorithm-not-offered", "7.1/20"));
}

/// A rolling upgrade may refuse an algorithm that a state of the version before offered. Its credential could never sign in.
#[test]
fn a_state_offers_nothing_that_may_not_sign_in_any_more() {
    use Algorithm::{Es256, Es256k};
    let after = builder().refuse_at_sign_in([Es256k]).build().unwrap();
    for (offered, expected) in [([Es256k, Es256], Some("algorithm-not-offered")), ([Es256, Es256k], None)] {
        let before = builder().algorithms(offered).build().unwrap();
        let (options, state) = before.start_registration(new_passkey(), session(), NOW).unwrap();
        let response = Browser::new("front-door.upgrade").create(&options, |made| made).unwrap(); // the first one offered
        let found = after.finish_registration(state, &response, session(), NOW);
        assert_eq!(found.err().map(|error| error.code()), expected, "{offered:?}");
    }
}

/// A statement that nobody asked for is judged, unless the relying party leaves it unjudged and the evidence says so.
#[test]
fn an_attestation_that_nobody_asked_for_may_be_left_unjudged() {
    let lenient = || builder().ignore_unrequested_attestation();
    let direct = |builder: wardkey::RelyingPartyBuilder| {
        builder.attestation(AttestationPolicy::any(), AttestationConveyance::Direct).build().unwrap()
    };
    let broken = |made: Registration| {
        made.format(PackedSelf::new()).json(|json| {
            let object = json["response"]["attestationObject"].as_str().unwrap();
            // `fmt` becomes one that no standard knows.
            let bytes = base64::Engine::decode(&base64::engine::general_purpose::URL_SAFE_NO_PAD, object).unwrap();
            let at = bytes.windows(6).position(|found| found == b"packed").unwrap();
            let changed = [&bytes[..at], b"qacked", &bytes[at + 6..]].concat();
            json["response"]["attestationObject"] = base64url(&changed).into();
        })
    };
    let refused = Some("attestation-format-unknown");
    for (rp, expected) in [
        (clinic(), refused),
        (direct(lenient()), refused),
        (direct(builder()), refused),
        (lenient().build().unwrap(), None),
    ] {
        let (options, state) = rp.start_registration(new_passkey(), session(), NOW).unwrap();
        let response = Browser::new("front-door.unjudged").create(&options, broken).unwrap();
        let found = rp.finish_registration(state, &response, session(), NOW);
        if let Ok(registered) = &found {
            assert_eq!(registered.attestation_type(), AttestationType::None);
            let evidence = registered.evidence();
            let not_required: Vec<_> = evidence.steps_not_required.iter().map(ToString::to_string).collect();
            assert!(["7.1/21", "7.1/22"].iter().all(|step| not_required.iter().any(|one| one == step)));
            assert_eq!((&*evidence.steps_waived, evidence.attestation_format), (&[][..], None));
        }
        assert_eq!(found.err().map(|error| error.code()), expected);
    }
    // `none` is judged: there is nothing to leave out.
    assert_eq!(refusal(&lenient().build().unwrap(), |made| made), None);
}

#[test]
fn quirks_are_off_until_named_and_then_reported() {
    let rp = builder().quirk(Quirk::MissingClientExtensionResults).quirk(Quirk::CborKeyOrder).build().unwrap();
    let (options, state) = rp.start_registration(new_passkey(), session(), NOW).unwrap();
    let without =
        |made: Registration| made.json(|json| drop(json.as_object_mut().unwrap().remove("clientExtensionResults")));
    let response = Browser::new("front-door.quirk").create(&options, without).unwrap();
    let registered = rp.finish_registration(state, &response, session(), NOW).unwrap();
    assert_eq!(
        registered.quirks(),
        Quirks::NONE.with(Quirk::MissingClientExtensionResults),
        "the other was not needed"
    );
    assert_eq!(refusal(&clinic(), without), Some("client-extension-results-missing"));
}

#[test]
fn a_state_is_good_until_it_expires_and_at_its_own_relying_party() {
    let rp = builder().timeout(Duration::from_secs(60)).build().unwrap();
    let start = || -> (RegistrationResponse, RegistrationState) {
        let (options, state) = rp.start_registration(new_passkey(), session(), NOW).unwrap();
        (Browser::new("front-door.expiry").create(&options, |made| made).unwrap(), state)
    };
    let (response, state) = start();
    assert!(
        rp.finish_registration(state, &response, session(), NOW.plus(Duration::from_secs(60))).is_ok(),
        "in the last second"
    );
    let (response, state) = start();
    assert_eq!(
        rp.finish_registration(state, &response, session(), NOW.plus(Duration::from_secs(61))).unwrap_err().code(),
        "expired"
    );
    let (response, state) = start();
    let hospital = wardkey::RelyingParty::new("hospital.example", "Hospital").unwrap();
    assert_eq!(
        hospital.finish_registration(state, &response, session(), NOW).unwrap_err().code(),
        "wrong-relying-party"
    );
    let (response, _) = start();
    let (_, state) = start();
    assert_eq!(rp.finish_registration(state, &response, session(), NOW).unwrap_err().code(), "challenge-mismatch");
}

#[test]
fn a_state_with_an_unknown_version_is_refused() {
    let (_, state) = clinic().start_registration(new_passkey(), session(), NOW).unwrap();
    let mut stored = serde_json::to_value(&state).unwrap();
    assert_eq!(serde_json::from_value::<RegistrationState>(stored.clone()).unwrap(), state);
    stored["version"] = 2.into();
    assert!(serde_json::from_value::<RegistrationState>(stored).is_err());
}

/// §8.4: if only keys in hardware are accepted, only the hardware-enforced list counts; otherwise both lists must agree. The
/// policy decides that while the statement is verified.
#[test]
fn the_policy_says_which_lists_of_an_android_key_count() {
    let by_software = AndroidKey::new().key_description(|description| {
        description.software_enforced = AuthorizationList(vec![(ORIGIN, der::integer(0))]);
        description.hardware_enforced = AuthorizationList(vec![(PURPOSE, purposes(&[2]))]);
    });
    let otherwise_by_software = AndroidKey::new().key_description(|description| {
        description.software_enforced = AuthorizationList(vec![(ORIGIN, der::integer(2))]);
    });
    let invalid = Some("attestation-invalid");
    for (enforcement, by_software_alone, another_by_software) in
        [(KeyEnforcement::Any, None, invalid), (KeyEnforcement::Hardware, invalid, None)]
    {
        let root = TrustAnchor::from_der(&Chain::new().trust_anchors()[0]).unwrap();
        let mut policy = AttestationPolicy::trusted(TrustAnchors::new([root]));
        policy.key_enforcement = enforcement;
        let rp = builder().algorithms([Algorithm::Es256]).attestation(policy, AttestationConveyance::Direct);
        let rp = rp.build().unwrap();
        for (format, expected) in [(&by_software, by_software_alone), (&otherwise_by_software, another_by_software)] {
            assert_eq!(refusal(&rp, |made| made.format(format.clone())), expected, "{enforcement:?}");
        }
    }
}
