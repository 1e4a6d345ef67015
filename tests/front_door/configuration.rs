//! Configurations that are accepted, and the error texts for those that are not.

use crate::browser::Browser;
use crate::{NOW, builder, clinic, new_passkey, register, session};
use std::time::Duration;
use wardkey::Decoys;
use wardkey::attestation::{AttestationType, Format};
use wardkey::authenticator::Aaguid;
use wardkey::client::json::{AttestationConveyance, Hint};
use wardkey::crypto::{Algorithm, AwsLcRs, Backend, CryptoError, Curve, Hash, PublicKey, RustCrypto, Scheme};
use wardkey::policy::{AttestationPolicy, Trust, TrustAnchors};
use wardkey::x509::TrustAnchor;
use wardkey::{AuthenticationRequest, ConfigError, InvalidValue, RelyingParty, RelyingPartyBuilder};
use wardkey_authenticator::{Authentication, Chain};

/// A backend that verifies only ES256, and whose random source fails.
#[derive(Debug)]
struct OnlyEs256;

impl Backend for OnlyEs256 {
    fn name(&self) -> &'static str {
        "only ES256"
    }

    fn supports(&self, scheme: Scheme) -> bool {
        scheme == Scheme::Ecdsa(Curve::P256, Hash::Sha256)
    }

    fn sha256(&self, parts: &[&[u8]]) -> [u8; 32] {
        AwsLcRs.sha256(parts)
    }

    fn hmac_sha256(&self, key: &[u8], parts: &[&[u8]]) -> [u8; 32] {
        AwsLcRs.hmac_sha256(key, parts)
    }

    fn check_key(&self, key: &PublicKey<'_>) -> Result<(), CryptoError> {
        match key {
            PublicKey::Ec { curve: Curve::P256, .. } => AwsLcRs.check_key(key),
            _ => Err(CryptoError::Unsupported),
        }
    }

    fn verify(&self, scheme: Scheme, key: &PublicKey<'_>, message: &[u8], sig: &[u8]) -> Result<(), CryptoError> {
        if self.supports(scheme) { AwsLcRs.verify(scheme, key, message, sig) } else { Err(CryptoError::BadSignature) }
    }

    fn random(&self, _: &mut [u8]) -> Result<(), CryptoError> {
        Err(CryptoError::Random)
    }
}

fn new(rp_id: &str) -> RelyingPartyBuilder {
    RelyingParty::builder(rp_id, "Example Clinic")
}

