//! From a ceremony at the front door to facts, claims and signals.

use crate::NOW;
use crate::browser::Browser;
use std::time::Duration;
use wardkey::assurance::{
    Acr, AcrTable, AcrTableError, AssuranceLevel, AttestationFacts, Demand, Facts, FactsError, Lack, ModelFacts,
    OriginKind, OtherFactor, Profile, ProvenSession, Rules, Signal, SignalError, SignalTable, Verdict, assess,
};
use wardkey::attestation::AttestationType;
use wardkey::ceremony::authentication::SignCountPolicy;
use wardkey::ceremony::evidence::{Evidence, TrustOutcome};
use wardkey::metadata::Incident;
use wardkey::policy::{AttestationPolicy, Characteristics, Trust};
use wardkey::{
    AuthenticationRequest, CredentialRecord, ReauthenticationRequest, RegistrationRequest, RelyingParty,
    RelyingPartyBuilder, Session, UnixTime, UserHandle,
};
use wardkey_authenticator::Authentication;
use wardkey_authenticator::flags::{BE, BS};

const APP: &str = "android:apk-key-hash:47DEQpj8HBSa-_TImW-5JCeuQeRkm5NMpJWZG3hSuFU";

fn builder() -> RelyingPartyBuilder {
    RelyingParty::builder("clinic.example", "Example Clinic")
        .origin("https://clinic.example")
        .origin("https://portal.clinic.example:8443")
        .related_origin("https://lab.example")
        .native_origin(APP)
        .sign_count(SignCountPolicy::Report)
}

fn register(rp: &RelyingParty, browser: &mut Browser) -> (CredentialRecord, Characteristics, Evidence) {
    let user = UserHandle::new(*b"ada's handle").unwrap();
    let request = RegistrationRequest::new(&user, "ada@mail.example", &[]);
    let (options, state) = rp.start_registration(request, Session::unbound(), NOW).unwrap();
    let response = browser.create(&options, |made| made).unwrap();
    let registered = rp.finish_registration(state, &response, Session::unbound(), NOW).unwrap();
    let kept = registered.characteristics();
    let (record, evidence) = registered.claim(None).unwrap();
    (record, kept, evidence)
}

fn sign_in(
    rp: &RelyingParty,
    browser: &Browser,
    record: &CredentialRecord,
    change: impl FnOnce(Authentication) -> Authentication,
) -> Evidence {
    let (options, state) =
        rp.start_authentication(AuthenticationRequest::discoverable(), Session::unbound(), NOW).unwrap();
    let response = browser.get(&options, change).unwrap();
    rp.finish_authentication(state, &response, Some(record), Session::unbound(), NOW).unwrap().evidence
}

#[test]
fn a_passkey_of_a_patient_is_two_factors() {
    let (rp, mut browser) = (builder().build().unwrap(), Browser::new("assurance.patient"));
    let (record, kept, _) = register(&rp, &mut browser);
    let kept: Characteristics = serde_json::from_str(&serde_json::to_string(&kept).unwrap()).unwrap();
    assert_eq!(
        (kept.trust(), kept.attested_aaguid(), kept.key_in_hardware()),
        (TrustOutcome::NoCertificates, None, None)
    );
    let evidence = sign_in(&rp, &browser, &record, |made| made);
    let facts = Facts::of(&evidence, Some(&kept), NOW.plus(Duration::from_secs(60))).unwrap();
    assert_eq!((facts.age_secs, facts.authenticated_at(), facts.origin), (60, NOW, OriginKind::Own));
    assert_eq!((facts.backup_eligible, record.backup_eligible.is_some()), (record.backup_eligible, true));
    let mut kept = serde_json::to_value(kept).unwrap();
    kept["keyInHardware"] = true.into();
    let kept: Characteristics = serde_json::from_value(kept).unwrap();
    let attested = Facts::of(&evidence, Some(&kept), NOW).unwrap().attestation;
    assert_eq!((attested, attested.key_in_hardware), (AttestationFacts::from(&kept), Some(true)));
    let assurance = assess(&facts, Rules::Nist80063B4);
    assert_eq!(assurance.ceiling(), Some(AssuranceLevel::Aal2));
    assert_eq!((assurance.acr(), assurance.amr()), (Some(Acr::Phr), &["mfa", "pop", "user"][..]));
    assert_eq!(assurance.auth_time(), NOW);
    let missing: Vec<_> = assurance.missing_for(AssuranceLevel::Aal3).map(|(rule, _)| rule.id()).collect();
    assert!(missing.contains(&"63b-4/3.2.13-isolated") && !missing.contains(&"63b-4/2.3.2-intent"));
    assert_eq!(assurance.missing_for(AssuranceLevel::Aal2).count(), 0);
    let json = serde_json::to_value(&assurance).unwrap();
    assert_eq!(
        (&json["ceiling"], &json["acr"], &json["authTime"]),
        (&"aal2".into(), &"phr".into(), &NOW.secs().into())
    );
    assert_eq!(json["verdicts"].as_object().unwrap().len(), 22);
}

