//! Cases about models: status, registration, and sign-in.

use crate::make::{MODEL, OTHER, Service, base64, base64url, case, entry, merge, payload, policy, report, report_with};
use serde_json::{Value, json};
use wardkey::internals::{AttestationObject, cbor};
use wardkey::quirk::Quirks;
use wardkey_authenticator::*;

pub(crate) fn cases() -> Vec<Value> {
    [status(), registrations(), sign_ins()].concat()
}

/// The model that the attestation keys of a batch belong to.
fn batch_key(number: u8) -> (Authority, Vec<u8>) {
    let authority = Authority::root(&format!("metadata.batch.{number}"), Algorithm::Es256);
    let der = authority.der();
    (authority, der)
}

fn of_entries(kind: &str, id: &str, entries: &[Value], change: Value, expect: Value) -> Value {
    let service = Service::new(&payload(entries));
    let mut case = case(&format!("{kind}/{id}"), kind, &service, service.blob(), expect);
    case["policy"] = policy(change);
    case
}

/// `expect` says what differs from a model of level 1 with the functional certification that is accepted.
fn judged(id: &str, reports: &[Value], change: Value, more: Value, expect: Value) -> Value {
    let mut wanted = json!({ "accept": true, "found": "entry", "reasons": [], "incidents": [] });
    merge(&mut wanted, expect);
    let mut case = of_entries("status", id, &[entry(MODEL, reports, &[])], change, wanted);
    case["model"] = json!({ "aaguid": MODEL });
    if let Some(model) = more.get("model") {
        merge(&mut case["model"], model.clone());
    }
    if let Some(at) = more.get("judged_at") {
        case["judged_at"] = at.clone();
    }
    case
}

fn refused(reasons: &[&str]) -> Value {
    json!({ "accept": false, "reasons": reasons })
}

