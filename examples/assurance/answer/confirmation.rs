//! The kinds `confirmation` (a document to its challenge) and `receipt` (somebody else verifies later).

use super::CASE;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::Deserialize;
use serde_json::value::RawValue;
use serde_json::{Value, json};
use wardkey::ceremony::{Ceremony, Failure, Origins, Refusal, Site};
use wardkey::confirmation::{Confirmed, Document, DocumentError, Draft, Item, Nonce, Part, PartError, Receipt};
use wardkey::crypto::default_backend;
use wardkey::{AuthenticationResponse, CredentialId, CredentialRecord, UnixTime, UserHandle};

#[derive(Deserialize)]
pub(super) struct Case {
    rp: CaseParty,
    document: CaseDocument,
    nonce: String,
}

#[derive(Deserialize)]
pub(super) struct ReceiptCase {
    rp: CaseParty,
    document: Option<CaseDocument>,
    nonce: Option<String>,
    part: Option<Part>,
    credential: CaseCredential,
    response: Box<RawValue>,
}

#[derive(Deserialize)]
struct CaseParty {
    id: String,
    #[serde(default)]
    origins: Vec<String>,
}

#[derive(Deserialize)]
struct CaseDocument {
    purpose: String,
    subject: String,
    signer: String,
    meaning: String,
    time: serde_json::Number,
    items: Vec<CaseItem>,
}

#[derive(Deserialize)]
struct CaseItem {
    #[serde(rename = "type")]
    content_type: String,
    content: String,
}

#[derive(Deserialize)]
struct CaseCredential {
    id: String,
    public_key_cose: String,
    user_handle: String,
    #[serde(default)]
    sign_count: u32,
    uv_initialized: Option<bool>,
    backup_eligible: Option<bool>,
    backup_state: Option<bool>,
}

fn bytes(text: &str) -> Result<Vec<u8>, &'static str> {
    URL_SAFE_NO_PAD.decode(text).map_err(|_| CASE)
}

fn nonce(text: &str) -> Result<Nonce, &'static str> {
    bytes(text).ok().and_then(|bytes| Nonce::new(bytes).ok()).ok_or(DocumentError::Nonce.code())
}

impl CaseDocument {
    fn document(self) -> Result<Document, &'static str> {
        // A number that is no i64 is no time either.
        let time = UnixTime::from_secs(self.time.as_i64().unwrap_or(-1));
        let mut draft = Draft::new(self.purpose, self.subject, time);
        draft.signer = self.signer;
        draft.meaning = self.meaning;
        for item in self.items {
            draft.items.push(Item { content_type: item.content_type, content: bytes(&item.content)? });
        }
        Document::new(draft).map_err(DocumentError::code)
    }
}

impl CaseCredential {
    fn record(self) -> Result<CredentialRecord, &'static str> {
        let id = CredentialId::new(bytes(&self.id)?).map_err(|_| CASE)?;
        let user = UserHandle::new(bytes(&self.user_handle)?).map_err(|_| CASE)?;
        let mut record = CredentialRecord::new(id, user, bytes(&self.public_key_cose)?);
        record.sign_count = self.sign_count;
        record.uv_initialized = self.uv_initialized.unwrap_or_default();
        record.backup_eligible = self.backup_eligible;
        record.backup_state = self.backup_state;
        Ok(record)
    }
}

fn hex(digest: &[u8; 32]) -> String {
    digest.iter().map(|byte| format!("{byte:02x}")).collect()
}

pub(super) fn answer(case: Case) -> Result<Value, &'static str> {
    let nonce = nonce(&case.nonce)?;
    let digests = case.document.document()?.digests(&case.rp.id, &nonce, default_backend());
    Ok(json!({
        "challenge": URL_SAFE_NO_PAD.encode(digests.challenge()),
        "head": hex(digests.head()),
        "items": digests.items().iter().map(hex).collect::<Vec<_>>(),
    }))
}

pub(super) fn answer_receipt(case: ReceiptCase) -> Result<Value, &'static str> {
    let site = Site::new(case.rp.id, Origins::exact(case.rp.origins));
    let response = AuthenticationResponse::from_json(case.response.get());
    let response = response.map_err(|error| Failure::new(Ceremony::Authentication, Refusal::Response(error)));
    let verdict = match (case.part, case.document, case.nonce) {
        (Some(part), None, None) => {
            let record = case.credential.record()?;
            let verify = |response| part.verify(&site, &record, &response, default_backend());
            part.check(&site.rp_id, default_backend()).and_then(|()| response.map_err(PartError::from)).and_then(verify)
        }
        (None, Some(document), Some(text)) => {
            let nonce = nonce(&text)?;
            let document = document.document()?;
            let record = case.credential.record()?;
            let verify = |response| Receipt::new(document, nonce, response).verify(&site, &record, default_backend());
            response.and_then(verify).map_err(PartError::from)
        }
        _ => return Err(CASE),
    };
    match verdict {
        Ok(confirmed) => Ok(accepted(&confirmed)),
        Err(PartError::Document(error)) => Err(error.code()),
        Err(error) => {
            let step = if let PartError::Failed(failure) = &error { failure.step() } else { None };
            Ok(json!({ "accept": false, "step": step.map(|step| step.to_string()), "code": error.code() }))
        }
    }
}

fn accepted(confirmed: &Confirmed) -> Value {
    json!({
        "accept": true,
        "step": null,
        "code": null,
        "factor": confirmed.user_verification().is_factor(),
        "challenge": URL_SAFE_NO_PAD.encode(confirmed.challenge()),
    })
}