#[test]
fn what_a_developer_might_type() {
    let android = "android:apk-key-hash:47DEQpj8HBSa-_TImW-5JCeuQeRkm5NMpJWZG3hSuFU";
    let random = Decoys::new(*b"decoy secret number 7, 32 bytes.");
    let different = |count: u8| core::array::from_fn(|index| u8::try_from(index).unwrap() % count);
    let built: [(RelyingPartyBuilder, Result<(), ConfigError>); 63] = [
        (builder(), Ok(())),
        (builder().origin("https://clinic.example"), Ok(())),
        (builder().origin("https://portal.clinic.example:8443"), Ok(())),
        (new("localhost").origin("http://localhost:8080"), Ok(())),
        (builder().related_origin("https://hospital.example"), Ok(())),
        (builder().native_origin(android), Ok(())),
        (builder().native_origin("ios:bundle-id:org.example.portal"), Ok(())),
        (builder().framed_by(["https://hospital.example"]), Ok(())),
        (builder().framed_by(["https://hospital.example"]).require_top_origin(), Ok(())),
        (builder().algorithms(Algorithm::OFFERABLE), Ok(())),
        (builder().algorithms([Algorithm::LegacyRs1]), Ok(())),
        (builder().accept_rs1_at_sign_in(), Ok(())),
        (builder().refuse_at_sign_in([Algorithm::Rs384, Algorithm::LegacyRs1]), Ok(())),
        (builder().refuse_at_sign_in([Algorithm::Rs256]), Err(ConfigError::AlgorithmRefused)),
        (
            builder().accept_rs1_at_sign_in().refuse_at_sign_in([Algorithm::LegacyRs1]),
            Err(ConfigError::AlgorithmRefused),
        ),
        (builder().backend(&OnlyEs256).algorithms([Algorithm::Es256, Algorithm::Esp256]), Ok(())),
        (builder().backend(&RustCrypto).algorithms(Algorithm::OFFERABLE), Ok(())),
        (new(""), Err(InvalidValue::RpId.into())),
        (new("https://clinic.example"), Err(InvalidValue::RpId.into())),
        (new("clinic.example:8443"), Err(InvalidValue::RpId.into())),
        (new("clinic.example/"), Err(InvalidValue::RpId.into())),
        (new("Clinic.example"), Err(InvalidValue::RpId.into())),
        (new("klinik-zürich.example"), Err(InvalidValue::RpId.into())),
        (new("*.clinic.example"), Err(InvalidValue::RpId.into())),
        (new("127.0.0.1"), Err(InvalidValue::RpIdIsAnAddress.into())),
        (new("[::1]"), Err(InvalidValue::RpIdIsAnAddress.into())),
        (builder().origin("clinic.example"), Err(InvalidValue::Origin.into())),
        (builder().origin("https://clinic.example/"), Err(InvalidValue::Origin.into())),
        (builder().origin("https://clinic.example/login"), Err(InvalidValue::Origin.into())),
        (builder().origin("https://clinic.example:443"), Err(InvalidValue::Origin.into())),
        (builder().origin("https://*.clinic.example"), Err(InvalidValue::Origin.into())),
        (builder().origin(""), Err(InvalidValue::Origin.into())),
        (builder().framed_by(["hospital.example"]), Err(InvalidValue::Origin.into())),
        (builder().related_origin("https://Hospital.example"), Err(InvalidValue::Origin.into())),
        (builder().origin("http://clinic.example"), Err(InvalidValue::InsecureOrigin.into())),
        (builder().related_origin("http://hospital.example"), Err(InvalidValue::InsecureOrigin.into())),
        (builder().origin("https://hospital.example"), Err(InvalidValue::OriginOutsideRpId.into())),
        (builder().origin("https://my-clinic.example"), Err(InvalidValue::OriginOutsideRpId.into())),
        (new("portal.clinic.example").origin("https://clinic.example"), Err(InvalidValue::OriginOutsideRpId.into())),
        (builder().native_origin("android:apk-key-hash:12:34:AB"), Err(InvalidValue::AndroidOrigin.into())),
        (builder().native_origin("chrome-extension://jnpfkofnigkaocfcdcdppaokjkmhjcio"), Ok(())),
        (builder().native_origin("moz-extension://dbac9369-0000-4000-8000-000000000000"), Ok(())),
        (builder().native_origin("capacitor://localhost"), Ok(())),
        (builder().native_origin("file://"), Err(InvalidValue::SharedOrigin.into())),
        (builder().origin("http://127.0.0.1:3000"), Err(InvalidValue::AddressOrigin.into())),
        (builder().origin("capacitor://localhost"), Err(InvalidValue::Origin.into())),
        (builder().native_origin("https://clinic.example"), Err(InvalidValue::NativeOrigin.into())),
        (builder().framed_by([] as [&str; 0]), Err(ConfigError::NoTopOrigins)),
        (builder().framed_by([] as [&str; 0]).require_top_origin(), Err(ConfigError::NoTopOrigins)),
        (builder().require_top_origin(), Err(ConfigError::NoTopOrigins)),
        (builder().algorithms([]), Err(ConfigError::Algorithms)),
        (builder().algorithms([Algorithm::Es256, Algorithm::EdDsa, Algorithm::Es256]), Err(ConfigError::Algorithms)),
        (builder().backend(&OnlyEs256), Err(ConfigError::UnverifiableAlgorithm)),
        (builder().backend(&OnlyEs256).algorithms([Algorithm::Es384]), Err(ConfigError::UnverifiableAlgorithm)),
        (builder().decoys(Decoys::new([0; 32])), Err(ConfigError::DecoySecret)),
        (builder().decoys(Decoys::new([7; 32])), Err(ConfigError::DecoySecret)),
        (builder().decoys(Decoys::rotated(&[1; 32], &random.rotate(&[1; 32])).unwrap()), Err(ConfigError::DecoySecret)),
        (builder().decoys(random), Ok(())),
        (builder().decoys(Decoys::new(different(7))), Err(ConfigError::DecoySecret)),
        (builder().decoys(Decoys::new(different(8))), Ok(())),
        (builder().timeout(Duration::from_secs(86_400)), Ok(())),
        (builder().timeout(Duration::from_secs(0)), Err(ConfigError::Timeout)),
        (builder().timeout(Duration::from_secs(86_401)), Err(ConfigError::Timeout)),
    ];
    for (i, (built, expected)) in built.into_iter().enumerate() {
        let described = format!("{built:?}");
        assert_eq!(built.build().map(drop), expected, "row {i}: {described}");
    }
}

