//! Reads the error variants from the source, and finds those without a row.

use std::collections::BTreeSet;
use wardkey::ceremony::Refusal;
use wardkey::internals::Reason;

/// The reasons of each format: a row must meet each.
const REASONS: &[(&str, &str)] = &[
    (
        "Packed",
        "Syntax AlgorithmMismatch Certificate Signature Subject OrganizationalUnit FirmwareVersion SerialNumber",
    ),
    (
        "Tpm",
        "Syntax TpmVersion PublicArea PublicAreaKey SymmetricAlgorithm Scheme Certificate SubjectNotEmpty SubjectAltName \
         ExtendedKeyUsage Signature CertInfo Magic Type ExtraData Name ObjectAttributes NameAlgorithm",
    ),
    (
        "AndroidKey",
        "Syntax Signature CertificateKey KeyDescription Challenge AllApplications Origin Purpose SecurityLevel \
         NoRootOfTrust RootOfTrust DeviceUnlocked BootState",
    ),
    ("AndroidSafetynet", "Syntax Jws Header Certificate HostName Signature Payload Nonce CtsProfileMatch Timestamp"),
    ("FidoU2f", "Syntax CertificateCount Certificate NotP256 NotEs256 Signature"),
    ("None", "NotEmpty"),
    ("Apple", "Syntax Certificate NonceExtension Nonce CertificateKey"),
    ("Compound", "Syntax Nested UnknownFormat TooFew NotIndependent"),
];

/// What no row of the table meets, and why.
const EXCEPTIONS: &[(&str, &str)] = &[
    ("Rule/Empty", "an x5c of no certificates is none by its format's syntax"),
    ("Rule/CrlVersion", "no list of another version can be made: tests/revocation.rs"),
    ("Rule/CrlNoNextUpdate", "no list without a next update can be made: tests/revocation.rs"),
    ("Rule/CrlScope", "of the relying party's files: tests/revocation.rs"),
    ("Rule/NoPem", "of the relying party's files: tests/revocation.rs"),
    ("Rule/PemNoEnd", "of the relying party's files: codec/pem.rs"),
    ("Rule/PemBase64", "of the relying party's files: codec/pem.rs"),
    ("Reason/Cbor", "of the attestation object: tests/steps"),
    ("Reason/Object", "of the attestation object: tests/steps"),
    ("Reason/AuthenticatorData", "of the attestation object: tests/steps"),
];

fn first_word(debug: impl std::fmt::Debug) -> String {
    format!("{debug:?}").chars().take_while(|c| c.is_alphanumeric()).collect()
}

/// The refusal, its reason with and without the format, and its rule.
pub(crate) fn paths(refusal: &Refusal) -> Vec<String> {
    let mut paths = vec![first_word(refusal)];
    match refusal {
        Refusal::AttestationUntrusted(error) => paths.push(format!("Rule/{}", first_word(error.rule()))),
        Refusal::AttestationStatement(error) | Refusal::AttestationObject(error) => {
            let reason = first_word(error.reason());
            paths.push(format!("Reason/{reason}"));
            paths.extend(error.format().map(|format| format!("{format:?}/{reason}")));
            if let Reason::Certificate(rule) = error.reason() {
                paths.push(format!("Rule/{}", first_word(rule)));
            }
        }
        _ => {}
    }
    paths
}

/// Returns the number of variants, and those without a row.
pub(crate) fn missing(produced: &BTreeSet<String>) -> (usize, Vec<String>) {
    let mut wanted: Vec<String> = trust_refusals().collect();
    for (file, name) in [("attestation/error.rs", "Reason"), ("x509/error.rs", "Rule")] {
        let variants = variants(file);
        assert!(variants.len() > 30, "{file} has no table");
        wanted.extend(variants.iter().map(|variant| format!("{name}/{variant}")));
    }
    wanted.extend(
        REASONS.iter().flat_map(|(of, all)| all.split_whitespace().map(move |reason| format!("{of}/{reason}"))),
    );
    let excepted = |at: &str| EXCEPTIONS.iter().any(|(path, _)| at == *path);
    let without = wanted.iter().filter(|at| produced.contains(*at) == excepted(at));
    (wanted.len(), without.cloned().collect())
}

fn source(file: &str) -> String {
    std::fs::read_to_string(format!("{}/src/{file}", env!("CARGO_MANIFEST_DIR"))).unwrap()
}

/// The variants in the table of a file.
fn variants(file: &str) -> Vec<String> {
    let text = source(file);
    let begins = |line: &&str| !line.starts_with(' ') && line.ends_with("s! {");
    let body = text.lines().skip_while(|line| !begins(line)).skip(1).take_while(|line| *line != "}");
    let variant = |line: &str| {
        let name: String = line.strip_prefix("    ")?.chars().take_while(|c| c.is_alphanumeric()).collect();
        name.starts_with(char::is_uppercase).then_some(name)
    };
    body.filter_map(variant).collect()
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
