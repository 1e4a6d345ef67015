//! `TRACEABILITY.md`: for each step of §7.1 and §7.2 and each rule of §8, the place in the code and the vectors that prove it.
//!
//! It is made of the code's own lists, of the comments beside the checks, and of the vectors. After a change of any of them:
//!
//! ```text
//! WRITE_VECTORS=1 cargo test --test traceability
//! ```

#[path = "../examples/verify_vectors/vector.rs"]
#[allow(dead_code, reason = "the example uses the rest")]
mod vector;

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::LazyLock;
use vector::{Judgement, Vector};
use wardkey::attestation::Format;
use wardkey::ceremony::{Ceremony, Refusal, Step, StepNumber};
use wardkey::crypto::AwsLcRs;

const ROOT: &str = env!("CARGO_MANIFEST_DIR");

/// Steps that check nothing, and who takes them.
const NO_CHECK: &[(&str, &str, &str)] = &[
    ("7.1/1", "caller and library", "`RelyingParty::start_registration` makes the options; the caller sends them"),
    ("7.1/2", "browser", "calls the authenticator: `browser/wardkey.js`"),
    ("7.1/4", "library", "reads `clientExtensionResults`; step 7.1/3 refuses the response if they are missing"),
    ("7.1/12", "library", "computes a hash, which the procedures of step 7.1/22 use"),
    ("7.1/23", "caller", "supplies the trust anchors; step 7.1/24 uses them"),
    ("7.1/29", "caller", "stores the record that `Registered::claim` returns"),
    ("7.2/1", "caller and library", "`RelyingParty::start_authentication` makes the options; the caller sends them"),
    ("7.2/2", "browser", "calls the authenticator: `browser/wardkey.js`"),
    ("7.2/4", "library", "reads `clientExtensionResults`; step 7.2/3 refuses the response if they are missing"),
    ("7.2/20", "library", "computes a hash; the signature of step 7.2/21 covers it"),
    ("7.2/24", "library and caller", "the library computes the update of the record; the caller stores it"),
    ("7.2/25", "caller", "signs the user in"),
];

/// Requirements of §8 that no vector can break at a relying party, and whose duty they are.
const NO_RULE: &[(&str, &str, &str)] = &[
    (
        "§8.1",
        "who registers a format",
        "an identifier has at most 32 printable octets; the library knows only those of §8",
    ),
    (
        "§8.2",
        "authenticator",
        "the attestation certificate is the first of `x5c`; any other certificate there fails the signature",
    ),
    (
        "§8.2.1",
        "manufacturer",
        "the AAGUID extension must be present if one root certificate serves several models; \
                               the relying party cannot know that",
    ),
    ("§8.2.2", "manufacturer", "an enterprise serial number is unique for each device"),
];

/// Steps that no vector refuses: format 1 has no member for the policy. Each has the test that refuses instead.
const STEPS_WITHOUT: &[(&str, &str, &str)] = &[
    ("7.1/18", "format 1 has no policy for backup eligibility", "tests/steps/main.rs"),
    ("7.1/19", "format 1 has no policy for the backup state", "tests/steps/main.rs"),
];

/// A test, why no vector can stand in for it, and the codes or rules.
type Exception = (&'static str, &'static str, &'static [&'static str]);

/// Codes of refusals that no vector has.
const CODES_WITHOUT: &[Exception] = &[
    (
        "tests/front_door",
        "the store has no record or another user's; format 1 has one record",
        &["credential-unknown", "user-mismatch"],
    ),
    (
        "tests/steps",
        "format 1 has no member for this policy",
        &["top-origin-missing", "backup-eligibility-not-allowed", "backup-state-not-allowed"],
    ),
    (
        "tests/attestation",
        "format 1 has no member for this part of the attestation policy",
        &[
            "attestation-statements-too-few",
            "attested-key-not-in-hardware",
            "attested-key-not-accepted",
            "attestation-legacy-rs1",
            "enterprise-attestation-not-accepted",
            "aaguid-not-attested",
            "aaguid-not-accepted",
        ],
    ),
    ("tests/metadata", "format 1 has no FIDO metadata", &["attestation-metadata"]),
    (
        "tests/level3",
        "format 1 has no payments",
        &[
            "payment-mismatch",
            "browser-bound-signature-missing",
            "browser-bound-signature-invalid",
            "browser-bound-key-unknown",
        ],
    ),
    (
        "tests/level3",
        "no vector yet; the check is of the same kind as those that have one",
        &[
            "min-pin-length-missing",
            "pin-complexity-policy-missing",
            "cred-blob-not-stored",
            "hmac-secret-missing",
            "unsigned-not-discoverable",
            "unsigned-large-blob-not-written",
            "unsigned-prf-not-enabled",
        ],
    ),
];

