//! JSON of options: written values read back equal, and JSON of others is read completely or refused.

use crate::options::{requested, started};
use crate::*;
use proptest::collection::vec;
use proptest::option;
use proptest::prelude::*;
use wardkey::InvalidValue;
use wardkey::client::json::*;
use wardkey::extensions::*;
use wardkey::internals::CredentialDescriptor;
use wardkey::{CredentialId, Transport};

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

fn user_verification() -> impl Strategy<Value = UserVerificationRequirement> {
    prop_oneof![
        Just(UserVerificationRequirement::Required),
        Just(UserVerificationRequirement::Preferred),
        Just(UserVerificationRequirement::Discouraged),
        word().prop_map(UserVerificationRequirement::Other)
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
        extensions.prf = prf.map(|eval| eval.map_or_else(Prf::default, Prf::eval));
        extensions.large_blob = large_blob
            .map(|required| if required { LargeBlobSupport::Required } else { LargeBlobSupport::Preferred });
        extensions.cred_protect = protection.and_then(|(level, _)| CredentialProtection::from_level(level));
        extensions.enforce_cred_protect = protection.is_some_and(|(_, enforce)| enforce);
        extensions.cred_blob = cred_blob.map(Into::into);
        let [cred_props, min_pin_length, pin_complexity_policy, hmac_create_secret, uvm, payment] = flags;
        extensions.cred_props = cred_props;
        extensions.min_pin_length = min_pin_length;
        extensions.pin_complexity_policy = pin_complexity_policy;
        extensions.hmac_create_secret = hmac_create_secret;
        extensions.uvm = uvm;
        extensions.payment = payment.then(Vec::new);
        extensions.others = others;
        extensions
    }
}

fn every_creation_input() -> CreationExtensions {
    let mut extensions = CreationExtensions::default();
    extensions.appid_exclude = AppId::new("https://example.org").ok();
    extensions.cred_props = true;
    extensions.prf = Some(Prf::default());
    extensions.large_blob = Some(LargeBlobSupport::Preferred);
    extensions.cred_protect = Some(CredentialProtection::UserVerificationRequired);
    extensions.enforce_cred_protect = true;
    extensions.cred_blob = Some(b"blob".to_vec().into());
    extensions.min_pin_length = true;
    extensions.pin_complexity_policy = true;
    extensions.hmac_create_secret = true;
    extensions.uvm = true;
    extensions.payment = Some(Vec::new());
    extensions
}

