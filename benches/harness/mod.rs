//! Measures contestants in turn, round by round, so that a slow machine slows all of them.
//!
//! A contestant is timed in batches of about half a millisecond. What is printed for it is the median of its ratios to
//! the first contestant of its row, round by round; for the first itself, the median of its times.

use std::hint::black_box;
use std::time::{Duration, Instant};

const ROUNDS: usize = 101;
const BATCH: Duration = Duration::from_micros(500);

/// Something to be timed. What it answers is not optimised away.
pub type Contestant<'a> = Box<dyn FnMut() + 'a>;

/// A contestant from a function.
pub fn contestant<'a, T: 'a>(mut work: impl FnMut() -> T + 'a) -> Contestant<'a> {
    Box::new(move || {
        black_box(work());
    })
}

/// A table in Markdown, a race a row. Only the rows whose names contain an argument of the command line are run.
pub struct Table {
    filters: Vec<String>,
}

impl Table {
    /// Prints the head: the first name is that of the rows, the second that of the contestant whom all others are
    /// compared with.
    pub fn new(title: &str, columns: &[&str]) -> Self {
        println!("\n{title}\n\n| {} |\n|{}", columns.join(" | "), "---|".repeat(columns.len()));
        Self { filters: std::env::args().skip(1).filter(|argument| !argument.starts_with('-')).collect() }
    }

    /// Runs a race and prints its row; `None` where a contestant cannot take part. Without the first one the others'
    /// times stand for themselves.
    pub fn row<'a>(&self, name: &str, contestants: impl IntoIterator<Item = Option<Contestant<'a>>>) {
        if !self.filters.is_empty() && !self.filters.iter().any(|filter| name.contains(filter)) {
            return;
        }
        let mut contestants: Vec<_> = contestants.into_iter().collect();
        let mut runners: Vec<_> = contestants.iter_mut().flatten().collect();
        let mut times = race(&mut runners).into_iter();
        let mut first: Option<Vec<f64>> = None;
        let cells = contestants.iter().enumerate().map(|(place, contestant)| {
            let Some(times) = contestant.as_ref().and_then(|_| times.next()) else { return "–".into() };
            match &first {
                Some(first) => format!("{:.3}", median(times.iter().zip(first).map(|(a, b)| a / b).collect())),
                None if place == 0 => time(median(first.insert(times).clone())),
                None => time(median(times)),
            }
        });
        println!("| {name} | {} |", cells.collect::<Vec<_>>().join(" | "));
    }
}

/// Nanoseconds a call, for each contestant and round. Every round begins with another contestant.
fn race(runners: &mut [&mut Contestant<'_>]) -> Vec<Vec<f64>> {
    let batches: Vec<u32> = runners.iter_mut().map(|run| batch(run)).collect();
    let mut times = vec![Vec::with_capacity(ROUNDS); runners.len()];
    for round in 0..ROUNDS {
        for turn in 0..runners.len() {
            let who = (round + turn) % runners.len();
            let start = Instant::now();
            (0..batches[who]).for_each(|_| runners[who]());
            times[who].push(start.elapsed().as_nanos() as f64 / f64::from(batches[who]));
        }
    }
    times
}

/// How many calls make a batch; finding out warms the caches.
fn batch(run: &mut Contestant<'_>) -> u32 {
    let mut calls = 1;
    loop {
        let start = Instant::now();
        (0..calls).for_each(|_| run());
        match start.elapsed() {
            elapsed if elapsed >= BATCH => return calls,
            _ => calls *= 2,
        }
    }
}

fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    values[values.len() / 2]
}

fn time(nanoseconds: f64) -> String {
    if nanoseconds < 1000.0 { format!("{nanoseconds:.1} ns") } else { format!("{:.2} µs", nanoseconds / 1000.0) }
}
