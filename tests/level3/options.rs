//! The two options dictionaries: their members, reading them back, and the lints.

use crate::*;
use wardkey::attestation::Format;
use wardkey::client::json::*;
use wardkey::extensions::*;
use wardkey::internals::AuthenticatorSelection;
use wardkey::internals::{CredentialDescriptor, PublicKeyCredentialType};
use wardkey::{CredentialId, Transport};

pub(crate) fn started(request: RegistrationRequest) -> CreationOptions {
    rp().start_registration(request, session(), NOW).unwrap().0
}

pub(crate) fn requested(request: AuthenticationRequest) -> RequestOptions {
    rp().start_authentication(request, session(), NOW).unwrap().0
}

#[test]
fn hints_set_the_attachment() {
    for (hints, attachment) in [
        (vec![], None),
        (vec![Hint::SecurityKey], Some(AuthenticatorAttachment::CrossPlatform)),
        (vec![Hint::Hybrid], Some(AuthenticatorAttachment::CrossPlatform)),
        (vec![Hint::Hybrid, Hint::SecurityKey], Some(AuthenticatorAttachment::CrossPlatform)),
        (vec![Hint::ClientDevice], Some(AuthenticatorAttachment::Platform)),
        (vec![Hint::ClientDevice, Hint::Hybrid], None),
        (vec![Hint::Other("new".into()), Hint::ClientDevice], Some(AuthenticatorAttachment::Platform)),
    ] {
        let request = registering().hints(hints.clone());
        assert_eq!(started(request.clone()).authenticator_selection.authenticator_attachment, attachment, "{hints:?}");
        let request = request.attachment(AuthenticatorAttachment::Platform);
        let chosen = started(request).authenticator_selection.authenticator_attachment;
        assert_eq!(chosen, Some(AuthenticatorAttachment::Platform), "a choice of one's own stays");
    }
}

#[test]
fn user_verification_of_one_request() {
    use wardkey_authenticator::flags::UV;
    let unverified = || registration().authenticator_data(|data| data.clear_flags(UV));
    assert_eq!(refusal(register(&rp(), registering(), unverified())), Refusal::UserNotVerified);
    let preferred = registering().user_verification(UserVerificationRequirement::Preferred);
    assert!(register(&rp(), preferred, unverified()).is_ok());
    let lax = RelyingParty::builder("example.org", "x").user_verification_preferred().build().unwrap();
    let unverified = || authentication().authenticator_data(|data| data.clear_flags(UV));
    assert!(authenticate(&lax, signing_in(), unverified()).is_ok());
    let required = signing_in().user_verification(UserVerificationRequirement::Required);
    assert_eq!(refusal(authenticate(&lax, required, unverified())), Refusal::UserNotVerified);
}

/// A value that is sent as `required` is checked as `required`, however the caller wrote it.
#[test]
fn a_choice_by_another_name_is_the_same_choice() {
    use wardkey_authenticator::flags::UV;
    let required = || UserVerificationRequirement::Other("required".into());
    let lax = RelyingParty::builder("example.org", "x").user_verification_preferred().build().unwrap();
    let request = signing_in().user_verification(required());
    let unverified = authentication().authenticator_data(|data| data.clear_flags(UV));
    assert_eq!(refusal(authenticate(&lax, request, unverified)), Refusal::UserNotVerified);
    let request = registering().resident_key(ResidentKey::Other("required".into())).user_verification(required());
    let unverified = registration().authenticator_data(|data| data.clear_flags(UV));
    assert_eq!(refusal(register(&lax, request.clone(), unverified)), Refusal::UserNotVerified);
    assert!(started(request.clone()).authenticator_selection.require_resident_key);
    let demanded = UserVerificationRequirement::Other("demanded".into());
    let options = started(request.user_verification(demanded.clone()));
    assert_eq!(options.authenticator_selection.user_verification, demanded);
}

#[test]
fn conditional_create() {
    use wardkey_authenticator::flags::{UP, UV};
    let absent = || registration().authenticator_data(|data| data.clear_flags(UP | UV));
    let request = registering().conditional();
    let record = register(&rp(), request.clone(), absent()).unwrap().claim(None).unwrap().0;
    assert!(!record.uv_initialized);
    assert_eq!(started(request).authenticator_selection.user_verification, UserVerificationRequirement::Preferred);
    assert_eq!(refusal(register(&rp(), registering(), absent())), Refusal::UserNotPresent);
}

