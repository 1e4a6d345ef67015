//! The cost of every entry point: `cargo bench --bench entry_points` prints a table.
//!
//! Each row is measured at the longest input and at half of it: `growth` is how many times as long the longest takes. A time
//! is the least of many runs. Bold: more than a millisecond per 64 KiB, or faster growth than n log n. With a part of a name
//! as argument, only the entry points that contain it are written.

#![allow(unsafe_code, reason = "a global allocator cannot be written without; it counts and hands on to the system's")]

#[path = "../tests/bounds/counting.rs"]
#[allow(dead_code, reason = "tests/bounds uses the rest")]
mod counting;
#[path = "harness/entry_points.rs"]
#[allow(dead_code, reason = "tests/bounds uses the rest")]
mod entry_points;

use entry_points::{EntryPoint, Input};
use std::time::{Duration, Instant};

const PER: f64 = 65_536.0;
/// The allowed cost in microseconds per 64 KiB, and the allowed growth beyond linear.
const MOST: f64 = 1_000.0;
const FASTER: f64 = 1.3;

/// Returns the shortest time of a call, in microseconds.
fn least(work: &dyn Fn()) -> f64 {
    let (begin, mut least, mut runs) = (Instant::now(), f64::MAX, 0);
    while runs < 5 || (begin.elapsed() < Duration::from_millis(150) && runs < 2_000) {
        let start = Instant::now();
        work();
        least = least.min(start.elapsed().as_secs_f64() * 1e6);
        runs += 1;
    }
    least
}

fn main() {
    let filter: Vec<String> = std::env::args().skip(1).filter(|argument| !argument.starts_with('-')).collect();
    let entries = entry_points::all();
    for (own, title) in [(false, "What others send"), (true, "What the relying party itself hands in")] {
        let columns = ["entry point", "what grows", "bound", "up to", "µs per 64 KiB", "growth", "peak memory"];
        println!("\n**{title}**\n\n| {} |\n|{}", columns.join(" | "), "---|".repeat(columns.len()));
        let named = |entry: &EntryPoint| filter.is_empty() || filter.iter().any(|filter| entry.name.contains(filter));
        entries.iter().filter(|entry| entry.own == own && named(entry)).for_each(row);
    }
}

fn row(entry: &EntryPoint) {
    let measured = [2, 1].map(|part| {
        let Input { bytes, work } = (entry.make)(entry.most / part);
        work(); // what is set up once is not measured
        let ((), held) = counting::peak(&work);
        (bytes as f64, least(&work), held as f64)
    });
    let [(half, before, _), (bytes, time, held)] = measured;
    let (rate, grown) = (time * PER / bytes, time / before);
    let marked = |number: String, bad: bool| if bad { format!("**{number}**") } else { number };
    println!(
        "| `{}` | {} | {} | {:.0} KiB | {} | {} | {:.2} × |",
        entry.name,
        entry.grows,
        if entry.bound.is_empty() { "–" } else { entry.bound },
        bytes / 1024.0,
        marked(format!("{rate:.0}"), rate > MOST),
        marked(format!("{grown:.2} ×"), grown > FASTER * bytes / half),
        held / bytes,
    );
}