const MODEL: Aaguid = Aaguid::from_bytes([1; 16]);
const OTHER: Aaguid = Aaguid::from_bytes([2; 16]);

/// A configuration that would refuse everybody, or is probably a mistake, is an error when it is built.
#[test]
fn an_attestation_policy_that_nobody_can_meet_is_an_error() {
    use AttestationConveyance::{Direct, Enterprise, None as NoConveyance, Other};
    let root = || TrustAnchors::new(root_list());
    let any = AttestationPolicy::any;
    let trusted = || AttestationPolicy::trusted(root());
    let with = |mut policy: AttestationPolicy, change: fn(&mut AttestationPolicy)| {
        change(&mut policy);
        policy
    };
    let models: fn(&mut AttestationPolicy) = |policy| policy.allow_aaguids = Some(vec![MODEL]);
    let nameless: fn(&mut AttestationPolicy) = |policy| policy.allow_aaguids = Some(vec![MODEL, Aaguid::ZERO]);
    let of_the_model = || TrustAnchors::default().for_aaguid(MODEL, root_list());
    let of_format = |format| AttestationPolicy::trusted(TrustAnchors::default().for_format(format, root_list()));
    let two_models: fn(&mut AttestationPolicy) = |policy| policy.allow_aaguids = Some(vec![MODEL, OTHER]);
    let unattestable = |model| Err(ConfigError::UnattestableModel(model));
    let no_models: fn(&mut AttestationPolicy) = |policy| policy.allow_aaguids = Some(Vec::new());
    let enterprise: fn(&mut AttestationPolicy) = |policy| policy.enterprise = true;
    let prefer = |anchors| {
        let mut policy = any();
        policy.trust = Trust::Prefer(anchors);
        policy
    };
    let types = |types| {
        let mut policy = any();
        policy.types = types;
        policy
    };
    let mut verify_or_self = any();
    verify_or_self.trust = Trust::Verify(TrustAnchors::default());
    let rows = [
        (any(), NoConveyance, Ok(())),
        (any(), Direct, Ok(())),
        (trusted(), Direct, Ok(())),
        (trusted(), Enterprise, Ok(())),
        (trusted(), NoConveyance, Err(ConfigError::AttestationNotAskedFor)),
        (trusted(), Other("none".into()), Err(ConfigError::AttestationNotAskedFor)),
        (trusted(), Other("unheard-of".into()), Err(ConfigError::AttestationNotAskedFor)),
        (trusted(), Other("direct".into()), Ok(())),
        (types(vec![]), Direct, Err(ConfigError::NoAttestationTypes)),
        (types(vec![AttestationType::Compound]), Direct, Err(ConfigError::NoAttestationTypes)),
        (verify_or_self, Direct, Ok(())),
        (with(trusted(), enterprise), Other("enterprise".into()), Ok(())),
        (with(prefer(root()), models), NoConveyance, Err(ConfigError::AttestationNotAskedFor)),
        (AttestationPolicy::trusted(TrustAnchors::default()), Direct, Err(ConfigError::NoTrustAnchors)),
        (
            AttestationPolicy::trusted(TrustAnchors::new([]).for_format(Format::Tpm, [])),
            Direct,
            Err(ConfigError::NoTrustAnchors),
        ),
        (AttestationPolicy::trusted(TrustAnchors::default().for_aaguid(Aaguid::ZERO, root_list())), Direct, Ok(())),
        (prefer(TrustAnchors::default()), Direct, Ok(())),
        (with(any(), models), Direct, unattestable(MODEL)),
        (with(prefer(TrustAnchors::default()), models), Direct, unattestable(MODEL)),
        (with(trusted(), no_models), Direct, Err(ConfigError::NoModels)),
        (with(trusted(), models), Direct, Ok(())),
        (with(trusted(), nameless), Direct, unattestable(Aaguid::ZERO)),
        (with(AttestationPolicy::trusted(of_the_model()), models), Direct, Ok(())),
        (with(AttestationPolicy::trusted(of_the_model()), two_models), Direct, unattestable(OTHER)),
        (with(prefer(of_the_model()), two_models), Direct, unattestable(OTHER)),
        (with(of_format(Format::Packed), two_models), Direct, Ok(())),
        (with(of_format(Format::Tpm), models), Direct, unattestable(MODEL)),
        (with(of_format(Format::Apple), models), Direct, unattestable(MODEL)),
        (with(of_format(Format::AndroidSafetynet), models), Direct, unattestable(MODEL)),
        (with(of_format(Format::FidoU2f), models), Direct, unattestable(MODEL)),
        (with(of_format(Format::AndroidKey), models), Direct, unattestable(MODEL)),
        (with(trusted(), enterprise), Direct, Err(ConfigError::EnterpriseNotAskedFor)),
        (with(any(), enterprise), NoConveyance, Err(ConfigError::EnterpriseNotAskedFor)),
        (with(trusted(), enterprise), Enterprise, Ok(())),
    ];
    for (i, (policy, conveyance, expected)) in rows.into_iter().enumerate() {
        let named = builder().attestation_named("named", policy.clone(), conveyance.clone()).build();
        assert_eq!(named.map(drop), expected, "row {i}, by name");
        assert_eq!(builder().attestation(policy, conveyance).build().map(drop), expected, "row {i}");
    }
}

