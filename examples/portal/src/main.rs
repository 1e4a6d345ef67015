//! `cargo run -p portal`, then open <http://localhost:8080>.
//!
//! | variable | default | meaning |
//! |---|---|---|
//! | `DATABASE_URL` | `portal.db` in the folder of the package | a URL of SQLite or PostgreSQL |
//! | `PORT` | `8080` | the port on loopback |
//! | `OPERATOR_PORT` | `9464` | the port of `/metrics` and `/health` on loopback |
//! | `ORIGIN` | `http://localhost:PORT` | the origin of the pages behind a proxy with TLS, such as `https://portal.clinic.example` |
//! | `RP_ID` | `localhost` | the RP ID; set it together with `ORIGIN` |
//! | `RUST_LOG` | `info` | what the log has |

use portal::app::Failure;
use portal::{Config, Portal, operator, router};
use std::env::var;
use std::net::{Ipv4Addr, SocketAddr};
use std::time::Duration;
use tokio::net::TcpListener;
use tokio::signal::unix::{SignalKind, signal};
use tracing_subscriber::EnvFilter;

#[tokio::main]
async fn main() -> Result<(), Failure> {
    let filter = EnvFilter::try_from_default_env().unwrap_or_else(|_| EnvFilter::new("info"));
    tracing_subscriber::fmt().with_env_filter(filter).with_target(false).init();
    let port = |name: &str, default: u16| var(name).map_or(Ok(default), |text| text.parse());
    let (public, private) = (port("PORT", 8080)?, port("OPERATOR_PORT", 9464)?);
    let folder = var("CARGO_MANIFEST_DIR").unwrap_or_else(|_| ".".to_owned()); // set by `cargo run`
    let database = var("DATABASE_URL").unwrap_or_else(|_| format!("sqlite://{folder}/portal.db?mode=rwc"));
    let mut config = Config::local(public, &database);
    if let (Ok(origin), Ok(rp_id)) = (var("ORIGIN"), var("RP_ID")) {
        (config.origin, config.rp_id) = (origin, rp_id);
    }
    let origin = config.origin.clone();
    let portal = Portal::start(config).await?;
    if !portal.is_https() {
        tracing::warn!("plain http on loopback: the cookie has neither the prefix __Host- nor Secure");
    }

    let sweeper = portal.clone();
    tokio::spawn(async move {
        loop {
            if let Err(error) = sweeper.store.sweep(sweeper.now().secs()).await {
                tracing::error!(%error, "the sweep failed");
            }
            tokio::time::sleep(Duration::from_secs(60)).await;
        }
    });

    let metrics = TcpListener::bind((Ipv4Addr::LOCALHOST, private)).await?;
    let service = operator(portal.clone()).into_make_service();
    tokio::spawn(async move { axum::serve(metrics, service).await });

    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, public)).await?;
    tracing::info!("open {origin}");
    let service = router(portal).into_make_service_with_connect_info::<SocketAddr>();
    let mut terminate = signal(SignalKind::terminate())?;
    let shutdown = async move {
        tokio::select! {
            _ = tokio::signal::ctrl_c() => {}
            _ = terminate.recv() => {}
        }
        tracing::info!("no new requests; those that run are finished");
    };
    axum::serve(listener, service).with_graceful_shutdown(shutdown).await?;
    Ok(())
}
