//! The pages for people: every link leads somewhere, every error code has a row, every step has a reason, every question a page.
//!
//! After a change of the rules of attestation statements or certificates:
//!
//! ```text
//! WRITE_TABLES=1 cargo test --test manual
//! ```

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};
use wardkey::ceremony::{Ceremony, Refusal};
use wardkey::{BROWSER_JS, Error, InvalidValue};

const ROOT: &str = env!("CARGO_MANIFEST_DIR");

fn read(path: &str) -> String {
    fs::read_to_string(Path::new(ROOT).join(path)).unwrap_or_else(|error| panic!("{path}: {error}"))
}

/// Every Markdown file of the repository, by its path from the root.
fn pages() -> BTreeMap<String, String> {
    fn below(folder: &Path, found: &mut Vec<PathBuf>) {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            let name = path.file_name().unwrap().to_str().unwrap();
            if path.is_dir() {
                if !matches!(name, ".git" | "target" | "node_modules" | "corpus" | "artifacts") {
                    below(&path, found);
                }
            } else if name.ends_with(".md") {
                found.push(path);
            }
        }
    }
    let mut found = Vec::new();
    below(Path::new(ROOT), &mut found);
    let name = |path: &Path| path.strip_prefix(ROOT).unwrap().to_str().unwrap().replace('\\', "/");
    found.iter().map(|path| (name(path), fs::read_to_string(path).unwrap())).collect()
}

/// The lines of a page outside of code blocks.
fn prose(page: &str) -> impl Iterator<Item = &str> {
    let mut code = false;
    page.lines().filter(move |line| {
        let fence = line.trim_start().starts_with("```");
        code ^= fence;
        !code && !fence
    })
}

/// The targets of the links of a page: `[text](target)` and `[name]: target`, outside of code.
fn links(page: &str) -> Vec<String> {
    let mut found = Vec::new();
    for line in prose(page) {
        if let Some((name, target)) = line.strip_prefix('[').and_then(|rest| rest.split_once("]: "))
            && !name.contains(']')
        {
            found.push(target.trim().to_owned());
            continue;
        }
        for (at, _) in line.match_indices("](") {
            let in_code = line[..at].matches('`').count() % 2 == 1;
            let target = line[at + 2..].split(')').next().unwrap();
            if !in_code {
                found.push(target.to_owned());
            }
        }
    }
    found
}

/// The anchor of a heading, as rustdoc and the forges make it.
fn anchor(heading: &str) -> String {
    let text = heading.trim_start_matches('#').trim().to_lowercase();
    let kept = text.chars().filter(|c| c.is_alphanumeric() || matches!(c, ' ' | '-' | '_'));
    kept.map(|c| if c == ' ' { '-' } else { c }).collect()
}

fn anchors(page: &str) -> BTreeSet<String> {
    let heading = |line: &&str| line.trim_start_matches('#').starts_with(' ') && line.starts_with('#');
    prose(page).filter(heading).map(anchor).collect()
}

/// The pages of `wardkey::manual`, by their module.
fn chapters() -> BTreeMap<String, String> {
    let chapter = |path: &str| path.strip_prefix("src/manual/")?.strip_suffix(".md").map(str::to_owned);
    pages().into_iter().filter_map(|(path, page)| Some((chapter(&path)?, page))).collect()
}

#[test]
fn every_link_leads_to_a_file_and_a_heading() {
    let (pages, chapters) = (pages(), chapters());
    assert!(pages.len() > 20, "{:?}", pages.keys());
    let (mut broken, mut checked) = (Vec::new(), 0);
    for (path, page) in &pages {
        for link in links(page) {
            let (target, heading) = link.split_once('#').map_or((&*link, None), |(file, at)| (file, Some(at)));
            let headings = if target.is_empty() {
                Some(anchors(page))
            } else if let Some(item) = target.strip_prefix("crate::") {
                // rustdoc checks the item. It does not check the heading.
                item.strip_prefix("manual::")
                    .map(|chapter| chapters.get(chapter).map_or_else(BTreeSet::new, |page| anchors(page)))
            } else if target.contains("://") || target.contains("::") || target.starts_with("mailto:") {
                None
            } else {
                let file = Path::new(ROOT).join(path).parent().unwrap().join(target);
                checked += 1;
                if !file.exists() {
                    broken.push(format!("{path}: {link}"));
                }
                (target.ends_with(".md") && heading.is_some())
                    .then(|| fs::read_to_string(&file).map_or_else(|_| BTreeSet::new(), |page| anchors(&page)))
            };
            if let (Some(heading), Some(headings)) = (heading, headings) {
                checked += 1;
                if !headings.contains(heading) {
                    broken.push(format!("{path}: {link}: no such heading"));
                }
            }
        }
    }
    assert!(checked > 100, "{checked} links");
    assert!(broken.is_empty(), "{}", broken.join("\n"));
}

