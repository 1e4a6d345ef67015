//! Published advisories of other libraries, tried against this one. One test per advisory that concerns a relying-party
//! library, named after it. `SECURITY.md` has the table.
//!
//! Each test starts with a ceremony that is accepted and changes the one thing that the advisory is about.

#[path = "../examples/verify_vectors/vector.rs"]
#[allow(dead_code, reason = "only the verdict and its code are looked at here")]
mod vector;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Value, json};
use std::time::Duration;
use wardkey::ceremony::{Origins, Refusal, authentication, registration};
use wardkey::crypto::{AwsLcRs, Backend, Curve, Hash, PublicKey, RustCrypto, Scheme};
use wardkey::internals::cbor;
use wardkey::x509::TrustAnchor;
use wardkey::{
    AuthenticationRequest, AuthenticationResponse, CredentialRecord, Error, ReauthenticationRequest,
    RegistrationRequest, RegistrationResponse, RelyingParty, Session, UnixTime, UserHandle,
};
use wardkey_authenticator::{
    Algorithm, AndroidSafetyNet, Authentication, Authority, Cbor, Certified, Extension, Key, Name, Packed,
    Registration, Tpm, Vector, extension, flags,
};

const NOW: UnixTime = UnixTime::from_secs(1_795_392_000);
const BACKENDS: [&dyn Backend; 2] = [&AwsLcRs, &RustCrypto];

/// Returns the code of the refusal, or `accepted`. Checks that both backends agree.
fn code_of(line: &str) -> &'static str {
    let vector: vector::Vector = serde_json::from_str(line).unwrap();
    let [one, other] = BACKENDS.map(|backend| vector.judge(backend));
    assert_eq!(one, other);
    one.code.unwrap_or("accepted")
}

fn registered(registration: &Registration) -> &'static str {
    code_of(&Vector::registration("", registration).line())
}

fn signed_in(authentication: &Authentication) -> &'static str {
    code_of(&Vector::authentication("", authentication).line())
}

fn registration(name: &str) -> Registration {
    let registration = Registration::new(name, Algorithm::Es256).format(Packed::new());
    assert_eq!(registered(&registration), "accepted");
    registration
}

fn authentication(name: &str) -> Authentication {
    let authentication = Authentication::new(name, Algorithm::Es256);
    assert_eq!(signed_in(&authentication), "accepted");
    authentication
}

/// An account, and the passkey that it registered through the front door.
struct Account {
    record: CredentialRecord,
    passkey: Registration,
}

fn clinic() -> RelyingParty {
    RelyingParty::builder("example.org", "Clinic").origin("https://example.org").build().unwrap()
}

/// The challenge of a state, for an authenticator to answer.
fn challenge_of(options: &impl serde::Serialize) -> Value {
    serde_json::to_value(options).unwrap()["challenge"].clone()
}

fn enrol(rp: &RelyingParty, name: &str) -> Account {
    let passkey = Registration::new(name, Algorithm::Es256);
    let handle = UserHandle::new(passkey.expected.user_handle.clone()).unwrap();
    let (options, state) =
        rp.start_registration(RegistrationRequest::new(&handle, name, &[]), Session::unbound(), NOW).unwrap();
    let challenge = challenge_of(&options);
    let passkey = passkey.client_data(|data| data.set("challenge", challenge));
    let response = RegistrationResponse::from_json(&passkey.response().to_string()).unwrap();
    let record = rp.finish_registration(state, &response, Session::unbound(), NOW).unwrap().claim(None).unwrap().0;
    Account { record, passkey }
}

/// The response of the passkey to a challenge.
fn answer(account: &Account, challenge: Value) -> AuthenticationResponse {
    let answer = Authentication::of(&account.passkey).client_data(|data| data.set("challenge", challenge));
    AuthenticationResponse::from_json(&answer.response().to_string()).unwrap()
}

fn refusal(error: &Error) -> Refusal {
    match error {
        Error::Failed(failure) => failure.refusal,
        other => panic!("{other}"),
    }
}