/// Rules of an attestation statement that no vector breaks.
const RULES_WITHOUT: &[Exception] = &[
    (
        "tests/attestation",
        "format 1 has no key enforcement, which §8 leaves to the policy",
        &[
            "SecurityLevel",
            "ObjectAttributes",
            "NameAlgorithm",
            "NoRootOfTrust",
            "RootOfTrust",
            "DeviceUnlocked",
            "BootState",
        ],
    ),
    (
        "tests/attestation",
        "format 1 demands that all statements verify, and §8.9 leaves the number to the policy",
        &["TooFew", "NotIndependent"],
    ),
    ("tests/attestation", "a bound of this library; other libraries have others", &["VerificationBudget"]),
];

/// Rules of the attestation object, which step 7.1/13 refuses before the format is known.
const RULES_OF_THE_OBJECT: &[&str] = &["Cbor", "Object", "StatementType", "AuthenticatorData"];

/// A file of `src` without its unit tests.
struct Source {
    name: String,
    text: String,
}

static SOURCES: LazyLock<Vec<Source>> = LazyLock::new(|| {
    let mut files = Vec::new();
    for folder in ["ceremony", "policy", "attestation", "attestation/tpm"] {
        let entries = fs::read_dir(Path::new(ROOT).join("src").join(folder)).unwrap();
        let paths = entries.map(|entry| entry.unwrap().path());
        files.extend(paths.filter(|path| path.extension().is_some_and(|extension| extension == "rs")));
    }
    files.sort();
    let read = |path: PathBuf| Source {
        name: path.strip_prefix(ROOT).unwrap().to_str().unwrap().to_owned(),
        text: fs::read_to_string(&path).unwrap().split("#[cfg(test)]\nmod tests").next().unwrap().to_owned(),
    };
    files.into_iter().map(read).filter(|source| !source.text.is_empty()).collect()
});

/// Each line, with the function around it.
fn lines_in_functions(source: &Source) -> impl Iterator<Item = (&str, &str)> {
    let mut function = "";
    source.text.lines().map(move |line| {
        let start = line.trim_start().trim_start_matches("pub(crate) ").trim_start_matches("pub(super) ");
        let start = start.trim_start_matches("pub ").trim_start_matches("const ");
        if let Some(name) = start.strip_prefix("fn ") {
            function = name.split(['(', '<']).next().unwrap();
        }
        (line.trim(), function)
    })
}

/// The functions with the comment `// Step N`. A comment that names several steps counts only where none names one.
fn places_of_step(step: StepNumber) -> String {
    let (mut alone, mut among) = (BTreeSet::new(), BTreeSet::new());
    for source in SOURCES.iter().filter(|source| !source.name.starts_with("src/attestation")) {
        let section = match &*source.name {
            "src/ceremony/authentication.rs" => "7.2",
            "src/ceremony/client_data.rs" => "both",
            _ => "7.1",
        };
        if section != "both" && section != step.ceremony.section() {
            continue;
        }
        for (line, function) in lines_in_functions(source) {
            let Some(rest) = line.strip_prefix("// Step") else { continue };
            let (head, at_sign_in) = match rest.split_once(" (").filter(|_| section == "both") {
                Some((head, rest)) => (head, rest.split([')', ' ']).next().unwrap()),
                None => (rest.split(':').next().unwrap(), ""),
            };
            let head = if section == "both" && step.ceremony == Ceremony::Authentication { at_sign_in } else { head };
            let found = numbers(head);
            if found.contains(&step.number) {
                let place = format!("`{}` `{function}`", source.name.trim_start_matches("src/"));
                if found.len() == 1 { &mut alone } else { &mut among }.insert(place);
            }
        }
    }
    Vec::from_iter(if alone.is_empty() { among } else { alone }).join(", ")
}

/// The numbers in `5 to 11` or `20 and 21`.
fn numbers(text: &str) -> Vec<u8> {
    let words: Vec<_> = text.split(|c: char| !c.is_ascii_alphanumeric()).filter(|word| !word.is_empty()).collect();
    let mut found: Vec<u8> = words.iter().filter_map(|word| word.parse().ok()).collect();
    if let ([first, last], true) = (&found[..], words.contains(&"to")) {
        found = (*first..=*last).collect();
    }
    found
}

