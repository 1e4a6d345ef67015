//! The two options dictionaries: what goes into them, what comes back, and what clients punish.

use crate::*;
use proptest::collection::vec;
use proptest::option;
use proptest::prelude::*;
use wardkey::attestation::Format;
use wardkey::client::extensions::*;
use wardkey::client::json::*;
use wardkey::credential::{CredentialId, Transport};
use wardkey::extension::CredentialProtection;
use wardkey::relying_party::Mediation;

fn started(request: &RegistrationRequest) -> CreationOptions {
    rp().start_registration_with(request, &user(), &[], NOW).unwrap().0
}

fn registering(choose: impl FnOnce(&mut RegistrationRequest)) -> RegistrationRequest {
    let mut request = RegistrationRequest::default();
    choose(&mut request);
    request
}

fn requested(request: &AuthenticationRequest) -> RequestOptions {
    rp().start_discoverable_authentication_with(request, NOW).unwrap().0
}

#[test]
fn hints_set_the_attachment() {
    for (hints, attachment) in [
        (vec![], None),
        (vec![Hint::SecurityKey], Some(Attachment::CrossPlatform)),
        (vec![Hint::Hybrid], Some(Attachment::CrossPlatform)),
        (vec![Hint::Hybrid, Hint::SecurityKey], Some(Attachment::CrossPlatform)),
        (vec![Hint::ClientDevice], Some(Attachment::Platform)),
        (vec![Hint::ClientDevice, Hint::Hybrid], None),
        (vec![Hint::Other("new".into()), Hint::ClientDevice], Some(Attachment::Platform)),
    ] {
        let mut request = registering(|request| request.hints = hints.clone());
        assert_eq!(started(&request).authenticator_selection.authenticator_attachment, attachment, "{hints:?}");
        request.attachment = Some(Attachment::Platform);
        let chosen = started(&request).authenticator_selection.authenticator_attachment;
        assert_eq!(chosen, Some(Attachment::Platform), "a choice of one's own stays");
    }
}

#[test]
fn user_verification_of_one_request() {
    use wardkey_authenticator::flags::UV;
    let unverified = || registration().authenticator_data(|data| data.clear_flags(UV));
    let mut request = RegistrationRequest::default();
    assert_eq!(refusal(register(&rp(), &request, unverified())), Refusal::UserNotVerified);
    request.user_verification = Some(UserVerification::Preferred);
    assert!(register(&rp(), &request, unverified()).is_ok());
    let lax = RelyingParty::builder("example.org", "x").user_verification_preferred().build().unwrap();
    let mut request = AuthenticationRequest::default();
    let unverified = || authentication().authenticator_data(|data| data.clear_flags(UV));
    assert!(authenticate(&lax, &request, unverified()).is_ok());
    request.user_verification = Some(UserVerification::Required);
    assert_eq!(refusal(authenticate(&lax, &request, unverified())), Refusal::UserNotVerified);
}

#[test]
fn conditional_create() {
    use wardkey_authenticator::flags::{UP, UV};
    let absent = || registration().authenticator_data(|data| data.clear_flags(UP | UV));
    let request = registering(|request| request.mediation = Mediation::Conditional);
    let record = register(&rp(), &request, absent()).unwrap().claim(None::<()>).unwrap();
    assert!(!record.uv_initialized);
    assert_eq!(started(&request).authenticator_selection.user_verification, UserVerification::Preferred);
    assert_eq!(refusal(register(&rp(), &RegistrationRequest::default(), absent())), Refusal::UserNotPresent);
}

#[test]
fn attestation_formats() {
    let request = registering(|request| request.attestation_formats = vec![Format::Packed, Format::Tpm]);
    let json = serde_json::to_value(started(&request)).unwrap();
    assert_eq!(json["attestationFormats"], json!(["packed", "tpm"]));
    assert_eq!(started(&request).lint(), [Lint::FormatsWithoutAttestation]);
}

