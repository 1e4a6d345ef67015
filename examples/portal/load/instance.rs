//! A process of the portal.

use std::collections::HashMap;
use std::io::{BufRead, BufReader};
use std::net::TcpListener;
use std::process::{Child, Command, Stdio};
use std::sync::{Arc, Mutex, MutexGuard};
use std::thread;
use std::time::{Duration, Instant};

pub const ORIGIN: &str = "http://localhost:8080";

/// What the instances wrote.
#[derive(Default)]
struct Written {
    lines: Vec<String>,
    /// The last code by text message, by number.
    codes: HashMap<String, String>,
}

/// The log of all instances.
#[derive(Clone, Default)]
pub struct Log(Arc<Mutex<Written>>);

impl Log {
    fn written(&self) -> MutexGuard<'_, Written> {
        self.0.lock().expect("no reader of a log panics")
    }

    fn write(&self, line: String) {
        let mut written = self.written();
        if let Some((_, rest)) = line.split_once("text message to ")
            && let Some((number, code)) = rest.split_once(": the code is ")
        {
            written.codes.insert(number.to_owned(), code.to_owned());
        }
        written.lines.push(line);
    }

    /// Returns the lines since the last call.
    pub fn lines(&self) -> Vec<String> {
        std::mem::take(&mut self.written().lines)
    }

    /// Waits for the code that was sent to this number, and forgets it.
    pub async fn code(&self, number: &str) -> String {
        loop {
            if let Some(code) = self.written().codes.remove(number) {
                return code;
            }
            tokio::time::sleep(Duration::from_millis(2)).await;
        }
    }
}

pub struct Instance {
    process: Child,
    pub port: u16,
}

impl Instance {
    /// Starts the program `PORTAL`, and waits until it listens.
    pub fn start(database: &str, log: &Log, levels: &str) -> Self {
        // Both ports are free until the process takes them.
        let [port, operator] = [0; 2].map(|_| TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port());
        let mut process = Command::new(std::env::var("PORTAL").expect("PORTAL: the path of the program"))
            .envs([("DATABASE_URL", database), ("ORIGIN", ORIGIN), ("RP_ID", "localhost"), ("RUST_LOG", levels)])
            .envs([("PORT", port.to_string()), ("OPERATOR_PORT", operator.to_string()), ("NO_COLOR", "1".to_owned())])
            .stdout(Stdio::piped())
            .spawn()
            .expect("the portal starts");
        let mut out = BufReader::new(process.stdout.take().unwrap()).lines().map_while(Result::ok);
        let log = log.clone();
        let started = out.by_ref().find(|line| line.contains("open http"));
        started.expect("the portal listens");
        thread::spawn(move || out.for_each(|line| log.write(line)));
        Self { process, port }
    }

    /// SIGKILL.
    pub fn kill(&mut self) {
        self.process.kill().expect("the process runs");
        self.process.wait().expect("the process ends");
    }

    /// The processor time that the process has used.
    pub fn used(&self) -> Duration {
        Usage::of(self.process.id()).map(|usage| usage.own).unwrap_or_default()
    }
}

impl Drop for Instance {
    fn drop(&mut self) {
        self.process.kill().ok();
        self.process.wait().ok();
    }
}

/// Processor time of a process of Linux.
pub struct Usage {
    pub parent: u32,
    pub own: Duration,
    pub of_ended_children: Duration,
}

impl Usage {
    /// Reads `/proc/PID/stat`: the state, the parent and, in hundredths of a second, `utime`, `stime`, `cutime`, `cstime`.
    pub fn of(process: u32) -> Option<Self> {
        let text = std::fs::read_to_string(format!("/proc/{process}/stat")).ok()?;
        let (_, after_name) = text.rsplit_once(") ")?;
        let fields: Vec<u64> = after_name.split(' ').skip(1).map(|field| field.parse().unwrap_or_default()).collect();
        let time = |from: usize| Some(Duration::from_millis(10 * (fields.get(from)? + fields.get(from + 1)?)));
        Some(Self { parent: (*fields.first()?).try_into().ok()?, own: time(10)?, of_ended_children: time(12)? })
    }

    /// The processor time of this process and its children.
    pub fn of_family(head: u32) -> Duration {
        let processes = std::fs::read_dir("/proc").into_iter().flatten().filter_map(Result::ok);
        let ids = processes.filter_map(|entry| entry.file_name().to_str()?.parse().ok());
        let children = ids.filter_map(Self::of).filter(|usage| usage.parent == head).map(|usage| usage.own);
        let own = Self::of(head).map(|usage| usage.own + usage.of_ended_children).unwrap_or_default();
        own + children.sum::<Duration>()
    }
}

/// Waits until this holds, at most for a minute. Returns how long it took.
pub async fn until(what: &str, mut holds: impl AsyncFnMut() -> bool) -> Duration {
    let started = Instant::now();
    while !holds().await {
        assert!(started.elapsed() < Duration::from_secs(60), "{what}: not within a minute");
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    started.elapsed()
}