/// A row of a table in the code: its documentation, its name, and the code after it.
struct Rule {
    doc: String,
    name: String,
    code: String,
    text: String,
}

/// The rows of the table that begins with `start`.
fn table(file: &str, start: &str) -> Vec<Rule> {
    let text = fs::read_to_string(Path::new(ROOT).join(file)).unwrap();
    let body = text.split(start).nth(1).unwrap().split("\n}").next().unwrap();
    let (mut rules, mut doc, mut row) = (Vec::new(), String::new(), String::new());
    for line in body.lines().map(str::trim) {
        if let Some(more) = line.strip_prefix("///") {
            doc += more;
        } else if !line.starts_with("#[") && !line.is_empty() {
            row += line;
            row.push(' ');
            if line.ends_with(';') {
                let name = row.split(|c: char| !c.is_alphanumeric()).next().unwrap().to_owned();
                let literals: Vec<_> = row.split('"').skip(1).step_by(2).collect();
                let escaped: Vec<_> = row
                    .replace("\\\"", "\u{0}")
                    .split('"')
                    .skip(1)
                    .step_by(2)
                    .map(|text| text.replace('\u{0}', "\""))
                    .collect();
                let code = literals.first().copied().unwrap_or_default().to_owned();
                let text = escaped.get(1).cloned().unwrap_or_default();
                // A link to an item of the code is its name.
                let doc = std::mem::take(&mut doc)
                    .trim()
                    .replace("[`", "`")
                    .replace("`](super::KeyEnforcement::Hardware)", "`");
                rules.push(Rule { doc, name, code, text });
                row.clear();
            }
        }
    }
    rules
}

/// A vector with its judgement.
struct Judged {
    vector: Vector,
    judged: Judgement,
}

static VECTORS: LazyLock<Vec<Judged>> = LazyLock::new(|| {
    let mut files: Vec<_> =
        fs::read_dir(Path::new(ROOT).join("tests/vectors")).unwrap().map(|file| file.unwrap().path()).collect();
    files.retain(|path| path.extension().is_some_and(|extension| extension == "jsonl"));
    files.sort();
    let texts: Vec<_> = files.iter().map(|file| fs::read_to_string(file).unwrap()).collect();
    let read = |line: &str| {
        let vector: Vector = serde_json::from_str(line).unwrap();
        let judged = vector.judge(&AwsLcRs);
        Judged { vector, judged }
    };
    texts.iter().flat_map(|text| text.lines()).map(read).collect()
});

/// The number of vectors, and one or two of their ids.
fn examples(found: &[&Judged], ids: usize) -> String {
    let named: Vec<_> = found.iter().take(ids).map(|one| format!("`{}`", one.vector.id)).collect();
    if found.is_empty() { "0".to_owned() } else { format!("{}: {}", found.len(), named.join(", ")) }
}

/// What the page says, and what is wrong with it.
struct Page {
    text: String,
    faults: Vec<String>,
}

/// Finds the exception of a key, and checks that its test names it.
fn exception(list: &[Exception], key: &str, names: &[String], faults: &mut Vec<String>) -> Option<String> {
    let (file, why, _) = list.iter().find(|(_, _, keys)| keys.contains(&key))?;
    let path = Path::new(ROOT).join(file);
    let text: String = if path.is_dir() {
        fs::read_dir(&path).unwrap().map(|file| fs::read_to_string(file.unwrap().path()).unwrap()).collect()
    } else {
        fs::read_to_string(&path).unwrap_or_default()
    };
    if !names.iter().any(|name| text.contains(name.as_str())) {
        faults.push(format!("{file} does not name {key}"));
    }
    Some(format!("{why}: `{file}`"))
}

