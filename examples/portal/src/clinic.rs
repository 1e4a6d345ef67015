//! Results, prescriptions and the pharmacy.

use crate::app::{Portal, random};
use crate::session::{WebSession, judged};
use crate::sign_in::records;
use crate::store::Prescription;
use crate::web::{Answer, Refused};
use axum::Json;
use axum::extract::State;
use serde::Deserialize;
use serde_json::{Value, json};
use std::time::{Duration, Instant};
use wardkey::assurance::{Act, ProvenSession};
use wardkey::confirmation::{Document, Draft, Item, Receipt};
use wardkey::crypto::default_backend;
use wardkey::{AuthenticationResponse, ConfirmationState, CredentialRecord};

/// Results are read within five minutes of a sign-in or a re-authentication. Ours: the profile asks for a day.
const FRESH: Duration = Duration::from_secs(300);

pub async fn results(State(portal): State<Portal>, session: WebSession) -> Answer {
    let account = session.account_in(&portal, "patient").await?;
    session.meets(portal.profile(&account).demand(Act::Read).within(FRESH), portal.now())?;
    let results = portal.store.results(&account.user.to_base64url()).await?;
    let results: Vec<Value> =
        results.into_iter().map(|(title, text)| json!({ "title": title, "text": text })).collect();
    Ok(Json(json!({ "results": results })))
}

#[derive(Deserialize)]
pub struct Prescribe {
    patient: String,
    items: Vec<String>,
}

/// Starts the confirmation of a prescription. The answer has the document, which the page shows before the ceremony.
pub async fn prescribe(State(portal): State<Portal>, session: WebSession, Json(given): Json<Prescribe>) -> Answer {
    let account = session.account_in(&portal, "prescriber").await?;
    let patient = portal.store.account_named(&given.patient).await?.filter(|account| account.role == "patient");
    let Some(patient) = patient else { return Err(Refused::new(404, "no-such-patient")) };
    let mut draft = Draft::new("prescription", &patient.name, portal.now());
    draft.signer.clone_from(&account.display_name);
    draft.meaning = "I prescribe these medicines.".to_owned();
    draft.items = given.items.into_iter().map(Item::text).collect();
    let document = Document::new(draft).map_err(|error| Refused::new(400, error.code()))?;
    let records = records(&portal.store.passkeys(&account.user).await?);
    if records.is_empty() {
        return Err(Refused::lacks(vec!["passkey"]));
    }
    let started = portal.rp.start_confirmation(&account.user, &records, &document, session.bound(), portal.now());
    let (options, state) = started?;
    let text = serde_json::to_string(&document).map_err(Refused::internal)?;
    portal.store.keep(&state.id(), "prescribe", &state, &text, state.expires_at()).await?;
    let items: Vec<_> = document.items().iter().map(|item| String::from_utf8_lossy(&item.content)).collect();
    let shown = json!({
        "subject": document.subject(), "signer": document.signer(), "meaning": document.meaning(),
        "time": document.time(), "items": items,
    });
    Ok(Json(json!({ "options": options, "document": shown })))
}

