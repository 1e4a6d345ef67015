//! One row for each rule of the envelope.

use super::*;
use serde::de::value::{MapDeserializer, SeqDeserializer};
use serde::de::{IntoDeserializer, Visitor};
use serde_json::{Value, json};

fn registration() -> Value {
    json!({
        "id": "aWQ", "rawId": "aWQ", "type": "public-key", "authenticatorAttachment": "platform",
        "response": {
            "clientDataJSON": "e30", "attestationObject": "oA", "transports": ["internal", "new"],
            "authenticatorData": "AA", "publicKey": "AQ", "publicKeyAlgorithm": -7
        },
        "clientExtensionResults": {"credProps": {"rk": true}, "new": [1]}
    })
}

fn authentication() -> Value {
    json!({
        "id": "aWQ", "rawId": "aWQ", "type": "public-key",
        "response": {"clientDataJSON": "e30", "authenticatorData": "AA", "signature": "AQ", "userHandle": "dXNlcg"},
        "clientExtensionResults": {"appid": false}
    })
}

/// Returns `json` with the member at `pointer` replaced, or removed if there is no value.
fn with(mut json: Value, pointer: &str, value: Option<Value>) -> String {
    let (parent, name) = pointer.rsplit_once('/').unwrap();
    let members = json.pointer_mut(parent).unwrap().as_object_mut().unwrap();
    match value {
        Some(value) => members.insert(name.to_owned(), value),
        None => members.remove(name),
    };
    json.to_string()
}

#[test]
fn reads_a_registration() {
    let response = RegistrationResponse::from_json(&registration().to_string()).unwrap();
    assert_eq!(response.credential_id(), b"id");
    assert_eq!(response.client_data_json(), b"{}");
    assert_eq!(response.attestation_object(), [0xa0]);
    assert_eq!(response.transports(), [Transport::Internal, Transport::Other("new".into())]);
    assert_eq!(response.authenticator_attachment(), Some(&AuthenticatorAttachment::Platform));
    assert_eq!(response.client_extension_results().unwrap().cred_props.unwrap().rk, Some(true));
    assert_eq!(response.authenticator_data_copy(), Some(&[0][..]));
    assert_eq!((response.public_key_copy(), response.public_key_algorithm_copy()), (Some(&[1][..]), Some(-7)));
    assert_eq!(serde_json::from_value::<RegistrationResponse>(registration()).unwrap(), response, "by serde too");
}

#[test]
fn reads_an_authentication() {
    let response = AuthenticationResponse::from_json(&authentication().to_string()).unwrap();
    assert_eq!(response.credential_id(), b"id");
    assert_eq!(response.authenticator_data(), [0]);
    assert_eq!(response.signature(), [1]);
    assert_eq!(response.user_handle(), Some(&b"user"[..]));
    assert_eq!(response.client_extension_results().unwrap().appid, Some(false));
    assert_eq!(serde_json::from_value::<AuthenticationResponse>(authentication()).unwrap(), response, "by serde too");
}

