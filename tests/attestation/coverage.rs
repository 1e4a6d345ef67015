//! Reads the error variants from the source, and finds those without a row.

use std::collections::BTreeSet;
use wardkey::ceremony::Refusal;

/// The error enumerations: file, name, and place in a [`Refusal`]. `*` is any one variant.
const ENUMS: &[(&str, &str, &[&str])] = &[
    ("attestation/mod.rs", "StatementError", &["AttestationStatement"]),
    ("attestation/packed.rs", "Problem", &["AttestationStatement/Packed"]),
    ("attestation/tpm/mod.rs", "Problem", &["AttestationStatement/Tpm"]),
    ("attestation/android_key.rs", "Problem", &["AttestationStatement/AndroidKey"]),
    ("attestation/android_safetynet.rs", "Problem", &["AttestationStatement/AndroidSafetynet"]),
    ("attestation/fido_u2f.rs", "Problem", &["AttestationStatement/FidoU2f"]),
    ("attestation/none.rs", "Problem", &["AttestationStatement/None"]),
    ("attestation/apple.rs", "Problem", &["AttestationStatement/Apple"]),
    ("attestation/compound.rs", "Problem", &["AttestationStatement/Compound"]),
    ("attestation/key.rs", "Problem", &["AttestationStatement/*/Properties"]),
    ("attestation/certificate.rs", "CertificateError", &["AttestationStatement/*/Certificate"]),
    ("x509/chain.rs", "Error", &["AttestationUntrusted"]),
    ("x509/crl.rs", "Problem", &["AttestationUntrusted/Crl"]),
    ("x509/constraints.rs", "Error", &["AttestationUntrusted/NameConstraints"]),
    (
        "x509/certificate.rs",
        "Error",
        &["AttestationStatement/*/Certificate/Malformed", "AttestationUntrusted/Certificate"],
    ),
    (
        "x509/extensions.rs",
        "Error",
        &[
            "AttestationStatement/*/Certificate/Extension",
            "AttestationStatement/*/Certificate/Malformed/Extensions",
            "AttestationUntrusted/Extensions",
        ],
    ),
    ("x509/algorithm.rs", "Error", &["AttestationStatement/*/Certificate/Key", "AttestationUntrusted/Algorithm"]),
];

/// Variants that no ceremony can produce, with the reason.
const EXCEPTIONS: &[(&str, &str)] =
    &[("AttestationUntrusted/Empty", "an x5c of no certificates is none by its format's syntax")];

/// `AttestationUntrusted(NameConstraints(1, Violated))` as `AttestationUntrusted`, `AttestationUntrusted/NameConstraints`
/// and `AttestationUntrusted/NameConstraints/Violated`.
pub(crate) fn paths(refusal: &Refusal) -> Vec<String> {
    let (mut stack, mut word, mut paths) = (Vec::new(), String::new(), Vec::new());
    for c in format!("{refusal:?}").chars().chain([',']) {
        if c.is_alphanumeric() {
            word.push(c);
            continue;
        }
        let variant = std::mem::take(&mut word);
        if variant.starts_with(char::is_uppercase) {
            paths.push(stack.iter().chain([&variant]).map(String::as_str).collect::<Vec<_>>().join("/"));
        }
        match c {
            '(' => stack.push(variant),
            ')' => drop(stack.pop()),
            _ => {}
        }
    }
    paths
}

/// Returns the number of variants, and those without a row.
pub(crate) fn missing(produced: &BTreeSet<String>) -> (usize, Vec<String>) {
    let is_met = |path: &str| {
        let same = |met: &String| {
            met.split('/').count() == path.split('/').count()
                && met.split('/').zip(path.split('/')).all(|(met, asked)| asked == "*" || met == asked)
        };
        produced.iter().any(same)
    };
    let mut wanted: Vec<Vec<String>> = trust_refusals().map(|refusal| vec![refusal]).collect();
    for (file, name, places) in ENUMS {
        let variants = variants(file, name);
        assert!(!variants.is_empty(), "{file} has no {name}");
        wanted.extend(variants.iter().map(|variant| places.iter().map(|at| format!("{at}/{variant}")).collect()));
    }
    let excepted = |at: &[String]| EXCEPTIONS.iter().any(|(path, _)| at.iter().any(|at| at == path));
    let without = wanted.iter().filter(|at| at.iter().any(|path| is_met(path)) == excepted(at));
    (wanted.len(), without.map(|at| at.join(" or ")).collect())
}

fn source(file: &str) -> String {
    std::fs::read_to_string(format!("{}/src/{file}", env!("CARGO_MANIFEST_DIR"))).unwrap()
}

/// Returns the variants of `pub enum name` in a file.
fn variants(file: &str, name: &str) -> Vec<String> {
    let text = source(file);
    let body = text.split(&format!("pub enum {name} {{\n")).nth(1).and_then(|rest| rest.split("\n}").next());
    let variant = |line: &str| {
        let name: String = line.strip_prefix("    ")?.chars().take_while(|c| c.is_alphanumeric()).collect();
        name.starts_with(char::is_uppercase).then_some(name)
    };
    body.unwrap_or_default().lines().filter_map(variant).collect()
}

/// The refusals of step 24, and of the steps that read the attestation object's format.
fn trust_refusals() -> impl Iterator<Item = String> {
    let text = source("ceremony/refusal.rs");
    let ours = |line: &str| {
        let (name, step) = line.trim().split_once(" => ")?;
        let of_this_table = ["AttestationTrust,", "AttestationFormat,", "AttestationStatement,"];
        let name = name.split('(').next()?.to_owned();
        of_this_table.iter().any(|of| step.starts_with(of)).then_some(name)
    };
    let names: Vec<String> = text.lines().filter_map(ours).collect();
    assert!(names.len() >= 8, "{names:?}");
    names.into_iter()
}