fn every_request_input() -> RequestExtensions {
    let mut extensions = RequestExtensions::default();
    extensions.appid = AppId::new("https://example.org").ok();
    extensions.prf = Some(Prf::default());
    extensions.large_blob = Some(LargeBlobRequest::Read);
    extensions.get_cred_blob = true;
    extensions.hmac_get_secret = Some(PrfValues::new([0; 32]));
    extensions.uvm = true;
    extensions
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
            let mut prf = Prf::by_credential(by_credential.into_iter().collect());
            prf.eval = eval;
            prf
        });
        extensions.large_blob = large_blob.map(|blob| match blob {
            Some(blob) => LargeBlobRequest::Write(blob.into()),
            None => LargeBlobRequest::Read,
        });
        extensions.hmac_get_secret = salts.map(|(salt1, salt2)| match salt2 {
            Some(salt2) => PrfValues::new(salt1).with_second(salt2),
            None => PrfValues::new(salt1),
        });
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
        let mut options = started(registering());
        options.challenge = challenge;
        options.timeout = timeout;
        [options.user.name, options.user.display_name, options.rp.name] = names;
        options.exclude_credentials = exclude;
        options.hints = hints;
        options.attestation_formats = formats;
        options.authenticator_selection.user_verification = user_verification;
        if let Some(unknown) = unknown {
            options.authenticator_selection.resident_key = ResidentKey::Other(unknown.clone());
            options.authenticator_selection.authenticator_attachment = Some(AuthenticatorAttachment::Other(unknown.clone()));
            options.attestation = AttestationConveyance::Other(unknown);
        }
        options.extensions = extensions;
        let json = serde_json::to_string(&options).unwrap();
        let read: CreationOptions = serde_json::from_str(&json).unwrap();
        prop_assert_eq!(&read, &options);
        prop_assert_eq!(serde_json::to_string(&read).unwrap(), json);
    }

    /// JSON of others is read without loss, or refused.
    #[test]
    fn creation_json_is_read_or_refused(
        policy in option::of(prop_oneof![
            (1..=3_u64).prop_map(|level| json!(CredentialProtection::from_level(level))),
            Just(json!("userVerificationImagined")),
            Just(json!(3)),
        ]),
        enforce in option::of(prop_oneof![any::<bool>().prop_map(|flag| json!(flag)), Just(json!("yes"))]),
        flags in any::<[Option<bool>; 4]>(),
        others in others(),
        kind in option::of(word()),
        selection in option::of((option::of(any::<bool>()), option::of(word()))),
        rp_id in option::of(Just("example.org")),
    ) {
        let mut extensions = serde_json::Value::Object(others);
        let names = ["credProps", "minPinLength", "uvm", "hmacCreateSecret"];
        let members = names.into_iter().zip(flags.map(|flag| flag.map(|flag| json!(flag)))).chain([
            ("credentialProtectionPolicy", policy.clone()),
            ("enforceCredentialProtectionPolicy", enforce.clone()),
        ]);
        for (name, value) in members {
            if let Some(value) = value {
                extensions[name] = value;
            }
        }
        let mut json = json!({
            "rp": {"name": "x"},
            "user": {"id": "AQ", "name": "", "displayName": ""},
            "challenge": "AQ",
            "pubKeyCredParams": [{"type": kind.as_deref().unwrap_or("public-key"), "alg": -7}],
            "extensions": extensions,
        });
        if let Some((require, attachment)) = selection {
            json["authenticatorSelection"] = json!({"requireResidentKey": require.unwrap_or_default()});
            if let Some(attachment) = attachment {
                json["authenticatorSelection"]["authenticatorAttachment"] = json!(attachment);
            }
        }
        if let Some(rp_id) = rp_id {
            json["rp"]["id"] = json!(rp_id);
        }
        let known = policy.as_ref().is_none_or(|policy| policy.is_string() && *policy != "userVerificationImagined");
        let sensible = match &enforce {
            Some(Value::Bool(_)) => true,
            other => other.is_none(),
        };
        let read = serde_json::from_value::<CreationOptions>(json.clone());
        prop_assert_eq!(read.is_ok(), known && sensible, "{}", json);
        let Ok(options) = read else { return Ok(()) };
        let written = serde_json::to_value(&options).unwrap();
        for (name, value) in json["extensions"].as_object().unwrap() {
            prop_assert!(*value == json!(false) || written["extensions"][name] == *value, "{}", name);
        }
        prop_assert_eq!(&written["rp"], &json["rp"]);
        prop_assert_eq!(&written["pubKeyCredParams"], &json["pubKeyCredParams"]);
        prop_assert_eq!(serde_json::from_value::<CreationOptions>(written).unwrap(), options);
    }

    /// A known extension among `others` is refused, because it would occur twice in the JSON; an unknown one is accepted.
    #[test]
    fn others_have_no_field(at in any::<prop::sample::Index>(), name in word()) {
        let creation = serde_json::to_value(every_creation_input()).unwrap();
        let request = serde_json::to_value(every_request_input()).unwrap();
        let pick = |json: &Value| at.get(&json.as_object().unwrap().keys().collect::<Vec<_>>()).to_string();
        let mut extensions = CreationExtensions::default();
        extensions.others.insert(name.clone(), json!(true));
        prop_assert_eq!(extensions.check(), Ok(()));
        extensions.others.insert(pick(&creation), json!(false));
        prop_assert!(matches!(extensions.check(), Err(InvalidValue::HasAField(_))));
        let mut extensions = RequestExtensions::default();
        extensions.others.insert(name, json!(true));
        prop_assert_eq!(extensions.check(&[]), Ok(()));
        extensions.others.insert(pick(&request), json!(false));
        prop_assert!(matches!(extensions.check(&[]), Err(InvalidValue::HasAField(_))));
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
        let mut options = requested(AuthenticationRequest::discoverable());
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
