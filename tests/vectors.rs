//! Every vector has the right verdict for the right reason, with both backends.

#[path = "../examples/verify_vectors/main.rs"]
#[allow(dead_code, reason = "its `main`")]
mod example;

use example::vector::Vector;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use wardkey::ceremony::evidence::Evidence;
use wardkey::crypto::{AwsLcRs, Backend, CryptoError, PublicKey, RustCrypto, Scheme};

fn files(folder: &Path) -> Vec<PathBuf> {
    let Ok(entries) = fs::read_dir(folder) else { return Vec::new() };
    let mut files: Vec<_> = entries.map(|entry| entry.unwrap().path()).collect();
    files.retain(|path| path.extension().is_some_and(|extension| extension == "jsonl"));
    files.sort();
    files
}

/// Disputed vectors, each with the section that settles it. A vector that agrees must be removed from this list.
const DISPUTED: &[(&str, &str)] = &[(
    "peer/java_webauthn_server/registrationtestdata-selfattestationrs1-reg",
    "RFC 8230 §4: n \"MUST utilize the minimum number of octets\"; this one begins with a zero octet",
)];

fn judge(files: &[PathBuf]) -> usize {
    let mut wrong = Vec::new();
    let mut count = 0;
    for file in files {
        for line in fs::read_to_string(file).unwrap().lines() {
            let vector: Vector = serde_json::from_str(line).unwrap();
            let judged = vector.judge(&AwsLcRs);
            let second = vector.judge(&RustCrypto);
            if judged != second {
                wrong.push(format!("{}: AWS-LC says {judged:?}, RustCrypto {second:?}", vector.id));
            }
            let disputed = DISPUTED.iter().any(|(id, _)| *id == vector.id);
            match vector.disagreement(&judged) {
                Some(why) if !disputed => wrong.push(format!("{}: {why}", vector.id)),
                None if disputed => wrong.push(format!("{}: disputed, but it agrees", vector.id)),
                _ => {}
            }
            count += 1;
        }
    }
    assert!(wrong.is_empty(), "{} of {count} vectors:\n{}", wrong.len(), wrong.join("\n"));
    count
}

/// Each step of the ceremony is on exactly one list, and the JSON reads back, for every accepted and every refused vector.
#[test]
fn evidence_reads_back_and_has_each_step_once() {
    let (mut accepted, mut refused) = (0, 0);
    for file in files(Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/vectors"))) {
        for line in fs::read_to_string(file).unwrap().lines() {
            let vector: Vector = serde_json::from_str(line).unwrap();
            let Some(evidence) = vector.judge(&AwsLcRs).evidence else { continue };
            let lists = [
                &evidence.steps_passed,
                &evidence.steps_waived,
                &evidence.steps_not_required,
                &evidence.steps_not_known,
                &evidence.steps_refused,
                &evidence.steps_not_reached,
            ];
            assert!(lists.iter().all(|list| list.is_sorted_by_key(|step| step.number)), "{}", vector.id);
            let mut steps: Vec<_> = lists.into_iter().flatten().copied().collect();
            steps.sort_by_key(|step| step.number);
            assert_eq!(steps, evidence.ceremony.steps().collect::<Vec<_>>(), "{}", vector.id);
            let json = serde_json::to_string(&evidence).unwrap();
            assert_eq!(serde_json::from_str::<Evidence>(&json).unwrap(), *evidence, "{}", vector.id);
            *(if evidence.accepted { &mut accepted } else { &mut refused }) += 1;
        }
    }
    assert!(accepted > 200 && refused > 500, "{accepted} accepted, {refused} refused");
}

/// The README explains one accepted and one refused ceremony, as the example prints them.
#[test]
fn the_readme_explains_as_the_example_does() {
    let readme = include_str!("vectors/README.md");
    let files: Vec<_> = files(Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/vectors")))
        .iter()
        .map(|file| file.to_str().unwrap().to_owned())
        .collect();
    for id in ["attestation/packed/credential-es256", "steps/auth.challenge.other"] {
        let text = example::explained(id, &files, &AwsLcRs).unwrap();
        assert!(readme.contains(&format!("```text\n{text}```\n")), "{id} in tests/vectors/README.md must be:\n{text}");
    }
    assert!(example::explained("no/such", &files, &AwsLcRs).is_err());
}

/// A run that verifies nothing must not report success.
#[test]
fn a_file_without_vectors_is_an_error() {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR"));
    let line = include_str!("vectors/steps.jsonl").lines().next().unwrap();
    for (name, text, code) in [("empty", "", 2), ("blank", "\n \n", 2), ("none", "{}\n", 1), ("one", line, 0)] {
        let file = folder.join(name).to_str().unwrap().to_owned();
        fs::write(&file, text).unwrap();
        for arguments in [vec![file.clone()], vec!["--json".to_owned(), file]] {
            assert_eq!(example::answer(arguments), ExitCode::from(code), "{name}");
        }
    }
    assert_eq!(example::answer(vec!["no such file".to_owned()]), ExitCode::from(2));
}

/// AWS-LC without Ed448: what a build without the feature `ed448` verifies.
#[derive(Debug)]
struct WithoutEd448;

impl Backend for WithoutEd448 {
    fn name(&self) -> &'static str {
        AwsLcRs.name()
    }

    fn supports(&self, scheme: Scheme) -> bool {
        scheme != Scheme::Ed448 && AwsLcRs.supports(scheme)
    }

    fn sha256(&self, parts: &[&[u8]]) -> [u8; 32] {
        AwsLcRs.sha256(parts)
    }

    fn sha1(&self, parts: &[&[u8]]) -> Option<[u8; 20]> {
        AwsLcRs.sha1(parts)
    }

    fn sha384(&self, parts: &[&[u8]]) -> Option<[u8; 48]> {
        AwsLcRs.sha384(parts)
    }

    fn sha512(&self, parts: &[&[u8]]) -> Option<[u8; 64]> {
        AwsLcRs.sha512(parts)
    }

    fn hmac_sha256(&self, key: &[u8], parts: &[&[u8]]) -> [u8; 32] {
        AwsLcRs.hmac_sha256(key, parts)
    }

    fn check_key(&self, key: &PublicKey<'_>) -> Result<(), CryptoError> {
        if matches!(key, PublicKey::Ed448 { .. }) { Err(CryptoError::Unsupported) } else { AwsLcRs.check_key(key) }
    }

    fn verify(&self, scheme: Scheme, key: &PublicKey<'_>, message: &[u8], signature: &[u8]) -> Result<(), CryptoError> {
        if self.supports(scheme) {
            AwsLcRs.verify(scheme, key, message, signature)
        } else {
            Err(CryptoError::BadSignature)
        }
    }

    fn random(&self, out: &mut [u8]) -> Result<(), CryptoError> {
        AwsLcRs.random(out)
    }
}

