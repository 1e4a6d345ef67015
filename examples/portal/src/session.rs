//! The web session. Every visitor has one with a random id, also before the sign-in. The store has the hash of the id.

use crate::app::{Portal, hex, random, sha256};
use crate::store::{Account, Passkey};
use crate::web::Refused;
use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderValue, header};
use serde::{Deserialize, Serialize};
use wardkey::account::AccountSession;
use wardkey::assurance::{
    Act, Assurance, AssuranceLevel, Demand, Facts, Lack, ModelFacts, ProvenSession, Rules, assess,
};
use wardkey::{Authenticated, Reauthentication, Session, UnixTime, UserHandle};

/// How long a session lives: an hour before the sign-in, a day after it.
const ANONYMOUS_SECS: i64 = 3600;
const SIGNED_IN_SECS: i64 = 24 * 3600;

/// What the store keeps of a session.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct Data {
    pub proven: Option<ProvenSession>,
    /// The time of the recovery that began the session.
    pub recovered: Option<UnixTime>,
    pub confirmed: Option<Reauthentication>,
    /// Whether a password and a code began the session.
    #[serde(default)]
    pub by_code: bool,
    /// A new phone number, until the code that was sent to it comes back.
    #[serde(default)]
    pub new_phone: Option<String>,
    /// What the sign-in proved: keys of `browser/wardkey.notices.js`.
    pub shown: Vec<String>,
}

/// The session of a request.
#[derive(Debug)]
pub struct WebSession {
    id: String,
    pub data: Data,
    user: String,
    /// Whether the request had no valid cookie, so that the answer sets one.
    is_new: bool,
}

impl Portal {
    /// On loopback over plain http a browser keeps no cookie with the prefix `__Host-`.
    pub fn cookie_name(&self) -> &'static str {
        if self.is_https() { "__Host-portal" } else { "portal" }
    }

    fn cookie(&self, id: &str) -> Result<HeaderMap, Refused> {
        let secure = if self.is_https() { "; Secure" } else { "" };
        let name = self.cookie_name();
        let cookie = format!("{name}={id}; Path=/; HttpOnly; SameSite=Strict; Max-Age={SIGNED_IN_SECS}{secure}");
        let value = HeaderValue::from_str(&cookie).map_err(Refused::internal)?;
        Ok(HeaderMap::from_iter([(header::SET_COOKIE, value)]))
    }
}

impl FromRequestParts<Portal> for WebSession {
    type Rejection = Refused;

    async fn from_request_parts(parts: &mut Parts, portal: &Portal) -> Result<Self, Refused> {
        let cookies = parts.headers.get_all(header::COOKIE).iter().filter_map(|value| value.to_str().ok());
        let mut pairs = cookies.flat_map(|line| line.split(';')).filter_map(|pair| pair.trim().split_once('='));
        let id = pairs.find(|(name, _)| *name == portal.cookie_name()).map(|(_, id)| id.to_owned());
        if let Some(id) = id
            && let Some((user, data)) = portal.store.session(&hex(&sha256(&id)), portal.now().secs()).await?
        {
            let data = serde_json::from_str(&data).map_err(Refused::internal)?;
            return Ok(Self { id, data, user, is_new: false });
        }
        // An id that the store does not have is never used: it may be chosen by an attacker.
        Ok(Self { id: random::<32>()?, data: Data::default(), user: String::new(), is_new: true })
    }
}

impl WebSession {
    pub fn bound(&self) -> Session {
        Session::bound(&self.id)
    }

    pub fn hash(&self) -> String {
        hex(&sha256(&self.id))
    }

    /// Stores a new session. Returns the headers of the answer. For requests that need no sign-in.
    pub async fn keep(&self, portal: &Portal) -> Result<HeaderMap, Refused> {
        if !self.is_new {
            return Ok(HeaderMap::new());
        }
        let until = portal.now().secs().saturating_add(ANONYMOUS_SECS);
        portal.store.insert_session(&self.hash(), "", "", &self.data, until).await?;
        portal.cookie(&self.id)
    }

