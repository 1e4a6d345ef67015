//! The account page: passkeys, the saved code, the end of SMS codes.

use crate::app::{Portal, hex, random, sha256};
use crate::session::{WebSession, judged};
use crate::sign_in::records;
use crate::store::{Account, Passkey};
use crate::web::{Answer, Refused};
use axum::Json;
use axum::extract::State;
use serde::Deserialize;
use serde_json::{Value, json};
use std::time::{Duration, Instant};
use wardkey::account::{AccountAct, AccountPolicy, Decision, Need, Notice};
use wardkey::assurance::{AssuranceLevel, ProvenSession};
use wardkey::audit::EventType;
use wardkey::client::json::UserVerificationRequirement;
use wardkey::{
    AuthenticationResponse, AuthenticationState, CredentialId, ReauthenticationRequest, RegistrationRequest,
    RegistrationResponse, RegistrationState,
};

/// How long a re-authentication counts.
const FRESH: Duration = Duration::from_secs(120);
const MAX_LABEL: usize = 64;
const MAX_PASSKEYS: usize = 20;

/// Names of password managers by the AAGUID that they claim. Nothing attests it, so the page says "probably".
const PROVIDERS: [(&str, &str); 5] = [
    ("08987058-cadc-4b81-b6e1-30de50dcbe96", "Windows Hello"),
    ("bada5566-a7aa-401f-bd96-45619a55120d", "1Password"),
    ("d548826e-79b4-ea40-a3d8-11116f7e8349", "Bitwarden"),
    ("ea9b8d66-4d01-1d21-3ce4-b6b48cb575d4", "Google Password Manager"),
    ("fbfc3007-154e-4ecc-8c0b-6e020557d7bd", "iCloud Keychain"),
];

fn provider(aaguid: &str) -> Option<&'static str> {
    PROVIDERS.iter().find(|(id, _)| *id == aaguid).map(|(_, name)| *name)
}

/// An account, its passkeys, and what the library decides about an act.
struct Asked {
    account: Account,
    passkeys: Vec<Passkey>,
    decision: Decision,
}

impl Asked {
    async fn about(portal: &Portal, session: &WebSession, act: &AccountAct) -> Result<Self, Refused> {
        let account = session.account(portal).await?;
        let passkeys = portal.store.passkeys(&account.user).await?;
        let means = account.means(&passkeys);
        let decision = means.decide(act, &session.proven(), &AccountPolicy::default(), portal.now());
        Ok(Self { account, passkeys, decision })
    }

    /// Refuses the act with what is lacking.
    fn allowed(self) -> Result<Self, Refused> {
        if self.decision.lacks.is_empty() { Ok(self) } else { Err(Refused::lacks(self.lacks())) }
    }

    fn lacks(&self) -> Vec<&'static str> {
        self.decision.lacks.iter().copied().map(Need::name).collect()
    }

    fn notice(&self) -> Option<&'static str> {
        self.decision.notice.map(Notice::name)
    }
}

pub async fn me(State(portal): State<Portal>, session: WebSession) -> Answer {
    let Asked { account, passkeys, decision } = Asked::about(&portal, &session, &AccountAct::RetireSms).await?;
    let card = |passkey: &Passkey| {
        json!({
            "id": passkey.record.id, "label": passkey.label, "provider": provider(&passkey.aaguid),
            "createdAt": passkey.created_at, "lastUsedAt": passkey.last_used_at, "confirmed": passkey.confirmed,
            "backedUp": passkey.record.backup_state, "suspended": passkey.suspended,
        })
    };
    let cards: Vec<Value> = passkeys.iter().map(card).collect();
    let notices = portal.store.notices(&account.user.to_base64url()).await?;
    let notices: Vec<Value> = notices.into_iter().map(|(key, at)| json!({ "key": key, "at": at })).collect();
    let lacks: Vec<&str> = decision.lacks.iter().copied().map(Need::name).collect();
    Ok(Json(json!({
        "name": account.name, "displayName": account.display_name, "role": account.role, "passkeys": cards,
        "stage": account.means(&passkeys).stage(), "sms": !account.phone.is_empty(), "retireLacks": lacks,
        "savedCode": !account.saved_code.is_empty(), "shown": session.data.shown, "notices": notices,
    })))
}

#[derive(Deserialize)]
pub struct Register {
    /// Without a dialogue, right after a sign-in with a password.
    #[serde(default)]
    conditional: bool,
}

