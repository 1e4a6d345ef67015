use super::*;
use crate::credential::{CredentialDescriptor, CredentialId, PublicKeyCredentialType};
use crate::invalid::InvalidValue;
use serde_json::json;

fn round_trip<T>(value: &T, json: &serde_json::Value)
where
    T: serde::Serialize + serde::de::DeserializeOwned + PartialEq + core::fmt::Debug,
{
    assert_eq!(&serde_json::to_value(value).unwrap(), json);
    assert_eq!(&serde_json::from_value::<T>(json.clone()).unwrap(), value);
}

fn id(bytes: &[u8]) -> CredentialId {
    CredentialId::new(bytes).unwrap()
}

#[test]
fn creation_inputs_are_the_json_of_their_sections() {
    let mut inputs = CreationExtensions::default();
    assert!(inputs.is_empty());
    round_trip(&inputs, &json!({}));
    inputs.appid_exclude = Some(AppId::new("https://clinic.example/u2f.json").unwrap());
    inputs.cred_props = true;
    inputs.prf = Some(Prf::eval(PrfValues::new(*b"a").with_second(*b"b")));
    inputs.large_blob = Some(LargeBlobSupport::Required);
    inputs.cred_protect = Some(CredentialProtection::UserVerificationOptionalWithCredentialIdList);
    inputs.enforce_cred_protect = true;
    inputs.cred_blob = Some(b"blob".to_vec().into());
    inputs.min_pin_length = true;
    inputs.pin_complexity_policy = true;
    inputs.hmac_create_secret = true;
    inputs.uvm = true;
    inputs.payment = Some(Vec::new());
    inputs.others.insert("vendor".into(), json!({"x": 1}));
    round_trip(
        &inputs,
        &json!({
            "appidExclude": "https://clinic.example/u2f.json",
            "credProps": true,
            "prf": {"eval": {"first": "YQ", "second": "Yg"}},
            "largeBlob": {"support": "required"},
            "credentialProtectionPolicy": "userVerificationOptionalWithCredentialIDList",
            "enforceCredentialProtectionPolicy": true,
            "credBlob": "YmxvYg",
            "minPinLength": true,
            "pinComplexityPolicy": true,
            "hmacCreateSecret": true,
            "uvm": true,
            "payment": {"isPayment": true},
            "vendor": {"x": 1},
        }),
    );
    assert_eq!(inputs.requested().iter().count(), 12);
    assert_eq!(inputs.check(), Ok(()));
}

#[test]
fn request_inputs_are_the_json_of_their_sections() {
    let mut inputs = RequestExtensions::default();
    round_trip(&inputs, &json!({}));
    inputs.appid = Some(AppId::new("https://clinic.example").unwrap());
    inputs.prf = Some(Prf::by_credential([(id(b"a"), PrfValues::new(*b"x"))].into()));
    inputs.large_blob = Some(LargeBlobRequest::Write(b"blob".to_vec().into()));
    inputs.get_cred_blob = true;
    inputs.hmac_get_secret = Some(PrfValues::new([0; 32]));
    inputs.uvm = true;
    round_trip(
        &inputs,
        &json!({
            "appid": "https://clinic.example",
            "prf": {"evalByCredential": {"YQ": {"first": "eA"}}},
            "largeBlob": {"write": "YmxvYg"},
            "getCredBlob": true,
            "hmacGetSecret": {"salt1": "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"},
            "uvm": true,
        }),
    );
    inputs.large_blob = Some(LargeBlobRequest::Read);
    assert_eq!(serde_json::to_value(&inputs).unwrap()["largeBlob"], json!({"read": true}));
}

