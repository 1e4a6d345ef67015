//! What must not compile: a state used twice, and evidence that nothing was verified for.
//!
//! The compiler's words are in `tests/misuse/*.stderr`. After a change of them that is one of words only:
//! `TRYBUILD=overwrite cargo test --test misuse`.

#[test]
fn misuse_does_not_compile() {
    let tests = trybuild::TestCases::new();
    tests.pass("tests/misuse/right.rs");
    tests.compile_fail("tests/misuse/wrong_*.rs");
}