#[test]
fn cve_2026_46419_another_users_credential_as_second_factor() {
    let rp = clinic();
    let (ada, mallory) = (enrol(&rp, "ada"), enrol(&rp, "mallory"));
    // Ada gave her password; Mallory's passkey answers.
    let start = || {
        rp.start_authentication(
            AuthenticationRequest::known(&ada.record.user_handle, std::slice::from_ref(&ada.record)),
            Session::unbound(),
            NOW,
        )
        .unwrap()
    };
    let (options, state) = start();
    let response = answer(&ada, challenge_of(&options));
    assert!(rp.finish_authentication(state, &response, Some(&ada.record), Session::unbound(), NOW).is_ok());
    let (options, state) = start();
    let response = answer(&mallory, challenge_of(&options));
    let error = rp.finish_authentication(state, &response, Some(&mallory.record), Session::unbound(), NOW).unwrap_err();
    assert_eq!(refusal(&error), Refusal::CredentialNotAllowed);
    // The record must belong to the identified account, whatever the allow list is.
    let site = rp.site();
    let challenge = [7; 32];
    let mut expected = authentication::ExpectedAuthentication::new(site, &challenge);
    expected.user_handle = Some(ada.record.user_handle.as_bytes());
    let response = answer(&mallory, URL_SAFE_NO_PAD.encode(challenge).into());
    let failure = authentication::verify(&expected, &response, &mallory.record, &AwsLcRs).unwrap_err();
    assert_eq!(failure.refusal, Refusal::UserMismatch);
}

#[test]
fn cve_2026_46419_no_credential_of_the_user_is_not_no_question() {
    let rp = clinic();
    let ada = UserHandle::new(*b"ada").unwrap();
    assert_eq!(
        rp.start_authentication(AuthenticationRequest::known(&ada, &[]), Session::unbound(), NOW).unwrap_err(),
        Error::NoCredentials
    );
}

#[test]
fn ghsa_f66q_9rf6_8795_reauthentication_by_any_users_credential() {
    let rp = clinic();
    let (ada, mallory) = (enrol(&rp, "ada"), enrol(&rp, "mallory"));
    let credentials = [ada.record.clone(), mallory.record.clone()];
    let error = rp
        .start_reauthentication(
            ReauthenticationRequest::new(&ada.record.user_handle, &credentials, "x", Duration::from_secs(300)),
            Session::unbound(),
            NOW,
        )
        .unwrap_err();
    assert_eq!(error, Error::ForeignCredential);
    // Ada is asked again, and Mallory's passkey answers, whichever record is looked up.
    let attempt = |asked: &Account, answering: &Account, record: &CredentialRecord| {
        let asked = std::slice::from_ref(&asked.record);
        let (options, state) = rp
            .start_reauthentication(
                ReauthenticationRequest::new(&asked[0].user_handle, asked, "x", Duration::from_secs(300)),
                Session::unbound(),
                NOW,
            )
            .unwrap();
        let response = answer(answering, challenge_of(&options));
        rp.finish_reauthentication(state, &response, Some(record), Session::unbound(), NOW).map(|done| done.0)
    };
    let proof = attempt(&ada, &ada, &ada.record).unwrap();
    assert_eq!(proof.require(&rp, &ada.record.user_handle, "x", NOW), Ok(()));
    let mallorys = proof.require(&rp, &mallory.record.user_handle, "x", NOW);
    assert_eq!(mallorys, Err(Error::ReauthenticationMismatch));
    for record in [&ada.record, &mallory.record] {
        assert_eq!(refusal(&attempt(&ada, &mallory, record).unwrap_err()), Refusal::CredentialNotAllowed);
    }
    // A re-authentication of Mallory does not count for Ada.
    let mallorys = attempt(&mallory, &mallory, &mallory.record).unwrap();
    let for_ada = mallorys.spend(&rp, &ada.record.user_handle, "x", NOW);
    assert_eq!(for_ada, Err(Error::ReauthenticationMismatch));
}

#[test]
fn webauthn_rs_before_0_5_5_a_suffix_without_a_label_boundary() {
    let origins = Origins::exact(["https://example.org"]).with_subdomains();
    assert!(origins.allow("https://portal.example.org"));
    assert!(!origins.allow("https://evil-example.org"));
    assert!(!origins.allow("https://evilexample.org"));
}

#[test]
fn cve_2026_30964_an_origin_without_its_scheme_and_port() {
    for origin in ["http://example.org", "https://example.org:8443", "ftp://example.org", "example.org"] {
        let elsewhere = registration("advisory.origin").client_data(|data| data.set("origin", origin));
        assert_eq!(registered(&elsewhere), "origin-not-allowed", "{origin}");
        let elsewhere = authentication("advisory.origin").client_data(|data| data.set("origin", origin));
        assert_eq!(signed_in(&elsewhere), "origin-not-allowed", "{origin}");
    }
}

#[test]
fn cve_2026_8830_parameters_that_only_the_browser_enforced() {
    let unasked = registration("advisory.parameters").expecting(|expected| expected.algs = Some(vec![-257]));
    assert_eq!(registered(&unasked), "algorithm-not-offered");
    let known = registration("advisory.parameters");
    let id = known.credential_id().to_vec();
    let known = known.expecting(|expected| expected.known_credential_ids = vec![id]);
    assert_eq!(registered(&known), "credential-already-registered");
}

