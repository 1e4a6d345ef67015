//! Documents, signals and capabilities that exist besides ceremonies.

use crate::*;
use wardkey::InvalidValue;
use wardkey::client::capabilities::ClientCapabilities;
use wardkey::client::json::Lint;
use wardkey::client::well_known::*;

/// Returns all labels except the last two (three under co.uk), as a public suffix list would.
fn registrable_domain(host: &str) -> Option<String> {
    let labels: Vec<&str> = host.split('.').collect();
    let keep = if host.ends_with(".co.uk") { 3 } else { 2 };
    (labels.len() >= keep).then(|| labels[labels.len() - keep..].join("."))
}

#[test]
fn related_origins_five_labels() {
    let origins: Vec<String> = (1..=6).map(|n| format!("https://site{n}.example")).collect();
    let document = RelatedOrigins::new(origins.clone()).unwrap();
    assert_eq!(document.check(registrable_domain), [Lint::TooManyLabels(5)]);
    assert!(document.allow(&origins[4], MAX_LABELS, registrable_domain));
    assert!(!document.allow(&origins[5], MAX_LABELS, registrable_domain));
    assert!(document.allow(&origins[5], 6, registrable_domain));
    let shared = ["https://clinic.example", "https://clinic.co.uk", "https://portal.clinic.test"];
    let document = RelatedOrigins::new(shared.into_iter().map(str::to_owned).chain(origins[..4].to_vec())).unwrap();
    assert_eq!(document.check(registrable_domain), [], "one label, whatever the suffix");
    assert!(!document.allow("https://evil.example", MAX_LABELS, registrable_domain));
}