    /// Begins the session of a sign-in, with a new id: one that was known before is useless.
    pub async fn begin(
        &self,
        portal: &Portal,
        user: &UserHandle,
        credential: &str,
        data: Data,
    ) -> Result<HeaderMap, Refused> {
        portal.store.delete_session(&self.hash()).await?;
        let id = random::<32>()?;
        let until = portal.now().secs().saturating_add(SIGNED_IN_SECS);
        let hash = hex(&sha256(&id));
        portal.store.insert_session(&hash, &user.to_base64url(), credential, &data, until).await?;
        portal.cookie(&id)
    }

    pub async fn save(&self, portal: &Portal) -> Result<(), Refused> {
        Ok(portal.store.update_session(&self.hash(), &self.data).await?)
    }

    pub async fn end(&self, portal: &Portal) -> Result<(), Refused> {
        Ok(portal.store.delete_session(&self.hash()).await?)
    }

    /// Returns the account that is signed in, or 401.
    pub async fn account(&self, portal: &Portal) -> Result<Account, Refused> {
        let account = if self.user.is_empty() { None } else { portal.store.account_of(&self.user).await? };
        account.ok_or_else(|| Refused::new(401, "not-signed-in"))
    }

    /// Returns the account if it has this role, or 403.
    pub async fn account_in(&self, portal: &Portal, role: &str) -> Result<Account, Refused> {
        let account = self.account(portal).await?;
        if account.role == role { Ok(account) } else { Err(Refused::new(403, "other-role")) }
    }

    /// Refuses with what the session lacks for the demand.
    pub fn meets(&self, demand: Demand, now: UnixTime) -> Result<(), Refused> {
        let nothing = ProvenSession::new(AssuranceLevel::None, UnixTime::from_secs(0));
        let lacks = demand.lacks(&self.data.proven.unwrap_or(nothing), now);
        if lacks.is_empty() { Ok(()) } else { Err(Refused::lacks(lacks.into_iter().map(Lack::name).collect())) }
    }

    /// Returns the account if it has this role and the session is good enough to read records.
    pub async fn reader_in(&self, portal: &Portal, role: &str) -> Result<Account, Refused> {
        let account = self.account_in(portal, role).await?;
        self.meets(portal.profile(&account).demand(Act::Read), portal.now())?;
        Ok(account)
    }

    /// What the library decides acts by.
    pub fn proven(&self) -> AccountSession {
        match (self.data.recovered, self.data.proven) {
            (Some(at), None) => AccountSession::recovered(at),
            (_, Some(proven)) => proven.into(),
            (None, None) => AccountSession::anonymous(),
        }
    }

    /// Spends the re-authentication for this purpose, once over all instances.
    pub async fn spend(&mut self, portal: &Portal, user: &UserHandle, purpose: &str) -> Result<(), Refused> {
        let Some(proof) = self.data.confirmed.take() else { return Err(Refused::lacks(vec!["confirmation"])) };
        let until = proof.until().secs();
        match proof.spend(&portal.rp, user, purpose, portal.now()) {
            Ok(id) if portal.store.spend(&id, until).await? => {}
            Ok(_) | Err(_) => return Err(Refused::lacks(vec!["confirmation"])),
        }
        self.save(portal).await
    }

    /// Spends the re-authentication if the account has a passkey that ever signed in, suspended or not: otherwise whoever has
    /// the password and the phone could suspend it first. A session of a recovery needs none.
    pub async fn spend_if_confirmed(
        &mut self,
        portal: &Portal,
        account: &Account,
        passkeys: &[Passkey],
        purpose: &str,
    ) -> Result<(), Refused> {
        if passkeys.iter().any(|passkey| passkey.confirmed) && self.data.recovered.is_none() {
            self.spend(portal, &account.user, purpose).await?;
        }
        Ok(())
    }
}

/// Judges a ceremony by NIST SP 800-63B-4. The models of staff are judged by the metadata too.
pub fn judged(
    portal: &Portal,
    account: &Account,
    passkey: &Passkey,
    done: &Authenticated,
    now: UnixTime,
) -> Result<Assurance, Refused> {
    let kept = passkey.kept.as_ref();
    let mut facts =
        Facts::of(&done.evidence, kept.map(|kept| &kept.characteristics), now).map_err(Refused::internal)?;
    if let (true, Some(kept), Some(metadata)) = (account.is_staff(), kept, portal.metadata()) {
        facts.metadata = ModelFacts::of(&metadata, &kept.attested, now);
    }
    Ok(assess(&facts, Rules::Nist80063B4))
}