/// What nobody asked for counts as `none`, so the policy must accept `none`.
#[test]
fn an_unasked_statement_needs_none_among_the_types() {
    let mut policy = AttestationPolicy::any();
    policy.types = vec![AttestationType::SelfAttestation];
    let asked = |conveyance| builder().attestation(policy.clone(), conveyance);
    use AttestationConveyance::{Direct, None as NoConveyance};
    for (builder, expected) in [
        (asked(NoConveyance), Ok(())),
        (asked(NoConveyance).ignore_unrequested_attestation(), Err(ConfigError::AttestationNotAskedFor)),
        (asked(Direct).ignore_unrequested_attestation(), Ok(())),
    ] {
        assert_eq!(builder.build().map(drop), expected);
    }
}

#[test]
fn required_backup_needs_backup_eligibility() {
    use wardkey::ceremony::BackupEligibility::*;
    use wardkey::ceremony::BackupState;
    for (eligibility, registration, authentication, expected) in [
        (SingleDevice, BackupState::BackedUp, BackupState::Any, Err(ConfigError::Backup)),
        (SingleDevice, BackupState::Any, BackupState::BackedUp, Err(ConfigError::Backup)),
        (SingleDevice, BackupState::NotBackedUp, BackupState::NotBackedUp, Ok(())),
        (MultiDevice, BackupState::BackedUp, BackupState::BackedUp, Ok(())),
    ] {
        let builder = builder().backup_eligibility(eligibility).backup_state_at_registration(registration);
        assert_eq!(builder.backup_state_at_authentication(authentication).build().map(drop), expected);
    }
}

fn root_list() -> [TrustAnchor; 1] {
    [TrustAnchor::from_der(&Chain::new().trust_anchors()[0]).unwrap()]
}

#[test]
fn error_texts_say_what_to_write_instead() {
    for (error, says) in [
        (InvalidValue::RpId, "clinic.example"),
        (InvalidValue::RpIdIsAnAddress, "localhost"),
        (InvalidValue::Origin, "https://portal.clinic.example"),
        (InvalidValue::InsecureOrigin, "localhost"),
        (InvalidValue::OriginOutsideRpId, "related origin"),
        (InvalidValue::NativeOrigin, "android:apk-key-hash:"),
    ] {
        assert!(ConfigError::from(error).to_string().contains(says), "{error}");
    }
}

