//! Extension outputs: refused if they were requested and are wrong, ignored if nobody requested them.

use crate::*;
use wardkey::InvalidValue;
use wardkey::client::json::AttestationConveyance;
use wardkey::extensions::*;
use wardkey::internals::CredentialDescriptor;
use wardkey::internals::PublicKeyCredentialType::PublicKey;
use wardkey::policy::AttestationPolicy;
use wardkey_authenticator::hash::sha256;
use wardkey_authenticator::{Cbor, FidoU2f, PackedSelf};

/// The extensions of a request: the inputs, and the outputs that are required.
#[derive(Clone, Default)]
struct Asked<I, O> {
    extensions: I,
    outputs: O,
}

type AskedCreation = Asked<CreationExtensions, RegistrationOutputs>;
type AskedRequest = Asked<RequestExtensions, AuthenticationOutputs>;

impl From<&AskedCreation> for RegistrationRequest {
    fn from(asked: &AskedCreation) -> Self {
        registering().extensions(asked.extensions.clone()).require(asked.outputs)
    }
}

impl From<&AskedRequest> for AuthenticationRequest {
    fn from(asked: &AskedRequest) -> Self {
        signing_in().extensions(asked.extensions.clone()).require(asked.outputs)
    }
}

fn asking(ask: impl FnOnce(&mut AskedCreation)) -> AskedCreation {
    let mut request = AskedCreation::default();
    ask(&mut request);
    request
}

/// Self attestation, so that outputs are signed.
fn attested() -> Registration {
    registration().format(PackedSelf::new())
}

fn signed(identifier: &str, output: impl Into<Cbor>) -> Registration {
    attested().authenticator_data(|data| data.extension(identifier, output))
}

/// A relying party that requests attestation, so that outputs are signed.
fn asks() -> RelyingParty {
    let builder = RelyingParty::builder("example.org", "Example");
    builder.attestation(AttestationPolicy::any(), AttestationConveyance::Direct).build().unwrap()
}

fn posted(identifier: &'static str, output: Value) -> Registration {
    registration().json(unsigned(identifier, output))
}

#[test]
fn cred_protect() {
    use CredentialProtection::*;
    let asked = |policy, enforce| {
        asking(|request| {
            request.extensions.cred_protect = Some(policy);
            request.extensions.enforce_cred_protect = enforce;
        })
    };
    let two = asked(UserVerificationOptionalWithCredentialIdList, false);
    assert_eq!(
        refusal(register(&rp(), &two, signed("credProtect", 1))),
        Refusal::Extension(OutputRefusal::CredProtectTooWeak(1))
    );
    for level in [2, 3] {
        let registered = register(&rp(), &two, signed("credProtect", level)).unwrap();
        assert_eq!(registered.signed_extensions().cred_protect, CredentialProtection::from_level(level as u64));
    }
    assert!(register(&rp(), &two, registration()).is_ok(), "not enforced, so silence passes");
    for made in [registration(), signed("credProtect", 1)] {
        assert!(register(&rp(), &asked(UserVerificationOptional, true), made).is_ok(), "silence is level 1");
    }
    let enforced = asked(UserVerificationOptionalWithCredentialIdList, true);
    for policy in [UserVerificationOptionalWithCredentialIdList, UserVerificationRequired] {
        let silent = register(&rp(), &asked(policy, true), registration());
        assert_eq!(refusal(silent), Refusal::Extension(OutputRefusal::CredProtectMissing));
    }
    assert!(register(&rp(), &enforced, signed("credProtect", 2)).is_ok());
    let beside = |made: Registration| made.authenticator_data(|data| data.extension("credProtect", 2));
    assert!(register(&rp(), &enforced, beside(registration())).is_ok(), "beside none, as it was received");
    let u2f = || registration().format(FidoU2f::new());
    let no_answer = register(&rp(), &enforced, beside(u2f()));
    assert_eq!(refusal(no_answer), Refusal::Extension(OutputRefusal::CredProtectMissing), "U2F knows no extensions");
    assert!(register(&rp(), &two, beside(u2f())).is_ok());
    let weaker = u2f().authenticator_data(|data| data.extension("credProtect", 1));
    assert_eq!(
        refusal(register(&rp(), &two, weaker)),
        Refusal::Extension(OutputRefusal::CredProtectTooWeak(1)),
        "a claim may lower"
    );
    for malformed in [Cbor::Integer(0), Cbor::Integer(4), Cbor::Bool(true), Cbor::Null] {
        let refused = Refusal::Extension(OutputRefusal::Malformed(Extension::CredProtect));
        assert_eq!(refusal(register(&rp(), &two, signed("credProtect", malformed.clone()))), refused);
        assert!(register(&rp(), registering(), signed("credProtect", malformed)).is_ok());
    }
    assert_eq!(
        refusal(register(&rp(), &enforced, posted("credProtect", json!(3)))),
        Refusal::Extension(OutputRefusal::CredProtectMissing),
        "an unsigned output does not count"
    );
}