#[test]
fn keycloak_50719_what_the_client_says_of_itself_decides_nothing() {
    for attachment in [json!("platform"), json!("cross-platform"), json!("another"), Value::Null] {
        let said = registration("advisory.attachment").json(move |json| {
            json["authenticatorAttachment"] = attachment.clone();
            json["response"]["transports"] = json!(["usb", "carrier-pigeon"]);
        });
        assert_eq!(registered(&said), "accepted");
    }
}

#[test]
fn cve_2026_37982_an_enrolment_enrols_for_the_account_that_began_it() {
    let rp = clinic();
    let ada = UserHandle::new(*b"ada").unwrap();
    let (options, state) =
        rp.start_registration(RegistrationRequest::new(&ada, "ada", &[]), Session::unbound(), NOW).unwrap();
    let challenge = challenge_of(&options);
    // A registration response contains no user handle, so the attacker cannot choose one.
    let attackers = Registration::new("mallory", Algorithm::Es256).client_data(|data| data.set("challenge", challenge));
    let response = RegistrationResponse::from_json(&attackers.response().to_string()).unwrap();
    let record = rp.finish_registration(state, &response, Session::unbound(), NOW).unwrap().claim(None).unwrap().0;
    assert_eq!(record.user_handle, ada);
    // A second use of the state does not compile: tests/misuse.rs. An answer to another ceremony's state is refused:
    let (_, other) =
        rp.start_registration(RegistrationRequest::new(&ada, "ada", &[]), Session::unbound(), NOW).unwrap();
    let error = rp.finish_registration(other, &response, Session::unbound(), NOW).unwrap_err();
    assert_eq!(refusal(&error), Refusal::Challenge);
}

#[test]
fn ghsa_j628_q885_8gr5_no_line_of_a_log_is_written_by_a_stranger() {
    let injected = "https://evil.example\n2026-11-23 INFO login ok \u{1b}[2J";
    let forged = registration("advisory.log").client_data(|data| data.set("origin", injected));
    let response = RegistrationResponse::from_json(&forged.response().to_string()).unwrap();
    let site = wardkey::ceremony::Site::new("example.org", Origins::exact(["https://example.org"]));
    let algorithms = wardkey::crypto::Algorithm::OFFERABLE;
    let expected = registration::ExpectedRegistration::new(&site, &forged.expected.challenge, &algorithms);
    let failure = registration::verify(&expected, &response, &AwsLcRs).unwrap_err();
    for text in [failure.to_string(), format!("{failure:?}"), failure.code().to_owned()] {
        assert!(!text.contains("evil") && !text.contains(char::is_control), "{text:?}");
    }
}

#[test]
fn py_webauthn_265_keys_1_and_true_are_two_keys() {
    let both = registration("advisory.bool").public_key(|key| {
        let mut entries = key.entries().clone();
        entries.push((Cbor::Bool(true), 3.into()));
        *key = Cbor::Map(entries);
    });
    assert_eq!(registered(&both), "public-key-malformed");
    let instead = registration("advisory.bool").public_key(|key| {
        key.remove(1);
        key.push(Cbor::Bool(true), 2);
    });
    assert_eq!(registered(&instead), "public-key-malformed");
}

#[test]
fn aspnetcore_69343_one_key_in_two_spellings() {
    let twice = registration("advisory.spelling").attestation_object(|object| {
        let mut entries = object.entries().clone();
        let other = wardkey_authenticator::cbor::wide_head(3, 8, 1);
        entries.push((Cbor::Raw([other, b"authData".to_vec()].concat()), Cbor::Bytes(vec![0; 37])));
        *object = Cbor::MapAsGiven(entries);
    });
    assert_eq!(registered(&twice), "attestation-object-malformed");
}

#[test]
fn go_webauthn_744_ecdsa_der_with_something_behind_it() {
    let with = |change: fn(&mut Vec<u8>)| authentication("advisory.der").signature(change);
    assert_eq!(signed_in(&with(|signature| signature.push(0))), "signature-invalid");
    let third_integer = |signature: &mut Vec<u8>| {
        signature.extend([2, 1, 1]);
        signature[1] += 3;
    };
    assert_eq!(signed_in(&with(third_integer)), "signature-invalid");
}

#[test]
fn go_webauthn_762_bytes_after_the_attestation_object() {
    let longer = registration("advisory.trailing").posted(|posted| posted.attestation_object.push(0));
    assert_eq!(registered(&longer), "attestation-object-malformed");
}