#[test]
fn skips_unknown_members_and_accepts_missing_optional_ones() {
    for (pointer, value) in [
        ("/new", Some(json!({"deep": [[[1]]]}))),
        ("/response/new", Some(json!(null))),
        ("/authenticatorAttachment", None),
        ("/authenticatorAttachment", Some(json!(null))),
        ("/authenticatorAttachment", Some(json!("telepathy"))),
        ("/clientExtensionResults", None),
        ("/response/transports", None),
        ("/response/transports", Some(json!([]))),
        ("/response/authenticatorData", None),
        ("/response/publicKey", None),
        ("/response/publicKey", Some(json!(null))),
        ("/response/publicKeyAlgorithm", None),
        ("/authenticatorAttachment", Some(json!(""))),
        ("/response/transports", Some(json!(""))),
        ("/response/authenticatorData", Some(json!(""))),
        ("/response/publicKey", Some(json!(""))),
        ("/response/publicKeyAlgorithm", Some(json!(""))),
    ] {
        let json = with(registration(), pointer, value);
        assert!(RegistrationResponse::from_json(&json).is_ok(), "{json}");
    }
    let empty = ["transports", "authenticatorData", "publicKey", "publicKeyAlgorithm"];
    let empty = empty.iter().fold(registration(), |mut json, member| {
        json["response"][member] = json!("");
        json
    });
    let response = RegistrationResponse::from_json(&empty.to_string()).unwrap();
    assert!(response.transports().is_empty());
    assert_eq!((response.authenticator_data_copy(), response.public_key_copy()), (None, None));
    assert_eq!(response.public_key_algorithm_copy(), None);
    assert_eq!(serde_json::from_value::<RegistrationResponse>(empty).unwrap(), response, "by serde too");
    for (name, attachment) in [
        ("platform", Some(AuthenticatorAttachment::Platform)),
        ("cross-platform", Some(AuthenticatorAttachment::CrossPlatform)),
        ("telepathy", None),
    ] {
        let json = with(registration(), "/authenticatorAttachment", Some(json!(name)));
        assert_eq!(RegistrationResponse::from_json(&json).unwrap().authenticator_attachment(), attachment.as_ref());
    }
    let most = registration().to_string();
    let most = format!("{most}{}", " ".repeat(MAX_LEN - most.len()));
    assert!(RegistrationResponse::from_json(&most).is_ok(), "of the maximum length");
    for value in [None, Some(json!(null)), Some(json!(""))] {
        let json = with(authentication(), "/response/userHandle", value);
        assert!(AuthenticationResponse::from_json(&json).is_ok(), "{json}");
    }
    let deeper = with(registration(), "/new", None).replacen('{', r#"{"new":{"x":1,"x":1},"newer":{"x":1},"#, 1);
    assert!(RegistrationResponse::from_json(&deeper).is_ok(), "members inside a skipped value are not checked");
    let escaped = registration().to_string().replace("\"rawId\":\"aWQ\"", "\"\\u0072awId\":\"a\\u0057Q\"");
    assert!(RegistrationResponse::from_json(&escaped).is_ok());
}

/// Returns the error without its place.
fn somewhere(error: ResponseError) -> ResponseError {
    error.at(&serde::de::Error::custom(""))
}

#[test]
fn refuses_a_required_member_that_is_missing_or_null_or_has_the_wrong_type() {
    let both = |pointer, member: &'static str| {
        for (registration_too, json) in [(true, registration()), (false, authentication())] {
            for value in [None, Some(json!(null)), Some(json!(1)), Some(json!([])), Some(json!(true))] {
                let missing = value.as_ref().is_none_or(Value::is_null);
                let json = with(json.clone(), pointer, value);
                let error = if registration_too {
                    RegistrationResponse::from_json(&json).map(drop)
                } else {
                    AuthenticationResponse::from_json(&json).map(drop)
                };
                match error {
                    Err(ResponseError::Missing { member: found, line: 1, column }) if missing => {
                        assert_eq!((found, column), (member, json.len()), "{json}: at the end of the object");
                    }
                    Err(ResponseError::Json { .. }) if !missing => {}
                    other => panic!("{other:?}: {json}"),
                }
            }
        }
    };
    both("/id", "id");
    both("/rawId", "rawId");
    both("/type", "type");
    both("/response", "response");
    both("/response/clientDataJSON", "response.clientDataJSON");
    for (pointer, member) in
        [("/response/authenticatorData", "response.authenticatorData"), ("/response/signature", "response.signature")]
    {
        let json = with(authentication(), pointer, None);
        assert_eq!(AuthenticationResponse::from_json(&json).map_err(somewhere), Err(ResponseError::missing(member)));
    }
    let json = with(registration(), "/response/attestationObject", None);
    let missing = ResponseError::missing("response.attestationObject");
    assert_eq!(RegistrationResponse::from_json(&json).map_err(somewhere), Err(missing));
}

