//! Code that must not compile: using a state twice, making a verified value without verification.
//!
//! `tests/misuse/*.stderr` holds the messages of the compiler. If only their wording changed, write them anew:
//! `TRYBUILD=overwrite cargo test --test misuse`.

#[test]
fn misuse_does_not_compile() {
    let tests = trybuild::TestCases::new();
    tests.pass("tests/misuse/right.rs");
    tests.compile_fail("tests/misuse/wrong_*.rs");
}
