//! Verifies every vector with webauthn-rs too. Each kind of difference has a row in `divergences.tsv`, with the section that
//! settles it and the vectors that may show it. The test fails for a difference without a row, and for a row that no vector
//! shows any more. (The vectors of this repository show some of the rows; with `../shared/vectors` all are shown.)

#[path = "../../../examples/verify_vectors/vector.rs"]
#[allow(dead_code, reason = "a second opinion looks at acceptance only")]
mod vector;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::Deserialize;
use serde_json::Value;
use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use vector::Judgement;
use wardkey::crypto::{Algorithm, default_backend};
use wardkey_differential::{Authentication, Opinion, Record, Registration};

#[derive(Deserialize)]
struct Ceremony {
    id: String,
    kind: String,
    rp: Rp,
    expected: Expected,
    response: Box<serde_json::value::RawValue>,
}

#[derive(Deserialize)]
struct Rp {
    id: String,
    origins: Vec<String>,
    #[serde(default)]
    allow_cross_origin: bool,
}

#[derive(Deserialize)]
struct Expected {
    challenge: String,
    uv_required: bool,
    mediation: Option<String>,
    algs: Option<Vec<i64>>,
    #[serde(default)]
    known_credential_ids: Vec<String>,
    allow_credentials: Option<Vec<String>>,
    counter_policy: Option<String>,
    appid: Option<String>,
    credential: Option<Credential>,
    #[serde(default)]
    quirks: Vec<String>,
    extensions: Option<Value>,
}

#[derive(Deserialize)]
struct Credential {
    id: String,
    public_key_cose: String,
    sign_count: u32,
    backup_eligible: Option<bool>,
    backup_state: Option<bool>,
    uv_initialized: Option<bool>,
}

fn decode(text: &str) -> Vec<u8> {
    URL_SAFE_NO_PAD.decode(text).expect("a vector's base64url")
}

impl Ceremony {
    /// `None` if webauthn-rs cannot express the expectations: frames, conditional creates, quirks, extensions, a counter that is
    /// only reported, a list of several credentials, a response without a record.
    fn second_opinion(&self) -> Option<Opinion> {
        let expected = &self.expected;
        let conditional = expected.mediation.as_deref() == Some("conditional");
        if self.rp.allow_cross_origin || conditional || !expected.quirks.is_empty() || expected.extensions.is_some() {
            return None;
        }
        if self.kind == "registration" {
            let all: Vec<i64> = Algorithm::OFFERABLE.iter().map(|algorithm| algorithm.cose().into()).collect();
            let asked = Registration {
                rp_id: &self.rp.id,
                origins: &self.rp.origins,
                challenge: &expected.challenge,
                user_verification_required: expected.uv_required,
                algorithms: expected.algs.as_deref().unwrap_or(&all),
                known_credential_ids: &expected.known_credential_ids,
            };
            return Some(asked.judge(self.response.get()));
        }
        let credential = expected.credential.as_ref()?;
        let only = |ids: &Vec<String>| ids.is_empty() || *ids == [credential.id.clone()];
        if !expected.allow_credentials.as_ref().is_none_or(only) || expected.counter_policy.as_deref() == Some("report")
        {
            return None;
        }
        let asked = Authentication {
            rp_id: &self.rp.id,
            origins: &self.rp.origins,
            challenge: &expected.challenge,
            user_verification_required: expected.uv_required,
            appid: expected.appid.as_deref(),
            record: Record {
                id: &decode(&credential.id),
                public_key: &decode(&credential.public_key_cose),
                sign_count: credential.sign_count,
                user_verified: credential.uv_initialized.unwrap_or_default(),
                backup_eligible: credential.backup_eligible.unwrap_or_default(),
                backup_state: credential.backup_state.unwrap_or_default(),
            },
        };
        Some(asked.judge(self.response.get()))
    }
}

/// The verdict of wardkey on the same question, without trust in certificates.
fn first_opinion(line: &str) -> Judgement {
    let mut json: Value = serde_json::from_str(line).expect("a vector");
    if json["kind"] == "registration" {
        json["expected"]["attestation_policy"] = Value::Null;
    }
    let vector: vector::Vector = serde_json::from_str(&json.to_string()).expect("a vector");
    vector.judge(default_backend())
}