#[test]
fn refuses_every_other_spelling() {
    let id = |id: &str, raw_id: &str| {
        let json = with(registration(), "/id", Some(json!(id)));
        with(serde_json::from_str(&json).unwrap(), "/rawId", Some(json!(raw_id)))
    };
    for (json, error, why) in [
        (id("aWQ", "aWR"), ResponseError::not_base64url("rawId"), "trailing bits"),
        (id("aWQ=", "aWQ="), ResponseError::not_base64url("rawId"), "padding"),
        (id("aWQ=", "aWQ"), ResponseError::IdMismatch { line: 0, column: 0 }, "padding in id alone"),
        (id("aWU", "aWQ"), ResponseError::IdMismatch { line: 0, column: 0 }, "two ids"),
        (id("", ""), ResponseError::Empty { member: "rawId", line: 0, column: 0 }, "no id"),
        (
            with(registration(), "/type", Some(json!("Public-Key"))),
            ResponseError::Type { line: 0, column: 0 },
            "another case",
        ),
        (
            with(registration(), "/type", Some(json!("password"))),
            ResponseError::Type { line: 0, column: 0 },
            "another type",
        ),
        (
            with(registration(), "/response/attestationObject", Some(json!("oA=="))),
            ResponseError::not_base64url("response.attestationObject"),
            "padding",
        ),
        (
            with(registration(), "/response/publicKey", Some(json!("+/"))),
            ResponseError::not_base64url("response.publicKey"),
            "the other alphabet",
        ),
        (" ".repeat(MAX_LEN + 1), ResponseError::TooLong, "a flood"),
    ] {
        let found = RegistrationResponse::from_json(&json).unwrap_err();
        assert_eq!(somewhere(found), error, "{why}");
        if error != ResponseError::TooLong {
            assert!(found.to_string().ends_with(&format!(" (line 1, column {})", json.len())), "{why}: {found}");
            let by_serde = serde_json::from_str::<RegistrationResponse>(&json).unwrap_err().to_string();
            assert_eq!(by_serde, format!("{error} at line 1 column {}", json.len()), "{why}");
        }
    }
    let escaped = registration().to_string().replacen('{', "{\"new\":1,\"n\\u0065w\":1,", 1);
    let within = |member: &str| {
        let start = format!("\"{member}\":{{");
        registration().to_string().replacen(&start, &format!("{start}\"x\":1,\"y\":{{}},\"x\":1,"), 1)
    };
    for json in [
        escaped,
        within("response"),
        within("clientExtensionResults"),
        within("credProps"),
        String::new(),
        "[]".into(),
        "null".into(),
        registration().to_string() + "x",
        registration().to_string().replacen('{', "{\"id\":\"aWQ\",", 1),
        registration().to_string().replacen('{', "{\"\\u0069d\":\"aWQ\",", 1),
        registration().to_string().replacen('{', "{\"id\":null,", 1),
        registration().to_string().replacen('{', "{\"response\":null,", 1),
        registration().to_string().replacen("\"publicKey\":", "\"publicKey\":null,\"publicKey\":", 1),
        registration().to_string().replacen("\"publicKey\":", "\"publicKey\":\"+\",\"publicKey\":", 1),
        r#"["aWQ","aWQ","public-key",{"clientDataJSON":"e30","attestationObject":"oA"},null,{}]"#.into(),
        with(registration(), "/response", Some(json!(["e30", "oA", [], "AA", "AQ", -7]))),
        with(registration(), "/response/transports", Some(json!("internal"))),
        with(registration(), "/response/transports", Some(json!([1]))),
        with(registration(), "/response/publicKeyAlgorithm", Some(json!("-7"))),
        with(registration(), "/clientExtensionResults", Some(json!([]))),
        registration().to_string().replacen("\"oA\"", "\"o\nA\"", 1),
        registration().to_string().replacen("\"oA\"", "\"oA\\udc00A\"", 1),
        registration().to_string().replacen("\"oA\"", "\"oA\\", 1),
        registration().to_string().replacen("\"oA\"", "\"oA\\x\"", 1),
        registration().to_string().replacen("\"platform\"", "\"plat\nform\"", 1),
        registration().to_string().replacen("\"publicKey\"", "\"public\nKey\"", 1),
        "[".repeat(100_000),
        format!("{{\"x\":{}", "[".repeat(100_000)),
    ] {
        let error = RegistrationResponse::from_json(&json);
        assert!(matches!(error, Err(ResponseError::Json { .. })), "{error:?}: {}", &json[..json.len().min(300)]);
    }
}

#[test]
fn an_error_has_the_place_if_it_is_known() {
    let error = RegistrationResponse::from_json("{\n]").unwrap_err();
    assert_eq!(
        error.to_string(),
        "the response is not valid JSON, or a member has the wrong type or occurs twice (line 2, column 1)"
    );
    let error = ResponseError::Json { line: 0, column: 0 };
    assert_eq!(error.to_string(), "the response is not valid JSON, or a member has the wrong type or occurs twice");
}

