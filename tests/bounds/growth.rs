//! Every entry point with inputs of length n, 2n and 4n: neither allocations nor instructions grow faster than the input.

use super::counting::{asked, peak};
use super::entry_points::{self, EntryPoint, Input};
use std::process::Command;

/// The allowed growth beyond linear: that of n log n at these sizes, and that of a vector that doubles.
const FASTER: f64 = 1.2;
/// The cost of a call with a short input: allocations, bytes, instructions of a debug build.
const CALLS: f64 = 64.0;
const BYTES: f64 = 32_768.0;
const INSTRUCTIONS: f64 = 300_000.0;

/// Measures one entry point at three sizes, each twice the previous one. The setup is not measured.
fn measured<T>(entry: &EntryPoint, parts: [usize; 3], measure: impl Fn(&dyn Fn()) -> T) -> [(f64, T); 3] {
    parts.map(|part| {
        let Input { bytes, work } = (entry.make)(entry.most / part);
        work();
        (bytes as f64, measure(&*work))
    })
}

/// Returns whether a count grows faster than the input, apart from the cost of every call.
fn grows_faster(free: f64, [before, after]: [(f64, f64); 2]) -> bool {
    let grown = after.0 / before.0;
    assert!((1.3..2.5).contains(&grown), "{before:?}, then {after:?}: not about twice as long");
    after.1 > free + before.1 * grown * FASTER
}

#[test]
fn no_entry_point_allocates_faster_than_its_input_grows() {
    let mut wrong = Vec::new();
    for entry in entry_points::all() {
        let counts = measured(&entry, [16, 8, 4], |work| {
            let (calls, asked) = asked(work);
            let ((), held) = peak(work);
            [calls, asked, held].map(|count| count as f64)
        });
        for pair in counts.windows(2) {
            let of = |which: usize| [0, 1].map(|at| (pair[at].0, pair[at].1[which]));
            let [_, (bytes, held)] = of(2);
            let too_much = held > BYTES + entry.held as f64 * bytes;
            if grows_faster(CALLS, of(0)) || grows_faster(BYTES, of(1)) || too_much {
                wrong.push(format!("{}, {}: {pair:?}", entry.name, entry.grows));
            }
        }
    }
    assert!(wrong.is_empty(), "bytes of the input; calls, bytes asked for, bytes held at once:\n{}", wrong.join("\n"));
}

/// callgrind counts while this function runs.
#[inline(never)]
fn counted(work: &dyn Fn()) {
    work();
}

/// Counts instructions with callgrind, which runs this test again. Without valgrind it counts nothing; then only the test of
/// allocations and the tests of single bounds remain.
#[test]
fn no_entry_point_computes_faster_than_its_input_grows() {
    const CHILD: &str = "WARDKEY_COUNTED_BY_CALLGRIND";
    const PARTS: [usize; 3] = [64, 32, 16];
    if std::env::var_os(CHILD).is_some() {
        for entry in entry_points::all() {
            measured(&entry, PARTS, counted);
        }
        return;
    }
    let report = std::env::temp_dir().join(format!("wardkey-growth-{}", std::process::id()));
    let run = Command::new("valgrind")
        .args(["--tool=callgrind", "--combine-dumps=yes", "--toggle-collect=bounds::growth::counted"])
        .args(["--dump-after=bounds::growth::counted", &format!("--callgrind-out-file={}", report.display())])
        .arg(std::env::current_exe().unwrap())
        .args(["--exact", "growth::no_entry_point_computes_faster_than_its_input_grows"])
        .env(CHILD, "1")
        .output();
    let Ok(run) = run else {
        println!("no valgrind: the instructions of {} entry points were not counted", entry_points::all().len());
        return;
    };
    assert!(run.status.success(), "{}", String::from_utf8_lossy(&run.stderr));
    let text = std::fs::read_to_string(&report).unwrap();
    std::fs::remove_file(&report).unwrap();
    let counts =
        text.lines().filter_map(|line| line.strip_prefix("summary: ")).map(|count| count.trim().parse::<f64>());
    let counts: Vec<f64> = counts.map(Result::unwrap).filter(|count| *count > 0.0).collect();
    let mut wrong = Vec::new();
    let entries = entry_points::all();
    assert_eq!(counts.len(), 3 * entries.len());
    for (entry, counts) in entries.iter().zip(counts.chunks(3)) {
        let lengths = PARTS.map(|part| (entry.make)(entry.most / part).bytes as f64);
        let counts: Vec<_> = lengths.into_iter().zip(counts.iter().copied()).collect();
        if counts.windows(2).any(|pair| grows_faster(INSTRUCTIONS, [pair[0], pair[1]])) {
            wrong.push(format!("{}, {}: {counts:?}", entry.name, entry.grows));
        }
    }
    assert!(wrong.is_empty(), "bytes of the input, instructions:\n{}", wrong.join("\n"));
}