#[test]
fn resident_key() {
    for (resident_key, require) in
        [(ResidentKey::Required, true), (ResidentKey::Preferred, false), (ResidentKey::Discouraged, false)]
    {
        let options = started(&registering(|request| request.resident_key = resident_key));
        assert_eq!(options.authenticator_selection.require_resident_key, require);
        assert_eq!(options.lint().contains(&Lint::NotDiscoverable), !require);
    }
}

#[test]
fn lint_creation() {
    assert_eq!(started(&RegistrationRequest::default()).lint(), [], "what this crate sends by itself is clean");
    let lints = |change: fn(&mut CreationOptions)| {
        let mut options = started(&RegistrationRequest::default());
        change(&mut options);
        options.lint()
    };
    assert_eq!(lints(|o| o.challenge.truncate(15)), [Lint::ShortChallenge]);
    assert_eq!(lints(|o| o.timeout = 60_000), [Lint::Timeout(60_000)]);
    assert_eq!(lints(|o| o.timeout = 900_000), [Lint::Timeout(900_000)]);
    let email = lints(|o| o.user.id = UserHandle::new(*b"ada@mail.example").unwrap());
    assert_eq!(email, [Lint::PersonalUserHandle(PersonalData::EmailAddress)]);
    assert_eq!(lints(|o| o.user.id = UserHandle::new([1; 8]).unwrap()), [Lint::ShortUserHandle]);
    assert_eq!(lints(|o| o.user.name.clear()), [Lint::EmptyUserName]);
    assert_eq!(lints(|o| o.pub_key_cred_params.retain(|p| p.alg == -7)), [-8, -257].map(Lint::MissingAlgorithm));
    assert_eq!(
        lints(|o| {
            let mut params = o.pub_key_cred_params[0];
            params.alg = -19;
            o.pub_key_cred_params.push(params);
        }),
        [Lint::NotRecommendedAlgorithm(-19)]
    );
    assert_eq!(lints(|o| o.authenticator_selection.require_resident_key = false), [Lint::RequireResidentKey]);
    assert_eq!(
        lints(|o| o.authenticator_selection.user_verification = UserVerification::Discouraged),
        [Lint::UserVerificationDiscouraged]
    );
    assert_eq!(
        lints(|o| {
            o.hints = vec![Hint::SecurityKey, Hint::SecurityKey];
            o.authenticator_selection.authenticator_attachment = Some(Attachment::Platform);
        }),
        [Lint::DuplicateHint, Lint::HintsContradictAttachment]
    );
    assert_eq!(lints(|o| o.attestation = AttestationConveyance::Enterprise), [Lint::EnterpriseAttestation]);
    assert_eq!(lints(|o| o.attestation = AttestationConveyance::Other("new".into())), [Lint::UnknownValue]);
}

#[test]
fn lint_request() {
    let mut options = requested(&AuthenticationRequest::default());
    assert_eq!((options.lint(), options.lint_conditional()), (vec![], vec![]));
    options.allow_credentials = (0..65)
        .map(|n| CredentialDescriptor::new(Default::default(), CredentialId::new([n]).unwrap(), vec![]))
        .collect();
    assert_eq!(options.lint(), [Lint::ManyCredentials(65), Lint::NoTransports]);
    assert!(options.lint_conditional().contains(&Lint::FilteredConditional));
    options.allow_credentials = vec![options.allow_credentials[0].clone(), options.allow_credentials[0].clone()];
    assert!(options.lint().contains(&Lint::DuplicateCredential));
}

/// §5.1.8, §5.1.9: what the standard lets out has the value that it gives.
#[test]
fn absent_members_have_their_defaults() {
    let minimal = json!({
        "rp": {"id": "example.org", "name": "x"},
        "user": {"id": "AQ", "name": "", "displayName": ""},
        "challenge": "AQ",
        "pubKeyCredParams": [{"type": "public-key", "alg": -7}],
    });
    let options: CreationOptions = serde_json::from_value(minimal).unwrap();
    assert_eq!(options.timeout, 300_000);
    assert_eq!(options.attestation, AttestationConveyance::None);
    assert_eq!(options.authenticator_selection, AuthenticatorSelection::default());
    assert_eq!(options.authenticator_selection.user_verification, UserVerification::Preferred);
    assert!(options.extensions.is_empty());
    let options: RequestOptions = serde_json::from_value(json!({"challenge": "AQ", "rpId": "x"})).unwrap();
    assert_eq!((options.timeout, options.user_verification), (300_000, UserVerification::Preferred));
}

