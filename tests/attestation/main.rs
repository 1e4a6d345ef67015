//! §8, and §7.1 steps 21 to 24: a table of registrations, each with one change, and their verdicts.
//!
//! The rows are also vectors, for other libraries: `tests/vectors/attestation.jsonl`. After a change of the table:
//!
//! ```text
//! WRITE_VECTORS=1 cargo test --test attestation
//! ```

#![allow(clippy::unwrap_used, clippy::panic, reason = "tests")]

mod android_key;
mod android_safetynet;
mod apple;
mod certificate;
mod coverage;
mod fido_u2f;
mod none_and_compound;
mod packed;
mod path;
mod revocation;
mod row;
mod tpm;
mod trust;

use row::Row;
use std::collections::BTreeSet;
use std::path::Path;
use std::sync::LazyLock;
use wardkey::crypto::{AwsLcRs, Backend, RustCrypto};
use wardkey_authenticator::Vector;

/// All rows, made once.
static TABLE: LazyLock<Vec<Row>> = LazyLock::new(|| {
    [
        packed::rows(),
        certificate::rows(),
        path::rows(),
        revocation::rows(),
        tpm::rows(),
        android_key::rows(),
        android_safetynet::rows(),
        fido_u2f::rows(),
        apple::rows(),
        none_and_compound::rows(),
        trust::rows(),
    ]
    .concat()
});

#[test]
fn every_row_has_the_expected_verdict() {
    let mut wrong = Vec::new();
    for row in TABLE.iter() {
        let response = row.response();
        for backend in [&AwsLcRs as &dyn Backend, &RustCrypto] {
            if let Err(why) = row.check(&response, backend) {
                wrong.push(format!("{} on {}: {why}", row.name, backend.name()));
            }
        }
    }
    assert!(wrong.is_empty(), "{} of {} rows:\n{}", wrong.len(), TABLE.len(), wrong.join("\n"));
    println!("{} rows, {} of them refused", TABLE.len(), TABLE.iter().filter(|row| row.verdict.is_err()).count());
}

#[test]
fn row_names_are_unique() {
    let names: BTreeSet<_> = TABLE.iter().map(|row| &row.name).collect();
    assert_eq!(names.len(), TABLE.len());
}

#[test]
fn every_variant_has_a_row() {
    let produced = TABLE.iter().filter_map(|row| row.verdict.err()).flat_map(|verdict| coverage::paths(&verdict));
    let (count, missing) = coverage::missing(&produced.collect());
    assert!(missing.is_empty(), "without a row:\n{}", missing.join("\n"));
    println!("{count} variants, each with a row or a reason");
}

#[test]
fn the_committed_vectors_equal_the_rows() {
    let lines: Vec<String> = TABLE.iter().filter_map(vector).map(|vector| vector.line()).collect();
    let text = lines.join("\n") + "\n";
    let file = Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/vectors/attestation.jsonl"));
    if std::env::var_os("WRITE_VECTORS").is_some() {
        std::fs::write(file, &text).unwrap();
    }
    let written = std::fs::read_to_string(file).unwrap_or_default();
    let differs = lines.iter().zip(written.lines()).find(|(made, written)| made != written);
    let at = differs.map(|(made, _)| made.split(',').next().unwrap_or_default());
    assert!(at.is_none() && text == written, "run with WRITE_VECTORS=1; first difference: {at:?}");
    assert!(text.len() < 2_800_000, "{} bytes of vectors", text.len());
    println!("{} vectors, {} bytes", lines.len(), text.len());
}

/// The row in format 1, or `None` if format 1 cannot express its policy.
fn vector(row: &Row) -> Option<Vector> {
    if row.policy.is_some() || row.bound {
        return None;
    }
    let vector = Vector::registration(&format!("attestation/{}", row.name), &row.registration);
    let vector = match &row.verdict {
        Ok(()) => vector,
        Err(refusal) => vector.refused(row.step(), &refusal.to_string()),
    };
    Some(if row.strict { vector.strict() } else { vector })
}