#[test]
fn related_origins_document() {
    let rp = RelyingParty::builder("clinic.example", "x")
        .origin("https://portal.clinic.example")
        .related_origin("https://clinic.test")
        .related_origin("https://hospital.example:8443")
        .native_origin("ios:bundle-id:org.example.portal")
        .build()
        .unwrap();
    let document = rp.related_origins().unwrap();
    let json = serde_json::to_string(&document).unwrap();
    assert_eq!(json, r#"{"origins":["https://clinic.test","https://hospital.example:8443"]}"#);
    assert_eq!(document.origins(), ["https://clinic.test", "https://hospital.example:8443"]);
    assert_eq!(serde_json::from_str::<RelatedOrigins>(&json).unwrap(), document);
    assert_eq!(super::rp().related_origins(), None);
    assert_eq!(RelatedOrigins::new(Vec::<String>::new()), Err(InvalidValue::NoOrigin));
    assert_eq!(RelatedOrigins::new(["https://clinic.test/"]), Err(InvalidValue::Origin));
    let found: RelatedOrigins = serde_json::from_str(
        r#"{"origins":["https://a.example/","https://a.example","https://a.example","https://localhost"]}"#,
    )
    .unwrap();
    assert_eq!(
        found.check(registrable_domain),
        [Lint::MalformedOrigin(0), Lint::DuplicateOrigin(2), Lint::NoRegistrableDomain(3)]
    );
    // A client parses each entry as a URL, and compares its origin (§5.11.1).
    let found: RelatedOrigins =
        serde_json::from_str(r#"{"origins":["nothing","https://A.example:443/path"]}"#).unwrap();
    assert!(found.allow("https://a.example", 1, registrable_domain));
    assert!(!found.allow("https://A.example:443/path", MAX_LABELS, registrable_domain));
    let opaque: RelatedOrigins = serde_json::from_str(r#"{"origins":["foo://clinic.example"]}"#).unwrap();
    assert!(!opaque.allow("null", MAX_LABELS, registrable_domain));
    let empty: RelatedOrigins = serde_json::from_str(r#"{"origins":[]}"#).unwrap();
    assert_eq!(empty.check(registrable_domain), [Lint::NoOrigin]);
}

#[test]
fn native_apps() {
    let certificates = [[0xab; 32]];
    let links = asset_links([("org.example.portal", &certificates[..])]).unwrap();
    assert_eq!(links[0]["target"]["package_name"], "org.example.portal");
    let fingerprint = links[0]["target"]["sha256_cert_fingerprints"][0].as_str().unwrap();
    assert_eq!((fingerprint.len(), &fingerprint[..5]), (95, "AB:AB"));
    let origin = android_origin(&certificates[0]);
    assert!(RelyingParty::builder("clinic.example", "x").native_origin(origin).build().is_ok());
    for bad in ["", "portal", "org..portal", "1org.portal", "org.example.portal/x"] {
        assert_eq!(asset_links([(bad, &certificates[..])]), Err(InvalidValue::App), "{bad}");
    }
    assert_eq!(asset_links([("org.example", &[][..])]), Err(InvalidValue::App));
    let apple = app_site_association([("A1B2C3D4E5", "org.example.portal")]);
    assert_eq!(apple, Ok(json!({"webcredentials": {"apps": ["A1B2C3D4E5.org.example.portal"]}})));
    for bad in [("short", "org.example"), ("A1B2C3D4E5", ""), ("a1b2c3d4e5", "org.example")] {
        assert_eq!(app_site_association([bad]), Err(InvalidValue::App), "{bad:?}");
    }
}

#[test]
fn signals() {
    let rp = rp();
    let authenticated = authenticate(&rp, signing_in(), authentication()).unwrap();
    let id = record().id.to_base64url();
    let all = authenticated.signal_all_accepted_credentials(&rp, &[record()]).unwrap();
    let handle = user().to_base64url();
    let json = json!({"rpId": "example.org", "userId": handle, "allAcceptedCredentialIds": [id]});
    assert_eq!(serde_json::to_value(&all).unwrap(), json);
    let mut other = record();
    other.user_handle = UserHandle::new([9; 32]).unwrap();
    let foreign = authenticated.signal_all_accepted_credentials(&rp, &[record(), other]);
    assert_eq!(foreign, Err(Error::ForeignCredential));
    assert_eq!(authenticated.signal_all_accepted_credentials(&rp, &[]), Err(Error::NoCredentials));
    let mut older = record();
    older.id = wardkey::CredentialId::new(*b"older").unwrap();
    let left_out = authenticated.signal_all_accepted_credentials(&rp, std::slice::from_ref(&older)).unwrap_err();
    assert_eq!((left_out.clone(), left_out.code()), (Error::CredentialLeftOut, "credential-left-out"));
    let twice = [older.clone(), record(), older.clone(), record()];
    let once = authenticated.signal_all_accepted_credentials(&rp, &twice).unwrap();
    let json = serde_json::to_value(&once).unwrap();
    assert_eq!(json["allAcceptedCredentialIds"], json!([older.id.to_base64url(), id]));
    let details = authenticated.signal_current_user_details(&rp, "ada@mail.example", "Ada").unwrap();
    let json = json!({"rpId": "example.org", "userId": handle, "name": "ada@mail.example", "displayName": "Ada"});
    assert_eq!(serde_json::to_value(&details).unwrap(), json);
    let response = get(authentication(), &[0; 32]);
    let unknown = rp.signal_unknown_credential(response.credential_id(), None).unwrap();
    assert_eq!(serde_json::to_value(&unknown).unwrap(), json!({"rpId": "example.org", "credentialId": id}));
    assert_eq!(rp.signal_unknown_credential(response.credential_id(), Some(&record())), None, "it is known");
    assert_eq!(rp.signal_unknown_credential([0; 1024], None), None, "no id");
}

/// A settings page has no sign-in, but the proof in the session.
#[test]
fn signals_from_a_later_request() {
    let rp = rp();
    let (options, state) = rp
        .start_reauthentication(
            ReauthenticationRequest::new(&user(), &[record()], "rename", Duration::from_secs(300)),
            session(),
            NOW,
        )
        .unwrap();
    let response = get(authentication(), &options.challenge);
    let done = rp.finish_reauthentication(state, &response, Some(&record()), session(), NOW).unwrap();
    assert_eq!(done.0.credential_id(), &record().id);
    let [now, later] = [
        done.1.signal_all_accepted_credentials(&rp, &[record()]),
        done.0.signal_all_accepted_credentials(&rp, &[record()], NOW),
    ];
    assert_eq!(now.unwrap(), later.unwrap());
    let [now, later] = [
        done.1.signal_current_user_details(&rp, "ada@mail.example", "Ada"),
        done.0.signal_current_user_details(&rp, "ada@mail.example", "Ada", NOW),
    ];
    assert_eq!(now.unwrap(), later.unwrap());
    assert!(done.0.signal_all_accepted_credentials(&rp, &[record()], NOW.plus(Duration::from_secs(300))).is_ok());
    for time in [NOW.plus(Duration::from_secs(301)), UnixTime::from_secs(NOW.secs() - 301)] {
        let all = done.0.signal_all_accepted_credentials(&rp, &[record()], time);
        assert_eq!(all, Err(Error::NotFresh), "{time:?}");
        assert_eq!(
            done.0.signal_current_user_details(&rp, "ada@mail.example", "Ada", time),
            Err(Error::NotFresh),
            "{time:?}"
        );
    }
}

/// A sign-in at one relying party does not count at another, although the records may be equal.
#[test]
fn signals_need_a_sign_in_at_the_same_relying_party() {
    let rp = rp();
    let (options, state) = rp
        .start_reauthentication(
            ReauthenticationRequest::new(&user(), &[record()], "rename", Duration::from_secs(300)),
            session(),
            NOW,
        )
        .unwrap();
    let response = get(authentication(), &options.challenge);
    let done = rp.finish_reauthentication(state, &response, Some(&record()), session(), NOW).unwrap();
    let elsewhere = RelyingParty::new("prescribers.example", "x").unwrap();
    let wrong = Error::WrongRelyingParty;
    let all = [
        done.1.signal_all_accepted_credentials(&elsewhere, &[record()]),
        done.0.signal_all_accepted_credentials(&elsewhere, &[record()], NOW),
    ];
    assert_eq!(all, [Err(wrong.clone()), Err(wrong.clone())]);
    let details = [
        done.1.signal_current_user_details(&elsewhere, "ada@mail.example", "Ada"),
        done.0.signal_current_user_details(&elsewhere, "ada@mail.example", "Ada", NOW),
    ];
    assert_eq!(details, [Err(wrong.clone()), Err(wrong)]);
}

#[test]
fn capabilities_tolerate_unknown_keys() {
    let json = json!({"conditionalCreate": true, "extension:largeBlob": false, "uiMode": true});
    let capabilities: ClientCapabilities = serde_json::from_value(json.clone()).unwrap();
    assert_eq!(capabilities.has("conditionalCreate"), Some(true));
    assert_eq!(capabilities.has("signalUnknownCredential"), None);
    assert_eq!(capabilities.has("extension:largeBlob"), Some(false));
    assert_eq!(capabilities.has("uiMode"), Some(true));
    assert_eq!(serde_json::to_value(&capabilities).unwrap(), json);
}
