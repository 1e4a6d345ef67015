//! The portal with a clock that a test moves, for `browser/scenarios.mjs`. Never serve it: it is for expired states and sessions.
//!
//! Reads `PORT`, `DATABASE_URL` and `FRAMED_BY`. Each line of the standard input moves the clock forward by this many seconds. Ends with it.

use portal::app::Failure;
use portal::{Config, Portal, router};
use std::env::var;
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::SystemTime;
use tokio::net::TcpListener;
use wardkey::UnixTime;

#[tokio::main]
async fn main() -> Result<(), Failure> {
    tracing_subscriber::fmt().with_target(false).init();
    let ahead = Arc::new(AtomicI64::new(0));
    let moved = ahead.clone();
    let clock = move || {
        let now = UnixTime::from(SystemTime::now()).secs();
        UnixTime::from_secs(now.saturating_add(moved.load(Ordering::Relaxed)))
    };
    let port = var("PORT")?.parse()?;
    let framed_by = var("FRAMED_BY").ok();
    let config = Config { clock: Arc::new(clock), framed_by, ..Config::local(port, &var("DATABASE_URL")?) };
    let portal = Portal::start(config).await?;
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, port)).await?;
    tracing::info!("open http://localhost:{port}");
    std::thread::spawn(move || {
        for line in std::io::stdin().lines().map_while(Result::ok) {
            let seconds = line.trim().parse().unwrap_or_default();
            ahead.fetch_add(seconds, Ordering::Relaxed);
            tracing::info!("the clock is {seconds} seconds further");
        }
        std::process::exit(0);
    });
    let service = router(portal).into_make_service_with_connect_info::<SocketAddr>();
    axum::serve(listener, service).await?;
    Ok(())
}
