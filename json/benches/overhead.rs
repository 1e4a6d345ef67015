//! The overhead of the process: an ES256 sign-in through it, beside the same sign-in in the library, in turns of one run.
//!
//! The ratios are of processor time (`/proc/PID/schedstat`): of this thread for the library, of the process for the process. The
//! time on the clock is printed too, but on a machine that does other work it says more about the scheduler than about the code.
//! Then a million requests, and a line of 100 MB, with the peak of resident memory.
//!
//! ```text
//! cargo bench -p wardkey-json
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

const BATCH: usize = 2_000;
const TURNS: usize = 11;
const MILLION: usize = 1_000_000;

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
    let (own, child) = ("self".to_owned(), process.id().to_string());
    let typed: CredentialRecord = serde_json::from_str(&record).unwrap();
    let mut times: [Vec<Cost>; 6] = Default::default();
    for _ in 0..TURNS {
        let read = || serde_json::from_str::<AuthenticationState>(&state).unwrap();
        let mut states: Vec<_> = (0..BATCH).map(|_| read()).collect();
        times[0].push(cost(&own, || {
            each(|| drop(black_box(finish_read(&rp, states.pop().unwrap(), posted, &typed))));
        }));
        times[1].push(cost(&own, || each(|| drop(black_box(bare())))));
        times[2].push(cost(&own, || each(&mut portal)));
        times[3].push(cost(&own, || each(|| drop(black_box(call(&context, line.trim_end()))))));
        times[4].push(cost(&child, || batch(&line, &mut to, &mut from)));
        times[5].push(cost(&child, || {
            each(|| {
                to.write_all(line.as_bytes()).unwrap();
                let mut answer = String::new();
                from.read_line(&mut answer).unwrap();
                assert!(answer.contains("\"ok\""));
            });
        }));
    }
    let names = [
        "library: read the response, and finish",
        "library: read state, record and response, and finish",
        "library: the same, and write evidence and update",
        "call(): one function call, no process",
        "process: a pipe, in batches",
        "process: a pipe, one at a time",
    ];
    let costs = times.map(|turns| Cost {
        processor: median(turns.iter().map(|cost| cost.processor).collect()),
        clock: median(turns.iter().map(|cost| cost.clock).collect()),
    });
    println!("processor µs, ratio to each of the first three lines; clock µs");
    for (name, Cost { processor, clock }) in names.iter().zip(&costs) {
        let [first, second, third] = [0, 1, 2].map(|line| processor / costs[line].processor);
        let (processor, clock) = (processor * 1e6, clock * 1e6);
        println!("{processor:6.1}  {first:4.2}  {second:4.2}  {third:4.2}  {clock:6.1}  {name}");
    }
    println!("Medians of {TURNS} turns of {BATCH} sign-ins.");

    let before = peak(&child);
    let start = r#"{"v":1,"id":1,"do":"start-authentication","session":"s","now":1795392000}"#.to_owned() + "\n";
    let million = cost(&child, || {
        for _ in 0..MILLION / BATCH {
            batch(&start, &mut to, &mut from);
        }
    });
    // `cost` divides by BATCH.
    let [processor, clock] = [million.processor, million.clock].map(|seconds| seconds * BATCH as f64);
    println!(
        "{MILLION} requests of start-authentication: {processor:.1} s of processor time, {clock:.1} s on the clock"
    );
    println!("peak of resident memory: {before} kB before, {} kB after", peak(&child));
    (0..100).for_each(|_| to.write_all(&[b'['; 1_000_000]).unwrap());
    writeln!(to).unwrap();
    let mut answer = String::new();
    from.read_line(&mut answer).unwrap();
    assert!(answer.contains("too-long"));
    println!("after a line of 100 MB: {} kB", peak(&child));
    drop(to);
    assert!(process.wait().unwrap().success());
    fs::remove_dir_all(folder).unwrap();
}

/// The peak of resident memory of a process, in kB.
fn peak(process: &str) -> String {
    let status = fs::read_to_string(format!("/proc/{process}/status")).unwrap();
    let line = status.lines().find(|line| line.starts_with("VmHWM")).unwrap();
    line.split_whitespace().nth(1).unwrap().to_owned()
}

/// The seconds of one sign-in.
struct Cost {
    processor: f64,
    clock: f64,
}

/// What `BATCH` sign-ins cost: the processor time is that of the first thread of this process.
fn cost(process: &str, action: impl FnOnce()) -> Cost {
    let processor = || {
        let text = fs::read_to_string(format!("/proc/{process}/schedstat")).unwrap();
        text.split(' ').next().unwrap().parse::<f64>().unwrap() / 1e9
    };
    let (start, before) = (Instant::now(), processor());
    action();
    let (clock, after) = (start.elapsed().as_secs_f64(), processor());
    Cost { processor: (after - before) / BATCH as f64, clock: clock / BATCH as f64 }
}

fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    values[values.len() / 2]
}

fn finish(rp: &RelyingParty, state: &str, posted: &str, record: &str) -> wardkey::Authenticated {
    let state: AuthenticationState = serde_json::from_str(state).unwrap();
    let record: CredentialRecord = serde_json::from_str(record).unwrap();
    finish_read(rp, state, posted, &record)
}

fn finish_read(
    rp: &RelyingParty,
    state: AuthenticationState,
    posted: &str,
    record: &CredentialRecord,
) -> wardkey::Authenticated {
    let response = AuthenticationResponse::from_json(posted).unwrap();
    let (session, now) = (Session::bound("ada's session"), UnixTime::from_secs(NOW));
    rp.finish_authentication(state, &response, Some(record), session, now).unwrap()
}

fn each(mut action: impl FnMut()) {
    (0..BATCH).for_each(|_| action());
}

/// Sends all requests before it reads an answer to the end.
fn batch(line: &str, to: &mut (impl Write + Send), from: &mut impl Read) {
    let all = line.repeat(BATCH);
    let mut buffer = vec![0; 64 * 1024];
    thread::scope(|scope| {
        scope.spawn(|| to.write_all(all.as_bytes()).unwrap());
        let mut answers = 0;
        while answers < BATCH {
            let len = from.read(&mut buffer).unwrap();
            assert!(len > 0, "the process ended");
            answers += buffer[..len].iter().filter(|byte| **byte == b'\n').count();
        }
    });
}