/// serde_json reports the end of the text that it has read, at most three columns from the place that `from_json` reports.
#[test]
fn an_error_through_serde_has_the_place() {
    let text = registration().to_string();
    for (json, why) in [
        (text.replacen('{', "{]", 1), "not JSON"),
        (text.replacen("\"platform\"", "1", 1), "another type"),
        (text.replacen("{\"rk\"", "{\"x\":1,\"x\":1,\"rk\"", 1), "a member twice, two objects further in"),
        (text.replacen("\"e30\"", "[7]", 1), "a byte string of another type"),
        (text.replacen("\"internal\"", "1", 1), "another type in a list"),
        (text.replacen('{', "{\"x\":1,\"x\":1,", 1), "a member twice"),
        (text[..text.len() / 2].to_owned(), "half of the text"),
    ] {
        let Err(ResponseError::Json { line: 1, column }) = RegistrationResponse::from_json(&json) else {
            panic!("{why}")
        };
        let error = serde_json::from_str::<RegistrationResponse>(&json).unwrap_err().to_string();
        let found = error
            .strip_prefix(
                "the response is not valid JSON, or a member has the wrong type or occurs twice at line 1 column ",
            )
            .expect(&error);
        assert!(found.parse::<usize>().unwrap().abs_diff(column) <= 3, "{why}: {found}, not {column}");
    }
    let error = serde_json::from_str::<RegistrationResponse>("[]").unwrap_err().to_string();
    assert_eq!(
        error, "the response is not valid JSON, or a member has the wrong type or occurs twice",
        "where there is no object, there is no place in it"
    );
}

/// RFC 8259 §8.1: JSON is UTF-8, also in skipped members, and if serde_json reads bytes.
#[test]
fn text_that_is_not_utf8_is_refused_everywhere() {
    let text = registration().to_string();
    let objects = [("{", "the envelope"), ("\"response\":{", "response"), ("\"clientExtensionResults\":{", "outputs")];
    let extension = [("\"credProps\":{", "a known output")];
    for (start, place) in objects.into_iter().chain(extension) {
        for member in
            ["\"newer\":\"*\",", "\"newer\":[{\"deep\":[1,-1.5,null,true,\"*\"]}],", "\"newer\":{\"*\":0},", "\"*\":0,"]
        {
            let json = text.replacen(start, &format!("{start}{member}"), 1);
            assert!(serde_json::from_slice::<RegistrationResponse>(json.as_bytes()).is_ok(), "{place}: {member}");
            let bytes: Vec<u8> = json.bytes().map(|byte| if byte == b'*' { 0xff } else { byte }).collect();
            let error = serde_json::from_slice::<RegistrationResponse>(&bytes).unwrap_err().to_string();
            assert!(
                error.starts_with(
                    "the response is not valid JSON, or a member has the wrong type or occurs twice at line 1 column "
                ),
                "{place}: {member}: {error}"
            );
        }
    }
    for (output, place) in
        [("prf", "secrets"), ("hmacGetSecret", "secrets"), ("getCredBlob", "a blob"), ("uvm", "no output")]
    {
        for value in ["[\"*\"]", "{\"x\":\"*\"}", "{\"*\":null}"] {
            let json = text.replacen("\"credProps\":", &format!("\"{output}\":{value},\"credProps\":"), 1);
            let bytes: Vec<u8> = json.bytes().map(|byte| if byte == b'*' { 0xff } else { byte }).collect();
            assert!(serde_json::from_slice::<RegistrationResponse>(&bytes).is_err(), "{place}: {value}");
        }
    }
}

