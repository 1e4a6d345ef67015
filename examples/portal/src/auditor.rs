//! What an auditor reads: the evidence of each ceremony, the check of the chains, bundles.

use crate::app::Portal;
use crate::session::WebSession;
use crate::store::AuditRow;
use crate::web::{Answer, Refused};
use axum::Json;
use axum::extract::{Query, State};
use axum::http::{HeaderName, header};
use serde::Deserialize;
use serde_json::{Value, json};
use wardkey::audit::{AuditEvent, Bundle, ChainCheck, FhirVersion};
use wardkey::crypto::default_backend;

/// The last lines that the page shows. The check reads all of them.
const SHOWN: usize = 100;

pub async fn audit(State(portal): State<Portal>, session: WebSession) -> Answer {
    session.account_in(&portal, "auditor").await?;
    let rows = portal.store.audit().await?;
    let last = rows.iter().rev().take(SHOWN).map(|row| {
        json!({
            "chain": row.chain, "seq": row.seq, "line": parsed(&row.line), "evidence": parsed(&row.evidence),
            "bundle": verdict(&row.bundle),
        })
    });
    let last: Vec<Value> = last.collect();
    Ok(Json(json!({ "chains": chains(&rows), "lines": last, "stages": portal.stages().await? })))
}

fn parsed(text: &str) -> Value {
    serde_json::from_str(text).unwrap_or_default()
}

/// Judges a bundle again: `agrees`, `differs`, `changed`; `null` if there is none.
fn verdict(bundle: &str) -> Option<&'static str> {
    if bundle.is_empty() {
        return None;
    }
    let report = Bundle::from_json(bundle).ok().and_then(|bundle| bundle.verify(default_backend()).ok());
    Some(match report {
        Some(report) if !report.is_intact() => "changed",
        Some(report) if report.agrees() => "agrees",
        Some(_) => "differs",
        None => "changed",
    })
}

/// Checks each chain. Lines that were cut off at the end cannot be seen without a checkpoint that somebody else keeps.
fn chains(rows: &[AuditRow]) -> Vec<Value> {
    let in_one_chain = rows.chunk_by(|one, next| one.chain == next.chain);
    let check = |rows: &[AuditRow]| {
        let name = rows.first().map(|row| row.chain.as_str()).unwrap_or_default();
        let mut check = ChainCheck::new(name, None);
        let broken = rows.iter().find_map(|row| check.line(&row.line, default_backend()).err());
        let broken = broken.map(|broken| json!({ "at": broken.at, "fault": broken.fault.code() }));
        json!({ "chain": name, "lines": rows.len(), "broken": broken })
    };
    in_one_chain.map(check).collect()
}

#[derive(Deserialize)]
pub struct Line {
    chain: String,
    seq: i64,
}

type Download = Result<([(HeaderName, &'static str); 2], String), Refused>;

async fn row(portal: &Portal, session: &WebSession, line: &Line) -> Result<AuditRow, Refused> {
    session.account_in(portal, "auditor").await?;
    let rows = portal.store.audit().await?;
    let row = rows.into_iter().find(|row| row.chain == line.chain && row.seq == line.seq);
    row.ok_or_else(|| Refused::new(404, "no-such-line"))
}

/// The bundle of a ceremony, for `examples/archive.rs`, which judges it again.
pub async fn bundle(State(portal): State<Portal>, session: WebSession, Query(line): Query<Line>) -> Download {
    let row = row(&portal, &session, &line).await?;
    if row.bundle.is_empty() {
        return Err(Refused::new(404, "no-bundle"));
    }
    Ok((attachment("attachment; filename=\"bundle.json\""), row.bundle))
}

/// The event as a FHIR AuditEvent (R4).
pub async fn fhir(State(portal): State<Portal>, session: WebSession, Query(line): Query<Line>) -> Download {
    let row = row(&portal, &session, &line).await?;
    let event = parsed(&row.line).get("event").cloned().unwrap_or_default();
    let event: AuditEvent = serde_json::from_value(event).map_err(Refused::internal)?;
    Ok((attachment("attachment; filename=\"audit-event.json\""), event.fhir(FhirVersion::R4)))
}

fn attachment(name: &'static str) -> [(HeaderName, &'static str); 2] {
    [(header::CONTENT_TYPE, "application/json"), (header::CONTENT_DISPOSITION, name)]
}