#[test]
fn every_chapter_is_in_the_list_and_every_question_has_a_page() {
    let module = read("src/manual/mod.rs");
    let chapters = chapters();
    let declared: BTreeSet<_> =
        module.lines().filter_map(|line| line.strip_prefix("pub mod ")?.strip_suffix(" {}")).collect();
    assert_eq!(declared, chapters.keys().map(String::as_str).collect());
    let docs: String =
        module.lines().filter_map(|line| line.strip_prefix("//!")).map(|line| format!("{}\n", line.trim())).collect();
    let (lists, questions) = docs.split_once("# Questions").unwrap();
    for name in &declared {
        assert_eq!(lists.matches(&format!("[`{name}`]")).count(), 1, "{name} is in the lists once");
        assert!(module.contains(&format!("#[doc = include_str!(\"{name}.md\")]\npub mod {name} {{}}\n")), "{name}");
    }
    let rows: Vec<_> = questions.lines().filter(|line| line.starts_with("| ")).skip(1).collect();
    assert_eq!(rows.len(), 25, "{rows:#?}");
    for row in rows {
        let page = row.trim_end_matches('|').rsplit('|').next().unwrap();
        assert!(row.contains('?') && page.contains("[`"), "{row}");
        for link in links(page) {
            let Some((chapter, heading)) = link.split_once('#') else { continue };
            assert!(anchors(&chapters[chapter]).contains(heading), "{row}: {link}");
        }
    }
}

/// A block without a language is Rust and compiles. Others name their language.
#[test]
fn every_code_block_is_rust_or_names_its_language() {
    for (chapter, page) in chapters() {
        let mut open = false;
        for line in page.lines().filter(|line| line.starts_with("```")) {
            open = !open;
            let language = line.trim_start_matches('`');
            let known = matches!(language, "" | "js" | "html" | "sql" | "http" | "text" | "sh" | "toml");
            assert!(if open { known } else { language.is_empty() }, "{chapter}: {line}");
        }
        assert!(!open, "{chapter}");
        assert!(page.starts_with(char::is_uppercase), "{chapter} begins with a sentence for the list of pages");
    }
}

#[test]
fn every_step_has_a_reason() {
    let why = read("src/manual/why.md");
    for step in [Ceremony::Registration, Ceremony::Authentication].into_iter().flat_map(Ceremony::steps) {
        assert_eq!(why.matches(&format!("| {step} |")).count(), 1, "{step}");
    }
}

/// The texts between quotes in code, without comments.
fn quoted(code: &str) -> Vec<String> {
    let lines = code.lines().filter(|line| !line.trim_start().starts_with("//"));
    let code = lines.collect::<Vec<_>>().join("\n");
    let (mut found, mut text, mut inside, mut escaped) = (Vec::new(), String::new(), false, false);
    for c in code.chars() {
        match (inside, c) {
            (true, _) if escaped => (text, escaped) = (text + &c.to_string(), false),
            (true, '\\') => escaped = true,
            (true, '"') => {
                found.push(std::mem::take(&mut text));
                inside = false;
            }
            (true, _) => text.push(c),
            (false, '"') => inside = true,
            (false, _) => {}
        }
    }
    found
}