#[test]
fn the_defaults_are_strict_and_readable() {
    let rp = clinic();
    assert_eq!(rp.algorithms(), Algorithm::RECOMMENDED);
    assert_eq!(rp.site().rp_id, "clinic.example");
    assert_eq!(rp.site().origins.iter().collect::<Vec<_>>(), ["https://clinic.example"]);
}

#[test]
fn origins_that_are_accepted() {
    let mut browser = Browser::new("front-door.origins");
    let record = register(&clinic(), &mut browser);
    let android = "android:apk-key-hash:47DEQpj8HBSa-_TImW-5JCeuQeRkm5NMpJWZG3hSuFU";
    let code = |rp: &RelyingParty, change: &dyn Fn(Authentication) -> Authentication| {
        let (options, state) = rp.start_authentication(AuthenticationRequest::discoverable(), session(), NOW).unwrap();
        let response = browser.get(&options, change).unwrap();
        rp.finish_authentication(state, &response, Some(&record), session(), NOW).err().map(|error| error.code())
    };
    let not_allowed = Some("origin-not-allowed");
    for (built, origin, expected) in [
        (builder(), "https://portal.clinic.example", not_allowed),
        (builder().origin("https://portal.clinic.example"), "https://portal.clinic.example", None),
        (builder().origin("https://portal.clinic.example"), "https://clinic.example", not_allowed),
        (builder().allow_subdomains(), "https://portal.clinic.example", None),
        (builder().allow_subdomains(), "https://my-clinic.example", not_allowed),
        (builder().allow_any_port(), "https://clinic.example:8443", None),
        (builder().allow_any_port(), "https://portal.clinic.example:8443", not_allowed),
        (builder().related_origin("https://hospital.example"), "https://hospital.example", None),
        (builder().related_origin("https://hospital.example").allow_subdomains(), "https://hospital.example", None),
        (
            builder().related_origin("https://hospital.example").allow_subdomains(),
            "https://evil.hospital.example",
            not_allowed,
        ),
        (
            builder().related_origin("https://hospital.example").allow_any_port(),
            "https://hospital.example:8443",
            not_allowed,
        ),
        (builder().native_origin(android), android, None),
        (builder(), android, not_allowed),
    ] {
        let from = |made: Authentication| made.client_data(|data| data.set("origin", origin));
        assert_eq!(code(&built.build().unwrap(), &from), expected, "{origin}");
    }
    let framed = |top: &'static str| {
        move |made: Authentication| {
            made.client_data(|data| data.set("crossOrigin", true)).client_data(|data| data.set("topOrigin", top))
        }
    };
    let unnamed = |made: Authentication| made.client_data(|data| data.set("crossOrigin", true));
    let by_hospital = || builder().framed_by(["https://hospital.example"]);
    for (rp, when_unnamed) in [(by_hospital(), None), (by_hospital().require_top_origin(), Some("top-origin-missing"))]
    {
        let rp = rp.build().unwrap();
        assert_eq!(code(&rp, &|made| made), None, "in no frame");
        assert_eq!(code(&rp, &framed("https://hospital.example")), None);
        assert_eq!(code(&rp, &framed("https://evil.example")), Some("top-origin-not-allowed"));
        assert_eq!(code(&rp, &unnamed), when_unnamed);
    }
    assert_eq!(code(&clinic(), &framed("https://hospital.example")), Some("cross-origin-not-allowed"));
}

#[test]
fn nothing_starts_without_randomness() {
    let rp = builder().backend(&OnlyEs256).algorithms([Algorithm::Es256]).build().unwrap();
    assert_eq!(rp.start_registration(new_passkey(), session(), NOW).unwrap_err().code(), "random-failed");
    assert_eq!(
        rp.start_authentication(AuthenticationRequest::discoverable(), session(), NOW).unwrap_err().code(),
        "random-failed"
    );
}

#[test]
fn hints_have_the_names_of_the_standard() {
    let names = serde_json::to_string(&[Hint::SecurityKey, Hint::ClientDevice, Hint::Hybrid]).unwrap();
    assert_eq!(names, r#"["security-key","client-device","hybrid"]"#);
}