#[test]
fn unknown_members_are_bounded_in_each_object() {
    let names = |count| (0..count).map(|name| format!("\"{name}\":[],")).collect::<String>();
    let objects = ["{", "\"response\":{", "\"clientExtensionResults\":{"];
    for start in objects {
        let with = |names: &str| registration().to_string().replacen(start, &format!("{start}{names}"), 1);
        let most = with(&names(MAX_UNKNOWN_MEMBERS - 1)); // "clientExtensionResults" has one already
        assert!(RegistrationResponse::from_json(&most).is_ok(), "{start}");
        assert!(serde_json::from_str::<RegistrationResponse>(&most).is_ok(), "{start}");
        let more = with(&names(MAX_UNKNOWN_MEMBERS + 1));
        let Err(error @ ResponseError::TooManyMembers { line: 1, column }) = RegistrationResponse::from_json(&more)
        else {
            panic!("{start}")
        };
        assert!(column > 1000);
        let (text, _) = error.to_string().split_once(" (line").map(|(a, b)| (a.to_owned(), b.to_owned())).unwrap();
        let by_serde = serde_json::from_str::<RegistrationResponse>(&more).unwrap_err().to_string();
        assert!(by_serde.starts_with(&format!("{text} at line 1 column ")), "{by_serde}");
        let value: Value = serde_json::from_str(&more).unwrap();
        let by_value = RegistrationResponse::deserialize(&value).unwrap_err().to_string();
        assert_eq!(by_value, text);
    }
    let twice = names(MAX_UNKNOWN_MEMBERS) + "\"0\":0,";
    let json = authentication().to_string().replacen('{', &format!("{{{twice}"), 1);
    assert!(matches!(AuthenticationResponse::from_json(&json), Err(ResponseError::Json { .. })), "one of them twice");
}

/// The first sixteen elements are read as transports. Later ones must be strings and are skipped.
#[test]
fn transports_are_limited_in_number_and_length_and_occur_once() {
    let read = |transports: Value| {
        let json = with(registration(), "/response/transports", Some(transports));
        RegistrationResponse::from_json(&json).map(|response| response.transports().to_vec())
    };
    let other = |name: &str| Transport::Other(name.into());
    assert_eq!(read(json!(["usb", "usb", "x", "usb", "x"])), Ok(vec![Transport::Usb, other("x")]));
    assert_eq!(read(json!(["x".repeat(33), "nfc", "x".repeat(32)])), Ok(vec![Transport::Nfc, other(&"x".repeat(32))]));
    let known = ["usb", "nfc", "ble", "smart-card", "hybrid", "internal"];
    let by_serde: Vec<Transport> = serde_json::from_value(json!(known)).unwrap();
    assert_eq!(read(json!(known)), Ok(by_serde));
    let many: Vec<String> = (0..1000).map(|n| n.to_string()).collect();
    assert_eq!(read(json!(many)).unwrap().len(), MAX_TRANSPORTS);
    let mut late = vec!["usb"; MAX_TRANSPORTS - 1];
    late.push("nfc");
    assert_eq!(read(json!(late)), Ok(vec![Transport::Usb, Transport::Nfc]));
    late.insert(0, "usb");
    assert_eq!(read(json!(late)), Ok(vec![Transport::Usb]));
    let mut number = json!(late);
    number.as_array_mut().unwrap().push(json!(1));
    assert!(matches!(read(number), Err(ResponseError::Json { .. })), "a number after the first sixteen");
}

#[test]
fn reading_through_serde_is_as_strict_and_shows_no_received_text() {
    let json = with(registration(), "/response/clientDataJSON", Some(json!("A".repeat(8 * MAX_LEN))));
    let error = serde_json::from_str::<RegistrationResponse>(&json).unwrap_err().to_string();
    assert!(error.starts_with(&ResponseError::TooLong.to_string()), "{error}");
    let blob = json!({"getCredBlob": "A".repeat(2 * MAX_LEN)});
    let json = with(authentication(), "/clientExtensionResults", Some(blob));
    assert!(serde_json::from_str::<AuthenticationResponse>(&json).is_err());
    let text = "text of a stranger";
    for (pointer, value) in [
        ("/response", json!(text)),
        ("/response/transports", json!(text)),
        ("/response/publicKeyAlgorithm", json!(text)),
        ("/clientExtensionResults", json!(text)),
    ] {
        let value: Value = serde_json::from_str(&with(registration(), pointer, Some(value))).unwrap();
        let errors = [
            serde_json::from_value::<RegistrationResponse>(value.clone()).unwrap_err().to_string(),
            serde_json::from_str::<RegistrationResponse>(&value.to_string()).unwrap_err().to_string(),
        ];
        assert!(errors.iter().all(|error| !error.contains(text)), "{errors:?}");
    }
}