#[test]
fn unknown_values_are_kept() {
    let mut json = serde_json::to_value(started(&RegistrationRequest::default())).unwrap();
    json["attestation"] = json!("thorough");
    json["hints"] = json!(["telepathy"]);
    json["authenticatorSelection"]["userVerification"] = json!("demanded");
    json["authenticatorSelection"]["residentKey"] = json!("insisted");
    json["authenticatorSelection"]["authenticatorAttachment"] = json!("implanted");
    json["excludeCredentials"] = json!([{"type": "public-key", "id": "AQ", "transports": ["telepathy"]}]);
    json["extensions"] = json!({"new": {"x": [1]}});
    let options: CreationOptions = serde_json::from_value(json.clone()).unwrap();
    assert_eq!(options.hints, [Hint::Other("telepathy".into())]);
    assert_eq!(serde_json::to_value(&options).unwrap(), json);
}

fn bytes() -> impl Strategy<Value = Vec<u8>> {
    vec(any::<u8>(), 0..48)
}

fn word() -> impl Strategy<Value = String> {
    "x-[a-z]{1,8}"
}

fn transport() -> impl Strategy<Value = Transport> {
    prop_oneof![
        Just(Transport::Usb),
        Just(Transport::SmartCard),
        Just(Transport::Hybrid),
        word().prop_map(Transport::Other)
    ]
}

fn hint() -> impl Strategy<Value = Hint> {
    prop_oneof![Just(Hint::SecurityKey), Just(Hint::ClientDevice), Just(Hint::Hybrid), word().prop_map(Hint::Other)]
}

fn user_verification() -> impl Strategy<Value = UserVerification> {
    prop_oneof![
        Just(UserVerification::Required),
        Just(UserVerification::Preferred),
        Just(UserVerification::Discouraged),
        word().prop_map(UserVerification::Other)
    ]
}

fn credential_id() -> impl Strategy<Value = CredentialId> {
    vec(any::<u8>(), 1..40).prop_map(|bytes| CredentialId::new(bytes).unwrap())
}

fn descriptors() -> impl Strategy<Value = Vec<CredentialDescriptor>> {
    let one = (credential_id(), vec(transport(), 0..3))
        .prop_map(|(id, transports)| CredentialDescriptor::new(Default::default(), id, transports));
    vec(one, 0..4)
}

fn values() -> impl Strategy<Value = PrfValues> {
    (bytes(), option::of(bytes())).prop_map(|(first, second)| match second {
        Some(second) => PrfValues::new(first).with_second(second),
        None => PrfValues::new(first),
    })
}

fn appid_url() -> impl Strategy<Value = AppId> {
    "https://[a-z]{1,8}\\.example/[a-z]{0,8}".prop_map(|url| AppId::new(url).unwrap())
}

fn others() -> impl Strategy<Value = serde_json::Map<String, Value>> {
    vec((word(), any::<i32>()), 0..3)
        .prop_map(|members| members.into_iter().map(|(name, value)| (name, json!({"v": [value, null]}))).collect())
}