#[test]
fn min_pin_length() {
    let mut asked = asking(|request| request.extensions.min_pin_length = true);
    assert!(register(&asks(), &asked, attested()).is_ok(), "asked for, not required");
    asked.outputs.min_pin_length = Some(8);
    assert_eq!(refusal(register(&asks(), &asked, attested())), Refusal::Extension(OutputRefusal::MinPinLengthMissing));
    assert_eq!(
        refusal(register(&asks(), &asked, signed("minPinLength", 7))),
        Refusal::Extension(OutputRefusal::MinPinLength(7))
    );
    let registered = register(&asks(), &asked, signed("minPinLength", 8)).unwrap();
    assert_eq!(registered.signed_extensions().min_pin_length, Some(8));
    let malformed = Refusal::Extension(OutputRefusal::Malformed(Extension::MinPinLength));
    assert_eq!(refusal(register(&asks(), &asked, signed("minPinLength", -8))), malformed);
}

/// A required output must be signed: neither `none` nor `fido-u2f` signs outputs (§8.6, §8.7).
#[test]
fn what_nobody_signs_is_no_required_output() {
    type Require = fn(&mut AskedCreation);
    let cases: [(&str, Cbor, Require); 4] = [
        ("minPinLength", 63.into(), |asked| {
            asked.extensions.min_pin_length = true;
            asked.outputs.min_pin_length = Some(8);
        }),
        ("pinComplexityPolicy", Cbor::Bool(true), |asked| {
            asked.extensions.pin_complexity_policy = true;
            asked.outputs.pin_complexity_policy = true;
        }),
        ("credBlob", Cbor::Bool(true), |asked| {
            asked.extensions.cred_blob = Some(b"blob".to_vec().into());
            asked.outputs.cred_blob_stored = true;
        }),
        ("hmac-secret", Cbor::Bool(true), |asked| {
            asked.extensions.hmac_create_secret = true;
            asked.outputs.hmac_secret = true;
        }),
    ];
    for (identifier, output, require) in cases {
        let request = asking(require);
        let made = |made: Registration| made.authenticator_data(|data| data.extension(identifier, output.clone()));
        assert!(register(&asks(), &request, made(attested())).is_ok(), "{identifier}");
        for unsigned in [registration(), registration().format(FidoU2f::new())] {
            assert_eq!(
                refusal(register(&asks(), &request, made(unsigned))),
                Refusal::Extension(OutputRefusal::NotSigned)
            );
        }
        let error = register(&rp(), &request, made(attested())).unwrap_err();
        let Error::Extension(InvalidValue::RequiredButNotAttested(extension)) = error else { panic!("{error:?}") };
        assert_eq!(extension, identifier);
    }
    let claims = |made: Registration| made.authenticator_data(|data| data.extension("minPinLength", 63));
    for unsigned in [registration(), registration().format(FidoU2f::new())] {
        let registered = register(&asks(), registering(), claims(unsigned)).unwrap();
        assert_eq!(registered.signed_extensions().min_pin_length, None);
        assert_eq!(registered.claimed_extensions().min_pin_length, Some(63));
    }
}

#[test]
fn pin_complexity_policy() {
    let mut asked = asking(|request| request.extensions.pin_complexity_policy = true);
    assert!(register(&asks(), &asked, attested()).is_ok());
    asked.outputs.pin_complexity_policy = true;
    for made in [attested(), signed("pinComplexityPolicy", Cbor::Bool(false))] {
        assert_eq!(refusal(register(&asks(), &asked, made)), Refusal::Extension(OutputRefusal::PinComplexityPolicy));
    }
    assert!(register(&asks(), &asked, signed("pinComplexityPolicy", Cbor::Bool(true))).is_ok());
    let malformed = Refusal::Extension(OutputRefusal::Malformed(Extension::PinComplexityPolicy));
    assert_eq!(refusal(register(&asks(), &asked, signed("pinComplexityPolicy", 1))), malformed);
}