/// A deserializer that does not accept text as bytes, like those of CBOR and of JavaScript values. Its only byte string is
/// written as the text "oA, as bytes".
struct TextIsText(Value);

impl<'de> Deserializer<'de> for TextIsText {
    type Error = serde_json::Error;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Self::Error> {
        match self.0 {
            Value::Object(members) => {
                visitor.visit_map(MapDeserializer::new(members.into_iter().map(|(name, value)| (name, Self(value)))))
            }
            Value::Array(items) => visitor.visit_seq(SeqDeserializer::new(items.into_iter().map(Self))),
            Value::String(text) if text == "oA, as bytes" => visitor.visit_bytes(b"oA"),
            other => other.deserialize_any(visitor),
        }
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Self::Error> {
        if self.0.is_null() { visitor.visit_none() } else { visitor.visit_some(self) }
    }

    fn deserialize_bytes<V: Visitor<'de>>(self, _: V) -> Result<V::Value, Self::Error> {
        Err(Self::Error::custom("no bytes here"))
    }

    serde::forward_to_deserialize_any! {
        bool i8 i16 i32 i64 u8 u16 u32 u64 f32 f64 char str string byte_buf unit unit_struct newtype_struct seq tuple
        tuple_struct map struct enum identifier ignored_any
    }
}

impl IntoDeserializer<'_, serde_json::Error> for TextIsText {
    type Deserializer = Self;

    fn into_deserializer(self) -> Self {
        self
    }
}

#[test]
fn byte_strings_are_requested_as_text() {
    let read = RegistrationResponse::deserialize(TextIsText(registration())).unwrap();
    assert_eq!(read, RegistrationResponse::from_json(&registration().to_string()).unwrap());
    let read = AuthenticationResponse::deserialize(TextIsText(authentication())).unwrap();
    assert_eq!(read, AuthenticationResponse::from_json(&authentication().to_string()).unwrap());
    let bytes = with(registration(), "/response/attestationObject", Some(json!("oA, as bytes")));
    assert!(
        RegistrationResponse::deserialize(TextIsText(serde_json::from_str(&bytes).unwrap())).is_err(),
        "and only those"
    );
}

/// A format that fails after it has passed the whole object.
struct FailsAtItsEnd(Value);

impl<'de> Deserializer<'de> for FailsAtItsEnd {
    type Error = serde_json::Error;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Self::Error> {
        TextIsText(self.0).deserialize_any(visitor)?;
        Err(Self::Error::custom("received text"))
    }

    serde::forward_to_deserialize_any! {
        bool i8 i16 i32 i64 u8 u16 u32 u64 f32 f64 char str string bytes byte_buf option unit unit_struct newtype_struct seq
        tuple tuple_struct map struct enum identifier ignored_any
    }
}

#[test]
fn an_error_of_the_format_is_not_shown() {
    let error = RegistrationResponse::deserialize(FailsAtItsEnd(registration())).unwrap_err();
    assert_eq!(error.to_string(), ResponseError::NOT_JSON.to_string());
}