/// A text message beside a passkey without user verification is two things that one has.
#[test]
fn a_text_message_is_no_second_factor() {
    let rp = builder().user_verification_preferred().build().unwrap();
    let mut browser = Browser::new("assurance.sms");
    let (record, kept, _) = register(&rp, &mut browser);
    let evidence = sign_in(&rp, &browser, &record, |made| made.authenticator_data(|data| data.flags = 1));
    let mut facts = Facts::of(&evidence, Some(&kept), NOW).unwrap();
    for (factor, level) in [(OtherFactor::Sms, AssuranceLevel::Aal1), (OtherFactor::Password, AssuranceLevel::Aal2)] {
        facts.declared.other_factor = factor;
        assert_eq!(assess(&facts, Rules::Nist80063B4).ceiling(), Some(level));
    }
}

#[test]
fn an_origin_is_own_related_or_of_an_app() {
    let (rp, mut browser) = (builder().build().unwrap(), Browser::new("assurance.origins"));
    let (record, ..) = register(&rp, &mut browser);
    for (origin, kind, verdict) in [
        ("https://clinic.example", OriginKind::Own, Verdict::Met),
        ("https://portal.clinic.example:8443", OriginKind::Own, Verdict::Met),
        ("https://lab.example", OriginKind::Related, Verdict::NotMet),
        (APP, OriginKind::Native, Verdict::NotEvaluable),
    ] {
        let evidence = sign_in(&rp, &browser, &record, |made| made.client_data(|data| data.set("origin", origin)));
        let facts = Facts::of(&evidence, None, NOW).unwrap();
        assert_eq!(facts.origin, kind, "{origin}");
        let assurance = assess(&facts, Rules::Nist80063B4);
        assert_eq!(assurance.verdict("63b-4/3.2.5.2-name-binding"), Some(verdict), "{origin}");
        assert_eq!(assurance.acr().is_some(), kind == OriginKind::Own, "{origin}");
    }
}

#[test]
fn facts_are_made_of_an_accepted_authentication_only() {
    let (rp, mut browser) = (builder().build().unwrap(), Browser::new("assurance.refused"));
    let (record, _, registration) = register(&rp, &mut browser);
    assert_eq!(Facts::of(&registration, None, NOW), Err(FactsError::NotASignIn));
    let (options, state) =
        rp.start_authentication(AuthenticationRequest::discoverable(), Session::unbound(), NOW).unwrap();
    let response = browser.get(&options, |made| made.client_data(|data| data.set("origin", "https://evil.example")));
    let error =
        rp.finish_authentication(state, &response.unwrap(), Some(&record), Session::unbound(), NOW).unwrap_err();
    assert_eq!(Facts::of(&error.evidence().unwrap(), None, NOW), Err(FactsError::NotASignIn));
    let evidence = sign_in(&rp, &browser, &record, |made| made);
    let milliseconds = UnixTime::from_secs(NOW.secs() * 1000);
    assert_eq!(Facts::of(&evidence, None, milliseconds), Err(FactsError::Time));
    let end = 253_402_300_799; // of the year 9999
    for (secs, is_time) in [(end, true), (end + 1, false)] {
        assert_eq!(Facts::of(&evidence, None, UnixTime::from_secs(secs)).is_ok(), is_time, "{secs}");
    }
    let unproved = assess(&Facts::unknown(NOW), Rules::Nist80063B4);
    assert_eq!((unproved.ceiling(), unproved.shown(&evidence)), (Some(AssuranceLevel::None), vec![]));
    let table = AcrTable::new([(AssuranceLevel::None, None, "anybody")]).unwrap();
    assert_eq!(table.word(&unproved), None);
    assert_eq!([FactsError::NotASignIn.code(), FactsError::Time.code()], ["not-a-sign-in", "time"]);
    let before = Facts::of(&evidence, None, UnixTime::from_secs(NOW.secs() - 1)).unwrap();
    assert_eq!(assess(&before, Rules::Nist80063B4).verdict("63b-4/2.2.3-overall-timeout"), Some(Verdict::NotMet));
}