fn status() -> Vec<Value> {
    let none = || json!({});
    let l1 = || report("FIDO_CERTIFIED_L1", "2024-05-14");
    let functional = || report("FIDO_CERTIFIED", "2024-05-14");
    let level = |level: &str| json!({ "min_level": level });
    let mut cases = Vec::new();
    // Level: by date, never by place.
    let day = 1_715_644_800; // 2024-05-14
    let lower = |low: &str, high: &str| {
        let reports = [report(&format!("FIDO_CERTIFIED_{low}"), "2024-05-14")];
        let mut expect = refused(&["level-below"]);
        expect["level"] = low.into();
        judged(&format!("level-{low}-is-below-{high}"), &reports, level(high), none(), expect)
    };
    for pair in ["L1", "L1plus", "L2", "L2plus", "L3", "L3plus"].windows(2) {
        cases.push(lower(pair[0], pair[1]));
    }
    let unmet = |level: &str| json!({ "accept": false, "reasons": ["level-below"], "level": level });
    cases.extend([
        judged("level-met", &[l1()], level("L1"), none(), json!({ "level": "L1", "functional": false })),
        judged("level-is-functional", &[l1()], level("functional"), none(), json!({ "functional": false })),
        judged("functional-is-no-level", &[functional()], level("L1"), none(), unmet("none")),
        judged(
            "functional-last-in-the-array",
            &[l1(), functional()],
            level("L1"),
            none(),
            json!({ "level": "L1", "functional": true }),
        ),
        judged(
            "level-first-in-the-array",
            &[functional(), l1()],
            level("L1"),
            none(),
            json!({ "level": "L1", "functional": true }),
        ),
        judged(
            "level-of-the-latest-date",
            &[report("FIDO_CERTIFIED_L2", "2023-01-01"), l1()],
            level("L2"),
            none(),
            unmet("L1"),
        ),
        judged(
            "highest-of-one-date",
            &[l1(), report("FIDO_CERTIFIED_L2", "2024-05-14")],
            level("L2"),
            none(),
            json!({ "level": "L2" }),
        ),
        judged(
            "not-certified-later",
            &[l1(), functional(), report("NOT_FIDO_CERTIFIED", "2024-06-01")],
            none(),
            none(),
            json!({ "level": "none", "functional": false }),
        ),
        judged(
            "not-certified-the-same-day",
            &[l1(), report("NOT_FIDO_CERTIFIED", "2024-05-14")],
            level("L1"),
            none(),
            json!({ "level": "L1" }),
        ),
        judged(
            "certified-after-not",
            &[l1(), report("NOT_FIDO_CERTIFIED", "2023-06-01")],
            level("L1"),
            none(),
            json!({ "level": "L1" }),
        ),
        judged(
            "undated-is-oldest",
            &[json!({ "status": "FIDO_CERTIFIED_L3" }), l1()],
            level("L3"),
            none(),
            unmet("L1"),
        ),
        judged(
            "undated-is-in-effect",
            &[json!({ "status": "FIDO_CERTIFIED_L3" })],
            level("L3"),
            none(),
            json!({ "level": "L3" }),
        ),
        judged("from-its-day-on", &[l1()], level("L1"), json!({ "judged_at": day }), json!({ "level": "L1" })),
        judged("not-before-its-day", &[l1()], level("L1"), json!({ "judged_at": day - 1 }), unmet("none")),
        judged(
            "before-its-sunset",
            &[report_with("FIDO_CERTIFIED_L1", "2024-01-01", json!({ "sunsetDate": "2024-05-14" }))],
            level("L1"),
            json!({ "judged_at": day - 1 }),
            json!({ "level": "L1" }),
        ),
        judged(
            "on-its-sunset",
            &[report_with("FIDO_CERTIFIED_L1", "2024-01-01", json!({ "sunsetDate": "2024-05-14" }))],
            level("L1"),
            json!({ "judged_at": day }),
            unmet("none"),
        ),
        judged(
            "certified-for-newer-firmware",
            &[report_with("FIDO_CERTIFIED_L1", "2024-05-14", json!({ "authenticatorVersion": 6 }))],
            level("L1"),
            json!({ "model": { "firmware": 5 } }),
            unmet("none"),
        ),
        judged(
            "certified-for-this-firmware",
            &[report_with("FIDO_CERTIFIED_L1", "2024-05-14", json!({ "authenticatorVersion": 5 }))],
            level("L1"),
            json!({ "model": { "firmware": 5 } }),
            json!({ "level": "L1" }),
        ),
        judged(
            "firmware-is-not-known",
            &[report_with("FIDO_CERTIFIED_L1", "2024-05-14", json!({ "authenticatorVersion": 6 }))],
            level("L1"),
            none(),
            json!({ "level": "L1" }),
        ),
        judged(
            "unknown-status",
            &[report("ORBITED", "2024-05-14"), l1()],
            level("L1"),
            none(),
            json!({ "level": "L1" }),
        ),
    ]);
    // FIPS: an axis of its own.
    let fips = |level: u8, revision: Value, physical: Value| json!({ "min_fips": { "level": level, "revision": revision, "physical": physical } });
    let certified = |level: u8, revision: u8, physical: u8| {
        report_with(
            &format!("FIPS140_CERTIFIED_L{level}"),
            "2024-05-14",
            json!({ "fipsRevision": revision, "fipsPhysicalSecurityLevel": physical }),
        )
    };
    let below = |fips: u8| json!({ "accept": false, "reasons": ["fips-below"], "fips": fips });
    cases.extend([
        judged(
            "fips-met",
            &[certified(2, 3, 3), l1()],
            fips(2, json!(3), json!(3)),
            none(),
            json!({ "fips": 2, "level": "L1" }),
        ),
        judged("fips-level-below", &[certified(1, 3, 3)], fips(2, json!(null), json!(null)), none(), below(1)),
        judged("fips-revision-below", &[certified(2, 2, 3)], fips(2, json!(3), json!(null)), none(), below(2)),
        judged("fips-physical-below", &[certified(2, 3, 2)], fips(2, json!(null), json!(3)), none(), below(2)),
        judged(
            "fips-by-two-reports",
            &[certified(3, 2, 3), certified(2, 3, 3)],
            fips(3, json!(3), json!(null)),
            none(),
            below(3),
        ),
        judged(
            "fips-revision-of-a-fido-report",
            &[report_with("FIDO_CERTIFIED_L1", "2024-05-14", json!({ "fipsRevision": 3 }))],
            fips(1, json!(null), json!(null)),
            none(),
            json!({ "accept": false, "reasons": ["fips-below"], "fips": null }),
        ),
        judged(
            "fips-is-no-level",
            &[certified(4, 3, 4)],
            level("L1"),
            none(),
            json!({ "accept": false, "reasons": ["level-below"], "fips": 4, "level": "none" }),
        ),
    ]);
    // Incidents: whatever was certified before or after.
    for incident in [
        "REVOKED",
        "RETIRED",
        "USER_VERIFICATION_BYPASS",
        "ATTESTATION_KEY_COMPROMISE",
        "USER_KEY_REMOTE_COMPROMISE",
        "USER_KEY_PHYSICAL_COMPROMISE",
    ] {
        let reason = incident.to_lowercase().replace('_', "-");
        let mut expect = refused(&[&reason]);
        expect["incidents"] = json!([incident]);
        cases.push(judged(
            &format!("incident-{reason}"),
            &[report(incident, "2024-05-14"), report("FIDO_CERTIFIED_L1", "2025-01-01")],
            none(),
            none(),
            expect,
        ));
        let others: Vec<_> = ["REVOKED", "RETIRED"].into_iter().filter(|one| *one != incident).collect();
        let others = json!({ "refuse": others });
        cases.push(judged(
            &format!("incident-{reason}-let-pass"),
            &[report(incident, "2024-05-14")],
            others,
            none(),
            json!({ "incidents": [incident] }),
        ));
    }
    let revoked = || report("REVOKED", "2024-05-14");
    let mut two = refused(&["revoked", "level-below"]);
    two["incidents"] = json!(["REVOKED"]);
    cases.extend([
        judged(
            "incident-first-in-the-array",
            &[revoked(), report("NOT_FIDO_CERTIFIED", "2023-11-07")],
            none(),
            none(),
            json!({ "accept": false, "reasons": ["revoked"], "incidents": ["REVOKED"] }),
        ),
        judged("incident-tomorrow", &[revoked()], none(), json!({ "judged_at": day - 1 }), json!({})),
        judged("all-reasons", &[revoked()], level("L1"), none(), two),
    ]);
    // Batches.
    let ((_, first), (_, second)) = (batch_key(1), batch_key(2));
    let batch = |certificate: Value| {
        report_with("ATTESTATION_KEY_COMPROMISE", "2024-05-14", json!({ "batchCertificate": certificate }))
    };
    let chain = |der: &[u8]| json!({ "model": { "chain": [base64url(der)] } });
    let compromised = || json!({ "accept": false, "reasons": ["attestation-key-compromise"], "incidents": ["ATTESTATION_KEY_COMPROMISE"] });
    cases.extend([
        judged("batch-of-the-chain", &[batch(base64(&first).into())], none(), chain(&first), compromised()),
        judged("batch-of-others", &[batch(base64(&first).into())], none(), chain(&second), json!({})),
        judged("batch-and-unknown-chain", &[batch(base64(&first).into())], none(), none(), compromised()),
        judged(
            "revoked-with-a-certificate-of-others",
            &[report_with("REVOKED", "2024-05-14", json!({ "certificate": base64(&first) }))],
            none(),
            chain(&second),
            json!({ "accept": false, "reasons": ["revoked"], "incidents": ["REVOKED"] }),
        ),
        judged("batch-that-cannot-be-read", &[batch("AAAA".into())], none(), chain(&second), compromised()),
    ]);
    // Updates.
    let update =
        |date: &str, version: Value| report_with("UPDATE_AVAILABLE", date, json!({ "authenticatorVersion": version }));
    let bypass = || report("USER_VERIFICATION_BYPASS", "2024-05-14");
    let firmware = |version: u32| json!({ "model": { "firmware": version } });
    let bypassed = || json!({ "accept": false, "reasons": ["user-verification-bypass"], "incidents": ["USER_VERIFICATION_BYPASS"] });
    cases.extend([
        judged("update-installed", &[bypass(), update("2024-05-14", json!(5))], none(), firmware(5), json!({})),
        judged("update-not-installed", &[bypass(), update("2024-06-14", json!(5))], none(), firmware(4), bypassed()),
        judged("update-and-unknown-firmware", &[bypass(), update("2024-06-14", json!(5))], none(), none(), bypassed()),
        judged(
            "update-before-the-incident",
            &[bypass(), update("2024-04-14", json!(5))],
            none(),
            firmware(5),
            bypassed(),
        ),
        judged(
            "update-does-not-resolve",
            &[bypass(), update("2024-06-14", json!(5))],
            json!({ "update_resolves": false }),
            firmware(5),
            bypassed(),
        ),
        judged(
            "update-never-ends-revoked",
            &[revoked(), update("2024-06-14", json!(5))],
            none(),
            firmware(5),
            json!({ "accept": false, "reasons": ["revoked"], "incidents": ["REVOKED"] }),
        ),
        judged(
            "update-above-the-statement",
            &[bypass(), update("2024-06-14", json!(6))],
            none(),
            firmware(6),
            json!({ "accept": false, "found": "unreadable", "reasons": ["entry-unreadable"], "incidents": null }),
        ),
        judged(
            "update-alone-above-the-statement",
            &[l1(), update("2024-06-14", json!(6))],
            none(),
            firmware(6),
            json!({}),
        ),
    ]);
    // Which entry.
    let absent = |id: &str, change: Value, accept: bool| {
        let expect = json!({ "accept": accept, "found": "absent", "reasons": if accept { json!([]) } else { json!(["not-in-metadata"]) } });
        let mut case = of_entries("status", id, &[entry(OTHER, &[], &[])], change, expect);
        case["model"] = json!({ "aaguid": MODEL });
        case
    };
    let identifier = "aB".repeat(20);
    let u2f = json!({ "attestationCertificateKeyIdentifiers": ["short", identifier], "statusReports": [l1()], "metadataStatement": {} });
    let by_key = |id: &str, key: String, expect: Value| {
        let mut case = of_entries("status", id, std::slice::from_ref(&u2f), none(), expect);
        case["model"] = json!({ "key_identifier": key });
        case
    };
    let twice = |id: &str, entries: &[Value], expect: Value| {
        let mut case = of_entries("status", id, entries, none(), expect);
        case["model"] = json!({ "aaguid": MODEL });
        case
    };
    let of = |reports: &[Value]| entry(MODEL, reports, &[]);
    let mut unreadable = of(&[]);
    unreadable["statusReports"] = json!(5);
    let found_unreadable = || json!({ "accept": false, "found": "unreadable", "reasons": ["entry-unreadable"] });
    cases.extend([
        absent("absent", none(), false),
        absent("absent-and-accepted", json!({ "unknown_model": "accept" }), true),
        by_key("key-identifier", "ab".repeat(20), json!({ "accept": true, "found": "entry", "level": "L1" })),
        by_key("key-identifier-of-another", "ac".repeat(20), json!({ "accept": false, "found": "absent" })),
        twice(
            "two-entries",
            &[of(&[l1()]), of(&[revoked()])],
            json!({ "accept": false, "found": "entry", "reasons": ["revoked"], "incidents": ["REVOKED"] }),
        ),
        twice("two-entries-one-unreadable", &[unreadable.clone(), of(&[l1()])], found_unreadable()),
        twice("unreadable", &[unreadable.clone()], found_unreadable()),
    ]);
    let mut open = of_entries(
        "status",
        "unreadable-under-an-open-policy",
        &[unreadable],
        json!({ "unknown_model": "accept", "refuse": [] }),
        found_unreadable(),
    );
    open["model"] = json!({ "aaguid": MODEL });
    cases.push(open);
    cases.extend(ids_that_occur_twice());
    cases
}

