//! The account page: passkeys, the saved code, the phone number, the end of SMS codes, notices.

use crate::app::{Portal, digits, hex, pseudonym, random, sha256};
use crate::session::{WebSession, judged};
use crate::sign_in::{CODE_SECS, Code, records};
use crate::staff::Kept;
use crate::store::{Account, NoticeRow, Passkey};
use crate::web::{Answer, Refused};
use axum::Json;
use axum::extract::State;
use serde::Deserialize;
use serde_json::{Value, json};
use std::time::{Duration, Instant};
use wardkey::account::{AccountAct, AccountPolicy, AccountSession, Decision, Need, Notice};
use wardkey::assurance::{Act, AssuranceLevel, ProvenSession};
use wardkey::audit::EventType;
use wardkey::client::json::UserVerificationRequirement;
use wardkey::{
    AuthenticationResponse, AuthenticationState, CredentialId, Reauthentication, ReauthenticationRequest,
    RegistrationRequest, RegistrationResponse, RegistrationState,
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
        Self::by(portal, session, &session.proven(), act).await
    }

    /// Decides about the suspension of a passkey. Any session is enough: it began with a factor or with the proofs of a recovery,
    /// and one factor is enough to report a loss (SP 800-63B-4 4.3).
    async fn about_a_loss(portal: &Portal, session: &WebSession, id: String) -> Result<Self, Refused> {
        let one_factor = ProvenSession::new(AssuranceLevel::Aal1, portal.now()).into();
        Self::by(portal, session, &one_factor, &AccountAct::SuspendPasskey { id }).await
    }

    /// Decides by what `proven` says.
    async fn by(
        portal: &Portal,
        session: &WebSession,
        proven: &AccountSession,
        act: &AccountAct,
    ) -> Result<Self, Refused> {
        let account = session.account(portal).await?;
        let passkeys = portal.store.passkeys(&account.user).await?;
        let decision = account.means(&passkeys).decide(act, proven, &AccountPolicy::default(), portal.now());
        Ok(Self { account, passkeys, decision })
    }

    /// Refuses the act with what is lacking.
    fn allowed(self) -> Result<Self, Refused> {
        if self.decision.lacks.is_empty() { Ok(self) } else { Err(Refused::lacks(self.lacks())) }
    }

    fn lacks(&self) -> Vec<&'static str> {
        self.decision.lacks.iter().copied().map(Need::name).collect()
    }

    /// Writes the change to the audit chain, and tells the person.
    async fn done(&self, portal: &Portal, kind: EventType, credential: Option<&CredentialId>) -> Result<(), Refused> {
        portal.changed(kind, &self.account.user, credential).await?;
        self.tell(portal, credential).await
    }

    async fn tell(&self, portal: &Portal, credential: Option<&CredentialId>) -> Result<(), Refused> {
        match self.decision.notice {
            Some(notice) => portal.tell(&self.account, notice, &self.decision.notify, credential).await,
            None => Ok(()),
        }
    }
}