#[test]
fn cred_blob() {
    let mut asked = asking(|request| request.extensions.cred_blob = Some(b"blob".to_vec().into()));
    assert!(register(&asks(), &asked, attested()).is_ok());
    asked.outputs.cred_blob_stored = true;
    for made in [attested(), signed("credBlob", Cbor::Bool(false)), attested().json(unsigned("credBlob", json!(true)))]
    {
        assert_eq!(refusal(register(&asks(), &asked, made)), Refusal::Extension(OutputRefusal::CredBlobNotStored));
    }
    assert!(register(&asks(), &asked, signed("credBlob", Cbor::Bool(true))).is_ok());
    asked.extensions.cred_blob = Some(vec![0; 32].into());
    assert!(register(&asks(), &asked, signed("credBlob", Cbor::Bool(true))).is_ok(), "as long as may be");
    asked.extensions.cred_blob = Some(vec![0; 33].into());
    let too_long = register(&asks(), &asked, attested()).unwrap_err();
    assert_eq!(too_long, Error::Extension(InvalidValue::CredBlobTooLong));
}

#[test]
fn get_cred_blob() {
    let mut asked = AskedRequest::default();
    asked.extensions.get_cred_blob = true;
    asked.outputs.cred_blob = true;
    assert_eq!(
        refusal(authenticate(&rp(), &asked, authentication())),
        Refusal::Extension(OutputRefusal::CredBlobMissing)
    );
    let unsigned = authentication().json(unsigned("getCredBlob", json!("YmxvYg")));
    assert_eq!(refusal(authenticate(&rp(), &asked, unsigned)), Refusal::Extension(OutputRefusal::CredBlobMissing));
    let answered = |output: Cbor| authentication().authenticator_data(|data| data.extension("credBlob", output));
    let authenticated = authenticate(&rp(), &asked, answered(Cbor::Bytes(b"blob".to_vec()))).unwrap();
    assert_eq!(authenticated.signed_extensions.cred_blob.as_deref(), Some(&b"blob"[..]));
    let none_stored = || answered(Cbor::Bytes(Vec::new()));
    assert_eq!(refusal(authenticate(&rp(), &asked, none_stored())), Refusal::Extension(OutputRefusal::CredBlobMissing));
    let malformed = Refusal::Extension(OutputRefusal::Malformed(Extension::CredBlob));
    assert_eq!(refusal(authenticate(&rp(), &asked, answered(Cbor::Bool(true)))), malformed);
    asked.outputs.cred_blob = false;
    let authenticated = authenticate(&rp(), &asked, none_stored()).unwrap();
    assert_eq!(authenticated.signed_extensions.cred_blob.as_deref(), Some(&b""[..]));
}

#[test]
fn hmac_secret() {
    let mut asked = asking(|request| request.extensions.hmac_create_secret = true);
    assert!(register(&asks(), &asked, attested()).is_ok());
    asked.outputs.hmac_secret = true;
    for made in [attested(), signed("hmac-secret", Cbor::Bool(false))] {
        assert_eq!(refusal(register(&asks(), &asked, made)), Refusal::Extension(OutputRefusal::HmacSecret));
    }
    assert!(register(&asks(), &asked, signed("hmac-secret", Cbor::Bool(true))).is_ok());
    let malformed = Refusal::Extension(OutputRefusal::Malformed(Extension::HmacSecret));
    assert_eq!(refusal(register(&asks(), &asked, signed("hmac-secret", 1))), malformed);
}