/// A build without Ed448 skips only vectors that need it, and says how many.
#[test]
fn a_build_without_ed448_skips_the_vectors_that_need_it() {
    let files: Vec<_> = files(Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/vectors")))
        .iter()
        .map(|file| file.to_str().unwrap().to_owned())
        .collect();
    let mut out = Vec::new();
    assert!(example::run(&files, true, &WithoutEd448, &mut out).unwrap());
    let lines = String::from_utf8(out).unwrap();
    let skipped: Vec<_> = lines.lines().filter(|line| line.contains("\"error\"")).collect();
    assert!(skipped.iter().all(|line| line.contains("\"accept\":null") && line.contains("ed448")), "{skipped:?}");
    let mut out = Vec::new();
    assert!(example::run(&files, false, &WithoutEd448, &mut out).unwrap());
    let count = format!("{} skipped because they need Ed448 (build with --features ed448)\n", skipped.len());
    assert!(skipped.len() >= 11 && out.ends_with(count.as_bytes()), "{}", String::from_utf8_lossy(&out));
}

/// A vector that cannot be expressed has no verdict and fails, whatever verdict it expects.
#[test]
fn a_vector_that_the_runner_cannot_express_fails() {
    use serde_json::{Value, json};
    let lines = concat!(include_str!("vectors/steps.jsonl"), include_str!("vectors/attestation.jsonl"));
    let vectors: Vec<Value> = lines.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let good = |kind: &str, trust: &Value| {
        let policy = |vector: &Value| vector["expected"]["attestation_policy"]["trust"].clone();
        let suits = |vector: &&Value| vector["kind"] == kind && vector["verdict"]["accept"] == true;
        vectors.iter().filter(suits).find(|vector| policy(vector) == *trust).unwrap().clone()
    };
    let (created, used) = (good("registration", &json!("verify")), good("authentication", &Value::Null));
    let long = wardkey_authenticator::json::base64url(&[1; 1024]);
    for (vector, pointer, value) in [
        (&used, "/credential/id", json!("")),
        (&used, "/credential/id", json!(long)),
        (&used, "/credential/user_handle", json!("")),
        (&used, "/credential/user_handle", json!(long)),
        (&used, "/allow_credentials", json!([long])),
        (&used, "/quirks", json!(["new"])),
        (&used, "/counter_policy", json!("new")),
        (&used, "/backup_policy", json!("new")),
        (&used, "/mediation", json!("new")),
        (&used, "/extensions", json!({"refuseUnsolicited": "new"})),
        (&created, "/quirks", json!(["new"])),
        (&created, "/mediation", json!("new")),
        (&created, "/compound_policy", json!("new")),
        (&created, "/trust_anchors", json!(["AAAA"])),
        (&created, "/attestation_policy/trust", json!("new")),
        (&created, "/extensions", json!({"refuseSecretResults": 1})),
    ] {
        let mut vector = vector.clone();
        let (parent, member) = pointer.rsplit_once('/').unwrap();
        vector["expected"].pointer_mut(parent).unwrap()[member] = value;
        for accept in [true, false] {
            vector["verdict"] = json!({"accept": accept});
            let read: Vector = serde_json::from_str(&vector.to_string()).unwrap();
            let judged = read.judge(&AwsLcRs);
            assert!(
                judged.error.is_some() && read.disagreement(&judged) == judged.error.map(|member| member.to_string()),
                "{pointer}: {judged:?}"
            );
        }
    }
}

#[test]
fn our_own() {
    let files = files(Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/vectors")));
    let count = judge(&files);
    assert!(count >= 950, "only {count} vectors in {files:?}");
    println!("{count} vectors judged alike and right by both backends");
}

#[test]
fn shared() {
    // Named one by one, because the directory also contains files of other formats.
    let folder = Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/../shared/vectors"));
    let files = ["adversarial.jsonl", "browsers.jsonl", "peers.jsonl"].map(|name| folder.join(name));
    match &files.into_iter().filter(|file| file.exists()).collect::<Vec<_>>()[..] {
        [] => println!("no ../shared/vectors: only the project's own vectors were judged"),
        files => println!("{} vectors of ../shared/vectors judged alike and right by both backends", judge(files)),
    }
}
