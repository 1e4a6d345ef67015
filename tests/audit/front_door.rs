//! The bundles of ceremonies at the front door.

use super::browser::Browser;
use serde_json::Value;
use std::time::Duration;
use wardkey::attestation::{AttestationType, CompoundPolicy, Format};
use wardkey::audit::{Bundle, BundleError};
use wardkey::authenticator::Aaguid;
use wardkey::ceremony::authentication::SignCountPolicy;
use wardkey::client::json::AttestationConveyance;
use wardkey::confirmation::{Document, Draft, Item};
use wardkey::crypto::{Algorithm, AwsLcRs};
use wardkey::extensions::{AppId, RequestExtensions};
use wardkey::policy::{AttestationPolicy, Trust, TrustAnchors};
use wardkey::x509::{Crl, TrustAnchor};
use wardkey::{
    AuthenticationRequest, CredentialRecord, RegistrationRequest, RegistrationState, RelyingParty, RelyingPartyBuilder,
    Session, UnixTime, UserHandle,
};
use wardkey_authenticator::{Authentication, Chain, RevocationList, json};

const NOW: UnixTime = UnixTime::from_secs(1_795_392_000);

fn builder() -> RelyingPartyBuilder {
    RelyingParty::builder("clinic.example", "Example Clinic").origin("https://clinic.example")
}

fn user() -> UserHandle {
    UserHandle::new(*b"ada's handle").unwrap()
}

/// Registers, and returns the state and what the page posted as well.
fn register(rp: &RelyingParty, browser: &mut Browser) -> (CredentialRecord, RegistrationState, String) {
    let (user, state_of) = (user(), |state: &RegistrationState| serde_json::to_value(state).unwrap());
    let request = RegistrationRequest::new(&user, "ada@mail.example", &[]);
    let (options, state) = rp.start_registration(request, Session::unbound(), NOW).unwrap();
    let kept = serde_json::from_value(state_of(&state)).unwrap();
    let response = browser.create(&options, |made| made).unwrap();
    let posted = response.to_json();
    let registered = rp.finish_registration(state, &response, Session::unbound(), NOW).unwrap();
    (registered.claim(None).unwrap().0, kept, posted)
}

/// The bundle in JSON, which reads back and agrees.
fn whole(bundle: Result<Bundle, BundleError>) -> Value {
    let json = bundle.unwrap().to_json();
    let again = Bundle::from_json(&json).unwrap();
    assert!(again.verify(&AwsLcRs).unwrap().agrees(), "{json}");
    let value: Value = serde_json::from_str(&json).unwrap();
    for members in [&value["ceremony"]["expected"], &value["evidence"]].into_iter().filter_map(Value::as_object) {
        assert!(members.values().all(|member| !member.is_null()), "what is null states nothing: {json}");
    }
    value
}

#[test]
fn accepted_and_refused_ceremonies_become_bundles() {
    let (rp, mut browser) = (builder().build().unwrap(), Browser::new("audit.bundles"));
    let (record, state, posted) = register(&rp, &mut browser);
    let bundle = whole(rp.bundle_registration(&state, &posted, None, NOW));
    assert_eq!((&bundle["verdict"]["accept"], &bundle["evidence"]["time"]), (&true.into(), &NOW.secs().into()));
    let twice = whole(rp.bundle_registration(&state, &posted, Some(&record), NOW));
    assert_eq!(twice["verdict"], serde_json::json!({ "accept": false, "step": "7.1/26" }));

    let later = NOW.plus(Duration::from_secs(60));
    for origin in ["https://clinic.example", "https://evil.example"] {
        let request = AuthenticationRequest::known(&record.user_handle, std::slice::from_ref(&record));
        let (options, state) = rp.start_authentication(request, Session::unbound(), later).unwrap();
        let response = browser.get(&options, |made| made.client_data(|data| data.set("origin", origin))).unwrap();
        let bundle = whole(rp.bundle_authentication(&state, &response.to_json(), &record, later));
        let finished = rp.finish_authentication(state, &response, Some(&record), Session::unbound(), later);
        assert_eq!(bundle["verdict"]["accept"], finished.is_ok());
        let Ok(finished) = finished else {
            assert_eq!((&bundle["verdict"]["step"], &bundle["evidence"]), (&"7.2/12".into(), &Value::Null));
            continue;
        };
        let live = serde_json::to_value(&finished.evidence).unwrap();
        for member in ["credentialId", "rpId", "origin", "flags", "signCount", "userVerification", "time", "algorithm"]
        {
            assert_eq!(bundle["evidence"][member], live[member], "{member}");
        }
    }
}

