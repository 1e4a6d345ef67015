//! Front ends written for webauthn-rs: their options and responses, with either library as relying party.

use crate::common::*;
use serde_json::{Value, json};
use wardkey::attestation::Format;
use wardkey::client::json::{CreationOptions, RequestOptions};
use wardkey::extensions::{AppId, RequestExtensions};
use wardkey::interop::webauthn_rs::*;
use wardkey::{AuthenticationRequest, AuthenticationResponse, RegistrationRequest, RegistrationResponse, Session};
use wardkey_authenticator::Algorithm;
use webauthn_rs::prelude::{
    CreationChallengeResponse, PublicKeyCredential, RegisterPublicKeyCredential, RequestChallengeResponse,
};

/// A response as posted by a page written for webauthn-rs: with `extensions`, and without members unknown to it.
fn as_their_page_posts(mut standard: Value) -> Value {
    let posted = standard.as_object_mut().unwrap();
    let results = posted.remove("clientExtensionResults").unwrap();
    posted.insert("extensions".into(), results);
    posted.remove("authenticatorAttachment");
    for member in ["authenticatorData", "publicKey", "publicKeyAlgorithm"] {
        if posted["response"].get("signature").is_none() {
            posted["response"].as_object_mut().unwrap().remove(member);
        }
    }
    standard
}

#[test]
fn their_front_end_with_our_relying_party() {
    let rp = ours();
    let (options, state) = rp
        .start_registration(RegistrationRequest::new(&user(), "ada@mail.example", &[]), Session::unbound(), NOW)
        .unwrap();
    let received = sent(&creation_challenge(&options));
    let read: CreationChallengeResponse = serde_json::from_value(received).unwrap();
    assert_eq!(read.public_key.user.id, uuid().as_bytes());
    let registration = create("page", Algorithm::Es256, &read.public_key.challenge);
    let posted = as_their_page_posts(registration.response());
    let response = registration_response(&posted.to_string()).unwrap();
    let mut record = rp.finish_registration(state, &response, Session::unbound(), NOW).unwrap().claim(None).unwrap().0;

    for discoverable in [false, true] {
        let (options, state) = match discoverable {
            true => rp.start_authentication(AuthenticationRequest::discoverable(), Session::unbound(), NOW),
            false => rp.start_authentication(
                AuthenticationRequest::known(&record.user_handle, std::slice::from_ref(&record)),
                Session::unbound(),
                NOW,
            ),
        }
        .unwrap();
        let read: RequestChallengeResponse = serde_json::from_value(sent(&request_challenge(&options))).unwrap();
        assert_eq!(read.public_key.allow_credentials.is_empty(), discoverable);
        let posted = get(&registration, &read.public_key.challenge, 1 + record.sign_count).response();
        let typed: PublicKeyCredential = serde_json::from_value(as_their_page_posts(posted)).unwrap();
        let response = AuthenticationResponse::try_from(&typed).unwrap();
        let authenticated = rp.finish_authentication(state, &response, Some(&record), Session::unbound(), NOW).unwrap();
        assert!(record.apply(&authenticated.update.unwrap()));
    }
}

#[test]
fn our_parsed_responses_with_their_relying_party() {
    let webauthn = theirs();
    let (options, state) = webauthn.start_passkey_registration(uuid(), "ada", "Ada", None).unwrap();
    let registration = create("ours", Algorithm::Es256, &options.public_key.challenge);
    let response: RegistrationResponse = serde_json::from_value(registration.response()).unwrap();
    let typed = RegisterPublicKeyCredential::try_from(&response).unwrap();
    let passkey = webauthn.finish_passkey_registration(&typed, &state).unwrap();

    let (options, state) = webauthn.start_passkey_authentication(&[passkey]).unwrap();
    let posted = get(&registration, &options.public_key.challenge, 0).response();
    let response: AuthenticationResponse = serde_json::from_value(posted).unwrap();
    let typed = PublicKeyCredential::try_from(&response).unwrap();
    webauthn.finish_passkey_authentication(&typed, &state).unwrap();
}

#[test]
fn our_options_as_their_types_and_back() {
    let rp = ours();
    let (_, record) = register_with_ours("options", Algorithm::Es256);
    let existing = std::slice::from_ref(&record);
    let request = RegistrationRequest::new(&user(), "ada@mail.example", existing);
    let (options, _) = rp.start_registration(request, Session::unbound(), NOW).unwrap();
    let typed = CreationChallengeResponse::try_from(&options).unwrap();
    assert_eq!(typed.public_key.exclude_credentials.as_ref().unwrap().len(), 1);
    assert_eq!(CreationOptions::try_from(&typed), Ok(options));

    let (options, _) =
        rp.start_authentication(AuthenticationRequest::known(&user(), existing), Session::unbound(), NOW).unwrap();
    let typed = RequestChallengeResponse::try_from(&options).unwrap();
    assert_eq!(RequestOptions::try_from(&typed), Ok(options));
    let (options, _) = rp.start_authentication(AuthenticationRequest::discoverable(), Session::unbound(), NOW).unwrap();
    let typed: RequestChallengeResponse = to_wire(&conditional_request_challenge(&options)).unwrap();
    assert!(typed.mediation.is_some());
    assert_eq!(RequestOptions::try_from(&typed), Ok(options));

    let appid = "https://example.org/u2f.json";
    let inputs = RequestExtensions::default().appid(AppId::new(appid).unwrap());
    let request = AuthenticationRequest::discoverable().extensions(inputs);
    let (options, _) = rp.start_authentication(request, Session::unbound(), NOW).unwrap();
    let typed = RequestChallengeResponse::try_from(&options).unwrap();
    assert_eq!(typed.public_key.extensions.unwrap().appid.as_deref(), Some(appid));
}

