//! Recorded certificates and paths, in a folder outside of the repository. Without it, the tests print a line and pass.

use super::oracles;
use crate::attestation::android_key::SONY_INTERMEDIATE;
use crate::codec::{base64url, cbor, der, pem};
use crate::crypto::{self, CryptoError, Curve, PublicKey};
use crate::time::UnixTime;
use crate::x509::anchor::TrustAnchor;
use crate::x509::certificate::Certificate;
use crate::x509::oid;
use crate::x509::path::{Inputs, ValidPath};
use crate::x509::{CertificateError, Rule};
use serde_json::Value as Json;
use std::path::PathBuf;
use std::sync::LazyLock;

/// Returns the folder of recorded vectors, if it exists.
pub(super) fn folder() -> Option<PathBuf> {
    let folder = PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/../shared/vectors"));
    if !folder.is_dir() {
        println!("skipped: {} is not there", folder.display());
        return None;
    }
    Some(folder)
}

/// Returns every `.pem` file below `roots/` with its certificates.
pub(super) fn pem_files() -> Vec<(String, Vec<Vec<u8>>)> {
    fn walk(folder: &std::path::Path, found: &mut Vec<PathBuf>) {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                walk(&path, found)
            } else if path.extension().is_some_and(|e| e == "pem") {
                found.push(path)
            }
        }
    }
    let Some(folder) = folder() else { return Vec::new() };
    let (roots, mut files) = (folder.join("roots"), Vec::new());
    walk(&roots, &mut files);
    files.sort();
    let read = |file: PathBuf| {
        let text = String::from_utf8_lossy(&std::fs::read(&file).unwrap()).into_owned();
        (file.strip_prefix(&roots).unwrap().display().to_string(), pem::certificates(&text).unwrap())
    };
    files.into_iter().map(read).collect()
}

/// An x5c of a recorded registration.
pub(super) struct Recorded {
    pub(super) id: String,
    pub(super) format: String,
    pub(super) accept: bool,
    pub(super) reason: String,
    /// Whether the verdict requires a path to an anchor.
    pub(super) trust: bool,
    pub(super) anchors: Vec<Vec<u8>>,
    pub(super) time: Option<i64>,
    pub(super) x5c: Vec<Vec<u8>>,
}

fn bytes(json: &Json) -> Option<Vec<u8>> {
    base64url::decode(json.as_str()?).ok().map(|bytes| bytes.to_vec())
}

/// Collects the x5c of a statement, or of each statement in a compound attestation.
fn x5cs(format: &str, statement: cbor::Value<'_>, found: &mut Vec<(String, Vec<Vec<u8>>)>) {
    if let Some(statements) = statement.array() {
        for one in statements.iter() {
            let Some(map) = one.map() else { continue };
            if let (Some(format), Some(statement)) = (map.get("fmt").and_then(cbor::Value::text), map.get("attStmt")) {
                x5cs(format, statement, found);
            }
        }
    }
    let Some(x5c) = statement.map().and_then(|map| map.get("x5c")).and_then(cbor::Value::array) else { return };
    found.push((format.to_owned(), x5c.iter().filter_map(cbor::Value::bytes).map(<[u8]>::to_vec).collect()));
}

/// Returns every x5c in a file of recorded ceremonies.
pub(super) fn ceremonies(file: &str) -> Vec<Recorded> {
    let Some(folder) = folder() else { return Vec::new() };
    let mut all = Vec::new();
    for line in std::fs::read_to_string(folder.join(file)).unwrap().lines() {
        let vector: Json = serde_json::from_str(line).unwrap();
        let (expected, verdict) = (&vector["expected"], &vector["verdict"]);
        let Some(object) = bytes(&vector["response"]["response"]["attestationObject"]) else { continue };
        let rules = cbor::Rules { any_key_order: true, indefinite_length: true };
        let Ok((value, _)) = cbor::Value::read_with(&object, rules) else { continue };
        let Some(map) = value.map() else { continue };
        let (Some(format), Some(statement)) = (map.get("fmt").and_then(cbor::Value::text), map.get("attStmt")) else {
            continue;
        };
        let mut found = Vec::new();
        x5cs(format, statement, &mut found);
        for (format, x5c) in found {
            all.push(Recorded {
                id: vector["id"].as_str().unwrap().to_owned(),
                format,
                accept: verdict["accept"] == true,
                reason: verdict["reason"].as_str().unwrap_or_default().to_owned(),
                trust: expected["attestation_policy"]["trust"] == "verify",
                anchors: expected["trust_anchors"].as_array().into_iter().flatten().filter_map(bytes).collect(),
                time: expected["validate_at"].as_i64(),
                x5c,
            });
        }
    }
    all
}