#[test]
fn hmac_get_secret() {
    let mut asked = AskedRequest::default();
    asked.extensions.hmac_get_secret = Some(PrfValues::new([1; 32]));
    let answered =
        |len| authentication().authenticator_data(|data| data.extension("hmac-secret", Cbor::Bytes(vec![9; len])));
    for len in [32, 48, 64, 80] {
        let authenticated = authenticate(&rp(), &asked, answered(len)).unwrap();
        assert_eq!(authenticated.signed_extensions.hmac_secret_len, Some(len), "only the length is kept");
    }
    let malformed = Refusal::Extension(OutputRefusal::Malformed(Extension::HmacSecret));
    assert_eq!(refusal(authenticate(&rp(), &asked, answered(33))), malformed);
    let created = || authentication().authenticator_data(|data| data.extension("hmac-secret", Cbor::Bool(true)));
    assert_eq!(refusal(authenticate(&rp(), &asked, created())), malformed, "the output of a registration");
    assert!(authenticate(&rp(), &AskedRequest::default(), created()).is_ok(), "not requested, so ignored");
    let leaked = authentication().json(unsigned("hmacGetSecret", json!({"output1": "AAAA"})));
    assert!(authenticate(&rp(), &asked, leaked).unwrap().evidence.secret_extension_results == Some(true));
}

#[test]
fn hmac_secret_mc() {
    let asked = asking(|request| request.extensions.prf = Some(Prf::eval(PrfValues::new(*b"x"))));
    for len in [32, 48, 64, 80] {
        assert!(register(&rp(), &asked, signed("hmac-secret-mc", Cbor::Bytes(vec![9; len]))).is_ok());
    }
    let malformed = Refusal::Extension(OutputRefusal::Malformed(Extension::HmacSecretMc));
    for output in [Cbor::Bytes(vec![9; 33]), Cbor::Bool(true)] {
        assert_eq!(refusal(register(&rp(), &asked, signed("hmac-secret-mc", output.clone()))), malformed);
        assert!(register(&rp(), registering(), signed("hmac-secret-mc", output)).is_ok());
    }
}

#[test]
fn uvm() {
    let mut asked = AskedRequest::default();
    asked.extensions.uvm = true;
    let method = || Cbor::Array(vec![2.into(), 4.into(), 2.into()]);
    let answered = |output: Cbor| authentication().authenticator_data(|data| data.extension("uvm", output));
    assert!(authenticate(&rp(), &asked, authentication()).is_ok());
    asked.outputs.uvm = true;
    assert_eq!(refusal(authenticate(&rp(), &asked, authentication())), Refusal::Extension(OutputRefusal::UvmMissing));
    let unsigned = authentication().json(unsigned("uvm", json!([[2, 4, 2]])));
    assert_eq!(
        refusal(authenticate(&rp(), &asked, unsigned)),
        Refusal::Extension(OutputRefusal::UvmMissing),
        "only the signed copy counts"
    );
    let authenticated = authenticate(&rp(), &asked, answered(Cbor::Array(vec![method()]))).unwrap();
    assert_eq!(authenticated.signed_extensions.uvm.len(), 1);
    let malformed = Refusal::Extension(OutputRefusal::Malformed(Extension::Uvm));
    for output in [Cbor::Array(vec![]), Cbor::Array(vec![method(), method(), method(), method()]), method()] {
        assert_eq!(refusal(authenticate(&rp(), &asked, answered(output))), malformed);
    }
}

#[test]
fn cred_props() {
    let mut asked = asking(|request| request.extensions.cred_props = true);
    assert!(register(&rp(), &asked, posted("credProps", json!({"rk": false}))).is_ok());
    asked.outputs.unsigned_discoverable = true;
    let refused = Refusal::Extension(OutputRefusal::UnsignedNotDiscoverable);
    assert_eq!(refusal(register(&rp(), &asked, posted("credProps", json!({"rk": false})))), refused);
    for passes in [json!({"rk": true}), json!({})] {
        assert!(register(&rp(), &asked, posted("credProps", passes)).is_ok(), "absent means unknown");
    }
}

#[test]
fn large_blob_support() {
    let asked = |support| asking(|request| request.extensions.large_blob = Some(support));
    let required = asked(LargeBlobSupport::Required);
    for made in [registration(), posted("largeBlob", json!({"supported": false})), posted("largeBlob", json!({}))] {
        assert_eq!(
            refusal(register(&rp(), &required, made.clone())),
            Refusal::Extension(OutputRefusal::UnsignedLargeBlobUnsupported)
        );
        assert!(register(&rp(), &asked(LargeBlobSupport::Preferred), made).is_ok());
    }
    let registered = register(&rp(), &required, posted("largeBlob", json!({"supported": true}))).unwrap();
    assert_eq!(registered.unsigned_extensions().large_blob_supported(), Some(true));
}