/// The bundle of a confirmation has the digest of the document as its challenge, and not the nonce.
#[test]
fn a_confirmation_becomes_a_bundle() {
    let (rp, mut browser) = (builder().build().unwrap(), Browser::new("audit.confirmations"));
    let (record, ..) = register(&rp, &mut browser);
    let mut draft = Draft::new("prescription", "pseud-7", NOW);
    draft.items = vec![Item::text("Metformin 500 mg, 60")];
    let document = Document::new(draft).unwrap();
    let records = std::slice::from_ref(&record);
    let start = || rp.start_confirmation(&record.user_handle, records, &document, Session::unbound(), NOW).unwrap();
    for origin in ["https://clinic.example", "https://evil.example"] {
        let (options, state) = start();
        let nonce = serde_json::to_value(&state).unwrap()["purpose"]["confirmation"]["nonce"].clone();
        let response = browser.get(&options, |made| made.client_data(|data| data.set("origin", origin))).unwrap();
        let bundle = whole(rp.bundle_confirmation(&state, &document, &response.to_json(), &record, NOW));
        assert!(nonce.as_str().is_some_and(|nonce| !bundle.to_string().contains(nonce)), "{nonce}");
        let challenge = &bundle["ceremony"]["expected"]["challenge"];
        assert_eq!(*challenge, serde_json::to_value(&options).unwrap()["challenge"]);
        let finished = rp.finish_confirmation(state, &document, &response, Some(&record), Session::unbound(), NOW);
        assert_eq!(bundle["verdict"]["accept"], finished.is_ok());
    }
}

/// The bundle of a confirmation is judged with the document that is given, as the confirmation is.
#[test]
fn the_bundle_of_another_document_is_refused() {
    let (rp, mut browser) = (builder().build().unwrap(), Browser::new("audit.documents"));
    let (record, ..) = register(&rp, &mut browser);
    let document = |item: &str| {
        let mut draft = Draft::new("prescription", "pseud-7", NOW);
        draft.items = vec![Item::text(item)];
        Document::new(draft).unwrap()
    };
    let (shown, other) = (document("Metformin 500 mg, 60"), document("Metformin 500 mg, 600"));
    let records = std::slice::from_ref(&record);
    let (options, state) =
        rp.start_confirmation(&record.user_handle, records, &shown, Session::unbound(), NOW).unwrap();
    let response = browser.get(&options, |made| made).unwrap();
    let bundle = whole(rp.bundle_confirmation(&state, &other, &response.to_json(), &record, NOW));
    assert_eq!(bundle["verdict"], serde_json::json!({ "accept": false, "step": "7.2/11" }));
    let refused = rp.finish_confirmation(state, &other, &response, Some(&record), Session::unbound(), NOW);
    assert_eq!(refused.unwrap_err().step().unwrap().to_string(), "7.2/11");
}

/// A state of another configuration offers an algorithm that may not sign in here: refused, and the bundle says so.
#[test]
fn the_bundle_of_a_state_of_another_configuration_is_refused() {
    let (old, mut browser) = (builder().algorithms([Algorithm::Es256]).build().unwrap(), Browser::new("audit.rollout"));
    let new = builder().algorithms([Algorithm::Rs256]).refuse_at_sign_in([Algorithm::Es256]).build().unwrap();
    let (_, state, posted) = register(&old, &mut browser);
    let bundle = whole(new.bundle_registration(&state, &posted, None, NOW));
    assert_eq!(bundle["verdict"], serde_json::json!({ "accept": false, "step": "7.1/20" }));
    let response = wardkey::RegistrationResponse::from_json(&posted).unwrap();
    let refused = new.finish_registration(state, &response, Session::unbound(), NOW);
    assert_eq!(refused.unwrap_err().step().unwrap().to_string(), "7.1/20");
}