/// Functions that take an input of any length and need no row, with the reason.
const EXEMPT: [(&str, &[&str]); 4] = [
    (
        "keeps what it is given",
        &[
            "$field", // the setters of extension inputs
            "algorithms",
            "and_exactly",
            "any_name",
            "as_learned",
            "apply",
            "attestation_formats",
            "attestation_named",
            "attestation_policy",
            "builder",
            "by_credential",
            "called_by",
            "display_name",
            "eval",
            "exact",
            "for_aaguid",
            "for_format",
            "framed_by",
            "hints",
            "known",
            "named",
            "native_origin",
            "new",
            "of",
            "origin",
            "other",
            "refuse",
            "refuse_at_sign_in",
            "related_origin",
            "request",
            "requiring",
            "rotate",
            "rotated",
            "rp_name",
            "shaped",
            "signal_current_user_details",
            "signal_unknown_credential",
            "step_up",
            "suspend",
            "with_counts",
            "with_crls",
            "with_extensions",
            "with_second",
            "with_shape",
            "with_user",
        ],
    ),
    (
        "looks up or compares one name",
        &[
            "from_identifier",
            "from_name",
            "get",
            "has",
            "has_extension",
            "reassess",
            "require",
            "require_with_additional_factor",
            "seen",
            "spend",
            "verdict",
        ],
    ),
    ("hashes, or refuses every other length", &["bound", "digest", "ec", "ed25519", "ed448", "ml_dsa", "rsa"]),
    (
        "is the same as one that has a row",
        &[
            "fido",
            "finish_confirmation",
            "bundle_authentication", // of_vector
            "bundle_confirmation",
            "bundle_registration",
            "finish_reauthentication",
            "finish_registration_with_metadata",
            "from_kept_blob",
            "icon",
            "keep_blob",
            "part",
            "start_confirmation",
        ],
    ),
];

/// Returns the names of the public functions below `folder` that take an input of any length.
fn take_any_length(folder: &std::path::Path, found: &mut std::collections::BTreeSet<String>) {
    const ANY: [&str; 7] = ["str", "&[", "a [", "impl ", "Vec<", "Response", "State,"];
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            take_any_length(&path, found);
            continue;
        }
        let code = std::fs::read_to_string(&path).unwrap();
        for item in code.split("pub ").skip(1) {
            let Some(function) = item.strip_prefix("fn ").or_else(|| item.strip_prefix("const fn ")) else { continue };
            let (name, rest) = function.split_once(['(', '<']).unwrap();
            let parameters = rest.split(['{', ';']).next().unwrap().split("->").next().unwrap();
            if ANY.iter().any(|any| parameters.contains(any)) {
                found.insert(name.to_owned());
            }
        }
    }
}

#[test]
fn every_entry_point_is_measured() {
    let mut functions = std::collections::BTreeSet::new();
    take_any_length(concat!(env!("CARGO_MANIFEST_DIR"), "/src").as_ref(), &mut functions);
    let measured: String = entry_points::all().iter().map(|entry| format!("{} ", entry.name)).collect();
    let named = |name: &str| measured.split(|c: char| !c.is_alphanumeric() && c != '_').any(|word| word == name);
    let exempt = |name: &str| EXEMPT.iter().any(|(_, names)| names.contains(&name));
    let missing: Vec<_> = functions.iter().filter(|name| !named(name) && !exempt(name)).collect();
    assert!(missing.is_empty(), "neither in benches/harness/entry_points.rs nor exempt: {missing:?}");
}