#[test]
fn attestation_formats() {
    let options = started(registering().attestation_formats([Format::Packed, Format::Tpm]));
    let json = serde_json::to_value(&options).unwrap();
    assert_eq!(json["attestationFormats"], json!(["packed", "tpm"]));
    assert_eq!(options.lint(), [Lint::FormatsWithoutAttestation]);
}

#[test]
fn resident_key() {
    for (resident_key, require) in
        [(ResidentKey::Required, true), (ResidentKey::Preferred, false), (ResidentKey::Discouraged, false)]
    {
        let options = started(registering().resident_key(resident_key));
        assert_eq!(options.authenticator_selection.require_resident_key, require);
        assert_eq!(options.lint().contains(&Lint::NotDiscoverable), !require);
    }
}

#[test]
fn lint_creation() {
    assert_eq!(started(registering()).lint(), [], "what this crate sends by itself is clean");
    fn lints(change: impl FnOnce(&mut CreationOptions)) -> Vec<Lint> {
        let mut options = started(registering());
        change(&mut options);
        options.lint()
    }
    assert_eq!(lints(|o| o.challenge.truncate(16)), []);
    assert_eq!(lints(|o| o.challenge.truncate(15)), [Lint::ShortChallenge]);
    assert_eq!(lints(|o| o.timeout = 60_000), [Lint::Timeout(60_000)]);
    assert_eq!(lints(|o| o.timeout = 900_000), [Lint::Timeout(900_000)]);
    let email = lints(|o| o.user.id = UserHandle::new(*b"ada@mail.example").unwrap());
    assert_eq!(email, [Lint::PersonalUserHandle]);
    assert_eq!(lints(|o| o.user.id = UserHandle::new([1; 8]).unwrap()), [Lint::ShortUserHandle]);
    assert_eq!(lints(|o| o.user.name.clear()), [Lint::EmptyUserName]);
    assert_eq!(lints(|o| o.user.name = " ".into()), [Lint::EmptyUserName]);
    assert_eq!(lints(|o| o.rp.name.clear()), [Lint::EmptyRpName]);
    assert_eq!(lints(|o| o.user.display_name.clear()), [Lint::EmptyDisplayName]);
    assert_eq!(lints(|o| o.pub_key_cred_params.retain(|p| p.alg == -7)), [-8, -257].map(Lint::MissingAlgorithm));
    for number in [-9, -51, -52, -19] {
        let also = lints(|o| {
            let mut params = o.pub_key_cred_params[0].clone();
            params.alg = number;
            o.pub_key_cred_params.push(params);
        });
        assert_eq!(also, [Lint::NotRecommendedAlgorithm(number)]);
    }
    assert_eq!(lints(|o| o.authenticator_selection.require_resident_key = false), [Lint::RequireResidentKey]);
    assert_eq!(
        lints(|o| o.authenticator_selection.user_verification = UserVerificationRequirement::Discouraged),
        [Lint::UserVerificationDiscouraged]
    );
    assert_eq!(
        lints(|o| {
            o.hints = vec![Hint::SecurityKey, Hint::SecurityKey];
            o.authenticator_selection.authenticator_attachment = Some(AuthenticatorAttachment::Platform);
        }),
        [Lint::DuplicateHint, Lint::HintsContradictAttachment]
    );
    assert_eq!(lints(|o| o.attestation = AttestationConveyance::Enterprise), [Lint::EnterpriseAttestation]);
    assert_eq!(lints(|o| o.attestation = AttestationConveyance::Other("new".into())), [Lint::UnknownValue]);
    let attachment = || Some(AuthenticatorAttachment::Other("new".into()));
    assert_eq!(lints(|o| o.authenticator_selection.authenticator_attachment = attachment()), [Lint::UnknownValue]);
    assert_eq!(
        lints(|o| o.authenticator_selection.resident_key = ResidentKey::Other("new".into())),
        [Lint::NotDiscoverable, Lint::RequireResidentKey, Lint::UnknownValue]
    );
    let unknown = || PublicKeyCredentialType::Other("new".into());
    assert_eq!(
        lints(|o| o.pub_key_cred_params[0].credential_type = PublicKeyCredentialType::Other("new".into())),
        [Lint::UnknownValue, Lint::MissingAlgorithm(-8)]
    );
    let mut options = started(registering());
    options.exclude_credentials =
        vec![CredentialDescriptor::new(unknown(), CredentialId::new([1]).unwrap(), vec![Transport::Usb])];
    assert_eq!(options.lint(), [Lint::UnknownValue]);
}