#[test]
fn outputs_are_the_json_of_their_sections() {
    assert_eq!(serde_json::to_value(SignedOutputs::default()).unwrap(), json!({}));
    let signed = SignedOutputs {
        cred_protect: Some(CredentialProtection::UserVerificationRequired),
        cred_blob_stored: Some(true),
        cred_blob: Some(b"blob".to_vec()),
        min_pin_length: Some(6),
        hmac_secret: Some(true),
        uvm: vec![UserVerificationMethod::from((2, 4, 2))],
        ..SignedOutputs::default()
    };
    let json = json!({
        "credProtect": "userVerificationRequired", "credBlobStored": true, "credBlob": "YmxvYg", "minPinLength": 6,
        "hmacSecret": true, "uvm": [[2, 4, 2]],
    });
    assert_eq!(serde_json::to_value(&signed).unwrap(), json);

    let results =
        read(r#"{"credProps":{"rk":true},"prf":{"results":{"first":"c2VjcmV0"}},"appid":7,"other":1}"#).unwrap();
    let json = serde_json::to_string(&results).unwrap();
    assert!(!json.contains("c2VjcmV0"), "{json}");
    assert_eq!(read(&json).unwrap(), results);
}

#[test]
fn an_appid_is_an_https_url() {
    for bad in ["", "clinic.example", "http://clinic.example", "https://", "https://127.0.0.1 x"] {
        assert_eq!(AppId::new(bad), Err(InvalidValue::AppId), "{bad}");
    }
}

#[test]
fn inputs_fit_the_credentials_that_may_answer() {
    let descriptor =
        |bytes: &[u8]| CredentialDescriptor::new(PublicKeyCredentialType::PublicKey, id(bytes), Vec::new());
    let (one, two) = (vec![descriptor(b"a")], vec![descriptor(b"a"), descriptor(b"b")]);
    let mut inputs = RequestExtensions {
        prf: Some(Prf::by_credential([(id(b"b"), PrfValues::new(*b"x"))].into())),
        ..RequestExtensions::default()
    };
    assert_eq!(inputs.check(&two), Ok(()));
    assert_eq!(inputs.check(&one), Err(InvalidValue::PrfCredential));
    assert_eq!(inputs.check(&[]), Err(InvalidValue::PrfCredential));
    inputs =
        RequestExtensions { large_blob: Some(LargeBlobRequest::Write(vec![1].into())), ..RequestExtensions::default() };
    assert_eq!(inputs.check(&one), Ok(()));
    assert_eq!(inputs.check(&two), Err(InvalidValue::LargeBlobWriteNeedsOne));
    assert_eq!(inputs.check(&[]), Err(InvalidValue::LargeBlobWriteNeedsOne));
    inputs = RequestExtensions { hmac_get_secret: Some(PrfValues::new([0; 31])), ..RequestExtensions::default() };
    assert_eq!(inputs.check(&[]), Err(InvalidValue::HmacSaltLength));
    for other in ["prf", "uvm"] {
        let others = serde_json::Map::from_iter([(other.to_owned(), json!(true))]);
        let inputs = RequestExtensions { others, ..RequestExtensions::default() };
        assert!(matches!(inputs.check(&[]), Err(InvalidValue::HasAField(_))), "{other}");
    }
    let blob = CreationExtensions { cred_blob: Some(vec![0; 33].into()), ..CreationExtensions::default() };
    assert_eq!(blob.check(), Err(InvalidValue::CredBlobTooLong));
    let enforced =
        serde_json::from_value::<CreationExtensions>(json!({"enforceCredentialProtectionPolicy": true})).unwrap();
    assert_eq!(enforced.check(), Err(InvalidValue::EnforceWithoutPolicy));
    let prf = Some(Prf::by_credential([(id(b"b"), PrfValues::new(*b"x"))].into()));
    let by_credential = CreationExtensions { prf, ..CreationExtensions::default() };
    assert_eq!(by_credential.check(), Err(InvalidValue::PrfCredential));
}

#[test]
fn what_the_standard_forbids_cannot_be_read() {
    for bad in [
        json!({"prf": {"evalByCredential": {"YQ": {"first": "eA"}}}}),
        json!({"largeBlob": {"read": true}}),
        json!({"largeBlob": {"support": "required", "write": "YQ"}}),
        json!({"payment": {"isPayment": false}}),
        json!({"appidExclude": "http://clinic.example"}),
        json!({"credentialProtectionPolicy": "userVerificationRequired", "enforceCredentialProtectionPolicy": "yes"}),
        json!({"credentialProtectionPolicy": "new", "enforceCredentialProtectionPolicy": true}),
        json!({"credentialProtectionPolicy": 3}),
    ] {
        assert!(serde_json::from_value::<CreationExtensions>(bad.clone()).is_err(), "{bad}");
    }
    for none in [
        json!({"credentialProtectionPolicy": null, "enforceCredentialProtectionPolicy": false}),
        json!({"enforceCredentialProtectionPolicy": null}),
    ] {
        assert!(serde_json::from_value::<CreationExtensions>(none.clone()).unwrap().is_empty(), "{none}");
    }
    for bad in [
        json!({"prf": {"evalByCredential": {"": {"first": "eA"}}}}),
        json!({"prf": {"evalByCredential": {"YQ==": {"first": "eA"}}}}),
        json!({"largeBlob": {"read": true, "write": "YQ"}}),
        json!({"largeBlob": {}}),
        json!({"largeBlob": {"support": "required"}}),
        json!({"appid": "clinic.example"}),
    ] {
        assert!(serde_json::from_value::<RequestExtensions>(bad.clone()).is_err(), "{bad}");
    }
}

#[test]
fn salts_and_blobs_are_not_printed() {
    let inputs = CreationExtensions {
        prf: Some(Prf::eval(PrfValues::new(*b"salt"))),
        cred_blob: Some(b"blob".to_vec().into()),
        ..CreationExtensions::default()
    };
    let printed = format!("{inputs:?}");
    assert!(printed.matches("Blob(4 bytes)").count() == 2, "{printed}");
}

#[test]
fn a_set_has_the_extensions_that_were_added() {
    assert!(Extension::ALL.len() < 32);
    for extension in Extension::ALL {
        assert_eq!(Extension::from_identifier(extension.identifier()), Some(extension));
        let others: ExtensionSet = Extension::ALL.into_iter().filter(|&other| other != extension).collect();
        assert!(!others.contains(extension) && others.with(extension).contains(extension));
        let one = ExtensionSet::NONE.with(extension);
        assert_eq!(one.iter().collect::<Vec<_>>(), [extension]);
        let json = serde_json::to_string(&one).unwrap();
        assert_eq!(serde_json::from_str::<ExtensionSet>(&json).unwrap(), one);
    }
    assert!(serde_json::from_str::<ExtensionSet>(r#"["PRF"]"#).is_err(), "case matters");
    let set = ExtensionSet::NONE.with(Extension::Prf);
    assert_eq!(format!("{set:?}"), r#"{"prf"}"#);
    assert!(ExtensionSet::NONE.is_empty() && !ExtensionSet::NONE.union(set).is_empty());
}

#[test]
fn an_output_is_solicited_if_its_input_was_sent() {
    let set = |extensions: &[Extension]| extensions.iter().copied().collect::<ExtensionSet>();
    let inputs = set(&[Extension::Prf, Extension::CredentialProtectionPolicy]);
    let outputs = set(&[Extension::Prf, Extension::HmacSecret, Extension::CredProtect, Extension::CredBlob]);
    assert_eq!(outputs.unsolicited(inputs), set(&[Extension::CredBlob]));
    assert_eq!(outputs.unsolicited(ExtensionSet::NONE), outputs);
    assert!(set(&[Extension::CredBlob]).unsolicited(set(&[Extension::GetCredBlob])).is_empty());
}

fn read(json: &str) -> Result<ClientExtensionResults, serde_json::Error> {
    serde_json::from_str(json)
}

#[test]
fn each_output_is_read_with_its_type() {
    let results = read(
        r#"{"appid":true,"appidExclude":true,"credProps":{"rk":true},"prf":{"enabled":true},
            "largeBlob":{"supported":true,"blob":"AQI","written":false},"credBlob":false,"getCredBlob":"AQI",
            "hmacCreateSecret":true,"uvm":[[2,4,2]],"payment":{"browserBoundSignature":{"signature":"AQ"}},
            "cmtgKey":{"cmtgKey":"oA","signature":"AQ"},"credProtect":2,"x":1,"y":{"z":[]}}"#,
    )
    .unwrap();
    assert_eq!((results.appid, results.appid_exclude), (Some(true), Some(true)));
    assert_eq!(results.cred_props.unwrap().rk, Some(true));
    assert_eq!(results.prf.unwrap(), PrfOutputs { enabled: Some(true), results: false });
    let large_blob = results.large_blob.as_ref().unwrap();
    assert_eq!((large_blob.supported, large_blob.written), (Some(true), Some(false)));
    assert_eq!(large_blob.blob.as_ref().unwrap().as_bytes(), [1, 2]);
    assert_eq!(results.get_cred_blob.as_ref().unwrap().as_bytes(), [1, 2]);
    assert_eq!((results.cred_blob, results.hmac_create_secret), (Some(false), Some(true)));
    assert_eq!(results.uvm.as_deref(), Some(&[UserVerificationMethod::from((2, 4, 2))][..]));
    assert!(results.payment.as_ref().unwrap().browser_bound_signature.is_some());
    assert!(results.cmtg_key.as_ref().unwrap().signature.is_some());
    let bytes = |blob: Option<&Blob>| blob.map(|blob| blob.as_bytes().to_vec());
    assert_eq!(bytes(results.browser_bound_signature()), Some(vec![1]));
    assert_eq!((bytes(results.cmtg_key()), bytes(results.cmtg_key_signature())), (Some(vec![0xa0]), Some(vec![1])));
    assert_eq!((results.present.iter().count(), results.unknown), (12, 2));
    assert!(!results.has_secrets());
}

#[test]
fn each_answer_of_a_client_is_told_as_it_is() {
    for answer in [true, false] {
        let json = json!({
            "credProps": {"rk": answer}, "prf": {"enabled": answer}, "largeBlob": {"supported": answer, "written": answer},
        });
        let results = read(&json.to_string()).unwrap();
        let answers = [results.discoverable(), results.prf_enabled(), results.large_blob_supported()];
        assert_eq!((answers, results.large_blob_written()), ([Some(answer); 3], Some(answer)));
    }
    let none = read("{}").unwrap();
    let answers = [none.discoverable(), none.prf_enabled(), none.large_blob_supported(), none.large_blob_written()];
    assert_eq!(answers, [None; 4]);
}

#[test]
fn secrets_are_reported_and_not_kept() {
    for json in [
        r#"{"prf":{"results":{}}}"#,
        r#"{"prf":{"results":{"first":null}}}"#,
        r#"{"prf":{"results":null}}"#,
        r#"{"prf":{"enabled":true}}"#,
        r#"{"prf":{"enabled":true,"first":null,"second":false}}"#,
        r#"{"hmacGetSecret":{}}"#,
        r#"{"hmacGetSecret":null}"#,
        r#"{"largeBlobKey":null}"#,
    ] {
        assert!(!read(json).unwrap().has_secrets(), "{json}");
    }
    let secret = "c2VjcmV0LXNlY3JldC1zZWNyZXQtc2VjcmV0LXNlY3I";
    for json in [
        format!(r#"{{"prf":{{"results":{{"first":"{secret}"}}}}}}"#),
        format!(r#"{{"prf":{{"enabled":true,"results":"{secret}"}}}}"#),
        r#"{"prf":{"results":{"first":null,"second":{"0":1}}}}"#.to_owned(),
        r#"{"prf":{"results":[1]}}"#.to_owned(),
        r#"{"prf":{"results":true}}"#.to_owned(),
        format!(r#"{{"prf":{{"first":"{secret}"}}}}"#),
        format!(r#"{{"prf":{{"enabled":true,"results":null,"second":{{"x":"{secret}"}}}}}}"#),
        r#"{"hmacGetSecret":1}"#.to_owned(),
        r#"{"hmacGetSecret":-1}"#.to_owned(),
        r#"{"largeBlobKey":0.5}"#.to_owned(),
        format!(r#"{{"hmacGetSecret":{{"output1":"{secret}"}}}}"#),
        format!(r#"{{"largeBlobKey":"{secret}"}}"#),
    ] {
        let results = read(&json).unwrap();
        assert!(results.has_secrets(), "{json}");
        assert!(!format!("{results:?}").contains("secret-"), "{results:?}");
        assert!(!format!("{results:?}").contains(secret), "{results:?}");
        assert_eq!(
            (read(&results.to_value().to_string()).unwrap(), &results.malformed),
            (results.clone(), &ExtensionSet::NONE)
        );
    }
}

#[test]
fn blobs_are_not_printed_and_malformed_ones_count_as_absent() {
    assert_eq!(read(r#"{"largeBlob":{"blob":null}}"#).unwrap().large_blob, Some(LargeBlobOutputs::default()));
    let results = read(r#"{"largeBlob":{"blob":{"0":1}},"getCredBlob":[1,2]}"#).unwrap();
    assert_eq!((results.large_blob.unwrap().blob, results.get_cred_blob), (None, None));
    let long: String = (0..2000).map(|index| format!("\"{index}\":0,")).collect();
    let results = read(&format!(r#"{{"largeBlob":{{"blob":{{{long}"x":[{}0]}}}}}}"#, "0,".repeat(2000))).unwrap();
    assert_eq!((results.large_blob, results.malformed), (Some(LargeBlobOutputs::default()), ExtensionSet::NONE));
    let results = read(&format!(r#"{{"credProps":{{{long}"rk":true}}}}"#)).unwrap();
    assert!(results.cred_props.is_none() && results.malformed.contains(Extension::CredProps), "too many members");
    let results = read(&format!(r#"{{"uvm":[{}[1,1,1]]}}"#, "[1,1,1],".repeat(2000))).unwrap();
    assert!(results.uvm.is_none() && results.malformed.contains(Extension::Uvm), "too many methods");
    assert!(read(r#"{"getCredBlob":"AQ=="}"#).unwrap().get_cred_blob.is_none());
    let printed = format!("{:?}", read(r#"{"getCredBlob":"AQID"}"#).unwrap());
    assert!(printed.contains("Blob(3 bytes)"), "{printed}");
}

#[test]
fn an_output_of_the_wrong_type_is_reported_as_malformed() {
    for (json, extension) in [
        (r#"{"appid":"true"}"#, Extension::Appid),
        (r#"{"credProps":[true]}"#, Extension::CredProps),
        (r#"{"prf":true}"#, Extension::Prf),
        (r#"{"prf":{"enabled":1}}"#, Extension::Prf),
        (r#"{"largeBlob":{"supported":"yes"}}"#, Extension::LargeBlob),
        (r#"{"credBlob":"AQ"}"#, Extension::CredBlob),
        (r#"{"uvm":[[1,2]]}"#, Extension::Uvm),
        (r#"{"uvm":[[1.5,2,3]]}"#, Extension::Uvm),
    ] {
        let results = read(json).unwrap();
        let only = ExtensionSet::NONE.with(extension);
        let expected = ClientExtensionResults { present: only, malformed: only, ..ClientExtensionResults::default() };
        assert_eq!(results, expected, "{json}");
        assert_eq!(results.has_secrets(), extension == Extension::Prf, "what was not read may be a secret: {json}");
    }
    let null = read(r#"{"appid":null}"#).unwrap();
    assert_eq!((null.appid, null.malformed), (None, ExtensionSet::NONE));
}

#[test]
fn refuses_a_member_that_occurs_twice() {
    for json in [
        r#"{"appid":true,"appid":true}"#,
        r#"{"prf":{},"\u0070rf":{}}"#,
        r#"{"x":1,"y":1,"\u0078":1}"#,
        r#"{"prf":{"x":1,"x":1}}"#,
        r#"{"prf":{"enabled":true,"enabled":false}}"#,
        r#"{"prf":{"results":{"first":null,"first":null}}}"#,
    ] {
        assert!(read(json).is_err(), "{json}");
    }
}
