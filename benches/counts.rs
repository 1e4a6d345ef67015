//! Instructions of our own code, counted by callgrind: `cargo bench --bench counts`. Needs valgrind.
//!
//! The backend hashes and accepts every signature, so that the millions of instructions of a signature do not hide a
//! regression of one per cent. Counts are compared with `benches/counts.txt`, which `cargo bench --bench counts -- --save`
//! writes. They are valid for one compiler and one target.

#[path = "harness/ceremony.rs"]
#[allow(dead_code, reason = "the other bench uses the rest")]
mod ceremony;
#[path = "harness/entry_points.rs"]
#[allow(dead_code, reason = "the bench of that name prints the rest")]
mod entry_points;

use ceremony::{SignIn, SignUp};
use entry_points::YES;
use std::collections::BTreeMap;
use std::hint::black_box;
use std::process::{Command, ExitCode};
use wardkey::x509::TrustAnchor;
use wardkey::{AuthenticationResponse, RegistrationResponse};
use wardkey_authenticator::*;

const BASELINE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/benches/counts.txt");

/// One call of a case.
type Case = Box<dyn FnMut()>;

/// All cases by name. The second call is counted.
fn cases() -> Vec<(&'static str, Case)> {
    let sign_in = |algorithm| {
        let sign_in = SignIn::new(algorithm);
        Box::new(move || sign_in.verify(&sign_in.record, &YES))
    };
    let sign_up = |sign_up: SignUp| Box::new(move || drop(black_box(sign_up.verify(&YES))));
    let packed = |certificates| SignUp::new(Packed::new().chain(Chain::of(certificates, Algorithm::Es256)));
    let (assertion, attestation) = (SignIn::new(Algorithm::Es256).json, SignUp::new(Packed::new()).json);
    let root = packed(1).anchors.remove(0);
    vec![
        ("authentication-es256", sign_in(Algorithm::Es256)),
        ("authentication-rs256", sign_in(Algorithm::Rs256)),
        ("authentication-ml-dsa-65", sign_in(Algorithm::MlDsa65)),
        ("registration-none", sign_up(SignUp::new(NoAttestation))),
        ("registration-packed-self", sign_up(SignUp::new(PackedSelf::new()))),
        ("registration-packed-1", sign_up(packed(1))),
        ("registration-packed-3", sign_up(packed(3))),
        ("registration-tpm", sign_up(SignUp::new(Tpm::new()))),
        ("registration-android-key", sign_up(SignUp::new(AndroidKey::new()))),
        ("registration-apple", sign_up(SignUp::new(Apple::new()))),
        ("authentication-json", Box::new(move || drop(black_box(AuthenticationResponse::from_json(&assertion))))),
        ("registration-json", Box::new(move || drop(black_box(RegistrationResponse::from_json(&attestation))))),
        ("trust-anchor", Box::new(move || drop(black_box(TrustAnchor::from_der(&root))))),
    ]
}

/// callgrind counts while this function runs.
#[inline(never)]
fn counted(work: &mut dyn FnMut()) {
    work();
}

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).filter(|argument| argument != "--bench").collect();
    let save = arguments.iter().any(|argument| argument == "--save");
    if let Some(name) = arguments.iter().find(|argument| !argument.starts_with('-')) {
        let (_, mut work) = cases().into_iter().find(|(case, _)| case == name).expect("a case of this name");
        work(); // what is set up once is not counted
        counted(&mut work);
        return ExitCode::SUCCESS;
    }
    let baseline = std::fs::read_to_string(BASELINE).unwrap_or_default();
    let baseline: BTreeMap<&str, i64> = baseline
        .lines()
        .filter_map(|line| line.split_once(' '))
        .filter_map(|(k, v)| Some((k, v.parse().ok()?)))
        .collect();
    let mut lines = String::new();
    let mut worse = false;
    for (name, _) in cases() {
        let count = count(name);
        let change = baseline.get(name).map(|before| 100.0 * (count - before) as f64 / *before as f64);
        println!("{name:28} {count:8} {}", change.map_or("new".into(), |change| format!("{change:+.2} %")));
        worse |= change.is_some_and(|change| change > 1.0);
        lines += &format!("{name} {count}\n");
    }
    if save {
        std::fs::write(BASELINE, lines).expect("the baseline can be written");
    }
    ExitCode::from(u8::from(worse && !save))
}

fn count(name: &str) -> i64 {
    let run = Command::new("valgrind")
        .args(["--tool=callgrind", "--callgrind-out-file=/dev/null", "--toggle-collect=counts::counted"])
        .arg(std::env::current_exe().expect("a path"))
        .arg(name)
        .output()
        .expect("valgrind runs");
    let report = String::from_utf8_lossy(&run.stderr);
    let collected = report.lines().find_map(|line| line.split("Collected :").nth(1));
    collected.and_then(|count| count.trim().parse().ok()).unwrap_or_else(|| panic!("{report}"))
}