#[test]
fn the_library_sees_signals_in_the_evidence_and_the_record() {
    let (rp, mut browser) = (builder().build().unwrap(), Browser::new("assurance.signals"));
    let (mut record, ..) = register(&rp, &mut browser);
    record.sign_count = 9;
    record.backup_eligible = Some(true);
    record.backup_state = Some(false);
    let evidence = sign_in(&rp, &browser, &record, |made| {
        made.authenticator_data(|data| {
            data.sign_count = 9;
            data.flags |= BE | BS;
        })
    });
    let home = "https://clinic.example";
    let (kept, mut now) = (ModelFacts::default(), ModelFacts::default());
    assert_eq!(
        Signal::seen(&evidence, Some(&record), &[home], Some((&kept, &now))),
        [Signal::SIGN_COUNT_REGRESSED, Signal::BACKUP_STATE_CHANGED]
    );
    now.incidents = [Incident::Revoked].into_iter().collect();
    assert_eq!(
        Signal::seen(&evidence, None, &[], Some((&kept, &now))),
        [
            Signal::SIGN_COUNT_REGRESSED,
            Signal::NEW_ORIGIN,
            Signal::CREDENTIAL_UNKNOWN,
            Signal::MODEL_CHANGED,
            Signal::MODEL_REVOKED
        ]
    );
    record.sign_count = 8;
    let evidence = sign_in(&rp, &browser, &record, |made| {
        made.authenticator_data(|data| {
            data.sign_count = 9;
            data.flags |= BE;
        })
    });
    assert_eq!(Signal::seen(&evidence, Some(&record), &[home], None), []);
}

#[test]
fn a_demand_asks_for_what_its_methods_say() {
    let none = Demand::default();
    let members =
        |demand: Demand| [demand.confirmation, demand.second_credential, demand.notify, demand.hold, demand.deny];
    assert_eq!(members(none), [false; 5]);
    let all = [none.confirmed(), none.by_two_credentials(), none.with_notice(), none.held(), none.denied()];
    for (number, demand) in all.into_iter().enumerate() {
        let mut expected = [false; 5];
        expected[number] = true;
        assert_eq!(members(demand), expected);
    }
}

/// A patient may use any passkey; staff may use the models that the metadata certifies.
#[test]
fn a_profile_has_its_attestation_policy() {
    let without = |policy: &AttestationPolicy| {
        let kinds = [AttestationType::None, AttestationType::SelfAttestation];
        kinds.map(|kind| policy.types.contains(&kind))
    };
    for (profile, any) in [(Profile::patient(), true), (Profile::clinician(), false), (Profile::prescriber(), false)] {
        let policy = profile.policy();
        assert_eq!(without(&policy), [any, any]);
        assert!(policy.types.contains(&AttestationType::BasicOrAttCa));
        assert_eq!(matches!(policy.trust, Trust::Ignore), any);
        assert_eq!(matches!(policy.trust, Trust::Metadata(_)), !any);
    }
    let [one, another, ..] = Rules::Nist80063B4.table() else { panic!("no rules") };
    assert!(one == one && one != another);
}