#[test]
fn go_webauthn_752_and_759_a_curve_or_key_that_is_not_its_algorithms() {
    for (key, alg) in
        [(Algorithm::Es384, -7), (Algorithm::Es256, -36), (Algorithm::EdDsa, -7), (Algorithm::EdDsa, -257)]
    {
        let mixed = Registration::new("advisory.curve", key).public_key(|key| key.set(3, alg));
        assert_eq!(registered(&mixed), "public-key-malformed", "{key:?} as {alg}");
    }
    let x25519 = Registration::new("advisory.curve", Algorithm::EdDsa).public_key(|key| key.set(-1, 4));
    assert_eq!(registered(&x25519), "public-key-malformed");
}

#[test]
fn go_webauthn_760_an_unknown_hash_is_not_sha_256() {
    let tpm = Tpm::new().pub_area(|area| area.name_alg = 0x0012); // SM3_256
    assert_eq!(registered(&registration("advisory.hash").format(tpm)), "attestation-invalid");
}

#[test]
fn go_webauthn_725_the_profile_of_a_tpm_certificate() {
    assert_eq!(registered(&registration("advisory.tpm").format(Tpm::new())), "accepted");
    let aaguid = Tpm::new().leaf(|leaf| leaf.set(Extension::aaguid(&[9; 16])));
    let ca = Tpm::new().leaf(|leaf| leaf.set(Extension::basic_constraints(true, None)));
    let no_names = Tpm::new().leaf(|leaf| leaf.remove(extension::SUBJECT_ALT_NAME));
    for tpm in [aaguid, ca, no_names] {
        assert_eq!(registered(&registration("advisory.tpm").format(tpm)), "attestation-invalid");
    }
}

#[test]
fn go_webauthn_726_the_rules_of_safetynet() {
    let with = |format: AndroidSafetyNet| registered(&registration("advisory.safetynet").format(format));
    assert_eq!(with(AndroidSafetyNet::new()), "accepted");
    assert_eq!(
        with(AndroidSafetyNet::new().payload(|payload| payload["nonce"] = "AAAA".into())),
        "attestation-invalid"
    );
    assert_eq!(
        with(AndroidSafetyNet::new().payload(|payload| payload["ctsProfileMatch"] = false.into())),
        "attestation-invalid"
    );
    assert_eq!(
        with(AndroidSafetyNet::new().leaf(|leaf| {
            leaf.remove(extension::SUBJECT_ALT_NAME);
            leaf.subject = Name::default();
        })),
        "attestation-invalid"
    );
}

#[test]
fn go_webauthn_748_backed_up_but_not_eligible() {
    let registration = registration("advisory.backup").authenticator_data(|data| data.set_flags(flags::BS));
    assert_eq!(registered(&registration), "backup-state-invalid");
    let authentication = authentication("advisory.backup").authenticator_data(|data| data.set_flags(flags::BS));
    assert_eq!(signed_in(&authentication), "backup-state-invalid");
}

#[test]
fn go_webauthn_763_one_credential_id() {
    let other = URL_SAFE_NO_PAD.encode([9; 32]);
    let id = other.clone();
    let differ = registration("advisory.id").json(move |json| json["id"] = id.clone().into());
    assert_eq!(registered(&differ), "response-malformed");
    let not_attested = registration("advisory.id").posted(|posted| posted.id = vec![9; 32]);
    assert_eq!(registered(&not_attested), "credential-id-mismatch");
    let number = registration("advisory.id").json(|json| json["response"]["clientDataJSON"] = 7.into());
    assert_eq!(registered(&number), "response-malformed");
}

#[test]
fn webauthn_rs_284_user_verification_is_required_by_the_server() {
    let rp = clinic();
    let ada = enrol(&rp, "ada");
    let (options, state) =
        rp.start_authentication(AuthenticationRequest::discoverable(), Session::unbound(), NOW).unwrap();
    let challenge = challenge_of(&options);
    let without = Authentication::of(&ada.passkey)
        .client_data(|data| data.set("challenge", challenge))
        .authenticator_data(|data| data.clear_flags(flags::UV));
    let response = AuthenticationResponse::from_json(&without.response().to_string()).unwrap();
    let error = rp.finish_authentication(state, &response, Some(&ada.record), Session::unbound(), NOW).unwrap_err();
    assert_eq!(refusal(&error), Refusal::UserNotVerified);
}