/// Starts a registration. A new passkey gives access to the account, so a user who has one must have re-authenticated with it.
pub async fn register(State(portal): State<Portal>, mut session: WebSession, Json(given): Json<Register>) -> Answer {
    let act = AccountAct::Bind { level: AssuranceLevel::Aal2 };
    let Asked { account, passkeys, .. } = Asked::about(&portal, &session, &act).await?.allowed()?;
    if passkeys.len() >= MAX_PASSKEYS {
        return Err(Refused::new(409, "too-many-passkeys"));
    }
    session.spend_if_confirmed(&portal, &account, &passkeys, "add-passkey").await?;
    let existing: Vec<_> = passkeys.into_iter().map(|passkey| passkey.record).collect();
    let request = RegistrationRequest::new(&account.user, &account.name, &existing).display_name(&account.display_name);
    let mut request = portal.patient.request(request);
    if given.conditional {
        request = request.conditional().user_verification(UserVerificationRequirement::Preferred);
    }
    let (options, state) = portal.rp.start_registration(request, session.bound(), portal.now())?;
    portal.store.keep(&state.id(), "register", &state, "", state.expires_at()).await?;
    Ok(Json(serde_json::to_value(options).map_err(Refused::internal)?))
}

pub async fn registered(State(portal): State<Portal>, session: WebSession, posted: String) -> Answer {
    let (started, now) = (Instant::now(), portal.now());
    let account = session.account(&portal).await?;
    let response = match RegistrationResponse::from_json(&posted) {
        Ok(response) => response,
        Err(error) => return Err(portal.failed("registration", started, None, error.into(), None).await),
    };
    let id = response.state_id().unwrap_or_default();
    let taken = portal.store.take::<RegistrationState>(&id, "register").await?;
    let Some((state, _)) = taken else { return Err(Refused::new(400, "no-such-state")) };
    if *state.user_handle() != account.user {
        return Err(Refused::new(400, "other-account"));
    }
    let existing = portal.store.passkey(response.credential_id()).await?.map(|passkey| passkey.record);
    let bundle = portal.rp.bundle_registration(&state, &posted, existing.as_ref(), now).ok();
    let bundle = bundle.map(|bundle| bundle.to_json());
    let finished = portal.rp.finish_registration(state, &response, session.bound(), now);
    let claimed = finished.and_then(|registered| {
        let aaguid = registered.claimed_aaguid().to_string();
        registered.claim(existing.as_ref()).map(|claimed| (claimed, aaguid))
    });
    // The passkey provider has the passkey already, and offers it until it is told that we do not.
    let signal = portal.rp.signal_unknown_credential(response.credential_id(), existing.as_ref());
    let ((record, evidence), aaguid) = match claimed {
        Ok(claimed) => claimed,
        Err(error) => {
            let refused = portal.failed("registration", started, Some(&id), error, bundle).await;
            return Err(refused.with("unknownCredential", json!(signal)));
        }
    };
    portal.ceremony("registration", started, (&evidence, None), bundle).await?;
    let label = provider(&aaguid).unwrap_or("Passkey");
    // The level is that of the first sign-in; until then the passkey is not confirmed.
    if !portal.store.insert_passkey(&record, (label, &aaguid), AssuranceLevel::Aal2, now.secs()).await? {
        return Err(Refused::new(409, "credential-already-registered"));
    }
    portal.notify(&account.user.to_base64url(), Notice::PasskeyAdded.name()).await?;
    Ok(Json(json!({ "id": record.id })))
}

#[derive(Deserialize)]
pub struct Purpose {
    purpose: String,
}

/// Whether a page may ask for a re-authentication for it.
fn is_purpose(purpose: &str) -> bool {
    match purpose.split_once(' ') {
        None => ["add-passkey", "change-name", "delete-account", "read-results", "retire-sms", "saved-code"]
            .contains(&purpose),
        Some(("remove-passkey" | "resume-passkey", id)) => id.parse::<CredentialId>().is_ok(),
        Some(_) => false,
    }
}