/// An entry whose id occurs twice is about one of both, so each of them is unreadable, also where another entry has it.
fn ids_that_occur_twice() -> Vec<Value> {
    let (first, second) = ("ab".repeat(20), "cd".repeat(20));
    let revoked = entry(OTHER, &[report("REVOKED", "2024-05-14")], &[]);
    let mut u2f = revoked.clone();
    u2f.as_object_mut().unwrap().remove("aaguid");
    u2f["attestationCertificateKeyIdentifiers"] = json!([first]);
    let good = entry(MODEL, &[report("FIDO_CERTIFIED_L1", "2024-05-14")], &[]);
    let other = format!("\"aaguid\":\"{OTHER}\"");
    let with = |name: &str| format!("{other},\"{name}\":\"{MODEL}\"");
    let lists = "\"attestationCertificateKeyIdentifiers\":[";
    let open = || json!({ "unknown_model": "accept", "refuse": [] });
    let of = |id: &str, entries: &[Value], from: &str, to: &str, model: Value| {
        let service = Service::new(&payload(entries)).with(|service| {
            assert!(service.payload.contains(from), "{id}");
            service.payload = service.payload.replacen(from, to, 1);
        });
        let expect = json!({ "accept": false, "found": "unreadable", "reasons": ["entry-unreadable"] });
        let mut case = case(&format!("status/{id}"), "status", &service, service.blob(), expect);
        (case["policy"], case["model"]) = (policy(open()), model);
        case
    };
    let one = std::slice::from_ref(&revoked);
    vec![
        of("aaguid-twice", one, &other, &with("aaguid"), json!({ "aaguid": MODEL })),
        of("aaguid-twice-the-first", one, &other, &with("aaguid"), json!({ "aaguid": OTHER })),
        of("aaguid-twice-by-an-escape", one, &other, &with("aagu\\u0069d"), json!({ "aaguid": MODEL })),
        of(
            "aaguid-twice-beside-a-good-entry",
            &[revoked.clone(), good],
            &other,
            &with("aaguid"),
            json!({ "aaguid": MODEL }),
        ),
        of(
            "key-identifiers-twice",
            &[u2f],
            &format!("{lists}\"{first}\"]"),
            &format!("{lists}\"{first}\"],{lists}\"{second}\"]"),
            json!({ "key_identifier": second }),
        ),
    ]
}

