//! The house as it is drawn: dependencies point down, no files go round in a circle unnoticed, and each third-party crate
//! has its door.

use std::collections::{BTreeMap, BTreeSet};
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

/// Third-party crates and the one place that names each, or the few; `serde` and `thiserror` are everybody's.
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
    ("serde_json", "client/ interop/ attestation/android_safetynet.rs relying_party/mod.rs"),
    ("sha1", "crypto/rustcrypto"),
    ("sha2", "crypto/rustcrypto"),
    ("smallvec", "codec/mod.rs"),
    ("url", "client/origin.rs"),
];

/// Circles that stand: a folder, what names each other in it (`mod` is the folder's own file), and why.
const CIRCLES: &[(&str, &str)] = &[
    (
        "attestation: android_key android_safetynet apple compound fido_u2f mod none packed tpm",
        "mod is the table of formats and has what each is asked and answers; compound asks the table again",
    ),
    (
        "client: extensions json",
        "options carry extension inputs, which name credentials and are read as options do and are",
    ),
    ("client/json/response: members mod transports wire", "one reader in four files, and what it shows"),
    ("codec/cbor: keys mod", "a map's reader holds its keys in order, which are read by it"),
    ("codec/der: mod time", "a reader's method for two of its types"),
    (
        "crypto: aws_lc_rs cose ed25519 ed448 mod prepared rustcrypto",
        "mod has the trait and the keys that backends know, and says which backend is the default",
    ),
    ("policy: attestation registered", "a policy makes what was registered, which keeps how it was judged"),
    ("relying_party: builder mod", "each makes the other"),
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
fn each_crate_has_its_door() {
    let mut elsewhere = Vec::new();
    for (file, code) in code() {
        for (name, doors) in DOORS {
            let path = format!("{name}::");
            let named = code.match_indices(&path).any(|(at, _)| {
                let before = code[..at].chars().next_back().unwrap_or(' ');
                !before.is_alphanumeric() && before != '_' && before != ':'
            });
            if named && !doors.split(' ').any(|door| file.starts_with(door)) {
                elsewhere.push(format!("{file} names {name}; its door is {doors}"));
            }
        }
    }
    assert!(elsewhere.is_empty(), "{}", elsewhere.join("\n"));
}

/// A module's place in the tree: of `x509/chain.rs`, x509 and chain.
type Module = Vec<String>;

/// What a file names by `use` and by path, relative to the module that it is.
struct Names {
    /// Which file of its folder it is: `mod` for the folder's own.
    file: Vec<String>,
    code: String,
    /// `pub use`: the name is handed on, and whoever asks for it here is sent there.
    handed_on: Vec<Module>,
    used: Vec<Module>,
}

/// `{}` in a `use` written out.
fn paths(text: &str) -> Vec<String> {
    let Some((head, rest)) = text.split_once('{') else {
        return vec![text.split(" as ").next().unwrap().trim().to_owned()];
    };
    let (mut depth, mut parts) = (1, vec![String::new()]);
    for c in rest.chars() {
        depth += i32::from(c == '{') - i32::from(c == '}');
        match c {
            _ if depth == 0 => break,
            ',' if depth == 1 => parts.push(String::new()),
            c => parts.last_mut().unwrap().push(c),
        }
    }
    let parts = parts.iter().filter(|part| !part.trim().is_empty()).flat_map(|part| paths(part.trim()));
    parts.map(|part| format!("{}{part}", head.trim())).collect()
}

/// A path from the crate's root, where it is one of this crate's.
fn absolute(module: &Module, children: &BTreeSet<String>, path: &str) -> Option<Module> {
    let mut segments = path.split("::").map(str::to_owned).peekable();
    let mut place = module.clone();
    match segments.peek()?.as_str() {
        "crate" => place.clear(),
        "self" => {}
        "super" => drop(place.pop()),
        child if children.contains(child) => place.push(child.to_owned()),
        _ => return None,
    }
    segments.next();
    for segment in segments {
        match segment.as_str() {
            "super" => drop(place.pop()),
            "self" => {}
            _ => place.push(segment),
        }
    }
    Some(place)
}

fn names() -> BTreeMap<Module, Names> {
    let code = code();
    let file = |name: &str| -> Vec<String> { name.trim_end_matches(".rs").split('/').map(str::to_owned).collect() };
    let module = |name: &str| -> Module {
        let mut module = file(name);
        module.pop_if(|last| last == "mod");
        module
    };
    let modules: BTreeSet<Module> = code.keys().map(|name| module(name)).collect();
    let read = |(name, code): (String, String)| {
        let own = module(&name);
        let of_own = |other: &&Module| other.len() == own.len() + 1 && other.starts_with(&own);
        let children = modules.iter().filter(of_own).map(|child| child.last().unwrap().clone()).collect();
        let (mut used, mut handed_on, mut rest) = (Vec::new(), Vec::new(), String::new());
        for item in code.split_inclusive(';') {
            let at = item.match_indices("use ").find(|(at, _)| {
                let before = item[..*at].rsplit('\n').next().unwrap().trim();
                before.is_empty() || before == "pub" || before.starts_with("pub(") && before.ends_with(')')
            });
            let Some((at, _)) = at else {
                rest += item;
                continue;
            };
            let named = paths(&item[at + 4..item.len() - 1]).into_iter();
            let named = named.filter_map(|path| absolute(&own, &children, &path));
            let public = item[..at].rsplit('\n').next().unwrap().contains("pub");
            if public { &mut handed_on } else { &mut used }.extend(named);
            rest += &item[..at];
        }
        let path = |c: char| c.is_alphanumeric() || c == '_' || c == ':';
        let in_code = rest.split(|c| !path(c)).map(|path| path.trim_matches(':')).filter(|path| path.contains("::"));
        used.extend(in_code.filter_map(|path| absolute(&own, &children, path)));
        // A name that is handed on and needed here is used here. At the beginning of a line it is a variant's.
        let words = |line| str::split(line, |c: char| !c.is_alphanumeric() && c != '_').skip(1);
        let words: BTreeSet<&str> = rest.lines().map(str::trim).flat_map(words).collect();
        used.extend(handed_on.iter().filter(|path| words.contains(path.last().unwrap().as_str())).cloned());
        (own, Names { file: file(&name), code: rest, handed_on, used })
    };
    code.into_iter().filter(|(name, _)| name != "lib.rs").map(read).collect()
}

/// The module whose file holds what a path leads to.
fn holder(path: &[String], of: &BTreeMap<Module, Names>) -> Option<Module> {
    let at = (1..=path.len()).rev().find(|&at| of.contains_key(&path[..at]))?;
    let (module, rest) = path.split_at(at);
    let Some(name) = rest.first() else { return Some(module.to_vec()) };
    let declares = |code: &str| {
        let kinds = ["struct", "enum", "trait", "type", "fn", "const"];
        kinds.iter().any(|kind| words(code, &format!("{kind} ")).any(|word| word == name))
    };
    for handed_on in &of[module].handed_on {
        let (last, folder) = handed_on.split_last()?;
        if last == name || last == "*" && of.get(folder).is_some_and(|there| declares(&there.code)) {
            let there = if last == name { &handed_on[..] } else { folder };
            return holder(&[there, &rest[usize::from(last == name)..]].concat(), of);
        }
    }
    Some(module.to_vec())
}

/// Who names whom, in each folder: its files, and its folders as if each were one.
fn neighbours() -> BTreeMap<String, BTreeMap<String, BTreeSet<String>>> {
    let names = names();
    let mut found: BTreeMap<String, BTreeMap<String, BTreeSet<String>>> = BTreeMap::new();
    for from in names.values() {
        for to in from.used.iter().filter_map(|path| holder(path, &names)) {
            let to = &names[&to].file;
            let Some(at) = from.file.iter().zip(to).position(|(one, other)| one != other) else { continue };
            let folder = found.entry(from.file[..at].join("/")).or_default();
            folder.entry(from.file[at].clone()).or_default().insert(to[at].clone());
        }
    }
    found
}

/// A circle of files anywhere is one of neighbours in the folder that has them all.
#[test]
fn every_circle_of_files_has_a_reason() {
    let mut circles = BTreeSet::new();
    for (folder, named) in neighbours() {
        let reached = |from: &String| {
            let (mut reached, mut ahead) = (BTreeSet::new(), vec![from]);
            while let Some(next) = ahead.pop() {
                ahead.extend(named.get(next).into_iter().flatten().filter(|&to| reached.insert(to.clone())));
            }
            reached
        };
        let reached: BTreeMap<_, _> = named.keys().map(|from| (from, reached(from))).collect();
        for (&from, there) in &reached {
            let back = |to: &&String| reached.get(to).is_some_and(|back| back.contains(from));
            let circle: Vec<_> = there.iter().filter(back).map(String::as_str).collect();
            if !circle.is_empty() {
                circles.insert(format!("{folder}: {}", circle.join(" ")));
            }
        }
    }
    let known: BTreeSet<_> = CIRCLES.iter().map(|(circle, _)| (*circle).to_owned()).collect();
    assert_eq!(circles, known, "found, and known with their reasons");
}