/// What a relying party accepts at sign-in and a receipt does not: refused, and its bundle says so.
#[test]
fn a_confirmation_is_judged_as_its_receipt_is() {
    type Change = fn(Authentication) -> Authentication;
    let framed: Change = |made| {
        made.client_data(|data| data.set("crossOrigin", true))
            .client_data(|data| data.set("topOrigin", "https://top.example"))
    };
    let eligible: Change = |made| made.authenticator_data(|data| data.set_flags(0x0d));
    for (offered, built, change, step) in [
        (Algorithm::Es256, builder().framed_by(["https://top.example"]), framed, "7.2/13"),
        (Algorithm::LegacyRs1, builder().accept_rs1_at_sign_in(), |made| made, "7.2/21"),
        (Algorithm::Es256, builder().report_backup_eligibility_change(), eligible, "7.2/19"),
    ] {
        let (rp, mut browser) = (built.build().unwrap(), Browser::new("audit.receipts"));
        let (mut record, ..) = register(&builder().algorithms([offered]).build().unwrap(), &mut browser);
        record.backup_eligible = Some(false);
        let records = std::slice::from_ref(&record);
        let request = AuthenticationRequest::known(&record.user_handle, records);
        let (options, state) = rp.start_authentication(request, Session::unbound(), NOW).unwrap();
        let response = browser.get(&options, change).unwrap();
        assert!(rp.finish_authentication(state, &response, Some(&record), Session::unbound(), NOW).is_ok(), "{step}");

        let mut draft = Draft::new("prescription", "pseud-7", NOW);
        draft.items = vec![Item::text("Metformin 500 mg, 60")];
        let document = Document::new(draft).unwrap();
        let (options, state) =
            rp.start_confirmation(&record.user_handle, records, &document, Session::unbound(), NOW).unwrap();
        let response = browser.get(&options, change).unwrap();
        let bundle = whole(rp.bundle_confirmation(&state, &document, &response.to_json(), &record, NOW));
        assert_eq!(bundle["verdict"], serde_json::json!({ "accept": false, "step": step }));
        let refused = rp.finish_confirmation(state, &document, &response, Some(&record), Session::unbound(), NOW);
        assert_eq!(refused.unwrap_err().step().unwrap().to_string(), step);
    }
}

fn root() -> TrustAnchor {
    TrustAnchor::from_der(&Chain::new().trust_anchors()[0]).unwrap()
}

fn trusting(anchors: TrustAnchors) -> RelyingPartyBuilder {
    let mut policy = AttestationPolicy::any();
    (policy.trust, policy.accept_legacy_rs1) = (Trust::Verify(anchors), true); // as in format 1
    builder().attestation(policy, AttestationConveyance::Direct)
}

#[test]
fn a_bundle_has_the_trust_anchors() {
    let rp = trusting(TrustAnchors::new([root()])).build().unwrap();
    let (_, state, posted) = register(&rp, &mut Browser::new("audit.anchors"));
    let bundle = whole(rp.bundle_registration(&state, &posted, None, NOW));
    let expected = &bundle["ceremony"]["expected"];
    assert_eq!(expected["trust_anchors"], serde_json::json!([json::base64url(root().der())]));
    assert_eq!(expected["attestation_policy"]["trust"], "verify");
}

