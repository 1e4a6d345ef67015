//! `docs/evidence.schema.json`: the JSON Schema of the evidence, made of the fields in the code and of one table that says who
//! vouches for each. After a change:
//!
//! ```text
//! WRITE_VECTORS=1 cargo test --test evidence_schema
//! ```

#[path = "../examples/verify_vectors/vector.rs"]
#[allow(dead_code, reason = "the example uses the rest")]
mod vector;

use serde_json::{Map, Value, json};
use std::fs;
use std::path::Path;
use vector::Vector;
use wardkey::ceremony::evidence::EDITION;
use wardkey::crypto::AwsLcRs;

const ROOT: &str = env!("CARGO_MANIFEST_DIR");

/// Who vouches for the members: first the word in the schema, then what it means, then the members.
const VOUCHERS: &[(&str, &str, &str)] = &[
    (
        "library",
        "this library, which made the judgement",
        "version edition accepted refusal refusalReason stepsPassed stepsWaived stepsNotRequired stepsNotKnown stepsRefused \
         stepsNotReached originRule backend module signedSha256 attestationTrust attestationTrustReason statementsDropped \
         vouchers unsolicitedExtensions unknownExtensions secretExtensionResults quirks statements.trust \
         statements.certificates statements.checkedForRevocation appidUsed userVerification",
    ),
    (
        "caller",
        "the relying party, by its configuration, its records and its clock. The user of a refused ceremony is only claimed",
        "ceremony purpose purposeText stateId user time rpId userVerificationRequired signCountStored conditional \
         backupEligibilityWanted backupStateWanted policy statements.anchor",
    ),
    (
        "signature",
        "in an accepted authentication, the signature of the credential; in a registration, the voucher that `vouchers` names, \
         or nobody. Nobody if the ceremony was refused",
        "credentialId flags signCount algorithm",
    ),
    (
        "client",
        "the client. The signature of an authentication covers it, and no authenticator checks it",
        "origin crossOrigin topOrigin",
    ),
    (
        "attestation",
        "the attestation statement: trusted if `trust` or `attestationTrust` is `trusted`, otherwise only claimed",
        "attestationFormat attestationType attestedAaguid statements statements.format statements.type statements.algorithm \
         statements.key",
    ),
    ("metadata", "the signed BLOB of the FIDO Metadata Service", "metadata"),
];

/// The fields of a struct of the evidence: name in JSON, type, documentation.
fn fields(name: &str) -> Vec<(String, String, String)> {
    let text = fs::read_to_string(Path::new(ROOT).join("src/ceremony/evidence.rs")).unwrap();
    let body = text.split(&format!("pub struct {name} {{\n")).nth(1).unwrap().split("\n}").next().unwrap();
    let (mut doc, mut renamed, mut found) = (String::new(), None, Vec::new());
    for line in body.lines().map(str::trim) {
        if let Some(more) = line.strip_prefix("///") {
            doc += more;
        } else if let Some(rename) = line.strip_prefix("#[serde(rename = \"") {
            renamed = rename.split('"').next();
        } else if !line.starts_with("#[") {
            let (field, kind) = line.trim_start_matches("pub ").trim_end_matches(',').split_once(": ").unwrap();
            let member = renamed.take().map_or_else(|| camel(field), str::to_owned);
            found.push((member, kind.to_owned(), plain(&std::mem::take(&mut doc))));
        }
    }
    found
}

fn camel(field: &str) -> String {
    let mut words = field.split('_');
    let first = words.next().unwrap().to_owned();
    words.fold(first, |name, word| name + &word[..1].to_uppercase() + &word[1..])
}

/// Documentation without links.
fn plain(doc: &str) -> String {
    let mut text = doc.trim().replace("[`", "`");
    while let Some((before, after)) = text.split_once("`](") {
        text = format!("{before}`{}", after.split_once(')').unwrap().1);
    }
    text.replace("`]", "`")
}