pub async fn prescribed(State(portal): State<Portal>, mut session: WebSession, posted: String) -> Answer {
    let (started, now) = (Instant::now(), portal.now());
    let account = session.account_in(&portal, "prescriber").await?;
    let response = match AuthenticationResponse::from_json(&posted) {
        Ok(response) => response,
        Err(error) => return Err(portal.failed("confirmation", started, None, error.into(), None).await),
    };
    let id = response.state_id().unwrap_or_default();
    let taken = portal.store.take::<ConfirmationState>(&id, "prescribe").await?;
    let Some((state, document)) = taken else { return Err(Refused::new(400, "no-such-state")) };
    let document: Document = serde_json::from_str(&document).map_err(Refused::internal)?;
    let passkey = portal.store.passkey(response.credential_id()).await?;
    let stored = passkey.as_ref().map(|passkey| &passkey.record);
    let bundle = stored.and_then(|record| portal.rp.bundle_confirmation(&state, &document, &posted, record, now).ok());
    let bundle = bundle.map(|bundle| bundle.to_json());
    let finished = portal.rp.finish_confirmation(state, &document, &response, stored, session.bound(), now);
    let done = match finished {
        Ok(done) => done,
        Err(error) => return Err(portal.failed("confirmation", started, Some(&id), error, bundle).await),
    };
    let Some(passkey) = passkey else { return Err(Refused::new(400, "no-passkey")) };
    let mut proven = ProvenSession::of(&judged(&portal, &account, &passkey, &done.authenticated, now)?);
    let evidence = &done.authenticated.evidence;
    let update = done.authenticated.update.as_ref();
    if !portal.store.update_passkey(&passkey, update, proven.level, now.secs()).await? {
        let refused = Refused::new(409, "another-was-faster");
        return Err(portal.turned_away("confirmation", started, evidence, "another-was-faster", refused).await);
    }
    if let Err(refused) = portal.accept_model(&account, &passkey, false, now).await {
        return Err(portal.turned_away("confirmation", started, evidence, "model-not-accepted", refused).await);
    }
    session.data.proven = Some(proven);
    session.save(&portal).await?;
    proven.confirmed = true; // of this document, and of no other
    session.data.proven = Some(proven);
    if let Err(refused) = session.meets(portal.profile(&account).demand(Act::Prescribe), now) {
        return Err(portal.turned_away("confirmation", started, evidence, "not-enough", refused).await);
    }
    portal.ceremony("confirmation", started, (evidence, Some(proven.level)), bundle).await?;
    let receipt = serde_json::to_string(&done.receipt).map_err(Refused::internal)?;
    let record = serde_json::to_string(&passkey.record).map_err(Refused::internal)?;
    let patient = document.subject().to_owned();
    let kept = Prescription { id: random::<16>()?, patient, receipt, record, confirmed_at: now.secs() };
    portal.store.insert_prescription(&kept, &account.user.to_base64url()).await?;
    Ok(Json(json!({ "id": kept.id })))
}

/// The prescriptions, for the pharmacy.
pub async fn prescriptions(State(portal): State<Portal>, session: WebSession) -> Answer {
    session.reader_in(&portal, "pharmacy").await?;
    let all = portal.store.prescriptions().await?;
    let row = |kept: &Prescription| json!({ "id": kept.id, "patient": kept.patient, "confirmedAt": kept.confirmed_at });
    Ok(Json(json!({ "prescriptions": all.iter().map(row).collect::<Vec<_>>() })))
}

#[derive(Deserialize)]
pub struct Id {
    id: String,
}

/// Verifies the receipt of a prescription. The pharmacy reads the document only if it verifies.
pub async fn verify(State(portal): State<Portal>, session: WebSession, Json(given): Json<Id>) -> Answer {
    session.reader_in(&portal, "pharmacy").await?;
    let all = portal.store.prescriptions().await?;
    let kept = all.into_iter().find(|kept| kept.id == given.id);
    let Some(kept) = kept else { return Err(Refused::new(404, "no-such-prescription")) };
    let receipt = serde_json::from_str::<Receipt>(&kept.receipt);
    let record = serde_json::from_str::<CredentialRecord>(&kept.record);
    let (Ok(receipt), Ok(record)) = (receipt, record) else {
        return Ok(Json(json!({ "verified": false, "reason": "unreadable" })));
    };
    match receipt.verify(portal.rp.site(), &record, default_backend()) {
        // The list shows the patient of the row, which nobody signed.
        Ok(_) if receipt.document().subject() != kept.patient => {
            Ok(Json(json!({ "verified": false, "reason": "another-patient" })))
        }
        Ok(confirmed) => {
            let document = receipt.document();
            let items: Vec<_> = document.items().iter().map(|item| String::from_utf8_lossy(&item.content)).collect();
            Ok(Json(json!({
                "verified": true, "userVerified": confirmed.user_verification().is_factor(),
                "signer": document.signer(), "patient": document.subject(), "meaning": document.meaning(), "items": items,
            })))
        }
        Err(failure) => Ok(Json(json!({ "verified": false, "reason": failure.code() }))),
    }
}
