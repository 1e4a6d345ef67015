//! For the operator, on an address of its own, so that no proxy publishes it: `/metrics` in Prometheus text, and `/health`.

use crate::app::{BUCKETS, Portal};
use crate::web::Refused;
use axum::Router;
use axum::extract::State;
use axum::http::{HeaderName, header};
use axum::routing::get;
use std::fmt::Write;
use std::sync::PoisonError;
use std::time::Duration;
use wardkey::account::Stage;

pub fn operator(portal: Portal) -> Router {
    Router::new().route("/metrics", get(metrics)).route("/health", get(health)).with_state(portal)
}

/// Whether the database answers.
async fn health(State(portal): State<Portal>) -> Result<&'static str, Refused> {
    portal.store.session("", 0).await?;
    Ok("ok\n")
}

async fn metrics(State(portal): State<Portal>) -> Result<([(HeaderName, &'static str); 1], String), Refused> {
    let mut text = String::from("# TYPE portal_ceremonies_total counter\n");
    {
        let counters = portal.counters.lock().unwrap_or_else(PoisonError::into_inner);
        for ((ceremony, outcome, code, step), count) in &counters.ceremonies {
            let labels = format!("ceremony=\"{ceremony}\",outcome=\"{outcome}\",code=\"{code}\",step=\"{step}\"");
            writeln!(text, "portal_ceremonies_total{{{labels}}} {count}").map_err(Refused::internal)?;
        }
        let (sum, count) = (counters.seconds.as_secs_f64(), counters.timed);
        text.push_str("# TYPE portal_ceremony_seconds histogram\n");
        for (bound, within) in BUCKETS.iter().zip(counters.within) {
            let bound = Duration::from_millis(*bound).as_secs_f64();
            writeln!(text, "portal_ceremony_seconds_bucket{{le=\"{bound}\"}} {within}").map_err(Refused::internal)?;
        }
        let all = counters.timed;
        writeln!(text, "portal_ceremony_seconds_bucket{{le=\"+Inf\"}} {all}").map_err(Refused::internal)?;
        write!(text, "portal_ceremony_seconds_sum {sum}\nportal_ceremony_seconds_count {count}\n")
            .map_err(Refused::internal)?;
    }
    let report = portal.report().await?;
    text.push_str("# TYPE portal_accounts gauge\n");
    for stage in Stage::ALL {
        let (name, count) = (stage.name(), report.at(stage));
        writeln!(text, "portal_accounts{{stage=\"{name}\"}} {count}").map_err(Refused::internal)?;
    }
    let mut gauge =
        |name: &str, value: u64| writeln!(text, "# TYPE {name} gauge\n{name} {value}").map_err(Refused::internal);
    gauge("portal_accounts_with_sms", u64::try_from(report.with_sms).unwrap_or(u64::MAX))?;
    gauge("portal_accounts_ready_to_retire_sms", u64::try_from(report.ready).unwrap_or(u64::MAX))?;
    // 0 without metadata. Alert if it is not fresh for a week.
    let metadata = portal.metadata();
    let is_fresh = |now| metadata.as_ref().and_then(|metadata| metadata.is_fresh(now)) == Some(true);
    gauge("portal_metadata_number", metadata.as_ref().map_or(0, |metadata| metadata.number()))?;
    gauge("portal_metadata_fresh", is_fresh(portal.now()).into())?;
    Ok(([(header::CONTENT_TYPE, "text/plain; version=0.0.4")], text))
}
