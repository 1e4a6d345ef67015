//! What the process says when its variables are wrong. It starts nothing then.

use std::process::Command;

fn refused(variables: &[(&str, &str)]) -> String {
    let unused = std::env::temp_dir().join(format!("portal-start-{}.db", std::process::id()));
    let database = format!("sqlite://{}?mode=rwc", unused.display());
    let mut process = Command::new(env!("CARGO_BIN_EXE_portal"));
    for name in ["METADATA", "METADATA_ROOTS", "ORIGIN", "RP_ID", "PORT"] {
        process.env_remove(name);
    }
    process.envs([("DATABASE_URL", &*database), ("RUST_LOG", "info")]);
    let ended = process.envs(variables.iter().copied()).output().unwrap();
    let said = String::from_utf8(ended.stdout).unwrap();
    assert!(!ended.status.success() && !said.contains("open http") && !unused.exists(), "{said}");
    said
}

#[test]
fn wrong_variables_are_named() {
    let readme = concat!(env!("CARGO_MANIFEST_DIR"), "/README.md");
    let cases: [(&[(&str, &str)], &str); 5] = [
        (&[("ORIGIN", "https://portal.clinic.example")], "ORIGIN and RP_ID need each other"),
        (&[("METADATA", "some.blob")], "METADATA and METADATA_ROOTS need each other"),
        (&[("METADATA", "some.blob"), ("METADATA_ROOTS", "no.such.file")], "METADATA_ROOTS: "),
        (&[("METADATA", "some.blob"), ("METADATA_ROOTS", readme)], "METADATA_ROOTS: "),
        (&[("PORT", "eighty")], "invalid digit"),
    ];
    for (variables, words) in cases {
        let said = refused(variables);
        assert!(said.contains(words), "{variables:?}: {said}");
    }
}