pub async fn confirm(State(portal): State<Portal>, session: WebSession, Json(given): Json<Purpose>) -> Answer {
    let account = session.account(&portal).await?;
    if !is_purpose(&given.purpose) {
        return Err(Refused::new(400, "no-such-purpose"));
    }
    let records = records(&portal.store.passkeys(&account.user).await?);
    if records.is_empty() {
        return Err(Refused::lacks(vec!["passkey"]));
    }
    let request = ReauthenticationRequest::new(&account.user, &records, given.purpose, FRESH);
    let (options, state) = portal.rp.start_reauthentication(request, session.bound(), portal.now())?;
    portal.store.keep(&state.id(), "confirm", &state, "", state.expires_at()).await?;
    Ok(Json(serde_json::to_value(options).map_err(Refused::internal)?))
}

pub async fn confirmed(State(portal): State<Portal>, mut session: WebSession, posted: String) -> Answer {
    let (started, now) = (Instant::now(), portal.now());
    session.account(&portal).await?;
    let response = match AuthenticationResponse::from_json(&posted) {
        Ok(response) => response,
        Err(error) => return Err(portal.failed("reauthentication", started, None, error.into(), None).await),
    };
    let id = response.state_id().unwrap_or_default();
    let taken = portal.store.take::<AuthenticationState>(&id, "confirm").await?;
    let Some((state, _)) = taken else { return Err(Refused::new(400, "no-such-state")) };
    let passkey = portal.store.passkey(response.credential_id()).await?;
    let stored = passkey.as_ref().map(|passkey| &passkey.record);
    let bundle = stored.and_then(|record| portal.rp.bundle_authentication(&state, &posted, record, now).ok());
    let bundle = bundle.map(|bundle| bundle.to_json());
    let finished = portal.rp.finish_reauthentication(state, &response, stored, session.bound(), now);
    let (proof, done) = match finished {
        Ok(done) => done,
        Err(error) => return Err(portal.failed("reauthentication", started, Some(&id), error, bundle).await),
    };
    let proven = ProvenSession::of(&judged(&done, now)?);
    portal.ceremony("reauthentication", started, (&done.evidence, Some(proven.level)), bundle).await?;
    let Some(passkey) = passkey else { return Err(Refused::new(400, "no-passkey")) };
    if !portal.store.update_passkey(&passkey, done.update.as_ref(), proven.level, now.secs()).await? {
        return Err(Refused::new(409, "another-was-faster"));
    }
    session.data.proven = Some(proven);
    session.data.confirmed = Some(proof);
    session.save(&portal).await?;
    Ok(Json(json!({})))
}

#[derive(Deserialize)]
pub struct Rename {
    id: String,
    label: String,
}

fn text(given: &str) -> Result<&str, Refused> {
    let text = given.trim();
    let fits = !text.is_empty() && text.len() <= MAX_LABEL && !text.chars().any(char::is_control);
    if fits { Ok(text) } else { Err(Refused::new(400, "no-label")) }
}

pub async fn rename(State(portal): State<Portal>, session: WebSession, Json(given): Json<Rename>) -> Answer {
    let account = session.account(&portal).await?;
    let user = account.user.to_base64url();
    if portal.store.rename_passkey(&user, &given.id, text(&given.label)?).await? {
        Ok(Json(json!({})))
    } else {
        Err(Refused::new(404, "no-such-passkey"))
    }
}

#[derive(Deserialize)]
pub struct Name {
    name: String,
}

/// Changes the name of the person, and tells the password manager.
pub async fn name(State(portal): State<Portal>, mut session: WebSession, Json(given): Json<Name>) -> Answer {
    let account = session.account(&portal).await?;
    let new = text(&given.name)?;
    let proof = session.data.confirmed.clone();
    session.spend(&portal, &account.user, "change-name").await?;
    portal.store.set_display_name(&account.user.to_base64url(), new).await?;
    let now = portal.now();
    let signal =
        proof.map(|proof| proof.signal_current_user_details(&portal.rp, &account.name, new, now)).transpose()?;
    Ok(Json(json!({ "currentUserDetails": signal })))
}

#[derive(Deserialize)]
pub struct Id {
    id: String,
}

/// Removes a passkey after a re-authentication, and ends the sessions that it began.
pub async fn remove(State(portal): State<Portal>, mut session: WebSession, Json(given): Json<Id>) -> Answer {
    let act = AccountAct::RemovePasskey { id: given.id.clone() };
    let asked = Asked::about(&portal, &session, &act).await?.allowed()?;
    let purpose = format!("remove-passkey {}", given.id);
    session.spend_if_confirmed(&portal, &asked.account, &asked.passkeys, &purpose).await?;
    let id = change(&portal, &asked, &given.id, None, EventType::PasskeyRemoved).await?;
    let signal = portal.rp.signal_unknown_credential(&id, None);
    Ok(Json(json!({ "unknownCredential": signal })))
}