pub async fn me(State(portal): State<Portal>, session: WebSession) -> Answer {
    let Asked { account, passkeys, decision } = Asked::about(&portal, &session, &AccountAct::RetireSms).await?;
    let metadata = portal.metadata();
    let model = |passkey: &Passkey| {
        let attested = passkey.kept.as_ref()?.characteristics.attested_aaguid()?;
        metadata.as_ref()?.name(&attested).map(str::to_owned)
    };
    let card = |passkey: &Passkey| {
        json!({
            "id": passkey.record.id, "label": passkey.label, "provider": provider(&passkey.aaguid), "model": model(passkey),
            "createdAt": passkey.created_at, "lastUsedAt": passkey.last_used_at, "confirmed": passkey.confirmed,
            "backedUp": passkey.record.backup_state, "suspended": passkey.suspended,
        })
    };
    let cards: Vec<Value> = passkeys.iter().map(card).collect();
    let notices = portal.store.notices(&account.user.to_base64url()).await?;
    let notice =
        |row: &NoticeRow| json!({ "id": row.id, "key": row.kind, "at": row.at, "objected": row.objected_at > 0 });
    let notices: Vec<Value> = notices.iter().map(notice).collect();
    let phone_end: String = account.phone.chars().skip(account.phone.chars().count().saturating_sub(2)).collect();
    let lacks: Vec<&str> = decision.lacks.iter().copied().map(Need::name).collect();
    Ok(Json(json!({
        "name": account.name, "displayName": account.display_name, "role": account.role, "passkeys": cards,
        "stage": account.means(&passkeys).stage(), "sms": !account.phone.is_empty(), "retireLacks": lacks,
        "phoneEnd": phone_end, "modelsUnchecked": account.is_staff() && metadata.is_none(),
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
    let profile = portal.profile(&account);
    let mut request = profile.request(request);
    if given.conditional {
        if profile.models.is_some() {
            return Err(Refused::new(409, "no-conditional-create-with-attestation"));
        }
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
    let (rp, bound) = (&portal.rp, session.bound());
    let finished = match portal.metadata() {
        Some(metadata) => rp.finish_registration_with_metadata(state, &response, &metadata, bound, now),
        None => rp.finish_registration(state, &response, bound, now),
    };
    let claimed = finished.and_then(|registered| {
        let (aaguid, kept) = (registered.claimed_aaguid().to_string(), Kept::from(&registered));
        registered.claim(existing.as_ref()).map(|claimed| (claimed, aaguid, kept))
    });
    // The passkey provider has the passkey already, and offers it until it is told that we do not.
    let signal = portal.rp.signal_unknown_credential(response.credential_id(), existing.as_ref());
    let ((record, evidence), aaguid, kept) = match claimed {
        Ok(claimed) => claimed,
        Err(error) => {
            let refused = portal.failed("registration", started, Some(&id), error, bundle).await;
            return Err(refused.with("unknownCredential", json!(signal)));
        }
    };
    let label = provider(&aaguid).unwrap_or("Passkey");
    // The level is that of the first sign-in; until then the passkey is not confirmed.
    if !portal.store.insert_passkey(&record, (label, &aaguid, &kept), AssuranceLevel::Aal2, now.secs()).await? {
        let refused = Refused::new(409, "credential-already-registered");
        return Err(portal
            .turned_away("registration", started, &evidence, "credential-already-registered", refused)
            .await);
    }
    portal.ceremony("registration", started, (&evidence, None), bundle).await?;
    portal.tell(&account, Notice::PasskeyAdded, &account.addresses(), Some(&record.id)).await?;
    Ok(Json(json!({ "id": record.id })))
}

#[derive(Deserialize)]
pub struct Purpose {
    purpose: String,
}

/// Whether a page may ask for a re-authentication for it.
fn is_purpose(purpose: &str) -> bool {
    match purpose.split_once(' ') {
        None => matches!(
            purpose,
            "add-passkey"
                | "change-name"
                | "change-phone"
                | "delete-account"
                | "read-results"
                | "retire-sms"
                | "saved-code"
        ),
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
    let account = session.account(&portal).await?;
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
    let Some(passkey) = passkey else { return Err(Refused::new(400, "no-passkey")) };
    let proven = ProvenSession::of(&judged(&portal, &account, &passkey, &done, now)?);
    if !portal.store.update_passkey(&passkey, done.update.as_ref(), proven.level, now.secs()).await? {
        let refused = Refused::new(409, "another-was-faster");
        return Err(portal
            .turned_away("reauthentication", started, &done.evidence, "another-was-faster", refused)
            .await);
    }
    // A model of staff that is no longer enough alone may bring in a better one, beside the password and a code.
    let adds = done.evidence.purpose_text.as_deref() == Some("add-passkey");
    if let Err(refused) = portal.accept_model(&account, &passkey, adds && session.data.by_code, now).await {
        return Err(portal
            .turned_away("reauthentication", started, &done.evidence, "model-not-accepted", refused)
            .await);
    }
    portal.ceremony("reauthentication", started, (&done.evidence, Some(proven.level)), bundle).await?;
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
    // The pharmacy reads the name of a prescriber as that of the signer, so enrolment gives it.
    if account.is_staff() {
        return Err(Refused::new(403, "name-of-staff"));
    }
    let new = text(&given.name)?;
    session.meets(portal.profile(&account).demand(Act::Bind), portal.now())?;
    let passkeys = portal.store.passkeys(&account.user).await?;
    let proof = session.data.confirmed.clone();
    session.spend_if_confirmed(&portal, &account, &passkeys, "change-name").await?;
    portal.store.set_display_name(&account.user.to_base64url(), new).await?;
    let now = portal.now();
    let signal = |proof: Reauthentication| proof.signal_current_user_details(&portal.rp, &account.name, new, now);
    let signal = proof.map(signal).transpose()?;
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
    let asked = Asked::about_a_loss(&portal, &session, given.id.clone()).await?.allowed()?;
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
    asked.done(portal, kind, Some(&parsed)).await?;
    Ok(parsed)
}

/// Makes a new saved code, which replaces the last one. The page shows it once. As for a passkey, whoever has one needs it.
pub async fn saved_code(State(portal): State<Portal>, mut session: WebSession) -> Answer {
    let asked = Asked::about(&portal, &session, &AccountAct::ReplaceSavedCode).await?.allowed()?;
    session.spend_if_confirmed(&portal, &asked.account, &asked.passkeys, "saved-code").await?;
    let code = random::<16>()?;
    portal.store.set_saved_code(&asked.account.user.to_base64url(), &hex(&sha256(&code))).await?;
    asked.tell(&portal, None).await?;
    let groups: Vec<String> = code.as_bytes().chunks(4).map(|group| String::from_utf8_lossy(group).into()).collect();
    Ok(Json(json!({ "code": groups.join("-") })))
}

#[derive(Deserialize)]
pub struct Phone {
    phone: String,
}

/// Starts a change of the number for SMS codes. It binds a new authenticator (SP 800-63B-4 3.1.3.1), so a person
/// with a passkey must re-authenticate with it. Sends a code to the new number.
pub async fn phone(State(portal): State<Portal>, mut session: WebSession, Json(given): Json<Phone>) -> Answer {
    let Asked { account, passkeys, .. } = Asked::about(&portal, &session, &AccountAct::ChangePhone).await?.allowed()?;
    if account.phone.is_empty() {
        return Err(Refused::lacks(vec![Need::NoSms.name()]));
    }
    let number: String = given.phone.chars().filter(|one| !" -().".contains(*one)).collect();
    let is_digits = |digits: &str| (7..=15).contains(&digits.len()) && digits.bytes().all(|one| one.is_ascii_digit());
    if !number.strip_prefix('+').is_some_and(is_digits) {
        return Err(Refused::lacks(vec!["number"]));
    }
    session.spend_if_confirmed(&portal, &account, &passkeys, "change-phone").await?;
    portal.limit(&format!("sms {}", account.name), 5, 3600).await?;
    let code = digits()?;
    let until = portal.now().secs().saturating_add(CODE_SECS);
    let user = account.user.to_base64url();
    portal.store.keep_code(&session.hash(), &user, &phone_code_hash(&number, &code), until).await?;
    (portal.sender)(&number, &code);
    session.data.new_phone = Some(number);
    session.save(&portal).await?;
    Ok(Json(json!({})))
}

/// The hash has the number, so that the code signs nobody in, and counts for no other number.
fn phone_code_hash(number: &str, code: &str) -> String {
    hex(&sha256(&format!("phone {number} {code}")))
}

/// Ends the change with the code that came to the new number.
pub async fn phone_code(State(portal): State<Portal>, mut session: WebSession, Json(given): Json<Code>) -> Answer {
    let asked = Asked::about(&portal, &session, &AccountAct::ChangePhone).await?.allowed()?;
    let user = asked.account.user.to_base64url();
    portal.limit(&format!("phone code {user}"), 5, 900).await?;
    let Some(number) = session.data.new_phone.clone() else { return Err(Refused::new(400, "no-code")) };
    let hash = phone_code_hash(&number, &given.digits());
    let used = portal.store.use_code(&session.hash(), &hash, portal.now().secs()).await?;
    if used.is_none_or(|owner| owner != user) {
        return Err(Refused::new(400, "wrong-code"));
    }
    // The notice goes out before the change, so that the old number gets it.
    asked.tell(&portal, None).await?;
    if !portal.store.set_phone(&asked.account, &number).await? {
        return Err(Refused::new(409, "another-was-faster"));
    }
    portal.changed(EventType::PhoneChanged, &asked.account.user, None).await?;
    session.data.new_phone = None;
    session.save(&portal).await?;
    Ok(Json(json!({})))
}

/// Takes an objection to a notice: "it was not me". Suspends the passkey that the notice is about, and ends all other sessions.
pub async fn not_me(State(portal): State<Portal>, session: WebSession, Json(given): Json<Id>) -> Answer {
    let account = session.account(&portal).await?;
    let user = account.user.to_base64url();
    let Some(credential) = portal.store.notice_about(&user, &given.id).await? else {
        return Err(Refused::new(404, "no-such-notice"));
    };
    tracing::warn!(user = pseudonym(&user), "the owner of an account objects to a change: somebody must look at it");
    portal.store.end_other_sessions(&user, &session.hash()).await?;
    let asked = Asked::about_a_loss(&portal, &session, credential.clone()).await?;
    let is_usable = |passkey: &Passkey| passkey.record.id.to_base64url() == credential && !passkey.suspended;
    let suspend = asked.decision.is_allowed() && asked.passkeys.iter().any(is_usable);
    if suspend {
        change(&portal, &asked, &credential, Some(true), EventType::PasskeySuspended).await?;
    }
    // Last, so that the person can object again if a step before failed.
    portal.store.object(&user, &given.id, portal.now().secs()).await?;
    Ok(Json(json!({ "suspended": suspend })))
}

/// Turns SMS codes off, if the account would survive the loss of any one means.
pub async fn retire_sms(State(portal): State<Portal>, mut session: WebSession) -> Answer {
    let asked = Asked::about(&portal, &session, &AccountAct::RetireSms).await?.allowed()?;
    session.spend(&portal, &asked.account.user, "retire-sms").await?;
    if !portal.store.set_phone(&asked.account, "").await? {
        return Err(Refused::new(409, "another-was-faster"));
    }
    asked.done(&portal, EventType::SmsRetired, None).await?;
    session.data.shown.retain(|key| key != "sms-still-on");
    session.save(&portal).await?;
    Ok(Json(json!({})))
}

/// Deletes the account. The records of the clinic and the audit log stay, because laws ask for them.
pub async fn delete(State(portal): State<Portal>, mut session: WebSession) -> Answer {
    let asked = Asked::about(&portal, &session, &AccountAct::DeleteAccount).await?.allowed()?;
    session.spend_if_confirmed(&portal, &asked.account, &asked.passkeys, "delete-account").await?;
    asked.tell(&portal, None).await?;
    let Asked { account, passkeys, .. } = asked;
    portal.store.delete_account(&account.user.to_base64url()).await?;
    for passkey in &passkeys {
        portal.changed(EventType::PasskeyRemoved, &account.user, Some(&passkey.record.id)).await?;
    }
    let signals = passkeys.iter().map(|passkey| portal.rp.signal_unknown_credential(&passkey.record.id, None));
    Ok(Json(json!({ "unknownCredentials": signals.collect::<Vec<_>>() })))
}