/// The codes that the functions `code` of a file return.
fn codes(file: &str) -> BTreeSet<String> {
    let code = read(file);
    let functions = code.split("fn code(").skip(1).map(|rest| rest.split("\n    }\n").next().unwrap().to_owned());
    functions.flat_map(|body| quoted(&body)).collect()
}

/// The part of a page from one text to the next heading of any level, or to the end.
fn section<'p>(page: &'p str, begins: &str) -> &'p str {
    let rest = page.split_once(begins).unwrap_or_else(|| panic!("{begins}")).1;
    rest.split("\n#").next().unwrap()
}

/// The words in backticks in the first cell of each row.
fn listed(section: &str) -> Vec<&str> {
    let cells =
        section.lines().filter_map(|line| line.strip_prefix("| `")).map(|rest| rest.split(" | ").next().unwrap());
    cells.flat_map(|cell| cell.split('`').step_by(2)).filter(|word| !word.is_empty()).collect()
}

/// The words of `CODES` in `browser/wardkey.js`.
fn page_codes() -> BTreeSet<&'static str> {
    let english = BROWSER_JS.split_once("\n  en: {\n").unwrap().1.split_once("\n  },").unwrap().0;
    english.lines().map(|line| line.trim().split(':').next().unwrap().trim_matches('"')).collect()
}

#[test]
fn every_error_code_of_the_front_door_has_one_row() {
    let page = read("src/manual/errors.md");
    let (front_door, rest) = page.split_once("\n# Refusals\n").unwrap();
    let (refusals, _) = rest.split_once("\n# Codes of the page\n").unwrap();

    let mut expected: BTreeSet<String> = Refusal::codes().map(str::to_owned).collect();
    let own = codes("src/error.rs");
    assert!(own.contains("expired") && own.contains("failed"), "{own:?}");
    let mut own: BTreeSet<_> =
        own.into_iter().filter(|code| !["failed", "unknown-credential"].contains(&&**code)).collect(); // of `PublicFailure`
    let rows = listed(front_door);
    assert_eq!(rows.iter().map(|&code| code.to_owned()).collect::<BTreeSet<_>>(), own);
    assert_eq!(rows.len(), own.len(), "each once");

    own.remove("response-malformed");
    let rows = listed(refusals);
    expected.remove("response-malformed"); // in the table of the front door
    assert!(expected.is_disjoint(&own));
    assert_eq!(rows.iter().map(|&code| code.to_owned()).collect::<BTreeSet<_>>(), expected);
    assert_eq!(rows.len(), expected.len(), "each once");

    // What to tell is a code of the page, and the fault is that of the error.
    let told = page_codes();
    assert_eq!(told.len(), 10, "{told:?}");
    for line in refusals.lines().filter(|line| line.starts_with("| `")) {
        let tell = line.split(" | ").nth(1).unwrap().trim_matches('`');
        assert!(told.contains(tell), "{line}");
    }
    let faults: BTreeMap<_, _> = [
        Error::Expired,
        Error::SessionMismatch,
        Error::SessionEmpty,
        Error::Timeout,
        Error::TimeNotInSeconds,
        Error::NotYetIssued,
        Error::WrongRelyingParty,
        Error::UnverifiableAlgorithm(-300),
        Error::UnknownPolicy,
        Error::NoCredentials,
        Error::NoDecoys,
        Error::ForeignCredential,
        Error::Extension(InvalidValue::PrfCredential),
        Error::CredentialLeftOut,
        Error::OtherPurpose,
        Error::NotFresh,
        Error::ReauthenticationMismatch,
        Error::ReauthenticationLifetime,
        Error::NotAFactor,
        Error::Random,
    ]
    .into_iter()
    .map(|error| (error.code(), format!("{:?}", error.fault())))
    .collect();
    for line in front_door.lines().filter(|line| line.starts_with("| `")) {
        let cells: Vec<_> = line.split(" | ").collect();
        let code = cells[0].trim_start_matches("| ").trim_matches('`');
        let fault = faults.get(code).map_or("Response", String::as_str);
        assert_eq!(cells[1], fault, "{code}");
        assert!(told.contains(cells[2].trim_matches('`')), "{line}");
    }
    let listed: BTreeSet<_> = listed(section(&page, "\n# Codes of the page\n")).into_iter().collect();
    assert_eq!(listed, told);
}

