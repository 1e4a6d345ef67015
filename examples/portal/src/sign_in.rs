//! Signing in: password and SMS code as before, a passkey, a saved code after a loss.

use crate::app::{Portal, digits, hex, sha256};
use crate::session::{Data, WebSession, judged};
use crate::store::{Account, Passkey};
use crate::web::{Answer, Refused};
use axum::Json;
use axum::extract::State;
use axum::http::HeaderMap;
use serde::Deserialize;
use serde_json::{Value, json};
use std::time::{Duration, Instant};
use wardkey::account::{AccountAct, AccountPolicy, Notice, Proof, Shown};
use wardkey::assurance::{AssuranceLevel, ProvenSession};
use wardkey::audit::EventType;
use wardkey::{AuthenticationRequest, AuthenticationResponse, AuthenticationState, CredentialRecord, UserHandle};

type WithCookie = Result<(HeaderMap, Json<Value>), Refused>;

pub const CODE_SECS: i64 = 600;
/// Longer names and passwords are refused, because hashing them costs.
const MAX_TEXT: usize = 256;

#[derive(Deserialize)]
pub struct Credentials {
    name: String,
    password: String,
}

impl Portal {
    /// Each purpose has a limit of its own, so that who tries passwords cannot keep the owner from reporting a loss.
    async fn by_password(&self, purpose: &str, given: &Credentials) -> Result<Account, Refused> {
        if given.name.len().max(given.password.len()) > MAX_TEXT {
            return Err(Refused::new(400, "too-long"));
        }
        self.limit(&format!("{purpose} {}", given.name), 10, 900).await?;
        let account = self.store.account_named(&given.name).await?;
        let hash = account.as_ref().map(|account| account.password.as_str());
        let right = self.check_password(hash, &given.password).await;
        account.filter(|_| right).ok_or_else(|| Refused::new(400, "wrong-password"))
    }
}

/// The first step: the password. Sends a code by text message.
pub async fn password(State(portal): State<Portal>, session: WebSession, Json(given): Json<Credentials>) -> WithCookie {
    let cookie = session.keep(&portal).await?;
    let account = portal.by_password("password", &given).await?;
    if account.phone.is_empty() {
        return Err(Refused::new(403, "sms-retired").with("usePasskey", true.into()));
    }
    portal.limit(&format!("sms {}", account.name), 5, 3600).await?;
    let code = digits()?;
    let until = portal.now().secs().saturating_add(CODE_SECS);
    let user = account.user.to_base64url();
    portal.store.keep_code(&session.hash(), &user, &hex(&sha256(&code)), until).await?;
    (portal.sender)(&account.phone, &code);
    Ok((cookie, Json(json!({}))))
}

#[derive(Deserialize)]
pub struct Code {
    code: String,
}

impl Code {
    /// What a person typed, without spaces and hyphens.
    pub fn digits(&self) -> String {
        self.code.chars().filter(char::is_ascii_digit).take(16).collect()
    }
}

/// The second step: the code, in the session of the password.
pub async fn code(State(portal): State<Portal>, session: WebSession, Json(given): Json<Code>) -> WithCookie {
    let Some(user) = portal.store.code_of(&session.hash()).await? else { return Err(Refused::new(400, "no-code")) };
    portal.limit(&format!("code {user}"), 5, 900).await?;
    let now = portal.now();
    let user = portal.store.use_code(&session.hash(), &hex(&sha256(&given.digits())), now.secs()).await?;
    let Some(user) = user else { return Err(Refused::new(400, "wrong-code")) };
    let account = portal.store.account_of(&user).await?.filter(|account| !account.phone.is_empty());
    let Some(account) = account else { return Err(Refused::new(400, "no-account")) };
    // SP 800-63B-4: a password and a code out of band are two factors; the code is a restricted authenticator.
    let proven = Some(ProvenSession::new(AssuranceLevel::Aal2, now));
    let shown = vec![Shown::SmsStillOn.key().to_owned()];
    let data = Data { proven, shown, by_code: true, ..Data::default() };
    portal.changed(EventType::SignIn, &account.user, None).await?;
    let passkeys = portal.store.passkeys(&account.user).await?;
    let cookie = session.begin(&portal, &account.user, "", data).await?;
    Ok((cookie, Json(json!({ "offerPasskey": passkeys.is_empty() }))))
}

