//! `cargo run -p portal`, then open <http://localhost:8080>.
//!
//! | variable | default | meaning |
//! |---|---|---|
//! | `DATABASE_URL` | `portal.db` in the folder of the package | a URL of SQLite or PostgreSQL |
//! | `PORT` | `8080` | the port on loopback |
//! | `OPERATOR_PORT` | `9464` | the port of `/metrics` and `/health` on loopback |
//! | `ORIGIN` | `http://localhost:PORT` | the origin of the pages behind a proxy with TLS, such as `https://portal.clinic.example` |
//! | `RP_ID` | `localhost` | the RP ID; set it together with `ORIGIN` |
//! | `FRAMED_BY` | nobody | the origin of a page of the same site that may show the portal in a frame |
//! | `METADATA` | none | the file of the FIDO metadata: `blob.kept` of `examples/fetch_metadata`, or a BLOB as downloaded |
//! | `METADATA_ROOTS` | | a PEM file with GlobalSign Root R3 and R46; set it together with `METADATA` |
//! | `RUST_LOG` | `info` | what the log has |

use portal::app::Failure;
use portal::staff::MetadataFile;
use portal::{Config, Portal, operator, router};
use std::env::var;
use std::net::{Ipv4Addr, SocketAddr};
use std::process::ExitCode;
use std::time::Duration;
use tokio::net::TcpListener;
use tokio::signal::unix::{SignalKind, signal};
use tracing_subscriber::EnvFilter;
use wardkey::audit::Checkpoint;
use wardkey::metadata::Roots;

#[tokio::main]
async fn main() -> ExitCode {
    let filter = EnvFilter::try_from_default_env().unwrap_or_else(|_| EnvFilter::new("info"));
    tracing_subscriber::fmt().with_env_filter(filter).with_target(false).init();
    match run().await {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            tracing::error!("{error}");
            ExitCode::FAILURE
        }
    }
}

async fn run() -> Result<(), Failure> {
    let port = |name: &str, default: u16| var(name).map_or(Ok(default), |text| text.parse());
    let (public, private) = (port("PORT", 8080)?, port("OPERATOR_PORT", 9464)?);
    let folder = var("CARGO_MANIFEST_DIR").unwrap_or_else(|_| ".".to_owned()); // set by `cargo run`
    let database = var("DATABASE_URL").unwrap_or_else(|_| format!("sqlite://{folder}/portal.db?mode=rwc"));
    let mut config = Config::local(public, &database);
    match (var("ORIGIN"), var("RP_ID")) {
        (Ok(origin), Ok(rp_id)) => (config.origin, config.rp_id) = (origin, rp_id),
        (Err(_), Err(_)) => {}
        _ => return Err("ORIGIN and RP_ID need each other".into()),
    }
    config.framed_by = var("FRAMED_BY").ok();
    let metadata = match (var("METADATA"), var("METADATA_ROOTS")) {
        (Ok(path), Ok(roots)) => {
            let pem = std::fs::read_to_string(roots).map_err(|error| format!("METADATA_ROOTS: {error}"))?;
            let roots = Roots::fido(&pem).map_err(|error| format!("METADATA_ROOTS: {error}"))?;
            Some(MetadataFile { path: path.into(), roots })
        }
        (Err(_), Err(_)) => None,
        _ => return Err("METADATA and METADATA_ROOTS need each other".into()),
    };
    // Who asks for metadata gets no portal without it.
    let read = metadata.as_ref().map(MetadataFile::read).transpose();
    config.metadata = read.map_err(|error| format!("METADATA: {error}"))?;
    let origin = config.origin.clone();
    let portal = Portal::start(config).await?;
    if !portal.is_https() {
        tracing::warn!("plain http on loopback: the cookie has neither the prefix __Host- nor Secure");
    }

    tokio::spawn(every_minute(portal.clone(), metadata));

    let metrics = TcpListener::bind((Ipv4Addr::LOCALHOST, private)).await?;
    let service = operator(portal.clone()).into_make_service();
    tokio::spawn(async move { axum::serve(metrics, service).await });

    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, public)).await?;
    tracing::info!("open {origin}");
    let ended = portal.clone();
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
    hand_out(&ended, None).await;
    Ok(())
}

/// Writes the last line of the audit chain to the log, if it is another than last time. Whoever collects the log keeps it.
async fn hand_out(portal: &Portal, handed: Option<(String, Checkpoint)>) -> Option<(String, Checkpoint)> {
    let last = portal.checkpoint().await;
    if let Some((chain, checkpoint)) = last.as_ref().filter(|_| last != handed) {
        let checkpoint = serde_json::to_string(checkpoint).unwrap_or_default();
        tracing::info!(chain, checkpoint, "the last line of the audit chain");
    }
    last
}

/// Deletes what has expired, hands the last line of the audit chain to whoever collects the log, and reads new metadata.
async fn every_minute(portal: Portal, metadata: Option<MetadataFile>) {
    let (mut handed, mut written) = (None, metadata.as_ref().and_then(|file| file.written().ok()));
    loop {
        if let Err(error) = portal.store.sweep(portal.now().secs()).await {
            tracing::error!(%error, "the sweep failed");
        }
        handed = hand_out(&portal, handed).await;
        if let Some(file) = &metadata
            && let Ok(now) = file.written()
            && Some(now) != written
        {
            let set = async { portal.set_metadata(file.read()?).await };
            match set.await {
                Ok(()) => written = Some(now),
                // Tried again in a minute, because the fault may be that of the database.
                Err(error) => tracing::error!(%error, "the new FIDO metadata is not used, and the last stays"),
            }
        }
        tokio::time::sleep(Duration::from_secs(60)).await;
    }
}