#[test]
fn cve_2022_21449_a_signature_of_nothing() {
    let key = Key::new("advisory.zero", Algorithm::Es256);
    let wardkey_authenticator::keys::PublicKey::Ec2 { x, y, .. } = key.public() else { panic!("an EC key") };
    let key = PublicKey::ec(Curve::P256, &x, &y).unwrap();
    let scheme = Scheme::Ecdsa(Curve::P256, Hash::Sha256);
    for signature in [&b"\x30\x06\x02\x01\x00\x02\x01\x00"[..], &[0; 64], b""] {
        for backend in BACKENDS {
            assert!(backend.verify(scheme, &key, b"any message", signature).is_err(), "{}", backend.name());
        }
    }
    let nothing =
        authentication("advisory.zero").signature(|bytes| *bytes = b"\x30\x06\x02\x01\x00\x02\x01\x00".to_vec());
    assert_eq!(signed_in(&nothing), "signature-invalid");
}

#[test]
fn rails_57100_a_challenge_has_its_time() {
    let rp = clinic();
    let ada = enrol(&rp, "ada");
    let (options, state) =
        rp.start_authentication(AuthenticationRequest::discoverable(), Session::unbound(), NOW).unwrap();
    let response = answer(&ada, challenge_of(&options));
    let late = NOW.plus(Duration::from_secs(301));
    assert_eq!(
        rp.finish_authentication(state, &response, Some(&ada.record), Session::unbound(), late).unwrap_err(),
        Error::Expired
    );
}

#[test]
fn bossconsole_35_only_signed_copies_are_compared() {
    // A challenge outside of the client data is an unknown member; only the one inside counts.
    let unsigned = authentication("advisory.copies");
    let right = URL_SAFE_NO_PAD.encode(&unsigned.expected.challenge);
    let forged = unsigned
        .client_data(|data| data.set("challenge", URL_SAFE_NO_PAD.encode([9; 32])))
        .json(move |json| json["challenge"] = right.clone().into());
    assert_eq!(signed_in(&forged), "challenge-mismatch");
    let elsewhere = authentication("advisory.copies").authenticator_data(|data| data.rp_id_hash = vec![9; 32]);
    assert_eq!(signed_in(&elsewhere), "rp-id-mismatch");
    let cloned = authentication("advisory.copies").record(|record| record.sign_count = 5);
    let cloned = cloned.authenticator_data(|data| data.sign_count = 5);
    assert_eq!(signed_in(&cloned), "sign-count-regressed");
}

#[test]
fn cve_2026_27962_and_cve_2026_11800_a_header_that_brings_its_own_key_or_algorithm() {
    let with = |name: &'static str, value: Value| {
        let format = AndroidSafetyNet::new().header(move |header| header[name] = value.clone());
        registered(&registration("advisory.header").format(format))
    };
    assert_eq!(with("typ", json!("JWT")), "accepted");
    for (name, value) in [
        ("alg", json!("none")),
        ("alg", json!("HS256")),
        ("alg", json!("ES256")),
        ("jwk", json!({ "kty": "oct", "k": "AAAA" })),
        ("jku", json!("https://evil.example/keys")),
        ("x5u", json!("https://evil.example/chain")),
        ("crit", json!(["exp"])),
    ] {
        assert_eq!(with(name, value.clone()), "attestation-invalid", "{name}: {value}");
    }
}

#[test]
fn rustsec_2024_0421_masked_punycode_is_another_string() {
    for origin in ["https://xn--example-.org", "https://example\u{ad}.org", "https://ｅxample.org"] {
        let masked = authentication("advisory.idna").client_data(|data| data.set("origin", origin));
        assert_eq!(signed_in(&masked), "origin-not-allowed", "{origin}");
    }
}

#[test]
fn rustsec_2019_0025_nested_tags_end_at_the_first() {
    // A tag with its number in the head, and one with its number after the head.
    for tag in [0xc0_u8, 0xd9] {
        assert_eq!(cbor::Value::read(&vec![tag; 1_000_000]), Err(cbor::Error::Tag));
    }
}

#[test]
fn rustsec_2021_0125_and_2023_0062_times_that_are_none() {
    let root = Authority::root("advisory.time", Algorithm::Es256);
    assert!(TrustAnchor::from_der(&root.der()).is_ok());
    for time in
        ["", "Z", "26", "261123000000", "261323000000Z", "2611230000Z", "261123000000+0000", "\u{e9}61123000000Z"]
    {
        for tag in [0x17, 0x18] {
            let mut root = root.clone();
            root.certificate.not_after = wardkey_authenticator::der::tagged(&[tag], time.as_bytes());
            assert!(TrustAnchor::from_der(&root.der()).is_err(), "{time:?}");
        }
    }
}