#[derive(Deserialize)]
pub struct Named {
    name: Option<String>,
}

/// Starts a sign-in with a passkey. Without a name it is for autofill, and the page may wait for an hour.
pub async fn start(State(portal): State<Portal>, session: WebSession, Json(given): Json<Named>) -> WithCookie {
    let cookie = session.keep(&portal).await?;
    let request = match given.name.filter(|name| !name.is_empty()) {
        None => AuthenticationRequest::discoverable().timeout(Duration::from_secs(3600)),
        Some(name) if name.len() > MAX_TEXT => return Err(Refused::new(400, "too-long")),
        Some(name) => {
            // Neither the answer nor its time reveals whether the account exists: the library makes decoys, and a name without an
            // account takes as many queries.
            let account = portal.store.account_named(&name).await?;
            let user =
                account.map_or_else(|| UserHandle::new([0]).map_err(Refused::internal), |account| Ok(account.user))?;
            let records = records(&portal.store.passkeys(&user).await?);
            AuthenticationRequest::named(name, &records)
        }
    };
    let (options, state) = portal.rp.start_authentication(request, session.bound(), portal.now())?;
    portal.store.keep(&state.id(), "sign-in", &state, "", state.expires_at()).await?;
    Ok((cookie, Json(serde_json::to_value(options).map_err(Refused::internal)?)))
}

/// The records of passkeys that are not suspended.
pub fn records(passkeys: &[Passkey]) -> Vec<CredentialRecord> {
    passkeys.iter().filter(|passkey| !passkey.suspended).map(|passkey| passkey.record.clone()).collect()
}

pub async fn finish(State(portal): State<Portal>, session: WebSession, posted: String) -> WithCookie {
    let (started, now) = (Instant::now(), portal.now());
    let response = match AuthenticationResponse::from_json(&posted) {
        Ok(response) => response,
        Err(error) => return Err(portal.failed("sign-in", started, None, error.into(), None).await),
    };
    let id = response.state_id().unwrap_or_default();
    let taken = portal.store.take::<AuthenticationState>(&id, "sign-in").await?;
    let Some((state, _)) = taken else { return Err(Refused::new(400, "no-such-state")) };
    let passkey = portal.store.passkey(response.credential_id()).await?;
    let stored = passkey.as_ref().map(|passkey| &passkey.record);
    let copy = serde_json::to_string(&state).map_err(Refused::internal)?;
    let finished = portal.rp.finish_authentication(state, &response, stored, session.bound(), now);
    let done = match finished {
        Ok(done) => done,
        // Without a bundle, which takes another verification: the time must not reveal that there is a record.
        Err(error) => return Err(portal.failed("sign-in", started, Some(&id), error, None).await),
    };
    let state: AuthenticationState = serde_json::from_str(&copy).map_err(Refused::internal)?;
    let bundle = stored.and_then(|record| portal.rp.bundle_authentication(&state, &posted, record, now).ok());
    let bundle = bundle.map(|bundle| bundle.to_json());
    let account = portal.store.account_of(&done.user.to_base64url()).await?;
    let (Some(passkey), Some(account)) = (passkey, account) else { return Err(Refused::new(400, "no-account")) };
    let assurance = judged(&portal, &account, &passkey, &done, now)?;
    let proven = ProvenSession::of(&assurance);
    if passkey.suspended {
        let refused = Refused::lacks(vec!["suspended"]);
        return Err(portal.turned_away("sign-in", started, &done.evidence, "suspended", refused).await);
    }
    if !portal.store.update_passkey(&passkey, done.update.as_ref(), proven.level, now.secs()).await? {
        let refused = Refused::new(409, "another-was-faster");
        return Err(portal.turned_away("sign-in", started, &done.evidence, "another-was-faster", refused).await);
    }
    if let Err(refused) = portal.accept_model(&account, &passkey, false, now).await {
        return Err(portal.turned_away("sign-in", started, &done.evidence, "model-not-accepted", refused).await);
    }
    portal.ceremony("sign-in", started, (&done.evidence, Some(proven.level)), bundle).await?;
    let all: Vec<_> = portal.store.passkeys(&done.user).await?.into_iter().map(|passkey| passkey.record).collect();
    let accepted = done.signal_all_accepted_credentials(&portal.rp, &all)?;
    let details = done.signal_current_user_details(&portal.rp, &account.name, &account.display_name)?;
    let mut shown = assurance.shown(&done.evidence);
    shown.extend((!account.phone.is_empty()).then_some(Shown::SmsStillOn));
    let shown = shown.into_iter().map(|shown| shown.key().to_owned()).collect();
    let data = Data { proven: Some(proven), shown, ..Data::default() };
    let credential = done.credential_id.to_base64url();
    let cookie = session.begin(&portal, &done.user, &credential, data).await?;
    Ok((cookie, Json(json!({ "allAcceptedCredentials": accepted, "currentUserDetails": details }))))
}