/// The certificates of a registration.
fn x5c(registration: &Registration) -> Vec<Vec<u8>> {
    let posted = registration.make();
    let object = AttestationObject::read(&posted.attestation_object, Quirks::NONE).unwrap();
    let x5c = object.statement().map().and_then(|map| map.get("x5c")).and_then(|value| value.array()).unwrap();
    x5c.iter().filter_map(cbor::Value::bytes).map(<[u8]>::to_vec).collect()
}

pub(crate) fn aaguid_of(registration: &Registration) -> String {
    let bytes = registration.clone().authenticator_data.attested().aaguid.clone();
    wardkey::authenticator::Aaguid::from_bytes(bytes.try_into().unwrap()).to_string()
}

/// The subjectKeyIdentifier of a certificate, which the software authenticator makes of the key (method 1).
fn key_identifier(der: &[u8]) -> String {
    let head = [0x55, 0x1d, 0x0e, 0x04, 0x16, 0x04, 0x14];
    let at = der.windows(head.len()).position(|window| window == head).unwrap() + head.len();
    der[at..at + 20].iter().map(|byte| format!("{byte:02X}")).collect()
}

fn registration(id: &str, made: &Registration, entries: &[Value], change: Value, expect: Value) -> Value {
    let mut case = of_entries("registration", id, entries, change, expect);
    let mut vector: Value = serde_json::from_str(&Vector::registration("x", made).line()).unwrap();
    vector["expected"]["trust_anchors"] = json!([]);
    for member in ["id", "verdict", "source"] {
        vector.as_object_mut().unwrap().remove(member);
    }
    case["vector"] = vector;
    case
}

