use super::*;
use crate::credential::{CredentialId, CredentialRecord, Transport};
use crate::interop::tests::{es256, user};
use crate::{AuthenticationRequest, RegistrationRequest, RelyingParty, Session, UnixTime};

fn record(transport: Transport) -> CredentialRecord {
    let mut record = CredentialRecord::new(CredentialId::new(*b"credential").unwrap(), user(), es256());
    record.transports = vec![transport];
    record
}

fn options(existing: &[CredentialRecord]) -> (CreationOptions, RequestOptions) {
    let rp = RelyingParty::new("clinic.example", "Example Clinic").unwrap();
    let now = UnixTime::from_secs(0);
    let creation =
        rp.start_registration(RegistrationRequest::new(&user(), "ada", existing), Session::unbound(), now).unwrap().0;
    let request = match existing {
        [] => rp.start_authentication(AuthenticationRequest::discoverable(), Session::unbound(), now),
        _ => rp.start_authentication(AuthenticationRequest::known(&user(), existing), Session::unbound(), now),
    };
    (creation, request.unwrap().0)
}

#[test]
fn options_are_the_member_public_key() {
    let (creation, request) = options(&[]);
    let creation_json = serde_json::to_value(creation_challenge(&creation)).unwrap();
    assert_eq!(creation_json, json!({"publicKey": creation}));
    let request_json = serde_json::to_value(conditional_request_challenge(&request)).unwrap();
    assert_eq!(request_json["mediation"], "conditional");
    assert_eq!(request_json["publicKey"]["allowCredentials"], json!([]));
    assert_eq!(request_json["publicKey"]["rpId"], "clinic.example");
    let (_, request) = options(&[record(Transport::Usb)]);
    let request_json = serde_json::to_string(&request_challenge(&request)).unwrap();
    assert_eq!(request_json.matches("allowCredentials").count(), 1);
    assert!(!request_json.contains("mediation"));
}

fn not(member: &'static str) -> ImportError {
    Reason::NotRepresentable { member }.alone()
}

#[test]
fn options_convert_back_or_the_error_has_the_member() {
    let (creation, request) = options(&[record(Transport::SmartCard)]);
    assert_eq!(creation_options(&creation_challenge(&creation)), Ok(creation.clone()));
    assert_eq!(request_options(&request_challenge(&request)), Ok(request.clone()));
    let same: Value = to_wire(&creation_challenge(&creation)).unwrap();
    assert_eq!(same["publicKey"]["user"]["id"], user().to_base64url());

    let mut json = serde_json::to_value(creation_challenge(&creation)).unwrap();
    json["publicKey"]["extensions"] = json!({"uvm": true});
    assert_eq!(creation_options(&json), Ok(creation.clone()));
    json["publicKey"]["rp"]["icon"] = "data:,".into();
    assert_eq!(creation_options(&json).unwrap_err(), not("rp"));
    json["publicKey"]["timeout"] = Value::Null;
    assert_eq!(creation_options(&json).unwrap_err(), not("publicKey"));
    assert_eq!(request_options(&json!({})).unwrap_err(), not("publicKey"));
}

#[test]
fn an_extension_that_asks_for_nothing_may_be_missing() {
    let options = |extensions: Value| json!({"publicKey": {"extensions": extensions}});
    let changed = Err(Reason::NotRepresentable { member: "extensions" });
    for (one, other, verdict) in [
        (json!({"credProps": false, "prf": null}), json!({}), Ok(())),
        (json!({"credProps": false}), Value::Null, Ok(())),
        (json!({"credProps": true}), json!({}), changed),
        (json!({"credProps": true}), json!({"credProps": true}), Ok(())),
    ] {
        assert_eq!(same(&options(one.clone()), &options(other)), verdict, "{one}");
    }
}

const POSTED: &str = r#"{"id":"AQ","rawId":"AQ","response":{"clientDataJSON":"e30","attestationObject":"oA",
    "authenticatorData":"AA","signature":"AA","userHandle":"dQ","transports":null},"type":"public-key"}"#;

fn with(members: &str) -> String {
    POSTED.replacen("\"id\"", &format!("{members},\"id\""), 1)
}

#[test]
fn extensions_by_either_name_or_none() {
    for (json, appid) in [
        (POSTED.to_owned(), None),
        (with(r#""extensions":{}"#), None),
        (with(r#""extensions":{"appid":true}"#), Some(true)),
        (with(r#""clientExtensionResults":{"appid":true}"#), Some(true)),
        (with(r#""extensions":null"#), None),
        (with(r#""clientExtensionResults":null"#), None),
    ] {
        let response = authentication_response(&json).unwrap();
        assert_eq!(response.client_extension_results().map(|results| results.appid), Some(appid), "{json}");
        assert!(registration_response(&json).is_ok());
    }
    assert!(authentication_response(&with(r#""vendor":1"#)).is_ok(), "a member that nobody knows, once");
    assert!(authentication_response(&with(r#""authenticatorAttachment":null"#)).is_ok());
    let attached = authentication_response(&with(r#""authenticatorAttachment":"platform""#)).unwrap();
    assert!(attached.authenticator_attachment().is_some());
}

#[test]
fn nothing_else_is_lenient() {
    for json in [
        with(r#""extensions":{},"clientExtensionResults":{}"#),
        with(r#""id":"AQ""#),
        with(r#""vendor":1,"vendor":1"#),
        with(r#""vendor":1,"v\u0065ndor":1"#),
        with(r#""extensions":[]"#),
        POSTED.replacen("\"AQ\"", "\"AQ==\"", 1),
        POSTED.replacen("\"AQ\"", "\"Ag\"", 1),
        POSTED.replacen("\"clientDataJSON\":\"e30\"", "\"clientDataJSON\":\"e30\",\"clientDataJSON\":\"e30\"", 1),
        POSTED.replacen("public-key", "password", 1),
        format!("{POSTED}{POSTED}"),
        format!("[{POSTED}]"),
        String::new(),
        " ".repeat(MAX_LEN + 1),
    ] {
        assert!(registration_response(&json).is_err(), "{json}");
        assert!(authentication_response(&json).is_err(), "{json}");
    }
}

#[test]
fn length_is_bounded() {
    let of_length = |len: usize| format!("{POSTED}{}", " ".repeat(len - POSTED.len()));
    assert!(authentication_response(&of_length(MAX_LEN)).is_ok());
    assert_eq!(authentication_response(&of_length(MAX_LEN + 1)).unwrap_err(), ResponseError::TooLong);
}

#[test]
fn a_posted_response_can_be_parsed_again() {
    let registration = registration_response(&with(r#""extensions":{"credProps":{"rk":true}}"#)).unwrap();
    let again = posted_registration(&registration).to_string();
    assert_eq!(registration_response(&again).unwrap().attestation_object(), registration.attestation_object());
    assert!(again.contains(r#""credProps":{"rk":true}"#));
    let authentication = authentication_response(&with(r#""extensions":{"appid":true}"#)).unwrap();
    let again = posted_authentication(&authentication).to_string();
    assert_eq!(authentication_response(&again).unwrap(), authentication);
}
