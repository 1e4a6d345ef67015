use super::*;
use crate::client::json::{CredentialDescriptor, PublicKeyCredentialType};
use crate::credential::CredentialId;
use crate::extension::CredentialProtection;
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
    inputs.prf = Some(PrfCreation::eval(PrfValues::new(*b"a").with_second(*b"b")));
    inputs.large_blob = Some(LargeBlobCreation { support: LargeBlobSupport::Required });
    inputs.cred_protect =
        Some(CredentialProtectionInput::enforced(CredentialProtection::UserVerificationOptionalWithCredentialIdList));
    inputs.cred_blob = Some(b"blob".to_vec().into());
    inputs.min_pin_length = true;
    inputs.pin_complexity_policy = true;
    inputs.hmac_create_secret = true;
    inputs.uvm = true;
    inputs.payment = Some(PaymentCreation::new());
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
    assert_eq!(inputs.requested().iter().count(), 11);
    assert_eq!(inputs.check(), Ok(()));
}

#[test]
fn request_inputs_are_the_json_of_their_sections() {
    let mut inputs = RequestExtensions::default();
    round_trip(&inputs, &json!({}));
    inputs.appid = Some(AppId::new("https://clinic.example").unwrap());
    inputs.prf = Some(PrfRequest::by_credential([(id(b"a"), PrfValues::new(*b"x"))].into()));
    inputs.large_blob = Some(LargeBlobRequest::Write(b"blob".to_vec().into()));
    inputs.get_cred_blob = true;
    inputs.hmac_get_secret = Some(HmacGetSecret::new([0; 32], None));
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
fn an_appid_is_an_https_url() {
    for bad in ["", "clinic.example", "http://clinic.example", "https://", "https://127.0.0.1 x"] {
        assert_eq!(AppId::new(bad), Err(InputError::AppId), "{bad}");
    }
}

#[test]
fn inputs_fit_the_credentials_that_may_answer() {
    let descriptor =
        |bytes: &[u8]| CredentialDescriptor::new(PublicKeyCredentialType::PublicKey, id(bytes), Vec::new());
    let (one, two) = (vec![descriptor(b"a")], vec![descriptor(b"a"), descriptor(b"b")]);
    let mut inputs = RequestExtensions {
        prf: Some(PrfRequest::by_credential([(id(b"b"), PrfValues::new(*b"x"))].into())),
        ..RequestExtensions::default()
    };
    assert_eq!(inputs.check(&two), Ok(()));
    assert_eq!(inputs.check(&one), Err(InputError::PrfCredential));
    assert_eq!(inputs.check(&[]), Err(InputError::PrfCredential));
    inputs =
        RequestExtensions { large_blob: Some(LargeBlobRequest::Write(vec![1].into())), ..RequestExtensions::default() };
    assert_eq!(inputs.check(&one), Ok(()));
    assert_eq!(inputs.check(&two), Err(InputError::LargeBlobWriteNeedsOne));
    assert_eq!(inputs.check(&[]), Err(InputError::LargeBlobWriteNeedsOne));
    inputs = RequestExtensions {
        hmac_get_secret: Some(HmacGetSecret { salt1: vec![0; 31].into(), salt2: None }),
        ..RequestExtensions::default()
    };
    assert_eq!(inputs.check(&[]), Err(InputError::HmacSaltLength));
    for other in ["prf", "uvm"] {
        let others = serde_json::Map::from_iter([(other.to_owned(), json!(true))]);
        let inputs = RequestExtensions { others, ..RequestExtensions::default() };
        assert!(matches!(inputs.check(&[]), Err(InputError::HasAField(_))), "{other}");
    }
    let blob = CreationExtensions { cred_blob: Some(vec![0; 33].into()), ..CreationExtensions::default() };
    assert_eq!(blob.check(), Err(InputError::CredBlobTooLong));
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
        json!({"enforceCredentialProtectionPolicy": true}),
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
        prf: Some(PrfCreation::eval(PrfValues::new(*b"salt"))),
        cred_blob: Some(b"blob".to_vec().into()),
        ..CreationExtensions::default()
    };
    let printed = format!("{inputs:?}");
    assert!(printed.contains("PrfInput(4 bytes)") && printed.contains("Blob(4 bytes)"), "{printed}");
}