fn packed(id: &str) -> Registration {
    Registration::new(&format!("metadata.{id}"), Algorithm::Es256).format(Packed::new())
}

fn registrations() -> Vec<Value> {
    let none = || json!({});
    let accepted = |attested: bool| json!({ "accept": true, "reasons": [], "attested": attested });
    let l1 = || report("FIDO_CERTIFIED_L1", "2024-05-14");
    let (plain, model) = (packed("packed"), aaguid_of(&packed("packed")));
    let roots = plain.expected.trust_anchors.clone();
    let of = |id: &str, reports: &[Value], change: Value, expect: Value| {
        registration(id, &plain, &[entry(&model, reports, &roots)], change, expect)
    };
    let stranger = vec![Authority::root("metadata.stranger", Algorithm::Es256).der()];
    let leaf = x5c(&plain).remove(0);
    let with_roots = |id: &str, text: String, expect: Value| {
        let mut entry = entry(&model, &[l1()], &[]);
        entry["metadataStatement"]["attestationRootCertificates"] = json!([text]);
        registration(id, &plain, &[entry], none(), expect)
    };
    let root = base64(&roots[0]);
    let u2f = Registration::new("metadata.u2f", Algorithm::Es256).format(FidoU2f::new());
    let u2f_entry = |identifier: String| {
        let mut entry = entry(OTHER, &[l1()], &u2f.expected.trust_anchors);
        entry.as_object_mut().unwrap().remove("aaguid");
        entry["metadataStatement"].as_object_mut().unwrap().remove("aaguid");
        entry["attestationCertificateKeyIdentifiers"] = json!([identifier]);
        entry
    };
    let mut u2f_unreadable = entry(&aaguid_of(&u2f), &[], &[]);
    u2f_unreadable["statusReports"] = json!(5);
    let identifier = key_identifier(&x5c(&u2f)[0]);
    let unattested = Registration::new("metadata.none", Algorithm::Es256)
        .expecting(|expected| (expected.accept_none, expected.accept_self) = (true, true));
    let claimed = aaguid_of(&unattested);
    let none_of = |id: &str, reports: &[Value], change: Value, expect: Value| {
        registration(id, &unattested, &[entry(&claimed, reports, &[])], change, expect)
    };
    let bypass = [
        report("USER_VERIFICATION_BYPASS", "2024-05-14"),
        report_with("UPDATE_AVAILABLE", "2024-06-14", json!({ "authenticatorVersion": 5 })),
    ];
    let version = |id: &str, number: u32, expect: Value| {
        let format =
            Packed::new().leaf(move |leaf| leaf.set(Extension::new(extension::FIRMWARE_VERSION, der::integer(number))));
        let made = Registration::new(&format!("metadata.{id}"), Algorithm::Es256).format(format);
        let roots = made.expected.trust_anchors.clone();
        registration(id, &made, &[entry(&aaguid_of(&made), &bypass, &roots)], none(), expect)
    };
    let batch = |certificate: &[u8]| {
        report_with("ATTESTATION_KEY_COMPROMISE", "2024-05-14", json!({ "certificate": base64(certificate) }))
    };
    let broken = plain.clone().authenticator_data(|data| data.clear_flags(flags::UP));
    let mut unreadable = entry(&model, &[], &roots);
    unreadable["statusReports"] = json!({});
    let against = || json!({ "claims": "against" });
    vec![
        of("packed", &[l1()], json!({ "min_level": "L1" }), accepted(true)),
        of("level-below", &[l1()], json!({ "min_level": "L2" }), refused(&["level-below"])),
        of(
            "level-below-and-revoked",
            &[report("REVOKED", "2024-05-14")],
            json!({ "min_level": "L1" }),
            refused(&["level-below", "revoked"]),
        ),
        of("revoked-tomorrow", &[report("REVOKED", "2026-11-24")], none(), accepted(true)),
        of("batch-of-the-leaf", &[batch(&leaf)], none(), refused(&["attestation-key-compromise"])),
        of("batch-of-the-root", &[batch(&roots[0])], none(), refused(&["attestation-key-compromise"])),
        of("batch-of-others", &[batch(&stranger[0])], none(), accepted(true)),
        version("firmware-updated", 5, accepted(true)),
        version("firmware-not-updated", 4, refused(&["user-verification-bypass"])),
        registration(
            "untrusted",
            &plain,
            &[entry(&model, &[report("REVOKED", "2024-05-14")], &stranger)],
            none(),
            refused(&["untrusted"]),
        ),
        registration("no-anchors", &plain, &[entry(&model, &[l1()], &[])], none(), refused(&["untrusted"])),
        registration(
            "anchors-of-another-model",
            &plain,
            &[entry(OTHER, &[l1()], &roots), entry(&model, &[l1()], &stranger)],
            none(),
            refused(&["untrusted"]),
        ),
        registration(
            "anchors-of-two-entries",
            &plain,
            &[entry(&model, &[l1()], &stranger), entry(&model, &[l1()], &roots)],
            none(),
            accepted(true),
        ),
        registration("leaf-is-the-anchor", &plain, &[entry(&model, &[l1()], &[leaf])], none(), accepted(true)),
        registration("absent", &plain, &[entry(OTHER, &[l1()], &roots)], none(), refused(&["not-in-metadata"])),
        registration(
            "absent-and-accepted",
            &plain,
            &[entry(OTHER, &[l1()], &roots)],
            json!({ "unknown_model": "accept" }),
            accepted(false),
        ),
        registration(
            "unreadable",
            &plain,
            &[unreadable],
            json!({ "unknown_model": "accept" }),
            refused(&["entry-unreadable"]),
        ),
        registration(
            "known-id",
            &plain.clone().expecting(|expected| expected.known_credential_ids = vec![plain.credential_id().to_vec()]),
            &[entry(&model, &[l1()], &roots)],
            none(),
            refused(&["ceremony"]),
        ),
        registration("ceremony", &broken, &[entry(&model, &[l1()], &roots)], none(), refused(&["ceremony"])),
        with_roots("anchor-with-white-space", format!("\n {}\t\r\n{} ", &root[..8], &root[8..]), accepted(true)),
        with_roots("anchor-with-a-form-feed", format!("\u{c}{root}"), refused(&["untrusted"])),
        with_roots(
            "anchor-in-base64url",
            root.replace('+', "-").replace('/', "_").replace('=', ""),
            refused(&["untrusted"]),
        ),
        with_roots("anchor-with-a-byte-more", base64(&[&roots[0][..], &[0]].concat()), refused(&["untrusted"])),
        registration("u2f", &u2f, &[u2f_entry(identifier.clone())], none(), accepted(false)),
        registration("u2f-of-another-key", &u2f, &[u2f_entry("00".repeat(20))], none(), refused(&["not-in-metadata"])),
        registration(
            "u2f-is-not-found-by-aaguid",
            &u2f,
            &[entry(&aaguid_of(&u2f), &[l1()], &u2f.expected.trust_anchors)],
            none(),
            refused(&["not-in-metadata"]),
        ),
        registration(
            "u2f-claims-revoked",
            &u2f,
            &[entry(&aaguid_of(&u2f), &[report("REVOKED", "2024-05-14")], &[])],
            json!({ "unknown_model": "accept" }),
            accepted(false),
        ),
        registration(
            "u2f-claims-revoked-against",
            &u2f,
            &[entry(&aaguid_of(&u2f), &[report("REVOKED", "2024-05-14")], &[])],
            json!({ "unknown_model": "accept", "claims": "against" }),
            refused(&["revoked"]),
        ),
        registration(
            "u2f-claims-unreadable-against",
            &u2f,
            &[u2f_unreadable],
            json!({ "unknown_model": "accept", "claims": "against" }),
            refused(&["entry-unreadable"]),
        ),
        registration(
            "u2f-absent-claims-revoked-against",
            &u2f,
            &[entry(&aaguid_of(&u2f), &[report("REVOKED", "2024-05-14")], &[])],
            against(),
            refused(&["not-in-metadata"]),
        ),
        none_of("none", &[], none(), accepted(false)),
        none_of("none-buys-no-level", &[l1()], json!({ "min_level": "L1" }), refused(&["not-attested"])),
        none_of("none-claims-revoked", &[report("REVOKED", "2024-05-14")], none(), accepted(false)),
        none_of("none-claims-revoked-against", &[report("REVOKED", "2024-05-14")], against(), refused(&["revoked"])),
        none_of("none-claims-nothing-bad", &[l1()], against(), accepted(false)),
        registration(
            "type-not-accepted",
            &unattested.clone().expecting(|expected| (expected.accept_none, expected.accept_self) = (false, false)),
            &[],
            none(),
            refused(&["type-not-accepted"]),
        ),
    ]
}