fn page() -> Page {
    let (mut rows, mut excepted, mut faults, mut text) = (0, 0, Vec::new(), String::new());
    let mut seen = BTreeSet::new();
    let steps = table("src/ceremony/step.rs", "\nsteps! {");
    let refusals = table("src/ceremony/refusal.rs", "\nrefusals! {");
    for ceremony in [Ceremony::Registration, Ceremony::Authentication] {
        writeln!(text, "\n## §{}\n", ceremony.section()).unwrap();
        text +=
            "| step | check | code | accepted by | refused by | codes of the refusals |\n|---|---|---|---|---|---|\n";
        for step in ceremony.steps() {
            let checks: Vec<_> =
                Step::ALL.iter().filter(|of| of.number(ceremony).is_some_and(|n| n.number == step.number)).collect();
            let doc =
                |of: &&Step| steps.iter().find(|rule| rule.name == format!("{of:?}")).map(|rule| rule.doc.clone());
            let check: Vec<_> = checks.iter().filter_map(doc).collect();
            let places = places_of_step(step);
            if check.len() != checks.len() || places.is_empty() {
                faults.push(format!("step {step} has no check or no place in the code"));
            }
            let number = step.to_string();
            let of_ceremony =
                || VECTORS.iter().filter(|one| one.judged.evidence.as_ref().is_some_and(|e| e.ceremony == ceremony));
            let passed: Vec<_> = of_ceremony()
                .filter(|one| {
                    one.judged.accept && one.judged.evidence.as_ref().is_some_and(|e| e.steps_passed.contains(&step))
                })
                .collect();
            let refused: Vec<_> = of_ceremony().filter(|one| one.judged.step.as_deref() == Some(&number)).collect();
            seen.extend(passed.iter().chain(&refused).map(|one| &one.vector.id));
            let mut codes = BTreeMap::<_, usize>::new();
            for one in &refused {
                *codes.entry(one.judged.code.unwrap_or_default()).or_default() += 1;
            }
            let codes: Vec<_> = codes.into_iter().map(|(code, count)| format!("`{code}` {count}")).collect();
            let excuse = STEPS_WITHOUT.iter().find(|(of, _, _)| *of == number);
            let by = match (refused.is_empty(), excuse) {
                (true, Some((_, why, test))) => {
                    excepted += 1;
                    format!("none: {why}; `{test}`")
                }
                (true, None) => {
                    faults.push(format!("no vector is refused at {number}"));
                    String::new()
                }
                (false, Some(_)) => {
                    faults.push(format!("{number} is an exception, but a vector is refused there"));
                    String::new()
                }
                (false, None) => examples(&refused, 2),
            };
            // The store decides step 7.1/26 after the judgement, so a vector passes it if it is accepted.
            let passed =
                if number == "7.1/26" { of_ceremony().filter(|one| one.judged.accept).collect() } else { passed };
            let accepted = match excuse {
                Some(_) if passed.is_empty() => "none: not required".to_owned(),
                _ => examples(&passed, 1),
            };
            if passed.is_empty() && excuse.is_none() {
                faults.push(format!("no accepted vector passes {number}"));
            }
            writeln!(text, "| {number} | {} | {places} | {accepted} | {by} | {} |", check.join(" "), codes.join(", "))
                .unwrap();
            rows += 1;
        }
    }
    text += "\n## Steps that check nothing\n\n| step | duty of | |\n|---|---|---|\n";
    for (step, whose, why) in NO_CHECK {
        writeln!(text, "| {step} | {whose} | {why} |").unwrap();
        rows += 1;
    }

    let reasons = table("src/attestation/error.rs", "pub enum Reason;");
    let (mut assigned, mut listed) = (BTreeSet::new(), BTreeSet::new());
    for format in Format::ALL {
        let prefix = format!("{format} attestation: ");
        let accepted: Vec<_> =
            VECTORS.iter().filter(|one| one.judged.attestation_format == Some(format.identifier())).collect();
        seen.extend(accepted.iter().map(|one| &one.vector.id));
        let (own, section) = own_file(format);
        writeln!(text, "\n## {section} {format}\n\nAccepted by {}.\n", examples(&accepted, 2)).unwrap();
        text += "| rule | code | refused by | code of the reason |\n|---|---|---|---|\n";
        for rule in &reasons {
            let marker = format!("Reason::{}", rule.name);
            let refused: Vec<_> = VECTORS
                .iter()
                .filter(|one| {
                    let reason = one.judged.reason.as_deref().and_then(|reason| reason.strip_prefix(&prefix));
                    let rest = reason.and_then(|reason| reason.strip_prefix(&*rule.text));
                    rest.is_some_and(|rest| rest.starts_with(" (step ") || rest.starts_with(": "))
                })
                .collect();
            let used = |source: &Source| {
                lines_in_functions(source).any(|(line, _)| !line.starts_with("//") && names(line, &marker))
            };
            let in_own = SOURCES.iter().any(|source| source.name.starts_with(own) && used(source));
            if refused.is_empty() && !in_own {
                continue;
            }
            listed.insert(&rule.name);
            assigned.extend(refused.iter().map(|one| &one.vector.id));
            seen.extend(refused.iter().map(|one| &one.vector.id));
            let by = if refused.is_empty() {
                excepted += 1;
                exception(RULES_WITHOUT, &rule.name, std::slice::from_ref(&marker), &mut faults).unwrap_or_else(|| {
                    faults.push(format!("no vector of {format} is refused for {}", rule.name));
                    String::new()
                })
            } else {
                examples(&refused, 2)
            };
            // In the file of the format; otherwise in the files that the formats share.
            let place = |in_own: bool| -> Vec<String> {
                let files = SOURCES.iter().filter(|source| {
                    let shared = ["certificate.rs", "key.rs", "mod.rs"].map(|name| format!("src/attestation/{name}"));
                    if in_own { source.name.starts_with(own) } else { shared.contains(&source.name) }
                });
                let all = files.flat_map(|source| {
                    let found =
                        lines_in_functions(source).filter(|(line, _)| !line.starts_with("//") && names(line, &marker));
                    found.map(|(_, function)| {
                        format!("`{}` `{function}`", source.name.trim_start_matches("src/attestation/"))
                    })
                });
                BTreeSet::from_iter(all).into_iter().collect()
            };
            let mut places = place(in_own);
            if places.is_empty() && rule.name == "Certificate" {
                places.push("`certificate.rs` `read`".to_owned()); // by `?`, from `Rule`
            }
            if places.is_empty() {
                faults.push(format!("{marker} has no place in the code of {format}"));
            }
            writeln!(text, "| {} | {} | {by} | `{}` |", rule.doc, places.join(", "), rule.code).unwrap();
            rows += 1;
        }
    }
    text += "\n## Rules of attestation statements without a vector\n\n| rule | why, and the test that breaks it | code of the reason |\n|---|---|---|\n";
    for rule in reasons.iter().filter(|rule| !listed.contains(&rule.name)) {
        if RULES_OF_THE_OBJECT.contains(&&*rule.name) {
            continue;
        }
        let names = [format!("Reason::{}", rule.name), format!("\"{}\"", rule.code), rule.name.clone()];
        let why = exception(RULES_WITHOUT, &rule.name, &names, &mut faults).unwrap_or_else(|| {
            faults.push(format!("no vector is refused for {}", rule.name));
            String::new()
        });
        writeln!(text, "| {} | {why} | `{}` |", rule.doc, rule.code).unwrap();
        (rows, excepted) = (rows + 1, excepted + 1);
    }
    text += "\n## Requirements of §8 for others\n\n| section | duty of | |\n|---|---|---|\n";
    for (section, whose, why) in NO_RULE {
        writeln!(text, "| {section} | {whose} | {why} |").unwrap();
        rows += 1;
    }
    for one in VECTORS.iter().filter(|one| one.judged.code == Some("attestation-invalid")) {
        if !assigned.contains(&one.vector.id) {
            faults.push(format!("{} is refused by no rule of §8: {:?}", one.vector.id, one.judged.reason));
        }
    }

    text += "\n## Codes without a vector\n\nEvery other code is in the tables above.\n\n| code | why, and the test that has it |\n|---|---|\n";
    let with_vector: BTreeSet<_> = VECTORS.iter().filter_map(|one| one.judged.code).collect();
    let outputs = fs::read_to_string(Path::new(ROOT).join("src/extensions/mod.rs")).unwrap();
    for code in Refusal::codes() {
        let listed = CODES_WITHOUT.iter().any(|(_, _, keys)| keys.contains(&code));
        if listed == with_vector.contains(code) {
            faults.push(format!(
                "code {code}: {}",
                if listed { "an exception, but a vector has it" } else { "no vector" }
            ));
        } else if listed {
            let name = refusals.iter().find(|rule| rule.code == code).map(|rule| rule.name.clone());
            let name = name.or_else(|| variant_of(&outputs, code)).unwrap_or_default();
            let names = [format!("\"{code}\""), format!("Refusal::{name}")];
            let why = exception(CODES_WITHOUT, code, &names, &mut faults).unwrap();
            writeln!(text, "| `{code}` | {why} |").unwrap();
            excepted += 1;
            rows += 1;
        }
    }
    for one in VECTORS.iter().filter(|one| !seen.contains(&one.vector.id)) {
        faults.push(format!("{} is in no row", one.vector.id));
    }

    let head = format!(
        "# Traceability\n\n{rows} rows, {} of {} vectors in them, {excepted} exceptions, each with its reason in its row.\n\n\
         Each step of §7.1 and §7.2 and each rule of §8, with the function that checks it, the vectors that pass it and the \
         vectors that it refuses. The numbers are those of {}. The vectors are in [`tests/vectors`](tests/vectors/README.md); \
         `cargo run --example verify_vectors -- --explain ID` explains one of them.\n\n\
         A row gives the number of vectors and one or two of their ids. In a rule of §8 the refusing step is 7.1/22, and the \
         code of the refusal `attestation-invalid`. The rules of certification paths (step 7.1/24) are in \
         `src/x509/error.rs`.\n\nThis page is generated: `WRITE_VECTORS=1 cargo test --test traceability`.\n",
        seen.len(),
        VECTORS.len(),
        wardkey::ceremony::evidence::EDITION,
    );
    Page { text: head + &text, faults }
}