prop_compose! {
    fn creation_extensions()(
        appid_exclude in option::of(appid_url()),
        prf in option::of(option::of(values())),
        large_blob in option::of(any::<bool>()),
        protection in option::of((1..=3_u64, any::<bool>())),
        cred_blob in option::of(bytes()),
        flags in any::<[bool; 6]>(),
        others in others(),
    ) -> CreationExtensions {
        let mut extensions = CreationExtensions::default();
        extensions.appid_exclude = appid_exclude;
        extensions.prf = prf.map(|eval| eval.map_or_else(PrfCreation::enable, PrfCreation::eval));
        extensions.large_blob = large_blob.map(|required| LargeBlobCreation {
            support: if required { LargeBlobSupport::Required } else { LargeBlobSupport::Preferred },
        });
        extensions.cred_protect = protection.map(|(level, enforce)| {
            let policy = CredentialProtection::from_level(level).unwrap();
            if enforce { CredentialProtectionInput::enforced(policy) } else { CredentialProtectionInput::at_least(policy) }
        });
        extensions.cred_blob = cred_blob.map(Into::into);
        let [cred_props, min_pin_length, pin_complexity_policy, hmac_create_secret, uvm, payment] = flags;
        extensions.cred_props = cred_props;
        extensions.min_pin_length = min_pin_length;
        extensions.pin_complexity_policy = pin_complexity_policy;
        extensions.hmac_create_secret = hmac_create_secret;
        extensions.uvm = uvm;
        extensions.payment = payment.then(PaymentCreation::new);
        extensions.others = others;
        extensions
    }
}

prop_compose! {
    fn request_extensions()(
        appid in option::of(appid_url()),
        prf in option::of((option::of(values()), vec((credential_id(), values()), 0..3))),
        large_blob in option::of(option::of(bytes())),
        salts in option::of((any::<[u8; 32]>(), option::of(any::<[u8; 32]>()))),
        flags in any::<[bool; 2]>(),
        others in others(),
    ) -> RequestExtensions {
        let mut extensions = RequestExtensions::default();
        extensions.appid = appid;
        extensions.prf = prf.map(|(eval, by_credential)| {
            let mut prf = PrfRequest::by_credential(by_credential.into_iter().collect());
            prf.eval = eval;
            prf
        });
        extensions.large_blob = large_blob.map(|blob| match blob {
            Some(blob) => LargeBlobRequest::Write(blob.into()),
            None => LargeBlobRequest::Read,
        });
        extensions.hmac_get_secret = salts.map(|(salt1, salt2)| HmacGetSecret::new(salt1, salt2));
        [extensions.get_cred_blob, extensions.uvm] = flags;
        extensions.others = others;
        extensions
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 200, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn creation_options_survive_json(
        extensions in creation_extensions(),
        challenge in bytes(),
        timeout in any::<u32>(),
        names in any::<[String; 3]>(),
        exclude in descriptors(),
        hints in vec(hint(), 0..4),
        formats in vec(word(), 0..3),
        user_verification in user_verification(),
        unknown in option::of(word()),
    ) {
        let mut options = started(&RegistrationRequest::default());
        options.challenge = challenge;
        options.timeout = timeout;
        [options.user.name, options.user.display_name, options.rp.name] = names;
        options.exclude_credentials = exclude;
        options.hints = hints;
        options.attestation_formats = formats;
        options.authenticator_selection.user_verification = user_verification;
        if let Some(unknown) = unknown {
            options.authenticator_selection.resident_key = ResidentKey::Other(unknown.clone());
            options.authenticator_selection.authenticator_attachment = Some(Attachment::Other(unknown.clone()));
            options.attestation = AttestationConveyance::Other(unknown);
        }
        options.extensions = extensions;
        let json = serde_json::to_string(&options).unwrap();
        let read: CreationOptions = serde_json::from_str(&json).unwrap();
        prop_assert_eq!(&read, &options);
        prop_assert_eq!(serde_json::to_string(&read).unwrap(), json);
    }

    #[test]
    fn request_options_survive_json(
        extensions in request_extensions(),
        challenge in bytes(),
        timeout in any::<u32>(),
        allow in descriptors(),
        hints in vec(hint(), 0..4),
        user_verification in user_verification(),
    ) {
        let mut options = requested(&AuthenticationRequest::default());
        options.challenge = challenge;
        options.timeout = timeout;
        options.allow_credentials = allow;
        options.hints = hints;
        options.user_verification = user_verification;
        options.extensions = extensions;
        let json = serde_json::to_string(&options).unwrap();
        let read: RequestOptions = serde_json::from_str(&json).unwrap();
        prop_assert_eq!(&read, &options);
        prop_assert_eq!(serde_json::to_string(&read).unwrap(), json);
    }
}