#[test]
fn large_blob_write() {
    let mut asked = AskedRequest::default();
    asked.extensions.large_blob = Some(LargeBlobRequest::Write(b"blob".to_vec().into()));
    assert!(authenticate(&rp(), &asked, authentication()).is_ok());
    asked.outputs.unsigned_large_blob_written = true;
    for output in [json!({}), json!({"written": false})] {
        let made = authentication().json(unsigned("largeBlob", output));
        assert_eq!(
            refusal(authenticate(&rp(), &asked, made)),
            Refusal::Extension(OutputRefusal::UnsignedLargeBlobNotWritten)
        );
    }
    let made = authentication().json(unsigned("largeBlob", json!({"written": true})));
    assert!(authenticate(&rp(), &asked, made).is_ok());
    let discoverable = AuthenticationRequest::discoverable().extensions(asked.extensions.clone());
    let nobody = rp().start_authentication(discoverable, session(), NOW).unwrap_err();
    assert_eq!(nobody, Error::Extension(InvalidValue::LargeBlobWriteNeedsOne));
}

#[test]
fn large_blob_read() {
    let mut asked = AskedRequest::default();
    asked.extensions.large_blob = Some(LargeBlobRequest::Read);
    let made = authentication().json(unsigned("largeBlob", json!({"blob": "YmxvYg"})));
    let authenticated = authenticate(&rp(), &asked, made).unwrap();
    let blob = authenticated.unsigned_extensions.large_blob().unwrap();
    assert_eq!(blob.as_bytes(), b"blob");
}

#[test]
fn prf_enabled() {
    let mut asked = asking(|request| request.extensions.prf = Some(Prf::default()));
    assert!(register(&rp(), &asked, registration()).is_ok());
    asked.outputs.unsigned_prf_enabled = true;
    for made in [registration(), posted("prf", json!({})), posted("prf", json!({"enabled": false}))] {
        assert_eq!(refusal(register(&rp(), &asked, made)), Refusal::Extension(OutputRefusal::UnsignedPrfNotEnabled));
    }
    assert!(register(&rp(), &asked, posted("prf", json!({"enabled": true}))).is_ok());
}