/// Whether `marker` is in the line as a whole word.
fn names(line: &str, marker: &str) -> bool {
    line.match_indices(marker).any(|(at, _)| !line[at + marker.len()..].starts_with(char::is_alphanumeric))
}

/// The name of the row with this code.
fn variant_of(text: &str, code: &str) -> Option<String> {
    let line = text.lines().find(|line| line.contains(&format!("\"{code}\"")))?;
    Some(line.trim().split(|c: char| !c.is_alphanumeric()).next()?.to_owned())
}

/// The file of a format, and its section.
fn own_file(format: Format) -> (&'static str, &'static str) {
    match format {
        Format::Packed => ("src/attestation/packed.rs", "§8.2"),
        Format::Tpm => ("src/attestation/tpm/", "§8.3"),
        Format::AndroidKey => ("src/attestation/android_key.rs", "§8.4"),
        Format::AndroidSafetynet => ("src/attestation/android_safetynet.rs", "§8.5"),
        Format::FidoU2f => ("src/attestation/fido_u2f.rs", "§8.6"),
        Format::None => ("src/attestation/none.rs", "§8.7"),
        Format::Apple => ("src/attestation/apple.rs", "§8.8"),
        Format::Compound => ("src/attestation/compound.rs", "§8.9"),
        _ => panic!("{format} has no section"),
    }
}