#[test]
fn a_member_that_their_types_would_change_is_named() {
    let rp = ours();
    let request = RegistrationRequest::new(&user(), "ada@mail.example", &[]);
    let request = request.attestation_formats([Format::Packed, Format::Compound]);
    let (options, _) = rp.start_registration(request, Session::unbound(), NOW).unwrap();
    let refused = CreationChallengeResponse::try_from(&options).unwrap_err();
    assert_eq!(refused.code(), "not-representable");
    assert!(refused.to_string().contains("`publicKey`"), "{refused}");

    let (_, mut record) = register_with_ours("options", Algorithm::Es256);
    record.transports = vec![wardkey::Transport::SmartCard];
    let existing = std::slice::from_ref(&record);
    let (options, _) =
        rp.start_authentication(AuthenticationRequest::known(&user(), existing), Session::unbound(), NOW).unwrap();
    let refused = RequestChallengeResponse::try_from(&options).unwrap_err();
    assert_eq!(refused.code(), "not-representable");
    assert!(refused.to_string().contains("`allowCredentials`"), "{refused}");
}

#[test]
fn the_functions_without_types_refuse_another_type() {
    let (creation, _) = ours()
        .start_registration(RegistrationRequest::new(&user(), "ada@mail.example", &[]), Session::unbound(), NOW)
        .unwrap();
    let (request, _) =
        ours().start_authentication(AuthenticationRequest::discoverable(), Session::unbound(), NOW).unwrap();
    let theirs = CreationChallengeResponse::try_from(&creation).unwrap();
    assert_eq!(creation_options(&theirs), Ok(creation.clone()));
    assert_eq!(request_options(&RequestChallengeResponse::try_from(&request).unwrap()), Ok(request.clone()));
    assert!(request_options(&theirs).is_err());
    assert!(to_wire::<RequestChallengeResponse>(&creation_challenge(&creation)).is_err());
    assert!(to_wire::<CreationChallengeResponse>(&request_challenge(&request)).is_err());
}

#[test]
fn a_posted_response_is_as_strict_by_type() {
    let request = RegistrationRequest::new(&user(), "ada@mail.example", &[]);
    let (options, state) = ours().start_registration(request, Session::unbound(), NOW).unwrap();
    let made = create("typed", Algorithm::Es256, &options.challenge);
    let mut posted: RegisterPublicKeyCredential = serde_json::from_value(made.response()).unwrap();
    let response = RegistrationResponse::try_from(&posted).unwrap();
    assert_eq!(response.credential_id(), made.credential_id());
    assert!(ours().finish_registration(state, &response, Session::unbound(), NOW).is_ok());
    posted.id.push_str("AA");
    assert!(RegistrationResponse::try_from(&posted).is_err(), "id and rawId differ");
}

/// Responses that webauthn-rs accepted up to 0.5: one with padding, one in the standard alphabet.
#[test]
fn pages_that_spell_bytes_in_another_way_register_and_sign_in() {
    fn respelt(posted: &mut Value, spell: fn(&str) -> String) {
        let (id, response) = (posted["rawId"].take(), posted["response"].take());
        posted["rawId"] = spell(id.as_str().unwrap()).into();
        posted["response"] = response;
        for member in ["clientDataJSON", "attestationObject", "authenticatorData", "signature", "userHandle"] {
            if let Some(Value::String(text)) = posted["response"].get_mut(member) {
                *text = spell(text);
            }
        }
    }
    fn padded(text: &str) -> String {
        format!("{text}{}", &"==="[..(4 - text.len() % 4) % 4])
    }
    fn standard(text: &str) -> String {
        padded(&text.replace('-', "+").replace('_', "/"))
    }
    for spell in [padded, standard] {
        let rp = ours();
        let (options, state) = rp
            .start_registration(RegistrationRequest::new(&user(), "ada@mail.example", &[]), Session::unbound(), NOW)
            .unwrap();
        let registration = create("spelling", Algorithm::Es256, &options.challenge);
        let mut posted = as_their_page_posts(registration.response());
        respelt(&mut posted, spell);
        let posted = posted.to_string();
        assert!(registration_response(&posted).is_err(), "only where it is asked for");
        let response = registration_response(&any_spelling(&posted).unwrap()).unwrap();
        let record = rp.finish_registration(state, &response, Session::unbound(), NOW).unwrap().claim(None).unwrap().0;

        let (options, state) =
            rp.start_authentication(AuthenticationRequest::discoverable(), Session::unbound(), NOW).unwrap();
        let mut posted = as_their_page_posts(get(&registration, &options.challenge, 1).response());
        respelt(&mut posted, spell);
        let response = authentication_response(&any_spelling(&posted.to_string()).unwrap()).unwrap();
        assert_eq!(
            rp.finish_authentication(state, &response, Some(&record), Session::unbound(), NOW).unwrap().user,
            user()
        );
    }
}

#[test]
fn their_options_as_ours() {
    let webauthn = theirs();
    let (typed, _) = webauthn.start_passkey_registration(uuid(), "ada", "Ada", None).unwrap();
    let options = CreationOptions::try_from(&typed).unwrap();
    assert_eq!(options.challenge, typed.public_key.challenge);
    assert_eq!(options.pub_key_cred_params.iter().map(|p| p.alg).collect::<Vec<_>>(), [-7, -35, -257]);
    let (typed, _) = webauthn.start_discoverable_authentication().unwrap();
    let options = RequestOptions::try_from(&typed).unwrap();
    assert_eq!((options.challenge, options.rp_id.as_deref()), (typed.public_key.challenge, Some("example.org")));
    assert!(!json!(options.extensions).to_string().contains("uvm"));
}