/// Secret results are reported or refused, and never appear in any value or text.
#[test]
fn prf_results() {
    const RESULT: &str = "c2VjcmV0IHNlY3JldCBzZWNyZXQgc2VjcmV0IHNlY3I";
    let mut asked = AskedRequest::default();
    asked.extensions.prf = Some(Prf::eval(PrfValues::new(*b"salt")));
    let leaked = || authentication().json(unsigned("prf", json!({"results": {"first": RESULT}})));
    let authenticated = authenticate(&rp(), &asked, leaked()).unwrap();
    assert!(authenticated.evidence.secret_extension_results == Some(true));
    let logged = format!("{authenticated:?} {}", serde_json::to_string(&authenticated.evidence).unwrap());
    assert!(logged.contains(r#""secretExtensionResults":true"#));
    let response = AuthenticationResponse::from_json(&leaked().response().to_string()).unwrap();
    for text in [logged, format!("{response:?}")] {
        assert!(!text.contains(RESULT) && !text.contains("secret secret"), "{text}");
        assert!(!text.contains("115, 101, 99, 114, 101, 116"), "{text}");
    }
    let (options, state) = rp().start_authentication((&asked).into(), session(), NOW).unwrap();
    assert!(!serde_json::to_string(&state).unwrap().contains("c2FsdA"), "salts are not kept");
    assert!(serde_json::to_string(&options).unwrap().contains("c2FsdA"));

    let strict = RelyingParty::builder("example.org", "x").refuse_secret_results().build().unwrap();
    assert_eq!(refusal(authenticate(&strict, &asked, leaked())), Refusal::Extension(OutputRefusal::SecretResults));
    assert!(authenticate(&strict, &asked, authentication()).is_ok());
    let made = posted("prf", json!({"enabled": true, "results": {"first": RESULT}}));
    assert_eq!(
        refusal(register(&strict, registering(), made.clone())),
        Refusal::Extension(OutputRefusal::SecretResults)
    );
    let registered = register(&rp(), registering(), made).unwrap();
    assert!(registered.evidence().secret_extension_results == Some(true));
    let record = serde_json::to_string(&registered.claim(None).unwrap().0).unwrap();
    assert!(!record.contains(RESULT));
    for secret in ["prf", "largeBlobKey"] {
        let clear = signed(secret, Cbor::Bytes(b"secret secret".to_vec()));
        assert_eq!(
            refusal(register(&strict, registering(), clear.clone())),
            Refusal::Extension(OutputRefusal::SecretResults)
        );
        let registered = register(&rp(), registering(), clear.clone()).unwrap();
        assert!(registered.evidence().secret_extension_results == Some(true));
        let posted = create(clear, &[1; 32]);
        let evidence = serde_json::to_string(&registered.evidence()).unwrap();
        let printed = format!("{registered:?} {posted:?}");
        let record = serde_json::to_string(&registered.claim(None).unwrap().0).unwrap();
        for text in [printed, evidence, record] {
            assert!(!text.contains("115, 101, 99, 114, 101, 116") && !text.contains("c2VjcmV0"), "{text}");
        }
    }
    for held_back in [json!({}), json!({"first": null})] {
        let made = authentication().json(unsigned("prf", json!({"results": held_back})));
        assert!(authenticate(&strict, &asked, made).is_ok());
    }
}

#[test]
fn prf_eval_by_credential() {
    let mut asked = AskedRequest::default();
    let of = |id: wardkey::CredentialId| Some(Prf::by_credential([(id, PrfValues::new(*b"x"))].into()));
    asked.extensions.prf = of(record().id);
    assert!(authenticate(&rp(), &asked, authentication()).is_ok());
    asked.extensions.prf = of(wardkey::CredentialId::new(*b"other").unwrap());
    let error = authenticate(&rp(), &asked, authentication()).unwrap_err();
    assert_eq!((error.clone(), error.code()), (Error::Extension(InvalidValue::PrfCredential), "extension-input"));
    let descriptor = CredentialDescriptor::new(PublicKey, record().id, Vec::new());
    assert_eq!(asked.extensions.check(&[descriptor]), Err(InvalidValue::PrfCredential));
}

#[test]
fn appid() {
    const APPID: &str = "https://example.org/u2f.json";
    let mut asked = AskedRequest::default();
    asked.extensions.appid = Some(AppId::new(APPID).unwrap());
    let by_appid = || authentication().authenticator_data(|data| data.rp_id_hash = sha256(APPID.as_bytes()));
    let says = |output: bool| unsigned("appid", json!(output));
    assert!(authenticate(&rp(), &asked, by_appid().json(says(true))).is_ok());
    assert!(authenticate(&rp(), &asked, authentication().json(says(false))).is_ok());
    for made in [by_appid(), by_appid().json(says(false)), authentication().json(says(true))] {
        assert_eq!(refusal(authenticate(&rp(), &asked, made)), Refusal::RpIdHash);
    }
    let unasked = authenticate(&rp(), signing_in(), by_appid().json(says(true)));
    assert_eq!(refusal(unasked), Refusal::RpIdHash);
}

#[test]
fn appid_exclude() {
    let asked = asking(|request| request.extensions.appid_exclude = AppId::new("https://example.org/u2f.json").ok());
    let registered = register(&rp(), &asked, posted("appidExclude", json!(true))).unwrap();
    assert_eq!(registered.unsigned_extensions().appid_exclude, Some(true));
    assert_eq!(AppId::new("http://example.org"), Err(InvalidValue::AppId));
}

#[test]
fn third_party_payment() {
    let made = authentication().authenticator_data(|data| data.extension("thirdPartyPayment", Cbor::Bool(true)));
    let authenticated = authenticate(&rp(), signing_in(), made).unwrap();
    assert_eq!(authenticated.signed_extensions.third_party_payment, Some(true));
}

#[test]
fn what_is_required_must_be_asked_for() {
    let mut request = AskedCreation::default();
    request.outputs.min_pin_length = Some(8);
    let error = register(&rp(), &request, registration()).unwrap_err();
    assert_eq!(error, Error::Extension(InvalidValue::RequiredButNotRequested(Extension::MinPinLength.identifier())));
    let mut request = AskedRequest::default();
    request.outputs.uvm = true;
    let error = authenticate(&rp(), &request, authentication()).unwrap_err();
    assert_eq!(error.to_string(), "an output of uvm is required, but not requested");
}

/// §9: a relying party must cope with unsolicited outputs, so nobody is locked out by one of another type. The JSON stays
/// strict, and an output that was asked for must have its type.
#[test]
fn an_unsigned_output_of_another_type_is_refused_only_if_it_was_asked_for() {
    for (output, value, extension) in [
        ("credProps", json!(true), Extension::CredProps),
        ("credProps", json!({"rk": "yes"}), Extension::CredProps),
        ("largeBlob", json!([]), Extension::LargeBlob),
        ("largeBlob", json!({"supported": 1}), Extension::LargeBlob),
        ("prf", json!("no"), Extension::Prf),
        ("credBlob", json!({"stored": true}), Extension::CredBlob),
        ("hmacCreateSecret", json!(1), Extension::HmacCreateSecret),
        ("uvm", json!({}), Extension::Uvm),
        ("uvm", json!([[2, 4]]), Extension::Uvm),
        ("appidExclude", json!("false"), Extension::AppidExclude),
    ] {
        let ignored = register(&rp(), registering(), posted(output, value.clone())).unwrap();
        let unsolicited = ignored.evidence().unsolicited_extensions.unwrap();
        assert!(unsolicited.contains(extension), "{output}: {value}");
        let asked = asking(|request| {
            request.extensions.cred_props = true;
            request.extensions.large_blob = Some(LargeBlobSupport::Preferred);
            request.extensions.prf = Some(Prf::default());
            request.extensions.cred_blob = Some(b"blob".to_vec().into());
            request.extensions.hmac_create_secret = true;
            request.extensions.uvm = true;
            request.extensions.appid_exclude = Some(AppId::new("https://example.org/u2f.json").unwrap());
        });
        let refused = register(&rp(), &asked, posted(output, value.clone()));
        let malformed = Refusal::Extension(OutputRefusal::Malformed(extension));
        assert_eq!(refusal(refused), malformed, "{output}: {value}");
    }
    for (output, value, extension) in [
        ("appid", json!(1), Extension::Appid),
        ("getCredBlob", json!(true), Extension::GetCredBlob),
        ("largeBlob", json!({"written": "yes"}), Extension::LargeBlob),
        ("payment", json!([]), Extension::Payment),
    ] {
        let answer = authentication().json(unsigned(output, value.clone()));
        let ignored = authenticate(&rp(), signing_in(), answer).unwrap();
        let unsolicited = ignored.evidence.unsolicited_extensions.unwrap();
        assert!(unsolicited.contains(extension), "{output}: {value}");
    }
}

#[test]
fn unsolicited() {
    let rp = |refuse: bool| {
        let builder = RelyingParty::builder("example.org", "x");
        if refuse { builder.refuse_unsolicited_extensions() } else { builder }.build().unwrap()
    };
    let nothing = AskedCreation::default();
    let made = || signed("credProtect", 2).json(unsigned("credProps", json!({"rk": true})));
    let reported = register(&rp(false), &nothing, made()).unwrap().evidence();
    let named: Vec<_> = reported.unsolicited_extensions.unwrap().iter().collect();
    assert_eq!(named, [Extension::CredProps, Extension::CredProtect]);
    assert_eq!(reported.unknown_extensions, Some(0));
    let refused = register(&rp(true), &nothing, made());
    assert_eq!(refusal(refused), Refusal::Extension(OutputRefusal::Unsolicited(Some(Extension::CredProps))));
    for unknown in [signed("vendor", 1), posted("vendor", json!({}))] {
        let report = register(&rp(false), &nothing, unknown.clone()).unwrap().evidence();
        assert_eq!(report.unknown_extensions, Some(1));
        let refused = register(&rp(true), &nothing, unknown);
        assert_eq!(refusal(refused), Refusal::Extension(OutputRefusal::Unsolicited(None)));
    }
    let asked = asking(|request| {
        request.extensions.cred_props = true;
        request.extensions.cred_protect = Some(CredentialProtection::UserVerificationOptional);
    });
    assert!(register(&rp(true), &asked, made()).is_ok());
    let answer = authentication().json(unsigned("appid", json!(false)));
    let refused = authenticate(&rp(true), signing_in(), answer);
    assert_eq!(refusal(refused), Refusal::Extension(OutputRefusal::Unsolicited(Some(Extension::Appid))));
}
