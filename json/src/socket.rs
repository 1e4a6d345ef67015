//! The Unix socket: one thread for each connection, a limit on their number, a time limit, and a graceful end.

use crate::lines;
use signal_hook::consts::{SIGINT, SIGTERM};
use signal_hook::iterator::Signals;
use std::collections::BTreeMap;
use std::fs;
use std::io::{self, BufRead as _, BufReader, Read, Write as _};
use std::net::Shutdown;
use std::os::unix::fs::{FileTypeExt as _, PermissionsExt as _};
use std::os::unix::net::{UnixListener, UnixStream};
use std::path::Path;
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::{Duration, Instant};
use wardkey_json::Context;

/// The connections that are open, and whether the process ends.
#[derive(Default)]
struct Open {
    streams: BTreeMap<u64, UnixStream>,
    ends: bool,
}

#[derive(Default)]
struct Connections {
    open: Mutex<Open>,
    changed: Condvar,
}

impl Connections {
    /// A thread that panicked has left the map as it was, so it is still right.
    fn lock(&self) -> MutexGuard<'_, Open> {
        self.open.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Serves the socket until SIGTERM or SIGINT. Then no request is begun, every answer goes out, and the socket is removed.
///
/// At most `most` connections are served at once; more wait in the queue of the kernel. A connection on which no request is
/// complete within `timeout`, or that does not read its answers, is closed.
pub(crate) fn serve(context: &Context, path: &Path, most: usize, timeout: Duration) -> Result<(), String> {
    let at = |error: io::Error| format!("{}: {error}", path.display());
    let listener = bind(path)?;
    let mut signals = Signals::new([SIGTERM, SIGINT]).map_err(|error| error.to_string())?;
    let (handle, connections) = (signals.handle(), Connections::default());
    let served = thread::scope(|scope| {
        scope.spawn(|| {
            if signals.forever().next().is_some() {
                end(&connections, path);
            }
        });
        let served = accept(&listener, &connections, most, |number, stream| {
            let connections = &connections;
            scope.spawn(move || {
                if let Err(error) = answer(context, &stream, timeout)
                    && !matches!(error.kind(), io::ErrorKind::BrokenPipe | io::ErrorKind::ConnectionReset)
                {
                    eprintln!("wardkey: a connection was closed: {error}");
                }
                // The registered copy keeps the socket open, so this tells the client that it is closed.
                stream.shutdown(Shutdown::Both).ok();
                connections.lock().streams.remove(&number);
                connections.changed.notify_all();
            });
        });
        handle.close();
        served
    });
    fs::remove_file(path).map_err(at)?;
    served.map_err(at)
}

/// Asks the process that serves a socket, and waits two seconds for its answer.
pub(crate) fn health(path: &Path) -> Result<(), String> {
    const WAIT: Option<Duration> = Some(Duration::from_secs(2));
    let ask = || {
        let mut stream = UnixStream::connect(path)?;
        stream.set_read_timeout(WAIT)?;
        stream.write_all(b"{\"v\":1,\"id\":\"health\",\"do\":\"health\"}\n")?;
        let mut answer = String::new();
        BufReader::new(stream).read_line(&mut answer).map(|_| answer)
    };
    let answer = ask().map_err(|error| format!("{}: {error}", path.display()))?;
    // There is no action of this name, and the answer that says so shows that requests are read and answered.
    if answer.contains(r#""id":"health""#) { Ok(()) } else { Err(format!("{}: no answer", path.display())) }
}

/// Binds the socket. A socket that nobody serves is replaced; anything else in its place is left alone.
fn bind(path: &Path) -> Result<UnixListener, String> {
    let at = |error: io::Error| format!("{}: {error}", path.display());
    if let Ok(found) = fs::symlink_metadata(path) {
        if !found.file_type().is_socket() {
            return Err(format!("{}: exists, and is no socket", path.display()));
        }
        if UnixStream::connect(path).is_ok() {
            return Err(format!("{}: another process serves this socket", path.display()));
        }
        fs::remove_file(path).map_err(at)?;
    }
    let listener = UnixListener::bind(path).map_err(at)?;
    fs::set_permissions(path, fs::Permissions::from_mode(0o660)).map_err(at)?;
    Ok(listener)
}

fn accept(
    listener: &UnixListener,
    connections: &Connections,
    most: usize,
    mut serve: impl FnMut(u64, UnixStream),
) -> io::Result<()> {
    for number in 0.. {
        // Waits for a place before it accepts, so that clients beyond the limit wait and are not refused.
        let mut open = connections.lock();
        while open.streams.len() >= most && !open.ends {
            open = connections.changed.wait(open).unwrap_or_else(PoisonError::into_inner);
        }
        drop(open);
        let stream = match listener.accept() {
            Ok((stream, _)) => stream,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
            // The process has too many open files: connections that end free some.
            Err(_) => {
                thread::sleep(Duration::from_millis(100));
                continue;
            }
        };
        let mut open = connections.lock();
        if open.ends {
            break;
        }
        // Without a copy the connection could not be told that the process ends, so it is not served.
        let Ok(copy) = stream.try_clone() else { continue };
        open.streams.insert(number, copy);
        drop(open);
        serve(number, stream);
    }
    Ok(())
}

/// Ends the reading of every connection. Requests that have arrived are still answered.
fn end(connections: &Connections, path: &Path) {
    let mut open = connections.lock();
    open.ends = true;
    for stream in open.streams.values() {
        stream.shutdown(Shutdown::Read).ok();
    }
    drop(open);
    connections.changed.notify_all();
    // Wakes the thread that accepts.
    UnixStream::connect(path).ok();
}

fn answer(context: &Context, stream: &UnixStream, timeout: Duration) -> io::Result<()> {
    stream.set_write_timeout(Some(timeout))?;
    match lines::serve(context, Timed { stream, timeout, until: None }, stream) {
        // No request came in time. A client that has an idle connection connects again.
        Err(error) if error.kind() == io::ErrorKind::TimedOut => Ok(()),
        done => done,
    }
}

/// Reads from a connection. From the first byte of a request to its line feed there is one limit, so that a client cannot keep its
/// place by sending a byte now and then.
struct Timed<'a> {
    stream: &'a UnixStream,
    timeout: Duration,
    until: Option<Instant>,
}

impl Read for Timed<'_> {
    fn read(&mut self, to: &mut [u8]) -> io::Result<usize> {
        let until = *self.until.get_or_insert_with(|| Instant::now() + self.timeout);
        let rest = until.saturating_duration_since(Instant::now());
        if rest.is_zero() {
            return Err(io::ErrorKind::TimedOut.into());
        }
        self.stream.set_read_timeout(Some(rest))?;
        let mut stream = self.stream;
        match stream.read(to) {
            Err(error) if error.kind() == io::ErrorKind::WouldBlock => Err(io::ErrorKind::TimedOut.into()),
            Ok(len) => {
                if to.get(..len).is_some_and(|read| read.contains(&b'\n')) {
                    self.until = None;
                }
                Ok(len)
            }
            Err(error) => Err(error),
        }
    }
}
