//! Pages that quote the repository: the versions in `COMPARE.md`, the code in `CONTRIBUTING.md`.

use std::path::Path;

#[test]
fn the_page_compares_the_versions_that_the_benchmarks_run() {
    let page = include_str!("../COMPARE.md");
    let lock = include_str!("../benches/peers/Cargo.lock");
    let row = |name: &str| page.lines().find(|line| line.starts_with(&format!("| {name} | "))).unwrap();
    let stated = |name: &str| row(name).split(" | ").nth(1).unwrap();
    for (name, package) in [("passki", "passki"), ("webauthn_rp", "webauthn_rp"), ("webauthn-rs", "webauthn-rs-core")] {
        let (_, rest) = lock.split_once(&format!("name = \"{package}\"\nversion = \"")).unwrap();
        assert_eq!(stated(name), rest.split('"').next().unwrap(), "{name}");
    }
}

/// Every line of an example is in the file that the text before it names last.
#[test]
fn code_by_example_is_code_of_the_repository() {
    let page = include_str!("../CONTRIBUTING.md");
    let mut blocks = page.split("```rust,ignore\n");
    let mut before = blocks.next().unwrap();
    let mut lines = 0;
    for block in blocks {
        let (code, after) = block.split_once("```").unwrap();
        let named = before.split('`').rfind(|word| word.ends_with(".rs")).unwrap();
        let file = std::fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join(named)).unwrap();
        for line in code.lines().map(str::trim) {
            assert!(file.contains(line), "{named} does not contain: {line}");
            lines += 1;
        }
        before = after;
    }
    assert!(lines > 5, "{lines} lines of code");
}