#[derive(Deserialize)]
pub struct Recovery {
    name: String,
    password: String,
    saved_code: String,
}

/// Comes back after the loss of every passkey: the password and the saved code (SP 800-63B-4 4.2.2.2). Ends all sessions.
pub async fn recover(State(portal): State<Portal>, session: WebSession, Json(given): Json<Recovery>) -> WithCookie {
    let Recovery { name, password, saved_code } = given;
    let account = portal.by_password("recover", &Credentials { name, password }).await?;
    let (now, user) = (portal.now(), account.user.to_base64url());
    let passkeys = portal.store.passkeys(&account.user).await?;
    let proofs = vec![Proof::Saved, Proof::Authenticator { which: "password".to_owned() }];
    let decision = account.means(&passkeys).decide(
        &AccountAct::Recover { proofs },
        &session.proven(),
        &AccountPolicy::default(),
        now,
    );
    if !decision.lacks.is_empty() {
        return Err(Refused::new(403, "recovery-lacks"));
    }
    let code: String = saved_code.chars().filter(char::is_ascii_hexdigit).take(64).collect();
    if !portal.store.use_saved_code(&user, &hex(&sha256(&code)), now.secs()).await? {
        return Err(Refused::new(403, "wrong-saved-code"));
    }
    portal.store.end_sessions(&user).await?;
    portal.changed(EventType::Recovery, &account.user, None).await?;
    portal.tell(&account, Notice::AccountRecovered, &decision.notify, None).await?;
    let data = Data { recovered: Some(now), ..Data::default() };
    let cookie = session.begin(&portal, &account.user, "", data).await?;
    Ok((cookie, Json(json!({}))))
}

/// Reports a lost phone. The password is enough (SP 800-63B-4 4.3: one factor). Suspends every passkey and ends every session, and
/// gives nobody access.
pub async fn lost(State(portal): State<Portal>, Json(given): Json<Credentials>) -> Answer {
    let mut account = portal.by_password("lost", &given).await?;
    let now = portal.now();
    portal.store.end_sessions(&account.user.to_base64url()).await?;
    let passkeys = portal.store.passkeys(&account.user).await?;
    let (means, one_factor) = (account.means(&passkeys), ProvenSession::new(AssuranceLevel::Aal1, now).into());
    for passkey in passkeys.iter().filter(|passkey| !passkey.suspended) {
        let id = passkey.record.id.to_base64url();
        let act = AccountAct::SuspendPasskey { id: id.clone() };
        let decision = means.decide(&act, &one_factor, &AccountPolicy::default(), now);
        if !decision.is_allowed() || !portal.store.change_passkey(&account, &id, Some(true)).await? {
            return Err(Refused::new(409, "another-was-faster"));
        }
        account.version = account.version.saturating_add(1);
        portal.changed(EventType::PasskeySuspended, &account.user, Some(&passkey.record.id)).await?;
        portal.tell(&account, Notice::PasskeySuspended, &decision.notify, Some(&passkey.record.id)).await?;
    }
    Ok(Json(json!({})))
}

pub async fn sign_out(State(portal): State<Portal>, session: WebSession) -> Answer {
    session.end(&portal).await?;
    Ok(Json(json!({})))
}