#[test]
fn a_bundle_states_what_was_expected() {
    let rp = builder().accept_rs1_at_sign_in().sign_count(SignCountPolicy::Report).build().unwrap();
    let mut browser = Browser::new("audit.expected");
    let (record, state, posted) = register(&rp, &mut browser);
    let algorithms = |expected: &Value| -> Vec<i64> { serde_json::from_value(expected["algs"].clone()).unwrap() };
    let expected = whole(rp.bundle_registration(&state, &posted, None, NOW))["ceremony"]["expected"].clone();
    assert!(algorithms(&expected).contains(&-7));
    assert_eq!((&expected["compound_policy"], &expected["mediation"]), (&"all".into(), &Value::Null));
    let user = user();
    let request = RegistrationRequest::new(&user, "ada@mail.example", &[]).conditional();
    let (options, state) = rp.start_registration(request, Session::unbound(), NOW).unwrap();
    let posted = browser.create(&options, |made| made).unwrap().to_json();
    assert_eq!(
        whole(rp.bundle_registration(&state, &posted, None, NOW))["ceremony"]["expected"]["mediation"],
        "conditional"
    );

    let appid = "https://clinic.example/u2f";
    let request = AuthenticationRequest::known(&record.user_handle, std::slice::from_ref(&record))
        .extensions(RequestExtensions::default().appid(AppId::new(appid).unwrap()));
    let (options, state) = rp.start_authentication(request, Session::unbound(), NOW).unwrap();
    let posted = browser.get(&options, |made| made).unwrap().to_json();
    let expected = whole(rp.bundle_authentication(&state, &posted, &record, NOW))["ceremony"]["expected"].clone();
    assert!(algorithms(&expected).contains(&-65535));
    assert_eq!(expected["allow_credentials"], serde_json::json!([record.id.to_base64url()]));
    assert_eq!((&expected["user_identified"], &expected["appid"]), (&true.into(), &appid.into()));
    assert_eq!((&expected["counter_policy"], &expected["backup_policy"]), (&"report".into(), &"verify".into()));
}

/// What format 1 has no word for is refused, not left out.
#[test]
fn a_choice_without_a_word_is_refused() {
    let mut models = AttestationPolicy::any();
    models.deny_aaguids = vec![Aaguid::from_bytes([7; 16])];
    let (mut types, mut compound) = (AttestationPolicy::any(), AttestationPolicy::any());
    types.types.retain(|kind| *kind != AttestationType::BasicOrAttCa);
    compound.compound = CompoundPolicy::AtLeast(1);
    let mut enterprise = AttestationPolicy::any();
    enterprise.enterprise = true;
    let list = RevocationList::of(&Chain::new().authorities[0], &[]).der();
    let rows = [
        builder().allow_subdomains(),
        builder().allow_any_port(),
        builder().attestation(models, AttestationConveyance::Direct),
        builder().attestation(types, AttestationConveyance::Direct),
        builder().attestation(compound, AttestationConveyance::Direct),
        builder().attestation(enterprise, AttestationConveyance::Enterprise),
        trusting(TrustAnchors::default().for_format(Format::Packed, [root()])),
        trusting(TrustAnchors::default().for_aaguid(Aaguid::from_bytes([7; 16]), [root()])),
        trusting(TrustAnchors::new([root()]).with_crls([Crl::from_der(&list).unwrap()])),
    ];
    for (number, builder) in rows.into_iter().enumerate() {
        let rp = builder.build().unwrap();
        let (_, state, posted) = register(&rp, &mut Browser::new("audit.choices"));
        assert_eq!(rp.bundle_registration(&state, &posted, None, NOW), Err(BundleError::Ceremony), "{number}");
    }
    let rp = builder().sign_count(SignCountPolicy::Report).build().unwrap();
    let (_, state, posted) = register(&rp, &mut Browser::new("audit.text"));
    assert_eq!(rp.bundle_registration(&state, "no JSON", None, NOW), Err(BundleError::Ceremony));
    let odd = posted.replacen('{', "{\"x\":0.5,", 1);
    assert_eq!(rp.bundle_registration(&state, &odd, None, NOW), Err(BundleError::Unwritable));
    let deep = posted.replacen('{', &format!("{{\"x\":{}{},", "[".repeat(126), "]".repeat(126)), 1);
    assert!(wardkey::RegistrationResponse::from_json(&deep).is_ok());
    assert_eq!(rp.bundle_registration(&state, &deep, None, NOW), Err(BundleError::Unwritable));
    // The front door refuses it, and canonical JSON has the member once.
    let twice = posted.replacen('{', "{\"id\":\"AQ\",", 1);
    assert_eq!(rp.bundle_registration(&state, &twice, None, NOW), Err(BundleError::Ceremony));
}
