//! What an auditor reads: the evidence of each ceremony, the check of the chains, bundles, the migration report.

use crate::app::Portal;
use crate::session::WebSession;
use crate::store::AuditRow;
use crate::web::{Answer, Refused};
use axum::Json;
use axum::extract::{Query, State};
use axum::http::{HeaderName, header};
use serde::Deserialize;
use serde_json::{Value, json};
use std::collections::BTreeMap;
use wardkey::account::Stage;
use wardkey::audit::{AuditEvent, Broken, Bundle, ChainCheck, Checkpoint, FhirVersion};
use wardkey::crypto::default_backend;

/// The last lines that the page shows. The check reads all of them.
const SHOWN: usize = 100;

/// The last line of each chain, by the name of the chain.
type Checkpoints = BTreeMap<String, Checkpoint>;

#[derive(Deserialize)]
pub struct Check {
    /// What [`checkpoints`] gave out some days ago. The database does not keep it: who can rewrite the log could rewrite it too.
    #[serde(default)]
    checkpoints: Checkpoints,
}

pub async fn audit(State(portal): State<Portal>, session: WebSession, Json(given): Json<Check>) -> Answer {
    session.reader_in(&portal, "auditor").await?;
    let rows = portal.store.audit().await?;
    let last = rows.iter().rev().take(SHOWN).map(|row| {
        json!({
            "chain": row.chain, "seq": row.seq, "line": parsed(&row.line), "evidence": parsed(&row.evidence),
            "bundle": verdict(&row.bundle),
        })
    });
    let last: Vec<Value> = last.collect();
    let report = portal.report().await?;
    let stages: Vec<_> = Stage::ALL.iter().map(|stage| (stage.name(), report.at(*stage))).collect();
    let metadata = portal.metadata();
    let metadata = metadata.map(|now| json!({ "number": now.number(), "fresh": now.is_fresh(portal.now()) }));
    Ok(Json(json!({
        "chains": chains(&rows, &given.checkpoints), "lines": last, "stages": stages, "metadata": metadata,
        "report": { "accounts": report.accounts, "withSms": report.with_sms, "ready": report.ready },
    })))
}

/// The last line of each chain, for a file that the auditor keeps.
pub async fn checkpoints(State(portal): State<Portal>, session: WebSession) -> Download {
    session.reader_in(&portal, "auditor").await?;
    let rows = portal.store.audit().await?;
    let last = |rows: &[AuditRow]| {
        let (check, _) = checked(rows, None);
        Some((rows.first()?.chain.clone(), Checkpoint::new(check.count().checked_sub(1)?, check.head()?)))
    };
    let all: Checkpoints = in_chains(&rows).filter_map(last).collect();
    let json = serde_json::to_string(&all).map_err(Refused::internal)?;
    Ok((attachment("attachment; filename=\"checkpoints.json\""), json))
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

fn in_chains(rows: &[AuditRow]) -> impl Iterator<Item = &[AuditRow]> {
    rows.chunk_by(|one, next| one.chain == next.chain)
}

/// Checks the lines of one chain, up to the first fault.
fn checked(rows: &[AuditRow], checkpoint: Option<Checkpoint>) -> (ChainCheck, Option<Broken>) {
    let name = rows.first().map(|row| row.chain.as_str()).unwrap_or_default();
    let mut check = ChainCheck::new(name, checkpoint);
    let broken = rows.iter().find_map(|row| check.line(&row.line, default_backend()).err());
    let broken = broken.or_else(|| check.finish().err());
    (check, broken)
}

/// Checks each chain. Lines that were cut off at the end are seen only with a checkpoint of a later line.
fn chains(rows: &[AuditRow], checkpoints: &Checkpoints) -> Vec<Value> {
    let check = |rows: &[AuditRow]| {
        let name = rows.first().map(|row| row.chain.as_str()).unwrap_or_default();
        let checkpoint = checkpoints.get(name).copied();
        let (_, broken) = checked(rows, checkpoint);
        let broken = broken.map(|broken| json!({ "at": broken.at, "fault": broken.fault.code() }));
        json!({ "chain": name, "lines": rows.len(), "checkpoint": checkpoint.map(|last| last.seq), "broken": broken })
    };
    let found: Vec<Value> = in_chains(rows).map(check).collect();
    // A chain of which no line is left.
    let is_gone = |name: &str| !rows.iter().any(|row| row.chain == name);
    let gone = checkpoints.iter().filter(|(name, _)| is_gone(name)).map(|(name, last)| {
        json!({ "chain": name, "lines": 0, "checkpoint": last.seq, "broken": { "at": 0, "fault": "cut" } })
    });
    found.into_iter().chain(gone).collect()
}

#[derive(Deserialize)]
pub struct Line {
    chain: String,
    seq: i64,
}

type Download = Result<([(HeaderName, &'static str); 2], String), Refused>;

async fn row(portal: &Portal, session: &WebSession, line: &Line) -> Result<AuditRow, Refused> {
    session.reader_in(portal, "auditor").await?;
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