/// Suspends a passkey, for example of a phone that was lost. One factor is enough.
pub async fn suspend(State(portal): State<Portal>, session: WebSession, Json(given): Json<Id>) -> Answer {
    let act = AccountAct::SuspendPasskey { id: given.id.clone() };
    let asked = Asked::about(&portal, &session, &act).await?.allowed()?;
    change(&portal, &asked, &given.id, Some(true), EventType::PasskeySuspended).await?;
    Ok(Json(json!({})))
}

pub async fn resume(State(portal): State<Portal>, mut session: WebSession, Json(given): Json<Id>) -> Answer {
    let act = AccountAct::ResumePasskey { id: given.id.clone() };
    let asked = Asked::about(&portal, &session, &act).await?.allowed()?;
    // It can be the only passkey, so only a passkey that can sign in is asked for. Resuming gives nobody a new means.
    if asked.passkeys.iter().any(|passkey| passkey.confirmed && !passkey.suspended) {
        session.spend(&portal, &asked.account.user, &format!("resume-passkey {}", given.id)).await?;
    }
    change(&portal, &asked, &given.id, Some(false), EventType::PasskeyResumed).await?;
    Ok(Json(json!({})))
}

async fn change(
    portal: &Portal,
    asked: &Asked,
    id: &str,
    suspended: Option<bool>,
    kind: EventType,
) -> Result<CredentialId, Refused> {
    let Ok(parsed) = id.parse::<CredentialId>() else { return Err(Refused::new(404, "no-such-passkey")) };
    if !portal.store.change_passkey(&asked.account, id, suspended).await? {
        return Err(Refused::new(409, "another-was-faster"));
    }
    portal.changed(kind, &asked.account.user, Some(&parsed), asked.notice()).await?;
    Ok(parsed)
}

/// Makes a new saved code, which replaces the last one. The page shows it once. As for a passkey, whoever has one needs it.
pub async fn saved_code(State(portal): State<Portal>, mut session: WebSession) -> Answer {
    let act = AccountAct::Bind { level: AssuranceLevel::Aal2 };
    let Asked { account, passkeys, .. } = Asked::about(&portal, &session, &act).await?.allowed()?;
    session.spend_if_confirmed(&portal, &account, &passkeys, "saved-code").await?;
    let code = random::<16>()?;
    portal.store.set_saved_code(&account.user.to_base64url(), &hex(&sha256(&code))).await?;
    let groups: Vec<String> = code.as_bytes().chunks(4).map(|group| String::from_utf8_lossy(group).into()).collect();
    Ok(Json(json!({ "code": groups.join("-") })))
}

/// Turns SMS codes off, if the account would survive the loss of any one means.
pub async fn retire_sms(State(portal): State<Portal>, mut session: WebSession) -> Answer {
    let asked = Asked::about(&portal, &session, &AccountAct::RetireSms).await?.allowed()?;
    session.spend(&portal, &asked.account.user, "retire-sms").await?;
    if !portal.store.retire_sms(&asked.account).await? {
        return Err(Refused::new(409, "another-was-faster"));
    }
    portal.changed(EventType::SmsRetired, &asked.account.user, None, asked.notice()).await?;
    session.data.shown.retain(|key| key != "sms-still-on");
    session.save(&portal).await?;
    Ok(Json(json!({})))
}

/// Deletes the account after a re-authentication. The records of the clinic and the audit log stay, because laws ask for them.
pub async fn delete(State(portal): State<Portal>, mut session: WebSession) -> Answer {
    let account = session.account(&portal).await?;
    session.spend(&portal, &account.user, "delete-account").await?;
    let passkeys = portal.store.passkeys(&account.user).await?;
    portal.store.delete_account(&account.user.to_base64url()).await?;
    for passkey in &passkeys {
        portal.changed(EventType::PasskeyRemoved, &account.user, Some(&passkey.record.id), None).await?;
    }
    let signals = passkeys.iter().map(|passkey| portal.rp.signal_unknown_credential(&passkey.record.id, None));
    Ok(Json(json!({ "unknownCredentials": signals.collect::<Vec<_>>() })))
}