/// Reads certificates as anchors.
pub(super) fn trusted(ders: &[Vec<u8>]) -> Vec<TrustAnchor> {
    ders.iter().map(|der| TrustAnchor::from_der(der).unwrap()).collect()
}

fn inputs(anchors: &[TrustAnchor], time: Option<i64>) -> Inputs<'_> {
    Inputs { time: time.map(UnixTime::from_secs), ..super::inputs(anchors) }
}

pub(super) fn verify(
    x5c: &[Vec<u8>],
    anchors: &[TrustAnchor],
    time: Option<i64>,
) -> Result<ValidPath, CertificateError> {
    super::validate(x5c, &inputs(anchors, time))
}

/// Returns the time one second after the youngest certificate was issued.
fn issued(x5c: &[Vec<u8>]) -> Option<i64> {
    let times = x5c.iter().map(|der| Certificate::read(der).unwrap().not_before.secs());
    times.max().map(|time| time + 1)
}

/// Returns the self-issued certificates below a folder of `roots/`, without Android's software root, whose RSA key has 1024
/// bits.
fn anchors_of(folder: &str) -> Vec<TrustAnchor> {
    let files = pem_files().into_iter().filter(|(file, _)| file.starts_with(folder) && !file.contains("collection"));
    let ders = files.flat_map(|(_, ders)| ders).filter(|der| Certificate::read(der).unwrap().is_self_issued());
    ders.filter_map(|der| match TrustAnchor::from_der(&der) {
        Ok(anchor) => Some(anchor),
        Err(error) => {
            assert_eq!(error, Rule::Key(CryptoError::Modulus).into());
            None
        }
    })
    .collect()
}

#[test]
fn every_recorded_certificate_is_read() {
    let (mut count, mut weak) = (0, Vec::new());
    for (file, certificates) in pem_files() {
        for (index, der) in certificates.iter().enumerate() {
            count += 1;
            let certificate = Certificate::read(der).unwrap();
            if let Err(error) = certificate.public_key() {
                assert_eq!(error, Rule::Key(CryptoError::Modulus), "{file} {index}");
                weak.push(file.clone());
            }
            let extensions = certificate.extensions;
            assert_eq!(extensions.check_critical(), Ok(()), "{file} {index}");
            assert!(extensions.basic_constraints().is_ok(), "{file} {index}");
            assert!(extensions.key_usage().is_ok(), "{file} {index}");
            assert!(extensions.has_purpose(&[]).is_ok(), "{file} {index}");
            assert!(extensions.subject_alt_name().is_ok(), "{file} {index}");
        }
    }
    println!("{count} certificates below roots/; RSA below 2048 bits: {weak:?}");
    if folder().is_some() {
        assert_eq!((count, weak.len()), (954, 3));
    }
}

