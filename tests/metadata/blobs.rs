//! Cases about BLOBs: form, header, algorithm, certification path, name, signature, payload, number, freshness, revocation.

use crate::make::{HOST, MODEL, OTHER, Service, base64, base64url, case, dns_name, entry, merge, payload, report};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Value, json};
use wardkey_authenticator::extension::{KEY_USAGE, SUBJECT_ALT_NAME};
use wardkey_authenticator::{Algorithm, Authority, Extension, Key, Name, RevocationList, der};

fn good() -> Value {
    json!({ "accept": true, "no": 291, "next_update": "2026-12-01", "fresh": true, "entries": 1, "skipped": 0 })
}

fn bad(classes: &[&str]) -> Value {
    json!({ "accept": false, "class": classes })
}

fn plain() -> Value {
    payload(&[entry(MODEL, &[report("FIDO_CERTIFIED_L1", "2024-05-14")], &[])])
}

fn with(mut case: Value, more: Value) -> Value {
    merge(&mut case, more);
    case
}

pub(crate) fn cases() -> Vec<Value> {
    [form(), header(), algorithm(), chain(), name(), signature(), contents(), number(), revocation()].concat()
}

fn form() -> Vec<Value> {
    let service = Service::new(&plain());
    let blob = service.blob();
    let parts: Vec<&str> = blob.split('.').collect();
    [
        ("two-parts", format!("{}.{}", parts[0], parts[1])),
        ("four-parts", format!("{blob}.")),
        ("dots", "..".to_owned()),
        ("empty", String::new()),
        ("html", "<!DOCTYPE html><html><body>503</body></html>".to_owned()),
        ("newline", format!("{blob}\n")),
        ("space-before", format!(" {blob}")),
        ("padding", format!("{}=.{}.{}", parts[0], parts[1], parts[2])),
        ("dot-in-payload", format!("{}.{}.{}.{}", parts[0], &parts[1][..8], &parts[1][8..], parts[2])),
        ("standard-alphabet", format!("{}+/.{}.{}", parts[0], parts[1], parts[2])),
    ]
    .into_iter()
    .map(|(name, blob)| case(&format!("blob/form-{name}"), "blob", &service, blob, bad(&["jws"])))
    .collect()
}

