//! The house as it is drawn: dependencies point down, and each third-party crate has one door.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

/// Modules from the ground up; those of one row do not know each other.
const LAYERS: &[&[&str]] = &[
    &["time", "quirk", "extension"],
    &["codec"],
    &["crypto"],
    &["credential"],
    &["x509"],
    &["client", "authenticator"],
    &["attestation"],
    &["ceremony"],
    &["evidence"],
    &["policy"],
    &["state", "error"],
    &["relying_party"],
    &["interop"],
];

/// Third-party crates and the one place that names each; `serde` and `thiserror` are everybody's.
const DOORS: &[(&str, &str)] = &[
    ("aws_lc_rs", "crypto/aws_lc_rs.rs"),
    ("base64", "codec/base64url.rs"),
    ("curve25519_dalek", "crypto/ed25519.rs"),
    ("ed25519_dalek", "crypto/rustcrypto"),
    ("ed448_goldilocks", "crypto/ed448.rs"),
    ("getrandom", "crypto/rustcrypto"),
    ("hmac", "crypto/rustcrypto"),
    ("k256", "crypto/rustcrypto"),
    ("memchr", "client/data.rs"),
    ("ml_dsa", "crypto/rustcrypto"),
    ("p256", "crypto/rustcrypto"),
    ("p384", "crypto/rustcrypto"),
    ("p521", "crypto/rustcrypto"),
    ("rsa", "crypto/rustcrypto"),
    ("sha1", "crypto/rustcrypto"),
    ("sha2", "crypto/rustcrypto"),
    ("smallvec", "codec/mod.rs"),
    ("url", "client/origin.rs"),
];

fn sources(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            if path.file_name().unwrap() != "tests" {
                sources(&path, found);
            }
        } else if path.extension().is_some_and(|extension| extension == "rs") && path.file_stem().unwrap() != "tests" {
            found.push(path);
        }
    }
}

/// File names below `src` and their code, without comments and tests.
fn code() -> BTreeMap<String, String> {
    let root = Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/src"));
    let mut files = Vec::new();
    sources(root, &mut files);
    assert!(files.len() > 20, "{files:?}");
    let code = |text: String| -> String {
        let library = text.split("#[cfg(test)]\nmod ").next().unwrap();
        library.lines().filter(|line| !line.trim_start().starts_with("//")).map(|line| format!("{line}\n")).collect()
    };
    let name = |path: &Path| path.strip_prefix(root).unwrap().to_str().unwrap().replace('\\', "/");
    files.iter().map(|path| (name(path), code(fs::read_to_string(path).unwrap()))).collect()
}

fn words<'a>(text: &'a str, before: &'a str) -> impl Iterator<Item = &'a str> {
    text.split(before).skip(1).map(|rest| rest.split(|c: char| !c.is_alphanumeric() && c != '_').next().unwrap())
}

#[test]
fn dependencies_point_down() {
    let layer = |module: &str| LAYERS.iter().position(|row| row.contains(&module));
    let mut upward = Vec::new();
    for (file, code) in code() {
        let module = file.split(['/', '.']).next().unwrap();
        if module == "lib" {
            continue;
        }
        let own = layer(module).unwrap_or_else(|| panic!("{file} has no place in LAYERS"));
        for used in words(&code, "crate::") {
            match layer(used) {
                Some(below) if below < own || used == module => {}
                Some(_) => upward.push(format!("{file} uses crate::{used}")),
                None => upward.push(format!("{file} uses crate::{used}, which has no place in LAYERS")),
            }
        }
    }
    assert!(upward.is_empty(), "{}", upward.join("\n"));
}

#[test]
fn each_crate_has_one_door() {
    let mut elsewhere = Vec::new();
    for (file, code) in code() {
        for (name, door) in DOORS {
            let path = format!("{name}::");
            let named = code.match_indices(&path).any(|(at, _)| {
                let before = code[..at].chars().next_back().unwrap_or(' ');
                !before.is_alphanumeric() && before != '_' && before != ':'
            });
            if named && !file.starts_with(door) {
                elsewhere.push(format!("{file} names {name}; its door is {door}"));
            }
        }
    }
    assert!(elsewhere.is_empty(), "{}", elsewhere.join("\n"));
}