/// A root in the manifest: its hash, dates, key, and whether it is self-signed.
#[test]
fn roots_are_what_their_manifest_says() {
    let Some(folder) = folder() else { return };
    let manifest: Json = serde_json::from_slice(&std::fs::read(folder.join("roots/manifest.json")).unwrap()).unwrap();
    let files: std::collections::BTreeMap<_, _> = pem_files().into_iter().collect();
    let backend = crypto::default_backend();
    let (mut signed, mut broken) = (0, Vec::new());
    for entry in manifest["certificates"].as_array().unwrap() {
        let file = entry["file"].as_str().unwrap();
        let [der] = &files[file][..] else { panic!("{file} holds one certificate") };
        let hex: String = backend.sha256(&[der]).iter().map(|byte| format!("{byte:02x}")).collect();
        assert_eq!(entry["sha256"], hex, "{file}");
        let certificate = Certificate::read(der).unwrap();
        let day = |member: &str| {
            let digits = entry[member].as_str().unwrap().replace('-', "") + "000000Z";
            let encoding = [&[0x18, 15][..], digits.as_bytes()].concat();
            der::read_all(&encoding, der::Reader::time).unwrap().secs()
        };
        let days = |time: UnixTime| time.secs().div_euclid(86_400) * 86_400;
        assert_eq!(day("not_before"), days(certificate.not_before), "{file}");
        assert_eq!(day("not_after"), days(certificate.not_after), "{file}");
        let ca = certificate.extensions.basic_constraints().unwrap().is_some_and(|constraints| constraints.ca);
        assert_eq!(entry["ca"] == true, ca, "{file}");
        let key = certificate.public_key();
        let kind = match key.map(|key| key.key) {
            Ok(PublicKey::Ec { curve: Curve::P256, .. }) => "secp256r1".to_owned(),
            Ok(PublicKey::Ec { curve: Curve::P384, .. }) => "secp384r1".to_owned(),
            Ok(PublicKey::Ec { curve: Curve::P521, .. }) => "secp521r1".to_owned(),
            Ok(PublicKey::Rsa { modulus, .. }) => format!("RSA-{}", modulus.len() * 8),
            _ => "RSA-1024".to_owned(),
        };
        assert_eq!(entry["key"], kind, "{file}");
        if entry["self_signed"] != true {
            continue;
        }
        assert!(certificate.is_self_issued(), "{file}");
        let verdict = key.and_then(|key| {
            let scheme = certificate.signature_algorithm()?.scheme(&key)?;
            Ok(backend.verify(scheme, &key.key, certificate.tbs, certificate.signature().unwrap()))
        });
        match verdict {
            Ok(verdict) => {
                assert!(verdict.is_ok(), "{file}");
                signed += 1;
            }
            Err(error) => broken.push((file.to_owned(), error)),
        }
    }
    println!("{signed} roots signed themselves; not judged: {broken:?}");
    let reasons = [Rule::BrokenHash, Rule::Key(CryptoError::Modulus)];
    assert!(broken.iter().all(|(_, error)| reasons.contains(error)));
}

/// The recorded Android paths that do not end at one of Google's roots, and the reason.
static ANDROID: LazyLock<Vec<(&str, CertificateError)>> = LazyLock::new(|| {
    vec![
        // A test of a parser: one certificate without its issuer
        ("allow_while_on_body", Rule::NoAnchor.into()),
        // The second and third certificate are in the wrong order, and the root was never published.
        ("google__algorithm_EC_SecurityLevel_StrongBox", Rule::IssuerName.at(0)),
        // The root was never published.
        ("google__algorithm_RSA_SecurityLevel_StrongBox", Rule::NoAnchor.into()),
        // The key description was changed after it was signed.
        ("invalid__tags_not_in_ascending_order", Rule::Signature.at(0)),
        // Android's software root has an RSA key of 1024 bits, so it cannot be an anchor.
        ("marlin__sdk29__TEE_RSA_NONE", Rule::NoAnchor.into()),
        // The Sony intermediate.
        ("sony-xperia10-iii__sdk33__TEE_EC", Rule::NotCa.at(1)),
    ]
});