#[test]
fn tables_and_names_have_bounds() {
    let name = |length: usize| Signal::new("x".repeat(length)).map(|_| ()).map_err(SignalError::code);
    assert_eq!([name(0), name(1), name(128), name(129)], [Err("signal-name"), Ok(()), Ok(()), Err("signal-name")]);
    assert_eq!(Signal::new("a\u{7f}"), Err(SignalError::Name));
    let rows = |count: usize| (0..count).map(|n| (Signal::new(format!("s{n}")).unwrap(), Demand::default()));
    assert!(SignalTable::new(rows(SignalTable::MAX_SIGNALS)).is_ok());
    assert_eq!(SignalTable::new(rows(SignalTable::MAX_SIGNALS + 1)), Err(SignalError::TooMany));
    let twice = [(Signal::NEW_ORIGIN, Demand::default().held()), (Signal::NEW_ORIGIN, Demand::default().with_notice())];
    let table = SignalTable::new(twice).unwrap();
    let asked = table.ask(Demand::default(), &[Signal::NEW_ORIGIN]).unwrap().demand();
    assert_eq!(asked, Demand::default().held().with_notice(), "rows of one signal are joined");
    assert_eq!(table.ask(Demand::default(), &[Signal::MODEL_REVOKED]).unwrap_err().code(), "unknown-signal");
    let stored: SignalTable = serde_json::from_str(&serde_json::to_string(&table).unwrap()).unwrap();
    assert_eq!(stored, table);
    assert!(serde_json::from_str::<SignalTable>(r#"{"":{}}"#).is_err());
    let word = |word: &str| AcrTable::new([(AssuranceLevel::Aal1, None, word)]).map(|_| ());
    assert_eq!(
        [word(""), word("a b"), word("é"), word("urn:x")],
        [Err(AcrTableError::Word), Err(AcrTableError::Word), Err(AcrTableError::Word), Ok(())]
    );
    assert_eq!(word(&"a".repeat(257)).unwrap_err().code(), "acr-word");
    let many = (0..=AcrTable::MAX_ROWS).map(|_| (AssuranceLevel::Aal1, None, "a"));
    assert_eq!(AcrTable::new(many).unwrap_err().code(), "acr-rows");
    for missing in ["level", "fresh_secs", "confirmation", "second_credential", "notify", "hold", "deny"] {
        let mut json = serde_json::to_value(Demand::default()).unwrap();
        json.as_object_mut().unwrap().remove(missing);
        assert!(serde_json::from_value::<Demand>(json).is_err(), "{missing}");
    }
}

/// The first row that the sign-in satisfies gives the word.
#[test]
fn an_issuer_has_its_own_words() {
    let (rp, mut browser) = (builder().build().unwrap(), Browser::new("assurance.acr"));
    let (record, kept, _) = register(&rp, &mut browser);
    let facts = Facts::of(&sign_in(&rp, &browser, &record, |made| made), Some(&kept), NOW).unwrap();
    let table = AcrTable::new([
        (AssuranceLevel::Aal3, None, "AAL3_ANY"),
        (AssuranceLevel::Aal2, Some(Acr::Phrh), "gold"),
        (AssuranceLevel::Aal2, Some(Acr::Phr), "silver"),
        (AssuranceLevel::Aal1, None, "bronze"),
    ])
    .unwrap();
    let word = |facts: &Facts| table.word(&assess(facts, Rules::Nist80063B4)).map(str::to_owned);
    assert_eq!(word(&facts).as_deref(), Some("silver"));
    let mut related = facts.clone();
    related.origin = OriginKind::Related;
    assert_eq!(word(&related).as_deref(), Some("bronze"));
    let mut broken = facts.clone();
    broken.challenge_bits = 8;
    assert_eq!(word(&broken), None);
    assert_eq!(table.word(&assess(&facts, Rules::Cfr11)), None);
}

/// A re-authentication is a new ceremony, so its assurance replaces that of the sign-in.
#[test]
fn a_reauthentication_fulfils_a_demand_for_freshness() {
    let (rp, mut browser) = (builder().build().unwrap(), Browser::new("assurance.again"));
    let (record, kept, _) = register(&rp, &mut browser);
    let evidence = sign_in(&rp, &browser, &record, |made| made);
    let later = NOW.plus(Duration::from_secs(900));
    let of = |evidence: &Evidence| {
        ProvenSession::of(&assess(&Facts::of(evidence, Some(&kept), later).unwrap(), Rules::Nist80063B4))
    };
    let export = Demand::at(AssuranceLevel::Aal2).within(Duration::from_secs(300));
    assert_eq!(export.lacks(&of(&evidence), later), [Lack::Freshness]);
    let own = std::slice::from_ref(&record);
    let request = ReauthenticationRequest::new(&record.user_handle, own, "export", Duration::from_secs(300));
    let (options, state) = rp.start_reauthentication(request, Session::unbound(), later).unwrap();
    let response = browser.get(&options, |made| made).unwrap();
    let (_, done) = rp.finish_reauthentication(state, &response, Some(&record), Session::unbound(), later).unwrap();
    assert_eq!(export.lacks(&of(&done.evidence), later), []);
}
