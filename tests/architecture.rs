//! Dependencies between modules, and between the files of some directories, point down. Each crate is used only in the modules
//! that `ARCHITECTURE.md` names. The tables of that page are the rules: this test reads them.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

const PAGE: &str = include_str!("../ARCHITECTURE.md");

/// The rows of the table below a heading: for each of the first two columns, what is in backquotes.
fn table(heading: &str) -> Vec<[Vec<&'static str>; 2]> {
    let (_, section) = PAGE.split_once(&format!("\n## {heading}\n")).unwrap_or_else(|| panic!("no section {heading}"));
    let section = section.split("\n## ").next().unwrap();
    let rows = section.lines().filter(|line| line.starts_with("| `"));
    let quoted = |cell: &'static str| cell.split('`').skip(1).step_by(2).collect();
    let row = |line: &'static str| {
        let mut cells = line.trim_matches('|').split('|').map(quoted);
        [cells.next().unwrap(), cells.next().unwrap()]
    };
    let rows: Vec<_> = rows.map(row).collect();
    assert!(rows.len() > 2, "{heading}: {rows:?}");
    rows
}

/// The modules from the lowest layer to the highest. Modules of one row do not use each other.
fn layers() -> Vec<Vec<&'static str>> {
    table("Layers").into_iter().map(|[modules, _]| modules).rev().collect()
}

/// Crates, and the beginnings of the names of the files that may use each.
fn doors() -> Vec<(&'static str, Vec<&'static str>)> {
    table("Crates").into_iter().map(|[name, files]| (name[0], files)).collect()
}

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
    let layers = layers();
    let layer = |module: &str| layers.iter().position(|row| row.contains(&module));
    let mut upward = Vec::new();
    for (file, code) in code() {
        let module = file.split(['/', '.']).next().unwrap();
        if module == "lib" {
            continue;
        }
        let own = layer(module).unwrap_or_else(|| panic!("{file} has no layer in ARCHITECTURE.md"));
        for used in words(&code, "crate::") {
            match layer(used) {
                Some(below) if below < own || used == module => {}
                Some(_) => upward.push(format!("{file} uses crate::{used}")),
                None => upward.push(format!("{file} uses crate::{used}, which has no layer in ARCHITECTURE.md")),
            }
        }
    }
    assert!(upward.is_empty(), "{}", upward.join("\n"));
}

#[test]
fn each_crate_is_used_only_in_its_modules() {
    let mut elsewhere = Vec::new();
    let doors = doors();
    for (file, code) in code() {
        for (name, doors) in &doors {
            let path = format!("{name}::");
            let named = code.match_indices(&path).any(|(at, _)| {
                let before = &code[..at];
                let before = before.strip_suffix("::").unwrap_or(before); // `::name::` is a crate, `module::name::` is not
                let before = before.chars().next_back().unwrap_or(' ');
                !before.is_alphanumeric() && before != '_' && before != ':' && before != '>'
            });
            if named && !doors.iter().any(|door| file.starts_with(door)) {
                elsewhere.push(format!("{file} uses {name}, which is allowed only in {doors:?}"));
            }
        }
    }
    assert!(elsewhere.is_empty(), "{}", elsewhere.join("\n"));
}

/// The page names what exists, once, and leaves no dependency out.
#[test]
fn the_page_names_every_module_and_every_dependency() {
    let code = code();
    let modules: BTreeSet<_> = code.keys().map(|file| file.split(['/', '.']).next().unwrap()).collect();
    let mut named = layers().concat();
    named.sort_unstable();
    assert_eq!(named, modules.into_iter().filter(|module| *module != "lib").collect::<Vec<_>>());
    let manifest = include_str!("../Cargo.toml");
    let (_, dependencies) = manifest.split_once("\n[dependencies]\n").unwrap();
    let lines = dependencies.split("\n[").next().unwrap().lines().filter(|line| !line.starts_with('#'));
    let mut crates: Vec<_> = lines.filter_map(|line| Some(line.split_once(" = ")?.0.replace('-', "_"))).collect();
    crates.retain(|name| name != "serde" && name != "thiserror");
    crates.sort_unstable();
    assert_eq!(doors().iter().map(|(name, _)| *name).collect::<Vec<_>>(), crates);
    for (name, files) in doors() {
        for door in files {
            assert!(code.keys().any(|file| file.starts_with(door)), "{name}: src/{door} does not exist");
        }
    }
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
    for [folder, floors] in table("Files of a module") {
        let folder = folder[0];
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
    let stated = format!(
        "| wardkey | {} | Rust {} | MIT or Apache-2.0 | {} crates |",
        env!("CARGO_PKG_VERSION"),
        env!("CARGO_PKG_RUST_VERSION"),
        crates.len()
    );
    assert!(include_str!("../COMPARE.md").contains(&stated), "COMPARE.md must have: {stated}");
}
