//! Re-authentication: its user, its purpose, its time, and that nothing else is accepted in its place.

use crate::*;
use wardkey::Reauthentication;
use wardkey::client::json::UserVerificationRequirement;
use wardkey_authenticator::flags::UV;

const PURPOSE: &str = "delete-passkey";

fn later(seconds: u64) -> UnixTime {
    NOW.plus(Duration::from_secs(seconds))
}

fn stranger() -> UserHandle {
    UserHandle::new([8; 32]).unwrap()
}

fn start(rp: &RelyingParty) -> (wardkey::client::json::RequestOptions, wardkey::AuthenticationState) {
    rp.start_reauthentication(
        ReauthenticationRequest::new(&user(), &[record()], PURPOSE, Duration::from_secs(300)),
        session(),
        NOW,
    )
    .unwrap()
}

#[test]
fn it_is_bound_to_the_relying_party_the_user_a_purpose_and_a_time() {
    let rp = rp();
    let (options, state) = start(&rp);
    assert_eq!(options.user_verification, UserVerificationRequirement::Required);
    let response = get(authentication(), &options.challenge);
    let done = rp.finish_reauthentication(state, &response, Some(&record()), session(), later(20)).unwrap();
    let json = serde_json::to_value(&done.0).unwrap();
    let proof: Reauthentication = serde_json::from_value(json.clone()).unwrap();
    assert_eq!((proof.rp_id(), proof.purpose(), proof.user()), ("example.org", PURPOSE, &user()));
    assert_eq!((proof.at(), proof.until()), (NOW, later(300)), "from when the challenge was issued");
    let elsewhere = RelyingParty::new("prescribers.example", "x").unwrap();
    let (fresh, mismatch) = (Err(Error::NotFresh), Err(Error::ReauthenticationMismatch));
    for (rp, user, purpose, time, expected) in [
        (&rp, user(), PURPOSE, NOW, Ok(())),
        (&rp, user(), PURPOSE, later(300), Ok(())),
        (&rp, user(), PURPOSE, later(301), fresh.clone()),
        (&rp, user(), PURPOSE, UnixTime::from_secs(NOW.secs() - 300), Ok(())),
        (&rp, user(), PURPOSE, UnixTime::from_secs(NOW.secs() - 301), fresh),
        (&rp, stranger(), PURPOSE, NOW, mismatch.clone()),
        (&rp, user(), "prescription 4711", NOW, mismatch.clone()),
        (&rp, user(), "", NOW, mismatch.clone()),
        (&elsewhere, user(), PURPOSE, NOW, mismatch),
    ] {
        assert_eq!(proof.require(rp, &user, purpose, time), expected, "{purpose} {time:?}");
        assert_eq!(proof.require_with_additional_factor(rp, &user, purpose, time), expected, "{purpose} {time:?}");
    }
    for member in json.as_object().unwrap().keys() {
        let mut json = json.clone();
        json.as_object_mut().unwrap().remove(member);
        assert!(serde_json::from_value::<Reauthentication>(json).is_err(), "without {member}");
    }
}

/// The signature may be as old as the challenge, so its age counts from the time of issue. The ceremony may not take longer
/// than the re-authentication counts.
#[test]
fn its_age_counts_from_the_time_of_issue() {
    let rp = RelyingParty::builder("example.org", "x").timeout(Duration::from_secs(3600)).build().unwrap();
    for (fresh_secs, lifetime, counts) in [(120, 120, 120), (7200, 3600, 7200), (1, 1, 1), (86_400, 3600, 86_400)] {
        let start = || {
            rp.start_reauthentication(
                ReauthenticationRequest::new(&user(), &[record()], PURPOSE, Duration::from_secs(fresh_secs)),
                session(),
                NOW,
            )
            .unwrap()
        };
        let (options, state) = start();
        assert_eq!((state.issued_at(), state.expires_at()), (NOW, later(lifetime)), "{fresh_secs}");
        assert_eq!(u64::from(options.timeout), lifetime * 1000);
        let state = serde_json::from_str(&serde_json::to_string(&state).unwrap()).unwrap();
        let response = get(authentication(), &options.challenge);
        let posted = later(lifetime);
        let proof = rp.finish_reauthentication(state, &response, Some(&record()), session(), posted).unwrap().0;
        assert_eq!((proof.at(), proof.until()), (NOW, later(counts)), "{fresh_secs}");
        assert_eq!(proof.require(&rp, &user(), PURPOSE, posted), Ok(()), "it is fresh when it is posted");
        let (options, state) = start();
        let response = get(authentication(), &options.challenge);
        let posted = later(lifetime + 1);
        let late = rp.finish_reauthentication(state, &response, Some(&record()), session(), posted);
        assert_eq!(late.unwrap_err(), Error::Expired);
    }
    for fresh_secs in [0, 86_401, u64::MAX] {
        let started = rp.start_reauthentication(
            ReauthenticationRequest::new(&user(), &[record()], PURPOSE, Duration::from_secs(fresh_secs)),
            session(),
            NOW,
        );
        assert_eq!(started.unwrap_err(), Error::ReauthenticationLifetime, "{fresh_secs}");
    }
}