/// The schema of a Rust type.
fn schema_of(kind: &str) -> Value {
    if let Some(inner) = kind.strip_prefix("Option<").and_then(|kind| kind.strip_suffix('>')) {
        let mut schema = schema_of(inner);
        schema["type"] = json!([schema["type"], "null"]);
        return schema;
    }
    match kind {
        "Version" => json!({"type": "integer", "minimum": 1, "maximum": 1}),
        "bool" => json!({"type": "boolean"}),
        "Flags" => json!({"type": "integer", "minimum": 0, "maximum": 255}),
        "u32" | "usize" => json!({"type": "integer", "minimum": 0}),
        "UnixTime" | "Algorithm" => json!({"type": "integer"}),
        "[u8; 32]" => json!({"type": "string", "pattern": "^[0-9a-f]{64}$"}),
        "CredentialId" => json!({"type": "string", "pattern": "^[A-Za-z0-9_-]+$"}),
        "Vec<StepNumber>" => json!({"type": "array", "items": {"type": "string", "pattern": "^7\\.[12]/[0-9]+$"}}),
        "ExtensionSet" | "Quirks" => json!({"type": "array", "items": {"type": "string"}}),
        "BTreeMap<Fact, Voucher>" => json!({"type": "object", "additionalProperties": {"type": "string"}}),
        "Vec<crate::metadata::MetadataEvidence>" => json!({"type": "array", "items": {"type": "object"}}),
        "KeyProperties" => json!({"type": "object"}),
        "Vec<StatementEvidence>" => json!({"type": "array", "items": object("StatementEvidence", "statements.")}),
        "Ceremony" => json!({"type": "string", "enum": ["registration", "authentication"]}),
        "Cow<'static, str>" | "String" | "Purpose" | "OriginRule" | "UserVerification" | "BackupEligibility"
        | "BackupState" | "Format" | "AttestationType" | "TrustOutcome" | "Aaguid" => json!({"type": "string"}),
        other => panic!("{other} has no schema"),
    }
}

fn object(name: &str, prefix: &str) -> Value {
    let (mut properties, mut required) = (Map::new(), Vec::new());
    for (member, kind, doc) in fields(name) {
        let path = format!("{prefix}{member}");
        let mut who = VOUCHERS.iter().filter(|(_, _, members)| members.split_whitespace().any(|one| one == path));
        let (Some((word, _, _)), None) = (who.next(), who.next()) else { panic!("{path} needs exactly one voucher") };
        let mut schema = schema_of(&kind);
        let doc = match &*member {
            "version" => "The version of this JSON.".to_owned(),
            "edition" => format!("The edition of the standard whose step numbers are used: {EDITION}."),
            _ => doc,
        };
        assert!(!doc.is_empty(), "{path} has no documentation");
        schema["description"] = doc.into();
        schema["vouchedBy"] = (*word).into();
        if member != "metadata" {
            required.push(member.clone());
        }
        properties.insert(member, schema);
    }
    json!({"type": "object", "properties": properties, "required": required})
}

fn schema() -> Value {
    let mut schema = object("Evidence", "");
    let words: Map<_, _> = VOUCHERS.iter().map(|(word, means, _)| ((*word).to_owned(), json!(means))).collect();
    schema["$schema"] = json!("https://json-schema.org/draft/2020-12/schema");
    schema["title"] = json!("Evidence of a WebAuthn ceremony, version 1");
    schema["description"] = json!(
        "A release may add members. `vouchedBy` says who vouches for a member; `vouchers` explains the words. \
         Generated: WRITE_VECTORS=1 cargo test --test evidence_schema"
    );
    schema["vouchers"] = Value::Object(words);
    schema
}

/// Finds what is wrong with a value. It knows the keywords that the schema uses, and refuses others.
fn check(value: &Value, schema: &Value, at: &str, faults: &mut Vec<String>) {
    let types = |of: &Value| of.as_array().cloned().unwrap_or_else(|| vec![of.clone()]);
    for (keyword, rule) in schema.as_object().unwrap() {
        let fits = match &**keyword {
            "type" => types(rule).iter().any(|name| match name.as_str().unwrap() {
                "null" => value.is_null(),
                "boolean" => value.is_boolean(),
                "integer" => value.is_i64() || value.is_u64(),
                "string" => value.is_string(),
                "array" => value.is_array(),
                "object" => value.is_object(),
                other => panic!("{other} is no type"),
            }),
            "enum" => value.is_null() || rule.as_array().unwrap().contains(value),
            "minimum" => value.as_i64().is_none_or(|number| Some(number) >= rule.as_i64()),
            "maximum" => value.as_i64().is_none_or(|number| Some(number) <= rule.as_i64()),
            "pattern" => value.as_str().is_none_or(|text| match rule.as_str().unwrap() {
                "^[0-9a-f]{64}$" => {
                    text.len() == 64 && text.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'))
                }
                "^[A-Za-z0-9_-]+$" => {
                    !text.is_empty()
                        && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_'))
                }
                "^7\\.[12]/[0-9]+$" => text
                    .strip_prefix("7.1/")
                    .or_else(|| text.strip_prefix("7.2/"))
                    .is_some_and(|number| !number.is_empty() && number.bytes().all(|byte| byte.is_ascii_digit())),
                other => panic!("{other} is no pattern of the schema"),
            }),
            "items" => {
                for (index, item) in value.as_array().into_iter().flatten().enumerate() {
                    check(item, rule, &format!("{at}/{index}"), faults);
                }
                true
            }
            "properties" => {
                for (name, rule) in rule.as_object().unwrap() {
                    if let Some(member) = value.get(name) {
                        check(member, rule, &format!("{at}/{name}"), faults);
                    }
                }
                true
            }
            "additionalProperties" => {
                for (name, member) in value.as_object().into_iter().flatten() {
                    check(member, rule, &format!("{at}/{name}"), faults);
                }
                true
            }
            "required" => {
                value.is_null()
                    || rule.as_array().unwrap().iter().all(|name| value.get(name.as_str().unwrap()).is_some())
            }
            "$schema" | "title" | "description" | "vouchedBy" | "vouchers" => true,
            other => panic!("{other} is no keyword of the schema"),
        };
        if !fits {
            faults.push(format!("{at}: {keyword}"));
        }
    }
}

