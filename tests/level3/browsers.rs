//! Recorded browsers: every extension output of the recorded ceremonies has one of our types.

use crate::*;
use std::collections::BTreeMap;
use wardkey::extensions::{ClientExtensionResults, Extension, SignedOutputs};
use wardkey::internals::{AttestationObject, AuthenticatorData};
use wardkey::quirk::Quirks;

fn count(counts: &mut BTreeMap<&'static str, usize>, what: &'static str, there: bool) {
    *counts.entry(what).or_default() += usize::from(there);
}

/// The unsigned outputs, and the authenticator data with the signed ones.
fn outputs(vector: &Value) -> Option<(ClientExtensionResults, Vec<u8>)> {
    let posted = vector["response"].to_string();
    if vector["kind"] == "registration" {
        let response = RegistrationResponse::from_json(&posted).ok()?;
        let object = AttestationObject::read(response.attestation_object(), Quirks::NONE).ok()?;
        return Some((response.client_extension_results()?.clone(), object.authenticator_data().bytes().to_vec()));
    }
    let response = AuthenticationResponse::from_json(&posted).ok()?;
    Some((response.client_extension_results()?.clone(), response.authenticator_data().to_vec()))
}

#[test]
fn real_outputs_have_their_types() {
    let mut unsigned = BTreeMap::new();
    let mut signed = BTreeMap::new();
    let mut skipped = Vec::new();
    for line in include_str!("../vectors/browsers.jsonl").lines() {
        let vector: Value = serde_json::from_str(line).unwrap();
        let Some((results, data)) = outputs(&vector) else {
            skipped.push(vector["id"].clone());
            continue;
        };
        assert_eq!(results.unknown, 0, "{}", vector["id"]);
        for extension in results.present.iter() {
            *unsigned.entry(extension.identifier()).or_default() += 1;
        }
        count(&mut unsigned, "prf enabled", results.prf_enabled() == Some(true));
        count(&mut unsigned, "prf results", results.has_secrets());
        count(&mut unsigned, "largeBlob supported", results.large_blob_supported() == Some(true));
        count(&mut unsigned, "largeBlob blob", results.large_blob().is_some());
        count(&mut unsigned, "largeBlob written", results.large_blob_written() == Some(true));
        count(&mut unsigned, "getCredBlob blob", results.get_cred_blob.is_some());
        count(&mut unsigned, "cmtgKey signature", results.cmtg_key_signature().is_some());
        let Ok(data) = AuthenticatorData::read(&data) else {
            skipped.push(vector["id"].clone());
            continue;
        };
        let Some(map) = data.extensions() else { continue };
        let registration = data.attested_credential_data().is_some();
        let outputs = SignedOutputs::of(Some(map));
        for extension in map.identifiers().0.iter() {
            let typed = match extension {
                Extension::CredProtect => outputs.cred_protect.is_some(),
                Extension::CredBlob if registration => outputs.cred_blob_stored.is_some(),
                Extension::CredBlob => outputs.cred_blob.is_some(),
                Extension::MinPinLength => outputs.min_pin_length.is_some(),
                Extension::HmacSecret => outputs.hmac_secret.is_some() || outputs.hmac_secret_len.is_some(),
                _ => true,
            };
            assert!(typed, "{}", vector["id"]);
            *signed.entry(extension.identifier()).or_insert(0) += 1;
        }
    }
    println!("unsigned {unsigned:?}\nsigned {signed:?}");
    assert_eq!(skipped, ["firefox/prf-get-eval"], "a map that no flag announces");
    let at_least = |counts: &BTreeMap<&str, usize>, what: &str, least: usize| {
        assert!(counts.get(what).copied().unwrap_or_default() >= least, "{what} in {counts:?}");
    };
    for (what, least) in [
        ("appid", 1),
        ("credProps", 5),
        ("prf", 6),
        ("prf enabled", 4),
        ("prf results", 3),
        ("largeBlob", 6),
        ("largeBlob supported", 1),
        ("largeBlob blob", 1),
        ("largeBlob written", 1),
        ("credBlob", 2),
        ("getCredBlob blob", 2),
        ("hmacCreateSecret", 2),
        ("cmtgKey signature", 2),
    ] {
        at_least(&unsigned, what, least);
    }
    for (what, least) in [("credProtect", 1), ("credBlob", 1), ("minPinLength", 1), ("hmac-secret", 1)] {
        at_least(&signed, what, least);
    }
}