/// The other errors with codes: the file of the error, and the words of `errors.md` that its table follows.
#[test]
fn every_other_error_code_has_a_row() {
    let page = read("src/manual/errors.md");
    let tables = [
        ("src/client/json/lint.rs", "\n# Lints of options\n"),
        ("src/interop/error.rs", "[`ImportError::code`]"),
        ("src/interop/check.rs", "[`Concern::code`]"),
        ("src/metadata/error.rs", "\n# FIDO metadata (feature `mds`)\n"),
    ];
    for (file, begins) in tables {
        // Two tables of one section: the first ends where the second begins.
        let table = section(&page, begins).split("[`Concern::code`]").next().unwrap();
        let rows = listed(table);
        assert_eq!(rows.iter().map(|&code| code.to_owned()).collect::<BTreeSet<_>>(), codes(file), "{file}");
        assert_eq!(rows.len(), codes(file).len(), "{file}: each once");
    }
    let values = section(&page, "\n# Documents, accounts, assurance and audit\n");
    let rows = [
        ("src/confirmation/document.rs", "DocumentError"),
        ("src/confirmation/part.rs", "PartError"),
        ("src/account/model.rs", "AccountError"),
        ("src/assurance/facts.rs", "FactsError"),
        ("src/assurance/acr.rs", "AcrTableError"),
        ("src/assurance/signal.rs", "SignalError"),
        ("src/audit/bundle.rs", "BundleError"),
        ("src/audit/chain.rs", "ChainFault"),
    ];
    for (file, error) in rows {
        let row =
            values.split_once(&format!("| `{error}` |")).unwrap_or_else(|| panic!("{error}")).1.lines().next().unwrap();
        let words: BTreeSet<_> = row.split('`').skip(1).step_by(2).map(str::to_owned).collect();
        assert_eq!(words, codes(file), "{error}");
    }

    // No file with codes is forgotten.
    let known = ["src/error.rs", "src/ceremony/failure.rs", "src/ceremony/refusal.rs", "src/extensions/tables.rs"];
    let generated = RULES.map(|(_, file, _)| file);
    let mut listed: BTreeSet<_> = known.into_iter().chain(generated).map(str::to_owned).collect();
    listed.extend(tables.iter().chain(&rows).map(|(file, _)| (*file).to_owned()));
    let mut found = BTreeSet::new();
    let mut folders = vec![Path::new(ROOT).join("src")];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|extension| extension == "rs")
                && fs::read_to_string(&path).unwrap().contains(" fn code(")
            {
                found.insert(path.strip_prefix(ROOT).unwrap().to_str().unwrap().replace('\\', "/"));
            }
        }
    }
    assert_eq!(found, listed);
}

/// The tables that this test writes: the heading, the file of the rules, and how their codes begin.
const RULES: [(&str, &str, &str); 2] = [
    ("# Rules of attestation statements", "src/attestation/error.rs", "attestation-"),
    ("# Rules of certificates", "src/x509/error.rs", "x509-"),
];

fn rules() -> String {
    let mut out = String::new();
    for (heading, file, prefix) in RULES {
        let code = read(file);
        let rules = code.rsplit_once("reasons! {\n").unwrap().1.split_once("\n}\n").unwrap().0;
        let texts = quoted(rules);
        let rows: Vec<_> =
            texts.chunks(2).map(|row| format!("| `{}` | {} |\n", row[0], row[1].replace('|', "\\|"))).collect();
        assert!(rows.len() > 30 && rows.iter().all(|row| row.starts_with(&format!("| `{prefix}"))), "{rows:#?}");
        out += &format!("{heading}\n\n| code | what is refused |\n|---|---|\n{}\n", rows.concat());
    }
    out.trim_end().to_owned() + "\n"
}