/// Every output, well-formed, null, withheld or of the wrong type, and unknown ones.
#[test]
fn a_response_that_was_written_is_read_as_equal() {
    let outputs = [
        ("appid", json!(true)),
        ("appidExclude", json!(false)),
        ("credProps", json!({"rk": false})),
        ("prf", json!({"enabled": true, "results": {"first": "c2VjcmV0"}})),
        ("prf", json!({"first": "c2VjcmV0"})),
        ("prf", json!({"results": {"first": null}})),
        ("largeBlob", json!({"supported": true, "blob": "YmxvYg", "written": false})),
        ("credBlob", json!(true)),
        ("getCredBlob", json!("YmxvYg")),
        ("hmacCreateSecret", json!(true)),
        ("hmacGetSecret", json!({"output1": "c2VjcmV0"})),
        ("largeBlobKey", json!("c2VjcmV0")),
        ("uvm", json!([[2, 4, 2]])),
        ("payment", json!({"browserBoundSignature": {"signature": "c2ln"}})),
        ("cmtgKey", json!({"cmtgKey": "a2V5", "signature": "c2ln"})),
    ];
    let mut all = vec![json!({}), json!({"new": [1], "newer": {}}), outputs.iter().cloned().collect()];
    for (name, output) in &outputs {
        all.extend(
            [output.clone(), json!(null), json!(0), json!("a text"), json!({})].map(|output| json!({*name: output})),
        );
    }
    let attachments = [None, Some(json!("cross-platform")), Some(json!("another"))];
    for (results, attachment) in all.iter().flat_map(|results| attachments.iter().map(move |one| (Some(results), one)))
    {
        for (registration_member, authentication_member) in [("publicKey", "userHandle"), ("transports", "")] {
            let change = |json: Value, member: &str| {
                let json = with(json, "/clientExtensionResults", results.cloned());
                let json = with(serde_json::from_str(&json).unwrap(), "/authenticatorAttachment", attachment.clone());
                with(serde_json::from_str(&json).unwrap(), &format!("/response/{member}"), None)
            };
            let response = RegistrationResponse::from_json(&change(registration(), registration_member)).unwrap();
            assert_eq!(RegistrationResponse::from_json(&response.to_json()).as_ref(), Ok(&response), "{results:?}");
            let response = AuthenticationResponse::from_json(&change(authentication(), authentication_member)).unwrap();
            let json = response.to_json();
            assert_eq!(AuthenticationResponse::from_json(&json).as_ref(), Ok(&response), "{results:?}");
            assert!(!json.contains("c2VjcmV0"), "secrets are not kept");
        }
    }
    let json = with(registration(), "/clientExtensionResults", None);
    let response = RegistrationResponse::from_json(&json).unwrap();
    assert_eq!(RegistrationResponse::from_json(&response.to_json()), Ok(response), "without results");
}

/// The longest responses that are accepted can be written and read again, through serde too.
#[test]
fn the_longest_responses_can_be_written_and_read_again() {
    // The longest outputs and transports that are kept.
    let unknown = (0..MAX_UNKNOWN_MEMBERS).map(|name| (name.to_string(), json!(0)));
    let secrets = json!({"prf": {"x": 1}, "hmacGetSecret": 1, "largeBlobKey": 1, "uvm": vec![[u32::MAX; 3]; 3]});
    let all: Value = unknown.chain(secrets.as_object().unwrap().clone()).collect();
    let transports: Vec<String> = (0..MAX_TRANSPORTS).map(|n| format!("{n:02}{}", "\u{1}".repeat(30))).collect();
    for (place, results, transports) in [
        ("/response/clientDataJSON", Some(json!({})), json!([])),
        ("/response/attestationObject", None, json!([])),
        ("/response/publicKey", Some(all.clone()), json!(transports)),
        ("/clientExtensionResults/getCredBlob", Some(all), json!(transports)),
    ] {
        let of = |len: usize| {
            let json = with(registration(), "/response/transports", Some(transports.clone()));
            let json = with(serde_json::from_str(&json).unwrap(), "/clientExtensionResults", results.clone());
            let text = base64url::encode(&vec![0; len]);
            with(serde_json::from_str(&json).unwrap(), place, Some(json!(text)))
        };
        let by_serde = |len: usize| serde_json::from_str::<RegistrationResponse>(&of(len));
        let most = MAX_BYTES_LEN - by_serde(3).unwrap().decoded_len() + 3;
        let response = by_serde(most).unwrap();
        assert_eq!(RegistrationResponse::from_json(&response.to_json()), Ok(response), "{place}");
        let error = by_serde(most + 1).unwrap_err().to_string();
        assert!(error.starts_with(&ResponseError::TooLong.to_string()), "{place}: {error}");
        assert_eq!(RegistrationResponse::from_json(&of(most + 1)), Err(ResponseError::TooLong), "{place}");
    }
    let twice = |len: usize| registration().to_string().replace("aWQ", &"A".repeat(len));
    let by_serde = |len: usize| serde_json::from_str::<RegistrationResponse>(&twice(len));
    assert!(by_serde(MAX_LEN / 8 * 5).is_err(), "the id is written twice");
    let response = by_serde(MAX_LEN / 8 * 3).unwrap();
    assert_eq!(RegistrationResponse::from_json(&response.to_json()), Ok(response));
}
