//! Verifying a BLOB of the FIDO Metadata Service with wardkey and with fido-mds, in one run:
//! `cargo bench --manifest-path benches/peers/Cargo.toml --bench metadata`.
//!
//! fido-mds knows the roots of the service only. So the steps of its `from_str` run here with the root of a made BLOB, by the crate
//! compact_jwt. It reads no BLOB of which an entry lacks a member that it expects, so the entries here have all of them.

#[path = "../harness/mod.rs"]
mod harness;
#[path = "../../tests/metadata/make.rs"]
#[allow(dead_code, unused_imports, reason = "tests/metadata uses the rest")]
mod make;

use compact_jwt::JwsCompact;
use compact_jwt::crypto::JwsX509VerifierBuilder;
use compact_jwt::traits::JwsVerifier as _;
use crypto_glue::traits::DecodeDer as _;
use crypto_glue::x509::Certificate;
use harness::{Table, contestant};
use make::{HOST, Service, at, entry, payload, report_with};
use serde_json::{Value, json};
use std::str::FromStr as _;
use std::time::{Duration, UNIX_EPOCH};
use wardkey::crypto::AwsLcRs;
use wardkey::metadata::{Roots, Seen, verify};
use wardkey::x509::TrustAnchor;
use wardkey_authenticator::{Algorithm, Authority};

fn entries(models: usize, icon: usize) -> Vec<Value> {
    let anchors: Vec<_> = (0..models.div_ceil(2))
        .map(|number| Authority::root(&format!("bench.anchor.{number}"), Algorithm::Es256).der())
        .collect();
    let made = |number: usize| {
        let certified = json!({
            "url": "https://vendor.example", "certificationDescriptor": "Model", "certificateNumber": "FIDO20020240514001",
            "certificationPolicyVersion": "1.3.7", "certificationRequirementsVersion": "1.2",
        });
        let reports =
            ["FIDO_CERTIFIED_L1", "FIDO_CERTIFIED"].map(|status| report_with(status, "2024-05-14", certified.clone()));
        let aaguid = format!("00000000-0000-4000-8000-{number:012x}");
        let mut entry = entry(&aaguid, &reports, &anchors[number / 2..][..1]);
        let more = json!({
            "icon": format!("data:image/png;base64,{}", "iVBORw0KGgo1".repeat(icon / 12)),
            "description": format!("Made-up model number {number} of a vendor"), "friendlyNames": { "en-US": "Model" },
            "schema": 3, "upv": [{ "major": 1, "minor": 0 }],
            "authenticationAlgorithms": ["secp256r1_ecdsa_sha256_raw"], "publicKeyAlgAndEncodings": ["cose"],
            "userVerificationDetails": [[{
                "userVerificationMethod": "passcode_external",
                "caDesc": { "base": 64, "minLength": 4, "maxRetries": 8, "blockSlowdown": 0 },
            }]],
            "authenticatorGetInfo": { "versions": ["FIDO_2_1"], "extensions": ["credProtect"], "aaguid": aaguid },
        });
        make::merge(&mut entry["metadataStatement"], more);
        entry
    };
    (0..models).map(made).collect()
}

fn by_fido_mds(blob: &str, root: &Certificate) -> fido_mds::FidoMds {
    let blob = JwsCompact::from_str(blob).expect("a JWS");
    let (leaf, chain) = blob.get_x5c_chain().expect("certificates").expect("x5c");
    let verifier = JwsX509VerifierBuilder::new(&leaf, &chain).add_trust_root(root.clone());
    let now = UNIX_EPOCH + Duration::from_secs(at().secs().unsigned_abs());
    let signed = verifier.build(now).expect("a path to the root").verify(&blob).expect("a signature");
    let read: fido_mds::mds::FidoMds = signed.from_json().expect("entries with every member");
    read.into()
}

fn main() {
    let table = Table::new("Verifying a BLOB", &["BLOB", "fido-mds 0.6.2", "wardkey"]);
    for (models, icon) in [(520, 11_100), (174, 9_150)] {
        let service = Service::by(Algorithm::Rs256, &payload(&entries(models, icon)));
        let blob = service.blob();
        let root = Certificate::from_der(&service.root.der()).expect("a certificate");
        let roots = Roots::of(HOST, [TrustAnchor::from_der(&service.root.der()).expect("an anchor")]);
        assert_eq!(by_fido_mds(&blob, &root).fido2.len(), models);
        table.row(
            &format!("{:.1} MB, {models} models", blob.len() as f64 / 1e6),
            [
                Some(contestant(|| by_fido_mds(&blob, &root))),
                Some(contestant(|| {
                    verify(blob.as_bytes(), &roots, Seen::nothing(), at(), &AwsLcRs).expect("it verifies")
                })),
            ],
        );
    }
}