#[test]
fn android_paths() {
    let anchors = anchors_of("google/");
    let paths: Vec<_> = pem_files().into_iter().filter(|(file, _)| file.starts_with("android-chains/")).collect();
    let mut valid = 0;
    for (file, x5c) in &paths {
        let name = file.trim_start_matches("android-chains/").trim_end_matches(".pem");
        let verdict = verify(x5c, &anchors, issued(x5c));
        match ANDROID.iter().find(|(refused, _)| *refused == name) {
            Some((_, error)) => assert_eq!(verdict, Err(*error), "{name}"),
            None => {
                assert_eq!(verdict.map(|path| path.certificates), Ok(x5c.len() - 1), "{name}");
                valid += 1;
            }
        }
        if name.starts_with("sony") {
            let issuer_without_ca = Some(SONY_INTERMEDIATE);
            let inputs = Inputs { issuer_without_ca, ..inputs(&anchors, issued(x5c)) };
            let path = super::validate(x5c, &inputs).unwrap();
            assert!(path.issuer_without_ca && path.certificates == 3);
        }
    }
    println!("{valid} of {} Android paths end at Google's roots", paths.len());
    if !paths.is_empty() {
        assert_eq!((valid, paths.len()), (23, 29));
    }
}

/// 12 of the 14 recorded TPM registrations have a critical certificate policies extension.
#[test]
fn tpm_paths_with_critical_policies() {
    let anchors = anchors_of("tpm/");
    let (mut all, mut critical, mut rooted) = (0, 0, 0);
    for recorded in ceremonies("peers.jsonl").into_iter().filter(|recorded| recorded.format == "tpm" && recorded.accept)
    {
        all += 1;
        let x5c = &recorded.x5c;
        let leaf = Certificate::read(&x5c[0]).unwrap();
        let policies = leaf.extensions.find(oid::CERTIFICATE_POLICIES);
        let webpki = oracles::webpki(x5c, &x5c[x5c.len() - 1..], issued(x5c).unwrap());
        if policies.is_some_and(|extension| extension.critical) {
            critical += 1;
            assert_eq!(webpki, Err(webpki::Error::UnsupportedCriticalExtension), "{}", recorded.id);
        }
        // Two paths end at unpublished test roots, so their intermediate is used as the anchor.
        let verdict = verify(x5c, &anchors, issued(x5c));
        rooted += usize::from(verdict.is_ok());
        let own = trusted(&recorded.anchors);
        let verdict = verdict.or_else(|_| verify(x5c, &own, issued(x5c)));
        let verdict = verdict.or_else(|_| verify(x5c, &trusted(&x5c[x5c.len() - 1..]), issued(x5c)));
        println!("{}: {verdict:?}", recorded.id);
        assert!(verdict.is_ok(), "{}", recorded.id);
    }
    println!("{all} TPM paths, {critical} with critical policies, {rooted} end at a TPM vendor's root");
    assert!(folder().is_none() || (all, critical) == (14, 12));
}

/// Returns whether the ceremony is refused because of its path or the syntax of its certificates, not by its format.
fn is_refused_here(recorded: &Recorded) -> bool {
    const CERTIFICATES: &[&str] =
        &["unknown-critical", "expired", "not-yet-valid", "issuer-mismatch", "sha1-signature", "aaguid-dup"];
    let (id, reason) = (&recorded.id, &recorded.reason);
    let of_certificate = CERTIFICATES.iter().any(|end| id.ends_with(&format!(".cert.{end}")));
    of_certificate
        || id.contains(".chain")
        || id.ends_with("-dup")
        || reason == "chain ends at a root that is not a trust anchor"
}

#[test]
fn ceremonies_get_the_verdict_of_their_vector() {
    for file in ["peers.jsonl", "browsers.jsonl", "adversarial.jsonl"] {
        let (mut read, mut accepted, mut refused) = (0, 0, 0);
        for recorded in ceremonies(file) {
            let all_read = recorded.x5c.iter().all(|der| Certificate::read(der).is_ok());
            read += if all_read { recorded.x5c.len() } else { 0 };
            assert!(all_read || !recorded.accept, "{}", recorded.id);
            if !recorded.trust {
                continue;
            }
            let verdict = verify(&recorded.x5c, &trusted(&recorded.anchors), recorded.time);
            if recorded.accept {
                assert!(verdict.is_ok(), "{}: {verdict:?}", recorded.id);
                accepted += 1;
            } else if is_refused_here(&recorded) {
                assert!(verdict.is_err(), "{}: {}", recorded.id, recorded.reason);
                refused += 1;
            }
        }
        println!("{file}: {read} certificates read, {accepted} paths valid, {refused} refused as they must be");
    }
}