fn sign_ins() -> Vec<Value> {
    let root = Authority::root("metadata.anchor", Algorithm::Es256);
    let intermediate = Authority::intermediate("metadata.attestation", Algorithm::Es256, &root);
    let key = Key::new("metadata.leaf", Algorithm::Es256);
    let mut leaf = Certificate::new(
        intermediate.certificate.subject.clone(),
        Name::new("leaf", "wardkey", "Authenticator Attestation"),
        vec![9; 16],
        &key,
    );
    leaf.set(Extension::basic_constraints(false, None));
    leaf.set(Extension::subject_key_identifier(&key));
    let leaf = leaf.sign(&intermediate.key);
    let record = |more: Value| {
        let mut record = json!({
            "format": "packed", "aaguid": MODEL, "trust": "trusted", "registered_at": 1_778_112_000,
            "x5c": [base64url(&leaf), base64url(&intermediate.der())], "anchor": base64url(&root.der()),
        });
        merge(&mut record, more);
        record
    };
    let of = |id: &str, entries: &[Value], change: Value, more: Value, expect: Value| {
        let mut wanted = json!({ "decision": "accept", "reasons": [], "notes": [] });
        merge(&mut wanted, expect);
        let mut case = of_entries("sign-in", id, entries, change, wanted);
        case["record"] = record(more);
        case
    };
    let none = || json!({});
    let roots = || vec![root.der()];
    let l1 = || report("FIDO_CERTIFIED_L1", "2024-05-14");
    let entry_of = |reports: &[Value]| entry(MODEL, reports, &roots());
    let step_up = |reasons: &[&str]| json!({ "decision": "step_up", "reasons": reasons });
    let suspend = |reasons: &[&str]| json!({ "decision": "suspend", "reasons": reasons });
    let mut reissued = root.clone();
    reissued.certificate.serial_number = vec![5; 16];
    let stranger = Authority::root("metadata.stranger", Algorithm::Es256).der();
    let mut unreadable = entry_of(&[]);
    unreadable["statusReports"] = json!(1);
    let broken = unreadable.clone();
    let open = || json!({ "unknown_model": "accept", "step_up": [] });
    let unattested = || json!({ "format": "none", "trust": "no_certificates", "x5c": [], "anchor": null });
    let update = || report_with("UPDATE_AVAILABLE", "2024-06-14", json!({ "authenticatorVersion": 5 }));
    let batch =
        |der: &[u8]| report_with("ATTESTATION_KEY_COMPROMISE", "2024-05-14", json!({ "certificate": base64(der) }));
    let u2f = |identifier: String, reports: &[Value]| {
        let mut entry = entry_of(reports);
        entry.as_object_mut().unwrap().remove("aaguid");
        entry["attestationCertificateKeyIdentifiers"] = json!([identifier]);
        entry
    };
    let mut cases = vec![
        of("as-before", &[entry_of(&[l1()])], none(), none(), none()),
        of("revoked", &[entry_of(&[report("REVOKED", "2024-05-14")])], none(), none(), suspend(&["revoked"])),
        of(
            "revoked-and-level",
            &[entry_of(&[report("REVOKED", "2024-05-14")])],
            json!({ "min_level": "L1" }),
            none(),
            suspend(&["revoked", "level-below"]),
        ),
        of("retired", &[entry_of(&[report("RETIRED", "2024-05-14")])], none(), none(), step_up(&["retired"])),
        of("in-no-list", &[entry_of(&[report("RETIRED", "2024-05-14")])], json!({ "step_up": [] }), none(), none()),
        of("level-below", &[entry_of(&[l1()])], json!({ "min_level": "L2" }), none(), step_up(&["level-below"])),
        of("gone", &[entry(OTHER, &[], &[])], none(), none(), step_up(&["not-in-metadata"])),
        of("gone-open", &[entry(OTHER, &[], &[])], open(), none(), json!({ "notes": ["not-in-metadata"] })),
        of(
            "unreadable-and-revoked",
            &[entry_of(&[report("REVOKED", "2024-05-14")]), broken],
            none(),
            none(),
            suspend(&["entry-unreadable", "revoked"]),
        ),
        of(
            "unreadable-and-all-reasons-of-the-other",
            &[entry(MODEL, &[l1(), update()], std::slice::from_ref(&stranger)), unreadable.clone()],
            json!({ "min_level": "L2" }),
            none(),
            step_up(&["entry-unreadable", "level-below", "anchor-gone", "update-available"]),
        ),
        of("unreadable", &[unreadable], open(), none(), step_up(&["entry-unreadable"])),
        of(
            "anchor-gone",
            &[entry(MODEL, &[l1()], std::slice::from_ref(&stranger))],
            none(),
            none(),
            step_up(&["anchor-gone"]),
        ),
        of("anchor-reissued", &[entry(MODEL, &[l1()], &[reissued.der()])], none(), none(), none()),
        of("anchor-is-the-intermediate", &[entry(MODEL, &[l1()], &[intermediate.der()])], none(), none(), none()),
        of("anchor-is-the-leaf", &[entry(MODEL, &[l1()], std::slice::from_ref(&leaf))], none(), none(), none()),
        of(
            "the-leaf-was-the-anchor",
            &[entry(MODEL, &[l1()], &[intermediate.der()])],
            none(),
            json!({ "anchor": base64url(&leaf) }),
            step_up(&["anchor-gone"]),
        ),
        of("anchors-added", &[entry(MODEL, &[l1()], &[stranger.clone(), root.der()])], none(), none(), none()),
        of(
            "batch-of-the-intermediate",
            &[entry_of(&[batch(&intermediate.der())])],
            none(),
            none(),
            step_up(&["attestation-key-compromise"]),
        ),
        of("batch-of-others", &[entry_of(&[batch(&stranger)])], none(), none(), none()),
        of("update-available", &[entry_of(&[update()])], none(), none(), step_up(&["update-available"])),
        of("update-is-noted", &[entry_of(&[update()])], open(), none(), json!({ "notes": ["update-available"] })),
        of("update-installed", &[entry_of(&[update()])], none(), json!({ "firmware": 5 }), none()),
        of(
            "unattested",
            &[entry_of(&[report("REVOKED", "2024-05-14")])],
            none(),
            unattested(),
            json!({ "notes": ["not-attested"] }),
        ),
        of(
            "unattested-and-a-level",
            &[entry_of(&[l1()])],
            json!({ "min_level": "L1" }),
            unattested(),
            step_up(&["not-attested"]),
        ),
        of(
            "unattested-claims-against",
            &[entry_of(&[report("REVOKED", "2024-05-14")])],
            json!({ "claims": "against" }),
            unattested(),
            json!({ "decision": "suspend", "reasons": ["revoked"], "notes": ["not-attested"] }),
        ),
        of(
            "unattested-firmware-ends-nothing",
            &[entry_of(&[report("USER_VERIFICATION_BYPASS", "2024-05-14"), update()])],
            json!({ "claims": "against", "suspend": ["USER_VERIFICATION_BYPASS"], "update_resolves": true }),
            json!({ "format": "none", "trust": "no_certificates", "x5c": [], "anchor": null, "firmware": 5 }),
            json!({ "decision": "suspend", "reasons": ["user-verification-bypass"], "notes": ["not-attested"] }),
        ),
        of("u2f", &[u2f(key_identifier(&leaf), &[l1()])], none(), json!({ "format": "fido-u2f" }), none()),
        of(
            "u2f-revoked",
            &[u2f(key_identifier(&leaf), &[report("REVOKED", "2024-05-14")])],
            none(),
            json!({ "format": "fido-u2f" }),
            suspend(&["revoked"]),
        ),
        of(
            "u2f-is-not-found-by-aaguid",
            &[entry_of(&[l1()])],
            none(),
            json!({ "format": "fido-u2f" }),
            step_up(&["not-in-metadata"]),
        ),
    ];
    let mut stale = of("stale-is-noted", &[entry_of(&[l1()])], none(), none(), json!({ "notes": ["metadata-stale"] }));
    stale["at"] = json!(1_796_169_600);
    cases.push(stale);
    cases
}
