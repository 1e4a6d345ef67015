//! Dependencies between modules, and between the files of some directories, point down. Each crate is used only in the modules
//! that `Cargo.toml` names.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

/// The modules from the lowest layer to the highest. Modules of one row do not use each other.
const LAYERS: &[&[&str]] = &[
    &["set"],
    &["time", "quirk", "budget", "invalid"],
    &["codec"],
    &["crypto"],
    &["credential"],
    &["extensions"],
    &["x509"],
    &["client", "authenticator"],
    &["parse"],
    &["attestation"],
    &["metadata"],
    &["ceremony"],
    &["error"],
    &["confirmation"],
    &["policy", "state"],
    &["vector"],
    &["relying_party"],
    &["interop", "assurance"],
    &["account", "audit"],
    &["manual"],
];

/// Crates, and the modules that may use each. Every module may use `serde` and `thiserror`.
const DOORS: &[(&str, &str)] = &[
    ("aws_lc_rs", "crypto/aws_lc_rs.rs"),
    ("base64", "codec/base64url.rs"),
    ("curve25519_dalek", "crypto/ed25519.rs"),
    ("ed25519_dalek", "crypto/rustcrypto"),
    ("ed448_goldilocks", "crypto/ed448.rs"),
    ("getrandom", "crypto/rustcrypto"),
    ("hmac", "crypto/rustcrypto"),
    ("humantime", "audit/fhir.rs"),
    ("k256", "crypto/rustcrypto"),
    ("ml_dsa", "crypto/rustcrypto"),
    ("p256", "crypto/rustcrypto"),
    ("p384", "crypto/rustcrypto"),
    ("p521", "crypto/rustcrypto"),
    ("rsa", "crypto/rustcrypto"),
    (
        "serde_json",
        "client/ codec/canonical.rs codec/json.rs codec/jws.rs extensions/ interop/ attestation/android_safetynet.rs metadata/ relying_party/mod.rs audit/ vector.rs",
    ),
    ("sha1", "crypto/rustcrypto"),
    ("sha2", "crypto/rustcrypto"),
    ("smallvec", "codec/mod.rs"),
    ("url", "client/origin.rs extensions/appid.rs"),
    ("webauthn_rs", "interop/webauthn_rs/typed.rs"),
];

/// The files of a directory from the lowest to the highest. None uses a file above it.
const FLOORS: &[(&str, &[&str])] = &[
    ("authenticator", &["aaguid", "data"]),
    (
        "ceremony",
        &[
            "step",
            "refusal",
            "outcome",
            "backup",
            "origins",
            "site",
            "evidence",
            "recorder",
            "failure",
            "client_data",
            "common",
            "authentication",
            "registration",
            "payment",
        ],
    ),
    (
        "x509",
        &[
            "oid",
            "error",
            "name",
            "algorithm",
            "constraints",
            "extensions",
            "certificate",
            "anchor",
            "crl",
            "revocation",
            "path",
        ],
    ),
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

/// The files of `src` by name, with their code but without comments and tests.
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

fn word(text: &str) -> &str {
    text.split(|c: char| !c.is_alphanumeric() && c != '_').next().unwrap()
}

fn words<'a>(text: &'a str, before: &'a str) -> impl Iterator<Item = &'a str> {
    text.split(before).skip(1).map(word)
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
fn each_crate_is_used_only_in_its_modules() {
    let mut elsewhere = Vec::new();
    for (file, code) in code() {
        for (name, doors) in DOORS {
            let path = format!("{name}::");
            let named = code.match_indices(&path).any(|(at, _)| {
                let before = &code[..at];
                let before = before.strip_suffix("::").unwrap_or(before); // `::name::` is a crate, `module::name::` is not
                let before = before.chars().next_back().unwrap_or(' ');
                !before.is_alphanumeric() && before != '_' && before != ':' && before != '>'
            });
            if named && !doors.split(' ').any(|door| file.starts_with(door)) {
                elsewhere.push(format!("{file} uses {name}, which is allowed only in {doors}"));
            }
        }
    }
    assert!(elsewhere.is_empty(), "{}", elsewhere.join("\n"));
}

/// Path validation is the same for all formats. What a format demands of its path is an argument.
#[test]
fn certificates_do_not_know_attestation_formats() {
    const FORMATS: &[&str] = &["packed", "tpm", "android", "safetynet", "u2f", "fido", "apple", "sony", "compound"];
    for (file, code) in code().iter().filter(|(file, _)| file.starts_with("x509/")) {
        let code = code.to_lowercase();
        let named: Vec<_> = FORMATS.iter().filter(|format| code.contains(*format)).collect();
        assert!(named.is_empty() && !code.contains("crate::attestation"), "{file} names {named:?}");
    }
}

#[test]
fn files_use_only_files_below_them() {
    let code = code();
    for (folder, floors) in FLOORS {
        let files = code.keys().filter_map(|file| file.strip_prefix(folder)?.strip_prefix('/')?.strip_suffix(".rs"));
        let missing: Vec<_> = files.filter(|file| *file != "mod" && !floors.contains(file)).collect();
        assert!(missing.is_empty(), "{folder}: {missing:?} have no floor");
        for (own, file) in floors.iter().enumerate() {
            let code = &code[&format!("{folder}/{file}.rs")];
            let groups = code.split("super::{").skip(1).map(|group| group.split(';').next().unwrap());
            let grouped = groups.flat_map(|group| group.split([',', '{'])).map(|path| word(path.trim()));
            let named = words(code, "super::").chain(grouped);
            let upward: Vec<_> = named.filter(|name| floors[own..].contains(name)).collect();
            assert!(upward.is_empty(), "{folder}/{file} names {upward:?}");
        }
    }
}

/// What a user builds who asks for nothing more: also the crates that only build the others.
#[test]
fn the_default_build_has_few_crates_and_none_of_webauthn_rs() {
    let tree = std::process::Command::new(env!("CARGO"))
        .args([
            "tree",
            "--offline",
            "--locked",
            "--package=wardkey",
            "--edges=normal,build",
            "--prefix=none",
            "--format={p}",
        ])
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .output()
        .unwrap();
    assert!(tree.status.success(), "{}", String::from_utf8_lossy(&tree.stderr));
    let tree = String::from_utf8(tree.stdout).unwrap();
    let crates: std::collections::BTreeSet<_> =
        tree.lines().map(|line| line.split(" (").next().unwrap()).filter(|name| !name.is_empty()).collect();
    let theirs: Vec<_> =
        crates.iter().filter(|name| name.contains("webauthn") || name.contains("crypto-glue")).collect();
    assert!(theirs.is_empty(), "{theirs:?}");
    assert!((20..=65).contains(&crates.len()), "{} crates: {crates:?}", crates.len());
}