#[test]
fn the_rules_of_statements_and_certificates_are_listed() {
    let page = read("src/manual/errors.md");
    let (before, written) = page.split_at(page.find(RULES[0].0).unwrap_or(page.len()));
    let (introduction, expected) = (before.trim_end(), rules());
    if std::env::var_os("WRITE_TABLES").is_some() {
        fs::write(Path::new(ROOT).join("src/manual/errors.md"), format!("{introduction}\n\n{expected}")).unwrap();
        return;
    }
    assert!(written == expected, "run WRITE_TABLES=1 cargo test --test manual; expected:\n{expected}");
}

/// The names that `browser/wardkey.js` exports.
fn exports() -> BTreeSet<&'static str> {
    let exported = BROWSER_JS.lines().filter_map(|line| line.strip_prefix("export "));
    let declared = exported.map(|line| line.trim_start_matches("async ").split_once(' ').unwrap().1);
    declared.map(|line| line.split(|c: char| !c.is_alphanumeric() && c != '_').next().unwrap()).collect()
}

/// The page that crates.io shows says what README.md says, and its links lead to pages of the documentation.
#[test]
fn the_page_of_the_package_agrees_with_the_readme() {
    let (page, readme) = (read("docs/crate.md"), read("README.md"));
    let part = |text: &str, begin: &str, end: &str| {
        let from = text.find(begin).unwrap_or_else(|| panic!("no {begin:?}"));
        text[from..from + text[from..].find(end).unwrap()].to_owned()
    };
    for (begin, end) in [("# wardkey\n", "```sh"), ("```rust\n", "\n```\n"), ("## Features\n", "\n## ")] {
        assert_eq!(part(&page, begin, end), part(&readme, begin, end));
    }
    let targets = links(&page);
    for target in &targets {
        let Some(path) = target.strip_prefix("https://docs.rs/wardkey/latest/wardkey/") else {
            assert_eq!(target, "https://docs.rs/wardkey-authenticator");
            continue;
        };
        let path = format!("src/{}", path.trim_end_matches('/'));
        let files = [format!("{path}.md"), format!("{path}/mod.rs")];
        assert!(files.iter().any(|file| Path::new(ROOT).join(file).exists()), "{target}");
    }
    assert!(targets.len() > 5);
}

/// Pages name functions of `wardkey.js`, files of the repository and examples that exist.
#[test]
fn every_name_of_a_page_exists() {
    const FOLDERS: [&str; 9] =
        ["benches/", "browser/", "docs/", "examples/", "fuzz/", "json/", "scripts/", "src/", "tests/"];
    let (pages, exports) = (pages(), exports());
    assert!(exports.contains("autofill") && exports.contains("WardkeyError"), "{exports:?}");
    let (mut missing, mut checked) = (Vec::new(), 0);
    for (path, page) in &pages {
        let manual = path.starts_with("src/manual/")
            || matches!(path.as_str(), "README.md" | "SECURITY.md" | "examples/README.md");
        let names =
            page.split("wardkey.").skip(1).map(|rest| rest.split(|c: char| !c.is_alphanumeric()).next().unwrap());
        for name in
            names.filter(|name| !matches!(*name, "js" | "notices" | "d" | "service" | "toml" | "mjs" | "json" | ""))
        {
            checked += 1;
            if manual && !exports.contains(name) {
                missing.push(format!("{path}: wardkey.{name}"));
            }
        }
        for name in page.split("--example ").skip(1).map(|rest| rest.split([' ', '`', '\n']).next().unwrap()) {
            let places = ["examples", "examples/portal/examples", "tests/support/examples"];
            let exists = places.iter().any(|place| {
                let file = Path::new(ROOT).join(place).join(name);
                file.is_dir() || file.with_extension("rs").exists()
            });
            checked += 1;
            if !exists {
                missing.push(format!("{path}: --example {name}"));
            }
        }
        for word in page.split('`').filter(|word| manual && FOLDERS.iter().any(|folder| word.starts_with(folder))) {
            let file = word.split([' ', '*', '#']).next().unwrap();
            checked += 1;
            if !Path::new(ROOT).join(file).exists() {
                missing.push(format!("{path}: {word}"));
            }
        }
    }
    assert!(checked > 60, "{checked}");
    assert!(missing.is_empty(), "{}", missing.join("\n"));
}
