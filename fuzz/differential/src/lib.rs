//! Compares the verdicts of two libraries with the table of known differences.

use wardkey::ceremony::Failure;
use wardkey_differential::Opinion;

/// Checks that the verdicts agree, or that the table has a row for the difference.
pub fn compare<T>(ours: Result<T, Failure>, theirs: &Opinion) {
    let kind = match (&ours, theirs) {
        (Ok(_), Opinion::Refuse(why)) => ("accept", why.as_str()),
        (Err(failure), Opinion::Accept) => (failure.code(), "accept"),
        _ => return,
    };
    let table = include_str!("../../../tests/differential/divergences.tsv");
    let mut rows = table.lines().map(|row| row.split('\t').collect::<Vec<_>>());
    let known = rows.any(|row| row.first() == Some(&kind.0) && row.get(1) == Some(&kind.1));
    assert!(known, "wardkey: {}, webauthn-rs: {}, and no row says why", kind.0, kind.1);
}