/// What is stored under `id` is the same for every copy of a proof, and another for each re-authentication.
#[test]
fn it_is_spent_once() {
    let rp = rp();
    let confirm = || {
        let (options, state) = start(&rp);
        let (id, response) = (state.id(), get(authentication(), &options.challenge));
        let done = rp.finish_reauthentication(state, &response, Some(&record()), session(), later(20)).unwrap();
        assert_eq!((done.0.id(), done.1.evidence.state_id.as_ref()), (id.as_str(), Some(&id)));
        done.0
    };
    let (proof, other) = (confirm(), confirm());
    let copy: Reauthentication = serde_json::from_str(&serde_json::to_string(&proof).unwrap()).unwrap();
    let mut spent = std::collections::HashSet::new();
    let mut spend = |proof: Reauthentication| spent.insert(proof.spend(&rp, &user(), PURPOSE, NOW).unwrap());
    assert_eq!([spend(proof.clone()), spend(copy), spend(proof.clone()), spend(other)], [true, false, false, true]);
    for (user, purpose, time, expected) in [
        (user(), PURPOSE, later(301), Error::NotFresh),
        (stranger(), PURPOSE, NOW, Error::ReauthenticationMismatch),
        (user(), "prescription 4711", NOW, Error::ReauthenticationMismatch),
    ] {
        assert_eq!(proof.clone().spend(&rp, &user, purpose, time), Err(expected), "{purpose} {time:?}");
    }
}

#[test]
fn no_other_state_is_accepted_as_a_reauthentication() {
    let lax = RelyingParty::builder("example.org", "x").user_verification_preferred().build().unwrap();
    let (_, discoverable) = rp().start_authentication(AuthenticationRequest::discoverable(), session(), NOW).unwrap();
    let (_, sign_in) = rp().start_authentication(signing_in(), session(), NOW).unwrap();
    let (_, payment) = rp().start_payment(AuthenticationRequest::known(&user(), &[record()]), session(), NOW).unwrap();
    let response = get(authentication(), &[0; 32]);
    for state in [discoverable, sign_in, payment] {
        let error = rp().finish_reauthentication(state, &response, Some(&record()), session(), NOW).unwrap_err();
        assert_eq!((error.clone(), error.code()), (Error::OtherPurpose, "other-purpose"));
    }
    let (options, state) = start(&lax);
    let unverified = authentication().authenticator_data(|data| data.clear_flags(UV));
    let response = get(unverified, &options.challenge);
    let result = lax.finish_reauthentication(state, &response, Some(&record()), session(), NOW);
    assert_eq!(refusal(result), Refusal::UserNotVerified, "whatever the relying party's own choice is");
}

/// §4, uvInitialized: the first user verification is not a factor, unless a further factor was given with it.
#[test]
fn the_first_user_verification_is_not_a_factor() {
    let rp = rp();
    let again = |record: &CredentialRecord| {
        let (options, state) = rp
            .start_reauthentication(
                ReauthenticationRequest::new(&user(), std::slice::from_ref(record), PURPOSE, Duration::from_secs(300)),
                session(),
                NOW,
            )
            .unwrap();
        let response = get(authentication(), &options.challenge);
        rp.finish_reauthentication(state, &response, Some(record), session(), NOW).unwrap()
    };
    let mut fresh = record();
    fresh.uv_initialized = false;
    let first = again(&fresh);
    assert_eq!(first.0.user_verification(), wardkey::ceremony::authentication::UserVerification::First);
    let stored: Reauthentication = serde_json::from_str(&serde_json::to_string(&first.0).unwrap()).unwrap();
    let error = stored.require(&rp, &user(), PURPOSE, NOW).unwrap_err();
    assert_eq!((error.clone(), error.code()), (Error::NotAFactor, "not-a-factor"));
    assert_eq!(stored.require_with_additional_factor(&rp, &user(), PURPOSE, NOW), Ok(()));
    let of_a_stranger = stored.require_with_additional_factor(&rp, &stranger(), PURPOSE, NOW);
    assert_eq!(of_a_stranger, Err(Error::ReauthenticationMismatch));
    assert_eq!(first.1.update, None, "nothing else has changed");
    assert!(fresh.apply(&first.1.update_after_additional_factor.unwrap()));
    assert_eq!(again(&fresh).0.require(&rp, &user(), PURPOSE, NOW), Ok(()));
    let mut json = serde_json::to_value(&stored).unwrap();
    json["userVerification"] = json!("not_performed");
    let unverified: Reauthentication = serde_json::from_value(json.clone()).unwrap();
    assert_eq!(unverified.require_with_additional_factor(&rp, &user(), PURPOSE, NOW), Err(Error::NotAFactor));
    for version in [json!(2), json!(null)] {
        json["version"] = version;
        assert!(serde_json::from_value::<Reauthentication>(json.clone()).is_err());
    }
}
