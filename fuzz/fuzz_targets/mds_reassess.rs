//! Kept attestation facts and a policy as JSON, judged by a BLOB in which one model is revoked and one cannot be read: both
//! values read again as written, and neither model is accepted while the policy suspends for REVOKED.
//!
//! Input: the facts, a line feed, and the policy.
#![no_main]

use libfuzzer_sys::fuzz_target;
use std::sync::LazyLock;
use wardkey::metadata::{Attested, Incident, Metadata, ModelId};
use wardkey::policy::{MetadataDecision, MetadataPolicy};
use wardkey_fuzz::mds::{AT, metadata};
use wardkey_fuzz::round_trip;

const REVOKED: &str = "4d2a85c5-bed7-3a79-19b6-08c88a9afe48";
const UNREADABLE: &str = "2048aa72-90ea-32a0-8eb7-85d68fe66d0e";

static METADATA: LazyLock<Metadata> = LazyLock::new(|| {
    let payload = format!(
        r#"{{"no":1,"entries":[{{"aaguid":"{REVOKED}","statusReports":[{{"status":"REVOKED"}}]}},{{"aaguid":"{UNREADABLE}"}}]}}"#
    );
    metadata(payload.as_bytes()).expect("metadata")
});

fuzz_target!(|input: &str| {
    let Some((facts, policy)) = input.split_once('\n') else { return };
    let (Some((attested, _)), Some((policy, _))) =
        (round_trip::<Attested>(facts), round_trip::<MetadataPolicy>(policy))
    else {
        return;
    };
    let found = METADATA.reassess(&attested, &policy, AT);
    assert_eq!(found.decision == MetadataDecision::Accept, found.reasons.is_empty());
    let id = ModelId::Aaguid(attested.aaguid());
    let strict = policy.suspend([Incident::Revoked]).claims_count_against(true);
    let is_u2f = serde_json::to_string(&attested).expect("JSON").contains("fido-u2f");
    if !is_u2f && (id.to_string() == REVOKED || id.to_string() == UNREADABLE) {
        assert_ne!(METADATA.reassess(&attested, &strict, AT).decision, MetadataDecision::Accept);
    }
});