/// A kind of difference: the verdict of wardkey (`accept`, or a code), that of webauthn-rs, and the subject of the vectors.
type Kind = (String, String, String);

/// Returns the subject of a vector from its id.
fn family(id: &str) -> String {
    let (source, rest) = id.split_once('/').unwrap_or((id, ""));
    match source {
        "attestation" => rest.split('/').take(1).collect(),
        "steps" | "adversarial" => rest.split('.').take(2).collect::<Vec<_>>().join("."),
        _ => source.to_owned(),
    }
}

/// The known kinds, and the section that settles each.
fn table() -> BTreeMap<Kind, String> {
    let mut table = BTreeMap::new();
    for row in include_str!("../divergences.tsv").lines().filter(|line| !line.starts_with('#') && !line.is_empty()) {
        let cells: Vec<_> = row.split('\t').collect();
        let Ok([ours, theirs, section, why, places]) = <[&str; 5]>::try_from(cells) else {
            panic!("five cells: {row}")
        };
        assert!((ours == "accept") != (theirs == "accept"), "{row}");
        for place in places.split("; ") {
            let kind = (ours.to_owned(), theirs.to_owned(), place.to_owned());
            assert_eq!(table.insert(kind, format!("{section}: {why}")), None, "twice: {row}");
        }
    }
    table
}

fn files(folder: &Path) -> Vec<PathBuf> {
    let Ok(entries) = fs::read_dir(folder) else { return Vec::new() };
    let mut files: Vec<_> = entries.map(|entry| entry.expect("an entry").path()).collect();
    // `../shared/vectors` also holds cases of other formats: `mds-shared.jsonl`, `assurance-shared.jsonl`.
    let is_ceremonies = |name: &str| name.ends_with(".jsonl") && !name.ends_with("-shared.jsonl");
    files.retain(|path| path.file_name().is_some_and(|name| is_ceremonies(&name.to_string_lossy())));
    files.sort();
    files
}

/// All differences by kind, with the vectors that show them.
fn divergences(folder: &str) -> BTreeMap<Kind, Vec<String>> {
    let mut found: BTreeMap<_, Vec<String>> = BTreeMap::new();
    let (mut asked, mut seen) = (0, 0);
    for file in files(&Path::new(env!("CARGO_MANIFEST_DIR")).join(folder)) {
        for line in fs::read_to_string(file).expect("a file").lines() {
            seen += 1;
            let ceremony: Ceremony = serde_json::from_str(line).expect("a vector");
            let Some(theirs) = ceremony.second_opinion() else { continue };
            asked += 1;
            let ours = first_opinion(line);
            let kind = match theirs {
                Opinion::Refuse(why) if ours.accept => ("accept".to_owned(), why, family(&ceremony.id)),
                Opinion::Accept if !ours.accept => {
                    let reason = ours.reason.unwrap_or_default();
                    let reason = reason.split(" (").next().unwrap_or_default().to_owned();
                    (ours.code.unwrap_or_default().to_owned(), "accept".to_owned(), reason)
                }
                _ => continue,
            };
            found.entry(kind).or_default().push(ceremony.id);
        }
    }
    let differ: usize = found.values().map(Vec::len).sum();
    println!("{folder}: {seen} vectors, {asked} judged by both, {differ} differently, in {} ways", found.len());
    found
}

/// Checks that each difference has a row. Returns the rows that no vector shows.
fn check(folder: &str) -> Vec<Kind> {
    let (found, mut table) = (divergences(folder), table());
    let without_row: Vec<_> = found.iter().filter(|(kind, _)| table.remove(kind).is_none()).collect();
    assert!(without_row.is_empty(), "no row in divergences.tsv:\n{without_row:#?}");
    table.into_keys().collect()
}

#[test]
fn every_divergence_has_its_row_and_every_row_its_divergence() {
    let mut unused = check("../vectors");
    let shared = "../../../shared/vectors";
    if files(&Path::new(env!("CARGO_MANIFEST_DIR")).join(shared)).is_empty() {
        println!("no {shared}: {} kinds in the table were not shown by any vector", unused.len());
        return;
    }
    let elsewhere = check(shared);
    unused.retain(|kind| elsewhere.contains(kind));
    assert!(unused.is_empty(), "rows that no longer hold:\n{unused:#?}");
}