#[test]
fn lint_names() {
    for change in [
        |o: &mut CreationOptions, name| o.rp.name = name,
        |o: &mut CreationOptions, name| o.user.name = name,
        |o: &mut CreationOptions, name| o.user.display_name = name,
    ] {
        let mut options = started(registering());
        change(&mut options, "x".repeat(64));
        assert_eq!(options.lint(), []);
        change(&mut options, "x".repeat(65));
        assert_eq!(options.lint(), [Lint::LongName]);
    }
}

#[test]
fn lint_extensions() {
    use CredentialProtection::{UserVerificationOptional, UserVerificationRequired};
    let protected = |policy, enforce| {
        let inputs = CreationExtensions::default().cred_protect(policy).enforce_cred_protect(enforce);
        registering().extensions(inputs)
    };
    assert_eq!(started(protected(UserVerificationOptional, true)).lint(), [Lint::NothingToEnforce]);
    assert_eq!(started(protected(UserVerificationOptional, false)).lint(), []);
    assert_eq!(started(protected(UserVerificationRequired, true)).lint(), [Lint::EnforcedCredProtect]);
    assert_eq!(started(protected(UserVerificationRequired, false)).lint(), []);
    let large_blob = |resident_key, support| {
        registering().resident_key(resident_key).extensions(CreationExtensions::default().large_blob(support))
    };
    assert_eq!(started(large_blob(ResidentKey::Required, LargeBlobSupport::Required)).lint(), []);
    assert_eq!(
        started(large_blob(ResidentKey::Preferred, LargeBlobSupport::Preferred)).lint(),
        [Lint::NotDiscoverable]
    );
    assert_eq!(
        started(large_blob(ResidentKey::Preferred, LargeBlobSupport::Required)).lint(),
        [Lint::NotDiscoverable, Lint::LargeBlobNotDiscoverable]
    );
    for (url, lints) in [
        ("https://example.org/u2f.json", vec![]),
        ("https://login.example.org", vec![]),
        ("https://example.com/u2f.json", vec![Lint::AppIdElsewhere]),
        ("https://evil-example.org", vec![Lint::AppIdElsewhere]),
    ] {
        let appid = AppId::new(url).unwrap();
        let asked = registering().extensions(CreationExtensions::default().appid_exclude(appid.clone()));
        assert_eq!(started(asked).lint(), lints, "{url}");
        let asked = AuthenticationRequest::discoverable().extensions(RequestExtensions::default().appid(appid));
        assert_eq!(requested(asked).lint(), lints, "{url}");
    }
}

#[test]
fn lint_request() {
    let mut options = requested(AuthenticationRequest::discoverable());
    assert_eq!(options.lint(), []);
    options.allow_credentials = (0..65)
        .map(|n| CredentialDescriptor::new(Default::default(), CredentialId::new([n]).unwrap(), vec![]))
        .collect();
    assert_eq!(options.lint(), [Lint::ManyCredentials(65), Lint::NoTransports]);
    assert!(options.lint_conditional().contains(&Lint::FilteredConditional));
    options.allow_credentials.pop();
    assert_eq!(options.lint(), [Lint::NoTransports]);
    options.allow_credentials = vec![options.allow_credentials[0].clone(), options.allow_credentials[0].clone()];
    assert!(options.lint().contains(&Lint::DuplicateCredential));
}

/// Clients ignore the timeout under conditional mediation: what must not happen is that the state expires first.
#[test]
fn lint_conditional_timeouts() {
    let request = AuthenticationRequest::discoverable;
    assert_eq!(requested(request()).lint_conditional(), [Lint::ShortConditionalTimeout(300_000)]);
    for (seconds, conditional, modal) in [
        (3599, vec![Lint::ShortConditionalTimeout(3_599_000)], vec![Lint::Timeout(3_599_000)]),
        (3600, vec![], vec![Lint::Timeout(3_600_000)]),
        (86_400, vec![], vec![Lint::Timeout(86_400_000)]),
        (600, vec![Lint::ShortConditionalTimeout(600_000)], vec![]),
    ] {
        let options = requested(request().timeout(Duration::from_secs(seconds)));
        assert_eq!((options.lint_conditional(), options.lint()), (conditional, modal), "{seconds}");
    }
    let request = registering().conditional().timeout(Duration::from_secs(3600));
    assert_eq!(started(request).lint_conditional(), []);
}