fn header() -> Vec<Value> {
    let service = Service::new(&plain());
    let x5c: Vec<String> = service.x5c().iter().map(|der| base64(der)).collect();
    let of = |name: &str, header: Value| {
        service
            .clone()
            .with(|service| merge(&mut service.header, header))
            .case(&format!("blob/header-{name}"), bad(&["header"]))
    };
    let text = |name: &str, header: String, expect: Value| {
        case(&format!("blob/header-{name}"), "blob", &service, service.sign(header.as_bytes()), expect)
    };
    let list = serde_json::to_string(&x5c).unwrap();
    vec![
        of("crit", json!({ "crit": ["exp"] })),
        of("jwk", json!({ "jwk": {} })),
        of("jku", json!({ "jku": "https://evil.example" })),
        of("x5u", json!({ "x5u": "https://evil.example" })),
        of("x5c-empty", json!({ "x5c": [] })),
        of("x5c-eleven", json!({ "x5c": vec![x5c[0].clone(); 11] })),
        of("x5c-base64url", json!({ "x5c": [x5c[0].replace('+', "-").replace('/', "_").replace('=', "")] })),
        text("no-x5c", json!({ "alg": "ES256" }).to_string(), bad(&["header"])),
        text("not-json", "{".into(), bad(&["header"])),
        text("twice", format!(r#"{{"alg":"ES256","alg":"ES256","x5c":{list}}}"#), bad(&["header"])),
        text("unknown-member", format!(r#"{{"more":[1],"alg":"ES256","x5c":{list}}}"#), good()),
        text("escaped-solidus", format!(r#"{{"alg":"ES256","x5c":{}}}"#, list.replace('/', "\\/")), good()),
    ]
}

fn algorithm() -> Vec<Value> {
    use Algorithm::{EdDsa, Es256, Es384, Es512, Ps256, Ps384, Ps512, Rs256, Rs384, Rs512};
    let mut cases: Vec<Value> = [Es256, Es384, Es512, EdDsa, Rs256, Rs384, Rs512, Ps256, Ps384, Ps512]
        .into_iter()
        .map(|algorithm| {
            let alg = if algorithm == EdDsa { "EdDSA" } else { algorithm.name() };
            let service = Service::by(algorithm, &plain()).with(|service| service.header["alg"] = alg.into());
            service.case(&format!("blob/algorithm-{}", alg.to_lowercase()), good())
        })
        .collect();
    for alg in ["none", "HS256", "RS1", "RS256", "ES384", "ES256K", "EdDSA", "es256", ""] {
        let service = Service::new(&plain()).with(|service| service.header["alg"] = alg.into());
        cases.push(service.case(&format!("blob/algorithm-says-{alg}"), bad(&["algorithm"])));
    }
    cases
}

fn chain() -> Vec<Value> {
    let service = || Service::new(&plain());
    let of = |name: &str, change: fn(&mut Service), expect: Value| {
        service().with(change).case(&format!("blob/chain-{name}"), expect)
    };
    let old = Authority::root("metadata.old-root", Algorithm::Es256);
    let plain_service = service();
    let mut cross = plain_service.root.clone();
    (cross.issuer, cross.certificate.issuer) = (old.key.clone(), old.certificate.subject.clone());
    let crossed = service().with(|service| {
        let x5c = [service.x5c(), vec![cross.der()]].concat();
        service.header["x5c"] = x5c.iter().map(|der| base64(der)).collect();
    });
    vec![
        of("plain", |_| {}, good()),
        crossed.case("blob/chain-new-root-cross-signed", good()),
        with(crossed.case("blob/chain-old-root-of-cross-signed", good()), json!({ "roots": [base64url(&old.der())] })),
        with(service().case("blob/chain-another-root", bad(&["chain"])), json!({ "roots": [base64url(&old.der())] })),
        with(service().case("blob/chain-no-roots", bad(&["chain"])), json!({ "roots": [] })),
        of("expired", |service| service.leaf.not_after = der::utc_time("251122000000Z"), bad(&["chain"])),
        of("not-yet-valid", |service| service.leaf.not_before = der::utc_time("270101000000Z"), bad(&["chain"])),
        of("leaf-is-ca", |service| service.leaf.set(Extension::basic_constraints(true, None)), bad(&["chain"])),
        of("leaf-may-not-sign", |service| service.leaf.set(Extension::certificate_signing()), bad(&["chain"])),
        of("leaf-without-key-usage", |service| service.leaf.remove(KEY_USAGE), good()),
        of(
            "intermediate-is-no-ca",
            |service| service.intermediate.certificate.set(Extension::basic_constraints(false, None)),
            bad(&["chain"]),
        ),
        of("root-has-expired", |service| service.root.certificate.not_after = der::utc_time("250101000000Z"), good()),
        of(
            "reversed",
            |service| {
                let x5c = service.x5c();
                service.header["x5c"] = x5c.iter().rev().map(|der| base64(der)).collect();
            },
            bad(&["chain"]),
        ),
        of("garbage", |service| service.header["x5c"] = json!([base64(b"no certificate")]), bad(&["chain", "header"])),
    ]
}

fn name() -> Vec<Value> {
    let of = |name: &str, names: Option<&[&str]>, common_name: &str, expect: Value| {
        let service = Service::new(&plain()).with(|service| {
            service.leaf.remove(SUBJECT_ALT_NAME);
            if let Some(names) = names {
                let names: Vec<Vec<u8>> = names.iter().map(|name| dns_name(name)).collect();
                service.leaf.set(Extension::subject_alt_name(&names.iter().map(Vec::as_slice).collect::<Vec<_>>()));
            }
            service.leaf.subject = Name::new(common_name, "wardkey", "Metadata Service");
        });
        service.case(&format!("blob/name-{name}"), expect)
    };
    let other = "metadata.example.net";
    vec![
        of("second", Some(&[other, HOST]), "x", good()),
        of("another", Some(&[other]), HOST, bad(&["name"])),
        of("wildcard", Some(&["*.fidoalliance.org"]), "x", bad(&["name"])),
        of("longer", Some(&["mds.fidoalliance.org.example"]), "x", bad(&["name"])),
        of("common-name-alone", None, HOST, good()),
        of("no-name", None, "x", bad(&["name"])),
        with(of("another-service", Some(&[other]), "x", good()), json!({ "leaf_name": other })),
        with(of("any", Some(&[other]), "x", good()), json!({ "leaf_name": null })),
    ]
}

fn signature() -> Vec<Value> {
    let service = Service::new(&plain());
    let blob = service.blob();
    let (signed, signature) = blob.rsplit_once('.').unwrap();
    let raw = URL_SAFE_NO_PAD.decode(signature).unwrap();
    let (r, s) = raw.split_at(32);
    let other = Service::new(&payload(&[])).blob();
    let foreign = service.clone().with(|service| service.key = Key::new("metadata.stranger", Algorithm::Es256));
    let x5c: Value = service.x5c().iter().map(|der| base64(der)).collect();
    let foreign = foreign.with(|service| service.header["x5c"] = x5c);
    let of =
        |name: &str, blob: String| case(&format!("blob/signature-{name}"), "blob", &service, blob, bad(&["signature"]));
    vec![
        of("of-another-key", foreign.blob()),
        of("of-another-blob", format!("{signed}.{}", other.rsplit_once('.').unwrap().1)),
        of("der", format!("{signed}.{}", base64url(&service.key.sign(signed.as_bytes())))),
        of("short", format!("{signed}.{}", &signature[..84])),
        of("leading-zeros", format!("{signed}.{}", base64url(&[&[0], r, &[0], s].concat()))),
        of("zero", format!("{signed}.{}", base64url(&[0; 64]))),
    ]
}

fn contents() -> Vec<Value> {
    let of = |name: &str, payload: String, expect: Value| {
        let service = Service::new(&plain()).with(|service| service.payload = payload);
        service.case(&format!("blob/payload-{name}"), expect)
    };
    let text = plain().to_string();
    let replaced = |from: &str, to: &str| {
        assert!(text.contains(from), "{from}");
        text.replace(from, to)
    };
    let changed = |entry_change: fn(&mut Value)| {
        let mut broken = entry(OTHER, &[report("REVOKED", "2024-05-14")], &[]);
        entry_change(&mut broken);
        let good = entry(MODEL, &[report("FIDO_CERTIFIED_L1", "2024-05-14")], &[]);
        payload(&[broken, good]).to_string()
    };
    let entry_of = |name: &str, change: fn(&mut Value), readable: bool| {
        let expect = json!({ "accept": true, "entries": 1 + u8::from(readable), "skipped": 1 - u8::from(readable) });
        of(&format!("entry-{name}"), changed(change), expect)
    };
    let payload_bad = || bad(&["payload"]);
    vec![
        of("no-2-53", replaced(":291", ":9007199254740992"), payload_bad()),
        of(
            "no-greatest",
            replaced(":291", ":9007199254740991"),
            json!({ "accept": true, "no": 9_007_199_254_740_991_u64 }),
        ),
        of("no-negative", replaced(":291", ":-1"), payload_bad()),
        of("no-fraction", replaced(":291", ":291.5"), payload_bad()),
        of("no-text", replaced(":291", ":\"291\""), payload_bad()),
        of("no-missing", replaced("\"no\"", "\"number\""), payload_bad()),
        of("no-twice", replaced("\"no\":291", "\"no\":291,\"no\":291"), payload_bad()),
        of("date-short", replaced("2026-12-01", "2026-12-1"), payload_bad()),
        of("date-of-no-day", replaced("2026-12-01", "2026-11-31"), payload_bad()),
        of(
            "date-missing",
            replaced("\"nextUpdate\"", "\"later\""),
            json!({ "accept": true, "next_update": null, "fresh": null }),
        ),
        of("entries-object", replaced("\"entries\":[", "\"entries\":{},\"more\":["), payload_bad()),
        of("entries-missing", replaced("\"entries\"", "\"more\""), payload_bad()),
        of("entries-none", payload(&[]).to_string(), json!({ "accept": true, "entries": 0, "skipped": 0 })),
        of("unknown-twice", replaced("\"no\":291", "\"no\":291,\"a\":1,\"a\":2"), payload_bad()),
        of("unknown-member", replaced("\"no\":291", "\"no\":291,\"a\":{\"b\":[1e999]}"), good()),
        of("array", format!("[{text}]"), payload_bad()),
        of("bom", format!("\u{feff}{text}"), payload_bad()),
        of("two-values", format!("{text}{{}}"), payload_bad()),
        of("trailing-comma", replaced("\"no\":291", "\"no\":291,,\"a\":1"), payload_bad()),
        entry_of("null", |entry| *entry = Value::Null, false),
        entry_of("number", |entry| *entry = json!(5), false),
        entry_of("array", |entry| *entry = json!([{ "aaguid": OTHER }]), false),
        entry_of("aaguid-number", |entry| entry["aaguid"] = json!(5), false),
        entry_of("aaguid-without-groups", |entry| entry["aaguid"] = OTHER.replace('-', "").into(), false),
        entry_of("aaguid-upper-case", |entry| entry["aaguid"] = OTHER.to_uppercase().into(), true),
        entry_of("aaguid-zero", |entry| entry["aaguid"] = "00000000-0000-0000-0000-000000000000".into(), false),
        entry_of(
            "no-id",
            |entry| {
                entry["aaguid"].take().as_str().map_or((), |_| {
                    entry.as_object_mut().unwrap().remove("aaguid");
                })
            },
            false,
        ),
        entry_of(
            "reports-missing",
            |entry| {
                entry.as_object_mut().unwrap().remove("statusReports");
            },
            false,
        ),
        entry_of("reports-object", |entry| entry["statusReports"] = json!({}), false),
        entry_of("report-text", |entry| entry["statusReports"][0] = json!("REVOKED"), false),
        entry_of("status-number", |entry| entry["statusReports"][0]["status"] = json!(5), false),
        entry_of("date", |entry| entry["statusReports"][0]["effectiveDate"] = json!("2024-02-30"), false),
        entry_of("sunset", |entry| entry["statusReports"][0]["sunsetDate"] = json!("soon"), false),
        entry_of(
            "version-2-32",
            |entry| entry["statusReports"][0]["authenticatorVersion"] = json!(4_294_967_296_u64),
            false,
        ),
        entry_of("version-text", |entry| entry["statusReports"][0]["authenticatorVersion"] = json!("5"), false),
        entry_of("statement-text", |entry| entry["metadataStatement"] = json!("x"), false),
        entry_of(
            "statement-missing",
            |entry| {
                entry.as_object_mut().unwrap().remove("metadataStatement");
            },
            true,
        ),
        entry_of("statement-of-another", |entry| entry["metadataStatement"]["aaguid"] = MODEL.into(), false),
        entry_of("roots-text", |entry| entry["metadataStatement"]["attestationRootCertificates"] = json!("x"), false),
        entry_of(
            "root-number",
            |entry| entry["metadataStatement"]["attestationRootCertificates"] = json!([5, "x"]),
            true,
        ),
        entry_of("certificate-number", |entry| entry["statusReports"][0]["certificate"] = json!(5), true),
        entry_of("unknown-status", |entry| entry["statusReports"][0]["status"] = json!("ORBITED"), true),
        entry_of(
            "odd-statement",
            |entry| {
                merge(
                    &mut entry["metadataStatement"],
                    json!({
                        "keyProtection": 5, "userVerificationDetails": [5, [6]], "isKeyRestricted": "x", "description": []
                    }),
                )
            },
            true,
        ),
        of(
            "entry-member-twice",
            changed(|_| {}).replacen("{\"aaguid\"", "{\"a\":1,\"a\":1,\"aaguid\"", 1),
            json!({ "accept": true, "entries": 1, "skipped": 1 }),
        ),
        of(
            "entry-beyond-a-float",
            changed(|_| {}).replacen("\"metadataStatement\":{", "\"metadataStatement\":1e999,\"x\":{", 1),
            json!({ "accept": true, "entries": 1, "skipped": 1 }),
        ),
        of(
            "entry-name-with-a-lone-surrogate",
            changed(|_| {}).replacen("{\"aaguid\"", "{\"\\ud800\":1,\"aaguid\"", 1),
            json!({ "accept": true, "entries": 2, "skipped": 0 }),
        ),
        of(
            "payload-name-with-a-lone-surrogate",
            changed(|_| {}).replacen("{\"entries\"", "{\"\\ud800\":1,\"entries\"", 1),
            json!({ "accept": true, "entries": 2, "skipped": 0 }),
        ),
        of(
            "user-verification-beyond-a-float",
            changed(|entry| entry["metadataStatement"]["userVerificationDetails"] = json!("?")).replacen(
                "\"userVerificationDetails\":\"?\"",
                "\"userVerificationDetails\":[[1e999]]",
                1,
            ),
            json!({ "accept": true, "entries": 2, "skipped": 0 }),
        ),
        of(
            "aaid-twice-one-unreadable",
            payload(&[
                json!({ "aaid": "1234#5678", "statusReports": [] }),
                json!({ "aaid": "1234#5678", "statusReports": {} }),
            ])
            .to_string(),
            json!({ "accept": true, "entries": 1, "skipped": 1, "duplicates": 1 }),
        ),
        of(
            "zeros-twice-beyond-a-float",
            payload(&[json!({}), json!({})])
                .to_string()
                .replace("{}", "{\"aaguid\":\"00000000-0000-0000-0000-000000000000\",\"statusReports\":1e999}"),
            json!({ "accept": true, "entries": 0, "skipped": 2, "duplicates": 0 }),
        ),
        of(
            "entry-twice",
            payload(&[entry(MODEL, &[], &[]), entry(MODEL, &[], &[])]).to_string(),
            json!({ "accept": true, "entries": 2, "duplicates": 1 }),
        ),
    ]
}

fn number() -> Vec<Value> {
    let of = |name: &str, more: Value, expect: Value| {
        with(Service::new(&plain()).case(&format!("blob/{name}"), expect), more)
    };
    let undated =
        || Service::new(&plain()).with(|service| service.payload = service.payload.replace("nextUpdate", "later"));
    let midnight = 1_796_169_600; // 2026-12-02
    vec![
        of("number-first", json!({ "last_no": 290 }), json!({ "accept": true, "newer": true })),
        of("number-again", json!({ "last_no": 291 }), json!({ "accept": true, "newer": false })),
        of("number-older", json!({ "last_no": 292 }), bad(&["rollback"])),
        of(
            "fresh-until-midnight",
            json!({ "at": midnight - 1, "grace_secs": 0 }),
            json!({ "accept": true, "fresh": true }),
        ),
        of("stale-is-reported", json!({ "at": midnight }), json!({ "accept": true, "fresh": false })),
        of("stale", json!({ "at": midnight, "grace_secs": 0 }), bad(&["stale"])),
        of(
            "stale-within-grace",
            json!({ "at": midnight + 59, "grace_secs": 60 }),
            json!({ "accept": true, "fresh": false }),
        ),
        of("stale-after-grace", json!({ "at": midnight + 60, "grace_secs": 60 }), bad(&["stale"])),
        with(undated().case("blob/stale-without-a-date", bad(&["stale"])), json!({ "grace_secs": 60 })),
    ]
}

fn revocation() -> Vec<Value> {
    let service = Service::new(&plain());
    let list = |issuer: &Authority, serials: &[&[u8]]| base64url(&RevocationList::of(issuer, serials).der());
    let of = |name: &str, crls: Vec<String>, expect: Value| {
        with(service.case(&format!("blob/crl-{name}"), expect), json!({ "crls": crls }))
    };
    let stranger = Authority::root("metadata.stranger", Algorithm::Es256);
    let intermediate = &service.intermediate.certificate.serial_number;
    vec![
        of(
            "clean",
            vec![list(&service.intermediate, &[]), list(&service.root, &[])],
            json!({ "accept": true, "checked_for_revocation": 2 }),
        ),
        of("leaf", vec![list(&service.intermediate, &[&[7; 16]])], bad(&["revoked"])),
        of("intermediate", vec![list(&service.root, &[intermediate])], bad(&["revoked"])),
        of("of-others", vec![list(&stranger, &[&[7; 16]])], json!({ "accept": true, "checked_for_revocation": 0 })),
    ]
}
