//! `COMPARE.md` names the versions that `benches/peers` runs.

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
    assert_eq!(stated("wardkey"), env!("CARGO_PKG_VERSION"));
    assert!(row("wardkey").contains(&format!("Rust {} ", env!("CARGO_PKG_RUST_VERSION"))), "{}", row("wardkey"));
}