#[test]
fn every_step_and_rule_has_its_place_and_its_vectors() {
    let Page { text, faults } = page();
    assert!(faults.is_empty(), "{} faults:\n{}", faults.len(), faults.join("\n"));
    let file = Path::new(ROOT).join("TRACEABILITY.md");
    if std::env::var_os("WRITE_VECTORS").is_some() {
        fs::write(&file, &text).unwrap();
    }
    let written = fs::read_to_string(&file).unwrap_or_default();
    let differs = text.lines().zip(written.lines()).find(|(made, written)| made != written);
    assert!(text == written, "run with WRITE_VECTORS=1; first difference: {differs:?}");
}

/// The step and the code that a vector names exist, and they are those of the library.
#[test]
fn vectors_name_steps_and_codes_that_exist() {
    let codes: BTreeSet<_> = Refusal::codes().collect();
    let mut named = 0;
    for Judged { vector, judged } in VECTORS.iter() {
        if vector.verdict.accept {
            continue;
        }
        if let Some(step) = vector.verdict.step() {
            assert!(StepNumber::try_from(step.clone()).is_ok_and(|number| number.to_string() == step), "{}", vector.id);
            assert_eq!(judged.step.as_ref(), Some(&step), "{}", vector.id);
        }
        assert!(judged.code.is_some_and(|code| codes.contains(code)), "{}: {:?}", vector.id, judged.code);
        let reason = vector.verdict.reason.as_deref().unwrap_or_default();
        if vector.id.starts_with("steps/") {
            assert_eq!(judged.code, Some(reason), "{}", vector.id);
            named += 1;
        }
    }
    assert!(named > 500, "{named} vectors name their code");
}

/// The hand-written lists add to the steps of the code and repeat none of them.
#[test]
fn each_step_is_listed_once() {
    for (ceremony, last) in [(Ceremony::Registration, 29), (Ceremony::Authentication, 25)] {
        let section = ceremony.section();
        let mut all: Vec<_> = ceremony.steps().map(|step| step.to_string()).collect();
        all.extend(NO_CHECK.iter().map(|row| row.0.to_owned()).filter(|step| step.starts_with(section)));
        all.sort_by_key(|step| step.split_once('/').unwrap().1.parse::<u8>().unwrap());
        assert_eq!(all, (1..=last).map(|number| format!("{section}/{number}")).collect::<Vec<_>>());
    }
}
