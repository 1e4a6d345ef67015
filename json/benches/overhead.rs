//! The overhead of the process: an ES256 sign-in through it, beside the same sign-in in the library. One run measures all of it in
//! turns, so that the ratios do not depend on what else the machine does.
//!
//! ```text
//! cargo bench --manifest-path json/Cargo.toml
//! ```

#[path = "../tests/common/mod.rs"]
mod common;

use common::{Browser, CONFIG, NOW, context, register, request, sign_in};
use std::hint::black_box;
use std::io::{BufRead, BufReader, Read, Write};
use std::process::{Command, Stdio};
use std::time::Instant;
use std::{fs, thread};
use wardkey::{AuthenticationResponse, AuthenticationState, CredentialRecord, RelyingParty, Session, UnixTime};
use wardkey_json::call;

const BATCH: usize = 1_000;
const TURNS: usize = 15;

fn main() {
    let (context, mut browser) = (context(), Browser::default());
    let record = register(&context, &mut browser)["record"].clone();
    let members = sign_in(&context, &browser, &record, 1);
    let line = request("finish-authentication", members.clone()) + "\n";
    let rp = RelyingParty::new("clinic.example", "Example Clinic").unwrap();
    let posted = members["response"].as_str().unwrap();
    let [state, record] = ["state", "record"].map(|name| members[name].to_string());

    let folder = std::env::temp_dir().join(format!("wardkey-bench-{}", std::process::id()));
    fs::create_dir_all(&folder).unwrap();
    fs::write(folder.join("wardkey.toml"), CONFIG).unwrap();
    fs::write(folder.join("decoys.secret"), common::secret("").unwrap()).unwrap();
    let mut process = Command::new(env!("CARGO_BIN_EXE_wardkey"));
    process.arg("--config").arg(folder.join("wardkey.toml"));
    let mut process = process.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
    let (mut to, mut from) = (process.stdin.take().unwrap(), BufReader::new(process.stdout.take().unwrap()));

    let bare = || finish(&rp, &state, posted, &record);
    let mut portal = || {
        let done = finish(&rp, &state, posted, &record);
        black_box(serde_json::to_string(&(&done.evidence, &done.update)).unwrap());
    };
    let mut times: [Vec<f64>; 5] = Default::default();
    for _ in 0..TURNS {
        times[0].push(each(|| drop(black_box(bare()))));
        times[1].push(each(&mut portal));
        times[2].push(each(|| drop(black_box(call(&context, line.trim_end())))));
        times[3].push(batch(&line, &mut to, &mut from));
        times[4].push(each(|| {
            to.write_all(line.as_bytes()).unwrap();
            let mut answer = String::new();
            from.read_line(&mut answer).unwrap();
            assert!(answer.contains("\"ok\""));
        }));
    }
    drop(to);
    assert!(process.wait().unwrap().success());
    fs::remove_dir_all(folder).unwrap();

    let names = [
        "library: read state, record and response, and finish",
        "library: the same, and write evidence and update",
        "call(): one function call, no process",
        "process: a pipe, in batches",
        "process: a pipe, one at a time",
    ];
    let median = |times: &mut Vec<f64>| {
        times.sort_by(f64::total_cmp);
        times[times.len() / 2]
    };
    let medians = times.each_mut().map(median);
    for (name, time) in names.iter().zip(medians) {
        println!("{:8.1} µs  {:5.2}  {:5.2}  {name}", time * 1e6, time / medians[0], time / medians[1]);
    }
    println!("The ratios are to the first and to the second line. {TURNS} turns of {BATCH} sign-ins each; medians.");
}

fn finish(rp: &RelyingParty, state: &str, posted: &str, record: &str) -> wardkey::Authenticated {
    let state: AuthenticationState = serde_json::from_str(state).unwrap();
    let record: CredentialRecord = serde_json::from_str(record).unwrap();
    let response = AuthenticationResponse::from_json(posted).unwrap();
    let (session, now) = (Session::bound("ada's session"), UnixTime::from_secs(NOW));
    rp.finish_authentication(state, &response, Some(&record), session, now).unwrap()
}

/// The seconds of one call.
fn each(mut action: impl FnMut()) -> f64 {
    let start = Instant::now();
    (0..BATCH).for_each(|_| action());
    start.elapsed().as_secs_f64() / BATCH as f64
}

/// The seconds of one request, if all are sent before an answer is read.
fn batch(line: &str, to: &mut (impl Write + Send), from: &mut impl Read) -> f64 {
    let all = line.repeat(BATCH);
    let mut buffer = vec![0; 64 * 1024];
    let start = Instant::now();
    thread::scope(|scope| {
        scope.spawn(|| to.write_all(all.as_bytes()).unwrap());
        let mut answers = 0;
        while answers < BATCH {
            let len = from.read(&mut buffer).unwrap();
            assert!(len > 0, "the process ended");
            answers += buffer[..len].iter().filter(|byte| **byte == b'\n').count();
        }
    });
    start.elapsed().as_secs_f64() / BATCH as f64
}