#[test]
fn the_schema_is_that_of_the_code() {
    let made = serde_json::to_string_pretty(&schema()).unwrap() + "\n";
    let file = Path::new(ROOT).join("docs/evidence.schema.json");
    if std::env::var_os("WRITE_VECTORS").is_some() {
        fs::create_dir_all(file.parent().unwrap()).unwrap();
        fs::write(&file, &made).unwrap();
    }
    let written = fs::read_to_string(&file).unwrap_or_default();
    assert!(made == written, "run with WRITE_VECTORS=1");
    // No voucher is listed for a member that does not exist.
    let known: Vec<_> = [("Evidence", ""), ("StatementEvidence", "statements.")]
        .iter()
        .flat_map(|(name, prefix)| fields(name).into_iter().map(move |(member, _, _)| format!("{prefix}{member}")))
        .collect();
    for member in VOUCHERS.iter().flat_map(|(_, _, members)| members.split_whitespace()) {
        assert!(known.iter().any(|known| known == member), "{member}");
    }
}

#[test]
fn the_evidence_of_every_vector_is_valid_and_has_no_other_member() {
    let schema = schema();
    let mut count = 0;
    for name in ["attestation", "browsers", "extensions", "steps"] {
        let text = fs::read_to_string(Path::new(ROOT).join(format!("tests/vectors/{name}.jsonl"))).unwrap();
        for line in text.lines() {
            let vector: Vector = serde_json::from_str(line).unwrap();
            let Some(evidence) = vector.judge(&AwsLcRs).evidence else { continue };
            let value = serde_json::to_value(&evidence).unwrap();
            let mut faults = Vec::new();
            check(&value, &schema, "", &mut faults);
            let known = schema["properties"].as_object().unwrap();
            faults.extend(value.as_object().unwrap().keys().filter(|name| !known.contains_key(*name)).cloned());
            let statement = &schema["properties"]["statements"]["items"]["properties"];
            for of in value["statements"].as_array().unwrap() {
                faults.extend(of.as_object().unwrap().keys().filter(|name| statement.get(name).is_none()).cloned());
            }
            assert!(faults.is_empty(), "{}: {faults:?}", vector.id);
            count += 1;
        }
    }
    assert!(count > 1_500, "{count}");
}

#[test]
fn what_does_not_fit_is_found() {
    let schema = schema();
    let line = fs::read_to_string(Path::new(ROOT).join("tests/vectors/attestation.jsonl")).unwrap();
    let vector: Vector = serde_json::from_str(line.lines().next().unwrap()).unwrap();
    let good = serde_json::to_value(vector.judge(&AwsLcRs).evidence).unwrap();
    for (member, wrong) in [
        ("version", json!(2)),
        ("ceremony", json!("sign-in")),
        ("accepted", json!("true")),
        ("stepsPassed", json!(["8.1/1"])),
        ("signedSha256", json!("AB")),
        ("flags", json!(256)),
        ("signCount", json!(-1)),
        ("credentialId", json!("=")),
        ("vouchers", json!({"aaguid": 1})),
        ("statements", json!([{}])),
    ] {
        let mut value = good.clone();
        value[member] = wrong;
        let mut faults = Vec::new();
        check(&value, &schema, "", &mut faults);
        assert!(!faults.is_empty(), "{member}");
    }
}