/// gitea#33531, bitwarden/passwordless-server PR 193: Chromium makes such a credential with credProtect level 3, which no later
/// request with user verification discouraged finds. With residentKey preferred it is level 2.
#[test]
fn lint_preferred_user_verification() {
    use UserVerificationRequirement::{Discouraged, Preferred, Required};
    let chosen = CredentialProtection::UserVerificationOptional;
    for (resident_key, user_verification, cred_protect, trap) in [
        (ResidentKey::Required, Preferred, None, true),
        (ResidentKey::Required, Preferred, Some(chosen), false),
        (ResidentKey::Required, Required, None, false),
        (ResidentKey::Required, Discouraged, None, false),
        (ResidentKey::Preferred, Preferred, None, false),
        (ResidentKey::Discouraged, Preferred, None, false),
    ] {
        let request = registering().resident_key(resident_key).user_verification(user_verification);
        let options = started(request.extensions(CreationExtensions::default().cred_protect(cred_protect)));
        assert_eq!(options.lint().contains(&Lint::PreferredBecomesCredProtect), trap, "{options:?}");
    }
}

/// §5.1.8, §5.1.9: an absent member has the default of the standard.
#[test]
fn absent_members_have_their_defaults() {
    let minimal = json!({
        "rp": {"name": "x"},
        "user": {"id": "AQ", "name": "", "displayName": ""},
        "challenge": "AQ",
        "pubKeyCredParams": [{"type": "public-key", "alg": -7}],
    });
    let options: CreationOptions = serde_json::from_value(minimal).unwrap();
    assert_eq!(options.timeout, 300_000);
    assert_eq!(options.attestation, AttestationConveyance::None);
    assert_eq!(options.authenticator_selection, AuthenticatorSelection::default());
    assert_eq!(options.authenticator_selection.user_verification, UserVerificationRequirement::Preferred);
    assert!(options.extensions.is_empty() && options.rp.id.is_none());
    let options: RequestOptions = serde_json::from_value(json!({"challenge": "AQ"})).unwrap();
    assert_eq!((options.timeout, options.user_verification), (300_000, UserVerificationRequirement::Preferred));
    assert_eq!(options.rp_id, None);
}

/// §5.4.4: without `residentKey`, `requireResidentKey` decides.
#[test]
fn the_effective_resident_key() {
    for (json, resident_key) in [
        (json!({}), ResidentKey::Discouraged),
        (json!({"requireResidentKey": false}), ResidentKey::Discouraged),
        (json!({"requireResidentKey": true}), ResidentKey::Required),
        (json!({"requireResidentKey": true, "residentKey": null}), ResidentKey::Required),
        (json!({"requireResidentKey": true, "residentKey": "preferred"}), ResidentKey::Preferred),
    ] {
        let selection: AuthenticatorSelection = serde_json::from_value(json.clone()).unwrap();
        assert_eq!(selection.resident_key, resident_key, "{json}");
    }
}

/// Options always contain the RP ID.
#[test]
fn the_rp_id_is_sent() {
    assert_eq!(started(registering()).rp.id.as_deref(), Some("example.org"));
    assert_eq!(requested(AuthenticationRequest::discoverable()).rp_id.as_deref(), Some("example.org"));
}

#[test]
fn unknown_values_are_kept() {
    let mut json = serde_json::to_value(started(registering())).unwrap();
    json["attestation"] = json!("thorough");
    json["hints"] = json!(["telepathy"]);
    json["authenticatorSelection"]["userVerification"] = json!("demanded");
    json["authenticatorSelection"]["residentKey"] = json!("insisted");
    json["authenticatorSelection"]["authenticatorAttachment"] = json!("implanted");
    json["excludeCredentials"] = json!([{"type": "private-key", "id": "AQ", "transports": ["telepathy"]}]);
    json["pubKeyCredParams"][0]["type"] = json!("private-key");
    json["extensions"] = json!({"new": {"x": [1]}});
    let options: CreationOptions = serde_json::from_value(json.clone()).unwrap();
    assert_eq!(options.hints, [Hint::Other("telepathy".into())]);
    assert_eq!(serde_json::to_value(&options).unwrap(), json);
}
